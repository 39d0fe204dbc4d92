#include "web/compose.h"

#include <stdio.h>

#include "base/number.h"
#include "base/translate.h"
#include "outbox/account.h"
#include "web/body.h"
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
find_variant(const struct variant *variants, ptrdiff_t n, int64_t channel)
{
    for (ptrdiff_t i = 0; i < n; i++)
        if (variants[i].channel == channel)
            return &variants[i];
    return NULL;
}

static const struct variant *
variant_of(const struct compose *c, int64_t channel)
{
    return find_variant(c->kept.variants, c->kept.variants_n, channel);
}

static const struct variant *
aside_of(const struct compose *c, int64_t channel)
{
    return find_variant(c->kept.aside, c->kept.aside_n, channel);
}

/* Whether it can go out from here, or a person does it. */
static void
put_way(const struct account *accounts, ptrdiff_t n, struct compose_channel *c)
{
    const struct driver *driver = driver_usual(network_word(c->network));
    for (ptrdiff_t i = 0; i < n; i++) {
        if (accounts[i].channel != c->id)
            continue;
        c->connected = accounts[i].state != ACCOUNT_DEAD;
        driver = driver_find(accounts[i].network);
    }
    c->by_hand = driver && driver->traits.by_hand;
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
        const struct variant *words = variant ? variant : aside_of(c, all[i].id);
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
                                     .own = words && words->body.p ? words->body : S(""),
                                     .delivery = delivery};
        put_way(accounts, accounts_n, &c->channels[c->channels_n - 1]);
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

/* What was chosen for a draft; else when a program said it shall go out once it is let go. */
static void
load_time(struct compose *c)
{
    str wall = c->message.chosen_wall, queue = c->message.chosen_queue;
    str chosen = c->message.chosen;
    for (ptrdiff_t i = 0; !chosen.p && i < c->deliveries_n; i++) {
        const struct delivery *d = &c->deliveries[i];
        if (d->state == DELIVERY_DRAFT && d->wall.p) {
            chosen = S("draft");
            wall = d->wall;
        }
    }
    if (str_eq(chosen, S("at")))
        c->time = TIME_AT;
    else if (str_eq(chosen, S("queue")))
        c->time = TIME_QUEUE;
    c->queue = queue;
    if (str_cut(&wall, 'T', &c->day))
        c->clock = wall;
    else
        c->day = STR_NONE;
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
    if (!c.planned)
        load_time(&c);
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
    int64_t up = form_int(&x->form, "up", -1), down = form_int(&x->form, "down", -1);
    ptrdiff_t back = 0; /* the one that changes places with the one before it */
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
        if (k == up || k == down + 1)
            back = c->files_n;
        c->files[c->files_n++] =
            (struct compose_file){.media = media, .alt = alt.p ? alt : S("")};
    }
    if ((up >= 0 || down >= 0) && back > 0) {
        struct compose_file file = c->files[back];
        c->files[back] = c->files[back - 1];
        c->files[back - 1] = file;
    }
    return OK;
}

/* What cannot be taken is said with its name, and the others are. */
static enum fault
upload_one(struct exchange *x, struct compose *c, int32_t k, struct error *error)
{
    struct media_reader reader;
    struct media media = {
        .workspace = x->workspace.id, .name = x->upload.files[k].name, .alt = S("")};
    int64_t id;
    if (upload_reader(x, k, &reader, error))
        return error->fault;
    enum fault fault = media_add(x->web->propre, &media, &reader, &id, error);
    if (fault == FAULT_INPUT || fault == FAULT_LIMIT) {
        str why = translate_error(x->keep, x->lang, error);
        c->files_problem = x->upload.files_n == 1 || media.name.n == 0
                               ? why
                               : SAY(x->keep, x->lang, N_("%1$s: %2$s"), media.name, why);
        c->wrong_n++;
        return OK;
    }
    if (fault || media_get(x->web->propre, x->workspace.id, id, x->keep, &media, error))
        return error->fault;
    c->files[c->files_n++] = (struct compose_file){.media = media, .alt = media.alt};
    return OK;
}

enum fault
compose_upload(struct exchange *x, struct compose *c, struct error *error)
{
    for (int32_t k = 0; x->upload.fd >= 0 && k < x->upload.files_n; k++) {
        if (c->files_n == MESSAGE_FILES_MAX) {
            compose_wrong(x, c, &c->files_problem,
                          N_("A post takes no more pictures; remove one first."));
            return OK;
        }
        if (upload_one(x, c, k, error))
            return error->fault;
    }
    return OK;
}

/* A day and an hour as a browser sends them; anything else is said when it is to go out, and not kept. */
static bool
is_wall(str day, str clock)
{
    static const char shape[] = "dddd-dd-ddTdd:dd";
    char text[sizeof shape];
    if (day.n != 10 || clock.n != 5)
        return false;
    (void)snprintf(text, sizeof text, "%.*sT%.*s", STR_FMT(day), STR_FMT(clock));
    for (size_t i = 0; shape[i]; i++)
        if (shape[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
            return false;
    return true;
}

/* A draft keeps the time chosen for it; of what is planned the deliveries know it. */
static void
keep_time(struct exchange *x, struct compose *c)
{
    struct message *m = &c->message;
    bool wall = is_wall(c->day, c->clock);
    m->chosen = m->chosen_wall = m->chosen_queue = STR_NONE;
    if (c->planned)
        return;
    if (wall)
        m->chosen_wall = arena_printf(x->keep, "%.*sT%.*s", STR_FMT(c->day), STR_FMT(c->clock));
    if (c->time == TIME_QUEUE) {
        m->chosen = S("queue");
        m->chosen_queue = c->queue.p ? c->queue : S("");
    } else if (wall) {
        m->chosen = c->time == TIME_AT ? S("at") : S("draft");
    }
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
    keep_time(x, c);
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

/* Whether something would be lost with it. */
static bool
has_words(const struct variant *v)
{
    return v->body.n > 0 || v->title.n > 0 || v->link.n > 0 || v->warning.n > 0 ||
           v->visibility.n > 0 || v->slug.n > 0 || v->options.n > 0;
}

struct message_parts
compose_parts(struct exchange *x, const struct compose *c)
{
    struct variant *variants =
        new (x->keep, struct variant, c->channels_n + c->kept.variants_n + 1);
    struct variant *aside = new (x->keep, struct variant, c->channels_n + c->kept.aside_n + 1);
    struct message_file *files = new (x->keep, struct message_file, c->files_n + 1);
    ptrdiff_t n = 0, aside_n = 0;
    for (ptrdiff_t i = 0; i < c->kept.variants_n; i++)
        if (!is_shown(c, c->kept.variants[i].channel)) /* of a channel that was put away */
            variants[n++] = c->kept.variants[i];
    for (ptrdiff_t i = 0; i < c->kept.aside_n; i++)
        if (!is_shown(c, c->kept.aside[i].channel))
            aside[aside_n++] = c->kept.aside[i];
    for (ptrdiff_t i = 0; i < c->channels_n; i++) {
        const struct compose_channel *channel = &c->channels[i];
        const struct variant *before = variant_of(c, channel->id);
        if (!before)
            before = aside_of(c, channel->id);
        struct variant own = before ? *before : (struct variant){.channel = channel->id};
        own.body = channel->own.n > 0 ? channel->own : STR_NONE;
        if (channel->ticked)
            variants[n++] = own;
        else if (has_words(&own) && aside_n < VARIANTS_MAX)
            aside[aside_n++] = own;
    }
    for (ptrdiff_t i = 0; i < c->files_n; i++)
        files[i] = (struct message_file){c->files[i].media.id, c->files[i].alt};
    return (struct message_parts){variants, n, files, c->files_n, aside, aside_n};
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
