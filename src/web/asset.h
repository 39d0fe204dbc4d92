#pragma once
#include "base/str.h"

/* A file inside the program: style sheet, script, picture (made by tools/embed). */
struct asset {
    str name; /* "app.css" */
    str hash; /* hexadecimal beginning of the SHA-256 of the body */
    str url;  /* "/asset/<hash>/app.css" */
    str mime;
    str body;
    str gzip; /* the body compressed; none where that gains little */
};

/* Sorted by name. */
extern const struct asset web_assets[];
extern const ptrdiff_t web_assets_n;

/* asset_find(name): NULL if there is none. */
const struct asset *asset_find(str name);
/*
 * asset_url(name): "/asset/<hash>/<name>", which may be cached for ever. The name must exist: pages name
 * assets literally, and a test writes every page.
 * Memory: static.
 */
str asset_url(const char *name);
