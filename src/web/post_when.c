#include "web/post_when.h"

#include "tactic/slot.h"
#include "web/web_internal.h"

enum fault
post_deliveries(struct exchange *x, int64_t message, struct delivery **ret, ptrdiff_t *ret_n,
                struct error *error)
{
    const struct delivery_filter filter = {
        .workspace = x->workspace.id, .message = message, .limit_n = POST_DELIVERIES_MAX};
    return delivery_list(x->web->propre, &filter, x->keep, ret, ret_n, error);
}

bool
delivery_is_ours(const struct delivery *d)
{
    return d->remote_id.n == 0 && !d->live &&
           (d->state == DELIVERY_DRAFT || d->state == DELIVERY_HELD ||
            d->state == DELIVERY_SCHEDULED || d->state == DELIVERY_DEFERRED ||
            d->state == DELIVERY_REJECTED || d->state == DELIVERY_MISSED ||
            d->state == DELIVERY_CANCELLED);
}

static enum fault
queue_find(struct exchange *x, int64_t channel, struct post_when *when, struct error *error)
{
    struct propre *propre = x->web->propre;
    struct slot *all;
    instant *taken;
    struct slots slots;
    instant now = clock_now(&propre->clock);
    ptrdiff_t n, taken_n;
    if (slot_list(propre, x->workspace.id, x->keep, &all, &n, error) ||
        delivery_taken(propre, channel, now, x->keep, &taken, &taken_n, error))
        return error->fault;
    slots = (struct slots){all, n, taken, taken_n};
    if (!slot_next_free(&slots, channel, when->queue, x->zone, now, &when->wall, &when->due))
        return fail(
            error, FAULT_INPUT,
            "the queue \"%.*s\" has no free slot for channel %lld: add slots, or let it "
            "go on",
            STR_FMT(when->queue), (long long)channel);
    when->has_wall = true;
    return OK;
}

enum fault
post_plan(struct exchange *x, const struct post_to *to, const struct post_when *asked,
          struct delivery_plan *ret, struct error *error)
{
    struct post_when when = *asked;
    if (when.queue.p && queue_find(x, to->channel, &when, error))
        return error->fault;
    *ret = (struct delivery_plan){.workspace = x->workspace.id,
                                  .message = to->message,
                                  .channel = to->channel,
                                  .due_us = when.due.us,
                                  .wall = when.has_wall ? civil_minute(x->keep, &when.wall)
                                                        : STR_NONE,
                                  .zone = when.has_wall ? x->workspace.zone : STR_NONE,
                                  .queue = when.queue,
                                  .use_by_us = to->use_by_us,
                                  .draft = when.draft};
    return OK;
}
