#include "base/instant.h"

#include <assert.h>

/* Source: the days-from-civil identity over 400-year eras (146 097 days), March-based years. */
int64_t
civil_days(int64_t year, int32_t month, int32_t day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
           day_of_year - 719468;
}

static int32_t
days_in_month(int32_t year, int32_t month)
{
    static const int32_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

bool
civil_valid(const struct civil *c)
{
    return c->year >= 1 && c->year <= 9999 && c->month >= 1 && c->month <= 12 && c->day >= 1 &&
           c->day <= days_in_month(c->year, c->month) && c->hour >= 0 && c->hour <= 23 &&
           c->minute >= 0 && c->minute <= 59 && c->second >= 0 && c->second <= 59 &&
           c->microsecond >= 0 && c->microsecond <= 999999;
}

int32_t
civil_weekday(const struct civil *c)
{
    int64_t days = civil_days(c->year, c->month, c->day); /* 1970-01-01 was a Thursday */
    return (int32_t)(((days + 3) % 7 + 7) % 7) + 1;
}

instant
instant_from_utc(const struct civil *c)
{
    assert(civil_valid(c));
    int64_t seconds = civil_days(c->year, c->month, c->day) * 86400 + c->hour * INT64_C(3600) +
                      c->minute * INT64_C(60) + c->second;
    return (instant){seconds * 1000000 + c->microsecond};
}

struct civil
instant_to_utc(instant t)
{
    int64_t day_us = 86400000000;
    int64_t days = t.us / day_us - (t.us % day_us < 0);
    int64_t rest = t.us - days * day_us;
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int32_t month = (int32_t)(mp < 10 ? mp + 3 : mp - 9);
    return (struct civil){
        .year = (int32_t)(yoe + era * 400 + (month <= 2)),
        .month = month,
        .day = (int32_t)(doy - (153 * mp + 2) / 5 + 1),
        .hour = (int32_t)(rest / 3600000000),
        .minute = (int32_t)(rest / 60000000 % 60),
        .second = (int32_t)(rest / 1000000 % 60),
        .microsecond = (int32_t)(rest % 1000000),
    };
}

/* Exactly ${digits} digits at *s, consumed. */
static bool
take_digits(str *s, int32_t digits, int32_t *ret)
{
    int32_t value = 0;
    if (s->n < digits)
        return false;
    for (int32_t i = 0; i < digits; i++) {
        if (s->p[i] < '0' || s->p[i] > '9')
            return false;
        value = value * 10 + (s->p[i] - '0');
    }
    *s = str_slice(*s, digits, s->n);
    *ret = value;
    return true;
}

static bool
take(str *s, const char *any_of)
{
    for (const char *c = any_of; *c; c++) {
        if (s->n > 0 && s->p[0] == *c) {
            *s = str_slice(*s, 1, s->n);
            return true;
        }
    }
    return false;
}

static bool
take_fraction(str *s, int32_t *ret_us)
{
    int32_t us = 0, unit = 100000, digits = 0;
    for (; s->n > 0 && s->p[0] >= '0' && s->p[0] <= '9'; digits++) {
        us += (s->p[0] - '0') * unit;
        unit /= 10;
        *s = str_slice(*s, 1, s->n);
    }
    *ret_us = us;
    return digits > 0 && digits <= 9;
}

static bool
take_offset(str *s, int32_t *ret_minutes)
{
    if (take(s, "Zz")) {
        *ret_minutes = 0;
        return true;
    }
    int32_t sign = s->n > 0 && s->p[0] == '-' ? -1 : 1;
    int32_t hour = 0, minute = 0;
    if (!take(s, "+-") || !take_digits(s, 2, &hour))
        return false;
    (void)take(s, ":"); /* "+0000" is seen in exports */
    if (!take_digits(s, 2, &minute) || hour > 23 || minute > 59)
        return false;
    *ret_minutes = sign * (hour * 60 + minute);
    return true;
}

enum fault
instant_parse(str text, instant *ret, struct error *error)
{
    str s = text;
    struct civil c = {0};
    int32_t offset = 0;
    bool read = take_digits(&s, 4, &c.year) && take(&s, "-") && take_digits(&s, 2, &c.month) &&
                take(&s, "-") && take_digits(&s, 2, &c.day) && take(&s, "Tt ") &&
                take_digits(&s, 2, &c.hour) && take(&s, ":") && take_digits(&s, 2, &c.minute) &&
                take(&s, ":") && take_digits(&s, 2, &c.second);
    if (read && take(&s, "."))
        read = take_fraction(&s, &c.microsecond);
    read = read && take_offset(&s, &offset) && s.n == 0;
    bool good = read && civil_valid(&c);
    instant t = {good ? instant_from_utc(&c).us - (int64_t)offset * 60000000 : 0};
    /* The offset may carry it out of the years that can be written. */
    struct civil utc = instant_to_utc(t);
    if (!good || !civil_valid(&utc)) {
        return fail(error, FAULT_INPUT,
                    "\"%.*s\" is not a date and time; write it like 2026-11-24T09:00:00Z",
                    STR_FMT(str_slice(text, 0, 60)));
    }
    *ret = t;
    return OK;
}

str
instant_rfc3339(struct arena *arena, instant t)
{
    struct civil c = instant_to_utc(t);
    if (c.microsecond) {
        return arena_printf(arena, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", c.year, c.month,
                            c.day, c.hour, c.minute, c.second, c.microsecond);
    }
    return arena_printf(arena, "%04d-%02d-%02dT%02d:%02d:%02dZ", c.year, c.month, c.day, c.hour,
                        c.minute, c.second);
}

str
civil_minute(struct arena *arena, const struct civil *civil)
{
    return arena_printf(arena, "%04d-%02d-%02dT%02d:%02d", civil->year, civil->month,
                        civil->day, civil->hour, civil->minute);
}
