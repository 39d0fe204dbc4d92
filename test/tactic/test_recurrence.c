#include "fixture.h"

#include "base/zone.h"
#include "strategy/channel.h"
#include "tactic/message.h"
#include "tactic/slot.h"

/* Now is 2026-11-24T09:00:00Z, a Tuesday, 10:00 in Paris. */

static int64_t
a_message(struct fixture *f, const char *body)
{
    struct message m = {.workspace = f->workspace, .body = str_of(body)};
    struct message_parts none = {0};
    int64_t id = 0;
    assert_ok(message_save(f->propre, &m, &none, &id, &f->error), &f->error);
    return id;
}

static struct recurrence
daily(struct fixture *f)
{
    return (struct recurrence){.workspace = f->workspace,
                               .message = a_message(f, "evergreen"),
                               .rule = S("FREQ=DAILY"),
                               .anchor = {2020, 1, 1, 12, 0, 0, 0},
                               .zone = S("Europe/Paris")};
}

static void
save(struct fixture *f, struct recurrence *r)
{
    int64_t id = 0;
    assert_ok(recurrence_save(f->propre, r, &id, &f->error), &f->error);
    assert_ok(recurrence_get(f->propre, f->workspace, id, f->keep, r, &f->error), &f->error);
}

/* The days of the month of what is planned for the next ${days} days, joined by blanks. */
static str
planned(struct fixture *f, const struct recurrence *r, int days)
{
    struct occurrence *all;
    ptrdiff_t n;
    str out = S("");
    instant until = {f->t.now.us + days * SPAN_DAY.us};
    assert_ok(recurrence_plan(f->propre, r, until, f->keep, &all, &n, &f->error), &f->error);
    for (ptrdiff_t i = 0; i < n; i++) {
        assert_true(all[i].at.us >= f->t.now.us && all[i].at.us <= until.us);
        out = arena_printf(f->keep, "%.*s%d ", STR_FMT(out), all[i].wall.day);
    }
    return out;
}

static int64_t
next_k(struct fixture *f, const struct recurrence *r)
{
    struct occurrence *all;
    ptrdiff_t n;
    assert_ok(recurrence_plan(f->propre, r, (instant){f->t.now.us + 9 * SPAN_DAY.us}, f->keep,
                              &all, &n, &f->error),
              &f->error);
    assert_true(n > 0);
    return all[0].k;
}

static void
an_old_anchor_makes_no_burst(void **state)
{
    struct fixture *f = *state;
    struct recurrence r = daily(f), yearly = daily(f);
    save(f, &r);
    fixture_commit(f);
    assert_str("24 ", planned(f, &r, 1));
    assert_str("24 25 26 ", planned(f, &r, 3));
    /* days since 2020-01-01: the number does not depend on when it is asked */
    assert_int_equal(2520, next_k(f, &r));
    yearly.rule = S("FREQ=YEARLY");
    yearly.anchor = (struct civil){1990, 11, 24, 12, 0, 0, 0};
    save(f, &yearly);
    assert_str("24 ", planned(f, &yearly, 10));
    /* back after a month off: what was missed is not made up */
    f->t.now.us += 30 * SPAN_DAY.us;
    assert_str("24 ", planned(f, &r, 1));
    assert_int_equal(2550, next_k(f, &r));
}

static void
each_occurrence_is_made_or_skipped_once(void **state)
{
    struct fixture *f = *state;
    struct recurrence r = daily(f);
    struct message got;
    save(f, &r);
    int64_t k = next_k(f, &r), copy = a_message(f, "a copy"), other = a_message(f, "other");
    assert_ok(recurrence_mark(f->propre, r.id, k, some_int(copy), &f->error), &f->error);
    assert_ok(recurrence_mark(f->propre, r.id, k + 1, no_int, &f->error), &f->error);
    fixture_commit(f);
    assert_str("26 27 ", planned(f, &r, 4));
    assert_fault(FAULT_CONFLICT,
                 recurrence_mark(f->propre, r.id, k, some_int(other), &f->error), &f->error,
                 "already");
    assert_fault(FAULT_CONFLICT, recurrence_mark(f->propre, r.id, k, no_int, &f->error),
                 &f->error, "already");
    assert_fault(FAULT_CONFLICT,
                 recurrence_mark(f->propre, r.id, k + 2, some_int(copy), &f->error), &f->error,
                 "already");
    assert_fault(FAULT_ABSENT, recurrence_mark(f->propre, r.id + 9, 1, no_int, &f->error),
                 &f->error, "no recurrence");
    assert_fault(FAULT_ABSENT,
                 recurrence_mark(f->propre, r.id, k + 2, some_int(other + 99), &f->error),
                 &f->error, "no post");
    struct occurrence_mark *marks;
    ptrdiff_t n;
    assert_ok(recurrence_marks(f->propre, r.id, k, f->keep, &marks, &n, &f->error), &f->error);
    assert_int_equal(2, n);
    assert_int_equal(k, marks[0].k);
    assert_int_equal(copy, marks[0].message.is);
    assert_false(marks[1].message.has);
    assert_ok(recurrence_marks(f->propre, r.id, k + 2, f->keep, &marks, &n, &f->error),
              &f->error);
    assert_int_equal(0, n);
    /* the copy knows its rule and can be changed without the pattern */
    assert_ok(message_get(f->propre, f->workspace, copy, f->keep, &got, &f->error), &f->error);
    assert_int_equal(r.id, got.recurrence.is);
    struct message_parts none = {0};
    got.body = S("edited");
    assert_ok(message_save(f->propre, &got, &none, &copy, &f->error), &f->error);
    assert_ok(message_get(f->propre, f->workspace, r.message, f->keep, &got, &f->error),
              &f->error);
    assert_str("evergreen", got.body);
    assert_false(got.recurrence.has);
}

static void
it_ends_rests_and_cools_down(void **state)
{
    struct fixture *f = *state;
    struct recurrence r = daily(f);
    r.end_us = some_int(f->t.now.us + 2 * SPAN_DAY.us); /* the 26th, 10:00 in Paris */
    save(f, &r);
    assert_str("24 25 ", planned(f, &r, 9));
    r.end_us = no_int;
    r.count_max = some_int(2522);
    save(f, &r);
    assert_str("24 25 26 ", planned(f, &r, 9));
    r.count_max = no_int;
    r.cooldown_days = 3;
    save(f, &r);
    assert_str("24 27 30 3 ", planned(f, &r, 10));
    /* one made yesterday holds back the next two; one that was skipped does not */
    assert_ok(recurrence_mark(f->propre, r.id, 2519, some_int(a_message(f, "made")), &f->error),
              &f->error);
    assert_str("26 29 2 ", planned(f, &r, 10));
    r.paused = true;
    save(f, &r);
    assert_str("", planned(f, &r, 10));
    assert_int_equal(4, r.revision);
}

static void
other_times_are_another_recurrence(void **state)
{
    struct fixture *f = *state;
    struct recurrence r = daily(f), old = {0}, *all;
    ptrdiff_t n;
    save(f, &r);
    old = r;
    assert_ok(recurrence_mark(f->propre, r.id, next_k(f, &r), some_int(a_message(f, "made")),
                              &f->error),
              &f->error);
    r.anchor.hour = 18;
    save(f, &r);
    assert_int_not_equal(old.id, r.id);
    assert_str("24 25 ", planned(f, &r, 2));
    assert_ok(recurrence_get(f->propre, f->workspace, old.id, f->keep, &old, &f->error),
              &f->error);
    assert_int_equal(f->t.now.us, old.end_us.is);
    assert_str("", planned(f, &old, 5));
    assert_ok(recurrence_list(f->propre, f->workspace, f->keep, &all, &n, &f->error),
              &f->error);
    assert_int_equal(2, n);
    assert_int_equal(r.id, all[0].id);
    r.revision += 7;
    assert_fault(FAULT_CONFLICT, recurrence_save(f->propre, &r, &r.id, &f->error), &f->error,
                 "meanwhile");
}

static void
refuses_what_it_could_not_keep(void **state)
{
    struct fixture *f = *state;
    struct recurrence r = daily(f);
    int64_t id = 0;
    r.zone = S("Europe/Pariss"); /* postiz #1954 */
    assert_fault(FAULT_INPUT, recurrence_save(f->propre, &r, &id, &f->error), &f->error,
                 "not a time zone");
    r.zone = S("Europe/Paris");
    r.rule = S("FREQ=MINUTELY");
    assert_fault(FAULT_INPUT, recurrence_save(f->propre, &r, &id, &f->error), &f->error,
                 "MINUTELY");
    r.rule = S("FREQ=DAILY");
    r.anchor.day = 32;
    assert_fault(FAULT_INPUT, recurrence_save(f->propre, &r, &id, &f->error), &f->error,
                 "exists");
    r.anchor.day = 1;
    r.count_max = some_int(0);
    assert_fault(FAULT_INPUT, recurrence_save(f->propre, &r, &id, &f->error), &f->error,
                 "times");
    r.count_max = no_int;
    r.message += 99;
    assert_fault(FAULT_ABSENT, recurrence_save(f->propre, &r, &id, &f->error), &f->error,
                 "no post");
}

static void
slots_are_kept_and_queues_stand_still(void **state)
{
    struct fixture *f = *state;
    struct channel c = {.workspace = f->workspace,
                        .network = NETWORK_GHOST,
                        .handle = S("g"),
                        .name = S("Blog"),
                        .ownership = OWNED};
    struct slot *all;
    struct slot own = {.workspace = f->workspace, .weekday = 2, .hour = 9, .minute = 30};
    struct slot evening = {.workspace = f->workspace, .queue = S("evenings"), .hour = 20};
    ptrdiff_t n;
    int64_t first = 0, second = 0, id = 0;
    assert_ok(channel_insert(f->propre, &c, &c.id, &f->error), &f->error);
    own.channel = evening.channel = c.id;
    assert_ok(slot_add(f->propre, &own, &first, &f->error), &f->error);
    assert_ok(slot_add(f->propre, &evening, &second, &f->error), &f->error);
    assert_fault(FAULT_CONFLICT, slot_add(f->propre, &own, &id, &f->error), &f->error,
                 "already");
    assert_ok(slot_pause(f->propre, f->workspace, S("evenings"), true, &f->error), &f->error);
    assert_ok(slot_pause(f->propre, f->workspace, S("evenings"), true, &f->error), &f->error);
    fixture_commit(f);
    assert_ok(slot_list(f->propre, f->workspace, f->keep, &all, &n, &f->error), &f->error);
    assert_int_equal(2, n);
    assert_int_equal(first, all[0].id);
    assert_int_equal(2, all[0].weekday);
    assert_int_equal(9, all[0].hour);
    assert_int_equal(30, all[0].minute);
    assert_false(all[0].paused);
    assert_str("evenings", all[1].queue);
    assert_true(all[1].paused);
    assert_ok(slot_pause(f->propre, f->workspace, S("evenings"), false, &f->error), &f->error);
    assert_ok(slot_list(f->propre, f->workspace, f->keep, &all, &n, &f->error), &f->error);
    assert_false(all[1].paused);
    assert_fault(FAULT_ABSENT, slot_remove(f->propre, f->workspace + 1, first, &f->error),
                 &f->error, "no slot");
    assert_ok(slot_remove(f->propre, f->workspace, first, &f->error), &f->error);
    own.hour = 24;
    assert_fault(FAULT_INPUT, slot_add(f->propre, &own, &id, &f->error), &f->error, "hour");
    own.hour = 9;
    own.channel += 99;
    assert_fault(FAULT_ABSENT, slot_add(f->propre, &own, &id, &f->error), &f->error,
                 "no channel");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_old_anchor_makes_no_burst, fixture_open,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(each_occurrence_is_made_or_skipped_once, fixture_open,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(it_ends_rests_and_cools_down, fixture_open,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(other_times_are_another_recurrence, fixture_open,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(refuses_what_it_could_not_keep, fixture_open,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(slots_are_kept_and_queues_stand_still, fixture_open,
                                        fixture_close),
    };
    if (testdb_skips())
        return 0;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
