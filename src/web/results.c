#include <assert.h>

#include "base/csv.h"
#include "base/format.h"
#include "base/number.h"
#include "base/text.h"
#include "base/translate.h"
#include "measure/result.h"
#include "strategy/channel.h"
#include "tactic/tactic.h"
#include "web/answer.h"
#include "web/handlers.h"
#include "web/pages.h"
#include "web/picture.h"
#include "web/web_internal.h"

enum {
    PAGE_ROWS = 50,
    COLUMNS_FIXED = 5,      /* post, when, format, tactic, channel */
    NUMBER_COLUMNS_MAX = 6, /* more do not fit a screen; a post's own page has all */
    TITLE_GRAPHEMES = 80,
    CSV_ROWS_MAX = 100000 /* what the largest answer holds; filters cut a larger list */
};

/* What the address asks for. */
struct asked {
    struct result_filter filter;
    struct result_page page;
    enum metric metric; /* of the pictures */
    str sort;
    bool filtered;
};

static struct maybe_int
query_id(struct exchange *x, const char *name)
{
    int64_t id = 0;
    struct error ignored = {0};
    /* what is not a number filters nothing, rather than answering with an error */
    return parse_i64(exchange_query(x, name), 0, INT64_MAX, &id, &ignored) ? no_int
                                                                           : some_int(id);
}

static str
query_text(struct exchange *x, const char *name)
{
    str text = str_trim(exchange_query(x, name));
    return text.n > 0 ? text : STR_NONE;
}

/* "newest", "oldest", a metric, "format", "tactic", "channel"; "-" before one of the last: the other way round. */
static bool
read_order(str sort, enum metric usual, struct result_page *ret)
{
    *ret = (struct result_page){.metric = usual, .limit = PAGE_ROWS};
    ret->reversed = str_starts(sort, S("-"));
    str word = str_slice(sort, ret->reversed, sort.n);
    if (metric_parse(word, &ret->metric) && ret->metric < METRIC_SLOTS_N) {
        ret->order = RESULT_MOST;
        return true;
    }
    ret->metric = usual;
    if (result_by_parse(word, &ret->by) &&
        (ret->by == RESULT_BY_FORMAT || ret->by == RESULT_BY_TACTIC ||
         ret->by == RESULT_BY_CHANNEL)) {
        ret->order = RESULT_NAMED;
        return true;
    }
    return !ret->reversed && result_order_parse(word, &ret->order) &&
           ret->order <= RESULT_OLDEST;
}

static struct asked
read_query(struct exchange *x, const struct result_overview *overview)
{
    struct asked a = {.metric = result_main_metric(overview)};
    enum metric metric;
    a.filter.workspace = x->workspace.id;
    a.filter.search = query_text(x, "q");
    a.filter.format = query_text(x, "format");
    a.filter.tactic = query_id(x, "tactic");
    a.filter.channel = query_id(x, "channel");
    a.filtered =
        a.filter.search.p || a.filter.format.p || a.filter.tactic.has || a.filter.channel.has;
    if (metric_parse(exchange_query(x, "metric"), &metric) && metric < METRIC_SLOTS_N)
        a.metric = metric;
    a.sort = query_text(x, "sort");
    if (!read_order(a.sort, a.metric, &a.page)) {
        (void)read_order(S("newest"), a.metric, &a.page);
        a.sort = S("newest");
    }
    struct maybe_int page = query_id(x, "page");
    a.page.offset =
        page.has && page.is > 0 && page.is < 1000000 ? (page.is - 1) * PAGE_ROWS : 0;
    return a;
}

/* ---- addresses ---- */

static void
add_encoded(struct buf *out, str text)
{
    for (ptrdiff_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
            c == '-' || c == '_')
            buf_add_char(out, (char)c);
        else
            buf_addf(out, "%%%02X", c);
    }
}

/* The same filters, another order or page. */
static str
address(struct exchange *x, const struct asked *a, const char *path, str sort, int64_t page)
{
    auto_buf out;
    buf_init(&out, 8192);
    buf_addf(&out, "%s?sort=", path);
    add_encoded(&out, sort);
    if (a->filter.search.p) {
        buf_add(&out, S("&q="));
        add_encoded(&out, a->filter.search);
    }
    if (a->filter.format.p) {
        buf_add(&out, S("&format="));
        add_encoded(&out, a->filter.format);
    }
    if (a->filter.tactic.has)
        buf_addf(&out, "&tactic=%lld", (long long)a->filter.tactic.is);
    if (a->filter.channel.has)
        buf_addf(&out, "&channel=%lld", (long long)a->filter.channel.is);
    buf_addf(&out, "&metric=%.*s", STR_FMT(metric_word(a->metric)));
    if (page > 1)
        buf_addf(&out, "&page=%lld", (long long)page);
    return arena_str(x->keep, buf_str(&out));
}

/* ---- texts of a post ---- */

static str
format_text(struct exchange *x, str format)
{
    return format.p ? words_level(x->keep, x->lang, S("format"), format) : S("");
}

static str
when_text(struct exchange *x, const struct result_post *p)
{
    if (p->published_us.has)
        return format_instant(x->keep, x->lang, x->zone, (instant){p->published_us.is},
                              FORMAT_DATE_TIME);
    if (p->local_day.has) {
        struct civil c = instant_to_utc((instant){p->local_day.is * SPAN_DAY.us});
        return format_civil(x->keep, x->lang, &c, FORMAT_DATE);
    }
    if (!p->local_month.has)
        return str_of(translate(x->lang, N_("date not known")));
    str month = format_month(x->lang, (int32_t)p->local_month.is);
    if (!p->local_hour.has)
        return month;
    return SAY(x->keep, x->lang, N_("%1$s, %2$s h"), month,
               format_integer(x->keep, x->lang, p->local_hour.is));
}

static str
title_text(struct exchange *x, const struct result_post *p)
{
    if (p->excerpt.n > 0) {
        str cut = text_cut(p->excerpt, TITLE_GRAPHEMES);
        return cut.n < p->excerpt.n ? arena_printf(x->keep, "%.*s…", STR_FMT(cut)) : cut;
    }
    return arena_printf(x->keep, "%.*s %lld",
                        STR_FMT(p->format.p ? format_text(x, p->format) : S("#")),
                        (long long)p->id);
}

/* ---- the table ---- */

static int32_t
number_columns(const struct result_overview *overview, enum metric *ret)
{
    static const enum metric wanted[] = {
        METRIC_REACH,    METRIC_IMPRESSIONS, METRIC_INTERACTIONS, METRIC_LIKES,
        METRIC_COMMENTS, METRIC_SHARES,      METRIC_LINK_CLICKS,  METRIC_CLICKS,
        METRIC_SAVES,    METRIC_VIDEO_VIEWS};
    int32_t n = 0;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted && n < NUMBER_COLUMNS_MAX; i++) {
        if (overview->known[wanted[i]] > 0)
            ret[n++] = wanted[i];
    }
    return n;
}

/* Sorts by ${word}, ${first} ascending (1) or descending (-1); the other way round when that is the order already. */
static void
sort_by(struct exchange *x, const struct asked *a, str word, bool chosen, int32_t first,
        struct column_view *column)
{
    bool turn = chosen && !a->page.reversed;
    column->sort_href = address(x, a, "/results",
                                turn ? arena_printf(x->keep, "-%.*s", STR_FMT(word)) : word, 1);
    column->order = !chosen ? 0 : a->page.reversed ? -first : first;
}

static void
add_columns(struct exchange *x, const struct asked *a, const enum metric *numbers,
            int32_t numbers_n, struct results_view *view)
{
    struct column_view *columns = new (x->keep, struct column_view, COLUMNS_FIXED + numbers_n);
    static const char *const fixed[COLUMNS_FIXED] = {N_("Post"), N_("Published"), N_("Format"),
                                                     N_("Tactic"), N_("Channel")};
    for (int32_t i = 0; i < COLUMNS_FIXED; i++)
        columns[i].label = str_of(translate(x->lang, fixed[i]));
    /* texts of posts have no order that anybody would look for */
    static const enum result_by named[] = {RESULT_BY_FORMAT, RESULT_BY_TACTIC,
                                           RESULT_BY_CHANNEL};
    bool newest = a->page.order == RESULT_NEWEST;
    columns[1].sort_href = address(x, a, "/results", newest ? S("oldest") : S("newest"), 1);
    columns[1].order = a->page.order > RESULT_OLDEST ? 0 : newest ? -1 : 1;
    for (int32_t i = 0; i < 3; i++)
        sort_by(x, a, result_by_word(named[i]),
                a->page.order == RESULT_NAMED && a->page.by == named[i], 1, &columns[2 + i]);
    for (int32_t i = 0; i < numbers_n; i++) {
        struct column_view *column = &columns[COLUMNS_FIXED + i];
        column->label = str_of(translate(x->lang, metric_name(numbers[i])));
        column->number = true;
        sort_by(x, a, metric_word(numbers[i]),
                a->page.order == RESULT_MOST && a->page.metric == numbers[i], -1, column);
    }
    view->columns = columns;
    view->columns_n = COLUMNS_FIXED + numbers_n;
}

static struct result_row
row_of(struct exchange *x, const struct result_post *p, const enum metric *numbers,
       int32_t numbers_n)
{
    str *cells = new (x->keep, str, numbers_n + 1);
    for (int32_t i = 0; i < numbers_n; i++) {
        struct maybe_int value = p->metrics[numbers[i]];
        cells[i] = value.has ? format_integer(x->keep, x->lang, value.is) : STR_NONE;
    }
    return (struct result_row){
        .id = p->id,
        .title = title_text(x, p),
        .href = arena_printf(x->keep, "/post/%lld", (long long)p->id),
        .when = when_text(x, p),
        .format_label = format_text(x, p->format),
        .tactic_name = p->tactic_name,
        .channel_name = p->channel_name,
        .paid = p->paid.has && p->paid.is == 1,
        .numbers = cells,
    };
}

/* ---- filters ---- */

static struct option_view
any(struct exchange *x, bool chosen)
{
    return (struct option_view){S(""), str_of(translate(x->lang, N_("all"))), chosen};
}

static enum fault
add_filters(struct exchange *x, const struct asked *a, const enum metric *numbers,
            int32_t numbers_n, struct results_view *view, struct error *error)
{
    struct channel *channels = NULL;
    struct tactic *tactics = NULL;
    struct result_group *formats = NULL;
    ptrdiff_t channels_n = 0, tactics_n = 0, formats_n = 0;
    struct result_filter all = {.workspace = x->workspace.id};
    struct propre *propre = x->web->propre;
    enum fault fault =
        channel_list(propre, x->workspace.id, x->keep, &channels, &channels_n, error);
    fault = fault ? fault
                  : tactic_list(propre, x->workspace.id, x->keep, &tactics, &tactics_n, error);
    fault = fault ? fault
                  : result_groups(propre, &all, a->metric, RESULT_BY_FORMAT, x->keep, &formats,
                                  &formats_n, error);
    if (fault)
        return fault;
    struct option_view *at =
        new (x->keep, struct option_view, channels_n + tactics_n + formats_n + numbers_n + 3);
    view->channels.at = at;
    at[view->channels.n++] = any(x, !a->filter.channel.has);
    for (ptrdiff_t i = 0; i < channels_n; i++) {
        at[view->channels.n++] = (struct option_view){
            arena_printf(x->keep, "%lld", (long long)channels[i].id), channels[i].name,
            a->filter.channel.has && a->filter.channel.is == channels[i].id};
    }
    view->tactics.at = at += view->channels.n;
    at[view->tactics.n++] = any(x, !a->filter.tactic.has);
    for (ptrdiff_t i = 0; i < tactics_n; i++) {
        at[view->tactics.n++] = (struct option_view){
            arena_printf(x->keep, "%lld", (long long)tactics[i].id), tactics[i].name,
            a->filter.tactic.has && a->filter.tactic.is == tactics[i].id};
    }
    view->formats.at = at += view->tactics.n;
    at[view->formats.n++] = any(x, !a->filter.format.p);
    for (ptrdiff_t i = 0; i < formats_n; i++) {
        if (!formats[i].label.p || formats[i].not_known || formats[i].others)
            continue;
        at[view->formats.n++] =
            (struct option_view){formats[i].label, format_text(x, formats[i].label),
                                 str_eq(a->filter.format, formats[i].label)};
    }
    view->metrics.at = at += view->formats.n;
    for (int32_t i = 0; i < numbers_n; i++) {
        at[view->metrics.n++] = (struct option_view){
            metric_word(numbers[i]), str_of(translate(x->lang, metric_name(numbers[i]))),
            numbers[i] == a->metric};
    }
    return OK;
}

/* ---- pictures: what posts of each kind brought, as observed ---- */

static str
group_label(struct exchange *x, enum result_by by, const struct result_group *g)
{
    if (g->not_known)
        return str_of(translate(x->lang, N_("not recorded")));
    if (g->others)
        return str_of(translate(x->lang, N_("others")));
    return by == RESULT_BY_FORMAT ? format_text(x, g->label) : g->label;
}

static enum fault
add_picture(struct exchange *x, const struct asked *a, enum result_by by,
            struct results_view *view, struct picture_view *pictures, struct error *error)
{
    enum { HEADS = 5 };
    struct result_group *groups = NULL;
    ptrdiff_t n = 0, shown = 0, best = -1;
    if (result_groups(x->web->propre, &a->filter, a->metric, by, x->keep, &groups, &n, error))
        return error->fault;
    n = n < PICTURE_ROWS_MAX ? n : PICTURE_ROWS_MAX;
    struct picture_group *rows = new (x->keep, struct picture_group, n + 1);
    str *cells = new (x->keep, str, (n + 1) * HEADS), *heads = new (x->keep, str, HEADS);
    for (ptrdiff_t i = 0; i < n; i++) {
        const struct result_summary *s = &groups[i].summary;
        if (s->known == 0)
            continue;
        str label = group_label(x, by, &groups[i]);
        if (!groups[i].not_known && !groups[i].others &&
            (best < 0 || s->median > rows[best].median))
            best = shown;
        rows[shown] =
            (struct picture_group){label, s->low10, s->q1, s->median, s->q3, s->high90};
        str *cell = cells + HEADS * shown++;
        cell[0] = label;
        cell[1] = format_integer(x->keep, x->lang, s->known);
        cell[2] = format_real(x->keep, x->lang, s->median, 0);
        cell[3] =
            SAY(x->keep, x->lang, N_("%1$s to %2$s"), format_real(x->keep, x->lang, s->q1, 0),
                format_real(x->keep, x->lang, s->q3, 0));
        cell[4] = format_integer(x->keep, x->lang, s->sum);
    }
    if (shown < 2 || best < 0)
        return OK;
    static const char *const titles[HEADS] = {N_("Kind"), N_("Posts"), N_("Median"),
                                              N_("Middle half"), N_("Sum")};
    for (int i = 0; i < HEADS; i++)
        heads[i] = str_of(translate(x->lang, titles[i]));
    str metric = str_of(translate(x->lang, metric_name(a->metric)));
    pictures[view->pictures_n++] = (struct picture_view){
        .id = arena_printf(x->keep, "results-%.*s", STR_FMT(result_by_word(by))),
        .title = SAY(
            x->keep, x->lang, N_("Observed: “%1$s” has the highest median, %2$s a post (%3$s)"),
            rows[best].label, format_real(x->keep, x->lang, rows[best].median, 0), metric),
        .subtitle =
            SAY(x->keep, x->lang,
                N_("%1$s of posts by kind: half of them lie in the thick line, 80%% in the "
                   "thin one; %2$s posts. What follows from it is on the page Learning."),
                metric, format_integer(x->keep, x->lang, view->found_n)),
        .json = picture_groups(x->keep, rows, shown),
        .table = {heads, HEADS, cells, shown},
    };
    return OK;
}

/* ---- the page ---- */

enum fault
handle_results_page(struct exchange *x, struct error *error)
{
    struct result_overview overview;
    struct result_post *posts = NULL;
    ptrdiff_t n = 0;
    enum metric numbers[NUMBER_COLUMNS_MAX];
    struct propre *propre = x->web->propre;
    struct results_view view = {.layout = layout(x, NAV_RESULTS)};
    if (result_overview(propre, x->workspace.id, &overview, error))
        return error->fault;
    struct asked a = read_query(x, &overview);
    int32_t numbers_n = number_columns(&overview, numbers);
    enum fault fault = result_count(propre, &a.filter, &view.found_n, error);
    int64_t last_offset = view.found_n > 0 ? (view.found_n - 1) / PAGE_ROWS * PAGE_ROWS : 0;
    if (a.page.offset > last_offset) /* the list was longer when that address was made */
        a.page.offset = last_offset;
    fault =
        fault ? fault : result_posts(propre, &a.filter, &a.page, x->keep, &posts, &n, error);
    fault = fault ? fault : add_filters(x, &a, numbers, numbers_n, &view, error);
    struct picture_view *pictures = new (x->keep, struct picture_view, 2);
    fault = fault ? fault : add_picture(x, &a, RESULT_BY_FORMAT, &view, pictures, error);
    fault = fault ? fault : add_picture(x, &a, RESULT_BY_TACTIC, &view, pictures, error);
    if (fault)
        return fault;
    struct result_row *rows = new (x->keep, struct result_row, n + 1);
    for (ptrdiff_t i = 0; i < n; i++)
        rows[i] = row_of(x, &posts[i], numbers, numbers_n);
    add_columns(x, &a, numbers, numbers_n, &view);
    int64_t page = a.page.offset / PAGE_ROWS + 1;
    view.posts_n = overview.posts;
    view.first = n > 0 ? a.page.offset + 1 : 0;
    view.last = a.page.offset + n;
    view.filtered = a.filtered;
    view.query = a.filter.search.p ? a.filter.search : S("");
    view.sort = a.sort;
    view.rows = rows;
    view.rows_n = n;
    view.pictures = pictures;
    if (page > 1)
        view.previous_href = address(x, &a, "/results", a.sort, page - 1);
    if (view.last < view.found_n)
        view.next_href = address(x, &a, "/results", a.sort, page + 1);
    view.csv_href = address(x, &a, "/results.csv", a.sort, 1);
    struct html h = answer_html(x, 200);
    page_results(&h, &view);
    return OK;
}

static void
csv_row(struct buf *out, struct arena *batch, const struct result_post *p)
{
    csv_write_int(out, p->id, true);
    csv_write_cell(out, p->excerpt, false);
    csv_write_cell(out,
                   p->published_us.has ? instant_rfc3339(batch, (instant){p->published_us.is})
                                       : S(""),
                   false);
    csv_write_cell(out, p->format, false);
    csv_write_cell(out, p->tactic_name, false);
    csv_write_cell(out, p->channel_name, false);
    csv_write_cell(out, p->permalink, false);
    for (int m = 0; m < METRIC_SLOTS_N; m++) {
        if (p->metrics[m].has)
            csv_write_int(out, p->metrics[m].is, false);
        else
            csv_write_cell(out, S(""), false);
    }
    csv_write_end(out);
}

enum fault
handle_results_csv(struct exchange *x, struct error *error)
{
    static const char *const heads[] = {"id",     "text",    "published", "format",
                                        "tactic", "channel", "address"};
    struct result_overview overview;
    if (result_overview(x->web->propre, x->workspace.id, &overview, error))
        return error->fault;
    struct asked a = read_query(x, &overview);
    struct buf *out = answer_download(x, "text/csv; charset=utf-8", S("posts.csv"));
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        csv_write_cell(out, str_of(heads[i]), i == 0);
    for (int m = 0; m < METRIC_SLOTS_N; m++)
        csv_write_cell(out, metric_word((enum metric)m), false);
    csv_write_end(out);
    a.page.limit = 1000;
    for (a.page.offset = 0; a.page.offset < CSV_ROWS_MAX; a.page.offset += a.page.limit) {
        struct result_post *posts = NULL;
        ptrdiff_t n = 0;
        struct arena batch = *x->keep; /* each batch is given back */
        if (result_posts(x->web->propre, &a.filter, &a.page, &batch, &posts, &n, error))
            return error->fault;
        for (ptrdiff_t i = 0; i < n; i++)
            csv_row(out, &batch, &posts[i]);
        if (n < a.page.limit)
            break;
    }
    return OK;
}
