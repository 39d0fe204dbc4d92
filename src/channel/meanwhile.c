/* Stands in for the room wire until it is joined. */
#include <assert.h>

#include "wire/encode.h"
#include "wire/http.h"

str
http_header_value(const struct http_answer *answer, str name)
{
    for (int32_t i = 0; i < answer->headers_n; i++)
        if (str_eq(answer->headers[i].name, name))
            return answer->headers[i].value;
    return STR_NONE;
}

void
http_add_header(struct http_request *request, str name, str value)
{
    assert(request->headers_n < HTTP_HEADERS_MAX);
    request->headers[request->headers_n++] = (struct http_header){name, value};
}

str
http_method_name(enum http_method method)
{
    static const char *const names[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
    return str_of(names[method]);
}

str
base64(struct arena *arena, str bytes)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *out = new (arena, char, (bytes.n + 2) / 3 * 4 + 1);
    ptrdiff_t n = 0;
    for (ptrdiff_t i = 0; i < bytes.n; i += 3) {
        uint32_t three = 0;
        for (ptrdiff_t j = 0; j < 3; j++)
            three = three << 8 | (i + j < bytes.n ? (unsigned char)bytes.p[i + j] : 0);
        for (ptrdiff_t j = 0; j < 4; j++)
            out[n++] = i + j <= bytes.n ? digits[three >> (18 - 6 * j) & 63] : '=';
    }
    return (str){out, n};
}

str
percent(struct arena *arena, str text)
{
    static const char digits[] = "0123456789ABCDEF";
    char *out = new (arena, char, text.n * 3 + 1);
    ptrdiff_t n = 0;
    for (ptrdiff_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
            c == '-' || c == '.' || c == '_' || c == '~') {
            out[n++] = (char)c;
            continue;
        }
        out[n++] = '%';
        out[n++] = digits[c >> 4];
        out[n++] = digits[c & 15];
    }
    return (str){out, n};
}

str
form(struct arena *arena, const struct pair *pairs, int32_t n)
{
    str text = S("");
    for (int32_t i = 0; i < n; i++)
        text = arena_printf(arena, "%.*s%s%.*s=%.*s", STR_FMT(text), i ? "&" : "",
                            STR_FMT(percent(arena, pairs[i].name)),
                            STR_FMT(percent(arena, pairs[i].value)));
    return text;
}

bool
http_date_read(str text, int64_t *ret_seconds)
{
    (void)text;
    (void)ret_seconds;
    return false;
}
