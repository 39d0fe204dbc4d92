#include "learn/num.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/rng.h"
#include "learn/num_kernel.h"

double
num_exp(double x)
{
    if (!(x >= -708.0))
        return isnan(x) ? x : 0.0;
    if (x > 709.0) {
        double root = exp_kernel(0.5 * x);
        return x > 709.78 ? (double)INFINITY : root * root;
    }
    return exp_kernel(x);
}

double
num_log(double x)
{
    if (!(x >= 0x1p-1022))
        return x >= 0 ? -(double)INFINITY : (double)NAN;
    if (isinf(x))
        return x;
    uint64_t u = bits_of(x);
    int64_t k = (int64_t)(u >> 52) - 1023;
    double m = double_of((u & 0x000fffffffffffffu) | 0x3ff0000000000000u);
    if (m > 1.4142135623730951) {
        m *= 0.5;
        k++;
    }
    double kd = (double)k;
    return log1p_reduced(m - 1.0, kd * LN2_HIGH, kd * LN2_LOW);
}

double
num_log1p(double x)
{
    if (x >= -0.29 && x <= 0.41)
        return log1p_reduced(x, 0.0, 0.0);
    return num_log(1.0 + x);
}

double
num_log1pexp(double x)
{
    double value, share;
    logistic_kernel(x, &value, &share);
    return value;
}

double
num_sigmoid(double x)
{
    double value, share;
    logistic_kernel(x, &value, &share);
    return share;
}

/* e^-x - 1 for small x >= 0 by its series; only log1mexp needs it. */
static double
one_minus_exp(double x)
{
    double sum = 0.0, term = x;
    for (int32_t k = 2; k <= 20;
         k++) { /* x <= ln 2: the 20th term is below 1e-21 of the first */
        sum += term;
        term *= -x / (double)k;
    }
    return sum;
}

double
num_log1mexp(double x)
{
    return x <= LN2 ? num_log(one_minus_exp(x)) : num_log1p(-num_exp(-x));
}

double
num_log_sum_exp(double a, double b)
{
    double high = a > b ? a : b, low = a > b ? b : a;
    if (isinf(high) || isinf(low))
        return high;
    return high + num_log1pexp(low - high);
}

double
num_pow(double x, double y)
{
    return num_exp(y * num_log(x));
}

/* ---- the gamma function ---- */

#define STIRLING_FROM 10.0 /* the first term left out, 3617/122400 x^-15, is then 3e-17 */
#define HALF_LOG_2PI 0.91893853320467274178

/* lgamma(x) - ((x - 1/2) log x - x + log(2 pi)/2), and (if wanted) its derivative; x >= 10. */
static double
stirling_rest(double x, double *ret_slope)
{
    double r = 1.0 / x, z = r * r;
    if (ret_slope)
        *ret_slope =
            -z *
            (1.0 / 12 -
             z * (1.0 / 120 -
                  z * (1.0 / 252 - z * (1.0 / 240 - z * (1.0 / 132 - z * (691.0 / 32760 -
                                                                          z * (1.0 / 12)))))));
    return r *
           (1.0 / 12 -
            z * (1.0 / 360 -
                 z * (1.0 / 1260 -
                      z * (1.0 / 1680 - z * (1.0 / 1188 - z * (691.0 / 360360 - z / 156))))));
}

double
num_lgamma(double x)
{
    assert(x > 0);
    double product = 1.0;
    for (; x < STIRLING_FROM; x += 1.0)
        product *= x;
    double value = (x - 0.5) * num_log(x) - x + HALF_LOG_2PI + stirling_rest(x, NULL);
    return value - num_log(product);
}

double
num_digamma(double x)
{
    assert(x > 0);
    double below = 0.0;
    for (; x < STIRLING_FROM; x += 1.0)
        below += 1.0 / x;
    double slope;
    (void)stirling_rest(x, &slope); /* only the derivative is wanted */
    return num_log(x) - 0.5 / x + slope - below;
}

double
num_rise(double y, double phi, double *ret_slope)
{
    assert(y >= 0 && phi > 0);
    /* log Gamma(y + a) - log Gamma(a) is moved to a >= 10 by Gamma(x + 1) = x Gamma(x). */
    double a = phi, ratio = 1.0, slope_below = 0.0, slope_high, slope_low;
    for (; a < STIRLING_FROM; a += 1.0) {
        ratio *= 1.0 + y / a;
        slope_below += 1.0 / (y + a) - 1.0 / a;
    }
    double log_rise = num_log1p(y / a);
    double value = (a + y - 0.5) * log_rise - y + stirling_rest(a + y, &slope_high) -
                   stirling_rest(a, &slope_low) - num_log(ratio);
    if (a > phi)
        value += y * num_log(a / phi);
    /* psi(y + a) - psi(a) = log(1 + y/a) - 1/(2(y+a)) + 1/(2a) + rest, then the shift. */
    if (ret_slope)
        *ret_slope = log_rise + 0.5 * y / (a * (a + y)) + (slope_high - slope_low) -
                     slope_below - y / phi;
    return value;
}

/* ---- the normal distribution ---- */

/* Abramowitz & Stegun 7.1.5 near the centre and the continued fraction 7.1.14 in the tail. */
double
num_normal_cdf(double x)
{
    double a = fabs(x), density = 0.3989422804014327 * num_exp(-0.5 * a * a), upper;
    if (a < 3.0) {
        double term = a, sum = a;
        for (int32_t k = 1; k < 60; k++) { /* converged to the last place below a = 3 */
            term *= a * a / (2.0 * (double)k + 1.0);
            sum += term;
        }
        upper = 0.5 - density * sum;
    } else {
        double fraction = a;
        for (int32_t k = 60; k > 0; k--)
            fraction = a + (double)k / fraction;
        upper = density / fraction;
    }
    return x > 0 ? 1.0 - upper : upper;
}

static double
ratio_of(const double *top, const double *bottom, double r)
{
    double a = top[7], b = bottom[7];
    for (int32_t i = 6; i >= 0; i--) {
        a = a * r + top[i];
        b = b * r + bottom[i];
    }
    return a / b;
}

double
num_normal_quantile(double p)
{
    static const double a[8] = {3.3871328727963666080e0, 1.3314166789178437745e2,
                                1.9715909503065514427e3, 1.3731693765509461125e4,
                                4.5921953931549871457e4, 6.7265770927008700853e4,
                                3.3430575583588128105e4, 2.5090809287301226727e3};
    static const double b[8] = {1.0,
                                4.2313330701600911252e1,
                                6.8718700749205790830e2,
                                5.3941960214247511077e3,
                                2.1213794301586595867e4,
                                3.9307895800092710610e4,
                                2.8729085735721942674e4,
                                5.2264952788528545610e3};
    static const double c[8] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                                5.76949722146069140550e0,  3.64784832476320460504e0,
                                1.27045825245236838258e0,  2.41780725177450611770e-1,
                                2.27238449892691845833e-2, 7.74545014278341407640e-4};
    static const double d[8] = {1.0,
                                2.05319162663775882187e0,
                                1.67638483018380384940e0,
                                6.89767334985100004550e-1,
                                1.48103976427480074590e-1,
                                1.51986665636164571966e-2,
                                5.47593808499534494600e-4,
                                1.05075007164441684324e-9};
    static const double e[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                                1.78482653991729133580e0,  2.96560571828504891230e-1,
                                2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                2.71155556874348757815e-5, 2.01033439929228813265e-7};
    static const double f[8] = {1.0,
                                5.99832206555887937690e-1,
                                1.36929880922735805310e-1,
                                1.48753612908506148525e-2,
                                7.86869131145613259100e-4,
                                1.84631831751005468180e-5,
                                1.42151175831644588870e-7,
                                2.04426310338993978564e-15};
    assert(p > 0 && p < 1);
    double q = p - 0.5;
    if (fabs(q) <= 0.425)
        return q * ratio_of(a, b, 0.180625 - q * q);
    double r = sqrt(-num_log(q < 0 ? p : 1.0 - p));
    double x = r <= 5.0 ? ratio_of(c, d, r - 1.6) : ratio_of(e, f, r - 5.0);
    return q < 0 ? -x : x;
}

void
num_normals(struct rng *rng, int32_t n, double *out)
{
    for (int32_t i = 0; i < n; i += 2) {
        double u, v, w;
        do { /* accepted with probability pi/4 */
            u = 2.0 * rng_uniform(rng) - 1.0;
            v = 2.0 * rng_uniform(rng) - 1.0;
            w = u * u + v * v;
        } while (w >= 1.0 || w <= 0x1p-1000);
        double scale = sqrt(-2.0 * num_log(w) / w);
        out[i] = u * scale;
        if (i + 1 < n)
            out[i + 1] = v * scale;
    }
}

/* ---- counts ---- */

double
num_nb_log(double y, double log_mu, double phi, double *ret_by_log_mu, double *ret_by_phi)
{
    double rise_slope, log1p_ratio, share;
    double rise = num_rise(y, phi, &rise_slope);
    logistic_kernel(log_mu - num_log(phi), &log1p_ratio, &share); /* of mu / phi */
    if (ret_by_log_mu)
        *ret_by_log_mu = y - (y + phi) * share;
    if (ret_by_phi)
        *ret_by_phi = rise_slope - log1p_ratio + (y + phi) * share / phi;
    return rise - num_lgamma(y + 1.0) + y * log_mu - (y + phi) * log1p_ratio;
}

double
num_poisson_log(double y, double log_mu, double *ret_by_log_mu)
{
    double mu = num_exp(log_mu);
    if (ret_by_log_mu)
        *ret_by_log_mu = y - mu;
    return y * log_mu - mu - num_lgamma(y + 1.0);
}

double
num_binomial_log(double y, double n, double logit, double *ret_by_logit)
{
    double log1p_odds, share;
    logistic_kernel(logit, &log1p_odds, &share);
    if (ret_by_logit)
        *ret_by_logit = y - n * share;
    return num_lgamma(n + 1.0) - num_lgamma(y + 1.0) - num_lgamma(n - y + 1.0) + y * logit -
           n * log1p_odds;
}
