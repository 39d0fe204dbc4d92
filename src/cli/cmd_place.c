#include "cli/commands.h"

#include <unistd.h>

#include "measure/import.h"
#include "place/backup.h"
#include "place/schema.h"
#include "place/vault.h"

static enum fault
done(struct cli *cli, str line, struct error *error)
{
    if (!cli->json) {
        cli_print(cli, line);
        return OK;
    }
    struct cli_json json;
    cli_json_begin(&json);
    json_object_begin(&json.w);
    json_member_bool(&json.w, "done", true);
    json_member_str(&json.w, "text", line);
    json_object_end(&json.w);
    return cli_json_end(&json, error);
}

enum fault
command_backup(struct cli *cli, struct error *error)
{
    str path = cli->args->positional;
    if (backup_make(cli->propre.db, path, schema_steps, schema_steps_n, error))
        return error_prefix(error, "making a backup of %s", cli->data);
    str line = SAY(cli->keep, cli->lang,
                   N_("The backup is in %s; it was read again and is whole."), path);
    str key = cli_key_path(cli);
    if (key.p && access(cstr(cli->keep, key), F_OK) == 0)
        line = arena_printf(
            cli->keep, "%.*s\n%.*s", STR_FMT(line),
            STR_FMT(SAY(cli->keep, cli->lang,
                        N_("The key file %s is not in it: keep a copy of that apart, or every "
                           "account must be connected again."),
                        key)));
    return done(cli, line, error);
}

enum fault
command_restore(struct cli *cli, struct error *error)
{
    struct restore_from_to files = {cli->args->positional, str_of(cli->data)};
    str aside;
    if (backup_restore(&files, schema_steps, schema_steps_n, clock_now(&cli->propre.clock),
                       cli->keep, &aside, error))
        return error_prefix(error, "restoring %.*s", STR_FMT(files.from));
    str line = aside.p ? SAY(cli->keep, cli->lang,
                             N_("Restored; the old file was put aside as %s"), aside)
                       : str_of(translate(cli->lang, N_("Restored")));
    line = arena_printf(cli->keep, "%.*s\n%s", STR_FMT(line),
                        translate(cli->lang, N_("Nothing is sent until you release the hold: "
                                                "look first at what may be out already.")));
    return done(cli, line, error);
}

/* The data are whole: can the secrets in them be opened, if there is a key at all? */
static enum fault
verify_key(struct cli *cli, str line, struct error *error)
{
    enum fault fault = cli_vault(cli, false, error);
    if (fault == FAULT_ABSENT || fault == FAULT_INPUT) /* nothing was ever sealed here */
        return done(cli, line, error);
    if (fault)
        return error_prefix(error, "%s is whole, but its key file is not", cli->data);
    str key = SAY(cli->keep, cli->lang, N_("the key file %s is whole (key %s)"),
                  cli_key_path(cli), vault_key_name(cli->propre.vault));
    return done(cli, arena_printf(cli->keep, "%.*s\n%.*s", STR_FMT(line), STR_FMT(key)), error);
}

enum fault
command_verify(struct cli *cli, struct error *error)
{
    str *problems = NULL;
    ptrdiff_t n = 0;
    if (backup_verify(cli->propre.db, schema_steps, schema_steps_n, cli->keep, &problems, &n,
                      error))
        return error_prefix(error, "verifying %s", cli->data);
    if (n == 0)
        return verify_key(cli, SAY(cli->keep, cli->lang, N_("%s is whole"), str_of(cli->data)),
                          error);
    for (ptrdiff_t i = 0; i < n; i++)
        cli_print(cli, problems[i]);
    return fail(error, FAULT_CORRUPT,
                "%s is damaged (%td problems): keep the file, and restore the last backup",
                cli->data, n);
}

enum fault
command_rebuild(struct cli *cli, struct error *error)
{
    static const struct rebuild_step steps[] = {{"sum_post", measure_rebuild}};
    ptrdiff_t n = (ptrdiff_t)(sizeof steps / sizeof *steps);
    if (rebuild(&cli->propre, steps, n, error))
        return error_prefix(error, "computing the sums of %s again", cli->data);
    return done(
        cli, str_of(translate(cli->lang, N_("All sums were computed again from the facts."))),
        error);
}
