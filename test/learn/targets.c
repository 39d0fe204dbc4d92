#include "targets.h"

#include <math.h>
#include <string.h>

static double *
reals(const struct json *array, struct arena *keep, int32_t *ret_n)
{
    double *x = new (keep, double, array->n + 1);
    int32_t n = 0;
    for (const struct json *at = array->first; at; at = at->next)
        x[n++] = json_as_real(at).is;
    if (ret_n)
        *ret_n = n;
    return x;
}

static double *
member(const struct json *data, str key, struct arena *keep, int32_t *ret_n)
{
    return reals(json_get(data, key), keep, ret_n);
}

/* log density of a positive scale at log s, with Jacobian: half-Cauchy(0, scale), half-normal, flat. */
enum scale_prior { SCALE_FLAT, SCALE_CAUCHY, SCALE_NORMAL };
static double
scale_value(enum scale_prior prior, double scale, double log_s, double *by_log_s)
{
    double r = exp(2 * log_s) / (scale * scale);
    *by_log_s += 1;
    if (prior == SCALE_CAUCHY) {
        *by_log_s -= 2 * r / (1 + r);
        return log_s - log1p(r);
    }
    if (prior == SCALE_NORMAL) {
        *by_log_s -= r;
        return log_s - 0.5 * r;
    }
    return log_s;
}

/* ---- linear regressions ---- */

struct regression {
    int32_t n, d;
    double *x, *y, beta_sd; /* beta_sd 0: flat */
    enum scale_prior prior;
    double prior_scale;
};

static double
regression_value(const void *data, const double *q, double *g, double *work)
{
    const struct regression *m = data;
    (void)work;
    double precision = exp(-2 * q[m->d]), squares = 0, value = 0;
    for (int32_t j = 0; j <= m->d; j++)
        g[j] = 0;
    for (int32_t i = 0; i < m->n; i++) {
        const double *x = m->x + (ptrdiff_t)i * m->d;
        double rest = m->y[i];
        for (int32_t j = 0; j < m->d; j++)
            rest -= x[j] * q[j];
        squares += rest * rest;
        for (int32_t j = 0; j < m->d; j++)
            g[j] += precision * rest * x[j];
    }
    for (int32_t j = 0; j < m->d && m->beta_sd > 0; j++) {
        value -= 0.5 * q[j] * q[j] / (m->beta_sd * m->beta_sd);
        g[j] -= q[j] / (m->beta_sd * m->beta_sd);
    }
    g[m->d] = precision * squares - m->n;
    value += scale_value(m->prior, m->prior_scale, q[m->d], &g[m->d]);
    return value - 0.5 * precision * squares - m->n * q[m->d];
}

static void
regression_report(const void *data, const double *q, double *ret)
{
    const struct regression *m = data;
    memcpy(ret, q, (size_t)m->d * sizeof *q);
    ret[m->d] = exp(q[m->d]);
}

static struct regression *
regression(struct arena *keep, int32_t n, int32_t d, double *y, struct density *ret,
           int32_t *ret_reported)
{
    struct regression *m = new (keep, struct regression, 1);
    *m = (struct regression){.n = n, .d = d, .y = y, .x = new (keep, double, (ptrdiff_t)n *d)};
    *ret = (struct density){.dims = d + 1, .data = m, .value_and_gradient = regression_value};
    *ret_reported = d + 1;
    return m;
}

static void
kid_iq(const struct json *data, struct arena *keep, struct density *ret, int32_t *ret_reported)
{
    int32_t n;
    double *y = member(data, S("kid_score"), keep, &n);
    double *iq = member(data, S("mom_iq"), keep, NULL);
    struct regression *m = regression(keep, n, 2, y, ret, ret_reported);
    m->prior = SCALE_CAUCHY;
    m->prior_scale = 2.5;
    for (int32_t i = 0; i < n; i++) {
        m->x[2 * i] = 1;
        m->x[2 * i + 1] = iq[i];
    }
}

static void
kid_interaction(const struct json *data, struct arena *keep, struct density *ret,
                int32_t *ret_reported)
{
    int32_t n;
    double *y = member(data, S("kid_score"), keep, &n);
    double *iq = member(data, S("mom_iq"), keep, NULL),
           *hs = member(data, S("mom_hs"), keep, NULL);
    struct regression *m = regression(keep, n, 4, y, ret, ret_reported);
    m->prior = SCALE_CAUCHY;
    m->prior_scale = 2.5;
    for (int32_t i = 0; i < n; i++) {
        const double row[4] = {1, hs[i], iq[i], hs[i] * iq[i]};
        memcpy(m->x + 4 * i, row, sizeof row);
    }
}

static void
earnings(const struct json *data, struct arena *keep, struct density *ret,
         int32_t *ret_reported)
{
    int32_t n;
    double *y = member(data, S("earn"), keep, &n);
    double *height = member(data, S("height"), keep, NULL);
    double *male = member(data, S("male"), keep, NULL);
    struct regression *m = regression(keep, n, 3, y, ret, ret_reported);
    for (int32_t i = 0; i < n; i++) {
        const double row[3] = {1, height[i], male[i]};
        memcpy(m->x + 3 * i, row, sizeof row);
        y[i] = log(y[i]);
    }
}

static void
sblrc(const struct json *data, struct arena *keep, struct density *ret, int32_t *ret_reported)
{
    int32_t n, i = 0;
    double *y = member(data, S("y"), keep, &n);
    struct regression *m = regression(keep, n, 5, y, ret, ret_reported);
    m->prior = SCALE_NORMAL;
    m->prior_scale = m->beta_sd = 10;
    for (const struct json *row = json_get(data, S("X"))->first; row; row = row->next)
        memcpy(m->x + 5 * i++, reals(row, keep, NULL), 5 * sizeof(double));
}

static void
nes(const struct json *data, struct arena *keep, struct density *ret, int32_t *ret_reported)
{
    int32_t n;
    const str columns[] = {S("real_ideo"), S("race_adj"), S("age_discrete"),
                           S("educ1"),     S("gender"),   S("income")};
    double *x[6], *y = member(data, S("partyid7"), keep, &n);
    for (int32_t j = 0; j < 6; j++)
        x[j] = member(data, columns[j], keep, NULL);
    struct regression *m = regression(keep, n, 9, y, ret, ret_reported);
    for (int32_t i = 0; i < n; i++) {
        const double row[9] = {
            1,       x[0][i], x[1][i], x[2][i] == 2, x[2][i] == 3, x[2][i] == 4,
            x[3][i], x[4][i], x[5][i]};
        memcpy(m->x + 9 * i, row, sizeof row);
    }
}

static void
ark(const struct json *data, struct arena *keep, struct density *ret, int32_t *ret_reported)
{
    int32_t t_n;
    double *y = member(data, S("y"), keep, &t_n);
    struct regression *m = regression(keep, t_n - 5, 6, y + 5, ret, ret_reported);
    m->prior = SCALE_CAUCHY;
    m->prior_scale = 2.5;
    m->beta_sd = 10;
    for (int32_t i = 0; i < t_n - 5; i++) {
        m->x[6 * i] = 1;
        for (int32_t k = 1; k <= 5; k++)
            m->x[6 * i + k] = y[5 + i - k];
    }
}

/* ---- eight schools, not centred ---- */

struct schools {
    double *y, *sigma;
};

static double
schools_value(const void *data, const double *q, double *g, double *work)
{
    const struct schools *m = data;
    (void)work;
    double mu = q[8], tau = exp(q[9]), value = -0.5 * mu * mu / 25;
    g[8] = -mu / 25;
    g[9] = 0;
    for (int32_t j = 0; j < 8; j++) {
        double rest = (m->y[j] - mu - tau * q[j]) / (m->sigma[j] * m->sigma[j]);
        value -= 0.5 * rest * rest * m->sigma[j] * m->sigma[j] + 0.5 * q[j] * q[j];
        g[j] = rest * tau - q[j];
        g[8] += rest;
        g[9] += rest * tau * q[j];
    }
    return value + scale_value(SCALE_CAUCHY, 5, q[9], &g[9]);
}

static void
schools_report(const void *data, const double *q, double *ret)
{
    (void)data;
    for (int32_t j = 0; j < 8; j++)
        ret[j] = q[8] + exp(q[9]) * q[j];
    ret[8] = q[8];
    ret[9] = exp(q[9]);
}

static void
schools(const struct json *data, struct arena *keep, struct density *ret, int32_t *ret_reported)
{
    struct schools *m = new (keep, struct schools, 1);
    m->y = member(data, S("y"), keep, NULL);
    m->sigma = member(data, S("sigma"), keep, NULL);
    *ret = (struct density){.dims = 10, .data = m, .value_and_gradient = schools_value};
    *ret_reported = 10;
}

/* ---- ARMA(1, 1) ---- */

struct series {
    double *y;
    int32_t n;
};

static double
arma_value(const void *data, const double *q, double *g, double *work)
{
    const struct series *m = data;
    (void)work;
    double mu = q[0], phi = q[1], theta = q[2], precision = exp(-2 * q[3]), squares = 0;
    double e = m->y[0] - mu - phi * mu, de[3] = {-1 - phi, -mu, 0}, by[3] = {0};
    for (int32_t t = 0; t < m->n; t++) {
        if (t > 0) {
            double before = e, last[3] = {de[0], de[1], de[2]};
            e = m->y[t] - mu - phi * m->y[t - 1] - theta * before;
            de[0] = -1 - theta * last[0];
            de[1] = -m->y[t - 1] - theta * last[1];
            de[2] = -before - theta * last[2];
        }
        squares += e * e;
        for (int32_t j = 0; j < 3; j++)
            by[j] += e * de[j];
    }
    g[0] = -precision * by[0] - mu / 100;
    g[1] = -precision * by[1] - phi / 4;
    g[2] = -precision * by[2] - theta / 4;
    g[3] = precision * squares - m->n;
    double value = -0.5 * mu * mu / 100 - phi * phi / 8 - theta * theta / 8;
    value += scale_value(SCALE_CAUCHY, 2.5, q[3], &g[3]);
    return value - 0.5 * precision * squares - m->n * q[3];
}

static void
arma_report(const void *data, const double *q, double *ret)
{
    (void)data;
    memcpy(ret, q, 3 * sizeof *q);
    ret[3] = exp(q[3]);
}

static void
arma(const struct json *data, struct arena *keep, struct density *ret, int32_t *ret_reported)
{
    struct series *m = new (keep, struct series, 1);
    m->y = member(data, S("y"), keep, &m->n);
    *ret = (struct density){.dims = 4, .data = m, .value_and_gradient = arma_value};
    *ret_reported = 4;
}

/* ---- Gaussian processes over 11 places ---- */

enum { PLACES = 11 };
typedef double square[PLACES][PLACES];
struct process {
    double *x, *y, *k;
};

static bool
cholesky(square a, square l)
{
    memset(l, 0, sizeof(square));
    for (int32_t i = 0; i < PLACES; i++)
        for (int32_t j = 0; j <= i; j++) {
            double sum = a[i][j];
            for (int32_t k = 0; k < j; k++)
                sum -= l[i][k] * l[j][k];
            if (i == j && !(sum > 0))
                return false;
            l[i][j] = i == j ? sqrt(sum) : sum / l[j][j];
        }
    return true;
}

/* x = L^-1 x by columns. */
static void
forward(square l, square x)
{
    for (int32_t c = 0; c < PLACES; c++)
        for (int32_t i = 0; i < PLACES; i++) {
            for (int32_t k = 0; k < i; k++)
                x[i][c] -= l[i][k] * x[k][c];
            x[i][c] /= l[i][i];
        }
}

/* The squared exponential covariance, and its derivatives by log rho and log alpha. */
static void
covariance(const struct process *m, const double *q, double nugget, square k, square by[2])
{
    double rho = exp(q[0]), alpha_2 = exp(2 * q[1]);
    for (int32_t i = 0; i < PLACES; i++)
        for (int32_t j = 0; j < PLACES; j++) {
            double r = (m->x[i] - m->x[j]) / rho, c = alpha_2 * exp(-0.5 * r * r);
            k[i][j] = c + (i == j ? nugget : 0);
            by[0][i][j] = c * r * r;
            by[1][i][j] = 2 * c;
        }
}

/* rho ~ gamma(25, 4), alpha ~ half-normal(0, 2), with Jacobians. */
static double
process_prior(const double *q, double *g)
{
    double rho = exp(q[0]);
    g[0] = 25 - 4 * rho;
    g[1] = 0;
    return 25 * q[0] - 4 * rho + scale_value(SCALE_NORMAL, 2, q[1], &g[1]);
}

static double
process_regression_value(const void *data, const double *q, double *g, double *work)
{
    const struct process *m = data;
    (void)work;
    square k, by[2], l, inverse = {{0}};
    double sigma = exp(q[2]), value = process_prior(q, g);
    g[2] = 0;
    value += scale_value(SCALE_NORMAL, 1, q[2], &g[2]);
    covariance(m, q, sigma, k, by); /* sigma is the variance there */
    if (!cholesky(k, l))
        return -(double)INFINITY;
    for (int32_t i = 0; i < PLACES; i++)
        inverse[i][i] = 1;
    forward(l, inverse); /* L^-1 */
    double z[PLACES], a[PLACES], precision[PLACES][PLACES];
    for (int32_t i = 0; i < PLACES; i++) {
        z[i] = 0;
        for (int32_t j = 0; j <= i; j++)
            z[i] += inverse[i][j] * m->y[j];
        value -= 0.5 * z[i] * z[i] + log(l[i][i]);
    }
    for (int32_t i = 0; i < PLACES; i++) {
        a[i] = 0;
        for (int32_t r = i; r < PLACES; r++)
            a[i] += inverse[r][i] * z[r];
        for (int32_t j = 0; j < PLACES; j++) {
            precision[i][j] = 0;
            for (int32_t r = i > j ? i : j; r < PLACES; r++)
                precision[i][j] += inverse[r][i] * inverse[r][j];
        }
    }
    for (int32_t i = 0; i < PLACES; i++)
        for (int32_t j = 0; j < PLACES; j++) {
            double slope = 0.5 * (a[i] * a[j] - precision[i][j]);
            g[0] += slope * by[0][i][j];
            g[1] += slope * by[1][i][j];
            g[2] += i == j ? slope * sigma : 0;
        }
    return value;
}

static void
process_regression_report(const void *data, const double *q, double *ret)
{
    (void)data;
    for (int32_t i = 0; i < 3; i++)
        ret[i] = exp(q[i]);
}

static struct process *
process(const struct json *data, struct arena *keep)
{
    struct process *m = new (keep, struct process, 1);
    m->x = member(data, S("x"), keep, NULL);
    m->y = member(data, S("y"), keep, NULL);
    m->k = member(data, S("k"), keep, NULL);
    return m;
}

static void
process_regression(const struct json *data, struct arena *keep, struct density *ret,
                   int32_t *ret_reported)
{
    *ret = (struct density){
        .dims = 3, .data = process(data, keep), .value_and_gradient = process_regression_value};
    *ret_reported = 3;
}

static double
process_poisson_value(const void *data, const double *q, double *g, double *work)
{
    const struct process *m = data;
    (void)work;
    square k, by[2], l;
    double value = process_prior(q, g), by_f[PLACES];
    covariance(m, q, 1e-10, k, by);
    if (!cholesky(k, l))
        return -(double)INFINITY;
    for (int32_t i = 0; i < PLACES; i++) {
        double f = 0, z = q[2 + i];
        for (int32_t j = 0; j <= i; j++)
            f += l[i][j] * q[2 + j];
        value += m->k[i] * f - exp(f) - 0.5 * z * z;
        by_f[i] = m->k[i] - exp(f);
    }
    for (int32_t j = 0; j < PLACES; j++) {
        g[2 + j] = -q[2 + j];
        for (int32_t i = j; i < PLACES; i++)
            g[2 + j] += l[i][j] * by_f[i];
    }
    /* dL = L half(L^-1 dK L^-T), half keeping the lower triangle and half the diagonal */
    for (int32_t p = 0; p < 2; p++) {
        square s;
        memcpy(s, by[p], sizeof s);
        forward(l, s);
        for (int32_t i = 0; i < PLACES; i++)
            for (int32_t j = 0; j < i; j++) {
                double swap = s[i][j];
                s[i][j] = s[j][i];
                s[j][i] = swap;
            }
        forward(l, s);
        for (int32_t i = 0; i < PLACES; i++) {
            double df = 0;
            for (int32_t j = 0; j <= i; j++) {
                double dl = 0;
                for (int32_t r = j; r <= i; r++)
                    dl += l[i][r] * (r == j ? 0.5 : 1) * s[r][j];
                df += dl * q[2 + j];
            }
            g[p] += by_f[i] * df;
        }
    }
    return value;
}

static void
process_poisson_report(const void *data, const double *q, double *ret)
{
    square k, by[2], l;
    covariance(data, q, 1e-10, k, by);
    (void)cholesky(k, l);
    ret[0] = exp(q[0]);
    ret[1] = exp(q[1]);
    for (int32_t i = 0; i < PLACES; i++) {
        ret[2 + i] = 0;
        for (int32_t j = 0; j <= i; j++)
            ret[2 + i] += l[i][j] * q[2 + j];
    }
}

static void
process_poisson(const struct json *data, struct arena *keep, struct density *ret,
                int32_t *ret_reported)
{
    *ret = (struct density){.dims = 2 + PLACES,
                            .data = process(data, keep),
                            .value_and_gradient = process_poisson_value};
    *ret_reported = 2 + PLACES;
}

/* ---- a mixture of two normals, in order ---- */

static double
mixture_value(const void *data, const double *q, double *g, double *work)
{
    const struct series *m = data;
    (void)work;
    /* mu1, log(mu2 - mu1), log sigma1, log sigma2, logit theta */
    double apart = exp(q[1]), mu[2] = {q[0], q[0] + apart}, sd[2] = {exp(q[2]), exp(q[3])};
    double theta = 1 / (1 + exp(-q[4])), weight[2] = {theta, 1 - theta};
    double by_mu[2] = {-mu[0] / 4, -mu[1] / 4}, by_theta = 0;
    double value = -mu[0] * mu[0] / 8 - mu[1] * mu[1] / 8 + q[1];
    value += 5 * log(theta) + 5 * log(1 - theta); /* beta(5, 5) and Jacobian */
    g[2] = g[3] = 0;
    value +=
        scale_value(SCALE_NORMAL, 2, q[2], &g[2]) + scale_value(SCALE_NORMAL, 2, q[3], &g[3]);
    for (int32_t i = 0; i < m->n; i++) {
        double z[2], l[2];
        for (int32_t c = 0; c < 2; c++) {
            z[c] = (m->y[i] - mu[c]) / sd[c];
            l[c] = log(weight[c]) - q[2 + c] - 0.5 * z[c] * z[c];
        }
        double high = fmax(l[0], l[1]), sum = high + log(exp(l[0] - high) + exp(l[1] - high));
        value += sum;
        for (int32_t c = 0; c < 2; c++) {
            double share = exp(l[c] - sum);
            by_mu[c] += share * z[c] / sd[c];
            g[2 + c] += share * (z[c] * z[c] - 1);
            by_theta += share * (c == 0 ? 1 - theta : -theta);
        }
    }
    g[0] = by_mu[0] + by_mu[1];
    g[1] = by_mu[1] * apart + 1;
    g[4] = by_theta + 5 * (1 - theta) - 5 * theta;
    return value;
}

static void
mixture_report(const void *data, const double *q, double *ret)
{
    (void)data;
    ret[0] = q[0];
    ret[1] = q[0] + exp(q[1]);
    ret[2] = exp(q[2]);
    ret[3] = exp(q[3]);
    ret[4] = 1 / (1 + exp(-q[4]));
}

static void
mixture(const struct json *data, struct arena *keep, struct density *ret, int32_t *ret_reported)
{
    struct series *m = new (keep, struct series, 1);
    m->y = member(data, S("y"), keep, &m->n);
    *ret = (struct density){.dims = 5, .data = m, .value_and_gradient = mixture_value};
    *ret_reported = 5;
}

const struct target targets[] = {
    {"eight_schools-eight_schools_noncentered", "eight_schools", schools, schools_report, 1},
    {"kidiq-kidscore_momiq", "kidiq", kid_iq, regression_report, 1},
    {"kidiq-kidscore_interaction", "kidiq", kid_interaction, regression_report, 1},
    {"earnings-logearn_height_male", "earnings", earnings, regression_report, 1},
    {"sblrc-blr", "sblrc", sblrc, regression_report, 1},
    {"nes1980-nes", "nes1980", nes, regression_report, 1},
    {"arK-arK", "arK", ark, regression_report, 1},
    {"arma-arma11", "arma", arma, arma_report, 0.25},
    {"gp_pois_regr-gp_regr", "gp_pois_regr", process_regression, process_regression_report, 1},
    {"gp_pois_regr-gp_pois_regr", "gp_pois_regr", process_poisson, process_poisson_report, 1},
    {"low_dim_gauss_mix-low_dim_gauss_mix", "low_dim_gauss_mix", mixture, mixture_report, 1},
};
const int32_t targets_n = sizeof targets / sizeof *targets;
