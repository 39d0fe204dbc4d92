#include <stdlib.h>

#include "base/format.h"
#include "base/zone.h"
#include "cli/act.h"
#include "cli/commands.h"
#include "cli/table.h"
#include "outbox/delivery.h"
#include "tactic/message.h"

/* What goes out by day: what is in the queue, and what will repeat. */

enum {
    SCHEDULE_DAYS_MAX = 366, /* a year: more is not planned by the day */
    WEEK_DAYS = 7,
    MONTH_DAYS = 30,
    ENTRIES_MAX =
        20000 /* hourly on twenty channels for six weeks; more is not read by a person */
};

struct entry {
    instant at;
    const struct delivery *delivery; /* NULL: an occurrence that is not made yet */
    int64_t recurrence;
    str text;
};

struct span_shown {
    int64_t first_day;
    int32_t days_n;
    instant from, until;
    struct zone *zone;
    struct entry *entries;
    ptrdiff_t n;
    bool cut; /* there is more than is shown */
};

/* ---- which days ---- */

static enum fault
take_span(struct cli *cli, struct span_shown *s, struct error *error)
{
    const struct args *args = cli->args;
    str from = args_value(args, "from"), until = args_value(args, "until");
    bool week = args_has(args, "week"), month = args_has(args, "month");
    int64_t last = 0;
    if (week + month + (until.p != NULL) > 1)
        return fail(error, FAULT_INPUT, "give one of --week, --month and --until");
    if (cli_local_day(cli, from.p ? from : S("today"), &s->first_day, error))
        return error_prefix(error, "--from");
    last = s->first_day + (month ? MONTH_DAYS : WEEK_DAYS) - 1;
    if (until.p && cli_local_day(cli, until, &last, error))
        return error_prefix(error, "--until");
    if (last < s->first_day || last - s->first_day >= SCHEDULE_DAYS_MAX)
        return fail(error, FAULT_INPUT, "the last day is 0 to %d days after the first",
                    SCHEDULE_DAYS_MAX - 1);
    s->days_n = (int32_t)(last - s->first_day + 1);
    if (cli_day_from(s->zone, s->first_day, &s->from, error) ||
        cli_day_from(s->zone, last + 1, &s->until, error))
        return error->fault;
    return OK;
}

/* ---- what is on them ---- */

static int
by_time(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if (x->at.us != y->at.us)
        return x->at.us < y->at.us ? -1 : 1;
    return (y->delivery != NULL) - (x->delivery != NULL);
}

static void
add_entry(struct span_shown *s, struct entry entry)
{
    if (s->n == ENTRIES_MAX)
        s->cut = true;
    else
        s->entries[s->n++] = entry;
}

static enum fault
add_deliveries(struct cli *cli, struct span_shown *s, struct error *error)
{
    struct delivery *list = NULL;
    ptrdiff_t n = DELIVERY_PAGE_MAX;
    struct delivery_filter filter = {.workspace = cli->workspace.id,
                                     .from_us = s->from.us,
                                     .until_us = s->until.us,
                                     .limit_n = DELIVERY_PAGE_MAX};
    while (n == DELIVERY_PAGE_MAX && !s->cut) {
        if (delivery_list(&cli->propre, &filter, cli->keep, &list, &n, error))
            return error->fault;
        for (ptrdiff_t i = 0; i < n; i++) {
            const struct delivery *d = &list[i];
            if (d->state != DELIVERY_CANCELLED && delivery_has_time(d) &&
                d->due_us >= s->from.us && d->due_us < s->until.us)
                add_entry(s, (struct entry){.at = {d->due_us},
                                            .delivery = d,
                                            .text = d->title.n > 0 ? d->title : d->excerpt});
        }
        if (n > 0)
            filter.after_id = list[n - 1].id;
    }
    return OK;
}

static enum fault
add_occurrences(struct cli *cli, struct span_shown *s, struct error *error)
{
    struct recurrence *list = NULL;
    ptrdiff_t n = 0;
    if (recurrence_list(&cli->propre, cli->workspace.id, cli->keep, &list, &n, error))
        return error->fault;
    for (ptrdiff_t i = 0; i < n; i++) {
        struct occurrence *plan = NULL;
        struct message message;
        ptrdiff_t plan_n = 0;
        if (recurrence_plan(&cli->propre, &list[i], s->until, cli->keep, &plan, &plan_n,
                            error) ||
            message_get(&cli->propre, cli->workspace.id, list[i].message, cli->keep, &message,
                        error))
            return error->fault;
        str text = message.title.n > 0 ? message.title : str_slice(message.body, 0, 200);
        for (ptrdiff_t k = 0; k < plan_n; k++) {
            if (plan[k].at.us >= s->from.us && plan[k].at.us < s->until.us)
                add_entry(s, (struct entry){
                                 .at = plan[k].at, .recurrence = list[i].id, .text = text});
        }
    }
    return OK;
}

/* ---- shown ---- */

static int64_t
day_of(const struct span_shown *s, instant at)
{
    struct civil c = zone_civil(s->zone, at);
    return civil_days(c.year, c.month, c.day);
}

static str
day_words(struct cli *cli, int64_t day)
{
    struct civil c = instant_to_utc((instant){day * SPAN_DAY.us});
    return format_civil(cli->keep, cli->lang, &c, FORMAT_LONG_DATE);
}

static void
entry_json(struct json_writer *w, const struct entry *e)
{
    if (e->delivery) {
        json_delivery(w, e->delivery);
        return;
    }
    json_object_begin(w);
    json_member_int(w, "repeat", e->recurrence);
    json_member_str(w, "state", S("planned"));
    json_member_int(w, "due_us", e->at.us);
    json_member_str(w, "text", e->text);
    json_object_end(w);
}

static enum fault
print_json(struct cli *cli, const struct span_shown *s, struct error *error)
{
    struct cli_json json;
    ptrdiff_t at = 0;
    cli_json_begin(&json);
    json_array_begin(&json.w);
    for (int32_t d = 0; d < s->days_n; d++) {
        json_object_begin(&json.w);
        json_member_str(&json.w, "day", cli_day_text(cli, some_int(s->first_day + d)));
        json_key(&json.w, S("posts"));
        json_array_begin(&json.w);
        for (; at < s->n && day_of(s, s->entries[at].at) == s->first_day + d; at++)
            entry_json(&json.w, &s->entries[at]);
        json_array_end(&json.w);
        json_object_end(&json.w);
    }
    json_array_end(&json.w);
    return cli_json_end(&json, error);
}

enum { COLUMNS = 6 };

static void
entry_cells(struct cli *cli, const struct span_shown *s, const struct entry *e, str *cell)
{
    struct civil c = zone_civil(s->zone, e->at);
    cell[1] = format_clock(cli->keep, cli->lang, c.hour, c.minute);
    cell[2] = e->delivery ? cli_number(cli, e->delivery->id) : S("–");
    cell[3] = e->delivery ? e->delivery->channel_name : S("–");
    cell[4] = e->delivery ? str_of(translate(cli->lang, delivery_shown(e->delivery)))
                          : SAY(cli->keep, cli->lang, N_("repeats, number %s"),
                                cli_number(cli, e->recurrence));
    cell[5] = e->text;
}

static void
print_days(struct cli *cli, const struct span_shown *s)
{
    const char *heads[COLUMNS] = {N_("Day"),     N_("Hour"),  N_("ID"),
                                  N_("Channel"), N_("State"), N_("Text")};
    str *cells = new (cli->keep, str, (s->n + s->days_n) * COLUMNS);
    ptrdiff_t at = 0, rows = 0;
    bool every = s->days_n <= WEEK_DAYS; /* of a longer time only days that have something */
    for (int32_t d = 0; d < s->days_n; d++) {
        int64_t day = s->first_day + d;
        ptrdiff_t began = rows;
        for (; at < s->n && day_of(s, s->entries[at].at) == day; at++)
            entry_cells(cli, s, &s->entries[at], cells + rows++ * COLUMNS);
        if (rows == began && every)
            cells[rows++ * COLUMNS + 1] = S("–");
        if (rows > began)
            cells[began * COLUMNS] = day_words(cli, day);
    }
    struct table table = {
        .columns_n = COLUMNS, .cells = cells, .rows_n = rows, .cell_graphemes_max = 40};
    table.right[2] = true;
    for (int32_t i = 0; i < COLUMNS; i++)
        table.heads[i] = translate(cli->lang, heads[i]);
    table_print(&table, cli->scratch);
    if (s->cut)
        cli_print(cli, str_of(translate(
                           cli->lang, N_("There is more than is shown; ask for fewer days."))));
}

/* A leaf of the calendar: each day with how many posts it has, "26: 3". */
static void
print_leaf(struct cli *cli, const struct span_shown *s)
{
    struct civil c = instant_to_utc((instant){s->first_day * SPAN_DAY.us});
    int32_t lead = (civil_weekday(&c) - cli->workspace.first_weekday + WEEK_DAYS) % WEEK_DAYS;
    int32_t rows = (lead + s->days_n + WEEK_DAYS - 1) / WEEK_DAYS;
    str *cells = new (cli->keep, str, (ptrdiff_t)rows * WEEK_DAYS);
    ptrdiff_t at = 0;
    struct table table = {
        .columns_n = WEEK_DAYS, .cells = cells, .rows_n = rows, .cell_graphemes_max = 12};
    for (int32_t d = 0; d < s->days_n; d++) {
        ptrdiff_t began = at;
        c = instant_to_utc((instant){(s->first_day + d) * SPAN_DAY.us});
        while (at < s->n && day_of(s, s->entries[at].at) == s->first_day + d)
            at++;
        cells[lead + d] =
            at > began ? arena_printf(cli->keep, "%d: %lld", c.day, (long long)(at - began))
                       : cli_number(cli, c.day);
    }
    for (int32_t i = 0; i < WEEK_DAYS; i++) {
        int32_t weekday = (cli->workspace.first_weekday - 1 + i) % WEEK_DAYS + 1;
        table.heads[i] = cstr(cli->keep, format_weekday(cli->lang, weekday));
    }
    table_print(&table, cli->scratch);
    cli_print(cli, S(""));
}

static enum fault
show(struct cli *cli, struct span_shown *s, struct error *error)
{
    if (take_span(cli, s, error))
        return error->fault;
    s->entries = new (cli->keep, struct entry, ENTRIES_MAX);
    if (add_deliveries(cli, s, error) || add_occurrences(cli, s, error))
        return error->fault;
    if (s->n > 0)
        qsort(s->entries, (size_t)s->n, sizeof *s->entries, by_time);
    if (cli->json)
        return print_json(cli, s, error);
    if (s->days_n > WEEK_DAYS)
        print_leaf(cli, s);
    if (s->n > 0 || s->days_n <= WEEK_DAYS)
        print_days(cli, s);
    if (s->n == 0)
        cli_say(cli, N_("Nothing goes out on these days. Compose something: %s"),
                S("propre post \"…\" --to … --at \"tomorrow 09:00\""));
    return OK;
}

enum fault
command_schedule(struct cli *cli, struct error *error)
{
    struct span_shown s = {0};
    if (zone_open(cli->workspace.zone, &s.zone, error))
        return error->fault;
    enum fault fault = show(cli, &s, error);
    zone_close(s.zone);
    return fault;
}
