#include "outbox/notify_internal.h"

#include <assert.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/lang.h"
#include "base/text.h"
#include "base/translate.h"
#include "outbox/egress.h"
#include "outbox/queries.h"
#include "place/propre.h"
#include "place/vault.h"
#include "wire/encode.h"
#include "wire/guard.h"

enum {
    FIELD_MAX = 500,       /* characters of a user name, an address of pages */
    SECRET_MAX = 4 * 1024, /* bytes: a password, a key */
    TO_BYTES_MAX = NOTIFY_TO_MAX * (MAIL_ADDRESS_MAX + 1),
    ARENA_BYTES = 4 << 20
};
static const int64_t soon_us =
    120000000; /* longer than a sending takes: what is under way is not sent twice */

/* ---- words ---- */

static const str means_words[] = {
    [NOTIFY_MAIL] = S_CONST("mail"), [NOTIFY_WEBHOOK] = S_CONST("webhook")};
static const str tls_words[] = {[NOTIFY_STARTTLS] = S_CONST("starttls"),
                                [NOTIFY_TLS] = S_CONST("tls"),
                                [NOTIFY_PLAIN] = S_CONST("none")};

str
notify_means_word(enum notify_means means)
{
    assert(means < NOTIFY_MEANS_N);
    return means_words[means];
}

bool
notify_means_parse(str word, enum notify_means *ret)
{
    for (int i = 0; i < NOTIFY_MEANS_N; i++) {
        if (str_eq(word, means_words[i])) {
            *ret = (enum notify_means)i;
            return true;
        }
    }
    return false;
}

str
notify_tls_word(enum notify_tls tls)
{
    assert(tls <= NOTIFY_PLAIN);
    return tls_words[tls];
}

bool
notify_tls_parse(str word, enum notify_tls *ret)
{
    for (int i = 0; i <= NOTIFY_PLAIN; i++) {
        if (str_eq(word, tls_words[i])) {
            *ret = (enum notify_tls)i;
            return true;
        }
    }
    return false;
}

/* ---- secrets ---- */

static str
seal_context(int64_t workspace, enum notify_means means, struct arena *keep)
{
    return arena_printf(keep, "notify/%lld/%.*s", (long long)workspace,
                        STR_FMT(means_words[means]));
}

static enum fault
seal(struct propre *propre, int64_t workspace, enum notify_means means, str url, str secret,
     struct arena *keep, str *ret, struct error *error)
{
    *ret = STR_NONE;
    if (url.n <= 0 && secret.n <= 0)
        return OK;
    if (!propre->vault)
        return fail(error, FAULT_DENIED,
                    "the key file is not open, and without it no secret is kept");
    auto_buf out;
    struct json_writer writer;
    buf_init(&out, VAULT_PLAIN_MAX);
    json_writer_init(&writer, &out);
    json_object_begin(&writer);
    json_key(&writer, S("url"));
    json_str(&writer, url);
    json_key(&writer, S("secret"));
    json_str(&writer, secret);
    json_object_end(&writer);
    if (buf_check(&out, "the secrets of the notices", error))
        return error->fault;
    *ret = vault_seal(propre->vault, seal_context(workspace, means, keep), buf_str(&out), keep);
    return OK;
}

static enum fault
unseal(struct propre *propre, int64_t workspace, str sealed, struct arena *keep,
       struct notify_open *ret, struct error *error)
{
    str plain;
    struct json *json;
    if (sealed.n <= 0)
        return OK;
    if (!propre->vault)
        return fail(error, FAULT_DENIED,
                    "the key file is not open, and without it notices cannot be sent");
    if (vault_unseal(propre->vault, seal_context(workspace, ret->means, keep), sealed, keep,
                     &plain, error) ||
        json_parse(keep, plain, &json, error))
        return error_prefix(error, "opening the secrets of the notices");
    ret->url = json_text(json_get(json, S("url")));
    ret->secret = json_text(json_get(json, S("secret")));
    return OK;
}

/* ---- reading ---- */

static void
fill(const struct notify_page_row *row, struct notify *ret)
{
    *ret = (struct notify){.on = true,
                           .common = {row->lang, row->pages},
                           .server = row->server,
                           .port = row->port.has ? (int32_t)row->port.is : 0,
                           .user = row->user_name,
                           .from = row->sender,
                           .to = row->recipients,
                           .secret = row->secrets.n > 0,
                           .good_us = row->good_us,
                           .failed_us = row->failed_us,
                           .words = row->words,
                           .test_us = row->test_us,
                           .test_done_us = row->test_done_us,
                           .test_good = row->test_good.has && row->test_good.is,
                           .test_words = row->test_words};
    (void)notify_tls_parse(row->tls,
                           &ret->tls); /* none of a webhook; the data check the rest */
    if (str_eq(row->means, means_words[NOTIFY_WEBHOOK])) {
        ret->secret = row->user_name.n > 0; /* its address is sealed with or without a key */
        ret->user = STR_NONE;
    }
}

/* The row of each means that has one, in ret, where the caller has put NULL. */
static enum fault
read_rows(struct propre *propre, int64_t workspace, struct arena *keep,
          const struct notify_page_row *ret[NOTIFY_MEANS_N], struct error *error)
{
    struct notify_page_row *rows;
    ptrdiff_t n;
    if (q_notify_page(propre->db, &(struct notify_page_in){workspace, NOTIFY_MEANS_N}, keep,
                      &rows, &n, error))
        return error->fault;
    for (ptrdiff_t i = 0; i < n; i++) {
        enum notify_means means;
        if (notify_means_parse(rows[i].means, &means))
            ret[means] = &rows[i];
    }
    return OK;
}

enum fault
notify_get(struct propre *propre, int64_t workspace, struct arena *keep,
           struct notify ret[NOTIFY_MEANS_N], struct error *error)
{
    const struct notify_page_row *rows[NOTIFY_MEANS_N] = {NULL};
    if (read_rows(propre, workspace, keep, rows, error))
        return error->fault;
    for (int i = 0; i < NOTIFY_MEANS_N; i++) {
        ret[i] = (struct notify){0};
        if (rows[i])
            fill(rows[i], &ret[i]);
    }
    return OK;
}

static enum fault
absent(enum notify_means means, struct error *error)
{
    return means == NOTIFY_MAIL
               ? fail(error, FAULT_ABSENT, "notices by mail are not set up")
               : fail(error, FAULT_ABSENT, "notices by webhook are not set up");
}

enum fault
notify_open_means(struct propre *propre, int64_t workspace, enum notify_means means,
                  struct arena *keep, struct notify_open *ret, struct error *error)
{
    const struct notify_page_row *rows[NOTIFY_MEANS_N] = {NULL};
    if (read_rows(propre, workspace, keep, rows, error))
        return error->fault;
    if (!rows[means])
        return absent(means, error);
    *ret = (struct notify_open){.means = means};
    fill(rows[means], &ret->shown);
    return unseal(propre, workspace, rows[means]->secrets, keep, ret, error);
}

enum fault
notice_list(struct propre *propre, int64_t workspace, struct arena *keep, struct notice **ret,
            ptrdiff_t *ret_n, struct error *error)
{
    struct notice_page_row *rows;
    ptrdiff_t n;
    if (q_notice_page(propre->db, &(struct notice_page_in){workspace, NOTIFY_SHOWN_MAX}, keep,
                      &rows, &n, error))
        return error->fault;
    *ret = new (keep, struct notice, n);
    for (ptrdiff_t i = 0; i < n; i++) {
        (*ret)[i] = (struct notice){.id = rows[i].id,
                                    .incident = rows[i].incident,
                                    .kind = rows[i].kind,
                                    .subject = rows[i].subject,
                                    .text = rows[i].text,
                                    .created_us = rows[i].created_us,
                                    .next_us = rows[i].next_us,
                                    .sent_us = rows[i].sent_us,
                                    .tries_n = (int32_t)rows[i].tries_n,
                                    .words = rows[i].words};
        (void)notify_means_parse(rows[i].means, &(*ret)[i].means); /* the data check it */
    }
    *ret_n = n;
    return OK;
}

/* ---- checking ---- */

static enum fault
check_common(const struct notify_common *common, struct error *error)
{
    enum lang lang;
    if (common->lang.n > 0 && (!lang_parse(common->lang, &lang) || common->lang.n != 2))
        return fail(error, FAULT_INPUT, "the language of the notices is en or fr");
    str pages = common->pages;
    if (pages.n == 0)
        return OK;
    bool odd = pages.n > FIELD_MAX ||
               !(str_starts(pages, S("https://")) || str_starts(pages, S("http://")));
    for (ptrdiff_t i = 0; !odd && i < pages.n; i++)
        odd = pages.p[i] <= ' ' || pages.p[i] > '~';
    return odd ? fail(error, FAULT_INPUT,
                      "the address of the pages is one like https://propre.example")
               : OK;
}

/* What the owner allows, and so what a person who sets something up may be told at once. */
static enum fault
allowed(struct propre *propre, int64_t workspace, struct arena *keep, struct guard_list *ret,
        struct error *error)
{
    str *hosts;
    ptrdiff_t n;
    *ret = (struct guard_list){0};
    if (egress_list(propre, workspace, keep, &hosts, &n, error))
        return error->fault;
    for (ptrdiff_t i = 0; i < n; i++)
        (void)guard_list_add(ret, hosts[i]); /* what is no host allows nothing */
    return OK;
}

/* One address a line, each checked. */
static enum fault
list_recipients(str text, struct arena *keep, str *ret, struct error *error)
{
    auto_buf out;
    int32_t n = 0;
    buf_init(&out, TO_BYTES_MAX);
    while (text.n > 0) {
        ptrdiff_t end = 0;
        while (end < text.n && str_chr(S(", ;\t\r\n"), text.p[end]) < 0)
            end++;
        str address = str_slice(text, 0, end);
        text = str_slice(text, end + 1, text.n);
        if (address.n == 0)
            continue;
        if (!mail_address_fits(address))
            return fail(error, FAULT_INPUT, "\"%.*s\" is not an address of mail",
                        STR_FMT(utf8_clean(keep, str_slice(address, 0, 80))));
        if (++n > NOTIFY_TO_MAX)
            return fail(error, FAULT_LIMIT, "notices go to at most %d addresses",
                        NOTIFY_TO_MAX);
        buf_addf(&out, "%s%.*s", n > 1 ? "\n" : "", STR_FMT(address));
    }
    if (n == 0)
        return fail(error, FAULT_INPUT, "say to whom the notices go");
    *ret = arena_str(keep, buf_str(&out));
    return OK;
}

static bool
is_line(str text, ptrdiff_t max)
{
    for (ptrdiff_t i = 0; i < text.n; i++) {
        if ((unsigned char)text.p[i] < ' ' || text.p[i] == 0x7f)
            return false;
    }
    return text.n <= max && utf8_valid(text);
}

/* The guard's sentence, which is a key of translation as it stands. */
static enum fault
refuse(const char *why, str what, struct error *error)
{
    (void)fail(error, FAULT_INPUT, "the address is not accepted");
    error->frames[0].format = why;
    return error_prefix(error, "setting up notices through %.*s", STR_FMT(what));
}

static enum fault
check_mail(struct propre *propre, int64_t workspace, const struct notify_mail *mail,
           int32_t port, struct arena *keep, struct error *error)
{
    struct guard_target target;
    struct guard_list *list = new (keep, struct guard_list, 1);
    if (check_common(&mail->common, error) || allowed(propre, workspace, keep, list, error))
        return error->fault;
    if (!mail_address_fits(mail->from))
        return fail(error, FAULT_INPUT, "\"%.*s\" is not an address of mail",
                    STR_FMT(utf8_clean(keep, str_slice(mail->from, 0, 80))));
    if (!is_line(mail->user, FIELD_MAX) || !is_line(mail->password, SECRET_MAX))
        return fail(error, FAULT_INPUT, "a user name and a password are one line each");
    str url =
        arena_printf(keep, "smtp://%.*s:%d", STR_FMT(str_slice(mail->server, 0, 300)), port);
    const char *why = guard_mail(list, url, mail->tls == NOTIFY_PLAIN, keep, &target);
    if (why)
        return refuse(why, utf8_clean(keep, str_slice(mail->server, 0, 80)), error);
    return OK;
}

/* ---- setting ---- */

static enum fault
store(struct propre *propre, const struct notify_upsert_in *in, struct error *error)
{
    const struct notice_hurry_in hurry = {in->workspace, in->means, in->now + soon_us};
    return q_notify_upsert(propre->db, in, error) ? error->fault
                                                  : q_notice_hurry(propre->db, &hurry, error);
}

/* What is kept of the secrets that were there; a key file that is lost keeps nobody from setting it up anew. */
static enum fault
before(struct propre *propre, int64_t workspace, enum notify_means means, struct arena *keep,
       struct notify_open *ret, struct error *error)
{
    enum fault fault = notify_open_means(propre, workspace, means, keep, ret, error);
    if (fault != FAULT_ABSENT && fault != FAULT_DENIED && fault != FAULT_CORRUPT)
        return fault;
    *error = (struct error){0};
    *ret = (struct notify_open){.means = means};
    return OK;
}

static str
or_none(str s)
{
    return s.n > 0 ? s : STR_NONE;
}

static enum fault
set_mail(struct propre *propre, int64_t workspace, const struct notify_mail *mail,
         struct arena keep, struct error *error)
{
    static const int32_t usual[] = {
        [NOTIFY_STARTTLS] = 587, [NOTIFY_TLS] = 465, [NOTIFY_PLAIN] = 25};
    struct notify_open was = {0};
    str to, sealed, password = mail->password;
    int32_t port = mail->port ? mail->port : usual[mail->tls];
    if (check_mail(propre, workspace, mail, port, &keep, error) ||
        list_recipients(mail->to, &keep, &to, error) ||
        before(propre, workspace, NOTIFY_MAIL, &keep, &was, error))
        return error->fault;
    if (mail->user.n > 0 && password.n == 0) {
        if (was.secret.n == 0 || !str_eq(was.shown.server, mail->server) ||
            was.shown.port != port || !str_eq(was.shown.user, mail->user) ||
            was.shown.tls != mail->tls)
            return fail(error, FAULT_INPUT, "give the password of %.*s at this server",
                        STR_FMT(str_slice(mail->user, 0, 80)));
        password = was.secret;
    }
    if (mail->user.n == 0)
        password = STR_NONE;
    if (seal(propre, workspace, NOTIFY_MAIL, STR_NONE, password, &keep, &sealed, error))
        return error->fault;
    const struct notify_upsert_in in = {.workspace = workspace,
                                        .means = means_words[NOTIFY_MAIL],
                                        .server = mail->server,
                                        .port = some_int(port),
                                        .tls = tls_words[mail->tls],
                                        .user_name = or_none(mail->user),
                                        .sender = mail->from,
                                        .recipients = to,
                                        .secrets = sealed,
                                        .lang = or_none(mail->common.lang),
                                        .pages = or_none(mail->common.pages),
                                        .now = clock_now(&propre->clock).us};
    return store(propre, &in, error);
}

enum fault
notify_set_mail(struct propre *propre, int64_t workspace, const struct notify_mail *mail,
                struct error *error)
{
    struct arena_region region;
    struct arena keep = arena_reserve(ARENA_BYTES, &region);
    enum fault fault = set_mail(propre, workspace, mail, keep, error);
    arena_release(&region);
    return fault;
}

static enum fault
set_webhook(struct propre *propre, int64_t workspace, const struct notify_webhook *webhook,
            struct arena keep, struct error *error)
{
    struct guard_target target;
    struct notify_open was = {0};
    struct guard_list *list = new (&keep, struct guard_list, 1);
    str sealed, raw;
    if (check_common(&webhook->common, error) ||
        allowed(propre, workspace, &keep, list, error) ||
        before(propre, workspace, NOTIFY_WEBHOOK, &keep, &was, error))
        return error->fault;
    bool same = webhook->url.n == 0 || str_eq(webhook->url, was.url);
    str url = same ? was.url : webhook->url;
    str key = webhook->key.n == 0 && same ? was.secret : webhook->key;
    if (url.n == 0)
        return fail(error, FAULT_INPUT, "give the address that receives the notices");
    if (!is_line(key, SECRET_MAX) ||
        (str_starts(key, S("whsec_")) && !base64_read(&keep, str_slice(key, 6, key.n), &raw)))
        return fail(error, FAULT_INPUT,
                    "the key of the webhook is one line of text, or whsec_ and base64");
    const char *why = guard_url(list, url, &keep, &target);
    if (why)
        return refuse(why, S("webhook"), error);
    if (seal(propre, workspace, NOTIFY_WEBHOOK, url, key, &keep, &sealed, error))
        return error->fault;
    const struct notify_upsert_in in = {
        .workspace = workspace,
        .means = means_words[NOTIFY_WEBHOOK],
        .server = target.host,
        .port = some_int(target.port),
        .user_name = key.n > 0 ? S("key") : STR_NONE, /* that there is one */
        .secrets = sealed,
        .lang = or_none(webhook->common.lang),
        .pages = or_none(webhook->common.pages),
        .now = clock_now(&propre->clock).us};
    return store(propre, &in, error);
}

enum fault
notify_set_webhook(struct propre *propre, int64_t workspace,
                   const struct notify_webhook *webhook, struct error *error)
{
    struct arena_region region;
    struct arena keep = arena_reserve(ARENA_BYTES, &region);
    enum fault fault = set_webhook(propre, workspace, webhook, keep, error);
    arena_release(&region);
    return fault;
}

enum fault
notify_off(struct propre *propre, int64_t workspace, enum notify_means means,
           struct error *error)
{
    struct notify_remove_row row;
    struct arena_region region;
    bool found = false;
    const struct notify_remove_in in = {workspace, means_words[means]};
    const struct notice_forget_in forget = {
        workspace, means_words[means], S(N_("It was turned off before this could be sent"))};
    struct arena keep = arena_reserve(1 << 16, &region);
    enum fault fault = q_notify_remove(propre->db, &in, &keep, &row, &found, error);
    arena_release(&region);
    if (fault)
        return fault;
    return found ? q_notice_forget(propre->db, &forget, error) : absent(means, error);
}

enum fault
notify_ask_test(struct propre *propre, int64_t workspace, enum notify_means means,
                struct error *error)
{
    struct notify_ask_row row;
    struct arena_region region;
    bool found = false;
    const struct notify_ask_in in = {workspace, means_words[means],
                                     clock_now(&propre->clock).us};
    struct arena keep = arena_reserve(1 << 16, &region);
    enum fault fault = q_notify_ask(propre->db, &in, &keep, &row, &found, error);
    arena_release(&region);
    if (fault)
        return fault;
    return found ? OK : absent(means, error);
}
