#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/error.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/maybe.h"
#include "base/str.h"

struct propre;
struct wire;
struct worker;
struct worker_trial;

struct worker_options {
    str name;          /* tells workers apart: host, boot and process; none: made */
    int32_t lanes_max; /* transfers side by side; 0: 64 */
    const struct log *log;
    bool mail; /* notices go out by the workspace's notice settings */
    str pages; /* where people reach our pages, for notices whose settings do not say; none: not known */
    const struct worker_trial
        *trial; /* NULL; tests put figures and drivers of their own here */
};
/*
 * worker_open(propre, wire, options, ret, error): one worker. ${propre} is its own connection. What an earlier worker of a
 * dead process left in the middle becomes unknown or goes on, as the protocol says, at once.
 */
must_use enum fault worker_open(struct propre *propre, struct wire *wire,
                                const struct worker_options *options, struct worker **ret,
                                struct error *error);
void worker_close(struct worker *worker);
/*
 * worker_step(worker, patience, ret_next, error):
 * Does what is to be done now: claims what is due, starts and ends transfers (waiting ${patience} at most for one), reads
 * back, spaces what is late, makes occurrences, looks ahead (pre-flight), tells of incidents. *ret_next: when there
 * will be something to do again, if nothing comes in between.
 */
must_use enum fault worker_step(struct worker *worker, span patience, instant *ret_next,
                                struct error *error);
/* worker_idle(worker): nothing of its is under way: it may be stopped without leaving anything unknown. */
bool worker_idle(const struct worker *worker);
/* worker_stop(worker): takes nothing new; step until worker_idle. */
void worker_stop(struct worker *worker);
/*
 * worker_seen(propre, ret_us, error): when a worker that did not end in order was last at work; none: there is none.
 * It says so every 20 s.
 */
must_use enum fault worker_seen(struct propre *propre, struct maybe_int *ret_us,
                                struct error *error);
