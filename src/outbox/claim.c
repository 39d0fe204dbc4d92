#include <assert.h>

#include "base/translate.h"
#include "outbox/notice_internal.h"
#include "outbox/queries.h"
#include "outbox/worker_internal.h"
#include "place/db.h"
#include "place/propre.h"

enum {
    CLAIM_MAX = 64,        /* of one transaction: other writers wait meanwhile */
    LANE_BYTES = 96 << 20, /* address space; touched only as far as a message needs it */
    ANSWER_BYTES = 6 << 20 /* an answer of HTTP_ANSWER_MAX, its headers, and room */
};
/*
 * Posts of one account go out in the order they are due, while all can go. What must wait has reasons of its own (it
 * is looked for, tried again, still worked at): a minute, so that two posts a moment apart keep their order over one quick
 * second try; then those behind it are not made late. A thread that is half out would have them between its parts.
 */
static const int64_t order_patience_us = 60000000;
static const int64_t part_patience_us =
    600000000; /* ten minutes: order matters, but not more than time */
static const int64_t ask_stale_us =
    180000000; /* three minutes: longer than the steps of any question */

struct lane *
lane_take(struct worker *worker, enum lane_kind kind, int64_t workspace, int64_t channel)
{
    for (int32_t i = 0; i < worker->lanes_n; i++) {
        struct lane *lane = &worker->lanes[i];
        if (lane->kind != LANE_FREE)
            continue;
        struct arena_region region = lane->region, answer_region = lane->answer_region;
        *lane = (struct lane){.kind = kind,
                              .stage = STAGE_BEGIN,
                              .workspace = workspace,
                              .channel = channel,
                              .region = region,
                              .answer_region = answer_region};
        if (!region.start)
            lane->keep = arena_reserve(LANE_BYTES, &lane->region);
        else
            lane->keep = arena_reset(&lane->region);
        if (!answer_region.start)
            (void)arena_reserve(ANSWER_BYTES, &lane->answer_region);
        return lane;
    }
    return NULL;
}

void
lane_leave(struct worker *worker, struct lane *lane)
{
    (void)worker;
    lane->kind = LANE_FREE;
    lane->tag = 0;
}

static bool
lane_busy(const struct worker *worker, int64_t channel)
{
    for (int32_t i = 0; i < worker->lanes_n; i++) {
        if (worker->lanes[i].kind != LANE_FREE && worker->lanes[i].channel == channel)
            return true;
    }
    return false;
}

static int32_t
lanes_free(const struct worker *worker)
{
    int32_t n = 0;
    for (int32_t i = 0; i < worker->lanes_n; i++)
        n += worker->lanes[i].kind == LANE_FREE;
    return n;
}

/* Not now: the late policy has another word for it. */
static enum fault
claim_not(struct worker *worker, const struct claim_ready_row *row, enum late late,
          instant next, struct error *error)
{
    struct claim_not_row written;
    bool found = false;
    bool hold = late == LATE_HOLD;
    struct claim_not_in in = {
        .id = row->id,
        .revision = row->revision,
        .state = row->state,
        .next_us = some_int(next.us),
        .now = clock_now(&worker->propre->clock).us,
    };
    if (late == LATE_WAIT) {
        in.reason = S(N_("It is late, and waits so that not everything goes out at once."));
    } else {
        in.state = delivery_state_word(hold ? DELIVERY_HELD : DELIVERY_MISSED);
        in.next_us = no_int;
        in.reason =
            hold ? S(N_("It is more than six hours late; say whether it shall still go out."))
                 : S(N_("Its time was over before it could be sent."));
    }
    if (q_claim_not(worker->propre->db, &in, NULL, &written, &found, error) || !found ||
        late == LATE_WAIT)
        return error->fault;
    const struct delivery_event_insert_in event = {row->id,    in.now,   STR_NONE, S("late"),
                                                   row->state, in.state, in.reason};
    if (q_delivery_event_insert(worker->propre->db, &event, error))
        return error->fault;
    return incident_open_delivery(worker->propre, row->workspace, S("late"), row->id, in.reason,
                                  error);
}

static enum fault
claim_one(struct worker *worker, const struct claim_ready_row *row, struct error *error)
{
    instant now = clock_now(&worker->propre->clock), next;
    struct claim_take_row taken;
    bool got = false;
    bool unknown = str_eq(row->state, delivery_state_word(DELIVERY_UNKNOWN));
    if (!unknown) {
        const struct late_question question = {
            {row->due_us}, row->use_by_us, row->last_out_us, row->live != 0};
        enum late late = late_decide(&worker->rules, &question, now, &next);
        if (late != LATE_SEND)
            return claim_not(worker, row, late, next, error);
    }
    const struct claim_take_in in = {
        .id = row->id,
        .revision = row->revision,
        .state = unknown ? row->state : delivery_state_word(DELIVERY_CLAIMED),
        .worker = worker->name,
        .now = now.us,
    };
    if (q_claim_take(worker->propre->db, &in, NULL, &taken, &got, error) || !got)
        return error->fault;
    struct lane *lane = lane_take(worker, LANE_DELIVERY, row->workspace, row->channel);
    assert(lane);
    lane->delivery = row->id;
    return OK;
}

static enum fault
claim_rows(struct worker *worker, struct arena keep, bool *ret_any, struct error *error)
{
    struct claim_ready_row *rows;
    ptrdiff_t n;
    int32_t room = lanes_free(worker);
    const struct claim_ready_in in = {clock_now(&worker->propre->clock).us, order_patience_us,
                                      part_patience_us, CLAIM_MAX};
    if (q_claim_ready(worker->propre->db, &in, &keep, &rows, &n, error))
        return error->fault;
    *ret_any = n > 0;
    bool alone = false;
    for (ptrdiff_t i = 0; i < n && lanes_free(worker) > 0 && room > 0 && !alone; i++) {
        /*
         * Workers may have died of it; its last chance is begun while nothing else is under way, so that one more death leaves
         * no other in doubt. Those behind it wait until then; it is soon, as requests end.
         */
        alone = rows[i].deaths_n >= worker->rules.deaths_max - 1;
        if (alone && lanes_free(worker) < worker->lanes_n) {
            *ret_any = i > 0; /* a lane that moves is reason to look again */
            break;
        }
        if (!lane_busy(worker, rows[i].channel) && claim_one(worker, &rows[i], error))
            return error->fault;
    }
    return OK;
}

/* Nothing that was claimed in a transaction that did not last is ours. */
static void
unclaim(struct worker *worker, const bool *before)
{
    for (int32_t i = 0; i < worker->lanes_n; i++) {
        if (!before[i])
            lane_leave(worker, &worker->lanes[i]);
    }
}

enum fault
claim_some(struct worker *worker, bool *ret_any, struct error *error)
{
    bool before[LANES_MAX] = {0};
    *ret_any = true; /* nobody looked */
    if (lanes_free(worker) == 0)
        return OK;
    for (int32_t i = 0; i < worker->lanes_n; i++)
        before[i] = worker->lanes[i].kind != LANE_FREE;
    if (db_begin(worker->propre->db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = worker->propre->db;
    enum fault fault = claim_rows(worker, arena_reset(&worker->rows_region), ret_any, error);
    if (!fault)
        fault = db_commit(worker->propre->db, error);
    if (fault)
        unclaim(worker, before);
    return fault;
}

/* Mostly nobody asks anything: looking keeps no other writer out. */
static enum fault
anything_asked(struct worker *worker, const struct account_asked_in *in, bool *ret,
               struct error *error)
{
    struct account_asked_row *rows;
    ptrdiff_t n = 0;
    if (db_begin(worker->propre->db, DB_READ, error))
        return error->fault;
    auto_tx tx = worker->propre->db;
    struct arena keep = arena_reset(&worker->rows_region);
    enum fault fault = q_account_asked(worker->propre->db, in, &keep, &rows, &n, error);
    *ret = n > 0;
    return fault;
}

enum fault
claim_asked(struct worker *worker, struct error *error)
{
    struct account_asked_row *rows;
    ptrdiff_t n = 0;
    bool before[LANES_MAX] = {0}, any = false;
    int64_t now = clock_now(&worker->propre->clock).us;
    const struct account_asked_in in = {now - ask_stale_us, CLAIM_MAX};
    if (anything_asked(worker, &in, &any, error))
        return error->fault;
    if (!any)
        return OK;
    for (int32_t i = 0; i < worker->lanes_n; i++)
        before[i] = worker->lanes[i].kind != LANE_FREE;
    if (db_begin(worker->propre->db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = worker->propre->db;
    struct arena keep = arena_reset(&worker->rows_region);
    enum fault fault = q_account_asked(worker->propre->db, &in, &keep, &rows, &n, error);
    for (ptrdiff_t i = 0; !fault && i < n && lanes_free(worker) > 0; i++) {
        struct account_ask_take_row row;
        bool got = false;
        const struct account_ask_take_in take = {rows[i].channel, rows[i].ask_us, worker->name,
                                                 now, now - ask_stale_us};
        if (lane_busy(worker, rows[i].channel))
            continue;
        fault = q_account_ask_take(worker->propre->db, &take, NULL, &row, &got, error);
        if (fault || !got)
            continue;
        struct lane *lane = lane_take(worker, LANE_ASK, rows[i].workspace, rows[i].channel);
        assert(lane);
        /* The question is read again when the lane begins. */
        if (!channel_op_parse(rows[i].ask_op, &lane->asked))
            lane->asked = OP_VERIFY;
        lane->call.redirect = arena_str(&lane->keep, rows[i].ask_argument);
        lane->call.callback = lane->call.redirect;
    }
    if (!fault)
        fault = db_commit(worker->propre->db, error);
    if (fault)
        unclaim(worker, before);
    return fault;
}

enum fault
claim_next(struct worker *worker, instant after, instant *ret, struct error *error)
{
    struct claim_next_row row;
    if (db_begin(worker->propre->db, DB_READ, error))
        return error->fault;
    auto_tx tx = worker->propre->db;
    if (q_claim_next(worker->propre->db, &(struct claim_next_in){after.us}, NULL, &row, error))
        return error->fault;
    ret->us = row.next_us.has ? row.next_us.is : INT64_MAX;
    return OK;
}
