#pragma once
#include "channel/driver.h"

struct propre;

/* For whom pictures are made fit. */
struct fit {
    struct propre *propre;
    int64_t workspace;
    int64_t delivery; /* whose history says what was done */
    const struct driver *driver;
    const struct channel_account *account;
};

/*
 * fit_media(fit, message, keep, scratch, error):
 * Puts in the place of each picture of ${message} one that the account takes, without what it tells of its maker; made
 * once and kept, for whoever asks next. Films, and animations that are taken as they are, stay. Opens its own
 * transactions: none may be open. ${scratch} bears a picture twice (2 × PICTURE_BYTES_MAX).
 * Faults: INPUT, LIMIT (it cannot be made fit: a person must replace it), AWAY (libvips is not installed), those of data.
 */
must_use enum fault fit_media(const struct fit *fit, struct channel_message *message,
                              struct arena *keep, struct arena scratch, struct error *error);
