#pragma once
#include "channel/driver.h"

/* One file a network; one line here and one in driver.c. */
extern const struct driver driver_ghost;
extern const struct driver driver_manual;
extern const struct driver driver_webhook;
extern const struct driver driver_wordpress;
extern const struct driver driver_bluesky;
extern const struct driver driver_discord;
extern const struct driver driver_mastodon;
extern const struct driver driver_telegram;
