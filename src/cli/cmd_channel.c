#include "cli/commands.h"

#include "channel/driver.h"
#include "cli/act.h"
#include "cli/table.h"
#include "outbox/account.h"
#include "outbox/put_away.h"
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

/* ---- list ---- */

/* A channel with its account, if it has one. */
struct row {
    const struct channel *of;
    const struct account *account; /* NULL: not connected */
    const struct driver *driver;   /* NULL: several could, and none was chosen */
    struct maybe_int days_left;    /* of its token */
};

static struct row
row_of(const struct channel *channel, const struct account *accounts, ptrdiff_t n, instant now)
{
    struct row row = {.of = channel};
    for (ptrdiff_t i = 0; i < n; i++) {
        if (accounts[i].channel == channel->id)
            row.account = &accounts[i];
    }
    row.driver = row.account && row.account->network.n > 0
                     ? driver_find(row.account->network)
                     : driver_usual(network_word(channel->network));
    if (row.account && row.account->token_expires_us.has) {
        int64_t left = row.account->token_expires_us.is - now.us;
        row.days_left = some_int(left > 0 ? left / SPAN_DAY.us : 0);
    }
    return row;
}

/* The word for programs, and the name for people. */
static str
account_word(const struct row *row, const char **ret_name)
{
    static const char *const states[] = {[ACCOUNT_CONNECTED] = N_("connected"),
                                         [ACCOUNT_FAILING] = N_("refused lately"),
                                         [ACCOUNT_DEAD] = N_("reconnect it")};
    bool by_hand = row->driver && row->driver->traits.by_hand;
    *ret_name = by_hand ? N_("by hand") : N_("not connected");
    if (!row->account)
        return by_hand ? S("by hand") : S("not connected");
    if (!by_hand)
        *ret_name = row->account->state == ACCOUNT_CONNECTED && !row->account->verified_us.has
                        ? N_("not verified")
                        : states[row->account->state];
    return account_state_word(row->account);
}

static enum fault
print_channels_json(const struct row *all, ptrdiff_t n, struct error *error)
{
    struct cli_json json;
    const char *name;
    cli_json_begin(&json);
    json_array_begin(&json.w);
    for (ptrdiff_t i = 0; i < n; i++) {
        const struct account *a = all[i].account;
        json_object_begin(&json.w);
        json_member_int(&json.w, "id", all[i].of->id);
        json_member_str(&json.w, "name", all[i].of->name);
        json_member_str(&json.w, "network", network_word(all[i].of->network));
        json_member_str(&json.w, "handle", all[i].of->handle);
        json_member_str(&json.w, "ownership", ownership_word(all[i].of->ownership));
        json_member_str(&json.w, "account", account_word(&all[i], &name));
        json_member_str(&json.w, "server", a ? a->server : STR_NONE);
        json_member_maybe_int(&json.w, "verified_us", a ? a->verified_us : no_int);
        json_member_maybe_int(&json.w, "token_expires_us", a ? a->token_expires_us : no_int);
        json_member_maybe_int(&json.w, "token_days_left", all[i].days_left);
        json_member_str(&json.w, "words", a ? a->words : STR_NONE);
        json_object_end(&json.w);
    }
    json_array_end(&json.w);
    return cli_json_end(&json, error);
}

static void
print_channels(struct cli *cli, const struct row *all, ptrdiff_t n)
{
    enum { COLUMNS = 7 };
    const char *heads[COLUMNS] = {
        N_("ID"),     N_("Name"),    N_("Network"),         N_("Handle"),
        N_("Ground"), N_("Account"), N_("Token, days left")};
    str *cells = new (cli->keep, str, n * COLUMNS);
    for (ptrdiff_t i = 0; i < n; i++) {
        str *cell = cells + i * COLUMNS;
        const char *name;
        (void)account_word(&all[i], &name);
        cell[0] = cli_number(cli, all[i].of->id);
        cell[1] = all[i].of->name;
        cell[2] = network_label(cli->lang, all[i].of->network);
        cell[3] = all[i].of->handle;
        cell[4] = str_of(
            translate(cli->lang, all[i].of->ownership == OWNED ? N_("owned") : N_("rented")));
        cell[5] = str_of(translate(cli->lang, name));
        cell[6] = all[i].days_left.has ? cli_number(cli, all[i].days_left.is) : S("–");
    }
    struct table table = {.columns_n = COLUMNS,
                          .cells = cells,
                          .rows_n = n,
                          .cell_graphemes_max = 40,
                          .right = {true}};
    table.right[COLUMNS - 1] = true;
    for (int32_t i = 0; i < COLUMNS; i++)
        table.heads[i] = translate(cli->lang, heads[i]);
    table_print(&table, cli->scratch);
}

/* What is to be done next, for the first that needs something. */
static void
say_next(struct cli *cli, const struct row *all, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++) {
        bool dead = all[i].account && all[i].account->state == ACCOUNT_DEAD;
        bool missing = !all[i].account && !(all[i].driver && all[i].driver->traits.by_hand);
        if (!dead && !missing)
            continue;
        cli_say(cli, N_("To let posts go to %1$s: %2$s"), all[i].of->name,
                arena_printf(cli->keep, "propre channel connect \"%.*s\"",
                             STR_FMT(all[i].of->name)));
        return;
    }
}

enum fault
command_channel_list(struct cli *cli, struct error *error)
{
    struct channel *channels = NULL;
    struct account *accounts = NULL;
    ptrdiff_t n = 0, accounts_n = 0;
    bool archived = args_has(cli->args, "archived");
    if ((archived ? channel_list_archived : channel_list)(&cli->propre, cli->workspace.id,
                                                          cli->keep, &channels, &n, error) ||
        account_list(&cli->propre, cli->workspace.id, cli->keep, &accounts, &accounts_n, error))
        return error->fault;
    struct row *all = new (cli->keep, struct row, n);
    for (ptrdiff_t i = 0; i < n; i++)
        all[i] = row_of(&channels[i], accounts, accounts_n, clock_now(&cli->propre.clock));
    if (cli->json)
        return print_channels_json(all, n, error);
    if (n == 0 && archived) {
        cli_print(cli, str_of(translate(cli->lang, N_("No channel was put away."))));
        return OK;
    }
    if (n == 0) {
        cli_say(cli, N_("There is no channel yet. Add one: %s"),
                S("propre channel add \"…\" --network facebook"));
        return OK;
    }
    print_channels(cli, all, n);
    if (!archived)
        say_next(cli, all, n);
    return OK;
}

/* ---- another name; put away, and brought back ---- */

enum fault
command_channel_rename(struct cli *cli, struct error *error)
{
    struct channel channel;
    int64_t id = 0;
    str to = args_value(cli->args, "to");
    if (!to.p)
        return fail(error, FAULT_INPUT, "say its new name: --to \"Workshop notes\"");
    if (db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    if (cli_find_channel(cli, cli->args->positional, &id, error) ||
        channel_get(&cli->propre, cli->workspace.id, id, cli->keep, &channel, error))
        return error->fault;
    str was = channel.name;
    channel.name = to;
    if (channel_update(&cli->propre, &channel, error) || db_commit(tx, error))
        return error->fault;
    cli_say(cli, N_("%1$s is called %2$s now."), was, str_trim(to));
    return cli->json ? cli_json_good(error) : OK;
}

/* What is planned there is told, with its number, before anything is done. */
static enum fault
must_choose(const struct channel *channel, const struct put_away_counts *counts,
            struct error *error)
{
    str name = channel->name;
    return fail(error, FAULT_CONFLICT,
                "%lld planned posts wait for %.*s, and nothing was changed: say what becomes "
                "of them, `propre channel archive \"%.*s\" --hold` or `--cancel`",
                (long long)counts->waiting_n, STR_FMT(name), STR_FMT(name));
}

enum fault
command_channel_archive(struct cli *cli, struct error *error)
{
    struct channel channel;
    struct put_away_counts counts;
    int64_t id = 0, n = 0;
    bool hold = args_has(cli->args, "hold"), cancel = args_has(cli->args, "cancel");
    enum put_away what = hold ? PUT_AWAY_HOLD : cancel ? PUT_AWAY_CANCEL : PUT_AWAY_ASK;
    if (hold && cancel)
        return fail(error, FAULT_INPUT, "say one of --hold and --cancel");
    if (db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    if (cli_find_channel(cli, cli->args->positional, &id, error) ||
        channel_get(&cli->propre, cli->workspace.id, id, cli->keep, &channel, error) ||
        put_away_count(&cli->propre, cli->workspace.id, id, &counts, error))
        return error->fault;
    if (counts.waiting_n > 0 && what == PUT_AWAY_ASK)
        return must_choose(&channel, &counts, error);
    if (put_away_channel(&cli->propre, cli->workspace.id, id, what, WHO, &n, error) ||
        db_commit(tx, error))
        return error->fault;
    if (n > 0)
        cli_say(cli,
                hold ? N_("%1$s is put away; numbers of the queue on hold: %2$s.")
                     : N_("%1$s is put away; numbers of the queue cancelled: %2$s."),
                channel.name, cli_number(cli, n));
    else
        cli_say(cli, N_("%1$s is put away. To bring it back: %2$s"), channel.name,
                arena_printf(cli->keep, "propre channel restore %lld", (long long)id));
    return cli->json ? cli_json_id(id, error) : OK;
}

enum fault
command_channel_restore(struct cli *cli, struct error *error)
{
    struct channel channel;
    struct put_away_counts counts;
    int64_t id = 0;
    if (db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    if (cli_find_archived(cli, cli->args->positional, &id, error) ||
        channel_archive(&cli->propre, cli->workspace.id, id, false, error) ||
        channel_get(&cli->propre, cli->workspace.id, id, cli->keep, &channel, error) ||
        put_away_count(&cli->propre, cli->workspace.id, id, &counts, error) ||
        db_commit(tx, error))
        return error->fault;
    if (counts.held_n > 0)
        cli_say(cli, N_("%1$s is back; numbers of the queue still on hold: %2$s."),
                channel.name, cli_number(cli, counts.held_n));
    else
        cli_say(cli, N_("%s is back."), channel.name);
    return cli->json ? cli_json_id(id, error) : OK;
}
