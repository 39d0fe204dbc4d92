/* The occurrences of a rule, by libical; the only file that knows it. */
#include <assert.h>
#include <libical/ical.h>

#include "base/zone.h"
#include "tactic/rule_internal.h"
#include "tactic/when.h"

static short
weekday_of(int32_t iso)
{
    return (short)(iso == 7 ? ICAL_SUNDAY_WEEKDAY : ICAL_SUNDAY_WEEKDAY + iso);
}

static void
fill(short *to, const struct rule *r, enum rule_list which)
{
    int32_t n = r->n[which];
    for (int32_t i = 0; i < n; i++)
        to[i] = (short)r->list[which][i];
    to[n] = (short)ICAL_RECURRENCE_ARRAY_MAX;
}

/* The end (UNTIL) stays with us: libical compares a moment in UTC with a wall time as if they were one. */
static struct icalrecurrencetype
recurrence_of(const struct rule *r)
{
    static const icalrecurrencetype_frequency freqs[RULE_FREQS_N] = {
        ICAL_HOURLY_RECURRENCE, ICAL_DAILY_RECURRENCE, ICAL_WEEKLY_RECURRENCE,
        ICAL_MONTHLY_RECURRENCE, ICAL_YEARLY_RECURRENCE};
    struct icalrecurrencetype to;
    icalrecurrencetype_clear(&to);
    to.freq = freqs[r->freq];
    to.interval = (short)r->interval;
    to.count = r->count;
    to.week_start = (icalrecurrencetype_weekday)weekday_of(r->week_start);
    fill(to.by_month_day, r, BY_MONTHDAY);
    fill(to.by_month, r, BY_MONTH);
    fill(to.by_hour, r, BY_HOUR);
    fill(to.by_minute, r, BY_MINUTE);
    fill(to.by_set_pos, r, BY_SETPOS);
    int32_t n = r->n[BY_DAY];
    for (int32_t i = 0; i < n; i++) {
        int32_t value = r->list[BY_DAY][i], sign = value < 0 ? -1 : 1, size = value * sign;
        to.by_day[i] = (short)(sign * (size / 8 * 8 + weekday_of(size % 8)));
    }
    to.by_day[n] = (short)ICAL_RECURRENCE_ARRAY_MAX;
    return to;
}

enum fault
rule_walk_open(struct rule_walk *walk, str text, const struct civil *anchor,
               struct error *error)
{
    *walk = (struct rule_walk){0};
    if (!civil_valid(anchor) || anchor->year < 1970 || anchor->year > 2200)
        return fail(error, FAULT_INPUT,
                    "a rule begins on a day that exists, from 1970 to 2200");
    if (rule_parse(text, &walk->rule, error))
        return error->fault;
    struct icaltimetype start = icaltime_null_time();
    start.year = anchor->year;
    start.month = anchor->month;
    start.day = anchor->day;
    start.hour = anchor->hour;
    start.minute = anchor->minute;
    start.second = anchor->second;
    walk->iterator = icalrecur_iterator_new(recurrence_of(&walk->rule), start);
    if (!walk->iterator)
        return fail(error, FAULT_INPUT,
                    "the rule \"%.*s\" is one that cannot be worked out; say it more simply",
                    STR_FMT(str_slice(text, 0, 100)));
    return OK;
}

void
rule_walk_close(struct rule_walk *walk)
{
    if (walk->iterator)
        icalrecur_iterator_free(walk->iterator);
    walk->iterator = NULL;
}

/* Whether the rule's own end is before that occurrence. */
static bool
is_over(const struct rule *r, const struct civil *wall, instant at)
{
    if (!r->ends)
        return false;
    int64_t until = instant_from_utc(&r->until).us;
    return (r->ends_utc ? at.us : instant_from_utc(wall).us) > until;
}

enum fault
rule_walk_next(struct rule_walk *walk, const struct zone *zone, instant after,
               struct civil *ret_wall, instant *ret, bool *ret_found, struct error *error)
{
    /* No clock is more than a day off UTC, so what is two days early needs no zone to be early. */
    int64_t early = after.us - 2 * SPAN_DAY.us;
    assert(walk->iterator);
    *ret_found = false;
    while (walk->k < RULE_WALK_MAX) {
        struct icaltimetype t = icalrecur_iterator_next(walk->iterator);
        struct civil wall = {t.year, t.month, t.day, t.hour, t.minute, t.second, 0};
        instant at;
        if (icaltime_is_null_time(t) || !civil_valid(&wall))
            return OK;
        walk->k++;
        if (walk->k < walk->from_k || instant_from_utc(&wall).us < early)
            continue;
        if (zone_instant(zone, &wall, GAP_NEXT_VALID, OVERLAP_FIRST, &at, error))
            return error->fault;
        if (is_over(&walk->rule, &wall, at))
            return OK;
        if (at.us <= after.us)
            continue;
        *ret_wall = wall;
        *ret = at;
        *ret_found = true;
        return OK;
    }
    return fail(error, FAULT_INPUT,
                "the rule has come %d times, which is as far as is counted; begin it anew",
                RULE_WALK_MAX);
}

enum fault
rule_next(str rule, const struct civil *anchor, const struct zone *zone, instant after,
          struct civil *ret_wall, instant *ret, bool *ret_found, struct error *error)
{
    auto_walk walk;
    if (rule_walk_open(&walk, rule, anchor, error))
        return error->fault;
    return rule_walk_next(&walk, zone, after, ret_wall, ret, ret_found, error);
}

enum fault
rule_at(str rule, const struct civil *anchor, const struct zone *zone, int64_t k,
        struct civil *ret_wall, instant *ret, bool *ret_found, struct error *error)
{
    assert(k >= 1);
    auto_walk walk;
    if (rule_walk_open(&walk, rule, anchor, error))
        return error->fault;
    walk.from_k = k;
    return rule_walk_next(&walk, zone, (instant){INT64_MIN / 2}, ret_wall, ret, ret_found,
                          error);
}

enum fault
rule_check(str rule, struct error *error)
{
    const struct civil leap = {2024, 2, 29, 12, 0, 0, 0};
    auto_walk walk;
    return rule_walk_open(&walk, rule, &leap, error);
}
