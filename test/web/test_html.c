#include "t.h"

#include "base/json.h"
#include "base/text.h"
#include "markup.h"
#include "hostile.h"

enum { ELEMENTS = 9 /* of hostile.html */ };

static const char *const hostile_texts[] = {
    "plain",
    "",
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>",
    "' onmouseover='alert(1)",
    "\" onmouseover=\"alert(1)",
    "x' autofocus onfocus=alert(1) '",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "\x01javascript:alert(1)",
    "javascript&colon;alert(1)",
    "&#106;avascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example",
    "/\t/evil.example",
    "../../etc/passwd",
    "..",
    "<!--",
    "-->",
    "--!><script>",
    "]]>",
    "<![CDATA[",
    "<?php",
    "&lt;script&gt;",
    "&",
    "%00%0d%0a",
    "\x7f\x1b[31m",
    "\xff\xfe\xc0\xaf",
    "\xe2\x80\xae\xe2\x80\xa8\xe2\x80\xa9",
    "{{ x }}{% if %}",
    "%s%n%1$s",
    "`${alert(1)}`",
};
enum { TEXTS_N = sizeof hostile_texts / sizeof *hostile_texts };

struct fixture {
    struct arena_region region;
    struct arena arena;
    struct buf out;
    struct html h;
};

static int
setup(void **state)
{
    static struct fixture f;
    f.arena = arena_reserve(64 << 20, &f.region);
    buf_init(&f.out, 1 << 20);
    f.h = (struct html){.out = &f.out, .lang = LANG_FR, .scratch = &f.arena};
    *state = &f;
    return 0;
}

static int
teardown(void **state)
{
    struct fixture *f = *state;
    buf_release(&f->out);
    arena_release(&f->region);
    return 0;
}

/* The page's tokenizer reads what the page wrote: as many elements as were written, nothing left open. */
static int
elements(str page)
{
    struct markup m;
    struct buf ignored;
    int n = 0;
    markup_init(&m);
    buf_init(&ignored, 1 << 20);
    for (ptrdiff_t i = 0; i < page.n; i++) {
        /* What html_url writes for an address that is none; in a page's source it is refused. */
        if (m.address == MARKUP_ADDRESS_START &&
            str_starts(str_slice(page, i, page.n), S("about:blank\"")))
            i += 11;
        enum markup_where before = m.where;
        /* The island is what the compiler itself refuses to read; its content is checked apart. */
        if (m.where == MARKUP_ISLAND && str_starts(str_slice(page, i, page.n), S("</script>")))
            m.where = MARKUP_SCRIPT;
        const char *problem =
            m.where == MARKUP_ISLAND ? NULL : markup_feed(&m, page.p[i], &ignored);
        if (problem)
            fail_msg("%s at %td of\n%.*s", problem, i, STR_FMT(page));
        n += before == MARKUP_OPEN && m.where == MARKUP_TAG_NAME && !m.closing;
    }
    assert_int_equal(MARKUP_TEXT, m.where);
    buf_release(&ignored);
    return n;
}

static str
written(struct fixture *f, const char *text)
{
    struct buf json;
    struct json_writer w;
    buf_init(&json, 4096);
    json_writer_init(&w, &json);
    json_str(&w, str_of(text));
    struct hostile view = {str_of(text), buf_str(&json), text, 1234};
    buf_clear(&f->out);
    page_hostile(&f->h, &view);
    buf_release(&json);
    return buf_str(&f->out);
}

static void
test_nothing_becomes_markup(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < TEXTS_N; i++) {
        str page = written(f, hostile_texts[i]);
        assert_int_equal(ELEMENTS, elements(page));
        assert_true(str_find(page, S("onerror=alert(1)>")) < 0);
    }
}

static str
between(str page, const char *from, const char *to)
{
    ptrdiff_t at = str_find(page, str_of(from));
    assert_true(at >= 0);
    str rest = str_slice(page, at + (ptrdiff_t)strlen(from), page.n);
    return str_slice(rest, 0, str_find(rest, str_of(to)));
}

/* An address of another kind than ours is written as none, whatever it hides behind. */
static void
test_addresses(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < TEXTS_N; i++) {
        str href = between(written(f, hostile_texts[i]), "<a href=\"", "\"");
        bool served = str_starts(href, S("?")) || str_starts(href, S("#")) ||
                      (str_starts(href, S("/")) && !str_starts(href, S("//"))) ||
                      str_eq(href, S("about:blank"));
        if (!served)
            fail_msg("%s gave %.*s", hostile_texts[i], STR_FMT(href));
    }
    static const char *const kept[][2] = {
        {"https://a.example/b?c=d&e=f#g", "https://a.example/b?c=d&amp;e=f#g"},
        {"HTTP://A", "HTTP://A"},
        {"mailto:a@b.example", "mailto:a@b.example"},
        {"/a/b?c='d'", "/a/b?c=&#39;d&#39;"},
        {"/a b  c", "/a%20b%20%20c"},
        {"/", "/"},
        {"?a", "?a"},
        {"#a", "#a"},
        {"/é", "/é"},
    };
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        assert_str(kept[i][1], between(written(f, kept[i][0]), "<a href=\"", "\""));
}

/* A part stays one part: no "/", no "?", no "..", nothing that ends the attribute. */
static void
test_address_parts(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < TEXTS_N; i++) {
        str part = between(written(f, hostile_texts[i]), "<a href='/x/", "?q=");
        for (ptrdiff_t k = 0; k < part.n; k++)
            assert_true(
                strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~%",
                       part.p[k]));
        assert_false(str_eq(part, S("..")));
    }
    assert_str("a%2Fb%3Fc%C3%A9", between(written(f, "a/b?cé"), "<a href='/x/", "?q="));
}

/* The island gives back exactly what was put in, and cannot be left. */
static void
test_island(void **state)
{
    struct fixture *f = *state;
    struct error error;
    for (int i = 0; i < TEXTS_N; i++) {
        str island = between(written(f, hostile_texts[i]), "id=\"i\">", "</script>");
        assert_true(str_chr(island, '<') < 0);
        struct json *value;
        assert_ok(json_parse(&f->arena, island, &value, &error), &error);
        assert_true(str_eq(json_text(value), utf8_clean(&f->arena, str_of(hostile_texts[i]))));
    }
}

/* A reader of the text area finds what was typed, a leading line break included. */
static void
test_values_kept(void **state)
{
    struct fixture *f = *state;
    str page = written(f, "\n<b>&amp;\"'");
    assert_str("\n\n&lt;b&gt;&amp;amp;&quot;&#39;", between(page, "<textarea>", "</textarea>"));
    assert_str("\n\n&lt;b&gt;&amp;amp;&quot;&#39;", between(page, "<pre>", "</pre>"));
}

/* Numbers: grouped as French groups them where they are read, plain where they are used. */
static void
test_numbers(void **state)
{
    struct fixture *f = *state;
    str page = written(f, "x");
    assert_str("\"1234\" hidden>1\u202f234<", between(page, "data-n=", "/p"));
    assert_true(str_find(page, S("1\u202f234 posts of x")) >= 0);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {T(test_nothing_becomes_markup),
                                       T(test_addresses),
                                       T(test_address_parts),
                                       T(test_island),
                                       T(test_values_kept),
                                       T(test_numbers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
