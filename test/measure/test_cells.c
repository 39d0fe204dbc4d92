#include "fixture.h"

#include "measure/import_cell_internal.h"

/* How a count is read, by the decimal mark of its file. */
static void
numbers_are_read_as_the_file_writes_them(void **state)
{
    static const struct {
        const char *cell;
        enum import_decimal decimal;
        enum number_result result;
        int64_t is;
    } cases[] = {
        {"17", DECIMAL_AUTO, NUMBER_OK, 17},
        {" 17 ", DECIMAL_AUTO, NUMBER_OK, 17},
        {"17.0", DECIMAL_POINT, NUMBER_OK, 17}, /* a program with missing values writes so */
        {"17,00", DECIMAL_COMMA, NUMBER_OK, 17},
        {"12,400", DECIMAL_POINT, NUMBER_OK, 12400},
        {"1.520", DECIMAL_COMMA, NUMBER_OK, 1520},
        {"1.234.567", DECIMAL_COMMA, NUMBER_OK, 1234567},
        {"1,234,567.0", DECIMAL_POINT, NUMBER_OK, 1234567},
        {"1 234", DECIMAL_AUTO, NUMBER_OK, 1234},
        {"1\u00a0234\u00a0567", DECIMAL_COMMA, NUMBER_OK, 1234567},
        {"1\u202f234,0", DECIMAL_COMMA, NUMBER_OK, 1234},
        {"1'234", DECIMAL_POINT, NUMBER_OK, 1234},
        {"", DECIMAL_AUTO, NUMBER_BLANK, 0},
        {"-", DECIMAL_AUTO, NUMBER_BLANK, 0},
        {"–", DECIMAL_AUTO, NUMBER_BLANK, 0},
        {"N/A", DECIMAL_AUTO, NUMBER_BLANK, 0},
        {"0", DECIMAL_AUTO, NUMBER_OK, 0},
        {"-0", DECIMAL_AUTO, NUMBER_OK, 0},
        {"-3", DECIMAL_AUTO, NUMBER_NEGATIVE, 0},
        {"\u22123", DECIMAL_AUTO, NUMBER_NEGATIVE, 0},
        {"1.5", DECIMAL_POINT, NUMBER_FRACTION, 0},
        {"1.520", DECIMAL_POINT, NUMBER_FRACTION, 0},
        {"1,23", DECIMAL_POINT, NUMBER_BAD, 0},
        {"12,4000", DECIMAL_POINT, NUMBER_BAD, 0},
        {"1.234,567", DECIMAL_POINT, NUMBER_BAD, 0},
        {"12%", DECIMAL_AUTO, NUMBER_BAD, 0},
        {"1e5", DECIMAL_AUTO, NUMBER_BAD, 0},
        {"=1+1", DECIMAL_AUTO, NUMBER_BAD, 0},
        {"many", DECIMAL_AUTO, NUMBER_BAD, 0},
        {"1000000000000000", DECIMAL_AUTO, NUMBER_OK, 1000000000000000},
        {"1000000000000001", DECIMAL_AUTO, NUMBER_LARGE, 0},
        {"99999999999999999999", DECIMAL_AUTO, NUMBER_BAD, 0},
        {".", DECIMAL_AUTO, NUMBER_BAD, 0},
        {"1..2", DECIMAL_AUTO, NUMBER_BAD, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t is = 0;
        enum number_result result = number_read(str_of(cases[i].cell), cases[i].decimal, &is);
        if (result != cases[i].result || is != cases[i].is)
            fail_msg("\"%s\": %d, %lld", cases[i].cell, (int)result, (long long)is);
    }
}

/* The decimal mark is decided by all cells, or asked. */
static void
the_decimal_mark_is_found_or_asked(void **state)
{
    static const struct {
        const char *cells[4];
        bool found;
        enum import_decimal decimal;
    } cases[] = {
        {{"1", "22", "333"}, true, DECIMAL_AUTO},
        {{"1.5", "2"}, true, DECIMAL_POINT},
        {{"1,5", "2"}, true, DECIMAL_COMMA},
        {{"1,234,567"}, true, DECIMAL_POINT},
        {{"1.234,5"}, true, DECIMAL_COMMA},
        {{"1 234,5"}, true, DECIMAL_COMMA},
        {{"0.520", "12"}, true, DECIMAL_POINT},
        {{"12,400", "17"},
         true,
         DECIMAL_POINT}, /* 17 has no three decimals: the comma groups */
        {{"1.520", "17"}, true, DECIMAL_COMMA},
        {{"1.520"}, false, DECIMAL_AUTO},              /* nothing shows it */
        {{"1.520", "1521", "3"}, false, DECIMAL_AUTO}, /* the file does not group */
        {{"1.5", "1,5"}, false, DECIMAL_AUTO},         /* both */
        {{"1.520", "1,520", "7"}, false, DECIMAL_AUTO},
        {{"x", "", "-"}, true, DECIMAL_AUTO},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct number_evidence evidence = {0};
        enum import_decimal decimal = DECIMAL_AUTO;
        for (int j = 0; j < 4 && cases[i].cells[j]; j++)
            number_survey(&evidence, str_of(cases[i].cells[j]), j + 2);
        if (number_decide(&evidence, &decimal) != cases[i].found || decimal != cases[i].decimal)
            fail_msg("case %zu (\"%s\" …): %d", i, cases[i].cells[0], (int)decimal);
    }
}

static void
dates_are_read_in_many_forms(void **state)
{
    static const struct {
        const char *cell;
        enum import_date_order order;
        enum date_result result;
        int32_t year, month, day, hour, minute; /* hour −1: no time */
    } cases[] = {
        {"2025-11-21", 0, DATE_OK, 2025, 11, 21, -1, 0},
        {"2025-11-21T18:05:33.123Z", 0, DATE_OK, 2025, 11, 21, 18, 5},
        {"2016-05-31 23:31 +0000", 0, DATE_OK, 2016, 5, 31, 23, 31},
        {"Fri, Nov 21, 2025", 0, DATE_OK, 2025, 11, 21, -1, 0},
        {"Nov 21, 2025, 6:05 PM", 0, DATE_OK, 2025, 11, 21, 18, 5},
        {"21 novembre 2025 18 h 05", 0, DATE_OK, 2025, 11, 21, 18, 5},
        {"vendredi 21 nov. 2025", 0, DATE_OK, 2025, 11, 21, -1, 0},
        {"mar. 24 févr. 2026", 0, DATE_OK, 2026, 2, 24, -1, 0},
        {"Mar 4, 2026", 0, DATE_OK, 2026, 3, 4, -1, 0},
        {"1er mai 2025", 0, DATE_OK, 2025, 5, 1, -1, 0},
        {"21-Nov-25", 0, DATE_OK, 2025, 11, 21, -1, 0},
        {"21 de novembro de 2025", 0, DATE_OK, 2025, 11, 21, -1, 0},
        {"09/15/2026 18:00", DATE_ORDER_MDY, DATE_OK, 2026, 9, 15, 18, 0},
        {"03/04/2026", DATE_ORDER_MDY, DATE_OK, 2026, 3, 4, -1, 0},
        {"03/04/2026", DATE_ORDER_DMY, DATE_OK, 2026, 4, 3, -1, 0},
        {"10/16/17 22:59", DATE_ORDER_MDY, DATE_OK, 2017, 10, 16, 22, 59},
        {"24.11.2026", DATE_ORDER_DMY, DATE_OK, 2026, 11, 24, -1, 0},
        {"12/31/99 12:30 AM", DATE_ORDER_MDY, DATE_OK, 1999, 12, 31, 0, 30},
        {"2025-02-30", 0, DATE_NEVER, 0, 0, 0, 0, 0},
        {"31/04/2025", DATE_ORDER_DMY, DATE_NEVER, 0, 0, 0, 0, 0},
        {"2025-11-21 25:00", 0, DATE_NEVER, 0, 0, 0, 0, 0},
        {"2025-11-21 18:60", 0, DATE_NEVER, 0, 0, 0, 0, 0},
        {"29/02/2023", DATE_ORDER_DMY, DATE_NEVER, 0, 0, 0, 0, 0},
        {"Lifetime", 0, DATE_BAD, 0, 0, 0, 0, 0},
        {"yesterday", 0, DATE_BAD, 0, 0, 0, 0, 0},
        {"2025-11-21 and more", 0, DATE_BAD, 0, 0, 0, 0, 0},
        {"44886.5", 0, DATE_BAD, 0, 0, 0, 0, 0},
        {"2025/11-21", 0, DATE_BAD, 0, 0, 0, 0, 0},
        {"13:00 PM", 0, DATE_BAD, 0, 0, 0, 0, 0},
        {"", 0, DATE_BLANK, 0, 0, 0, 0, 0},
        {"-", 0, DATE_BLANK, 0, 0, 0, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct date_read read = {0};
        enum date_result result = date_read(str_of(cases[i].cell), cases[i].order, &read);
        if (result != cases[i].result)
            fail_msg("\"%s\": %d", cases[i].cell, (int)result);
        if (result != DATE_OK)
            continue;
        const struct civil *c = &read.civil;
        if (c->year != cases[i].year || c->month != cases[i].month || c->day != cases[i].day ||
            read.has_time != (cases[i].hour >= 0) ||
            (read.has_time && (c->hour != cases[i].hour || c->minute != cases[i].minute)))
            fail_msg("\"%s\": %d-%d-%d %d:%d", cases[i].cell, c->year, c->month, c->day,
                     c->hour, c->minute);
    }
}

static void
offsets_are_kept(void **state)
{
    struct date_read read;
    (void)state;
    assert_int_equal(DATE_OK,
                     date_read(S("2025-11-21T18:05:00-03:30"), DATE_ORDER_AUTO, &read));
    assert_true(read.has_offset);
    assert_int_equal(-210, read.offset_minutes);
    assert_int_equal(DATE_OK, date_read(S("2025-11-21 18:05"), DATE_ORDER_AUTO, &read));
    assert_false(read.has_offset);
}

static void
the_order_of_dates_is_found_or_asked(void **state)
{
    static const struct {
        const char *cells[3];
        bool found;
        enum import_date_order order;
    } cases[] = {
        {{"03/04/2025", "24/11/2025"}, true, DATE_ORDER_DMY},
        {{"03/04/2025", "11/24/2025"}, true, DATE_ORDER_MDY},
        {{"03/04/2025", "05/06/2025"}, false, DATE_ORDER_AUTO},
        {{"24/11/2025", "11/24/2025"}, false, DATE_ORDER_AUTO},
        {{"04/04/2025"}, true, DATE_ORDER_AUTO},
        {{"2025-03-04", "Nov 3, 2025"}, true, DATE_ORDER_AUTO},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct date_evidence evidence = {0};
        enum import_date_order order = DATE_ORDER_AUTO;
        for (int j = 0; j < 3 && cases[i].cells[j]; j++)
            date_survey(&evidence, str_of(cases[i].cells[j]), j + 2);
        if (date_decide(&evidence, &order) != cases[i].found || order != cases[i].order)
            fail_msg("case %zu: %d", i, (int)order);
    }
}

static void
names_of_months_and_days(void **state)
{
    int32_t n = 0;
    (void)state;
    assert_true(month_named(S("Sept."), &n) && n == 9);
    assert_true(month_named(S("août"), &n) && n == 8);
    assert_true(month_named(S("DEZ"), &n) && n == 12);
    assert_false(month_named(S("jui"), &n)); /* juin or juillet */
    assert_false(month_named(S("ma"), &n));
    assert_true(weekday_named(S("Mittwoch"), &n) && n == 3);
    assert_true(weekday_named(S("dim."), &n) && n == 7);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read_as_the_file_writes_them),
        cmocka_unit_test(the_decimal_mark_is_found_or_asked),
        cmocka_unit_test(dates_are_read_in_many_forms),
        cmocka_unit_test(offsets_are_kept),
        cmocka_unit_test(the_order_of_dates_is_found_or_asked),
        cmocka_unit_test(names_of_months_and_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
