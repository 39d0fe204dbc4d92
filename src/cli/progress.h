#pragma once
#include <stdint.h>

#include "base/clock.h"
#include "base/lang.h"

/*
 * A progress bar on standard error: redrawn in place on a terminal, one line per tenth elsewhere, so that a
 * log stays readable. Nothing is drawn when --quiet was given or before the work has lasted half a second.
 */
struct progress {
    const char *what; /* already translated: "Importing posts.csv" */
    struct clock clock;
    instant started;
    instant drawn;
    int32_t tenth;
    bool on, terminal, shown;
};

/* progress_begin(progress, what, clock, on): nothing is drawn yet; ${what} must outlive it. */
void progress_begin(struct progress *progress, const char *what, struct clock clock, bool on);
/* progress_set(progress, share): share done, in [0, 1]; cheap enough to call for every row. */
void progress_set(struct progress *progress, double share);
void progress_end(struct progress *progress);
