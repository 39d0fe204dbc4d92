#include "place/media.h"
#include "place/sniff.h"
#include "web/handlers.h"
#include "web/web_internal.h"

enum {
    PICTURE_BYTES_MAX = 32 << 20 /* of one answer, in memory; networks take at most 20 MB */
};

static bool
is_picture(enum sniff_type type)
{
    return type == SNIFF_JPEG || type == SNIFF_PNG || type == SNIFF_WEBP || type == SNIFF_GIF;
}

static enum fault
no_picture(int64_t id, struct error *error)
{
    return fail(error, FAULT_ABSENT, "file %lld cannot be shown as a picture", (long long)id);
}

/* Stored bytes came from outside: the type is what they are, and the browser is told to run nothing of them. */
enum fault
handle_media_picture(struct exchange *x, struct error *error)
{
    struct propre *propre = x->web->propre;
    struct media media;
    if (media_get(propre, x->workspace.id, x->id, x->keep, &media, error))
        return error->fault;
    if (media.bytes <= 0 || media.bytes > PICTURE_BYTES_MAX)
        return no_picture(x->id, error);
    char *piece = new (x->keep, char, MEDIA_PIECE_BYTES);
    enum sniff_type type = SNIFF_OTHER;
    for (int64_t at = 0; at < media.bytes;) {
        ptrdiff_t n;
        if (media_read(propre, x->id, at, piece, MEDIA_PIECE_BYTES, &n, error))
            return error->fault;
        if (at == 0)
            type = sniff_type((str){piece, n < SNIFF_HEAD_BYTES ? n : SNIFF_HEAD_BYTES});
        if (n == 0 || !is_picture(type))
            return no_picture(x->id, error);
        buf_add(&x->answer.body, (str){piece, n});
        at += n;
    }
    x->answer.status = 200;
    x->answer.mime = cstr(x->keep, sniff_mime(type));
    x->answer.policy = "default-src 'none'; sandbox";
    x->answer.cacheable = true; /* the bytes of a number never change */
    answer_header(x, "Cache-Control", S("private, max-age=86400, immutable"));
    answer_header(x, "Content-Disposition", S("inline"));
    return OK;
}
