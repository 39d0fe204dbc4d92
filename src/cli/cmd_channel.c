#include "cli/commands.h"

#include "cli/table.h"
#include "place/db.h"
#include "strategy/channel.h"

enum fault
command_channel_add(struct cli *cli, struct error *error)
{
    str network = args_value(cli->args, "network"), handle = args_value(cli->args, "handle");
    struct channel channel = {.workspace = cli->workspace.id,
                              .name = cli->args->positional,
                              .handle = handle.p ? handle : S("")};
    if (!network.p || !network_parse(network, &channel.network)) {
        return fail(
            error, FAULT_INPUT,
            "--network \"%.*s\" is not known; it is one of site, blog, newsletter, "
            "facebook, instagram, threads, x, linkedin, youtube, tiktok, pinterest, "
            "flickr, mastodon, bluesky, reddit, telegram, wordpress, ghost, discord, webhook, "
            "manual, other",
            STR_FMT(network));
    }
    channel.ownership =
        args_has(cli->args, "owned") ? OWNED : network_ownership(channel.network);
    int64_t id = 0;
    if (db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    enum fault fault = channel_insert(&cli->propre, &channel, &id, error);
    fault = fault ? fault : db_commit(tx, error);
    if (fault)
        return error_prefix(error, "adding the channel \"%.*s\"",
                            STR_FMT(str_slice(channel.name, 0, 60)));
    if (!cli->json) {
        cli_say(cli, N_("Channel %s added: %s"), arena_printf(cli->keep, "%lld", (long long)id),
                channel.name);
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
print_channels_json(const struct channel *all, ptrdiff_t n, struct error *error)
{
    struct cli_json json;
    cli_json_begin(&json);
    json_array_begin(&json.w);
    for (ptrdiff_t i = 0; i < n; i++) {
        json_object_begin(&json.w);
        json_member_int(&json.w, "id", all[i].id);
        json_member_str(&json.w, "name", all[i].name);
        json_member_str(&json.w, "network", network_word(all[i].network));
        json_member_str(&json.w, "handle", all[i].handle);
        json_member_str(&json.w, "ownership", ownership_word(all[i].ownership));
        json_object_end(&json.w);
    }
    json_array_end(&json.w);
    return cli_json_end(&json, error);
}

enum fault
command_channel_list(struct cli *cli, struct error *error)
{
    struct channel *all = NULL;
    ptrdiff_t n = 0;
    if (channel_list(&cli->propre, cli->workspace.id, cli->keep, &all, &n, error))
        return error->fault;
    if (cli->json)
        return print_channels_json(all, n, error);
    if (n == 0) {
        cli_say(cli, N_("There is no channel yet. Add one: %s"),
                S("propre channel add \"…\" --network facebook"));
        return OK;
    }
    enum { COLUMNS = 5 };
    str *cells = new (cli->keep, str, n * COLUMNS);
    for (ptrdiff_t i = 0; i < n; i++) {
        str *cell = cells + i * COLUMNS;
        cell[0] = arena_printf(cli->keep, "%lld", (long long)all[i].id);
        cell[1] = all[i].name;
        cell[2] = network_name(all[i].network);
        cell[3] = all[i].handle;
        cell[4] = str_of(
            translate(cli->lang, all[i].ownership == OWNED ? N_("owned") : N_("rented")));
    }
    struct table table = {.columns_n = COLUMNS,
                          .cells = cells,
                          .rows_n = n,
                          .cell_graphemes_max = 40,
                          .right = {true}};
    const char *heads[COLUMNS] = {N_("ID"), N_("Name"), N_("Network"), N_("Handle"),
                                  N_("Ground")};
    for (int32_t i = 0; i < COLUMNS; i++)
        table.heads[i] = translate(cli->lang, heads[i]);
    table_print(&table, cli->scratch);
    return OK;
}
