#include "base/str.h"

#include <string.h>

str
str_of(const char *z)
{
    return z ? (str){z, (ptrdiff_t)strlen(z)} : STR_NONE;
}

bool
str_eq(str a, str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, (size_t)a.n) == 0);
}

static unsigned char
lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

bool
str_eq_ascii_case(str a, str b)
{
    if (a.n != b.n)
        return false;
    for (ptrdiff_t i = 0; i < a.n; i++) {
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    }
    return true;
}

int
str_cmp(str a, str b)
{
    ptrdiff_t n = a.n < b.n ? a.n : b.n;
    int order = n > 0 ? memcmp(a.p, b.p, (size_t)n) : 0;
    return order ? order : (a.n > b.n) - (a.n < b.n);
}

bool
str_starts(str s, str prefix)
{
    return s.n >= prefix.n && str_eq(str_slice(s, 0, prefix.n), prefix);
}

bool
str_ends(str s, str suffix)
{
    return s.n >= suffix.n && str_eq(str_slice(s, s.n - suffix.n, s.n), suffix);
}

ptrdiff_t
str_find(str s, str needle)
{
    if (needle.n == 0)
        return 0;
    if (s.n < needle.n)
        return -1;
    const char *at = memmem(s.p, (size_t)s.n, needle.p, (size_t)needle.n);
    return at ? at - s.p : -1;
}

ptrdiff_t
str_chr(str s, char c)
{
    const char *at = s.n > 0 ? memchr(s.p, c, (size_t)s.n) : NULL;
    return at ? at - s.p : -1;
}

str
str_slice(str s, ptrdiff_t from, ptrdiff_t to)
{
    from = from < 0 ? 0 : from > s.n ? s.n : from;
    to = to < from ? from : to > s.n ? s.n : to;
    return s.p ? (str){s.p + from, to - from} : STR_NONE;
}

/* The length of the blank at the start (or end) of s, 0 when there is none. */
static ptrdiff_t
blank_at(str s, bool at_end)
{
    static const str blanks[] = {{" ", 1},           {"\t", 1},       {"\r", 1},
                                 {"\n", 1},          {"\xc2\xa0", 2}, {"\xe2\x80\xaf", 3},
                                 {"\xef\xbb\xbf", 3}};
    for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++) {
        if (at_end ? str_ends(s, blanks[i]) : str_starts(s, blanks[i]))
            return blanks[i].n;
    }
    return 0;
}

str
str_trim(str s)
{
    for (ptrdiff_t n; (n = blank_at(s, false)) > 0;)
        s = str_slice(s, n, s.n);
    for (ptrdiff_t n; (n = blank_at(s, true)) > 0;)
        s = str_slice(s, 0, s.n - n);
    return s;
}

bool
str_cut(str *s, char separator, str *ret_head)
{
    ptrdiff_t at = str_chr(*s, separator);
    if (at < 0) {
        *ret_head = *s;
        *s = str_slice(*s, s->n, s->n);
        return false;
    }
    *ret_head = str_slice(*s, 0, at);
    *s = str_slice(*s, at + 1, s->n);
    return true;
}

uint64_t
str_hash(str s)
{
    uint64_t h = 14695981039346656037u;
    for (ptrdiff_t i = 0; i < s.n; i++) {
        h ^= (unsigned char)s.p[i];
        h *= 1099511628211u;
    }
    return h;
}
