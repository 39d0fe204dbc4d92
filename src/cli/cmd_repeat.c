#include <assert.h>

#include "base/zone.h"
#include "cli/act.h"
#include "cli/commands.h"
#include "cli/table.h"
#include "outbox/delivery.h"
#include "outbox/recur.h"
#include "place/db.h"
#include "tactic/message.h"
#include "tactic/when.h"

/* Posts that come again: by a rule, or evergreen with a rest between. */

enum {
    LOOK_DAYS = 366,    /* how far the next occurrence is looked for; a yearly one is found */
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

/* The occurrence of the anchor is that message already. */
static enum fault
mark_first(struct cli *cli, int64_t id, const struct repeat_of *of, struct error *error)
{
    struct recurrence r;
    struct civil wall;
    instant at, anchor;
    bool found = false;
    if (!of->first.has)
        return OK;
    if (recurrence_get(&cli->propre, cli->workspace.id, id, cli->keep, &r, error) ||
        zone_instant(of->zone, &of->anchor, GAP_NEXT_VALID, OVERLAP_FIRST, &anchor, error) ||
        rule_at(r.rule, &r.anchor, of->zone, 1, &wall, &at, &found, error))
        return error->fault;
    if (!found || at.us != anchor.us)
        return OK;
    return recurrence_mark(&cli->propre, id, 1, of->first, error);
}

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
cli_repeat_make(struct cli *cli, const struct repeating *repeating, const struct repeat_of *of,
                int64_t *ret_id, struct error *error)
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
    if (recurrence_save(&cli->propre, &r, ret_id, error) ||
        mark_first(cli, *ret_id, of, error) ||
        next_moments(cli, *ret_id, of->zone, at, &n, error))
        return error->fault;
    if (n == 0)
        return fail(error, FAULT_INPUT,
                    "that rule has no occurrence to come; look at --repeat, --at and --until");
    if (recur_make(&cli->propre, cli->workspace.id, cli->scratch, error))
        return error_prefix(error, "making its occurrences");
    say_made(cli, *ret_id, of->zone, repeating->rule, at, n);
    return OK;
}

/* The channels a message goes to, as variants of the pattern: where no variant says it, its deliveries do. */
static enum fault
pattern_parts(struct cli *cli, int64_t message, struct message_parts *parts,
              struct error *error)
{
    struct delivery *list = NULL;
    ptrdiff_t n = 0;
    const struct delivery_filter filter = {.workspace = cli->workspace.id, .message = message};
    if (message_parts_get(&cli->propre, message, cli->keep, parts, error) ||
        delivery_list(&cli->propre, &filter, cli->keep, &list, &n, error))
        return error->fault;
    if (parts->variants_n > 0)
        return OK;
    struct variant *variants = new (cli->keep, struct variant, n + 1);
    for (ptrdiff_t i = 0; i < n && parts->variants_n < VARIANTS_MAX; i++) {
        if (list[i].state != DELIVERY_CANCELLED)
            variants[parts->variants_n++] = (struct variant){.channel = list[i].channel};
    }
    parts->variants = variants;
    return OK;
}

/* A message of its own, so that an occurrence can be edited without changing those to come. */
static enum fault
copy_pattern(struct cli *cli, int64_t message, int64_t *ret_id, struct error *error)
{
    struct message pattern;
    struct message_parts parts;
    if (message_get(&cli->propre, cli->workspace.id, message, cli->keep, &pattern, error) ||
        pattern_parts(cli, message, &parts, error))
        return error->fault;
    pattern.id = 0;
    pattern.revision = 0;
    pattern.use_by_us = no_int;
    pattern.chosen = pattern.chosen_wall = pattern.chosen_queue = STR_NONE;
    return message_save(&cli->propre, &pattern, &parts, ret_id, error);
}

static enum fault
add_repeat(struct cli *cli, const struct zone *zone, const struct repeating *repeating,
           int64_t *ret_id, struct error *error)
{
    struct repeat_of of = {.zone = zone};
    struct delivery d;
    int64_t id = 0;
    instant at, now = clock_now(&cli->propre.clock);
    str when = args_value(cli->args, "at");
    if (cli_id(cli, &id, error) ||
        delivery_get(&cli->propre, cli->workspace.id, id, cli->keep, &d, error))
        return error->fault;
    if (when.p && when_parse(when, zone, now, &of.anchor, &at, error))
        return error->fault;
    if (!when.p) {
        of.anchor = zone_civil(zone, (instant){d.due_us});
        if (!delivery_is_final(d.state) && d.due_us >= now.us)
            of.first = some_int(d.message);
    }
    of.anchor.second = of.anchor.microsecond = 0;
    if (copy_pattern(cli, d.message, &of.message, error))
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

/* ---- what is to come of one ---- */

struct coming {
    int64_t k;
    instant at;
    struct civil wall;
    struct maybe_int message; /* it is made already */
};

/* Whether something of that message waits still. */
static enum fault
waits(struct cli *cli, int64_t message, bool *ret, struct error *error)
{
    struct delivery *list = NULL;
    ptrdiff_t n = 0;
    const struct delivery_filter filter = {
        .workspace = cli->workspace.id, .message = message, .open = true};
    if (delivery_list(&cli->propre, &filter, cli->keep, &list, &n, error))
        return error->fault;
    *ret = n > 0;
    return OK;
}

/* A number a good deal before the next one: what is behind it went out long ago. */
static enum fault
lately(struct cli *cli, const struct recurrence *r, int64_t *ret_k, struct error *error)
{
    struct recurrence endless = *r;
    struct occurrence *plan;
    ptrdiff_t n = 0;
    instant until = {clock_now(&cli->propre.clock).us + LOOK_DAYS * SPAN_DAY.us};
    endless.end_us = endless.count_max = no_int;
    endless.paused = false;
    if (recurrence_plan(&cli->propre, &endless, until, cli->keep, &plan, &n, error))
        return error->fault;
    *ret_k = n > 0 && plan[0].k > OCCURRENCES_MAX / 2 ? plan[0].k - OCCURRENCES_MAX / 2 : 1;
    return OK;
}

/* Those made ahead that wait still, by number. */
static enum fault
made_ahead(struct cli *cli, const struct recurrence *r, const struct zone *zone,
           struct coming **ret, ptrdiff_t *ret_n, struct error *error)
{
    struct occurrence_mark *marks = NULL;
    ptrdiff_t n = 0;
    int64_t from_k = 1;
    instant now = clock_now(&cli->propre.clock);
    if (lately(cli, r, &from_k, error) ||
        recurrence_marks(&cli->propre, r->id, from_k, cli->keep, &marks, &n, error))
        return error->fault;
    *ret = new (cli->keep, struct coming, n);
    *ret_n = 0;
    for (ptrdiff_t i = 0; i < n; i++) {
        struct coming one = {.k = marks[i].k, .message = marks[i].message};
        bool found = false, open = false;
        if (!marks[i].message.has)
            continue;
        if (rule_at(r->rule, &r->anchor, zone, one.k, &one.wall, &one.at, &found, error))
            return error->fault;
        if (!found || one.at.us < now.us)
            continue;
        if (waits(cli, one.message.is, &open, error))
            return error->fault;
        if (open)
            (*ret)[(*ret_n)++] = one;
    }
    return OK;
}

/* All that is to come within LOOK_DAYS, in order. */
static enum fault
coming(struct cli *cli, const struct recurrence *r, const struct zone *zone,
       struct coming **ret, ptrdiff_t *ret_n, struct error *error)
{
    struct coming *made;
    struct occurrence *plan;
    ptrdiff_t made_n, plan_n, m = 0, p = 0;
    instant until = {clock_now(&cli->propre.clock).us + LOOK_DAYS * SPAN_DAY.us};
    if (made_ahead(cli, r, zone, &made, &made_n, error) ||
        recurrence_plan(&cli->propre, r, until, cli->keep, &plan, &plan_n, error))
        return error->fault;
    struct coming *all = new (cli->keep, struct coming, made_n + plan_n);
    *ret_n = 0;
    while (m < made_n || p < plan_n) {
        if (p == plan_n || (m < made_n && made[m].k < plan[p].k)) {
            all[(*ret_n)++] = made[m++];
        } else {
            all[(*ret_n)++] =
                (struct coming){.k = plan[p].k, .at = plan[p].at, .wall = plan[p].wall};
            p++;
        }
    }
    *ret = all;
    return OK;
}

/* Takes what waits of a message out of the queue; how many. */
static enum fault
cancel_all(struct cli *cli, int64_t message, int64_t *n_cancelled, struct error *error)
{
    struct delivery *list = NULL;
    ptrdiff_t n = 0;
    const struct delivery_filter filter = {
        .workspace = cli->workspace.id, .message = message, .open = true};
    if (delivery_list(&cli->propre, &filter, cli->keep, &list, &n, error))
        return error->fault;
    for (ptrdiff_t i = 0; i < n; i++) {
        if (delivery_cancel(&cli->propre, cli->workspace.id, list[i].id, WHO, error))
            return error_prefix(error, "taking out number %lld", (long long)list[i].id);
        (*n_cancelled)++;
    }
    return OK;
}

/* ---- list ---- */

struct listed {
    struct recurrence of;
    struct coming next;
    bool has_next, over;
    str text;
};

static enum fault
list_one(struct cli *cli, struct listed *one, struct error *error)
{
    auto_zone zone = NULL;
    struct coming *all;
    struct message message;
    ptrdiff_t n = 0;
    if (zone_open(one->of.zone, &zone, error) ||
        message_get(&cli->propre, cli->workspace.id, one->of.message, cli->keep, &message,
                    error) ||
        coming(cli, &one->of, zone, &all, &n, error))
        return error->fault;
    one->text = message.title.n > 0 ? message.title : str_slice(message.body, 0, 200);
    one->over = one->of.end_us.has && one->of.end_us.is <= clock_now(&cli->propre.clock).us;
    one->has_next = n > 0;
    if (n > 0)
        one->next = all[0];
    return OK;
}

/* English for programs, the key of its translation for people. */
static const char *
state_of(const struct listed *one)
{
    if (one->of.paused && !one->over)
        return N_("stands still");
    return one->over || !one->has_next ? N_("over") : N_("in use");
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
choose(struct cli *cli, const struct coming *all, ptrdiff_t n, const struct coming **ret,
       struct error *error)
{
    str on = args_value(cli->args, "on");
    int64_t day = 0;
    if (on.p && cli_local_day(cli, on, &day, error))
        return error_prefix(error, "--on");
    for (ptrdiff_t i = 0; i < n; i++) {
        const struct civil *w = &all[i].wall;
        if (!on.p || civil_days(w->year, w->month, w->day) == day) {
            *ret = &all[i];
            return OK;
        }
    }
    if (on.p)
        return fail(error, FAULT_ABSENT,
                    "it has no occurrence on %.*s; `propre schedule --month` shows them",
                    STR_FMT(on));
    return fail(error, FAULT_ABSENT, "it has no occurrence to come within a year");
}

enum fault
command_repeat_skip(struct cli *cli, struct error *error)
{
    auto_zone zone = NULL;
    struct recurrence r;
    struct coming *all = NULL;
    const struct coming *one = NULL;
    ptrdiff_t n = 0;
    int64_t id = 0, cancelled = 0;
    if (cli_id(cli, &id, error) || db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    if (recurrence_get(&cli->propre, cli->workspace.id, id, cli->keep, &r, error) ||
        zone_open(r.zone, &zone, error) || coming(cli, &r, zone, &all, &n, error) ||
        choose(cli, all, n, &one, error))
        return error->fault;
    assert(one); /* or choose() said why not */
    if (one->message.has ? cancel_all(cli, one->message.is, &cancelled, error)
                         : recurrence_mark(&cli->propre, id, one->k, no_int, error))
        return error->fault;
    if (db_commit(tx, error))
        return error->fault;
    cli_say(cli, N_("Left out: %s. Those after it come as before."),
            cli_moment(cli, zone, one->at.us));
    if (!cli->json)
        return OK;
    struct cli_json json;
    cli_json_begin(&json);
    json_object_begin(&json.w);
    json_member_int(&json.w, "id", id);
    json_member_int(&json.w, "skipped_us", one->at.us);
    json_object_end(&json.w);
    return cli_json_end(&json, error);
}

/* ---- end ---- */

static enum fault
take_out(struct cli *cli, const struct recurrence *r, int64_t *cancelled, struct error *error)
{
    auto_zone zone = NULL;
    struct coming *made;
    ptrdiff_t n = 0;
    if (zone_open(r->zone, &zone, error) || made_ahead(cli, r, zone, &made, &n, error))
        return error->fault;
    for (ptrdiff_t i = 0; i < n; i++) {
        if (cancel_all(cli, made[i].message.is, cancelled, error))
            return error->fault;
    }
    return OK;
}

enum fault
command_repeat_end(struct cli *cli, struct error *error)
{
    struct recurrence r;
    int64_t id = 0, cancelled = 0, now = clock_now(&cli->propre.clock).us;
    if (cli_id(cli, &id, error) || db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    if (recurrence_get(&cli->propre, cli->workspace.id, id, cli->keep, &r, error))
        return error->fault;
    if (r.end_us.has && r.end_us.is <= now)
        return fail(error, FAULT_CONFLICT, "repetition %lld is over already", (long long)id);
    r.end_us = some_int(now);
    if (recurrence_save(&cli->propre, &r, &id, error) ||
        (!args_has(cli->args, "keep") && take_out(cli, &r, &cancelled, error)) ||
        db_commit(tx, error))
        return error->fault;
    cli_say(cli, N_("Repetition %1$s is over; numbers of the queue taken out: %2$s."),
            cli_number(cli, id), cli_number(cli, cancelled));
    if (!cli->json)
        return OK;
    struct cli_json json;
    cli_json_begin(&json);
    json_object_begin(&json.w);
    json_member_int(&json.w, "id", id);
    json_member_int(&json.w, "cancelled", cancelled);
    json_object_end(&json.w);
    return cli_json_end(&json, error);
}
