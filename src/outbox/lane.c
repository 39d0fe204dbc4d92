#include <assert.h>

#include "base/rng.h"
#include "base/translate.h"
#include "outbox/fit_internal.h"
#include "outbox/notice_internal.h"
#include "outbox/queries.h"
#include "outbox/translate_internal.h"
#include "outbox/worker_internal.h"
#include "place/db.h"
#include "place/propre.h"

void
lane_send(struct worker *worker, struct lane *lane, const struct http_request *request)
{
    struct error error = {0};
    lane->requested = true;
    lane->tag = ++worker->tag_last;
    lane->stage = STAGE_FLIGHT;
    if (wire_start(worker->wire, request, &worker->source, lane->tag, &error)) {
        /* Nothing was sent, and no answer will come: this is the answer. */
        instant now = clock_now(&worker->propre->clock);
        lane->answer = (struct http_answer){.end = HTTP_NOT_SENT, .began = now, .ended = now};
        lane->stage = STAGE_ANSWER;
    }
}

void
lane_ask_driver(struct worker *worker, struct lane *lane, struct memo *memo, struct arena *keep,
                struct step *ret)
{
    *ret = (struct step){0};
    lane->call.memo = memo;
    lane->call.account = &lane->account;
    lane->call.message = &lane->message;
    lane->call.now = clock_now(&worker->propre->clock);
    lane->call.chance = rng_u64(worker->propre->rng);
    lane->call.seed = (str){(const char *)lane->seed, sizeof lane->seed};
    lane->driver->next(&lane->call, lane->stage == STAGE_ANSWER ? &lane->answer : NULL, keep,
                       ret);
}

enum { TAKEN_MAX = 200 /* twice what a driver reads of a list */ };

/* ---- beginning ---- */

static enum fault
open_account(struct worker *worker, struct lane *lane, struct error *error)
{
    return account_open_with(worker->propre, worker->find,
                             &(struct account_of){lane->workspace, lane->channel}, &lane->keep,
                             &lane->account, &lane->driver, &lane->row, error);
}

static void
key_of_try(struct worker *worker, struct lane *lane)
{
    if (worker->rules.mutant_key_per_try)
        lane->message.key = arena_printf(&lane->keep, "%016llx%016llx",
                                         (unsigned long long)rng_u64(worker->propre->rng),
                                         (unsigned long long)rng_u64(worker->propre->rng));
}

static enum fault
open_content(struct worker *worker, struct lane *lane, const struct lane_of_row *row,
             struct error *error)
{
    /* What is out, or may be, is brought to its end as it was begun; all else goes out as its message is now. */
    bool bound = row->live != 0 || row->armed_us.has || lane->call.op == OP_READ_BACK;
    lane->content_before = row->content;
    if (row->content.p && bound) {
        if (content_read(row->content, &lane->keep, &lane->message, error))
            return error->fault;
        lane->content = STR_NONE;
    } else if (content_gather(worker->propre, lane->workspace, row->message, lane->channel,
                              row->key, &lane->keep, &lane->message, error) ||
               content_json(&lane->message, &lane->keep, &lane->content, error)) {
        return error->fault;
    }
    lane->message.key = row->key;
    lane->message.created.us = row->made_us.has ? row->made_us.is : row->due_us;
    key_of_try(worker, lane);
    return memo_read(row->memo, &lane->keep, &lane->memo, error);
}

/* What a list may show that is not this delivery's. */
static enum fault
read_taken(struct worker *worker, struct lane *lane, struct error *error)
{
    const struct lane_taken_in in = {lane->channel, lane->delivery, TAKEN_MAX};
    struct lane_taken_row *rows;
    ptrdiff_t n = 0;
    if (lane->call.op != OP_READ_BACK || lane->driver->traits.read_back != BACK_LIST)
        return OK;
    if (q_lane_taken(worker->propre->db, &in, &lane->keep, &rows, &n, error))
        return error->fault;
    str *ids = new (&lane->keep, str, n + 1);
    for (ptrdiff_t i = 0; i < n; i++)
        ids[i] = rows[i].remote_id;
    lane->call.taken = ids;
    lane->call.taken_n = (int32_t)n;
    return OK;
}

static enum fault
read_all(struct worker *worker, struct lane *lane, bool *ret_lost, bool *ret_opened,
         struct error *error)
{
    struct lane_of_row row;
    bool found = false;
    *ret_lost = *ret_opened = false;
    if (db_begin(worker->propre->db, DB_READ, error))
        return error->fault;
    auto_tx tx = worker->propre->db;
    if (q_lane_of(worker->propre->db, &(struct lane_of_in){lane->delivery, worker->name},
                  &lane->keep, &row, &found, error))
        return error->fault;
    if (!found) {
        *ret_lost = true;
        return OK;
    }
    lane->state = (struct protocol_state){
        .tries_n = (int32_t)row.tries_n,
        .looks_n = (int32_t)row.looks_n,
        .absent_n = (int32_t)row.absent_n,
        .deaths_n = (int32_t)row.deaths_n,
        .waits_n = (int32_t)row.waits_n,
        .live = row.live != 0,
        .use_by_us = row.use_by_us,
    };
    lane->call = (struct channel_call){
        .op = str_eq(row.state, delivery_state_word(DELIVERY_UNKNOWN)) ? OP_READ_BACK
                                                                       : OP_PUBLISH,
        .armed = {row.armed_us.has ? row.armed_us.is : row.due_us},
    };
    lane->begun = row.begun != 0;
    if (open_account(worker, lane, error) || read_taken(worker, lane, error) ||
        rates_read(worker->propre, lane->channel, lane->keep, &lane->rates, error))
        return error->fault;
    *ret_opened = true;
    return open_content(worker, lane, &row, error);
}

/* What keeps it from being sent until a person did something; ${opened}: its account is not it. */
static const char *
why_not(const struct error *error, bool opened)
{
    switch (error->fault) {
    case FAULT_ABSENT:
        return opened ? N_("A picture of it is gone; edit it.") : reason_connect;
    case FAULT_DENIED:
    case FAULT_CORRUPT:
        return N_("The secrets of its account cannot be opened: the key file is missing, or "
                  "another one.");
    case FAULT_INPUT:
    case FAULT_LIMIT:
        return N_("It cannot be sent as it is; edit it.");
    case OK:
    case FAULT_CONFLICT:
    case FAULT_AWAY:
    case FAULT_REMOTE:
    case FAULT_SYSTEM:
        break;
    }
    return NULL;
}

/* The message was changed since: what was made ready of it there is of no use any more, but for a draft, which is filled anew. */
static void
forget_old_content(struct lane *lane)
{
    const char *const *lasting = lane->driver->traits.memo_lasting;
    struct memo kept = {0};
    if (lane->call.op != OP_PUBLISH || !lane->content.p ||
        str_eq(lane->content, lane->content_before))
        return;
    for (int i = 0; i < MEMO_LASTING_MAX && lasting[i]; i++)
        memo_set(&kept, str_of(lasting[i]), memo_get(&lane->memo, str_of(lasting[i])));
    lane->memo = kept;
}

/* Before anything is sent; what is frozen holds its pictures already. */
static enum fault
fit_pictures(struct worker *worker, struct lane *lane, bool *ret_over, struct error *error)
{
    const struct fit fit = {worker->propre, lane->workspace, lane->delivery, lane->driver,
                            &lane->account};
    *ret_over = false;
    if (lane->call.op != OP_PUBLISH || !lane->content.p || lane->message.media_n == 0)
        return OK;
    enum fault fault = fit_media(&fit, &lane->message, &lane->keep,
                                 arena_reset(&worker->scratch_region), error);
    if (!fault)
        return content_json(&lane->message, &lane->keep, &lane->content, error);
    if (fault == FAULT_SYSTEM || fault == FAULT_CONFLICT)
        return fault; /* of the moment: again later */
    const char *reason =
        fault == FAULT_AWAY
            ? N_("Its pictures cannot be made ready: the library libvips is not installed.")
            : N_("A picture of it cannot be made fit for the network; replace it.");
    if (worker->log)
        log_fault(worker->log, "outbox.picture", error);
    *error = (struct error){0};
    *ret_over = true;
    return lane_stop(worker, lane, DELIVERY_HELD, reason, error);
}

static enum fault
begin(struct worker *worker, struct lane *lane, bool *ret_over, struct error *error)
{
    bool lost = false, opened = false;
    *ret_over = true;
    lane->keep = arena_reset(&lane->region);
    if (read_all(worker, lane, &lost, &opened, error)) {
        const char *reason = why_not(error, opened);
        if (!reason)
            return error->fault;
        *error = (struct error){0};
        bool looking = lane->call.op == OP_READ_BACK;
        return lane_stop(worker, lane, looking ? DELIVERY_PERSON : DELIVERY_HELD, reason,
                         error);
    }
    if (lost) {
        lane_leave(worker, lane);
        return OK;
    }
    if (lane->driver->traits.by_hand && lane->call.op == OP_PUBLISH)
        return lane_stop(worker, lane, DELIVERY_PERSON,
                         N_("It is time: publish it by hand, then say so here."), error);
    if (lane->row.state == ACCOUNT_DEAD && lane->call.op == OP_PUBLISH)
        return lane_stop(worker, lane, DELIVERY_HELD, reason_account, error);
    if (fit_pictures(worker, lane, ret_over, error) || *ret_over)
        return error->fault;
    forget_old_content(lane);
    lane->refreshing =
        !lane->refreshed &&
        account_needs_refresh(&lane->row, lane->driver, clock_now(&worker->propre->clock));
    return OK;
}

/* ---- going on ---- */

/*
 * Before a request leaves: what is not begun waits while the network would not bear it whole, what is begun only while the
 * network takes nothing at all. What stands around a post that is out is tried at once: it can do no harm.
 */
static span
wait_of(const struct lane *lane, const struct step *step, instant now)
{
    enum rate_use use = lane->call.op == OP_READ_BACK ? RATE_METRICS : RATE_PUBLISH;
    if (step->cosmetic || (lane->call.op == OP_READ_BACK && lane->attempt > 0))
        return (span){0};
    if (lane->call.op == OP_PUBLISH && (lane->begun || lane->state.live))
        use = RATE_FINISH;
    return rates_wait(&lane->rates, step->family, use, now);
}

/* What the request and its answer mean, and writing that down. */
static enum fault
one_step(struct worker *worker, struct lane *lane, struct arena scratch, struct error *error)
{
    struct memo *memo = new (&scratch, struct memo, 1);
    struct step *step = new (&scratch, struct step, 1);
    struct protocol_end end = {
        .requested = lane->requested && lane->stage == STAGE_ANSWER,
        .publishes = lane->publishes,
        .cosmetic = lane->cosmetic,
        .deadline = lane->deadline,
        .end = lane->stage == STAGE_ANSWER ? lane->answer.end : HTTP_ANSWERED,
        .forbidden = lane->stage == STAGE_ANSWER && lane->answer.forbidden,
        .status = lane->stage == STAGE_ANSWER ? lane->answer.status : 0,
    };
    memo_copy(&lane->memo, &scratch, memo);
    bool looking = lane->call.op == OP_READ_BACK;
    if (!end.requested || (looking ? end.end == HTTP_ANSWERED : protocol_asks_driver(&end))) {
        lane_ask_driver(worker, lane, memo, &scratch, step);
        end.step = step;
    }
    instant now = clock_now(&worker->propre->clock);
    uint64_t chance = rng_u64(worker->propre->rng);
    const struct channel_traits *traits = &lane->driver->traits;
    if (end.requested)
        rates_hear(&lane->rates, lane->family, &lane->answer, end.step, now);
    struct lane_outcome outcome = {
        .verdict =
            looking
                ? protocol_after_look(&worker->rules, traits, &lane->state, &end, now, chance)
                : protocol_after(&worker->rules, traits, &lane->state, &end, now, chance),
        .step = end.step,
        .memo = memo,
    };
    bool on = outcome.verdict.go == GO_ON;
    lane->begun |= on && end.requested;
    span wait = on && end.step ? wait_of(lane, end.step, now) : (span){0};
    if (wait.us > 0)
        outcome.verdict = protocol_put_off(&outcome.verdict, looking, wait, now);
    return lane_store(worker, lane, &outcome, scratch, error);
}

enum fault
lane_go(struct worker *worker, struct lane *lane, struct error *error)
{
    if (lane->kind == LANE_ASK)
        return lane_ask_go(worker, lane, error);
    enum fault fault = OK;
    while (!fault && lane->kind == LANE_DELIVERY && lane->stage != STAGE_FLIGHT) {
        bool over = false;
        if (lane->stage == STAGE_BEGIN && !lane->refreshing)
            fault = begin(worker, lane, &over, error);
        if (fault || over)
            break;
        if (lane->refreshing) {
            fault = lane_refresh(worker, lane, error);
            continue;
        }
        fault = one_step(worker, lane, arena_reset(&worker->scratch_region), error);
    }
    return fault;
}
