#include "fixture.h"

#include <math.h>

#include "strategy/channel.h"
#include "strategy/objective.h"

static struct objective
sample(const struct fixture *f)
{
    return (struct objective){
        .workspace = f->workspace,
        .name = S("More answers to our posts"),
        .kind = OBJECTIVE_COMMUNITY,
        .metric = S("interactions"),
        .direction = OBJECTIVE_UP,
        .baseline = some_real(100),
        .target = some_real(200),
        .start_day = some_int(20000),
        .deadline_day = some_int(20100),
        .unit_value_minor = some_int(150),
        .currency = S("EUR"),
        .state = OBJECTIVE_ACTIVE,
    };
}

static void
keeps_what_it_is_given(void **state)
{
    struct fixture *f = *state;
    struct objective o = sample(f), got;
    int64_t id = 0;
    o.why = S("Réponses d’abord: <b>\"people\"</b>");
    assert_ok(objective_insert(f->propre, &o, &id, &f->error), &f->error);
    fixture_commit(f);
    assert_ok(objective_get(f->propre, f->workspace, id, f->keep, &got, &f->error), &f->error);
    assert_str("More answers to our posts", got.name);
    assert_true(str_eq(o.why, got.why));
    assert_int_equal(OBJECTIVE_COMMUNITY, got.kind);
    assert_true(got.target.has && got.target.is > 199.9 && got.target.is < 200.1);
    assert_int_equal(150, got.unit_value_minor.is);
    assert_str("EUR", got.currency);
    assert_false(got.parent.has);
    assert_int_equal(1, got.revision);
}

static void
is_of_its_workspace_only(void **state)
{
    struct fixture *f = *state;
    struct objective o = sample(f), got;
    int64_t id = 0;
    assert_ok(objective_insert(f->propre, &o, &id, &f->error), &f->error);
    assert_fault(FAULT_ABSENT,
                 objective_get(f->propre, f->workspace + 1, id, f->keep, &got, &f->error),
                 &f->error, "no objective");
    assert_fault(FAULT_ABSENT,
                 objective_archive(f->propre, f->workspace + 1, id, true, &f->error), &f->error,
                 "no objective");
}

static void
refuses_what_makes_no_sense(void **state)
{
    struct fixture *f = *state;
    struct objective o = sample(f);
    o.target = some_real(50);
    assert_fault(FAULT_INPUT, objective_check(&o, &f->error), &f->error, "above its baseline");
    o = sample(f);
    o.direction = OBJECTIVE_DOWN;
    assert_fault(FAULT_INPUT, objective_check(&o, &f->error), &f->error, "below it");
    o = sample(f);
    o.direction = OBJECTIVE_WITHIN;
    assert_fault(FAULT_INPUT, objective_check(&o, &f->error), &f->error, "keep within");
    o = sample(f);
    o.deadline_day = some_int(20000);
    assert_fault(FAULT_INPUT, objective_check(&o, &f->error), &f->error, "after its start");
    o = sample(f);
    o.name = S("  ");
    assert_fault(FAULT_INPUT, objective_check(&o, &f->error), &f->error, "needs a name");
    o = sample(f);
    o.metric = S("More likes!");
    assert_fault(FAULT_INPUT, objective_check(&o, &f->error), &f->error, "metric word");
    o = sample(f);
    o.currency = S("euro");
    assert_fault(FAULT_INPUT, objective_check(&o, &f->error), &f->error, "currency");
    o = sample(f);
    o.target = some_real((double)NAN);
    assert_fault(FAULT_INPUT, objective_check(&o, &f->error), &f->error, "above its baseline");
}

static void
a_change_keeps_what_was_and_why(void **state)
{
    struct fixture *f = *state;
    struct objective o = sample(f);
    struct objective_change *changes;
    ptrdiff_t n = 0;
    int64_t id = 0;
    assert_ok(objective_insert(f->propre, &o, &id, &f->error), &f->error);
    assert_ok(objective_get(f->propre, f->workspace, id, f->keep, &o, &f->error), &f->error);
    o.target = some_real(300);
    assert_ok(objective_update(f->propre, &o, S("the fair went better"), &f->error), &f->error);
    assert_ok(objective_history(f->propre, f->workspace, id, f->keep, &changes, &n, &f->error),
              &f->error);
    assert_int_equal(1, n);
    assert_true(changes[0].target.is > 199.9 && changes[0].target.is < 200.1);
    assert_str("the fair went better", changes[0].reason);
    /* the second person still holds revision 1 */
    assert_fault(FAULT_CONFLICT, objective_update(f->propre, &o, S(""), &f->error), &f->error,
                 "changed meanwhile");
    assert_ok(objective_get(f->propre, f->workspace, id, f->keep, &o, &f->error), &f->error);
    assert_int_equal(2, o.revision);
}

static void
cannot_stand_above_itself(void **state)
{
    struct fixture *f = *state;
    struct objective parent = sample(f), child = sample(f);
    int64_t parent_id = 0, child_id = 0;
    assert_ok(objective_insert(f->propre, &parent, &parent_id, &f->error), &f->error);
    child.parent = some_int(parent_id);
    assert_ok(objective_insert(f->propre, &child, &child_id, &f->error), &f->error);
    assert_ok(objective_get(f->propre, f->workspace, parent_id, f->keep, &parent, &f->error),
              &f->error);
    parent.parent = some_int(child_id);
    assert_fault(FAULT_INPUT, objective_update(f->propre, &parent, S(""), &f->error), &f->error,
                 "above itself");
    child.parent = some_int(999);
    assert_fault(FAULT_ABSENT, objective_insert(f->propre, &child, &child_id, &f->error),
                 &f->error, "no objective 999");
}

static void
archived_ones_leave_the_list_and_come_back(void **state)
{
    struct fixture *f = *state;
    struct objective o = sample(f), *list;
    ptrdiff_t n = 0;
    int64_t late = 0, soon = 0;
    o.deadline_day = some_int(30000);
    assert_ok(objective_insert(f->propre, &o, &late, &f->error), &f->error);
    o.deadline_day = some_int(20001);
    assert_ok(objective_insert(f->propre, &o, &soon, &f->error), &f->error);
    assert_ok(objective_list(f->propre, f->workspace, f->keep, &list, &n, &f->error),
              &f->error);
    assert_int_equal(2, n);
    assert_int_equal(soon, list[0].id);
    assert_ok(objective_archive(f->propre, f->workspace, soon, true, &f->error), &f->error);
    assert_ok(objective_list(f->propre, f->workspace, f->keep, &list, &n, &f->error),
              &f->error);
    assert_int_equal(1, n);
    assert_ok(objective_archive(f->propre, f->workspace, soon, false, &f->error), &f->error);
    assert_ok(objective_list(f->propre, f->workspace, f->keep, &list, &n, &f->error),
              &f->error);
    assert_int_equal(2, n);
}

static void
says_how_far_it_is(void **state)
{
    struct fixture *f = *state;
    struct objective o = sample(f);
    double share = -1;
    assert_true(objective_progress(&o, 150) > 0.49 && objective_progress(&o, 150) < 0.51);
    assert_true(objective_progress(&o, 0) <= 0 && objective_progress(&o, 1e9) >= 1);
    o.direction = OBJECTIVE_DOWN;
    o.target = some_real(0);
    assert_true(objective_progress(&o, 25) > 0.74 && objective_progress(&o, 25) < 0.76);
    assert_true(objective_pace(&o, 20050, &share) && share > 0.49 && share < 0.51);
    assert_true(objective_pace(&o, 19000, &share) && share <= 0);
    o.deadline_day = no_int;
    assert_false(objective_pace(&o, 20050, &share));
}

static void
channels_are_one_account_each(void **state)
{
    struct fixture *f = *state;
    struct channel c = {.workspace = f->workspace,
                        .network = NETWORK_FACEBOOK,
                        .handle = S("brand"),
                        .name = S("Our page"),
                        .ownership = RENTED};
    struct channel got, *list;
    int64_t id = 0, other = 0;
    ptrdiff_t n = 0;
    assert_ok(channel_insert(f->propre, &c, &id, &f->error), &f->error);
    assert_fault(FAULT_CONFLICT, channel_insert(f->propre, &c, &other, &f->error), &f->error,
                 "on Facebook already");
    c.handle = S("brand2");
    assert_ok(channel_insert(f->propre, &c, &other, &f->error), &f->error);
    assert_ok(channel_get(f->propre, f->workspace, other, f->keep, &got, &f->error), &f->error);
    assert_int_equal(NETWORK_FACEBOOK, got.network);
    got.handle = S("brand");
    assert_fault(FAULT_CONFLICT, channel_update(f->propre, &got, &f->error), &f->error,
                 "already");
    got.handle = S("brand3");
    assert_ok(channel_update(f->propre, &got, &f->error), &f->error);
    assert_fault(FAULT_CONFLICT, channel_update(f->propre, &got, &f->error), &f->error,
                 "meanwhile");
    assert_ok(channel_archive(f->propre, f->workspace, id, true, &f->error), &f->error);
    assert_ok(channel_list(f->propre, f->workspace, f->keep, &list, &n, &f->error), &f->error);
    assert_int_equal(1, n);
    assert_str("brand3", list[0].handle);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(keeps_what_it_is_given, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(is_of_its_workspace_only, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(refuses_what_makes_no_sense, fixture_open,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(a_change_keeps_what_was_and_why, fixture_open,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(cannot_stand_above_itself, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(archived_ones_leave_the_list_and_come_back,
                                        fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(says_how_far_it_is, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(channels_are_one_account_each, fixture_open,
                                        fixture_close),
    };
    if (testdb_skips())
        return 0;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
