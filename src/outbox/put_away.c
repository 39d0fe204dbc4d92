#include "outbox/put_away.h"

#include "outbox/delivery.h"
#include "outbox/queries.h"
#include "place/propre.h"
#include "strategy/channel.h"

enum { PAGE_ROWS = 200, PAGE_BYTES = 1 << 16 /* two numbers a row */ };

bool
put_away_parse(str word, enum put_away *ret)
{
    if (str_eq(word, S("hold")))
        *ret = PUT_AWAY_HOLD;
    else if (str_eq(word, S("cancel")))
        *ret = PUT_AWAY_CANCEL;
    else
        return false;
    return true;
}

enum fault
put_away_count(struct propre *propre, int64_t workspace, int64_t channel,
               struct put_away_counts *ret, struct error *error)
{
    struct put_away_counts_row row;
    const struct put_away_counts_in in = {workspace, channel};
    if (q_put_away_counts(propre->db, &in, NULL, &row, error))
        return error->fault;
    *ret = (struct put_away_counts){row.waiting_n, row.held_n, row.busy_n};
    return OK;
}

struct putting {
    struct propre *propre;
    int64_t workspace, channel;
    enum put_away what;
    str who;
    int64_t done_n;
};

static enum fault
put_one(struct putting *p, const struct put_away_page_row *row, struct error *error)
{
    if (p->what == PUT_AWAY_HOLD && row->held)
        return OK;
    enum fault fault = p->what == PUT_AWAY_HOLD
                           ? delivery_hold(p->propre, p->workspace, row->id, p->who, error)
                           : delivery_cancel(p->propre, p->workspace, row->id, p->who, error);
    p->done_n += !fault;
    return fault;
}

static enum fault
put_all(struct putting *p, struct arena keep, struct error *error)
{
    struct put_away_page_in in = {p->workspace, p->channel, 0, PAGE_ROWS};
    ptrdiff_t n = PAGE_ROWS;
    while (n == PAGE_ROWS) {
        struct arena scratch = keep;
        struct put_away_page_row *rows;
        if (q_put_away_page(p->propre->db, &in, &scratch, &rows, &n, error))
            return error->fault;
        for (ptrdiff_t i = 0; i < n; i++) {
            in.after = rows[i].id;
            if (put_one(p, &rows[i], error))
                return error->fault;
        }
    }
    return OK;
}

enum fault
put_away_channel(struct propre *propre, int64_t workspace, int64_t channel, enum put_away what,
                 str who, int64_t *ret_n, struct error *error)
{
    struct put_away_counts counts = {0};
    struct putting putting = {
        .propre = propre, .workspace = workspace, .channel = channel, .what = what, .who = who};
    if (channel_archive(propre, workspace, channel, true, error) ||
        put_away_count(propre, workspace, channel, &counts, error))
        return error->fault;
    if (counts.busy_n > 0)
        return fail(error, FAULT_CONFLICT,
                    "a post is being sent on channel %lld just now: put it away once that is "
                    "done, in a minute or so",
                    (long long)channel);
    if (counts.waiting_n > 0 && what == PUT_AWAY_ASK)
        return fail(error, FAULT_CONFLICT,
                    "%lld planned posts wait for channel %lld: say whether they are held or "
                    "cancelled",
                    (long long)counts.waiting_n, (long long)channel);
    if (what != PUT_AWAY_ASK) {
        struct arena_region region;
        struct arena keep = arena_reserve(PAGE_BYTES, &region);
        enum fault fault = put_all(&putting, keep, error);
        arena_release(&region);
        if (fault)
            return fault;
    }
    *ret_n = putting.done_n;
    return OK;
}
