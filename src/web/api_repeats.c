#include "base/translate.h"
#include "outbox/repeat.h"
#include "tactic/when.h"
#include "web/api_handlers.h"
#include "web/web_internal.h"

/* Posts that come again (tactic/slot.h: recurrence; outbox/repeat.h). */

static enum fault
put_repeat(struct exchange *x, struct json_writer *w, const struct recurrence *r,
           struct error *error)
{
    struct repeat_coming *all;
    ptrdiff_t n;
    if (repeat_coming(x->web->propre, r, x->keep, &all, &n, error))
        return error->fault;
    static const char *const states[] = {
        [REPEAT_IN_USE] = "in_use", [REPEAT_PAUSED] = "paused", [REPEAT_OVER] = "over"};
    enum repeat_state state = repeat_state(r, n > 0, clock_now(&x->web->propre->clock));
    json_object_begin(w);
    api_put_int(w, "id", r->id);
    api_put_int(w, "post", r->message);
    api_put_str(w, "rule", r->rule);
    api_put_str(w, "first", civil_minute(x->keep, &r->anchor));
    api_put_str(w, "zone", r->zone);
    api_put_str(w, "state", str_of(states[state]));
    api_put_time(w, "next", n > 0 && state != REPEAT_OVER ? some_int(all[0].at.us) : no_int);
    api_put_time(w, "until", r->end_us);
    api_put_maybe(w, "times", r->count_max);
    api_put_int(w, "cooldown_days", r->cooldown_days);
    api_put_int(w, "revision", r->revision);
    json_object_end(w);
    return OK;
}

static enum fault
answer_repeat(struct exchange *x, int64_t id, struct error *error)
{
    struct recurrence r;
    struct json_writer w;
    if (recurrence_get(x->web->propre, x->workspace.id, id, x->keep, &r, error))
        return error->fault;
    api_begin(x, &w);
    return put_repeat(x, &w, &r, error);
}

enum fault
handle_api_repeats(struct exchange *x, struct error *error)
{
    struct recurrence *all;
    ptrdiff_t n;
    struct json_writer w;
    int64_t offset = 0, limit = 0;
    if (!api_page(x, &offset, &limit))
        return OK;
    if (recurrence_list(x->web->propre, x->workspace.id, x->keep, &all, &n, error))
        return error->fault;
    ptrdiff_t from = offset < n ? (ptrdiff_t)offset : n;
    ptrdiff_t shown = n - from < limit ? n - from : (ptrdiff_t)limit;
    api_list_begin(x, &w);
    for (ptrdiff_t i = 0; i < shown; i++)
        if (put_repeat(x, &w, &all[from + i], error))
            return error->fault;
    api_list_end(&w, api_next(x, offset, limit, shown));
    return OK;
}

enum fault
handle_api_repeat(struct exchange *x, struct error *error)
{
    return answer_repeat(x, x->id, error);
}

/* False when the request was answered: 422, naming the member. */
static bool
read_rule(struct exchange *x, str text, str *ret)
{
    struct error error;
    if (rule_read(text, x->keep, ret, &error) == OK)
        return true;
    api_problem(x, 422, NULL, translate_error(x->keep, x->lang, &error), S("rule"));
    return false;
}

static void
fill_repeat(const struct exchange *x, struct recurrence *r)
{
    r->end_us = api_time(x, "until", r->end_us);
    r->count_max = api_int(x, "times", r->count_max);
    r->cooldown_days = (int32_t)api_int(x, "cooldown_days", some_int(r->cooldown_days)).is;
}

enum fault
handle_api_repeat_add(struct exchange *x, struct error *error)
{
    struct error why;
    struct recurrence r = {.workspace = x->workspace.id, .zone = x->workspace.zone};
    int64_t id = 0, post = api_int(x, "post", no_int).is;
    instant at;
    if (!read_rule(x, api_text(x, "rule", STR_NONE), &r.rule))
        return OK;
    if (when_parse(api_text(x, "at", STR_NONE), x->zone, clock_now(&x->web->propre->clock),
                   &r.anchor, &at, &why)) {
        api_problem(x, 422, NULL, translate_error(x->keep, x->lang, &why), S("at"));
        return OK;
    }
    r.anchor.second = r.anchor.microsecond = 0;
    fill_repeat(x, &r);
    if (repeat_pattern(x->web->propre, x->workspace.id, post, x->keep, &r.message, error) ||
        repeat_begin(x->web->propre, &r, some_int(post), x->scratch, &id, error))
        return error->fault;
    api_created(x, id);
    return answer_repeat(x, id, error);
}

static struct repeat_of
asked(struct exchange *x)
{
    return (struct repeat_of){x->workspace.id, x->id, api_who(x)};
}

/* By another rule it is another one: what waits of the old is taken out, so that nothing comes twice. */
static enum fault
change_rule(struct exchange *x, struct recurrence *r, int64_t *ret_id, struct error *error)
{
    const struct repeat_of of = asked(x);
    int64_t n = 0;
    if (repeat_end(x->web->propre, &of, false, x->keep, &n, error))
        return error->fault;
    r->id = 0;
    return repeat_begin(x->web->propre, r, no_int, x->scratch, ret_id, error);
}

enum fault
handle_api_repeat_change(struct exchange *x, struct error *error)
{
    struct recurrence r;
    int64_t revision, id = x->id;
    str rule;
    if (recurrence_get(x->web->propre, x->workspace.id, x->id, x->keep, &r, error))
        return error->fault;
    rule = r.rule;
    if (!api_revision(x, &revision) ||
        (api_given(x, "rule") && !read_rule(x, api_text(x, "rule", STR_NONE), &rule)))
        return OK;
    bool another = !str_eq(rule, r.rule);
    if (revision != r.revision)
        return fail(error, FAULT_CONFLICT,
                    "the repetition was changed meanwhile; look at it again, then repeat your "
                    "change");
    fill_repeat(x, &r);
    r.rule = rule;
    if (another ? change_rule(x, &r, &id, error)
                : recurrence_save(x->web->propre, &r, &id, error))
        return error->fault;
    return answer_repeat(x, id, error);
}

enum fault
handle_api_repeat_skip(struct exchange *x, struct error *error)
{
    const struct repeat_of of = asked(x);
    struct repeat_coming one;
    if (repeat_skip(x->web->propre, &of, api_day(x, "day", no_int), x->keep, &one, error))
        return error->fault;
    return answer_repeat(x, x->id, error);
}

enum fault
handle_api_repeat_end(struct exchange *x, struct error *error)
{
    const struct repeat_of of = asked(x);
    int64_t n = 0;
    bool keep_queue = json_as_bool(api_member(x, "keep_queue"), false);
    if (repeat_end(x->web->propre, &of, keep_queue, x->keep, &n, error))
        return error->fault;
    return answer_repeat(x, x->id, error);
}

static enum fault
pause_repeat(struct exchange *x, bool paused, struct error *error)
{
    const struct repeat_of of = asked(x);
    int64_t n = 0;
    bool hold = paused && json_as_bool(api_member(x, "hold"), false);
    if (repeat_pause(x->web->propre, &of, paused, hold, x->keep, &n, error))
        return error->fault;
    return answer_repeat(x, x->id, error);
}

enum fault
handle_api_repeat_pause(struct exchange *x, struct error *error)
{
    return pause_repeat(x, true, error);
}

enum fault
handle_api_repeat_resume(struct exchange *x, struct error *error)
{
    return pause_repeat(x, false, error);
}
