#pragma once
#include "cli/cli.h"

/* One function a command; the table in commands.c says what each takes. All follow run's contract there. */
enum fault command_show_help(struct cli *cli, struct error *error);
enum fault command_show_version(struct cli *cli, struct error *error);
enum fault command_show_manual(struct cli *cli, struct error *error);
enum fault command_show_completion(struct cli *cli, struct error *error);

enum fault command_init(struct cli *cli, struct error *error);
enum fault command_demo(struct cli *cli, struct error *error);
enum fault command_serve(struct cli *cli, struct error *error);
enum fault command_sign_in_link(struct cli *cli, struct error *error);
enum fault command_workspace_show(struct cli *cli, struct error *error);
enum fault command_workspace_set(struct cli *cli, struct error *error);

enum fault command_backup(struct cli *cli, struct error *error);
enum fault command_restore(struct cli *cli, struct error *error);
enum fault command_verify(struct cli *cli, struct error *error);
enum fault command_rebuild(struct cli *cli, struct error *error);

enum fault command_objective_add(struct cli *cli, struct error *error);
enum fault command_objective_list(struct cli *cli, struct error *error);
enum fault command_objective_show(struct cli *cli, struct error *error);
enum fault command_objective_close(struct cli *cli, struct error *error);
enum fault command_tactic_add(struct cli *cli, struct error *error);
enum fault command_tactic_list(struct cli *cli, struct error *error);
enum fault command_tactic_retire(struct cli *cli, struct error *error);
enum fault command_channel_add(struct cli *cli, struct error *error);
enum fault command_channel_list(struct cli *cli, struct error *error);
enum fault command_post_add(struct cli *cli, struct error *error);
enum fault command_post_list(struct cli *cli, struct error *error);
enum fault command_post_show(struct cli *cli, struct error *error);
enum fault command_post_set(struct cli *cli, struct error *error);

enum fault command_import_file(struct cli *cli, struct error *error);
enum fault command_import_list(struct cli *cli, struct error *error);
enum fault command_import_undo(struct cli *cli, struct error *error);

enum fault command_effects_run(struct cli *cli, struct error *error);
enum fault command_effects_show(struct cli *cli, struct error *error);
