#pragma once
#include "t.h"

#include "base/rng.h"
#include "place/db.h"
#include "place/propre.h"
#include "place/query.h"

/*
 * A fresh, migrated database for one test, on the engine named by the environment:
 * PROPRE_TEST_DB unset: a SQLite file in a temporary folder;
 * PROPRE_TEST_DB=postgres (or an address): a fresh schema at PROPRE_TEST_POSTGRES (or there).
 * Include it first, as t.h. In main(), before the tests: `if (testdb_skips()) return 0;`.
 */
struct testdb {
    struct propre propre; /* db; a clock the test moves through `now`; rng seeded with 1 */
    instant now;          /* begins at 2026-11-24T09:00:00Z */
    struct rng rng;
    struct arena keep, scratch;
    char address[512]; /* for opening it a second time */
    /* private */
    char dir[64], schema[64];
    bool whole; /* migrated by testdb_open */
    struct arena_region keep_region, scratch_region;
};

/* testdb_skips(): whether the engine asked for is absent; then the TAP line that says so is printed. */
bool testdb_skips(void);
/* testdb_is_postgres(): which engine this run is about. */
bool testdb_is_postgres(void);
/* testdb_one_writer(): whether this SQLite bears only one connection that may write (-Dsqlite=system). */
bool testdb_one_writer(void);
/* testdb_open(t): fails the test when it cannot. */
void testdb_open(struct testdb *t);
/* testdb_open_empty(t): the same without any schema step applied. */
void testdb_open_empty(struct testdb *t);
/* testdb_reopen(t): closes the connection and opens a new one to the same data. */
void testdb_reopen(struct testdb *t);
/* testdb_second(t): another connection to the same data, which the test closes. */
struct db *testdb_second(const struct testdb *t, const struct db_options *options);
/* testdb_cut(t): the server ends the connection, as a restart would; nothing on SQLite. */
void testdb_cut(struct testdb *t);
void testdb_close(struct testdb *t);

/*
 * The ${at}-th thing the connection asks of the engine from now on (from 1: a begin, a statement, each of
 * its rows, a script, a commit) fails as if the disk were full; 0 takes the trap away.
 * testdb_failed(): whether it came to that. Loop over ${at} until it does not: see test_faults.c.
 */
void testdb_fail_at(struct testdb *t, int at);
bool testdb_failed(void);
/* testdb_statements(t): how many statements the connection began since this was last called. */
int testdb_statements(struct testdb *t);
/* testdb_writes(t): how many transactions that may write it began since this was last called. */
int testdb_writes(struct testdb *t);
