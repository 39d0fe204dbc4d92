#include "outbox/recur.h"

#include "outbox/queries.h"
#include "outbox/worker_internal.h"
#include "place/db.h"
#include "place/propre.h"
#include "tactic/message.h"
#include "tactic/slot.h"

/*
 * Occurrences become messages of their own two weeks ahead: so that each can be edited, and an outage of days loses
 * none. Which moments: tactic/slot.h, by rule and anchor, never from the one before.
 */
enum { RECUR_BYTES = 32 << 20, WORKSPACES_MAX = 100 };
static const int64_t ahead_us = 14 * 86400000000;

static enum fault
plan_channels(struct propre *propre, const struct recurrence *recurrence,
              const struct occurrence *at, int64_t message, struct arena *keep,
              struct error *error)
{
    struct recur_channels_row *rows;
    ptrdiff_t n;
    const struct recur_channels_in in = {recurrence->message, VARIANTS_MAX};
    if (q_recur_channels(propre->db, &in, keep, &rows, &n, error))
        return error->fault;
    for (ptrdiff_t i = 0; i < n; i++) {
        int64_t id;
        const struct delivery_plan plan = {
            .workspace = recurrence->workspace,
            .message = message,
            .channel = rows[i].channel,
            .due_us = at->at.us,
            .wall = civil_minute(keep, &at->wall),
            .zone = recurrence->zone,
        };
        if (delivery_schedule(propre, &plan, &id, error))
            return error->fault;
    }
    return OK;
}

static enum fault
make_one(struct propre *propre, const struct recurrence *recurrence,
         const struct occurrence *at, struct arena keep, struct error *error)
{
    struct message message;
    struct message_parts parts;
    int64_t id = 0;
    if (message_get(propre, recurrence->workspace, recurrence->message, &keep, &message,
                    error) ||
        message_parts_get(propre, recurrence->message, &keep, &parts, error))
        return error->fault;
    message.id = 0;
    message.revision = 0;
    message.use_by_us = no_int; /* it was the pattern's own moment */
    message.chosen = message.chosen_wall = message.chosen_queue = STR_NONE;
    message.archived = false;
    if (message_save(propre, &message, &parts, &id, error) ||
        recurrence_mark(propre, recurrence->id, at->k, some_int(id), error))
        return error->fault;
    return plan_channels(propre, recurrence, at, id, &keep, error);
}

enum fault
recur_make(struct propre *propre, int64_t workspace, struct arena keep, struct error *error)
{
    struct recurrence *list;
    ptrdiff_t n;
    instant until = {clock_now(&propre->clock).us + ahead_us};
    if (recurrence_list(propre, workspace, &keep, &list, &n, error))
        return error->fault;
    for (ptrdiff_t i = 0; i < n; i++) {
        struct occurrence *plan;
        ptrdiff_t plan_n = 0;
        if (list[i].paused)
            continue;
        if (recurrence_plan(propre, &list[i], until, &keep, &plan, &plan_n, error))
            return error->fault;
        for (ptrdiff_t k = 0; k < plan_n; k++) {
            if (make_one(propre, &list[i], &plan[k], keep, error))
                return error->fault;
        }
    }
    return OK;
}

enum fault
recur(struct worker *worker, struct error *error)
{
    struct arena_region region;
    struct recur_workspaces_row *rows;
    ptrdiff_t n = 0;
    if (db_begin(worker->propre->db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = worker->propre->db;
    struct arena keep = arena_reserve(RECUR_BYTES, &region);
    enum fault fault =
        q_recur_workspaces(worker->propre->db, &(struct recur_workspaces_in){WORKSPACES_MAX},
                           &keep, &rows, &n, error);
    for (ptrdiff_t i = 0; !fault && i < n; i++)
        fault = recur_make(worker->propre, rows[i].id, keep, error);
    if (!fault)
        fault = db_commit(worker->propre->db, error);
    arena_release(&region);
    return fault;
}
