#pragma once
#include "channel/step.h"

/* Shared by the files of the Mastodon driver: mastodon.c publishes, mastodon_after.c looks after what is out. */

enum {
    MASTODON_FILES_MAX = 16,        /* of one post; 4 by default, more where a server says so */
    MASTODON_BODY_MAX = 1024 * 1024 /* bytes: the longest text taken, escaped, with room */
};

/* ---- requests, and what a post is made of: mastodon.c ---- */

/* mastodon_url(turn, path): an address of the account's server. */
str mastodon_url(const struct turn *turn, const char *path);
/* mastodon_get(turn, url): asked with the account's token. */
void mastodon_get(struct turn *turn, str url);
/* mastodon_text(turn, part): the text of a part as it is sent. */
str mastodon_text(const struct turn *turn, int32_t part);
/* mastodon_files_n(turn): how many files of the message go with its post. */
int32_t mastodon_files_n(const struct turn *turn);
/* mastodon_write_poll(writer, turn): the poll of the message, as a member of an open object. */
void mastodon_write_poll(struct json_writer *writer, const struct turn *turn);
/* mastodon_write_common(writer, turn, text): what making and editing a post both say, into an open object. */
void mastodon_write_common(struct json_writer *writer, struct turn *turn, str text);
/* mastodon_too_long(turn, text): fails the turn, and says why, when it is true. */
bool mastodon_too_long(struct turn *turn, str text);

/* ---- the account and its server: mastodon_account.c ---- */

/* mastodon_handle(turn, account): "@user@host" of an account of the server's answers. */
str mastodon_handle(const struct turn *turn, const struct json *account);
extern const struct stage mastodon_at_verify, mastodon_at_whoami, mastodon_at_limits,
    mastodon_at_limits_v1, mastodon_at_followers;

/* ---- what is out: mastodon_after.c ---- */
extern const struct stage mastodon_at_withdraw, mastodon_at_edit_look, mastodon_at_edit,
    mastodon_at_metrics;

/* ---- read back: mastodon_list.c ---- */

/*
 * mastodon_same(wanted, html, link, keep): does a status say the text ${wanted}? ${html} as the server shows it: its
 * letters and digits are compared after NFC, or, where a text has none, its characters without blanks. How the server
 * shows our ${link} (not none) is its own affair; that another post carries it says nothing.
 */
bool mastodon_same(str wanted, str html, str link, struct arena *keep);
extern const struct stage mastodon_at_list;

/* ---- OAuth: mastodon_auth.c ---- */
extern const struct stage mastodon_at_app, mastodon_at_token;
