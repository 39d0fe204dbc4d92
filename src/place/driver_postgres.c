#include <assert.h>
#include <endian.h>
#include <errno.h>

#include "place/postgres_internal.h"

/*
 * PostgreSQL 15 and later through libpq. No state is kept in the session but prepared statements, so that
 * a pooler that changes sessions between transactions does no harm: settings are SET LOCAL.
 */

/* Type numbers of pg_type, fixed for ever by PostgreSQL's catalogue. */
enum { OID_BOOL = 16, OID_BYTEA = 17, OID_INT8 = 20, OID_TEXT = 25, OID_FLOAT8 = 701 };
enum {
    NUMBER_BYTES = 8,       /* int8 and float8 on the wire */
    STATEMENT_NAME_MAX = 16 /* "q1023" */
};
/* Any number, the same in every Propre: the lock that lets one program migrate at a time. */
#define LOCK_SCHEMA "SELECT pg_advisory_xact_lock(5787778450421)"

static void
postgres_close(struct db *db)
{
    struct postgres *pg = db->engine;
    if (pg)
        PQfinish(pg->conn);
}

/* ---- transactions ---- */

static enum fault
postgres_begin(struct db *db, enum db_mode mode, struct error *error)
{
    const struct postgres *pg = db->engine;
    const char *sql = mode == DB_READ ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
                                        "SET LOCAL statement_timeout = '60s'"
                                      : "BEGIN ISOLATION LEVEL SERIALIZABLE;"
                                        "SET LOCAL lock_timeout = '5s'"; /* DB_BUSY_MS */
    enum fault fault = postgres_run(pg, sql, error);
    if (fault && PQstatus(pg->conn) != CONNECTION_OK && !postgres_reconnect(db, pg, error))
        fault = postgres_run(pg, sql, error);
    return fault;
}

/*
 * What was written is undone when this returns. Of what was only read nothing is left to wait for: the answer is taken
 * from the line by the next PQexec or PQprepare. Either fails only with the connection: undone by the server.
 */
static void
postgres_rollback(struct db *db)
{
    const struct postgres *pg = db->engine;
    struct error ignored = {0};
    if (db->state == DB_READING)
        (void)PQsendQuery(pg->conn, "ROLLBACK");
    else
        (void)postgres_run(pg, "ROLLBACK", &ignored);
}

static enum fault
postgres_commit(struct db *db, struct error *error)
{
    const struct postgres *pg = db->engine;
    PGresult *result = PQexec(pg->conn, "COMMIT");
    enum fault fault = OK;
    if (PQstatus(pg->conn) != CONNECTION_OK)
        fault = fail(
            error, FAULT_AWAY,
            "the connection to the database was lost while saving: look whether this was saved "
            "before you try again");
    else if (!postgres_ok(result))
        fault = postgres_fault(pg, result, error);
    else if (strcmp(PQcmdStatus(result), "COMMIT") !=
             0) /* "ROLLBACK": a statement had failed */
        fault = fail(error, FAULT_CONFLICT,
                     "one step of this change failed, so none of it was saved");
    PQclear(result);
    return fault;
}

/* ---- statements ---- */

static Oid
oid_of(enum value_kind kind)
{
    static const Oid oids[] = {OID_INT8, OID_FLOAT8, OID_TEXT, OID_BYTEA};
    return oids[kind];
}

static void
statement_name(const struct statement *statement, char name[STATEMENT_NAME_MAX])
{
    (void)snprintf(name, STATEMENT_NAME_MAX, "q%d",
                   statement->number); /* fits: DB_STATEMENTS_MAX */
}

static enum fault
compare(const struct query *q, const PGresult *described, struct error *error)
{
    errno = 0; /* what follows is not the system's doing */
    if (PQnparams(described) != q->in_n || PQnfields(described) != q->out_n)
        return fail(error, FAULT_SYSTEM, "%s:%d: %s has %d parameters and %d columns", q->file,
                    q->line, q->name, PQnparams(described), PQnfields(described));
    for (int32_t i = 0; i < q->out_n; i++) {
        Oid oid = PQftype(described, i);
        if (!str_eq(str_of(PQfname(described, i)), str_of(q->out[i].name)))
            return fail(error, FAULT_SYSTEM, "%s:%d: %s: column %d is “%s”, declared “%s”",
                        q->file, q->line, q->name, i + 1, PQfname(described, i),
                        q->out[i].name);
        if (oid != oid_of(q->out[i].kind) && !(oid == OID_BOOL && q->out[i].kind == VALUE_INT))
            return fail(error, FAULT_SYSTEM,
                        "%s:%d: %s: column “%s” has PostgreSQL's type %u: CAST it to BIGINT, "
                        "DOUBLE PRECISION, "
                        "TEXT or BYTEA",
                        q->file, q->line, q->name, q->out[i].name, oid);
    }
    return OK;
}

static enum fault
postgres_prepare(struct db *db, struct statement *statement, struct error *error)
{
    const struct postgres *pg = db->engine;
    const struct query *q = statement->query;
    char name[STATEMENT_NAME_MAX];
    Oid oids[QUERY_PARAMS_MAX];
    for (int32_t i = 0; i < q->in_n; i++)
        oids[i] = oid_of(q->in[i].kind);
    statement_name(statement, name);
    PGresult *result = PQprepare(pg->conn, name, q->text, q->in_n, oids);
    enum fault fault = postgres_ok(result) ? OK : postgres_fault(pg, result, error);
    PQclear(result);
    if (fault)
        return error_prefix(error, "%s:%d: %s", q->file, q->line, q->name);
    result = PQdescribePrepared(pg->conn, name);
    fault = postgres_ok(result) ? compare(q, result, error) : postgres_fault(pg, result, error);
    PQclear(result);
    if (!fault)
        statement->engine = statement; /* prepared, under its number */
    return fault;
}

/* Parameters as libpq wants them; texts stay the caller's. */
struct wire {
    const char *values[QUERY_PARAMS_MAX];
    int lengths[QUERY_PARAMS_MAX], formats[QUERY_PARAMS_MAX];
    uint64_t numbers[QUERY_PARAMS_MAX];
};

static void
wire_fill(struct wire *wire, const struct value *params, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        const struct value *value = &params[i];
        bool number = value->kind == VALUE_INT || value->kind == VALUE_REAL;
        wire->formats[i] = 1;
        if (value->kind == VALUE_INT)
            memcpy(&wire->numbers[i], &value->integer, NUMBER_BYTES);
        else if (value->kind == VALUE_REAL)
            memcpy(&wire->numbers[i], &value->real, NUMBER_BYTES);
        wire->numbers[i] = htobe64(wire->numbers[i]);
        wire->lengths[i] =
            number || value->null ? NUMBER_BYTES : (int)value->text.n; /* ≤ DB_TEXT_MAX */
        wire->values[i] = value->null ? NULL
                          : number    ? (const char *)&wire->numbers[i]
                                      : value->text.p;
    }
}

static void
postgres_finish(struct db *db, struct statement *statement)
{
    struct postgres *pg = db->engine;
    (void)statement;
    PQclear(pg->result);
    pg->result = NULL;
    while (pg->streaming) { /* the rest of an answer nobody wants must still be taken */
        PGresult *rest = PQgetResult(pg->conn);
        pg->streaming = rest != NULL;
        PQclear(rest);
    }
}

static enum fault
postgres_start(struct db *db, struct statement *statement, const struct value *params,
               bool stream, struct error *error)
{
    struct postgres *pg = db->engine;
    struct wire wire = {0};
    char name[STATEMENT_NAME_MAX];
    int n = statement->query->in_n;
    assert(!pg->result && !pg->streaming);
    wire_fill(&wire, params, n);
    statement_name(statement, name);
    pg->row = 0;
    if (stream) {
        if (!PQsendQueryPrepared(pg->conn, name, n, wire.values, wire.lengths, wire.formats,
                                 1) ||
            !PQsetSingleRowMode(pg->conn))
            return postgres_fault(pg, NULL, error);
        pg->streaming = true;
        return OK;
    }
    pg->result = PQexecPrepared(pg->conn, name, n, wire.values, wire.lengths, wire.formats, 1);
    if (postgres_ok(pg->result))
        return OK;
    enum fault fault = postgres_fault(pg, pg->result, error);
    postgres_finish(db, statement);
    return fault;
}

static void
read_value(const PGresult *result, int row, int column, enum value_kind kind, struct value *ret)
{
    const char *bytes = PQgetvalue(result, row, column);
    uint64_t number = 0;
    *ret = (struct value){.kind = kind, .null = PQgetisnull(result, row, column) != 0};
    if (ret->null)
        return;
    if (PQftype(result, column) == OID_BOOL) {
        ret->integer = bytes[0] != 0;
    } else if (kind == VALUE_TEXT || kind == VALUE_BYTES) {
        ret->text = (str){bytes, PQgetlength(result, row, column)};
    } else {
        assert(PQgetlength(result, row, column) ==
               NUMBER_BYTES); /* its type was checked when prepared */
        memcpy(&number, bytes, NUMBER_BYTES);
        number = be64toh(number);
        memcpy(kind == VALUE_INT ? (void *)&ret->integer : (void *)&ret->real, &number,
               NUMBER_BYTES);
    }
}

static enum fault
postgres_step(struct db *db, struct statement *statement, struct value *ret_row, bool *ret_end,
              struct error *error)
{
    struct postgres *pg = db->engine;
    const struct query *q = statement->query;
    if (pg->streaming) {
        PQclear(pg->result);
        pg->result = PQgetResult(pg->conn);
        pg->row = 0;
        if (!pg->result || !postgres_ok(pg->result)) {
            pg->streaming = pg->result != NULL;
            return pg->result ? postgres_fault(pg, pg->result, error)
                              : fail(error, FAULT_AWAY,
                                     "the database server stopped answering (%s)", q->name);
        }
    }
    *ret_end = pg->row >= PQntuples(pg->result);
    if (*ret_end)
        return OK;
    for (int32_t i = 0; i < q->out_n; i++)
        read_value(pg->result, pg->row, i, q->out[i].kind, &ret_row[i]);
    pg->row++;
    return OK;
}

/* ---- schema ---- */

static const char *
postgres_word(str word)
{
    static const char *const words[][2] = {
        {"id", "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"},
        {"int", "BIGINT"},
        {"real", "DOUBLE PRECISION"},
        {"bytes", "BYTEA"},
        {"strict", ""}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (str_eq(word, str_of(words[i][0])))
            return words[i][1];
    }
    return NULL;
}

/*
 * In the stricter levels the view of the data is fixed before the lock is had, and would miss what the
 * migrator before us did.
 */
static enum fault
postgres_lock_schema(struct db *db, struct error *error)
{
    return postgres_run(
        db->engine,
        "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = "
        "'60s'; " LOCK_SCHEMA,
        error);
}

static enum fault
postgres_script(struct db *db, const char *sql, struct error *error)
{
    return postgres_run(db->engine, sql, error);
}

/* The server keeps its own files whole; what it may have been told not to look at is looked at here. */
static enum fault
postgres_check(struct db *db, struct problems *problems, struct error *error)
{
    const struct postgres *pg = db->engine;
    PGresult *result = PQexec(
        pg->conn, "SELECT conrelid::regclass || ': ' || conname FROM pg_constraint "
                  "WHERE NOT convalidated AND connamespace = current_schema::regnamespace "
                  "LIMIT 100"); /* PROBLEMS_MAX */
    enum fault fault = postgres_ok(result) ? OK : postgres_fault(pg, result, error);
    for (int i = 0; !fault && i < PQntuples(result); i++)
        problems->lines[problems->n++] =
            arena_printf(problems->keep, "%s was never checked", PQgetvalue(result, i, 0));
    PQclear(result);
    return fault;
}

const struct db_driver driver_postgres = {
    .name = "postgres",
    .open = postgres_open,
    .close = postgres_close,
    .begin = postgres_begin,
    .commit = postgres_commit,
    .rollback = postgres_rollback,
    .prepare = postgres_prepare,
    .start = postgres_start,
    .step = postgres_step,
    .finish = postgres_finish,
    .script = postgres_script,
    .word = postgres_word,
    .lock_schema = postgres_lock_schema,
    .check = postgres_check,
};
