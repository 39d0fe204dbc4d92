#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "base/error.h"
#include "base/instant.h"
#include "base/maybe.h"
#include "base/str.h"
#include "outbox/delivery.h"

struct exchange;

/* When a post goes out: what the composer and the API share (web/compose.c, web/api_posts.c). */
enum {
    POST_DELIVERIES_MAX = 500 /* cancelled ones too: one post moved in and out of 50 channels */
};

/* As it was asked for all of its channels. */
struct post_when {
    bool draft;
    str queue; /* given: the next free slot of that queue of each channel; else … */
    instant due;
    struct civil wall; /* … and how it was said, if it was said as wall time */
    bool has_wall;
};

/*
 * post_plan(x, message, channel, when, use_by_us, ret, error):
 * The plan of one delivery. Reads only. Faults: INPUT when the queue has no free slot for that channel.
 */
struct post_to {
    int64_t message, channel;
    struct maybe_int use_by_us;
};
must_use enum fault post_plan(struct exchange *x, const struct post_to *to,
                              const struct post_when *when, struct delivery_plan *ret,
                              struct error *error);
/* post_deliveries(x, message, ret, ret_n, error): all of that message, cancelled ones too. */
must_use enum fault post_deliveries(struct exchange *x, int64_t message, struct delivery **ret,
                                    ptrdiff_t *ret_n, struct error *error);
/* delivery_is_ours(d): nothing of it may have left, so that its text can still be changed. */
bool delivery_is_ours(const struct delivery *d);
