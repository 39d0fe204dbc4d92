#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/rng.h"

/*
 * A disk that remembers: SQLite's way to files, with a log of every change in front of it. From the log come the
 * files as a power cut at any point of it may leave them: what was synced is there; of what was written after
 * that any part may be, in any order, sector by sector.
 */
enum disk_file { DISK_DATA, DISK_WAL, DISK_JOURNAL, DISK_FILES_N };
enum disk_event_kind {
    DISK_MAKE,
    DISK_WRITE,
    DISK_TRUNCATE,
    DISK_SYNC,
    DISK_REMOVE,
    DISK_MARK /* the test's own: something happened outside, between two changes */
};
struct disk_event {
    enum disk_event_kind kind;
    enum disk_file file;
    int64_t at;        /* of WRITE: offset; of TRUNCATE: the new length */
    int64_t n;         /* bytes; of REMOVE: 1 when the folder was synced too */
    const void *bytes; /* of MARK: the test's own */
};

enum { DISK_EVENTS_MAX = 400000, DISK_FILE_MAX = 16 << 20, DISK_SECTOR = 512 };

struct disk {
    struct arena_region region;
    struct arena arena; /* of the log; the test's marks may live there */
    struct disk_event *events;
    int32_t n;
    const char *path;     /* of the data file that is watched */
    bool drops_wal_syncs; /* a mutant: a disk, or a setting, that lies about the journal */
};
/* disk_watch(disk, path): from now on connections opened to ${path} are logged. One at a time in a process. */
void disk_watch(struct disk *disk, const char *path);
/* disk_leave(disk): connections opened from now on are ordinary ones; the log stays. */
void disk_leave(void);
void disk_release(struct disk *disk);
void disk_mark(struct disk *disk, const void *mark);

/* Files, held in memory. */
struct disk_bytes {
    unsigned char *bytes; /* DISK_FILE_MAX of address space */
    int64_t n;
    bool there;
};
struct disk_state {
    struct disk_bytes files[DISK_FILES_N];
    struct arena_region region;
};
void disk_state_open(struct disk_state *state);
void disk_state_release(struct disk_state *state);
/* disk_state_read(state, path): what lies there now. */
void disk_state_read(struct disk_state *state, const char *path);
/* disk_state_write(state, path): puts it there, in the place of what was. */
void disk_state_write(const struct disk_state *state, const char *path);

/* Going through a log: what is safe at a point of it, and what is not yet. */
struct disk_replay {
    const struct disk *disk;
    struct disk_state safe;
    int32_t at;       /* events before this one happened */
    int32_t *pending; /* those that no sync covers, in order */
    int32_t pending_n;
    const void *mark; /* the last */
};
/* disk_replay_to(replay, at): forward only. */
void disk_replay_to(struct disk_replay *replay, int32_t at);

enum tear {
    TEAR_ALL,     /* nothing reached the disk that was not synced */
    TEAR_NONE,    /* everything did */
    TEAR_BEHIND,  /* the first ones did; of the last of them a part */
    TEAR_SECTORS, /* any sectors of any, in any order */
    TEAR_GARBAGE, /* the same, and some sectors are neither the old nor the new */
    TEARS_N
};
/* disk_tear(replay, how, rng, out): the files after a power cut. */
void disk_tear(const struct disk_replay *replay, enum tear how, struct rng *rng,
               struct disk_state *out);
