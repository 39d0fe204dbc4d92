#include "place/sniff_internal.h"

#include <assert.h>
#include <string.h>

enum {
    CHUNK_BYTES = 4096,         /* one look at coded data */
    STEPS_MAX = 4 * 1000 * 1000 /* parts of one file: 100 MiB of the smallest sensible ones */
};

/* ---- types ---- */

static bool
has_at(str head, ptrdiff_t at, str what)
{
    return str_eq(str_slice(head, at, at + what.n), what);
}

/* The kinds of files in ISO boxes that are not MP4: pictures, and the older QuickTime. */
static bool
is_other_box(str brand)
{
    static const str others[] = {S_CONST("qt  "), S_CONST("heic"), S_CONST("heix"),
                                 S_CONST("hevc"), S_CONST("heim"), S_CONST("heis"),
                                 S_CONST("mif1"), S_CONST("msf1"), S_CONST("avif"),
                                 S_CONST("avis"), S_CONST("crx "), S_CONST("M4A ")};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (str_eq(brand, others[i]))
            return true;
    }
    return false;
}

static bool
is_film_brand(str brand)
{
    static const str brands[] = {S_CONST("mp41"), S_CONST("mp42"), S_CONST("avc1"),
                                 S_CONST("M4V "), S_CONST("M4VH"), S_CONST("M4VP"),
                                 S_CONST("MSNV"), S_CONST("dash"), S_CONST("f4v ")};
    for (size_t i = 0; i < sizeof brands / sizeof *brands; i++) {
        if (str_eq(brand, brands[i]))
            return true;
    }
    return str_starts(brand, S("iso")) && brand.n == 4;
}

static bool
is_mp4(str head)
{
    if (!has_at(head, 4, S("ftyp")))
        return false;
    str major = str_slice(head, 8, 12);
    if (is_other_box(major))
        return false;
    for (ptrdiff_t at = 8; at + 4 <= head.n;
         at += at == 8 ? 8 : 4) { /* behind it: its version */
        if (is_film_brand(str_slice(head, at, at + 4)))
            return true;
    }
    return false;
}

enum sniff_type
sniff_type(str head)
{
    head = str_slice(head, 0, SNIFF_HEAD_BYTES);
    if (str_starts(head, S("\xff\xd8\xff")))
        return SNIFF_JPEG;
    if (str_starts(head, S("\x89PNG\r\n\x1a\n")))
        return SNIFF_PNG;
    if (str_starts(head, S("RIFF")) && has_at(head, 8, S("WEBP")))
        return SNIFF_WEBP;
    if (str_starts(head, S("GIF87a")) || str_starts(head, S("GIF89a")))
        return SNIFF_GIF;
    return is_mp4(head) ? SNIFF_MP4 : SNIFF_OTHER;
}

str
sniff_mime(enum sniff_type type)
{
    static const str mimes[] = {
        [SNIFF_OTHER] = {NULL, 0},          [SNIFF_JPEG] = S_CONST("image/jpeg"),
        [SNIFF_PNG] = S_CONST("image/png"), [SNIFF_WEBP] = S_CONST("image/webp"),
        [SNIFF_GIF] = S_CONST("image/gif"), [SNIFF_MP4] = S_CONST("video/mp4")};
    return mimes[type];
}

enum fault
sniff_refuse(str head, struct error *error)
{
    str text = str_trim(head);
    if (text.n == 0)
        return fail(error, FAULT_INPUT, "the file is empty");
    if (str_starts(text, S("<svg")) || str_starts(text, S("<?xml")))
        return fail(error, FAULT_INPUT,
                    "an SVG drawing may carry programs and is not taken: save it as PNG");
    if (str_starts(text, S("<")))
        return fail(error, FAULT_INPUT, "that is a web page, not a picture");
    if (has_at(head, 4, S("ftypqt")))
        return fail(error, FAULT_INPUT, "that is a QuickTime film: save it as MP4");
    if (has_at(head, 4, S("ftyp")))
        return fail(error, FAULT_INPUT,
                    "that kind of picture (HEIC, AVIF …) is not taken by networks: save it as "
                    "JPEG");
    return fail(error, FAULT_INPUT,
                "that is none of the types that are taken: JPEG, PNG, WebP, GIF and MP4");
}

/* ---- walking ---- */

void
walk_read(struct walk *walk, int64_t offset, uint8_t *out, ptrdiff_t n)
{
    assert(n >= 0 && n <= CHUNK_BYTES);
    memset(out, 0, (size_t)n);
    if (walk->cut || walk->unreadable)
        return;
    if (offset < 0 || offset > walk->source->bytes - n)
        walk->cut = true;
    else if (!walk->source->at(walk->source->ctx, offset, out, n))
        walk->unreadable = true;
}

/* ---- JPEG ---- */

/* From inside coded data to the next marker that is not of it; its offset, or -1 at the end. */
static int64_t
jpeg_next_marker(struct walk *walk, int64_t at)
{
    uint8_t bytes[CHUNK_BYTES];
    while (at + 2 <= walk->source->bytes && !walk->unreadable) {
        int64_t left = walk->source->bytes - at;
        ptrdiff_t n = left < CHUNK_BYTES ? (ptrdiff_t)left : CHUNK_BYTES;
        walk_read(walk, at, bytes, n);
        ptrdiff_t i = 0;
        while (i + 1 < n) {
            const uint8_t *ff = memchr(bytes + i, 0xff, (size_t)(n - 1 - i));
            if (!ff) {
                i = n - 1;
                break;
            }
            i = ff - bytes;
            uint8_t next = bytes[i + 1];
            if (next != 0 && next != 0xff && (next < 0xd0 || next > 0xd7))
                return at + i;
            i++;
        }
        at += i; /* the last byte of this look is the first of the next */
    }
    return -1;
}

static bool
is_frame(uint8_t marker) /* SOF0 … SOF15 without DHT, JPG and DAC */
{
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 &&
           marker != 0xcc;
}

static bool
jpeg_size(struct walk *walk, int64_t *ret_width, int64_t *ret_height)
{
    bool scanned = false;
    int64_t at = 2;
    for (int32_t step = 0; step < STEPS_MAX && at >= 0 && !walk->cut; step++) {
        uint8_t head[9];
        walk_read(walk, at, head, 2);
        uint8_t marker = head[1];
        if (head[0] != 0xff)
            return false;
        if (marker == 0xff) { /* filling */
            at++;
            continue;
        }
        if (marker == 0xd9)
            return scanned && *ret_width > 0;
        walk_read(walk, at, head, 4);
        int64_t length = big_16(head + 2);
        if (length < 2)
            return false;
        if (is_frame(marker)) {
            walk_read(walk, at, head, 9);
            *ret_height = big_16(head + 5);
            *ret_width = big_16(head + 7);
        }
        at += 2 + length;
        if (marker == 0xda) {
            scanned = true;
            at = jpeg_next_marker(walk, at);
        }
    }
    return false;
}

/* ---- PNG, WebP, GIF ---- */

static bool
png_size(struct walk *walk, int64_t *ret_width, int64_t *ret_height)
{
    int64_t at = 8;
    bool data = false;
    for (int32_t step = 0; step < STEPS_MAX && !walk->cut; step++) {
        uint8_t chunk[16];
        walk_read(walk, at, chunk, 8);
        str type = {(const char *)chunk + 4, 4};
        if (step == 0) {
            if (!str_eq(type, S("IHDR")))
                return false;
            walk_read(walk, at, chunk, 16);
            *ret_width = big_32(chunk + 8);
            *ret_height = big_32(chunk + 12);
        }
        data = data || str_eq(type, S("IDAT"));
        bool end = str_eq(type, S("IEND"));
        at += 12 + (int64_t)big_32(chunk);
        if (at > walk->source->bytes)
            return false;
        if (end)
            return data;
    }
    return false;
}

static uint32_t
little_24(const uint8_t *p)
{
    return (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static bool
webp_size(struct walk *walk, int64_t *ret_width, int64_t *ret_height)
{
    uint8_t head[30];
    walk_read(walk, 0, head, 30);
    int64_t riff = (int64_t)little_24(head + 4) + ((int64_t)head[7] << 24);
    str kind = {(const char *)head + 12, 4};
    if (riff + 8 > walk->source->bytes)
        return false;
    if (str_eq(kind, S("VP8X"))) {
        *ret_width = 1 + (int64_t)little_24(head + 24);
        *ret_height = 1 + (int64_t)little_24(head + 27);
    } else if (str_eq(kind, S("VP8L")) && head[20] == 0x2f) {
        uint32_t bits = little_24(head + 21) | (uint32_t)head[24] << 24;
        *ret_width = 1 + (int64_t)(bits & 0x3fff);
        *ret_height = 1 + (int64_t)(bits >> 14 & 0x3fff);
    } else if (str_eq(kind, S("VP8 ")) && little_24(head + 23) == 0x2a019d) {
        *ret_width = (head[26] | head[27] << 8) & 0x3fff;
        *ret_height = (head[28] | head[29] << 8) & 0x3fff;
    } else {
        return false;
    }
    return !walk->cut;
}

/* Behind a chain of sub-blocks, or -1. */
static int64_t
gif_skip_blocks(struct walk *walk, int64_t at)
{
    for (int32_t step = 0; step < STEPS_MAX && !walk->cut && !walk->unreadable; step++) {
        uint8_t n;
        walk_read(walk, at, &n, 1);
        at += 1 + n;
        if (n == 0)
            return walk->cut ? -1 : at;
    }
    return -1;
}

/* The bytes of a palette, from the flags before it. */
static int64_t
gif_palette(uint8_t flags)
{
    return flags & 0x80 ? INT64_C(3) << ((flags & 7) + 1) : 0;
}

static bool
gif_size(struct walk *walk, int64_t *ret_width, int64_t *ret_height)
{
    uint8_t head[13], image[10];
    bool any = false;
    walk_read(walk, 0, head, 13);
    *ret_width = head[6] | head[7] << 8;
    *ret_height = head[8] | head[9] << 8;
    int64_t at = 13 + gif_palette(head[10]);
    for (int32_t step = 0; step < STEPS_MAX && at >= 0 && !walk->cut; step++) {
        if (any && at == walk->source->bytes)
            return true; /* without its last byte, as some programs write it */
        walk_read(walk, at, image, 1);
        if (image[0] == 0x3b)
            return any;
        if (image[0] == 0x21) {
            at = gif_skip_blocks(walk, at + 2);
        } else if (image[0] == 0x2c) {
            walk_read(walk, at, image, 10);
            at = gif_skip_blocks(walk, at + 11 + gif_palette(image[9]));
            any = at >= 0;
        } else {
            return false;
        }
    }
    return false;
}

/* ---- all ---- */

enum fault
sniff_size(const struct sniff_source *source, enum sniff_type type, int32_t *ret_width,
           int32_t *ret_height, struct error *error)
{
    static bool (*const sizes[])(struct walk *, int64_t *, int64_t *) = {
        [SNIFF_JPEG] = jpeg_size, [SNIFF_PNG] = png_size,  [SNIFF_WEBP] = webp_size,
        [SNIFF_GIF] = gif_size,   [SNIFF_MP4] = film_size,
    };
    struct walk walk = {.source = source};
    int64_t width = 0, height = 0;
    assert(type != SNIFF_OTHER);
    bool good = sizes[type](&walk, &width, &height);
    if (walk.unreadable)
        return fail(error, FAULT_SYSTEM, "the file could not be read again");
    if (!good || walk.cut)
        return fail(error, FAULT_INPUT,
                    "the file is cut off or damaged: send it again from where it is whole");
    if (width < 1 || height < 1 || width > SNIFF_SIDE_MAX || height > SNIFF_SIDE_MAX)
        return fail(error, FAULT_INPUT, "a picture of %lld × %lld pixels cannot be used",
                    (long long)width, (long long)height);
    *ret_width = (int32_t)width;
    *ret_height = (int32_t)height;
    return OK;
}
