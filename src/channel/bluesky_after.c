#include "base/translate.h"
#include "channel/bluesky_internal.h"

/* What is asked of posts that are out: whether they are, withdrawn, edited, counted. */

/* ---- read back: the record under our key ---- */

static void
get_record(struct turn *turn, str key)
{
    const struct pair pairs[] = {{S("repo"), turn->account->user_id},
                                 {S("collection"), S(BLUESKY_COLLECTION)},
                                 {S("rkey"), key}};
    turn_get(turn,
             bluesky_xrpc(turn, bluesky_pds(turn), "com.atproto.repo.getRecord", pairs, 3));
    bluesky_sign(turn);
}

static void
ask_record(struct turn *turn)
{
    str key, cid;
    if (bluesky_unverified(turn))
        return;
    if (turn->index >= turn->message->parts_n) {
        turn->step->presence = PRESENCE_FOUND;
        bluesky_published(turn);
    } else if (bluesky_part_known(turn, turn->index, &key, &cid)) {
        turn_go(turn, &bluesky_at_record, turn->index + 1);
    } else {
        get_record(turn, bluesky_record_key(turn, turn->index));
    }
}

static void
take_record(struct turn *turn)
{
    str made = json_text(json_get(json_get(turn->json, S("value")), S("createdAt")));
    if (str_eq(made, instant_rfc3339(turn->keep, bluesky_created(turn, turn->index))) &&
        bluesky_keep_part(turn, turn->index)) {
        turn_go(turn, &bluesky_at_record, turn->index + 1);
        return;
    }
    turn->step->presence = PRESENCE_UNKNOWN; /* something else has our key */
    turn_done(turn);
}

/* A thread of which parts are missing is not there as a whole: those are sent, and only those. */
static void
refuse_record(struct turn *turn)
{
    if (bluesky_again(turn) || !str_eq(turn->failure.code, S("RecordNotFound")))
        return;
    turn->step->presence = PRESENCE_ABSENT;
    turn_done(turn);
}

const struct stage bluesky_at_record = {
    .name = "record", .ask = ask_record, .take = take_record, .refuse = refuse_record};

/* ---- withdraw: the last part first ---- */

static str
remote_key(const struct turn *turn)
{
    str id = turn->call->remote_id;
    ptrdiff_t at = str_find(id, S("/" BLUESKY_COLLECTION "/"));
    return at < 0 ? STR_NONE
                  : str_slice(id, at + (ptrdiff_t)sizeof BLUESKY_COLLECTION + 1, id.n);
}

/* How many posts it became; one at least, whatever is remembered. */
static int32_t
parts_known(const struct turn *turn)
{
    str key, cid;
    int32_t n = 1;
    while (n < MESSAGE_PARTS_MAX && bluesky_part_known(turn, n, &key, &cid))
        n++;
    return n;
}

static void
ask_withdraw(struct turn *turn)
{
    struct json_writer writer;
    str key, cid;
    int32_t part = parts_known(turn) - 1 - turn->index;
    if (part < 0) {
        turn_done(turn);
        return;
    }
    if (part == 0 || !bluesky_part_known(turn, part, &key, &cid))
        key = remote_key(turn);
    if (bluesky_unverified(turn))
        return;
    if (key.n == 0) {
        turn_fail(turn, CLASS_PERMANENT, S(N_("this is no post of Bluesky")));
        return;
    }
    auto_buf out;
    buf_init(&out, 4096);
    json_writer_init(&writer, &out);
    bluesky_begin_record(&writer, turn, str_slice(key, 0, STEP_ID_MAX));
    json_object_end(&writer);
    turn_post_json(
        turn, HTTP_POST,
        bluesky_xrpc(turn, bluesky_pds(turn), "com.atproto.repo.deleteRecord", NULL, 0),
        json_built(&out, turn->keep));
    bluesky_sign(turn);
}

static void
take_withdraw(struct turn *turn)
{
    turn_go(turn, &bluesky_at_withdraw, turn->index + 1);
}

const struct stage bluesky_at_withdraw = {.name = "withdraw",
                                          .ask = ask_withdraw,
                                          .take = take_withdraw,
                                          .refuse = bluesky_refuse,
                                          .any_body = true};

/* ---- edit: the record as it is, with another text ---- */

static str
edited_key(const struct turn *turn)
{
    str key, cid;
    if (turn->index == 0)
        return remote_key(turn);
    return bluesky_part_known(turn, turn->index, &key, &cid) ? key : STR_NONE;
}

static void
ask_edit_look(struct turn *turn)
{
    str key = edited_key(turn);
    if (turn->index >= turn->message->parts_n || key.n == 0) {
        turn->step->remote_id = turn->call->remote_id;
        turn_done(turn);
        return;
    }
    get_record(turn, key);
}

static void
take_edit_look(struct turn *turn)
{
    struct json_writer writer;
    const struct json *value = json_get(turn->json, S("value"));
    str cid = json_id(turn->keep, json_get(turn->json, S("cid")));
    auto_buf out;
    buf_init(&out, BLUESKY_BODY_MAX);
    json_writer_init(&writer, &out);
    if (!cid.p || !value || value->kind != JSON_KIND_OBJECT || !bluesky_copy(&writer, value) ||
        out.overflown) {
        turn_fail(turn, CLASS_CONFIG, S(N_("the answer is no post")));
        return;
    }
    turn_remember(turn, "edit cid", -1, cid);
    turn_remember(turn, "edit record", -1, buf_str(&out));
    turn_go(turn, &bluesky_at_edit, turn->index);
}

const struct stage bluesky_at_edit_look = {.name = "edit look",
                                           .ask = ask_edit_look,
                                           .take = take_edit_look,
                                           .refuse = bluesky_refuse};

static void
write_edited(struct json_writer *writer, const struct turn *turn, const struct json *record,
             str text)
{
    json_object_begin(writer);
    for (const struct json *at = record->first; at; at = at->next) {
        if (str_eq(at->key, S("text")) || str_eq(at->key, S("facets")))
            continue;
        json_key(writer, at->key);
        if (!bluesky_copy(writer, at))
            json_null(writer); /* cannot be: it was copied before */
    }
    bluesky_write_text(writer, "text", text);
    bluesky_write_facets(writer, turn, text);
    json_object_end(writer);
}

static void
ask_edit(struct turn *turn)
{
    struct json_writer writer;
    struct json *record;
    struct error error;
    str text = bluesky_text_of(turn, turn->index);
    if (bluesky_too_long(turn, text))
        return;
    if (json_parse(turn->keep, turn_memo(turn, "edit record", -1), &record, &error) != OK) {
        turn_go(turn, &bluesky_at_edit_look, turn->index);
        return;
    }
    auto_buf out;
    buf_init(&out, 2 * BLUESKY_BODY_MAX);
    json_writer_init(&writer, &out);
    bluesky_begin_record(&writer, turn, str_slice(edited_key(turn), 0, STEP_ID_MAX));
    bluesky_write_text(&writer, "swapRecord", turn_memo(turn, "edit cid", -1));
    json_key(&writer, S("record"));
    write_edited(&writer, turn, record, text);
    json_object_end(&writer);
    turn_post_json(turn, HTTP_POST,
                   bluesky_xrpc(turn, bluesky_pds(turn), "com.atproto.repo.putRecord", NULL, 0),
                   json_built(&out, turn->keep));
    bluesky_sign(turn);
}

static void
take_edit(struct turn *turn)
{
    turn_remember(turn, "edit record", -1, STR_NONE);
    turn_go(turn, &bluesky_at_edit_look, turn->index + 1);
}

const struct stage bluesky_at_edit = {
    .name = "edit", .ask = ask_edit, .take = take_edit, .refuse = bluesky_refuse};

/* ---- metrics: of the view over all data servers, which one's own may not have ---- */

static void
refuse_metrics(struct turn *turn)
{
    if (bluesky_again(turn))
        return;
    if (str_find(turn->failure.words, S("No service configured")) >= 0)
        turn_fail(turn, CLASS_CONFIG,
                  S(N_("this data server has no view of the network: no numbers")));
}

static void
take_counts(struct turn *turn, const struct json *of, const char *const *names)
{
    for (; *names; names++)
        step_metric(turn->step, str_of(*names), json_get(of, str_of(*names)));
    turn_done(turn);
}

static void
ask_metrics(struct turn *turn)
{
    struct pair pair = {S("uris"), turn->call->remote_id};
    turn_get(turn, bluesky_xrpc(turn, bluesky_pds(turn), "app.bsky.feed.getPosts", &pair, 1));
    bluesky_sign(turn);
}

static void
take_metrics(struct turn *turn)
{
    static const char *const names[] = {"likeCount",  "repostCount",   "replyCount",
                                        "quoteCount", "bookmarkCount", NULL};
    const struct json *posts = json_get(turn->json, S("posts"));
    if (!posts || posts->kind != JSON_KIND_ARRAY || !posts->first)
        turn_fail(turn, CLASS_PERMANENT, S(N_("the post is not there any more")));
    else
        take_counts(turn, posts->first, names);
}

const struct stage bluesky_at_metrics = {
    .name = "metrics", .ask = ask_metrics, .take = take_metrics, .refuse = refuse_metrics};

static void
ask_profile(struct turn *turn)
{
    struct pair pair = {S("actor"), turn->account->user_id};
    if (bluesky_unverified(turn))
        return;
    turn_get(turn,
             bluesky_xrpc(turn, bluesky_pds(turn), "app.bsky.actor.getProfile", &pair, 1));
    bluesky_sign(turn);
}

static void
take_profile(struct turn *turn)
{
    static const char *const names[] = {"followersCount", "followsCount", "postsCount", NULL};
    take_counts(turn, turn->json, names);
}

const struct stage bluesky_at_profile = {
    .name = "profile", .ask = ask_profile, .take = take_profile, .refuse = refuse_metrics};
