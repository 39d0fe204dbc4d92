#pragma once
/*
 * Model A inside: the checked data and the coordinates it is sampled in. Private to the room.
 *
 * The intercept and the averages of the factors are not told apart by data: only the sum
 *   m = mu + sum of v_k,   v_k = average of factor k over its levels ~ N(0, tau_k²/J_k)
 * is. So m is sampled with its exact prior N(m0, sd² + sum tau_k²/J_k), and (mu, v) are drawn from their
 * exact conditional afterwards: the same posterior without its worst ridge. What remains of a factor are
 * J - 1 contrasts d ~ N(0, tau² I) in an orthonormal basis; any rotation of it has the same prior, and
 * the one in which the data speak independently is taken. Each contrast is sampled as w = d / tau^lambda
 * with lambda between 0 (centred) and 1 (non-centred) by how much the data say about it, and
 * the intercept and covariates as their residual on the contrasts. Where data say little of a factor its tau
 * may be 0, and log tau has a tail without end; there tau itself is sampled with a sign, N(0, scale²), and
 * |tau| is half-normal as it should. With tau = 0 in reach its large values are too, and what suits the one does
 * not suit the other: so there d = w tau / sqrt(1 + p tau²), p the precision of the data about d, is non-centred
 * where tau is small and centred where it is large, and w is about as wide everywhere. (With d = tau w the far end
 * was a neck in which a chain could be caught.) All four leave the posterior as it is (tested) and turn a tree of
 * 127 steps into one of 7 or 15.
 */
#include "learn/density.h"
#include "learn/effects.h"
#include "learn/rise.h"

struct model_factor {
    str name;
    enum effects_factor_kind kind;
    int32_t factor;    /* index in the input, -1 for those made here */
    const str *labels; /* labels_n, then possibly the "not recorded" level */
    int32_t labels_n, levels_n;
    int32_t *posts_of_level;   /* levels_n */
    int32_t *present_of_level; /* levels_n: index among those with posts, or -1 */
    int32_t present_n, rank;
    int32_t first_present;  /* in the array of all present levels */
    int32_t first_contrast; /* in the array of all contrasts */
    bool exchangeable;      /* false: the trend, whose basis is a centred random walk */
    bool signed_tau;        /* its coordinate is ±tau instead of log tau */
    double tau_scale;
    double *basis; /* present_n rows of rank */
};

struct model_channel {
    int32_t channel; /* index in the input */
    int32_t first_post, posts_n;
    double counted; /* sum of y */
    struct rise_table rise;
    bool matures; /* the age of some post is known */
    double log_h50_prior;
    int32_t first_pair, pairs_n;
};

/* Two readings of one post: the earlier is a binomial thinning of the later. */
struct model_pair {
    double log_age_early, log_age_late;
    double early, between; /* counts: at the early one, and from there to the late one */
};

struct effects_model {
    const struct effects_input *input;
    struct effects_options options;
    enum effects_exposure exposure;
    int32_t posts_n, left_out_n;
    int64_t outcome_sum;
    double exposure_sum;
    double m0; /* prior mean of mu: log pooled rate */

    /* Posts, those of one design row together, rows of one channel together. */
    double *y, *offset, *log_age;
    int32_t rows_n, *row_start; /* rows_n + 1 */
    int32_t *row_level; /* rows_n × factors_n: index among all present levels, -1 = none */
    double *row_x;      /* rows_n × covariates_n */
    int32_t *row_channel;
    double constant; /* - sum of log y!: what the parameters do not touch */

    struct model_factor *factors;
    int32_t factors_n, presents_n, contrasts_n;
    int32_t covariates_n;
    struct model_channel *channels;
    int32_t channels_n;
    struct model_pair *pairs;
    int32_t pairs_n;
    bool any_matures;

    /* Coordinates: intercept, covariates | log tau (or ± tau) | log (s - 0.02) | (log h50, log g) | contrasts. */
    int32_t dims, at_tau, at_s, at_growth, at_contrast, betas_n;
    double *centring;       /* contrasts_n: lambda, where tau has no sign */
    double *told;           /* contrasts_n: precision of the data about it, where tau has one */
    double *shear;          /* betas_n × contrasts_n */
    double *center, *scale; /* dims: the mode and about the posterior's width */

    /* The mode as Laplace's method sees it, in plain contrasts (before rotation is applied too). */
    double *latent;              /* betas_n + contrasts_n: intercept, covariates, d */
    double *factor_of_precision; /* Cholesky factor of its precision */
    double *hyper;               /* dims - that: at_tau … at_contrast - 1 */
    int32_t newton_steps;

    uint8_t fingerprint[32];
    struct effects_note notes[EFFECTS_NOTES_MAX];
    int32_t notes_n;
};

/* The density's work area by name. */
struct model_work {
    double *tau, *power, *d, *beta, *effect, *row_eta, *x, *log1pexp, *share, *slope;
    double *growth_share, *growth_log, *effect_slope, *beta_slope, *d_slope;
};
int32_t model_work_size(const struct effects_model *model);
struct model_work model_work_at(const struct effects_model *model, double *work);

#define MODEL_S_LEAST RISE_S_LOW
/* Of a post whose age is not known: so old that it is final. */
#define MODEL_LOG_AGE_FINAL 1e4

/* model_tau(model, k, q): tau of factor k (never negative) from the coordinates. */
double model_tau(const struct effects_model *model, int32_t k, const double *q);
/* model_power(model, k, r, q): what coordinate r of factor k is multiplied with to be a contrast. */
double model_power(const struct effects_model *model, int32_t k, int32_t r, const double *q);
/* model_value(data, q, ret_gradient, work): log density of the coordinates; ${data} is the model. */
double model_value(const void *data, const double *q, double *ret_gradient, double *work);
struct density model_density(const struct effects_model *model);

void model_note(struct effects_model *model, enum effects_note_kind kind, int32_t factor,
                int64_t n);
/* model_build(...): fills the data part; the posts are sorted here. */
must_use enum fault model_build(const struct effects_input *input,
                                const struct effects_options *options, struct arena *keep,
                                struct arena scratch, struct effects_model *ret,
                                struct error *error);
must_use enum fault model_check(const struct effects_input *input,
                                const struct effects_options *options, struct error *error);
void model_fingerprint(struct effects_model *model, const struct effects_post *const *posts);
/* model_laplace(...): finds the mode; then model_adapt turns the coordinates to it. */
void model_laplace(struct effects_model *model, struct arena *keep, struct arena scratch);
void model_adapt(struct effects_model *model, struct arena scratch);

struct rng;
/* model_level_shown(f, level): of an interaction only the pairs that have posts are reported. */
bool model_level_shown(const struct model_factor *f, int32_t level);
int32_t model_columns_n(const struct effects_model *model);
/* model_columns(model, q, rng, scratch, ret): a draw of everything that is reported. */
void model_columns(const struct effects_model *model, const double *q, struct rng *rng,
                   struct arena scratch, double *ret);
/* model_latent_columns(...): the same from latent (intercept, covariates, d) and hyper. */
void model_latent_columns(const struct effects_model *model, const double *latent,
                          const double *hyper, struct rng *rng, double *ret);
/* model_summarise(...): the result from draws; the chains of a preview are one, of Laplace's. */
void model_summarise(const struct effects_model *model, const struct effects_chain *chains,
                     int32_t chains_n, bool preview, struct arena *keep, struct arena scratch,
                     struct effects_result *ret);
/*
 * model_posts_needed(...): more posts of each of two levels until the odds of a clear verdict are
 * even. ${mean}, ${sd} of their contrast now; ${information} of one post about its logarithm.
 */
int32_t model_posts_needed(double mean, double sd, double information, double rope,
                           struct rng *rng, bool *ret_over);
enum effects_verdict model_verdict(double greater_share, double low90, double high90,
                                   double rope);
