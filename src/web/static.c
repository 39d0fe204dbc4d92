#include "place/db.h"
#include "web/asset.h"
#include "web/handlers.h"
#include "web/web_internal.h"

/*
 * An asset's address holds the hash of its content: it may be kept for ever, and an old address is gone
 * rather than answered with something newer.
 */
enum fault
handle_asset(struct exchange *x, struct error *error)
{
    const struct asset *asset = asset_find(x->parameters[1]);
    if (!asset || !str_eq(asset->hash, x->parameters[0]))
        return fail(error, FAULT_ABSENT,
                    "there is no file %.*s here; reload the page that needs it",
                    STR_FMT(x->parameters[1]));
    str tag = arena_printf(x->keep, "\"%.*s\"", STR_FMT(asset->hash));
    x->answer.cacheable = true;
    answer_header(x, "Cache-Control", S("public, max-age=31536000, immutable"));
    answer_header(x, "ETag", tag);
    if (asset->gzip.p)
        answer_header(x, "Vary", S("Accept-Encoding"));
    x->answer.fixed = asset->body;
    x->answer.mime = cstr(x->keep, asset->mime);
    x->answer.status = 200;
    if (head_accepts(head_header(x->head, S("If-None-Match")), tag)) {
        x->answer.status = 304;
        x->answer.fixed = S("");
    } else if (asset->gzip.p &&
               head_accepts(head_header(x->head, S("Accept-Encoding")), S("gzip"))) {
        answer_header(x, "Content-Encoding", S("gzip"));
        x->answer.fixed = asset->gzip;
    }
    return OK;
}

/* For whoever supervises: the program turns, the data can be read. Tells nothing else. */
enum fault
handle_health(struct exchange *x, struct error *error)
{
    if (db_begin(x->web->propre->db, DB_READ, error))
        return error->fault;
    db_rollback(x->web->propre->db);
    x->answer.status = 200;
    x->answer.mime = "text/plain; charset=utf-8";
    x->answer.fixed = S("ok\n");
    return OK;
}
