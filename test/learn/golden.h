#pragma once
/* The 500 Facebook posts and Stan's answer about them (reference/README.md). */
#include "learn/effects.h"

struct golden_posts {
    struct effects_input input;
    struct effects_options
        options; /* exactly the configuration of reference/fb_crossed_nb.stan */
};

struct golden_row {
    char name[16]; /* mu, b, tau[k], s, a[j] */
    double mean, sd, ess, rhat, se;
};
enum { GOLDEN_ROWS = 27 };

/*
 * golden_read(keep, last, ret): the last ${last} of the posts (500 = all). False when a file is absent or
 * not what it should be. The folder is the environment's PROPRE_TEST_LEARN, else test/learn.
 */
bool golden_read(struct arena *keep, int32_t last, struct golden_posts *ret);
bool golden_stan(struct golden_row rows[GOLDEN_ROWS]);
/* golden_summary(result, row): our summary of Stan's row (0 … 26). */
const struct effects_summary *golden_summary(const struct effects_result *result, int32_t row);
