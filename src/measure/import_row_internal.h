#pragma once
#include "base/csv.h"
#include "base/sha256.h"
#include "base/zone.h"
#include "measure/import_cell_internal.h"
#include "measure/import_source_internal.h"
#include "tactic/post.h"

struct propre;

/* ---- import_file.c: the bytes ---- */

/* A file being read from its start; its hash is complete once the end was reached. */
struct import_file {
    int fd;
    int64_t bytes, done;
    struct sha256 hash;
    struct csv_reader *csv;
    const struct import_progress *progress; /* NULL: nobody watches */
    int64_t told;                           /* done when progress was last told */
    bool begun;                             /* the first record was read */
    bool saved;                             /* a file of refused rows that we wrote */
};

/*
 * import_file_open(plan, progress, file, error):
 * The file of plan->path, called plan->file_name in what is said. ${file} keeps its address until import_file_close: the reader points at it.
 * Faults: ABSENT, SYSTEM; INPUT for a folder, an empty file, one above IMPORT_BYTES_MAX, and what is
 *         plainly not text.
 */
must_use enum fault import_file_open(const struct import_plan *plan,
                                     const struct import_progress *progress,
                                     struct import_file *file, struct error *error);
/*
 * import_file_next(file, ret, ret_end, error):
 * The next record, telling progress now and then. A file of refused rows is given as the file it came
 * from: without the two columns and the apostrophes that import_refused_write put in front.
 * Faults: as csv_next; CONFLICT when it was stopped.
 */
must_use enum fault import_file_next(struct import_file *file, struct csv_row *ret,
                                     bool *ret_end, struct error *error);
void import_file_close(struct import_file *file);
#define auto_import_file __attribute__((cleanup(import_file_close))) struct import_file

/* ---- import_refused.c: the rows that stay out ---- */

/* The columns import_refused_write puts in front of the file's own. */
enum { REFUSED_COLUMNS = 2 };
/* refused_header(row): whether that is the first record of a file of refused rows, in any language. */
bool refused_header(const struct csv_row *row);

/* ---- import_seen.c: what was met before in the file ---- */

/* A set of 64-bit keys with a line and a count each; grows, and is bounded by IMPORT_ROWS_MAX. */
struct seen_entry {
    uint64_t key;
    int64_t line, count;
};
struct seen {
    struct arena_region region;
    struct seen_entry *entries;
    int64_t capacity, n;
};
void seen_init(struct seen *seen);
/* seen_add(seen, key, line): the entry, with count 1 and ${line} when it is new, one more otherwise. */
struct seen_entry *seen_add(struct seen *seen, uint64_t key, int64_t line);
void seen_release(struct seen *seen);
#define auto_seen __attribute__((cleanup(seen_release))) struct seen

/* ---- import_judge.c: a row ---- */

enum { ROW_ISSUES_MAX = 8 /* things said about one row; a reader stops at the first */ };

struct row_issue {
    enum import_verdict verdict;
    str column;
    struct error_frame why;
};

/* A row as it is understood. */
struct row {
    int64_t line;
    enum import_verdict verdict; /* the worst of its issues */
    bool left_out;               /* it says again what an earlier row said, or is a total */
    struct post post;            /* without workspace, channel and tactic */
    str tactic; /* its name; none when there is no such column or it is blank */
    struct maybe_int values[METRICS_N]; /* by metric, only those with a column mean something */
    int64_t values_hash;
    struct row_issue *issues; /* until the next row */
    int32_t issues_n;
};

/* What all rows are judged by. */
struct judge {
    const struct import_mapping *mapping;
    const struct source *source; /* NULL when read by mapping */
    const struct zone *zone;     /* of times without offset */
    const struct zone *local;    /* of the workspace: local hours and days */
    enum lang lang;
    instant now;
    struct maybe_int taken_us;
    int32_t field_column[FIELDS_N];   /* -1: none */
    int32_t metric_column[METRICS_N]; /* -1: none */
    struct seen seen;
    struct row_issue issues[ROW_ISSUES_MAX];
};

void judge_init(struct judge *judge, const struct import_mapping *mapping);
void judge_release(struct judge *judge);
/* judge_row(judge, in, scratch, ret): texts point into ${in} or ${scratch}. Rows in the file's order. */
void judge_row(struct judge *judge, const struct csv_row *in, struct arena *scratch,
               struct row *ret);
