#pragma once
#include "cli/cli.h"

/* What `init`, `demo`, `serve` and `sign-in-link` share: the workspace's first person and how they come in. */

/* owner_add(propre, workspace, ret_person, error): in the caller's transaction. */
must_use enum fault owner_add(struct propre *propre, const struct workspace *workspace,
                              int64_t *ret_person, struct error *error);

/* owner_find(propre, workspace, keep, ret_person, error): the first owner. Faults: ABSENT. */
must_use enum fault owner_find(struct propre *propre, const struct workspace *workspace,
                               struct arena *keep, int64_t *ret_person, struct error *error);

/*
 * owner_link(propre, workspace, base, keep, ret_link, error):
 * A fresh one-time address for the owner, under ${base} ("http://127.0.0.1:8420"). Opens its own transaction.
 */
must_use enum fault owner_link(struct propre *propre, const struct workspace *workspace,
                               str base, struct arena *keep, str *ret_link,
                               struct error *error);

/*
 * workspace_make(cli, workspace, error): a new data file with that workspace and an owner; cli->propre.db is open
 * afterwards. Faults: CONFLICT when the file exists; nothing is left behind on a fault.
 */
must_use enum fault workspace_make(struct cli *cli, struct workspace *workspace,
                                   struct error *error);
/* workspace_defaults(cli): named after the file, in the machine's zone. */
struct workspace workspace_defaults(struct cli *cli);
