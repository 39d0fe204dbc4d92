#include <assert.h>

#include "base/sha256.h"
#include "place/db_internal.h"
#include "place/queries.h"
#include "place/schema.h"

enum {
    HISTORY_ARENA_MAX = 16 * 1024 * 1024, /* 10 000 rows of history, generously */
    COPIES_MAX = 20 /* programs that find the same step to do in the same second */
};

static const char history_table[] = "CREATE TABLE IF NOT EXISTS schema_step (\n"
                                    "    number @int@ NOT NULL PRIMARY KEY,\n"
                                    "    name TEXT NOT NULL,\n"
                                    "    sha256 TEXT NOT NULL,\n"
                                    "    applied_us @int@ NOT NULL\n"
                                    ") @strict@";

static str
step_sha256(const struct schema_step *step, struct arena *keep)
{
    uint8_t hash[SHA256_BYTES];
    sha256(str_of(step->sql), hash);
    return hex(keep, hash, sizeof hash);
}

static const struct schema_step *
step_find(const struct schema_step *steps, ptrdiff_t steps_n, int64_t number)
{
    for (ptrdiff_t i = 0; i < steps_n; i++) {
        if (steps[i].number == number)
            return &steps[i];
    }
    return NULL;
}

static bool
applied(const struct schema_history_row *history, ptrdiff_t n, int64_t number)
{
    for (ptrdiff_t i = 0; i < n; i++) {
        if (history[i].number == number)
            return true;
    }
    return false;
}

/*
 * Compares the history with what this program knows; gives the first step not yet applied, or NULL. The
 * rooms number their steps apart, so a pending step may have a lower number than an applied one.
 */
static enum fault
history_compare(struct db *db, const struct schema_step *steps, ptrdiff_t steps_n,
                struct arena scratch, const struct schema_step **ret_next, bool *ret_fresh,
                struct error *error)
{
    struct schema_history_row *history;
    ptrdiff_t n;
    if (q_schema_history(db, NULL, &scratch, &history, &n, error))
        return error->fault;
    for (ptrdiff_t i = 0; i < n; i++) {
        const struct schema_step *step = step_find(steps, steps_n, history[i].number);
        if (!step)
            return fail(error, FAULT_CONFLICT,
                        "a newer Propre has changed this data (step %d, %.*s): open it with "
                        "that version, or "
                        "restore a backup made before",
                        (int)history[i].number, STR_FMT(history[i].name));
        if (!str_eq(history[i].sha256, step_sha256(step, &scratch)))
            return fail(error, FAULT_CORRUPT,
                        "step %d (%s) of the schema is not the one that was applied to this "
                        "data: this is "
                        "not the Propre it was made with",
                        (int)history[i].number, step->name);
    }
    *ret_next = NULL;
    *ret_fresh = n == 0;
    for (ptrdiff_t i = 0; i < steps_n && !*ret_next; i++) {
        if (!applied(history, n, steps[i].number))
            *ret_next = &steps[i];
    }
    return OK;
}

/* Applies the first pending step, all or nothing; *ret_done when there was none. */
static enum fault
apply_next(struct db *db, const struct schema_step *steps, ptrdiff_t steps_n, instant now,
           struct arena scratch, bool *ret_done, struct error *error)
{
    const struct schema_step *step;
    bool fresh;
    if (db_begin(db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = db;
    if (db->driver->lock_schema(db, error) || db_script(db, str_of(history_table), error) ||
        history_compare(db, steps, steps_n, scratch, &step, &fresh, error))
        return error->fault;
    if (!step) {
        *ret_done = true;
        return db_commit(db, error);
    }
    const struct schema_step_applied_in in = {step->number, str_of(step->name),
                                              step_sha256(step, &scratch), now.us};
    if (db_script(db, str_of(step->sql), error) || q_schema_step_applied(db, &in, error) ||
        db_commit(db, error))
        return error_prefix(error, "step %d (%s) of the schema was not applied",
                            (int)step->number, step->name);
    return OK;
}

/* Makes the history table if need be, and learns whether a copy is called for. */
static enum fault
look(struct db *db, const struct schema_step *steps, ptrdiff_t steps_n, struct arena scratch,
     bool *ret_pending, bool *ret_fresh, struct error *error)
{
    const struct schema_step *next;
    if (db_begin(db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = db;
    if (db->driver->lock_schema(db, error) || db_script(db, str_of(history_table), error) ||
        history_compare(db, steps, steps_n, scratch, &next, ret_fresh, error))
        return error->fault;
    *ret_pending = next != NULL;
    return db_commit(db, error);
}

/*
 * "data.propre.before-20261122T234501Z". Programs that start in the same second each make a copy of their own: the next
 * is named "…Z-2".
 */
static enum fault
copy_aside(struct db *db, instant now, struct error *error)
{
    struct civil c = instant_to_utc(now);
    str name =
        arena_printf(&db->arena, "%.*s.before-%04d%02d%02dT%02d%02d%02dZ", STR_FMT(db->address),
                     c.year, c.month, c.day, c.hour, c.minute, c.second);
    str path = name;
    enum fault fault = db->driver->copy_to(db, path.p, error);
    for (int n = 2; fault == FAULT_CONFLICT && n <= COPIES_MAX; n++) {
        *error = (struct error){0};
        path = arena_printf(&db->arena, "%.*s-%d", STR_FMT(name), n);
        fault = db->driver->copy_to(db, path.p, error);
    }
    if (fault)
        return error_prefix(error, "copying the data before changing its schema");
    db->migration_backup = path;
    return OK;
}

static enum fault
migrate(struct db *db, const struct schema_step *steps, ptrdiff_t steps_n, instant now,
        struct arena scratch, struct error *error)
{
    bool pending = false, fresh = false, done = false;
    /* Usually there is nothing to do, which is seen without keeping writers out. */
    const struct schema_step *next = NULL;
    enum fault fault = history_compare(db, steps, steps_n, scratch, &next, &fresh, error);
    if (fault != FAULT_ABSENT && (fault || !next))
        return fault;
    if (look(db, steps, steps_n, scratch, &pending, &fresh, error))
        return error->fault;
    if (pending && !fresh && db->driver->copy_to && copy_aside(db, now, error))
        return error->fault;
    for (ptrdiff_t i = 0; i <= steps_n && !done; i++) {
        if (apply_next(db, steps, steps_n, now, scratch, &done, error))
            return error->fault;
    }
    assert(done);
    return OK;
}

enum fault
db_migrate(struct db *db, const struct schema_step *steps, ptrdiff_t steps_n, instant now,
           struct error *error)
{
    struct arena_region region;
    struct arena scratch = arena_reserve(HISTORY_ARENA_MAX, &region);
    enum fault fault = migrate(db, steps, steps_n, now, scratch, error);
    arena_release(&region);
    return fault;
}

enum fault
db_schema_compare(struct db *db, const struct schema_step *steps, ptrdiff_t steps_n,
                  const struct schema_step **ret_next, struct error *error)
{
    struct arena_region region;
    struct arena scratch = arena_reserve(HISTORY_ARENA_MAX, &region);
    bool fresh;
    enum fault fault = history_compare(db, steps, steps_n, scratch, ret_next, &fresh, error);
    arena_release(&region);
    if (fault == FAULT_ABSENT) /* not even a history */
        fault = fail(error, FAULT_ABSENT,
                     "there is no workspace in these data yet: make one with “propre init”");
    return fault;
}

enum fault
db_check_schema(struct db *db, const struct schema_step *steps, ptrdiff_t steps_n,
                struct error *error)
{
    const struct schema_step *next = NULL;
    enum fault fault = db_schema_compare(db, steps, steps_n, &next, error);
    if (!fault && next)
        fault = fail(
            error, FAULT_CONFLICT,
            "this data was last opened by an older Propre and must be brought up to date first "
            "(step %d, %s): `propre serve`, `propre worker` or any command that changes "
            "something does that, after a copy",
            (int)next->number, next->name);
    return fault;
}
