#include "testdb.h"

#include <ftw.h>
#include <sqlite3.h>
#include <unistd.h>

#include "place/db_internal.h"
#include "place/schema.h"

#ifdef PROPRE_POSTGRES
#include "place/postgres_internal.h"
#endif

enum { ARENA_MAX = 64 * 1024 * 1024 };

/* The address of the server, or NULL for SQLite. */
static const char *
server(void)
{
    const char *wanted = getenv("PROPRE_TEST_DB");
    if (!wanted || !*wanted)
        return NULL;
    return strcmp(wanted, "postgres") == 0 ? getenv("PROPRE_TEST_POSTGRES") : wanted;
}

bool
testdb_is_postgres(void)
{
    const char *wanted = getenv("PROPRE_TEST_DB");
    return wanted && *wanted;
}

bool
testdb_one_writer(void)
{
    return !testdb_is_postgres() && sqlite3_libversion_number() < 3051003;
}

bool
testdb_skips(void)
{
    const char *why = NULL;
#ifndef PROPRE_POSTGRES
    if (testdb_is_postgres())
        why = "built without PostgreSQL";
#endif
    if (!why && testdb_is_postgres() && !server())
        why = "no PostgreSQL server: run tools/with-postgres meson test";
    if (why)
        (void)printf("1..0 # SKIP %s\n", why);
    return why != NULL;
}

#ifdef PROPRE_POSTGRES
/* Whether the server did that; what it said otherwise is in ${said}. */
static bool
try_admin(const char *sql, char said[300], char answer[64])
{
    static PGconn *conn; /* kept: a new one costs the server a tenth of a second */
    if (!conn || PQstatus(conn) != CONNECTION_OK) {
        PQfinish(conn);
        conn = PQconnectdb(server());
        PQclear(PQexec(conn, "SET client_min_messages = error; SET lock_timeout = '5s'"));
    }
    PGresult *result = PQexec(conn, sql);
    bool done =
        PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_TUPLES_OK;
    (void)snprintf(said, 300, "%s", PQerrorMessage(conn));
    if (done && answer)
        (void)snprintf(answer, 64, "%s",
                       PQntuples(result) == 1 ? PQgetvalue(result, 0, 0) : "");
    PQclear(result);
    return done;
}
#else
static bool
try_admin(const char *sql, char said[300], char answer[64])
{
    (void)sql, (void)answer;
    (void)snprintf(said, 300, "built without PostgreSQL");
    return false;
}
#endif

static void
admin(const char *sql)
{
    char said[300];
    if (!try_admin(sql, said, NULL))
        fail_msg("%s: %s", sql, said);
}

/*
 * Making the tables of a schema costs the server half a second, more than most tests: on a server of the tests' own one
 * that was given back is emptied and taken again, by whichever process comes next. Not one whose tables or history a
 * test changed. The table public.spare holds them.
 */
static char untouched[64]; /* what_stands() of a schema just migrated */

/* A sum over the relations, columns and schema steps of a schema; none when there is no telling. */
static void
what_stands(const char *schema, char ret[64])
{
    char sql[900], said[300];
    (void)snprintf(
        sql, sizeof sql,
        "SELECT md5((SELECT string_agg(concat_ws(' ', c.relname, c.relkind, a.attname, "
        "a.atttypid, "
        "a.attnotnull), '' ORDER BY c.relname, a.attnum) FROM pg_class AS c JOIN pg_attribute "
        "AS a ON a.attrelid = c.oid WHERE c.relnamespace = '%s'::regnamespace) || (SELECT "
        "string_agg(md5(concat_ws(' ', s.number, s.name, s.sha256)), '' ORDER BY s.number) "
        "FROM "
        "%s.schema_step AS s))",
        schema, schema);
    if (!try_admin(sql, said, ret))
        ret[0] = 0;
}

/* Every row gone, every sequence at its start. Large tables are cut off, so that the next test does not read over them. */
static bool
empty_schema(const char *schema)
{
    char sql[1500], said[300];
    (void)snprintf(
        sql, sizeof sql,
        "SET session_replication_role = replica; DO $$ DECLARE t record; BEGIN "
        "FOR t IN SELECT c.oid::regclass AS name, pg_relation_size(c.oid) AS bytes FROM "
        "pg_class AS c WHERE c.relnamespace = '%s'::regnamespace AND c.relkind = 'r' AND "
        "c.relname <> 'schema_step' AND pg_relation_size(c.oid) > 0 LOOP "
        "IF t.bytes > 1000000 THEN EXECUTE 'TRUNCATE ' || t.name || ' CASCADE'; "
        "ELSE EXECUTE 'DELETE FROM ' || t.name; END IF; END LOOP; "
        "PERFORM setval(format('%%I.%%I', s.schemaname, s.sequencename), 1, false) FROM "
        "pg_sequences AS s WHERE s.schemaname = '%s' AND s.last_value IS NOT NULL; END $$",
        schema, schema);
    return try_admin(sql, said, NULL);
}

static void
drop_schema(const char *schema)
{
    char sql[128];
    (void)snprintf(sql, sizeof sql, "DROP SCHEMA %s CASCADE", schema);
    admin(sql);
}

static bool
own_server(void)
{
    const char *wanted = getenv("PROPRE_TEST_DB");
    return wanted && strcmp(wanted, "postgres") == 0;
}

/* Kept for the next test, or dropped. */
static void
give_back(const char *schema, bool whole)
{
    char now[64] = "", sql[256], said[300];
    if (whole && untouched[0] && own_server())
        what_stands(schema, now);
    (void)snprintf(sql, sizeof sql, "INSERT INTO public.spare VALUES ('%s', '%s')", schema,
                   untouched);
    /* Two that make the table at once: one is told no, and finds it there. */
    if (now[0] && strcmp(now, untouched) == 0 && empty_schema(schema) &&
        (try_admin(sql, said, NULL) ||
         (try_admin("CREATE TABLE public.spare (name text, untouched text)", said, NULL),
          try_admin(sql, said, NULL))))
        return;
    drop_schema(schema);
}

/* False when there is none to take. */
static bool
take_spare(char schema[64])
{
    char said[300], taken[64] = "";
    if (!own_server() ||
        !try_admin("DELETE FROM public.spare WHERE ctid = (SELECT ctid FROM public.spare LIMIT "
                   "1 FOR UPDATE SKIP LOCKED) RETURNING name || ' ' || untouched",
                   said, taken))
        return false;
    return sscanf(taken, "%63s %63s", schema, untouched) == 2;
}

static void
make_schema(struct testdb *t, bool whole)
{
    static int count;
    char sql[128];
    if (!whole || !take_spare(t->schema)) {
        (void)snprintf(t->schema, sizeof t->schema, "test_%ld_%d", (long)getpid(), count++);
        (void)snprintf(sql, sizeof sql, "CREATE SCHEMA %s", t->schema);
        admin(sql);
    }
    (void)snprintf(t->address, sizeof t->address, "%s%coptions=-csearch_path%%3D%s", server(),
                   strchr(server(), '?') ? '&' : '?', t->schema);
}

static void
open_on(struct testdb *t, bool whole)
{
    struct error error = {0};
    const struct db_options options = {.create = true};
    /* PROPRE_TEST_DIR: a folder in memory, for tests that commit a hundred thousand times. */
    const char *dir = getenv("PROPRE_TEST_DIR");
    *t = (struct testdb){.now = {1795510800000000}};
    if (!dir || access(dir, W_OK))
        dir = "/tmp";
    assert_in_range(snprintf(t->dir, sizeof t->dir, "%s/propre-test-XXXXXX", dir), 1,
                    (int)sizeof t->dir - 1);
    t->keep = arena_reserve(ARENA_MAX, &t->keep_region);
    t->scratch = arena_reserve(ARENA_MAX, &t->scratch_region);
    if (!mkdtemp(t->dir))
        fail_msg("no temporary folder");
    if (testdb_is_postgres())
        make_schema(t, whole);
    else
        (void)snprintf(t->address, sizeof t->address, "%s/data.propre", t->dir);
    rng_seed(&t->rng, 1, 0);
    t->propre.clock = clock_manual(&t->now);
    t->propre.rng = &t->rng;
    assert_ok(db_open(str_of(t->address), &options, &t->propre.db, &error), &error);
}

void
testdb_open_empty(struct testdb *t)
{
    open_on(t, false);
}

void
testdb_open(struct testdb *t)
{
    struct error error = {0};
    open_on(t, true);
    t->whole = true;
    assert_ok(db_migrate(t->propre.db, schema_steps, schema_steps_n, t->now, &error), &error);
    if (t->schema[0] && !untouched[0])
        what_stands(t->schema, untouched);
}

struct db *
testdb_second(const struct testdb *t, const struct db_options *options)
{
    struct error error = {0};
    struct db *db = NULL;
    assert_ok(db_open(str_of(t->address), options, &db, &error), &error);
    return db;
}

void
testdb_reopen(struct testdb *t)
{
    const struct db_options options = {0};
    db_close(t->propre.db);
    t->propre.db = NULL;
    t->propre.db = testdb_second(t, &options);
}

void
testdb_cut(struct testdb *t)
{
#ifdef PROPRE_POSTGRES
    if (testdb_is_postgres()) {
        char sql[128];
        const struct postgres *pg = t->propre.db->engine;
        (void)snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%d, 5000)",
                       PQbackendPID(pg->conn));
        admin(sql);
    }
#else
    (void)t;
#endif
}

static int
remove_one(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info, (void)type, (void)where;
    return remove(path);
}

void
testdb_close(struct testdb *t)
{
    db_close(t->propre.db);
    if (t->schema[0])
        give_back(t->schema, t->whole);
    assert_int_equal(nftw(t->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
    arena_release(&t->keep_region);
    arena_release(&t->scratch_region);
    *t = (struct testdb){0};
}

/* ---- a driver in front of the driver ---- */

static const struct db_driver *real;
static struct db_driver faulty;
static int countdown, statements, writes;
static bool failed;

static bool
fails_now(struct error *error)
{
    if (countdown == 0 || --countdown > 0)
        return false;
    failed = true;
    (void)fail(error, FAULT_SYSTEM, "the disk is full (as the test wants)");
    return true;
}

static enum fault
faulty_begin(struct db *db, enum db_mode mode, struct error *error)
{
    writes += mode == DB_WRITE;
    return fails_now(error) ? error->fault : real->begin(db, mode, error);
}

static enum fault
faulty_commit(struct db *db, struct error *error)
{
    if (fails_now(error)) {
        real->rollback(db); /* as a driver does */
        return error->fault;
    }
    return real->commit(db, error);
}

static enum fault
faulty_start(struct db *db, struct statement *statement, const struct value *params,
             bool stream, struct error *error)
{
    statements++;
    return fails_now(error) ? error->fault : real->start(db, statement, params, stream, error);
}

static enum fault
faulty_step(struct db *db, struct statement *statement, struct value *row, bool *ret_end,
            struct error *error)
{
    return fails_now(error) ? error->fault : real->step(db, statement, row, ret_end, error);
}

static enum fault
faulty_script(struct db *db, const char *sql, struct error *error)
{
    return fails_now(error) ? error->fault : real->script(db, sql, error);
}

/* Puts the driver above in front of the connection's own. */
static void
stand_before(struct db *db)
{
    if (db->driver != &faulty)
        real = db->driver;
    faulty = *real;
    faulty.begin = faulty_begin;
    faulty.commit = faulty_commit;
    faulty.start = faulty_start;
    faulty.step = faulty_step;
    faulty.script = faulty_script;
    db->driver = &faulty;
}

void
testdb_fail_at(struct testdb *t, int at)
{
    stand_before(t->propre.db);
    if (!at)
        t->propre.db->driver = real;
    countdown = at;
    failed = false;
}

int
testdb_statements(struct testdb *t)
{
    int n = statements;
    stand_before(t->propre.db);
    statements = 0;
    return n;
}

int
testdb_writes(struct testdb *t)
{
    int n = writes;
    stand_before(t->propre.db);
    writes = 0;
    return n;
}

bool
testdb_failed(void)
{
    return failed;
}
