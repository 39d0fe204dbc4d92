#include "place/hold.h"

#include "base/clock.h"
#include "base/text.h"
#include "place/propre.h"
#include "place/queries.h"

#define SET S("set")
#define RELEASED S("released")

enum fault
hold_get(struct propre *propre, int64_t workspace, struct arena *keep, struct hold *ret,
         struct error *error)
{
    const struct hold_of_in in = {workspace};
    struct hold_of_row row;
    bool found = false;
    if (q_hold_of(propre->db, &in, keep, &row, &found, error))
        return error->fault;
    *ret = found ? (struct hold){true, row.since_us, row.reason} : (struct hold){0};
    return OK;
}

enum fault
hold_set(struct propre *propre, int64_t workspace, str reason, struct error *error)
{
    if (reason.n == 0 || reason.n > HOLD_REASON_MAX || !utf8_valid(reason))
        return fail(error, FAULT_INPUT, "a hold needs a reason of at most %d characters",
                    HOLD_REASON_MAX);
    int64_t now_us = clock_now(&propre->clock).us;
    const struct hold_set_in in = {workspace, reason, now_us};
    const struct hold_change_add_in change = {workspace, SET, reason, now_us};
    if (q_hold_set(propre->db, &in, error) || q_hold_change_add(propre->db, &change, error))
        return error->fault;
    return OK;
}

enum fault
hold_release(struct propre *propre, int64_t workspace, struct error *error)
{
    struct arena_region region;
    struct arena scratch = arena_reserve(4096, &region); /* one reason */
    const struct hold_release_in in = {workspace};
    struct hold_release_row row;
    bool found = false;
    enum fault fault = q_hold_release(propre->db, &in, &scratch, &row, &found, error);
    if (!fault && found) {
        const struct hold_change_add_in change = {workspace, RELEASED, row.reason,
                                                  clock_now(&propre->clock).us};
        fault = q_hold_change_add(propre->db, &change, error);
    }
    arena_release(&region);
    return fault;
}

enum fault
hold_set_all(struct db *db, str reason, instant now, struct error *error)
{
    const struct hold_set_all_in in = {reason, now.us};
    const struct hold_change_add_all_in change = {reason, now.us};
    if (q_hold_set_all(db, &in, error) || q_hold_change_add_all(db, &change, error))
        return error->fault;
    return OK;
}

enum fault
hold_changes(struct propre *propre, int64_t workspace, struct arena *keep,
             struct hold_change **ret, ptrdiff_t *ret_n, struct error *error)
{
    const struct hold_change_page_in in = {workspace, HOLD_CHANGES_MAX};
    struct hold_change_page_row *rows = NULL;
    ptrdiff_t n = 0;
    if (q_hold_change_page(propre->db, &in, keep, &rows, &n, error))
        return error->fault;
    struct hold_change *changes = new (keep, struct hold_change, n);
    for (ptrdiff_t i = 0; i < n; i++)
        changes[i] =
            (struct hold_change){str_eq(rows[i].change, SET), rows[i].reason, rows[i].at_us};
    *ret = changes;
    *ret_n = n;
    return OK;
}
