#include "outbox/let_go.h"

#include "base/maybe.h"
#include "base/translate.h"
#include "outbox/notice_internal.h"
#include "outbox/queries.h"
#include "place/hold.h"
#include "place/propre.h"

enum { SCRATCH_BYTES = 1 << 18 /* the lines of the holds' history, and one number a row */ };
enum { PAGE_ROWS = 200 };

/* When the data were restored for which the hold stands that is on now; none: it was put on by a person only. */
static enum fault
restored_at(struct propre *propre, int64_t workspace, struct arena scratch,
            struct maybe_int *ret_us, struct error *error)
{
    struct hold_change *changes;
    ptrdiff_t n;
    *ret_us = no_int;
    if (hold_changes(propre, workspace, &scratch, &changes, &n, error))
        return error->fault;
    for (ptrdiff_t i = 0; i < n && changes[i].set && !ret_us->has; i++) {
        if (str_eq(changes[i].reason, S(HOLD_RESTORED)))
            *ret_us = some_int(changes[i].at_us);
    }
    return OK;
}

/* What was planned before the restore and due by now: each waits for a person. */
static enum fault
hold_each(struct propre *propre, int64_t workspace, int64_t restored_us, struct arena keep,
          int64_t *ret_n, struct error *error)
{
    str reason =
        S(N_("It may have been sent before the backup was restored: look there, then say "
             "that it is live, or release it."));
    int64_t now = clock_now(&propre->clock).us;
    ptrdiff_t n = PAGE_ROWS;
    *ret_n = 0;
    while (n == PAGE_ROWS) {
        struct arena scratch = keep;
        struct let_go_page_row *rows;
        const struct let_go_page_in in = {workspace, now, restored_us, str_of(reason_account),
                                          PAGE_ROWS};
        if (q_let_go_page(propre->db, &in, &scratch, &rows, &n, error))
            return error->fault;
        for (ptrdiff_t i = 0; i < n; i++) {
            const struct let_go_hold_in hold = {rows[i].id, reason, now};
            const struct delivery_event_insert_in event = {
                rows[i].id, now, STR_NONE, S("restored"), rows[i].state, S("held"), STR_NONE};
            if (q_let_go_hold(propre->db, &hold, error) ||
                q_delivery_event_insert(propre->db, &event, error))
                return error->fault;
        }
        *ret_n += n;
    }
    return OK;
}

enum fault
let_go_all(struct propre *propre, int64_t workspace, int64_t *ret_n, struct error *error)
{
    struct arena_region region;
    struct arena scratch = arena_reserve(SCRATCH_BYTES, &region);
    struct maybe_int restored_us = no_int;
    *ret_n = 0;
    enum fault fault = restored_at(propre, workspace, scratch, &restored_us, error);
    if (!fault && restored_us.has)
        fault = hold_each(propre, workspace, restored_us.is, scratch, ret_n, error);
    if (!fault)
        fault = hold_release(propre, workspace, error);
    arena_release(&region);
    return fault;
}
