#include "testdb.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "place/schema.h"
#include "trial/queries.h"
#include "trial/steps.h"

static const struct schema_step later_steps[] = {
    {9000, "before", "CREATE TABLE trial_before (id @id@) @strict@"},
    {9001, "trial", NULL}, /* the same as in trial_steps: filled by steps_with */
    {9002, "after", "ALTER TABLE trial ADD COLUMN after @int@"},
};

static void
steps_with(const struct schema_step *last, struct schema_step ret[3])
{
    ret[0] = later_steps[0];
    ret[1] = trial_steps[0];
    ret[2] = *last;
}

static void
add(struct testdb *t, str name)
{
    struct error error = {0};
    const struct trial_add_in in = {name, no_int, no_real, STR_NONE};
    struct trial_add_row row;
    assert_ok(db_begin(t->propre.db, DB_WRITE, &error), &error);
    assert_ok(q_trial_add(t->propre.db, &in, &t->keep, &row, &error), &error);
    assert_ok(db_commit(t->propre.db, &error), &error);
}

static int64_t
count(struct db *db, struct arena *keep)
{
    struct error error = {0};
    struct trial_filter_row sum;
    const struct trial_filter_in all = {no_int};
    assert_ok(q_trial_filter(db, &all, keep, &sum, &error), &error);
    return sum.n;
}

static void
test_the_house_migrates_and_stays(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    testdb_open(&t);
    assert_ok(db_check_schema(t.propre.db, schema_steps, schema_steps_n, &error), &error);
    assert_ok(db_migrate(t.propre.db, schema_steps, schema_steps_n, t.now, &error), &error);
    assert_null(db_migration_backup(t.propre.db).p); /* nothing to do, nothing copied */
    testdb_reopen(&t);
    assert_ok(db_check_schema(t.propre.db, schema_steps, schema_steps_n, &error), &error);
    testdb_close(&t);
}

static void
test_new_steps_come_with_a_copy(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    struct schema_step steps[3];
    const struct db_options read_only = {.read_only = true};
    steps_with(&later_steps[2], steps);
    testdb_open_empty(&t);
    assert_fault(FAULT_ABSENT, db_check_schema(t.propre.db, trial_steps, 1, &error), &error,
                 "no workspace");
    assert_ok(db_migrate(t.propre.db, trial_steps, 1, t.now, &error), &error);
    assert_null(db_migration_backup(t.propre.db).p); /* an empty file is not worth a copy */
    add(&t, S("kept"));
    assert_fault(FAULT_CONFLICT, db_check_schema(t.propre.db, steps, 3, &error), &error,
                 "older Propre");
    assert_ok(db_migrate(t.propre.db, steps, 3, t.now, &error), &error);
    assert_int_equal(count(t.propre.db, &t.keep), 1);
    if (!testdb_is_postgres()) {
        str copy = db_migration_backup(t.propre.db);
        assert_true(str_ends(copy, S("data.propre.before-20261124T090000Z")));
        struct db *old = NULL;
        assert_ok(db_open(copy, &read_only, &old, &error), &error);
        assert_int_equal(count(old, &t.keep), 1);
        assert_ok(db_check_schema(old, trial_steps, 1, &error), &error);
        db_close(old);
    }
    testdb_close(&t);
}

/* Another program found the same step to do, in the same second: its copy stays as it is, and ours has another name. */
static void
test_two_copies_in_a_second(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    struct schema_step steps[3];
    struct stat info;
    char theirs[128];
    if (testdb_is_postgres()) /* it has its own tool to copy */
        skip();
    steps_with(&later_steps[2], steps);
    testdb_open_empty(&t);
    assert_ok(db_migrate(t.propre.db, trial_steps, 1, t.now, &error), &error);
    (void)snprintf(theirs, sizeof theirs, "%s/data.propre.before-20261124T090000Z", t.dir);
    FILE *file = fopen(theirs, "wx");
    assert_true(file && fputs("theirs", file) >= 0 && fclose(file) == 0);
    assert_ok(db_migrate(t.propre.db, steps, 3, t.now, &error), &error);
    assert_true(str_ends(db_migration_backup(t.propre.db), S("before-20261124T090000Z-2")));
    assert_true(stat(theirs, &info) == 0 && info.st_size == 6);
    testdb_close(&t);
}

static void
test_newer_and_altered_histories_are_refused(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    struct schema_step steps[3];
    steps_with(&later_steps[2], steps);
    testdb_open_empty(&t);
    assert_ok(db_migrate(t.propre.db, steps, 3, t.now, &error), &error);
    assert_fault(FAULT_CONFLICT, db_migrate(t.propre.db, steps, 2, t.now, &error), &error,
                 "a newer Propre has changed this data (step 9002, after)");
    steps[2].sql = "ALTER TABLE trial ADD COLUMN after @real@";
    assert_fault(FAULT_CORRUPT, db_migrate(t.propre.db, steps, 3, t.now, &error), &error,
                 "step 9002 (after) of the schema is not the one");
    assert_int_equal(count(t.propre.db, &t.keep), 0); /* the connection is fit for use */
    testdb_close(&t);
}

static void
test_a_step_is_all_or_nothing(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    struct schema_step steps[3];
    const struct schema_step broken = {
        9002, "broken", "CREATE TABLE half (id @id@) @strict@; CREATE TABLE oops ("};
    steps_with(&broken, steps);
    testdb_open_empty(&t);
    assert_fault(FAULT_SYSTEM, db_migrate(t.propre.db, steps, 3, t.now, &error), &error,
                 "step 9002 (broken) of the schema was not applied");
    assert_int_equal(count(t.propre.db, &t.keep), 0); /* step 9001 stands */
    const struct schema_step mended = {9002, "mended", "CREATE TABLE half (id @id@) @strict@"};
    steps[2] = mended;
    assert_ok(db_migrate(t.propre.db, steps, 3, t.now, &error), &error);
    testdb_close(&t);
}

/* Four programs at once: each step is applied once, and nobody is told an error. */
static void
test_one_migrator_at_a_time(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    struct schema_step steps[3];
    pid_t children[4];
    if (testdb_one_writer())
        return;
    steps_with(&later_steps[2], steps);
    testdb_open_empty(&t);
    for (size_t i = 0; i < 4; i++) {
        children[i] = fork();
        if (children[i] != 0)
            continue;
        struct db *db = NULL; /* a connection of its own; the parent's is left alone */
        const struct db_options options = {0};
        enum fault fault = db_open(str_of(t.address), &options, &db, &error);
        if (!fault)
            fault = db_migrate(db, steps, 3, t.now, &error);
        char text[1024] = "";
        if (fault)
            error_text(&error, NULL, NULL, text, sizeof text);
        (void)fputs(text, stderr);
        db_close(db);
        _exit((int)fault);
    }
    for (size_t i = 0; i < 4; i++) {
        int status = -1;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    assert_ok(db_check_schema(t.propre.db, steps, 3, &error), &error);
    testdb_close(&t);
}

int
main(void)
{
    if (testdb_skips())
        return 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_house_migrates_and_stays),
        cmocka_unit_test(test_new_steps_come_with_a_copy),
        cmocka_unit_test(test_two_copies_in_a_second),
        cmocka_unit_test(test_newer_and_altered_histories_are_refused),
        cmocka_unit_test(test_a_step_is_all_or_nothing),
        cmocka_unit_test(test_one_migrator_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
