#include "outbox/content.h"

#include "channel/dry.h"
#include "outbox/account.h"
#include "outbox/translate_internal.h"
#include "place/propre.h"
#include "strategy/channel.h"

/* A key like any other, for what is only looked at. */
#define NO_KEY S("00000000000000000000000000000000")

static enum fault
gather(struct propre *propre, const struct content_of *of, struct arena *keep,
       struct channel_message *ret, struct error *error)
{
    if (content_gather(propre, of->workspace, of->message, of->channel, NO_KEY, keep, ret,
                       error))
        return error->fault;
    ret->key = NO_KEY;
    ret->created = clock_now(&propre->clock);
    return OK;
}

enum fault
content_check(struct propre *propre, const struct content_of *of, struct arena *keep,
              struct message_problem ret[MESSAGE_PROBLEMS_MAX], int32_t *ret_n,
              struct error *error)
{
    struct channel channel;
    struct account account;
    struct channel_message message;
    bool connected = false;
    if (channel_get(propre, of->workspace, of->channel, keep, &channel, error) ||
        account_get(propre, of->workspace, of->channel, keep, &account, &connected, error) ||
        gather(propre, of, keep, &message, error))
        return error->fault;
    const struct driver *driver = driver_find(
        connected && account.network.n > 0 ? account.network : network_word(channel.network));
    *ret_n = 0;
    if (!driver)
        return OK;
    const struct channel_account open = {.server = account.server,
                                         .handle = account.handle,
                                         .settings = account.settings,
                                         .limits = account.limits};
    message_check(driver, connected ? &open : NULL, &message, keep, ret, ret_n);
    return OK;
}

enum fault
content_dry(struct propre *propre, const struct content_of *of, struct arena *keep,
            struct step *ret, int32_t *ret_n, struct error *error)
{
    struct channel_account account;
    struct channel_message message;
    const struct driver *driver = NULL;
    struct memo memo = {0};
    struct step last;
    if (account_open(propre, of->workspace, of->channel, keep, &account, &driver, error) ||
        gather(propre, of, keep, &message, error))
        return error->fault;
    const struct channel_call call = {.op = OP_PUBLISH,
                                      .account = &account,
                                      .message = &message,
                                      .now = clock_now(&propre->clock),
                                      .memo = &memo};
    driver_dry(driver, &call, keep, ret, ret_n, &last);
    return OK;
}
