#include "outbox/content.h"

#include "channel/dry.h"
#include "outbox/account.h"
#include "outbox/translate_internal.h"
#include "place/propre.h"
#include "strategy/channel.h"

/* A key like any other, for what is only looked at. */
#define NO_KEY S("00000000000000000000000000000000")

enum {
    REQUIRE_BYTES = 8 << 20 /* a message with its forms, as much as publishing one reads */
};

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
    const struct driver *driver = connected && account.network.n > 0
                                      ? driver_find(account.network)
                                      : driver_usual(network_word(channel.network));
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

/* The format is the driver's own sentence, the key of its translation, so that each face says it in its language. */
static enum fault
refuse(const struct message_problem *problem, str channel, struct arena *keep,
       struct error *error)
{
    const char *a = cstr(keep, problem->a), *b = cstr(keep, problem->b);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    error_fail(error, FAULT_INPUT, __FILE__, __LINE__, problem->format, a, b);
#pragma GCC diagnostic pop
    return error_prefix(error, "%.*s", STR_FMT(channel));
}

static enum fault
require(struct propre *propre, const struct content_of *of, struct arena *keep,
        struct error *error)
{
    struct message_problem problems[MESSAGE_PROBLEMS_MAX];
    struct channel channel;
    int32_t n = 0;
    if (content_check(propre, of, keep, problems, &n, error) ||
        channel_get(propre, of->workspace, of->channel, keep, &channel, error))
        return error->fault;
    for (int32_t i = 0; i < n; i++)
        if (problems[i].severity == PROBLEM_ERROR)
            return refuse(&problems[i], channel.name, keep, error);
    return OK;
}

enum fault
content_require(struct propre *propre, const struct content_of *of, struct error *error)
{
    struct arena_region region;
    struct arena keep = arena_reserve(REQUIRE_BYTES, &region);
    enum fault fault = require(propre, of, &keep, error);
    arena_release(&region);
    return fault;
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
