#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/str.h"

/*
 * multipart/form-data (RFC 7578), read as it arrives and kept nowhere. Written for what browsers send: no
 * preamble, CRLF line ends, one Content-Disposition a part; anything else is malformed.
 */
enum {
    MULTIPART_BOUNDARY_MAX = 70, /* RFC 2046 section 5.1.1 */
    MULTIPART_PARTS_MAX = 400,   /* a composer of a hundred channels has 3 each and 60 more */
    MULTIPART_HEAD_MAX =
        2048,                /* headers of one part: a name, a file name of 255 bytes, a type */
    MULTIPART_NAME_MAX = 64, /* our longest field name is under 20 */
    MULTIPART_FILE_NAME_MAX = 255
};

enum multipart_state {
    MULTIPART_FIRST, /* "--boundary" */
    MULTIPART_AFTER, /* what follows a boundary: CRLF or "--" */
    MULTIPART_HEAD,
    MULTIPART_DATA,
    MULTIPART_DONE,
    MULTIPART_BROKEN
};

/* Told of each part. A false stops the reading: the body counts as malformed. */
struct multipart_sink {
    void *ctx;
    /* ${file_name} is none for a field that is no file, empty for a file field left empty. */
    bool (*begin)(void *ctx, str name, str file_name);
    bool (*data)(void *ctx, str bytes);
    bool (*end)(void *ctx);
};

struct multipart {
    enum multipart_state state;
    char delimiter[4 + MULTIPART_BOUNDARY_MAX]; /* CR LF "--" boundary */
    int32_t delimiter_n, matched, parts_n, head_n;
    char after[2]; /* bytes read behind a boundary, or behind the last one */
    int32_t after_n;
    char head[MULTIPART_HEAD_MAX];
};

/* multipart_init(m, content_type): false if it is not multipart/form-data with a proper boundary. */
bool multipart_init(struct multipart *m, str content_type);
/* multipart_feed(m, bytes, sink): takes the next bytes; false once the body is malformed. */
bool multipart_feed(struct multipart *m, str bytes, const struct multipart_sink *sink);
/* multipart_whole(m): the last boundary was seen. */
bool multipart_whole(const struct multipart *m);
