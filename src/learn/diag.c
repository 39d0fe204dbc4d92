#include "learn/diag.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>

#include "learn/num.h"

static int
compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void
diag_sort(int32_t n, double *x)
{
    qsort(x, (size_t)n, sizeof *x, compare_doubles);
}

double
diag_quantile(int32_t n, const double *sorted, double p)
{
    assert(n > 0);
    double place = p * (double)(n - 1);
    int32_t below = (int32_t)place;
    if (below >= n - 1)
        return sorted[n - 1];
    double share = place - (double)below;
    return sorted[below] + share * (sorted[below + 1] - sorted[below]);
}

/* Draws as chains of half the length: chain c, draw i at x[c * n + i]. */
struct halves {
    double *x;
    int32_t chains_n, n;
};

/* An odd middle draw is left out. */
static struct halves
split(const double *x, int32_t chains_n, int32_t draws_n, struct arena *scratch)
{
    struct halves h = {.chains_n = 2 * chains_n, .n = draws_n / 2};
    h.x = new (scratch, double, (ptrdiff_t)h.chains_n *h.n + 1);
    for (int32_t c = 0; c < chains_n; c++) {
        const double *from = x + (ptrdiff_t)c * draws_n;
        double *to = h.x + (ptrdiff_t)2 * c * h.n;
        for (int32_t i = 0; i < h.n; i++) {
            to[i] = from[i];
            to[h.n + i] = from[draws_n - h.n + i];
        }
    }
    return h;
}

struct ranked {
    double value;
    int32_t place;
};

static int
compare_ranked(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->value < y->value || x->value > y->value)
        return x->value < y->value ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

/* Each value becomes the normal quantile of its rank (ties share the mean rank). */
static void
rank_normalise(struct halves *h, struct arena scratch)
{
    int32_t n = h->chains_n * h->n;
    struct ranked *sorted = new (&scratch, struct ranked, n + 1);
    for (int32_t i = 0; i < n; i++)
        sorted[i] = (struct ranked){h->x[i], i};
    qsort(sorted, (size_t)n, sizeof *sorted, compare_ranked);
    for (int32_t i = 0; i < n;) {
        int32_t end = i + 1;
        while (end < n && !(sorted[end].value > sorted[i].value))
            end++;
        double rank = 0.5 * (double)(i + 1 + end); /* ranks i+1 … end */
        double z = num_normal_quantile((rank - 0.375) / ((double)n + 0.25));
        for (; i < end; i++)
            h->x[sorted[i].place] = z;
    }
}

static double
mean_of(int32_t n, const double *x)
{
    return num_sum(n, x) / (double)n;
}

static double
variance_of(int32_t n, const double *x, double mean)
{
    double sum = 0;
    for (int32_t i = 0; i < n; i++)
        sum += (x[i] - mean) * (x[i] - mean);
    return sum / (double)(n - 1);
}

static bool
comparable(const double *x, int32_t chains_n, int32_t draws_n)
{
    int32_t n = chains_n * draws_n;
    bool constant = true;
    for (int32_t i = 0; i < n; i++) {
        if (!isfinite(x[i]))
            return false;
        constant = constant && !(x[i] < x[0]) && !(x[i] > x[0]);
    }
    return !constant && draws_n >= 4;
}

/* Potential scale reduction of chains as they are. */
static double
rhat_basic(const struct halves *h, struct arena scratch)
{
    double *means = new (&scratch, double, h->chains_n), within = 0;
    for (int32_t c = 0; c < h->chains_n; c++) {
        const double *x = h->x + (ptrdiff_t)c * h->n;
        means[c] = mean_of(h->n, x);
        within += variance_of(h->n, x, means[c]) / (double)h->chains_n;
    }
    double n = (double)h->n;
    double between = n * variance_of(h->chains_n, means, mean_of(h->chains_n, means));
    return sqrt((between / within + n - 1.0) / n);
}

/* Effective sample size of chains as they are; lags are computed as far as they are needed. */
struct autocovariance {
    const struct halves *h;
    double *means;
};

static double
autocovariance_mean(const struct autocovariance *a, int32_t lag)
{
    double sum = 0;
    const struct halves *h = a->h;
    for (int32_t c = 0; c < h->chains_n; c++) {
        const double *x = h->x + (ptrdiff_t)c * h->n; /* centred by ess_basic */
        sum += num_dot(h->n - lag, x, x + lag) / (double)h->n;
    }
    return sum / (double)h->chains_n;
}

/* Sum of the initial monotone sequence of pair sums of autocorrelations: tau. */
static double
monotone_tau(double *rho, int32_t last)
{
    for (int32_t t = 2; t <= last - 2; t += 2) {
        double before = rho[t - 2] + rho[t - 1];
        if (rho[t] + rho[t + 1] > before)
            rho[t] = rho[t + 1] = before / 2;
    }
    double sum = 0;
    for (int32_t t = 0; t < last; t++)
        sum += rho[t];
    return -1.0 + 2.0 * sum + rho[last];
}

static double
ess_basic(struct halves *h, struct arena scratch)
{
    int32_t n = h->n;
    struct autocovariance a = {h, new (&scratch, double, h->chains_n)};
    double *rho = new (&scratch, double, n + 4);
    for (int32_t c = 0; c < h->chains_n; c++) {
        double *x = h->x + (ptrdiff_t)c * n;
        a.means[c] = mean_of(n, x);
        for (int32_t i = 0; i < n; i++)
            x[i] -= a.means[c];
    }
    double at0 = autocovariance_mean(&a, 0);
    double within = at0 * (double)n / (double)(n - 1);
    double plus = at0 + variance_of(h->chains_n, a.means, mean_of(h->chains_n, a.means));
    double even = 1.0, odd = 1.0 - (within - autocovariance_mean(&a, 1)) / plus;
    rho[0] = even;
    rho[1] = odd;
    int32_t t = 0;
    while (t < n - 5 && even + odd > 0) {
        t += 2;
        even = 1.0 - (within - autocovariance_mean(&a, t)) / plus;
        odd = 1.0 - (within - autocovariance_mean(&a, t + 1)) / plus;
        if (even + odd >= 0) {
            rho[t] = even;
            rho[t + 1] = odd;
        }
    }
    if (even > 0)
        rho[t] = even;
    double total = (double)h->chains_n * (double)n, tau = monotone_tau(rho, t);
    double least = 2.302585092994046 / num_log(total); /* no better than n log10 n */
    return total / (tau > least ? tau : least);
}

double
diag_rhat(const double *x, int32_t chains_n, int32_t draws_n, struct arena scratch)
{
    if (!comparable(x, chains_n, draws_n))
        return (double)NAN;
    struct halves h = split(x, chains_n, draws_n, &scratch);
    struct halves folded = split(x, chains_n, draws_n, &scratch);
    int32_t all = chains_n * draws_n;
    double *sorted = new (&scratch, double, all);
    for (int32_t i = 0; i < all; i++)
        sorted[i] = x[i];
    diag_sort(all, sorted);
    double median = diag_quantile(all, sorted, 0.5);
    for (int32_t i = 0; i < folded.chains_n * folded.n; i++)
        folded.x[i] = fabs(folded.x[i] - median);
    rank_normalise(&h, scratch);
    rank_normalise(&folded, scratch);
    double bulk = rhat_basic(&h, scratch), tail = rhat_basic(&folded, scratch);
    return bulk > tail ? bulk : tail;
}

double
diag_ess_bulk(const double *x, int32_t chains_n, int32_t draws_n, struct arena scratch)
{
    if (!comparable(x, chains_n, draws_n))
        return (double)NAN;
    struct halves h = split(x, chains_n, draws_n, &scratch);
    rank_normalise(&h, scratch);
    return ess_basic(&h, scratch);
}

double
diag_ess_mean(const double *x, int32_t chains_n, int32_t draws_n, struct arena scratch)
{
    if (!comparable(x, chains_n, draws_n))
        return (double)NAN;
    struct halves h = split(x, chains_n, draws_n, &scratch);
    return ess_basic(&h, scratch);
}

/* Of the indicator of lying at or below ${limit}. */
static double
ess_below(const double *x, int32_t chains_n, int32_t draws_n, double limit,
          struct arena scratch)
{
    int32_t n = chains_n * draws_n;
    double *is_below = new (&scratch, double, n);
    for (int32_t i = 0; i < n; i++)
        is_below[i] = x[i] <= limit ? 1.0 : 0.0;
    return diag_ess_mean(is_below, chains_n, draws_n, scratch);
}

double
diag_ess_tail(const double *x, int32_t chains_n, int32_t draws_n, struct arena scratch)
{
    if (!comparable(x, chains_n, draws_n))
        return (double)NAN;
    int32_t n = chains_n * draws_n;
    double *sorted = new (&scratch, double, n);
    for (int32_t i = 0; i < n; i++)
        sorted[i] = x[i];
    diag_sort(n, sorted);
    double low = ess_below(x, chains_n, draws_n, diag_quantile(n, sorted, 0.05), scratch);
    double high = ess_below(x, chains_n, draws_n, diag_quantile(n, sorted, 0.95), scratch);
    return low < high ? low : high;
}

double
diag_ebfmi(const double *energy, int32_t n)
{
    if (n < 4)
        return (double)NAN;
    double steps = 0, mean = mean_of(n, energy);
    for (int32_t i = 1; i < n; i++)
        steps += (energy[i] - energy[i - 1]) * (energy[i] - energy[i - 1]);
    return steps / ((double)(n - 1) * variance_of(n, energy, mean));
}

void
diag_describe(const double *x, int32_t n, struct arena scratch, struct diag *ret)
{
    static const double at[5] = {0.05, 0.25, 0.5, 0.75, 0.95};
    assert(n > 0);
    double *sorted = new (&scratch, double, n);
    for (int32_t i = 0; i < n; i++)
        sorted[i] = x[i];
    diag_sort(n, sorted);
    struct diag diag = {.mean = mean_of(n, x)};
    diag.sd = n > 1 ? sqrt(variance_of(n, x, diag.mean)) : 0.0;
    for (int32_t i = 0; i < 5; i++)
        diag.quantile[i] = diag_quantile(n, sorted, at[i]);
    diag.rhat = diag.ess_bulk = diag.ess_tail = diag.mcse = (double)NAN;
    *ret = diag;
}

void
diag_make(const double *x, int32_t chains_n, int32_t draws_n, struct arena scratch,
          struct diag *ret)
{
    diag_describe(x, chains_n * draws_n, scratch, ret);
    ret->rhat = diag_rhat(x, chains_n, draws_n, scratch);
    ret->ess_bulk = diag_ess_bulk(x, chains_n, draws_n, scratch);
    ret->ess_tail = diag_ess_tail(x, chains_n, draws_n, scratch);
    ret->mcse = ret->sd / sqrt(diag_ess_mean(x, chains_n, draws_n, scratch));
}
