#include "base/format.h"
#include "base/number.h"
#include "base/translate.h"
#include "outbox/notify.h"
#include "web/answer.h"
#include "web/handlers.h"
#include "web/pages.h"
#include "web/views_notices.h"
#include "web/web_internal.h"

static struct options_view
options(struct exchange *x, const char *const *values, const char *const *labels, ptrdiff_t n,
        str chosen)
{
    struct option_view *at = new (x->keep, struct option_view, n);
    for (ptrdiff_t i = 0; i < n; i++)
        at[i] = (struct option_view){str_of(values[i]), str_of(translate(x->lang, labels[i])),
                                     str_eq(str_of(values[i]), chosen.p ? chosen : S(""))};
    return (struct options_view){at, n};
}

static struct options_view
tls_options(struct exchange *x, enum notify_tls tls)
{
    static const char *const values[] = {"starttls", "tls", "none"};
    static const char *const labels[] = {
        N_("STARTTLS (the usual one)"), N_("TLS from the beginning"),
        N_("None (only for private servers that are allowed)")};
    return options(x, values, labels, 3, notify_tls_word(tls));
}

static struct options_view
lang_options(struct exchange *x, str lang)
{
    static const char *const values[] = {"", "en", "fr"};
    static const char *const labels[] = {N_("That of the workspace"), "English", "Français"};
    return options(x, values, labels, 3, lang);
}

static str
moment(struct exchange *x, struct maybe_int us)
{
    return us.has
               ? format_instant(x->keep, x->lang, x->zone, (instant){us.is}, FORMAT_DATE_TIME)
               : STR_NONE;
}

/* Our sentences are translated; a server's words are no key and stay as they are. */
static str
words_of(struct exchange *x, str words)
{
    return words.n > 0 ? str_of(translate(x->lang, cstr(x->keep, words))) : STR_NONE;
}

/* Kept one a line, shown parted by commas. */
static str
recipients(struct exchange *x, str lines)
{
    str all = STR_NONE, one;
    while (lines.n > 0) {
        (void)str_cut(&lines, '\n', &one);
        all = all.n > 0 ? arena_printf(x->keep, "%.*s, %.*s", STR_FMT(all), STR_FMT(one)) : one;
    }
    return all;
}

static struct means_view
means_view(struct exchange *x, const char *word, const struct notify *n)
{
    struct means_view view = {.on = n->on,
                              .word = word,
                              .good = moment(x, n->good_us),
                              .failed = moment(x, n->failed_us),
                              .words = words_of(x, n->words),
                              .test_waits = n->test_us.has && !n->test_done_us.has,
                              .test_good = n->test_good,
                              .secret = n->secret};
    if (view.test_waits)
        view.test = str_of(translate(x->lang, N_("The worker will send it in a moment.")));
    else if (n->test_us.has && n->test_good)
        view.test = str_of(translate(x->lang, N_("It was taken.")));
    else if (n->test_us.has)
        view.test = words_of(x, n->test_words);
    return view;
}

static struct notice_line
line_of(struct exchange *x, const struct notice *n)
{
    struct notice_line line = {
        .created = moment(x, some_int(n->created_us)),
        .means =
            str_of(translate(x->lang, n->means == NOTIFY_MAIL ? N_("mail") : N_("webhook"))),
        .subject = n->subject};
    str words = n->words.n > 0 ? words_of(x, n->words) : S("–");
    if (n->sent_us.has) {
        line.tone = TONE_GOOD;
        line.state = SAY(x->keep, x->lang, N_("Sent %s"), moment(x, n->sent_us));
    } else if (n->next_us.has && n->tries_n == 0) {
        line.tone = TONE_QUIET;
        line.state = SAY(x->keep, x->lang, N_("Goes out %s"), moment(x, n->next_us));
    } else if (n->next_us.has) {
        line.tone = TONE_WARN;
        line.state = SAY(x->keep, x->lang, N_("Failed (%1$s); again %2$s"), words,
                         moment(x, n->next_us));
    } else {
        line.tone = TONE_BAD;
        line.state = SAY(x->keep, x->lang, N_("Not sent: %s"), words);
    }
    return line;
}

static enum fault
gather(struct exchange *x, struct notices_view *ret, struct error *error)
{
    struct propre *propre = x->web->propre;
    struct notify set[NOTIFY_MEANS_N];
    struct notice *list;
    ptrdiff_t n;
    if (notify_get(propre, x->workspace.id, x->keep, set, error) ||
        notice_list(propre, x->workspace.id, x->keep, &list, &n, error))
        return error->fault;
    const struct notify *mail = &set[NOTIFY_MAIL], *webhook = &set[NOTIFY_WEBHOOK];
    struct notice_line *lines = new (x->keep, struct notice_line, n + 1);
    for (ptrdiff_t i = 0; i < n; i++)
        lines[i] = line_of(x, &list[i]);
    *ret = (struct notices_view){.layout = layout(x, NAV_SETTINGS),
                                 .mail = means_view(x, "mail", mail),
                                 .webhook = means_view(x, "webhook", webhook),
                                 .server = mail->server,
                                 .port = mail->port ? arena_printf(x->keep, "%d", mail->port)
                                                    : STR_NONE,
                                 .user = mail->user,
                                 .from = mail->from,
                                 .to = recipients(x, mail->to),
                                 .pages = mail->common.pages,
                                 .webhook_server = webhook->server,
                                 .webhook_pages = webhook->common.pages,
                                 .tls = tls_options(x, mail->tls),
                                 .langs = lang_options(x, mail->common.lang),
                                 .webhook_langs = lang_options(x, webhook->common.lang),
                                 .lines = lines,
                                 .lines_n = n};
    return OK;
}

enum fault
handle_notices_page(struct exchange *x, struct error *error)
{
    struct notices_view view;
    if (gather(x, &view, error))
        return error->fault;
    struct html h = answer_html(x, 200);
    page_notices(&h, &view);
    return OK;
}

/* What a person can mend is shown with what was typed; the rest is a fault. Nothing was written. */
static bool
can_be_shown(enum fault fault)
{
    return fault == FAULT_INPUT || fault == FAULT_LIMIT || fault == FAULT_DENIED;
}

static enum fault
done(struct exchange *x)
{
    answer_flash(x, FLASH_SETTINGS, 0, 0);
    answer_redirect(x, S("/settings/notices"));
    return OK;
}

enum fault
handle_notices_mail(struct exchange *x, struct error *error)
{
    struct notices_view view;
    const struct form_values *form = &x->form;
    struct notify_mail mail = {.common = {form_text(form, "lang"), form_text(form, "pages")},
                               .server = form_text(form, "server"),
                               .user = form_text(form, "user"),
                               .password = form_text(form, "password"),
                               .from = form_text(form, "from"),
                               .to = form_text(form, "to")};
    str port_text = form_text(form, "port");
    int64_t port = 0;
    (void)notify_tls_parse(form_text(form, "tls"), &mail.tls); /* else the usual one */
    enum fault fault = OK;
    if (port_text.n > 0)
        fault = parse_i64(port_text, 1, 65535, &port, error);
    mail.port = (int32_t)port;
    if (!fault)
        fault = notify_set_mail(x->web->propre, x->workspace.id, &mail, error);
    if (!fault)
        return done(x);
    if (!can_be_shown(fault))
        return fault;
    str wrong = translate_error(x->keep, x->lang, error);
    if (gather(x, &view, error))
        return error->fault;
    view.mail.error = wrong;
    view.server = mail.server;
    view.port = port_text;
    view.user = mail.user;
    view.from = mail.from;
    view.to = mail.to;
    view.pages = mail.common.pages;
    view.tls = tls_options(x, mail.tls);
    view.langs = lang_options(x, mail.common.lang);
    struct html h = answer_html(x, 422);
    page_notices(&h, &view);
    return OK;
}

enum fault
handle_notices_webhook(struct exchange *x, struct error *error)
{
    struct notices_view view;
    const struct form_values *form = &x->form;
    const struct notify_webhook webhook = {
        .common = {form_text(form, "lang"), form_text(form, "pages")},
        .url = form_text(form, "url"),
        .key = form_text(form, "key")};
    enum fault fault = notify_set_webhook(x->web->propre, x->workspace.id, &webhook, error);
    if (!fault)
        return done(x);
    if (!can_be_shown(fault))
        return fault;
    str wrong = translate_error(x->keep, x->lang, error);
    if (gather(x, &view, error))
        return error->fault;
    view.webhook.error = wrong;
    view.webhook_pages = webhook.common.pages;
    view.webhook_langs = lang_options(x, webhook.common.lang);
    struct html h = answer_html(x, 422);
    page_notices(&h, &view);
    return OK;
}

static enum fault
turn_off(struct exchange *x, enum notify_means means, struct error *error)
{
    enum fault fault = notify_off(x->web->propre, x->workspace.id, means, error);
    return fault ? fault : done(x);
}

enum fault
handle_notices_mail_off(struct exchange *x, struct error *error)
{
    return turn_off(x, NOTIFY_MAIL, error);
}

enum fault
handle_notices_webhook_off(struct exchange *x, struct error *error)
{
    return turn_off(x, NOTIFY_WEBHOOK, error);
}

static enum fault
ask_test(struct exchange *x, enum notify_means means, struct error *error)
{
    enum fault fault = notify_ask_test(x->web->propre, x->workspace.id, means, error);
    if (!fault)
        answer_redirect(x, S("/settings/notices"));
    return fault;
}

enum fault
handle_notices_mail_test(struct exchange *x, struct error *error)
{
    return ask_test(x, NOTIFY_MAIL, error);
}

enum fault
handle_notices_webhook_test(struct exchange *x, struct error *error)
{
    return ask_test(x, NOTIFY_WEBHOOK, error);
}
