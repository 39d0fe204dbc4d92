#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "web/head.h"

/*
 * A form as a route declares it: its fields, their kinds and ceilings. What is not declared is ignored, so
 * nobody sets by a form what its page does not offer.
 */
enum field_kind {
    FIELD_LINE = 1, /* text without line breaks, trimmed */
    FIELD_TEXT,     /* text with line breaks, which become LF */
    FIELD_SECRET,   /* a password: as typed, never trimmed, never shown again */
    FIELD_INT,      /* a whole number of at most ${max}, not negative */
    FIELD_FILE,     /* an uploaded file, streamed to disk (web/multipart.h) */
    FIELD_FILES     /* up to ${max} of them */
};

struct field {
    const char *name; /* "column-#" stands for column-0, column-1 … */
    enum field_kind kind;
    bool required;
    int64_t max; /* bytes; of FIELD_INT the greatest number */
};

struct form {
    const struct field *fields;
    int32_t fields_n;
    /* The handler shows problems beside its fields itself; otherwise the server answers 422. */
    bool own_problems;
};
#define FORM(array) array, (int32_t)(sizeof(array) / sizeof *(array))

enum {
    FORM_VALUES_MAX = 512 /* given fields; the mapping of a wide CSV has one for each column */
};

struct form_value {
    const struct field *field;
    int32_t number; /* what "#" stood for */
    str text;
    int64_t integer;     /* of FIELD_INT */
    const char *problem; /* NULL, or a sentence to be translated */
};

struct form_values {
    struct form_value *at;
    int32_t n;
    int32_t problems_n;
};

/*
 * form_take(form, pairs, n, keep, ret):
 * The declared fields among what was sent: cleaned, checked. A required field that is missing is there with
 * a problem. The first of two with the same name counts.
 */
void form_take(const struct form *form, const struct pair *pairs, int32_t n, struct arena *keep,
               struct form_values *ret);
/* form_value(values, name): the value of that field, or NULL if it was not sent. */
const struct form_value *form_value(const struct form_values *values, const char *name);
/* form_text(values, name): its text, none if not sent. */
str form_text(const struct form_values *values, const char *name);
/* form_int(values, name, otherwise): its number. */
int64_t form_int(const struct form_values *values, const char *name, int64_t otherwise);
/* form_numbered(values, name, number): the text of "name-<number>", none if not sent. */
str form_numbered(const struct form_values *values, const char *name, int32_t number);
