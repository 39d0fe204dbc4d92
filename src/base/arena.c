#include "base/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/sanitize.h"

#if SANITIZED
#include <sanitizer/asan_interface.h>
#define POISON(p, n) ASAN_POISON_MEMORY_REGION((p), (size_t)(n))
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (size_t)(n))
#else
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

enum {
    PAGE_BYTES = 4096,
    PRINTF_MAX = 64 * 1024, /* a sentence, never a document */
    /* Poison is written, an eighth of what it covers, at every reset: only where most of what is used lies. */
    POISON_MAX = 1 << 18
};

static ptrdiff_t
poisoned(const struct arena_region *region)
{
    return region->size < POISON_MAX ? region->size : POISON_MAX;
}

struct arena
arena_reserve(ptrdiff_t size, struct arena_region *ret_region)
{
    assert(size > 0 && size < PTRDIFF_MAX - PAGE_BYTES);
    size = (size + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    void *p = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        abort();
    *ret_region = (struct arena_region){p, size};
    return arena_reset(ret_region);
}

struct arena
arena_reset(const struct arena_region *region)
{
    POISON(region->start, poisoned(region));
    return (struct arena){region->start, region->start + region->size};
}

void
arena_release(struct arena_region *region)
{
    if (region->start) {
        UNPOISON(region->start, poisoned(region));
        (void)munmap(region->start, (size_t)region->size); /* only a bad address can fail */
    }
    *region = (struct arena_region){0};
}

void *
arena_alloc(struct arena *arena, ptrdiff_t size, ptrdiff_t align, ptrdiff_t count)
{
    assert(size > 0 && count >= 0 && align > 0 && (align & (align - 1)) == 0);
    ptrdiff_t padding = (ptrdiff_t)(-(uintptr_t)arena->at & (uintptr_t)(align - 1));
    if (count > (arena->end - arena->at - padding) / size) {
        (void)fputs(
            "propre: an arena is exhausted: a bound is missing before this allocation\n",
            stderr);
        abort();
    }
    char *p = arena->at + padding;
    arena->at = p + size * count;
    UNPOISON(p, size * count);
    return memset(p, 0, (size_t)(size * count));
}

str
arena_str(struct arena *arena, str s)
{
    if (!s.p)
        return STR_NONE;
    char *p = new (arena, char, s.n + 1);
    if (s.n > 0)
        memcpy(p, s.p, (size_t)s.n);
    return (str){p, s.n};
}

const char *
cstr(struct arena *arena, str s)
{
    return s.p ? arena_str(arena, s).p : "";
}

str
arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    assert(n >= 0);
    if (n >= PRINTF_MAX)
        n = PRINTF_MAX - 1;
    char *p = new (arena, char, n + 1);
    (void)vsnprintf(p, (size_t)n + 1, format, again); /* as long as it was the first time */
    va_end(again);
    va_end(args);
    return (str){p, n};
}
