#include "base/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
buf_init(struct buf *buf, ptrdiff_t max)
{
    assert(max > 0);
    *buf = (struct buf){.max = max};
}

void
buf_release(struct buf *buf)
{
    free(buf->p);
    *buf = (struct buf){0};
}

void
buf_clear(struct buf *buf)
{
    buf->n = 0;
    buf->overflown = false;
    if (buf->p)
        buf->p[0] = '\0';
}

/* Room for ${more} bytes and the NUL; false, and overflown, when the maximum forbids it. */
static bool
buf_room(struct buf *buf, ptrdiff_t more)
{
    assert(buf->max > 0);
    if (buf->overflown || more > buf->max - buf->n) {
        buf->overflown = true;
        return false;
    }
    ptrdiff_t need = buf->n + more + 1;
    if (need > buf->capacity) {
        ptrdiff_t capacity = buf->capacity ? buf->capacity : 256;
        while (capacity < need)
            capacity *= 2;
        char *p = realloc(buf->p, (size_t)capacity);
        if (!p)
            abort();
        buf->p = p;
        buf->capacity = capacity;
    }
    return true;
}

void
buf_add(struct buf *buf, str s)
{
    if (!buf_room(buf, s.n))
        return;
    if (s.n > 0)
        memcpy(buf->p + buf->n, s.p, (size_t)s.n);
    buf->n += s.n;
    buf->p[buf->n] = '\0';
}

void
buf_add_char(struct buf *buf, char c)
{
    buf_add(buf, (str){&c, 1});
}

void
buf_addf(struct buf *buf, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    assert(n >= 0);
    if (buf_room(buf, n)) {
        (void)vsnprintf(buf->p + buf->n, (size_t)n + 1, format, again); /* length known */
        buf->n += n;
    }
    va_end(again);
}

str
buf_str(const struct buf *buf)
{
    return buf->p ? (str){buf->p, buf->n} : S("");
}

enum fault
buf_check(const struct buf *buf, const char *what, struct error *error)
{
    if (!buf->overflown)
        return OK;
    return fail(error, FAULT_LIMIT, "%s is longer than the %lld bytes allowed", what,
                (long long)buf->max);
}
