#include "base/buf.h"
#include "wire/trace.h"

enum {
    REDACT_MAX =
        8 << 20 /* of a text with all its stars: an answer of the longest kind, four times */
};

static bool
is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || c == '-';
}

static bool
is_one_of(str word, const str *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq_ascii_case(word, list[i]))
            return true;
    }
    return false;
}
#define IS_ONE_OF(word, list) is_one_of((word), (list), sizeof(list) / sizeof((list)[0]))

/* Secret to the end of their line. */
static const str head_names[] = {S_CONST("authorization"),
                                 S_CONST("proxy-authorization"),
                                 S_CONST("cookie"),
                                 S_CONST("set-cookie"),
                                 S_CONST("dpop"),
                                 S_CONST("signature"),
                                 S_CONST("x-hub-signature"),
                                 S_CONST("x-hub-signature-256"),
                                 S_CONST("x-api-key")};
/* Secret as a field of a form or of JSON. */
static const str field_names[] = {S_CONST("access_token"),
                                  S_CONST("refresh_token"),
                                  S_CONST("id_token"),
                                  S_CONST("token"),
                                  S_CONST("client_secret"),
                                  S_CONST("client_assertion"),
                                  S_CONST("code_verifier"),
                                  S_CONST("password"),
                                  S_CONST("passwd"),
                                  S_CONST("secret"),
                                  S_CONST("api_key"),
                                  S_CONST("apikey"),
                                  S_CONST("accessjwt"),
                                  S_CONST("refreshjwt"),
                                  S_CONST("jwt"),
                                  S_CONST("oauth_token"),
                                  S_CONST("oauth_token_secret"),
                                  S_CONST("oauth_signature"),
                                  S_CONST("oauth_verifier"),
                                  S_CONST("private_key"),
                                  S_CONST("app_password"),
                                  S_CONST("appsecret_proof"),
                                  S_CONST("input_token"),
                                  S_CONST("fb_exchange_token"),

                                  S_CONST("d"),
                                  S_CONST("authorization"),
                                  S_CONST("upload_url"),
                                  S_CONST("x-amz-signature"),
                                  S_CONST("x-goog-signature")};
/* Secret in a query or form; in JSON the name of an error or of nothing secret. */
static const str query_names[] = {S_CONST("code"),      S_CONST("key"),   S_CONST("sig"),
                                  S_CONST("signature"), S_CONST("state"), S_CONST("hash")};
/* What follows is a credential. */
static const str schemes[] = {S_CONST("bearer"), S_CONST("dpop"), S_CONST("basic"),
                              S_CONST("ghost")};

static ptrdiff_t
until(str text, ptrdiff_t from, const char *ends)
{
    while (from < text.n && (text.p[from] == '\0' || strchr(ends, text.p[from]) == NULL))
        from++;
    return from;
}

static ptrdiff_t
skip(str text, ptrdiff_t from, const char *what)
{
    while (from < text.n && text.p[from] != '\0' && strchr(what, text.p[from]) != NULL)
        from++;
    return from;
}

/* Where the quoted text that begins at ${from} ends, its last quote or the end of all. */
static ptrdiff_t
quoted_end(str text, ptrdiff_t from)
{
    for (; from < text.n && text.p[from] != '"'; from++) {
        if (text.p[from] == '\\')
            from++;
    }
    return from < text.n ? from : text.n;
}

/*
 * The value behind the name that ends at ${at}: [*ret_from, *ret_to). False when none follows that is secret.
 */
static bool
secret_value(str text, str name, ptrdiff_t at, ptrdiff_t *ret_from, ptrdiff_t *ret_to)
{
    bool head = IS_ONE_OF(name, head_names), field = IS_ONE_OF(name, field_names);
    bool query = field || IS_ONE_OF(name, query_names);
    bool in_json = at < text.n && text.p[at] == '"';
    ptrdiff_t from = skip(text, in_json ? at + 1 : at, " \t");
    if ((!head && !query) || from >= text.n)
        return false;
    char sign = text.p[from];
    from = skip(text, from + 1, " \t");
    bool quoted = from < text.n && text.p[from] == '"';
    *ret_from = quoted ? from + 1 : from;
    if (sign == '=' && query) {
        *ret_to = quoted ? quoted_end(text, from + 1) : until(text, from, "& \t\r\n\"'<>#,;");
        return true;
    }
    if (sign != ':')
        return false;
    if (field && quoted) {
        *ret_to = quoted_end(text, from + 1);
        return true;
    }
    if (in_json || !(head || (field && name.n > 1)))
        return false;
    *ret_from = from;
    *ret_to = until(text, from, "\r\n");
    return true;
}

/* A word that is itself a secret, or announces one. */
static bool
secret_word(str text, ptrdiff_t from, ptrdiff_t to, ptrdiff_t *ret_from, ptrdiff_t *ret_to)
{
    enum { JWT_MIN = 20, TOKEN_MIN = 8 };
    str word = str_slice(text, from, to);
    if (str_starts(word, S("eyJ"))) {
        *ret_from = from;
        *ret_to = from;
        while (*ret_to < text.n && (is_word(text.p[*ret_to]) || text.p[*ret_to] == '.'))
            ++*ret_to;
        return *ret_to - from >= JWT_MIN;
    }
    if (IS_ONE_OF(word, schemes) && to < text.n && text.p[to] == ' ') {
        *ret_from = to + 1;
        *ret_to = until(text, to + 1, " \t\r\n\"'<>,");
        return *ret_to - *ret_from >= TOKEN_MIN;
    }
    return false;
}

/* Addresses that are secrets: …/webhooks/1234/SECRET, /services/T…/B…/SECRET, /bot1234:SECRET/ */
static bool
secret_path(str text, ptrdiff_t at, ptrdiff_t *ret_from, ptrdiff_t *ret_to)
{
    str left = str_slice(text, at, text.n);
    ptrdiff_t from = -1;
    if (str_starts(left, S("/webhooks/"))) {
        ptrdiff_t slash = until(text, at + 10, "/?# \t\r\n\"");
        from = slash < text.n && text.p[slash] == '/' ? slash + 1 : at + 10;
    } else if (str_starts(left, S("/services/"))) {
        from = at + 10;
    } else if (str_starts(left, S("/bot")) && left.n > 4 && left.p[4] >= '0' &&
               left.p[4] <= '9') {
        from = at + 4;
    }
    if (from < 0)
        return false;
    *ret_from = from;
    *ret_to =
        until(text, from, str_starts(left, S("/services/")) ? "?# \t\r\n\"" : "/?# \t\r\n\"");
    return *ret_to > from;
}

str
redact(struct arena *arena, str text)
{
    auto_buf out;
    buf_init(&out, REDACT_MAX);
    ptrdiff_t at = 0;
    while (at < text.n) {
        ptrdiff_t from, to, word = at;
        while (word < text.n && is_word(text.p[word]))
            word++;
        bool found = word > at
                         ? secret_value(text, str_slice(text, at, word), word, &from, &to) ||
                               secret_word(text, at, word, &from, &to)
                         : secret_path(text, at, &from, &to);
        if (found && to > from) {
            buf_add(&out, str_slice(text, at, from));
            buf_add(&out, S("***"));
            at = to;
        } else {
            ptrdiff_t next = word > at ? word : at + 1;
            buf_add(&out, str_slice(text, at, next));
            at = next;
        }
    }
    return out.overflown ? S("***") : arena_str(arena, buf_str(&out));
}
