#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/maybe.h"
#include "base/str.h"

struct propre;

/* Pictures and films of a workspace, in the data, in pieces: a file is never whole in memory. */
enum {
    MEDIA_BYTES_MAX = 100 << 20, /* the largest a network of the first wave takes is 99 MiB */
    MEDIA_PIECE_BYTES = 256 * 1024, /* one row; SQLite and libpq handle it whole */
    MEDIA_NAME_MAX = 255,           /* bytes, as file systems have it */
    MEDIA_ALT_MAX = 8000,           /* bytes: 2,000 graphemes, the most a network takes */
    MEDIA_PAGE_MAX = 500            /* a library larger than that wants a search */
};

struct media {
    int64_t id, workspace;
    str sha256; /* hex: the same bytes are kept once */
    str name, mime, alt;
    int64_t bytes;
    int32_t width, height; /* 0: not a picture */
    int64_t created_us;
    struct maybe_int made_of; /* media_add: what it was made of; such a file is not listed */
};

/* Where the bytes come from. */
struct media_reader {
    /* up to max bytes; *ret_n 0 at the end; false: cannot be read */
    bool (*read)(void *ctx, void *out, ptrdiff_t max, ptrdiff_t *ret_n);
    void *ctx;
};
/*
 * media_add(propre, media, reader, ret_id, error):
 * Takes the bytes in pieces; of ${media} it reads workspace, name, alt and made_of. Type and size are found from the bytes (JPEG,
 * PNG, WebP, GIF, MP4), never believed. The same bytes again give the id they have, with its name and alt text. Needs an
 * open write transaction; after INPUT it may still be committed, and nothing of the file is in it.
 * Faults: INPUT (empty, cut off, of a type that is not taken, longer than MEDIA_BYTES_MAX), SYSTEM.
 */
must_use enum fault media_add(struct propre *propre, const struct media *media,
                              const struct media_reader *reader, int64_t *ret_id,
                              struct error *error);
/* media_get(…): Faults: ABSENT, also for one of another workspace. Any transaction, as media_list. */
must_use enum fault media_get(struct propre *propre, int64_t workspace, int64_t id,
                              struct arena *keep, struct media *ret, struct error *error);
/* media_list(…): the newest MEDIA_PAGE_MAX, newest first. */
must_use enum fault media_list(struct propre *propre, int64_t workspace, struct arena *keep,
                               struct media **ret, ptrdiff_t *ret_n, struct error *error);
/*
 * media_read(propre, id, offset, out, max, ret_n, error):
 * Some of the bytes from ${offset}, at most to the end of the piece they lie in; *ret_n 0 only at the end. It does not
 * ask whose they are: media_get does. Any transaction.
 * Faults: ABSENT, CORRUPT (a piece is missing).
 */
must_use enum fault media_read(struct propre *propre, int64_t id, int64_t offset, void *out,
                               ptrdiff_t max, ptrdiff_t *ret_n, struct error *error);
/* media_alt(…): what is told to who cannot see it. Faults: ABSENT, INPUT (too long). */
must_use enum fault media_alt(struct propre *propre, int64_t workspace, int64_t id, str alt,
                              struct error *error);
