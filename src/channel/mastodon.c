#include "base/number.h"
#include "base/translate.h"
#include "channel/drivers.h"
#include "channel/mastodon_internal.h"

/*
 * Mastodon and what speaks its API (GoToSocial, snac, Pleroma, Pixelfed …): nothing but posting itself is taken for
 * granted. Sources: Mastodon OpenAPI 4.7.0 (2026-08), channels.md 10, answers of real servers (2026-10).
 */

enum {
    MASTODON_TEXT_BYTES_MAX = 100000, /* of one post; servers with 65,535 characters exist */
    POLL_SECONDS_USUAL = 86400
};

static const struct stage at_media, at_media_v1, at_media_ready, at_status;

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

/* ---- media ---- */

enum {
    MEDIA_KEPT_S =
        12 * 3600,       /* servers throw away what no post has named: Mastodon after a day */
    MEDIA_FRESH_S = 3600 /* what was sent so lately is not what a server misses */
};

/* Whether the files were sent so long ago; of an unknown time is long ago. */
static bool
media_older(const struct turn *turn, int64_t seconds)
{
    int64_t at = 0;
    struct error error;
    str known = turn_memo(turn, "media at", -1);
    if (mastodon_files_n(turn) == 0)
        return false;
    bool timed = known.p && parse_i64(known, 0, INT64_MAX, &at, &error) == OK;
    return !timed || turn->call->now.us / SPAN_SECOND.us - at > seconds;
}

static void
forget_media(struct turn *turn)
{
    for (int32_t i = 0; i < MASTODON_FILES_MAX; i++)
        turn_remember(turn, "media", i, STR_NONE);
    turn_remember(turn, "ready", -1, STR_NONE);
    turn_remember(turn, "media at", -1, STR_NONE);
}

int32_t
mastodon_files_n(const struct turn *turn)
{
    int32_t n = turn->message->media_n;
    return n < MASTODON_FILES_MAX ? n : MASTODON_FILES_MAX;
}

static void
ask_media_at(struct turn *turn, const char *path)
{
    if (turn->index >= mastodon_files_n(turn)) {
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
        turn_fail(turn, CLASS_CONFIG, S(N_("the answer names no file")));
        return;
    }
    turn_remember(turn, "media", turn->index, id);
    if (!turn_memo(turn, "media at", -1).p)
        turn_remember(
            turn, "media at", -1,
            arena_printf(turn->keep, "%lld", (long long)(turn->call->now.us / SPAN_SECOND.us)));
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
    if (!id.p) {
        turn_go(turn, &at_media, turn->index);
        return;
    }
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
    bool again = turn_memo(turn, "media again", -1).p;
    if (turn->answer->end != HTTP_ANSWERED || turn->answer->status != 404)
        return;
    /* thrown away unused: it is sent again, once; who has it sent anew may have that again */
    turn_remember(turn, "media", turn->index, STR_NONE);
    turn_remember(turn, "media again", -1, again ? STR_NONE : S("1"));
    if (!again)
        turn_go(turn, &at_media, turn->index);
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

void
mastodon_write_poll(struct json_writer *writer, const struct turn *turn)
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
    for (int32_t i = 0; i < mastodon_files_n(turn); i++)
        json_str(writer, turn_memo(turn, "media", i));
    json_array_end(writer);
}

void
mastodon_write_common(struct json_writer *writer, struct turn *turn, str text)
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

bool
mastodon_too_long(struct turn *turn, str text)
{
    if (text.n <= MASTODON_TEXT_BYTES_MAX)
        return false;
    turn_fail(turn, CLASS_PERMANENT, S(N_("the text is longer than any server takes")));
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
    mastodon_write_common(&writer, turn, text);
    write_text(&writer, "visibility", visibility(turn));
    if (turn->index == 0 && mastodon_files_n(turn) > 0)
        write_ids(&writer, turn);
    else if (turn->index == 0 && turn->message->poll_options_n > 0)
        mastodon_write_poll(&writer, turn);
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
    if (turn->index == 0 && media_older(turn, MEDIA_KEPT_S)) {
        forget_media(turn);
        turn_go(turn, &at_media, 0);
        return;
    }
    str text = mastodon_text(turn, turn->index), key = turn->message->key;
    if (mastodon_too_long(turn, text))
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
        turn_fail(turn, CLASS_AMBIGUOUS, S(N_("the answer names no post")));
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

/* Files that are gone make a post that is not taken: what may be, is sent anew. */
static void
refuse_status(struct turn *turn)
{
    bool answered = turn->answer->end == HTTP_ANSWERED;
    bool refused = turn->answer->status == 422 || turn->answer->status == 404;
    if (!answered || !refused || turn->index > 0 || !media_older(turn, MEDIA_FRESH_S))
        return;
    forget_media(turn);
    turn_go(turn, &at_media, 0);
}

static const struct stage at_status = {.name = "publish",
                                       .ask = ask_status,
                                       .take = take_status,
                                       .refuse = refuse_status,
                                       .publishes = true,
                                       .family = "posts"};

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

static const struct stage *const stages[] = {&mastodon_at_verify,
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
                                             &mastodon_at_withdraw,
                                             &mastodon_at_edit_look,
                                             &mastodon_at_edit,
                                             &mastodon_at_metrics,
                                             &mastodon_at_followers,
                                             NULL};

static const struct plan plan = {.driver = &driver_mastodon,
                                 .ops = {[OP_VERIFY] = &mastodon_at_verify,
                                         [OP_LIMITS] = &mastodon_at_limits,
                                         [OP_PUBLISH] = &at_media,
                                         [OP_READ_BACK] = &mastodon_at_list,
                                         [OP_WITHDRAW] = &mastodon_at_withdraw,
                                         [OP_EDIT] = &mastodon_at_edit_look,
                                         [OP_POST_METRICS] = &mastodon_at_metrics,
                                         [OP_ACCOUNT_METRICS] = &mastodon_at_followers,
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
