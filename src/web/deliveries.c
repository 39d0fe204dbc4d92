#include "web/deliveries.h"

#include <assert.h>

#include "base/format.h"
#include "base/text.h"
#include "base/translate.h"
#include "channel/driver.h"
#include "strategy/channel.h"
#include "tactic/when.h"
#include "web/web_internal.h"

enum { HEADING_GRAPHEMES = 90 /* a line on a wide screen, two on a narrow one */ };

enum fault
delivery_when(struct exchange *x, const struct delivery *d, str text, struct delivery_plan *ret,
              struct error *error)
{
    struct civil wall;
    instant at;
    if (when_parse(text, x->zone, clock_now(&x->web->propre->clock), &wall, &at, error))
        return error->fault;
    *ret = (struct delivery_plan){
        .workspace = x->workspace.id,
        .message = d->message,
        .channel = d->channel,
        .due_us = at.us,
        .wall = civil_minute(x->keep, &wall),
        .zone = x->workspace.zone,
        .use_by_us = d->use_by_us,
    };
    return OK;
}

bool
may_edit(const struct exchange *x)
{
    return x->visitor.signed_in && role_may(x->visitor.session.role, MAY_EDIT);
}

str
post_heading(struct exchange *x, int64_t message, str title, str text)
{
    str line;
    text = str_trim(title.n > 0 ? title : text);
    (void)str_cut(&text, '\n', &line);
    line = str_trim(line);
    if (line.n == 0)
        return SAY(x->keep, x->lang, N_("Post %s"),
                   arena_printf(x->keep, "%lld", (long long)message));
    str cut = text_cut(line, HEADING_GRAPHEMES);
    return cut.n < line.n ? arena_printf(x->keep, "%.*s…", STR_FMT(str_trim(cut))) : line;
}

str
delivery_heading(struct exchange *x, const struct delivery *d)
{
    /* what a reader there sees first: a title only where there are titles */
    const struct driver *driver = driver_find(d->network);
    bool titled = !driver || driver->traits.has_title || driver->traits.by_hand ||
                  str_trim(d->excerpt).n == 0;
    return post_heading(x, d->message, titled ? d->title : STR_NONE, d->excerpt);
}

str
delivery_href(struct exchange *x, int64_t id)
{
    return arena_printf(x->keep, "/delivery/%lld", (long long)id);
}

str
network_shown(struct exchange *x, str word)
{
    enum network network;
    return network_parse(word, &network) ? network_label(x->lang, network) : word;
}

str
state_shown(struct exchange *x, enum delivery_state state)
{
    return str_of(translate(x->lang, delivery_state_name(state)));
}

const char *
state_tone(enum delivery_state state)
{
    static const char *const tones[DELIVERY_STATES_N] = {
        [DELIVERY_DRAFT] = "waits",     [DELIVERY_HELD] = "warning",
        [DELIVERY_SCHEDULED] = "waits", [DELIVERY_CLAIMED] = "waits",
        [DELIVERY_SENDING] = "waits",   [DELIVERY_DEFERRED] = "warning",
        [DELIVERY_UNKNOWN] = "warning", [DELIVERY_PERSON] = "error",
        [DELIVERY_PUBLISHED] = "ok",    [DELIVERY_REJECTED] = "error",
        [DELIVERY_MISSED] = "warning",  [DELIVERY_CANCELLED] = "waits",
    };
    assert(state >= 0 && state < DELIVERY_STATES_N);
    return tones[state];
}

str
moment_shown(struct exchange *x, int64_t us)
{
    return format_instant(x->keep, x->lang, x->zone, (instant){us}, FORMAT_DATE_TIME);
}

str
delivery_cause(struct exchange *x, const struct delivery *d)
{
    if (d->reason)
        return str_of(translate(x->lang, d->reason));
    if (d->error_class == CLASS_NONE || d->state == DELIVERY_PUBLISHED)
        return STR_NONE;
    return str_of(translate(x->lang, error_class_cause(d->error_class)));
}

void
words_split(struct exchange *x, str stored, str *ret_theirs, str *ret_found)
{
    *ret_theirs = *ret_found = STR_NONE;
    if (!translate_known(x->keep, x->lang, stored, ret_found))
        *ret_theirs = stored;
}

str
delivery_advice(struct exchange *x, const struct delivery *d)
{
    bool stands = d->state == DELIVERY_PERSON || d->state == DELIVERY_REJECTED ||
                  d->state == DELIVERY_HELD || d->state == DELIVERY_DEFERRED;
    if (!stands || d->error_class == CLASS_NONE || d->error_class == CLASS_AMBIGUOUS)
        return STR_NONE; /* of what may be live the page itself says what to do */
    return str_of(translate(x->lang, error_class_advice(d->error_class)));
}

str
message_href(struct exchange *x, int64_t message)
{
    return arena_printf(x->keep, "/message/%lld", (long long)message);
}

str
channel_href(struct exchange *x, int64_t channel)
{
    return arena_printf(x->keep, "/channel/%lld", (long long)channel);
}

struct press_view
delivery_fix(struct exchange *x, const struct delivery *d)
{
    bool stands = d->state == DELIVERY_REJECTED || d->state == DELIVERY_HELD ||
                  d->state == DELIVERY_DEFERRED;
    enum error_class c = d->error_class;
    if (!stands || !may_edit(x))
        return (struct press_view){0};
    if (d->state == DELIVERY_HELD && d->reason &&
        str_eq(str_of(d->reason), str_of(reason_connect)))
        return (struct press_view){channel_href(x, d->channel),
                                   str_of(translate(x->lang, N_("Connect the channel")))};
    if (c == CLASS_AUTH || c == CLASS_SCOPE || c == CLASS_CONFIG)
        return (struct press_view){channel_href(x, d->channel),
                                   str_of(translate(x->lang, N_("Connect the account again")))};
    if (c == CLASS_PERMANENT)
        return (struct press_view){message_href(x, d->message),
                                   str_of(translate(x->lang, N_("Edit the text")))};
    return (struct press_view){0};
}

struct queue_row
delivery_row(struct exchange *x, const struct delivery *d)
{
    struct civil wall = zone_civil(x->zone, (instant){d->due_us});
    bool again = (d->state == DELIVERY_DEFERRED || d->state == DELIVERY_UNKNOWN) &&
                 d->next_us.has && d->next_us.is > d->due_us;
    return (struct queue_row){
        .href = delivery_href(x, d->id),
        .time = delivery_has_time(d) ? format_clock(x->keep, x->lang, wall.hour, wall.minute)
                                     : S("–"),
        .text = delivery_heading(x, d),
        .channel_name = d->channel_name,
        .network = network_shown(x, d->network),
        .queue = d->queue,
        .state = str_of(translate(x->lang, delivery_shown(d))),
        .state_class = state_tone(d->state),
        .note = again
                    ? SAY(x->keep, x->lang, N_("next look: %s"), moment_shown(x, d->next_us.is))
                    : STR_NONE,
    };
}

const char *
release_label(const struct delivery *d)
{
    if (!protocol_allows(d->state, ACT_RELEASE, d->live) || !delivery_has_time(d))
        return NULL;
    if (d->live)
        return N_("Send the rest");
    return d->state == DELIVERY_REJECTED ? N_("Send it again")
           : d->state == DELIVERY_MISSED ? N_("Send it after all")
           : d->state == DELIVERY_DRAFT  ? N_("Schedule it")
                                         : N_("Let it go out");
}
