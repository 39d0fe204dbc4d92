#include "../shared.h"

#include "schema.h"

#include "base/text.h"
#include "exchange.h"

/* NOLINTBEGIN(misc-no-recursion): as deep as SCHEMA_DEPTH_MAX, which is checked */

enum { SCHEMA_DEPTH_MAX = 60 };

struct checking {
    const struct contract *contract;
    struct arena *arena;
    int32_t depth;
};

static str check(const struct checking *c, const struct json *root, const struct json *schema,
                 const struct json *value);

const struct json *
schema_load(const char *path, struct arena *arena)
{
    enum { CONTRACT_BYTES_MAX = 4 << 20 };
    FILE *file = shared_open(path);
    if (!file)
        return NULL;
    char *p = new (arena, char, CONTRACT_BYTES_MAX);
    size_t n = fread(p, 1, CONTRACT_BYTES_MAX, file);
    (void)fclose(file);
    struct json *json;
    struct error error;
    assert_ok(json_parse(arena, (str){p, (ptrdiff_t)n}, &json, &error), &error);
    return json;
}

const struct json *
schema_at(const struct json *root, str pointer)
{
    str name;
    if (str_starts(pointer, S("/")))
        pointer = str_slice(pointer, 1, pointer.n);
    for (bool more = pointer.n > 0; more && root;) {
        char plain[512];
        ptrdiff_t n = 0;
        more = str_cut(&pointer, '/', &name);
        for (ptrdiff_t i = 0; i < name.n && n < (ptrdiff_t)sizeof plain; i++) {
            bool escape = name.p[i] == '~' && i + 1 < name.n;
            plain[n++] = (char)(escape ? (name.p[i + 1] == '1' ? '/' : '~') : name.p[i]);
            i += escape;
        }
        root = json_get(root, (str){plain, n});
    }
    return root;
}

static bool
is_type(str name, const struct json *value)
{
    switch (value->kind) {
    case JSON_KIND_NULL:
        return str_eq(name, S("null"));
    case JSON_KIND_BOOL:
        return str_eq(name, S("boolean"));
    case JSON_KIND_INT:
        return str_eq(name, S("integer")) || str_eq(name, S("number"));
    case JSON_KIND_REAL:
        return str_eq(name, S("number"));
    case JSON_KIND_STR:
        return str_eq(name, S("string"));
    case JSON_KIND_ARRAY:
        return str_eq(name, S("array"));
    case JSON_KIND_OBJECT:
        return str_eq(name, S("object"));
    }
    return false;
}

static bool
type_holds(const struct json *schema, const struct json *value)
{
    const struct json *type = json_get(schema, S("type"));
    if (!type ||
        (value->kind == JSON_KIND_NULL && json_as_bool(json_get(schema, S("nullable")), false)))
        return true;
    if (type->kind == JSON_KIND_STR)
        return is_type(type->text, value);
    for (const struct json *at = type->first; at; at = at->next)
        if (is_type(json_text(at), value))
            return true;
    return false;
}

static str
check_scalar(const struct checking *c, const struct json *schema, const struct json *value)
{
    const struct json *list = json_get(schema, S("enum")), *one = json_get(schema, S("const"));
    bool found = !list;
    for (const struct json *at = list ? list->first : NULL; at; at = at->next)
        found |= json_same(at, value, 0);
    if (!found || (one && !json_same(one, value, 0)))
        return arena_printf(c->arena, "is none of those allowed");
    if (value->kind == JSON_KIND_STR) {
        struct maybe_int min = json_as_int(json_get(schema, S("minLength")));
        struct maybe_int max = json_as_int(json_get(schema, S("maxLength")));
        int64_t n = 0;
        for (str rest = value->text; rest.n > 0; n++) {
            int32_t code;
            utf8_take(&rest, &code);
        }
        if ((min.has && n < min.is) || (max.has && n > max.is))
            return arena_printf(c->arena, "has %lld characters", (long long)n);
    }
    struct maybe_real number = json_as_real(value);
    struct maybe_real low = json_as_real(json_get(schema, S("minimum")));
    struct maybe_real high = json_as_real(json_get(schema, S("maximum")));
    if (number.has && ((low.has && number.is < low.is) || (high.has && number.is > high.is)))
        return arena_printf(c->arena, "is %g", number.is);
    return STR_NONE;
}

static str
under(const struct checking *c, str name, str problem)
{
    return problem.p ? arena_printf(c->arena, "%.*s: %.*s", STR_FMT(name), STR_FMT(problem))
                     : problem;
}

static str
check_object(const struct checking *c, const struct json *root, const struct json *schema,
             const struct json *value)
{
    const struct json *properties = json_get(schema, S("properties"));
    const struct json *others = json_get(schema, S("additionalProperties"));
    const struct json *required = json_get(schema, S("required"));
    for (const struct json *at = required && required->kind == JSON_KIND_ARRAY ? required->first
                                                                               : NULL;
         at; at = at->next)
        if (!json_get(value, json_text(at)))
            return under(c, json_text(at), S("is missing"));
    for (const struct json *at = value->first; at; at = at->next) {
        const struct json *member = json_get(properties, at->key);
        str problem = STR_NONE;
        if (member)
            problem = check(c, root, member, at);
        else if (others && others->kind == JSON_KIND_BOOL && !others->truth)
            problem = S("is not known");
        else if (others && others->kind == JSON_KIND_OBJECT)
            problem = check(c, root, others, at);
        if (problem.p)
            return under(c, at->key, problem);
    }
    return STR_NONE;
}

static str
check_array(const struct checking *c, const struct json *root, const struct json *schema,
            const struct json *value)
{
    struct maybe_int min = json_as_int(json_get(schema, S("minItems")));
    struct maybe_int max = json_as_int(json_get(schema, S("maxItems")));
    const struct json *items = json_get(schema, S("items"));
    if ((min.has && value->n < min.is) || (max.has && value->n > max.is))
        return arena_printf(c->arena, "has %d items", (int)value->n);
    for (const struct json *at = value->first; at && items; at = at->next) {
        str problem = check(c, root, items, at);
        if (problem.p)
            return under(c, S("[]"), problem);
    }
    return STR_NONE;
}

/* How many of a list of schemas hold. *ret_problem: of the first that does not. */
static int32_t
how_many(const struct checking *c, const struct json *root, const struct json *list,
         const struct json *value, str *ret_problem)
{
    int32_t n = 0;
    *ret_problem = STR_NONE;
    for (const struct json *at = list->first; at; at = at->next) {
        str problem = check(c, root, at, value);
        n += !problem.p;
        if (problem.p && !ret_problem->p)
            *ret_problem = problem;
    }
    return n;
}

static str
check_choices(const struct checking *c, const struct json *root, const struct json *schema,
              const struct json *value)
{
    const struct json *all = json_get(schema, S("allOf")), *any = json_get(schema, S("anyOf"));
    const struct json *one = json_get(schema, S("oneOf")), *not = json_get(schema, S("not"));
    str problem;
    if (all && how_many(c, root, all, value, &problem) != all->n)
        return problem;
    if (any && how_many(c, root, any, value, &problem) == 0)
        return problem;
    if (one) {
        int32_t n = how_many(c, root, one, value, &problem);
        if (n != 1)
            return n == 0 ? problem : S("is more than one of what it may be");
    }
    if (not &&!check(c, root, not, value).p)
        return S("is what it must not be");
    return STR_NONE;
}

/* What a $ref names; *root becomes the document it is in. */
static const struct json *
resolve(const struct checking *c, const struct json **root, str ref)
{
    str file = ref, pointer = STR_NONE;
    if (str_chr(ref, '#') >= 0) {
        (void)str_cut(&ref, '#', &file);
        pointer = ref;
    }
    for (int32_t i = 0; file.n > 0 && i < c->contract->others_n; i++)
        if (str_eq(file, str_of(c->contract->others[i].name)))
            *root = c->contract->others[i].root;
    return schema_at(*root, pointer);
}

static str
check(const struct checking *outer, const struct json *root, const struct json *schema,
      const struct json *value)
{
    struct checking c = *outer;
    if (++c.depth > SCHEMA_DEPTH_MAX)
        return S("nested too deep");
    str ref = json_text(json_get(schema, S("$ref")));
    if (ref.p) {
        const struct json *target = resolve(&c, &root, ref);
        return target ? check(&c, root, target, value)
                      : arena_printf(c.arena, "no schema %.*s", STR_FMT(ref));
    }
    if (!type_holds(schema, value))
        return S("is of another type");
    str problem = check_scalar(&c, schema, value);
    if (!problem.p && value->kind == JSON_KIND_OBJECT)
        problem = check_object(&c, root, schema, value);
    if (!problem.p && value->kind == JSON_KIND_ARRAY)
        problem = check_array(&c, root, schema, value);
    return problem.p ? problem : check_choices(&c, root, schema, value);
}

/* NOLINTEND(misc-no-recursion) */

str
schema_check(const struct contract *contract, const struct json *schema,
             const struct json *value, struct arena *arena)
{
    struct checking c = {.contract = contract, .arena = arena};
    return check(&c, contract->root, schema, value);
}
