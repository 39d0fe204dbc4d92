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

enum objective_kind {
    OBJECTIVE_SALES,
    OBJECTIVE_LEADS,
    OBJECTIVE_TRAFFIC,
    OBJECTIVE_AWARENESS,
    OBJECTIVE_COMMUNITY,
    OBJECTIVE_SERVICE,
    OBJECTIVE_RECRUITMENT,
    OBJECTIVE_REPUTATION,
    OBJECTIVE_RESEARCH,
    OBJECTIVE_CLEARING,
    OBJECTIVE_KINDS_N
};
enum objective_direction {
    OBJECTIVE_UP,
    OBJECTIVE_DOWN,
    OBJECTIVE_WITHIN,
    OBJECTIVE_DIRECTIONS_N
};
enum objective_state {
    OBJECTIVE_DRAFT,
    OBJECTIVE_ACTIVE,
    OBJECTIVE_REACHED,
    OBJECTIVE_MISSED,
    OBJECTIVE_DROPPED,
    OBJECTIVE_STATES_N
};

enum {
    OBJECTIVE_NAME_MAX = 200,  /* characters as read; a sentence */
    OBJECTIVE_WHY_MAX = 20000, /* bytes; some pages */
    OBJECTIVE_METRIC_MAX = 60, /* bytes; our metric words are shorter */
    OBJECTIVES_MAX = 1000,     /* of one workspace; more cannot be pursued */
    OBJECTIVE_DEPTH_MAX = 8    /* parents above one; deeper trees are not read by anyone */
};

/* A wanted outcome. */
struct objective {
    int64_t id, workspace;
    str name, why;
    enum objective_kind kind;
    str metric; /* our word ("interactions", "clicks", "followers" …) or the user's own */
    enum objective_direction direction;
    struct maybe_real baseline, target; /* up and down: target needed */
    struct maybe_real low, high;        /* within: both needed */
    struct maybe_int start_day,
        deadline_day;                  /* days since 1970-01-01 in the workspace's zone */
    struct maybe_int unit_value_minor; /* what one unit is worth, in the smallest unit of … */
    str currency;                      /* … this; none when there is no value */
    struct maybe_int owner, parent;    /* person, objective */
    enum objective_state state;
    instant created, changed;
    bool archived;
    int64_t revision;
};

/* One earlier state, and why it was left. */
struct objective_change {
    int64_t revision;
    instant changed;
    struct maybe_real baseline, target, low, high;
    struct maybe_int start_day, deadline_day;
    enum objective_state state;
    str reason;
};

/* The stable words, for SQL, JSON and the command line; the parsers give false for any other. */
str objective_kind_word(enum objective_kind kind);
bool objective_kind_parse(str word, enum objective_kind *ret);
str objective_direction_word(enum objective_direction direction);
bool objective_direction_parse(str word, enum objective_direction *ret);
str objective_state_word(enum objective_state state);
bool objective_state_parse(str word, enum objective_state *ret);
/* The same in words to be shown; keys of translation. */
const char *objective_kind_name(enum objective_kind kind);
const char *objective_state_name(enum objective_state state);

/*
 * objective_check(objective, error):
 * Whether its fields make sense together. Pure.
 * Faults: INPUT, saying which field and what it may be.
 */
must_use enum fault objective_check(const struct objective *objective, struct error *error);

/*
 * objective_progress(objective, value):
 * How far ${value} is on the way: (value − baseline) / (target − baseline), cut to [0, 1]; baseline 0
 * when not given. "Keep within": 1 inside, else 0. Source: methods.md section 7.
 */
double objective_progress(const struct objective *objective, double value);
/*
 * objective_pace(objective, today, ret_share):
 * The share of the way an even progress would have made by ${today}; 0 before the start, 1 after the
 * deadline. False when it has no start or no deadline.
 */
bool objective_pace(const struct objective *objective, int64_t today, double *ret_share);

/*
 * objective_insert(propre, objective, ret_id, error):
 * A new objective of objective->workspace. Needs an open write transaction.
 * Faults: as objective_check; ABSENT for a parent that is not there; LIMIT beyond OBJECTIVES_MAX.
 */
must_use enum fault objective_insert(struct propre *propre, const struct objective *objective,
                                     int64_t *ret_id, struct error *error);
/* objective_get(propre, workspace, id, keep, ret, error): Faults: ABSENT. */
must_use enum fault objective_get(struct propre *propre, int64_t workspace, int64_t id,
                                  struct arena *keep, struct objective *ret,
                                  struct error *error);
/* objective_list(propre, workspace, keep, ret, ret_n, error): those in use, nearest deadline first. */
must_use enum fault objective_list(struct propre *propre, int64_t workspace, struct arena *keep,
                                   struct objective **ret, ptrdiff_t *ret_n,
                                   struct error *error);
/*
 * objective_update(propre, objective, reason, error):
 * Writes all fields of objective->id, if objective->revision is still the stored one; the state left is
 * kept with the ${reason} (a target that moves silently teaches nothing).
 * Faults: as objective_check; INPUT when it would become its own ancestor; ABSENT; CONFLICT when
 *         someone changed it meanwhile.
 */
must_use enum fault objective_update(struct propre *propre, const struct objective *objective,
                                     str reason, struct error *error);
/* objective_archive(propre, workspace, id, archived, error): out of lists, or back. Faults: ABSENT. */
must_use enum fault objective_archive(struct propre *propre, int64_t workspace, int64_t id,
                                      bool archived, struct error *error);
/* objective_history(propre, workspace, id, keep, ret, ret_n, error): what it was, latest change first. */
must_use enum fault objective_history(struct propre *propre, int64_t workspace, int64_t id,
                                      struct arena *keep, struct objective_change **ret,
                                      ptrdiff_t *ret_n, struct error *error);
