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
static void
admin(const char *sql)
{
    PGconn *conn = PQconnectdb(server());
    if (PQstatus(conn) != CONNECTION_OK)
        fail_msg("%s", PQerrorMessage(conn));
    PGresult *result = PQexec(conn, "SET client_min_messages = error");
    PQclear(result);
    result = PQexec(conn, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(conn));
    PQclear(result);
    PQfinish(conn);
}
#else
static void
admin(const char *sql)
{
    fail_msg("%s: built without PostgreSQL", sql);
}
#endif

static void
make_schema(struct testdb *t)
{
    static int count;
    char sql[128];
    (void)snprintf(t->schema, sizeof t->schema, "test_%ld_%d", (long)getpid(), count++);
    (void)snprintf(sql, sizeof sql, "CREATE SCHEMA %s", t->schema);
    admin(sql);
    (void)snprintf(t->address, sizeof t->address, "%s%coptions=-csearch_path%%3D%s", server(),
                   strchr(server(), '?') ? '&' : '?', t->schema);
}

void
testdb_open_empty(struct testdb *t)
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
        make_schema(t);
    else
        (void)snprintf(t->address, sizeof t->address, "%s/data.propre", t->dir);
    rng_seed(&t->rng, 1, 0);
    t->propre.clock = clock_manual(&t->now);
    t->propre.rng = &t->rng;
    assert_ok(db_open(str_of(t->address), &options, &t->propre.db, &error), &error);
}

void
testdb_open(struct testdb *t)
{
    struct error error = {0};
    testdb_open_empty(t);
    assert_ok(db_migrate(t->propre.db, schema_steps, schema_steps_n, t->now, &error), &error);
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
    char sql[128];
    db_close(t->propre.db);
    if (t->schema[0]) {
        (void)snprintf(sql, sizeof sql, "DROP SCHEMA %s CASCADE", t->schema);
        admin(sql);
    }
    assert_int_equal(nftw(t->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
    arena_release(&t->keep_region);
    arena_release(&t->scratch_region);
    *t = (struct testdb){0};
}

/* ---- a driver in front of the driver ---- */

static const struct db_driver *real;
static struct db_driver faulty;
static int countdown, statements;
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

bool
testdb_failed(void)
{
    return failed;
}
