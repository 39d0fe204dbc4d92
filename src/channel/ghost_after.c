#include "channel/ghost_internal.h"

/* What is asked of posts that are out: whether they are, edited, withdrawn, counted. */

/* ---- is it there? ---- */

static void
look_ask(struct turn *turn)
{
    str id = turn_memo(turn, "post", -1);
    if (id.n == 0)
        turn_go(turn, &ghost_look_slug, 0);
    else
        ghost_get(turn, ghost_post_route(turn, id, ""));
}

static void
look_take(struct turn *turn)
{
    const struct json *post = ghost_first_post(turn);
    str status = json_text(json_get(post, S("status")));
    if (ghost_has_no_posts(turn)) {
        turn->step->presence = PRESENCE_ABSENT;
        turn_done(turn);
    } else if (status.n > 0 && ghost_keep_post(turn, post)) {
        bool draft = str_eq(status, S("draft"));
        turn->step->presence = draft ? PRESENCE_ABSENT : PRESENCE_FOUND;
        turn->step->remote_id = draft ? STR_NONE : turn_memo(turn, "post", -1);
        turn->step->permalink = draft ? STR_NONE : json_web(json_get(post, S("url")));
        turn_done(turn);
    }
}

static void
look_refuse(struct turn *turn)
{
    if (str_eq(turn->failure.code, S("NotFoundError"))) {
        turn->step->presence = PRESENCE_UNKNOWN; /* somebody took it away for good */
        turn_done(turn);
    }
}

/* ---- afterwards ---- */

static void
find_ask(struct turn *turn)
{
    ghost_get(turn, ghost_post_route(turn, turn->call->remote_id, ""));
}

static void
find_to_edit_take(struct turn *turn)
{
    if (ghost_keep_post(turn, ghost_first_post(turn)))
        turn_go(turn, &ghost_edit, 0);
}

static void
edit_ask(struct turn *turn)
{
    struct buf out;
    struct json_writer w;
    ghost_post_begin(&w, &out);
    ghost_write_content(turn, &w);
    ghost_write_field(&w, S("updated_at"), turn_memo(turn, "updated", -1));
    turn_post_json(
        turn, HTTP_PUT,
        ghost_url(turn, ghost_post_route(turn, turn->call->remote_id, "&source=html")),
        ghost_post_end(&w, &out, turn->keep));
    ghost_authorize(turn);
}

static void
find_to_withdraw_take(struct turn *turn)
{
    if (ghost_keep_post(turn, ghost_first_post(turn)))
        turn_go(turn, &ghost_withdraw, 0);
}

/* It goes back to a draft: out of sight, and nothing written is lost. */
static void
withdraw_ask(struct turn *turn)
{
    struct buf out;
    struct json_writer w;
    ghost_post_begin(&w, &out);
    ghost_write_field(&w, S("status"), S("draft"));
    ghost_write_field(&w, S("updated_at"), turn_memo(turn, "updated", -1));
    turn_post_json(turn, HTTP_PUT,
                   ghost_url(turn, ghost_post_route(turn, turn->call->remote_id, "")),
                   ghost_post_end(&w, &out, turn->keep));
    ghost_authorize(turn);
}

void
ghost_withdraw_take(struct turn *turn)
{
    if (ghost_first_post(turn))
        turn_done(turn);
}

static void
gone_refuse(struct turn *turn)
{
    if (str_eq(turn->failure.code, S("NotFoundError")))
        turn_done(turn); /* it is away already: what was wanted */
}

static void
numbers_ask(struct turn *turn)
{
    ghost_get(turn,
              ghost_post_route(turn, turn->call->remote_id, "&include=count.clicks,email"));
}

static void
numbers_take(struct turn *turn)
{
    const struct json *post = ghost_first_post(turn), *email = json_get(post, S("email"));
    if (!post)
        return;
    step_metric(turn->step, S("clicks"), json_get(json_get(post, S("count")), S("clicks")));
    step_metric(turn->step, S("email_count"), json_get(email, S("email_count")));
    step_metric(turn->step, S("opened_count"), json_get(email, S("opened_count")));
    turn_done(turn);
}

/* ---- the tables ---- */

const struct stage ghost_look = {
    .name = "look", .ask = look_ask, .take = look_take, .refuse = look_refuse};
const struct stage ghost_look_slug = {
    .name = "look by slug", .ask = ghost_find_draft_ask, .take = look_take};
const struct stage ghost_find_to_edit = {
    .name = "find to edit", .ask = find_ask, .take = find_to_edit_take};
const struct stage ghost_edit = {.name = "edit", .ask = edit_ask, .take = ghost_publish_take};
const struct stage ghost_find_to_withdraw = {.name = "find to withdraw",
                                             .ask = find_ask,
                                             .take = find_to_withdraw_take,
                                             .refuse = gone_refuse};
const struct stage ghost_withdraw = {.name = "withdraw",
                                     .ask = withdraw_ask,
                                     .take = ghost_withdraw_take,
                                     .refuse = gone_refuse};
const struct stage ghost_numbers = {
    .name = "numbers", .ask = numbers_ask, .take = numbers_take};
