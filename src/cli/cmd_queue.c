#include "base/zone.h"
#include "cli/act.h"
#include "cli/commands.h"
#include "cli/table.h"
#include "cli/way.h"
#include "outbox/delivery.h"
#include "place/db.h"
#include "outbox/let_go.h"
#include "place/hold.h"
#include "tactic/when.h"

/* What waits, what happened to it, and what a person can do about it. */

enum { QUEUE_ROWS = 200 /* a few screens; the pages show more */ };

static enum fault
print_json(const struct delivery *list, ptrdiff_t n, struct error *error)
{
    struct cli_json json;
    cli_json_begin(&json);
    json_array_begin(&json.w);
    for (ptrdiff_t i = 0; i < n; i++)
        json_delivery(&json.w, &list[i]);
    json_array_end(&json.w);
    return cli_json_end(&json, error);
}

static void
print_table(struct cli *cli, const struct zone *zone, const struct delivery *list, ptrdiff_t n)
{
    enum { COLUMNS = 5 };
    const char *heads[COLUMNS] = {N_("ID"), N_("When"), N_("Channel"), N_("State"), N_("Text")};
    str *cells = new (cli->keep, str, n * COLUMNS);
    for (ptrdiff_t i = 0; i < n; i++) {
        str *cell = cells + i * COLUMNS;
        cell[0] = cli_number(cli, list[i].id);
        cell[1] = cli_due(cli, zone, &list[i]);
        cell[2] = list[i].channel_name;
        cell[3] = str_of(translate(cli->lang, delivery_shown(&list[i])));
        cell[4] = list[i].title.n > 0 ? list[i].title : list[i].excerpt;
    }
    struct table table = {.columns_n = COLUMNS,
                          .cells = cells,
                          .rows_n = n,
                          .cell_graphemes_max = 50,
                          .right = {true}};
    for (int32_t i = 0; i < COLUMNS; i++)
        table.heads[i] = translate(cli->lang, heads[i]);
    table_print(&table, cli->scratch);
}

static enum fault
say_hold(struct cli *cli, struct error *error)
{
    struct hold hold = {0};
    if (hold_get(&cli->propre, cli->workspace.id, cli->keep, &hold, error))
        return error->fault;
    if (hold.on)
        cli_say(cli, N_("Everything is on hold: %1$s. To let it go on: %2$s"),
                str_of(translate(cli->lang, cstr(cli->keep, hold.reason))),
                S("propre release"));
    return OK;
}

enum fault
command_queue(struct cli *cli, struct error *error)
{
    auto_zone zone = NULL;
    struct delivery *list = NULL;
    ptrdiff_t n = 0;
    bool all = args_has(cli->args, "all");
    const struct delivery_filter filter = {.workspace = cli->workspace.id,
                                           .open = !all,
                                           .needs_person = args_has(cli->args, "person"),
                                           .limit_n = QUEUE_ROWS};
    if (zone_open(cli->workspace.zone, &zone, error) ||
        delivery_list(&cli->propre, &filter, cli->keep, &list, &n, error))
        return error->fault;
    if (cli->json)
        return print_json(list, n, error);
    if (say_hold(cli, error))
        return error->fault;
    if (n == 0) {
        cli_say(cli, N_("Nothing waits. Compose something: %s"),
                S("propre post \"…\" --to … --at \"tomorrow 09:00\""));
        return OK;
    }
    print_table(cli, zone, list, n);
    return OK;
}

/* ---- the ledger ---- */

static enum fault
attempts_json(const struct delivery *d, const struct attempt *list, ptrdiff_t n,
              struct error *error)
{
    struct cli_json json;
    cli_json_begin(&json);
    json_object_begin(&json.w);
    json_key(&json.w, S("delivery"));
    json_delivery(&json.w, d);
    json_key(&json.w, S("attempts"));
    json_array_begin(&json.w);
    for (ptrdiff_t i = 0; i < n; i++) {
        json_object_begin(&json.w);
        json_member_int(&json.w, "n", list[i].n);
        json_member_str(&json.w, "op", list[i].op);
        json_member_str(&json.w, "step", list[i].step);
        json_member_str(&json.w, "key", list[i].key);
        json_member_str(&json.w, "body_sha256", list[i].body_hash);
        json_member_int(&json.w, "began_us", list[i].began_us);
        json_member_maybe_int(&json.w, "ended_us", list[i].ended_us);
        json_member_str(&json.w, "outcome", list[i].outcome);
        json_member_int(&json.w, "status", list[i].status);
        json_member_str(&json.w, "class", error_class_word(list[i].error_class));
        json_member_str(&json.w, "words", list[i].words);
        json_object_end(&json.w);
    }
    json_array_end(&json.w);
    json_object_end(&json.w);
    return cli_json_end(&json, error);
}

static void
say_delivery(struct cli *cli, const struct zone *zone, const struct delivery *d)
{
    str state = str_of(translate(cli->lang, delivery_shown(d)));
    if (delivery_has_time(d))
        cli_say(cli, N_("%1$s, for %2$s: %3$s"), d->channel_name,
                cli_moment(cli, zone, d->due_us), state);
    else
        cli_say(cli, N_("%1$s: %2$s, without a time so far"), d->channel_name, state);
    if (d->reason)
        cli_print(cli, str_of(translate(cli->lang, d->reason)));
    str found;
    if (translate_known(cli->keep, cli->lang, d->words, &found))
        cli_say(cli, N_("Propre found: %s"), found);
    else if (d->words.n > 0)
        cli_say(cli, N_("The network's words: %s"), d->words);
    if (d->error_class != CLASS_NONE && d->state != DELIVERY_PUBLISHED)
        cli_print(cli, str_of(translate(cli->lang, error_class_advice(d->error_class))));
    if (d->permalink.n > 0)
        cli_print(cli, d->permalink);
    if (d->state == DELIVERY_PERSON)
        cli_say(cli, N_("Look there, then say what you saw: %1$s, %2$s or %3$s"),
                arena_printf(cli->keep, "propre resolve %lld --live", (long long)d->id),
                S("--again"), S("--drop"));
}

enum fault
command_attempts(struct cli *cli, struct error *error)
{
    enum { COLUMNS = 6 };
    const char *heads[COLUMNS] = {N_("No."),     N_("Began"),  N_("Step"),
                                  N_("Outcome"), N_("Answer"), N_("What was said, or found")};
    auto_zone zone = NULL;
    struct attempt *list = NULL;
    struct delivery d;
    ptrdiff_t n = 0;
    int64_t id = 0;
    if (cli_id(cli, &id, error) || zone_open(cli->workspace.zone, &zone, error) ||
        delivery_get(&cli->propre, cli->workspace.id, id, cli->keep, &d, error) ||
        attempt_list(&cli->propre, cli->workspace.id, id, cli->keep, &list, &n, error))
        return error->fault;
    if (cli->json)
        return attempts_json(&d, list, n, error);
    say_delivery(cli, zone, &d);
    str *cells = new (cli->keep, str, n * COLUMNS);
    for (ptrdiff_t i = 0; i < n; i++) {
        str *cell = cells + i * COLUMNS;
        cell[0] = cli_number(cli, list[i].n);
        cell[1] = cli_moment(cli, zone, list[i].began_us);
        cell[2] = attempt_step_shown(list[i].step, cli->lang, cli->keep);
        cell[3] =
            list[i].ended_us.has ? attempt_outcome_shown(list[i].outcome, cli->lang) : S("…");
        cell[4] = list[i].status ? cli_number(cli, list[i].status) : S("–");
        if (!translate_known(cli->keep, cli->lang, list[i].words, &cell[5]))
            cell[5] = list[i].words.p ? list[i].words : S("");
    }
    struct table table = {.columns_n = COLUMNS,
                          .cells = cells,
                          .rows_n = n,
                          .cell_graphemes_max = 60,
                          .right = {true}};
    for (int32_t i = 0; i < COLUMNS; i++)
        table.heads[i] = translate(cli->lang, heads[i]);
    if (n > 0)
        table_print(&table, cli->scratch);
    return OK;
}

/* ---- acts ---- */

static enum fault
act(struct cli *cli, enum fault (*verb)(struct propre *, int64_t, int64_t, str, struct error *),
    const char *done, struct error *error)
{
    int64_t id = 0;
    if (cli_id(cli, &id, error) || db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    enum fault fault = verb(&cli->propre, cli->workspace.id, id, WHO, error);
    if (!fault && cli->json)
        fault = cli_json_delivery(cli, id, error);
    fault = fault ? fault : db_commit(tx, error);
    if (!fault)
        cli_say(cli, done, cli_number(cli, id));
    return fault;
}

enum fault
command_cancel(struct cli *cli, struct error *error)
{
    return act(cli, delivery_cancel, N_("Number %s is cancelled; its post is kept."), error);
}

/* The whole workspace, when no number is given. */
static enum fault
hold_all(struct cli *cli, bool on, struct error *error)
{
    if (db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    int64_t n = 0;
    enum fault fault =
        on ? hold_set(&cli->propre, cli->workspace.id, S(N_("a person asked for it")), error)
           : let_go_all(&cli->propre, cli->workspace.id, &n, error);
    fault = fault ? fault : db_commit(tx, error);
    if (!fault)
        cli_say(cli,
                on ? N_("Nothing is sent until you say: %s")
                   : N_("What is due is sent again. See it: %s"),
                on ? S("propre release") : S("propre queue"));
    if (!fault && n > 0)
        cli_say(
            cli,
            N_("Not what may have been sent before the restore (%1$s): look at each, then %2$s "
               "or %3$s"),
            arena_printf(cli->keep, "%lld", (long long)n),
            S("propre resolve ID --live ADDRESS"), S("propre release ID"));
    if (!fault && cli->json)
        fault = cli_json_good(error);
    return fault;
}

enum fault
command_hold(struct cli *cli, struct error *error)
{
    if (!cli->args->positional.p)
        return hold_all(cli, true, error);
    return act(cli, delivery_hold, N_("Number %s is held back."), error);
}

/* What --at or --now says, in the workspace's zone. */
static enum fault
take_when(struct cli *cli, str at, const struct zone *zone, struct delivery_plan *ret,
          struct error *error)
{
    struct civil wall;
    instant due = clock_now(&cli->propre.clock);
    *ret = (struct delivery_plan){.workspace = cli->workspace.id, .due_us = due.us};
    if (!at.p)
        return OK;
    if (when_parse(at, zone, due, &wall, &due, error))
        return error->fault;
    ret->due_us = due.us;
    ret->wall = civil_minute(cli->keep, &wall);
    ret->zone = cli->workspace.zone;
    return OK;
}

/*
 * Lets it go on, at ${when} unless NULL; a cancelled one that was never sent is planned again, under a new number. ${move}: it
 * only changes its time.
 */
static enum fault
go_on(struct cli *cli, const struct delivery *d, struct delivery_plan *when, bool move,
      int64_t *ret_id, struct error *error)
{
    struct propre *propre = &cli->propre;
    int64_t workspace = cli->workspace.id;
    *ret_id = d->id;
    if (d->state == DELIVERY_CANCELLED && !d->live && d->attempts_n == 0)
        return delivery_plan_again(propre, workspace, d->id, when, ret_id, error);
    if (!delivery_has_time(d) && !when)
        return fail(
            error, FAULT_INPUT,
            "this draft has no time yet: `propre release %lld --at \"tomorrow 09:00\"`, "
            "or --now",
            (long long)d->id);
    if (when)
        when->use_by_us = d->use_by_us;
    return move   ? delivery_move(propre, workspace, d->id, when, WHO, error)
           : when ? delivery_release_at(propre, workspace, d->id, when, WHO, error)
                  : delivery_release(propre, workspace, d->id, WHO, error);
}

static enum fault
go_on_and_say(struct cli *cli, struct delivery_plan *when, bool move, const struct zone *zone,
              struct error *error)
{
    struct delivery d;
    int64_t id = 0, old = 0;
    if (cli_id(cli, &old, error) || db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    if (delivery_get(&cli->propre, cli->workspace.id, old, cli->keep, &d, error) ||
        go_on(cli, &d, when, move, &id, error) ||
        delivery_get(&cli->propre, cli->workspace.id, id, cli->keep, &d, error) ||
        (cli->json && cli_json_delivery(cli, id, error)) || db_commit(tx, error))
        return error->fault;
    if (id != old)
        cli_say(cli, N_("Number %1$s stays cancelled; its post is planned again as %2$s."),
                cli_number(cli, old), cli_number(cli, id));
    cli_say(cli, N_("Number %1$s goes out %2$s."), cli_number(cli, id),
            cli_moment(cli, zone, d.due_us));
    return OK;
}

enum fault
command_release(struct cli *cli, struct error *error)
{
    auto_zone zone = NULL;
    struct delivery_plan when;
    str at = args_value(cli->args, "at");
    bool now = args_has(cli->args, "now");
    if (at.p && now)
        return fail(error, FAULT_INPUT, "give one of --at and --now");
    if (!cli->args->positional.p && (at.p || now))
        return fail(error, FAULT_INPUT, "--at and --now are of one number: say which");
    if (!cli->args->positional.p)
        return hold_all(cli, false, error);
    if (zone_open(cli->workspace.zone, &zone, error) || take_when(cli, at, zone, &when, error))
        return error->fault;
    return go_on_and_say(cli, at.p || now ? &when : NULL, false, zone, error);
}

enum fault
command_resolve(struct cli *cli, struct error *error)
{
    int64_t id = 0;
    str live = args_value(cli->args, "live");
    bool again = args_has(cli->args, "again"), drop = args_has(cli->args, "drop");
    if ((live.p != NULL) + again + drop != 1)
        return fail(error, FAULT_INPUT,
                    "say what you saw: --live ADDRESS (or \"\" without one), --again (it is "
                    "not there) or --drop");
    enum resolution resolution = live.p ? RESOLVE_LIVE : again ? RESOLVE_AGAIN : RESOLVE_DROP;
    if (cli_id(cli, &id, error) || db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    if (delivery_resolve(&cli->propre, cli->workspace.id, id, resolution, live, WHO, error) ||
        (cli->json && cli_json_delivery(cli, id, error)) || db_commit(tx, error))
        return error->fault;
    cli_say(cli, N_("Number %s: noted."), cli_number(cli, id));
    return OK;
}

enum fault
command_move(struct cli *cli, struct error *error)
{
    auto_zone zone = NULL;
    struct delivery_plan when;
    str at = args_value(cli->args, "at");
    if (!at.p)
        return fail(error, FAULT_INPUT, "say when: --at \"tomorrow 09:00\"");
    if (zone_open(cli->workspace.zone, &zone, error) || take_when(cli, at, zone, &when, error))
        return error->fault;
    return go_on_and_say(cli, &when, true, zone, error);
}

/* ---- worker ---- */

struct tally {
    int64_t published_n, waiting_n, needs_n;
};

static enum fault
tally(struct cli *cli, struct tally *ret, struct error *error)
{
    int64_t n[DELIVERY_STATES_N];
    if (db_begin(cli->propre.db, DB_READ, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    if (delivery_counts(&cli->propre, cli->workspace.id, n, error))
        return error->fault;
    *ret = (struct tally){
        .published_n = n[DELIVERY_PUBLISHED],
        .waiting_n = n[DELIVERY_SCHEDULED] + n[DELIVERY_CLAIMED] + n[DELIVERY_SENDING] +
                     n[DELIVERY_DEFERRED] + n[DELIVERY_UNKNOWN],
        .needs_n = n[DELIVERY_PERSON] + n[DELIVERY_HELD] + n[DELIVERY_REJECTED]};
    return OK;
}

static enum fault
say_tally(struct cli *cli, const struct tally *before, const struct tally *now,
          struct error *error)
{
    struct cli_json json;
    int64_t published_n = now->published_n - before->published_n;
    if (!cli->json) {
        cli_say(cli, N_("%1$s published, %2$s waiting, %3$s need you: propre queue"),
                cli_number(cli, published_n), cli_number(cli, now->waiting_n),
                cli_number(cli, now->needs_n));
        return OK;
    }
    cli_json_begin(&json);
    json_object_begin(&json.w);
    json_member_bool(&json.w, "ok", true);
    json_member_int(&json.w, "published", published_n);
    json_member_int(&json.w, "waiting", now->waiting_n);
    json_member_int(&json.w, "needs_person", now->needs_n);
    json_object_end(&json.w);
    return cli_json_end(&json, error);
}

enum fault
command_worker(struct cli *cli, struct error *error)
{
    struct tally before = {0}, now = {0};
    bool once = args_has(cli->args, "once");
    if ((once && tally(cli, &before, error)) || worker_loop(cli, once, error))
        return error->fault;
    if (once)
        return tally(cli, &now, error) ? error->fault : say_tally(cli, &before, &now, error);
    return cli->json ? cli_json_good(error) : OK;
}
