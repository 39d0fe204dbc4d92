#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "learn/density.h"

struct rng;

/*
 * The no-U-turn sampler with multinomial choice along the trajectory, dual averaging of the step
 * and a diagonal metric learnt in three windows of the warm-up.
 * Sources: Hoffman & Gelman (2014), "The No-U-Turn sampler"; Betancourt (2017), "A conceptual
 * introduction to Hamiltonian Monte Carlo", appendix A (multinomial, generalised criterion).
 */
enum {
    NUTS_DEPTH_MAX = 10, /* 1023 steps a transition; more means the geometry is wrong */
    NUTS_DIMS_MAX = 2000,
    NUTS_ITERATIONS_MAX = 100000, /* hours of computing: a slip of the keyboard */
};

struct nuts_options {
    int32_t warmup, draws;
    double accept;     /* wanted mean acceptance, 0.95 */
    int32_t depth_max; /* NUTS_DEPTH_MAX */
    /* Where to start, NULL = 0 and 1: uniform in center ± 2 scale; scale is the first metric too. */
    const double *center, *scale;
    /* Called every few iterations; false stops. NULL = nobody asks. */
    bool (*progress)(void *ctx, int32_t done, int32_t total);
    void *ctx;
};
struct nuts_options nuts_defaults(void);

struct nuts_chain {
    int32_t draws_n, dims;
    double *draws;                 /* draws_n rows of dims */
    double *energy;                /* draws_n: Hamiltonian at the chosen point */
    double *scale;                 /* dims: square root of the metric's final variances */
    int64_t divergent, depth_hits; /* after the warm-up */
    int64_t gradients;             /* all evaluations, warm-up too */
    int64_t gradients_kept;        /* those after the warm-up */
    double step, accept_mean;
};

/*
 * nuts_run(density, options, rng, keep, scratch, ret, error):
 * One chain. The same density, options and rng give the same digits.
 * Faults: CORRUPT if 100 starting points all had probability zero; CONFLICT if progress said stop.
 * Memory: the arrays of *ret in ${keep}.
 */
must_use enum fault nuts_run(const struct density *density, const struct nuts_options *options,
                             struct rng *rng, struct arena *keep, struct arena scratch,
                             struct nuts_chain *ret, struct error *error);
