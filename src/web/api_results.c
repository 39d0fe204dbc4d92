#include "base/translate.h"
#include "measure/result.h"
#include "web/api_handlers.h"
#include "web/web_internal.h"

struct result_head {
    int64_t id, channel;
    struct maybe_int tactic, published_us, paid;
    str format, intent, permalink;
};

static void
put_head(struct json_writer *w, const struct result_head *head)
{
    api_put_int(w, "id", head->id);
    api_put_int(w, "channel", head->channel);
    api_put_maybe(w, "tactic", head->tactic);
    api_put_str(w, "format", head->format);
    api_put_str(w, "intent", head->intent);
    api_put_str(w, "permalink", head->permalink);
    api_put_time(w, "published", head->published_us);
    api_put_maybe(w, "paid", head->paid);
}

static void
put_result(struct json_writer *w, const struct result_post *post)
{
    const struct result_head head = {post->id,           post->channel,  post->tactic,
                                     post->published_us, post->paid,     post->format,
                                     post->intent,       post->permalink};
    json_object_begin(w);
    put_head(w, &head);
    api_put_str(w, "channel_name", post->channel_name);
    api_put_str(w, "network", post->network);
    api_put_str(w, "tactic_name", post->tactic_name);
    api_put_str(w, "excerpt", post->excerpt);
    api_put_time(w, "taken", post->taken_us);
    json_key(w, S("metrics"));
    json_object_begin(w);
    for (int32_t m = 0; m < METRIC_SLOTS_N; m++) {
        json_key(w, metric_word((enum metric)m));
        json_maybe_int(w, post->metrics[m]);
    }
    json_object_end(w);
    json_object_end(w);
}

enum fault
handle_api_results(struct exchange *x, struct error *error)
{
    struct result_filter filter = {.workspace = x->workspace.id,
                                   .channel = api_query_int(x, "channel"),
                                   .tactic = api_query_int(x, "tactic"),
                                   .format = exchange_query(x, "format"),
                                   .intent = exchange_query(x, "intent"),
                                   .from_us = api_query_time(x, "from"),
                                   .before_us = api_query_time(x, "before"),
                                   .search = exchange_query(x, "search")};
    struct result_page page = {.order = RESULT_NEWEST, .metric = METRIC_INTERACTIONS};
    struct result_post *posts;
    ptrdiff_t n;
    str metric = exchange_query(x, "metric");
    if (!api_page(x, &page.offset, &page.limit))
        return OK;
    (void)result_order_parse(exchange_query(x, "order"), &page.order); /* was checked */
    if (metric.p && (!metric_parse(metric, &page.metric) || page.metric >= METRIC_SLOTS_N)) {
        api_refuse(x, "metric", N_("is none of the words that are taken here"));
        return OK;
    }
    if (result_posts(x->web->propre, &filter, &page, x->keep, &posts, &n, error))
        return error->fault;
    struct json_writer w;
    api_list_begin(x, &w);
    for (ptrdiff_t i = 0; i < n; i++)
        put_result(&w, &posts[i]);
    api_list_end(&w, api_next(x, page.offset, page.limit, n));
    return OK;
}

static void
put_point(struct json_writer *w, const struct result_point *point)
{
    json_object_begin(w);
    api_put_time(w, "taken", point->taken_us);
    api_put_time(w, "recorded", some_int(point->recorded_us));
    api_put_str(w, "metric", point->metric);
    api_put_str(w, "native", point->native);
    api_put_real(w, "value", point->value);
    api_put_str(w, "reason", point->reason);
    api_put_str(w, "source", point->source);
    api_put_maybe(w, "import", point->import);
    json_object_end(w);
}

enum fault
handle_api_result(struct exchange *x, struct error *error)
{
    struct post post;
    struct result_point *points;
    ptrdiff_t n;
    if (post_get(x->web->propre, x->workspace.id, x->id, x->keep, &post, error) ||
        result_points(x->web->propre, x->workspace.id, x->id, x->keep, &points, &n, error))
        return error->fault;
    const struct result_head head = {post.id,
                                     post.channel,
                                     post.tactic,
                                     post.published_us,
                                     post.paid,
                                     post.format,
                                     post_intent_word(post.intent),
                                     post.permalink};
    struct json_writer w;
    api_begin(x, &w);
    json_object_begin(&w);
    put_head(&w, &head);
    api_put_str(&w, "title", post.title);
    api_put_str(&w, "text", post.body);
    api_put_str(&w, "link", post.link);
    api_put_maybe(&w, "objective", post.objective);
    json_key(&w, S("points"));
    json_array_begin(&w);
    for (ptrdiff_t i = 0; i < n; i++)
        put_point(&w, &points[i]);
    json_array_end(&w);
    api_put_int(&w, "revision", post.revision);
    json_object_end(&w);
    return OK;
}
