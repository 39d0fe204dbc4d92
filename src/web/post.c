#include "base/format.h"
#include "base/text.h"
#include "base/translate.h"
#include "measure/result.h"
#include "strategy/channel.h"
#include "tactic/post.h"
#include "tactic/tactic.h"
#include "web/answer.h"
#include "web/handlers.h"
#include "web/pages.h"
#include "web/web_internal.h"

enum { FACTS_MAX = 16 /* as many as add_facts names, with room */, TITLE_GRAPHEMES = 80 };

static void
add_fact(struct exchange *x, struct fact_view *facts, ptrdiff_t *n, const char *name, str value)
{
    if (value.n > 0)
        facts[(*n)++] = (struct fact_view){str_of(translate(x->lang, name)), value};
}

static str
when_text(struct exchange *x, const struct post *p)
{
    if (p->published_us.has)
        return format_instant(x->keep, x->lang, x->zone, (instant){p->published_us.is},
                              FORMAT_DATE_TIME);
    if (p->local_month.has && p->local_hour.has) {
        return SAY(x->keep, x->lang, N_("%1$s, %2$s h"),
                   format_month(x->lang, (int32_t)p->local_month.is),
                   format_integer(x->keep, x->lang, p->local_hour.is));
    }
    return str_of(translate(x->lang, N_("date not known")));
}

static enum fault
add_facts(struct exchange *x, const struct post *p, struct post_view *view, struct error *error)
{
    struct fact_view *facts = new (x->keep, struct fact_view, FACTS_MAX);
    ptrdiff_t n = 0;
    struct channel channel;
    struct tactic tactic;
    enum fault fault =
        channel_get(x->web->propre, x->workspace.id, p->channel, x->keep, &channel, error);
    if (!fault && p->tactic.has)
        fault =
            tactic_get(x->web->propre, x->workspace.id, p->tactic.is, x->keep, &tactic, error);
    if (fault)
        return fault;
    add_fact(x, facts, &n, N_("Published"), when_text(x, p));
    add_fact(x, facts, &n, N_("Channel"), channel.name);
    add_fact(x, facts, &n, N_("Tactic"), p->tactic.has ? tactic.name : STR_NONE);
    add_fact(x, facts, &n, N_("Intent"),
             str_of(translate(x->lang, post_intent_name(p->intent))));
    if (p->format.p)
        add_fact(x, facts, &n, N_("Format"),
                 words_level(x->keep, x->lang, S("format"), p->format));
    if (p->paid.has)
        add_fact(x, facts, &n, N_("Paid"),
                 str_of(translate(x->lang, p->paid.is ? N_("yes") : N_("no"))));
    add_fact(x, facts, &n, N_("Language"), p->language);
    add_fact(x, facts, &n, N_("Hashtags"), p->hashtags);
    add_fact(x, facts, &n, N_("Link"), p->link);
    if (p->body_graphemes.has)
        add_fact(x, facts, &n, N_("Length"),
                 format_integer(x->keep, x->lang, p->body_graphemes.is));
    if (p->effort_minutes.has)
        add_fact(x, facts, &n, N_("Effort, in minutes"),
                 format_integer(x->keep, x->lang, p->effort_minutes.is));
    view->facts = facts;
    view->facts_n = n;
    return OK;
}

static enum fault
add_metrics(struct exchange *x, struct post_view *view, struct error *error)
{
    struct result_point *points = NULL;
    ptrdiff_t n = 0;
    if (result_points(x->web->propre, x->workspace.id, x->id, x->keep, &points, &n, error))
        return error->fault;
    struct metric_line *lines = new (x->keep, struct metric_line, n + 1);
    for (ptrdiff_t i = 0; i < n; i++) {
        const struct result_point *p = &points[i];
        enum metric metric;
        bool known = metric_parse(p->metric, &metric);
        lines[i] = (struct metric_line){
            .name = known ? str_of(translate(x->lang, metric_name(metric))) : p->native,
            .value = p->value.has ? format_real(x->keep, x->lang, p->value.is, 0) : STR_NONE,
            .taken_at = p->taken_us.has
                            ? format_instant(x->keep, x->lang, x->zone,
                                             (instant){p->taken_us.is}, FORMAT_DATE_TIME)
                            : str_of(translate(x->lang, N_("not known"))),
            .source = p->native,
            .source_href = p->import.has
                               ? arena_printf(x->keep, "/import/%lld", (long long)p->import.is)
                               : STR_NONE,
        };
    }
    view->metrics = lines;
    view->metrics_n = n;
    return OK;
}

enum fault
handle_post_page(struct exchange *x, struct error *error)
{
    struct post post;
    struct post_view view = {.layout = layout(x, NAV_RESULTS), .back_href = S("/results")};
    enum fault fault = post_get(x->web->propre, x->workspace.id, x->id, x->keep, &post, error);
    fault = fault ? fault : add_facts(x, &post, &view, error);
    fault = fault ? fault : add_metrics(x, &view, error);
    if (fault)
        return fault;
    str text = post.title.n > 0 ? post.title : post.body;
    view.title = text.n > 0 ? text_cut(text, TITLE_GRAPHEMES)
                            : SAY(x->keep, x->lang, N_("Post %s"),
                                  format_integer(x->keep, x->lang, post.id));
    view.text = post.body;
    view.link = post.permalink;
    struct html h = answer_html(x, 200);
    page_post(&h, &view);
    return OK;
}
