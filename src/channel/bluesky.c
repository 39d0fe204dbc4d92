#include "base/text.h"
#include "base/translate.h"
#include "channel/bluesky_internal.h"
#include "channel/drivers.h"

/*
 * Bluesky. The key of each record is chosen before it is sent (of the moment it was made and of the delivery's key),
 * so whether it is there can be asked exactly. Sources: lexicons of 2026-08, channels.md 11, a real PDS (2026-10).
 */

enum {
    BLUESKY_TEXT_MAX = 300,        /* graphemes; lexicon app.bsky.feed.post, read 2026-08 */
    BLUESKY_TEXT_BYTES_MAX = 3000, /* the same */
    BLUESKY_IMAGES_MAX = 4,        /* lexicon app.bsky.embed.images, read 2026-08 */
    BLUESKY_TAGS_MAX = 8,          /* besides those in the text; lexicon app.bsky.feed.post */
    BLUESKY_BODY_MAX =
        256 * 1024, /* bytes of a record: text, 60 facets, 4 descriptions of 10,000 */
    BLUESKY_ALT_BYTES_MAX = 10000, /* no lexicon says one; a record has 1 MB at most */
    MENTIONS_MAX = 20,             /* looked up for one post; more are left as plain text */
    PART_APART_US = 1000           /* between the keys of the parts of a thread */
};

#define COLLECTION "app.bsky.feed.post"

static const struct stage at_mention, at_image, at_thumb, at_post, at_record, at_withdraw,
    at_edit_look, at_edit, at_metrics, at_profile;

/* ---- what a part is ---- */

/*
 * The text of a part. Beside pictures there is no room for a card: the link stands in the text then.
 */
static str
text_of(const struct turn *turn, int32_t part)
{
    const struct channel_message *message = turn->message;
    str text = message->parts[part];
    if (part > 0 || message->link.n == 0 || message->media_n == 0)
        return text;
    for (int32_t i = 0; i < message->parts_n; i++)
        if (str_find(message->parts[i], message->link) >= 0)
            return text;
    return text.n == 0 ? message->link
                       : arena_printf(turn->keep, "%.*s\n\n%.*s", STR_FMT(text),
                                      STR_FMT(message->link));
}

static instant
created(const struct turn *turn, int32_t part)
{
    return instant_add(turn->message->created, (span){(int64_t)part * PART_APART_US});
}

static str
record_key(const struct turn *turn, int32_t part)
{
    return bluesky_tid(turn->keep, created(turn, part).us,
                       (int32_t)(str_hash(turn->message->key) & 1023));
}

static str
uri(const struct turn *turn, str key)
{
    return arena_printf(turn->keep, "at://%.*s/" COLLECTION "/%.*s",
                        STR_FMT(turn->account->user_id), STR_FMT(key));
}

/* A part that is out is remembered as "key cid". */
static bool
part_known(const struct turn *turn, int32_t part, str *ret_key, str *ret_cid)
{
    str text = turn_memo(turn, "part", part);
    if (!text.p || !str_cut(&text, ' ', ret_key))
        return false;
    *ret_cid = text;
    return true;
}

static bool
unverified(struct turn *turn)
{
    if (turn->account->user_id.n > 0)
        return false;
    turn_fail(turn, CLASS_CONFIG, S("the account was not verified yet"));
    return true;
}

/* ---- mentions: who is meant is looked up before ---- */

/* The handle of the index-th mention of all parts; none: there are no more. */
static str
mention_at(const struct turn *turn, int32_t index)
{
    struct facet facets[BLUESKY_FACETS_MAX];
    for (int32_t part = 0; part < turn->message->parts_n && index < MENTIONS_MAX; part++) {
        str text = text_of(turn, part);
        int32_t n = bluesky_facets(text, facets, BLUESKY_FACETS_MAX);
        for (int32_t i = 0; i < n; i++)
            if (facets[i].kind == FACET_MENTION && index-- == 0)
                return str_slice(text, facets[i].from + 1, facets[i].to);
    }
    return STR_NONE;
}

/* What is known of a handle: its DID; empty when nobody has it; none when it was not asked yet. */
static str
did_of(const struct turn *turn, str handle)
{
    for (int32_t i = 0; i < MENTIONS_MAX; i++) {
        str text = turn_memo(turn, "mention", i), name;
        if (!text.p)
            break;
        if (str_cut(&text, ' ', &name) && str_eq_ascii_case(name, handle))
            return text;
    }
    return STR_NONE;
}

static void
ask_mention(struct turn *turn)
{
    str handle = mention_at(turn, turn->index);
    if (unverified(turn))
        return;
    if (!handle.p) {
        turn_go(turn, turn->call->op == OP_EDIT ? &at_edit_look : &at_image, 0);
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

static int32_t
images_n(const struct turn *turn)
{
    int32_t n = turn->message->media_n;
    return n < BLUESKY_IMAGES_MAX ? n : BLUESKY_IMAGES_MAX;
}

static bool
is_card(const struct turn *turn)
{
    return turn->message->media_n == 0 && turn->message->link.n > 0;
}

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
        turn_fail(turn, CLASS_CONFIG, S("the answer names no file"));
        return false;
    }
    turn_remember(turn, name, index, buf_str(&out));
    return true;
}

static void
ask_image(struct turn *turn)
{
    if (turn->index >= images_n(turn))
        turn_go(turn, &at_thumb, 0);
    else if (turn_memo(turn, "blob", turn->index).p)
        turn_go(turn, &at_image, turn->index + 1);
    else if (!str_starts(turn->message->media[turn->index].mime, S("image/")))
        turn_fail(turn, CLASS_PERMANENT, S("only pictures can be sent to Bluesky so far"));
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

static void
ask_thumb(struct turn *turn)
{
    bool wanted = is_card(turn) && turn->message->card_image;
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

/* ---- the record ---- */

static void
write_text(struct json_writer *writer, const char *name, str value)
{
    json_key(writer, str_of(name));
    json_str(writer, value.p ? value : S(""));
}

static void
write_facet(struct json_writer *writer, const struct facet *facet, const char *type,
            const char *member, str value)
{
    json_object_begin(writer);
    json_key(writer, S("index"));
    json_object_begin(writer);
    json_key(writer, S("byteStart"));
    json_int(writer, facet->from);
    json_key(writer, S("byteEnd"));
    json_int(writer, facet->to);
    json_object_end(writer);
    json_key(writer, S("features"));
    json_array_begin(writer);
    json_object_begin(writer);
    write_text(writer, "$type", str_of(type));
    write_text(writer, member, value);
    json_object_end(writer);
    json_array_end(writer);
    json_object_end(writer);
}

static void
write_facets(struct json_writer *writer, const struct turn *turn, str text)
{
    struct facet facets[BLUESKY_FACETS_MAX];
    int32_t n = bluesky_facets(text, facets, BLUESKY_FACETS_MAX);
    if (n == 0)
        return;
    json_key(writer, S("facets"));
    json_array_begin(writer);
    for (int32_t i = 0; i < n; i++) {
        const struct facet *at = &facets[i];
        str all = str_slice(text, at->from, at->to),
            name = str_slice(text, at->from + 1, at->to);
        str did = at->kind == FACET_MENTION ? did_of(turn, name) : STR_NONE;
        if (at->kind == FACET_LINK)
            write_facet(writer, at, "app.bsky.richtext.facet#link", "uri", all);
        else if (at->kind == FACET_TAG)
            write_facet(writer, at, "app.bsky.richtext.facet#tag", "tag", name);
        else if (did.n > 0)
            write_facet(writer, at, "app.bsky.richtext.facet#mention", "did", did);
    }
    json_array_end(writer);
}

/* A blob that was remembered; false when there is none. */
static bool
write_blob(struct json_writer *writer, const struct turn *turn, const char *name, str text)
{
    struct json *json;
    struct error error;
    if (text.n == 0 || json_parse(turn->keep, text, &json, &error) != OK)
        return false;
    json_key(writer, str_of(name));
    return bluesky_copy(writer, json);
}

static void
write_images(struct json_writer *writer, const struct turn *turn)
{
    json_key(writer, S("embed"));
    json_object_begin(writer);
    write_text(writer, "$type", S("app.bsky.embed.images"));
    json_key(writer, S("images"));
    json_array_begin(writer);
    for (int32_t i = 0; i < images_n(turn); i++) {
        const struct channel_media *media = &turn->message->media[i];
        json_object_begin(writer);
        (void)write_blob(writer, turn, "image", turn_memo(turn, "blob", i)); /* we wrote it */
        write_text(writer, "alt", str_slice(media->alt, 0, BLUESKY_ALT_BYTES_MAX));
        if (media->width > 0 && media->height > 0) {
            json_key(writer, S("aspectRatio"));
            json_object_begin(writer);
            json_key(writer, S("width"));
            json_int(writer, media->width);
            json_key(writer, S("height"));
            json_int(writer, media->height);
            json_object_end(writer);
        }
        json_object_end(writer);
    }
    json_array_end(writer);
    json_object_end(writer);
}

static void
write_card(struct json_writer *writer, const struct turn *turn)
{
    const struct channel_message *message = turn->message;
    json_key(writer, S("embed"));
    json_object_begin(writer);
    write_text(writer, "$type", S("app.bsky.embed.external"));
    json_key(writer, S("external"));
    json_object_begin(writer);
    write_text(writer, "uri", message->link);
    write_text(writer, "title",
               text_cut(message->card_title.n > 0 ? message->card_title : message->link, 300));
    write_text(writer, "description", text_cut(message->card_text, 1000));
    (void)write_blob(writer, turn, "thumb",
                     turn_memo(turn, "thumb", -1)); /* none: no picture */
    json_object_end(writer);
    json_object_end(writer);
}

static void
write_ref(struct json_writer *writer, const struct turn *turn, const char *name, int32_t part)
{
    str key, cid;
    if (!part_known(turn, part, &key, &cid))
        return; /* cannot be: parts go out in order */
    json_key(writer, str_of(name));
    json_object_begin(writer);
    write_text(writer, "uri", uri(turn, key));
    write_text(writer, "cid", cid);
    json_object_end(writer);
}

static void
write_tags(struct json_writer *writer, const struct channel_message *message)
{
    if (message->tags_n == 0)
        return;
    json_key(writer, S("tags"));
    json_array_begin(writer);
    for (int32_t i = 0; i < message->tags_n && i < BLUESKY_TAGS_MAX; i++) {
        str tag = message->tags[i];
        json_str(writer,
                 text_cut(str_starts(tag, S("#")) ? str_slice(tag, 1, tag.n) : tag, 64));
    }
    json_array_end(writer);
}

/* A warning about the pictures, as the author gives it: "sexual", "nudity", "porn", "graphic-media". */
static void
write_labels(struct json_writer *writer, const struct turn *turn)
{
    str label = json_text(options_get(turn, S("label")));
    if (label.n == 0)
        return;
    json_key(writer, S("labels"));
    json_object_begin(writer);
    write_text(writer, "$type", S("com.atproto.label.defs#selfLabels"));
    json_key(writer, S("values"));
    json_array_begin(writer);
    json_object_begin(writer);
    write_text(writer, "val", label);
    json_object_end(writer);
    json_array_end(writer);
    json_object_end(writer);
}

static void
write_record(struct json_writer *writer, const struct turn *turn, int32_t part)
{
    str text = text_of(turn, part);
    json_object_begin(writer);
    write_text(writer, "$type", S(COLLECTION));
    write_text(writer, "text", text);
    write_text(writer, "createdAt", instant_rfc3339(turn->keep, created(turn, part)));
    if (turn->message->language.n > 0) {
        json_key(writer, S("langs"));
        json_array_begin(writer);
        json_str(writer, turn->message->language);
        json_array_end(writer);
    }
    write_facets(writer, turn, text);
    if (part == 0) {
        if (images_n(turn) > 0)
            write_images(writer, turn);
        else if (is_card(turn))
            write_card(writer, turn);
        write_tags(writer, turn->message);
        write_labels(writer, turn);
    } else {
        json_key(writer, S("reply"));
        json_object_begin(writer);
        write_ref(writer, turn, "root", 0);
        write_ref(writer, turn, "parent", part - 1);
        json_object_end(writer);
    }
    json_object_end(writer);
}

static bool
too_long(struct turn *turn, str text)
{
    if (text.n <= BLUESKY_TEXT_BYTES_MAX && text_graphemes(text) <= BLUESKY_TEXT_MAX)
        return false;
    turn_fail(turn, CLASS_PERMANENT,
              S("the text, with the link that stands in it, has more than 300 characters"));
    return true;
}

static void
published(struct turn *turn)
{
    str key, cid, who = bluesky_handle(turn->account);
    if (!part_known(turn, 0, &key, &cid))
        return;
    turn->step->remote_id = uri(turn, key);
    turn->step->permalink =
        arena_printf(turn->keep, "https://bsky.app/profile/%.*s/post/%.*s",
                     STR_FMT(who.n > 0 && str_chr(who, '@') < 0 ? who : turn->account->user_id),
                     STR_FMT(key));
    turn_done(turn);
}

/* Everything but what differs between creating and replacing a record. */
static void
begin_record(struct json_writer *writer, const struct turn *turn, str key)
{
    json_object_begin(writer);
    write_text(writer, "repo", turn->account->user_id);
    write_text(writer, "collection", S(COLLECTION));
    write_text(writer, "rkey", key);
}

static void
ask_post(struct turn *turn)
{
    struct json_writer writer;
    str key, cid;
    if (turn->index >= turn->message->parts_n) {
        published(turn);
        return;
    }
    if (part_known(turn, turn->index, &key, &cid)) {
        turn_go(turn, &at_post, turn->index + 1);
        return;
    }
    if (unverified(turn) || too_long(turn, text_of(turn, turn->index)))
        return;
    auto_buf out;
    buf_init(&out, BLUESKY_BODY_MAX);
    json_writer_init(&writer, &out);
    begin_record(&writer, turn, record_key(turn, turn->index));
    json_key(&writer, S("record"));
    write_record(&writer, turn, turn->index);
    json_object_end(&writer);
    turn_post_json(
        turn, HTTP_POST,
        bluesky_xrpc(turn, bluesky_pds(turn), "com.atproto.repo.createRecord", NULL, 0),
        json_built(&out, turn->keep));
    bluesky_sign(turn);
}

/* Keeps a part as out, by the version of it the answer names. */
static bool
keep_part(struct turn *turn, int32_t part)
{
    str cid = json_id(turn->keep, json_get(turn->json, S("cid")));
    if (!cid.p || !str_starts(json_text(json_get(turn->json, S("uri"))), S("at://")))
        return false;
    turn_remember(
        turn, "part", part,
        arena_printf(turn->keep, "%.*s %.*s", STR_FMT(record_key(turn, part)), STR_FMT(cid)));
    return true;
}

static void
take_post(struct turn *turn)
{
    if (keep_part(turn, turn->index))
        turn_go(turn, &at_post, turn->index + 1);
    else
        turn_fail(turn, CLASS_AMBIGUOUS, S("the answer names another post"));
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

/* ---- read back: the record under our key ---- */

static void
get_record(struct turn *turn, str key)
{
    const struct pair pairs[] = {{S("repo"), turn->account->user_id},
                                 {S("collection"), S(COLLECTION)},
                                 {S("rkey"), key}};
    turn_get(turn,
             bluesky_xrpc(turn, bluesky_pds(turn), "com.atproto.repo.getRecord", pairs, 3));
    bluesky_sign(turn);
}

static void
ask_record(struct turn *turn)
{
    str key, cid;
    if (unverified(turn))
        return;
    if (turn->index >= turn->message->parts_n) {
        turn->step->presence = PRESENCE_FOUND;
        published(turn);
    } else if (part_known(turn, turn->index, &key, &cid)) {
        turn_go(turn, &at_record, turn->index + 1);
    } else {
        get_record(turn, record_key(turn, turn->index));
    }
}

static void
take_record(struct turn *turn)
{
    str made = json_text(json_get(json_get(turn->json, S("value")), S("createdAt")));
    if (str_eq(made, instant_rfc3339(turn->keep, created(turn, turn->index))) &&
        keep_part(turn, turn->index)) {
        turn_go(turn, &at_record, turn->index + 1);
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

static const struct stage at_record = {
    .name = "record", .ask = ask_record, .take = take_record, .refuse = refuse_record};

/* ---- withdraw: the last part first ---- */

static str
remote_key(const struct turn *turn)
{
    str id = turn->call->remote_id;
    ptrdiff_t at = str_find(id, S("/" COLLECTION "/"));
    return at < 0 ? STR_NONE : str_slice(id, at + (ptrdiff_t)sizeof COLLECTION + 1, id.n);
}

/* How many posts it became; one at least, whatever is remembered. */
static int32_t
parts_known(const struct turn *turn)
{
    str key, cid;
    int32_t n = 1;
    while (n < MESSAGE_PARTS_MAX && part_known(turn, n, &key, &cid))
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
    if (part == 0 || !part_known(turn, part, &key, &cid))
        key = remote_key(turn);
    if (unverified(turn))
        return;
    if (key.n == 0) {
        turn_fail(turn, CLASS_PERMANENT, S("this is no post of Bluesky"));
        return;
    }
    auto_buf out;
    buf_init(&out, 4096);
    json_writer_init(&writer, &out);
    begin_record(&writer, turn, str_slice(key, 0, STEP_ID_MAX));
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
    turn_go(turn, &at_withdraw, turn->index + 1);
}

static const struct stage at_withdraw = {.name = "withdraw",
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
    return part_known(turn, turn->index, &key, &cid) ? key : STR_NONE;
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
        turn_fail(turn, CLASS_CONFIG, S("the answer is no post"));
        return;
    }
    turn_remember(turn, "edit cid", -1, cid);
    turn_remember(turn, "edit record", -1, buf_str(&out));
    turn_go(turn, &at_edit, turn->index);
}

static const struct stage at_edit_look = {.name = "edit look",
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
    write_text(writer, "text", text);
    write_facets(writer, turn, text);
    json_object_end(writer);
}

static void
ask_edit(struct turn *turn)
{
    struct json_writer writer;
    struct json *record;
    struct error error;
    str text = text_of(turn, turn->index);
    if (too_long(turn, text))
        return;
    if (json_parse(turn->keep, turn_memo(turn, "edit record", -1), &record, &error) != OK) {
        turn_go(turn, &at_edit_look, turn->index);
        return;
    }
    auto_buf out;
    buf_init(&out, 2 * BLUESKY_BODY_MAX);
    json_writer_init(&writer, &out);
    begin_record(&writer, turn, str_slice(edited_key(turn), 0, STEP_ID_MAX));
    write_text(&writer, "swapRecord", turn_memo(turn, "edit cid", -1));
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
    turn_go(turn, &at_edit_look, turn->index + 1);
}

static const struct stage at_edit = {
    .name = "edit", .ask = ask_edit, .take = take_edit, .refuse = bluesky_refuse};

/* ---- metrics: of the view over all data servers, which one's own may not have ---- */

static void
refuse_metrics(struct turn *turn)
{
    if (bluesky_again(turn))
        return;
    if (str_find(turn->failure.words, S("No service configured")) >= 0)
        turn_fail(turn, CLASS_CONFIG,
                  S("this data server has no view of the network: no numbers"));
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
        turn_fail(turn, CLASS_PERMANENT, S("the post is not there any more"));
    else
        take_counts(turn, posts->first, names);
}

static const struct stage at_metrics = {
    .name = "metrics", .ask = ask_metrics, .take = take_metrics, .refuse = refuse_metrics};

static void
ask_profile(struct turn *turn)
{
    struct pair pair = {S("actor"), turn->account->user_id};
    if (unverified(turn))
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

static const struct stage at_profile = {
    .name = "profile", .ask = ask_profile, .take = take_profile, .refuse = refuse_metrics};

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
                                             &at_thumb,
                                             &at_post,
                                             &at_record,
                                             &at_withdraw,
                                             &at_edit_look,
                                             &at_edit,
                                             &at_metrics,
                                             &at_profile,
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
                                         [OP_READ_BACK] = &at_record,
                                         [OP_WITHDRAW] = &at_withdraw,
                                         [OP_EDIT] = &at_mention,
                                         [OP_POST_METRICS] = &at_metrics,
                                         [OP_ACCOUNT_METRICS] = &at_profile,
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
