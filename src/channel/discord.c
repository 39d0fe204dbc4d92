#include "base/text.h"
#include "base/translate.h"
#include "channel/count.h"
#include "channel/drivers.h"
#include "channel/step.h"

/*
 * A webhook of a Discord channel: its address is the credential. It cannot list what it sent, so an unknown outcome
 * is for a person. Sources: Discord's OpenAPI 2026-07, channels.md 13.
 */

enum {
    DISCORD_FILES_MAX = 10,  /* attachments of a message; OpenAPI 2026-07 */
    DISCORD_TEXT_MAX = 2000, /* characters; OpenAPI 2026-07 */
    DISCORD_BODY_MAX =
        64 * 1024,          /* bytes: 2,000 characters and ten descriptions of 1,024, escaped */
    DISCORD_ALT_MAX = 1024, /* characters; OpenAPI 2026-07 */
    DISCORD_NAME_MAX = 100  /* characters of a thread's name; OpenAPI 2026-07 */
};

static const struct stage at_verify, at_send, at_link, at_look, at_withdraw, at_edit,
    at_metrics;

/* The address without its query; none when it is no webhook. */
static str
webhook(const struct turn *turn)
{
    str url = str_trim(account_secret(turn->account, S("webhook"))), head;
    (void)str_cut(&url, '?', &head); /* no query: the whole */
    url = server_clean(turn->keep, head);
    ptrdiff_t at = str_find(url, S("/webhooks/"));
    if (at < 0 || str_chr(str_slice(url, at + 10, url.n), '/') <= 0)
        return STR_NONE;
    return url;
}

static bool
needs_webhook(struct turn *turn, str *ret)
{
    *ret = webhook(turn);
    if (!ret->p)
        turn_fail(turn, CLASS_CONFIG, S(N_("this is not the address of a Discord webhook")));
    return ret->p != NULL;
}

/* Our id of a post is "message" or, in a thread of a forum, "thread/message". */
static str
message_url(struct turn *turn, str hook, str remote_id)
{
    str thread = STR_NONE, id = remote_id;
    if (str_chr(id, '/') >= 0)
        (void)str_cut(&id, '/', &thread); /* there is one */
    str url = arena_printf(turn->keep, "%.*s/messages/%.*s", STR_FMT(hook),
                           STR_FMT(percent(turn->keep, id)));
    return thread.n == 0 ? url
                         : arena_printf(turn->keep, "%.*s?thread_id=%.*s", STR_FMT(url),
                                        STR_FMT(percent(turn->keep, thread)));
}

/* ---- verify ---- */

static void
ask_verify(struct turn *turn)
{
    str hook;
    if (needs_webhook(turn, &hook))
        turn_get(turn, hook);
}

static void
take_verify(struct turn *turn)
{
    str id = json_id(turn->keep, json_get(turn->json, S("id")));
    str guild = json_id(turn->keep, json_get(turn->json, S("guild_id")));
    if (!id.p) {
        turn_fail(turn, CLASS_CONFIG, S(N_("the answer names no webhook")));
        return;
    }
    turn->step->user_id = id;
    turn->step->handle = json_text(json_get(turn->json, S("name")));
    turn->step->display_name = turn->step->handle;
    if (guild.p)
        turn->step->secrets[turn->step->secrets_n++] = (struct secret_pair){S("guild"), guild};
    turn_done(turn);
}

static const struct stage at_verify = {
    .name = "verify", .ask = ask_verify, .take = take_verify};

/* ---- publish ---- */

/* Never pings anybody: @everyone in a text stays text. */
static void
write_mentions(struct json_writer *writer)
{
    json_key(writer, S("allowed_mentions"));
    json_object_begin(writer);
    json_key(writer, S("parse"));
    json_array_begin(writer);
    json_array_end(writer);
    json_object_end(writer);
}

static void
write_files(struct json_writer *writer, const struct channel_message *message,
            struct arena *keep)
{
    json_key(writer, S("attachments"));
    json_array_begin(writer);
    for (int32_t i = 0; i < message->media_n && i < DISCORD_FILES_MAX; i++) {
        json_object_begin(writer);
        json_key(writer, S("id"));
        json_str(writer, arena_printf(keep, "%d", (int)i)); /* snowflakes are texts */
        if (message->media[i].alt.n > 0) {
            json_key(writer, S("description"));
            json_str(writer, text_cut(message->media[i].alt, DISCORD_ALT_MAX));
        }
        json_object_end(writer);
    }
    json_array_end(writer);
}

static void
write_optional(struct json_writer *writer, str name, str value)
{
    if (value.n == 0)
        return;
    json_key(writer, name);
    json_str(writer, value);
}

static str
send_body(struct turn *turn, str text)
{
    struct json_writer writer;
    auto_buf out;
    buf_init(&out, DISCORD_BODY_MAX);
    json_writer_init(&writer, &out);
    json_object_begin(&writer);
    json_key(&writer, S("content"));
    json_str(&writer, text);
    write_mentions(&writer);
    write_optional(&writer, S("username"), settings_text(turn, S("username")));
    write_optional(&writer, S("avatar_url"), settings_text(turn, S("avatar_url")));
    if (turn->index == 0) {
        write_optional(
            &writer, S("thread_name"),
            text_cut(json_text(options_get(turn, S("thread_name"))), DISCORD_NAME_MAX));
        if (turn->message->media_n > 0)
            write_files(&writer, turn->message, turn->keep);
    }
    json_object_end(&writer);
    return json_built(&out, turn->keep);
}

/* The thread of a forum it goes to: of the options, or the one the first part opened. */
static str
thread_of(const struct turn *turn)
{
    str thread = turn_memo(turn, "thread", -1);
    if (!thread.p)
        thread = json_text(options_get(turn, S("thread_id")));
    return thread.n > 0 ? thread : settings_text(turn, S("thread_id"));
}

static void
add_files(struct turn *turn)
{
    for (int32_t i = 0; i < turn->message->media_n && i < DISCORD_FILES_MAX; i++) {
        struct channel_media *file = new (turn->keep, struct channel_media, 1);
        *file = turn->message->media[i];
        /* Source: Discord's clients hide a picture whose name begins so */
        if (turn->message->sensitive)
            file->file_name =
                arena_printf(turn->keep, "SPOILER_%.*s", STR_FMT(file->file_name));
        turn_file(turn, arena_printf(turn->keep, "files[%d]", (int)i), file);
    }
}

static void
ask_send(struct turn *turn)
{
    str hook, thread = thread_of(turn);
    if (turn_memo(turn, "id", turn->index).p) {
        bool last = turn->index + 1 >= turn->message->parts_n;
        turn_go(turn, last ? &at_link : &at_send, last ? 0 : turn->index + 1);
        return;
    }
    if (!needs_webhook(turn, &hook))
        return;
    str text = message_text(&driver_discord, turn->message, turn->index, turn->keep);
    if (count_utf16(text) > DISCORD_TEXT_MAX) {
        turn_fail(turn, CLASS_PERMANENT, S(N_("the text is longer than 2,000 characters")));
        return;
    }
    str url = arena_printf(turn->keep, "%.*s?wait=true", STR_FMT(hook));
    if (thread.n > 0)
        url = arena_printf(turn->keep, "%.*s&thread_id=%.*s", STR_FMT(url),
                           STR_FMT(percent(turn->keep, thread)));
    str body = send_body(turn, text);
    if (turn->index > 0 || turn->message->media_n == 0) {
        turn_post_json(turn, HTTP_POST, url, body);
        return;
    }
    turn_post_parts(turn, url);
    turn_part(turn, S("payload_json"), body);
    turn->step->request.parts[0].mime = S("application/json");
    add_files(turn);
}

static void
take_send(struct turn *turn)
{
    str id = json_id(turn->keep, json_get(turn->json, S("id")));
    str place = json_id(turn->keep, json_get(turn->json, S("channel_id")));
    if (!id.p) {
        turn_fail(turn, CLASS_AMBIGUOUS, S(N_("the answer names no message")));
        return;
    }
    turn_remember(turn, "id", turn->index, id);
    if (turn->index == 0 && place.p)
        turn_remember(turn, "channel", -1, place);
    bool opened = json_text(options_get(turn, S("thread_name"))).n > 0;
    if (turn->index == 0 && opened && place.p)
        turn_remember(turn, "thread", -1, place);
    if (turn->index + 1 < turn->message->parts_n)
        turn_go(turn, &at_send, turn->index + 1);
    else
        turn_go(turn, &at_link, 0);
}

/* Told by the network itself to wait, nothing was taken (channels.md 13); a proxy's 429 says nothing of that. */
static void
refuse_send(struct turn *turn)
{
    if (turn->answer->end == HTTP_ANSWERED && turn->answer->status == 429 &&
        json_as_real(json_get(turn->json, S("retry_after"))).has)
        turn_fail_surely(turn, turn->failure.is, turn->failure.words);
}

static const struct stage at_send = {.name = "publish",
                                     .ask = ask_send,
                                     .take = take_send,
                                     .refuse = refuse_send,
                                     .publishes = true,
                                     .family = "posts"}; /* each route is counted apart */

/* ---- its address: needs the server the webhook belongs to ---- */

static void
published(struct turn *turn, str guild)
{
    str id = turn_memo(turn, "id", 0), place = turn_memo(turn, "channel", -1);
    str thread = thread_of(turn);
    turn->step->remote_id =
        thread.n > 0 ? arena_printf(turn->keep, "%.*s/%.*s", STR_FMT(thread), STR_FMT(id)) : id;
    if (guild.n > 0 && place.n > 0)
        turn->step->permalink =
            arena_printf(turn->keep, "https://discord.com/channels/%.*s/%.*s/%.*s",
                         STR_FMT(guild), STR_FMT(place), STR_FMT(id));
    turn_done(turn);
}

static void
ask_link(struct turn *turn)
{
    str hook = webhook(turn), guild = account_secret(turn->account, S("guild"));
    if (guild.n > 0 || !hook.p)
        published(turn, guild);
    else
        turn_get(turn, hook);
}

static void
take_link(struct turn *turn)
{
    published(turn, json_id(turn->keep, json_get(turn->json, S("guild_id"))));
}

static void
refuse_link(struct turn *turn)
{
    published(turn, STR_NONE); /* the post is out; only its address stays unknown */
}

static const struct stage at_link = {.name = "permalink",
                                     .ask = ask_link,
                                     .take = take_link,
                                     .refuse = refuse_link,
                                     .cosmetic = true};

/* ---- read back: only what we know the id of ---- */

static void
ask_look(struct turn *turn)
{
    str hook, id = turn_memo(turn, "id", turn->message->parts_n - 1), thread = thread_of(turn);
    if (!id.p) {
        turn->step->presence = PRESENCE_UNKNOWN;
        turn_done(turn);
        return;
    }
    if (thread.n > 0)
        id = arena_printf(turn->keep, "%.*s/%.*s", STR_FMT(thread), STR_FMT(id));
    if (needs_webhook(turn, &hook))
        turn_get(turn, message_url(turn, hook, id));
}

static void
take_look(struct turn *turn)
{
    str id = json_id(turn->keep, json_get(turn->json, S("id")));
    if (!id.p || !str_eq(id, turn_memo(turn, "id", turn->message->parts_n - 1))) {
        turn_fail(turn, CLASS_CONFIG, S(N_("the answer names another message")));
        return;
    }
    turn->step->presence = PRESENCE_FOUND;
    published(turn, account_secret(turn->account, S("guild")));
}

static bool
gone(const struct turn *turn)
{
    return str_eq(turn->failure.code, S("10008")); /* unknown message */
}

static void
refuse_look(struct turn *turn)
{
    if (!gone(turn))
        return;
    turn->step->presence = PRESENCE_ABSENT;
    turn_done(turn);
}

/* Not among the traits: it answers only for what was confirmed already. */
static const struct stage at_look = {
    .name = "look", .ask = ask_look, .take = take_look, .refuse = refuse_look};

/* ---- withdraw: the first part, then those that followed ---- */

static str
part_id(struct turn *turn)
{
    str rest = turn->call->remote_id, thread;
    if (turn->index == 0)
        return rest;
    str id = turn_memo(turn, "id", turn->index);
    if (id.p && str_cut(&rest, '/', &thread))
        return arena_printf(turn->keep, "%.*s/%.*s", STR_FMT(thread), STR_FMT(id));
    return id;
}

static void
ask_withdraw(struct turn *turn)
{
    str hook, id = part_id(turn);
    if (id.n == 0)
        turn_done(turn);
    else if (needs_webhook(turn, &hook))
        turn_delete(turn, message_url(turn, hook, id));
}

static void
take_withdraw(struct turn *turn)
{
    turn_go(turn, &at_withdraw, turn->index + 1);
}

static void
refuse_withdraw(struct turn *turn)
{
    if (gone(turn))
        turn_go(turn, &at_withdraw, turn->index + 1);
}

static const struct stage at_withdraw = {.name = "withdraw",
                                         .ask = ask_withdraw,
                                         .take = take_withdraw,
                                         .refuse = refuse_withdraw,
                                         .any_body = true};

/* ---- edit ---- */

static void
ask_edit(struct turn *turn)
{
    struct json_writer writer;
    str hook, id = part_id(turn);
    if (turn->index >= turn->message->parts_n || id.n == 0) {
        turn->step->remote_id = turn->call->remote_id;
        turn_done(turn);
        return;
    }
    str text = message_text(&driver_discord, turn->message, turn->index, turn->keep);
    if (count_utf16(text) > DISCORD_TEXT_MAX) {
        turn_fail(turn, CLASS_PERMANENT, S(N_("the text is longer than 2,000 characters")));
        return;
    }
    if (!needs_webhook(turn, &hook))
        return;
    auto_buf out;
    buf_init(&out, DISCORD_BODY_MAX);
    json_writer_init(&writer, &out);
    json_object_begin(&writer);
    json_key(&writer, S("content"));
    json_str(&writer, text);
    write_mentions(&writer);
    json_object_end(&writer);
    turn_post_json(turn, HTTP_PATCH, message_url(turn, hook, id), json_built(&out, turn->keep));
}

static void
take_edit(struct turn *turn)
{
    turn_go(turn, &at_edit, turn->index + 1);
}

static const struct stage at_edit = {.name = "edit", .ask = ask_edit, .take = take_edit};

/* ---- metrics: reactions are all a webhook can see ---- */

static void
ask_metrics(struct turn *turn)
{
    str hook;
    if (needs_webhook(turn, &hook))
        turn_get(turn, message_url(turn, hook, turn->call->remote_id));
}

static void
take_metrics(struct turn *turn)
{
    const struct json *list = json_get(turn->json, S("reactions"));
    double sum = 0;
    if (list && list->kind == JSON_KIND_ARRAY)
        for (const struct json *at = list->first; at; at = at->next) {
            struct maybe_real n = json_as_real(json_get(at, S("count")));
            sum += n.has ? n.is : 0;
        }
    turn->step->metrics[turn->step->metrics_n++] = (struct metric_value){S("reactions"), sum};
    turn_done(turn);
}

static const struct stage at_metrics = {
    .name = "metrics", .ask = ask_metrics, .take = take_metrics};

/* ---- limits: the network has no page for them; those of its documents hold ---- */

static void
ask_limits(struct turn *turn)
{
    turn->step->limits = S("{}");
    turn_done(turn);
}

static const struct stage at_limits = {.name = "limits", .ask = ask_limits};

/* ---- the driver ---- */

static void
read_error(const struct json *json, struct arena *keep, struct failure *failure)
{
    struct maybe_real wait = json_as_real(json_get(json, S("retry_after")));
    failure->code = json_id(keep, json_get(json, S("code")));
    failure->words = json_text(json_get(json, S("message")));
    if (wait.has && wait.is > 0 && wait.is < 86400)
        failure->retry_after = (span){(int64_t)(wait.is * 1e6)};
}

static const struct stage *const stages[] = {&at_limits, &at_verify,  &at_send,
                                             &at_link,   &at_look,    &at_withdraw,
                                             &at_edit,   &at_metrics, NULL};

static const struct plan plan = {.driver = &driver_discord,
                                 .ops = {[OP_VERIFY] = &at_verify,
                                         [OP_LIMITS] = &at_limits,
                                         [OP_PUBLISH] = &at_send,
                                         [OP_READ_BACK] = &at_look,
                                         [OP_WITHDRAW] = &at_withdraw,
                                         [OP_EDIT] = &at_edit,
                                         [OP_POST_METRICS] = &at_metrics},
                                 .stages = stages,
                                 .read_error = read_error};

static void
next(const struct channel_call *call, const struct http_answer *answer, struct arena *keep,
     struct step *ret)
{
    stages_next(&plan, call, answer, keep, ret);
}

#define READ "Discord OpenAPI", "2026-07"
const struct driver driver_discord = {
    .traits =
        {.network = "discord",
         .name = "Discord",
         .ops = {[OP_VERIFY] = true,
                 [OP_LIMITS] = true,
                 [OP_PUBLISH] = true,
                 [OP_WITHDRAW] = true,
                 [OP_EDIT] = true,
                 [OP_POST_METRICS] = true},
         .read_back = BACK_NEVER,
         .counter = COUNT_UTF16,
         .text_max = {DISCORD_TEXT_MAX, READ},
         .title_max = {DISCORD_NAME_MAX, READ},
         .serves = {"other"},
         .has_threads = true,
         .parts_apart = true,
         .has_alt = true,
         .media_max = {DISCORD_FILES_MAX, READ},
         .media_bytes_max = {10000000, "help page of Discord, files without a boost",
                             "2026-08 (from memory)"},
         .alt_max = {DISCORD_ALT_MAX, READ},
         .longest_flight = {60000000},
         .settle = {0},
         .looks = 1,
         .fields = {{"webhook", N_("Address of the webhook"),
                     N_("In Discord: edit the channel, Integrations, Webhooks, New webhook, "
                        "then copy its address"),
                     true, true}},
         .connect_help =
             N_("A webhook posts into one channel of a Discord server. It cannot tell us "
                "what it posted: when an answer is lost, you are asked to look.")},
    .next = next};
