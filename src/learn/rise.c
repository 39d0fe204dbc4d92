#include "learn/rise.h"

#include "learn/num.h"

enum {
    RISE_PANELS = 8,
    RISE_TERMS = 17, /* singularities lie pi/2 off the axis: the series falls by 8 each term */
};

#define LOG_LOW (-3.912023005428146) /* log of RISE_S_LOW */
#define LOG_HIGH 2.0794415416798357  /* log of RISE_S_HIGH */
#define HALF_WIDTH ((LOG_HIGH - LOG_LOW) / (2 * RISE_PANELS))

static double
direct(const struct rise_table *table, double log_s, double *ret_slope)
{
    double phi = num_exp(-2.0 * log_s), sum = 0, slope_sum = 0, slope;
    for (int32_t i = 0; i < table->distinct_n; i++) {
        sum += table->count[i] * num_rise(table->y[i], phi, &slope);
        slope_sum += table->count[i] * slope;
    }
    *ret_slope = -2.0 * phi * slope_sum;
    return sum;
}

static int
compare_counts(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void
gather_distinct(int32_t n, const int64_t *y, struct arena *keep, struct arena scratch,
                struct rise_table *table)
{
    int64_t *sorted = new (&scratch, int64_t, n + 1);
    for (int32_t i = 0; i < n; i++)
        sorted[i] = y[i];
    qsort(sorted, (size_t)n, sizeof *sorted, compare_counts);
    table->y = new (keep, double, n + 1);
    table->count = new (keep, double, n + 1);
    for (int32_t i = 0; i < n; i++) {
        if (sorted[i] == 0)
            continue; /* contributes nothing whatever phi is */
        if (i == 0 || sorted[i] != sorted[i - 1])
            table->y[table->distinct_n++] = (double)sorted[i];
        table->count[table->distinct_n - 1] += 1.0;
    }
}

/* cos(pi (2k + 1) / (2 n)) by the quarter-wave recurrence's plain series: no libm digits. */
static double
cosine(double x)
{
    double term = 1.0,
           sum = 1.0; /* |x| <= pi: the 40th power is below 1e-27 of its factorial */
    for (int32_t k = 1; k <= 24; k++) {
        term *= -x * x / (double)((2 * k - 1) * (2 * k));
        sum += term;
    }
    return sum;
}

/* Chebyshev coefficients c to powers of t, through the recurrence T_{k+1} = 2 t T_k - T_{k-1}. */
static void
to_powers(const double *c, double *ret_powers)
{
    double before[RISE_TERMS] = {1.0}, current[RISE_TERMS] = {0.0, 1.0};
    for (int32_t i = 0; i < RISE_TERMS; i++)
        ret_powers[i] = 0;
    ret_powers[0] = c[0];
    for (int32_t k = 1; k < RISE_TERMS; k++) {
        double next[RISE_TERMS];
        for (int32_t i = 0; i < RISE_TERMS; i++) {
            ret_powers[i] += c[k] * current[i];
            next[i] = (i > 0 ? 2.0 * current[i - 1] : 0.0) - before[i];
        }
        for (int32_t i = 0; i < RISE_TERMS; i++) {
            before[i] = current[i];
            current[i] = next[i];
        }
    }
}

void
rise_table_make(int32_t n, const int64_t *y, struct arena *keep, struct arena scratch,
                struct rise_table *ret_table)
{
    struct rise_table table = {0};
    gather_distinct(n, y, keep, scratch, &table);
    table.coefficients = new (keep, double, (ptrdiff_t)RISE_PANELS *RISE_TERMS);
    const double pi = 3.14159265358979323846;
    double angle_cos[4 * RISE_TERMS]; /* cos(pi j / (2 n)), j < 4n: all that the sums need */
    for (int32_t j = 0; j < 4 * RISE_TERMS; j++) {
        int32_t folded = j <= 2 * RISE_TERMS ? j : 4 * RISE_TERMS - j;
        angle_cos[j] = cosine(pi * (double)folded / (2 * RISE_TERMS));
    }
    for (int32_t panel = 0; panel < RISE_PANELS; panel++) {
        double value[RISE_TERMS], c[RISE_TERMS], slope;
        double middle = LOG_LOW + HALF_WIDTH * (2 * panel + 1);
        for (int32_t k = 0; k < RISE_TERMS; k++)
            value[k] = direct(&table, middle + HALF_WIDTH * angle_cos[2 * k + 1], &slope);
        for (int32_t j = 0; j < RISE_TERMS; j++) {
            double sum = 0;
            for (int32_t k = 0; k < RISE_TERMS; k++)
                sum += value[k] * angle_cos[(j * (2 * k + 1)) % (4 * RISE_TERMS)];
            c[j] = sum * (j == 0 ? 1.0 : 2.0) / RISE_TERMS;
        }
        to_powers(c, table.coefficients + (ptrdiff_t)panel * RISE_TERMS);
    }
    *ret_table = table;
}

double
rise_table_at(const struct rise_table *table, double log_s, double *ret_slope)
{
    if (!(log_s >= LOG_LOW && log_s <= LOG_HIGH))
        return direct(table, log_s, ret_slope);
    double place = (log_s - LOG_LOW) / (2 * HALF_WIDTH);
    int32_t panel = (int32_t)place;
    if (panel >= RISE_PANELS)
        panel = RISE_PANELS - 1;
    double t = 2.0 * (place - panel) - 1.0;
    const double *p = table->coefficients + (ptrdiff_t)panel * RISE_TERMS;
    double value = p[RISE_TERMS - 1], slope = 0;
    for (int32_t i = RISE_TERMS - 2; i >= 0; i--) {
        slope = slope * t + value;
        value = value * t + p[i];
    }
    *ret_slope = slope / HALF_WIDTH;
    return value;
}
