#include <assert.h>
#include <errno.h>
#include <stdio.h>

#include "base/rng.h"
#include "outbox/rate.h"
#include "outbox/worker_internal.h"
#include "place/db.h"
#include "place/propre.h"
#include "place/secret.h"

enum {
    RUN_STEPS_MAX = 40,       /* of one operation: metrics of many posts are the longest */
    RUN_LEASE_US = 120000000, /* a refresh is one or two requests of a minute at most */
    RUN_NAME_BYTES = WORKER_NAME_BYTES + 8
};

struct run {
    struct propre *propre;
    struct wire *wire;
    struct channel_account account;
    struct account row;
    const struct driver *driver;
    struct arena *keep;
    struct rates rates;
    bool refreshed;
};

static enum fault
open_account(struct run *run, int64_t workspace, int64_t channel, struct error *error)
{
    if (db_begin(run->propre->db, DB_READ, error))
        return error->fault;
    auto_tx tx = run->propre->db;
    if (account_open_with(run->propre, driver_find, &(struct account_of){workspace, channel},
                          run->keep, &run->account, &run->driver, &run->row, error))
        return error->fault;
    return rates_read(run->propre, channel, *run->keep, &run->rates, error);
}

/* Figures leave room for posts (wire/bucket.h); what a person does is asked at once. */
static enum fault
room(const struct run *run, enum channel_op op, const struct step *step, instant now,
     struct error *error)
{
    span wait = rates_wait(&run->rates, step->family, RATE_METRICS, now);
    if ((op != OP_POST_METRICS && op != OP_ACCOUNT_METRICS) || wait.us <= 0)
        return OK;
    return fail(error, FAULT_AWAY,
                "the network lets no more be asked for now; try again in %lld minutes",
                (long long)(wait.us / 60000000 + 1));
}

/* One operation, request by request. *ret is DONE or FAIL. */
static enum fault
steps(struct run *run, struct channel_call call, struct step *ret, struct error *error)
{
    struct memo own = {0};
    struct http_answer answer;
    const struct http_answer *last = NULL;
    uint8_t seed[SECRET_BYTES];
    secret_bytes(seed, sizeof seed);
    call.seed = (str){(const char *)seed, sizeof seed};
    call.account = &run->account;
    if (!call.memo)
        call.memo = &own;
    assert(run->driver);
    for (int i = 0; i < RUN_STEPS_MAX; i++) {
        *ret = (struct step){0};
        call.now = clock_now(&run->propre->clock);
        call.chance = rng_u64(run->propre->rng);
        run->driver->next(&call, last, run->keep, ret);
        if (ret->kind == STEP_DONE || ret->kind == STEP_FAIL)
            return OK;
        if (ret->kind == STEP_WAIT)
            break;
        const char *family = ret->family;
        if (i == 0 && room(run, call.op, ret, call.now, error))
            return error->fault;
        rates_take(&run->rates, family, call.now);
        if (wire_call(run->wire, &ret->request, NULL, run->keep, &answer, error))
            return error->fault;
        rates_hear(&run->rates, family, &answer, NULL, clock_now(&run->propre->clock));
        if (answer.end != HTTP_ANSWERED) {
            *ret =
                (struct step){.kind = STEP_FAIL,
                              .error_class = answer.forbidden ? CLASS_CONFIG : CLASS_TRANSIENT,
                              .words = answer.problem};
            return OK;
        }
        last = &answer;
    }
    *ret = (struct step){.kind = STEP_FAIL, .error_class = CLASS_TRANSIENT};
    return OK;
}

/* What was found, or that the credentials were not accepted, is in the data before it is used. */
static enum fault
keep_found(struct run *run, enum channel_op op, const struct step *step, bool *ret_kept,
           struct error *error)
{
    bool dead = false;
    *ret_kept = true;
    enum fault fault = OK;
    if (db_begin(run->propre->db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = run->propre->db;
    if (step->kind == STEP_DONE)
        fault = account_keep(run->propre, &run->row, op, step, ret_kept, error);
    else if (step->error_class == CLASS_AUTH)
        fault = account_failed(run->propre, &run->row, CLASS_AUTH, step->words, &dead, error);
    if (!fault)
        fault = rates_keep(run->propre, run->row.channel, &run->rates, error);
    return fault ? fault : db_commit(run->propre->db, error);
}

static enum fault
leased(struct run *run, str name, bool *ret_got, struct error *error)
{
    const instant until = {clock_now(&run->propre->clock).us + RUN_LEASE_US};
    if (db_begin(run->propre->db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = run->propre->db;
    if (account_lease(run->propre, run->row.channel, name, until, ret_got, error))
        return error->fault;
    return db_commit(run->propre->db, error);
}

static enum fault
unlease(struct run *run, str name, struct error *error)
{
    if (db_begin(run->propre->db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = run->propre->db;
    if (account_lease_end(run->propre, run->row.channel, name, error))
        return error->fault;
    return db_commit(run->propre->db, error);
}

/*
 * Under the lease, with the secrets as they are by now: who was waited for may have renewed them. *ret is what the refresh
 * came to; STEP_DONE as well when there was none to make.
 */
static enum fault
refresh_leased(struct run *run, struct step *ret, struct error *error)
{
    bool kept;
    *ret = (struct step){.kind = STEP_DONE};
    if (open_account(run, run->row.workspace, run->row.channel, error))
        return error->fault;
    if (!account_needs_refresh(&run->row, run->driver, clock_now(&run->propre->clock)))
        return OK;
    if (steps(run, (struct channel_call){.op = OP_REFRESH}, ret, error) ||
        keep_found(run, OP_REFRESH, ret, &kept, error))
        return error->fault;
    return open_account(run, run->row.workspace, run->row.channel, error);
}

/*
 * New tokens first, when the present ones are about to end; one refresh at a time. Where none are to be had for now and the
 * old ones are over, nothing is asked with them: their refusal would count against the account, and tell nothing.
 */
static enum fault
refresh(struct run *run, struct error *error)
{
    char name[RUN_NAME_BYTES], process[WORKER_NAME_BYTES];
    bool got = false;
    struct step step;
    if (!account_needs_refresh(&run->row, run->driver, clock_now(&run->propre->clock)))
        return OK;
    (void)snprintf(name, sizeof name, "run/%.*s", STR_FMT(process_name(process)));
    if (leased(run, str_of(name), &got, error))
        return error->fault;
    if (!got)
        return fail(error, FAULT_AWAY,
                    "the account is getting a fresh token at this moment; try again");
    enum fault fault = refresh_leased(run, &step, error);
    struct error ignored = {0}; /* a lease that stays ends by itself */
    enum fault end = unlease(run, str_of(name), fault ? &ignored : error);
    if (fault || end)
        return fault ? fault : end;
    run->refreshed = true;
    if (step.kind == STEP_FAIL && step.error_class != CLASS_AUTH &&
        account_token_over(&run->row, clock_now(&run->propre->clock)))
        return fail(error, FAULT_AWAY, "no fresh token could be had from %s: %.*s",
                    run->driver->traits.name, STR_FMT(str_slice(step.words, 0, 180)));
    return OK;
}

/* Its token was refused before its time: once more with a fresh one. */
static enum fault
again(struct run *run, const struct channel_call *call, struct step *ret, struct error *error)
{
    if (db_begin(run->propre->db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = run->propre->db;
    if (account_expire(run->propre, &run->row, error) ||
        rates_keep(run->propre, run->row.channel, &run->rates, error) ||
        db_commit(run->propre->db, error) ||
        open_account(run, run->row.workspace, run->row.channel, error) || refresh(run, error))
        return error->fault;
    return steps(run, *call, ret, error);
}

static enum fault
answered(struct run *run, const struct channel_call *call, struct step *ret,
         struct error *error)
{
    bool kept = true;
    bool token = call->op != OP_AUTH_BEGIN && call->op != OP_AUTH_FINISH;
    if (steps(run, *call, ret, error))
        return error->fault;
    if (token && ret->kind == STEP_FAIL && ret->error_class == CLASS_AUTH && !run->refreshed &&
        account_can_refresh(&run->account, run->driver) && again(run, call, ret, error))
        return error->fault;
    if (keep_found(run, call->op, ret, &kept, error))
        return error->fault;
    if (!kept && (call->op == OP_VERIFY || call->op == OP_LIMITS || !token))
        return fail(error, FAULT_CONFLICT,
                    "the account was connected anew or disconnected meanwhile; try again");
    return OK;
}

enum fault
account_run(struct propre *propre, struct wire *wire, int64_t workspace, int64_t channel,
            const struct channel_call *call, struct arena *keep, struct step *ret,
            struct error *error)
{
    struct run run = {.propre = propre, .wire = wire, .keep = keep};
    if (open_account(&run, workspace, channel, error) || refresh(&run, error) ||
        answered(&run, call, ret, error))
        return error->fault;
    if (ret->kind == STEP_DONE)
        return OK;
    str words = ret->words.n > 0 ? str_slice(ret->words, 0, 180) : S("");
    errno = 0; /* the words say it; what the system said last is of something else */
    if (ret->error_class == CLASS_TRANSIENT)
        return fail(error, FAULT_AWAY, "%.*s could not be reached: %.*s",
                    STR_FMT(run.account.server.n > 0 ? run.account.server
                                                     : str_of(run.driver->traits.name)),
                    STR_FMT(words));
    return fail(error, FAULT_REMOTE, "%s refused it (%.*s): %.*s", run.driver->traits.name,
                STR_FMT(error_class_word(ret->error_class)), STR_FMT(words));
}
