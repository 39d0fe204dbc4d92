#include "testdb.h"

#include "place/schema.h"
#include "trial/queries.h"
#include "trial/steps.h"

/*
 * Every single thing asked of the engine fails once, in turn, until nothing is left to fail. After each:
 * nothing half-written, the connection is fit for use, and a second try succeeds.
 */
enum { ASKED_MAX = 10000 }; /* far above what these small changes ask */

static int64_t
count(struct testdb *t)
{
    struct error error = {0};
    struct trial_filter_row sum;
    const struct trial_filter_in all = {no_int};
    assert_ok(q_trial_filter(t->propre.db, &all, &t->keep, &sum, &error), &error);
    return sum.n;
}

/* An import in small: many rows, one transaction. */
static enum fault
add_many(struct db *db, struct arena keep, int n, struct error *error)
{
    if (db_begin(db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = db;
    for (int i = 0; i < n; i++) {
        struct trial_add_row row;
        const struct trial_add_in in = {arena_printf(&keep, "n%d", i), some_int(i), no_real,
                                        STR_NONE};
        const struct trial_child_add_in *child = NULL;
        if (q_trial_add(db, &in, &keep, &row, error))
            return error->fault;
        struct trial_child_add_in made = {row.id};
        child = &made;
        if (q_trial_child_add(db, child, error))
            return error->fault;
    }
    return db_commit(db, error);
}

static void
test_a_change_is_all_or_nothing(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    testdb_open_empty(&t);
    assert_ok(db_migrate(t.propre.db, trial_steps, 1, t.now, &error), &error);
    int at = 1;
    for (;; at++) {
        assert_true(at < ASKED_MAX);
        testdb_fail_at(&t, at);
        enum fault fault = add_many(t.propre.db, t.scratch, 8, &error);
        bool failed = testdb_failed();
        testdb_fail_at(&t, 0);
        if (!failed) {
            assert_int_equal(fault, OK);
            break;
        }
        assert_int_equal(fault, FAULT_SYSTEM);
        assert_int_equal(count(&t), 0);
    }
    assert_true(at >
                8 * 4); /* begin, 16 statements and their rows, commit: the loop did its work */
    assert_int_equal(count(&t), 8);
    testdb_close(&t);
}

static void
test_a_migration_can_stop_anywhere(void **state)
{
    (void)state;
    struct error error = {0};
    const ptrdiff_t steps_n =
        schema_steps_n < 2 ? schema_steps_n : 2; /* more would only take longer */
    for (int at = 1;; at++) {
        struct testdb t;
        assert_true(at < ASKED_MAX);
        testdb_open_empty(&t);
        testdb_fail_at(&t, at);
        enum fault fault = db_migrate(t.propre.db, schema_steps, steps_n, t.now, &error);
        bool failed = testdb_failed();
        testdb_fail_at(&t, 0);
        if (failed) {
            assert_int_equal(fault, FAULT_SYSTEM);
            testdb_reopen(&t);
            assert_ok(db_migrate(t.propre.db, schema_steps, steps_n, t.now, &error), &error);
        }
        assert_ok(db_check_schema(t.propre.db, schema_steps, steps_n, &error), &error);
        testdb_close(&t);
        if (!failed)
            break;
    }
}

int
main(void)
{
    if (testdb_skips())
        return 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_change_is_all_or_nothing),
        cmocka_unit_test(test_a_migration_can_stop_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
