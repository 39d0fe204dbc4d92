#include "base/text.h"
#include "base/translate.h"
#include "channel/drivers.h"
#include "channel/html.h"
#include "channel/step.h"
#include "wire/sign.h"

/*
 * Ghost by its Admin API. A draft under a slug of our key, then the publishing update with the draft's updated_at:
 * sent twice there is still one post. Mail goes out only when the message's options name a newsletter.
 */

static const struct stage who, check_key, fixed_limits, upload, find_draft, make_draft, publish,
    collided, look, look_slug, find_to_edit, edit, find_to_withdraw, withdraw, numbers;

enum {
    TITLE_GRAPHEMES_MAX = 80, /* of a title made of the text: what fits a line of a list */
    SLUG_BYTES_MAX = 191,     /* its schema, read 2026 */
    SLUG_GRAPHEMES_MAX = 90,  /* of one it makes itself: letters may grow to two */
    SKEW_SECONDS_MAX = 120    /* its tokens live for five minutes */
};

static str
url(const struct turn *turn, str route)
{
    str server = server_clean(turn->keep, turn->account->server);
    return arena_printf(turn->keep, "%.*s/ghost/api/admin/%.*s", STR_FMT(server),
                        STR_FMT(route));
}

/* Signs the request; a key that is none fails the operation before anything is sent. */
static void
authorize(struct turn *turn)
{
    str token;
    struct error error;
    if (sign_ghost(turn->keep, account_secret(turn->account, S("key")), turn->call->now, &token,
                   &error) != OK) {
        turn_fail(turn, CLASS_AUTH, S("the key is not an Admin API key"));
        return;
    }
    turn_header(turn, S("Authorization"),
                arena_printf(turn->keep, "Ghost %.*s", STR_FMT(token)));
    turn_header(turn, S("Accept-Version"), S("v6.0"));
}

static void
get(struct turn *turn, str route)
{
    turn_get(turn, url(turn, route));
    authorize(turn);
}

/* Of the text the form that posts of today have not: with it, an answer is short however long the post is. */
#define WITHOUT_TEXT "formats=mobiledoc"

/* ${query}: what else is asked, each with its & before it. */
static str
post_route(const struct turn *turn, str id, const char *query)
{
    return arena_printf(turn->keep, "posts/%.*s/?" WITHOUT_TEXT "%s",
                        STR_FMT(percent(turn->keep, id)), query);
}

/* The first of "posts" in an answer, NULL if there is none. */
static const struct json *
first_post(const struct turn *turn)
{
    const struct json *posts = json_get(turn->json, S("posts"));
    return posts && posts->kind == JSON_KIND_ARRAY ? posts->first : NULL;
}

/* ---- whose site ---- */

static void
who_ask(struct turn *turn)
{
    get(turn, S("site/"));
}

static void
who_take(struct turn *turn)
{
    str title = json_text(json_get(json_get(turn->json, S("site")), S("title")));
    if (title.p) {
        turn_remember(turn, "site", -1, title);
        turn_go(turn, &check_key, 0);
    }
}

static void
check_key_ask(struct turn *turn)
{
    get(turn, S("posts/?limit=1&fields=id"));
}

static void
check_key_take(struct turn *turn)
{
    str id, key = account_secret(turn->account, S("key"));
    const struct json *posts = json_get(turn->json, S("posts"));
    if (!posts || posts->kind != JSON_KIND_ARRAY)
        return;
    (void)str_cut(&key, ':', &id); /* sign_ghost has seen that it has one */
    turn->step->user_id = id;
    turn->step->handle = server_clean(turn->keep, turn->account->server);
    turn->step->display_name = turn_memo(turn, "site", -1);
    turn->step->limits = S("{}");
    turn_done(turn);
}

static void
check_key_refuse(struct turn *turn)
{
    int64_t theirs, ours = turn->call->now.us / SPAN_SECOND.us;
    str date = turn->answer->end == HTTP_ANSWERED ? http_header_value(turn->answer, S("date"))
                                                  : STR_NONE;
    if (turn->failure.is != CLASS_AUTH || !http_date_read(date, &theirs))
        return;
    int64_t ahead = ours - theirs;
    if (ahead > SKEW_SECONDS_MAX || ahead < -SKEW_SECONDS_MAX)
        turn_fail(turn, CLASS_CONFIG,
                  arena_printf(turn->keep, "the clocks differ by %lld s: set ours or theirs",
                               (long long)ahead));
}

static void
fixed_limits_ask(struct turn *turn)
{
    turn->step->limits = S("{}");
    turn_done(turn);
}

/* ---- pictures ---- */

static void
upload_ask(struct turn *turn)
{
    if (turn->index >= turn->message->media_n) {
        turn_go(turn, &make_draft, 0);
        return;
    }
    if (turn_memo(turn, "media", turn->index).p) {
        turn_go(turn, &upload, turn->index + 1);
        return;
    }
    const struct channel_media *media = &turn->message->media[turn->index];
    bool picture = str_starts(media->mime, S("image/"));
    turn_post_parts(turn, url(turn, picture ? S("images/upload/") : S("media/upload/")));
    turn_file(turn, S("file"), media);
    if (picture)
        turn_part(turn, S("purpose"), S("image"));
    turn_part(turn, S("ref"),
              arena_printf(turn->keep, "propre-%.*s-%d", STR_FMT(turn->message->key),
                           (int)turn->index));
    authorize(turn);
}

static void
upload_take(struct turn *turn)
{
    const struct json *list = json_get(turn->json, S("images"));
    if (!list)
        list = json_get(turn->json, S("media"));
    const struct json *one = list && list->kind == JSON_KIND_ARRAY ? list->first : NULL;
    str address = json_web(json_get(one, S("url")));
    if (address.n == 0)
        return;
    turn_remember(turn, "media", turn->index, address);
    turn_go(turn, &upload, turn->index + 1);
}

/* ---- the post ---- */

static void
write_field(struct json_writer *w, str name, str value)
{
    json_key(w, name);
    json_str(w, value);
}

/* Ghost needs a title: without one, the beginning of the text. */
static str
title_of(const struct turn *turn)
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

static void
write_content(struct turn *turn, struct json_writer *w)
{
    const struct channel_message *message = turn->message;
    str addresses[MESSAGE_MEDIA_MAX] = {{0}};
    for (int32_t i = 0; i < message->media_n && i < MESSAGE_MEDIA_MAX; i++)
        addresses[i] = turn_memo(turn, "media", i);
    write_field(w, S("title"), title_of(turn));
    write_field(w, S("html"),
                html_of_message(turn->keep, turn->plan->driver, message, addresses));
    if (message->excerpt.n > 0)
        write_field(w, S("custom_excerpt"), message->excerpt);
}

/* {"posts":[{ … ; then: post_end */
static void
post_begin(struct json_writer *w, struct buf *out)
{
    buf_init(out, HTTP_BODY_MAX);
    json_writer_init(w, out);
    json_object_begin(w);
    json_key(w, S("posts"));
    json_array_begin(w);
    json_object_begin(w);
}

static str
post_end(struct json_writer *w, struct buf *out, struct arena *keep)
{
    json_object_end(w);
    json_array_end(w);
    json_object_end(w);
    str body = json_built(out, keep);
    buf_release(out);
    return body;
}

static str
draft_slug(const struct turn *turn)
{
    return arena_printf(turn->keep, "propre-%.*s", STR_FMT(turn->message->key));
}

static str
draft_body(struct turn *turn)
{
    const struct channel_message *message = turn->message;
    struct buf out;
    struct json_writer w;
    post_begin(&w, &out);
    write_content(turn, &w);
    write_field(&w, S("status"), S("draft"));
    write_field(&w, S("slug"), draft_slug(turn));
    json_key(&w, S("tags"));
    json_array_begin(&w);
    for (int32_t i = 0; i < message->tags_n; i++)
        json_str(&w, message->tags[i]);
    json_array_end(&w);
    str picture = turn_memo(turn, "media", 0);
    if (picture.n > 0 && str_starts(message->media[0].mime, S("image/"))) {
        write_field(&w, S("feature_image"), picture);
        if (message->media[0].alt.n > 0)
            write_field(&w, S("feature_image_alt"), message->media[0].alt);
    }
    return post_end(&w, &out, turn->keep);
}

static void
make_draft_ask(struct turn *turn)
{
    if (turn_memo(turn, "post", -1).p) {
        turn_go(turn, &publish, 0);
        return;
    }
    if (turn_memo(turn, "draft asked", -1).p) {
        turn_go(turn, &find_draft, 0); /* the first one may be there */
        return;
    }
    turn_remember(turn, "draft asked", -1, S("1"));
    turn_post_json(turn, HTTP_POST, url(turn, S("posts/?" WITHOUT_TEXT "&source=html")),
                   draft_body(turn));
    authorize(turn);
}

/* Keeps which post it is, and of which moment. */
static bool
keep_post(struct turn *turn, const struct json *post)
{
    str id = json_id(turn->keep, json_get(post, S("id")));
    str updated = json_id(turn->keep, json_get(post, S("updated_at")));
    if (id.n == 0 || updated.n == 0)
        return false;
    turn_remember(turn, "post", -1, id);
    turn_remember(turn, "updated", -1, updated);
    return true;
}

static void
make_draft_take(struct turn *turn)
{
    if (keep_post(turn, first_post(turn)))
        turn_go(turn, &publish, 0);
}

static void
find_draft_ask(struct turn *turn)
{
    str filter = arena_printf(turn->keep, "slug:'%.*s'", STR_FMT(draft_slug(turn)));
    get(turn, arena_printf(turn->keep, "posts/?" WITHOUT_TEXT "&filter=%.*s",
                           STR_FMT(percent(turn->keep, filter))));
}

static bool
has_no_posts(const struct turn *turn)
{
    const struct json *posts = json_get(turn->json, S("posts"));
    return posts && posts->kind == JSON_KIND_ARRAY && posts->n == 0;
}

static void
find_draft_take(struct turn *turn)
{
    if (has_no_posts(turn)) {
        turn_remember(turn, "draft asked", -1, STR_NONE);
        turn_go(turn, &make_draft, 0);
    } else {
        make_draft_take(turn);
    }
}

static void
publish_ask(struct turn *turn)
{
    struct buf out;
    struct json_writer w;
    /* said exactly: of a title sent twice, Ghost makes a second address ("…-2", seen on 6.65) */
    str name = turn->message->slug.n > 0 ? turn->message->slug : title_of(turn);
    str slug = slug_of(turn->keep, name, SLUG_BYTES_MAX);
    if (slug.n == 0)
        slug = text_cut(name, SLUG_GRAPHEMES_MAX);
    post_begin(&w, &out);
    write_field(&w, S("status"), S("published"));
    write_field(&w, S("slug"), slug);
    write_field(&w, S("updated_at"), turn_memo(turn, "updated", -1));
    str body = post_end(&w, &out, turn->keep);
    str newsletter = json_text(options_get(turn, S("newsletter")));
    str segment = json_text(options_get(turn, S("email_segment")));
    str query = S("");
    if (newsletter.n > 0)
        query = arena_printf(turn->keep, "&newsletter=%.*s&email_segment=%.*s",
                             STR_FMT(percent(turn->keep, newsletter)),
                             STR_FMT(percent(turn->keep, segment.n > 0 ? segment : S("all"))));
    turn_post_json(
        turn, HTTP_PUT,
        url(turn, post_route(turn, turn_memo(turn, "post", -1), cstr(turn->keep, query))),
        body);
    authorize(turn);
}

static void
publish_take(struct turn *turn)
{
    const struct json *post = first_post(turn);
    str status = json_text(json_get(post, S("status")));
    str id = json_id(turn->keep, json_get(post, S("id")));
    if (id.n == 0 || status.n == 0)
        return;
    if (str_eq(status, S("draft"))) {
        turn_fail(turn, CLASS_SCOPE, S("the site keeps the post as a draft"));
        return;
    }
    turn->step->remote_id = id;
    turn->step->permalink = json_web(json_get(post, S("url")));
    turn_done(turn);
}

static void
publish_refuse(struct turn *turn)
{
    /* somebody, or our own lost update, changed it: look, once */
    if (!str_eq(turn->failure.code, S("UpdateCollisionError")) ||
        turn_memo(turn, "collided", -1).p)
        return;
    turn_remember(turn, "collided", -1, S("1"));
    turn_go(turn, &collided, 0);
}

static void
collided_ask(struct turn *turn)
{
    get(turn, post_route(turn, turn_memo(turn, "post", -1), ""));
}

static void
collided_take(struct turn *turn)
{
    const struct json *post = first_post(turn);
    if (!str_eq(json_text(json_get(post, S("status"))), S("draft")))
        publish_take(turn);
    else if (keep_post(turn, post))
        turn_go(turn, &publish, 0);
}

/* ---- is it there? ---- */

static void
look_ask(struct turn *turn)
{
    str id = turn_memo(turn, "post", -1);
    if (id.n == 0)
        turn_go(turn, &look_slug, 0);
    else
        get(turn, post_route(turn, id, ""));
}

static void
look_take(struct turn *turn)
{
    const struct json *post = first_post(turn);
    str status = json_text(json_get(post, S("status")));
    if (has_no_posts(turn)) {
        turn->step->presence = PRESENCE_ABSENT;
        turn_done(turn);
    } else if (status.n > 0 && keep_post(turn, post)) {
        bool draft = str_eq(status, S("draft"));
        turn->step->presence = draft ? PRESENCE_ABSENT : PRESENCE_FOUND;
        turn->step->remote_id = draft ? STR_NONE : turn_memo(turn, "post", -1);
        turn->step->permalink = draft ? STR_NONE : json_web(json_get(post, S("url")));
        turn_done(turn);
    }
}

static void
look_refuse(struct turn *turn)
{
    if (str_eq(turn->failure.code, S("NotFoundError"))) {
        turn->step->presence = PRESENCE_UNKNOWN; /* somebody took it away for good */
        turn_done(turn);
    }
}

/* ---- afterwards ---- */

static void
find_ask(struct turn *turn)
{
    get(turn, post_route(turn, turn->call->remote_id, ""));
}

static void
find_to_edit_take(struct turn *turn)
{
    if (keep_post(turn, first_post(turn)))
        turn_go(turn, &edit, 0);
}

static void
edit_ask(struct turn *turn)
{
    struct buf out;
    struct json_writer w;
    post_begin(&w, &out);
    write_content(turn, &w);
    write_field(&w, S("updated_at"), turn_memo(turn, "updated", -1));
    turn_post_json(turn, HTTP_PUT,
                   url(turn, post_route(turn, turn->call->remote_id, "&source=html")),
                   post_end(&w, &out, turn->keep));
    authorize(turn);
}

static void
find_to_withdraw_take(struct turn *turn)
{
    if (keep_post(turn, first_post(turn)))
        turn_go(turn, &withdraw, 0);
}

/* It goes back to a draft: out of sight, and nothing written is lost. */
static void
withdraw_ask(struct turn *turn)
{
    struct buf out;
    struct json_writer w;
    post_begin(&w, &out);
    write_field(&w, S("status"), S("draft"));
    write_field(&w, S("updated_at"), turn_memo(turn, "updated", -1));
    turn_post_json(turn, HTTP_PUT, url(turn, post_route(turn, turn->call->remote_id, "")),
                   post_end(&w, &out, turn->keep));
    authorize(turn);
}

static void
withdraw_take(struct turn *turn)
{
    if (first_post(turn))
        turn_done(turn);
}

static void
gone_refuse(struct turn *turn)
{
    if (str_eq(turn->failure.code, S("NotFoundError")))
        turn_done(turn); /* it is away already: what was wanted */
}

static void
numbers_ask(struct turn *turn)
{
    get(turn, post_route(turn, turn->call->remote_id, "&include=count.clicks,email"));
}

static void
numbers_take(struct turn *turn)
{
    const struct json *post = first_post(turn), *email = json_get(post, S("email"));
    if (!post)
        return;
    step_metric(turn->step, S("clicks"), json_get(json_get(post, S("count")), S("clicks")));
    step_metric(turn->step, S("email_count"), json_get(email, S("email_count")));
    step_metric(turn->step, S("opened_count"), json_get(email, S("opened_count")));
    turn_done(turn);
}

/* ---- the tables ---- */

static const struct stage who = {.name = "who", .ask = who_ask, .take = who_take};
static const struct stage check_key = {
    .name = "key", .ask = check_key_ask, .take = check_key_take, .refuse = check_key_refuse};
static const struct stage fixed_limits = {
    .name = "limits", .ask = fixed_limits_ask, .take = withdraw_take};
static const struct stage upload = {.name = "media", .ask = upload_ask, .take = upload_take};
static const struct stage find_draft = {
    .name = "find draft", .ask = find_draft_ask, .take = find_draft_take};
static const struct stage make_draft = {
    .name = "draft", .ask = make_draft_ask, .take = make_draft_take};
static const struct stage publish = {.name = "publish",
                                     .ask = publish_ask,
                                     .take = publish_take,
                                     .refuse = publish_refuse,
                                     .publishes = true};
static const struct stage collided = {
    .name = "collided", .ask = collided_ask, .take = collided_take};
static const struct stage look = {
    .name = "look", .ask = look_ask, .take = look_take, .refuse = look_refuse};
static const struct stage look_slug = {
    .name = "look by slug", .ask = find_draft_ask, .take = look_take};
static const struct stage find_to_edit = {
    .name = "find to edit", .ask = find_ask, .take = find_to_edit_take};
static const struct stage edit = {.name = "edit", .ask = edit_ask, .take = publish_take};
static const struct stage find_to_withdraw = {.name = "find to withdraw",
                                              .ask = find_ask,
                                              .take = find_to_withdraw_take,
                                              .refuse = gone_refuse};
static const struct stage withdraw = {
    .name = "withdraw", .ask = withdraw_ask, .take = withdraw_take, .refuse = gone_refuse};
static const struct stage numbers = {
    .name = "numbers", .ask = numbers_ask, .take = numbers_take};

static const struct stage *const stages[] = {
    &who,          &check_key, &fixed_limits,     &upload,   &find_draft,
    &make_draft,   &publish,   &collided,         &look,     &look_slug,
    &find_to_edit, &edit,      &find_to_withdraw, &withdraw, &numbers,
    NULL};

/* {"errors":[{"message":"…","context":"…","type":"…"}]} */
static void
read_error(const struct json *json, struct arena *keep, struct failure *failure)
{
    const struct json *errors = json_get(json, S("errors"));
    const struct json *one = errors && errors->kind == JSON_KIND_ARRAY ? errors->first : NULL;
    str message = json_text(json_get(one, S("message")));
    str context = json_text(json_get(one, S("context")));
    failure->code = json_text(json_get(one, S("type")));
    failure->words = context.n > 0
                         ? arena_printf(keep, "%.*s %.*s", STR_FMT(message), STR_FMT(context))
                         : message;
}

static void
next(const struct channel_call *call, const struct http_answer *answer, struct arena *keep,
     struct step *ret)
{
    static const struct plan plan = {.driver = &driver_ghost,
                                     .ops = {[OP_VERIFY] = &who,
                                             [OP_LIMITS] = &fixed_limits,
                                             [OP_PUBLISH] = &upload,
                                             [OP_READ_BACK] = &look,
                                             [OP_WITHDRAW] = &find_to_withdraw,
                                             [OP_EDIT] = &find_to_edit,
                                             [OP_POST_METRICS] = &numbers},
                                     .stages = stages,
                                     .read_error = read_error};
    stages_next(&plan, call, answer, keep, ret);
}

const struct driver driver_ghost =
    {.traits =
         {.network = "ghost",
          .name = "Ghost",
          .serves = {"site", "blog", "newsletter"},
          .ops = {[OP_VERIFY] = true,
                  [OP_LIMITS] = true,
                  [OP_PUBLISH] = true,
                  [OP_READ_BACK] = true,
                  [OP_WITHDRAW] = true,
                  [OP_EDIT] = true,
                  [OP_POST_METRICS] = true},
          .read_back = BACK_EXACT,
          .counter = COUNT_NONE,
          .title_max = {255, "data/schema of Ghost 6.65 (isLength)", "2026-11"},
          .alt_max = {191, "the same, of feature_image_alt", "2026-11"},
          .has_title = true,
          .has_threads = true,
          .has_alt = true,
          .has_tags = true,
          .mimes = {"image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4"},
          .longest_flight = {120000000}, /* what proxies before it give a request at most */
          .looks = 1,
          .fields = {{.name = "server",
                      .label = N_("Address of the site"),
                      .hint = N_("As visitors see it, with https:// in front"),
                      .required = true},
                     {.name = "key",
                      .label = N_("Admin API key"),
                      .hint =
                          N_("In Ghost: Settings, Integrations, Add custom integration. It has "
                             "a colon in it"),
                      .secret = true,
                      .required = true}},
          .connect_help = N_(
              "Add a custom integration in Ghost and paste its Admin API key here. "
              "Mail to subscribers goes out only where you ask for it.")},
     .next = next};
