#include "cli/commands.h"

#include "base/format.h"
#include "base/zone.h"
#include "cli/way.h"
#include "outbox/notify.h"
#include "place/db.h"
#include "wire/curl.h"

/* ---- set ---- */

static enum fault
means_of(str word, enum notify_means *ret, struct error *error)
{
    if (notify_means_parse(word, ret))
        return OK;
    return fail(error, FAULT_INPUT, "\"%.*s\" is no way to be told; it is mail or webhook",
                STR_FMT(str_slice(word, 0, 40)));
}

/* What is given, else what is there. */
static str
given(struct cli *cli, const char *option, str was)
{
    str value = args_value(cli->args, option);
    return value.p ? value : was.p ? was : S("");
}

static enum fault
read_secret(struct cli *cli, str *ret, struct error *error)
{
    str file = args_value(cli->args, "secret-file");
    *ret = S("");
    if (file.p && cli_read_secrets(cli, file, ret, error))
        return error->fault;
    *ret = str_trim(*ret);
    return OK;
}

static enum fault
set_mail(struct cli *cli, const struct notify *was, str secret, struct error *error)
{
    str tls = args_value(cli->args, "tls"), server = given(cli, "server", was->server);
    struct notify_mail mail = {.common = {given(cli, "language", was->common.lang),
                                          given(cli, "pages", was->common.pages)},
                               .server = server,
                               .tls = was->tls,
                               .user = given(cli, "user", was->user),
                               .password = secret,
                               .from = given(cli, "from", was->from),
                               .to = given(cli, "to", was->to)};
    int64_t port = 0;
    if (tls.p && !notify_tls_parse(tls, &mail.tls))
        return fail(error, FAULT_INPUT,
                    "--tls \"%.*s\" is not known; it is starttls, tls or none",
                    STR_FMT(str_slice(tls, 0, 40)));
    if (server.n == 0 || mail.from.n == 0 || mail.to.n == 0)
        return fail(error, FAULT_INPUT,
                    "notices by mail need --server, --from and --to; a server that asks for an "
                    "account also --user and --secret-file");
    bool same = str_eq(server, was->server) && mail.tls == was->tls;
    if (args_i64(cli->args, "port", 1, 65535, same ? was->port : 0, &port, error))
        return error->fault;
    mail.port = (int32_t)port;
    return notify_set_mail(&cli->propre, cli->workspace.id, &mail, error);
}

static enum fault
set_webhook(struct cli *cli, const struct notify *was, str secret, struct error *error)
{
    const struct notify_webhook webhook = {.common = {given(cli, "language", was->common.lang),
                                                      given(cli, "pages", was->common.pages)},
                                           .url = given(cli, "url", STR_NONE),
                                           .key = secret};
    return notify_set_webhook(&cli->propre, cli->workspace.id, &webhook, error);
}

enum fault
command_notify_set(struct cli *cli, struct error *error)
{
    enum notify_means means;
    struct notify was[NOTIFY_MEANS_N];
    str secret;
    if (means_of(cli->args->positional, &means, error) || read_secret(cli, &secret, error) ||
        cli_vault(cli, true, error) || db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    enum fault fault = notify_get(&cli->propre, cli->workspace.id, cli->keep, was, error);
    if (!fault)
        fault = means == NOTIFY_MAIL ? set_mail(cli, &was[means], secret, error)
                                     : set_webhook(cli, &was[means], secret, error);
    fault = fault ? fault : db_commit(tx, error);
    if (fault)
        return fault;
    cli_say(
        cli, N_("Kept. See whether it works: %s"),
        arena_printf(cli->keep, "propre notify test %.*s", STR_FMT(notify_means_word(means))));
    return OK;
}

enum fault
command_notify_off(struct cli *cli, struct error *error)
{
    enum notify_means means;
    if (means_of(cli->args->positional, &means, error) ||
        db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    if (notify_off(&cli->propre, cli->workspace.id, means, error) || db_commit(tx, error))
        return error->fault;
    if (!cli->json)
        cli_print(cli, str_of(translate(cli->lang,
                                        means == NOTIFY_MAIL
                                            ? N_("Nobody is told by mail any more.")
                                            : N_("The webhook is told nothing any more."))));
    return OK;
}

/* ---- show ---- */

static void
show_json_means(struct json_writer *w, enum notify_means means, const struct notify *n)
{
    json_object_begin(w);
    json_member_str(w, "means", notify_means_word(means));
    json_member_bool(w, "on", n->on);
    if (n->on) {
        json_member_str(w, "server", n->server);
        json_member_int(w, "port", n->port);
        json_member_bool(w, "secret", n->secret);
        json_member_str(w, "language", n->common.lang);
        json_member_str(w, "pages", n->common.pages);
        json_member_maybe_int(w, "good_us", n->good_us);
        json_member_maybe_int(w, "failed_us", n->failed_us);
        json_member_str(w, "words", n->words);
    }
    if (n->on && means == NOTIFY_MAIL) {
        json_member_str(w, "tls", notify_tls_word(n->tls));
        json_member_str(w, "user", n->user);
        json_member_str(w, "from", n->from);
        json_member_str(w, "to", n->to);
    }
    json_object_end(w);
}

static enum fault
show_json(const struct notify *set, const struct notice *list, ptrdiff_t n, struct error *error)
{
    struct cli_json json;
    cli_json_begin(&json);
    json_object_begin(&json.w);
    json_key(&json.w, S("means"));
    json_array_begin(&json.w);
    for (int i = 0; i < NOTIFY_MEANS_N; i++)
        show_json_means(&json.w, (enum notify_means)i, &set[i]);
    json_array_end(&json.w);
    json_key(&json.w, S("notices"));
    json_array_begin(&json.w);
    for (ptrdiff_t i = 0; i < n; i++) {
        json_object_begin(&json.w);
        json_member_int(&json.w, "id", list[i].id);
        json_member_int(&json.w, "incident", list[i].incident);
        json_member_str(&json.w, "means", notify_means_word(list[i].means));
        json_member_str(&json.w, "kind", list[i].kind);
        json_member_str(&json.w, "subject", list[i].subject);
        json_member_int(&json.w, "tries", list[i].tries_n);
        json_member_maybe_int(&json.w, "next_us", list[i].next_us);
        json_member_maybe_int(&json.w, "sent_us", list[i].sent_us);
        json_member_str(&json.w, "words", list[i].words);
        json_object_end(&json.w);
    }
    json_array_end(&json.w);
    json_object_end(&json.w);
    return cli_json_end(&json, error);
}

static str
moment(struct cli *cli, const struct zone *zone, int64_t us)
{
    return format_instant(cli->keep, cli->lang, zone, (instant){us}, FORMAT_DATE_TIME);
}

/* Our sentences are translated; a server's words are no key and stay as they are. */
static str
words_of(struct cli *cli, str words)
{
    return words.n > 0 ? str_of(translate(cli->lang, cstr(cli->keep, words))) : S("–");
}

static void
show_means(struct cli *cli, const struct zone *zone, enum notify_means means,
           const struct notify *n)
{
    if (!n->on) {
        cli_print(cli, str_of(translate(cli->lang, means == NOTIFY_MAIL
                                                       ? N_("Mail: not set up.")
                                                       : N_("Webhook: not set up."))));
        return;
    }
    str server = arena_printf(cli->keep, "%.*s:%d", STR_FMT(n->server), n->port);
    if (means == NOTIFY_MAIL) {
        char *to = new (cli->keep, char, n->to.n + 1);
        for (ptrdiff_t i = 0; i < n->to.n; i++)
            to[i] = n->to.p[i] == '\n' ? ' ' : n->to.p[i];
        cli_say(cli, N_("Mail: through %1$s (%2$s), from %3$s to %4$s"), server,
                notify_tls_word(n->tls), n->from, ((str){to, n->to.n}));
    } else if (n->secret) {
        cli_say(cli, N_("Webhook: to %s, signed"), server);
    } else {
        cli_say(cli, N_("Webhook: to %s, not signed"), server);
    }
    if (n->good_us.has)
        cli_say(cli, N_("  last good: %s"), moment(cli, zone, n->good_us.is));
    if (n->failed_us.has)
        cli_say(cli, N_("  last failed: %s"), moment(cli, zone, n->failed_us.is));
    if (n->words.n > 0)
        cli_say(cli, N_("  last words: %s"), words_of(cli, n->words));
}

static void
show_notice(struct cli *cli, const struct zone *zone, const struct notice *n)
{
    str what = arena_printf(cli->keep, "%.*s %.*s (%.*s)", STR_FMT(notify_means_word(n->means)),
                            STR_FMT(n->subject), STR_FMT(n->kind));
    str tries = arena_printf(cli->keep, "%d", n->tries_n);
    if (n->sent_us.has)
        cli_say(cli, N_("%1$s: sent %2$s"), what, moment(cli, zone, n->sent_us.is));
    else if (n->next_us.has && n->tries_n == 0)
        cli_say(cli, N_("%1$s: goes out %2$s"), what, moment(cli, zone, n->next_us.is));
    else if (n->next_us.has)
        cli_say(cli, N_("%1$s: tried %2$s times, again %3$s; last words: %4$s"), what, tries,
                moment(cli, zone, n->next_us.is), words_of(cli, n->words));
    else
        cli_say(cli, N_("%1$s: not sent, tried %2$s times; last words: %3$s"), what, tries,
                words_of(cli, n->words));
}

enum fault
command_notify_show(struct cli *cli, struct error *error)
{
    struct notify set[NOTIFY_MEANS_N];
    struct notice *list;
    ptrdiff_t n;
    struct zone *zone = NULL;
    if (notify_get(&cli->propre, cli->workspace.id, cli->keep, set, error) ||
        notice_list(&cli->propre, cli->workspace.id, cli->keep, &list, &n, error))
        return error->fault;
    if (cli->json)
        return show_json(set, list, n, error);
    if (zone_open(cli->workspace.zone, &zone, error))
        return error->fault;
    for (int i = 0; i < NOTIFY_MEANS_N; i++)
        show_means(cli, zone, (enum notify_means)i, &set[i]);
    for (ptrdiff_t i = 0; i < n; i++)
        show_notice(cli, zone, &list[i]);
    zone_close(zone);
    return OK;
}

/* ---- test ---- */

static enum fault
test_one(struct cli *cli, enum notify_means means, struct error *error)
{
    struct wire *wire = NULL;
    bool good = false;
    str words = STR_NONE;
    if (cli_wire(cli, &wire, error))
        return error->fault;
    enum fault fault = notify_test(&cli->propre, wire, cli->workspace.id, means, cli->keep,
                                   &good, &words, error);
    wire_close(wire);
    if (fault)
        return fault;
    str word = notify_means_word(means);
    if (!good)
        return fail(error, FAULT_REMOTE, "the test by %.*s was not taken: %.*s", STR_FMT(word),
                    STR_FMT(words_of(cli, words)));
    if (cli->json)
        return OK;
    cli_say(cli, N_("%1$s: the test was taken. The server's words: %2$s"), word,
            words_of(cli, words));
    return OK;
}

enum fault
command_notify_test(struct cli *cli, struct error *error)
{
    enum notify_means means = NOTIFY_MAIL;
    struct notify set[NOTIFY_MEANS_N];
    bool one = cli->args->positional.p != NULL, any = false;
    if ((one && means_of(cli->args->positional, &means, error)) ||
        cli_vault(cli, true, error) || db_begin(cli->propre.db, DB_READ, error))
        return error->fault;
    enum fault fault = notify_get(&cli->propre, cli->workspace.id, cli->keep, set, error);
    db_rollback(cli->propre.db);
    for (int i = 0; !fault && i < NOTIFY_MEANS_N; i++) {
        if (one ? (enum notify_means)i != means : !set[i].on)
            continue;
        any = true;
        fault = test_one(cli, (enum notify_means)i, error);
    }
    if (fault)
        return fault;
    if (!any)
        return fail(error, FAULT_ABSENT,
                    "nobody is told yet: set it up with \"propre notify set mail\"");
    if (!cli->json)
        return OK;
    struct cli_json json;
    cli_json_begin(&json);
    json_object_begin(&json.w);
    json_member_bool(&json.w, "good", true);
    json_object_end(&json.w);
    return cli_json_end(&json, error);
}
