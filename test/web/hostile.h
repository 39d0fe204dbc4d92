#pragma once
#include "web/html.h"

/* A page with something in every place where something can stand. */
struct hostile {
    str s, json;
    const char *z;
    int64_t n;
};
void page_hostile(struct html *h, const struct hostile *view);
