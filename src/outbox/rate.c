#include "outbox/rate.h"

#include <assert.h>
#include <string.h>

#include "outbox/queries.h"
#include "place/propre.h"

/* Nothing is believed beyond a week, also when it was written down by a clock that was wrong. */
static instant
believed(int64_t us, instant now)
{
    bool far = us > now.us + (int64_t)RATE_WAIT_MAX_S * 1000000;
    return (instant){far ? 0 : us};
}

static int32_t
find(const struct rates *rates, str family)
{
    for (int32_t i = 0; i < rates->n; i++) {
        if (str_eq(str_of(rates->at[i].family), family))
            return i;
    }
    return -1;
}

/* Its own bucket, made when there is none yet; without room the general one, which is stricter. */
static struct rate *
of_family(struct rates *rates, str family)
{
    int32_t at = find(rates, family);
    if (at >= 0)
        return &rates->at[at];
    if (rates->n == RATES_MAX || family.n >= RATE_FAMILY_BYTES)
        return &rates->at[0];
    struct rate *rate = &rates->at[rates->n++];
    *rate = (struct rate){0};
    memcpy(rate->family, family.p, (size_t)family.n);
    return rate;
}

static str
word(const char *family)
{
    return family ? str_of(family) : S("");
}

enum fault
rates_read(struct propre *propre, int64_t channel, struct arena scratch, struct rates *ret,
           struct error *error)
{
    struct rate_of_row *rows;
    ptrdiff_t n = 0;
    instant now = clock_now(&propre->clock);
    if (q_rate_of(propre->db, &(struct rate_of_in){channel, RATES_MAX}, &scratch, &rows, &n,
                  error))
        return error->fault;
    *ret = (struct rates){.n = 1};
    for (ptrdiff_t i = 0; i < n; i++)
        of_family(ret, rows[i].family)->bucket =
            (struct bucket){.limit = rows[i].most,
                            .remaining = rows[i].remaining,
                            .window = {rows[i].window_us},
                            .reset = believed(rows[i].reset_us, now),
                            .closed = believed(rows[i].closed_us, now)};
    return OK;
}

enum fault
rates_keep(struct propre *propre, int64_t channel, const struct rates *rates,
           struct error *error)
{
    for (int32_t i = 0; i < rates->n; i++) {
        const struct bucket *b = &rates->at[i].bucket;
        const struct rate_keep_in in = {.channel = channel,
                                        .family = str_of(rates->at[i].family),
                                        .most = b->limit,
                                        .remaining = b->remaining,
                                        .window_us = b->window.us,
                                        .reset_us = b->reset.us,
                                        .closed_us = b->closed.us,
                                        .now = clock_now(&propre->clock).us};
        if (rates->at[i].changed && q_rate_keep(propre->db, &in, error))
            return error->fault;
    }
    return OK;
}

void
rates_kept(struct rates *rates)
{
    for (int32_t i = 0; i < rates->n; i++)
        rates->at[i].changed = false;
}

static bool
same(const struct bucket *a, const struct bucket *b)
{
    return a->limit == b->limit && a->remaining == b->remaining &&
           a->window.us == b->window.us && a->reset.us == b->reset.us &&
           a->closed.us == b->closed.us;
}

void
rates_hear(struct rates *rates, const char *family, const struct http_answer *answer,
           const struct step *step, instant now)
{
    assert(rates->n > 0);
    struct rate_hint hint;
    if (answer->end != HTTP_ANSWERED)
        return;
    rate_read(answer, now, &hint);
    if (step && step->kind == STEP_FAIL && step->retry_after.us > hint.retry_after.us)
        hint.retry_after = step->retry_after;
    bool says =
        hint.retry_after.us > 0 || hint.limit.has || hint.remaining.has || hint.reset.us > 0;
    if (!says)
        return;
    struct rate *rate = of_family(rates, word(family));
    const struct bucket before = rate->bucket;
    bucket_hear(&rate->bucket, &hint, now);
    rate->changed |= !same(&before, &rate->bucket);
}

static void
take(struct rate *rate, instant now)
{
    const struct bucket before = rate->bucket;
    bucket_take(&rate->bucket, now);
    rate->changed |= !same(&before, &rate->bucket);
}

void
rates_take(struct rates *rates, const char *family, instant now)
{
    assert(rates->n > 0);
    int32_t at = find(rates, word(family));
    take(&rates->at[0], now);
    if (at > 0)
        take(&rates->at[at], now);
}

span
rates_wait(const struct rates *rates, const char *family, enum rate_use use, instant now)
{
    assert(rates->n > 0);
    int32_t at = find(rates, word(family));
    span wait = bucket_wait(&rates->at[0].bucket, use, now);
    span own = at > 0 ? bucket_wait(&rates->at[at].bucket, use, now) : wait;
    return own.us > wait.us ? own : wait;
}
