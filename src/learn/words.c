#include "learn/words.h"

#include <assert.h>
#include <math.h>

#include "base/buf.h"
#include "base/format.h"
#include "base/number.h"
#include "base/translate.h"

struct word {
    const char *stable, *shown;
};

static const struct word factor_words[] = {
    {"tactic", N_("Tactic")},
    {"format", N_("Format")},
    {"channel", N_("Channel")},
    {"weekday", N_("Weekday")},
    {"hour", N_("Hour of day")},
    {"month", N_("Month")},
    {"trend", N_("Month")},
    {"intent", N_("Intent")},
    {"created", N_("How it was made")},
    {"language", N_("Language")},
    {"media", N_("Media")},
    {"topic", N_("Topic")},
    {"interaction", N_("Tactic by channel")},
};

static const struct word level_words[] = {
    {"photo", N_("photo")},         {"image", N_("image")},
    {"video", N_("video")},         {"status", N_("status")},
    {"link", N_("link")},           {"text", N_("text")},
    {"carousel", N_("carousel")},   {"reel", N_("reel")},
    {"story", N_("story")},         {"article", N_("article")},
    {"poll", N_("poll")},           {"thread", N_("thread")},
    {"reply", N_("reply")},         {"share", N_("share")},
    {"live", N_("live video")},     {"planned", N_("planned")},
    {"explore", N_("exploration")}, {"adhoc", N_("seized moment")},
    {"audio", N_("audio")},         {"document", N_("document")},
    {"none", N_("none")},           {"other", N_("other")},
};

static const char *
word_of(const struct word *words, size_t n, enum lang lang, str stable)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq(str_of(words[i].stable), stable))
            return translate(lang, words[i].shown);
    }
    return NULL;
}

const char *
effects_factor_text(enum lang lang, str name)
{
    const char *word =
        word_of(factor_words, sizeof factor_words / sizeof *factor_words, lang, name);
    return word ? word : translate(lang, N_("Kind"));
}

static bool
is_number(str s, int64_t min, int64_t max, int64_t *ret)
{
    struct error ignored = {0};
    return parse_i64(s, min, max, ret, &ignored) == OK;
}

/* Labels of the calendar are stable words: "1" (Monday) to "7", "#3" (a day numbered by the file, whose first
   day is not known), hour blocks by their first hour "8". */
static str
calendar_text(struct arena *keep, enum lang lang, str factor, str label)
{
    int64_t n = 0;
    if (str_eq(factor, S("weekday")) && is_number(label, 1, 7, &n))
        return str_of(format_weekday(lang, (int32_t)n));
    if (str_eq(factor, S("weekday")) && str_starts(label, S("#")))
        return SAY(keep, lang, N_("day %s"), str_slice(label, 1, label.n));
    if (str_eq(factor, S("hour")) && is_number(label, 0, 23, &n)) {
        return SAY(keep, lang, N_("%s to %s h"), format_integer(keep, lang, n),
                   format_integer(keep, lang, n + 4));
    }
    return STR_NONE;
}

str
effects_level_text(struct arena *keep, enum lang lang, str factor, str label)
{
    if (!label.p)
        return str_of(translate(lang, N_("not recorded")));
    str calendar = calendar_text(keep, lang, factor, label);
    if (calendar.p)
        return calendar;
    /* A tactic or a channel may well be named "photo" by its owner: only our own words are translated. */
    if (!str_eq(factor, S("tactic")) && !str_eq(factor, S("channel"))) {
        const char *word =
            word_of(level_words, sizeof level_words / sizeof *level_words, lang, label);
        if (word)
            return str_of(word);
    }
    return label;
}

const char *
effects_verdict_text(enum lang lang, enum effects_verdict verdict)
{
    switch (verdict) {
    case VERDICT_CLEAR:
        return translate(lang, N_("clear"));
    case VERDICT_LEANING:
        return translate(lang, N_("leaning"));
    case VERDICT_CANNOT_TELL:
        return translate(lang, N_("cannot tell yet"));
    }
    assert(!"a verdict outside the list");
    return "";
}

static int32_t
smaller_side(const struct effects_factor_result *factor, const struct effects_contrast *c)
{
    int32_t a = factor->levels[c->a].posts_n, b = factor->levels[c->b].posts_n;
    return a < b ? a : b;
}

const struct effects_contrast *
effects_key_contrast(const struct effects_factor_result *factor)
{
    const struct effects_contrast *best = NULL;
    for (int32_t i = 0; i < factor->contrasts_n; i++) {
        const struct effects_contrast *c = &factor->contrasts[i];
        if (!best || c->verdict > best->verdict ||
            (c->verdict == best->verdict &&
             smaller_side(factor, c) > smaller_side(factor, best)))
            best = c;
    }
    return best;
}

enum finding
effects_finding_of(const struct effects_factor_result *factor)
{
    const struct effects_contrast *key = effects_key_contrast(factor);
    if (!key)
        return FINDING_NOTHING;
    return key->verdict == VERDICT_CLEAR     ? FINDING_CLEAR
           : key->verdict == VERDICT_LEANING ? FINDING_LEANING
                                             : FINDING_CANNOT_TELL;
}

/* The contrast turned so that the better level comes first. */
struct turned {
    str better, worse;
    double ratio, low, high, share;
    int32_t better_n, worse_n;
};

static struct turned
turn(struct arena *keep, enum lang lang, const struct effects_factor_result *f,
     const struct effects_contrast *c)
{
    bool a_first = c->greater_share >= 0.5;
    int32_t better = a_first ? c->a : c->b, worse = a_first ? c->b : c->a;
    return (struct turned){
        .better = effects_level_text(keep, lang, f->name, f->levels[better].label),
        .worse = effects_level_text(keep, lang, f->name, f->levels[worse].label),
        .ratio = a_first ? c->ratio : 1 / c->ratio,
        .low = a_first ? c->ratio_low90 : 1 / c->ratio_high90,
        .high = a_first ? c->ratio_high90 : 1 / c->ratio_low90,
        .share = a_first ? c->greater_share : 1 - c->greater_share,
        .better_n = f->levels[better].posts_n,
        .worse_n = f->levels[worse].posts_n,
    };
}

/* Ratios are said with one decimal below ten; more would claim what nobody knows. */
static str
ratio_text(struct arena *keep, enum lang lang, double ratio)
{
    return format_real(keep, lang, ratio, ratio < 0.95 ? 2 : ratio < 9.95 ? 1 : 0);
}

str
effects_finding_text(struct arena *keep, enum lang lang,
                     const struct effects_factor_result *factor, str outcome)
{
    const struct effects_contrast *key = effects_key_contrast(factor);
    str name = str_of(effects_factor_text(lang, factor->name));
    if (!key)
        return SAY(keep, lang, N_("%s: only one kind so far, so there is nothing to compare"),
                   name);
    struct turned t = turn(keep, lang, factor, key);
    if (key->verdict == VERDICT_CLEAR) {
        return SAY(keep, lang, N_("%1$s: “%2$s” brings about %4$s times the %5$s of “%3$s”"),
                   name, t.better, t.worse, ratio_text(keep, lang, t.ratio), outcome);
    }
    if (key->verdict == VERDICT_LEANING) {
        return SAY(keep, lang, N_("%1$s: “%2$s” probably brings more %4$s than “%3$s”"), name,
                   t.better, t.worse, outcome);
    }
    return SAY(keep, lang, N_("%1$s: we cannot tell yet which brings more %2$s"), name,
               outcome);
}

str
effects_evidence_text(struct arena *keep, enum lang lang,
                      const struct effects_factor_result *factor,
                      const struct effects_contrast *contrast)
{
    struct turned t = turn(keep, lang, factor, contrast);
    return SAY(keep, lang,
               N_("“%1$s” against “%2$s”: × %3$s (90 %% interval: %4$s to %5$s), from %6$s and "
                  "%7$s posts"),
               t.better, t.worse, ratio_text(keep, lang, t.ratio),
               ratio_text(keep, lang, t.low), ratio_text(keep, lang, t.high),
               format_integer(keep, lang, t.better_n), format_integer(keep, lang, t.worse_n));
}

str
effects_needed_text(struct arena *keep, enum lang lang, const struct effects_contrast *contrast)
{
    if (contrast->verdict == VERDICT_CLEAR)
        return S("");
    str n = format_integer(keep, lang, contrast->posts_needed);
    if (contrast->posts_needed_over)
        return SAY(keep, lang,
                   N_("more than %s more posts of each would be needed: the difference may be "
                      "too small to matter"),
                   n);
    return SAY(keep, lang, N_("about %s more posts of each would tell"), n);
}

str
effects_confounding_text(struct arena *keep, enum lang lang, str factor)
{
    if (str_eq(factor, S("weekday")) || str_eq(factor, S("hour")) || str_eq(factor, S("trend")))
        return str_of(translate(
            lang, N_("You chose when to post, so something else about those moments may "
                     "explain a difference; only posts drawn by lot would prove it.")));
    return str_of(translate(
        lang, N_("You chose which posts were of which kind, so something else about them may "
                 "explain a difference; only posts drawn by lot would prove it.")));
}

str
effects_note_text(struct arena *keep, enum lang lang, const struct effects_result *result,
                  const struct effects_note *note)
{
    str names[2] = {S(""), S("")};
    for (int32_t i = 0; i < result->factors_n; i++) {
        if (result->factors[i].factor < 0)
            continue;
        str shown = str_of(effects_factor_text(lang, result->factors[i].name));
        if (result->factors[i].factor == note->factor)
            names[0] = shown;
        if (note->kind == NOTE_CONFOUNDED && result->factors[i].factor == note->n)
            names[1] = shown;
    }
    bool of_covariate =
        note->kind == NOTE_COVARIATE_CONSTANT || note->kind == NOTE_COVARIATE_MISSING;
    for (int32_t i = 0; of_covariate && i < result->scalars_n; i++) {
        if (result->scalars[i].kind == SCALAR_COVARIATE &&
            result->scalars[i].index == note->factor)
            names[0] = result->scalars[i].name;
    }
    return SAY(keep, lang, effects_note_format(note->kind), format_integer(keep, lang, note->n),
               names[0], names[1]);
}

str
effects_unsettled_text(struct arena *keep, enum lang lang, const struct effects_diagnostics *d)
{
    static const struct {
        uint32_t gate;
        const char *why;
    } reasons[] = {
        {GATE_RHAT, N_("the chains do not agree with each other")},
        {GATE_ESS, N_("too few independent draws")},
        {GATE_DIVERGENT, N_("some paths ran off the surface")},
        {GATE_EBFMI, N_("the energy moved too slowly")},
        {GATE_DEPTH, N_("some paths were cut short")},
        {GATE_CHAINS, N_("there is only one chain")},
    };
    if (d->settled)
        return S("");
    auto_buf out;
    buf_init(&out, 4096);
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        if (d->failed & reasons[i].gate) {
            buf_add(&out, out.n > 0 ? S("; ") : S(""));
            buf_add(&out, str_of(translate(lang, reasons[i].why)));
        }
    }
    return SAY(keep, lang,
               N_("The computation did not settle: %s. The numbers below are a preview, not an "
                  "answer."),
               buf_str(&out));
}
