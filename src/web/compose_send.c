#include "base/translate.h"
#include "tactic/when.h"
#include "web/compose.h"
#include "web/web_internal.h"

void
compose_read_time(struct exchange *x, struct compose *c)
{
    instant now = clock_now(&x->web->propre->clock);
    struct error error;
    c->when = (struct post_when){.draft = c->time == TIME_DRAFT, .due = now};
    if (c->time == TIME_DRAFT && c->message.chosen_wall.p) {
        /* for its deliveries, if it has any; what is no time to come is said when it shall go out */
        struct civil wall;
        instant due;
        c->when.has_wall =
            !when_parse(c->message.chosen_wall, x->zone, now, &wall, &due, &error);
        if (c->when.has_wall) {
            c->when.wall = wall;
            c->when.due = due;
        }
    } else if (c->time == TIME_QUEUE) {
        c->when.queue = c->queue.p ? c->queue : S("");
    } else if (c->time == TIME_AT && (c->day.n == 0 || c->clock.n == 0)) {
        compose_wrong(x, c, &c->when_problem, N_("Say the day and the hour."));
    } else if (c->time == TIME_AT) {
        str text = arena_printf(x->keep, "%.*s %.*s", STR_FMT(c->day), STR_FMT(c->clock));
        c->when.has_wall = true;
        if (when_parse(text, x->zone, now, &c->when.wall, &c->when.due, &error)) {
            c->when_problem = translate_error(x->keep, x->lang, &error);
            c->wrong_n++;
        }
    }
}

static enum fault
plan_one(struct exchange *x, struct compose *c, struct compose_channel *channel,
         struct error *error)
{
    const struct post_to to = {c->message.id, channel->id, c->message.use_by_us};
    if (c->time == TIME_KEEP) {
        if (!channel->delivery)
            compose_wrong(x, c, &c->when_problem,
                          N_("Say when it goes out: one of the channels ticked has no time "
                             "yet."));
        return OK;
    }
    enum fault fault = post_plan(x, &to, &c->when, &channel->plan, error);
    if (fault == FAULT_INPUT) {
        str name = channel->name;
        c->when_problem = SAY(x->keep, x->lang,
                              N_("The queue has no free slot for %s. Add slots, let it go on, "
                                 "or choose a time."),
                              name);
        c->wrong_n++;
        return OK;
    }
    return fault;
}

enum fault
compose_plan(struct exchange *x, struct compose *c, struct error *error)
{
    ptrdiff_t ticked_n = 0;
    compose_read_time(x, c);
    for (ptrdiff_t i = 0; i < c->channels_n && !c->when_problem.p; i++) {
        if (!c->channels[i].ticked)
            continue;
        ticked_n++;
        if (plan_one(x, c, &c->channels[i], error))
            return error->fault;
    }
    if (ticked_n == 0 && c->time != TIME_DRAFT && !c->when_problem.p)
        compose_wrong(x, c, &c->channels_problem, N_("Tick at least one channel."));
    return OK;
}

static void
keep_plan(struct exchange *x, const struct delivery *d, struct delivery_plan *plan)
{
    if (plan->wall.p || d->due_us <= clock_now(&x->web->propre->clock).us)
        return;
    plan->due_us = d->due_us;
    plan->wall = d->wall;
    plan->zone = d->zone;
    plan->queue = d->queue;
}

static enum fault
send_one(struct exchange *x, struct compose *c, struct compose_channel *channel,
         struct error *error)
{
    struct propre *propre = x->web->propre;
    const struct delivery *d = channel->delivery;
    str who = x->visitor.session.person_name;
    int64_t workspace = x->workspace.id, id;
    channel->plan.message = c->message.id;
    if (!d)
        return channel->ticked && c->time != TIME_DRAFT
                   ? delivery_schedule(propre, &channel->plan, &id, error)
                   : OK;
    if (!channel->ticked)
        return delivery_cancel(propre, workspace, d->id, who, error);
    if (c->time == TIME_KEEP || (c->time == TIME_DRAFT && d->state == DELIVERY_REJECTED))
        return OK;
    if (c->time != TIME_DRAFT)
        return delivery_release_at(propre, workspace, d->id, &channel->plan, who, error);
    keep_plan(x, d, &channel->plan); /* it keeps its time, for when it is let go again */
    return delivery_move(propre, workspace, d->id, &channel->plan, who, error);
}

enum fault
compose_send(struct exchange *x, struct compose *c, struct error *error)
{
    for (ptrdiff_t i = 0; i < c->channels_n; i++)
        if (send_one(x, c, &c->channels[i], error))
            return error->fault;
    return OK;
}
