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

enum {
    SLOTS_MAX = 2000,       /* of a workspace: a slot an hour on a dozen channels */
    RECURRENCES_MAX = 1000, /* of one list, the newest; an agency's evergreens */
    OCCURRENCES_MAX = 1000  /* of one plan: hourly for six weeks */
};

/* A standing appointment of a channel: every ${weekday} (1 to 7; 0: every day) at a wall time, for a named queue. */
struct slot {
    int64_t id, workspace, channel;
    str queue; /* "" is the channel's own */
    int32_t weekday, hour, minute;
    bool paused; /* its queue is */
};
/*
 * slot_add(propre, slot, ret_id, error): Needs an open write transaction.
 * Faults: INPUT; ABSENT for the channel; CONFLICT when it has that slot; LIMIT beyond SLOTS_MAX.
 */
must_use enum fault slot_add(struct propre *propre, const struct slot *slot, int64_t *ret_id,
                             struct error *error);
/* slot_remove(propre, workspace, id, error): Faults: ABSENT. */
must_use enum fault slot_remove(struct propre *propre, int64_t workspace, int64_t id,
                                struct error *error);
/*
 * slot_pause(propre, workspace, queue, paused, error):
 * The queue of that name, on all channels ("": the channels' own), stands still or goes on; twice is as once.
 * What was scheduled from it before keeps its moment. Faults: INPUT.
 */
must_use enum fault slot_pause(struct propre *propre, int64_t workspace, str queue, bool paused,
                               struct error *error);
/* slot_list(propre, workspace, keep, ret, ret_n, error): by channel, queue, weekday and time. */
must_use enum fault slot_list(struct propre *propre, int64_t workspace, struct arena *keep,
                              struct slot **ret, ptrdiff_t *ret_n, struct error *error);
/*
 * slot_next_free(slots, channel, queue, zone, after, ret_wall, ret):
 * The first moment after ${after} of a slot of that channel and queue that no delivery has (taken: due moments of the
 * channel) and whose queue does not stand still; false when there is none within 366 days. Nothing is stored: when slots
 * change it is asked again. Gaps and overlaps as in tactic/when.h. Pure.
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
/*
 * recurrence_save(propre, recurrence, ret_id, error):
 * A new one when recurrence->id is 0, else in place of its revision. Occurrences are counted by rule, anchor, zone and
 * message: when one of these differs, the old recurrence ends now and a new one is made, whose id is given; messages
 * made ahead by the old one stay. Needs an open write transaction.
 * Faults: INPUT for a rule, zone or number; ABSENT; CONFLICT when someone changed it meanwhile.
 */
must_use enum fault recurrence_save(struct propre *propre, const struct recurrence *recurrence,
                                    int64_t *ret_id, struct error *error);
/* recurrence_get(propre, workspace, id, keep, ret, error): Faults: ABSENT. */
must_use enum fault recurrence_get(struct propre *propre, int64_t workspace, int64_t id,
                                   struct arena *keep, struct recurrence *ret,
                                   struct error *error);
/* recurrence_list(propre, workspace, keep, ret, ret_n, error): newest first, those that ended too. */
must_use enum fault recurrence_list(struct propre *propre, int64_t workspace,
                                    struct arena *keep, struct recurrence **ret,
                                    ptrdiff_t *ret_n, struct error *error);
/* recurrence_running(propre, workspace, keep, ret, ret_n, error): those that neither stand still nor ended. */
must_use enum fault recurrence_running(struct propre *propre, int64_t workspace,
                                       struct arena *keep, struct recurrence **ret,
                                       ptrdiff_t *ret_n, struct error *error);
/*
 * recurrence_plan(propre, recurrence, until, keep, ret, ret_n, error):
 * Occurrences that are not yet made, from now until ${until}, without those skipped and those within the cooldown of
 * another. Each is (number k, wall, moment). Never one that is over: an anchor of years ago makes no burst, and what a
 * long outage missed is not made up, so plan ahead by more than an outage. None while it is paused or after its end.
 * Faults: INPUT for a zone or rule that is no longer known.
 */
struct occurrence {
    int64_t k; /* from 1, counted from the anchor */
    struct civil wall;
    instant at;
};
must_use enum fault recurrence_plan(struct propre *propre, const struct recurrence *recurrence,
                                    instant until, struct arena *keep, struct occurrence **ret,
                                    ptrdiff_t *ret_n, struct error *error);
/*
 * recurrence_mark(propre, id, k, message, error):
 * Occurrence ${k} became that message, which may then be edited by itself; none: it is skipped.
 * Faults: ABSENT; CONFLICT when it was made or skipped already.
 */
must_use enum fault recurrence_mark(struct propre *propre, int64_t id, int64_t k,
                                    struct maybe_int message, struct error *error);
/*
 * recurrence_marks(propre, id, from_k, keep, ret, ret_n, error):
 * What became of its occurrences from number ${from_k} on, by number; OCCURRENCES_MAX at most.
 */
struct occurrence_mark {
    int64_t k;
    struct maybe_int message; /* none: skipped */
};
must_use enum fault recurrence_marks(struct propre *propre, int64_t id, int64_t from_k,
                                     struct arena *keep, struct occurrence_mark **ret,
                                     ptrdiff_t *ret_n, struct error *error);
