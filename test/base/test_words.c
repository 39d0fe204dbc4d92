#include "t.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

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
    (void)fail(&error, FAULT_INPUT, "\"%.*s\" is not a number", 1, "x");
    assert_str("« x » n’est pas un nombre", translate_error(&keep, LANG_FR, &error));
    assert_str("b then a, 100% of ",
               SAY(&keep, LANG_FR, "%2$s then %1$s, 100%% of %3$s", S("a"), S("b")));
    str found = STR_NONE;
    assert_true(translate_known(&keep, LANG_FR, S("This server cannot be reached"), &found));
    assert_str("Ce serveur ne peut pas être joint", found);
    assert_true(translate_known(&keep, LANG_EN, S("This server cannot be reached"), &found));
    assert_str("This server cannot be reached", found);
    assert_false(translate_known(&keep, LANG_FR, S("504 Gateway Time-out"), &found));
    assert_false(translate_known(&keep, LANG_FR, S("This server"), &found));
    assert_false(translate_known(&keep, LANG_FR, S(""), &found));
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

static void
test_sha256_of_a_file(void **state)
{
    (void)state;
    struct error error = {0};
    uint8_t pieces[SHA256_BYTES], whole[SHA256_BYTES];
    char name[] = "/tmp/propre-sha256-XXXXXX";
    int fd = mkstemp(name);
    assert_true(fd >= 0);
    static char block[200000];
    memset(block, 'a', sizeof block);
    assert_int_equal(write(fd, block, sizeof block), sizeof block);
    assert_int_equal(close(fd), 0);
    assert_ok(sha256_file(name, pieces, &error), &error);
    assert_int_equal(unlink(name), 0);
    sha256((str){block, sizeof block}, whole);
    assert_memory_equal(pieces, whole, SHA256_BYTES);
    assert_fault(FAULT_ABSENT, sha256_file(name, pieces, &error), &error, "there is no file");
    assert_fault(FAULT_SYSTEM, sha256_file("/tmp", pieces, &error), &error, "cannot read /tmp");
}

/* What is written down a pipe by ${log}, as one text. */
static str
logged(struct arena *keep, bool json, enum log_level min, enum log_level level,
       const struct log_field *fields, int32_t n)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct civil c = {2026, 11, 24, 9, 5, 0, 7000};
    instant now = instant_from_utc(&c);
    struct clock clock = clock_manual(&now);
    struct log log = {ends[1], min, &clock, json};
    log_event(&log, level, "import.done", fields, n);
    assert_int_equal(close(ends[1]), 0);
    char text[65536];
    ssize_t got = read(ends[0], text, sizeof text);
    assert_int_equal(close(ends[0]), 0);
    return arena_str(keep, (str){text, got});
}

static void
test_log(void **state)
{
    (void)state;
    struct arena_region region;
    struct arena keep = arena_reserve(1 << 20, &region);
    const struct log_field fields[] = {log_str("file", S("a b\n\"é")), log_int("rows", -3),
                                       log_str("who", S("x")), log_str("none", STR_NONE)};
    assert_str("at=2026-11-24T09:05:00.007Z level=info event=import.done file=\"a b\\n\\\"é\" "
               "rows=-3 who=x "
               "none=\"\"\n",
               logged(&keep, false, LOG_INFO, LOG_INFO, fields, 4));
    assert_str(
        "{\"at\":\"2026-11-24T09:05:00.007Z\",\"level\":\"error\",\"event\":\"import.done\","
        "\"file\":\"a b\\n\\\"é\",\"rows\":-3}\n",
        logged(&keep, true, LOG_INFO, LOG_ERROR, fields, 2));
    assert_str("", logged(&keep, false, LOG_WARNING, LOG_INFO, fields, 4));
    /* a field that does not fit is left out whole; the line still ends */
    static char longer[9000];
    memset(longer, 'y', sizeof longer);
    const struct log_field many[] = {log_int("rows", 1),
                                     log_str("text", (str){longer, sizeof longer})};
    assert_str("at=2026-11-24T09:05:00.007Z level=info event=import.done rows=1\n",
               logged(&keep, false, LOG_INFO, LOG_INFO, many, 2));
    assert_str("{\"at\":\"2026-11-24T09:05:00.007Z\",\"level\":\"info\",\"event\":\"import."
               "done\",\"rows\":1}\n",
               logged(&keep, true, LOG_INFO, LOG_INFO, many, 2));
    arena_release(&region);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lang),   cmocka_unit_test(test_say),
        cmocka_unit_test(test_sha256), cmocka_unit_test(test_sha256_of_a_file),
        cmocka_unit_test(test_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
