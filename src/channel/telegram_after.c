#include "base/number.h"
#include "base/translate.h"
#include "channel/count.h"
#include "channel/drivers.h"
#include "channel/telegram_internal.h"

/* What is asked about messages that are out: withdrawn, edited; and how many follow. */

/* ---- withdraw: everything the message became ---- */

static void
write_ids(struct telegram_body *body, const struct turn *turn)
{
    int64_t first = telegram_message_number(turn->call->remote_id), n = 0;
    int64_t files = telegram_message_number(turn_memo(turn, "files", -1));
    struct error error;
    json_key(&body->writer, S("message_ids"));
    json_array_begin(&body->writer);
    json_int(&body->writer, first);
    /* an album is as many messages with ids in a row; its first may be the post itself */
    if (files > 0 &&
        parse_i64(turn_memo(turn, "files n", -1), 1, TELEGRAM_FILES_MAX, &n, &error) == OK)
        for (int64_t i = 0; i < n; i++)
            if (files + i != first)
                json_int(&body->writer, files + i);
    for (int32_t i = 1; i < MESSAGE_PARTS_MAX; i++) {
        int64_t id = telegram_message_number(turn_memo(turn, "id", i));
        if (id > 0)
            json_int(&body->writer, id);
    }
    json_array_end(&body->writer);
}

static void
ask_withdraw(struct turn *turn)
{
    struct telegram_body body;
    if (telegram_message_number(turn->call->remote_id) == 0) {
        turn_fail(turn, CLASS_PERMANENT, S(N_("this is no message of Telegram")));
        return;
    }
    telegram_body_init(&body, turn);
    write_ids(&body, turn);
    telegram_body_send(&body, turn, "deleteMessages");
}

static void
take_done(struct turn *turn)
{
    turn->step->remote_id = turn->call->remote_id;
    turn_done(turn);
}

static bool
says(const struct turn *turn, const char *words)
{
    return str_find(turn->failure.words, str_of(words)) >= 0;
}

static void
refuse_withdraw(struct turn *turn)
{
    if (says(turn, "message to delete not found") || says(turn, "message not found"))
        turn_done(turn);
}

const struct stage telegram_at_withdraw = {
    .name = "withdraw", .ask = ask_withdraw, .take = take_done, .refuse = refuse_withdraw};

/* ---- edit ---- */

static str
edited_id(const struct turn *turn)
{
    return turn->index == 0 ? turn->call->remote_id : turn_memo(turn, "id", turn->index);
}

static void
ask_edit(struct turn *turn)
{
    struct telegram_body body;
    str id = edited_id(turn);
    if (turn->index >= turn->message->parts_n || id.n == 0) {
        take_done(turn);
        return;
    }
    str text = message_text(&driver_telegram, turn->message, turn->index, turn->keep);
    str files = turn_memo(turn, "files", -1);
    bool under =
        turn->index == 0 && turn->message->media_n > 0 && (!files.p || str_eq(files, id));
    int64_t max = under ? TELEGRAM_CAPTION_MAX : TELEGRAM_TEXT_MAX;
    if (count_utf16(text) > max) {
        turn_fail(turn, CLASS_PERMANENT,
                  under ? S(N_("a text under pictures has 1,024 characters at most"))
                        : S(N_("the text is longer than 4,096 characters")));
        return;
    }
    telegram_body_init(&body, turn);
    telegram_body_int(&body, "message_id", telegram_message_number(id));
    telegram_body_text(&body, under ? "caption" : "text", text);
    if (!under)
        telegram_write_preview(&body, turn);
    telegram_body_send(&body, turn, under ? "editMessageCaption" : "editMessageText");
}

static void
take_edit(struct turn *turn)
{
    turn_go(turn, &telegram_at_edit, turn->index + 1);
}

static void
refuse_edit(struct turn *turn)
{
    if (says(turn, "message is not modified"))
        turn_go(turn, &telegram_at_edit, turn->index + 1);
}

const struct stage telegram_at_edit = {
    .name = "edit", .ask = ask_edit, .take = take_edit, .refuse = refuse_edit};

/* ---- metrics: how many follow ---- */

static void
ask_members(struct turn *turn)
{
    struct pair pair = {S("chat_id"), telegram_chat(turn)};
    turn_get(turn, arena_printf(turn->keep, "%.*s?%.*s",
                                STR_FMT(telegram_method(turn, "getChatMemberCount")),
                                STR_FMT(form(turn->keep, &pair, 1))));
}

static void
take_members(struct turn *turn)
{
    step_metric(turn->step, S("member_count"), json_get(turn->json, S("result")));
    turn_done(turn);
}

const struct stage telegram_at_members = {
    .name = "members", .ask = ask_members, .take = take_members};
