#include "cli/commands.h"

#include "base/format.h"
#include "base/zone.h"
#include "cli/table.h"
#include "measure/result.h"
#include "tactic/post.h"

/* A name given to --tactic or --channel as an id; 0 stays "not given". */
static enum fault
take_filter(struct cli *cli, struct result_filter *f, struct error *error)
{
    str tactic = args_value(cli->args, "tactic"), channel = args_value(cli->args, "channel");
    *f = (struct result_filter){.workspace = cli->workspace.id,
                                .format = args_value(cli->args, "format"),
                                .search = args_value(cli->args, "search")};
    int64_t id = 0;
    if (tactic.p && cli_find_tactic(cli, tactic, &id, error))
        return error->fault;
    if (tactic.p)
        f->tactic = some_int(id);
    if (channel.p && cli_find_channel(cli, channel, &id, error))
        return error->fault;
    if (channel.p)
        f->channel = some_int(id);
    return OK;
}

static enum fault
take_page(struct cli *cli, struct result_page *page, struct error *error)
{
    str sort = args_value(cli->args, "sort");
    *page = (struct result_page){.order = RESULT_NEWEST};
    if (sort.p && metric_parse(sort, &page->metric) && page->metric < METRIC_SLOTS_N)
        page->order = RESULT_MOST;
    else if (sort.p && (!result_order_parse(sort, &page->order) || page->order > RESULT_OLDEST))
        return fail(
            error, FAULT_INPUT,
            "--sort is newest, oldest or a metric like reach or interactions, not \"%.*s\"",
            STR_FMT(sort));
    if (args_i64(cli->args, "limit", 1, POST_PAGE_MAX, 20, &page->limit, error))
        return error->fault;
    return args_i64(cli->args, "from", 0, INT64_MAX / 2, 0, &page->offset, error);
}

static void
write_post(struct json_writer *w, struct arena *keep, const struct result_post *p)
{
    json_object_begin(w);
    json_member_int(w, "id", p->id);
    json_member_str(w, "text", p->excerpt);
    json_member_str(w, "channel", p->channel_name);
    json_member_str(w, "network", p->network);
    json_member_str(w, "tactic", p->tactic_name);
    json_member_str(w, "format", p->format);
    json_member_str(w, "intent", p->intent);
    json_member_str(w, "address", p->permalink);
    json_member_str(w, "published",
                    p->published_us.has ? instant_rfc3339(keep, (instant){p->published_us.is})
                                        : STR_NONE);
    json_member_maybe_int(w, "local_month", p->local_month);
    json_member_maybe_int(w, "local_weekday", p->local_weekday);
    json_member_maybe_int(w, "local_hour", p->local_hour);
    json_member_maybe_int(w, "paid", p->paid);
    json_key(w, S("metrics"));
    json_object_begin(w);
    for (int m = 0; m < METRIC_SLOTS_N; m++) {
        json_key(w, metric_word((enum metric)m));
        json_maybe_int(w, p->metrics[m]);
    }
    json_object_end(w);
    json_object_end(w);
}

static str
number_text(struct cli *cli, struct maybe_int n)
{
    return n.has ? format_integer(cli->keep, cli->lang, n.is) : S("–");
}

static str
when_text(struct cli *cli, const struct zone *zone, const struct result_post *p)
{
    if (p->published_us.has)
        return format_instant(cli->keep, cli->lang, zone, (instant){p->published_us.is},
                              FORMAT_DATE_TIME);
    return p->local_month.has ? format_month(cli->lang, (int32_t)p->local_month.is) : S("–");
}

static void
print_posts(struct cli *cli, const struct zone *zone, const struct result_post *posts,
            ptrdiff_t n)
{
    enum { COLUMNS = 7 };
    str *cells = new (cli->keep, str, n * COLUMNS);
    for (ptrdiff_t i = 0; i < n; i++) {
        str *cell = cells + i * COLUMNS;
        cell[0] = arena_printf(cli->keep, "%lld", (long long)posts[i].id);
        cell[1] = posts[i].excerpt.n > 0 ? posts[i].excerpt : S("–");
        cell[2] = when_text(cli, zone, &posts[i]);
        cell[3] = posts[i].format;
        cell[4] = posts[i].tactic_name;
        cell[5] = number_text(cli, posts[i].metrics[METRIC_REACH]);
        cell[6] = number_text(cli, posts[i].metrics[METRIC_INTERACTIONS]);
    }
    struct table table = {.columns_n = COLUMNS,
                          .cells = cells,
                          .rows_n = n,
                          .cell_graphemes_max = 32,
                          .right = {true, false, false, false, false, true, true}};
    const char *heads[COLUMNS] = {N_("ID"),     N_("Post"),  N_("Published"),   N_("Format"),
                                  N_("Tactic"), N_("Reach"), N_("Interactions")};
    for (int32_t i = 0; i < COLUMNS; i++)
        table.heads[i] = translate(cli->lang, heads[i]);
    table_print(&table, cli->scratch);
}

enum fault
command_post_list(struct cli *cli, struct error *error)
{
    struct result_filter filter;
    struct result_page page;
    struct result_post *posts = NULL;
    ptrdiff_t n = 0;
    int64_t all = 0;
    auto_zone zone = NULL;
    enum fault fault = zone_open(cli->workspace.zone, &zone, error);
    fault = fault ? fault : take_filter(cli, &filter, error);
    fault = fault ? fault : take_page(cli, &page, error);
    fault = fault ? fault
                  : result_posts(&cli->propre, &filter, &page, cli->keep, &posts, &n, error);
    fault = fault ? fault : result_count(&cli->propre, &filter, &all, error);
    if (fault)
        return fault;
    if (cli->json) {
        struct cli_json json;
        cli_json_begin(&json);
        json_array_begin(&json.w);
        for (ptrdiff_t i = 0; i < n; i++)
            write_post(&json.w, cli->keep, &posts[i]);
        json_array_end(&json.w);
        return cli_json_end(&json, error);
    }
    if (all == 0) {
        cli_say(cli, N_("There is no such post. Bring some in with: %s"),
                S("propre import FILE"));
        return OK;
    }
    print_posts(cli, zone, posts, n);
    if (!cli->quiet) {
        cli_say(cli, N_("%1$s of %2$s posts"), format_integer(cli->keep, cli->lang, n),
                format_integer(cli->keep, cli->lang, all));
    }
    return OK;
}

enum fault
command_post_show(struct cli *cli, struct error *error)
{
    int64_t id = 0;
    struct post post;
    struct result_point *points = NULL;
    ptrdiff_t n = 0;
    if (cli_id(cli, &id, error) ||
        post_get(&cli->propre, cli->workspace.id, id, cli->keep, &post, error) ||
        result_points(&cli->propre, cli->workspace.id, id, cli->keep, &points, &n, error))
        return error->fault;
    struct cli_json json;
    if (cli->json) {
        cli_json_begin(&json);
        json_object_begin(&json.w);
        json_member_int(&json.w, "id", post.id);
        json_member_str(&json.w, "title", post.title);
        json_member_str(&json.w, "body", post.body);
        json_member_str(&json.w, "format", post.format);
        json_member_str(&json.w, "intent", post_intent_word(post.intent));
        json_key(&json.w, S("points"));
        json_array_begin(&json.w);
        for (ptrdiff_t i = 0; i < n; i++) {
            json_object_begin(&json.w);
            json_member_str(&json.w, "metric", points[i].metric);
            json_member_str(&json.w, "native", points[i].native);
            json_member_maybe_real(&json.w, "value", points[i].value);
            json_member_str(&json.w, "reason", points[i].reason);
            json_object_end(&json.w);
        }
        json_array_end(&json.w);
        json_object_end(&json.w);
        return cli_json_end(&json, error);
    }
    cli_print(cli, post.title.n > 0 ? post.title : post.body.n > 0 ? post.body : S("–"));
    cli_say(cli, N_("Intent: %s"), str_of(translate(cli->lang, post_intent_name(post.intent))));
    for (ptrdiff_t i = 0; i < n; i++) {
        str value = points[i].value.has
                        ? format_real(cli->keep, cli->lang, points[i].value.is, 0)
                        : S("–");
        cli_print(cli, arena_printf(cli->keep, "  %.*s: %.*s", STR_FMT(points[i].native),
                                    STR_FMT(value)));
    }
    return OK;
}
