#pragma once
#include "cli/cli.h"

/* One function a command, run after its words were checked and its workspace opened (commands.c says what each takes). */
typedef enum fault command_run(struct cli *cli, struct error *error);

command_run command_show_help, command_show_version, command_show_manual,
    command_show_completion, command_init, command_demo, command_serve, command_sign_in_link,
    command_workspace_show, command_workspace_set, command_backup, command_restore,
    command_verify, command_rebuild, command_objective_add, command_objective_list,
    command_objective_show, command_objective_close, command_tactic_add, command_tactic_list,
    command_tactic_retire, command_channel_add, command_channel_list, command_post_add,
    command_post_list, command_post_show, command_post_set, command_import_file,
    command_import_fields, command_import_list, command_import_undo, command_effects_run,
    command_effects_show, command_channel_connect, command_channel_verify,
    command_channel_disconnect, command_channel_allow, command_channel_forbid,
    command_channel_allowed, command_post_compose, command_queue, command_attempts,
    command_resolve, command_cancel, command_hold, command_release, command_move,
    command_incident_list, command_worker, command_token_add, command_token_list,
    command_token_revoke, command_api_openapi, command_slot_add, command_slot_list,
    command_slot_remove, command_queue_next, command_queue_pause, command_queue_resume,
    command_schedule, command_repeat_add, command_repeat_list, command_repeat_skip,
    command_repeat_end, command_repeat_pause, command_repeat_resume, command_edit,
    command_withdraw, command_channel_limits, command_channel_rename, command_channel_archive,
    command_channel_restore;
command_run command_notify_set, command_notify_show, command_notify_off, command_notify_test;
