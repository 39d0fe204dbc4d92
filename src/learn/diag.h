#pragma once
#include <stdint.h>
#include "base/arena.h"

/*
 * Whether chains agree and how many independent draws they are worth.
 * Source: Vehtari, Gelman, Simpson, Carpenter, Bürkner (2021), "Rank-normalization, folding, and
 * localization: an improved R-hat", with Geyer's initial monotone sequence.
 */
struct diag {
    double mean, sd;
    double quantile[5]; /* 5, 25, 50, 75, 95 % */
    double rhat;        /* the larger of rank-normalised split R-hat and its folded version */
    double ess_bulk, ess_tail;
    double mcse; /* of the mean */
};

/*
 * diag_make(x, chains_n, draws_n, scratch, ret):
 * ${x} holds chain after chain, ${draws_n} each. A constant, or fewer than 4 draws a chain, gives NAN
 * for everything that compares.
 */
void diag_make(const double *x, int32_t chains_n, int32_t draws_n, struct arena scratch,
               struct diag *ret);
/* diag_describe(x, n, scratch, ret): mean, sd and quantiles only; the rest is NAN. */
void diag_describe(const double *x, int32_t n, struct arena scratch, struct diag *ret);
/* The parts, for those that want one. */
double diag_rhat(const double *x, int32_t chains_n, int32_t draws_n, struct arena scratch);
double diag_ess_bulk(const double *x, int32_t chains_n, int32_t draws_n, struct arena scratch);
double diag_ess_tail(const double *x, int32_t chains_n, int32_t draws_n, struct arena scratch);
double diag_ess_mean(const double *x, int32_t chains_n, int32_t draws_n, struct arena scratch);
/* diag_ebfmi(energy, n): of one chain; below 0.3 the momentum does not reach the energies. */
double diag_ebfmi(const double *energy, int32_t n);
/* diag_sort(n, x): ascending, in place. */
void diag_sort(int32_t n, double *x);
/* diag_quantile(n, sorted, p): linear interpolation between order statistics (Hyndman & Fan's 7). */
double diag_quantile(int32_t n, const double *sorted, double p);
