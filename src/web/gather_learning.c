#include "web/gather_learning.h"

#include <math.h>

#include "base/format.h"
#include "base/sha256.h"
#include "base/translate.h"
#include "learn/gather.h"
#include "learn/words.h"
#include "web/findings.h"
#include "web/picture.h"

enum { ROPE_PERCENT = 10 /* as effects_defaults: the band drawn as "the same" */ };

static str
anchor(struct arena *keep, str factor)
{
    return arena_printf(keep, "/learning#%.*s", STR_FMT(factor));
}

static struct finding_view
finding_as_view(const struct finding *f, enum lang lang, struct arena *keep)
{
    return (struct finding_view){
        .verdict = f->contrast.verdict,
        .sentence = f->sentence,
        .evidence = f->evidence,
        .factor_label = words_factor(keep, lang, f->factor->name),
        .href = anchor(keep, f->factor->name),
    };
}

/* The level that is best in the middle of what is believed: others are compared with it. */
static int32_t
best_level(const struct effects_factor_result *factor)
{
    int32_t best = -1;
    for (int32_t i = 0; i < factor->levels_n; i++) {
        const struct effects_level *level = &factor->levels[i];
        if (level->recorded && level->posts_n > 0 &&
            (best < 0 || level->effect.median > factor->levels[best].effect.median))
            best = i;
    }
    return best;
}

static str
picture_of(const struct effects_factor_result *factor, const struct effects_result *result,
           str outcome, enum lang lang, struct arena *keep, ptrdiff_t *ret_rows)
{
    int32_t best = best_level(factor);
    struct picture_effect rows[PICTURE_ROWS_MAX];
    ptrdiff_t n = 0;
    for (int32_t i = 0; i < factor->contrasts_n && n < PICTURE_ROWS_MAX; i++) {
        const struct effects_contrast *c = &factor->contrasts[i];
        if (c->a != best && c->b != best)
            continue;
        bool best_first = c->a == best;
        struct words_contrast said = finding_contrast(factor, c, result, outcome);
        str other = factor->levels[best_first ? c->b : c->a].label;
        rows[n++] = (struct picture_effect){
            .label = words_level(keep, lang, factor->name, other),
            .verdict = said.verdict,
            .ratio = best_first ? c->ratio : 1 / c->ratio,
            .low90 = best_first ? c->ratio_low90 : 1 / c->ratio_high90,
            .low50 = best_first ? c->ratio_low50 : 1 / c->ratio_high50,
            .high50 = best_first ? c->ratio_high50 : 1 / c->ratio_low50,
            .high90 = best_first ? c->ratio_high90 : 1 / c->ratio_low90,
        };
    }
    *ret_rows = n;
    return picture_effects(keep, rows, n, ROPE_PERCENT / 100.0);
}

static void
add_contrasts(const struct effects_factor_result *factor, const struct effects_result *result,
              str outcome, enum lang lang, struct arena *keep, struct factor_view *view)
{
    struct contrast_line *lines = new (keep, struct contrast_line, factor->contrasts_n);
    for (int32_t i = 0; i < factor->contrasts_n; i++) {
        const struct effects_contrast *c = &factor->contrasts[i];
        struct words_contrast said = finding_contrast(factor, c, result, outcome);
        double share = c->greater_share >= 0.5 ? c->greater_share : 1 - c->greater_share;
        lines[i] = (struct contrast_line){
            .verdict = said.verdict,
            .better = words_level(keep, lang, factor->name, said.better),
            .other = words_level(keep, lang, factor->name, said.other),
            .ratio = format_times(keep, lang, said.ratio),
            .interval = words_interval(keep, lang, said.low90, said.high90),
            .better_share = format_share(keep, lang, share, 0),
            .better_n = said.better_n,
            .other_n = said.other_n,
            .needed = said.verdict == FINDING_CLEAR
                          ? STR_NONE
                          : words_needed(keep, lang, said.needed, said.needed_over),
        };
    }
    view->contrasts = lines;
    view->contrasts_n = factor->contrasts_n;
}

static void
add_levels(const struct effects_factor_result *factor, enum lang lang, struct arena *keep,
           struct factor_view *view)
{
    struct level_line *lines = new (keep, struct level_line, factor->levels_n);
    ptrdiff_t n = 0;
    for (int32_t i = 0; i < factor->levels_n; i++) {
        const struct effects_level *level = &factor->levels[i];
        if (level->posts_n == 0)
            continue;
        lines[n++] = (struct level_line){
            .label = level->recorded ? words_level(keep, lang, factor->name, level->label)
                                     : str_of(translate(lang, N_("not recorded"))),
            .posts_n = level->posts_n,
            .best_share =
                level->recorded ? format_share(keep, lang, level->best_share, 0) : STR_NONE,
            .typical = format_real(keep, lang, level->outcome_median, 0),
        };
    }
    view->levels = lines;
    view->levels_n = n;
}

static struct factor_view
factor_of(const struct finding *f, const struct learning_facts *facts, enum lang lang,
          struct arena *keep)
{
    const struct effects_factor_result *factor = f->factor;
    int32_t best = best_level(factor);
    struct factor_view view = {
        .id = factor->name,
        .label = words_factor(keep, lang, factor->name),
        .finding = finding_as_view(f, lang, keep),
        .subtitle = SAY(keep, lang,
                        N_("%1$s of “%2$s” as a multiple of each of the others; %3$s posts"),
                        words_outcome(lang, facts->outcome),
                        words_level(keep, lang, factor->name, factor->levels[best].label),
                        format_integer(keep, lang, facts->result->posts_used)),
        .spread = SAY(keep, lang, N_("Two of them typically differ by a factor of about %s."),
                      format_real(keep, lang, exp(M_SQRT2 * factor->tau.median), 1)),
    };
    view.json =
        picture_of(factor, facts->result, facts->outcome, lang, keep, &view.picture_rows_n);
    add_levels(factor, lang, keep, &view);
    add_contrasts(factor, facts->result, facts->outcome, lang, keep, &view);
    return view;
}

static void
add_diagnostics(const struct effects_result *result, enum lang lang, struct arena *keep,
                struct learning_view *view)
{
    const struct effects_diagnostics *d = &result->diagnostics;
    enum { LINES = 5 };
    struct diagnostic_line *lines = new (keep, struct diagnostic_line, LINES);
    double divergent = d->transitions > 0 ? (double)d->divergent / (double)d->transitions : 0;
    double cut = d->transitions > 0 ? (double)d->depth_hits / (double)d->transitions : 0;
    lines[0] = (struct diagnostic_line){
        S("R-hat"), format_real(keep, lang, d->rhat_max, 3),
        SAY(keep, lang, N_("below %s"), format_real(keep, lang, 1.01, 2)),
        !(d->failed & GATE_RHAT)};
    lines[1] = (struct diagnostic_line){
        str_of(translate(lang, N_("Independent draws (smallest, bulk and tail)"))),
        format_integer(keep, lang, (int64_t)fmin(d->ess_bulk_min, d->ess_tail_min)),
        SAY(keep, lang, N_("at least %s"), format_integer(keep, lang, 400)),
        !(d->failed & GATE_ESS)};
    lines[2] = (struct diagnostic_line){
        str_of(translate(lang, N_("Divergent transitions"))),
        format_share(keep, lang, divergent, 2),
        SAY(keep, lang, N_("at most %s"), format_share(keep, lang, 0.001, 1)),
        !(d->failed & GATE_DIVERGENT)};
    lines[3] = (struct diagnostic_line){
        S("E-BFMI"), format_real(keep, lang, d->ebfmi_min, 2),
        SAY(keep, lang, N_("at least %s"), format_real(keep, lang, 0.3, 1)),
        !(d->failed & GATE_EBFMI)};
    lines[4] = (struct diagnostic_line){
        str_of(translate(lang, N_("Paths cut short"))), format_share(keep, lang, cut, 2),
        SAY(keep, lang, N_("below %s"), format_share(keep, lang, 0.01, 0)),
        !(d->failed & GATE_DEPTH)};
    view->diagnostics = lines;
    view->diagnostics_n = LINES;
}

static void
add_facts(const struct learning_facts *facts, enum lang lang, struct arena *keep,
          struct learning_view *view)
{
    const struct effects_result *r = facts->result;
    enum { LINES = 6 };
    struct fact_view *lines = new (keep, struct fact_view, LINES);
    lines[0] =
        (struct fact_view){str_of(translate(lang, N_("Model"))),
                           arena_printf(keep, "%.*s, %d", STR_FMT(r->model), r->model_version)};
    lines[1] = (struct fact_view){str_of(translate(lang, N_("Posts used"))),
                                  format_integer(keep, lang, r->posts_used)};
    lines[2] = (struct fact_view){str_of(translate(lang, N_("Posts left out"))),
                                  format_integer(keep, lang, r->posts_left_out)};
    lines[3] = (struct fact_view){str_of(translate(lang, N_("Seed"))),
                                  arena_printf(keep, "%llu", (unsigned long long)r->seed)};
    lines[4] = (struct fact_view){str_of(translate(lang, N_("Fingerprint of the data"))),
                                  hex(keep, r->fingerprint, (ptrdiff_t)sizeof r->fingerprint)};
    lines[5] = (struct fact_view){str_of(translate(lang, N_("Draws"))),
                                  format_integer(keep, lang, r->diagnostics.transitions)};
    view->facts = lines;
    view->facts_n = r->preview ? LINES - 1 : LINES;
    if (isfinite(facts->seconds) && !r->preview) {
        lines[5].value = SAY(keep, lang, N_("%1$s in %2$s s"), lines[5].value,
                             format_real(keep, lang, facts->seconds, 1));
    }
}

static void
add_notes(const struct effects_result *r, enum lang lang, struct arena *keep,
          struct learning_view *view)
{
    str *notes = new (keep, str, r->notes_n + 1);
    ptrdiff_t n = 0;
    for (int32_t i = 0; i < r->notes_n; i++)
        notes[n++] = effects_note_text(keep, lang, r, &r->notes[i], words_factor);
    view->notes = notes;
    view->notes_n = n;
}

void
gather_learning(const struct learning_facts *facts, enum lang lang, struct arena *keep,
                struct learning_view *view)
{
    view->posts_n = facts->posts_n;
    view->posts_min = LEARN_POSTS_MIN;
    view->confounding = str_of(words_confounding(lang));
    if (!facts->result)
        return;
    struct finding *findings = NULL;
    ptrdiff_t n = 0;
    findings_of(facts->result, facts->outcome, lang, keep, &findings, &n);
    struct factor_view *factors = new (keep, struct factor_view, n + 1);
    int64_t counts[3] = {0};
    for (ptrdiff_t i = 0; i < n; i++) {
        factors[i] = factor_of(&findings[i], facts, lang, keep);
        counts[findings[i].contrast.verdict]++;
    }
    view->factors = factors;
    view->factors_n = n;
    view->summary = words_summary(keep, lang, counts[FINDING_CLEAR], counts[FINDING_LEANING],
                                  counts[FINDING_UNKNOWN]);
    view->exposure_sentence =
        n > 0 ? str_of(words_exposure_sentence(lang, findings[0].contrast.exposure)) : S("");
    add_notes(facts->result, lang, keep, view);
    if (!facts->result->preview)
        add_diagnostics(facts->result, lang, keep, view);
    add_facts(facts, lang, keep, view);
}

void
gather_findings(const struct learning_facts *facts, enum lang lang, struct arena *keep,
                struct findings_view *ret_clear, struct findings_view *ret_leaning,
                struct findings_view *ret_unknown)
{
    *ret_clear = *ret_leaning = *ret_unknown = (struct findings_view){0};
    if (!facts->result)
        return;
    struct finding *findings = NULL;
    ptrdiff_t n = 0;
    findings_of(facts->result, facts->outcome, lang, keep, &findings, &n);
    struct finding_view *all = new (keep, struct finding_view, n + 1);
    for (ptrdiff_t i = 0; i < n;
         i++) { /* findings_of sorted them by verdict: three runs of one list */
        all[i] = finding_as_view(&findings[i], lang, keep);
        struct findings_view *list = all[i].verdict == FINDING_CLEAR     ? ret_clear
                                     : all[i].verdict == FINDING_LEANING ? ret_leaning
                                                                         : ret_unknown;
        if (list->n++ == 0)
            list->at = &all[i];
    }
}
