#include "base/zone.h"
#include "cli/act.h"
#include "cli/commands.h"
#include "cli/table.h"
#include "outbox/delivery.h"
#include "outbox/repeat.h"
#include "place/db.h"
#include "tactic/message.h"
#include "tactic/when.h"

/* Posts that come again: by a rule, or evergreen with a rest between. */

enum {
    SHOWN_MAX = 3,      /* moments said when a rule is made: enough to see a slip */
    TIMES_MAX = 200000, /* occurrences are counted so far (tactic/rule_internal.h) */
    COOLDOWN_MAX = 3650 /* days; ten years is never */
};

/* ---- what was asked ---- */

enum fault
cli_repeat_read(struct cli *cli, const struct zone *zone, struct repeating *ret,
                struct error *error)
{
    const struct args *args = cli->args;
    str rule = args_value(args, "repeat"), until = args_value(args, "until");
    int64_t times = 0, cooldown = 0, day = 0;
    instant end;
    *ret = (struct repeating){0};
    if (!rule.p && (until.p || args_has(args, "times") || args_has(args, "cooldown")))
        return fail(error, FAULT_INPUT,
                    "--until, --times and --cooldown are of a post that comes again; add "
                    "--repeat \"weekly on monday\"");
    if (!rule.p)
        return OK;
    if (rule_read(rule, cli->keep, &ret->rule, error) ||
        args_i64(args, "times", 1, TIMES_MAX, 0, &times, error) ||
        args_i64(args, "cooldown", 0, COOLDOWN_MAX, 0, &cooldown, error))
        return error->fault;
    if (until.p) {
        if (cli_local_day(cli, until, &day, error) || cli_day_from(zone, day + 1, &end, error))
            return error_prefix(error, "--until");
        ret->end_us = some_int(end.us);
    }
    ret->count_max = times ? some_int(times) : no_int;
    ret->cooldown_days = (int32_t)cooldown;
    return OK;
}

/* ---- making one ---- */

/* The next moments, made or not. */
static enum fault
next_moments(struct cli *cli, int64_t id, const struct zone *zone, instant ret[SHOWN_MAX],
             ptrdiff_t *ret_n, struct error *error)
{
    struct recurrence r;
    instant after = {clock_now(&cli->propre.clock).us - 1};
    *ret_n = 0;
    if (recurrence_get(&cli->propre, cli->workspace.id, id, cli->keep, &r, error))
        return error->fault;
    while (*ret_n < SHOWN_MAX) {
        struct civil wall;
        bool found = false;
        if (rule_next(r.rule, &r.anchor, zone, after, &wall, &after, &found, error))
            return error->fault;
        if (!found || (r.end_us.has && after.us >= r.end_us.is) ||
            (r.count_max.has && *ret_n >= r.count_max.is))
            break;
        ret[(*ret_n)++] = after;
    }
    return OK;
}

static void
say_made(struct cli *cli, int64_t id, const struct zone *zone, str rule, const instant *at,
         ptrdiff_t n)
{
    str list = S("");
    for (ptrdiff_t i = 0; i < n; i++)
        list = arena_printf(cli->keep, "%.*s%s%.*s", STR_FMT(list), i ? "; " : "",
                            STR_FMT(cli_moment(cli, zone, at[i].us)));
    cli_say(cli, N_("Repeats, number %1$s: %2$s. Next: %3$s"), cli_number(cli, id),
            rule_text(rule, cli->lang, cli->keep), list);
    cli_say(cli, N_("The occurrences of two weeks are in the queue: %s"), S("propre queue"));
}

enum fault
cli_repeat_make(struct cli *cli, const struct repeating *repeating,
                const struct repeat_from *of, int64_t *ret_id, struct error *error)
{
    const struct recurrence r = {.workspace = cli->workspace.id,
                                 .message = of->message,
                                 .rule = repeating->rule,
                                 .anchor = of->anchor,
                                 .zone = cli->workspace.zone,
                                 .end_us = repeating->end_us,
                                 .count_max = repeating->count_max,
                                 .cooldown_days = repeating->cooldown_days};
    instant at[SHOWN_MAX];
    ptrdiff_t n = 0;
    if (repeat_begin(&cli->propre, &r, of->from, cli->scratch, ret_id, error) ||
        next_moments(cli, *ret_id, of->zone, at, &n, error))
        return error->fault;
    say_made(cli, *ret_id, of->zone, repeating->rule, at, n);
    return OK;
}

static enum fault
add_repeat(struct cli *cli, const struct zone *zone, const struct repeating *repeating,
           int64_t *ret_id, struct error *error)
{
    struct repeat_from of = {.zone = zone};
    struct delivery d;
    int64_t id = 0;
    instant at, now = clock_now(&cli->propre.clock);
    str when = args_value(cli->args, "at");
    if (cli_id(cli, &id, error) ||
        delivery_get(&cli->propre, cli->workspace.id, id, cli->keep, &d, error))
        return error->fault;
    if (when.p && when_parse(when, zone, now, &of.anchor, &at, error))
        return error->fault;
    if (!when.p)
        of.anchor = zone_civil(zone, (instant){d.due_us});
    of.from = some_int(d.message);
    of.anchor.second = of.anchor.microsecond = 0;
    if (repeat_pattern(&cli->propre, cli->workspace.id, d.message, cli->keep, &of.message,
                       error))
        return error->fault;
    return cli_repeat_make(cli, repeating, &of, ret_id, error);
}

enum fault
command_repeat_add(struct cli *cli, struct error *error)
{
    auto_zone zone = NULL;
    struct repeating repeating;
    int64_t id = 0;
    if (zone_open(cli->workspace.zone, &zone, error) ||
        cli_repeat_read(cli, zone, &repeating, error))
        return error->fault;
    if (!repeating.rule.p)
        return fail(error, FAULT_INPUT,
                    "say how it comes again: --repeat \"weekly on monday\", \"monthly on the "
                    "15th\" or an RRULE");
    if (db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    if (add_repeat(cli, zone, &repeating, &id, error) || db_commit(tx, error))
        return error->fault;
    return cli->json ? cli_json_id(id, error) : OK;
}

/* ---- list ---- */

struct listed {
    struct recurrence of;
    struct repeat_coming next;
    bool has_next, over;
    enum repeat_state state;
    str text;
};

static enum fault
list_one(struct cli *cli, struct listed *one, struct error *error)
{
    struct repeat_coming *all;
    struct message message;
    ptrdiff_t n = 0;
    if (message_get(&cli->propre, cli->workspace.id, one->of.message, cli->keep, &message,
                    error) ||
        repeat_coming(&cli->propre, &one->of, cli->keep, &all, &n, error))
        return error->fault;
    one->text = message.title.n > 0 ? message.title : str_slice(message.body, 0, 200);
    one->over = one->of.end_us.has && one->of.end_us.is <= clock_now(&cli->propre.clock).us;
    one->has_next = n > 0;
    one->state = repeat_state(&one->of, n > 0, clock_now(&cli->propre.clock));
    if (n > 0)
        one->next = all[0];
    return OK;
}

/* English for programs, the key of its translation for people. */
static const char *
state_of(const struct listed *one)
{
    static const char *const words[] = {[REPEAT_IN_USE] = N_("in use"),
                                        [REPEAT_PAUSED] = N_("stands still"),
                                        [REPEAT_OVER] = N_("over")};
    return words[one->state];
}

static enum fault
repeats_json(const struct listed *all, ptrdiff_t n, struct error *error)
{
    struct cli_json json;
    cli_json_begin(&json);
    json_array_begin(&json.w);
    for (ptrdiff_t i = 0; i < n; i++) {
        const struct recurrence *r = &all[i].of;
        json_object_begin(&json.w);
        json_member_int(&json.w, "id", r->id);
        json_member_int(&json.w, "post", r->message);
        json_member_str(&json.w, "rule", r->rule);
        json_member_str(&json.w, "zone", r->zone);
        json_member_str(&json.w, "state", str_of(state_of(&all[i])));
        json_member_maybe_int(&json.w, "next_us",
                              all[i].has_next ? some_int(all[i].next.at.us) : no_int);
        json_member_maybe_int(&json.w, "end_us", r->end_us);
        json_member_maybe_int(&json.w, "times", r->count_max);
        json_member_int(&json.w, "cooldown_days", r->cooldown_days);
        json_member_str(&json.w, "text", all[i].text);
        json_object_end(&json.w);
    }
    json_array_end(&json.w);
    return cli_json_end(&json, error);
}

static void
repeats_table(struct cli *cli, const struct zone *zone, const struct listed *all, ptrdiff_t n)
{
    enum { COLUMNS = 5 };
    const char *heads[COLUMNS] = {N_("ID"), N_("Rule"), N_("Next one"), N_("State"),
                                  N_("Text")};
    str *cells = new (cli->keep, str, n * COLUMNS);
    for (ptrdiff_t i = 0; i < n; i++) {
        str *cell = cells + i * COLUMNS;
        cell[0] = cli_number(cli, all[i].of.id);
        cell[1] = rule_text(all[i].of.rule, cli->lang, cli->keep);
        cell[2] = all[i].has_next ? cli_moment(cli, zone, all[i].next.at.us) : S("–");
        cell[3] = str_of(translate(cli->lang, state_of(&all[i])));
        cell[4] = all[i].text;
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

enum fault
command_repeat_list(struct cli *cli, struct error *error)
{
    auto_zone zone = NULL;
    struct recurrence *list = NULL;
    ptrdiff_t n = 0, shown_n = 0;
    if (zone_open(cli->workspace.zone, &zone, error) ||
        recurrence_list(&cli->propre, cli->workspace.id, cli->keep, &list, &n, error))
        return error->fault;
    struct listed *all = new (cli->keep, struct listed, n);
    for (ptrdiff_t i = 0; i < n; i++) {
        struct listed *one = &all[shown_n];
        one->of = list[i];
        if (list_one(cli, one, error))
            return error_prefix(error, "repetition %lld", (long long)list[i].id);
        shown_n += !one->over || args_has(cli->args, "all");
    }
    if (cli->json)
        return repeats_json(all, shown_n, error);
    if (shown_n == 0) {
        cli_say(
            cli, N_("Nothing repeats. Make something come again: %s"),
            S("propre post \"…\" --to … --at \"monday 09:00\" --repeat \"weekly on monday\""));
        return OK;
    }
    repeats_table(cli, zone, all, shown_n);
    return OK;
}

/* ---- skip ---- */

static enum fault
repeat_asked(struct cli *cli, struct repeat_of *ret, struct error *error)
{
    *ret = (struct repeat_of){.workspace = cli->workspace.id, .who = WHO};
    return cli_id(cli, &ret->id, error);
}

enum fault
command_repeat_skip(struct cli *cli, struct error *error)
{
    auto_zone zone = NULL;
    struct repeat_of of;
    struct repeat_coming one;
    struct maybe_int day = no_int;
    str on = args_value(cli->args, "on");
    if (on.p && cli_local_day(cli, on, &day.is, error))
        return error_prefix(error, "--on");
    day.has = on.p != NULL;
    if (repeat_asked(cli, &of, error) || zone_open(cli->workspace.zone, &zone, error) ||
        db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    if (repeat_skip(&cli->propre, &of, day, cli->keep, &one, error) || db_commit(tx, error))
        return error->fault;
    cli_say(cli, N_("Left out: %s. Those after it come as before."),
            cli_moment(cli, zone, one.at.us));
    if (!cli->json)
        return OK;
    struct cli_json json;
    cli_json_begin(&json);
    json_object_begin(&json.w);
    json_member_int(&json.w, "id", of.id);
    json_member_int(&json.w, "skipped_us", one.at.us);
    json_object_end(&json.w);
    return cli_json_end(&json, error);
}

/* ---- end, pause, resume ---- */

static enum fault
answer_number(struct cli *cli, int64_t id, const char *name, int64_t n, struct error *error)
{
    if (!cli->json)
        return OK;
    struct cli_json json;
    cli_json_begin(&json);
    json_object_begin(&json.w);
    json_member_int(&json.w, "id", id);
    json_member_int(&json.w, name, n);
    json_object_end(&json.w);
    return cli_json_end(&json, error);
}

enum fault
command_repeat_end(struct cli *cli, struct error *error)
{
    struct repeat_of of;
    int64_t cancelled = 0;
    if (repeat_asked(cli, &of, error) || db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    if (repeat_end(&cli->propre, &of, args_has(cli->args, "keep"), cli->keep, &cancelled,
                   error) ||
        db_commit(tx, error))
        return error->fault;
    cli_say(cli, N_("Repetition %1$s is over; numbers of the queue taken out: %2$s."),
            cli_number(cli, of.id), cli_number(cli, cancelled));
    return answer_number(cli, of.id, "cancelled", cancelled, error);
}

static enum fault
pause_or_go_on(struct cli *cli, bool paused, int64_t *ret_id, int64_t *ret_n,
               struct error *error)
{
    struct repeat_of of;
    if (repeat_asked(cli, &of, error) || db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    *ret_id = of.id;
    if (repeat_pause(&cli->propre, &of, paused, paused && args_has(cli->args, "hold"),
                     cli->keep, ret_n, error))
        return error->fault;
    return db_commit(tx, error);
}

enum fault
command_repeat_pause(struct cli *cli, struct error *error)
{
    int64_t id = 0, n = 0;
    if (pause_or_go_on(cli, true, &id, &n, error))
        return error->fault;
    cli_say(cli,
            args_has(cli->args, "hold")
                ? N_("Repetition %1$s stands still; numbers of the queue on hold: %2$s.")
                : N_("Repetition %1$s stands still; numbers of the queue that go out still: "
                     "%2$s. To hold them too: --hold"),
            cli_number(cli, id), cli_number(cli, n));
    return answer_number(cli, id, "waiting", n, error);
}

enum fault
command_repeat_resume(struct cli *cli, struct error *error)
{
    int64_t id = 0, n = 0;
    if (pause_or_go_on(cli, false, &id, &n, error))
        return error->fault;
    cli_say(cli, N_("Repetition %1$s goes on; numbers of it in the queue: %2$s."),
            cli_number(cli, id), cli_number(cli, n));
    return answer_number(cli, id, "waiting", n, error);
}
