#include "testdb.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "place/backup.h"
#include "place/schema.h"
#include "place/workspace.h"

static char paths[4][256];

static str
path(const struct testdb *t, int which, const char *name)
{
    (void)snprintf(paths[which], sizeof paths[which], "%s/%s", t->dir, name);
    return str_of(paths[which]);
}

static void
add_workspace(struct db *db, struct testdb *t, str name)
{
    struct error error = {0};
    struct propre propre = t->propre;
    int64_t id;
    propre.db = db;
    const struct workspace w = {0, name, S("Europe/Paris"), LANG_FR, S("EUR"), 1};
    assert_ok(db_begin(db, DB_WRITE, &error), &error);
    assert_ok(workspace_add(&propre, &w, &id, &error), &error);
    assert_ok(db_commit(db, &error), &error);
}

static void
assert_workspace(struct testdb *t, str file, const char *name)
{
    struct error error = {0};
    struct propre propre = t->propre;
    struct workspace w;
    const struct db_options read_only = {.read_only = true};
    assert_ok(db_open(file, &read_only, &propre.db, &error), &error);
    assert_ok(workspace_load(&propre, &t->keep, &w, &error), &error);
    assert_str(name, w.name);
    db_close(propre.db);
}

static bool
exists(str file)
{
    struct stat info;
    return stat(file.p, &info) == 0;
}

static void
test_backup_and_restore(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    str aside;
    testdb_open(&t);
    str backup = path(&t, 0, "backup.propre");
    if (testdb_is_postgres()) {
        assert_fault(FAULT_INPUT,
                     backup_make(t.propre.db, backup, schema_steps, schema_steps_n, &error),
                     &error, "pg_dump");
        testdb_close(&t);
        return;
    }
    add_workspace(t.propre.db, &t, S("before"));
    /* From a connection that only reads, while another writes. */
    const struct db_options read_only = {.read_only = true};
    struct db *reader = testdb_second(&t, &read_only);
    assert_ok(backup_make(reader, backup, schema_steps, schema_steps_n, &error), &error);
    assert_fault(FAULT_CONFLICT,
                 backup_make(reader, backup, schema_steps, schema_steps_n, &error), &error,
                 "not overwritten");
    db_close(reader);
    struct stat info;
    assert_int_equal(stat(backup.p, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_workspace(&t, backup, "before");

    struct workspace w;
    assert_ok(workspace_load(&t.propre, &t.keep, &w, &error), &error);
    w.name = S("after");
    assert_ok(db_begin(t.propre.db, DB_WRITE, &error), &error);
    assert_ok(workspace_change(&t.propre, &w, &error), &error);
    assert_ok(db_commit(t.propre.db, &error), &error);

    const struct restore_from_to files = {backup, str_of(t.address)};
    assert_fault(
        FAULT_AWAY,
        backup_restore(&files, schema_steps, schema_steps_n, t.now, &t.keep, &aside, &error),
        &error, testdb_one_writer() ? "one at a time" : "stop the Propre");
    assert_workspace(&t, str_of(t.address), "after");
    db_close(t.propre.db);
    t.propre.db = NULL;
    assert_ok(
        backup_restore(&files, schema_steps, schema_steps_n, t.now, &t.keep, &aside, &error),
        &error);
    assert_true(str_ends(aside, S("data.propre.before-restore-20261124T090000Z")));
    assert_workspace(&t, str_of(t.address), "before");
    assert_workspace(&t, aside, "after");
    assert_true(exists(backup));
    /* To where nothing was. */
    const struct restore_from_to elsewhere = {backup, path(&t, 1, "new.propre")};
    assert_ok(backup_restore(&elsewhere, schema_steps, schema_steps_n, t.now, &t.keep, &aside,
                             &error),
              &error);
    assert_null(aside.p);
    assert_workspace(&t, elsewhere.to, "before");
    testdb_close(&t);
}

/* Overwrites the middle of a file, as a bad disk would. */
static void
damage(str file, off_t from, size_t n)
{
    int fd = open(file.p, O_WRONLY);
    assert_true(fd >= 0);
    char junk[4096];
    memset(junk, 0xa5, sizeof junk);
    assert_true(n <= sizeof junk);
    assert_int_equal(pwrite(fd, junk, n, from), n);
    assert_int_equal(close(fd), 0);
}

static void
test_damage_is_seen(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    str aside, *problems;
    ptrdiff_t n;
    testdb_open(&t);
    assert_ok(backup_verify(t.propre.db, schema_steps, schema_steps_n, &t.keep, &problems, &n,
                            &error),
              &error);
    assert_int_equal(n, 0);
    /* A history this program does not have is a problem, not a fault. */
    assert_ok(backup_verify(t.propre.db, schema_steps, 1, &t.keep, &problems, &n, &error),
              &error);
    assert_int_equal(n, 1);
    if (testdb_is_postgres()) {
        testdb_close(&t);
        return;
    }
    add_workspace(t.propre.db, &t, S("good"));
    str backup = path(&t, 0, "backup.propre");
    assert_ok(backup_make(t.propre.db, backup, schema_steps, schema_steps_n, &error), &error);
    db_close(t.propre.db);
    t.propre.db = NULL;

    damage(backup, 2 * 4096, 3000);
    const struct restore_from_to files = {backup, str_of(t.address)};
    assert_fault(
        FAULT_CORRUPT,
        backup_restore(&files, schema_steps, schema_steps_n, t.now, &t.keep, &aside, &error),
        &error, "was not restored");
    assert_workspace(&t, str_of(t.address), "good");
    assert_int_equal(truncate(backup.p, 5000), 0);
    assert_fault(
        FAULT_CORRUPT,
        backup_restore(&files, schema_steps, schema_steps_n, t.now, &t.keep, &aside, &error),
        &error, "was not restored");

    const struct restore_from_to absent = {path(&t, 1, "none.propre"), str_of(t.address)};
    assert_fault(
        FAULT_ABSENT,
        backup_restore(&absent, schema_steps, schema_steps_n, t.now, &t.keep, &aside, &error),
        &error, "no file");
    assert_workspace(&t, str_of(t.address), "good");
    testdb_close(&t);
}

/* The reason to restore: what is there cannot be opened any more. */
static void
test_a_damaged_file_is_replaced_and_kept(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    str aside;
    testdb_open(&t);
    if (!testdb_is_postgres()) {
        add_workspace(t.propre.db, &t, S("good"));
        str backup = path(&t, 0, "backup.propre");
        assert_ok(backup_make(t.propre.db, backup, schema_steps, schema_steps_n, &error),
                  &error);
        db_close(t.propre.db);
        t.propre.db = NULL;
        damage(str_of(t.address), 0, 4096);
        const struct restore_from_to files = {backup, str_of(t.address)};
        assert_ok(backup_restore(&files, schema_steps, schema_steps_n, t.now, &t.keep, &aside,
                                 &error),
                  &error);
        assert_true(exists(aside));
        assert_workspace(&t, str_of(t.address), "good");
        /* A second one in the same second does not write over what was kept. */
        assert_fault(FAULT_CONFLICT,
                     backup_restore(&files, schema_steps, schema_steps_n, t.now, &t.keep,
                                    &aside, &error),
                     &error, "not overwritten");
        assert_workspace(&t, str_of(t.address), "good");
    }
    testdb_close(&t);
}

static enum fault
rename_workspace(struct propre *propre, struct error *error)
{
    const struct workspace w = {1, S("rebuilt"), S("Europe/Paris"), LANG_FR, S("EUR"), 1};
    return workspace_change(propre, &w, error);
}

static enum fault
stop(struct propre *propre, struct error *error)
{
    const struct workspace w = {1, S("half"), S("Europe/Paris"), LANG_FR, S("EUR"), 1};
    if (workspace_change(propre, &w, error))
        return error->fault;
    return fail(error, FAULT_SYSTEM, "it stopped");
}

static void
test_rebuild_is_step_by_step(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    struct workspace w;
    const struct rebuild_step steps[] = {{"sum_good", rename_workspace}, {"sum_bad", stop}};
    testdb_open(&t);
    add_workspace(t.propre.db, &t, S("before"));
    assert_fault(FAULT_SYSTEM, rebuild(&t.propre, steps, 2, &error), &error,
                 "computing sum_bad again: it stopped");
    assert_ok(workspace_load(&t.propre, &t.keep, &w, &error), &error);
    assert_str("rebuilt", w.name);
    testdb_close(&t);
}

int
main(void)
{
    if (testdb_skips())
        return 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_backup_and_restore),
        cmocka_unit_test(test_damage_is_seen),
        cmocka_unit_test(test_a_damaged_file_is_replaced_and_kept),
        cmocka_unit_test(test_rebuild_is_step_by_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
