#pragma once
#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

enum {
    EMBED_BYTES_MAX = 4 << 20,      /* one file: the largest script bundle is under 1 MB */
    EMBED_OUT_BYTES_MAX = 64 << 20, /* octal escapes take up to four bytes for one */
    EMBED_FILES_MAX = 256,
    EMBED_HASH_DIGITS =
        16 /* 64 bits: enough that two versions of a file never share an address */
};

struct embed_file {
    str path;
    str body;
};

/*
 * embed_write(files, n, array, include, keep, out, error):
 * The C source of a sorted array of assets (src/web/asset.h).
 * Faults: INPUT for two files of one name, a name that needs escaping in an address, an unknown ending.
 */
must_use enum fault embed_write(struct embed_file *files, ptrdiff_t n, const char *array,
                                const char *include, struct arena *keep, struct buf *out,
                                struct error *error);
