#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/instant.h"
#include "base/maybe.h"
#include "base/str.h"

struct propre;
struct zone;

enum { SLOTS_MAX = 2000 }; /* of a workspace: a slot an hour on a dozen channels */

/* A standing appointment of a channel: every ${weekday} (1 to 7; 0: every day) at a wall time, for a named queue. */
struct slot {
    int64_t id, workspace, channel;
    str queue; /* "" is the channel's own */
    int32_t weekday, hour, minute;
    bool paused;
};
must_use enum fault slot_add(struct propre *propre, const struct slot *slot, int64_t *ret_id,
                             struct error *error);
must_use enum fault slot_remove(struct propre *propre, int64_t workspace, int64_t id,
                                struct error *error);
must_use enum fault slot_pause(struct propre *propre, int64_t workspace, str queue, bool paused,
                               struct error *error);
must_use enum fault slot_list(struct propre *propre, int64_t workspace, struct arena *keep,
                              struct slot **ret, ptrdiff_t *ret_n, struct error *error);
/*
 * slot_next_free(slots, n, channel, queue, zone, after, taken, taken_n, ret_wall, ret, ret_found):
 * The first moment after ${after} of a slot of that channel and queue that no delivery has (taken: due moments of the
 * channel). Within 366 days. Pure.
 */
struct slots {
    const struct slot *at;
    ptrdiff_t n;
    const instant *taken;
    ptrdiff_t taken_n;
};
bool slot_next_free(const struct slots *slots, int64_t channel, str queue,
                    const struct zone *zone, instant after, struct civil *ret_wall,
                    instant *ret);

/* A recurring message ("evergreen"): the rule, and what may end or hold it. */
struct recurrence {
    int64_t id, workspace, message; /* the pattern its occurrences are copies of */
    str rule;                       /* RRULE, tactic/when.h */
    struct civil anchor;            /* wall time of the first */
    str zone;
    struct maybe_int end_us, count_max;
    int32_t cooldown_days; /* no same text on a channel within so many days; 0: none */
    bool paused;
    int64_t revision;
};
must_use enum fault recurrence_save(struct propre *propre, const struct recurrence *recurrence,
                                    int64_t *ret_id, struct error *error);
must_use enum fault recurrence_get(struct propre *propre, int64_t workspace, int64_t id,
                                   struct arena *keep, struct recurrence *ret,
                                   struct error *error);
must_use enum fault recurrence_list(struct propre *propre, int64_t workspace,
                                    struct arena *keep, struct recurrence **ret,
                                    ptrdiff_t *ret_n, struct error *error);
/*
 * recurrence_plan(propre, recurrence, until, keep, ret, ret_n, error):
 * Occurrences that are not yet made, from now until ${until}, without those skipped. Each is (number k, wall, moment).
 */
struct occurrence {
    int64_t k; /* from 1, counted from the anchor */
    struct civil wall;
    instant at;
};
must_use enum fault recurrence_plan(struct propre *propre, const struct recurrence *recurrence,
                                    instant until, struct arena *keep, struct occurrence **ret,
                                    ptrdiff_t *ret_n, struct error *error);
/* recurrence_mark(propre, id, k, message, error): occurrence k became that message (0: it is skipped). CONFLICT: it was already. */
must_use enum fault recurrence_mark(struct propre *propre, int64_t id, int64_t k,
                                    struct maybe_int message, struct error *error);
