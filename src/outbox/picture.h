#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

/*
 * A picture made fit for a network: without what it tells of its maker (place, camera, names), upright, in sRGB, and
 * as small as the network wants it. It is decoded in a child process that can do nothing else (doc/decisions/0030).
 */

enum {
    PICTURE_BYTES_MAX = 20 << 20,          /* larger ones come from no camera */
    PICTURE_PIXELS_MAX = 50 * 1000 * 1000, /* 200 MB when decoded, in 512 MiB */
    PICTURE_CHILD_CPU_S = 5,               /* 50 million pixels take about two */
    PICTURE_CHILD_BYTES_MAX = 512 << 20,   /* address space beyond what the parent has */
    PICTURE_PATIENCE_S = 30,               /* of the parent, when the machine is busy */
    PICTURE_NOTES_MAX = 5                  /* all there are */
};

struct picture_limits {
    int64_t bytes_max, pixels_max; /* 0: no limit but ours */
    int32_t width_max;             /* of either side */
    const char *const *mimes;      /* accepted types; ends at NULL or behind mimes_n */
    int32_t mimes_n;               /* 0: JPEG and PNG */
};

/* What was done: a key of translation whose %s take the arguments (base/translate.h). */
struct picture_note {
    const char *text;
    str args[4];
    int32_t args_n;
};

struct picture {
    str bytes, mime; /* image/jpeg or image/png */
    int32_t width, height;
    struct picture_note notes[PICTURE_NOTES_MAX];
    int32_t notes_n;
};

/*
 * picture_fit(bytes, limits, keep, ret, error):
 * JPEG, PNG, WebP or GIF (of an animation, its first frame). A PNG stays one where it fits; else it becomes a JPEG.
 * Quality is given up before size.
 * Faults: INPUT (no such picture, cut off, beyond PICTURE_BYTES_MAX or PICTURE_PIXELS_MAX, cannot be decoded), LIMIT
 *         (cannot be made small enough), AWAY (libvips is not installed), SYSTEM.
 */
must_use enum fault picture_fit(str bytes, const struct picture_limits *limits,
                                struct arena *keep, struct picture *ret, struct error *error);
