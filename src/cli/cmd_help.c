#include "cli/commands.h"

#include "place/db.h"

enum fault
command_show_help(struct cli *cli, struct error *error)
{
    str noun = cli->args->positional, verb = cli->args->second;
    if (noun.p && !verb.p) { /* "channel add" in one word */
        str rest = noun;
        if (str_cut(&rest, ' ', &noun))
            verb = str_trim(rest);
    }
    bool known = !noun.p;
    for (int32_t i = 0; i < commands_n; i++)
        known = known || (str_eq(str_of(commands[i].noun), noun) &&
                          (!verb.p || str_eq(str_of(commands[i].verb), verb)));
    if (!known) {
        str name = arena_printf(cli->keep, "%.*s%s%.*s", STR_FMT(noun), verb.p ? " " : "",
                                STR_FMT(verb));
        return fail(error, FAULT_ABSENT,
                    "there is no command \"%.*s\"; `propre help` lists them", STR_FMT(name));
    }
    cli_print(cli, command_help(cli->keep, cli->lang, noun, verb));
    return OK;
}

enum fault
command_show_version(struct cli *cli, struct error *error)
{
    (void)error; /* nothing here can fail; every command has the same form */
    cli_print(cli, arena_printf(cli->keep, "propre %s\nSQLite %s", PROPRE_VERSION,
                                db_sqlite_version()));
    return OK;
}

enum fault
command_show_manual(struct cli *cli, struct error *error)
{
    (void)error; /* as above */
    cli_print(cli, command_manual(cli->keep));
    return OK;
}

enum fault
command_show_completion(struct cli *cli, struct error *error)
{
    (void)error; /* as above */
    cli_print(cli, command_completion(cli->keep));
    return OK;
}
