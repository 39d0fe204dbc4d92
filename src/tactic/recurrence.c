#include "base/zone.h"
#include "place/propre.h"
#include "tactic/queries.h"
#include "tactic/rule_internal.h"
#include "tactic/slot.h"
#include "tactic/when.h"

enum { COOLDOWN_DAYS_MAX = 3650 /* ten years; longer is an end */ };

static enum fault
absent(int64_t id, struct error *error)
{
    return fail(error, FAULT_ABSENT, "there is no recurrence %lld", (long long)id);
}

static enum fault
changed(struct error *error)
{
    return fail(
        error, FAULT_CONFLICT,
        "the recurrence was changed meanwhile; look at it again, then repeat your change");
}

static enum fault
check(const struct recurrence *r, struct error *error)
{
    auto_walk walk;
    auto_zone zone = NULL;
    if (rule_walk_open(&walk, r->rule, &r->anchor, error) || zone_open(r->zone, &zone, error))
        return error->fault;
    if (r->count_max.has && (r->count_max.is < 1 || r->count_max.is > RULE_COUNT_MAX))
        return fail(error, FAULT_INPUT, "a post can come again 1 to %d times", RULE_COUNT_MAX);
    if (r->cooldown_days < 0 || r->cooldown_days > COOLDOWN_DAYS_MAX)
        return fail(error, FAULT_INPUT, "the days between two occurrences are 0 to %d",
                    COOLDOWN_DAYS_MAX);
    return OK;
}

static enum fault
insert(struct propre *propre, const struct recurrence *r, int64_t *ret_id, struct error *error)
{
    struct recurrence_insert_row row;
    bool made = false;
    struct recurrence_insert_in in = {
        .workspace = r->workspace,
        .message = r->message,
        .rule = str_trim(r->rule),
        .anchor_us = instant_from_utc(&r->anchor).us,
        .zone = r->zone,
        .end_us = r->end_us,
        .count_max = r->count_max,
        .cooldown_days = r->cooldown_days,
        .paused = r->paused,
        .created_us = clock_now(&propre->clock).us,
    };
    if (q_recurrence_insert(propre->db, &in, NULL, &row, &made, error))
        return error->fault;
    if (!made)
        return fail(error, FAULT_ABSENT, "there is no post %lld", (long long)r->message);
    *ret_id = row.id;
    return OK;
}

static enum fault
update(struct propre *propre, const struct recurrence *r, struct error *error)
{
    struct recurrence_update_row row;
    bool written = false;
    struct recurrence_update_in in = {
        .workspace = r->workspace,
        .id = r->id,
        .end_us = r->end_us,
        .count_max = r->count_max,
        .cooldown_days = r->cooldown_days,
        .paused = r->paused,
        .changed_us = clock_now(&propre->clock).us,
        .revision = r->revision,
    };
    if (q_recurrence_update(propre->db, &in, NULL, &row, &written, error))
        return error->fault;
    return written ? OK : changed(error);
}

/* Whether both count the same occurrences. */
static bool
same_times(const struct recurrence *a, const struct recurrence *b)
{
    return a->message == b->message && str_eq(str_trim(a->rule), str_trim(b->rule)) &&
           str_eq(a->zone, b->zone) &&
           instant_from_utc(&a->anchor).us == instant_from_utc(&b->anchor).us;
}

enum fault
recurrence_save(struct propre *propre, const struct recurrence *r, int64_t *ret_id,
                struct error *error)
{
    struct arena_region region;
    struct recurrence was;
    if (check(r, error))
        return error->fault;
    if (r->id == 0)
        return insert(propre, r, ret_id, error);
    struct arena arena = arena_reserve(64 * 1024, &region);
    enum fault fault = recurrence_get(propre, r->workspace, r->id, &arena, &was, error);
    bool same = !fault && same_times(r, &was);
    if (!fault && was.revision != r->revision)
        fault = changed(error);
    if (!fault && same)
        fault = update(propre, r, error);
    if (!fault && !same) {
        int64_t now = clock_now(&propre->clock).us;
        if (!was.end_us.has || was.end_us.is > now)
            was.end_us = some_int(now);
        fault = update(propre, &was, error);
    }
    arena_release(&region);
    if (fault)
        return fault;
    if (!same)
        return insert(propre, r, ret_id, error);
    *ret_id = r->id;
    return OK;
}

#define RECURRENCE_FROM(row)                                                    \
    ((struct recurrence){.id = (row)->id,                                       \
                         .workspace = (row)->workspace,                         \
                         .message = (row)->message,                             \
                         .rule = (row)->rule,                                   \
                         .anchor = instant_to_utc((instant){(row)->anchor_us}), \
                         .zone = (row)->zone,                                   \
                         .end_us = (row)->end_us,                               \
                         .count_max = (row)->count_max,                         \
                         .cooldown_days = (int32_t)(row)->cooldown_days,        \
                         .paused = (row)->paused != 0,                          \
                         .revision = (row)->revision})

enum fault
recurrence_get(struct propre *propre, int64_t workspace, int64_t id, struct arena *keep,
               struct recurrence *ret, struct error *error)
{
    struct recurrence_by_id_row row;
    bool found = false;
    if (q_recurrence_by_id(propre->db, &(struct recurrence_by_id_in){workspace, id}, keep, &row,
                           &found, error))
        return error->fault;
    if (!found)
        return absent(id, error);
    *ret = RECURRENCE_FROM(&row);
    return OK;
}

enum fault
recurrence_list(struct propre *propre, int64_t workspace, struct arena *keep,
                struct recurrence **ret, ptrdiff_t *ret_n, struct error *error)
{
    struct recurrence_page_row *rows;
    ptrdiff_t n;
    if (q_recurrence_page(propre->db, &(struct recurrence_page_in){workspace, RECURRENCES_MAX},
                          keep, &rows, &n, error))
        return error->fault;
    *ret = new (keep, struct recurrence, n);
    for (ptrdiff_t i = 0; i < n; i++)
        (*ret)[i] = RECURRENCE_FROM(&rows[i]);
    *ret_n = n;
    return OK;
}

enum fault
recurrence_running(struct propre *propre, int64_t workspace, struct arena *keep,
                   struct recurrence **ret, ptrdiff_t *ret_n, struct error *error)
{
    struct recurrence_running_row *rows;
    ptrdiff_t n;
    const struct recurrence_running_in in = {workspace, clock_now(&propre->clock).us,
                                             RECURRENCES_MAX};
    if (q_recurrence_running(propre->db, &in, keep, &rows, &n, error))
        return error->fault;
    *ret = new (keep, struct recurrence, n);
    for (ptrdiff_t i = 0; i < n; i++)
        (*ret)[i] = RECURRENCE_FROM(&rows[i]);
    *ret_n = n;
    return OK;
}

/* All occurrences from now until ${until}, made or not. */
static enum fault
walk(const struct recurrence *r, const struct zone *zone, instant now, instant until,
     struct occurrence *to, ptrdiff_t *ret_n, struct error *error)
{
    auto_walk walk;
    instant after = {now.us - 1};
    *ret_n = 0;
    if (rule_walk_open(&walk, r->rule, &r->anchor, error))
        return error->fault;
    while (*ret_n < OCCURRENCES_MAX) {
        struct occurrence o;
        bool found = false;
        if (rule_walk_next(&walk, zone, after, &o.wall, &o.at, &found, error))
            return error->fault;
        o.k = walk.k;
        if (!found || o.at.us > until.us || (r->end_us.has && o.at.us >= r->end_us.is) ||
            (r->count_max.has && o.k > r->count_max.is))
            return OK;
        to[(*ret_n)++] = o;
        after = o.at;
    }
    return OK;
}

static int64_t
day_of(const struct civil *c)
{
    return civil_days(c->year, c->month, c->day);
}

/* The day of the last one that was made before number ${k}; long ago when there is none. */
static enum fault
last_made(struct propre *propre, const struct recurrence *r, const struct zone *zone, int64_t k,
          int64_t *ret_day, struct error *error)
{
    struct occurrence_last_made_row row;
    struct civil wall;
    instant at;
    bool found = false;
    *ret_day = INT32_MIN;
    if (q_occurrence_last_made(propre->db, &(struct occurrence_last_made_in){r->id, k}, NULL,
                               &row, error))
        return error->fault;
    if (row.k.has && rule_at(r->rule, &r->anchor, zone, row.k.is, &wall, &at, &found, error))
        return error->fault;
    if (found)
        *ret_day = day_of(&wall);
    return OK;
}

/* Takes out those that were marked, and those too soon after another. */
static enum fault
sift(struct propre *propre, const struct recurrence *r, const struct zone *zone,
     struct arena *keep, struct occurrence *all, ptrdiff_t *n, struct error *error)
{
    struct occurrence_page_row *marks;
    ptrdiff_t marks_n, kept = 0, m = 0;
    int64_t day;
    struct occurrence_page_in in = {r->id, all[0].k, all[*n - 1].k - all[0].k + 1};
    if (q_occurrence_page(propre->db, &in, keep, &marks, &marks_n, error) ||
        last_made(propre, r, zone, all[0].k, &day, error))
        return error->fault;
    for (ptrdiff_t i = 0; i < *n; i++) {
        while (m < marks_n && marks[m].k < all[i].k)
            m++;
        bool marked = m < marks_n && marks[m].k == all[i].k;
        if (marked && marks[m].message.has)
            day = day_of(&all[i].wall);
        if (marked || day_of(&all[i].wall) - day < r->cooldown_days)
            continue;
        day = day_of(&all[i].wall);
        all[kept++] = all[i];
    }
    *n = kept;
    return OK;
}

enum fault
recurrence_plan(struct propre *propre, const struct recurrence *r, instant until,
                struct arena *keep, struct occurrence **ret, ptrdiff_t *ret_n,
                struct error *error)
{
    auto_zone zone = NULL;
    ptrdiff_t n = 0;
    struct occurrence *all = new (keep, struct occurrence, OCCURRENCES_MAX);
    if (zone_open(r->zone, &zone, error))
        return error->fault;
    if (!r->paused && walk(r, zone, clock_now(&propre->clock), until, all, &n, error))
        return error->fault;
    if (n > 0 && sift(propre, r, zone, keep, all, &n, error))
        return error->fault;
    *ret = all;
    *ret_n = n;
    return OK;
}

enum fault
recurrence_mark(struct propre *propre, int64_t id, int64_t k, struct maybe_int message,
                struct error *error)
{
    int64_t now = clock_now(&propre->clock).us;
    struct occurrence_known_row known;
    struct occurrence_mark_row row;
    struct occurrence_skip_row skipped;
    bool made = false;
    if (k < 1)
        return fail(error, FAULT_INPUT, "occurrences are counted from 1");
    if (q_occurrence_known(propre->db, &(struct occurrence_known_in){id, message}, NULL, &known,
                           error))
        return error->fault;
    if (known.recurrences_n == 0)
        return absent(id, error);
    if (message.has && known.messages_n == 0)
        return fail(error, FAULT_ABSENT, "there is no post %lld", (long long)message.is);
    if (message.has ? q_occurrence_mark(propre->db,
                                        &(struct occurrence_mark_in){id, k, message.is, now},
                                        NULL, &row, &made, error)
                    : q_occurrence_skip(propre->db, &(struct occurrence_skip_in){id, k, now},
                                        NULL, &skipped, &made, error))
        return error->fault;
    if (!made)
        return fail(error, FAULT_CONFLICT,
                    "occurrence %lld was made or skipped already, or the post is another "
                    "occurrence",
                    (long long)k);
    return OK;
}

enum fault
recurrence_marks(struct propre *propre, int64_t id, int64_t from_k, struct arena *keep,
                 struct occurrence_mark **ret, ptrdiff_t *ret_n, struct error *error)
{
    struct occurrence_page_row *rows;
    ptrdiff_t n;
    const struct occurrence_page_in in = {id, from_k, OCCURRENCES_MAX};
    if (q_occurrence_page(propre->db, &in, keep, &rows, &n, error))
        return error->fault;
    *ret = new (keep, struct occurrence_mark, n);
    for (ptrdiff_t i = 0; i < n; i++)
        (*ret)[i] = (struct occurrence_mark){rows[i].k, rows[i].message};
    *ret_n = n;
    return OK;
}
