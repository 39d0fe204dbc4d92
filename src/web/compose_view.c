#include "base/format.h"
#include "base/number.h"
#include "base/translate.h"
#include "base/zone.h"
#include "channel/driver.h"
#include "outbox/delivery.h"
#include "strategy/objective.h"
#include "tactic/slot.h"
#include "tactic/tactic.h"
#include "web/answer.h"
#include "web/compose.h"
#include "web/deliveries.h"
#include "web/views_compose.h"
#include "web/web_internal.h"
#include "web/words.h"

enum {
    DRAFT_DAYS_MAX = 180, /* half a year: an older draft is a forgotten one */
    HEADING_BYTES = 80    /* one line of a title */
};

/* ---------- what can be chosen ---------- */

static struct options_view
options_of(const struct option_view *at, ptrdiff_t n)
{
    return (struct options_view){at, n};
}

static str
number_text(struct exchange *x, int64_t n)
{
    return arena_printf(x->keep, "%lld", (long long)n);
}

static str
word(const struct exchange *x, const char *id)
{
    return str_of(translate(x->lang, id));
}

static enum fault
choose_tactic(struct exchange *x, const struct message *m, struct compose_view *view,
              struct error *error)
{
    struct tactic *tactics;
    struct objective *objectives;
    ptrdiff_t n, objectives_n;
    if (tactic_list(x->web->propre, x->workspace.id, x->keep, &tactics, &n, error) ||
        objective_list(x->web->propre, x->workspace.id, x->keep, &objectives, &objectives_n,
                       error))
        return error->fault;
    struct option_view *at = new (x->keep, struct option_view, n + 1);
    struct option_view *to = new (x->keep, struct option_view, objectives_n + 1);
    at[0] = (struct option_view){S(""), word(x, N_("No tactic")), !m->tactic.has};
    to[0] = (struct option_view){S(""), word(x, N_("No objective")), !m->objective.has};
    for (ptrdiff_t i = 0; i < n; i++)
        at[i + 1] = (struct option_view){number_text(x, tactics[i].id), tactics[i].name,
                                         m->tactic.has && m->tactic.is == tactics[i].id};
    for (ptrdiff_t i = 0; i < objectives_n; i++)
        to[i + 1] =
            (struct option_view){number_text(x, objectives[i].id), objectives[i].name,
                                 m->objective.has && m->objective.is == objectives[i].id};
    view->tactics = options_of(at, n + 1);
    view->objectives = options_of(to, objectives_n + 1);
    return OK;
}

static void
choose_words(struct exchange *x, const struct message *m, struct compose_view *view)
{
    static const struct {
        const char *value, *label;
    } intents[] = {{"", N_("As the tactic says")},
                   {"planned", N_("Planned: it belongs to the tactic")},
                   {"explore", N_("Exploring: it asks a question")},
                   {"adhoc", N_("Ad hoc: it seizes a moment")}},
      visible[] = {{"", N_("As the channel is set")},
                   {"public", N_("Public")},
                   {"unlisted", N_("Unlisted")},
                   {"private", N_("Followers only")}};
    static const char *const formats[] = {"text",     "photo",  "video", "link",
                                          "article",  "status", "poll",  "story",
                                          "carousel", "reel",   "event"};
    enum { FORMATS_N = sizeof formats / sizeof *formats };
    struct option_view *at = new (x->keep, struct option_view, 4);
    struct option_view *to = new (x->keep, struct option_view, 4);
    struct option_view *of = new (x->keep, struct option_view, FORMATS_N + 2);
    ptrdiff_t n = 0;
    str intent = m->intent == INTENT_UNKNOWN ? S("") : post_intent_word(m->intent);
    str visibility = m->visibility.p ? m->visibility : S("");
    for (int i = 0; i < 4; i++) {
        at[i] = (struct option_view){str_of(intents[i].value), word(x, intents[i].label),
                                     str_eq(intent, str_of(intents[i].value))};
        to[i] = (struct option_view){str_of(visible[i].value), word(x, visible[i].label),
                                     str_eq(visibility, str_of(visible[i].value))};
    }
    bool known = m->format.n == 0;
    of[n++] = (struct option_view){S(""), word(x, N_("Not said")), known};
    for (int i = 0; i < FORMATS_N; i++) {
        str format = str_of(formats[i]);
        known |= str_eq(format, m->format);
        of[n++] =
            (struct option_view){format, words_level(x->keep, x->lang, S("format"), format),
                                 str_eq(format, m->format)};
    }
    if (!known) /* one that a program said */
        of[n++] = (struct option_view){m->format, m->format, true};
    view->intents = options_of(at, 4);
    view->visibilities = options_of(to, 4);
    view->formats = options_of(of, n);
}

static enum fault
choose_queue(struct exchange *x, const struct compose *c, struct compose_view *view,
             struct error *error)
{
    struct slot *slots;
    ptrdiff_t slots_n, n = 0;
    if (slot_list(x->web->propre, x->workspace.id, x->keep, &slots, &slots_n, error))
        return error->fault;
    struct option_view *at = new (x->keep, struct option_view, slots_n + 1);
    for (ptrdiff_t i = 0; i < slots_n; i++) {
        bool known = false;
        for (ptrdiff_t k = 0; k < n && !known; k++)
            known = str_eq(at[k].value, slots[i].queue);
        if (known)
            continue;
        at[n++] = (struct option_view){
            slots[i].queue,
            slots[i].queue.n > 0 ? slots[i].queue : word(x, N_("The channel’s own queue")),
            c->queue.p && str_eq(c->queue, slots[i].queue)};
    }
    view->queues = options_of(at, n);
    return OK;
}

/* ---------- channels ---------- */

str
compose_count(struct exchange *x, const struct content_look *look)
{
    if (look->length < 0)
        return STR_NONE;
    str n = format_integer(x->keep, x->lang, look->length);
    if (look->length_max <= 0)
        return SAY(x->keep, x->lang,
                   translate_n(x->lang, "%s character", "%s characters", look->length), n);
    return SAY(x->keep, x->lang, N_("%1$s of %2$s characters"), n,
               format_integer(x->keep, x->lang, look->length_max));
}

static struct compose_channel_view
channel_view(struct exchange *x, const struct compose_channel *c, bool looked)
{
    struct compose_problem_view *problems =
        new (x->keep, struct compose_problem_view, MESSAGE_PROBLEMS_MAX);
    struct compose_channel_view view = {.id = c->id,
                                        .name = c->name,
                                        .network = network_label(x->lang, c->network),
                                        .ticked = c->ticked,
                                        .own = c->own,
                                        .problems = problems};
    if (c->by_hand) {
        view.state = word(x, N_("You publish it by hand"));
    } else if (!c->connected) {
        view.state = word(x, N_("Not connected: it waits until you connect it"));
        view.state_bad = true;
    }
    if (!c->ticked || !looked)
        return view;
    view.count = compose_count(x, &c->look);
    view.over = c->look.length_max > 0 && c->look.length > c->look.length_max;
    for (int32_t i = 0; i < c->look.problems_n; i++) {
        const struct message_problem *p = &c->look.problems[i];
        problems[view.problems_n++] = (struct compose_problem_view){
            p->severity == PROBLEM_ERROR, SAY(x->keep, x->lang, p->format, p->a, p->b)};
    }
    return view;
}

static void
show_channels(struct exchange *x, const struct compose *c, struct compose_view *view)
{
    struct compose_channel_view *at =
        new (x->keep, struct compose_channel_view, c->channels_n + 1);
    for (ptrdiff_t i = 0; i < c->channels_n; i++)
        at[i] = channel_view(x, &c->channels[i], c->looked);
    view->channels = at;
    view->channels_n = c->channels_n;
    view->more_channels = c->more_channels;
}

/* ---------- pictures ---------- */

static void
show_pictures(struct exchange *x, const struct compose *c, struct compose_view *view)
{
    struct compose_picture_view *at =
        new (x->keep, struct compose_picture_view, c->files_n + 1);
    for (ptrdiff_t i = 0; i < c->files_n; i++) {
        const struct media *media = &c->files[i].media;
        str size = format_bytes(x->keep, x->lang, media->bytes);
        at[i] = (struct compose_picture_view){
            .name = media->name.n > 0 ? media->name : media->mime,
            .alt = c->files[i].alt,
            .about = media->width > 0 ? arena_printf(x->keep, "%d × %d, %.*s", media->width,
                                                     media->height, STR_FMT(size))
                                      : size,
            .media = media->id,
            .shown = str_starts(media->mime, S("image/")),
            .width = media->width,
            .height = media->height};
    }
    view->pictures = at;
    view->pictures_n = c->files_n;
    view->room_for_pictures = c->files_n < MESSAGE_FILES_MAX;
}

/* ---------- where it goes ---------- */

static str
moment(struct exchange *x, const struct delivery *d)
{
    int64_t at = d->published_us.has ? d->published_us.is : d->due_us;
    if (!delivery_has_time(d))
        return word(x, N_("no time yet"));
    if (!d->published_us.has && at <= clock_now(&x->web->propre->clock).us)
        return word(x, N_("now"));
    return format_instant(x->keep, x->lang, x->zone, (instant){at}, FORMAT_DATE_TIME);
}

static enum tone
tone_of(enum delivery_state state)
{
    switch (state) {
    case DELIVERY_PUBLISHED:
        return TONE_GOOD;
    case DELIVERY_REJECTED:
    case DELIVERY_MISSED:
    case DELIVERY_PERSON:
        return TONE_BAD;
    case DELIVERY_HELD:
    case DELIVERY_DEFERRED:
    case DELIVERY_UNKNOWN:
        return TONE_WARN;
    case DELIVERY_DRAFT:
    case DELIVERY_SCHEDULED:
    case DELIVERY_CLAIMED:
    case DELIVERY_SENDING:
    case DELIVERY_CANCELLED:
    case DELIVERY_STATES_N:
        break;
    }
    return TONE_QUIET;
}

static void
show_deliveries(struct exchange *x, const struct compose *c, struct compose_view *view)
{
    struct compose_delivery_view *at =
        new (x->keep, struct compose_delivery_view, c->deliveries_n + 1);
    bool alone = c->closed && may_edit(x);
    for (ptrdiff_t i = 0; i < c->deliveries_n; i++) {
        const struct delivery *d = &c->deliveries[i];
        if (d->state == DELIVERY_CANCELLED)
            continue;
        at[view->deliveries_n++] = (struct compose_delivery_view){
            .id = d->id,
            .channel = d->channel_name,
            .when = moment(x, d),
            .state = word(x, delivery_shown(d)),
            .href = d->permalink,
            .edit = alone && delivery_is_ours(d) ? delivery_href(x, d->id) : STR_NONE,
            .tone = tone_of(d->state)};
    }
    view->deliveries = at;
}

str
compose_sentence(struct exchange *x, const struct compose *c)
{
    auto_buf text;
    buf_init(&text, 16 * 1024);
    for (ptrdiff_t i = 0; i < c->deliveries_n; i++) {
        const struct delivery *d = &c->deliveries[i];
        if (d->state != DELIVERY_SCHEDULED && d->state != DELIVERY_DEFERRED)
            continue;
        str one = SAY(x->keep, x->lang, N_("%1$s: %2$s"), d->channel_name, moment(x, d));
        buf_addf(&text, "%s%.*s", text.n > 0 ? " · " : "", STR_FMT(one));
    }
    return text.n > 0 ? arena_str(x->keep, buf_str(&text)) : STR_NONE;
}

/* ---------- the whole ---------- */

/* The first words of a text, cut between two of them. */
static str
first_words(struct exchange *x, str title, str body)
{
    str text = str_trim(title.n > 0 ? title : body);
    ptrdiff_t line = str_chr(text, '\n');
    if (line >= 0)
        text = str_trim(str_slice(text, 0, line));
    if (text.n == 0)
        return word(x, N_("Draft without words"));
    if (text.n <= HEADING_BYTES)
        return text;
    ptrdiff_t n = HEADING_BYTES;
    while (n > HEADING_BYTES / 2 && text.p[n] != ' ')
        n--;
    while (n > 0 && ((unsigned char)text.p[n] & 0xc0) == 0x80)
        n--; /* not within a character */
    return arena_printf(x->keep, "%.*s…", (int)n, text.p);
}

/* "2027-03-01T09:30" */
static bool
wall_read(str wall, struct civil *ret)
{
    static const int from[] = {0, 5, 8, 11, 14}, to[] = {4, 7, 10, 13, 16};
    int64_t n[5];
    struct error ignored; /* what is no time is not shown */
    for (int i = 0; i < 5; i++)
        if (wall.n < to[i] ||
            parse_i64(str_slice(wall, from[i], to[i]), 0, 9999, &n[i], &ignored))
            return false;
    *ret = (struct civil){.year = (int32_t)n[0],
                          .month = (int32_t)n[1],
                          .day = (int32_t)n[2],
                          .hour = (int32_t)n[3],
                          .minute = (int32_t)n[4]};
    return civil_valid(ret);
}

/* "for 1 Mar 2027, 09:30", of a wall time as it was chosen. */
static str
chosen_text(struct exchange *x, str wall, str queue)
{
    struct civil civil = {0};
    if (wall_read(wall, &civil))
        return SAY(x->keep, x->lang, N_("for %s"),
                   format_civil(x->keep, x->lang, &civil, FORMAT_DATE_TIME));
    if (!queue.p)
        return STR_NONE;
    return queue.n > 0 ? SAY(x->keep, x->lang, N_("for the queue %s"), queue)
                       : word(x, N_("for the channel’s own queue"));
}

enum fault
compose_drafts(struct exchange *x, bool unlisted, struct compose_draft_view **ret,
               ptrdiff_t *ret_n, struct error *error)
{
    struct begun *rows;
    ptrdiff_t n, shown_n = 0;
    const instant since = {clock_now(&x->web->propre->clock).us - DRAFT_DAYS_MAX * SPAN_DAY.us};
    if (begun_list(x->web->propre, x->workspace.id, since, COMPOSE_DRAFTS_MAX, x->keep, &rows,
                   &n, error))
        return error->fault;
    struct compose_draft_view *at = new (x->keep, struct compose_draft_view, n + 1);
    for (ptrdiff_t i = 0; i < n; i++) {
        if (unlisted && rows[i].listed_n > 0)
            continue;
        at[shown_n++] = (struct compose_draft_view){
            .id = rows[i].id,
            .title = first_words(x, rows[i].title, rows[i].excerpt),
            .changed = format_instant(x->keep, x->lang, x->zone, (instant){rows[i].changed_us},
                                      FORMAT_DATE_TIME),
            .chosen = chosen_text(
                x, rows[i].chosen_wall.p ? rows[i].chosen_wall : rows[i].listed_wall,
                rows[i].chosen_queue)};
    }
    *ret = at;
    *ret_n = shown_n;
    return OK;
}

static enum fault
show_drafts(struct exchange *x, struct compose_view *view, struct error *error)
{
    struct compose_draft_view *at = NULL;
    if (compose_drafts(x, false, &at, &view->drafts_n, error))
        return error->fault;
    view->drafts = at;
    return OK;
}

static void
show_texts(const struct compose *c, struct compose_view *view)
{
    const struct message *m = &c->message;
    view->title = (struct field_view){m->title, c->title_problem};
    view->link = (struct field_view){m->link, c->link_problem};
    view->text = (struct field_view){m->body, c->text_problem};
    view->tags = (struct field_view){m->tags, c->tags_problem};
    view->warning = (struct field_view){m->warning, c->warning_problem};
    view->topic = (struct field_view){m->topic, c->topic_problem};
    view->more_open = m->tactic.has || m->objective.has || m->format.n > 0 || m->topic.n > 0 ||
                      m->tags.n > 0 || m->warning.n > 0 || m->visibility.n > 0 ||
                      c->tags_problem.p || c->warning_problem.p || c->topic_problem.p;
}

enum fault
compose_view_of(struct exchange *x, const struct compose *c, struct compose_view *ret,
                struct error *error)
{
    static const char *const times[COMPOSE_TIMES_N] = {"draft", "now", "at", "queue", "keep"};
    instant now = clock_now(&x->web->propre->clock);
    struct civil wall = zone_civil(x->zone, now);
    struct compose_view view = {
        .layout = layout(x, NAV_COMPOSE),
        .id = c->message.id,
        .revision = c->message.revision,
        .key = c->key,
        .heading = c->message.id ? first_words(x, c->message.title, c->message.body) : STR_NONE,
        .may_edit = role_may(x->visitor.session.role, MAY_EDIT) && !c->closed,
        .planned = c->planned,
        .closed = c->closed,
        .problem = c->problem,
        .notice = c->notice,
        .wrong_n = c->wrong_n,
        .channels_error = c->channels_problem,
        .pictures_error = c->files_problem,
        .when_error = c->when_problem,
        .when = str_of(times[c->time]),
        .day = c->day,
        .time = c->clock,
        .zone = x->workspace.zone,
        .now = format_clock(x->keep, x->lang, wall.hour, wall.minute)};
    view.action =
        view.id ? arena_printf(x->keep, "/message/%lld", (long long)view.id) : S("/compose");
    if (!view.planned)
        view.draft_action = arena_printf(x->keep, "%.*s/draft", STR_FMT(view.action));
    show_texts(c, &view);
    show_channels(x, c, &view);
    show_pictures(x, c, &view);
    show_deliveries(x, c, &view);
    choose_words(x, &c->message, &view);
    if (choose_tactic(x, &c->message, &view, error) || choose_queue(x, c, &view, error) ||
        (!view.id && show_drafts(x, &view, error)))
        return error->fault;
    *ret = view;
    return OK;
}
