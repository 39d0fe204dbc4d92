#include <assert.h>

#include "channel/bluesky_internal.h"
#include "base/translate.h"
#include "wire/sign.h"

/*
 * OAuth at Bluesky: from the handle to the person's data server, from there to the server that gives tokens; what we
 * ask is pushed there first (PAR), the person agrees, the code is exchanged for tokens bound to our key (DPoP).
 * Source: atproto specification, OAuth, read 2026-08; answers of a real PDS (2026-10).
 */

enum { SEED_BYTES = 32 };

#define SCOPES "atproto transition:generic"
#define DIRECTORY "https://plc.directory"

/* Bytes nobody can guess, for one use each: of the seed. */
static str
made(const struct turn *turn, const char *what)
{
    return sign_hmac(turn->keep, HASH_SHA256, turn->call->seed, str_of(what));
}

static bool
misses(struct turn *turn, str value, const char *what)
{
    if (value.n > 0)
        return false;
    turn_fail(turn, CLASS_CONFIG, str_of(what));
    return true;
}

/* ---- from the handle to the servers ---- */

static void
ask_did(struct turn *turn)
{
    str handle = bluesky_handle(turn->account);
    if (turn->call->seed.n < SEED_BYTES) {
        turn_fail(turn, CLASS_CONFIG, S(N_("no random seed was given")));
        return;
    }
    if (misses(turn, handle, N_("write the handle of the account first")))
        return;
    if (str_starts(handle, S("did:"))) {
        turn_remember(turn, "did", -1, handle);
        turn_go(turn, &bluesky_at_document, 0);
        return;
    }
    str server = server_clean(turn->keep, turn->account->server);
    struct pair pair = {S("handle"), handle};
    turn_get(turn, bluesky_xrpc(turn, server.n > 0 ? server : S("https://bsky.social"),
                                "com.atproto.identity.resolveHandle", &pair, 1));
}

static void
take_did(struct turn *turn)
{
    str did = json_id(turn->keep, json_get(turn->json, S("did")));
    if (misses(turn, did, N_("the handle belongs to nobody")))
        return;
    turn_remember(turn, "did", -1, did);
    turn_go(turn, &bluesky_at_document, 0);
}

const struct stage bluesky_at_did = {.name = "did", .ask = ask_did, .take = take_did};

static void
ask_document(struct turn *turn)
{
    str did = turn_memo(turn, "did", -1), directory = settings_text(turn, S("directory")), host;
    if (str_starts(did, S("did:web:")) &&
        percent_read(turn->keep, str_slice(did, 8, did.n), false, &host) &&
        str_chr(host, '/') < 0 && str_chr(host, ':') != 0) {
        turn_get(turn,
                 arena_printf(turn->keep, "https://%.*s/.well-known/did.json", STR_FMT(host)));
        return;
    }
    if (!str_starts(did, S("did:plc:"))) {
        turn_fail(turn, CLASS_CONFIG, S(N_("this kind of identity is not known")));
        return;
    }
    directory = directory.n > 0 ? server_clean(turn->keep, directory) : S(DIRECTORY);
    turn_get(turn, arena_printf(turn->keep, "%.*s/%.*s", STR_FMT(directory), STR_FMT(did)));
}

/* A document that does not name the handle in its turn belongs to somebody else. */
static bool
names_handle(const struct turn *turn)
{
    str handle = bluesky_handle(turn->account);
    const struct json *names = json_get(turn->json, S("alsoKnownAs"));
    if (str_starts(handle, S("did:")))
        return true;
    if (!names || names->kind != JSON_KIND_ARRAY)
        return false;
    for (const struct json *at = names->first; at; at = at->next) {
        str name = json_text(at);
        if (str_starts(name, S("at://")) &&
            str_eq_ascii_case(str_slice(name, 5, name.n), handle))
            return true;
    }
    return false;
}

static void
take_document(struct turn *turn)
{
    str pds = bluesky_endpoint(turn->json);
    if (!str_eq(json_text(json_get(turn->json, S("id"))), turn_memo(turn, "did", -1)) ||
        !names_handle(turn)) {
        turn_fail(turn, CLASS_CONFIG, S(N_("the identity of this handle does not confirm it")));
        return;
    }
    if (misses(turn, pds, N_("the identity names no data server")))
        return;
    turn_remember(turn, "pds", -1, server_clean(turn->keep, pds));
    turn_go(turn, &bluesky_at_resource, 0);
}

const struct stage bluesky_at_document = {
    .name = "document", .ask = ask_document, .take = take_document};

static void
ask_resource(struct turn *turn)
{
    turn_get(turn, arena_printf(turn->keep, "%.*s/.well-known/oauth-protected-resource",
                                STR_FMT(turn_memo(turn, "pds", -1))));
}

static void
take_resource(struct turn *turn)
{
    const struct json *list = json_get(turn->json, S("authorization_servers"));
    str issuer = list && list->kind == JSON_KIND_ARRAY ? json_web(list->first) : STR_NONE;
    if (misses(turn, issuer, N_("the data server names no server for agreement")))
        return;
    turn_remember(turn, "issuer", -1, server_clean(turn->keep, issuer));
    turn_go(turn, &bluesky_at_issuer, 0);
}

const struct stage bluesky_at_resource = {
    .name = "resource", .ask = ask_resource, .take = take_resource};

static void
ask_issuer(struct turn *turn)
{
    turn_get(turn, arena_printf(turn->keep, "%.*s/.well-known/oauth-authorization-server",
                                STR_FMT(turn_memo(turn, "issuer", -1))));
}

static void
take_issuer(struct turn *turn)
{
    str issuer = server_clean(turn->keep, json_text(json_get(turn->json, S("issuer"))));
    if (!str_eq(issuer, turn_memo(turn, "issuer", -1))) {
        turn_fail(turn, CLASS_CONFIG, S(N_("the server for agreement says it is another")));
        return;
    }
    static const char *const names[] = {"authorization_endpoint", "token_endpoint",
                                        "pushed_authorization_request_endpoint"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        str url = json_web(json_get(turn->json, str_of(names[i])));
        if (misses(turn, url, N_("the server for agreement lacks an address")))
            return;
        turn_remember(turn, names[i], -1, url);
    }
    turn_go(turn, &bluesky_at_par, 0);
}

const struct stage bluesky_at_issuer = {
    .name = "issuer", .ask = ask_issuer, .take = take_issuer};

/* ---- what we ask ---- */

/*
 * Who we are: the address of a document that says so; for a program on one's own machine, an address that carries
 * it. Source: atproto specification, OAuth, localhost clients.
 */
static str
client_id(const struct turn *turn)
{
    str redirect = turn->call->redirect, own = settings_text(turn, S("client_id"));
    const struct pair pairs[] = {{S("redirect_uri"), redirect}, {S("scope"), S(SCOPES)}};
    if (own.n > 0)
        return own;
    if (!str_starts(redirect, S("http://127.0.0.1")) &&
        !str_starts(redirect, S("http://[::1]")))
        return STR_NONE;
    return arena_printf(turn->keep, "http://localhost?%.*s",
                        STR_FMT(form(turn->keep, pairs, 2)));
}

/* The key of this connection, made of the seed. */
static str
new_key(struct turn *turn)
{
    struct error error;
    str key, bytes = made(turn, "dpop key");
    assert(bytes.n == EC_SEED_BYTES);
    return sign_ec_key(turn->keep, (const uint8_t *)bytes.p, &key, &error) == OK ? key
                                                                                 : STR_NONE;
}

static void
ask_par(struct turn *turn)
{
    str client = client_id(turn), key = new_key(turn);
    str verifier = base64url(turn->keep, made(turn, "verifier"));
    if (misses(turn, client,
               N_("from this address only an app password works, or a client document (setting "
                  "client_id)")) ||
        misses(turn, key, N_("the seed gives no key; begin again")))
        return;
    const struct pair pairs[] = {{S("client_id"), client},
                                 {S("response_type"), S("code")},
                                 {S("code_challenge"), sign_pkce(turn->keep, verifier)},
                                 {S("code_challenge_method"), S("S256")},
                                 {S("state"), base64url(turn->keep, made(turn, "state"))},
                                 {S("redirect_uri"), turn->call->redirect},
                                 {S("scope"), S(SCOPES)},
                                 {S("login_hint"), bluesky_handle(turn->account)}};
    turn_post_form(turn, turn_memo(turn, "pushed_authorization_request_endpoint", -1), pairs,
                   (int32_t)(sizeof pairs / sizeof pairs[0]));
    (void)bluesky_prove(turn, key, STR_NONE, turn_memo(turn, "nonce as", -1));
}

static void
take_par(struct turn *turn)
{
    str uri = json_text(json_get(turn->json, S("request_uri")));
    if (misses(turn, uri, N_("the server for agreement took no request")))
        return;
    const struct pair kept[] = {{S("issuer"), turn_memo(turn, "issuer", -1)},
                                {S("token_endpoint"), turn_memo(turn, "token_endpoint", -1)},
                                {S("client_id"), client_id(turn)},
                                {S("redirect"), turn->call->redirect},
                                {S("state"), base64url(turn->keep, made(turn, "state"))},
                                {S("verifier"), base64url(turn->keep, made(turn, "verifier"))},
                                {S("key"), new_key(turn)},
                                {S("did"), turn_memo(turn, "did", -1)},
                                {S("pds"), turn_memo(turn, "pds", -1)}};
    bluesky_secret(turn, S("oauth"),
                   bluesky_made_json(turn, kept, (int32_t)(sizeof kept / sizeof kept[0])));
    const struct pair query[] = {{S("client_id"), client_id(turn)}, {S("request_uri"), uri}};
    turn->step->visit = arena_printf(turn->keep, "%.*s?%.*s",
                                     STR_FMT(turn_memo(turn, "authorization_endpoint", -1)),
                                     STR_FMT(form(turn->keep, query, 2)));
    turn_done(turn);
}

static void
refuse_par(struct turn *turn)
{
    if (!bluesky_again(turn) && turn->failure.is == CLASS_PERMANENT)
        turn_fail(turn, CLASS_CONFIG, turn->failure.words);
}

const struct stage bluesky_at_par = {
    .name = "par", .ask = ask_par, .take = take_par, .refuse = refuse_par};

/* ---- what came back ---- */

struct came_back {
    str code, state, issuer, refused;
};

static bool
read_callback(const struct turn *turn, struct came_back *ret)
{
    struct pair fields[FORM_FIELDS_MAX];
    int32_t n = 0;
    str query = str_trim(turn->call->callback), head;
    *ret = (struct came_back){0};
    if (str_chr(query, '?') >= 0)
        (void)str_cut(&query, '?', &head);
    if (!form_decode(turn->keep, query, fields, &n))
        return false;
    for (int32_t i = 0; i < n; i++) {
        if (str_eq(fields[i].name, S("code")))
            ret->code = fields[i].value;
        else if (str_eq(fields[i].name, S("state")))
            ret->state = fields[i].value;
        else if (str_eq(fields[i].name, S("iss")))
            ret->issuer = fields[i].value;
        else if (str_eq(fields[i].name, S("error")))
            ret->refused = fields[i].value;
    }
    return true;
}

static str
member(const struct json *oauth, const char *name)
{
    return json_text(json_get(oauth, str_of(name)));
}

static void
ask_token(struct turn *turn)
{
    const struct json *oauth = bluesky_kept_json(turn, S("oauth"));
    struct came_back back;
    if (!oauth) {
        turn_fail(turn, CLASS_CONFIG, S(N_("no connection was begun")));
        return;
    }
    bool ours = read_callback(turn, &back) && sign_equal(back.state, member(oauth, "state")) &&
                str_eq(server_clean(turn->keep, back.issuer), member(oauth, "issuer"));
    if (!ours || (back.code.n == 0 && back.refused.n == 0)) {
        turn_fail(turn, CLASS_AUTH, S(N_("what came back does not belong to this connection")));
        return;
    }
    if (back.refused.n > 0) {
        turn_fail(
            turn, CLASS_AUTH,
            arena_printf(turn->keep, "the server did not agree: %.*s", STR_FMT(back.refused)));
        return;
    }
    const struct pair pairs[] = {{S("grant_type"), S("authorization_code")},
                                 {S("code"), back.code},
                                 {S("redirect_uri"), member(oauth, "redirect")},
                                 {S("client_id"), member(oauth, "client_id")},
                                 {S("code_verifier"), member(oauth, "verifier")}};
    turn_post_form(turn, member(oauth, "token_endpoint"), pairs,
                   (int32_t)(sizeof pairs / sizeof pairs[0]));
    (void)bluesky_prove(turn, member(oauth, "key"), STR_NONE, turn_memo(turn, "nonce as", -1));
}

/* Both tokens, when they end, the nonce for the next time; false when something is missing. */
static bool
keep_tokens(struct turn *turn)
{
    str access = json_text(json_get(turn->json, S("access_token")));
    str refresh = json_text(json_get(turn->json, S("refresh_token")));
    struct maybe_int lasts = json_as_int(json_get(turn->json, S("expires_in")));
    if (misses(turn, access, N_("the server gave no token")))
        return false;
    if (!str_eq_ascii_case(json_text(json_get(turn->json, S("token_type"))), S("DPoP"))) {
        turn_fail(turn, CLASS_CONFIG, S(N_("the token is not bound to our key")));
        return false;
    }
    bluesky_secret(turn, S("access"), access);
    if (refresh.n > 0)
        bluesky_secret(turn, S("refresh"), refresh);
    str nonce = turn_memo(turn, "nonce as", -1);
    if (nonce.n > 0)
        bluesky_secret(turn, S("nonce_as"), nonce);
    if (lasts.has && lasts.is > 0 && lasts.is < 10 * 366 * 86400LL)
        turn->step->token_expires_us =
            (struct maybe_int){true, turn->call->now.us + lasts.is * SPAN_SECOND.us};
    return true;
}

static void
take_token(struct turn *turn)
{
    const struct json *oauth = bluesky_kept_json(turn, S("oauth"));
    str did = member(oauth, "did");
    /* tokens of another account than the one we set out for are none of ours */
    if (!did.p || !str_eq(json_text(json_get(turn->json, S("sub"))), did)) {
        turn_fail(turn, CLASS_AUTH, S(N_("the person agreed for another account")));
        return;
    }
    if (!keep_tokens(turn))
        return;
    const struct pair kept[] = {{S("token_endpoint"), member(oauth, "token_endpoint")},
                                {S("client_id"), member(oauth, "client_id")}};
    bluesky_secret(turn, S("session"), bluesky_made_json(turn, kept, 2));
    bluesky_secret(turn, S("dpop_key"), member(oauth, "key"));
    bluesky_secret(turn, S("pds"), member(oauth, "pds"));
    turn->step->user_id = did;
    turn_done(turn);
}

/* A code or a refresh token that is not good any more: the person connects again. */
static void
refuse_token(struct turn *turn)
{
    if (!bluesky_again(turn) && turn->failure.is == CLASS_PERMANENT)
        turn_fail(turn, CLASS_AUTH, turn->failure.words);
}

const struct stage bluesky_at_token = {
    .name = "token", .ask = ask_token, .take = take_token, .refuse = refuse_token};

/* ---- new tokens for old ---- */

static void
ask_oauth_refresh(struct turn *turn)
{
    const struct json *session = bluesky_kept_json(turn, S("session"));
    str nonce = turn_memo(turn, "nonce as", -1);
    if (!session) {
        turn_fail(turn, CLASS_AUTH, S(N_("the account is not connected yet")));
        return;
    }
    const struct pair pairs[] = {
        {S("grant_type"), S("refresh_token")},
        {S("refresh_token"), account_secret(turn->account, S("refresh"))},
        {S("client_id"), member(session, "client_id")}};
    turn_post_form(turn, member(session, "token_endpoint"), pairs, 3);
    (void)bluesky_prove(turn, account_secret(turn->account, S("dpop_key")), STR_NONE,
                        nonce.n > 0 ? nonce : account_secret(turn->account, S("nonce_as")));
}

static void
take_oauth_refresh(struct turn *turn)
{
    if (keep_tokens(turn))
        turn_done(turn);
}

const struct stage bluesky_at_oauth_refresh = {.name = "oauth refresh",
                                               .ask = ask_oauth_refresh,
                                               .take = take_oauth_refresh,
                                               .refuse = refuse_token};
