#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "place/db_internal.h"

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

/* What the engine last complained of, in our words. */
static enum fault
engine_fault(const struct db *db, struct error *error)
{
    sqlite3 *handle = db->engine;
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
        return fail(error, FAULT_SYSTEM, "%s could not be read or written (%s)", db->address.p,
                    message);
    }
}

static enum fault
execute(const struct db *db, const char *sql, struct error *error)
{
    return sqlite3_exec(db->engine, sql, NULL, NULL, NULL) == SQLITE_OK
               ? OK
               : engine_fault(db, error);
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
    if (flock(db->lock_fd, LOCK_EX | LOCK_NB) != 0)
        return fail(
            error, FAULT_AWAY,
            "another Propre has %s open, and this SQLite (%s) is only safe with one at a time",
            db->address.p, sqlite3_libversion());
    return OK;
}

static enum fault
pragma_number(const struct db *db, const char *sql, int64_t *ret, struct error *error)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db->engine, sql, -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW) {
        enum fault fault = engine_fault(db, error);
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
    return execute(db, "PRAGMA application_id = 0x50727072", error); /* APPLICATION_ID */
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

static enum fault
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
        return engine_fault(db, error);
    harden(handle);
    str version = arena_printf(&db->arena, "SQLite %s", sqlite3_libversion());
    memcpy(db->version, version.p, (size_t)version.n + 1);
    if (recognise(db, error))
        return error->fault;
    return db->read_only
               ? OK
               : execute(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL", error);
}

static void
sqlite_close(struct db *db)
{
    for (int32_t i = 0; i < DB_STATEMENT_SLOTS; i++) {
        if (db->statements[i])
            (void)sqlite3_finalize(db->statements[i]->engine); /* repeats an old fault */
    }
    int code = sqlite3_close(db->engine);
    assert(code == SQLITE_OK);
    if (db->lock_fd >= 0)
        (void)close(db->lock_fd); /* and with it the lock */
}

/* ---- transactions ---- */

static enum fault
sqlite_begin(struct db *db, enum db_mode mode, struct error *error)
{
    if (mode == DB_WRITE)
        return execute(db, "BEGIN IMMEDIATE", error);
    return execute(db, "PRAGMA query_only = 1; BEGIN", error);
}

static void
sqlite_rollback(struct db *db)
{
    struct error ignored = {0};
    if (!sqlite3_get_autocommit(db->engine)) /* some faults roll back by themselves */
        (void)execute(db, "ROLLBACK",
                      &ignored); /* can only fail when there is nothing to undo */
    (void)execute(db, "PRAGMA query_only = 0", &ignored);
}

static enum fault
sqlite_commit(struct db *db, struct error *error)
{
    enum fault fault = execute(db, "COMMIT", error);
    sqlite_rollback(db); /* after a failed commit; otherwise only lets writing begin again */
    return fault;
}

/* ---- statements ---- */

/* The kind a column was declared with; true when it fits or when the column is an expression. */
static bool
declared_as(const char *type, enum value_kind kind)
{
    if (!type)
        return true;
    str s = str_of(type);
    switch (kind) {
    case VALUE_INT:
        return str_eq_ascii_case(s, S("INTEGER"));
    case VALUE_REAL:
        return str_eq_ascii_case(s, S("REAL"));
    case VALUE_TEXT:
        return str_eq_ascii_case(s, S("TEXT"));
    case VALUE_BYTES:
        return str_eq_ascii_case(s, S("BLOB"));
    }
    return false;
}

static enum fault
compare(struct statement *statement, sqlite3_stmt *made, struct error *error)
{
    const struct query *q = statement->query;
    errno = 0; /* what follows is not the system's doing */
    if (sqlite3_bind_parameter_count(made) != q->in_n || sqlite3_column_count(made) != q->out_n)
        return fail(error, FAULT_SYSTEM, "%s:%d: %s has %d parameters and %d columns", q->file,
                    q->line, q->name, sqlite3_bind_parameter_count(made),
                    sqlite3_column_count(made));
    if (!sqlite3_stmt_readonly(made) != q->writes)
        return fail(error, FAULT_SYSTEM, "%s:%d: %s declares the wrong “does:”", q->file,
                    q->line, q->name);
    for (int32_t i = 0; i < q->in_n; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "$%d", i + 1);
        statement->param_index[i] = (int16_t)sqlite3_bind_parameter_index(made, name);
        assert(statement->param_index[i] > 0);
    }
    for (int32_t i = 0; i < q->out_n; i++) {
        const char *name = sqlite3_column_name(made, i);
        if (!name || !str_eq(str_of(name), str_of(q->out[i].name)))
            return fail(error, FAULT_SYSTEM, "%s:%d: %s: column %d is “%s”, declared “%s”",
                        q->file, q->line, q->name, i + 1, name ? name : "", q->out[i].name);
        if (!declared_as(sqlite3_column_decltype(made, i), q->out[i].kind))
            return fail(error, FAULT_SYSTEM, "%s:%d: %s: column “%s” has another kind (%s)",
                        q->file, q->line, q->name, name, sqlite3_column_decltype(made, i));
    }
    return OK;
}

static enum fault
sqlite_prepare(struct db *db, struct statement *statement, struct error *error)
{
    const struct query *q = statement->query;
    sqlite3_stmt *made = NULL;
    if (sqlite3_prepare_v3(db->engine, q->text, -1, SQLITE_PREPARE_PERSISTENT, &made, NULL) !=
        SQLITE_OK) {
        (void)engine_fault(db, error);
        return error_prefix(error, "%s:%d: %s", q->file, q->line, q->name);
    }
    if (compare(statement, made, error)) {
        (void)sqlite3_finalize(made); /* never ran */
        return error->fault;
    }
    statement->engine = made;
    return OK;
}

/* Texts are not copied: the caller's live until finish, which forgets them. */
static int
bind(sqlite3_stmt *engine, int at, const struct value *value)
{
    if (value->null)
        return sqlite3_bind_null(engine, at);
    switch (value->kind) {
    case VALUE_INT:
        return sqlite3_bind_int64(engine, at, value->integer);
    case VALUE_REAL:
        return sqlite3_bind_double(engine, at, value->real);
    case VALUE_TEXT:
        return sqlite3_bind_text64(engine, at, value->text.p, (sqlite3_uint64)value->text.n,
                                   SQLITE_STATIC, SQLITE_UTF8);
    case VALUE_BYTES:
        return sqlite3_bind_blob64(engine, at, value->text.p, (sqlite3_uint64)value->text.n,
                                   SQLITE_STATIC);
    }
    return SQLITE_MISUSE;
}

static void
sqlite_finish(struct db *db, struct statement *statement)
{
    (void)db;
    (void)sqlite3_reset(statement->engine); /* repeats the fault that step told */
    (void)sqlite3_clear_bindings(statement->engine);
}

static enum fault
sqlite_start(struct db *db, struct statement *statement, const struct value *params,
             bool stream, struct error *error)
{
    (void)stream; /* rows always come one by one */
    for (int32_t i = 0; i < statement->query->in_n; i++) {
        if (bind(statement->engine, statement->param_index[i], &params[i]) != SQLITE_OK) {
            enum fault fault = engine_fault(db, error);
            sqlite_finish(db, statement);
            return fault;
        }
    }
    return OK;
}

static bool
read_value(sqlite3_stmt *engine, int at, enum value_kind kind, struct value *ret)
{
    static const int types[] = {SQLITE_INTEGER, SQLITE_FLOAT, SQLITE_TEXT, SQLITE_BLOB};
    int type = sqlite3_column_type(engine, at);
    *ret = (struct value){.kind = kind, .null = type == SQLITE_NULL};
    if (ret->null)
        return true;
    if (type != types[kind] && !(kind == VALUE_REAL && type == SQLITE_INTEGER))
        return false;
    switch (kind) {
    case VALUE_INT:
        ret->integer = sqlite3_column_int64(engine, at);
        break;
    case VALUE_REAL:
        ret->real = sqlite3_column_double(engine, at);
        break;
    case VALUE_TEXT:
    case VALUE_BYTES:
        ret->text.p = kind == VALUE_TEXT ? (const char *)sqlite3_column_text(engine, at)
                                         : sqlite3_column_blob(engine, at);
        ret->text.n = sqlite3_column_bytes(engine, at);
        if (!ret->text.p) /* an empty BLOB, not a null */
            ret->text = S("");
        break;
    }
    return true;
}

static enum fault
sqlite_step(struct db *db, struct statement *statement, struct value *ret_row, bool *ret_end,
            struct error *error)
{
    const struct query *q = statement->query;
    int code = sqlite3_step(statement->engine);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return engine_fault(db, error);
    *ret_end = code == SQLITE_DONE;
    if (*ret_end)
        return OK;
    for (int32_t i = 0; i < q->out_n; i++) {
        if (!read_value(statement->engine, i, q->out[i].kind, &ret_row[i]))
            return fail(error, FAULT_CORRUPT,
                        "%s holds another kind of value than was stored (%s)", q->out[i].name,
                        q->name);
    }
    return OK;
}

/* ---- schema and copies ---- */

static const char *
sqlite_word(str word)
{
    static const char *const words[][2] = {{"id", "INTEGER PRIMARY KEY"},
                                           {"int", "INTEGER"},
                                           {"real", "REAL"},
                                           {"bytes", "BLOB"},
                                           {"strict", "STRICT"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (str_eq(word, str_of(words[i][0])))
            return words[i][1];
    }
    return NULL;
}

/* BEGIN IMMEDIATE has already kept everybody else out. */
static enum fault
sqlite_lock_schema(struct db *db, struct error *error)
{
    (void)db, (void)error;
    return OK;
}

static enum fault
sqlite_script(struct db *db, const char *sql, struct error *error)
{
    return execute(db, sql, error);
}

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

static enum fault
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
        fault = engine_fault(db, error);
    (void)sqlite3_finalize(statement); /* repeats the fault just told */
    if (!fault)
        fault = sync_file(path, error);
    if (fault) {
        (void)unlink(path); /* half a copy is worse than none */
        return error_prefix(error, "cannot copy the data to %s", path);
    }
    return OK;
}

const struct db_driver driver_sqlite = {
    .name = "sqlite",
    .open = sqlite_open,
    .close = sqlite_close,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .prepare = sqlite_prepare,
    .start = sqlite_start,
    .step = sqlite_step,
    .finish = sqlite_finish,
    .script = sqlite_script,
    .word = sqlite_word,
    .lock_schema = sqlite_lock_schema,
    .copy_to = sqlite_copy_to,
};

const char *
db_sqlite_version(void)
{
    return sqlite3_libversion();
}
