#include "base/text.h"
#include "base/translate.h"
#include "channel/ghost_internal.h"
#include "channel/html.h"
#include "wire/sign.h"

/* How Ghost is asked, and a post as it is written for it and read of its answers. */

enum { TITLE_GRAPHEMES_MAX = 80 /* of a title made of the text: what fits a line of a list */ };

/* ---- requests ---- */

str
ghost_url(const struct turn *turn, str route)
{
    str server = server_clean(turn->keep, turn->account->server);
    return arena_printf(turn->keep, "%.*s/ghost/api/admin/%.*s", STR_FMT(server),
                        STR_FMT(route));
}

/* Signs the request; a key that is none fails the operation before anything is sent. */
void
ghost_authorize(struct turn *turn)
{
    str token;
    struct error error;
    if (sign_ghost(turn->keep, account_secret(turn->account, S("key")), turn->call->now, &token,
                   &error) != OK) {
        turn_fail(turn, CLASS_AUTH, S(N_("the key is not an Admin API key")));
        return;
    }
    turn_header(turn, S("Authorization"),
                arena_printf(turn->keep, "Ghost %.*s", STR_FMT(token)));
    turn_header(turn, S("Accept-Version"), S("v6.0"));
}

void
ghost_get(struct turn *turn, str route)
{
    turn_get(turn, ghost_url(turn, route));
    ghost_authorize(turn);
}

/* ${query}: what else is asked, each with its & before it. */
str
ghost_post_route(const struct turn *turn, str id, const char *query)
{
    return arena_printf(turn->keep, "posts/%.*s/?" GHOST_WITHOUT_TEXT "%s",
                        STR_FMT(percent(turn->keep, id)), query);
}

/* The first of "posts" in an answer, NULL if there is none. */
const struct json *
ghost_first_post(const struct turn *turn)
{
    const struct json *posts = json_get(turn->json, S("posts"));
    return posts && posts->kind == JSON_KIND_ARRAY ? posts->first : NULL;
}

/* ---- the post ---- */

void
ghost_write_field(struct json_writer *w, str name, str value)
{
    json_key(w, name);
    json_str(w, value);
}

/* Ghost needs a title: without one, the beginning of the text. */
str
ghost_title_of(const struct turn *turn)
{
    const struct channel_message *message = turn->message;
    str title = str_trim(message->title), line;
    if (title.n > 0 || message->parts_n == 0)
        return title.n > 0 ? title : S("(no title)");
    str text = str_trim(message->parts[0]);
    (void)str_cut(&text, '\n', &line);
    line = str_trim(text_cut(line, TITLE_GRAPHEMES_MAX));
    return line.n > 0 ? line : S("(no title)");
}

void
ghost_write_content(struct turn *turn, struct json_writer *w)
{
    const struct channel_message *message = turn->message;
    str addresses[MESSAGE_MEDIA_MAX] = {{0}};
    for (int32_t i = 0; i < message->media_n && i < MESSAGE_MEDIA_MAX; i++)
        addresses[i] = turn_memo(turn, "media", i);
    ghost_write_field(w, S("title"), ghost_title_of(turn));
    ghost_write_field(w, S("html"),
                      html_of_message(turn->keep, turn->plan->driver, message, addresses));
    if (message->excerpt.n > 0)
        ghost_write_field(w, S("custom_excerpt"), message->excerpt);
}

/* {"posts":[{ … ; then: ghost_post_end */
void
ghost_post_begin(struct json_writer *w, struct buf *out)
{
    buf_init(out, HTTP_BODY_MAX);
    json_writer_init(w, out);
    json_object_begin(w);
    json_key(w, S("posts"));
    json_array_begin(w);
    json_object_begin(w);
}

str
ghost_post_end(struct json_writer *w, struct buf *out, struct arena *keep)
{
    json_object_end(w);
    json_array_end(w);
    json_object_end(w);
    str body = json_built(out, keep);
    buf_release(out);
    return body;
}

/* Keeps which post it is, and of which moment. */
bool
ghost_keep_post(struct turn *turn, const struct json *post)
{
    str id = json_id(turn->keep, json_get(post, S("id")));
    str updated = json_id(turn->keep, json_get(post, S("updated_at")));
    if (id.n == 0 || updated.n == 0)
        return false;
    turn_remember(turn, "post", -1, id);
    turn_remember(turn, "updated", -1, updated);
    return true;
}

bool
ghost_has_no_posts(const struct turn *turn)
{
    const struct json *posts = json_get(turn->json, S("posts"));
    return posts && posts->kind == JSON_KIND_ARRAY && posts->n == 0;
}
