#include "sim.h"

#include "base/sanitize.h"
#include "outbox/let_go.h"
#include "place/hold.h"
#include "place/vault.h"
#include "strategy/channel.h"
#include "tactic/message.h"

/* A worker on the data, by hand: what a user would miss. */

static const int64_t SECOND = 1000000, MINUTE = 60000000;

struct bench {
    struct sim sim;
    struct fixture *f;
};

static struct bench *
open_bench(void **state, int32_t workers)
{
    struct bench *b = calloc(1, sizeof *b);
    b->f = *state;
    sim_open(&b->sim, b->f, workers);
    sim_begin(&b->sim, 42);
    return b;
}

static void
close_bench(struct bench *b)
{
    sim_close(&b->sim);
    free(b);
}

static void
begin(struct bench *b)
{
    assert_ok(db_begin(b->f->propre->db, DB_WRITE, &b->f->error), &b->f->error);
}

static void
commit(struct bench *b)
{
    assert_ok(db_commit(b->f->propre->db, &b->f->error), &b->f->error);
}

static instant
in(struct bench *b, int64_t us)
{
    return (instant){b->f->t.now.us + us};
}

static void
assert_state(struct bench *b, int64_t id, enum delivery_state expected)
{
    struct delivery d = sim_get(&b->sim, id);
    if (d.state != expected)
        fail_msg("delivery %lld is %s (%s), not %s", (long long)id,
                 cstr(b->f->keep, delivery_state_word(d.state)), d.reason ? d.reason : "",
                 cstr(b->f->keep, delivery_state_word(expected)));
}

/* The n-th thing asked of the data fails, for every n, with the process going on, and with it dying there. */
static void
every_statement_fails(void **state, bool dies)
{
    struct bench *b = open_bench(state, 1);
    int64_t channel = sim_channel(&b->sim, LISTS_ONLY);
    int failures = 0;
    /* A step in the middle of a loop is like its neighbours: where each costs more, every third. */
    const int stride = SANITIZED || testdb_is_postgres() ? 3 : 1;
    for (int at = 1; at < 2000; at += stride) {
        int64_t id = sim_schedule(&b->sim, channel, in(b, SECOND), no_int);
        sim_run_until(&b->sim, in(b, SECOND - 1));
        testdb_fail_at(&b->f->t, at);
        b->f->t.now.us += 1;
        if (dies) { /* until the trap springs, then the process is gone */
            struct sim_slot *slot = &b->sim.slots[0];
            for (int i = 0; i < 100 && !testdb_failed() &&
                            sim_get(&b->sim, id).state != DELIVERY_PUBLISHED;
                 i++) {
                struct error error = {0};
                instant next;
                slot->propre.db = b->f->propre->db;
                world_run(&b->sim.world);
                (void)!worker_step(slot->worker, (span){0}, &next, &error);
                b->f->t.now.us += SECOND;
            }
            bool sprang = testdb_failed();
            testdb_fail_at(&b->f->t, 0);
            if (sprang) {
                db_rollback(b->f->propre->db);
                world_forget(&slot->client);
                worker_free(slot->worker);
                slot->worker = NULL;
                slot->restart_at = b->f->t.now;
                failures++;
            } else {
                at = 2000;
            }
        } else {
            sim_run_until(&b->sim, in(b, 30 * SECOND));
            failures += testdb_failed();
            at = testdb_failed() ? at : 2000;
            testdb_fail_at(&b->f->t, 0);
        }
        sim_run(&b->sim);
        struct arena before = *b->f->keep;
        struct delivery d = sim_get(&b->sim, id);
        int32_t live = world_count(&b->sim.world, d.excerpt);
        if (d.state != DELIVERY_PUBLISHED || live != 1)
            fail_msg("failing at %d: state %d, live %d times: %s", at, (int)d.state, (int)live,
                     d.reason ? d.reason : "");
        *b->f->keep = before;
        b->f->t.now.us += 10 * MINUTE;
    }
    printf("# %d statements failed in turn\n", failures);
    assert_true(failures > 50 / stride);
    close_bench(b);
}

static void
test_every_statement_fails(void **state)
{
    every_statement_fails(state, false);
}

static void
test_dies_at_every_statement(void **state)
{
    every_statement_fails(state, true);
}

/* A thousand posts (two hundred where each costs more) in the same second over fifty accounts: on time, and in order. */
static void
test_on_time(void **state)
{
    enum { ACCOUNTS = 50, EACH_MAX = 20 };
    const int each = SANITIZED || testdb_is_postgres() ? EACH_MAX / 5 : EACH_MAX;
    struct bench *b = open_bench(state, 1);
    int64_t channels[ACCOUNTS];
    instant due = in(b, MINUTE);
    for (int i = 0; i < ACCOUNTS; i++)
        channels[i] = sim_channel(&b->sim, HONOURS_KEY);
    for (int k = 0; k < each; k++) {
        for (int i = 0; i < ACCOUNTS; i++)
            (void)sim_schedule(&b->sim, channels[i], due, no_int);
    }
    sim_run(&b->sim);
    assert_null(sim_broken(&b->sim));
    int32_t published = 0;
    int64_t last[ACCOUNTS] = {0};
    for (int i = 0; i < b->sim.deliveries_n; i++) {
        struct arena before = *b->f->keep;
        struct delivery d = sim_get(&b->sim, b->sim.deliveries[i]);
        published += d.state == DELIVERY_PUBLISHED;
        assert_true(d.published_us.is >= due.us);
        assert_true(d.published_us.is >= last[i % ACCOUNTS]); /* as they were due */
        last[i % ACCOUNTS] = d.published_us.is;
        *b->f->keep = before;
    }
    assert_int_equal(published, ACCOUNTS * each);
    close_bench(b);
}

/* The machine was off. */
static void
test_late_policy(void **state)
{
    struct bench *b = open_bench(state, 1);
    int64_t channel = sim_channel(&b->sim, HONOURS_KEY);
    int64_t old = sim_schedule(&b->sim, channel, in(b, 0), no_int);
    int64_t useless =
        sim_schedule(&b->sim, channel, in(b, 300 * MINUTE), some_int(in(b, 310 * MINUTE).us));
    int64_t a = sim_schedule(&b->sim, channel, in(b, 330 * MINUTE), no_int);
    int64_t c = sim_schedule(&b->sim, channel, in(b, 331 * MINUTE), no_int);
    int64_t d = sim_schedule(&b->sim, channel, in(b, 332 * MINUTE), no_int);
    b->f->t.now.us += 400 * MINUTE;
    sim_run(&b->sim);
    assert_state(b, old, DELIVERY_HELD);
    assert_state(b, useless, DELIVERY_MISSED);
    int64_t first = sim_get(&b->sim, a).published_us.is;
    int64_t second = sim_get(&b->sim, c).published_us.is;
    int64_t third = sim_get(&b->sim, d).published_us.is;
    assert_true(second - first >= 5 * MINUTE && third - second >= 5 * MINUTE); /* no burst */
    assert_int_equal(sim_count(&b->sim, old), 0);
    /* A person releases it: now, not at a time that is over. */
    begin(b);
    assert_ok(delivery_release(b->f->propre, b->f->workspace, old, S("Ada"), &b->f->error),
              &b->f->error);
    commit(b);
    sim_run(&b->sim);
    assert_state(b, old, DELIVERY_PUBLISHED);
    struct delivery_event *events;
    ptrdiff_t n;
    assert_ok(db_begin(b->f->propre->db, DB_READ, &b->f->error), &b->f->error);
    assert_ok(delivery_history(b->f->propre, b->f->workspace, old, b->f->keep, &events, &n,
                               &b->f->error),
              &b->f->error);
    db_rollback(b->f->propre->db);
    assert_int_equal(n, 2);
    assert_false(events[0].who.p); /* the house held it */
    assert_str("Ada", events[1].who);
    close_bench(b);
}

/* One step of the first worker; when it wants the next. */
static instant
step(struct bench *b)
{
    instant next = {0};
    assert_ok(worker_step(b->sim.slots[0].worker, (span){0}, &next, &b->f->error),
              &b->f->error);
    return next;
}

static void
test_hold_stops_every_claim(void **state)
{
    struct bench *b = open_bench(state, 2);
    int64_t id =
        sim_schedule(&b->sim, sim_channel(&b->sim, HONOURS_KEY), in(b, SECOND), no_int);
    begin(b);
    assert_ok(hold_set(b->f->propre, b->f->workspace, str_of(HOLD_RESTORED), &b->f->error),
              &b->f->error);
    commit(b);
    sim_run_until(&b->sim, in(b, 3 * MINUTE));
    assert_state(b, id, DELIVERY_SCHEDULED);
    assert_int_equal(b->sim.world.publishes_n, 0);
    /* What is due and may not go does not make a worker look again and again: a step sees it, the next that it may not. */
    instant end = in(b, MINUTE);
    int steps = 0;
    for (; b->f->t.now.us < end.us; steps++) {
        instant next = step(b);
        if (next.us > b->f->t.now.us)
            b->f->t.now = next;
        assert_true(steps < 130); /* two a second, and no more */
    }
    begin(b);
    assert_ok(hold_release(b->f->propre, b->f->workspace, &b->f->error), &b->f->error);
    commit(b);
    sim_run(&b->sim);
    assert_state(b, id, DELIVERY_PUBLISHED);
    close_bench(b);
}

static void
put_hold(struct bench *b, const char *reason)
{
    begin(b);
    assert_ok(hold_set(b->f->propre, b->f->workspace, str_of(reason), &b->f->error),
              &b->f->error);
    commit(b);
}

static int64_t
let_go(struct bench *b)
{
    int64_t n = -1;
    begin(b);
    assert_ok(let_go_all(b->f->propre, b->f->workspace, &n, &b->f->error), &b->f->error);
    commit(b);
    return n;
}

/*
 * A backup thinks that what was due since is still to be sent. It was sent, before the restore; after it a person says so
 * of each, whatever it was at when the backup was made. What is to come, and what was planned after, goes out.
 */
static void
test_restored_sends_nothing_twice(void **state)
{
    struct bench *b = open_bench(state, 1);
    int64_t due =
        sim_schedule(&b->sim, sim_channel(&b->sim, LISTS_ONLY), in(b, 5 * MINUTE), no_int);
    int64_t tried =
        sim_schedule(&b->sim, sim_channel(&b->sim, LISTS_ONLY), in(b, SECOND), no_int);
    int64_t begun =
        sim_schedule(&b->sim, sim_channel(&b->sim, LISTS_ONLY), in(b, 9 * SECOND), no_int);
    int64_t later =
        sim_schedule(&b->sim, sim_channel(&b->sim, LISTS_ONLY), in(b, 60 * MINUTE), no_int);
    b->sim.world.down = true;
    sim_run_until(&b->sim, in(b, 8 * SECOND));
    assert_state(b, tried, DELIVERY_DEFERRED);
    for (int i = 0; i < 9 && sim_get(&b->sim, begun).state != DELIVERY_SENDING; i++) {
        b->f->t.now.us += SECOND;
        b->sim.world.down = false;
        (void)step(b);
    }
    assert_state(b, begun, DELIVERY_SENDING);
    /* Here the backup is made; the process that made it is gone. */
    b->sim.slots[0].crashed = true;
    b->sim.slots[0].propre.db = b->sim.dead_db;
    b->f->t.now.us += 20 * MINUTE;
    put_hold(b, HOLD_RESTORED);
    put_hold(b, "a person asked for it");
    int32_t sent = b->sim.world.requests_n;
    b->f->t.now.us += MINUTE;
    int64_t fresh =
        sim_schedule(&b->sim, sim_channel(&b->sim, LISTS_ONLY), in(b, SECOND), no_int);
    b->f->t.now.us += MINUTE;
    assert_int_equal(let_go(b), 3);
    sim_run(&b->sim);
    const int64_t held[] = {due, tried, begun};
    for (int i = 0; i < 3; i++) {
        struct delivery d = sim_get(&b->sim, held[i]);
        assert_int_equal(d.state, DELIVERY_HELD);
        assert_true(str_find(str_of(d.reason), S("before the backup was restored")) >= 0);
        assert_int_equal(sim_count(&b->sim, held[i]), 0);
    }
    assert_state(b, later, DELIVERY_PUBLISHED);
    assert_state(b, fresh, DELIVERY_PUBLISHED);
    assert_true(b->sim.world.requests_n > sent);
    /* A person looked. */
    begin(b);
    assert_ok(delivery_resolve(b->f->propre, b->f->workspace, due, RESOLVE_LIVE, STR_NONE,
                               S("Ada"), &b->f->error),
              &b->f->error);
    assert_ok(delivery_release(b->f->propre, b->f->workspace, begun, S("Ada"), &b->f->error),
              &b->f->error);
    commit(b);
    sim_run(&b->sim);
    assert_int_equal(sim_count(&b->sim, due), 0);
    assert_state(b, begun, DELIVERY_PUBLISHED);
    assert_int_equal(sim_count(&b->sim, begun), 1);
    /* A hold that a person put on holds nothing back when it ends. */
    int64_t id = sim_schedule(&b->sim, sim_channel(&b->sim, LISTS_ONLY), in(b, SECOND), no_int);
    put_hold(b, "a person asked for it");
    b->f->t.now.us += MINUTE;
    assert_int_equal(let_go(b), 0);
    sim_run(&b->sim);
    assert_state(b, id, DELIVERY_PUBLISHED);
    close_bench(b);
}

/* With nothing due it only reads: whoever writes meanwhile, an import say, is neither kept out nor waited for. */
static void
test_idle_only_reads(void **state)
{
    struct bench *b = open_bench(state, 1);
    (void)sim_schedule(&b->sim, sim_channel(&b->sim, HONOURS_KEY), in(b, 3 * 24 * 60 * MINUTE),
                       no_int);
    sim_run_until(&b->sim, in(b, 70 * SECOND));
    (void)testdb_writes(&b->f->t);
    (void)step(b), (void)step(b); /* what it does now and then is done */
    assert_true(testdb_writes(&b->f->t) > 0);
    for (int i = 0; i < 10; i++) {
        b->f->t.now.us += SECOND;
        (void)step(b);
    }
    assert_int_equal(0, testdb_writes(&b->f->t));
    close_bench(b);
}

/* What is to be tried again keeps still while everything is on hold, is not lost over it, and goes out once after. */
static void
test_hold_keeps_retries(void **state)
{
    struct bench *b = open_bench(state, 2);
    int64_t channel = sim_channel(&b->sim, LISTS_ONLY);
    int64_t id = sim_schedule(&b->sim, channel, in(b, SECOND), no_int);
    b->sim.world.down = true;
    sim_run_until(&b->sim, in(b, 20 * SECOND));
    assert_state(b, id, DELIVERY_DEFERRED);
    int32_t asked = b->sim.world.requests_n;
    begin(b);
    assert_ok(hold_set(b->f->propre, b->f->workspace, str_of(HOLD_RESTORED), &b->f->error),
              &b->f->error);
    commit(b);
    b->sim.world.down = false;
    sim_run_until(&b->sim, in(b, 20 * MINUTE));
    assert_state(b, id, DELIVERY_DEFERRED);
    assert_int_equal(sim_count(&b->sim, id), 0);
    assert_int_equal(b->sim.world.requests_n, asked);
    begin(b);
    assert_ok(hold_release(b->f->propre, b->f->workspace, &b->f->error), &b->f->error);
    commit(b);
    sim_run(&b->sim);
    assert_state(b, id, DELIVERY_PUBLISHED);
    assert_int_equal(sim_count(&b->sim, id), 1);
    close_bench(b);
}

/* The clock jumps: never early, never twice. */
static void
test_clock_jumps(void **state)
{
    struct bench *b = open_bench(state, 1);
    int64_t channel = sim_channel(&b->sim, LISTS_ONLY);
    instant due = in(b, 10 * MINUTE);
    int64_t id = sim_schedule(&b->sim, channel, due, no_int);
    sim_run_until(&b->sim, in(b, MINUTE));
    b->f->t.now.us -= 3650LL * 86400 * SECOND; /* ten years back */
    sim_run_until(&b->sim, in(b, 60 * MINUTE));
    assert_state(b, id, DELIVERY_SCHEDULED);
    b->f->t.now.us = due.us - SECOND;
    sim_run_until(&b->sim, (instant){due.us - 1});
    assert_int_equal(b->sim.world.publishes_n, 0);
    sim_run(&b->sim);
    assert_state(b, id, DELIVERY_PUBLISHED);
    assert_int_equal(sim_count(&b->sim, id), 1);
    /* Back by an hour in the middle of sending. */
    b->f->t.now.us += MINUTE;
    id = sim_schedule(&b->sim, channel, in(b, SECOND), no_int);
    sim_run_until(&b->sim, in(b, 2 * SECOND));
    b->f->t.now.us -= 60 * MINUTE;
    sim_run(&b->sim);
    assert_int_equal(sim_count(&b->sim, id), 1);
    assert_state(b, id, DELIVERY_PUBLISHED);
    close_bench(b);
}

/* "Too many", answered when it was live already (Instagram did): one post, and known to be out. */
static void
test_429_after_publish(void **state)
{
    static const int32_t statuses[] = {429, 500, 502, 504, 408};
    struct bench *b = open_bench(state, 1);
    for (int kind = HONOURS_KEY; kind <= TELLS_NOTHING; kind++) {
        int64_t channel = sim_channel(&b->sim, (enum network_kind)kind);
        for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
            b->sim.world.force_status = statuses[i];
            int64_t id = sim_schedule(&b->sim, channel, in(b, SECOND), no_int);
            sim_run(&b->sim);
            assert_state(b, id, kind == TELLS_NOTHING ? DELIVERY_PERSON : DELIVERY_PUBLISHED);
            assert_int_equal(sim_count(&b->sim, id), 1);
        }
    }
    close_bench(b);
}

/* Nothing came of the first, and the second says the same: a look for the first must not take the second for it. */
static void
test_same_text_twice(void **state)
{
    struct bench *b = open_bench(state, 1);
    for (int kind = LISTS_ONLY; kind <= LISTS_LATE; kind++) {
        int64_t channel = sim_channel(&b->sim, (enum network_kind)kind);
        b->sim.text = kind == LISTS_ONLY ? "the same" : "the same, late";
        int64_t first = sim_schedule(&b->sim, channel, in(b, SECOND), no_int);
        int64_t second = sim_schedule(&b->sim, channel, in(b, 62 * SECOND), no_int);
        b->sim.world.force_refusal = 503;
        sim_run_until(&b->sim, in(b, 30 * SECOND));
        assert_state(b, first, DELIVERY_UNKNOWN);
        b->sim.world.force_refusal = 0;
        sim_run(&b->sim);
        assert_state(b, first, DELIVERY_PUBLISHED);
        assert_state(b, second, DELIVERY_PUBLISHED);
        assert_int_equal(2, world_count(&b->sim.world, str_of(b->sim.text)));
    }
    close_bench(b);
}

static void
test_refused(void **state)
{
    struct bench *b = open_bench(state, 1);
    int64_t id = sim_schedule(&b->sim, sim_channel(&b->sim, LISTS_ONLY), in(b, SECOND), no_int);
    struct incident *incidents;
    ptrdiff_t n;
    b->sim.world.force_refusal = 422;
    sim_run(&b->sim);
    assert_state(b, id, DELIVERY_REJECTED);
    assert_int_equal(b->sim.world.publishes_n, 1); /* a no is a no */
    assert_ok(db_begin(b->f->propre->db, DB_READ, &b->f->error), &b->f->error);
    assert_ok(
        incident_list(b->f->propre, b->f->workspace, b->f->keep, &incidents, &n, &b->f->error),
        &b->f->error);
    db_rollback(b->f->propre->db);
    assert_int_equal(n, 1);
    assert_str("rejected", incidents[0].kind);
    /* Mended and released it goes out, and the incident is closed. */
    b->sim.world.force_refusal = 0;
    begin(b);
    assert_ok(delivery_release(b->f->propre, b->f->workspace, id, S("Ada"), &b->f->error),
              &b->f->error);
    commit(b);
    sim_run(&b->sim);
    assert_state(b, id, DELIVERY_PUBLISHED);
    assert_ok(db_begin(b->f->propre->db, DB_READ, &b->f->error), &b->f->error);
    assert_ok(
        incident_list(b->f->propre, b->f->workspace, b->f->keep, &incidents, &n, &b->f->error),
        &b->f->error);
    db_rollback(b->f->propre->db);
    assert_true(n == 1 && incidents[0].closed_us.has);
    close_bench(b);
}

static void
edit(struct bench *b, int64_t id, const char *text)
{
    struct fixture *f = b->f;
    struct message m;
    struct message_parts parts;
    int64_t message = sim_get(&b->sim, id).message;
    begin(b);
    assert_ok(message_get(f->propre, f->workspace, message, f->keep, &m, &f->error), &f->error);
    assert_ok(message_parts_get(f->propre, message, f->keep, &parts, &f->error), &f->error);
    m.body = str_of(text);
    assert_ok(message_save(f->propre, &m, &parts, &message, &f->error), &f->error);
    commit(b);
}

static void
release(struct bench *b, int64_t id)
{
    begin(b);
    assert_ok(delivery_release(b->f->propre, b->f->workspace, id, S("Ada"), &b->f->error),
              &b->f->error);
    commit(b);
}

static struct delivery_text
text_of(struct bench *b, int64_t id)
{
    struct fixture *f = b->f;
    struct delivery_text ret;
    assert_ok(db_begin(f->propre->db, DB_READ, &f->error), &f->error);
    assert_ok(delivery_text(f->propre, f->workspace, id, f->keep, &ret, &f->error), &f->error);
    db_rollback(f->propre->db);
    return ret;
}

/* Of what surely was not sent every edit counts; what was made ready of the old message there is not used for the new one. */
static void
test_edits_count_until_it_may_be_out(void **state)
{
    struct bench *b = open_bench(state, 1);
    struct world *world = &b->sim.world;
    int64_t channel = sim_channel(&b->sim, LISTS_ONLY);
    /* Not sent: edited before the next try. */
    int64_t id = sim_schedule(&b->sim, channel, in(b, SECOND), no_int);
    str old = sim_get(&b->sim, id).excerpt;
    world->force_refusal = -1;
    sim_run_until(&b->sim, in(b, 8 * SECOND));
    assert_state(b, id, DELIVERY_DEFERRED);
    edit(b, id, "mended 1");
    assert_false(text_of(b, id).frozen);
    world->force_refusal = 0;
    sim_run(&b->sim);
    assert_state(b, id, DELIVERY_PUBLISHED);
    assert_int_equal(world_count(world, S("mended 1")), 1);
    assert_int_equal(world_count(world, old), 0);
    assert_true(text_of(b, id).frozen);
    assert_str("mended 1", text_of(b, id).parts[0]);
    /* Refused: edited, then let go. Files are made ready anew, the draft is kept. */
    static const char *const texts[] = {"mended 2", NULL};
    static const int requests[] = {6, 5};
    for (int i = 0; i < 2; i++) {
        id = sim_schedule(&b->sim, channel, in(b, SECOND), no_int);
        int before = world->requests_n;
        world->force_refusal = 422;
        sim_run(&b->sim);
        assert_state(b, id, DELIVERY_REJECTED);
        if (texts[i])
            edit(b, id, texts[i]);
        str expected = sim_get(&b->sim, id).excerpt;
        world->force_refusal = 0;
        release(b, id);
        sim_run(&b->sim);
        assert_state(b, id, DELIVERY_PUBLISHED);
        assert_int_equal(world_count(world, expected), 1);
        assert_int_equal(world->requests_n - before, requests[i]);
    }
    close_bench(b);
}

/* What may be out is looked for, and shown, as it was sent; once it surely is not, it goes out as the message is. */
static void
test_what_may_be_out_is_kept(void **state)
{
    struct bench *b = open_bench(state, 1);
    struct world *world = &b->sim.world;
    int64_t id = sim_schedule(&b->sim, sim_channel(&b->sim, LISTS_ONLY), in(b, SECOND), no_int);
    str old = sim_get(&b->sim, id).excerpt;
    world->force_status = 504;
    sim_run_until(&b->sim, in(b, 30 * SECOND));
    assert_state(b, id, DELIVERY_UNKNOWN);
    edit(b, id, "too late");
    assert_true(text_of(b, id).frozen);
    assert_str(cstr(b->f->keep, old), text_of(b, id).parts[0]);
    world->force_status = 0;
    sim_run(&b->sim);
    assert_state(b, id, DELIVERY_PUBLISHED);
    assert_int_equal(world_count(world, old), 1);
    assert_int_equal(world_count(world, S("too late")), 0);
    assert_str(cstr(b->f->keep, old), text_of(b, id).parts[0]);
    /* A person says that it is not there: then the edit counts. */
    id = sim_schedule(&b->sim, sim_channel(&b->sim, TELLS_NOTHING), in(b, SECOND), no_int);
    world->force_refusal = 504;
    sim_run(&b->sim);
    assert_state(b, id, DELIVERY_PERSON);
    instant made = world_created;
    edit(b, id, "in time");
    b->f->t.now.us += 2 * SPAN_DAY.us;
    begin(b);
    assert_ok(delivery_resolve(b->f->propre, b->f->workspace, id, RESOLVE_AGAIN, STR_NONE,
                               S("Ada"), &b->f->error),
              &b->f->error);
    commit(b);
    world->force_refusal = 0;
    sim_run(&b->sim);
    assert_state(b, id, DELIVERY_PUBLISHED);
    assert_int_equal(world_count(world, S("in time")), 1);
    assert_true(world_created.us == made.us); /* an address made of it must be the same one */
    close_bench(b);
}

/* What waited for days, and was never sent, is of the moment it goes out. */
static void
test_made_when_it_goes_out(void **state)
{
    struct bench *b = open_bench(state, 1);
    int64_t id = sim_schedule(&b->sim, sim_channel(&b->sim, LISTS_ONLY), in(b, SECOND), no_int);
    b->sim.world.force_refusal = 422;
    sim_run(&b->sim);
    assert_state(b, id, DELIVERY_REJECTED);
    b->sim.world.force_refusal = 0;
    b->f->t.now.us += 2 * SPAN_DAY.us;
    instant now = b->f->t.now;
    release(b, id);
    sim_run(&b->sim);
    assert_state(b, id, DELIVERY_PUBLISHED);
    assert_true(world_created.us >= now.us);
    close_bench(b);
}

static void
test_a_person_decides(void **state)
{
    struct bench *b = open_bench(state, 1);
    struct error *error = &b->f->error;
    int64_t channel = sim_channel(&b->sim, TELLS_NOTHING);
    b->sim.world.force_status = 504;
    int64_t live = sim_schedule(&b->sim, channel, in(b, SECOND), no_int);
    int64_t again = sim_schedule(&b->sim, channel, in(b, 2 * SECOND), no_int);
    int64_t drop = sim_schedule(&b->sim, channel, in(b, 3 * SECOND), no_int);
    sim_run(&b->sim);
    assert_state(b, live, DELIVERY_PERSON);
    begin(b);
    assert_fault(FAULT_CONFLICT,
                 delivery_cancel(b->f->propre, b->f->workspace, live, S("Ada"), error), error,
                 "Needs you");
    db_rollback(b->f->propre->db);
    static const char *const addresses[] = {"not a url",
                                            "javascript:alert(1)",
                                            "https://",
                                            "https://double.example/a b",
                                            "https://double.example/\n",
                                            " https://a.example"};
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        begin(b);
        assert_fault(FAULT_INPUT,
                     delivery_resolve(b->f->propre, b->f->workspace, live, RESOLVE_LIVE,
                                      str_of(addresses[i]), S("Ada"), error),
                     error, "https://");
        db_rollback(b->f->propre->db);
    }
    assert_non_null(sim_get(&b->sim, live).reason);
    assert_true(sim_get(&b->sim, live).error_class != CLASS_NONE);
    begin(b);
    assert_ok(delivery_resolve(b->f->propre, b->f->workspace, live, RESOLVE_LIVE,
                               S("https://double.example/7"), S("Ada"), error),
              error);
    assert_ok(delivery_resolve(b->f->propre, b->f->workspace, again, RESOLVE_AGAIN, STR_NONE,
                               S("Ada"), error),
              error);
    assert_ok(delivery_resolve(b->f->propre, b->f->workspace, drop, RESOLVE_DROP, STR_NONE,
                               S("Ada"), error),
              error);
    commit(b);
    b->sim.world.force_status = 0;
    sim_run(&b->sim);
    struct delivery d = sim_get(&b->sim, live);
    assert_int_equal(d.state, DELIVERY_PUBLISHED);
    assert_str("https://double.example/7", d.permalink);
    assert_null(d.reason); /* it is live: nobody need look any more */
    assert_int_equal(d.words.n, 0);
    assert_int_equal(d.error_class, CLASS_NONE);
    assert_true(d.post.has);
    assert_state(b, again, DELIVERY_PUBLISHED);
    assert_state(b, drop, DELIVERY_CANCELLED);
    /* The same key: a network that honours it would have had it once. */
    const struct world_post *posts = b->sim.world.posts;
    int with_key = 0;
    for (int i = 0; i < b->sim.world.posts_n; i++)
        with_key += strcmp(posts[i].key, posts[1].key) == 0;
    assert_int_equal(with_key, 2);
    close_bench(b);
}

static struct sim *dying;
static int deaths_n;
static char deadly[WORLD_TEXT];

/* The process dies over that text, before anything of it is written down. */
static void
die_of(str text)
{
    if (!str_eq(text, str_of(deadly)))
        return;
    dying->slots[0].crashed = true;
    dying->slots[0].propre.db = dying->dead_db;
    deaths_n++;
}

/* It kills each worker that begins it: the others go out, and after three deaths it waits for a person. */
static void
test_what_kills_the_worker(void **state)
{
    struct bench *b = open_bench(state, 1);
    int64_t ids[5];
    for (int i = 0; i < 5; i++)
        ids[i] = sim_schedule(&b->sim, sim_channel(&b->sim, TELLS_NOTHING), in(b, SECOND + i),
                              no_int);
    str bad = sim_get(&b->sim, ids[2]).excerpt;
    (void)snprintf(deadly, sizeof deadly, "%.*s", STR_FMT(bad));
    dying = &b->sim;
    deaths_n = 0;
    world_begun = die_of;
    sim_run(&b->sim);
    world_begun = NULL;
    assert_int_equal(deaths_n, 3);
    assert_state(b, ids[2], DELIVERY_HELD);
    /* Those behind it were kept from nothing; of those before it the first death took what was on its way, and no other did. */
    assert_state(b, ids[3], DELIVERY_PUBLISHED);
    assert_state(b, ids[4], DELIVERY_PUBLISHED);
    assert_null(sim_broken(&b->sim));
    release(b, ids[2]);
    sim_run(&b->sim);
    assert_state(b, ids[2], DELIVERY_PUBLISHED);
    assert_int_equal(sim_count(&b->sim, ids[2]), 1);
    close_bench(b);
}

static void
test_one_message_once_a_channel(void **state)
{
    struct bench *b = open_bench(state, 1);
    struct error *error = &b->f->error;
    int64_t channel = sim_channel(&b->sim, HONOURS_KEY), second;
    int64_t id = sim_schedule(&b->sim, channel, in(b, MINUTE), no_int);
    struct delivery d = sim_get(&b->sim, id);
    const struct delivery_plan plan = {.workspace = b->f->workspace,
                                       .message = d.message,
                                       .channel = channel,
                                       .due_us = in(b, 2 * MINUTE).us};
    begin(b);
    assert_fault(FAULT_CONFLICT, delivery_schedule(b->f->propre, &plan, &second, error), error,
                 "already");
    assert_ok(delivery_cancel(b->f->propre, b->f->workspace, id, S("Ada"), error), error);
    assert_ok(delivery_schedule(b->f->propre, &plan, &second, error), error);
    struct delivery_plan past = plan;
    past.due_us = in(b, -2 * MINUTE).us;
    assert_fault(FAULT_INPUT,
                 delivery_move(b->f->propre, b->f->workspace, second, &past, S("Ada"), error),
                 error, "over");
    commit(b);
    sim_run(&b->sim);
    assert_int_equal(sim_count(&b->sim, second), 1);
    assert_state(b, id, DELIVERY_CANCELLED);
    close_bench(b);
}

static struct vault *
with_vault(struct bench *b)
{
    struct vault *vault;
    char path[300];
    (void)snprintf(path, sizeof path, "%s/key", b->f->t.dir);
    assert_ok(vault_open(str_of(path), true, &vault, &b->f->error), &b->f->error);
    b->f->propre->vault = vault;
    sim_begin(&b->sim, 43); /* the workers take the vault with them */
    return vault;
}

static struct account
account_row(struct bench *b, int64_t channel)
{
    struct account row;
    bool found;
    assert_ok(db_begin(b->f->propre->db, DB_READ, &b->f->error), &b->f->error);
    assert_ok(account_get(b->f->propre, b->f->workspace, channel, b->f->keep, &row, &found,
                          &b->f->error),
              &b->f->error);
    db_rollback(b->f->propre->db);
    assert_true(found);
    return row;
}

static str
secret_by(struct bench *b, driver_finder *find, int64_t channel, const char *name)
{
    struct channel_account opened;
    const struct driver *driver;
    assert_ok(db_begin(b->f->propre->db, DB_READ, &b->f->error), &b->f->error);
    assert_ok(account_open_with(b->f->propre, find,
                                &(struct account_of){b->f->workspace, channel}, b->f->keep,
                                &opened, &driver, NULL, &b->f->error),
              &b->f->error);
    db_rollback(b->f->propre->db);
    return account_secret(&opened, str_of(name));
}

static str
secret_of(struct bench *b, int64_t channel, const char *name)
{
    return secret_by(b, world_driver, channel, name);
}

/* Of an account on a network that is not one of the world's. */
static str
real_secret(struct bench *b, int64_t channel, const char *name)
{
    return secret_by(b, driver_find, channel, name);
}

/* A channel whose token ends in so long, with a pair to refresh it by. */
static int64_t
channel_with_token(struct bench *b, int64_t ends_in_us)
{
    struct error *error = &b->f->error;
    int64_t channel = sim_channel(&b->sim, LISTS_ONLY);
    const struct account account = {.channel = channel,
                                    .workspace = b->f->workspace,
                                    .network = S("double1"),
                                    .server = S("k1/a1")};
    const struct secret_pair pairs[] = {{S("token"), S("old")}, {S("refresh"), S("once")}};
    begin(b);
    assert_ok(account_connect(b->f->propre, &account, pairs, 2, error), error);
    commit(b);
    const struct step ends = {.kind = STEP_DONE,
                              .secrets = {{S("token"), S("older")}},
                              .secrets_n = 1,
                              .token_expires_us = some_int(in(b, ends_in_us).us)};
    struct account row = account_row(b, channel);
    bool kept = false;
    begin(b);
    assert_ok(account_keep(b->f->propre, &row, OP_REFRESH, &ends, &kept, error), error);
    assert_true(kept);
    commit(b);
    return channel;
}

/* An account with a token about to end: one refresh, kept before it is used, and the empty one replaces nothing. */
static void
test_tokens(void **state)
{
    struct bench *b = open_bench(state, 2);
    struct vault *vault = with_vault(b);
    int64_t channel = channel_with_token(b, 2 * MINUTE);
    int64_t ids[5];
    for (int i = 0; i < 5; i++)
        ids[i] = sim_schedule(&b->sim, channel, in(b, SECOND), no_int);
    sim_run(&b->sim);
    for (int i = 0; i < 5; i++)
        assert_state(b, ids[i], DELIVERY_PUBLISHED);
    assert_int_equal(b->sim.world.refreshes_n, 1);
    assert_str("token1", secret_of(b, channel, "token"));
    assert_str("once", secret_of(b, channel, "refresh"));
    close_bench(b);
    ((struct fixture *)*state)->propre->vault = NULL;
    vault_close(vault);
}

/*
 * A refresh that fails for a while (a busy server, a lost answer), before and after the token's end, and as often as it
 * likes: the account is not given up, and what waited goes out once.
 */
static void
test_passing_refresh_error(void **state)
{
    static const int32_t statuses[] = {500, 503, 429, 404, -1};
    struct bench *b = open_bench(state, 1);
    struct vault *vault = with_vault(b);
    for (int over = 0; over < 2; over++) {
        for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
            int64_t channel = channel_with_token(b, over ? 5 * SECOND : 5 * MINUTE), ids[2];
            b->sim.world.force_refresh = statuses[i];
            int32_t failed = b->sim.world.refreshes_failed_n;
            for (int k = 0; k < 2; k++)
                ids[k] = sim_schedule(&b->sim, channel, in(b, (k + 1) * 10 * SECOND), no_int);
            sim_run_until(&b->sim, in(b, 2 * MINUTE));
            assert_true(b->sim.world.refreshes_failed_n > failed);
            assert_int_equal(ACCOUNT_CONNECTED, account_row(b, channel).state);
            assert_int_equal(0, account_row(b, channel).failures_n);
            b->sim.world.force_refresh = 0;
            sim_run(&b->sim);
            for (int k = 0; k < 2; k++) {
                assert_state(b, ids[k], DELIVERY_PUBLISHED);
                assert_int_equal(sim_count(&b->sim, ids[k]), 1);
            }
            assert_int_equal(ACCOUNT_CONNECTED, account_row(b, channel).state);
        }
    }
    close_bench(b);
    ((struct fixture *)*state)->propre->vault = NULL;
    vault_close(vault);
}

/* ---- asked, as a person or the look ahead does ---- */

static struct account_answer
verify(struct bench *b, int64_t channel)
{
    struct account_answer answer;
    begin(b);
    assert_ok(
        account_ask(b->f->propre, b->f->workspace, channel, OP_VERIFY, STR_NONE, &b->f->error),
        &b->f->error);
    commit(b);
    b->f->t.now.us += 2 * SECOND; /* it looks for questions once a second */
    sim_run_until(&b->sim, in(b, 2 * MINUTE));
    assert_ok(db_begin(b->f->propre->db, DB_READ, &b->f->error), &b->f->error);
    assert_ok(account_answered(b->f->propre, b->f->workspace, channel, b->f->keep, &answer,
                               &b->f->error),
              &b->f->error);
    db_rollback(b->f->propre->db);
    assert_true(answer.done);
    return answer;
}

/* What is kept of the account of a channel that is connected anew so, after a session was found for it. */
static void
connect_anew(struct bench *b, int64_t channel, const struct account *to,
             const struct secret_pair *pairs, int32_t pairs_n)
{
    struct error *error = &b->f->error;
    struct account first = {.channel = channel,
                            .workspace = b->f->workspace,
                            .network = S("bluesky"),
                            .server = S("pds.example"),
                            .handle = S("ada.example")};
    const struct secret_pair given[] = {{S("user"), S("ada.example")}, {S("password"), S("p")}};
    const struct step session = {.kind = STEP_DONE,
                                 .secrets = {{S("access"), S("a")}, {S("refresh"), S("r")}},
                                 .secrets_n = 2,
                                 .user_id = S("did:plc:ada")};
    struct account then = *to;
    bool kept = false;
    then.channel = channel;
    then.workspace = b->f->workspace;
    begin(b);
    assert_ok(account_disconnect(b->f->propre, b->f->workspace, channel, error), error);
    assert_ok(account_connect(b->f->propre, &first, given, 2, error), error);
    commit(b);
    first = account_row(b, channel);
    begin(b);
    assert_ok(account_keep(b->f->propre, &first, OP_VERIFY, &session, &kept, error), error);
    assert_true(kept);
    assert_ok(account_connect(b->f->propre, &then, pairs, pairs_n, error), error);
    commit(b);
}

/* A token works for the account it was made for: with another person or server meant, nothing goes out by it. */
static void
test_connected_as_another(void **state)
{
    struct bench *b = open_bench(state, 1);
    struct vault *vault = with_vault(b);
    int64_t channel = sim_channel(&b->sim, LISTS_ONLY);
    const struct account same = {.network = S("bluesky"), .server = S("https://pds.example/")};
    const struct account other = {
        .network = S("bluesky"), .server = S("pds.example"), .handle = S("grace.example")};
    const struct account spelt = {
        .network = S("bluesky"), .server = S("pds.example"), .handle = S("@Ada.example")};
    const struct account elsewhere = {.network = S("bluesky"), .server = S("bsky.social")};
    const struct secret_pair fresh = {S("password"), S("q")},
                             at = {S("user"), S("@Ada.example")},
                             grace = {S("user"), S("grace.example")},
                             ada = {S("user"), S("ada.example")};

    for (int i = 0; i < 2; i++) {
        connect_anew(b, channel, i ? &spelt : &same, &at, i);
        assert_str("a", real_secret(b, channel, "access"));
        assert_str("did:plc:ada", account_row(b, channel).user_id);
    }
    connect_anew(b, channel, &same, NULL, 0);
    assert_str("ada.example", account_row(b, channel).handle);

    connect_anew(b, channel, &other, &grace, 1);
    assert_int_equal(0, real_secret(b, channel, "access").n);
    assert_int_equal(0, real_secret(b, channel, "refresh").n);
    assert_str("p", real_secret(b, channel, "password"));
    assert_str("", account_row(b, channel).user_id);
    assert_str("grace.example", account_row(b, channel).handle);

    connect_anew(b, channel, &elsewhere, &ada, 1); /* a password is told to nobody else */
    assert_int_equal(0, real_secret(b, channel, "access").n);
    assert_int_equal(0, real_secret(b, channel, "password").n);

    connect_anew(b, channel, &same, &fresh, 1);
    assert_int_equal(0, real_secret(b, channel, "access").n);
    assert_str("q", real_secret(b, channel, "password"));
    close_bench(b);
    ((struct fixture *)*state)->propre->vault = NULL;
    vault_close(vault);
}

/* What waits only for its channel goes on when that is seen to work; what is too late by then is asked about. */
static void
test_waits_until_it_is_connected(void **state)
{
    struct bench *b = open_bench(state, 1);
    struct error *error = &b->f->error;
    struct vault *vault = with_vault(b);
    const int64_t channel = channel_with_token(b, 600 * MINUTE);
    const struct account row = account_row(b, channel);
    const struct secret_pair pairs[] = {{S("token"), S("new")}, {S("refresh"), S("r")}};
    begin(b);
    assert_ok(account_disconnect(b->f->propre, b->f->workspace, channel, error), error);
    commit(b);
    int64_t old = sim_schedule(&b->sim, channel, in(b, SECOND), no_int);
    sim_run_until(&b->sim, in(b, MINUTE));
    int64_t late = sim_schedule(&b->sim, channel, in(b, 420 * MINUTE), no_int);
    sim_run_until(&b->sim, in(b, 430 * MINUTE));
    assert_state(b, old, DELIVERY_HELD);
    assert_state(b, late, DELIVERY_HELD);
    assert_string_equal(reason_connect, sim_get(&b->sim, late).reason);
    begin(b);
    assert_ok(account_connect(b->f->propre, &row, pairs, 2, error), error);
    commit(b);
    sim_run_until(&b->sim, in(b, 2 * SECOND));
    assert_state(b, late, DELIVERY_HELD); /* nobody has seen it work yet */
    assert_true(verify(b, channel).good);
    sim_run(&b->sim);
    assert_state(b, late, DELIVERY_PUBLISHED);
    assert_state(b, old, DELIVERY_HELD); /* seven hours late */
    assert_non_null(strstr(sim_get(&b->sim, old).reason, "six hours"));
    close_bench(b);
    ((struct fixture *)*state)->propre->vault = NULL;
    vault_close(vault);
}

/* Where nobody made a driver there is nothing to connect: a person publishes, as every face says. */
static void
test_no_driver_is_by_hand(void **state)
{
    struct bench *b = open_bench(state, 1);
    struct error *error = &b->f->error;
    int64_t facebook = 0, blog = 0;
    struct channel channel = {.workspace = b->f->workspace,
                              .network = NETWORK_FACEBOOK,
                              .name = S("Page"),
                              .handle = S("lumen"),
                              .ownership = RENTED};
    b->sim.trial.find = driver_find;
    sim_begin(&b->sim, 44);
    begin(b);
    assert_ok(channel_insert(b->f->propre, &channel, &facebook, error), error);
    channel.network = NETWORK_BLOG;
    channel.name = S("Blog");
    assert_ok(channel_insert(b->f->propre, &channel, &blog, error), error);
    commit(b);
    int64_t page = sim_schedule(&b->sim, facebook, in(b, SECOND), no_int);
    int64_t post = sim_schedule(&b->sim, blog, in(b, SECOND), no_int);
    sim_run_until(&b->sim, in(b, MINUTE));
    assert_state(b, page, DELIVERY_PERSON);
    assert_non_null(strstr(sim_get(&b->sim, page).reason, "by hand"));
    assert_state(b, post, DELIVERY_HELD); /* several could: one is to be connected */
    assert_string_equal(reason_connect, sim_get(&b->sim, post).reason);
    close_bench(b);
}

static void
token_dies(struct bench *b, const char *token)
{
    (void)snprintf(b->sim.world.dead_token, sizeof b->sim.world.dead_token, "%s", token);
}

/* Access tokens last half an hour: a look at an account that has the means for a fresh one is no refusal. */
static void
test_verify_takes_a_fresh_token(void **state)
{
    struct bench *b = open_bench(state, 1);
    struct vault *vault = with_vault(b);
    /* Its end is known; or it was ended before. */
    for (int early = 0; early < 2; early++) {
        int64_t channel = channel_with_token(b, 30 * MINUTE);
        int32_t before = b->sim.world.refreshes_n;
        b->f->t.now.us += early ? MINUTE : 60 * MINUTE;
        token_dies(b, "older");
        assert_true(verify(b, channel).good);
        assert_int_equal(before + 1, b->sim.world.refreshes_n);
        assert_true(str_starts(secret_of(b, channel, "token"), S("token")));
        assert_int_equal(0, account_row(b, channel).failures_n);
        assert_true(account_row(b, channel).verified_us.has);
    }
    /* None to be had for now: that says nothing of the account. */
    int64_t channel = channel_with_token(b, 30 * MINUTE);
    b->f->t.now.us += 60 * MINUTE;
    b->sim.world.force_refresh = 503;
    struct account_answer answer = verify(b, channel);
    assert_false(answer.good);
    assert_str("transient", answer.class_word);
    assert_int_equal(0, account_row(b, channel).failures_n);
    /* Refused too: that counts. */
    b->sim.world.force_refresh = 401;
    answer = verify(b, channel);
    assert_false(answer.good);
    assert_str("auth", answer.class_word);
    assert_int_equal(1, account_row(b, channel).failures_n);
    close_bench(b);
    ((struct fixture *)*state)->propre->vault = NULL;
    vault_close(vault);
}

/* Nothing goes out today, and four posts tomorrow: each look ahead finds a token that has ended, and all go out. */
static void
test_looks_ahead_of_a_quiet_day(void **state)
{
    struct bench *b = open_bench(state, 1);
    struct vault *vault = with_vault(b);
    int64_t channel = channel_with_token(b, 30 * MINUTE), ids[4];
    b->f->t.now.us += 60 * MINUTE;
    token_dies(b, "older");
    for (int i = 0; i < 4; i++)
        ids[i] = sim_schedule(&b->sim, channel, in(b, (30 + i * 7) * 60 * MINUTE), no_int);
    for (int i = 0; i < 2 * 29;
         i++) /* as a worker does that runs: it looks, and takes up what it asked itself */
        sim_run_until(&b->sim, in(b, 30 * MINUTE));
    assert_int_equal(ACCOUNT_CONNECTED, account_row(b, channel).state);
    assert_int_equal(0, account_row(b, channel).failures_n);
    sim_run(&b->sim);
    for (int i = 0; i < 4; i++)
        assert_state(b, ids[i], DELIVERY_PUBLISHED);
    assert_int_equal(ACCOUNT_CONNECTED, account_row(b, channel).state);
    close_bench(b);
    ((struct fixture *)*state)->propre->vault = NULL;
    vault_close(vault);
}

/* A token that is revoked is renewed whenever it is found out: after another try, and when it is looked whether a post is live. */
static void
test_refused_after_another_try(void **state)
{
    struct bench *b = open_bench(state, 1);
    struct vault *vault = with_vault(b);
    int64_t channel = channel_with_token(b, 600 * MINUTE);
    int64_t id = sim_schedule(&b->sim, channel, in(b, SECOND), no_int);
    b->sim.world.down = true;
    sim_run_until(&b->sim, in(b, 10 * SECOND));
    assert_state(b, id, DELIVERY_DEFERRED);
    b->sim.world.down = false;
    token_dies(b, "older");
    sim_run(&b->sim);
    assert_state(b, id, DELIVERY_PUBLISHED);
    assert_int_equal(0, account_row(b, channel).failures_n);

    id = sim_schedule(&b->sim, channel, in(b, SECOND), no_int);
    b->sim.world.force_status = 502; /* it is out, and nobody knows */
    sim_run_until(&b->sim, in(b, 30 * SECOND));
    assert_state(b, id, DELIVERY_UNKNOWN);
    b->sim.world.force_status = 0;
    token_dies(b, cstr(b->f->keep, secret_of(b, channel, "token")));
    sim_run(&b->sim);
    assert_state(b, id, DELIVERY_PUBLISHED);
    assert_int_equal(1, sim_count(&b->sim, id));
    assert_int_equal(0, account_row(b, channel).failures_n);
    close_bench(b);
    ((struct fixture *)*state)->propre->vault = NULL;
    vault_close(vault);
}

/* What was done of a post before its token ended is done, also when the first refresh fails. */
static void
test_refresh_leaves_the_post_where_it_stands(void **state)
{
    struct bench *b = open_bench(state, 1);
    struct vault *vault = with_vault(b);
    int64_t channel = channel_with_token(b, 600 * MINUTE);
    int64_t id = sim_schedule(&b->sim, channel, in(b, SECOND), no_int);
    b->sim.world.force_refusal = 401; /* at the publishing step */
    b->sim.world.force_refresh = 503;
    sim_run_until(&b->sim, in(b, MINUTE));
    assert_int_equal(1, b->sim.world.media_n);
    b->sim.world.force_refusal = b->sim.world.force_refresh = 0;
    sim_run(&b->sim);
    assert_state(b, id, DELIVERY_PUBLISHED);
    assert_int_equal(1, b->sim.world.media_n);
    close_bench(b);
    ((struct fixture *)*state)->propre->vault = NULL;
    vault_close(vault);
}

/* Connected anew while the fresh token of the old one is under way: the old one's comes too late. */
static void
test_connected_anew_during_a_refresh(void **state)
{
    struct bench *b = open_bench(state, 1);
    struct error *error = &b->f->error;
    struct vault *vault = with_vault(b);
    int64_t channel = channel_with_token(b, MINUTE);
    struct account row = account_row(b, channel);
    int64_t id = sim_schedule(&b->sim, channel, in(b, SECOND), no_int);
    const struct secret_pair pairs[] = {{S("token"), S("new")}, {S("refresh"), S("another")}};
    while (b->sim.world.flights_n == 0) /* the first request is the refresh */
        sim_run_until(&b->sim, in(b, SECOND / 10));
    begin(b);
    assert_ok(account_connect(b->f->propre, &row, pairs, 2, error), error);
    commit(b);
    sim_run(&b->sim);
    assert_int_equal(1, b->sim.world.refreshes_n);
    assert_str("new", secret_of(b, channel, "token"));
    assert_str("another", secret_of(b, channel, "refresh"));
    assert_state(b, id, DELIVERY_PUBLISHED);

    /* What a look found of the account that was there is not said of this one. */
    bool kept = true;
    const struct step found = {.kind = STEP_DONE, .handle = S("@somebody.else")};
    begin(b);
    assert_ok(account_keep(b->f->propre, &row, OP_VERIFY, &found, &kept, error), error);
    commit(b);
    assert_false(kept);
    assert_false(account_row(b, channel).verified_us.has);
    /* Nor when it was forgotten in between. */
    for (int i = 0; i < 2; i++) {
        row = account_row(b, channel);
        b->f->t.now.us += SECOND;
        begin(b);
        assert_ok(account_disconnect(b->f->propre, b->f->workspace, channel, error), error);
        assert_ok(account_connect(b->f->propre, &row, pairs, 2, error), error);
        commit(b);
    }
    begin(b);
    assert_ok(account_keep(b->f->propre, &row, OP_VERIFY, &found, &kept, error), error);
    commit(b);
    assert_false(kept);
    close_bench(b);
    ((struct fixture *)*state)->propre->vault = NULL;
    vault_close(vault);
}

/* Another process that has a fresh token of the account just when the first look at it was taken. */
static struct meanwhile {
    struct propre propre;
    struct account row;
    int32_t looks_n; /* before: those ahead of the hour, which refresh nothing */
    bool done;
} meanwhile;

static const struct driver *
find_meanwhile(str network)
{
    struct meanwhile *m = &meanwhile;
    struct error error = {0};
    bool kept = false;
    const struct step fresh = {.kind = STEP_DONE,
                               .secrets = {{S("token"), S("theirs")}, {S("refresh"), S("2")}},
                               .secrets_n = 2,
                               .token_expires_us =
                                   some_int(clock_now(&m->propre.clock).us + 100 * MINUTE)};
    if (m->done || m->looks_n-- > 0)
        return world_driver(network);
    m->done = true;
    assert_ok(db_begin(m->propre.db, DB_WRITE, &error), &error);
    assert_ok(account_keep(&m->propre, &m->row, OP_REFRESH, &fresh, &kept, &error), &error);
    assert_ok(db_commit(m->propre.db, &error), &error);
    assert_true(kept);
    return world_driver(network);
}

/* A refresh token is good for once: who comes second sees under the lease that there is nothing left to do. */
static void
test_renewed_by_another_meanwhile(void **state)
{
    const struct db_options writes = {0};
    if (testdb_one_writer())
        return;
    struct bench *b = open_bench(state, 1);
    struct vault *vault = with_vault(b);
    int64_t channel = channel_with_token(b, MINUTE);
    meanwhile = (struct meanwhile){
        .propre = *b->f->propre, .row = account_row(b, channel), .looks_n = 2};
    meanwhile.propre.db = testdb_second(&b->f->t, &writes);
    b->sim.trial.find = find_meanwhile;
    sim_begin(&b->sim, 45);
    int64_t id = sim_schedule(&b->sim, channel, in(b, SECOND), no_int);
    sim_run(&b->sim);
    assert_true(meanwhile.done);
    assert_state(b, id, DELIVERY_PUBLISHED);
    assert_int_equal(0, b->sim.world.refreshes_n);
    assert_str("theirs", secret_of(b, channel, "token"));
    db_close(meanwhile.propre.db);
    close_bench(b);
    ((struct fixture *)*state)->propre->vault = NULL;
    vault_close(vault);
}

/* Refused credentials: tried three times, apart; then the account is given up, and nothing is lost. */
static void
test_account_given_up_and_back(void **state)
{
    struct bench *b = open_bench(state, 1);
    struct error *error = &b->f->error;
    struct vault *vault = with_vault(b);
    int64_t channel = sim_channel(&b->sim, LISTS_ONLY);
    b->sim.world.force_refusal = 401;
    int64_t id = sim_schedule(&b->sim, channel, in(b, SECOND), no_int);
    sim_run(&b->sim);
    struct delivery d = sim_get(&b->sim, id);
    assert_true(d.state == DELIVERY_HELD || d.state == DELIVERY_REJECTED);
    assert_int_equal(sim_count(&b->sim, id), 0);
    struct account row;
    bool found;
    assert_ok(db_begin(b->f->propre->db, DB_READ, error), error);
    assert_ok(
        account_get(b->f->propre, b->f->workspace, channel, b->f->keep, &row, &found, error),
        error);
    db_rollback(b->f->propre->db);
    assert_true(row.failures_n <= 3);
    if (d.state == DELIVERY_HELD)
        assert_int_equal(row.state, ACCOUNT_DEAD);
    b->sim.world.force_refusal = 0;
    begin(b);
    assert_ok(account_connect(b->f->propre, &row, NULL, 0, error), error);
    if (d.state == DELIVERY_REJECTED)
        assert_ok(delivery_release(b->f->propre, b->f->workspace, id, S("Ada"), error), error);
    commit(b);
    sim_run(&b->sim);
    assert_state(b, id, DELIVERY_PUBLISHED);
    close_bench(b);
    ((struct fixture *)*state)->propre->vault = NULL;
    vault_close(vault);
}

/* Without a key file a fresh token cannot be kept: that is said, and not tried for ever. */
static void
test_token_cannot_be_kept(void **state)
{
    struct bench *b = open_bench(state, 1);
    b->sim.world.force_refusal = 401;
    int64_t id = sim_schedule(&b->sim, sim_channel(&b->sim, LISTS_ONLY), in(b, SECOND), no_int);
    sim_run(&b->sim);
    assert_state(b, id, DELIVERY_HELD);
    close_bench(b);
}

/* A network that cannot be reached for an hour: nothing is lost, nothing goes out at once when it is back. */
static void
test_down_for_an_hour(void **state)
{
    struct bench *b = open_bench(state, 2);
    int64_t channel = sim_channel(&b->sim, LISTS_ONLY);
    int64_t ids[4];
    for (int i = 0; i < 4; i++)
        ids[i] = sim_schedule(&b->sim, channel, in(b, (i + 1) * MINUTE), no_int);
    b->sim.world.down = true;
    sim_run_until(&b->sim, in(b, 20 * MINUTE));
    b->sim.world.down = false;
    sim_run(&b->sim);
    for (int i = 0; i < 4; i++)
        assert_true(sim_get(&b->sim, ids[i]).state == DELIVERY_PUBLISHED ||
                    sim_get(&b->sim, ids[i]).state == DELIVERY_REJECTED);
    assert_null(sim_broken(&b->sim));
    close_bench(b);
}

/* The ledger: each request is there, with what it was and how it ended. */
static void
test_ledger(void **state)
{
    struct bench *b = open_bench(state, 1);
    int64_t id =
        sim_schedule(&b->sim, sim_channel(&b->sim, HONOURS_KEY), in(b, SECOND), no_int);
    struct attempt *attempts;
    ptrdiff_t n;
    sim_run(&b->sim);
    assert_ok(db_begin(b->f->propre->db, DB_READ, &b->f->error), &b->f->error);
    assert_ok(attempt_list(b->f->propre, b->f->workspace, id, b->f->keep, &attempts, &n,
                           &b->f->error),
              &b->f->error);
    db_rollback(b->f->propre->db);
    static const char *const steps[] = {"media", "draft", "publish", "alt"};
    static const char *const outcomes[] = {"ok", "ok", "ok", "published"};
    assert_int_equal(n, 4);
    for (ptrdiff_t i = 0; i < n; i++) {
        assert_str(steps[i], attempts[i].step);
        assert_str(outcomes[i], attempts[i].outcome);
        assert_int_equal(attempts[i].n, i + 1);
        assert_true(attempts[i].ended_us.has && attempts[i].body_hash.n == 64);
        assert_int_equal(attempts[i].key.n, 32);
        assert_true(str_eq(attempts[i].key, attempts[0].key));
        assert_true(attempts[i].deadline_us > attempts[i].began_us);
    }
    close_bench(b);
}

#define ON_A_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_open, fixture_close)

int
main(void)
{
    if (testdb_skips())
        return 0;
    const struct CMUnitTest tests[] = {
        ON_A_FIXTURE(test_ledger),
        ON_A_FIXTURE(test_on_time),
        ON_A_FIXTURE(test_late_policy),
        ON_A_FIXTURE(test_hold_stops_every_claim),
        ON_A_FIXTURE(test_restored_sends_nothing_twice),
        ON_A_FIXTURE(test_idle_only_reads),
        ON_A_FIXTURE(test_hold_keeps_retries),
        ON_A_FIXTURE(test_clock_jumps),
        ON_A_FIXTURE(test_429_after_publish),
        ON_A_FIXTURE(test_same_text_twice),
        ON_A_FIXTURE(test_refused),
        ON_A_FIXTURE(test_edits_count_until_it_may_be_out),
        ON_A_FIXTURE(test_what_may_be_out_is_kept),
        ON_A_FIXTURE(test_made_when_it_goes_out),
        ON_A_FIXTURE(test_a_person_decides),
        ON_A_FIXTURE(test_what_kills_the_worker),
        ON_A_FIXTURE(test_one_message_once_a_channel),
        ON_A_FIXTURE(test_tokens),
        ON_A_FIXTURE(test_passing_refresh_error),
        ON_A_FIXTURE(test_verify_takes_a_fresh_token),
        ON_A_FIXTURE(test_looks_ahead_of_a_quiet_day),
        ON_A_FIXTURE(test_refused_after_another_try),
        ON_A_FIXTURE(test_refresh_leaves_the_post_where_it_stands),
        ON_A_FIXTURE(test_connected_anew_during_a_refresh),
        ON_A_FIXTURE(test_renewed_by_another_meanwhile),
        ON_A_FIXTURE(test_connected_as_another),
        ON_A_FIXTURE(test_waits_until_it_is_connected),
        ON_A_FIXTURE(test_no_driver_is_by_hand),
        ON_A_FIXTURE(test_account_given_up_and_back),
        ON_A_FIXTURE(test_token_cannot_be_kept),
        ON_A_FIXTURE(test_down_for_an_hour),
        ON_A_FIXTURE(test_every_statement_fails),
        ON_A_FIXTURE(test_dies_at_every_statement),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
