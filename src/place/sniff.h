#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/error.h"
#include "base/str.h"

/*
 * What a file is, from its bytes: its name and what its sender says of it are never believed. Walks the structure of
 * the file without decoding it, so that half a file is noticed before it is published.
 */

enum {
    SNIFF_HEAD_BYTES = 64,   /* the magic of every type lies in these */
    SNIFF_SIDE_MAX = 1 << 24 /* pixels of one side: beyond, it is no picture but a trap */
};

enum sniff_type { SNIFF_OTHER, SNIFF_JPEG, SNIFF_PNG, SNIFF_WEBP, SNIFF_GIF, SNIFF_MP4 };

/* Bytes to look at, wherever they lie. */
struct sniff_source {
    /* exactly n (at most 4096) bytes from offset, which lie within the file; false: cannot be read */
    bool (*at)(void *ctx, int64_t offset, void *out, ptrdiff_t n);
    void *ctx;
    int64_t bytes; /* of the whole file */
};

/* sniff_type(head): from the first bytes (SNIFF_HEAD_BYTES, or all when there are fewer). */
enum sniff_type sniff_type(str head);
/* sniff_mime(type): "image/jpeg"; none for SNIFF_OTHER. */
str sniff_mime(enum sniff_type type);
/* sniff_refuse(head, error): INPUT, with why a file of another type is not taken and what to do with it. */
must_use enum fault sniff_refuse(str head, struct error *error);

/*
 * sniff_size(source, type, ret_width, ret_height, error):
 * The size in pixels as stored (orientation is not applied); of a film, of its largest track as shown.
 * Faults: INPUT (cut off, or not what its beginning says), SYSTEM (cannot be read).
 * Source: ITU-T T.81 annex B; W3C PNG (third edition); WebP container specification; GIF89a; ISO/IEC 14496-12.
 */
must_use enum fault sniff_size(const struct sniff_source *source, enum sniff_type type,
                               int32_t *ret_width, int32_t *ret_height, struct error *error);
