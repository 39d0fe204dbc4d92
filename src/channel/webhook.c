#include "base/translate.h"
#include "channel/drivers.h"
#include "channel/step.h"
#include "wire/sign.h"

/*
 * A signed webhook: the message as JSON to an address of one's own, for programs that publish it further. The three headers
 * are those of the Standard Webhooks specification (read 2026): whoever has a library for it can check us. doc/decisions/0029.
 */

static const struct stage ping, publish, edit, withdraw, fixed_limits;

static void
write_field(struct json_writer *w, str name, str value)
{
    if (value.n == 0)
        return;
    json_key(w, name);
    json_str(w, value);
}

static void
write_list(struct json_writer *w, str name, const str *list, int32_t n)
{
    if (n == 0)
        return;
    json_key(w, name);
    json_array_begin(w);
    for (int32_t i = 0; i < n; i++)
        json_str(w, list[i]);
    json_array_end(w);
}

static void
write_files(struct json_writer *w, const struct channel_message *message)
{
    json_key(w, S("files"));
    json_array_begin(w);
    for (int32_t i = 0; i < message->media_n; i++) {
        const struct channel_media *media = &message->media[i];
        json_object_begin(w);
        write_field(w, S("name"), media->file_name);
        write_field(w, S("type"), media->mime);
        json_key(w, S("bytes"));
        json_int(w, media->bytes);
        write_field(w, S("alt"), media->alt);
        json_object_end(w);
    }
    json_array_end(w);
}

static void
write_message(struct json_writer *w, struct turn *turn)
{
    const struct channel_message *message = turn->message;
    json_key(w, S("message"));
    json_object_begin(w);
    write_field(w, S("created"), instant_rfc3339(turn->keep, message->created));
    write_field(w, S("title"), message->title);
    write_list(w, S("parts"), message->parts, message->parts_n);
    write_field(w, S("excerpt"), message->excerpt);
    write_field(w, S("slug"), message->slug);
    write_field(w, S("link"), message->link);
    write_list(w, S("tags"), message->tags, message->tags_n);
    write_list(w, S("categories"), message->categories, message->categories_n);
    write_field(w, S("language"), message->language);
    write_field(w, S("visibility"), message->visibility);
    write_field(w, S("warning"), message->warning);
    write_files(w, message);
    json_object_end(w);
}

/* The secret as given, or the bytes of a "whsec_…" one. */
static str
signing_key(const struct turn *turn)
{
    str bytes, key = account_secret(turn->account, S("key"));
    if (str_starts(key, S("whsec_")) &&
        base64_read(turn->keep, str_slice(key, 6, key.n), &bytes))
        return bytes;
    return key;
}

static void
send(struct turn *turn, str event, str id)
{
    auto_buf out;
    struct json_writer w;
    buf_init(&out, HTTP_BODY_MAX);
    json_writer_init(&w, &out);
    json_object_begin(&w);
    write_field(&w, S("type"), event);
    write_field(&w, S("id"), id);
    write_field(&w, S("remote_id"), turn->call->remote_id);
    if (turn->message && turn->call->op != OP_VERIFY && turn->call->op != OP_WITHDRAW)
        write_message(&w, turn);
    json_object_end(&w);
    str body = json_built(&out, turn->keep);
    str when =
        arena_printf(turn->keep, "%lld", (long long)(turn->call->now.us / SPAN_SECOND.us));
    auto_buf text;
    buf_init(&text, HTTP_BODY_MAX + 1024);
    buf_add(&text, id);
    buf_add_char(&text, '.');
    buf_add(&text, when);
    buf_add_char(&text, '.');
    buf_add(&text, body);
    str mac = sign_hmac(turn->keep, HASH_SHA256, signing_key(turn), buf_str(&text));
    turn_post_json(turn, HTTP_POST, account_secret(turn->account, S("webhook")), body);
    turn_header(turn, S("Webhook-Id"), id);
    turn_header(turn, S("Webhook-Timestamp"), when);
    turn_header(turn, S("Webhook-Signature"),
                arena_printf(turn->keep, "v1,%.*s", STR_FMT(base64(turn->keep, mac))));
}

static str
event_id(const struct turn *turn, const char *event)
{
    return arena_printf(turn->keep, "%.*s-%s", STR_FMT(turn->call->remote_id), event);
}

static void
ping_ask(struct turn *turn)
{
    send(turn, S("ping"), S("ping"));
}

static void
ping_take(struct turn *turn)
{
    turn->step->limits = S("{}");
    turn_done(turn);
}

static void
limits_ask(struct turn *turn)
{
    ping_take(turn);
}

static void
publish_ask(struct turn *turn)
{
    send(turn, S("publish"), turn->message->key);
}

/* 2xx is enough; who answers {"id":…,"url":…} is believed. */
static void
publish_take(struct turn *turn)
{
    str id = json_id(turn->keep, json_get(turn->json, S("id")));
    turn->step->remote_id = id.n > 0 ? id : turn->message->key;
    turn->step->permalink = json_web(json_get(turn->json, S("url")));
    turn_done(turn);
}

static void
edit_ask(struct turn *turn)
{
    send(turn, S("edit"), event_id(turn, "edit"));
}

static void
edit_take(struct turn *turn)
{
    turn->step->remote_id = turn->call->remote_id;
    turn_done(turn);
}

static void
withdraw_ask(struct turn *turn)
{
    send(turn, S("withdraw"), event_id(turn, "withdraw"));
}

static const struct stage ping = {
    .name = "ping", .ask = ping_ask, .take = ping_take, .any_body = true};
static const struct stage publish = {.name = "publish",
                                     .ask = publish_ask,
                                     .take = publish_take,
                                     .publishes = true,
                                     .any_body = true};
static const struct stage edit = {
    .name = "edit", .ask = edit_ask, .take = edit_take, .any_body = true};
static const struct stage withdraw = {
    .name = "withdraw", .ask = withdraw_ask, .take = edit_take, .any_body = true};
static const struct stage fixed_limits = {
    .name = "limits", .ask = limits_ask, .take = ping_take};

static const struct stage *const stages[] = {&ping,     &publish,      &edit,
                                             &withdraw, &fixed_limits, NULL};

static void
read_error(const struct json *json, struct arena *keep, struct failure *failure)
{
    (void)keep;
    failure->words = json_text(json_get(json, S("error")));
}

static void
next(const struct channel_call *call, const struct http_answer *answer, struct arena *keep,
     struct step *ret)
{
    static const struct plan plan = {.driver = &driver_webhook,
                                     .ops = {[OP_VERIFY] = &ping,
                                             [OP_LIMITS] = &fixed_limits,
                                             [OP_PUBLISH] = &publish,
                                             [OP_EDIT] = &edit,
                                             [OP_WITHDRAW] = &withdraw},
                                     .stages = stages,
                                     .read_error = read_error};
    stages_next(&plan, call, answer, keep, ret);
}

const struct driver driver_webhook = {
    .traits =
        {.network = "webhook",
         .name = "Webhook",
         .ops = {[OP_VERIFY] = true,
                 [OP_LIMITS] = true,
                 [OP_PUBLISH] = true,
                 [OP_WITHDRAW] = true,
                 [OP_EDIT] = true},
         .read_back = BACK_NEVER,
         .counter = COUNT_NONE,
         .has_card = true,
         .has_title = true,
         .has_threads = true,
         .has_alt = true,
         .names_files = true,
         .has_warning = true,
         .has_visibility = true,
         .has_language = true,
         .has_tags = true,
         .has_categories = true,
         .longest_flight = {120000000}, /* what proxies before it give a request at most */
         .fields = {{.name = "webhook",
                     .label = N_("Address that receives"),
                     .hint = N_("Who knows it can send to it: it is kept like a password"),
                     .secret = true,
                     .required = true},
                    {.name = "key",
                     .label = N_("Signing secret"),
                     .hint = N_("Any long text, or one that begins with whsec_; the receiver "
                                "checks our signature with it"),
                     .secret = true,
                     .required = true}},
         .connect_help =
             N_("Each post is sent as signed JSON to an address of your own. The "
                "receiver answers 2xx, and may give the id and url of what it made.")},
    .next = next};
