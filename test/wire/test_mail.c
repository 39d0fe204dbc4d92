/* A mail from its text to a server that takes or refuses it, and what is known afterwards. */
#include "smtp.h"

#include "base/clock.h"
#include "wire/curl.h"
#include "wire/encode.h"
#include "wire/guard.h"
#include "wire/mail.h"

static struct smtp smtp;
static struct arena_region region;
static struct arena arena;
static struct wire *wire;
static instant now = {1783245600000000}; /* 2026-07-05T10:00:00Z */
static struct error error;

static int
begin(void **state)
{
    (void)state;
    arena = arena_reserve(256 << 20, &region);
    smtp_start(&smtp);
    str hosts[] = {arena_printf(&arena, "127.0.0.1:%d", smtp.port)};
    struct wire_options options = {.user_agent = S("Propre/test"),
                                   .timeout = {3000000},
                                   .private_hosts = hosts,
                                   .private_hosts_n = 1,
                                   .clock = clock_manual(&now)};
    assert_ok(wire_open(&options, &wire, &error), &error);
    return 0;
}

static int
end(void **state)
{
    (void)state;
    wire_close(wire);
    smtp_stop(&smtp);
    arena_release(&region);
    return 0;
}

static const str to_two[] = {S_CONST("ada@club.example"), S_CONST("bob@club.example")};

static struct mail
mail_of(str subject, str text)
{
    return (struct mail){.from = S("propre@club.example"),
                         .from_name = S("Club des élèves"),
                         .to = to_two,
                         .to_n = 2,
                         .subject = subject,
                         .text = text,
                         .id = S("notice.1.2@club.example"),
                         .date = now};
}

static str
written(str subject, str text)
{
    struct mail mail = mail_of(subject, text);
    str out;
    assert_ok(mail_write(&mail, &arena, &out, &error), &error);
    return out;
}

static void
assert_has(str text, const char *needle)
{
    if (str_find(text, str_of(needle)) < 0)
        fail_msg("\"%s\" is not in:\n%.*s", needle, STR_FMT(text));
}

/* ---- the text ---- */

static void
test_head(void **state)
{
    (void)state;
    str text = written(S("A post was refused: @me"), S("Hello\n"));
    assert_has(text, "Date: Sun, 05 Jul 2026 10:00:00 +0000\r\n");
    assert_has(text, "From: =?UTF-8?B?Q2x1YiBkZXMgw6lsw6h2ZXM=?= <propre@club.example>\r\n");
    assert_has(text, "To: <ada@club.example>,\r\n <bob@club.example>\r\n");
    assert_has(text, "Subject: A post was refused: @me\r\n");
    assert_has(text, "Message-ID: <notice.1.2@club.example>\r\n");
    assert_has(text, "Auto-Submitted: auto-generated\r\n");
    assert_has(text, "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n");
    assert_has(text, "\r\n\r\nHello\r\n");
}

/* Decodes what a mail program would show of the subject. */
static str
shown_subject(str text)
{
    str shown = S(""), piece;
    ptrdiff_t at = str_find(text, S("\r\nSubject: ")) + 11;
    str rest =
        str_slice(text, at, at + str_find(str_slice(text, at, text.n), S("\r\nMessage-ID")));
    for (str word; rest.n > 0;) {
        (void)str_cut(&rest, '\n', &word);
        word = str_trim(word);
        assert_true(word.n <= 75 && str_starts(word, S("=?UTF-8?B?")) &&
                    str_ends(word, S("?=")));
        assert_true(base64_read(&arena, str_slice(word, 10, word.n - 2), &piece));
        shown = arena_printf(&arena, "%.*s%.*s", STR_FMT(shown), STR_FMT(piece));
    }
    return shown;
}

static void
test_subject_encoded(void **state)
{
    (void)state;
    str subject =
        S("Une publication n’est pas partie à l’heure : @école, « Fête de l’été 🎉 », 19 h 30");
    assert_string_equal(cstr(&arena, subject),
                        cstr(&arena, shown_subject(written(subject, S("x")))));
}

/* No subject, name or network's words can add a header or end the head. */
static void
test_injection(void **state)
{
    (void)state;
    str text = written(S("Hi\r\nBcc: eve@evil.example\r\n\r\nnew body"),
                       S("Hi\r\n.\r\nMAIL FROM:<x>\n"));
    str head = str_slice(text, 0, str_find(text, S("\r\n\r\n")));
    assert_true(str_find(head, S("\r\nBcc")) < 0);
    assert_has(head, "Subject: Hi  Bcc: eve@evil.example    new body\r\n");
    assert_true(str_find(text, S("\r\n.\r\n")) < 0); /* no line of the text is a dot */
    static const char *const bad[] = {"a@b.example\r\nBcc: c@d.example",
                                      "a@b.example>",
                                      "<a@b.example",
                                      "a b@c.example",
                                      "a@b@c.example",
                                      "a@",
                                      "@b.example",
                                      "a@b..example",
                                      "a@.b",
                                      "a@b.example\n",
                                      "é@b.example",
                                      "a@b.exa mple",
                                      "\"a\"@b.example",
                                      "-oQ/tmp@b.example"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct mail mail = mail_of(S("x"), S("x"));
        str to[] = {str_of(bad[i])}, out;
        assert_false(mail_address_fits(to[0]));
        mail.to = to;
        mail.to_n = 1;
        assert_int_equal(FAULT_INPUT, mail_write(&mail, &arena, &out, &error));
        mail = mail_of(S("x"), S("x"));
        mail.from = to[0];
        assert_int_equal(FAULT_INPUT, mail_write(&mail, &arena, &out, &error));
        mail = mail_of(S("x"), S("x"));
        mail.id = to[0];
        assert_int_equal(FAULT_INPUT, mail_write(&mail, &arena, &out, &error));
    }
    assert_true(mail_address_fits(S("ada.l+propre@club.example")));
}

static void
test_quoted_printable(void **state)
{
    (void)state;
    str text = written(
        S("x"),
        S("1 = 1 é\nblank \n.dot\n"
          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaé\n"));
    assert_has(text, "\r\n\r\n1 =3D 1 =C3=A9\r\nblank=20\r\n=2Edot\r\n");
    for (str line; text.n > 0;) {
        (void)str_cut(&text, '\n', &line);
        assert_true(line.n <= 77); /* 76 and the CR */
    }
}

/* ---- where it may go ---- */

static void
test_guard(void **state)
{
    (void)state;
    struct guard_target target;
    struct guard_list list = {0};
    assert_true(guard_list_add(&list, S("nas.lan:2500")) &&
                guard_list_add(&list, S("box.lan")));
    assert_null(guard_mail(&list, S("smtp://mail.example:587"), false, &arena, &target));
    assert_false(target.allowed_private);
    assert_null(guard_mail(&list, S("smtps://Mail.example:465"), false, &arena, &target));
    assert_null(guard_mail(&list, S("smtp://nas.lan:2500"), true, &arena, &target));
    assert_true(target.allowed_private);
    static const struct {
        const char *url;
        bool plain;
    } refused[] = {{"smtp://mail.example:587", true},   {"smtp://mail.example:80", false},
                   {"smtp://mail.example:22", false},   {"smtp://mail.example", false},
                   {"smtp://box.lan:25", true},         {"smtp://u:p@mail.example:25", false},
                   {"smtp://mail.example:25/x", false}, {"smtp://127.1:25", false},
                   {"smtp://a\nb.example:25", false},   {"http://mail.example:25", false},
                   {"smtp://nas.lan:2501", true}};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        if (!guard_mail(&list, str_of(refused[i].url), refused[i].plain, &arena, &target))
            fail_msg("%s was let through", refused[i].url);
    }
}

/* ---- to a server ---- */

static struct http_answer
send_to(const char *host, int32_t port, bool plain, str user)
{
    struct mail_envelope envelope = {.plain = plain,
                                     .user = user,
                                     .password = S("geheim"),
                                     .from = S("propre@club.example"),
                                     .to = to_two,
                                     .to_n = 2};
    struct http_request request = {.method = HTTP_POST,
                                   .url = arena_printf(&arena, "smtp://%s:%d", host, port),
                                   .body = written(S("Été"), S(".one\ntwo\n")),
                                   .mail = &envelope};
    struct http_answer answer;
    assert_ok(wire_call(wire, &request, NULL, &arena, &answer, &error), &error);
    return answer;
}

static struct http_answer
send_mail(void)
{
    return send_to("127.0.0.1", smtp.port, true, S("ada"));
}

static void
test_taken(void **state)
{
    (void)state;
    smtp_forget(&smtp);
    struct http_answer answer = send_mail();
    assert_int_equal(HTTP_ANSWERED, answer.end);
    assert_int_equal(250, answer.status);
    assert_str("250 2.0.0 taken as 4711", answer.body);
    assert_int_equal(1, smtp.shared->mails);
    str said = smtp_commands(&smtp);
    assert_has(said, "EHLO club.example\r\n");
    assert_has(said, cstr(&arena, base64(&arena, S("\0ada\0geheim"))));
    assert_has(said, "MAIL FROM:<propre@club.example>");
    assert_has(said, "RCPT TO:<ada@club.example>\r\nRCPT TO:<bob@club.example>\r\n");
    assert_has(said, "QUIT\r\n");
    str sent = written(S("Été"), S(".one\ntwo\n"));
    assert_string_equal(cstr(&arena, sent), cstr(&arena, smtp_message(&smtp)));
    /* Without an account nobody logs in. */
    smtp_forget(&smtp);
    smtp.shared->no_auth = true;
    assert_int_equal(250, send_to("127.0.0.1", smtp.port, true, STR_NONE).status);
    assert_true(str_find(smtp_commands(&smtp), S("AUTH")) < 0);
}

static void
test_refused(void **state)
{
    (void)state;
    smtp_forget(&smtp);
    (void)snprintf(smtp.shared->rcpt, SMTP_REPLY_MAX, "550 5.7.1 not from you");
    struct http_answer answer = send_mail();
    assert_int_equal(HTTP_ANSWERED, answer.end);
    assert_int_equal(550, answer.status);
    assert_str("550 5.7.1 not from you", answer.body);
    assert_int_equal(0, smtp.shared->mails);
    smtp_forget(&smtp);
    (void)snprintf(smtp.shared->data, SMTP_REPLY_MAX, "451 4.3.0 later");
    answer = send_mail();
    assert_int_equal(HTTP_ANSWERED, answer.end);
    assert_int_equal(451, answer.status);
    assert_str("451 4.3.0 later", answer.body);
    smtp_forget(&smtp);
    smtp.shared->auth_refused = true;
    answer = send_mail();
    assert_int_equal(HTTP_ANSWERED, answer.end);
    assert_int_equal(535, answer.status);
    assert_str("535 5.7.8 wrong password", answer.body);
    assert_true(str_find(smtp_commands(&smtp), S("MAIL FROM")) < 0);
}

/* Who has left does not keep the others from hearing, and it is said. */
static void
test_one_of_two(void **state)
{
    (void)state;
    smtp_forget(&smtp);
    (void)snprintf(smtp.shared->bad, SMTP_REPLY_MAX, "<ada@");
    struct http_answer answer = send_mail();
    assert_int_equal(250, answer.status);
    assert_int_equal(1, smtp.shared->mails);
    assert_str("550 5.1.1 no such 5.1.1 person here", http_header_value(&answer, S("refused")));
}

/* Before the message left it was surely not sent; once it left, nobody knows without a word. */
static void
test_hung_up(void **state)
{
    (void)state;
    static const enum http_end ends[] = {[HANG_UP_GREETING] = HTTP_NOT_SENT,
                                         [HANG_UP_RCPT] = HTTP_NOT_SENT,
                                         [HANG_UP_DATA] = HTTP_UNKNOWN,
                                         [HANG_UP_AFTER] = HTTP_UNKNOWN};
    for (int at = HANG_UP_GREETING; at <= HANG_UP_AFTER; at++) {
        smtp_forget(&smtp);
        smtp.shared->hang_up = (enum smtp_hang_up)at;
        struct http_answer answer = send_mail();
        if (answer.end != ends[at])
            fail_msg("hung up at %d: ended %d: %.*s", at, (int)answer.end,
                     STR_FMT(answer.problem));
        assert_true(answer.problem.n > 0);
        assert_int_equal(1, smtp.shared->connections);
    }
}

/* What is not allowed is not called, and a server without STARTTLS gets neither password nor mail. */
static void
test_fences(void **state)
{
    (void)state;
    smtp_forget(&smtp);
    struct http_answer answer = send_to("127.0.0.1", 25, false, STR_NONE);
    assert_int_equal(HTTP_NOT_SENT, answer.end);
    assert_true(answer.forbidden);
    answer = send_to("mail.example", 587, true, STR_NONE);
    assert_true(answer.end == HTTP_NOT_SENT && answer.forbidden);
    answer = send_to("127.0.0.1", smtp.port, false, S("ada"));
    assert_int_equal(HTTP_NOT_SENT, answer.end);
    assert_false(answer.forbidden);
    assert_true(str_find(smtp_commands(&smtp), S("AUTH")) < 0);
    assert_true(str_find(smtp_commands(&smtp), S("MAIL")) < 0);
    assert_int_equal(1, smtp.shared->connections);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_head),      cmocka_unit_test(test_subject_encoded),
        cmocka_unit_test(test_injection), cmocka_unit_test(test_quoted_printable),
        cmocka_unit_test(test_guard),     cmocka_unit_test(test_taken),
        cmocka_unit_test(test_refused),   cmocka_unit_test(test_one_of_two),
        cmocka_unit_test(test_hung_up),   cmocka_unit_test(test_fences)};
    return cmocka_run_group_tests_name("wire/mail", tests, begin, end);
}
