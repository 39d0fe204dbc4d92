#pragma once
#include "base/instant.h"

/* Time is passed in, so that a test owns it. */
struct clock {
    instant (*now)(void *ctx);
    void *ctx;
};

static inline instant
clock_now(const struct clock *clock)
{
    return clock->now(clock->ctx);
}

/* clock_system(): the machine's real-time clock. */
struct clock clock_system(void);
/* clock_manual(at): shows *at, which the caller moves. For tests and replays. */
struct clock clock_manual(instant *at);
