#include "learn/run.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "learn/model_internal.h"

/* What a process sends: a head, then its payload. Same program, same machine: plain bytes. */
enum frame_kind { FRAME_PROGRESS = 1, FRAME_FAULT, FRAME_DRAWS };
struct frame_head {
    int64_t kind, payload_n;
};
struct progress_frame {
    int32_t done, total;
};
struct fault_frame {
    struct error
        error; /* its literals are at the same addresses: a fork, not another program */
};
struct draws_frame {
    int64_t divergent, depth_hits, gradients;
    double step;
}; /* then draws, then energies */

struct process {
    pid_t pid; /* 0: none */
    int fd;    /* our end of its pipe */
    int32_t chain;
    char *buffer; /* what has come and is not a whole frame yet */
    ptrdiff_t have;
    bool finished; /* its draws are here */
};

struct effects_run {
    const struct effects_model *model; /* the caller's, or &second */
    struct effects_model second;       /* the same with smaller steps and the next seed */
    struct effects_run_options options;
    struct effects_chain *chains;
    int32_t *done; /* iterations of each chain */
    int32_t chains_n, started_n, finished_n;
    struct process *processes;
    int32_t processes_n;
    ptrdiff_t buffer_n; /* the largest frame */
    ptrdiff_t arena_n;  /* what a chain needs */
};

/* ---- in the child ---- */

static bool
write_all(int fd, const void *bytes, ptrdiff_t n)
{
    const char *p = bytes;
    while (n > 0) {
        ssize_t written = write(fd, p, (size_t)n);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false; /* nobody listens any more */
        p += written;
        n -= written;
    }
    return true;
}

static bool
send_frame(int fd, enum frame_kind kind, const void *payload, ptrdiff_t n)
{
    struct frame_head head = {kind, n};
    return write_all(fd, &head, (ptrdiff_t)sizeof head) && write_all(fd, payload, n);
}

static bool
send_progress(void *ctx, int32_t chain, int32_t done, int32_t total)
{
    (void)chain; /* the pipe tells */
    struct progress_frame frame = {done, total};
    return send_frame(*(const int *)ctx, FRAME_PROGRESS, &frame, (ptrdiff_t)sizeof frame);
}

static bool
send_draws(int fd, const struct effects_chain *chain)
{
    struct draws_frame frame = {chain->divergent, chain->depth_hits, chain->gradients,
                                chain->step};
    ptrdiff_t draws = (ptrdiff_t)chain->draws_n * chain->columns_n * (ptrdiff_t)sizeof(double);
    ptrdiff_t energies = (ptrdiff_t)chain->draws_n * (ptrdiff_t)sizeof(double);
    struct frame_head head = {FRAME_DRAWS, (ptrdiff_t)sizeof frame + draws + energies};
    return write_all(fd, &head, (ptrdiff_t)sizeof head) &&
           write_all(fd, &frame, (ptrdiff_t)sizeof frame) &&
           write_all(fd, chain->draws, draws) && write_all(fd, chain->energy, energies);
}

/* Nothing of the parent's is touched but the model: its files are closed, its handlers forgotten. */
static _Noreturn void
be_child(const struct effects_run *run, int32_t chain, int fd, pid_t parent)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* no orphan computes for nobody */
    if (getppid() != parent)
        _exit(1);
    (void)signal(SIGINT, SIG_DFL);
    (void)signal(SIGTERM, SIG_DFL);
    (void)signal(SIGPIPE, SIG_IGN); /* a write that fails says so itself */
    if (run->options.niceness > 0)
        (void)!nice(run->options.niceness); /* as polite as may be; not being so is no fault */
    if (fd != 3 && dup2(fd, 3) != 3)
        _exit(1);
    fd = 3;
    (void)close_range(4, ~0u, 0); /* sockets and databases are the parent's */
    struct arena_region keep_region, scratch_region;
    struct arena keep = arena_reserve(run->arena_n, &keep_region);
    struct arena scratch = arena_reserve(run->arena_n, &scratch_region);
    struct effects_progress progress = {send_progress, &fd};
    struct effects_chain result;
    struct error error = {0};
    enum fault fault =
        effects_chain_run(run->model, chain, &progress, &keep, scratch, &result, &error);
    bool sent;
    if (fault == OK) {
        sent = send_draws(fd, &result);
    } else {
        struct fault_frame frame = {error};
        sent = send_frame(fd, FRAME_FAULT, &frame, (ptrdiff_t)sizeof frame);
    }
    _exit(sent ? 0 : 1);
}

/* ---- in the parent ---- */

static enum fault
start_chain(struct effects_run *run, struct process *p, struct error *error)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return fail(error, FAULT_SYSTEM, "a computation could not be started: no pipe");
    pid_t parent = getpid(), pid = fork();
    if (pid == 0)
        be_child(run, run->started_n, ends[1], parent);
    (void)close(ends[1]); /* ours to close, and nothing was written to it */
    if (pid < 0) {
        (void)close(ends[0]);
        return fail(error, FAULT_SYSTEM, "a computation could not be started: no process");
    }
    (void)fcntl(ends[0], F_SETFL, O_NONBLOCK); /* of a pipe just made: cannot fail */
    char *buffer = p->buffer;
    *p = (struct process){
        .pid = pid, .fd = ends[0], .chain = run->started_n++, .buffer = buffer};
    return OK;
}

/* Waits for a process that has ended or was told to; its exit status. */
static int
reap(struct process *p)
{
    int status = 0;
    while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR)
        ;
    (void)close(p->fd); /* only read from */
    p->pid = 0;
    return status;
}

static enum fault
died(const struct process *p, int status, struct error *error)
{
    if (WIFSIGNALED(status))
        return fail(
            error, FAULT_SYSTEM,
            "chain %d of the computation was ended by signal %d before it had finished: "
            "start it again",
            p->chain + 1, WTERMSIG(status));
    return fail(error, FAULT_SYSTEM,
                "chain %d of the computation ended before it had finished: start it again",
                p->chain + 1);
}

static void
take_draws(struct effects_run *run, const struct process *p, const char *payload)
{
    struct effects_chain *chain = &run->chains[p->chain];
    struct draws_frame frame;
    memcpy(&frame, payload, sizeof frame);
    chain->divergent = frame.divergent;
    chain->depth_hits = frame.depth_hits;
    chain->gradients = frame.gradients;
    chain->step = frame.step;
    size_t draws = (size_t)chain->draws_n * (size_t)chain->columns_n * sizeof(double);
    memcpy(chain->draws, payload + sizeof frame, draws);
    memcpy(chain->energy, payload + sizeof frame + draws,
           (size_t)chain->draws_n * sizeof(double));
}

static enum fault
take_frame(struct effects_run *run, struct process *p, const struct frame_head *head,
           const char *payload, struct error *error)
{
    if (head->kind == FRAME_PROGRESS && head->payload_n == sizeof(struct progress_frame)) {
        struct progress_frame frame;
        memcpy(&frame, payload, sizeof frame);
        run->done[p->chain] = frame.done;
        return OK;
    }
    if (head->kind == FRAME_FAULT && head->payload_n == sizeof(struct fault_frame)) {
        struct fault_frame frame;
        memcpy(&frame, payload, sizeof frame);
        *error = frame.error;
        return frame.error.fault;
    }
    assert(head->kind == FRAME_DRAWS); /* our own child, our own format */
    take_draws(run, p, payload);
    run->done[p->chain] = run->model->options.warmup + run->model->options.draws;
    p->finished = true;
    return OK;
}

/* Whole frames at the start of the buffer are taken, the rest moves to the front. */
static enum fault
take_frames(struct effects_run *run, struct process *p, struct error *error)
{
    ptrdiff_t at = 0;
    struct frame_head head;
    enum fault fault = OK;
    while (fault == OK && p->have - at >= (ptrdiff_t)sizeof head) {
        memcpy(&head, p->buffer + at, sizeof head);
        assert(head.payload_n >= 0 && head.payload_n <= run->buffer_n - (ptrdiff_t)sizeof head);
        if (p->have - at < (ptrdiff_t)sizeof head + head.payload_n)
            break;
        fault = take_frame(run, p, &head, p->buffer + at + sizeof head, error);
        at += (ptrdiff_t)sizeof head + head.payload_n;
    }
    memmove(p->buffer, p->buffer + at, (size_t)(p->have - at));
    p->have -= at;
    return fault;
}

/* Reads what there is. At the end of the pipe the process is reaped and the next chain started. */
static enum fault
hear(struct effects_run *run, struct process *p, struct error *error)
{
    for (;;) {
        ssize_t n = read(p->fd, p->buffer + p->have, (size_t)(run->buffer_n - p->have));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return OK;
        if (n <= 0)
            break;
        p->have += n;
        enum fault fault = take_frames(run, p, error);
        if (fault != OK)
            return fault;
    }
    int status = reap(p);
    if (!p->finished)
        return died(p, status, error);
    run->finished_n++;
    return run->started_n < run->chains_n ? start_chain(run, p, error) : OK;
}

static int32_t
processors(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : (n > EFFECTS_CHAINS_MAX ? EFFECTS_CHAINS_MAX : (int32_t)n);
}

/* As many chains as may run at a time; hear() starts the others. */
static enum fault
start_chains(struct effects_run *run, struct error *error)
{
    run->started_n = run->finished_n = 0;
    memset(run->done, 0, (size_t)run->chains_n * sizeof *run->done);
    for (int32_t i = 0; i < run->processes_n; i++) {
        enum fault fault = start_chain(run, &run->processes[i], error);
        if (fault != OK) {
            effects_run_stop(run);
            return fault;
        }
    }
    return OK;
}

enum fault
effects_run_start(const struct effects_model *model, const struct effects_run_options *options,
                  struct arena *keep, struct effects_run **ret_run, struct error *error)
{
    const struct effects_options *o = &model->options;
    struct effects_run *run = new (keep, struct effects_run, 1);
    int32_t columns = model_columns_n(model);
    *run = (struct effects_run){.model = model, .options = *options, .chains_n = o->chains};
    run->chains = new (keep, struct effects_chain, o->chains);
    run->done = new (keep, int32_t, o->chains);
    for (int32_t c = 0; c < o->chains; c++)
        run->chains[c] =
            (struct effects_chain){.draws_n = o->draws,
                                   .columns_n = columns,
                                   .draws = new (keep, double, (ptrdiff_t)o->draws *columns),
                                   .energy = new (keep, double, o->draws)};
    ptrdiff_t numbers = (ptrdiff_t)o->draws * (columns + 1);
    run->buffer_n = (ptrdiff_t)(sizeof(struct frame_head) + sizeof(struct draws_frame)) +
                    (ptrdiff_t)sizeof(double) * numbers + (ptrdiff_t)sizeof(struct fault_frame);
    /* draws as coordinates and as columns, the tree's vectors, the work area: with room to spare */
    run->arena_n =
        (ptrdiff_t)sizeof(double) *
            (2 * numbers + (ptrdiff_t)(o->draws + 400) * model->dims + model_work_size(model)) +
        ((ptrdiff_t)1 << 20);
    run->processes_n = options->processes > 0 ? options->processes : processors();
    if (run->processes_n > o->chains)
        run->processes_n = o->chains;
    run->processes = new (keep, struct process, run->processes_n);
    for (int32_t i = 0; i < run->processes_n; i++)
        run->processes[i].buffer = new (keep, char, run->buffer_n);
    enum fault fault = start_chains(run, error);
    if (fault == OK)
        *ret_run = run;
    return fault;
}

enum fault
effects_run_step(struct effects_run *run, int32_t timeout_ms, bool *ret_over,
                 struct error *error)
{
    struct pollfd polls[EFFECTS_CHAINS_MAX];
    struct process *at[EFFECTS_CHAINS_MAX];
    nfds_t n = 0;
    for (int32_t i = 0; i < run->processes_n; i++) {
        if (run->processes[i].pid == 0)
            continue;
        at[n] = &run->processes[i];
        polls[n++] = (struct pollfd){.fd = run->processes[i].fd, .events = POLLIN};
    }
    if (n > 0 && poll(polls, n, timeout_ms) < 0 && errno != EINTR)
        return fail(error, FAULT_SYSTEM, "a computation could not be waited for");
    for (nfds_t i = 0; i < n; i++) {
        if (!polls[i].revents)
            continue;
        enum fault fault = hear(run, at[i], error);
        if (fault != OK) {
            effects_run_stop(run);
            return fault;
        }
    }
    *ret_over = run->finished_n == run->chains_n;
    return OK;
}

double
effects_run_share(const struct effects_run *run)
{
    int64_t done = 0;
    for (int32_t c = 0; c < run->chains_n; c++)
        done += run->done[c];
    int64_t each = run->model->options.warmup + run->model->options.draws;
    return (double)done / (double)(each * run->chains_n);
}

void
effects_run_result(const struct effects_run *run, struct arena *keep, struct arena scratch,
                   struct effects_result *ret_result)
{
    assert(run->finished_n == run->chains_n);
    effects_gather(run->model, run->chains, run->chains_n, keep, scratch, ret_result);
}

enum fault
effects_run_again(struct effects_run *run, const struct effects_result *result, bool *ret_begun,
                  struct error *error)
{
    /* What still goes astray at 0.99 does so in a corner: steps about half as long follow it there. */
    const double refused_share = 0.1;
    *ret_begun = false;
    if (result->diagnostics.settled || (result->diagnostics.failed & GATE_CHAINS) ||
        run->options.once || run->model == &run->second)
        return OK;
    run->second = *run->model;
    run->model = &run->second;
    run->second.options.seed++;
    run->second.options.accept = 1.0 - refused_share * (1.0 - run->second.options.accept);
    model_note(&run->second, NOTE_SECOND_RUN, -1, 0);
    enum fault fault = start_chains(run, error);
    *ret_begun = fault == OK;
    return fault;
}

void
effects_run_stop(struct effects_run *run)
{
    for (int32_t i = 0; i < run->processes_n; i++)
        if (run->processes[i].pid > 0)
            (void)kill(run->processes[i].pid, SIGKILL); /* it may have ended by itself */
    for (int32_t i = 0; i < run->processes_n; i++)
        if (run->processes[i].pid > 0)
            (void)reap(&run->processes[i]); /* how it ended does not matter now */
}

enum fault
effects_run(const struct effects_model *model, const struct effects_run_options *options,
            const struct effects_progress *progress, struct arena *keep, struct arena scratch,
            struct effects_result *ret_result, struct error *error)
{
    struct effects_run *run;
    enum fault fault = effects_run_start(model, options, &scratch, &run, error);
    if (fault != OK)
        return fault;
    int32_t total = (model->options.warmup + model->options.draws) * model->options.chains;
    for (bool over = false, again = true; !over || again;) {
        fault = effects_run_step(run, 200, &over, error);
        if (fault != OK)
            return fault;
        int32_t done = (int32_t)(effects_run_share(run) * total + 0.5);
        if (progress && !progress->step(progress->ctx, -1, done, total)) {
            effects_run_stop(run);
            return fail(error, FAULT_CONFLICT,
                        "the computation was stopped before it had finished");
        }
        if (!over)
            continue;
        effects_run_result(run, keep, scratch, ret_result);
        fault = effects_run_again(run, ret_result, &again, error);
        if (fault != OK)
            return fault;
    }
    return OK;
}
