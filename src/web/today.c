#include "base/format.h"
#include "learn/gather.h"
#include "measure/import.h"
#include "measure/result.h"
#include "web/answer.h"
#include "web/handlers.h"
#include "web/import_view.h"
#include "web/learning.h"
#include "web/pages.h"
#include "web/today_queue.h"
#include "web/web_internal.h"

enum { FRESH_DAYS_MAX = 35 /* exports are monthly for most; a few days of grace */ };

static enum next_step
next_of(const struct today_view *view)
{
    if (view->posts_n == 0)
        return NEXT_IMPORT_FIRST;
    if (view->run.state == RUN_RUNNING)
        return NEXT_WAIT;
    if (view->run.state == RUN_NEVER)
        return view->outcome_posts_n < view->outcome_posts_min ? NEXT_IMPORT_MORE : NEXT_RUN;
    if (view->run.stale)
        return NEXT_RUN;
    if (view->run.state == RUN_PREVIEW)
        return NEXT_RUN_WHOLE;
    if (view->run.state == RUN_UNSETTLED)
        return NEXT_RUN_AGAIN;
    if (view->last_import && view->last_import->demo)
        return NEXT_IMPORT_OWN;
    if (view->days_since_import > FRESH_DAYS_MAX)
        return NEXT_IMPORT_FRESH;
    return NEXT_LOOK;
}

/* The last import that still stands. */
static enum fault
find_last_import(struct exchange *x, instant now, struct today_view *view, struct error *error)
{
    struct import *all = NULL;
    ptrdiff_t n = 0;
    if (import_list(x->web->propre, x->workspace.id, 0, x->keep, &all, &n, error))
        return error->fault;
    for (ptrdiff_t i = 0; i < n; i++) {
        if (all[i].undone_us.has)
            continue;
        struct import_line *line = new (x->keep, struct import_line, 1);
        *line = import_line_of(x, &all[i]);
        view->last_import = line;
        view->days_since_import = instant_since(now, all[i].applied).us / SPAN_DAY.us;
        break;
    }
    return OK;
}

enum fault
handle_today(struct exchange *x, struct error *error)
{
    instant now = clock_now(&x->web->propre->clock);
    struct result_overview overview;
    struct learning_now learning;
    enum metric outcome;
    struct today_view view = {
        .layout = layout(x, NAV_TODAY),
        .outcome_posts_min = LEARN_POSTS_MIN,
        .date = format_instant(x->keep, x->lang, x->zone, now, FORMAT_LONG_DATE)};
    enum fault fault = result_overview(x->web->propre, x->workspace.id, &overview, error);
    fault = fault ? fault : find_last_import(x, now, &view, error);
    fault = fault ? fault : learning_usual(x, &outcome, &view.outcome_posts_n, error);
    fault = fault ? fault : learning_read(x, outcome, &learning, error);
    fault = fault ? fault : today_queue(x, &view.queue, error);
    if (fault)
        return fault;
    view.posts_n = overview.posts;
    view.run = learning.run;
    gather_findings(&learning.facts, x->lang, x->keep, &view.clear, &view.leaning,
                    &view.unknown);
    if (learning.facts.result)
        view.summary =
            words_summary(x->keep, x->lang, view.clear.n, view.leaning.n, view.unknown.n);
    view.next = next_of(&view);
    struct html h = answer_html(x, 200);
    page_today(&h, &view);
    return OK;
}
