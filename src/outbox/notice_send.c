#include <assert.h>
#include <string.h>

#include "base/translate.h"
#include "outbox/notify_internal.h"
#include "outbox/queries.h"
#include "outbox/worker_internal.h"
#include "place/db.h"
#include "place/propre.h"

enum {
    BATCH_MAX = 50, /* incidents told in one notice: a screen and a half */
    FLIGHT_BYTES = 16 << 20
};
/* A test nobody did in that time is not done any more: who asked has left. */
static const int64_t test_life_us = 600000000;

/*
 * One sending at a time, through the worker's own wire: it flies beside the lanes, so that a mail server that takes its
 * minute keeps nothing from going out.
 */
struct notice_flight {
    enum { FLIGHT_NONE, FLIGHT_OUT, FLIGHT_HEARD } stage;
    int64_t tag, workspace;
    enum notify_means means;
    struct maybe_int test_us; /* of a test */
    int64_t ids[BATCH_MAX];
    int32_t n, tries_n;
    bool good;
    char words[NOTIFY_WORDS_MAX];
    int32_t words_n;
    struct arena_region region;
};

struct notice_flight *
notice_flight_new(struct arena *arena)
{
    struct notice_flight *flight = new (arena, struct notice_flight, 1);
    (void)arena_reserve(FLIGHT_BYTES, &flight->region);
    return flight;
}

void
notice_flight_free(struct notice_flight *flight)
{
    arena_release(&flight->region);
}

bool
notice_flying(const struct worker *worker)
{
    return worker->notice->stage == FLIGHT_OUT;
}

/* ---- how it ended ---- */

static void
hear(struct notice_flight *flight, bool good, str words)
{
    flight->stage = FLIGHT_HEARD;
    flight->good = good;
    flight->words_n = (int32_t)(words.n < NOTIFY_WORDS_MAX ? words.n : NOTIFY_WORDS_MAX);
    if (flight->words_n > 0)
        memcpy(flight->words, words.p, (size_t)flight->words_n);
}

bool
notice_idle(const struct worker *worker)
{
    return worker->notice->stage == FLIGHT_NONE;
}

bool
notice_heard(struct worker *worker, int64_t tag, const struct http_answer *answer)
{
    struct notice_flight *flight = worker->notice;
    if (flight->stage != FLIGHT_OUT || flight->tag != tag)
        return false;
    struct arena keep = arena_reset(&flight->region);
    bool good;
    str words = notice_outcome(flight->means, answer, &keep, &good);
    hear(flight, good, words);
    return true;
}

static enum fault
store_batch(struct worker *worker, const struct notice_flight *flight, str words, int64_t now,
            struct error *error)
{
    struct db *db = worker->propre->db;
    bool again = !flight->good && flight->tries_n < NOTIFY_TRIES_MAX;
    for (int32_t i = 0; i < flight->n; i++) {
        const struct notice_end_in in = {
            .id = flight->ids[i],
            .next_us = again ? some_int(now + notice_wait(flight->tries_n).us) : no_int,
            .sent_us = flight->good ? some_int(now) : no_int,
            .words = words};
        if (q_notice_end(db, &in, error))
            return error->fault;
    }
    const struct notify_heard_in heard = {flight->workspace, notify_means_word(flight->means),
                                          flight->good ? some_int(now) : no_int,
                                          flight->good ? no_int : some_int(now), words};
    return q_notify_heard(db, &heard, error);
}

static enum fault
store(struct worker *worker, struct error *error)
{
    struct notice_flight *flight = worker->notice;
    struct db *db = worker->propre->db;
    int64_t now = clock_now(&worker->propre->clock).us;
    str words = flight->words_n > 0 ? (str){flight->words, flight->words_n} : STR_NONE;
    if (db_begin(db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = db;
    enum fault fault;
    if (flight->test_us.has) {
        const struct notify_tested_in in = {
            flight->workspace,  notify_means_word(flight->means),
            flight->test_us.is, now,
            flight->good,       words};
        fault = q_notify_tested(db, &in, error);
    } else {
        fault = store_batch(worker, flight, words, now, error);
    }
    fault = fault ? fault : db_commit(db, error);
    if (!fault)
        flight->stage = FLIGHT_NONE;
    return fault;
}

/* ---- the next one ---- */

/* What is about to be sent, written down and ready. */
struct sending {
    struct notify_open open;
    struct notice_text text;
    struct notice_item items[BATCH_MAX];
    int32_t n;
    bool broken; /* it cannot even be tried; ${why} says why */
    str why;
};

/* Why it cannot be tried, as a person may read it. */
static void
break_off(struct sending *s, struct error *error, struct arena *keep)
{
    char text[NOTIFY_WORDS_MAX];
    error_text(error, NULL, NULL, text, sizeof text);
    s->broken = true;
    s->why = arena_str(keep, str_of(text));
    *error = (struct error){0};
}

static void
start(struct worker *worker, struct sending *s, struct arena *keep)
{
    struct notice_flight *flight = worker->notice;
    struct error error = {0};
    struct http_request request;
    instant now = clock_now(&worker->propre->clock);
    flight->tag = ++worker->tag_last;
    if (!s->broken &&
        (notice_request(&s->open, &s->text, s->items, s->n, now, keep, &request, &error) ||
         wire_start(worker->wire, &request, NULL, flight->tag, &error)))
        break_off(s, &error, keep);
    if (s->broken)
        hear(flight, false, s->why);
    else
        flight->stage = FLIGHT_OUT;
}

/* Settings that cannot be opened are a failed try, with its reason on the screen. */
static enum fault
open_means(struct worker *worker, struct sending *s, struct arena *keep, struct error *error)
{
    struct notice_flight *flight = worker->notice;
    enum fault fault = notify_open_means(worker->propre, flight->workspace, flight->means, keep,
                                         &s->open, error);
    if (!fault && s->open.shown.common.pages.n == 0)
        s->open.shown.common.pages = worker->pages;
    if (fault != FAULT_DENIED && fault != FAULT_CORRUPT)
        return fault;
    break_off(s, error, keep);
    return OK;
}

static enum fault
end_notice(struct worker *worker, int64_t id, str words, struct error *error)
{
    return q_notice_end(worker->propre->db, &(struct notice_end_in){id, no_int, no_int, words},
                        error);
}

/* Takes one row into the batch, unless there is nothing to tell any more or somebody else has it. */
static enum fault
take(struct worker *worker, const struct notice_new_row *row, struct sending *s,
     struct arena *keep, struct error *error)
{
    struct notice_flight *flight = worker->notice;
    struct notice_take_row taken;
    bool found = false;
    int32_t tries = (int32_t)row->tries_n + 1;
    if (row->closed_us.has)
        return end_notice(worker, row->id, S(N_("It was over before it could be told")), error);
    if (tries > NOTIFY_TRIES_MAX) /* a worker died in the last try */
        return end_notice(worker, row->id,
                          row->words.p ? row->words : S(N_("The last try was broken off")),
                          error);
    /* Until its outcome is known it is due again at the next step of the ladder: whoever lives then sends it. */
    int64_t now = clock_now(&worker->propre->clock).us;
    const struct notice_take_in in = {row->id, row->next_us, s->text.id,
                                      now + notice_wait(tries).us + SPAN_SECOND.us * 60};
    if (q_notice_take(worker->propre->db, &in, keep, &taken, &found, error))
        return error->fault;
    if (!found)
        return OK;
    flight->tries_n = tries;
    flight->ids[s->n] = row->id;
    s->items[s->n++] =
        (struct notice_item){row->incident, row->kind, row->subject, row->text, row->first_us};
    flight->n = s->n;
    return OK;
}

/* Rows of one batch; of a new one, all that wait for the same means. */
static enum fault
rows_of(struct worker *worker, const struct notice_due_row *due, struct arena *keep,
        struct notice_new_row **ret, ptrdiff_t *ret_n, struct error *error)
{
    struct db *db = worker->propre->db;
    if (!due->batch.p) {
        const struct notice_new_in in = {due->workspace, due->means, BATCH_MAX};
        return q_notice_new(db, &in, keep, ret, ret_n, error);
    }
    struct notice_again_row *again;
    const struct notice_again_in in = {due->batch, BATCH_MAX};
    if (q_notice_again(db, &in, keep, &again, ret_n, error))
        return error->fault;
    *ret = new (keep, struct notice_new_row, *ret_n);
    for (ptrdiff_t i = 0; i < *ret_n; i++)
        (*ret)[i] = (struct notice_new_row){
            again[i].id,      again[i].incident,   again[i].kind,      again[i].subject,
            again[i].text,    again[i].first_us,   again[i].closed_us, again[i].tries_n,
            again[i].next_us, again[i].created_us, again[i].words};
    return OK;
}

/* In one transaction: what is taken, and what it says. */
static enum fault
prepare(struct worker *worker, const struct notice_due_row *due, struct sending *s,
        struct arena *keep, struct error *error)
{
    struct notice_new_row *rows = NULL;
    ptrdiff_t n = 0;
    if (rows_of(worker, due, keep, &rows, &n, error))
        return error->fault;
    s->text.id = due->batch;
    if (!s->text.id.p && rows && n > 0)
        s->text.id = arena_printf(keep, "notice.%lld.%lld", (long long)rows[0].id,
                                  (long long)rows[0].created_us);
    for (ptrdiff_t i = 0; rows && i < n; i++) {
        if (take(worker, &rows[i], s, keep, error))
            return error->fault;
    }
    if (s->n == 0 || s->broken)
        return OK;
    return notice_text_make(worker->propre, due->workspace, &s->open.shown.common, s->items,
                            s->n, keep, &s->text, error);
}

static enum fault
go_due(struct worker *worker, const struct notice_due_row *due, struct arena *keep,
       struct error *error)
{
    struct notice_flight *flight = worker->notice;
    struct sending *s = new (keep, struct sending, 1);
    if (!notify_means_parse(due->means, &flight->means))
        return fail(error, FAULT_CORRUPT, "a notice has a means that does not exist");
    flight->workspace = due->workspace;
    flight->test_us = no_int;
    flight->n = 0;
    if (db_begin(worker->propre->db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = worker->propre->db;
    enum fault fault = open_means(worker, s, keep, error);
    if (fault == FAULT_ABSENT) {
        const struct notice_forget_in in = {
            due->workspace, due->means, S(N_("It was turned off before this could be sent"))};
        *error = (struct error){0};
        fault = q_notice_forget(worker->propre->db, &in, error);
    } else if (!fault) {
        fault = prepare(worker, due, s, keep, error);
    }
    fault = fault ? fault : db_commit(worker->propre->db, error);
    if (!fault && s->n > 0)
        start(worker, s, keep);
    return fault;
}

static enum fault
go_test(struct worker *worker, const struct notify_asked_row *asked, struct arena *keep,
        struct error *error)
{
    struct notice_flight *flight = worker->notice;
    struct sending *s = new (keep, struct sending, 1);
    struct notify_test_take_row row;
    bool found = false;
    int64_t now = clock_now(&worker->propre->clock).us;
    if (!notify_means_parse(asked->means, &flight->means))
        return fail(error, FAULT_CORRUPT, "a notice has a means that does not exist");
    flight->workspace = asked->workspace;
    flight->test_us = some_int(asked->test_us);
    flight->n = 0;
    if (db_begin(worker->propre->db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = worker->propre->db;
    const struct notify_test_take_in in = {asked->workspace, asked->means, asked->test_us, now,
                                           S(N_("The test is under way"))};
    if (q_notify_test_take(worker->propre->db, &in, keep, &row, &found, error) || !found ||
        open_means(worker, s, keep, error) ||
        (!s->broken &&
         notice_text_test(worker->propre, &s->open.shown.common, keep, &s->text, error)) ||
        db_commit(worker->propre->db, error))
        return error->fault;
    s->text.id = arena_printf(keep, "test.%lld", (long long)asked->test_us);
    start(worker, s, keep);
    return OK;
}

enum fault
notice_go(struct worker *worker, struct error *error)
{
    struct notice_flight *flight = worker->notice;
    struct notice_due_row due;
    struct notify_asked_row asked;
    bool any = false, test = false;
    if (flight->stage == FLIGHT_HEARD && store(worker, error))
        return error->fault;
    if (flight->stage != FLIGHT_NONE || worker->stopping)
        return OK;
    int64_t now = clock_now(&worker->propre->clock).us;
    struct arena keep = arena_reset(&flight->region);
    if (db_begin(worker->propre->db, DB_READ, error))
        return error->fault;
    enum fault fault = q_notice_due(worker->propre->db, &(struct notice_due_in){now}, &keep,
                                    &due, &any, error);
    if (!fault && !any)
        fault =
            q_notify_asked(worker->propre->db, &(struct notify_asked_in){now - test_life_us},
                           &keep, &asked, &test, error);
    db_rollback(worker->propre->db);
    if (fault)
        return fault;
    if (any)
        fault = go_due(worker, &due, &keep, error);
    else if (test)
        fault = go_test(worker, &asked, &keep, error);
    return !fault && flight->stage == FLIGHT_HEARD ? store(worker, error) : fault;
}

/* ---- at once ---- */

enum fault
notify_test(struct propre *propre, struct wire *wire, int64_t workspace,
            enum notify_means means, struct arena *keep, bool *ret_good, str *ret_words,
            struct error *error)
{
    struct notify_open open;
    struct notice_text text;
    struct http_request request;
    struct http_answer answer;
    instant now = clock_now(&propre->clock);
    if (db_begin(propre->db, DB_READ, error))
        return error->fault;
    enum fault fault = notify_open_means(propre, workspace, means, keep, &open, error);
    if (!fault)
        fault = notice_text_test(propre, &open.shown.common, keep, &text, error);
    db_rollback(propre->db);
    text.id = arena_printf(keep, "test.%lld", (long long)now.us);
    if (fault || notice_request(&open, &text, NULL, 0, now, keep, &request, error) ||
        wire_call(wire, &request, NULL, keep, &answer, error))
        return error->fault;
    *ret_words = notice_outcome(means, &answer, keep, ret_good);
    if (*ret_good && means == NOTIFY_MAIL && !ret_words->p)
        *ret_words = arena_str(keep, answer.body);
    return OK;
}
