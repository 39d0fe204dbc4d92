/* The reader of zone files, on files made here; test/tactic/test_zones.c reads those of the system. */
#include "t.h"

#include <time.h>

#include "base/buf.h"
#include "base/instant.h"
#include "base/tzif.h"

enum {
    FILE_BYTES_MAX = 4096 /* what is made here */
};

/* A file of at most four changes and four types. */
struct plan {
    char version;
    int changes_n, types_n;
    int64_t at_s[4];
    unsigned char type[4];
    int32_t offset_s[4];
    const char *rule;
    int leaps; /* counted, and there */
};

struct bytes {
    size_t n;
    unsigned char p[FILE_BYTES_MAX];
};

static void
put(struct bytes *b, int64_t value, int width)
{
    assert_true(b->n + (size_t)width <= sizeof b->p);
    for (int i = width - 1; i >= 0; i--)
        b->p[b->n++] = (unsigned char)((uint64_t)value >> (8 * i));
}

static void
put_block(struct bytes *b, const struct plan *plan, int width)
{
    memcpy(b->p + b->n, "TZif", 4);
    b->n += 4;
    put(b, plan->version, 1);
    b->n += 15;
    put(b, plan->types_n, 4); /* marks of UTC, of standard time */
    put(b, plan->types_n, 4);
    put(b, plan->leaps, 4);
    put(b, plan->changes_n, 4);
    put(b, plan->types_n, 4);
    put(b, 4, 4); /* one name */
    for (int i = 0; i < plan->changes_n; i++)
        put(b, plan->at_s[i], width);
    for (int i = 0; i < plan->changes_n; i++)
        put(b, plan->type[i], 1);
    for (int i = 0; i < plan->types_n; i++) {
        put(b, plan->offset_s[i & 3], 4);
        put(b, i & 1, 1);
        put(b, 0, 1);
    }
    put(b, 0x41414100, 4);
    b->n += (size_t)(plan->leaps * (width + 4) + 2 * plan->types_n);
}

static struct bytes
make(const struct plan *plan)
{
    struct bytes b = {0};
    put_block(&b, plan, 4);
    if (plan->version) {
        put_block(&b, plan, 8);
        b.n += (size_t)snprintf((char *)b.p + b.n, sizeof b.p - b.n, "\n%s\n", plan->rule);
    }
    return b;
}

/* Reads the first ${n} bytes where they end with the block of memory, so that a read beyond is seen. */
static enum fault
read_exact(const struct bytes *b, size_t n, struct tzif **ret, struct error *error)
{
    char *exact = malloc(n ? n : 1);
    assert_non_null(exact);
    memcpy(exact, b->p, n);
    enum fault fault = tzif_read((str){exact, (ptrdiff_t)n}, ret, error);
    free(exact);
    return fault;
}

static instant
at(const char *text)
{
    struct error error;
    instant t;
    assert_ok(instant_parse(str_of(text), &t, &error), &error);
    return t;
}

static struct tzif *
by_rule(const char *rule)
{
    const struct plan plan = {.version = '2', .types_n = 1, .offset_s = {12345}, .rule = rule};
    struct bytes b = make(&plan);
    struct error error;
    struct tzif *tzif = NULL;
    assert_ok(read_exact(&b, b.n, &tzif, &error), &error);
    return tzif;
}

static void
test_rules(void **state)
{
    (void)state;
    static const struct {
        const char *rule, *at;
        int32_t
            offset_s; /* from then on, and not a second before, when it is ${before_s} there */
        int32_t before_s;
    } cases[] = {
        {"CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29T01:00:00Z", 7200, 3600},
        {"CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-25T01:00:00Z", 3600, 7200},
        {"CET-1CEST,M3.5.0,M10.5.0/3", "2399-03-28T01:00:00Z", 7200, 3600},
        {"CET-1CEST,M3.5.0,M10.5.0/3", "2027-01-01T00:00:00Z", 3600, 3600},
        /* the south: the year begins in summer */
        {"AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-04-04T16:00:00Z", 36000, 39600},
        {"AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-10-03T16:00:00Z", 39600, 36000},
        {"AEST-10AEDT,M10.1.0,M4.1.0/3", "2027-01-01T00:00:00Z", 39600, 39600},
        /* half an hour */
        {"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-10-03T15:30:00Z", 39600, 37800},
        {"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-04-04T15:00:00Z", 37800, 39600},
        /* winter is what differs: Dublin */
        {"IST-1GMT0,M10.5.0,M3.5.0/1", "2026-03-29T01:00:00Z", 3600, 0},
        {"IST-1GMT0,M10.5.0,M3.5.0/1", "2026-10-25T01:00:00Z", 0, 3600},
        /* hours beyond the day, and before it */
        {"EET-2EEST,M3.4.4/50,M10.4.4/50", "2026-03-28T00:00:00Z", 10800, 7200},
        {"IST-2IDT,M3.4.4/26,M10.5.0", "2026-03-27T00:00:00Z", 10800, 7200},
        {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T01:00:00Z", -3600, -7200},
        {"EET-2EEST,M4.5.5/0,M10.5.4/24", "2026-10-29T21:00:00Z", 7200, 10800},
        /* and in another year than their day */
        {"AAA0BBB,J365/167,J100/0", "2027-01-06T23:00:00Z", 3600, 0},
        {"AAA0BBB,J100/0,J1/-25:30", "2025-12-30T21:30:00Z", 0, 3600},
        /* J60 is the 1st of March, 59 the 60th day */
        {"AAA0BBB,J60/0,J200/0", "2027-03-01T00:00:00Z", 3600, 0},
        {"AAA0BBB,J60/0,J200/0", "2028-03-01T00:00:00Z", 3600, 0},
        {"AAA0BBB,J59/0,J200/0", "2028-02-28T00:00:00Z", 3600, 0},
        {"AAA0BBB,59/0,200/0", "2027-03-01T00:00:00Z", 3600, 0},
        {"AAA0BBB,59/0,200/0", "2028-02-29T00:00:00Z", 3600, 0},
        {"AAA0BBB,J365,J100", "2027-12-31T02:00:00Z", 3600, 0},
        {"AAA0BBB,0/0,J100/0", "2027-01-01T00:00:00Z", 3600, 0},
        /* summer all year */
        {"EST5EDT,0/0,J365/25", "2027-01-01T05:00:00Z", -14400, -14400},
        {"EST5EDT,0/0,J365/25", "2026-07-01T00:00:00Z", -14400, -14400},
        /* summer for no time at all */
        {"AAA0BBB,J100/0,J100/1", "2026-04-10T00:00:00Z", 0, 0},
        {"AAA0BBB,J100/0,J100/1", "2026-07-01T00:00:00Z", 0, 0},
        /* none */
        {"UTC0", "2026-07-01T00:00:00Z", 0, 0},
        {"<+0545>-5:45", "2026-07-01T00:00:00Z", 20700, 20700},
        {"<+1-a>+05:30:15", "2026-07-01T00:00:00Z", -19815, -19815},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tzif *tzif = by_rule(cases[i].rule);
        instant t = at(cases[i].at);
        if (tzif_offset_s(tzif, t) != cases[i].offset_s ||
            tzif_offset_s(tzif, (instant){t.us - 1}) != cases[i].before_s)
            fail_msg("%s: %d and then %d at %s", cases[i].rule,
                     tzif_offset_s(tzif, (instant){t.us - 1}), tzif_offset_s(tzif, t),
                     cases[i].at);
        tzif_free(tzif);
    }
}

/* The C library reads the same rules by other code: every hour and a half of eight years. */
static void
test_rules_as_libc(void **state)
{
    (void)state;
    static const char *const rules[] = {
        "CET-1CEST,M3.5.0,M10.5.0/3",
        "AEST-10AEDT,M10.1.0,M4.1.0/3",
        "EET-2EEST,M3.4.4/50,M10.4.4/50",
        "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
        "IST-1GMT0,M10.5.0,M3.5.0/1",
        "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
        "NST3:30NDT,M3.2.0,M11.1.0",
        "AAA3BBB,J60/1:30,J300/0",
        "AAA-7BBB-9,59/4,299/3",
        "AAA5BBB4:30,M2.1.6,M2.4.1",
        "UTC0",
        "<+1345>-13:45",
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        struct tzif *tzif = by_rule(rules[i]);
        assert_int_equal(0, setenv("TZ", rules[i], 1));
        tzset();
        instant t = at("2023-12-31T23:59:59Z"), end = at("2032-01-02T00:00:00Z");
        for (; t.us < end.us; t.us += INT64_C(5400000000)) {
            time_t seconds = (time_t)(t.us / 1000000);
            struct tm libc;
            assert_non_null(localtime_r(&seconds, &libc));
            if (libc.tm_gmtoff != tzif_offset_s(tzif, t))
                fail_msg("%s at %lld: %ld expected, %d found", rules[i], (long long)seconds,
                         libc.tm_gmtoff, tzif_offset_s(tzif, t));
        }
        tzif_free(tzif);
    }
    (void)unsetenv("TZ");
    tzset();
}

static void
test_rules_refused(void **state)
{
    (void)state;
    static const char *const rules[] = {
        "C",
        "CET",
        "CE-1",
        "<CET-1",
        "<+1>-1",
        "<+01 >-1",
        "C3T-1",
        "CET-",
        "CET-1:",
        "CET-1:60",
        "CET-1:00:60",
        "CET-16",
        "CET25",
        "CET-1 ",
        "CET-1CEST",
        "CET-1CEST-16,M3.5.0,M10.5.0",
        "CET-15CEST,M3.5.0,M10.5.0",
        "CET-1CEST,M3.5.0",
        "CET-1CEST,M3.5.0,",
        "CET-1CEST,M0.5.0,M10.5.0",
        "CET-1CEST,M13.5.0,M10.5.0",
        "CET-1CEST,M3.0.0,M10.5.0",
        "CET-1CEST,M3.6.0,M10.5.0",
        "CET-1CEST,M3.5.7,M10.5.0",
        "CET-1CEST,M3.5,M10.5.0",
        "CET-1CEST,M3.5.0,M10.5.0/168",
        "CET-1CEST,M3.5.0,M10.5.0/-168",
        "CET-1CEST,M3.5.0,M10.5.0/",
        "CET-1CEST,M3.5.0,M10.5.0/3,",
        "CET-1CEST,J0,J60",
        "CET-1CEST,J366,J60",
        "CET-1CEST,366,60",
        "CET-1CEST,-1,60",
        "CET-1CEST,99999999999999999999,60",
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        const struct plan plan = {.version = '3', .types_n = 1, .rule = rules[i]};
        struct bytes b = make(&plan);
        struct error error;
        struct tzif *tzif = NULL;
        if (read_exact(&b, b.n, &tzif, &error) == OK)
            fail_msg("taken: %s", rules[i]);
        assert_fault(FAULT_CORRUPT, error.fault, &error, "rule for the years to come");
        assert_null(tzif);
    }
}

static const struct plan history = {.version = '2',
                                    .changes_n = 3,
                                    .types_n = 3,
                                    .at_s = {-2000000000, -1, 1000000000},
                                    .type = {1, 2, 1},
                                    .offset_s = {561, 3600, -5400},
                                    .rule = "AAA-2BBB,M3.5.0,M10.5.0"};

static void
test_history(void **state)
{
    (void)state;
    struct plan plan = history;
    static const char versions[] = {0, '2', '3', '4', '9'};
    struct error error;
    for (size_t i = 0; i < sizeof versions + 1; i++) {
        bool last = i == sizeof versions;
        plan.version = last ? '2' : versions[i];
        plan.rule = last ? "" : history.rule;
        struct bytes b = make(&plan);
        struct tzif *tzif = NULL;
        assert_ok(read_exact(&b, b.n, &tzif, &error), &error);
        assert_int_equal(561, tzif_offset_s(tzif, (instant){INT64_MIN / 2}));
        assert_int_equal(561, tzif_offset_s(tzif, (instant){-2000000000000001}));
        assert_int_equal(3600, tzif_offset_s(tzif, (instant){-2000000000000000}));
        assert_int_equal(3600, tzif_offset_s(tzif, (instant){-1000001}));
        assert_int_equal(-5400, tzif_offset_s(tzif, (instant){-1000000}));
        assert_int_equal(-5400, tzif_offset_s(tzif, (instant){-1}));
        assert_int_equal(-5400, tzif_offset_s(tzif, (instant){999999999999999}));
        /* then the rule, which version 1 has not, and others may leave out */
        int32_t after_s = plan.version == 0 || last ? 3600 : 10800;
        assert_int_equal(after_s, tzif_offset_s(tzif, (instant){1000000000000000}));
        assert_int_equal(after_s, tzif_offset_s(tzif, at("2200-07-01T00:00:00Z")));
        tzif_free(tzif);
    }
    /* the first block of a newer file may be empty */
    struct plan none = {.version = '2'};
    struct bytes b = {0};
    struct tzif *tzif = NULL;
    put_block(&b, &none, 4);
    put_block(&b, &history, 8);
    memcpy(b.p + b.n, "\nUTC0\n", 6);
    b.n += 6;
    assert_ok(read_exact(&b, b.n, &tzif, &error), &error);
    assert_int_equal(-5400, tzif_offset_s(tzif, (instant){0}));
    tzif_free(tzif);
}

static void
test_cut_short(void **state)
{
    (void)state;
    struct plan plan = history;
    for (int i = 0; i < 2; i++) {
        struct bytes b = make(&plan);
        for (size_t n = 0; n < b.n; n++) {
            struct error error = {0};
            struct tzif *tzif = NULL;
            if (read_exact(&b, n, &tzif, &error) == OK)
                fail_msg("taken: %zu bytes of %zu", n, b.n);
            assert_int_equal(FAULT_CORRUPT, error.fault);
            assert_null(tzif);
        }
        plan.version = 0;
    }
}

/* Any one byte another: refused, or a history that can be asked. */
static void
test_one_byte_wrong(void **state)
{
    (void)state;
    struct plan plan = history;
    int refused = 0;
    for (int i = 0; i < 2; i++) {
        const struct bytes whole = make(&plan);
        for (size_t n = 0; n < whole.n; n++) {
            for (unsigned value = 0; value < 256; value++) {
                struct bytes b = whole;
                struct error error = {0};
                struct tzif *tzif = NULL;
                b.p[n] = (unsigned char)value;
                if (read_exact(&b, b.n, &tzif, &error)) {
                    assert_int_equal(FAULT_CORRUPT, error.fault);
                    refused++;
                    continue;
                }
                for (int64_t year = 1800; year < 2300; year += 33) {
                    instant t = {civil_days(year, 7, 1) * SPAN_DAY.us};
                    int32_t offset_s = tzif_offset_s(tzif, t);
                    assert_true(offset_s > -16 * 3600 && offset_s < 16 * 3600);
                }
                tzif_free(tzif);
            }
        }
        plan.version = 0;
    }
    assert_true(refused > 10000);
}

static void
test_damage(void **state)
{
    (void)state;
    struct plan plan = history;
    struct error error;
    struct tzif *tzif = NULL;
    struct bytes b;
#define REFUSED(change, part)                                                            \
    do {                                                                                 \
        plan = history;                                                                  \
        change;                                                                          \
        b = make(&plan);                                                                 \
        assert_fault(FAULT_CORRUPT, read_exact(&b, b.n, &tzif, &error), &error, (part)); \
    } while (0)
    REFUSED(plan.type[1] = 3, "contradict");
    REFUSED(plan.at_s[1] = plan.at_s[0], "contradict");
    REFUSED(plan.at_s[2] = -2, "contradict");
    REFUSED(plan.offset_s[0] = 16 * 3600, "contradict");
    REFUSED(plan.offset_s[2] = -16 * 3600, "contradict");
    REFUSED(plan.offset_s[2] = INT32_MIN, "contradict");
    REFUSED((plan.types_n = 0, plan.changes_n = 0), "contradict");
    REFUSED(plan.leaps = 1, "leap seconds");
    REFUSED(plan.version = '1', "not a zone file");
    REFUSED(plan.version = 'x', "not a zone file");
    REFUSED((plan.types_n = 257, plan.version = 0), "contradict");
    plan.types_n = 256;
    b = make(&plan);
    assert_ok(read_exact(&b, b.n, &tzif, &error), &error);
    tzif_free(tzif);
    tzif = NULL;
#undef REFUSED
    /* the second type's mark and name; the marks' number; the end of the block */
    plan = history;
    plan.version = 0;
    static const struct {
        size_t at;
        unsigned char value;
    } wrong[] = {{44 + 3 * 5 + 6 + 4, 2}, {44 + 3 * 5 + 6 + 5, 4}, {23, 2}, {27, 2}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        b = make(&plan);
        b.p[wrong[i].at] = wrong[i].value;
        assert_fault(FAULT_CORRUPT, read_exact(&b, b.n, &tzif, &error), &error, "contradict");
    }
    b = make(&history);
    b.p[b.n - strlen(history.rule) - 2] = ' ';
    assert_fault(FAULT_CORRUPT, read_exact(&b, b.n, &tzif, &error), &error, "rule");
    b = make(&history);
    memmove(b.p + b.n - strlen(history.rule) - 1, b.p + b.n - strlen(history.rule) - 2,
            strlen(history.rule) + 2);
    b.p[b.n++ - strlen(history.rule) - 2] = 'A';
    assert_fault(FAULT_CORRUPT, read_exact(&b, b.n, &tzif, &error), &error, "rule");
    /* more counted than there is, up to the most 32 bits can say */
    for (size_t field = 20; field < 44; field += 4) {
        b = make(&history);
        memset(b.p + field, 0xff, 4);
        assert_fault(FAULT_CORRUPT, read_exact(&b, b.n, &tzif, &error), &error, "too early");
    }
    static char large[TZIF_BYTES_MAX + 1] = "TZif";
    assert_fault(FAULT_CORRUPT, tzif_read((str){large, sizeof large}, &tzif, &error), &error,
                 "65536 bytes at most; this one has 65537");
    assert_fault(FAULT_CORRUPT, tzif_read(STR_NONE, &tzif, &error), &error, "not a zone file");
    assert_null(tzif);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules),         cmocka_unit_test(test_rules_as_libc),
        cmocka_unit_test(test_rules_refused), cmocka_unit_test(test_history),
        cmocka_unit_test(test_cut_short),     cmocka_unit_test(test_one_byte_wrong),
        cmocka_unit_test(test_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
