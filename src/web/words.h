#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/lang.h"
#include "base/str.h"
#include "web/views.h"

/*
 * The sentences that findings are said in, from plain numbers: pages and the command line say the same.
 * Results live in the arena given; everything is in the reader's language and ready to be shown.
 */

/* What results are counted against, so that the sentence can say so. */
enum words_exposure {
    WORDS_REACH,
    WORDS_IMPRESSIONS,
    WORDS_FOLLOWERS,
    WORDS_VOLUME /* counted against nothing */
};

/*
 * A comparison of two levels of a factor, oriented so that ratio >= 1.
 * ${factor} is a stable word: format, tactic, weekday (1–7, Monday first), weekday_number (1–7 as in a
 * file that does not say which day is the first), hour (first hour of a block of four), channel, paid
 * (yes/no), intent, creation, topic, language; another word is shown as it is. Levels are the factor's
 * stable keys, or names that people gave.
 */
struct words_contrast {
    str factor;
    str better, other;
    double ratio, low90, high90;
    int64_t better_n, other_n;
    enum verdict_view verdict;
    str outcome; /* metric word: interactions, comments, clicks … */
    enum words_exposure exposure;
    int64_t needed;   /* more posts of each until a verdict is likely */
    bool needed_over; /* more than ${needed} */
};

/* words_verdict(lang, verdict): "clear", "leaning", "cannot tell yet". Static. */
const char *words_verdict(enum lang lang, enum verdict_view verdict);
/* words_factor(arena, lang, factor): "Format", "Time of day". */
str words_factor(struct arena *arena, enum lang lang, str factor);
/* words_level(arena, lang, factor, level): a level as a label: "Photo", "Thursday", "8 to 12 h". */
str words_level(struct arena *arena, enum lang lang, str factor, str level);
/* words_outcome(lang, metric): "interactions", for use inside a sentence; the word itself when unknown. */
str words_outcome(enum lang lang, str metric);
/*
 * words_contrast(arena, lang, contrast):
 * "Photos bring about twice the interactions of status posts, for the same reach." An unknown verdict
 * gives "Between photos and links it cannot be told yet which bring more interactions."
 */
str words_contrast(struct arena *arena, enum lang lang, const struct words_contrast *contrast);
/*
 * words_factor_unknown(arena, lang, contrast):
 * For a factor of which cannot be told which level is best: "Which weekday works best cannot be told yet: about
 * 140 more posts of each would tell." ${contrast} is the one that would have to tell; uses its factor and needed.
 */
str words_factor_unknown(struct arena *arena, enum lang lang,
                         const struct words_contrast *contrast);
/* words_evidence(arena, lang, contrast): "× 2.1 (90%: 1.8 to 2.5), based on 426 and 45 posts." */
str words_evidence(struct arena *arena, enum lang lang, const struct words_contrast *contrast);
/*
 * words_evidence_between(arena, lang, contrast): the same for a sentence that does not name the two:
 * "Monday against Sunday: × 1.08 (90%: 0.95 to 1.21), based on 72 and 82 posts."
 */
str words_evidence_between(struct arena *arena, enum lang lang,
                           const struct words_contrast *contrast);
/* words_interval(arena, lang, low, high): "1.8 to 2.5". */
str words_interval(struct arena *arena, enum lang lang, double low, double high);
/* words_needed(arena, lang, n, over): "about 140", "more than 500". */
str words_needed(struct arena *arena, enum lang lang, int64_t n, bool over);
/* words_summary(arena, lang, clear_n, leaning_n, unknown_n): "One thing is clear, two cannot be told yet."; of nothing: why. */
str words_summary(struct arena *arena, enum lang lang, int64_t clear_n, int64_t leaning_n,
                  int64_t unknown_n);
/* words_exposure(lang, exposure): the sentence that says what ratios mean. Static. */
const char *words_exposure_sentence(enum lang lang, enum words_exposure exposure);
/* words_confounding(arena, lang): said beside every finding that no experiment backs. Static. */
const char *words_confounding(enum lang lang);
