#include "measure/import.h"

#include "measure/import_plan_internal.h"
#include "measure/queries.h"
#include "place/propre.h"

/* The records of imports, and taking one out again. */
enum {
    UNDO_ARENA = 1024 * 1024, /* the record, ids of tactics and channels that go */
    SUMS_AT_ONCE = 2000       /* posts: some 60 000 points are sorted in memory at a time */
};

#define IMPORT_FROM(row)                                  \
    ((struct import){.id = (row)->id,                     \
                     .workspace = (row)->workspace,       \
                     .channel = (row)->channel,           \
                     .channel_name = (row)->channel_name, \
                     .source = (row)->source,             \
                     .file_name = (row)->file_name,       \
                     .file_sha256 = (row)->file_sha256,   \
                     .file_bytes = (row)->file_bytes,     \
                     .taken_us = (row)->taken_us,         \
                     .applied = {(row)->applied_us},      \
                     .rows = (row)->rows_n,               \
                     .warned = (row)->warned_n,           \
                     .refused = (row)->refused_n,         \
                     .posts = (row)->posts_n,             \
                     .snapshots = (row)->snapshots_n,     \
                     .points = (row)->points_n,           \
                     .undone_us = (row)->undone_us})

enum fault
import_list(struct propre *propre, int64_t workspace, int64_t offset, struct arena *keep,
            struct import **ret, ptrdiff_t *ret_n, struct error *error)
{
    struct import_page_row *rows;
    ptrdiff_t n;
    struct import_page_in in = {workspace, IMPORTS_PAGE_MAX, offset};
    if (q_import_page(propre->db, &in, keep, &rows, &n, error))
        return error->fault;
    *ret = new (keep, struct import, n);
    for (ptrdiff_t i = 0; i < n; i++)
        (*ret)[i] = IMPORT_FROM(&rows[i]);
    *ret_n = n;
    return OK;
}

enum fault
import_get(struct propre *propre, int64_t workspace, int64_t id, struct arena *keep,
           struct import *ret, struct error *error)
{
    struct import_by_id_row row;
    bool found = false;
    if (q_import_by_id(propre->db, &(struct import_by_id_in){workspace, id}, keep, &row, &found,
                       error))
        return error->fault;
    if (!found)
        return fail(error, FAULT_ABSENT, "there is no import %lld", (long long)id);
    *ret = IMPORT_FROM(&row);
    return OK;
}

enum fault
sum_posts_fill(struct db *db, struct error *error)
{
    struct sum_post_missing_in next = {.after = 0, .limit_n = SUMS_AT_ONCE};
    for (;;) {
        struct sum_post_missing_row row;
        if (q_sum_post_missing(db, &next, NULL, &row, error))
            return error->fault;
        if (!row.last.has)
            return OK;
        struct sum_post_fill_in in = {next.after, row.last.is};
        if (q_sum_post_fill(db, &in, error))
            return error->fault;
        next.after = row.last.is;
    }
}

/* Posts with their sums and looks, in the order that the keys between them allow. */
static enum fault
undo_posts(struct db *db, int64_t id, struct import_undone *undone, struct error *error)
{
    struct undo_counts_row counts;
    struct undo_marked_row marked;
    if (q_undo_counts(db, &(struct undo_counts_in){id}, NULL, &counts, error) ||
        q_undo_sums(db, &(struct undo_sums_in){id}, error) ||
        q_undo_mark_posts(db, &(struct undo_mark_posts_in){id}, error) ||
        q_undo_marked(db, &(struct undo_marked_in){id}, NULL, &marked, error) ||
        q_undo_hand_over(db, &(struct undo_hand_over_in){id}, error) ||
        q_undo_points(db, &(struct undo_points_in){id}, error) ||
        q_undo_snapshots(db, &(struct undo_snapshots_in){id}, error) ||
        q_undo_posts(db, &(struct undo_posts_in){id}, error) ||
        q_undo_unmark_posts(db, &(struct undo_unmark_posts_in){id}, error) ||
        sum_posts_fill(db, error))
        return error->fault;
    undone->snapshots = counts.snapshots_n;
    undone->points = counts.points_n;
    undone->posts = marked.posts_n;
    undone->posts_kept = marked.posts_kept;
    return OK;
}

enum fault
import_undo(struct propre *propre, int64_t workspace, int64_t id, struct import_undone *ret,
            struct error *error)
{
    struct db *db = propre->db;
    struct import_undone undone = {0};
    struct arena_region region;
    struct arena keep = arena_reserve(UNDO_ARENA, &region);
    struct import record = {0};
    struct undo_tactics_row *tactics;
    struct undo_channels_row *channels;
    ptrdiff_t tactics_n = 0, channels_n = 0;
    enum fault fault = import_get(propre, workspace, id, &keep, &record, error);
    if (!fault && record.undone_us.has)
        fault = fail(error, FAULT_CONFLICT, "import %lld was undone already", (long long)id);
    if (!fault &&
        (undo_posts(db, id, &undone, error) ||
         q_undo_tactics(db, &(struct undo_tactics_in){id}, &keep, &tactics, &tactics_n,
                        error) ||
         q_undo_done(db, &(struct undo_done_in){id, clock_now(&propre->clock).us}, error) ||
         q_undo_let_go(db, &(struct undo_let_go_in){id}, error) ||
         q_undo_channels(db, &(struct undo_channels_in){id}, &keep, &channels, &channels_n,
                         error)))
        fault = error->fault;
    arena_release(&region);
    if (fault)
        return fault;
    undone.tactics = tactics_n;
    undone.channels = channels_n;
    *ret = undone;
    return OK;
}

enum fault
measure_rebuild(struct propre *propre, struct error *error)
{
    if (q_sum_post_forget_all(propre->db, NULL, error))
        return error->fault;
    return sum_posts_fill(propre->db, error);
}
