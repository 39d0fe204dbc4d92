#pragma once
#include "cli/cli.h"

struct wire;

/*
 * cli_wire(cli, ret, error): the way out, with the private hosts the owner allows. No transaction may be open.
 * Owner: the caller, who gives it to wire_close.
 */
must_use enum fault cli_wire(struct cli *cli, struct wire **ret, struct error *error);
/* cli_allow(cli, wire, error): reads the allowed hosts anew. No transaction may be open. */
must_use enum fault cli_allow(struct cli *cli, struct wire *wire, struct error *error);
/* cli_read_secrets(cli, path, ret, error): the file with credentials, or standard input for "-"; 16 KB at most. */
must_use enum fault cli_read_secrets(struct cli *cli, str path, str *ret, struct error *error);
/* worker_loop(cli, error): works until asked to stop (TERM, INT), then ends what is under way. */
must_use enum fault worker_loop(struct cli *cli, bool once, struct error *error);
/*
 * worker_start(cli, ret_pid, error), worker_stop_process(pid): a worker of its own process beside the pages; it ends
 * when this process does. worker_watch(cli, pid, …): starts it again when it has died.
 */
must_use enum fault worker_start(struct cli *cli, int *ret_pid, struct error *error);
void worker_stop_process(int pid);
