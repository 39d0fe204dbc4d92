#pragma once
/* Made-up posts whose truth is known: designs, parameters drawn from the prior, counts from the model. */
#include "base/rng.h"
#include "learn/effects.h"

struct world_design {
    int32_t posts_n, channels_n, factors_n, covariates_n, months_n;
    int32_t levels[EFFECTS_FACTORS_MAX]; /* of each factor */
    bool interaction, ages, snapshots;
};

struct world {
    struct effects_input input;
    struct effects_options
        options;   /* with a fixed expected average, so that the prior is data-free */
    double *truth; /* in the order of the columns of a chain */
    int32_t columns_n;
};

/* world_make(design, rng, keep, ret): a design drawn by lot, then parameters and counts. */
void world_make(const struct world_design *design, struct rng *rng, struct arena *keep,
                struct world *ret);

/* Exact draws; speed does not matter here. */
double world_gamma(struct rng *rng, double shape);
int64_t world_poisson(struct rng *rng, double mu);
int64_t world_binomial(struct rng *rng, int64_t n, double p);
