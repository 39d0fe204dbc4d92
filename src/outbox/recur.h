#pragma once
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"

struct propre;

/*
 * recur_make(propre, workspace, scratch, error):
 * The occurrences of the next two weeks (tactic/slot.h) become messages of their own with their deliveries, so that each
 * can be edited, and an outage of days loses none. Those that were made or skipped are left. The worker does it by itself.
 * Needs an open write transaction.
 */
must_use enum fault recur_make(struct propre *propre, int64_t workspace, struct arena scratch,
                               struct error *error);
