#include "house.h"

#include "base/clock.h"
#include "base/translate.h"
#include "channel/driver.h"
#include "outbox/delivery.h"
#include "outbox/queries.h"
#include "place/hold.h"
#include "strategy/channel.h"
#include "tactic/message.h"
#include "tactic/slot.h"

/*
 * The pages of what goes out, as a browser without JavaScript sees them: each button does what it says, and is refused
 * when the state changed meanwhile.
 */

static const int64_t MINUTE = 60000000, HOUR = 3600000000, DAY = 86400000000;
#define THEIR_WORDS "<script>alert(1)</script> & \"too long\""

struct plan {
    struct house *house;
    struct browser editor, reader;
    int64_t channel, message;
};

static void
begin(struct house *house)
{
    struct error error;
    assert_ok(db_begin(house->db.propre.db, DB_WRITE, &error), &error);
}

static void
commit(struct house *house)
{
    struct error error;
    assert_ok(db_commit(house->db.propre.db, &error), &error);
}

static int64_t
channel_made(struct house *house, int64_t workspace, const char *name)
{
    struct error error;
    int64_t id;
    const struct channel channel = {.workspace = workspace,
                                    .network = NETWORK_MASTODON,
                                    .handle = str_of(name),
                                    .name = str_of(name),
                                    .ownership = RENTED};
    assert_ok(channel_insert(&house->db.propre, &channel, &id, &error), &error);
    return id;
}

static int64_t
message_made(struct house *house, int64_t workspace, const char *text)
{
    struct error error;
    int64_t id;
    const struct message message = {.workspace = workspace, .body = str_of(text)};
    const struct message_parts none = {0};
    assert_ok(message_save(&house->db.propre, &message, &none, &id, &error), &error);
    return id;
}

/* A delivery of a message of its own, due ${in_us} from now. */
static int64_t
planned(struct house *house, int64_t channel, const char *text, int64_t in_us)
{
    struct error error;
    int64_t id;
    begin(house);
    const struct delivery_plan plan = {
        .workspace = house->workspace,
        .message = message_made(house, house->workspace, text),
        .channel = channel,
        .due_us = house->db.now.us + in_us,
    };
    assert_ok(delivery_schedule(&house->db.propre, &plan, &id, &error), &error);
    commit(house);
    return id;
}

static struct delivery
got(struct house *house, int64_t id)
{
    struct error error;
    struct delivery d;
    assert_ok(db_begin(house->db.propre.db, DB_READ, &error), &error);
    assert_ok(
        delivery_get(&house->db.propre, house->workspace, id, &house->db.keep, &d, &error),
        &error);
    db_rollback(house->db.propre.db);
    return d;
}

static void
is_now(struct house *house, int64_t id, enum delivery_state expected)
{
    enum delivery_state state = got(house, id).state;
    if (state != expected)
        fail_msg("delivery %lld is \"%s\", not \"%s\"", (long long)id,
                 delivery_state_name(state), delivery_state_name(expected));
}

/* What a worker would have written down: one request, and how the delivery stands after it. */
struct told {
    const char *step, *outcome, *words;
    int64_t status;
    enum delivery_state state;
    const char *class, *reason;
};

static void
worked(struct house *house, int64_t id, const struct told *told)
{
    struct error error;
    struct claim_take_row taken;
    struct lane_arm_row armed;
    struct attempt_begin_row attempt;
    struct lane_end_row ended;
    bool found = false;
    struct db *db = house->db.propre.db;
    int64_t now = house->db.now.us;
    struct delivery d = got(house, id);
    begin(house);
    const struct claim_take_in take = {id, d.revision, S("claimed"), S("w"), now};
    assert_ok(q_claim_take(db, &take, NULL, &taken, &found, &error), &error);
    assert_true(found);
    const struct lane_arm_in arm = {.id = id,
                                    .worker = S("w"),
                                    .state = S("sending"),
                                    .step = str_of(told->step),
                                    .now = now};
    assert_ok(q_lane_arm(db, &arm, NULL, &armed, &found, &error), &error);
    assert_true(found);
    const struct attempt_begin_in begun = {
        .delivery = id,
        .n = armed.attempts_n,
        .op = S("publish"),
        .step = str_of(told->step),
        .publishes = 1,
        .key = S("5f0c7f3de7a84a5d9a4c1b2e8d7f6a90"),
        .body_hash = S("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
        .worker = S("w"),
        .began_us = now,
        .deadline_us = now + MINUTE};
    assert_ok(q_attempt_begin(db, &begun, &house->db.keep, &attempt, &error), &error);
    const struct attempt_end_in end = {.id = attempt.id,
                                       .ended_us = now + 2000000,
                                       .outcome = str_of(told->outcome),
                                       .status = some_int(told->status),
                                       .words = str_of(told->words)};
    assert_ok(q_attempt_end(db, &end, &error), &error);
    const struct lane_end_in last = {.id = id,
                                     .worker = S("w"),
                                     .state = delivery_state_word(told->state),
                                     .class = str_of(told->class),
                                     .reason = str_of(told->reason),
                                     .words = str_of(told->words),
                                     .now = now};
    assert_ok(q_lane_end(db, &last, NULL, &ended, &found, &error), &error);
    assert_true(found);
    commit(house);
}

static const struct told maybe_live = {.step = "publish",
                                       .outcome = "unknown",
                                       .words = "504 Gateway Time-out",
                                       .status = 504,
                                       .state = DELIVERY_PERSON,
                                       .class = "ambiguous",
                                       .reason =
                                           "It may be live, and this network cannot be asked: "
                                           "look there before anything else."};
static const struct told refused = {.step = "publish",
                                    .outcome = "refused",
                                    .words = THEIR_WORDS,
                                    .status = 422,
                                    .state = DELIVERY_REJECTED,
                                    .class = "permanent",
                                    .reason = "The network will not take it as it is."};
static const struct told out = {.step = "publish",
                                .outcome = "published",
                                .words = "",
                                .status = 200,
                                .state = DELIVERY_PUBLISHED};

static void
open_plan(struct plan *p, struct house *house)
{
    *p = (struct plan){.house = house};
    begin(house);
    p->channel = channel_made(house, house->workspace, "Atelier");
    commit(house);
    browser_open(&p->editor, house);
    browser_enter(&p->editor, house->editor);
    browser_open(&p->reader, house);
    browser_enter(&p->reader, house->reader);
}

static const char *
path(struct plan *p, int64_t id, const char *verb)
{
    struct arena *keep = &p->house->db.keep;
    return cstr(keep, arena_printf(keep, "/delivery/%lld%s", (long long)id, verb));
}

static void
sees(const struct browser *b, const char *text)
{
    if (!browser_sees(b, text))
        fail_msg("\"%s\" is not on the page:\n%.*s", text, STR_FMT(answer_body(b->answer)));
}

static void
sees_not(const struct browser *b, const char *text)
{
    if (browser_sees(b, text))
        fail_msg("\"%s\" is on the page", text);
}

static ptrdiff_t
place_of(const struct browser *b, const char *text)
{
    sees(b, text);
    return str_find(b->answer, str_of(text));
}

/* POST, then the page it leads to. */
static void
press(struct plan *p, int64_t id, const char *verb, const char *fields)
{
    (void)browser_get(&p->editor, path(p, id, ""));
    int status = browser_post(&p->editor, path(p, id, verb), fields);
    if (status != 303)
        fail_msg("%s: %d", path(p, id, verb), status);
    str to = answer_value(p->editor.answer, "Location");
    assert_int_equal(200, browser_get(&p->editor, cstr(&p->house->db.keep, to)));
}

static void
in_french(struct plan *p)
{
    (void)browser_get(&p->editor, "/queue");
    assert_int_equal(303, browser_post(&p->editor, "/language", "lang=fr"));
}

/* ---------- the queue ---------- */

static void
test_empty_teaches(void **state)
{
    struct plan p;
    open_plan(&p, *state);
    assert_int_equal(200, browser_get(&p.editor, "/queue"));
    sees(&p.editor, "href=\"/compose\"");
    sees_not(&p.editor, "class=\"tabs\"");
    assert_int_equal(200, browser_get(&p.editor, "/"));
    sees_not(&p.editor, "class=\"today-queue\"");
}

static void
test_queue(void **state)
{
    struct plan p;
    struct house *house = *state;
    open_plan(&p, house);
    int64_t soon = planned(house, p.channel, "Soon <b>", HOUR);
    (void)planned(house, p.channel, "Tomorrow one", DAY);
    int64_t lost = planned(house, p.channel, "Perhaps live", 10 * MINUTE);
    int64_t no = planned(house, p.channel, "Not like this", 20 * MINUTE);
    int64_t done = planned(house, p.channel, "Went well", 30 * MINUTE);
    worked(house, lost, &maybe_live);
    worked(house, no, &refused);
    worked(house, done, &out);

    assert_int_equal(200, browser_get(&p.editor, "/queue"));
    sees(&p.editor, "2 go out");
    sees(&p.editor, "(2 need you)"); /* beside the link of every page */
    /* What needs somebody stands before what goes out; a day has its heading. */
    assert_true(place_of(&p.editor, "Perhaps live") < place_of(&p.editor, "Soon &lt;b&gt;"));
    assert_true(place_of(&p.editor, "Soon &lt;b&gt;") <
                place_of(&p.editor, "Tomorrow · Wednesday, 25 November 2026"));
    assert_true(place_of(&p.editor, "Tomorrow · ") < place_of(&p.editor, "Tomorrow one"));
    sees(&p.editor, "11:00"); /* 10:00 UTC in Paris */
    sees(&p.editor, "this network cannot be asked");
    sees(&p.editor, "504 Gateway Time-out");
    sees(&p.editor, "What helps: Change the post, then send it again.");
    sees(&p.editor, path(&p, no, "/release"));
    sees_not(&p.editor, path(&p, lost, "/release")); /* first somebody looks */
    sees(&p.editor, "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;too long&quot;");
    sees_not(&p.editor, "<script>alert");
    sees_not(&p.editor, "Went well");

    assert_int_equal(200, browser_get(&p.editor, "/queue?show=needs"));
    sees(&p.editor, "Perhaps live");
    sees_not(&p.editor, "Soon");
    assert_int_equal(200, browser_get(&p.editor, "/queue?show=finished"));
    sees(&p.editor, "Went well");
    sees_not(&p.editor, "Soon");
    /* The other channel has nothing. */
    begin(house);
    int64_t other = channel_made(house, house->workspace, "Blog");
    commit(house);
    assert_int_equal(
        200, browser_get(&p.editor, cstr(&house->db.keep,
                                         arena_printf(&house->db.keep, "/queue?channel=%lld",
                                                      (long long)other))));
    sees(&p.editor, "Nothing is planned on this channel.");
    sees_not(&p.editor, "Perhaps live");

    /* A button of the list comes back to the list, with its filter. */
    (void)browser_get(&p.editor, "/queue?show=needs");
    assert_int_equal(
        303, browser_post(&p.editor, path(&p, no, "/release"), "back=/queue?show%3Dneeds"));
    assert_str("/queue?show=needs", answer_value(p.editor.answer, "Location"));
    is_now(house, no, DELIVERY_SCHEDULED);
    /* Never to another site. */
    assert_int_equal(303,
                     browser_post(&p.editor, path(&p, soon, "/hold"), "back=//evil.example"));
    assert_str(path(&p, soon, ""), answer_value(p.editor.answer, "Location"));
}

/* What the network said is quoted as it came; what we found is told as ours, in the reader's language. */
static void
test_whose_words(void **state)
{
    struct plan p;
    struct house *house = *state;
    open_plan(&p, house);
    struct told broken = maybe_live, senseless = refused;
    broken.words = "The connection broke off before a whole answer came";
    broken.status = 0;
    senseless.words = "the answer names no post"; /* answered, and yet it is we who say so */
    int64_t lost = planned(house, p.channel, "Broke off", 10 * MINUTE);
    int64_t no = planned(house, p.channel, "Makes no sense", 20 * MINUTE);
    int64_t theirs = planned(house, p.channel, "Not like this", 30 * MINUTE);
    worked(house, lost, &broken);
    worked(house, no, &senseless);
    worked(house, theirs, &refused);
    in_french(&p);
    assert_int_equal(200, browser_get(&p.editor, "/queue?show=needs"));
    sees(&p.editor, "Constat de Propre\u00a0: La connexion s’est rompue");
    sees(&p.editor, "Constat de Propre\u00a0: la réponse ne nomme aucune publication");
    sees_not(&p.editor, "The connection broke off");
    sees(&p.editor, "Réponse de Mastodon\u00a0:</span> &lt;script&gt;");
    assert_int_equal(200, browser_get(&p.editor, path(&p, lost, "")));
    sees(&p.editor, "Constat de Propre\u00a0: La connexion s’est rompue");
    sees(&p.editor, "<span>La connexion s’est rompue"); /* the ledger */
    sees_not(&p.editor, "Réponse de Mastodon");
    assert_int_equal(200, browser_get(&p.editor, path(&p, theirs, "")));
    sees(&p.editor, "<span><q>&lt;script&gt;");
    sees_not(&p.editor, "Constat de Propre");
}

/* "By hand" is a word, and told in the reader's language wherever a channel is named with its network. */
static void
test_by_hand_is_a_word(void **state)
{
    struct plan p;
    struct house *house = *state;
    struct error error;
    open_plan(&p, house);
    const struct channel board = {.workspace = house->workspace,
                                  .network = NETWORK_MANUAL,
                                  .handle = S(""),
                                  .name = S("Board"),
                                  .ownership = RENTED};
    int64_t channel, twice;
    begin(house);
    assert_ok(channel_insert(&house->db.propre, &board, &channel, &error), &error);
    assert_int_equal(FAULT_CONFLICT, channel_insert(&house->db.propre, &board, &twice, &error));
    str said = translate_error(&house->db.keep, LANG_FR, &error);
    assert_true(str_starts(said, S("il y a déjà un canal de ce genre sans nom de compte")));
    commit(house);
    int64_t id = planned(house, channel, "On the board", HOUR);
    int64_t here = planned(house, channel, "Now on the board", 2 * HOUR);
    worked(house, here, &maybe_live);
    /* A person publishes it: the page asks for that, not for what a network may have done. */
    assert_int_equal(200, browser_get(&p.editor, "/queue"));
    sees(&p.editor, "Publish it, then say so");
    assert_int_equal(200, browser_get(&p.editor, path(&p, here, "")));
    sees(&p.editor, "Did you publish it on Board?");
    sees(&p.editor, "I published it");
    sees_not(&p.editor, "send it again");
    sees_not(&p.editor, "What did you see");
    in_french(&p);
    const char *const pages[] = {"/queue", "/slots", "/compose", path(&p, id, "")};
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        assert_int_equal(200, browser_get(&p.editor, pages[i]));
        sees(&p.editor, "À la main");
        sees_not(&p.editor, "By hand");
    }
}

/* More rows than a page: pages of a hundred that leave nothing out and show nothing twice. */
static void
test_many_rows(void **state)
{
    enum { ROWS = 450 };
    struct plan p;
    struct house *house = *state;
    open_plan(&p, house);
    struct error error;
    struct arena keep = house->db.keep;
    begin(house);
    for (int i = 0; i < ROWS; i++) {
        int64_t id;
        const char *text = cstr(&keep, arena_printf(&keep, "Row %04d.", i));
        const struct delivery_plan plan = {
            .workspace = house->workspace,
            .message = message_made(house, house->workspace, text),
            .channel = p.channel,
            .due_us = house->db.now.us + (1 + i / 3) * MINUTE}; /* three share a moment */
        assert_ok(delivery_schedule(&house->db.propre, &plan, &id, &error), &error);
    }
    commit(house);
    const char *next = "/queue";
    int seen = 0, pages = 0;
    for (; next; pages++) {
        assert_true(pages < 10);
        assert_int_equal(200, browser_get(&p.editor, next));
        assert_true(p.editor.statements <= 15);
        while (seen < ROWS &&
               browser_sees(&p.editor, cstr(&keep, arena_printf(&keep, "Row %04d.", seen))))
            seen++;
        next = NULL;
        str mark = S("rel=\"next\" href=\"");
        ptrdiff_t at = str_find(p.editor.answer, mark);
        if (at < 0)
            continue;
        str rest = str_slice(p.editor.answer, at + mark.n, p.editor.answer.n), link;
        (void)str_cut(&rest, '"', &link);
        struct buf plain;
        buf_init(&plain, 1000);
        for (str part; link.n > 0;
             buf_addf(&plain, "%.*s%s", STR_FMT(part), link.n ? "&" : "")) {
            (void)str_cut(&link, '&', &part);
            if (str_starts(link, S("amp;")))
                link = str_slice(link, 4, link.n);
        }
        next = cstr(&house->db.keep, buf_str(&plain));
        buf_release(&plain);
    }
    assert_int_equal(ROWS, seen);
    assert_int_equal(5, pages);
}

static void
test_hold_of_everything(void **state)
{
    struct plan p;
    struct house *house = *state;
    struct error error;
    struct hold hold;
    open_plan(&p, house);
    (void)planned(house, p.channel, "Soon", HOUR);
    begin(house);
    assert_ok(hold_set(&house->db.propre, house->workspace, S(HOLD_RESTORED), &error), &error);
    commit(house);
    assert_int_equal(200, browser_get(&p.reader, "/queue"));
    sees(&p.reader, "Everything is on hold: nothing is sent");
    sees(&p.reader, "restored from a backup");
    sees_not(&p.reader, "/queue/release");
    assert_int_equal(403, browser_post(&p.reader, "/queue/release", ""));
    assert_int_equal(200, browser_get(&p.editor, "/"));
    sees(&p.editor, "Everything is on hold: nothing is sent");
    assert_int_equal(200, browser_get(&p.editor, "/queue"));
    assert_int_equal(303, browser_post(&p.editor, "/queue/release", ""));
    assert_int_equal(200, browser_get(&p.editor, "/queue"));
    sees(&p.editor, "What is due is sent again.");
    sees_not(&p.editor, "Everything is on hold");
    assert_ok(db_begin(house->db.propre.db, DB_READ, &error), &error);
    assert_ok(hold_get(&house->db.propre, house->workspace, &house->db.keep, &hold, &error),
              &error);
    db_rollback(house->db.propre.db);
    assert_false(hold.on);
    assert_int_equal(303, browser_post(&p.editor, "/queue/hold", ""));
    assert_int_equal(200, browser_get(&p.editor, "/queue"));
    sees(&p.editor, "Everything is on hold: nothing is sent");
}

/* ---------- one delivery ---------- */

static void
test_move_hold_cancel(void **state)
{
    struct plan p;
    struct house *house = *state;
    open_plan(&p, house);
    int64_t id = planned(house, p.channel, "Hello\n\nand more", HOUR);
    assert_int_equal(200, browser_get(&p.editor, path(&p, id, "")));
    sees(&p.editor, "It goes out on 24 Nov 2026, 11:00.");
    sees(&p.editor, "value=\"2026-11-24T11:00\"");
    sees(&p.editor, "Hello\n\nand more");
    sees(&p.editor, "None so far.");

    press(&p, id, "/move", "at=2026-12-01T09:00");
    sees(&p.editor, "It has its new time.");
    sees(&p.editor, "It goes out on 1 Dec 2026, 09:00.");
    sees(&p.editor, "1 Dec 2026, 09:00, Europe/Paris");
    sees(&p.editor, "Eve gave it another time");
    assert_int_equal(1796112000000000, got(house, id).due_us); /* 08:00 UTC */

    /* A time that is over, or none: said beside the field, with what was typed. */
    assert_int_equal(422,
                     browser_post(&p.editor, path(&p, id, "/move"), "at=2020-01-01T09:00"));
    sees(&p.editor, "id=\"at-error\"");
    sees(&p.editor, "value=\"2020-01-01T09:00\"");
    assert_int_equal(422, browser_post(&p.editor, path(&p, id, "/move"), "at=perhaps"));
    assert_int_equal(1796112000000000, got(house, id).due_us);

    press(&p, id, "/hold", "");
    is_now(house, id, DELIVERY_HELD);
    sees(&p.editor, path(&p, id, "/release")); /* the undo, and the button */
    press(&p, id, "/release", "");
    is_now(house, id, DELIVERY_SCHEDULED);
    press(&p, id, "/cancel", "");
    is_now(house, id, DELIVERY_CANCELLED);
    /* The way back: as it was, by the undo. */
    sees(&p.editor, path(&p, id, "/plan"));
    assert_int_equal(303, browser_post(&p.editor, path(&p, id, "/plan"), ""));
    str to = answer_value(p.editor.answer, "Location");
    assert_int_equal(200, browser_get(&p.editor, cstr(&house->db.keep, to)));
    sees(&p.editor, "It is planned again.");
    sees(&p.editor, "It goes out on 1 Dec 2026, 09:00.");
    /* Only once. */
    (void)browser_get(&p.editor, path(&p, id, ""));
    assert_int_equal(409, browser_post(&p.editor, path(&p, id, "/plan"), ""));
    sees(&p.editor, "planned for that channel already");
}

/* A post that is out on one channel: where it waits still, its text is changed there alone, and the ways to it lead there. */
static void
test_text_here_alone(void **state)
{
    struct plan p;
    struct house *house = *state;
    struct error error;
    open_plan(&p, house);
    int64_t first = planned(house, p.channel, "Open on Saturday", HOUR), second;
    int64_t message = got(house, first).message;
    begin(house);
    const struct delivery_plan plan = {.workspace = house->workspace,
                                       .message = message,
                                       .channel = channel_made(house, house->workspace, "Blog"),
                                       .due_us = house->db.now.us + DAY};
    assert_ok(delivery_schedule(&house->db.propre, &plan, &second, &error), &error);
    commit(house);
    const char *of_post = cstr(&house->db.keep, arena_printf(&house->db.keep, "/message/%lld",
                                                             (long long)plan.message));
    const char *alone = path(&p, second, "#own-text"), *change = path(&p, second, "/text");
    assert_int_equal(200, browser_get(&p.editor, path(&p, second, "")));
    sees(&p.editor, of_post); /* nothing is out: the text is the post's */
    sees_not(&p.editor, change);

    worked(house, first, &out);
    assert_int_equal(200, browser_get(&p.editor, path(&p, second, "")));
    sees_not(&p.editor, of_post);
    sees(&p.editor, change);
    sees(&p.editor, "Text for Blog alone");
    assert_int_equal(200, browser_get(&p.editor, of_post));
    sees(&p.editor, alone);
    assert_int_equal(200, browser_get(&p.reader, of_post));
    sees_not(&p.reader, alone);
    assert_int_equal(200, browser_get(&p.editor, path(&p, first, "")));
    sees_not(&p.editor, "Edit the text"); /* it is out: the way is another */
    sees(&p.editor, cstr(&house->db.keep, arena_printf(&house->db.keep, "propre withdraw %lld",
                                                       (long long)first)));

    (void)browser_get(&p.editor, path(&p, second, ""));
    assert_int_equal(422, browser_post(&p.editor, change, "revision=1&text="));
    sees(&p.editor, "This is needed.");
    assert_int_equal(409, browser_post(&p.editor, change, "revision=9&text=Mine"));
    sees(&p.editor, ">\nMine</textarea>");
    assert_int_equal(409,
                     browser_post(&p.editor, path(&p, first, "/text"), "revision=1&text=No"));
    press(&p, second, "/text", "revision=1&text=Open on Sunday, only here");
    sees(&p.editor, "Its text is changed, for this channel alone.");
    sees(&p.editor, "<blockquote class=\"post-text\"><p>Open on Sunday, only here");
    /* What it is called in lists is what leaves, not what the post says elsewhere. */
    sees(&p.editor, "<h1>Open on Sunday, only here</h1>");
    assert_int_equal(200, browser_get(&p.editor, "/queue"));
    sees(&p.editor, "Open on Sunday, only here");
    sees_not(&p.editor, "Open on Saturday");
    assert_int_equal(200, browser_get(&p.editor, "/queue?show=finished"));
    sees(&p.editor, "Open on Saturday");
    assert_int_equal(200, browser_get(&p.editor, of_post));
    sees(&p.editor, "Open on Saturday");
    is_now(house, second, DELIVERY_SCHEDULED);
}

/* A draft nobody gave a time says so, offers no button that would let it out, and asks for one. */
static void
test_draft_without_time(void **state)
{
    struct plan p;
    struct error error;
    struct house *house = *state;
    int64_t id;
    open_plan(&p, house);
    begin(house);
    const struct delivery_plan plan = {
        .workspace = house->workspace,
        .message = message_made(house, house->workspace, "Some day"),
        .channel = p.channel,
        .due_us = house->db.now.us,
        .draft = true,
    };
    assert_ok(delivery_schedule(&house->db.propre, &plan, &id, &error), &error);
    commit(house);
    house->db.now.us += MINUTE;
    assert_int_equal(200, browser_get(&p.editor, "/queue?show=drafts"));
    sees(&p.editor, "No time yet");
    assert_int_equal(200, browser_get(&p.editor, path(&p, id, "")));
    sees(&p.editor, "It is a draft without a time.");
    sees(&p.editor, "When it goes out");
    sees_not(&p.editor, "/release\"");
    sees_not(&p.editor, "24 Nov 2026");
    assert_int_equal(422, browser_post(&p.editor, path(&p, id, "/release"), ""));
    is_now(house, id, DELIVERY_DRAFT);
    assert_int_equal(303,
                     browser_post(&p.editor, path(&p, id, "/move"), "at=2026-11-25T09:30"));
    is_now(house, id, DELIVERY_SCHEDULED);
    assert_str("2026-11-25T09:30", got(house, id).wall);
}

/* The page was open while the worker was at work: the button is refused, and the page says what it is now. */
static void
test_changed_meanwhile(void **state)
{
    static const char *const acts[][2] = {{"/move", "at=2026-12-01T09:00"},
                                          {"/hold", ""},
                                          {"/release", ""},
                                          {"/cancel", ""},
                                          {"/plan", ""},
                                          {"/resolve", "as=live"},
                                          {"/resolve", "as=again"},
                                          {"/resolve", "as=drop"}};
    struct plan p;
    struct house *house = *state;
    open_plan(&p, house);
    int64_t id = planned(house, p.channel, "Hello", HOUR);
    assert_int_equal(200, browser_get(&p.editor, path(&p, id, "")));
    worked(house, id, &out);
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        int status = browser_post(&p.editor, path(&p, id, acts[i][0]), acts[i][1]);
        if (status != 409)
            fail_msg("%s: %d", acts[i][0], status);
        sees(&p.editor, "Nothing was changed: meanwhile it is “Published”");
        is_now(house, id, DELIVERY_PUBLISHED);
    }
    assert_int_equal(422, browser_post(&p.editor, path(&p, id, "/resolve"), "as=nonsense"));
    /* None of these is offered. */
    assert_int_equal(200, browser_get(&p.editor, path(&p, id, "")));
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        sees_not(&p.editor, path(&p, id, acts[i][0]));
}

static void
test_resolve(void **state)
{
    struct plan p;
    struct house *house = *state;
    open_plan(&p, house);
    int64_t live = planned(house, p.channel, "One", MINUTE);
    int64_t again = planned(house, p.channel, "Two", MINUTE);
    int64_t drop = planned(house, p.channel, "Three", MINUTE);
    worked(house, live, &maybe_live);
    worked(house, again, &maybe_live);
    worked(house, drop, &maybe_live);
    assert_int_equal(200, browser_get(&p.editor, path(&p, live, "")));
    sees(&p.editor, "What did you see on Atelier?");
    /* The ledger has the evidence. */
    sees(&p.editor, "Publish it");
    sees(&p.editor, "2026-11-24 10:00:00");
    sees(&p.editor, "10:00:02");
    sees(&p.editor, "no clear answer: it may be live");
    sees(&p.editor, "504");
    sees(&p.editor, "5f0c7f3de7a84a5d9a4c1b2e8d7f6a90");
    sees(&p.editor, "9f86d081884c");
    sees_not(&p.editor, path(&p, live, "/cancel"));

    assert_int_equal(422, browser_post(&p.editor, path(&p, live, "/resolve"),
                                       "as=live&address=javascript:alert(1)"));
    sees(&p.editor, "id=\"address-error\"");
    is_now(house, live, DELIVERY_PERSON);
    press(&p, live, "/resolve", "as=live&address=https://m.example/@a/1");
    sees(&p.editor, "Noted: it is live.");
    sees(&p.editor, "href=\"https://m.example/@a/1\"");
    sees(&p.editor, "Eve saw it live");
    is_now(house, live, DELIVERY_PUBLISHED);
    press(&p, again, "/resolve", "as=again");
    is_now(house, again, DELIVERY_SCHEDULED);
    press(&p, drop, "/resolve", "as=drop");
    is_now(house, drop, DELIVERY_CANCELLED);
    /* It may be live: planning it anew comes with a warning. */
    sees(&p.editor, "An earlier try may have worked.");
}

/* Who may only read sees all of it, without a button; nobody sees what belongs to others. */
static void
test_rights(void **state)
{
    static const char *const verbs[] = {"/move",   "/hold", "/release",
                                        "/cancel", "/plan", "/resolve"};
    struct plan p;
    struct house *house = *state;
    struct error error;
    open_plan(&p, house);
    int64_t id = planned(house, p.channel, "Hello", HOUR);
    assert_int_equal(200, browser_get(&p.reader, path(&p, id, "")));
    sees(&p.reader, "It goes out on");
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        sees_not(&p.reader, path(&p, id, verbs[i]));
        assert_int_equal(403, browser_post(&p.reader, path(&p, id, verbs[i]),
                                           "as=live&at=2026-12-01T09:00"));
    }
    is_now(house, id, DELIVERY_SCHEDULED);

    const struct workspace workspace = {.name = S("Others"),
                                        .zone = S("Europe/Paris"),
                                        .lang = LANG_EN,
                                        .currency = S("EUR"),
                                        .first_weekday = 1};
    int64_t others, theirs;
    begin(house);
    assert_ok(workspace_add(&house->db.propre, &workspace, &others, &error), &error);
    const struct delivery_plan plan = {.workspace = others,
                                       .message = message_made(house, others, "Secret"),
                                       .channel = channel_made(house, others, "Theirs"),
                                       .due_us = house->db.now.us + HOUR};
    assert_ok(delivery_schedule(&house->db.propre, &plan, &theirs, &error), &error);
    commit(house);
    assert_int_equal(404, browser_get(&p.editor, path(&p, theirs, "")));
    sees_not(&p.editor, "Secret");
    (void)browser_get(&p.editor, "/queue");
    sees_not(&p.editor, "Secret");
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        assert_int_equal(404, browser_post(&p.editor, path(&p, theirs, verbs[i]),
                                           "as=live&at=2026-12-01T09:00"));
}

/* ---------- standing times ---------- */

static void
test_slots(void **state)
{
    struct plan p;
    struct house *house = *state;
    struct arena *keep = &house->db.keep;
    open_plan(&p, house);
    assert_int_equal(200, browser_get(&p.editor, "/slots"));
    sees(&p.editor, "A standing time is an appointment");
    const char *form = cstr(keep, arena_printf(keep,
                                               "day-2=1&day-4=1&time=09:30&queue=tips&"
                                               "channel=%lld",
                                               (long long)p.channel));
    assert_int_equal(303, browser_post(&p.editor, "/slots", form));
    assert_int_equal(200, browser_get(&p.editor, "/slots"));
    sees(&p.editor, "Remove Tuesday, 09:30, Atelier");
    sees(&p.editor, "Remove Thursday, 09:30, Atelier");
    /* It is Tuesday, 10:00: the next is on Thursday, and what is taken is not free. */
    sees(&p.editor, "Next free: Thursday 26 Nov 2026, 09:30 · Tuesday 1 Dec 2026, 09:30");
    (void)planned(house, p.channel, "Taken", 2 * DAY - 30 * MINUTE);
    assert_int_equal(200, browser_get(&p.editor, "/slots"));
    sees(&p.editor, "Next free: Tuesday 1 Dec 2026, 09:30");

    /* What cannot be used is said beside its field, and nothing is added. */
    assert_int_equal(422, browser_post(&p.editor, "/slots", form));
    sees(&p.editor, "The channel has this time on these days already.");
    assert_int_equal(422, browser_post(&p.editor, "/slots", "time=25:00&channel=999"));
    sees(&p.editor, "id=\"days-error\"");
    sees(&p.editor, "id=\"time-error\"");
    sees(&p.editor, "id=\"channel-error\"");

    assert_int_equal(303, browser_post(&p.editor, "/slots/pause", "queue=tips&paused=1"));
    assert_int_equal(200, browser_get(&p.editor, "/slots"));
    sees(&p.editor, "It stands still: nothing new is planned");
    sees_not(&p.editor, "Next free:");
    assert_int_equal(303, browser_post(&p.editor, "/slots/pause", "queue=tips&paused=0"));
    assert_int_equal(303, browser_post(&p.editor, "/slots/1/remove", ""));
    assert_int_equal(200, browser_get(&p.editor, "/slots"));
    sees(&p.editor, "Next free:");
    sees_not(&p.editor, "Remove Tuesday, 09:30, Atelier");
    assert_int_equal(404, browser_post(&p.editor, "/slots/1/remove", ""));

    (void)browser_get(&p.reader, "/slots");
    sees(&p.reader, "09:30");
    sees_not(&p.reader, "/remove");
    assert_int_equal(403, browser_post(&p.reader, "/slots", form));
    assert_int_equal(403, browser_post(&p.reader, "/slots/2/remove", ""));
}

/* ---------- what comes again ---------- */

/* How many go out of the posts that begin so, cancelled ones not counted. */
static int
waiting(struct plan *p)
{
    struct delivery *list;
    ptrdiff_t n = 0;
    struct error error;
    const struct delivery_filter filter = {
        .workspace = p->house->workspace, .open = true, .limit_n = 100};
    begin(p->house);
    assert_ok(
        delivery_list(&p->house->db.propre, &filter, &p->house->db.keep, &list, &n, &error),
        &error);
    commit(p->house);
    return (int)n;
}

static void
test_repeats(void **state)
{
    struct plan p;
    struct house *house = *state;
    struct arena *keep = &house->db.keep;
    open_plan(&p, house);
    assert_int_equal(200, browser_get(&p.editor, "/repeats"));
    sees(&p.editor, "Some posts are worth saying again");
    int64_t tea = planned(house, p.channel, "Weekly tea", DAY);
    assert_int_equal(200, browser_get(&p.editor, path(&p, tea, "")));
    sees(&p.editor, "/repeats?delivery=");
    const char *ask = cstr(keep, arena_printf(keep, "/repeats?delivery=%lld", (long long)tea));
    assert_int_equal(200, browser_get(&p.editor, ask));
    sees(&p.editor, "Let it come again: Weekly tea");
    sees(&p.editor, "value=\"2026-11-25T10:00\"");

    /* What cannot be used is said beside its field, and nothing is kept of it. */
    const char *wrong = cstr(
        keep, arena_printf(keep,
                           "delivery=%lld&words=sometimes&at=2026-11-25T10:00&until=2027-02-30"
                           "&times=x",
                           (long long)tea));
    assert_int_equal(422, browser_post(&p.editor, "/repeats", wrong));
    sees(&p.editor, "id=\"words-error\"");
    sees(&p.editor, "id=\"until-error\"");
    sees(&p.editor, "id=\"times-error\"");
    sees(&p.editor, "value=\"sometimes\"");
    const char *past = cstr(
        keep,
        arena_printf(keep, "delivery=%lld&rule=FREQ=DAILY&at=2026-11-25T10:00&until=2026-11-20",
                     (long long)tea));
    assert_int_equal(422, browser_post(&p.editor, "/repeats", past));
    sees(&p.editor, "id=\"at-error\"");
    assert_int_equal(1, waiting(&p));

    /* The one that waits is the first of them: it does not go out twice. Two weeks ahead there is one more. */
    const char *form =
        cstr(keep,
             arena_printf(keep, "delivery=%lld&rule=FREQ=WEEKLY&at=2026-11-25T10:00&cooldown=3",
                          (long long)tea));
    assert_int_equal(303, browser_post(&p.editor, "/repeats", form));
    assert_int_equal(200, browser_get(&p.editor, "/repeats"));
    sees(&p.editor, "every week · Atelier");
    sees(&p.editor, "Wednesday 25 Nov 2026, 10:00");
    sees(&p.editor, "Wednesday 9 Dec 2026, 10:00");
    sees(&p.editor, "within 3 days");
    assert_int_equal(2, waiting(&p));

    /* Pressed twice, or asked for another rule, it would be sent beside itself. */
    assert_int_equal(422, browser_post(&p.editor, "/repeats", form));
    sees(&p.editor, "comes again already");
    assert_int_equal(2, waiting(&p));

    assert_int_equal(303, browser_post(&p.editor, "/repeats/1/skip", ""));
    assert_int_equal(200, browser_get(&p.editor, "/repeats"));
    sees_not(&p.editor, "Wednesday 25 Nov 2026");
    sees(&p.editor, "Wednesday 2 Dec 2026, 10:00");
    assert_int_equal(1, waiting(&p));
    /* What was left out is no draft. */
    assert_int_equal(200, browser_get(&p.editor, "/queue"));
    sees_not(&p.editor, "Drafts (1)");
    assert_int_equal(303, browser_post(&p.editor, "/repeats/1/pause", "paused=1"));
    assert_int_equal(200, browser_get(&p.editor, "/repeats"));
    sees(&p.editor, "stands still");
    sees(&p.editor, "Let it go on: Weekly tea");
    assert_int_equal(303, browser_post(&p.editor, "/repeats/1/pause", "paused=0"));

    (void)browser_get(&p.reader, "/repeats");
    sees(&p.reader, "Weekly tea");
    sees_not(&p.reader, "/repeats/1/end");
    (void)browser_get(&p.reader, ask);
    sees_not(&p.reader, "<form method=\"post\" action=\"/repeats\"");
    assert_int_equal(403, browser_post(&p.reader, "/repeats/1/end", ""));
    /* What waits is told, and cancelled only when that is pressed. */
    assert_int_equal(200, browser_get(&p.editor, "/repeats"));
    sees(&p.editor, "1 post of it waits in the queue.");
    assert_int_equal(303, browser_post(&p.editor, "/repeats/1/end", "queue=cancel"));
    assert_int_equal(200, browser_get(&p.editor, "/repeats"));
    sees(&p.editor, "over");
    sees_not(&p.editor, "/repeats/1/end");
    assert_int_equal(0, waiting(&p));
    int64_t guide = planned(house, p.channel, "A guide", DAY);
    form = cstr(keep, arena_printf(keep, "delivery=%lld&rule=FREQ=WEEKLY&at=2026-11-25T10:00",
                                   (long long)guide));
    assert_int_equal(303, browser_post(&p.editor, "/repeats", form));
    int before = waiting(&p);
    assert_true(before > 0);
    assert_int_equal(303, browser_post(&p.editor, "/repeats/2/end", ""));
    assert_int_equal(before, waiting(&p)); /* not asked for: it goes out */
    /* Of what is out already the first time is tomorrow, at its hour: what it offers is taken. */
    int64_t old = planned(house, p.channel, "An old guide", HOUR);
    house->db.now.us += 2 * HOUR;
    ask = cstr(keep, arena_printf(keep, "/repeats?delivery=%lld", (long long)old));
    assert_int_equal(200, browser_get(&p.editor, ask));
    sees(&p.editor, "value=\"2026-11-25T11:00\"");
    assert_int_equal(409, browser_post(&p.editor, "/repeats/1/end", ""));
    assert_int_equal(404, browser_post(&p.editor, "/repeats/99/skip", ""));
}

/* ---------- Today ---------- */

static void
test_today(void **state)
{
    struct plan p;
    struct house *house = *state;
    struct error error;
    open_plan(&p, house);
    for (int i = 0; i < 4; i++)
        (void)planned(house, p.channel, i == 3 ? "The fourth" : "Among the next",
                      (i + 1) * HOUR);
    assert_int_equal(200, browser_get(&p.editor, "/"));
    sees(&p.editor, "Among the next");
    sees_not(&p.editor, "The fourth");
    sees_not(&p.editor, "Nothing is being sent");
    sees_not(&p.editor, "Needs you");

    /* An incident leads to its page; once it is dealt with it is gone. */
    int64_t lost = planned(house, p.channel, "Perhaps live", MINUTE);
    worked(house, lost, &maybe_live);
    begin(house);
    const struct incident_open_in incident = {
        house->workspace, S("unknown"),
        arena_printf(&house->db.keep, "delivery/%lld", (long long)lost),
        str_of(maybe_live.reason), house->db.now.us};
    assert_ok(q_incident_open(house->db.propre.db, &incident, &error), &error);
    commit(house);
    assert_int_equal(200, browser_get(&p.editor, "/"));
    assert_true(place_of(&p.editor, "Needs you") < place_of(&p.editor, "Goes out next"));
    sees(&p.editor, path(&p, lost, ""));
    sees(&p.editor, "Perhaps live");
    press(&p, lost, "/resolve", "as=drop");
    assert_int_equal(200, browser_get(&p.editor, "/"));
    sees_not(&p.editor, "Needs you");

    /* Something is due, and nobody is there: said after some minutes, not at once. */
    house->db.now.us += HOUR + MINUTE;
    assert_int_equal(200, browser_get(&p.editor, "/"));
    sees_not(&p.editor, "Nothing is being sent");
    house->db.now.us += 3 * MINUTE;
    assert_int_equal(200, browser_get(&p.editor, "/"));
    sees(&p.editor, "Something is due, and no worker is running to send it.");
    begin(house);
    const struct worker_begin_in worker = {S("w"), S("boot"), 1, 1, house->db.now.us};
    assert_ok(q_worker_begin(house->db.propre.db, &worker, &error), &error);
    commit(house);
    assert_int_equal(200, browser_get(&p.editor, "/"));
    sees_not(&p.editor, "Nothing is being sent");
    house->db.now.us += 4 * MINUTE; /* it was killed: it says nothing any more */
    assert_int_equal(200, browser_get(&p.editor, "/"));
    sees(&p.editor, "no worker was seen running since 24 Nov 2026, 11:04.");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, house_setup, house_teardown)

int
main(void)
{
    if (testdb_skips())
        return 0;
    const struct CMUnitTest tests[] = {
        TEST(test_empty_teaches),
        TEST(test_queue),
        TEST(test_whose_words),
        TEST(test_by_hand_is_a_word),
        TEST(test_many_rows),
        TEST(test_hold_of_everything),
        TEST(test_move_hold_cancel),
        TEST(test_text_here_alone),
        TEST(test_changed_meanwhile),
        TEST(test_resolve),
        TEST(test_rights),
        TEST(test_slots),
        TEST(test_draft_without_time),
        TEST(test_repeats),
        TEST(test_today),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
