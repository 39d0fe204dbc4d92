#include "t.h"

#include <errno.h>
#include <math.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/number.h"
#include "base/rng.h"

static void
test_str(void **state)
{
    (void)state;
    assert_true(str_eq(str_trim(S(" \t\xc2\xa0x y\r\n\xe2\x80\xaf")), S("x y")));
    str s = S("a;b;"), head;
    assert_true(str_cut(&s, ';', &head));
    assert_str("a", head);
    assert_true(str_cut(&s, ';', &head));
    assert_false(str_cut(&s, ';', &head));
    assert_int_equal(head.n, 0);
    assert_int_equal(str_find(S("abcabc"), S("ca")), 2);
    assert_int_equal(str_find(S("ab"), S("abc")), -1);
    assert_true(str_eq_ascii_case(S("HeAd"), S("hEaD")));
    assert_true(str_cmp(S("a"), S("ab")) < 0);
}

static const char *
french(void *ctx, const char *format)
{
    (void)ctx;
    return strcmp(format, "row %d of %s is bad") == 0 ? "%2$s, ligne %1$s : illisible" : format;
}

static void
test_error_translates_and_keeps_context(void **state)
{
    (void)state;
    struct error error = {0};
    char text[256];
    assert_int_equal(fail(&error, FAULT_INPUT, "row %d of %s is bad", 12, "a.csv"),
                     FAULT_INPUT);
    assert_int_equal(error_prefix(&error, "importing %s (100%% read)", "x"), FAULT_INPUT);
    error_text(&error, NULL, NULL, text, sizeof text);
    assert_string_equal(text, "importing x (100% read): row 12 of a.csv is bad");
    error_text(&error, french, NULL, text, sizeof text);
    assert_string_equal(text, "importing x (100% read): a.csv, ligne 12 : illisible");
    for (int i = 0; i < 10; i++)
        (void)error_prefix(&error, "more");
    assert_int_equal(error.frames_n, ERROR_FRAMES_MAX);
}

static void
test_error_cuts_on_a_character(void **state)
{
    (void)state;
    struct error error = {0};
    char longer[400], text[64];
    for (size_t i = 0; i < sizeof longer - 1; i += 2)
        memcpy(longer + i, "\xc3\xa9", 2);
    longer[sizeof longer - 2] = '\0';
    (void)fail(&error, FAULT_INPUT, "%s", longer);
    assert_int_equal(strlen(error.frames[0].args[0]) % 2, 0);
    error_text(&error, NULL, NULL, text, sizeof text);
    assert_int_equal(strlen(text) % 2, 0);
}

static void
test_buf_stops_at_its_maximum(void **state)
{
    (void)state;
    struct error error = {0};
    auto_buf b;
    buf_init(&b, 10);
    buf_add(&b, S("12345"));
    buf_addf(&b, "%d", 67890);
    assert_ok(buf_check(&b, "a name", &error), &error);
    buf_add_char(&b, 'x');
    buf_clear(&b);
    buf_addf(&b, "%s", "12345678901");
    assert_fault(FAULT_LIMIT, buf_check(&b, "a name", &error), &error,
                 "a name is longer than the 10");
    assert_int_equal(buf_str(&b).n, 0);
}

static void
test_arena(void **state)
{
    (void)state;
    struct arena_region region;
    struct arena keep = arena_reserve(1 << 20, &region);
    int64_t *numbers = new (&keep, int64_t, 10);
    assert_int_equal((uintptr_t)numbers % _Alignof(int64_t), 0);
    struct arena scratch = keep;
    assert_string_equal(cstr(&scratch, S("abc")), "abc");
    assert_str("n=7", arena_printf(&keep, "n=%d", 7));
    assert_null(arena_str(&keep, STR_NONE).p);
    arena_release(&region);
}

static void
test_civil(void **state)
{
    (void)state;
    assert_int_equal(civil_days(1970, 1, 1), 0);
    assert_int_equal(civil_days(2000, 3, 1), 11017);
    for (int64_t day = civil_days(1899, 12, 25); day < civil_days(2105, 1, 1); day++) {
        struct civil c = instant_to_utc((instant){day * 86400000000 + 86399999999});
        assert_int_equal(civil_days(c.year, c.month, c.day), day);
        assert_true(civil_valid(&c));
        assert_int_equal(c.microsecond, 999999);
    }
    struct civil sunday = {2026, 11, 22, 0, 0, 0, 0};
    assert_int_equal(civil_weekday(&sunday), 7);
    struct civil no = {2026, 2, 29, 0, 0, 0, 0};
    assert_false(civil_valid(&no));
}

static void
test_instant_text(void **state)
{
    (void)state;
    struct error error = {0};
    struct arena_region region;
    struct arena keep = arena_reserve(1 << 16, &region);
    instant t;
    assert_ok(instant_parse(S("2026-11-24T09:00:00+01:00"), &t, &error), &error);
    assert_str("2026-11-24T08:00:00Z", instant_rfc3339(&keep, t));
    assert_ok(instant_parse(S("1969-12-31 23:59:59.5Z"), &t, &error), &error);
    assert_int_equal(t.us, -500000);
    assert_str("1969-12-31T23:59:59.500000Z", instant_rfc3339(&keep, t));
    static const char *const bad[] = {"",
                                      "2026-11-24",
                                      "2026-02-30T00:00:00Z",
                                      "2026-11-24T09:00:00",
                                      "2026-11-24T24:00:00Z",
                                      "2026-11-24T09:00:00Zx",
                                      "9999-12-31T23:59:59-00:01",
                                      "0001-01-01T00:00:00+00:01"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_fault(FAULT_INPUT, instant_parse(str_of(bad[i]), &t, &error), &error,
                     "2026-11-24T09");
    arena_release(&region);
}

static void
test_numbers(void **state)
{
    (void)state;
    struct error error = {0};
    int64_t n;
    double x;
    assert_ok(parse_i64(S("-9223372036854775808"), INT64_MIN, INT64_MAX, &n, &error), &error);
    assert_true(n == INT64_MIN);
    static const char *const bad[] = {
        "", "-", " 1", "1 ", "+1", "0x1", "9223372036854775808", "1e3", "99999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_fault(FAULT_INPUT, parse_i64(str_of(bad[i]), INT64_MIN, INT64_MAX, &n, &error),
                     &error, "");
    assert_fault(FAULT_INPUT, parse_i64(S("11"), 0, 10, &n, &error), &error, "from 0 to 10");
    assert_ok(parse_double(S("-1.5e3"), &x, &error), &error);
    assert_true(x < -1499.9 && x > -1500.1);
    static const char *const bad_reals[] = {"", "1,5", "nan", "inf", "0x1p3", "1e999", "1.2.3"};
    for (size_t i = 0; i < sizeof bad_reals / sizeof *bad_reals; i++)
        assert_fault(FAULT_INPUT, parse_double(str_of(bad_reals[i]), &x, &error), &error,
                     "not a number");
}

static void
test_rng_is_reproducible(void **state)
{
    (void)state;
    struct rng a, b, other;
    rng_seed(&a, 1, 0);
    rng_seed(&b, 1, 0);
    rng_seed(&other, 1, 1);
    double sum = 0;
    for (int i = 0; i < 10000; i++) {
        uint64_t x = rng_u64(&a);
        assert_true(x == rng_u64(&b));
        assert_true(x != rng_u64(&other));
        sum += rng_uniform(&a);
        (void)rng_u64(&b);
        (void)rng_u64(&other);
    }
    assert_true(fabs(sum / 10000 - 0.5) < 0.015);
    for (int i = 0; i < 1000; i++)
        assert_true(rng_below(&a, 3) < 3);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_str),
        cmocka_unit_test(test_error_translates_and_keeps_context),
        cmocka_unit_test(test_error_cuts_on_a_character),
        cmocka_unit_test(test_buf_stops_at_its_maximum),
        cmocka_unit_test(test_arena),
        cmocka_unit_test(test_civil),
        cmocka_unit_test(test_instant_text),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_rng_is_reproducible),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
