#pragma once
#include "web/api.h"

/* Every handler of the API's table; one file a noun. */

/* api_house.c */
handler handle_api_openapi, handle_api_workspace, handle_api_workspace_change,
    handle_api_imports, handle_api_import, handle_api_import_undo, handle_api_effects,
    handle_api_tokens, handle_api_token_add, handle_api_token_revoke;
/* api_strategy.c */
handler handle_api_channels, handle_api_channel, handle_api_channel_add,
    handle_api_channel_change, handle_api_channel_archive, handle_api_channel_restore,
    handle_api_tactics, handle_api_tactic, handle_api_tactic_add, handle_api_tactic_change,
    handle_api_tactic_archive, handle_api_objectives, handle_api_objective,
    handle_api_objective_add, handle_api_objective_change, handle_api_objective_archive;
/* api_results.c */
handler handle_api_results, handle_api_result;
/* api_posts.c */
handler handle_api_posts, handle_api_post_add, handle_api_post, handle_api_post_change,
    handle_api_post_cancel;
/* api_deliveries.c */
handler handle_api_deliveries, handle_api_delivery, handle_api_delivery_hold,
    handle_api_delivery_cancel, handle_api_delivery_release, handle_api_delivery_move,
    handle_api_delivery_resolve;
/* api_accounts.c */
handler handle_api_accounts, handle_api_account, handle_api_account_connect,
    handle_api_account_verify, handle_api_account_disconnect, handle_api_incidents,
    handle_api_hold, handle_api_hold_set, handle_api_hold_release;
/* api_media.c */
handler handle_api_media_list, handle_api_media_add, handle_api_media, handle_api_slots,
    handle_api_slot_add, handle_api_slot_remove, handle_api_slot_pause;

/* api_repeats.c */
handler handle_api_repeats, handle_api_repeat, handle_api_repeat_add, handle_api_repeat_change,
    handle_api_repeat_skip, handle_api_repeat_end, handle_api_repeat_pause,
    handle_api_repeat_resume;
/* api_notices.c */
handler handle_api_notices, handle_api_notices_mail, handle_api_notices_webhook,
    handle_api_notices_mail_off, handle_api_notices_webhook_off, handle_api_notices_mail_test,
    handle_api_notices_webhook_test, handle_api_hosts, handle_api_host_allow,
    handle_api_host_forbid;

/* Shared by both: one delivery as an object; who acts, for the history. */
struct delivery;
void api_put_delivery(struct exchange *x, struct json_writer *w, const struct delivery *d,
                      bool close);
str api_who(struct exchange *x);
