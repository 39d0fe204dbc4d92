#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "place/vault.h"

/* "$XDG_CONFIG_HOME/propre", or none when the machine does not say where that is. */
static str
config_folder(struct arena *keep)
{
    const char *config = getenv("XDG_CONFIG_HOME");
    if (config && config[0] == '/') /* relative ones are ignored, as the specification asks */
        return arena_printf(keep, "%s/propre", config);
    const char *home = getenv("HOME");
    return home && home[0] == '/' ? arena_printf(keep, "%s/.config/propre", home) : STR_NONE;
}

str
cli_key_path(struct cli *cli)
{
    str given = args_value(cli->args, "key");
    const char *from_environment = getenv("PROPRE_KEY");
    if (given.p)
        return given;
    if (from_environment)
        return str_of(from_environment);
    if (!cli_is_postgres(cli->data))
        return arena_printf(cli->keep, "%s.key", cli->data);
    str folder = config_folder(cli->keep);
    return folder.p ? arena_printf(cli->keep, "%.*s/key", STR_FMT(folder)) : STR_NONE;
}

/* ".config/propre" may not be there yet; a folder its owner named is. */
static enum fault
make_folders(struct cli *cli, str path, struct error *error)
{
    str folder = config_folder(cli->keep);
    if (!cli_is_postgres(cli->data) || !folder.p || !str_starts(path, folder))
        return OK;
    const char *inner = cstr(cli->keep, folder);
    const char *outer = cstr(cli->keep, str_slice(folder, 0, folder.n - S("/propre").n));
    (void)mkdir(outer, 0700); /* there already, or the next fails */
    if (mkdir(inner, 0700) != 0 && errno != EEXIST)
        return fail(error, FAULT_SYSTEM, "cannot make the folder %s for the key", inner);
    return OK;
}

enum fault
cli_vault(struct cli *cli, bool create, struct error *error)
{
    if (cli->propre.vault)
        return OK;
    str path = cli_key_path(cli);
    if (!path.p)
        return fail(error, FAULT_INPUT,
                    "it is not known where the key file is: name it with --key or PROPRE_KEY");
    if (create && make_folders(cli, path, error))
        return error->fault;
    return vault_open(path, create, &cli->propre.vault, error);
}
