#include "base/number.h"
#include "channel/html.h"
#include "channel/wordpress_internal.h"

/* What a post is on WordPress: its body, its slug while it is a draft, its address. */

/* The number an id is, 0 if it is none: lists of ids are numbers. */
static int64_t
id_number(str id)
{
    int64_t n;
    struct error error;
    return parse_i64(id, 1, INT64_MAX, &n, &error) == OK ? n : 0;
}

static void
write_terms(struct turn *turn, struct json_writer *w, str name, int32_t from, int32_t to)
{
    json_key(w, name);
    json_array_begin(w);
    for (int32_t i = from; i < to; i++) {
        int64_t n = id_number(turn_memo(turn, "term", i));
        if (n > 0)
            json_int(w, n);
    }
    json_array_end(w);
}

static void
write_field(struct json_writer *w, str name, str value)
{
    json_key(w, name);
    json_str(w, value.p ? value : S(""));
}

/* The whole post; the draft has our slug, what is published its own. */
str
wordpress_post_body(struct turn *turn, str status, str slug)
{
    const struct channel_message *message = turn->message;
    str addresses[MESSAGE_MEDIA_MAX] = {{0}};
    for (int32_t i = 0; i < message->media_n && i < MESSAGE_MEDIA_MAX; i++)
        addresses[i] = turn_memo(turn, "media url", i);
    auto_buf out;
    struct json_writer w;
    buf_init(&out, HTTP_BODY_MAX);
    json_writer_init(&w, &out);
    json_object_begin(&w);
    if (status.p) {
        write_field(&w, S("status"), status);
        write_field(&w, S("slug"), slug);
        write_terms(turn, &w, S("categories"), 0, message->categories_n);
        write_terms(turn, &w, S("tags"), message->categories_n, wordpress_terms_n(turn));
    }
    write_field(&w, S("title"), message->title);
    write_field(&w, S("content"),
                html_of_message(turn->keep, turn->plan->driver, message, addresses));
    write_field(&w, S("excerpt"), message->excerpt);
    int64_t picture = id_number(turn_memo(turn, "media", 0));
    bool shown = picture > 0 && str_starts(message->media[0].mime, S("image/"));
    /* Over a draft that may be of the message before it was changed, none is said too. */
    bool anew = str_eq(status, S("publish")) && !turn_memo(turn, "filled", -1).p;
    if (status.p && (shown || anew)) {
        json_key(&w, S("featured_media"));
        json_int(&w, shown ? picture : 0);
    }
    json_object_end(&w);
    return json_built(&out, turn->keep);
}

str
wordpress_draft_slug(const struct turn *turn)
{
    return arena_printf(turn->keep, "propre-%.*s", STR_FMT(turn->message->key));
}

str
wordpress_post_url(struct turn *turn, str id, str query)
{
    return wordpress_url(
        turn, arena_printf(turn->keep, "posts/%.*s", STR_FMT(percent(turn->keep, id))), query);
}
