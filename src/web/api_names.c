#include "base/translate.h"
#include "place/media.h"
#include "strategy/channel.h"
#include "strategy/objective.h"
#include "tactic/message.h"
#include "tactic/tactic.h"
#include "web/api.h"
#include "web/web_internal.h"

/*
 * What a body names by its number must be there: a wrong number is a mistake in the request and not an address where nothing
 * is, and the member is told. Which member names what stands in the tables (web/api_objects.c).
 */

static enum fault
look(const struct exchange *x, enum api_names names, int64_t id, struct error *error)
{
    union {
        struct channel channel;
        struct tactic tactic;
        struct objective objective;
        struct media media;
        struct message message;
    } ignored;
    struct propre *propre = x->web->propre;
    int64_t workspace = x->workspace.id;
    switch (names) {
    case NAMES_NOTHING:
        return OK;
    case NAMES_CHANNEL:
        return channel_get(propre, workspace, id, x->keep, &ignored.channel, error);
    case NAMES_TACTIC:
        return tactic_get(propre, workspace, id, x->keep, &ignored.tactic, error);
    case NAMES_OBJECTIVE:
        return objective_get(propre, workspace, id, x->keep, &ignored.objective, error);
    case NAMES_MEDIA:
        return media_get(propre, workspace, id, x->keep, &ignored.media, error);
    case NAMES_POST:
        return message_get(propre, workspace, id, x->keep, &ignored.message, error);
    }
    return OK;
}

static enum fault
look_at(struct exchange *x, enum api_names names, const struct json *value, str path,
        bool *ret_known, struct error *error)
{
    if (!value || value->kind != JSON_KIND_INT)
        return OK;
    enum fault fault = look(x, names, value->integer, error);
    if (fault != FAULT_ABSENT)
        return fault;
    api_problem(x, 422, NULL, translate_error(x->keep, x->lang, error), path);
    *ret_known = false;
    return OK;
}

/* The plain members of one object, and the items of its plain lists. */
static enum fault
look_in(struct exchange *x, const struct api_object *object, const struct json *value,
        str before, bool *ret_known, struct error *error)
{
    for (int32_t f = 0; f < object->fields_n && *ret_known; f++) {
        const struct api_field *field = &object->fields[f];
        const struct json *member = json_get(value, str_of(field->name));
        str path = arena_printf(x->keep, "%.*s%s", STR_FMT(before), field->name);
        int i = 0;
        if (field->names == NAMES_NOTHING || !member)
            continue;
        if (field->type != API_LIST) {
            if (look_at(x, field->names, member, path, ret_known, error))
                return error->fault;
            continue;
        }
        for (const struct json *item = member->first; item && *ret_known; item = item->next) {
            str at = arena_printf(x->keep, "%.*s[%d]", STR_FMT(path), i++);
            if (look_at(x, field->names, item, at, ret_known, error))
                return error->fault;
        }
    }
    return OK;
}

enum fault
api_names_known(struct exchange *x, bool *ret_known, struct error *error)
{
    const struct api_object *object = x->api->takes;
    *ret_known = true;
    if (!object || !x->json)
        return OK;
    if (look_in(x, object, x->json, S(""), ret_known, error))
        return error->fault;
    /* One level down: the pictures and forms of a post. */
    for (int32_t f = 0; f < object->fields_n; f++) {
        const struct api_field *field = &object->fields[f];
        const struct json *list = json_get(x->json, str_of(field->name));
        int i = 0;
        if (field->type != API_LIST || !field->of || !list)
            continue;
        for (const struct json *item = list->first; item && *ret_known; item = item->next) {
            str at = arena_printf(x->keep, "%s[%d].", field->name, i++);
            if (look_in(x, field->of, item, at, ret_known, error))
                return error->fault;
        }
    }
    return OK;
}
