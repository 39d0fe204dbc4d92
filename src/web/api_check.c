#include <assert.h>

#include "base/instant.h"
#include "base/number.h"
#include "base/translate.h"
#include "web/api.h"

/* A request against its table: pure, and strict, because a misspelt member that is ignored is a surprise later. */

enum {
    CHECK_WAITING_MAX =
        4096 /* objects in lists of one body: 50 variants, 20 pictures, with room */
};

/* An object that is still to be looked at. */
struct waiting {
    const struct json *value;
    const struct api_object *object;
    str path;
};

struct check {
    struct arena *keep;
    struct waiting *at;
    int32_t n;
    struct api_wrong *wrong;
};

bool
api_day_parse(str text, int64_t *ret)
{
    struct error error;
    int64_t year, month, day;
    if (text.n != 10 || text.p[4] != '-' || text.p[7] != '-' ||
        parse_i64(str_slice(text, 0, 4), 1, 9999, &year, &error) ||
        parse_i64(str_slice(text, 5, 7), 1, 12, &month, &error) ||
        parse_i64(str_slice(text, 8, 10), 1, 31, &day, &error))
        return false;
    struct civil civil = {.year = (int32_t)year, .month = (int32_t)month, .day = (int32_t)day};
    if (!civil_valid(&civil))
        return false;
    *ret = civil_days(year, civil.month, civil.day);
    return true;
}

static bool
is_word(const char *words, str value)
{
    str rest = str_of(words), word;
    for (bool more = true; more;) {
        more = str_cut(&rest, '|', &word);
        if (str_eq(word, value))
            return true;
    }
    return false;
}

/* "up|down" as "up, down". */
static str
words_listed(const char *words, struct arena *keep)
{
    str rest = str_of(words), word, all = STR_NONE;
    for (bool more = true; more;) {
        more = str_cut(&rest, '|', &word);
        all = arena_printf(keep, "%.*s%s%.*s", STR_FMT(all), all.n ? ", " : "", STR_FMT(word));
    }
    return all;
}

static const char *
check_text(enum api_type type, const struct api_field *field, str text)
{
    struct error error;
    instant at;
    int64_t day;
    if (type == API_TIME && instant_parse(text, &at, &error))
        return N_("must be a moment like 2026-12-01T09:00:00Z");
    if (type == API_DAY && !api_day_parse(text, &day))
        return N_("must be a day like 2026-12-31");
    if (type == API_WORD && !is_word(field->words, text))
        return N_("must be one of these words: %s");
    if (type == API_TEXT && field->max > 0 && text.n > field->max)
        return N_("is too long");
    return NULL;
}

/* One value that holds no others. */
static const char *
check_plain(enum api_type type, const struct api_field *field, const struct json *value)
{
    switch (type) {
    case API_INT:
        if (value->kind != JSON_KIND_INT)
            return N_("must be a whole number");
        return value->integer < 0 || (field->max > 0 && value->integer > field->max)
                   ? N_("is out of range")
                   : NULL;
    case API_REAL:
        return value->kind == JSON_KIND_INT || value->kind == JSON_KIND_REAL
                   ? NULL
                   : N_("must be a number");
    case API_BOOL:
        return value->kind == JSON_KIND_BOOL ? NULL : N_("must be true or false");
    case API_TEXT:
    case API_TIME:
    case API_DAY:
    case API_WORD:
        return value->kind == JSON_KIND_STR ? check_text(type, field, value->text)
                                            : N_("must be a text");
    case API_OBJECT:
    case API_LIST:
    case API_JSON:
        break;
    }
    return NULL;
}

static const char *
wait_for(struct check *check, const struct json *value, const struct api_object *object,
         str path)
{
    if (check->n == CHECK_WAITING_MAX)
        return N_("holds too many things");
    check->at[check->n++] = (struct waiting){value, object, path};
    return NULL;
}

/* Of a list that has a ceiling. */
static bool
said_before(const struct json *list, const struct json *item)
{
    for (const struct json *other = list->first; other != item; other = other->next)
        if (other->integer == item->integer)
            return true;
    return false;
}

static const char *
check_list(struct check *check, const struct api_field *field, const struct json *value,
           str path)
{
    int32_t i = 0;
    if (value->kind != JSON_KIND_ARRAY)
        return N_("must be a list");
    if (field->max > 0 && value->n > field->max)
        return N_("holds too many things");
    for (const struct json *item = value->first; item; item = item->next, i++) {
        str at = arena_printf(check->keep, "%.*s[%d]", STR_FMT(path), (int)i);
        const struct api_field one = {.words = field->words};
        const char *wrong = field->of ? wait_for(check, item, field->of, at)
                                      : check_plain(field->item, &one, item);
        if (!wrong && field->item == API_INT && field->max > 0 && said_before(value, item))
            wrong = N_("is said twice");
        if (wrong) {
            check->wrong->field = at;
            if (field->words)
                check->wrong->words = words_listed(field->words, check->keep);
            return wrong;
        }
    }
    return NULL;
}

static const char *
check_member(struct check *check, const struct api_field *field, const struct json *value,
             str path)
{
    check->wrong->field = path;
    if (value->kind == JSON_KIND_NULL)
        return field->nullable ? NULL : N_("must not be null");
    if (field->type == API_OBJECT)
        return wait_for(check, value, field->of, path);
    if (field->type == API_LIST)
        return check_list(check, field, value, path);
    if (field->words)
        check->wrong->words = words_listed(field->words, check->keep);
    return check_plain(field->type, field, value);
}

static const struct api_field *
field_of(const struct api_object *object, str name)
{
    for (int32_t i = 0; i < object->fields_n; i++)
        if (str_eq(name, str_of(object->fields[i].name)))
            return &object->fields[i];
    return NULL;
}

static str
path_of(struct check *check, str path, str name)
{
    return arena_printf(check->keep, "%.*s%s%.*s", STR_FMT(path), path.n ? "." : "",
                        STR_FMT(str_slice(name, 0, 100)));
}

static const char *
check_object(struct check *check, const struct waiting *now)
{
    check->wrong->field = now->path;
    if (now->value && now->value->kind != JSON_KIND_OBJECT)
        return N_("must be an object: {…}");
    for (const struct json *m = now->value ? now->value->first : NULL; m; m = m->next) {
        const struct api_field *field = field_of(now->object, m->key);
        str path = path_of(check, now->path, m->key);
        check->wrong->field = path;
        const char *wrong =
            field ? check_member(check, field, m, path) : N_("is not known here");
        if (wrong)
            return wrong;
    }
    for (int32_t i = 0; i < now->object->fields_n; i++) {
        const struct api_field *field = &now->object->fields[i];
        if (field->always && !json_get(now->value, str_of(field->name))) {
            check->wrong->field = path_of(check, now->path, str_of(field->name));
            return N_("is needed");
        }
    }
    return NULL;
}

const char *
api_check(const struct json *body, const struct api_object *object, struct arena *keep,
          struct api_wrong *ret)
{
    struct check check = {
        .keep = keep, .at = new (keep, struct waiting, CHECK_WAITING_MAX), .wrong = ret};
    const char *wrong = wait_for(&check, body, object, S(""));
    for (int32_t i = 0; i < check.n && !wrong; i++) {
        const struct waiting now = check.at[i];
        wrong = check_object(&check, &now);
    }
    return wrong;
}

const char *
api_check_query(const struct api_field *field, str value, struct arena *keep, str *ret_words)
{
    struct error error;
    int64_t n;
    *ret_words = field->words ? words_listed(field->words, keep) : STR_NONE;
    if (field->type == API_INT)
        return parse_i64(value, 0, field->max > 0 ? field->max : INT64_MAX, &n, &error)
                   ? N_("must be a whole number")
                   : NULL;
    if (field->type == API_BOOL)
        return is_word("true|false", value) ? NULL : N_("must be true or false");
    return check_text(field->type, field, value);
}

bool
api_needs_body(const struct api_route *route)
{
    bool needs = route->takes && route->takes->fields_n > 0 &&
                 (route->status == 201 || route->route.method == METHOD_PATCH);
    for (int32_t i = 0; route->takes && i < route->takes->fields_n; i++)
        needs |= route->takes->fields[i].always;
    return needs;
}
