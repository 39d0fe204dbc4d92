#include <sodium/crypto_pwhash.h>

/*
 * A password costs a house 19 MiB and two passes on purpose; here a thousand people come in. Linked by --wrap in front of
 * libsodium's own, in the tests of this room alone (test/place/test_people.c looks at what a password really costs).
 */
int __real_crypto_pwhash_str_alg(char *out, const char *password, unsigned long long n,
                                 unsigned long long passes, size_t bytes, int algorithm);
int __wrap_crypto_pwhash_str_alg(char *out, const char *password, unsigned long long n,
                                 unsigned long long passes, size_t bytes, int algorithm);
int __wrap_crypto_pwhash_str_needs_rehash(const char *hash, unsigned long long passes,
                                          size_t bytes);

int
__wrap_crypto_pwhash_str_alg(char *out, const char *password, unsigned long long n,
                             unsigned long long passes, size_t bytes, int algorithm)
{
    (void)passes, (void)bytes;
    return __real_crypto_pwhash_str_alg(out, password, n, crypto_pwhash_OPSLIMIT_MIN,
                                        crypto_pwhash_MEMLIMIT_MIN, algorithm);
}

int
__wrap_crypto_pwhash_str_needs_rehash(const char *hash, unsigned long long passes, size_t bytes)
{
    (void)hash, (void)passes, (void)bytes;
    return 0;
}
