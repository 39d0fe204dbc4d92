#include "outbox/put_away.h"
#include "base/translate.h"
#include "strategy/channel.h"
#include "strategy/objective.h"
#include "tactic/tactic.h"
#include "web/api_handlers.h"
#include "web/web_internal.h"

/* ---------- channels ---------- */

static void
put_channel(struct json_writer *w, const struct channel *channel)
{
    json_object_begin(w);
    api_put_int(w, "id", channel->id);
    api_put_str(w, "name", channel->name);
    api_put_str(w, "network", network_word(channel->network));
    api_put_str(w, "handle", channel->handle);
    api_put_str(w, "ownership", ownership_word(channel->ownership));
    api_put_bool(w, "archived", channel->archived);
    api_put_int(w, "revision", channel->revision);
    json_object_end(w);
}

static enum fault
answer_channel(struct exchange *x, int64_t id, struct error *error)
{
    struct channel channel;
    struct json_writer w;
    if (channel_get(x->web->propre, x->workspace.id, id, x->keep, &channel, error))
        return error->fault;
    api_begin(x, &w);
    put_channel(&w, &channel);
    return OK;
}

enum fault
handle_api_channels(struct exchange *x, struct error *error)
{
    struct channel *all;
    ptrdiff_t n;
    struct json_writer w;
    if (channel_list(x->web->propre, x->workspace.id, x->keep, &all, &n, error))
        return error->fault;
    api_list_begin(x, &w);
    for (ptrdiff_t i = 0; i < n; i++)
        put_channel(&w, &all[i]);
    api_list_end(&w, STR_NONE);
    return OK;
}

enum fault
handle_api_channel(struct exchange *x, struct error *error)
{
    return answer_channel(x, x->id, error);
}

static void
channel_fill(const struct exchange *x, struct channel *channel)
{
    channel->name = api_text(x, "name", channel->name);
    channel->handle = api_text(x, "handle", channel->handle);
    if (!channel->handle.p)
        channel->handle = S("");
    str ownership = api_text(x, "ownership", STR_NONE);
    if (ownership.p)
        channel->ownership = str_eq(ownership, ownership_word(OWNED)) ? OWNED : RENTED;
}

enum fault
handle_api_channel_add(struct exchange *x, struct error *error)
{
    struct channel channel = {.workspace = x->workspace.id, .handle = S("")};
    int64_t id;
    if (!network_parse(api_text(x, "network", STR_NONE), &channel.network)) {
        api_refuse(x, "network", N_("is none of the words that are taken here"));
        return OK;
    }
    channel.ownership = network_ownership(channel.network);
    channel_fill(x, &channel);
    if (channel_insert(x->web->propre, &channel, &id, error))
        return error->fault;
    api_created(x, id);
    return answer_channel(x, id, error);
}

enum fault
handle_api_channel_change(struct exchange *x, struct error *error)
{
    struct channel channel;
    int64_t revision;
    if (channel_get(x->web->propre, x->workspace.id, x->id, x->keep, &channel, error))
        return error->fault;
    if (!api_revision(x, &revision))
        return OK;
    channel.revision = revision;
    channel_fill(x, &channel);
    if (channel_update(x->web->propre, &channel, error))
        return error->fault;
    return answer_channel(x, x->id, error);
}

enum fault
handle_api_channel_archive(struct exchange *x, struct error *error)
{
    enum put_away what = PUT_AWAY_ASK;
    int64_t n = 0;
    (void)put_away_parse(exchange_query(x, "waiting"), &what); /* was checked; else it asks */
    if (put_away_channel(x->web->propre, x->workspace.id, x->id, what, api_who(x), &n, error))
        return error->fault;
    return answer_channel(x, x->id, error);
}

enum fault
handle_api_channel_restore(struct exchange *x, struct error *error)
{
    if (channel_archive(x->web->propre, x->workspace.id, x->id, false, error))
        return error->fault;
    return answer_channel(x, x->id, error);
}

/* ---------- tactics ---------- */

static enum fault
put_tactic(struct exchange *x, struct json_writer *w, const struct tactic *tactic,
           struct error *error)
{
    int64_t *ids;
    ptrdiff_t n;
    if (tactic_objectives(x->web->propre, x->workspace.id, tactic->id, x->keep, &ids, &n,
                          error))
        return error->fault;
    json_object_begin(w);
    api_put_int(w, "id", tactic->id);
    api_put_str(w, "name", tactic->name);
    api_put_str(w, "hypothesis", tactic->hypothesis);
    api_put_maybe(w, "effort_minutes", tactic->effort_minutes);
    api_put_maybe(w, "cost_minor", tactic->cost_minor);
    api_put_str(w, "currency", tactic->currency);
    json_key(w, S("objectives"));
    json_array_begin(w);
    for (ptrdiff_t i = 0; i < n; i++)
        json_int(w, ids[i]);
    json_array_end(w);
    api_put_int(w, "posts", tactic->posts_n);
    api_put_bool(w, "archived", tactic->archived);
    api_put_int(w, "revision", tactic->revision);
    json_object_end(w);
    return OK;
}

static enum fault
answer_tactic(struct exchange *x, int64_t id, struct error *error)
{
    struct tactic tactic;
    struct json_writer w;
    if (tactic_get(x->web->propre, x->workspace.id, id, x->keep, &tactic, error))
        return error->fault;
    api_begin(x, &w);
    return put_tactic(x, &w, &tactic, error);
}

enum fault
handle_api_tactics(struct exchange *x, struct error *error)
{
    struct tactic *all;
    ptrdiff_t n;
    struct json_writer w;
    if (tactic_list(x->web->propre, x->workspace.id, x->keep, &all, &n, error))
        return error->fault;
    api_list_begin(x, &w);
    for (ptrdiff_t i = 0; i < n; i++)
        if (put_tactic(x, &w, &all[i], error))
            return error->fault;
    api_list_end(&w, STR_NONE);
    return OK;
}

enum fault
handle_api_tactic(struct exchange *x, struct error *error)
{
    return answer_tactic(x, x->id, error);
}

static void
tactic_fill(const struct exchange *x, struct tactic *tactic)
{
    tactic->name = api_text(x, "name", tactic->name);
    tactic->hypothesis = api_text(x, "hypothesis", tactic->hypothesis);
    if (!tactic->hypothesis.p)
        tactic->hypothesis = S("");
    tactic->effort_minutes = api_int(x, "effort_minutes", tactic->effort_minutes);
    tactic->cost_minor = api_int(x, "cost_minor", tactic->cost_minor);
    if (api_given(x, "cost_minor"))
        tactic->currency = tactic->cost_minor.has ? x->workspace.currency : STR_NONE;
}

static enum fault
tactic_objectives_take(struct exchange *x, int64_t id, struct error *error)
{
    const struct json *list = api_member(x, "objectives");
    if (!list)
        return OK;
    int64_t *ids = new (x->keep, int64_t, list->n + 1);
    ptrdiff_t n = 0;
    for (const struct json *item = list->first; item; item = item->next)
        ids[n++] = item->integer;
    return tactic_serve(x->web->propre, x->workspace.id, id, ids, n, error);
}

enum fault
handle_api_tactic_add(struct exchange *x, struct error *error)
{
    struct tactic tactic = {.workspace = x->workspace.id};
    int64_t id;
    tactic_fill(x, &tactic);
    if (tactic_insert(x->web->propre, &tactic, &id, error) ||
        tactic_objectives_take(x, id, error))
        return error->fault;
    api_created(x, id);
    return answer_tactic(x, id, error);
}

enum fault
handle_api_tactic_change(struct exchange *x, struct error *error)
{
    struct tactic tactic;
    int64_t revision;
    if (tactic_get(x->web->propre, x->workspace.id, x->id, x->keep, &tactic, error))
        return error->fault;
    if (!api_revision(x, &revision))
        return OK;
    tactic.revision = revision;
    tactic_fill(x, &tactic);
    if (tactic_update(x->web->propre, &tactic, error) ||
        tactic_objectives_take(x, x->id, error))
        return error->fault;
    return answer_tactic(x, x->id, error);
}

enum fault
handle_api_tactic_archive(struct exchange *x, struct error *error)
{
    if (tactic_archive(x->web->propre, x->workspace.id, x->id, true, error))
        return error->fault;
    return answer_tactic(x, x->id, error);
}

/* ---------- objectives ---------- */

static void
put_objective(struct json_writer *w, const struct objective *objective)
{
    json_object_begin(w);
    api_put_int(w, "id", objective->id);
    api_put_str(w, "name", objective->name);
    api_put_str(w, "why", objective->why);
    api_put_str(w, "kind", objective_kind_word(objective->kind));
    api_put_str(w, "metric", objective->metric);
    api_put_str(w, "direction", objective_direction_word(objective->direction));
    api_put_real(w, "baseline", objective->baseline);
    api_put_real(w, "target", objective->target);
    api_put_real(w, "low", objective->low);
    api_put_real(w, "high", objective->high);
    api_put_day(w, "start", objective->start_day);
    api_put_day(w, "deadline", objective->deadline_day);
    api_put_maybe(w, "unit_value_minor", objective->unit_value_minor);
    api_put_str(w, "currency", objective->currency);
    api_put_maybe(w, "parent", objective->parent);
    api_put_str(w, "state", objective_state_word(objective->state));
    api_put_time(w, "created", some_int(objective->created.us));
    api_put_time(w, "changed", some_int(objective->changed.us));
    api_put_bool(w, "archived", objective->archived);
    api_put_int(w, "revision", objective->revision);
    json_object_end(w);
}

static enum fault
answer_objective(struct exchange *x, int64_t id, struct error *error)
{
    struct objective objective;
    struct json_writer w;
    if (objective_get(x->web->propre, x->workspace.id, id, x->keep, &objective, error))
        return error->fault;
    api_begin(x, &w);
    put_objective(&w, &objective);
    return OK;
}

enum fault
handle_api_objectives(struct exchange *x, struct error *error)
{
    struct objective *all;
    ptrdiff_t n;
    struct json_writer w;
    if (objective_list(x->web->propre, x->workspace.id, x->keep, &all, &n, error))
        return error->fault;
    api_list_begin(x, &w);
    for (ptrdiff_t i = 0; i < n; i++)
        put_objective(&w, &all[i]);
    api_list_end(&w, STR_NONE);
    return OK;
}

enum fault
handle_api_objective(struct exchange *x, struct error *error)
{
    return answer_objective(x, x->id, error);
}

static void
objective_fill(const struct exchange *x, struct objective *objective)
{
    objective->name = api_text(x, "name", objective->name);
    objective->why = api_text(x, "why", objective->why);
    if (!objective->why.p)
        objective->why = S("");
    objective->metric = api_text(x, "metric", objective->metric);
    objective->baseline = api_real(x, "baseline", objective->baseline);
    objective->target = api_real(x, "target", objective->target);
    objective->low = api_real(x, "low", objective->low);
    objective->high = api_real(x, "high", objective->high);
    objective->start_day = api_day(x, "start", objective->start_day);
    objective->deadline_day = api_day(x, "deadline", objective->deadline_day);
    objective->unit_value_minor = api_int(x, "unit_value_minor", objective->unit_value_minor);
    objective->parent = api_int(x, "parent", objective->parent);
    if (api_given(x, "unit_value_minor"))
        objective->currency =
            objective->unit_value_minor.has ? x->workspace.currency : STR_NONE;
    /* These were checked: a word that is not known does not come here. */
    (void)objective_kind_parse(api_text(x, "kind", STR_NONE), &objective->kind);
    (void)objective_direction_parse(api_text(x, "direction", STR_NONE), &objective->direction);
    (void)objective_state_parse(api_text(x, "state", STR_NONE), &objective->state);
}

enum fault
handle_api_objective_add(struct exchange *x, struct error *error)
{
    struct objective objective = {
        .workspace = x->workspace.id, .direction = OBJECTIVE_UP, .state = OBJECTIVE_ACTIVE};
    int64_t id;
    objective_fill(x, &objective);
    if (objective_insert(x->web->propre, &objective, &id, error))
        return error->fault;
    api_created(x, id);
    return answer_objective(x, id, error);
}

enum fault
handle_api_objective_change(struct exchange *x, struct error *error)
{
    struct objective objective;
    int64_t revision;
    if (objective_get(x->web->propre, x->workspace.id, x->id, x->keep, &objective, error))
        return error->fault;
    if (!api_revision(x, &revision))
        return OK;
    objective.revision = revision;
    objective_fill(x, &objective);
    if (objective_update(x->web->propre, &objective, api_text(x, "reason", S("")), error))
        return error->fault;
    return answer_objective(x, x->id, error);
}

enum fault
handle_api_objective_archive(struct exchange *x, struct error *error)
{
    if (objective_archive(x->web->propre, x->workspace.id, x->id, true, error))
        return error->fault;
    return answer_objective(x, x->id, error);
}
