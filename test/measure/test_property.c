#include "fixture.h"

#include <ftw.h>
#include <unistd.h>

#include "base/buf.h"
#include "measure/import.h"
#include "strategy/channel.h"

/* What must hold of importing and undoing whatever the files, their order, and when the disk fails. */

static char folder[] = "/tmp/propre-property-XXXXXX";

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

static str
write_file(struct fixture *f, const struct buf *content)
{
    static int count;
    str path = arena_printf(f->keep, "%s/%d.csv", folder, count++);
    FILE *file = fopen(cstr(f->keep, path), "w");
    assert_non_null(file);
    assert_int_equal(content->n, fwrite(content->p, 1, (size_t)content->n, file));
    assert_int_equal(0, fclose(file));
    return path;
}

/* An export of some of 30 posts, each with numbers; some rows wrong, some twice. */
static str
random_export(struct fixture *f)
{
    struct rng *rng = &f->t.rng;
    auto_buf out;
    buf_init(&out, 1 << 20);
    buf_add(&out, S("Post id,Date,Post text,Post Link,Impressions,Likes,Engagements\n"));
    for (int id = 1; id <= 30; id++) {
        uint64_t kind = rng_below(rng, 10);
        long long likes = (long long)rng_below(rng, 50);
        if (kind < 4)
            continue;
        buf_addf(&out, "%d,2026-0%d-1%d,Text %d,https://x.com/us/status/%d,%lld,%s,%lld\n", id,
                 1 + id % 9, id % 10, id, id, likes * 20,
                 kind == 4   ? "many"
                 : kind == 5 ? ""
                             : cstr(f->keep, arena_printf(f->keep, "%lld", likes)),
                 likes * 2);
        if (kind == 9)
            buf_addf(&out, "%d,2026-01-01,Text,https://x.com/us/status/%d,1,1,1\n", id, id);
    }
    return write_file(f, &out);
}

static struct import_options
options_of(struct fixture *f, int64_t taken_us)
{
    return (struct import_options){
        .workspace = f->workspace, .zone = S("Europe/Paris"), .taken_us = some_int(taken_us)};
}

static enum fault
take(struct fixture *f, str path, int64_t taken_us, int64_t *ret_id)
{
    struct import_options options = options_of(f, taken_us);
    struct import_plan plan;
    struct import_outcome outcome;
    if (import_plan_make(f->propre, path, &options, f->keep, &plan, &f->error) ||
        import_apply(f->propre, &plan, NULL, &outcome, &f->error))
        return f->error.fault;
    assert_int_equal(plan.counts.posts_new, outcome.counts.posts_new);
    assert_int_equal(plan.counts.posts_known, outcome.counts.posts_known);
    assert_int_equal(plan.counts.unchanged, outcome.counts.unchanged);
    assert_int_equal(plan.counts.points, outcome.counts.points);
    *ret_id = outcome.import;
    return OK;
}

static void
sums_are_what_rebuilding_gives(struct fixture *f)
{
    str before = fixture_digest(f);
    assert_ok(measure_rebuild(f->propre, &f->error), &f->error);
    assert_true(str_eq(before, fixture_digest(f)));
}

enum { EXPORTS = 6 };

/* Imports on top of each other, undone from the last to the first: each step back is the state before. */
static void
undoing_goes_back_step_by_step(void **state)
{
    struct fixture *f = *state;
    for (int round = 0; round < 5; round++) {
        str before[EXPORTS];
        int64_t ids[EXPORTS] = {0};
        struct import_undone undone;
        for (int i = 0; i < EXPORTS; i++) {
            before[i] = fixture_digest(f);
            f->t.now.us += SPAN_DAY.us;
            int64_t taken = f->t.now.us - (int64_t)rng_below(&f->t.rng, 5) * SPAN_DAY.us;
            assert_ok(take(f, random_export(f), taken, &ids[i]), &f->error);
            sums_are_what_rebuilding_gives(f);
        }
        for (int i = EXPORTS; i-- > 0;) {
            assert_ok(import_undo(f->propre, f->workspace, ids[i], &undone, &f->error),
                      &f->error);
            if (!str_eq(before[i], fixture_digest(f)))
                fail_msg("round %d, import %d: something was left or lost", round, i);
        }
        assert_int_equal(0, fixture_counts(f).posts_n + fixture_counts(f).channels_n);
    }
}

/* Undone in any order, nothing stays behind, and what stays meanwhile is consistent. */
static void
undoing_in_any_order_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    for (int round = 0; round < 5; round++) {
        int64_t ids[EXPORTS] = {0};
        struct import_undone undone;
        for (int i = 0; i < EXPORTS; i++) {
            f->t.now.us += SPAN_DAY.us;
            assert_ok(take(f, random_export(f), f->t.now.us, &ids[i]), &f->error);
        }
        for (int left = EXPORTS; left > 0; left--) {
            uint64_t pick = rng_below(&f->t.rng, (uint64_t)left);
            assert_ok(import_undo(f->propre, f->workspace, ids[pick], &undone, &f->error),
                      &f->error);
            ids[pick] = ids[left - 1];
            sums_are_what_rebuilding_gives(f);
        }
        struct fixture_counts_row n = fixture_counts(f);
        assert_int_equal(0, n.posts_n + n.snapshots_n + n.points_n + n.sums_n);
    }
}

/* The same export under another hash (a line end more) and another time of export adds looks only. */
static void
importing_again_makes_no_post_twice(void **state)
{
    struct fixture *f = *state;
    auto_buf content;
    buf_init(&content, 1 << 16);
    buf_add(&content,
            S("date,text,likes\n2026-01-01,same,1\n2026-01-01,same,2\n2026-01-02,other,3\n"));
    for (int i = 0; i < 3; i++) {
        struct import_options options = options_of(f, f->t.now.us - (3 - i) * SPAN_DAY.us);
        struct import_plan plan;
        struct import_outcome outcome;
        buf_add(&content, S("\n"));
        str path = write_file(f, &content);
        assert_ok(import_plan_make(f->propre, path, &options, f->keep, &plan, &f->error),
                  &f->error);
        options.mapping = &plan.mapping;
        assert_ok(import_plan_make(f->propre, path, &options, f->keep, &plan, &f->error),
                  &f->error);
        assert_ok(import_apply(f->propre, &plan, NULL, &outcome, &f->error), &f->error);
        assert_int_equal(3, fixture_counts(f).posts_n);
        assert_int_equal(3 * (i + 1), fixture_counts(f).snapshots_n);
    }
}

/* Whenever the disk fails, nothing of the import is there afterwards. */
static void
a_failing_disk_leaves_nothing_half_written(void **state)
{
    struct fixture *f = *state;
    int64_t id = 0, second = 0;
    auto_buf content;
    buf_init(&content, 1 << 16);
    buf_add(&content, S("Post id,Date,Post text,Post Link,Impressions,Likes,Engagements\n"
                        "1,2026-01-01,a,https://x.com/us/status/1,1,2,3\n"
                        "2,2026-01-02,b,https://x.com/us/status/2,4,5,6\n"));
    str path = write_file(f, &content);
    buf_add(&content, S("3,2026-01-02,c,https://x.com/us/status/3,4,5,6\n"));
    str later = write_file(f, &content);
    assert_ok(take(f, path, f->t.now.us - SPAN_DAY.us, &id), &f->error);
    fixture_commit(f);
    str before = fixture_digest(f);
    int at = 1;
    struct arena mark = f->t.keep; /* each try gives back what it took */
    for (; at < 1000; at++) {
        f->t.keep = mark;
        db_rollback(f->propre->db);
        testdb_fail_at(&f->t, at);
        enum fault fault = db_begin(f->propre->db, DB_WRITE, &f->error);
        fault = fault ? fault : take(f, later, f->t.now.us, &second);
        fault = fault ? fault
                      : import_undo(f->propre, f->workspace, second, &(struct import_undone){0},
                                    &f->error);
        fault = fault ? fault : take(f, later, f->t.now.us, &second);
        fault = fault ? fault : db_commit(f->propre->db, &f->error);
        bool failed = testdb_failed();
        testdb_fail_at(&f->t, 0);
        if (fault == OK && !failed)
            break;
        if (fault)
            fixture_rollback(f);
        else
            assert_ok(db_begin(f->propre->db, DB_WRITE, &f->error), &f->error);
        assert_true(fault != OK);
        if (!str_eq(before, fixture_digest(f)))
            fail_msg("failure %d left something behind", at);
    }
    assert_in_range(at, 20, 999);
    assert_ok(db_begin(f->propre->db, DB_WRITE, &f->error), &f->error);
    assert_int_equal(3, fixture_counts(f).posts_n);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        T(undoing_goes_back_step_by_step),
        T(undoing_in_any_order_leaves_nothing),
        T(importing_again_makes_no_post_twice),
        T(a_failing_disk_leaves_nothing_half_written),
    };
    if (testdb_skips())
        return 0;
    if (!mkdtemp(folder))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    (void)nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    return failed;
}
