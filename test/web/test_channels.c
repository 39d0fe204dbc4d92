#include "house.h"

#include <unistd.h>

#include "outbox/account.h"
#include "outbox/delivery.h"
#include "outbox/egress.h"
#include "outbox/queries.h"
#include "outbox/worker.h"
#include "place/vault.h"
#include "strategy/channel.h"
#include "tactic/message.h"

/*
 * Channels and their connection as a person sees them, on both engines. The worker's part is played by the test: it
 * takes the question up and writes down what the network would have said.
 */

#define SECRET "sesame-0123-4567"

struct scene {
    struct house house;
    struct browser owner, reader;
    char key[64];
};

static struct scene scene;

static void
test_begin(void)
{
    struct error error;
    scene = (struct scene){0};
    house_open(&scene.house);
    (void)snprintf(scene.key, sizeof scene.key, "%s/key", scene.house.uploads);
    assert_ok(vault_open(str_of(scene.key), true, &scene.house.db.propre.vault, &error),
              &error);
    browser_open(&scene.owner, &scene.house);
    browser_enter(&scene.owner, scene.house.owner);
    browser_open(&scene.reader, &scene.house);
    browser_enter(&scene.reader, scene.house.reader);
    assert_int_equal(200, browser_get(&scene.owner, "/channels"));
}

static void
test_end(void)
{
    vault_close(scene.house.db.propre.vault);
    scene.house.db.propre.vault = NULL;
    house_close(&scene.house);
}

#define READING(call)                                                          \
    do {                                                                       \
        struct error reading_error;                                            \
        assert_ok(db_begin(scene.house.db.propre.db, DB_READ, &reading_error), \
                  &reading_error);                                             \
        struct error *error = &reading_error;                                  \
        assert_ok(call, error);                                                \
        db_rollback(scene.house.db.propre.db);                                 \
    } while (0)

#define WRITING(call)                                                           \
    do {                                                                        \
        struct error writing_error;                                             \
        assert_ok(db_begin(scene.house.db.propre.db, DB_WRITE, &writing_error), \
                  &writing_error);                                              \
        struct error *error = &writing_error;                                   \
        assert_ok(call, error);                                                 \
        assert_ok(db_commit(scene.house.db.propre.db, error), error);           \
    } while (0)

/* Adds a channel by its form; it is the first and has number 1. */
static void
add(const char *fields)
{
    assert_int_equal(303, browser_post(&scene.owner, "/channels", fields));
    assert_true(str_eq(answer_value(scene.owner.answer, "Location"), S("/channel/1")));
    assert_int_equal(200, browser_get(&scene.owner, "/channel/1"));
}

static void
press(const char *path, const char *fields)
{
    assert_int_equal(303, browser_post(&scene.owner, path, fields));
    assert_int_equal(200, browser_get(&scene.owner, "/channel/1"));
}

static bool
sees(const char *text)
{
    return browser_sees(&scene.owner, text);
}

static struct account_asked_row
question(void)
{
    struct account_asked_row *rows = NULL;
    ptrdiff_t n = 0;
    READING(q_account_asked(scene.house.db.propre.db, &(struct account_asked_in){0, 10},
                            &scene.house.db.keep, &rows, &n, error));
    return n == 1 ? rows[0] : (struct account_asked_row){0};
}

static void
answer(bool good, const char *visit, const char *class, const char *words)
{
    struct db *db = scene.house.db.propre.db;
    struct account_ask_take_row row;
    bool got = false;
    int64_t now = scene.house.db.now.us;
    const struct account_ask_take_in take = {1, question().ask_us, S("w"), now, 0};
    WRITING(q_account_ask_take(db, &take, NULL, &row, &got, error));
    assert_true(got);
    const struct account_ask_done_in done = {.channel = 1,
                                             .worker = S("w"),
                                             .good = good,
                                             .visit = visit ? str_of(visit) : STR_NONE,
                                             .class = class ? str_of(class) : STR_NONE,
                                             .words = words ? str_of(words) : STR_NONE,
                                             .now = now};
    WRITING(q_account_ask_done(db, &done, error));
}

static struct account
account(bool *ret_found)
{
    struct account account = {0};
    READING(account_get(&scene.house.db.propre, scene.house.workspace, 1, &scene.house.db.keep,
                        &account, ret_found, error));
    return account;
}

/* What the network told of the account. */
static void
told(const char *handle, struct maybe_int token_expires_us)
{
    struct account_found_row row;
    bool found = false, kept = false;
    const struct account_found_in in = {.channel = 1,
                                        .revision = account(&found).revision,
                                        .handle = str_of(handle),
                                        .token_expires_us = token_expires_us,
                                        .verified_us = some_int(scene.house.db.now.us),
                                        .now = scene.house.db.now.us};
    WRITING(q_account_found(scene.house.db.propre.db, &in, NULL, &row, &kept, error));
    assert_true(kept);
}

static str
secret(const char *name)
{
    struct channel_account opened;
    const struct driver *driver;
    READING(account_open(&scene.house.db.propre, scene.house.workspace, 1, &scene.house.db.keep,
                         &opened, &driver, error));
    return account_secret(&opened, str_of(name));
}

#define BLOG "network=blog&name=Notes&handle=blog.example.org"
#define CREDENTIALS \
    "way=wordpress&server=https%3A%2F%2Fblog.example.org&user=lumen&password=%20" SECRET "%20"

/* ---- what a user would miss ---- */

static void
test_connect_seals_and_never_shows(void **state)
{
    (void)state;
    test_begin();
    add(BLOG);
    assert_true(sees("not connected"));
    assert_true(sees("Application password"));
    assert_true(sees("value=\"https://blog.example.org\"")); /* guessed from the account */
    press("/channel/1/connect", CREDENTIALS);
    assert_true(sees("Asked the network whether it works"));
    assert_true(sees("One is kept and not shown again"));
    assert_false(sees(SECRET));
    assert_true(str_eq(secret("password"), S(SECRET))); /* trimmed, and readable with the key */
    struct account_by_channel_row row;
    bool found = false;
    READING(q_account_by_channel(scene.house.db.propre.db,
                                 &(struct account_by_channel_in){scene.house.workspace, 1},
                                 &scene.house.db.keep, &row, &found, error));
    assert_true(found && row.secrets.n > 0);
    assert_true(str_find(row.secrets, S("sesame")) < 0); /* not readable without it */
    /* again, with a new user name and nothing else: the password stays */
    press("/channel/1/connect",
          "way=wordpress&server=https%3A%2F%2Fblog.example.org&user=other");
    assert_true(str_eq(secret("password"), S(SECRET)));
    assert_true(str_eq(secret("user"), S("other")));
    test_end();
}

static void
test_what_is_missing_is_said_beside_its_field(void **state)
{
    bool found = true;
    (void)state;
    test_begin();
    add(BLOG);
    assert_int_equal(
        422, browser_post(&scene.owner, "/channel/1/connect",
                          "way=wordpress&server=https%3A%2F%2Fa.example&password=" SECRET));
    assert_true(sees("id=\"user-error\""));
    assert_true(sees("value=\"https://a.example\""));
    assert_false(sees("id=\"server-error\""));
    assert_false(sees(SECRET)); /* neither when the form comes back */
    (void)account(&found);
    assert_false(found);
    test_end();
}

static void
test_without_a_key_file(void **state)
{
    bool found = true;
    (void)state;
    test_begin();
    add(BLOG);
    struct vault *vault = scene.house.db.propre.vault;
    scene.house.db.propre.vault = NULL;
    assert_int_equal(422, browser_post(&scene.owner, "/channel/1/connect", CREDENTIALS));
    assert_true(sees("The key file is not open"));
    scene.house.db.propre.vault = vault;
    (void)account(&found);
    assert_false(found);
    test_end();
}

static void
test_a_reader_may_look(void **state)
{
    (void)state;
    test_begin();
    add(BLOG);
    assert_int_equal(200, browser_get(&scene.reader, "/channel/1"));
    assert_false(browser_sees(&scene.reader, "/channel/1/connect"));
    assert_false(browser_sees(&scene.reader, "type=\"password\""));
    assert_int_equal(200, browser_get(&scene.reader, "/channels"));
    assert_true(browser_sees(&scene.reader, "Notes"));
    assert_false(browser_sees(&scene.reader, "action=\"/channels\""));
    assert_false(browser_sees(&scene.reader, "Private hosts"));
    static const char *const refused[] = {"connect", "authorize", "verify", "disconnect",
                                          "finish"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        str path = arena_printf(&scene.house.db.keep, "/channel/1/%s", refused[i]);
        assert_int_equal(
            403, browser_post(&scene.reader, cstr(&scene.house.db.keep, path), CREDENTIALS));
    }
    test_end();
}

static void
test_verify_asks_and_says(void **state)
{
    (void)state;
    test_begin();
    add(BLOG);
    press("/channel/1/connect", CREDENTIALS);
    assert_int_equal(200, browser_get(&scene.owner, "/channel/1/answer"));
    assert_true(sees("{\"waiting\":true}"));
    answer(false, NULL, "auth", "incorrect_password: <b>no</b>");
    assert_int_equal(200, browser_get(&scene.owner, "/channel/1/answer"));
    assert_true(sees("{\"waiting\":false}"));
    assert_int_equal(200, browser_get(&scene.owner, "/channel/1"));
    assert_true(sees("It does not work."));
    assert_true(sees("incorrect_password: &lt;b&gt;no&lt;/b&gt;"));
    assert_true(sees("does not accept the credentials"));
    assert_true(sees("not checked yet"));
    press("/channel/1/verify", "");
    assert_true(str_eq(question().ask_op, S("verify")));
    assert_true(sees("Asked the network whether it works"));
    assert_false(sees("no worker") || sees("Nothing has taken it up"));
    scene.house.db.now.us += 60 * SPAN_SECOND.us;
    assert_int_equal(200, browser_get(&scene.owner, "/channel/1"));
    assert_true(sees("Nothing has taken it up yet"));
    told("lumen", no_int);
    answer(true, NULL, NULL, NULL);
    assert_int_equal(200, browser_get(&scene.owner, "/channel/1"));
    assert_true(sees("It works: it is the account lumen."));
    assert_int_equal(200, browser_get(&scene.owner, "/channels"));
    assert_true(sees("Checked: 24 Nov 2026"));
    assert_false(sees("not checked yet"));
    test_end();
}

static void
test_disconnect_forgets(void **state)
{
    bool found = true;
    (void)state;
    test_begin();
    add(BLOG);
    assert_false(sees("/disconnect"));
    press("/channel/1/connect", CREDENTIALS);
    assert_true(sees("that cannot be undone"));
    press("/channel/1/disconnect", "");
    assert_true(sees("not connected"));
    assert_false(sees("One is kept"));
    (void)account(&found);
    assert_false(found);
    assert_int_equal(404, browser_post(&scene.owner, "/channel/1/disconnect", ""));
    test_end();
}

/* Another way than before: nothing of the old one is kept. */
static void
test_another_way_begins_anew(void **state)
{
    bool found = false;
    (void)state;
    test_begin();
    add(BLOG);
    press("/channel/1/connect", CREDENTIALS);
    assert_int_equal(200, browser_get(&scene.owner, "/channel/1?way=ghost"));
    assert_true(sees("Admin API key"));
    assert_false(sees("One is kept"));
    assert_int_equal(422, browser_post(&scene.owner, "/channel/1/connect",
                                       "way=ghost&server=https%3A%2F%2Fblog.example.org"));
    assert_true(str_eq(secret("password"), S(SECRET))); /* a mistake takes nothing away */
    press("/channel/1/connect",
          "way=ghost&server=https%3A%2F%2Fblog.example.org&key=abc%3Adef");
    assert_true(str_eq(secret("key"), S("abc:def")));
    assert_int_equal(0, secret("password").n);
    press("/channel/1/connect", "way=manual");
    assert_true(sees("published by hand"));
    assert_true(str_eq(account(&found).network, S("manual")));
    assert_false(sees("Asked the network"));
    test_end();
}

static void
test_agreeing_on_the_servers_page(void **state)
{
    (void)state;
    test_begin();
    add("network=mastodon&name=Lumen&handle=%40lumen%40social.example");
    assert_true(sees("value=\"https://social.example\""));
    assert_true(sees("/channel/1/connected\"")); /* the address to come back to */
    assert_int_equal(422, browser_post(&scene.owner, "/channel/1/connect",
                                       "way=mastodon&server=https%3A%2F%2Fsocial.example"));
    assert_true(sees("press the other button"));
    press("/channel/1/authorize", "way=mastodon&server=https%3A%2F%2Fsocial.example");
    assert_true(str_eq(question().ask_op, S("auth begin")));
    assert_true(str_starts(question().ask_argument, S("http://127.0.0.1:")));
    assert_true(str_ends(question().ask_argument, S("/channel/1/connected")));
    answer(true, "https://social.example/oauth/authorize?x=1", NULL, NULL);
    assert_int_equal(200, browser_get(&scene.owner, "/channel/1"));
    assert_true(sees("href=\"https://social.example/oauth/authorize?x=1\""));
    assert_true(sees("It leads to social.example."));
    /* coming back: a look changes nothing, the button hands on what came */
    assert_int_equal(200,
                     browser_get(&scene.owner, "/channel/1/connected?code=a%2Bb&state=s1"));
    assert_true(sees("value=\"code=a%2Bb&amp;state=s1\""));
    assert_int_equal(0, question().ask_op.n);
    assert_int_equal(200,
                     browser_get(&scene.owner, "/channel/1/connected?error=access_denied"));
    assert_true(sees("access_denied"));
    assert_false(sees("/channel/1/finish"));
    press("/channel/1/finish", "back=code%3Da%252Bb%26state%3Ds1");
    assert_true(str_eq(question().ask_op, S("auth finish")));
    assert_true(str_eq(question().ask_argument, S("code=a%2Bb&state=s1")));
    answer(true, NULL, NULL, NULL);
    assert_int_equal(200, browser_get(&scene.owner, "/channel/1"));
    assert_true(sees("See whose account it is"));
    /* a stranger without the right does not get so far */
    assert_int_equal(403, browser_get(&scene.reader, "/channel/1/connected?code=x&state=y"));
    test_end();
}

/* ---- the whole way, with the worker itself and a server that is played ---- */

/* One transfer at a time, as a question needs; answers by address. */
struct played {
    struct wire wire;
    int64_t tag;
    bool under_way;
    char url[400];
};

static enum fault
played_start(void *ctx, const struct http_request *request, const struct http_source *source,
             int64_t tag, struct error *error)
{
    struct played *played = ctx;
    (void)source;
    (void)error;
    assert_false(played->under_way);
    played->under_way = true;
    played->tag = tag;
    (void)snprintf(played->url, sizeof played->url, "%.*s", STR_FMT(request->url));
    return OK;
}

static enum fault
played_wait(void *ctx, span timeout, struct arena *keep, int64_t *ret_tag,
            struct http_answer *ret, bool *ret_any, struct error *error)
{
    static const char *const answers[][2] = {
        {"/api/v1/apps", "{\"client_id\":\"cid\",\"client_secret\":\"hush\"}"},
        {"/oauth/token", "{\"access_token\":\"" SECRET "\",\"token_type\":\"Bearer\"}"},
        {"/verify_credentials", "{\"id\":\"9\",\"username\":\"lumen\",\"acct\":\"lumen\"}"},
        {"/", "{}"}};
    struct played *played = ctx;
    (void)timeout;
    (void)keep;
    (void)error;
    *ret_any = played->under_way;
    if (!played->under_way)
        return OK;
    played->under_way = false;
    size_t i = 0;
    while (str_find(str_of(played->url), str_of(answers[i][0])) < 0)
        i++;
    static struct http_header headers[] = {
        {S_CONST("content-type"), S_CONST("application/json")}};
    *ret = (struct http_answer){.end = HTTP_ANSWERED,
                                .status = 200,
                                .headers = headers,
                                .headers_n = 1,
                                .body = str_of(answers[i][1])};
    *ret_tag = played->tag;
    return OK;
}

static void
work(struct played *played)
{
    static const struct wire_ops ops = {played_start, played_wait};
    struct worker *worker = NULL;
    struct error error;
    instant next;
    played->wire = (struct wire){&ops, played};
    const struct worker_options options = {.name = S("w"), .lanes_max = 2};
    assert_ok(worker_open(&scene.house.db.propre, &played->wire, &options, &worker, &error),
              &error);
    for (int i = 0; i < 12; i++)
        assert_ok(worker_step(worker, (span){0}, &next, &error), &error);
    worker_close(worker);
}

/* What stands between two marks of the page. */
static str
between(const char *before, char after)
{
    str page = scene.owner.answer, found;
    ptrdiff_t at = str_find(page, str_of(before));
    assert_true(at >= 0);
    page = str_slice(page, at + (ptrdiff_t)strlen(before), page.n);
    (void)str_cut(&page, after, &found);
    return found;
}

static void
test_the_whole_way(void **state)
{
    static struct played played;
    (void)state;
    played = (struct played){0};
    test_begin();
    struct arena *keep = &scene.house.db.keep;
    add("network=mastodon&name=Lumen&handle=");
    press("/channel/1/authorize", "way=mastodon&server=https%3A%2F%2Fsocial.example");
    work(&played);
    assert_int_equal(200, browser_get(&scene.owner, "/channel/1"));
    assert_true(sees("href=\"https://social.example/oauth/authorize?"));
    str came = between("state=", '&');
    assert_true(came.n >= 40); /* it cannot be guessed */
    /* somebody else's agreement is not taken */
    press("/channel/1/finish", "back=code%3Dc0de%26state%3Dother");
    work(&played);
    assert_int_equal(200, browser_get(&scene.owner, "/channel/1"));
    assert_true(sees("The connection could not be finished."));
    assert_int_equal(0, secret("token").n);
    str back = arena_printf(keep, "/channel/1/connected?code=c0de&state=%.*s", STR_FMT(came));
    assert_int_equal(200, browser_get(&scene.owner, cstr(keep, back)));
    back = arena_printf(keep, "back=code%%3Dc0de%%26state%%3D%.*s", STR_FMT(came));
    press("/channel/1/finish", cstr(keep, back));
    work(&played);
    assert_int_equal(200, browser_get(&scene.owner, "/channel/1"));
    assert_true(sees("See whose account it is"));
    assert_true(str_eq(secret("token"), S(SECRET)));
    press("/channel/1/verify", "");
    work(&played);
    assert_int_equal(200, browser_get(&scene.owner, "/channel/1"));
    assert_true(sees("It works: it is the account @lumen@social.example."));
    assert_true(sees("connected"));
    assert_false(sees(SECRET) || sees("hush"));
    test_end();
}

/* Beginning anew on the same server leaves what works as it is, until the network agreed. */
static void
test_agreeing_again_breaks_nothing(void **state)
{
    bool found = false;
    (void)state;
    test_begin();
    add("network=mastodon&name=Lumen&handle=");
    press("/channel/1/connect",
          "way=mastodon&server=https%3A%2F%2Fsocial.example&token=" SECRET);
    told("@lumen@social.example", no_int);
    press("/channel/1/authorize", "way=mastodon&server=https%3A%2F%2Fsocial.example&token=");
    assert_true(str_eq(secret("token"), S(SECRET)));
    assert_true(account(&found).verified_us.has);
    /* the Enter key behind a pasted token presses the first button; the token is meant */
    press("/channel/1/authorize",
          "way=mastodon&server=https%3A%2F%2Fsocial.example&token=another");
    assert_true(str_eq(secret("token"), S("another")));
    assert_true(str_eq(question().ask_op, S("verify")));
    test_end();
}

static void
test_days_left(void **state)
{
    (void)state;
    test_begin();
    add("network=telegram&name=News&handle=%40news");
    press("/channel/1/connect", "way=telegram&user=%40news&token=" SECRET);
    told("@news", some_int(scene.house.db.now.us + 6 * SPAN_DAY.us + 1000));
    assert_int_equal(200, browser_get(&scene.owner, "/channels"));
    assert_true(sees("holds for 6 more days. Connect it again"));
    assert_true(sees("token-low"));
    told("@news", some_int(scene.house.db.now.us + 45 * SPAN_DAY.us + 1000));
    assert_int_equal(200, browser_get(&scene.owner, "/channels"));
    assert_true(sees("holds for 45 more days."));
    assert_false(sees("token-low"));
    scene.house.db.now.us += 46 * SPAN_DAY.us;
    browser_enter(&scene.owner, scene.house.owner); /* the session has ended meanwhile */
    assert_int_equal(200, browser_get(&scene.owner, "/channels"));
    assert_true(sees("Its token ended"));
    test_end();
}

/* A token that lives for two hours and renews itself worries nobody. */
static void
test_token_that_renews_itself(void **state)
{
    (void)state;
    test_begin();
    add("network=bluesky&name=Sky&handle=lumen.bsky.social");
    press("/channel/1/connect", "way=bluesky&user=lumen.bsky.social&password=" SECRET);
    told("lumen.bsky.social", some_int(scene.house.db.now.us + 2 * 3600 * SPAN_SECOND.us));
    assert_int_equal(200, browser_get(&scene.owner, "/channels"));
    assert_true(sees("renewed by itself"));
    assert_false(sees("token-low"));
    test_end();
}

static void
test_a_dead_account_says_what_to_do(void **state)
{
    (void)state;
    test_begin();
    add(BLOG);
    press("/channel/1/connect", CREDENTIALS);
    bool found = false;
    for (int i = 0; i < 3; i++) {
        struct account_failure_row row;
        const struct account_failure_in in = {.channel = 1,
                                              .revision = account(&found).revision,
                                              .spaced_before = scene.house.db.now.us,
                                              .class = S("auth"),
                                              .words = S("token <i>revoked</i>"),
                                              .dead_n = 3,
                                              .now = scene.house.db.now.us};
        bool counted = false;
        WRITING(q_account_failure(scene.house.db.propre.db, &in, &scene.house.db.keep, &row,
                                  &counted, error));
    }
    assert_int_equal(200, browser_get(&scene.owner, "/channels"));
    assert_true(sees("no longer accepted"));
    assert_true(
        sees("does not accept our credentials any more. <strong>Connect the account again"));
    assert_true(sees("token &lt;i&gt;revoked&lt;/i&gt;"));
    assert_true(sees("Connect again"));
    test_end();
}

static int64_t
plan_one(void)
{
    struct propre *propre = &scene.house.db.propre;
    const struct message m = {.workspace = scene.house.workspace, .body = S("Soon")};
    const struct message_parts parts = {0};
    struct delivery_plan plan = {.workspace = scene.house.workspace,
                                 .channel = 1,
                                 .due_us = scene.house.db.now.us + 86400000000};
    int64_t id = 0;
    WRITING(message_save(propre, &m, &parts, &plan.message, error));
    WRITING(delivery_schedule(propre, &plan, &id, error));
    return id;
}

static enum delivery_state
state_of(int64_t id)
{
    struct delivery d;
    READING(delivery_get(&scene.house.db.propre, scene.house.workspace, id,
                         &scene.house.db.keep, &d, error));
    return d.state;
}

/* What waits there is said before, and never lost: held or cancelled, by choice. */
static void
test_rename_and_put_away(void **state)
{
    (void)state;
    test_begin();
    add("network=wordpress&name=Journal&handle=blog.example");
    press("/channel/1/rename", "name=Workshop+notes");
    assert_true(sees("<h1 class=\"file-name\">Workshop notes</h1>"));
    assert_int_equal(422, browser_post(&scene.owner, "/channel/1/rename", "name=+"));
    assert_true(sees("id=\"rename-error\""));
    assert_int_equal(422,
                     browser_post(&scene.owner, "/channel/1/rename", "name=Stale&revision=1"));
    assert_true(sees("value=\"Stale\""));
    int64_t first = plan_one();
    assert_int_equal(200, browser_get(&scene.owner, "/channel/1"));
    assert_true(sees("1 planned post waits for this channel."));
    assert_int_equal(422, browser_post(&scene.owner, "/channel/1/archive", ""));
    assert_int_equal(DELIVERY_SCHEDULED, state_of(first));
    assert_int_equal(303, browser_post(&scene.owner, "/channel/1/archive", "waiting=hold"));
    assert_int_equal(DELIVERY_HELD, state_of(first));
    assert_int_equal(200, browser_get(&scene.owner, "/channels"));
    assert_true(sees("1 channel is put away"));
    assert_true(sees("What was planned there is on hold in the queue."));
    assert_int_equal(200, browser_get(&scene.owner, "/channel/1"));
    assert_true(sees("This channel is put away"));
    press("/channel/1/restore", "");
    assert_false(sees("This channel is put away"));
    assert_true(sees("1 post is on hold there"));
    int64_t second = plan_one();
    assert_int_equal(303, browser_post(&scene.owner, "/channel/1/archive", "waiting=cancel"));
    assert_int_equal(DELIVERY_CANCELLED, state_of(first));
    assert_int_equal(DELIVERY_CANCELLED, state_of(second));
    assert_int_equal(403, browser_post(&scene.reader, "/channel/1/restore", ""));
    test_end();
}

/* No post is meant: what is said of a connection is what helps to connect. */
static void
test_what_helps_to_connect(void **state)
{
    static const struct {
        const char *class, *words, *said, *helps;
    } all[] = {
        {"transient", "The name of this server is not known", "No server has this name",
         "letter by letter"},
        {"transient", "This server cannot be reached", "could not be reached",
         "Check the address"},
        {"config", "This server is at a private address, and the owner has not named it",
         "only where the owner allows it", "allows blog.example.org below"},
        {"permanent", "HTTP 404", "not as WordPress does", "Check the address"},
        {"rate", "slower", "slow down", "in a few minutes"},
    };
    (void)state;
    test_begin();
    add(BLOG);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        press("/channel/1/connect", CREDENTIALS);
        answer(false, NULL, all[i].class, all[i].words);
        assert_int_equal(200, browser_get(&scene.owner, "/channel/1"));
        if (!sees(all[i].said) || !sees(all[i].helps) || sees("post, then send") ||
            sees("tried again by itself"))
            fail_msg("of \"%s\"", all[i].words);
        assert_true(sees("/channels#hosts") == (strcmp(all[i].class, "config") == 0));
    }
    test_end();
}

/* An address that can be none is said beside its field, before anything is kept. */
static void
test_an_address_that_is_none(void **state)
{
    bool found = true;
    (void)state;
    test_begin();
    add(BLOG);
    assert_int_equal(422, browser_post(&scene.owner, "/channel/1/connect",
                                       "way=wordpress&server=not+a+url&user=ada&password=p"));
    assert_true(sees("This is not the address of a server"));
    (void)account(&found);
    assert_false(found);
    test_end();
}

/* A network nobody made a driver for is by hand, and says so without being connected. */
static void
test_by_hand_without_a_driver(void **state)
{
    (void)state;
    test_begin();
    add("network=facebook&name=Page&handle=lumen");
    assert_int_equal(200, browser_get(&scene.owner, "/channel/1"));
    assert_true(sees("published by hand"));
    assert_false(sees("not connected"));
    assert_int_equal(200, browser_get(&scene.owner, "/compose"));
    assert_true(sees("You publish it by hand"));
    assert_int_equal(303, browser_post(&scene.owner, "/channels", "network=blog&name=Notes"));
    assert_int_equal(200, browser_get(&scene.owner, "/compose"));
    assert_true(sees("Not connected: it waits until you connect it"));
    test_end();
}

static void
test_private_hosts(void **state)
{
    struct browser editor;
    str *hosts = NULL;
    ptrdiff_t n = 0;
    (void)state;
    test_begin();
    browser_open(&editor, &scene.house);
    browser_enter(&editor, scene.house.editor);
    assert_int_equal(200, browser_get(&editor, "/channels"));
    assert_false(browser_sees(&editor, "Private hosts"));
    assert_int_equal(403, browser_post(&editor, "/channels/hosts", "host=blog.lan"));
    assert_int_equal(422, browser_post(&scene.owner, "/channels/hosts", "host=*.lan"));
    assert_true(sees("is not a host"));
    assert_int_equal(303,
                     browser_post(&scene.owner, "/channels/hosts", "host=192.168.1.20%3A8080"));
    assert_int_equal(200, browser_get(&scene.owner, "/channels"));
    assert_true(sees("<code>192.168.1.20:8080</code>"));
    READING(egress_list(&scene.house.db.propre, scene.house.workspace, &scene.house.db.keep,
                        &hosts, &n, error));
    assert_int_equal(1, n);
    assert_int_equal(
        303, browser_post(&scene.owner, "/channels/hosts/forbid", "host=192.168.1.20%3A8080"));
    assert_int_equal(200, browser_get(&scene.owner, "/channels"));
    assert_true(sees("No private host is allowed."));
    test_end();
}

static void
test_adding(void **state)
{
    (void)state;
    test_begin();
    assert_true(sees("A channel is one account in one place"));
    assert_int_equal(422,
                     browser_post(&scene.owner, "/channels", "network=blog&name=&handle=x"));
    assert_true(sees("id=\"name-error\""));
    assert_true(sees("value=\"x\""));
    assert_int_equal(422, browser_post(&scene.owner, "/channels", "network=nonsense&name=a"));
    add(BLOG);
    assert_int_equal(422, browser_post(&scene.owner, "/channels", BLOG));
    assert_true(sees("id=\"handle-error\""));
    assert_int_equal(404, browser_get(&scene.owner, "/channel/2"));
    test_end();
}

int
main(void)
{
    if (testdb_skips())
        return 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_adding),
        cmocka_unit_test(test_connect_seals_and_never_shows),
        cmocka_unit_test(test_what_is_missing_is_said_beside_its_field),
        cmocka_unit_test(test_without_a_key_file),
        cmocka_unit_test(test_a_reader_may_look),
        cmocka_unit_test(test_verify_asks_and_says),
        cmocka_unit_test(test_disconnect_forgets),
        cmocka_unit_test(test_rename_and_put_away),
        cmocka_unit_test(test_another_way_begins_anew),
        cmocka_unit_test(test_agreeing_on_the_servers_page),
        cmocka_unit_test(test_the_whole_way),
        cmocka_unit_test(test_agreeing_again_breaks_nothing),
        cmocka_unit_test(test_days_left),
        cmocka_unit_test(test_token_that_renews_itself),
        cmocka_unit_test(test_a_dead_account_says_what_to_do),
        cmocka_unit_test(test_what_helps_to_connect),
        cmocka_unit_test(test_an_address_that_is_none),
        cmocka_unit_test(test_by_hand_without_a_driver),
        cmocka_unit_test(test_private_hosts),
    };
    return cmocka_run_group_tests_name("channels", tests, NULL, NULL);
}
