#pragma once
/*
 * Simulation-based calibration: parameters from the prior, posts from the parameters, the posterior from
 * the posts; the rank of the truth among the draws is uniform if everything in between is right.
 * Source: Talts, Betancourt, Simpson, Vehtari, Gelman (2018).
 */
#include "world.h"

enum {
    SBC_DRAWS = 99, /* ranks 0 … 99 */
    SBC_BINS = 20,
    SBC_NUMBERS_MAX = 64,
};

/* Errors put in on purpose: a test that cannot fail tests nothing. */
enum sbc_bug {
    SBC_SOUND,
    SBC_WRONG_SIGN,       /* covariates enter the model with the other sign than the world's */
    SBC_MISSING_JACOBIAN, /* contrasts are scaled by tau without the Jacobian of it */
};

struct sbc_number {
    char name[48];
    int32_t bins[SBC_BINS];
    double chi_2;         /* over the bins: 19 degrees of freedom */
    double ecdf_furthest; /* sqrt(worlds) × largest distance of the ranks' ECDF from uniform */
};

struct sbc_result {
    struct sbc_number numbers[SBC_NUMBERS_MAX];
    int32_t numbers_n, worlds;
    int64_t divergent, transitions;
    /* Bonferroni over numbers and both tests: all true models but one in a thousand pass. */
    double chi_2_border, ecdf_border;
    int32_t beyond; /* numbers that a border condemns */
};

/* sbc_run(design, worlds, seed, bug, progress, ret): some 20 ms a world of 40 posts. */
void sbc_run(const struct world_design *design, int32_t worlds, uint64_t seed, enum sbc_bug bug,
             void (*progress)(int32_t done, int32_t total), struct sbc_result *ret);
