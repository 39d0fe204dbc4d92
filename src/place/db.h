#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "base/error.h"
#include "base/instant.h"
#include "base/str.h"

/*
 * One connection to the data: a SQLite file, or a PostgreSQL database when one machine is not enough.
 * What can be run on it is the closed list of the rooms' queries (place/query.h).
 *
 *     if (db_begin(db, DB_WRITE, error))
 *         return error->fault;
 *     auto_tx tx = db;                          // rolls back, unless committed
 *     if (q_objective_rename(db, &in, error))
 *         return error->fault;
 *     return db_commit(db, error);
 */
struct db;
struct schema_step;

struct db_options {
    bool create;    /* a SQLite file that does not exist is made; otherwise it is ABSENT */
    bool read_only; /* the whole connection never writes */
};

enum db_mode {
    DB_READ, /* one unchanging view; every writing query is refused */
    DB_WRITE /* as if alone; on PostgreSQL a commit may end in CONFLICT: begin again */
};

/*
 * db_open(address, options, ret, error):
 * ${address} is a path (SQLite) or postgres://… (PostgreSQL).
 * Faults: ABSENT (no such file), AWAY (busy, server not reachable), CORRUPT (not a data file of Propre),
 *         DENIED, INPUT (an address of neither kind), SYSTEM.
 * Memory: the caller owns *ret and gives it to db_close.
 */
must_use enum fault db_open(str address, const struct db_options *options, struct db **ret,
                            struct error *error);
/* db_close(db): rolls back what is open; NULL is fine. */
void db_close(struct db *db);

static inline void
db_cleanup(struct db **db)
{
    db_close(*db);
}
#define auto_db __attribute__((cleanup(db_cleanup))) struct db *

/*
 * db_begin(db, mode, error): starts the one transaction a connection can have at a time.
 * Faults: AWAY (another writer holds the file longer than five seconds, or the server is gone), DENIED
 *         (DB_WRITE on a read-only connection).
 */
must_use enum fault db_begin(struct db *db, enum db_mode mode, struct error *error);
/*
 * db_commit(db, error): makes it last. On a fault nothing was saved and the transaction is over.
 * Faults: CONFLICT (somebody changed the same meanwhile), SYSTEM (disk full), and any earlier fault of a
 *         query in this transaction: once one failed, nothing of it can be kept.
 */
must_use enum fault db_commit(struct db *db, struct error *error);
/* db_rollback(db): undoes everything since db_begin; nothing open is fine. */
void db_rollback(struct db *db);

static inline void
tx_cleanup(struct db **db)
{
    if (*db)
        db_rollback(*db);
}
#define auto_tx __attribute__((cleanup(tx_cleanup), unused)) struct db *

/*
 * db_migrate(db, steps, steps_n, now, error):
 * Applies the steps not yet applied, each in one transaction, one program at a time. A SQLite file that
 * holds data is copied beside itself first (db_migration_backup says where).
 * Faults: CONFLICT (the data knows steps this program does not: it was opened by a newer Propre), CORRUPT
 *         (an applied step was altered), and those of writing.
 */
must_use enum fault db_migrate(struct db *db, const struct schema_step *steps,
                               ptrdiff_t steps_n, instant now, struct error *error);
/*
 * db_check_schema(db, steps, steps_n, error): as db_migrate, but only reads.
 * Faults: CONFLICT also for pending steps; ABSENT when nothing was ever applied.
 */
must_use enum fault db_check_schema(struct db *db, const struct schema_step *steps,
                                    ptrdiff_t steps_n, struct error *error);
/* db_migration_backup(db): the copy db_migrate made before changing anything, or none. */
str db_migration_backup(const struct db *db);

/* db_is_postgres(db): for the few commands that differ (backup), never for a query. */
bool db_is_postgres(const struct db *db);
/* db_engine(db): "SQLite 3.53.2", "PostgreSQL 15.20". */
const char *db_engine(const struct db *db);
/* db_sqlite_version(): "3.53.2": the SQLite this program was built with. */
const char *db_sqlite_version(void);
/* db_one_writer(db): whether only one process at a time may write these data (an SQLite before 3.51.3). */
bool db_one_writer(const struct db *db);
/* db_path(db): the SQLite file; none on PostgreSQL. */
str db_path(const struct db *db);
