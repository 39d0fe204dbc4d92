/* When to ask again, in the words of each network. */
#include "t.h"

#include "wire/bucket.h"

static const instant now = {1783245600000000}; /* Sun, 05 Jul 2026 10:00:00 GMT */

static struct rate_hint
hear(const char *const *pairs)
{
    struct http_header headers[8];
    struct http_answer answer = {.headers = headers};
    for (; pairs[0]; pairs += 2)
        headers[answer.headers_n++] = (struct http_header){str_of(pairs[0]), str_of(pairs[1])};
    struct rate_hint hint;
    rate_read(&answer, now, &hint);
    return hint;
}
#define HEAR(...) hear((const char *const[]){__VA_ARGS__, NULL})

static void
test_words(void **state)
{
    (void)state;
    assert_int_equal(120000000, HEAR("retry-after", "120").retry_after.us);
    assert_int_equal(1250000, HEAR("retry-after", "1.25").retry_after.us);
    assert_int_equal(60000000,
                     HEAR("retry-after", "Sun, 05 Jul 2026 10:01:00 GMT").retry_after.us);
    static const char *const none[] = {"",    "-5",    "soon", "Sun, 05 Jul 2026 09:00:00 GMT",
                                       "NaN", "1e999", "0x10"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_int_equal(0, HEAR("retry-after", none[i]).retry_after.us);
    assert_int_equal((int64_t)RATE_WAIT_MAX_S * 1000000,
                     HEAR("retry-after", "1e18").retry_after.us);
    struct rate_hint mastodon = HEAR("x-ratelimit-limit", "300", "x-ratelimit-remaining", "0",
                                     "x-ratelimit-reset", "2026-07-05T10:05:00.000000Z");
    assert_int_equal(300, mastodon.limit.is);
    assert_true(mastodon.remaining.has && mastodon.remaining.is == 0);
    assert_int_equal(300000000, instant_since(mastodon.reset, now).us);
    struct rate_hint x = HEAR("x-rate-limit-limit", "100", "x-rate-limit-remaining", "99",
                              "x-rate-limit-reset", "1783246500");
    assert_int_equal(99, x.remaining.is);
    assert_int_equal(900000000, instant_since(x.reset, now).us);
    struct rate_hint bluesky = HEAR("ratelimit-limit", "3000;w=300", "ratelimit-remaining",
                                    "2999", "ratelimit-reset", "1783245900");
    assert_int_equal(3000, bluesky.limit.is);
    assert_int_equal(300000000, instant_since(bluesky.reset, now).us);
    assert_int_equal(
        500000,
        instant_since(
            HEAR("x-ratelimit-reset", "1783250000.5", "x-ratelimit-reset-after", "0.5").reset,
            now)
            .us); /* Discord */
    assert_int_equal(300000000,
                     instant_since(HEAR("x-ratelimit-reset", "1783245900000").reset, now).us);
    assert_int_equal(60000000, instant_since(HEAR("ratelimit-reset", "60").reset, now).us);
    assert_false(HEAR("x-ratelimit-limit", "many").limit.has);
    assert_int_equal(0, HEAR("x-ratelimit-reset", "later").reset.us);
}

static void
test_ladder(void **state)
{
    (void)state;
    const double most = 0x1.fffffffffffffp-1;
    assert_int_equal(0, rate_ladder(0, 0.5).us);
    assert_int_equal(15000000, rate_ladder(1, 0.5).us);
    assert_int_equal(30000000, rate_ladder(2, 0.5).us);
    assert_int_equal(0, rate_ladder(5, 0).us); /* full jitter */
    assert_true(rate_ladder(6, most).us < 960000000 && rate_ladder(6, most).us > 959000000);
    assert_true(rate_ladder(1000, most).us < 1800000000 &&
                rate_ladder(1000, most).us > 1799000000);
    struct rate_hint hint = {.retry_after = {20000000}};
    assert_int_equal(20000000, rate_wait(&hint, 1, 0.5, now).us);
    assert_int_equal(60000000, rate_wait(&hint, 3, 0.5, now).us); /* ours is longer */
    struct rate_hint spent = {.remaining = some_int(0),
                              .reset = instant_add(now, (span){900000000})};
    assert_int_equal(900000000, rate_wait(&spent, 1, 0.5, now).us);
}

static void
test_bucket(void **state)
{
    (void)state;
    struct bucket b;
    bucket_init(&b, 10, (span){60000000}, now);
    int32_t metrics = 0, posts = 0;
    for (; bucket_wait(&b, RATE_METRICS, now).us == 0 && metrics < 100; metrics++)
        bucket_take(&b, now);
    assert_int_equal(6, metrics); /* two for publishing, two for nobody */
    for (; bucket_wait(&b, RATE_PUBLISH, now).us == 0 && posts < 100; posts++)
        bucket_take(&b, now);
    assert_int_equal(2, posts);
    assert_int_equal(60000000, bucket_wait(&b, RATE_PUBLISH, now).us);
    instant later = instant_add(now, (span){60000000});
    assert_int_equal(0, bucket_wait(&b, RATE_METRICS, later).us); /* full again */
    /* What the network says counts more. */
    struct rate_hint hint = {.limit = some_int(100),
                             .remaining = some_int(15),
                             .reset = instant_add(now, (span){5000000})};
    bucket_hear(&b, &hint, now);
    assert_int_equal(5000000, bucket_wait(&b, RATE_PUBLISH, now).us);
    assert_int_equal(0, bucket_wait(&b, RATE_PUBLISH, instant_add(now, (span){5000000})).us);
    hint = (struct rate_hint){.retry_after = {90000000}};
    bucket_hear(&b, &hint, now);
    assert_int_equal(90000000, bucket_wait(&b, RATE_PUBLISH, now).us);
    hint.retry_after.us = 1000000; /* a shorter word does not open what a longer one closed */
    bucket_hear(&b, &hint, now);
    assert_int_equal(90000000, bucket_wait(&b, RATE_PUBLISH, now).us);
    bucket_init(&b, 0, (span){0}, now);
    for (int i = 0; i < 1000; i++)
        bucket_take(&b, now);
    assert_int_equal(
        0, bucket_wait(&b, RATE_METRICS, now).us); /* nothing known, nothing held back */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_ladder),
        cmocka_unit_test(test_bucket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
