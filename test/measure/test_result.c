#include "fixture.h"

#include <math.h>

#include "measure/import.h"
#include "measure/result.h"
#include "strategy/channel.h"
#include "strategy/objective.h"
#include "tactic/tactic.h"

static void
import_demo(struct fixture *f)
{
    const char *root = getenv("PROPRE_SOURCE");
    str path =
        arena_printf(f->keep, "%s/src/measure/demo/facebook_metrics.csv", root ? root : ".");
    struct import_options options = {.workspace = f->workspace, .zone = S("Europe/Paris")};
    struct import_plan plan;
    struct import_outcome outcome;
    assert_ok(import_plan_make(f->propre, path, &options, f->keep, &plan, &f->error),
              &f->error);
    assert_ok(import_apply(f->propre, &plan, NULL, &outcome, &f->error), &f->error);
}

static bool
near(double a, double b)
{
    return fabs(a - b) < 1e-9;
}

/* Figures of the file itself: R's quantile(), type 7, over column "Total Interactions". */
static void
summaries_of_the_demo(void **state)
{
    struct fixture *f = *state;
    struct result_filter all = {.workspace = f->workspace};
    struct result_summary s;
    import_demo(f);
    assert_ok(result_summarise(f->propre, &all, METRIC_INTERACTIONS, *f->keep, &s, &f->error),
              &f->error);
    assert_int_equal(500, s.posts);
    assert_int_equal(500, s.known);
    assert_int_equal(106060, s.sum);
    assert_true(near(s.mean, 212.12) && near(s.median, 123.5) && near(s.q1, 71.0) &&
                near(s.q3, 228.5));
    assert_true(near(s.min, 0) && near(s.max, 6334));
    assert_ok(result_summarise(f->propre, &all, METRIC_LIKES, *f->keep, &s, &f->error),
              &f->error);
    assert_int_equal(499, s.known); /* the blank one is not zero */
}

static void
groups_by_tactic_and_format(void **state)
{
    struct fixture *f = *state;
    struct result_filter all = {.workspace = f->workspace};
    struct result_group *g;
    ptrdiff_t n = 0;
    int64_t posts = 0;
    import_demo(f);
    assert_ok(result_groups(f->propre, &all, METRIC_INTERACTIONS, RESULT_BY_FORMAT, f->keep, &g,
                            &n, &f->error),
              &f->error);
    assert_int_equal(4, n);
    for (ptrdiff_t i = 0; i < n; i++) {
        posts += g[i].summary.posts;
        assert_true(i == 0 || g[i - 1].summary.median >= g[i].summary.median);
        if (str_eq(g[i].label, S("photo")))
            assert_int_equal(426, g[i].summary.posts);
    }
    assert_int_equal(500, posts);
    assert_ok(result_groups(f->propre, &all, METRIC_INTERACTIONS, RESULT_BY_TACTIC, f->keep, &g,
                            &n, &f->error),
              &f->error);
    assert_int_equal(3, n);
    assert_ok(result_groups(f->propre, &all, METRIC_INTERACTIONS, RESULT_BY_PAID, f->keep, &g,
                            &n, &f->error),
              &f->error);
    assert_int_equal(3, n);
    assert_true(g[2].not_known);
    assert_int_equal(1, g[2].summary.posts);
    assert_ok(result_groups(f->propre, &all, METRIC_INTERACTIONS, RESULT_BY_WEEKDAY, f->keep,
                            &g, &n, &f->error),
              &f->error);
    assert_int_equal(7, n);
    assert_int_equal(1, g[0].key.is);
}

/* Sorted by each column of names and by a metric, both ways; what has none comes last both ways. */
static void
lists_sort_both_ways(void **state)
{
    struct fixture *f = *state;
    struct result_filter filter = {.workspace = f->workspace};
    struct result_page page = {.order = RESULT_NAMED, .limit = POST_PAGE_MAX};
    struct result_post *posts;
    ptrdiff_t n = 0;
    import_demo(f);
    static const enum result_by named[] = {RESULT_BY_FORMAT, RESULT_BY_TACTIC};
    for (int i = 0; i < 4; i++) {
        page.by = named[i / 2];
        page.reversed = i % 2;
        assert_ok(result_posts(f->propre, &filter, &page, f->keep, &posts, &n, &f->error),
                  &f->error);
        assert_true(n == 500 || n == POST_PAGE_MAX);
        for (ptrdiff_t k = 1; k < n; k++) {
            bool by_format = page.by == RESULT_BY_FORMAT;
            str a = by_format ? posts[k - 1].format : posts[k - 1].tactic_name;
            str b = by_format ? posts[k].format : posts[k].tactic_name;
            assert_true(page.reversed ? str_cmp(a, b) >= 0 : str_cmp(a, b) <= 0);
        }
    }
    page = (struct result_page){
        .order = RESULT_MOST, .metric = METRIC_SHARES, .reversed = true, .limit = 500};
    assert_ok(result_posts(f->propre, &filter, &page, f->keep, &posts, &n, &f->error),
              &f->error);
    for (ptrdiff_t k = 1; k < n; k++) {
        struct maybe_int a = posts[k - 1].metrics[METRIC_SHARES],
                         b = posts[k].metrics[METRIC_SHARES];
        assert_true(a.has ? !b.has || a.is <= b.is : !b.has);
    }
    assert_false(posts[n - 1].metrics[METRIC_SHARES].has); /* four are not recorded */
}

static void
lists_filter_sort_and_page(void **state)
{
    struct fixture *f = *state;
    struct result_filter filter = {.workspace = f->workspace};
    struct result_page page = {
        .order = RESULT_MOST, .metric = METRIC_INTERACTIONS, .limit = 20};
    struct result_post *posts;
    ptrdiff_t n = 0;
    int64_t count = 0, seen = 0, last = INT64_MAX;
    import_demo(f);
    filter.format = S("photo");
    assert_ok(result_count(f->propre, &filter, &count, &f->error), &f->error);
    assert_int_equal(426, count);
    do {
        assert_ok(result_posts(f->propre, &filter, &page, f->keep, &posts, &n, &f->error),
                  &f->error);
        for (ptrdiff_t i = 0; i < n; i++) {
            assert_true(posts[i].metrics[METRIC_INTERACTIONS].is <= last);
            last = posts[i].metrics[METRIC_INTERACTIONS].is;
            assert_str("photo", posts[i].format);
            assert_str("facebook", posts[i].network);
            assert_true(posts[i].tactic_name.n > 0);
        }
        seen += n;
        page.offset += n;
    } while (n > 0);
    assert_int_equal(426, seen);
    page = (struct result_page){.order = RESULT_OLDEST, .limit = 1};
    assert_ok(result_posts(f->propre, &filter, &page, f->keep, &posts, &n, &f->error),
              &f->error);
    int64_t first = posts[0].id;
    page.order = RESULT_NEWEST;
    assert_ok(result_posts(f->propre, &filter, &page, f->keep, &posts, &n, &f->error),
              &f->error);
    assert_true(posts[0].id > first);
    /* another workspace sees nothing of it */
    filter.workspace++;
    assert_ok(result_count(f->propre, &filter, &count, &f->error), &f->error);
    assert_int_equal(0, count);
}

static int64_t
add_post(struct fixture *f, int64_t channel, const char *body, int64_t published_us)
{
    struct post p = {.workspace = f->workspace, .channel = channel, .intent = INTENT_ADHOC};
    uint8_t content[POST_CONTENT_BYTES];
    int64_t id = 0;
    p.body = str_of(body);
    p.published_us = some_int(published_us);
    post_content(&p, content);
    p.identity = post_identity(&p, content, 1, f->keep);
    assert_ok(post_insert(f->propre, &p, &id, &f->error), &f->error);
    return id;
}

static void
searching_takes_signs_as_they_are(void **state)
{
    struct fixture *f = *state;
    struct channel c = {.workspace = f->workspace, .network = NETWORK_BLOG, .name = S("Blog")};
    struct result_filter filter = {.workspace = f->workspace};
    int64_t channel = 0, n = 0;
    assert_ok(channel_insert(f->propre, &c, &channel, &f->error), &f->error);
    int64_t sale = add_post(f, channel, "50% off, really", 1000000);
    (void)add_post(f, channel, "500 visitors", 2000000);
    static const struct {
        const char *search;
        int64_t n;
    } cases[] = {{"50%", 1}, {"50", 2}, {"OFF", 1},        {"_", 0},
                 {"\\", 0},  {"  ", 2}, {"' OR 1=1 --", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        filter.search = str_of(cases[i].search);
        assert_ok(result_count(f->propre, &filter, &n, &f->error), &f->error);
        if (n != cases[i].n)
            fail_msg("\"%s\" found %lld", cases[i].search, (long long)n);
    }
    filter = (struct result_filter){.workspace = f->workspace, .before_us = some_int(1500000)};
    assert_ok(result_count(f->propre, &filter, &n, &f->error), &f->error);
    assert_int_equal(1, n);
    filter = (struct result_filter){.workspace = f->workspace, .tactic = some_int(0)};
    assert_ok(post_archive(f->propre, f->workspace, sale, true, &f->error), &f->error);
    assert_ok(result_count(f->propre, &filter, &n, &f->error), &f->error);
    assert_int_equal(1, n);
}

static void
the_overview_says_what_there_is(void **state)
{
    struct fixture *f = *state;
    struct result_overview o;
    assert_ok(result_overview(f->propre, f->workspace, &o, &f->error), &f->error);
    assert_int_equal(0, o.posts);
    assert_false(o.last_import.has || o.first_us.has);
    import_demo(f);
    assert_ok(result_overview(f->propre, f->workspace, &o, &f->error), &f->error);
    assert_int_equal(500, o.posts);
    assert_int_equal(500, o.undated);
    assert_int_equal(3, o.tactics);
    assert_int_equal(1, o.imports);
    assert_true(o.last_import_us.has && o.last_import_us.is == f->t.now.us);
    assert_int_equal(500, o.known[METRIC_REACH]);
    assert_int_equal(496, o.known[METRIC_SHARES]);
    assert_int_equal(6951680, o.sums[METRIC_REACH]);
    assert_int_equal(METRIC_INTERACTIONS, result_main_metric(&o));
}

static void
what_serves_an_objective_is_added_up(void **state)
{
    struct fixture *f = *state;
    struct objective o = {.workspace = f->workspace,
                          .name = S("More"),
                          .metric = S("interactions"),
                          .target = some_real(10),
                          .state = OBJECTIVE_ACTIVE};
    struct tactic *tactics;
    struct result_group *g;
    ptrdiff_t n = 0, groups_n = 0;
    int64_t id = 0, sum = 0, posts = 0;
    import_demo(f);
    assert_ok(objective_insert(f->propre, &o, &id, &f->error), &f->error);
    assert_ok(tactic_list(f->propre, f->workspace, f->keep, &tactics, &n, &f->error),
              &f->error);
    assert_str("Inspiration", tactics[0].name);
    assert_int_equal(155, tactics[0].posts_n);
    assert_ok(tactic_serve(f->propre, f->workspace, tactics[0].id, &id, 1, &f->error),
              &f->error);
    assert_ok(result_for_objective(f->propre, f->workspace, id, METRIC_INTERACTIONS,
                                   (struct result_span){0}, &sum, &posts, &f->error),
              &f->error);
    assert_int_equal(155, posts);
    struct result_filter filter = {.workspace = f->workspace,
                                   .tactic = some_int(tactics[0].id)};
    assert_ok(result_groups(f->propre, &filter, METRIC_INTERACTIONS, RESULT_BY_TACTIC, f->keep,
                            &g, &groups_n, &f->error),
              &f->error);
    assert_int_equal(1, groups_n);
    assert_int_equal(g[0].summary.sum, sum);
}

static void
a_post_shows_all_its_numbers(void **state)
{
    struct fixture *f = *state;
    struct result_point *points;
    struct result_post *posts;
    struct result_filter filter = {.workspace = f->workspace};
    struct result_page page = {.order = RESULT_OLDEST, .limit = 1};
    ptrdiff_t n = 0;
    import_demo(f);
    assert_ok(result_posts(f->propre, &filter, &page, f->keep, &posts, &n, &f->error),
              &f->error);
    assert_ok(
        result_points(f->propre, f->workspace, posts[0].id, f->keep, &points, &n, &f->error),
        &f->error);
    assert_int_equal(13, n);
    bool seen = false;
    for (ptrdiff_t i = 0; i < n; i++) {
        if (str_eq(points[i].native, S("Lifetime Post Total Reach"))) {
            seen = true;
            assert_str("reach", points[i].metric);
            assert_true(near(points[i].value.is, 2752));
            assert_str("import", points[i].source);
        }
    }
    assert_true(seen);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        T(summaries_of_the_demo),
        T(groups_by_tactic_and_format),
        T(lists_sort_both_ways),
        T(lists_filter_sort_and_page),
        T(searching_takes_signs_as_they_are),
        T(the_overview_says_what_there_is),
        T(what_serves_an_objective_is_added_up),
        T(a_post_shows_all_its_numbers),
    };
    if (testdb_skips())
        return 0;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
