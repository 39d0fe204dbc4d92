#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/instant.h"
#include "base/maybe.h"
#include "base/str.h"
#include "measure/metric.h"
#include "tactic/post.h"

/*
 * What posts brought, as it stands: lists, summaries, groups. Description only; what follows from it and
 * how sure that is, is the business of learn/.
 */
struct propre;

enum {
    RESULT_VALUES_MAX = 1000000, /* posts summarised at once: all an import can bring */
    RESULT_GROUPS_MAX =
        200, /* kinds told apart; the rarest of more are put together as "others" */
    RESULT_POINTS_MAX = 5000 /* numbers of one post shown: fifteen metrics at 300 looks */
};

/* Which posts. All zero: every post of the workspace that is not archived. */
struct result_filter {
    int64_t workspace;
    struct maybe_int channel;
    struct maybe_int tactic;    /* 0: posts without one */
    str format;                 /* none: all; empty: posts without one */
    str intent;                 /* a stable word; none: all */
    struct maybe_int from_us;   /* published at or after */
    struct maybe_int before_us; /* published before */
    str search; /* in title and text, letters of ASCII in either case; none: all */
};

enum result_order { RESULT_NEWEST, RESULT_OLDEST, RESULT_MOST, RESULT_NAMED, RESULT_ORDERS_N };

struct result_post {
    int64_t id, channel;
    str channel_name, network;
    struct maybe_int tactic;
    str tactic_name;
    str excerpt; /* the start of title or text, at most 400 characters; none when neither is known */
    str format, intent, permalink;
    struct maybe_int published_us, local_day, local_month, local_weekday, local_hour, paid;
    struct maybe_int taken_us; /* when the numbers were looked at */
    struct maybe_int metrics[METRIC_SLOTS_N];
};

/* The stable words "newest", "oldest", "most", "named". */
str result_order_word(enum result_order order);
bool result_order_parse(str word, enum result_order *ret);

enum result_by {
    RESULT_BY_TACTIC,
    RESULT_BY_FORMAT,
    RESULT_BY_CHANNEL,
    RESULT_BY_INTENT,
    RESULT_BY_WEEKDAY,
    RESULT_BY_HOURS, /* blocks of four: 0 is 0 to 3 o'clock */
    RESULT_BY_MONTH,
    RESULT_BY_PAID,
    RESULT_BYS_N
};

/*
 * result_posts(propre, filter, page, keep, ret, ret_n, error):
 * A page of posts. RESULT_MOST: those with most of the metric first, unknown last; it has a slot. RESULT_NAMED: by the
 * name of their tactic, format (its word) or channel, those without one last.
 */
struct result_page {
    enum result_order order;
    enum metric metric;    /* of RESULT_MOST */
    enum result_by by;     /* of RESULT_NAMED: tactic, format or channel */
    bool reversed;         /* RESULT_MOST: least first; RESULT_NAMED: from Z to A */
    int64_t offset, limit; /* limit: 1 to POST_PAGE_MAX */
};
must_use enum fault result_posts(struct propre *propre, const struct result_filter *filter,
                                 const struct result_page *page, struct arena *keep,
                                 struct result_post **ret, ptrdiff_t *ret_n,
                                 struct error *error);
/* result_count(propre, filter, ret, error): how many there are. */
must_use enum fault result_count(struct propre *propre, const struct result_filter *filter,
                                 int64_t *ret, struct error *error);

/* A metric over some posts. Quartiles by linear interpolation (Hyndman & Fan 1996, type 7). */
struct result_summary {
    int64_t posts; /* of the kind */
    int64_t known; /* of them, with a value; the rest is about these */
    int64_t sum;
    double mean, min, low10, q1, median, q3, high90, max; /* 0 when known is 0 */
};

struct result_group {
    str label; /* the name, for tactic, format, channel; the word, for intent; else none */
    struct maybe_int
        key;        /* id of tactic or channel; the number of weekday, block, month, paid */
    bool not_known; /* the posts where it is not recorded */
    bool others;    /* the rarest, put together */
    struct result_summary summary;
};

/* result_by_word(by), result_by_parse(word, ret): "tactic", "format", "channel", "intent" … */
str result_by_word(enum result_by by);
bool result_by_parse(str word, enum result_by *ret);

/* result_summarise(propre, filter, metric, scratch, ret, error): over all posts of the filter. */
must_use enum fault result_summarise(struct propre *propre, const struct result_filter *filter,
                                     enum metric metric, struct arena scratch,
                                     struct result_summary *ret, struct error *error);
/*
 * result_groups(propre, filter, metric, by, keep, ret, ret_n, error):
 * The same for each kind; numbered kinds in their order, named ones by median, highest first; the posts
 * where it is not recorded last.
 * Memory: about 32 bytes a post, in ${keep}.
 */
must_use enum fault result_groups(struct propre *propre, const struct result_filter *filter,
                                  enum metric metric, enum result_by by, struct arena *keep,
                                  struct result_group **ret, ptrdiff_t *ret_n,
                                  struct error *error);
/* result_quartiles(values, n, ret): the pure part; sorts ${values}, fills all but posts. */
void result_quartiles(int64_t *values, int64_t n, struct result_summary *ret);

/* One number of a post at one time. */
struct result_point {
    struct maybe_int taken_us;
    int64_t recorded_us;
    str metric, native, reason, source;
    struct maybe_real value;
    struct maybe_int import;
};
/* result_points(propre, workspace, post, keep, ret, ret_n, error): all of a post's, latest look first. */
must_use enum fault result_points(struct propre *propre, int64_t workspace, int64_t post,
                                  struct arena *keep, struct result_point **ret,
                                  ptrdiff_t *ret_n, struct error *error);

/* What there is, for Today. */
struct result_overview {
    int64_t posts, channels, tactics, objectives, imports;
    int64_t undated;                    /* posts whose day is not known */
    struct maybe_int first_us, last_us; /* of the dated ones */
    struct maybe_int last_import, last_import_us;
    int64_t known[METRIC_SLOTS_N]; /* posts that have the metric */
    int64_t sums[METRIC_SLOTS_N];
};
must_use enum fault result_overview(struct propre *propre, int64_t workspace,
                                    struct result_overview *ret, struct error *error);
/*
 * result_main_metric(overview): what to show first: interactions, else the first of likes, clicks, comments,
 * shares, video views, impressions, reach that most posts have.
 */
enum metric result_main_metric(const struct result_overview *overview);

/*
 * result_for_objective(propre, workspace, objective, metric, from_us, before_us, ret_sum, ret_posts, error):
 * The metric over the posts that serve the objective, by themselves or by their tactic, between two moments
 * (none: open).
 */
struct result_span {
    struct maybe_int from_us, before_us;
};
must_use enum fault result_for_objective(struct propre *propre, int64_t workspace,
                                         int64_t objective, enum metric metric,
                                         struct result_span between, int64_t *ret_sum,
                                         int64_t *ret_posts, struct error *error);
