/* "tomorrow 09:00", "dans 2 heures": a moment as a person writes it. What has two readings is refused. */
#include "tactic/when.h"

#include "base/number.h"

enum {
    WHEN_TEXT_MAX = 100,       /* bytes; "mercredi prochain à 10 h 30" has 27 */
    WHEN_TOKENS_MAX = 16,      /* the longest form has ten */
    WHEN_AHEAD_DAYS_MAX = 3660 /* ten years; farther is a slip of the hand */
};

#define HOUR_US INT64_C(3600000000)

enum token_kind { TOKEN_END, TOKEN_NUMBER, TOKEN_WORD, TOKEN_MARK };
struct token {
    enum token_kind kind;
    str text;
    int32_t number;
};

struct when {
    str text;
    struct token tokens[WHEN_TOKENS_MAX + 1];
    int32_t at;
    const struct zone *zone;
    instant now;
    struct civil today;
    bool has_day, has_time, is_weekday;
    struct civil wall;
};

static enum fault
not_understood(str text, struct error *error)
{
    return fail(
        error, FAULT_INPUT,
        "the time \"%.*s\" is not understood; write one like \"now\", \"tomorrow 09:00\", "
        "\"friday 9:30\", \"in 2 hours\" or \"2026-12-01 09:00\"",
        STR_FMT(text));
}

static bool
digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool
letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '\'' ||
           (unsigned char)c >= 0x80;
}

/* The blank that begins there, in bytes: space, tab, no-break space (also the narrow one); 0 for none. */
static ptrdiff_t
blank(str s)
{
    if (str_starts(s, S(" ")) || str_starts(s, S("\t")))
        return 1;
    if (str_starts(s, S("\u00a0")))
        return 2;
    return str_starts(s, S("\u202f")) ? 3 : 0;
}

static struct token
take_token(str *s)
{
    struct token t = {.kind = TOKEN_MARK};
    ptrdiff_t n = 1;
    struct error why;
    int64_t number = 0;
    if (digit(s->p[0])) {
        t.kind = TOKEN_NUMBER;
        while (n < s->n && digit(s->p[n]))
            n++;
        bool fits = n <= 9 && !parse_i64(str_slice(*s, 0, n), 0, 999999999, &number, &why);
        t.number = fits ? (int32_t)number : -1;
    } else if (letter(s->p[0])) {
        t.kind = TOKEN_WORD;
        while (n < s->n && letter(s->p[n]) && !blank(str_slice(*s, n, s->n)))
            n++;
    }
    t.text = str_slice(*s, 0, n);
    *s = str_slice(*s, n, s->n);
    return t;
}

static bool
tokenize(struct when *w)
{
    str rest = str_trim(w->text);
    int32_t n = 0;
    while (rest.n > 0) {
        ptrdiff_t skip = blank(rest);
        if (skip > 0) {
            rest = str_slice(rest, skip, rest.n);
            continue;
        }
        if (n == WHEN_TOKENS_MAX)
            return false;
        w->tokens[n++] = take_token(&rest);
    }
    return n > 0;
}

static const struct token *
peek(const struct when *w, int32_t ahead)
{
    static const struct token end = {.kind = TOKEN_END};
    int32_t i = w->at + ahead;
    return i < WHEN_TOKENS_MAX ? &w->tokens[i] : &end;
}

static bool
is(const struct token *t, const char *word)
{
    return t->kind != TOKEN_END && str_eq_ascii_case(t->text, str_of(word));
}

static bool
is_any(const struct token *t, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (is(t, words[i]))
            return true;
    }
    return false;
}
#define IS_ANY(t, ...)                              \
    is_any((t), (const char *const[]){__VA_ARGS__}, \
           sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static bool
take(struct when *w, const char *word)
{
    bool there = is(peek(w, 0), word);
    w->at += there;
    return there;
}

static void
set_day(struct when *w, int64_t days_ahead)
{
    int64_t day = civil_days(w->today.year, w->today.month, w->today.day) + days_ahead;
    struct civil c = instant_to_utc((instant){day * SPAN_DAY.us});
    w->wall.year = c.year;
    w->wall.month = c.month;
    w->wall.day = c.day;
    w->has_day = true;
}

/* 1 to 7; 0 when the word is no weekday. */
static int32_t
weekday(const struct token *t)
{
    static const char *const words[][4] = {
        {"monday", "mon", "lundi", "lun"},       {"tuesday", "tue", "mardi", "mar"},
        {"wednesday", "wed", "mercredi", "mer"}, {"thursday", "thu", "jeudi", "jeu"},
        {"friday", "fri", "vendredi", "ven"},    {"saturday", "sat", "samedi", "sam"},
        {"sunday", "sun", "dimanche", "dim"},
    };
    for (int32_t i = 0; i < 7; i++) {
        if (is_any(t, words[i], 4))
            return i + 1;
    }
    return 0;
}

static bool
take_iso_date(struct when *w)
{
    const struct token *y = peek(w, 0), *m = peek(w, 2), *d = peek(w, 4);
    if (y->kind != TOKEN_NUMBER || y->text.n != 4 || !is(peek(w, 1), "-") ||
        m->kind != TOKEN_NUMBER || m->text.n != 2 || !is(peek(w, 3), "-") ||
        d->kind != TOKEN_NUMBER || d->text.n != 2)
        return false;
    w->wall.year = y->number;
    w->wall.month = m->number;
    w->wall.day = d->number;
    w->has_day = true;
    w->at += 5;
    w->at += is(peek(w, 0), "T");
    return true;
}

static bool
take_day(struct when *w)
{
    const struct token *t = peek(w, 0);
    int32_t day = weekday(t);
    if (w->has_day)
        return false;
    if (IS_ANY(t, "today", "aujourd'hui", "aujourd\u2019hui")) {
        set_day(w, 0);
    } else if (IS_ANY(t, "tomorrow", "demain")) {
        set_day(w, 1);
    } else if (day) {
        /* today's own name counts as today first; when_resolve looks at what is left of today */
        set_day(w, (day - civil_weekday(&w->today) + 7) % 7);
        w->is_weekday = true;
    } else {
        return take_iso_date(w);
    }
    w->at++;
    return true;
}

/* "am", "a.m.", "pm", "p.m.": 0 for none, else 'a' or 'p'. */
static char
take_half(struct when *w)
{
    for (const char *half = "ap"; *half; half++) {
        const char joined[] = {*half, 'm', 0}, first[] = {*half, 0};
        if (take(w, joined))
            return *half;
        if (is(peek(w, 0), first) && is(peek(w, 1), ".") && is(peek(w, 2), "m")) {
            w->at += 3;
            (void)take(w, "."); /* may be left out */
            return *half;
        }
    }
    return 0;
}

/* A number of two digits at most below ${max}; the cursor moves past it. */
static bool
take_number(struct when *w, int32_t max, int32_t digits_least, int32_t *ret)
{
    const struct token *t = peek(w, 0);
    if (t->kind != TOKEN_NUMBER || t->text.n > 2 || t->text.n < digits_least ||
        t->number >= max)
        return false;
    *ret = t->number;
    w->at++;
    return true;
}

/* "09:00", "9:30:15", "9h", "9 h 30", "9 heures", "9 pm", "9:30 p.m.", "noon", "midi". */
static bool
take_time(struct when *w)
{
    int32_t hour = 0, minute = 0, second = 0;
    bool said = true;
    if (w->has_time)
        return false;
    (void)(take(w, "at") || take(w, "\u00e0") || take(w, "\u00c0")); /* may be left out */
    if (IS_ANY(peek(w, 0), "noon", "midi")) {
        w->at++;
        hour = 12;
    } else {
        if (!take_number(w, 24, 1, &hour))
            return false;
        if (take(w, ":")) {
            if (!take_number(w, 60, 2, &minute) ||
                (take(w, ":") && !take_number(w, 60, 2, &second)))
                return false;
        } else if (IS_ANY(peek(w, 0), "h", "heure", "heures")) {
            w->at++;
            (void)take_number(w, 60, 2, &minute); /* "9 h" has none */
        } else {
            said = false; /* "9": in the morning or in the evening? */
        }
        char half = take_half(w);
        if ((half && (hour < 1 || hour > 11)) || (!half && !said))
            return false; /* 12 am and 12 pm are read in both ways, 13 pm in none */
        hour += half == 'p' ? 12 : 0;
    }
    w->wall.hour = hour;
    w->wall.minute = minute;
    w->wall.second = second;
    w->has_time = true;
    return true;
}

static str
shown(const struct civil *c, char out[20])
{
    int n = snprintf(out, 20, "%04d-%02d-%02d %02d:%02d", c->year % 10000, c->month % 100,
                     c->day % 100, c->hour % 100, c->minute % 100);
    return (str){out, n < 19 ? n : 19};
}

/* A moment a person may ask for: not over, and not ten years away. */
static enum fault
accept(const struct when *w, const struct civil *wall, instant at, struct civil *ret_wall,
       instant *ret, struct error *error)
{
    char out[20];
    str name = zone_name(w->zone);
    if (at.us < w->now.us)
        return fail(error, FAULT_INPUT,
                    "the time \"%.*s\" is over: it would have been %.*s (%.*s)",
                    STR_FMT(w->text), STR_FMT(shown(wall, out)), STR_FMT(name));
    if (at.us - w->now.us > WHEN_AHEAD_DAYS_MAX * SPAN_DAY.us)
        return fail(error, FAULT_INPUT,
                    "the time \"%.*s\" is more than ten years away: %.*s; look at the year",
                    STR_FMT(w->text), STR_FMT(shown(wall, out)));
    *ret_wall = *wall;
    *ret = at;
    return OK;
}

static enum fault
accept_wall(struct when *w, struct civil *ret_wall, instant *ret, struct error *error)
{
    instant at;
    if (!civil_valid(&w->wall))
        return fail(error, FAULT_INPUT, "the day of \"%.*s\" does not exist", STR_FMT(w->text));
    if (zone_instant(w->zone, &w->wall, GAP_NEXT_VALID, OVERLAP_FIRST, &at, error))
        return error->fault;
    if (!w->is_weekday)
        return accept(w, &w->wall, at, ret_wall, ret, error);
    bool today = w->wall.year == w->today.year && w->wall.month == w->today.month &&
                 w->wall.day == w->today.day;
    if (today && at.us >= w->now.us)
        return fail(error, FAULT_INPUT,
                    "\"%.*s\" can be today or in a week; say \"today\" or the date",
                    STR_FMT(w->text));
    if (today) {
        set_day(w, 7);
        if (zone_instant(w->zone, &w->wall, GAP_NEXT_VALID, OVERLAP_FIRST, &at, error))
            return error->fault;
    }
    return accept(w, &w->wall, at, ret_wall, ret, error);
}

/* "in 2 hours", "dans 3 jours": hours are of the clock that never stops, days of the calendar. */
static bool
take_span(struct when *w, int64_t *ret_us, int64_t *ret_days)
{
    if (!take(w, "in") && !take(w, "dans"))
        return false;
    const struct token *n = peek(w, 0), *unit = peek(w, 1);
    if (n->kind != TOKEN_NUMBER || n->text.n > 6 || unit->kind != TOKEN_WORD ||
        peek(w, 2)->kind != TOKEN_END)
        return false;
    *ret_us = *ret_days = 0;
    if (IS_ANY(unit, "min", "mins", "minute", "minutes"))
        *ret_us = n->number * HOUR_US / 60;
    else if (IS_ANY(unit, "h", "hour", "hours", "heure", "heures"))
        *ret_us = n->number * HOUR_US;
    else if (IS_ANY(unit, "d", "j", "day", "days", "jour", "jours"))
        *ret_days = n->number;
    else if (IS_ANY(unit, "week", "weeks", "semaine", "semaines"))
        *ret_days = (int64_t)n->number * 7;
    else
        return false;
    return true;
}

static enum fault
parse_span(struct when *w, struct civil *ret_wall, instant *ret, struct error *error)
{
    int64_t us = 0, days = 0;
    if (!take_span(w, &us, &days))
        return not_understood(w->text, error);
    if (days > WHEN_AHEAD_DAYS_MAX || us > WHEN_AHEAD_DAYS_MAX * SPAN_DAY.us)
        return fail(error, FAULT_INPUT, "the time \"%.*s\" is more than ten years away",
                    STR_FMT(w->text));
    if (days == 0) {
        instant at = {w->now.us + us};
        struct civil wall = zone_civil(w->zone, at);
        return accept(w, &wall, at, ret_wall, ret, error);
    }
    w->wall = w->today;
    set_day(w, days);
    return accept_wall(w, ret_wall, ret, error);
}

/* "12/11", "3.4.2026": which is the month? */
static bool
is_slashed(const struct when *w)
{
    const struct token *mark = peek(w, 1);
    return peek(w, 0)->kind == TOKEN_NUMBER && peek(w, 0)->text.n <= 2 &&
           peek(w, 2)->kind == TOKEN_NUMBER &&
           (is(mark, "/") || is(mark, ".") || is(mark, "-"));
}

enum fault
when_parse(str text, const struct zone *zone, instant now, struct civil *ret_wall, instant *ret,
           struct error *error)
{
    struct when w = {.text = str_trim(text), .zone = zone, .now = now};
    struct error why;
    instant at;
    if (w.text.n > WHEN_TEXT_MAX)
        return not_understood(str_slice(w.text, 0, 40), error);
    w.today = zone_civil(zone, now);
    if (!instant_parse(w.text, &at, &why)) {
        struct civil wall = zone_civil(zone, at);
        return accept(&w, &wall, at, ret_wall, ret, error);
    }
    if (!tokenize(&w))
        return not_understood(w.text, error);
    if (IS_ANY(peek(&w, 0), "now", "maintenant") && peek(&w, 1)->kind == TOKEN_END)
        return accept(&w, &w.today, now, ret_wall, ret, error);
    if (IS_ANY(peek(&w, 0), "in", "dans"))
        return parse_span(&w, ret_wall, ret, error);
    bool day_first = take_day(&w);
    if (!day_first && is_slashed(&w))
        return fail(error, FAULT_INPUT,
                    "\"%.*s\" can be read with the day or the month first; write the date as "
                    "2026-12-01",
                    STR_FMT(w.text));
    if (day_first)
        (void)take(&w, ","); /* "friday, 9:30" */
    if (day_first && peek(&w, 0)->kind == TOKEN_END)
        return fail(error, FAULT_INPUT, "\"%.*s\" says no hour; add one, like 09:00",
                    STR_FMT(w.text));
    if (!take_time(&w))
        return not_understood(w.text, error);
    (void)take_day(&w); /* "9:00 tomorrow" */
    if (peek(&w, 0)->kind != TOKEN_END)
        return not_understood(w.text, error);
    if (!w.has_day)
        set_day(&w, 0);
    return accept_wall(&w, ret_wall, ret, error);
}
