#include "house.h"

#include <ftw.h>

#include "place/session.h"
#include "web/server.h"

static int64_t
add_person(struct house *house, const char *name, enum role role, bool password)
{
    struct error error;
    struct person person = {.workspace = house->workspace, .name = str_of(name), .role = role};
    int64_t id;
    assert_ok(person_add(&house->db.propre, &person, &id, &error), &error);
    if (password)
        assert_ok(person_set_password(&house->db.propre, id, S(HOUSE_PASSWORD), &error),
                  &error);
    return id;
}

void
house_open(struct house *house)
{
    struct error error;
    *house = (struct house){0};
    testdb_open(&house->db);
    struct propre *propre = &house->db.propre;
    struct workspace workspace = {.name = S("Maison <b>"),
                                  .zone = S("Europe/Paris"),
                                  .lang = LANG_EN,
                                  .currency = S("EUR"),
                                  .first_weekday = 1};
    assert_ok(db_begin(propre->db, DB_WRITE, &error), &error);
    assert_ok(workspace_add(propre, &workspace, &house->workspace, &error), &error);
    house->owner = add_person(house, "Olive", ROLE_OWNER, true);
    house->editor = add_person(house, "Eve", ROLE_EDITOR, true);
    house->reader = add_person(house, "Rémi", ROLE_READER, true);
    assert_ok(db_commit(propre->db, &error), &error);
    (void)snprintf(house->uploads, sizeof house->uploads, "/tmp/propre-house-XXXXXX");
    assert_non_null(mkdtemp(house->uploads));
    struct web_options options = {.address = S("127.0.0.1"),
                                  .upload_directory = house->uploads,
                                  .upload_bytes_max = 1 << 20};
    assert_ok(web_open(&options, propre, &house->web, &error), &error);
    house->server = web_server(house->web);
}

static int
remove_one(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status;
    (void)kind;
    (void)where;
    return remove(path);
}

void
house_close(struct house *house)
{
    assert_int_equal(0, server_connections(house->server));
    assert_int_equal(0, server_requests(house->server));
    web_close(house->web);
    assert_int_equal(0, nftw(house->uploads, remove_one, 8, FTW_DEPTH | FTW_PHYS));
    testdb_close(&house->db);
}

int
house_setup(void **state)
{
    static struct house house;
    house_open(&house);
    *state = &house;
    return 0;
}

int
house_teardown(void **state)
{
    house_close(*state);
    return 0;
}

str
house_link(struct house *house, int64_t person)
{
    struct error error;
    str token;
    struct propre *propre = &house->db.propre;
    assert_ok(db_begin(propre->db, DB_WRITE, &error), &error);
    assert_ok(sign_in_link_make(propre, person, &house->db.keep, &token, &error), &error);
    assert_ok(db_commit(propre->db, &error), &error);
    return arena_printf(&house->db.keep, "/link/%.*s", STR_FMT(token));
}

void
browser_open(struct browser *browser, struct house *house)
{
    *browser = (struct browser){.house = house, .headers = S("")};
}

static void
cookie_take(struct browser *browser, str line)
{
    str pair, name;
    (void)str_cut(&line, ';', &pair);
    bool gone = str_find(line, S("Max-Age=0")) >= 0;
    (void)str_cut(&pair, '=', &name);
    int32_t i = 0;
    while (i < browser->cookies_n && !str_eq(browser->cookies[i].name, name))
        i++;
    if (gone) {
        if (i < browser->cookies_n)
            browser->cookies[i] = browser->cookies[--browser->cookies_n];
        return;
    }
    assert_true(i < BROWSER_COOKIES_MAX);
    browser->cookies_n += i == browser->cookies_n;
    browser->cookies[i].name = name;
    browser->cookies[i].value = pair;
}

static void
answer_take(struct browser *browser)
{
    str rest = browser->answer, line;
    while (str_cut(&rest, '\n', &line) && line.n > 1) {
        str value = str_trim(line), name;
        (void)str_cut(&value, ':', &name);
        if (str_eq_ascii_case(name, S("Set-Cookie")))
            cookie_take(browser, str_trim(value));
    }
    str mark = S("name=\"csrf\" value=\"");
    ptrdiff_t at = str_find(browser->answer, mark);
    if (at >= 0) {
        str value = str_slice(browser->answer, at + mark.n, browser->answer.n);
        (void)str_cut(&value, '"', &browser->csrf);
    }
}

static int
ask_typed(struct browser *browser, const char *method, const char *path, const char *type,
          str body)
{
    struct buf request;
    buf_init(&request, 8 << 20);
    buf_addf(&request, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n", method, path);
    for (int32_t i = 0; i < browser->cookies_n; i++)
        buf_addf(&request, "%s%.*s=%.*s",
                 i ? "; " : "Cookie: ", STR_FMT(browser->cookies[i].name),
                 STR_FMT(browser->cookies[i].value));
    if (browser->cookies_n > 0)
        buf_add(&request, S("\r\n"));
    buf_add(&request, browser->headers);
    if (!strcmp(method, "POST"))
        buf_addf(&request, "Content-Type: %s\r\nContent-Length: %td\r\n", type, body.n);
    buf_add(&request, S("Connection: close\r\n\r\n"));
    buf_add(&request, body);
    (void)testdb_statements(&browser->house->db);
    browser->answer =
        client_ask(browser->house->server, buf_str(&request), &browser->house->db.keep);
    browser->statements = testdb_statements(&browser->house->db);
    buf_release(&request);
    answer_take(browser);
    return answer_status(browser->answer);
}

static int
ask(struct browser *browser, const char *method, const char *path, str body)
{
    return ask_typed(browser, method, path, "application/x-www-form-urlencoded", body);
}

int
browser_upload_many(struct browser *browser, const char *path, const char *fields,
                    const struct upload_sent *files, int n)
{
    struct buf body;
    str rest = str_of(fields), field, name;
    buf_init(&body, 8 << 20);
    buf_addf(&body, "--b\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n%.*s\r\n",
             STR_FMT(browser->csrf));
    for (bool more = rest.n > 0; more;) {
        more = str_cut(&rest, '&', &field);
        (void)str_cut(&field, '=', &name);
        buf_addf(&body, "--b\r\nContent-Disposition: form-data; name=\"%.*s\"\r\n\r\n%.*s\r\n",
                 STR_FMT(name), STR_FMT(field));
    }
    for (int i = 0; i < n; i++) {
        buf_addf(&body,
                 "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%.*s\"\r\n"
                 "Content-Type: text/csv\r\n\r\n",
                 STR_FMT(files[i].name));
        buf_add(&body, files[i].content);
        buf_add(&body, S("\r\n"));
    }
    buf_add(&body, S("--b--\r\n"));
    int status =
        ask_typed(browser, "POST", path, "multipart/form-data; boundary=b", buf_str(&body));
    buf_release(&body);
    return status;
}

int
browser_upload_with(struct browser *browser, const char *path, const char *fields,
                    str file_name, str content)
{
    return browser_upload_many(browser, path, fields, &(struct upload_sent){file_name, content},
                               1);
}

int
browser_upload(struct browser *browser, const char *path, str file_name, str content)
{
    return browser_upload_with(browser, path, "", file_name, content);
}

int
browser_get(struct browser *browser, const char *path)
{
    return ask(browser, "GET", path, S(""));
}

int
browser_head(struct browser *browser, const char *path)
{
    return ask(browser, "HEAD", path, S(""));
}

int
browser_post_as_is(struct browser *browser, const char *path, const char *fields)
{
    return ask(browser, "POST", path, str_of(fields));
}

int
browser_post(struct browser *browser, const char *path, const char *fields)
{
    str body = arena_printf(&browser->house->db.keep, "%s%scsrf=%.*s", fields,
                            *fields ? "&" : "", STR_FMT(browser->csrf));
    return ask(browser, "POST", path, body);
}

void
browser_enter(struct browser *browser, int64_t person)
{
    struct error error;
    struct person found;
    struct propre *propre = &browser->house->db.propre;
    struct arena *keep = &browser->house->db.keep;
    assert_ok(db_begin(propre->db, DB_READ, &error), &error);
    assert_ok(person_get(propre, browser->house->workspace, person, keep, &found, &error),
              &error);
    db_rollback(propre->db);
    (void)browser_get(browser,
                      "/sign-in"); /* who is in already has the token of another page */
    str fields =
        arena_printf(keep, "name=%.*s&password=a+few+words+in+a+row", STR_FMT(found.name));
    assert_int_equal(303, browser_post(browser, "/sign-in", cstr(keep, fields)));
}

str
browser_cookie(const struct browser *browser, const char *name)
{
    for (int32_t i = 0; i < browser->cookies_n; i++)
        if (str_eq(browser->cookies[i].name, str_of(name)))
            return browser->cookies[i].value;
    return STR_NONE;
}

bool
browser_sees(const struct browser *browser, const char *text)
{
    return str_find(answer_body(browser->answer), str_of(text)) >= 0;
}
