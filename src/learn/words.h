#pragma once
#include "base/lang.h"
#include "learn/effects.h"

/*
 * What the effects model says about itself, in sentences: remarks, and why it did not settle. The findings'
 * own sentences are written by the faces. Texts are in ${keep}, plain (not escaped).
 */

/*
 * effects_key_contrast(factor):
 * The comparison that best sums the factor up; its verdict is what may be said of the factor, so that the two cannot
 * contradict each other. It is one of the level that is most probably best. What is clear comes first: of several, the
 * one with the most posts on its smaller side. Out of many levels some pair always leans; so it is taken only
 * where one level is more likely best than not. Else which is best is what cannot be told, and the comparison is the one
 * that would have to tell: with the level that comes next. NULL when nothing can be compared.
 */
const struct effects_contrast *effects_key_contrast(const struct effects_factor_result *factor);

/*
 * effects_note_text(keep, lang, result, note, factor_text):
 * One of result->notes as a sentence; ${factor_text} names a factor for people.
 */
str effects_note_text(struct arena *keep, enum lang lang, const struct effects_result *result,
                      const struct effects_note *note,
                      str (*factor_text)(struct arena *keep, enum lang lang, str factor));

/* effects_unsettled_reasons(…): which gates the computation did not pass, as a list; empty when it settled. */
str effects_unsettled_reasons(struct arena *keep, enum lang lang,
                              const struct effects_diagnostics *diagnostics);
/* effects_unsettled_text(…): that it did not settle and why, to be said above its preview. */
str effects_unsettled_text(struct arena *keep, enum lang lang,
                           const struct effects_diagnostics *diagnostics);
