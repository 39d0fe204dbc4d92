#include "base/translate.h"
#include "outbox/content.h"
#include "outbox/fit_internal.h"
#include "outbox/notice_internal.h"
#include "outbox/queries.h"
#include "outbox/translate_internal.h"
#include "outbox/worker_internal.h"
#include "place/db.h"
#include "place/propre.h"

/* The day and the hour before, while there is time to mend: the account, its token, and the text. */
enum { AHEAD_MAX = 20, AHEAD_BYTES = 32 << 20 };
static const int64_t day_us = 86400000000, hour_us = 3600000000;
static const int64_t verified_lately_us =
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
    enum fault fault = account_open_with(worker->propre, worker->find,
                                         &(struct account_of){row->workspace, row->channel},
                                         keep, &account, &driver, &stored, error);
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
    const struct ahead_verify_in in = {row->channel, now - verified_lately_us,
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
    const struct ahead_done_in in = {row->id, row->due_us <= now + hour_us ? 2 : 1};
    return q_ahead_done(worker->propre->db, &in, error);
}

/* ---- pictures, made ready before their hour, so that nothing waits for them when it is due ---- */

struct ahead {
    struct channel_account account;
    const struct driver *driver;
    struct channel_message message;
};

static enum fault
read_ahead(struct worker *worker, const struct ahead_page_row *row, struct arena *keep,
           struct ahead *ret, struct error *error)
{
    struct account stored;
    if (db_begin(worker->propre->db, DB_READ, error))
        return error->fault;
    auto_tx tx = worker->propre->db;
    if (account_open_with(worker->propre, worker->find,
                          &(struct account_of){row->workspace, row->channel}, keep,
                          &ret->account, &ret->driver, &stored, error))
        return error->fault;
    return content_gather(worker->propre, row->workspace, row->message, row->channel, S(""),
                          keep, &ret->message, error);
}

static enum fault
tell_picture(struct worker *worker, const struct ahead_page_row *row, str text,
             struct error *error)
{
    if (db_begin(worker->propre->db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = worker->propre->db;
    if (incident_open_delivery(worker->propre, row->workspace, S("check"), row->id, text,
                               error))
        return error->fault;
    return db_commit(worker->propre->db, error);
}

static enum fault
prepare(struct worker *worker, const struct ahead_page_row *row, struct arena keep,
        struct error *error)
{
    struct ahead ahead = {0};
    enum fault fault = read_ahead(worker, row, &keep, &ahead, error);
    if (fault == FAULT_ABSENT || fault == FAULT_DENIED || fault == FAULT_CORRUPT) {
        *error = (struct error){0}; /* look() says so */
        return OK;
    }
    const struct fit fit = {worker->propre, row->workspace, row->id, ahead.driver,
                            &ahead.account};
    if (fault || !ahead.driver || ahead.driver->traits.by_hand)
        return fault;
    fault = fit_media(&fit, &ahead.message, &keep, arena_reset(&worker->scratch_region), error);
    if (fault != FAULT_INPUT && fault != FAULT_LIMIT && fault != FAULT_AWAY)
        return fault;
    str text = translate_error(&keep, LANG_EN, error);
    *error = (struct error){0};
    return tell_picture(worker, row, text, error);
}

/* ---- all of it ---- */

static enum fault
page(struct worker *worker, struct arena *keep, struct ahead_page_row **ret, ptrdiff_t *ret_n,
     struct error *error)
{
    int64_t now = clock_now(&worker->propre->clock).us;
    const struct ahead_page_in in = {now + day_us, now + hour_us, AHEAD_MAX};
    if (db_begin(worker->propre->db, DB_READ, error))
        return error->fault;
    auto_tx tx = worker->propre->db;
    return q_ahead_page(worker->propre->db, &in, keep, ret, ret_n, error);
}

static enum fault
look_all(struct worker *worker, const struct ahead_page_row *rows, ptrdiff_t n,
         struct arena keep, struct error *error)
{
    if (n == 0)
        return OK;
    if (db_begin(worker->propre->db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = worker->propre->db;
    for (ptrdiff_t i = 0; i < n; i++)
        if (look(worker, &rows[i], keep, error))
            return error->fault;
    return db_commit(worker->propre->db, error);
}

enum fault
preflight(struct worker *worker, struct error *error)
{
    struct arena_region region;
    struct ahead_page_row *rows = NULL;
    ptrdiff_t n = 0;
    struct arena keep = arena_reserve(AHEAD_BYTES, &region);
    enum fault fault = page(worker, &keep, &rows, &n, error);
    for (ptrdiff_t i = 0; !fault && i < n; i++)
        fault = prepare(worker, &rows[i], keep, error);
    fault = fault ? fault : look_all(worker, rows, n, keep, error);
    arena_release(&region);
    return fault;
}
