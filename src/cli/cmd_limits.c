#include "base/json.h"
#include "channel/driver.h"
#include "cli/act.h"
#include "cli/commands.h"
#include "cli/table.h"
#include "outbox/account.h"
#include "strategy/channel.h"

/* What a channel takes: what its server told, else what the network says, with where and when that was read. */

enum { LIMITS_N = 7, COLUMNS = 5 };

struct shown {
    str channel;
    const char *what; /* key of translation */
    const char *word; /* stable */
    int64_t is;
    bool told; /* by the server */
    const struct limit *usual;
};

static const char *
unit_of(enum counter counter)
{
    switch (counter) {
    case COUNT_GRAPHEMES:
    case COUNT_MASTODON:
        return N_("characters of the text");
    case COUNT_X:
        return N_("characters of the text, as X counts");
    case COUNT_UTF16:
        return N_("characters of the text, emoji for two");
    case COUNT_NONE:
        break;
    }
    return N_("text");
}

/* The limits of one channel that has any; how many. */
static int32_t
limits_of(struct cli *cli, const struct channel *channel, const struct account *account,
          struct shown ret[LIMITS_N])
{
    struct json *own = NULL;
    struct error unread = {0}; /* limits that cannot be read are as good as none */
    const struct driver *driver = account && account->network.n > 0
                                      ? driver_find(account->network)
                                      : driver_usual(network_word(channel->network));
    if (!driver || driver->traits.by_hand)
        return 0;
    if (account && account->limits.n > 0 &&
        json_parse(cli->keep, account->limits, &own, &unread))
        own = NULL;
    const struct channel_traits *t = &driver->traits;
    const struct {
        const char *what, *word;
        const struct limit *limit;
    } all[LIMITS_N] = {
        {unit_of(t->counter), "text_max", &t->text_max},
        {N_("bytes of the text"), "text_bytes_max", &t->text_bytes_max},
        {N_("characters of the title"), "title_max", &t->title_max},
        {N_("pictures"), "media_max", &t->media_max},
        {N_("bytes of a picture"), "media_bytes_max", &t->media_bytes_max},
        {N_("pixels of a picture"), "media_pixels_max", &t->media_pixels_max},
        {N_("characters of a description"), "alt_max", &t->alt_max},
    };
    int32_t n = 0;
    for (int i = 0; i < LIMITS_N; i++) {
        struct maybe_int told = json_as_int(json_get(own, str_of(all[i].word)));
        bool has = told.has && told.is > 0;
        if (!has && all[i].limit->is == 0)
            continue;
        ret[n++] = (struct shown){.channel = channel->name,
                                  .what = all[i].what,
                                  .word = all[i].word,
                                  .is = has ? told.is : all[i].limit->is,
                                  .told = has,
                                  .usual = all[i].limit};
    }
    return n;
}

static enum fault
limits_json(const struct shown *all, ptrdiff_t n, struct error *error)
{
    struct cli_json json;
    cli_json_begin(&json);
    json_array_begin(&json.w);
    for (ptrdiff_t i = 0; i < n; i++) {
        json_object_begin(&json.w);
        json_member_str(&json.w, "channel", all[i].channel);
        json_member_str(&json.w, "limit", str_of(all[i].word));
        json_member_int(&json.w, "is", all[i].is);
        json_member_bool(&json.w, "told_by_server", all[i].told);
        json_member_str(&json.w, "source", str_of(all[i].usual->source));
        json_member_str(&json.w, "date", str_of(all[i].usual->date));
        json_object_end(&json.w);
    }
    json_array_end(&json.w);
    return cli_json_end(&json, error);
}

static void
limits_table(struct cli *cli, const struct shown *all, ptrdiff_t n)
{
    const char *heads[COLUMNS] = {N_("Channel"), N_("At most"), N_("What"), N_("Source"),
                                  N_("Read on")};
    str *cells = new (cli->keep, str, n * COLUMNS);
    for (ptrdiff_t i = 0; i < n; i++) {
        str *cell = cells + i * COLUMNS;
        const struct limit *usual = all[i].usual;
        cell[0] = i > 0 && str_eq(all[i].channel, all[i - 1].channel) ? S("") : all[i].channel;
        cell[1] = cli_number(cli, all[i].is);
        cell[2] = str_of(translate(cli->lang, all[i].what));
        cell[3] = all[i].told     ? str_of(translate(cli->lang, N_("the server")))
                  : usual->source ? str_of(usual->source)
                                  : S("–");
        cell[4] = !all[i].told && usual->date ? str_of(usual->date) : S("–");
    }
    struct table table = {
        .columns_n = COLUMNS, .cells = cells, .rows_n = n, .cell_graphemes_max = 60};
    table.right[1] = true;
    for (int32_t i = 0; i < COLUMNS; i++)
        table.heads[i] = translate(cli->lang, heads[i]);
    table_print(&table, cli->scratch);
}

enum fault
command_channel_limits(struct cli *cli, struct error *error)
{
    struct channel *channels = NULL;
    ptrdiff_t n = 0, rows = 0;
    int64_t only = 0;
    str name = cli->args->positional;
    if ((name.p && cli_find_channel(cli, name, &only, error)) ||
        channel_list(&cli->propre, cli->workspace.id, cli->keep, &channels, &n, error))
        return error->fault;
    struct shown *all = new (cli->keep, struct shown, n * LIMITS_N + 1);
    for (ptrdiff_t i = 0; i < n; i++) {
        struct account account;
        bool connected = false;
        if (only && channels[i].id != only)
            continue;
        if (account_get(&cli->propre, cli->workspace.id, channels[i].id, cli->keep, &account,
                        &connected, error))
            return error->fault;
        rows += limits_of(cli, &channels[i], connected ? &account : NULL, all + rows);
    }
    if (cli->json)
        return limits_json(all, rows, error);
    if (rows == 0) {
        cli_say(cli, N_("No limit is known. What a server takes is asked by: %s"),
                S("propre channel verify \"…\""));
        return OK;
    }
    limits_table(cli, all, rows);
    return OK;
}
