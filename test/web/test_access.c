#include "house.h"

#include "web/asset.h"
#include "web/route.h"
#include "web/server.h"

/*
 * Who may do what, written down a second time: a route that is not here, or whose right is another, fails.
 * Each is then asked by everybody.
 */
static const struct {
    enum method method;
    const char *pattern;
    enum right right;
} expected[] = {
    /* clang-format off: one route a line */
    {METHOD_GET, "/healthz", MAY_ANYONE},
    {METHOD_GET, "/asset/:hash/:name", MAY_ANYONE},
    {METHOD_GET, "/sign-in", MAY_ANYONE},
    {METHOD_POST, "/sign-in", MAY_ANYONE},
    {METHOD_POST, "/sign-out", MAY_ANYONE},
    {METHOD_GET, "/link/:token", MAY_ANYONE},
    {METHOD_POST, "/link/:token", MAY_ANYONE},
    {METHOD_GET, "/password", MAY_READ},
    {METHOD_POST, "/password", MAY_READ},
    {METHOD_POST, "/language", MAY_ANYONE},
    {METHOD_GET, "/", MAY_READ},
    {METHOD_GET, "/compose", MAY_EDIT},
    {METHOD_POST, "/compose", MAY_EDIT},
    {METHOD_POST, "/compose/count", MAY_EDIT},
    {METHOD_POST, "/compose/draft", MAY_EDIT},
    {METHOD_GET, "/message/:id", MAY_READ},
    {METHOD_POST, "/message/:id", MAY_EDIT},
    {METHOD_POST, "/message/:id/draft", MAY_EDIT},
    {METHOD_GET, "/media/:id/picture", MAY_READ},
    {METHOD_GET, "/results", MAY_READ},
    {METHOD_GET, "/results.csv", MAY_READ},
    {METHOD_GET, "/post/:id", MAY_READ},
    {METHOD_GET, "/learning", MAY_READ},
    {METHOD_GET, "/learning/progress", MAY_READ},
    {METHOD_POST, "/learning/run", MAY_EDIT},
    {METHOD_GET, "/import", MAY_READ},
    {METHOD_POST, "/import", MAY_EDIT},
    {METHOD_POST, "/import/demo", MAY_EDIT},
    {METHOD_GET, "/import/:key", MAY_READ},
    {METHOD_GET, "/import/:key/refused.csv", MAY_READ},
    {METHOD_POST, "/import/:key/mapping", MAY_EDIT},
    {METHOD_POST, "/import/:key/apply", MAY_EDIT},
    {METHOD_POST, "/import/:id/undo", MAY_EDIT},
    {METHOD_GET, "/channels", MAY_READ},
    {METHOD_POST, "/channels", MAY_EDIT},
    {METHOD_POST, "/channels/hosts", MAY_OWN},
    {METHOD_POST, "/channels/hosts/forbid", MAY_OWN},
    {METHOD_GET, "/channel/:id", MAY_READ},
    {METHOD_GET, "/channel/:id/answer", MAY_READ},
    {METHOD_GET, "/channel/:id/connected", MAY_EDIT},
    {METHOD_POST, "/channel/:id/connect", MAY_EDIT},
    {METHOD_POST, "/channel/:id/authorize", MAY_EDIT},
    {METHOD_POST, "/channel/:id/finish", MAY_EDIT},
    {METHOD_POST, "/channel/:id/verify", MAY_EDIT},
    {METHOD_POST, "/channel/:id/rename", MAY_EDIT},
    {METHOD_POST, "/channel/:id/archive", MAY_EDIT},
    {METHOD_POST, "/channel/:id/restore", MAY_EDIT},
    {METHOD_POST, "/channel/:id/disconnect", MAY_EDIT},
    {METHOD_GET, "/settings", MAY_OWN},
    {METHOD_POST, "/settings", MAY_OWN},
    {METHOD_GET, "/settings/tokens", MAY_OWN},
    {METHOD_POST, "/settings/tokens", MAY_OWN},
    {METHOD_POST, "/settings/tokens/:id/revoke", MAY_OWN},
    {METHOD_GET, "/queue", MAY_READ},
    {METHOD_POST, "/queue/hold", MAY_EDIT},
    {METHOD_POST, "/queue/release", MAY_EDIT},
    {METHOD_GET, "/delivery/:id", MAY_READ},
    {METHOD_POST, "/delivery/:id/move", MAY_EDIT},
    {METHOD_POST, "/delivery/:id/hold", MAY_EDIT},
    {METHOD_POST, "/delivery/:id/release", MAY_EDIT},
    {METHOD_POST, "/delivery/:id/cancel", MAY_EDIT},
    {METHOD_POST, "/delivery/:id/plan", MAY_EDIT},
    {METHOD_POST, "/delivery/:id/text", MAY_EDIT},
    {METHOD_POST, "/delivery/:id/resolve", MAY_EDIT},
    {METHOD_GET, "/slots", MAY_READ},
    {METHOD_POST, "/slots", MAY_EDIT},
    {METHOD_POST, "/slots/:id/remove", MAY_EDIT},
    {METHOD_POST, "/slots/pause", MAY_EDIT},
    {METHOD_GET, "/repeats", MAY_READ},
    {METHOD_POST, "/repeats", MAY_EDIT},
    {METHOD_POST, "/repeats/:id/skip", MAY_EDIT},
    {METHOD_POST, "/repeats/:id/pause", MAY_EDIT},
    {METHOD_POST, "/repeats/:id/end", MAY_EDIT},
    {METHOD_GET, "/settings/notices", MAY_OWN},
    {METHOD_POST, "/settings/notices/mail", MAY_OWN},
    {METHOD_POST, "/settings/notices/webhook", MAY_OWN},
    {METHOD_POST, "/settings/notices/mail/off", MAY_OWN},
    {METHOD_POST, "/settings/notices/webhook/off", MAY_OWN},
    {METHOD_POST, "/settings/notices/mail/test", MAY_OWN},
    {METHOD_POST, "/settings/notices/webhook/test", MAY_OWN},
    /* clang-format on */
};
enum { EXPECTED_N = sizeof expected / sizeof *expected };

static void
test_table(void **state)
{
    (void)state;
    for (ptrdiff_t r = 0; r < routes_n; r++) {
        bool known = false;
        for (int e = 0; e < EXPECTED_N; e++)
            known |= expected[e].method == routes[r].method &&
                     expected[e].right == routes[r].right &&
                     !strcmp(expected[e].pattern, routes[r].pattern);
        if (!known)
            fail_msg("%s %s: write down who may, in this test",
                     routes[r].method == METHOD_GET ? "GET" : "POST", routes[r].pattern);
        assert_true(routes[r].right != MAY_NOBODY);
        assert_non_null(routes[r].handler);
        assert_true(routes[r].method == METHOD_GET ? routes[r].body_max == 0
                                                   : routes[r].body_max > 0);
        assert_true(strlen(routes[r].help) > 0);
    }
    assert_int_equal(EXPECTED_N, routes_n);
}

/* A path for a pattern: numbers are those of nothing that exists. */
static const char *
path_of(struct house *house, const char *pattern)
{
    struct arena *keep = &house->db.keep;
    struct buf path;
    buf_init(&path, 1024);
    str rest = str_slice(str_of(pattern), 1, (ptrdiff_t)strlen(pattern)), part;
    for (bool more = true; more;) {
        more = str_cut(&rest, '/', &part);
        buf_add_char(&path, '/');
        if (str_eq(part, S(":id")))
            buf_add(&path, S("999999"));
        else if (str_eq(part, S(":hash")))
            buf_add(&path, web_assets[0].hash);
        else if (str_eq(part, S(":name")))
            buf_add(&path, web_assets[0].name);
        else if (part.n > 0 && part.p[0] == ':')
            buf_add(&path, S("nonsense"));
        else
            buf_add(&path, part);
    }
    const char *z = cstr(keep, buf_str(&path));
    buf_release(&path);
    return z;
}

struct visit {
    const char *who;
    bool signed_in;
    enum role role;
};

static void
check_visit(struct browser *browser, const struct visit *visit, const struct route *route)
{
    const char *path = path_of(browser->house, route->pattern);
    bool get = route->method == METHOD_GET;
    int status = get ? browser_get(browser, path) : browser_post(browser, path, "a=b");
    bool may =
        route->right == MAY_ANYONE || (visit->signed_in && role_may(visit->role, route->right));
    bool door =
        status == 303 && str_starts(answer_value(browser->answer, "Location"), S("/sign-in"));
    bool denied = status == 403 || (door && !visit->signed_in && route->right != MAY_ANYONE);
    if (status == 0 || status >= 500 || denied == may)
        fail_msg("%s, %s %s: %d", visit->who, get ? "GET" : "POST", path, status);
}

static void
test_everybody_everywhere(void **state)
{
    struct house *house = *state;
    static const struct visit visits[] = {{"signed out", false, ROLE_READER},
                                          {"reader", true, ROLE_READER},
                                          {"editor", true, ROLE_EDITOR},
                                          {"owner", true, ROLE_OWNER}};
    const int64_t people[] = {0, house->reader, house->editor, house->owner};
    for (size_t v = 0; v < sizeof visits / sizeof *visits; v++) {
        for (ptrdiff_t r = 0; r < routes_n; r++) {
            struct browser browser;
            browser_open(&browser, house);
            if (visits[v].signed_in)
                browser_enter(&browser, people[v]);
            (void)browser_get(&browser,
                              "/nothing-here"); /* for the token of its language button */
            check_visit(&browser, &visits[v], &routes[r]);
        }
    }
}

/* Without the right token no POST reaches its handler, whoever asks. */
static void
test_every_post_needs_its_token(void **state)
{
    struct house *house = *state;
    struct browser owner, stranger;
    browser_open(&owner, house);
    browser_enter(&owner, house->owner);
    browser_open(&stranger, house);
    assert_int_equal(200, browser_get(&stranger, "/sign-in"));
    (void)browser_get(&owner, "/settings");
    for (ptrdiff_t r = 0; r < routes_n; r++) {
        if (routes[r].method != METHOD_POST)
            continue;
        const char *path = path_of(house, routes[r].pattern);
        assert_int_equal(403, browser_post_as_is(&owner, path, "a=b"));
        assert_int_equal(403, browser_post_as_is(&owner, path, "csrf="));
        str theirs = arena_printf(&house->db.keep, "csrf=%.*s", STR_FMT(stranger.csrf));
        assert_int_equal(403, browser_post_as_is(&owner, path, cstr(&house->db.keep, theirs)));
        assert_true(browser_sees(&owner, "This form is too old"));
    }
}

/* Nor with the token, from a page of another site. */
static void
test_every_post_from_here(void **state)
{
    struct house *house = *state;
    static const char *const refused[] = {
        "Sec-Fetch-Site: cross-site\r\n",
        "Sec-Fetch-Site: same-site\r\n",
        "Sec-Fetch-Site: none\r\n",
        "Origin: http://evil.example\r\n",
        "Origin: null\r\n",
        "Origin: http://127.0.0.1.evil.example\r\n",
        "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Site: same-origin\r\nOrigin: null\r\n"};
    static const char *const taken[] = {"Sec-Fetch-Site: same-origin\r\n",
                                        "Origin: http://127.0.0.1\r\n",
                                        "Sec-Fetch-Site: same-origin\r\nOrigin: null\r\n"};
    struct browser browser;
    browser_open(&browser, house);
    browser_enter(&browser, house->owner);
    (void)browser_get(&browser, "/settings");
    for (ptrdiff_t r = 0; r < routes_n; r++) {
        for (size_t i = 0; routes[r].method == METHOD_POST && i < 7; i++) {
            browser.headers = str_of(refused[i]);
            assert_int_equal(403,
                             browser_post(&browser, path_of(house, routes[r].pattern), ""));
            assert_true(browser_sees(&browser, "another site"));
        }
    }
    for (size_t i = 0; i < 3; i++) {
        browser.headers = str_of(taken[i]);
        assert_int_equal(303, browser_post(&browser, "/language", "lang=en"));
    }
}

/* Odd numbers and names in every pattern: never a fault of ours. */
static void
test_odd_paths(void **state)
{
    struct house *house = *state;
    static const char *const odd[] = {
        "0",   "-1",  "+1",           "01", "1.0",          "99999999999999999999",
        "1e3", "%20", "%F0%9F%98%80", "'",  "%3Cscript%3E", "%25",
        "1;2"};
    struct browser browser;
    browser_open(&browser, house);
    browser_enter(&browser, house->owner);
    for (ptrdiff_t r = 0; r < routes_n; r++) {
        const char *colon = strchr(routes[r].pattern, ':');
        for (size_t i = 0; colon && i < sizeof odd / sizeof *odd; i++) {
            str rest = str_of(colon), tail = rest, name;
            (void)str_cut(&tail, '/', &name);
            str path =
                arena_printf(&house->db.keep, "%.*s%s%s%.*s", (int)(colon - routes[r].pattern),
                             routes[r].pattern, odd[i], tail.n ? "/" : "", STR_FMT(tail));
            int status = routes[r].method == METHOD_GET
                             ? browser_get(&browser, cstr(&house->db.keep, path))
                             : browser_post(&browser, cstr(&house->db.keep, path), "");
            if (status == 0 || status >= 500)
                fail_msg("%.*s: %d", STR_FMT(path), status);
        }
    }
}

/* A form full of what people type and worse: an answer, and nothing of it comes back as markup. */
static void
test_hostile_forms(void **state)
{
    struct house *house = *state;
    static const char *const hostile[] = {
        "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "%22%3E%3Cimg+src%3Dx+onerror%3Dalert(1)%3E",
        "%27%3B+DROP+TABLE+workspace%3B--",
        "%25n%25s%25n",
        "%FF%FE%00",
        "%E2%80%AE",
        "%C3%28",
        "=cmd|%27+/C+calc%27!A0",
        "999999999999999999999999",
        "-1",
    };
    struct browser browser;
    browser_open(&browser, house);
    browser_enter(&browser, house->owner);
    for (ptrdiff_t r = 0; r < routes_n; r++) {
        if (routes[r].method != METHOD_POST || !strcmp(routes[r].pattern, "/sign-out"))
            continue;
        for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
            struct buf body;
            buf_init(&body, 8192);
            for (int32_t f = 0; f < routes[r].form.fields_n; f++)
                buf_addf(&body, "%s%s=%s", f ? "&" : "", routes[r].form.fields[f].name,
                         hostile[i]);
            (void)browser_get(&browser, "/settings");
            int status =
                browser_post(&browser, path_of(house, routes[r].pattern), body.p ? body.p : "");
            if (status == 0 || status >= 500)
                fail_msg("%s with %s: %d", routes[r].pattern, hostile[i], status);
            assert_false(browser_sees(&browser, "<script>alert"));
            assert_false(browser_sees(&browser, "<img src=x"));
            buf_release(&body);
        }
    }
}

/* A name that is not ours must not open this house: another site could make it mean this machine. */
static void
test_names(void **state)
{
    struct house *house = *state;
    static const struct {
        const char *host;
        int status;
    } cases[] = {{"127.0.0.1", 200},
                 {"127.0.0.1:8420", 200},
                 {"localhost:8420", 200},
                 {"LOCALHOST", 200},
                 {"[::1]:8420", 200},
                 {"192.168.1.5:8420", 200},
                 {"evil.example", 421},
                 {"localhost.evil.example", 421},
                 {"127.0.0.1.evil.example", 421}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        str request = arena_printf(
            &house->db.keep, "GET /sign-in HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n",
            cases[i].host);
        str answer = client_ask(house->server, request, &house->db.keep);
        if (answer_status(answer) != cases[i].status)
            fail_msg("%s: %d", cases[i].host, answer_status(answer));
    }
}

/* Behind a proxy that speaks https: its name is ours, cookies are for https and this host alone. */
static void
test_https(void **state)
{
    struct house *house = *state;
    struct error error;
    struct web *web;
    struct web_options options = {.address = S("127.0.0.1"),
                                  .public_url = S("https://propre.example"),
                                  .upload_directory = "/tmp",
                                  .upload_bytes_max = 1 << 20};
    assert_ok(web_open(&options, &house->db.propre, &web, &error), &error);
    str answer = client_ask(
        web_server(web),
        S("GET /sign-in HTTP/1.1\r\nHost: propre.example\r\nConnection: close\r\n\r\n"),
        &house->db.keep);
    assert_int_equal(200, answer_status(answer));
    str cookie = answer_value(answer, "Set-Cookie");
    assert_true(str_starts(cookie, S("__Host-propre_door=")));
    assert_true(str_find(cookie, S("; Secure")) >= 0 && str_find(cookie, S("; HttpOnly")) >= 0);
    assert_true(str_find(cookie, S("; SameSite=Lax")) >= 0 &&
                str_find(cookie, S("; Path=/;")) >= 0);
    assert_str("max-age=31536000; includeSubDomains",
               answer_value(answer, "Strict-Transport-Security"));
    assert_str("https://propre.example", web_address(web, &house->db.keep));
    web_close(web);
    static const char *const odd[] = {"propre.example", "ftp://a", "https://", "https://a/b"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        options.public_url = str_of(odd[i]);
        assert_fault(FAULT_INPUT, web_open(&options, &house->db.propre, &web, &error), &error,
                     "not a public address");
    }
}

/* The data fails at every point in turn: a page says so, nothing is half done, the next one is well. */
static void
test_failing_data(void **state)
{
    struct house *house = *state;
    static const char *const pages[] = {"/",         "/results", "/learning", "/import",
                                        "/settings", "/queue",   "/slots",    "/healthz"};
    struct browser browser;
    browser_open(&browser, house);
    browser_enter(&browser, house->owner);
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        int at = 1, status = 0;
        for (; at < 200 && status != 200; at++) {
            testdb_fail_at(&house->db, at);
            status = browser_get(&browser, pages[i]);
            testdb_fail_at(&house->db, 0);
            assert_true(status == 200 || status == 500);
            if (status == 500)
                assert_true(browser_sees(&browser, "The fault is ours.") ||
                            browser_sees(&browser, "This did not work"));
        }
        assert_true(at > 2 && status == 200);
    }
    (void)browser_get(&browser, "/settings");
    for (int at = 1, status = 0; at < 200 && status != 303; at++) {
        testdb_fail_at(&house->db, at);
        status =
            browser_post(&browser, "/settings",
                         "name=New&zone=Europe/Paris&lang=en&currency=EUR&first_weekday=1");
        testdb_fail_at(&house->db, 0);
        assert_true(status == 303 || status == 500);
        assert_int_equal(200, browser_get(&browser, "/settings"));
        assert_true(
            browser_sees(&browser, status == 303 ? "value=\"New\"" : "Maison &lt;b&gt;"));
    }
}

int
main(void)
{
    if (testdb_skips())
        return 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_table, house_setup, house_teardown),
        cmocka_unit_test_setup_teardown(test_everybody_everywhere, house_setup, house_teardown),
        cmocka_unit_test_setup_teardown(test_every_post_needs_its_token, house_setup,
                                        house_teardown),
        cmocka_unit_test_setup_teardown(test_every_post_from_here, house_setup, house_teardown),
        cmocka_unit_test_setup_teardown(test_odd_paths, house_setup, house_teardown),
        cmocka_unit_test_setup_teardown(test_hostile_forms, house_setup, house_teardown),
        cmocka_unit_test_setup_teardown(test_names, house_setup, house_teardown),
        cmocka_unit_test_setup_teardown(test_https, house_setup, house_teardown),
        cmocka_unit_test_setup_teardown(test_failing_data, house_setup, house_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
