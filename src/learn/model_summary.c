#include <assert.h>
#include <math.h>

#include "base/rng.h"
#include "learn/diag.h"
#include "learn/model_internal.h"
#include "learn/num.h"

/* All chains' draws, one column after the other: what the diagnostics and comparisons read. */
struct table {
    const struct effects_model *model;
    double *x; /* columns_n × (chains_n × draws_n) */
    int32_t chains_n, draws_n, columns_n;
    bool preview;
    struct effects_result *result;
    struct arena *keep;
};

static const double *
column(const struct table *t, int32_t i)
{
    return t->x + (ptrdiff_t)i * t->chains_n * t->draws_n;
}

static void
transpose(struct table *t, const struct effects_chain *chains, struct arena *scratch)
{
    t->x = new (scratch, double, (ptrdiff_t)t->columns_n * t->chains_n * t->draws_n);
    for (int32_t c = 0; c < t->chains_n; c++)
        for (int32_t i = 0; i < t->draws_n; i++)
            for (int32_t j = 0; j < t->columns_n; j++)
                t->x[((ptrdiff_t)j * t->chains_n + c) * t->draws_n + i] =
                    chains[c].draws[(ptrdiff_t)i * t->columns_n + j];
}

/* Comparisons are written so that a NAN counts as the worst. */
static void
judge(struct effects_result *result, const struct effects_summary *s, str name)
{
    struct effects_diagnostics *d = &result->diagnostics;
    if (!(s->rhat <= d->rhat_max)) {
        d->rhat_max = s->rhat;
        d->rhat_worst = name;
    }
    if (!(s->ess_bulk >= d->ess_bulk_min)) {
        d->ess_bulk_min = s->ess_bulk;
        d->ess_worst = name;
    }
    if (!(s->ess_tail >= d->ess_tail_min))
        d->ess_tail_min = s->ess_tail;
}

static struct effects_summary
summarise(const struct table *t, int32_t i, str name, struct arena scratch)
{
    struct diag d;
    if (t->preview)
        diag_describe(column(t, i), t->draws_n, scratch, &d);
    else
        diag_make(column(t, i), t->chains_n, t->draws_n, scratch, &d);
    struct effects_summary s = {.mean = d.mean,
                                .sd = d.sd,
                                .low90 = d.quantile[0],
                                .low50 = d.quantile[1],
                                .median = d.quantile[2],
                                .high50 = d.quantile[3],
                                .high90 = d.quantile[4],
                                .mcse = d.mcse,
                                .rhat = d.rhat,
                                .ess_bulk = d.ess_bulk,
                                .ess_tail = d.ess_tail};
    if (!t->preview)
        judge(t->result, &s, name);
    return s;
}

/* ---- the single numbers ---- */

static void
add_scalar(struct table *t, enum effects_scalar_kind kind, int32_t index, str name,
           struct arena scratch)
{
    struct effects_scalar *s = &t->result->scalars[t->result->scalars_n];
    *s = (struct effects_scalar){.name = name, .kind = kind, .index = index};
    s->is = summarise(t, t->result->scalars_n++, name, scratch);
}

static void
add_scalars(struct table *t, struct arena scratch)
{
    const struct effects_model *m = t->model;
    int32_t n = m->betas_n + (m->at_contrast - m->at_s);
    t->result->scalars = new (t->keep, struct effects_scalar, n);
    add_scalar(t, SCALAR_INTERCEPT, -1, S("intercept"), scratch);
    for (int32_t b = 0; b < m->covariates_n; b++)
        add_scalar(t, SCALAR_COVARIATE, b, m->input->covariates[b].name, scratch);
    for (int32_t c = 0; c < m->channels_n; c++) {
        str label = m->input->channels[m->channels[c].channel].label;
        add_scalar(t, SCALAR_SPREAD, m->channels[c].channel,
                   arena_printf(t->keep, "s[%.*s]", STR_FMT(label)), scratch);
    }
    for (int32_t c = 0; c < m->channels_n; c++) {
        if (!m->channels[c].matures)
            continue;
        str label = m->input->channels[m->channels[c].channel].label;
        add_scalar(t, SCALAR_H50, m->channels[c].channel,
                   arena_printf(t->keep, "h50[%.*s]", STR_FMT(label)), scratch);
        add_scalar(t, SCALAR_SLOPE, m->channels[c].channel,
                   arena_printf(t->keep, "g[%.*s]", STR_FMT(label)), scratch);
    }
}

/* ---- factors ---- */

static bool
competes(const struct effects_level *level)
{
    return level->recorded && level->posts_n > 0;
}

static void
fill_best(struct table *t, struct effects_factor_result *f, int32_t first)
{
    int32_t total = t->chains_n * t->draws_n;
    for (int32_t i = 0; i < total; i++) {
        int32_t best = -1;
        for (int32_t j = 0; j < f->levels_n; j++)
            if (competes(&f->levels[j]) &&
                (best < 0 || column(t, first + j)[i] > column(t, first + best)[i]))
                best = j;
        if (best >= 0)
            f->levels[best].best_share += 1.0 / (double)total;
    }
}

/* The mean information of one post on the logarithm of its rate, at the posterior means. */
static double
information_of(const struct table *t)
{
    const struct effects_model *m = t->model;
    double sum = 0;
    for (int32_t c = 0; c < m->channels_n; c++) {
        const struct model_channel *channel = &m->channels[c];
        double s = t->result->scalars[m->betas_n + c].is.mean, phi = 1.0 / (s * s);
        for (int32_t i = channel->first_post; i < channel->first_post + channel->posts_n; i++) {
            /* the counts stand for their means; one that was zero still had a mean above it */
            double mu = m->y[i] > 0.5 ? m->y[i] : 0.5;
            sum += mu * phi / (mu + phi);
        }
    }
    return m->posts_n > 0 ? sum / (double)m->posts_n : 0.0;
}

static struct effects_contrast
compare(const struct table *t, int32_t a, int32_t b, int32_t first, double information,
        struct rng *rng, struct arena scratch)
{
    int32_t total = t->chains_n * t->draws_n, greater = 0;
    const double *xa = column(t, first + a), *xb = column(t, first + b);
    double *d = new (&scratch, double, total), mean = 0, squares = 0;
    for (int32_t i = 0; i < total; i++) {
        d[i] = xa[i] - xb[i];
        greater += d[i] > 0;
        mean += d[i] / (double)total;
    }
    for (int32_t i = 0; i < total; i++)
        squares += (d[i] - mean) * (d[i] - mean);
    double sd = total > 1 ? sqrt(squares / (double)(total - 1)) : 0.0;
    diag_sort(total, d);
    double low = diag_quantile(total, d, 0.05), high = diag_quantile(total, d, 0.95);
    struct effects_contrast c = {.a = a,
                                 .b = b,
                                 .ratio = num_exp(diag_quantile(total, d, 0.5)),
                                 .ratio_low90 = num_exp(low),
                                 .ratio_low50 = num_exp(diag_quantile(total, d, 0.25)),
                                 .ratio_high50 = num_exp(diag_quantile(total, d, 0.75)),
                                 .ratio_high90 = num_exp(high),
                                 .greater_share = (double)greater / (double)total};
    c.verdict = model_verdict(c.greater_share, low, high, t->model->options.rope);
    if (c.verdict != VERDICT_CLEAR)
        c.posts_needed = model_posts_needed(mean, sd, information, t->model->options.rope, rng,
                                            &c.posts_needed_over);
    return c;
}

/* The EFFECTS_CONTRAST_LEVELS_MAX levels with the most posts are compared; how many are not. */
static int32_t
choose_compared(const struct effects_factor_result *f, bool *ret_compared)
{
    int32_t left_out = 0;
    for (int32_t j = 0; j < f->levels_n; j++) {
        ret_compared[j] = false;
        if (!competes(&f->levels[j]))
            continue;
        int32_t ahead = 0; /* levels with more posts, or as many and named before */
        for (int32_t k = 0; k < f->levels_n; k++)
            ahead += competes(&f->levels[k]) &&
                     (f->levels[k].posts_n > f->levels[j].posts_n ||
                      (f->levels[k].posts_n == f->levels[j].posts_n && k < j));
        ret_compared[j] = ahead < EFFECTS_CONTRAST_LEVELS_MAX;
        left_out += !ret_compared[j];
    }
    return left_out;
}

static void
add_contrasts(struct table *t, struct effects_factor_result *f, int32_t first, struct rng *rng,
              struct arena scratch)
{
    bool *compared = new (&scratch, bool, f->levels_n + 1);
    int32_t left_out = choose_compared(f, compared), n = 0;
    double information = information_of(t);
    for (int32_t j = 0; j < f->levels_n; j++)
        n += compared[j];
    f->contrasts = new (t->keep, struct effects_contrast, (ptrdiff_t)n * (n - 1) / 2 + 1);
    for (int32_t a = 0; a < f->levels_n; a++)
        for (int32_t b = a + 1; b < f->levels_n; b++)
            if (compared[a] && compared[b])
                f->contrasts[f->contrasts_n++] =
                    compare(t, a, b, first, information, rng, scratch);
    struct effects_result *r = t->result;
    if (left_out > 0 && r->notes_n < EFFECTS_NOTES_MAX)
        r->notes[r->notes_n++] = (struct effects_note){NOTE_CONTRASTS_CUT, f->factor, left_out};
}

/* The median outcome of the posts of one level: what was observed, beside what is believed. */
static double
observed_median(const struct effects_model *m, int32_t k, int32_t level, struct arena scratch)
{
    int32_t present = m->factors[k].present_of_level[level], n = 0;
    if (present < 0)
        return (double)NAN;
    double *y = new (&scratch, double, m->posts_n + 1);
    for (int32_t r = 0; r < m->rows_n; r++) {
        if (m->row_level[(ptrdiff_t)r * m->factors_n + k] !=
            m->factors[k].first_present + present)
            continue;
        for (int32_t i = m->row_start[r]; i < m->row_start[r + 1]; i++)
            y[n++] = m->y[i];
    }
    diag_sort(n, y);
    return diag_quantile(n, y, 0.5);
}

static int32_t
add_levels(struct table *t, int32_t k, struct effects_factor_result *f, int32_t first,
           struct arena scratch)
{
    const struct model_factor *from = &t->model->factors[k];
    f->levels = new (t->keep, struct effects_level, from->levels_n + 1);
    for (int32_t j = 0; j < from->levels_n; j++) {
        if (!model_level_shown(from, j))
            continue;
        struct effects_level *level = &f->levels[f->levels_n];
        bool recorded = j < from->labels_n;
        *level =
            (struct effects_level){.label = recorded ? from->labels[j] : STR_NONE,
                                   .posts_n = from->posts_of_level[j],
                                   .outcome_median = observed_median(t->model, k, j, scratch),
                                   .recorded = recorded};
        str name = arena_printf(t->keep, "%.*s[%.*s]", STR_FMT(from->name),
                                STR_FMT(recorded ? level->label : S("?")));
        level->effect = summarise(t, first + f->levels_n++, name, scratch);
    }
    return first + f->levels_n;
}

static void
add_factors(struct table *t, struct arena scratch)
{
    const struct effects_model *m = t->model;
    struct rng rng;
    rng_seed(&rng, m->options.seed, 3000); /* the futures of model_posts_needed */
    t->result->factors = new (t->keep, struct effects_factor_result, m->factors_n + 1);
    int32_t tau_at = t->result->scalars_n, level_at = tau_at + m->factors_n;
    for (int32_t k = 0; k < m->factors_n; k++) {
        const struct model_factor *from = &m->factors[k];
        struct effects_factor_result *f = &t->result->factors[t->result->factors_n++];
        *f = (struct effects_factor_result){
            .name = from->name, .kind = from->kind, .factor = from->factor};
        f->tau = summarise(t, tau_at + k,
                           arena_printf(t->keep, "tau[%.*s]", STR_FMT(from->name)), scratch);
        int32_t first = level_at;
        level_at = add_levels(t, k, f, first, scratch);
        fill_best(t, f, first);
        if (from->kind != FACTOR_TREND && from->kind != FACTOR_INTERACTION)
            add_contrasts(t, f, first, &rng, scratch);
    }
}

/* ---- diagnostics and what is kept ---- */

static void
pass_gate(struct table *t, const struct effects_chain *chains)
{
    struct effects_diagnostics *d = &t->result->diagnostics;
    d->ebfmi_min = (double)INFINITY;
    for (int32_t c = 0; c < t->chains_n; c++) {
        double ebfmi = diag_ebfmi(chains[c].energy, t->draws_n);
        if (!(ebfmi >= d->ebfmi_min))
            d->ebfmi_min = ebfmi;
        d->transitions += t->draws_n;
        d->divergent += chains[c].divergent;
        d->depth_hits += chains[c].depth_hits;
        d->gradients += chains[c].gradients;
        d->step_mean += chains[c].step / (double)t->chains_n;
    }
    double transitions = (double)d->transitions;
    const struct {
        bool passed;
        enum effects_gate gate;
    } gates[] = {
        {d->rhat_max < 1.01, GATE_RHAT},
        {d->ess_bulk_min >= 400 && d->ess_tail_min >= 400, GATE_ESS},
        {(double)d->divergent <= 0.001 * transitions, GATE_DIVERGENT},
        {d->ebfmi_min >= 0.3, GATE_EBFMI},
        {(double)d->depth_hits < 0.01 * transitions, GATE_DEPTH},
        {t->chains_n >= 2 && t->draws_n >= 100, GATE_CHAINS},
    };
    for (int32_t i = 0; i < (int32_t)(sizeof gates / sizeof *gates); i++)
        if (!gates[i].passed)
            d->failed |= (uint32_t)gates[i].gate;
    d->settled = d->failed == 0;
    struct effects_result *r = t->result;
    if (d->divergent > 0 && !(d->failed & GATE_DIVERGENT) && r->notes_n < EFFECTS_NOTES_MAX)
        r->notes[r->notes_n++] = (struct effects_note){NOTE_DIVERGENT, -1, d->divergent};
}

/* Every so many draws, all chains alike, so that at most EFFECTS_DRAWS_KEPT_MAX remain. */
static void
keep_draws(struct table *t)
{
    struct effects_result *r = t->result;
    int32_t total = t->chains_n * t->draws_n;
    int32_t every = (total + EFFECTS_DRAWS_KEPT_MAX - 1) / EFFECTS_DRAWS_KEPT_MAX;
    r->columns_n = t->columns_n;
    r->draws_n = (total + every - 1) / every;
    r->draws = new (t->keep, float, (ptrdiff_t)r->draws_n * r->columns_n);
    for (int32_t i = 0; i < r->draws_n; i++)
        for (int32_t j = 0; j < r->columns_n; j++)
            r->draws[(ptrdiff_t)i * r->columns_n + j] =
                (float)column(t, j)[(ptrdiff_t)i * every];
}

void
model_summarise(const struct effects_model *model, const struct effects_chain *chains,
                int32_t chains_n, bool preview, struct arena *keep, struct arena scratch,
                struct effects_result *ret)
{
    assert(chains_n >= 1 && chains_n <= EFFECTS_CHAINS_MAX);
    *ret = (struct effects_result){.model = S(EFFECTS_MODEL),
                                   .model_version = EFFECTS_MODEL_VERSION,
                                   .seed = model->options.seed,
                                   .preview = preview,
                                   .exposure = model->exposure,
                                   .posts_used = model->posts_n,
                                   .posts_left_out = model->left_out_n,
                                   .outcome_sum = model->outcome_sum,
                                   .exposure_sum = model->exposure_sum,
                                   .notes_n = model->notes_n};
    memcpy(ret->fingerprint, model->fingerprint, sizeof ret->fingerprint);
    memcpy(ret->notes, model->notes, sizeof ret->notes);
    struct table t = {.model = model,
                      .chains_n = chains_n,
                      .draws_n = chains[0].draws_n,
                      .columns_n = chains[0].columns_n,
                      .preview = preview,
                      .result = ret,
                      .keep = keep};
    assert(t.draws_n > 0 && t.columns_n == model_columns_n(model));
    for (int32_t c = 1; c < chains_n; c++)
        assert(chains[c].draws_n == t.draws_n && chains[c].columns_n == t.columns_n);
    struct effects_diagnostics *d = &ret->diagnostics;
    d->ess_bulk_min = d->ess_tail_min = d->ebfmi_min = (double)INFINITY;
    transpose(&t, chains, &scratch);
    add_scalars(&t, scratch);
    add_factors(&t, scratch);
    if (preview)
        d->rhat_max = d->ess_bulk_min = d->ess_tail_min = d->ebfmi_min = (double)NAN;
    else
        pass_gate(&t, chains);
    keep_draws(&t);
}
