#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "base/str.h"

/*
 * A region of memory that is given back all at once. A unit of work (request, command, test) owns two:
 * `keep`, passed by pointer, holds what is returned; `scratch`, passed by value, rewinds itself at return.
 * Address space is reserved at once and pages are touched only when used. Running out aborts: every
 * input is bounded before it is read, so exhaustion is a bug.
 */
struct arena {
    char *at, *end;
};

/* What arena_reserve gave, for arena_reset and arena_release. */
struct arena_region {
    char *start;
    ptrdiff_t size;
};

/*
 * arena_reserve(size, ret_region):
 * A fresh arena of ${size} bytes (rounded up to pages). Owner: the caller, who releases the region.
 */
struct arena arena_reserve(ptrdiff_t size, struct arena_region *ret_region);
/* arena_reset(region): the arena empty again; its pages are kept, so the next use costs no page fault. */
struct arena arena_reset(const struct arena_region *region);
void arena_release(struct arena_region *region);

/* arena_alloc(arena, size, align, count): zeroed, never NULL; overflow or exhaustion aborts. */
void *arena_alloc(struct arena *arena, ptrdiff_t size, ptrdiff_t align, ptrdiff_t count)
    __attribute__((returns_nonnull, nonnull));

/* clang-format takes new for the C++ word and would part it from its parenthesis. */
/* clang-format off */
#define new(arena, T, n) \
    ((T *)arena_alloc((arena), (ptrdiff_t)sizeof(T), (ptrdiff_t)_Alignof(T), (n)))
/* clang-format on */

/* arena_str(arena, s): a copy of the bytes; none stays none. */
str arena_str(struct arena *arena, str s);
/* cstr(arena, s): a NUL-terminated copy for C interfaces; a NUL inside ends it early. */
const char *cstr(struct arena *arena, str s) __attribute__((returns_nonnull));
/* arena_printf(arena, format, ...): the formatted text, at most 64 KiB (longer is cut). */
str arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
