#pragma once
#include "base/arena.h"
#include "place/db.h"    /* IWYU pragma: export */
#include "place/query.h" /* IWYU pragma: export */

/*
 * The seam between the two engines. db.c checks (transactions, kinds, nulls, UTF-8) and the drivers do.
 * Decorators in tests put themselves in front of a driver through db->driver.
 */

enum {
    DB_STATEMENTS_MAX =
        1024, /* prepared statements of one connection; the house has some hundred */
    DB_STATEMENT_SLOTS = 2048,       /* open addressing, at most half full */
    DB_ARENA_MAX = 16 * 1024 * 1024, /* the connection's own memory: statements and names */
    DB_TEXT_MAX =
        64 * 1024 * 1024, /* one value; an import's whole file is kept in parts below this */
    DB_BUSY_MS = 5000     /* how long to wait for another writer: a backup's step, an import */
};

/* A value crossing the seam. A null has a kind too: PostgreSQL must know it. */
struct value {
    enum value_kind kind;
    bool null;
    union {
        int64_t integer;
        double real;
        str text; /* text or bytes */
    };
};

/* A query prepared on this connection; `engine` is the driver's own. */
struct statement {
    const struct query *query;
    int32_t number; /* counts from 0; PostgreSQL's name of it */
    void *engine;
    int16_t param_index[QUERY_PARAMS_MAX]; /* SQLite: where $1, $2 … stand */
};

/* What a check of the whole found, a line each; PROBLEMS_MAX at most are kept. */
struct problems {
    struct arena *keep;
    str *lines;
    ptrdiff_t n;
};

struct db_driver {
    const char *name;
    /* Opens db->address into db->engine. */
    enum fault (*open)(struct db *db, const struct db_options *options, struct error *error);
    void (*close)(struct db *db);
    enum fault (*begin)(struct db *db, enum db_mode mode, struct error *error);
    /* Ends the transaction; after a failed commit it is over too. */
    enum fault (*commit)(struct db *db, struct error *error);
    void (*rollback)(struct db *db);
    /* Prepares and compares the engine's parameters, columns and kinds with the declaration. */
    enum fault (*prepare)(struct db *db, struct statement *statement, struct error *error);
    /* Binds and starts; `stream` asks for rows one by one rather than all at once. */
    enum fault (*start)(struct db *db, struct statement *statement, const struct value *params,
                        bool stream, struct error *error);
    /* The next row into ret_row[out_n], whose texts live until the next call; or *ret_end. */
    enum fault (*step)(struct db *db, struct statement *statement, struct value *ret_row,
                       bool *ret_end, struct error *error);
    void (*finish)(struct db *db, struct statement *statement);
    /* Several statements without parameters: schema steps and the connection's own settings. */
    enum fault (*script)(struct db *db, const char *sql, struct error *error);
    /* What "@id@", "@int@" … stand for; NULL for an unknown word. */
    const char *(*word)(str word);
    /* Keeps every other migrator out until the transaction ends. */
    enum fault (*lock_schema)(struct db *db, struct error *error);
    /* Writes a whole copy into a new file; NULL where the engine has its own tool for it. */
    enum fault (*copy_to)(struct db *db, const char *path, struct error *error);
    /* Whether everything stored is whole, and every reference has its target. */
    enum fault (*check)(struct db *db, struct problems *problems, struct error *error);
    /* Leaves one closed file, or AWAY when somebody else has it open; NULL where there is none. */
    enum fault (*settle)(struct db *db, struct error *error);
};

enum db_state { DB_IDLE, DB_READING, DB_WRITING };

struct db {
    const struct db_driver *driver;
    void *engine; /* sqlite3 *, struct postgres * */
    struct arena_region region;
    struct arena arena;
    str address;
    str migration_backup;
    char version[64];
    bool read_only;
    bool stepping; /* rows are being read: no other statement may start */
    bool failed;   /* a statement of this transaction failed: it can only be rolled back */
    enum db_state state;
    int lock_fd; /* SQLite older than 3.51.3: the lock that keeps a second writer out; or -1 */
    struct statement *statements[DB_STATEMENT_SLOTS];
    int32_t statements_n;
};

extern const struct db_driver driver_sqlite;
extern const struct db_driver driver_postgres;

/* db_script(db, sql, error): a script in a transaction of the caller's, its @words@ replaced. */
must_use enum fault db_script(struct db *db, str sql, struct error *error);

struct schema_step;
/* db_schema_compare(db, steps, steps_n, ret_next, error): as db_check_schema; *ret_next is the first step not applied. */
must_use enum fault db_schema_compare(struct db *db, const struct schema_step *steps,
                                      ptrdiff_t steps_n, const struct schema_step **ret_next,
                                      struct error *error);
