#include "outbox/repeat.h"

#include <assert.h>

#include "outbox/content.h"
#include "outbox/delivery.h"
#include "outbox/queries.h"
#include "outbox/recur.h"
#include "place/propre.h"
#include "tactic/message.h"
#include "tactic/when.h"

static const int64_t minute_us = 60 * 1000000;

/* ---- what is to come of one ---- */

/* What waits of that message. */
static enum fault
waiting(struct propre *propre, int64_t workspace, int64_t message, struct arena *keep,
        struct delivery **ret, ptrdiff_t *ret_n, struct error *error)
{
    const struct delivery_filter filter = {
        .workspace = workspace, .message = message, .open = true};
    return delivery_list(propre, &filter, keep, ret, ret_n, error);
}

/* A number a good deal before the next one: what is behind it went out long ago. */
static enum fault
lately(struct propre *propre, const struct recurrence *r, struct arena *keep, int64_t *ret_k,
       struct error *error)
{
    struct recurrence endless = *r;
    struct occurrence *plan;
    ptrdiff_t n = 0;
    instant until = {clock_now(&propre->clock).us + REPEAT_LOOK_DAYS * SPAN_DAY.us};
    endless.end_us = endless.count_max = no_int;
    endless.paused = false;
    if (recurrence_plan(propre, &endless, until, keep, &plan, &n, error))
        return error->fault;
    *ret_k = n > 0 && plan[0].k > OCCURRENCES_MAX / 2 ? plan[0].k - OCCURRENCES_MAX / 2 : 1;
    return OK;
}

/* Those made ahead that wait still, by number. */
static enum fault
made_ahead(struct propre *propre, const struct recurrence *r, struct arena *keep,
           struct repeat_coming **ret, ptrdiff_t *ret_n, struct error *error)
{
    auto_zone zone = NULL;
    struct occurrence_mark *marks = NULL;
    ptrdiff_t n = 0;
    int64_t from_k = 1;
    instant now = clock_now(&propre->clock);
    if (zone_open(r->zone, &zone, error) || lately(propre, r, keep, &from_k, error) ||
        recurrence_marks(propre, r->id, from_k, keep, &marks, &n, error))
        return error->fault;
    *ret = new (keep, struct repeat_coming, n);
    *ret_n = 0;
    for (ptrdiff_t i = 0; i < n; i++) {
        struct repeat_coming one = {.k = marks[i].k, .message = marks[i].message};
        struct delivery *list = NULL;
        ptrdiff_t open_n = 0;
        bool found = false;
        if (!marks[i].message.has)
            continue;
        if (rule_at(r->rule, &r->anchor, zone, one.k, &one.wall, &one.at, &found, error))
            return error->fault;
        if (!found || one.at.us < now.us)
            continue;
        if (waiting(propre, r->workspace, one.message.is, keep, &list, &open_n, error))
            return error->fault;
        if (open_n > 0)
            (*ret)[(*ret_n)++] = one;
    }
    return OK;
}

enum fault
repeat_coming(struct propre *propre, const struct recurrence *r, struct arena *keep,
              struct repeat_coming **ret, ptrdiff_t *ret_n, struct error *error)
{
    struct repeat_coming *made;
    struct occurrence *plan;
    ptrdiff_t made_n, plan_n, m = 0, p = 0;
    instant until = {clock_now(&propre->clock).us + REPEAT_LOOK_DAYS * SPAN_DAY.us};
    if (made_ahead(propre, r, keep, &made, &made_n, error) ||
        recurrence_plan(propre, r, until, keep, &plan, &plan_n, error))
        return error->fault;
    struct repeat_coming *all = new (keep, struct repeat_coming, made_n + plan_n);
    *ret_n = 0;
    while (m < made_n || p < plan_n) {
        if (p == plan_n || (m < made_n && made[m].k < plan[p].k)) {
            all[(*ret_n)++] = made[m++];
        } else {
            all[(*ret_n)++] =
                (struct repeat_coming){.k = plan[p].k, .at = plan[p].at, .wall = plan[p].wall};
            p++;
        }
    }
    *ret = all;
    return OK;
}

static bool
has_ended(const struct recurrence *r, instant now)
{
    return r->end_us.has && r->end_us.is <= now.us;
}

enum repeat_state
repeat_state(const struct recurrence *r, bool comes, instant now)
{
    if (has_ended(r, now))
        return REPEAT_OVER;
    if (r->paused)
        return REPEAT_PAUSED;
    return comes ? REPEAT_IN_USE : REPEAT_OVER;
}

/* ---- making one ---- */

/* When the first occurrence is; and that there is one to come at all. */
static enum fault
look_at_rule(struct propre *propre, const struct recurrence *r, struct maybe_int *ret_first,
             struct error *error)
{
    auto_zone zone = NULL;
    struct civil wall;
    instant at, next, now = {clock_now(&propre->clock).us - 1};
    bool found = false;
    if (zone_open(r->zone, &zone, error) ||
        rule_at(r->rule, &r->anchor, zone, 1, &wall, &at, &found, error))
        return error->fault;
    *ret_first = found ? some_int(at.us) : no_int;
    if (rule_next(r->rule, &r->anchor, zone, now, &wall, &next, &found, error))
        return error->fault;
    if (!found || (r->end_us.has && next.us >= r->end_us.is))
        return fail(error, FAULT_INPUT,
                    "that rule has no occurrence to come; look at the rule, the time of the "
                    "first and the end");
    return OK;
}

/* *ret: whether that message is an occurrence of another recurrence. One that comes again already is refused. */
static enum fault
is_of_another(struct propre *propre, int64_t workspace, int64_t message, struct arena scratch,
              bool *ret, struct error *error)
{
    struct message m;
    struct recurrence other;
    if (message_get(propre, workspace, message, &scratch, &m, error))
        return error->fault;
    *ret = m.recurrence.has;
    if (!*ret)
        return OK;
    if (recurrence_get(propre, workspace, m.recurrence.is, &scratch, &other, error))
        return error->fault;
    if (!has_ended(&other, clock_now(&propre->clock)))
        return fail(error, FAULT_CONFLICT,
                    "that post comes again already, by repetition %lld; end that one first, or "
                    "say all days in one rule",
                    (long long)other.id);
    return OK;
}

enum fault
repeat_check(struct propre *propre, const struct recurrence *r, struct maybe_int from,
             struct arena scratch, struct error *error)
{
    struct maybe_int first;
    bool another = false;
    if (from.has && is_of_another(propre, r->workspace, from.is, scratch, &another, error))
        return error->fault;
    return look_at_rule(propre, r, &first, error);
}

/* Whether something of that message waits for the minute of that moment. */
static enum fault
waits_for(struct propre *propre, int64_t workspace, int64_t message, int64_t at_us,
          struct arena scratch, bool *ret, struct error *error)
{
    struct delivery *list = NULL;
    ptrdiff_t n = 0;
    if (waiting(propre, workspace, message, &scratch, &list, &n, error))
        return error->fault;
    for (ptrdiff_t i = 0; i < n; i++)
        *ret |= list[i].due_us / minute_us == at_us / minute_us;
    return OK;
}

/* Its occurrences are made where nobody looks on: what no network would take is said now. */
static enum fault
look_at_content(struct propre *propre, const struct recurrence *r, struct arena scratch,
                struct error *error)
{
    struct recur_channels_row *rows;
    ptrdiff_t n = 0;
    const struct recur_channels_in in = {r->message, VARIANTS_MAX};
    if (q_recur_channels(propre->db, &in, &scratch, &rows, &n, error))
        return error->fault;
    for (ptrdiff_t i = 0; i < n; i++) {
        const struct content_of of = {r->workspace, r->message, rows[i].channel};
        if (content_require(propre, &of, error))
            return error->fault;
    }
    return OK;
}

enum fault
repeat_begin(struct propre *propre, const struct recurrence *r, struct maybe_int from,
             struct arena scratch, int64_t *ret_id, struct error *error)
{
    struct recurrence kept;
    int64_t id = 0;
    struct maybe_int first = no_int;
    bool is_first = false, another = false;
    if (from.has && is_of_another(propre, r->workspace, from.is, scratch, &another, error))
        return error->fault;
    if (recurrence_save(propre, r, &id, error) ||
        recurrence_get(propre, r->workspace, id, &scratch, &kept, error) ||
        look_at_rule(propre, &kept, &first, error) ||
        look_at_content(propre, &kept, scratch, error))
        return error->fault;
    if (from.has && first.has &&
        waits_for(propre, r->workspace, from.is, first.is, scratch, &is_first, error))
        return error->fault;
    /* What waits of a recurrence that is over stays its own. */
    if (is_first && recurrence_mark(propre, id, 1, another ? no_int : from, error))
        return error->fault;
    if (recur_make(propre, &kept, scratch, error))
        return error_prefix(error, "making its occurrences");
    *ret_id = id;
    return OK;
}

/* Whether all that was planned of it on that channel was cancelled. */
static bool
is_cancelled(const struct delivery *list, ptrdiff_t n, int64_t channel)
{
    bool cancelled = false;
    for (ptrdiff_t i = 0; i < n; i++) {
        if (list[i].channel == channel && list[i].state != DELIVERY_CANCELLED)
            return false;
        cancelled |= list[i].channel == channel;
    }
    return cancelled;
}

/* A channel it was cancelled on stays out of it, unless none would be left. */
static void
leave_out_cancelled(const struct delivery *list, ptrdiff_t n, struct arena *keep,
                    struct message_parts *parts)
{
    struct variant *variants = new (keep, struct variant, parts->variants_n + 1);
    ptrdiff_t left_n = 0;
    for (ptrdiff_t i = 0; i < parts->variants_n; i++)
        if (!is_cancelled(list, n, parts->variants[i].channel))
            variants[left_n++] = parts->variants[i];
    if (left_n == 0)
        return;
    parts->variants = variants;
    parts->variants_n = left_n;
}

static enum fault
pattern_parts(struct propre *propre, int64_t workspace, int64_t message, struct arena *keep,
              struct message_parts *parts, struct error *error)
{
    struct delivery *list = NULL;
    ptrdiff_t n = 0;
    const struct delivery_filter filter = {.workspace = workspace, .message = message};
    if (message_parts_get(propre, message, keep, parts, error) ||
        delivery_list(propre, &filter, keep, &list, &n, error))
        return error->fault;
    if (parts->variants_n > 0) {
        leave_out_cancelled(list, n, keep, parts);
        return OK;
    }
    struct variant *variants = new (keep, struct variant, n + 1);
    for (ptrdiff_t i = 0; i < n && parts->variants_n < VARIANTS_MAX; i++) {
        if (list[i].state != DELIVERY_CANCELLED)
            variants[parts->variants_n++] = (struct variant){.channel = list[i].channel};
    }
    parts->variants = variants;
    return OK;
}

enum fault
repeat_pattern(struct propre *propre, int64_t workspace, int64_t message, struct arena *keep,
               int64_t *ret_id, struct error *error)
{
    struct message pattern;
    struct message_parts parts;
    if (message_get(propre, workspace, message, keep, &pattern, error) ||
        pattern_parts(propre, workspace, message, keep, &parts, error))
        return error->fault;
    pattern.id = 0;
    pattern.revision = 0;
    pattern.use_by_us = no_int;
    pattern.chosen = pattern.chosen_wall = pattern.chosen_queue = STR_NONE;
    return message_save(propre, &pattern, &parts, ret_id, error);
}

/* ---- leaving out, ending, standing still ---- */

/* All that waits of a message is cancelled, or held; adds how many wait. */
static enum fault
act_on(struct propre *propre, const struct repeat_of *of, int64_t message, enum act act,
       struct arena *keep, int64_t *ret_n, struct error *error)
{
    struct delivery *list = NULL;
    ptrdiff_t n = 0;
    if (waiting(propre, of->workspace, message, keep, &list, &n, error))
        return error->fault;
    for (ptrdiff_t i = 0; i < n; i++) {
        enum fault fault = OK;
        if (act == ACT_CANCEL)
            fault = delivery_cancel(propre, of->workspace, list[i].id, of->who, error);
        else if (act == ACT_HOLD && protocol_allows(list[i].state, ACT_HOLD, list[i].live))
            fault = delivery_hold(propre, of->workspace, list[i].id, of->who, error);
        if (fault)
            return error_prefix(error, "number %lld of the queue", (long long)list[i].id);
        (*ret_n)++;
    }
    return OK;
}

static enum fault
act_on_all(struct propre *propre, const struct repeat_of *of, const struct recurrence *r,
           enum act act, struct arena *keep, int64_t *ret_n, struct error *error)
{
    struct repeat_coming *made;
    ptrdiff_t n = 0;
    if (made_ahead(propre, r, keep, &made, &n, error))
        return error->fault;
    for (ptrdiff_t i = 0; i < n; i++) {
        if (act_on(propre, of, made[i].message.is, act, keep, ret_n, error))
            return error->fault;
    }
    return OK;
}

enum fault
repeat_skip(struct propre *propre, const struct repeat_of *of, struct maybe_int day,
            struct arena *keep, struct repeat_coming *ret, struct error *error)
{
    struct recurrence r;
    struct repeat_coming *all = NULL;
    const struct repeat_coming *one = NULL;
    ptrdiff_t n = 0;
    int64_t cancelled = 0;
    if (recurrence_get(propre, of->workspace, of->id, keep, &r, error) ||
        repeat_coming(propre, &r, keep, &all, &n, error))
        return error->fault;
    for (ptrdiff_t i = 0; i < n && !one; i++) {
        const struct civil *w = &all[i].wall;
        if (!day.has || civil_days(w->year, w->month, w->day) == day.is)
            one = &all[i];
    }
    if (!one && day.has)
        return fail(error, FAULT_ABSENT,
                    "it has no occurrence on that day; `propre schedule --month` shows them");
    if (!one)
        return fail(error, FAULT_ABSENT, "it has no occurrence to come within a year");
    if (one->message.has
            ? act_on(propre, of, one->message.is, ACT_CANCEL, keep, &cancelled, error)
            : recurrence_mark(propre, of->id, one->k, no_int, error))
        return error->fault;
    *ret = *one;
    return OK;
}

/* It, unless it is over. */
static enum fault
find_open(struct propre *propre, const struct repeat_of *of, struct arena *keep,
          struct recurrence *ret, struct error *error)
{
    if (recurrence_get(propre, of->workspace, of->id, keep, ret, error))
        return error->fault;
    if (has_ended(ret, clock_now(&propre->clock)))
        return fail(error, FAULT_CONFLICT, "repetition %lld is over already",
                    (long long)of->id);
    return OK;
}

enum fault
repeat_end(struct propre *propre, const struct repeat_of *of, bool keep_queue,
           struct arena *keep, int64_t *ret_n, struct error *error)
{
    struct recurrence r;
    int64_t id = 0;
    *ret_n = 0;
    if (find_open(propre, of, keep, &r, error))
        return error->fault;
    r.end_us = some_int(clock_now(&propre->clock).us);
    if (recurrence_save(propre, &r, &id, error) ||
        (!keep_queue && act_on_all(propre, of, &r, ACT_CANCEL, keep, ret_n, error)))
        return error->fault;
    return OK;
}

enum fault
repeat_pause(struct propre *propre, const struct repeat_of *of, bool paused, bool hold,
             struct arena *keep, int64_t *ret_n, struct error *error)
{
    struct recurrence r;
    int64_t id = 0;
    *ret_n = 0;
    if (find_open(propre, of, keep, &r, error))
        return error->fault;
    r.paused = paused;
    if (recurrence_save(propre, &r, &id, error))
        return error->fault;
    if (!paused && recur_make(propre, &r, *keep, error))
        return error_prefix(error, "making its occurrences");
    return act_on_all(propre, of, &r, hold ? ACT_HOLD : ACTS_N, keep, ret_n, error);
}
