#include <assert.h>
#include <errno.h>
#include <sqlite3.h>
#include <unistd.h>

#include "place/sqlite_internal.h"

/* Transactions and statements on SQLite; opening, copying and checking are in sqlite_file.c. */

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
    /*
     * That nothing is written while reading, query.c sees to: what a statement does was compared when it was prepared.
     * "PRAGMA query_only" would say it again, but expires all prepared statements each time it is set.
     */
    return sqlite_run(db, mode == DB_WRITE ? "BEGIN IMMEDIATE" : "BEGIN", error);
}

static void
sqlite_rollback(struct db *db)
{
    struct error ignored = {0};
    if (!sqlite3_get_autocommit(db->engine)) /* some faults roll back by themselves */
        (void)sqlite_run(db, "ROLLBACK",
                         &ignored); /* can only fail when there is nothing to undo */
}

static enum fault
sqlite_commit(struct db *db, struct error *error)
{
    enum fault fault = sqlite_run(db, "COMMIT", error);
    if (fault)
        sqlite_rollback(db);
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
        (void)sqlite_fault(db, error);
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
            enum fault fault = sqlite_fault(db, error);
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
        return sqlite_fault(db, error);
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
    return sqlite_run(db, sql, error);
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
    .check = sqlite_check,
    .settle = sqlite_settle,
};

const char *
db_sqlite_version(void)
{
    return sqlite3_libversion();
}
