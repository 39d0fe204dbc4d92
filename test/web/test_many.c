#include "house.h"

#include "base/sanitize.h"

/* A brand of ten thousand posts: pages stay pages, whatever the number of rows behind them. */

/* A second time, under the sanitizers on the second engine, fewer show as much. */
static int
posts_n(void)
{
    return SANITIZED && testdb_is_postgres() ? 2000 : 10000;
}

/* "10,000 posts were added." */
static bool
sees_number_and(const struct browser *b, const char *words)
{
    char text[64];
    (void)snprintf(text, sizeof text, "%d,000 %s", posts_n() / 1000, words);
    return browser_sees(b, text);
}

enum {
    PAGE_BYTES_MAX =
        400 * 1000,     /* with fifty rows, their pictures' numbers and the tables of those */
    STATEMENTS_MAX = 25 /* none asks once a row */
};

static str
many_rows(struct buf *out)
{
    buf_add(out, S("Tweet id,Tweet permalink,Tweet text,time,impressions,engagements,likes,"
                   "replies,retweets\n"));
    for (int i = 1; i <= posts_n(); i++)
        buf_addf(out,
                 "%d,https://x.com/demo/status/%d,%s %d about "
                 "tea,2025-%02d-%02d %02d:00 +0000,%d,%d,%d,%d,%d\n",
                 1000000 + i, 1000000 + i, i == 1 ? "\"=cmd|' /C calc'!A0\"" : "Post", i,
                 i % 12 + 1, i % 28 + 1, i % 24, 100 + i % 5000, i % 50, i % 20, i % 5, i % 7);
    return buf_str(out);
}

/* Where the last answer points. */
static const char *
pointed_to(const struct browser *b)
{
    return cstr(&b->house->db.keep, answer_value(b->answer, "Location"));
}

static void
page_is_bounded(struct browser *b, const char *path)
{
    int status = browser_get(b, path);
    ptrdiff_t n = answer_body(b->answer).n;
    if (status != 200 || n < 1000 || n > PAGE_BYTES_MAX || b->statements > STATEMENTS_MAX)
        fail_msg("GET %s: status %d, %td bytes, %d statements", path, status, n, b->statements);
}

static ptrdiff_t
count(str text, str part)
{
    ptrdiff_t n = 0;
    for (ptrdiff_t at; (at = str_find(text, part)) >= 0; n++)
        text = str_slice(text, at + part.n, text.n);
    return n;
}

static void
test_pages_of_many_posts(void **state)
{
    struct house *house = *state;
    struct browser b;
    browser_open(&b, house);
    browser_enter(&b, house->owner);
    assert_int_equal(200, browser_get(&b, "/import"));
    auto_buf file;
    buf_init(&file, 8 << 20);
    assert_int_equal(303, browser_upload(&b, "/import", S("many.csv"), many_rows(&file)));
    const char *dry = pointed_to(&b);
    page_is_bounded(&b, dry);
    assert_int_equal(
        303,
        browser_post(&b, cstr(&house->db.keep, arena_printf(&house->db.keep, "%s/apply", dry)),
                     ""));
    page_is_bounded(&b, pointed_to(&b));
    assert_true(sees_number_and(&b, "posts were added."));

    static const char *const pages[] = {"/",
                                        "/learning",
                                        "/import",
                                        "/results?sort=reach",
                                        "/results?q=tea",
                                        "/results?q=nothing",
                                        "/results?page=200",
                                        "/results?page=999999",
                                        "/results"};
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        page_is_bounded(&b, pages[i]);
    assert_true(sees_number_and(&b, "posts"));
    assert_int_equal(50, count(answer_body(b.answer), S("<th scope=\"row\"><a href=\"/post/")));
    page_is_bounded(&b, "/post/1");

    /* The list as a file has every row, and none that a spreadsheet would run. */
    assert_int_equal(200, browser_get(&b, "/results.csv"));
    assert_int_equal(posts_n() + 1, count(answer_body(b.answer), S("\r\n")));
    assert_true(browser_sees(&b, "'=cmd|"));
    assert_false(browser_sees(&b, "\"=cmd|") || browser_sees(&b, "\n=cmd|"));

    /* One press takes all of it back. */
    assert_int_equal(200, browser_get(&b, "/import"));
    assert_int_equal(303, browser_post(&b, "/import/1/undo", ""));
    assert_int_equal(404, browser_get(&b, "/post/1"));
}

int
main(void)
{
    if (testdb_skips())
        return 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_pages_of_many_posts, house_setup, house_teardown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
