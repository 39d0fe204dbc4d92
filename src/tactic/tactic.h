#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/instant.h"
#include "base/maybe.h"
#include "base/str.h"

struct propre;

enum {
    TACTIC_NAME_MAX = 120,         /* characters as read; it labels marks in pictures */
    TACTIC_HYPOTHESIS_MAX = 20000, /* bytes; some pages */
    TACTICS_MAX = 1000,            /* of one workspace; learning compares at most 200 of them */
    TACTIC_OBJECTIVES_MAX = 50,    /* objectives one tactic serves; more is no choice */
    TACTIC_EFFORT_MINUTES_MAX = 60000 /* a thousand hours */
};

/* A repeatable way of acting. */
struct tactic {
    int64_t id, workspace;
    str name, hypothesis;
    struct maybe_int effort_minutes; /* expected of one post */
    struct maybe_int cost_minor;     /* expected of one post, in the smallest unit of … */
    str currency;                    /* … this; none when there is no cost */
    instant created, changed;
    bool archived;
    int64_t revision;
    int64_t posts_n; /* only tactic_list and tactic_get fill it */
};

/*
 * tactic_insert(propre, tactic, ret_id, error):
 * A new tactic of tactic->workspace. Needs an open write transaction.
 * Faults: INPUT for a bad field; CONFLICT when the name is taken; LIMIT beyond TACTICS_MAX.
 */
must_use enum fault tactic_insert(struct propre *propre, const struct tactic *tactic,
                                  int64_t *ret_id, struct error *error);
/* tactic_get(propre, workspace, id, keep, ret, error): Faults: ABSENT. */
must_use enum fault tactic_get(struct propre *propre, int64_t workspace, int64_t id,
                               struct arena *keep, struct tactic *ret, struct error *error);
/* tactic_find(propre, workspace, name, ret_id, ret_found, error): by its exact name, archived or not. */
must_use enum fault tactic_find(struct propre *propre, int64_t workspace, str name,
                                int64_t *ret_id, bool *ret_found, struct error *error);
/* tactic_list(propre, workspace, keep, ret, ret_n, error): those in use, by name. */
must_use enum fault tactic_list(struct propre *propre, int64_t workspace, struct arena *keep,
                                struct tactic **ret, ptrdiff_t *ret_n, struct error *error);
/*
 * tactic_update(propre, tactic, error):
 * Writes all fields of tactic->id, if tactic->revision is still the stored one.
 * Faults: INPUT; ABSENT; CONFLICT when the name is taken, or someone changed it meanwhile.
 */
must_use enum fault tactic_update(struct propre *propre, const struct tactic *tactic,
                                  struct error *error);
/* tactic_archive(propre, workspace, id, archived, error): out of lists, or back. Faults: ABSENT. */
must_use enum fault tactic_archive(struct propre *propre, int64_t workspace, int64_t id,
                                   bool archived, struct error *error);

/*
 * tactic_serve(propre, workspace, tactic, objectives, objectives_n, error):
 * The tactic serves exactly these objectives from now on.
 * Faults: ABSENT for a tactic or objective that is not of the workspace; LIMIT.
 */
must_use enum fault tactic_serve(struct propre *propre, int64_t workspace, int64_t tactic,
                                 const int64_t *objectives, ptrdiff_t objectives_n,
                                 struct error *error);
/* tactic_objectives(propre, workspace, tactic, keep, ret_ids, ret_n, error): what it serves. */
must_use enum fault tactic_objectives(struct propre *propre, int64_t workspace, int64_t tactic,
                                      struct arena *keep, int64_t **ret_ids, ptrdiff_t *ret_n,
                                      struct error *error);
