#pragma once
#include "base/lang.h"
#include "learn/effects.h"

/*
 * What the effects model found, in sentences. The page, the command line and what is kept use the same ones.
 * All texts are in ${keep}, plain text (not escaped).
 */

/* What can be said of one factor at a glance. */
enum finding {
    FINDING_NOTHING, /* fewer than two levels with posts */
    FINDING_CANNOT_TELL,
    FINDING_LEANING,
    FINDING_CLEAR,
};

/* effects_factor_text(lang, name): "Format", "Weekday" …: a column head; the name itself for unknown ones. */
const char *effects_factor_text(enum lang lang, str name);

/*
 * effects_level_text(keep, lang, factor, label):
 * A level as people say it: "photo", "Monday", "8–12 h"; labels that users wrote stay as they are.
 */
str effects_level_text(struct arena *keep, enum lang lang, str factor, str label);

/* effects_verdict_text(lang, verdict): "clear", "leaning", "cannot tell yet" in the reader's language. */
const char *effects_verdict_text(enum lang lang, enum effects_verdict verdict);

/*
 * effects_key_contrast(factor):
 * The comparison that best sums the factor up: of the strongest verdict, the one with the most posts on its
 * smaller side. NULL when nothing can be compared.
 */
const struct effects_contrast *effects_key_contrast(const struct effects_factor_result *factor);

/* effects_finding_of(factor): the verdict of its key contrast. */
enum finding effects_finding_of(const struct effects_factor_result *factor);

/*
 * effects_finding_text(keep, lang, factor, outcome):
 * The finding as a title: "Photo brings about 2.1 times the interactions of status." ${outcome} is a
 * translated plural noun.
 */
str effects_finding_text(struct arena *keep, enum lang lang,
                         const struct effects_factor_result *factor, str outcome);

/* effects_evidence_text(…): "× 2.1 (90 %: 1.8 to 2.5), from 426 and 45 posts". */
str effects_evidence_text(struct arena *keep, enum lang lang,
                          const struct effects_factor_result *factor,
                          const struct effects_contrast *contrast);

/* effects_needed_text(…): "about 14 more posts of each would tell"; empty when it is clear already. */
str effects_needed_text(struct arena *keep, enum lang lang,
                        const struct effects_contrast *contrast);

/* effects_confounding_text(…): the sentence that stands under every comparison: chosen, not drawn by lot. */
str effects_confounding_text(struct arena *keep, enum lang lang, str factor);

/* effects_note_text(…): one of result->notes; the input's covariate names are given by ${covariate}. */
str effects_note_text(struct arena *keep, enum lang lang, const struct effects_result *result,
                      const struct effects_note *note);

/* effects_unsettled_text(…): why the computation did not settle, or empty when it did. */
str effects_unsettled_text(struct arena *keep, enum lang lang,
                           const struct effects_diagnostics *diagnostics);
