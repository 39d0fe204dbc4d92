#include "sbc.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "learn/model_internal.h"
#include "learn/num.h"
#include "learn/nuts.h"

/* ---- the model with a Jacobian left out ---- */

static double
value_without_jacobian(const void *data, const double *q, double *gradient, double *work)
{
    const struct effects_model *model = data;
    double value = model_value(model, q, gradient, work);
    for (int32_t k = 0; k < model->factors_n; k++) {
        const struct model_factor *f = &model->factors[k];
        double at = q[model->at_tau + k];
        for (int32_t r = f->first_contrast; r < f->first_contrast + f->rank; r++) {
            value -= log(fabs(model_power(model, k, r, q)));
            gradient[model->at_tau + k] -= f->signed_tau
                                               ? 1.0 / (at * (1.0 + model->told[r] * at * at))
                                               : model->centring[r];
        }
    }
    return value;
}

/* ---- one world ---- */

struct sbc {
    const struct world_design *design;
    enum sbc_bug bug;
    struct arena keep, scratch;
    struct rng rng;
    struct sbc_result *result;
    int32_t column[SBC_NUMBERS_MAX]; /* of each number that is followed */
    double (*ecdf)[SBC_DRAWS + 2];   /* worlds with a rank below r */
};

/* Which columns are followed: all single numbers, all spreads, two levels of every factor. */
static void
choose_numbers(struct sbc *sbc, const struct effects_model *model)
{
    struct sbc_result *r = sbc->result;
    int32_t heads = model->betas_n + model->at_contrast - model->at_s + model->factors_n;
    for (int32_t i = 0; i < heads; i++) {
        sbc->column[r->numbers_n] = i;
        const char *kind = i == 0                         ? "mu"
                           : i < model->betas_n           ? "b"
                           : i < heads - model->factors_n ? "channel"
                                                          : "tau";
        snprintf(r->numbers[r->numbers_n++].name, sizeof r->numbers->name, "%s (column %d)",
                 kind, i);
    }
    int32_t at = heads;
    for (int32_t k = 0; k < model->factors_n; k++) {
        const struct model_factor *f = &model->factors[k];
        int32_t shown = 0;
        for (int32_t j = 0; j < f->levels_n; j++)
            shown += model_level_shown(f, j);
        for (int32_t j = 0; j < 2 && j < shown && r->numbers_n < SBC_NUMBERS_MAX; j++) {
            sbc->column[r->numbers_n] = at + j;
            snprintf(r->numbers[r->numbers_n++].name, sizeof r->numbers->name, "%.*s level %d",
                     STR_FMT(f->name), j);
        }
        at += shown;
    }
}

static void
turn_signs(struct world *world, struct arena *keep)
{
    struct effects_post *posts = new (keep, struct effects_post, world->input.posts_n);
    for (int32_t i = 0; i < world->input.posts_n; i++) {
        double *x = new (keep, double, world->input.covariates_n + 1);
        posts[i] = world->input.posts[i];
        for (int32_t b = 0; b < world->input.covariates_n; b++)
            x[b] = -posts[i].covariates[b];
        posts[i].covariates = x;
    }
    world->input.posts = posts;
}

static void
one_world(struct sbc *sbc)
{
    struct arena keep = sbc->keep; /* given back at the end */
    struct world world;
    struct error error = {0};
    world_make(sbc->design, &sbc->rng, &keep, &world);
    if (sbc->bug == SBC_WRONG_SIGN)
        turn_signs(&world, &keep);
    const struct effects_model *model = NULL;
    enum fault fault =
        effects_prepare(&world.input, &world.options, &keep, sbc->scratch, &model, &error);
    assert(fault == OK);
    assert(model_columns_n(model) == world.columns_n);
    if (sbc->result->numbers_n == 0)
        choose_numbers(sbc, model);
    struct density density = model_density(model);
    if (sbc->bug == SBC_MISSING_JACOBIAN)
        density.value_and_gradient = value_without_jacobian;
    const int32_t every = 4; /* thinned: ranks of correlated draws are not uniform */
    struct nuts_options options = nuts_defaults();
    options.warmup = 300;
    options.draws = SBC_DRAWS * every;
    options.accept = 0.9;
    options.center = model->center;
    options.scale = model->scale;
    struct nuts_chain chain;
    fault = nuts_run(&density, &options, &sbc->rng, &keep, sbc->scratch, &chain, &error);
    assert(fault == OK);
    sbc->result->divergent += chain.divergent;
    sbc->result->transitions += chain.draws_n;
    double *column = new (&keep, double, world.columns_n);
    int32_t rank[SBC_NUMBERS_MAX] = {0};
    for (int32_t i = 0; i < SBC_DRAWS; i++) {
        model_columns(model, chain.draws + (ptrdiff_t)i * every * chain.dims, &sbc->rng,
                      sbc->scratch, column);
        for (int32_t j = 0; j < sbc->result->numbers_n; j++)
            rank[j] += column[sbc->column[j]] < world.truth[sbc->column[j]];
    }
    for (int32_t j = 0; j < sbc->result->numbers_n; j++) {
        sbc->result->numbers[j].bins[rank[j] * SBC_BINS / (SBC_DRAWS + 1)]++;
        for (int32_t r = rank[j] + 1; r <= SBC_DRAWS + 1; r++)
            sbc->ecdf[j][r] += 1;
    }
}

/* Upper quantile of chi² with 19 degrees of freedom: Wilson & Hilferty, good to 1 % in that tail. */
static double
chi_2_quantile(double p)
{
    double c = 2.0 / (9 * (SBC_BINS - 1));
    return (SBC_BINS - 1) * pow(1 - c + num_normal_quantile(1 - p) * sqrt(c), 3);
}

static void
judge(struct sbc *sbc)
{
    struct sbc_result *r = sbc->result;
    double p = 0.001 / (2 * r->numbers_n), expected = (double)r->worlds / SBC_BINS;
    r->chi_2_border = chi_2_quantile(p);
    r->ecdf_border = sqrt(-0.5 * log(p / 2)); /* Kolmogorov, Smirnov: 2 exp(-2 x²) */
    for (int32_t j = 0; j < r->numbers_n; j++) {
        struct sbc_number *n = &r->numbers[j];
        for (int32_t b = 0; b < SBC_BINS; b++)
            n->chi_2 += (n->bins[b] - expected) * (n->bins[b] - expected) / expected;
        for (int32_t i = 0; i <= SBC_DRAWS + 1; i++) {
            double apart = sbc->ecdf[j][i] / r->worlds - (double)i / (SBC_DRAWS + 1);
            n->ecdf_furthest = fmax(n->ecdf_furthest, sqrt(r->worlds) * fabs(apart));
        }
        r->beyond += n->chi_2 > r->chi_2_border || n->ecdf_furthest > r->ecdf_border;
    }
}

void
sbc_run(const struct world_design *design, int32_t worlds, uint64_t seed, enum sbc_bug bug,
        void (*progress)(int32_t done, int32_t total), struct sbc_result *ret)
{
    struct arena_region keep_region, scratch_region;
    *ret = (struct sbc_result){.worlds = worlds};
    struct sbc sbc = {.design = design, .bug = bug, .result = ret};
    sbc.ecdf = calloc(SBC_NUMBERS_MAX, sizeof *sbc.ecdf);
    sbc.keep = arena_reserve((ptrdiff_t)1 << 28, &keep_region);
    sbc.scratch = arena_reserve((ptrdiff_t)1 << 28, &scratch_region);
    rng_seed(&sbc.rng, seed, 77);
    for (int32_t i = 0; i < worlds; i++) {
        one_world(&sbc);
        if (progress)
            progress(i + 1, worlds);
    }
    judge(&sbc);
    free(sbc.ecdf);
    arena_release(&keep_region);
    arena_release(&scratch_region);
}
