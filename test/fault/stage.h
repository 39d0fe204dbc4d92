#pragma once
#include "testdb.h"

#include "outbox/delivery.h"
#include "outbox/world.h"

/*
 * What the fault tests in virtual time share: a workspace with channels on the simulated networks of
 * test/outbox/world.h, messages to them, and a worker whose process may be said to be dead.
 */
struct stage {
    struct propre *propre;
    int64_t workspace;
    int32_t channels_n, messages_n, workers_n;
    char worker[32]; /* who lives; every other is dead */
    struct worker_trial trial;
};

/* stage_open(stage, propre, key): a workspace, in a transaction of its own. ${key}: path of the key file. */
void stage_open(struct stage *stage, struct propre *propre, const char *key);
/* stage_channel(stage, kind): a new connected channel on a network of that kind. */
int64_t stage_channel(struct stage *stage, enum network_kind kind);
/* stage_delivery(stage, channel, due_us, text): a message and its delivery. */
int64_t stage_delivery(struct stage *stage, int64_t channel, int64_t due_us,
                       char text[WORLD_TEXT]);
/* stage_worker(stage, propre, wire, ret, error): a new process: those before are dead. */
must_use enum fault stage_worker(struct stage *stage, struct propre *propre, struct wire *wire,
                                 struct worker **ret, struct error *error);
/*
 * stage_next(worker, next): when there is something to do again by itself. A worker looks every second for what
 * others wrote; here nobody else writes, and a quarantine of minutes needs no hundred looks.
 */
instant stage_next(struct worker *worker, instant next);
/* stage_over(state): nothing more happens by itself. */
bool stage_over(enum delivery_state state);
/* stage_good(delivery, posts_n): one post, or none with a reason; and what is said of it is so. */
bool stage_good(const struct delivery *delivery, int32_t posts_n);
