#include "t.h"

#include "base/format.h"
#include "base/lang.h"
#include "base/log.h"
#include "base/maybe.h"
#include "base/money.h"
#include "base/sha256.h"
#include "base/translate.h"
#include "base/zone.h"

static void
test_lang(void **state)
{
    (void)state;
    enum lang lang = LANG_EN;
    assert_true(lang_parse(S("fr_FR.UTF-8"), &lang));
    assert_int_equal(lang, LANG_FR);
    assert_true(lang_parse(S("EN-ca"), &lang));
    assert_string_equal(lang_code(lang), "en");
    static const char *const other[] = {"", "f", "de", "fra", "fro-FR", "C"};
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        assert_false(lang_parse(str_of(other[i]), &lang));
}

static void
test_say(void **state)
{
    (void)state;
    struct arena_region region;
    struct arena keep = arena_reserve(1 << 20, &region);
    struct error error = {0};
    assert_str("« x » n’est pas un nombre",
               (fail(&error, FAULT_INPUT, "\"%.*s\" is not a number", 1, "x"),
                translate_error(&keep, LANG_FR, &error)));
    assert_str("b then a, 100% of ",
               SAY(&keep, LANG_FR, "%2$s then %1$s, 100%% of %3$s", S("a"), S("b")));
    assert_string_equal(translate_n(LANG_EN, "one", "many", 0), "many");
    assert_string_equal(translate_n(LANG_EN, "one", "many", 1), "one");
    arena_release(&region);
}

static void
test_sha256(void **state)
{
    (void)state;
    struct arena_region region;
    struct arena keep = arena_reserve(1 << 20, &region);
    uint8_t out[SHA256_BYTES];
    sha256(S("abc"), out); /* FIPS 180-4, first example */
    assert_str("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
               hex(&keep, out, 32));
    arena_release(&region);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lang),
        cmocka_unit_test(test_say),
        cmocka_unit_test(test_sha256),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
