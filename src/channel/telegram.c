#include "base/translate.h"
#include "channel/count.h"
#include "channel/drivers.h"
#include "channel/telegram_internal.h"

/*
 * A bot of Telegram that posts into a channel or group. Bots cannot read what they sent, so an unknown outcome is for
 * a person. Texts are sent plain, without markup: nothing in them needs escaping. Sources: Bot API 10.1 (2026-06),
 * channels.md 13.
 */

enum {
    TELEGRAM_QUESTION_MAX = 300,        /* of a poll; Bot API 10.1 */
    TELEGRAM_POLL_SECONDS_MAX = 2628000 /* a poll is open so long at most; Bot API 10.1 */
};

static const struct stage at_text;

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
    turn_post_parts(turn, telegram_method(turn, "sendMediaGroup"));
    turn_part(turn, S("chat_id"), telegram_chat(turn));
    if (telegram_topic(turn) > 0)
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
    turn_post_parts(turn, telegram_method(turn, methods[i].method));
    turn_part(turn, S("chat_id"), telegram_chat(turn));
    if (telegram_topic(turn) > 0)
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
        turn_fail(turn, CLASS_AMBIGUOUS, S(N_("the answer names no message")));
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

/* Told by the network itself to wait, nothing was taken (channels.md 13); a proxy's 429 says nothing of that. */
static void
refuse_sent(struct turn *turn)
{
    const struct json *parameters = json_get(turn->json, S("parameters"));
    if (turn->answer->end == HTTP_ANSWERED && turn->answer->status == 429 &&
        json_as_int(json_get(parameters, S("retry_after"))).has)
        turn_fail_surely(turn, turn->failure.is, turn->failure.words);
}

static const struct stage at_files = {.name = "files",
                                      .ask = ask_files,
                                      .take = take_files,
                                      .refuse = refuse_sent,
                                      .publishes = true};

static void
published(struct turn *turn)
{
    turn->step->remote_id = turn_memo(turn, "id", 0);
    turn->step->permalink = turn_memo(turn, "link", -1);
    turn_done(turn);
}

void
telegram_write_preview(struct telegram_body *body, const struct turn *turn)
{
    bool wanted = json_as_bool(options_get(turn, S("link_preview")), true);
    if (wanted && turn->message->link.n == 0)
        return;
    json_key(&body->writer, S("link_preview_options"));
    json_object_begin(&body->writer);
    if (wanted)
        telegram_body_text(body, "url", turn->message->link);
    else
        telegram_body_true(body, "is_disabled");
    json_object_end(&body->writer);
}

static void
write_common(struct telegram_body *body, const struct turn *turn)
{
    int64_t before =
        turn->index > 0 ? telegram_message_number(turn_memo(turn, "id", turn->index - 1)) : 0;
    if (telegram_topic(turn) > 0)
        telegram_body_int(body, "message_thread_id", telegram_topic(turn));
    if (json_as_bool(options_get(turn, S("silent")), false))
        telegram_body_true(body, "disable_notification");
    if (before > 0) {
        json_key(&body->writer, S("reply_parameters"));
        json_object_begin(&body->writer);
        telegram_body_int(body, "message_id", before);
        json_object_end(&body->writer);
    }
}

static void
ask_poll(struct turn *turn, str question)
{
    struct telegram_body body;
    int64_t seconds = turn->message->poll_lasts.us / SPAN_SECOND.us;
    if (question.n == 0 || count_utf16(question) > TELEGRAM_QUESTION_MAX) {
        turn_fail(turn, CLASS_PERMANENT,
                  S(N_("the question of a poll has 1 to 300 characters")));
        return;
    }
    telegram_body_init(&body, turn);
    telegram_body_text(&body, "question", question);
    json_key(&body.writer, S("options"));
    json_array_begin(&body.writer);
    for (int32_t i = 0; i < turn->message->poll_options_n && i < POLL_OPTIONS_MAX; i++) {
        json_object_begin(&body.writer);
        telegram_body_text(&body, "text", turn->message->poll_options[i]);
        json_object_end(&body.writer);
    }
    json_array_end(&body.writer);
    if (seconds >= 5 && seconds <= TELEGRAM_POLL_SECONDS_MAX)
        telegram_body_int(&body, "open_period", seconds);
    write_common(&body, turn);
    telegram_body_send(&body, turn, "sendPoll");
}

static void
ask_text(struct turn *turn)
{
    struct telegram_body body;
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
        turn_fail(turn, CLASS_PERMANENT, S(N_("the text is longer than 4,096 characters")));
        return;
    }
    if (turn->index == 0 && turn->message->poll_options_n > 0) {
        ask_poll(turn, text);
        return;
    }
    telegram_body_init(&body, turn);
    telegram_body_text(&body, "text", text);
    telegram_write_preview(&body, turn);
    write_common(&body, turn);
    telegram_body_send(&body, turn, "sendMessage");
}

static void
take_text(struct turn *turn)
{
    if (keep_sent(turn, "id", turn->index, json_get(turn->json, S("result"))))
        turn_go(turn, &at_text, turn->index + 1);
}

static const struct stage at_text = {.name = "publish",
                                     .ask = ask_text,
                                     .take = take_text,
                                     .refuse = refuse_sent,
                                     .publishes = true};

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

static const struct stage *const stages[] = {
    &at_limits, &telegram_at_bot,      &telegram_at_chat, &telegram_at_rights,  &at_files,
    &at_text,   &telegram_at_withdraw, &telegram_at_edit, &telegram_at_members, NULL};

static const struct plan plan = {.driver = &driver_telegram,
                                 .ops = {[OP_VERIFY] = &telegram_at_bot,
                                         [OP_LIMITS] = &at_limits,
                                         [OP_PUBLISH] = &at_files,
                                         [OP_WITHDRAW] = &telegram_at_withdraw,
                                         [OP_EDIT] = &telegram_at_edit,
                                         [OP_ACCOUNT_METRICS] = &telegram_at_members},
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
