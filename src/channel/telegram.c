#include "base/number.h"
#include "base/translate.h"
#include "channel/count.h"
#include "channel/drivers.h"
#include "channel/step.h"

/*
 * A bot of Telegram that posts into a channel or group. Bots cannot read what they sent, so an unknown outcome is for
 * a person. Texts are sent plain, without markup: nothing in them needs escaping. Sources: Bot API 10.1 (2026-06),
 * channels.md 13.
 */

enum {
    TELEGRAM_TEXT_MAX = 4096,            /* UTF-16 units of a message; Bot API 10.1 */
    TELEGRAM_CAPTION_MAX = 1024,         /* of what stands under pictures; Bot API 10.1 */
    TELEGRAM_QUESTION_MAX = 300,         /* of a poll; Bot API 10.1 */
    TELEGRAM_FILES_MAX = 10,             /* of an album; Bot API 10.1 */
    TELEGRAM_POLL_SECONDS_MAX = 2628000, /* a poll is open so long at most; Bot API 10.1 */
    TELEGRAM_BODY_MAX = 64 * 1024 /* bytes: 4,096 characters, escaped, and a dozen fields */
};

static const struct stage at_bot, at_chat, at_rights, at_files, at_text, at_withdraw, at_edit,
    at_members;

/* "123456:ABC…" as it stands in an address; another word when it is no token, so that nothing odd gets there. */
static str
token(const struct turn *turn)
{
    str text = str_trim(account_secret(turn->account, S("token")));
    for (ptrdiff_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                    (c >= '0' && c <= '9') || c == ':' || c == '_' || c == '-';
        if (!good)
            return S("not-a-token");
    }
    return text;
}

static str
method(const struct turn *turn, const char *name)
{
    str server = server_clean(turn->keep, turn->account->server);
    if (server.n == 0)
        server = S("https://api.telegram.org");
    return arena_printf(turn->keep, "%.*s/bot%.*s/%s", STR_FMT(server), STR_FMT(token(turn)),
                        name);
}

/* The chat by its id once we know it, else as the person wrote it: @name or a number. */
static str
chat(const struct turn *turn)
{
    return turn->account->user_id.n > 0 ? turn->account->user_id
                                        : str_trim(turn->account->handle);
}

/* ---- building bodies ---- */

struct body {
    struct json_writer writer;
    struct buf out;
};

static void
body_init(struct body *body, const struct turn *turn)
{
    buf_init(&body->out, TELEGRAM_BODY_MAX);
    json_writer_init(&body->writer, &body->out);
    json_object_begin(&body->writer);
    json_key(&body->writer, S("chat_id"));
    json_str(&body->writer, chat(turn));
}

static void
body_text(struct body *body, const char *name, str value)
{
    json_key(&body->writer, str_of(name));
    json_str(&body->writer, value);
}

static void
body_int(struct body *body, const char *name, int64_t value)
{
    json_key(&body->writer, str_of(name));
    json_int(&body->writer, value);
}

static void
body_true(struct body *body, const char *name)
{
    json_key(&body->writer, str_of(name));
    json_bool(&body->writer, true);
}

static void
body_send(struct body *body, struct turn *turn, const char *name)
{
    json_object_end(&body->writer);
    str text = json_built(&body->out, turn->keep);
    buf_release(&body->out);
    turn_post_json(turn, HTTP_POST, method(turn, name), text);
}

/* An id of a message as the number it is; 0 when it is none. */
static int64_t
message_number(str id)
{
    int64_t n = 0;
    struct error error;
    return parse_i64(id, 1, INT64_MAX, &n, &error) == OK ? n : 0;
}

/* The topic of a group it goes to; 0: none. */
static int64_t
topic(const struct turn *turn)
{
    str text = settings_text(turn, S("topic"));
    return text.n > 0 ? message_number(text) : 0;
}

/* ---- verify: the bot, the chat, and whether the one may write into the other ---- */

static void
ask_bot(struct turn *turn)
{
    turn_get(turn, method(turn, "getMe"));
}

static void
take_bot(struct turn *turn)
{
    str id = json_id(turn->keep, json_get(json_get(turn->json, S("result")), S("id")));
    if (!id.p) {
        turn_fail(turn, CLASS_CONFIG, S("the answer names no bot"));
        return;
    }
    turn_remember(turn, "bot", -1, id);
    turn_go(turn, &at_chat, 0);
}

static const struct stage at_bot = {.name = "bot", .ask = ask_bot, .take = take_bot};

/* What the person wrote goes first here: they may have connected another chat. */
static void
ask_chat(struct turn *turn)
{
    str wanted = str_trim(turn->account->handle);
    struct pair pair = {S("chat_id"), wanted.n > 0 ? wanted : turn->account->user_id};
    if (pair.value.n == 0) {
        turn_fail(turn, CLASS_CONFIG, S("no channel or group is named"));
        return;
    }
    turn_get(turn, arena_printf(turn->keep, "%.*s?%.*s", STR_FMT(method(turn, "getChat")),
                                STR_FMT(form(turn->keep, &pair, 1))));
}

static void
take_chat(struct turn *turn)
{
    const struct json *result = json_get(turn->json, S("result"));
    str id = json_id(turn->keep, json_get(result, S("id")));
    str user = json_text(json_get(result, S("username")));
    if (!id.p) {
        turn_fail(turn, CLASS_CONFIG, S("the answer names no chat"));
        return;
    }
    turn_remember(turn, "chat", -1, id);
    turn_remember(turn, "title", -1, json_text(json_get(result, S("title"))));
    turn_remember(turn, "type", -1, json_text(json_get(result, S("type"))));
    turn_remember(turn, "name", -1,
                  user.n > 0 ? arena_printf(turn->keep, "@%.*s", STR_FMT(user)) : id);
    turn_go(turn, &at_rights, 0);
}

static const struct stage at_chat = {.name = "chat", .ask = ask_chat, .take = take_chat};

static void
ask_rights(struct turn *turn)
{
    const struct pair pairs[] = {{S("chat_id"), turn_memo(turn, "chat", -1)},
                                 {S("user_id"), turn_memo(turn, "bot", -1)}};
    turn_get(turn, arena_printf(turn->keep, "%.*s?%.*s", STR_FMT(method(turn, "getChatMember")),
                                STR_FMT(form(turn->keep, pairs, 2))));
}

static void
take_rights(struct turn *turn)
{
    const struct json *result = json_get(turn->json, S("result"));
    str status = json_text(json_get(result, S("status"))), type = turn_memo(turn, "type", -1);
    bool in_channel = str_eq(type, S("channel"));
    bool out = str_eq(status, S("left")) || str_eq(status, S("kicked"));
    bool may = in_channel ? json_as_bool(json_get(result, S("can_post_messages")), false) ||
                                str_eq(status, S("creator"))
                          : json_as_bool(json_get(result, S("can_send_messages")), true);
    if (out || !may) {
        turn_fail(turn, CLASS_SCOPE,
                  in_channel ? S("make the bot an administrator of the channel who may post")
                             : S("the bot may not write in this group"));
        return;
    }
    turn->step->user_id = turn_memo(turn, "chat", -1);
    turn->step->handle = turn_memo(turn, "name", -1);
    turn->step->display_name = turn_memo(turn, "title", -1);
    turn_done(turn);
}

static const struct stage at_rights = {
    .name = "rights", .ask = ask_rights, .take = take_rights};

/* ---- publish: pictures with the text under them, then texts ---- */

static bool
captioned(const struct turn *turn, str text)
{
    return count_utf16(text) <= TELEGRAM_CAPTION_MAX && turn->message->poll_options_n == 0;
}

static const char *
file_kind(const struct channel_media *file)
{
    if (str_eq(file->mime, S("image/gif")))
        return "animation";
    if (str_starts(file->mime, S("image/")))
        return "photo";
    return str_starts(file->mime, S("video/")) ? "video" : "document";
}

static void
write_album(struct json_writer *writer, const struct turn *turn, str caption)
{
    json_array_begin(writer);
    for (int32_t i = 0; i < turn->message->media_n && i < TELEGRAM_FILES_MAX; i++) {
        const char *kind = file_kind(&turn->message->media[i]);
        /* an album takes no animations: they go as films */
        str type = str_eq(str_of(kind), S("animation")) ? S("video") : str_of(kind);
        json_object_begin(writer);
        json_key(writer, S("type"));
        json_str(writer, type);
        json_key(writer, S("media"));
        json_str(writer, arena_printf(turn->keep, "attach://file%d", (int)i));
        if (i == 0 && caption.n > 0) {
            json_key(writer, S("caption"));
            json_str(writer, caption);
        }
        if (turn->message->sensitive && !str_eq(type, S("document"))) {
            json_key(writer, S("has_spoiler"));
            json_bool(writer, true);
        }
        json_object_end(writer);
    }
    json_array_end(writer);
}

static void
ask_album(struct turn *turn, str caption)
{
    struct json_writer writer;
    auto_buf out;
    buf_init(&out, TELEGRAM_BODY_MAX);
    json_writer_init(&writer, &out);
    write_album(&writer, turn, caption);
    turn_post_parts(turn, method(turn, "sendMediaGroup"));
    turn_part(turn, S("chat_id"), chat(turn));
    if (topic(turn) > 0)
        turn_part(turn, S("message_thread_id"), settings_text(turn, S("topic")));
    turn_part(turn, S("media"), json_built(&out, turn->keep));
    for (int32_t i = 0; i < turn->message->media_n && i < TELEGRAM_FILES_MAX; i++)
        turn_file(turn, arena_printf(turn->keep, "file%d", (int)i), &turn->message->media[i]);
}

static void
ask_one_file(struct turn *turn, str caption)
{
    static const struct {
        const char *kind, *method;
    } methods[] = {{"animation", "sendAnimation"},
                   {"photo", "sendPhoto"},
                   {"video", "sendVideo"},
                   {"document", "sendDocument"}};
    const char *kind = file_kind(&turn->message->media[0]);
    size_t i = 0;
    while (i + 1 < sizeof methods / sizeof methods[0] &&
           !str_eq(str_of(kind), str_of(methods[i].kind)))
        i++;
    turn_post_parts(turn, method(turn, methods[i].method));
    turn_part(turn, S("chat_id"), chat(turn));
    if (topic(turn) > 0)
        turn_part(turn, S("message_thread_id"), settings_text(turn, S("topic")));
    if (caption.n > 0)
        turn_part(turn, S("caption"), caption);
    if (turn->message->sensitive && !str_eq(str_of(kind), S("document")))
        turn_part(turn, S("has_spoiler"), S("true"));
    turn_file(turn, str_of(kind), &turn->message->media[0]);
}

static void
ask_files(struct turn *turn)
{
    if (turn->message->media_n == 0 || turn_memo(turn, "files", -1).p) {
        turn_go(turn, &at_text, 0);
        return;
    }
    str text = message_text(&driver_telegram, turn->message, 0, turn->keep);
    str caption = captioned(turn, text) ? text : STR_NONE;
    if (turn->message->media_n == 1)
        ask_one_file(turn, caption);
    else
        ask_album(turn, caption);
}

/* Where readers find it: by the public name of the channel, or for members of a private one. */
static str
permalink(const struct turn *turn, const struct json *result, str id)
{
    const struct json *place = json_get(result, S("chat"));
    str name = json_text(json_get(place, S("username")));
    str number = json_id(turn->keep, json_get(place, S("id")));
    if (name.n > 0)
        return arena_printf(turn->keep, "https://t.me/%.*s/%.*s", STR_FMT(name), STR_FMT(id));
    if (str_starts(number, S("-100")))
        return arena_printf(turn->keep, "https://t.me/c/%.*s/%.*s",
                            STR_FMT(str_slice(number, 4, number.n)), STR_FMT(id));
    return STR_NONE;
}

/* Keeps what a message sent is called; false when the answer does not say. */
static bool
keep_sent(struct turn *turn, const char *name, int32_t index, const struct json *result)
{
    str id = json_id(turn->keep, json_get(result, S("message_id")));
    if (!id.p) {
        turn_fail(turn, CLASS_AMBIGUOUS, S("the answer names no message"));
        return false;
    }
    turn_remember(turn, name, index, id);
    str link = permalink(turn, result, id);
    if (index <= 0 && link.p)
        turn_remember(turn, "link", -1, link);
    return true;
}

static void
take_files(struct turn *turn)
{
    const struct json *result = json_get(turn->json, S("result"));
    int32_t n = 1;
    if (result && result->kind == JSON_KIND_ARRAY) {
        n = result->n;
        result = result->first;
    }
    if (!keep_sent(turn, "files", -1, result))
        return;
    turn_remember(turn, "files n", -1, arena_printf(turn->keep, "%d", (int)n));
    str text = message_text(&driver_telegram, turn->message, 0, turn->keep);
    if (captioned(turn, text))
        turn_remember(turn, "id", 0, turn_memo(turn, "files", -1));
    turn_go(turn, &at_text, 0);
}

static const struct stage at_files = {
    .name = "files", .ask = ask_files, .take = take_files, .publishes = true};

static void
published(struct turn *turn)
{
    turn->step->remote_id = turn_memo(turn, "id", 0);
    turn->step->permalink = turn_memo(turn, "link", -1);
    turn_done(turn);
}

static void
write_preview(struct body *body, const struct turn *turn)
{
    bool wanted = json_as_bool(options_get(turn, S("link_preview")), true);
    if (wanted && turn->message->link.n == 0)
        return;
    json_key(&body->writer, S("link_preview_options"));
    json_object_begin(&body->writer);
    if (wanted)
        body_text(body, "url", turn->message->link);
    else
        body_true(body, "is_disabled");
    json_object_end(&body->writer);
}

static void
write_common(struct body *body, const struct turn *turn)
{
    int64_t before =
        turn->index > 0 ? message_number(turn_memo(turn, "id", turn->index - 1)) : 0;
    if (topic(turn) > 0)
        body_int(body, "message_thread_id", topic(turn));
    if (json_as_bool(options_get(turn, S("silent")), false))
        body_true(body, "disable_notification");
    if (before > 0) {
        json_key(&body->writer, S("reply_parameters"));
        json_object_begin(&body->writer);
        body_int(body, "message_id", before);
        json_object_end(&body->writer);
    }
}

static void
ask_poll(struct turn *turn, str question)
{
    struct body body;
    int64_t seconds = turn->message->poll_lasts.us / SPAN_SECOND.us;
    if (question.n == 0 || count_utf16(question) > TELEGRAM_QUESTION_MAX) {
        turn_fail(turn, CLASS_PERMANENT, S("the question of a poll has 1 to 300 characters"));
        return;
    }
    body_init(&body, turn);
    body_text(&body, "question", question);
    json_key(&body.writer, S("options"));
    json_array_begin(&body.writer);
    for (int32_t i = 0; i < turn->message->poll_options_n && i < POLL_OPTIONS_MAX; i++) {
        json_object_begin(&body.writer);
        body_text(&body, "text", turn->message->poll_options[i]);
        json_object_end(&body.writer);
    }
    json_array_end(&body.writer);
    if (seconds >= 5 && seconds <= TELEGRAM_POLL_SECONDS_MAX)
        body_int(&body, "open_period", seconds);
    write_common(&body, turn);
    body_send(&body, turn, "sendPoll");
}

static void
ask_text(struct turn *turn)
{
    struct body body;
    if (turn->index >= turn->message->parts_n) {
        published(turn);
        return;
    }
    if (turn_memo(turn, "id", turn->index).p) {
        turn_go(turn, &at_text, turn->index + 1);
        return;
    }
    str text = message_text(&driver_telegram, turn->message, turn->index, turn->keep);
    if (count_utf16(text) > TELEGRAM_TEXT_MAX) {
        turn_fail(turn, CLASS_PERMANENT, S("the text is longer than 4,096 characters"));
        return;
    }
    if (turn->index == 0 && turn->message->poll_options_n > 0) {
        ask_poll(turn, text);
        return;
    }
    body_init(&body, turn);
    body_text(&body, "text", text);
    write_preview(&body, turn);
    write_common(&body, turn);
    body_send(&body, turn, "sendMessage");
}

static void
take_text(struct turn *turn)
{
    if (keep_sent(turn, "id", turn->index, json_get(turn->json, S("result"))))
        turn_go(turn, &at_text, turn->index + 1);
}

static const struct stage at_text = {
    .name = "publish", .ask = ask_text, .take = take_text, .publishes = true};

/* ---- withdraw: everything the message became ---- */

static void
write_ids(struct body *body, const struct turn *turn)
{
    int64_t first = message_number(turn->call->remote_id), n = 0;
    int64_t files = message_number(turn_memo(turn, "files", -1));
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
        int64_t id = message_number(turn_memo(turn, "id", i));
        if (id > 0)
            json_int(&body->writer, id);
    }
    json_array_end(&body->writer);
}

static void
ask_withdraw(struct turn *turn)
{
    struct body body;
    if (message_number(turn->call->remote_id) == 0) {
        turn_fail(turn, CLASS_PERMANENT, S("this is no message of Telegram"));
        return;
    }
    body_init(&body, turn);
    write_ids(&body, turn);
    body_send(&body, turn, "deleteMessages");
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

static const struct stage at_withdraw = {
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
    struct body body;
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
                  under ? S("a text under pictures has 1,024 characters at most")
                        : S("the text is longer than 4,096 characters"));
        return;
    }
    body_init(&body, turn);
    body_int(&body, "message_id", message_number(id));
    body_text(&body, under ? "caption" : "text", text);
    if (!under)
        write_preview(&body, turn);
    body_send(&body, turn, under ? "editMessageCaption" : "editMessageText");
}

static void
take_edit(struct turn *turn)
{
    turn_go(turn, &at_edit, turn->index + 1);
}

static void
refuse_edit(struct turn *turn)
{
    if (says(turn, "message is not modified"))
        turn_go(turn, &at_edit, turn->index + 1);
}

static const struct stage at_edit = {
    .name = "edit", .ask = ask_edit, .take = take_edit, .refuse = refuse_edit};

/* ---- metrics: how many follow ---- */

static void
ask_members(struct turn *turn)
{
    struct pair pair = {S("chat_id"), chat(turn)};
    turn_get(turn,
             arena_printf(turn->keep, "%.*s?%.*s", STR_FMT(method(turn, "getChatMemberCount")),
                          STR_FMT(form(turn->keep, &pair, 1))));
}

static void
take_members(struct turn *turn)
{
    step_metric(turn->step, S("member_count"), json_get(turn->json, S("result")));
    turn_done(turn);
}

static const struct stage at_members = {
    .name = "members", .ask = ask_members, .take = take_members};

/* ---- limits: the network has no page for them; those of its documents hold ---- */

static void
ask_limits(struct turn *turn)
{
    turn->step->limits = S("{}");
    turn_done(turn);
}

static const struct stage at_limits = {.name = "limits", .ask = ask_limits};

/* ---- the driver ---- */

/* Telegram tells reasons in words only; the codes here are ours, for the table of classes. */
static str
code_of(const struct json *json, str words)
{
    static const struct {
        const char *words, *code;
    } rows[] = {{"chat not found", "chat"},
                {"not enough rights", "rights"},
                {"have no rights", "rights"},
                {"need administrator rights", "rights"},
                {"CHAT_WRITE_FORBIDDEN", "rights"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (str_find(words, str_of(rows[i].words)) >= 0)
            return str_of(rows[i].code);
    return json_text(json_get(json, S("error_code")));
}

static void
read_error(const struct json *json, struct arena *keep, struct failure *failure)
{
    const struct json *parameters = json_get(json, S("parameters"));
    struct maybe_int wait = json_as_int(json_get(parameters, S("retry_after")));
    str moved = json_id(keep, json_get(parameters, S("migrate_to_chat_id")));
    failure->words = json_text(json_get(json, S("description")));
    failure->code = code_of(json, failure->words);
    if (wait.has && wait.is > 0 && wait.is <= 86400)
        failure->retry_after = (span){wait.is * SPAN_SECOND.us};
    if (!moved.p)
        return;
    failure->code = S("moved");
    failure->words =
        arena_printf(keep, "the group became a supergroup: its id is now %.*s", STR_FMT(moved));
}

static const struct stage *const stages[] = {&at_limits,  &at_bot,  &at_chat,     &at_rights,
                                             &at_files,   &at_text, &at_withdraw, &at_edit,
                                             &at_members, NULL};

static const struct plan plan = {.driver = &driver_telegram,
                                 .ops = {[OP_VERIFY] = &at_bot,
                                         [OP_LIMITS] = &at_limits,
                                         [OP_PUBLISH] = &at_files,
                                         [OP_WITHDRAW] = &at_withdraw,
                                         [OP_EDIT] = &at_edit,
                                         [OP_ACCOUNT_METRICS] = &at_members},
                                 .stages = stages,
                                 .read_error = read_error};

static void
next(const struct channel_call *call, const struct http_answer *answer, struct arena *keep,
     struct step *ret)
{
    stages_next(&plan, call, answer, keep, ret);
}

#define READ "Bot API 10.1", "2026-06"
const struct driver driver_telegram =
    {.traits =
         {.network = "telegram",
          .name = "Telegram",
          .ops = {[OP_VERIFY] = true,
                  [OP_LIMITS] = true,
                  [OP_PUBLISH] = true,
                  [OP_WITHDRAW] = true,
                  [OP_EDIT] = true,
                  [OP_ACCOUNT_METRICS] = true},
          .read_back = BACK_NEVER,
          .counter = COUNT_UTF16,
          .text_max = {TELEGRAM_TEXT_MAX, READ},
          .serves = {"telegram"},
          .has_threads = true,
          .parts_apart = true,
          .has_polls = true,
          .media_max = {TELEGRAM_FILES_MAX, READ},
          .media_bytes_max = {50000000, "Bot API 10.1 (pictures: 10 MB)", "2026-06"},
          .longest_flight = {60000000},
          .settle = {0},
          .looks = 1,
          .fields = {{"token", N_("Token of the bot"),
                      N_("Write to @BotFather in Telegram: /newbot, then copy the token it "
                         "gives"),
                      true, true},
                     {"user", N_("Channel or group"),
                      N_("@name of a public one, else its number (-100…); the bot must be "
                         "an administrator who may post"),
                      false, true}},
          .connect_help = N_(
              "A bot posts into your channel or group. Bots cannot read what they sent: "
              "when an answer is lost, you are asked to look.")},
     .next = next};
