/* A rule in words. */
#include "base/buf.h"
#include "base/format.h"
#include "base/translate.h"
#include "tactic/rule_internal.h"
#include "tactic/when.h"

enum { WORDS_MAX = 4096 /* bytes; a rule of RULE_TEXT_MAX in words is shorter */ };

/* "a, b and c" */
static str
listed(enum lang lang, const str *items, int32_t n, struct arena *keep)
{
    str out = items[0];
    for (int32_t i = 1; i < n; i++)
        out = SAY(keep, lang, i == n - 1 ? N_("%s and %s") : N_("%s, %s"), out, items[i]);
    return out;
}

static str
number(int32_t n, struct arena *keep)
{
    return arena_printf(keep, "%d", n);
}

static str
how_often(const struct rule *r, enum lang lang, struct arena *keep)
{
    static const struct {
        const char *one, *many;
    } words[RULE_FREQS_N] = {
        [RULE_HOURLY] = {N_("every hour"), N_("every %s hours")},
        [RULE_DAILY] = {N_("every day"), N_("every %s days")},
        [RULE_WEEKLY] = {N_("every week"), N_("every %s weeks")},
        [RULE_MONTHLY] = {N_("every month"), N_("every %s months")},
        [RULE_YEARLY] = {N_("every year"), N_("every %s years")},
    };
    if (r->interval == 1)
        return str_of(translate(lang, words[r->freq].one));
    return SAY(keep, lang, words[r->freq].many, number(r->interval, keep));
}

/* "Tuesday", "the first Monday", "the last Friday". */
static str
day_text(int32_t value, enum lang lang, struct arena *keep)
{
    static const char *const places[] = {N_("the first %s"), N_("the second %s"),
                                         N_("the third %s"), N_("the fourth %s"),
                                         N_("the fifth %s")};
    int32_t size = value < 0 ? -value : value;
    str day = format_weekday(lang, size % 8);
    if (size < 8)
        return day;
    return SAY(keep, lang, value < 0 ? N_("the last %s") : places[size / 8 - 1], day);
}

/* What has no words here: the rule is shown as it is written. */
static bool
has_words(const struct rule *r)
{
    for (int32_t i = 0; i < r->n[BY_DAY]; i++) {
        if (r->list[BY_DAY][i] >= 48 || r->list[BY_DAY][i] <= -16)
            return false;
    }
    for (int32_t i = 0; i < r->n[BY_MONTHDAY]; i++) {
        if (r->list[BY_MONTHDAY][i] < -1)
            return false;
    }
    return r->n[BY_SETPOS] == 0 && r->n[BY_MINUTE] == 0 &&
           (r->n[BY_DAY] == 0 || r->n[BY_MONTHDAY] == 0);
}

static void
add(struct buf *out, str part)
{
    if (out->n > 0)
        buf_add(out, S(", "));
    buf_add(out, part);
}

static void
add_days(struct buf *out, const struct rule *r, enum lang lang, struct arena *keep)
{
    str items[RULE_LIST_MAX];
    for (int32_t i = 0; i < r->n[BY_DAY]; i++)
        items[i] = day_text(r->list[BY_DAY][i], lang, keep);
    str days = listed(lang, items, r->n[BY_DAY], keep);
    if (r->interval == 1 && r->freq <= RULE_WEEKLY && r->freq != RULE_HOURLY) {
        buf_clear(out);
        days = SAY(keep, lang, N_("every %s"), days);
    } else {
        days = SAY(keep, lang, N_("on %s"), days);
    }
    add(out, days);
}

static void
add_month_days(struct buf *out, const struct rule *r, enum lang lang, struct arena *keep)
{
    str items[RULE_LIST_MAX];
    for (int32_t i = 0; i < r->n[BY_MONTHDAY]; i++) {
        int32_t day = r->list[BY_MONTHDAY][i];
        items[i] = day < 0 ? str_of(translate(lang, N_("the last day")))
                           : SAY(keep, lang, N_("day %s of the month"), number(day, keep));
    }
    add(out, SAY(keep, lang, N_("on %s"), listed(lang, items, r->n[BY_MONTHDAY], keep)));
}

static void
add_end(struct buf *out, const struct rule *r, enum lang lang, struct arena *keep)
{
    if (r->count > 0)
        add(out, SAY(keep, lang, r->count == 1 ? N_("once") : N_("%s times"),
                     number(r->count, keep)));
    if (r->ends)
        add(out, SAY(keep, lang, N_("until %s"),
                     arena_printf(keep, "%04d-%02d-%02d", r->until.year, r->until.month,
                                  r->until.day)));
}

str
rule_text(str text, enum lang lang, struct arena *keep)
{
    struct rule r;
    struct error why;
    str items[RULE_LIST_MAX];
    if (rule_parse(text, &r, &why) || !has_words(&r))
        return text;
    auto_buf out;
    buf_init(&out, WORDS_MAX);
    add(&out, how_often(&r, lang, keep));
    if (r.n[BY_DAY] > 0)
        add_days(&out, &r, lang, keep);
    if (r.n[BY_MONTHDAY] > 0)
        add_month_days(&out, &r, lang, keep);
    if (r.n[BY_MONTH] > 0) {
        for (int32_t i = 0; i < r.n[BY_MONTH]; i++)
            items[i] = format_month(lang, r.list[BY_MONTH][i]);
        add(&out, SAY(keep, lang, N_("in %s"), listed(lang, items, r.n[BY_MONTH], keep)));
    }
    if (r.n[BY_HOUR] > 0) {
        for (int32_t i = 0; i < r.n[BY_HOUR]; i++)
            items[i] = SAY(keep, lang, N_("%s:00"), number(r.list[BY_HOUR][i], keep));
        add(&out, SAY(keep, lang, N_("at %s"), listed(lang, items, r.n[BY_HOUR], keep)));
    }
    add_end(&out, &r, lang, keep);
    return out.overflown ? text : arena_str(keep, buf_str(&out));
}
