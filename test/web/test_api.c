#include "house.h"

#include <stdio.h>
#include <unistd.h>

#include "base/json.h"
#include "place/token.h"
#include "place/vault.h"
#include "place/workspace.h"
#include "strategy/channel.h"
#include "web/api.h"

/* A program that visits: a token, no cookies. */
struct program {
    struct house *house;
    str secret, key; /* none: not sent */
    const char *headers;
    str answer;
    struct json *json;
};

static str
token_make(struct house *house, int64_t person, int32_t scopes)
{
    struct error error;
    struct propre *propre = &house->db.propre;
    const struct token token = {
        .workspace = house->workspace, .person = person, .name = S("a test"), .scopes = scopes};
    str secret;
    int64_t id;
    assert_ok(db_begin(propre->db, DB_WRITE, &error), &error);
    assert_ok(token_add(propre, &token, &house->db.keep, &secret, &id, &error), &error);
    assert_ok(db_commit(propre->db, &error), &error);
    return secret;
}

static void
setup_program(struct program *program, struct house *house, int32_t scopes)
{
    *program =
        (struct program){.house = house, .secret = token_make(house, house->owner, scopes)};
}

static int
ask(struct program *p, const char *method, const char *path, str body)
{
    struct error error;
    struct arena *keep = &p->house->db.keep;
    struct buf request;
    buf_init(&request, 8 << 20);
    buf_addf(&request, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n", method, path);
    if (p->secret.p)
        buf_addf(&request, "Authorization: Bearer %.*s\r\n", STR_FMT(p->secret));
    if (p->key.p)
        buf_addf(&request, "Idempotency-Key: %.*s\r\n", STR_FMT(p->key));
    if (p->headers)
        buf_add(&request, str_of(p->headers));
    if (body.n > 0)
        buf_addf(&request, "Content-Type: application/json\r\nContent-Length: %td\r\n", body.n);
    else if (strcmp(method, "GET") != 0)
        buf_add(&request, S("Content-Length: 0\r\n"));
    buf_add(&request, S("Connection: close\r\n\r\n"));
    buf_add(&request, body);
    p->answer = client_ask(p->house->server, buf_str(&request), keep);
    buf_release(&request);
    p->json = NULL;
    str mime = answer_value(p->answer, "Content-Type");
    if (str_eq(mime, S("application/json")) || str_eq(mime, S("application/problem+json")))
        assert_ok(json_parse(keep, answer_body(p->answer), &p->json, &error), &error);
    return answer_status(p->answer);
}

static str
says(const struct program *p, const char *member)
{
    return json_text(json_get(p->json, str_of(member)));
}

static int64_t
counts(struct program *p, const char *path)
{
    struct program reader = {.house = p->house,
                             .secret = token_make(p->house, p->house->owner, SCOPE_READ)};
    assert_int_equal(200, ask(&reader, "GET", path, S("")));
    return json_get(reader.json, S("data"))->n;
}

static int
setup(void **state)
{
    static struct house house;
    house_open(&house);
    *state = &house;
    return 0;
}

static int
teardown(void **state)
{
    house_close(*state);
    return 0;
}

static const char *
path_of(struct house *house, const char *pattern)
{
    const char *colon = strstr(pattern, ":id");
    if (!colon)
        return pattern;
    str path = arena_printf(&house->db.keep, "%.*s999999%s", (int)(colon - pattern), pattern,
                            colon + 3);
    return cstr(&house->db.keep, path);
}

/* Each address, with each set of scopes: in only when the row's are all there. */
static void
test_every_scope(void **state)
{
    struct house *house = *state;
    for (int32_t scopes = 1; scopes <= SCOPES_ALL; scopes++) {
        struct program p;
        setup_program(&p, house, scopes);
        for (ptrdiff_t r = 0; r < api_routes_n; r++) {
            const struct api_route *row = &api_routes[r];
            const char *method = method_word(row->route.method);
            int status = ask(&p, method, path_of(house, row->route.pattern), S(""));
            bool may = row->open || (row->scopes && (scopes & row->scopes) == row->scopes);
            if (status == 0 || status >= 500 || (status == 403) == may)
                fail_msg("%s %s with scopes %d: %d", method, row->route.pattern, (int)scopes,
                         status);
            if (!may)
                assert_true(str_find(answer_value(p.answer, "WWW-Authenticate"),
                                     S("insufficient_scope")) >= 0);
        }
        house->db.now.us += 61 * INT64_C(1000000); /* so many a minute */
    }
}

/* A token does no more than its person may. */
static void
test_every_person(void **state)
{
    struct house *house = *state;
    static const enum role roles[] = {ROLE_READER, ROLE_EDITOR, ROLE_OWNER};
    const int64_t people[] = {house->reader, house->editor, house->owner};
    for (int i = 0; i < 3; i++) {
        struct program p = {.house = house, .secret = token_make(house, people[i], SCOPES_ALL)};
        for (ptrdiff_t r = 0; r < api_routes_n; r++) {
            const struct route *route = &api_routes[r].route;
            int status =
                ask(&p, method_word(route->method), path_of(house, route->pattern), S(""));
            bool may = api_routes[r].open || role_may(roles[i], route->right);
            if (status == 0 || status >= 500 || (status == 403) == may)
                fail_msg("%s %s: %d", method_word(route->method), route->pattern, status);
        }
    }
}

/* Nobody without a token, whatever else they bring; and a token opens no page. */
static void
test_nobody(void **state)
{
    struct house *house = *state;
    struct browser browser;
    browser_open(&browser, house);
    browser_enter(&browser, house->owner);
    str cookie = arena_printf(&house->db.keep, "Cookie: propre_session=%.*s\r\n",
                              STR_FMT(browser_cookie(&browser, "propre_session")));
    str secret = token_make(house, house->owner, SCOPES_ALL);
    str basic = arena_printf(&house->db.keep, "Authorization: Basic %.*s\r\n", STR_FMT(secret));
    const char *const headers[] = {NULL,
                                   cstr(&house->db.keep, cookie),
                                   cstr(&house->db.keep, basic),
                                   "Authorization: Bearer\r\n",
                                   "Authorization: Bearer x\r\n",
                                   "Authorization: Bearer propre_\r\n"};
    for (ptrdiff_t r = 0; r < api_routes_n; r++) {
        for (size_t i = 0; i < sizeof headers / sizeof *headers && !api_routes[r].open; i++) {
            struct program p = {.house = house, .headers = headers[i]};
            const struct route *route = &api_routes[r].route;
            assert_int_equal(401, ask(&p, method_word(route->method),
                                      path_of(house, route->pattern), S("")));
            assert_true(str_starts(answer_value(p.answer, "WWW-Authenticate"), S("Bearer")));
            assert_str("application/problem+json", answer_value(p.answer, "Content-Type"));
            assert_false(answer_value(p.answer, "Set-Cookie").p != NULL);
        }
    }
    struct program p = {.house = house, .secret = secret};
    assert_int_equal(303, ask(&p, "GET", "/settings", S("")));
    assert_int_equal(403, ask(&p, "POST", "/settings", S("")));
    /* Revoked is at once. */
    assert_int_equal(200, ask(&p, "GET", "/api/v1/tokens", S("")));
    int64_t id = json_as_int(json_get(json_get(p.json, S("data"))->first, S("id"))).is;
    str path = arena_printf(&house->db.keep, "/api/v1/tokens/%lld", (long long)id);
    assert_int_equal(200, ask(&p, "DELETE", cstr(&house->db.keep, path), S("")));
    assert_int_equal(401, ask(&p, "GET", "/api/v1/tokens", S("")));
}

#define NEW_CHANNEL S("{\"name\": \"Shop\", \"network\": \"facebook\", \"handle\": \"shop\"}")

/* The same key twenty times: one effect, twenty answers of the same bytes. */
static void
test_key_again(void **state)
{
    struct house *house = *state;
    struct program p, other;
    setup_program(&p, house, SCOPE_WRITE);
    setup_program(&other, house, SCOPE_WRITE);
    p.key = other.key = S("7b0c3d52-a2f1-4dd8-9d9a-0f6c0a4c3f11");
    assert_int_equal(201, ask(&p, "POST", "/api/v1/channels", NEW_CHANNEL));
    assert_false(answer_value(p.answer, "Idempotent-Replayed").p != NULL);
    str first = answer_body(p.answer), location = answer_value(p.answer, "Location");
    assert_true(str_starts(location, S("/api/v1/channels/")));
    for (int i = 0; i < 19; i++) {
        house->db.now.us += 3600 * INT64_C(1000000);
        assert_int_equal(201, ask(&p, "POST", "/api/v1/channels", NEW_CHANNEL));
        assert_true(str_eq(first, answer_body(p.answer)));
        assert_true(str_eq(location, answer_value(p.answer, "Location")));
        assert_str("true", answer_value(p.answer, "Idempotent-Replayed"));
    }
    assert_int_equal(1, counts(&p, "/api/v1/channels"));
    /* Another body, another address, another method: refused, nothing done. */
    assert_int_equal(409, ask(&p, "POST", "/api/v1/channels",
                              S("{\"name\": \"Shop 2\", \"network\": \"facebook\"}")));
    assert_str("urn:propre:problem:key-reused", says(&p, "type"));
    assert_str("This key was used before", says(&p, "title"));
    assert_int_equal(409, ask(&p, "POST", "/api/v1/tactics", S("{\"name\": \"A\"}")));
    assert_int_equal(409, ask(&p, "DELETE", cstr(&house->db.keep, location), S("")));
    assert_int_equal(1, counts(&p, "/api/v1/channels"));
    /* Keys are each token's own: here the handle is what is refused. */
    assert_int_equal(409, ask(&other, "POST", "/api/v1/channels", NEW_CHANNEL));
    assert_str("urn:propre:problem:conflict", says(&other, "type"));
    /* After 48 hours it is forgotten: then the thing itself says that it is there. */
    house->db.now.us += 30 * 3600 * INT64_C(1000000);
    assert_int_equal(409, ask(&p, "POST", "/api/v1/channels", NEW_CHANNEL));
    assert_str("urn:propre:problem:conflict", says(&p, "type"));
}

/* What was refused is not kept: the key may try again. */
static void
test_key_refused(void **state)
{
    struct house *house = *state;
    struct program p;
    setup_program(&p, house, SCOPE_WRITE);
    p.key = S("k1");
    assert_int_equal(422, ask(&p, "POST", "/api/v1/channels",
                              S("{\"name\": \"\", \"network\": \"facebook\"}")));
    assert_int_equal(201, ask(&p, "POST", "/api/v1/channels", NEW_CHANNEL));
    static const char *const odd[] = {"a b", "é"};
    for (size_t i = 0; i < 2; i++) {
        p.key = str_of(odd[i]);
        assert_int_equal(400, ask(&p, "POST", "/api/v1/channels", NEW_CHANNEL));
        assert_str("Idempotency-Key", says(&p, "field"));
    }
}

/* The data fails at every point in turn, the program asks again with its key: done once, and answered. */
static void
test_key_crash(void **state)
{
    struct house *house = *state;
    struct program p;
    setup_program(&p, house, SCOPE_WRITE);
    bool failed = true;
    int made = 0;
    for (int at = 1; at < 200 && failed; at++) {
        p.key = arena_printf(&house->db.keep, "crash-%d", at);
        str body = arena_printf(&house->db.keep,
                                "{\"name\": \"C%d\", \"network\": \"x\", \"handle\": \"c%d\"}",
                                at, at);
        testdb_fail_at(&house->db, at);
        int status = ask(&p, "POST", "/api/v1/channels", body);
        failed = testdb_failed();
        testdb_fail_at(&house->db, 0);
        assert_true(status == 201 || status >= 500);
        assert_int_equal(201, ask(&p, "POST", "/api/v1/channels", body));
        bool replayed = answer_value(p.answer, "Idempotent-Replayed").p != NULL;
        assert_true(replayed == (status == 201));
        made++;
        assert_int_equal(made, counts(&p, "/api/v1/channels"));
    }
    assert_false(failed);
    assert_true(made > 8);
}

static void
test_refusals(void **state)
{
    struct house *house = *state;
    struct program p;
    setup_program(&p, house, SCOPES_ALL);
    static const struct {
        const char *method, *path, *body;
        int status;
        const char *field;
    } cases[] = {
        {"GET", "/api/v1/nothing", "", 404, NULL},
        {"GET", "/api/v1/channels/7", "", 404, NULL},
        {"GET", "/api/v1/channels/07", "", 404, NULL},
        {"POST", "/api/v1/channels", "{", 400, NULL},
        {"POST", "/api/v1/channels", "{\"name\": 1, \"name\": 2}", 400, NULL},
        {"POST", "/api/v1/channels", "[]", 422, NULL},
        {"POST", "/api/v1/channels", "{}", 422, "name"},
        {"POST", "/api/v1/channels", "", 422, "name"},
        {"POST", "/api/v1/channels", "{\"name\": 3, \"network\": \"x\"}", 422, "name"},
        {"POST", "/api/v1/channels", "{\"name\": null, \"network\": \"x\"}", 422, "name"},
        {"POST", "/api/v1/channels", "{\"name\": \"a\", \"network\": \"y\"}", 422, "network"},
        {"POST", "/api/v1/channels", "{\"name\": \"a\", \"network\": \"x\", \"nmae\": 1}", 422,
         "nmae"},
        {"POST", "/api/v1/tactics", "{\"name\": \"a\", \"objectives\": [1, \"2\"]}", 422,
         "objectives[1]"},
        {"POST", "/api/v1/tactics", "{\"name\": \"a\", \"effort_minutes\": -1}", 422,
         "effort_minutes"},
        {"POST", "/api/v1/tactics", "{\"name\": \"a\", \"objectives\": [12]}", 422,
         "objectives[0]"},
        {"POST", "/api/v1/posts", "", 422, NULL},
        {"POST", "/api/v1/posts", "{\"tactic\": 77}", 422, "tactic"},
        {"POST", "/api/v1/posts", "{\"channels\": [77]}", 422, "channels[0]"},
        {"POST", "/api/v1/posts", "{\"channels\": [1, 1]}", 422, "channels[1]"},
        {"POST", "/api/v1/posts", "{\"variants\": [{\"channel\": 77}]}", 422,
         "variants[0].channel"},
        {"POST", "/api/v1/posts", "{\"media\": [{\"id\": 77}]}", 422, "media[0].id"},
        {"POST", "/api/v1/slots",
         "{\"channel\": 77, \"weekday\": 1, \"hour\": 9, \"minute\": 0}", 422, "channel"},
        {"POST", "/api/v1/objectives",
         "{\"name\": \"a\", \"kind\": \"sales\", \"deadline\": \"2026-02-30\"}", 422,
         "deadline"},
        {"POST", "/api/v1/tokens", "{\"name\": \"a\", \"scopes\": [\"all\"]}", 422,
         "scopes[0]"},
        {"GET", "/api/v1/results?from=yesterday", "", 422, "from"},
        {"GET", "/api/v1/results?limit=0", "", 422, "limit"},
        {"GET", "/api/v1/results?limit=201", "", 422, "limit"},
        {"GET", "/api/v1/results?cursor=3", "", 422, "cursor"},
        {"GET", "/api/v1/results?oder=newest", "", 422, "oder"},
        {"GET", "/api/v1/effects", "", 404, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int status = ask(&p, cases[i].method, cases[i].path, str_of(cases[i].body));
        if (status != cases[i].status)
            fail_msg("%s %s %s: %d", cases[i].method, cases[i].path, cases[i].body, status);
        assert_str("application/problem+json", answer_value(p.answer, "Content-Type"));
        assert_int_equal(status, json_as_int(json_get(p.json, S("status"))).is);
        assert_true(str_starts(says(&p, "type"), S("urn:propre:problem:")));
        assert_true(says(&p, "title").n > 0 && says(&p, "detail").n > 0);
        if (cases[i].field)
            assert_str(cases[i].field, says(&p, "field"));
    }
    /* What would be taken is listed. */
    assert_int_equal(422, ask(&p, "GET", "/api/v1/results?order=best", S("")));
    assert_str("must be one of these words: newest, oldest, most", says(&p, "detail"));
    assert_int_equal(
        422, ask(&p, "POST", "/api/v1/tokens", S("{\"name\": \"a\", \"scopes\": [\"all\"]}")));
    assert_true(str_find(says(&p, "detail"), S("read, write, publish")) >= 0);
    assert_int_equal(405, ask(&p, "DELETE", "/api/v1/channels", S("")));
    assert_str("GET, POST", answer_value(p.answer, "Allow"));
    assert_int_equal(405, ask(&p, "PUT", "/api/v1/channels/1", S("")));
    assert_str("GET, PATCH, DELETE", answer_value(p.answer, "Allow"));
    p.headers = "Accept-Language: fr-CA, en;q=0.5\r\n";
    assert_int_equal(404, ask(&p, "GET", "/api/v1/nothing", S("")));
    assert_str("Il n’y a rien ici", says(&p, "title"));
}

/* Bodies of another type, too long, without their size. */
static void
test_bodies(void **state)
{
    struct house *house = *state;
    struct arena *keep = &house->db.keep;
    str secret = token_make(house, house->owner, SCOPES_ALL);
    static const struct {
        const char *rest;
        int status;
    } cases[] = {
        {"Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}", 415},
        {"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=b",
         415},
        {"Content-Length: 2\r\n\r\n{}", 415},
        {"Content-Type: application/json\r\nContent-Length: 1048577\r\n\r\n", 413},
        {"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411},
        {"Content-Type: application/json; charset=utf-8\r\nContent-Length: 2\r\n\r\n{}", 422},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        str request = arena_printf(keep,
                                   "POST /api/v1/channels HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                                   "Connection: close\r\nAuthorization: Bearer %.*s\r\n%s",
                                   STR_FMT(secret), cases[i].rest);
        str answer = client_ask(house->server, request, keep);
        assert_int_equal(cases[i].status, answer_status(answer));
        assert_str("application/problem+json", answer_value(answer, "Content-Type"));
    }
}

/* A change names the revision it saw; who was overtaken is told, and changes nothing. */
static void
test_revisions(void **state)
{
    struct house *house = *state;
    struct program p;
    setup_program(&p, house, SCOPES_ALL);
    assert_int_equal(
        201, ask(&p, "POST", "/api/v1/tactics",
                 S("{\"name\": \"Quiz\", \"hypothesis\": \"h\", \"cost_minor\": 250}")));
    const char *path = cstr(&house->db.keep, answer_value(p.answer, "Location"));
    assert_str("EUR", says(&p, "currency"));
    assert_int_equal(422, ask(&p, "PATCH", path, S("{\"name\": \"Quiz 2\"}")));
    assert_str("revision", says(&p, "field"));
    assert_int_equal(200, ask(&p, "PATCH", path, S("{\"name\": \"Quiz 2\", \"revision\": 1}")));
    assert_str("Quiz 2", says(&p, "name"));
    assert_str("h", says(&p, "hypothesis"));
    assert_int_equal(409, ask(&p, "PATCH", path, S("{\"name\": \"Quiz 3\", \"revision\": 1}")));
    p.headers = "If-Match: \"2\"\r\n";
    assert_int_equal(200,
                     ask(&p, "PATCH", path, S("{\"hypothesis\": null, \"cost_minor\": null}")));
    assert_true(json_get(p.json, S("hypothesis"))->kind == JSON_KIND_NULL);
    assert_true(json_get(p.json, S("currency"))->kind == JSON_KIND_NULL);
    assert_str("Quiz 2", says(&p, "name"));
    p.headers = "If-Match: W/\"2\"\r\n";
    assert_int_equal(422, ask(&p, "PATCH", path, S("{\"name\": \"Quiz 3\", \"revision\": 3}")));
    p.headers = NULL;
    assert_int_equal(200, ask(&p, "DELETE", path, S("")));
    assert_true(json_as_bool(json_get(p.json, S("archived")), false));
    assert_int_equal(0, counts(&p, "/api/v1/tactics"));
}

static void
test_tokens(void **state)
{
    struct house *house = *state;
    struct program p;
    setup_program(&p, house, SCOPE_SETTINGS | SCOPE_READ);
    assert_int_equal(403, ask(&p, "POST", "/api/v1/tokens",
                              S("{\"name\": \"more\", \"scopes\": [\"publish\"]}")));
    assert_int_equal(201, ask(&p, "POST", "/api/v1/tokens",
                              S("{\"name\": \"reader\", \"scopes\": [\"read\"]}")));
    struct program made = {.house = house, .secret = says(&p, "secret")};
    assert_int_equal(200, ask(&made, "GET", "/api/v1/workspace", S("")));
    assert_str("Maison <b>", says(&made, "name"));
    assert_int_equal(200, ask(&p, "GET", "/api/v1/tokens", S("")));
    const struct json *first = json_get(p.json, S("data"))->first;
    assert_str("reader", json_text(json_get(first, S("name"))));
    assert_str("2026-11-24", json_text(json_get(first, S("used"))));
    /* In Paris the next day has begun while it is evening yet in UTC. */
    house->db.now.us += (int64_t)(14 * 3600 + 1800) * 1000000;
    assert_int_equal(200, ask(&made, "GET", "/api/v1/workspace", S("")));
    assert_int_equal(200, ask(&p, "GET", "/api/v1/tokens", S("")));
    first = json_get(p.json, S("data"))->first;
    assert_str("2026-11-25", json_text(json_get(first, S("used"))));
    /* The secret is told once: neither later nor in the data. */
    assert_true(str_find(p.answer, made.secret) < 0);
    p.key = S("k");
    assert_int_equal(400, ask(&p, "POST", "/api/v1/tokens",
                              S("{\"name\": \"again\", \"scopes\": [\"read\"]}")));
}

static void
test_too_often(void **state)
{
    struct house *house = *state;
    struct program p;
    setup_program(&p, house, SCOPE_READ);
    for (int i = 0; i < API_MINUTE_MAX; i++)
        assert_int_equal(200, ask(&p, "GET", "/api/v1/workspace", S("")));
    assert_int_equal(429, ask(&p, "GET", "/api/v1/workspace", S("")));
    assert_str("61", answer_value(p.answer, "Retry-After"));
    house->db.now.us += 61 * INT64_C(1000000);
    assert_int_equal(200, ask(&p, "GET", "/api/v1/workspace", S("")));
}

/* ---------- the document ---------- */

static const struct json *
schema_named(const struct json *document, str ref)
{
    str prefix = S("#/components/schemas/");
    assert_true(str_starts(ref, prefix));
    const struct json *schemas = json_get(json_get(document, S("components")), S("schemas"));
    const struct json *schema = json_get(schemas, str_slice(ref, prefix.n, ref.n));
    assert_non_null(schema);
    return schema;
}

static bool
is_kind(const struct json *value, str word)
{
    static const char *const words[] = {"null",   "boolean", "integer", "number",
                                        "string", "array",   "object"};
    return str_eq(word, str_of(words[value->kind])) ||
           (value->kind == JSON_KIND_INT && str_eq(word, S("number")));
}

static bool
type_fits(const struct json *type, const struct json *value)
{
    bool fits = !type;
    if (type && type->kind == JSON_KIND_STR)
        return is_kind(value, type->text);
    for (const struct json *t = type ? type->first : NULL; t; t = t->next)
        fits |= is_kind(value, t->text);
    return fits;
}

static bool
enum_fits(const struct json *words, const struct json *value)
{
    bool fits = !words;
    for (const struct json *w = words ? words->first : NULL; w; w = w->next)
        fits |= w->kind == value->kind &&
                (w->kind == JSON_KIND_NULL || str_eq(w->text, value->text));
    return fits;
}

enum { PENDING_MAX = 20000 };
struct pending_check {
    const struct json *schema, *value;
};

/* A small validator of what our document uses: type, enum, properties, required, items, $ref. */
static void
assert_valid(const struct json *document, const struct json *schema, const struct json *value)
{
    static struct pending_check at[PENDING_MAX];
    int n = 0;
    at[n++] = (struct pending_check){schema, value};
    while (n > 0) {
        struct pending_check now = at[--n];
        const struct json *ref = json_get(now.schema, S("$ref"));
        if (ref)
            now.schema = schema_named(document, ref->text);
        if (!type_fits(json_get(now.schema, S("type")), now.value))
            fail_msg("%.*s is of another type", STR_FMT(now.value->key));
        if (now.value->kind == JSON_KIND_STR || now.value->kind == JSON_KIND_NULL)
            if (!enum_fits(json_get(now.schema, S("enum")), now.value))
                fail_msg("%.*s is none of the words", STR_FMT(now.value->key));
        const struct json *properties = json_get(now.schema, S("properties"));
        const struct json *items = json_get(now.schema, S("items"));
        for (const struct json *m = now.value->kind >= JSON_KIND_ARRAY ? now.value->first
                                                                       : NULL;
             m; m = m->next) {
            const struct json *of =
                now.value->kind == JSON_KIND_ARRAY ? items : json_get(properties, m->key);
            if (!of && properties)
                fail_msg("%.*s is not documented", STR_FMT(m->key));
            assert_true(n < PENDING_MAX);
            if (of)
                at[n++] = (struct pending_check){of, m};
        }
        const struct json *required = json_get(now.schema, S("required"));
        for (const struct json *r = required ? required->first : NULL; r; r = r->next)
            if (!json_get(now.value, r->text))
                fail_msg("%.*s is missing", STR_FMT(r->text));
    }
}

static const struct json *
answer_schema(const struct json *operation, int status)
{
    char word[8];
    (void)snprintf(word, sizeof word, "%d", status);
    const struct json *responses = json_get(operation, S("responses"));
    const struct json *response = json_get(responses, str_of(word));
    const struct json *content =
        json_get(response ? response : json_get(responses, S("default")), S("content"));
    assert_non_null(content);
    return json_get(content->first, S("schema"));
}

/* A name of a function in whatever language, and of no other operation. */
static void
assert_operation_id(const struct json *document, str id)
{
    int same = 0;
    assert_true(id.n > 3);
    for (ptrdiff_t i = 0; i < id.n; i++)
        if (!(id.p[i] >= 'a' && id.p[i] <= 'z') && !(id.p[i] >= 'A' && id.p[i] <= 'Z'))
            fail_msg("%.*s is no name", STR_FMT(id));
    for (const struct json *path = json_get(document, S("paths"))->first; path;
         path = path->next)
        for (const struct json *o = path->first; o; o = o->next)
            same += str_eq(id, json_text(json_get(o, S("operationId"))));
    if (same != 1)
        fail_msg("%.*s names %d operations", STR_FMT(id), same);
}

/* Every address of the table is in the document, with every member documented. */
static void
test_document(void **state)
{
    struct house *house = *state;
    struct program p = {.house = house};
    assert_int_equal(200, ask(&p, "GET", "/api/v1/openapi.json", S("")));
    assert_str("3.1.0", says(&p, "openapi"));
    int operations = 0;
    for (const struct json *path = json_get(p.json, S("paths"))->first; path;
         path = path->next) {
        for (const struct json *o = path->first; o; o = o->next, operations++) {
            assert_true(json_text(json_get(o, S("summary"))).n > 0);
            assert_operation_id(p.json, json_text(json_get(o, S("operationId"))));
            assert_non_null(answer_schema(o, 418));
            const struct json *security = json_get(o, S("security"));
            if (!str_eq(path->key, S("/api/v1/openapi.json")))
                assert_true(json_get(security->first, S("bearer"))->n >= 1);
            const struct json *body = json_get(o, S("requestBody"));
            assert_true(!body || json_get(body, S("content")));
            const struct json *parameters = json_get(o, S("parameters"));
            for (const struct json *q = parameters->first; q; q = q->next)
                assert_true(json_text(json_get(q, S("description"))).n > 0);
        }
    }
    assert_int_equal(api_routes_n, operations);
    const struct json *schemas = json_get(json_get(p.json, S("components")), S("schemas"));
    assert_int_equal(api_objects_n, schemas->n);
    for (const struct json *s = schemas->first; s; s = s->next)
        for (const struct json *m = json_get(s, S("properties"))->first; m; m = m->next)
            if (json_text(json_get(m, S("description"))).n == 0)
                fail_msg("%.*s.%.*s says nothing", STR_FMT(s->key), STR_FMT(m->key));
    /* Whatever a row or a member names is there. */
    for (ptrdiff_t r = 0; r < api_routes_n; r++) {
        const struct api_object *named[] = {api_routes[r].takes, api_routes[r].gives};
        for (int i = 0; i < 2; i++)
            if (named[i])
                assert_non_null(json_get(schemas, str_of(named[i]->name)));
    }
}

/* What is really answered is what the document says. */
static void
test_answers_are_as_documented(void **state)
{
    struct house *house = *state;
    struct program p;
    struct browser browser;
    setup_program(&p, house, SCOPES_ALL);
    assert_int_equal(200, ask(&p, "GET", "/api/v1/openapi.json", S("")));
    const struct json *document = p.json;
    browser_open(&browser, house);
    browser_enter(&browser, house->owner);
    (void)browser_get(&browser, "/import");
    assert_int_equal(303, browser_post(&browser, "/import/demo", ""));
    static const struct {
        const char *method, *path, *body;
        int status;
    } cases[] = {
        {"POST", "/api/v1/objectives",
         "{\"name\": \"Sell\", \"kind\": \"sales\", \"metric\": \"clicks\", \"target\": 10.5, "
         "\"start\": \"2026-01-01\", \"deadline\": \"2026-12-31\", \"unit_value_minor\": 5}",
         201},
        {"GET", "/api/v1/objectives", "", 200},
        {"GET", "/api/v1/objectives/1", "", 200},
        {"PATCH", "/api/v1/objectives/1",
         "{\"target\": 12, \"revision\": 1, \"reason\": \"more\"}", 200},
        {"POST", "/api/v1/tactics", "{\"name\": \"Quiz\", \"objectives\": [1]}", 201},
        {"GET", "/api/v1/tactics", "", 200},
        {"GET", "/api/v1/tactics/1", "", 200},
        {"POST", "/api/v1/channels", "{\"name\": \"Blog\", \"network\": \"blog\"}", 201},
        {"GET", "/api/v1/channels", "", 200},
        {"GET", "/api/v1/channels/1", "", 200},
        {"PATCH", "/api/v1/channels/1", "{\"name\": \"B\", \"revision\": 1}", 200},
        {"GET", "/api/v1/workspace", "", 200},
        {"PATCH", "/api/v1/workspace", "{\"currency\": \"CHF\"}", 200},
        {"GET", "/api/v1/results", "", 200},
        {"GET", "/api/v1/results/1", "", 200},
        {"GET", "/api/v1/imports", "", 200},
        {"GET", "/api/v1/imports/1", "", 200},
        {"POST", "/api/v1/tokens", "{\"name\": \"a\", \"scopes\": [\"read\"]}", 201},
        {"GET", "/api/v1/tokens", "", 200},
        {"DELETE", "/api/v1/tokens/2", "", 200},
        {"GET", "/api/v1/effects", "", 404},
        {"POST", "/api/v1/imports/1/undo", "", 200},
        {"POST", "/api/v1/posts", "{\"text\": \"Again\"}", 201},
        {"POST", "/api/v1/repeats",
         "{\"post\": 1, \"rule\": \"weekly on monday\", \"at\": \"2027-03-01 09:00\"}", 201},
        {"POST", "/api/v1/repeats",
         "{\"post\": 1, \"rule\": \"now and then\", \"at\": \"2027-03-01 09:00\"}", 422},
        {"GET", "/api/v1/repeats", "", 200},
        {"GET", "/api/v1/repeats/1", "", 200},
        {"POST", "/api/v1/repeats/1/skip", "{}", 200},
        {"POST", "/api/v1/repeats/1/skip", "{\"day\": \"2027-03-02\"}", 404},
        {"POST", "/api/v1/repeats/1/pause", "{}", 200},
        {"POST", "/api/v1/repeats/1/resume", "{}", 200},
        {"PATCH", "/api/v1/repeats/1", "{\"times\": 9, \"revision\": 1}", 409},
        {"POST", "/api/v1/repeats/1/end", "{}", 200},
        {"POST", "/api/v1/repeats/1/end", "{}", 409},
        {"GET", "/api/v1/notices", "", 200},
        {"POST", "/api/v1/notices/mail",
         "{\"server\": \"mail.example\", \"from\": \"a@b.example\", \"to\": \"c@d.example\"}",
         200},
        {"POST", "/api/v1/notices/mail",
         "{\"server\": \"mail.example\", \"from\": \"nobody\", \"to\": \"c@d.example\"}", 422},
        {"POST", "/api/v1/notices/mail/test", "{}", 200},
        {"POST", "/api/v1/notices/webhook/test", "{}", 404},
        {"DELETE", "/api/v1/notices/mail", "", 200},
        {"DELETE", "/api/v1/notices/webhook", "", 404},
        {"POST", "/api/v1/hosts", "{\"host\": \"blog.lan:8080\"}", 200},
        {"GET", "/api/v1/hosts", "", 200},
        {"POST", "/api/v1/hosts", "{\"host\": \"no host/\"}", 422},
        {"POST", "/api/v1/hosts/forbid", "{\"host\": \"blog.lan:8080\"}", 200},
        {"DELETE", "/api/v1/channels/1", "", 200},
        {"POST", "/api/v1/channels/1/restore", "{}", 200},
        {"DELETE", "/api/v1/tactics/1", "", 404},
        {"DELETE", "/api/v1/objectives/1", "", 200},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int status = ask(&p, cases[i].method, cases[i].path, str_of(cases[i].body));
        if (status != cases[i].status)
            fail_msg("%s %s: %d %.*s", cases[i].method, cases[i].path, status,
                     STR_FMT(answer_body(p.answer)));
        str path = str_of(cases[i].path);
        ptrdiff_t one = str_find(path, S("/1"));
        one = one >= 0 ? one : str_find(path, S("/2"));
        if (one >= 0)
            path = arena_printf(&house->db.keep, "%.*s/{id}%.*s", (int)one, path.p,
                                STR_FMT(str_slice(path, one + 2, path.n)));
        static const char *const methods[][2] = {
            {"GET", "get"}, {"POST", "post"}, {"PATCH", "patch"}, {"DELETE", "delete"}};
        const struct json *operation = NULL;
        for (int m = 0; m < 4; m++)
            if (!strcmp(methods[m][0], cases[i].method))
                operation = json_get(json_get(json_get(document, S("paths")), path),
                                     str_of(methods[m][1]));
        assert_non_null(operation);
        assert_valid(document, answer_schema(operation, status), p.json);
    }
}

/* Pages of a list hold each thing once, and end. */
static void
test_pages(void **state)
{
    struct house *house = *state;
    struct program p;
    struct browser browser;
    setup_program(&p, house, SCOPE_READ);
    browser_open(&browser, house);
    browser_enter(&browser, house->owner);
    (void)browser_get(&browser, "/import");
    assert_int_equal(303, browser_post(&browser, "/import/demo", ""));
    int64_t seen = 0, last = INT64_MAX;
    str next = S("");
    for (int i = 0; i < 20 && next.p; i++) {
        str path = arena_printf(&house->db.keep, "/api/v1/results?limit=150%s%.*s",
                                next.n ? "&cursor=" : "", STR_FMT(next));
        assert_int_equal(200, ask(&p, "GET", cstr(&house->db.keep, path), S("")));
        const struct json *data = json_get(p.json, S("data"));
        seen += data->n;
        const struct json *first = data->first;
        if (first && json_text(json_get(first, S("published"))).p) {
            instant published;
            struct error error;
            assert_ok(
                instant_parse(json_text(json_get(first, S("published"))), &published, &error),
                &error);
            assert_true(published.us <= last);
            last = published.us;
        }
        next = says(&p, "next");
    }
    assert_true(next.p == NULL);
    assert_int_equal(500, seen);
}

/* ---------- posts ---------- */

static int64_t
state_n(struct program *p, const char *state)
{
    int64_t n = 0;
    const struct json *list = json_get(p->json, S("deliveries"));
    for (const struct json *d = list ? list->first : NULL; d; d = d->next)
        n += str_eq(json_text(json_get(d, S("state"))), str_of(state));
    return n;
}

#define SCHEDULE                                                                     \
    "{\"text\": \"Hello\", \"channels\": [1, 2], \"at\": \"2026-12-01T09:00:00Z\", " \
    "\"variants\": [{\"channel\": 2, \"text\": \"Hello there\"}]}"

static void
two_channels(struct program *p)
{
    assert_int_equal(201, ask(p, "POST", "/api/v1/channels", NEW_CHANNEL));
    assert_int_equal(201, ask(p, "POST", "/api/v1/channels",
                              S("{\"name\": \"B\", \"network\": \"bluesky\"}")));
}

/* Read, change and cancel one post; each answer as the document says. */
static void
test_post(void **state)
{
    struct house *house = *state;
    struct program p;
    setup_program(&p, house, SCOPES_ALL);
    two_channels(&p);
    assert_int_equal(200, ask(&p, "GET", "/api/v1/openapi.json", S("")));
    const struct json *document = p.json;
    str ref = S("#/components/schemas/Post"), whole = S("#/components/schemas/DeliveryWhole");
    p.key = S("once");
    for (int i = 0; i < 20; i++)
        assert_int_equal(201, ask(&p, "POST", "/api/v1/posts", S(SCHEDULE)));
    p.key = STR_NONE;
    assert_valid(document, schema_named(document, ref), p.json);
    assert_int_equal(2, state_n(&p, "scheduled"));
    assert_int_equal(2, counts(&p, "/api/v1/deliveries"));
    const char *path = cstr(&house->db.keep, answer_value(p.answer, "Location"));
    assert_int_equal(200, ask(&p, "PATCH", path, S("{\"text\": \"Hello!\", \"revision\": 1}")));
    assert_str("Hello!", says(&p, "text"));
    assert_str("Hello there",
               json_text(json_get(json_get(p.json, S("variants"))->first, S("text"))));
    assert_int_equal(409, ask(&p, "PATCH", path, S("{\"text\": \"No\", \"revision\": 1}")));
    assert_int_equal(200, ask(&p, "GET", path, S("")));
    assert_str("Hello!", says(&p, "text"));
    assert_valid(document, schema_named(document, ref), p.json);
    /* One of the two. */
    assert_int_equal(200, ask(&p, "POST", "/api/v1/deliveries/1/hold", S("")));
    assert_str("held", says(&p, "state"));
    assert_int_equal(200, ask(&p, "POST", "/api/v1/deliveries/1/release", S("")));
    assert_str("scheduled", says(&p, "state"));
    assert_int_equal(200, ask(&p, "POST", "/api/v1/deliveries/1/move",
                              S("{\"at\": \"2026-12-02T10:00:00Z\"}")));
    assert_str("2026-12-02T10:00:00Z", says(&p, "due"));
    assert_int_equal(422, ask(&p, "POST", "/api/v1/deliveries/1/move",
                              S("{\"at\": \"2020-12-02T10:00:00Z\"}")));
    assert_int_equal(200, ask(&p, "GET", "/api/v1/deliveries/1", S("")));
    assert_valid(document, schema_named(document, whole), p.json);
    assert_int_equal(200, ask(&p, "DELETE", path, S("")));
    assert_int_equal(2, state_n(&p, "cancelled"));
    assert_int_equal(200, ask(&p, "GET", path, S("")));
    assert_int_equal(2, state_n(&p, "cancelled"));
}

static str
delivery_text_of(struct program *p, int n, const char *member)
{
    const struct json *d = json_get(p->json, S("deliveries"))->first;
    while (n-- > 0 && d)
        d = d->next;
    return json_text(json_get(d, str_of(member)));
}

/* What pages and commands refuse, a program cannot schedule, let go, or change to either. */
static void
test_content_is_checked(void **state)
{
    struct house *house = *state;
    struct arena *keep = &house->db.keep;
    struct program p;
    char words[401];
    setup_program(&p, house, SCOPES_ALL);
    two_channels(&p);
    memset(words, 'a', 400);
    words[400] = '\0';
    assert_int_equal(422, ask(&p, "POST", "/api/v1/posts",
                              S("{\"channels\": [2], \"at\": \"tomorrow 09:00\"}")));
    assert_str("B: There is nothing to say yet", says(&p, "detail"));
    assert_int_equal(422, ask(&p, "POST", "/api/v1/posts",
                              arena_printf(keep,
                                           "{\"text\": \"%s\", \"channels\": [2], "
                                           "\"at\": \"tomorrow 09:00\"}",
                                           words)));
    assert_str("B: The text is 400 characters long; at most 300 are taken", says(&p, "detail"));
    assert_int_equal(0, counts(&p, "/api/v1/deliveries"));
    assert_int_equal(0, counts(&p, "/api/v1/posts"));
    /* As a draft it is kept, but not let go. */
    assert_int_equal(201, ask(&p, "POST", "/api/v1/posts",
                              arena_printf(keep,
                                           "{\"text\": \"%s\", \"channels\": [2], "
                                           "\"at\": \"tomorrow 09:00\", \"draft\": true}",
                                           words)));
    /* What was refused used up numbers on PostgreSQL. */
    const char *post = cstr(keep, answer_value(p.answer, "Location"));
    long long id = json_as_int(json_get(json_get(p.json, S("deliveries"))->first, S("id"))).is;
    const char *release = cstr(keep, arena_printf(keep, "/api/v1/deliveries/%lld/release", id));
    const char *move = cstr(keep, arena_printf(keep, "/api/v1/deliveries/%lld/move", id));
    assert_int_equal(422, ask(&p, "POST", release, S("")));
    assert_int_equal(422, ask(&p, "POST", move, S("{\"at\": \"tomorrow 10:00\"}")));
    assert_int_equal(200, ask(&p, "PATCH", post, S("{\"text\": \"short\", \"revision\": 1}")));
    assert_int_equal(200, ask(&p, "POST", release, S("")));
    assert_str("scheduled", says(&p, "state"));
    /* Nor does what is planned become what is not taken. */
    assert_int_equal(422,
                     ask(&p, "PATCH", post,
                         arena_printf(keep, "{\"text\": \"%s\", \"revision\": 2}", words)));
    assert_int_equal(200, ask(&p, "GET", post, S("")));
    assert_str("short", says(&p, "text"));
}

/* A draft has no time until somebody says one; its channels may change until then. */
static void
test_drafts(void **state)
{
    struct house *house = *state;
    struct program p;
    setup_program(&p, house, SCOPES_ALL);
    two_channels(&p);
    assert_int_equal(201, ask(&p, "POST", "/api/v1/posts", S("{\"text\": \"one\"}")));
    assert_int_equal(
        200, ask(&p, "PATCH", "/api/v1/posts/1", S("{\"channels\": [1], \"revision\": 1}")));
    assert_str("draft", delivery_text_of(&p, 0, "state"));
    assert_true(json_get(json_get(p.json, S("deliveries"))->first, S("due"))->kind ==
                JSON_KIND_NULL);
    assert_int_equal(
        200, ask(&p, "PATCH", "/api/v1/posts/1", S("{\"channels\": [2], \"revision\": 1}")));
    assert_int_equal(1, state_n(&p, "cancelled"));
    assert_int_equal(1, state_n(&p, "draft"));
    assert_int_equal(422, ask(&p, "POST", "/api/v1/deliveries/2/release", S("")));
    assert_str("at", says(&p, "field"));
    assert_int_equal(422, ask(&p, "POST", "/api/v1/deliveries/2/release",
                              S("{\"at\": \"tomorrow 09:00\", \"now\": true}")));
    assert_int_equal(200, ask(&p, "POST", "/api/v1/deliveries/2/release",
                              S("{\"at\": \"2026-12-02T10:00:00Z\"}")));
    assert_str("scheduled", says(&p, "state"));
    assert_str("2026-12-02T10:00:00Z", says(&p, "due"));
    assert_int_equal(
        409, ask(&p, "PATCH", "/api/v1/posts/1", S("{\"channels\": [1], \"revision\": 1}")));
    /* Cancelled, it is planned again, by a new number. */
    assert_int_equal(200, ask(&p, "POST", "/api/v1/deliveries/2/cancel", S("")));
    assert_int_equal(200, ask(&p, "POST", "/api/v1/deliveries/2/release", S("")));
    assert_int_equal(3, json_as_int(json_get(p.json, S("id"))).is);
    assert_str("2026-12-02T10:00:00Z", says(&p, "due"));
    assert_int_equal(409, ask(&p, "POST", "/api/v1/deliveries/2/move",
                              S("{\"at\": \"2026-12-03T10:00:00Z\"}")));
    /* The first never had a time: it is asked for. */
    assert_int_equal(422, ask(&p, "POST", "/api/v1/deliveries/1/release", S("")));
    assert_int_equal(200,
                     ask(&p, "POST", "/api/v1/deliveries/1/release", S("{\"now\": true}")));
    assert_int_equal(4, json_as_int(json_get(p.json, S("id"))).is);
}

/* What comes again stays off the channel it was cancelled on, whatever forms the post has. */
static void
test_repeat_after_cancel(void **state)
{
    struct house *house = *state;
    struct program p;
    setup_program(&p, house, SCOPES_ALL);
    two_channels(&p);
    assert_int_equal(
        201, ask(&p, "POST", "/api/v1/posts",
                 S("{\"text\": \"Tea\", \"channels\": [1, 2], \"at\": \"tomorrow 09:00\", "
                   "\"variants\": [{\"channel\": 1}, {\"channel\": 2, \"text\": \"B\"}]}")));
    assert_int_equal(200, ask(&p, "POST", "/api/v1/deliveries/1/cancel", S("")));
    assert_int_equal(201, ask(&p, "POST", "/api/v1/repeats",
                              S("{\"post\": 1, \"at\": \"tomorrow 10:00\", "
                                "\"rule\": \"weekly\"}")));
    assert_int_equal(1, counts(&p, "/api/v1/deliveries?channel=1"));
    assert_true(counts(&p, "/api/v1/deliveries?channel=2") > 1);
}

/*
 * Where clocks stand five hours and a half ahead: the wall time that is shown after saving is the one that was asked for,
 * however often it is saved again as shown; and every date to come up to ten years ahead is taken.
 */
static void
test_half_hour_zone_and_far_dates(void **state)
{
    struct house *house = *state;
    struct error error;
    struct workspace w;
    struct program p;
    assert_ok(db_begin(house->db.propre.db, DB_WRITE, &error), &error);
    assert_ok(workspace_load(&house->db.propre, &house->db.keep, &w, &error), &error);
    w.zone = S("Asia/Kolkata");
    assert_ok(workspace_change(&house->db.propre, &w, &error), &error);
    assert_ok(db_commit(house->db.propre.db, &error), &error);
    setup_program(&p, house, SCOPES_ALL);
    two_channels(&p);
    assert_int_equal(201, ask(&p, "POST", "/api/v1/posts",
                              S("{\"text\": \"a\", \"channels\": [1], "
                                "\"at\": \"2026-12-01 09:00\"}")));
    for (int i = 0; i < 3; i++) {
        assert_int_equal(200, ask(&p, "GET", "/api/v1/deliveries/1", S("")));
        assert_str("2026-12-01T09:00", says(&p, "wall"));
        assert_str("2026-12-01T03:30:00Z", says(&p, "due"));
        str again =
            arena_printf(&house->db.keep, "{\"at\": \"%.*s\"}", STR_FMT(says(&p, "wall")));
        assert_int_equal(200, ask(&p, "POST", "/api/v1/deliveries/1/move", again));
    }
    static const char *const to_come[][2] = {{"2026-12-31 23:59", "2026-12-31T18:29:00Z"},
                                             {"2027-01-01 00:00", "2026-12-31T18:30:00Z"},
                                             {"2028-02-29 12:00", "2028-02-29T06:30:00Z"},
                                             {"2036-11-20 09:00", "2036-11-20T03:30:00Z"}};
    for (size_t i = 0; i < sizeof to_come / sizeof *to_come; i++) {
        str at = arena_printf(&house->db.keep, "{\"at\": \"%s\"}", to_come[i][0]);
        assert_int_equal(200, ask(&p, "POST", "/api/v1/deliveries/1/move", at));
        assert_str(to_come[i][1], says(&p, "due"));
    }
}

/* A token that may only write makes drafts: it lets nothing out, and changes nothing that will go out. */
static void
test_post_scopes(void **state)
{
    struct house *house = *state;
    struct program p, all;
    setup_program(&all, house, SCOPES_ALL);
    setup_program(&p, house, SCOPE_WRITE | SCOPE_READ);
    two_channels(&all);
    static const char *const out[] = {SCHEDULE,
                                      "{\"text\": \"a\", \"channels\": [1], \"now\": true}",
                                      "{\"text\": \"a\", \"channels\": [1], \"queue\": \"\"}"};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(403, ask(&p, "POST", "/api/v1/posts", str_of(out[i])));
        assert_str("urn:propre:problem:scope", says(&p, "type"));
    }
    assert_int_equal(0, counts(&all, "/api/v1/deliveries"));
    assert_int_equal(201, ask(&p, "POST", "/api/v1/posts",
                              S("{\"text\": \"a\", \"channels\": [1], \"draft\": true, "
                                "\"at\": \"2026-12-01T09:00:00Z\"}")));
    assert_int_equal(1, state_n(&p, "draft"));
    assert_int_equal(403, ask(&p, "POST", "/api/v1/deliveries/1/release", S("")));
    assert_int_equal(
        200, ask(&p, "PATCH", "/api/v1/posts/1", S("{\"text\": \"b\", \"revision\": 1}")));
    assert_int_equal(200, ask(&all, "POST", "/api/v1/deliveries/1/release", S("")));
    assert_str("scheduled", says(&all, "state"));
    assert_int_equal(
        403, ask(&p, "PATCH", "/api/v1/posts/1", S("{\"text\": \"c\", \"revision\": 2}")));
    assert_int_equal(200, ask(&all, "GET", "/api/v1/posts/1", S("")));
    assert_str("b", says(&all, "text"));
}

/* What one channel refuses undoes the whole: no post without its deliveries. */
static void
test_post_whole(void **state)
{
    struct house *house = *state;
    struct program p;
    setup_program(&p, house, SCOPES_ALL);
    two_channels(&p);
    static const struct {
        const char *body;
        int status;
        const char *field;
    } cases[] = {
        {"{\"text\": \"a\", \"channels\": [1, 77], \"now\": true}", 422, "channels[1]"},
        {"{\"text\": \"a\", \"channels\": [1, 1], \"now\": true}", 422, "channels[1]"},
        {"{\"text\": \"a\", \"now\": true}", 422, "channels"},
        {"{\"text\": \"a\", \"channels\": [1], \"now\": true, \"queue\": \"\"}", 422, "at"},
        {"{\"text\": \"a\", \"channels\": [1], \"at\": \"9\"}", 422, "at"},
        {"{\"text\": \"a\", \"channels\": [1], \"queue\": \"news\"}", 422, NULL},
        {"{\"text\": \"a\", \"media\": [{\"id\": 5}]}", 422, "media[0].id"},
        {"{\"text\": \"a\", \"media\": [{\"id\": 5, \"alt\": 3}]}", 422, "media[0].alt"},
        {"{\"text\": \"a\", \"media\": [{}]}", 422, "media[0].id"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int status = ask(&p, "POST", "/api/v1/posts", str_of(cases[i].body));
        if (status != cases[i].status)
            fail_msg("%s: %d %.*s", cases[i].body, status, STR_FMT(answer_body(p.answer)));
        if (cases[i].field)
            assert_str(cases[i].field, says(&p, "field"));
        assert_int_equal(0, counts(&p, "/api/v1/deliveries"));
        assert_int_equal(404, ask(&p, "GET", "/api/v1/posts/1", S("")));
    }
    /* A queue: the next free slots, one after the other. */
    assert_int_equal(201,
                     ask(&p, "POST", "/api/v1/slots",
                         S("{\"channel\": 1, \"weekday\": 0, \"hour\": 18, \"minute\": 5}")));
    for (int i = 0; i < 2; i++)
        assert_int_equal(201, ask(&p, "POST", "/api/v1/posts",
                                  S("{\"text\": \"q\", \"channels\": [1], \"queue\": \"\"}")));
    const struct json *delivery = json_get(p.json, S("deliveries"))->first;
    assert_str("2026-11-25T18:05", json_text(json_get(delivery, S("wall"))));
    assert_str("2026-11-25T17:05:00Z", json_text(json_get(delivery, S("due"))));
}

/* Bytes as they are, streamed; what they are is found from them. */
static void
test_media(void **state)
{
    struct house *house = *state;
    struct arena *keep = &house->db.keep;
    str secret = token_make(house, house->owner, SCOPES_ALL);
    static const char gif[] = "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00"
                              "\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00;";
    const str bodies[] = {{gif, sizeof gif - 1}, S("<svg onload=alert(1)>"), S("")};
    static const int statuses[] = {201, 422, 422};
    for (int i = 0; i < 3; i++) {
        struct buf request;
        buf_init(&request, 8192);
        buf_addf(&request,
                 "POST /api/v1/media?name=a.gif&alt=A%%20dot HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                 "Connection: close\r\nAuthorization: Bearer %.*s\r\n"
                 "Content-Type: image/png\r\nContent-Length: %td\r\n\r\n",
                 STR_FMT(secret), bodies[i].n);
        buf_add(&request, bodies[i]);
        str answer = client_ask(house->server, buf_str(&request), keep);
        buf_release(&request);
        if (answer_status(answer) != statuses[i])
            fail_msg("%d: %.*s", i, STR_FMT(answer));
        if (i == 0)
            assert_true(str_find(answer_body(answer), S("\"mime\":\"image/gif\"")) >= 0);
    }
    struct program p = {.house = house, .secret = secret};
    assert_int_equal(1, counts(&p, "/api/v1/media"));
    assert_int_equal(201,
                     ask(&p, "POST", "/api/v1/posts",
                         S("{\"text\": \"a\", \"media\": [{\"id\": 1, \"alt\": \"x\"}]}")));
    assert_int_equal(200, ask(&p, "GET", "/api/v1/accounts", S("")));
    assert_int_equal(200, ask(&p, "GET", "/api/v1/incidents", S("")));
    assert_int_equal(200, ask(&p, "GET", "/api/v1/slots", S("")));
    assert_int_equal(1, counts(&p, "/api/v1/posts"));
}

/* A channel is not put away over what is planned there; by another rule nothing comes twice. */
static void
test_what_waits(void **state)
{
    struct house *house = *state;
    struct program p = {.house = house, .secret = token_make(house, house->owner, SCOPES_ALL)};
    two_channels(&p);
    assert_int_equal(201, ask(&p, "POST", "/api/v1/posts", S(SCHEDULE)));
    assert_int_equal(409, ask(&p, "DELETE", "/api/v1/channels/1", S("")));
    assert_int_equal(422, ask(&p, "DELETE", "/api/v1/channels/1?waiting=lose", S("")));
    assert_int_equal(200, ask(&p, "GET", "/api/v1/channels/1", S("")));
    assert_false(json_as_bool(json_get(p.json, S("archived")), true));
    assert_int_equal(200, ask(&p, "DELETE", "/api/v1/channels/1?waiting=hold", S("")));
    assert_int_equal(200, ask(&p, "GET", "/api/v1/posts/1", S("")));
    assert_int_equal(1, state_n(&p, "held"));
    assert_int_equal(1, state_n(&p, "scheduled"));
    assert_int_equal(200, ask(&p, "DELETE", "/api/v1/channels/2?waiting=cancel", S("")));
    assert_int_equal(200, ask(&p, "GET", "/api/v1/posts/1", S("")));
    assert_int_equal(1, state_n(&p, "cancelled"));
    assert_int_equal(200, ask(&p, "POST", "/api/v1/channels/2/restore", S("{}")));

    assert_int_equal(201, ask(&p, "POST", "/api/v1/posts",
                              S("{\"text\": \"Again\", \"variants\": [{\"channel\": 2}]}")));
    const str every_day =
        S("{\"post\": 2, \"rule\": \"FREQ=DAILY\", \"at\": \"tomorrow 09:00\"}");
    assert_int_equal(201, ask(&p, "POST", "/api/v1/repeats", every_day));
    assert_str("in_use", says(&p, "state"));
    int64_t daily_n = counts(&p, "/api/v1/deliveries?which=open&channel=2");
    assert_true(daily_n >= 12 && daily_n <= 14);
    assert_int_equal(200, ask(&p, "POST", "/api/v1/repeats/1/skip", S("{}")));
    assert_int_equal(daily_n - 1, counts(&p, "/api/v1/deliveries?which=open&channel=2"));
    assert_int_equal(200, ask(&p, "POST", "/api/v1/repeats/1/pause", S("{\"hold\": true}")));
    assert_str("paused", says(&p, "state"));
    assert_int_equal(200, ask(&p, "POST", "/api/v1/repeats/1/resume", S("{}")));
    assert_int_equal(200, ask(&p, "PATCH", "/api/v1/repeats/1",
                              S("{\"rule\": \"FREQ=WEEKLY\", \"revision\": 3}")));
    assert_int_equal(2, json_as_int(json_get(p.json, S("id"))).is);
    int64_t weekly_n = counts(&p, "/api/v1/deliveries?which=open&channel=2");
    assert_true(weekly_n >= 1 && weekly_n <= 3);
    assert_int_equal(200, ask(&p, "POST", "/api/v1/repeats/2/end", S("{}")));
    assert_str("over", says(&p, "state"));
    assert_int_equal(0, counts(&p, "/api/v1/deliveries?which=open&channel=2"));

    /* What waits for the first time already is the first: that one is not sent beside itself. */
    assert_int_equal(201, ask(&p, "POST", "/api/v1/posts",
                              S("{\"text\": \"Daily\", \"channels\": [2], "
                                "\"at\": \"tomorrow 09:00\"}")));
    const str again =
        arena_printf(&house->db.keep,
                     "{\"post\": %lld, \"rule\": \"FREQ=DAILY\", \"at\": \"tomorrow 09:00\"}",
                     (long long)json_as_int(json_get(p.json, S("id"))).is);
    assert_int_equal(201, ask(&p, "POST", "/api/v1/repeats", again));
    assert_int_equal(daily_n, counts(&p, "/api/v1/deliveries?which=open&channel=2"));
}

/* What the pages of channels and of the queue do, programs can do too; a secret goes in and never comes back. */
static void
test_connections(void **state)
{
    struct house *house = *state;
    struct program p = {.house = house, .secret = token_make(house, house->owner, SCOPES_ALL)};
    assert_int_equal(201, ask(&p, "POST", "/api/v1/channels",
                              S("{\"name\": \"Blog\", \"network\": \"wordpress\"}")));
    assert_int_equal(404, ask(&p, "GET", "/api/v1/accounts/1", S("")));
    assert_int_equal(404, ask(&p, "POST", "/api/v1/accounts/1/verify", S("{}")));
    const str credentials =
        S("{\"server\": \"https://blog.example\", \"handle\": \"ada\", \"secrets\": "
          "[{\"name\": \"user\", \"value\": \"ada\"}, "
          "{\"name\": \"password\", \"value\": \"hunter2hunter2\"}]}");
    /* without a key nothing is kept */
    assert_int_equal(403, ask(&p, "POST", "/api/v1/accounts/1/connect", credentials));
    char key[64];
    struct error error;
    (void)snprintf(key, sizeof key, "%s/key", house->uploads);
    assert_ok(vault_open(str_of(key), true, &house->db.propre.vault, &error), &error);
    assert_int_equal(200, ask(&p, "POST", "/api/v1/accounts/1/connect", credentials));
    assert_true(str_find(answer_body(p.answer), S("hunter2")) < 0);
    assert_int_equal(200, ask(&p, "POST", "/api/v1/accounts/1/verify", S("{}")));
    assert_true(json_as_bool(json_get(json_get(p.json, S("answer")), S("asked")), false));
    assert_int_equal(200, ask(&p, "POST", "/api/v1/accounts/1/disconnect", S("{}")));
    assert_int_equal(404, ask(&p, "GET", "/api/v1/accounts/1", S("")));
    vault_close(house->db.propre.vault);
    house->db.propre.vault = NULL;
    (void)unlink(key); /* the folder goes with the house */

    assert_int_equal(200, ask(&p, "POST", "/api/v1/hold", S("{\"reason\": \"a storm\"}")));
    assert_int_equal(200, ask(&p, "GET", "/api/v1/hold", S("")));
    assert_true(json_as_bool(json_get(p.json, S("on")), false));
    assert_str("a storm", says(&p, "reason"));
    assert_int_equal(200, ask(&p, "DELETE", "/api/v1/hold", S("")));
    assert_int_equal(0, json_as_int(json_get(p.json, S("may_be_out"))).is);
    assert_false(json_as_bool(json_get(p.json, S("on")), true));

    assert_int_equal(201,
                     ask(&p, "POST", "/api/v1/slots",
                         S("{\"channel\": 1, \"weekday\": 0, \"hour\": 18, \"minute\": 5}")));
    assert_int_equal(200, ask(&p, "POST", "/api/v1/slots/pause", S("{\"paused\": true}")));
    assert_true(json_as_bool(json_get(json_get(p.json, S("data"))->first, S("paused")), false));
}

int
main(void)
{
    if (testdb_skips())
        return 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_scope, setup, teardown),
        cmocka_unit_test_setup_teardown(test_every_person, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nobody, setup, teardown),
        cmocka_unit_test_setup_teardown(test_key_again, setup, teardown),
        cmocka_unit_test_setup_teardown(test_key_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_key_crash, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refusals, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bodies, setup, teardown),
        cmocka_unit_test_setup_teardown(test_revisions, setup, teardown),
        cmocka_unit_test_setup_teardown(test_tokens, setup, teardown),
        cmocka_unit_test_setup_teardown(test_too_often, setup, teardown),
        cmocka_unit_test_setup_teardown(test_document, setup, teardown),
        cmocka_unit_test_setup_teardown(test_answers_are_as_documented, setup, teardown),
        cmocka_unit_test_setup_teardown(test_pages, setup, teardown),
        cmocka_unit_test_setup_teardown(test_post, setup, teardown),
        cmocka_unit_test_setup_teardown(test_content_is_checked, setup, teardown),
        cmocka_unit_test_setup_teardown(test_drafts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_repeat_after_cancel, setup, teardown),
        cmocka_unit_test_setup_teardown(test_half_hour_zone_and_far_dates, setup, teardown),
        cmocka_unit_test_setup_teardown(test_post_scopes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_post_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(test_media, setup, teardown),
        cmocka_unit_test_setup_teardown(test_connections, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_waits, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
