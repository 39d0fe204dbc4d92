#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

/*
 * What a post of each kind brings, how sure we are, and what would settle it.
 *
 * A negative binomial regression of results per exposure with partially pooled crossed factors
 * (the README of this room has the formulas). Everything here is pure: no clock, no database, no
 * globals; the same input, options and seed give the same digits on every machine.
 *
 * Way of use:  effects_prepare  →  effects_preview (at once)
 *                               →  effects_chain × options.chains (run.h does it in processes)
 *                               →  effects_gather
 */

enum {
    EFFECTS_POSTS_MAX =
        50000, /* a chain then takes minutes; more posts would not change an answer */
    EFFECTS_FACTORS_MAX =
        12, /* factors a person names; channel, interaction and trend come on top */
    EFFECTS_LEVELS_MAX =
        200, /* of one factor: authors, topics; beyond it labels are identifiers */
    EFFECTS_ALL_LEVELS_MAX =
        600, /* of all factors together: the preview solves a dense system of it */
    EFFECTS_COVARIATES_MAX =
        16, /* paid, has a link, is a reply, length …: more would need selection */
    EFFECTS_CHANNELS_MAX = 64,  /* accounts of one organisation */
    EFFECTS_MONTHS_MAX = 120,   /* ten years of trend */
    EFFECTS_SNAPSHOTS_MAX = 32, /* earlier readings of one post that are used */
    EFFECTS_CONTRAST_LEVELS_MAX =
        30, /* levels compared pair by pair: 435 pairs are more than are read */
    EFFECTS_DRAWS_KEPT_MAX =
        1000, /* thinned draws kept with a result: enough for 5 % quantiles */
    EFFECTS_CHAINS_MAX = 8,
    EFFECTS_NOTES_MAX = 32, /* each kind of note once or twice; more would not be read */
    EFFECTS_POSTS_NEEDED_MAX =
        500 /* "more than 500 posts" is as good as never for one organisation */
};

/* What results are counted against. The first rung that the data have is taken by EXPOSURE_AUTO. */
enum effects_exposure {
    EXPOSURE_REACH,       /* people who saw it */
    EXPOSURE_IMPRESSIONS, /* times it was shown */
    EXPOSURE_FOLLOWERS,   /* followers at the time of the post */
    EXPOSURE_NONE,        /* nothing: the model is then of volume, and the page says so */
    EXPOSURE_AUTO,
};
enum { EFFECTS_RUNGS = 3 }; /* those that a post can carry a number for */

/* How strongly the levels of a factor are held together a priori (the scale of tau). */
enum effects_factor_kind {
    FACTOR_PLAIN,    /* tactic, format, topic, audience, campaign, author */
    FACTOR_CALENDAR, /* weekday, hour block: differences are small where they were measured */
    FACTOR_CHANNEL,  /* made here when there are several channels */
    FACTOR_INTERACTION, /* made here: one factor × channel */
    FACTOR_TREND,       /* made here: a random walk over months */
};

/* A way of sorting posts. Labels are not copied: they must outlive the result. */
struct effects_factor {
    str name; /* stable word ("tactic"), never shown untranslated */
    enum effects_factor_kind kind;
    const str *labels; /* one per level, level 0 first */
    int32_t labels_n;
};

struct effects_channel {
    str label;
    double
        h50_prior_hours; /* median hours to half of the final result, published for the network;
                               NAN = unknown, 12 is taken */
};

/* An earlier reading of the same post. */
struct effects_snapshot {
    double age_hours;
    int64_t outcome;
};

struct effects_post {
    int64_t id; /* the caller's; orders posts, so the order of the array does not matter */
    const int32_t *levels;    /* one per factor: index of the label, or -1 = not recorded */
    const double *covariates; /* one per covariate; NAN = not recorded, 0 is taken and noted */
    int64_t outcome;          /* the count at the last reading, >= 0 */
    double exposure[EFFECTS_RUNGS]; /* NAN = not known; 0 = nobody: the post is left out */
    double age_hours;               /* at the last reading; NAN = not known */
    int32_t channel;                /* index in input.channels */
    int32_t month; /* months since any origin (year × 12 + month); -1 = not known */
    const struct effects_snapshot
        *earlier; /* any order; those not before age_hours are left out */
    int32_t earlier_n;
};

struct effects_covariate {
    str name;
    bool standardise; /* to mean 0 and sd 1 over the posts used (length); false for yes/no */
};

struct effects_input {
    const struct effects_post *posts;
    int32_t posts_n;
    bool
        cut; /* older posts may have been left behind: no more than EFFECTS_POSTS_MAX were read */
    const struct effects_factor *factors;
    int32_t factors_n;
    const struct effects_covariate *covariates;
    int32_t covariates_n;
    const struct effects_channel *channels; /* at least one */
    int32_t channels_n;
};

/* effects_defaults() gives them; each number is a judgement that a person may change. */
struct effects_options {
    enum effects_exposure exposure; /* EXPOSURE_AUTO */
    int32_t interaction_factor;     /* × channel when there are several channels; -1 = none */
    bool trend;       /* a random walk over months, when two months or more are known */
    double tau_scale; /* 0.5: 95 % of the levels within a factor e^±1 = 2.7 */
    double tau_scale_calendar;    /* 0.25 */
    double tau_scale_interaction; /* 0.25 */
    double tau_scale_trend;       /* 0.25 per month */
    double
        intercept_mean; /* log result per exposure expected; NAN: the pooled rate of the posts */
    double intercept_sd; /* 1.5, around it */
    double covariate_sd; /* 0.5 */
    double rope;         /* 0.10: differences of less than 10 % are not worth acting on */
    int32_t chains;      /* 4 */
    int32_t warmup;      /* 1000 */
    int32_t draws;       /* 1000, of each chain */
    double
        accept; /* 0.99: small steps cost little here, and paths that go astray would cost the answer */
    uint64_t seed;
};
struct effects_options effects_defaults(void);

/* ---- the result ---- */

enum effects_verdict {
    VERDICT_CANNOT_TELL,
    VERDICT_LEANING, /* probability of a direction >= 0.8 */
    VERDICT_CLEAR,   /* >= 0.95, and the 90 % interval outside ±rope */
};

/* A quantity's posterior. Means and intervals are of the logarithm unless said otherwise. */
struct effects_summary {
    double mean, sd;
    double low90, low50, median, high50, high90; /* 5, 25, 50, 75, 95 % */
    double mcse;                                 /* Monte Carlo standard error of the mean */
    double rhat;                                 /* NAN in a preview */
    double ess_bulk, ess_tail;
};

struct effects_level {
    str label; /* STR_NONE for the posts where the factor is not recorded */
    int32_t posts_n;
    bool recorded;
    double outcome_median; /* of its posts' outcomes as they were observed; NAN: not known */
    struct effects_summary
        effect;        /* log ratio to the factor's average; exp() of it is "× 1.3" */
    double best_share; /* P(no other recorded level with posts is better), 0..1 */
};

/* Level `a` against level `b` of the same factor: ratio of results per exposure. */
struct effects_contrast {
    int32_t a, b;
    double ratio, ratio_low90, ratio_high90; /* median and 90 % interval of the ratio itself */
    double ratio_low50, ratio_high50;        /* and its 50 % interval */
    double greater_share;                    /* P(ratio > 1) */
    enum effects_verdict verdict;
    int32_t
        posts_needed; /* more posts of each kind until even odds of a clear verdict; 0 = clear
                                now; EFFECTS_POSTS_NEEDED_MAX with the next flag = more than that */
    bool posts_needed_over;
};

struct effects_factor_result {
    str name;
    enum effects_factor_kind kind;
    int32_t factor;             /* index in input.factors; -1 for those made here */
    struct effects_summary tau; /* spread between levels, log scale */
    struct effects_level *levels;
    int32_t levels_n;
    struct effects_contrast *contrasts; /* a < b, recorded levels with posts; none for trend and
                                           interaction */
    int32_t contrasts_n;
};

/* One number of the model that is no factor's. */
struct effects_scalar {
    str name; /* "intercept", "s[label]", "h50[label]", "g[label]", or a covariate's name */
    enum effects_scalar_kind {
        SCALAR_INTERCEPT, /* log of the result per exposure of an average post */
        SCALAR_COVARIATE, /* log ratio per unit */
        SCALAR_SPREAD,    /* s = 1/sqrt(phi) of a channel: relative spread beyond chance */
        SCALAR_H50,       /* hours */
        SCALAR_SLOPE,     /* g of the maturation curve */
    } kind;
    int32_t index; /* of the covariate or channel */
    struct effects_summary is;
};

/* Why a computation did not settle; the bits of effects_diagnostics.failed. */
enum effects_gate {
    GATE_RHAT = 1,      /* R-hat >= 1.01 somewhere */
    GATE_ESS = 2,       /* bulk or tail effective sample size < 400 somewhere */
    GATE_DIVERGENT = 4, /* more than 0.1 % divergent transitions */
    GATE_EBFMI = 8,     /* E-BFMI < 0.3 in a chain */
    GATE_DEPTH = 16,    /* 1 % of the trajectories or more were cut at the maximum depth */
    GATE_CHAINS = 32,   /* fewer than two chains, or draws: nothing to compare */
};

struct effects_diagnostics {
    bool settled;    /* always false in a preview */
    uint32_t failed; /* enum effects_gate */
    double rhat_max, ess_bulk_min, ess_tail_min, ebfmi_min;
    str rhat_worst, ess_worst; /* names of the quantities */
    int64_t transitions, divergent, depth_hits, gradients;
    double step_mean;
};

enum effects_note_kind {
    NOTE_EXPOSURE_NONE,      /* volume model: no exposure known */
    NOTE_NO_EXPOSURE,        /* n posts left out: exposure zero or not known */
    NOTE_AGE_UNKNOWN,        /* n posts without age: taken as final */
    NOTE_FEW_POSTS,          /* n posts used, fewer than 10 */
    NOTE_ONE_LEVEL,          /* factor has one level with posts: nothing to compare */
    NOTE_NOT_RECORDED,       /* n posts where factor is not recorded: kept as their own level */
    NOTE_ALL_ZERO,           /* no post had any result */
    NOTE_COVARIATE_CONSTANT, /* covariate `factor` does not vary */
    NOTE_COVARIATE_MISSING, /* n values of covariate `factor` not recorded: taken as the average */
    NOTE_CONTRASTS_CUT, /* n levels of factor with the fewest posts are not compared in pairs */
    NOTE_CONFOUNDED,    /* factors `factor` and n sort the posts in the same way */
    NOTE_DIVERGENT,     /* n divergent transitions, within tolerance */
    NOTE_NO_POSTS,      /* nothing to learn from: the result is the prior */
    NOTE_POSTS_CUT,  /* n posts at most are taken, the latest ones: there may be older ones */
    NOTE_SECOND_RUN, /* a first computation did not settle: this is the one after it */
};
struct effects_note {
    enum effects_note_kind kind;
    int32_t factor; /* index in input.factors (or covariates), -1 = none */
    int64_t n;
};
/*
 * effects_note_format(kind): the English sentence, key of its translation; %1$s is the number,
 * %2$s the factor's or covariate's name, %3$s the other factor's.
 */
const char *effects_note_format(enum effects_note_kind kind);
/* effects_verdict_word(verdict): "clear", "leaning", "cannot tell": key of its translation. */
const char *effects_verdict_word(enum effects_verdict verdict);
/* effects_exposure_word(exposure): stable word: "reach", "impressions", "followers", "none". */
const char *effects_exposure_word(enum effects_exposure exposure);

#define EFFECTS_MODEL "effects-nb2"
enum { EFFECTS_MODEL_VERSION = 1 };

struct effects_result {
    str model; /* EFFECTS_MODEL */
    int32_t model_version;
    uint8_t
        fingerprint[32]; /* SHA-256 of the rows used and the options that change the answer */
    uint64_t seed;
    bool preview; /* Laplace approximation: spread of tau understated, nothing is settled */
    enum effects_exposure exposure;
    int32_t posts_used, posts_left_out;
    int64_t outcome_sum;
    double exposure_sum;
    struct effects_factor_result *factors;
    int32_t factors_n;
    struct effects_scalar *scalars;
    int32_t scalars_n;
    struct effects_diagnostics diagnostics;
    struct effects_note notes[EFFECTS_NOTES_MAX];
    int32_t notes_n;
    /* Thinned draws, draws_n rows of columns_n: scalars, then tau of each factor, then all levels,
       in the order of this struct. For storing, and for questions asked later. */
    float *draws;
    int32_t draws_n, columns_n;
};

/* ---- the steps ---- */

struct effects_model; /* checked input with everything that is computed once */

/*
 * effects_prepare(input, options, keep, scratch, ret_model, error):
 * Checks and sorts the posts, chooses the exposure, finds the mode. Read-only afterwards.
 * Faults: INPUT for an index, count or setting out of its range (names the post); LIMIT above a
 *         maximum. Odd data (no posts, one level, all zero) are not faults: they give wide answers.
 * Memory: the model, in ${keep}; refers to ${input}'s labels.
 */
must_use enum fault effects_prepare(const struct effects_input *input,
                                    const struct effects_options *options, struct arena *keep,
                                    struct arena scratch,
                                    const struct effects_model **ret_model,
                                    struct error *error);

/*
 * effects_preview(model, keep, scratch, ret_result):
 * The answer by Laplace's approximation, some milliseconds for 500 posts. To be shown as a preview.
 */
void effects_preview(const struct effects_model *model, struct arena *keep,
                     struct arena scratch, struct effects_result *ret_result);

/* Called now and then by a chain; false asks it to stop. */
struct effects_progress {
    bool (*step)(void *ctx, int32_t chain, int32_t done, int32_t total);
    void *ctx;
};

/* What one chain found: flat, so that it can cross a pipe. */
struct effects_chain {
    int32_t draws_n, columns_n;
    double *draws;  /* draws_n rows of columns_n, columns as in effects_result */
    double *energy; /* draws_n, for E-BFMI */
    int64_t divergent, depth_hits, gradients; /* the first two after warm-up */
    double step;
};
/* effects_columns(model): columns_n of its chains. */
int32_t effects_columns(const struct effects_model *model);

/*
 * effects_chain_run(model, chain, progress, keep, scratch, ret_chain, error):
 * Chain number ${chain} of the model's seed. ${progress} may be NULL.
 * Faults: CONFLICT when progress asked to stop; CORRUPT if no finite starting point was found.
 */
must_use enum fault effects_chain_run(const struct effects_model *model, int32_t chain,
                                      const struct effects_progress *progress,
                                      struct arena *keep, struct arena scratch,
                                      struct effects_chain *ret_chain, struct error *error);

/*
 * effects_gather(model, chains, chains_n, keep, scratch, ret_result):
 * The answer from the chains, in the order given; diagnostics and the gate.
 */
void effects_gather(const struct effects_model *model, const struct effects_chain *chains,
                    int32_t chains_n, struct arena *keep, struct arena scratch,
                    struct effects_result *ret_result);
