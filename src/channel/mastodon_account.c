#include "base/translate.h"
#include "channel/mastodon_internal.h"

/* What is asked of the account and its server: who we are, what a post may be, who follows. */

enum { MASTODON_MIMES_MAX = 40 /* kept of a server's list; Mastodon's own has about 30 */ };

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
        turn_fail(turn, CLASS_CONFIG, S(N_("no server is named")));
    else
        mastodon_get(turn, mastodon_url(turn, "/api/v1/accounts/verify_credentials"));
}

static void
take_verify(struct turn *turn)
{
    str id = json_id(turn->keep, json_get(turn->json, S("id")));
    if (!id.p) {
        turn_fail(turn, CLASS_CONFIG, S(N_("the answer names no account")));
        return;
    }
    turn->step->user_id = id;
    turn->step->handle = mastodon_handle(turn, turn->json);
    turn->step->display_name = json_text(json_get(turn->json, S("display_name")));
    turn_done(turn);
}

const struct stage mastodon_at_verify = {
    .name = "verify", .ask = ask_verify, .take = take_verify};

static void
take_whoami(struct turn *turn)
{
    str id = json_id(turn->keep, json_get(turn->json, S("id")));
    if (!id.p) {
        turn_fail(turn, CLASS_CONFIG, S(N_("the answer names no account")));
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

/* ---- its numbers ---- */

static void
take_followers(struct turn *turn)
{
    static const char *const names[] = {"followers_count", "following_count", "statuses_count"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        step_metric(turn->step, str_of(names[i]), json_get(turn->json, str_of(names[i])));
    turn_done(turn);
}

const struct stage mastodon_at_followers = {
    .name = "followers", .ask = ask_verify, .take = take_followers};
