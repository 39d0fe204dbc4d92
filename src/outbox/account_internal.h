#pragma once
#include "outbox/account.h"

/* What the files of accounts share. */
struct propre;

enum {
    ACCOUNT_SETTINGS_MAX = 16 * 1024, /* bytes: a dozen short values */
    ACCOUNT_SECRETS_MAX = 24,         /* pairs of one account; Bluesky's with DPoP has nine */
    ACCOUNT_BYTES = 1 << 20 /* one account: 64 KiB of secrets, sealed and open, and settings */
};

struct secrets {
    struct secret_pair at[ACCOUNT_SECRETS_MAX];
    int32_t n;
};

/* secrets_open(propre, channel, sealed, keep, ret, error): none sealed: none. Faults: DENIED without a vault; CORRUPT. */
must_use enum fault secrets_open(struct propre *propre, int64_t channel, str sealed,
                                 struct arena *keep, struct secrets *ret, struct error *error);
/* secrets_set(secrets, pair, error), secrets_set_all: an empty value keeps the one that is there. Faults: LIMIT. */
must_use enum fault secrets_set(struct secrets *secrets, const struct secret_pair *pair,
                                struct error *error);
must_use enum fault secrets_set_all(struct secrets *secrets, const struct secret_pair *pairs,
                                    int32_t n, struct error *error);
/* secrets_seal(propre, channel, secrets, keep, ret, error): for the data; none of none. Faults: DENIED without a vault. */
must_use enum fault secrets_seal(struct propre *propre, int64_t channel,
                                 const struct secrets *secrets, struct arena *keep, str *ret,
                                 struct error *error);
/* secret_of(secrets, name): none when there is no such. */
str secret_of(const struct secrets *secrets, str name);

/* account_not_connected(channel, error): the fault ABSENT. */
must_use enum fault account_not_connected(int64_t channel, struct error *error);
