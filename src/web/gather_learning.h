#pragma once
#include "base/arena.h"
#include "base/lang.h"
#include "learn/effects.h"
#include "web/views.h"

/* What the learning page is made from, already read from the database. */
struct learning_facts {
    const struct effects_result *result; /* NULL when there is none */
    str outcome;                         /* metric word */
    double seconds;                      /* the computation took; NAN when not known */
    int64_t posts_n;                     /* with the outcome */
};

/*
 * gather_learning(facts, lang, keep, view):
 * Fills everything of ${view} but layout, run and outcomes, which the handler knows. Pure.
 */
void gather_learning(const struct learning_facts *facts, enum lang lang, struct arena *keep,
                     struct learning_view *view);

/* gather_findings(facts, lang, keep, ret_clear, ret_leaning, ret_unknown): the same, as Today's sentences. */
void gather_findings(const struct learning_facts *facts, enum lang lang, struct arena *keep,
                     struct findings_view *ret_clear, struct findings_view *ret_leaning,
                     struct findings_view *ret_unknown);
