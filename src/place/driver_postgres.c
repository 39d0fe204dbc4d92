#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <libpq-fe.h>

#include "place/db_internal.h"

/*
 * PostgreSQL 15 and later through libpq. No state is kept in the session but prepared statements, so that
 * a pooler that changes sessions between transactions does no harm: settings are SET LOCAL.
 */

/* Type numbers of pg_type, fixed for ever by PostgreSQL's catalogue. */
enum { OID_BOOL = 16, OID_BYTEA = 17, OID_INT8 = 20, OID_TEXT = 25, OID_FLOAT8 = 701 };
enum {
    VERSION_MIN = 150000,    /* what Debian 12 has and the tests run on */
    NUMBER_BYTES = 8,        /* int8 and float8 on the wire */
    STATEMENT_NAME_MAX = 16, /* "q1023" */
    MESSAGE_MAX = 180        /* of the server's words we repeat */
};
/* Any number, the same in every Propre: the lock that lets one program migrate at a time. */
#define LOCK_SCHEMA "SELECT pg_advisory_xact_lock(5787778450421)"

struct postgres {
    PGconn *conn;
    PGresult *result;
    int row; /* the next one to read */
    bool streaming;
};

/* ---- faults ---- */

/* The first line of the server's message. */
static const char *
first_line(const char *message, char line[MESSAGE_MAX])
{
    size_t n = strcspn(message ? message : "", "\n");
    if (n > MESSAGE_MAX - 1)
        n = MESSAGE_MAX - 1;
    memcpy(line, message ? message : "", n);
    line[n] = '\0';
    return line;
}

static const struct {
    const char *prefix; /* of the SQLSTATE; the first that fits counts */
    enum fault fault;
    const char *format;
} states[] = {
    {"23505", FAULT_CONFLICT, "this exists already (%s)"},
    {"23503", FAULT_CONFLICT,
     "this names something that does not exist, or is still in use (%s)"},
    {"23", FAULT_INPUT, "a value is missing or outside its range (%s)"},
    {"22", FAULT_INPUT, "a value is missing or outside its range (%s)"},
    {"40", FAULT_CONFLICT, "someone changed the same thing at the same moment: try again (%s)"},
    {"55P03", FAULT_AWAY,
     "another program is changing the same data: try again in a moment (%s)"},
    {"57014", FAULT_LIMIT, "the database took too long to answer (%s)"},
    {"57P", FAULT_AWAY,
     "the database server is stopping or starting: try again in a moment (%s)"},
    {"25006", FAULT_DENIED, "nothing may be changed while reading (%s)"},
    {"28", FAULT_DENIED,
     "the database server does not let Propre in: check user and password (%s)"},
    {"42501", FAULT_DENIED, "the database user of Propre lacks a right (%s)"},
    {"53100", FAULT_SYSTEM, "the disk of the database server is full; nothing was saved (%s)"},
    {"53", FAULT_AWAY,
     "the database server has no room for more now: try again in a moment (%s)"},
    {"54", FAULT_LIMIT, "this is too long to be stored (%s)"},
    {"08", FAULT_AWAY, "the database server does not answer: is it running? (%s)"},
    {"XX001", FAULT_CORRUPT, "the database is damaged: restore a backup (%s)"},
    {"XX002", FAULT_CORRUPT, "the database is damaged: restore a backup (%s)"},
    {"", FAULT_SYSTEM, "the database server refused a statement (%s)"},
};

static enum fault
state_fault(const char *sqlstate, const char *message, struct error *error)
{
    char line[MESSAGE_MAX];
    size_t i = 0;
    while (strncmp(sqlstate, states[i].prefix, strlen(states[i].prefix)) != 0)
        i++; /* the last fits all */
    errno = 0;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored \
    "-Wformat-nonliteral" /* one of the literals above, each with one %s */
    return fail(error, states[i].fault, states[i].format, first_line(message, line));
#pragma GCC diagnostic pop
}

/* What is wrong with ${result}, or with the connection when there is none. */
static enum fault
engine_fault(const struct postgres *pg, const PGresult *result, struct error *error)
{
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    if (!state)
        return state_fault(PQstatus(pg->conn) == CONNECTION_OK ? "" : "08",
                           PQerrorMessage(pg->conn), error);
    return state_fault(state, PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY), error);
}

static bool
succeeded(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ||
           status == PGRES_SINGLE_TUPLE;
}

static enum fault
execute(const struct postgres *pg, const char *sql, struct error *error)
{
    PGresult *result = PQexec(pg->conn, sql);
    enum fault fault = succeeded(result) ? OK : engine_fault(pg, result, error);
    PQclear(result);
    return fault;
}

/* ---- opening ---- */

static void
ignore_notice(void *ctx, const char *message)
{
    (void)ctx, (void)message; /* "already exists, skipping" is not for users */
}

/*
 * Order and case of texts must be the same on both engines, so the database must compare bytes.
 */
static enum fault
check_collation(const struct postgres *pg, struct error *error)
{
    PGresult *result = PQexec(
        pg->conn,
        "SELECT datcollate FROM pg_catalog.pg_database WHERE datname = current_database()");
    enum fault fault = OK;
    if (!succeeded(result) || PQntuples(result) != 1) {
        fault = engine_fault(pg, result, error);
    } else {
        str name = str_of(PQgetvalue(result, 0, 0));
        if (!str_eq(name, S("C")) && !str_eq(name, S("POSIX")) && !str_starts(name, S("C.")))
            fault = fail(
                error, FAULT_INPUT,
                "this database sorts texts by the rules of %.*s; make one that compares bytes: "
                "CREATE DATABASE propre TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'",
                STR_FMT(name));
    }
    PQclear(result);
    return fault;
}

static enum fault
check_server(struct db *db, const struct postgres *pg, struct error *error)
{
    const char *encoding = PQparameterStatus(pg->conn, "server_encoding");
    int version = PQserverVersion(pg->conn);
    if (version < VERSION_MIN)
        return fail(error, FAULT_REMOTE, "this PostgreSQL is older than version 15 (%d)",
                    version / 10000);
    if (!encoding || !str_eq(str_of(encoding), S("UTF8")))
        return fail(error, FAULT_INPUT,
                    "this database keeps texts as %s; make one with ENCODING 'UTF8'",
                    encoding ? encoding : "?");
    (void)snprintf(db->version, sizeof db->version, "PostgreSQL %d.%d", version / 10000,
                   version % 10000);
    return check_collation(pg, error);
}

static enum fault
postgres_open(struct db *db, const struct db_options *options, struct error *error)
{
    (void)
        options; /* the database is made by its administrator; read_only is seen to in begin */
    /* What stands before dbname can be changed by the address, what stands behind cannot. */
    static const char *const keys[] = {"connect_timeout", "fallback_application_name", "dbname",
                                       "client_encoding", NULL};
    const char *const values[] = {"10", "propre", db->address.p, "UTF8", NULL};
    struct postgres *pg = new (&db->arena, struct postgres, 1);
    db->engine = pg;
    pg->conn = PQconnectdbParams(keys, values, 1);
    if (!pg->conn)
        abort(); /* shortage of memory */
    if (PQstatus(pg->conn) != CONNECTION_OK)
        return engine_fault(pg, NULL, error);
    (void)PQsetNoticeProcessor(pg->conn, ignore_notice, NULL); /* gives the one before */
    return check_server(db, pg, error);
}

static void
postgres_close(struct db *db)
{
    struct postgres *pg = db->engine;
    if (pg)
        PQfinish(pg->conn);
}

/* ---- transactions ---- */

/* A server that was restarted meanwhile is only seen when it is spoken to. */
static enum fault
reconnect(struct db *db, const struct postgres *pg, struct error *error)
{
    PQreset(pg->conn);
    if (PQstatus(pg->conn) != CONNECTION_OK)
        return engine_fault(pg, NULL, error);
    for (int32_t i = 0; i < DB_STATEMENT_SLOTS; i++) {
        if (db->statements[i])
            db->statements[i]->engine = NULL; /* prepared in the session that is gone */
    }
    return OK;
}

static enum fault
postgres_begin(struct db *db, enum db_mode mode, struct error *error)
{
    const struct postgres *pg = db->engine;
    const char *sql = mode == DB_READ ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
                                        "SET LOCAL statement_timeout = '60s'"
                                      : "BEGIN ISOLATION LEVEL SERIALIZABLE;"
                                        "SET LOCAL lock_timeout = '5s'"; /* DB_BUSY_MS */
    enum fault fault = execute(pg, sql, error);
    if (fault && PQstatus(pg->conn) != CONNECTION_OK && !reconnect(db, pg, error))
        fault = execute(pg, sql, error);
    return fault;
}

static void
postgres_rollback(struct db *db)
{
    struct error ignored = {0};
    (void)execute(db->engine, "ROLLBACK",
                  &ignored); /* fails only with the connection: undone by the server */
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
    else if (!succeeded(result))
        fault = engine_fault(pg, result, error);
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
    enum fault fault = succeeded(result) ? OK : engine_fault(pg, result, error);
    PQclear(result);
    if (fault)
        return error_prefix(error, "%s:%d: %s", q->file, q->line, q->name);
    result = PQdescribePrepared(pg->conn, name);
    fault = succeeded(result) ? compare(q, result, error) : engine_fault(pg, result, error);
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
            return engine_fault(pg, NULL, error);
        pg->streaming = true;
        return OK;
    }
    pg->result = PQexecPrepared(pg->conn, name, n, wire.values, wire.lengths, wire.formats, 1);
    if (succeeded(pg->result))
        return OK;
    enum fault fault = engine_fault(pg, pg->result, error);
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
        if (!pg->result || !succeeded(pg->result)) {
            pg->streaming = pg->result != NULL;
            return pg->result ? engine_fault(pg, pg->result, error)
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
    return execute(db->engine,
                   "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = "
                   "'60s'; " LOCK_SCHEMA,
                   error);
}

static enum fault
postgres_script(struct db *db, const char *sql, struct error *error)
{
    return execute(db->engine, sql, error);
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
};
