#pragma once
#include <stddef.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/instant.h"
#include "base/str.h"

struct db;
struct propre;
struct schema_step;

enum { PROBLEMS_MAX = 100 }; /* shown of one damaged file: more would say no more */

/*
 * backup_make(db, path, steps, steps_n, error):
 * A whole copy of the data in a new file, read again and checked before it counts. The data may be in use.
 * Faults: CONFLICT (${path} exists: nothing is ever overwritten), CORRUPT (the copy is not whole; it is
 *         removed), INPUT (PostgreSQL: pg_dump does it), SYSTEM (disk full …).
 */
must_use enum fault backup_make(struct db *db, str path, const struct schema_step *steps,
                                ptrdiff_t steps_n, struct error *error);

/*
 * backup_restore(from, to, steps, steps_n, now, keep, ret_aside, error):
 * Puts the checked content of ${from} where ${to} is. What was at ${to} is kept beside it under a name
 * with the date: *ret_aside, or none when there was nothing. ${from} stays as it is; it may be of an older Propre.
 * Every workspace in it is put on hold (place/hold.h): what it thinks is still to be sent may have been sent since.
 * Faults: ABSENT, CORRUPT (${from} is no whole backup), CONFLICT (made by a newer Propre), AWAY (${to} is
 *         in use: stop the server first), INPUT (not a file), SYSTEM. On any fault ${to} is as it was.
 */
struct restore_from_to {
    str from, to;
};
must_use enum fault backup_restore(const struct restore_from_to *files,
                                   const struct schema_step *steps, ptrdiff_t steps_n,
                                   instant now, struct arena *keep, str *ret_aside,
                                   struct error *error);

/*
 * backup_verify(db, steps, steps_n, keep, ret_problems, ret_n, error):
 * Reads everything: whether the file is whole, every reference has its target, and the history of the
 * schema is this program's. Each problem is one line, in the engine's words; none is *ret_n 0.
 * Faults: those of reading; a problem is not a fault.
 */
must_use enum fault backup_verify(struct db *db, const struct schema_step *steps,
                                  ptrdiff_t steps_n, struct arena *keep, str **ret_problems,
                                  ptrdiff_t *ret_n, struct error *error);

/* One computed table (sum_*) and how to empty and fill it again from the facts. */
struct rebuild_step {
    const char *name;
    enum fault (*run)(struct propre *propre, struct error *error);
};
/*
 * rebuild(propre, steps, steps_n, error):
 * Runs the steps the rooms give, each in a transaction of its own: a table is the old one or the new one.
 * Faults: those of a step, with its name.
 */
must_use enum fault rebuild(struct propre *propre, const struct rebuild_step *steps,
                            ptrdiff_t steps_n, struct error *error);
