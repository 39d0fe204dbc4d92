#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/lang.h"
#include "base/str.h"
#include "channel/driver.h"

struct propre;
struct wire;

/*
 * What is out already: its text changed, or taken down, at once and from start to end. Both may be asked twice without
 * harm, so that nothing is written down before; the history says what was done and by whom. The delivery stays published:
 * it was.
 */
struct live_of {
    int64_t workspace, delivery;
    str who;
    enum lang lang; /* of what is wrong with a text */
};
struct live_change {
    str text, title, link, tags; /* none: as it is */
};

/*
 * live_edit(propre, wire, of, change, keep, ret, error):
 * The network has the new text; then the message's variant for that channel has it too. Tags are of the network only when
 * the message goes nowhere else. No transaction may be open.
 * Faults: ABSENT; CONFLICT when it is not published, was withdrawn, or the network cannot change it; INPUT when the network
 * would not take it; those of account_run.
 */
must_use enum fault live_edit(struct propre *propre, struct wire *wire,
                              const struct live_of *of, const struct live_change *change,
                              struct arena *keep, struct step *ret, struct error *error);
/* live_withdraw(propre, wire, of, keep, ret, error): it is taken down there. Otherwise as live_edit. */
must_use enum fault live_withdraw(struct propre *propre, struct wire *wire,
                                  const struct live_of *of, struct arena *keep,
                                  struct step *ret, struct error *error);
/*
 * live_dry(propre, of, change, keep, ret, ret_n, error):
 * The requests that would make, credentials hidden, DRY_STEPS_MAX (channel/dry.h) at most; change NULL: taking it down.
 * No transaction may be open. Faults: as live_edit.
 */
must_use enum fault live_dry(struct propre *propre, const struct live_of *of,
                             const struct live_change *change, struct arena *keep,
                             struct step *ret, int32_t *ret_n, struct error *error);
