/* The rule for the years to come: POSIX.1's TZ, with the hours beyond a day of RFC 9636, section 3.3.1. */
#include "base/tzif_internal.h"

enum {
    HOURS_MAX = 167,       /* RFC 9636: a time of change lies within a week of its day */
    OFFSET_HOURS_MAX = 24, /* POSIX */
    NAME_CHARS_MIN = 3     /* POSIX */
};

/* ---- reading it ---- */

static bool
take(str *s, char c)
{
    if (s->n == 0 || s->p[0] != c)
        return false;
    *s = str_slice(*s, 1, s->n);
    return true;
}

static bool
take_number(str *s, int32_t min, int32_t max, int32_t *ret)
{
    int32_t value = 0;
    ptrdiff_t digits = 0;
    for (; digits < s->n && s->p[digits] >= '0' && s->p[digits] <= '9' && value <= max;
         digits++)
        value = value * 10 + (s->p[digits] - '0');
    *s = str_slice(*s, digits, s->n);
    *ret = value;
    return digits > 0 && value >= min && value <= max;
}

static bool
is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "CET" or "<+0530>"; no part of the answer. */
static bool
take_name(str *s)
{
    bool quoted = take(s, '<');
    ptrdiff_t n = 0;
    for (; n < s->n; n++) {
        char c = s->p[n];
        if (!is_letter(c) && !(quoted && ((c >= '0' && c <= '9') || c == '+' || c == '-')))
            break;
    }
    *s = str_slice(*s, n, s->n);
    return n >= NAME_CHARS_MIN && (!quoted || take(s, '>'));
}

/* "-1", "3:30", "50:00:00" */
static bool
take_time(str *s, int32_t hours_max, int32_t *ret_s)
{
    int32_t hours, minutes = 0, seconds = 0;
    bool minus = take(s, '-');
    if (!minus)
        (void)take(s, '+'); /* says nothing */
    if (!take_number(s, 0, hours_max, &hours))
        return false;
    if (take(s, ':') && (!take_number(s, 0, 59, &minutes) ||
                         (take(s, ':') && !take_number(s, 0, 59, &seconds))))
        return false;
    int32_t total_s = hours * 3600 + minutes * 60 + seconds;
    *ret_s = minus ? -total_s : total_s;
    return true;
}

/* West is positive in such a rule; the answer is what to add to UTC. */
static bool
take_offset(str *s, int32_t *ret_s)
{
    int32_t west_s;
    if (!take_time(s, OFFSET_HOURS_MAX, &west_s) || west_s < -TZIF_OFFSET_MAX_S ||
        west_s > TZIF_OFFSET_MAX_S)
        return false;
    *ret_s = -west_s;
    return true;
}

/* ",M3.5.0/3", ",J60", ",0/0" */
static bool
take_day(str *s, struct tzif_day *ret)
{
    *ret = (struct tzif_day){.time_s = 2 * 3600}; /* POSIX: at two o'clock unless it is said */
    if (!take(s, ','))
        return false;
    if (take(s, 'M')) {
        ret->kind = TZIF_WEEKDAY;
        if (!take_number(s, 1, 12, &ret->month) || !take(s, '.') ||
            !take_number(s, 1, 5, &ret->week) || !take(s, '.') ||
            !take_number(s, 0, 6, &ret->day))
            return false;
    } else if (take(s, 'J')) {
        ret->kind = TZIF_DAY_NO_29;
        if (!take_number(s, 1, 365, &ret->day))
            return false;
    } else {
        ret->kind = TZIF_DAY_COUNTED;
        if (!take_number(s, 0, 365, &ret->day))
            return false;
    }
    return !take(s, '/') || take_time(s, HOURS_MAX, &ret->time_s);
}

bool
tzif_rule_parse(str text, struct tzif_rule *ret)
{
    struct tzif_rule rule = {0};
    if (!take_name(&text) || !take_offset(&text, &rule.standard_s))
        return false;
    if (text.n > 0) {
        rule.changes = true;
        rule.summer_s = rule.standard_s + 3600; /* POSIX: an hour more unless it is said */
        bool good = take_name(&text) &&
                    (text.n == 0 || text.p[0] == ',' || take_offset(&text, &rule.summer_s));
        if (!good || rule.summer_s > TZIF_OFFSET_MAX_S || !take_day(&text, &rule.start) ||
            !take_day(&text, &rule.end) || text.n > 0)
            return false;
    }
    *ret = rule;
    return true;
}

/* ---- asking it ---- */

/* Midnight of that day in seconds of the wall clock since 1970, and the time of the change added. */
static int64_t
wall_s(const struct tzif_day *day, int64_t year)
{
    int64_t january = civil_days(year, 1, 1), found = january + day->day;
    if (day->kind == TZIF_DAY_NO_29) {
        bool leap = civil_days(year + 1, 1, 1) - january == 366;
        found = january + day->day - 1 + (leap && day->day >= 60);
    } else if (day->kind == TZIF_WEEKDAY) {
        int64_t first = civil_days(year, day->month, 1);
        int64_t next =
            day->month == 12 ? civil_days(year + 1, 1, 1) : civil_days(year, day->month + 1, 1);
        int64_t weekday = ((first + 4) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
        found = first + (day->day - weekday + 7) % 7 + (day->week - 1) * INT64_C(7);
        if (found >= next)
            found -= 7;
    }
    return found * 86400 + day->time_s;
}

int32_t
tzif_rule_offset_s(const struct tzif_rule *rule, instant t)
{
    if (!rule->changes)
        return rule->standard_s;
    int64_t t_s = t.us / 1000000 - (t.us % 1000000 < 0);
    int64_t year = instant_to_utc(t).year;
    int64_t latest_s = INT64_MIN;
    int32_t offset_s = rule->standard_s;
    /* A change may lie a week outside its year. The last one that has been counts; of two at the same moment the
     * later one here: a summer that ends when the next begins has no end. */
    for (int64_t y = year - 2; y <= year + 1; y++) {
        int64_t start_s = wall_s(&rule->start, y) - rule->standard_s;
        int64_t end_s = wall_s(&rule->end, y) - rule->summer_s;
        if (start_s <= t_s && start_s >= latest_s) {
            latest_s = start_s;
            offset_s = rule->summer_s;
        }
        if (end_s <= t_s && end_s >= latest_s) {
            latest_s = end_s;
            offset_s = rule->standard_s;
        }
    }
    return offset_s;
}
