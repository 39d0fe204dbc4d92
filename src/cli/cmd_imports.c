#include "cli/commands.h"

#include "base/format.h"
#include "base/zone.h"
#include "cli/table.h"
#include "measure/import.h"
#include "measure/metric.h"
#include "place/db.h"

/* What was taken in, taking it out again, and the words a column can have. */

static enum fault
print_imports_json(struct cli *cli, const struct import *all, ptrdiff_t n, struct error *error)
{
    struct cli_json json;
    cli_json_begin(&json);
    json_array_begin(&json.w);
    for (ptrdiff_t i = 0; i < n; i++) {
        json_object_begin(&json.w);
        json_member_int(&json.w, "id", all[i].id);
        json_member_str(&json.w, "file", all[i].file_name);
        json_member_str(&json.w, "source", all[i].source);
        json_member_str(&json.w, "channel", all[i].channel_name);
        json_member_str(&json.w, "applied", instant_rfc3339(cli->keep, all[i].applied));
        json_member_int(&json.w, "rows", all[i].rows);
        json_member_int(&json.w, "warned", all[i].warned);
        json_member_int(&json.w, "refused", all[i].refused);
        json_member_int(&json.w, "posts", all[i].posts);
        json_member_int(&json.w, "points", all[i].points);
        json_member_bool(&json.w, "undone", all[i].undone_us.has);
        json_object_end(&json.w);
    }
    json_array_end(&json.w);
    return cli_json_end(&json, error);
}

/* One word a column can have: a field, or behind those a metric. */
static struct import_column
column_at(int i)
{
    return (struct import_column){.field = i < FIELDS_N ? (enum import_field)i : FIELD_METRIC,
                                  .metric = i < FIELDS_N ? 0 : (enum metric)(i - FIELDS_N)};
}

static str
column_means(struct cli *cli, const struct import_column *column)
{
    return str_of(translate(cli->lang, column->field == FIELD_METRIC
                                           ? metric_name(column->metric)
                                           : import_field_name(column->field)));
}

static enum fault
print_fields_json(struct cli *cli, struct error *error)
{
    struct cli_json json;
    cli_json_begin(&json);
    json_array_begin(&json.w);
    for (int i = 0; i < FIELDS_N + METRICS_N; i++) {
        struct import_column column = column_at(i);
        if (i == FIELD_METRIC)
            continue;
        json_object_begin(&json.w);
        json_member_str(&json.w, "field", import_column_word(&column));
        json_member_bool(&json.w, "metric", column.field == FIELD_METRIC);
        json_member_str(&json.w, "means", column_means(cli, &column));
        json_object_end(&json.w);
    }
    json_array_end(&json.w);
    return cli_json_end(&json, error);
}

enum fault
command_import_fields(struct cli *cli, struct error *error)
{
    if (cli->json)
        return print_fields_json(cli, error);
    enum { COLUMNS = 2 };
    str *cells = new (cli->keep, str, (FIELDS_N + METRICS_N) * COLUMNS);
    ptrdiff_t n = 0;
    for (int i = 0; i < FIELDS_N + METRICS_N; i++) {
        struct import_column column = column_at(i);
        if (i == FIELD_METRIC)
            continue;
        cells[n * COLUMNS] = import_column_word(&column);
        cells[n++ * COLUMNS + 1] = column_means(cli, &column);
    }
    struct table table = {
        .columns_n = COLUMNS, .cells = cells, .rows_n = n, .cell_graphemes_max = 48};
    table.heads[0] = translate(cli->lang, N_("Field"));
    table.heads[1] = translate(cli->lang, N_("Meaning"));
    table_print(&table, cli->scratch);
    return OK;
}

enum fault
command_import_list(struct cli *cli, struct error *error)
{
    struct import *all = NULL;
    ptrdiff_t n = 0;
    auto_zone zone = NULL;
    if (zone_open(cli->workspace.zone, &zone, error) ||
        import_list(&cli->propre, cli->workspace.id, 0, cli->keep, &all, &n, error))
        return error->fault;
    if (cli->json)
        return print_imports_json(cli, all, n, error);
    if (n == 0) {
        cli_say(cli, N_("Nothing was imported yet. Begin with: %s"), S("propre import FILE"));
        return OK;
    }
    enum { COLUMNS = 6 };
    str *cells = new (cli->keep, str, n * COLUMNS);
    for (ptrdiff_t i = 0; i < n; i++) {
        str *cell = cells + i * COLUMNS;
        cell[0] = arena_printf(cli->keep, "%lld", (long long)all[i].id);
        cell[1] = format_instant(cli->keep, cli->lang, zone, all[i].applied, FORMAT_DATE_TIME);
        cell[2] = all[i].file_name;
        cell[3] = format_integer(cli->keep, cli->lang, all[i].posts);
        cell[4] = format_integer(cli->keep, cli->lang, all[i].refused);
        cell[5] =
            str_of(translate(cli->lang, all[i].undone_us.has ? N_("undone") : N_("applied")));
    }
    struct table table = {.columns_n = COLUMNS,
                          .cells = cells,
                          .rows_n = n,
                          .cell_graphemes_max = 48,
                          .right = {true, false, false, true, true}};
    const char *heads[COLUMNS] = {N_("ID"),    N_("When"),    N_("File"),
                                  N_("Posts"), N_("Refused"), N_("State")};
    for (int32_t i = 0; i < COLUMNS; i++)
        table.heads[i] = translate(cli->lang, heads[i]);
    table_print(&table, cli->scratch);
    return OK;
}

enum fault
command_import_undo(struct cli *cli, struct error *error)
{
    int64_t id = 0;
    struct import_undone undone;
    if (cli_id(cli, &id, error) || db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    enum fault fault = import_undo(&cli->propre, cli->workspace.id, id, &undone, error);
    fault = fault ? fault : db_commit(tx, error);
    if (fault)
        return error_prefix(error, "undoing import %lld", (long long)id);
    if (cli->json) {
        struct cli_json json;
        cli_json_begin(&json);
        json_object_begin(&json.w);
        json_member_int(&json.w, "import", id);
        json_member_int(&json.w, "posts", undone.posts);
        json_member_int(&json.w, "points", undone.points);
        json_member_int(&json.w, "posts_kept", undone.posts_kept);
        json_object_end(&json.w);
        return cli_json_end(&json, error);
    }
    int64_t kept = undone.posts_kept;
    cli_say(cli, N_("Undone: %1$s and %2$s taken out"),
            cli_counted(cli, translate_n(cli->lang, "%s post", "%s posts", undone.posts),
                        undone.posts),
            cli_counted(cli, translate_n(cli->lang, "%s number", "%s numbers", undone.points),
                        undone.points));
    if (kept > 0)
        cli_print(cli,
                  cli_counted(
                      cli,
                      translate_n(
                          cli->lang, "%s post stays, because later imports have numbers for it",
                          "%s posts stay, because later imports have numbers for them", kept),
                      kept));
    return OK;
}
