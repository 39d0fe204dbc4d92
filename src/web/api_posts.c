#include "base/translate.h"
#include "outbox/content.h"
#include "outbox/delivery.h"
#include "place/media.h"
#include "tactic/message.h"
#include "tactic/when.h"
#include "web/api_handlers.h"
#include "web/post_when.h"
#include "web/web_internal.h"

/* What screens and programs call a post is a message (tactic/message.h) with its deliveries (outbox/delivery.h). */

/* ---------- answering ---------- */

static void
put_texts(struct json_writer *w, const struct message *m)
{
    api_put_int(w, "id", m->id);
    api_put_str(w, "title", m->title);
    api_put_str(w, "text", m->body);
    api_put_str(w, "link", m->link);
    api_put_maybe(w, "tactic", m->tactic);
    api_put_maybe(w, "objective", m->objective);
    api_put_str(w, "format", m->format);
    api_put_str(w, "topic", m->topic);
    api_put_str(w, "warning", m->warning);
    api_put_str(w, "visibility", m->visibility);
    api_put_str(w, "tags", m->tags);
    api_put_str(w, "categories", m->categories);
    api_put_maybe(w, "effort_minutes", m->effort_minutes);
    api_put_time(w, "use_by", m->use_by_us);
    api_put_str(w, "intent", post_intent_word(m->intent));
    api_put_str(w, "chosen_at", m->chosen_wall);
    api_put_str(w, "chosen_queue", m->chosen_queue);
}

static void
put_variants(struct json_writer *w, const char *name, const struct variant *variants,
             ptrdiff_t n)
{
    json_key(w, str_of(name));
    json_array_begin(w);
    for (ptrdiff_t i = 0; i < n; i++) {
        const struct variant *v = &variants[i];
        json_object_begin(w);
        api_put_int(w, "channel", v->channel);
        api_put_str(w, "title", v->title);
        api_put_str(w, "text", v->body);
        api_put_str(w, "link", v->link);
        api_put_str(w, "warning", v->warning);
        api_put_str(w, "visibility", v->visibility);
        api_put_str(w, "slug", v->slug);
        json_object_end(w);
    }
    json_array_end(w);
}

static void
put_parts(struct json_writer *w, const struct message_parts *parts)
{
    json_key(w, S("media"));
    json_array_begin(w);
    for (ptrdiff_t i = 0; i < parts->files_n; i++) {
        json_object_begin(w);
        api_put_int(w, "id", parts->files[i].media);
        api_put_str(w, "alt", parts->files[i].alt);
        json_object_end(w);
    }
    json_array_end(w);
    put_variants(w, "variants", parts->variants, parts->variants_n);
    put_variants(w, "variants_aside", parts->aside, parts->aside_n);
}

static enum fault
answer_post(struct exchange *x, int64_t id, struct error *error)
{
    struct propre *propre = x->web->propre;
    struct message m;
    struct message_parts parts;
    struct delivery *deliveries;
    ptrdiff_t n;
    struct json_writer w;
    if (message_get(propre, x->workspace.id, id, x->keep, &m, error) ||
        message_parts_get(propre, id, x->keep, &parts, error) ||
        post_deliveries(x, id, &deliveries, &n, error))
        return error->fault;
    api_begin(x, &w);
    json_object_begin(&w);
    put_texts(&w, &m);
    put_parts(&w, &parts);
    json_key(&w, S("deliveries"));
    json_array_begin(&w);
    for (ptrdiff_t i = 0; i < n; i++)
        api_put_delivery(x, &w, &deliveries[i], true);
    json_array_end(&w);
    api_put_time(&w, "created", some_int(m.created_us));
    api_put_time(&w, "changed", some_int(m.changed_us));
    api_put_bool(&w, "archived", m.archived);
    api_put_int(&w, "revision", m.revision);
    json_object_end(&w);
    return OK;
}

enum fault
handle_api_posts(struct exchange *x, struct error *error)
{
    struct message_line *all;
    ptrdiff_t n;
    struct json_writer w;
    int64_t offset = 0, limit = 0;
    if (!api_page(x, &offset, &limit))
        return OK;
    if (message_list(x->web->propre, x->workspace.id, offset, limit, x->keep, &all, &n, error))
        return error->fault;
    api_list_begin(x, &w);
    for (ptrdiff_t i = 0; i < n; i++) {
        json_object_begin(&w);
        api_put_int(&w, "id", all[i].id);
        api_put_str(&w, "title", all[i].title);
        api_put_str(&w, "excerpt", all[i].excerpt);
        api_put_bool(&w, "archived", all[i].archived);
        api_put_time(&w, "created", some_int(all[i].created_us));
        api_put_time(&w, "changed", some_int(all[i].changed_us));
        api_put_int(&w, "revision", all[i].revision);
        json_object_end(&w);
    }
    api_list_end(&w, api_next(x, offset, limit, n));
    return OK;
}

enum fault
handle_api_post(struct exchange *x, struct error *error)
{
    return answer_post(x, x->id, error);
}

/* ---------- composing ---------- */

static void
fill_message(const struct exchange *x, struct message *m)
{
    m->title = api_text(x, "title", m->title);
    m->body = api_text(x, "text", m->body);
    m->link = api_text(x, "link", m->link);
    m->tactic = api_int(x, "tactic", m->tactic);
    m->objective = api_int(x, "objective", m->objective);
    m->format = api_text(x, "format", m->format);
    m->topic = api_text(x, "topic", m->topic);
    m->warning = api_text(x, "warning", m->warning);
    m->visibility = api_text(x, "visibility", m->visibility);
    m->tags = api_text(x, "tags", m->tags);
    m->categories = api_text(x, "categories", m->categories);
    m->effort_minutes = api_int(x, "effort_minutes", m->effort_minutes);
    m->use_by_us = api_time(x, "use_by", m->use_by_us);
    (void)post_intent_parse(api_text(x, "intent", STR_NONE), &m->intent); /* was checked */
}

static str
member_text(const struct json *object, const char *name)
{
    return json_text(json_get(object, str_of(name)));
}

/* What only one network knows is not of the API: it is kept for the channels that stay. */
static str
options_kept(const struct message_parts *parts, int64_t channel)
{
    for (ptrdiff_t i = 0; i < parts->variants_n; i++)
        if (parts->variants[i].channel == channel)
            return parts->variants[i].options;
    return STR_NONE;
}

static enum fault
fill_parts(struct exchange *x, struct message_parts *parts, struct error *error)
{
    struct media known;
    const struct json *media = api_member(x, "media"), *variants = api_member(x, "variants");
    const struct message_parts before = *parts;
    if (media) {
        struct message_file *files = new (x->keep, struct message_file, media->n + 1);
        ptrdiff_t n = 0;
        for (const struct json *m = media->first; m; m = m->next) {
            int64_t id = json_as_int(json_get(m, S("id"))).is;
            if (media_get(x->web->propre, x->workspace.id, id, x->keep, &known, error))
                return error->fault;
            files[n++] = (struct message_file){id, member_text(m, "alt")};
        }
        parts->files = files;
        parts->files_n = n;
    }
    if (variants) {
        struct variant *at = new (x->keep, struct variant, variants->n + 1);
        ptrdiff_t n = 0;
        for (const struct json *v = variants->first; v; v = v->next) {
            int64_t channel = json_as_int(json_get(v, S("channel"))).is;
            at[n++] = (struct variant){.channel = channel,
                                       .title = member_text(v, "title"),
                                       .body = member_text(v, "text"),
                                       .link = member_text(v, "link"),
                                       .warning = member_text(v, "warning"),
                                       .visibility = member_text(v, "visibility"),
                                       .slug = member_text(v, "slug"),
                                       .options = options_kept(&before, channel)};
        }
        parts->variants = at;
        parts->variants_n = n;
    }
    return OK;
}

/* False when the request was answered. */
static bool
when_read(struct exchange *x, struct post_when *ret)
{
    struct post_when when = {.draft = json_as_bool(api_member(x, "draft"), false),
                             .queue = api_text(x, "queue", STR_NONE),
                             .due = clock_now(&x->web->propre->clock)};
    struct error error;
    const struct json *channels = api_member(x, "channels");
    str at = api_text(x, "at", STR_NONE);
    int32_t asked =
        json_as_bool(api_member(x, "now"), false) + (at.p != NULL) + (when.queue.p != NULL);
    when.draft |= asked == 0;
    if (asked > 1) {
        api_refuse(x, "at", N_("send only one of at, queue and now"));
    } else if (asked == 1 && (!channels || channels->n == 0)) {
        api_refuse(x, "channels", N_("say where it goes: the numbers of its channels"));
    } else if (!when.draft && api_scope(x, SCOPE_PUBLISH, &error)) {
        api_problem(x, 403, "scope", translate_error(x->keep, x->lang, &error), STR_NONE);
    } else if (at.p && when_parse(at, x->zone, when.due, &when.wall, &when.due, &error)) {
        api_problem(x, 422, NULL, translate_error(x->keep, x->lang, &error), S("at"));
    } else {
        when.has_wall = at.p != NULL;
        *ret = when;
        return true;
    }
    return false;
}

static enum fault
plan_channels(struct exchange *x, int64_t message, const struct post_when *when,
              struct maybe_int use_by_us, struct error *error)
{
    const struct json *channels = api_member(x, "channels");
    for (const struct json *c = channels ? channels->first : NULL; c; c = c->next) {
        struct delivery_plan plan;
        int64_t id;
        if (post_plan(x, &(struct post_to){message, c->integer, use_by_us}, when, &plan,
                      error) ||
            delivery_schedule(x->web->propre, &plan, &id, error))
            return error->fault;
    }
    return OK;
}

enum fault
handle_api_post_add(struct exchange *x, struct error *error)
{
    struct message m = {.workspace = x->workspace.id};
    struct message_parts parts = {0};
    struct post_when when;
    int64_t id;
    if (!when_read(x, &when))
        return OK;
    fill_message(x, &m);
    if (!api_given(x, "intent"))
        m.intent = m.tactic.has ? INTENT_PLANNED : INTENT_ADHOC;
    if (fill_parts(x, &parts, error) || message_save(x->web->propre, &m, &parts, &id, error) ||
        plan_channels(x, id, &when, m.use_by_us, error))
        return error->fault;
    api_created(x, id);
    return answer_post(x, id, error);
}

/* ---------- changing, cancelling ---------- */

/* What is planned to go out goes out as it was approved: changing it needs the scope that lets it out. */
static enum fault
may_change(struct exchange *x, struct error *error)
{
    struct delivery *all;
    ptrdiff_t n;
    if (post_deliveries(x, x->id, &all, &n, error))
        return error->fault;
    for (ptrdiff_t i = 0; i < n; i++) {
        if (!delivery_is_ours(&all[i]))
            return fail(
                error, FAULT_CONFLICT,
                "this post is being sent, or is out, on channel %lld: its text cannot be "
                "changed any more",
                (long long)all[i].channel);
        if (all[i].state != DELIVERY_DRAFT && all[i].state != DELIVERY_CANCELLED &&
            api_scope(x, SCOPE_PUBLISH, error))
            return error->fault;
    }
    return OK;
}

static bool
is_sent(const struct json *channels, int64_t channel)
{
    for (const struct json *c = channels->first; c; c = c->next)
        if (c->integer == channel)
            return true;
    return false;
}

static bool
is_meant(const struct delivery *all, ptrdiff_t n, int64_t channel)
{
    for (ptrdiff_t i = 0; i < n; i++)
        if (all[i].channel == channel && all[i].state == DELIVERY_DRAFT)
            return true;
    return false;
}

/* Of a draft only: what is planned is moved and cancelled delivery by delivery. */
static enum fault
change_channels(struct exchange *x, struct maybe_int use_by_us, struct error *error)
{
    struct propre *propre = x->web->propre;
    const struct json *channels = api_member(x, "channels");
    struct delivery *all;
    ptrdiff_t n;
    int64_t id;
    if (!channels)
        return OK;
    if (post_deliveries(x, x->id, &all, &n, error))
        return error->fault;
    for (ptrdiff_t i = 0; i < n; i++)
        if (all[i].state != DELIVERY_DRAFT && all[i].state != DELIVERY_CANCELLED)
            return fail(error, FAULT_CONFLICT,
                        "this post is no draft any more: cancel its deliveries one by one, or "
                        "compose another");
    for (ptrdiff_t i = 0; i < n; i++)
        if (all[i].state == DELIVERY_DRAFT && !is_sent(channels, all[i].channel) &&
            delivery_cancel(propre, x->workspace.id, all[i].id, api_who(x), error))
            return error->fault;
    for (const struct json *c = channels->first; c; c = c->next) {
        const struct delivery_plan plan = {.workspace = x->workspace.id,
                                           .message = x->id,
                                           .channel = c->integer,
                                           .due_us = clock_now(&propre->clock).us,
                                           .use_by_us = use_by_us,
                                           .draft = true};
        if (!is_meant(all, n, c->integer) && delivery_schedule(propre, &plan, &id, error))
            return error->fault;
    }
    return OK;
}

/* What goes out by itself is still what its channel takes. */
static enum fault
check_planned(struct exchange *x, struct error *error)
{
    struct delivery *all;
    ptrdiff_t n;
    if (post_deliveries(x, x->id, &all, &n, error))
        return error->fault;
    for (ptrdiff_t i = 0; i < n; i++) {
        const struct content_of of = {x->workspace.id, x->id, all[i].channel};
        if ((all[i].state == DELIVERY_SCHEDULED || all[i].state == DELIVERY_DEFERRED) &&
            content_require(x->web->propre, &of, error))
            return error->fault;
    }
    return OK;
}

enum fault
handle_api_post_change(struct exchange *x, struct error *error)
{
    struct propre *propre = x->web->propre;
    struct message m;
    struct message_parts parts;
    int64_t revision, id;
    if (message_get(propre, x->workspace.id, x->id, x->keep, &m, error) ||
        message_parts_get(propre, x->id, x->keep, &parts, error))
        return error->fault;
    if (!api_revision(x, &revision))
        return OK;
    m.revision = revision;
    fill_message(x, &m);
    if (fill_parts(x, &parts, error) || may_change(x, error) ||
        message_save(propre, &m, &parts, &id, error) ||
        change_channels(x, m.use_by_us, error) || check_planned(x, error))
        return error->fault;
    return answer_post(x, x->id, error);
}

/* All that has not gone out is cancelled, or nothing: one that is being sent refuses it whole. */
enum fault
handle_api_post_cancel(struct exchange *x, struct error *error)
{
    struct propre *propre = x->web->propre;
    struct message m;
    struct delivery *all;
    ptrdiff_t n, out_n = 0;
    if (message_get(propre, x->workspace.id, x->id, x->keep, &m, error) ||
        post_deliveries(x, x->id, &all, &n, error))
        return error->fault;
    for (ptrdiff_t i = 0; i < n; i++) {
        if (all[i].state == DELIVERY_PUBLISHED)
            out_n++;
        else if (all[i].state != DELIVERY_CANCELLED &&
                 delivery_cancel(propre, x->workspace.id, all[i].id, api_who(x), error))
            return error->fault;
    }
    if (out_n > 0 && out_n == n)
        return fail(error, FAULT_CONFLICT,
                    "this post is out already: it cannot be cancelled any more");
    if (out_n == 0 && message_archive(propre, x->workspace.id, x->id, true, error))
        return error->fault;
    return answer_post(x, x->id, error);
}
