#include "t.h"

#include "base/zone.h"
#include "tactic/slot.h"
#include "tactic/when.h"

static struct arena_region region;
static struct arena keep;

static struct zone *
a_zone(const char *name)
{
    struct zone *zone = NULL;
    struct error error;
    assert_ok(zone_open(str_of(name), &zone, &error), &error);
    return zone;
}

static instant
utc(const char *text)
{
    instant at = {0};
    struct error error;
    assert_ok(instant_parse(str_of(text), &at, &error), &error);
    return at;
}

static void
means(const char *zone_name, const char *now, const char *text, const char *moment)
{
    auto_zone zone = a_zone(zone_name);
    struct error error;
    struct civil wall;
    instant at;
    assert_ok(when_parse(str_of(text), zone, utc(now), &wall, &at, &error), &error);
    assert_str(moment, instant_rfc3339(&keep, at));
}

static void
refuses(const char *now, const char *text, const char *why)
{
    auto_zone zone = a_zone("Europe/Paris");
    struct error error;
    struct civil wall;
    instant at;
    assert_fault(FAULT_INPUT, when_parse(str_of(text), zone, utc(now), &wall, &at, &error),
                 &error, why);
}

#define PARIS "Europe/Paris"
#define TUESDAY "2026-11-24T09:00:00Z" /* 10:00 in Paris */

static void
reads_both_languages(void **state)
{
    (void)state;
    const char *const same[][2] = {
        {"now", "2026-11-24T09:00:00Z"},
        {"Maintenant", "2026-11-24T09:00:00Z"},
        {"today 18:00", "2026-11-24T17:00:00Z"},
        {"aujourd'hui 18:00", "2026-11-24T17:00:00Z"},
        {"Aujourd\u2019hui \u00e0 18\u202fh", "2026-11-24T17:00:00Z"},
        {"18h30", "2026-11-24T17:30:00Z"},
        {"tomorrow 09:00", "2026-11-25T08:00:00Z"},
        {"demain 9h", "2026-11-25T08:00:00Z"},
        {"demain \u00e0 9 heures", "2026-11-25T08:00:00Z"},
        {"9 h 05 demain", "2026-11-25T08:05:00Z"},
        {"tomorrow at 9 pm", "2026-11-25T20:00:00Z"},
        {"tomorrow 9:30 p.m.", "2026-11-25T20:30:00Z"},
        {"tomorrow 9am", "2026-11-25T08:00:00Z"},
        {"demain midi", "2026-11-25T11:00:00Z"},
        {"friday 9:30", "2026-11-27T08:30:00Z"},
        {"vendredi, 9h30", "2026-11-27T08:30:00Z"},
        {"lundi 9 h", "2026-11-30T08:00:00Z"},
        {"mardi 9h30", "2026-12-01T08:30:00Z"}, /* today's is over: in a week */
        {"in 2 hours", "2026-11-24T11:00:00Z"},
        {"in 2h", "2026-11-24T11:00:00Z"},
        {"dans 2 heures", "2026-11-24T11:00:00Z"},
        {"in 45 min", "2026-11-24T09:45:00Z"},
        {"dans 3 jours", "2026-11-27T09:00:00Z"},
        {"in 2 weeks", "2026-12-08T09:00:00Z"},
        {"2026-12-01 09:00", "2026-12-01T08:00:00Z"},
        {"2026-12-01T09:00:15", "2026-12-01T08:00:15Z"},
        {"2026-12-01 9 h", "2026-12-01T08:00:00Z"},
        {"2026-12-01T09:00:00Z", "2026-12-01T09:00:00Z"},
        {"2026-12-01T09:00:00+05:45", "2026-12-01T03:15:00Z"},
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        means(PARIS, TUESDAY, same[i][0], same[i][1]);
}

static void
never_guesses(void **state)
{
    (void)state;
    refuses(TUESDAY, "12/11", "day or the month first");
    refuses(TUESDAY, "12/11/2026 09:00", "day or the month first");
    refuses(TUESDAY, "3.4.2026 09:00", "day or the month first");
    refuses(TUESDAY, "tomorrow", "no hour");
    refuses(TUESDAY, "2026-12-01", "no hour");
    refuses(TUESDAY, "tuesday 11:00", "in a week");
    const char *const none[] = {"",
                                "9",
                                "tomorrow 9",
                                "tomorrow 12 am",
                                "tomorrow 12 pm",
                                "tomorrow 13 pm",
                                "tomorrow midnight",
                                "tomorrow 24:00",
                                "tomorrow 9:5",
                                "tomorrow 9:60",
                                "tomorrow 09:00 UTC",
                                "tomorrow demain 9:00",
                                "9:00 10:00",
                                "in 2",
                                "in hours",
                                "in 2 hours 9:00",
                                "in -2 hours",
                                "next friday 9:00",
                                "2026-12-1 09:00",
                                "09:00 \xff",
                                "a b c d e f g h i j k l m n o p q r s t"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        refuses(TUESDAY, none[i], "is not understood");
    refuses(TUESDAY, "2026-02-30 09:00", "does not exist");
}

static void
a_moment_that_is_over_says_which(void **state)
{
    (void)state;
    refuses(TUESDAY, "today 9:00", "it would have been 2026-11-24 09:00 (Europe/Paris)");
    refuses(TUESDAY, "2025-12-01 09:00", "it would have been 2025-12-01 09:00");
    refuses(TUESDAY, "2026-11-24T08:59:59Z", "it would have been 2026-11-24 09:59");
    /* mixpost #200: a date of the far future was taken for the past */
    refuses(TUESDAY, "2062-12-01 09:00", "ten years away");
    refuses(TUESDAY, "in 999999 hours", "ten years away");
    means(PARIS, TUESDAY, "2036-11-01 09:00", "2036-11-01T08:00:00Z");
}

static void
wall_times_go_through_changes_of_the_clock(void **state)
{
    (void)state;
    /* skipped: 02:30 on 2027-03-28 in Paris; shown twice: 02:30 on 2027-10-31 */
    means(PARIS, TUESDAY, "2027-03-28 02:30", "2027-03-28T01:00:00Z");
    means(PARIS, TUESDAY, "2027-10-31 02:30", "2027-10-31T00:30:00Z");
    /* a day later keeps the wall time, twenty-four hours do not */
    means(PARIS, "2027-03-27T11:00:00Z", "in 1 day", "2027-03-28T10:00:00Z");
    means(PARIS, "2027-03-27T11:00:00Z", "in 24 hours", "2027-03-28T11:00:00Z");
    /* half and quarter hours: shoutrrr #61 */
    means("Asia/Kathmandu", TUESDAY, "tomorrow 09:00", "2026-11-25T03:15:00Z");
    means("Asia/Kolkata", TUESDAY, "tomorrow 09:00", "2026-11-25T03:30:00Z");
    means("Australia/Lord_Howe", TUESDAY, "tomorrow 23:00", "2026-11-25T12:00:00Z");
    /* "09:00" is of the place, not of UTC: reliability F10 */
    means("America/Toronto", TUESDAY, "today 09:00", "2026-11-24T14:00:00Z");
}

/* The first ${n} occurrences after ${after}, as dates and hours joined by blanks. */
static str
times(const char *rule, struct civil anchor, const char *zone_name, const char *after, int n)
{
    auto_zone zone = a_zone(zone_name);
    struct error error;
    instant at = utc(after);
    str out = S("");
    for (int i = 0; i < n; i++) {
        struct civil wall;
        bool found = false;
        assert_ok(rule_next(str_of(rule), &anchor, zone, at, &wall, &at, &found, &error),
                  &error);
        if (!found)
            return arena_printf(&keep, "%.*send", STR_FMT(out));
        out = arena_printf(&keep, "%.*s%04d-%02d-%02dT%02d:%02d ", STR_FMT(out), wall.year,
                           wall.month, wall.day, wall.hour, wall.minute);
    }
    return out;
}

static void
a_rule_follows_the_calendar(void **state)
{
    (void)state;
    struct civil jan31 = {2026, 1, 31, 9, 0, 0, 0}, leap = {2024, 2, 29, 9, 0, 0, 0};
    struct civil tuesday = {2026, 11, 24, 9, 0, 0, 0};
    assert_str("2026-01-31T09:00 2026-03-31T09:00 2026-05-31T09:00 2026-07-31T09:00 ",
               times("FREQ=MONTHLY", jan31, PARIS, "2026-01-01T00:00:00Z", 4));
    assert_str("2026-03-31T09:00 2026-05-31T09:00 ",
               times("FREQ=MONTHLY;BYMONTHDAY=31", jan31, PARIS, "2026-02-01T00:00:00Z", 2));
    assert_str("2026-01-31T09:00 2026-02-28T09:00 2026-03-31T09:00 ",
               times("FREQ=MONTHLY;BYMONTHDAY=-1", jan31, PARIS, "2026-01-01T00:00:00Z", 3));
    assert_str("2024-02-29T09:00 2028-02-29T09:00 2032-02-29T09:00 ",
               times("FREQ=YEARLY", leap, PARIS, "2024-01-01T00:00:00Z", 3));
    assert_str(
        "2026-11-24T09:00 2026-11-26T09:00 2026-12-01T09:00 ",
        times("RRULE:FREQ=WEEKLY;BYDAY=TU,TH", tuesday, PARIS, "2026-11-01T00:00:00Z", 3));
    assert_str("2026-12-07T09:00 2026-12-28T09:00 2027-01-04T09:00 2027-01-25T09:00 ",
               times("FREQ=MONTHLY;BYDAY=1MO,-1MO", tuesday, PARIS, "2026-12-01T00:00:00Z", 4));
    assert_str("2026-11-30T09:00 2026-12-31T09:00 ",
               times("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", tuesday, PARIS,
                     "2026-11-01T00:00:00Z", 2));
    assert_str("2026-11-24T09:00 2026-12-08T09:00 ",
               times("FREQ=WEEKLY;INTERVAL=2", tuesday, PARIS, "2026-11-01T00:00:00Z", 2));
}

static void
a_rule_ends(void **state)
{
    (void)state;
    struct civil a = {2026, 11, 24, 9, 0, 0, 0};
    const char *before = "2026-11-01T00:00:00Z";
    assert_str("2026-11-24T09:00 2026-11-25T09:00 end",
               times("FREQ=DAILY;COUNT=2", a, PARIS, before, 3));
    /* COUNT counts from the anchor, not from now */
    assert_str("end", times("FREQ=DAILY;COUNT=2", a, PARIS, "2026-11-25T12:00:00Z", 1));
    assert_str("2026-11-24T09:00 2026-11-25T09:00 end",
               times("FREQ=DAILY;UNTIL=20261125", a, PARIS, before, 3));
    assert_str("2026-11-24T09:00 2026-11-25T09:00 end",
               times("FREQ=DAILY;UNTIL=20261125T090000", a, PARIS, before, 3));
    /* 09:00 in Paris is 08:00Z: an end at 08:00Z takes it in, one at 07:59Z does not */
    assert_str("2026-11-24T09:00 2026-11-25T09:00 end",
               times("FREQ=DAILY;UNTIL=20261125T080000Z", a, PARIS, before, 3));
    assert_str("2026-11-24T09:00 end",
               times("FREQ=DAILY;UNTIL=20261125T075959Z", a, PARIS, before, 3));
}

static void
a_rule_keeps_its_wall_time(void **state)
{
    (void)state;
    auto_zone paris = a_zone(PARIS);
    auto_zone howe = a_zone("Australia/Lord_Howe");
    struct civil a = {2027, 3, 26, 2, 30, 0, 0}, wall, from = {2026, 11, 24, 9, 0, 0, 0};
    struct error error;
    instant at;
    bool found;
    static const char *const daily[] = {"2027-03-26T01:30:00Z", "2027-03-27T01:30:00Z",
                                        "2027-03-28T01:00:00Z", /* skipped: when it is over */
                                        "2027-03-29T00:30:00Z"};
    for (int k = 1; k <= 4; k++) {
        assert_ok(rule_at(S("FREQ=DAILY"), &a, paris, k, &wall, &at, &found, &error), &error);
        assert_true(found);
        assert_str(daily[k - 1], instant_rfc3339(&keep, at));
        assert_int_equal(2, wall.hour);
        assert_int_equal(30, wall.minute);
    }
    /* 02:30 comes twice on 2027-10-31: once, the first time */
    struct civil autumn = {2027, 10, 31, 2, 30, 0, 0};
    assert_ok(rule_at(S("FREQ=DAILY"), &autumn, paris, 1, &wall, &at, &found, &error), &error);
    assert_str("2027-10-31T00:30:00Z", instant_rfc3339(&keep, at));
    assert_ok(rule_next(S("FREQ=DAILY"), &autumn, paris, at, &wall, &at, &found, &error),
              &error);
    assert_str("2027-11-01T01:30:00Z", instant_rfc3339(&keep, at));
    /* years later it is still nine o'clock: an interval in seconds would have drifted */
    assert_ok(
        rule_at(S("FREQ=WEEKLY"), &from, paris, 1 + 52 * 5 + 30, &wall, &at, &found, &error),
        &error);
    wall = zone_civil(paris, at);
    assert_int_equal(9, wall.hour);
    assert_int_equal(2, civil_weekday(&wall));
    assert_ok(rule_next(S("FREQ=WEEKLY"), &from, howe, utc("2027-06-01T00:00:00Z"), &wall, &at,
                        &found, &error),
              &error);
    assert_str("2027-06-07T22:30:00Z", instant_rfc3339(&keep, at));
}

static void
a_rule_that_cannot_be_is_refused(void **state)
{
    (void)state;
    const char *const bad[][2] = {
        {"", "not understood"},
        {"WEEKLY", "not understood"},
        {"INTERVAL=2", "how often"},
        {"FREQ=MINUTELY", "FREQ=MINUTELY"},
        {"FREQ=SECONDLY", "FREQ=SECONDLY"},
        {"FREQ=HOURLY;BYMINUTE=0,30", "more often than hourly"},
        {"FREQ=DAILY;BYSECOND=1", "BYSECOND"},
        {"FREQ=DAILY;FREQ=WEEKLY", "FREQ=WEEKLY"},
        {"FREQ=DAILY;INTERVAL=0", "INTERVAL=0"},
        {"FREQ=DAILY;INTERVAL=-1", "INTERVAL=-1"},
        {"FREQ=DAILY;COUNT=0", "COUNT=0"},
        {"FREQ=DAILY;COUNT=3;UNTIL=20270101", "UNTIL"},
        {"FREQ=DAILY;UNTIL=20270230", "UNTIL"},
        {"FREQ=WEEKLY;BYDAY=1MO", "BYDAY"},
        {"FREQ=WEEKLY;BYDAY=XX", "BYDAY=XX"},
        {"FREQ=WEEKLY;BYDAY=MO,MO", "BYDAY"},
        {"FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY=32"},
        {"FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY=0"},
        {"FREQ=DAILY;BYHOUR=24", "BYHOUR=24"},
        {"FREQ=HOURLY;INTERVAL=2;BYHOUR=3", "INTERVAL"},
        {"FREQ=DAILY;RSCALE=CHINESE", "RSCALE"},
        {"FREQ=DAILY;", "not understood"},
        {"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "BYMONTHDAY"}, /* never comes */
        {"FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6", "BYSETPOS"},
    };
    struct error error;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_fault(FAULT_INPUT, rule_check(str_of(bad[i][0]), &error), &error, bad[i][1]);
    assert_ok(rule_check(S("freq=weekly;byday=tu,th;wkst=su"), &error), &error);
}

static void
work_on_a_rule_has_an_end(void **state)
{
    (void)state;
    auto_zone paris = a_zone(PARIS);
    struct civil a = {1970, 1, 1, 0, 0, 0, 0}, wall;
    struct error error;
    instant at;
    bool found = true;
    assert_fault(
        FAULT_INPUT,
        rule_next(S("FREQ=HOURLY"), &a, paris, utc(TUESDAY), &wall, &at, &found, &error),
        &error, "begin it anew");
    assert_ok(rule_next(S("FREQ=DAILY"), &a, paris, utc(TUESDAY), &wall, &at, &found, &error),
              &error);
    assert_true(found);
}

static void
says_a_rule_in_words(void **state)
{
    (void)state;
    const struct {
        const char *rule, *english, *french;
    } cases[] = {
        {"FREQ=WEEKLY;BYDAY=TU,TH", "every Tuesday and Thursday", "chaque mardi et jeudi"},
        {"FREQ=DAILY", "every day", "tous les jours"},
        {"FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "every 2 weeks, on Monday",
         "toutes les 2 semaines, le lundi"},
        {"FREQ=MONTHLY;BYMONTHDAY=31", "every month, on day 31 of the month",
         "tous les mois, le 31 du mois"},
        {"FREQ=MONTHLY;BYDAY=1MO,-1FR", "every month, on the first Monday and the last Friday",
         "tous les mois, le premier lundi et dernier vendredi"},
        {"FREQ=YEARLY;BYMONTH=3,6;COUNT=4", "every year, in March and June, 4 times",
         "tous les ans, en mars et juin, 4 fois"},
        {"FREQ=DAILY;UNTIL=20261231T225959Z", "every day, until 2026-12-31",
         "tous les jours, jusqu\u2019au 2026-12-31"},
        {"FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1", "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1",
         "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1"},
        {"nonsense", "nonsense", "nonsense"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_str(cases[i].english, rule_text(str_of(cases[i].rule), LANG_EN, &keep));
        assert_str(cases[i].french, rule_text(str_of(cases[i].rule), LANG_FR, &keep));
    }
}

/* The next free moment of channel 1, or "none". */
static str
next_free(const struct slots *slots, str queue, const struct zone *zone, const char *after)
{
    struct civil wall;
    instant at;
    if (!slot_next_free(slots, 1, queue, zone, utc(after), &wall, &at))
        return S("none");
    return instant_rfc3339(&keep, at);
}

static void
understood(const char *text, const char *rule)
{
    struct error error;
    str got = STR_NONE;
    assert_ok(rule_read(str_of(text), &keep, &got, &error), &error);
    assert_str(rule, got);
}

static void
not_understood(const char *text, const char *why)
{
    struct error error;
    str got;
    assert_fault(FAULT_INPUT, rule_read(str_of(text), &keep, &got, &error), &error, why);
}

static void
reads_a_rule_in_words(void **state)
{
    (void)state;
    understood("daily", "FREQ=DAILY");
    understood("Weekly on Monday", "FREQ=WEEKLY;BYDAY=MO");
    understood("every monday", "FREQ=WEEKLY;BYDAY=MO");
    understood("every 2 weeks on tuesday and friday", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,FR");
    understood("every other week", "FREQ=WEEKLY;INTERVAL=2");
    understood("every weekday", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR");
    understood("mondays, thursdays", "FREQ=WEEKLY;BYDAY=MO,TH");
    understood("monthly on the 15th", "FREQ=MONTHLY;BYMONTHDAY=15");
    understood("monthly on 1, 15", "FREQ=MONTHLY;BYMONTHDAY=1,15");
    understood("the last friday of the month", "FREQ=MONTHLY;BYDAY=-1FR");
    understood("the second monday of each month", "FREQ=MONTHLY;BYDAY=2MO");
    understood("the last day of the month", "FREQ=MONTHLY;BYMONTHDAY=-1");
    understood("every 3 months on the 31st", "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=31");
    understood("tous les lundis", "FREQ=WEEKLY;BYDAY=MO");
    understood("toutes les 2 semaines le mardi", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU");
    understood("le 15 de chaque mois", "FREQ=MONTHLY;BYMONTHDAY=15");
    understood("chaque jour ouvr\u00e9", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR");
    understood("le dernier vendredi du mois", "FREQ=MONTHLY;BYDAY=-1FR");
    understood("chaque ann\u00e9e", "FREQ=YEARLY");
    understood("RRULE:FREQ=DAILY;COUNT=3", "FREQ=DAILY;COUNT=3");
    not_understood("", "not understood");
    not_understood("sometimes", "\"sometimes\"");
    not_understood("every", "weekly on");
    not_understood("monthly on monday", "not understood"); /* which? */
    not_understood("daily on the 3rd", "not understood");
    not_understood("the last", "not understood");
    not_understood("monthly on the 32nd", "not understood");
    not_understood("every second monday", "of the month");
    not_understood("monday monday", "not understood");
    not_understood("every 9000 weeks", "INTERVAL=9000");
    not_understood("FREQ=FORTNIGHTLY", "FREQ");
}

static void
finds_the_next_free_slot(void **state)
{
    (void)state;
    auto_zone paris = a_zone(PARIS);
    auto_zone apia = a_zone("Pacific/Apia");
    struct slot at[] = {{.channel = 1, .queue = S(""), .weekday = 4, .hour = 18},
                        {.channel = 1, .queue = S(""), .weekday = 0, .hour = 9, .minute = 30},
                        {.channel = 2, .queue = S(""), .weekday = 0, .hour = 10},
                        {.channel = 1, .queue = S("evenings"), .weekday = 2, .hour = 20},
                        {.channel = 1, .queue = S("still"), .hour = 8, .paused = true}};
    instant taken[] = {utc("2026-11-25T08:30:00Z"), utc("2026-11-26T08:30:00Z"),
                       utc("2026-11-26T17:00:00Z")};
    struct slots slots = {at, 5, NULL, 0};
    assert_str("2026-11-25T08:30:00Z", next_free(&slots, S(""), paris, TUESDAY));
    /* a moment that is just now is not after now */
    assert_str("2026-11-26T08:30:00Z",
               next_free(&slots, STR_NONE, paris, "2026-11-25T08:30:00Z"));
    slots.taken = taken;
    slots.taken_n = 2;
    assert_str("2026-11-26T17:00:00Z", next_free(&slots, S(""), paris, TUESDAY));
    slots.taken_n = 3;
    assert_str("2026-11-27T08:30:00Z", next_free(&slots, S(""), paris, TUESDAY));
    assert_str("2026-11-24T19:00:00Z", next_free(&slots, S("evenings"), paris, TUESDAY));
    assert_str("none", next_free(&slots, S("still"), paris, TUESDAY));
    assert_str("none", next_free(&slots, S("other"), paris, TUESDAY));
    /* slots changed: what is next is asked again, and differs */
    at[1].hour = 7;
    assert_str("2026-11-25T06:30:00Z", next_free(&slots, S(""), paris, TUESDAY));
    /* through a change of the clock, and a day that never was (Apia, 2011-12-30) */
    at[1].hour = 2;
    assert_str("2027-03-28T01:00:00Z", next_free(&slots, S(""), paris, "2027-03-27T02:00:00Z"));
    assert_str("2011-12-30T10:00:00Z", next_free(&slots, S(""), apia, "2011-12-30T05:00:00Z"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_both_languages),
        cmocka_unit_test(never_guesses),
        cmocka_unit_test(a_moment_that_is_over_says_which),
        cmocka_unit_test(wall_times_go_through_changes_of_the_clock),
        cmocka_unit_test(a_rule_follows_the_calendar),
        cmocka_unit_test(a_rule_ends),
        cmocka_unit_test(a_rule_keeps_its_wall_time),
        cmocka_unit_test(a_rule_that_cannot_be_is_refused),
        cmocka_unit_test(work_on_a_rule_has_an_end),
        cmocka_unit_test(says_a_rule_in_words),
        cmocka_unit_test(reads_a_rule_in_words),
        cmocka_unit_test(finds_the_next_free_slot),
    };
    keep = arena_reserve(8 << 20, &region);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_release(&region);
    return failed;
}
