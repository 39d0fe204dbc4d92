#pragma once
#include "learn/effects.h"
#include "measure/metric.h"
#include "place/propre.h"

/* The posts of a workspace as the effects model takes them. */
struct gathered {
    struct effects_input input;
    enum metric outcome;
    int64_t posts_n;   /* with any numbers */
    int32_t without_n; /* of them: without this outcome, so not in the input */
};

/*
 * learn_gather(propre, workspace, outcome, keep, ret, error):
 * Reads posts, their numbers and what is known of them into arrays. Factors with fewer than two recorded
 * levels are left out, but for tactic and format, which are always there. A month without a year is taken as
 * one of the same year. Reads only; call it inside a transaction.
 * Units:  ages in hours, from publication to the last reading; unknown when either is.
 * Faults: those of reading.
 * Memory: everything in ${keep}: about 300 bytes a post.
 */
must_use enum fault learn_gather(struct propre *propre, int64_t workspace, enum metric outcome,
                                 struct arena *keep, struct gathered *ret, struct error *error);

/* learn_outcomes(): the metrics that can be an outcome, most telling first; *ret_n of them. Static. */
const enum metric *learn_outcomes(int32_t *ret_n);

/* How many posts have a number of each outcome, in the order of learn_outcomes(). */
enum { LEARN_OUTCOMES_N = 9 };
must_use enum fault learn_outcomes_present(struct propre *propre, int64_t workspace,
                                           struct arena *keep, int64_t ret_n[LEARN_OUTCOMES_N],
                                           struct error *error);

/* Fewer posts than this give an answer that is only the prior; the faces say so instead. */
enum { LEARN_POSTS_MIN = 5 };
/*
 * learn_outcome_usual(present_n): the outcome to speak of when nobody named one: the most telling that enough posts
 * have, else the first that any has, else the first. ${present_n} as learn_outcomes_present gives it.
 */
enum metric learn_outcome_usual(const int64_t present_n[LEARN_OUTCOMES_N]);
