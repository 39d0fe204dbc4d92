#include "web/findings.h"

#include <assert.h>

#include "learn/words.h"

enum verdict_view
finding_verdict(enum effects_verdict verdict)
{
    switch (verdict) {
    case VERDICT_CLEAR:
        return FINDING_CLEAR;
    case VERDICT_LEANING:
        return FINDING_LEANING;
    case VERDICT_CANNOT_TELL:
        return FINDING_UNKNOWN;
    }
    assert(!"a verdict outside the list");
    return FINDING_UNKNOWN;
}

static enum words_exposure
exposure_words(enum effects_exposure exposure)
{
    switch (exposure) {
    case EXPOSURE_REACH:
        return WORDS_REACH;
    case EXPOSURE_IMPRESSIONS:
        return WORDS_IMPRESSIONS;
    case EXPOSURE_FOLLOWERS:
        return WORDS_FOLLOWERS;
    case EXPOSURE_NONE:
    case EXPOSURE_AUTO:
        return WORDS_VOLUME;
    }
    assert(!"an exposure outside the list");
    return WORDS_VOLUME;
}

struct words_contrast
finding_contrast(const struct effects_factor_result *factor,
                 const struct effects_contrast *contrast, const struct effects_result *result,
                 str outcome)
{
    bool a_first = contrast->greater_share >= 0.5;
    const struct effects_level *better = &factor->levels[a_first ? contrast->a : contrast->b];
    const struct effects_level *other = &factor->levels[a_first ? contrast->b : contrast->a];
    return (struct words_contrast){
        .factor = factor->name,
        .better = better->label,
        .other = other->label,
        .ratio = a_first ? contrast->ratio : 1 / contrast->ratio,
        .low90 = a_first ? contrast->ratio_low90 : 1 / contrast->ratio_high90,
        .high90 = a_first ? contrast->ratio_high90 : 1 / contrast->ratio_low90,
        .better_n = better->posts_n,
        .other_n = other->posts_n,
        .verdict = finding_verdict(contrast->verdict),
        .outcome = outcome,
        .exposure = exposure_words(result->exposure),
        .needed = contrast->posts_needed,
        .needed_over = contrast->posts_needed_over,
    };
}

void
findings_of(const struct effects_result *result, str outcome, enum lang lang,
            struct arena *keep, struct finding **ret, ptrdiff_t *ret_n)
{
    struct finding *findings = new (keep, struct finding, result->factors_n + 1);
    ptrdiff_t n = 0;
    for (int verdict = VERDICT_CLEAR; verdict >= VERDICT_CANNOT_TELL; verdict--) {
        for (int32_t i = 0; i < result->factors_n; i++) {
            const struct effects_factor_result *factor = &result->factors[i];
            const struct effects_contrast *key = effects_key_contrast(factor);
            if (!key || (int)key->verdict != verdict)
                continue;
            struct finding *f = &findings[n++];
            *f = (struct finding){factor, key, finding_contrast(factor, key, result, outcome),
                                  S(""), S("")};
            bool unknown = key->verdict == VERDICT_CANNOT_TELL;
            f->sentence = unknown ? words_factor_unknown(keep, lang, &f->contrast)
                                  : words_contrast(keep, lang, &f->contrast);
            f->evidence = unknown ? words_evidence_between(keep, lang, &f->contrast)
                                  : words_evidence(keep, lang, &f->contrast);
        }
    }
    *ret = findings;
    *ret_n = n;
}
