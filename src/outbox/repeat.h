#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/instant.h"
#include "base/maybe.h"
#include "base/str.h"
#include "base/zone.h"
#include "tactic/slot.h"

struct propre;

/*
 * What a person does with a message that comes again (tactic/slot.h: recurrence), where the queue has part in it: its
 * occurrences of two weeks are deliveries already (outbox/recur.h). All that write need an open write transaction.
 */
enum { REPEAT_LOOK_DAYS = 366 /* how far what comes is looked for; a yearly one is found */ };

struct repeat_coming {
    int64_t k;
    instant at;
    struct civil wall;
    struct maybe_int message; /* it is made already, and waits */
};
/* repeat_coming(propre, r, keep, ret, ret_n, error): its occurrences of REPEAT_LOOK_DAYS, in order. */
must_use enum fault repeat_coming(struct propre *propre, const struct recurrence *r,
                                  struct arena *keep, struct repeat_coming **ret,
                                  ptrdiff_t *ret_n, struct error *error);
enum repeat_state { REPEAT_IN_USE, REPEAT_PAUSED, REPEAT_OVER };
/* repeat_state(r, comes, now): ${comes}: repeat_coming gave some. Pure. */
enum repeat_state repeat_state(const struct recurrence *r, bool comes, instant now);
/*
 * repeat_check(propre, r, from, scratch, error): whether it can be begun; writes nothing. ${from}: as below.
 * Faults: INPUT when no occurrence is to come; CONFLICT when the message comes again already: twice would be beside itself.
 */
must_use enum fault repeat_check(struct propre *propre, const struct recurrence *r,
                                 struct maybe_int from, struct arena scratch,
                                 struct error *error);
/*
 * repeat_begin(propre, r, from, scratch, ret_id, error):
 * A new recurrence and its occurrences of two weeks. ${from}: the message its pattern is a copy of. When that waits for the
 * minute of the first occurrence it is this occurrence: another would go out beside it.
 * Faults: those of repeat_check and recurrence_save.
 */
must_use enum fault repeat_begin(struct propre *propre, const struct recurrence *r,
                                 struct maybe_int from, struct arena scratch, int64_t *ret_id,
                                 struct error *error);
/*
 * repeat_pattern(propre, workspace, message, keep, ret_id, error):
 * A copy of that message to be a pattern, so that an occurrence can be edited without changing those to come; where no
 * variant says where it goes, its deliveries do.
 */
must_use enum fault repeat_pattern(struct propre *propre, int64_t workspace, int64_t message,
                                   struct arena *keep, int64_t *ret_id, struct error *error);
/* One of a workspace, and who acts. */
struct repeat_of {
    int64_t workspace, id;
    str who;
};
/*
 * repeat_skip(propre, of, day, keep, ret, error):
 * The occurrence of that day (since 1970, wall time; none: the next) is left out; what waits of it is cancelled.
 * Faults: ABSENT, also for the day.
 */
must_use enum fault repeat_skip(struct propre *propre, const struct repeat_of *of,
                                struct maybe_int day, struct arena *keep,
                                struct repeat_coming *ret, struct error *error);
/*
 * repeat_end(propre, of, keep_queue, keep, ret_n, error):
 * Nothing more comes of it; *ret_n that waited are cancelled, unless ${keep_queue}. Faults: ABSENT; CONFLICT when over.
 */
must_use enum fault repeat_end(struct propre *propre, const struct repeat_of *of,
                               bool keep_queue, struct arena *keep, int64_t *ret_n,
                               struct error *error);
/*
 * repeat_pause(propre, of, paused, hold, keep, ret_n, error):
 * It stands still, or goes on: then with the moments to come, those it missed are not made up. *ret_n: what waits of it in
 * the queue; it is held if ${hold}, else it goes out. Going on makes its occurrences of two weeks.
 * Faults: ABSENT; CONFLICT when it is over.
 */
must_use enum fault repeat_pause(struct propre *propre, const struct repeat_of *of, bool paused,
                                 bool hold, struct arena *keep, int64_t *ret_n,
                                 struct error *error);
