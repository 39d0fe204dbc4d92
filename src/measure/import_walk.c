#include <assert.h>

#include "base/csv.h"
#include "base/sha256.h"
#include "base/zone.h"
#include "measure/import.h"
#include "measure/import_plan_internal.h"
#include "measure/import_row_internal.h"
#include "measure/import_source_internal.h"
#include "measure/queries.h"
#include "place/propre.h"

enum {
    ROW_ARENA = 64 * 1024 * 1024 /* address space for one row: its cells, copied a few times */
};

enum fault
snapshot_known(struct propre *propre, int64_t post, struct maybe_int taken_us,
               int64_t values_hash, bool *ret, struct error *error)
{
    struct snapshot_same_row row;
    struct snapshot_same_in in = {post, taken_us, values_hash};
    return q_snapshot_same(propre->db, &in, NULL, &row, ret, error);
}

static void
count(struct import_counts *counts, const struct row *row)
{
    counts->rows++;
    counts->ok += row->verdict == VERDICT_ROW_OK;
    counts->warned += row->verdict == VERDICT_ROW_WARNING;
    counts->refused += row->verdict == VERDICT_ROW_ERROR;
    counts->left_out += row->left_out;
}

/* All rows behind the header, from an opened file and with an opened judge. */
static enum fault
walk_rows(struct walk *walk, struct import_file *file, struct judge *judge, struct error *error)
{
    struct arena_region region;
    struct arena start = arena_reserve(ROW_ARENA, &region);
    enum fault fault = OK;
    for (;;) {
        struct csv_row in;
        struct row row;
        bool end = false;
        struct arena scratch = start;
        fault = import_file_next(file, &in, &end, error);
        if (fault || end)
            break;
        if (in.line <= walk->plan->header_line)
            continue;
        if (walk->counts.rows == IMPORT_ROWS_MAX) {
            fault =
                fail(error, FAULT_LIMIT,
                     "the file has more than %d rows, the most that can be imported at once; "
                     "export shorter periods",
                     IMPORT_ROWS_MAX);
            break;
        }
        judge_row(judge, &in, &scratch, &row);
        count(&walk->counts, &row);
        fault = walk->each(walk->ctx, &in, &row, &scratch, error);
        if (fault)
            break;
    }
    arena_release(&region);
    return fault;
}

static enum fault
walk_open(struct walk *walk, struct judge *judge, struct import_file *file,
          const struct import_progress *progress, struct error *error)
{
    const struct import_plan *plan = walk->plan;
    auto_zone local = NULL;
    auto_zone zone = NULL;
    str zone_name = plan->mapping.zone.n > 0 ? plan->mapping.zone : plan->options.zone;
    if (zone_open(plan->options.zone, &local, error) || zone_open(zone_name, &zone, error) ||
        import_file_open(plan, progress, file, error))
        return error->fault;
    judge->source = plan->recognised ? source_named(plan->source) : NULL;
    judge->zone = zone;
    judge->local = local;
    judge->lang = plan->options.lang;
    judge->now = clock_now(&walk->propre->clock);
    judge->taken_us = plan->taken_us;
    return walk_rows(walk, file, judge, error);
}

enum fault
import_walk(struct walk *walk, const struct import_progress *progress, str *ret_sha256,
            struct arena *keep, struct error *error)
{
    struct judge judge;
    auto_import_file file = {.fd = -1};
    uint8_t sha256[SHA256_BYTES];
    judge_init(&judge, &walk->plan->mapping);
    enum fault fault = walk_open(walk, &judge, &file, progress, error);
    judge_release(&judge);
    if (fault)
        return fault;
    sha256_end(&file.hash, sha256);
    *ret_sha256 = hex(keep, sha256, SHA256_BYTES);
    return OK;
}
