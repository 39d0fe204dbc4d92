#include "t.h"

#include <unistd.h>

#include "base/buf.h"
#include "sample.h"

/*
 * Every page with made-up data, in both languages, against golden/NAME.LANG.html.
 * PROPRE_GOLDEN=write puts the goldens anew (then read the difference); with a folder as argument the
 * program only writes the pages there, to be looked at in a browser (test/e2e/look.mjs).
 */
enum { PAGE_BYTES_MAX = 1 << 20, NAMES_MAX = 200 };

struct written {
    struct arena_region region;
    struct arena arena;
    struct buf out;
};

static void
write_page(struct written *w, const struct sample *sample, enum lang lang)
{
    w->arena = arena_reserve(1 << 24, &w->region);
    buf_init(&w->out, PAGE_BYTES_MAX);
    struct html h = {.out = &w->out, .lang = lang, .scratch = &w->arena};
    sample->write(&h);
    assert_false(w->out.overflown);
}

static void
written_release(struct written *w)
{
    buf_release(&w->out);
    arena_release(&w->region);
}

/* The hash in an asset's address changes with the asset: HASH in the goldens. */
static str
without_hashes(struct arena *arena, str s)
{
    char *p = new (arena, char, s.n + 1);
    ptrdiff_t n = 0;
    for (ptrdiff_t i = 0; i < s.n;) {
        str rest = str_slice(s, i, s.n);
        if (!str_starts(rest, S("/asset/"))) {
            p[n++] = s.p[i++];
            continue;
        }
        memcpy(p + n, "/asset/HASH", 11); /* a hash is longer */
        n += 11;
        i += 7;
        ptrdiff_t hash = str_chr(str_slice(s, i, s.n), '/');
        assert_true(hash > 0);
        i += hash;
    }
    return (str){p, n};
}

static str
file_read(struct arena *arena, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return STR_NONE;
    char *p = new (arena, char, PAGE_BYTES_MAX);
    size_t n = fread(p, 1, PAGE_BYTES_MAX, file);
    assert_int_equal(fclose(file), 0);
    return (str){p, (ptrdiff_t)n};
}

static void
file_write(const char *path, str s)
{
    FILE *file = fopen(path, "wb");
    if (!file)
        fail_msg("%s cannot be written", path);
    assert_int_equal(fwrite(s.p, 1, (size_t)s.n, file), (size_t)s.n);
    assert_int_equal(fclose(file), 0);
}

/* Goldens are of a build with pictures; in one without, two things are missing from every page. */
static str
without_pictures(struct arena *arena, str s)
{
    static const char *const changes[][2] = {
        {"class=\"with-pictures\"", "class=\"without-pictures\""},
        {"<script src=\"/asset/HASH/pictures.js\" defer></script>\n", ""}};
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        str from = str_of(changes[i][0]);
        ptrdiff_t at = str_find(s, from);
        if (at >= 0)
            s = arena_printf(arena, "%.*s%s%.*s", (int)at, s.p, changes[i][1],
                             STR_FMT(str_slice(s, at + from.n, s.n)));
    }
    return s;
}

static ptrdiff_t
line_of(str s, ptrdiff_t at)
{
    ptrdiff_t line = 1;
    for (ptrdiff_t i = 0; i < at; i++)
        line += s.p[i] == '\n';
    return line;
}

static void
check_golden(const struct sample *sample, enum lang lang)
{
    struct written w;
    write_page(&w, sample, lang);
    str page = without_hashes(&w.arena, buf_str(&w.out));
    const char *path = cstr(&w.arena, arena_printf(&w.arena, "%s/golden/%s.%s.html", TEST_DIR,
                                                   sample->name, lang_code(lang)));
    const char *mode = getenv("PROPRE_GOLDEN");
    if (mode && !strcmp(mode, "write"))
        file_write(path, page);
    str golden = file_read(&w.arena, path);
    if (!asset_find(S("pictures.js")))
        golden = without_pictures(&w.arena, golden);
    ptrdiff_t same = 0;
    while (same < page.n && same < golden.n && page.p[same] == golden.p[same])
        same++;
    if (!str_eq(page, golden))
        fail_msg("%s differs from line %td on: \"%.*s\"", path, line_of(page, same),
                 STR_FMT(str_slice(page, same, same + 80)));
    written_release(&w);
}

static void
test_english(void **state)
{
    check_golden(*state, LANG_EN);
}

static void
test_french(void **state)
{
    check_golden(*state, LANG_FR);
}

/* What a hostile cell contains never becomes markup, in any page and any context. */
static void
test_hostile(void **state)
{
    (void)state;
    for (ptrdiff_t i = 0; i < samples_n; i++) {
        struct written w;
        write_page(&w, &samples[i], LANG_FR);
        str page = buf_str(&w.out);
        static const char *const never[] = {
            "<script>alert",  "<img src=x", "\"'>",   "javascript:alert",
            "}} </textarea>", "style=",     "<style", " onerror=\""};
        for (size_t j = 0; j < sizeof never / sizeof *never; j++)
            if (str_find(page, str_of(never[j])) >= 0)
                fail_msg("%s contains %s", samples[i].name, never[j]);
        written_release(&w);
    }
}

/* No sentence of a page is left in English: two languages never share a line of prose. */
static void
test_french_is_complete(void **state)
{
    (void)state;
    for (ptrdiff_t i = 0; i < samples_n; i++) {
        struct written w;
        write_page(&w, &samples[i], LANG_FR);
        str page = buf_str(&w.out);
        static const char *const english[] = {" the ",  " with ", " posts",
                                              "cannot", "yet<",   " of your "};
        bool foreign = str_eq(str_of(samples[i].name), S("today-hostile")) ||
                       str_eq(str_of(samples[i].name), S("learning-long"));
        for (size_t j = 0; j < sizeof english / sizeof *english && !foreign; j++)
            if (str_find(page, str_of(english[j])) >= 0)
                fail_msg("the French page %s says \"%s\"", samples[i].name, english[j]);
        written_release(&w);
    }
}

static int
write_all(const char *folder)
{
    for (ptrdiff_t i = 0; i < samples_n; i++)
        for (int lang = LANG_EN; lang <= LANG_FR; lang++) {
            struct written w;
            write_page(&w, &samples[i], (enum lang)lang);
            file_write(
                cstr(&w.arena, arena_printf(&w.arena, "%s/%s.%s.html", folder, samples[i].name,
                                            lang_code((enum lang)lang))),
                buf_str(&w.out));
            written_release(&w);
        }
    for (ptrdiff_t i = 0; i < web_assets_n; i++) {
        char path[4096];
        (void)snprintf(path, sizeof path, "%s/%.*s", folder, STR_FMT(web_assets[i].name));
        file_write(path, web_assets[i].body);
    }
    return 0;
}

int
main(int argc, char **argv)
{
    if (argc > 1)
        return write_all(argv[1]);
    static struct CMUnitTest tests[NAMES_MAX];
    static char names[NAMES_MAX][80];
    size_t n = 0;
    for (ptrdiff_t i = 0; i < samples_n; i++)
        for (int lang = LANG_EN; lang <= LANG_FR; lang++) {
            (void)snprintf(names[n], sizeof names[n], "%s in %s", samples[i].name,
                           lang == LANG_FR ? "French" : "English");
            tests[n] =
                (struct CMUnitTest){names[n], lang == LANG_FR ? test_french : test_english,
                                    NULL, NULL, (void *)(uintptr_t)&samples[i]};
            n++;
        }
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_hostile);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_french_is_complete);
    assert_true(n <= NAMES_MAX);
    return _cmocka_run_group_tests("pages", tests, n, NULL, NULL);
}
