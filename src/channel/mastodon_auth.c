#include <assert.h>

#include "channel/mastodon_internal.h"
#include "base/translate.h"
#include "wire/sign.h"

/*
 * OAuth of the Mastodon API: an app is registered with the server once, the person agrees there, what comes back is
 * exchanged for a token that does not end. What is needed in between is kept as the secret "oauth".
 */

/* The smallest rights that do what we do; a server that knows only the wide ones can be told by a setting. */
#define SCOPES "read:accounts read:statuses write:statuses write:media"
#define OUT_OF_BAND "urn:ietf:wg:oauth:2.0:oob"

static str
scopes(const struct turn *turn)
{
    str own = settings_text(turn, S("scopes"));
    return own.n > 0 ? own : S(SCOPES);
}

static str
redirect(const struct turn *turn)
{
    return turn->call->redirect.n > 0 ? turn->call->redirect : S(OUT_OF_BAND);
}

/* Secrets of one connection, made of the seed: unguessable, and the same when asked again. */
static str
made(const struct turn *turn, const char *what)
{
    return base64url(turn->keep,
                     sign_hmac(turn->keep, HASH_SHA256, turn->call->seed, str_of(what)));
}

static void
add_secret(struct turn *turn, str name, str value)
{
    assert(turn->step->secrets_n <
           (int32_t)(sizeof turn->step->secrets / sizeof turn->step->secrets[0]));
    turn->step->secrets[turn->step->secrets_n++] = (struct secret_pair){name, value};
}

static void
visit(struct turn *turn, str id, str secret)
{
    struct json_writer writer;
    str verifier = made(turn, "verifier"), state = made(turn, "state");
    const struct pair query[] = {{S("response_type"), S("code")},
                                 {S("client_id"), id},
                                 {S("redirect_uri"), redirect(turn)},
                                 {S("scope"), scopes(turn)},
                                 {S("state"), state},
                                 {S("code_challenge"), sign_pkce(turn->keep, verifier)},
                                 {S("code_challenge_method"), S("S256")}};
    auto_buf out;
    buf_init(&out, 16 * 1024);
    json_writer_init(&writer, &out);
    json_object_begin(&writer);
    const struct pair kept[] = {{S("client_id"), id},
                                {S("client_secret"), secret},
                                {S("redirect"), redirect(turn)},
                                {S("state"), state},
                                {S("verifier"), verifier}};
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        json_key(&writer, kept[i].name);
        json_str(&writer, kept[i].value);
    }
    json_object_end(&writer);
    add_secret(turn, S("oauth"), json_built(&out, turn->keep));
    turn->step->visit = arena_printf(
        turn->keep, "%.*s?%.*s", STR_FMT(mastodon_url(turn, "/oauth/authorize")),
        STR_FMT(form(turn->keep, query, (int32_t)(sizeof query / sizeof query[0]))));
    turn_done(turn);
}

/* What AUTH_BEGIN kept; NULL when there is nothing. */
static const struct json *
kept_oauth(const struct turn *turn)
{
    struct json *json;
    struct error error;
    str text = account_secret(turn->account, S("oauth"));
    if (text.n == 0 || text.n > STEP_ANSWER_MAX ||
        json_parse(turn->keep, text, &json, &error) != OK)
        return NULL;
    return json;
}

static void
ask_app(struct turn *turn)
{
    if (turn->call->seed.n < 32) {
        turn_fail(turn, CLASS_CONFIG, S(N_("no random seed was given")));
        return;
    }
    if (turn->account->server.n == 0) {
        turn_fail(turn, CLASS_CONFIG, S(N_("no server is named")));
        return;
    }
    /* Source: an app is registered once for a server and an address to come back to */
    const struct json *oauth = kept_oauth(turn);
    str id = json_text(json_get(oauth, S("client_id")));
    str secret = json_text(json_get(oauth, S("client_secret")));
    if (id.n > 0 && secret.n > 0 &&
        str_eq(json_text(json_get(oauth, S("redirect"))), redirect(turn))) {
        visit(turn, id, secret);
        return;
    }
    const struct pair pairs[] = {{S("client_name"), S("Propre")},
                                 {S("redirect_uris"), redirect(turn)},
                                 {S("scopes"), scopes(turn)}};
    turn_post_form(turn, mastodon_url(turn, "/api/v1/apps"), pairs, 3);
}

static void
take_app(struct turn *turn)
{
    str id = json_text(json_get(turn->json, S("client_id")));
    str secret = json_text(json_get(turn->json, S("client_secret")));
    if (id.n == 0 || secret.n == 0) {
        turn_fail(turn, CLASS_CONFIG, S(N_("the server registered no app")));
        return;
    }
    visit(turn, id, secret);
}

const struct stage mastodon_at_app = {.name = "app", .ask = ask_app, .take = take_app};

/* ---- what came back, for a token ---- */

/* The code of what came back: a query, a whole address, or the code alone as it was pasted. */
static bool
read_code(struct turn *turn, const struct json *oauth, str *ret)
{
    struct pair fields[FORM_FIELDS_MAX];
    int32_t n = 0;
    str query = str_trim(turn->call->callback), head, state = STR_NONE, refused = STR_NONE;
    *ret = STR_NONE;
    if (str_find(query, S("code=")) < 0 && str_find(query, S("error=")) < 0) {
        *ret = query;
        return query.n > 0;
    }
    if (str_chr(query, '?') >= 0)
        (void)str_cut(&query, '?', &head);
    if (!form_decode(turn->keep, query, fields, &n))
        return false;
    for (int32_t i = 0; i < n; i++) {
        if (str_eq(fields[i].name, S("code")))
            *ret = fields[i].value;
        else if (str_eq(fields[i].name, S("state")))
            state = fields[i].value;
        else if (str_eq(fields[i].name, S("error")))
            refused = fields[i].value;
    }
    if (refused.n > 0) {
        turn_fail(turn, CLASS_AUTH,
                  arena_printf(turn->keep, "the server did not agree: %.*s", STR_FMT(refused)));
        return true;
    }
    /* without it somebody else's account could be slipped under ours */
    return sign_equal(state, json_text(json_get(oauth, S("state")))) && ret->n > 0;
}

static void
ask_token(struct turn *turn)
{
    const struct json *oauth = kept_oauth(turn);
    str code;
    if (!oauth) {
        turn_fail(turn, CLASS_CONFIG, S(N_("no connection was begun")));
        return;
    }
    if (!read_code(turn, oauth, &code)) {
        turn_fail(turn, CLASS_AUTH, S(N_("what came back does not belong to this connection")));
        return;
    }
    if (turn->over)
        return;
    const struct pair pairs[] = {
        {S("grant_type"), S("authorization_code")},
        {S("code"), code},
        {S("client_id"), json_text(json_get(oauth, S("client_id")))},
        {S("client_secret"), json_text(json_get(oauth, S("client_secret")))},
        {S("redirect_uri"), json_text(json_get(oauth, S("redirect")))},
        {S("code_verifier"), json_text(json_get(oauth, S("verifier")))},
        {S("scope"), scopes(turn)}};
    turn_post_form(turn, mastodon_url(turn, "/oauth/token"), pairs,
                   (int32_t)(sizeof pairs / sizeof pairs[0]));
}

static void
take_token(struct turn *turn)
{
    str token = json_text(json_get(turn->json, S("access_token")));
    if (token.n == 0) {
        turn_fail(turn, CLASS_CONFIG, S(N_("the server gave no token")));
        return;
    }
    add_secret(turn, S("token"), token);
    turn_done(turn);
}

static void
refuse_token(struct turn *turn)
{
    /* a code is good once and for minutes: the person begins again */
    if (turn->failure.is == CLASS_PERMANENT)
        turn_fail(turn, CLASS_AUTH, turn->failure.words);
}

const struct stage mastodon_at_token = {
    .name = "token", .ask = ask_token, .take = take_token, .refuse = refuse_token};
