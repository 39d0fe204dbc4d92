#include "cli/cli.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/rng.h"
#include "base/translate.h"
#include "place/db.h"
#include "place/schema.h"
#include "place/secret.h"
#include "place/vault.h"

enum {
    KEEP_BYTES =
        1 << 30, /* address space: a result list of the largest page size fits many times */
    SCRATCH_BYTES = 1 << 28
};

/* Exit codes are part of the interface: scripts branch on them. */
static int
exit_code(enum fault fault)
{
    switch (fault) {
    case OK:
        return 0;
    case FAULT_SYSTEM:
        return 1;
    case FAULT_INPUT:
        return 2;
    case FAULT_ABSENT:
        return 3;
    case FAULT_CONFLICT:
        return 4;
    case FAULT_DENIED:
        return 5;
    case FAULT_LIMIT:
        return 6;
    case FAULT_AWAY:
        return 7;
    case FAULT_REMOTE:
        return 8;
    case FAULT_CORRUPT:
        return 9;
    }
    return 1;
}

static enum lang
lang_of_environment(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        str value = str_of(getenv(names[i]));
        if (value.n > 0)
            return str_starts(value, S("fr")) ? LANG_FR : LANG_EN;
    }
    return LANG_EN;
}

/* The language is needed before the words are understood: to say that they are not. */
static void
lang_of_words(char *const *argv, int argc, enum lang *ret)
{
    for (int i = 1; i < argc; i++) {
        str word = str_of(argv[i]);
        str value = str_starts(word, S("--lang="))              ? str_slice(word, 7, word.n)
                    : str_eq(word, S("--lang")) && i + 1 < argc ? str_of(argv[i + 1])
                                                                : STR_NONE;
        if (value.p && !lang_parse(value, ret))
            return; /* said when the options are read */
    }
}

static void
report(const struct cli *cli, const struct error *error, struct arena scratch)
{
    str text = translate_error(&scratch, cli->lang, error);
    if (!cli->json) {
        (void)fprintf(stderr, "propre: %.*s\n", STR_FMT(text));
        return;
    }
    auto_buf out;
    buf_init(&out, 65536);
    struct json_writer w;
    json_writer_init(&w, &out);
    json_object_begin(&w);
    json_key(&w, S("error"));
    json_str(&w, str_of(fault_name(error->fault)));
    json_key(&w, S("message"));
    json_str(&w, text);
    json_object_end(&w);
    (void)fprintf(stderr, "%.*s\n", STR_FMT(buf_str(&out)));
}

bool
cli_is_postgres(const char *data)
{
    str s = str_of(data);
    return str_starts(s, S("postgres://")) || str_starts(s, S("postgresql://"));
}

enum fault
cli_open(struct cli *cli, enum needs needs, struct error *error)
{
    if (!cli_is_postgres(cli->data) && access(cli->data, F_OK) != 0) {
        return fail(error, FAULT_ABSENT,
                    "there is no workspace at %s; make one with `propre init --data %s`, or "
                    "name another with --data",
                    cli->data, cli->data);
    }
    struct db_options options = {.create = false, .read_only = needs == NEEDS_READ};
    enum fault fault = db_open(str_of(cli->data), &options, &cli->propre.db, error);
    if (!fault && needs == NEEDS_WRITE)
        fault = db_migrate(cli->propre.db, schema_steps, schema_steps_n,
                           clock_now(&cli->propre.clock), error);
    else if (!fault)
        fault = db_check_schema(cli->propre.db, schema_steps, schema_steps_n, error);
    if (!fault)
        fault = workspace_load(&cli->propre, cli->keep, &cli->workspace, error);
    return fault;
}

static enum fault
run(struct cli *cli, struct args *args, struct error *error)
{
    str lang = args_value(args, "lang");
    if (lang.p && !lang_parse(lang, &cli->lang))
        return fail(error, FAULT_INPUT, "--lang is fr or en, not \"%.*s\"", STR_FMT(lang));
    cli->json = args_has(args, "json");
    cli->quiet = args_has(args, "quiet") || cli->json;
    str data = args_value(args, "data");
    const char *from_environment = getenv("PROPRE_DATA");
    cli->data = data.p             ? cstr(cli->keep, data)
                : from_environment ? from_environment
                                   : "workspace.propre";
    if (args_has(args, "help")) {
        str help = command_help(cli->keep, cli->lang, str_of(args->command->noun),
                                str_of(args->command->verb));
        cli_print(cli, help);
        return OK;
    }
    enum fault fault = OK;
    if (args->command->needs != NEEDS_NOTHING)
        fault = cli_open(cli, args->command->needs, error);
    return fault ? fault : args->command->run(cli, error);
}

int
main(int argc, char **argv)
{
    struct arena_region keep_region, scratch_region;
    struct arena keep = arena_reserve(KEEP_BYTES, &keep_region);
    struct rng rng;
    struct args args = {0};
    struct error error = {0};
    struct cli cli = {.args = &args,
                      .lang = lang_of_environment(),
                      .keep = &keep,
                      .scratch = arena_reserve(SCRATCH_BYTES, &scratch_region)};
    cli.propre.clock = clock_system();
    cli.propre.rng = &rng;
    cli.log = (struct log){.fd = STDERR_FILENO, .min = LOG_INFO, .clock = &cli.propre.clock};
    secret_start();
    rng_seed(&rng, secret_u64(), 0);
    (void)umask(
        077); /* a workspace is its owner's: whatever is made here is readable by nobody else */

    lang_of_words(argv, argc, &cli.lang);
    enum fault fault = args_parse(argv + 1, argc - 1, &args, &error);
    if (!fault)
        fault = run(&cli, &args, &error);
    if (!fault && (fflush(stdout) != 0 || ferror(stdout)))
        fault = fail(&error, FAULT_SYSTEM, "the output could not be written");
    if (fault)
        report(&cli, &error, cli.scratch);
    if (cli.propre.db)
        db_close(cli.propre.db);
    vault_close(cli.propre.vault);
    arena_release(&keep_region);
    arena_release(&scratch_region);
    return exit_code(fault);
}
