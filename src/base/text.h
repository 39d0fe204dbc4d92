#pragma once
#include <stdbool.h>
#include "base/arena.h"
#include "base/str.h"

/* utf8_valid(s): well-formed UTF-8: no overlong form, no surrogate, nothing above U+10FFFF. */
bool utf8_valid(str s);

/*
 * utf8_take(s, ret_code):
 * Takes the next character off *s (which is not empty) and gives its code point; an ill-formed
 * sequence is taken up to the first byte that cannot belong to it, and gives -1.
 * Source: Unicode 15.0 section 3.9, "maximal subpart".
 */
void utf8_take(str *s, int32_t *ret_code);

/* utf8_put(out, code): writes the character's 1 to 4 bytes at ${out}, gives how many. */
ptrdiff_t utf8_put(char out[4], int32_t code);

/* utf8_clean(arena, s): the same text, each ill-formed sequence replaced by U+FFFD; ${s} if it
 * is valid. */
str utf8_clean(struct arena *arena, str s);

/*
 * text_graphemes(s): how many characters a reader sees (extended grapheme clusters).
 * Source: UAX #29 of Unicode 15.0, through ICU.
 */
ptrdiff_t text_graphemes(str s);

/* text_cut(s, graphemes): the start of ${s} with at most so many of them. */
str text_cut(str s, ptrdiff_t graphemes);

/*
 * text_eq_case(a, b): the same but for capital and small letters ("Été" and "été").
 * Source: simple case folding of Unicode 15.0, through ICU.
 */
bool text_eq_case(str a, str b);
