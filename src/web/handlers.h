#pragma once
#include "web/route.h"

/* Every handler of the route table; one file a page. */

/* static.c */
handler handle_asset, handle_health;
/* door.c */
handler handle_sign_in_page, handle_sign_in, handle_sign_out, handle_link_page, handle_link,
    handle_password_page, handle_password, handle_language;
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
handler handle_imports_page, handle_import_upload, handle_import_demo, handle_import_page,
    handle_import_mapping, handle_import_apply, handle_import_undo, handle_import_refused;
