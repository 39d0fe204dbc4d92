#pragma once
#include "place/sniff.h"

/* A walk through a file. Once something is missing or unreadable, everything read is zero. */
struct walk {
    const struct sniff_source *source;
    bool cut, unreadable;
};

/* walk_read(walk, offset, out, n): zeroes and `cut` where the file does not reach. */
void walk_read(struct walk *walk, int64_t offset, uint8_t *out, ptrdiff_t n);
static inline uint32_t
big_16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}
static inline uint32_t
big_32(const uint8_t *p)
{
    return big_16(p) << 16 | big_16(p + 2);
}

/* film_size(walk, ret_width, ret_height): false when it is no film that can be played. */
bool film_size(struct walk *walk, int64_t *ret_width, int64_t *ret_height);
