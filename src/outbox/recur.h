#pragma once
#include "base/arena.h"
#include "base/error.h"

struct propre;
struct recurrence;

/*
 * recur_make(propre, recurrence, scratch, error):
 * Its occurrences of the next two weeks (tactic/slot.h) become messages of their own with their deliveries, so that each
 * can be edited, and an outage of days loses none. Those that were made or skipped are left. The worker does it by itself.
 * Needs an open write transaction.
 */
must_use enum fault recur_make(struct propre *propre, const struct recurrence *recurrence,
                               struct arena scratch, struct error *error);
