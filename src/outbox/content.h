#pragma once
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "channel/driver.h"

struct message;
struct message_parts;
struct propre;

/* A message as it would go out on one channel, looked at before it goes. */
struct content_of {
    int64_t workspace, message, channel;
};

/*
 * content_check(propre, of, keep, ret, ret_n, error):
 * What would go wrong (channel/driver.h: message_check), by the network's traits and, when the channel is connected, by
 * the limits its server told. A channel of a network without a driver has no problems: a person publishes there.
 * Faults: ABSENT; those of reading.
 */
must_use enum fault content_check(struct propre *propre, const struct content_of *of,
                                  struct arena *keep,
                                  struct message_problem ret[MESSAGE_PROBLEMS_MAX],
                                  int32_t *ret_n, struct error *error);
/*
 * content_require(propre, of, error): what must hold before it may go out, whoever asks.
 * Faults: INPUT with the first error content_check finds, behind the channel's name; ABSENT; those of reading.
 */
must_use enum fault content_require(struct propre *propre, const struct content_of *of,
                                    struct error *error);
/*
 * content_dry(propre, of, keep, ret, ret_n, error):
 * The requests that publishing would make, credentials hidden, at most DRY_STEPS_MAX (channel/dry.h) in ${ret}.
 * Faults: as content_check; ABSENT when the channel is not connected.
 */
must_use enum fault content_dry(struct propre *propre, const struct content_of *of,
                                struct arena *keep, struct step *ret, int32_t *ret_n,
                                struct error *error);

/* What a message that need not be kept yet would be on one channel. */
struct content_look {
    bool connected;
    bool by_hand; /* a person publishes it: there is nothing to connect */
    int64_t
        length; /* of its longest part as it is sent, in the network's own units; -1: not counted */
    int64_t length_max; /* 0: no limit is known */
    struct message_problem problems[MESSAGE_PROBLEMS_MAX];
    int32_t problems_n;
};
/*
 * content_look(propre, message, parts, channel, keep, ret, error):
 * As content_check, of what somebody is typing: of ${message} its workspace is read, not its number. Writes nothing.
 * Faults: ABSENT for the channel or a picture; those of reading.
 */
must_use enum fault content_look(struct propre *propre, const struct message *message,
                                 const struct message_parts *parts, int64_t channel,
                                 struct arena *keep, struct content_look *ret,
                                 struct error *error);
