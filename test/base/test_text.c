#include "../shared.h"

#include "base/text.h"

static void
test_utf8(void **state)
{
    (void)state;
    /* Markus Kuhn's classes of ill-formed text, and the well-formed ends of each range. */
    static const struct {
        str text;
        const char *clean;
        bool valid;
    } cases[] = {
        {S_CONST(""), "", true},
        {S_CONST("abc"), "abc", true},
        {S_CONST("\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\xf0\x90"
                 "\x80\x80\xf4\x8f\xbf\xbf"),
         "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\xf0\x90\x80\x80"
         "\xf4\x8f\xbf\xbf",
         true},
        {S_CONST("x\x80y"), "x\xef\xbf\xbdy", false},             /* a lone continuation */
        {S_CONST("\xc0\xaf"), "\xef\xbf\xbd\xef\xbf\xbd", false}, /* overlong '/' */
        {S_CONST("\xe0\x80\xaf"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", false},
        {S_CONST("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
         false}, /* a surrogate */
        {S_CONST("\xf4\x90\x80\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
         false},
        {S_CONST("\xf0\x9f\x98"), "\xef\xbf\xbd", false}, /* cut: one maximal subpart */
        {S_CONST("\xe2\x82z"), "\xef\xbf\xbdz", false},
        {S_CONST("a\xff\xfe"
                 "b"),
         "a\xef\xbf\xbd\xef\xbf\xbd"
         "b",
         false},
        {S_CONST("12345678\xe9 12345678"), "12345678\xef\xbf\xbd 12345678", false},
    };
    struct arena_region region;
    struct arena keep = arena_reserve(1 << 16, &region);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(utf8_valid(cases[i].text), cases[i].valid);
        assert_str(cases[i].clean, utf8_clean(&keep, cases[i].text));
    }
    for (int32_t code = 0; code <= 0x10ffff; code += code < 0x3000 ? 1 : 97) {
        if (code >= 0xd800 && code <= 0xdfff)
            continue;
        char bytes[4];
        str s = {bytes, utf8_put(bytes, code)};
        int32_t back;
        utf8_take(&s, &back);
        assert_int_equal(back, code);
        assert_int_equal(s.n, 0);
    }
    arena_release(&region);
}

static void
test_cut(void **state)
{
    (void)state;
    str family =
        S("👩‍👩‍👧‍👦é🇫🇷!"); /* a family, e + acute, a flag, a mark */
    assert_int_equal(text_graphemes(family), 4);
    assert_str("👩‍👩‍👧‍👦", text_cut(family, 1));
    assert_str("👩‍👩‍👧‍👦é🇫🇷", text_cut(family, 3));
    assert_str("", text_cut(family, 0));
    assert_true(str_eq(text_cut(family, 99), family));
    assert_int_equal(text_graphemes(S("a\r\nb")), 3);
    assert_str("a\r\n", text_cut(S("a\r\nb"), 2));
    assert_str("ab", text_cut(S("abc"), 2));
    assert_int_equal(text_graphemes(S("")), 0);
    assert_int_equal(text_graphemes(S("x\xffy")),
                     3); /* ill-formed bytes count, and do not hang */
}

/*
 * One line of the contract: "÷ 0020 × 0308 ÷ 0020 ÷ # …". Gives the text, and where clusters end; the
 * number of clusters.
 */
static int
read_case(const char *line, char *text, ptrdiff_t *ret_n, ptrdiff_t *ends)
{
    int clusters = 0;
    ptrdiff_t n = 0;
    for (const char *c = line; *c && *c != '#' && *c != '\n';) {
        if (strncmp(c, "÷", 2) == 0) {
            if (n > 0)
                ends[clusters++] = n;
            c += 2;
        } else if (strncmp(c, "×", 2) == 0) {
            c += 2;
        } else if (*c == ' ' || *c == '\t' || *c == '\r') {
            c++;
        } else {
            char *end;
            n += utf8_put(text + n, (int32_t)strtol(c, &end, 16));
            c = end;
        }
    }
    *ret_n = n;
    return clusters;
}

static void
test_unicode_cases(void **state)
{
    (void)state;
    FILE *file = shared_open("contracts/unicode-15.0/GraphemeBreakTest.txt");
    if (!file)
        skip();
    char line[1024], text[256];
    ptrdiff_t ends[32], n;
    int cases = 0, different = 0;
    while (fgets(line, sizeof line, file)) {
        if (line[0] == '#' || line[0] == '\n')
            continue;
        int clusters = read_case(line, text, &n, ends);
        cases++;
        bool same = text_graphemes((str){text, n}) == clusters;
        for (int i = 0; i < clusters; i++)
            same = same && text_cut((str){text, n}, i + 1).n == ends[i];
        if (!same) {
            different++;
            printf("# differs: %s", line);
        }
    }
    (void)fclose(file); /* only read from */
    assert_int_equal(cases, 602);
    assert_int_equal(different, 0);
}

static void
test_capital_and_small(void **state)
{
    (void)state;
    assert_true(text_eq_case(S("\u00c9t\u00e9"), S("\u00e9T\u00c9")));
    assert_true(text_eq_case(S("\u0416\u041d"), S("\u0436\u043d")));
    assert_true(text_eq_case(S(""), S("")));
    assert_false(text_eq_case(S("ete"), S("\u00e9t\u00e9")));
    assert_false(text_eq_case(S("blog"), S("blogs")));
    assert_false(
        text_eq_case(S("a\xff"), S("a\xfe\x41"))); /* ill-formed is like nothing else */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_unicode_cases),
        cmocka_unit_test(test_capital_and_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
