#include "wire/bucket.h"

#include <assert.h>

#include "base/number.h"
#include "wire/encode.h"

#define SECONDS(n) ((span){(int64_t)(n)*1000000})

static span
bounded(double seconds)
{
    if (!(seconds > 0))
        return (span){0};
    if (seconds > RATE_WAIT_MAX_S)
        seconds = RATE_WAIT_MAX_S;
    return (span){(int64_t)(seconds * 1e6)};
}

/* A number of seconds, whole or not, from 0 up. */
static bool
read_seconds(str text, double *ret)
{
    struct error ignored;
    return text.n > 0 && text.n < 32 && parse_double(text, ret, &ignored) == OK && *ret >= 0;
}

static span
read_retry_after(str text, instant now)
{
    double seconds;
    int64_t at;
    if (read_seconds(text, &seconds))
        return bounded(seconds);
    if (text.n > 0 && http_date_read(text, &at))
        return bounded((double)at - (double)now.us / 1e6);
    return (span){0};
}

static instant
read_reset(str text, instant now)
{
    const double epoch_from = 1e9,
                 epoch_ms_from = 1e12; /* in seconds: the year 2001; 31 years from now */
    struct error ignored;
    instant at;
    double number;
    if (read_seconds(text, &number)) {
        if (number >= epoch_ms_from)
            number /= 1000;
        if (number >= epoch_from)
            number -= (double)now.us / 1e6;
        return instant_add(now, bounded(number));
    }
    if (text.n > 0 && text.n < 64 && instant_parse(text, &at, &ignored) == OK)
        return instant_add(now, bounded((double)(at.us - now.us) / 1e6));
    return (instant){0};
}

static str
first_of(const struct http_answer *answer, str suffix)
{
    static const str prefixes[] = {S_CONST("x-ratelimit-"), S_CONST("x-rate-limit-"),
                                   S_CONST("ratelimit-")};
    for (size_t p = 0; p < sizeof prefixes / sizeof prefixes[0]; p++) {
        for (int32_t i = 0; i < answer->headers_n; i++) {
            str name = answer->headers[i].name;
            if (name.n == prefixes[p].n + suffix.n && str_starts(name, prefixes[p]) &&
                str_ends(name, suffix))
                return answer->headers[i].value;
        }
    }
    return STR_NONE;
}

/* "300", or the first number of "3000;w=300" and "300, 5000". */
static struct maybe_int
read_count(str text)
{
    struct error ignored;
    ptrdiff_t n = 0;
    int64_t count;
    while (n < text.n && text.p[n] >= '0' && text.p[n] <= '9')
        n++;
    if (n > 0 && parse_i64(str_slice(text, 0, n), 0, INT32_MAX, &count, &ignored) == OK)
        return some_int(count);
    return no_int;
}

void
rate_read(const struct http_answer *answer, instant now, struct rate_hint *ret)
{
    *ret = (struct rate_hint){0};
    ret->retry_after = read_retry_after(http_header_value(answer, S("retry-after")), now);
    ret->limit = read_count(first_of(answer, S("limit")));
    ret->remaining = read_count(first_of(answer, S("remaining")));
    double seconds;
    if (read_seconds(first_of(answer, S("reset-after")), &seconds))
        ret->reset = instant_add(now, bounded(seconds));
    else
        ret->reset = read_reset(first_of(answer, S("reset")), now);
}

span
rate_ladder(int32_t failures, double chance)
{
    assert(chance >= 0 && chance < 1);
    int64_t most = RATE_LADDER_FIRST_S;
    for (int32_t i = 1; i < failures && most < RATE_LADDER_MAX_S; i++)
        most *= 2;
    if (most > RATE_LADDER_MAX_S)
        most = RATE_LADDER_MAX_S;
    return failures < 1 ? (span){0} : (span){(int64_t)((double)most * 1e6 * chance)};
}

span
rate_wait(const struct rate_hint *hint, int32_t failures, double chance, instant now)
{
    span wait = rate_ladder(failures, chance);
    if (hint->retry_after.us > wait.us)
        wait = hint->retry_after;
    bool spent = hint->remaining.has && hint->remaining.is == 0;
    span reset = instant_since(hint->reset, now);
    if (spent && hint->reset.us > 0 && reset.us > wait.us)
        wait = reset;
    return wait;
}

void
bucket_init(struct bucket *bucket, int64_t limit, span window, instant now)
{
    *bucket = (struct bucket){limit, limit, window, instant_add(now, window), {0}};
}

/* By the table the bucket is full again after each window; without a window it is unknown again. */
static struct bucket
as_of(const struct bucket *bucket, instant now)
{
    struct bucket b = *bucket;
    if (b.reset.us > now.us)
        return b;
    if (b.window.us > 0) {
        b.remaining = b.limit;
        b.reset = instant_add(now, b.window);
    } else {
        b.remaining = b.limit;
    }
    return b;
}

void
bucket_hear(struct bucket *bucket, const struct rate_hint *hint, instant now)
{
    if (hint->limit.has)
        bucket->limit = hint->limit.is;
    if (hint->remaining.has) {
        bucket->remaining = hint->remaining.is;
        if (bucket->limit < bucket->remaining)
            bucket->limit = bucket->remaining;
    }
    if (hint->reset.us > 0)
        bucket->reset = hint->reset;
    instant opens = instant_add(now, hint->retry_after);
    if (hint->retry_after.us > 0 && opens.us > bucket->closed.us)
        bucket->closed = opens;
}

span
bucket_wait(const struct bucket *bucket, enum rate_use use, instant now)
{
    struct bucket b = as_of(bucket, now);
    if (b.closed.us > now.us)
        return instant_since(b.closed, now);
    static const int64_t shares[] = {[RATE_PUBLISH] = 1, [RATE_METRICS] = 2, [RATE_FINISH] = 0};
    int64_t kept = b.limit * RATE_HEADROOM_PERCENT / 100 * shares[use];
    if (b.limit == 0 || b.remaining > kept || b.reset.us <= now.us)
        return (span){0};
    return instant_since(b.reset, now);
}

void
bucket_take(struct bucket *bucket, instant now)
{
    *bucket = as_of(bucket, now);
    if (bucket->remaining > 0)
        bucket->remaining--;
}
