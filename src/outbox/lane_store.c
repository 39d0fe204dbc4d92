#include <assert.h>

#include "base/sha256.h"
#include "base/text.h"
#include "base/translate.h"
#include "outbox/notice_internal.h"
#include "outbox/post_made_internal.h"
#include "outbox/queries.h"
#include "outbox/worker_internal.h"
#include "place/db.h"
#include "place/propre.h"

enum {
    WORDS_MAX = 4096,   /* of an attempt: the evidence */
    WORDS_ROW_MAX = 500 /* of a delivery: what a list shows */
};
static const int64_t timeout_usual_us = 60000000; /* wire/http.h: none given means a minute */

/* What identifies a request, without its headers (they hold tokens). */
static str
request_hash(const struct http_request *r, struct arena *keep)
{
    struct sha256 hash;
    uint8_t out[SHA256_BYTES];
    sha256_init(&hash);
    sha256_add(&hash, http_method_name(r->method));
    sha256_add(&hash, r->url);
    sha256_add(&hash, r->body);
    const int64_t numbers[] = {r->media, r->media_bytes, r->parts_n};
    sha256_add(&hash, (str){(const char *)numbers, sizeof numbers});
    for (int32_t i = 0; i < r->parts_n; i++) {
        sha256_add(&hash, r->parts[i].name);
        sha256_add(&hash, r->parts[i].value);
        sha256_add(&hash, (str){(const char *)&r->parts[i].media, sizeof r->parts[i].media});
    }
    sha256_end(&hash, out);
    return hex(keep, out, SHA256_BYTES);
}

static str
cut(str s, ptrdiff_t max)
{
    ptrdiff_t n = s.n < max ? s.n : max;
    while (n > 0 && n < s.n && ((unsigned char)s.p[n] & 0xC0) == 0x80)
        n--;
    if (s.n == 0)
        return STR_NONE;
    str head = str_slice(s, 0, n);
    /* The data take nothing but text; a driver that hands on anything must not keep a delivery from its end. */
    return utf8_valid(head) ? head : S("(an answer that is no text)");
}

static str
words_of(const struct lane *lane, const struct lane_outcome *o)
{
    if (o->step && o->step->words.n > 0)
        return o->step->words;
    if (lane->stage == STAGE_ANSWER && lane->answer.end != HTTP_ANSWERED)
        return lane->answer.problem;
    return STR_NONE;
}

static enum fault
end_attempt(struct worker *worker, struct lane *lane, const struct lane_outcome *o,
            struct error *error)
{
    if (lane->attempt == 0)
        return OK;
    const struct attempt_end_in in = {
        .id = lane->attempt,
        .ended_us = clock_now(&worker->propre->clock).us,
        .outcome = o->verdict.outcome,
        .status = lane->answer.end == HTTP_ANSWERED ? some_int(lane->answer.status) : no_int,
        .class = class_store(o->verdict.error_class),
        .words = cut(words_of(lane, o), WORDS_MAX),
        .remote_id = o->step && o->step->remote_id.n > 0 ? o->step->remote_id : STR_NONE,
    };
    return q_attempt_end(worker->propre->db, &in, error);
}

/* The next request, written down before it is sent. No row: somebody else has the delivery by now. */
static enum fault
arm(struct worker *worker, struct lane *lane, const struct lane_outcome *o,
    struct arena *scratch, struct attempt_begin_row *ret, bool *ret_lost, struct error *error)
{
    const struct step *step = o->step;
    struct lane_arm_row armed;
    bool found = false;
    bool looking = lane->call.op == OP_READ_BACK;
    instant now = clock_now(&worker->propre->clock);
    const struct lane_arm_in in = {
        .id = lane->delivery,
        .worker = worker->name,
        .state = delivery_state_word(looking ? DELIVERY_UNKNOWN : DELIVERY_SENDING),
        .step = step->name.n > 0 ? step->name : channel_op_word(lane->call.op),
        .content = looking ? STR_NONE : lane->content,
        .memo = memo_json(o->memo, scratch),
        .armed_us = step->publishes && !looking ? some_int(now.us) : no_int,
        .now = now.us,
        .live = o->verdict.counts.live,
    };
    if (q_lane_arm(worker->propre->db, &in, NULL, &armed, &found, error))
        return error->fault;
    *ret_lost = !found;
    if (!found)
        return OK;
    int64_t timeout =
        step->request.timeout.us > 0 ? step->request.timeout.us : timeout_usual_us;
    lane->deadline.us = now.us + timeout;
    const struct attempt_begin_in attempt = {
        .delivery = lane->delivery,
        .n = armed.attempts_n,
        .op = channel_op_word(lane->call.op),
        .step = in.step,
        .publishes = step->publishes && !looking,
        .cosmetic = step->cosmetic,
        .key = lane->message.key,
        .body_hash = request_hash(&step->request, scratch),
        .worker = worker->name,
        .began_us = now.us,
        .deadline_us = lane->deadline.us,
    };
    return q_attempt_begin(worker->propre->db, &attempt, NULL, ret, error);
}

static enum fault
store_on(struct worker *worker, struct lane *lane, const struct lane_outcome *o,
         struct arena scratch, struct error *error)
{
    struct attempt_begin_row attempt = {0};
    bool lost = false;
    const struct step *step = o->step;
    if (worker->rules.mutant_call_before_row) {
        lane_send(worker, lane, &step->request);
        lane->stage = STAGE_BEGIN;
    }
    struct rates rates = lane->rates;
    if (!worker->rules.mutant_no_take)
        rates_take(&rates, step->family, clock_now(&worker->propre->clock));
    if (db_begin(worker->propre->db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = worker->propre->db;
    if (end_attempt(worker, lane, o, error) ||
        arm(worker, lane, o, &scratch, &attempt, &lost, error) ||
        (!lost && rates_keep(worker->propre, lane->channel, &rates, error)))
        return error->fault;
    if (lost) {
        lane_leave(worker, lane);
        return OK;
    }
    if (db_commit(worker->propre->db, error))
        return error->fault;
    /* It is written down; now, and not before, the first byte may leave. */
    rates_kept(&rates);
    lane->rates = rates;
    lane->family = step->family;
    lane->attempt = attempt.id;
    lane->state = o->verdict.counts;
    lane->publishes = step->publishes && lane->call.op == OP_PUBLISH;
    lane->cosmetic = step->cosmetic;
    lane->content = STR_NONE;
    struct memo *kept = new (&lane->keep, struct memo, 1);
    memo_copy(o->memo, &lane->keep, kept);
    lane->memo = *kept;
    if (worker->rules.mutant_call_before_row)
        lane->stage = STAGE_FLIGHT;
    else
        lane_send(worker, lane, &step->request);
    return OK;
}

/* What a person should hear of; none: nothing. */
static str
incident_kind(enum delivery_state state)
{
    static const str kinds[DELIVERY_STATES_N] = {
        [DELIVERY_PERSON] = S_CONST("unknown"),
        [DELIVERY_REJECTED] = S_CONST("rejected"),
        [DELIVERY_MISSED] = S_CONST("late"),
        [DELIVERY_HELD] = S_CONST("hold"),
    };
    return kinds[state];
}

static enum fault
store_event(struct worker *worker, int64_t workspace, int64_t delivery,
            enum delivery_state state, const char *reason, struct error *error)
{
    str kind = incident_kind(state);
    if (state == DELIVERY_PUBLISHED)
        return incident_close_delivery(worker->propre, workspace, delivery, error);
    if (!kind.p)
        return OK;
    return incident_open_delivery(worker->propre, workspace, kind, delivery,
                                  str_of(reason ? reason : ""), error);
}

/*
 * The credentials were refused: a fresh token once, if there can be one and this claim had none yet; else it counts against
 * the account.
 */
static enum fault
store_auth(struct worker *worker, struct lane *lane, const struct lane_outcome *o,
           struct protocol_verdict *v, struct error *error)
{
    bool dead = false;
    if (lane->driver->traits.ops[OP_REFRESH] && (!lane->refreshed || lane->old_token)) {
        bool looking = lane->call.op == OP_READ_BACK;
        v->state = looking ? DELIVERY_UNKNOWN : DELIVERY_DEFERRED;
        v->reason = N_("Its account is getting a fresh token.");
        v->next_us = some_int(clock_now(&worker->propre->clock).us);
        v->counts.tries_n = lane->state.tries_n; /* neither a try nor a look: what comes */
        v->counts.looks_n = lane->state.looks_n; /* begins with the fresh token */
        return account_expire(worker->propre, &lane->row, error);
    }
    str words = cut(words_of(lane, o), WORDS_ROW_MAX);
    if (account_failed(worker->propre, &lane->row, CLASS_AUTH, words, &dead, error))
        return error->fault;
    if (!dead)
        return OK;
    if (v->state == DELIVERY_DEFERRED || v->state == DELIVERY_REJECTED) {
        v->state = DELIVERY_HELD;
        v->next_us = no_int;
        v->reason = reason_account;
    }
    return incident_open_channel(worker->propre, lane->workspace, S("account"), lane->channel,
                                 S(N_("Its network no longer accepts the account; connect it "
                                      "again.")),
                                 error);
}

static enum fault
store_end(struct worker *worker, struct lane *lane, const struct lane_outcome *o,
          struct arena *scratch, struct error *error)
{
    struct protocol_verdict v = o->verdict;
    struct lane_end_row row;
    bool found = false;
    instant now = clock_now(&worker->propre->clock);
    if (v.go == GO_AUTH) {
        if (store_auth(worker, lane, o, &v, error))
            return error->fault;
    } else if (o->step && v.state == DELIVERY_PUBLISHED) {
        if (account_works(worker->propre, &lane->row, error))
            return error->fault;
    }
    const struct lane_end_in in = {
        .id = lane->delivery,
        .worker = worker->name,
        .state = delivery_state_word(v.state),
        .next_us = v.next_us,
        .tries_n = v.counts.tries_n,
        .looks_n = v.counts.looks_n,
        .absent_n = v.counts.absent_n,
        .deaths_n = v.counts.deaths_n,
        .waits_n = v.counts.waits_n,
        .live = v.counts.live,
        .memo = memo_json(o->memo, scratch),
        .class = class_store(v.error_class),
        .reason = v.reason ? str_of(v.reason) : STR_NONE,
        .words = cut(words_of(lane, o), WORDS_ROW_MAX),
        .disarms = v.disarms,
        .now = now.us,
    };
    if (q_lane_end(worker->propre->db, &in, NULL, &row, &found, error) || !found)
        return error->fault;
    if (v.state == DELIVERY_PUBLISHED &&
        post_made(worker->propre,
                  &(struct post_made){
                      .workspace = lane->workspace,
                      .delivery = lane->delivery,
                      .remote_id = o->step ? o->step->remote_id : STR_NONE,
                      .permalink = o->step ? o->step->permalink : STR_NONE,
                      .published = lane->call.op == OP_READ_BACK ? lane->call.armed : now},
                  scratch, error))
        return error->fault;
    return store_event(worker, lane->workspace, lane->delivery, v.state, v.reason, error);
}

enum fault
lane_store(struct worker *worker, struct lane *lane, const struct lane_outcome *o,
           struct arena scratch, struct error *error)
{
    if (o->verdict.go == GO_ON)
        return store_on(worker, lane, o, scratch, error);
    if (db_begin(worker->propre->db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = worker->propre->db;
    if (end_attempt(worker, lane, o, error) || store_end(worker, lane, o, &scratch, error) ||
        rates_keep(worker->propre, lane->channel, &lane->rates, error) ||
        db_commit(worker->propre->db, error))
        return error->fault;
    lane_leave(worker, lane);
    return OK;
}

enum fault
lane_stop(struct worker *worker, struct lane *lane, enum delivery_state state,
          const char *reason, struct error *error)
{
    struct lane_end_row row;
    bool found = false;
    const struct lane_end_in in = {
        .id = lane->delivery,
        .worker = worker->name,
        .state = delivery_state_word(state),
        .tries_n = lane->state.tries_n,
        .looks_n = lane->state.looks_n,
        .absent_n = lane->state.absent_n,
        .deaths_n = lane->state.deaths_n,
        .waits_n = lane->state.waits_n,
        .live = lane->state.live,
        .reason = str_of(reason),
        .now = clock_now(&worker->propre->clock).us,
    };
    if (db_begin(worker->propre->db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = worker->propre->db;
    if (q_lane_end(worker->propre->db, &in, NULL, &row, &found, error) ||
        (found && store_event(worker, lane->workspace, lane->delivery, state, reason, error)) ||
        db_commit(worker->propre->db, error))
        return error->fault;
    lane_leave(worker, lane);
    return OK;
}
