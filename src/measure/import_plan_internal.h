#pragma once
#include "measure/import_row_internal.h"

struct db;

/* What is common to the dry run, taking in, and writing the refused: judging all rows in order. */
struct walk {
    const struct import_plan *plan;
    struct propre *propre;
    struct import_counts counts;
    /* Called for each row; a fault ends the walk. ${scratch} is emptied after the call. */
    enum fault (*each)(void *ctx, const struct csv_row *in, const struct row *row,
                       struct arena *scratch, struct error *error);
    void *ctx;
};

/*
 * import_walk(walk, progress, ret_sha256, keep, error):
 * Reads plan->path behind its header and judges each row by plan->mapping.
 * Faults: those of reading, of ${each}; LIMIT beyond IMPORT_ROWS_MAX.
 */
must_use enum fault import_walk(struct walk *walk, const struct import_progress *progress,
                                str *ret_sha256, struct arena *keep, struct error *error);

/* snapshot_known(propre, post, taken_us, values_hash, ret, error): whether that look is stored already. */
must_use enum fault snapshot_known(struct propre *propre, int64_t post,
                                   struct maybe_int taken_us, int64_t values_hash, bool *ret,
                                   struct error *error);

/* sum_posts_fill(db, error): sum_post for all posts that have snapshots and no sum, in bounded memory. */
must_use enum fault sum_posts_fill(struct db *db, struct error *error);
