#include <assert.h>

#include "base/rng.h"
#include "base/translate.h"
#include "outbox/notice_internal.h"
#include "outbox/queries.h"
#include "outbox/worker_internal.h"
#include "place/db.h"
#include "place/propre.h"

static const int64_t lease_us =
    120000000; /* a refresh is one or two requests of a minute at most */

static enum fault ask_answer(struct worker *worker, struct lane *lane, const struct step *step,
                             struct error *error);

/* ---- the refresh before something else ---- */

/* Somebody else refreshes this account: come back in a moment, the wait does not count. */
static enum fault
come_back(struct worker *worker, struct lane *lane, struct error *error)
{
    if (lane->kind == LANE_ASK) {
        const struct step busy = {.kind = STEP_FAIL,
                                  .error_class = CLASS_TRANSIENT,
                                  .words = S("the account is getting a fresh token")};
        return ask_answer(worker, lane, &busy, error);
    }
    struct memo *memo = new (&lane->keep, struct memo, 1);
    *memo = lane->memo;
    instant now = clock_now(&worker->propre->clock);
    const struct lane_outcome outcome = {
        .verdict = {.go = GO_STOP,
                    .state =
                        lane->call.op == OP_READ_BACK ? DELIVERY_UNKNOWN : DELIVERY_DEFERRED,
                    .next_us = some_int(now.us + 5000000),
                    .counts = lane->state,
                    .reason = N_("Its account is getting a fresh token."),
                    .outcome = S("wait")},
        .memo = memo,
    };
    return lane_store(worker, lane, &outcome, lane->keep, error);
}

enum lease {
    LEASE_GOT,
    LEASE_BUSY, /* somebody else has it */
    LEASE_MOOT  /* the account is no longer what it was when it needed one */
};

/*
 * The one who may refresh, and with what: the secrets are read under the lease. Between the first look and now somebody may
 * have renewed them, and a refresh token is good for once.
 */
static enum fault
lease(struct worker *worker, struct lane *lane, enum lease *ret, struct error *error)
{
    bool got = false;
    instant now = clock_now(&worker->propre->clock);
    const instant until = {now.us + lease_us};
    if (db_begin(worker->propre->db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = worker->propre->db;
    if (account_lease(worker->propre, lane->channel, worker->name, until, &got, error))
        return error->fault;
    enum fault fault =
        got ? account_open_with(worker->propre, worker->find,
                                &(struct account_of){lane->workspace, lane->channel},
                                &lane->keep, &lane->account, &lane->driver, &lane->row, error)
            : OK;
    bool gone = fault == FAULT_ABSENT || fault == FAULT_DENIED || fault == FAULT_CORRUPT;
    if (fault && !gone)
        return fault;
    if (gone || (got && !account_needs_refresh(&lane->row, lane->driver, now))) {
        *error = (struct error){0}; /* whoever begins anew says so; the lease is rolled back */
        *ret = LEASE_MOOT;
        return OK;
    }
    *ret = got ? LEASE_GOT : LEASE_BUSY;
    return db_commit(worker->propre->db, error);
}

/* What somebody else wrote meanwhile stays: the tokens are of secrets that are no longer there. */
static enum fault
keep_tokens(struct worker *worker, struct lane *lane, const struct step *step,
            struct error *error)
{
    bool kept;
    if (db_begin(worker->propre->db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = worker->propre->db;
    if (account_keep(worker->propre, &lane->row, OP_REFRESH, step, &kept, error) ||
        account_lease_end(worker->propre, lane->channel, worker->name, error) ||
        rates_keep(worker->propre, lane->channel, &lane->rates, error))
        return error->fault;
    return db_commit(worker->propre->db, error);
}

/* A fresh token is not to be had in any try: what a person must see to. */
static enum fault
refresh_stuck(struct worker *worker, struct lane *lane, struct error *error)
{
    const char *reason =
        N_("The fresh token of its account could not be kept; see the key file.");
    if (lane->kind == LANE_ASK) {
        const struct step stuck = {
            .kind = STEP_FAIL, .error_class = CLASS_CONFIG, .words = str_of(reason)};
        return ask_answer(worker, lane, &stuck, error);
    }
    return lane_stop(worker, lane,
                     lane->call.op == OP_READ_BACK ? DELIVERY_PERSON : DELIVERY_HELD, reason,
                     error);
}

/* From the start, with what the data have by now. */
static void
begin_anew(struct lane *lane)
{
    lane->refreshing = false;
    lane->refreshed = true;
    lane->requested = false;
    lane->stage = STAGE_BEGIN;
    if (lane->kind == LANE_ASK)
        lane->memo.n = 0;
}

/* The new pair is in the data before anything uses it. */
static enum fault
refresh_good(struct worker *worker, struct lane *lane, const struct step *step,
             struct error *error)
{
    enum fault fault = keep_tokens(worker, lane, step, error);
    if (fault == FAULT_AWAY || fault == FAULT_SYSTEM || fault == FAULT_CONFLICT)
        return fault; /* the answer is still here, and is kept in a moment */
    begin_anew(lane);
    if (!fault)
        return OK;
    *error = (struct error){0};
    return refresh_stuck(worker, lane, error);
}

static enum fault
refresh_bad(struct worker *worker, struct lane *lane, const struct step *step,
            struct error *error)
{
    instant now = clock_now(&worker->propre->clock);
    bool over = account_token_over(&lane->row, now), refused = step->error_class == CLASS_AUTH;
    if (db_begin(worker->propre->db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = worker->propre->db;
    if (account_lease_end(worker->propre, lane->channel, worker->name, error) ||
        rates_keep(worker->propre, lane->channel, &lane->rates, error) ||
        db_commit(worker->propre->db, error))
        return error->fault;
    bool looking = lane->call.op == OP_READ_BACK;
    begin_anew(lane);
    /* What was refused is asked all the same: who has a password logs in with it, and the answer tells. */
    if (lane->kind == LANE_ASK)
        return refused ? OK : ask_answer(worker, lane, step, error);
    if (!over && !refused) {
        lane->old_token = true; /* it still holds */
        return OK;
    }
    const struct protocol_end end = {.requested = false, .end = HTTP_ANSWERED, .step = step};
    uint64_t chance = rng_u64(worker->propre->rng);
    const struct channel_traits *traits = &lane->driver->traits;
    const struct lane_outcome outcome = {
        .verdict =
            looking
                ? protocol_after_look(&worker->rules, traits, &lane->state, &end, now, chance)
                : protocol_after(&worker->rules, traits, &lane->state, &end, now, chance),
        .step = step,
        .memo = &lane->memo,
    };
    return lane_store(worker, lane, &outcome, lane->keep, error);
}

/* A step of an operation that publishes nothing; its transfer is not in the ledger of a delivery. */
static void
quiet_step(struct worker *worker, struct lane *lane, enum channel_op op, struct memo *memo,
           struct arena *scratch, struct step *ret)
{
    enum channel_op before = lane->call.op;
    lane->call.op = op;
    if (lane->stage == STAGE_ANSWER && lane->answer.end != HTTP_ANSWERED)
        *ret = (struct step){
            .kind = STEP_FAIL, .error_class = CLASS_TRANSIENT, .words = lane->answer.problem};
    else
        lane_ask_driver(worker, lane, memo, scratch, ret);
    lane->call.op = before;
    if (lane->stage == STAGE_ANSWER)
        rates_hear(&lane->rates, lane->family, &lane->answer, ret,
                   clock_now(&worker->propre->clock));
}

static void
quiet_send(struct worker *worker, struct lane *lane, const struct step *step)
{
    rates_take(&lane->rates, step->family, clock_now(&worker->propre->clock));
    lane->family = step->family;
    lane_send(worker, lane, &step->request);
}

static void
keep_memo(struct lane *lane, const struct memo *memo, struct memo *ret)
{
    struct memo *kept = new (&lane->keep, struct memo, 1);
    memo_copy(memo, &lane->keep, kept);
    *ret = *kept;
}

enum fault
lane_refresh(struct worker *worker, struct lane *lane, struct error *error)
{
    enum lease leased = LEASE_GOT;
    if (lane->stage == STAGE_BEGIN && lease(worker, lane, &leased, error))
        return error->fault;
    if (leased == LEASE_BUSY)
        return come_back(worker, lane, error);
    if (leased == LEASE_MOOT) {
        lane->refreshing = false; /* still at its beginning, and not refreshed by us */
        return OK;
    }
    struct arena scratch = arena_reset(&worker->scratch_region);
    struct memo *memo = new (&scratch, struct memo, 1);
    struct step *step = new (&scratch, struct step, 1);
    enum fault fault = OK;
    if (lane->stage == STAGE_ANSWER)
        memo_copy(&lane->refresh_memo, &scratch, memo);
    quiet_step(worker, lane, OP_REFRESH, memo, &scratch, step);
    switch (step->kind) {
    case STEP_REQUEST:
        keep_memo(lane, memo, &lane->refresh_memo);
        quiet_send(worker, lane, step);
        break;
    case STEP_DONE:
        fault = refresh_good(worker, lane, step, error);
        break;
    case STEP_WAIT:
        step->error_class = CLASS_TRANSIENT;
        fault = refresh_bad(worker, lane, step, error);
        break;
    case STEP_FAIL:
        fault = refresh_bad(worker, lane, step, error);
        break;
    }
    return fault;
}

/* ---- questions put to an account ---- */

static enum fault
ask_answer(struct worker *worker, struct lane *lane, const struct step *step,
           struct error *error)
{
    bool found = step->kind == STEP_DONE, good = found || lane->verified, dead = false;
    bool kept = true;
    if (db_begin(worker->propre->db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = worker->propre->db;
    struct account_ask_done_in in = {
        .channel = lane->channel,
        .worker = worker->name,
        .good = good,
        .visit = step->visit.n > 0 ? step->visit : STR_NONE,
        .class = good ? STR_NONE : class_store(step->error_class),
        .words = !good && step->words.n > 0 ? step->words : STR_NONE,
        .now = clock_now(&worker->propre->clock).us,
    };
    if (found && account_keep(worker->propre, &lane->row, lane->asked, step, &kept, error))
        return error->fault;
    if (!kept && !lane->verified) {
        in.good = false;
        in.class = class_store(CLASS_TRANSIENT);
        in.words = S("the account was connected anew meanwhile");
    }
    if (!good && step->error_class == CLASS_AUTH &&
        account_failed(worker->propre, &lane->row, CLASS_AUTH, step->words, &dead, error))
        return error->fault;
    if (dead &&
        incident_open_channel(worker->propre, lane->workspace, S("account"), lane->channel,
                              S(N_("Its network no longer accepts the account; connect "
                                   "it again.")),
                              error))
        return error->fault;
    if (q_account_ask_done(worker->propre->db, &in, error) ||
        rates_keep(worker->propre, lane->channel, &lane->rates, error) ||
        db_commit(worker->propre->db, error))
        return error->fault;
    lane_leave(worker, lane);
    return OK;
}

/* Who it is, is kept; what its server takes is asked in passing. A server that does not say takes the usual. */
static enum fault
ask_limits(struct worker *worker, struct lane *lane, const struct step *step,
           struct error *error)
{
    bool kept;
    if (db_begin(worker->propre->db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = worker->propre->db;
    if (account_keep(worker->propre, &lane->row, OP_VERIFY, step, &kept, error) ||
        rates_keep(worker->propre, lane->channel, &lane->rates, error) ||
        db_commit(worker->propre->db, error))
        return error->fault;
    if (!kept) /* connected anew meanwhile: what was found is of another */
        return ask_answer(worker, lane, step, error);
    lane->verified = true;
    lane->asked = OP_LIMITS;
    lane->memo.n = 0;
    lane->stage = STAGE_BEGIN;
    return OK;
}

static enum fault
ask_open(struct worker *worker, struct lane *lane, struct error *error)
{
    if (!lane->verified)
        secret_bytes(lane->seed, sizeof lane->seed);
    if (db_begin(worker->propre->db, DB_READ, error))
        return error->fault;
    auto_tx tx = worker->propre->db;
    if (account_open_with(worker->propre, worker->find,
                          &(struct account_of){lane->workspace, lane->channel}, &lane->keep,
                          &lane->account, &lane->driver, &lane->row, error))
        return error->fault;
    return rates_read(worker->propre, lane->channel, lane->keep, &lane->rates, error);
}

/* What needs a token that holds; connecting is how one gets the first. */
static bool
asks_with_token(const struct lane *lane)
{
    return lane->asked == OP_VERIFY || lane->asked == OP_LIMITS;
}

static enum fault
ask_begin(struct worker *worker, struct lane *lane, struct error *error)
{
    if (!ask_open(worker, lane, error)) {
        lane->refreshing =
            asks_with_token(lane) && !lane->refreshed &&
            account_needs_refresh(&lane->row, lane->driver, clock_now(&worker->propre->clock));
        return OK;
    }
    if (error->fault == FAULT_AWAY || error->fault == FAULT_SYSTEM ||
        error->fault == FAULT_CONFLICT)
        return error->fault;
    const struct step cannot = {.kind = STEP_FAIL,
                                .error_class = CLASS_CONFIG,
                                .words = str_of(error->frames[0].format)};
    return ask_answer(worker, lane, &cannot, error);
}

/* A token may end before its time is told, or be of no told time: only when a fresh one is refused too it counts. */
static enum fault
ask_refused(struct worker *worker, struct lane *lane, struct error *error)
{
    if (db_begin(worker->propre->db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = worker->propre->db;
    if (account_expire(worker->propre, &lane->row, error) ||
        rates_keep(worker->propre, lane->channel, &lane->rates, error) ||
        db_commit(worker->propre->db, error))
        return error->fault;
    lane->memo.n = 0;
    lane->stage = STAGE_BEGIN;
    return OK;
}

static enum fault
ask_step(struct worker *worker, struct lane *lane, struct error *error)
{
    struct arena scratch = arena_reset(&worker->scratch_region);
    struct memo *memo = new (&scratch, struct memo, 1);
    struct step *step = new (&scratch, struct step, 1);
    memo_copy(&lane->memo, &scratch, memo);
    quiet_step(worker, lane, lane->asked, memo, &scratch, step);
    if (step->kind == STEP_REQUEST) {
        keep_memo(lane, memo, &lane->memo);
        quiet_send(worker, lane, step);
        return OK;
    }
    if (step->kind == STEP_DONE && lane->asked == OP_VERIFY &&
        lane->driver->traits.ops[OP_LIMITS])
        return ask_limits(worker, lane, step, error);
    if (step->kind == STEP_FAIL && step->error_class == CLASS_AUTH && asks_with_token(lane) &&
        !lane->verified && !lane->refreshed &&
        account_can_refresh(&lane->account, lane->driver))
        return ask_refused(worker, lane, error);
    if (step->kind == STEP_WAIT)
        step->error_class = CLASS_TRANSIENT;
    return ask_answer(worker, lane, step, error);
}

enum fault
lane_ask_go(struct worker *worker, struct lane *lane, struct error *error)
{
    enum fault fault = OK;
    while (!fault && lane->kind == LANE_ASK && lane->stage != STAGE_FLIGHT) {
        if (lane->stage == STAGE_BEGIN && !lane->refreshing)
            fault = ask_begin(worker, lane, error);
        if (fault || lane->kind != LANE_ASK)
            break;
        fault = lane->refreshing ? lane_refresh(worker, lane, error)
                                 : ask_step(worker, lane, error);
    }
    return fault;
}
