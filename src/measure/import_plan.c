#include <assert.h>

#include "base/csv.h"
#include "base/sha256.h"
#include "base/text.h"
#include "base/translate.h"
#include "measure/import.h"
#include "measure/import_cell_internal.h"
#include "measure/import_plan_internal.h"
#include "measure/import_row_internal.h"
#include "measure/import_source_internal.h"
#include "measure/queries.h"
#include "place/propre.h"
#include "strategy/channel.h"
#include "tactic/post.h"

/* The dry run while it is made. */
struct planner {
    struct propre *propre;
    struct import_plan *plan;
    struct arena *keep;
    int32_t metrics_n;
};

static void
plan_note(struct planner *p, enum import_verdict verdict, int64_t line, str column,
          const struct error_frame *why)
{
    struct import_plan *plan = p->plan;
    if (plan->options.notes_of && verdict != plan->options.notes_of)
        return;
    if (plan->notes_all++ >= plan->options.notes_from && plan->notes_n < IMPORT_NOTES_MAX)
        plan->notes[plan->notes_n++] =
            (struct import_note){verdict, line, arena_str(p->keep, column), *why};
}

/* NOTE(p, verdict, column, format, …): about the whole file; the format is a key of translation. */
#define NOTE(p, verdict, column, ...)                                                    \
    do {                                                                                 \
        struct error error_;                                                             \
        (void)fail(&error_, FAULT_INPUT, __VA_ARGS__); /* only its sentence is wanted */ \
        plan_note((p), (verdict), 0, (column), &error_.frames[0]);                       \
    } while (0)

/* ---- First look: where the header is, and what the columns are ---- */

/* The row among the first that looks most like a header, copied. */
static enum fault
find_header(const struct import_plan *plan, struct arena *keep, struct csv_row *ret,
            char *ret_separator, struct error *error)
{
    auto_import_file file = {.fd = -1};
    struct csv_row best = {0};
    int32_t best_score = -1;
    const struct arena start = *keep;
    if (import_file_open(plan, NULL, &file, error))
        return error->fault;
    for (int32_t i = 0; i < IMPORT_HEADER_LOOK_MAX; i++) {
        struct csv_row row = {0};
        bool end = false;
        struct arena scratch = *keep; /* behind what is kept; rewound at the end of the round */
        if (import_file_next(&file, &row, &end, error))
            return error->fault;
        if (end)
            break;
        if (row.cells_n > IMPORT_COLUMNS_MAX)
            return fail(
                error, FAULT_INPUT,
                "row %lld has %d columns, at most %d can be read; choose fewer when exporting",
                (long long)row.line, row.cells_n, IMPORT_COLUMNS_MAX);
        int32_t score = headers_score(row.cells, row.cells_n, scratch);
        if (score <= best_score)
            continue;
        best_score = score;
        best = row;
        *keep = start; /* the row copied before is no longer wanted */
        best.cells = new (keep, str, row.cells_n);
        for (int32_t c = 0; c < row.cells_n; c++)
            best.cells[c] = arena_str(keep, header_short(row.cells[c]));
    }
    *ret = best;
    *ret_separator = csv_dialect(file.csv).separator;
    return OK;
}

/* A number or nothing where words should be: the header line is missing. */
static bool
headless(const struct csv_row *header)
{
    int32_t numbers = 0;
    for (int32_t i = 0; i < header->cells_n; i++) {
        int64_t value;
        numbers += number_read(header->cells[i], DECIMAL_POINT, &value) == NUMBER_OK;
    }
    return 2 * numbers > header->cells_n;
}

static enum fault
kept_mapping(struct planner *p, const struct csv_row *header, bool *ret_found,
             struct error *error)
{
    struct import_plan *plan = p->plan;
    struct mapping_kept_row row;
    struct import_mapping kept;
    struct mapping_kept_in in = {plan->options.workspace, plan->fingerprint};
    if (q_mapping_kept(p->propre->db, &in, p->keep, &row, ret_found, error))
        return error->fault;
    if (!*ret_found)
        return OK;
    if (mapping_from_json(row.mapping, p->keep, &kept, error))
        return error->fault;
    mapping_fit(&kept, header->cells, header->cells_n, p->keep, &plan->mapping);
    return OK;
}

/* Recognised by its header, told by the caller, kept from earlier, or proposed: in this order. */
static enum fault
choose_mapping(struct planner *p, const struct csv_row *header, struct error *error)
{
    struct import_plan *plan = p->plan;
    const struct import_mapping *told = plan->options.mapping;
    const struct source *source = source_find(header->cells, header->cells_n, *p->keep);
    bool kept = false;
    plan->source = S("mapping");
    plan->source_name = N_("Columns named by hand");
    if (told) {
        mapping_fit(told, header->cells, header->cells_n, p->keep, &plan->mapping);
    } else if (source) {
        plan->recognised = true;
        plan->source = str_of(source->word);
        plan->source_name = source->name;
        source_mapping(source, header->cells, header->cells_n, p->keep, &plan->mapping);
    } else if (kept_mapping(p, header, &kept, error)) {
        return error->fault;
    } else if (kept) {
        plan->kept = true;
    } else {
        source_mapping(NULL, header->cells, header->cells_n, p->keep, &plan->mapping);
        plan->asks |= ASK_MAPPING;
        return OK; /* a proposal may lack anything */
    }
    return mapping_check(&plan->mapping, error);
}

static void
note_columns(struct planner *p)
{
    bool dated = false;
    for (int32_t i = 0; i < p->plan->mapping.columns_n; i++) {
        const struct import_column *column = &p->plan->mapping.columns[i];
        p->metrics_n += column->field == FIELD_METRIC;
        if (column->field == FIELD_IGNORE && p->plan->recognised)
            NOTE(p, VERDICT_ROW_OK, column->header,
                 "this column is not known here; it is left out");
        dated |= column->field == FIELD_PUBLISHED || column->field == FIELD_MONTH ||
                 column->field == FIELD_WEEKDAY || column->field == FIELD_HOUR;
    }
    if (p->metrics_n > 0 && !dated)
        NOTE(
            p, VERDICT_ROW_WARNING, STR_NONE,
            "no column holds the date of the posts; nothing can be learned from when they came "
            "out");
}

static enum fault
recognise(struct planner *p, struct error *error)
{
    struct import_plan *plan = p->plan;
    struct csv_row header = {0};
    if (find_header(plan, p->keep, &header, &plan->separator, error))
        return error->fault;
    if (header.cells_n < 2)
        return fail(
            error, FAULT_INPUT,
            "no columns were found; a CSV file has a line of headers and cells separated by "
            "commas, semicolons or tabs");
    if (headless(&header))
        return fail(error, FAULT_INPUT,
                    "the file begins with numbers: its line of headers is missing; export it "
                    "again with "
                    "headers, or write them in the first line");
    plan->header_line = header.line;
    plan->fingerprint = headers_fingerprint(header.cells, header.cells_n, p->keep);
    if (choose_mapping(p, &header, error))
        return error->fault;
    note_columns(p);
    return OK;
}

/* ---- First pass: how numbers and dates are written, an example of each column, and the hash ---- */

enum { EXAMPLE_GRAPHEMES_MAX = 60 /* enough to know a text by its beginning */ };

struct survey {
    struct number_evidence numbers;
    struct date_evidence dates;
    int64_t rows;
};

/* The first value there is: what a person recognises a column by. */
static void
take_example(struct import_column *column, str cell, struct arena *keep)
{
    str text = str_trim(cell);
    if (!column->example.p && text.n > 0)
        column->example = arena_str(keep, text_cut(text, EXAMPLE_GRAPHEMES_MAX));
}

static enum fault
survey_rows(struct planner *p, struct import_file *file, struct survey *survey,
            struct error *error)
{
    const struct import_plan *plan = p->plan;
    const struct import_mapping *mapping = &plan->mapping;
    for (;;) {
        struct csv_row row = {0};
        bool end = false;
        if (import_file_next(file, &row, &end, error))
            return error->fault;
        if (end)
            return OK;
        if (row.line <= plan->header_line)
            continue;
        survey->rows++;
        int32_t n = row.cells_n < mapping->columns_n ? row.cells_n : mapping->columns_n;
        for (int32_t i = 0; i < n; i++) {
            take_example(&mapping->columns[i], row.cells[i], p->keep);
            if (mapping->columns[i].field == FIELD_METRIC)
                number_survey(&survey->numbers, row.cells[i], row.line);
            else if (mapping->columns[i].field == FIELD_PUBLISHED)
                date_survey(&survey->dates, row.cells[i], row.line);
        }
    }
}

/* What the caller says counts; then what was kept; then what the file shows; then it is asked. */
static void
decide(struct planner *p, const struct survey *survey)
{
    struct import_plan *plan = p->plan;
    struct import_mapping *mapping = &plan->mapping;
    if (plan->options.date_order)
        mapping->date_order = plan->options.date_order;
    if (plan->options.decimal)
        mapping->decimal = plan->options.decimal;
    if (!mapping->decimal && !number_decide(&survey->numbers, &mapping->decimal))
        plan->asks |= ASK_DECIMAL;
    if (mapping->date_order || date_decide(&survey->dates, &mapping->date_order))
        return;
    plan->asks |= ASK_DATE_ORDER;
    if (survey->dates.day_first && survey->dates.month_first)
        NOTE(p, VERDICT_ROW_WARNING, STR_NONE,
             "row %lld has the day first and row %lld the month: the file mixes two orders",
             (long long)survey->dates.day_first, (long long)survey->dates.month_first);
}

static enum fault
survey_file(struct planner *p, const struct import_progress *progress, struct error *error)
{
    struct import_plan *plan = p->plan;
    struct survey survey = {0};
    uint8_t sha256[SHA256_BYTES];
    auto_import_file file = {.fd = -1};
    if (import_file_open(plan, progress, &file, error) || survey_rows(p, &file, &survey, error))
        return error->fault;
    if (survey.rows == 0)
        return fail(error, FAULT_INPUT,
                    "the file has a header and no rows; export a longer period");
    plan->file_bytes = file.bytes;
    plan->counts.rows = survey.rows;
    sha256_end(&file.hash, sha256);
    plan->file_sha256 = hex(p->keep, sha256, SHA256_BYTES);
    decide(p, &survey);
    return OK;
}

/* ---- The channel, the time of the export, an earlier import of the same file ---- */

static enum fault
choose_channel(struct planner *p, struct error *error)
{
    struct import_plan *plan = p->plan;
    struct channel *channels;
    ptrdiff_t n, same = 0;
    if (plan->options.channel) {
        struct channel channel;
        if (channel_get(p->propre, plan->options.workspace, plan->options.channel, p->keep,
                        &channel, error))
            return error->fault;
        plan->channel = channel.id;
        plan->channel_name = channel.name;
        plan->mapping.network = channel.network;
        return OK;
    }
    if (plan->options.channel_name.n > 0) {
        plan->channel_name = plan->options.channel_name;
        plan->mapping.network = plan->options.channel_network;
        return OK;
    }
    if (channel_list(p->propre, plan->options.workspace, p->keep, &channels, &n, error))
        return error->fault;
    plan->channel_name = network_name(plan->mapping.network);
    for (ptrdiff_t i = 0; i < n; i++) {
        if (channels[i].network != plan->mapping.network)
            continue;
        same++;
        plan->channel = channels[i].id;
        plan->channel_name = channels[i].name;
    }
    if (same > 1) {
        plan->channel = 0;
        plan->asks |= ASK_CHANNEL;
    }
    return OK;
}

/* "account_analytics_content_2025-11-01_2025-11-30.csv": the end of the last day, if that is past. */
static struct maybe_int
taken_from_name(str name, instant now)
{
    struct maybe_int taken = no_int;
    if (!str_starts(name, S("account_analytics_content_")))
        return taken;
    for (ptrdiff_t i = 0; i + 10 <= name.n; i++) {
        struct date_read read;
        if (date_read(str_slice(name, i, i + 10), DATE_ORDER_AUTO, &read) != DATE_OK)
            continue;
        int64_t end = instant_from_utc(&read.civil).us + SPAN_DAY.us;
        taken = some_int(end < now.us ? end : now.us);
    }
    return taken;
}

static enum fault
choose_moment(struct planner *p, struct error *error)
{
    struct import_plan *plan = p->plan;
    struct import_of_file_row row;
    bool found = false;
    instant now = clock_now(&p->propre->clock);
    plan->taken_us = plan->options.taken_us;
    if (plan->taken_us.has && plan->taken_us.is > now.us)
        return fail(error, FAULT_INPUT, "the file cannot have been exported in the future");
    if (!plan->taken_us.has)
        plan->taken_us = taken_from_name(plan->file_name, now);
    struct import_of_file_in in = {plan->options.workspace, plan->file_sha256};
    if (q_import_of_file(p->propre->db, &in, NULL, &row, &found, error))
        return error->fault;
    plan->already = found ? row.id : 0;
    return OK;
}

/* ---- Second pass: the rows ---- */

static enum fault
plan_row(void *ctx, const struct csv_row *in, const struct row *row, struct arena *scratch,
         struct error *error)
{
    struct planner *p = ctx;
    struct import_counts *counts = &p->plan->counts;
    int64_t post = 0;
    bool known = false, same = false;
    (void)in;
    (void)scratch;
    for (int32_t i = 0; i < row->issues_n; i++)
        plan_note(p, row->issues[i].verdict, row->line, row->issues[i].column,
                  &row->issues[i].why);
    if (row->verdict == VERDICT_ROW_ERROR || row->left_out)
        return OK;
    if (p->plan->channel &&
        post_find(p->propre, p->plan->channel, row->post.identity, &post, &known, error))
        return error->fault;
    if (known &&
        snapshot_known(p->propre, post, p->plan->taken_us, row->values_hash, &same, error))
        return error->fault;
    counts->posts_new += !known;
    counts->posts_known += known;
    counts->unchanged += same;
    counts->points += same ? 0 : p->metrics_n;
    return OK;
}

static enum fault
plan_rows(struct planner *p, const struct import_progress *progress, struct error *error)
{
    struct import_plan *plan = p->plan;
    struct walk walk = {.plan = plan, .propre = p->propre, .each = plan_row, .ctx = p};
    str sha256;
    if (import_walk(&walk, progress, &sha256, p->keep, error))
        return error->fault;
    if (!str_eq(sha256, plan->file_sha256))
        return fail(error, FAULT_CONFLICT, "the file changed while it was read; try again");
    walk.counts.posts_new = plan->counts.posts_new;
    walk.counts.posts_known = plan->counts.posts_known;
    walk.counts.unchanged = plan->counts.unchanged;
    walk.counts.points = plan->counts.points;
    plan->counts = walk.counts;
    return OK;
}

static str
name_of(str path)
{
    ptrdiff_t at = path.n;
    while (at > 0 && path.p[at - 1] != '/')
        at--;
    return str_slice(path, at, path.n);
}

static enum fault
make(struct planner *p, const struct import_progress *progress, struct error *error)
{
    if (recognise(p, error) || survey_file(p, progress, error) || choose_channel(p, error) ||
        choose_moment(p, error))
        return error->fault;
    if (p->metrics_n == 0 && mapping_check(&p->plan->mapping, error)) {
        plan_note(p, VERDICT_ROW_WARNING, 0, STR_NONE, &error->frames[0]);
        return OK; /* a proposal without numbers: there is nothing to judge yet */
    }
    if (p->plan->asks & (ASK_DATE_ORDER | ASK_DECIMAL))
        return OK; /* judging by a guess would only mislead */
    return plan_rows(p, progress, error);
}

enum fault
import_plan_make(struct propre *propre, str path, const struct import_options *options,
                 struct arena *keep, struct import_plan *ret, struct error *error)
{
    struct import_plan plan = {
        .options = *options,
        .path = cstr(keep, path),
        .file_name =
            arena_str(keep, options->file_name.n > 0 ? options->file_name : name_of(path)),
        .notes = new (keep, struct import_note, IMPORT_NOTES_MAX),
    };
    plan.options.channel_name = arena_str(keep, options->channel_name);
    plan.options.zone = arena_str(keep, options->zone.n > 0 ? options->zone : S("UTC"));
    struct planner planner = {.propre = propre, .plan = &plan, .keep = keep};
    if (make(&planner, &options->progress, error))
        return error_prefix(error, "reading \"%.*s\"", STR_FMT(plan.file_name));
    plan.options.mapping = NULL;
    plan.options.progress = (struct import_progress){0};
    plan.options.file_name = plan.file_name;
    *ret = plan;
    return OK;
}

/* ---- In words ---- */

str
import_note_text(const struct import_note *note, enum lang lang, struct arena *keep)
{
    struct error error = {.fault = FAULT_INPUT, .frames_n = 1};
    error.frames[0] = note->why;
    return translate_error(keep, lang, &error);
}

str
import_ask_text(const struct import_plan *plan, enum lang lang, struct arena *keep)
{
    static const struct {
        enum import_ask ask;
        const char *text;
    } asks[] = {
        {ASK_MAPPING, N_("This kind of file is not known. Look at what each column is taken "
                         "for, correct what is "
                         "wrong and so confirm the rest (--map \"COLUMN=FIELD,…\").")},
        {ASK_DATE_ORDER,
         N_("The dates of this file can be read with the day or the month first. Say which: "
            "--dates dmy or --dates mdy.")},
        {ASK_DECIMAL, N_("The numbers of this file can be read in two ways (1.234 or 1,234). "
                         "Say which is the "
                         "decimal mark: --decimal point or --decimal comma.")},
        {ASK_CHANNEL,
         N_("There are several channels of this network. Say which: --channel NAME.")},
    };
    str text = S("");
    for (size_t i = 0; i < sizeof asks / sizeof *asks; i++) {
        if (plan->asks & asks[i].ask)
            text = arena_printf(keep, "%.*s%s%s", STR_FMT(text), text.n ? " " : "",
                                translate(lang, asks[i].text));
    }
    return text;
}
