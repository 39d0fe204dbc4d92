#include "t.h"

#include "file.h"
#include "page.h"

/*
 * Golden cases: "=== name", then the page, then "--- gives" and the C, or "--- fails" and the message.
 * The page's file name is p.html. What is before the first case is a comment.
 */
enum { CASES_MAX = 200, CASE_FILE_BYTES_MAX = 1 << 20 };

struct page_case {
    str name, page, expected;
    bool fails;
};

struct cases {
    struct arena_region region;
    struct arena arena;
    struct page_case at[CASES_MAX];
    int32_t n;
};

static str
until(str *text, const char *mark)
{
    ptrdiff_t at = str_find(*text, str_of(mark));
    ptrdiff_t end = at < 0 ? text->n : at + 1; /* with the newline before the mark */
    str head = str_slice(*text, 0, end);
    *text = str_slice(*text, at < 0 ? end : end + (ptrdiff_t)strlen(mark) - 1, text->n);
    return head;
}

static void
cases_read(struct cases *cases, const char *path)
{
    struct error error;
    str text;
    assert_ok(file_read(path, CASE_FILE_BYTES_MAX, &cases->arena, &text, &error), &error);
    (void)until(&text, "\n=== ");
    while (text.n > 0) {
        assert_true(cases->n < CASES_MAX);
        struct page_case *c = &cases->at[cases->n++];
        assert_true(str_cut(&text, '\n', &c->name));
        str rest = until(&text, "\n=== ");
        c->page = until(&rest, "\n--- ");
        c->fails = str_starts(rest, S("fails\n"));
        assert_true(c->fails || str_starts(rest, S("gives\n")));
        c->expected = str_slice(rest, 6, rest.n);
    }
}

/* Compiles one page; gives the C without its first lines, which are always the same, or the message. */
static str
outcome(struct page_case *c, struct arena *arena, bool *ret_failed)
{
    struct error error;
    struct page_unit unit;
    struct buf out;
    buf_init(&out, PAGE_OUT_BYTES_MAX);
    *ret_failed = page_compile(S("p.html"), c->page, arena, &unit, &out, &error) != OK;
    str text;
    if (*ret_failed) {
        char message[2048];
        error_text(&error, NULL, NULL, message, (ptrdiff_t)sizeof message);
        text = arena_printf(arena, "%s\n", message);
    } else {
        text = arena_str(arena, buf_str(&out));
        for (int i = 0; i < 4; i++)
            assert_true(str_cut(&text, '\n', &(str){0}));
    }
    buf_release(&out);
    return text;
}

static void
test_case(void **state)
{
    struct page_case *c = *state;
    struct arena_region region;
    struct arena arena = arena_reserve(1 << 24, &region);
    bool failed;
    str got = outcome(c, &arena, &failed);
    if (failed != c->fails || !str_eq(got, c->expected))
        fail_msg("%s:\n%.*s\ninstead of\n%.*s", failed ? "failed" : "gave", STR_FMT(got),
                 STR_FMT(c->expected));
    arena_release(&region);
}

/* The header holds each included file once, and every prototype. */
static void
test_header(void **state)
{
    (void)state;
    struct arena_region region;
    struct arena arena = arena_reserve(1 << 24, &region);
    struct page_unit units[2];
    struct buf out, header;
    struct error error;
    buf_init(&out, PAGE_OUT_BYTES_MAX);
    buf_init(&header, PAGE_OUT_BYTES_MAX);
    assert_ok(page_compile(S("a.html"), S("{% page a(int x) include \"web/views.h\" %}a"),
                           &arena, &units[0], &out, &error),
              &error);
    assert_ok(
        page_compile(S("b.html"),
                     S("{% page b() include \"web/views.h\" include \"c.h\" %}b{% page c() %}"),
                     &arena, &units[1], &out, &error),
        &error);
    page_header(units, 2, &header);
    assert_str("#pragma once\n/* Made by mkpage: every page of web/pages. */\n"
               "#include \"web/html.h\"\n#include \"web/views.h\"\n#include \"c.h\"\n\n"
               "/* a.html */\nvoid page_a(struct html *h, int x);\n"
               "/* b.html */\nvoid page_b(struct html *h);\nvoid page_c(struct html *h);\n",
               buf_str(&header));
    buf_release(&out);
    buf_release(&header);
    arena_release(&region);
}

int
main(int argc, char **argv)
{
    static struct cases cases;
    cases.arena = arena_reserve(1 << 24, &cases.region);
    for (int i = 1; i < argc; i++)
        cases_read(&cases, argv[i]);
    struct CMUnitTest tests[CASES_MAX + 1] = {cmocka_unit_test(test_header)};
    for (int32_t i = 0; i < cases.n; i++)
        tests[1 + i] = (struct CMUnitTest){.name = cstr(&cases.arena, cases.at[i].name),
                                           .test_func = test_case,
                                           .initial_state = &cases.at[i]};
    if (getenv("MKPAGE_PRINT")) { /* to write down a new case after reading what it gives */
        for (int32_t i = 0; i < cases.n; i++) {
            bool failed;
            str got = outcome(&cases.at[i], &cases.arena, &failed);
            (void)printf("=== %.*s\n%.*s--- %s\n%.*s", STR_FMT(cases.at[i].name),
                         STR_FMT(cases.at[i].page), failed ? "fails" : "gives", STR_FMT(got));
        }
        return 0;
    }
    int failures = _cmocka_run_group_tests("mkpage", tests, (size_t)cases.n + 1, NULL, NULL);
    arena_release(&cases.region);
    return failures;
}
