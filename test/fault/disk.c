#include "../t.h"

#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the log ---- */

static struct disk *watched;
static sqlite3_vfs *below; /* SQLite's own */

static void
note(enum disk_event_kind kind, enum disk_file file, int64_t at, int64_t n, const void *bytes)
{
    struct disk *disk = watched;
    assert_non_null(disk);
    assert_true(disk->n < DISK_EVENTS_MAX);
    struct disk_event *event = &disk->events[disk->n++];
    *event = (struct disk_event){kind, file, at, n, bytes};
    if (kind == DISK_WRITE) {
        char *copy = new (&disk->arena, char, n);
        memcpy(copy, bytes, (size_t)n);
        event->bytes = copy;
    }
}

void
disk_mark(struct disk *disk, const void *mark)
{
    assert_ptr_equal(disk, watched);
    note(DISK_MARK, DISK_DATA, 0, 0, mark);
}

/* Which file of the watched data that is; false: none. */
static bool
file_of(const char *name, enum disk_file *ret)
{
    static const char *const ends[DISK_FILES_N] = {"", "-wal", "-journal"};
    size_t n = watched ? strlen(watched->path) : 0;
    if (!watched || !name || strncmp(name, watched->path, n) != 0)
        return false;
    for (int i = 0; i < DISK_FILES_N; i++) {
        if (strcmp(name + n, ends[i]) == 0) {
            *ret = (enum disk_file)i;
            return true;
        }
    }
    return false;
}

/* ---- files: SQLite's own one stands behind ours in the same memory ---- */

struct logged {
    sqlite3_file base;
    enum disk_file file;
    sqlite3_file *real;
};

static sqlite3_file *
real_of(sqlite3_file *file)
{
    return ((struct logged *)(void *)file)->real;
}

static int
logged_close(sqlite3_file *file)
{
    return real_of(file)->pMethods->xClose(real_of(file));
}

static int
logged_read(sqlite3_file *file, void *out, int n, sqlite3_int64 at)
{
    return real_of(file)->pMethods->xRead(real_of(file), out, n, at);
}

static int
logged_write(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 at)
{
    note(DISK_WRITE, ((struct logged *)(void *)file)->file, at, n, bytes);
    return real_of(file)->pMethods->xWrite(real_of(file), bytes, n, at);
}

static int
logged_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    note(DISK_TRUNCATE, ((struct logged *)(void *)file)->file, size, 0, NULL);
    return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int
logged_sync(sqlite3_file *file, int flags)
{
    enum disk_file which = ((struct logged *)(void *)file)->file;
    (void)flags; /* the disk below is memory: nothing is waited for */
    if (which != DISK_WAL || !watched->drops_wal_syncs)
        note(DISK_SYNC, which, 0, 0, NULL);
    return SQLITE_OK;
}

static int
logged_size(sqlite3_file *file, sqlite3_int64 *ret)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), ret);
}

static int
logged_lock(sqlite3_file *file, int how)
{
    return real_of(file)->pMethods->xLock(real_of(file), how);
}

static int
logged_unlock(sqlite3_file *file, int how)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), how);
}

static int
logged_reserved(sqlite3_file *file, int *ret)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), ret);
}

/* Hints of a size would change the file past the log. */
static int
logged_control(sqlite3_file *file, int op, void *argument)
{
    if (op == SQLITE_FCNTL_SIZE_HINT || op == SQLITE_FCNTL_CHUNK_SIZE)
        return SQLITE_OK;
    return real_of(file)->pMethods->xFileControl(real_of(file), op, argument);
}

static int
logged_sector(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int
logged_traits(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int
logged_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **ret)
{
    return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, ret);
}

static int
logged_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, n, flags);
}

static void
logged_shm_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int
logged_shm_unmap(sqlite3_file *file, int removes)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), removes);
}

static const sqlite3_io_methods logged_methods = {
    .iVersion = 2, /* without mapped reads */
    .xClose = logged_close,
    .xRead = logged_read,
    .xWrite = logged_write,
    .xTruncate = logged_truncate,
    .xSync = logged_sync,
    .xFileSize = logged_size,
    .xLock = logged_lock,
    .xUnlock = logged_unlock,
    .xCheckReservedLock = logged_reserved,
    .xFileControl = logged_control,
    .xSectorSize = logged_sector,
    .xDeviceCharacteristics = logged_traits,
    .xShmMap = logged_shm_map,
    .xShmLock = logged_shm_lock,
    .xShmBarrier = logged_shm_barrier,
    .xShmUnmap = logged_shm_unmap,
};

/* ---- the way to them ---- */

static int
vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *ret_flags)
{
    struct logged *logged = (struct logged *)(void *)file;
    enum disk_file which;
    (void)vfs;
    if (!file_of(name, &which)) /* temporary ones: as if we were not here */
        return below->xOpen(below, name, file, flags, ret_flags);
    bool there = access(name, F_OK) == 0;
    *logged = (struct logged){.file = which, .real = (sqlite3_file *)(void *)(logged + 1)};
    int code = below->xOpen(below, name, logged->real, flags, ret_flags);
    if (logged->real->pMethods)
        logged->base.pMethods = &logged_methods;
    if (code == SQLITE_OK && !there)
        note(DISK_MAKE, which, 0, 0, NULL);
    return code;
}

static int
vfs_delete(sqlite3_vfs *vfs, const char *name, int syncs)
{
    enum disk_file which;
    (void)vfs;
    if (file_of(name, &which) && access(name, F_OK) == 0)
        note(DISK_REMOVE, which, 0, syncs != 0, NULL);
    return below->xDelete(below, name, 0);
}

static int
vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *ret)
{
    (void)vfs;
    return below->xAccess(below, name, flags, ret);
}

static int
vfs_full(sqlite3_vfs *vfs, const char *name, int n, char *out)
{
    (void)vfs;
    return below->xFullPathname(below, name, n, out);
}

static int
vfs_randomness(sqlite3_vfs *vfs, int n, char *out)
{
    (void)vfs;
    return below->xRandomness(below, n, out);
}

static int
vfs_sleep(sqlite3_vfs *vfs, int us)
{
    (void)vfs;
    return below->xSleep(below, us);
}

static int
vfs_time(sqlite3_vfs *vfs, double *ret)
{
    (void)vfs;
    return below->xCurrentTime(below, ret);
}

static int
vfs_time64(sqlite3_vfs *vfs, sqlite3_int64 *ret)
{
    (void)vfs;
    return below->xCurrentTimeInt64(below, ret);
}

static int
vfs_error(sqlite3_vfs *vfs, int n, char *out)
{
    (void)vfs;
    return below->xGetLastError(below, n, out);
}

static sqlite3_vfs above = {
    .iVersion = 2,
    .zName = "logged",
    .xOpen = vfs_open,
    .xDelete = vfs_delete,
    .xAccess = vfs_access,
    .xFullPathname = vfs_full,
    .xRandomness = vfs_randomness,
    .xSleep = vfs_sleep,
    .xCurrentTime = vfs_time,
    .xGetLastError = vfs_error,
    .xCurrentTimeInt64 = vfs_time64,
};

void
disk_watch(struct disk *disk, const char *path)
{
    assert_null(watched);
    if (!below) {
        below = sqlite3_vfs_find(NULL);
        assert_non_null(below);
        above.szOsFile = (int)sizeof(struct logged) + below->szOsFile;
        above.mxPathname = below->mxPathname;
    }
    *disk = (struct disk){.path = path, .drops_wal_syncs = disk->drops_wal_syncs};
    disk->arena = arena_reserve((ptrdiff_t)1 << 30, &disk->region);
    disk->events = new (&disk->arena, struct disk_event, DISK_EVENTS_MAX);
    watched = disk;
    assert_int_equal(SQLITE_OK, sqlite3_vfs_register(&above, 1));
}

void
disk_leave(void)
{
    watched = NULL;
    assert_int_equal(SQLITE_OK, sqlite3_vfs_register(below, 1));
}

void
disk_release(struct disk *disk)
{
    arena_release(&disk->region);
}

/* ---- files in memory ---- */

void
disk_state_open(struct disk_state *state)
{
    /* not through an arena, which would touch it all */
    const ptrdiff_t size = (ptrdiff_t)DISK_FILES_N * DISK_FILE_MAX;
    char *bytes = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert_true(bytes != MAP_FAILED);
    state->region = (struct arena_region){bytes, size};
    for (int i = 0; i < DISK_FILES_N; i++)
        state->files[i] =
            (struct disk_bytes){.bytes = (unsigned char *)bytes + (ptrdiff_t)i * DISK_FILE_MAX};
}

void
disk_state_release(struct disk_state *state)
{
    arena_release(&state->region);
}

static void
path_of(const char *path, int file, char out[600])
{
    static const char *const ends[DISK_FILES_N] = {"", "-wal", "-journal"};
    (void)snprintf(out, 600, "%s%s", path, ends[file]);
}

void
disk_state_read(struct disk_state *state, const char *path)
{
    for (int i = 0; i < DISK_FILES_N; i++) {
        char name[600];
        struct disk_bytes *file = &state->files[i];
        path_of(path, i, name);
        int fd = open(name, O_RDONLY | O_CLOEXEC);
        file->there = fd >= 0;
        file->n = 0;
        for (ssize_t n = 1; fd >= 0 && n > 0;) {
            n = read(fd, file->bytes + file->n, (size_t)(DISK_FILE_MAX - file->n));
            assert_true(n >= 0 && file->n + n < DISK_FILE_MAX);
            file->n += n;
        }
        if (fd >= 0)
            (void)close(fd);
    }
}

void
disk_state_write(const struct disk_state *state, const char *path)
{
    char name[600];
    for (int i = 0; i < DISK_FILES_N; i++) {
        const struct disk_bytes *file = &state->files[i];
        path_of(path, i, name);
        (void)unlink(name);
        if (!file->there)
            continue;
        int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        assert_true(fd >= 0 && write(fd, file->bytes, (size_t)file->n) == file->n);
        (void)close(fd);
    }
    (void)snprintf(name, sizeof name, "%s-shm", path);
    (void)unlink(name);
}

/* ---- going through a log ---- */

static void
put(struct disk_bytes *file, int64_t at, int64_t n, const void *bytes)
{
    assert_true(at + n <= DISK_FILE_MAX);
    if (at > file->n)
        memset(file->bytes + file->n, 0, (size_t)(at - file->n));
    memcpy(file->bytes + at, bytes, (size_t)n);
    if (file->n < at + n)
        file->n = at + n;
    file->there = true;
}

static void
cut(struct disk_bytes *file, int64_t n)
{
    assert_true(n <= DISK_FILE_MAX);
    if (n > file->n)
        memset(file->bytes + file->n, 0, (size_t)(n - file->n));
    file->n = n;
}

static void
happen(struct disk_state *state, const struct disk_event *event)
{
    struct disk_bytes *file = &state->files[event->file];
    switch (event->kind) {
    case DISK_MAKE:
        file->there = true;
        file->n = 0;
        break;
    case DISK_WRITE:
        put(file, event->at, event->n, event->bytes);
        break;
    case DISK_TRUNCATE:
        cut(file, event->at);
        break;
    case DISK_REMOVE:
        file->there = false;
        file->n = 0;
        break;
    case DISK_SYNC:
    case DISK_MARK:
        break;
    }
}

/* What concerns that file is safe now. */
static void
settle(struct disk_replay *replay, enum disk_file file)
{
    int32_t left = 0;
    for (int32_t i = 0; i < replay->pending_n; i++) {
        const struct disk_event *event = &replay->disk->events[replay->pending[i]];
        if (event->file == file)
            happen(&replay->safe, event);
        else
            replay->pending[left++] = replay->pending[i];
    }
    replay->pending_n = left;
}

void
disk_replay_to(struct disk_replay *replay, int32_t at)
{
    assert_true(at <= replay->disk->n);
    for (; replay->at < at; replay->at++) {
        const struct disk_event *event = &replay->disk->events[replay->at];
        if (event->kind == DISK_MARK) {
            replay->mark = event->bytes;
            continue;
        }
        if (event->kind != DISK_SYNC)
            replay->pending[replay->pending_n++] = replay->at;
        if (event->kind == DISK_SYNC || (event->kind == DISK_REMOVE && event->n))
            settle(replay, event->file);
    }
}

/* ---- tearing ---- */

static void
copy_state(const struct disk_state *from, struct disk_state *to)
{
    for (int i = 0; i < DISK_FILES_N; i++) {
        to->files[i].n = from->files[i].n;
        to->files[i].there = from->files[i].there;
        memcpy(to->files[i].bytes, from->files[i].bytes, (size_t)from->files[i].n);
    }
}

/* Some sectors of that write; of TEAR_BEHIND the first ones. */
static void
some_sectors(const struct disk_event *event, enum tear how, struct rng *rng,
             struct disk_state *out)
{
    int64_t sector = event->at / DISK_SECTOR, last = (event->at + event->n - 1) / DISK_SECTOR;
    int64_t until = sector + (int64_t)rng_below(rng, (uint64_t)(last - sector) + 2);
    for (; sector <= last; sector++) {
        unsigned char garbage[DISK_SECTOR];
        int64_t from = sector * DISK_SECTOR, to = from + DISK_SECTOR;
        from = from < event->at ? event->at : from;
        to = to > event->at + event->n ? event->at + event->n : to;
        const unsigned char *bytes = (const unsigned char *)event->bytes + (from - event->at);
        if (how == TEAR_BEHIND ? sector >= until : rng_below(rng, 2) == 0)
            continue;
        if (how == TEAR_GARBAGE && rng_below(rng, 4) == 0) {
            for (int64_t i = 0; i < to - from; i++)
                garbage[i] = (unsigned char)rng_below(rng, 256);
            bytes = garbage;
        }
        put(&out->files[event->file], from, to - from, bytes);
    }
}

void
disk_tear(const struct disk_replay *replay, enum tear how, struct rng *rng,
          struct disk_state *out)
{
    static int32_t order[DISK_EVENTS_MAX];
    const struct disk_event *events = replay->disk->events;
    int32_t n = replay->pending_n;
    copy_state(&replay->safe, out);
    if (how == TEAR_ALL)
        return;
    if (how == TEAR_BEHIND)
        n = (int32_t)rng_below(rng, (uint64_t)n + 1);
    for (int32_t i = 0; i < n; i++) {
        order[i] = replay->pending[i];
        int32_t j = how >= TEAR_SECTORS ? (int32_t)rng_below(rng, (uint64_t)i + 1) : i;
        int32_t moved = order[j];
        order[j] = order[i];
        order[i] = moved;
    }
    for (int32_t i = 0; i < n; i++) {
        const struct disk_event *event = &events[order[i]];
        bool torn = how >= TEAR_SECTORS || (how == TEAR_BEHIND && i == n - 1);
        if (torn && event->kind == DISK_WRITE)
            some_sectors(event, how, rng, out);
        else if (!torn || rng_below(rng, 2) == 0)
            happen(out, event);
    }
}
