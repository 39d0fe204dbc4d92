#pragma once
#include "measure/metric.h"
#include "web/exchange.h"
#include "web/gather_learning.h"

/* What the pages know of the effects model: Today and Learning read it in the same way. */
struct learning_now {
    struct learning_facts
        facts; /* facts.result: the kept answer, else a preview made just now, else NULL */
    struct run_view run;
};

/*
 * learning_usual(x, ret, ret_posts_n, error):
 * The outcome the pages speak of when nobody chose one, and how many posts have it. Reads only.
 */
must_use enum fault learning_usual(struct exchange *x, enum metric *ret, int64_t *ret_posts_n,
                                   struct error *error);

/*
 * learning_read(x, outcome, ret, error):
 * The kept answer for ${outcome} and the state of the computation. Where there is none, or it did not settle, a
 * preview is made at once. Reads only.
 */
must_use enum fault learning_read(struct exchange *x, enum metric outcome,
                                  struct learning_now *ret, struct error *error);
