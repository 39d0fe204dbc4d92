#include "base/translate.h"
#include "channel/wordpress_internal.h"

/* Where the interface of a site is, and whose account it is. */

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
str
wordpress_url(const struct turn *turn, str route, str query)
{
    str base = api(turn);
    bool plain =
        str_find(base, S("?")) >= 0; /* …/?rest_route= : the route is an argument itself */
    const char *mark = query.n == 0 ? "" : plain ? "&" : "?";
    return arena_printf(turn->keep, "%.*s/wp/v2/%.*s%s%.*s", STR_FMT(base), STR_FMT(route),
                        mark, STR_FMT(query));
}

void
wordpress_authorize(struct turn *turn)
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
        return &wordpress_at_who;
    case OP_PUBLISH:
        return &wordpress_at_upload;
    case OP_READ_BACK:
        return &wordpress_at_look;
    case OP_WITHDRAW:
        return &wordpress_at_withdraw;
    case OP_EDIT:
        return &wordpress_at_edit;
    case OP_POST_METRICS:
        return &wordpress_at_comments;
    case OP_LIMITS:
    case OP_ACCOUNT_METRICS:
    case OP_REFRESH:
    case OP_AUTH_BEGIN:
    case OP_AUTH_FINISH:
    case CHANNEL_OPS_N:
        break;
    }
    return &wordpress_at_found;
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
        turn_fail(turn, CLASS_CONFIG, S(N_("no WordPress answers at this address")));
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
        turn_go(turn, &wordpress_at_discover_plain, 0);
}

const struct stage wordpress_at_discover = {
    .name = "discover", .ask = discover_ask, .take = discover_take, .refuse = discover_refuse};

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
        turn_fail(turn, CLASS_CONFIG, S(N_("no WordPress answers at this address")));
}

const struct stage wordpress_at_discover_plain = {.name = "discover plain",
                                                  .ask = discover_plain_ask,
                                                  .take = discover_plain_take,
                                                  .refuse = discover_plain_refuse};

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

static void
found_take(struct turn *turn)
{
    turn_done(turn);
}

const struct stage wordpress_at_found = {.name = "found", .ask = found_ask, .take = found_take};

/* ---- whose account ---- */

static void
who_ask(struct turn *turn)
{
    turn_get(turn, wordpress_url(turn, S("users/me"), S("context=edit")));
    wordpress_authorize(turn);
}

static void
who_take(struct turn *turn)
{
    const struct json *may = json_get(turn->json, S("capabilities"));
    str id = json_id(turn->keep, json_get(turn->json, S("id")));
    if (id.n == 0)
        return;
    if (may && !json_as_bool(json_get(may, S("publish_posts")), false)) {
        turn_fail(turn, CLASS_SCOPE, S(N_("this user may not publish: make them an Author")));
        return;
    }
    turn->step->user_id = id;
    turn->step->handle = json_text(json_get(turn->json, S("slug")));
    turn->step->display_name = json_text(json_get(turn->json, S("name")));
    found_ask(turn);
}

const struct stage wordpress_at_who = {.name = "who", .ask = who_ask, .take = who_take};
