#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/rng.h"
#include "cli/way.h"
#include "outbox/egress.h"
#include "outbox/worker.h"
#include "place/db.h"
#include "place/secret.h"
#include "place/vault.h"
#include "wire/curl.h"

enum {
    DRAIN_SECONDS = 10, /* what is under way may end; what does not is looked for afterwards */
    NAP_MS_MAX =
        1000, /* between looks at the data: somebody may have scheduled something for now */
    BUSY_MS = 100, /* most a step waits for an answer, so that a signal is heard */
    RESTART_PAUSE_S =
        2 /* of a worker that died, so that a broken one does not take the machine */
};

enum fault
cli_allow(struct cli *cli, struct wire *wire, struct error *error)
{
    str *hosts = NULL;
    ptrdiff_t n = 0;
    if (db_begin(cli->propre.db, DB_READ, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    struct arena keep = cli->scratch;
    if (egress_list(&cli->propre, cli->workspace.id, &keep, &hosts, &n, error))
        return error->fault;
    return wire_allow(wire, hosts, (int32_t)n, error);
}

enum fault
cli_wire(struct cli *cli, struct wire **ret, struct error *error)
{
    struct wire *wire = NULL;
    const struct wire_options options = {.user_agent = S("Propre/" PROPRE_VERSION),
                                         .transfers_max = WIRE_TRANSFERS_MAX,
                                         .clock = cli->propre.clock};
    if (wire_open(&options, &wire, error))
        return error->fault;
    if (cli_allow(cli, wire, error)) {
        wire_close(wire);
        return error->fault;
    }
    *ret = wire;
    return OK;
}

/* Ctrl-C and a supervisor's TERM become readable. */
static enum fault
stop_signals(int *ret_fd, struct error *error)
{
    sigset_t set;
    (void)sigemptyset(&set); /* these cannot fail with such arguments */
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGTERM);
    (void)signal(SIGPIPE, SIG_IGN);
    int fd = sigprocmask(SIG_BLOCK, &set, NULL) == 0 ? signalfd(-1, &set, SFD_CLOEXEC) : -1;
    if (fd < 0)
        return fail(error, FAULT_SYSTEM, "waiting for the signal to stop");
    *ret_fd = fd;
    return OK;
}

static bool
stopped(int fd, int wait_ms)
{
    struct pollfd p = {fd, POLLIN, 0};
    return poll(&p, 1, wait_ms) > 0;
}

/* Whether a fault is of the moment: the data were busy, somebody else was quicker. */
static bool
passing(enum fault fault)
{
    return fault == FAULT_AWAY || fault == FAULT_CONFLICT;
}

struct loop {
    struct cli *cli;
    struct wire *wire;
    struct worker *worker;
    int stop_fd;
    bool once, stopping;
    instant stop_at;
};

/* How long nothing will have to be done, bounded. */
static int
nap_ms(const struct loop *loop, instant next)
{
    int64_t us = next.us - clock_now(&loop->cli->propre.clock).us;
    return us <= 0 ? 0 : us > (int64_t)NAP_MS_MAX * 1000 ? NAP_MS_MAX : (int)(us / 1000);
}

static enum fault
loop_run(struct loop *loop, struct error *error)
{
    for (;;) {
        instant now = clock_now(&loop->cli->propre.clock), next = now;
        enum fault fault = cli_allow(loop->cli, loop->wire, error);
        fault = fault ? fault : worker_step(loop->worker, (span){BUSY_MS * 1000}, &next, error);
        if (fault && !passing(fault))
            return fault;
        if (fault) {
            log_fault(&loop->cli->log, "worker.step", error);
            *error = (struct error){0};
            next.us = now.us + SPAN_SECOND.us;
        }
        bool idle = worker_idle(loop->worker);
        if (loop->stopping && (idle || now.us >= loop->stop_at.us))
            return OK;
        if (loop->once && idle && next.us > clock_now(&loop->cli->propre.clock).us)
            return OK;
        if (!loop->stopping && stopped(loop->stop_fd, idle ? nap_ms(loop, next) : 0)) {
            loop->stopping = true;
            loop->stop_at.us = now.us + DRAIN_SECONDS * SPAN_SECOND.us;
            worker_stop(loop->worker);
        }
    }
}

enum fault
worker_loop(struct cli *cli, bool once, struct error *error)
{
    struct loop loop = {.cli = cli, .once = once, .stop_fd = -1};
    int64_t lanes = 0;
    enum fault fault = args_i64(cli->args, "lanes", 1, WIRE_TRANSFERS_MAX, 0, &lanes, error);
    const struct worker_options options = {
        .lanes_max = (int32_t)lanes,
        .log = cli->quiet ? NULL : &cli->log,
        .mail = true,
        .pages = args_value(cli->args, "behind"),
    };
    fault = fault ? fault : cli_vault(cli, true, error);
    fault = fault ? fault : stop_signals(&loop.stop_fd, error);
    fault = fault ? fault : cli_wire(cli, &loop.wire, error);
    for (int tries = 0; !fault; tries++) {
        fault = worker_open(&cli->propre, loop.wire, &options, &loop.worker, error);
        if (!passing(fault) || tries >= 20)
            break;
        *error = (struct error){0}; /* another one starts at the same moment */
        fault = OK;
        (void)poll(NULL, 0, 100);
    }
    fault = fault ? fault : loop_run(&loop, error);
    if (loop.worker)
        worker_close(loop.worker);
    wire_close(loop.wire);
    if (loop.stop_fd >= 0)
        (void)close(loop.stop_fd);
    return fault;
}

/* ---- beside the pages ---- */

/* The child's own connection, chance and keys: nothing of them survives a fork. */
static _Noreturn void
work(struct cli *parent)
{
    struct error error = {0};
    struct rng rng;
    struct cli cli = *parent;
    const struct db_options options = {0};
    cli.propre.db = NULL;
    cli.propre.vault = NULL;
    cli.propre.rng = &rng;
    rng_seed(&rng, secret_u64(), 0);
    enum fault fault = db_open(str_of(cli.data), &options, &cli.propre.db, &error);
    fault = fault ? fault : worker_loop(&cli, false, &error);
    if (fault)
        log_fault(&cli.log, "worker", &error);
    db_close(cli.propre.db);
    vault_close(cli.propre.vault);
    _exit(fault ? 1 : 0);
}

/* The one between: starts the worker, and again when it dies, until it is told to stop or its parent is gone. */
static _Noreturn void
supervise(struct cli *cli)
{
    int fd = -1;
    struct error error = {0};
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (stop_signals(&fd, &error))
        _exit(1);
    for (;;) {
        pid_t pid = fork();
        if (pid == 0) {
            (void)close(fd);
            (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
            work(cli);
        }
        int status = 0;
        while (pid > 0 && waitpid(pid, &status, WNOHANG) == 0) {
            if (stopped(fd, 200)) {
                (void)kill(pid, SIGTERM);
                (void)waitpid(pid, &status, 0);
                _exit(0);
            }
        }
        if (stopped(fd, RESTART_PAUSE_S * 1000))
            _exit(0);
    }
}

enum fault
worker_start(struct cli *cli, int *ret_pid, struct error *error)
{
    pid_t pid = fork();
    if (pid < 0)
        return fail(error, FAULT_SYSTEM, "the worker could not be started");
    if (pid == 0)
        supervise(cli);
    *ret_pid = (int)pid;
    return OK;
}

void
worker_stop_process(int pid)
{
    if (pid <= 0)
        return;
    (void)kill(pid, SIGTERM);
    (void)waitpid(pid, NULL, 0);
}
