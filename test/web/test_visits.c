#include "house.h"

#include "base/number.h"
#include "web/asset.h"

/*
 * Visits written down as one reads them, in the .case files. "=== name" begins a visit with a fresh house and
 * a browser without cookies. Then, a line each:
 *   as owner|editor|reader        signs in
 *   GET path, HEAD path, POST path fields…   {link} is a fresh one-time link's path of the owner,
 *                                 {css} the style sheet's; a POST carries the last form's token
 *   BARE path fields…             a POST without it
 *   UPLOAD path file-name content  as the form of the imports does; \\n and \\0 in the content
 *   header Name: value            with every request from now on; "header" alone: none
 *   follow                        GET where the last answer points
 *   at                            where the last "follow" led is {at} from now on
 *   later N                       N minutes pass
 *   keep name                     remembers a cookie's value; "fresh name": it is another now
 *   < status                      of the last answer
 *   asks N                        the last request asked the data at most so often
 *   is Name: value                its header; "has text", "lacks text": its body
 */
enum { CASES_MAX = 100, CASE_BYTES_MAX = 1 << 20 };

struct visit {
    str name, lines;
};

struct visiting {
    struct house house;
    struct browser browser;
    int status;
    str link, kept, at;
    str page; /* where the last "follow" led */
    str line;
};

static const char *
filled(struct visiting *v, str text)
{
    struct arena *keep = &v->house.db.keep;
    static const struct {
        const char *mark;
    } marks[] = {{"{link}"}, {"{css}"}, {"{at}"}};
    for (size_t i = 0; i < 3; i++) {
        ptrdiff_t at = str_find(text, str_of(marks[i].mark));
        if (at < 0)
            continue;
        if (i == 0 && !v->link.p)
            v->link = house_link(&v->house, v->house.owner);
        str with = i == 0 ? v->link : i == 1 ? asset_url("app.css") : v->at;
        text = arena_printf(
            keep, "%.*s%.*s%.*s", (int)at, text.p, STR_FMT(with),
            STR_FMT(str_slice(text, at + (ptrdiff_t)strlen(marks[i].mark), text.n)));
    }
    return cstr(keep, text);
}

static void
fails(struct visiting *v, const char *what)
{
    fail_msg("\"%.*s\": %s; the answer was\n%.*s", STR_FMT(v->line), what,
             STR_FMT(str_slice(v->browser.answer, 0, 6000)));
}

static void
do_enter(struct visiting *v, str role)
{
    int64_t person = str_eq(role, S("owner"))    ? v->house.owner
                     : str_eq(role, S("editor")) ? v->house.editor
                                                 : v->house.reader;
    browser_enter(&v->browser, person);
}

static void
do_post(struct visiting *v, str rest, bool bare)
{
    str path;
    (void)str_cut(&rest, ' ', &path);
    const char *fields = cstr(&v->house.db.keep, rest);
    v->status = bare ? browser_post_as_is(&v->browser, filled(v, path), fields)
                     : browser_post(&v->browser, filled(v, path), fields);
}

static void
do_upload(struct visiting *v, str rest)
{
    str path, name;
    (void)str_cut(&rest, ' ', &path);
    (void)str_cut(&rest, ' ', &name);
    char *content = new (&v->house.db.keep, char, rest.n + 1);
    ptrdiff_t n = 0;
    for (ptrdiff_t i = 0; i < rest.n; i++) {
        bool escape = rest.p[i] == '\\' && i + 1 < rest.n;
        content[n++] = !escape ? rest.p[i] : rest.p[++i] == 'n' ? '\n' : '\0';
    }
    v->status = browser_upload(&v->browser, filled(v, path), name, (str){content, n});
}

static void
do_follow(struct visiting *v)
{
    v->page = answer_value(v->browser.answer, "Location");
    v->status = browser_get(&v->browser, cstr(&v->house.db.keep, v->page));
}

static void
do_header(struct visiting *v, str rest)
{
    v->browser.headers =
        rest.n ? arena_printf(&v->house.db.keep, "%.*s\r\n", STR_FMT(rest)) : S("");
}

static void
do_later(struct visiting *v, str rest)
{
    struct error error;
    int64_t minutes;
    assert_ok(parse_i64(rest, 1, 100000, &minutes, &error), &error);
    v->house.db.now.us += minutes * 60 * 1000000;
}

static void
check_status(struct visiting *v, str rest)
{
    struct error error;
    int64_t status;
    assert_ok(parse_i64(rest, 0, 599, &status, &error), &error);
    if (v->status != status)
        fails(v, "another status");
}

static void
check_statements(struct visiting *v, str rest)
{
    struct error error;
    int64_t most;
    assert_ok(parse_i64(rest, 0, 1000, &most, &error), &error);
    if (v->browser.statements > most)
        fail_msg("\"%.*s\": %d statements", STR_FMT(v->line), v->browser.statements);
}

static void
check_header(struct visiting *v, str rest)
{
    str name;
    assert_true(str_cut(&rest, ':', &name));
    str value = answer_value(v->browser.answer, cstr(&v->house.db.keep, name));
    str want = str_of(filled(v, str_trim(rest)));
    if (want.n == 0 ? value.p != NULL : !str_eq(value, want))
        fails(v, "another value");
}

static void
act(struct visiting *v, str word, str rest)
{
    const char *path = filled(v, rest);
    if (str_eq(word, S("as")))
        do_enter(v, rest);
    else if (str_eq(word, S("GET")))
        v->status = browser_get(&v->browser, path);
    else if (str_eq(word, S("HEAD")))
        v->status = browser_head(&v->browser, path);
    else if (str_eq(word, S("POST")) || str_eq(word, S("BARE")))
        do_post(v, rest, str_eq(word, S("BARE")));
    else if (str_eq(word, S("UPLOAD")))
        do_upload(v, rest);
    else if (str_eq(word, S("header")))
        do_header(v, rest);
    else if (str_eq(word, S("follow")))
        do_follow(v);
    else if (str_eq(word, S("at")))
        v->at = v->page;
    else if (str_eq(word, S("later")))
        do_later(v, rest);
    else if (str_eq(word, S("keep")))
        v->kept = browser_cookie(&v->browser, path);
    else
        fails(v, "no such word");
}

static void
check(struct visiting *v, str word, str rest)
{
    if (str_eq(word, S("<")))
        check_status(v, rest);
    else if (str_eq(word, S("is")))
        check_header(v, rest);
    else if (str_eq(word, S("asks")))
        check_statements(v, rest);
    else if (str_eq(word, S("has")) && !browser_sees(&v->browser, filled(v, rest)))
        fails(v, "not there");
    else if (str_eq(word, S("lacks")) && browser_sees(&v->browser, filled(v, rest)))
        fails(v, "there");
    else if (str_eq(word, S("fresh")) &&
             str_eq(v->kept, browser_cookie(&v->browser, filled(v, rest))))
        fails(v, "the same cookie");
}

static void
test_visit(void **state)
{
    static struct visiting v;
    const struct visit *visit = *state;
    str lines = visit->lines, line;
    v = (struct visiting){0};
    house_open(&v.house);
    browser_open(&v.browser, &v.house);
    for (bool more = true; more;) {
        more = str_cut(&lines, '\n', &line);
        if (line.n == 0 || line.p[0] == '#')
            continue;
        v.line = line;
        str rest = line, word;
        (void)str_cut(&rest, ' ', &word);
        bool is_check = str_eq(word, S("<")) || str_eq(word, S("is")) ||
                        str_eq(word, S("has")) || str_eq(word, S("lacks")) ||
                        str_eq(word, S("fresh")) || str_eq(word, S("asks"));
        if (is_check)
            check(&v, word, rest);
        else
            act(&v, word, rest);
    }
    house_close(&v.house);
}

static int32_t
visits_read(const char *path, struct arena *keep, struct visit *ret)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    char *p = new (keep, char, CASE_BYTES_MAX);
    str text = {p, (ptrdiff_t)fread(p, 1, CASE_BYTES_MAX - 1, f)};
    (void)fclose(f);
    int32_t n = 0;
    ptrdiff_t at = str_find(text, S("\n=== "));
    while (at >= 0 && n < CASES_MAX) {
        text = str_slice(text, at + 5, text.n);
        at = str_find(text, S("\n=== "));
        str body = str_slice(text, 0, at < 0 ? text.n : at);
        (void)str_cut(&body, '\n', &ret[n].name);
        ret[n++].lines = body;
    }
    return n;
}

int
main(int argc, char **argv)
{
    static struct visit visits[CASES_MAX];
    struct CMUnitTest tests[CASES_MAX];
    struct arena_region region;
    if (testdb_skips())
        return 0;
    struct arena keep = arena_reserve(16 << 20, &region);
    int32_t n = 0;
    for (int i = 1; i < argc; i++)
        n += visits_read(argv[i], &keep, visits + n);
    for (int32_t i = 0; i < n; i++)
        tests[i] = (struct CMUnitTest){.name = cstr(&keep, visits[i].name),
                                       .test_func = test_visit,
                                       .initial_state = &visits[i]};
    int failures = _cmocka_run_group_tests("visits", tests, (size_t)n, NULL, NULL);
    arena_release(&region);
    return failures;
}
