#include "web/head.h"

#include <assert.h>

#include "base/number.h"
#include "base/text.h"

/* RFC 9110 section 5.6.2 */
static bool
is_token(str s)
{
    static const char more[] = "!#$%&'*+-.^_`|~";
    for (ptrdiff_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain && (c == '\0' || !strchr(more, c)))
            return false;
    }
    return s.n > 0;
}

static bool
is_visible(str s, bool blanks)
{
    for (ptrdiff_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool blank = c == ' ' || c == '\t';
        if (blank ? !blanks : (c < 0x20 || c == 0x7f))
            return false;
    }
    return true;
}

/*
 * The library ends a line at CRLF, at a lone LF or at a NUL alike, joins folded lines, and writes NULs over
 * what it took off. Where it leaves the rest in place, the distances between what it found tell whether
 * each line was ended by exactly two bytes and held nothing else.
 */
static bool
lines_whole(const struct head *head)
{
    const char *end = head->version.p + head->version.n;
    if (head->method.p + head->method.n + 1 != head->uri_at ||
        head->uri_at + head->uri.n + 1 != head->version.p)
        return false;
    for (int32_t i = 0; i < head->headers_n; i++) {
        const struct pair *h = &head->headers[i];
        if (h->name.p != end + 2 || h->value.p <= h->name.p + h->name.n)
            return false;
        end = h->value.p + h->value.n;
    }
    return end + 4 - head->method.p == head->bytes;
}

static struct refusal
refuse(int32_t status, const char *why)
{
    return (struct refusal){status, why};
}

static struct refusal
check_line(const struct head *head)
{
    if (!is_token(head->method))
        return refuse(400, "method is no token");
    if (head->uri_too_long)
        return refuse(414, "address too long");
    if (head->uri.n == 0 || !is_visible(head->uri, false))
        return refuse(400, "control character in the address");
    if (!str_eq(head->version, S("HTTP/1.1")) && !str_eq(head->version, S("HTTP/1.0")))
        return refuse(505, "version other than 1.0 and 1.1");
    return refuse(0, NULL);
}

struct counts {
    int32_t hosts, lengths;
    str host, length;
    bool coding;
};

static struct refusal
check_header(const struct pair *h, struct counts *counts)
{
    if (!is_token(h->name))
        return refuse(400, "header name is no token");
    if (!is_visible(h->value, true))
        return refuse(400, "control character in a header");
    if (str_eq_ascii_case(h->name, S("Host"))) {
        counts->hosts++;
        counts->host = str_trim(h->value);
    } else if (str_eq_ascii_case(h->name, S("Content-Length"))) {
        counts->lengths++;
        counts->length = str_trim(h->value);
    } else if (str_eq_ascii_case(h->name, S("Transfer-Encoding"))) {
        counts->coding = true;
    }
    return refuse(0, NULL);
}

/* Digits only: parse_i64 would take "-0". */
static bool
length_read(str text, int64_t *ret)
{
    struct error error;
    for (ptrdiff_t i = 0; i < text.n; i++)
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
    return text.n > 0 && (text.n == 1 || text.p[0] != '0') &&
           parse_i64(text, 0, INT64_MAX, ret, &error) == OK;
}

static struct refusal
check_framing(struct head *head, const struct counts *counts)
{
    if (counts->hosts > 1)
        return refuse(400, "more than one Host");
    if (counts->hosts == 0 && str_eq(head->version, S("HTTP/1.1")))
        return refuse(400, "no Host");
    if (counts->hosts == 1 &&
        (counts->host.n == 0 || str_chr(counts->host, ',') >= 0 ||
         str_chr(counts->host, '@') >= 0 || str_chr(counts->host, '/') >= 0 ||
         str_chr(counts->host, ' ') >= 0))
        return refuse(400, "odd Host");
    if (counts->coding && counts->lengths > 0)
        return refuse(400, "Transfer-Encoding and Content-Length");
    /* Browsers and proxies that buffer send a length; one way to frame a body is enough. */
    if (counts->coding)
        return refuse(411, "Transfer-Encoding");
    if (counts->lengths > 1)
        return refuse(400, "more than one Content-Length");
    if (counts->lengths == 1 && !length_read(counts->length, &head->body_bytes))
        return refuse(400, "odd Content-Length");
    head->body_announced = head->body_bytes > 0;
    bool bodyless = str_eq(head->method, S("GET")) || str_eq(head->method, S("HEAD"));
    if (bodyless && head->body_announced)
        return refuse(400, "a body on GET or HEAD");
    return refuse(0, NULL);
}

struct refusal
head_check(struct head *head)
{
    assert(head->headers_n <= HEAD_HEADERS_MAX);
    struct counts counts = {0};
    head->body_bytes = 0;
    head->body_announced = false;
    struct refusal refusal = check_line(head);
    if (refusal.status)
        return refusal;
    if (head->too_many)
        return refuse(431, "too many headers");
    if (head->in_place && !lines_whole(head))
        return refuse(400, "a line not ended by CRLF, a folded line or a NUL");
    for (int32_t i = 0; i < head->headers_n; i++) {
        refusal = check_header(&head->headers[i], &counts);
        if (refusal.status)
            return refusal;
    }
    return check_framing(head, &counts);
}

str
head_header(const struct head *head, str name)
{
    str found = STR_NONE;
    for (int32_t i = 0; i < head->headers_n; i++) {
        if (!str_eq_ascii_case(head->headers[i].name, name))
            continue;
        if (found.p)
            return STR_NONE; /* two: neither is believed */
        found = str_trim(head->headers[i].value);
    }
    return found;
}

str
head_cookie(const struct head *head, str name)
{
    for (int32_t i = 0; i < head->headers_n; i++) {
        if (!str_eq_ascii_case(head->headers[i].name, S("Cookie")))
            continue;
        str rest = head->headers[i].value, one;
        for (bool more = true; more;) {
            str key;
            more = str_cut(&rest, ';', &one);
            if (str_cut(&one, '=', &key) && str_eq(str_trim(key), name))
                return str_trim(one);
        }
    }
    return STR_NONE;
}

/* "q=0", "q=0.0", "q = 0.000": not wanted. */
static bool
is_zero_weight(str parameter)
{
    str name;
    if (!str_cut(&parameter, '=', &name) || !str_eq_ascii_case(str_trim(name), S("q")))
        return false;
    parameter = str_trim(parameter);
    for (ptrdiff_t i = 0; i < parameter.n; i++)
        if (parameter.p[i] != '0' && parameter.p[i] != '.')
            return false;
    return true;
}

bool
head_accepts(str list, str word)
{
    for (bool more = list.n > 0; more;) {
        str item, name;
        more = str_cut(&list, ',', &item);
        bool weighted = str_cut(&item, ';', &name);
        if (str_eq_ascii_case(str_trim(name), word))
            return !weighted || !is_zero_weight(item);
    }
    return false;
}

static int32_t
hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Percent escapes undone once; none for a bad one. */
static str
unescape(str s, bool plus_is_space, struct arena *keep)
{
    char *out = new (keep, char, s.n + 1);
    ptrdiff_t n = 0;
    for (ptrdiff_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '%') {
            bool whole = i + 2 < s.n;
            int32_t high = whole ? hex_digit(s.p[i + 1]) : -1;
            int32_t low = whole ? hex_digit(s.p[i + 2]) : -1;
            if (high < 0 || low < 0)
                return STR_NONE;
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        out[n++] = c;
    }
    return (str){out, n};
}

static bool
segment_plain(str segment)
{
    if (str_eq(segment, S(".")) || str_eq(segment, S("..")))
        return false;
    for (ptrdiff_t i = 0; i < segment.n; i++) {
        unsigned char c = (unsigned char)segment.p[i];
        if (c < 0x20 || c == 0x7f || c == '\\' || c == '/')
            return false;
    }
    return true;
}

bool
path_decode(str uri, struct arena *keep, str *ret_path)
{
    str rest = uri, path;
    (void)str_cut(&rest, '?', &path); /* with a query or without */
    if (path.n == 0 || path.p[0] != '/' || path.n > HEAD_PATH_MAX)
        return false;
    char *out = new (keep, char, path.n + 1);
    ptrdiff_t n = 0;
    rest = str_slice(path, 1, path.n);
    for (bool more = true; more;) {
        str raw;
        more = str_cut(&rest, '/', &raw);
        str segment = unescape(raw, false, keep);
        /* An empty segment is fine at the end only: "//" has no meaning of ours. */
        if (!segment.p || !segment_plain(segment) || (segment.n == 0 && more))
            return false;
        out[n++] = '/';
        memcpy(out + n, segment.p, (size_t)segment.n);
        n += segment.n;
    }
    *ret_path = (str){out, n};
    return utf8_valid(*ret_path);
}

bool
pairs_decode(str text, struct arena *keep, struct pair *ret, int32_t max, int32_t *ret_n)
{
    int32_t n = 0;
    for (bool more = text.n > 0; more;) {
        str one, name;
        more = str_cut(&text, '&', &one);
        if (one.n == 0)
            continue;
        if (n == max)
            return false;
        (void)str_cut(&one, '=', &name); /* without "=" the value is empty */
        struct pair pair = {unescape(name, true, keep), unescape(one, true, keep)};
        if (!pair.name.p || !pair.value.p || str_chr(pair.name, '\0') >= 0 ||
            str_chr(pair.value, '\0') >= 0)
            return false;
        ret[n++] = pair;
    }
    *ret_n = n;
    return true;
}
