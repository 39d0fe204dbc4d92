#include "t.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unicode/unum.h>
#include <unicode/udat.h>
#include <unicode/ustring.h>

#include "base/format.h"
#include "base/money.h"
#include "base/tzif.h"
#include "base/zone.h"

struct room {
    struct arena_region region;
    struct arena keep;
};

static int
open_room(void **state)
{
    static struct room room;
    room.keep = arena_reserve(1 << 24, &room.region);
    *state = &room;
    return 0;
}

static int
close_room(void **state)
{
    struct room *room = *state;
    arena_release(&room->region);
    return 0;
}

/* The moment as RFC 3339, or the refusal's text, of a wall time under a policy. */
static str
moment(struct arena *keep, const char *zone_id, struct civil c, enum gap_policy gap,
       enum overlap_policy overlap)
{
    struct error error = {0};
    auto_zone zone = NULL;
    instant t;
    assert_ok(zone_open(str_of(zone_id), &zone, &error), &error);
    if (zone_instant(zone, &c, gap, overlap, &t, &error) != OK)
        return str_of(fault_name(error.fault));
    return instant_rfc3339(keep, t);
}

static void
test_gaps_and_overlaps(void **state)
{
    struct arena *keep = &((struct room *)*state)->keep;
    static const struct {
        const char *zone;
        struct civil civil;
        const char *next, *refuse_gap, *first, *second, *refuse_overlap;
    } cases[] = {
        /* ordinary: every policy agrees */
        {"Europe/Paris",
         {2026, 7, 1, 12, 0, 0, 0},
         "2026-07-01T10:00:00Z",
         "2026-07-01T10:00:00Z",
         "2026-07-01T10:00:00Z",
         "2026-07-01T10:00:00Z",
         "2026-07-01T10:00:00Z"},
        /* spring forward: 02:00 to 03:00 does not exist */
        {"Europe/Paris",
         {2026, 3, 29, 2, 30, 0, 0},
         "2026-03-29T01:00:00Z",
         "input",
         "2026-03-29T01:00:00Z",
         "2026-03-29T01:00:00Z",
         "2026-03-29T01:00:00Z"},
        {"Europe/Paris",
         {2026, 3, 29, 1, 59, 59, 999999},
         "2026-03-29T00:59:59.999999Z",
         "2026-03-29T00:59:59.999999Z",
         "2026-03-29T00:59:59.999999Z",
         "2026-03-29T00:59:59.999999Z",
         "2026-03-29T00:59:59.999999Z"},
        {"Europe/Paris",
         {2026, 3, 29, 3, 0, 0, 0},
         "2026-03-29T01:00:00Z",
         "2026-03-29T01:00:00Z",
         "2026-03-29T01:00:00Z",
         "2026-03-29T01:00:00Z",
         "2026-03-29T01:00:00Z"},
        /* autumn back: 02:00 to 03:00 twice */
        {"Europe/Paris",
         {2026, 10, 25, 2, 30, 0, 0},
         "2026-10-25T00:30:00Z",
         "2026-10-25T00:30:00Z",
         "2026-10-25T00:30:00Z",
         "2026-10-25T01:30:00Z",
         "input"},
        {"America/Toronto",
         {2026, 3, 8, 2, 0, 0, 0},
         "2026-03-08T07:00:00Z",
         "input",
         "2026-03-08T07:00:00Z",
         "2026-03-08T07:00:00Z",
         "2026-03-08T07:00:00Z"},
        {"America/Toronto",
         {2026, 11, 1, 1, 0, 0, 0},
         "2026-11-01T05:00:00Z",
         "2026-11-01T05:00:00Z",
         "2026-11-01T05:00:00Z",
         "2026-11-01T06:00:00Z",
         "input"},
        /* half an hour only */
        {"Australia/Lord_Howe",
         {2026, 10, 4, 2, 15, 0, 0},
         "2026-10-03T15:30:00Z",
         "input",
         "2026-10-03T15:30:00Z",
         "2026-10-03T15:30:00Z",
         "2026-10-03T15:30:00Z"},
        {"Australia/Lord_Howe",
         {2026, 4, 5, 1, 45, 0, 0},
         "2026-04-04T14:45:00Z",
         "2026-04-04T14:45:00Z",
         "2026-04-04T14:45:00Z",
         "2026-04-04T15:15:00Z",
         "input"},
        /* the day Samoa skipped to cross the date line */
        {"Pacific/Apia",
         {2011, 12, 30, 12, 0, 0, 0},
         "2011-12-30T10:00:00Z",
         "input",
         "2011-12-30T10:00:00Z",
         "2011-12-30T10:00:00Z",
         "2011-12-30T10:00:00Z"},
        {"Pacific/Apia",
         {2011, 12, 31, 0, 0, 0, 0},
         "2011-12-30T10:00:00Z",
         "2011-12-30T10:00:00Z",
         "2011-12-30T10:00:00Z",
         "2011-12-30T10:00:00Z",
         "2011-12-30T10:00:00Z"},
        {"Pacific/Apia",
         {2011, 12, 29, 23, 59, 59, 0},
         "2011-12-30T09:59:59Z",
         "2011-12-30T09:59:59Z",
         "2011-12-30T09:59:59Z",
         "2011-12-30T09:59:59Z",
         "2011-12-30T09:59:59Z"},
        /* the day Kwajalein lived twice was skipped going the other way: 1993-08-21 */
        {"Pacific/Kwajalein",
         {1993, 8, 21, 6, 0, 0, 0},
         "1993-08-21T12:00:00Z",
         "input",
         "1993-08-21T12:00:00Z",
         "1993-08-21T12:00:00Z",
         "1993-08-21T12:00:00Z"},
        /* a gap at midnight: the day begins at 01:00 */
        {"America/Asuncion",
         {2023, 10, 1, 0, 0, 0, 0},
         "2023-10-01T04:00:00Z",
         "input",
         "2023-10-01T04:00:00Z",
         "2023-10-01T04:00:00Z",
         "2023-10-01T04:00:00Z"},
        {"UTC", {2026, 2, 29, 0, 0, 0, 0}, "input", "input", "input", "input", "input"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct civil c = cases[i].civil;
        const char *zone = cases[i].zone;
        assert_str(cases[i].next, moment(keep, zone, c, GAP_NEXT_VALID, OVERLAP_FIRST));
        assert_str(cases[i].refuse_gap, moment(keep, zone, c, GAP_REFUSE, OVERLAP_FIRST));
        assert_str(cases[i].first, moment(keep, zone, c, GAP_NEXT_VALID, OVERLAP_FIRST));
        assert_str(cases[i].second, moment(keep, zone, c, GAP_NEXT_VALID, OVERLAP_SECOND));
        assert_str(cases[i].refuse_overlap,
                   moment(keep, zone, c, GAP_NEXT_VALID, OVERLAP_REFUSE));
    }
}

/* Every half hour of two years, in zones of every kind: there and back is the same moment. */
static void
test_round_trip(void **state)
{
    (void)state;
    static const char *const ids[] = {
        "Europe/Paris",        "America/St_Johns",  "Pacific/Apia", "Asia/Kathmandu",
        "Australia/Lord_Howe", "Africa/Casablanca", "UTC"};
    struct error error = {0};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        auto_zone zone = NULL;
        assert_ok(zone_open(str_of(ids[i]), &zone, &error), &error);
        struct civil start = {2011, 1, 1, 0, 10, 0, 7};
        instant t = instant_from_utc(&start);
        for (int step = 0; step < 2 * 366 * 48; step++, t.us += INT64_C(1800000000)) {
            struct civil c = zone_civil(zone, t);
            instant first, second;
            assert_ok(zone_instant(zone, &c, GAP_REFUSE, OVERLAP_FIRST, &first, &error),
                      &error);
            assert_ok(zone_instant(zone, &c, GAP_REFUSE, OVERLAP_SECOND, &second, &error),
                      &error);
            assert_true(first.us == t.us || second.us == t.us);
            assert_true(first.us <= second.us);
        }
    }
}

static void
test_zone_names(void **state)
{
    (void)state;
    struct error error = {0};
    struct zone *zone;
    static const char *const bad[] = {"",  "Paris",        "Europe/Pari", "Europe/Paris ",
                                      "é", "Unknown/Zone", "Etc/Unknown", "GMT+3"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_fault(FAULT_INPUT, zone_open(str_of(bad[i]), &zone, &error), &error,
                     "not a time zone");
    char longer[300];
    memset(longer, 'a', sizeof longer);
    assert_fault(FAULT_INPUT, zone_open((str){longer, sizeof longer}, &zone, &error), &error,
                 "not a time zone");
    assert_ok(zone_open(S("America/Montreal"), &zone, &error),
              &error); /* an older name still works */
    instant t = {0};
    assert_int_equal(zone_offset_s(zone, t), -5 * 3600);
    assert_str("America/Montreal", zone_name(zone));
    zone_close(zone);
    assert_ok(zone_open(S("Europe/Paris"), &zone, &error), &error);
    assert_int_equal(zone_offset_s(zone, (instant){-2500000000000000}),
                     561); /* local mean time, 1890 */
    zone_close(zone);
}

/* The zone of the machine, or a folder of zones that is not there (a slim image), shifts nothing: ICU's data are there too. */
static void
test_zones_ask_nothing_of_the_system(void **state)
{
    (void)state;
    static const char *const clocks[] = {"Nowhere/None", "Asia/Kolkata", ""};
    struct civil july = {2026, 7, 1, 9, 0, 0, 0};
    for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
        struct error error;
        auto_zone zone = NULL;
        instant at;
        assert_int_equal(0, setenv("TZDIR", "/nonexistent", 1));
        assert_int_equal(0, setenv("TZ", clocks[i], 1));
        tzset();
        assert_ok(zone_open(S("Europe/Paris"), &zone, &error), &error);
        assert_int_equal(zone_offset_s(zone, instant_from_utc(&july)), 7200);
        assert_ok(zone_instant(zone, &july, GAP_REFUSE, OVERLAP_REFUSE, &at, &error), &error);
        struct civil utc = instant_to_utc(at);
        assert_int_equal(utc.hour, 7);
        struct zone *none = NULL; /* an unknown name is refused, and not taken for UTC */
        assert_fault(FAULT_INPUT, zone_open(S("Nowhere/None"), &none, &error), &error,
                     "not a time zone");
    }
    (void)unsetenv("TZ");
    (void)unsetenv("TZDIR");
    tzset();
}

static int32_t
offset_at(const char *name, const char *at)
{
    struct error error;
    auto_zone zone = NULL;
    instant t;
    assert_ok(zone_open(str_of(name), &zone, &error), &error);
    assert_ok(instant_parse(str_of(at), &t, &error), &error);
    return zone_offset_s(zone, t);
}

/* What editions of the data from 2022f on say, whatever ICU's is. */
static void
test_zones_of_the_system(void **state)
{
    (void)state;
    static const struct {
        const char *zone, *at;
        int32_t minutes;
    } cases[] = {
        {"America/Mexico_City", "2026-07-01T12:00:00Z", -360}, /* summer time until 2022 */
        {"Mexico/General", "2026-07-01T12:00:00Z", -360},
        {"America/Mexico_City", "2022-07-01T12:00:00Z", -300},
        {"Australia/Lord_Howe", "2026-01-01T00:00:00Z", 660},
        {"Australia/Lord_Howe", "2026-07-01T00:00:00Z", 630},
        {"Australia/Lord_Howe", "2060-07-01T00:00:00Z", 630},
        {"Asia/Kathmandu", "2026-01-01T00:00:00Z", 345},
        {"Asia/Kathmandu", "1985-12-31T18:29:59Z", 330},
        {"Africa/Casablanca", "2026-02-15T01:59:59Z", 60}, /* an hour less in Ramadan */
        {"Africa/Casablanca", "2026-02-15T02:00:00Z", 0},
        {"Africa/Casablanca", "2026-03-22T01:59:59Z", 0},
        {"Africa/Casablanca", "2026-03-22T02:00:00Z", 60},
        {"Europe/Dublin", "2026-01-01T00:00:00Z", 0},
        {"Europe/Dublin", "2026-07-01T00:00:00Z", 60},
        {"Europe/Dublin", "2099-01-01T00:00:00Z", 0},
        {"Europe/Dublin", "2099-07-01T00:00:00Z", 60},
        {"Etc/GMT+3", "2026-07-01T00:00:00Z", -180},
    };
    if (access("/usr/share/zoneinfo/America/Mexico_City", R_OK)) {
        print_message("SKIP test_zones_of_the_system: no zone data (Debian: tzdata)\n");
        skip();
    }
    assert_int_equal(0, setenv("TZDIR", "", 1)); /* as none, as for libc */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int32_t offset_s = offset_at(cases[i].zone, cases[i].at);
        if (offset_s != cases[i].minutes * 60)
            fail_msg("%s: %d s at %s", cases[i].zone, offset_s, cases[i].at);
    }
    assert_int_equal(0, unsetenv("TZDIR"));
}

/* A folder of zone data with what ${files} says. */
struct zone_folder {
    char path[64];
    int n;
    char files[16][128];
};

static void
zone_file(struct zone_folder *folder, const char *name, const void *bytes, size_t n)
{
    char path[sizeof folder->files[0]];
    (void)snprintf(path, sizeof path, "%s/%s", folder->path, name);
    memcpy(folder->files[folder->n++], path, sizeof path);
    for (char *slash = path + strlen(folder->path) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = 0;
        assert_true(mkdir(path, 0700) == 0 || errno == EEXIST);
        *slash = '/';
    }
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(n, fwrite(bytes, 1, n, file));
    assert_int_equal(0, fclose(file));
}

static int
open_zone_folder(void **state)
{
    static struct zone_folder folder;
    folder = (struct zone_folder){.path = "/tmp/propre-zones-XXXXXX"};
    *state = &folder;
    return !mkdtemp(folder.path) || setenv("TZDIR", folder.path, 1);
}

static int
close_zone_folder(void **state)
{
    struct zone_folder *folder = *state;
    for (int i = 0; i < folder->n; i++) {
        char *path = folder->files[i], *slash;
        (void)unlink(path);
        while ((slash = strrchr(path, '/')) > path + strlen(folder->path)) {
            *slash = 0;
            (void)rmdir(path); /* when it was the last one there */
        }
    }
    return rmdir(folder->path) || unsetenv("TZDIR");
}

/* Version 1: one type, no change. */
#define ZONE_OF(seconds_high, seconds_low)                                              \
    "TZif\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"                                              \
    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\001\0\0\0\004\0\0" seconds_high seconds_low \
    "\0\0AAA"

static void
test_folder_of_zones(void **state)
{
    struct zone_folder *folder = *state;
    static const char town[] = ZONE_OF("\x2b", "\xd4"); /* 11,220 s */
    struct error error;
    struct zone *zone = NULL;
    /* an empty folder: ICU's data */
    assert_int_equal(7200, offset_at("Europe/Paris", "2026-07-01T00:00:00Z"));
    assert_int_equal(7200, offset_at("CET", "2026-07-01T00:00:00Z"));
    assert_int_equal(-25200, offset_at("PST", "2026-07-01T00:00:00Z"));
    assert_fault(FAULT_INPUT, zone_open(S("Test/Town"), &zone, &error), &error,
                 "not a time zone");
    /* its files, where it has some; others still are ICU's */
    zone_file(folder, "Test/Town", town, sizeof town);
    zone_file(folder, "Asia/Tokyo", town, sizeof town);
    assert_int_equal(11220, offset_at("Test/Town", "2026-07-01T00:00:00Z"));
    assert_int_equal(11220, offset_at("Asia/Tokyo", "2026-07-01T00:00:00Z"));
    assert_int_equal(7200, offset_at("Europe/Paris", "2026-07-01T00:00:00Z"));
    assert_fault(FAULT_INPUT, zone_open(S("Test"), &zone, &error), &error, "not a time zone");
    assert_fault(FAULT_INPUT, zone_open(S("Asia"), &zone, &error), &error, "not a time zone");
    /* names that lead elsewhere, or to the same once more */
    static const char *const names[] = {"posix/Town",  "right/Town",  "localtime",
                                        "posixrules",  "Test/a.town", "Test/é",
                                        "Test/a town", "~Town"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        zone_file(folder, names[i], town, sizeof town);
        assert_fault(FAULT_INPUT, zone_open(str_of(names[i]), &zone, &error), &error,
                     "not a time zone");
    }
    static const char *const ways[] = {"/Test/Town",
                                       "Test//Town",
                                       "Test/Town/",
                                       "Test/./Town",
                                       "./Test/Town",
                                       "Test/../Test/Town",
                                       "../../usr/share/zoneinfo/Europe/Paris",
                                       "/",
                                       "."};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        assert_fault(FAULT_INPUT, zone_open(str_of(ways[i]), &zone, &error), &error,
                     "not a time zone");
    assert_fault(FAULT_INPUT, zone_open((str){"Test/Town\0", 10}, &zone, &error), &error,
                 "not a time zone");
    /* no folder at all, and no folder said */
    assert_int_equal(0, setenv("TZDIR", "/dev/null", 1));
    assert_int_equal(7200, offset_at("Europe/Paris", "2026-07-01T00:00:00Z"));
    assert_int_equal(0, setenv("TZDIR", "", 1));
    assert_int_equal(32400, offset_at("Asia/Tokyo", "2026-07-01T00:00:00Z"));
    assert_null(zone);
}

/* A damaged file is said: older data in its place might be an hour wrong. */
static void
test_damaged_zone(void **state)
{
    struct zone_folder *folder = *state;
    static const char town[] = ZONE_OF("\x2b", "\xd4");
    static char large[TZIF_BYTES_MAX + 1] = "TZif";
    struct error error;
    struct zone *zone = NULL;
    zone_file(folder, "Europe/Paris", town, sizeof town - 1);
    zone_file(folder, "Europe/Rome", "", 0);
    zone_file(folder, "Europe/Oslo", large, sizeof large);
    zone_file(folder, "leapseconds", "# none", 6);
    assert_fault(FAULT_CORRUPT, zone_open(S("Europe/Paris"), &zone, &error), &error,
                 "/Europe/Paris, of the package tzdata: the zone file ends too early");
    assert_fault(FAULT_CORRUPT, zone_open(S("Europe/Rome"), &zone, &error), &error,
                 "/Europe/Rome, of the package tzdata: this is not a zone file");
    assert_fault(FAULT_CORRUPT, zone_open(S("Europe/Oslo"), &zone, &error), &error,
                 "65536 bytes at most");
    assert_fault(FAULT_INPUT, zone_open(S("leapseconds"), &zone, &error), &error,
                 "not a time zone");
    char longer[5000];
    memset(longer, 'a', sizeof longer);
    longer[sizeof longer - 1] = 0;
    assert_int_equal(0, setenv("TZDIR", longer, 1));
    assert_fault(FAULT_SYSTEM, zone_open(S("Europe/Paris"), &zone, &error), &error,
                 "cannot open the zone file aaa");
    assert_fault(FAULT_SYSTEM, zone_open(S("Test/Town"), &zone, &error), &error,
                 "cannot open the zone file aaa"); /* who knows what it is */
    assert_null(zone);
}

static void
test_french(void **state)
{
    struct arena *keep = &((struct room *)*state)->keep;
    struct civil c = {2026, 11, 24, 9, 5, 0, 0}, first = {2026, 5, 1, 0, 0, 0, 0};
    assert_str("1\u202f234\u202f567", format_integer(keep, LANG_FR, 1234567));
    assert_str("-999", format_integer(keep, LANG_FR, -999));
    assert_str("1\u202f234,5", format_real(keep, LANG_FR, 1234.5, 1));
    assert_str("42\u00a0%", format_share(keep, LANG_FR, 0.42, 0));
    assert_str("4,2\u00a0%", format_share(keep, LANG_FR, 0.042, 1));
    assert_str("×\u00a02,1", format_times(keep, LANG_FR, 2.1));
    assert_str("mardi 24 novembre 2026", format_civil(keep, LANG_FR, &c, FORMAT_LONG_DATE));
    assert_str("vendredi 1er mai 2026", format_civil(keep, LANG_FR, &first, FORMAT_LONG_DATE));
    assert_str("24 nov. 2026, 9\u00a0h\u00a005",
               format_civil(keep, LANG_FR, &c, FORMAT_DATE_TIME));
    assert_str("24 nov. 2026", format_civil(keep, LANG_FR, &c, FORMAT_DATE));
    assert_str("lundi", format_weekday(LANG_FR, 1));
    assert_str("août", format_month(LANG_FR, 8));
    assert_str("1,5\u00a0Mo", format_bytes(keep, LANG_FR, 1500000));
    assert_str("0\u00a0octet", format_bytes(keep, LANG_FR, 0));
    assert_str("12,50\u00a0€", format_money(keep, LANG_FR, (money){1250, "EUR"}));
    assert_str("-1\u202f234,50\u00a0$CA", format_money(keep, LANG_FR, (money){-123450, "CAD"}));
}

static void
test_english(void **state)
{
    struct arena *keep = &((struct room *)*state)->keep;
    struct civil c = {2026, 11, 24, 9, 5, 0, 0};
    assert_str("-9,223,372,036,854,775,808", format_integer(keep, LANG_EN, INT64_MIN));
    assert_str("1,234.5", format_real(keep, LANG_EN, 1234.5, 1));
    assert_str("0.0", format_real(keep, LANG_EN, -0.04, 1)); /* no "-0.0" */
    assert_str("53", format_real(keep, LANG_EN, 52.5, 0));   /* as the pictures round it */
    assert_str("-53", format_real(keep, LANG_EN, -52.5, 0));
    assert_str("0", format_real(keep, LANG_EN, -0.4, 0));
    assert_str("–", format_real(keep, LANG_EN, (double)NAN, 1));
    assert_str("-∞", format_real(keep, LANG_EN, -(double)INFINITY, 1));
    assert_str("42%", format_share(keep, LANG_EN, 0.42, 0));
    assert_str("×\u00a00.95", format_times(keep, LANG_EN, 0.95));
    assert_str("×\u00a01.99", format_times(keep, LANG_EN, 1.9949));
    assert_str("×\u00a02.0", format_times(keep, LANG_EN, 1.996));
    assert_str("×\u00a010", format_times(keep, LANG_EN, 9.97));
    assert_str("Tuesday, 24 November 2026", format_civil(keep, LANG_EN, &c, FORMAT_LONG_DATE));
    assert_str("24 Nov 2026, 09:05", format_civil(keep, LANG_EN, &c, FORMAT_DATE_TIME));
    assert_str("1\u00a0byte", format_bytes(keep, LANG_EN, 1));
    assert_str("1.0\u00a0MB", format_bytes(keep, LANG_EN, 999999));
    assert_str("¥1,234", format_money(keep, LANG_EN, (money){1234, "JPY"}));
    assert_str("-€92,233,720,368,547,758.08",
               format_money(keep, LANG_EN, (money){INT64_MIN, "EUR"}));
}

/* Our own number and word tables say what CLDR says. */
static void
test_against_icu(void **state)
{
    struct arena *keep = &((struct room *)*state)->keep;
    for (enum lang lang = LANG_EN; lang <= LANG_FR; lang++) {
        UErrorCode status = U_ZERO_ERROR;
        UNumberFormat *numbers =
            unum_open(UNUM_DECIMAL, NULL, 0, lang_code(lang), NULL, &status);
        static const int64_t samples[] = {0,     7,      -7,      999,       1000,     -1000,
                                          12345, 999999, 1000000, INT64_MAX, INT64_MIN};
        for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
            UChar wide[64];
            char text[256];
            (void)unum_formatInt64(numbers, samples[i], wide, 64, NULL, &status);
            (void)u_strToUTF8(text, sizeof text, NULL, wide, -1, &status);
            assert_str(text, format_integer(keep, lang, samples[i]));
        }
        unum_close(numbers);
        UDateFormat *dates =
            udat_open(UDAT_FULL, UDAT_FULL, lang_code(lang), NULL, 0, NULL, 0, &status);
        assert_true(U_SUCCESS(status));
        for (int32_t i = 0; i < 7; i++) {
            UChar wide[64];
            char text[256];
            /* ICU counts days from Sunday = 1 */
            (void)udat_getSymbols(dates, UDAT_STANDALONE_WEEKDAYS, i == 6 ? 1 : i + 2, wide, 64,
                                  &status);
            (void)u_strToUTF8(text, sizeof text, NULL, wide, -1, &status);
            assert_str(text, format_weekday(lang, i + 1));
        }
        for (int32_t i = 0; i < 12; i++) {
            UChar wide[64];
            char text[256];
            (void)udat_getSymbols(dates, UDAT_MONTHS, i, wide, 64, &status);
            (void)u_strToUTF8(text, sizeof text, NULL, wide, -1, &status);
            assert_str(text, format_month(lang, i + 1));
            (void)udat_getSymbols(dates, UDAT_SHORT_MONTHS, i, wide, 64, &status);
            (void)u_strToUTF8(text, sizeof text, NULL, wide, -1, &status);
            struct civil day = {2026, i + 1, 24, 0, 0, 0, 0};
            str expected = arena_printf(keep, "24 %s 2026", text);
            assert_str(expected.p, format_civil(keep, lang, &day, FORMAT_DATE));
        }
        udat_close(dates);
        assert_true(U_SUCCESS(status));
    }
}

static void
test_money(void **state)
{
    (void)state;
    static const struct {
        const char *text, *currency;
        int64_t minor;
    } good[] = {
        {"1234.5", "EUR", 123450},
        {"1234,50", "EUR", 123450},
        {"1 234,5", "EUR", 123450},
        {"1\u202f234\u00a0567", "CAD", 123456700},
        {"-3", "EUR", -300},
        {"0.01", "USD", 1},
        {" 12 ", "JPY", 12},
        {"1.234", "TND", 1234},
        {"92233720368547758.07", "EUR", INT64_MAX},
    };
    struct error error = {0};
    money m;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_ok(money_parse(str_of(good[i].text), str_of(good[i].currency), &m, &error),
                  &error);
        assert_int_equal(m.minor, good[i].minor);
        assert_string_equal(m.currency, good[i].currency);
    }
    static const char *const bad[] = {"",
                                      "-",
                                      ".",
                                      "1.",
                                      ".5",
                                      "1,234",
                                      "1.234,5",
                                      "1,234.50",
                                      "1.005",
                                      "1e3",
                                      "--1",
                                      "1 €",
                                      "0x1",
                                      "92233720368547758.08",
                                      "1. 5",
                                      " ,",
                                      "99999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_fault(FAULT_INPUT, money_parse(str_of(bad[i]), S("EUR"), &m, &error), &error,
                     "not an amount in EUR");
    assert_fault(FAULT_INPUT, money_parse(S("1.5"), S("JPY"), &m, &error), &error,
                 "at most 0 decimals");
    assert_fault(FAULT_INPUT, money_parse(S("1"), S("euro"), &m, &error), &error,
                 "not a currency");
    assert_fault(FAULT_INPUT, money_parse(S("1"), S("eur"), &m, &error), &error,
                 "not a currency");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_gaps_and_overlaps, open_room, close_room),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_zone_names),
        cmocka_unit_test(test_zones_ask_nothing_of_the_system),
        cmocka_unit_test(test_zones_of_the_system),
        cmocka_unit_test_setup_teardown(test_folder_of_zones, open_zone_folder,
                                        close_zone_folder),
        cmocka_unit_test_setup_teardown(test_damaged_zone, open_zone_folder, close_zone_folder),
        cmocka_unit_test_setup_teardown(test_french, open_room, close_room),
        cmocka_unit_test_setup_teardown(test_english, open_room, close_room),
        cmocka_unit_test_setup_teardown(test_against_icu, open_room, close_room),
        cmocka_unit_test(test_money),
    };
    (void)unsetenv("TZDIR"); /* cannot fail: the name is one */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
