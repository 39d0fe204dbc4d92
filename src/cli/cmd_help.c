#include "cli/commands.h"

#include "place/db.h"

enum fault
command_show_help(struct cli *cli, struct error *error)
{
    str noun = cli->args->positional;
    if (noun.p) {
        bool known = false;
        for (int32_t i = 0; i < commands_n; i++)
            known = known || str_eq(str_of(commands[i].noun), noun);
        if (!known) {
            return fail(error, FAULT_ABSENT,
                        "there is no command \"%.*s\"; `propre help` lists them",
                        STR_FMT(noun));
        }
    }
    cli_print(cli, command_help(cli->keep, cli->lang, noun, STR_NONE));
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
