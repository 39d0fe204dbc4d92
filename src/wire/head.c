#include "wire/head.h"

static bool
is_token_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool
is_token(str name)
{
    for (ptrdiff_t i = 0; i < name.n; i++) {
        if (!is_token_char(name.p[i]))
            return false;
    }
    return name.n > 0;
}

bool
head_name_fits(str name)
{
    static const str framing[] = {S_CONST("connection"),
                                  S_CONST("content-length"),
                                  S_CONST("cookie"),
                                  S_CONST("expect"),
                                  S_CONST("host"),
                                  S_CONST("keep-alive"),
                                  S_CONST("te"),
                                  S_CONST("trailer"),
                                  S_CONST("transfer-encoding"),
                                  S_CONST("upgrade"),
                                  S_CONST("proxy-authorization"),
                                  S_CONST("proxy-connection")};
    for (size_t i = 0; i < sizeof framing / sizeof framing[0]; i++) {
        if (str_eq_ascii_case(name, framing[i]))
            return false;
    }
    return is_token(name);
}

bool
head_value_fits(str value)
{
    for (ptrdiff_t i = 0; i < value.n; i++) {
        unsigned char c = (unsigned char)value.p[i];
        if ((c < ' ' && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

static str
blanks_off(str s)
{
    while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
        s = str_slice(s, 1, s.n);
    while (s.n > 0 && strchr(" \t\r\n", s.p[s.n - 1]) != NULL && s.p[s.n - 1] != '\0')
        s = str_slice(s, 0, s.n - 1);
    return s;
}

static str
small_name(struct arena *keep, str name)
{
    char *p = new (keep, char, name.n + 1);
    for (ptrdiff_t i = 0; i < name.n; i++)
        p[i] = name.p[i] >= 'A' && name.p[i] <= 'Z' ? (char)(name.p[i] + 32) : name.p[i];
    return (str){p, name.n};
}

struct http_header *
head_parse(str head, struct arena *keep, int32_t *ret_n)
{
    struct http_header *headers = new (keep, struct http_header, HEAD_LINES_MAX);
    int32_t n = 0;
    while (head.n > 0 && n < HEAD_LINES_MAX) {
        str line, name;
        (void)str_cut(&head, '\n', &line); /* without one the rest is the line */
        if (!str_cut(&line, ':', &name) || !is_token(name))
            continue;
        str value = blanks_off(line);
        headers[n++] = (struct http_header){small_name(keep, name),
                                            value.n > 0 ? arena_str(keep, value) : S("")};
    }
    *ret_n = n;
    return headers;
}
