/*
 * The effects model on the 500 Facebook posts: the time of a preview, and effective draws per CPU second.
 * bench_effects [warmup [draws [seed]]]; from the root of the sources.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "learn/golden.h"

static double
cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int
broken(const struct error *error)
{
    char text[1024];
    error_text(error, NULL, NULL, text, sizeof text);
    fprintf(stderr, "bench_effects: %s\n", text);
    return 1;
}

/* Largest distance from Stan, in standard errors of the difference. */
static double
distance_from_stan(const struct effects_result *result)
{
    struct golden_row rows[GOLDEN_ROWS];
    double most = 0;
    if (!golden_stan(rows))
        return NAN;
    for (int32_t i = 0; i < GOLDEN_ROWS; i++) {
        const struct effects_summary *s = golden_summary(result, i);
        double apart =
            fabs(s->mean - rows[i].mean) / sqrt(s->mcse * s->mcse + rows[i].se * rows[i].se);
        if (getenv("BENCH_ROWS"))
            printf("  %-8s ours %9.5f ± %.5f sd %.5f ess %6.0f   Stan %9.5f ± %.5f sd %.5f\n",
                   rows[i].name, s->mean, s->mcse, s->sd, s->ess_bulk, rows[i].mean, rows[i].se,
                   rows[i].sd);
        most = fmax(most, apart);
    }
    return most;
}

int
main(int argc, char **argv)
{
    struct arena_region keep_region, scratch_region;
    struct arena keep = arena_reserve((ptrdiff_t)1 << 30, &keep_region);
    struct arena scratch = arena_reserve((ptrdiff_t)1 << 30, &scratch_region);
    struct error error = {0};
    struct golden_posts golden;
    if (!golden_read(&keep,
                     getenv("BENCH_POSTS") ? (int32_t)strtol(getenv("BENCH_POSTS"), NULL, 10)
                                           : 500,
                     &golden)) {
        fprintf(stderr, "bench_effects: test/learn/reference is not here\n");
        return 1;
    }
    golden.options.warmup = argc > 1 ? (int32_t)strtol(argv[1], NULL, 10) : 1000;
    golden.options.draws = argc > 2 ? (int32_t)strtol(argv[2], NULL, 10) : 1000;
    golden.options.seed = argc > 3 ? (uint64_t)strtol(argv[3], NULL, 10) : 1;

    double before = cpu_seconds();
    const struct effects_model *model;
    if (effects_prepare(&golden.input, &golden.options, &keep, scratch, &model, &error) != OK)
        return broken(&error);
    double prepared = cpu_seconds();
    struct effects_result preview, result;
    effects_preview(model, &keep, scratch, &preview);
    double previewed = cpu_seconds();
    printf("preview: %.1f ms (check, sort and mode %.1f ms, draws and verdicts %.1f ms), "
           "%d posts\n",
           1e3 * (previewed - before), 1e3 * (prepared - before), 1e3 * (previewed - prepared),
           preview.posts_used);

    struct effects_chain chains[EFFECTS_CHAINS_MAX];
    before = cpu_seconds();
    for (int32_t c = 0; c < golden.options.chains; c++)
        if (effects_chain_run(model, c, NULL, &keep, scratch, &chains[c], &error) != OK)
            return broken(&error);
    double sampled = cpu_seconds();
    effects_gather(model, chains, golden.options.chains, &keep, scratch, &result);
    double gathered = cpu_seconds();
    const struct effects_diagnostics *d = &result.diagnostics;
    int64_t transitions =
        (int64_t)golden.options.chains * (golden.options.warmup + golden.options.draws);
    printf("chains: %d x (%d + %d), %.2f CPU s (and %.0f ms to summarise); %.1f gradients a "
           "transition, %.2f us each\n",
           golden.options.chains, golden.options.warmup, golden.options.draws, sampled - before,
           1e3 * (gathered - sampled), (double)d->gradients / (double)transitions,
           1e6 * (sampled - before) / (double)d->gradients);
    printf(
        "settled %s (gates failed %u): R-hat max %.4f (%.*s), bulk ESS min %.0f (%.*s), tail "
        "%.0f, divergent %lld, depth hits %lld, E-BFMI min %.2f, step %.3f\n",
        d->settled ? "yes" : "no", d->failed, d->rhat_max, STR_FMT(d->rhat_worst),
        d->ess_bulk_min, STR_FMT(d->ess_worst), d->ess_tail_min, (long long)d->divergent,
        (long long)d->depth_hits, d->ebfmi_min, d->step_mean);
    printf("bulk ESS min per CPU second: %.0f\n", d->ess_bulk_min / (gathered - before));
    printf("furthest from Stan's means: %.2f standard errors\n", distance_from_stan(&result));
    arena_release(&keep_region);
    arena_release(&scratch_region);
    return 0;
}
