#include "outbox/fit_internal.h"

#include "base/lang.h"
#include "base/translate.h"
#include "outbox/picture.h"
#include "outbox/queries.h"
#include "place/db.h"
#include "place/media.h"
#include "place/propre.h"
#include "place/workspace.h"

enum { NOTES_BYTES_MAX = 1000 /* five sentences */ };

/* What an account takes, as a key of the data. */
static str
limits_word(const struct media_limits *limits, struct arena *keep)
{
    return arena_printf(keep, "%lld bytes, %lld pixels%s%s", (long long)limits->bytes_max,
                        (long long)limits->pixels_max, limits->jpeg ? ", jpeg" : "",
                        limits->png ? ", png" : "");
}

static bool
stays(const struct media_limits *limits, const struct channel_media *file)
{
    bool light = limits->bytes_max == 0 || file->bytes <= limits->bytes_max;
    return !str_starts(file->mime, S("image/")) ||
           (str_eq(file->mime, S("image/gif")) && limits->gif && light);
}

/* ---- its bytes ---- */

static enum fault
bytes_of(struct propre *propre, const struct channel_media *file, struct arena *keep, str *ret,
         struct error *error)
{
    if (file->bytes > PICTURE_BYTES_MAX)
        return fail(error, FAULT_INPUT, "the picture is larger than %d MiB",
                    PICTURE_BYTES_MAX >> 20);
    char *bytes = new (keep, char, file->bytes);
    ptrdiff_t n = 0, got = 0;
    if (db_begin(propre->db, DB_READ, error))
        return error->fault;
    auto_tx tx = propre->db;
    do {
        if (media_read(propre, file->media, n, bytes + n, file->bytes - n, &got, error))
            return error->fault;
        n += got;
    } while (got > 0 && n < file->bytes);
    *ret = (str){bytes, n};
    return OK;
}

static bool
read_bytes(void *ctx, void *out, ptrdiff_t max, ptrdiff_t *ret_n)
{
    str *rest = ctx;
    ptrdiff_t n = rest->n < max ? rest->n : max;
    memcpy(out, rest->p, (size_t)n);
    *rest = str_slice(*rest, n, rest->n);
    *ret_n = n;
    return true;
}

/* "holiday.webp" as "holiday.jpg". */
static str
name_as(str name, str mime, struct arena *keep)
{
    ptrdiff_t end = name.n;
    for (ptrdiff_t i = name.n - 1; i > 0 && name.n - i <= 5; i--) {
        if (name.p[i] == '.') {
            end = i;
            break;
        }
    }
    return arena_printf(keep, "%.*s.%s", STR_FMT(str_slice(name, 0, end)),
                        str_eq(mime, S("image/png")) ? "png" : "jpg");
}

/* ---- what was done, in the workspace's words ---- */

static str
notes_of(const struct picture *picture, enum lang lang, struct arena *keep)
{
    str text = S("");
    for (int32_t i = 0; i < picture->notes_n; i++) {
        const struct picture_note *note = &picture->notes[i];
        str one = say(keep, lang, note->text, note->args, note->args_n);
        text = i == 0 ? one : arena_printf(keep, "%.*s, %.*s", STR_FMT(text), STR_FMT(one));
    }
    return str_slice(text, 0, text.n < NOTES_BYTES_MAX ? text.n : NOTES_BYTES_MAX);
}

static enum fault
tell(const struct fit *fit, const struct channel_media *file, str notes, struct arena *keep,
     struct error *error)
{
    if (notes.n == 0)
        return OK;
    const struct delivery_event_insert_in in = {
        .delivery = fit->delivery,
        .at_us = clock_now(&fit->propre->clock).us,
        .who = STR_NONE,
        .act = S("picture"),
        .was = S("claimed"),
        .became = S("claimed"),
        .detail = arena_printf(keep, "%.*s: %.*s", STR_FMT(file->file_name), STR_FMT(notes)),
    };
    return q_delivery_event_insert(fit->propre->db, &in, error);
}

/* ---- one picture ---- */

struct fitting {
    const struct fit *fit;
    const struct channel_media *file;
    str limits;
    struct arena *keep;
};

static enum fault
find(const struct fitting *f, int64_t *ret_id, bool *ret_found, struct error *error)
{
    struct fitted_of_row row;
    struct propre *propre = f->fit->propre;
    if (db_begin(propre->db, DB_READ, error))
        return error->fault;
    auto_tx tx = propre->db;
    if (q_fitted_of(propre->db, &(struct fitted_of_in){f->file->media, f->limits}, f->keep,
                    &row, ret_found, error))
        return error->fault;
    *ret_id = *ret_found ? row.fitted : 0;
    return OK;
}

static enum fault
keep_made(const struct fitting *f, const struct picture *picture, int64_t *ret_id,
          struct error *error)
{
    const struct fit *fit = f->fit;
    struct workspace workspace;
    str rest = picture->bytes;
    const struct media made = {.workspace = fit->workspace,
                               .name = name_as(f->file->file_name, picture->mime, f->keep),
                               .alt = f->file->alt,
                               .made_of = some_int(f->file->media)};
    if (db_begin(fit->propre->db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = fit->propre->db;
    if (workspace_load(fit->propre, f->keep, &workspace, error) ||
        media_add(fit->propre, &made, &(struct media_reader){read_bytes, &rest}, ret_id, error))
        return error->fault;
    str notes = notes_of(picture, workspace.lang, f->keep);
    const struct fitted_insert_in in = {f->file->media, f->limits, *ret_id, notes};
    if (q_fitted_insert(fit->propre->db, &in, error) ||
        tell(fit, f->file, notes, f->keep, error))
        return error->fault;
    return db_commit(fit->propre->db, error);
}

static enum fault
make(const struct fitting *f, const struct media_limits *limits, struct arena scratch,
     int64_t *ret_id, struct error *error)
{
    static const char *const both[] = {"image/jpeg", "image/png"};
    struct picture picture = {0};
    str bytes = STR_NONE;
    const struct picture_limits wanted = {
        .bytes_max = limits->bytes_max,
        .pixels_max = limits->pixels_max,
        .mimes = limits->jpeg ? both : both + 1,
        .mimes_n = limits->jpeg && limits->png ? 2 : 1,
    };
    if (bytes_of(f->fit->propre, f->file, &scratch, &bytes, error) ||
        picture_fit(bytes, &wanted, &scratch, &picture, error))
        return error_prefix(error, "the picture %.*s",
                            STR_FMT(str_slice(f->file->file_name, 0, 100)));
    return keep_made(f, &picture, ret_id, error);
}

static enum fault
replace(const struct fitting *f, int64_t id, struct channel_media *ret, struct error *error)
{
    struct media made;
    struct propre *propre = f->fit->propre;
    if (db_begin(propre->db, DB_READ, error))
        return error->fault;
    auto_tx tx = propre->db;
    if (media_get(propre, f->fit->workspace, id, f->keep, &made, error))
        return error->fault;
    *ret = (struct channel_media){.media = made.id,
                                  .bytes = made.bytes,
                                  .mime = made.mime,
                                  .file_name = made.name,
                                  .alt = f->file->alt,
                                  .width = made.width,
                                  .height = made.height};
    return OK;
}

enum fault
fit_media(const struct fit *fit, struct channel_message *message, struct arena *keep,
          struct arena scratch, struct error *error)
{
    struct media_limits limits;
    media_limits(fit->driver, fit->account, &limits);
    struct channel_media *media = new (keep, struct channel_media, message->media_n);
    for (int32_t i = 0; i < message->media_n; i++) {
        const struct fitting f = {fit, &message->media[i], limits_word(&limits, keep), keep};
        bool found = false;
        int64_t id = 0;
        media[i] = message->media[i];
        if (stays(&limits, f.file))
            continue;
        if (!limits.jpeg && !limits.png)
            return fail(error, FAULT_LIMIT, "the network takes neither JPEG nor PNG");
        if (find(&f, &id, &found, error) ||
            (!found && make(&f, &limits, scratch, &id, error)) ||
            replace(&f, id, &media[i], error))
            return error->fault;
    }
    message->media = media;
    return OK;
}
