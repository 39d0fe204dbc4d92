#include "cli/commands.h"

#include <unistd.h>

#include "base/format.h"
#include "cli/owner.h"
#include "place/db.h"
#include "place/schema.h"

enum { PORT_DEFAULT = 8420 };

/* "/srv/shop.propre" → "shop" */
static str
name_of_file(str path)
{
    str name = path, folder;
    while (str_cut(&name, '/', &folder))
        ;
    name = folder;
    ptrdiff_t dot = str_chr(name, '.');
    return dot > 0 ? str_slice(name, 0, dot) : name;
}

/* The machine's zone, as Debian and most others write it down; UTC when they do not. */
static str
zone_of_machine(struct arena *keep)
{
    char link[256];
    ssize_t n = readlink("/etc/localtime", link, sizeof link);
    str target = n > 0 ? (str){link, n} : S("");
    ptrdiff_t at = str_find(target, S("/zoneinfo/"));
    if (at < 0)
        return S("UTC");
    str zone = str_slice(target, at + 10, target.n);
    return str_starts(zone, S("Etc/")) ? S("UTC") : arena_str(keep, zone);
}

static enum fault
take_settings(struct cli *cli, struct workspace *w, struct error *error)
{
    str name = args_value(cli->args, "name"), zone = args_value(cli->args, "zone");
    str language = args_value(cli->args, "language"),
        currency = args_value(cli->args, "currency");
    int64_t first = 0;
    if (name.p)
        w->name = name;
    if (zone.p)
        w->zone = zone;
    if (currency.p)
        w->currency = currency;
    if (language.p && !lang_parse(language, &w->lang))
        return fail(error, FAULT_INPUT, "--language is fr or en, not \"%.*s\"",
                    STR_FMT(language));
    if (args_i64(cli->args, "first-day", 1, 7, w->first_weekday, &first, error))
        return error->fault;
    w->first_weekday = (int32_t)first;
    return OK;
}

/* A new file with its tables, a workspace and an owner: all of it, or no file. */
static enum fault
make_data(struct cli *cli, struct workspace *w, struct error *error)
{
    struct db_options options = {.create = true};
    int64_t person = 0;
    enum fault fault = db_open(str_of(cli->data), &options, &cli->propre.db, error);
    fault = fault ? fault
                  : db_migrate(cli->propre.db, schema_steps, schema_steps_n,
                               clock_now(&cli->propre.clock), error);
    fault = fault ? fault : db_begin(cli->propre.db, DB_WRITE, error);
    if (fault)
        return fault;
    auto_tx tx = cli->propre.db;
    fault = workspace_add(&cli->propre, w, &w->id, error);
    fault = fault ? fault : owner_add(&cli->propre, w, &person, error);
    return fault ? fault : db_commit(tx, error);
}

enum fault
workspace_make(struct cli *cli, struct workspace *w, struct error *error)
{
    bool file = !str_starts(str_of(cli->data), S("postgres"));
    if (file && access(cli->data, F_OK) == 0) {
        return fail(error, FAULT_CONFLICT,
                    "%s exists already; nothing was changed. Name another file with --data",
                    cli->data);
    }
    enum fault fault = make_data(cli, w, error);
    if (fault && file) {
        db_close(cli->propre.db);
        cli->propre.db = NULL;
        (void)unlink(cli->data); /* made above; nobody had it before */
    }
    if (fault)
        return error_prefix(error, "making the workspace %s", cli->data);
    cli->workspace = *w;
    return OK;
}

struct workspace
workspace_defaults(struct cli *cli)
{
    return (struct workspace){.name = name_of_file(str_of(cli->data)),
                              .zone = zone_of_machine(cli->keep),
                              .lang = cli->lang,
                              .currency = S("EUR"),
                              .first_weekday = 1};
}

static enum fault
print_workspace_json(const struct workspace *w, struct error *error)
{
    struct cli_json json;
    cli_json_begin(&json);
    json_object_begin(&json.w);
    json_member_int(&json.w, "id", w->id);
    json_member_str(&json.w, "name", w->name);
    json_member_str(&json.w, "zone", w->zone);
    json_member_str(&json.w, "language", str_of(lang_code(w->lang)));
    json_member_str(&json.w, "currency", w->currency);
    json_member_int(&json.w, "first_day", w->first_weekday);
    json_object_end(&json.w);
    return cli_json_end(&json, error);
}

enum fault
command_init(struct cli *cli, struct error *error)
{
    struct workspace w = workspace_defaults(cli);
    enum fault fault = take_settings(cli, &w, error);
    fault = fault ? fault : workspace_make(cli, &w, error);
    if (fault)
        return fault;
    if (cli->json)
        return print_workspace_json(&w, error);
    cli_say(cli,
            N_("Workspace %1$s made in %2$s (zone %3$s). Next: propre import FILE, or propre "
               "serve"),
            w.name, str_of(cli->data), w.zone);
    return OK;
}

enum fault
command_workspace_show(struct cli *cli, struct error *error)
{
    const struct workspace *w = &cli->workspace;
    if (cli->json)
        return print_workspace_json(w, error);
    cli_print(cli, w->name);
    cli_say(cli, N_("Time zone: %s"), w->zone);
    cli_say(cli, N_("Language: %s"), str_of(lang_code(w->lang)));
    cli_say(cli, N_("Currency: %s"), w->currency);
    cli_say(cli, N_("First day of the week: %s"), format_weekday(cli->lang, w->first_weekday));
    return OK;
}

enum fault
command_workspace_set(struct cli *cli, struct error *error)
{
    enum fault fault = take_settings(cli, &cli->workspace, error);
    fault = fault ? fault : db_begin(cli->propre.db, DB_WRITE, error);
    if (fault)
        return fault;
    auto_tx tx = cli->propre.db;
    fault = workspace_change(&cli->propre, &cli->workspace, error);
    fault = fault ? fault : db_commit(tx, error);
    return fault ? error_prefix(error, "changing the workspace")
                 : command_workspace_show(cli, error);
}

enum fault
command_sign_in_link(struct cli *cli, struct error *error)
{
    int64_t port = 0;
    str address = args_value(cli->args, "address"), link;
    if (args_i64(cli->args, "port", 1, 65535, PORT_DEFAULT, &port, error))
        return error->fault;
    str base =
        address.p ? address : arena_printf(cli->keep, "http://127.0.0.1:%lld", (long long)port);
    if (owner_link(&cli->propre, &cli->workspace, base, cli->keep, &link, error))
        return error_prefix(error, "making a sign-in link");
    if (cli->json) {
        struct cli_json json;
        cli_json_begin(&json);
        json_object_begin(&json.w);
        json_member_str(&json.w, "link", link);
        json_object_end(&json.w);
        return cli_json_end(&json, error);
    }
    cli_say(cli, N_("Opens once, within 24 hours: %s"), link);
    return OK;
}
