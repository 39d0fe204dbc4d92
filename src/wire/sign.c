#include "wire/sign.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/sha256.h"

static const EVP_MD *
md_of(enum sign_hash hash)
{
    switch (hash) {
    case HASH_SHA1:
        return EVP_sha1();
    case HASH_SHA256:
        return EVP_sha256();
    case HASH_SHA384:
        return EVP_sha384();
    case HASH_SHA512:
        return EVP_sha512();
    case SIGN_HASHES_N:
        break;
    }
    assert(!"a hash of the list");
    return NULL;
}

str
sign_digest(struct arena *arena, enum sign_hash hash, str text)
{
    unsigned char *out = new (arena, unsigned char, SIGN_DIGEST_MAX);
    unsigned n = 0;
    int done = EVP_Digest(text.n ? text.p : "", (size_t)text.n, out, &n, md_of(hash), NULL);
    assert(done == 1 && n <= SIGN_DIGEST_MAX);
    return (str){(char *)out, n};
}

str
sign_hmac(struct arena *arena, enum sign_hash hash, str key, str text)
{
    unsigned char *out = new (arena, unsigned char, SIGN_DIGEST_MAX);
    unsigned n = 0;
    assert(key.n >= 0 && key.n <= HTTP_BODY_MAX);
    const unsigned char *done =
        HMAC(md_of(hash), key.n ? key.p : "", (int)key.n,
             (const unsigned char *)(text.n ? text.p : ""), (size_t)text.n, out, &n);
    assert(done && n <= SIGN_DIGEST_MAX);
    return (str){(char *)out, n};
}

bool
sign_equal(str a, str b)
{
    return a.n == b.n && (a.n == 0 || CRYPTO_memcmp(a.p, b.p, (size_t)a.n) == 0);
}

static const char *const hub_words[SIGN_HASHES_N] = {"sha1", "sha256", "sha384", "sha512"};

str
sign_hub(struct arena *arena, enum sign_hash hash, str secret, str body)
{
    str mac = sign_hmac(arena, hash, secret, body);
    str digits = hex(arena, (const uint8_t *)mac.p, mac.n);
    return arena_printf(arena, "%s=%.*s", hub_words[hash], STR_FMT(digits));
}

bool
sign_hub_verify(str header, str secret, str body, struct arena scratch)
{
    str word, digits = header, theirs;
    if (!str_cut(&digits, '=', &word) || !hex_read(&scratch, digits, &theirs))
        return false;
    for (int32_t i = 0; i < SIGN_HASHES_N; i++) {
        if (str_eq(word, str_of(hub_words[i])))
            return sign_equal(theirs, sign_hmac(&scratch, (enum sign_hash)i, secret, body));
    }
    return false;
}

str
sign_pkce(struct arena *arena, str verifier)
{
    return base64url(arena, sign_digest(arena, HASH_SHA256, verifier));
}

str
sign_jwt_hs256(struct arena *arena, str key, str header, str claims)
{
    str head = base64url(arena, header), payload = base64url(arena, claims);
    str text = arena_printf(arena, "%.*s.%.*s", STR_FMT(head), STR_FMT(payload));
    str mac = base64url(arena, sign_hmac(arena, HASH_SHA256, key, text));
    return arena_printf(arena, "%.*s.%.*s", STR_FMT(text), STR_FMT(mac));
}

enum fault
sign_ghost(struct arena *arena, str admin_key, instant now, str *ret, struct error *error)
{
    str id, secret = admin_key, key;
    if (!str_cut(&secret, ':', &id) || id.n < 1 || id.n > 64 || secret.n < 16 ||
        secret.n > 256 || !hex_read(arena, secret, &key) || !hex_read(arena, id, &id))
        return fail(error, FAULT_INPUT,
                    "the Admin API key of Ghost has the form id:secret, copied whole");
    id = hex(arena, (const uint8_t *)id.p, id.n); /* hexadecimal: needs no quoting */
    long long seconds = now.us / 1000000;
    str header = arena_printf(arena, "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"%.*s\"}",
                              STR_FMT(id));
    str claims = arena_printf(arena, "{\"iat\":%lld,\"exp\":%lld,\"aud\":\"/admin/\"}", seconds,
                              seconds + 300);
    *ret = sign_jwt_hs256(arena, key, header, claims);
    return OK;
}
