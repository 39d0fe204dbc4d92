#include "house.h"

#include "base/json.h"
#include "outbox/delivery.h"
#include "place/media.h"
#include "strategy/channel.h"
#include "tactic/message.h"
#include "tactic/slot.h"
#include "web/post_when.h"

/* The composer as a person meets it: what is typed, what is said, what goes out. */
struct desk {
    struct house house;
    struct browser browser;
    int64_t toots, blog; /* channels: Mastodon, WordPress */
};

static int64_t
add_channel(struct house *house, enum network network, const char *name)
{
    struct error error;
    const struct channel channel = {.workspace = house->workspace,
                                    .network = network,
                                    .name = str_of(name),
                                    .handle = str_of(name),
                                    .ownership = network_ownership(network)};
    int64_t id;
    assert_ok(channel_insert(&house->db.propre, &channel, &id, &error), &error);
    return id;
}

static int
setup(void **state)
{
    static struct desk desk;
    struct error error;
    house_open(&desk.house);
    struct db *db = desk.house.db.propre.db;
    assert_ok(db_begin(db, DB_WRITE, &error), &error);
    desk.toots = add_channel(&desk.house, NETWORK_MASTODON, "Our toots");
    desk.blog = add_channel(&desk.house, NETWORK_WORDPRESS, "The journal");
    assert_ok(db_commit(db, &error), &error);
    browser_open(&desk.browser, &desk.house);
    browser_enter(&desk.browser, desk.house.editor);
    *state = &desk;
    return 0;
}

static int
teardown(void **state)
{
    struct desk *desk = *state;
    house_close(&desk->house);
    return 0;
}

__attribute__((format(printf, 2, 3))) static const char *
printed(struct desk *desk, const char *format, ...)
{
    char text[4096];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return cstr(&desk->house.db.keep, str_of(text));
}

/* The value of the first hidden field of that name on the page. */
static const char *
hidden(struct desk *desk, const char *name)
{
    str mark = str_of(printed(desk, "name=\"%s\" value=\"", name)), value;
    ptrdiff_t at = str_find(desk->browser.answer, mark);
    if (at < 0)
        fail_msg("no field %s on the page", name);
    str rest = str_slice(desk->browser.answer, at + mark.n, desk->browser.answer.n);
    assert_true(str_cut(&rest, '"', &value));
    return cstr(&desk->house.db.keep, value);
}

/* A fresh form's fields: its key, and both channels, ticked or not. */
static const char *
form_of(struct desk *desk, const char *path, bool toots, bool blog)
{
    assert_int_equal(200, browser_get(&desk->browser, path));
    return printed(desk, "key=%s&revision=%s&channel-0=%lld&channel-1=%lld%s%s",
                   hidden(desk, "key"), hidden(desk, "revision"), (long long)desk->toots,
                   (long long)desk->blog, toots ? "&to-0=1" : "", blog ? "&to-1=1" : "");
}

static int
post(struct desk *desk, const char *path, const char *form, const char *more)
{
    return browser_post(&desk->browser, path, printed(desk, "%s&%s", form, more));
}

static ptrdiff_t
deliveries(struct desk *desk, struct delivery **ret)
{
    struct error error;
    struct propre *propre = &desk->house.db.propre;
    ptrdiff_t n;
    const struct delivery_filter filter = {.workspace = desk->house.workspace, .limit_n = 100};
    assert_ok(db_begin(propre->db, DB_READ, &error), &error);
    assert_ok(delivery_list(propre, &filter, &desk->house.db.keep, ret, &n, &error), &error);
    db_rollback(propre->db);
    return n;
}

/* The message of that number, or one without a number. */
static struct message
message(struct desk *desk, int64_t id)
{
    struct error error;
    struct propre *propre = &desk->house.db.propre;
    struct message m = {0};
    assert_ok(db_begin(propre->db, DB_READ, &error), &error);
    if (message_get(propre, desk->house.workspace, id, &desk->house.db.keep, &m, &error))
        m = (struct message){0};
    db_rollback(propre->db);
    return m;
}

static int64_t
redirected(struct desk *desk)
{
    str to = answer_value(desk->browser.answer, "Location");
    if (!str_starts(to, S("/message/")))
        fail_msg("not sent to a post: %.*s", STR_FMT(str_slice(desk->browser.answer, 0, 3000)));
    return atoll(cstr(&desk->house.db.keep, str_slice(to, 9, to.n)));
}

#define TOMORROW "when=at&day=2027-03-01&time=09%3A30"

static void
test_two_channels_once_each(void **state)
{
    struct desk *desk = *state;
    struct delivery *all;
    const char *form = form_of(desk, "/compose", true, true);
    assert_int_equal(303, post(desk, "/compose", form, TOMORROW "&act=send&text=Good+morning"));
    int64_t id = redirected(desk);
    assert_int_equal(2, deliveries(desk, &all));
    assert_int_not_equal(all[0].channel, all[1].channel);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(DELIVERY_SCHEDULED, all[i].state);
        assert_int_equal(id, all[i].message);
        assert_str("2027-03-01T09:30", all[i].wall);
        assert_str("Europe/Paris", all[i].zone);
    }
    /* Its page says when it goes out where. */
    assert_int_equal(
        200, browser_get(&desk->browser, printed(desk, "/message/%lld", (long long)id)));
    assert_true(browser_sees(&desk->browser, "It goes out: "));
    assert_true(browser_sees(&desk->browser, "Our toots: 1 Mar 2027, 09:30"));
    assert_true(browser_sees(&desk->browser, "The journal: 1 Mar 2027, 09:30"));
}

static void
test_two_clicks_make_one(void **state)
{
    struct desk *desk = *state;
    struct delivery *all;
    const char *form = form_of(desk, "/compose", true, true);
    const char *rest = TOMORROW "&act=send&text=Once";
    assert_int_equal(303, post(desk, "/compose", form, rest));
    int64_t id = redirected(desk);
    assert_int_equal(303, post(desk, "/compose", form, rest));
    assert_int_equal(id, redirected(desk));
    assert_int_equal(2, deliveries(desk, &all));
    assert_int_equal(0, message(desk, id + 1).id);
    /* Gone back to, changed and sent again it is no second click: nothing is lost, nothing overwritten. */
    assert_int_equal(409, post(desk, "/compose", form, TOMORROW "&act=send&text=Another"));
    assert_true(browser_sees(&desk->browser, "Another</textarea>"));
    assert_str("Once", message(desk, id).body);
    assert_int_equal(0, message(desk, id + 1).id);
    assert_int_equal(2, deliveries(desk, &all));
}

static void
test_too_long_for_one(void **state)
{
    struct desk *desk = *state;
    struct delivery *all;
    char text[600] = "text=";
    for (int i = 0; i < 501; i++)
        text[5 + i] = 'a';
    const char *form = form_of(desk, "/compose", true, true);
    const char *rest =
        printed(desk, "%s%s", TOMORROW "&act=send&title=Kept&own-1=Short&", text);
    assert_int_equal(422, post(desk, "/compose", form, rest));
    assert_int_equal(0, deliveries(desk, &all));
    /* Beside the channel, with its own count; the other channel, whose text is another, is fine. */
    str page = answer_body(desk->browser.answer);
    ptrdiff_t count = str_find(page, S("501 of 500 characters"));
    ptrdiff_t why = str_find(page, S("The text is 501 characters long; at most 500 are taken"));
    ptrdiff_t next = str_find(page, S("for=\"to-1\""));
    assert_true(count > 0 && count < why && why < next);
    assert_true(browser_sees(&desk->browser, "kept as a draft and does not go out yet"));
    /* What was typed is there, on the page and as a draft. */
    assert_true(browser_sees(&desk->browser, text + 5));
    assert_true(browser_sees(&desk->browser, "value=\"Kept\""));
    assert_true(browser_sees(&desk->browser, "Short</textarea>"));
    assert_true(browser_sees(&desk->browser, "value=\"2027-03-01\""));
    assert_str("Kept", message(desk, 1).title);
    /* Put right in the same form, it goes out: still one message. */
    const char *right =
        printed(desk, "key=%s&revision=%s&channel-0=%lld&to-0=1", hidden(desk, "key"),
                hidden(desk, "revision"), (long long)desk->toots);
    assert_int_equal(303, post(desk, "/message/1", right, TOMORROW "&act=send&text=Right"));
    assert_int_equal(1, deliveries(desk, &all));
    assert_int_equal(0, message(desk, 2).id);
}

static void
test_wrong_times(void **state)
{
    struct desk *desk = *state;
    struct delivery *all;
    static const char *const wrong[][2] = {
        {"when=at&act=send&text=Hello", "Say the day and the hour."},
        {"when=at&day=2020-01-01&time=09%3A00&act=send&text=Hello", "2020"},
        {"when=at&day=nonsense&time=x&act=send&text=Hello", "nonsense"},
        {"when=queue&queue=&act=send&text=Hello", "no free slot for Our toots"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const char *form = form_of(desk, "/compose", true, false);
        assert_int_equal(422, post(desk, "/compose", form, wrong[i][0]));
        if (!browser_sees(&desk->browser, wrong[i][1]))
            fail_msg("\"%s\" is not said of %s", wrong[i][1], wrong[i][0]);
        assert_true(browser_sees(&desk->browser, "Hello</textarea>"));
    }
    const char *form = form_of(desk, "/compose", false, false);
    assert_int_equal(422, post(desk, "/compose", form, "when=now&act=send&text=Hello"));
    assert_true(browser_sees(&desk->browser, "Tick at least one channel."));
    assert_int_equal(0, deliveries(desk, &all));
}

static void
test_next_free_slot(void **state)
{
    struct desk *desk = *state;
    struct error error;
    struct delivery *all;
    struct propre *propre = &desk->house.db.propre;
    const struct slot slot = {.workspace = desk->house.workspace,
                              .channel = desk->toots,
                              .queue = S("news"),
                              .hour = 18};
    int64_t id;
    assert_ok(db_begin(propre->db, DB_WRITE, &error), &error);
    assert_ok(slot_add(propre, &slot, &id, &error), &error);
    assert_ok(db_commit(propre->db, &error), &error);
    for (int i = 0; i < 2; i++) {
        const char *form = form_of(desk, "/compose", true, false);
        assert_true(browser_sees(&desk->browser, ">news</option>"));
        assert_int_equal(303, post(desk, "/compose", form,
                                   printed(desk, "when=queue&queue=news&act=send&text=%d", i)));
    }
    assert_int_equal(2, deliveries(desk, &all));
    assert_int_equal(86400, (all[1].due_us - all[0].due_us) / 1000000);
    assert_str("news", all[0].queue);
}

/* The smallest GIF there is. */
static const char gif[] =
    "GIF89a\1\0\1\0\200\0\0\0\0\0\377\377\377!\371\4\1\0\0\0\0,\0\0\0\0\1\0"
    "\1\0\0\2\2D\1\0;";
static const str picture = {gif, sizeof gif - 1};

/* Another one: of another colour. */
static str
gif_of(struct desk *desk, int colour)
{
    char *bytes = new (&desk->house.db.keep, char, picture.n);
    memcpy(bytes, picture.p, (size_t)picture.n);
    bytes[13] = (char)colour;
    return (str){bytes, picture.n};
}

static void
test_picture(void **state)
{
    struct desk *desk = *state;
    const char *form = form_of(desk, "/compose", true, false);
    assert_int_equal(200, browser_upload_with(&desk->browser, "/compose",
                                              printed(desk, "%s&act=picture&text=Look", form),
                                              S("dot.gif"), picture));
    assert_true(browser_sees(&desk->browser, "src=\"/media/1/picture\""));
    assert_true(browser_sees(&desk->browser, "Look</textarea>"));
    /* It warns, and no more: it can go out. */
    assert_true(browser_sees(
        &desk->browser, "<li class=\"warned\">dot.gif has no description: who cannot see it"));
    /* Kept as it is served: its own type, nothing to run. */
    assert_int_equal(200, browser_get(&desk->browser, "/media/1/picture"));
    str answer = desk->browser.answer;
    assert_str("image/gif", answer_value(answer, "Content-Type"));
    assert_str("default-src 'none'; sandbox", answer_value(answer, "Content-Security-Policy"));
    assert_str("nosniff", answer_value(answer, "X-Content-Type-Options"));
    assert_str("inline", answer_value(answer, "Content-Disposition"));
    assert_true(str_eq(picture, answer_body(answer)));
    assert_int_equal(404, browser_get(&desk->browser, "/media/2/picture"));
    /* Described, the warning is gone; removed, so is the picture. */
    form = form_of(desk, "/message/1", true, false);
    assert_int_equal(
        200, post(desk, "/message/1", form, "act=check&text=Look&picture-0=1&alt-0=A+dot"));
    assert_false(browser_sees(&desk->browser, "has no description"));
    assert_true(browser_sees(&desk->browser, "A dot</textarea>"));
    assert_int_equal(
        200, post(desk, "/message/1", form, "remove=0&text=Look&picture-0=1&alt-0=A+dot"));
    assert_false(browser_sees(&desk->browser, "/media/1/picture"));
}

/* What is no picture is refused beside the pictures, and what was typed stays. */
static void
test_no_picture(void **state)
{
    struct desk *desk = *state;
    const char *form = form_of(desk, "/compose", true, false);
    assert_int_equal(422, browser_upload_with(&desk->browser, "/compose",
                                              printed(desk, "%s&act=picture&text=Look", form),
                                              S("a.html"), S("<script>alert(1)</script>")));
    assert_true(browser_sees(&desk->browser, "id=\"pictures-error\""));
    assert_true(browser_sees(&desk->browser, "Look</textarea>"));
    assert_int_equal(404, browser_get(&desk->browser, "/media/1/picture"));
}

static void
test_reader(void **state)
{
    struct desk *desk = *state;
    struct browser reader;
    const char *form = form_of(desk, "/compose", true, false);
    assert_int_equal(303, post(desk, "/compose", form, "when=draft&act=send&text=Secret+plan"));
    browser_open(&reader, &desk->house);
    browser_enter(&reader, desk->house.reader);
    assert_int_equal(403, browser_get(&reader, "/compose"));
    assert_int_equal(403, browser_post(&reader, "/compose", "text=x&act=send"));
    assert_int_equal(403, browser_post(&reader, "/message/1", "text=x&act=send"));
    assert_int_equal(403, browser_post(&reader, "/message/1/draft", "text=x"));
    assert_int_equal(200, browser_get(&reader, "/message/1"));
    assert_true(browser_sees(&reader, "Secret plan"));
    assert_false(browser_sees(&reader, "<textarea"));
}

static int64_t
answered(struct desk *desk, const char *name)
{
    struct error error;
    struct json *json;
    assert_ok(
        json_parse(&desk->house.db.keep, answer_body(desk->browser.answer), &json, &error),
        &error);
    return json_as_int(json_get(json, str_of(name))).is;
}

/* A draft keeps itself, and nobody overwrites what another wrote meanwhile. */
static void
test_drafts(void **state)
{
    struct desk *desk = *state;
    struct delivery *all;
    const char *form = form_of(desk, "/compose", true, false);
    assert_int_equal(200, post(desk, "/compose/draft", form, "text="));
    assert_int_equal(0, answered(desk, "id"));
    assert_int_equal(200, post(desk, "/compose/draft", form, "text=A"));
    assert_int_equal(1, answered(desk, "id"));
    assert_int_equal(1, answered(desk, "revision"));
    /* The answer got lost: the same form goes on with the same message. */
    assert_int_equal(200, post(desk, "/compose/draft", form, "text=AB"));
    assert_int_equal(1, answered(desk, "id"));
    assert_int_equal(2, answered(desk, "revision"));
    assert_int_equal(200, post(desk, "/compose/draft", form, "text=AB"));
    assert_int_equal(2, answered(desk, "revision"));
    assert_int_equal(0, deliveries(desk, &all));
    /* Its list leads back to it, with its channel. */
    assert_int_equal(200, browser_get(&desk->browser, "/compose"));
    assert_true(browser_sees(&desk->browser, "<a href=\"/message/1\">AB</a>"));
    const char *mine = form_of(desk, "/message/1", true, false);
    assert_true(browser_sees(&desk->browser, "name=\"to-0\" value=\"1\" checked"));
    const char *other = form_of(desk, "/message/1", true, false);
    assert_int_equal(200, post(desk, "/message/1/draft", other, "text=Theirs"));
    assert_int_equal(409, post(desk, "/message/1/draft", mine, "text=Mine"));
    assert_true(browser_sees(&desk->browser, "Somebody changed this post meanwhile"));
    assert_int_equal(409, post(desk, "/message/1", mine, "act=send&when=draft&text=Mine"));
    assert_true(browser_sees(&desk->browser, "Mine</textarea>"));
    assert_str("Theirs", message(desk, 1).body);
    /* Whoever read that may send it again. */
    const char *again =
        printed(desk, "key=%s&revision=%s", hidden(desk, "key"), hidden(desk, "revision"));
    assert_int_equal(303, post(desk, "/message/1", again, "act=send&when=draft&text=Mine"));
    assert_str("Mine", message(desk, 1).body);
}

static void
test_count_writes_nothing(void **state)
{
    struct desk *desk = *state;
    /* An address counts 23 there, however long; a blog counts no characters. */
    const char *form = form_of(desk, "/compose", true, true);
    assert_int_equal(
        200, post(desk, "/compose/count", form,
                  "text=See+https%3A%2F%2Fexample.org%2Fa%2Fvery%2Flong%2Faddress%2Findeed"));
    assert_str("application/json", answer_value(desk->browser.answer, "Content-Type"));
    assert_true(browser_sees(&desk->browser, "\"count\":\"27 of 500 characters\""));
    assert_true(browser_sees(&desk->browser, "\"count\":null"));
    assert_int_equal(0, message(desk, 1).id);
}

/* The hidden fields of the form that is shown now. */
static const char *
shown_form(struct desk *desk)
{
    return printed(desk, "key=%s&revision=%s&channel-0=%lld&channel-1=%lld",
                   hidden(desk, "key"), hidden(desk, "revision"), (long long)desk->toots,
                   (long long)desk->blog);
}

/* A draft has its time again wherever it is met; nothing goes out by it. */
static void
test_draft_keeps_its_time(void **state)
{
    struct desk *desk = *state;
    struct delivery *all;
    const char *form = form_of(desk, "/compose", true, false);
    assert_int_equal(200, post(desk, "/compose/draft", form, TOMORROW "&text=Later"));
    assert_int_equal(200, browser_get(&desk->browser, "/message/1"));
    assert_true(browser_sees(&desk->browser, "value=\"2027-03-01\""));
    assert_true(browser_sees(&desk->browser, "value=\"09:30\""));
    assert_true(browser_sees(
        &desk->browser,
        "id=\"when-at\" name=\"when\" value=\"at\" data-label=\"Schedule post\" checked"));
    assert_int_equal(200, browser_get(&desk->browser, "/compose"));
    assert_true(browser_sees(&desk->browser, "for 1 Mar 2027, 09:30"));
    assert_int_equal(200, browser_get(&desk->browser, "/queue?show=drafts"));
    assert_true(browser_sees(&desk->browser, "Drafts (1)"));
    assert_true(browser_sees(&desk->browser, "for 1 Mar 2027, 09:30"));
    assert_int_equal(0, deliveries(desk, &all));
    /* A day there is not is kept as typed, and said when it shall go out. */
    form = form_of(desk, "/message/1", true, false);
    assert_int_equal(200, post(desk, "/message/1/draft", form,
                               "when=at&day=2027-02-31&time=09%3A30&text=Later"));
    assert_int_equal(200, browser_get(&desk->browser, "/compose"));
    assert_true(browser_sees(&desk->browser, "<a href=\"/message/1\">Later</a>"));
    form = form_of(desk, "/message/1", true, false);
    assert_true(browser_sees(&desk->browser, "value=\"2027-02-31\""));
    assert_int_equal(422, post(desk, "/message/1", form,
                               "when=at&day=2027-02-31&time=09%3A30&act=send&text=Later"));
    /* Planned, then taken back: it keeps the time it had. */
    form = shown_form(desk);
    assert_int_equal(303,
                     post(desk, "/message/1", form, TOMORROW "&to-0=1&act=send&text=Later"));
    assert_false(message(desk, 1).chosen_wall.n > 0);
    form = form_of(desk, "/message/1", true, false);
    assert_int_equal(303, post(desk, "/message/1", form, "when=draft&act=send&text=Later"));
    assert_int_equal(1, deliveries(desk, &all));
    assert_int_equal(DELIVERY_DRAFT, all[0].state);
    assert_str("2027-03-01T09:30", all[0].wall);
    assert_int_equal(200, browser_get(&desk->browser, "/message/1"));
    assert_true(browser_sees(&desk->browser, "value=\"2027-03-01\""));
    /* Another time chosen for the draft is that of the queue's list too. */
    form = form_of(desk, "/message/1", true, false);
    assert_int_equal(303, post(desk, "/message/1", form,
                               "when=draft&day=2027-03-04&time=11%3A00&act=send&text=Later"));
    assert_int_equal(1, deliveries(desk, &all));
    assert_str("2027-03-04T11:00", all[0].wall);
}

/* Whoever unticks a channel by mistake ticks it again, and what was written for it is there. */
static void
test_unticked_words_stay(void **state)
{
    struct desk *desk = *state;
    struct delivery *all;
    const char *form = form_of(desk, "/compose", true, true);
    assert_int_equal(200, post(desk, "/compose/draft", form, "text=All&own-1=For+readers"));
    form = form_of(desk, "/message/1", true, false);
    assert_int_equal(200, post(desk, "/message/1/draft", form, "text=All&own-1=For+readers"));
    assert_int_equal(200, browser_get(&desk->browser, "/message/1"));
    assert_false(browser_sees(&desk->browser, "name=\"to-1\" value=\"1\" checked"));
    assert_true(browser_sees(&desk->browser, "For readers</textarea>"));
    /* It does not go there meanwhile, … */
    form = form_of(desk, "/message/1", true, false);
    assert_int_equal(
        303, post(desk, "/message/1", form, TOMORROW "&act=send&text=All&own-1=For+readers"));
    assert_int_equal(1, deliveries(desk, &all));
    assert_int_equal(desk->toots, all[0].channel);
    /* … and does when it is ticked again. */
    form = form_of(desk, "/message/1", true, true);
    assert_true(browser_sees(&desk->browser, "For readers</textarea>"));
    assert_int_equal(
        303, post(desk, "/message/1", form, TOMORROW "&act=send&text=All&own-1=For+readers"));
    assert_int_equal(2, deliveries(desk, &all));
    assert_int_equal(200, browser_get(&desk->browser, "/message/1"));
    assert_true(browser_sees(&desk->browser, "name=\"to-1\" value=\"1\" checked"));
    assert_true(browser_sees(&desk->browser, "For readers</textarea>"));
}

/* Several at once, in an order that can be changed; what is none is said by its name and keeps out no other. */
static void
test_several_pictures(void **state)
{
    struct desk *desk = *state;
    const char *form = form_of(desk, "/compose", true, false);
    const struct upload_sent files[] = {{S("one.gif"), gif_of(desk, 1)},
                                        {S("page.html"), S("<script>alert(1)</script>")},
                                        {S("two.gif"), gif_of(desk, 2)},
                                        {S("three.gif"), gif_of(desk, 3)}};
    assert_int_equal(422, browser_upload_many(&desk->browser, "/compose",
                                              printed(desk, "%s&act=picture&text=Look", form),
                                              files, 4));
    assert_true(browser_sees(&desk->browser, "role=\"alert\">page.html: "));
    str page = answer_body(desk->browser.answer);
    ptrdiff_t one = str_find(page, S("What one.gif shows")),
              two = str_find(page, S("What two.gif shows")),
              three = str_find(page, S("What three.gif shows"));
    assert_true(one > 0 && one < two && two < three);
    /* The third one up, and its description with it. */
    const char *kept = "text=Look&picture-0=1&alt-0=A&picture-1=2&alt-1=B&picture-2=3&alt-2=C";
    form = form_of(desk, "/message/1", true, false);
    assert_int_equal(200, post(desk, "/message/1", form, printed(desk, "up=2&%s", kept)));
    page = answer_body(desk->browser.answer);
    assert_true(str_find(page, S("C</textarea>")) < str_find(page, S("B</textarea>")));
    assert_true(str_find(page, S("A</textarea>")) < str_find(page, S("C</textarea>")));
    form = form_of(desk, "/message/1", true, false);
    assert_int_equal(200, post(desk, "/message/1", form, printed(desk, "down=0&%s", kept)));
    assert_int_equal(200, browser_get(&desk->browser, "/message/1"));
    page = answer_body(desk->browser.answer);
    assert_true(str_find(page, S("B</textarea>")) < str_find(page, S("A</textarea>")));
    /* One more than the network takes is said before anything is sent. */
    const struct upload_sent more[] = {{S("four.gif"), gif_of(desk, 4)},
                                       {S("five.gif"), gif_of(desk, 5)}};
    form = form_of(desk, "/message/1", true, false);
    assert_int_equal(200, browser_upload_many(&desk->browser, "/message/1",
                                              printed(desk, "%s&act=picture&%s", form, kept),
                                              more, 2));
    assert_true(browser_sees(&desk->browser, "What five.gif shows"));
    form = shown_form(desk);
    assert_int_equal(422,
                     post(desk, "/message/1", form,
                          printed(desk, "to-0=1&%s&picture-3=4&alt-3=D&picture-4=5&alt-4=E&%s",
                                  kept, TOMORROW "&act=send")));
}

/* Check looks at what sending would look at: the link, and the time. */
static void
test_check_of_link_and_time(void **state)
{
    struct desk *desk = *state;
    const char *form = form_of(desk, "/compose", true, true);
    assert_int_equal(200, post(desk, "/compose", form,
                               "when=at&day=2020-01-02&time=09%3A00&act=check&text=Look&"
                               "link=pas+un+lien"));
    assert_false(browser_sees(&desk->browser, "Nothing stands against sending it"));
    assert_true(browser_sees(&desk->browser, "is no web address"));
    assert_true(browser_sees(&desk->browser, "id=\"when-error\""));
    form = form_of(desk, "/message/1", true, true);
    assert_int_equal(200, post(desk, "/message/1", form,
                               TOMORROW "&act=check&text=Look&link=https%3A%2F%2Fa.example"));
    assert_true(browser_sees(&desk->browser, "Nothing stands against sending it"));
}

/* What is planned goes out as it was until a change of it is right and saved. */
static void
test_change_of_what_is_planned(void **state)
{
    struct desk *desk = *state;
    struct delivery *all;
    char text[600] = "text=";
    for (int i = 0; i < 501; i++)
        text[5 + i] = 'a';
    const char *form = form_of(desk, "/compose", true, true);
    assert_int_equal(303, post(desk, "/compose", form, TOMORROW "&act=send&text=Good"));
    form = form_of(desk, "/message/1", true, true);
    assert_int_equal(
        422, post(desk, "/message/1", form, printed(desk, "when=keep&act=send&%s", text)));
    assert_int_equal(
        422, post(desk, "/message/1", form, "when=at&act=send&text=Better")); /* when? */
    assert_int_equal(200, post(desk, "/message/1", form, "when=keep&act=check&text=Better"));
    assert_true(browser_sees(&desk->browser, "Nothing is changed until you save it"));
    assert_int_equal(409, post(desk, "/message/1/draft", form, "text=Better"));
    assert_str("Good", message(desk, 1).body);
    /* Saved: another text, another day, one channel less. */
    form = form_of(desk, "/message/1", true, false);
    assert_int_equal(303, post(desk, "/message/1", form,
                               "when=at&day=2027-03-02&time=10%3A00&act=send&text=Better"));
    assert_str("Better", message(desk, 1).body);
    assert_int_equal(2, deliveries(desk, &all));
    for (int i = 0; i < 2; i++) {
        bool toots = all[i].channel == desk->toots;
        assert_int_equal(toots ? DELIVERY_SCHEDULED : DELIVERY_CANCELLED, all[i].state);
        if (toots)
            assert_str("2027-03-02T10:00", all[i].wall);
    }
    /* Taken back. */
    form = form_of(desk, "/message/1", true, false);
    assert_int_equal(303, post(desk, "/message/1", form, "when=draft&act=send&text=Better"));
    (void)deliveries(desk, &all);
    for (int i = 0; i < 2; i++)
        assert_true(all[i].state == DELIVERY_DRAFT || all[i].state == DELIVERY_CANCELLED);
}

static void
test_out_is_out(void **state)
{
    struct desk *desk = *state;
    struct error error;
    struct delivery *all;
    struct propre *propre = &desk->house.db.propre;
    const char *form = form_of(desk, "/compose", true, false);
    assert_int_equal(303, post(desk, "/compose", form, TOMORROW "&act=send&text=Said"));
    form = form_of(desk, "/message/1", true, false);
    assert_int_equal(1, deliveries(desk, &all));
    assert_ok(db_begin(propre->db, DB_WRITE, &error), &error);
    assert_ok(delivery_resolve(propre, desk->house.workspace, all[0].id, RESOLVE_LIVE,
                               S("https://example.org/@us/1"), S("Eve"), &error),
              &error);
    assert_ok(db_commit(propre->db, &error), &error);
    assert_int_equal(409, post(desk, "/message/1", form, TOMORROW "&act=send&text=Unsaid"));
    assert_true(browser_sees(&desk->browser, "its text cannot be changed any more"));
    assert_str("Said", message(desk, 1).body);
    assert_int_equal(200, browser_get(&desk->browser, "/message/1"));
    assert_true(browser_sees(&desk->browser, "href=\"https://example.org/@us/1\""));
    assert_false(browser_sees(&desk->browser, "<textarea"));
}

/* Of what may be out, or of which a part is, the rest goes out as it was begun. */
static void
test_begun_is_not_edited(void **state)
{
    (void)state;
    struct delivery d = {.state = DELIVERY_DEFERRED};
    assert_true(delivery_is_ours(&d));
    d.live = true;
    assert_false(delivery_is_ours(&d));
    d = (struct delivery){.state = DELIVERY_UNKNOWN};
    assert_false(delivery_is_ours(&d));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_two_channels_once_each, setup, teardown),
        cmocka_unit_test_setup_teardown(test_two_clicks_make_one, setup, teardown),
        cmocka_unit_test_setup_teardown(test_too_long_for_one, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wrong_times, setup, teardown),
        cmocka_unit_test_setup_teardown(test_next_free_slot, setup, teardown),
        cmocka_unit_test_setup_teardown(test_picture, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_picture, setup, teardown),
        cmocka_unit_test_setup_teardown(test_draft_keeps_its_time, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unticked_words_stay, setup, teardown),
        cmocka_unit_test_setup_teardown(test_several_pictures, setup, teardown),
        cmocka_unit_test_setup_teardown(test_reader, setup, teardown),
        cmocka_unit_test_setup_teardown(test_drafts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_count_writes_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_check_of_link_and_time, setup, teardown),
        cmocka_unit_test_setup_teardown(test_change_of_what_is_planned, setup, teardown),
        cmocka_unit_test_setup_teardown(test_out_is_out, setup, teardown),
        cmocka_unit_test(test_begun_is_not_edited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
