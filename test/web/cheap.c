#include <sodium/crypto_pwhash.h>

#include "learn/effects.h"

/*
 * What a house spends on purpose, and what costs the tests of this room minutes: linked by --wrap, in these tests alone.
 */

/*
 * A password costs a house 19 MiB and two passes; here a thousand people come in. What it really costs is looked at in
 * test/place/test_people.c.
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

/* Learning goes its whole way, in chains too short to say anything: what they say is for test/learn and test/cli. */
struct effects_options __real_effects_defaults(void);
struct effects_options __wrap_effects_defaults(void);

struct effects_options
__wrap_effects_defaults(void)
{
    struct effects_options options = __real_effects_defaults();
    options.warmup = 60;
    options.draws = 40;
    return options;
}
