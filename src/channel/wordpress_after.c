#include "base/number.h"
#include "channel/wordpress_internal.h"

/* What is asked of posts that are out: whether they are, edited, withdrawn, counted. */

/* ---- is it there? ---- */

static void
look_ask(struct turn *turn)
{
    str id = turn_memo(turn, "post", -1);
    if (id.n == 0) {
        turn_go(turn, &wordpress_at_look_slug, 0);
        return;
    }
    turn_get(turn, wordpress_post_url(turn, id, S("context=edit&" WORDPRESS_FEW_FIELDS)));
    wordpress_authorize(turn);
}

static void
take_look(struct turn *turn, const struct json *post)
{
    str id = json_id(turn->keep, json_get(post, S("id")));
    str status = json_text(json_get(post, S("status")));
    if (id.n == 0 || status.n == 0)
        return;
    bool hidden = str_eq(status, S("draft")) || str_eq(status, S("pending")) ||
                  str_eq(status, S("auto-draft"));
    bool shown = str_eq(status, S("publish")) || str_eq(status, S("private")) ||
                 str_eq(status, S("future"));
    /* in the bin: it may have been public before */
    turn->step->presence = hidden ? PRESENCE_ABSENT : shown ? PRESENCE_FOUND : PRESENCE_UNKNOWN;
    if (shown) {
        turn->step->remote_id = id;
        turn->step->permalink = json_web(json_get(post, S("link")));
    }
    turn_done(turn);
}

static void
look_take(struct turn *turn)
{
    take_look(turn, turn->json);
}

static void
look_refuse(struct turn *turn)
{
    if (turn->json && str_eq(turn->failure.code, S("rest_post_invalid_id"))) {
        turn->step->presence = PRESENCE_UNKNOWN; /* somebody took it away for good */
        turn_done(turn);
    }
}

const struct stage wordpress_at_look = {
    .name = "look", .ask = look_ask, .take = look_take, .refuse = look_refuse};

static void
look_slug_take(struct turn *turn)
{
    if (!turn->json || turn->json->kind != JSON_KIND_ARRAY)
        return;
    if (turn->json->n > 0) {
        take_look(turn, turn->json->first);
        return;
    }
    turn->step->presence = PRESENCE_ABSENT;
    turn_done(turn);
}

const struct stage wordpress_at_look_slug = {
    .name = "look by slug", .ask = wordpress_ask_draft, .take = look_slug_take};

/* ---- afterwards ---- */

static void
edit_ask(struct turn *turn)
{
    turn_post_json(turn, HTTP_POST,
                   wordpress_post_url(turn, turn->call->remote_id, S(WORDPRESS_FEW_FIELDS)),
                   wordpress_post_body(turn, STR_NONE, STR_NONE));
    wordpress_authorize(turn);
}

static void
edit_take(struct turn *turn)
{
    str id = json_id(turn->keep, json_get(turn->json, S("id")));
    if (id.n == 0)
        return;
    turn->step->remote_id = id;
    turn->step->permalink = json_web(json_get(turn->json, S("link")));
    turn_done(turn);
}

const struct stage wordpress_at_edit = {.name = "edit", .ask = edit_ask, .take = edit_take};

static void
withdraw_ask(struct turn *turn)
{
    turn_delete(turn, wordpress_post_url(turn, turn->call->remote_id, S(WORDPRESS_FEW_FIELDS)));
    wordpress_authorize(turn);
}

static void
withdraw_take(struct turn *turn)
{
    turn_done(turn);
}

static void
withdraw_refuse(struct turn *turn)
{
    /* it is away already: what was wanted */
    if (str_eq(turn->failure.code, S("rest_already_trashed")) ||
        str_eq(turn->failure.code, S("rest_post_invalid_id")))
        turn_done(turn);
}

const struct stage wordpress_at_withdraw = {.name = "withdraw",
                                            .ask = withdraw_ask,
                                            .take = withdraw_take,
                                            .refuse = withdraw_refuse,
                                            .any_body = true};

static void
comments_ask(struct turn *turn)
{
    str id = percent(turn->keep, turn->call->remote_id);
    turn_get(turn,
             wordpress_url(turn, S("comments"),
                           arena_printf(turn->keep, "post=%.*s&per_page=1", STR_FMT(id))));
    wordpress_authorize(turn);
}

static void
comments_take(struct turn *turn)
{
    str total = http_header_value(turn->answer, S("x-wp-total"));
    struct json number = {.kind = JSON_KIND_INT};
    struct error error;
    if (parse_i64(total, 0, INT64_MAX, &number.integer, &error) != OK)
        return;
    step_metric(turn->step, S("comments"), &number);
    turn_done(turn);
}

const struct stage wordpress_at_comments = {
    .name = "comments", .ask = comments_ask, .take = comments_take, .any_body = true};
