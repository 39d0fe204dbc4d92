#include "base/translate.h"
#include "outbox/content.h"
#include "outbox/notice_internal.h"
#include "outbox/queries.h"
#include "outbox/worker_internal.h"
#include "place/db.h"
#include "place/propre.h"

/* The day and the hour before, while there is time to mend: the account, its token, and the text. */
enum { AHEAD_MAX = 20, AHEAD_BYTES = 32 << 20 };
static const int64_t DAY_US = 86400000000, HOUR_US = 3600000000;
static const int64_t VERIFIED_LATELY_US =
    21600000000; /* six hours: seldom enough for any network */

/* What is wrong with the account; *ret NULL: nothing that can be seen from here, and the network is asked. */
static enum fault
account_problem(struct worker *worker, const struct ahead_page_row *row, struct arena *keep,
                const char **ret, struct error *error)
{
    struct channel_account account;
    const struct driver *driver;
    struct account stored;
    *ret = NULL;
    enum fault fault = account_open_with(worker->propre, worker->find, row->workspace,
                                         row->channel, keep, &account, &driver, &stored, error);
    if (fault == FAULT_ABSENT || fault == FAULT_DENIED || fault == FAULT_CORRUPT) {
        *error = (struct error){0};
        *ret = fault == FAULT_ABSENT
                   ? N_("A post is due soon on a channel that is not connected.")
                   : N_("A post is due soon, and the secrets of its account cannot be opened.");
        return OK;
    }
    if (fault)
        return fault;
    if (stored.state == ACCOUNT_DEAD)
        *ret = N_("A post is due soon on an account that must be connected again.");
    else if (stored.token_expires_us.has && !driver->traits.ops[OP_REFRESH] &&
             stored.token_expires_us.is <= row->due_us)
        *ret = N_("The account's token ends before a post that is due soon; connect it again.");
    if (*ret || !driver->traits.ops[OP_VERIFY])
        return OK;
    int64_t now = clock_now(&worker->propre->clock).us;
    const struct ahead_verify_in in = {row->channel, now - VERIFIED_LATELY_US,
                                       channel_op_word(OP_VERIFY), now};
    return q_ahead_verify(worker->propre->db, &in, error);
}

static enum fault
content_problem(struct worker *worker, const struct ahead_page_row *row, struct arena *keep,
                str *ret, struct error *error)
{
    struct message_problem *problems = new (keep, struct message_problem, MESSAGE_PROBLEMS_MAX);
    int32_t n = 0;
    const struct content_of of = {row->workspace, row->message, row->channel};
    *ret = STR_NONE;
    if (content_check(worker->propre, &of, keep, problems, &n, error))
        return error->fault;
    for (int32_t i = 0; i < n && !ret->p; i++) {
        if (problems[i].severity == PROBLEM_ERROR)
            *ret = SAY(keep, LANG_EN, problems[i].format, problems[i].a, problems[i].b);
    }
    return OK;
}

static enum fault
look(struct worker *worker, const struct ahead_page_row *row, struct arena keep,
     struct error *error)
{
    str text;
    const char *problem;
    if (account_problem(worker, row, &keep, &problem, error))
        return error->fault;
    if (problem && incident_open_channel(worker->propre, row->workspace, S("expiring"),
                                         row->channel, str_of(problem), error))
        return error->fault;
    if (content_problem(worker, row, &keep, &text, error))
        return error->fault;
    if (text.p && incident_open_delivery(worker->propre, row->workspace, S("check"), row->id,
                                         text, error))
        return error->fault;
    int64_t now = clock_now(&worker->propre->clock).us;
    const struct ahead_done_in in = {row->id, row->due_us <= now + HOUR_US ? 2 : 1};
    return q_ahead_done(worker->propre->db, &in, error);
}

enum fault
preflight(struct worker *worker, struct error *error)
{
    struct arena_region region;
    struct ahead_page_row *rows;
    ptrdiff_t n = 0;
    int64_t now = clock_now(&worker->propre->clock).us;
    if (db_begin(worker->propre->db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = worker->propre->db;
    struct arena keep = arena_reserve(AHEAD_BYTES, &region);
    const struct ahead_page_in in = {now + DAY_US, now + HOUR_US, AHEAD_MAX};
    enum fault fault = q_ahead_page(worker->propre->db, &in, &keep, &rows, &n, error);
    for (ptrdiff_t i = 0; !fault && i < n; i++)
        fault = look(worker, &rows[i], keep, error);
    if (!fault)
        fault = db_commit(worker->propre->db, error);
    arena_release(&region);
    return fault;
}
