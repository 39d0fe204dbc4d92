#include <assert.h>

#include "web/api.h"

/* The OpenAPI 3.1 document, from the table of addresses and the tables of objects: neither can say what is not so. */

enum {
    REF_MAX = 128 /* bytes of "#/components/schemas/…"; our names are short */
};

static void
put(struct json_writer *w, const char *key, const char *text)
{
    json_key(w, str_of(key));
    json_str(w, str_of(text));
}

static void
begin(struct json_writer *w, const char *key)
{
    json_key(w, str_of(key));
    json_object_begin(w);
}

static void
put_ref(struct json_writer *w, const struct api_object *object)
{
    char memory[REF_MAX];
    struct arena arena = {memory, memory + sizeof memory};
    put(w, "$ref", cstr(&arena, arena_printf(&arena, "#/components/schemas/%s", object->name)));
}

static const char *
type_word(enum api_type type)
{
    switch (type) {
    case API_TEXT:
    case API_TIME:
    case API_DAY:
    case API_WORD:
        return "string";
    case API_INT:
        return "integer";
    case API_REAL:
        return "number";
    case API_BOOL:
        return "boolean";
    case API_LIST:
        return "array";
    case API_OBJECT:
        return "object";
    case API_JSON:
        break;
    }
    return NULL;
}

static void
put_type(struct json_writer *w, enum api_type type, bool nullable)
{
    const char *word = type_word(type);
    if (!word)
        return;
    json_key(w, S("type"));
    if (!nullable) {
        json_str(w, str_of(word));
        return;
    }
    json_array_begin(w);
    json_str(w, str_of(word));
    json_str(w, S("null"));
    json_array_end(w);
}

static void
put_words(struct json_writer *w, const struct api_field *field)
{
    str rest = str_of(field->words), word;
    json_key(w, S("enum"));
    json_array_begin(w);
    for (bool more = true; more;) {
        more = str_cut(&rest, '|', &word);
        json_str(w, word);
    }
    if (field->nullable && field->type == API_WORD)
        json_null(w);
    json_array_end(w);
}

static void
put_items(struct json_writer *w, const struct api_field *field)
{
    begin(w, "items");
    if (field->of) {
        put_ref(w, field->of);
    } else {
        put_type(w, field->item, false);
        if (field->item == API_WORD)
            put_words(w, field);
    }
    json_object_end(w);
    if (field->max > 0) {
        json_key(w, S("maxItems"));
        json_int(w, field->max);
    }
}

/* The members of a schema object, without its braces. */
static void
put_schema(struct json_writer *w, const struct api_field *field)
{
    if (field->type == API_OBJECT && field->nullable) {
        json_key(w, S("anyOf"));
        json_array_begin(w);
        json_object_begin(w);
        put_ref(w, field->of);
        json_object_end(w);
        json_object_begin(w);
        put(w, "type", "null");
        json_object_end(w);
        json_array_end(w);
        return;
    }
    if (field->type == API_OBJECT) {
        put_ref(w, field->of);
        return;
    }
    put_type(w, field->type, field->nullable);
    if (field->type == API_LIST)
        put_items(w, field);
    if (field->type == API_WORD)
        put_words(w, field);
    if (field->type == API_TIME)
        put(w, "format", "date-time");
    if (field->type == API_DAY)
        put(w, "format", "date");
    if (field->type == API_INT) {
        put(w, "format", "int64");
        if (field->max > 0) {
            json_key(w, S("maximum"));
            json_int(w, field->max);
        }
    }
    if (field->type == API_TEXT && field->max > 0) {
        json_key(w, S("maxLength"));
        json_int(w, field->max);
    }
}

static void
put_object(struct json_writer *w, const struct api_object *object)
{
    begin(w, object->name);
    put(w, "type", "object");
    json_key(w, S("additionalProperties"));
    json_bool(w, false);
    begin(w, "properties");
    for (int32_t i = 0; i < object->fields_n; i++) {
        begin(w, object->fields[i].name);
        put_schema(w, &object->fields[i]);
        put(w, "description", object->fields[i].about);
        json_object_end(w);
    }
    json_object_end(w);
    json_key(w, S("required"));
    json_array_begin(w);
    for (int32_t i = 0; i < object->fields_n; i++)
        if (object->fields[i].always)
            json_str(w, str_of(object->fields[i].name));
    json_array_end(w);
    json_object_end(w);
}

/* "/api/v1/posts/:id" as "/api/v1/posts/{id}". */
static str
path_of(const char *pattern, struct arena *keep)
{
    str rest = str_slice(str_of(pattern), 1, (ptrdiff_t)strlen(pattern)), part;
    str path = S("");
    for (bool more = true; more;) {
        more = str_cut(&rest, '/', &part);
        bool parameter = part.n > 0 && part.p[0] == ':';
        path = arena_printf(keep, "%.*s/%s%.*s%s", STR_FMT(path), parameter ? "{" : "",
                            STR_FMT(str_slice(part, parameter, part.n)), parameter ? "}" : "");
    }
    return path;
}

static void
put_parameter(struct json_writer *w, const char *in, const struct api_field *field)
{
    json_object_begin(w);
    put(w, "name", field->name);
    put(w, "in", in);
    json_key(w, S("required"));
    json_bool(w, field->always);
    put(w, "description", field->about);
    begin(w, "schema");
    put_schema(w, field);
    json_object_end(w);
    json_object_end(w);
}

static void
put_parameters(struct json_writer *w, const struct api_route *row)
{
    static const struct api_field id = {
        .name = "id", .type = API_INT, .always = true, .about = "Its number."};
    static const struct api_field key = {
        .name = "Idempotency-Key",
        .type = API_TEXT,
        .max = API_KEY_MAX,
        .about =
            "A name of your own for this act, like a UUID: sent again within 48 hours, it is "
            "not done again, and the same answer comes. With another body: 409."};
    static const struct api_field match = {
        .name = "If-Match",
        .type = API_TEXT,
        .about = "The revision that is changed, in quotes; or the member \"revision\"."};
    json_key(w, S("parameters"));
    json_array_begin(w);
    if (strstr(row->route.pattern, ":id"))
        put_parameter(w, "path", &id);
    for (int32_t i = 0; i < row->query_n; i++)
        put_parameter(w, "query", &row->query[i]);
    if (row->route.method != METHOD_GET)
        put_parameter(w, "header", &key);
    if (row->route.method == METHOD_PATCH)
        put_parameter(w, "header", &match);
    json_array_end(w);
}

static void
put_content(struct json_writer *w, const char *mime, const struct api_object *object)
{
    begin(w, "content");
    begin(w, mime);
    begin(w, "schema");
    if (object)
        put_ref(w, object);
    json_object_end(w);
    json_object_end(w);
    json_object_end(w);
}

extern const struct api_object api_problem_object;

static void
put_responses(struct json_writer *w, const struct api_route *row)
{
    char status[8];
    struct arena arena = {status, status + sizeof status};
    begin(w, "responses");
    begin(w, cstr(&arena, arena_printf(&arena, "%d", (int)row->status)));
    put(w, "description", row->route.help);
    put_content(w, "application/json", row->gives);
    json_object_end(w);
    begin(w, "default");
    put(w, "description",
        "400, 401, 403, 404, 409, 413, 415, 422, 429 or 5xx: nothing was changed.");
    put_content(w, "application/problem+json", &api_problem_object);
    json_object_end(w);
    json_object_end(w);
}

static void
put_security(struct json_writer *w, const struct api_route *row)
{
    json_key(w, S("security"));
    json_array_begin(w);
    if (!row->open) {
        json_object_begin(w);
        json_key(w, S("bearer"));
        json_array_begin(w);
        for (int32_t scope = 1; scope <= SCOPES_ALL; scope *= 2)
            if (row->scopes & scope)
                json_str(w, scope_word((enum scope)scope));
        json_array_end(w);
        json_object_end(w);
    }
    json_array_end(w);
}

/* "post" and "/api/v1/channels/:id/restore" as "postChannelsRestore"; what ends in a number as "getChannelsById". */
static const char *
operation_id(const char *method, const char *pattern, struct arena *arena)
{
    str rest = str_of(pattern + strlen("/api/v1/")), part, id = str_of(method);
    for (bool more = true; more;) {
        more = str_cut(&rest, '/', &part);
        bool number = part.n > 0 && part.p[0] == ':';
        if (number && more)
            continue;
        if (number)
            part = S("by:id");
        for (bool inner = true; inner;) { /* "openapi.json", "by:id" */
            ptrdiff_t n = 0;
            while (n < part.n && part.p[n] >= 'a' && part.p[n] <= 'z')
                n++;
            if (n > 0)
                id = arena_printf(arena, "%.*s%c%.*s", STR_FMT(id), part.p[0] - 'a' + 'A',
                                  STR_FMT(str_slice(part, 1, n)));
            inner = n < part.n;
            part = str_slice(part, inner ? n + 1 : n, part.n);
        }
    }
    return cstr(arena, id);
}

static void
put_operation(struct json_writer *w, const struct api_route *row, struct arena scratch)
{
    static const char *const keys[] = {"", "get", "post", "patch", "delete"};
    begin(w, keys[row->route.method]);
    put(w, "summary", row->route.help);
    put(w, "operationId", operation_id(keys[row->route.method], row->route.pattern, &scratch));
    put_security(w, row);
    put_parameters(w, row);
    if (row->takes || row->route.body_max > 0) {
        begin(w, "requestBody");
        json_key(w, S("required"));
        json_bool(w, api_needs_body(row));
        put_content(w, row->takes ? "application/json" : "*/*", row->takes);
        json_object_end(w);
    }
    put_responses(w, row);
    json_object_end(w);
}

static void
put_paths(struct json_writer *w, struct arena scratch)
{
    begin(w, "paths");
    for (ptrdiff_t i = 0; i < api_routes_n; i++) {
        const char *pattern = api_routes[i].route.pattern;
        bool seen = false;
        for (ptrdiff_t j = 0; j < i && !seen; j++)
            seen = !strcmp(api_routes[j].route.pattern, pattern);
        if (seen)
            continue;
        struct arena one = scratch;
        begin(w, cstr(&one, path_of(pattern, &one)));
        for (ptrdiff_t j = i; j < api_routes_n; j++)
            if (!strcmp(api_routes[j].route.pattern, pattern))
                put_operation(w, &api_routes[j], one);
        json_object_end(w);
    }
    json_object_end(w);
}

void
api_openapi(struct buf *out)
{
    static char memory[16384];
    struct json_writer w;
    json_writer_init(&w, out);
    json_object_begin(&w);
    put(&w, "openapi", "3.1.0");
    begin(&w, "info");
    put(&w, "title", "Propre");
    put(&w, "version", "1");
    put(&w, "description",
        "Deciding, doing and learning on social media. Times are RFC 3339 in UTC; amounts are "
        "whole "
        "numbers of the currency's smallest unit; null means not known, never zero.");
    json_object_end(&w);
    put_paths(&w, (struct arena){memory, memory + sizeof memory});
    begin(&w, "components");
    begin(&w, "schemas");
    for (int32_t i = 0; i < api_objects_n; i++)
        put_object(&w, api_objects[i]);
    json_object_end(&w);
    begin(&w, "securitySchemes");
    begin(&w, "bearer");
    put(&w, "type", "http");
    put(&w, "scheme", "bearer");
    put(&w, "description", "A token from Settings, API tokens, or “propre token add”.");
    json_object_end(&w);
    json_object_end(&w);
    json_object_end(&w);
    json_object_end(&w);
    buf_add_char(out, '\n');
}
