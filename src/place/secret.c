#include "place/secret.h"

#include <assert.h>
#include <errno.h>
#include <sodium/core.h>
#include <sodium/crypto_generichash.h>
#include <sodium/utils.h>
#include <sys/random.h>

#include "base/sha256.h"

_Static_assert((int)SECRET_BYTES == (int)crypto_generichash_BYTES, "BLAKE2b-256");

void
secret_start(void)
{
    if (sodium_init() < 0)
        abort(); /* no source of randomness: nothing can be done safely */
}

void
secret_bytes(void *out, ptrdiff_t n)
{
    assert(n >= 0 && n <= 256); /* the kernel gives up to 256 bytes at once, uninterrupted */
    ssize_t got;
    do {
        got = getrandom(out, (size_t)n, 0);
    } while (got < 0 &&
             errno == EINTR); /* only before the generator is ready, at the machine's start */
    if (got != n)
        abort();
}

uint64_t
secret_u64(void)
{
    uint64_t n;
    secret_bytes(&n, sizeof n);
    return n;
}

static str
base64url(const uint8_t *bytes, struct arena *keep)
{
    enum { VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING };
    char *p = new (keep, char, sodium_base64_ENCODED_LEN(SECRET_BYTES, VARIANT));
    (void)sodium_bin2base64(p, SECRET_TOKEN_CHARS + 1, bytes, SECRET_BYTES,
                            VARIANT); /* gives p */
    return (str){p, SECRET_TOKEN_CHARS};
}

str
secret_token(struct arena *keep)
{
    uint8_t bytes[SECRET_BYTES];
    secret_bytes(bytes, sizeof bytes);
    return base64url(bytes, keep);
}

str
secret_token_hash(str token, struct arena *keep)
{
    uint8_t *hash = new (keep, uint8_t, SHA256_BYTES);
    sha256(token, hash);
    return (str){(const char *)hash, SHA256_BYTES};
}

str
secret_derive(str token, str purpose, struct arena *keep)
{
    uint8_t key[SECRET_BYTES], out[SECRET_BYTES];
    /* The key is another hash than the one that is stored: who reads the data cannot derive. */
    (void)crypto_generichash(key, sizeof key, (const uint8_t *)token.p,
                             (unsigned long long)token.n, NULL,
                             0); /* sizes are right: cannot fail, nor can the next */
    (void)crypto_generichash(out, sizeof out, (const uint8_t *)purpose.p,
                             (unsigned long long)purpose.n, key, sizeof key);
    sodium_memzero(key, sizeof key);
    return base64url(out, keep);
}

bool
secret_equal(str a, str b)
{
    return a.n == b.n && (a.n == 0 || sodium_memcmp(a.p, b.p, (size_t)a.n) == 0);
}
