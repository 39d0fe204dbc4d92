#include "sim.h"

/*
 * What a network lets through, and what waits behind what: nobody is late for a reason that is not theirs, and nothing is
 * asked that the network said it would not take.
 */

static const int64_t SECOND = 1000000, MINUTE = 60000000;
enum {
    LIMIT =
        300, /* 60 are kept: 60 posts of four requests, but for what is asked of the account in passing */
    POSTS = 80,
    ALWAYS = 1 << 30
};

struct bench {
    struct sim sim;
    struct fixture *f;
    instant began;
    int64_t channel, ids[POSTS];
};

static struct bench *
open_bench(void **state, enum network_kind kind)
{
    struct bench *b = calloc(1, sizeof *b);
    b->f = *state;
    sim_open(&b->sim, b->f, 2);
    sim_begin(&b->sim, 42);
    b->channel = sim_channel(&b->sim, kind);
    b->began = b->f->t.now;
    return b;
}

static void
close_bench(struct bench *b)
{
    sim_close(&b->sim);
    free(b);
}

static instant
at(const struct bench *b, int64_t us)
{
    return (instant){b->began.us + us};
}

/* All processes are gone, as after a power cut; others start. */
static void
restart(struct bench *b)
{
    for (int i = 0; i < b->sim.slots_n; i++) {
        struct sim_slot *slot = &b->sim.slots[i];
        world_forget(&slot->client);
        worker_free(slot->worker);
        slot->worker = NULL;
        slot->restart_at = b->f->t.now;
    }
}

/* A window of 40 minutes, and more posts than fit into it, each due when the one before it is out. */
static void
fill_window(struct bench *b, int32_t tells_n)
{
    b->sim.world.limit = LIMIT;
    b->sim.world.window.us = 40 * MINUTE;
    b->sim.world.tells_n = tells_n;
    for (int i = 0; i < POSTS; i++)
        b->ids[i] = sim_schedule(&b->sim, b->channel, at(b, (i + 1) * 20 * SECOND), no_int);
}

static void
assert_all_out_once(struct bench *b)
{
    for (int i = 0; i < POSTS; i++) {
        struct arena before = *b->f->keep;
        struct delivery d = sim_get(&b->sim, b->ids[i]);
        if (d.state != DELIVERY_PUBLISHED || sim_count(&b->sim, d.id) != 1)
            fail_msg("the %d. of %d is %s: %s", i + 1, POSTS,
                     cstr(b->f->keep, delivery_state_word(d.state)), d.reason ? d.reason : "");
        *b->f->keep = before;
    }
}

static void
test_spent_until_reset(void **state)
{
    struct bench *b = open_bench(state, HONOURS_KEY);
    fill_window(b, ALWAYS);
    int64_t useless =
        sim_schedule(&b->sim, b->channel, at(b, 25 * MINUTE), some_int(at(b, 35 * MINUTE).us));
    sim_run_until(&b->sim, at(b, 30 * MINUTE));
    instant reset = b->sim.world.window_end;
    int32_t fit = b->sim.world.posts_n;
    assert_in_range(fit, 57, 60);
    assert_in_range(b->sim.world.window_n, LIMIT - 60, LIMIT - 56);
    struct delivery d = sim_get(&b->sim, b->ids[POSTS - 1]);
    assert_int_equal(d.state, DELIVERY_DEFERRED);
    assert_int_equal(d.next_us.is, reset.us); /* then, and not before */
    assert_string_equal(d.reason, "Its network lets no more be sent on this account for now.");
    assert_int_equal(d.attempts_n, 0);
    d = sim_get(&b->sim, useless);
    assert_int_equal(d.state, DELIVERY_MISSED);
    assert_string_equal(d.reason, "Its network lets no more be sent before its time is over.");
    sim_run_until(&b->sim, (instant){reset.us - 1});
    assert_int_equal(b->sim.world.posts_n, fit);
    sim_run_until(&b->sim, (instant){reset.us + MINUTE});
    assert_true(b->sim.world.posts_n > fit);
    assert_true(b->sim.world.posts[fit].at.us >= reset.us);
    sim_run(&b->sim);
    assert_int_equal(b->sim.world.over_n, 0);
    assert_all_out_once(b);
    assert_null(sim_broken(&b->sim));
    close_bench(b);
}

/* The network says it once, and then nothing: what leaves is counted, and no restart forgets it. */
static int32_t
count_in_silence(struct bench *b)
{
    fill_window(b, 1);
    sim_run_until(&b->sim, at(b, 5 * MINUTE));
    assert_true(b->sim.world.posts_n > 5 && b->sim.world.posts_n < 55);
    restart(b);
    sim_run_until(&b->sim, at(b, 15 * MINUTE));
    restart(b);
    sim_run(&b->sim);
    return b->sim.world.over_n;
}

static void
test_counted_over_restarts(void **state)
{
    struct bench *b = open_bench(state, HONOURS_KEY);
    assert_int_equal(count_in_silence(b), 0);
    assert_all_out_once(b);
    close_bench(b);
}

static void
test_taking_is_needed(void **state)
{
    struct bench *b = open_bench(state, HONOURS_KEY);
    b->sim.trial.rules.mutant_no_take = true;
    sim_begin(&b->sim, 42);
    assert_true(count_in_silence(b) > 0);
    close_bench(b);
}

/* "Not before 40 minutes": asked once, and not again by the next one that is due, nor after a restart. */
static void
test_retry_after(void **state)
{
    struct bench *b = open_bench(state, LISTS_ONLY);
    b->sim.world.busy_until = at(b, 40 * MINUTE);
    int64_t a = sim_schedule(&b->sim, b->channel, at(b, SECOND), no_int);
    int64_t c = sim_schedule(&b->sim, b->channel, at(b, 20 * MINUTE), no_int);
    int64_t d = sim_schedule(&b->sim, b->channel, at(b, 50 * MINUTE), no_int);
    sim_run_until(&b->sim, at(b, 10 * MINUTE));
    restart(b);
    sim_run_until(&b->sim, at(b, 40 * MINUTE - 1));
    assert_int_equal(sim_get(&b->sim, a).attempts_n, 1);
    assert_int_equal(sim_get(&b->sim, a).state, DELIVERY_DEFERRED);
    assert_int_equal(sim_get(&b->sim, c).attempts_n, 0);
    sim_run(&b->sim);
    assert_int_equal(sim_get(&b->sim, a).attempts_n, 5);
    assert_true(sim_get(&b->sim, a).published_us.is >= at(b, 40 * MINUTE).us);
    assert_true(sim_get(&b->sim, c).published_us.is < at(b, 50 * MINUTE).us);
    assert_true(sim_get(&b->sim, d).published_us.is < at(b, 51 * MINUTE).us);
    assert_null(sim_broken(&b->sim));
    close_bench(b);
}

/* One that may be live is looked for after minutes; those due after it are not late because of that. */
static void
test_no_reason_of_theirs(void **state)
{
    struct bench *b = open_bench(state, LISTS_ONLY);
    b->sim.world.force_status = 504;
    int64_t a = sim_schedule(&b->sim, b->channel, at(b, SECOND), no_int);
    int64_t near = sim_schedule(&b->sim, b->channel, at(b, 30 * SECOND), no_int);
    int64_t far = sim_schedule(&b->sim, b->channel, at(b, 100 * SECOND), no_int);
    sim_run_until(&b->sim, at(b, 25 * SECOND));
    b->sim.world.force_status = 0;
    assert_int_equal(sim_get(&b->sim, a).state, DELIVERY_UNKNOWN);
    sim_run_until(&b->sim, at(b, 60 * SECOND));
    assert_int_equal(sim_get(&b->sim, near).state,
                     DELIVERY_SCHEDULED); /* in order, for a moment */
    sim_run_until(&b->sim, at(b, 130 * SECOND));
    assert_int_equal(sim_get(&b->sim, a).state, DELIVERY_UNKNOWN);
    assert_int_equal(sim_get(&b->sim, near).state, DELIVERY_PUBLISHED);
    assert_int_equal(sim_get(&b->sim, far).state, DELIVERY_PUBLISHED);
    sim_run(&b->sim);
    assert_null(sim_broken(&b->sim));
    close_bench(b);
}

/* What the network said some time ago. */
static void
said(struct bench *b, struct bucket bucket)
{
    struct rates rates = {.n = 1, .at = {{.bucket = bucket, .changed = true}}};
    assert_ok(db_begin(b->f->propre->db, DB_WRITE, &b->f->error), &b->f->error);
    assert_ok(rates_keep(b->f->propre, b->channel, &rates, &b->f->error), &b->f->error);
    assert_ok(db_commit(b->f->propre->db, &b->f->error), &b->f->error);
}

/* What was begun with room is brought to its end below it; the next one waits. With nothing left at all, it stops too. */
static void
test_begun_is_ended(void **state)
{
    struct bench *b = open_bench(state, HONOURS_KEY);
    said(b, (struct bucket){.limit = 100, .remaining = 22, .reset = at(b, 10 * MINUTE)});
    int64_t a = sim_schedule(&b->sim, b->channel, at(b, SECOND), no_int);
    int64_t c = sim_schedule(&b->sim, b->channel, at(b, 2 * SECOND), no_int);
    sim_run_until(&b->sim, at(b, 5 * MINUTE));
    assert_int_equal(sim_get(&b->sim, a).state, DELIVERY_PUBLISHED);
    assert_int_equal(sim_get(&b->sim, c).attempts_n, 0);
    sim_run_until(&b->sim, at(b, 11 * MINUTE));
    assert_int_equal(sim_get(&b->sim, c).state, DELIVERY_PUBLISHED);
    said(b, (struct bucket){.limit = 2, .remaining = 2, .reset = at(b, 30 * MINUTE)});
    int64_t d = sim_schedule(&b->sim, b->channel, at(b, 12 * MINUTE), no_int);
    sim_run_until(&b->sim, at(b, 30 * MINUTE - 1));
    struct delivery half = sim_get(&b->sim, d);
    assert_int_equal(half.state, DELIVERY_DEFERRED);
    assert_in_range(half.attempts_n, 1, 2); /* not asked in vain, which might have been live */
    sim_run(&b->sim);
    assert_int_equal(sim_count(&b->sim, d), 1);
    assert_null(sim_broken(&b->sim));
    close_bench(b);
}

/* With nothing left to ask, a post that may be live is not looked for before the network answers again; that is no look. */
static void
test_looking_waits_too(void **state)
{
    struct bench *b = open_bench(state, LISTS_ONLY);
    b->sim.world.force_status = 504;
    int64_t a = sim_schedule(&b->sim, b->channel, at(b, SECOND), no_int);
    sim_run_until(&b->sim, at(b, 25 * SECOND));
    b->sim.world.force_status = 0;
    said(b, (struct bucket){.limit = 100, .remaining = 40, .reset = at(b, 60 * MINUTE)});
    sim_run_until(&b->sim, at(b, 60 * MINUTE - 1));
    struct delivery d = sim_get(&b->sim, a);
    assert_int_equal(d.attempts_n, 3);
    assert_int_equal(d.state, DELIVERY_UNKNOWN);
    assert_int_equal(d.next_us.is, at(b, 60 * MINUTE).us);
    sim_run(&b->sim);
    assert_int_equal(sim_get(&b->sim, a).state, DELIVERY_PUBLISHED);
    assert_int_equal(sim_count(&b->sim, a), 1);
    close_bench(b);
}

/* Kept while the clock was a year ahead: not believed when it is right again. */
static void
test_clock_was_wrong(void **state)
{
    struct bench *b = open_bench(state, HONOURS_KEY);
    const instant far = at(b, 365 * 1440 * MINUTE);
    said(b, (struct bucket){.limit = 100, .reset = far, .closed = far});
    int64_t id = sim_schedule(&b->sim, b->channel, at(b, SECOND), no_int);
    sim_run_until(&b->sim, at(b, MINUTE));
    assert_int_equal(sim_get(&b->sim, id).state, DELIVERY_PUBLISHED);
    close_bench(b);
}

/* Families: media that are used up do not keep a text back. */
static void
test_families(void **state)
{
    (void)state;
    const instant now = {1783245600000000};
    struct http_header headers[] = {{S("x-ratelimit-limit"), S("30")},
                                    {S("x-ratelimit-remaining"), S("0")},
                                    {S("x-ratelimit-reset"), S("1800")}};
    const struct http_answer answer = {
        .end = HTTP_ANSWERED, .status = 200, .headers = headers, .headers_n = 3};
    struct rates rates = {.n = 1};
    rates_hear(&rates, "media", &answer, NULL, now);
    assert_int_equal(rates.n, 2);
    assert_int_equal(rates_wait(&rates, "media", RATE_PUBLISH, now).us, 1800 * SECOND);
    assert_int_equal(rates_wait(&rates, NULL, RATE_PUBLISH, now).us, 0);
    assert_int_equal(rates_wait(&rates, "statuses", RATE_PUBLISH, now).us, 0);
    /* A request of a family counts for the account too. */
    headers[0].value = S("10");
    headers[1].value = S("3");
    rates_hear(&rates, NULL, &answer, NULL, now);
    assert_int_equal(rates_wait(&rates, NULL, RATE_PUBLISH, now).us, 0);
    rates_take(&rates, "statuses", now);
    assert_int_equal(rates_wait(&rates, NULL, RATE_PUBLISH, now).us, 1800 * SECOND);
    assert_int_equal(rates_wait(&rates, NULL, RATE_FINISH, now).us, 0); /* two are left */
    rates_take(&rates, NULL, now);
    rates_take(&rates, NULL, now);
    assert_int_equal(rates_wait(&rates, NULL, RATE_FINISH, now).us, 1800 * SECOND);
}

#define ON_A_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_open, fixture_close)

int
main(void)
{
    if (testdb_skips())
        return 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_families),          ON_A_FIXTURE(test_spent_until_reset),
        ON_A_FIXTURE(test_counted_over_restarts), ON_A_FIXTURE(test_taking_is_needed),
        ON_A_FIXTURE(test_retry_after),           ON_A_FIXTURE(test_no_reason_of_theirs),
        ON_A_FIXTURE(test_begun_is_ended),        ON_A_FIXTURE(test_looking_waits_too),
        ON_A_FIXTURE(test_clock_was_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
