#include "web/compose.h"

#include "base/number.h"
#include "base/translate.h"
#include "outbox/account.h"
#include "web/upload.h"
#include "web/web_internal.h"

/* ---------- what is kept ---------- */

static const struct delivery *
delivery_to(const struct compose *c, int64_t channel)
{
    for (ptrdiff_t i = 0; i < c->deliveries_n; i++)
        if (c->deliveries[i].channel == channel && c->deliveries[i].state != DELIVERY_CANCELLED)
            return &c->deliveries[i];
    return NULL;
}

static const struct variant *
variant_of(const struct compose *c, int64_t channel)
{
    for (ptrdiff_t i = 0; i < c->kept.variants_n; i++)
        if (c->kept.variants[i].channel == channel)
            return &c->kept.variants[i];
    return NULL;
}

static bool
is_connected(const struct account *accounts, ptrdiff_t n, int64_t channel)
{
    for (ptrdiff_t i = 0; i < n; i++)
        if (accounts[i].channel == channel)
            return accounts[i].state != ACCOUNT_DEAD;
    return false;
}

/* Those it goes to are always shown; of the others as many as there is room for. */
static enum fault
load_channels(struct exchange *x, struct compose *c, struct error *error)
{
    struct channel *all;
    struct account *accounts;
    ptrdiff_t n, accounts_n, ticked_n = 0, others_n = 0;
    if (channel_list(x->web->propre, x->workspace.id, x->keep, &all, &n, error) ||
        account_list(x->web->propre, x->workspace.id, x->keep, &accounts, &accounts_n, error))
        return error->fault;
    for (ptrdiff_t i = 0; i < n; i++)
        ticked_n += variant_of(c, all[i].id) || delivery_to(c, all[i].id);
    c->channels = new (x->keep, struct compose_channel, n + 1);
    for (ptrdiff_t i = 0; i < n; i++) {
        const struct variant *variant = variant_of(c, all[i].id);
        const struct delivery *delivery = delivery_to(c, all[i].id);
        bool ticked = variant || delivery;
        if (!ticked && ticked_n + others_n >= COMPOSE_CHANNELS_MAX) {
            c->more_channels = true;
            continue;
        }
        others_n += !ticked;
        c->channels[c->channels_n++] =
            (struct compose_channel){.id = all[i].id,
                                     .name = all[i].name,
                                     .network = all[i].network,
                                     .ticked = ticked,
                                     .connected = is_connected(accounts, accounts_n, all[i].id),
                                     .own = variant && variant->body.p ? variant->body : S(""),
                                     .delivery = delivery};
    }
    return OK;
}

static enum fault
load_files(struct exchange *x, struct compose *c, struct error *error)
{
    c->files = new (x->keep, struct compose_file, MESSAGE_FILES_MAX);
    for (ptrdiff_t i = 0; i < c->kept.files_n && i < MESSAGE_FILES_MAX; i++) {
        struct compose_file *file = &c->files[i];
        if (media_get(x->web->propre, x->workspace.id, c->kept.files[i].media, x->keep,
                      &file->media, error))
            return error->fault;
        file->alt = c->kept.files[i].alt.n > 0 ? c->kept.files[i].alt : file->media.alt;
        c->files_n++;
    }
    return OK;
}

enum fault
compose_load(struct exchange *x, int64_t id, struct compose *ret, struct error *error)
{
    struct propre *propre = x->web->propre;
    struct compose c = {.message = {.workspace = x->workspace.id, .body = S("")}};
    if (id && (message_get(propre, x->workspace.id, id, x->keep, &c.message, error) ||
               message_parts_get(propre, id, x->keep, &c.kept, error) ||
               post_deliveries(x, id, &c.deliveries, &c.deliveries_n, error)))
        return error->fault;
    for (ptrdiff_t i = 0; i < c.deliveries_n; i++) {
        enum delivery_state state = c.deliveries[i].state;
        c.closed |= !delivery_is_ours(&c.deliveries[i]);
        c.planned |=
            state == DELIVERY_SCHEDULED || state == DELIVERY_DEFERRED || state == DELIVERY_HELD;
    }
    c.time = c.planned ? TIME_KEEP : TIME_DRAFT;
    if (load_channels(x, &c, error) || load_files(x, &c, error))
        return error->fault;
    *ret = c;
    return OK;
}

/* ---------- what was typed ---------- */

void
compose_wrong(struct exchange *x, struct compose *c, str *problem, const char *words)
{
    if (!problem->p)
        *problem = str_of(translate(x->lang, words));
    c->wrong_n++;
}

/* An empty field takes the value away. */
static void
take_text(struct exchange *x, struct compose *c, const char *name, str *to, str *problem)
{
    const struct form_value *value = form_value(&x->form, name);
    if (!value)
        return;
    *to = value->text.n > 0 ? value->text : STR_NONE;
    if (value->problem)
        compose_wrong(x, c, problem, value->problem);
}

static struct maybe_int
take_number(const struct exchange *x, const char *name)
{
    int64_t n = form_int(&x->form, name, 0);
    return n > 0 ? some_int(n) : no_int;
}

static void
take_texts(struct exchange *x, struct compose *c)
{
    struct message *m = &c->message;
    take_text(x, c, "title", &m->title, &c->title_problem);
    take_text(x, c, "text", &m->body, &c->text_problem);
    take_text(x, c, "link", &m->link, &c->link_problem);
    take_text(x, c, "tags", &m->tags, &c->tags_problem);
    take_text(x, c, "warning", &m->warning, &c->warning_problem);
    take_text(x, c, "topic", &m->topic, &c->topic_problem);
    take_text(x, c, "format", &m->format, &c->problem);
    take_text(x, c, "visibility", &m->visibility, &c->problem);
    if (!m->body.p)
        m->body = S("");
    m->tactic = take_number(x, "tactic");
    m->objective = take_number(x, "objective");
    if (!post_intent_parse(form_text(&x->form, "intent"), &m->intent))
        m->intent = INTENT_UNKNOWN;
}

static int64_t
numbered_int(const struct exchange *x, const char *name, int32_t number)
{
    struct error ignored = {0}; /* what is no number is none of ours */
    int64_t n = 0;
    str text = form_numbered(&x->form, name, number);
    return text.n > 0 && parse_i64(text, 1, INT64_MAX, &n, &ignored) == OK ? n : 0;
}

static void
take_channels(struct exchange *x, struct compose *c)
{
    for (ptrdiff_t i = 0; i < c->channels_n; i++)
        c->channels[i].ticked = false;
    for (int32_t k = 0; k < COMPOSE_CHANNELS_MAX; k++) {
        int64_t id = numbered_int(x, "channel", k);
        for (ptrdiff_t i = 0; id && i < c->channels_n; i++) {
            struct compose_channel *channel = &c->channels[i];
            if (channel->id != id)
                continue;
            str own = form_numbered(&x->form, "own", k);
            channel->ticked = form_numbered(&x->form, "to", k).n > 0;
            channel->own = own.p ? own : S("");
            if (channel->own.n > POST_BODY_MAX)
                compose_wrong(x, c, &c->channels_problem, N_("This is too long."));
        }
    }
}

static enum fault
take_files(struct exchange *x, struct compose *c, struct error *error)
{
    int64_t removed = form_int(&x->form, "remove", -1);
    struct media media;
    c->files_n = 0;
    for (int32_t k = 0; k < MESSAGE_FILES_MAX; k++) {
        int64_t id = numbered_int(x, "picture", k);
        if (!id || k == removed)
            continue;
        enum fault fault =
            media_get(x->web->propre, x->workspace.id, id, x->keep, &media, error);
        if (fault == FAULT_ABSENT) {
            compose_wrong(x, c, &c->files_problem,
                          N_("A picture is not kept any more; add it again."));
            continue;
        }
        if (fault)
            return fault;
        str alt = form_numbered(&x->form, "alt", k);
        if (alt.n > MESSAGE_ALT_MAX)
            compose_wrong(x, c, &c->files_problem, N_("This is too long."));
        c->files[c->files_n++] =
            (struct compose_file){.media = media, .alt = alt.p ? alt : S("")};
    }
    return OK;
}

enum fault
compose_upload(struct exchange *x, struct compose *c, struct error *error)
{
    struct media_reader reader;
    struct media media = {
        .workspace = x->workspace.id, .name = x->upload.file_name, .alt = S("")};
    int64_t id;
    if (x->upload.fd < 0)
        return OK;
    if (c->files_n == MESSAGE_FILES_MAX) {
        compose_wrong(x, c, &c->files_problem,
                      N_("A post takes no more pictures; remove one first."));
        return OK;
    }
    if (upload_reader(x, &reader, error))
        return error->fault;
    enum fault fault = media_add(x->web->propre, &media, &reader, &id, error);
    if (fault == FAULT_INPUT || fault == FAULT_LIMIT) {
        c->files_problem = translate_error(x->keep, x->lang, error);
        c->wrong_n++;
        return OK;
    }
    if (fault || media_get(x->web->propre, x->workspace.id, id, x->keep, &media, error))
        return error->fault;
    c->files[c->files_n++] = (struct compose_file){.media = media, .alt = media.alt};
    return OK;
}

static void
take_time(struct exchange *x, struct compose *c)
{
    static const char *const words[COMPOSE_TIMES_N] = {"draft", "now", "at", "queue", "keep"};
    str time = form_text(&x->form, "when");
    for (int i = 0; i < COMPOSE_TIMES_N; i++)
        if (str_eq(time, str_of(words[i])))
            c->time = (enum compose_time)i;
    c->day = form_text(&x->form, "day");
    c->clock = form_text(&x->form, "time");
    c->queue = form_text(&x->form, "queue");
}

enum fault
compose_take(struct exchange *x, struct compose *c, struct error *error)
{
    take_texts(x, c);
    take_channels(x, c);
    take_time(x, c);
    return take_files(x, c, error);
}

/* ---------- as it would be kept, and as it would go out ---------- */

static bool
is_shown(const struct compose *c, int64_t channel)
{
    for (ptrdiff_t i = 0; i < c->channels_n; i++)
        if (c->channels[i].id == channel)
            return true;
    return false;
}

struct message_parts
compose_parts(struct exchange *x, const struct compose *c)
{
    struct variant *variants =
        new (x->keep, struct variant, c->channels_n + c->kept.variants_n + 1);
    struct message_file *files = new (x->keep, struct message_file, c->files_n + 1);
    ptrdiff_t n = 0;
    for (ptrdiff_t i = 0; i < c->kept.variants_n; i++)
        if (!is_shown(c, c->kept.variants[i].channel)) /* of a channel that was put away */
            variants[n++] = c->kept.variants[i];
    for (ptrdiff_t i = 0; i < c->channels_n; i++) {
        const struct compose_channel *channel = &c->channels[i];
        const struct variant *before = variant_of(c, channel->id);
        if (!channel->ticked)
            continue;
        variants[n] = before ? *before : (struct variant){.channel = channel->id};
        variants[n++].body = channel->own.n > 0 ? channel->own : STR_NONE;
    }
    for (ptrdiff_t i = 0; i < c->files_n; i++)
        files[i] = (struct message_file){c->files[i].media.id, c->files[i].alt};
    return (struct message_parts){variants, n, files, c->files_n};
}

enum fault
compose_look(struct exchange *x, struct compose *c, struct error *error)
{
    const struct message_parts parts = compose_parts(x, c);
    for (ptrdiff_t i = 0; i < c->channels_n; i++) {
        struct compose_channel *channel = &c->channels[i];
        if (!channel->ticked)
            continue;
        if (content_look(x->web->propre, &c->message, &parts, channel->id, x->keep,
                         &channel->look, error))
            return error->fault;
        for (int32_t k = 0; k < channel->look.problems_n; k++)
            c->wrong_n += channel->look.problems[k].severity == PROBLEM_ERROR;
    }
    c->looked = true;
    return OK;
}

enum fault
compose_keep(struct exchange *x, struct compose *c, struct error *error)
{
    const struct message_parts parts = compose_parts(x, c);
    struct message m = c->message, kept;
    int64_t id;
    if (m.intent == INTENT_UNKNOWN)
        m.intent = m.tactic.has ? INTENT_PLANNED : INTENT_ADHOC;
    enum fault fault = message_save(x->web->propre, &m, &parts, &id, error);
    if (fault == FAULT_INPUT || fault == FAULT_ABSENT) { /* of a tactic or objective */
        c->problem = translate_error(x->keep, x->lang, error);
        c->wrong_n++;
        return OK;
    }
    if (fault || message_get(x->web->propre, x->workspace.id, id, x->keep, &kept, error))
        return error->fault;
    c->message.id = id;
    c->message.revision = kept.revision;
    return OK;
}
