#include "cli/progress.h"

#include <stdio.h>
#include <unistd.h>

enum { BAR_CELLS = 30, REDRAW_US = 100000, PATIENCE_US = 500000 };

void
progress_begin(struct progress *progress, const char *what, struct clock clock, bool on)
{
    instant now = clock_now(&clock);
    *progress = (struct progress){.what = what,
                                  .clock = clock,
                                  .started = now,
                                  .drawn = now,
                                  .on = on,
                                  .terminal = isatty(STDERR_FILENO) == 1};
}

static void
draw(struct progress *progress, double share)
{
    char bar[BAR_CELLS + 1];
    int32_t filled = (int32_t)(share * BAR_CELLS);
    for (int32_t i = 0; i < BAR_CELLS; i++)
        bar[i] = i < filled ? '#' : '.';
    bar[BAR_CELLS] = '\0';
    (void)fprintf(stderr, progress->terminal ? "\r%s [%s] %3d %%" : "%s [%s] %3d %%\n",
                  progress->what, bar,
                  (int)(share * 100)); /* a progress that cannot be shown stops nothing */
    progress->shown = true;
}

void
progress_set(struct progress *progress, double share)
{
    if (!progress->on)
        return;
    share = share < 0 ? 0 : share > 1 ? 1 : share;
    instant now = clock_now(&progress->clock);
    if (instant_since(now, progress->started).us < PATIENCE_US)
        return;
    int32_t tenth = (int32_t)(share * 10);
    bool due = progress->terminal ? instant_since(now, progress->drawn).us >= REDRAW_US
                                  : tenth > progress->tenth;
    if (!due)
        return;
    progress->drawn = now;
    progress->tenth = tenth;
    draw(progress, share);
}

void
progress_end(struct progress *progress)
{
    if (!progress->shown)
        return;
    if (progress->terminal) {
        draw(progress, 1);
        (void)fputc('\n', stderr);
    } else if (progress->tenth < 10) {
        draw(progress, 1);
    }
    progress->shown = false;
}
