#include <assert.h>

#include "base/instant.h"
#include "base/number.h"
#include "base/translate.h"
#include "web/answer.h"
#include "web/api.h"

/* Reading what was sent, writing what is answered. */

void
api_begin(struct exchange *x, struct json_writer *ret)
{
    buf_clear(&x->answer.body);
    json_writer_init(ret, answer_json(x, x->api->status));
}

void
api_created(struct exchange *x, int64_t id)
{
    answer_header(x, "Location",
                  arena_printf(x->keep, "%.*s/%lld", STR_FMT(x->path), (long long)id));
}

void
api_put_str(struct json_writer *w, const char *name, str text)
{
    json_key(w, str_of(name));
    json_str(w, text.n > 0 ? text : STR_NONE);
}

void
api_put_int(struct json_writer *w, const char *name, int64_t n)
{
    json_key(w, str_of(name));
    json_int(w, n);
}

void
api_put_bool(struct json_writer *w, const char *name, bool truth)
{
    json_key(w, str_of(name));
    json_bool(w, truth);
}

void
api_put_maybe(struct json_writer *w, const char *name, struct maybe_int n)
{
    json_key(w, str_of(name));
    json_maybe_int(w, n);
}

void
api_put_real(struct json_writer *w, const char *name, struct maybe_real n)
{
    json_key(w, str_of(name));
    json_maybe_real(w, n);
}

void
api_put_time(struct json_writer *w, const char *name, struct maybe_int us)
{
    char memory[64];
    struct arena arena = {memory, memory + sizeof memory};
    json_key(w, str_of(name));
    json_str(w, us.has ? instant_rfc3339(&arena, (instant){us.is}) : STR_NONE);
}

void
api_put_day(struct json_writer *w, const char *name, struct maybe_int day)
{
    char memory[64];
    struct arena arena = {memory, memory + sizeof memory};
    struct civil civil = instant_to_utc((instant){day.has ? day.is * SPAN_DAY.us : 0});
    json_key(w, str_of(name));
    json_str(w, day.has ? arena_printf(&arena, "%04d-%02d-%02d", (int)civil.year,
                                       (int)civil.month, (int)civil.day)
                        : STR_NONE);
}

const struct json *
api_member(const struct exchange *x, const char *name)
{
    const struct json *value = json_get(x->json, str_of(name));
    return value && value->kind != JSON_KIND_NULL ? value : NULL;
}

bool
api_given(const struct exchange *x, const char *name)
{
    return json_get(x->json, str_of(name)) != NULL;
}

str
api_text(const struct exchange *x, const char *name, str otherwise)
{
    return api_given(x, name) ? json_text(api_member(x, name)) : otherwise;
}

struct maybe_int
api_int(const struct exchange *x, const char *name, struct maybe_int otherwise)
{
    return api_given(x, name) ? json_as_int(api_member(x, name)) : otherwise;
}

struct maybe_real
api_real(const struct exchange *x, const char *name, struct maybe_real otherwise)
{
    return api_given(x, name) ? json_as_real(api_member(x, name)) : otherwise;
}

struct maybe_int
api_time(const struct exchange *x, const char *name, struct maybe_int otherwise)
{
    struct error error;
    instant at;
    if (!api_given(x, name))
        return otherwise;
    str text = json_text(api_member(x, name));
    return text.p && !instant_parse(text, &at, &error) ? some_int(at.us) : no_int;
}

struct maybe_int
api_day(const struct exchange *x, const char *name, struct maybe_int otherwise)
{
    int64_t day;
    if (!api_given(x, name))
        return otherwise;
    return api_day_parse(json_text(api_member(x, name)), &day) ? some_int(day) : no_int;
}

struct maybe_int
api_query_int(const struct exchange *x, const char *name)
{
    struct error error;
    int64_t n;
    str text = exchange_query(x, name);
    return text.p && !parse_i64(text, 0, INT64_MAX, &n, &error) ? some_int(n) : no_int;
}

struct maybe_int
api_query_time(const struct exchange *x, const char *name)
{
    struct error error;
    instant at;
    str text = exchange_query(x, name);
    return text.p && !instant_parse(text, &at, &error) ? some_int(at.us) : no_int;
}

bool
api_revision(struct exchange *x, int64_t *ret)
{
    struct error error;
    str match = head_header(x->head, S("If-Match"));
    if (match.n > 2 && match.p[0] == '"' && match.p[match.n - 1] == '"' &&
        !parse_i64(str_slice(match, 1, match.n - 1), 1, INT64_MAX, ret, &error))
        return true;
    struct maybe_int revision = api_int(x, "revision", no_int);
    if (!match.p && revision.has) {
        *ret = revision.is;
        return true;
    }
    api_refuse(x, "revision",
               match.p ? N_("If-Match must be the revision in quotes: \"3\"")
                       : N_("say which revision is changed: the member \"revision\", or the "
                            "header If-Match"));
    return false;
}

/* An offset, but the program is not to know: what is promised is that it leads to the next page. */
bool
api_page(struct exchange *x, int64_t *ret_offset, int64_t *ret_limit)
{
    struct error error;
    str cursor = exchange_query(x, "cursor");
    struct maybe_int limit = api_query_int(x, "limit");
    *ret_offset = 0;
    *ret_limit = limit.has ? limit.is : 50;
    if (cursor.p &&
        (cursor.n < 2 || cursor.p[0] != 'p' ||
         parse_i64(str_slice(cursor, 1, cursor.n), 0, INT32_MAX, ret_offset, &error))) {
        api_refuse(x, "cursor", N_("this is not a “next” of an answer before"));
        return false;
    }
    if (*ret_limit < 1 || *ret_limit > API_PAGE_MAX) {
        api_refuse(x, "limit", N_("must lie between 1 and 200"));
        return false;
    }
    return true;
}

str
api_next(struct exchange *x, int64_t offset, int64_t limit, ptrdiff_t n)
{
    return n < limit ? STR_NONE : arena_printf(x->keep, "p%lld", (long long)offset + n);
}

void
api_list_begin(struct exchange *x, struct json_writer *ret)
{
    api_begin(x, ret);
    json_object_begin(ret);
    json_key(ret, S("data"));
    json_array_begin(ret);
}

void
api_list_end(struct json_writer *w, str next)
{
    json_array_end(w);
    api_put_str(w, "next", next);
    json_object_end(w);
}
