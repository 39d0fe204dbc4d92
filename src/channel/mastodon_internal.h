#pragma once
#include "channel/step.h"

/* Shared by the files of the Mastodon driver. */

/* mastodon_url(turn, path): an address of the account's server. */
str mastodon_url(const struct turn *turn, const char *path);
/* mastodon_get(turn, url): asked with the account's token. */
void mastodon_get(struct turn *turn, str url);
/* mastodon_text(turn, part): the text of a part as it is sent. */
str mastodon_text(const struct turn *turn, int32_t part);
/* mastodon_handle(turn, account): "@user@host" of an account of the server's answers. */
str mastodon_handle(const struct turn *turn, const struct json *account);

/*
 * mastodon_same(wanted, html, link, keep): does a status say the text ${wanted}? ${html} as the server shows it: its
 * letters and digits are compared after NFC, or, where a text has none, its characters without blanks. A status that
 * carries our ${link} (not none) is the same too: it is one of its own for each post.
 */
bool mastodon_same(str wanted, str html, str link, struct arena *keep);

extern const struct stage mastodon_at_app, mastodon_at_token, mastodon_at_whoami,
    mastodon_at_list, mastodon_at_limits, mastodon_at_limits_v1;
