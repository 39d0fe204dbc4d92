#include <assert.h>
#include <stddef.h>

#include "base/csv.h"
#include "measure/import.h"
#include "measure/import_plan_internal.h"
#include "measure/import_row_internal.h"
#include "measure/import_source_internal.h"
#include "measure/metric.h"
#include "measure/queries.h"
#include "place/propre.h"
#include "strategy/channel.h"
#include "tactic/post.h"
#include "tactic/tactic.h"

enum {
    POINTS_AT_ONCE = 16, /* places of metric_points_insert */
    IMPORT_TACTICS_MAX =
        200, /* tactics one file may name: more is a column of something else */
    APPLY_ARENA = 16 * 1024 * 1024, /* two mappings, names of tactics */
    DEF_VERSION = 1
};

/* A tactic named in the file; found or made once. */
struct named_tactic {
    str name;
    int64_t id;
};

/* Taking in. */
struct applier {
    struct propre *propre;
    const struct import_plan *plan;
    struct arena *keep;
    int64_t import, channel;
    instant now;
    int64_t defs[METRICS_N]; /* 0: no such column */
    struct named_tactic tactics[IMPORT_TACTICS_MAX];
    int32_t tactics_n;
    struct import_counts counts;
    int64_t snapshots_n;
    bool resum; /* some post had a sum already, which was forgotten */
};

static enum fault
made(struct applier *a, str kind, int64_t thing, struct error *error)
{
    struct import_made_insert_in in = {a->import, kind, thing};
    return q_import_made_insert(a->propre->db, &in, error);
}

/* The channel first, because the import's record points at it. */
static enum fault
begin(struct applier *a, struct error *error)
{
    const struct import_plan *plan = a->plan;
    struct import_insert_row row;
    a->channel = plan->channel;
    if (!plan->channel) {
        enum network network = plan->mapping.network;
        struct channel channel = {.workspace = plan->options.workspace,
                                  .network = network,
                                  .handle = plan->options.channel_name,
                                  .name = plan->channel_name,
                                  .ownership = network_ownership(network)};
        if (channel_insert(a->propre, &channel, &a->channel, error))
            return error->fault;
    }
    struct import_insert_in in = {
        .workspace = plan->options.workspace,
        .channel = a->channel,
        .channel_name = plan->channel_name,
        .source = plan->source,
        .file_name = plan->file_name,
        .file_sha256 = plan->file_sha256,
        .file_bytes = plan->file_bytes,
        .mapping = mapping_json(&plan->mapping, a->keep),
        .taken_us = plan->taken_us,
        .applied_us = a->now.us,
    };
    if (q_import_insert(a->propre->db, &in, NULL, &row, error))
        return error->fault;
    a->import = row.id;
    return plan->channel ? OK : made(a, S("channel"), a->channel, error);
}

static enum fault
define_metrics(struct applier *a, struct error *error)
{
    const struct import_mapping *mapping = &a->plan->mapping;
    for (int32_t i = 0; i < mapping->columns_n; i++) {
        const struct import_column *column = &mapping->columns[i];
        struct metric_def_get_row row;
        if (column->field != FIELD_METRIC)
            continue;
        struct metric_def_get_in in = {
            a->plan->options.workspace, network_word(mapping->network),
            str_slice(column->header, 0, 200), metric_word(column->metric), DEF_VERSION};
        if (q_metric_def_get(a->propre->db, &in, NULL, &row, error))
            return error->fault;
        a->defs[column->metric] = row.id;
    }
    return OK;
}

static enum fault
tactic_id(struct applier *a, str name, int64_t *ret, struct error *error)
{
    bool found = false;
    int64_t id = 0;
    for (int32_t i = 0; i < a->tactics_n; i++) {
        if (str_eq(a->tactics[i].name, name)) {
            *ret = a->tactics[i].id;
            return OK;
        }
    }
    if (a->tactics_n == IMPORT_TACTICS_MAX)
        return fail(error, FAULT_LIMIT,
                    "the column read as tactic holds more than %d different names; it is "
                    "something else",
                    IMPORT_TACTICS_MAX);
    if (tactic_find(a->propre, a->plan->options.workspace, name, &id, &found, error))
        return error->fault;
    if (!found) {
        struct tactic tactic = {.workspace = a->plan->options.workspace, .name = name};
        if (tactic_insert(a->propre, &tactic, &id, error) || made(a, S("tactic"), id, error))
            return error->fault;
    }
    a->tactics[a->tactics_n++] = (struct named_tactic){arena_str(a->keep, name), id};
    *ret = id;
    return OK;
}

/* The query's places lie one behind another: def, value, reason, def, value, reason … */
struct point_place {
    struct maybe_int def;
    struct maybe_real value;
    str reason;
};
static_assert(offsetof(struct metric_points_insert_in, d2) -
                          offsetof(struct metric_points_insert_in, d1) ==
                      sizeof(struct point_place) &&
                  offsetof(struct metric_points_insert_in, r16) -
                          offsetof(struct metric_points_insert_in, d1) ==
                      (POINTS_AT_ONCE - 1) * sizeof(struct point_place) +
                          offsetof(struct point_place, reason),
              "sixteen places of the same form");

static enum fault
insert_points(struct applier *a, int64_t snapshot, const struct row *row, struct error *error)
{
    struct metric_points_insert_in in = {.snapshot = snapshot};
    struct point_place places[POINTS_AT_ONCE] = {0};
    int32_t n = 0;
    for (int m = 0; m < METRICS_N; m++) {
        if (a->defs[m]) {
            struct maybe_int v = row->values[m];
            places[n].def = some_int(a->defs[m]);
            places[n].value = v.has ? some_real((double)v.is) : no_real;
            places[n].reason = v.has ? STR_NONE : S("blank");
            n++;
            a->counts.points++;
        }
        if (n == POINTS_AT_ONCE || (n > 0 && m == METRICS_N - 1)) {
            memcpy((char *)&in + offsetof(struct metric_points_insert_in, d1), places,
                   sizeof places);
            if (q_metric_points_insert(a->propre->db, &in, error))
                return error->fault;
            memset(places, 0, sizeof places);
            n = 0;
        }
    }
    return OK;
}

/* A new post has one look: its sum is that. A known one's is made again at the end, from all looks. */
static enum fault
sum_post(struct applier *a, int64_t post, bool is_new, const struct row *row,
         struct error *error)
{
    if (!is_new) {
        a->resum = true;
        return q_sum_post_forget(a->propre->db, &(struct sum_post_forget_in){post}, error);
    }
    const struct maybe_int *v = row->values;
    struct sum_post_insert_in in = {
        .post = post,
        .workspace = a->plan->options.workspace,
        .taken_us = a->plan->taken_us,
        .followers = v[METRIC_FOLLOWERS],
        .reach = v[METRIC_REACH],
        .impressions = v[METRIC_IMPRESSIONS],
        .interactions = v[METRIC_INTERACTIONS],
        .engaged = v[METRIC_ENGAGED],
        .likes = v[METRIC_LIKES],
        .comments = v[METRIC_COMMENTS],
        .shares = v[METRIC_SHARES],
        .saves = v[METRIC_SAVES],
        .clicks = v[METRIC_CLICKS],
        .link_clicks = v[METRIC_LINK_CLICKS],
        .video_views = v[METRIC_VIDEO_VIEWS],
    };
    return q_sum_post_insert(a->propre->db, &in, error);
}

static enum fault
take_snapshot(struct applier *a, int64_t post, bool is_new, const struct row *row,
              struct error *error)
{
    struct snapshot_insert_row snapshot;
    struct snapshot_insert_in in = {
        .workspace = a->plan->options.workspace,
        .post = post,
        .import = some_int(a->import),
        .source = S("import"),
        .taken_us = a->plan->taken_us,
        .recorded_us = a->now.us,
        .made_post = is_new,
        .values_hash = row->values_hash,
    };
    a->snapshots_n++;
    if (q_snapshot_insert(a->propre->db, &in, NULL, &snapshot, error) ||
        insert_points(a, snapshot.id, row, error))
        return error->fault;
    return sum_post(a, post, is_new, row, error);
}

static enum fault
apply_row(void *ctx, const struct csv_row *in, const struct row *row, struct arena *scratch,
          struct error *error)
{
    struct applier *a = ctx;
    int64_t id = 0, tactic = 0;
    bool is_new = false, found = false, same = false;
    (void)in;
    (void)scratch;
    if (row->verdict == VERDICT_ROW_ERROR || row->left_out)
        return OK;
    struct post post = row->post;
    post.workspace = a->plan->options.workspace;
    post.channel = a->channel;
    if (row->tactic.p) {
        if (tactic_id(a, row->tactic, &tactic, error))
            return error_prefix(error, "row %lld", (long long)row->line);
        post.tactic = some_int(tactic);
    }
    if (post_insert_known(a->propre, &post, &id, &is_new, error))
        return error_prefix(error, "row %lld", (long long)row->line);
    a->counts.posts_new += is_new;
    if (!is_new) {
        a->counts.posts_known++;
        if (post_find(a->propre, a->channel, post.identity, &id, &found, error) ||
            snapshot_known(a->propre, id, a->plan->taken_us, row->values_hash, &same, error))
            return error_prefix(error, "row %lld", (long long)row->line);
        assert(found); /* the same transaction just met it */
    }
    a->counts.unchanged += same;
    return same ? OK : take_snapshot(a, id, is_new, row, error);
}

static enum fault
finish(struct applier *a, struct error *error)
{
    const struct import_plan *plan = a->plan;
    if (a->resum && sum_posts_fill(a->propre->db, error))
        return error->fault;
    struct import_counted_in counted = {
        a->import,           a->counts.rows, a->counts.warned, a->counts.refused,
        a->counts.posts_new, a->snapshots_n, a->counts.points};
    if (q_import_counted(a->propre->db, &counted, error))
        return error->fault;
    if (plan->recognised)
        return OK;
    struct mapping_keep_in keep = {plan->options.workspace, plan->fingerprint, plan->file_name,
                                   mapping_json(&plan->mapping, a->keep), a->now.us};
    return q_mapping_keep(a->propre->db, &keep, error);
}

static enum fault
apply(struct applier *a, const struct import_progress *progress, struct error *error)
{
    struct walk walk = {.plan = a->plan, .propre = a->propre, .each = apply_row, .ctx = a};
    str sha256;
    if (begin(a, error) || define_metrics(a, error) ||
        import_walk(&walk, progress, &sha256, a->keep, error))
        return error->fault;
    if (!str_eq(sha256, a->plan->file_sha256))
        return fail(
            error, FAULT_CONFLICT,
            "the file is not the one that was looked at; look at it again, then import it");
    a->counts.rows = walk.counts.rows;
    a->counts.ok = walk.counts.ok;
    a->counts.warned = walk.counts.warned;
    a->counts.refused = walk.counts.refused;
    a->counts.left_out = walk.counts.left_out;
    return finish(a, error);
}

enum fault
import_apply(struct propre *propre, const struct import_plan *plan,
             const struct import_progress *progress, struct import_outcome *ret,
             struct error *error)
{
    if (plan->asks)
        return fail(error, FAULT_INPUT,
                    "the import of \"%.*s\" asks something first; answer it",
                    STR_FMT(plan->file_name));
    struct import_of_file_row earlier;
    struct import_of_file_in same = {plan->options.workspace, plan->file_sha256};
    bool found = false;
    if (q_import_of_file(propre->db, &same, NULL, &earlier, &found, error))
        return error->fault;
    if (found) {
        *ret = (struct import_outcome){.import = earlier.id, .already = true};
        return OK;
    }
    struct arena_region region;
    struct arena keep = arena_reserve(APPLY_ARENA, &region);
    struct applier *a = new (&keep, struct applier, 1);
    a->propre = propre;
    a->plan = plan;
    a->keep = &keep;
    a->now = clock_now(&propre->clock);
    enum fault fault = apply(a, progress, error);
    if (fault)
        (void)error_prefix(error, "importing \"%.*s\"", STR_FMT(plan->file_name));
    else
        *ret = (struct import_outcome){.import = a->import, .counts = a->counts};
    arena_release(&region);
    return fault;
}
