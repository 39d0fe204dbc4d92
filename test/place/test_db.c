#include "testdb.h"

#include <math.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "place/db_internal.h"
#include "trial/queries.h"
#include "trial/steps.h"

static void
open_trial(struct testdb *t)
{
    struct error error = {0};
    testdb_open_empty(t);
    assert_ok(db_migrate(t->propre.db, trial_steps, 1, t->now, &error), &error);
}

static int64_t
add(struct testdb *t, str name, struct maybe_int size, struct maybe_real share, str raw)
{
    struct error error = {0};
    const struct trial_add_in in = {name, size, share, raw};
    struct trial_add_row row;
    assert_ok(db_begin(t->propre.db, DB_WRITE, &error), &error);
    assert_ok(q_trial_add(t->propre.db, &in, &t->keep, &row, &error), &error);
    assert_ok(db_commit(t->propre.db, &error), &error);
    return row.id;
}

static void
test_every_kind_comes_back(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    open_trial(&t);
    int64_t id = add(&t, S("Été ≠ 日本 \xf0\x9f\x98\x80"), some_int(INT64_MIN), some_real(0.1),
                     (str){"\0\xff'x", 4});
    (void)add(&t, S(""), no_int, no_real, STR_NONE);
    (void)add(&t, S("e"), some_int(999999), some_real(-1e300), S(""));

    struct trial_by_name_row row;
    bool found = false;
    struct trial_by_name_in in = {S("Été ≠ 日本 \xf0\x9f\x98\x80")};
    assert_ok(q_trial_by_name(t.propre.db, &in, &t.keep, &row, &found, &error), &error);
    assert_true(found && row.id == id && row.size.has && row.size.is == INT64_MIN);
    assert_true(row.share.has && row.share.is <= 0.1 && row.share.is >= 0.1);
    assert_int_equal(row.raw.n, 4);
    assert_memory_equal(row.raw.p, "\0\xff'x", 4);
    assert_int_equal(row.big, 0);

    in.name = S("");
    assert_ok(q_trial_by_name(t.propre.db, &in, &t.keep, &row, &found, &error), &error);
    assert_true(found && row.name.p && row.name.n == 0);
    assert_true(!row.size.has && !row.share.has && !row.raw.p && row.big == 0);

    in.name = S("e");
    assert_ok(q_trial_by_name(t.propre.db, &in, &t.keep, &row, &found, &error), &error);
    assert_true(found && row.raw.p && row.raw.n == 0 && row.big == 1);

    in.name = S("nobody");
    assert_ok(q_trial_by_name(t.propre.db, &in, &t.keep, &row, &found, &error), &error);
    assert_false(found);
    testdb_close(&t);
}

static void
test_parameters_are_bound_by_name(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    open_trial(&t);
    for (int i = 0; i < 40; i++)
        (void)add(&t, arena_printf(&t.keep, "n%02d", i), some_int(i), no_real, STR_NONE);
    struct trial_between_row *rows;
    ptrdiff_t n;
    const struct trial_between_in in = {5, 30, 100};
    assert_ok(q_trial_between(t.propre.db, &in, &t.keep, &rows, &n, &error), &error);
    assert_int_equal(n, 25);
    assert_str("n05", rows[0].name);
    assert_int_equal(rows[24].size.is, 29);

    struct trial_filter_row sum;
    const struct trial_filter_in all = {no_int}, one = {some_int(7)};
    assert_ok(q_trial_filter(t.propre.db, &all, &t.keep, &sum, &error), &error);
    assert_true(sum.n == 40 && sum.total.is == 780 && fabs(sum.mean.is - 19.5) < 1e-9);
    assert_ok(q_trial_filter(t.propre.db, &one, &t.keep, &sum, &error), &error);
    assert_true(sum.n == 1 && sum.total.is == 7);
    testdb_close(&t);
}

static bool
count_three(void *ctx, const struct trial_between_row *row)
{
    int *n = ctx;
    assert_int_equal(row->size.is, *n);
    return ++*n < 3;
}

static void
test_each_streams_and_stops(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    int n = 0;
    open_trial(&t);
    for (int i = 0; i < 10; i++)
        (void)add(&t, arena_printf(&t.keep, "n%d", i), some_int(i), no_real, STR_NONE);
    const struct trial_between_in in = {0, 100, 100};
    assert_ok(q_trial_between_each(t.propre.db, &in, count_three, &n, &error), &error);
    assert_int_equal(n, 3);
    n = 0; /* and the connection is free again */
    assert_ok(q_trial_between_each(t.propre.db, &in, count_three, &n, &error), &error);
    testdb_close(&t);
}

static void
test_reading_cannot_write(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    open_trial(&t);
    const struct trial_delete_in in = {S("x")};
    assert_fault(FAULT_DENIED, q_trial_delete(t.propre.db, &in, &error), &error,
                 "while reading");
    assert_ok(db_begin(t.propre.db, DB_READ, &error), &error);
    assert_fault(FAULT_DENIED, q_trial_delete(t.propre.db, &in, &error), &error,
                 "while reading");
    /* The engine itself refuses too, were the declaration wrong. */
    struct query lying = *trial_queries[4];
    lying.writes = false;
    if (testdb_is_postgres())
        assert_fault(FAULT_DENIED, query_run(t.propre.db, &lying, &in, &error), &error,
                     "while reading");
    else
        assert_fault(FAULT_SYSTEM, query_run(t.propre.db, &lying, &in, &error), &error,
                     "does:");
    db_rollback(t.propre.db);
    assert_ok(db_begin(t.propre.db, DB_WRITE, &error), &error);
    assert_ok(q_trial_delete(t.propre.db, &in, &error), &error);
    assert_ok(db_commit(t.propre.db, &error), &error);
    testdb_close(&t);
}

static void
test_faults_have_kinds(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    open_trial(&t);
    struct db *db = t.propre.db;
    struct trial_add_row row;
    (void)add(&t, S("a"), no_int, no_real, STR_NONE);
    const struct trial_add_in twice = {S("a"), no_int, no_real, STR_NONE};
    assert_ok(db_begin(db, DB_WRITE, &error), &error);
    assert_fault(FAULT_CONFLICT, q_trial_add(db, &twice, &t.keep, &row, &error), &error,
                 "exists already");
    /* After a failure nothing of the transaction can be kept, on either engine. */
    const struct trial_add_in good = {S("b"), no_int, no_real, STR_NONE};
    assert_fault(FAULT_CONFLICT, q_trial_add(db, &good, &t.keep, &row, &error), &error,
                 "earlier step");
    assert_fault(FAULT_CONFLICT, db_commit(db, &error), &error, "none of it was saved");

    const struct trial_add_in big = {S("c"), some_int(1000000), no_real, STR_NONE};
    assert_ok(db_begin(db, DB_WRITE, &error), &error);
    assert_fault(FAULT_INPUT, q_trial_add(db, &big, &t.keep, &row, &error), &error, "range");
    db_rollback(db);
    const struct trial_child_add_in orphan = {12345};
    assert_ok(db_begin(db, DB_WRITE, &error), &error);
    assert_fault(FAULT_CONFLICT, q_trial_child_add(db, &orphan, &error), &error,
                 "does not exist");
    db_rollback(db);
    testdb_close(&t);
}

static void
test_what_cannot_be_stored_is_refused(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    struct trial_add_row row;
    open_trial(&t);
    const struct trial_add_in bad[] = {
        {(str){"a\0b", 3}, no_int, no_real, STR_NONE},
        {S("\xff"), no_int, no_real, STR_NONE},
        {S("\xed\xa0\x80"), no_int, no_real, STR_NONE},
        {STR_NONE, no_int, no_real, STR_NONE},
        {S("x"), no_int, some_real((double)NAN), STR_NONE},
        {S("x"), no_int, some_real((double)INFINITY), STR_NONE},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_ok(db_begin(t.propre.db, DB_WRITE, &error), &error);
        assert_fault(FAULT_INPUT, q_trial_add(t.propre.db, &bad[i], &t.keep, &row, &error),
                     &error, "trial_add");
        db_rollback(t.propre.db);
    }
    testdb_close(&t);
}

static void
test_one_means_one(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    struct trial_two_row two = {S("before")};
    struct trial_null_row null;
    open_trial(&t);
    assert_fault(FAULT_ABSENT, q_trial_two(t.propre.db, NULL, &t.keep, &two, &error), &error,
                 "does not exist");
    (void)add(&t, S("a"), no_int, no_real, STR_NONE);
    (void)add(&t, S("b"), no_int, no_real, STR_NONE);
    assert_fault(FAULT_CORRUPT, q_trial_two(t.propre.db, NULL, &t.keep, &two, &error), &error,
                 "two where");
    assert_str("before", two.name); /* outputs only on success */
    struct trial_delete_in in = {S("b")};
    assert_ok(db_begin(t.propre.db, DB_WRITE, &error), &error);
    assert_ok(q_trial_delete(t.propre.db, &in, &error), &error);
    assert_ok(db_commit(t.propre.db, &error), &error);
    assert_fault(FAULT_CORRUPT, q_trial_null(t.propre.db, NULL, &t.keep, &null, &error), &error,
                 "no value");
    testdb_close(&t);
}

static enum fault
add_and_leave(struct db *db, struct arena *keep, struct error *error)
{
    const struct trial_add_in in = {S("left"), no_int, no_real, STR_NONE};
    struct trial_add_row row;
    if (db_begin(db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = db;
    return q_trial_add(db, &in, keep, &row, error);
}

static void
test_a_transaction_left_is_undone(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    struct trial_by_name_row row;
    bool found = true;
    open_trial(&t);
    assert_ok(add_and_leave(t.propre.db, &t.keep, &error), &error);
    const struct trial_by_name_in in = {S("left")};
    assert_ok(q_trial_by_name(t.propre.db, &in, &t.keep, &row, &found, &error), &error);
    assert_false(found);
    testdb_close(&t);
}

static void
test_a_reader_has_one_view(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    struct trial_filter_row sum;
    const struct trial_filter_in all = {no_int};
    const struct db_options read_only = {.read_only = true};
    open_trial(&t);
    (void)add(&t, S("a"), no_int, no_real, STR_NONE);
    auto_db reader = testdb_second(&t, &read_only);
    assert_ok(db_begin(reader, DB_READ, &error), &error);
    assert_ok(q_trial_filter(reader, &all, &t.keep, &sum, &error), &error);
    assert_int_equal(sum.n, 1);
    (void)add(&t, S("b"), no_int, no_real, STR_NONE);
    assert_ok(q_trial_filter(reader, &all, &t.keep, &sum, &error), &error);
    assert_int_equal(sum.n, 1);
    assert_ok(db_commit(reader, &error), &error);
    assert_ok(q_trial_filter(reader, &all, &t.keep, &sum, &error), &error);
    assert_int_equal(sum.n, 2);
    assert_fault(FAULT_DENIED, db_begin(reader, DB_WRITE, &error), &error, "only reads");
    testdb_close(&t);
}

static void
test_addresses(void **state)
{
    (void)state;
    struct error error = {0};
    struct db *db = NULL;
    const struct db_options options = {0};
    const struct db_options create = {.create = true};
    assert_fault(FAULT_INPUT, db_open(S("mysql://x/y"), &options, &db, &error), &error,
                 "neither");
    assert_fault(FAULT_INPUT, db_open(S(""), &options, &db, &error), &error, "neither");
    assert_fault(FAULT_INPUT, db_open(S(":memory:"), &options, &db, &error), &error, "neither");
    assert_fault(FAULT_ABSENT, db_open(S("/tmp/propre/none.propre"), &options, &db, &error),
                 &error, "no file");
    assert_fault(FAULT_SYSTEM, db_open(S("/proc/none.propre"), &create, &db, &error), &error,
                 "cannot make");
    assert_fault(FAULT_INPUT, db_open(S("/tmp"), &create, &db, &error), &error, "not a file");
#ifdef PROPRE_POSTGRES
    assert_fault(FAULT_AWAY,
                 db_open(S("postgres://propre@%2Fnowhere/x"), &options, &db, &error), &error,
                 "does not answer");
#endif
    assert_null(db);
}

static void
write_file(const char *path, const void *bytes, size_t n)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static void
test_strange_files_are_left_alone(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    struct db *db = NULL;
    char path[128];
    const struct db_options options = {.create = true};
    testdb_open_empty(&t);
    (void)snprintf(path, sizeof path, "%s/strange", t.dir);
    static const char text[4096] = "Type;Reach\nphoto;12\n";
    write_file(path, text, sizeof text);
    assert_fault(FAULT_CORRUPT, db_open(str_of(path), &options, &db, &error), &error,
                 "not a data file");
    /* Somebody else's SQLite file: an empty schema, no mark of ours. */
    static const unsigned char head[100] = {
        'S', 'Q', 'L', 'i', 't',      'e', ' ', 'f', 'o',      'r', 'm', 'a', 't', ' ',
        '3', 0,   16,  0,   1,        1,   0,   64,  32,       32,  0,   0,   0,   1,
        0,   0,   0,   1,   [44] = 0, 0,   0,   4,   [56] = 0, 0,   0,   1};
    unsigned char page[4096] = {0};
    memcpy(page, head, sizeof head);
    page[100] = 13;
    page[105] = 16;
    write_file(path, page, sizeof page);
    assert_fault(FAULT_CORRUPT, db_open(str_of(path), &options, &db, &error), &error,
                 "not a data file");
    if (!testdb_is_postgres()) {
        struct stat info;
        assert_int_equal(stat(t.address, &info), 0);
        assert_int_equal(info.st_mode & 0777, 0600);
    }
    testdb_close(&t);
}

/* Two who change the same thing: the second is told, and no change is lost. */
static void
test_no_change_is_lost(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    const struct db_options options = {0};
    const struct trial_delete_in in = {S("a")};
    open_trial(&t);
    (void)add(&t, S("a"), no_int, no_real, STR_NONE);
    if (testdb_one_writer()) { /* then the second is not even let in */
        struct db *second = NULL;
        assert_fault(FAULT_AWAY, db_open(str_of(t.address), &options, &second, &error), &error,
                     "only safe with one at a time");
        testdb_close(&t);
        return;
    }
    auto_db other = testdb_second(&t, &options);
    assert_ok(db_begin(t.propre.db, DB_WRITE, &error), &error);
    if (testdb_is_postgres()) {
        assert_ok(db_begin(other, DB_WRITE, &error), &error);
        struct trial_by_name_row row;
        bool found;
        const struct trial_by_name_in who = {S("a")};
        assert_ok(q_trial_by_name(other, &who, &t.keep, &row, &found, &error), &error);
        assert_ok(q_trial_delete(t.propre.db, &in, &error), &error);
        assert_ok(db_commit(t.propre.db, &error), &error);
        assert_fault(FAULT_CONFLICT, q_trial_delete(other, &in, &error), &error, "same moment");
        db_rollback(other);
    } else {
        assert_int_equal(sqlite3_busy_timeout(other->engine, 10),
                         SQLITE_OK); /* not five seconds */
        assert_fault(FAULT_AWAY, db_begin(other, DB_WRITE, &error), &error,
                     "another program is writing");
        assert_ok(q_trial_delete(t.propre.db, &in, &error), &error);
        assert_ok(db_commit(t.propre.db, &error), &error);
        assert_ok(db_begin(other, DB_WRITE, &error), &error);
        db_rollback(other);
    }
    testdb_close(&t);
}

static void
test_a_full_disk_is_said_so(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    struct trial_add_row row;
    if (testdb_is_postgres())
        return;
    open_trial(&t);
    char *big = malloc(1 << 20);
    assert_non_null(big);
    memset(big, 'x', 1 << 20);
    const struct trial_add_in in = {S("big"), no_int, no_real, {big, 1 << 20}};
    assert_int_equal(
        sqlite3_exec(t.propre.db->engine, "PRAGMA max_page_count = 30", NULL, NULL, NULL),
        SQLITE_OK);
    assert_ok(db_begin(t.propre.db, DB_WRITE, &error), &error);
    assert_fault(FAULT_SYSTEM, q_trial_add(t.propre.db, &in, &t.keep, &row, &error), &error,
                 "is full");
    assert_fault(FAULT_CONFLICT, db_commit(t.propre.db, &error), &error, "none of it");
    (void)add(&t, S("small"), no_int, no_real, STR_NONE); /* and one can go on */
    free(big);
    testdb_close(&t);
}

static void
test_a_restarted_server_is_found_again(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    struct trial_add_row row;
    const struct trial_add_in in = {S("lost"), no_int, no_real, STR_NONE};
    open_trial(&t);
    (void)add(&t, S("a"), no_int, no_real, STR_NONE);
    testdb_cut(&t);
    (void)add(&t, S("b"), no_int, no_real, STR_NONE);
    if (testdb_is_postgres()) {
        assert_ok(db_begin(t.propre.db, DB_WRITE, &error), &error);
        assert_ok(q_trial_add(t.propre.db, &in, &t.keep, &row, &error), &error);
        testdb_cut(&t);
        assert_fault(FAULT_AWAY, db_commit(t.propre.db, &error), &error, "lost while saving");
    }
    struct trial_filter_row sum;
    const struct trial_filter_in all = {no_int};
    assert_ok(db_begin(t.propre.db, DB_READ, &error), &error);
    assert_ok(q_trial_filter(t.propre.db, &all, &t.keep, &sum, &error), &error);
    assert_int_equal(sum.n, 2);
    assert_ok(db_commit(t.propre.db, &error), &error);
    testdb_close(&t);
}

int
main(void)
{
    if (testdb_skips())
        return 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind_comes_back),
        cmocka_unit_test(test_parameters_are_bound_by_name),
        cmocka_unit_test(test_each_streams_and_stops),
        cmocka_unit_test(test_reading_cannot_write),
        cmocka_unit_test(test_faults_have_kinds),
        cmocka_unit_test(test_what_cannot_be_stored_is_refused),
        cmocka_unit_test(test_one_means_one),
        cmocka_unit_test(test_a_transaction_left_is_undone),
        cmocka_unit_test(test_a_reader_has_one_view),
        cmocka_unit_test(test_no_change_is_lost),
        cmocka_unit_test(test_a_full_disk_is_said_so),
        cmocka_unit_test(test_a_restarted_server_is_found_again),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_strange_files_are_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
