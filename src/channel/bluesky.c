#include "base/translate.h"
#include "channel/bluesky_internal.h"
#include "channel/drivers.h"
#include "channel/page.h"

/*
 * Bluesky. The key of each record is chosen before it is sent (of the moment it was made and of the delivery's key),
 * so whether it is there can be asked exactly. Sources: lexicons of 2026-08, channels.md 11, a real PDS (2026-10).
 */

static const struct stage at_mention, at_image, at_card, at_thumb, at_post;

/* ---- mentions: who is meant is looked up before ---- */

/* The handle of the index-th mention of all parts; none: there are no more. */
static str
mention_at(const struct turn *turn, int32_t index)
{
    struct facet facets[BLUESKY_FACETS_MAX];
    for (int32_t part = 0; part < turn->message->parts_n && index < BLUESKY_MENTIONS_MAX;
         part++) {
        str text = bluesky_text_of(turn, part);
        int32_t n = bluesky_facets(text, facets, BLUESKY_FACETS_MAX);
        for (int32_t i = 0; i < n; i++)
            if (facets[i].kind == FACET_MENTION && index-- == 0)
                return str_slice(text, facets[i].from + 1, facets[i].to);
    }
    return STR_NONE;
}

static void
ask_mention(struct turn *turn)
{
    str handle = mention_at(turn, turn->index);
    if (bluesky_unverified(turn))
        return;
    if (!handle.p) {
        turn_go(turn, turn->call->op == OP_EDIT ? &bluesky_at_edit_look : &at_image, 0);
        return;
    }
    if (turn_memo(turn, "mention", turn->index).p) {
        turn_go(turn, &at_mention, turn->index + 1);
        return;
    }
    struct pair pair = {S("handle"), handle};
    turn_get(turn, bluesky_xrpc(turn, bluesky_pds(turn), "com.atproto.identity.resolveHandle",
                                &pair, 1));
}

static void
keep_mention(struct turn *turn, str did)
{
    turn_remember(turn, "mention", turn->index,
                  arena_printf(turn->keep, "%.*s %.*s", STR_FMT(mention_at(turn, turn->index)),
                               STR_FMT(did)));
    turn_go(turn, &at_mention, turn->index + 1);
}

static void
take_mention(struct turn *turn)
{
    str did = json_id(turn->keep, json_get(turn->json, S("did")));
    keep_mention(turn, str_starts(did, S("did:")) ? did : S(""));
}

static void
refuse_mention(struct turn *turn)
{
    /* nobody has that handle: it stays plain text */
    if (turn->failure.is == CLASS_PERMANENT || turn->failure.is == CLASS_CONFIG)
        keep_mention(turn, S(""));
}

static const struct stage at_mention = {
    .name = "mention", .ask = ask_mention, .take = take_mention, .refuse = refuse_mention};

/* ---- pictures ---- */

static void
ask_blob(struct turn *turn, const struct channel_media *media)
{
    turn_post_file(
        turn, bluesky_xrpc(turn, bluesky_pds(turn), "com.atproto.repo.uploadBlob", NULL, 0),
        media);
    bluesky_sign(turn);
}

/* The blob as the server names it; it goes into the record as it is. */
static bool
keep_blob(struct turn *turn, const char *name, int32_t index)
{
    struct json_writer writer;
    auto_buf out;
    buf_init(&out, 4096);
    json_writer_init(&writer, &out);
    const struct json *blob = json_get(turn->json, S("blob"));
    if (!blob || blob->kind != JSON_KIND_OBJECT || !bluesky_copy(&writer, blob) ||
        out.overflown) {
        turn_fail(turn, CLASS_CONFIG, S(N_("the answer names no file")));
        return false;
    }
    turn_remember(turn, name, index, buf_str(&out));
    return true;
}

static void
ask_image(struct turn *turn)
{
    if (turn->index >= bluesky_images_n(turn))
        turn_go(turn, &at_card, 0);
    else if (turn_memo(turn, "blob", turn->index).p)
        turn_go(turn, &at_image, turn->index + 1);
    else if (!str_starts(turn->message->media[turn->index].mime, S("image/")))
        turn_fail(turn, CLASS_PERMANENT, S(N_("only pictures can be sent to Bluesky so far")));
    else
        ask_blob(turn, &turn->message->media[turn->index]);
}

static void
take_image(struct turn *turn)
{
    if (keep_blob(turn, "blob", turn->index))
        turn_go(turn, &at_image, turn->index + 1);
}

static const struct stage at_image = {
    .name = "image", .ask = ask_image, .take = take_image, .refuse = bluesky_refuse};

/* ---- the card of the link: the network reads no page, so what it shows is what we read of it ---- */

static void
card_over(struct turn *turn, str title, str text)
{
    turn_remember(turn, "card title", -1, title.p ? title : S(""));
    if (text.p)
        turn_remember(turn, "card text", -1, text);
    turn_go(turn, &at_thumb, 0);
}

static void
ask_card(struct turn *turn)
{
    str link = turn->message->link;
    bool web = str_starts(link, S("https://")) || str_starts(link, S("http://"));
    bool known = turn->message->card_title.n > 0 || turn_memo(turn, "card title", -1).p;
    if (!bluesky_is_card(turn) || !web || known)
        turn_go(turn, &at_thumb, 0);
    else
        turn_get_page(turn, link);
}

static void
take_card(struct turn *turn)
{
    str title = STR_NONE, text = STR_NONE;
    page_card(turn->keep, turn->answer->body, &title, &text);
    card_over(turn, title, text);
}

/* A page that does not answer decides nothing: the card shows its address. */
static void
refuse_card(struct turn *turn)
{
    card_over(turn, STR_NONE, STR_NONE);
}

static const struct stage at_card = {
    .name = "link",
    .ask = ask_card,
    .take = take_card,
    .refuse = refuse_card,
    .cosmetic = true,
    .any_body = true,
    .family = "pages"}; /* what others' servers bear is no matter of the network */

static void
ask_thumb(struct turn *turn)
{
    bool wanted = bluesky_is_card(turn) && turn->message->card_image;
    if (!wanted || turn_memo(turn, "thumb", -1).p)
        turn_go(turn, &at_post, 0);
    else
        ask_blob(turn, turn->message->card_image);
}

static void
take_thumb(struct turn *turn)
{
    if (keep_blob(turn, "thumb", -1))
        turn_go(turn, &at_post, 0);
}

/* A card without its picture is better than no post; but who we are must be right. */
static void
refuse_thumb(struct turn *turn)
{
    if (bluesky_again(turn) || turn->failure.is != CLASS_PERMANENT)
        return;
    turn_remember(turn, "thumb", -1, S(""));
    turn_go(turn, &at_post, 0);
}

static const struct stage at_thumb = {
    .name = "card picture", .ask = ask_thumb, .take = take_thumb, .refuse = refuse_thumb};

static void
ask_post(struct turn *turn)
{
    struct json_writer writer;
    str key, cid;
    if (turn->index >= turn->message->parts_n) {
        bluesky_published(turn);
        return;
    }
    if (bluesky_part_known(turn, turn->index, &key, &cid)) {
        turn_go(turn, &at_post, turn->index + 1);
        return;
    }
    if (bluesky_unverified(turn) || bluesky_too_long(turn, bluesky_text_of(turn, turn->index)))
        return;
    auto_buf out;
    buf_init(&out, BLUESKY_BODY_MAX);
    json_writer_init(&writer, &out);
    bluesky_begin_record(&writer, turn, bluesky_record_key(turn, turn->index));
    json_key(&writer, S("record"));
    bluesky_write_record(&writer, turn, turn->index);
    json_object_end(&writer);
    turn_post_json(
        turn, HTTP_POST,
        bluesky_xrpc(turn, bluesky_pds(turn), "com.atproto.repo.createRecord", NULL, 0),
        json_built(&out, turn->keep));
    bluesky_sign(turn);
}

static void
take_post(struct turn *turn)
{
    if (bluesky_keep_part(turn, turn->index))
        turn_go(turn, &at_post, turn->index + 1);
    else
        turn_fail(turn, CLASS_AMBIGUOUS, S(N_("the answer names another post")));
}

static void
refuse_post(struct turn *turn)
{
    if (bluesky_again(turn) || turn->failure.is != CLASS_PERMANENT)
        return;
    /* files that no record named are thrown away after a while: they are sent anew, once */
    if (str_find(turn->failure.words, S("Could not find blob")) < 0 ||
        turn_memo(turn, "blobs again", -1).p)
        return;
    turn_remember(turn, "blobs again", -1, S("1"));
    for (int32_t i = 0; i < BLUESKY_IMAGES_MAX; i++)
        turn_remember(turn, "blob", i, STR_NONE);
    turn_remember(turn, "thumb", -1, STR_NONE);
    turn_go(turn, &at_image, 0);
}

static const struct stage at_post = {.name = "publish",
                                     .ask = ask_post,
                                     .take = take_post,
                                     .refuse = refuse_post,
                                     .publishes = true,
                                     .family =
                                         "posts"}; /* points of writing are counted apart */

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
    str more = json_text(json_get(json, S("message")));
    failure->code = json_text(json_get(json, S("error")));
    if (more.n == 0)
        more = json_text(json_get(json, S("error_description"))); /* of OAuth */
    failure->words =
        more.n > 0 && failure->code.n > 0
            ? arena_printf(keep, "%.*s: %.*s", STR_FMT(failure->code), STR_FMT(more))
            : failure->code;
}

static const struct stage *const stages[] = {&at_limits,
                                             &at_mention,
                                             &at_image,
                                             &at_card,
                                             &at_thumb,
                                             &at_post,
                                             &bluesky_at_record,
                                             &bluesky_at_withdraw,
                                             &bluesky_at_edit_look,
                                             &bluesky_at_edit,
                                             &bluesky_at_metrics,
                                             &bluesky_at_profile,
                                             &bluesky_at_session,
                                             &bluesky_at_login,
                                             &bluesky_at_refresh,
                                             &bluesky_at_did,
                                             &bluesky_at_document,
                                             &bluesky_at_resource,
                                             &bluesky_at_issuer,
                                             &bluesky_at_par,
                                             &bluesky_at_token,
                                             &bluesky_at_oauth_refresh,
                                             NULL};

static const struct plan plan = {.driver = &driver_bluesky,
                                 .ops = {[OP_VERIFY] = &bluesky_at_session,
                                         [OP_LIMITS] = &at_limits,
                                         [OP_PUBLISH] = &at_mention,
                                         [OP_READ_BACK] = &bluesky_at_record,
                                         [OP_WITHDRAW] = &bluesky_at_withdraw,
                                         [OP_EDIT] = &at_mention,
                                         [OP_POST_METRICS] = &bluesky_at_metrics,
                                         [OP_ACCOUNT_METRICS] = &bluesky_at_profile,
                                         [OP_REFRESH] = &bluesky_at_refresh,
                                         [OP_AUTH_BEGIN] = &bluesky_at_did,
                                         [OP_AUTH_FINISH] = &bluesky_at_token},
                                 .stages = stages,
                                 .read_error = read_error};

static void
next(const struct channel_call *call, const struct http_answer *answer, struct arena *keep,
     struct step *ret)
{
    bluesky_note(call, answer, keep);
    stages_next(&plan, call, answer, keep, ret);
}

#define READ "lexicon app.bsky.feed.post", "2026-08"
const struct driver driver_bluesky =
    {
        .traits =
            {.network = "bluesky",
             .name = "Bluesky",
             .ops = {[OP_VERIFY] = true,
                     [OP_LIMITS] = true,
                     [OP_PUBLISH] = true,
                     [OP_READ_BACK] = true,
                     [OP_WITHDRAW] = true,
                     [OP_EDIT] = true,
                     [OP_POST_METRICS] = true,
                     [OP_ACCOUNT_METRICS] = true,
                     [OP_REFRESH] = true,
                     [OP_AUTH_BEGIN] = true,
                     [OP_AUTH_FINISH] = true},
             .read_back = BACK_EXACT,
             .counter = COUNT_GRAPHEMES,
             .text_max = {BLUESKY_TEXT_MAX, READ},
             .text_bytes_max = {BLUESKY_TEXT_BYTES_MAX, READ},
             .serves = {"bluesky"},
             .has_card = true,
             .has_threads = true,
             .parts_apart = true,
             .has_alt = true,
             .has_language = true,
             .has_tags = true,
             .media_max = {BLUESKY_IMAGES_MAX, "lexicon app.bsky.embed.images", "2026-08"},
             /* the lexicon says 2,000,000; servers of before the change take half of it */
             .media_bytes_max = {1000000, "channels.md 11: works on every server", "2026-08"},
             .mimes = {"image/jpeg", "image/png", "image/webp", "image/gif"},
             .longest_flight = {60000000},
             .settle = {0},
             .looks = 1,
             .fields = {{"user", N_("Handle"), N_("Your handle, for example name.bsky.social"),
                         false, true},
                        {"password", N_("App password"),
                         N_("At Bluesky: Settings, Privacy and security, App passwords, Add; "
                            "never your own password. Leave it empty to connect by the button"),
                         true, false},
                        {"server", N_("Server"),
                         N_("Only if your account does not live at bsky.social: the address of "
                            "your data server"),
                         false, false}},
             .connect_help =
                 N_(
                     "An app password works everywhere and can be taken back at any time. The "
                     "button asks on your own server's page instead.")},
        .next = next};
