#include "base/text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/utext.h>

/* What a lead byte promises: the bytes that follow and the range of the first of them. */
struct lead {
    int32_t follow;
    unsigned char low, high;
};

/* Source: Unicode 15.0, table 3-7, "Well-Formed UTF-8 Byte Sequences". */
static struct lead
lead_of(unsigned char c)
{
    if (c >= 0xc2 && c <= 0xdf)
        return (struct lead){1, 0x80, 0xbf};
    if (c == 0xe0)
        return (struct lead){2, 0xa0, 0xbf};
    if (c == 0xed)
        return (struct lead){2, 0x80, 0x9f};
    if (c >= 0xe1 && c <= 0xef)
        return (struct lead){2, 0x80, 0xbf};
    if (c == 0xf0)
        return (struct lead){3, 0x90, 0xbf};
    if (c >= 0xf1 && c <= 0xf3)
        return (struct lead){3, 0x80, 0xbf};
    if (c == 0xf4)
        return (struct lead){3, 0x80, 0x8f};
    return (struct lead){-1, 0, 0};
}

void
utf8_take(str *s, int32_t *ret_code)
{
    assert(s->n > 0);
    unsigned char c = (unsigned char)s->p[0];
    struct lead lead = c < 0x80 ? (struct lead){0, 0, 0} : lead_of(c);
    int32_t code = c < 0x80 ? c : c & (0x3f >> (lead.follow < 0 ? 0 : lead.follow));
    ptrdiff_t used = 1;
    for (int32_t i = 0; i < lead.follow; i++, used++) {
        unsigned char next = used < s->n ? (unsigned char)s->p[used] : 0;
        if (next < (i == 0 ? lead.low : 0x80) || next > (i == 0 ? lead.high : 0xbf)) {
            lead.follow = -1;
            break;
        }
        code = (code << 6) | (next & 0x3f);
    }
    *ret_code = lead.follow < 0 ? -1 : code;
    s->p += used;
    s->n -= used;
}

ptrdiff_t
utf8_put(char out[4], int32_t code)
{
    assert(code >= 0 && code <= 0x10ffff);
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    ptrdiff_t n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (ptrdiff_t i = n - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (code & 0x3f));
        code >>= 6;
    }
    out[0] = (char)((0xf00 >> n) | code);
    return n;
}

/* How many bytes at the start are ASCII, eight at a time: nearly all of most texts. */
static ptrdiff_t
ascii_prefix(str s)
{
    ptrdiff_t i = 0;
    for (uint64_t eight; i + 8 <= s.n; i += 8) {
        memcpy(&eight, s.p + i, 8);
        if (eight & 0x8080808080808080u)
            break;
    }
    while (i < s.n && (unsigned char)s.p[i] < 0x80)
        i++;
    return i;
}

/* How many bytes at the start are well-formed. */
static ptrdiff_t
valid_prefix(str s)
{
    str rest = s;
    for (;;) {
        ptrdiff_t plain = ascii_prefix(rest);
        rest = str_slice(rest, plain, rest.n);
        if (rest.n == 0)
            return s.n;
        ptrdiff_t at = s.n - rest.n;
        int32_t code;
        utf8_take(&rest, &code);
        if (code < 0)
            return at;
    }
}

bool
utf8_valid(str s)
{
    return valid_prefix(s) == s.n;
}

str
utf8_clean(struct arena *arena, str s)
{
    ptrdiff_t good = valid_prefix(s);
    if (good == s.n)
        return s;
    char *p = new (arena, char, s.n * 3 + 1); /* one bad byte becomes three */
    ptrdiff_t n = 0;
    for (;;) {
        if (good > 0)
            memcpy(p + n, s.p, (size_t)good);
        n += good;
        s = str_slice(s, good, s.n);
        if (s.n == 0)
            return (str){p, n};
        int32_t code;
        utf8_take(&s, &code);
        assert(code < 0);
        n += utf8_put(p + n, 0xfffd);
        good = valid_prefix(s);
    }
}

/*
 * Walks at most ${max} clusters and gives their number; *ret_bytes where they end. ICU fails
 * only for want of memory or of its data, neither of which the program can do without.
 */
static ptrdiff_t
walk(str s, ptrdiff_t max, ptrdiff_t *ret_bytes)
{
    UErrorCode status = U_ZERO_ERROR;
    UText text = UTEXT_INITIALIZER;
    UBreakIterator *breaks = ubrk_open(UBRK_CHARACTER, "", NULL, 0, &status);
    (void)utext_openUTF8(&text, s.p, s.n, &status);
    ubrk_setUText(breaks, &text, &status);
    if (U_FAILURE(status))
        abort();
    ptrdiff_t count = 0;
    int32_t at = 0;
    while (count < max) {
        int32_t next = ubrk_next(breaks);
        if (next == UBRK_DONE)
            break;
        at = next;
        count++;
    }
    ubrk_close(breaks);
    (void)utext_close(&text); /* stack-allocated: always NULL */
    *ret_bytes = at;
    return count;
}

/* Every ASCII character is a cluster of its own, but CR LF is one. */
static bool
plain_ascii(str s)
{
    return ascii_prefix(s) == s.n && str_chr(s, '\r') < 0;
}

ptrdiff_t
text_graphemes(str s)
{
    assert(s.n <= INT32_MAX); /* ICU's index; inputs are bounded far below */
    ptrdiff_t bytes;
    return plain_ascii(s) ? s.n : walk(s, PTRDIFF_MAX, &bytes);
}

str
text_cut(str s, ptrdiff_t graphemes)
{
    assert(s.n <= INT32_MAX && graphemes >= 0);
    if (s.n <= graphemes || plain_ascii(s))
        return str_slice(s, 0, graphemes);
    ptrdiff_t bytes;
    (void)walk(s, graphemes, &bytes);
    return str_slice(s, 0, bytes);
}

bool
text_eq_case(str a, str b)
{
    while (a.n > 0 && b.n > 0) {
        int32_t x, y;
        utf8_take(&a, &x);
        utf8_take(&b, &y);
        if (x != y &&
            (x < 0 || y < 0 ||
             u_foldCase(x, U_FOLD_CASE_DEFAULT) != u_foldCase(y, U_FOLD_CASE_DEFAULT)))
            return false;
    }
    return a.n == 0 && b.n == 0;
}
