#pragma once
#include <stdint.h>

struct rng;

/*
 * Elementary and special functions with the same digits on every machine: the C library's differ
 * between versions and processors in the last place, and a chain of thousands of steps amplifies
 * that. Plain additions, multiplications, divisions and square roots only, in a fixed order; the
 * room is compiled with -ffp-contract=off. Accuracy is about two units in the last place, absolute
 * near a zero of the function.
 */

/* num_exp(x): 0 below -708 (no subnormals), infinity above 709.78; NAN stays. */
double num_exp(double x);
/* num_log(x): of a normal positive number; -infinity at 0 and for subnormals, NAN below. */
double num_log(double x);
/* num_log1p(x): log(1 + x) without loss for small x > -1. */
double num_log1p(double x);
/* num_log1pexp(x): log(1 + e^x) without overflow or loss. */
double num_log1pexp(double x);
/* num_log1mexp(x): log(1 - e^-x) for x > 0. Source: Maechler (2012), "Accurately computing log(1-exp(-|a|))". */
double num_log1mexp(double x);
/* num_sigmoid(x): 1 / (1 + e^-x). */
double num_sigmoid(double x);
/* num_log_sum_exp(a, b): log(e^a + e^b); either may be -infinity. */
double num_log_sum_exp(double a, double b);
/* num_pow(x, y): x^y for x > 0. */
double num_pow(double x, double y);

/* num_lgamma(x): log Gamma(x) for x > 0, by upward shift and Stirling's series. */
double num_lgamma(double x);
/* num_digamma(x): its derivative, x > 0. */
double num_digamma(double x);
/*
 * num_rise(y, phi, ret_slope):
 * log Gamma(y + phi) - log Gamma(phi) - y log(phi), and its derivative by phi (NULL = not wanted).
 * It is sum of log(1 + k/phi), k < y: small for large phi, where the three terms would cancel.
 */
double num_rise(double y, double phi, double *ret_slope);

/* The standard normal: distribution, density's logarithm without constant is -x²/2, quantile. */
double num_normal_cdf(double x);
/* num_normal_quantile(p): 0 < p < 1. Source: Wichura (1988), AS 241, PPND16. */
double num_normal_quantile(double p);
/* num_normals(rng, n, out): independent standard normals (polar method, in pairs). */
void num_normals(struct rng *rng, int32_t n, double *out);

/* Log probabilities of counts, with derivatives; every pointer may be NULL. */
/* num_nb_log(y, log_mu, phi, ...): negative binomial, variance mu + mu²/phi; any phi > 0. */
double num_nb_log(double y, double log_mu, double phi, double *ret_by_log_mu,
                  double *ret_by_phi);
double num_poisson_log(double y, double log_mu, double *ret_by_log_mu);
/* num_binomial_log(y, n, logit): successes y of n with probability sigmoid(logit). */
double num_binomial_log(double y, double n, double logit, double *ret_by_logit);

/* ---- over arrays: element by element the same digits as one at a time ---- */

/*
 * num_logistic_all(n, x, ret_log1pexp, ret_sigmoid): both of every x. The inner loop of the model.
 */
void num_logistic_all(int32_t n, const double *x, double *ret_log1pexp, double *ret_sigmoid);
/* num_exp_all(n, x, ret): in place allowed. */
void num_exp_all(int32_t n, const double *x, double *ret);
/* num_sum(n, x), num_dot(n, x, y): eight interleaved partial sums, then these in order. */
double num_sum(int32_t n, const double *x);
double num_dot(int32_t n, const double *x, const double *y);
