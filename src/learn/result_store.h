#pragma once
#include "base/instant.h"
#include "learn/effects.h"
#include "measure/metric.h"
#include "place/propre.h"

/* An answer as it was kept. */
struct kept_result {
    int64_t id;
    struct effects_result result;
    instant computed;
    double seconds;
    bool stale;        /* its data may have changed since: it must be shown as such */
    int64_t changed_n; /* posts made or changed since */
};

/*
 * result_mark(propre, workspace, keep, ret, error):
 * A text that changes whenever the data an answer stands on may have changed. Taken together with the data, it
 * is kept with the answer.
 */
must_use enum fault result_mark(struct propre *propre, int64_t workspace, struct arena *keep,
                                str *ret, struct error *error);

/*
 * result_keep(propre, workspace, outcome, result, mark, seconds, ret_id, error):
 * Keeps an answer with its draws. Needs an open write transaction. A preview is never kept (a bug).
 */
must_use enum fault result_keep(struct propre *propre, int64_t workspace, enum metric outcome,
                                const struct effects_result *result, str mark, double seconds,
                                int64_t *ret_id, struct error *error);

/*
 * result_seed(propre, workspace, outcome, mark, keep, seed, error):
 * Moves ${seed} on past those that were used already for the same data: two for each answer kept, since one that
 * does not settle is computed again. So the same data, asked the same number of times, give the same digits, and
 * asking again is a try of its own.
 */
must_use enum fault result_seed(struct propre *propre, int64_t workspace, enum metric outcome,
                                str mark, struct arena *keep, uint64_t *seed,
                                struct error *error);

/*
 * result_last(propre, workspace, outcome, keep, ret, ret_found, error):
 * The latest answer for an outcome.
 * Faults: CORRUPT when what was kept cannot be read; LIMIT when a newer program made it.
 */
must_use enum fault result_last(struct propre *propre, int64_t workspace, enum metric outcome,
                                struct arena *keep, struct kept_result *ret, bool *ret_found,
                                struct error *error);
