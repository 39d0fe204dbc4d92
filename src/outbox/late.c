#include "outbox/protocol.h"

enum late
late_decide(const struct protocol_rules *rules, const struct late_question *q, instant now,
            instant *ret_next)
{
    *ret_next = now;
    if (now.us < q->due.us) { /* the clock went back: never early */
        *ret_next = q->due;
        return LATE_WAIT;
    }
    if (q->live)
        return LATE_SEND;
    if (q->use_by_us.has && now.us >= q->use_by_us.is)
        return LATE_MISSED;
    int64_t late = now.us - q->due.us;
    if (late <= rules->grace.us)
        return LATE_SEND;
    if (late > rules->late_max.us)
        return LATE_HOLD;
    if (q->last_out_us.has && q->last_out_us.is <= now.us &&
        now.us - q->last_out_us.is < rules->spacing.us) {
        ret_next->us = q->last_out_us.is + rules->spacing.us;
        return LATE_WAIT;
    }
    return LATE_SEND;
}
