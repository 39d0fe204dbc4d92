#include "base/tzif_internal.h"

#include <stdlib.h>

#include "base/tzif.h"

enum {
    HEADER_BYTES = 44,
    TYPE_BYTES = 6,
    TYPES_MAX = 256 /* an index of a type is one byte */
};

struct change {
    int64_t at_s;
    int32_t offset_s; /* from then on */
};

struct tzif {
    bool ruled; /* ${rule} holds from the last change on */
    struct tzif_rule rule;
    int32_t first_s; /* the offset before the first change */
    int32_t n;
    struct change changes[];
};

/* The counts of a header, each of 32 bits. */
struct header {
    char version;
    int64_t utc_marks, standard_marks, leaps, changes, types, chars;
};

/* A number of ${width} bytes, big end first, two's complement. */
static int64_t
big(const char *p, ptrdiff_t width)
{
    uint64_t value = (unsigned char)p[0] >= 0x80 ? UINT64_MAX : 0;
    for (ptrdiff_t i = 0; i < width; i++)
        value = value << 8 | (unsigned char)p[i];
    return (int64_t)value;
}

static bool
take(str *rest, int64_t n, str *ret)
{
    if (n > rest->n)
        return false;
    *ret = str_slice(*rest, 0, (ptrdiff_t)n);
    *rest = str_slice(*rest, (ptrdiff_t)n, rest->n);
    return true;
}

static bool
take_header(str *rest, struct header *ret)
{
    str head;
    if (!take(rest, HEADER_BYTES, &head) || !str_starts(head, S("TZif")))
        return false;
    int64_t counts[6];
    for (ptrdiff_t i = 0; i < 6; i++)
        counts[i] = big(head.p + 20 + 4 * i, 4) & UINT32_MAX;
    *ret = (struct header){head.p[4], counts[0], counts[1], counts[2],
                           counts[3], counts[4], counts[5]};
    return ret->version == 0 || (ret->version >= '2' && ret->version <= '9');
}

/* The block that follows a header, whose moments have ${width} bytes. */
static bool
take_block(str *rest, const struct header *h, ptrdiff_t width, str *ret)
{
    return take(rest,
                h->changes * (width + 1) + h->types * TYPE_BYTES + h->chars +
                    h->leaps * (width + 4) + h->standard_marks + h->utc_marks,
                ret);
}

static bool
take_rule(str *rest, struct tzif *ret)
{
    str before, text;
    if (!str_cut(rest, '\n', &before) || before.n > 0 || !str_cut(rest, '\n', &text))
        return false;
    ret->ruled = text.n > 0;
    return text.n == 0 || tzif_rule_parse(text, &ret->rule);
}

/* The offset of each type; false when one cannot be. */
static bool
read_types(const struct header *h, const char *p, int32_t *ret)
{
    for (int64_t i = 0; i < h->types; i++, p += TYPE_BYTES) {
        int64_t offset_s = big(p, 4);
        if (offset_s < -TZIF_OFFSET_MAX_S || offset_s > TZIF_OFFSET_MAX_S ||
            (unsigned char)p[4] > 1 || (unsigned char)p[5] >= h->chars)
            return false;
        ret[i] = (int32_t)offset_s;
    }
    return true;
}

static bool
read_changes(const struct header *h, const char *p, ptrdiff_t width, const int32_t *offsets,
             struct tzif *ret)
{
    const char *types = p + h->changes * width;
    for (int32_t i = 0; i < h->changes; i++) {
        int64_t type = (unsigned char)types[i];
        int64_t at_s = big(p + i * width, width);
        if (type >= h->types || (i > 0 && at_s <= ret->changes[i - 1].at_s))
            return false;
        ret->changes[i] = (struct change){at_s, offsets[type]};
    }
    ret->n = (int32_t)h->changes;
    ret->first_s = offsets[0];
    return true;
}

enum fault
tzif_read(str bytes, struct tzif **ret, struct error *error)
{
    struct header h;
    str rest = bytes, block;
    ptrdiff_t width = 4;
    int32_t offsets[TYPES_MAX];
    if (bytes.n > TZIF_BYTES_MAX)
        return fail(error, FAULT_CORRUPT, "a zone file has %d bytes at most; this one has %lld",
                    TZIF_BYTES_MAX, (long long)bytes.n);
    if (!take_header(&rest, &h))
        return fail(error, FAULT_CORRUPT, "this is not a zone file (TZif)");
    bool whole = take_block(&rest, &h, width, &block);
    if (whole && h.version != 0) { /* the same again, with moments of 64 bits */
        width = 8;
        whole = take_header(&rest, &h) && take_block(&rest, &h, width, &block);
    }
    if (!whole)
        return fail(error, FAULT_CORRUPT, "the zone file ends too early, after %lld bytes",
                    (long long)bytes.n);
    if (h.leaps > 0)
        return fail(error, FAULT_CORRUPT,
                    "the zone file counts leap seconds; take the one "
                    "that does not");
    struct tzif *tzif = calloc(1, sizeof *tzif + (size_t)h.changes * sizeof(struct change));
    if (!tzif)
        abort();
    const char *types = block.p + h.changes * (width + 1);
    bool good = h.types > 0 && h.types <= TYPES_MAX &&
                (h.standard_marks == 0 || h.standard_marks == h.types) &&
                (h.utc_marks == 0 || h.utc_marks == h.types) &&
                read_types(&h, types, offsets) &&
                read_changes(&h, block.p, width, offsets, tzif);
    bool readable = width == 4 || take_rule(&rest, tzif);
    if (good && readable) {
        *ret = tzif;
        return OK;
    }
    tzif_free(tzif);
    return good ? fail(error, FAULT_CORRUPT,
                       "the zone file's rule for the years to come cannot be read")
                : fail(error, FAULT_CORRUPT,
                       "the zone file's changes of the clocks contradict each other");
}

void
tzif_free(struct tzif *tzif)
{
    free(tzif);
}

int32_t
tzif_offset_s(const struct tzif *tzif, instant t)
{
    int64_t t_s = t.us / 1000000 - (t.us % 1000000 < 0);
    int32_t low = 0, high = tzif->n; /* the first change after t */
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (tzif->changes[middle].at_s <= t_s)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == tzif->n && tzif->ruled)
        return tzif_rule_offset_s(&tzif->rule, t);
    return low == 0 ? tzif->first_s : tzif->changes[low - 1].offset_s;
}
