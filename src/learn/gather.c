#include "learn/gather.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/number.h"
#include "learn/queries.h"
#include "strategy/channel.h"

enum {
    HOUR_BLOCK =
        4 /* six blocks a day: finer ones are noise (methods: hour block floor(hour / 4)) */
};

const enum metric *
learn_outcomes(int32_t *ret_n)
{
    static const enum metric outcomes[] = {
        METRIC_INTERACTIONS, METRIC_LINK_CLICKS, METRIC_CLICKS,
        METRIC_ENGAGED,      METRIC_COMMENTS,    METRIC_SHARES,
        METRIC_LIKES,        METRIC_SAVES,       METRIC_VIDEO_VIEWS};
    *ret_n = (int32_t)(sizeof outcomes / sizeof *outcomes);
    return outcomes;
}

static struct maybe_int
outcome_of(const struct learn_posts_row *row, enum metric outcome)
{
    switch ((int)outcome) {
    case METRIC_INTERACTIONS:
        return row->interactions;
    case METRIC_LINK_CLICKS:
        return row->link_clicks;
    case METRIC_CLICKS:
        return row->clicks;
    case METRIC_ENGAGED:
        return row->engaged;
    case METRIC_COMMENTS:
        return row->comments;
    case METRIC_SHARES:
        return row->shares;
    case METRIC_LIKES:
        return row->likes;
    case METRIC_SAVES:
        return row->saves;
    case METRIC_VIDEO_VIEWS:
        return row->video_views;
    default:
        assert(!"not one of learn_outcomes");
        return no_int;
    }
}

/* ---- factors: labels are collected as they appear, then sorted, so that row order does not matter ---- */

enum factor_id {
    BY_TACTIC,
    BY_FORMAT,
    BY_WEEKDAY,
    BY_HOUR,
    BY_INTENT,
    BY_CREATION,
    BY_TOPIC,
    BY_LANGUAGE,
    FACTORS_N
};

struct labels {
    str *at;
    int32_t n;
    bool too_many;
};

struct work {
    struct arena *keep;
    enum metric outcome;
    const struct learn_posts_row *rows;
    ptrdiff_t rows_n;
    const struct learn_tactics_row *tactics;
    ptrdiff_t tactics_n;
    const struct learn_channels_row *channels;
    ptrdiff_t channels_n;
    bool weekdays_are_iso;
    enum factor_id factors[FACTORS_N]; /* those that are used */
    struct labels labels[FACTORS_N];
    int covariates[4]; /* those that are used */
};

static str
tactic_name(const struct work *w, struct maybe_int tactic)
{
    for (ptrdiff_t i = 0; tactic.has && i < w->tactics_n; i++) {
        if (w->tactics[i].id == tactic.is)
            return w->tactics[i].name;
    }
    return STR_NONE;
}

/* Labels of the calendar: constants, so that no row costs an allocation. */
static str
weekday_label(int64_t weekday)
{
    static const char *const labels[] = {"1", "2", "3", "4", "5", "6", "7"};
    return weekday >= 1 && weekday <= 7 ? str_of(labels[weekday - 1]) : STR_NONE;
}

static str
hour_label(int64_t hour)
{
    static const char *const labels[] = {"0", "4", "8", "12", "16", "20"};
    return hour >= 0 && hour < 24 ? str_of(labels[hour / HOUR_BLOCK]) : STR_NONE;
}

/* A weekday is Monday 1 to Sunday 7 only where the date is known; else as the file counted. */
static bool
weekday_is_iso(const struct learn_posts_row *row)
{
    return row->published_us.has || row->local_day.has;
}

static str
label_of(const struct work *w, const struct learn_posts_row *row, enum factor_id factor)
{
    switch (factor) {
    case BY_TACTIC:
        return tactic_name(w, row->tactic);
    case BY_FORMAT:
        return row->format;
    case BY_WEEKDAY:
        if (!row->local_weekday.has || weekday_is_iso(row) != w->weekdays_are_iso)
            return STR_NONE;
        return weekday_label(row->local_weekday.is);
    case BY_HOUR:
        if (!row->local_hour.has)
            return STR_NONE;
        return hour_label(row->local_hour.is);
    case BY_INTENT:
        return str_eq(row->intent, S("unknown")) ? STR_NONE : row->intent;
    case BY_CREATION:
        return row->creation;
    case BY_TOPIC:
        return row->topic;
    case BY_LANGUAGE:
        return row->language;
    case FACTORS_N:
        break;
    }
    assert(!"a factor outside the list");
    return STR_NONE;
}

static int32_t
label_index(const struct labels *labels, str label)
{
    for (int32_t i = 0; i < labels->n; i++) {
        if (str_eq(labels->at[i], label))
            return i;
    }
    return -1;
}

/* "4" before "12": labels that are numbers are sorted as such. */
static int
compare_labels(const void *a, const void *b)
{
    const str *x = a, *y = b;
    int64_t m = 0, n = 0;
    struct error ignored = {0};
    if (!parse_i64(*x, 0, INT64_MAX, &m, &ignored) &&
        !parse_i64(*y, 0, INT64_MAX, &n, &ignored) && m != n)
        return m < n ? -1 : 1;
    return str_cmp(*x, *y);
}

static void
collect_labels(struct work *w, enum factor_id factor)
{
    struct labels *labels = &w->labels[factor];
    labels->at = new (w->keep, str, EFFECTS_LEVELS_MAX);
    for (ptrdiff_t i = 0; i < w->rows_n; i++) {
        str label = label_of(w, &w->rows[i], factor);
        if (!label.p || label_index(labels, label) >= 0)
            continue;
        if (labels->n == EFFECTS_LEVELS_MAX) {
            labels->too_many =
                true; /* identifiers, not kinds: nothing can be learned from them */
            return;
        }
        labels->at[labels->n++] = label;
    }
    if (labels->n > 1)
        qsort(labels->at, (size_t)labels->n, sizeof *labels->at, compare_labels);
}

static bool
factor_used(const struct work *w, enum factor_id factor)
{
    const struct labels *labels = &w->labels[factor];
    if (labels->too_many)
        return false;
    return factor == BY_TACTIC || factor == BY_FORMAT ? labels->n > 0 : labels->n > 1;
}

/* ---- posts ---- */

static double
or_unknown(struct maybe_int n)
{
    return n.has ? (double)n.is : (double)NAN;
}

static int32_t
month_of(const struct learn_posts_row *row)
{
    if (row->local_day.has) {
        struct civil c = instant_to_utc((instant){row->local_day.is * SPAN_DAY.us});
        return c.year * 12 + c.month - 1;
    }
    return row->local_month.has ? (int32_t)row->local_month.is - 1 : -1;
}

static double
age_hours(struct maybe_int published_us, struct maybe_int taken_us)
{
    if (!published_us.has || !taken_us.has || taken_us.is <= published_us.is)
        return (double)NAN;
    return (double)(taken_us.is - published_us.is) / 3.6e9;
}

enum { COVARIATE_PAID, COVARIATE_LINK, COVARIATE_REPLY, COVARIATE_LENGTH, COVARIATES_N };

/* Where an answer begins with the name of whom it answers, and is shown to fewer: elsewhere that is only a mention. */
static bool
tells_replies(const struct work *w, int64_t channel)
{
    enum network network;
    for (ptrdiff_t i = 0; i < w->channels_n; i++) {
        if (w->channels[i].id == channel && network_parse(w->channels[i].network, &network))
            return network == NETWORK_X || network == NETWORK_MASTODON;
    }
    return false;
}

static double
covariate_of(const struct work *w, const struct learn_posts_row *row, int covariate)
{
    switch (covariate) {
    case COVARIATE_PAID:
        return or_unknown(row->paid);
    case COVARIATE_LINK:
        return or_unknown(row->has_link);
    case COVARIATE_REPLY:
        return tells_replies(w, row->channel) ? or_unknown(row->at_first) : (double)NAN;
    default:
        return row->length.has ? log1p((double)row->length.is) : (double)NAN;
    }
}

/* What no post records cannot explain anything, and need not be spoken of; no more than replies where none is. */
static void
choose_covariates(struct work *w, struct effects_input *input)
{
    static const struct effects_covariate all[COVARIATES_N] = {{{"paid", 4}, false},
                                                               {{"has_link", 8}, false},
                                                               {{"reply", 5}, false},
                                                               {{"length", 6}, true}};
    struct effects_covariate *used = new (w->keep, struct effects_covariate, COVARIATES_N);
    for (int c = 0; c < COVARIATES_N; c++) {
        for (ptrdiff_t i = 0; i < w->rows_n; i++) {
            double x = covariate_of(w, &w->rows[i], c);
            if (isnan(x) || (c == COVARIATE_REPLY && !(x > 0)))
                continue;
            w->covariates[input->covariates_n] = c;
            used[input->covariates_n++] = all[c];
            break;
        }
    }
    input->covariates = used;
}

static struct effects_post
post_of(const struct work *w, const struct learn_posts_row *row,
        const struct effects_input *input)
{
    int32_t *levels = new (w->keep, int32_t, input->factors_n + 1);
    double *covariates = new (w->keep, double, COVARIATES_N);
    int32_t channel = 0;
    for (int32_t f = 0; f < input->factors_n; f++) {
        str label = label_of(w, row, w->factors[f]);
        levels[f] = label.p ? label_index(&w->labels[w->factors[f]], label) : -1;
    }
    for (int32_t c = 0; c < input->covariates_n; c++)
        covariates[c] = covariate_of(w, row, w->covariates[c]);
    for (ptrdiff_t i = 0; i < w->channels_n; i++) {
        if (w->channels[i].id == row->channel)
            channel = (int32_t)i;
    }
    return (struct effects_post){
        .id = row->id,
        .levels = levels,
        .covariates = covariates,
        .outcome = outcome_of(row, w->outcome).is,
        .exposure = {or_unknown(row->reach), or_unknown(row->impressions),
                     or_unknown(row->followers)},
        .age_hours = age_hours(row->published_us, row->taken_us),
        .channel = channel,
        .month = month_of(row),
    };
}

/*
 * Hours until half of a post's final result is there. Source: S. Graffius, "Lifespan (half-life) of social media
 * posts", 2018 figures; only a starting point, the data move it.
 */
static double
h50_of(str network)
{
    static const struct {
        enum network network;
        double hours;
    } known[] = {{NETWORK_X, 0.35},      {NETWORK_FACEBOOK, 0.5}, {NETWORK_INSTAGRAM, 19},
                 {NETWORK_LINKEDIN, 24}, {NETWORK_YOUTUBE, 144},  {NETWORK_PINTEREST, 2520}};
    enum network is;
    for (size_t i = 0; network_parse(network, &is) && i < sizeof known / sizeof *known; i++) {
        if (known[i].network == is)
            return known[i].hours;
    }
    return (double)NAN;
}

/* A post and when it was published, sorted by id together. */
struct dated {
    struct effects_post post;
    struct maybe_int published_us;
};

static int
compare_dated(const void *a, const void *b)
{
    const struct dated *x = a, *y = b;
    return (x->post.id > y->post.id) - (x->post.id < y->post.id);
}

/* The readings shots[0..n) of one post: all but the last are earlier ones. */
static void
add_earlier(struct dated *dated, const struct learn_snapshots_row *shots, ptrdiff_t n,
            struct arena *keep)
{
    ptrdiff_t first = n - 1 > EFFECTS_SNAPSHOTS_MAX ? n - 1 - EFFECTS_SNAPSHOTS_MAX : 0;
    struct effects_snapshot *earlier = new (keep, struct effects_snapshot, n - 1 - first);
    int32_t kept = 0;
    for (ptrdiff_t i = first; i < n - 1; i++) {
        double age = age_hours(dated->published_us, some_int(shots[i].taken_us));
        if (!isnan(age) && shots[i].value >= 0)
            earlier[kept++] = (struct effects_snapshot){age, (int64_t)shots[i].value};
    }
    dated->post.earlier = earlier;
    dated->post.earlier_n = kept;
}

/* Rows come sorted by post, then time. */
static void
add_snapshots(struct dated *dated, ptrdiff_t dated_n, const struct learn_snapshots_row *shots,
              ptrdiff_t shots_n, struct arena *keep)
{
    for (ptrdiff_t i = 0, end; i < shots_n; i = end) {
        for (end = i; end < shots_n && shots[end].post == shots[i].post;)
            end++;
        struct dated key = {.post.id = shots[i].post};
        struct dated *found =
            bsearch(&key, dated, (size_t)dated_n, sizeof *dated, compare_dated);
        if (found && !isnan(found->post.age_hours) && end - i > 1)
            add_earlier(found, shots + i, end - i, keep);
    }
}

/* Days counted in two ways cannot be one factor: the way of more posts is taken. */
static bool
mostly_iso(const struct work *w)
{
    ptrdiff_t iso = 0, numbered = 0;
    for (ptrdiff_t i = 0; i < w->rows_n; i++) {
        if (!w->rows[i].local_weekday.has)
            continue;
        iso += weekday_is_iso(&w->rows[i]);
        numbered += !weekday_is_iso(&w->rows[i]);
    }
    return iso >= numbered;
}

static void
choose_factors(struct work *w, struct effects_input *input)
{
    static const char *const names[FACTORS_N] = {"tactic", "format",   "weekday", "hour",
                                                 "intent", "creation", "topic",   "language"};
    struct effects_factor *factors = new (w->keep, struct effects_factor, FACTORS_N);
    w->weekdays_are_iso = mostly_iso(w);
    for (enum factor_id f = 0; f < FACTORS_N; f++) {
        collect_labels(w, f);
        if (!factor_used(w, f))
            continue;
        bool numbered = f == BY_WEEKDAY && !w->weekdays_are_iso;
        w->factors[input->factors_n] = f;
        factors[input->factors_n++] = (struct effects_factor){
            .name = numbered ? S("weekday_number") : str_of(names[f]),
            .kind = f == BY_WEEKDAY || f == BY_HOUR ? FACTOR_CALENDAR : FACTOR_PLAIN,
            .labels = w->labels[f].at,
            .labels_n = w->labels[f].n,
        };
    }
    input->factors = factors;
}

static void
name_channels(struct work *w, struct effects_input *input)
{
    struct effects_channel *channels = new (w->keep, struct effects_channel, w->channels_n + 1);
    for (ptrdiff_t i = 0; i < w->channels_n; i++)
        channels[i] =
            (struct effects_channel){w->channels[i].name, h50_of(w->channels[i].network)};
    if (w->channels_n == 0)
        channels[0] = (struct effects_channel){S(""), (double)NAN};
    input->channels = channels;
    input->channels_n = w->channels_n > 0 ? (int32_t)w->channels_n : 1;
}

static void
fill_posts(struct work *w, const struct learn_snapshots_row *shots, ptrdiff_t shots_n,
           struct effects_input *input)
{
    struct dated *dated = new (w->keep, struct dated, w->rows_n + 1);
    int32_t n = (int32_t)w->rows_n;
    for (int32_t i = 0; i < n; i++)
        dated[i] = (struct dated){post_of(w, &w->rows[i], input), w->rows[i].published_us};
    if (n > 1)
        qsort(dated, (size_t)n, sizeof *dated, compare_dated);
    add_snapshots(dated, n, shots, shots_n, w->keep);
    struct effects_post *posts = new (w->keep, struct effects_post, n + 1);
    for (int32_t i = 0; i < n; i++)
        posts[i] = dated[i].post;
    input->posts = posts;
    input->posts_n = n;
}

/* Posts without the outcome say nothing: neither which factors there are, nor what they are called. */
static ptrdiff_t
keep_with_outcome(struct learn_posts_row *rows, ptrdiff_t n, enum metric outcome)
{
    ptrdiff_t kept = 0;
    for (ptrdiff_t i = 0; i < n; i++) {
        struct maybe_int count = outcome_of(&rows[i], outcome);
        if (count.has && count.is >= 0)
            rows[kept++] = rows[i];
    }
    return kept;
}

/* Only channels that have posts: the model's ceiling is lower than the workspace's. */
static ptrdiff_t
keep_used(struct learn_channels_row *channels, ptrdiff_t n, const struct learn_posts_row *rows,
          ptrdiff_t rows_n)
{
    ptrdiff_t kept = 0;
    for (ptrdiff_t i = 0; i < n && kept < EFFECTS_CHANNELS_MAX; i++) {
        bool used = false;
        for (ptrdiff_t r = 0; r < rows_n && !used; r++)
            used = rows[r].channel == channels[i].id;
        if (used)
            channels[kept++] = channels[i];
    }
    return kept;
}

enum fault
learn_gather(struct propre *propre, int64_t workspace, enum metric outcome, struct arena *keep,
             struct gathered *ret, struct error *error)
{
    struct learn_posts_row *rows = NULL;
    struct learn_channels_row *channels = NULL;
    struct learn_tactics_row *tactics = NULL;
    struct learn_snapshots_row *shots = NULL;
    ptrdiff_t rows_n = 0, channels_n = 0, tactics_n = 0, shots_n = 0;
    enum fault fault = q_learn_posts(propre->db, &(struct learn_posts_in){workspace}, keep,
                                     &rows, &rows_n, error);
    fault = fault ? fault
                  : q_learn_channels(propre->db, &(struct learn_channels_in){workspace}, keep,
                                     &channels, &channels_n, error);
    fault = fault ? fault
                  : q_learn_tactics(propre->db, &(struct learn_tactics_in){workspace}, keep,
                                    &tactics, &tactics_n, error);
    fault =
        fault ? fault
              : q_learn_snapshots(propre->db,
                                  &(struct learn_snapshots_in){workspace, metric_word(outcome)},
                                  keep, &shots, &shots_n, error);
    if (fault)
        return error_prefix(error, "reading the posts to learn from");
    ptrdiff_t read_n = rows_n;
    rows_n = keep_with_outcome(rows, rows_n, outcome);
    channels_n = keep_used(channels, channels_n, rows, rows_n);
    struct work work = {.keep = keep,
                        .outcome = outcome,
                        .rows = rows,
                        .rows_n = rows_n,
                        .tactics = tactics,
                        .tactics_n = tactics_n,
                        .channels = channels,
                        .channels_n = channels_n};
    struct gathered gathered = {.outcome = outcome, .posts_n = read_n};
    choose_factors(&work, &gathered.input);
    choose_covariates(&work, &gathered.input);
    name_channels(&work, &gathered.input);
    fill_posts(&work, shots, shots_n, &gathered.input);
    gathered.without_n = (int32_t)(read_n - rows_n);
    gathered.input.cut = read_n >= EFFECTS_POSTS_MAX; /* the query's LIMIT */
    *ret = gathered;
    return OK;
}

enum fault
learn_outcomes_present(struct propre *propre, int64_t workspace, struct arena *keep,
                       int64_t ret_n[LEARN_OUTCOMES_N], struct error *error)
{
    struct learn_outcomes_present_row row;
    if (q_learn_outcomes_present(propre->db, &(struct learn_outcomes_present_in){workspace},
                                 keep, &row, error))
        return error->fault;
    const int64_t counts[LEARN_OUTCOMES_N] = {
        row.interactions, row.link_clicks, row.clicks, row.engaged,    row.comments,
        row.shares,       row.likes,       row.saves,  row.video_views};
    memcpy(ret_n, counts, sizeof counts);
    return OK;
}

enum metric
learn_outcome_usual(const int64_t present_n[LEARN_OUTCOMES_N])
{
    int32_t n = 0, any = 0;
    const enum metric *outcomes = learn_outcomes(&n);
    for (int32_t i = n - 1; i >= 0; i--)
        any = present_n[i] > 0 ? i : any;
    for (int32_t i = 0; i < n; i++) {
        if (present_n[i] >= LEARN_POSTS_MIN)
            return outcomes[i];
    }
    return outcomes[any];
}
