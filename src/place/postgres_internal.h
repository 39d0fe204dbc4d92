#pragma once
#include <libpq-fe.h> /* IWYU pragma: export */

#include "place/db_internal.h" /* IWYU pragma: export */

/* What the two halves of the PostgreSQL driver share. */
struct postgres {
    PGconn *conn;
    PGresult *result;
    int row; /* the next one to read */
    bool streaming;
};

/* postgres_ok(result): whether the server did it. */
bool postgres_ok(const PGresult *result);
/* postgres_fault(pg, result, error): what is wrong with it, or with the connection when it is NULL. */
enum fault postgres_fault(const struct postgres *pg, const PGresult *result,
                          struct error *error);
/* postgres_run(pg, sql, error): statements without parameters or rows. */
enum fault postgres_run(const struct postgres *pg, const char *sql, struct error *error);
must_use enum fault postgres_open(struct db *db, const struct db_options *options,
                                  struct error *error);
/* postgres_reconnect(db, pg, error): after the connection was lost; what was prepared is forgotten. */
must_use enum fault postgres_reconnect(struct db *db, const struct postgres *pg,
                                       struct error *error);
