#include "web/import_view.h"

#include "base/format.h"
#include "base/number.h"
#include "base/translate.h"
#include "strategy/channel.h"
#include "web/demo.h"

static str
source_text(struct exchange *x, str source)
{
    /* The same words as a plan's source_name. */
    static const struct {
        const char *source, *name;
    } names[] = {{"facebook_uci", N_("Facebook metrics (UCI)")},
                 {"x", N_("X analytics")},
                 {"twitter", N_("Twitter analytics")},
                 {"mapping", N_("CSV with your own meanings")}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (str_eq(source, str_of(names[i].source)))
            return str_of(translate(x->lang, names[i].name));
    }
    return source;
}

struct import_line
import_line_of(struct exchange *x, const struct import *import)
{
    return (struct import_line){
        .id = import->id,
        .file_name = import->file_name,
        .when = format_instant(x->keep, x->lang, x->zone, import->applied, FORMAT_DATE_TIME),
        .format_label = source_text(x, import->source),
        .added_n = import->posts,
        .warned_n = import->warned,
        .refused_n = import->refused,
        .undone = import->undone_us.has,
        .can_undo = !import->undone_us.has,
        .demo = str_eq(import->file_name, demo_file_name()),
    };
}

void
import_view_of_record(struct exchange *x, const struct import *import, struct import_view *view)
{
    view->state = import->undone_us.has ? IMPORT_UNDONE : IMPORT_APPLIED;
    view->key = arena_printf(x->keep, "%lld", (long long)import->id);
    view->file_name = import->file_name;
    view->size = format_bytes(x->keep, x->lang, import->file_bytes);
    view->format_label = view->dialect = source_text(x, import->source);
    view->when = format_instant(x->keep, x->lang, x->zone, import->applied, FORMAT_DATE_TIME);
    view->rows_n = import->rows;
    view->warned_n = import->warned;
    view->refused_n = import->refused;
    view->ok_n = import->rows - import->warned - import->refused;
    view->new_n = import->posts;
    view->updated_n =
        import->snapshots - import->posts > 0 ? import->snapshots - import->posts : 0;
    view->already_n = view->updated_n;
    view->can_undo = !import->undone_us.has;
}

/* ---- a plan ---- */

static str
dialect_text(struct exchange *x, const struct import_plan *plan)
{
    str separator = plan->separator == '\t' ? str_of(translate(x->lang, N_("tab")))
                                            : arena_printf(x->keep, "%c", plan->separator);
    return SAY(x->keep, x->lang, N_("Separator “%s”"), separator);
}

/* The words of the address for each kind of message; all: none. */
static const char *const rows_words[] = {
    [VERDICT_ROW_OK] = "", [VERDICT_ROW_WARNING] = "warnings", [VERDICT_ROW_ERROR] = "refused"};

void
import_rows_asked(struct exchange *x, struct pending *pending)
{
    enum { PAGES_MAX = 100000 /* of a million rows, each with some messages */ };
    struct error ignored = {0};
    int64_t page = 1;
    str rows = exchange_query(x, "rows");
    for (int i = VERDICT_ROW_WARNING; i <= VERDICT_ROW_ERROR; i++) {
        if (str_eq(rows, str_of(rows_words[i])))
            pending->notes_of = (enum import_verdict)i;
    }
    if (parse_i64(exchange_query(x, "page"), 1, PAGES_MAX, &page, &ignored))
        page = 1;
    pending->notes_from = (page - 1) * IMPORT_NOTES_MAX;
}

static str
rows_address(struct exchange *x, const struct import_view *view, enum import_verdict of,
             int64_t page)
{
    str to = arena_printf(x->keep, "/import/%.*s%s%s", STR_FMT(view->key), of ? "?rows=" : "",
                          rows_words[of]);
    return page < 2 ? to
                    : arena_printf(x->keep, "%.*s%cpage=%lld", STR_FMT(to), of ? '&' : '?',
                                   (long long)page);
}

/* The pages of messages, and the kinds there are to choose from. */
static void
add_ways(struct exchange *x, const struct import_plan *plan, struct import_view *view)
{
    enum import_verdict of = plan->options.notes_of;
    int64_t from = plan->options.notes_from, page = from / IMPORT_NOTES_MAX + 1;
    view->rows_first = from + 1;
    view->rows_all_n = plan->notes_all;
    if (page > 1)
        view->previous_href = rows_address(x, view, of, page - 1);
    if (from + plan->notes_n < plan->notes_all)
        view->next_href = rows_address(x, view, of, page + 1);
    if (plan->counts.warned == 0 || plan->counts.refused == 0)
        return;
    str labels[] = {str_of(translate(x->lang, N_("All messages"))),
                    SAY(x->keep, x->lang, N_("With a warning: %s"),
                        format_integer(x->keep, x->lang, plan->counts.warned)),
                    SAY(x->keep, x->lang, N_("Refused: %s"),
                        format_integer(x->keep, x->lang, plan->counts.refused))};
    struct option_view *at = new (x->keep, struct option_view, 3);
    for (int i = VERDICT_ROW_OK; i <= VERDICT_ROW_ERROR; i++) {
        enum import_verdict kind = (enum import_verdict)i;
        at[i] = (struct option_view){rows_address(x, view, kind, 1), labels[i], kind == of};
    }
    view->filter = (struct options_view){at, 3};
}

static void
add_rows(struct exchange *x, const struct import_plan *plan, struct import_view *view)
{
    struct import_row *rows = new (x->keep, struct import_row, plan->notes_n + 1);
    for (int32_t i = 0; i < plan->notes_n; i++) {
        const struct import_note *note = &plan->notes[i];
        rows[i] = (struct import_row){
            .line = note->line,
            .state = note->verdict == VERDICT_ROW_ERROR     ? ROW_ERROR
                     : note->verdict == VERDICT_ROW_WARNING ? ROW_WARNING
                                                            : ROW_REMARK,
            .column = note->column.p   ? note->column
                      : note->line > 0 ? str_of(translate(x->lang, N_("whole row")))
                                       : str_of(translate(x->lang, N_("whole file"))),
            .reason = import_note_text(note, x->lang, x->keep),
        };
    }
    view->rows = rows;
    view->rows_shown_n = plan->notes_n;
    add_ways(x, plan, view);
}

/* Every field and metric a column can be, with the one it is now chosen. */
static struct options_view
column_words(struct exchange *x, const struct import_column *column)
{
    struct option_view *at = new (x->keep, struct option_view, FIELDS_N + METRICS_N);
    ptrdiff_t n = 0;
    str now = import_column_word(column);
    for (int field = 0; field < FIELDS_N; field++) {
        if (field == FIELD_METRIC)
            continue;
        struct import_column c = {.field = (enum import_field)field};
        str word = import_column_word(&c);
        at[n++] = (struct option_view){
            word, str_of(translate(x->lang, import_field_name((enum import_field)field))),
            str_eq(word, now)};
    }
    for (int metric = 0; metric < METRICS_N; metric++) {
        struct import_column c = {.field = FIELD_METRIC, .metric = (enum metric)metric};
        str word = import_column_word(&c);
        at[n++] = (struct option_view){
            word, str_of(translate(x->lang, metric_name((enum metric)metric))),
            str_eq(word, now)};
    }
    return (struct options_view){at, n};
}

static void
add_columns(struct exchange *x, const struct import_plan *plan, struct import_view *view)
{
    struct mapping_line *lines =
        new (x->keep, struct mapping_line, plan->mapping.columns_n + 1);
    for (int32_t i = 0; i < plan->mapping.columns_n; i++) {
        lines[i] = (struct mapping_line){
            .field = arena_printf(x->keep, "column-%d", i),
            .header = plan->mapping.columns[i].header,
            .example = plan->mapping.columns[i].example,
            .words = column_words(x, &plan->mapping.columns[i]),
        };
    }
    view->columns = lines;
    view->columns_n = plan->mapping.columns_n;
}

static struct options_view
two_options(struct exchange *x, const char *const values[2], const char *const labels[2],
            str chosen)
{
    struct option_view *at = new (x->keep, struct option_view, 3);
    at[0] = (struct option_view){S(""), str_of(translate(x->lang, N_("as the file shows"))),
                                 !chosen.n};
    for (int i = 0; i < 2; i++) {
        at[i + 1] =
            (struct option_view){str_of(values[i]), str_of(translate(x->lang, labels[i])),
                                 str_eq(chosen, str_of(values[i]))};
    }
    return (struct options_view){at, 3};
}

static void
add_places(struct exchange *x, const struct pending *pending, const struct import_plan *plan,
           const struct channel *channels, ptrdiff_t channels_n, struct import_view *view)
{
    struct option_view *networks = new (x->keep, struct option_view, NETWORKS_N);
    for (int i = 0; i < NETWORKS_N; i++) {
        str word = network_word((enum network)i);
        networks[i] =
            (struct option_view){word, network_label(x->lang, (enum network)i),
                                 pending->network.p ? str_eq(word, pending->network)
                                                    : (enum network)i == plan->mapping.network};
    }
    view->networks = (struct options_view){networks, NETWORKS_N};
    if (channels_n == 0)
        return;
    struct option_view *at = new (x->keep, struct option_view, channels_n + 1);
    at[0] = (struct option_view){S("new"), str_of(translate(x->lang, N_("a new channel"))),
                                 !pending->channel.has};
    for (ptrdiff_t i = 0; i < channels_n; i++) {
        at[i + 1] = (struct option_view){
            arena_printf(x->keep, "%lld", (long long)channels[i].id), channels[i].name,
            pending->channel.has && pending->channel.is == channels[i].id};
    }
    view->channels = (struct options_view){at, channels_n + 1};
}

/* What the fields of the form leave open; import_ask_text says it in options of the command line. */
static str
still_open(struct exchange *x, const struct import_plan *plan)
{
    static const struct {
        enum import_ask ask;
        const char *text;
    } asks[] = {
        {ASK_DATE_ORDER,
         N_("The dates of this file can be read with the day or the month first; say below how "
            "they are written.")},
        {ASK_DECIMAL,
         N_("The numbers of this file can be read in two ways (1.234 or 1,234); say "
            "below how decimals are written.")},
        {ASK_CHANNEL, N_("There are several channels of this network; say below which it is.")},
    };
    str text = S("");
    for (size_t i = 0; i < sizeof asks / sizeof *asks; i++) {
        if (plan->asks & asks[i].ask)
            text = arena_printf(x->keep, "%.*s%s%s", STR_FMT(text), text.n ? " " : "",
                                translate(x->lang, asks[i].text));
    }
    return text;
}

void
import_view_of_plan(struct exchange *x, const struct pending *pending,
                    const struct import_plan *plan, const struct channel *channels,
                    ptrdiff_t channels_n, struct import_view *view)
{
    static const char *const orders[2] = {"dmy", "mdy"}, *const order_names[2] = {
                                                             N_("24/11/2026"),
                                                             N_("11/24/2026")};
    static const char *const signs[2] = {"point", "comma"}, *const sign_names[2] = {N_("1.5"),
                                                                                    N_("1,5")};
    const struct import_counts *c = &plan->counts;
    bool again = view->state == IMPORT_UNKNOWN;
    view->state = plan->asks || again ? IMPORT_UNKNOWN : IMPORT_DRY;
    view->key = pending->key;
    view->file_name = plan->file_name;
    view->size = format_bytes(x->keep, x->lang, plan->file_bytes);
    view->format_label = str_of(translate(x->lang, plan->source_name));
    view->dialect = dialect_text(x, plan);
    view->rows_n = c->rows;
    view->ok_n = c->ok;
    view->warned_n = c->warned;
    view->refused_n = c->refused;
    view->already_n = c->posts_known;
    view->new_n = c->posts_new;
    view->updated_n = c->posts_known - c->unchanged;
    view->can_apply = !plan->asks && !plan->already && c->ok + c->warned > 0 && c->points > 0;
    if (c->refused > 0)
        view->refused_href =
            arena_printf(x->keep, "/import/%.*s/refused.csv", STR_FMT(pending->key));
    add_rows(x, plan, view);
    if (view->state == IMPORT_DRY)
        return;
    add_columns(x, plan, view);
    add_places(x, pending, plan, channels, channels_n, view);
    view->date_orders = two_options(x, orders, order_names, pending->dates);
    view->decimals = two_options(x, signs, sign_names, pending->decimal);
    view->channel_name.value = pending->channel_name;
    if (pending->columns.p && plan->asks && !again) /* something is still open */
        view->mapping_error = still_open(x, plan);
}
