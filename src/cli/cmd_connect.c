#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "channel/driver.h"
#include "cli/act.h"
#include "cli/commands.h"
#include "cli/way.h"
#include "outbox/account.h"
#include "outbox/connect.h"
#include "outbox/egress.h"
#include "outbox/put_away.h"
#include "place/db.h"
#include "strategy/channel.h"
#include "wire/curl.h"

enum {
    SECRETS_BYTES_MAX = 16 * 1024 /* of a file of credentials: a key in PEM form has 2 KB */
};

enum fault
cli_read_secrets(struct cli *cli, str path, str *ret, struct error *error)
{
    bool standard = str_eq(path, S("-"));
    char *bytes = new (cli->keep, char, SECRETS_BYTES_MAX + 1);
    ptrdiff_t n = 0;
    int fd = standard ? STDIN_FILENO : open(cstr(cli->keep, path), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail(error, FAULT_ABSENT, "the file %.*s with the credentials cannot be read",
                    STR_FMT(path));
    for (;;) {
        ssize_t got = read(fd, bytes + n, (size_t)(SECRETS_BYTES_MAX + 1 - n));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0 || n > SECRETS_BYTES_MAX)
            break;
        n += got;
    }
    if (!standard)
        (void)close(fd);
    if (n > SECRETS_BYTES_MAX)
        return fail(error, FAULT_LIMIT, "credentials have at most %d bytes", SECRETS_BYTES_MAX);
    *ret = (str){bytes, n};
    return OK;
}

static const struct auth_field *
field_of(const struct driver *driver, str name)
{
    for (int i = 0; i < AUTH_FIELDS_MAX && driver->traits.fields[i].name; i++) {
        if (str_eq(str_of(driver->traits.fields[i].name), name))
            return &driver->traits.fields[i];
    }
    return NULL;
}

/* Lines of "name = value"; one line without a name is the network's first secret. */
static enum fault
take_secrets(const struct driver *driver, str text, struct secret_pair *pairs, int32_t *n,
             struct error *error)
{
    str line;
    const char *first = NULL;
    for (int i = AUTH_FIELDS_MAX; i-- > 0;) {
        if (driver->traits.fields[i].name && driver->traits.fields[i].secret)
            first = driver->traits.fields[i].name;
    }
    while (text.n > 0) {
        (void)str_cut(&text, '\n', &line);
        line = str_trim(line);
        str value = line, name;
        if (line.n == 0)
            continue;
        if (*n >= AUTH_FIELDS_MAX)
            return fail(error, FAULT_LIMIT, "more credentials than %s has",
                        driver->traits.name);
        if (str_cut(&value, '=', &name) && field_of(driver, str_trim(name)))
            pairs[(*n)++] = (struct secret_pair){str_trim(name), str_trim(value)};
        else if (first)
            pairs[(*n)++] = (struct secret_pair){str_of(first), line};
    }
    return OK;
}

static enum fault
say_fields(const struct driver *driver, struct error *error)
{
    char text[600] = "";
    size_t at = 0;
    for (int i = 0; i < AUTH_FIELDS_MAX && driver->traits.fields[i].name && at < sizeof text;
         i++) {
        int n = snprintf(text + at, sizeof text - at, "%s%s (%s)", i ? ", " : "",
                         driver->traits.fields[i].name, driver->traits.fields[i].label);
        at += n > 0 ? (size_t)n : 0;
    }
    return fail(error, FAULT_INPUT,
                "to connect to %s, give what it asks for with --server, --user and "
                "--secret-file FILE (lines \"name = value\", or - for standard input): %s",
                driver->traits.name, text);
}

struct connecting {
    int64_t channel;
    struct channel of;
    struct account was;
    bool found;                  /* it was connected before: ${was} */
    const struct driver *driver; /* NULL: several could, and none was chosen */
    bool secrets;                /* credentials were given */
};

static enum fault
find(struct cli *cli, str name, struct connecting *ret, struct error *error)
{
    *ret = (struct connecting){0};
    if (cli_find_channel(cli, name, &ret->channel, error) ||
        channel_get(&cli->propre, cli->workspace.id, ret->channel, cli->keep, &ret->of,
                    error) ||
        account_get(&cli->propre, cli->workspace.id, ret->channel, cli->keep, &ret->was,
                    &ret->found, error))
        return error->fault;
    ret->driver = ret->found ? driver_find(ret->was.network)
                             : driver_usual(network_word(ret->of.network));
    return OK;
}

/* What --way names. Without it the way stays; where there are several, they are named. */
static enum fault
choose_way(struct cli *cli, struct connecting *c, struct error *error)
{
    int32_t n;
    char text[200] = "";
    size_t at = 0;
    const struct driver *const *all = driver_list(&n);
    str way = args_value(cli->args, "way");
    if (!way.p && c->driver)
        return OK;
    const struct driver *named = way.p ? driver_find(way) : NULL;
    if (named && driver_serves(named, network_word(c->of.network))) {
        if (c->driver != named)
            c->found = false; /* nothing of another way stays */
        c->driver = named;
        return OK;
    }
    for (int32_t i = 0; i < n && at < sizeof text; i++) {
        if (!driver_serves(all[i], network_word(c->of.network)))
            continue;
        int w = snprintf(text + at, sizeof text - at, "%s%s", at ? ", " : "",
                         all[i]->traits.network);
        at += w > 0 ? (size_t)w : 0;
    }
    return fail(error, FAULT_INPUT,
                "say by which way %.*s is published to: --way with one of %s",
                STR_FMT(str_slice(c->of.name, 0, 60)), text);
}

static enum fault
connect_channel(struct cli *cli, struct connecting *c, struct error *error)
{
    struct secret_pair pairs[AUTH_FIELDS_MAX + 2];
    int32_t n = 0;
    str server = args_value(cli->args, "server"), user = args_value(cli->args, "user");
    str file = args_value(cli->args, "secret-file"), text = STR_NONE;
    if (choose_way(cli, c, error))
        return error->fault;
    if (file.p && (cli_read_secrets(cli, file, &text, error) ||
                   take_secrets(c->driver, text, pairs, &n, error)))
        return error->fault;
    c->secrets = n > 0;
    if (user.p && field_of(c->driver, S("user")))
        pairs[n++] = (struct secret_pair){S("user"), user};
    if (!server.p && !user.p && !file.p && c->driver->traits.fields[0].name)
        return say_fields(c->driver, error);
    struct account account = {.channel = c->channel,
                              .workspace = cli->workspace.id,
                              .network = str_of(c->driver->traits.network),
                              .server = server.p   ? server
                                        : c->found ? c->was.server
                                                   : S(""),
                              .handle = user.p ? user : S("")};
    return account_connect(&cli->propre, &account, pairs, n, error);
}

/* ---- verify ---- */

/* Where it is asked: the server, or the address of a webhook, whose host is no secret. */
static str
host_of(struct cli *cli, const struct connecting *c)
{
    struct channel_account open;
    const struct driver *driver;
    struct error ignored = {0}; /* then the host is not named */
    str server = c->was.server;
    if (server.n == 0 && !db_begin(cli->propre.db, DB_READ, &ignored)) {
        if (!account_open(&cli->propre, cli->workspace.id, c->channel, cli->keep, &open,
                          &driver, &ignored))
            server = account_secret(&open, S("webhook"));
        db_rollback(cli->propre.db);
    }
    str host = address_host(server, cli->keep);
    return host.n > 0 ? host : S("HOST");
}

/* What there is to do about it: no post is meant, and the command that goes on from here is named. */
static enum fault
verify_failed(struct cli *cli, const struct connecting *c, const struct step *step,
              struct error *error)
{
    str words = str_slice(step->words, 0, 180), name = str_slice(c->of.name, 0, 60);
    enum fault fault = error->fault;
    assert(c->driver);
    if (step->kind != STEP_FAIL || (fault != FAULT_AWAY && fault != FAULT_REMOTE))
        return fault;
    errno = 0;
    switch (connect_trouble(step->error_class, step->words)) {
    case TROUBLE_FORBIDDEN: {
        str host = host_of(cli, c);
        return fail(error, FAULT_REMOTE,
                    "%.*s is called only where its owner allows it (%.*s); if it is yours: "
                    "`propre channel allow %.*s`, then `propre channel verify \"%.*s\"`",
                    STR_FMT(host), STR_FMT(words), STR_FMT(host), STR_FMT(name));
    }
    case TROUBLE_NAME:
        return fail(error, FAULT_AWAY,
                    "no server is called %.*s; check the address, and connect it again with "
                    "`propre channel connect \"%.*s\" --server …`",
                    STR_FMT(host_of(cli, c)), STR_FMT(name));
    case TROUBLE_OTHER_API:
        return fail(error, FAULT_REMOTE,
                    "something answers at %.*s, but not as %s does (%.*s); check the address: "
                    "it is that of the site itself",
                    STR_FMT(host_of(cli, c)), c->driver->traits.name, STR_FMT(words));
    case TROUBLE_AWAY:
    case TROUBLE_CREDENTIALS:
    case TROUBLE_RIGHTS:
    case TROUBLE_BUSY:
    case TROUBLES_N:
        break;
    }
    return fault; /* the network's words say it */
}

static enum fault
verify(struct cli *cli, const struct connecting *c, struct step *ret, struct error *error)
{
    struct wire *wire = NULL;
    struct channel_call call = {.op = OP_VERIFY};
    assert(c->driver);
    enum fault fault = cli_wire(cli, &wire, error);
    if (!fault) {
        fault = account_run(&cli->propre, wire, cli->workspace.id, c->channel, &call, cli->keep,
                            ret, error);
        fault = fault ? verify_failed(cli, c, ret, error) : OK;
    }
    if (!fault && c->driver->traits.ops[OP_LIMITS]) {
        struct step limits;
        struct error ignored = {0}; /* a server that does not say takes the usual */
        call = (struct channel_call){.op = OP_LIMITS};
        if (account_run(&cli->propre, wire, cli->workspace.id, c->channel, &call, cli->keep,
                        &limits, &ignored))
            log_fault(&cli->log, "channel.limits", &ignored);
    }
    wire_close(wire);
    return fault;
}

/* Whose account it is, as far as the network says. */
static enum fault
say_works(struct cli *cli, const struct connecting *c, const struct step *step,
          struct error *error)
{
    str who = step->handle.n > 0 ? step->handle : step->display_name;
    if (cli->json) {
        struct cli_json json;
        cli_json_begin(&json);
        json_object_begin(&json.w);
        json_member_int(&json.w, "id", c->channel);
        json_member_str(&json.w, "handle", who);
        json_member_str(&json.w, "user_id", step->user_id);
        json_object_end(&json.w);
        return cli_json_end(&json, error);
    }
    if (who.n > 0)
        cli_say(cli, N_("%1$s works: it is the account %2$s"), c->of.name, who);
    else
        cli_say(cli, N_("%s works."), c->of.name);
    return OK;
}

enum fault
command_channel_connect(struct cli *cli, struct error *error)
{
    struct connecting c;
    struct step step = {0};
    if (cli_vault(cli, true, error) || db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    if (find(cli, cli->args->positional, &c, error) || connect_channel(cli, &c, error) ||
        account_get(&cli->propre, cli->workspace.id, c.channel, cli->keep, &c.was, &c.found,
                    error) ||
        db_commit(tx, error))
        return error_prefix(error, "connecting %.*s",
                            STR_FMT(str_slice(cli->args->positional, 0, 60)));
    if (c.driver->traits.by_hand) {
        cli_say(cli, N_("%s is published by hand."), c.of.name);
        return cli->json ? cli_json_id(c.channel, error) : OK;
    }
    if (!c.secrets && !c.was.user_id.n && c.driver->traits.ops[OP_AUTH_BEGIN]) {
        /* Its credentials come from the network's own page: there is nothing to try yet. */
        cli_say(cli, N_("%1$s is kept. See whether it works: %2$s"), c.of.name,
                arena_printf(cli->keep, "propre channel verify \"%.*s\"", STR_FMT(c.of.name)));
        return cli->json ? cli_json_id(c.channel, error) : OK;
    }
    cli_say(cli, N_("What %s needs is kept; its network is asked whether it works."),
            c.of.name);
    if (verify(cli, &c, &step, error))
        return error_prefix(error, "verifying %.*s", STR_FMT(c.of.name));
    return say_works(cli, &c, &step, error);
}

enum fault
command_channel_verify(struct cli *cli, struct error *error)
{
    struct connecting c;
    struct step step = {0};
    if (cli_vault(cli, true, error) || db_begin(cli->propre.db, DB_READ, error))
        return error->fault;
    enum fault fault = find(cli, cli->args->positional, &c, error);
    db_rollback(cli->propre.db);
    if (fault)
        return fault;
    if (!c.driver)
        return fail(error, FAULT_ABSENT, "channel %lld is not connected", (long long)c.channel);
    if (c.driver->traits.by_hand) {
        cli_say(cli, N_("%s is published by hand."), c.of.name);
        return cli->json ? cli_json_id(c.channel, error) : OK;
    }
    if (verify(cli, &c, &step, error))
        return error_prefix(error, "verifying %.*s", STR_FMT(c.of.name));
    return say_works(cli, &c, &step, error);
}

enum fault
command_channel_disconnect(struct cli *cli, struct error *error)
{
    struct connecting c;
    struct put_away_counts counts;
    if (db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    if (find(cli, cli->args->positional, &c, error) ||
        put_away_count(&cli->propre, cli->workspace.id, c.channel, &counts, error) ||
        account_disconnect(&cli->propre, cli->workspace.id, c.channel, error) ||
        db_commit(tx, error))
        return error->fault;
    cli_say(cli, N_("%s is disconnected; its credentials are forgotten."), c.of.name);
    if (counts.waiting_n > 0 && !(c.driver && c.driver->traits.by_hand))
        cli_say(
            cli,
            N_("Planned posts that wait for it: %s. What is due meanwhile is held until it is "
               "connected again."),
            cli_number(cli, counts.waiting_n));
    return cli->json ? cli_json_good(error) : OK;
}

/* ---- private hosts ---- */

static enum fault
change_host(struct cli *cli, bool allow, struct error *error)
{
    if (db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    str host = cli->args->positional;
    enum fault fault = allow ? egress_allow(&cli->propre, cli->workspace.id, host, error)
                             : egress_forbid(&cli->propre, cli->workspace.id, host, error);
    return fault ? fault : db_commit(tx, error);
}

enum fault
command_channel_allow(struct cli *cli, struct error *error)
{
    if (change_host(cli, true, error))
        return error->fault;
    cli_say(cli, N_("%s may be reached although it is private."), cli->args->positional);
    return cli->json ? cli_json_good(error) : OK;
}

enum fault
command_channel_forbid(struct cli *cli, struct error *error)
{
    if (change_host(cli, false, error))
        return error->fault;
    cli_say(cli, N_("%s may not be reached any more."), cli->args->positional);
    return cli->json ? cli_json_good(error) : OK;
}

enum fault
command_channel_allowed(struct cli *cli, struct error *error)
{
    str *hosts = NULL;
    ptrdiff_t n = 0;
    if (egress_list(&cli->propre, cli->workspace.id, cli->keep, &hosts, &n, error))
        return error->fault;
    if (cli->json) {
        struct cli_json json;
        cli_json_begin(&json);
        json_array_begin(&json.w);
        for (ptrdiff_t i = 0; i < n; i++)
            json_str(&json.w, hosts[i]);
        json_array_end(&json.w);
        return cli_json_end(&json, error);
    }
    for (ptrdiff_t i = 0; i < n; i++)
        cli_print(cli, hosts[i]);
    if (n == 0)
        cli_print(cli, str_of(translate(cli->lang, N_("No private host is allowed."))));
    return OK;
}
