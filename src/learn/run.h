#pragma once
#include "learn/effects.h"

/*
 * The chains of one model in processes of their own, several at a time. The only part of this room that
 * does anything but compute: chains are what can run side by side, and threads are not used in this
 * house. Results are gathered in the order of the chains, so the same seed gives the same digits
 * however they were scheduled.
 */
struct effects_run;

struct effects_run_options {
    int32_t processes; /* at a time; 0 = as many as there are processors */
    int32_t niceness;  /* 0 to 19: how much others go first; 10 for work behind a page */
    bool once;         /* what did not settle is not tried again: exactly the seed asked for */
};

/*
 * effects_run_start(model, options, keep, ret_run, error):
 * Starts the first processes. ${model} must live until the run is over.
 * Faults: SYSTEM when no process or pipe can be had.
 * Memory: the run in ${keep}; its owner calls effects_run_stop, whatever happened.
 */
must_use enum fault effects_run_start(const struct effects_model *model,
                                      const struct effects_run_options *options,
                                      struct arena *keep, struct effects_run **ret_run,
                                      struct error *error);

/*
 * effects_run_step(run, timeout_ms, ret_over, error):
 * Takes in what the processes have sent, waiting at most ${timeout_ms} for the first of it; starts
 * the next chain when one is done.
 * Faults: what a chain itself reports; SYSTEM when a process died, saying how.
 */
must_use enum fault effects_run_step(struct effects_run *run, int32_t timeout_ms,
                                     bool *ret_over, struct error *error);
/* effects_run_share(run): how much of all iterations is done, 0..1. */
double effects_run_share(const struct effects_run *run);
/* effects_run_result(run, keep, scratch, ret_result): when it is over. */
void effects_run_result(const struct effects_run *run, struct arena *keep, struct arena scratch,
                        struct effects_result *ret_result);
/*
 * effects_run_again(run, result, ret_begun, error):
 * A chain may be caught once in many runs where steps are too long for a corner of the posterior: what did not
 * settle is computed once more, by shorter steps and with the next seed, and says so in its notes. Call it
 * with what effects_run_result gave; *ret_begun: the chains are at work again, effects_run_step goes on. False when
 * the ${result} settled, was the second already, has too few chains to settle at all, or options.once.
 * Faults: those of effects_run_start.
 */
must_use enum fault effects_run_again(struct effects_run *run,
                                      const struct effects_result *result, bool *ret_begun,
                                      struct error *error);
/* effects_run_stop(run): ends the processes that still run and waits for them. May be repeated. */
void effects_run_stop(struct effects_run *run);

/*
 * effects_run(model, options, progress, keep, scratch, ret_result, error):
 * All of it, blocking, and once more when it did not settle. ${progress} (may be NULL) is called five times a second at least; its chain is -1
 * and its numbers are of all chains together; a second time they begin at 0 again.
 * Faults: as above; CONFLICT when progress asked to stop.
 */
must_use enum fault effects_run(const struct effects_model *model,
                                const struct effects_run_options *options,
                                const struct effects_progress *progress, struct arena *keep,
                                struct arena scratch, struct effects_result *ret_result,
                                struct error *error);
