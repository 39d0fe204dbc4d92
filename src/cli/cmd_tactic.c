#include "cli/commands.h"

#include "base/format.h"
#include "cli/table.h"
#include "place/db.h"
#include "tactic/tactic.h"

static enum fault
take_effort(struct cli *cli, struct maybe_int *ret, struct error *error)
{
    int64_t minutes = -1;
    if (args_i64(cli->args, "effort", 0, TACTIC_EFFORT_MINUTES_MAX, -1, &minutes, error))
        return error->fault;
    *ret = minutes < 0 ? no_int : some_int(minutes);
    return OK;
}

enum fault
command_tactic_add(struct cli *cli, struct error *error)
{
    str hypothesis = args_value(cli->args, "hypothesis");
    struct tactic t = {.workspace = cli->workspace.id,
                       .name = cli->args->positional,
                       .hypothesis = hypothesis.p ? hypothesis : S("")};
    int64_t objective = 0, id = 0;
    enum fault fault = take_effort(cli, &t.effort_minutes, error);
    fault = fault ? fault : cli_maybe_money(cli, "cost", &t.cost_minor, error);
    fault =
        fault ? fault : args_i64(cli->args, "objective", 1, INT64_MAX, 0, &objective, error);
    if (fault || db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    if (t.cost_minor.has)
        t.currency = cli->workspace.currency;
    auto_tx tx = cli->propre.db;
    fault = tactic_insert(&cli->propre, &t, &id, error);
    if (!fault && objective)
        fault = tactic_serve(&cli->propre, cli->workspace.id, id, &objective, 1, error);
    fault = fault ? fault : db_commit(tx, error);
    if (fault)
        return error_prefix(error, "adding the tactic \"%.*s\"",
                            STR_FMT(str_slice(t.name, 0, 60)));
    if (!cli->json) {
        cli_say(cli, N_("Tactic %s added: %s"), arena_printf(cli->keep, "%lld", (long long)id),
                t.name);
        return OK;
    }
    struct cli_json json;
    cli_json_begin(&json);
    json_object_begin(&json.w);
    json_member_int(&json.w, "id", id);
    json_object_end(&json.w);
    return cli_json_end(&json, error);
}

static enum fault
print_tactics_json(const struct tactic *all, ptrdiff_t n, struct error *error)
{
    struct cli_json json;
    cli_json_begin(&json);
    json_array_begin(&json.w);
    for (ptrdiff_t i = 0; i < n; i++) {
        json_object_begin(&json.w);
        json_member_int(&json.w, "id", all[i].id);
        json_member_str(&json.w, "name", all[i].name);
        json_member_str(&json.w, "hypothesis", all[i].hypothesis);
        json_member_maybe_int(&json.w, "effort_minutes", all[i].effort_minutes);
        json_member_maybe_int(&json.w, "cost_minor", all[i].cost_minor);
        json_member_str(&json.w, "currency", all[i].currency);
        json_member_int(&json.w, "posts", all[i].posts_n);
        json_object_end(&json.w);
    }
    json_array_end(&json.w);
    return cli_json_end(&json, error);
}

enum fault
command_tactic_list(struct cli *cli, struct error *error)
{
    struct tactic *all = NULL;
    ptrdiff_t n = 0;
    if (tactic_list(&cli->propre, cli->workspace.id, cli->keep, &all, &n, error))
        return error->fault;
    if (cli->json)
        return print_tactics_json(all, n, error);
    if (n == 0) {
        cli_say(cli, N_("There is no tactic yet. Add one: %s"),
                S("propre tactic add \"…\" --hypothesis \"…\""));
        return OK;
    }
    enum { COLUMNS = 4 };
    str *cells = new (cli->keep, str, n * COLUMNS);
    for (ptrdiff_t i = 0; i < n; i++) {
        str *cell = cells + i * COLUMNS;
        cell[0] = arena_printf(cli->keep, "%lld", (long long)all[i].id);
        cell[1] = all[i].name;
        cell[2] = format_integer(cli->keep, cli->lang, all[i].posts_n);
        cell[3] = all[i].hypothesis;
    }
    struct table table = {.columns_n = COLUMNS,
                          .cells = cells,
                          .rows_n = n,
                          .cell_graphemes_max = 48,
                          .right = {true, false, true}};
    const char *heads[COLUMNS] = {N_("ID"), N_("Name"), N_("Posts"), N_("Hypothesis")};
    for (int32_t i = 0; i < COLUMNS; i++)
        table.heads[i] = translate(cli->lang, heads[i]);
    table_print(&table, cli->scratch);
    return OK;
}

enum fault
command_tactic_retire(struct cli *cli, struct error *error)
{
    int64_t id = 0;
    if (cli_id(cli, &id, error) || db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    enum fault fault = tactic_archive(&cli->propre, cli->workspace.id, id, true, error);
    fault = fault ? fault : db_commit(tx, error);
    if (fault)
        return error_prefix(error, "retiring tactic %lld", (long long)id);
    cli_say(cli, N_("Retired tactic %s; its posts stay"),
            arena_printf(cli->keep, "%lld", (long long)id));
    return OK;
}
