#include "base/clock.h"

#include <assert.h>
#include <time.h>

static instant
system_now(void *ctx)
{
    (void)ctx;
    struct timespec ts;
    int failed = clock_gettime(CLOCK_REALTIME, &ts);
    assert(!failed);
    return (instant){(int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000};
}

static instant
manual_now(void *ctx)
{
    return *(instant *)ctx;
}

struct clock
clock_system(void)
{
    return (struct clock){system_now, NULL};
}

struct clock
clock_manual(instant *at)
{
    return (struct clock){manual_now, at};
}
