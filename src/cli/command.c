#include "cli/command.h"

#include <assert.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/number.h"
#include "base/translate.h"
#include "cli/commands.h"

enum { HELP_BYTES_MAX = 256 * 1024 /* the whole table is about 20 KiB */ };

/* How many single-letter edits lead from a to b; words longer than the table count as far. */
static int32_t
edit_distance(str a, str b)
{
    enum { WORD_MAX = 32 /* the longest noun, verb or option is half of that */ };
    int32_t row[WORD_MAX + 1] = {0};
    if (a.n > WORD_MAX || b.n > WORD_MAX)
        return WORD_MAX;
    for (int32_t j = 0; j <= b.n; j++)
        row[j] = j;
    for (int32_t i = 1; i <= a.n; i++) {
        int32_t diagonal = row[0];
        row[0] = i;
        for (int32_t j = 1; j <= b.n; j++) {
            int32_t kept = diagonal + (a.p[i - 1] != b.p[j - 1]);
            int32_t best = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
            diagonal = row[j];
            row[j] = kept < best ? kept : best;
        }
    }
    return row[b.n];
}

/* The nearest noun, or the nearest verb of a noun; NULL when nothing is near. */
static const char *
nearest_word(str word, str noun)
{
    const char *best = NULL;
    int32_t best_distance = 3; /* two letters off is still the same word */
    for (int32_t i = 0; i < commands_n; i++) {
        if (noun.p && !str_eq(str_of(commands[i].noun), noun))
            continue;
        const char *candidate = noun.p ? commands[i].verb : commands[i].noun;
        int32_t distance = edit_distance(word, str_of(candidate));
        if (distance < best_distance) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best;
}

static bool
noun_exists(str noun)
{
    for (int32_t i = 0; i < commands_n; i++) {
        if (str_eq(str_of(commands[i].noun), noun))
            return true;
    }
    return false;
}

static const struct command *
command_find(str noun, str verb)
{
    for (int32_t i = 0; i < commands_n; i++) {
        if (str_eq(str_of(commands[i].noun), noun) && str_eq(str_of(commands[i].verb), verb))
            return &commands[i];
    }
    return NULL;
}

static enum fault
unknown_word(str word, str noun, struct error *error)
{
    const char *near = nearest_word(word, noun);
    if (near && *near) {
        return fail(error, FAULT_INPUT, "\"%.*s\" is not a command; did you mean \"%s\"?",
                    STR_FMT(word), near);
    }
    return fail(error, FAULT_INPUT, "\"%.*s\" is not a command; `propre help` lists them",
                STR_FMT(word));
}

/* What every program answers to, as the command that says it. */
static str
usual_word(str word)
{
    static const char *const words[][2] = {
        {"--help", "help"}, {"-h", "help"}, {"--version", "version"}, {"-V", "version"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (str_eq(word, str_of(words[i][0])))
            return str_of(words[i][1]);
    }
    return word;
}

/* Which command the first words name; *ret_words says how many of them it took. */
static enum fault
command_of(char *const *argv, int argc, const struct command **ret, int *ret_words,
           struct error *error)
{
    str noun = argc > 0 ? usual_word(str_of(argv[0])) : S("help");
    str verb = argc > 1 && argv[1][0] != '-' ? str_of(argv[1]) : STR_NONE;
    const struct command *command = verb.p ? command_find(noun, verb) : NULL;
    *ret_words = command ? 2 : argc > 0 ? 1 : 0;
    if (!command)
        command = command_find(noun, S(""));
    if (!command) {
        if (!noun_exists(noun))
            return unknown_word(noun, STR_NONE, error);
        if (verb.p)
            return unknown_word(verb, noun, error);
        return fail(error, FAULT_INPUT, "\"%.*s\" needs a verb; `propre help %.*s` lists them",
                    STR_FMT(noun), STR_FMT(noun));
    }
    *ret = command;
    return OK;
}

static const struct option_spec *
option_find(const struct command *command, str name)
{
    for (int32_t i = 0; command && i < COMMAND_OPTIONS_MAX && command->options[i].name; i++) {
        if (str_eq(str_of(command->options[i].name), name))
            return &command->options[i];
    }
    for (const struct option_spec *o = global_options; o->name; o++) {
        if (str_eq(str_of(o->name), name))
            return o;
    }
    return NULL;
}

enum { NAME_BYTES = 80 /* "propre", a noun and a verb */ };

/* "propre channel add", "propre move" */
static const char *
name_of(const struct command *command, char out[NAME_BYTES])
{
    (void)snprintf(out, NAME_BYTES, "propre %s%s%s", command->noun, *command->verb ? " " : "",
                   command->verb);
    return out;
}

/* One "--name", "--name=value" or "--name value"; advances *at past what it used. */
static enum fault
take_option(struct args *args, char *const *argv, int argc, int *at, struct error *error)
{
    str value = str_slice(str_of(argv[*at]), 2, INT32_MAX);
    str name;
    bool has_value = str_cut(&value, '=', &name);
    const struct option_spec *option = option_find(args->command, name);
    if (!option) {
        return fail(error, FAULT_INPUT,
                    "\"--%.*s\" is not an option of `%s`; add --help to see them",
                    STR_FMT(name), name_of(args->command, (char[NAME_BYTES]){0}));
    }
    if (!option->value && has_value)
        return fail(error, FAULT_INPUT, "\"--%s\" takes no value", option->name);
    if (option->value && !has_value) {
        if (*at + 1 >= argc)
            return fail(error, FAULT_INPUT, "\"--%s\" needs a value (%s)", option->name,
                        option->value);
        value = str_of(argv[++*at]);
    }
    args->given[args->given_n].option = option;
    args->given[args->given_n++].value = option->value ? value : S("");
    return OK;
}

/* How many words stand before the command: options that are taken everywhere, with their values. */
static int
words_before(char *const *argv, int argc)
{
    int at = 0;
    while (at < argc && str_starts(str_of(argv[at]), S("--"))) {
        str value = str_slice(str_of(argv[at]), 2, INT32_MAX), name;
        bool has_value = str_cut(&value, '=', &name);
        const struct option_spec *option = option_find(NULL, name);
        if (!option || str_eq(name, S("help")))
            break;
        at += option->value && !has_value ? 2 : 1;
    }
    return at < argc ? at : argc;
}

enum fault
args_parse(char *const *argv, int argc, struct args *ret_args, struct error *error)
{
    if (argc > ARGS_MAX)
        return fail(error, FAULT_LIMIT, "a command takes at most %d words", ARGS_MAX);
    struct args args = {0};
    int words = 0, first = words_before(argv, argc);
    enum fault fault = command_of(argv + first, argc - first, &args.command, &words, error);
    if (fault)
        return fault;
    bool options_end = false;
    for (int at = 0; at < argc; at++) {
        if (at == first && words > 0) { /* the command's own */
            at += words - 1;
            continue;
        }
        str word = str_of(argv[at]);
        if (!options_end && str_eq(word, S("--"))) {
            options_end = true;
        } else if (!options_end && str_starts(word, S("--"))) {
            fault = take_option(&args, argv, argc, &at, error);
            if (fault)
                return fault;
        } else if (args.command->positional && !args.positional.p) {
            args.positional = word;
        } else if (args.command->run == command_show_help && !args.second.p) {
            args.second = word;
        } else {
            return fail(error, FAULT_INPUT,
                        "`%s` does not know what to do with \"%.*s\"; quote texts that contain "
                        "spaces",
                        name_of(args.command, (char[NAME_BYTES]){0}), STR_FMT(word));
        }
    }
    const char *wanted = args.command->positional;
    if (wanted && wanted[0] != '[' && !args.positional.p && !args_has(&args, "help")) {
        return fail(error, FAULT_INPUT, "`%s` needs %s; add --help to see an explanation",
                    name_of(args.command, (char[NAME_BYTES]){0}), wanted);
    }
    *ret_args = args;
    return OK;
}

str
args_value(const struct args *args, const char *name)
{
    for (int32_t i = args->given_n; i-- > 0;) {
        if (str_eq(str_of(args->given[i].option->name), str_of(name)))
            return args->given[i].value;
    }
    return STR_NONE;
}

bool
args_has(const struct args *args, const char *name)
{
    return args_value(args, name).p != NULL;
}

enum fault
args_i64(const struct args *args, const char *name, int64_t min, int64_t max, int64_t otherwise,
         int64_t *ret, struct error *error)
{
    str value = args_value(args, name);
    if (!value.p) {
        *ret = otherwise;
        return OK;
    }
    enum fault fault = parse_i64(value, min, max, ret, error);
    return fault ? error_prefix(error, "--%s", name) : OK;
}

static void
add_padded(struct buf *out, str text, int32_t width)
{
    buf_add(out, text);
    for (ptrdiff_t n = text.n; n < width; n++)
        buf_add_char(out, ' ');
}

static str
command_line(struct arena *arena, const struct command *command)
{
    return arena_printf(arena, "%s%s%s", name_of(command, (char[NAME_BYTES]){0}),
                        command->positional ? " " : "",
                        command->positional ? command->positional : "");
}

static void
add_options(struct buf *out, struct arena *keep, enum lang lang,
            const struct option_spec *options)
{
    for (int32_t i = 0; i < COMMAND_OPTIONS_MAX && options[i].name; i++) {
        str left =
            arena_printf(keep, "  --%s%s%s", options[i].name, options[i].value ? " " : "",
                         options[i].value ? options[i].value : "");
        add_padded(out, left, 30);
        buf_addf(out, "  %s\n", translate(lang, options[i].help));
    }
}

str
command_help(struct arena *keep, enum lang lang, str noun, str verb)
{
    auto_buf out;
    buf_init(&out, HELP_BYTES_MAX);
    const struct command *one = noun.p ? command_find(noun, verb.p ? verb : S("")) : NULL;
    if (one) {
        buf_addf(&out, "%.*s\n\n%s\n\n", STR_FMT(command_line(keep, one)),
                 translate(lang, one->help));
        add_options(&out, keep, lang, one->options);
    }
    if (!one || !verb.p) { /* `help import` is about all its verbs */
        if (!noun.p)
            buf_addf(&out, "%s\n\n",
                     translate(lang, N_("Propre: decide, do and learn on social media.")));
        for (int32_t i = 0; i < commands_n; i++) {
            if (noun.p && !str_eq(str_of(commands[i].noun), noun))
                continue;
            add_padded(&out,
                       arena_printf(keep, "  %.*s", STR_FMT(command_line(keep, &commands[i]))),
                       38);
            buf_addf(&out, "  %s\n", translate(lang, commands[i].help));
        }
    }
    buf_addf(&out, "\n%s\n", translate(lang, N_("Everywhere:")));
    add_options(&out, keep, lang, global_options);
    buf_addf(&out, "\n%s\n",
             translate(lang, N_("Exit codes: 0 done, 1 system, 2 input, 3 absent, 4 conflict, "
                                "5 denied, 6 limit, 7 away, 8 remote, 9 corrupt.")));
    assert(!out.overflown);
    return arena_str(keep, buf_str(&out));
}

/* roff reads a leading '.' or '\'' as a request and '-' as a hyphen. */
static void
add_roff(struct buf *out, const char *text)
{
    for (const char *c = text; *c; c++) {
        if (*c == '-' || *c == '\\')
            buf_add_char(out, '\\');
        buf_add_char(out, *c);
    }
}

static void
add_roff_options(struct buf *out, const struct option_spec *options)
{
    for (int32_t i = 0; i < COMMAND_OPTIONS_MAX && options[i].name; i++) {
        buf_addf(out, ".TP\n\\fB\\-\\-%s\\fR %s\n", options[i].name,
                 options[i].value ? options[i].value : "");
        add_roff(out, options[i].help);
        buf_add_char(out, '\n');
    }
}

str
command_manual(struct arena *keep)
{
    auto_buf out;
    buf_init(&out, HELP_BYTES_MAX);
    buf_addf(&out,
             ".TH PROPRE 1 \"\" \"Propre %s\"\n.SH NAME\npropre \\- decide, do and learn on "
             "social media\n",
             PROPRE_VERSION);
    buf_add(&out, S(".SH SYNOPSIS\n.B propre\n.I noun verb\n[options]\n.SH COMMANDS\n"));
    for (int32_t i = 0; i < commands_n; i++) {
        buf_addf(&out, ".SS \"%.*s\"\n", STR_FMT(command_line(keep, &commands[i])));
        add_roff(&out, commands[i].help);
        buf_add_char(&out, '\n');
        add_roff_options(&out, commands[i].options);
    }
    buf_add(&out, S(".SH EVERYWHERE\n"));
    add_roff_options(&out, global_options);
    assert(!out.overflown);
    return arena_str(keep, buf_str(&out));
}

str
command_completion(struct arena *keep)
{
    auto_buf out;
    buf_init(&out, HELP_BYTES_MAX);
    buf_add(&out, S("_propre() {\n  local cur=${COMP_WORDS[COMP_CWORD]} words=\n  case "
                    "\"$COMP_CWORD ${COMP_WORDS[1]}\" in\n"));
    buf_add(&out, S("  1*) words=\""));
    for (int32_t i = 0; i < commands_n; i++) {
        if (i == 0 || strcmp(commands[i].noun, commands[i - 1].noun) != 0)
            buf_addf(&out, "%s ", commands[i].noun);
    }
    buf_add(&out, S("\" ;;\n"));
    for (int32_t i = 0; i < commands_n; i++) {
        if (i > 0 && strcmp(commands[i].noun, commands[i - 1].noun) == 0)
            continue;
        buf_addf(&out, "  \"2 %s\") words=\"", commands[i].noun);
        for (int32_t j = i; j < commands_n && strcmp(commands[j].noun, commands[i].noun) == 0;
             j++)
            buf_addf(&out, "%s ", commands[j].verb);
        buf_add(&out, S("\" ;;\n"));
    }
    for (int32_t i = 0; i < commands_n; i++) {
        buf_addf(&out, "  *\" %s\") [ \"${COMP_WORDS[2]}\" = \"%s\" ] && words=\"",
                 commands[i].noun, commands[i].verb);
        for (int32_t j = 0; j < COMMAND_OPTIONS_MAX && commands[i].options[j].name; j++)
            buf_addf(&out, "--%s ", commands[i].options[j].name);
        buf_add(&out, S("\" ;;&\n"));
    }
    buf_add(&out, S("  esac\n  COMPREPLY=($(compgen -W \"$words --data --json --lang --help\" "
                    "-- \"$cur\"))\n  [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "
                    "\"$cur\"))\n}\ncomplete -F _propre propre\n"));
    assert(!out.overflown);
    return arena_str(keep, buf_str(&out));
}
