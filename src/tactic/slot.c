#include "tactic/slot.h"

#include "base/text.h"
#include "base/zone.h"
#include "place/propre.h"
#include "tactic/post.h"
#include "tactic/queries.h"

enum { SLOT_DAYS_MAX = 366 /* a yearly queue is met once */ };

static enum fault
check_queue(str queue, struct error *error)
{
    if (queue.n > POST_LABEL_MAX || !utf8_valid(queue) ||
        (queue.n > 0 && memchr(queue.p, 0, (size_t)queue.n)))
        return fail(error, FAULT_INPUT, "the queue's name is a text of at most %d bytes",
                    POST_LABEL_MAX);
    return OK;
}

static str
queue_of(str queue)
{
    return queue.p ? str_trim(queue) : S("");
}

enum fault
slot_add(struct propre *propre, const struct slot *s, int64_t *ret_id, struct error *error)
{
    struct slot_room_row room;
    struct slot_add_row row;
    bool made = false;
    if (s->weekday < 0 || s->weekday > 7 || s->hour < 0 || s->hour > 23 || s->minute < 0 ||
        s->minute > 59)
        return fail(
            error, FAULT_INPUT,
            "a slot has a weekday (1 to 7, or 0 for every day), an hour (0 to 23) and a "
            "minute (0 to 59)");
    if (check_queue(s->queue, error) ||
        q_slot_room(propre->db, &(struct slot_room_in){s->workspace, s->channel}, NULL, &room,
                    error))
        return error->fault;
    if (room.channels_n == 0)
        return fail(error, FAULT_ABSENT, "there is no channel %lld", (long long)s->channel);
    if (room.slots_n >= SLOTS_MAX)
        return fail(error, FAULT_LIMIT, "a workspace can have %d slots", SLOTS_MAX);
    struct slot_add_in in = {s->workspace, s->channel, queue_of(s->queue),          s->weekday,
                             s->hour,      s->minute,  clock_now(&propre->clock).us};
    if (q_slot_add(propre->db, &in, NULL, &row, &made, error))
        return error->fault;
    if (!made)
        return fail(error, FAULT_CONFLICT, "the channel has that slot already");
    *ret_id = row.id;
    return OK;
}

enum fault
slot_remove(struct propre *propre, int64_t workspace, int64_t id, struct error *error)
{
    struct slot_remove_row row;
    bool found = false;
    if (q_slot_remove(propre->db, &(struct slot_remove_in){workspace, id}, NULL, &row, &found,
                      error))
        return error->fault;
    if (!found)
        return fail(error, FAULT_ABSENT, "there is no slot %lld", (long long)id);
    return OK;
}

enum fault
slot_pause(struct propre *propre, int64_t workspace, str queue, bool paused,
           struct error *error)
{
    if (check_queue(queue, error))
        return error->fault;
    if (!paused)
        return q_queue_resume(propre->db, &(struct queue_resume_in){workspace, queue_of(queue)},
                              error);
    struct queue_pause_in in = {workspace, queue_of(queue), clock_now(&propre->clock).us};
    return q_queue_pause(propre->db, &in, error);
}

enum fault
slot_list(struct propre *propre, int64_t workspace, struct arena *keep, struct slot **ret,
          ptrdiff_t *ret_n, struct error *error)
{
    struct slot_page_row *rows;
    ptrdiff_t n;
    if (q_slot_page(propre->db, &(struct slot_page_in){workspace, SLOTS_MAX}, keep, &rows, &n,
                    error))
        return error->fault;
    *ret = new (keep, struct slot, n);
    for (ptrdiff_t i = 0; i < n; i++) {
        const struct slot_page_row *r = &rows[i];
        (*ret)[i] = (struct slot){.id = r->id,
                                  .workspace = workspace,
                                  .channel = r->channel,
                                  .queue = r->queue,
                                  .weekday = (int32_t)r->weekday,
                                  .hour = (int32_t)r->hour,
                                  .minute = (int32_t)r->minute,
                                  .paused = r->paused_us.has};
    }
    *ret_n = n;
    return OK;
}

static bool
is_taken(const struct slots *slots, instant at)
{
    for (ptrdiff_t i = 0; i < slots->taken_n; i++) {
        if (slots->taken[i].us == at.us)
            return true;
    }
    return false;
}

/* The first free moment of that day after ${after}; false when there is none. */
static bool
free_on(const struct slots *slots, const struct slot *like, const struct zone *zone,
        const struct civil *day, instant after, struct civil *ret_wall, instant *ret)
{
    bool found = false;
    int32_t weekday = civil_weekday(day);
    for (ptrdiff_t i = 0; i < slots->n; i++) {
        const struct slot *s = &slots->at[i];
        struct error why;
        instant at;
        if (s->paused || s->channel != like->channel || !str_eq(s->queue, like->queue) ||
            (s->weekday != 0 && s->weekday != weekday))
            continue;
        struct civil wall = {day->year, day->month, day->day, s->hour, s->minute, 0, 0};
        if (zone_instant(zone, &wall, GAP_NEXT_VALID, OVERLAP_FIRST, &at, &why))
            continue; /* past the end of the calendar */
        if (at.us <= after.us || (found && at.us >= ret->us) || is_taken(slots, at))
            continue;
        *ret_wall = wall;
        *ret = at;
        found = true;
    }
    return found;
}

bool
slot_next_free(const struct slots *slots, int64_t channel, str queue, const struct zone *zone,
               instant after, struct civil *ret_wall, instant *ret)
{
    struct slot like = {.channel = channel, .queue = queue_of(queue)};
    struct civil today = zone_civil(zone, after);
    int64_t first = civil_days(today.year, today.month, today.day);
    /* from the day before: what the clocks skipped late in it comes early in this one */
    for (int64_t i = -1; i <= SLOT_DAYS_MAX; i++) {
        struct civil day = instant_to_utc((instant){(first + i) * SPAN_DAY.us});
        if (free_on(slots, &like, zone, &day, after, ret_wall, ret))
            return true;
    }
    return false;
}
