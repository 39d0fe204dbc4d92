#include <errno.h>

#include "base/translate.h"
#include "place/postgres_internal.h"

enum {
    VERSION_MIN = 150000, /* what Debian 12 has and the tests run on */
    MESSAGE_MAX = 180     /* of the server's words we repeat */
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
    {"23505", FAULT_CONFLICT, N_("this exists already (%s)")},
    {"23503", FAULT_CONFLICT,
     N_("this names something that does not exist, or is still in use (%s)")},
    {"23", FAULT_INPUT, N_("a value is missing or outside its range (%s)")},
    {"22", FAULT_INPUT, N_("a value is missing or outside its range (%s)")},
    {"40", FAULT_CONFLICT,
     N_("someone changed the same thing at the same moment: try again (%s)")},
    {"55P03", FAULT_AWAY,
     N_("another program is changing the same data: try again in a moment (%s)")},
    {"57014", FAULT_LIMIT, N_("the database took too long to answer (%s)")},
    {"57P", FAULT_AWAY,
     N_("the database server is stopping or starting: try again in a moment (%s)")},
    {"25006", FAULT_DENIED, N_("nothing may be changed while reading (%s)")},
    {"28", FAULT_DENIED,
     N_("the database server does not let Propre in: check user and password (%s)")},
    {"42P01", FAULT_ABSENT, N_("these data lack a table that this Propre needs (%s)")},
    {"42501", FAULT_DENIED, N_("the database user of Propre lacks a right (%s)")},
    {"53100", FAULT_SYSTEM,
     N_("the disk of the database server is full; nothing was saved (%s)")},
    {"53", FAULT_AWAY,
     N_("the database server has no room for more now: try again in a moment (%s)")},
    {"54", FAULT_LIMIT, N_("this is too long to be stored (%s)")},
    {"08", FAULT_AWAY, N_("the database server does not answer: is it running? (%s)")},
    {"XX001", FAULT_CORRUPT, N_("the database is damaged: restore a backup (%s)")},
    {"XX002", FAULT_CORRUPT, N_("the database is damaged: restore a backup (%s)")},
    {"", FAULT_SYSTEM, N_("the database server refused a statement (%s)")},
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
enum fault
postgres_fault(const struct postgres *pg, const PGresult *result, struct error *error)
{
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    if (!state)
        return state_fault(PQstatus(pg->conn) == CONNECTION_OK ? "" : "08",
                           PQerrorMessage(pg->conn), error);
    return state_fault(state, PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY), error);
}

bool
postgres_ok(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ||
           status == PGRES_SINGLE_TUPLE;
}

enum fault
postgres_run(const struct postgres *pg, const char *sql, struct error *error)
{
    PGresult *result = PQexec(pg->conn, sql);
    enum fault fault = postgres_ok(result) ? OK : postgres_fault(pg, result, error);
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
    if (!postgres_ok(result) || PQntuples(result) != 1) {
        fault = postgres_fault(pg, result, error);
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

enum fault
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
        return postgres_fault(pg, NULL, error);
    (void)PQsetNoticeProcessor(pg->conn, ignore_notice, NULL); /* gives the one before */
    return check_server(db, pg, error);
}

/* A server that was restarted meanwhile is only seen when it is spoken to. */
enum fault
postgres_reconnect(struct db *db, const struct postgres *pg, struct error *error)
{
    PQreset(pg->conn);
    if (PQstatus(pg->conn) != CONNECTION_OK)
        return postgres_fault(pg, NULL, error);
    for (int32_t i = 0; i < DB_STATEMENT_SLOTS; i++) {
        if (db->statements[i])
            db->statements[i]->engine = NULL; /* prepared in the session that is gone */
    }
    return OK;
}
