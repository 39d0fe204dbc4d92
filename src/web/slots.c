#include <assert.h>

#include "base/format.h"
#include "base/number.h"
#include "base/translate.h"
#include "outbox/delivery.h"
#include "strategy/channel.h"
#include "tactic/slot.h"
#include "web/answer.h"
#include "web/deliveries.h"
#include "web/handlers.h"
#include "web/pages.h"
#include "web/web_internal.h"

enum {
    FREE_SHOWN = 3, /* next free times of a channel's queue */
    FREE_GROUPS =
        50 /* of more channels and queues the free times are left out: a day's walk each */
};

/* Everything the page is made of. */
struct appointments {
    struct slot *slots;
    ptrdiff_t slots_n;
    struct channel *channels;
    ptrdiff_t channels_n;
};

static enum fault
read_all(struct exchange *x, struct appointments *ret, struct error *error)
{
    if (slot_list(x->web->propre, x->workspace.id, x->keep, &ret->slots, &ret->slots_n,
                  error) ||
        channel_list(x->web->propre, x->workspace.id, x->keep, &ret->channels, &ret->channels_n,
                     error))
        return error->fault;
    return OK;
}

static const struct channel *
channel_of(const struct appointments *all, int64_t id)
{
    for (ptrdiff_t i = 0; i < all->channels_n; i++)
        if (all->channels[i].id == id)
            return &all->channels[i];
    return NULL;
}

/* ---------- the week ---------- */

static struct slot_time
time_of(struct exchange *x, const struct slot *slot, int32_t weekday, str channel_name)
{
    str time = format_clock(x->keep, x->lang, slot->hour, slot->minute);
    str day = slot->weekday == 0 ? str_of(translate(x->lang, N_("every day")))
                                 : format_weekday(x->lang, weekday);
    return (struct slot_time){
        .id = slot->id,
        .time = time,
        .where = arena_printf(x->keep, "%.*s, %.*s, %.*s", STR_FMT(day), STR_FMT(time),
                              STR_FMT(channel_name)),
        .daily = slot->weekday == 0,
    };
}

static bool
same_group(const struct slot *a, const struct slot *b)
{
    return a->channel == b->channel && str_eq(a->queue, b->queue);
}

/* The slots of one channel and queue, by day and time. */
static void
fill_week(struct exchange *x, const struct appointments *all, const struct slot *like,
          struct slot_channel *ret)
{
    ptrdiff_t size = 0;
    for (ptrdiff_t s = 0; s < all->slots_n; s++)
        size += same_group(&all->slots[s], like);
    int32_t *minutes = new (x->keep, int32_t, size);
    for (int32_t i = 0; i < SLOT_DAYS; i++) {
        int32_t weekday = (x->workspace.first_weekday - 1 + i) % SLOT_DAYS + 1;
        struct slot_time *times = new (x->keep, struct slot_time, size);
        ptrdiff_t n = 0;
        for (ptrdiff_t s = 0; s < all->slots_n; s++) {
            const struct slot *slot = &all->slots[s];
            if (!same_group(slot, like) || (slot->weekday != 0 && slot->weekday != weekday))
                continue;
            int32_t minute = slot->hour * 60 + slot->minute;
            ptrdiff_t at = n++;
            for (; at > 0 && minutes[at - 1] > minute; at--) {
                minutes[at] = minutes[at - 1];
                times[at] = times[at - 1];
            }
            minutes[at] = minute;
            times[at] = time_of(x, slot, weekday, ret->channel_name);
        }
        ret->days[i] = (struct slot_day){format_weekday(x->lang, weekday), times, n};
    }
}

/* "24 Nov 2026, 09:00 · 26 Nov 2026, 09:00". */
static enum fault
find_free(struct exchange *x, const struct appointments *all, const struct slot *like, str *ret,
          struct error *error)
{
    struct slots slots = {.at = all->slots, .n = all->slots_n};
    instant *taken, at = clock_now(&x->web->propre->clock);
    ptrdiff_t taken_n;
    *ret = STR_NONE;
    if (delivery_taken(x->web->propre, like->channel, at, x->keep, &taken, &taken_n, error))
        return error->fault;
    slots.taken = taken;
    slots.taken_n = taken_n;
    for (int i = 0; i < FREE_SHOWN; i++) {
        struct civil wall;
        if (!slot_next_free(&slots, like->channel, like->queue, x->zone, at, &wall, &at))
            break;
        str shown = format_civil(x->keep, x->lang, &wall, FORMAT_DATE_TIME);
        str day = format_weekday(x->lang, civil_weekday(&wall));
        *ret = arena_printf(x->keep, "%.*s%s%.*s %.*s", STR_FMT(*ret), i ? " · " : "",
                            STR_FMT(day), STR_FMT(shown));
    }
    return OK;
}

/* One queue with its channels. ${groups}: channels with free times so far, on the whole page. */
static enum fault
add_queue(struct exchange *x, const struct appointments *all, str name, ptrdiff_t *groups,
          struct slot_queue *ret, struct error *error)
{
    struct slot_channel *channels = new (x->keep, struct slot_channel, all->channels_n);
    ptrdiff_t n = 0;
    *ret = (struct slot_queue){
        .name = name,
        .label = name.n > 0 ? name : str_of(translate(x->lang, N_("The channels’ own times"))),
    };
    int64_t last = 0;
    for (ptrdiff_t i = 0; i < all->slots_n; i++) {
        const struct slot *slot = &all->slots[i];
        const struct channel *channel = channel_of(all, slot->channel);
        /* Slots come by channel: the first of each stands for it. */
        if (!channel || !str_eq(slot->queue, name) || slot->channel == last)
            continue;
        last = slot->channel;
        ret->paused = slot->paused;
        channels[n] = (struct slot_channel){
            .channel_name = channel->name, .network = network_label(x->lang, channel->network)};
        fill_week(x, all, slot, &channels[n]);
        if (!slot->paused && ++*groups <= FREE_GROUPS &&
            find_free(x, all, slot, &channels[n].free, error))
            return error->fault;
        n++;
    }
    ret->channels = channels;
    ret->channels_n = n;
    return OK;
}

static enum fault
add_queues(struct exchange *x, const struct appointments *all, struct slots_view *view,
           struct error *error)
{
    struct slot_queue *queues = new (x->keep, struct slot_queue, all->slots_n + 1);
    ptrdiff_t n = 0, groups = 0;
    for (ptrdiff_t i = 0; i < all->slots_n; i++) {
        bool known = !channel_of(all, all->slots[i].channel);
        for (ptrdiff_t q = 0; q < n && !known; q++)
            known = str_eq(queues[q].name, all->slots[i].queue);
        if (!known && add_queue(x, all, all->slots[i].queue, &groups, &queues[n++], error))
            return error->fault;
    }
    view->queues = queues;
    view->queues_n = n;
    view->slots_n = n == 0 ? 0 : all->slots_n;
    return OK;
}

/* ---------- the form ---------- */

static bool
day_sent(const struct exchange *x, int32_t weekday)
{
    return form_numbered(&x->form, "day", weekday).n > 0;
}

static void
add_form(struct exchange *x, const struct appointments *all, struct slots_view *view)
{
    struct option_view *days = new (x->keep, struct option_view, SLOT_DAYS);
    struct option_view *channels = new (x->keep, struct option_view, all->channels_n + 1);
    for (int32_t i = 0; i < SLOT_DAYS; i++) {
        int32_t weekday = (x->workspace.first_weekday - 1 + i) % SLOT_DAYS + 1;
        days[i] = (struct option_view){arena_printf(x->keep, "%d", (int)weekday),
                                       format_weekday(x->lang, weekday), day_sent(x, weekday)};
    }
    str chosen = form_text(&x->form, "channel");
    for (ptrdiff_t i = 0; i < all->channels_n; i++) {
        str id = arena_printf(x->keep, "%lld", (long long)all->channels[i].id);
        channels[i] = (struct option_view){
            id,
            arena_printf(x->keep, "%.*s · %.*s", STR_FMT(all->channels[i].name),
                         STR_FMT(network_label(x->lang, all->channels[i].network))),
            str_eq(id, chosen)};
    }
    view->weekdays = (struct options_view){days, SLOT_DAYS};
    view->channels = (struct options_view){channels, all->channels_n};
    view->time.value = form_text(&x->form, "time");
    view->queue.value = form_text(&x->form, "queue");
}

static enum fault
gather(struct exchange *x, const struct appointments *all, struct slots_view *ret,
       struct error *error)
{
    *ret = (struct slots_view){
        .layout = layout(x, NAV_QUEUE), .may_edit = may_edit(x), .zone = x->workspace.zone};
    add_form(x, all, ret);
    return add_queues(x, all, ret, error);
}

enum fault
handle_slots_page(struct exchange *x, struct error *error)
{
    struct appointments all;
    struct slots_view view;
    if (read_all(x, &all, error) || gather(x, &all, &view, error))
        return error->fault;
    struct html h = answer_html(x, 200);
    page_slots(&h, &view);
    return OK;
}

/* ---------- acts ---------- */

/* "9:05" or "09:05": what a time field sends. */
static bool
time_read(str text, int32_t *ret_hour, int32_t *ret_minute)
{
    struct error ignored = {0};
    int64_t hour, minute;
    str head;
    if (!str_cut(&text, ':', &head) || parse_i64(head, 0, 23, &hour, &ignored) ||
        parse_i64(str_slice(text, 0, 2), 0, 59, &minute, &ignored))
        return false;
    *ret_hour = (int32_t)hour;
    *ret_minute = (int32_t)minute;
    return true;
}

static bool
has_slot(const struct appointments *all, const struct slot *slot)
{
    for (ptrdiff_t i = 0; i < all->slots_n; i++) {
        const struct slot *s = &all->slots[i];
        if (s->channel == slot->channel && str_eq(s->queue, slot->queue) &&
            (s->weekday == slot->weekday || s->weekday == 0) && s->hour == slot->hour &&
            s->minute == slot->minute)
            return true;
    }
    return false;
}

/* What of the form cannot be used; nothing was written yet. */
static bool
find_problems(struct exchange *x, const struct appointments *all, struct slot *slot,
              struct slots_view *view)
{
    bool days = false;
    str channel = form_text(&x->form, "channel");
    struct error ignored = {0};
    for (int32_t day = 1; day <= SLOT_DAYS; day++)
        days |= day_sent(x, day);
    if (!days)
        view->days.error = str_of(translate(x->lang, N_("Choose at least one day.")));
    if (!time_read(view->time.value, &slot->hour, &slot->minute))
        view->time.error =
            str_of(translate(x->lang, N_("Write the time as hours and minutes, like 09:30.")));
    if (parse_i64(channel, 1, INT64_MAX, &slot->channel, &ignored) ||
        !channel_of(all, slot->channel))
        view->channel.error = str_of(translate(x->lang, N_("Choose a channel.")));
    const struct form_value *queue = form_value(&x->form, "queue");
    if (queue && queue->problem)
        view->queue.error = str_of(translate(x->lang, queue->problem));
    return view->days.error.n || view->time.error.n || view->channel.error.n ||
           view->queue.error.n;
}

static enum fault
answer_wrong(struct exchange *x, const struct slots_view *view)
{
    struct html h = answer_html(x, 422);
    page_slots(&h, view);
    return OK;
}

enum fault
handle_slot_add(struct exchange *x, struct error *error)
{
    struct appointments all;
    struct slots_view view;
    struct slot slot = {.workspace = x->workspace.id};
    int64_t id, added_n = 0;
    if (read_all(x, &all, error) || gather(x, &all, &view, error))
        return error->fault;
    if (find_problems(x, &all, &slot, &view))
        return answer_wrong(x, &view);
    slot.queue = view.queue.value.p ? view.queue.value : S("");
    for (slot.weekday = 1; slot.weekday <= SLOT_DAYS; slot.weekday++) {
        if (!day_sent(x, slot.weekday) || has_slot(&all, &slot))
            continue;
        enum fault fault = slot_add(x->web->propre, &slot, &id, error);
        if (fault == FAULT_INPUT && added_n == 0) {
            view.queue.error = translate_error(x->keep, x->lang, error);
            return answer_wrong(x, &view);
        }
        if (fault)
            return fault;
        added_n++;
    }
    if (added_n == 0) {
        view.days.error =
            str_of(translate(x->lang, N_("The channel has this time on these days already.")));
        return answer_wrong(x, &view);
    }
    answer_flash(x, FLASH_SLOTS_ADDED, 0, added_n);
    answer_redirect(x, S("/slots"));
    return OK;
}

enum fault
handle_slot_remove(struct exchange *x, struct error *error)
{
    if (slot_remove(x->web->propre, x->workspace.id, x->id, error))
        return error->fault;
    answer_flash(x, FLASH_SLOT_REMOVED, 0, 0);
    answer_redirect(x, S("/slots"));
    return OK;
}

enum fault
handle_slot_pause(struct exchange *x, struct error *error)
{
    str queue = form_text(&x->form, "queue");
    bool paused = form_int(&x->form, "paused", 1) != 0;
    if (slot_pause(x->web->propre, x->workspace.id, queue.p ? queue : S(""), paused, error))
        return error->fault;
    answer_flash(x, paused ? FLASH_QUEUE_PAUSED : FLASH_QUEUE_RESUMED, 0, 0);
    answer_redirect(x, S("/slots"));
    return OK;
}
