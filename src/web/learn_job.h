#pragma once
#include "base/clock.h"
#include "base/log.h"
#include "learn/result_store.h"
#include "place/propre.h"

/*
 * The one computation the pages may have running: its chains are processes of low priority, and the server
 * looks after them between two requests. It is kept in the data when it is done; when the server stops before,
 * it is lost and can be started again.
 */
struct learn_job;

/* learn_job_open(log): nothing runs yet. Owner: the caller, who gives it to learn_job_close. */
struct learn_job *learn_job_open(const struct log *log);
void learn_job_close(struct learn_job *job);

/*
 * learn_job_start(job, propre, workspace, outcome, error):
 * Reads the posts (in the caller's transaction) and starts computing.
 * Faults: CONFLICT when one runs already; ABSENT when too few posts have this outcome; SYSTEM.
 */
must_use enum fault learn_job_start(struct learn_job *job, struct propre *propre,
                                    int64_t workspace, enum metric outcome,
                                    struct error *error);

/*
 * learn_job_again(job, propre, workspace, outcome, error):
 * The same after the data changed: what runs is of older data, so it is stopped, and its outcome computed from the new.
 * Faults: those of learn_job_start; CONFLICT while another workspace has it.
 */
must_use enum fault learn_job_again(struct learn_job *job, struct propre *propre,
                                    int64_t workspace, enum metric outcome,
                                    struct error *error);

/*
 * learn_job_turn(job, propre):
 * Takes in what the chains sent, without waiting; when they are done, keeps the answer in a transaction of its
 * own. Call it often, outside transactions. What goes wrong is logged once and shown as the job's failure.
 */
void learn_job_turn(struct learn_job *job, struct propre *propre);

/* learn_job_running(job, outcome): whether it computes that outcome now. */
bool learn_job_running(const struct learn_job *job, enum metric outcome);
bool learn_job_busy(const struct learn_job *job);
/* learn_job_share(job): how much is done, 0..1. */
double learn_job_share(const struct learn_job *job);
/* learn_job_failure(job): why the last one failed, or NULL. */
const struct error *learn_job_failure(const struct learn_job *job);
