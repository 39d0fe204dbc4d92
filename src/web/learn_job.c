#include "web/learn_job.h"

#include "learn/gather.h"
#include "learn/run.h"
#include "place/db.h"

enum {
    KEEP_BYTES = 1 << 30, /* address space: the chains of the largest model */
    SCRATCH_BYTES = 1 << 29,
    NICENESS = 10 /* pages are answered first */
};

struct learn_job {
    const struct log *log;
    struct arena_region own_region, keep_region,
        scratch_region; /* the first holds this struct */
    struct arena keep;
    struct effects_run *run; /* NULL: nothing runs */
    int64_t workspace;
    enum metric outcome;
    str mark;
    instant started;
    bool failed;
    struct error failure;
};

struct learn_job *
learn_job_open(const struct log *log)
{
    struct arena_region region;
    struct arena own = arena_reserve((ptrdiff_t)sizeof(struct learn_job), &region);
    struct learn_job *job = new (&own, struct learn_job, 1);
    job->log = log;
    job->own_region = region;
    job->keep = arena_reserve(KEEP_BYTES, &job->keep_region);
    (void)arena_reserve(SCRATCH_BYTES, &job->scratch_region); /* reset before each use */
    return job;
}

static void
stop(struct learn_job *job)
{
    if (job->run)
        effects_run_stop(job->run);
    job->run = NULL;
}

void
learn_job_close(struct learn_job *job)
{
    if (!job)
        return;
    stop(job);
    arena_release(&job->scratch_region);
    arena_release(&job->keep_region);
    struct arena_region own = job->own_region;
    arena_release(&own);
}

enum fault
learn_job_start(struct learn_job *job, struct propre *propre, int64_t workspace,
                enum metric outcome, struct error *error)
{
    if (job->run)
        return fail(error, FAULT_CONFLICT,
                    "a computation is running already; wait until it is done");
    struct arena scratch = arena_reset(&job->scratch_region);
    struct effects_options options = effects_defaults();
    struct effects_run_options processes = {.niceness = NICENESS};
    const struct effects_model *model = NULL;
    job->keep = arena_reset(&job->keep_region);
    /* The model refers to its input: both live as long as the run. */
    struct gathered *gathered = new (&job->keep, struct gathered, 1);
    job->failed = false;
    enum fault fault = learn_gather(propre, workspace, outcome, &job->keep, gathered, error);
    fault = fault ? fault : result_mark(propre, workspace, &job->keep, &job->mark, error);
    fault = fault ? fault
                  : result_seed(propre, workspace, outcome, job->mark, &job->keep,
                                &options.seed, error);
    if (fault)
        return fault;
    if (gathered->input.posts_n < LEARN_POSTS_MIN)
        return fail(error, FAULT_ABSENT,
                    "an answer needs at least %d posts with a number of this result; import a "
                    "file first",
                    LEARN_POSTS_MIN);
    fault = effects_prepare(&gathered->input, &options, &job->keep, scratch, &model, error);
    fault = fault ? fault : effects_run_start(model, &processes, &job->keep, &job->run, error);
    if (fault) {
        job->run = NULL;
        return fault;
    }
    job->workspace = workspace;
    job->outcome = outcome;
    job->started = clock_now(&propre->clock);
    return OK;
}

enum fault
learn_job_again(struct learn_job *job, struct propre *propre, int64_t workspace,
                enum metric outcome, struct error *error)
{
    if (job->run && job->workspace == workspace) {
        outcome = job->outcome;
        stop(job);
    }
    return learn_job_start(job, propre, workspace, outcome, error);
}

/* Keeps the answer; *ret_again: it did not settle and is computed once more, so nothing is kept yet. */
static enum fault
finish(struct learn_job *job, struct propre *propre, bool *ret_again, struct error *error)
{
    struct effects_result result;
    int64_t id = 0;
    effects_run_result(job->run, &job->keep, arena_reset(&job->scratch_region), &result);
    enum fault fault = effects_run_again(job->run, &result, ret_again, error);
    if (fault || *ret_again)
        return fault;
    double seconds = (double)instant_since(clock_now(&propre->clock), job->started).us / 1e6;
    if (db_begin(propre->db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = propre->db;
    fault = result_keep(propre, job->workspace, job->outcome, &result, job->mark, seconds, &id,
                        error);
    return fault ? fault : db_commit(tx, error);
}

void
learn_job_turn(struct learn_job *job, struct propre *propre)
{
    if (!job->run)
        return;
    bool over = false, again = false;
    struct error error = {0};
    enum fault fault = effects_run_step(job->run, 0, &over, &error);
    if (!fault && !over)
        return;
    if (!fault)
        fault = finish(job, propre, &again, &error);
    if (!fault && again)
        return;
    stop(job);
    if (fault) {
        job->failed = true;
        job->failure = error;
        log_fault(job->log, "learn.failed", &error);
    }
}

bool
learn_job_running(const struct learn_job *job, enum metric outcome)
{
    return job->run && job->outcome == outcome;
}

bool
learn_job_busy(const struct learn_job *job)
{
    return job->run != NULL;
}

double
learn_job_share(const struct learn_job *job)
{
    return job->run ? effects_run_share(job->run) : 0;
}

const struct error *
learn_job_failure(const struct learn_job *job)
{
    return job->failed ? &job->failure : NULL;
}
