#include "cli/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/owner.h"
#include "cli/progress.h"
#include "cli/way.h"
#include "learn/gather.h"
#include "learn/result_store.h"
#include "learn/run.h"
#include "measure/import.h"
#include "place/db.h"
#include "web/demo.h"
#include "web/web.h"

enum {
    PORT_DEFAULT = 8420,
    UPLOAD_BYTES_MAX = 256 * 1024 * 1024 /* a million posts with long texts */
};

/* ---- serving ---- */

/* Beside the data file, for its owner alone; in the folder for temporary files with PostgreSQL. */
static enum fault
upload_directory(struct cli *cli, const char **ret, struct error *error)
{
    str path = str_starts(str_of(cli->data), S("postgres"))
                   ? arena_printf(cli->keep, "/tmp/propre-uploads-%d", (int)geteuid())
                   : arena_printf(cli->keep, "%s-uploads", cli->data);
    *ret = cstr(cli->keep, path);
    struct stat st;
    if (mkdir(*ret, 0700) != 0 && errno != EEXIST)
        return fail(error, FAULT_SYSTEM, "the folder for uploads %s could not be made", *ret);
    if (lstat(*ret, &st) != 0 || !S_ISDIR(st.st_mode) || st.st_uid != geteuid() ||
        (st.st_mode & 077) != 0)
        return fail(
            error, FAULT_DENIED,
            "the folder for uploads %s is open to others; remove it or give it mode 700", *ret);
    return OK;
}

/* Ctrl-C and a supervisor's TERM become readable: what is being answered is finished first. */
static enum fault
stop_signal(int *ret_fd, struct error *error)
{
    sigset_t set;
    (void)sigemptyset(&set); /* these three cannot fail with such arguments */
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGTERM);
    (void)signal(SIGPIPE, SIG_IGN); /* a reader that left is noticed when writing */
    int fd = sigprocmask(SIG_BLOCK, &set, NULL) == 0 ? signalfd(-1, &set, SFD_CLOEXEC) : -1;
    if (fd < 0)
        return fail(error, FAULT_SYSTEM, "waiting for the signal to stop");
    *ret_fd = fd;
    return OK;
}

static enum fault
announce(struct cli *cli, const struct web *web, struct error *error)
{
    str address = web_address(web, cli->keep), link;
    if (owner_link(&cli->propre, &cli->workspace, address, cli->keep, &link, error))
        return error_prefix(error, "making a sign-in link");
    cli_say(cli, N_("Propre serves %1$s at %2$s/"), cli->workspace.name, address);
    cli_say(cli, N_("Sign in, once, within 24 hours: %s"), link);
    cli_say(cli, N_("Stop with Ctrl+C. Another link: %s"), S("propre sign-in-link"));
    (void)fflush(stdout); /* main says so if it cannot be written */
    return OK;
}

/*
 * The worker beside the pages: they have no way out, it has no socket that listens. Started before anything else is
 * open, so that it shares nothing.
 */
static enum fault
start_worker(struct cli *cli, int *ret_pid, struct error *error)
{
    *ret_pid = 0;
    if (args_has(cli->args, "no-worker"))
        return OK;
    if (db_one_writer(cli->propre.db)) {
        cli_print(cli, str_of(translate(
                           cli->lang,
                           N_("This SQLite bears one process that writes: posts are "
                              "sent by `propre worker` while the pages are not served."))));
        return OK;
    }
    return worker_start(cli, ret_pid, error);
}

static enum fault
serve(struct cli *cli, struct error *error)
{
    int64_t port = 0;
    int stop_fd = -1, worker = 0;
    str address = args_value(cli->args, "address"), behind = args_value(cli->args, "behind");
    struct web_options options = {.address = address.p ? address : S("127.0.0.1"),
                                  .public_url = behind,
                                  .upload_bytes_max = UPLOAD_BYTES_MAX,
                                  .log = cli->quiet ? NULL : &cli->log};
    struct web *web = NULL;
    enum fault fault = args_i64(cli->args, "port", 0, 65535, PORT_DEFAULT, &port, error);
    options.port = (uint16_t)port;
    fault = fault ? fault : upload_directory(cli, &options.upload_directory, error);
    fault = fault ? fault : cli_vault(cli, true, error); /* to seal what the pages are given */
    fault = fault ? fault : start_worker(cli, &worker, error);
    fault = fault ? fault : stop_signal(&stop_fd, error);
    fault = fault ? fault : web_open(&options, &cli->propre, &web, error);
    fault = fault ? fault : announce(cli, web, error);
    fault = fault ? fault : web_run(web, stop_fd, error);
    web_close(web);
    worker_stop_process(worker);
    return fault;
}

enum fault
command_serve(struct cli *cli, struct error *error)
{
    bool file = !str_starts(str_of(cli->data), S("postgres"));
    if (file && access(cli->data, F_OK) != 0) { /* the first start */
        struct workspace w = workspace_defaults(cli);
        if (workspace_make(cli, &w, error))
            return error->fault;
    } else if (cli_open(cli, NEEDS_WRITE, error)) {
        return error->fault;
    }
    return serve(cli, error);
}

/* ---- the demo ---- */

static bool
import_step(void *ctx, int64_t done, int64_t total)
{
    progress_set(ctx, total > 0 ? (double)done / (double)total : 0);
    return true;
}

static bool
run_step(void *ctx, int32_t chain, int32_t done, int32_t total)
{
    (void)chain; /* the bar is of all of them */
    progress_set(ctx, total > 0 ? (double)done / total : 0);
    return true;
}

/* The demo file in a temporary file of the same name, as a person would have it. */
static enum fault
write_demo(struct cli *cli, const char **ret_path, struct error *error)
{
    str path = arena_printf(cli->keep, "%s-%.*s", cli->data, STR_FMT(demo_file_name()));
    *ret_path = cstr(cli->keep, path);
    int fd = open(*ret_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    str bytes = demo_csv();
    bool good = fd >= 0 && write(fd, bytes.p, (size_t)bytes.n) == (ssize_t)bytes.n;
    if (fd >= 0)
        good = close(fd) == 0 && good;
    return good ? OK
                : fail(error, FAULT_SYSTEM, "the demo data could not be written to %s",
                       *ret_path);
}

static enum fault
import_demo(struct cli *cli, struct error *error)
{
    const char *path = NULL;
    struct import_plan plan;
    struct import_outcome outcome;
    struct progress bar;
    progress_begin(&bar, translate(cli->lang, N_("Importing the demo data")), cli->propre.clock,
                   !cli->quiet);
    struct import_options options = {.workspace = cli->workspace.id,
                                     .file_name = demo_file_name(),
                                     .zone = cli->workspace.zone,
                                     .lang = cli->workspace.lang,
                                     .progress = {import_step, &bar}};
    enum fault fault = write_demo(cli, &path, error);
    if (fault || db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    fault = import_plan_make(&cli->propre, str_of(path), &options, cli->keep, &plan, error);
    fault =
        fault ? fault : import_apply(&cli->propre, &plan, &options.progress, &outcome, error);
    fault = fault ? fault : db_commit(tx, error);
    progress_end(&bar);
    (void)unlink(path); /* a copy of what is inside the program */
    return fault;
}

static enum fault
compute_demo(struct cli *cli, struct error *error)
{
    int32_t outcomes_n = 0, outcome = 0;
    enum metric metric = learn_outcomes(&outcomes_n)[outcome];
    struct gathered gathered;
    struct effects_options options = effects_defaults();
    struct effects_run_options run = {0};
    const struct effects_model *model = NULL;
    struct effects_result result;
    struct progress bar;
    str mark;
    int64_t id = 0;
    progress_begin(&bar, translate(cli->lang, N_("Computing what works")), cli->propre.clock,
                   !cli->quiet);
    struct effects_progress progress = {run_step, &bar};
    instant started = clock_now(&cli->propre.clock);
    if (db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    enum fault fault =
        learn_gather(&cli->propre, cli->workspace.id, metric, cli->keep, &gathered, error);
    fault =
        fault ? fault : result_mark(&cli->propre, cli->workspace.id, cli->keep, &mark, error);
    fault = fault ? fault
                  : effects_prepare(&gathered.input, &options, cli->keep, cli->scratch, &model,
                                    error);
    fault = fault
                ? fault
                : effects_run(model, &run, &progress, cli->keep, cli->scratch, &result, error);
    progress_end(&bar);
    double seconds = (double)instant_since(clock_now(&cli->propre.clock), started).us / 1e6;
    fault = fault ? fault
                  : result_keep(&cli->propre, cli->workspace.id, metric, &result, mark, seconds,
                                &id, error);
    return fault ? fault : db_commit(tx, error);
}

enum fault
command_demo(struct cli *cli, struct error *error)
{
    if (access(cli->data, F_OK) == 0) {
        cli_say(cli,
                N_("The demo workspace %s is there already; delete the file to begin anew."),
                str_of(cli->data));
        if (cli_open(cli, NEEDS_WRITE, error))
            return error->fault;
    } else {
        struct workspace w = workspace_defaults(cli);
        w.name = str_of(translate(cli->lang, N_("Demonstration")));
        enum fault fault = workspace_make(cli, &w, error);
        fault = fault ? fault : import_demo(cli, error);
        fault = fault ? fault : compute_demo(cli, error);
        if (fault)
            return error_prefix(error, "making the demo workspace %s", cli->data);
        cli_say(cli, N_("Made a demo workspace from 500 real posts: %s"), str_of(cli->data));
    }
    return args_has(cli->args, "no-serve") ? OK : serve(cli, error);
}
