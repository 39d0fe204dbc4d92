#include "strategy/objective.h"

#include "place/propre.h"
#include "strategy/queries.h"

enum { OBJECTIVE_CHANGES_MAX = 1000 /* shown of one objective: one a day for three years */ };

#define OBJECTIVE_FROM(row)                                              \
    ((struct objective){.id = (row)->id,                                 \
                        .workspace = (row)->workspace,                   \
                        .name = (row)->name,                             \
                        .why = (row)->why,                               \
                        .kind = kind_stored((row)->kind),                \
                        .metric = (row)->metric,                         \
                        .direction = direction_stored((row)->direction), \
                        .baseline = (row)->baseline,                     \
                        .target = (row)->target,                         \
                        .low = (row)->low,                               \
                        .high = (row)->high,                             \
                        .start_day = (row)->start_day,                   \
                        .deadline_day = (row)->deadline_day,             \
                        .unit_value_minor = (row)->unit_value_minor,     \
                        .currency = (row)->currency,                     \
                        .owner = (row)->owner,                           \
                        .parent = (row)->parent,                         \
                        .state = state_stored((row)->state),             \
                        .created = {(row)->created_us},                  \
                        .changed = {(row)->changed_us},                  \
                        .archived = (row)->archived_us.has,              \
                        .revision = (row)->revision})

/* A stored word is of the list: it was written by us, and the table checks all but the kind. */
static enum objective_kind
kind_stored(str word)
{
    enum objective_kind kind = OBJECTIVE_AWARENESS;
    (void)objective_kind_parse(word, &kind); /* a newer version's kind reads as awareness */
    return kind;
}

static enum objective_direction
direction_stored(str word)
{
    enum objective_direction direction = OBJECTIVE_UP;
    (void)objective_direction_parse(word, &direction); /* checked by the table */
    return direction;
}

static enum objective_state
state_stored(str word)
{
    enum objective_state state = OBJECTIVE_DRAFT;
    (void)objective_state_parse(word, &state); /* checked by the table */
    return state;
}

static enum fault
absent(int64_t id, struct error *error)
{
    return fail(error, FAULT_ABSENT, "there is no objective %lld", (long long)id);
}

/* The parent exists, and ${id} (0: a new one) is not among its ancestors. */
static enum fault
check_parent(struct propre *propre, const struct objective *o, int64_t id, struct error *error)
{
    struct maybe_int at = o->parent;
    for (int32_t depth = 0; at.has; depth++) {
        struct objective_parent_row row;
        bool found = false;
        if (at.is == id)
            return fail(error, FAULT_INPUT, "an objective cannot be above itself");
        if (depth == OBJECTIVE_DEPTH_MAX)
            return fail(error, FAULT_LIMIT,
                        "objectives can stand at most %d levels below each other",
                        OBJECTIVE_DEPTH_MAX);
        if (q_objective_parent(propre->db, &(struct objective_parent_in){o->workspace, at.is},
                               NULL, &row, &found, error))
            return error->fault;
        if (!found)
            return absent(at.is, error);
        at = row.parent;
    }
    return OK;
}

enum fault
objective_insert(struct propre *propre, const struct objective *o, int64_t *ret_id,
                 struct error *error)
{
    struct objective_count_row count;
    struct objective_insert_row row;
    if (objective_check(o, error) || check_parent(propre, o, 0, error) ||
        q_objective_count(propre->db, &(struct objective_count_in){o->workspace}, NULL, &count,
                          error))
        return error->fault;
    if (count.n >= OBJECTIVES_MAX)
        return fail(error, FAULT_LIMIT, "a workspace can have %d objectives", OBJECTIVES_MAX);
    struct objective_insert_in in = {
        .workspace = o->workspace,
        .name = str_trim(o->name),
        .kind = objective_kind_word(o->kind),
        .metric = o->metric,
        .direction = objective_direction_word(o->direction),
        .baseline = o->baseline,
        .target = o->target,
        .low = o->low,
        .high = o->high,
        .start_day = o->start_day,
        .deadline_day = o->deadline_day,
        .unit_value_minor = o->unit_value_minor,
        .currency = o->unit_value_minor.has ? o->currency : STR_NONE,
        .owner = o->owner,
        .parent = o->parent,
        .why = o->why.p ? o->why : S(""),
        .state = objective_state_word(o->state),
        .created_us = clock_now(&propre->clock).us,
    };
    if (q_objective_insert(propre->db, &in, NULL, &row, error))
        return error->fault;
    *ret_id = row.id;
    return OK;
}

enum fault
objective_get(struct propre *propre, int64_t workspace, int64_t id, struct arena *keep,
              struct objective *ret, struct error *error)
{
    struct objective_by_id_row row;
    bool found = false;
    if (q_objective_by_id(propre->db, &(struct objective_by_id_in){workspace, id}, keep, &row,
                          &found, error))
        return error->fault;
    if (!found)
        return absent(id, error);
    *ret = OBJECTIVE_FROM(&row);
    return OK;
}

enum fault
objective_list(struct propre *propre, int64_t workspace, struct arena *keep,
               struct objective **ret, ptrdiff_t *ret_n, struct error *error)
{
    struct objective_page_row *rows;
    ptrdiff_t n;
    if (q_objective_page(propre->db, &(struct objective_page_in){workspace, OBJECTIVES_MAX},
                         keep, &rows, &n, error))
        return error->fault;
    *ret = new (keep, struct objective, n);
    for (ptrdiff_t i = 0; i < n; i++)
        (*ret)[i] = OBJECTIVE_FROM(&rows[i]);
    *ret_n = n;
    return OK;
}

static struct objective_update_in
update_of(const struct objective *o, instant now)
{
    return (struct objective_update_in){
        .workspace = o->workspace,
        .id = o->id,
        .name = str_trim(o->name),
        .kind = objective_kind_word(o->kind),
        .metric = o->metric,
        .direction = objective_direction_word(o->direction),
        .baseline = o->baseline,
        .target = o->target,
        .low = o->low,
        .high = o->high,
        .start_day = o->start_day,
        .deadline_day = o->deadline_day,
        .unit_value_minor = o->unit_value_minor,
        .currency = o->unit_value_minor.has ? o->currency : STR_NONE,
        .owner = o->owner,
        .parent = o->parent,
        .why = o->why.p ? o->why : S(""),
        .state = objective_state_word(o->state),
        .changed_us = now.us,
    };
}

enum fault
objective_update(struct propre *propre, const struct objective *o, str reason,
                 struct error *error)
{
    struct objective_parent_row was;
    bool found = false;
    if (objective_check(o, error) || check_parent(propre, o, o->id, error) ||
        q_objective_parent(propre->db, &(struct objective_parent_in){o->workspace, o->id}, NULL,
                           &was, &found, error))
        return error->fault;
    if (!found)
        return absent(o->id, error);
    if (was.revision != o->revision)
        return fail(
            error, FAULT_CONFLICT,
            "the objective was changed meanwhile; look at it again, then repeat your change");
    if (reason.n > OBJECTIVE_WHY_MAX)
        return fail(error, FAULT_INPUT, "the objective's reason is longer than %d bytes",
                    OBJECTIVE_WHY_MAX);
    instant now = clock_now(&propre->clock);
    struct objective_keep_in kept = {o->workspace, o->id, now.us, reason.p ? reason : S("")};
    struct objective_update_in in = update_of(o, now);
    if (q_objective_keep(propre->db, &kept, error) ||
        q_objective_update(propre->db, &in, error))
        return error->fault;
    return OK;
}

enum fault
objective_archive(struct propre *propre, int64_t workspace, int64_t id, bool archived,
                  struct error *error)
{
    struct objective_archive_in in = {workspace, id, no_int};
    struct objective_archive_row row;
    bool found = false;
    if (archived)
        in.archived_us = some_int(clock_now(&propre->clock).us);
    if (q_objective_archive(propre->db, &in, NULL, &row, &found, error))
        return error->fault;
    return found ? OK : absent(id, error);
}

enum fault
objective_history(struct propre *propre, int64_t workspace, int64_t id, struct arena *keep,
                  struct objective_change **ret, ptrdiff_t *ret_n, struct error *error)
{
    struct objective_changes_row *rows;
    ptrdiff_t n;
    struct objective_changes_in in = {workspace, id, OBJECTIVE_CHANGES_MAX};
    if (q_objective_changes(propre->db, &in, keep, &rows, &n, error))
        return error->fault;
    *ret = new (keep, struct objective_change, n);
    for (ptrdiff_t i = 0; i < n; i++) {
        (*ret)[i] = (struct objective_change){
            .revision = rows[i].revision,
            .changed = {rows[i].changed_us},
            .baseline = rows[i].baseline,
            .target = rows[i].target,
            .low = rows[i].low,
            .high = rows[i].high,
            .start_day = rows[i].start_day,
            .deadline_day = rows[i].deadline_day,
            .state = state_stored(rows[i].state),
            .reason = rows[i].reason,
        };
    }
    *ret_n = n;
    return OK;
}
