#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "outbox/notify_internal.h"
#include "outbox/worker_internal.h"
#include "place/db.h"
#include "place/media.h"
#include "place/propre.h"

enum {
    ROUNDS_MAX = 1000,        /* of claiming and going on in one step: a step ends some time */
    SCRATCH_BYTES = 64 << 20, /* address space: a request with its body, twice */
    WIRE_BYTES = 8 << 20,     /* an answer of HTTP_ANSWER_MAX with its headers */
    ROWS_BYTES = 4 << 20      /* rows of numbers and names: claims, workers, orphans */
};
static const int64_t upkeep_us =
    20000000; /* the beat; a third of what is noticed by a person */
static const int64_t poll_us =
    1000000; /* others write what is due now: a second, so that "now" is now */
static const int64_t look_ahead_us =
    60000000; /* pre-flight and occurrences: a minute late is early enough */
static const int64_t retry_us = 1000000; /* what could not be written down is tried again */

/* The bytes of pictures, for transfers: a read of its own. */
static bool
read_media(void *ctx, int64_t media, int64_t offset, void *out, ptrdiff_t max, ptrdiff_t *ret_n)
{
    struct worker *worker = ctx;
    struct error error = {0};
    if (db_begin(worker->propre->db, DB_READ, &error))
        return false;
    auto_tx tx = worker->propre->db;
    return !media_read(worker->propre, media, offset, out, max, ret_n, &error);
}

enum fault
worker_open(struct propre *propre, struct wire *wire, const struct worker_options *options,
            struct worker **ret, struct error *error)
{
    struct arena_region region;
    struct arena arena = arena_reserve(1 << 20, &region);
    struct worker *worker = new (&arena, struct worker, 1);
    worker->region = region;
    worker->propre = propre;
    worker->wire = wire;
    worker->log = options->log;
    worker->mail = options->mail;
    worker->pages = options->pages;
    worker->due_us = INT64_MIN;
    worker->notice = notice_flight_new(&arena);
    worker->rules = options->trial ? options->trial->rules : protocol_rules();
    worker->find = options->trial ? options->trial->find : driver_find;
    worker->dead = options->trial ? options->trial->dead : NULL;
    worker->dead_ctx = options->trial ? options->trial->ctx : NULL;
    worker->source = (struct http_source){read_media, worker};
    worker->lanes_n = options->lanes_max > 0 && options->lanes_max <= LANES_MAX
                          ? options->lanes_max
                          : LANES_USUAL;
    struct arena lanes = arena_reserve((ptrdiff_t)sizeof(struct lane) * worker->lanes_n + 4096,
                                       &worker->lanes_region);
    worker->lanes = new (&lanes, struct lane, worker->lanes_n);
    (void)arena_reserve(WIRE_BYTES, &worker->wire_region);
    (void)arena_reserve(SCRATCH_BYTES, &worker->scratch_region);
    (void)arena_reserve(ROWS_BYTES, &worker->rows_region);
    if (options->name.n > 0 && options->name.n < WORKER_NAME_BYTES) {
        memcpy(worker->name_bytes, options->name.p, (size_t)options->name.n);
        worker->name = (str){worker->name_bytes, options->name.n};
    } else {
        worker->name = process_name(worker->name_bytes);
    }
    if (worker_begin(worker, error)) {
        worker_free(worker);
        return error->fault;
    }
    *ret = worker;
    return OK;
}

void
worker_close(struct worker *worker)
{
    struct error ignored = {0};
    /* Unless the data are away; then whoever comes next finds our process gone. */
    if (worker && worker_end(worker, &ignored) && worker->log)
        log_fault(worker->log, "outbox.close", &ignored);
    worker_free(worker);
}

void
worker_free(struct worker *worker)
{
    if (!worker)
        return;
    for (int32_t i = 0; i < worker->lanes_n; i++) {
        if (worker->lanes[i].region.start)
            arena_release(&worker->lanes[i].region);
        if (worker->lanes[i].answer_region.start)
            arena_release(&worker->lanes[i].answer_region);
    }
    notice_flight_free(worker->notice);
    arena_release(&worker->lanes_region);
    arena_release(&worker->wire_region);
    arena_release(&worker->scratch_region);
    arena_release(&worker->rows_region);
    struct arena_region region = worker->region;
    arena_release(&region);
}

bool
worker_idle(const struct worker *worker)
{
    for (int32_t i = 0; i < worker->lanes_n; i++) {
        if (worker->lanes[i].kind != LANE_FREE)
            return false;
    }
    return notice_idle(worker);
}

void
worker_stop(struct worker *worker)
{
    worker->stopping = true;
}

/* An answer outlives the next one: it is copied to its lane. */
static void
answer_keep(struct lane *lane, const struct http_answer *answer)
{
    struct arena keep = arena_reset(&lane->answer_region);
    lane->answer = *answer;
    lane->answer.headers = new (&keep, struct http_header, answer->headers_n);
    for (int32_t i = 0; i < answer->headers_n; i++)
        lane->answer.headers[i] =
            (struct http_header){arena_str(&keep, answer->headers[i].name),
                                 arena_str(&keep, answer->headers[i].value)};
    lane->answer.body = arena_str(&keep, answer->body);
    lane->answer.url = arena_str(&keep, answer->url);
    lane->answer.problem = arena_str(&keep, answer->problem);
    lane->stage = STAGE_ANSWER;
}

/* A fault of one lane is of that lane: it is told once, and tried again. */
static void
go(struct worker *worker, struct lane *lane, bool *ret_again)
{
    struct error error = {0};
    worker->due_us = INT64_MIN; /* what waited for this one may be ready */
    if (lane_go(worker, lane, &error)) {
        if (worker->log)
            log_fault(worker->log, "outbox.lane", &error);
        *ret_again = true;
    }
}

static bool
any_flight(const struct worker *worker)
{
    for (int32_t i = 0; i < worker->lanes_n; i++) {
        if (worker->lanes[i].kind != LANE_FREE && worker->lanes[i].stage == STAGE_FLIGHT)
            return true;
    }
    return notice_flying(worker);
}

/* Persons are told beside the deliveries: nothing of those waits for it, and its faults are its own. */
static void
tell_persons(struct worker *worker)
{
    struct error error = {0};
    if (worker->mail && notice_go(worker, &error) && worker->log)
        log_fault(worker->log, "outbox.notice", &error);
}

static enum fault
take_answer(struct worker *worker, span patience, bool *ret_any, bool *ret_again,
            struct error *error)
{
    struct arena keep = arena_reset(&worker->wire_region);
    struct http_answer answer = {0};
    int64_t tag = 0;
    *ret_any = false;
    if (wire_wait(worker->wire, patience, &keep, &tag, &answer, ret_any, error))
        return error->fault;
    if (*ret_any && notice_heard(worker, tag, &answer)) {
        tell_persons(worker);
        return OK;
    }
    for (int32_t i = 0; *ret_any && i < worker->lanes_n; i++) {
        struct lane *lane = &worker->lanes[i];
        if (lane->kind != LANE_FREE && lane->tag == tag && lane->stage == STAGE_FLIGHT) {
            answer_keep(lane, &answer);
            go(worker, lane, ret_again);
            break;
        }
    }
    return OK;
}

/* What lies ahead must not keep from going out what is due: its faults are told, and it is tried in a minute. */
static void
look_ahead(struct worker *worker)
{
    struct error error = {0};
    if (recur(worker, &error) && worker->log)
        log_fault(worker->log, "outbox.recur", &error);
    error = (struct error){0};
    if (preflight(worker, &error) && worker->log)
        log_fault(worker->log, "outbox.preflight", &error);
}

/* Everything that is not about one delivery: who lives, what lies ahead, who must be told. */
static enum fault
upkeep(struct worker *worker, struct error *error)
{
    instant now = clock_now(&worker->propre->clock);
    if (!worker->upkept_us.has || now.us - worker->upkept_us.is >= upkeep_us ||
        now.us < worker->upkept_us.is) {
        if (worker_upkeep(worker, error))
            return error->fault;
        worker->upkept_us = some_int(now.us);
    }
    if (!worker->stopping &&
        (!worker->asked_us.has || now.us - worker->asked_us.is >= poll_us ||
         now.us < worker->asked_us.is)) {
        if (claim_asked(worker, error))
            return error->fault;
        worker->asked_us = some_int(now.us);
        tell_persons(worker);
    }
    if (!worker->stopping &&
        (!worker->looked_ahead_us.has || now.us - worker->looked_ahead_us.is >= look_ahead_us ||
         now.us < worker->looked_ahead_us.is)) {
        worker->looked_ahead_us = some_int(now.us);
        look_ahead(worker);
    }
    return OK;
}

static int64_t
earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Lanes that were just taken. */
static void
begin_taken(struct worker *worker, bool *ret_again)
{
    for (int32_t i = 0; i < worker->lanes_n && !*ret_again; i++) {
        if (worker->lanes[i].kind != LANE_FREE && worker->lanes[i].stage == STAGE_BEGIN)
            go(worker, &worker->lanes[i], ret_again);
    }
}

enum fault
worker_step(struct worker *worker, span patience, instant *ret_next, struct error *error)
{
    bool again = false, any = true, ready = true;
    instant looked = {INT64_MIN}; /* when it was last looked for what is ready */
    if (upkeep(worker, error))
        return error->fault;
    for (int32_t i = 0; i < worker->lanes_n; i++) {
        if (worker->lanes[i].kind != LANE_FREE && worker->lanes[i].stage != STAGE_FLIGHT)
            go(worker, &worker->lanes[i], &again);
    }
    for (int round = 0; round < ROUNDS_MAX && any; round++) {
        looked = clock_now(&worker->propre->clock);
        ready = true; /* unless somebody looks */
        if (!worker->stopping && worker->due_us <= looked.us &&
            claim_some(worker, &ready, error))
            return error->fault;
        begin_taken(worker, &again);
        any = false;
        if (any_flight(worker) &&
            take_answer(worker, round == 0 && !again ? patience : (span){0}, &any, &again,
                        error))
            return error->fault;
    }
    instant now = clock_now(&worker->propre->clock), next;
    /* What is due and was not ready then is no reason to look again at once, without end. */
    if (claim_next(worker, ready ? (instant){INT64_MIN} : looked, &next, error))
        return error->fault;
    worker->due_us = next.us;
    if (worker->stopping)
        next.us = INT64_MAX;
    next.us = earlier(next.us, now.us + poll_us);
    if (again)
        next.us = earlier(next.us, now.us + retry_us);
    if (any_flight(worker))
        next = now;
    *ret_next = next;
    return OK;
}
