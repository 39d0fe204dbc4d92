#include "place/db.h"

#include <assert.h>

#include "base/buf.h"
#include "place/db_internal.h"

enum { SCRIPT_MAX = 1024 * 1024 }; /* one schema step, expanded */

static bool
postgres_address(str address)
{
    return str_starts(address, S("postgres://")) || str_starts(address, S("postgresql://"));
}

static enum fault
driver_for(str address, const struct db_driver **ret, struct error *error)
{
    if (postgres_address(address)) {
#ifdef PROPRE_POSTGRES
        *ret = &driver_postgres;
        return OK;
#else
        return fail(error, FAULT_INPUT, "this Propre was built without PostgreSQL");
#endif
    }
    if (str_find(address, S("://")) >= 0 || address.n == 0 || address.p[0] == ':')
        return fail(error, FAULT_INPUT, "“%.*s” is neither a file nor a postgres:// address",
                    STR_FMT(address));
    *ret = &driver_sqlite;
    return OK;
}

enum fault
db_open(str address, const struct db_options *options, struct db **ret, struct error *error)
{
    const struct db_driver *driver;
    if (driver_for(address, &driver, error))
        return error->fault;
    struct arena_region region;
    struct arena arena = arena_reserve(DB_ARENA_MAX, &region);
    struct db *db = new (&arena, struct db, 1);
    db->driver = driver;
    db->region = region;
    db->address = str_of(cstr(&arena, address));
    db->read_only = options->read_only;
    db->lock_fd = -1;
    db->arena = arena;
    if (driver->open(db, options, error)) {
        driver->close(db);
        arena_release(&region);
        return error->fault;
    }
    *ret = db;
    return OK;
}

void
db_close(struct db *db)
{
    if (!db)
        return;
    db_rollback(db);
    db->driver->close(db);
    struct arena_region region = db->region;
    arena_release(&region);
}

enum fault
db_begin(struct db *db, enum db_mode mode, struct error *error)
{
    assert(db->state == DB_IDLE && !db->stepping);
    if (mode == DB_WRITE && db->read_only)
        return fail(error, FAULT_DENIED,
                    "this connection only reads: nothing can be changed through it");
    if (db->driver->begin(db, mode, error))
        return error->fault;
    db->failed = false;
    db->state = mode == DB_WRITE ? DB_WRITING : DB_READING;
    return OK;
}

enum fault
db_commit(struct db *db, struct error *error)
{
    assert(db->state != DB_IDLE && !db->stepping);
    if (db->failed) {
        db_rollback(db);
        return fail(error, FAULT_CONFLICT,
                    "one step of this change failed, so none of it was saved");
    }
    enum fault fault = db->driver->commit(db, error);
    db->state = DB_IDLE;
    return fault;
}

void
db_rollback(struct db *db)
{
    if (db->state == DB_IDLE)
        return;
    assert(!db->stepping);
    db->driver->rollback(db);
    db->state = DB_IDLE;
}

bool
db_is_postgres(const struct db *db)
{
    return postgres_address(db->address);
}

const char *
db_engine(const struct db *db)
{
    return db->version;
}

str
db_path(const struct db *db)
{
    return db_is_postgres(db) ? STR_NONE : db->address;
}

str
db_migration_backup(const struct db *db)
{
    return db->migration_backup;
}

enum fault
db_script(struct db *db, str sql, struct error *error)
{
    assert(db->state == DB_WRITING);
    auto_buf out;
    buf_init(&out, SCRIPT_MAX);
    str head, word;
    while (str_cut(&sql, '@', &head)) {
        buf_add(&out, head);
        const char *means = str_cut(&sql, '@', &word) ? db->driver->word(word) : NULL;
        if (!means)
            return fail(error, FAULT_CORRUPT,
                        "a schema step has an @word@ that no engine knows");
        buf_add(&out, str_of(means));
    }
    buf_add(&out, head);
    if (buf_check(&out, "a schema step", error))
        return error->fault;
    enum fault fault = db->driver->script(db, out.p ? out.p : "", error);
    db->failed |= fault != OK;
    return fault;
}

bool
db_one_writer(const struct db *db)
{
    return db->lock_fd >= 0;
}
