#pragma once
#include "measure/import.h"

/* One column a source writes. */
struct source_column {
    const char *header; /* as header_plain() gives it */
    enum import_field field;
    enum metric metric;
};

/* A kind of file that is recognised by its header: all of `needs`, whatever else there is. */
struct source {
    const char *word, *name; /* name: key of translation */
    enum network network;
    const char *zone; /* of its times; NULL: not said */
    const char *const *needs;
    const struct source_column *columns;
    /* What a cell of the tactic column stands for; NULL: its own text. NULL entry: refused. */
    const char *(*tactic)(str cell);
};

/* ascii_lower(c): A to Z in small letters, all other bytes as they are. */
static inline char
ascii_lower(char c)
{
    if (c >= 'A' && c <= 'Z')
        c = (char)(c + ('a' - 'A'));
    return c;
}

enum { HEADER_BYTES_MAX = 600 /* of one header; the longest seen has 66 */ };

/* header_short(header): trimmed, and its start when it is too long to be one. */
str header_short(str header);
/* header_plain(arena, header): lower ASCII, one blank for any run of blanks and underscores, trimmed. */
str header_plain(struct arena *arena, str header);

/*
 * source_find(headers, n, scratch): the source whose needs are all there and that knows most of the
 * columns; NULL when none.
 */
const struct source *source_find(const str *headers, int32_t n, struct arena scratch);
/* source_named(word): the one with that word, NULL. */
const struct source *source_named(str word);

/*
 * source_mapping(source, headers, n, keep, ret): the columns the source knows; the others are ignored.
 * With NULL: a proposal from the words that headers of many tools and languages use.
 */
void source_mapping(const struct source *source, const str *headers, int32_t n,
                    struct arena *keep, struct import_mapping *ret);

/* headers_score(headers, n, scratch): how much a row looks like a header; 0: not at all. */
int32_t headers_score(const str *headers, int32_t n, struct arena scratch);
/* headers_fingerprint(headers, n, keep): of the set of headers, whatever their order. */
str headers_fingerprint(const str *headers, int32_t n, struct arena *keep);

/* alias_find(plain, ret): what a header of that plain form usually holds. */
bool alias_find(str plain, struct import_column *ret);

/* mapping_json(mapping, keep), mapping_from_json(text, keep, ret, error): for keeping and the record. */
str mapping_json(const struct import_mapping *mapping, struct arena *keep);
must_use enum fault mapping_from_json(str text, struct arena *keep, struct import_mapping *ret,
                                      struct error *error);
/* mapping_fit(kept, headers, n, keep, ret): ${kept} put in the order of this file's headers. */
void mapping_fit(const struct import_mapping *kept, const str *headers, int32_t n,
                 struct arena *keep, struct import_mapping *ret);
/* mapping_check(mapping, error): each field and metric once, at least one metric. */
must_use enum fault mapping_check(const struct import_mapping *mapping, struct error *error);
