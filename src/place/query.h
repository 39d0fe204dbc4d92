#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/maybe.h"
#include "base/str.h"

/*
 * What tools/mkquery generates from the rooms' .sql files. Nobody else writes a `struct query`: the list
 * of statements the program can run is closed at build time, and each is typed by the C compiler.
 */
struct db;

/* The four kinds of values both engines keep alike. Booleans are the integers 0 and 1. */
enum value_kind { VALUE_INT, VALUE_REAL, VALUE_TEXT, VALUE_BYTES };

/*
 * One parameter or column, and where it lies in its C struct. Not null: int64_t, double or str. Nullable:
 * struct maybe_int, struct maybe_real, or a str that may be STR_NONE.
 */
struct query_field {
    const char *name;
    enum value_kind kind;
    bool nullable;
    int32_t offset;
};

enum {
    QUERY_PARAMS_MAX =
        64, /* the widest row written, a post with its learning fields, has about 45 */
    QUERY_COLUMNS_MAX = 64,  /* and as many read back */
    QUERY_ROW_MAX = 64 * 16, /* bytes of a row struct: the columns, each at most 16 bytes */
    QUERY_ROWS_MAX =
        4 * 1000 * 1000 /* rows one call may collect; a query's own LIMIT is far below */
};

enum query_gives { GIVES_NONE, GIVES_ONE, GIVES_MAYBE, GIVES_MANY };

struct query {
    const char *name, *text;
    const char *file; /* where it was written, for messages to developers */
    int32_t line;
    enum query_gives gives;
    bool writes;
    int32_t in_n, out_n;
    const struct query_field *in, *out;
    ptrdiff_t row_size;
};

/*
 * The functions under the generated ones; call those (q_objective_by_id) instead.
 * ${in} and rows are the query's own structs. Texts of collected rows are copied into ${keep}; rows given
 * to ${each} live only during the call. ${each} returns false to stop, and must not use ${db}.
 * Faults: DENIED when a writing query runs outside a DB_WRITE transaction; ABSENT (query_one) when there
 * is no row; otherwise what the engine reports: CONFLICT (exists already, still used, changed meanwhile),
 * INPUT (a check refused it), AWAY (busy, not reachable), CORRUPT, LIMIT, SYSTEM (disk full …).
 */
must_use enum fault query_run(struct db *db, const struct query *query, const void *in,
                              struct error *error);
must_use enum fault query_one(struct db *db, const struct query *query, const void *in,
                              struct arena *keep, void *ret_row, struct error *error);
must_use enum fault query_maybe(struct db *db, const struct query *query, const void *in,
                                struct arena *keep, void *ret_row, bool *ret_found,
                                struct error *error);
must_use enum fault query_many(struct db *db, const struct query *query, const void *in,
                               struct arena *keep, void **ret_rows, ptrdiff_t *ret_n,
                               struct error *error);
must_use enum fault query_each(struct db *db, const struct query *query, const void *in,
                               bool (*each)(void *ctx, const void *row), void *ctx,
                               struct error *error);
/* query_check(db, query, error): prepares it, comparing the engine's view of it with its declaration. */
must_use enum fault query_check(struct db *db, const struct query *query, struct error *error);
