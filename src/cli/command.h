#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/lang.h"
#include "base/str.h"

/*
 * The commands of `propre` are one const table. Parsing, `--help`, the manual page and shell completion are
 * all read from it, so they cannot disagree.
 */
struct cli;

enum {
    COMMAND_OPTIONS_MAX = 32, /* `post` has the most; more would be a form, not a command */
    ARGS_MAX = 64,            /* words on one command line */
};

/* What a command may do to the data file before it runs. */
enum needs {
    NEEDS_NOTHING, /* no data file */
    NEEDS_READ,    /* an existing one, in a read-only transaction */
    NEEDS_WRITE,   /* an existing one, migrated; the command begins its own transactions */
};

struct option_spec {
    const char *name;  /* without the dashes */
    const char *value; /* what stands behind it ("FILE"), NULL for a switch */
    const char *help;  /* one sentence, the key of its translation */
};

struct command {
    const char *noun, *verb; /* verb "" when the noun stands alone */
    const char *positional;  /* "NAME", "[FILE]" when optional, NULL for none */
    const char *help;        /* one sentence, the key of its translation */
    enum needs needs;
    enum fault (*run)(struct cli *cli, struct error *error);
    struct option_spec options[COMMAND_OPTIONS_MAX]; /* ends at the first without a name */
};

extern const struct command commands[];
extern const int32_t commands_n;
extern const struct option_spec global_options[];

/* The words of a command line, checked against its command. */
struct args {
    const struct command *command;
    str positional; /* none when not given */
    str second;     /* of help, which takes "channel add" in two words too */
    int32_t given_n;
    struct {
        const struct option_spec *option;
        str value;
    } given[ARGS_MAX];
};

/*
 * args_parse(argv, argc, ret_args, error):
 * Finds the command and its options ("--name value" or "--name=value"); "--" ends the options.
 * Faults: INPUT, naming the word that was not understood and, when one is near, what was probably meant.
 * Memory: the strs point into argv.
 */
must_use enum fault args_parse(char *const *argv, int argc, struct args *ret_args,
                               struct error *error);

/* args_value(args, name): the value given to --name (the last one), none when it was not given. */
str args_value(const struct args *args, const char *name);
bool args_has(const struct args *args, const char *name);
/* args_i64(args, name, min, max, otherwise, ret, error): the number given to --name, or ${otherwise}. */
must_use enum fault args_i64(const struct args *args, const char *name, int64_t min,
                             int64_t max, int64_t otherwise, int64_t *ret, struct error *error);

/* command_help(keep, lang, noun, verb): the help of one command, of one noun (verb none), or of all (both none). */
str command_help(struct arena *keep, enum lang lang, str noun, str verb);
/* command_manual(keep): the manual page (roff). */
str command_manual(struct arena *keep);
/* command_completion(keep): a completion script for bash. */
str command_completion(struct arena *keep);
