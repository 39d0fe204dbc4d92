#pragma once
#include "base/log.h"
#include "outbox/outbox_internal.h"
#include "outbox/protocol.h"
#include "outbox/rate.h"
#include "outbox/worker.h"
#include "place/secret.h"
#include "wire/http.h"

/* The worker inside: lanes, and who does what in them. */

/* What a test puts in the place of the product's own. */
struct worker_trial {
    struct protocol_rules rules;
    driver_finder *find;
    bool (*dead)(void *ctx, str name); /* whether the process of that worker is gone */
    void *ctx;
};

enum {
    LANES_MAX = 256,  /* transfers side by side; curl and a home line bear no more */
    LANES_USUAL = 64, /* unless the options say otherwise */
    WORKER_NAME_BYTES = 160
};

enum lane_kind { LANE_FREE, LANE_DELIVERY, LANE_ASK };
enum lane_stage {
    STAGE_BEGIN, /* taken; nothing asked of the driver yet */
    STAGE_FLIGHT,
    STAGE_ANSWER /* an answer is here, and what it means is not yet written down */
};

/* One account at work. */
struct lane {
    enum lane_kind kind;
    enum lane_stage stage;
    int64_t workspace, channel, delivery, tag;
    struct arena_region region, answer_region;
    struct arena keep; /* until the lane is free */

    const struct driver *driver;
    struct account row;
    struct channel_account account;
    struct channel_message message;
    struct channel_call call;
    struct memo memo;
    str content;        /* what is to be kept with the next step; none: it is kept */
    str content_before; /* what the memo belongs to; none: not known */
    struct protocol_state state;
    bool refreshing, refreshed; /* of this claim */
    bool
        old_token; /* no fresh one was to be had for now: that it is refused tells nothing yet */
    struct memo refresh_memo; /* of the refresh: what the delivery stands at is left alone */
    /* Of LANE_ASK. */
    enum channel_op asked;
    bool verified;              /* the account answered; its limits are asked for in passing */
    uint8_t seed[SECRET_BYTES]; /* of one connection */

    struct rates rates; /* as the data have them, and what was heard since */
    const char *family; /* of the request that is under way */
    bool begun;         /* a step of it was confirmed, now or earlier */
    int64_t attempt;    /* 0: none is open */
    bool requested, publishes, cosmetic;
    instant deadline;
    struct http_answer answer;
};

struct worker {
    struct propre *propre;
    struct wire *wire;
    const struct log *log;
    struct protocol_rules rules;
    driver_finder *find;
    bool (*dead)(void *ctx, str name);
    void *dead_ctx;
    str name;
    char name_bytes[WORKER_NAME_BYTES];
    struct http_source source;
    struct lane *lanes;
    int32_t lanes_n;
    int64_t tag_last;
    str pages; /* lives as long as the program */
    bool mail, stopping;
    struct maybe_int upkept_us, looked_ahead_us, asked_us;
    /* Before it nothing is claimed: when it was last looked, nothing waited for an earlier moment. */
    int64_t due_us;
    struct notice_flight *notice; /* the one sending that may be under way beside the lanes */
    struct arena_region region, lanes_region, wire_region, scratch_region;
    struct arena_region rows_region; /* of one short transaction: claims, upkeep */
};

/* worker_free(worker): gives its memory back and tells the data nothing, as a crash would. */
void worker_free(struct worker *worker);

/* ---- claim.c ---- */
/*
 * claim_some(worker, ret_any, error): takes what is ready into free lanes, in one transaction. *ret_any: whether anything
 * was ready, or no lane was free to look. What is due may not be: it is held, behind another, or its account is busy.
 */
must_use enum fault claim_some(struct worker *worker, bool *ret_any, struct error *error);
/* claim_asked: takes questions put to accounts into free lanes. */
must_use enum fault claim_asked(struct worker *worker, struct error *error);
/* claim_next(worker, after, ret, error): the first moment later than ${after} for which anything waits; far away if none. */
must_use enum fault claim_next(struct worker *worker, instant after, instant *ret,
                               struct error *error);
struct lane *lane_take(struct worker *worker, enum lane_kind kind, int64_t workspace,
                       int64_t channel);
void lane_leave(struct worker *worker, struct lane *lane);

/* ---- orphan.c ---- */
/* worker_begin: writes itself down; whatever has no living worker goes on as the protocol says. */
must_use enum fault worker_begin(struct worker *worker, struct error *error);
must_use enum fault worker_upkeep(struct worker *worker, struct error *error);
must_use enum fault worker_end(struct worker *worker, struct error *error);
/* process_name(out): host's boot, process and its start: "boot/ns/pid/start". */
str process_name(char out[WORKER_NAME_BYTES]);
bool process_dead(str name);

/* ---- lane.c ---- */
/* lane_go(worker, lane, error): goes on until a transfer is under way or the lane is free. A fault: again later. */
must_use enum fault lane_go(struct worker *worker, struct lane *lane, struct error *error);
/* lane_send: starts the transfer of a request that was written down. */
void lane_send(struct worker *worker, struct lane *lane, const struct http_request *request);
/* lane_refresh(worker, lane, error): a fresh token before what the lane is at, from lease to answer. */
must_use enum fault lane_refresh(struct worker *worker, struct lane *lane, struct error *error);
void lane_ask_driver(struct worker *worker, struct lane *lane, struct memo *memo,
                     struct arena *keep, struct step *ret);

/* ---- lane_store.c ---- */
struct lane_outcome {
    struct protocol_verdict verdict;
    const struct step *step; /* NULL when the driver was not asked */
    const struct memo *memo;
};
must_use enum fault lane_store(struct worker *worker, struct lane *lane,
                               const struct lane_outcome *outcome, struct arena scratch,
                               struct error *error);
/* lane_stop: ends the lane in that state without a request: what a person must see to first. */
must_use enum fault lane_stop(struct worker *worker, struct lane *lane,
                              enum delivery_state state, const char *reason,
                              struct error *error);

/* ---- lane_ask.c ---- */
must_use enum fault lane_ask_go(struct worker *worker, struct lane *lane, struct error *error);

/* ---- preflight.c, recur.c ---- */
must_use enum fault preflight(struct worker *worker, struct error *error);
must_use enum fault recur(struct worker *worker, struct error *error);
