#include "place/media.h"

#include <assert.h>

#include "base/clock.h"
#include "base/sha256.h"
#include "base/text.h"
#include "place/propre.h"
#include "place/queries.h"
#include "place/secret.h"
#include "place/sniff.h"

enum {
    LOOK_BYTES =
        MEDIA_PIECE_BYTES + 64 * 1024, /* one piece read back, and what a query needs */
    WORK_BYTES = MEDIA_PIECE_BYTES + LOOK_BYTES
};

/* ---- what its sender says ---- */

/* The last part of a path, without what a terminal or a header would take for a command. */
static str
file_name(str name, struct arena *keep)
{
    for (ptrdiff_t i = name.n - 1; i >= 0; i--) {
        if (name.p[i] == '/' || name.p[i] == '\\') {
            name = str_slice(name, i + 1, name.n);
            break;
        }
    }
    char *p = new (keep, char, name.n + 1);
    ptrdiff_t n = 0;
    for (ptrdiff_t i = 0; i < name.n; i++) {
        if ((unsigned char)name.p[i] >= 0x20 && name.p[i] != 0x7f)
            p[n++] = name.p[i];
    }
    str clean = str_trim((str){p, n});
    return clean.n == 0 ? S("file") : clean;
}

static enum fault
check_words(str name, str alt, struct error *error)
{
    if (name.n > MEDIA_NAME_MAX || !utf8_valid(name))
        return fail(error, FAULT_INPUT,
                    "the name of the file is longer than %d bytes, or not UTF-8",
                    MEDIA_NAME_MAX);
    if (alt.n > MEDIA_ALT_MAX || !utf8_valid(alt))
        return fail(error, FAULT_INPUT, "the description is longer than %d bytes, or not UTF-8",
                    MEDIA_ALT_MAX);
    return OK;
}

/* ---- adding ---- */

struct adding {
    struct propre *propre;
    const struct media_reader *reader;
    struct arena scratch; /* rewound for each piece */
    char *piece;          /* MEDIA_PIECE_BYTES */
    ptrdiff_t piece_n;
    int64_t id, bytes;
    enum sniff_type type;
    struct sha256 hash;
};

/* Fills the piece; shorter only at the end. */
static enum fault
piece_fill(struct adding *a, struct error *error)
{
    a->piece_n = 0;
    while (a->piece_n < MEDIA_PIECE_BYTES) {
        ptrdiff_t n = 0, max = MEDIA_PIECE_BYTES - a->piece_n;
        if (!a->reader->read(a->reader->ctx, a->piece + a->piece_n, max, &n))
            return fail(error, FAULT_SYSTEM, "the file could not be read to its end");
        assert(n >= 0 && n <= max);
        if (n == 0)
            break;
        a->piece_n += n;
    }
    return OK;
}

/* The first piece is there: begins the row, under a hash it will not keep. */
static enum fault
begin(struct adding *a, const struct media *media, str name, struct error *error)
{
    str head = {a->piece, a->piece_n < SNIFF_HEAD_BYTES ? a->piece_n : SNIFF_HEAD_BYTES};
    a->type = sniff_type(head);
    if (a->type == SNIFF_OTHER)
        return sniff_refuse(head, error);
    struct arena scratch = a->scratch;
    uint8_t chance[SHA256_BYTES];
    secret_bytes(chance, sizeof chance);
    const struct media_begin_in in = {media->workspace,
                                      hex(&scratch, chance, sizeof chance),
                                      name,
                                      sniff_mime(a->type),
                                      media->alt.p ? media->alt : S(""),
                                      clock_now(&a->propre->clock).us,
                                      media->made_of};
    struct media_begin_row row;
    if (q_media_begin(a->propre->db, &in, &scratch, &row, error))
        return error->fault;
    a->id = row.id;
    return OK;
}

static enum fault
store(struct adding *a, struct error *error)
{
    sha256_init(&a->hash);
    for (int64_t n = 0; a->piece_n > 0; n++) {
        str bytes = {a->piece, a->piece_n};
        a->bytes += bytes.n;
        if (a->bytes > MEDIA_BYTES_MAX)
            return fail(error, FAULT_INPUT, "the file is longer than %d MiB",
                        MEDIA_BYTES_MAX >> 20);
        sha256_add(&a->hash, bytes);
        const struct media_piece_add_in in = {a->id, n, bytes};
        if (q_media_piece_add(a->propre->db, &in, error) || piece_fill(a, error))
            return error->fault;
    }
    const struct media_bytes_set_in in = {a->id, a->bytes};
    return q_media_bytes_set(a->propre->db, &in, error);
}

static enum fault
discard(struct adding *a, struct error *error)
{
    const struct media_pieces_delete_in pieces = {a->id};
    const struct media_delete_in row = {a->id};
    if (q_media_pieces_delete(a->propre->db, &pieces, error) ||
        q_media_delete(a->propre->db, &row, error))
        return error->fault;
    return OK;
}

/* ---- looking at what was stored ---- */

/* One stored piece kept at hand: a walk reads here and there, mostly onwards. */
struct look {
    struct adding *adding;
    int64_t from; /* of what is in the adding's piece; -1: nothing */
    ptrdiff_t n;
    struct error error;
};

static bool
look_at(void *ctx, int64_t offset, void *out, ptrdiff_t n)
{
    struct look *look = ctx;
    char *to = out;
    while (n > 0) {
        if (look->from < 0 || offset < look->from || offset >= look->from + look->n) {
            look->from = offset / MEDIA_PIECE_BYTES * MEDIA_PIECE_BYTES;
            if (media_read(look->adding->propre, look->adding->id, look->from,
                           look->adding->piece, MEDIA_PIECE_BYTES, &look->n, &look->error) ||
                offset >= look->from + look->n)
                return false;
        }
        ptrdiff_t skip = (ptrdiff_t)(offset - look->from), part = look->n - skip;
        part = part < n ? part : n;
        memcpy(to, look->adding->piece + skip, (size_t)part);
        to += part;
        offset += part;
        n -= part;
    }
    return true;
}

static enum fault
finish(struct adding *a, const struct media *media, int64_t *ret_id, struct error *error)
{
    uint8_t hash[SHA256_BYTES];
    struct arena scratch = a->scratch;
    sha256_end(&a->hash, hash);
    const struct media_by_hash_in same = {media->workspace, hex(&scratch, hash, sizeof hash)};
    struct media_by_hash_row row;
    bool found = false;
    if (q_media_by_hash(a->propre->db, &same, &scratch, &row, &found, error))
        return error->fault;
    if (found) {
        *ret_id = row.id;
        if (!media->made_of.has &&
            q_media_own(a->propre->db, &(struct media_own_in){row.id}, error))
            return error->fault;
        return discard(a, error);
    }
    struct look look = {.adding = a, .from = -1};
    const struct sniff_source source = {look_at, &look, a->bytes};
    int32_t width = 0, height = 0;
    if (sniff_size(&source, a->type, &width, &height, error)) {
        if (look.error.fault)
            *error = look.error;
        return error->fault;
    }
    const struct media_end_in in = {a->id, same.sha256, width, height};
    if (q_media_end(a->propre->db, &in, error))
        return error->fault;
    *ret_id = a->id;
    return OK;
}

static enum fault
add(struct adding *a, const struct media *media, int64_t *ret_id, struct error *error)
{
    str name = file_name(media->name, &a->scratch);
    if (check_words(name, media->alt, error) || piece_fill(a, error) ||
        begin(a, media, name, error))
        return error->fault;
    enum fault fault = store(a, error);
    if (!fault)
        fault = finish(a, media, ret_id, error);
    if (fault == FAULT_INPUT) { /* the caller's transaction may go on: without it */
        const struct error why = *error;
        if (discard(a, error))
            return error->fault;
        *error = why;
    }
    return fault;
}

enum fault
media_add(struct propre *propre, const struct media *media, const struct media_reader *reader,
          int64_t *ret_id, struct error *error)
{
    struct arena_region region;
    struct arena scratch = arena_reserve(WORK_BYTES, &region);
    struct adding adding = {.propre = propre, .reader = reader};
    adding.piece = new (&scratch, char, MEDIA_PIECE_BYTES);
    adding.scratch = scratch;
    enum fault fault = add(&adding, media, ret_id, error);
    arena_release(&region);
    return fault ? error_prefix(error, "taking the file “%.*s”",
                                STR_FMT(str_slice(media->name, 0, 100)))
                 : OK;
}

/* ---- reading ---- */

enum fault
media_get(struct propre *propre, int64_t workspace, int64_t id, struct arena *keep,
          struct media *ret, struct error *error)
{
    const struct media_by_id_in in = {workspace, id};
    struct media_by_id_row r;
    bool found = false;
    if (q_media_by_id(propre->db, &in, keep, &r, &found, error))
        return error->fault;
    if (!found)
        return fail(error, FAULT_ABSENT, "there is no picture or film %lld", (long long)id);
    *ret = (struct media){
        r.id,    r.workspace,      r.sha256,          r.name,       r.mime, r.alt,
        r.bytes, (int32_t)r.width, (int32_t)r.height, r.created_us, no_int};
    return OK;
}

enum fault
media_list(struct propre *propre, int64_t workspace, struct arena *keep, struct media **ret,
           ptrdiff_t *ret_n, struct error *error)
{
    const struct media_page_in in = {workspace, MEDIA_PAGE_MAX};
    struct media_page_row *rows = NULL;
    ptrdiff_t n = 0;
    if (q_media_page(propre->db, &in, keep, &rows, &n, error))
        return error->fault;
    struct media *list = new (keep, struct media, n);
    for (ptrdiff_t i = 0; i < n; i++) {
        const struct media_page_row *r = &rows[i];
        list[i] = (struct media){
            r->id,    r->workspace,      r->sha256,          r->name,       r->mime, r->alt,
            r->bytes, (int32_t)r->width, (int32_t)r->height, r->created_us, no_int};
    }
    *ret = list;
    *ret_n = n;
    return OK;
}

enum fault
media_read(struct propre *propre, int64_t id, int64_t offset, void *out, ptrdiff_t max,
           ptrdiff_t *ret_n, struct error *error)
{
    assert(offset >= 0 && max > 0);
    struct arena_region region;
    struct arena scratch = arena_reserve(LOOK_BYTES, &region);
    const struct media_piece_in in = {id, offset / MEDIA_PIECE_BYTES};
    const ptrdiff_t within = (ptrdiff_t)(offset % MEDIA_PIECE_BYTES);
    struct media_piece_row row;
    bool found = false;
    enum fault fault = q_media_piece(propre->db, &in, &scratch, &row, &found, error);
    if (!fault && !found)
        fault = fail(error, FAULT_ABSENT, "there is no picture or film %lld", (long long)id);
    else if (!fault && row.piece.n <= within && offset < row.total)
        fault = fail(error, FAULT_CORRUPT,
                     "a part of the picture or film %lld is missing: restore the last backup",
                     (long long)id);
    if (!fault) {
        str part = str_slice(row.piece, within, row.piece.n);
        *ret_n = part.n < max ? part.n : max;
        if (*ret_n > 0)
            memcpy(out, part.p, (size_t)*ret_n);
    }
    arena_release(&region);
    return fault;
}

enum fault
media_alt(struct propre *propre, int64_t workspace, int64_t id, str alt, struct error *error)
{
    if (check_words(S("file"), alt, error))
        return error->fault;
    const struct media_alt_set_in in = {workspace, id, alt.p ? alt : S("")};
    struct media_alt_set_row row;
    bool found = false;
    if (q_media_alt_set(propre->db, &in, NULL, &row, &found, error))
        return error->fault;
    return found ? OK
                 : fail(error, FAULT_ABSENT, "there is no picture or film %lld", (long long)id);
}
