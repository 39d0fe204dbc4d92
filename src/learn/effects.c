#include "learn/effects.h"

#include <assert.h>
#include <math.h>

#include "base/rng.h"
#include "base/translate.h"
#include "learn/linear.h"
#include "learn/model_internal.h"
#include "learn/num.h"
#include "learn/nuts.h"

struct effects_options
effects_defaults(void)
{
    return (struct effects_options){.exposure = EXPOSURE_AUTO,
                                    .interaction_factor = -1,
                                    .trend = false,
                                    .tau_scale = 0.5,
                                    .tau_scale_calendar = 0.25,
                                    .tau_scale_interaction = 0.25,
                                    .tau_scale_trend = 0.25,
                                    .intercept_mean = (double)NAN,
                                    .intercept_sd = 1.5,
                                    .covariate_sd = 0.5,
                                    .rope = 0.10,
                                    .chains = 4,
                                    .warmup = 1000,
                                    .draws = 1000,
                                    .accept = 0.99,
                                    .seed = 1};
}

const char *
effects_verdict_word(enum effects_verdict verdict)
{
    switch (verdict) {
    case VERDICT_CANNOT_TELL:
        return N_("cannot tell");
    case VERDICT_LEANING:
        return N_("leaning");
    case VERDICT_CLEAR:
        return N_("clear");
    }
    return "";
}

const char *
effects_exposure_word(enum effects_exposure exposure)
{
    switch (exposure) {
    case EXPOSURE_REACH:
        return "reach";
    case EXPOSURE_IMPRESSIONS:
        return "impressions";
    case EXPOSURE_FOLLOWERS:
        return "followers";
    case EXPOSURE_NONE:
        return "none";
    case EXPOSURE_AUTO:
        return "auto";
    }
    return "";
}

const char *
effects_note_format(enum effects_note_kind kind)
{
    switch (kind) {
    case NOTE_EXPOSURE_NONE:
        return N_("How many people saw the %1$s posts is not known: results are compared as "
                  "volumes, so a post that was shown more counts as better.");
    case NOTE_NO_EXPOSURE:
        return N_("%1$s posts are left out: nobody saw them, or how many did is not known.");
    case NOTE_AGE_UNKNOWN:
        return N_("The age of %1$s posts at their last reading is not known: their numbers are "
                  "taken as final.");
    case NOTE_FEW_POSTS:
        return N_("Only %1$s posts: expect wide intervals.");
    case NOTE_ONE_LEVEL:
        return N_("All %1$s posts are alike in \"%2$s\": there is nothing to compare.");
    case NOTE_NOT_RECORDED:
        return N_("\"%2$s\" is not recorded for %1$s of the posts: kept apart.");
    case NOTE_ALL_ZERO:
        return N_("None of the %1$s posts has had a result yet.");
    case NOTE_COVARIATE_CONSTANT:
        return N_("\"%2$s\" is the same for all %1$s posts: its effect cannot be told.");
    case NOTE_COVARIATE_MISSING:
        return N_("\"%2$s\" is not recorded for %1$s of the posts: the average is taken.");
    case NOTE_CONTRASTS_CUT:
        return N_(
            "The %1$s values of \"%2$s\" with the fewest posts are not compared in pairs.");
    case NOTE_CONFOUNDED:
        return N_(
            "\"%2$s\" and \"%3$s\" sort the posts in the same way: their effects cannot be "
            "told apart.");
    case NOTE_DIVERGENT:
        return N_("%1$s steps of the computation went astray, few enough to be tolerated.");
    case NOTE_NO_POSTS:
        return N_("There is no post to learn from yet.");
    case NOTE_POSTS_CUT:
        return N_("The latest %1$s posts with numbers are used, and no older ones.");
    case NOTE_SECOND_RUN:
        return N_("A first computation did not settle: this is a second one, by smaller steps "
                  "and with the next seed.");
    }
    return "";
}

enum fault
effects_prepare(const struct effects_input *input, const struct effects_options *options,
                struct arena *keep, struct arena scratch,
                const struct effects_model **ret_model, struct error *error)
{
    enum fault fault = model_check(input, options, error);
    if (fault != OK)
        return fault;
    struct effects_model *model = new (keep, struct effects_model, 1);
    fault = model_build(input, options, keep, scratch, model, error);
    if (fault != OK)
        return fault;
    model_laplace(model, keep, scratch);
    model_adapt(model, scratch);
    *ret_model = model;
    return OK;
}

int32_t
effects_columns(const struct effects_model *model)
{
    return model_columns_n(model);
}

/* Stream numbers of one seed: chains from 0, what is drawn besides from here. */
enum { STREAM_PREVIEW = 1000, STREAM_REST = 2000 };

struct relay {
    const struct effects_progress *progress;
    int32_t chain;
};

static bool
relay_step(void *ctx, int32_t done, int32_t total)
{
    const struct relay *relay = ctx;
    return relay->progress->step(relay->progress->ctx, relay->chain, done, total);
}

enum fault
effects_chain_run(const struct effects_model *model, int32_t chain,
                  const struct effects_progress *progress, struct arena *keep,
                  struct arena scratch, struct effects_chain *ret_chain, struct error *error)
{
    assert(chain >= 0 && chain < EFFECTS_CHAINS_MAX);
    struct density density = model_density(model);
    struct relay relay = {progress, chain};
    struct nuts_options options = nuts_defaults();
    options.warmup = model->options.warmup;
    options.draws = model->options.draws;
    options.accept = model->options.accept;
    options.center = model->center;
    options.scale = model->scale;
    if (progress) {
        options.progress = relay_step;
        options.ctx = &relay;
    }
    struct rng rng;
    rng_seed(&rng, model->options.seed, (uint64_t)chain);
    /* The raw draws live until they are turned into columns: an arena within the scratch. */
    ptrdiff_t bytes =
        ((ptrdiff_t)(options.draws + 1) * (density.dims + 1) + density.dims + 64) *
        (ptrdiff_t)sizeof(double);
    char *block = new (&scratch, char, bytes);
    struct arena own = {block, block + bytes};
    struct nuts_chain raw;
    enum fault fault = nuts_run(&density, &options, &rng, &own, scratch, &raw, error);
    if (fault != OK)
        return fault;
    *ret_chain = (struct effects_chain){.draws_n = raw.draws_n,
                                        .columns_n = model_columns_n(model),
                                        .divergent = raw.divergent,
                                        .depth_hits = raw.depth_hits,
                                        .gradients = raw.gradients,
                                        .step = raw.step};
    ret_chain->draws = new (keep, double, (ptrdiff_t)raw.draws_n * ret_chain->columns_n);
    ret_chain->energy = new (keep, double, raw.draws_n);
    rng_seed(&rng, model->options.seed, STREAM_REST + (uint64_t)chain);
    for (int32_t i = 0; i < raw.draws_n; i++) {
        ret_chain->energy[i] = raw.energy[i];
        model_columns(model, raw.draws + (ptrdiff_t)i * raw.dims, &rng, scratch,
                      ret_chain->draws + (ptrdiff_t)i * ret_chain->columns_n);
    }
    return OK;
}

/* A draw from Laplace's approximation; spreads apart, with about their width. */
static void
preview_draw(const struct effects_model *model, struct rng *rng, struct arena scratch,
             double *ret)
{
    int32_t n = model->betas_n + model->contrasts_n,
            hypers = model->at_contrast - model->at_tau;
    double *latent = new (&scratch, double, n), *hyper = new (&scratch, double, hypers);
    num_normals(rng, n, latent);
    linear_solve_upper(n, model->factor_of_precision, latent);
    for (int32_t i = 0; i < n; i++)
        latent[i] += model->latent[i];
    num_normals(rng, hypers, hyper);
    for (int32_t i = 0; i < hypers; i++) {
        double width = i < model->factors_n /* of log tau; model->scale may be of ± tau */
                           ? 1.0 / sqrt(1.0 + 2.0 * (double)model->factors[i].rank)
                           : model->scale[model->at_tau + i];
        hyper[i] = model->hyper[i] + hyper[i] * width;
    }
    model_latent_columns(model, latent, hyper, rng, ret);
}

void
effects_preview(const struct effects_model *model, struct arena *keep, struct arena scratch,
                struct effects_result *ret_result)
{
    struct effects_chain chain = {.draws_n = EFFECTS_DRAWS_KEPT_MAX,
                                  .columns_n = model_columns_n(model)};
    chain.draws = new (&scratch, double, (ptrdiff_t)chain.draws_n *chain.columns_n);
    chain.energy = new (&scratch, double, chain.draws_n);
    struct rng rng;
    rng_seed(&rng, model->options.seed, STREAM_PREVIEW);
    for (int32_t i = 0; i < chain.draws_n; i++)
        preview_draw(model, &rng, scratch, chain.draws + (ptrdiff_t)i * chain.columns_n);
    model_summarise(model, &chain, 1, true, keep, scratch, ret_result);
}

void
effects_gather(const struct effects_model *model, const struct effects_chain *chains,
               int32_t chains_n, struct arena *keep, struct arena scratch,
               struct effects_result *ret_result)
{
    model_summarise(model, chains, chains_n, false, keep, scratch, ret_result);
}
