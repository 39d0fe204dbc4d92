#include "testdb.h"

#include <sys/stat.h>
#include <unistd.h>

#include "place/backup.h"
#include "place/hold.h"
#include "place/schema.h"
#include "place/workspace.h"

static int64_t
add_workspace(struct testdb *t)
{
    struct error error = {0};
    const struct workspace w = {0, S("Atelier"), S("Europe/Paris"), LANG_FR, S("EUR"), 1};
    int64_t id = 0;
    assert_ok(db_begin(t->propre.db, DB_WRITE, &error), &error);
    assert_ok(workspace_add(&t->propre, &w, &id, &error), &error);
    assert_ok(db_commit(t->propre.db, &error), &error);
    return id;
}

static struct hold
hold_now(struct propre *propre, struct testdb *t, int64_t workspace)
{
    struct error error = {0};
    struct hold hold = {0};
    assert_ok(hold_get(propre, workspace, &t->keep, &hold, &error), &error);
    return hold;
}

static void
test_set_and_released(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    struct hold_change *changes = NULL;
    ptrdiff_t n = 0;
    char long_text[HOLD_REASON_MAX + 2];
    testdb_open(&t);
    int64_t here = add_workspace(&t), there = add_workspace(&t);
    assert_false(hold_now(&t.propre, &t, here).on);
    assert_ok(db_begin(t.propre.db, DB_WRITE, &error), &error);
    instant first = t.now;
    assert_ok(hold_set(&t.propre, here, S("the shop burns"), &error), &error);
    t.now.us += 1000;
    assert_ok(hold_set(&t.propre, here, S("and the stock"), &error), &error);
    struct hold hold = hold_now(&t.propre, &t, here);
    assert_true(hold.on);
    assert_int_equal(hold.since_us, first.us);
    assert_str("and the stock", hold.reason);
    assert_false(hold_now(&t.propre, &t, there).on);
    t.now.us += 1000;
    assert_ok(hold_release(&t.propre, here, &error), &error);
    assert_false(hold_now(&t.propre, &t, here).on);
    assert_ok(hold_release(&t.propre, here, &error), &error); /* nothing to release */
    assert_ok(hold_changes(&t.propre, here, &t.keep, &changes, &n, &error), &error);
    assert_int_equal(n, 3);
    assert_false(changes[0].set);
    assert_str("and the stock", changes[0].reason);
    assert_int_equal(changes[0].at_us, first.us + 2000);
    assert_true(changes[1].set && changes[2].set);
    assert_str("the shop burns", changes[2].reason);
    assert_ok(hold_changes(&t.propre, there, &t.keep, &changes, &n, &error), &error);
    assert_int_equal(n, 0);

    memset(long_text, 'x', sizeof long_text);
    assert_fault(FAULT_INPUT, hold_set(&t.propre, here, S(""), &error), &error, "reason");
    assert_fault(FAULT_INPUT,
                 hold_set(&t.propre, here, (str){long_text, HOLD_REASON_MAX + 1}, &error),
                 &error, "at most 200");
    assert_int_equal(hold_set(&t.propre, 999, S("x"), &error), FAULT_CONFLICT);
    db_rollback(t.propre.db);
    testdb_close(&t);
}

static bool
exists(const struct testdb *t, const char *suffix)
{
    char path[700];
    struct stat info;
    (void)snprintf(path, sizeof path, "%s%s", t->address, suffix);
    return stat(path, &info) == 0;
}

/* Restores ${backup} where the test's data are, and opens them. */
static void
restore(struct testdb *t, str backup, struct propre *propre)
{
    struct error error = {0};
    const struct db_options options = {0};
    const struct restore_from_to files = {backup, str_of(t->address)};
    str aside;
    db_close(t->propre.db);
    t->propre.db = NULL;
    assert_ok(
        backup_restore(&files, schema_steps, schema_steps_n, t->now, &t->keep, &aside, &error),
        &error);
    /* One closed file, and no helpers of the restore beside it. */
    assert_false(exists(t, "-wal") || exists(t, "-shm"));
    assert_false(exists(t, ".restoring-20261124T090000Z"));
    assert_false(exists(t, ".restoring-20261124T090000Z-wal"));
    assert_false(exists(t, ".restoring-20261124T090000Z.before-20261124T090000Z"));
    *propre = t->propre;
    assert_ok(db_open(str_of(t->address), &options, &propre->db, &error), &error);
}

static void
test_a_restored_backup_is_on_hold(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    struct propre restored;
    char backup[256];
    testdb_open(&t);
    if (!testdb_is_postgres()) {
        int64_t one = add_workspace(&t), two = add_workspace(&t);
        (void)snprintf(backup, sizeof backup, "%s/backup.propre", t.dir);
        assert_ok(
            backup_make(t.propre.db, str_of(backup), schema_steps, schema_steps_n, &error),
            &error);
        assert_false(hold_now(&t.propre, &t, one).on);
        restore(&t, str_of(backup), &restored);
        const int64_t all[] = {one, two};
        for (int i = 0; i < 2; i++) {
            struct hold hold = hold_now(&restored, &t, all[i]);
            struct hold_change *changes = NULL;
            ptrdiff_t n = 0;
            assert_true(hold.on);
            assert_int_equal(hold.since_us, t.now.us);
            assert_str(HOLD_RESTORED, hold.reason);
            assert_ok(hold_changes(&restored, all[i], &t.keep, &changes, &n, &error), &error);
            assert_int_equal(n, 1);
            assert_true(changes[0].set);
        }
        /* A person takes it off. */
        assert_ok(db_begin(restored.db, DB_WRITE, &error), &error);
        assert_ok(hold_release(&restored, one, &error), &error);
        assert_ok(db_commit(restored.db, &error), &error);
        assert_false(hold_now(&restored, &t, one).on);
        assert_true(hold_now(&restored, &t, two).on);
        db_close(restored.db);
    }
    testdb_close(&t);
}

/* A backup of before the update that is being undone, or of a year ago, is what one restores. */
static void
test_a_backup_of_an_older_propre(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    struct propre restored;
    struct workspace w;
    char backup[256];
    testdb_open_empty(&t);
    if (!testdb_is_postgres()) {
        /* Steps 1 and 2 are all it knew: there are no holds in it. */
        assert_ok(db_migrate(t.propre.db, schema_steps, 2, t.now, &error), &error);
        int64_t id = add_workspace(&t);
        (void)snprintf(backup, sizeof backup, "%s/backup.propre", t.dir);
        assert_ok(backup_make(t.propre.db, str_of(backup), schema_steps, 2, &error), &error);
        restore(&t, str_of(backup), &restored);
        assert_ok(db_check_schema(restored.db, schema_steps, schema_steps_n, &error), &error);
        assert_ok(workspace_load(&restored, &t.keep, &w, &error), &error);
        assert_str("Atelier", w.name);
        assert_true(hold_now(&restored, &t, id).on);
        db_close(restored.db);
    }
    testdb_close(&t);
}

int
main(void)
{
    if (testdb_skips())
        return 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set_and_released),
        cmocka_unit_test(test_a_restored_backup_is_on_hold),
        cmocka_unit_test(test_a_backup_of_an_older_propre),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
