#include "base/number.h"
#include "base/translate.h"
#include "channel/telegram_internal.h"

/* Who speaks, and where: addresses and bodies of requests, and whether the bot may write into the chat. */

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

str
telegram_method(const struct turn *turn, const char *name)
{
    str server = server_clean(turn->keep, turn->account->server);
    if (server.n == 0)
        server = S("https://api.telegram.org");
    return arena_printf(turn->keep, "%.*s/bot%.*s/%s", STR_FMT(server), STR_FMT(token(turn)),
                        name);
}

/* The chat by its id once we know it, else as the person wrote it: @name or a number. */
str
telegram_chat(const struct turn *turn)
{
    return turn->account->user_id.n > 0 ? turn->account->user_id
                                        : str_trim(turn->account->handle);
}

/* ---- building bodies ---- */

void
telegram_body_init(struct telegram_body *body, const struct turn *turn)
{
    buf_init(&body->out, TELEGRAM_BODY_MAX);
    json_writer_init(&body->writer, &body->out);
    json_object_begin(&body->writer);
    json_key(&body->writer, S("chat_id"));
    json_str(&body->writer, telegram_chat(turn));
}

void
telegram_body_text(struct telegram_body *body, const char *name, str value)
{
    json_key(&body->writer, str_of(name));
    json_str(&body->writer, value);
}

void
telegram_body_int(struct telegram_body *body, const char *name, int64_t value)
{
    json_key(&body->writer, str_of(name));
    json_int(&body->writer, value);
}

void
telegram_body_true(struct telegram_body *body, const char *name)
{
    json_key(&body->writer, str_of(name));
    json_bool(&body->writer, true);
}

void
telegram_body_send(struct telegram_body *body, struct turn *turn, const char *name)
{
    json_object_end(&body->writer);
    str text = json_built(&body->out, turn->keep);
    buf_release(&body->out);
    turn_post_json(turn, HTTP_POST, telegram_method(turn, name), text);
}

/* An id of a message as the number it is; 0 when it is none. */
int64_t
telegram_message_number(str id)
{
    int64_t n = 0;
    struct error error;
    return parse_i64(id, 1, INT64_MAX, &n, &error) == OK ? n : 0;
}

/* The topic of a group it goes to; 0: none. */
int64_t
telegram_topic(const struct turn *turn)
{
    str text = settings_text(turn, S("topic"));
    return text.n > 0 ? telegram_message_number(text) : 0;
}

/* ---- verify: the bot, the chat, and whether the one may write into the other ---- */

static void
ask_bot(struct turn *turn)
{
    turn_get(turn, telegram_method(turn, "getMe"));
}

static void
take_bot(struct turn *turn)
{
    str id = json_id(turn->keep, json_get(json_get(turn->json, S("result")), S("id")));
    if (!id.p) {
        turn_fail(turn, CLASS_CONFIG, S(N_("the answer names no bot")));
        return;
    }
    turn_remember(turn, "bot", -1, id);
    turn_go(turn, &telegram_at_chat, 0);
}

const struct stage telegram_at_bot = {.name = "bot", .ask = ask_bot, .take = take_bot};

/* What the person wrote goes first here: they may have connected another chat. */
static void
ask_chat(struct turn *turn)
{
    str wanted = str_trim(turn->account->handle);
    struct pair pair = {S("chat_id"), wanted.n > 0 ? wanted : turn->account->user_id};
    if (pair.value.n == 0) {
        turn_fail(turn, CLASS_CONFIG, S(N_("no channel or group is named")));
        return;
    }
    turn_get(turn,
             arena_printf(turn->keep, "%.*s?%.*s", STR_FMT(telegram_method(turn, "getChat")),
                          STR_FMT(form(turn->keep, &pair, 1))));
}

static void
take_chat(struct turn *turn)
{
    const struct json *result = json_get(turn->json, S("result"));
    str id = json_id(turn->keep, json_get(result, S("id")));
    str user = json_text(json_get(result, S("username")));
    if (!id.p) {
        turn_fail(turn, CLASS_CONFIG, S(N_("the answer names no chat")));
        return;
    }
    turn_remember(turn, "chat", -1, id);
    turn_remember(turn, "title", -1, json_text(json_get(result, S("title"))));
    turn_remember(turn, "type", -1, json_text(json_get(result, S("type"))));
    turn_remember(turn, "name", -1,
                  user.n > 0 ? arena_printf(turn->keep, "@%.*s", STR_FMT(user)) : id);
    turn_go(turn, &telegram_at_rights, 0);
}

const struct stage telegram_at_chat = {.name = "chat", .ask = ask_chat, .take = take_chat};

static void
ask_rights(struct turn *turn)
{
    const struct pair pairs[] = {{S("chat_id"), turn_memo(turn, "chat", -1)},
                                 {S("user_id"), turn_memo(turn, "bot", -1)}};
    turn_get(turn, arena_printf(turn->keep, "%.*s?%.*s",
                                STR_FMT(telegram_method(turn, "getChatMember")),
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
                  in_channel
                      ? S(N_("make the bot an administrator of the channel who may post"))
                      : S(N_("the bot may not write in this group")));
        return;
    }
    turn->step->user_id = turn_memo(turn, "chat", -1);
    turn->step->handle = turn_memo(turn, "name", -1);
    turn->step->display_name = turn_memo(turn, "title", -1);
    turn_done(turn);
}

const struct stage telegram_at_rights = {
    .name = "rights", .ask = ask_rights, .take = take_rights};
