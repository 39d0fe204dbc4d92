#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A slice of bytes, not terminated. {NULL, 0} is "none" (SQL's NULL), distinct from the empty S(""). */
typedef struct {
    const char *p;
    ptrdiff_t n;
} str;

#define S(literal) ((str){"" literal "", (ptrdiff_t)sizeof(literal) - 1})
/* The same as the initialiser of a constant: in tables, where a compound literal is not allowed. */
#define S_CONST(literal)                              \
    {                                                 \
        "" literal "", (ptrdiff_t)sizeof(literal) - 1 \
    }
#define STR_NONE ((str){NULL, 0})
/* For printf's %.*s */
#define STR_FMT(s) (int)(s).n, (s).p ? (s).p : ""

/* str_of(z): the slice of a NUL-terminated string; NULL gives none. */
str str_of(const char *z);
bool str_eq(str a, str b);
/* str_eq_ascii_case(a, b): equal but for the case of A–Z. */
bool str_eq_ascii_case(str a, str b);
/* str_cmp(a, b): byte order, <0 0 >0. */
int str_cmp(str a, str b);
bool str_starts(str s, str prefix);
bool str_ends(str s, str suffix);
/* str_find(s, needle): the first index of ${needle}, or -1. */
ptrdiff_t str_find(str s, str needle);
/* str_chr(s, c): the first index of the byte, or -1. */
ptrdiff_t str_chr(str s, char c);
/* str_slice(s, from, to): bytes [from, to), both clamped to the string. */
str str_slice(str s, ptrdiff_t from, ptrdiff_t to);
/* str_trim(s): without ASCII space, tab, CR, LF and U+00A0, U+202F, U+FEFF at both ends. */
str str_trim(str s);
/* str_cut(s, separator, ret_head): splits off the part before ${separator}; false and the whole when absent. */
bool str_cut(str *s, char separator, str *ret_head);
/* str_hash(s): FNV-1a, 64 bits. For tables and change detection, never for secrets. */
uint64_t str_hash(str s);
