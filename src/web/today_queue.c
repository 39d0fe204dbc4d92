#include "base/number.h"
#include "base/text.h"
#include "base/translate.h"
#include "outbox/worker.h"
#include "place/hold.h"
#include "strategy/channel.h"
#include "tactic/message.h"
#include "tactic/slot.h"
#include "web/deliveries.h"
#include "web/today_queue.h"
#include "web/web_internal.h"

enum {
    NEXT_SHOWN = 3,
    NAME_GRAPHEMES = 60,    /* of a text: enough to know it again */
    NEEDS_SHOWN = 5,        /* the rest is one click away */
    PATIENCE_US = 180000000 /* three minutes: nine beats of a worker that is alive */
};

static enum fault
name_repeat(struct exchange *x, int64_t id, str *ret, struct error *error)
{
    struct recurrence r;
    struct message m;
    if (recurrence_get(x->web->propre, x->workspace.id, id, x->keep, &r, error) ||
        message_get(x->web->propre, x->workspace.id, r.message, x->keep, &m, error))
        return error->fault;
    *ret = m.title.n > 0 ? m.title : text_cut(m.body, NAME_GRAPHEMES);
    return OK;
}

/* "delivery/40", "channel/12" or "recurrence/7": what it is about, and where that is. */
static enum fault
find_subject(struct exchange *x, str subject, struct today_need *need, struct error *error)
{
    str noun;
    int64_t id;
    struct error ignored = {0};
    enum fault fault = FAULT_ABSENT;
    need->href = S("/queue");
    if (!str_cut(&subject, '/', &noun) || parse_i64(subject, 1, INT64_MAX, &id, &ignored))
        return OK;
    if (str_eq(noun, S("delivery"))) {
        struct delivery d;
        fault = delivery_get(x->web->propre, x->workspace.id, id, x->keep, &d, error);
        if (!fault) {
            need->of = delivery_heading(x, &d);
            need->href = delivery_href(x, id);
        }
    } else if (str_eq(noun, S("channel"))) {
        struct channel channel;
        fault = channel_get(x->web->propre, x->workspace.id, id, x->keep, &channel, error);
        if (!fault) {
            need->of = channel.name;
            need->href = arena_printf(x->keep, "/channel/%lld", (long long)id);
        }
    } else if (str_eq(noun, S("recurrence"))) {
        need->href = S("/repeats");
        fault = name_repeat(x, id, &need->of, error);
    }
    return fault == FAULT_ABSENT ? OK : fault; /* gone meanwhile: its text still tells */
}

static enum fault
add_needs(struct exchange *x, struct today_queue_view *view, struct error *error)
{
    struct incident *all;
    ptrdiff_t n;
    if (incident_list(x->web->propre, x->workspace.id, x->keep, &all, &n, error))
        return error->fault;
    struct today_need *needs = new (x->keep, struct today_need, NEEDS_SHOWN);
    for (ptrdiff_t i = 0; i < n; i++) {
        if (all[i].closed_us.has)
            continue;
        if (view->needs_n == NEEDS_SHOWN) {
            view->needs_more_n++;
            continue;
        }
        struct today_need *need = &needs[view->needs_n++];
        need->text = str_of(translate(x->lang, cstr(x->keep, all[i].text)));
        if (find_subject(x, all[i].subject, need, error))
            return error->fault;
    }
    view->needs = needs;
    return OK;
}

static enum fault
add_next(struct exchange *x, struct today_queue_view *view, struct error *error)
{
    struct delivery *all;
    ptrdiff_t n;
    const struct delivery_filter filter = {
        .workspace = x->workspace.id, .goes_out = true, .limit_n = NEXT_SHOWN};
    if (delivery_list(x->web->propre, &filter, x->keep, &all, &n, error))
        return error->fault;
    struct queue_row *rows = new (x->keep, struct queue_row, n + 1);
    for (ptrdiff_t i = 0; i < n; i++) {
        rows[i] = delivery_row(x, &all[i]);
        rows[i].time = moment_shown(x, all[i].due_us);
    }
    view->next = rows;
    view->next_n = n;
    return OK;
}

/* Something is due and nobody is there to send it. */
static enum fault
add_worker(struct exchange *x, struct today_queue_view *view, struct error *error)
{
    int64_t overdue_n = 0;
    struct maybe_int seen = no_int;
    instant now = clock_now(&x->web->propre->clock);
    const instant before = {now.us - PATIENCE_US};
    if (delivery_overdue(x->web->propre, x->workspace.id, before, &overdue_n, error))
        return error->fault;
    if (overdue_n == 0 || view->held)
        return OK;
    if (worker_seen(x->web->propre, &seen, error))
        return error->fault;
    if (!seen.has)
        view->worker_away = str_of(
            translate(x->lang, N_("Something is due, and no worker is running to send it.")));
    else if (seen.is < before.us)
        view->worker_away = SAY(
            x->keep, x->lang, N_("Something is due, and no worker was seen running since %s."),
            moment_shown(x, seen.is));
    return OK;
}

enum fault
today_queue(struct exchange *x, const struct today_queue_view **ret, struct error *error)
{
    struct hold hold = {0};
    struct today_queue_view *view = new (x->keep, struct today_queue_view, 1);
    if (hold_get(x->web->propre, x->workspace.id, x->keep, &hold, error))
        return error->fault;
    view->held = hold.on;
    if (hold.on)
        view->held_reason = str_of(translate(x->lang, cstr(x->keep, hold.reason)));
    if (add_next(x, view, error) || add_needs(x, view, error) || add_worker(x, view, error))
        return error->fault;
    bool any = view->held || view->next_n || view->needs_n || view->worker_away.n;
    *ret = any ? view : NULL;
    return OK;
}
