#include "outbox/account.h"
#include "outbox/content.h"
#include "outbox/translate_internal.h"
#include "place/propre.h"
#include "strategy/channel.h"

/* A key like any other, for what is only looked at. */
#define NO_KEY S("00000000000000000000000000000000")

static void
measure(const struct driver *driver, const struct channel_account *open,
        const struct channel_message *message, struct arena *keep, struct content_look *ret)
{
    ret->by_hand = driver->traits.by_hand;
    ret->length_max = message_length_max(driver, open);
    for (int32_t i = 0; i < message->parts_n && i < MESSAGE_PARTS_MAX; i++) {
        int64_t n = message_length(driver, open, message, i);
        if (n > ret->length)
            ret->length = n;
    }
    message_check(driver, open, message, keep, ret->problems, &ret->problems_n);
}

enum fault
content_look(struct propre *propre, const struct message *whole,
             const struct message_parts *parts, int64_t id, struct arena *keep,
             struct content_look *ret, struct error *error)
{
    struct channel channel;
    struct account account;
    struct channel_message message;
    bool connected = false;
    if (channel_get(propre, whole->workspace, id, keep, &channel, error) ||
        account_get(propre, whole->workspace, id, keep, &account, &connected, error) ||
        content_of_message(propre, whole, parts, id, NO_KEY, keep, &message, error))
        return error->fault;
    message.created = clock_now(&propre->clock);
    const struct driver *driver = connected && account.network.n > 0
                                      ? driver_find(account.network)
                                      : driver_usual(network_word(channel.network));
    *ret = (struct content_look){
        .connected = connected, .by_hand = driver && driver->traits.by_hand, .length = -1};
    if (!driver)
        return OK;
    const struct channel_account open = {.server = account.server,
                                         .handle = account.handle,
                                         .settings = account.settings,
                                         .limits = account.limits};
    measure(driver, connected ? &open : NULL, &message, keep, ret);
    return OK;
}
