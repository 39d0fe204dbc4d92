#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

struct propre;

/* Pictures and other files of a workspace, in the data, in pieces: a file is never whole in memory. */
enum {
    MEDIA_BYTES_MAX = 100 << 20, /* the largest a network of the first wave takes is 99 MiB */
    MEDIA_PIECE_BYTES = 256 * 1024, /* one row; SQLite and libpq handle it whole */
    MEDIA_NAME_MAX = 255,
    MEDIA_PAGE_MAX = 500
};

struct media {
    int64_t id, workspace;
    str sha256; /* hex: the same bytes are kept once */
    str name, mime, alt;
    int64_t bytes;
    int32_t width, height; /* 0: not a picture */
    int64_t created_us;
};

/*
 * media_add(propre, media, read, ctx, ret_id, error):
 * Takes the bytes in pieces; type and size are found from the bytes (JPEG, PNG, WebP, GIF, MP4), never believed. The
 * same bytes again give the id they have. Needs an open write transaction.
 * Faults: INPUT (empty, of a type that is not taken, longer than MEDIA_BYTES_MAX), SYSTEM.
 */
struct media_reader {
    /* up to max bytes; *ret_n 0 at the end; false: cannot be read */
    bool (*read)(void *ctx, void *out, ptrdiff_t max, ptrdiff_t *ret_n);
    void *ctx;
};
must_use enum fault media_add(struct propre *propre, const struct media *media,
                              const struct media_reader *reader, int64_t *ret_id,
                              struct error *error);
must_use enum fault media_get(struct propre *propre, int64_t workspace, int64_t id,
                              struct arena *keep, struct media *ret, struct error *error);
must_use enum fault media_list(struct propre *propre, int64_t workspace, struct arena *keep,
                               struct media **ret, ptrdiff_t *ret_n, struct error *error);
/* media_read(propre, id, offset, out, max, ret_n, error): *ret_n 0 only at the end. Any transaction. */
must_use enum fault media_read(struct propre *propre, int64_t id, int64_t offset, void *out,
                               ptrdiff_t max, ptrdiff_t *ret_n, struct error *error);
must_use enum fault media_alt(struct propre *propre, int64_t workspace, int64_t id, str alt,
                              struct error *error);
