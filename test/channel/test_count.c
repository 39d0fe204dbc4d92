#include "../shared.h"

#include <inttypes.h>

#include "base/json.h"
#include "base/text.h"
#include "channel/count.h"
#include "channel/xurl.h"

static struct arena_region region;

static int
setup(void **state)
{
    (void)state;
    (void)arena_reserve(256 << 20, &region);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    arena_release(&region);
    return 0;
}

static str
read_all(FILE *file, struct arena *arena)
{
    char *p = new (arena, char, 4 << 20);
    size_t n = fread(p, 1, 4 << 20, file);
    (void)fclose(file);
    return (str){p, (ptrdiff_t)n};
}

static void
lengths_of_our_vectors(void **state)
{
    (void)state;
    struct arena arena = arena_reset(&region);
    char name[4096];
    (void)snprintf(name, sizeof name, "%s/test/channel/vectors/length-vectors.json",
                   getenv("PROPRE_SOURCE_ROOT"));
    FILE *file = fopen(name, "rb");
    assert_non_null(file);
    struct json *root;
    struct error error;
    assert_ok(json_parse(&arena, read_all(file, &arena), &root, &error), &error);
    int32_t n = 0, checks = 0;
    for (const struct json *at = json_get(root, S("vectors"))->first; at; at = at->next, n++) {
        str text = json_text(json_get(at, S("text")));
        const struct {
            const char *name;
            int64_t is;
        } rows[] = {{"x", count_x(text, &count_x_v3)},
                    {"bluesky_graphemes", count_graphemes(text)},
                    {"bluesky_bytes", text.n},
                    {"utf16", count_utf16(text)},
                    {"mastodon", count_mastodon(text, 23)}};
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            struct maybe_int want = json_as_int(json_get(at, str_of(rows[i].name)));
            if (!want.has)
                continue;
            checks++;
            if (want.is != rows[i].is)
                fail_msg("%s of \"%.*s\": %" PRId64 ", not %" PRId64, rows[i].name,
                         STR_FMT(text), rows[i].is, want.is);
        }
    }
    assert_int_equal(12, n);
    print_message("# %d lengths of %d texts\n", checks, n);
}

/* ---- the subset of YAML of the conformance files ---- */

static int32_t
hex_digits(str s, int32_t n)
{
    int32_t code = 0;
    for (int32_t i = 0; i < n; i++) {
        char c = s.p[i];
        code = code * 16 + (c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
    }
    return code;
}

/* A value: "quoted with escapes", 'quoted', or plain. */
static str
yaml_value(str s, struct arena *arena)
{
    s = str_trim(s);
    if (s.n >= 2 && s.p[0] == '\'') {
        char *p = new (arena, char, s.n + 1);
        ptrdiff_t n = 0;
        for (ptrdiff_t i = 1; i < s.n - 1; i++) {
            p[n++] = s.p[i];
            if (s.p[i] == '\'')
                i++;
        }
        return (str){p, n};
    }
    if (s.n < 2 || s.p[0] != '"')
        return s;
    char *p = new (arena, char, s.n * 2);
    ptrdiff_t n = 0;
    for (ptrdiff_t i = 1; i < s.n && s.p[i] != '"'; i++) {
        if (s.p[i] != '\\') {
            p[n++] = s.p[i];
            continue;
        }
        char c = s.p[++i];
        int32_t digits = c == 'u' ? 4 : c == 'U' ? 8 : c == 'x' ? 2 : 0;
        if (digits) {
            n += utf8_put(p + n, hex_digits(str_slice(s, i + 1, s.n), digits));
            i += digits;
        } else {
            p[n++] = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
        }
    }
    return (str){p, n};
}

struct yaml_case {
    str description, text;
    str expected[32]; /* of a list */
    int32_t expected_n;
    int64_t weighted;
    bool has_weighted;
};

static bool
after(str line, const char *key, str *ret)
{
    str k = str_of(key);
    if (!str_starts(line, k))
        return false;
    *ret = str_slice(line, k.n, line.n);
    return true;
}

/* ["a", "b"]: values in quotes. */
static void
flow_list(str s, struct yaml_case *into, struct arena *arena)
{
    ptrdiff_t i = 0;
    while (i < s.n && into->expected_n < 32) {
        char quote = s.p[i];
        if (quote != '"' && quote != '\'') {
            i++;
            continue;
        }
        ptrdiff_t end = i + 1;
        while (end < s.n && s.p[end] != quote)
            end += s.p[end] == '\\' && quote == '"' ? 2 : 1;
        into->expected[into->expected_n++] = yaml_value(str_slice(s, i, end + 1), arena);
        i = end + 1;
    }
}

static ptrdiff_t
yaml_cases(str text, const char *section, struct arena *arena, struct yaml_case **ret)
{
    struct yaml_case *cases = new (arena, struct yaml_case, 2000), *at = NULL;
    ptrdiff_t n = 0;
    bool inside = false, listing = false;
    str line, value;
    char head[128];
    (void)snprintf(head, sizeof head, "  %s:", section);
    for (bool more = true; more;) {
        more = str_cut(&text, '\n', &line);
        line = more ? line : text;
        if (line.n > 2 && str_starts(line, S("  ")) && line.p[2] != ' ' && line.p[2] != '#' &&
            line.p[2] != '-')
            inside = str_eq(str_trim(str_slice(line, 2, line.n)), str_trim(str_of(head)));
        str bare = str_trim(line);
        if (!inside || bare.n == 0 || bare.p[0] == '#')
            continue;
        if (after(bare, "- description:", &value)) {
            at = &cases[n++];
            at->description = yaml_value(value, arena);
            listing = false;
        } else if (at && after(bare, "text:", &value)) {
            at->text = yaml_value(value, arena);
        } else if (at && after(bare, "expected:", &value)) {
            listing = str_trim(value).n == 0;
            flow_list(value, at, arena);
        } else if (at && after(bare, "weightedLength:", &value)) {
            at->weighted = strtol(cstr(arena, str_trim(value)), NULL, 10);
            at->has_weighted = true;
        } else if (at && listing && after(bare, "- url:", &value)) {
            at->expected[at->expected_n++] = yaml_value(value, arena);
        } else if (at && listing && after(bare, "- ", &value) &&
                   !str_starts(value, S("indices"))) {
            at->expected[at->expected_n++] = yaml_value(value, arena);
        }
    }
    *ret = cases;
    return n;
}

static void
weighted_as_twitter_text(void **state)
{
    (void)state;
    struct arena arena = arena_reset(&region);
    FILE *file = shared_open("contracts/twitter-text/conformance/validate.yml");
    if (!file)
        skip();
    str text = read_all(file, &arena);
    static const struct {
        const char *name;
        const struct count_x_rules *rules;
        int32_t n;
    } sections[] = {{"WeightedTweetsCounterTest", &count_x_v2, 20},
                    {"WeightedTweetsWithDiscountedEmojiCounterTest", &count_x_v3, 22},
                    {"UnicodeDirectionalMarkerCounterTest", &count_x_v3, 2}};
    int32_t bad = 0, all = 0;
    for (size_t s = 0; s < sizeof sections / sizeof sections[0]; s++) {
        struct yaml_case *cases;
        ptrdiff_t n = yaml_cases(text, sections[s].name, &arena, &cases);
        assert_int_equal(sections[s].n, n);
        for (ptrdiff_t i = 0; i < n; i++, all++) {
            assert_true(cases[i].has_weighted);
            int64_t is = count_x(cases[i].text, sections[s].rules);
            if (is != cases[i].weighted && ++bad)
                print_message("# %.*s: %" PRId64 ", not %" PRId64 "\n",
                              STR_FMT(cases[i].description), is, cases[i].weighted);
        }
    }
    print_message("# weighted lengths: %d of %d\n", all - bad, all);
    assert_int_equal(0, bad);
}

static str
codes_text(const int32_t *code, struct code_range range, struct arena *arena)
{
    char *p = new (arena, char, (range.to - range.from) * 4 + 1);
    ptrdiff_t n = 0;
    for (int32_t i = range.from; i < range.to; i++)
        n += utf8_put(p + n, code[i]);
    return (str){p, n};
}

static bool
urls_right(const struct yaml_case *wanted, struct arena arena)
{
    int32_t *code = new (&arena, int32_t, wanted->text.n + 1), n = 0;
    for (str rest = wanted->text; rest.n > 0;)
        utf8_take(&rest, &code[n++]);
    struct code_range ranges[32];
    int32_t got = x_urls(code, n, ranges, 32);
    bool right = got == wanted->expected_n;
    for (int32_t i = 0; i < got && right; i++)
        right = str_eq(codes_text(code, ranges[i], &arena), wanted->expected[i]);
    for (int32_t i = 0; i < got && !right; i++) {
        str is = codes_text(code, ranges[i], &arena);
        print_message("# %.*s: found %.*s\n", STR_FMT(wanted->description), STR_FMT(is));
    }
    for (int32_t i = 0; i < wanted->expected_n && !right; i++)
        print_message("# %.*s: wanted %.*s\n", STR_FMT(wanted->description),
                      STR_FMT(wanted->expected[i]));
    return right;
}

static void
addresses_as_twitter_text(void **state)
{
    (void)state;
    static const struct {
        const char *file, *section;
        int32_t n;
        int32_t bad_max; /* names that are no domains any more, or not yet */
    } sections[] = {{"extract", "urls", 91, 0},
                    {"extract", "urls_with_indices", 10, 0},
                    {"extract", "urls_with_directional_markers", 2, 0},
                    {"extract", "tco_urls_with_params", 5, 0},
                    {"tlds", "country", 315, 7},
                    {"tlds", "generic", 1259, 93}};
    for (size_t s = 0; s < sizeof sections / sizeof sections[0]; s++) {
        struct arena arena = arena_reset(&region);
        FILE *file = shared_open(
            cstr(&arena, arena_printf(&arena, "contracts/twitter-text/conformance/%s.yml",
                                      sections[s].file)));
        if (!file)
            skip();
        struct yaml_case *cases;
        ptrdiff_t n = yaml_cases(read_all(file, &arena), sections[s].section, &arena, &cases);
        int32_t bad = 0;
        for (ptrdiff_t i = 0; i < n; i++)
            bad += !urls_right(&cases[i], arena);
        print_message("# addresses, %s: %d of %d\n", sections[s].section, (int)n - bad, (int)n);
        assert_int_equal(sections[s].n, n);
        assert_true(bad <= sections[s].bad_max);
    }
}

/* Every emoji of Unicode weighs as one for X, is one character for a reader. */
static void
emoji_are_whole(void **state)
{
    (void)state;
    struct arena arena = arena_reset(&region);
    FILE *file = shared_open("contracts/unicode-15.0/emoji-test.txt");
    if (!file)
        skip();
    str text = read_all(file, &arena), line;
    int32_t n = 0, bad = 0;
    while (str_cut(&text, '\n', &line)) {
        str codes;
        if (line.n == 0 || line.p[0] == '#' || str_find(line, S("; fully-qualified")) < 0 ||
            !str_cut(&line, ';', &codes))
            continue;
        char emoji[128];
        ptrdiff_t length = 0;
        for (char *at = (char *)(uintptr_t)cstr(&arena, codes); *at;) {
            char *end;
            long code = strtol(at, &end, 16);
            if (end == at)
                break;
            length += utf8_put(emoji + length, (int32_t)code);
            at = end;
        }
        str one = {emoji, length};
        n++;
        if (count_x(one, &count_x_v3) != 2 || count_graphemes(one) != 1) {
            bad++;
            print_message("# %.*s weighs %" PRId64 "\n", STR_FMT(one),
                          count_x(one, &count_x_v3));
        }
    }
    print_message("# emoji: %d of %d\n", n - bad, n);
    assert_true(n > 3000);
    assert_int_equal(0, bad);
}

static void
mastodon_counts_what_is_read(void **state)
{
    (void)state;
    assert_int_equal(23, count_mastodon(S("https://a.example/x"), 23));
    assert_int_equal(24, count_mastodon(S("https://a.example/x."), 23));
    assert_int_equal(25, count_mastodon(S("(https://a.example/x)"), 23));
    assert_int_equal(23, count_mastodon(S("https://a.example/x_(y)"), 23));
    assert_int_equal(6, count_mastodon(S("@alice@example.social"), 23));
    assert_int_equal(6, count_mastodon(S("@alice"), 23));
    assert_int_equal(17, count_mastodon(S("alice@example.org"), 23));
    assert_int_equal(8, count_mastodon(S("https://"), 23));
}

static void
bytes_that_are_no_text_are_counted_too(void **state)
{
    (void)state;
    str bad = S("a\xff\xe3\x81z");
    assert_true(count_x(bad, &count_x_v3) > 0);
    assert_int_equal(4, count_utf16(bad));
    assert_true(count_mastodon(bad, 23) > 0);
    assert_int_equal(0, count_x(S(""), &count_x_v3));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lengths_of_our_vectors),
        cmocka_unit_test(weighted_as_twitter_text),
        cmocka_unit_test(addresses_as_twitter_text),
        cmocka_unit_test(emoji_are_whole),
        cmocka_unit_test(mastodon_counts_what_is_read),
        cmocka_unit_test(bytes_that_are_no_text_are_counted_too),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
