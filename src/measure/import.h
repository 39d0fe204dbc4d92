#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/instant.h"
#include "base/lang.h"
#include "base/maybe.h"
#include "base/str.h"
#include "measure/metric.h"
#include "strategy/channel.h"

/*
 * A file of posts and their numbers, taken in as one snapshot:
 *
 *     import_plan_make   reads it twice: recognises columns, decides how numbers and dates are written,
 *                        judges each row. Writes nothing.
 *     import_apply       takes it in, all of it or nothing.
 *     import_undo        takes it out again, all of it.
 *
 * The same file twice adds nothing; a later export of the same posts adds snapshots and overwrites none.
 */
struct propre;

enum {
    IMPORT_ROWS_MAX =
        1000000, /* a large organisation's posts of twenty years; 100 MiB while reading */
    IMPORT_NOTES_MAX = 200,   /* messages kept at once, a page of them; all are counted */
    IMPORT_COLUMNS_MAX = 400, /* the widest export known has about 150 */
    IMPORT_METRICS_MAX = 32,  /* metric columns of one file: our words, each once at most */
    IMPORT_HEADER_LOOK_MAX =
        20 /* rows looked through for the header: preambles seen have up to 6 */
};
#define IMPORT_BYTES_MAX ((int64_t)2 * 1000 * 1000 * 1000) /* 2 GB: beyond it nobody waits */

/* ---- How a file is read ---- */

/* What a column holds. FIELD_METRIC goes with a metric. */
enum import_field {
    FIELD_IGNORE,
    FIELD_REMOTE_ID,
    FIELD_PERMALINK,
    FIELD_TITLE,
    FIELD_BODY,
    FIELD_PUBLISHED, /* date, with or without the time */
    FIELD_CLOCK,     /* time of the day, beside a date */
    FIELD_MONTH,
    FIELD_WEEKDAY,
    FIELD_HOUR,
    FIELD_FORMAT,
    FIELD_TACTIC,
    FIELD_TOPIC,
    FIELD_CREATION,
    FIELD_INTENT,
    FIELD_PAID,
    FIELD_LINK,
    FIELD_HASHTAGS,
    FIELD_LANGUAGE,
    FIELD_QUEUE,
    FIELD_ARM,
    FIELD_EFFORT, /* minutes */
    FIELD_METRIC,
    FIELDS_N
};

/* In the order day–month–year, month–day–year; AUTO: found from the whole file, or asked. */
enum import_date_order { DATE_ORDER_AUTO, DATE_ORDER_DMY, DATE_ORDER_MDY, DATE_ORDERS_N };
enum import_decimal { DECIMAL_AUTO, DECIMAL_POINT, DECIMAL_COMMA, DECIMALS_N };

struct import_column {
    str header; /* as in the file */
    enum import_field field;
    enum metric metric;
    str example; /* of a plan: its first cell that is not empty, cut short; none when all are */
};

/* The columns in the file's order, and what cannot be seen from them. */
struct import_mapping {
    struct import_column *columns;
    int32_t columns_n;
    enum import_date_order date_order;
    enum import_decimal decimal;
    str zone; /* of times without offset: an IANA name; none: the workspace's */
    enum network network;
};

/* import_column_word(column): "likes", "remote_id", "ignore" … one name space of fields and metrics. */
str import_column_word(const struct import_column *column);
/* import_column_parse(word, ret): fills field and metric; false for an unknown word. */
bool import_column_parse(str word, struct import_column *ret);
/* import_field_name(field): to be shown; key of translation. */
const char *import_field_name(enum import_field field);
/* The stable words "auto", "dmy", "mdy"; "auto", "point", "comma". */
str import_date_order_word(enum import_date_order order);
bool import_date_order_parse(str word, enum import_date_order *ret);
str import_decimal_word(enum import_decimal decimal);
bool import_decimal_parse(str word, enum import_decimal *ret);

/*
 * import_mapping_set(mapping, assignment, error):
 * One change as the command line writes it: "Header=word" ("Gefällt mir=likes").
 * Faults: INPUT when there is no such column or word, listing what there is.
 */
must_use enum fault import_mapping_set(struct import_mapping *mapping, str assignment,
                                       struct error *error);

/* ---- The plan ---- */

/* Called now and then; false stops the work (nothing is written). */
struct import_progress {
    bool (*step)(void *ctx, int64_t done, int64_t total); /* bytes */
    void *ctx;
};

enum import_verdict { VERDICT_ROW_OK, VERDICT_ROW_WARNING, VERDICT_ROW_ERROR };

struct import_options {
    int64_t workspace;
    int64_t channel;  /* 0: the only channel of the network, or a new one when there is none */
    str channel_name; /* of a new channel the posts shall belong to, made by import_apply */
    enum network channel_network; /* of it */
    str file_name;                /* as the person knows it; none: the end of the path */
    str zone;                     /* the workspace's, for sources that do not say theirs */
    enum lang lang;               /* of names that the import has to make up */
    struct maybe_int taken_us;    /* when the file was exported, if the person says so */
    enum import_date_order date_order;
    enum import_decimal decimal;
    const struct import_mapping
        *mapping; /* confirmed by a person; NULL: recognised, kept or proposed */
    enum import_verdict notes_of;    /* messages of this kind only; VERDICT_ROW_OK: all */
    int64_t notes_from;              /* so many of them are passed over */
    struct import_progress progress; /* step may be NULL */
};

/* What was seen in a row, or (line 0) in the whole file. */
struct import_note {
    enum import_verdict verdict;
    int64_t line; /* in the file, from 1, as an editor counts */
    str column;   /* header; none: the whole row */
    struct error_frame why;
};

/* What the file leaves open; a bit set. A plan that asks cannot be applied. */
enum import_ask {
    ASK_MAPPING =
        1, /* nobody has said what the columns mean: confirm plan.mapping or change it */
    ASK_DATE_ORDER = 2, /* 03/04/2024 */
    ASK_DECIMAL = 4,    /* 1.234 */
    ASK_CHANNEL = 8,    /* several channels of this network */
};

struct import_counts {
    int64_t rows; /* data rows */
    int64_t ok, warned, refused;
    int64_t left_out; /* of the warned: rows that repeat an earlier one, and totals */
    int64_t posts_new, posts_known;
    int64_t unchanged; /* of the known: nothing new is said about them */
    int64_t points;    /* numbers that would be, or were, added */
};

struct import_plan {
    struct import_options
        options; /* with the decisions filled in; mapping and progress not kept */
    const char *path;
    str file_name;
    int64_t file_bytes;
    str file_sha256;         /* hexadecimal */
    str source;              /* "facebook_uci", "x", "twitter", "mapping" */
    const char *source_name; /* to be shown; key of translation */
    bool recognised;         /* by its header; otherwise by mapping */
    bool kept;               /* the mapping was kept from an earlier time */
    struct import_mapping mapping;
    str fingerprint; /* of the set of headers */
    char separator;
    int64_t header_line;
    struct maybe_int taken_us;
    int64_t channel; /* 0: will be made */
    str channel_name;
    uint32_t asks;   /* enum import_ask */
    int64_t already; /* this very file was taken in by that import; 0: it was not */
    struct import_counts counts;
    struct import_note *notes;
    int32_t notes_n;
    int64_t notes_all; /* of the kind asked for: those before, these, and those behind */
};

/*
 * import_plan_make(propre, path, options, keep, ret, error):
 * The dry run. Needs an open transaction (reading is enough). A plan that asks has counts only as far
 * as they do not depend on the answer.
 * Faults: INPUT when the file cannot be such a file (too large, not text, without rows or columns …),
 *         saying what to do; ABSENT, SYSTEM when it cannot be read; CONFLICT when progress stopped it.
 * Memory: the plan in ${keep}, at most about 1 MiB; while reading up to 100 bytes a row.
 */
must_use enum fault import_plan_make(struct propre *propre, str path,
                                     const struct import_options *options, struct arena *keep,
                                     struct import_plan *ret, struct error *error);

/* import_note_text(note, lang, keep): the whole sentence, without row and column. */
str import_note_text(const struct import_note *note, enum lang lang, struct arena *keep);

/*
 * import_ask_text(plan, lang, keep):
 * What the plan asks, with the answers that are possible; empty when it asks nothing.
 */
str import_ask_text(const struct import_plan *plan, enum lang lang, struct arena *keep);

struct import_outcome {
    int64_t import; /* the record; that of the earlier import when the file was known */
    bool already;   /* the file was taken in before: nothing was added */
    struct import_counts counts;
};

/*
 * import_apply(propre, plan, progress, ret, error):
 * Takes in the rows of the plan that were not refused. Needs an open write transaction; on a fault it
 * must be rolled back. ${progress} may be NULL.
 * Faults: INPUT when the plan still asks something; CONFLICT when the file is not the one planned any
 *         more, when there is a channel of the new one's name, or progress stopped it; those of writing.
 */
must_use enum fault import_apply(struct propre *propre, const struct import_plan *plan,
                                 const struct import_progress *progress,
                                 struct import_outcome *ret, struct error *error);

/*
 * import_refused_write(propre, plan, fd, ret_n, error):
 * Writes the refused rows as CSV: line, reason (in plan->options.lang), then the file's own columns.
 * Texts that a spreadsheet would run as formulas are neutralised. While its two first headers stand,
 * such a file is read as the one it came from: what was put in front of columns and texts is taken off.
 */
must_use enum fault import_refused_write(struct propre *propre, const struct import_plan *plan,
                                         int fd, int64_t *ret_n, struct error *error);

/* ---- The records ---- */

struct import {
    int64_t id, workspace;
    struct maybe_int channel;
    str channel_name, source, file_name, file_sha256;
    int64_t file_bytes;
    struct maybe_int taken_us;
    instant applied;
    int64_t rows, warned, refused, posts, snapshots, points;
    struct maybe_int undone_us;
};

enum { IMPORTS_PAGE_MAX = 200 }; /* lines of one page */

/* import_list(propre, workspace, offset, keep, ret, ret_n, error): latest first, a page of them. */
must_use enum fault import_list(struct propre *propre, int64_t workspace, int64_t offset,
                                struct arena *keep, struct import **ret, ptrdiff_t *ret_n,
                                struct error *error);
/* import_get(propre, workspace, id, keep, ret, error): Faults: ABSENT. */
must_use enum fault import_get(struct propre *propre, int64_t workspace, int64_t id,
                               struct arena *keep, struct import *ret, struct error *error);

struct import_undone {
    int64_t snapshots, points, posts, tactics, channels; /* taken out */
    int64_t posts_kept; /* made by it, but later imports have numbers for them */
};

/*
 * import_undo(propre, workspace, id, ret, error):
 * Takes out what the import added; the record stays, marked. Needs an open write transaction.
 * Faults: ABSENT; CONFLICT when it was undone already.
 */
must_use enum fault import_undo(struct propre *propre, int64_t workspace, int64_t id,
                                struct import_undone *ret, struct error *error);

/* measure_rebuild(propre, error): all sums again from the facts. Needs an open write transaction. */
must_use enum fault measure_rebuild(struct propre *propre, struct error *error);
