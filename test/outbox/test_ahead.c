#include "sim.h"

#include "tactic/message.h"
#include "tactic/slot.h"

/* What lies ahead, by a worker on the data: trouble that can be seen is said before, and a rule becomes posts. */

static const int64_t minute = 60000000, hour = 3600000000, day = 86400000000;

struct bench {
    struct sim sim;
    struct fixture *f;
};

static struct bench *
open_bench(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    b->f = *state;
    sim_open(&b->sim, b->f, 1);
    sim_begin(&b->sim, 7);
    return b;
}

static void
close_bench(struct bench *b)
{
    sim_close(&b->sim);
    free(b);
}

static instant
in(struct bench *b, int64_t us)
{
    return (instant){b->f->t.now.us + us};
}

/* The worker sleeps so long, then looks. */
static void
later(struct bench *b, int64_t us)
{
    sim_run_until(&b->sim, in(b, us));
    sim_run_until(&b->sim, in(b, 2 * minute));
}

static void
begin(struct bench *b, enum db_mode mode)
{
    assert_ok(db_begin(b->f->propre->db, mode, &b->f->error), &b->f->error);
}

static ptrdiff_t
incidents(struct bench *b, struct incident **ret)
{
    ptrdiff_t n = 0;
    begin(b, DB_READ);
    assert_ok(incident_list(b->f->propre, b->f->workspace, b->f->keep, ret, &n, &b->f->error),
              &b->f->error);
    db_rollback(b->f->propre->db);
    return n;
}

/* A post of tomorrow on a channel that lost its connection: heard of a day before, and once. */
static void
test_a_day_before(void **state)
{
    struct bench *b = open_bench(state);
    struct incident *all;
    int64_t channel = sim_channel(&b->sim, LISTS_ONLY);
    (void)sim_schedule(&b->sim, channel, in(b, 30 * hour), no_int);
    later(b, 0);
    assert_int_equal(0, incidents(b, &all)); /* connected, and a day and more to go */

    begin(b, DB_WRITE);
    assert_ok(account_disconnect(b->f->propre, b->f->workspace, channel, &b->f->error),
              &b->f->error);
    assert_ok(db_commit(b->f->propre->db, &b->f->error), &b->f->error);
    later(b, 4 * hour);
    assert_int_equal(0, incidents(b, &all));
    later(b, 3 * hour);
    assert_int_equal(1, incidents(b, &all));
    assert_str("expiring", all[0].kind);
    assert_true(str_find(all[0].text, S("not connected")) >= 0);
    assert_false(all[0].closed_us.has);
    later(b, 22 * hour - 30 * minute); /* the hour before has come too */
    ptrdiff_t open = 0;
    for (ptrdiff_t i = incidents(b, &all); i > 0; i--)
        open += str_eq(all[i - 1].kind, S("expiring")) && !all[i - 1].closed_us.has;
    assert_int_equal(1, open);
    close_bench(b);
}

/* Deliveries that wait, oldest first. */
static ptrdiff_t
waiting(struct bench *b, struct delivery **ret)
{
    ptrdiff_t n = 0;
    const struct delivery_filter filter = {
        .workspace = b->f->workspace, .open = true, .limit_n = 100};
    begin(b, DB_READ);
    assert_ok(delivery_list(b->f->propre, &filter, b->f->keep, ret, &n, &b->f->error),
              &b->f->error);
    db_rollback(b->f->propre->db);
    return n;
}

/* Every day at nine: the next two weeks are there as posts of their own, no day twice, and one that is skipped is. */
static void
test_every_day(void **state)
{
    struct bench *b = open_bench(state);
    struct error *error = &b->f->error;
    struct delivery *all;
    int64_t message = 0, recurrence = 0, channel = sim_channel(&b->sim, HONOURS_KEY);
    const struct variant variant = {.channel = channel};
    const struct message pattern = {.workspace = b->f->workspace, .body = S("Good morning")};
    const struct message_parts parts = {.variants = &variant, .variants_n = 1};
    struct civil anchor = instant_to_utc(in(b, day));
    anchor.hour = 9;
    anchor.minute = anchor.second = 0;
    begin(b, DB_WRITE);
    assert_ok(message_save(b->f->propre, &pattern, &parts, &message, error), error);
    const struct recurrence daily = {.workspace = b->f->workspace,
                                     .message = message,
                                     .rule = S("FREQ=DAILY"),
                                     .anchor = anchor,
                                     .zone = S("Europe/Paris")};
    assert_ok(recurrence_save(b->f->propre, &daily, &recurrence, error), error);
    assert_ok(recurrence_mark(b->f->propre, recurrence, 3, no_int, error), error);
    assert_ok(db_commit(b->f->propre->db, error), error);

    sim_run_until(&b->sim, in(b, 2 * minute));
    ptrdiff_t n = waiting(b, &all);
    assert_true(n >= 12 && n <= 14); /* two weeks, less the one that is skipped */
    for (ptrdiff_t i = 1; i < n; i++) {
        assert_int_not_equal(all[i - 1].message, all[i].message);
        assert_true(all[i].due_us - all[i - 1].due_us >= 23 * hour);
    }
    assert_true(all[2].due_us - all[1].due_us >= 47 * hour); /* the third is not there */
    sim_run_until(&b->sim, in(b, 10 * minute));
    assert_int_equal(n, waiting(b, &all));

    int64_t counts[DELIVERY_STATES_N];
    sim_run_until(&b->sim, (instant){all[1].due_us + 10 * minute});
    begin(b, DB_READ);
    assert_ok(delivery_counts(b->f->propre, b->f->workspace, counts, error), error);
    db_rollback(b->f->propre->db);
    assert_int_equal(2, counts[DELIVERY_PUBLISHED]);
    assert_true(waiting(b, &all) >= n - 1); /* two went out, two more days came into sight */
    close_bench(b);
}

/* Off for a month, with a rule of every day that began years ago: what was missed is not made up, least of all at once. */
static void
test_back_after_a_month(void **state)
{
    struct bench *b = open_bench(state);
    struct error *error = &b->f->error;
    int64_t message = 0, recurrence = 0, channel = sim_channel(&b->sim, HONOURS_KEY);
    const struct variant variant = {.channel = channel};
    const struct message pattern = {.workspace = b->f->workspace, .body = S("Evergreen")};
    const struct message_parts parts = {.variants = &variant, .variants_n = 1};
    begin(b, DB_WRITE);
    assert_ok(message_save(b->f->propre, &pattern, &parts, &message, error), error);
    const struct recurrence daily = {.workspace = b->f->workspace,
                                     .message = message,
                                     .rule = S("FREQ=DAILY"),
                                     .anchor = {2020, 1, 1, 9, 0, 0, 0},
                                     .zone = S("Europe/Paris")};
    assert_ok(recurrence_save(b->f->propre, &daily, &recurrence, error), error);
    assert_ok(db_commit(b->f->propre->db, error), error);
    sim_run_until(&b->sim, in(b, 2 * minute));
    assert_int_equal(0, b->sim.world.publishes_n); /* six years of it, and none to be made up */
    b->f->t.now.us += 30 * day;                    /* nothing runs */
    sim_run_until(&b->sim, in(b, 6 * hour));
    assert_true(b->sim.world.publishes_n <= 1); /* today's, when its hour is near */
    int64_t counts[DELIVERY_STATES_N];
    begin(b, DB_READ);
    assert_ok(delivery_counts(b->f->propre, b->f->workspace, counts, error), error);
    db_rollback(b->f->propre->db);
    assert_true(counts[DELIVERY_HELD] >= 12); /* those that were planned: a person is asked */
    sim_run_until(&b->sim, in(b, day));
    assert_true(b->sim.world.publishes_n >= 1 && b->sim.world.publishes_n <= 2);
    close_bench(b);
}

static int64_t
weekly(struct bench *b, const char *text, struct maybe_int end)
{
    struct error *error = &b->f->error;
    int64_t message = 0, id = 0;
    const struct variant variant = {.channel = sim_channel(&b->sim, HONOURS_KEY)};
    const struct message pattern = {.workspace = b->f->workspace, .body = str_of(text)};
    const struct message_parts parts = {.variants = &variant, .variants_n = 1};
    begin(b, DB_WRITE);
    assert_ok(message_save(b->f->propre, &pattern, &parts, &message, error), error);
    const struct recurrence r = {.workspace = b->f->workspace,
                                 .message = message,
                                 .rule = S("FREQ=WEEKLY"),
                                 .anchor = instant_to_utc(in(b, day)),
                                 .zone = S("Europe/Paris"),
                                 .end_us = end};
    assert_ok(recurrence_save(b->f->propre, &r, &id, error), error);
    assert_ok(db_commit(b->f->propre->db, error), error);
    return id;
}

static int64_t
copy(struct bench *b, int64_t of, struct maybe_int end)
{
    int64_t id = 0;
    struct recurrence r;
    struct error *error = &b->f->error;
    assert_ok(recurrence_get(b->f->propre, b->f->workspace, of, b->f->keep, &r, error), error);
    r.id = 0;
    r.end_us = end;
    assert_ok(recurrence_save(b->f->propre, &r, &id, error), error);
    return id;
}

/* As many as the list allows, most of them over: the worker bears them, and those that run go on. */
static void
test_a_thousand_of_them(void **state)
{
    struct bench *b = open_bench(state);
    struct delivery *all;
    int64_t running = weekly(b, "Runs", no_int);
    begin(b, DB_WRITE);
    for (int i = 0; i < 1100; i++)
        (void)copy(b, running, i < 50 ? no_int : some_int(b->f->t.now.us - day));
    assert_ok(db_commit(b->f->propre->db, &b->f->error), &b->f->error);
    sim_run_until(&b->sim, in(b, 2 * minute));
    assert_true(waiting(b, &all) >= 51);
    close_bench(b);
}

/* One that cannot go on stops none of the others, and is told of until it can, or is over. */
static void
test_a_bad_one(void **state)
{
    struct bench *b = open_bench(state);
    struct incident *all;
    struct delivery *list;
    struct error *error = &b->f->error;
    (void)weekly(b, "First", no_int);
    int64_t bad = weekly(b, "Bad", no_int);
    (void)weekly(b, "Last", no_int);
    begin(b, DB_WRITE);
    assert_ok(q_fixture_zone(b->f->propre->db,
                             &(struct fixture_zone_in){bad, S("Europe/Nowhere")}, error),
              error);
    assert_ok(db_commit(b->f->propre->db, error), error);
    later(b, hour);
    assert_int_equal(4, waiting(b, &list));
    for (int i = 0; i < 4; i++)
        assert_false(str_eq(list[i].excerpt, S("Bad")));
    assert_int_equal(1, incidents(b, &all));
    assert_str("recurrence", all[0].kind);
    assert_str(cstr(b->f->keep, arena_printf(b->f->keep, "recurrence/%lld", (long long)bad)),
               all[0].subject);
    assert_false(all[0].closed_us.has);
    begin(b, DB_WRITE);
    assert_ok(q_fixture_zone(b->f->propre->db,
                             &(struct fixture_zone_in){bad, S("Europe/Berlin")}, error),
              error);
    assert_ok(db_commit(b->f->propre->db, error), error);
    later(b, hour);
    assert_int_equal(6, waiting(b, &list));
    assert_int_equal(1, incidents(b, &all));
    assert_true(all[0].closed_us.has);
    close_bench(b);
}

int
main(void)
{
    if (testdb_skips())
        return 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_day_before, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_every_day, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_back_after_a_month, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_a_thousand_of_them, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_a_bad_one, fixture_open, fixture_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
