#include <assert.h>
#include <openssl/bio.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "wire/httpsig.h"
#include "wire/sign.h"

enum { KEY_TEXT_MAX = 16 * 1024, /* RSA-8192 in PEM has 6 KiB */ RSA_BYTES_MAX = 1024 };

static int
no_password(char *out, int size, int writes, void *ctx)
{
    (void)out;
    (void)size;
    (void)writes;
    (void)ctx;
    return -1; /* else libcrypto asks on the terminal */
}

static EVP_PKEY *
key_read(str text, bool secret)
{
    if (text.n < 1 || text.n > KEY_TEXT_MAX)
        return NULL;
    const unsigned char *der = (const unsigned char *)text.p;
    if (!str_starts(text, S("-----BEGIN")))
        return secret ? d2i_AutoPrivateKey(NULL, &der, (long)text.n)
                      : d2i_PUBKEY(NULL, &der, (long)text.n);
    BIO *bio = BIO_new_mem_buf(text.p, (int)text.n);
    assert(bio);
    EVP_PKEY *key = secret ? PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL)
                           : PEM_read_bio_PUBKEY(bio, NULL, no_password, NULL);
    (void)BIO_free(bio);
    return key;
}

static bool
is_kind(const EVP_PKEY *key, enum httpsig_kind kind)
{
    static const int ids[] = {[SIG_RSA_SHA256] = EVP_PKEY_RSA,
                              [SIG_ED25519] = EVP_PKEY_ED25519,
                              [SIG_ECDSA_P256] = EVP_PKEY_EC};
    int bits = EVP_PKEY_get_bits(key);
    return key && EVP_PKEY_get_base_id(key) == ids[kind] &&
           (kind != SIG_RSA_SHA256 || (bits >= 2048 && bits <= 8 * RSA_BYTES_MAX)) &&
           (kind != SIG_ECDSA_P256 || bits == 256);
}

enum fault
httpsig_make(struct arena *arena, enum httpsig_kind kind, str key, str text, str *ret,
             struct error *error)
{
    assert(kind != SIG_ECDSA_P256); /* sign_es256 makes those */
    if (kind == SIG_HMAC_SHA256) {
        *ret = sign_hmac(arena, HASH_SHA256, key, text);
        return OK;
    }
    EVP_PKEY *pkey = key_read(key, true);
    if (!pkey || !is_kind(pkey, kind)) {
        EVP_PKEY_free(pkey);
        return fail(error, FAULT_INPUT, "the key to sign with is not one");
    }
    unsigned char *out = new (arena, unsigned char, RSA_BYTES_MAX);
    size_t n = RSA_BYTES_MAX;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    assert(ctx);
    bool done =
        EVP_DigestSignInit(ctx, NULL, kind == SIG_ED25519 ? NULL : EVP_sha256(), NULL, pkey) ==
            1 &&
        EVP_DigestSign(ctx, out, &n, (const unsigned char *)text.p, (size_t)text.n) == 1;
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);
    if (!done)
        return fail(error, FAULT_INPUT, "the key to sign with is not one");
    *ret = (str){(char *)out, (ptrdiff_t)n};
    return OK;
}

/* r and s, 32 bytes each, in the DER that libcrypto reads; the caller frees with OPENSSL_free. */
static unsigned char *
ecdsa_der(str raw, size_t *ret_n)
{
    unsigned char *der = NULL;
    ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn((const unsigned char *)raw.p, 32, NULL);
    BIGNUM *s = BN_bin2bn((const unsigned char *)raw.p + 32, 32, NULL);
    assert(pair && r && s && ECDSA_SIG_set0(pair, r, s));
    int n = i2d_ECDSA_SIG(pair, &der);
    assert(n > 0);
    ECDSA_SIG_free(pair);
    *ret_n = (size_t)n;
    return der;
}

bool
httpsig_fits(enum httpsig_kind kind, str key, str text, str signature)
{
    if (kind == SIG_HMAC_SHA256) {
        struct arena_region region;
        struct arena arena = arena_reserve(4096, &region);
        bool fits = sign_equal(signature, sign_hmac(&arena, HASH_SHA256, key, text));
        arena_release(&region);
        return fits;
    }
    EVP_PKEY *pkey = key_read(key, false);
    if (!pkey || !is_kind(pkey, kind) || signature.n < 1 ||
        (kind == SIG_ECDSA_P256 && signature.n != 64)) {
        EVP_PKEY_free(pkey);
        return false;
    }
    const unsigned char *given = (const unsigned char *)signature.p;
    size_t n = (size_t)signature.n;
    unsigned char *der = kind == SIG_ECDSA_P256 ? ecdsa_der(signature, &n) : NULL;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    assert(ctx);
    bool fits = EVP_DigestVerifyInit(ctx, NULL, kind == SIG_ED25519 ? NULL : EVP_sha256(), NULL,
                                     pkey) == 1 &&
                EVP_DigestVerify(ctx, der ? der : given, n, (const unsigned char *)text.p,
                                 (size_t)text.n) == 1;
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);
    OPENSSL_free(der);
    return fits;
}
