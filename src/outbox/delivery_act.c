#include <assert.h>

#include "base/text.h"
#include "base/translate.h"
#include "outbox/content.h"
#include "outbox/delivery.h"
#include "outbox/notice_internal.h"
#include "outbox/outbox_internal.h"
#include "outbox/post_made_internal.h"
#include "outbox/queries.h"
#include "place/propre.h"
#include "tactic/post.h"

/* A delivery as a person's act finds it, and what shall become of it. */
struct acting {
    struct propre *propre;
    int64_t workspace, id;
    str who;
    enum act act;
    enum delivery_state was;
    bool live;
    int64_t message, channel;
    struct delivery_act_in in;
};

/* Its state is a sentence of its own, so that it is said in the reader's language. */
static enum fault
not_allowed(int64_t id, enum delivery_state state, struct error *error)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
    error_fail(error, FAULT_CONFLICT, __FILE__, __LINE__, delivery_state_name(state));
#pragma GCC diagnostic pop
    return error_prefix(error, "this is not possible with delivery %lld as it stands now",
                        (long long)id);
}

static enum fault
act_begin(struct acting *a, struct arena *keep, struct error *error)
{
    struct delivery_for_act_row row;
    struct delivery_plan_of_row plan;
    bool found = false;
    const struct delivery_for_act_in in = {a->workspace, a->id};
    if (q_delivery_for_act(a->propre->db, &in, keep, &row, &found, error))
        return error->fault;
    if (!found)
        return delivery_absent(a->id, error);
    if (delivery_state_of(row.state, &a->was, error) ||
        q_delivery_plan_of(a->propre->db, &(struct delivery_plan_of_in){a->id}, keep, &plan,
                           error))
        return error->fault;
    a->live = row.live != 0;
    a->message = row.message;
    a->channel = row.channel;
    if (!protocol_allows(a->was, a->act, a->live))
        return not_allowed(a->id, a->was, error);
    a->in = (struct delivery_act_in){
        .id = a->id,
        .revision = row.revision,
        .due_us = plan.due_us,
        .wall = plan.wall,
        .zone = plan.zone,
        .queue = plan.queue,
        .use_by_us = plan.use_by_us,
        .reason = plan.reason,
        .now = clock_now(&a->propre->clock).us,
    };
    return OK;
}

static str
act_word(enum act act)
{
    static const str words[ACTS_N] = {
        [ACT_MOVE] = S_CONST("move"),        [ACT_CANCEL] = S_CONST("cancel"),
        [ACT_HOLD] = S_CONST("hold"),        [ACT_RELEASE] = S_CONST("release"),
        [ACT_SAY_LIVE] = S_CONST("is live"), [ACT_AGAIN] = S_CONST("send again"),
        [ACT_DROP] = S_CONST("drop"),
    };
    assert(act >= 0 && act < ACTS_N);
    return words[act];
}

static enum fault
act_end(struct acting *a, enum delivery_state becomes, str detail, struct error *error)
{
    struct delivery_act_row row;
    bool written = false;
    a->in.state = delivery_state_word(becomes);
    if (q_delivery_act(a->propre->db, &a->in, NULL, &row, &written, error))
        return error->fault;
    if (!written)
        return fail(error, FAULT_CONFLICT,
                    "delivery %lld was taken up by the worker just now; look at it again",
                    (long long)a->id);
    const struct delivery_event_insert_in event = {.delivery = a->id,
                                                   .at_us = a->in.now,
                                                   .who = a->who.n > 0 ? a->who : STR_NONE,
                                                   .act = act_word(a->act),
                                                   .was = delivery_state_word(a->was),
                                                   .became = a->in.state,
                                                   .detail = detail};
    if (q_delivery_event_insert(a->propre->db, &event, error))
        return error->fault;
    return incident_close_delivery(a->propre, a->workspace, a->id, error);
}

/* What shall go out by itself from here on is what the network takes; of one half out the rest is frozen. */
static enum fault
require(const struct acting *a, struct error *error)
{
    const struct content_of of = {a->workspace, a->message, a->channel};
    return a->live ? OK : content_require(a->propre, &of, error);
}

enum {
    ACT_BYTES = 1 << 16,     /* texts of one plan: a zone, a queue, a wall time */
    DELIVERY_BYTES = 8 << 20 /* one delivery with the longest title and words */
};

static enum fault
move(struct acting *a, const struct delivery_plan *when, struct arena keep, struct error *error)
{
    if (act_begin(a, &keep, error) || delivery_plan_check(when, (instant){a->in.now}, error))
        return error->fault;
    a->in.due_us = when->due_us;
    a->in.wall = when->wall;
    a->in.zone = when->zone;
    a->in.queue = when->queue;
    a->in.use_by_us = when->use_by_us;
    enum delivery_state becomes = when->draft                   ? DELIVERY_DRAFT
                                  : a->was == DELIVERY_DEFERRED ? DELIVERY_SCHEDULED
                                  : a->was == DELIVERY_DRAFT    ? DELIVERY_SCHEDULED
                                  : a->was == DELIVERY_MISSED   ? DELIVERY_SCHEDULED
                                                                : a->was;
    if (becomes == DELIVERY_SCHEDULED && require(a, error))
        return error->fault;
    a->in.again = becomes == DELIVERY_SCHEDULED;
    a->in.reason = becomes == DELIVERY_HELD ? a->in.reason : STR_NONE;
    a->in.next_us = becomes == DELIVERY_SCHEDULED ? some_int(when->due_us) : no_int;
    return act_end(a, becomes, STR_NONE, error);
}

enum fault
delivery_move(struct propre *propre, int64_t workspace, int64_t id,
              const struct delivery_plan *when, str who, struct error *error)
{
    struct arena_region region;
    struct arena keep = arena_reserve(ACT_BYTES, &region);
    struct acting a = {
        .propre = propre, .workspace = workspace, .id = id, .who = who, .act = ACT_MOVE};
    enum fault fault = move(&a, when, keep, error);
    arena_release(&region);
    return fault;
}

/* What has no time goes out at one that somebody says, not at once. */
static enum fault
may_release(const struct acting *a, struct error *error)
{
    if (a->was == DELIVERY_DRAFT && a->in.wall.n == 0)
        return fail(error, FAULT_INPUT,
                    "this draft has no time yet: say when it goes out, a time or now");
    return require(a, error);
}

/* The acts that need nothing but the row itself. */
static enum fault
act_simple(struct acting *a, enum delivery_state becomes, const char *reason,
           struct error *error)
{
    struct arena_region region;
    struct arena keep = arena_reserve(ACT_BYTES, &region);
    enum fault fault = act_begin(a, &keep, error);
    if (!fault && a->act == ACT_RELEASE)
        fault = may_release(a, error);
    /* Held, it could not be told any more from one that was to go out at once. */
    if (!fault && a->act == ACT_HOLD && a->was == DELIVERY_DRAFT && a->in.wall.n == 0)
        becomes = DELIVERY_DRAFT;
    if (!fault) {
        a->in.reason = reason && becomes != DELIVERY_DRAFT ? str_of(reason) : STR_NONE;
        if (becomes == DELIVERY_SCHEDULED) {
            bool over = a->in.due_us < a->in.now;
            a->in.due_us = over ? a->in.now : a->in.due_us;
            a->in.wall = over ? STR_NONE : a->in.wall;
            if (a->in.use_by_us.has && a->in.use_by_us.is <= a->in.due_us)
                a->in.use_by_us = no_int; /* the person wants it out after all */
            a->in.next_us = some_int(a->in.due_us);
            a->in.again = 1;
        }
        fault = act_end(a, becomes, STR_NONE, error);
    }
    arena_release(&region);
    return fault;
}

enum fault
delivery_cancel(struct propre *propre, int64_t workspace, int64_t id, str who,
                struct error *error)
{
    struct acting a = {
        .propre = propre, .workspace = workspace, .id = id, .who = who, .act = ACT_CANCEL};
    return act_simple(&a, DELIVERY_CANCELLED, NULL, error);
}

enum fault
delivery_hold(struct propre *propre, int64_t workspace, int64_t id, str who,
              struct error *error)
{
    struct acting a = {
        .propre = propre, .workspace = workspace, .id = id, .who = who, .act = ACT_HOLD};
    return act_simple(&a, DELIVERY_HELD, N_("Somebody put it on hold."), error);
}

enum fault
delivery_release(struct propre *propre, int64_t workspace, int64_t id, str who,
                 struct error *error)
{
    struct acting a = {
        .propre = propre, .workspace = workspace, .id = id, .who = who, .act = ACT_RELEASE};
    return act_simple(&a, DELIVERY_SCHEDULED, NULL, error);
}

enum fault
delivery_release_at(struct propre *propre, int64_t workspace, int64_t id,
                    const struct delivery_plan *when, str who, struct error *error)
{
    struct arena_region region;
    struct arena keep = arena_reserve(DELIVERY_BYTES, &region);
    struct delivery d;
    enum fault fault = delivery_get(propre, workspace, id, &keep, &d, error);
    enum delivery_state was = d.state;
    arena_release(&region);
    if (fault)
        return fault;
    /* A refused one has no time to be moved; one on hold keeps waiting until it is let go. */
    if (was == DELIVERY_REJECTED && delivery_release(propre, workspace, id, who, error))
        return error->fault;
    if (delivery_move(propre, workspace, id, when, who, error))
        return error->fault;
    return was == DELIVERY_HELD ? delivery_release(propre, workspace, id, who, error) : OK;
}

static enum fault
plan_again(struct propre *propre, const struct delivery *d, const struct delivery_plan *when,
           int64_t *ret_id, struct error *error)
{
    struct delivery_plan plan = when ? *when
                                     : (struct delivery_plan){.due_us = d->due_us,
                                                              .wall = d->wall,
                                                              .zone = d->zone,
                                                              .queue = d->queue,
                                                              .use_by_us = d->use_by_us};
    plan.workspace = d->workspace;
    plan.message = d->message;
    plan.channel = d->channel;
    if (d->state != DELIVERY_CANCELLED || d->live)
        return not_allowed(d->id, d->state, error);
    if (plan.wall.n == 0 && !when)
        return fail(error, FAULT_INPUT,
                    "this draft has no time yet: say when it goes out, a time or now");
    return delivery_schedule(propre, &plan, ret_id, error);
}

enum fault
delivery_plan_again(struct propre *propre, int64_t workspace, int64_t id,
                    const struct delivery_plan *when, int64_t *ret_id, struct error *error)
{
    struct arena_region region;
    struct arena keep = arena_reserve(DELIVERY_BYTES, &region);
    struct delivery d;
    enum fault fault = delivery_get(propre, workspace, id, &keep, &d, error);
    if (!fault)
        fault = plan_again(propre, &d, when, ret_id, error);
    arena_release(&region);
    return fault;
}

/* It is shown as a link for ever: nothing but an address of the web. */
static enum fault
check_address(str s, struct error *error)
{
    bool web = str_starts(s, S("https://")) || str_starts(s, S("http://"));
    for (ptrdiff_t i = 0; web && i < s.n; i++)
        web = (unsigned char)s.p[i] > ' ' && s.p[i] != 0x7f;
    if (!web || s.n <= (ptrdiff_t)sizeof "https://" || !utf8_valid(s))
        return fail(
            error, FAULT_INPUT,
            "an address begins with https://; copy it from the browser, or leave it out");
    if (s.n > POST_ADDRESS_MAX)
        return fail(error, FAULT_INPUT, "an address has at most %d bytes", POST_ADDRESS_MAX);
    return OK;
}

/* A person saw it live: what the worker would have written down is written down here. */
static enum fault
say_live(struct acting *a, str permalink, struct error *error)
{
    struct arena_region region;
    if (permalink.n > 0 && check_address(permalink, error))
        return error->fault;
    struct arena keep = arena_reserve((ptrdiff_t)8 << 20, &region);
    enum fault fault = act_begin(a, &keep, error);
    a->in.reason = STR_NONE; /* that it may be live is no news any more */
    if (!fault)
        fault = act_end(a, DELIVERY_PUBLISHED, permalink, error);
    if (!fault)
        fault =
            post_made(a->propre,
                      &(struct post_made){
                          .workspace = a->workspace,
                          .delivery = a->id,
                          .permalink = permalink,
                          .published = {a->in.due_us < a->in.now ? a->in.due_us : a->in.now}},
                      &keep, error);
    arena_release(&region);
    return fault;
}

enum fault
delivery_resolve(struct propre *propre, int64_t workspace, int64_t id,
                 enum resolution resolution, str permalink, str who, struct error *error)
{
    struct acting a = {.propre = propre, .workspace = workspace, .id = id, .who = who};
    switch (resolution) {
    case RESOLVE_LIVE:
        a.act = ACT_SAY_LIVE;
        return say_live(&a, permalink, error);
    case RESOLVE_AGAIN:
        a.act = ACT_AGAIN;
        return act_simple(&a, DELIVERY_SCHEDULED, NULL, error);
    case RESOLVE_DROP:
        a.act = ACT_DROP;
        return act_simple(&a, DELIVERY_CANCELLED, N_("Somebody let it be."), error);
    }
    return fail(error, FAULT_INPUT, "there is no such answer");
}
