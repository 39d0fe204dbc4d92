#include "learn/result_store.h"

#include <assert.h>

#include "base/buf.h"
#include "base/sha256.h"
#include "learn/effects_json.h"
#include "learn/queries.h"

enum {
    RESULT_BYTES_MAX =
        16 * 1024 * 1024 /* the largest model: 600 levels and 12 × 435 contrasts, about 3 MB */
};

enum fault
result_mark(struct propre *propre, int64_t workspace, struct arena *keep, str *ret,
            struct error *error)
{
    struct learn_mark_row row;
    if (q_learn_mark(propre->db, &(struct learn_mark_in){workspace}, keep, &row, error))
        return error_prefix(error, "looking whether posts changed");
    *ret = arena_printf(keep, "%lld.%lld.%lld.%lld.%lld", (long long)row.posts,
                        (long long)row.snapshots, (long long)row.last_snapshot,
                        (long long)row.tactics_changed_us, (long long)row.posts_changed_us);
    return OK;
}

enum fault
result_keep(struct propre *propre, int64_t workspace, enum metric outcome,
            const struct effects_result *result, str mark, double seconds, int64_t *ret_id,
            struct error *error)
{
    assert(!result->preview);
    struct arena_region region;
    struct arena arena = arena_reserve(1 << 20, &region);
    struct json_writer w;
    auto_buf json;
    buf_init(&json, RESULT_BYTES_MAX);
    json_writer_init(&w, &json);
    effects_json_write(&w, result);
    enum fault fault = buf_check(&json, "the result of the effects model", error);
    struct learn_result_insert_row row = {0};
    if (!fault) {
        struct learn_result_insert_in in = {
            .workspace = workspace,
            .outcome = metric_word(outcome),
            .model = result->model,
            .model_version = result->model_version,
            .fingerprint =
                hex(&arena, result->fingerprint, (ptrdiff_t)sizeof result->fingerprint),
            .data_mark = mark,
            .seed = arena_printf(&arena, "%016llx", (unsigned long long)result->seed),
            .settled = result->diagnostics.settled,
            .computed_us = clock_now(&propre->clock).us,
            .seconds = seconds,
            .result = buf_str(&json),
            .draws = {(const char *)result->draws,
                      (ptrdiff_t)sizeof(float) * result->draws_n * result->columns_n},
            .draws_n = result->draws_n,
            .columns_n = result->columns_n,
        };
        fault = q_learn_result_insert(propre->db, &in, &arena, &row, error);
    }
    arena_release(&region);
    if (fault)
        return error_prefix(error, "keeping the result of the effects model");
    *ret_id = row.id;
    return OK;
}

enum fault
result_seed(struct propre *propre, int64_t workspace, enum metric outcome, str mark,
            struct arena *keep, uint64_t *seed, struct error *error)
{
    struct learn_result_count_row row;
    if (q_learn_result_count(
            propre->db, &(struct learn_result_count_in){workspace, metric_word(outcome), mark},
            keep, &row, error))
        return error_prefix(error, "looking for what was computed from the same posts");
    *seed += 2 * (uint64_t)row.n;
    return OK;
}

enum fault
result_last(struct propre *propre, int64_t workspace, enum metric outcome, struct arena *keep,
            struct kept_result *ret, bool *ret_found, struct error *error)
{
    struct learn_result_last_row row;
    bool found = false;
    if (q_learn_result_last(propre->db,
                            &(struct learn_result_last_in){workspace, metric_word(outcome)},
                            keep, &row, &found, error))
        return error->fault;
    if (!found) {
        *ret_found = false;
        return OK;
    }
    struct kept_result kept = {
        .id = row.id, .computed = {row.computed_us}, .seconds = row.seconds};
    struct learn_changed_since_row changed = {0};
    str mark = STR_NONE;
    if (effects_json_read(row.result, keep, &kept.result, error) ||
        result_mark(propre, workspace, keep, &mark, error) ||
        q_learn_changed_since(propre->db,
                              &(struct learn_changed_since_in){workspace, row.computed_us},
                              keep, &changed, error))
        return error->fault;
    kept.stale = !str_eq(mark, row.data_mark);
    kept.changed_n = kept.stale ? changed.n : 0;
    *ret = kept;
    *ret_found = true;
    return OK;
}
