/*
 * The sampler on eleven posteriors of posteriordb, against its reference means and second moments
 * (10 000 thinned draws of Stan each). Needs the reference material and `unzip`; skips aloud.
 */
#include "shared.h"

#include <math.h>

#include "base/rng.h"
#include "base/sanitize.h"
#include "learn/diag.h"
#include "learn/nuts.h"
#include "learn/targets.h"

enum { CHAINS = 4, WARMUP = 500, DRAWS = 500, REPORTED_MAX = 16 };

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

static const struct json *
parsed(struct room *room, FILE *f)
{
    enum { BYTES = 1 << 18 };
    char *bytes = new (&room->keep, char, BYTES);
    size_t n = fread(bytes, 1, BYTES - 1, f);
    struct json *json = NULL;
    assert_ok(json_parse(&room->keep, (str){bytes, (ptrdiff_t)n}, &json, &room->error),
              &room->error);
    return json;
}

static const struct json *
unzipped(struct room *room, const char *data)
{
    const char *folder = getenv("PROPRE_SHARED"), *root = getenv("PROPRE_SOURCE_ROOT");
    char command[4200];
    snprintf(command, sizeof command, "unzip -p '%s%s/data/posteriordb/data_%s.json.zip'",
             folder ? folder : (root ? root : "."), folder ? "" : "/../shared", data);
    FILE *f = popen(command, "r");
    assert_non_null(f);
    const struct json *json = parsed(room, f);
    assert_int_equal(pclose(f), 0);
    return json;
}

static void
read_reference(struct room *room, const struct target *t, const char *what, int32_t n,
               double *ret_value, double *ret_se)
{
    char path[300];
    snprintf(path, sizeof path, "data/posteriordb/%s.%s.json", t->name, what);
    FILE *f = shared_open(path);
    assert_non_null(f);
    const struct json *json = parsed(room, f);
    fclose(f);
    const struct json *value = json_get(json, str_of(what));
    const struct json *se = json_get(json, S("mcse_mean"));
    assert_non_null(value);
    assert_int_equal(value->n, n);
    value = value->first;
    se = se->first;
    for (int32_t i = 0; i < n; i++, value = value->next, se = se->next) {
        ret_value[i] = json_as_real(value).is;
        ret_se[i] = json_as_real(se).is;
    }
}

/* Largest distance from the reference in standard errors of the difference. */
static double
try_target(struct room *room, const struct target *t)
{
    struct density density;
    int32_t reported;
    t->build(unzipped(room, t->data), &room->keep, &density, &reported);
    struct nuts_options options = nuts_defaults();
    options.warmup = WARMUP;
    options.draws = DRAWS;
    options.accept = 0.9;
    double *scale = new (&room->keep, double, density.dims);
    for (int32_t i = 0; i < density.dims; i++)
        scale[i] = t->start_scale;
    options.scale = scale;
    static double x[REPORTED_MAX][CHAINS * DRAWS], squares[CHAINS * DRAWS];
    int64_t divergent = 0, hits = 0, gradients = 0;
    for (int32_t c = 0; c < CHAINS; c++) {
        struct nuts_chain chain;
        struct rng rng;
        rng_seed(&rng, 31, (uint64_t)c);
        assert_ok(nuts_run(&density, &options, &rng, &room->keep, room->scratch, &chain,
                           &room->error),
                  &room->error);
        for (int32_t i = 0; i < DRAWS; i++) {
            double row[REPORTED_MAX];
            t->report(density.data, chain.draws + (ptrdiff_t)i * density.dims, row);
            for (int32_t j = 0; j < reported; j++)
                x[j][c * DRAWS + i] = row[j];
        }
        divergent += chain.divergent;
        hits += chain.depth_hits;
        gradients += chain.gradients;
    }
    double mean[REPORTED_MAX], se[REPORTED_MAX], square[REPORTED_MAX], square_se[REPORTED_MAX];
    read_reference(room, t, "mean_value", reported, mean, se);
    read_reference(room, t, "mean_squared_value", reported, square, square_se);
    double most = 0, rhat = 0, ess = INFINITY;
    for (int32_t j = 0; j < reported; j++) {
        struct diag d;
        diag_make(x[j], CHAINS, DRAWS, room->scratch, &d);
        rhat = fmax(rhat, d.rhat);
        ess = fmin(ess, d.ess_bulk);
        most = fmax(most, fabs(d.mean - mean[j]) / sqrt(d.mcse * d.mcse + se[j] * se[j]));
        for (int32_t i = 0; i < CHAINS * DRAWS; i++)
            squares[i] = x[j][i] * x[j][i];
        diag_make(squares, CHAINS, DRAWS, room->scratch, &d);
        most = fmax(most, fabs(d.mean - square[j]) /
                              sqrt(d.mcse * d.mcse + square_se[j] * square_se[j]));
    }
    bool fits = most < 4.5 && rhat < 1.02 && ess > 200;
    printf("# %-42s %s  furthest %.1f se, R-hat %.3f, bulk ESS %.0f, %lld divergent, "
           "%lld at full depth, %.0f gradients a draw\n",
           t->name, fits ? "fits" : "DOES NOT FIT", most, rhat, ess, (long long)divergent,
           (long long)hits, (double)gradients / (CHAINS * (WARMUP + DRAWS)));
    return fits ? most : (double)INFINITY;
}

static void
posteriors_of_others_are_found(void **state)
{
    struct room *room = *state;
    FILE *f = shared_open("data/posteriordb/data_kidiq.json.zip");
    if (!f)
        skip();
    fclose(f);
    if (system("unzip -v > /dev/null 2>&1") != 0) {
        printf("# SKIP: no unzip here\n");
        skip();
    }
    struct arena start = room->keep;
    int32_t wrong = 0;
    /* The sanitizers are after the code, which all targets share: some are enough. */
    for (int32_t i = 0; i < targets_n; i += SANITIZED ? 4 : 1) {
        room->keep = start;
        wrong += !isfinite(try_target(room, &targets[i]));
    }
    assert_int_equal(wrong, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(posteriors_of_others_are_found, open_room, close_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
