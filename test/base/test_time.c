#include "t.h"

#include "base/format.h"
#include "base/money.h"
#include "base/text.h"
#include "base/zone.h"

static void
test_zone(void **state)
{
    (void)state;
    struct error error = {0};
    struct arena_region region;
    struct arena keep = arena_reserve(1 << 20, &region);
    auto_zone paris = NULL;
    assert_ok(zone_open(S("Europe/Paris"), &paris, &error), &error);
    instant t;
    struct civil c = {2026, 11, 24, 9, 5, 0, 0};
    assert_ok(zone_instant(paris, &c, GAP_REFUSE, OVERLAP_REFUSE, &t, &error), &error);
    assert_str("2026-11-24T08:05:00Z", instant_rfc3339(&keep, t));
    assert_str("mardi 24 novembre 2026",
               format_instant(&keep, LANG_FR, paris, t, FORMAT_LONG_DATE));
    assert_str("24 Nov 2026, 09:05",
               format_instant(&keep, LANG_EN, paris, t, FORMAT_DATE_TIME));
    arena_release(&region);
}

static void
test_money(void **state)
{
    (void)state;
    struct error error = {0};
    struct arena_region region;
    struct arena keep = arena_reserve(1 << 20, &region);
    money m;
    assert_ok(money_parse(S("1 234,5"), S("EUR"), &m, &error), &error);
    assert_int_equal(m.minor, 123450);
    assert_str("€1,234.50", format_money(&keep, LANG_EN, m));
    assert_int_equal(text_graphemes(S("e\xcc\x81x")), 2);
    arena_release(&region);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zone),
        cmocka_unit_test(test_money),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
