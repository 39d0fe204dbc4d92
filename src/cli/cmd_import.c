#include "cli/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/format.h"
#include "base/zone.h"
#include "cli/progress.h"
#include "measure/import.h"
#include "place/db.h"
#include "strategy/channel.h"
#include "web/demo.h"

/* ---- options ---- */

/* The channel named by --channel; one that is not there is made when the file is taken in. */
static enum fault
take_channel(struct cli *cli, struct import_options *o, struct error *error)
{
    str name = args_value(cli->args, "channel"), network = args_value(cli->args, "network");
    struct channel *all = NULL;
    ptrdiff_t n = 0;
    if (!name.p)
        return OK;
    if (channel_list(&cli->propre, cli->workspace.id, cli->keep, &all, &n, error))
        return error->fault;
    for (ptrdiff_t i = 0; i < n; i++) {
        if (str_eq(all[i].name, name) || str_eq(all[i].handle, name)) {
            o->channel = all[i].id;
            return OK;
        }
    }
    struct channel channel = {
        .workspace = cli->workspace.id, .name = name, .handle = str_trim(name)};
    if (!network.p || !network_parse(network, &channel.network)) {
        return fail(error, FAULT_INPUT,
                    "there is no channel \"%.*s\" yet; say its --network too (facebook, x, "
                    "instagram, linkedin, …) and it is made",
                    STR_FMT(str_slice(name, 0, 60)));
    }
    o->channel_name = channel.handle;
    o->channel_network = channel.network;
    return channel_insertable(&cli->propre, &channel, error);
}

static enum fault
take_taken(struct cli *cli, struct maybe_int *ret, struct error *error)
{
    str text = args_value(cli->args, "taken");
    *ret = no_int;
    if (!text.p)
        return OK;
    int64_t day = 0;
    auto_zone zone = NULL;
    if (cli_local_day(cli, text, &day, error) || zone_open(cli->workspace.zone, &zone, error))
        return error_prefix(error, "--taken");
    struct civil noon = instant_to_utc((instant){day * SPAN_DAY.us});
    noon.hour = 12; /* a day without an hour: its middle, never more than half a day off */
    instant t;
    if (zone_instant(zone, &noon, GAP_NEXT_VALID, OVERLAP_FIRST, &t, error))
        return error_prefix(error, "--taken");
    *ret = some_int(t.us);
    return OK;
}

static enum fault
take_options(struct cli *cli, struct import_options *o, struct error *error)
{
    str dates = args_value(cli->args, "dates"), decimal = args_value(cli->args, "decimal"),
        zone = args_value(cli->args, "zone");
    *o = (struct import_options){.workspace = cli->workspace.id,
                                 .zone = zone.p ? zone : cli->workspace.zone,
                                 .lang = cli->workspace.lang};
    if (dates.p && !import_date_order_parse(dates, &o->date_order))
        return fail(error, FAULT_INPUT, "--dates is dmy or mdy, not \"%.*s\"", STR_FMT(dates));
    if (decimal.p && !import_decimal_parse(decimal, &o->decimal))
        return fail(error, FAULT_INPUT, "--decimal is comma or point, not \"%.*s\"",
                    STR_FMT(decimal));
    enum fault fault = take_taken(cli, &o->taken_us, error);
    return fault ? fault : take_channel(cli, o, error);
}

/* ---- progress ---- */

static bool
import_step(void *ctx, int64_t done, int64_t total)
{
    progress_set(ctx, total > 0 ? (double)done / (double)total : 0);
    return true;
}

/* ---- the report ---- */

static void
print_notes(struct cli *cli, const struct import_plan *plan)
{
    for (int32_t i = 0; i < plan->notes_n; i++) {
        const struct import_note *note = &plan->notes[i];
        str text = import_note_text(note, cli->lang, cli->keep);
        const char *word =
            note->verdict == VERDICT_ROW_ERROR     ? translate(cli->lang, N_("refused"))
            : note->verdict == VERDICT_ROW_WARNING ? translate(cli->lang, N_("warning"))
                                                   : translate(cli->lang, N_("remark"));
        if (note->line > 0 && note->column.p) {
            cli_say(cli, N_("  line %1$s, %2$s (%3$s): %4$s"),
                    format_integer(cli->keep, cli->lang, note->line), note->column,
                    str_of(word), text);
        } else if (note->line > 0) {
            cli_say(cli, N_("  line %1$s (%2$s): %3$s"),
                    format_integer(cli->keep, cli->lang, note->line), str_of(word), text);
        } else if (note->column.p) {
            cli_say(cli, N_("  %1$s (%2$s): %3$s"), note->column, str_of(word), text);
        } else {
            cli_print(cli, arena_printf(cli->keep, "  %.*s", STR_FMT(text)));
        }
    }
    int64_t more = plan->notes_all - plan->notes_n;
    if (more > 0)
        cli_print(cli,
                  cli_counted(cli,
                              translate_n(cli->lang,
                                          "  and %s more message; --refused FILE writes all "
                                          "refused rows with their reasons",
                                          "  and %s more messages; --refused FILE writes all "
                                          "refused rows with their reasons",
                                          more),
                              more));
}

static void
print_mapping(struct cli *cli, const struct import_plan *plan)
{
    cli_say(cli, N_("What the columns of %s mean (change with --map \"COLUMN=FIELD\"):"),
            plan->file_name);
    for (int32_t i = 0; i < plan->mapping.columns_n; i++) {
        const struct import_column *c = &plan->mapping.columns[i];
        cli_print(cli, arena_printf(cli->keep, "  %.*s = %.*s", STR_FMT(c->header),
                                    STR_FMT(import_column_word(c))));
    }
}

static void
print_plan(struct cli *cli, const struct import_plan *plan)
{
    const struct import_counts *c = &plan->counts;
    cli_say(cli, N_("%1$s: %2$s, %3$s"), plan->file_name,
            str_of(translate(cli->lang, plan->source_name)),
            cli_counted(cli, translate_n(cli->lang, "%s row", "%s rows", c->rows), c->rows));
    if (!plan->recognised && !cli->quiet)
        print_mapping(cli, plan);
    str right = cli_counted(cli, translate_n(cli->lang, "%s right", "%s right", c->ok), c->ok);
    str warned = cli_counted(
        cli, translate_n(cli->lang, "%s with a warning", "%s with a warning", c->warned),
        c->warned);
    str refused = cli_counted(
        cli, translate_n(cli->lang, "%s refused", "%s refused", c->refused), c->refused);
    cli_print(cli, arena_printf(cli->keep, "  %.*s, %.*s, %.*s", STR_FMT(right),
                                STR_FMT(warned), STR_FMT(refused)));
    if (!cli->quiet)
        print_notes(cli, plan);
}

static void
write_counts(struct json_writer *w, const struct import_counts *c)
{
    json_member_int(w, "rows", c->rows);
    json_member_int(w, "ok", c->ok);
    json_member_int(w, "warned", c->warned);
    json_member_int(w, "refused", c->refused);
    json_member_int(w, "left_out", c->left_out);
    json_member_int(w, "posts_new", c->posts_new);
    json_member_int(w, "posts_known", c->posts_known);
    json_member_int(w, "points", c->points);
}

/* What the file leaves open, by the option that answers it. */
static const struct {
    enum import_ask ask;
    const char *option;
} asks[] = {{ASK_MAPPING, "map"},
            {ASK_DATE_ORDER, "dates"},
            {ASK_DECIMAL, "decimal"},
            {ASK_CHANNEL, "channel"}};

static void
write_plan(struct cli *cli, struct json_writer *w, const struct import_plan *plan)
{
    json_member_str(w, "file", plan->file_name);
    json_member_str(w, "source", plan->source);
    json_member_bool(w, "recognised", plan->recognised);
    json_member_str(w, "sha256", plan->file_sha256);
    json_key(w, S("asks"));
    json_array_begin(w);
    for (size_t i = 0; i < sizeof asks / sizeof *asks; i++) {
        if (plan->asks & asks[i].ask)
            json_str(w, str_of(asks[i].option));
    }
    json_array_end(w);
    json_key(w, S("columns"));
    json_array_begin(w);
    for (int32_t i = 0; i < plan->mapping.columns_n; i++) {
        json_object_begin(w);
        json_member_str(w, "header", plan->mapping.columns[i].header);
        json_member_str(w, "field", import_column_word(&plan->mapping.columns[i]));
        json_member_str(w, "example", plan->mapping.columns[i].example);
        json_object_end(w);
    }
    json_array_end(w);
    json_key(w, S("notes"));
    json_array_begin(w);
    for (int32_t i = 0; i < plan->notes_n; i++) {
        json_object_begin(w);
        json_member_int(w, "line", plan->notes[i].line);
        json_member_str(w, "column", plan->notes[i].column);
        json_member_str(w, "verdict",
                        plan->notes[i].verdict == VERDICT_ROW_ERROR     ? S("refused")
                        : plan->notes[i].verdict == VERDICT_ROW_WARNING ? S("warning")
                                                                        : S("remark"));
        json_member_str(w, "text", import_note_text(&plan->notes[i], cli->lang, cli->keep));
        json_object_end(w);
    }
    json_array_end(w);
    json_member_int(w, "notes_all", plan->notes_all);
}

static enum fault
print_json(struct cli *cli, const struct import_plan *plan,
           const struct import_outcome *outcome, struct error *error)
{
    struct cli_json json;
    cli_json_begin(&json);
    json_object_begin(&json.w);
    json_member_bool(&json.w, "applied", outcome && !outcome->already);
    if (outcome)
        json_member_int(&json.w, "import", outcome->import);
    write_plan(cli, &json.w, plan);
    write_counts(&json.w, outcome ? &outcome->counts : &plan->counts);
    json_object_end(&json.w);
    return cli_json_end(&json, error);
}

/* Whether the file ${path} holds just what ${fd} does. */
static bool
same_bytes(const char *path, int fd)
{
    char theirs[16 * 1024], ours[sizeof theirs];
    int other = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool same = other >= 0;
    (void)lseek(fd, 0, SEEK_SET); /* a memory file can always go back */
    for (bool end = !same;
         !end;) { /* ends with the file in memory, which is as long as it is */
        ssize_t n = read(fd, ours, sizeof ours), got = 0;
        for (ssize_t more = 1; more > 0 && got < (ssize_t)sizeof theirs; got += more) {
            more = read(other, theirs + got, sizeof theirs - (size_t)got);
            if (more < 0)
                more = 0; /* what cannot be read is not the same */
        }
        same = n >= 0 && n == got && memcmp(theirs, ours, (size_t)n) == 0;
        end = !same || n == 0;
    }
    if (other >= 0)
        (void)close(other); /* only read */
    return same;
}

/* A dry run wrote it before: the same rows need no second file, other ones would be somebody's work. */
static bool
written_before(struct cli *cli, const struct import_plan *plan, const char *path)
{
    struct error ignored = {0};
    int64_t n = 0;
    int fd = memfd_create("refused", MFD_CLOEXEC);
    if (fd < 0)
        return false;
    bool same = import_refused_write(&cli->propre, plan, fd, &n, &ignored) == OK &&
                same_bytes(path, fd);
    (void)close(fd); /* only memory */
    return same;
}

/* Not while the file is still asked about: rows are refused by what it is confirmed to mean. */
static enum fault
write_refused(struct cli *cli, const struct import_plan *plan, struct error *error)
{
    str name = args_value(cli->args, "refused");
    if (!name.p || plan->counts.refused == 0 || plan->asks)
        return OK;
    const char *path = cstr(cli->keep, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool there = fd < 0 && errno == EEXIST;
    if (there && written_before(cli, plan, path)) {
        cli_say(cli, N_("The refused rows stand in %s already"), name);
        return OK;
    }
    if (fd < 0) {
        return fail(error, there ? FAULT_CONFLICT : FAULT_SYSTEM,
                    "the refused rows could not be written to %s; give the name of a file that "
                    "does not exist yet",
                    path);
    }
    int64_t n = 0;
    enum fault fault = import_refused_write(&cli->propre, plan, fd, &n, error);
    if (close(fd) != 0 && !fault)
        fault = fail(error, FAULT_SYSTEM, "the refused rows could not be written to %s", path);
    if (!fault)
        cli_print(cli, SAY(cli->keep, cli->lang,
                           translate_n(cli->lang, "%1$s refused row written to %2$s",
                                       "%1$s refused rows written to %2$s", n),
                           format_integer(cli->keep, cli->lang, n), name));
    return fault;
}

static void
print_outcome(struct cli *cli, const struct import_outcome *outcome)
{
    str id = arena_printf(cli->keep, "%lld", (long long)outcome->import);
    if (outcome->already) {
        cli_say(cli, N_("This very file was imported before (import %s): nothing was added."),
                id);
        return;
    }
    const struct import_counts *c = &outcome->counts;
    str fresh = cli_counted(
        cli, translate_n(cli->lang, "%s new post", "%s new posts", c->posts_new), c->posts_new);
    str known = cli_counted(
        cli, translate_n(cli->lang, "%s known one", "%s known ones", c->posts_known),
        c->posts_known);
    str numbers = cli_counted(cli, translate_n(cli->lang, "%s number", "%s numbers", c->points),
                              c->points);
    cli_say(cli, N_("Imported: %1$s, %2$s, %3$s. To take it back: propre import undo %4$s"),
            fresh, known, numbers, id);
}

/* Whoever brings a file of their own is told that the demo's posts count too, and how to part them. */
static void
print_demo(struct cli *cli, int64_t demo)
{
    if (demo > 0)
        cli_say(cli,
                N_("The demo posts are among the results and are counted together with yours. "
                   "To take them away: propre import undo %s"),
                arena_printf(cli->keep, "%lld", (long long)demo));
}

/* ---- the command ---- */

static enum fault
make_plan(struct cli *cli, struct import_options *options, struct progress *bar,
          struct import_plan *plan, struct error *error)
{
    options->progress = (struct import_progress){import_step, bar};
    if (import_plan_make(&cli->propre, cli->args->positional, options, cli->keep, plan, error))
        return error->fault;
    str map = args_value(cli->args, "map");
    if (!map.p)
        return OK;
    struct import_mapping *mapping = new (cli->keep, struct import_mapping, 1);
    *mapping = plan->mapping; /* the options outlive this function */
    while (map.n > 0) {
        str one;
        (void)str_cut(&map, ',', &one); /* the last one has no comma behind it */
        if (import_mapping_set(mapping, one, error))
            return error_prefix(error, "--map");
    }
    options->mapping = mapping;
    return import_plan_make(&cli->propre, cli->args->positional, options, cli->keep, plan,
                            error);
}

/* Nothing was written: what would be; or a fault that says what is asked first, as JSON beside the plan. */
static enum fault
tell_dry(struct cli *cli, const struct import_plan *plan, int64_t demo, struct error *error)
{
    if (cli->json && print_json(cli, plan, NULL, error))
        return error->fault;
    if (plan->asks) {
        str ask = import_ask_text(plan, cli->lang, cli->keep);
        return fail(error, FAULT_INPUT, "%.*s", STR_FMT(ask));
    }
    cli_say(cli, N_("Dry run: nothing was written to %s"), str_of(cli->data));
    print_demo(cli, demo);
    return OK;
}

enum fault
command_import_file(struct cli *cli, struct error *error)
{
    struct import_options options;
    struct import_plan plan;
    struct import_outcome outcome;
    struct progress bar;
    str what = SAY(cli->keep, cli->lang, N_("Importing %s"), cli->args->positional);
    if (db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    progress_begin(&bar, cstr(cli->keep, what), cli->propre.clock, !cli->quiet);
    enum fault fault = take_options(cli, &options, error);
    fault = fault ? fault : make_plan(cli, &options, &bar, &plan, error);
    if (fault) {
        progress_end(&bar);
        return error_prefix(error, "importing %.*s", STR_FMT(cli->args->positional));
    }
    bool dry = args_has(cli->args, "dry-run");
    int64_t demo = 0;
    fault = demo_standing(&cli->propre, cli->workspace.id, cli->keep, &demo, error);
    if (plan.already == demo) /* this very file is it */
        demo = 0;
    struct import_progress progress = {import_step, &bar};
    if (!fault && !dry && !plan.asks)
        fault = import_apply(&cli->propre, &plan, &progress, &outcome, error);
    progress_end(&bar);
    if (!fault && !cli->json)
        print_plan(cli, &plan);
    fault = fault ? fault : write_refused(cli, &plan, error);
    if (!fault && !dry && !plan.asks)
        fault = db_commit(tx, error);
    if (fault)
        return error_prefix(error, "importing %.*s", STR_FMT(cli->args->positional));
    if (dry || plan.asks)
        return tell_dry(cli, &plan, demo, error);
    if (cli->json)
        return print_json(cli, &plan, &outcome, error);
    print_outcome(cli, &outcome);
    print_demo(cli, demo);
    return OK;
}
