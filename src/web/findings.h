#pragma once
#include "base/arena.h"
#include "base/lang.h"
#include "learn/effects.h"
#include "web/views.h"
#include "web/words.h"

/*
 * From a result of the effects model to what is said of it. Pure: the pages and the command line both use it,
 * so they cannot disagree.
 */

/* finding_verdict(verdict): the model's verdict as the views know it. */
enum verdict_view finding_verdict(enum effects_verdict verdict);

/*
 * finding_contrast(factor, contrast, result, outcome):
 * The comparison turned so that its ratio is at least 1, ready to be said. ${outcome} is a metric word.
 */
struct words_contrast finding_contrast(const struct effects_factor_result *factor,
                                       const struct effects_contrast *contrast,
                                       const struct effects_result *result, str outcome);

/* One finding a factor that people named (not those the model made: trend, interaction). */
struct finding {
    const struct effects_factor_result *factor;
    const struct effects_contrast *key;
    struct words_contrast contrast;
    str sentence, evidence; /* translated */
};

/*
 * findings_of(result, outcome, lang, keep, ret, ret_n):
 * What a result says, clear findings first, then leaning, then those that cannot be told yet; inside a verdict
 * the order of the factors. Factors with nothing to compare are left out.
 */
void findings_of(const struct effects_result *result, str outcome, enum lang lang,
                 struct arena *keep, struct finding **ret, ptrdiff_t *ret_n);
