#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "place/backup.h"
#include "place/sqlite_internal.h"

enum {
    APPLICATION_ID =
        0x50727072,         /* "Prpr" in the header of the file: `file` and we recognise it */
    SAFE_VERSION = 3051003, /* older ones can corrupt a WAL file that two processes write */
    SQL_MAX = 1024 * 1024   /* bytes of one statement; the longest schema step is below */
};

/* ---- faults ---- */

static enum fault
constraint_fault(sqlite3 *handle, struct error *error)
{
    const char *message = sqlite3_errmsg(handle);
    switch (sqlite3_extended_errcode(handle)) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
        return fail(error, FAULT_CONFLICT, "this exists already (%s)", message);
    case SQLITE_CONSTRAINT_FOREIGNKEY:
        return fail(error, FAULT_CONFLICT,
                    "this names something that does not exist, or is still in use (%s)",
                    message);
    default:
        return fail(error, FAULT_INPUT, "a value is missing or outside its range (%s)",
                    message);
    }
}

/* A shortage of memory ends the process, here as everywhere (doc/decisions/0047); what was not committed is rolled back. */
static void
shortage(sqlite3 *handle)
{
    int code = sqlite3_extended_errcode(handle);
    if ((code & 0xff) != SQLITE_NOMEM && code != SQLITE_IOERR_NOMEM)
        return;
    (void)fputs("propre: there is no memory left for the data\n", stderr);
    abort();
}

/* What the engine last complained of, in our words. */
enum fault
sqlite_fault(const struct db *db, struct error *error)
{
    sqlite3 *handle = db->engine;
    shortage(handle);
    const char *message = sqlite3_errmsg(handle);
    errno = sqlite3_system_errno(handle);
    switch (sqlite3_errcode(handle) & 0xff) {
    case SQLITE_CONSTRAINT:
        return constraint_fault(handle, error);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        errno = 0;
        return fail(error, FAULT_AWAY,
                    "another program is writing to %s: try again in a moment", db->address.p);
    case SQLITE_FULL:
        return fail(error, FAULT_SYSTEM,
                    "the disk of %s is full: free some space and try again; nothing was saved",
                    db->address.p);
    case SQLITE_CORRUPT:
        return fail(
            error, FAULT_CORRUPT,
            "%s is damaged (%s): keep the file, and restore the last backup into a new one",
            db->address.p, message);
    case SQLITE_NOTADB:
        return fail(error, FAULT_CORRUPT, "%s is not a data file of Propre", db->address.p);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return fail(error, FAULT_DENIED, "%s cannot be written (%s)", db->address.p, message);
    case SQLITE_TOOBIG:
        return fail(error, FAULT_LIMIT, "this is too long to be stored (%s)", message);
    default:
        if (str_starts(str_of(message), S("no such table")))
            return fail(error, FAULT_ABSENT,
                        "these data lack a table that this Propre needs (%s)", message);
        return fail(error, FAULT_SYSTEM, "%s could not be read or written (%s)", db->address.p,
                    message);
    }
}

enum fault
sqlite_run(const struct db *db, const char *sql, struct error *error)
{
    return sqlite3_exec(db->engine, sql, NULL, NULL, NULL) == SQLITE_OK
               ? OK
               : sqlite_fault(db, error);
}

/* ---- opening ---- */

/* Makes the file, for its owner only, before SQLite would with the usual rights. */
static enum fault
make_file(const char *path, struct error *error)
{
    int fd = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno == EEXIST ? fail(error, FAULT_CONFLICT,
                                      "%s exists already and is not overwritten", path)
                               : fail(error, FAULT_SYSTEM, "cannot make the file %s", path);
    (void)close(fd); /* nothing was written */
    return OK;
}

static enum fault
find_file(const struct db *db, const struct db_options *options, struct error *error)
{
    struct stat info;
    const char *path = db->address.p;
    if (stat(path, &info) == 0)
        return S_ISREG(info.st_mode) ? OK : fail(error, FAULT_INPUT, "%s is not a file", path);
    if (errno != ENOENT)
        return fail(error, FAULT_SYSTEM, "cannot look at %s", path);
    return options->create ? make_file(path, error)
                           : fail(error, FAULT_ABSENT, "there is no file %s", path);
}

/* With an SQLite that has the WAL-reset bug, only one process may write: doc/decisions/0003. */
static enum fault
lock_out_writers(struct db *db, struct error *error)
{
    if (db->read_only || sqlite3_libversion_number() >= SAFE_VERSION)
        return OK;
    str path = arena_printf(&db->arena, "%.*s.lock", STR_FMT(db->address));
    db->lock_fd = open(path.p, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (db->lock_fd < 0)
        return fail(error, FAULT_SYSTEM, "cannot make the file %s", path.p);
    if (flock(db->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        errno = 0; /* EAGAIN says less than the sentence */
        return fail(
            error, FAULT_AWAY,
            "another Propre has %s open, and this SQLite (%s) is only safe with one at a time",
            db->address.p, sqlite3_libversion());
    }
    return OK;
}

static enum fault
pragma_number(const struct db *db, const char *sql, int64_t *ret, struct error *error)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db->engine, sql, -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW) {
        enum fault fault = sqlite_fault(db, error);
        (void)sqlite3_finalize(statement); /* repeats the fault just told */
        return fault;
    }
    *ret = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement); /* read to our end */
    return OK;
}

/* A new file is marked as ours; one that is not ours is left alone. */
static enum fault
recognise(const struct db *db, struct error *error)
{
    int64_t pages = 0, id = 0;
    if (pragma_number(db, "PRAGMA page_count", &pages, error) ||
        pragma_number(db, "PRAGMA application_id", &id, error))
        return error->fault;
    if (id == APPLICATION_ID)
        return OK;
    if (pages > 0 || db->read_only)
        return fail(error, FAULT_CORRUPT, "%s is not a data file of Propre", db->address.p);
    return sqlite_run(db, "PRAGMA application_id = 0x50727072", error); /* APPLICATION_ID */
}

static void
harden(sqlite3 *handle)
{
    static const struct {
        int option, value;
    } options[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},   {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_FKEY, 1}, {SQLITE_DBCONFIG_DQS_DML, 0},
        {SQLITE_DBCONFIG_DQS_DDL, 0},     {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
        {SQLITE_DBCONFIG_ENABLE_VIEW, 0}, {SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_QPSG, 1}, /* a plan that looked at a bound value expires with it */
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        (void)sqlite3_db_config(handle, options[i].option, options[i].value,
                                NULL); /* known options */
    (void)sqlite3_extended_result_codes(handle, 1);
    (void)sqlite3_busy_timeout(handle, DB_BUSY_MS);
    (void)sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, DB_TEXT_MAX + 1024 * 1024);
    (void)sqlite3_limit(handle, SQLITE_LIMIT_SQL_LENGTH, SQL_MAX);
    (void)sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 1); /* VACUUM INTO needs one */
    (void)sqlite3_limit(handle, SQLITE_LIMIT_TRIGGER_DEPTH, 1);
}

enum fault
sqlite_open(struct db *db, const struct db_options *options, struct error *error)
{
    sqlite3 *handle = NULL;
    if (find_file(db, options, error) || lock_out_writers(db, error))
        return error->fault;
    int flags = db->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    int code = sqlite3_open_v2(db->address.p, &handle, flags | SQLITE_OPEN_EXRESCODE, NULL);
    db->engine = handle;
    if (!handle)
        abort(); /* shortage of memory */
    if (code != SQLITE_OK)
        return sqlite_fault(db, error);
    harden(handle);
    str version = arena_printf(&db->arena, "SQLite %s", sqlite3_libversion());
    memcpy(db->version, version.p, (size_t)version.n + 1);
    if (recognise(db, error))
        return error->fault;
    return db->read_only
               ? OK
               : sqlite_run(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL", error);
}

/* ---- copies and checks ---- */

/* VACUUM INTO leaves the syncing to us. */
static enum fault
sync_file(const char *path, struct error *error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool done = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        (void)close(fd); /* synced already, or told below */
    return done ? OK : fail(error, FAULT_SYSTEM, "cannot finish writing %s", path);
}

enum fault
sqlite_copy_to(struct db *db, const char *path, struct error *error)
{
    sqlite3_stmt *statement = NULL;
    assert(db->state == DB_IDLE && !db->stepping);
    if (make_file(path, error))
        return error->fault;
    enum fault fault = OK;
    if (sqlite3_prepare_v2(db->engine, "VACUUM INTO $1", -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_bind_text(statement, 1, path, -1, SQLITE_STATIC) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_DONE)
        fault = sqlite_fault(db, error);
    (void)sqlite3_finalize(statement); /* repeats the fault just told */
    if (!fault)
        fault = sync_file(path, error);
    if (fault) {
        (void)unlink(path); /* half a copy is worse than none */
        return error_prefix(error, "cannot copy the data to %s", path);
    }
    return OK;
}

/* Each row of the pragma becomes a line: its columns, spaced. */
static enum fault
check_with(struct db *db, const char *sql, struct problems *problems, struct error *error)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(db->engine, sql, -1, &statement, NULL);
    while (code == SQLITE_OK || code == SQLITE_ROW) {
        code = sqlite3_step(statement);
        const char *first =
            code == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : NULL;
        if (!first || strcmp(first, "ok") == 0 || problems->n == PROBLEMS_MAX)
            continue;
        const char *target = sqlite3_column_count(statement) > 2
                                 ? (const char *)sqlite3_column_text(statement, 2)
                                 : NULL;
        problems->lines[problems->n++] =
            target
                ? arena_printf(problems->keep, "%s, row %lld: names a %s that does not exist",
                               first, (long long)sqlite3_column_int64(statement, 1), target)
                : arena_str(problems->keep, str_of(first));
    }
    /* Damage may stop the check itself: that is an answer too. */
    if (code == SQLITE_CORRUPT && problems->n < PROBLEMS_MAX)
        problems->lines[problems->n++] =
            arena_str(problems->keep, str_of(sqlite3_errmsg(db->engine)));
    enum fault fault =
        code == SQLITE_DONE || code == SQLITE_CORRUPT ? OK : sqlite_fault(db, error);
    (void)sqlite3_finalize(statement); /* repeats the fault just told */
    return fault;
}

enum fault
sqlite_check(struct db *db, struct problems *problems, struct error *error)
{
    if (check_with(db, "PRAGMA integrity_check(100)", problems, error)) /* PROBLEMS_MAX */
        return error->fault;
    return check_with(db, "PRAGMA foreign_key_check", problems, error);
}

/* Leaving the WAL needs the file for oneself, works the journal in and removes it. */
enum fault
sqlite_settle(struct db *db, struct error *error)
{
    if (sqlite_run(db, "PRAGMA journal_mode = DELETE", error)) {
        if (error->fault != FAULT_AWAY)
            return error->fault;
        return fail(error, FAULT_AWAY, "%s is in use: stop the Propre that serves it first",
                    db->address.p);
    }
    return OK;
}
