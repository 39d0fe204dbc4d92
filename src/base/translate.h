#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/lang.h"
#include "base/str.h"

/* Marks a literal that is translated elsewhere, so that tools/check-words finds it. */
#define N_(s) s

/* The most arguments one sentence takes; the longest has five. */
enum { SAY_ARGS_MAX = 9 };

/*
 * translate(lang, id):
 * The sentence whose English is ${id}; ${id} itself in English and where there is no
 * translation. Memory: lives as long as the program (or as ${id}).
 */
const char *translate(enum lang lang, const char *id) __attribute__((nonnull, returns_nonnull));

/*
 * translate_known(arena, lang, text, ret):
 * Whether ${text} is a sentence of ours; *ret is then the sentence in the reader's language. What somebody else wrote
 * is none, and is quoted as it came.
 */
bool translate_known(struct arena *arena, enum lang lang, str text, str *ret);

/*
 * translate_n(lang, one, many, n):
 * The form for ${n}: English takes ${one} for 1 only, French also for 0 (and for -1 to 1).
 * Source: CLDR plural rules for whole numbers, categories one and other.
 */
const char *translate_n(enum lang lang, const char *one, const char *many, int64_t n)
    __attribute__((nonnull, returns_nonnull));

/* translate_error(arena, lang, error): the whole message in the reader's language, at most 4
 * KiB. */
str translate_error(struct arena *arena, enum lang lang, const struct error *error);

/*
 * say(arena, lang, id, args, args_n):
 * The translated sentence with its arguments put in: "%s" takes the next, "%2$s" the second,
 * "%%" is a per cent sign. Arguments are rendered before (base/format.h), so a sentence never
 * formats. A missing argument shows as nothing.
 */
str say(struct arena *arena, enum lang lang, const char *id, const str *args, int32_t args_n);

/* SAY(arena, lang, id, ...): say() with one or more str arguments. */
#define SAY(arena, lang, id, ...)                          \
    say((arena), (lang), (id), (const str[]){__VA_ARGS__}, \
        (int32_t)(sizeof((const str[]){__VA_ARGS__}) / sizeof(str)))
