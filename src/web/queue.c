#include "base/format.h"
#include "base/number.h"
#include "base/translate.h"
#include "channel/driver.h"
#include "outbox/let_go.h"
#include "place/hold.h"
#include "strategy/channel.h"
#include "web/answer.h"
#include "web/compose.h"
#include "web/deliveries.h"
#include "web/handlers.h"
#include "web/pages.h"
#include "web/web_internal.h"

enum {
    PAGE_ROWS = 100, /* two screens of a dense list */
    NEEDS_SHOWN = 10 /* above what goes out; the rest has a page of its own */
};

static const char *const which_words[] = {"open", "needs", "drafts", "finished"};

struct asked {
    enum queue_which which;
    int64_t channel, after;
};

static int64_t
query_number(const struct exchange *x, const char *name)
{
    int64_t n = 0;
    struct error ignored = {0};
    /* what is no number filters nothing, rather than answering with an error */
    return parse_i64(exchange_query(x, name), 1, INT64_MAX, &n, &ignored) ? 0 : n;
}

static struct asked
read_query(const struct exchange *x)
{
    struct asked a = {.channel = query_number(x, "channel"), .after = query_number(x, "after")};
    for (int i = QUEUE_OPEN; i <= QUEUE_FINISHED; i++)
        if (str_eq(exchange_query(x, "show"), str_of(which_words[i])))
            a.which = (enum queue_which)i;
    return a;
}

static str
href_of(struct exchange *x, const struct asked *a)
{
    str path = arena_printf(x->keep, "/queue?show=%s", which_words[a->which]);
    if (a->channel)
        path = arena_printf(x->keep, "%.*s&channel=%lld", STR_FMT(path), (long long)a->channel);
    if (a->after)
        path = arena_printf(x->keep, "%.*s&after=%lld", STR_FMT(path), (long long)a->after);
    return path;
}

/* ---------- counts, tabs, channels ---------- */

static enum fault
add_counts(struct exchange *x, struct queue_view *view, struct error *error)
{
    int64_t counts[DELIVERY_STATES_N];
    if (delivery_counts(x->web->propre, x->workspace.id, counts, error))
        return error->fault;
    view->needs_n = counts[DELIVERY_PERSON] + counts[DELIVERY_HELD] + counts[DELIVERY_REJECTED];
    view->open_n = counts[DELIVERY_SCHEDULED] + counts[DELIVERY_CLAIMED] +
                   counts[DELIVERY_SENDING] + counts[DELIVERY_DEFERRED] +
                   counts[DELIVERY_UNKNOWN];
    view->drafts_n = counts[DELIVERY_DRAFT];
    view->finished_n = counts[DELIVERY_PUBLISHED] + counts[DELIVERY_REJECTED] +
                       counts[DELIVERY_MISSED] + counts[DELIVERY_CANCELLED];
    for (int i = 0; i < DELIVERY_STATES_N; i++)
        view->all_n += counts[i];
    struct compose_draft_view *written;
    if (compose_drafts(x, true, &written, &view->written_n, error))
        return error->fault;
    view->written = written;
    view->drafts_n += view->written_n;
    view->all_n += view->written_n;
    return OK;
}

static void
add_tabs(struct exchange *x, const struct asked *a, struct queue_view *view)
{
    static const char *const labels[] = {N_("Goes out (%s)"), N_("Needs you (%s)"),
                                         N_("Drafts (%s)"), N_("Finished (%s)")};
    const int64_t counts[] = {view->open_n, view->needs_n, view->drafts_n, view->finished_n};
    struct option_view *tabs = new (x->keep, struct option_view, QUEUE_FINISHED + 1);
    ptrdiff_t n = 0;
    for (int i = QUEUE_OPEN; i <= QUEUE_FINISHED; i++) {
        const struct asked to = {.which = (enum queue_which)i, .channel = a->channel};
        if (i == QUEUE_DRAFTS && counts[i] == 0 && a->which != QUEUE_DRAFTS)
            continue;
        tabs[n++] = (struct option_view){
            href_of(x, &to),
            SAY(x->keep, x->lang, labels[i], format_integer(x->keep, x->lang, counts[i])),
            a->which == to.which};
    }
    view->tabs = (struct options_view){tabs, n};
}

static enum fault
add_channels(struct exchange *x, const struct asked *a, struct queue_view *view,
             struct error *error)
{
    struct channel *all;
    ptrdiff_t n;
    if (channel_list(x->web->propre, x->workspace.id, x->keep, &all, &n, error))
        return error->fault;
    struct option_view *at = new (x->keep, struct option_view, n + 1);
    at[0] = (struct option_view){S(""), str_of(translate(x->lang, N_("All channels"))),
                                 a->channel == 0};
    for (ptrdiff_t i = 0; i < n; i++)
        at[i + 1] =
            (struct option_view){arena_printf(x->keep, "%lld", (long long)all[i].id),
                                 arena_printf(x->keep, "%.*s · %.*s", STR_FMT(all[i].name),
                                              STR_FMT(network_label(x->lang, all[i].network))),
                                 all[i].id == a->channel};
    view->channels = (struct options_view){at, n + 1};
    return OK;
}

static enum fault
add_hold(struct exchange *x, struct queue_view *view, struct error *error)
{
    struct hold hold = {0};
    if (hold_get(x->web->propre, x->workspace.id, x->keep, &hold, error))
        return error->fault;
    view->held = hold.on;
    if (hold.on) {
        view->held_reason = str_of(translate(x->lang, cstr(x->keep, hold.reason)));
        view->held_since = moment_shown(x, hold.since_us);
    }
    return OK;
}

/* ---------- rows ---------- */

static struct need_view
need_of(struct exchange *x, const struct delivery *d)
{
    const char *release = release_label(d);
    const struct driver *driver = driver_find(d->network);
    bool by_hand = driver && driver->traits.by_hand;
    struct need_view need = {
        .href = delivery_href(x, d->id),
        .text = delivery_heading(x, d),
        .channel_name = d->channel_name,
        .network = network_shown(x, d->network),
        .when = moment_shown(x, d->due_us),
        .state = str_of(translate(x->lang, delivery_shown(d))),
        .state_class = state_tone(d->state),
        .cause = delivery_cause(x, d),
        .advice = delivery_advice(x, d),
        .fix = delivery_fix(x, d),
        .look_label = str_of(translate(x->lang, d->state != DELIVERY_PERSON ? N_("Look at it")
                                                : by_hand ? N_("Publish it, then say so")
                                                          : N_("Say what became of it"))),
    };
    words_split(x, d->words, &need.words, &need.found);
    if (release)
        need.press =
            (struct press_view){arena_printf(x->keep, "%.*s/release", STR_FMT(need.href)),
                                str_of(translate(x->lang, release))};
    return need;
}

static enum fault
add_needs(struct exchange *x, const struct asked *a, struct queue_view *view,
          struct error *error)
{
    struct delivery *all;
    ptrdiff_t n;
    bool whole = a->which == QUEUE_NEEDS;
    const struct delivery_filter filter = {.workspace = x->workspace.id,
                                           .channel = a->channel,
                                           .needs_person = true,
                                           .after_id = whole ? a->after : 0,
                                           .limit_n = whole ? PAGE_ROWS + 1 : NEEDS_SHOWN + 1};
    if (delivery_list(x->web->propre, &filter, x->keep, &all, &n, error))
        return error->fault;
    bool more = n == filter.limit_n;
    n -= more;
    struct need_view *needs = new (x->keep, struct need_view, n + 1);
    for (ptrdiff_t i = 0; i < n; i++)
        needs[i] = need_of(x, &all[i]);
    view->needs = needs;
    view->needs_n_shown = n;
    const struct asked rest = {QUEUE_NEEDS, a->channel, more && whole ? all[n - 1].id : 0};
    if (more && whole)
        view->next_href = href_of(x, &rest);
    else if (more)
        view->needs_href = href_of(x, &rest);
    return OK;
}

static str
day_label(struct exchange *x, const struct civil *day, int64_t today)
{
    int64_t ahead = civil_days(day->year, day->month, day->day) - today;
    str date = format_civil(x->keep, x->lang, day, FORMAT_LONG_DATE);
    return ahead == 0   ? SAY(x->keep, x->lang, N_("Today · %s"), date)
           : ahead == 1 ? SAY(x->keep, x->lang, N_("Tomorrow · %s"), date)
                        : date;
}

static enum fault
add_days(struct exchange *x, const struct asked *a, struct queue_view *view,
         struct error *error)
{
    struct delivery *all;
    ptrdiff_t n;
    const struct delivery_filter filter = {.workspace = x->workspace.id,
                                           .channel = a->channel,
                                           .goes_out = a->which == QUEUE_OPEN,
                                           .drafts = a->which == QUEUE_DRAFTS,
                                           .finished = a->which == QUEUE_FINISHED,
                                           .after_id = a->after,
                                           .limit_n = PAGE_ROWS + 1};
    if (delivery_list(x->web->propre, &filter, x->keep, &all, &n, error))
        return error->fault;
    if (n == filter.limit_n) {
        const struct asked next = {a->which, a->channel, all[--n - 1].id};
        view->next_href = href_of(x, &next);
    }
    struct civil now = zone_civil(x->zone, clock_now(&x->web->propre->clock));
    int64_t today = civil_days(now.year, now.month, now.day), last = INT64_MIN;
    struct queue_row *rows = new (x->keep, struct queue_row, n + 1);
    struct queue_day *days = new (x->keep, struct queue_day, n + 1);
    for (ptrdiff_t i = 0; i < n; i++) {
        struct civil wall = zone_civil(x->zone, (instant){all[i].due_us});
        bool has_time = delivery_has_time(&all[i]);
        int64_t day = has_time ? civil_days(wall.year, wall.month, wall.day) : INT64_MAX;
        if (day != last)
            days[view->days_n++] = (struct queue_day){
                .label = has_time ? day_label(x, &wall, today)
                                  : str_of(translate(x->lang, N_("No time yet"))),
                .rows = rows + i};
        last = day;
        rows[i] = delivery_row(x, &all[i]);
        days[view->days_n - 1].rows_n++;
    }
    view->days = days;
    return OK;
}

enum fault
handle_queue_page(struct exchange *x, struct error *error)
{
    const struct asked a = read_query(x);
    struct queue_view view = {
        .layout = layout(x, NAV_QUEUE),
        .may_edit = may_edit(x),
        .which = a.which,
        .zone = x->workspace.zone,
        .filtered = a.channel != 0,
        .which_word = str_of(which_words[a.which]),
        .back = href_of(x, &a),
    };
    if (add_counts(x, &view, error) || add_channels(x, &a, &view, error) ||
        add_hold(x, &view, error))
        return error->fault;
    add_tabs(x, &a, &view);
    bool needs = a.which == QUEUE_NEEDS || (a.which == QUEUE_OPEN && a.after == 0);
    if ((needs && add_needs(x, &a, &view, error)) ||
        (a.which != QUEUE_NEEDS && add_days(x, &a, &view, error)))
        return error->fault;
    if (a.after) {
        const struct asked first = {a.which, a.channel, 0};
        view.first_href = href_of(x, &first);
    }
    struct html h = answer_html(x, 200);
    page_queue(&h, &view);
    return OK;
}

/* ---------- the whole workspace ---------- */

enum fault
handle_queue_hold(struct exchange *x, struct error *error)
{
    if (hold_set(x->web->propre, x->workspace.id, S(N_("a person asked for it")), error))
        return error->fault;
    answer_flash(x, FLASH_ALL_HELD, 0, 0);
    answer_redirect(x, S("/queue"));
    return OK;
}

enum fault
handle_queue_release(struct exchange *x, struct error *error)
{
    int64_t n = 0;
    if (let_go_all(x->web->propre, x->workspace.id, &n, error))
        return error->fault;
    answer_flash(x, n > 0 ? FLASH_RELEASED_BUT : FLASH_ALL_RELEASED, 0, n);
    answer_redirect(x, S("/queue"));
    return OK;
}
