#include "outbox/egress.h"
#include "outbox/notify.h"
#include "web/api_handlers.h"
#include "web/web_internal.h"

/* How a person hears of an incident; and the private hosts that may be reached. Secrets are taken and never given. */

static void
put_means(struct json_writer *w, enum notify_means means, const struct notify *n)
{
    bool mail = means == NOTIFY_MAIL;
    json_object_begin(w);
    api_put_str(w, "means", notify_means_word(means));
    api_put_bool(w, "on", n->on);
    api_put_str(w, "server", n->server);
    api_put_maybe(w, "port", mail && n->port ? some_int(n->port) : no_int);
    api_put_str(w, "tls", mail && n->on ? notify_tls_word(n->tls) : STR_NONE);
    api_put_str(w, "user", n->user);
    api_put_str(w, "from", n->from);
    api_put_str(w, "to", n->to);
    api_put_str(w, "lang", n->common.lang);
    api_put_str(w, "pages", n->common.pages);
    api_put_bool(w, "secret", n->secret);
    api_put_time(w, "good", n->good_us);
    api_put_time(w, "failed", n->failed_us);
    api_put_str(w, "words", n->words);
    api_put_time(w, "test_asked", n->test_us);
    api_put_time(w, "test_done", n->test_done_us);
    api_put_bool(w, "test_good", n->test_done_us.has && n->test_good);
    api_put_str(w, "test_words", n->test_words);
    json_object_end(w);
}

static enum fault
answer_means(struct exchange *x, struct error *error)
{
    struct notify set[NOTIFY_MEANS_N];
    struct json_writer w;
    if (notify_get(x->web->propre, x->workspace.id, x->keep, set, error))
        return error->fault;
    api_list_begin(x, &w);
    for (int i = 0; i < NOTIFY_MEANS_N; i++)
        put_means(&w, (enum notify_means)i, &set[i]);
    api_list_end(&w, STR_NONE);
    return OK;
}

enum fault
handle_api_notices(struct exchange *x, struct error *error)
{
    return answer_means(x, error);
}

static struct notify_common
common(const struct exchange *x)
{
    return (struct notify_common){api_text(x, "lang", S("")), api_text(x, "pages", S(""))};
}

enum fault
handle_api_notices_mail(struct exchange *x, struct error *error)
{
    struct notify_mail mail = {.common = common(x),
                               .server = api_text(x, "server", S("")),
                               .port = (int32_t)api_int(x, "port", some_int(0)).is,
                               .user = api_text(x, "user", S("")),
                               .password = api_text(x, "password", S("")),
                               .from = api_text(x, "from", S("")),
                               .to = api_text(x, "to", S(""))};
    (void)notify_tls_parse(api_text(x, "tls", S("starttls")), &mail.tls); /* was checked */
    if (notify_set_mail(x->web->propre, x->workspace.id, &mail, error))
        return error->fault;
    return answer_means(x, error);
}

enum fault
handle_api_notices_webhook(struct exchange *x, struct error *error)
{
    const struct notify_webhook webhook = {.common = common(x),
                                           .url = api_text(x, "url", S("")),
                                           .key = api_text(x, "key", S(""))};
    if (notify_set_webhook(x->web->propre, x->workspace.id, &webhook, error))
        return error->fault;
    return answer_means(x, error);
}

static enum fault
turn_off(struct exchange *x, enum notify_means means, struct error *error)
{
    if (notify_off(x->web->propre, x->workspace.id, means, error))
        return error->fault;
    return answer_means(x, error);
}

enum fault
handle_api_notices_mail_off(struct exchange *x, struct error *error)
{
    return turn_off(x, NOTIFY_MAIL, error);
}

enum fault
handle_api_notices_webhook_off(struct exchange *x, struct error *error)
{
    return turn_off(x, NOTIFY_WEBHOOK, error);
}

static enum fault
ask_test(struct exchange *x, enum notify_means means, struct error *error)
{
    if (notify_ask_test(x->web->propre, x->workspace.id, means, error))
        return error->fault;
    return answer_means(x, error);
}

enum fault
handle_api_notices_mail_test(struct exchange *x, struct error *error)
{
    return ask_test(x, NOTIFY_MAIL, error);
}

enum fault
handle_api_notices_webhook_test(struct exchange *x, struct error *error)
{
    return ask_test(x, NOTIFY_WEBHOOK, error);
}

/* ---------- private hosts ---------- */

static enum fault
answer_hosts(struct exchange *x, struct error *error)
{
    str *hosts;
    ptrdiff_t n;
    struct json_writer w;
    if (egress_list(x->web->propre, x->workspace.id, x->keep, &hosts, &n, error))
        return error->fault;
    api_list_begin(x, &w);
    for (ptrdiff_t i = 0; i < n; i++) {
        json_object_begin(&w);
        api_put_str(&w, "host", hosts[i]);
        json_object_end(&w);
    }
    api_list_end(&w, STR_NONE);
    return OK;
}

enum fault
handle_api_hosts(struct exchange *x, struct error *error)
{
    return answer_hosts(x, error);
}

enum fault
handle_api_host_allow(struct exchange *x, struct error *error)
{
    if (egress_allow(x->web->propre, x->workspace.id, api_text(x, "host", S("")), error))
        return error->fault;
    return answer_hosts(x, error);
}

enum fault
handle_api_host_forbid(struct exchange *x, struct error *error)
{
    if (egress_forbid(x->web->propre, x->workspace.id, api_text(x, "host", S("")), error))
        return error->fault;
    return answer_hosts(x, error);
}
