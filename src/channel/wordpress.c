#include "base/translate.h"
#include "channel/drivers.h"
#include "channel/html.h"
#include "channel/wordpress_internal.h"

/*
 * WordPress by its REST interface with an application password. A draft is made first, under a slug made of our key;
 * the publishing update gives it its own slug. So the update can be repeated, and its outcome read back, exactly.
 */

static const struct stage alt_text, find_term, make_term, find_draft, make_draft, publish;

/* ---- files ---- */

static void
upload_ask(struct turn *turn)
{
    if (turn->index >= turn->message->media_n) {
        turn_go(turn, &find_term, 0);
        return;
    }
    if (turn_memo(turn, "media", turn->index).p) {
        turn_go(turn, &wordpress_at_upload, turn->index + 1);
        return;
    }
    const struct channel_media *media = &turn->message->media[turn->index];
    char *name = new (turn->keep, char, media->file_name.n + 1);
    for (ptrdiff_t i = 0; i < media->file_name.n; i++) {
        unsigned char c = (unsigned char)media->file_name.p[i];
        name[i] = (char)(c < ' ' || c > '~' || c == '"' || c == '\\' || c == '/' ? '-' : c);
    }
    turn_post_file(turn, wordpress_url(turn, S("media"), STR_NONE), media);
    turn_header(turn, S("Content-Disposition"),
                arena_printf(turn->keep, "attachment; filename=\"%.*s\"",
                             (int)media->file_name.n, name));
    wordpress_authorize(turn);
}

static void
upload_take(struct turn *turn)
{
    str id = json_id(turn->keep, json_get(turn->json, S("id")));
    if (id.n == 0)
        return;
    turn_remember(turn, "media", turn->index, id);
    turn_remember(turn, "media url", turn->index,
                  json_web(json_get(turn->json, S("source_url"))));
    turn_go(turn, &alt_text, turn->index);
}

static str
json_one(struct turn *turn, str name, str value)
{
    auto_buf out;
    struct json_writer w;
    buf_init(&out, HTTP_BODY_MAX);
    json_writer_init(&w, &out);
    json_object_begin(&w);
    json_key(&w, name);
    json_str(&w, value);
    json_object_end(&w);
    return json_built(&out, turn->keep);
}

static void
alt_ask(struct turn *turn)
{
    const struct channel_media *media = &turn->message->media[turn->index];
    if (media->alt.n == 0) {
        turn_go(turn, &wordpress_at_upload, turn->index + 1);
        return;
    }
    str id = turn_memo(turn, "media", turn->index);
    turn_post_json(
        turn, HTTP_POST,
        wordpress_url(turn, arena_printf(turn->keep, "media/%.*s", STR_FMT(id)), STR_NONE),
        json_one(turn, S("alt_text"), media->alt));
    wordpress_authorize(turn);
}

/* The description is part of what is published: it is tried again, but never stops it for good. */
static void
alt_take(struct turn *turn)
{
    turn_go(turn, &wordpress_at_upload, turn->index + 1);
}

static void
alt_refuse(struct turn *turn)
{
    enum error_class is = turn->failure.is;
    if (turn->answer->end != HTTP_ANSWERED || is == CLASS_AUTH || is == CLASS_RATE)
        return;
    /* a server that stumbles is asked once more */
    str index = arena_printf(turn->keep, "%d", (int)turn->index);
    bool stumbled = is == CLASS_TRANSIENT || is == CLASS_QUOTA;
    if (stumbled && !str_eq(turn_memo(turn, "alt again", -1), index))
        turn_remember(turn, "alt again", -1, index);
    else
        alt_take(turn);
}

/* ---- categories, then tags: by name ---- */

int32_t
wordpress_terms_n(const struct turn *turn)
{
    return turn->message->categories_n + turn->message->tags_n;
}

static bool
is_category(const struct turn *turn, int32_t i)
{
    return i < turn->message->categories_n;
}

static str
term_name(const struct turn *turn, int32_t i)
{
    return is_category(turn, i) ? turn->message->categories[i]
                                : turn->message->tags[i - turn->message->categories_n];
}

static str
term_route(const struct turn *turn)
{
    return is_category(turn, turn->index) ? S("categories") : S("tags");
}

static void
find_term_ask(struct turn *turn)
{
    if (turn->index >= wordpress_terms_n(turn)) {
        turn_go(turn, &make_draft, 0);
        return;
    }
    if (turn_memo(turn, "term", turn->index).p) {
        turn_go(turn, &find_term, turn->index + 1);
        return;
    }
    /* names are kept with & as &amp;, and searched so (seen on 6.1) */
    str name = percent(turn->keep, html_escape(turn->keep, term_name(turn, turn->index)));
    turn_get(turn, wordpress_url(
                       turn, term_route(turn),
                       arena_printf(turn->keep, "per_page=100&search=%.*s", STR_FMT(name))));
    wordpress_authorize(turn);
}

static void
find_term_take(struct turn *turn)
{
    str name = term_name(turn, turn->index), shown = html_escape(turn->keep, name);
    const struct json *list = turn->json;
    for (const struct json *at = list && list->kind == JSON_KIND_ARRAY ? list->first : NULL; at;
         at = at->next) {
        str is = json_text(json_get(at, S("name")));
        str id = json_id(turn->keep, json_get(at, S("id")));
        if (id.n == 0 || !(str_eq_ascii_case(is, name) || str_eq_ascii_case(is, shown)))
            continue;
        turn_remember(turn, "term", turn->index, id);
        turn_go(turn, &find_term, turn->index + 1);
        return;
    }
    turn_go(turn, &make_term, turn->index);
}

static void
make_term_ask(struct turn *turn)
{
    turn_post_json(turn, HTTP_POST, wordpress_url(turn, term_route(turn), STR_NONE),
                   json_one(turn, S("name"), term_name(turn, turn->index)));
    wordpress_authorize(turn);
}

static void
make_term_take(struct turn *turn)
{
    str id = json_id(turn->keep, json_get(turn->json, S("id")));
    if (id.n == 0)
        return;
    turn_remember(turn, "term", turn->index, id);
    turn_go(turn, &find_term, turn->index + 1);
}

static void
make_term_refuse(struct turn *turn)
{
    bool exists = str_eq(turn->failure.code, S("term_exists"));
    const struct json *data = json_get(turn->json, S("data"));
    str id = exists ? json_id(turn->keep, json_get(data, S("term_id"))) : STR_NONE;
    bool may_not = turn->failure.is == CLASS_SCOPE;
    if (id.n == 0 && !may_not)
        return;
    /* who may not make one publishes without it */
    turn_remember(turn, "term", turn->index, id.n > 0 ? id : S("0"));
    turn_go(turn, &find_term, turn->index + 1);
}

/* ---- the post ---- */

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
    turn_post_json(turn, HTTP_POST, wordpress_url(turn, S("posts"), S(WORDPRESS_FEW_FIELDS)),
                   wordpress_post_body(turn, S("draft"), wordpress_draft_slug(turn)));
    wordpress_authorize(turn);
}

static void
take_post_id(struct turn *turn, const struct json *post)
{
    str id = json_id(turn->keep, json_get(post, S("id")));
    if (id.n == 0)
        return;
    turn_remember(turn, "post", -1, id);
    turn_go(turn, &publish, 0);
}

static void
make_draft_take(struct turn *turn)
{
    turn_remember(turn, "filled", -1, S("1")); /* with the message as it is */
    take_post_id(turn, turn->json);
}

void
wordpress_ask_draft(struct turn *turn)
{
    str slug = wordpress_draft_slug(turn);
    turn_get(turn,
             wordpress_url(turn, S("posts"),
                           arena_printf(turn->keep,
                                        "slug=%.*s&status=publish,future,draft,pending,private&"
                                        "context=edit&" WORDPRESS_FEW_FIELDS,
                                        STR_FMT(slug))));
    wordpress_authorize(turn);
}

static void
find_draft_take(struct turn *turn)
{
    if (turn->json && turn->json->kind == JSON_KIND_ARRAY && turn->json->n > 0) {
        take_post_id(turn, turn->json->first);
        return;
    }
    if (!turn->json || turn->json->kind != JSON_KIND_ARRAY)
        return;
    turn_remember(turn, "draft asked", -1, STR_NONE);
    turn_go(turn, &make_draft, 0);
}

static void
publish_ask(struct turn *turn)
{
    turn_post_json(
        turn, HTTP_POST,
        wordpress_post_url(turn, turn_memo(turn, "post", -1), S(WORDPRESS_FEW_FIELDS)),
        wordpress_post_body(turn, S("publish"), turn->message->slug));
    wordpress_authorize(turn);
}

static void
publish_take(struct turn *turn)
{
    turn->step->remote_id = json_id(turn->keep, json_get(turn->json, S("id")));
    turn->step->permalink = json_web(json_get(turn->json, S("link")));
    str status = json_text(json_get(turn->json, S("status")));
    if (turn->step->remote_id.n == 0)
        return;
    if (str_eq(status, S("pending")) || str_eq(status, S("draft"))) {
        turn_fail_surely(
            turn, CLASS_SCOPE,
            S(N_("the site has the post and keeps it for review: publish it there and "
                 "say here that it is live, or let this user publish and send it "
                 "again")));
        return;
    }
    turn_done(turn);
}

/* ---- the tables ---- */

const struct stage wordpress_at_upload = {
    .name = "media", .ask = upload_ask, .take = upload_take};
static const struct stage alt_text = {
    .name = "alt text", .ask = alt_ask, .take = alt_take, .refuse = alt_refuse};
static const struct stage find_term = {
    .name = "find term", .ask = find_term_ask, .take = find_term_take};
static const struct stage make_term = {.name = "make term",
                                       .ask = make_term_ask,
                                       .take = make_term_take,
                                       .refuse = make_term_refuse};
static const struct stage find_draft = {
    .name = "find draft", .ask = wordpress_ask_draft, .take = find_draft_take};
static const struct stage make_draft = {
    .name = "draft", .ask = make_draft_ask, .take = make_draft_take};
static const struct stage publish = {
    .name = "publish", .ask = publish_ask, .take = publish_take, .publishes = true};

static const struct stage *const stages[] = {&wordpress_at_discover,
                                             &wordpress_at_discover_plain,
                                             &wordpress_at_found,
                                             &wordpress_at_who,
                                             &wordpress_at_upload,
                                             &alt_text,
                                             &find_term,
                                             &make_term,
                                             &find_draft,
                                             &make_draft,
                                             &publish,
                                             &wordpress_at_look,
                                             &wordpress_at_look_slug,
                                             &wordpress_at_edit,
                                             &wordpress_at_withdraw,
                                             &wordpress_at_comments,
                                             NULL};

/* {"code":"rest_…","message":"…","data":{"status":401}} */
static void
read_error(const struct json *json, struct arena *keep, struct failure *failure)
{
    (void)keep;
    failure->code = json_text(json_get(json, S("code")));
    failure->words = json_text(json_get(json, S("message")));
}

static void
next(const struct channel_call *call, const struct http_answer *answer, struct arena *keep,
     struct step *ret)
{
    static const struct plan plan = {.driver = &driver_wordpress,
                                     .ops = {[OP_VERIFY] = &wordpress_at_discover,
                                             [OP_LIMITS] = &wordpress_at_discover,
                                             [OP_PUBLISH] = &wordpress_at_discover,
                                             [OP_READ_BACK] = &wordpress_at_discover,
                                             [OP_WITHDRAW] = &wordpress_at_discover,
                                             [OP_EDIT] = &wordpress_at_discover,
                                             [OP_POST_METRICS] = &wordpress_at_discover},
                                     .stages = stages,
                                     .read_error = read_error};
    stages_next(&plan, call, answer, keep, ret);
}

const struct driver
    driver_wordpress =
        {
            .traits =
                {.network = "wordpress",
                 .name = "WordPress",
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
                 .has_title = true,
                 .has_threads = true,
                 .has_alt = true,
                 .has_tags = true,
                 .has_categories = true,
                 .mimes = {"image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4"},
                 .longest_flight =
                     {120000000}, /* PHP's usual limits are 30 s, 60 s before it a proxy's */
                 .settle = {0},
                 .looks = 1,
                 .memo_lasting = {"draft asked", "post"},
                 .fields = {{.name = "server",
                             .label = N_("Address of the site"),
                             .hint = N_("As visitors see it, with https:// in front"),
                             .required = true},
                            {.name = "user",
                             .label = N_("User name"),
                             .hint = N_("A user who may publish: an Author at least"),
                             .required = true},
                            {.name = "password",
                             .label = N_("Application password"),
                             .hint = N_(
                                 "In WordPress: Users, Profile, Application Passwords. Not the "
                                 "password you log in with"),
                             .secret = true,
                             .required = true}},
                 .connect_help = N_("Make an application password for a user who may publish, "
                                    "and paste it here. "
                                    "You can take it back in WordPress at any time. The site "
                                    "must be on https.")},
            .next = next};
