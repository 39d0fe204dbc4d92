#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/maybe.h"
#include "base/str.h"

struct propre;

/*
 * The hold of a whole workspace: nothing is sent while it is on. A restored backup starts on hold, because what it
 * thinks is still to be done may have been done since; a person takes it off.
 */
struct hold {
    bool on;
    int64_t since_us;
    str reason; /* "restored from a backup" … key of translation */
};
must_use enum fault hold_get(struct propre *propre, int64_t workspace, struct arena *keep,
                             struct hold *ret, struct error *error);
must_use enum fault hold_set(struct propre *propre, int64_t workspace, str reason,
                             struct error *error);
must_use enum fault hold_release(struct propre *propre, int64_t workspace, struct error *error);
