#include "base/number.h"
#include "base/text.h"
#include "cli/cli.h"
#include "strategy/channel.h"
#include "tactic/tactic.h"

/* What a name on the command line means. */

enum { WAYS_N = 6, NAME_SHOWN = 60 };

/* How a channel can be named, the surest first. */
static bool
is_meant(const struct channel *channel, str name, int way)
{
    struct error not_a_number = {0};
    str handle = channel->handle, said = name;
    int64_t id = 0;
    switch (way) {
    case 0:
        return str_eq(channel->name, name);
    case 1:
        return handle.n > 0 && str_eq(handle, name);
    case 2:
        return text_eq_case(channel->name, name);
    case 3:
        if (str_starts(handle, S("@")))
            handle = str_slice(handle, 1, handle.n);
        if (str_starts(said, S("@")))
            said = str_slice(said, 1, said.n);
        return handle.n > 0 && text_eq_case(handle, said);
    case 4:
        return text_eq_case(network_word(channel->network), name) ||
               text_eq_case(network_name(channel->network), name);
    default:
        return !parse_i64(name, 1, INT64_MAX, &id, &not_a_number) && id == channel->id;
    }
}

/* *ret 0: none is meant. */
static enum fault
find_among(const struct channel *all, ptrdiff_t n, str name, int64_t *ret, struct error *error)
{
    *ret = 0;
    for (int way = 0; way < WAYS_N; way++) {
        const struct channel *found = NULL;
        for (ptrdiff_t i = 0; i < n; i++) {
            if (!is_meant(&all[i], name, way))
                continue;
            if (found)
                return fail(
                    error, FAULT_INPUT,
                    "\"%.*s\" can be channel %lld (%.*s) or %lld (%.*s); write its name "
                    "or number as `propre channel list` shows it",
                    STR_FMT(str_slice(name, 0, NAME_SHOWN)), (long long)found->id,
                    STR_FMT(found->name), (long long)all[i].id, STR_FMT(all[i].name));
            found = &all[i];
        }
        if (found) {
            *ret = found->id;
            return OK;
        }
    }
    return OK;
}

enum fault
cli_find_channel(struct cli *cli, str name, int64_t *ret, struct error *error)
{
    struct channel *all = NULL;
    ptrdiff_t n = 0;
    if (channel_list(&cli->propre, cli->workspace.id, cli->keep, &all, &n, error) ||
        find_among(all, n, name, ret, error))
        return error->fault;
    if (*ret)
        return OK;
    return fail(error, FAULT_ABSENT,
                "there is no channel \"%.*s\"; `propre channel list` shows them",
                STR_FMT(str_slice(name, 0, NAME_SHOWN)));
}

enum fault
cli_find_archived(struct cli *cli, str name, int64_t *ret, struct error *error)
{
    struct channel *all = NULL;
    ptrdiff_t n = 0;
    if (channel_list_archived(&cli->propre, cli->workspace.id, cli->keep, &all, &n, error) ||
        find_among(all, n, name, ret, error))
        return error->fault;
    if (*ret)
        return OK;
    return fail(error, FAULT_ABSENT,
                "no channel \"%.*s\" was put away; `propre channel list --archived` shows "
                "those that were",
                STR_FMT(str_slice(name, 0, NAME_SHOWN)));
}

enum fault
cli_find_tactic(struct cli *cli, str name, int64_t *ret, struct error *error)
{
    bool found = false;
    struct tactic *all = NULL;
    ptrdiff_t n = 0;
    const struct tactic *one = NULL;
    if (tactic_find(&cli->propre, cli->workspace.id, name, ret, &found, error))
        return error->fault;
    if (found)
        return OK;
    if (tactic_list(&cli->propre, cli->workspace.id, cli->keep, &all, &n, error))
        return error->fault;
    for (ptrdiff_t i = 0; i < n; i++) {
        if (!text_eq_case(all[i].name, name))
            continue;
        if (one)
            return fail(error, FAULT_INPUT,
                        "\"%.*s\" can be %.*s or %.*s; write its name as `propre tactic list` "
                        "shows it",
                        STR_FMT(str_slice(name, 0, NAME_SHOWN)), STR_FMT(one->name),
                        STR_FMT(all[i].name));
        one = &all[i];
    }
    if (!one)
        return fail(error, FAULT_ABSENT,
                    "there is no tactic \"%.*s\"; `propre tactic list` shows them",
                    STR_FMT(str_slice(name, 0, NAME_SHOWN)));
    *ret = one->id;
    return OK;
}
