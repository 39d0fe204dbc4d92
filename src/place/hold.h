#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/instant.h"
#include "base/str.h"
#include "base/translate.h"

struct db;
struct propre;

enum {
    HOLD_REASON_MAX = 200, /* one sentence */
    HOLD_CHANGES_MAX = 100 /* shown at once: a year of a nervous owner */
};
/* The reason backup_restore gives; shown translated. */
#define HOLD_RESTORED N_("restored from a backup")

/*
 * The hold of a whole workspace: nothing is sent while it is on. A restored backup starts on hold, because what it
 * thinks is still to be done may have been done since; a person takes it off.
 */
struct hold {
    bool on;
    int64_t since_us;
    str reason; /* HOLD_RESTORED …: key of translation */
};
/* hold_get(propre, workspace, keep, ret, error): not on for a workspace that is not there. Any transaction. */
must_use enum fault hold_get(struct propre *propre, int64_t workspace, struct arena *keep,
                             struct hold *ret, struct error *error);
/*
 * hold_set(propre, workspace, reason, error):
 * Already on: the reason becomes ${reason}, the moment stays. Needs an open write transaction, as hold_release.
 * Faults: INPUT (no reason, or a too long one), CONFLICT (no such workspace).
 */
must_use enum fault hold_set(struct propre *propre, int64_t workspace, str reason,
                             struct error *error);
/* hold_release(propre, workspace, error): not on: nothing happens. */
must_use enum fault hold_release(struct propre *propre, int64_t workspace, struct error *error);
/* hold_set_all(db, reason, now, error): every workspace of the data; for a restore. */
must_use enum fault hold_set_all(struct db *db, str reason, instant now, struct error *error);

/* One line of the history, which only grows. */
struct hold_change {
    bool set; /* or released */
    str reason;
    int64_t at_us;
};
/* hold_changes(…): the newest HOLD_CHANGES_MAX, newest first. */
must_use enum fault hold_changes(struct propre *propre, int64_t workspace, struct arena *keep,
                                 struct hold_change **ret, ptrdiff_t *ret_n,
                                 struct error *error);
