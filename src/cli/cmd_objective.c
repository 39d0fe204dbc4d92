#include "cli/commands.h"

#include "base/format.h"
#include "cli/table.h"
#include "place/db.h"
#include "strategy/objective.h"

static enum fault
take_words(struct cli *cli, struct objective *o, struct error *error)
{
    str kind = args_value(cli->args, "kind"), direction = args_value(cli->args, "direction");
    if (kind.p && !objective_kind_parse(kind, &o->kind)) {
        return fail(
            error, FAULT_INPUT,
            "\"%.*s\" is not a kind of objective; it is one of sales, leads, traffic, "
            "awareness, community, service, recruitment, reputation, research, clearing",
            STR_FMT(kind));
    }
    if (str_eq(direction, S("keep"))) {
        o->direction = OBJECTIVE_WITHIN;
    } else if (direction.p && !objective_direction_parse(direction, &o->direction)) {
        return fail(error, FAULT_INPUT, "\"%.*s\" is not a direction; it is up, down or keep",
                    STR_FMT(direction));
    }
    return OK;
}

static enum fault
take_days(struct cli *cli, struct objective *o, struct error *error)
{
    str start = args_value(cli->args, "start"), deadline = args_value(cli->args, "deadline");
    int64_t day = 0;
    if (cli_local_day(cli, start.p ? start : S("today"), &day, error))
        return error_prefix(error, "--start");
    o->start_day = some_int(day);
    if (deadline.p) {
        if (cli_local_day(cli, deadline, &day, error))
            return error_prefix(error, "--deadline");
        o->deadline_day = some_int(day);
    }
    return OK;
}

enum fault
command_objective_add(struct cli *cli, struct error *error)
{
    str metric = args_value(cli->args, "metric");
    struct objective o = {.workspace = cli->workspace.id,
                          .name = cli->args->positional,
                          .metric = metric.p ? metric : S("interactions"),
                          .state = OBJECTIVE_ACTIVE,
                          .kind = OBJECTIVE_AWARENESS};
    enum fault fault = take_words(cli, &o, error);
    fault = fault ? fault : take_days(cli, &o, error);
    fault = fault ? fault : cli_maybe_real(cli, "baseline", &o.baseline, error);
    fault = fault ? fault : cli_maybe_real(cli, "target", &o.target, error);
    fault = fault ? fault : cli_maybe_real(cli, "low", &o.low, error);
    fault = fault ? fault : cli_maybe_real(cli, "high", &o.high, error);
    fault = fault ? fault : cli_maybe_money(cli, "value", &o.unit_value_minor, error);
    if (fault)
        return fault;
    if (o.unit_value_minor.has)
        o.currency = cli->workspace.currency;
    if (args_has(cli->args, "parent")) {
        int64_t parent = 0;
        if (args_i64(cli->args, "parent", 1, INT64_MAX, 0, &parent, error))
            return error->fault;
        o.parent = some_int(parent);
    }
    int64_t id = 0;
    if (db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    fault = objective_insert(&cli->propre, &o, &id, error);
    fault = fault ? fault : db_commit(tx, error);
    if (fault)
        return error_prefix(error, "adding the objective \"%.*s\"",
                            STR_FMT(str_slice(o.name, 0, 60)));
    if (!cli->json) {
        cli_say(cli, N_("Objective %s added: %s"),
                arena_printf(cli->keep, "%lld", (long long)id), o.name);
        return OK;
    }
    struct cli_json json;
    cli_json_begin(&json);
    json_object_begin(&json.w);
    json_member_int(&json.w, "id", id);
    json_object_end(&json.w);
    return cli_json_end(&json, error);
}

static void
write_objective(struct cli *cli, struct json_writer *w, const struct objective *o)
{
    json_object_begin(w);
    json_member_int(w, "id", o->id);
    json_member_str(w, "name", o->name);
    json_member_str(w, "kind", objective_kind_word(o->kind));
    json_member_str(w, "metric", o->metric);
    json_member_str(w, "direction", objective_direction_word(o->direction));
    json_member_str(w, "state", objective_state_word(o->state));
    json_member_maybe_real(w, "baseline", o->baseline);
    json_member_maybe_real(w, "target", o->target);
    json_member_maybe_real(w, "low", o->low);
    json_member_maybe_real(w, "high", o->high);
    json_member_str(w, "start", o->start_day.has ? cli_day_text(cli, o->start_day) : STR_NONE);
    json_member_str(w, "deadline",
                    o->deadline_day.has ? cli_day_text(cli, o->deadline_day) : STR_NONE);
    json_member_maybe_int(w, "unit_value_minor", o->unit_value_minor);
    json_member_str(w, "currency", o->currency);
    json_member_maybe_int(w, "parent", o->parent);
    json_object_end(w);
}

static str
real_text(struct cli *cli, struct maybe_real x)
{
    return x.has
               ? format_real(cli->keep, cli->lang, x.is, x.is == (double)(int64_t)x.is ? 0 : 2)
               : S("–");
}

static str
wanted_text(struct cli *cli, const struct objective *o)
{
    if (o->direction == OBJECTIVE_WITHIN)
        return SAY(cli->keep, cli->lang, N_("%s to %s"), real_text(cli, o->low),
                   real_text(cli, o->high));
    return real_text(cli, o->target);
}

enum fault
command_objective_list(struct cli *cli, struct error *error)
{
    struct objective *all = NULL;
    ptrdiff_t n = 0;
    if (objective_list(&cli->propre, cli->workspace.id, cli->keep, &all, &n, error))
        return error->fault;
    bool closed_too = args_has(cli->args, "all");
    struct cli_json json;
    if (cli->json) {
        cli_json_begin(&json);
        json_array_begin(&json.w);
    }
    enum { COLUMNS = 6 };
    str *cells = new (cli->keep, str, n * COLUMNS + 1);
    int64_t rows = 0;
    for (ptrdiff_t i = 0; i < n; i++) {
        const struct objective *o = &all[i];
        if (!closed_too && o->state != OBJECTIVE_ACTIVE && o->state != OBJECTIVE_DRAFT)
            continue;
        if (cli->json) {
            write_objective(cli, &json.w, o);
            continue;
        }
        str *cell = cells + COLUMNS * rows++;
        cell[0] = arena_printf(cli->keep, "%lld", (long long)o->id);
        cell[1] = o->name;
        cell[2] = o->metric;
        cell[3] = wanted_text(cli, o);
        cell[4] = cli_day_text(cli, o->deadline_day);
        cell[5] = str_of(translate(cli->lang, objective_state_name(o->state)));
    }
    if (cli->json) {
        json_array_end(&json.w);
        return cli_json_end(&json, error);
    }
    if (rows == 0) {
        cli_say(
            cli, N_("There is no objective yet. Add one: %s"),
            S("propre objective add \"…\" --metric clicks --target 500 --deadline 2026-12-31"));
        return OK;
    }
    struct table table = {.columns_n = COLUMNS,
                          .cells = cells,
                          .rows_n = rows,
                          .cell_graphemes_max = 40,
                          .right = {true, false, false, true}};
    const char *heads[COLUMNS] = {N_("ID"),     N_("Name"),     N_("Metric"),
                                  N_("Target"), N_("Deadline"), N_("State")};
    for (int32_t i = 0; i < COLUMNS; i++)
        table.heads[i] = translate(cli->lang, heads[i]);
    table_print(&table, cli->scratch);
    return OK;
}

enum fault
command_objective_show(struct cli *cli, struct error *error)
{
    int64_t id = 0;
    struct objective o;
    if (cli_id(cli, &id, error) ||
        objective_get(&cli->propre, cli->workspace.id, id, cli->keep, &o, error))
        return error->fault;
    if (cli->json) {
        struct cli_json json;
        cli_json_begin(&json);
        write_objective(cli, &json.w, &o);
        return cli_json_end(&json, error);
    }
    cli_print(cli, o.name);
    cli_say(cli, N_("Kind: %s"), str_of(translate(cli->lang, objective_kind_name(o.kind))));
    cli_say(cli, N_("Wanted: %s from %s to %s"), o.metric, real_text(cli, o.baseline),
            wanted_text(cli, &o));
    cli_say(cli, N_("From %s to %s"), cli_day_text(cli, o.start_day),
            cli_day_text(cli, o.deadline_day));
    cli_say(cli, N_("State: %s"), str_of(translate(cli->lang, objective_state_name(o.state))));
    return OK;
}

enum fault
command_objective_close(struct cli *cli, struct error *error)
{
    int64_t id = 0;
    struct objective o;
    str as = args_value(cli->args, "as");
    enum objective_state state = OBJECTIVE_DROPPED;
    if (str_eq(as, S("achieved")))
        state = OBJECTIVE_REACHED;
    else if (str_eq(as, S("missed")))
        state = OBJECTIVE_MISSED;
    else if (as.p && !str_eq(as, S("dropped")))
        return fail(error, FAULT_INPUT, "--as is achieved, missed or dropped, not \"%.*s\"",
                    STR_FMT(as));
    if (cli_id(cli, &id, error) || db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    enum fault fault = objective_get(&cli->propre, cli->workspace.id, id, cli->keep, &o, error);
    o.state = state;
    fault = fault ? fault : objective_update(&cli->propre, &o, S("closed"), error);
    fault = fault ? fault : db_commit(tx, error);
    if (fault)
        return error_prefix(error, "closing objective %lld", (long long)id);
    cli_say(cli, N_("Closed: %s (%s)"), o.name,
            str_of(translate(cli->lang, objective_state_name(o.state))));
    return OK;
}
