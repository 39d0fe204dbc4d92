#include "base/text.h"
#include "base/translate.h"
#include "channel/drivers.h"
#include "channel/ghost_internal.h"
#include "channel/html.h"

/*
 * Ghost by its Admin API. A draft under a slug of our key, then the publishing update with the draft's updated_at:
 * sent twice there is still one post. Mail goes out only when the message's options name a newsletter.
 */

static const struct stage check_key, upload, find_draft, make_draft, publish, collided;

enum {
    SLUG_BYTES_MAX = 191,    /* its schema, read 2026 */
    SLUG_GRAPHEMES_MAX = 90, /* of one it makes itself: letters may grow to two */
    SKEW_SECONDS_MAX = 120   /* its tokens live for five minutes */
};

/* ---- whose site ---- */

static void
who_ask(struct turn *turn)
{
    ghost_get(turn, S("site/"));
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
    ghost_get(turn, S("posts/?limit=1&fields=id"));
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
    turn_post_parts(turn, ghost_url(turn, picture ? S("images/upload/") : S("media/upload/")));
    turn_file(turn, S("file"), media);
    if (picture)
        turn_part(turn, S("purpose"), S("image"));
    turn_part(turn, S("ref"),
              arena_printf(turn->keep, "propre-%.*s-%d", STR_FMT(turn->message->key),
                           (int)turn->index));
    ghost_authorize(turn);
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

static str
draft_slug(const struct turn *turn)
{
    return arena_printf(turn->keep, "propre-%.*s", STR_FMT(turn->message->key));
}

/* What stands around the text. ${anew}: over a draft of before, of which nothing may stay. */
static void
write_around(struct turn *turn, struct json_writer *w, bool anew)
{
    const struct channel_message *message = turn->message;
    json_key(w, S("tags"));
    json_array_begin(w);
    for (int32_t i = 0; i < message->tags_n; i++)
        json_str(w, message->tags[i]);
    json_array_end(w);
    str picture = turn_memo(turn, "media", 0), alt = STR_NONE;
    if (picture.n > 0 && str_starts(message->media[0].mime, S("image/")))
        alt = message->media[0].alt;
    else
        picture = STR_NONE;
    const struct {
        str name, value;
    } fields[] = {{S_CONST("feature_image"), picture}, {S_CONST("feature_image_alt"), alt}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (fields[i].value.n > 0) {
            ghost_write_field(w, fields[i].name, fields[i].value);
        } else if (anew) {
            json_key(w, fields[i].name);
            json_null(w);
        }
    }
    if (anew && message->excerpt.n == 0) {
        json_key(w, S("custom_excerpt"));
        json_null(w);
    }
}

static str
draft_body(struct turn *turn)
{
    struct buf out;
    struct json_writer w;
    ghost_post_begin(&w, &out);
    ghost_write_content(turn, &w);
    ghost_write_field(&w, S("status"), S("draft"));
    ghost_write_field(&w, S("slug"), draft_slug(turn));
    write_around(turn, &w, false);
    return ghost_post_end(&w, &out, turn->keep);
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
    turn_post_json(turn, HTTP_POST,
                   ghost_url(turn, S("posts/?" GHOST_WITHOUT_TEXT "&source=html")),
                   draft_body(turn));
    ghost_authorize(turn);
}

static void
make_draft_take(struct turn *turn)
{
    if (!ghost_keep_post(turn, ghost_first_post(turn)))
        return;
    turn_remember(turn, "filled", -1, S("1")); /* with the message as it is */
    turn_go(turn, &publish, 0);
}

void
ghost_find_draft_ask(struct turn *turn)
{
    str filter = arena_printf(turn->keep, "slug:'%.*s'", STR_FMT(draft_slug(turn)));
    ghost_get(turn, arena_printf(turn->keep, "posts/?" GHOST_WITHOUT_TEXT "&filter=%.*s",
                                 STR_FMT(percent(turn->keep, filter))));
}

static void
find_draft_take(struct turn *turn)
{
    if (ghost_has_no_posts(turn)) {
        turn_remember(turn, "draft asked", -1, STR_NONE);
        turn_go(turn, &make_draft, 0);
    } else if (ghost_keep_post(turn, ghost_first_post(turn))) {
        turn_go(turn, &publish, 0);
    }
}

static void
publish_ask(struct turn *turn)
{
    struct buf out;
    struct json_writer w;
    /* said exactly: of a title sent twice, Ghost makes a second address ("…-2", seen on 6.65) */
    str name = turn->message->slug.n > 0 ? turn->message->slug : ghost_title_of(turn);
    str slug = slug_of(turn->keep, name, SLUG_BYTES_MAX);
    if (slug.n == 0)
        slug = text_cut(name, SLUG_GRAPHEMES_MAX);
    ghost_post_begin(&w, &out);
    /* The draft may be of the message before it was changed. */
    bool anew = !turn_memo(turn, "filled", -1).p;
    if (anew) {
        ghost_write_content(turn, &w);
        write_around(turn, &w, true);
    }
    ghost_write_field(&w, S("status"), S("published"));
    ghost_write_field(&w, S("slug"), slug);
    ghost_write_field(&w, S("updated_at"), turn_memo(turn, "updated", -1));
    str body = ghost_post_end(&w, &out, turn->keep);
    str newsletter = json_text(options_get(turn, S("newsletter")));
    str segment = json_text(options_get(turn, S("email_segment")));
    str query = anew ? S("&source=html") : S("");
    if (newsletter.n > 0)
        query = arena_printf(turn->keep, "%.*s&newsletter=%.*s&email_segment=%.*s",
                             STR_FMT(query), STR_FMT(percent(turn->keep, newsletter)),
                             STR_FMT(percent(turn->keep, segment.n > 0 ? segment : S("all"))));
    turn_post_json(turn, HTTP_PUT,
                   ghost_url(turn, ghost_post_route(turn, turn_memo(turn, "post", -1),
                                                    cstr(turn->keep, query))),
                   body);
    ghost_authorize(turn);
}

void
ghost_publish_take(struct turn *turn)
{
    const struct json *post = ghost_first_post(turn);
    str status = json_text(json_get(post, S("status")));
    str id = json_id(turn->keep, json_get(post, S("id")));
    if (id.n == 0 || status.n == 0)
        return;
    if (str_eq(status, S("draft"))) {
        turn_fail_surely(
            turn, CLASS_SCOPE,
            S(N_("the site has the post and keeps it as a draft: publish it there and "
                 "say here that it is live")));
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
    ghost_get(turn, ghost_post_route(turn, turn_memo(turn, "post", -1), ""));
}

static void
collided_take(struct turn *turn)
{
    const struct json *post = ghost_first_post(turn);
    if (!str_eq(json_text(json_get(post, S("status"))), S("draft")))
        ghost_publish_take(turn);
    else if (ghost_keep_post(turn, post))
        turn_go(turn, &publish, 0);
}

/* ---- the tables ---- */

static const struct stage who = {.name = "who", .ask = who_ask, .take = who_take};
static const struct stage check_key = {
    .name = "key", .ask = check_key_ask, .take = check_key_take, .refuse = check_key_refuse};
static const struct stage fixed_limits = {
    .name = "limits", .ask = fixed_limits_ask, .take = ghost_withdraw_take};
static const struct stage upload = {.name = "media", .ask = upload_ask, .take = upload_take};
static const struct stage find_draft = {
    .name = "find draft", .ask = ghost_find_draft_ask, .take = find_draft_take};
static const struct stage make_draft = {
    .name = "draft", .ask = make_draft_ask, .take = make_draft_take};
static const struct stage publish = {.name = "publish",
                                     .ask = publish_ask,
                                     .take = ghost_publish_take,
                                     .refuse = publish_refuse,
                                     .publishes = true};
static const struct stage collided = {
    .name = "collided", .ask = collided_ask, .take = collided_take};

static const struct stage *const stages[] = {&who,
                                             &check_key,
                                             &fixed_limits,
                                             &upload,
                                             &find_draft,
                                             &make_draft,
                                             &publish,
                                             &collided,
                                             &ghost_look,
                                             &ghost_look_slug,
                                             &ghost_find_to_edit,
                                             &ghost_edit,
                                             &ghost_find_to_withdraw,
                                             &ghost_withdraw,
                                             &ghost_numbers,
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
                                             [OP_READ_BACK] = &ghost_look,
                                             [OP_WITHDRAW] = &ghost_find_to_withdraw,
                                             [OP_EDIT] = &ghost_find_to_edit,
                                             [OP_POST_METRICS] = &ghost_numbers},
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
          .memo_lasting = {"draft asked", "post", "updated"},
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
