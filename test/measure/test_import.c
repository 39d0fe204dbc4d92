#include "fixture.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "measure/import.h"
#include "measure/metric.h"
#include "strategy/channel.h"
#include "tactic/post.h"
#include "tactic/tactic.h"

/* ---- helpers ---- */

static str
source_path(struct fixture *f, const char *path)
{
    const char *root = getenv("PROPRE_SOURCE");
    return arena_printf(f->keep, "%s/%s", root ? root : ".", path);
}

static str
demo(struct fixture *f)
{
    return source_path(f, "src/measure/demo/facebook_metrics.csv");
}

/* All files of this program's tests; removed at its end. */
static char folder[] = "/tmp/propre-import-XXXXXX";

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

/* A file of that name and content, in a folder of its own. */
static str
file_of(struct fixture *f, const char *name, str content)
{
    static int count;
    str dir = arena_printf(f->keep, "%s/%d", folder, count++);
    assert_int_equal(0, mkdir(cstr(f->keep, dir), 0700));
    str path = arena_printf(f->keep, "%.*s/%s", STR_FMT(dir), name);
    int fd = open(cstr(f->keep, path), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(content.n, write(fd, content.p, (size_t)content.n));
    (void)close(fd);
    return path;
}

static struct import_options
options(const struct fixture *f)
{
    return (struct import_options){
        .workspace = f->workspace, .zone = S("Europe/Paris"), .lang = LANG_EN};
}

static struct import_plan
plan(struct fixture *f, str path, const struct import_options *with)
{
    struct import_plan plan;
    struct import_options plain = options(f);
    assert_ok(
        import_plan_make(f->propre, path, with ? with : &plain, f->keep, &plan, &f->error),
        &f->error);
    return plan;
}

static struct import_outcome
apply(struct fixture *f, const struct import_plan *p)
{
    struct import_outcome outcome;
    assert_ok(import_apply(f->propre, p, NULL, &outcome, &f->error), &f->error);
    fixture_commit(f);
    return outcome;
}

static struct import_outcome
take(struct fixture *f, str path)
{
    struct import_plan p = plan(f, path, NULL);
    return apply(f, &p);
}

#define X_HEADER                                                                           \
    "Post id,Date,Post text,Post Link,Impressions,Likes,Engagements,Bookmarks,Shares,New " \
    "follows,Replies,Reposts,Profile visits,Detail Expands,URL Clicks,Hashtag "            \
    "Clicks,Permalink "                                                                    \
    "Clicks\n"
#define X_NAME(to) "account_analytics_content_2026-10-01_" to ".csv"

static str
x_file(struct fixture *f, const char *name, const char *rows)
{
    return file_of(f, name, arena_printf(f->keep, X_HEADER "%s", rows));
}

/* ---- the demo data ---- */

static int64_t
sum_interactions(struct fixture *f)
{
    struct fixture_sums_row *rows;
    ptrdiff_t n = 0;
    int64_t sum = 0;
    assert_ok(q_fixture_sums(f->propre->db, NULL, f->keep, &rows, &n, &f->error), &f->error);
    for (ptrdiff_t i = 0; i < n; i++)
        sum += rows[i].interactions.has ? rows[i].interactions.is : 0;
    return sum;
}

static void
the_500_posts_come_in_whole(void **state)
{
    struct fixture *f = *state;
    struct import_plan p = plan(f, demo(f), NULL);
    assert_str("facebook_uci", p.source);
    assert_true(p.recognised);
    assert_int_equal(0, p.asks);
    assert_int_equal(500, p.counts.rows);
    assert_int_equal(500, p.counts.ok);
    assert_int_equal(500, p.counts.posts_new);
    assert_int_equal(500 * 13, p.counts.points);
    struct import_outcome outcome = apply(f, &p);
    assert_int_equal(500, outcome.counts.posts_new);
    struct fixture_counts_row n = fixture_counts(f);
    assert_int_equal(500, n.posts_n);
    assert_int_equal(500, n.sums_n);
    assert_int_equal(6500, n.points_n);
    assert_int_equal(3, n.tactics_n);
    assert_int_equal(1, n.channels_n);
    assert_int_equal(106060, sum_interactions(f));
}

static void
empty_cells_are_unknown_and_not_zero(void **state)
{
    struct fixture *f = *state;
    (void)take(f, demo(f));
    struct fixture_points_row *points;
    struct fixture_posts_row *posts;
    ptrdiff_t n = 0;
    int blanks = 0, unpaid = 0, paid_unknown = 0;
    assert_ok(q_fixture_points(f->propre->db, NULL, f->keep, &points, &n, &f->error),
              &f->error);
    for (ptrdiff_t i = 0; i < n; i++) {
        if (points[i].val.has)
            continue;
        assert_str("blank", points[i].reason);
        assert_true(str_eq(points[i].metric, S("likes")) ||
                    str_eq(points[i].metric, S("shares")));
        assert_false(points[i].taken_us.has); /* nobody said when the file was exported */
        blanks++;
    }
    assert_int_equal(5, blanks);
    assert_ok(q_fixture_posts(f->propre->db, NULL, f->keep, &posts, &n, &f->error), &f->error);
    for (ptrdiff_t i = 0; i < n; i++) {
        paid_unknown += !posts[i].paid.has;
        unpaid += posts[i].paid.has && posts[i].paid.is == 0;
        assert_false(posts[i].published_us.has); /* the year is not given */
        assert_true(posts[i].local_month.has && posts[i].local_weekday.has &&
                    posts[i].local_hour.has);
    }
    assert_int_equal(1, paid_unknown);
    assert_int_equal(360, unpaid);
    assert_str("photo", posts[0].format);
    assert_int_equal(4, posts[0].local_weekday.is);
}

static void
the_same_file_twice_adds_nothing(void **state)
{
    struct fixture *f = *state;
    struct import_outcome first = take(f, demo(f));
    str before = fixture_digest(f);
    struct import_plan p = plan(f, demo(f), NULL);
    assert_int_equal(first.import, p.already);
    assert_int_equal(500, p.counts.posts_known);
    assert_int_equal(500, p.counts.unchanged);
    assert_int_equal(0, p.counts.points);
    struct import_outcome second = apply(f, &p);
    assert_true(second.already);
    assert_int_equal(first.import, second.import);
    assert_true(str_eq(before, fixture_digest(f)));
    assert_int_equal(1, fixture_counts(f).imports_n);
}

static void
undoing_leaves_what_was_before(void **state)
{
    struct fixture *f = *state;
    struct import_undone undone;
    struct import record;
    str empty = fixture_digest(f);
    struct import_outcome outcome = take(f, demo(f));
    assert_ok(import_undo(f->propre, f->workspace, outcome.import, &undone, &f->error),
              &f->error);
    fixture_commit(f);
    assert_int_equal(500, undone.posts);
    assert_int_equal(6500, undone.points);
    assert_int_equal(3, undone.tactics);
    assert_int_equal(1, undone.channels);
    assert_true(str_eq(empty, fixture_digest(f)));
    struct fixture_counts_row n = fixture_counts(f);
    assert_int_equal(0, n.posts_n + n.snapshots_n + n.sums_n + n.tactics_n + n.channels_n);
    assert_ok(import_get(f->propre, f->workspace, outcome.import, f->keep, &record, &f->error),
              &f->error);
    assert_true(record.undone_us.has);
    assert_int_equal(500, record.rows);
    assert_fault(FAULT_CONFLICT,
                 import_undo(f->propre, f->workspace, outcome.import, &undone, &f->error),
                 &f->error, "undone already");
    /* and it can come again */
    outcome = take(f, demo(f));
    assert_false(outcome.already);
    assert_int_equal(106060, sum_interactions(f));
}

/* ---- exports of X ---- */

static void
x_analytics_is_a_snapshot_of_its_day(void **state)
{
    struct fixture *f = *state;
    str first =
        x_file(f, X_NAME("2026-10-31"),
               "101,\"Sat, Oct 3, 2026\",\"Hello, =cmd|' /C calc'!A0 <script>#hi\","
               "https://x.com/us/status/101,1000,10,30,1,0,0,2,3,4,5,6,7,8\n"
               "102,\"Sun, Oct 4, 2026\",\"Line\none\",https://x.com/us/status/102,500,5,9,0,0,"
               "0,0,1,0,0,0,0,\n");
    str later =
        x_file(f, X_NAME("2026-11-15"),
               "101,\"Sat, Oct 3, 2026\",\"Hello, =cmd|' /C calc'!A0 <script>#hi\","
               "https://x.com/us/status/101,1500,12,33,1,0,0,2,3,4,5,6,7,8\n"
               "103,\"Sun, Nov 1, 2026\",\"New\",https://x.com/us/status/103,50,1,1,0,0,"
               "0,0,1,0,0,0,0,0\n");
    struct import_plan p = plan(f, first, NULL);
    assert_str("x", p.source);
    assert_true(p.taken_us.has);
    assert_int_equal(1793491200000000, p.taken_us.is); /* 2026-11-01T00:00:00Z */
    (void)apply(f, &p);
    p = plan(f, later, NULL);
    assert_int_equal(1, p.counts.posts_known);
    assert_int_equal(1, p.counts.posts_new);
    assert_int_equal(0, p.counts.unchanged);
    str before = fixture_digest(f);
    struct import_outcome outcome = apply(f, &p);
    struct fixture_counts_row n = fixture_counts(f);
    assert_int_equal(3, n.posts_n);
    assert_int_equal(4, n.snapshots_n); /* nothing was overwritten */
    struct fixture_sums_row *sums;
    struct fixture_posts_row *posts;
    ptrdiff_t rows = 0;
    assert_ok(q_fixture_sums(f->propre->db, NULL, f->keep, &sums, &rows, &f->error), &f->error);
    assert_int_equal(3, rows);
    assert_int_equal(1500, sums[0].impressions.is);
    assert_int_equal(6, sums[0].link_clicks.is);
    assert_int_equal(500, sums[1].impressions.is);
    assert_false(sums[0].reach.has);
    assert_ok(q_fixture_posts(f->propre->db, NULL, f->keep, &posts, &rows, &f->error),
              &f->error);
    assert_str("Hello, =cmd|' /C calc'!A0 <script>#hi", posts[0].body);
    assert_str("Line\none", posts[1].body);
    assert_str("#hi", posts[0].hashtags);
    assert_false(posts[0].published_us.has); /* the day is known, the hour is not */
    assert_int_equal(6, posts[0].local_weekday.is);
    /* taking the later one out gives the earlier state again */
    struct import_undone undone;
    assert_ok(import_undo(f->propre, f->workspace, outcome.import, &undone, &f->error),
              &f->error);
    assert_true(str_eq(before, fixture_digest(f)));
}

static void
undoing_the_first_keeps_what_the_second_knows(void **state)
{
    struct fixture *f = *state;
#define ROW(n) \
    "101,\"Sat, Oct 3, 2026\",Hi,https://x.com/us/status/101," n ",1,1,1,0,0,2,3,4,5,6,7,8\n"
    struct import_outcome first = take(f, x_file(f, X_NAME("2026-10-31"), ROW("100")));
    struct import_outcome second = take(f, x_file(f, X_NAME("2026-11-15"), ROW("200")));
    struct import_undone undone;
    assert_ok(import_undo(f->propre, f->workspace, first.import, &undone, &f->error),
              &f->error);
    assert_int_equal(0, undone.posts);
    assert_int_equal(1, undone.posts_kept);
    assert_int_equal(1, fixture_counts(f).posts_n);
    assert_int_equal(1, fixture_counts(f).sums_n);
    assert_ok(import_undo(f->propre, f->workspace, second.import, &undone, &f->error),
              &f->error);
    assert_int_equal(1, undone.posts);
    assert_int_equal(0, undone.channels); /* the first import made it, and is gone */
    assert_int_equal(0, fixture_counts(f).posts_n);
}

static void
an_id_spoiled_by_a_spreadsheet_is_found_by_its_address(void **state)
{
    struct fixture *f = *state;
    (void)take(
        f, x_file(f, X_NAME("2026-10-31"),
                  "1984512345678901234,\"Sat, Oct 3, 2026\",Hi,"
                  "https://x.com/us/status/1984512345678901234,1,1,1,1,0,0,2,3,4,5,6,7,8\n"));
    struct import_plan p =
        plan(f,
             x_file(f, X_NAME("2026-11-10"),
                    "1.98451E+18,\"Sat, Oct 3, 2026\",Hi,"
                    "https://x.com/us/status/1984512345678901234,2,1,1,1,0,0,2,3,4,5,6,7,8\n"),
             NULL);
    assert_int_equal(1, p.counts.posts_known);
    assert_int_equal(1, p.counts.warned);
    assert_str("Post id", p.notes[0].column);
}

static void
old_twitter_times_are_utc(void **state)
{
    struct fixture *f = *state;
    str path =
        file_of(f, "tweets.csv",
                S("\"Tweet id\",\"Tweet permalink\",\"Tweet "
                  "text\",\"time\",\"impressions\",\"engagements\","
                  "\"engagement rate\",\"retweets\",\"replies\",\"likes\",\"user profile "
                  "clicks\",\"url clicks\","
                  "\"promoted impressions\"\n"
                  "\"7001\",\"https://twitter.com/us/status/7001\",\"Summer\",\"2016-05-31 "
                  "23:31 +0000\",\"2140.0\","
                  "\"41.0\",\"0.019\",\"3.0\",\"1.0\",\"12.0\",\"2.0\",\"0.0\",\"-\"\n"));
    struct import_plan p = plan(f, path, NULL);
    assert_str("twitter", p.source);
    assert_int_equal(0, p.asks);
    (void)apply(f, &p);
    struct fixture_posts_row *posts;
    ptrdiff_t n = 0;
    assert_ok(q_fixture_posts(f->propre->db, NULL, f->keep, &posts, &n, &f->error), &f->error);
    assert_int_equal(1464737460000000, posts[0].published_us.is);
    assert_int_equal(1, posts[0].local_hour.is); /* in Paris it was already June */
    assert_int_equal(6, posts[0].local_month.is);
    assert_str("id:7001", posts[0].identity);
}

/* ---- any other file ---- */

static void
an_unknown_file_is_mapped_once_and_remembered(void **state)
{
    struct fixture *f = *state;
    str path = file_of(f, "club.csv",
                       S("Datum;Beitrag;Gefällt mir;Klicks;Kasse\n"
                         "24.11.2025 18:00;Sommerfest;1.250;3;9,50\n"
                         "03.12.2025 09:30;Basar;7;;8,00\n"));
    struct import_plan p = plan(f, path, NULL);
    assert_int_equal(ASK_MAPPING, p.asks);
    assert_int_equal(FIELD_METRIC, p.mapping.columns[2].field); /* proposed from its language */
    assert_int_equal(METRIC_LIKES, p.mapping.columns[2].metric);
    assert_int_equal(FIELD_IGNORE, p.mapping.columns[1].field);
    struct import_outcome outcome;
    assert_fault(FAULT_INPUT, import_apply(f->propre, &p, NULL, &outcome, &f->error), &f->error,
                 "asks something");
    assert_ok(import_mapping_set(&p.mapping, S("Beitrag=body"), &f->error), &f->error);
    assert_fault(FAULT_INPUT, import_mapping_set(&p.mapping, S("Beitrag=nonsense"), &f->error),
                 &f->error, "not what a column can hold");
    assert_fault(FAULT_INPUT, import_mapping_set(&p.mapping, S("Nirgends=body"), &f->error),
                 &f->error, "no column");
    struct import_options with = options(f);
    with.mapping = &p.mapping;
    p = plan(f, path, &with);
    assert_int_equal(0, p.asks);
    assert_int_equal(2, p.counts.ok);
    (void)apply(f, &p);
    struct fixture_posts_row *posts;
    struct fixture_sums_row *sums;
    ptrdiff_t n = 0;
    assert_ok(q_fixture_posts(f->propre->db, NULL, f->keep, &posts, &n, &f->error), &f->error);
    assert_int_equal(18, posts[0].local_hour.is); /* in the workspace's zone */
    assert_int_equal(1764003600000000, posts[0].published_us.is);
    assert_ok(q_fixture_sums(f->propre->db, NULL, f->keep, &sums, &n, &f->error), &f->error);
    assert_int_equal(1250, sums[0].likes.is);
    assert_false(sums[1].clicks.has);
    /* next month's file, columns in another order, is understood at once */
    str next =
        file_of(f, "club2.csv",
                S("Klicks;Datum;Gefällt mir;Kasse;Beitrag\n5;05.01.2026 10:00;2;1;Neujahr\n"));
    p = plan(f, next, NULL);
    assert_true(p.kept);
    assert_int_equal(0, p.asks);
    assert_int_equal(1, p.counts.posts_new);
}

static void
open_questions_are_asked_and_not_guessed(void **state)
{
    struct fixture *f = *state;
    str path =
        file_of(f, "q.csv", S("date,text,likes\n03/04/2025,a,1.520\n05/06/2025,b,2.000\n"));
    struct import_plan p = plan(f, path, NULL);
    assert_int_equal(ASK_MAPPING | ASK_DATE_ORDER | ASK_DECIMAL, p.asks);
    str asks = import_ask_text(&p, LANG_EN, f->keep);
    assert_true(str_find(asks, S("--dates dmy")) > 0);
    assert_true(str_find(asks, S("--decimal point")) > 0);
    struct import_options with = options(f);
    with.mapping = &p.mapping;
    with.date_order = DATE_ORDER_MDY;
    with.decimal = DECIMAL_COMMA;
    p = plan(f, path, &with);
    assert_int_equal(0, p.asks);
    (void)apply(f, &p);
    struct fixture_posts_row *posts;
    ptrdiff_t n = 0;
    assert_ok(q_fixture_posts(f->propre->db, NULL, f->keep, &posts, &n, &f->error), &f->error);
    assert_int_equal(3, posts[0].local_month.is);
}

static void
several_channels_of_a_network_are_asked_about(void **state)
{
    struct fixture *f = *state;
    struct channel c = {.workspace = f->workspace,
                        .network = NETWORK_FACEBOOK,
                        .handle = S("a"),
                        .name = S("A"),
                        .ownership = RENTED};
    int64_t a = 0, b = 0;
    assert_ok(channel_insert(f->propre, &c, &a, &f->error), &f->error);
    struct import_plan p = plan(f, demo(f), NULL);
    assert_int_equal(a, p.channel); /* the only one of Facebook */
    c.handle = S("b");
    assert_ok(channel_insert(f->propre, &c, &b, &f->error), &f->error);
    p = plan(f, demo(f), NULL);
    assert_int_equal(ASK_CHANNEL, p.asks);
    struct import_options with = options(f);
    with.channel = b;
    p = plan(f, demo(f), &with);
    assert_int_equal(0, p.asks);
    assert_int_equal(b, p.channel);
    (void)apply(f, &p);
    assert_int_equal(2, fixture_counts(f).channels_n);
}

/* ---- nothing half-written ---- */

static void
a_file_changed_meanwhile_is_refused_whole(void **state)
{
    struct fixture *f = *state;
    str path = x_file(
        f, X_NAME("2026-10-31"),
        "1,\"Sat, Oct 3, 2026\",Hi,https://x.com/a/status/1,1,1,1,1,0,0,2,3,4,5,6,7,8\n");
    struct import_plan p = plan(f, path, NULL);
    struct import_outcome outcome;
    str before = fixture_digest(f);
    int fd = open(cstr(f->keep, path), O_WRONLY | O_APPEND);
    assert_int_equal(1, write(fd, "\n", 1));
    (void)close(fd);
    assert_fault(FAULT_CONFLICT, import_apply(f->propre, &p, NULL, &outcome, &f->error),
                 &f->error, "not the one that was looked at");
    fixture_rollback(f);
    assert_true(str_eq(before, fixture_digest(f)));
    assert_int_equal(0, fixture_counts(f).imports_n);
}

static bool
stop_soon(void *ctx, int64_t done, int64_t total)
{
    (void)done;
    (void)total;
    return --*(int *)ctx > 0;
}

static void
stopping_writes_nothing(void **state)
{
    struct fixture *f = *state;
    int calls = 1;
    struct import_progress stop = {stop_soon, &calls};
    struct import_plan p = plan(f, demo(f), NULL);
    struct import_outcome outcome;
    assert_fault(FAULT_CONFLICT, import_apply(f->propre, &p, &stop, &outcome, &f->error),
                 &f->error, "stopped");
    fixture_rollback(f);
    assert_int_equal(0, fixture_counts(f).posts_n);
}

static void
rebuilding_gives_the_same_sums(void **state)
{
    struct fixture *f = *state;
    (void)take(f, demo(f));
    (void)take(
        f,
        x_file(
            f, X_NAME("2026-10-31"),
            "1,\"Sat, Oct 3, 2026\",Hi,https://x.com/a/status/1,9,1,1,1,0,0,2,3,4,5,6,7,8\n"));
    (void)take(
        f,
        x_file(
            f, X_NAME("2026-10-20"), /* an earlier look that came later */
            "1,\"Sat, Oct 3, 2026\",Hi,https://x.com/a/status/1,5,1,1,1,0,0,2,3,4,5,6,7,8\n"));
    str before = fixture_digest(f);
    assert_ok(measure_rebuild(f->propre, &f->error), &f->error);
    assert_true(str_eq(before, fixture_digest(f)));
    struct fixture_sums_row *sums;
    ptrdiff_t n = 0;
    assert_ok(q_fixture_sums(f->propre->db, NULL, f->keep, &sums, &n, &f->error), &f->error);
    assert_int_equal(501, n);
    assert_int_equal(9, sums[500].impressions.is);
}

/* ---- files that are no such file ---- */

static void
refused(struct fixture *f, str path, enum fault fault, const char *part)
{
    struct import_plan p;
    struct import_options with = options(f);
    assert_fault(fault, import_plan_make(f->propre, path, &with, f->keep, &p, &f->error),
                 &f->error, part);
}

static void
files_that_cannot_be_read_say_why(void **state)
{
    struct fixture *f = *state;
    refused(f, S("/tmp/propre-there-is-no-such-file.csv"), FAULT_ABSENT, "there is no file");
    refused(f, S("/tmp"), FAULT_INPUT, "not a file");
    refused(f, file_of(f, "empty.csv", S("")), FAULT_INPUT, "empty");
    refused(f, file_of(f, "book.xlsx", S("PK\003\004aaaaaaaaaaaaaaaaaaaaaaaaaaaaa")),
            FAULT_INPUT, "reading \"book.xlsx\"");
    refused(f, file_of(f, "header.csv", S("date,likes\n")), FAULT_INPUT, "no rows");
    refused(f, file_of(f, "words.csv", S("just one column\nof words\n")), FAULT_INPUT,
            "no columns");
    refused(f, file_of(f, "cut.csv", S("date,text,likes\n2025-01-01,\"never closed,3\n")),
            FAULT_INPUT, "quot");
    refused(f, file_of(f, "nohead.csv", S("139441,2,12,4\n139442,2,12,4\n")), FAULT_INPUT,
            "headers is missing");
    str large = file_of(f, "large.csv", S("date,likes\n2025-01-01,1\n"));
    assert_int_equal(
        0, truncate(cstr(f->keep, large), 2000000001)); /* a hole: no byte is written */
    refused(f, large, FAULT_INPUT, "2000 MB");
}

/* The nasty folder: each file's dry run, in words, against what was written down. */
static void
add_report(struct fixture *f, struct buf *out, const char *name)
{
    str path =
        source_path(f, cstr(f->keep, arena_printf(f->keep, "test/measure/cases/%s", name)));
    struct import_options with = options(f);
    struct import_plan p, again;
    buf_addf(out, "== %s\n", name);
    if (import_plan_make(f->propre, path, &with, f->keep, &p, &f->error)) {
        char text[2048];
        error_text(&f->error, NULL, NULL, text, sizeof text);
        buf_addf(out, "refused (%s): %s\n", fault_name(f->error.fault), text);
        return;
    }
    if (p.asks == ASK_MAPPING) { /* confirmed as proposed */
        with.mapping = &p.mapping;
        if (import_plan_make(f->propre, path, &with, f->keep, &again, &f->error) == OK)
            p = again;
    }
    buf_addf(out, "%.*s, separator '%c', dates %.*s, decimal %.*s\n", STR_FMT(p.source),
             p.separator == '\t' ? 't' : p.separator,
             STR_FMT(import_date_order_word(p.mapping.date_order)),
             STR_FMT(import_decimal_word(p.mapping.decimal)));
    for (int32_t i = 0; i < p.mapping.columns_n; i++)
        buf_addf(out, "  %.*s = %.*s\n", STR_FMT(p.mapping.columns[i].header),
                 STR_FMT(import_column_word(&p.mapping.columns[i])));
    buf_addf(out,
             "rows %lld ok %lld warned %lld refused %lld left out %lld new %lld points %lld\n",
             (long long)p.counts.rows, (long long)p.counts.ok, (long long)p.counts.warned,
             (long long)p.counts.refused, (long long)p.counts.left_out,
             (long long)p.counts.posts_new, (long long)p.counts.points);
    for (int32_t i = 0; i < p.notes_n; i++) {
        static const char *const words[] = {"note", "warning", "error"};
        str text = import_note_text(&p.notes[i], LANG_EN, f->keep);
        buf_addf(out, "%s row %lld%s%.*s: %.*s\n", words[p.notes[i].verdict],
                 (long long)p.notes[i].line, p.notes[i].column.p ? " " : "",
                 STR_FMT(p.notes[i].column), STR_FMT(text));
    }
    str asks = import_ask_text(&p, LANG_EN, f->keep);
    if (asks.n)
        buf_addf(out, "asks: %.*s\n", STR_FMT(asks));
}

static void
nasty_files_get_the_report_written_down(void **state)
{
    struct fixture *f = *state;
    static const char *const names[] = {
        "binary.csv",    "dates_mixed.csv", "dates_open.csv", "formulas.csv", "latin1.csv",
        "meta_fr.csv",   "negative.csv",    "no_numbers.csv", "preamble.csv", "repeated.csv",
        "semicolon.csv", "truncated.csv",   "utf16.csv",      "youtube.csv",
    };
    auto_buf out;
    auto_buf golden;
    buf_init(&out, 1 << 20);
    buf_init(&golden, 1 << 20);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        add_report(f, &out, names[i]);
    str path = source_path(f, "test/measure/cases/report.txt");
    FILE *file = fopen(cstr(f->keep, path), getenv("PROPRE_GOLDEN") ? "w+" : "r");
    assert_non_null(file);
    if (getenv("PROPRE_GOLDEN"))
        assert_int_equal(out.n, fwrite(out.p, 1, (size_t)out.n, file));
    rewind(file);
    char piece[4096];
    for (size_t n; (n = fread(piece, 1, sizeof piece, file)) > 0;)
        buf_add(&golden, (str){piece, (ptrdiff_t)n});
    (void)fclose(file);
    if (!str_eq(buf_str(&golden), buf_str(&out)))
        fail_msg(
            "PROPRE_GOLDEN=1 writes test/measure/cases/report.txt anew; the report is now:\n%s",
            out.p);
}

static void
refused_rows_can_be_saved_and_are_harmless(void **state)
{
    struct fixture *f = *state;
    struct import_plan p = plan(f, source_path(f, "test/measure/cases/formulas.csv"), NULL);
    struct import_options with = options(f);
    with.mapping = &p.mapping;
    p = plan(f, source_path(f, "test/measure/cases/formulas.csv"), &with);
    str path = file_of(f, "refused.csv", S(""));
    int fd = open(cstr(f->keep, path), O_RDWR);
    int64_t n = 0;
    assert_ok(import_refused_write(f->propre, &p, fd, &n, &f->error), &f->error);
    char text[4096] = {0};
    assert_true(pread(fd, text, sizeof text - 1, 0) > 0);
    (void)close(fd);
    assert_int_equal(p.counts.refused, n);
    assert_non_null(strstr(text, "\"'=cmd|"));
    assert_null(strstr(text, "\"=cmd|"));
    assert_non_null(strstr(text, "is not a number"));
}

/* The refused rows of ${p}, saved beside. */
static str
saved(struct fixture *f, const struct import_plan *p)
{
    str path = file_of(f, "refused.csv", S(""));
    int fd = open(cstr(f->keep, path), O_RDWR);
    int64_t n = 0;
    assert_ok(import_refused_write(f->propre, p, fd, &n, &f->error), &f->error);
    (void)close(fd);
    assert_int_equal(p->counts.refused, n);
    return path;
}

/* ${path} with one text put right in place of another. */
static str
put_right(struct fixture *f, str path, const char *wrong, const char *right)
{
    static char text[65536];
    int fd = open(cstr(f->keep, path), O_RDONLY);
    ssize_t n = read(fd, text, sizeof text);
    assert_true(fd >= 0 && n > 0);
    (void)close(fd);
    str s = {text, n};
    for (ptrdiff_t at; (at = str_find(s, str_of(wrong))) >= 0;)
        s = arena_printf(f->keep, "%.*s%s%.*s", STR_FMT(str_slice(s, 0, at)), right,
                         STR_FMT(str_slice(s, at + (ptrdiff_t)strlen(wrong), s.n)));
    return file_of(f, "right.csv", s);
}

/* What was refused, put right and imported again, is what it would have been at once. */
static void
refused_rows_come_back_as_they_were(void **state)
{
    struct fixture *f = *state;
    static const enum lang langs[] = {LANG_EN, LANG_FR};
    for (size_t i = 0; i < 2; i++) {
        str path = file_of(f, "club.csv",
                           S("published;text;=tag;likes\n"
                             "2025-11-24 18:00;=cmd|x;a;many\n"
                             "2025-11-24 19:00;'=cmd|x;-a;many\n"
                             "2025-11-24 20:00;plain;'a;many\n"
                             "2025-11-24 20:00;plain;'a;many\n"
                             "2025-11-24 21:00;-5;a;-5\n"));
        struct import_options with = options(f);
        struct import_plan p = plan(f, path, NULL);
        struct fixture_posts_row *posts;
        ptrdiff_t n = 0;
        with.lang = langs[i];
        assert_ok(import_mapping_set(&p.mapping, S("=tag=hashtags"), &f->error), &f->error);
        with.mapping = &p.mapping;
        p = plan(f, path, &with);
        assert_int_equal(5, p.counts.refused);
        str fingerprint = p.fingerprint;
        str refused_path = put_right(f, saved(f, &p), ",\"many\"", ",7");
        struct import_options again = options(f);
        again.mapping = with.mapping;
        p = plan(f, refused_path, &again);
        assert_true(
            str_eq(fingerprint, p.fingerprint)); /* what was said of its columns holds */
        assert_int_equal(4, p.mapping.columns_n);
        assert_int_equal(4, p.counts.ok + p.counts.warned);
        assert_int_equal(1, p.counts.left_out); /* the row that stood twice still does */
        assert_int_equal(1, p.counts.refused);
        assert_str("-5 is below zero, and a count cannot be",
                   import_note_text(&p.notes[p.notes_n - 1], LANG_EN, f->keep));
        struct import_outcome outcome = apply(f, &p);
        assert_ok(q_fixture_posts(f->propre->db, NULL, f->keep, &posts, &n, &f->error),
                  &f->error);
        assert_int_equal(3, n);
        assert_str("=cmd|x", posts[0].body);
        assert_str("'=cmd|x", posts[1].body);
        assert_str("-a", posts[1].hashtags);
        assert_str("'a", posts[2].hashtags);
        struct import_undone undone;
        assert_ok(import_undo(f->propre, f->workspace, outcome.import, &undone, &f->error),
                  &f->error);
    }
}

/* Notes are kept a page at a time, of the kind that is asked for; all of them are counted. */
static void
notes_come_in_pages(void **state)
{
    struct fixture *f = *state;
    auto_buf out;
    buf_init(&out, 1 << 20);
    buf_add(&out, S("date,text,likes\n2025-11-24,a,1\n2025-11-24,a,1\n"));
    for (int i = 0; i < 450; i++)
        buf_add(&out, S("2025-11-24,b,many\n"));
    str path = file_of(f, "many.csv", buf_str(&out));
    struct import_plan p = plan(f, path, NULL);
    assert_int_equal(IMPORT_NOTES_MAX, p.notes_n);
    assert_int_equal(451, p.notes_all);
    struct import_options with = options(f);
    with.notes_from = 400;
    p = plan(f, path, &with);
    assert_int_equal(51, p.notes_n);
    assert_int_equal(403, p.notes[0].line);
    assert_int_equal(451, p.notes_all);
    with.notes_of = VERDICT_ROW_ERROR;
    p = plan(f, path, &with);
    assert_int_equal(50, p.notes_n);
    assert_int_equal(450, p.notes_all);
    with.notes_of = VERDICT_ROW_WARNING;
    with.notes_from = 0;
    p = plan(f, path, &with);
    assert_int_equal(1, p.notes_n);
    assert_int_equal(3, p.notes[0].line);
}

/* A post without a date is taken in, but not as if all of it could be learned from. */
static void
posts_without_a_date_are_warned_of(void **state)
{
    struct fixture *f = *state;
    struct import_plan p = plan(
        f, file_of(f, "some.csv", S("date,text,likes\n2025-11-24,a,1\n,b,2\n-,c,3\n")), NULL);
    assert_int_equal(1, p.counts.ok);
    assert_int_equal(2, p.counts.warned);
    assert_int_equal(3, p.counts.posts_new);
    assert_int_equal(2, p.notes_n);
    assert_str("date", p.notes[0].column);
    assert_non_null(strstr(p.notes[0].why.format, "has no date"));
    p = plan(f, file_of(f, "none.csv", S("text,likes\na,1\nb,2\n")), NULL);
    assert_int_equal(2, p.counts.ok); /* said once, of the file */
    assert_int_equal(1, p.notes_n);
    assert_int_equal(0, p.notes[0].line);
    assert_non_null(strstr(p.notes[0].why.format, "no column holds the date"));
    p = plan(f, demo(f), NULL);
    assert_int_equal(500, p.counts.ok); /* weekday and hour are known */
}

/* Whoever says a word that is none is told all that are. */
static void
all_words_are_named(void **state)
{
    struct fixture *f = *state;
    struct import_plan p =
        plan(f, file_of(f, "a.csv", S("date,text,likes\n2025-11-24,a,1\n")), NULL);
    char text[4096];
    assert_fault(FAULT_INPUT, import_mapping_set(&p.mapping, S("text=joy"), &f->error),
                 &f->error, "joy");
    error_text(&f->error, NULL, NULL, text, sizeof text);
    for (int i = 0; i < FIELDS_N + METRICS_N; i++) {
        struct import_column c = {.field = i < FIELDS_N ? (enum import_field)i : FIELD_METRIC,
                                  .metric = i < FIELDS_N ? (enum metric)0
                                                         : (enum metric)(i - FIELDS_N)};
        if (i != FIELD_METRIC)
            assert_non_null(strstr(text, cstr(f->keep, import_column_word(&c))));
    }
}

static void
columns_have_an_example(void **state)
{
    struct fixture *f = *state;
    str text = arena_printf(f->keep,
                            "date,text,likes,none\n2025-11-24,,many,\n"
                            "2025-11-25, %0500d ,2, \n",
                            7);
    struct import_plan p = plan(f, file_of(f, "examples.csv", text), NULL);
    assert_str("2025-11-24", p.mapping.columns[0].example);
    assert_int_equal(60, p.mapping.columns[1].example.n);
    assert_str("many", p.mapping.columns[2].example);
    assert_null(p.mapping.columns[3].example.p);
}

/* Twenty rows of long words, each more like a header than the last: memory stays what it is. */
static void
long_headers_take_no_room(void **state)
{
    struct fixture *f = *state;
    auto_buf out;
    buf_init(&out, 64 << 20);
    for (int row = 1; row <= 20; row++) {
        for (int cell = 0; cell < 300; cell++) {
            buf_addf(&out, "%s", cell < row ? "likes" : "");
            for (int i = 0; cell >= row && i < 500; i++)
                buf_add(&out, S("long é "));
            buf_add(&out, cell < 299 ? S(",") : S("\n"));
        }
    }
    str path = file_of(f, "wide.csv", buf_str(&out));
    struct import_options with = options(f);
    struct import_plan p;
    const char *before = f->keep->at;
    enum fault fault = import_plan_make(f->propre, path, &with, f->keep, &p, &f->error);
    assert_true(fault == OK || fault == FAULT_INPUT);
    assert_in_range(f->keep->at - before, 0, 4 << 20);
}

/* Real exports beside the project, where they are; elsewhere the test says that it did nothing. */
static void
real_files_beside_the_project(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *name, *map;
        int64_t rows, posts;
    } files[] = {
        {"twitter/twitter-ratio_BarackObama.csv", "text=ignore", 3207, 3207},
        {"facebook/fb_live_sellers_thailand_Live.csv", "num_likes=likes", 7050, 6997},
    };
    if (access(cstr(f->keep, source_path(f, "../shared/data")), R_OK)) {
        print_message(
            "../shared/data is not here: real files beside the project are not tried\n");
        skip();
    }
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        str path = source_path(
            f, cstr(f->keep, arena_printf(f->keep, "../shared/data/%s", files[i].name)));
        struct import_options with = options(f);
        struct channel c = {.workspace = f->workspace,
                            .network = NETWORK_OTHER,
                            .handle = str_of(files[i].name),
                            .name = S("Real")};
        assert_ok(channel_insert(f->propre, &c, &with.channel, &f->error), &f->error);
        struct import_plan p = plan(f, path, &with);
        assert_int_equal(ASK_MAPPING, p.asks);
        assert_ok(import_mapping_set(&p.mapping, str_of(files[i].map), &f->error), &f->error);
        with.mapping = &p.mapping;
        p = plan(f, path, &with);
        assert_int_equal(0, p.asks);
        assert_int_equal(files[i].rows, p.counts.rows);
        assert_int_equal(files[i].posts, p.counts.posts_new);
        assert_int_equal(files[i].rows - files[i].posts, p.counts.left_out + p.counts.refused);
        (void)apply(f, &p);
    }
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        T(the_500_posts_come_in_whole),
        T(empty_cells_are_unknown_and_not_zero),
        T(the_same_file_twice_adds_nothing),
        T(undoing_leaves_what_was_before),
        T(x_analytics_is_a_snapshot_of_its_day),
        T(undoing_the_first_keeps_what_the_second_knows),
        T(an_id_spoiled_by_a_spreadsheet_is_found_by_its_address),
        T(old_twitter_times_are_utc),
        T(an_unknown_file_is_mapped_once_and_remembered),
        T(open_questions_are_asked_and_not_guessed),
        T(several_channels_of_a_network_are_asked_about),
        T(a_file_changed_meanwhile_is_refused_whole),
        T(stopping_writes_nothing),
        T(rebuilding_gives_the_same_sums),
        T(files_that_cannot_be_read_say_why),
        T(nasty_files_get_the_report_written_down),
        T(refused_rows_can_be_saved_and_are_harmless),
        T(refused_rows_come_back_as_they_were),
        T(notes_come_in_pages),
        T(columns_have_an_example),
        T(posts_without_a_date_are_warned_of),
        T(all_words_are_named),
        T(long_headers_take_no_room),
        T(real_files_beside_the_project),
    };
    if (testdb_skips())
        return 0;
    if (!mkdtemp(folder))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    (void)nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    return failed;
}
