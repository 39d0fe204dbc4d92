#include "channel/mastodon_internal.h"

/* What is asked of posts that are out: withdrawn, edited, counted. */

/* ---- withdraw: the last part first, so that no thread hangs in the air ---- */

static str
status_url(const struct turn *turn, str id)
{
    return mastodon_url(turn, cstr(turn->keep, arena_printf(turn->keep, "/api/v1/statuses/%.*s",
                                                            STR_FMT(percent(turn->keep, id)))));
}

static void
ask_withdraw(struct turn *turn)
{
    int32_t parts = 1;
    while (parts < MESSAGE_PARTS_MAX && turn_memo(turn, "id", parts).p)
        parts++;
    int32_t part = parts - 1 - turn->index;
    if (part < 0) {
        turn_done(turn);
        return;
    }
    turn_delete(
        turn, status_url(turn, part > 0 ? turn_memo(turn, "id", part) : turn->call->remote_id));
    turn_bearer(turn, account_secret(turn->account, S("token")));
}

static void
take_withdraw(struct turn *turn)
{
    turn_go(turn, &mastodon_at_withdraw, turn->index + 1);
}

static void
refuse_withdraw(struct turn *turn)
{
    if (turn->answer->status == 404 || turn->answer->status == 410)
        turn_go(turn, &mastodon_at_withdraw, turn->index + 1);
}

const struct stage mastodon_at_withdraw = {.name = "withdraw",
                                           .ask = ask_withdraw,
                                           .take = take_withdraw,
                                           .refuse = refuse_withdraw,
                                           .any_body = true};

/* ---- edit: its pictures are named again, else they are taken away ---- */

static str
edited_id(const struct turn *turn)
{
    return turn->index == 0 ? turn->call->remote_id : turn_memo(turn, "id", turn->index);
}

static void
ask_edit_look(struct turn *turn)
{
    str id = edited_id(turn);
    if (turn->index >= turn->message->parts_n || id.n == 0) {
        turn->step->remote_id = turn->call->remote_id;
        turn_done(turn);
        return;
    }
    mastodon_get(turn, status_url(turn, id));
}

static void
take_edit_look(struct turn *turn)
{
    const struct json *files = json_get(turn->json, S("media_attachments"));
    int32_t n = 0;
    if (files && files->kind == JSON_KIND_ARRAY)
        for (const struct json *at = files->first; at && n < MASTODON_FILES_MAX;
             at = at->next) {
            str id = json_id(turn->keep, json_get(at, S("id")));
            if (id.p)
                turn_remember(turn, "edit media", n++, id);
        }
    for (int32_t i = n; i < MASTODON_FILES_MAX; i++)
        turn_remember(turn, "edit media", i, STR_NONE);
    turn_go(turn, &mastodon_at_edit, turn->index);
}

const struct stage mastodon_at_edit_look = {
    .name = "edit look", .ask = ask_edit_look, .take = take_edit_look};

static void
write_edit_files(struct json_writer *writer, const struct turn *turn)
{
    if (!turn_memo(turn, "edit media", 0).p)
        return;
    json_key(writer, S("media_ids"));
    json_array_begin(writer);
    for (int32_t i = 0; i < MASTODON_FILES_MAX && turn_memo(turn, "edit media", i).p; i++)
        json_str(writer, turn_memo(turn, "edit media", i));
    json_array_end(writer);
    if (turn->index > 0)
        return;
    json_key(writer, S("media_attributes"));
    json_array_begin(writer);
    for (int32_t i = 0; i < mastodon_files_n(turn) && turn_memo(turn, "edit media", i).p; i++) {
        json_object_begin(writer);
        json_key(writer, S("id"));
        json_str(writer, turn_memo(turn, "edit media", i));
        json_key(writer, S("description"));
        json_str(writer, turn->message->media[i].alt.p ? turn->message->media[i].alt : S(""));
        json_object_end(writer);
    }
    json_array_end(writer);
}

static void
ask_edit(struct turn *turn)
{
    struct json_writer writer;
    str text = mastodon_text(turn, turn->index);
    if (mastodon_too_long(turn, text))
        return;
    auto_buf out;
    buf_init(&out, MASTODON_BODY_MAX);
    json_writer_init(&writer, &out);
    json_object_begin(&writer);
    mastodon_write_common(&writer, turn, text);
    write_edit_files(&writer, turn);
    if (turn->index == 0 && turn->message->poll_options_n > 0 &&
        !turn_memo(turn, "edit media", 0).p)
        mastodon_write_poll(&writer, turn);
    json_object_end(&writer);
    turn_post_json(turn, HTTP_PUT, status_url(turn, edited_id(turn)),
                   json_built(&out, turn->keep));
    turn_bearer(turn, account_secret(turn->account, S("token")));
}

static void
take_edit(struct turn *turn)
{
    turn_go(turn, &mastodon_at_edit_look, turn->index + 1);
}

const struct stage mastodon_at_edit = {.name = "edit", .ask = ask_edit, .take = take_edit};

/* ---- metrics ---- */

static void
ask_metrics(struct turn *turn)
{
    mastodon_get(turn, status_url(turn, turn->call->remote_id));
}

static void
take_metrics(struct turn *turn)
{
    static const char *const names[] = {"favourites_count", "reblogs_count", "replies_count",
                                        "quotes_count"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        step_metric(turn->step, str_of(names[i]), json_get(turn->json, str_of(names[i])));
    turn_done(turn);
}

const struct stage mastodon_at_metrics = {
    .name = "metrics", .ask = ask_metrics, .take = take_metrics};
