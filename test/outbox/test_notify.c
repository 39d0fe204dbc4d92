#include "sim.h"

#include "outbox/egress.h"
#include "outbox/notice_internal.h"
#include "outbox/notify_internal.h"
#include "place/vault.h"
#include "smtp.h"
#include "wire/curl.h"

/* Who is told of what, how often, and what is tried again: through a wire that only writes down, and one to a double. */

static const int64_t SECOND = 1000000, MINUTE = 60000000;

enum { HEARD_MAX = 64 };

struct heard {
    str url, body, to, signature, id;
};

struct bench {
    struct fixture *f;
    struct sim sim; /* for channels and deliveries; its workers are not started */
    struct vault *vault;
    struct wire wire;
    struct worker *worker;
    struct worker_trial trial;
    struct heard heard[HEARD_MAX];
    int32_t heard_n;
    int64_t tag; /* of the one under way; 0: none */
    struct http_answer answer;
};

static str
header(const struct http_request *request, str name)
{
    for (int32_t i = 0; i < request->headers_n; i++) {
        if (str_eq_ascii_case(request->headers[i].name, name))
            return request->headers[i].value;
    }
    return STR_NONE;
}

static enum fault
start(void *ctx, const struct http_request *request, const struct http_source *source,
      int64_t tag, struct error *error)
{
    struct bench *b = ctx;
    (void)source;
    (void)error;
    assert_int_equal(0, b->tag); /* one sending at a time */
    assert_true(b->heard_n < HEARD_MAX);
    struct arena *keep = b->f->keep;
    b->heard[b->heard_n++] =
        (struct heard){arena_str(keep, request->url), arena_str(keep, request->body),
                       request->mail ? arena_str(keep, request->mail->to[0]) : STR_NONE,
                       arena_str(keep, header(request, S("Webhook-Signature"))),
                       arena_str(keep, header(request, S("Webhook-Id")))};
    b->tag = tag;
    return OK;
}

static enum fault
wait_for(void *ctx, span timeout, struct arena *keep, int64_t *ret_tag, struct http_answer *ret,
         bool *ret_any, struct error *error)
{
    struct bench *b = ctx;
    (void)timeout;
    (void)keep;
    (void)error;
    *ret_any = b->tag != 0;
    *ret_tag = b->tag;
    *ret = b->answer;
    b->tag = 0;
    return OK;
}

static void
answers(struct bench *b, enum http_end end, int32_t status, const char *body)
{
    b->answer = (struct http_answer){.end = end, .status = status};
    if (end == HTTP_ANSWERED)
        b->answer.body = str_of(body);
    else
        b->answer.problem = str_of(body);
}

static void
start_worker(struct bench *b, bool mail)
{
    const struct worker_options options = {
        .name = S("teller"), .mail = mail, .trial = &b->trial};
    enum fault fault = FAULT_CONFLICT;
    for (int tries = 0; fault == FAULT_CONFLICT && tries < 20;
         tries++) /* as worker_loop does */
        fault = worker_open(b->f->propre, &b->wire, &options, &b->worker, &b->f->error);
    assert_ok(fault, &b->f->error);
}

static struct bench *
open_bench(void **state)
{
    static const struct wire_ops ops = {start, wait_for};
    struct bench *b = calloc(1, sizeof *b);
    char path[300];
    b->f = *state;
    sim_open(&b->sim, b->f, 1);
    (void)snprintf(path, sizeof path, "%s/key", b->f->t.dir);
    assert_ok(vault_open(str_of(path), true, &b->vault, &b->f->error), &b->f->error);
    b->f->propre->vault = b->vault;
    b->wire = (struct wire){&ops, b};
    b->trial = (struct worker_trial){protocol_rules(), world_driver, NULL, NULL};
    answers(b, HTTP_ANSWERED, 250, "250 taken");
    start_worker(b, true);
    return b;
}

static void
close_bench(struct bench *b)
{
    if (b->worker)
        worker_close(b->worker);
    sim_close(&b->sim);
    b->f->propre->vault = NULL;
    vault_close(b->vault);
    free(b);
}

static void
begin(struct bench *b)
{
    assert_ok(db_begin(b->f->propre->db, DB_WRITE, &b->f->error), &b->f->error);
}

static void
commit(struct bench *b)
{
    assert_ok(db_commit(b->f->propre->db, &b->f->error), &b->f->error);
}

static const struct notify_mail usual_mail = {
    .common = {S_CONST("en"), S_CONST("https://propre.example/")},
    .server = S_CONST("mail.example"),
    .user = S_CONST("ada"),
    .password = S_CONST("geheim"),
    .from = S_CONST("propre@club.example"),
    .to = S_CONST("ada@club.example, bob@club.example")};

static void
set_mail(struct bench *b, const struct notify_mail *mail)
{
    begin(b);
    assert_ok(notify_set_mail(b->f->propre, b->f->workspace, mail, &b->f->error), &b->f->error);
    commit(b);
}

static void
set_webhook(struct bench *b)
{
    const struct notify_webhook webhook = {.url = S("https://hook.example/secret"),
                                           .key = S("whsec_c2lnbmluZw==")};
    begin(b);
    assert_ok(notify_set_webhook(b->f->propre, b->f->workspace, &webhook, &b->f->error),
              &b->f->error);
    commit(b);
}

static void
open_incident(struct bench *b, const char *kind, int64_t delivery)
{
    begin(b);
    assert_ok(incident_open_delivery(b->f->propre, b->f->workspace, str_of(kind), delivery,
                                     S("Its time was over before it could be sent."),
                                     &b->f->error),
              &b->f->error);
    commit(b);
}

static void
close_incident(struct bench *b, int64_t delivery)
{
    begin(b);
    assert_ok(incident_close_delivery(b->f->propre, b->f->workspace, delivery, &b->f->error),
              &b->f->error);
    commit(b);
}

/* So long, a step a second or, of a long time, a step every ${stride}. */
static void
run(struct bench *b, int64_t us, int64_t stride)
{
    for (int64_t end = b->f->t.now.us + us; b->f->t.now.us < end;) {
        instant next;
        b->f->t.now.us += stride;
        enum fault fault = worker_step(b->worker, (span){0}, &next, &b->f->error);
        if (fault != FAULT_CONFLICT && fault != FAULT_AWAY) /* those are of the moment */
            assert_ok(fault, &b->f->error);
        b->f->error = (struct error){0};
    }
}

static struct notice *
notices(struct bench *b, ptrdiff_t *ret_n)
{
    struct notice *list;
    assert_ok(db_begin(b->f->propre->db, DB_READ, &b->f->error), &b->f->error);
    assert_ok(
        notice_list(b->f->propre, b->f->workspace, b->f->keep, &list, ret_n, &b->f->error),
        &b->f->error);
    db_rollback(b->f->propre->db);
    return list;
}

static struct notify
shown(struct bench *b, enum notify_means means)
{
    struct notify all[NOTIFY_MEANS_N];
    assert_ok(db_begin(b->f->propre->db, DB_READ, &b->f->error), &b->f->error);
    assert_ok(notify_get(b->f->propre, b->f->workspace, b->f->keep, all, &b->f->error),
              &b->f->error);
    db_rollback(b->f->propre->db);
    return all[means];
}

static void
assert_has(str text, const char *needle)
{
    if (str_find(text, str_of(needle)) < 0)
        fail_msg("\"%s\" is not in:\n%.*s", needle, STR_FMT(text));
}

/* Settings that do not say where the pages are: they are where the house is served. */
static void
test_pages_of_the_house(void **state)
{
    struct bench *b = open_bench(state);
    struct notify_mail mail = usual_mail;
    mail.common.pages = STR_NONE;
    b->worker->pages = S("https://behind.example");
    set_mail(b, &mail);
    open_incident(b, "late", 7);
    run(b, 3 * MINUTE, SECOND);
    assert_int_equal(1, b->heard_n);
    assert_has(b->heard[0].body, "https://behind.example/delivery/7\r\n");
    close_bench(b);
}

/* One incident: one notice for each means; seen again, none; closed and opened again, one more. */
static void
test_once(void **state)
{
    struct bench *b = open_bench(state);
    set_mail(b, &usual_mail);
    set_webhook(b);
    open_incident(b, "late", 7);
    run(b, 3 * MINUTE, SECOND);
    assert_int_equal(2, b->heard_n);
    const struct heard *mail = b->heard[0].to.p ? &b->heard[0] : &b->heard[1];
    const struct heard *hook = b->heard[0].to.p ? &b->heard[1] : &b->heard[0];
    assert_str("smtp://mail.example:587", mail->url);
    assert_str("https://hook.example/secret", hook->url);
    assert_has(mail->body, "Subject: A post was not sent in time\r\n");
    assert_has(mail->body, "Why: Its time was over before it could be sent.");
    assert_has(mail->body, "https://propre.example/delivery/7\r\n");
    assert_has(hook->body, "\"subject\":\"delivery/7\"");
    assert_true(str_starts(hook->signature, S("v1,")) && hook->id.n > 0);
    open_incident(b, "late", 7);
    run(b, 10 * MINUTE, SECOND);
    assert_int_equal(2, b->heard_n);
    ptrdiff_t n;
    struct notice *list = notices(b, &n);
    assert_int_equal(2, n);
    assert_true(list[0].sent_us.has && list[1].sent_us.has && !list[0].next_us.has);
    close_incident(b, 7);
    run(b, MINUTE, SECOND);
    open_incident(b, "late", 7);
    run(b, 3 * MINUTE, SECOND);
    assert_int_equal(4, b->heard_n);
    close_bench(b);
}

/* What opens within a minute is one mail; what is over before that is not told. */
static void
test_digest(void **state)
{
    struct bench *b = open_bench(state);
    set_mail(b, &usual_mail);
    open_incident(b, "late", 7);
    run(b, 21 * SECOND, SECOND);
    open_incident(b, "hold", 8);
    open_incident(b, "rejected", 9);
    run(b, 25 * SECOND, SECOND);
    close_incident(b, 9);
    run(b, 5 * MINUTE, SECOND);
    assert_int_equal(1, b->heard_n);
    assert_has(b->heard[0].body, "Subject: 2 things need a person\r\n");
    assert_has(b->heard[0].body, "/delivery/7\r\n");
    assert_has(b->heard[0].body, "/delivery/8\r\n");
    assert_true(str_find(b->heard[0].body, S("/delivery/9")) < 0);
    close_bench(b);
}

/* Nobody is told where nothing is set up, and nothing counts as told: who sets it up later hears of what is open. */
static void
test_nothing_set_up(void **state)
{
    struct bench *b = open_bench(state);
    struct incident *list;
    ptrdiff_t n;
    open_incident(b, "late", 7);
    open_incident(b, "late", 8);
    run(b, 3 * MINUTE, 10 * SECOND);
    close_incident(b, 8);
    assert_ok(db_begin(b->f->propre->db, DB_READ, &b->f->error), &b->f->error);
    assert_ok(incident_list(b->f->propre, b->f->workspace, b->f->keep, &list, &n, &b->f->error),
              &b->f->error);
    db_rollback(b->f->propre->db);
    assert_true(n == 2 && !list[0].told_us.has && !list[1].told_us.has);
    set_mail(b, &usual_mail);
    run(b, 3 * MINUTE, SECOND);
    assert_int_equal(1, b->heard_n);
    assert_has(b->heard[0].body, "/delivery/7\r\n");
    /* A worker that does not send writes nothing either. */
    worker_close(b->worker);
    start_worker(b, false);
    open_incident(b, "late", 9);
    run(b, 3 * MINUTE, 10 * SECOND);
    (void)notices(b, &n);
    assert_int_equal(1, n);
    close_bench(b);
}

static str
message_id(const struct heard *heard)
{
    ptrdiff_t at = str_find(heard->body, S("\r\nMessage-ID: "));
    assert_true(at > 0);
    str rest = str_slice(heard->body, at + 2, heard->body.n), line;
    (void)str_cut(&rest, '\r', &line);
    return line;
}

/* A server that fails: 1, 5, 30 minutes, two hours, eight times in all, each the same mail; then its words stay. */
static void
test_ladder(void **state)
{
    static const int32_t minutes[] = {0, 1, 6, 36, 156, 276, 396, 516};
    struct bench *b = open_bench(state);
    set_mail(b, &usual_mail);
    open_incident(b, "late", 7);
    answers(b, HTTP_ANSWERED, 451, "451 4.3.0 later\r\nPassword: x");
    run(b, 2 * MINUTE - SECOND, SECOND);
    assert_int_equal(1, b->heard_n);
    int64_t first = b->f->t.now.us - 45 * SECOND; /* when it went out, within half a minute */
    for (int i = 1; i < 8; i++) {
        run(b, first + (minutes[i] - 1) * MINUTE + 15 * SECOND - b->f->t.now.us, 5 * SECOND);
        assert_int_equal(i, b->heard_n);
        if (i == 3)
            answers(b, HTTP_UNKNOWN, 0, "The server did not answer in time");
        run(b, 2 * MINUTE, 5 * SECOND);
        assert_int_equal(i + 1, b->heard_n);
        assert_string_equal(cstr(b->f->keep, message_id(&b->heard[0])),
                            cstr(b->f->keep, message_id(&b->heard[i])));
    }
    run(b, 5 * 60 * MINUTE, MINUTE);
    assert_int_equal(8, b->heard_n);
    ptrdiff_t n;
    struct notice *list = notices(b, &n);
    assert_true(n == 1 && !list[0].sent_us.has && !list[0].next_us.has);
    assert_int_equal(NOTIFY_TRIES_MAX, list[0].tries_n);
    assert_str("The server did not answer in time", list[0].words);
    assert_true(shown(b, NOTIFY_MAIL).failed_us.has);
    close_bench(b);
}

/* It fails, somebody mends the settings: it goes out soon, once. Turned off, nothing goes out. */
static void
test_mended_and_off(void **state)
{
    struct bench *b = open_bench(state);
    set_mail(b, &usual_mail);
    open_incident(b, "late", 7);
    answers(b, HTTP_ANSWERED, 535, "535 5.7.8 wrong password");
    run(b, 10 * MINUTE, SECOND);
    assert_int_equal(3, b->heard_n);
    assert_str("535 5.7.8 wrong password", shown(b, NOTIFY_MAIL).words);
    answers(b, HTTP_ANSWERED, 250, "250 taken");
    set_mail(b, &usual_mail);
    run(b, 3 * MINUTE, SECOND);
    assert_int_equal(4, b->heard_n);
    run(b, 60 * MINUTE, 10 * SECOND);
    assert_int_equal(4, b->heard_n);
    open_incident(b, "late", 8);
    run(b, 30 * SECOND, SECOND);
    begin(b);
    assert_ok(notify_off(b->f->propre, b->f->workspace, NOTIFY_MAIL, &b->f->error),
              &b->f->error);
    commit(b);
    run(b, 10 * MINUTE, 5 * SECOND);
    assert_int_equal(4, b->heard_n);
    begin(b);
    assert_int_equal(FAULT_ABSENT,
                     notify_off(b->f->propre, b->f->workspace, NOTIFY_MAIL, &b->f->error));
    db_rollback(b->f->propre->db);
    close_bench(b);
}

/* The worker dies while a mail is under way: another one sends it again, as the same mail; not sooner than it must. */
static void
test_worker_dies(void **state)
{
    struct bench *b = open_bench(state);
    set_mail(b, &usual_mail);
    open_incident(b, "late", 7);
    while (b->heard_n ==
           0) { /* until it is begun, and not beyond: no step that could take the answer */
        struct error error = {0};
        instant next;
        b->f->t.now.us += SECOND;
        assert_ok(notice_go(b->worker, &error), &error);
        if (b->heard_n == 0)
            assert_ok(worker_step(b->worker, (span){0}, &next, &error), &error);
    }
    ptrdiff_t n;
    assert_true(notices(b, &n)[0].next_us.has && b->tag != 0);
    worker_free(b->worker);
    b->tag = 0;
    start_worker(b, true);
    run(b, 30 * SECOND, SECOND);
    assert_int_equal(1, b->heard_n);
    run(b, 5 * MINUTE, SECOND);
    assert_int_equal(2, b->heard_n);
    assert_string_equal(cstr(b->f->keep, message_id(&b->heard[0])),
                        cstr(b->f->keep, message_id(&b->heard[1])));
    assert_true(notices(b, &n)[0].sent_us.has);
    close_bench(b);
}

/* What would add a header, leave the net or hand the password to another server is not kept. */
static void
test_settings_refused(void **state)
{
    struct bench *b = open_bench(state);
    struct notify_mail bad[9];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        bad[i] = usual_mail;
    bad[0].from = S("a@b.example\r\nBcc: eve@evil.example");
    bad[1].to = S("a@b.example <b@c.example>");
    bad[2].to = S(" , ");
    bad[3].server = S("mail.example/x");
    bad[4].server = S("mail.example\r\nX");
    bad[5].tls = NOTIFY_PLAIN;
    bad[6].port = 22;
    bad[7].user = S("ada\r\nX");
    bad[8].common.pages = S("javascript:x");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct error error = {0};
        begin(b);
        if (notify_set_mail(b->f->propre, b->f->workspace, &bad[i], &error) != FAULT_INPUT)
            fail_msg("setting %d was taken", (int)i);
        db_rollback(b->f->propre->db);
    }
    set_mail(b, &usual_mail);
    struct notify_mail change = usual_mail;
    change.password = S("");
    set_mail(b, &change); /* it stays where it was */
    assert_true(shown(b, NOTIFY_MAIL).secret);
    assert_str("ada@club.example\nbob@club.example", shown(b, NOTIFY_MAIL).to);
    change.server = S("evil.example");
    begin(b);
    assert_fault(FAULT_INPUT,
                 notify_set_mail(b->f->propre, b->f->workspace, &change, &b->f->error),
                 &b->f->error, "password");
    db_rollback(b->f->propre->db);
    const struct notify_webhook hook = {.url = S("http://hook.example/x")};
    begin(b);
    assert_int_equal(FAULT_INPUT,
                     notify_set_webhook(b->f->propre, b->f->workspace, &hook, &b->f->error));
    db_rollback(b->f->propre->db);
    close_bench(b);
}

/* It says what happened, to what, in the network's words and the reader's language. */
static void
test_words_of_the_network(void **state)
{
    struct bench *b = open_bench(state);
    struct notify_mail french = usual_mail;
    french.common.lang = S("fr");
    french.common.pages = STR_NONE;
    set_mail(b, &french);
    int64_t channel = sim_channel(&b->sim, HONOURS_KEY);
    int64_t id = sim_schedule(&b->sim, channel, b->f->t.now, no_int);
    answers(b, HTTP_ANSWERED, 422, "no pictures of cats");
    run(b, 5 * SECOND, SECOND);
    struct delivery d = sim_get(&b->sim, id);
    assert_int_equal(DELIVERY_REJECTED, d.state);
    answers(b, HTTP_ANSWERED, 250, "250 taken");
    int32_t before = b->heard_n;
    run(b, 3 * MINUTE, SECOND);
    assert_int_equal(before + 1, b->heard_n);
    str body = b->heard[before].body;
    assert_has(body, "Une publication a =C3=A9t=C3=A9 refus=C3=A9e\r\n");
    assert_has(body, cstr(b->f->keep, d.excerpt));
    assert_has(body, "@me");
    assert_has(body,
               cstr(b->f->keep, arena_printf(b->f->keep, "/delivery/%lld", (long long)id)));
    close_bench(b);
}

/* A page asks for a test, the worker does it; the command line does it itself, through the real way out. */
static void
test_tests(void **state)
{
    struct bench *b = open_bench(state);
    struct smtp smtp;
    struct wire *wire;
    bool good;
    str words;
    struct notify_mail mail = usual_mail;
    smtp_start(&smtp);
    str host = arena_printf(b->f->keep, "127.0.0.1:%d", smtp.port);
    mail.server = S("127.0.0.1");
    mail.port = smtp.port;
    mail.tls = NOTIFY_PLAIN;
    begin(b);
    assert_ok(egress_allow(b->f->propre, b->f->workspace, host, &b->f->error), &b->f->error);
    commit(b);
    set_mail(b, &mail);
    begin(b);
    assert_ok(notify_ask_test(b->f->propre, b->f->workspace, NOTIFY_MAIL, &b->f->error),
              &b->f->error);
    commit(b);
    answers(b, HTTP_NOT_SENT, 0, "This server cannot be reached");
    run(b, 5 * SECOND, SECOND);
    assert_int_equal(1, b->heard_n);
    assert_true(shown(b, NOTIFY_MAIL).test_done_us.has && !shown(b, NOTIFY_MAIL).test_good);
    assert_str("This server cannot be reached", shown(b, NOTIFY_MAIL).test_words);
    const struct wire_options options = {
        .private_hosts = &host, .private_hosts_n = 1, .clock = b->f->propre->clock};
    assert_ok(wire_open(&options, &wire, &b->f->error), &b->f->error);
    assert_ok(notify_test(b->f->propre, wire, b->f->workspace, NOTIFY_MAIL, b->f->keep, &good,
                          &words, &b->f->error),
              &b->f->error);
    assert_true(good);
    assert_str("250 2.0.0 taken as 4711", words);
    assert_has(smtp_message(&smtp), "Subject: This is a test of the notices\r\n");
    smtp_forget(&smtp);
    (void)snprintf(smtp.shared->rcpt, SMTP_REPLY_MAX, "550 5.7.1 not from you");
    assert_ok(notify_test(b->f->propre, wire, b->f->workspace, NOTIFY_MAIL, b->f->keep, &good,
                          &words, &b->f->error),
              &b->f->error);
    assert_false(good);
    assert_str("550 5.7.1 not from you", words);
    wire_close(wire);
    smtp_stop(&smtp);
    close_bench(b);
}

#define ON_A_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_open, fixture_close)

int
main(void)
{
    if (testdb_skips())
        return 0;
    const struct CMUnitTest tests[] = {
        ON_A_FIXTURE(test_pages_of_the_house),
        ON_A_FIXTURE(test_once),
        ON_A_FIXTURE(test_digest),
        ON_A_FIXTURE(test_nothing_set_up),
        ON_A_FIXTURE(test_ladder),
        ON_A_FIXTURE(test_mended_and_off),
        ON_A_FIXTURE(test_worker_dies),
        ON_A_FIXTURE(test_settings_refused),
        ON_A_FIXTURE(test_words_of_the_network),
        ON_A_FIXTURE(test_tests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
