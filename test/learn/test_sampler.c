/* The sampler on densities whose answer is known, and the diagnostics against another implementation. */
#include "t.h"

#include <math.h>

#include "base/rng.h"
#include "learn/diag.h"
#include "learn/nuts.h"

struct room {
    struct arena_region keep_region, scratch_region;
    struct arena keep, scratch;
    struct error error;
};

static int
open_room(void **state)
{
    struct room *room = calloc(1, sizeof *room);
    room->keep = arena_reserve((ptrdiff_t)1 << 28, &room->keep_region);
    room->scratch = arena_reserve((ptrdiff_t)1 << 28, &room->scratch_region);
    *state = room;
    return 0;
}

static int
close_room(void **state)
{
    struct room *room = *state;
    arena_release(&room->keep_region);
    arena_release(&room->scratch_region);
    free(room);
    return 0;
}

/* Normal: sd 0.001, 1, 1000, and two correlated by 0.9. */
static double
normal_value(const void *data, const double *q, double *g, double *work)
{
    (void)data;
    (void)work;
    const double sd[3] = {1e-3, 1, 1e3};
    double value = 0;
    for (int32_t i = 0; i < 3; i++) {
        g[i] = -(q[i] - 5 * sd[i]) / (sd[i] * sd[i]);
        value -= 0.5 * (q[i] - 5 * sd[i]) * (q[i] - 5 * sd[i]) / (sd[i] * sd[i]);
    }
    double a = q[3], b = q[4], k = 1 / (1 - 0.81);
    g[3] = -k * (a - 0.9 * b);
    g[4] = -k * (b - 0.9 * a);
    return value - 0.5 * k * (a * a - 1.8 * a * b + b * b);
}

static void
moments_of_a_normal_are_found(void **state)
{
    struct room *room = *state;
    enum { CHAINS = 4, DRAWS = 1000, D = 5 };
    struct density density = {.dims = D, .value_and_gradient = normal_value};
    struct nuts_options options = nuts_defaults();
    options.accept = 0.8;
    struct nuts_chain chain[CHAINS];
    for (int32_t c = 0; c < CHAINS; c++) {
        struct rng rng;
        rng_seed(&rng, 21, (uint64_t)c);
        assert_ok(nuts_run(&density, &options, &rng, &room->keep, room->scratch, &chain[c],
                           &room->error),
                  &room->error);
        assert_int_equal(chain[c].divergent, 0);
        assert_true(chain[c].accept_mean > 0.7 && chain[c].accept_mean < 0.95);
        assert_true(diag_ebfmi(chain[c].energy, DRAWS) > 0.5);
    }
    const double mean[D] = {5e-3, 5, 5e3, 0, 0}, sd[D] = {1e-3, 1, 1e3, 1, 1};
    static double x[CHAINS * DRAWS], squares[CHAINS * DRAWS];
    for (int32_t j = 0; j < D; j++) {
        for (int32_t i = 0; i < CHAINS * DRAWS; i++) {
            x[i] = chain[i / DRAWS].draws[(i % DRAWS) * D + j];
            squares[i] = (x[i] - mean[j]) * (x[i] - mean[j]);
        }
        struct diag d;
        diag_make(x, CHAINS, DRAWS, room->scratch, &d);
        assert_true(fabs(d.mean - mean[j]) < 4 * d.mcse);
        assert_true(d.rhat < 1.01 && d.ess_bulk > 800);
        diag_make(squares, CHAINS, DRAWS, room->scratch, &d);
        assert_true(fabs(d.mean - sd[j] * sd[j]) < 4 * d.mcse);
        assert_true(fabs(chain[0].scale[j] / sd[j] - 1) < 0.35); /* the metric was learnt */
    }
}

static void
same_seed_same_digits(void **state)
{
    struct room *room = *state;
    struct density density = {.dims = 5, .value_and_gradient = normal_value};
    struct nuts_options options = nuts_defaults();
    options.warmup = options.draws = 150;
    struct nuts_chain a, b, other;
    struct nuts_chain *to[3] = {&a, &b, &other};
    for (uint64_t i = 0; i < 3; i++) {
        struct rng rng;
        rng_seed(&rng, 5, i == 2);
        assert_ok(
            nuts_run(&density, &options, &rng, &room->keep, room->scratch, to[i], &room->error),
            &room->error);
    }
    assert_memory_equal(a.draws, b.draws, sizeof(double) * 150 * 5);
    assert_memory_not_equal(a.draws, other.draws, sizeof(double) * 150 * 5);
}

/* Neal's funnel: its neck is too narrow for one step size, and the sampler must say so. */
static double
funnel_value(const void *data, const double *q, double *g, double *work)
{
    (void)data;
    (void)work;
    double value = -0.5 * q[0] * q[0] / 36, narrow = exp(-q[0]);
    g[0] = -q[0] / 36;
    for (int32_t i = 1; i < 10; i++) {
        value -= 0.5 * q[i] * q[i] * narrow + 0.5 * q[0];
        g[i] = -q[i] * narrow;
        g[0] += 0.5 * q[i] * q[i] * narrow - 0.5;
    }
    return value;
}

static double
impossible_value(const void *data, const double *q, double *g, double *work)
{
    (void)data;
    (void)work;
    g[0] = q[0];
    return -(double)INFINITY;
}

static bool
stop_at_once(void *ctx, int32_t done, int32_t total)
{
    (void)ctx;
    (void)done;
    (void)total;
    return false;
}

static void
trouble_is_reported(void **state)
{
    struct room *room = *state;
    struct density funnel = {.dims = 10, .value_and_gradient = funnel_value};
    struct density impossible = {.dims = 1, .value_and_gradient = impossible_value};
    struct nuts_options options = nuts_defaults();
    options.accept = 0.8;
    struct nuts_chain chain;
    struct rng rng;
    rng_seed(&rng, 1, 0);
    assert_ok(
        nuts_run(&funnel, &options, &rng, &room->keep, room->scratch, &chain, &room->error),
        &room->error);
    assert_true(chain.divergent > 0);
    assert_fault(
        FAULT_CORRUPT,
        nuts_run(&impossible, &options, &rng, &room->keep, room->scratch, &chain, &room->error),
        &room->error, "starting point");
    options.progress = stop_at_once;
    assert_fault(
        FAULT_CONFLICT,
        nuts_run(&funnel, &options, &rng, &room->keep, room->scratch, &chain, &room->error),
        &room->error, "stopped");
}

/* reference/diag.R: six kinds of chains, good and bad. */
static void
diagnostics_match_another_implementation(void **state)
{
    struct room *room = *state;
    static char line[8192];
    static double x[4 * 101];
    const char *folder = getenv("PROPRE_TEST_LEARN");
    snprintf(line, sizeof line, "%s/reference/diag.csv", folder ? folder : "test/learn");
    FILE *f = fopen(line, "r");
    assert_non_null(f);
    int32_t sets = 0;
    while (fgets(line, sizeof line, f)) {
        char name[20];
        double rhat, bulk, tail, mean, mcse;
        assert_int_equal(sscanf(line, "%19[a-z],%lf,%lf,%lf,%lf,%lf", name, &rhat, &bulk, &tail,
                                &mean, &mcse),
                         6);
        for (int32_t c = 0; c < 4; c++) {
            assert_non_null(fgets(line, sizeof line, f));
            char *at = line;
            for (int32_t i = 0; i < 101; i++, at++)
                x[c * 101 + i] = strtod(at, &at);
        }
        struct diag d;
        diag_make(x, 4, 101, room->scratch, &d);
        double own_mean = diag_ess_mean(x, 4, 101, room->scratch);
        if (fabs(d.rhat - rhat) > 1e-9 || fabs(d.ess_bulk - bulk) > 1e-6 * bulk ||
            fabs(d.ess_tail - tail) > 1e-6 * tail || fabs(own_mean - mean) > 1e-6 * mean ||
            fabs(d.mcse - mcse) > 1e-6 * mcse)
            fail_msg("%s: R-hat %.10g (%.10g), bulk %.8g (%.8g), tail %.8g (%.8g), "
                     "mean %.8g (%.8g), mcse %.8g (%.8g)",
                     name, d.rhat, rhat, d.ess_bulk, bulk, d.ess_tail, tail, own_mean, mean,
                     d.mcse, mcse);
        sets++;
    }
    fclose(f);
    assert_int_equal(sets, 6);
}

static void
nothing_to_compare_is_said(void **state)
{
    struct room *room = *state;
    double x[40] = {0};
    struct diag d;
    diag_make(x, 4, 10, room->scratch, &d);
    assert_true(isnan(d.rhat) && isnan(d.ess_bulk) && isnan(d.ess_tail) && d.sd == 0);
    x[3] = INFINITY;
    diag_make(x, 4, 10, room->scratch, &d);
    assert_true(isnan(d.rhat));
    x[3] = 1;
    diag_make(x, 1, 3, room->scratch, &d);
    assert_true(isnan(d.rhat));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(moments_of_a_normal_are_found, open_room, close_room),
        cmocka_unit_test_setup_teardown(same_seed_same_digits, open_room, close_room),
        cmocka_unit_test_setup_teardown(trouble_is_reported, open_room, close_room),
        cmocka_unit_test_setup_teardown(diagnostics_match_another_implementation, open_room,
                                        close_room),
        cmocka_unit_test_setup_teardown(nothing_to_compare_is_said, open_room, close_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
