#pragma once
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/lang.h"
#include "base/str.h"

struct propre;

enum { WORKSPACE_NAME_MAX = 200 }; /* characters; it stands in the head of every page */

/* One organisation's own ground. */
struct workspace {
    int64_t id;
    str name;
    str zone; /* IANA name, "Europe/Paris" */
    enum lang lang;
    str currency;          /* ISO 4217, "EUR" */
    int32_t first_weekday; /* 1 = Monday … 7 = Sunday */
};

/*
 * workspace_add(propre, workspace, ret_id, error):
 * Makes a workspace, in the caller's transaction. The currency's letters may be small.
 * Faults: INPUT, naming the field: no name or too long, an unknown zone, no currency code, a weekday
 *         outside 1 to 7.
 */
must_use enum fault workspace_add(struct propre *propre, const struct workspace *workspace,
                                  int64_t *ret_id, struct error *error);
/*
 * workspace_load(propre, keep, ret, error): the workspace of these data.
 * Faults: ABSENT when none was made yet.
 */
must_use enum fault workspace_load(struct propre *propre, struct arena *keep,
                                   struct workspace *ret, struct error *error);
/* workspace_change(propre, workspace, error): all fields of ${workspace}->id. Faults: as workspace_add; ABSENT. */
must_use enum fault workspace_change(struct propre *propre, const struct workspace *workspace,
                                     struct error *error);
