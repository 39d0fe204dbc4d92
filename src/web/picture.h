#pragma once
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/str.h"
#include "web/views.h"

/* The JSON islands that asset/pictures.js draws. Numbers that are not finite become null. */

/* A dot with its intervals: a ratio to one reference level. low50 and high50 NAN: only the thin line. */
struct picture_effect {
    str label;
    enum verdict_view verdict;
    double ratio, low90, low50, high50, high90;
};
/* Observed posts of a group: shares of them lie below each number. */
struct picture_group {
    str label;
    double q10, q25, median, q75, q90;
};
struct picture_bar {
    str label;
    int64_t value;
};

enum { PICTURE_ROWS_MAX = 60 /* more lines are no picture; the table behind has them all */ };

/* picture_effects(arena, rows, n, same_share): ratios on a log axis; ±${same_share} is drawn as "the same". */
str picture_effects(struct arena *arena, const struct picture_effect *rows, ptrdiff_t n,
                    double same_share);
/* picture_groups(arena, rows, n): the spread of observed posts, group by group. */
str picture_groups(struct arena *arena, const struct picture_group *rows, ptrdiff_t n);
/* picture_bars(arena, rows, n): counts, from zero. */
str picture_bars(struct arena *arena, const struct picture_bar *rows, ptrdiff_t n);
