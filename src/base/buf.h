#pragma once
#include "base/error.h"
#include "base/str.h"

/*
 * A growing text with a declared maximum. Adding past the maximum adds nothing and marks the buf
 * `overflown` for good: builders add freely and check once at the end. A NUL stands behind the content.
 */
struct buf {
    char *p;
    ptrdiff_t n, capacity, max;
    bool overflown;
};

/* buf_init(buf, max): empty; ${max} bytes at most. Owner: the caller, who releases it. */
void buf_init(struct buf *buf, ptrdiff_t max);
void buf_release(struct buf *buf);
/* buf_clear(buf): empty and not overflown; the memory is kept. */
void buf_clear(struct buf *buf);
void buf_add(struct buf *buf, str s);
void buf_add_char(struct buf *buf, char c);
void buf_addf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
str buf_str(const struct buf *buf);
/* buf_check(buf, what, error): LIMIT, naming ${what}, if anything did not fit. */
must_use enum fault buf_check(const struct buf *buf, const char *what, struct error *error);

static inline void
buf_cleanup(struct buf *buf)
{
    buf_release(buf);
}
#define auto_buf __attribute__((cleanup(buf_cleanup))) struct buf
