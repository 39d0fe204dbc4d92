#include "base/text.h"
#include "base/translate.h"
#include "channel/bluesky_internal.h"

/* What a part of a message is on Bluesky: its text, its key, and the record that is sent. */

enum {
    TAGS_MAX = 8,          /* besides those in the text; lexicon app.bsky.feed.post */
    ALT_BYTES_MAX = 10000, /* no lexicon says one; a record has 1 MB at most */
    PART_APART_US = 1000   /* between the keys of the parts of a thread */
};

/* ---- what a part is ---- */

/*
 * The text of a part. Beside pictures there is no room for a card: the link stands in the text then.
 */
str
bluesky_text_of(const struct turn *turn, int32_t part)
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

instant
bluesky_created(const struct turn *turn, int32_t part)
{
    return instant_add(turn->message->created, (span){(int64_t)part * PART_APART_US});
}

str
bluesky_record_key(const struct turn *turn, int32_t part)
{
    return bluesky_tid(turn->keep, bluesky_created(turn, part).us,
                       (int32_t)(str_hash(turn->message->key) & 1023));
}

static str
uri(const struct turn *turn, str key)
{
    return arena_printf(turn->keep, "at://%.*s/" BLUESKY_COLLECTION "/%.*s",
                        STR_FMT(turn->account->user_id), STR_FMT(key));
}

/* A part that is out is remembered as "key cid". */
bool
bluesky_part_known(const struct turn *turn, int32_t part, str *ret_key, str *ret_cid)
{
    str text = turn_memo(turn, "part", part);
    if (!text.p || !str_cut(&text, ' ', ret_key))
        return false;
    *ret_cid = text;
    return true;
}

bool
bluesky_unverified(struct turn *turn)
{
    if (turn->account->user_id.n > 0)
        return false;
    turn_fail(turn, CLASS_CONFIG, S(N_("the account was not verified yet")));
    return true;
}

/* What is known of a handle: its DID; empty when nobody has it; none when it was not asked yet. */
str
bluesky_did_of(const struct turn *turn, str handle)
{
    for (int32_t i = 0; i < BLUESKY_MENTIONS_MAX; i++) {
        str text = turn_memo(turn, "mention", i), name;
        if (!text.p)
            break;
        if (str_cut(&text, ' ', &name) && str_eq_ascii_case(name, handle))
            return text;
    }
    return STR_NONE;
}

int32_t
bluesky_images_n(const struct turn *turn)
{
    int32_t n = turn->message->media_n;
    return n < BLUESKY_IMAGES_MAX ? n : BLUESKY_IMAGES_MAX;
}

bool
bluesky_is_card(const struct turn *turn)
{
    return turn->message->media_n == 0 && turn->message->link.n > 0;
}

/* ---- the record ---- */

void
bluesky_write_text(struct json_writer *writer, const char *name, str value)
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
    bluesky_write_text(writer, "$type", str_of(type));
    bluesky_write_text(writer, member, value);
    json_object_end(writer);
    json_array_end(writer);
    json_object_end(writer);
}

void
bluesky_write_facets(struct json_writer *writer, const struct turn *turn, str text)
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
        str did = at->kind == FACET_MENTION ? bluesky_did_of(turn, name) : STR_NONE;
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
    bluesky_write_text(writer, "$type", S("app.bsky.embed.images"));
    json_key(writer, S("images"));
    json_array_begin(writer);
    for (int32_t i = 0; i < bluesky_images_n(turn); i++) {
        const struct channel_media *media = &turn->message->media[i];
        json_object_begin(writer);
        (void)write_blob(writer, turn, "image", turn_memo(turn, "blob", i)); /* we wrote it */
        bluesky_write_text(writer, "alt", str_slice(media->alt, 0, ALT_BYTES_MAX));
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
    bluesky_write_text(writer, "$type", S("app.bsky.embed.external"));
    json_key(writer, S("external"));
    json_object_begin(writer);
    bluesky_write_text(writer, "uri", message->link);
    /* what was given, else what the page says, else the title of the message, else the address */
    str titles[] = {message->card_title, turn_memo(turn, "card title", -1), message->title,
                    message->link};
    size_t i = 0;
    while (i + 1 < sizeof titles / sizeof titles[0] && titles[i].n == 0)
        i++;
    str text = message->card_text.n > 0 ? message->card_text : turn_memo(turn, "card text", -1);
    bluesky_write_text(writer, "title", text_cut(titles[i], 300));
    bluesky_write_text(writer, "description", text_cut(text, 1000));
    (void)write_blob(writer, turn, "thumb",
                     turn_memo(turn, "thumb", -1)); /* none: no picture */
    json_object_end(writer);
    json_object_end(writer);
}

static void
write_ref(struct json_writer *writer, const struct turn *turn, const char *name, int32_t part)
{
    str key, cid;
    if (!bluesky_part_known(turn, part, &key, &cid))
        return; /* cannot be: parts go out in order */
    json_key(writer, str_of(name));
    json_object_begin(writer);
    bluesky_write_text(writer, "uri", uri(turn, key));
    bluesky_write_text(writer, "cid", cid);
    json_object_end(writer);
}

static void
write_tags(struct json_writer *writer, const struct channel_message *message)
{
    if (message->tags_n == 0)
        return;
    json_key(writer, S("tags"));
    json_array_begin(writer);
    for (int32_t i = 0; i < message->tags_n && i < TAGS_MAX; i++) {
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
    bluesky_write_text(writer, "$type", S("com.atproto.label.defs#selfLabels"));
    json_key(writer, S("values"));
    json_array_begin(writer);
    json_object_begin(writer);
    bluesky_write_text(writer, "val", label);
    json_object_end(writer);
    json_array_end(writer);
    json_object_end(writer);
}

void
bluesky_write_record(struct json_writer *writer, const struct turn *turn, int32_t part)
{
    str text = bluesky_text_of(turn, part);
    json_object_begin(writer);
    bluesky_write_text(writer, "$type", S(BLUESKY_COLLECTION));
    bluesky_write_text(writer, "text", text);
    bluesky_write_text(writer, "createdAt",
                       instant_rfc3339(turn->keep, bluesky_created(turn, part)));
    if (turn->message->language.n > 0) {
        json_key(writer, S("langs"));
        json_array_begin(writer);
        json_str(writer, turn->message->language);
        json_array_end(writer);
    }
    bluesky_write_facets(writer, turn, text);
    if (part == 0) {
        if (bluesky_images_n(turn) > 0)
            write_images(writer, turn);
        else if (bluesky_is_card(turn))
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

bool
bluesky_too_long(struct turn *turn, str text)
{
    if (text.n <= BLUESKY_TEXT_BYTES_MAX && text_graphemes(text) <= BLUESKY_TEXT_MAX)
        return false;
    turn_fail(turn, CLASS_PERMANENT,
              S(N_("the text, with the link that stands in it, has more than 300 characters")));
    return true;
}

void
bluesky_published(struct turn *turn)
{
    str key, cid, who = bluesky_handle(turn->account);
    if (!bluesky_part_known(turn, 0, &key, &cid))
        return;
    turn->step->remote_id = uri(turn, key);
    turn->step->permalink =
        arena_printf(turn->keep, "https://bsky.app/profile/%.*s/post/%.*s",
                     STR_FMT(who.n > 0 && str_chr(who, '@') < 0 ? who : turn->account->user_id),
                     STR_FMT(key));
    turn_done(turn);
}

/* Everything but what differs between creating and replacing a record. */
void
bluesky_begin_record(struct json_writer *writer, const struct turn *turn, str key)
{
    json_object_begin(writer);
    bluesky_write_text(writer, "repo", turn->account->user_id);
    bluesky_write_text(writer, "collection", S(BLUESKY_COLLECTION));
    bluesky_write_text(writer, "rkey", key);
}

/* Keeps a part as out, by the version of it the answer names. */
bool
bluesky_keep_part(struct turn *turn, int32_t part)
{
    str cid = json_id(turn->keep, json_get(turn->json, S("cid")));
    if (!cid.p || !str_starts(json_text(json_get(turn->json, S("uri"))), S("at://")))
        return false;
    turn_remember(turn, "part", part,
                  arena_printf(turn->keep, "%.*s %.*s", STR_FMT(bluesky_record_key(turn, part)),
                               STR_FMT(cid)));
    return true;
}
