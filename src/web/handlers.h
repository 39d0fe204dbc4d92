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
