#pragma once
#include "place/db_internal.h" /* IWYU pragma: export */

/* What the two halves of the SQLite driver share. */

/* sqlite_fault(db, error): what the engine last complained of, in our words. */
enum fault sqlite_fault(const struct db *db, struct error *error);
/* sqlite_run(db, sql, error): statements without parameters or rows. */
enum fault sqlite_run(const struct db *db, const char *sql, struct error *error);

/* The driver's functions that concern the whole file (see struct db_driver). */
must_use enum fault sqlite_open(struct db *db, const struct db_options *options,
                                struct error *error);
must_use enum fault sqlite_copy_to(struct db *db, const char *path, struct error *error);
must_use enum fault sqlite_check(struct db *db, struct problems *problems, struct error *error);
must_use enum fault sqlite_settle(struct db *db, struct error *error);
