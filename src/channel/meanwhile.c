/* Stands in for the room wire until it is joined. */
#include <assert.h>

#include "wire/encode.h"
#include "wire/sign.h"
#include <sodium/crypto_auth_hmacsha256.h>
#include <sodium/utils.h>
#include "base/sha256.h"

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

bool
base64_read(struct arena *arena, str text, str *ret)
{
    unsigned char *out = new (arena, unsigned char, text.n + 1);
    size_t n;
    if (sodium_base642bin(out, (size_t)text.n, text.p, (size_t)text.n, NULL, &n, NULL,
                          sodium_base64_VARIANT_ORIGINAL))
        return false;
    *ret = (str){(char *)out, (ptrdiff_t)n};
    return true;
}

str
sign_hmac(struct arena *arena, enum sign_hash hash, str key, str text)
{
    assert(hash == HASH_SHA256);
    crypto_auth_hmacsha256_state state;
    unsigned char *out = new (arena, unsigned char, 32);
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)key.p, (size_t)key.n);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)text.p,
                                  (unsigned long long)text.n);
    crypto_auth_hmacsha256_final(&state, out);
    return (str){(char *)out, 32};
}

must_use enum fault
sign_ghost(struct arena *arena, str admin_key, instant now, str *ret, struct error *error)
{
    (void)now;
    (void)arena;
    if (str_chr(admin_key, ':') < 0)
        return fail(error, FAULT_INPUT, "not a key");
    *ret = S("meanwhile");
    return OK;
}
