#pragma once
#include "outbox/account.h"
#include "strategy/channel.h"
#include "web/exchange.h"
#include "web/views_channels.h"

/* What the pages of channels say in common. */

/*
 * channel_health_of(x, network, account): how a connection is, in the reader's words; NULL: there is none. Only the driver's
 * traits and the clock are asked.
 */
struct health_view channel_health_of(struct exchange *x, enum network network,
                                     const struct account *account);
/* channel_network_label(x, network), channel_ownership_label(x, ownership): translated where they are words. */
str channel_network_label(struct exchange *x, enum network network);
str channel_ownership_label(struct exchange *x, enum ownership ownership);

/*
 * channel_ask_of(x, account, answer): what came of the last question is about connecting, not about a post. The last question put to it and what came of it, as long as that is news.
 */
struct ask_view channel_ask_of(struct exchange *x, const struct account *account,
                               const struct account_answer *answer);

enum {
    CHANNEL_STEPS_MAX = 6, /* of one guide: what a person follows without losing the place */
    CHANNEL_WAYS_MAX = 16  /* drivers, eight today */
};
/*
 * channel_steps(x, driver, authorize, ret_n): the numbered steps to connect by that driver; ${authorize}: it can be asked
 * on its own page.
 */
const str *channel_steps(struct exchange *x, const struct driver *driver, bool authorize,
                         ptrdiff_t *ret_n);
/*
 * channel_ways(network, ret): the drivers a channel of that network can be published by: its own first, by hand last.
 */
int32_t channel_ways(str network, const struct driver *ret[CHANNEL_WAYS_MAX]);
