#include "base/number.h"
#include "base/translate.h"
#include "channel/drivers.h"
#include "channel/html.h"
#include "channel/step.h"

/*
 * WordPress by its REST interface with an application password. A draft is made first, under a slug made of our key;
 * the publishing update gives it its own slug. So the update can be repeated, and its outcome read back, exactly.
 */

static const struct stage discover, discover_plain, upload, alt_text, find_term, make_term,
    find_draft, make_draft, publish, look, look_slug, who, edit, withdraw, comments, found_api;

/* ---- where the interface is ---- */

static str
api(const struct turn *turn)
{
    str known = turn_memo(turn, "api", -1);
    struct json *limits;
    struct error error;
    if (known.p)
        return known;
    str text = turn->account->limits;
    if (text.n == 0 || json_parse(turn->keep, text, &limits, &error) != OK)
        return STR_NONE;
    return json_web(json_get(limits, S("api")));
}

/* The address of a route; ${query} without its ? or none. */
static str
url(const struct turn *turn, str route, str query)
{
    str base = api(turn);
    bool plain =
        str_find(base, S("?")) >= 0; /* …/?rest_route= : the route is an argument itself */
    const char *mark = query.n == 0 ? "" : plain ? "&" : "?";
    return arena_printf(turn->keep, "%.*s/wp/v2/%.*s%s%.*s", STR_FMT(base), STR_FMT(route),
                        mark, STR_FMT(query));
}

/* Without it a post comes back whole, three times as long as it was sent. */
#define FEW_FIELDS "_fields=id,status,link"

static void
authorize(struct turn *turn)
{
    str password = account_secret(turn->account, S("password"));
    char *bare = new (turn->keep, char, password.n + 1);
    ptrdiff_t n = 0;
    for (ptrdiff_t i = 0; i < password.n; i++) /* it is shown in groups of four */
        if (password.p[i] != ' ')
            bare[n++] = password.p[i];
    turn_basic(turn, account_secret(turn->account, S("user")), (str){bare, n});
}

/* Where an operation goes once the interface is found. */
static const struct stage *
first_stage(const struct turn *turn)
{
    switch (turn->call->op) {
    case OP_VERIFY:
        return &who;
    case OP_PUBLISH:
        return &upload;
    case OP_READ_BACK:
        return &look;
    case OP_WITHDRAW:
        return &withdraw;
    case OP_EDIT:
        return &edit;
    case OP_POST_METRICS:
        return &comments;
    case OP_LIMITS:
    case OP_ACCOUNT_METRICS:
    case OP_REFRESH:
    case OP_AUTH_BEGIN:
    case OP_AUTH_FINISH:
    case CHANNEL_OPS_N:
        break;
    }
    return &found_api;
}

static void
discover_ask(struct turn *turn)
{
    /* VERIFY and LIMITS look anew: the site may have moved */
    bool anew = turn->call->op == OP_VERIFY || turn->call->op == OP_LIMITS;
    if (!anew && api(turn).n > 0) {
        turn_go(turn, first_stage(turn), 0);
        return;
    }
    str server = server_clean(turn->keep, turn->account->server);
    turn_get(turn, arena_printf(turn->keep, "%.*s/wp-json/", STR_FMT(server)));
}

static void
take_index(struct turn *turn, const char *format)
{
    const struct json *spaces = json_get(turn->json, S("namespaces"));
    bool has = false;
    for (const struct json *at = spaces && spaces->kind == JSON_KIND_ARRAY ? spaces->first
                                                                           : NULL;
         at; at = at->next)
        has |= str_eq(json_text(at), S("wp/v2"));
    if (!has) {
        turn_fail(turn, CLASS_CONFIG, S("no WordPress answers at this address"));
        return;
    }
    str server = server_clean(turn->keep, turn->account->server);
    turn_remember(turn, "api", -1, arena_printf(turn->keep, "%.*s%s", STR_FMT(server), format));
    turn_go(turn, first_stage(turn), 0);
}

static void
discover_take(struct turn *turn)
{
    take_index(turn, "/wp-json");
}

static void
discover_refuse(struct turn *turn)
{
    /* without pretty links, or with /wp-json closed, the plain form still answers */
    int32_t status = turn->answer->status;
    if (turn->answer->end == HTTP_ANSWERED && status != 429 && status < 500)
        turn_go(turn, &discover_plain, 0);
}

static void
discover_plain_ask(struct turn *turn)
{
    str server = server_clean(turn->keep, turn->account->server);
    turn_get(turn, arena_printf(turn->keep, "%.*s/?rest_route=/", STR_FMT(server)));
}

static void
discover_plain_take(struct turn *turn)
{
    take_index(turn, "/?rest_route=");
}

static void
discover_plain_refuse(struct turn *turn)
{
    if (turn->answer->end == HTTP_ANSWERED && turn->answer->status == 404)
        turn_fail(turn, CLASS_CONFIG, S("no WordPress answers at this address"));
}

static void
found_ask(struct turn *turn)
{
    auto_buf out;
    struct json_writer w;
    buf_init(&out, 4096);
    json_writer_init(&w, &out);
    json_object_begin(&w);
    json_key(&w, S("api"));
    json_str(&w, api(turn));
    json_object_end(&w);
    turn->step->limits = json_built(&out, turn->keep);
    turn_done(turn);
}

/* ---- whose account ---- */

static void
who_ask(struct turn *turn)
{
    turn_get(turn, url(turn, S("users/me"), S("context=edit")));
    authorize(turn);
}

static void
who_take(struct turn *turn)
{
    const struct json *may = json_get(turn->json, S("capabilities"));
    str id = json_id(turn->keep, json_get(turn->json, S("id")));
    if (id.n == 0)
        return;
    if (may && !json_as_bool(json_get(may, S("publish_posts")), false)) {
        turn_fail(turn, CLASS_SCOPE, S("this user may not publish: make them an Author"));
        return;
    }
    turn->step->user_id = id;
    turn->step->handle = json_text(json_get(turn->json, S("slug")));
    turn->step->display_name = json_text(json_get(turn->json, S("name")));
    found_ask(turn);
}

/* ---- files ---- */

static void
upload_ask(struct turn *turn)
{
    if (turn->index >= turn->message->media_n) {
        turn_go(turn, &find_term, 0);
        return;
    }
    if (turn_memo(turn, "media", turn->index).p) {
        turn_go(turn, &upload, turn->index + 1);
        return;
    }
    const struct channel_media *media = &turn->message->media[turn->index];
    char *name = new (turn->keep, char, media->file_name.n + 1);
    for (ptrdiff_t i = 0; i < media->file_name.n; i++) {
        unsigned char c = (unsigned char)media->file_name.p[i];
        name[i] = (char)(c < ' ' || c > '~' || c == '"' || c == '\\' || c == '/' ? '-' : c);
    }
    turn_post_file(turn, url(turn, S("media"), STR_NONE), media);
    turn_header(turn, S("Content-Disposition"),
                arena_printf(turn->keep, "attachment; filename=\"%.*s\"",
                             (int)media->file_name.n, name));
    authorize(turn);
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
        turn_go(turn, &upload, turn->index + 1);
        return;
    }
    str id = turn_memo(turn, "media", turn->index);
    turn_post_json(turn, HTTP_POST,
                   url(turn, arena_printf(turn->keep, "media/%.*s", STR_FMT(id)), STR_NONE),
                   json_one(turn, S("alt_text"), media->alt));
    authorize(turn);
}

/* The description is part of what is published: it is tried again like the file, but never stops it for good. */
static void
alt_take(struct turn *turn)
{
    turn_go(turn, &upload, turn->index + 1);
}

/* ---- categories, then tags: by name ---- */

static int32_t
terms_n(const struct turn *turn)
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
    if (turn->index >= terms_n(turn)) {
        turn_go(turn, &make_draft, 0);
        return;
    }
    if (turn_memo(turn, "term", turn->index).p) {
        turn_go(turn, &find_term, turn->index + 1);
        return;
    }
    /* names are kept with & as &amp;, and searched so (seen on 6.1) */
    str name = percent(turn->keep, html_escape(turn->keep, term_name(turn, turn->index)));
    turn_get(turn, url(turn, term_route(turn),
                       arena_printf(turn->keep, "per_page=100&search=%.*s", STR_FMT(name))));
    authorize(turn);
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
    turn_post_json(turn, HTTP_POST, url(turn, term_route(turn), STR_NONE),
                   json_one(turn, S("name"), term_name(turn, turn->index)));
    authorize(turn);
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
static str
post_body(struct turn *turn, str status, str slug)
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
        write_terms(turn, &w, S("tags"), message->categories_n, terms_n(turn));
    }
    write_field(&w, S("title"), message->title);
    write_field(&w, S("content"),
                html_of_message(turn->keep, turn->plan->driver, message, addresses));
    write_field(&w, S("excerpt"), message->excerpt);
    int64_t picture = id_number(turn_memo(turn, "media", 0));
    if (picture > 0 && status.p && str_starts(message->media[0].mime, S("image/"))) {
        json_key(&w, S("featured_media"));
        json_int(&w, picture);
    }
    json_object_end(&w);
    return json_built(&out, turn->keep);
}

static str
draft_slug(const struct turn *turn)
{
    return arena_printf(turn->keep, "propre-%.*s", STR_FMT(turn->message->key));
}

static str
post_url(struct turn *turn, str id, str query)
{
    return url(turn, arena_printf(turn->keep, "posts/%.*s", STR_FMT(percent(turn->keep, id))),
               query);
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
    turn_post_json(turn, HTTP_POST, url(turn, S("posts"), S(FEW_FIELDS)),
                   post_body(turn, S("draft"), draft_slug(turn)));
    authorize(turn);
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
    take_post_id(turn, turn->json);
}

static void
find_draft_ask(struct turn *turn)
{
    str slug = draft_slug(turn);
    turn_get(turn, url(turn, S("posts"),
                       arena_printf(turn->keep,
                                    "slug=%.*s&status=publish,future,draft,pending,private&"
                                    "context=edit&" FEW_FIELDS,
                                    STR_FMT(slug))));
    authorize(turn);
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
    turn_post_json(turn, HTTP_POST, post_url(turn, turn_memo(turn, "post", -1), S(FEW_FIELDS)),
                   post_body(turn, S("publish"), turn->message->slug));
    authorize(turn);
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
        turn_fail(turn, CLASS_SCOPE, S("the site keeps the post for review"));
        return;
    }
    turn_done(turn);
}

/* ---- is it there? ---- */

static void
look_ask(struct turn *turn)
{
    str id = turn_memo(turn, "post", -1);
    if (id.n == 0) {
        turn_go(turn, &look_slug, 0);
        return;
    }
    turn_get(turn, post_url(turn, id, S("context=edit&" FEW_FIELDS)));
    authorize(turn);
}

static void
take_look(struct turn *turn, const struct json *post)
{
    str id = json_id(turn->keep, json_get(post, S("id")));
    str status = json_text(json_get(post, S("status")));
    if (id.n == 0 || status.n == 0)
        return;
    bool hidden = str_eq(status, S("draft")) || str_eq(status, S("pending")) ||
                  str_eq(status, S("auto-draft"));
    bool shown = str_eq(status, S("publish")) || str_eq(status, S("private")) ||
                 str_eq(status, S("future"));
    /* in the bin: it may have been public before */
    turn->step->presence = hidden ? PRESENCE_ABSENT : shown ? PRESENCE_FOUND : PRESENCE_UNKNOWN;
    if (shown) {
        turn->step->remote_id = id;
        turn->step->permalink = json_web(json_get(post, S("link")));
    }
    turn_done(turn);
}

static void
look_take(struct turn *turn)
{
    take_look(turn, turn->json);
}

static void
look_refuse(struct turn *turn)
{
    if (turn->json && str_eq(turn->failure.code, S("rest_post_invalid_id"))) {
        turn->step->presence = PRESENCE_UNKNOWN; /* somebody took it away for good */
        turn_done(turn);
    }
}

static void
look_slug_take(struct turn *turn)
{
    if (!turn->json || turn->json->kind != JSON_KIND_ARRAY)
        return;
    if (turn->json->n > 0) {
        take_look(turn, turn->json->first);
        return;
    }
    turn->step->presence = PRESENCE_ABSENT;
    turn_done(turn);
}

/* ---- afterwards ---- */

static void
edit_ask(struct turn *turn)
{
    turn_post_json(turn, HTTP_POST, post_url(turn, turn->call->remote_id, S(FEW_FIELDS)),
                   post_body(turn, STR_NONE, STR_NONE));
    authorize(turn);
}

static void
edit_take(struct turn *turn)
{
    str id = json_id(turn->keep, json_get(turn->json, S("id")));
    if (id.n == 0)
        return;
    turn->step->remote_id = id;
    turn->step->permalink = json_web(json_get(turn->json, S("link")));
    turn_done(turn);
}

static void
withdraw_ask(struct turn *turn)
{
    turn_delete(turn, post_url(turn, turn->call->remote_id, S(FEW_FIELDS)));
    authorize(turn);
}

static void
withdraw_take(struct turn *turn)
{
    turn_done(turn);
}

static void
withdraw_refuse(struct turn *turn)
{
    /* it is away already: what was wanted */
    if (str_eq(turn->failure.code, S("rest_already_trashed")) ||
        str_eq(turn->failure.code, S("rest_post_invalid_id")))
        turn_done(turn);
}

static void
comments_ask(struct turn *turn)
{
    str id = percent(turn->keep, turn->call->remote_id);
    turn_get(turn, url(turn, S("comments"),
                       arena_printf(turn->keep, "post=%.*s&per_page=1", STR_FMT(id))));
    authorize(turn);
}

static void
comments_take(struct turn *turn)
{
    str total = http_header_value(turn->answer, S("x-wp-total"));
    struct json number = {.kind = JSON_KIND_INT};
    struct error error;
    if (parse_i64(total, 0, INT64_MAX, &number.integer, &error) != OK)
        return;
    step_metric(turn->step, S("comments"), &number);
    turn_done(turn);
}

/* ---- the tables ---- */

static const struct stage discover = {
    .name = "discover", .ask = discover_ask, .take = discover_take, .refuse = discover_refuse};
static const struct stage discover_plain = {.name = "discover plain",
                                            .ask = discover_plain_ask,
                                            .take = discover_plain_take,
                                            .refuse = discover_plain_refuse};
static const struct stage found_api = {
    .name = "found", .ask = found_ask, .take = withdraw_take};
static const struct stage who = {.name = "who", .ask = who_ask, .take = who_take};
static const struct stage upload = {.name = "media", .ask = upload_ask, .take = upload_take};
static const struct stage alt_text = {.name = "alt text", .ask = alt_ask, .take = alt_take};
static const struct stage find_term = {
    .name = "find term", .ask = find_term_ask, .take = find_term_take};
static const struct stage make_term = {.name = "make term",
                                       .ask = make_term_ask,
                                       .take = make_term_take,
                                       .refuse = make_term_refuse};
static const struct stage find_draft = {
    .name = "find draft", .ask = find_draft_ask, .take = find_draft_take};
static const struct stage make_draft = {
    .name = "draft", .ask = make_draft_ask, .take = make_draft_take};
static const struct stage publish = {
    .name = "publish", .ask = publish_ask, .take = publish_take, .publishes = true};
static const struct stage look = {
    .name = "look", .ask = look_ask, .take = look_take, .refuse = look_refuse};
static const struct stage look_slug = {
    .name = "look by slug", .ask = find_draft_ask, .take = look_slug_take};
static const struct stage edit = {.name = "edit", .ask = edit_ask, .take = edit_take};
static const struct stage withdraw = {.name = "withdraw",
                                      .ask = withdraw_ask,
                                      .take = withdraw_take,
                                      .refuse = withdraw_refuse,
                                      .any_body = true};
static const struct stage comments = {
    .name = "comments", .ask = comments_ask, .take = comments_take, .any_body = true};

static const struct stage *const stages[] = {
    &discover,  &discover_plain, &found_api,  &who,        &upload,  &alt_text,
    &find_term, &make_term,      &find_draft, &make_draft, &publish, &look,
    &look_slug, &edit,           &withdraw,   &comments,   NULL};

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
                                     .ops = {[OP_VERIFY] = &discover,
                                             [OP_LIMITS] = &discover,
                                             [OP_PUBLISH] = &discover,
                                             [OP_READ_BACK] = &discover,
                                             [OP_WITHDRAW] = &discover,
                                             [OP_EDIT] = &discover,
                                             [OP_POST_METRICS] = &discover},
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
