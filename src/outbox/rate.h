#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/instant.h"
#include "channel/driver.h"
#include "wire/bucket.h"

struct propre;

/*
 * The buckets of one account while a lane has it: one for all its requests, and one for each family that the driver says the
 * network counts apart (channel/driver.h, step.family). A request of a family takes from both; its answer speaks of the
 * family.
 */
enum {
    RATES_MAX = 6, /* families of one account: two at most today, and the general one */
    RATE_FAMILY_BYTES = 16
};

struct rate {
    char family[RATE_FAMILY_BYTES];
    struct bucket bucket;
    bool changed; /* since it was read or kept */
};

struct rates {
    struct rate at[RATES_MAX]; /* the first is the general one */
    int32_t n;
};

/* rates_read(propre, channel, ret, error): as they were kept; what lies beyond RATE_WAIT_MAX (the clock went back) is forgotten. */
must_use enum fault rates_read(struct propre *propre, int64_t channel, struct arena scratch,
                               struct rates *ret, struct error *error);
/* rates_keep: writes down what changed, in the caller's write transaction; rates_kept: that was committed. */
must_use enum fault rates_keep(struct propre *propre, int64_t channel,
                               const struct rates *rates, struct error *error);
void rates_kept(struct rates *rates);
/* rates_hear(rates, family, answer, step, now): every answer is heard; ${step} may have found a hint in its body. */
void rates_hear(struct rates *rates, const char *family, const struct http_answer *answer,
                const struct step *step, instant now);
/* rates_take(rates, family, now): a request leaves. */
void rates_take(struct rates *rates, const char *family, instant now);
/* rates_wait(rates, family, use, now): the longer wait of the family and the account; 0: none. */
span rates_wait(const struct rates *rates, const char *family, enum rate_use use, instant now);
