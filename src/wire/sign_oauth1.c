#include <assert.h>

#include "base/buf.h"
#include "wire/sign.h"

enum {
    OAUTH1_TEXT_MAX = 1 << 20 /* of a base string: a form is at most 256 KiB, encoded twice */
};

/* The address without query and fragment, scheme and host in small letters, no default port. */
static bool
base_address(struct arena *arena, str url, str *ret_base, str *ret_query)
{
    ptrdiff_t fragment = str_chr(url, '#');
    if (fragment >= 0)
        url = str_slice(url, 0, fragment);
    str base = url;
    *ret_query = STR_NONE;
    ptrdiff_t question = str_chr(url, '?');
    if (question >= 0) {
        base = str_slice(url, 0, question);
        *ret_query = str_slice(url, question + 1, url.n);
    }
    ptrdiff_t host = str_find(base, S("://"));
    if (host < 1)
        return false;
    str rest = str_slice(base, host + 3, base.n);
    ptrdiff_t slash = str_chr(rest, '/');
    ptrdiff_t end = host + 3 + (slash < 0 ? rest.n : slash);
    if (end == host + 3)
        return false;
    char *p = new (arena, char, end + 1);
    for (ptrdiff_t i = 0; i < end; i++)
        p[i] = base.p[i] >= 'A' && base.p[i] <= 'Z' ? (char)(base.p[i] + 32) : base.p[i];
    str origin = {p, end};
    if (str_starts(origin, S("https:")) && str_ends(origin, S(":443")))
        origin.n -= 4;
    else if (str_starts(origin, S("http:")) && str_ends(origin, S(":80")))
        origin.n -= 3;
    str path = slash < 0 ? S("/") : str_slice(base, end, base.n);
    *ret_base = arena_printf(arena, "%.*s%.*s", STR_FMT(origin), STR_FMT(path));
    return true;
}

static int
pair_cmp(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    int by_name = str_cmp(x->name, y->name);
    return by_name ? by_name : str_cmp(x->value, y->value);
}

enum fault
sign_oauth1_base(struct arena *arena, enum http_method method, str url,
                 const struct pair *params, int32_t n, str *ret, struct error *error)
{
    str base, query;
    if (!base_address(arena, url, &base, &query))
        return fail(error, FAULT_INPUT, "the address to be signed is not one");
    struct pair *encoded = new (arena, struct pair, n + 1);
    for (int32_t i = 0; i < n; i++)
        encoded[i] =
            (struct pair){percent(arena, params[i].name), percent(arena, params[i].value)};
    qsort(encoded, (size_t)n, sizeof encoded[0], pair_cmp);
    auto_buf all;
    buf_init(&all, OAUTH1_TEXT_MAX);
    for (int32_t i = 0; i < n; i++) {
        if (i > 0)
            buf_add_char(&all, '&');
        buf_add(&all, encoded[i].name);
        buf_add_char(&all, '=');
        buf_add(&all, encoded[i].value);
    }
    auto_buf text;
    buf_init(&text, OAUTH1_TEXT_MAX);
    buf_add(&text, http_method_name(method));
    buf_add_char(&text, '&');
    buf_add(&text, percent(arena, base));
    buf_add_char(&text, '&');
    buf_add(&text, percent(arena, buf_str(&all)));
    if (all.overflown || text.overflown)
        return fail(error, FAULT_LIMIT, "there are too many parameters to be signed");
    *ret = arena_str(arena, buf_str(&text));
    return OK;
}

static int32_t
oauth_params(struct arena *arena, const struct oauth1 *oauth, struct pair *out)
{
    const struct pair all[] = {
        {S("oauth_callback"), oauth->callback},
        {S("oauth_consumer_key"), oauth->consumer_key},
        {S("oauth_nonce"), oauth->nonce},
        {S("oauth_signature_method"), S("HMAC-SHA1")},
        {S("oauth_timestamp"),
         arena_printf(arena, "%lld", (long long)(oauth->now.us / 1000000))},
        {S("oauth_token"), oauth->token},
        {S("oauth_verifier"), oauth->verifier},
        {S("oauth_version"), S("1.0")},
    };
    int32_t n = 0;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (all[i].value.p)
            out[n++] = all[i];
    }
    return n;
}

enum fault
sign_oauth1(struct arena *arena, const struct oauth1 *oauth, enum http_method method, str url,
            const struct pair *fields, int32_t n, str *ret, struct error *error)
{
    enum { OAUTH_PARAMS = 9 };
    str address, query, text;
    if (!base_address(arena, url, &address, &query))
        return fail(error, FAULT_INPUT, "the address to be signed is not one");
    struct pair *params = new (arena, struct pair, 2 * FORM_FIELDS_MAX + OAUTH_PARAMS);
    int32_t own = oauth_params(arena, oauth, params), asked = 0;
    if (!form_decode(arena, query, params + own, &asked) || n > FORM_FIELDS_MAX)
        return fail(error, FAULT_LIMIT, "there are too many parameters to be signed");
    int32_t all = own + asked;
    for (int32_t i = 0; i < n; i++)
        params[all++] = fields[i];
    enum fault fault = sign_oauth1_base(arena, method, url, params, all, &text, error);
    if (fault)
        return fault;
    str consumer = percent(arena, oauth->consumer_secret);
    str token = percent(arena, oauth->token_secret);
    str key = arena_printf(arena, "%.*s&%.*s", STR_FMT(consumer), STR_FMT(token));
    params[own++] = (struct pair){S("oauth_signature"),
                                  base64(arena, sign_hmac(arena, HASH_SHA1, key, text))};
    auto_buf header;
    buf_init(&header, OAUTH1_TEXT_MAX);
    buf_add(&header, S("OAuth "));
    for (int32_t i = 0; i < own; i++)
        buf_addf(&header, "%s%.*s=\"%.*s\"", i ? ", " : "", STR_FMT(params[i].name),
                 STR_FMT(percent(arena, params[i].value)));
    assert(!header.overflown);
    *ret = arena_str(arena, buf_str(&header));
    return OK;
}
