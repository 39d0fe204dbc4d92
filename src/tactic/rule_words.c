/* "weekly on monday", "tous les mardis": a rule as a person says it. What has two readings is refused. */
#include "base/buf.h"
#include "base/number.h"
#include "tactic/rule_internal.h"
#include "tactic/when.h"

enum {
    SAID_BYTES_MAX = 200, /* seven weekdays by name and how often */
    SAID_WORDS_MAX = 40,  /* the same in words */
    SAID_PLACE_LAST = -1, /* "the last" */
    SAID_PLACE_MAX = 5,   /* no month has six Mondays */
    SAID_PLACE_DAY_MAX = 31
};

enum word_kind {
    WORD_UNKNOWN,
    WORD_FILL,   /* says nothing more */
    WORD_OFTEN,  /* "weekly" */
    WORD_UNIT,   /* "weeks" */
    WORD_DAY,    /* "monday" */
    WORD_WORKED, /* Monday to Friday */
    WORD_WEEKEND,
    WORD_PLACE, /* "first"; also "1st", "1er" */
    WORD_OTHER, /* "every other week" */
    WORD_NUMBER
};

struct word {
    enum word_kind kind;
    int32_t value;
    bool apart; /* a word that fills stands before it: "15 of each month" is not "15 months" */
};

static const struct {
    const char *text;
    struct word is;
} known[] = {
    {"every", {WORD_FILL, 0, false}},
    {"each", {WORD_FILL, 0, false}},
    {"on", {WORD_FILL, 0, false}},
    {"the", {WORD_FILL, 0, false}},
    {"of", {WORD_FILL, 0, false}},
    {"and", {WORD_FILL, 0, false}},
    {"a", {WORD_FILL, 0, false}},
    {"chaque", {WORD_FILL, 0, false}},
    {"tous", {WORD_FILL, 0, false}},
    {"toutes", {WORD_FILL, 0, false}},
    {"les", {WORD_FILL, 0, false}},
    {"le", {WORD_FILL, 0, false}},
    {"la", {WORD_FILL, 0, false}},
    {"du", {WORD_FILL, 0, false}},
    {"de", {WORD_FILL, 0, false}},
    {"et", {WORD_FILL, 0, false}},
    {"hourly", {WORD_OFTEN, RULE_HOURLY, false}},
    {"daily", {WORD_OFTEN, RULE_DAILY, false}},
    {"weekly", {WORD_OFTEN, RULE_WEEKLY, false}},
    {"monthly", {WORD_OFTEN, RULE_MONTHLY, false}},
    {"yearly", {WORD_OFTEN, RULE_YEARLY, false}},
    {"annually", {WORD_OFTEN, RULE_YEARLY, false}},
    {"quotidien", {WORD_OFTEN, RULE_DAILY, false}},
    {"hebdomadaire", {WORD_OFTEN, RULE_WEEKLY, false}},
    {"mensuel", {WORD_OFTEN, RULE_MONTHLY, false}},
    {"annuel", {WORD_OFTEN, RULE_YEARLY, false}},
    {"hour", {WORD_UNIT, RULE_HOURLY, false}},
    {"hours", {WORD_UNIT, RULE_HOURLY, false}},
    {"day", {WORD_UNIT, RULE_DAILY, false}},
    {"days", {WORD_UNIT, RULE_DAILY, false}},
    {"week", {WORD_UNIT, RULE_WEEKLY, false}},
    {"weeks", {WORD_UNIT, RULE_WEEKLY, false}},
    {"month", {WORD_UNIT, RULE_MONTHLY, false}},
    {"months", {WORD_UNIT, RULE_MONTHLY, false}},
    {"year", {WORD_UNIT, RULE_YEARLY, false}},
    {"years", {WORD_UNIT, RULE_YEARLY, false}},
    {"heure", {WORD_UNIT, RULE_HOURLY, false}},
    {"heures", {WORD_UNIT, RULE_HOURLY, false}},
    {"jour", {WORD_UNIT, RULE_DAILY, false}},
    {"jours", {WORD_UNIT, RULE_DAILY, false}},
    {"semaine", {WORD_UNIT, RULE_WEEKLY, false}},
    {"semaines", {WORD_UNIT, RULE_WEEKLY, false}},
    {"mois", {WORD_UNIT, RULE_MONTHLY, false}},
    {"an", {WORD_UNIT, RULE_YEARLY, false}},
    {"ans", {WORD_UNIT, RULE_YEARLY, false}},
    {"ann\u00e9e", {WORD_UNIT, RULE_YEARLY, false}},
    {"ann\u00e9es", {WORD_UNIT, RULE_YEARLY, false}},
    {"monday", {WORD_DAY, 1, false}},
    {"tuesday", {WORD_DAY, 2, false}},
    {"wednesday", {WORD_DAY, 3, false}},
    {"thursday", {WORD_DAY, 4, false}},
    {"friday", {WORD_DAY, 5, false}},
    {"saturday", {WORD_DAY, 6, false}},
    {"sunday", {WORD_DAY, 7, false}},
    {"lundi", {WORD_DAY, 1, false}},
    {"mardi", {WORD_DAY, 2, false}},
    {"mercredi", {WORD_DAY, 3, false}},
    {"jeudi", {WORD_DAY, 4, false}},
    {"vendredi", {WORD_DAY, 5, false}},
    {"samedi", {WORD_DAY, 6, false}},
    {"dimanche", {WORD_DAY, 7, false}},
    {"weekday", {WORD_WORKED, 0, false}},
    {"weekdays", {WORD_WORKED, 0, false}},
    {"ouvrable", {WORD_WORKED, 0, false}},
    {"ouvrables", {WORD_WORKED, 0, false}},
    {"ouvr\u00e9", {WORD_WORKED, 0, false}},
    {"ouvr\u00e9s", {WORD_WORKED, 0, false}},
    {"weekend", {WORD_WEEKEND, 0, false}},
    {"weekends", {WORD_WEEKEND, 0, false}},
    {"week-end", {WORD_WEEKEND, 0, false}},
    {"week-ends", {WORD_WEEKEND, 0, false}},
    {"first", {WORD_PLACE, 1, false}},
    {"second", {WORD_PLACE, 2, false}},
    {"third", {WORD_PLACE, 3, false}},
    {"fourth", {WORD_PLACE, 4, false}},
    {"fifth", {WORD_PLACE, 5, false}},
    {"last", {WORD_PLACE, SAID_PLACE_LAST, false}},
    {"premier", {WORD_PLACE, 1, false}},
    {"deuxi\u00e8me", {WORD_PLACE, 2, false}},
    {"troisi\u00e8me", {WORD_PLACE, 3, false}},
    {"quatri\u00e8me", {WORD_PLACE, 4, false}},
    {"cinqui\u00e8me", {WORD_PLACE, 5, false}},
    {"dernier", {WORD_PLACE, SAID_PLACE_LAST, false}},
    {"other", {WORD_OTHER, 0, false}},
};

/* What was said so far. */
struct said {
    str text;
    struct word words[SAID_WORDS_MAX];
    int32_t words_n;
    bool has_freq, month_said, place_said;
    enum rule_freq freq;
    int32_t interval;
    int32_t place; /* waits for its day; 0: none */
    int32_t n_days, days[8], places[8];
    int32_t n_month_days, month_days[RULE_LIST_MAX];
};

static enum fault
not_understood(str text, struct error *error)
{
    return fail(error, FAULT_INPUT,
                "the rule \"%.*s\" is not understood; write one like \"daily\", \"weekly on "
                "monday\", \"every 2 weeks on tuesday and friday\", \"monthly on the 15th\", "
                "\"the last friday of the month\", or an RRULE like FREQ=WEEKLY;BYDAY=TU",
                STR_FMT(str_slice(text, 0, SAID_BYTES_MAX)));
}

static bool
stands_between(char c)
{
    return c == ' ' || c == ',' || c == '\t' || c == '.';
}

/* "15", "15th", "1er", "2e". */
static struct word
number_word(str text)
{
    static const char *const endings[] = {"st", "nd", "rd", "th", "er", "e"};
    ptrdiff_t n = 0;
    int64_t value = 0;
    struct error why;
    while (n < text.n && text.p[n] >= '0' && text.p[n] <= '9')
        n++;
    if (n == 0 || n > 4 || parse_i64(str_slice(text, 0, n), 1, 9999, &value, &why))
        return (struct word){.kind = WORD_UNKNOWN};
    str ending = str_slice(text, n, text.n);
    if (ending.n == 0)
        return (struct word){.kind = WORD_NUMBER, .value = (int32_t)value};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        if (str_eq(ending, str_of(endings[i])))
            return (struct word){.kind = WORD_PLACE, .value = (int32_t)value};
    }
    return (struct word){.kind = WORD_UNKNOWN};
}

static struct word
word_of(str text)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        str one = str_of(known[i].text);
        bool is_day = known[i].is.kind == WORD_DAY;
        if (str_eq_ascii_case(text, one) ||
            (is_day && text.n == one.n + 1 && (text.p[one.n] == 's' || text.p[one.n] == 'S') &&
             str_eq_ascii_case(str_slice(text, 0, one.n), one)))
            return known[i].is;
    }
    return number_word(text);
}

static enum fault
take_words(struct said *s, struct error *error)
{
    str rest = s->text;
    bool filled = false;
    while (rest.n > 0) {
        ptrdiff_t n = 0;
        while (n < rest.n && !stands_between(rest.p[n]))
            n++;
        if (n > 0) {
            struct word word = word_of(str_slice(rest, 0, n));
            if (word.kind == WORD_UNKNOWN || s->words_n == SAID_WORDS_MAX)
                return not_understood(s->text, error);
            word.apart = filled;
            filled = word.kind == WORD_FILL;
            if (!filled)
                s->words[s->words_n++] = word;
        }
        rest = str_slice(rest, n < rest.n ? n + 1 : n, rest.n);
    }
    return s->words_n > 0 ? OK : not_understood(s->text, error);
}

static bool
add_month_day(struct said *s, int32_t day)
{
    if (day > SAID_PLACE_DAY_MAX || s->n_month_days == RULE_LIST_MAX)
        return false;
    s->month_days[s->n_month_days++] = day;
    return true;
}

static bool
add_day(struct said *s, int32_t day)
{
    if (s->n_days == 7 || s->place > SAID_PLACE_MAX)
        return false;
    for (int32_t i = 0; i < s->n_days; i++) {
        if (s->days[i] == day && s->places[i] == s->place)
            return false;
    }
    s->place_said |= s->place != 0;
    s->places[s->n_days] = s->place;
    s->days[s->n_days++] = day;
    s->place = 0;
    return true;
}

static bool
add_days(struct said *s, int32_t from, int32_t to)
{
    bool good = s->place == 0;
    for (int32_t day = from; good && day <= to; day++)
        good = add_day(s, day);
    return good;
}

static bool
set_freq(struct said *s, enum rule_freq freq)
{
    if (s->has_freq && s->freq != freq)
        return false;
    s->freq = freq;
    s->has_freq = true;
    return true;
}

/* "2 weeks": how many; "the last day of the month"; "of the month". */
static bool
take_unit(struct said *s, enum rule_freq unit)
{
    bool of_month = unit == RULE_DAILY && s->place != 0;
    if (of_month) {
        bool good = add_month_day(s, s->place);
        s->place = 0;
        return good;
    }
    s->month_said |= unit == RULE_MONTHLY;
    return set_freq(s, unit);
}

static bool
take_number(struct said *s, int32_t at)
{
    const struct word *next = at + 1 < s->words_n ? &s->words[at + 1] : NULL;
    int32_t value = s->words[at].value;
    bool counts = next && next->kind == WORD_UNIT && !next->apart && !s->has_freq;
    if (!counts)
        return add_month_day(s, value);
    s->interval = value;
    return true;
}

/* A place stands before a day ("the last friday"), or is itself a day of the month ("the 1st"). */
static bool
take_place(struct said *s, int32_t at)
{
    const struct word *next = at + 1 < s->words_n ? &s->words[at + 1] : NULL;
    int32_t value = s->words[at].value;
    bool waits = next && (next->kind == WORD_DAY ||
                          (next->kind == WORD_UNIT && next->value == RULE_DAILY));
    if (!waits) /* "the last": of what? */
        return value > 0 && add_month_day(s, value);
    s->place = value;
    return true;
}

static bool
take_word(struct said *s, int32_t at)
{
    const struct word *word = &s->words[at];
    switch (word->kind) {
    case WORD_OFTEN:
        return set_freq(s, (enum rule_freq)word->value);
    case WORD_UNIT:
        return take_unit(s, (enum rule_freq)word->value);
    case WORD_DAY:
        return add_day(s, word->value);
    case WORD_WORKED:
        s->has_freq = s->has_freq && s->freq != RULE_DAILY; /* "jour ouvré" says "jour" first */
        return add_days(s, 1, 5);
    case WORD_WEEKEND:
        return add_days(s, 6, 7);
    case WORD_PLACE:
        return take_place(s, at);
    case WORD_OTHER:
        s->interval = 2;
        return true;
    case WORD_NUMBER:
        return take_number(s, at);
    case WORD_FILL:
    case WORD_UNKNOWN:
        break;
    }
    return false;
}

/* How often, when only days were said; false when they do not go together. */
static bool
settle(struct said *s)
{
    if (!s->has_freq) {
        bool monthly = s->place_said || s->n_month_days > 0;
        if (!monthly && s->n_days == 0)
            return false;
        s->freq = monthly ? RULE_MONTHLY : RULE_WEEKLY;
    }
    if (s->n_days > 0 && s->n_month_days > 0)
        return false;
    if (s->n_month_days > 0 || s->place_said)
        return s->freq == RULE_MONTHLY;
    return s->n_days == 0 || s->freq == RULE_WEEKLY;
}

/* "every second monday": of the month, or every two weeks? */
static bool
two_readings(const struct said *s)
{
    for (int32_t i = 0; i < s->n_days; i++) {
        if (s->places[i] > 1 && !s->month_said && !s->has_freq)
            return true;
    }
    return false;
}

static str
written(const struct said *s, struct arena *keep)
{
    static const char *const freqs[RULE_FREQS_N] = {"HOURLY", "DAILY", "WEEKLY", "MONTHLY",
                                                    "YEARLY"};
    static const char *const days[] = {"", "MO", "TU", "WE", "TH", "FR", "SA", "SU"};
    auto_buf out;
    buf_init(&out, RULE_TEXT_MAX);
    buf_addf(&out, "FREQ=%s", freqs[s->freq]);
    if (s->interval > 1)
        buf_addf(&out, ";INTERVAL=%d", s->interval);
    for (int32_t i = 0; i < s->n_days; i++) {
        buf_add(&out, i ? S(",") : S(";BYDAY="));
        if (s->places[i])
            buf_addf(&out, "%d", s->places[i]);
        buf_addf(&out, "%s", days[s->days[i]]);
    }
    for (int32_t i = 0; i < s->n_month_days; i++)
        buf_addf(&out, "%s%d", i ? "," : ";BYMONTHDAY=", s->month_days[i]);
    return arena_str(keep, buf_str(&out));
}

enum fault
rule_read(str text, struct arena *keep, str *ret, struct error *error)
{
    text = str_trim(text.p ? text : S(""));
    if (str_starts(text, S("RRULE:")))
        text = str_slice(text, 6, text.n);
    if (str_chr(text, '=') >= 0) {
        if (rule_check(text, error))
            return error->fault;
        *ret = arena_str(keep, text);
        return OK;
    }
    struct said said = {.text = text, .interval = 1};
    if (text.n > SAID_BYTES_MAX)
        return not_understood(text, error);
    if (take_words(&said, error))
        return error->fault;
    bool good = true;
    for (int32_t i = 0; good && i < said.words_n; i++)
        good = take_word(&said, i);
    if (!good || said.place != 0 || !settle(&said))
        return not_understood(text, error);
    if (two_readings(&said))
        return fail(error, FAULT_INPUT,
                    "\"%.*s\" can be of the month or every so many weeks; say \"of the month\" "
                    "or \"every 2 weeks on …\"",
                    STR_FMT(text));
    str rule = written(&said, keep);
    if (rule_check(rule, error))
        return error->fault;
    *ret = rule;
    return OK;
}
