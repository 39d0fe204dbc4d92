#include "outbox/recur.h"

#include "base/translate.h"
#include "outbox/notice_internal.h"
#include "outbox/outbox_internal.h"
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
static const str kind = S_CONST("recurrence"); /* of the incident of one that cannot go on */
static const char why[] =
    N_("Its next times could not be put into the queue; end it, and set it up anew.");

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
        if (delivery_add(propre, &plan, &id, error))
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
recur_make(struct propre *propre, const struct recurrence *recurrence, struct arena scratch,
           struct error *error)
{
    struct occurrence *plan;
    ptrdiff_t n = 0;
    instant until = {clock_now(&propre->clock).us + ahead_us};
    if (recurrence_plan(propre, recurrence, until, &scratch, &plan, &n, error))
        return error->fault;
    for (ptrdiff_t i = 0; i < n; i++) {
        if (make_one(propre, recurrence, &plan[i], scratch, error))
            return error->fault;
    }
    return OK;
}

/* ---- all of them, by the worker ---- */

/* Whether there is anything to be made: mostly not, and looking keeps no other writer out. */
static enum fault
anything(struct worker *worker, const struct recurrence *r, struct arena scratch, bool *ret,
         struct error *error)
{
    struct occurrence *plan;
    ptrdiff_t n = 0;
    instant until = {clock_now(&worker->propre->clock).us + ahead_us};
    if (db_begin(worker->propre->db, DB_READ, error))
        return error->fault;
    auto_tx tx = worker->propre->db;
    if (recurrence_plan(worker->propre, r, until, &scratch, &plan, &n, error))
        return error->fault;
    *ret = n > 0;
    return OK;
}

static enum fault
go_on(struct worker *worker, const struct recurrence *listed, struct arena scratch,
      struct error *error)
{
    struct recurrence r;
    bool any = false;
    if (anything(worker, listed, scratch, &any, error) || !any)
        return error->fault;
    if (db_begin(worker->propre->db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = worker->propre->db;
    /* Somebody may have ended it, or let it stand still, since it was listed. */
    if (recurrence_get(worker->propre, listed->workspace, listed->id, &scratch, &r, error) ||
        recur_make(worker->propre, &r, scratch, error))
        return error->fault;
    return db_commit(worker->propre->db, error);
}

static str
subject_of(int64_t id, struct arena *keep)
{
    return arena_printf(keep, "recurrence/%lld", (long long)id);
}

/* Those that cannot go on are told of; those that can again, or need not any more, no longer are. */
static enum fault
tell(struct worker *worker, int64_t workspace, const str *failed, ptrdiff_t failed_n,
     struct arena keep, struct error *error)
{
    struct incident_of_kind_row *open;
    ptrdiff_t open_n = 0;
    struct propre *propre = worker->propre;
    const struct incident_of_kind_in in = {workspace, kind, RECURRENCES_MAX};
    if (db_begin(propre->db, DB_READ, error))
        return error->fault;
    enum fault fault = q_incident_of_kind(propre->db, &in, &keep, &open, &open_n, error);
    db_rollback(propre->db);
    if (fault || (open_n == 0 && failed_n == 0))
        return fault;
    if (db_begin(propre->db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = propre->db;
    for (ptrdiff_t i = 0; i < open_n; i++) {
        bool still = false;
        for (ptrdiff_t k = 0; k < failed_n; k++)
            still |= str_eq(open[i].subject, failed[k]);
        if (!still && incident_close(propre, workspace, open[i].subject, error))
            return error->fault;
    }
    for (ptrdiff_t k = 0; k < failed_n; k++) {
        if (incident_open(propre, workspace, kind, failed[k], str_of(why), error))
            return error->fault;
    }
    return db_commit(propre->db, error);
}

/* Each by itself: one that cannot go on stops none of the others. */
static enum fault
recur_workspace(struct worker *worker, int64_t workspace, struct arena keep,
                struct error *error)
{
    struct recurrence *list;
    ptrdiff_t n = 0, failed_n = 0;
    if (db_begin(worker->propre->db, DB_READ, error))
        return error->fault;
    enum fault fault = recurrence_running(worker->propre, workspace, &keep, &list, &n, error);
    db_rollback(worker->propre->db);
    if (fault)
        return fault;
    str *failed = new (&keep, str, n);
    for (ptrdiff_t i = 0; i < n; i++) {
        struct error own = {0};
        fault = go_on(worker, &list[i], keep, &own);
        if (fault ==
            FAULT_CONFLICT) { /* mostly somebody wrote at the same time: once more tells */
            own = (struct error){0};
            fault = go_on(worker, &list[i], keep, &own);
        }
        if (fault && worker->log)
            log_fault(worker->log, "outbox.recur", &own);
        /* A fault of the data themselves passes, or is heard of otherwise. */
        if (fault && fault != FAULT_SYSTEM && fault != FAULT_AWAY)
            failed[failed_n++] = subject_of(list[i].id, &keep);
    }
    return tell(worker, workspace, failed, failed_n, keep, error);
}

enum fault
recur(struct worker *worker, struct error *error)
{
    struct arena_region region;
    struct recur_workspaces_row *rows;
    ptrdiff_t n = 0;
    if (db_begin(worker->propre->db, DB_READ, error))
        return error->fault;
    struct arena keep = arena_reserve(RECUR_BYTES, &region);
    enum fault fault =
        q_recur_workspaces(worker->propre->db, &(struct recur_workspaces_in){WORKSPACES_MAX},
                           &keep, &rows, &n, error);
    db_rollback(worker->propre->db);
    for (ptrdiff_t i = 0; !fault && i < n; i++)
        fault = recur_workspace(worker, rows[i].id, keep, error);
    arena_release(&region);
    return fault;
}
