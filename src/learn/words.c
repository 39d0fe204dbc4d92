#include "learn/words.h"

#include "base/format.h"
#include "base/translate.h"

static int32_t
smaller_side(const struct effects_factor_result *factor, const struct effects_contrast *c)
{
    int32_t a = factor->levels[c->a].posts_n, b = factor->levels[c->b].posts_n;
    return a < b ? a : b;
}

static int32_t
probably_best(const struct effects_factor_result *factor)
{
    int32_t best = -1;
    for (int32_t i = 0; i < factor->levels_n; i++) {
        const struct effects_level *level = &factor->levels[i];
        if (level->recorded && level->posts_n > 0 &&
            (best < 0 || level->best_share > factor->levels[best].best_share))
            best = i;
    }
    return best;
}

const struct effects_contrast *
effects_key_contrast(const struct effects_factor_result *factor)
{
    const struct effects_contrast *strongest = NULL, *next = NULL;
    double next_median = 0;
    int32_t best = probably_best(factor);
    for (int32_t i = 0; i < factor->contrasts_n; i++) {
        const struct effects_contrast *c = &factor->contrasts[i];
        if (c->a != best && c->b != best)
            continue;
        double median = factor->levels[c->a == best ? c->b : c->a].effect.median;
        if (!strongest || c->verdict > strongest->verdict ||
            (c->verdict == strongest->verdict &&
             smaller_side(factor, c) > smaller_side(factor, strongest)))
            strongest = c;
        if (!next || median > next_median) {
            next = c;
            next_median = median;
        }
    }
    if (!strongest || strongest->verdict == VERDICT_CLEAR ||
        factor->levels[best].best_share > 0.5)
        return strongest;
    return next;
}

str
effects_note_text(struct arena *keep, enum lang lang, const struct effects_result *result,
                  const struct effects_note *note,
                  str (*factor_text)(struct arena *keep, enum lang lang, str factor))
{
    str names[2] = {S(""), S("")};
    for (int32_t i = 0; i < result->factors_n; i++) {
        if (result->factors[i].factor < 0)
            continue;
        str shown = factor_text(keep, lang, result->factors[i].name);
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
            names[0] = factor_text(keep, lang, result->scalars[i].name);
    }
    return SAY(keep, lang, effects_note_format(note->kind), format_integer(keep, lang, note->n),
               names[0], names[1]);
}

str
effects_unsettled_reasons(struct arena *keep, enum lang lang,
                          const struct effects_diagnostics *d)
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
        {GATE_CHAINS, N_("too few chains or draws to compare")},
    };
    str list = S("");
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        if (!(d->failed & reasons[i].gate))
            continue;
        str why = str_of(translate(lang, reasons[i].why));
        list = list.n == 0 ? why : SAY(keep, lang, N_("%1$s; %2$s"), list, why);
    }
    return list;
}

str
effects_unsettled_text(struct arena *keep, enum lang lang, const struct effects_diagnostics *d)
{
    return SAY(keep, lang,
               N_("The computation did not settle: %s. The numbers below are a preview, not an "
                  "answer."),
               effects_unsettled_reasons(keep, lang, d));
}
