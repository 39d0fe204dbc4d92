#include <assert.h>

#include "channel/bluesky_internal.h"
#include "base/translate.h"
#include "wire/sign.h"

/*
 * Who we are at Bluesky: an app password is exchanged once for two tokens, which are renewed; or OAuth
 * (bluesky_oauth.c), whose tokens go with a proof that we hold a key.
 */

enum { NONCE_BYTES_MAX = 512 /* servers send about 40 */ };

#define ENTRYWAY "https://bsky.social"

str
bluesky_handle(const struct channel_account *account)
{
    str handle = str_trim(account->handle);
    return str_starts(handle, S("@")) ? str_slice(handle, 1, handle.n) : handle;
}

static str
server(const struct turn *turn)
{
    str clean = server_clean(turn->keep, turn->account->server);
    return clean.n > 0 ? clean : S(ENTRYWAY);
}

str
bluesky_pds(const struct turn *turn)
{
    str pds = account_secret(turn->account, S("pds"));
    return pds.n > 0 ? server_clean(turn->keep, pds) : server(turn);
}

str
bluesky_xrpc(const struct turn *turn, str base, const char *method, const struct pair *pairs,
             int32_t n)
{
    str url = arena_printf(turn->keep, "%.*s/xrpc/%s", STR_FMT(base), method);
    return n == 0 ? url
                  : arena_printf(turn->keep, "%.*s?%.*s", STR_FMT(url),
                                 STR_FMT(form(turn->keep, pairs, n)));
}

void
bluesky_secret(struct turn *turn, str name, str value)
{
    struct step *step = turn->step;
    assert(step->secrets_n < (int32_t)(sizeof step->secrets / sizeof step->secrets[0]));
    step->secrets[step->secrets_n++] = (struct secret_pair){name, value};
}

str
bluesky_made_json(struct turn *turn, const struct pair *pairs, int32_t n)
{
    struct json_writer writer;
    auto_buf out;
    buf_init(&out, 64 * 1024);
    json_writer_init(&writer, &out);
    json_object_begin(&writer);
    for (int32_t i = 0; i < n; i++) {
        json_key(&writer, pairs[i].name);
        json_str(&writer, pairs[i].value);
    }
    json_object_end(&writer);
    return json_built(&out, turn->keep);
}

const struct json *
bluesky_kept_json(const struct turn *turn, str secret)
{
    struct json *json;
    struct error error;
    str text = account_secret(turn->account, secret);
    if (text.n == 0 || text.n > STEP_ANSWER_MAX ||
        json_parse(turn->keep, text, &json, &error) != OK)
        return NULL;
    return json;
}

/* ---- proofs ---- */

/* Servers of two kinds have each their own nonces: that which gives tokens, and that which keeps the data. */
static bool
asks_for_tokens(enum channel_op op)
{
    return op == OP_AUTH_BEGIN || op == OP_AUTH_FINISH || op == OP_REFRESH;
}

static str
nonce_name(enum channel_op op)
{
    return asks_for_tokens(op) ? S("nonce as") : S("nonce rs");
}

void
bluesky_note(const struct channel_call *call, const struct http_answer *answer,
             struct arena *keep)
{
    if (!answer || answer->end != HTTP_ANSWERED)
        return;
    str nonce = http_header_value(answer, S("dpop-nonce"));
    if (nonce.n > 0 && nonce.n <= NONCE_BYTES_MAX)
        memo_set(call->memo, nonce_name(call->op), arena_str(keep, nonce));
    if (answer->status < 400)
        memo_set(call->memo, S("nonce tries"), STR_NONE);
}

/* A name no proof had before: of chance and of everything this one is about. */
static str
fresh(const struct turn *turn, str nonce)
{
    const struct http_request *request = &turn->step->request;
    str all = arena_printf(turn->keep, "%llx %lld %.*s %.*s %.*s %d",
                           (unsigned long long)turn->call->chance,
                           (long long)turn->call->now.us, STR_FMT(nonce), STR_FMT(request->url),
                           STR_FMT(str_of(turn->stage->name)), (int)turn->index);
    return base64url(turn->keep, sign_digest(turn->keep, HASH_SHA256, all));
}

bool
bluesky_prove(struct turn *turn, str key, str token, str nonce)
{
    struct error error;
    str proof;
    const struct dpop dpop = {.key = key,
                              .method = turn->step->request.method,
                              .url = turn->step->request.url,
                              .jti = fresh(turn, nonce),
                              .nonce = nonce.n > 0 ? nonce : STR_NONE,
                              .token = token,
                              .now = turn->call->now};
    if (sign_dpop(turn->keep, &dpop, &proof, &error) != OK) {
        turn_fail(turn, CLASS_AUTH, S(N_("the key of this connection cannot be used")));
        return false;
    }
    turn_header(turn, S("DPoP"), proof);
    return true;
}

void
bluesky_sign(struct turn *turn)
{
    str token = account_secret(turn->account, S("access"));
    str key = account_secret(turn->account, S("dpop_key"));
    if (token.n == 0) {
        turn_fail(turn, CLASS_AUTH, S(N_("the account is not connected yet")));
        return;
    }
    if (key.n == 0) {
        turn_bearer(turn, token);
        return;
    }
    turn_header(turn, S("Authorization"),
                arena_printf(turn->keep, "DPoP %.*s", STR_FMT(token)));
    (void)bluesky_prove(turn, key, token,
                        memo_get(turn->call->memo, nonce_name(turn->call->op)));
}

bool
bluesky_again(struct turn *turn)
{
    str challenge = turn->answer->end == HTTP_ANSWERED
                        ? http_header_value(turn->answer, S("www-authenticate"))
                        : STR_NONE;
    bool asked = str_eq(turn->failure.code, S("use_dpop_nonce")) ||
                 str_find(challenge, S("use_dpop_nonce")) >= 0;
    if (!asked || turn_memo(turn, "nonce tries", -1).p)
        return false;
    turn_remember(turn, "nonce tries", -1, S("1"));
    turn_go(turn, turn->stage, turn->index);
    return true;
}

void
bluesky_refuse(struct turn *turn)
{
    (void)bluesky_again(turn); /* false: it fails as it was classed */
}

/* ---- sessions ---- */

str
bluesky_endpoint(const struct json *document)
{
    const struct json *services = json_get(document, S("service"));
    if (!services || services->kind != JSON_KIND_ARRAY)
        return STR_NONE;
    for (const struct json *at = services->first; at; at = at->next)
        if (str_ends(json_text(json_get(at, S("id"))), S("#atproto_pds")))
            return json_web(json_get(at, S("serviceEndpoint")));
    return STR_NONE;
}

/* When a token ends, as it says itself; unknown when it is not of that form. */
static struct maybe_int
token_ends(const struct turn *turn, str token)
{
    str head, claims, bytes;
    struct json *json;
    struct error error;
    if (!str_cut(&token, '.', &head) || !str_cut(&token, '.', &claims) ||
        !base64_read(turn->keep, claims, &bytes) || bytes.n > STEP_ANSWER_MAX ||
        json_parse(turn->keep, bytes, &json, &error) != OK)
        return (struct maybe_int){0};
    struct maybe_int end = json_as_int(json_get(json, S("exp")));
    if (end.has && end.is > 0 && end.is < INT64_MAX / SPAN_SECOND.us)
        return (struct maybe_int){true, end.is * SPAN_SECOND.us};
    return (struct maybe_int){0};
}

static bool
same_person(const struct turn *turn, const struct json *answer)
{
    str wanted = bluesky_handle(turn->account);
    return wanted.n == 0 || str_chr(wanted, '@') >= 0 ||
           str_eq_ascii_case(wanted, json_text(json_get(answer, S("handle")))) ||
           str_eq(wanted, json_text(json_get(answer, S("did"))));
}

static void
verified(struct turn *turn)
{
    str did = json_text(json_get(turn->json, S("did")));
    str pds = bluesky_endpoint(json_get(turn->json, S("didDoc")));
    if (!str_starts(did, S("did:"))) {
        turn_fail(turn, CLASS_CONFIG, S(N_("the answer names no account")));
        return;
    }
    turn->step->user_id = did;
    turn->step->handle = json_text(json_get(turn->json, S("handle")));
    if (pds.n > 0)
        bluesky_secret(turn, S("pds"), pds);
    turn_done(turn);
}

static void
ask_session(struct turn *turn)
{
    if (account_secret(turn->account, S("access")).n == 0) {
        turn_go(turn, &bluesky_at_login, 0);
        return;
    }
    turn_get(turn,
             bluesky_xrpc(turn, bluesky_pds(turn), "com.atproto.server.getSession", NULL, 0));
    bluesky_sign(turn);
}

static void
take_session(struct turn *turn)
{
    if (!same_person(turn, turn->json) && account_secret(turn->account, S("password")).n > 0)
        turn_go(turn, &bluesky_at_login, 0);
    else
        verified(turn);
}

static void
refuse_session(struct turn *turn)
{
    if (!bluesky_again(turn) && turn->failure.is == CLASS_AUTH &&
        account_secret(turn->account, S("password")).n > 0)
        turn_go(turn, &bluesky_at_login, 0);
}

const struct stage bluesky_at_session = {
    .name = "session", .ask = ask_session, .take = take_session, .refuse = refuse_session};

static void
ask_login(struct turn *turn)
{
    const struct pair pairs[] = {{S("identifier"), bluesky_handle(turn->account)},
                                 {S("password"), account_secret(turn->account, S("password"))}};
    if (pairs[0].value.n == 0 || pairs[1].value.n == 0) {
        turn_fail(turn, CLASS_AUTH, S(N_("a handle and an app password are needed")));
        return;
    }
    turn_post_json(
        turn, HTTP_POST,
        bluesky_xrpc(turn, server(turn), "com.atproto.server.createSession", NULL, 0),
        bluesky_made_json(turn, pairs, 2));
}

/* Keeps both tokens; false when there are none. */
static bool
keep_tokens(struct turn *turn)
{
    str access = json_text(json_get(turn->json, S("accessJwt")));
    str refresh = json_text(json_get(turn->json, S("refreshJwt")));
    if (access.n == 0 || refresh.n == 0) {
        turn_fail(turn, CLASS_CONFIG, S(N_("the server gave no tokens")));
        return false;
    }
    bluesky_secret(turn, S("access"), access);
    bluesky_secret(turn, S("refresh"), refresh);
    turn->step->token_expires_us = token_ends(turn, access);
    return true;
}

static void
take_login(struct turn *turn)
{
    if (!keep_tokens(turn))
        return;
    if (account_secret(turn->account, S("dpop_key")).n > 0)
        bluesky_secret(turn, S("dpop_key"), S("")); /* it was connected by OAuth before */
    verified(turn);
}

const struct stage bluesky_at_login = {
    .name = "login", .ask = ask_login, .take = take_login, .refuse = bluesky_refuse};

static void
ask_refresh(struct turn *turn)
{
    if (account_secret(turn->account, S("dpop_key")).n > 0) {
        turn_go(turn, &bluesky_at_oauth_refresh, 0);
        return;
    }
    str token = account_secret(turn->account, S("refresh"));
    if (token.n == 0) {
        turn_fail(turn, CLASS_AUTH, S(N_("the account is not connected yet")));
        return;
    }
    turn_post_json(
        turn, HTTP_POST,
        bluesky_xrpc(turn, bluesky_pds(turn), "com.atproto.server.refreshSession", NULL, 0),
        STR_NONE);
    turn->step->request.headers_n--; /* no body, no type of one */
    turn_bearer(turn, token);
}

static void
take_refresh(struct turn *turn)
{
    if (keep_tokens(turn))
        turn_done(turn);
}

const struct stage bluesky_at_refresh = {
    .name = "refresh", .ask = ask_refresh, .take = take_refresh, .refuse = bluesky_refuse};
