#include "base/translate.h"
#include "outbox/delivery.h"
#include "web/api_handlers.h"
#include "web/deliveries.h"
#include "web/web_internal.h"

str
api_who(struct exchange *x)
{
    return arena_printf(x->keep, "%.*s (%.*s)", STR_FMT(x->token.person_name),
                        STR_FMT(x->token.name));
}

/* The object's members; it is left open unless ${close}. */
void
api_put_delivery(struct exchange *x, struct json_writer *w, const struct delivery *d,
                 bool close)
{
    json_object_begin(w);
    api_put_int(w, "id", d->id);
    api_put_int(w, "post", d->message);
    api_put_int(w, "channel", d->channel);
    api_put_str(w, "channel_name", d->channel_name);
    api_put_str(w, "network", d->network);
    api_put_str(w, "state", delivery_state_word(d->state));
    api_put_time(w, "due", delivery_has_time(d) ? some_int(d->due_us) : no_int);
    api_put_str(w, "wall", d->wall);
    api_put_str(w, "zone", d->zone);
    api_put_str(w, "queue", d->queue);
    api_put_time(w, "use_by", d->use_by_us);
    api_put_time(w, "next", d->next_us);
    api_put_time(w, "published", d->published_us);
    api_put_int(w, "attempts", d->attempts_n);
    api_put_str(w, "permalink", d->permalink);
    api_put_str(w, "remote_id", d->remote_id);
    api_put_str(w, "error_class", error_class_word(d->error_class));
    api_put_str(w, "reason", d->reason ? str_of(translate(x->lang, d->reason)) : STR_NONE);
    api_put_str(w, "words", d->words);
    api_put_maybe(w, "result", d->post);
    api_put_int(w, "revision", d->revision);
    if (close)
        json_object_end(w);
}

static enum fault
answer_delivery(struct exchange *x, struct error *error)
{
    struct delivery d;
    struct json_writer w;
    if (delivery_get(x->web->propre, x->workspace.id, x->id, x->keep, &d, error))
        return error->fault;
    api_begin(x, &w);
    api_put_delivery(x, &w, &d, true);
    return OK;
}

enum fault
handle_api_deliveries(struct exchange *x, struct error *error)
{
    struct delivery *all;
    ptrdiff_t n;
    struct json_writer w;
    struct maybe_int limit = api_query_int(x, "limit"), from = api_query_time(x, "from"),
                     until = api_query_time(x, "until");
    int64_t after = 0, size = 0;
    str which = exchange_query(x, "which");
    if (!api_page(x, &after, &size))
        return OK;
    struct delivery_filter filter = {
        .workspace = x->workspace.id,
        .message = api_query_int(x, "post").is,
        .channel = api_query_int(x, "channel").is,
        .open = str_eq(which, S("open")),
        .finished = str_eq(which, S("finished")),
        .needs_person = str_eq(which, S("needs_person")),
        .after_id = after,
        .from_us = from.has ? from.is : 0,
        .until_us = until.has ? until.is : 0,
        .limit_n = (int32_t)(limit.has ? limit.is : size),
    };
    if (delivery_list(x->web->propre, &filter, x->keep, &all, &n, error))
        return error->fault;
    api_list_begin(x, &w);
    for (ptrdiff_t i = 0; i < n; i++)
        api_put_delivery(x, &w, &all[i], true);
    api_list_end(&w, n < filter.limit_n
                         ? STR_NONE
                         : arena_printf(x->keep, "p%lld", (long long)all[n - 1].id));
    return OK;
}

static void
put_attempt(struct json_writer *w, const struct attempt *attempt)
{
    json_object_begin(w);
    api_put_int(w, "number", attempt->n);
    api_put_str(w, "step", attempt->step);
    api_put_time(w, "began", some_int(attempt->began_us));
    api_put_time(w, "ended", attempt->ended_us);
    api_put_str(w, "outcome", attempt->outcome);
    api_put_int(w, "status", attempt->status);
    api_put_str(w, "error_class", error_class_word(attempt->error_class));
    api_put_str(w, "words", attempt->words);
    json_object_end(w);
}

enum fault
handle_api_delivery(struct exchange *x, struct error *error)
{
    struct delivery d;
    struct attempt *attempts;
    ptrdiff_t n;
    struct json_writer w;
    struct propre *propre = x->web->propre;
    if (delivery_get(propre, x->workspace.id, x->id, x->keep, &d, error) ||
        attempt_list(propre, x->workspace.id, x->id, x->keep, &attempts, &n, error))
        return error->fault;
    api_begin(x, &w);
    api_put_delivery(x, &w, &d, false);
    json_key(&w, S("tries"));
    json_array_begin(&w);
    for (ptrdiff_t i = 0; i < n; i++)
        put_attempt(&w, &attempts[i]);
    json_array_end(&w);
    json_object_end(&w);
    return OK;
}

enum fault
handle_api_delivery_hold(struct exchange *x, struct error *error)
{
    if (delivery_hold(x->web->propre, x->workspace.id, x->id, api_who(x), error))
        return error->fault;
    return answer_delivery(x, error);
}

enum fault
handle_api_delivery_cancel(struct exchange *x, struct error *error)
{
    if (delivery_cancel(x->web->propre, x->workspace.id, x->id, api_who(x), error))
        return error->fault;
    return answer_delivery(x, error);
}

/* A cancelled one that was never sent is planned again: a new delivery, which is what is answered. */
static enum fault
answer_again(struct exchange *x, const struct delivery_plan *when, struct error *error)
{
    int64_t id;
    if (delivery_plan_again(x->web->propre, x->workspace.id, x->id, when, &id, error))
        return error->fault;
    x->id = id;
    return answer_delivery(x, error);
}

static bool
can_be_planned_again(const struct delivery *d)
{
    return d->state == DELIVERY_CANCELLED && !d->live && d->attempts_n == 0;
}

/* False when the request was answered. *ret_given: at or now was sent. */
static bool
when_given(struct exchange *x, const struct delivery *d, struct delivery_plan *ret,
           bool *ret_given)
{
    struct error error;
    str at = api_text(x, "at", STR_NONE);
    bool now = json_as_bool(api_member(x, "now"), false);
    *ret_given = at.p || now;
    *ret = (struct delivery_plan){.due_us = clock_now(&x->web->propre->clock).us,
                                  .use_by_us = d->use_by_us};
    if (at.p && now)
        api_refuse(x, "at", N_("send only one of at and now"));
    else if (at.p && delivery_when(x, d, at, ret, &error))
        api_problem(x, 422, NULL, translate_error(x->keep, x->lang, &error), S("at"));
    else if (!*ret_given && !delivery_has_time(d))
        api_refuse(x, "at", N_("this draft has no time yet: send at, or now"));
    else
        return true;
    return false;
}

enum fault
handle_api_delivery_release(struct exchange *x, struct error *error)
{
    struct propre *propre = x->web->propre;
    struct delivery d;
    struct delivery_plan when;
    bool given;
    if (delivery_get(propre, x->workspace.id, x->id, x->keep, &d, error))
        return error->fault;
    if (!when_given(x, &d, &when, &given))
        return OK;
    if (can_be_planned_again(&d))
        return answer_again(x, given ? &when : NULL, error);
    if (given ? delivery_release_at(propre, x->workspace.id, x->id, &when, api_who(x), error)
              : delivery_release(propre, x->workspace.id, x->id, api_who(x), error))
        return error->fault;
    return answer_delivery(x, error);
}

enum fault
handle_api_delivery_move(struct exchange *x, struct error *error)
{
    struct propre *propre = x->web->propre;
    struct delivery d;
    struct delivery_plan when;
    bool given;
    if (delivery_get(propre, x->workspace.id, x->id, x->keep, &d, error))
        return error->fault;
    if (!when_given(x, &d, &when, &given))
        return OK;
    if (can_be_planned_again(&d))
        return answer_again(x, &when, error);
    if (delivery_move(propre, x->workspace.id, x->id, &when, api_who(x), error))
        return error->fault;
    return answer_delivery(x, error);
}

enum fault
handle_api_delivery_resolve(struct exchange *x, struct error *error)
{
    str as = api_text(x, "as", STR_NONE);
    enum resolution resolution = str_eq(as, S("live"))    ? RESOLVE_LIVE
                                 : str_eq(as, S("again")) ? RESOLVE_AGAIN
                                                          : RESOLVE_DROP;
    if (delivery_resolve(x->web->propre, x->workspace.id, x->id, resolution,
                         api_text(x, "permalink", STR_NONE), api_who(x), error))
        return error->fault;
    return answer_delivery(x, error);
}
