#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/maybe.h"
#include "base/str.h"

enum {
    JSON_DEPTH_MAX = 64 /* deeper than any answer of a network; keeps hostile nesting cheap */
};

/* ---- Reading ---- */

enum json_kind {
    JSON_KIND_NULL,
    JSON_KIND_BOOL,
    JSON_KIND_INT,
    JSON_KIND_REAL,
    JSON_KIND_STR,
    JSON_KIND_ARRAY,
    JSON_KIND_OBJECT
};

/* One value of a parsed text. Children of an array or object are a list: first, then next. */
struct json {
    enum json_kind kind;
    int32_t n; /* of array or object: how many children */
    str key;   /* of an object's member */
    union {
        bool truth;
        int64_t integer;
        double real;
        str text;
        struct json *first;
    };
    struct json *next;
};

/*
 * json_parse(arena, text, ret, error):
 * The whole text is one RFC 8259 value. Duplicate keys are refused: readers disagree which one
 * counts. Whole numbers beyond 64 bits become reals. Faults: INPUT naming the line, LIMIT when
 * nested deeper than JSON_DEPTH_MAX. Memory: in ${arena}, about 80 bytes a value; ${text} need
 * not outlive the call.
 */
must_use enum fault json_parse(struct arena *arena, str text, struct json **ret,
                               struct error *error);

/* json_get(object, key): that member, or NULL; NULL too when ${object} is NULL or no object. */
const struct json *json_get(const struct json *object, str key);
/* json_text(value): the text, or none when ${value} is NULL or no string. */
str json_text(const struct json *value);
/* json_as_int(value): the whole number, if it is one (2.0 is not). */
struct maybe_int json_as_int(const struct json *value);
/* json_as_real(value): the number, whole or not. */
struct maybe_real json_as_real(const struct json *value);
/* json_as_bool(value, otherwise): the truth value, or ${otherwise}. */
bool json_as_bool(const struct json *value, bool otherwise);

/* ---- Writing ---- */

/* Writes JSON piece by piece; commas are its business. Misuse (a value where a key belongs) is
 * a bug. */
struct json_writer {
    struct buf *out;
    int32_t depth;
    bool after_key;
    char open[JSON_DEPTH_MAX]; /* '{' or '[' */
    bool any[JSON_DEPTH_MAX];  /* whether something was written at that depth */
};

/* json_writer_init(writer, out): the buf says at the end whether all of it fitted (buf_check).
 */
void json_writer_init(struct json_writer *writer, struct buf *out);
/* The container is open until its end; nothing may be left open at the end. */
void json_object_begin(struct json_writer *writer);
void json_object_end(struct json_writer *writer);
void json_array_begin(struct json_writer *writer);
void json_array_end(struct json_writer *writer);
/* json_key(writer, key): inside an object, before each value. */
void json_key(struct json_writer *writer, str key);
/* json_str(writer, s): ill-formed UTF-8 becomes U+FFFD; none becomes null. */
void json_str(struct json_writer *writer, str s);
void json_int(struct json_writer *writer, int64_t n);
/* json_real(writer, x): the shortest decimal that reads back as ${x}; null when it is not
 * finite. */
void json_real(struct json_writer *writer, double x);
void json_bool(struct json_writer *writer, bool truth);
void json_null(struct json_writer *writer);
/* json_maybe_int(writer, n), json_maybe_real(writer, x): null when unknown. */
void json_maybe_int(struct json_writer *writer, struct maybe_int n);
void json_maybe_real(struct json_writer *writer, struct maybe_real x);
