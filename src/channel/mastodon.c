#include "base/number.h"
#include "base/translate.h"
#include "channel/drivers.h"
#include "channel/mastodon_internal.h"

/*
 * Mastodon and what speaks its API (GoToSocial, snac, Pleroma, Pixelfed …): nothing but posting itself is taken for
 * granted. Sources: Mastodon OpenAPI 4.7.0 (2026-08), channels.md 10, answers of real servers (2026-10).
 */

enum {
    MASTODON_FILES_MAX = 16, /* of one post; 4 by default, more where a server says so */
    MASTODON_BODY_MAX = 1024 * 1024,  /* bytes: the longest text taken, escaped, with room */
    MASTODON_TEXT_BYTES_MAX = 100000, /* of one post; servers with 65,535 characters exist */
    MASTODON_MIMES_MAX = 40,          /* kept of a server's list; Mastodon's own has about 30 */
    POLL_SECONDS_USUAL = 86400
};

static const struct stage at_media, at_media_v1, at_media_ready, at_status, at_withdraw,
    at_edit_look, at_edit, at_metrics, at_followers, at_verify;

str
mastodon_url(const struct turn *turn, const char *path)
{
    return arena_printf(turn->keep, "%.*s%s",
                        STR_FMT(server_clean(turn->keep, turn->account->server)), path);
}

void
mastodon_get(struct turn *turn, str url)
{
    turn_get(turn, url);
    turn_bearer(turn, account_secret(turn->account, S("token")));
}

str
mastodon_text(const struct turn *turn, int32_t part)
{
    return message_text(&driver_mastodon, turn->message, part, turn->keep);
}

/* ---- verify, and who we are ---- */

str
mastodon_handle(const struct turn *turn, const struct json *account)
{
    str acct = json_text(json_get(account, S("acct")));
    str server = server_clean(turn->keep, turn->account->server);
    if (acct.n == 0)
        acct = json_text(json_get(account, S("username")));
    if (acct.n == 0 || str_chr(acct, '@') >= 0)
        return acct.n > 0 ? arena_printf(turn->keep, "@%.*s", STR_FMT(acct)) : STR_NONE;
    ptrdiff_t at = str_find(server, S("://"));
    return arena_printf(turn->keep, "@%.*s@%.*s", STR_FMT(acct),
                        STR_FMT(str_slice(server, at < 0 ? 0 : at + 3, server.n)));
}

static void
ask_verify(struct turn *turn)
{
    if (turn->account->server.n == 0)
        turn_fail(turn, CLASS_CONFIG, S("no server is named"));
    else
        mastodon_get(turn, mastodon_url(turn, "/api/v1/accounts/verify_credentials"));
}

static void
take_verify(struct turn *turn)
{
    str id = json_id(turn->keep, json_get(turn->json, S("id")));
    if (!id.p) {
        turn_fail(turn, CLASS_CONFIG, S("the answer names no account"));
        return;
    }
    turn->step->user_id = id;
    turn->step->handle = mastodon_handle(turn, turn->json);
    turn->step->display_name = json_text(json_get(turn->json, S("display_name")));
    turn_done(turn);
}

static const struct stage at_verify = {
    .name = "verify", .ask = ask_verify, .take = take_verify};

static void
take_whoami(struct turn *turn)
{
    str id = json_id(turn->keep, json_get(turn->json, S("id")));
    if (!id.p) {
        turn_fail(turn, CLASS_CONFIG, S("the answer names no account"));
        return;
    }
    turn_remember(turn, "me", -1, id);
    turn_go(turn, &mastodon_at_list, 0);
}

const struct stage mastodon_at_whoami = {
    .name = "whoami", .ask = ask_verify, .take = take_whoami};

/* ---- limits ---- */

static void
ask_limits(struct turn *turn)
{
    mastodon_get(turn, mastodon_url(turn, "/api/v2/instance"));
}

static void
ask_limits_v1(struct turn *turn)
{
    mastodon_get(turn, mastodon_url(turn, "/api/v1/instance"));
}

static void
write_limit(struct json_writer *writer, const char *name, const struct json *value)
{
    struct maybe_int n = json_as_int(value);
    if (!n.has || n.is <= 0)
        return;
    json_key(writer, str_of(name));
    json_int(writer, n.is);
}

static void
write_mimes(struct json_writer *writer, const struct json *list)
{
    if (!list || list->kind != JSON_KIND_ARRAY || list->n == 0)
        return;
    json_key(writer, S("mimes"));
    json_array_begin(writer);
    int32_t n = 0;
    for (const struct json *at = list->first; at && n < MASTODON_MIMES_MAX; at = at->next) {
        str mime = json_text(at);
        bool wanted = str_starts(mime, S("image/")) || str_starts(mime, S("video/"));
        if (!wanted || mime.n > 32)
            continue;
        json_str(writer, mime);
        n++;
    }
    json_array_end(writer);
}

static void
take_limits(struct turn *turn)
{
    const struct json *of = json_get(turn->json, S("configuration"));
    const struct json *posts = json_get(of, S("statuses"));
    const struct json *files = json_get(of, S("media_attachments"));
    const struct json *polls = json_get(of, S("polls"));
    const struct json *text = json_get(posts, S("max_characters"));
    struct json_writer writer;
    auto_buf out;
    buf_init(&out, 16 * 1024);
    json_writer_init(&writer, &out);
    json_object_begin(&writer);
    write_limit(&writer, "text_max", text ? text : json_get(turn->json, S("max_toot_chars")));
    write_limit(&writer, "url_characters", json_get(posts, S("characters_reserved_per_url")));
    write_limit(&writer, "media_max", json_get(posts, S("max_media_attachments")));
    write_limit(&writer, "media_bytes_max", json_get(files, S("image_size_limit")));
    write_limit(&writer, "media_pixels_max", json_get(files, S("image_matrix_limit")));
    write_limit(&writer, "alt_max", json_get(files, S("description_limit")));
    write_limit(&writer, "poll_options_max", json_get(polls, S("max_options")));
    write_limit(&writer, "poll_option_max", json_get(polls, S("max_characters_per_option")));
    write_mimes(&writer, json_get(files, S("supported_mime_types")));
    json_object_end(&writer);
    turn->step->limits = json_built(&out, turn->keep);
    turn_done(turn);
}

/* A server that has no such page; one that is only away is asked again later. */
static bool
has_it_not(const struct turn *turn)
{
    return turn->failure.is == CLASS_CONFIG || turn->failure.is == CLASS_PERMANENT;
}

static void
refuse_limits(struct turn *turn)
{
    if (has_it_not(turn))
        turn_go(turn, &mastodon_at_limits_v1, 0);
}

static void
refuse_limits_v1(struct turn *turn)
{
    if (!has_it_not(turn))
        return;
    turn->step->limits = S("{}"); /* it says nothing: the usual limits hold */
    turn_done(turn);
}

const struct stage mastodon_at_limits = {
    .name = "limits", .ask = ask_limits, .take = take_limits, .refuse = refuse_limits};
const struct stage mastodon_at_limits_v1 = {
    .name = "limits v1", .ask = ask_limits_v1, .take = take_limits, .refuse = refuse_limits_v1};

/* ---- media ---- */

static int32_t
files_n(const struct turn *turn)
{
    int32_t n = turn->message->media_n;
    return n < MASTODON_FILES_MAX ? n : MASTODON_FILES_MAX;
}

static void
ask_media_at(struct turn *turn, const char *path)
{
    if (turn->index >= files_n(turn)) {
        turn_go(turn, &at_status, 0);
        return;
    }
    if (turn_memo(turn, "media", turn->index).p) {
        turn_go(turn, &at_media_ready, turn->index);
        return;
    }
    const struct channel_media *file = &turn->message->media[turn->index];
    turn_post_parts(turn, mastodon_url(turn, path));
    turn_bearer(turn, account_secret(turn->account, S("token")));
    turn_file(turn, S("file"), file);
    if (file->alt.n > 0)
        turn_part(turn, S("description"), file->alt);
}

static void
ask_media(struct turn *turn)
{
    ask_media_at(turn, "/api/v2/media");
}

static void
ask_media_v1(struct turn *turn)
{
    ask_media_at(turn, "/api/v1/media");
}

static void
take_media(struct turn *turn)
{
    str id = json_id(turn->keep, json_get(turn->json, S("id")));
    if (!id.p) {
        turn_fail(turn, CLASS_CONFIG, S("the answer names no file"));
        return;
    }
    turn_remember(turn, "media", turn->index, id);
    if (turn->answer->status == 202) {
        turn_go(turn, &at_media_ready, turn->index);
        return;
    }
    turn_remember(turn, "ready", -1, arena_printf(turn->keep, "%d", (int)turn->index + 1));
    turn_go(turn, &at_media, turn->index + 1);
}

static void
refuse_media(struct turn *turn)
{
    int32_t status = turn->answer->status;
    bool none = status == 404 || status == 405 || status == 410;
    if (turn->answer->end == HTTP_ANSWERED && (none || turn->failure.is == CLASS_CONFIG))
        turn_go(turn, &at_media_v1, turn->index);
}

/* Media are counted apart (30 in 30 minutes), and so are posts; their headers speak of that (channels.md, read 2026-08). */
static const struct stage at_media = {.name = "media",
                                      .ask = ask_media,
                                      .take = take_media,
                                      .refuse = refuse_media,
                                      .family = "media"};
static const struct stage at_media_v1 = {
    .name = "media v1", .ask = ask_media_v1, .take = take_media, .family = "media"};

static void
ask_media_ready(struct turn *turn)
{
    int64_t ready = 0;
    struct error error;
    str known = turn_memo(turn, "ready", -1);
    if (known.p && parse_i64(known, 0, MASTODON_FILES_MAX, &ready, &error) == OK &&
        turn->index < ready) {
        turn_go(turn, &at_media, turn->index + 1);
        return;
    }
    str id = turn_memo(turn, "media", turn->index);
    mastodon_get(
        turn,
        mastodon_url(turn, cstr(turn->keep, arena_printf(turn->keep, "/api/v1/media/%.*s",
                                                         STR_FMT(percent(turn->keep, id))))));
}

static void
take_media_ready(struct turn *turn)
{
    if (turn->answer->status == 206) {
        turn_wait(turn, (span){5 * SPAN_SECOND.us});
        return;
    }
    turn_remember(turn, "ready", -1, arena_printf(turn->keep, "%d", (int)turn->index + 1));
    turn_go(turn, &at_media, turn->index + 1);
}

static void
refuse_media_ready(struct turn *turn)
{
    if (turn->answer->status == 404) /* thrown away unused: it is sent again next time */
        turn_remember(turn, "media", turn->index, STR_NONE);
}

static const struct stage at_media_ready = {.name = "media ready",
                                            .ask = ask_media_ready,
                                            .take = take_media_ready,
                                            .refuse = refuse_media_ready};

/* ---- the post ---- */

static void
write_text(struct json_writer *writer, const char *name, str value)
{
    if (value.n == 0)
        return;
    json_key(writer, str_of(name));
    json_str(writer, value);
}

/* Later parts of a public thread do not fill the timelines of everybody. */
static str
visibility(const struct turn *turn)
{
    str first = turn->message->visibility;
    if (first.n == 0)
        first = settings_text(turn, S("visibility"));
    if (turn->index == 0)
        return first;
    str was = turn_memo(turn, "visibility", -1);
    if (was.n > 0)
        first = was;
    return str_eq(first, S("public")) ? S("unlisted") : first;
}

static void
write_poll(struct json_writer *writer, const struct turn *turn)
{
    int64_t lasts = turn->message->poll_lasts.us / SPAN_SECOND.us;
    json_key(writer, S("poll"));
    json_object_begin(writer);
    json_key(writer, S("options"));
    json_array_begin(writer);
    for (int32_t i = 0; i < turn->message->poll_options_n && i < POLL_OPTIONS_MAX; i++)
        json_str(writer, turn->message->poll_options[i]);
    json_array_end(writer);
    json_key(writer, S("expires_in"));
    json_int(writer, lasts > 0 ? lasts : POLL_SECONDS_USUAL);
    if (json_as_bool(options_get(turn, S("poll_multiple")), false)) {
        json_key(writer, S("multiple"));
        json_bool(writer, true);
    }
    json_object_end(writer);
}

static void
write_ids(struct json_writer *writer, const struct turn *turn)
{
    json_key(writer, S("media_ids"));
    json_array_begin(writer);
    for (int32_t i = 0; i < files_n(turn); i++)
        json_str(writer, turn_memo(turn, "media", i));
    json_array_end(writer);
}

static void
write_common(struct json_writer *writer, struct turn *turn, str text)
{
    const struct channel_message *message = turn->message;
    json_key(writer, S("status"));
    json_str(writer, text);
    write_text(writer, "spoiler_text", message->warning);
    write_text(writer, "language", message->language);
    if (message->sensitive || message->warning.n > 0) {
        json_key(writer, S("sensitive"));
        json_bool(writer, true);
    }
}

static bool
too_long(struct turn *turn, str text)
{
    if (text.n <= MASTODON_TEXT_BYTES_MAX)
        return false;
    turn_fail(turn, CLASS_PERMANENT, S("the text is longer than any server takes"));
    return true;
}

static void
published(struct turn *turn)
{
    turn->step->remote_id = turn_memo(turn, "id", 0);
    turn->step->permalink = turn_memo(turn, "url", -1);
    turn_done(turn);
}

static str
status_body(struct turn *turn, str text)
{
    struct json_writer writer;
    auto_buf out;
    buf_init(&out, MASTODON_BODY_MAX);
    json_writer_init(&writer, &out);
    json_object_begin(&writer);
    write_common(&writer, turn, text);
    write_text(&writer, "visibility", visibility(turn));
    if (turn->index == 0 && files_n(turn) > 0)
        write_ids(&writer, turn);
    else if (turn->index == 0 && turn->message->poll_options_n > 0)
        write_poll(&writer, turn);
    if (turn->index > 0)
        write_text(&writer, "in_reply_to_id", turn_memo(turn, "id", turn->index - 1));
    json_object_end(&writer);
    return json_built(&out, turn->keep);
}

static void
ask_status(struct turn *turn)
{
    if (turn->index >= turn->message->parts_n) {
        published(turn);
        return;
    }
    if (turn_memo(turn, "id", turn->index).p) {
        turn_go(turn, &at_status, turn->index + 1);
        return;
    }
    str text = mastodon_text(turn, turn->index), key = turn->message->key;
    if (too_long(turn, text))
        return;
    turn_post_json(turn, HTTP_POST, mastodon_url(turn, "/api/v1/statuses"),
                   status_body(turn, text));
    turn_bearer(turn, account_secret(turn->account, S("token")));
    turn_header(turn, S("Idempotency-Key"),
                turn->index == 0
                    ? key
                    : arena_printf(turn->keep, "%.*s-%d", STR_FMT(key), (int)turn->index + 1));
}

static void
take_status(struct turn *turn)
{
    str id = json_id(turn->keep, json_get(turn->json, S("id")));
    str url = json_web(json_get(turn->json, S("url")));
    if (!id.p) {
        turn_fail(turn, CLASS_AMBIGUOUS, S("the answer names no post"));
        return;
    }
    turn_remember(turn, "id", turn->index, id);
    if (turn->index == 0) {
        if (!url.p)
            url = json_web(json_get(turn->json, S("uri")));
        if (url.p)
            turn_remember(turn, "url", -1, url);
        turn_remember(turn, "visibility", -1, json_text(json_get(turn->json, S("visibility"))));
    }
    turn_go(turn, &at_status, turn->index + 1);
}

static const struct stage at_status = {.name = "publish",
                                       .ask = ask_status,
                                       .take = take_status,
                                       .publishes = true,
                                       .family = "posts"};

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
    turn_go(turn, &at_withdraw, turn->index + 1);
}

static void
refuse_withdraw(struct turn *turn)
{
    if (turn->answer->status == 404 || turn->answer->status == 410)
        turn_go(turn, &at_withdraw, turn->index + 1);
}

static const struct stage at_withdraw = {.name = "withdraw",
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
    turn_go(turn, &at_edit, turn->index);
}

static const struct stage at_edit_look = {
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
    for (int32_t i = 0; i < files_n(turn) && turn_memo(turn, "edit media", i).p; i++) {
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
    if (too_long(turn, text))
        return;
    auto_buf out;
    buf_init(&out, MASTODON_BODY_MAX);
    json_writer_init(&writer, &out);
    json_object_begin(&writer);
    write_common(&writer, turn, text);
    write_edit_files(&writer, turn);
    if (turn->index == 0 && turn->message->poll_options_n > 0 &&
        !turn_memo(turn, "edit media", 0).p)
        write_poll(&writer, turn);
    json_object_end(&writer);
    turn_post_json(turn, HTTP_PUT, status_url(turn, edited_id(turn)),
                   json_built(&out, turn->keep));
    turn_bearer(turn, account_secret(turn->account, S("token")));
}

static void
take_edit(struct turn *turn)
{
    turn_go(turn, &at_edit_look, turn->index + 1);
}

static const struct stage at_edit = {.name = "edit", .ask = ask_edit, .take = take_edit};

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

static const struct stage at_metrics = {
    .name = "metrics", .ask = ask_metrics, .take = take_metrics};

static void
take_followers(struct turn *turn)
{
    static const char *const names[] = {"followers_count", "following_count", "statuses_count"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        step_metric(turn->step, str_of(names[i]), json_get(turn->json, str_of(names[i])));
    turn_done(turn);
}

static const struct stage at_followers = {
    .name = "followers", .ask = ask_verify, .take = take_followers};

/* ---- the driver ---- */

static void
read_error(const struct json *json, struct arena *keep, struct failure *failure)
{
    str error = json_text(json_get(json, S("error")));
    str more = json_text(json_get(json, S("error_description")));
    failure->code = error;
    failure->words = more.n > 0 && error.n > 0
                         ? arena_printf(keep, "%.*s: %.*s", STR_FMT(error), STR_FMT(more))
                         : error;
}

static const struct stage *const stages[] = {&at_verify,
                                             &mastodon_at_whoami,
                                             &mastodon_at_list,
                                             &mastodon_at_app,
                                             &mastodon_at_token,
                                             &mastodon_at_limits,
                                             &mastodon_at_limits_v1,
                                             &at_media,
                                             &at_media_v1,
                                             &at_media_ready,
                                             &at_status,
                                             &at_withdraw,
                                             &at_edit_look,
                                             &at_edit,
                                             &at_metrics,
                                             &at_followers,
                                             NULL};

static const struct plan plan = {.driver = &driver_mastodon,
                                 .ops = {[OP_VERIFY] = &at_verify,
                                         [OP_LIMITS] = &mastodon_at_limits,
                                         [OP_PUBLISH] = &at_media,
                                         [OP_READ_BACK] = &mastodon_at_list,
                                         [OP_WITHDRAW] = &at_withdraw,
                                         [OP_EDIT] = &at_edit_look,
                                         [OP_POST_METRICS] = &at_metrics,
                                         [OP_ACCOUNT_METRICS] = &at_followers,
                                         [OP_AUTH_BEGIN] = &mastodon_at_app,
                                         [OP_AUTH_FINISH] = &mastodon_at_token},
                                 .stages = stages,
                                 .read_error = read_error};

static void
next(const struct channel_call *call, const struct http_answer *answer, struct arena *keep,
     struct step *ret)
{
    stages_next(&plan, call, answer, keep, ret);
}

#define READ "channels.md 10: configuration of /api/v2/instance", "2026-08"
const struct driver driver_mastodon =
    {.traits = {.network = "mastodon",
                .name = "Mastodon",
                .ops = {[OP_VERIFY] = true,
                        [OP_LIMITS] = true,
                        [OP_PUBLISH] = true,
                        [OP_READ_BACK] = true,
                        [OP_WITHDRAW] = true,
                        [OP_EDIT] = true,
                        [OP_POST_METRICS] = true,
                        [OP_ACCOUNT_METRICS] = true,
                        [OP_AUTH_BEGIN] = true,
                        [OP_AUTH_FINISH] = true},
                .read_back = BACK_LIST,
                .counter = COUNT_MASTODON,
                .text_max = {500, READ},
                .serves = {"mastodon"},
                .has_threads = true,
                .parts_apart = true,
                .has_alt = true,
                .has_polls = true,
                .has_warning = true,
                .has_visibility = true,
                .has_language = true,
                .media_max = {4, READ},
                .media_bytes_max = {16777216, READ},
                .media_pixels_max = {33177600, READ},
                .alt_max = {1500, READ},
                .mimes = {"image/jpeg", "image/png", "image/gif", "image/webp", "image/avif",
                          "video/mp4", "video/webm", "video/quicktime"},
                .longest_flight = {60000000},
                .settle = {30000000},
                .looks = 2,
                .fields =
                    {{"server", N_("Server"),
                      N_("The address of your server, for example https://mastodon.social"),
                      false, true},
                     {"token", N_("Access token"),
                      N_("On your server: Preferences, Development, New application, with "
                         "the rights read:accounts, read:statuses, write:statuses and "
                         "write:media; or leave it empty and connect by the button"),
                      true, false}},
                .connect_help =
                    N_("Mastodon, GoToSocial, snac and others that speak the same language. "
                       "Connect on your server's own page, or paste a token.")},
     .next = next};
