#pragma once
#include "base/lang.h"
#include "learn/effects.h"

/*
 * What the effects model says about itself, in sentences: remarks, and why it did not settle. The findings'
 * own sentences are written by the faces. Texts are in ${keep}, plain (not escaped).
 */

/*
 * effects_key_contrast(factor, ret_verdict):
 * The comparison that best sums the factor up, and what may be said of the factor. It is one of the level that is
 * most probably best: of the strongest verdict, the one with the most posts on its smaller side. Out of many
 * levels some pair always lies far apart; so unless one level is more likely best than not, the factor's verdict
 * is "cannot tell", whatever that pair's own. NULL when nothing can be compared.
 */
const struct effects_contrast *effects_key_contrast(const struct effects_factor_result *factor,
                                                    enum effects_verdict *ret_verdict);

/*
 * effects_note_text(keep, lang, result, note, factor_text):
 * One of result->notes as a sentence; ${factor_text} names a factor for people.
 */
str effects_note_text(struct arena *keep, enum lang lang, const struct effects_result *result,
                      const struct effects_note *note,
                      str (*factor_text)(struct arena *keep, enum lang lang, str factor));

/* effects_unsettled_text(…): why the computation did not settle, or empty when it did. */
str effects_unsettled_text(struct arena *keep, enum lang lang,
                           const struct effects_diagnostics *diagnostics);
