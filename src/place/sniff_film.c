#include "place/sniff_internal.h"

/* MP4: boxes in boxes, each with its length and four letters (ISO/IEC 14496-12, 4.2). */

enum {
    BOXES_MAX = 100 * 1000, /* a film in fragments has some thousand; one with more is a trap */
    TRACK_HEADER_BYTES = 84, /* tkhd of version 0, without its head; version 1 has 12 more */
    WIDE_BYTES = 12
};

struct box {
    int64_t body, end;
    str type; /* in name */
    char name[4];
};

/* The box at ${at} in a parent that ends at ${end}; false: there is none that fits. */
static bool
box_read(struct walk *walk, int64_t at, int64_t end, struct box *ret)
{
    uint8_t head[16];
    walk_read(walk, at, head, 8);
    int64_t length = big_32(head);
    for (int i = 0; i < 4; i++)
        ret->name[i] = (char)head[4 + i];
    ret->type = (str){ret->name, 4};
    ret->body = at + 8;
    if (length == 1) {
        walk_read(walk, at, head, 16);
        if (head[8] & 0x80)
            return false;
        length = (int64_t)((uint64_t)big_32(head + 8) << 32 | big_32(head + 12));
        ret->body = at + 16;
    } else if (length == 0) { /* to the end of the file */
        length = end - at;
    }
    if (walk->cut || walk->unreadable || length < ret->body - at || length > end - at)
        return false;
    ret->end = at + length;
    return true;
}

/* The size a track is shown in, from its header: turned when its matrix turns by a quarter. */
static void
track_header(struct walk *walk, const struct box *box, int64_t *width, int64_t *height)
{
    uint8_t bytes[TRACK_HEADER_BYTES + WIDE_BYTES];
    uint8_t version;
    walk_read(walk, box->body, &version, 1);
    ptrdiff_t n = TRACK_HEADER_BYTES + (version == 1 ? WIDE_BYTES : 0);
    if (box->end - box->body < n) {
        walk->cut = true;
        return;
    }
    walk_read(walk, box->body, bytes, n);
    const uint8_t *matrix = bytes + n - 44;
    int64_t w = big_32(bytes + n - 8) >> 16, h = big_32(bytes + n - 4) >> 16;
    bool turned = big_32(matrix) == 0 && big_32(matrix + 4) != 0;
    if (w * h > *width * *height) {
        *width = turned ? h : w;
        *height = turned ? w : h;
    }
}

bool
film_size(struct walk *walk, int64_t *ret_width, int64_t *ret_height)
{
    bool index = false, data = false;
    int64_t at = 0, end = walk->source->bytes;
    struct box box = {0};
    for (int32_t n = 0; at < end; n++) {
        if (n == BOXES_MAX || !box_read(walk, at, end, &box))
            return false;
        bool inside = str_eq(box.type, S("moov")) || str_eq(box.type, S("trak"));
        index = index || str_eq(box.type, S("moov"));
        data = data || str_eq(box.type, S("mdat"));
        if (str_eq(box.type, S("tkhd")))
            track_header(walk, &box, ret_width, ret_height);
        at = inside ? box.body
                    : box.end; /* the boxes in these follow one another as if outside */
    }
    return index && data;
}
