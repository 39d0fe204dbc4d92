#include <assert.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include "base/buf.h"
#include "base/json.h"
#include "wire/sign.h"

/*
 * ECDSA on P-256 with the nonce of RFC 6979, so that the same text gives the same signature: a driver's step is
 * pure, and a repeated request is byte-identical. Curve arithmetic is libcrypto's.
 */

enum { EC_BYTES = 32, JSON_CLAIMS_MAX = 64 * 1024 /* a token in it is at most a few KiB */ };

struct curve {
    EC_GROUP *group;
    BN_CTX *ctx;
    BIGNUM *d;
};

static void
curve_release(struct curve *c)
{
    EC_GROUP_free(c->group);
    BN_CTX_free(c->ctx);
    BN_clear_free(c->d);
}
#define auto_curve __attribute__((cleanup(curve_release))) struct curve

static bool
in_order(const struct curve *c, const BIGNUM *x)
{
    return !BN_is_zero(x) && BN_cmp(x, EC_GROUP_get0_order(c->group)) < 0;
}

static enum fault
curve_open(struct curve *c, str secret, struct error *error)
{
    c->group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    c->ctx = BN_CTX_secure_new();
    c->d = BN_secure_new();
    assert(c->group && c->ctx && c->d);
    BN_set_flags(c->d, BN_FLG_CONSTTIME);
    if (secret.n != EC_BYTES || !BN_bin2bn((const unsigned char *)secret.p, EC_BYTES, c->d) ||
        !in_order(c, c->d))
        return fail(error, FAULT_INPUT, "the key to sign with is not one");
    return OK;
}

static enum fault
curve_of_key(struct arena *arena, struct curve *c, str key, struct error *error)
{
    str secret;
    if (!base64_read(arena, key, &secret))
        secret = STR_NONE;
    return curve_open(c, secret, error);
}

enum fault
sign_ec_key(struct arena *arena, const uint8_t seed[EC_SEED_BYTES], str *ret,
            struct error *error)
{
    auto_curve c = {0};
    str secret = {(const char *)seed, EC_BYTES};
    enum fault fault = curve_open(&c, secret, error);
    if (fault == OK)
        *ret = base64url(arena, secret);
    return fault;
}

/* x and y of k times the base point, 32 bytes each. */
static void
multiply(const struct curve *c, const BIGNUM *k, uint8_t x[EC_BYTES], uint8_t y[EC_BYTES])
{
    EC_POINT *point = EC_POINT_new(c->group);
    BIGNUM *bx = BN_new(), *by = BN_new();
    bool done = point && bx && by && EC_POINT_mul(c->group, point, k, NULL, NULL, c->ctx) &&
                EC_POINT_get_affine_coordinates(c->group, point, bx, by, c->ctx) &&
                BN_bn2binpad(bx, x, EC_BYTES) == EC_BYTES &&
                BN_bn2binpad(by, y, EC_BYTES) == EC_BYTES;
    assert(done);
    EC_POINT_clear_free(point);
    BN_clear_free(bx);
    BN_clear_free(by);
}

enum fault
sign_ec_jwk(struct arena *arena, str key, str *ret, struct error *error)
{
    auto_curve c = {0};
    enum fault fault = curve_of_key(arena, &c, key, error);
    if (fault)
        return fault;
    uint8_t x[EC_BYTES], y[EC_BYTES];
    multiply(&c, c.d, x, y);
    str tx = base64url(arena, (str){(char *)x, EC_BYTES});
    str ty = base64url(arena, (str){(char *)y, EC_BYTES});
    /* Members in the order of RFC 7638, so that this text is also what the thumbprint is of. */
    *ret =
        arena_printf(arena, "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%.*s\",\"y\":\"%.*s\"}",
                     STR_FMT(tx), STR_FMT(ty));
    return OK;
}

enum fault
sign_ec_thumbprint(struct arena *arena, str key, str *ret, struct error *error)
{
    str jwk;
    enum fault fault = sign_ec_jwk(arena, key, &jwk, error);
    if (fault == OK)
        *ret = base64url(arena, sign_digest(arena, HASH_SHA256, jwk));
    return fault;
}

/* RFC 6979 section 3.2: a deterministic stream of candidates for the nonce. */
struct nonce {
    uint8_t k[EC_BYTES], v[EC_BYTES];
};

static void
nonce_mac(struct nonce *nonce, struct arena scratch, str text, uint8_t out[EC_BYTES])
{
    str mac = sign_hmac(&scratch, HASH_SHA256, (str){(char *)nonce->k, EC_BYTES}, text);
    memcpy(out, mac.p, EC_BYTES);
}

/* K = HMAC_K(V || mark || data), V = HMAC_K(V) */
static void
nonce_stir(struct nonce *nonce, struct arena scratch, uint8_t mark, const uint8_t *data,
           ptrdiff_t n)
{
    uint8_t text[EC_BYTES + 1 + 2 * EC_BYTES];
    memcpy(text, nonce->v, EC_BYTES);
    text[EC_BYTES] = mark;
    if (n > 0)
        memcpy(text + EC_BYTES + 1, data, (size_t)n);
    nonce_mac(nonce, scratch, (str){(char *)text, EC_BYTES + 1 + n}, nonce->k);
    nonce_mac(nonce, scratch, (str){(char *)nonce->v, EC_BYTES}, nonce->v);
    OPENSSL_cleanse(text, sizeof text);
}

static void
nonce_init(struct nonce *nonce, struct arena scratch, const struct curve *c, const BIGNUM *z)
{
    uint8_t seed[2 * EC_BYTES];
    int done = BN_bn2binpad(c->d, seed, EC_BYTES) == EC_BYTES &&
               BN_bn2binpad(z, seed + EC_BYTES, EC_BYTES) == EC_BYTES;
    assert(done);
    memset(nonce->v, 1, EC_BYTES);
    memset(nonce->k, 0, EC_BYTES);
    nonce_stir(nonce, scratch, 0, seed, sizeof seed);
    nonce_stir(nonce, scratch, 1, seed, sizeof seed);
    OPENSSL_cleanse(seed, sizeof seed);
}

/* r and s of the digest z by the nonce k; false in the cases of one in 2^256 where another is taken. */
static bool
sign_by(const struct curve *c, const BIGNUM *z, BIGNUM *k, uint8_t out[2 * EC_BYTES])
{
    const BIGNUM *order = EC_GROUP_get0_order(c->group);
    uint8_t x[EC_BYTES], y[EC_BYTES];
    multiply(c, k, x, y);
    BN_CTX_start(c->ctx);
    BIGNUM *r = BN_CTX_get(c->ctx), *s = BN_CTX_get(c->ctx), *inverse = BN_CTX_get(c->ctx);
    BIGNUM *point = BN_CTX_get(c->ctx);
    assert(point);
    BN_set_flags(k, BN_FLG_CONSTTIME);
    bool done = BN_bin2bn(x, EC_BYTES, point) && BN_nnmod(r, point, order, c->ctx) &&
                BN_mod_inverse(inverse, k, order, c->ctx) &&
                BN_mod_mul(s, r, c->d, order, c->ctx) && BN_mod_add(s, s, z, order, c->ctx) &&
                BN_mod_mul(s, s, inverse, order, c->ctx) &&
                BN_bn2binpad(r, out, EC_BYTES) == EC_BYTES &&
                BN_bn2binpad(s, out + EC_BYTES, EC_BYTES) == EC_BYTES;
    assert(done);
    bool fits = !BN_is_zero(r) && !BN_is_zero(s);
    BN_clear(inverse);
    BN_CTX_end(c->ctx);
    return fits;
}

enum fault
sign_es256(struct arena *arena, str key, str text, str *ret, struct error *error)
{
    enum { NONCES_MAX = 64 /* each fails once in 2^32: two in a row were never seen */ };
    auto_curve c = {0};
    enum fault fault = curve_of_key(arena, &c, key, error);
    if (fault)
        return fault;
    str digest = sign_digest(arena, HASH_SHA256, text);
    BIGNUM *z = BN_bin2bn((const unsigned char *)digest.p, EC_BYTES, NULL),
           *k = BN_secure_new();
    assert(z && k);
    int reduced = BN_nnmod(z, z, EC_GROUP_get0_order(c.group), c.ctx);
    assert(reduced);
    uint8_t *out = new (arena, uint8_t, 2 * EC_BYTES);
    struct nonce nonce;
    nonce_init(&nonce, *arena, &c, z);
    bool done = false;
    for (int32_t i = 0; i < NONCES_MAX && !done; i++) {
        nonce_mac(&nonce, *arena, (str){(char *)nonce.v, EC_BYTES}, nonce.v);
        const BIGNUM *taken = BN_bin2bn(nonce.v, EC_BYTES, k);
        assert(taken);
        done = in_order(&c, k) && sign_by(&c, z, k, out);
        if (!done)
            nonce_stir(&nonce, *arena, 0, NULL, 0);
    }
    assert(done);
    OPENSSL_cleanse(&nonce, sizeof nonce);
    BN_clear_free(k);
    BN_free(z);
    *ret = (str){(char *)out, 2 * EC_BYTES};
    return OK;
}

enum fault
sign_jwt_es256(struct arena *arena, str key, str header, str claims, str *ret,
               struct error *error)
{
    str head = base64url(arena, header), payload = base64url(arena, claims);
    str text = arena_printf(arena, "%.*s.%.*s", STR_FMT(head), STR_FMT(payload)), signature;
    enum fault fault = sign_es256(arena, key, text, &signature, error);
    if (fault)
        return fault;
    signature = base64url(arena, signature);
    *ret = arena_printf(arena, "%.*s.%.*s", STR_FMT(text), STR_FMT(signature));
    return OK;
}

static void
claim(struct json_writer *w, str name, str value)
{
    if (!value.p)
        return;
    json_key(w, name);
    json_str(w, value);
}

static void
claim_int(struct json_writer *w, str name, int64_t value)
{
    json_key(w, name);
    json_int(w, value);
}

enum fault
sign_dpop(struct arena *arena, const struct dpop *dpop, str *ret, struct error *error)
{
    str jwk;
    enum fault fault = sign_ec_jwk(arena, dpop->key, &jwk, error);
    if (fault)
        return fault;
    str htu = dpop->url;
    for (ptrdiff_t i = 0; i < htu.n; i++) {
        if (htu.p[i] == '?' || htu.p[i] == '#')
            htu = str_slice(htu, 0, i);
    }
    auto_buf claims;
    buf_init(&claims, JSON_CLAIMS_MAX);
    struct json_writer w;
    json_writer_init(&w, &claims);
    json_object_begin(&w);
    claim(&w, S("jti"), dpop->jti);
    claim(&w, S("htm"), http_method_name(dpop->method));
    claim(&w, S("htu"), htu);
    claim_int(&w, S("iat"), dpop->now.us / 1000000);
    claim(&w, S("nonce"), dpop->nonce);
    if (dpop->token.p)
        claim(&w, S("ath"), base64url(arena, sign_digest(arena, HASH_SHA256, dpop->token)));
    json_object_end(&w);
    fault = buf_check(&claims, "DPoP", error);
    if (fault)
        return fault;
    str header = arena_printf(arena, "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":%.*s}",
                              STR_FMT(jwk));
    return sign_jwt_es256(arena, dpop->key, header, buf_str(&claims), ret, error);
}

enum fault
sign_client_assertion(struct arena *arena, const struct client_assertion *assertion, str *ret,
                      struct error *error)
{
    int64_t seconds = assertion->now.us / 1000000;
    auto_buf header, claims;
    buf_init(&header, JSON_CLAIMS_MAX);
    buf_init(&claims, JSON_CLAIMS_MAX);
    struct json_writer w;
    json_writer_init(&w, &header);
    json_object_begin(&w);
    claim(&w, S("alg"), S("ES256"));
    claim(&w, S("kid"), assertion->key_id);
    json_object_end(&w);
    json_writer_init(&w, &claims);
    json_object_begin(&w);
    claim(&w, S("iss"), assertion->client_id);
    claim(&w, S("sub"), assertion->client_id);
    claim(&w, S("aud"), assertion->audience);
    claim(&w, S("jti"), assertion->jti);
    claim_int(&w, S("iat"), seconds);
    claim_int(&w, S("exp"), seconds + 60);
    json_object_end(&w);
    enum fault fault = buf_check(&claims, "JWT", error);
    return fault ? fault
                 : sign_jwt_es256(arena, assertion->key, buf_str(&header), buf_str(&claims),
                                  ret, error);
}
