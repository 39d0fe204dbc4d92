#pragma once
#include "web/route.h"

/* Every handler of the route table; one file a page. */

/* static.c */
handler handle_asset, handle_health;
/* door.c */
handler handle_sign_in_page, handle_sign_in, handle_sign_out, handle_link_page, handle_link,
    handle_password_page, handle_password, handle_language;
/* channels.c */
handler handle_channels_page, handle_channel_add, handle_host_allow, handle_host_forbid;
/* channel_connect.c */
handler handle_channel_page, handle_channel_connect, handle_channel_verify,
    handle_channel_disconnect, handle_channel_authorize, handle_channel_connected,
    handle_channel_finish, handle_channel_answer, handle_channel_rename, handle_channel_away,
    handle_channel_restore;
/* settings.c */
handler handle_settings_page, handle_settings;
/* tokens.c */
handler handle_tokens_page, handle_token_add, handle_token_revoke;
/* notices.c */
handler handle_notices_page, handle_notices_mail, handle_notices_webhook,
    handle_notices_mail_off, handle_notices_webhook_off, handle_notices_mail_test,
    handle_notices_webhook_test;
/* today.c, results.c, post.c, learning.c, imports.c */
handler handle_today, handle_results_page, handle_results_csv, handle_post_page;
handler handle_learning_page, handle_learning_progress, handle_learning_run;
/* compose_page.c, media_picture.c */
handler handle_compose_page, handle_compose, handle_compose_count, handle_compose_draft,
    handle_message_page, handle_message, handle_message_draft, handle_media_picture;
handler handle_imports_page, handle_import_upload, handle_import_demo, handle_import_page,
    handle_import_mapping, handle_import_apply, handle_import_undo, handle_import_refused;
/* queue.c, delivery.c, delivery_press.c, delivery_text.c, slots.c, repeats.c: what goes out */
handler handle_queue_page, handle_queue_hold, handle_queue_release, handle_delivery_page,
    handle_delivery_move, handle_delivery_hold, handle_delivery_release, handle_delivery_cancel,
    handle_delivery_plan, handle_delivery_resolve, handle_delivery_text;
handler handle_repeats_page, handle_repeat_add, handle_repeat_skip, handle_repeat_pause,
    handle_repeat_end;
handler handle_slots_page, handle_slot_add, handle_slot_remove, handle_slot_pause;
