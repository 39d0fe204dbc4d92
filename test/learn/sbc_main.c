/*
 * The whole calibration: 200 worlds of 40 and of 300 posts for each design, then the two injected errors, which
 * must be caught. sbc [worlds [seed]]; prints the table, exits 1 when something is beyond its border.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sbc.h"

static void
progress(int32_t done, int32_t total)
{
    if (isatty(2))
        fprintf(stderr, "\r%d of %d worlds%s", done, total, done == total ? "\r\033[K" : "");
}

static int32_t
report(const char *title, const struct sbc_result *r, bool whole)
{
    printf("%s: %d worlds, %d numbers, %d beyond (borders: chi² %.1f, ECDF %.2f), divergent "
           "%.3f %%\n",
           title, r->worlds, r->numbers_n, r->beyond, r->chi_2_border, r->ecdf_border,
           100.0 * (double)r->divergent / (double)r->transitions);
    for (int32_t j = 0; j < r->numbers_n && whole; j++) {
        printf("  %-22s chi² %5.1f  ECDF %4.2f  ", r->numbers[j].name, r->numbers[j].chi_2,
               r->numbers[j].ecdf_furthest);
        for (int32_t b = 0; b < SBC_BINS; b++)
            printf(" %d", r->numbers[j].bins[b]);
        printf("\n");
    }
    fflush(stdout);
    return r->beyond;
}

int
main(int argc, char **argv)
{
    int32_t worlds = argc > 1 ? (int32_t)strtol(argv[1], NULL, 10) : 200, wrong = 0;
    uint64_t seed = argc > 2 ? (uint64_t)strtoull(argv[2], NULL, 10) : 1;
    static struct sbc_result r;
    const int32_t sizes[] = {40, 300};
    for (int32_t i = 0; i < 2; i++) {
        struct world_design plain = {.posts_n = sizes[i],
                                     .channels_n = 1,
                                     .factors_n = 4,
                                     .levels = {4, 7, 3, 6},
                                     .covariates_n = 1};
        struct world_design whole = {.posts_n = sizes[i],
                                     .channels_n = 2,
                                     .factors_n = 2,
                                     .levels = {4, 6},
                                     .covariates_n = 2,
                                     .months_n = 8,
                                     .interaction = true,
                                     .ages = true,
                                     .snapshots = true};
        char title[80];
        snprintf(title, sizeof title, "factors, %d posts", sizes[i]);
        sbc_run(&plain, worlds, seed, SBC_SOUND, progress, &r);
        wrong += report(title, &r, true);
        snprintf(title, sizeof title, "everything, %d posts", sizes[i]);
        sbc_run(&whole, worlds, seed + 1, SBC_SOUND, progress, &r);
        wrong += report(title, &r, true);
        sbc_run(&plain, worlds, seed, SBC_WRONG_SIGN, progress, &r);
        wrong += report("injected error: wrong sign", &r, false) == 0;
        sbc_run(&plain, worlds, seed, SBC_MISSING_JACOBIAN, progress, &r);
        wrong += report("injected error: Jacobian missing", &r, false) == 0;
    }
    printf(wrong ? "NOT CALIBRATED, or an injected error was not caught\n"
                 : "calibrated; both injected errors were caught\n");
    return wrong != 0;
}
