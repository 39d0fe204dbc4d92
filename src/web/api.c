#include "web/api.h"

#include <assert.h>

#include "base/clock.h"
#include "base/sha256.h"
#include "base/translate.h"
#include "place/db.h"
#include "web/answer.h"
#include "web/queries.h"
#include "web/web_internal.h"

/* ---------- problems ---------- */

struct problem_words {
    int32_t status;
    const char *kind, *title, *detail;
};

static const struct problem_words problem_words[] = {
    {400, "malformed", N_("The request cannot be read"),
     N_("The request's line, headers, address or JSON are not well formed.")},
    {401, "no-token", N_("A token is needed"),
     N_("Send “Authorization: Bearer …” with a token from Settings, API tokens.")},
    {403, "not-allowed", N_("This token may not do this"),
     N_("The token's scopes, or the person it acts for, do not allow it.")},
    {404, "absent", N_("There is nothing here"), N_("Nothing is kept at this address.")},
    {405, "method", N_("Not with this method"),
     N_("The header Allow says which methods this address takes.")},
    {409, "conflict", N_("This has changed meanwhile"),
     N_("Read it again, then repeat the change with its present revision.")},
    {409, "key-reused", N_("This key was used before"),
     N_("This Idempotency-Key was used for another request. Use a new one for each thing to "
        "be done.")},
    {411, "no-length", N_("The size is missing"),
     N_("A body is sent with Content-Length, not in chunks.")},
    {413, "too-long", N_("This is too much"), N_("The body is longer than is taken here.")},
    {414, "too-long", N_("This is too much"), N_("The address is longer than is taken here.")},
    {415, "not-json", N_("The body is of another type"),
     N_("Send JSON, with “Content-Type: application/json”.")},
    {421, "host", N_("This house is not known by that name"),
     N_("Ask it by its address, or have it started with its public address.")},
    {422, "invalid", N_("Something in the request is not right"), N_("Nothing was changed.")},
    {429, "too-often", N_("Too many requests"),
     N_("Wait for the seconds the header Retry-After says, then go on.")},
    {431, "too-long", N_("This is too much"), N_("The headers are longer than is taken.")},
    {500, "internal", N_("This did not work"),
     N_("The fault is ours; nothing was half-saved, and it was written to the log.")},
    {502, "remote", N_("The other side answered oddly"),
     N_("Nothing was changed. Try again in a few minutes.")},
    {503, "away", N_("The data cannot be reached now"),
     N_("Nothing was changed. Try again in a moment, with the same Idempotency-Key.")},
    {507, "no-room", N_("There is no room left"), N_("The disk is full. Nothing was changed.")},
};

/* Those of that kind, else the status' own, which stand first; of a status not listed those of 500. */
static const struct problem_words *
words_of(int32_t status, const char *kind)
{
    const struct problem_words *own = NULL, *otherwise = NULL;
    for (size_t i = 0; i < sizeof problem_words / sizeof *problem_words; i++) {
        const struct problem_words *words = &problem_words[i];
        if (words->status == status && kind && strcmp(words->kind, kind) == 0)
            return words;
        if (words->status == status && !own)
            own = words;
        if (words->status == 500)
            otherwise = words;
    }
    return own ? own : otherwise;
}

void
api_problem(struct exchange *x, int32_t status, const char *kind, str detail, str field)
{
    const struct problem_words *words = words_of(status, kind);
    struct json_writer w;
    buf_clear(&x->answer.body);
    x->answer.status = status;
    x->answer.mime = "application/problem+json";
    json_writer_init(&w, &x->answer.body);
    json_object_begin(&w);
    api_put_str(&w, "type",
                arena_printf(x->keep, "urn:propre:problem:%s", kind ? kind : words->kind));
    api_put_str(&w, "title", str_of(translate(x->lang, words->title)));
    api_put_int(&w, "status", status);
    api_put_str(&w, "detail", detail.p ? detail : str_of(translate(x->lang, words->detail)));
    if (field.n > 0)
        api_put_str(&w, "field", field);
    json_object_end(&w);
    buf_add_char(&x->answer.body, '\n');
}

void
api_refuse(struct exchange *x, const char *field, const char *id)
{
    api_problem(x, 422, NULL, str_of(translate(x->lang, id)), str_of(field));
}

/* ---------- who asks ---------- */

bool
api_asked(const struct exchange *x)
{
    return str_starts(x->path, S("/api/")) || (x->head && str_starts(x->head->uri, S("/api/")));
}

static enum route_match
find(struct exchange *x)
{
    enum route_match match = ROUTE_NONE;
    for (ptrdiff_t i = 0; i < api_routes_n; i++) {
        const struct route *route = &api_routes[i].route;
        if (!route_matches(route, x->path, x->parameters, &x->id))
            continue;
        match = ROUTE_METHOD;
        if (route->method != x->method)
            continue;
        x->api = &api_routes[i];
        x->route = route;
        return ROUTE_FOUND;
    }
    return match;
}

static void
method_refused(struct exchange *x)
{
    str allow = STR_NONE;
    for (ptrdiff_t i = 0; i < api_routes_n; i++) {
        const struct route *route = &api_routes[i].route;
        if (route_matches(route, x->path, x->parameters, &x->id))
            allow = arena_printf(x->keep, "%.*s%s%s", STR_FMT(allow), allow.n ? ", " : "",
                                 method_word(route->method));
    }
    answer_header(x, "Allow", allow);
    api_problem(x, 405, NULL, STR_NONE, STR_NONE);
}

/* The token of "Authorization: Bearer …", none when there is no such header or it is of another kind. */
static str
bearer(const struct exchange *x)
{
    str value = head_header(x->head, S("Authorization")), scheme;
    if (!str_cut(&value, ' ', &scheme) || !str_eq_ascii_case(scheme, S("Bearer")))
        return STR_NONE;
    return str_trim(value);
}

/* In a reading transaction. DENIED is no fault here: x->token stays empty. */
static enum fault
look(struct exchange *x, str secret, struct error *error)
{
    struct db *db = x->web->propre->db;
    if (db_begin(db, DB_READ, error))
        return error->fault;
    enum fault fault = workspace_enter(x, error);
    if (!fault && secret.n > 0) {
        fault = token_find(x->web->propre, secret, x->keep, &x->token, error);
        if (fault == FAULT_DENIED)
            fault = OK;
        if (x->token.workspace != x->workspace.id)
            x->token = (struct token){0};
    }
    db_rollback(db);
    return fault;
}

static void
not_known(struct exchange *x, str secret)
{
    if (secret.n == 0) {
        answer_header(x, "WWW-Authenticate", S("Bearer realm=\"propre\""));
        api_problem(x, 401, NULL, STR_NONE, STR_NONE);
        return;
    }
    answer_header(x, "WWW-Authenticate", S("Bearer realm=\"propre\", error=\"invalid_token\""));
    api_problem(x, 401, "token-refused",
                str_of(translate(x->lang, N_("this token is not known, or was revoked"))),
                STR_NONE);
}

static void
scope_missing(struct exchange *x)
{
    str needed = scopes_words(x->api->scopes, x->keep);
    answer_header(x, "WWW-Authenticate",
                  arena_printf(x->keep,
                               "Bearer realm=\"propre\", error=\"insufficient_scope\", "
                               "scope=\"%.*s\"",
                               STR_FMT(needed)));
    api_problem(x, 403, "scope",
                SAY(x->keep, x->lang, N_("This needs a token with the scope “%s”."), needed),
                STR_NONE);
}

bool
api_enter(struct exchange *x, struct error *error)
{
    str secret = bearer(x);
    enum route_match match = find(x);
    if (look(x, secret, error)) {
        answer_fault(x, error);
        if (fault_status(error->fault) >= 500 && x->web->options.log)
            log_fault(x->web->options.log, "request_failed", error);
        return false;
    }
    visitor_lang(x); /* now the workspace's is known */
    if (match == ROUTE_NONE) {
        api_problem(x, 404, NULL, STR_NONE, STR_NONE);
        return false;
    }
    if (match == ROUTE_METHOD) {
        method_refused(x);
        return false;
    }
    if (x->api->open)
        return true;
    if (x->token.id == 0)
        not_known(x, secret);
    else if (x->api->scopes == 0 || (x->token.scopes & x->api->scopes) != x->api->scopes)
        scope_missing(x);
    else if (!role_may(x->token.role, x->route->right))
        api_problem(x, 403, "person", STR_NONE, STR_NONE);
    else
        return true;
    return false;
}

enum fault
api_scope(const struct exchange *x, enum scope scope, struct error *error)
{
    if (x->token.scopes & (int32_t)scope)
        return OK;
    str word = scope_word(scope);
    return fail(error, FAULT_DENIED, "this needs a token with the scope \"%.*s\"",
                STR_FMT(word));
}

void
api_done(struct exchange *x)
{
    struct propre *propre = x->web->propre;
    struct error error;
    if (x->token.id == 0 || !token_is_stale(propre, x->zone, &x->token))
        return;
    if (db_begin(propre->db, DB_WRITE, &error))
        return; /* another writer is at work: next time */
    if (token_see(propre, x->zone, &x->token, &error) || db_commit(propre->db, &error))
        db_rollback(propre->db);
}

/* ---------- what came ---------- */

/* A window of a minute a token, in memory: it guards against loops, not against enemies. */
static bool
too_often(struct exchange *x)
{
    static const int64_t minute_us = 60 * INT64_C(1000000);
    struct api_meter *meter = &x->web->meters[x->token.id % WEB_METERS];
    int64_t now_us = clock_now(&x->web->propre->clock).us;
    if (x->token.id == 0)
        return false;
    if (meter->token != x->token.id || now_us - meter->since_us >= minute_us ||
        now_us < meter->since_us)
        *meter = (struct api_meter){x->token.id, now_us, 0};
    meter->n++;
    if (meter->n <= API_MINUTE_MAX)
        return false;
    int64_t wait_s = (meter->since_us + minute_us - now_us) / 1000000 + 1;
    answer_header(x, "Retry-After", arena_printf(x->keep, "%lld", (long long)wait_s));
    api_problem(x, 429, NULL, STR_NONE, STR_NONE);
    return true;
}

static bool
query_ready(struct exchange *x)
{
    for (int32_t i = 0; i < x->query_n; i++) {
        const struct api_field *field = NULL;
        for (int32_t f = 0; f < x->api->query_n && !field; f++)
            if (str_eq(x->query[i].name, str_of(x->api->query[f].name)))
                field = &x->api->query[f];
        str words = STR_NONE;
        const char *wrong = field ? api_check_query(field, x->query[i].value, x->keep, &words)
                                  : N_("is not known here");
        if (wrong) {
            api_problem(x, 422, NULL, SAY(x->keep, x->lang, wrong, words), x->query[i].name);
            return false;
        }
    }
    return true;
}

static bool
body_ready(struct exchange *x)
{
    struct error error;
    struct json *json = NULL;
    struct api_wrong at = {0};
    if (x->body.n > 0 && json_parse(x->keep, x->body, &json, &error)) {
        api_problem(x, 400, "not-json", translate_error(x->keep, x->lang, &error), STR_NONE);
        return false;
    }
    x->json = json;
    const char *wrong = api_check(json, x->api->takes, x->keep, &at);
    if (!wrong && !json && api_needs_body(x->api))
        wrong = N_("the body is missing: send JSON, {} at least");
    if (wrong)
        api_problem(x, 422, NULL, SAY(x->keep, x->lang, wrong, at.words), at.field);
    return !wrong;
}

bool
api_ready(struct exchange *x)
{
    return !too_often(x) && query_ready(x) && (!x->api->takes || body_ready(x));
}

/* ---------- once for each key ---------- */

static bool
key_is_plain(str key)
{
    for (ptrdiff_t i = 0; i < key.n; i++)
        if (key.p[i] <= 0x20 || key.p[i] >= 0x7f)
            return false;
    return key.n > 0 && key.n <= API_KEY_MAX;
}

/* What makes a request the same: method, address with query, body; each with its length before it. */
static str
request_hash(const struct exchange *x)
{
    const str parts[] = {x->head->method, x->head->uri, x->body.p ? x->body : S("")};
    uint8_t *out = new (x->keep, uint8_t, SHA256_BYTES);
    struct sha256 hash;
    sha256_init(&hash);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        sha256_add(&hash, arena_printf(x->keep, "%td\n", parts[i].n));
        sha256_add(&hash, parts[i]);
    }
    sha256_end(&hash, out);
    return (str){(const char *)out, SHA256_BYTES};
}

static void
replay(struct exchange *x, const struct claim_get_row *row, str hash)
{
    if (!str_eq(row->request_hash, hash)) {
        api_problem(x, 409, "key-reused", STR_NONE, STR_NONE);
        return;
    }
    x->answer.status = (int32_t)row->status;
    x->answer.mime = "application/json";
    buf_clear(&x->answer.body);
    buf_add(&x->answer.body, row->answer);
    if (row->location.p)
        answer_header(x, "Location", row->location);
    answer_header(x, "Idempotent-Replayed", S("true"));
}

static str
location_of(const struct exchange *x)
{
    for (int32_t i = 0; i < x->answer.headers_n; i++)
        if (str_eq(x->answer.headers[i].name, S("Location")))
            return x->answer.headers[i].value;
    return STR_NONE;
}

static enum fault
claim_keep(struct exchange *x, str key, str hash, struct error *error)
{
    struct db *db = x->web->propre->db;
    struct claim_count_row count;
    instant now = clock_now(&x->web->propre->clock);
    if (x->answer.body.n > API_KEPT_ANSWER_MAX)
        return fail(error, FAULT_LIMIT, "the answer is too long to be kept for its key");
    const struct claim_add_in in = {
        x->token.id, key, hash, x->answer.status, location_of(x), buf_str(&x->answer.body),
        now.us};
    if (q_claim_forget(db, &(struct claim_forget_in){now.us - API_KEY_LIFE.us}, error) ||
        q_claim_count(db, &(struct claim_count_in){x->token.id}, x->keep, &count, error))
        return error->fault;
    if (count.n >= API_CLAIMS_MAX) {
        answer_header(x, "Retry-After", S("3600"));
        api_problem(
            x, 429, "too-many-keys",
            str_of(translate(x->lang, N_("This token used too many Idempotency-Keys in the "
                                         "last 48 hours. Nothing was changed."))),
            STR_NONE);
        return OK;
    }
    return q_claim_add(db, &in, error);
}

static enum fault
run(struct exchange *x, struct error *error)
{
    bool known = true;
    if (api_names_known(x, &known, error))
        return error->fault;
    return known ? x->route->handler(x, error) : OK;
}

enum fault
api_handle(struct exchange *x, struct error *error)
{
    struct claim_get_row row;
    bool found = false;
    str key = head_header(x->head, S("Idempotency-Key"));
    if (x->method == METHOD_GET || !key.p)
        return run(x, error);
    if (!key_is_plain(key)) {
        api_problem(x, 400, "key",
                    str_of(translate(x->lang, N_("An Idempotency-Key has 1 to 255 visible "
                                                 "ASCII characters; a UUID is a good one."))),
                    S("Idempotency-Key"));
        return OK;
    }
    str hash = request_hash(x);
    const struct claim_get_in in = {x->token.id, key,
                                    clock_now(&x->web->propre->clock).us - API_KEY_LIFE.us};
    if (q_claim_get(x->web->propre->db, &in, x->keep, &row, &found, error))
        return error->fault;
    if (found) {
        replay(x, &row, hash);
        return OK;
    }
    if (run(x, error))
        return error->fault;
    /* What was refused changed nothing: the same key may try again. */
    return x->answer.status < 400 ? claim_keep(x, key, hash, error) : OK;
}
