#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/instant.h"
#include "base/maybe.h"
#include "wire/http.h"

/*
 * How much may be asked, and how long to wait. Pure: one bucket for each account and family of requests, kept by
 * who asks; time and chance are given. The network's own words count most, then a table, then our ladder.
 */

/* What an answer says about its limits. */
struct rate_hint {
    span retry_after; /* 0: not said */
    struct maybe_int limit, remaining;
    instant reset; /* 0: not said */
};
/*
 * rate_read(answer, now, ret): Retry-After in seconds or as a date; x-ratelimit-*, x-rate-limit-*, ratelimit-*: the
 * reset as ISO 8601 (Mastodon), unix seconds or milliseconds (X, Bluesky, GoToSocial), seconds from now (RFC draft,
 * Discord's reset-after). What cannot be read is as if not said; nothing is believed beyond RATE_WAIT_MAX.
 */
void rate_read(const struct http_answer *answer, instant now, struct rate_hint *ret);

enum {
    RATE_LADDER_FIRST_S = 30,
    RATE_LADDER_MAX_S = 30 * 60, /* longer, and a post would be late for no known reason */
    RATE_WAIT_MAX_S =
        7 * 24 * 60 * 60,      /* a week: the longest window of any network, read 2026-08 */
    RATE_HEADROOM_PERCENT = 20 /* kept for what else the owner does with the account */
};

/* rate_ladder(failures, chance): after that many failures (from 1): up to 30 s, 1 min, 2 min … 30 min, times
 * ${chance} in [0, 1): full jitter, so that workers do not come back together. */
span rate_ladder(int32_t failures, double chance);
/* rate_wait(hint, failures, chance, now): the network's hint or the ladder, whichever is longer. */
span rate_wait(const struct rate_hint *hint, int32_t failures, double chance, instant now);

/* Publishing goes first: metrics leave twice the head-room; what was begun is brought to its end and leaves none. */
enum rate_use { RATE_PUBLISH, RATE_METRICS, RATE_FINISH };

struct bucket {
    int64_t limit;     /* 0: unknown, nothing is held back */
    int64_t remaining; /* until reset */
    span window;       /* of the table; 0: only the network's headers count */
    instant reset;     /* full again then */
    instant closed;    /* nothing before this: the network said so */
};
/* bucket_init(bucket, limit, window, now): full, by the table; limit 0 when there is none. */
void bucket_init(struct bucket *bucket, int64_t limit, span window, instant now);
/* bucket_hear(bucket, hint, now): what the network says replaces what was counted. */
void bucket_hear(struct bucket *bucket, const struct rate_hint *hint, instant now);
/* bucket_wait(bucket, use, now): 0: now; else after which time to ask again. */
span bucket_wait(const struct bucket *bucket, enum rate_use use, instant now);
/* bucket_take(bucket, now): a request leaves. */
void bucket_take(struct bucket *bucket, instant now);
