#include "t.h"

#include "file.h"
#include "query_parse.h"

/*
 * Golden cases, as for mkpage: "=== name", then the .sql, then "--- gives" with the header and the source,
 * or "--- fails" with the message. The file is src/trial/sql/t.sql. Text before the first case is a comment.
 */
enum { CASES_MAX = 200, CASE_FILE_MAX = 1 << 20, OUT_MAX = 1 << 20 };

struct query_case {
    str name, sql, expected;
    bool fails;
};

struct cases {
    struct arena arena;
    struct query_case at[CASES_MAX];
    int32_t n;
};

/* Takes the part before a line that begins with ${mark}, and the mark. */
static str
until(str *text, str mark)
{
    ptrdiff_t at = str_find(*text, mark);
    ptrdiff_t end = at < 0 ? text->n : at + 1; /* with the newline before the mark */
    str head = str_slice(*text, 0, end);
    *text = str_slice(*text, at < 0 ? end : at + mark.n, text->n);
    return head;
}

static void
cases_read(struct cases *cases, const char *path)
{
    struct error error = {0};
    str text;
    assert_ok(file_read(path, CASE_FILE_MAX, &cases->arena, &text, &error), &error);
    (void)until(&text, S("\n=== "));
    while (text.n > 0) {
        assert_true(cases->n < CASES_MAX);
        struct query_case *c = &cases->at[cases->n++];
        assert_true(str_cut(&text, '\n', &c->name));
        str rest = until(&text, S("\n=== "));
        c->sql = until(&rest, S("\n--- "));
        c->fails = str_starts(rest, S("fails\n"));
        assert_true(c->fails || str_starts(rest, S("gives\n")));
        c->expected = str_slice(rest, 6, rest.n);
    }
}

static str
outcome(const struct query_case *c, struct arena *arena, bool *ret_failed)
{
    struct error error = {0};
    struct sql_file file;
    auto_buf out;
    buf_init(&out, OUT_MAX);
    *ret_failed = sql_parse(S("src/trial/sql/t.sql"), c->sql, arena, &file, &error) != OK;
    if (*ret_failed) {
        char message[2048];
        error_text(&error, NULL, NULL, message, (ptrdiff_t)sizeof message);
        buf_addf(&out, "%s\n", message);
    } else {
        sql_emit_header(S("trial"), &file, 1, &out);
        sql_emit_source(S("trial"), &file, 1, &out);
    }
    return arena_str(arena, buf_str(&out));
}

static void
test_case(void **state)
{
    const struct query_case *c = *state;
    struct arena_region region;
    struct arena arena = arena_reserve(1 << 26, &region);
    bool failed;
    str text = outcome(c, &arena, &failed);
    if (failed != c->fails || !str_eq(str_trim(text), str_trim(c->expected))) {
        (void)fprintf(stderr, "<<< %.*s\n%.*s>>>\n", STR_FMT(c->name), STR_FMT(text));
        fail_msg("%.*s: made what stands above between <<< and >>>", STR_FMT(c->name));
    }
    arena_release(&region);
}

int
main(int argc, char **argv)
{
    static struct cases cases;
    static struct CMUnitTest tests[CASES_MAX];
    struct arena_region region;
    cases.arena = arena_reserve(1 << 26, &region);
    for (int i = 1; i < argc; i++)
        cases_read(&cases, argv[i]);
    for (int32_t i = 0; i < cases.n; i++)
        tests[i] = (struct CMUnitTest){cstr(&cases.arena, cases.at[i].name), test_case, NULL,
                                       NULL, &cases.at[i]};
    int failed = _cmocka_run_group_tests("mkquery", tests, (size_t)cases.n, NULL, NULL);
    arena_release(&region);
    return failed;
}
