#include "web/words.h"

#include "base/format.h"
#include "base/number.h"
#include "base/translate.h"

/* How a level is named at the beginning of a sentence, inside one, and alone in a table. */
struct level_words {
    const char *key;
    const char *subject, *object, *label;
};

static const struct level_words formats[] = {
    {"photo", N_("Photos"), N_("photos"), N_("Photo")},
    {"status", N_("Status posts"), N_("status posts"), N_("Status post")},
    {"link", N_("Links"), N_("links"), N_("Link")},
    {"video", N_("Videos"), N_("videos"), N_("Video")},
    {"text", N_("Text posts"), N_("text posts"), N_("Text post")},
    {"reel", N_("Reels"), N_("reels"), N_("Reel")},
    {"story", N_("Stories"), N_("stories"), N_("Story")},
    {"carousel", N_("Carousels"), N_("carousels"), N_("Carousel")},
    {"article", N_("Articles"), N_("articles"), N_("Article")},
    {"poll", N_("Polls"), N_("polls"), N_("Poll")},
    {"event", N_("Events"), N_("events"), N_("Event")},
};
static const struct level_words paid[] = {
    {"yes", N_("Paid posts"), N_("paid posts"), N_("Paid")},
    {"no", N_("Posts without payment"), N_("posts without payment"), N_("Not paid")},
};
static const struct level_words intents[] = {
    {"planned", N_("Planned posts"), N_("planned posts"), N_("Planned")},
    {"explore", N_("Exploring posts"), N_("exploring posts"), N_("Exploring")},
    {"adhoc", N_("Posts on the spot"), N_("posts on the spot"), N_("On the spot")},
};

/* Factors: their label, the question they answer, and how a level without words of its own is said. */
struct factor_words {
    const char *key;
    const char *label, *question;
    const char *subject, *object, *level;
    const struct level_words *levels;
    ptrdiff_t levels_n;
};

#define COUNT(list) ((ptrdiff_t)(sizeof(list) / sizeof *(list)))

static const struct factor_words factors[] = {
    {"format", N_("Format"), N_("Which format works best cannot be told yet%s."),
     N_("Posts in the form “%s”"), N_("posts in the form “%s”"), "%s", formats, COUNT(formats)},
    {"tactic", N_("Tactic"), N_("Which tactic works best cannot be told yet%s."),
     N_("Posts of “%s”"), N_("posts of “%s”"), "%s", NULL, 0},
    {"weekday", N_("Weekday"), N_("Which weekday works best cannot be told yet%s."),
     N_("Posts on a %s"), N_("posts on a %s"), "%s", NULL, 0},
    {"weekday_number", N_("Weekday"), N_("Which weekday works best cannot be told yet%s."),
     N_("Posts on weekday %s"), N_("posts on weekday %s"), N_("Weekday %s"), NULL, 0},
    {"hour", N_("Time of day"), N_("Which time of day works best cannot be told yet%s."),
     N_("Posts between %s"), N_("posts between %s"), "%s", NULL, 0},
    {"channel", N_("Channel"), N_("Which channel works best cannot be told yet%s."),
     N_("Posts on “%s”"), N_("posts on “%s”"), "%s", NULL, 0},
    {"paid", N_("Payment"), N_("Whether paying helps cannot be told yet%s."), "%s", "%s", "%s",
     paid, COUNT(paid)},
    {"intent", N_("Intent"), N_("Which intent works best cannot be told yet%s."), "%s", "%s",
     "%s", intents, COUNT(intents)},
    {"creation", N_("How it was made"), N_("Which kind works best cannot be told yet%s."),
     N_("Posts of “%s”"), N_("posts of “%s”"), "%s", NULL, 0},
    {"topic", N_("Topic"), N_("Which kind works best cannot be told yet%s."),
     N_("Posts of “%s”"), N_("posts of “%s”"), "%s", NULL, 0},
    {"language", N_("Language"), N_("Which kind works best cannot be told yet%s."),
     N_("Posts of “%s”"), N_("posts of “%s”"), "%s", NULL, 0},
    /* what is taken into account and not compared: only their labels are said */
    {"has_link", N_("Link in the text"), "%s", "%s", "%s", "%s", NULL, 0},
    {"reply", N_("Reply"), "%s", "%s", "%s", "%s", NULL, 0},
    {"length", N_("Length of the text"), "%s", "%s", "%s", "%s", NULL, 0},
    /* last: any other word */
    {NULL, "%s", N_("Which kind works best cannot be told yet%s."), N_("Posts of “%s”"),
     N_("posts of “%s”"), "%s", NULL, 0},
};

/* A count's name in a sentence. French needs it after "de" too ("d’interactions"). */
struct outcome_words {
    const char *key, *plain, *of;
};
static const struct outcome_words outcomes[] = {
    {"interactions", N_("interactions"), N_("of interactions")},
    {"reach", N_("people reached"), N_("of people reached")},
    {"impressions", N_("impressions"), N_("of impressions")},
    {"comments", N_("comments"), N_("of comments")},
    {"likes", N_("likes"), N_("of likes")},
    {"shares", N_("shares"), N_("of shares")},
    {"clicks", N_("clicks"), N_("of clicks")},
    {"replies", N_("replies"), N_("of replies")},
    {"engaged", N_("engaged people"), N_("of engaged people")},
    {"reactions", N_("reactions"), N_("of reactions")},
    {"saves", N_("saves"), N_("of saves")},
    {"link_clicks", N_("clicks on links"), N_("of clicks on links")},
    {"clickers", N_("people who clicked"), N_("of people who clicked")},
    {"follows", N_("new followers"), N_("of new followers")},
    {"profile_visits", N_("profile visits"), N_("of profile visits")},
    {"video_views", N_("video views"), N_("of video views")},
    {"conversions", N_("conversions"), N_("of conversions")},
};

static str
tr(enum lang lang, const char *id)
{
    return str_of(translate(lang, id));
}

static const struct factor_words *
factor_of(str name)
{
    ptrdiff_t i = 0;
    while (factors[i].key && !str_eq(str_of(factors[i].key), name))
        i++;
    return &factors[i];
}

static const struct level_words *
level_of(const struct factor_words *factor, str level)
{
    for (ptrdiff_t i = 0; i < factor->levels_n; i++)
        if (str_eq(str_of(factor->levels[i].key), level))
            return &factor->levels[i];
    return NULL;
}

/* A block of hours is named by its first hour. */
enum { HOURS_OF_BLOCK = 4 };

static str
hours(struct arena *arena, enum lang lang, const char *id, int64_t first)
{
    return SAY(arena, lang, id, format_integer(arena, lang, first),
               format_integer(arena, lang, first + HOURS_OF_BLOCK));
}

/* The part of a level's name that stands for %s: a weekday, a block of hours by ${hours_id}, or itself. */
static str
level_text(struct arena *arena, enum lang lang, str factor, str level, const char *hours_id)
{
    struct error error;
    int64_t n = 0;
    if (str_eq(factor, S("weekday")) && parse_i64(level, 1, 7, &n, &error) == OK)
        return format_weekday(lang, (int32_t)n);
    if (str_eq(factor, S("hour")) && parse_i64(level, 0, 23, &n, &error) == OK)
        return hours(arena, lang, hours_id, n);
    return level;
}

static str
level_subject(struct arena *arena, enum lang lang, str factor, str level)
{
    const struct factor_words *words = factor_of(factor);
    const struct level_words *own = level_of(words, level);
    return own ? tr(lang, own->subject)
               : SAY(arena, lang, words->subject,
                     level_text(arena, lang, factor, level, N_("%1$s and %2$s h")));
}

static str
level_object(struct arena *arena, enum lang lang, str factor, str level)
{
    const struct factor_words *words = factor_of(factor);
    const struct level_words *own = level_of(words, level);
    return own ? tr(lang, own->object)
               : SAY(arena, lang, words->object,
                     level_text(arena, lang, factor, level, N_("%1$s and %2$s h")));
}

const char *
words_verdict(enum lang lang, enum verdict_view verdict)
{
    static const char *const words[] = {N_("clear"), N_("leaning"), N_("cannot tell yet")};
    return translate(lang, words[verdict]);
}

str
words_factor(struct arena *arena, enum lang lang, str factor)
{
    return SAY(arena, lang, factor_of(factor)->label, factor);
}

str
words_level(struct arena *arena, enum lang lang, str factor, str level)
{
    const struct factor_words *words = factor_of(factor);
    const struct level_words *own = level_of(words, level);
    return own ? tr(lang, own->label)
               : SAY(arena, lang, words->level,
                     level_text(arena, lang, factor, level, N_("%1$s to %2$s h")));
}

static const struct outcome_words *
outcome_of(str metric)
{
    for (ptrdiff_t i = 0; i < COUNT(outcomes); i++)
        if (str_eq(str_of(outcomes[i].key), metric))
            return &outcomes[i];
    return NULL;
}

str
words_outcome(enum lang lang, str metric)
{
    const struct outcome_words *words = outcome_of(metric);
    return words ? tr(lang, words->plain) : metric;
}

static const char *
for_the_same(enum words_exposure exposure)
{
    static const char *const words[] = {N_(", for the same reach"),
                                        N_(", for the same impressions"),
                                        N_(", for the same number of followers"), ""};
    return words[exposure];
}

/*
 * The sentence for a ratio. Numbers near two and three are said in words; below one and a half a
 * percentage is easier to picture than a factor.
 */
static const char *
ratio_sentence(double ratio, bool sure)
{
    if (ratio < 1.5)
        return sure ? N_("%1$s bring about %5$s more %2$s than %3$s%4$s.")
                    : N_("%1$s probably bring about %5$s more %2$s than %3$s%4$s.");
    if (ratio >= 1.9 && ratio < 2.15)
        return sure ? N_("%1$s bring about twice the %2$s of %3$s%4$s.")
                    : N_("%1$s probably bring about twice the %2$s of %3$s%4$s.");
    if (ratio >= 2.85 && ratio < 3.15)
        return sure ? N_("%1$s bring about three times the %2$s of %3$s%4$s.")
                    : N_("%1$s probably bring about three times the %2$s of %3$s%4$s.");
    return sure ? N_("%1$s bring about %5$s times the %2$s of %3$s%4$s.")
                : N_("%1$s probably bring about %5$s times the %2$s of %3$s%4$s.");
}

/* What is counted, after "more": English takes the noun alone, French "de" and the noun. */
static str
counted(struct arena *arena, enum lang lang, str metric)
{
    const struct outcome_words *words = outcome_of(metric);
    if (lang == LANG_EN)
        return words_outcome(lang, metric);
    return words ? tr(lang, words->of) : SAY(arena, lang, N_("of %s"), metric);
}

str
words_contrast(struct arena *arena, enum lang lang, const struct words_contrast *c)
{
    str subject = level_subject(arena, lang, c->factor, c->better);
    str object = level_object(arena, lang, c->factor, c->other);
    if (c->verdict == FINDING_UNKNOWN)
        return SAY(arena, lang,
                   N_("Between %1$s and %2$s it cannot be told yet which do better."),
                   level_object(arena, lang, c->factor, c->better), object);
    str where = tr(lang, for_the_same(c->exposure));
    str outcome = counted(arena, lang, c->outcome);
    const char *sentence = ratio_sentence(c->ratio, c->verdict == FINDING_CLEAR);
    str amount = c->ratio < 1.5 ? format_share(arena, lang, c->ratio - 1, 0)
                                : format_real(arena, lang, c->ratio, c->ratio < 10 ? 1 : 0);
    return SAY(arena, lang, sentence, subject, outcome, object, where, amount);
}

str
words_factor_unknown(struct arena *arena, enum lang lang, const struct words_contrast *c)
{
    str settle = S("");
    if (c->needed > 0)
        settle =
            SAY(arena, lang,
                c->needed_over ? N_(": even %s more posts of each would not be likely to tell")
                               : N_(": about %s more posts of each would tell"),
                format_integer(arena, lang, c->needed));
    return SAY(arena, lang, factor_of(c->factor)->question, settle);
}

str
words_interval(struct arena *arena, enum lang lang, double low, double high)
{
    /* One decimal is enough beyond two, unless it would round an end onto "no difference". */
    int32_t decimals = high < 2 || (low > 0.9 && low < 1.1) ? 2 : 1;
    return SAY(arena, lang, N_("%1$s to %2$s"), format_real(arena, lang, low, decimals),
               format_real(arena, lang, high, decimals));
}

str
words_evidence(struct arena *arena, enum lang lang, const struct words_contrast *c)
{
    return SAY(
        arena, lang, N_("%1$s (90%%: %2$s), based on %3$s and %4$s posts."),
        format_times(arena, lang, c->ratio), words_interval(arena, lang, c->low90, c->high90),
        format_integer(arena, lang, c->better_n), format_integer(arena, lang, c->other_n));
}

str
words_evidence_between(struct arena *arena, enum lang lang, const struct words_contrast *c)
{
    str pair =
        SAY(arena, lang, N_("%s against %s"), words_level(arena, lang, c->factor, c->better),
            words_level(arena, lang, c->factor, c->other));
    return SAY(arena, lang, N_("%1$s: %2$s"), pair, words_evidence(arena, lang, c));
}

str
words_needed(struct arena *arena, enum lang lang, int64_t n, bool over)
{
    return SAY(arena, lang, over ? N_("more than %s") : N_("about %s"),
               format_integer(arena, lang, n));
}

/* Small numbers in words: a letter says "two things", not "2 things". */
static str
things(struct arena *arena, enum lang lang, int64_t n)
{
    static const char *const words[] = {
        N_("nothing"),     N_("one thing"),   N_("two things"), N_("three things"),
        N_("four things"), N_("five things"), N_("six things")};
    if (n < COUNT(words))
        return tr(lang, words[n]);
    return SAY(arena, lang, N_("%s things"), format_integer(arena, lang, n));
}

static str
capital(struct arena *arena, str s)
{
    str copy = arena_str(arena, s);
    if (copy.n > 0 && copy.p[0] >= 'a' && copy.p[0] <= 'z') {
        char *p = new (arena, char, copy.n);
        for (ptrdiff_t i = 0; i < copy.n; i++)
            p[i] = copy.p[i];
        p[0] = (char)(p[0] - 'a' + 'A');
        return (str){p, copy.n};
    }
    return copy;
}

str
words_summary(struct arena *arena, enum lang lang, int64_t clear_n, int64_t leaning_n,
              int64_t unknown_n)
{
    struct {
        int64_t n;
        const char *one, *many;
    } parts[] = {{clear_n, N_("%s is clear"), N_("%s are clear")},
                 {leaning_n, N_("%s is leaning"), N_("%s are leaning")},
                 {unknown_n, N_("%s cannot be told yet"), N_("%s cannot be told yet")}};
    str said = STR_NONE;
    for (ptrdiff_t i = 0; i < COUNT(parts); i++) {
        if (parts[i].n == 0)
            continue;
        str part = SAY(arena, lang, parts[i].n == 1 ? parts[i].one : parts[i].many,
                       things(arena, lang, parts[i].n));
        said = said.n == 0 ? part : SAY(arena, lang, N_("%1$s, %2$s"), said, part);
    }
    if (said.n == 0)
        return str_of(translate(lang, N_("Nothing can be compared yet: as far as is known, the "
                                         "posts are all of one kind.")));
    return SAY(arena, lang, N_("%s."), capital(arena, said));
}

const char *
words_exposure_sentence(enum lang lang, enum words_exposure exposure)
{
    static const char *const words[] = {
        N_("Results are counted per person reached, so that a post that was shown more widely "
           "has no "
           "advantage."),
        N_("Results are counted per impression, so that a post that was shown more often has "
           "no "
           "advantage."),
        N_("Results are counted per follower at the time of the post, because the reach is not "
           "known."),
        N_("Neither reach nor followers are known: this compares plain volume, and says "
           "nothing about "
           "whether a post was liked or only shown more."),
    };
    return translate(lang, words[exposure]);
}

const char *
words_confounding(enum lang lang)
{
    return translate(lang, N_("You chose which posts took which form, so something else may be "
                              "behind a difference. "
                              "To be sure, publish pairs that differ in one thing only."));
}
