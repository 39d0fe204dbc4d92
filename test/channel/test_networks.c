#include "../t.h"

#include "base/text.h"
#include "channel/bluesky_internal.h"
#include "channel/mastodon_internal.h"
#include "channel/page.h"
#include "exchange.h"
#include "schema.h"

/* What we send to Mastodon, Discord, Telegram and Bluesky, against what they publish about it; facets and record keys. */

struct checker {
    const struct json *root;
    struct arena *arena;
    int32_t checked;
};

static const struct json *
parsed(struct arena *arena, str text)
{
    struct json *json;
    struct error error;
    assert_ok(json_parse(arena, text, &json, &error), &error);
    return json;
}

/* Plays every conversation of a network and shows its requests to ${each}. */
static void
all_requests(const char *network, struct checker *checker,
             void (*each)(void *ctx, const struct conversation_act *act,
                          const struct step *step))
{
    int32_t n;
    const char **files = conversation_files(network, checker->arena, &n);
    assert_true(n > 0);
    for (int32_t i = 0; i < n; i++)
        conversation_requests(conversation_read(files[i], checker->arena), each, checker,
                              checker->arena);
}

/* ---- OpenAPI: right by the schema, and no member it does not know ---- */

static bool
knows_directly(const struct json *root, const struct json *schema, str name,
               struct arena *arena)
{
    str ref = json_text(json_get(schema, S("$ref")));
    if (ref.n > 0)
        schema = schema_at(root, str_slice(ref, 1, ref.n));
    const struct json *of = json_get(schema, S("properties"));
    return json_get(of, name) ||
           json_get(of, arena_printf(arena, "%.*s[]", STR_FMT(name))) != NULL;
}

static bool
knows(const struct json *root, const struct json *schema, str name, struct arena *arena)
{
    str ref = json_text(json_get(schema, S("$ref")));
    const struct json *whole = ref.n > 0 ? schema_at(root, str_slice(ref, 1, ref.n)) : schema;
    const struct json *all = json_get(whole, S("allOf"));
    bool is = knows_directly(root, whole, name, arena);
    for (const struct json *at = all ? all->first : NULL; at && !is; at = at->next)
        is = knows_directly(root, at, name, arena);
    return is;
}

/* None when one of the schemas (a list, or one) takes the body with all its members; else why not. */
static str
problem_of(struct checker *checker, const struct json *schema, const struct json *body)
{
    struct contract contract = {checker->root, NULL, 0};
    const struct json *list = json_get(schema, S("oneOf"));
    if (!list)
        list = json_get(schema, S("anyOf"));
    str problem = S("nothing takes it");
    for (const struct json *one = list ? list->first : schema; one;
         one = list ? one->next : NULL) {
        problem = schema_check(&contract, one, body, checker->arena);
        for (const struct json *at = body->first; at && !problem.p; at = at->next)
            if (!knows(checker->root, one, at->key, checker->arena))
                problem = arena_printf(checker->arena, "%.*s is not known", STR_FMT(at->key));
        if (!problem.p)
            return STR_NONE;
    }
    return problem;
}

static const struct json *
body_schema(const struct checker *checker, const char *path, const char *method)
{
    const struct json *schema = json_get(
        json_get(json_get(json_get(json_get(json_get(json_get(checker->root, S("paths")),
                                                     str_of(path)),
                                            str_of(method)),
                                   S("requestBody")),
                          S("content")),
                 S("application/json")),
        S("schema"));
    assert_non_null(schema);
    return schema;
}

static void
check_mastodon(void *ctx, const struct conversation_act *act, const struct step *step)
{
    struct checker *checker = ctx;
    bool put = step->request.method == HTTP_PUT;
    if (!step->request.body.p || step->request.body.p[0] != '{')
        return;
    const struct json *schema = body_schema(
        checker, put ? "/api/v1/statuses/{id}" : "/api/v1/statuses", put ? "put" : "post");
    str problem = problem_of(checker, schema, parsed(checker->arena, step->request.body));
    /* Source: the document has media_attributes as a list of texts; the server takes objects (Mastodon 4.0 on) */
    if (problem.p && !(put && str_find(problem, S("media_attributes")) >= 0))
        fail_msg("line %d: %.*s", (int)act->line, STR_FMT(problem));
    checker->checked++;
}

static void
mastodon_bodies_hold_its_schemas(void **state)
{
    (void)state;
    struct arena_region region;
    struct arena arena = arena_reserve(1LL << 30, &region);
    struct checker checker = {
        .arena = &arena, .root = schema_load("contracts/mastodon-openapi/schema.json", &arena)};
    if (!checker.root) {
        arena_release(&region);
        skip();
    }
    all_requests("mastodon", &checker, check_mastodon);
    print_message("# %d bodies for Mastodon\n", checker.checked);
    assert_true(checker.checked >= 8);
    const struct json *schema = body_schema(&checker, "/api/v1/statuses", "post");
    assert_non_null(problem_of(&checker, schema, parsed(&arena, S("{\"status\":7}"))).p);
    assert_non_null(
        problem_of(&checker, schema, parsed(&arena, S("{\"status\":\"a\",\"text\":\"a\"}"))).p);
    arena_release(&region);
}

static void
check_discord(void *ctx, const struct conversation_act *act, const struct step *step)
{
    struct checker *checker = ctx;
    bool patch = step->request.method == HTTP_PATCH;
    str body = step->request.body;
    if (step->request.parts_n > 0)
        body = step->request.parts[0].value;
    if (!body.p)
        return;
    const struct json *schema = schema_at(
        checker->root, patch ? S("/components/schemas/IncomingWebhookUpdateRequestPartial")
                             : S("/components/schemas/IncomingWebhookRequestPartial"));
    assert_non_null(schema);
    str problem = problem_of(checker, schema, parsed(checker->arena, body));
    if (problem.p)
        fail_msg("line %d: %.*s", (int)act->line, STR_FMT(problem));
    checker->checked++;
}

static void
discord_bodies_hold_its_schemas(void **state)
{
    (void)state;
    struct arena_region region;
    struct arena arena = arena_reserve(1LL << 30, &region);
    struct checker checker = {.arena = &arena,
                              .root = schema_load("contracts/discord/openapi.json", &arena)};
    if (!checker.root) {
        arena_release(&region);
        skip();
    }
    all_requests("discord", &checker, check_discord);
    print_message("# %d bodies for Discord\n", checker.checked);
    assert_true(checker.checked >= 6);
    const struct json *schema =
        schema_at(checker.root, S("/components/schemas/IncomingWebhookRequestPartial"));
    assert_non_null(problem_of(&checker, schema, parsed(&arena, S("{\"content\":7}"))).p);
    assert_non_null(problem_of(&checker, schema, parsed(&arena, S("{\"text\":\"a\"}"))).p);
    arena_release(&region);
}

/* ---- Telegram: a table of methods with their fields ---- */

static bool
type_fits(const struct json *types, const struct json *value)
{
    for (const struct json *at = types ? types->first : NULL; at; at = at->next) {
        str type = json_text(at);
        enum json_kind kind = str_eq(type, S("String"))          ? JSON_KIND_STR
                              : str_eq(type, S("Integer"))       ? JSON_KIND_INT
                              : str_eq(type, S("Boolean"))       ? JSON_KIND_BOOL
                              : str_starts(type, S("Array of ")) ? JSON_KIND_ARRAY
                                                                 : JSON_KIND_OBJECT;
        if (value->kind == kind)
            return true;
    }
    return false;
}

static const struct json *
field_of(const struct json *method, str name)
{
    const struct json *fields = json_get(method, S("fields"));
    for (const struct json *at = fields ? fields->first : NULL; at; at = at->next)
        if (str_eq(json_text(json_get(at, S("name"))), name))
            return at;
    return NULL;
}

static bool
has_part(const struct http_request *request, const struct json *body, str name)
{
    for (int32_t i = 0; i < request->parts_n; i++)
        if (str_eq(request->parts[i].name, name))
            return true;
    return json_get(body, name) || str_find(request->url, name) >= 0;
}

static void
check_telegram(void *ctx, const struct conversation_act *act, const struct step *step)
{
    struct checker *checker = ctx;
    const struct http_request *request = &step->request;
    str name = request->url, head;
    while (str_chr(name, '/') >= 0)
        (void)str_cut(&name, '/', &head);
    (void)str_cut(&name, '?', &head);
    const struct json *method = json_get(json_get(checker->root, S("methods")), head);
    if (!method)
        fail_msg("line %d: no method %.*s", (int)act->line, STR_FMT(head));
    const struct json *body = request->body.p ? parsed(checker->arena, request->body) : NULL;
    for (const struct json *at = body ? body->first : NULL; at; at = at->next) {
        const struct json *field = field_of(method, at->key);
        if (!field || !type_fits(json_get(field, S("types")), at))
            fail_msg("line %d: %.*s does not take %.*s so", (int)act->line, STR_FMT(head),
                     STR_FMT(at->key));
    }
    for (int32_t i = 0; i < request->parts_n; i++)
        if (!field_of(method, request->parts[i].name) &&
            !str_starts(request->parts[i].name, S("file")))
            fail_msg("line %d: no field %.*s", (int)act->line, STR_FMT(request->parts[i].name));
    const struct json *fields = json_get(method, S("fields"));
    for (const struct json *at = fields ? fields->first : NULL; at; at = at->next)
        if (json_as_bool(json_get(at, S("required")), false) &&
            !has_part(request, body, json_text(json_get(at, S("name")))))
            fail_msg("line %d: %.*s needs %.*s", (int)act->line, STR_FMT(head),
                     STR_FMT(json_text(json_get(at, S("name")))));
    checker->checked++;
}

static void
telegram_requests_hold_its_methods(void **state)
{
    (void)state;
    struct arena_region region;
    struct arena arena = arena_reserve(1LL << 30, &region);
    struct checker checker = {.arena = &arena,
                              .root = schema_load("contracts/telegram/api.min.json", &arena)};
    if (!checker.root) {
        arena_release(&region);
        skip();
    }
    all_requests("telegram", &checker, check_telegram);
    print_message("# %d requests for Telegram\n", checker.checked);
    assert_true(checker.checked >= 15);
    arena_release(&region);
}

/* ---- Bluesky: lexicons ---- */

struct lexicon {
    str name;
    const struct json *root;
};
enum { LEXICONS = 12 };
static struct lexicon lexicons[LEXICONS];
static int32_t lexicons_n;

static const struct json *
lexicon_def(str ref, str here, struct arena *arena)
{
    str id = ref, def = S("main");
    if (str_chr(ref, '#') >= 0) {
        def = ref;
        (void)str_cut(&def, '#', &id);
    }
    if (id.n == 0)
        id = here;
    for (int32_t i = 0; i < lexicons_n; i++)
        if (str_eq(lexicons[i].name, id))
            return json_get(json_get(lexicons[i].root, S("defs")), def);
    char path[256], *p = path;
    assert_true(id.n < 200 && lexicons_n < LEXICONS);
    for (ptrdiff_t i = 0; i < id.n; i++)
        *p++ = (char)(id.p[i] == '.' ? '/' : id.p[i]);
    *p = 0;
    const struct json *root = schema_load(
        cstr(arena, arena_printf(arena, "contracts/atproto/lexicons/%s.json", path)), arena);
    assert_non_null(root);
    lexicons[lexicons_n++] = (struct lexicon){id, root};
    return json_get(json_get(root, S("defs")), def);
}

static str lexicon_problem(const struct json *def, str here, const struct json *value,
                           struct arena *arena);

static str
lexicon_object(const struct json *def, str here, const struct json *value, struct arena *arena)
{
    const struct json *required = json_get(def, S("required"));
    const struct json *known = json_get(def, S("properties"));
    for (const struct json *at = required ? required->first : NULL; at; at = at->next)
        if (!json_get(value, json_text(at)))
            return arena_printf(arena, "%.*s is missing", STR_FMT(json_text(at)));
    for (const struct json *at = value->first; at; at = at->next) {
        const struct json *of = json_get(known, at->key);
        if (!of && !str_eq(at->key, S("$type")))
            return arena_printf(arena, "%.*s is not known", STR_FMT(at->key));
        str problem = of ? lexicon_problem(of, here, at, arena) : STR_NONE;
        if (problem.p)
            return arena_printf(arena, "%.*s: %.*s", STR_FMT(at->key), STR_FMT(problem));
    }
    return STR_NONE;
}

static str
lexicon_named(str ref, str here, const struct json *value, struct arena *arena)
{
    const struct json *def = lexicon_def(ref, here, arena);
    str id = ref, rest = ref;
    assert_non_null(def);
    (void)str_cut(&rest, '#', &id);
    return lexicon_problem(def, id.n > 0 ? id : here, value, arena);
}

static str
lexicon_text(const struct json *def, const struct json *value)
{
    struct maybe_int bytes = json_as_int(json_get(def, S("maxLength")));
    struct maybe_int graphemes = json_as_int(json_get(def, S("maxGraphemes")));
    if (value->kind != JSON_KIND_STR)
        return S("is no text");
    if (bytes.has && value->text.n > bytes.is)
        return S("has too many bytes");
    if (graphemes.has && text_graphemes(value->text) > graphemes.is)
        return S("has too many graphemes");
    instant t;
    struct error error;
    if (str_eq(json_text(json_get(def, S("format"))), S("datetime")) &&
        instant_parse(value->text, &t, &error) != OK)
        return S("is no moment");
    return STR_NONE;
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the lexicon of a post */
static str
lexicon_problem(const struct json *def, str here, const struct json *value, struct arena *arena)
{
    str type = json_text(json_get(def, S("type")));
    if (str_eq(type, S("record")))
        return lexicon_object(json_get(def, S("record")), here, value, arena);
    if (str_eq(type, S("object")))
        return lexicon_object(def, here, value, arena);
    if (str_eq(type, S("ref")))
        return lexicon_named(json_text(json_get(def, S("ref"))), here, value, arena);
    if (str_eq(type, S("union"))) {
        str name = json_text(json_get(value, S("$type")));
        const struct json *refs = json_get(def, S("refs"));
        for (const struct json *at = refs->first; at; at = at->next) {
            str ref = json_text(at);
            if (str_starts(ref, S("#")))
                ref = arena_printf(arena, "%.*s%.*s", STR_FMT(here), STR_FMT(ref));
            if (str_eq(ref, name))
                return lexicon_named(ref, here, value, arena);
        }
        return S("is of no type of the union");
    }
    if (str_eq(type, S("array"))) {
        struct maybe_int max = json_as_int(json_get(def, S("maxLength")));
        if (value->kind != JSON_KIND_ARRAY || (max.has && value->n > max.is))
            return S("is no list, or too long");
        for (const struct json *at = value->first; at; at = at->next) {
            str problem = lexicon_problem(json_get(def, S("items")), here, at, arena);
            if (problem.p)
                return problem;
        }
        return STR_NONE;
    }
    if (str_eq(type, S("string")))
        return lexicon_text(def, value);
    if (str_eq(type, S("integer")))
        return value->kind == JSON_KIND_INT ? STR_NONE : S("is no whole number");
    if (str_eq(type, S("blob"))) {
        bool right = str_eq(json_text(json_get(value, S("$type"))), S("blob")) &&
                     json_get(json_get(value, S("ref")), S("$link"));
        return right ? STR_NONE : S("is no blob");
    }
    return arena_printf(arena, "the type %.*s is not known here", STR_FMT(type));
}

static void
check_bluesky(void *ctx, const struct conversation_act *act, const struct step *step)
{
    struct checker *checker = ctx;
    str method = step->request.url, head;
    if (!step->request.body.p || step->request.body.p[0] != '{')
        return;
    while (str_chr(method, '/') >= 0)
        (void)str_cut(&method, '/', &head);
    const struct json *body = parsed(checker->arena, step->request.body);
    const struct json *def =
        json_get(json_get(lexicon_def(method, S(""), checker->arena), S("input")), S("schema"));
    const struct json *record = json_get(body, S("record"));
    /* the record is of any kind to the method: its own lexicon is another */
    const struct json *required = json_get(def, S("required"));
    for (const struct json *at = required->first; at; at = at->next)
        if (!json_get(body, json_text(at)))
            fail_msg("line %d: %.*s is missing", (int)act->line, STR_FMT(json_text(at)));
    for (const struct json *at = body->first; at; at = at->next)
        if (!json_get(json_get(def, S("properties")), at->key))
            fail_msg("line %d: %.*s is not known", (int)act->line, STR_FMT(at->key));
    if (!record || json_get(record, S("odd")))
        record = NULL;
    str problem = record ? lexicon_named(S("app.bsky.feed.post"), S(""), record, checker->arena)
                         : STR_NONE;
    if (problem.p)
        fail_msg("line %d: %.*s", (int)act->line, STR_FMT(problem));
    checker->checked++;
}

static void
bluesky_bodies_hold_its_lexicons(void **state)
{
    (void)state;
    struct arena_region region;
    struct arena arena = arena_reserve(1LL << 30, &region);
    struct checker checker = {
        .arena = &arena,
        .root = schema_load("contracts/atproto/lexicons/app/bsky/feed/post.json", &arena)};
    if (!checker.root) {
        arena_release(&region);
        skip();
    }
    all_requests("bluesky", &checker, check_bluesky);
    print_message("# %d bodies for Bluesky\n", checker.checked);
    assert_true(checker.checked >= 15);
    const char *const wrong[] = {
        "{\"text\":\"a\"}", "{\"text\":\"a\",\"createdAt\":\"yesterday\"}",
        "{\"text\":\"a\",\"createdAt\":\"2026-01-01T00:00:00Z\",\"title\":\"a\"}",
        "{\"text\":\"a\",\"createdAt\":\"2026-01-01T00:00:00Z\",\"embed\":{\"$type\":\"app."
        "bsky."
        "embed.images\",\"images\":[{\"alt\":\"no picture\"}]}}"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_non_null(lexicon_named(S("app.bsky.feed.post"), S(""),
                                      parsed(&arena, str_of(wrong[i])), &arena)
                            .p);
    arena_release(&region);
}

/* ---- facets and record keys ---- */

static void
facets_are(const char *text, const char *wanted)
{
    static const char kinds[] = "l#@";
    struct facet facets[BLUESKY_FACETS_MAX];
    char is[512];
    int n = 0, count = bluesky_facets(str_of(text), facets, BLUESKY_FACETS_MAX);
    is[0] = 0;
    for (int i = 0; i < count; i++)
        n += snprintf(is + n, sizeof is - (size_t)n, "%s%c%d-%d", i ? " " : "",
                      kinds[facets[i].kind], facets[i].from, facets[i].to);
    if (strcmp(is, wanted) != 0)
        fail_msg("%s: %s, not %s", text, is, wanted);
}

static void
facets_count_bytes(void **state)
{
    (void)state;
    facets_are("", "");
    facets_are("été #Lyon à voir : https://propre.example/é?x=1", "#6-11 l22-51");
    facets_are("(https://a.example/x).", "l1-20");
    facets_are("@a.example, @b.c.example!", "@0-10 @12-24");
    facets_are("日本語 #東京 🎌", "#10-17");
    facets_are("#1 #2026 #4you #a#b #, # x#y", "#9-14 #15-17");
    facets_are("me@a.example a@b @alone @1.2.3.4 @-a.example", "");
    facets_are("#it's. #c++, #été!", "#0-5 #7-11 #13-19");
    facets_are("https://a.example/#x @a.example", "l0-20 @21-31");
    facets_are("\xff#a\xff @a.example", "@5-15");
}

/* Vectors of the reference material: values computed elsewhere. */
static void
keys_and_facets_are_as_elsewhere(void **state)
{
    (void)state;
    struct arena_region region;
    struct arena arena = arena_reserve(64 << 20, &region);
    assert_str("2222222222222", bluesky_tid(&arena, 0, 0));
    assert_str("bzzzzzzzzzzzz", bluesky_tid(&arena, 9007199254740991, 1023));
    const struct json *all = schema_load("contracts/derived/atproto-vectors.json", &arena);
    if (!all) {
        arena_release(&region);
        skip();
    }
    int32_t n = 0;
    const struct json *list = json_get(json_get(all, S("tid")), S("vectors"));
    for (const struct json *at = list->first; at; at = at->next, n++) {
        str tid = bluesky_tid(&arena, json_as_int(json_get(at, S("unix_us"))).is,
                              (int32_t)json_as_int(json_get(at, S("clock_id"))).is);
        if (!str_eq(tid, json_text(json_get(at, S("tid")))))
            fail_msg("%.*s", STR_FMT(tid));
    }
    assert_int_equal(7, n);
    const struct json *texts = json_get(all, S("facets"));
    for (const struct json *at = texts->first; at; at = at->next) {
        static const char *const kinds[] = {"link", "tag", "mention"};
        struct facet facets[BLUESKY_FACETS_MAX];
        str text = json_text(json_get(at, S("text")));
        int32_t i = 0, is = bluesky_facets(text, facets, BLUESKY_FACETS_MAX);
        assert_int_equal(json_get(at, S("facets"))->n, is);
        for (const struct json *f = json_get(at, S("facets"))->first; f;
             f = f->next, i++, n++) {
            const struct json *bytes = json_get(f, S("bytes"));
            assert_str(kinds[facets[i].kind], json_text(json_get(f, S("kind"))));
            assert_int_equal(json_as_int(bytes->first).is, facets[i].from);
            assert_int_equal(json_as_int(bytes->first->next).is, facets[i].to);
        }
    }
    print_message("# %d vectors\n", n);
    arena_release(&region);
}

static void
texts_are_known_again(void **state)
{
    (void)state;
    struct arena_region region;
    struct arena arena = arena_reserve(64 << 20, &region);
    const struct {
        const char *sent, *shown, *link;
        bool same;
    } rows[] = {{"Hello", "<p>Hello</p>", NULL, true},
                {"Hello", "<p>Hello you</p>", NULL, false},
                {"a\n\nb", "<p>a</p><p>b</p>", NULL, true},
                {"e\xcc\x81t\xc3\xa9", "\xc3\xa9t\xc3\xa9", NULL, true},
                {"a < b & c", "a &lt; b &amp; c &#x2764;", NULL, true},
                {"@u@h.example hi", "<a>@<span>u</span></a> hi", NULL, true},
                {"@u hi", "@v hi", NULL, false},
                {"🚪", "<p>🚪</p>", NULL, true},
                {"🚪", "<p>🪟</p>", NULL, false},
                {"Hi https://p.example/1", "Hi <a href=\"https://p.example/1\">p</a>",
                 "https://p.example/1", true},
                {"Hi https://p.example/?a&b",
                 "Hi <a rel=\"me\" href=\"https://p.example/?a&amp;b\">p</a>",
                 "https://p.example/?a&b", true},
                {"Hi https://p.example/1", "Ho <a href=\"https://p.example/1\">p</a>",
                 "https://p.example/1", false},
                {"Hi https://p.example/1", "Hi <a href=\"https://p.example/2\">p</a>",
                 "https://p.example/1", false},
                {"Hi https://p.example/1", "Hi <a href=\"https://p.example/1\">p",
                 "https://p.example/1", false},
                {"a", "a<", NULL, true},
                {"a", "a&", NULL, true},
                {"a", "a&#0;&#xd800;", NULL, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (mastodon_same(str_of(rows[i].sent), str_of(rows[i].shown), str_of(rows[i].link),
                          &arena) != rows[i].same)
            fail_msg("%s, %s", rows[i].sent, rows[i].shown);
    arena_release(&region);
}

/* Pages of whoever: their head is read, nothing else, and what is odd gives nothing. */
static void
cards_are_read_off_pages(void **state)
{
    (void)state;
    struct arena_region region;
    struct arena arena = arena_reserve(64 << 20, &region);
    const struct {
        const char *html, *title, *text;
    } rows[] = {
        {"", NULL, NULL},
        {"<title>A &lt;b&gt; &#x263a;\n c</title>", "A <b> \u263a c", NULL},
        {"<TITLE>a</TITLE><META CONTENT=b NAME=Description>", "a", "b"},
        {"<title>a</title><meta property=og:title content=\"x > y\"/>", "x > y", NULL},
        {"<title>a</title><meta property=og:title content=\"\">", "a", NULL},
        {"<meta property='og:title' content='1'><meta property='og:title' content='2'>", "1",
         NULL},
        {"<script>'<title>no</title>'</script><title>yes</title>", "yes", NULL},
        {"<style><title>no</title>", NULL, NULL},
        {"<titles>no</titles>", NULL, NULL},
        {"<body><title>no</title>", NULL, NULL},
        {"<title>\xe9</title>", NULL, NULL},
        {"<title>no end", NULL, NULL},
        {"<meta property=\"og:title\" content=\"no end", NULL, NULL},
        {"<meta content= property=og:title", NULL, NULL},
        {"<meta =x content>", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        str title, text;
        page_card(&arena, str_of(rows[i].html), &title, &text);
        if (!str_eq(title, str_of(rows[i].title)) || !str_eq(text, str_of(rows[i].text)))
            fail_msg("%s: %.*s, %.*s", rows[i].html, STR_FMT(title), STR_FMT(text));
    }
    /* long ones are cut between characters */
    str title, text, longest = S("<title>a");
    for (int32_t i = 0; i < 10; i++)
        longest = arena_printf(&arena, "%.*s\u00e9%.*s", STR_FMT(longest), (int)longest.n - 7,
                               longest.p + 7);
    page_card(&arena, arena_printf(&arena, "%.*s<", STR_FMT(longest)), &title, &text);
    assert_true(title.n > 990 && title.n <= 1000 && utf8_valid(title));
    arena_release(&region);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(mastodon_bodies_hold_its_schemas),
                                       cmocka_unit_test(discord_bodies_hold_its_schemas),
                                       cmocka_unit_test(telegram_requests_hold_its_methods),
                                       cmocka_unit_test(bluesky_bodies_hold_its_lexicons),
                                       cmocka_unit_test(facets_count_bytes),
                                       cmocka_unit_test(keys_and_facets_are_as_elsewhere),
                                       cmocka_unit_test(texts_are_known_again),
                                       cmocka_unit_test(cards_are_read_off_pages)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
