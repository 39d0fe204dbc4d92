#pragma once
#include <stdint.h>
#include "base/error.h"

struct propre;

/*
 * let_go_all(propre, workspace, ret_n, error):
 * The hold of the workspace is released (place/hold.h). When it was put on by a restore, *ret_n of what the backup thought
 * was still to be sent, and was due by now, are held each by itself: they may have been sent since the backup was made, and
 * only a person can tell. Not on: nothing happens. Needs an open write transaction.
 */
must_use enum fault let_go_all(struct propre *propre, int64_t workspace, int64_t *ret_n,
                               struct error *error);
