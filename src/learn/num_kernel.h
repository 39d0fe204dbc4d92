#pragma once
/*
 * The branch-free bodies shared by the scalar and the array functions (private to num*.c). Forced
 * inline, so that each is compiled for the instruction set of the function that holds the loop:
 * wider registers change the speed, never a digit, as every element sees the same operations.
 */
#include <math.h>
#include <stdint.h>
#include <string.h>

#define KERNEL static inline __attribute__((always_inline))

/* Adding it rounds a double of magnitude below 2^51 to an integer held in the low bits. */
#define ROUNDER 6755399441055744.0    /* 1.5 × 2^52 */
#define LN2_HIGH 0x1.62e42fefa0000p-1 /* 40 bits: k × LN2_HIGH is exact for |k| < 2^13 */
#define LN2_LOW 0x1.cf79abc9e3b3ap-40
#define LN2 0x1.62e42fefa39efp-1
#define LOG2_E 0x1.71547652b82fep+0

/* The same 64 bits read the other way. */
KERNEL uint64_t
bits_of(double x)
{
    uint64_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}

/* The same 64 bits read the other way. */
KERNEL double
double_of(uint64_t u)
{
    double x;
    memcpy(&x, &u, sizeof x);
    return x;
}

/* e^x for -708 <= x <= 709: reduction to |r| <= ln2/2, Taylor to r^13 (remainder 4e-18). */
KERNEL double
exp_kernel(double x)
{
    double shifted = x * LOG2_E + ROUNDER;
    uint64_t k = bits_of(shifted) << 52; /* low bits hold k; shifted into the exponent */
    double kd = shifted - ROUNDER;
    double r = (x - kd * LN2_HIGH) - kd * LN2_LOW;
    double p = 1.0 / 6227020800.0;
    p = p * r + 1.0 / 479001600.0;
    p = p * r + 1.0 / 39916800.0;
    p = p * r + 1.0 / 3628800.0;
    p = p * r + 1.0 / 362880.0;
    p = p * r + 1.0 / 40320.0;
    p = p * r + 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    double e = 1.0 + (r + r * r * p);
    return double_of(bits_of(e) + k);
}

/*
 * log(1 + f) for sqrt(1/2) <= 1 + f <= sqrt(2): with s = f / (2 + f) the series of 2 atanh(s),
 * arranged so that f enters unrounded: f - (f²/2 - s (f²/2 + R)).
 */
KERNEL double
log1p_reduced(double f, double high, double low)
{
    double s = f / (2.0 + f), z = s * s, half = 0.5 * f * f;
    double r = 2.0 / 23.0;
    r = r * z + 2.0 / 21.0;
    r = r * z + 2.0 / 19.0;
    r = r * z + 2.0 / 17.0;
    r = r * z + 2.0 / 15.0;
    r = r * z + 2.0 / 13.0;
    r = r * z + 2.0 / 11.0;
    r = r * z + 2.0 / 9.0;
    r = r * z + 2.0 / 7.0;
    r = r * z + 2.0 / 5.0;
    r = r * z + 2.0 / 3.0;
    r = r * z;
    return high - ((half - (s * (half + r) + low)) - f);
}

/* log(1 + t) for 0 <= t <= 1. */
KERNEL double
log1p_unit(double t)
{
    int above = t > 0.41421356237309503;
    double f = above ? 0.5 * (t - 1.0) : t;
    return log1p_reduced(f, above ? LN2_HIGH : 0.0, above ? LN2_LOW : 0.0);
}

/* log(1 + e^x) and 1 / (1 + e^-x), any finite x. */
KERNEL void
logistic_kernel(double x, double *ret_log1pexp, double *ret_sigmoid)
{
    double a = x < 0 ? x : -x;
    double t = exp_kernel(a < -708.0 ? -708.0 : a);
    double share = 1.0 / (1.0 + t);
    *ret_log1pexp = log1p_unit(t) + (x > 0 ? x : 0.0);
    *ret_sigmoid = x < 0 ? t * share : share;
}
