/*
 * Every zone, ten years, against zone_oracle.py. The zone data are the same files for both: what is independent is
 * their reader, Python's zoneinfo, by other people and from the text of the standard too, and all that is worked out
 * from them. Where the system has no such files Python may have brought its own and ours are ICU's, of another
 * edition: then a zone whose clocks the two tell differently is left out, aloud, and only then.
 */
#include "t.h"

#include <stdio.h>
#include <unicode/ucal.h>

#include "base/sanitize.h"
#include "base/zone.h"
#include "tactic/rule_internal.h"
#include "tactic/when.h"

enum {
    NUMBERS_MAX = 16384,
    EACH = SANITIZED ? 8 : 1, /* what a sanitizer watches for is the same in every zone */
    APART_MAX = 30 /* zones a few editions of the data may differ in, where ours are ICU's */
};

static FILE *oracle;
static char edition[32];
static int64_t numbers[NUMBERS_MAX];
static int64_t moments, mismatches;
static int zones, told, apart, unknown;

static bool
read_numbers(int n)
{
    assert_true(n >= 0 && n <= NUMBERS_MAX);
    return fread(numbers, sizeof *numbers, (size_t)n, oracle) == (size_t)n;
}

static void
mismatch(const struct zone *zone, const char *what, int64_t expected, int64_t got)
{
    if (mismatches++ < 20)
        printf("# %.*s, %s: %lld expected, %lld found\n", STR_FMT(zone_name(zone)), what,
               (long long)expected, (long long)got);
}

static int64_t
offset(const struct zone *zone, int64_t at_s)
{
    return zone_offset_s(zone, (instant){at_s * 1000000});
}

/* Whether our data tell the same history of that zone. */
static bool
same_history(const struct zone *zone, int scan, int changes)
{
    struct civil noon = {2026, 1, 1, 12, 0, 0, 0};
    int64_t from = instant_from_utc(&noon).us / 1000000;
    bool same = true;
    assert_true(read_numbers(scan));
    for (int i = 0; zone && i < scan; i++)
        same &= offset(zone, from + (int64_t)i * 7 * 86400) == numbers[i];
    assert_true(read_numbers(3 * changes));
    for (int i = 0; zone && i < changes; i++) {
        const int64_t *c = &numbers[3 * i];
        same &= offset(zone, c[0] - 1) == c[1] && offset(zone, c[0]) == c[2];
    }
    return same;
}

/* What a person writes, and both policies, at each step around each change. */
static void
check_walls(const struct zone *zone, int walls)
{
    struct civil start = {2026, 1, 1, 0, 0, 0, 0};
    instant now = {instant_from_utc(&start).us - 2 * SPAN_DAY.us};
    assert_true(read_numbers(3 * walls));
    for (int i = 0; zone && i < walls; i++) {
        const int64_t *w = &numbers[3 * i];
        struct civil c = instant_to_utc((instant){w[0] * 1000000}), asked;
        struct error error;
        instant first, second;
        char text[32];
        int n = snprintf(text, sizeof text, "%04d-%02d-%02d %02d:%02d", c.year, c.month, c.day,
                         c.hour, c.minute);
        assert_ok(when_parse((str){text, n}, zone, now, &asked, &first, &error), &error);
        assert_ok(zone_instant(zone, &c, GAP_NEXT_VALID, OVERLAP_SECOND, &second, &error),
                  &error);
        if (first.us != w[1] * 1000000)
            mismatch(zone, text, w[1], first.us / 1000000);
        if (second.us != w[2] * 1000000)
            mismatch(zone, text, w[2], second.us / 1000000);
        bool twice = zone_instant(zone, &c, GAP_NEXT_VALID, OVERLAP_REFUSE, &first, &error);
        if (twice != (w[1] != w[2]))
            mismatch(zone, "twice", w[1] != w[2], twice);
        moments += 2;
    }
}

static void
check_rule(const struct zone *zone, const char *text, struct civil anchor, int n)
{
    struct rule_walk walk;
    struct error error;
    instant at = {INT64_MIN / 2};
    assert_true(read_numbers(n));
    if (!zone)
        return;
    assert_ok(rule_walk_open(&walk, str_of(text), &anchor, &error), &error);
    for (int i = 0; i < n; i++) {
        struct civil wall;
        bool found = false;
        assert_ok(rule_walk_next(&walk, zone, at, &wall, &at, &found, &error), &error);
        if (!found || walk.k != i + 1 || at.us != numbers[i] * 1000000)
            mismatch(zone, text, numbers[i], at.us / 1000000);
        moments++;
    }
    rule_walk_close(&walk);
}

static void
all_zones_agree(void **state)
{
    (void)state;
    char name[64];
    int scan, changes, walls, daily, weekly, monthly;
    struct civil first = {2026, 1, 1, 2, 30, 0, 0}, sunday = {2026, 1, 4, 2, 30, 0, 0};
    struct civil last = {2026, 1, 31, 2, 30, 0, 0};
    UErrorCode status = U_ZERO_ERROR;
    bool of_system = strcmp(edition, "unknown") != 0;
    const char *ours = of_system ? edition : ucal_getTZDataVersion(&status);
    while (fscanf(oracle, "%63s %d %d %d %d %d %d%*1[\n]", name, &scan, &changes, &walls,
                  &daily, &weekly, &monthly) == 7) {
        auto_zone zone = NULL;
        struct error error;
        if (zone_open(str_of(name), &zone, &error)) {
            unknown++;
            printf("# %s: not known to %s\n", name, ours);
        }
        bool same = same_history(zone, scan, changes);
        if (zone && !same) {
            apart++;
            printf("# %s: left out, its history differs between %s (ours) and %s (Python's)\n",
                   name, ours, edition);
        }
        const struct zone *z = same ? zone : NULL;
        zones += z != NULL;
        check_walls(z, walls);
        check_rule(z, "FREQ=DAILY", first, daily);
        check_rule(z, "FREQ=WEEKLY;BYDAY=SU", sunday, weekly);
        check_rule(z, "FREQ=MONTHLY;BYMONTHDAY=31", last, monthly);
    }
    printf("# %d of %d zones, %lld moments, %lld mismatches (zone data: %s here, %s in Python; "
           "%d zones told differently, %d unknown)\n",
           zones, told, (long long)moments, (long long)mismatches, ours, edition, apart,
           unknown);
    assert_int_equal(0, mismatches);
    assert_int_equal(told, zones + apart + unknown);
    assert_true(told >= 500 / EACH);
    assert_true(apart + unknown <= (of_system ? 0 : APART_MAX));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_zones_agree)};
    const char *script = getenv("PROPRE_ZONE_ORACLE");
    char command[4096];
    (void)snprintf(command, sizeof command, "exec python3 '%s' %d", script ? script : "", EACH);
    (void)unsetenv("TZDIR"); /* Python does not look at it */
    oracle = popen(command, "r");
    if (!oracle || fscanf(oracle, "%31s %d%*1[\n]", edition, &told) != 2 ||
        strcmp(edition, "none") == 0) {
        printf(
            "1..0 # SKIP no python3, or no zone data it could read (Debian: python3 tzdata)\n");
        return 0;
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return pclose(oracle) == 0 ? failed : 1;
}
