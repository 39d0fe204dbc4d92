#include "measure/result.h"

#include <assert.h>
#include <stdlib.h>

#include "measure/metric.h"
#include "measure/queries.h"
#include "measure/result_internal.h"
#include "place/propre.h"
#include "strategy/channel.h"
#include "tactic/post.h"
#include "tactic/tactic.h"

static const char *const orders[RESULT_ORDERS_N] = {"newest", "oldest", "most", "named"};
static const char *const bys[RESULT_BYS_N] = {"tactic",  "format", "channel", "intent",
                                              "weekday", "hours",  "month",   "paid"};

str
result_order_word(enum result_order order)
{
    assert((size_t)order < RESULT_ORDERS_N);
    return str_of(orders[order]);
}

bool
result_order_parse(str word, enum result_order *ret)
{
    for (int i = 0; i < RESULT_ORDERS_N; i++) {
        if (str_eq(word, str_of(orders[i]))) {
            *ret = (enum result_order)i;
            return true;
        }
    }
    return false;
}

str
result_by_word(enum result_by by)
{
    assert((size_t)by < RESULT_BYS_N);
    return str_of(bys[by]);
}

bool
result_by_parse(str word, enum result_by *ret)
{
    for (int i = 0; i < RESULT_BYS_N; i++) {
        if (str_eq(word, str_of(bys[i]))) {
            *ret = (enum result_by)i;
            return true;
        }
    }
    return false;
}

str
result_like(str search, struct arena *arena)
{
    str s = str_slice(str_trim(search), 0, POST_SEARCH_MAX);
    if (s.n == 0)
        return STR_NONE;
    char *p = new (arena, char, 2 * s.n + 2);
    ptrdiff_t n = 0;
    p[n++] = '%';
    for (ptrdiff_t i = 0; i < s.n; i++) {
        if (s.p[i] == '%' || s.p[i] == '_' || s.p[i] == '\\')
            p[n++] = '\\';
        p[n++] = s.p[i];
    }
    p[n++] = '%';
    return (str){p, n};
}

#define FILTER_FIELDS(f, like)                                                   \
    .workspace = (f)->workspace, .channel = (f)->channel, .tactic = (f)->tactic, \
    .format = (f)->format, .intent = (f)->intent, .from_us = (f)->from_us,       \
    .before_us = (f)->before_us, .search = (like)

#define POST_FROM(r)                                                             \
    ((struct result_post){.id = (r)->id,                                         \
                          .channel = (r)->channel,                               \
                          .channel_name = (r)->channel_name,                     \
                          .network = (r)->network,                               \
                          .tactic = (r)->tactic,                                 \
                          .tactic_name = (r)->tactic_name,                       \
                          .excerpt = (r)->excerpt,                               \
                          .format = (r)->format,                                 \
                          .intent = (r)->intent,                                 \
                          .permalink = (r)->permalink,                           \
                          .published_us = (r)->published_us,                     \
                          .local_day = (r)->local_day,                           \
                          .local_month = (r)->local_month,                       \
                          .local_weekday = (r)->local_weekday,                   \
                          .local_hour = (r)->local_hour,                         \
                          .paid = (r)->paid,                                     \
                          .taken_us = (r)->taken_us,                             \
                          .metrics = {[METRIC_FOLLOWERS] = (r)->followers,       \
                                      [METRIC_REACH] = (r)->reach,               \
                                      [METRIC_IMPRESSIONS] = (r)->impressions,   \
                                      [METRIC_INTERACTIONS] = (r)->interactions, \
                                      [METRIC_ENGAGED] = (r)->engaged,           \
                                      [METRIC_LIKES] = (r)->likes,               \
                                      [METRIC_COMMENTS] = (r)->comments,         \
                                      [METRIC_SHARES] = (r)->shares,             \
                                      [METRIC_SAVES] = (r)->saves,               \
                                      [METRIC_CLICKS] = (r)->clicks,             \
                                      [METRIC_LINK_CLICKS] = (r)->link_clicks,   \
                                      [METRIC_VIDEO_VIEWS] = (r)->video_views}})

/* Runs one of the queries and copies its rows into *ret. */
#define PAGE(query, ...)                                                    \
    do {                                                                    \
        struct query##_row *rows_;                                          \
        ptrdiff_t n_;                                                       \
        struct query##_in in_ = {FILTER_FIELDS(filter, like), __VA_ARGS__}; \
        if (q_##query(propre->db, &in_, keep, &rows_, &n_, error))          \
            return error->fault;                                            \
        *ret = new (keep, struct result_post, n_);                          \
        for (ptrdiff_t i_ = 0; i_ < n_; i_++)                               \
            (*ret)[i_] = POST_FROM(&rows_[i_]);                             \
        *ret_n = n_;                                                        \
    } while (0)

enum fault
result_posts(struct propre *propre, const struct result_filter *filter,
             const struct result_page *page, struct arena *keep, struct result_post **ret,
             ptrdiff_t *ret_n, struct error *error)
{
    str like = result_like(filter->search, keep);
    assert(page->limit >= 1 && page->limit <= POST_PAGE_MAX && page->offset >= 0);
    assert(page->metric < METRIC_SLOTS_N);
    switch (page->order) {
    case RESULT_NEWEST:
        PAGE(result_newest, .limit_n = page->limit, .offset_n = page->offset);
        break;
    case RESULT_OLDEST:
        PAGE(result_oldest, .limit_n = page->limit, .offset_n = page->offset);
        break;
    case RESULT_MOST:
        PAGE(result_most, .metric = metric_word(page->metric), .way = page->reversed ? -1 : 1,
             .limit_n = page->limit, .offset_n = page->offset);
        break;
    case RESULT_NAMED:
        assert(page->by == RESULT_BY_TACTIC || page->by == RESULT_BY_FORMAT ||
               page->by == RESULT_BY_CHANNEL);
        PAGE(result_named, .by = result_by_word(page->by), .way = page->reversed ? -1 : 1,
             .limit_n = page->limit, .offset_n = page->offset);
        break;
    case RESULT_ORDERS_N:
        assert(false); /* not an order */
    }
    return OK;
}

enum fault
result_count(struct propre *propre, const struct result_filter *filter, int64_t *ret,
             struct error *error)
{
    char space[2 * POST_SEARCH_MAX + 16];
    struct arena scratch = {space, space + sizeof space};
    struct result_count_in in = {FILTER_FIELDS(filter, result_like(filter->search, &scratch))};
    struct result_count_row row;
    if (q_result_count(propre->db, &in, NULL, &row, error))
        return error->fault;
    *ret = row.n;
    return OK;
}

static int
by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Source: Hyndman & Fan, "Sample quantiles in statistical packages" (1996), definition 7. */
static double
quantile(const int64_t *sorted, int64_t n, double share)
{
    double at = share * (double)(n - 1);
    int64_t below = (int64_t)at;
    double part = at - (double)below;
    if (below + 1 >= n)
        return (double)sorted[n - 1];
    return (double)sorted[below] + part * ((double)sorted[below + 1] - (double)sorted[below]);
}

void
result_quartiles(int64_t *values, int64_t n, struct result_summary *ret)
{
    *ret = (struct result_summary){.posts = ret->posts, .known = n};
    if (n == 0)
        return;
    qsort(values, (size_t)n, sizeof *values, by_value);
    for (int64_t i = 0; i < n; i++)
        ret->sum += values[i];
    ret->mean = (double)ret->sum / (double)n;
    ret->min = (double)values[0];
    ret->low10 = quantile(values, n, 0.1);
    ret->q1 = quantile(values, n, 0.25);
    ret->median = quantile(values, n, 0.5);
    ret->q3 = quantile(values, n, 0.75);
    ret->high90 = quantile(values, n, 0.9);
    ret->max = (double)values[n - 1];
}

enum fault
result_points(struct propre *propre, int64_t workspace, int64_t post, struct arena *keep,
              struct result_point **ret, ptrdiff_t *ret_n, struct error *error)
{
    struct result_points_row *rows;
    ptrdiff_t n;
    struct result_points_in in = {workspace, post, RESULT_POINTS_MAX};
    if (q_result_points(propre->db, &in, keep, &rows, &n, error))
        return error->fault;
    *ret = new (keep, struct result_point, n);
    for (ptrdiff_t i = 0; i < n; i++)
        (*ret)[i] = (struct result_point){.taken_us = rows[i].taken_us,
                                          .recorded_us = rows[i].recorded_us,
                                          .metric = rows[i].metric,
                                          .native = rows[i].native,
                                          .reason = rows[i].reason,
                                          .source = rows[i].source,
                                          .value = rows[i].val,
                                          .import = rows[i].import};
    *ret_n = n;
    return OK;
}

static enum fault
overview_metrics(struct propre *propre, int64_t workspace, struct result_overview *o,
                 struct error *error)
{
    struct result_known_row r;
    if (q_result_known(propre->db, &(struct result_known_in){workspace}, NULL, &r, error))
        return error->fault;
    const struct {
        enum metric metric;
        int64_t known, sum;
    } slots[] = {
        {METRIC_FOLLOWERS, r.n_followers, r.sum_followers},
        {METRIC_REACH, r.n_reach, r.sum_reach},
        {METRIC_IMPRESSIONS, r.n_impressions, r.sum_impressions},
        {METRIC_INTERACTIONS, r.n_interactions, r.sum_interactions},
        {METRIC_ENGAGED, r.n_engaged, r.sum_engaged},
        {METRIC_LIKES, r.n_likes, r.sum_likes},
        {METRIC_COMMENTS, r.n_comments, r.sum_comments},
        {METRIC_SHARES, r.n_shares, r.sum_shares},
        {METRIC_SAVES, r.n_saves, r.sum_saves},
        {METRIC_CLICKS, r.n_clicks, r.sum_clicks},
        {METRIC_LINK_CLICKS, r.n_link_clicks, r.sum_link_clicks},
        {METRIC_VIDEO_VIEWS, r.n_video_views, r.sum_video_views},
    };
    static_assert(sizeof slots / sizeof *slots == METRIC_SLOTS_N, "each slot once");
    for (size_t i = 0; i < METRIC_SLOTS_N; i++) {
        o->known[slots[i].metric] = slots[i].known;
        o->sums[slots[i].metric] = slots[i].sum;
    }
    return OK;
}

enum fault
result_overview(struct propre *propre, int64_t workspace, struct result_overview *ret,
                struct error *error)
{
    struct result_overview_row r;
    struct import_moment_row moment;
    bool found = false;
    if (q_result_overview(propre->db, &(struct result_overview_in){workspace}, NULL, &r, error))
        return error->fault;
    struct result_overview o = {
        .posts = r.posts_n,
        .channels = r.channels_n,
        .tactics = r.tactics_n,
        .objectives = r.objectives_n,
        .imports = r.imports_n,
        .undated = r.undated_n,
        .first_us = r.first_us,
        .last_us = r.last_us,
        .last_import = r.last_import,
    };
    if (o.last_import.has) {
        struct import_moment_in in = {o.last_import.is};
        if (q_import_moment(propre->db, &in, NULL, &moment, &found, error))
            return error->fault;
        if (found)
            o.last_import_us = some_int(moment.applied_us);
    }
    if (overview_metrics(propre, workspace, &o, error))
        return error->fault;
    *ret = o;
    return OK;
}

enum metric
result_main_metric(const struct result_overview *o)
{
    static const enum metric order[] = {METRIC_INTERACTIONS, METRIC_LIKES,  METRIC_CLICKS,
                                        METRIC_COMMENTS,     METRIC_SHARES, METRIC_VIDEO_VIEWS,
                                        METRIC_IMPRESSIONS,  METRIC_REACH};
    enum metric best = METRIC_INTERACTIONS;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        if (2 * o->known[order[i]] > o->posts)
            return order[i];
        if (o->known[order[i]] > o->known[best])
            best = order[i];
    }
    return best;
}

enum fault
result_for_objective(struct propre *propre, int64_t workspace, int64_t objective,
                     enum metric metric, struct result_span between, int64_t *ret_sum,
                     int64_t *ret_posts, struct error *error)
{
    struct result_for_objective_row row;
    assert(metric < METRIC_SLOTS_N);
    struct result_for_objective_in in = {workspace, objective, metric_word(metric),
                                         between.from_us, between.before_us};
    if (q_result_for_objective(propre->db, &in, NULL, &row, error))
        return error->fault;
    *ret_sum = row.total;
    *ret_posts = row.posts_n;
    return OK;
}
