#pragma once
#include "channel/step.h"

/*
 * Shared by the files of the WordPress driver: wordpress.c publishes, wordpress_after.c looks after what is out,
 * wordpress_find.c finds the interface and the account, wordpress_post.c writes the post.
 */

/* Without it a post comes back whole, three times as long as it was sent. */
#define WORDPRESS_FEW_FIELDS "_fields=id,status,link"

/* ---- the interface and the account: wordpress_find.c ---- */

/* wordpress_url(turn, route, query): the address of a route; ${query} without its ? or none. */
str wordpress_url(const struct turn *turn, str route, str query);
/* wordpress_authorize(turn): adds the application password to the request of this step. */
void wordpress_authorize(struct turn *turn);

extern const struct stage wordpress_at_discover, wordpress_at_discover_plain,
    wordpress_at_found, wordpress_at_who;

/* ---- what is sent: wordpress_post.c ---- */

/* wordpress_post_body(turn, status, slug): the whole post; without a status only what an edit changes. */
str wordpress_post_body(struct turn *turn, str status, str slug);
/* wordpress_post_url(turn, id, query): the address of the post ${id}. */
str wordpress_post_url(struct turn *turn, str id, str query);
/* wordpress_draft_slug(turn): the slug of our key, the same at every try. */
str wordpress_draft_slug(const struct turn *turn);

/* ---- to publish: wordpress.c ---- */

/* wordpress_terms_n(turn): how many categories and tags there are, in this order. */
int32_t wordpress_terms_n(const struct turn *turn);
/* wordpress_ask_draft(turn): asks for the post under the slug of our key, whatever became of it. */
void wordpress_ask_draft(struct turn *turn);

extern const struct stage wordpress_at_upload; /* where publishing begins */

/* ---- what is out: wordpress_after.c ---- */
extern const struct stage wordpress_at_look, wordpress_at_look_slug, wordpress_at_edit,
    wordpress_at_withdraw, wordpress_at_comments;
