#include "place/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "place/db_internal.h"
#include "place/hold.h"
#include "place/propre.h"
#include "place/schema.h"

enum { SCRATCH_MAX = 16 * 1024 * 1024 }; /* the lines of PROBLEMS_MAX, and file names */

/* ---- verify ---- */

/* ${older}: that steps are still to be applied is no problem: a backup may be from before them. */
static enum fault
verify(struct db *db, const struct schema_step *steps, ptrdiff_t steps_n, bool older,
       struct problems *problems, struct error *error)
{
    const struct schema_step *next = NULL;
    if (db_begin(db, DB_READ, error))
        return error->fault;
    auto_tx tx = db;
    if (db->driver->check(db, problems, error))
        return error->fault;
    enum fault fault = older ? db_schema_compare(db, steps, steps_n, &next, error)
                             : db_check_schema(db, steps, steps_n, error);
    if (fault == FAULT_CONFLICT || fault == FAULT_CORRUPT) {
        char line[1024];
        error_text(error, NULL, NULL, line, sizeof line);
        problems->lines[problems->n++] = arena_str(problems->keep, str_of(line));
        return OK;
    }
    return fault;
}

static struct problems
problems_none(struct arena *keep)
{
    return (struct problems){.keep = keep, .lines = new (keep, str, PROBLEMS_MAX + 1)};
}

enum fault
backup_verify(struct db *db, const struct schema_step *steps, ptrdiff_t steps_n,
              struct arena *keep, str **ret_problems, ptrdiff_t *ret_n, struct error *error)
{
    struct problems problems = problems_none(keep);
    if (verify(db, steps, steps_n, false, &problems, error))
        return error->fault;
    *ret_problems = problems.lines;
    *ret_n = problems.n;
    return OK;
}

/* A file that must be whole and ours; maybe of an ${older} Propre. */
static enum fault
file_verify(const char *path, const struct schema_step *steps, ptrdiff_t steps_n, bool older,
            struct arena scratch, struct error *error)
{
    const struct db_options read_only = {.read_only = true};
    auto_db db = NULL;
    struct problems problems = problems_none(&scratch);
    if (db_open(str_of(path), &read_only, &db, error) ||
        verify(db, steps, steps_n, older, &problems, error))
        return error->fault;
    if (problems.n > 0)
        return fail(error, FAULT_CORRUPT, "%s is not whole (%.*s)", path,
                    STR_FMT(problems.lines[0]));
    return OK;
}

/* ---- backup ---- */

static enum fault
copy_and_verify(struct db *db, const char *path, const struct schema_step *steps,
                ptrdiff_t steps_n, struct arena scratch, struct error *error)
{
    if (db->driver->copy_to(db, path, error))
        return error->fault;
    if (file_verify(path, steps, steps_n, true, scratch, error)) {
        (void)unlink(path); /* a bad copy must not look like a backup */
        return error->fault;
    }
    return OK;
}

enum fault
backup_make(struct db *db, str path, const struct schema_step *steps, ptrdiff_t steps_n,
            struct error *error)
{
    if (!db->driver->copy_to)
        return fail(error, FAULT_INPUT,
                    "the data are on a PostgreSQL server: back them up with its own pg_dump "
                    "--format=custom");
    struct arena_region region;
    struct arena scratch = arena_reserve(SCRATCH_MAX, &region);
    const char *name = cstr(&scratch, path);
    enum fault fault = copy_and_verify(db, name, steps, steps_n, scratch, error);
    arena_release(&region);
    return fault;
}

/* ---- restore ---- */

/* So that the new names outlast a power cut. */
static enum fault
sync_folder(const char *path, struct arena scratch, struct error *error)
{
    const char *slash = strrchr(path, '/');
    const char *folder = !slash          ? "."
                         : slash == path ? "/"
                                         : cstr(&scratch, (str){path, slash - path});
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool done = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        (void)close(fd); /* only read */
    return done ? OK : fail(error, FAULT_SYSTEM, "cannot finish writing %s", path);
}

/*
 * Makes one closed file of what is at ${path}: nobody may have it open, and its journal is worked in. A
 * damaged one cannot be opened at all; then it is moved as it is, with its companions.
 */
static enum fault
settle(const char *path, struct error *error)
{
    const struct db_options options = {0};
    struct db *db = NULL;
    enum fault fault = db_open(str_of(path), &options, &db, error);
    if (!fault)
        fault = db->driver->settle(db, error);
    db_close(db);
    return fault == FAULT_CORRUPT ? OK : fault;
}

static enum fault
move_if_there(const char *from, const char *to, struct error *error)
{
    struct stat info;
    if (stat(to, &info) == 0)
        return fail(error, FAULT_CONFLICT, "%s exists already and is not overwritten", to);
    if (rename(from, to) != 0 && errno != ENOENT)
        return fail(error, FAULT_SYSTEM, "cannot rename %s to %s", from, to);
    return OK;
}

/* "…" and its companions "…-wal", "…-shm" to "ASIDE", "ASIDE-wal", "ASIDE-shm". */
static enum fault
move_aside(const char *path, const char *aside, struct arena scratch, struct error *error)
{
    static const char *const suffixes[] = {"-wal", "-shm", ""};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        const char *from = arena_printf(&scratch, "%s%s", path, suffixes[i]).p;
        const char *to = arena_printf(&scratch, "%s%s", aside, suffixes[i]).p;
        if (move_if_there(from, to, error))
            return error->fault;
    }
    return OK;
}

static void
remove_with_companions(const char *path, struct arena scratch)
{
    static const char *const suffixes[] = {"-wal", "-shm", ""};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        (void)unlink(
            arena_printf(&scratch, "%s%s", path, suffixes[i]).p); /* as far as it goes */
}

/* The new content is ready in ${fresh}: puts it where ${to} is. */
static enum fault
put_in_place(const char *fresh, const char *to, const char *aside, struct arena scratch,
             struct error *error)
{
    if (settle(to, error))
        return error->fault;
    if (move_aside(to, aside, scratch, error))
        return error->fault;
    if (rename(fresh, to) != 0) {
        (void)fail(error, FAULT_SYSTEM, "cannot rename %s to %s", fresh, to);
        (void)rename(
            aside, to); /* as it was; if even this fails, the old data are whole in ${aside} */
        return error->fault;
    }
    return sync_folder(to, scratch, error);
}

/* Everything the copy believes is still to be sent may have been sent since: it waits for a person. */
static enum fault
hold_all(struct db *db, instant now, struct error *error)
{
    if (db_begin(db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = db;
    if (hold_set_all(db, S(HOLD_RESTORED), now, error))
        return error->fault;
    return db_commit(db, error);
}

/* Brings a copy nobody uses yet up to date, holds it, and leaves one closed file. */
static enum fault
make_ready(const char *path, const struct schema_step *steps, ptrdiff_t steps_n, instant now,
           struct error *error)
{
    const struct db_options options = {0};
    auto_db db = NULL;
    if (db_open(str_of(path), &options, &db, error))
        return error->fault;
    enum fault fault = db_migrate(db, steps, steps_n, now, error);
    str before = db_migration_backup(db);
    if (before.p)
        (void)unlink(before.p); /* of a copy: the backup itself is still there */
    if (fault || hold_all(db, now, error))
        return error->fault;
    return db->driver->settle(db, error);
}

/* What is to stand at the end, in ${fresh}; nothing is left there on a fault. */
static enum fault
make_fresh(const char *from, const char *fresh, const struct schema_step *steps,
           ptrdiff_t steps_n, instant now, struct arena scratch, struct error *error)
{
    const struct db_options read_only = {.read_only = true};
    auto_db db = NULL;
    if (file_verify(from, steps, steps_n, true, scratch, error) ||
        db_open(str_of(from), &read_only, &db, error) ||
        copy_and_verify(db, fresh, steps, steps_n, scratch, error))
        return error->fault;
    if (make_ready(fresh, steps, steps_n, now, error) ||
        file_verify(fresh, steps, steps_n, false, scratch, error)) {
        remove_with_companions(fresh, scratch);
        return error->fault;
    }
    return OK;
}

static enum fault
restore(const struct restore_from_to *files, const struct schema_step *steps, ptrdiff_t steps_n,
        instant now, struct arena scratch, struct arena *keep, str *ret_aside,
        struct error *error)
{
    const struct civil c = instant_to_utc(now);
    const char *suffix = arena_printf(&scratch, "%04d%02d%02dT%02d%02d%02dZ", c.year, c.month,
                                      c.day, c.hour, c.minute, c.second)
                             .p;
    const char *from = cstr(&scratch, files->from), *to = cstr(&scratch, files->to);
    const char *fresh = arena_printf(&scratch, "%s.restoring-%s", to, suffix).p;
    const char *aside = arena_printf(&scratch, "%s.before-restore-%s", to, suffix).p;
    struct stat info;
    bool kept = stat(to, &info) == 0;
    if (kept && !S_ISREG(info.st_mode))
        return fail(error, FAULT_INPUT, "%s is not a file", to);
    if (make_fresh(from, fresh, steps, steps_n, now, scratch, error))
        return error->fault;
    enum fault fault = OK;
    if (kept)
        fault = put_in_place(fresh, to, aside, scratch, error);
    else if (rename(fresh, to) != 0)
        fault = fail(error, FAULT_SYSTEM, "cannot rename %s to %s", fresh, to);
    else
        fault = sync_folder(to, scratch, error);
    if (fault)
        (void)unlink(fresh); /* gone already when only the syncing failed */
    *ret_aside = kept ? arena_str(keep, str_of(aside)) : STR_NONE;
    return fault;
}

enum fault
backup_restore(const struct restore_from_to *files, const struct schema_step *steps,
               ptrdiff_t steps_n, instant now, struct arena *keep, str *ret_aside,
               struct error *error)
{
    struct arena_region region;
    struct arena scratch = arena_reserve(SCRATCH_MAX, &region);
    str aside = STR_NONE;
    enum fault fault = restore(files, steps, steps_n, now, scratch, keep, &aside, error);
    if (fault)
        (void)error_prefix(error, "%s was not restored", cstr(&scratch, files->to));
    else
        *ret_aside = aside;
    arena_release(&region);
    return fault;
}

/* ---- rebuild ---- */

static enum fault
rebuild_one(struct propre *propre, const struct rebuild_step *step, struct error *error)
{
    if (db_begin(propre->db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = propre->db;
    return step->run(propre, error) ? error->fault : db_commit(propre->db, error);
}

enum fault
rebuild(struct propre *propre, const struct rebuild_step *steps, ptrdiff_t steps_n,
        struct error *error)
{
    for (ptrdiff_t i = 0; i < steps_n; i++) {
        if (rebuild_one(propre, &steps[i], error))
            return error_prefix(error, "computing %s again", steps[i].name);
    }
    return OK;
}
