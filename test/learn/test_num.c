/* Special functions against values computed with 400 digits elsewhere (reference/num.py). */
#include "t.h"

#include <math.h>

#include "base/rng.h"
#include "learn/linear.h"
#include "learn/num.h"
#include "learn/rise.h"

static double
ours(const char *name, const double *a)
{
    double x, by = 0, other = 0;
    if (!strcmp(name, "exp"))
        return num_exp(a[0]);
    if (!strcmp(name, "log"))
        return num_log(a[0]);
    if (!strcmp(name, "log1p"))
        return num_log1p(a[0]);
    if (!strcmp(name, "log1pexp"))
        return num_log1pexp(a[0]);
    if (!strcmp(name, "sigmoid"))
        return num_sigmoid(a[0]);
    if (!strcmp(name, "log1mexp"))
        return num_log1mexp(a[0]);
    if (!strcmp(name, "lgamma"))
        return num_lgamma(a[0]);
    if (!strcmp(name, "digamma"))
        return num_digamma(a[0]);
    if (!strcmp(name, "rise"))
        return num_rise(a[0], a[1], NULL);
    if (!strcmp(name, "rise_slope"))
        return (void)num_rise(a[0], a[1], &by), by;
    if (!strcmp(name, "normal_cdf"))
        return num_normal_cdf(a[0]);
    if (!strcmp(name, "normal_quantile"))
        return num_normal_quantile(a[0]);
    if (!strcmp(name, "poisson"))
        return num_poisson_log(a[0], a[1], NULL);
    if (!strcmp(name, "binomial"))
        return num_binomial_log(a[0], a[1], a[2], NULL);
    x = num_nb_log(a[0], a[1], a[2], &by, &other);
    if (!strcmp(name, "nb"))
        return x;
    if (!strcmp(name, "nb_by_log_mu"))
        return by;
    if (!strcmp(name, "nb_by_phi"))
        return other;
    fail_msg("no function %s", name);
    return 0;
}

/* What rounding may cost: relative to the value, or to the terms that cancel in it. */
static double
tolerance(const char *name, const double *a, double value)
{
    double size = fmax(fabs(value), 1e-300);
    if (!strcmp(name, "lgamma") || !strcmp(name, "digamma"))
        size = fmax(size, a[0] < 20 ? 8 : 0);
    if (!strncmp(name, "rise", 4))
        size = fmax(size, !strcmp(name, "rise") ? fmax(1, a[0]) : a[0] / a[1]);
    if (!strcmp(name, "nb") || !strcmp(name, "poisson") || !strcmp(name, "binomial"))
        size = fmax(size, 8 * fmax(1, a[0]));
    if (!strcmp(name, "nb_by_log_mu"))
        size = fmax(size, a[0] + 1);
    if (!strcmp(name, "nb_by_phi"))
        size = fmax(size, fmax(a[0], 1) / fmax(a[2], 1));
    if (!strcmp(name, "log1pexp") || !strcmp(name, "sigmoid"))
        size = fmax(size, 0);
    if (!strcmp(name, "normal_cdf"))
        size = fmax(size, fabs(a[0]) < 3 ? 1 : 0);
    if (!strcmp(name, "normal_quantile"))
        return 4e-15 * fmax(1, fabs(value)) + 1e-16;
    return 5e-15 * size;
}

static void
functions_match_values_computed_elsewhere(void **state)
{
    (void)state;
    char path[512], line[400];
    const char *folder = getenv("PROPRE_TEST_LEARN");
    snprintf(path, sizeof path, "%s/reference/num.csv", folder ? folder : "test/learn");
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    int32_t lines = 0;
    while (fgets(line, sizeof line, f)) {
        double a[4] = {0};
        int32_t n = 0;
        char *name = strtok(line, ","), *cell;
        while ((cell = strtok(NULL, ",\n")) && n < 4)
            a[n++] = strtod(cell, NULL);
        double expected = a[n - 1], found = ours(name, a);
        if (!(fabs(found - expected) <= tolerance(name, a, expected)))
            fail_msg("%s(%.17g, %.17g …, %.17g …): %.17g instead of %.17g, off by %.2g", name,
                     a[0], n > 2 ? a[1] : 0, n > 3 ? a[2] : 0, found, expected,
                     found - expected);
        lines++;
    }
    fclose(f);
    assert_int_equal(lines, 151);
}

static void
edges_are_defined(void **state)
{
    (void)state;
    assert_true(num_exp(-1e9) == 0 && isinf(num_exp(710)) && isnan(num_exp(NAN)));
    assert_true(isinf(num_log(0)) && isnan(num_log(-1)) && isinf(num_log(INFINITY)));
    assert_true(num_log_sum_exp(-INFINITY, 3) == 3 && num_log_sum_exp(3, -INFINITY) == 3);
    assert_true(isinf(num_log_sum_exp(-INFINITY, -INFINITY)));
    assert_true(fabs(num_log_sum_exp(1000, 1000) - (1000 + log(2))) < 1e-12);
    assert_true(num_log1pexp(800) == 800 && num_log1pexp(-800) < 1e-300);
    assert_true(fabs(num_pow(2, 10) - 1024) < 1e-11);
    /* the negative binomial passes into the Poisson without a step */
    for (double phi = 1e3; phi < 1e15; phi *= 10) {
        double mu = 4, y = 5, correction = ((y - mu) * (y - mu) - y) / (2 * phi);
        double poisson = num_poisson_log(y, log(mu), NULL);
        assert_true(fabs(num_nb_log(y, log(mu), phi, NULL, NULL) - poisson - correction) <
                    40 / (phi * phi) + 1e-14);
    }
}

/* Whatever registers the machine has, an array gives the digits of one element at a time. */
static void
arrays_give_the_digits_of_one(void **state)
{
    (void)state;
    enum { N = 1003 };
    double x[N], l[N], s[N], e[N];
    struct rng rng;
    rng_seed(&rng, 3, 0);
    num_normals(&rng, N, x);
    for (int32_t i = 0; i < N; i++)
        x[i] *= i % 10 == 0 ? 300 : 8;
    num_logistic_all(N, x, l, s);
    num_exp_all(N, x, e);
    for (int32_t i = 0; i < N; i++) {
        double one_l = num_log1pexp(x[i]), one_s = num_sigmoid(x[i]);
        assert_memory_equal(&one_l, &l[i], sizeof one_l);
        assert_memory_equal(&one_s, &s[i], sizeof one_s);
        if (fabs(x[i]) < 700) {
            double one_e = num_exp(x[i]);
            assert_memory_equal(&one_e, &e[i], sizeof one_e);
        }
    }
}

/* A digest of digits: the same on every compiler, optimisation and machine, or results are not
 * reproducible. The number itself was printed once; what matters is that nobody gets another. */
static void
digits_are_those_of_every_machine(void **state)
{
    (void)state;
    uint64_t digest = 14695981039346656037u;
    struct rng rng;
    rng_seed(&rng, 5, 1);
    double z[64], sum = 0;
    for (int32_t round = 0; round < 200; round++) {
        num_normals(&rng, 64, z);
        double parts[] = {num_sum(64, z),
                          num_dot(63, z, z + 1),
                          num_exp(z[0]),
                          num_lgamma(1 + fabs(z[1]) * 50),
                          num_digamma(0.1 + fabs(z[2])),
                          num_rise(floor(fabs(z[3]) * 30), exp2(floor(z[4] * 4)), NULL),
                          num_normal_quantile(num_sigmoid(z[5])),
                          num_normal_cdf(z[6] * 3)};
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
            uint64_t bits;
            memcpy(&bits, &parts[i], sizeof bits);
            digest = (digest ^ bits) * 1099511628211u;
            sum += parts[i];
        }
    }
    assert_true(isfinite(sum));
    if (digest != 0x517433be3293eaafu)
        fail_msg("the digits have changed: digest %llx", (unsigned long long)digest);
}

static void
normals_are_normal(void **state)
{
    (void)state;
    enum { N = 200000 };
    static double z[N];
    struct rng rng;
    rng_seed(&rng, 11, 2);
    num_normals(&rng, N, z);
    double sum = 0, squares = 0, fourth = 0;
    int32_t beyond = 0;
    for (int32_t i = 0; i < N; i++) {
        sum += z[i];
        squares += z[i] * z[i];
        fourth += z[i] * z[i] * z[i] * z[i];
        beyond += fabs(z[i]) > 1.959963984540054;
    }
    assert_true(fabs(sum / N) < 4 / sqrt(N));
    assert_true(fabs(squares / N - 1) < 4 * sqrt(2.0 / N));
    assert_true(fabs(fourth / N - 3) < 4 * sqrt(96.0 / N));
    assert_true(fabs(beyond - 0.05 * N) < 4 * sqrt(0.05 * 0.95 * N));
}

static void
table_of_rises_is_as_good_as_the_sum(void **state)
{
    (void)state;
    struct arena_region region;
    struct arena arena = arena_reserve(1 << 24, &region);
    struct arena_region other;
    struct arena scratch = arena_reserve(1 << 24, &other);
    const int64_t y[] = {0, 0, 1, 1, 2, 7, 19, 100, 101, 450, 450, 6334, 106060};
    struct rise_table table;
    rise_table_make(13, y, &arena, scratch, &table);
    for (double s = 0.0201; s < 20; s *= 1.0173) {
        double phi = 1 / (s * s), value = 0, by_phi = 0, slope, by_log_s;
        for (int32_t i = 0; i < 13; i++) {
            value += num_rise((double)y[i], phi, &slope);
            by_phi += slope;
        }
        double tabulated = rise_table_at(&table, num_log(s), &by_log_s);
        assert_true(fabs(tabulated - value) < 2e-13 * fmax(1, fabs(value)));
        assert_true(fabs(by_log_s + 2 * phi * by_phi) < 1e-11 * fmax(1, fabs(value)));
    }
    rise_table_make(0, y, &arena, scratch, &table); /* no posts: nothing rises */
    double slope = 1;
    assert_true(rise_table_at(&table, 0, &slope) == 0 && slope == 0);
    arena_release(&region);
    arena_release(&other);
}

static void
small_systems_are_solved(void **state)
{
    (void)state;
    enum { N = 12 };
    struct arena_region region;
    struct arena scratch = arena_reserve(1 << 20, &region);
    double a[N * N], l[N * N], inverse[N * N], vectors[N * N], turned[N * N], x[N], z[N * N];
    struct rng rng;
    rng_seed(&rng, 4, 4);
    num_normals(&rng, N * N, z);
    for (int32_t i = 0; i < N; i++)
        for (int32_t j = 0; j < N; j++) {
            a[i * N + j] = i == j ? 0.5 : 0;
            for (int32_t k = 0; k < N; k++)
                a[i * N + j] += z[i * N + k] * z[j * N + k];
        }
    memcpy(l, a, sizeof a);
    assert_true(linear_cholesky(N, l));
    linear_inverse(N, l, inverse, scratch);
    memcpy(turned, a, sizeof a);
    linear_eigen(N, turned, vectors);
    double log_det = 0;
    for (int32_t i = 0; i < N; i++) {
        log_det += log(turned[i * N + i]);
        x[i] = z[i];
        for (int32_t j = 0; j < N; j++) {
            double one = 0, again = 0;
            for (int32_t k = 0; k < N; k++) {
                one += a[i * N + k] * inverse[k * N + j];
                again += vectors[i * N + k] * turned[k * N + k] * vectors[j * N + k];
            }
            assert_true(fabs(one - (i == j)) < 1e-10);
            assert_true(fabs(again - a[i * N + j]) < 1e-11);
        }
    }
    assert_true(fabs(log_det - linear_log_det(N, l)) < 1e-10);
    linear_solve(N, l, x);
    for (int32_t i = 0; i < N; i++) {
        double back = 0;
        for (int32_t j = 0; j < N; j++)
            back += a[i * N + j] * x[j];
        assert_true(fabs(back - z[i]) < 1e-11);
    }
    a[0] = -1;
    assert_false(linear_cholesky(N, a));
    arena_release(&region);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_match_values_computed_elsewhere),
        cmocka_unit_test(edges_are_defined),
        cmocka_unit_test(arrays_give_the_digits_of_one),
        cmocka_unit_test(digits_are_those_of_every_machine),
        cmocka_unit_test(normals_are_normal),
        cmocka_unit_test(table_of_rises_is_as_good_as_the_sum),
        cmocka_unit_test(small_systems_are_solved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
