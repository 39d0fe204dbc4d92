/* Summaries of one metric over kinds of posts. */
#include "measure/result.h"

#include <assert.h>
#include <stdlib.h>

#include "measure/metric.h"
#include "measure/queries.h"
#include "measure/result_internal.h"
#include "place/propre.h"
#include "strategy/channel.h"
#include "tactic/tactic.h"

/* Values by kind while they stream in. */
struct gather {
    enum result_by by;
    struct arena *keep;
    struct result_group
        *groups; /* RESULT_GROUPS_MAX; the last one for the others when all are used */
    int32_t groups_n;
    int64_t *values;
    int32_t *group_of; /* of each value */
    int64_t n, capacity;
};

static bool
same_group(const struct result_group *a, const struct result_group *b)
{
    return a->not_known == b->not_known && a->key.has == b->key.has &&
           (!a->key.has || a->key.is == b->key.is) && str_eq(a->label, b->label);
}

static struct result_group
kind_of(enum result_by by, const struct result_values_row *r)
{
    struct result_group g = {0};
    switch (by) {
    case RESULT_BY_TACTIC:
        g.key = r->tactic;
        break;
    case RESULT_BY_FORMAT:
        g.label = r->format;
        break;
    case RESULT_BY_CHANNEL:
        g.key = some_int(r->channel);
        break;
    case RESULT_BY_INTENT:
        g.label = r->intent;
        break;
    case RESULT_BY_WEEKDAY:
        g.key = r->local_weekday;
        break;
    case RESULT_BY_HOURS:
        if (r->local_hour.has)
            g.key = some_int(r->local_hour.is / 4);
        break;
    case RESULT_BY_MONTH:
        g.key = r->local_month;
        break;
    case RESULT_BY_PAID:
        g.key = r->paid;
        break;
    case RESULT_BYS_N:
        assert(false); /* not a kind */
    }
    g.not_known = !g.key.has && !g.label.p;
    return g;
}

static int32_t
group_index(struct gather *g, const struct result_values_row *r)
{
    struct result_group kind = kind_of(g->by, r);
    for (int32_t i = 0; i < g->groups_n; i++) {
        if (!g->groups[i].others && same_group(&g->groups[i], &kind))
            return i;
    }
    if (g->groups_n < RESULT_GROUPS_MAX - 1) {
        kind.label = arena_str(g->keep, kind.label);
        g->groups[g->groups_n] = kind;
        return g->groups_n++;
    }
    g->groups[RESULT_GROUPS_MAX - 1].others = true;
    g->groups_n = RESULT_GROUPS_MAX;
    return RESULT_GROUPS_MAX - 1;
}

/* Doubles both arrays; the old ones stay in the arena. */
static void
make_room(struct gather *g)
{
    if (g->n < g->capacity)
        return;
    int64_t capacity = g->capacity ? 2 * g->capacity : 1024;
    int64_t *values = new (g->keep, int64_t, capacity);
    int32_t *group_of = new (g->keep, int32_t, capacity);
    if (g->n > 0) {
        memcpy(values, g->values, (size_t)g->n * sizeof *values);
        memcpy(group_of, g->group_of, (size_t)g->n * sizeof *group_of);
    }
    g->values = values;
    g->group_of = group_of;
    g->capacity = capacity;
}

static bool
gather_value(void *ctx, const struct result_values_row *r)
{
    struct gather *g = ctx;
    int32_t group = group_index(g, r);
    g->groups[group].summary.posts++;
    if (!r->is_now.has)
        return true;
    make_room(g);
    g->values[g->n] = r->is_now.is;
    g->group_of[g->n++] = group;
    g->groups[group].summary.known++;
    return true;
}

/* Sorts the values by group, in one stable pass, and summarises each. */
static void
summarise(struct gather *g)
{
    int64_t *sorted = new (g->keep, int64_t, g->n);
    int64_t *at = new (g->keep, int64_t, g->groups_n + 1);
    for (int32_t i = 0; i < g->groups_n; i++)
        at[i + 1] = at[i] + g->groups[i].summary.known;
    int64_t *next = new (g->keep, int64_t, g->groups_n);
    for (int32_t i = 0; i < g->groups_n; i++)
        next[i] = at[i];
    for (int64_t i = 0; i < g->n; i++)
        sorted[next[g->group_of[i]]++] = g->values[i];
    for (int32_t i = 0; i < g->groups_n; i++)
        result_quartiles(sorted + at[i], at[i + 1] - at[i], &g->groups[i].summary);
}

static int
by_number(const void *a, const void *b)
{
    const struct result_group *x = a, *y = b;
    if (x->not_known != y->not_known)
        return x->not_known ? 1 : -1;
    return (x->key.is > y->key.is) - (x->key.is < y->key.is);
}

static int
by_median(const void *a, const void *b)
{
    const struct result_group *x = a, *y = b;
    int x_last = x->not_known ? 2 : x->others, y_last = y->not_known ? 2 : y->others;
    if (x_last != y_last)
        return x_last - y_last;
    if (x->summary.median < y->summary.median || x->summary.median > y->summary.median)
        return x->summary.median < y->summary.median ? 1 : -1;
    return str_cmp(x->label, y->label);
}

/* Names of tactics and channels, archived ones too. */
static enum fault
name_groups(struct propre *propre, int64_t workspace, struct gather *g, struct error *error)
{
    for (int32_t i = 0; i < g->groups_n; i++) {
        struct result_group *group = &g->groups[i];
        if (!group->key.has)
            continue;
        if (g->by == RESULT_BY_TACTIC) {
            struct tactic tactic;
            if (tactic_get(propre, workspace, group->key.is, g->keep, &tactic, error))
                return error->fault;
            group->label = tactic.name;
        } else if (g->by == RESULT_BY_CHANNEL) {
            struct channel channel;
            if (channel_get(propre, workspace, group->key.is, g->keep, &channel, error))
                return error->fault;
            group->label = channel.name;
        }
    }
    return OK;
}

static enum fault
stream(struct propre *propre, const struct result_filter *f, enum metric metric,
       struct gather *g, struct error *error)
{
    assert(metric < METRIC_SLOTS_N);
    struct result_values_in in = {
        .workspace = f->workspace,
        .channel = f->channel,
        .tactic = f->tactic,
        .format = f->format,
        .intent = f->intent,
        .from_us = f->from_us,
        .before_us = f->before_us,
        .search = result_like(f->search, g->keep),
        .metric = metric_word(metric),
        .limit_n = RESULT_VALUES_MAX,
    };
    return q_result_values_each(propre->db, &in, gather_value, g, error);
}

enum fault
result_groups(struct propre *propre, const struct result_filter *filter, enum metric metric,
              enum result_by by, struct arena *keep, struct result_group **ret,
              ptrdiff_t *ret_n, struct error *error)
{
    struct gather g = {
        .by = by, .keep = keep, .groups = new (keep, struct result_group, RESULT_GROUPS_MAX)};
    if (stream(propre, filter, metric, &g, error) ||
        name_groups(propre, filter->workspace, &g, error))
        return error->fault;
    summarise(&g);
    bool numbered = by != RESULT_BY_TACTIC && by != RESULT_BY_FORMAT &&
                    by != RESULT_BY_CHANNEL && by != RESULT_BY_INTENT;
    qsort(g.groups, (size_t)g.groups_n, sizeof *g.groups, numbered ? by_number : by_median);
    *ret = g.groups;
    *ret_n = g.groups_n;
    return OK;
}

enum fault
result_summarise(struct propre *propre, const struct result_filter *filter, enum metric metric,
                 struct arena scratch, struct result_summary *ret, struct error *error)
{
    struct result_group all[RESULT_GROUPS_MAX] = {0};
    struct gather g = {.by = RESULT_BY_CHANNEL, .keep = &scratch, .groups = all};
    if (stream(propre, filter, metric, &g, error))
        return error->fault;
    struct result_summary summary = {0};
    for (int32_t i = 0; i < g.groups_n; i++)
        summary.posts += all[i].summary.posts;
    result_quartiles(g.values, g.n, &summary);
    *ret = summary;
    return OK;
}
