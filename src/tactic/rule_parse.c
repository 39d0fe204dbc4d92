/* The text of a recurrence rule, and its sense in words: RFC 5545 section 3.3.10, without what no post needs. */
#include "base/number.h"
#include "tactic/rule_internal.h"

static const char *const freqs[RULE_FREQS_N] = {"HOURLY", "DAILY", "WEEKLY", "MONTHLY",
                                                "YEARLY"};
static const char *const days[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
static const struct {
    const char *key;
    int32_t least, most; /* below zero: counted from the end; zero itself is none then */
} lists[RULE_LISTS_N] = {
    [BY_DAY] = {"BYDAY", 0, 0},        [BY_MONTHDAY] = {"BYMONTHDAY", -31, 31},
    [BY_MONTH] = {"BYMONTH", 1, 12},   [BY_HOUR] = {"BYHOUR", 0, 23},
    [BY_MINUTE] = {"BYMINUTE", 0, 59}, [BY_SETPOS] = {"BYSETPOS", -366, 366},
};

static enum fault
refuse(str part, struct error *error)
{
    return fail(error, FAULT_INPUT,
                "the rule's part \"%.*s\" is not understood; a rule looks like "
                "FREQ=WEEKLY;BYDAY=TU,TH",
                STR_FMT(str_slice(part, 0, 60)));
}

static bool
whole(str text, int32_t least, int32_t most, int32_t *ret)
{
    struct error why;
    int64_t n;
    if (str_starts(text, S("+")))
        text = str_slice(text, 1, text.n);
    if (text.n == 0 || text.n > 7 || parse_i64(text, least, most, &n, &why))
        return false;
    *ret = (int32_t)n;
    return true;
}

static bool
weekday(str text, int32_t *ret)
{
    for (int32_t i = 0; i < 7; i++) {
        if (str_eq_ascii_case(text, str_of(days[i]))) {
            *ret = i + 1;
            return true;
        }
    }
    return false;
}

/* "TU", "1MO", "-1FR" */
static bool
day_value(str text, int32_t *ret)
{
    int32_t day, position = 0;
    if (text.n < 2 || !weekday(str_slice(text, text.n - 2, text.n), &day))
        return false;
    str before = str_slice(text, 0, text.n - 2);
    if (before.n > 0 && (!whole(before, -53, 53, &position) || position == 0))
        return false;
    *ret = position * 8 + (position < 0 ? -day : day);
    return true;
}

static bool
list_value(enum rule_list which, str text, int32_t *ret)
{
    if (which == BY_DAY)
        return day_value(text, ret);
    return whole(text, lists[which].least, lists[which].most, ret) &&
           (*ret != 0 || lists[which].least >= 0);
}

static bool
read_list(struct rule *rule, enum rule_list which, str values)
{
    int32_t *to = rule->list[which], n = 0;
    str value;
    if (rule->n[which] > 0)
        return false;
    for (bool more = true; more;) {
        more = str_cut(&values, ',', &value);
        if (n == RULE_LIST_MAX || !list_value(which, value, &to[n]))
            return false;
        for (int32_t i = 0; i < n; i++) {
            if (to[i] == to[n])
                return false;
        }
        n++;
    }
    rule->n[which] = n;
    return true;
}

/* "20261231", "20261231T090000", "20261231T080000Z" */
static bool
read_until(struct rule *rule, str text)
{
    struct civil *u = &rule->until;
    bool utc = text.n == 16 && (text.p[15] == 'Z' || text.p[15] == 'z');
    bool timed = text.n == 15 || utc;
    for (ptrdiff_t i = 0; i < text.n && i < 15; i++) {
        if (i != 8 && (text.p[i] < '0' || text.p[i] > '9'))
            return false;
    }
    if (rule->ends || (!timed && text.n != 8) ||
        (timed && text.p[8] != 'T' && text.p[8] != 't') ||
        !whole(str_slice(text, 0, 4), 1, 9999, &u->year) ||
        !whole(str_slice(text, 4, 6), 1, 12, &u->month) ||
        !whole(str_slice(text, 6, 8), 1, 31, &u->day))
        return false;
    u->hour = 23;
    u->minute = u->second = 59;
    u->microsecond = 999999;
    if (timed && (!whole(str_slice(text, 9, 11), 0, 23, &u->hour) ||
                  !whole(str_slice(text, 11, 13), 0, 59, &u->minute) ||
                  !whole(str_slice(text, 13, 15), 0, 59, &u->second)))
        return false;
    rule->ends = true;
    rule->ends_utc = utc;
    return civil_valid(u);
}

static bool
read_part(struct rule *rule, str key, str value)
{
    if (str_eq_ascii_case(key, S("FREQ"))) {
        for (int i = 0; i < RULE_FREQS_N; i++) {
            if (rule->freq == RULE_FREQS_N && str_eq_ascii_case(value, str_of(freqs[i]))) {
                rule->freq = (enum rule_freq)i;
                return true;
            }
        }
        return false;
    }
    if (str_eq_ascii_case(key, S("INTERVAL")))
        return rule->interval == 0 && whole(value, 1, RULE_INTERVAL_MAX, &rule->interval);
    if (str_eq_ascii_case(key, S("COUNT")))
        return rule->count == 0 && whole(value, 1, RULE_COUNT_MAX, &rule->count);
    if (str_eq_ascii_case(key, S("WKST")))
        return rule->week_start == 0 && weekday(value, &rule->week_start);
    if (str_eq_ascii_case(key, S("UNTIL")))
        return read_until(rule, value);
    for (int i = 0; i < RULE_LISTS_N; i++) {
        if (str_eq_ascii_case(key, str_of(lists[i].key)))
            return read_list(rule, (enum rule_list)i, value);
    }
    return false;
}

/* No day of the month that is in one of the months: 30 February. */
static bool
no_such_day(const struct rule *r)
{
    static const int32_t longest[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (r->n[BY_MONTH] == 0 || r->n[BY_MONTHDAY] == 0)
        return false;
    int32_t least = 31, most = 0;
    for (int32_t i = 0; i < r->n[BY_MONTHDAY]; i++) {
        int32_t day =
            r->list[BY_MONTHDAY][i] < 0 ? -r->list[BY_MONTHDAY][i] : r->list[BY_MONTHDAY][i];
        least = day < least ? day : least;
    }
    for (int32_t i = 0; i < r->n[BY_MONTH]; i++) {
        int32_t length = longest[r->list[BY_MONTH][i] - 1];
        most = length > most ? length : most;
    }
    return least > most;
}

/* A place in a set that has never so many: the sixth Monday of a month. */
static bool
no_such_place(const struct rule *r)
{
    int32_t months = r->freq == RULE_YEARLY ? (r->n[BY_MONTH] > 0 ? r->n[BY_MONTH] : 12) : 1;
    int32_t weeks = r->freq == RULE_WEEKLY ? 1 : 5 * months, size = 0;
    for (int32_t i = 0; i < r->n[BY_DAY]; i++)
        size += r->list[BY_DAY][i] > 7 || r->list[BY_DAY][i] < 0 ? months : weeks;
    size = size > 0 ? size : r->n[BY_MONTHDAY] * months;
    size *= r->n[BY_HOUR] > 0 ? r->n[BY_HOUR] : 1;
    for (int32_t i = 0; i < r->n[BY_SETPOS]; i++) {
        int32_t place = r->list[BY_SETPOS][i];
        if ((place < 0 ? -place : place) > size)
            return true;
    }
    return false;
}

/* Parts that do not go together, or whose search for the next match would have no near end. */
static const char *
discord(const struct rule *r)
{
    bool positions = false;
    for (int32_t i = 0; i < r->n[BY_DAY]; i++)
        positions |= r->list[BY_DAY][i] > 7 || r->list[BY_DAY][i] < 0;
    if (positions && r->freq != RULE_MONTHLY && r->freq != RULE_YEARLY)
        return "BYDAY";
    if (r->n[BY_MONTHDAY] > 0 && (r->freq == RULE_WEEKLY || r->freq == RULE_HOURLY))
        return "BYMONTHDAY";
    if (r->n[BY_SETPOS] > 0 && (r->freq == RULE_DAILY || r->freq == RULE_HOURLY ||
                                (r->n[BY_DAY] == 0 && r->n[BY_MONTHDAY] == 0)))
        return "BYSETPOS";
    if (no_such_day(r))
        return "BYMONTHDAY";
    if (r->n[BY_SETPOS] > 0 &&
        ((r->n[BY_DAY] > 0 && r->n[BY_MONTHDAY] > 0) || no_such_place(r)))
        return "BYSETPOS";
    if (r->freq == RULE_HOURLY && r->n[BY_MONTH] > 0)
        return "BYMONTH";
    if (r->freq == RULE_HOURLY && r->interval > 1 && r->n[BY_HOUR] + r->n[BY_DAY] > 0)
        return "INTERVAL";
    if (r->ends && r->count > 0)
        return "UNTIL";
    return NULL;
}

enum fault
rule_parse(str text, struct rule *ret, struct error *error)
{
    struct rule rule = {.freq = RULE_FREQS_N};
    str rest = str_trim(text), part;
    if (rest.n > RULE_TEXT_MAX)
        return fail(error, FAULT_INPUT, "the rule is longer than %d bytes", RULE_TEXT_MAX);
    if (rest.n >= 6 && str_eq_ascii_case(str_slice(rest, 0, 6), S("RRULE:")))
        rest = str_slice(rest, 6, rest.n);
    for (bool more = true; more;) {
        more = str_cut(&rest, ';', &part);
        str value = part, key;
        if (!str_cut(&value, '=', &key) || !read_part(&rule, key, value))
            return refuse(part, error);
    }
    if (rule.freq == RULE_FREQS_N)
        return fail(error, FAULT_INPUT,
                    "the rule does not say how often; it begins like FREQ=WEEKLY");
    if (rule.n[BY_MINUTE] > 1)
        return fail(error, FAULT_INPUT, "the rule repeats more often than hourly");
    const char *odd = discord(&rule);
    if (odd)
        return fail(error, FAULT_INPUT, "the rule's part %s does not go with its other parts",
                    odd);
    rule.interval = rule.interval ? rule.interval : 1;
    rule.week_start = rule.week_start ? rule.week_start : 1;
    *ret = rule;
    return OK;
}
