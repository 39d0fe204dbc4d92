#include "outbox/delivery.h"

#include <assert.h>

#include "base/translate.h"
#include "outbox/content.h"
#include "outbox/outbox_internal.h"
#include "outbox/queries.h"
#include "place/propre.h"
#include "place/secret.h"

enum {
    KEY_BYTES = 16,             /* 128 bits: no two deliveries will ever agree */
    BACKDATE_MAX_US = 60000000, /* a form takes so long to come in */
    ATTEMPTS_SHOWN_MAX = 1000,  /* of one delivery; its tries are capped far below */
    TAKEN_MAX = 20000,          /* future moments of one channel: two an hour for a year */
    WALL_MAX = 40,
    LABEL_MAX = 200 /* bytes: "2026-12-01T09:00"; names of zones and queues */
};

static const struct {
    str word;
    const char *name;
} states[DELIVERY_STATES_N] = {
    [DELIVERY_DRAFT] = {S_CONST("draft"), N_("Draft")},
    [DELIVERY_HELD] = {S_CONST("held"), N_("On hold")},
    [DELIVERY_SCHEDULED] = {S_CONST("scheduled"), N_("Scheduled")},
    [DELIVERY_CLAIMED] = {S_CONST("claimed"), N_("About to be sent")},
    [DELIVERY_SENDING] = {S_CONST("sending"), N_("Being sent")},
    [DELIVERY_DEFERRED] = {S_CONST("deferred"), N_("Will be tried again")},
    [DELIVERY_UNKNOWN] = {S_CONST("unknown"), N_("Being checked: it may be live")},
    [DELIVERY_PERSON] = {S_CONST("person"), N_("Needs you: it may be live")},
    [DELIVERY_PUBLISHED] = {S_CONST("published"), N_("Published")},
    [DELIVERY_REJECTED] = {S_CONST("rejected"), N_("Rejected")},
    [DELIVERY_MISSED] = {S_CONST("missed"), N_("Its time is over")},
    [DELIVERY_CANCELLED] = {S_CONST("cancelled"), N_("Cancelled")},
};

str
delivery_state_word(enum delivery_state state)
{
    assert(state >= 0 && state < DELIVERY_STATES_N);
    return states[state].word;
}

bool
delivery_state_parse(str word, enum delivery_state *ret)
{
    for (int i = 0; i < DELIVERY_STATES_N; i++) {
        if (str_eq(word, states[i].word)) {
            *ret = (enum delivery_state)i;
            return true;
        }
    }
    return false;
}

const char *
delivery_state_name(enum delivery_state state)
{
    assert(state >= 0 && state < DELIVERY_STATES_N);
    return states[state].name;
}

const char *
delivery_shown(const struct delivery *d)
{
    if (d->state == DELIVERY_PERSON && d->attempts_n == 0)
        return N_("Needs you: publish it by hand");
    return delivery_state_name(d->state);
}

bool
delivery_has_time(const struct delivery *d)
{
    return d->state != DELIVERY_DRAFT || d->wall.n > 0;
}

bool
delivery_is_final(enum delivery_state state)
{
    return state == DELIVERY_PUBLISHED || state == DELIVERY_REJECTED ||
           state == DELIVERY_MISSED || state == DELIVERY_CANCELLED;
}

enum fault
delivery_state_of(str word, enum delivery_state *ret, struct error *error)
{
    return delivery_state_parse(word, ret)
               ? OK
               : fail(error, FAULT_CORRUPT, "the data have a delivery in the state \"%.*s\"",
                      STR_FMT(word));
}

/* 32 hex digits nobody can guess: the network sees it, and with some it is the address of a record. */
static str
key_make(char out[2 * KEY_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t bytes[KEY_BYTES];
    secret_bytes(bytes, KEY_BYTES);
    for (ptrdiff_t i = 0; i < KEY_BYTES; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    return (str){out, (ptrdiff_t)2 * KEY_BYTES};
}

enum fault
delivery_plan_check(const struct delivery_plan *plan, instant now, struct error *error)
{
    if (plan->due_us < now.us - BACKDATE_MAX_US)
        return fail(error, FAULT_INPUT,
                    "the time to publish is over; choose one to come, or now");
    if (plan->use_by_us.has && plan->use_by_us.is <= plan->due_us)
        return fail(error, FAULT_INPUT,
                    "\"useless after\" must lie behind the time to publish");
    if (plan->wall.n > WALL_MAX || plan->zone.n > LABEL_MAX || plan->queue.n > LABEL_MAX)
        return fail(error, FAULT_INPUT, "the name of the queue is longer than %d bytes",
                    LABEL_MAX);
    return OK;
}

static enum fault
why_not(struct propre *propre, const struct delivery_plan *plan, struct error *error)
{
    struct delivery_refers_row row;
    const struct delivery_refers_in in = {plan->workspace, plan->message, plan->channel};
    if (q_delivery_refers(propre->db, &in, NULL, &row, error))
        return error->fault;
    if (row.messages_n == 0)
        return fail(error, FAULT_ABSENT, "there is no post %lld", (long long)plan->message);
    if (row.channels_n == 0)
        return fail(error, FAULT_ABSENT, "there is no channel %lld", (long long)plan->channel);
    return fail(error, FAULT_CONFLICT,
                "this post is planned for that channel already, or went out there; move that "
                "one, or cancel it first");
}

enum fault
delivery_schedule(struct propre *propre, const struct delivery_plan *plan, int64_t *ret_id,
                  struct error *error)
{
    const struct content_of of = {plan->workspace, plan->message, plan->channel};
    if (!plan->draft && content_require(propre, &of, error))
        return error->fault;
    return delivery_add(propre, plan, ret_id, error);
}

enum fault
delivery_add(struct propre *propre, const struct delivery_plan *plan, int64_t *ret_id,
             struct error *error)
{
    char key[2 * KEY_BYTES];
    struct delivery_insert_row row;
    bool made = false;
    instant now = clock_now(&propre->clock);
    if (delivery_plan_check(plan, now, error))
        return error->fault;
    const struct delivery_insert_in in = {
        .workspace = plan->workspace,
        .message = plan->message,
        .channel = plan->channel,
        .state = states[plan->draft ? DELIVERY_DRAFT : DELIVERY_SCHEDULED].word,
        .due_us = plan->due_us,
        .wall = plan->wall,
        .zone = plan->zone,
        .queue = plan->queue,
        .use_by_us = plan->use_by_us,
        .next_us = plan->draft ? no_int : some_int(plan->due_us),
        .key = key_make(key),
        .now = now.us,
    };
    if (q_delivery_insert(propre->db, &in, NULL, &row, &made, error))
        return error->fault;
    if (!made)
        return why_not(propre, plan, error);
    *ret_id = row.id;
    return OK;
}

/* Both pages and the single one have the same columns, in structs of their own. */
#define DELIVERY_FROM(row)                                            \
    ((struct delivery){                                               \
        .id = (row)->id,                                              \
        .workspace = (row)->workspace,                                \
        .message = (row)->message,                                    \
        .channel = (row)->channel,                                    \
        .channel_name = (row)->channel_name,                          \
        .network = (row)->network,                                    \
        .title = (row)->title,                                        \
        .excerpt = excerpt_of((row)->excerpt),                        \
        .due_us = (row)->due_us,                                      \
        .wall = (row)->wall,                                          \
        .zone = (row)->zone,                                          \
        .queue = (row)->queue,                                        \
        .use_by_us = (row)->use_by_us,                                \
        .next_us = (row)->next_us,                                    \
        .published_us = (row)->published_us,                          \
        .attempts_n = (int32_t)(row)->attempts_n,                     \
        .step = (row)->step,                                          \
        .remote_id = (row)->remote_id,                                \
        .permalink = (row)->permalink,                                \
        .error_class = class_stored((row)->class),                    \
        .reason = (row)->reason.p ? cstr(keep, (row)->reason) : NULL, \
        .words = (row)->words,                                        \
        .post = (row)->post,                                          \
        .live = (row)->live != 0,                                     \
        .revision = (row)->revision,                                  \
    })

enum error_class
class_stored(str word)
{
    enum error_class ret = CLASS_NONE;
    if (word.p && !error_class_parse(word, &ret))
        return CLASS_NONE;
    return ret;
}

/* 200 bytes at most, cut on a character. */
static str
excerpt_of(str s)
{
    enum { EXCERPT_MAX = 200 /* bytes: a line of a list */ };
    if (s.n <= EXCERPT_MAX)
        return s;
    ptrdiff_t n = EXCERPT_MAX;
    while (n > 0 && ((unsigned char)s.p[n] & 0xC0) == 0x80)
        n--;
    return str_slice(s, 0, n);
}

enum fault
delivery_get(struct propre *propre, int64_t workspace, int64_t id, struct arena *keep,
             struct delivery *ret, struct error *error)
{
    struct delivery_by_id_row row;
    bool found = false;
    if (q_delivery_by_id(propre->db, &(struct delivery_by_id_in){workspace, id}, keep, &row,
                         &found, error))
        return error->fault;
    if (!found)
        return delivery_absent(id, error);
    struct delivery made = DELIVERY_FROM(&row);
    if (delivery_state_of(row.state, &made.state, error))
        return error->fault;
    *ret = made;
    return OK;
}

enum fault
delivery_absent(int64_t id, struct error *error)
{
    return fail(error, FAULT_ABSENT, "there is no delivery %lld", (long long)id);
}

static struct maybe_int
unless_zero(int64_t n)
{
    return n == 0 ? no_int : some_int(n);
}

/* Where the page begins: behind that row, by its due moment. */
static enum fault
page_start(struct propre *propre, const struct delivery_filter *filter, struct maybe_int *ret,
           struct error *error)
{
    struct delivery_due_of_row row;
    bool found = false;
    *ret = no_int;
    if (filter->after_id == 0)
        return OK;
    const struct delivery_due_of_in in = {filter->workspace, filter->after_id};
    if (q_delivery_due_of(propre->db, &in, NULL, &row, &found, error))
        return error->fault;
    if (!found)
        return delivery_absent(filter->after_id, error);
    *ret = some_int(row.due_us);
    return OK;
}

static enum fault
list_finished(struct propre *propre, const struct delivery_filter *f, struct maybe_int after,
              struct arena *keep, struct delivery **ret, ptrdiff_t *ret_n, struct error *error)
{
    struct delivery_page_finished_row *rows;
    ptrdiff_t n;
    const struct delivery_page_finished_in in = {
        .workspace = f->workspace,
        .message = unless_zero(f->message),
        .channel = unless_zero(f->channel),
        .after_due = after,
        .after_id = f->after_id,
        .from_us = unless_zero(f->from_us),
        .until_us = unless_zero(f->until_us),
        .limit_n =
            f->limit_n > 0 && f->limit_n < DELIVERY_PAGE_MAX ? f->limit_n : DELIVERY_PAGE_MAX,
    };
    if (q_delivery_page_finished(propre->db, &in, keep, &rows, &n, error))
        return error->fault;
    *ret = new (keep, struct delivery, n);
    for (ptrdiff_t i = 0; i < n; i++) {
        (*ret)[i] = DELIVERY_FROM(&rows[i]);
        if (delivery_state_of(rows[i].state, &(*ret)[i].state, error))
            return error->fault;
    }
    *ret_n = n;
    return OK;
}

enum fault
delivery_list(struct propre *propre, const struct delivery_filter *f, struct arena *keep,
              struct delivery **ret, ptrdiff_t *ret_n, struct error *error)
{
    enum { ALL, OPEN, NEEDS_PERSON, GOES_OUT, DRAFTS }; /* as in the query */
    struct delivery_page_row *rows;
    struct maybe_int after;
    ptrdiff_t n;
    if (page_start(propre, f, &after, error))
        return error->fault;
    if (f->finished)
        return list_finished(propre, f, after, keep, ret, ret_n, error);
    const struct delivery_page_in in = {
        .workspace = f->workspace,
        .message = unless_zero(f->message),
        .channel = unless_zero(f->channel),
        .class_n = f->needs_person ? NEEDS_PERSON
                   : f->goes_out   ? GOES_OUT
                   : f->drafts     ? DRAFTS
                   : f->open       ? OPEN
                                   : ALL,
        .after_due = after,
        .after_id = f->after_id,
        .from_us = unless_zero(f->from_us),
        .until_us = unless_zero(f->until_us),
        .limit_n =
            f->limit_n > 0 && f->limit_n < DELIVERY_PAGE_MAX ? f->limit_n : DELIVERY_PAGE_MAX,
    };
    if (q_delivery_page(propre->db, &in, keep, &rows, &n, error))
        return error->fault;
    *ret = new (keep, struct delivery, n);
    for (ptrdiff_t i = 0; i < n; i++) {
        (*ret)[i] = DELIVERY_FROM(&rows[i]);
        if (delivery_state_of(rows[i].state, &(*ret)[i].state, error))
            return error->fault;
    }
    *ret_n = n;
    return OK;
}

enum fault
begun_list(struct propre *propre, int64_t workspace, instant since, int64_t max,
           struct arena *keep, struct begun **ret, ptrdiff_t *ret_n, struct error *error)
{
    struct message_begun_row *rows;
    ptrdiff_t n;
    const struct message_begun_in in = {workspace, since.us, max};
    if (q_message_begun(propre->db, &in, keep, &rows, &n, error))
        return error->fault;
    *ret = new (keep, struct begun, n);
    for (ptrdiff_t i = 0; i < n; i++)
        (*ret)[i] = (struct begun){.id = rows[i].id,
                                   .changed_us = rows[i].changed_us,
                                   .title = rows[i].title,
                                   .excerpt = rows[i].excerpt,
                                   .chosen_wall = rows[i].chosen_wall,
                                   .chosen_queue = rows[i].chosen_queue,
                                   .listed_n = rows[i].listed_n,
                                   .listed_wall = rows[i].listed_wall};
    *ret_n = n;
    return OK;
}

enum fault
delivery_counts(struct propre *propre, int64_t workspace, int64_t ret[DELIVERY_STATES_N],
                struct error *error)
{
    struct arena_region region;
    struct arena scratch = arena_reserve(1 << 16, &region);
    struct delivery_counts_row *rows;
    ptrdiff_t n = 0;
    const struct delivery_counts_in in = {workspace, DELIVERY_STATES_N};
    enum fault fault = q_delivery_counts(propre->db, &in, &scratch, &rows, &n, error);
    if (!fault)
        memset(ret, 0, DELIVERY_STATES_N * sizeof *ret);
    for (ptrdiff_t i = 0; !fault && i < n; i++) {
        enum delivery_state state = DELIVERY_DRAFT;
        fault = delivery_state_of(rows[i].state, &state, error);
        if (!fault)
            ret[state] = rows[i].n;
    }
    arena_release(&region);
    return fault;
}

enum fault
attempt_list(struct propre *propre, int64_t workspace, int64_t delivery, struct arena *keep,
             struct attempt **ret, ptrdiff_t *ret_n, struct error *error)
{
    struct attempt_page_row *rows;
    ptrdiff_t n;
    const struct attempt_page_in in = {workspace, delivery, ATTEMPTS_SHOWN_MAX};
    if (q_attempt_page(propre->db, &in, keep, &rows, &n, error))
        return error->fault;
    *ret = new (keep, struct attempt, n);
    for (ptrdiff_t i = 0; i < n; i++)
        (*ret)[i] = (struct attempt){
            .id = rows[i].id,
            .delivery = rows[i].delivery,
            .n = (int32_t)rows[i].n,
            .op = rows[i].op,
            .step = rows[i].step,
            .key = rows[i].key,
            .body_hash = rows[i].body_hash,
            .worker = rows[i].worker,
            .began_us = rows[i].began_us,
            .deadline_us = rows[i].deadline_us,
            .ended_us = rows[i].ended_us,
            .outcome = rows[i].outcome,
            .status = (int32_t)(rows[i].status.has ? rows[i].status.is : 0),
            .error_class = class_stored(rows[i].class),
            .words = rows[i].words,
            .remote_id = rows[i].remote_id,
        };
    *ret_n = n;
    return OK;
}

enum fault
delivery_taken(struct propre *propre, int64_t channel, instant from, struct arena *keep,
               instant **ret, ptrdiff_t *ret_n, struct error *error)
{
    struct delivery_taken_row *rows;
    ptrdiff_t n;
    const struct delivery_taken_in in = {channel, from.us, TAKEN_MAX};
    if (q_delivery_taken(propre->db, &in, keep, &rows, &n, error))
        return error->fault;
    *ret = new (keep, instant, n);
    for (ptrdiff_t i = 0; i < n; i++)
        (*ret)[i].us = rows[i].due_us;
    *ret_n = n;
    return OK;
}

enum fault
delivery_history(struct propre *propre, int64_t workspace, int64_t delivery, struct arena *keep,
                 struct delivery_event **ret, ptrdiff_t *ret_n, struct error *error)
{
    struct delivery_event_page_row *rows;
    ptrdiff_t n;
    const struct delivery_event_page_in in = {workspace, delivery, ATTEMPTS_SHOWN_MAX};
    if (q_delivery_event_page(propre->db, &in, keep, &rows, &n, error))
        return error->fault;
    *ret = new (keep, struct delivery_event, n);
    for (ptrdiff_t i = 0; i < n; i++) {
        (*ret)[i] = (struct delivery_event){.at_us = rows[i].at_us,
                                            .who = rows[i].who,
                                            .act = rows[i].act,
                                            .detail = rows[i].detail};
        if (delivery_state_of(rows[i].was, &(*ret)[i].was, error) ||
            delivery_state_of(rows[i].became, &(*ret)[i].became, error))
            return error->fault;
    }
    *ret_n = n;
    return OK;
}
