#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/error.h"
#include "base/str.h"

struct propre;

/*
 * Putting a channel away: it is out of every list, and its history stays. What waits to go out on it is never lost from
 * sight: whoever puts it away says whether it is held (it needs a person then) or cancelled.
 */
enum put_away { PUT_AWAY_ASK, PUT_AWAY_HOLD, PUT_AWAY_CANCEL };
/* put_away_parse(word, ret): of "hold" and "cancel". */
bool put_away_parse(str word, enum put_away *ret);

struct put_away_counts {
    int64_t waiting_n; /* scheduled, or tried again later */
    int64_t held_n;    /* on hold already */
    int64_t busy_n;    /* being sent just now */
};
/* put_away_count(propre, workspace, channel, ret, error): Faults: those of reading. */
must_use enum fault put_away_count(struct propre *propre, int64_t workspace, int64_t channel,
                                   struct put_away_counts *ret, struct error *error);
/*
 * put_away_channel(propre, workspace, channel, what, who, ret_n, error):
 * Archives the channel; *ret_n deliveries were held or cancelled (those on hold stay so, or are cancelled too). Drafts stay
 * drafts. Needs an open write transaction.
 * Faults: ABSENT; CONFLICT while something is being sent there, or when something waits and ${what} is ASK; when a part
 *         of what waits is out already and would be cancelled.
 */
must_use enum fault put_away_channel(struct propre *propre, int64_t workspace, int64_t channel,
                                     enum put_away what, str who, int64_t *ret_n,
                                     struct error *error);
