#pragma once
#include <stdint.h>
#include "base/arena.h"

/*
 * The only part of a negative binomial likelihood that needs gamma functions depends on nothing but
 * the counts and phi: R(s) = sum over posts of num_rise(y, 1/s²). It is one smooth function of one
 * variable, so it is tabulated once (Chebyshev interpolation in log s), and a gradient of the model
 * then costs no gamma function at all.
 */
struct rise_table {
    double
        *coefficients; /* RISE_PANELS × RISE_TERMS, in powers of the panel's own t in [-1, 1] */
    double *y, *count; /* distinct counts and how often: for s beyond the table */
    int32_t distinct_n;
};

#define RISE_S_LOW 0.02 /* the model keeps s above it */
#define RISE_S_HIGH 8.0 /* phi = 1/64: beyond what any data suggest, summed directly there */

/*
 * rise_table_make(n, y, keep, scratch, ret_table): the table of ${n} counts, any order.
 * The error is below 1e-13 of the largest value (tested).
 */
void rise_table_make(int32_t n, const int64_t *y, struct arena *keep, struct arena scratch,
                     struct rise_table *ret_table);
/* rise_table_at(table, log_s, ret_slope): R and dR / d log s. */
double rise_table_at(const struct rise_table *table, double log_s, double *ret_slope);
