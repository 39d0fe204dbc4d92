#pragma once
#include "channel/step.h"

/* Shared by the files of the Ghost driver: ghost.c publishes, ghost_after.c looks after what is out. */

/* Of the text the form that posts of today have not: with it, an answer is short however long the post is. */
#define GHOST_WITHOUT_TEXT "formats=mobiledoc"

/* ---- requests: ghost_post.c ---- */

/* ghost_url(turn, route): an address of the Admin API. */
str ghost_url(const struct turn *turn, str route);
/* ghost_authorize(turn): signs the request of this step; fails the turn when the key is none. */
void ghost_authorize(struct turn *turn);
/* ghost_get(turn, route): asked with the account's key. */
void ghost_get(struct turn *turn, str route);
/* ghost_post_route(turn, id, query): the route of a post; ${query}: what else is asked, each with its & before it. */
str ghost_post_route(const struct turn *turn, str id, const char *query);

/* ---- the post: ghost_post.c ---- */

/* ghost_first_post(turn): the first of "posts" in an answer, NULL if there is none. */
const struct json *ghost_first_post(const struct turn *turn);
/* ghost_has_no_posts(turn): whether the answer says that there is none. */
bool ghost_has_no_posts(const struct turn *turn);
/* ghost_keep_post(turn, post): keeps which post it is, and of which moment; false when it does not say. */
bool ghost_keep_post(struct turn *turn, const struct json *post);
/* ghost_title_of(turn): the title, or the beginning of the text. */
str ghost_title_of(const struct turn *turn);
/* ghost_write_field(w, name, value): a member that is a text. */
void ghost_write_field(struct json_writer *w, str name, str value);
/* ghost_write_content(turn, w): title, text and excerpt of the message. */
void ghost_write_content(struct turn *turn, struct json_writer *w);
/* ghost_post_begin(w, out): an open post; ghost_post_end gives the body. */
void ghost_post_begin(struct json_writer *w, struct buf *out);
/* ghost_post_end(w, out, keep): the body, in keep; releases out. */
str ghost_post_end(struct json_writer *w, struct buf *out, struct arena *keep);

/* ---- publishing: ghost.c ---- */

/* ghost_find_draft_ask(turn): the ask of stages that look for a post by the slug of our key. */
void ghost_find_draft_ask(struct turn *turn);
/* ghost_publish_take(turn): the post of the answer is out: done, with its id and address. */
void ghost_publish_take(struct turn *turn);

/* ---- what is out: ghost_after.c ---- */

/* ghost_withdraw_take(turn): the take of stages that are done when the answer has a post. */
void ghost_withdraw_take(struct turn *turn);

extern const struct stage ghost_look, ghost_look_slug, ghost_find_to_edit, ghost_edit,
    ghost_find_to_withdraw, ghost_withdraw, ghost_numbers;
