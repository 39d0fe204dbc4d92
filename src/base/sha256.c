#include "base/sha256.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium/crypto_hash_sha256.h>
#include <sodium/utils.h>
#include <unistd.h>

_Static_assert(sizeof(crypto_hash_sha256_state) <= sizeof(struct sha256),
               "libsodium's state has grown");
_Static_assert(crypto_hash_sha256_BYTES == SHA256_BYTES, "SHA-256 has 32 bytes");

enum { READ_BYTES = 64 * 1024 };

static crypto_hash_sha256_state *
state_of(struct sha256 *hash)
{
    return (crypto_hash_sha256_state *)hash;
}

void
sha256_init(struct sha256 *hash)
{
    (void)crypto_hash_sha256_init(state_of(hash)); /* cannot fail: always 0 */
}

void
sha256_add(struct sha256 *hash, str s)
{
    if (s.n > 0)
        (void)crypto_hash_sha256_update(state_of(hash), (const unsigned char *)s.p,
                                        (size_t)s.n);
}

void
sha256_end(struct sha256 *hash, uint8_t out[SHA256_BYTES])
{
    (void)crypto_hash_sha256_final(state_of(hash), out);
}

void
sha256(str s, uint8_t out[SHA256_BYTES])
{
    struct sha256 hash;
    sha256_init(&hash);
    sha256_add(&hash, s);
    sha256_end(&hash, out);
}

enum fault
sha256_file(const char *path, uint8_t out[SHA256_BYTES], struct error *error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT ? fail(error, FAULT_ABSENT, "there is no file %s", path)
                               : fail(error, FAULT_SYSTEM, "cannot open %s", path);
    }
    struct sha256 hash;
    sha256_init(&hash);
    char piece[READ_BYTES];
    ssize_t n;
    while ((n = read(fd, piece, sizeof piece)) != 0) {
        if (n > 0)
            sha256_add(&hash, (str){piece, n});
        else if (errno != EINTR)
            break;
    }
    enum fault fault = n < 0 ? fail(error, FAULT_SYSTEM, "cannot read %s", path) : OK;
    (void)close(fd); /* only read from */
    if (fault == OK)
        sha256_end(&hash, out);
    return fault;
}

str
hex(struct arena *arena, const uint8_t *bytes, ptrdiff_t n)
{
    char *p = new (arena, char, n * 2 + 1);
    (void)sodium_bin2hex(p, (size_t)(n * 2 + 1), bytes, (size_t)n); /* gives p */
    return (str){p, n * 2};
}
