#pragma once
#include "testdb.h"

#include "fixture/queries.h"

/* A fresh database with one workspace ("Test", Europe/Paris, English, EUR), inside a write transaction. */
struct fixture {
    struct testdb t;
    struct propre *propre;
    struct arena *keep;
    struct error error;
    int64_t workspace;
};

/* cmocka's setup and teardown: *state is the fixture. */
int fixture_open(void **state);
int fixture_close(void **state);
/* fixture_commit(f): commits and begins the next write transaction. */
void fixture_commit(struct fixture *f);
/* fixture_rollback(f): forgets what was done since the last commit, and begins again. */
void fixture_rollback(struct fixture *f);
/* fixture_digest(f): a hash of all posts, points and sums with their ids; the same when nothing changed. */
str fixture_digest(struct fixture *f);
struct fixture_counts_row fixture_counts(struct fixture *f);
