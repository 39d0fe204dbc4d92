#include "base/translate.h"
#include "place/media.h"
#include "tactic/slot.h"
#include "web/api_handlers.h"
#include "web/upload.h"
#include "web/web_internal.h"

/* ---------- media ---------- */

static void
put_media(struct json_writer *w, const struct media *media)
{
    json_object_begin(w);
    api_put_int(w, "id", media->id);
    api_put_str(w, "name", media->name);
    api_put_str(w, "mime", media->mime);
    api_put_str(w, "alt", media->alt);
    api_put_str(w, "sha256", media->sha256);
    api_put_int(w, "bytes", media->bytes);
    api_put_int(w, "width", media->width);
    api_put_int(w, "height", media->height);
    api_put_time(w, "created", some_int(media->created_us));
    json_object_end(w);
}

static enum fault
answer_media(struct exchange *x, int64_t id, struct error *error)
{
    struct media media;
    struct json_writer w;
    if (media_get(x->web->propre, x->workspace.id, id, x->keep, &media, error))
        return error->fault;
    api_begin(x, &w);
    put_media(&w, &media);
    return OK;
}

enum fault
handle_api_media_list(struct exchange *x, struct error *error)
{
    struct media *all;
    ptrdiff_t n;
    struct json_writer w;
    if (media_list(x->web->propre, x->workspace.id, x->keep, &all, &n, error))
        return error->fault;
    api_list_begin(x, &w);
    for (ptrdiff_t i = 0; i < n; i++)
        put_media(&w, &all[i]);
    api_list_end(&w, STR_NONE);
    return OK;
}

enum fault
handle_api_media(struct exchange *x, struct error *error)
{
    return answer_media(x, x->id, error);
}

enum fault
handle_api_media_add(struct exchange *x, struct error *error)
{
    str name = exchange_query(x, "name"), alt = exchange_query(x, "alt");
    const struct media media = {.workspace = x->workspace.id,
                                .name = name.p ? name : S(""),
                                .alt = alt.p ? alt : S("")};
    struct media_reader reader;
    int64_t id;
    if (x->upload.fd < 0) {
        api_problem(x, 422, NULL,
                    str_of(translate(x->lang, N_("The body must be the file itself."))),
                    STR_NONE);
        return OK;
    }
    if (upload_reader(x, 0, &reader, error) ||
        media_add(x->web->propre, &media, &reader, &id, error))
        return error->fault;
    api_created(x, id);
    return answer_media(x, id, error);
}

/* ---------- slots ---------- */

static enum fault
answer_slots(struct exchange *x, struct error *error)
{
    struct slot *all;
    ptrdiff_t n;
    struct json_writer w;
    if (slot_list(x->web->propre, x->workspace.id, x->keep, &all, &n, error))
        return error->fault;
    api_list_begin(x, &w);
    for (ptrdiff_t i = 0; i < n; i++) {
        json_object_begin(&w);
        api_put_int(&w, "id", all[i].id);
        api_put_int(&w, "channel", all[i].channel);
        api_put_str(&w, "queue", all[i].queue);
        api_put_int(&w, "weekday", all[i].weekday);
        api_put_int(&w, "hour", all[i].hour);
        api_put_int(&w, "minute", all[i].minute);
        api_put_bool(&w, "paused", all[i].paused);
        json_object_end(&w);
    }
    api_list_end(&w, STR_NONE);
    return OK;
}

enum fault
handle_api_slots(struct exchange *x, struct error *error)
{
    return answer_slots(x, error);
}

enum fault
handle_api_slot_add(struct exchange *x, struct error *error)
{
    const struct slot slot = {.workspace = x->workspace.id,
                              .channel = api_int(x, "channel", no_int).is,
                              .queue = api_text(x, "queue", S("")),
                              .weekday = (int32_t)api_int(x, "weekday", no_int).is,
                              .hour = (int32_t)api_int(x, "hour", no_int).is,
                              .minute = (int32_t)api_int(x, "minute", no_int).is};
    int64_t id;
    if (slot_add(x->web->propre, &slot, &id, error))
        return error->fault;
    return answer_slots(x, error);
}

enum fault
handle_api_slot_pause(struct exchange *x, struct error *error)
{
    const struct json *paused = api_member(x, "paused");
    if (slot_pause(x->web->propre, x->workspace.id, api_text(x, "queue", S("")),
                   json_as_bool(paused, true), error))
        return error->fault;
    return answer_slots(x, error);
}

enum fault
handle_api_slot_remove(struct exchange *x, struct error *error)
{
    if (slot_remove(x->web->propre, x->workspace.id, x->id, error))
        return error->fault;
    return answer_slots(x, error);
}
