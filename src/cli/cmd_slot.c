#include "base/format.h"
#include "base/zone.h"
#include "cli/act.h"
#include "cli/commands.h"
#include "cli/table.h"
#include "outbox/delivery.h"
#include "place/db.h"
#include "strategy/channel.h"
#include "tactic/when.h"

/* The standing appointments of channels, and the queues they make. */

enum { WEEKDAYS_MAX = 7 /* of a week */ };

static str
queue_shown(struct cli *cli, str queue)
{
    return queue.n > 0 ? queue : str_of(translate(cli->lang, N_("(own)")));
}

static str
day_shown(struct cli *cli, int32_t weekday)
{
    return weekday == 0 ? str_of(translate(cli->lang, N_("every day")))
                        : format_weekday(cli->lang, weekday);
}

/* The name of a channel, of those in use. */
static str
channel_name(const struct channel *all, ptrdiff_t n, int64_t id)
{
    for (ptrdiff_t i = 0; i < n; i++) {
        if (all[i].id == id)
            return all[i].name;
    }
    return S("–");
}

/* ---- the next free one ---- */

static bool
queue_stands(const struct slot *slots, ptrdiff_t n, int64_t channel, str queue, bool *ret_has)
{
    bool stands = false;
    *ret_has = false;
    for (ptrdiff_t i = 0; i < n; i++) {
        if (slots[i].channel != channel || !str_eq(slots[i].queue, queue))
            continue;
        *ret_has = true;
        stands |= slots[i].paused;
    }
    return stands;
}

static enum fault
no_slot(const struct slot *slots, ptrdiff_t n, const struct appointment *a, struct error *error)
{
    bool has = false;
    if (queue_stands(slots, n, a->channel, a->queue, &has))
        return fail(
            error, FAULT_CONFLICT,
            "the queue \"%.*s\" stands still; let it go on: propre queue resume \"%.*s\"",
            STR_FMT(a->queue), STR_FMT(a->queue));
    if (has)
        return fail(
            error, FAULT_ABSENT,
            "every slot of the queue \"%.*s\" for %.*s is taken for a year; add another: "
            "propre slot add \"%.*s\" --queue \"%.*s\" --every monday --at 09:00",
            STR_FMT(a->queue), STR_FMT(a->name), STR_FMT(a->name), STR_FMT(a->queue));
    return fail(error, FAULT_ABSENT,
                "the queue \"%.*s\" has no slot for %.*s; make one: propre slot add \"%.*s\" "
                "--queue \"%.*s\" --every monday --at 09:00",
                STR_FMT(a->queue), STR_FMT(a->name), STR_FMT(a->name), STR_FMT(a->queue));
}

static enum fault
find_free(struct cli *cli, struct appointment *a, bool *ret_found, struct error *error)
{
    struct slot *slots = NULL;
    instant *taken = NULL, now = clock_now(&cli->propre.clock);
    struct slots all = {0};
    if (slot_list(&cli->propre, cli->workspace.id, cli->keep, &slots, &all.n, error) ||
        delivery_taken(&cli->propre, a->channel, now, cli->keep, &taken, &all.taken_n, error))
        return error->fault;
    all.at = slots;
    all.taken = taken;
    *ret_found = slot_next_free(&all, a->channel, a->queue, a->zone, now, &a->wall, &a->at);
    return *ret_found ? OK : no_slot(slots, all.n, a, error);
}

enum fault
cli_next_free(struct cli *cli, struct appointment *a, struct error *error)
{
    bool found = false;
    a->queue = str_trim(a->queue.p ? a->queue : S(""));
    return find_free(cli, a, &found, error);
}

/* ---- slot add ---- */

/* "monday,thursday", "day", "weekday": which days of the week. Every day: one 0. */
static enum fault
take_days(str text, int32_t days[WEEKDAYS_MAX], int32_t *ret_n, struct error *error)
{
    static const char *const names[][2] = {{"monday", "lundi"},       {"tuesday", "mardi"},
                                           {"wednesday", "mercredi"}, {"thursday", "jeudi"},
                                           {"friday", "vendredi"},    {"saturday", "samedi"},
                                           {"sunday", "dimanche"}};
    str rest = text, one;
    int32_t n = 0;
    for (bool more = true; more;) {
        int32_t day = -1;
        more = str_cut(&rest, ',', &one);
        one = str_trim(one);
        if (str_eq_ascii_case(one, S("day")) || str_eq_ascii_case(one, S("jour")))
            day = 0;
        for (int32_t i = 0; i < WEEKDAYS_MAX; i++) {
            if (str_eq_ascii_case(one, str_of(names[i][0])) ||
                str_eq_ascii_case(one, str_of(names[i][1])))
                day = i + 1;
        }
        if (day < 0 || n == WEEKDAYS_MAX)
            return fail(error, FAULT_INPUT,
                        "--every \"%.*s\" is not understood; write day, monday, or "
                        "tuesday,friday",
                        STR_FMT(str_slice(text, 0, 60)));
        days[n++] = day;
    }
    *ret_n = n;
    return OK;
}

/* "09:00", "9h30": an hour of any day. */
static enum fault
take_hour(struct cli *cli, str text, struct slot *slot, struct error *error)
{
    auto_zone utc = NULL;
    struct civil wall;
    instant at, midnight = {clock_now(&cli->propre.clock).us / SPAN_DAY.us * SPAN_DAY.us};
    if (!text.p)
        return fail(error, FAULT_INPUT, "a slot needs its hour: --at 09:00");
    if (zone_open(S("UTC"), &utc, error))
        return error->fault;
    str whole = arena_printf(cli->keep, "today %.*s", STR_FMT(text));
    if (when_parse(whole, utc, midnight, &wall, &at, error))
        return fail(error, FAULT_INPUT,
                    "--at \"%.*s\" is not an hour of the day; write it like 09:00",
                    STR_FMT(str_slice(text, 0, 60)));
    slot->hour = wall.hour;
    slot->minute = wall.minute;
    return OK;
}

static enum fault
add_slots(struct cli *cli, struct slot *slot, const int32_t *days, int32_t n, int64_t *ids,
          struct error *error)
{
    for (int32_t i = 0; i < n; i++) {
        slot->weekday = days[i];
        if (slot_add(&cli->propre, slot, &ids[i], error))
            return error->fault;
    }
    return OK;
}

static enum fault
print_ids(const int64_t *ids, int32_t n, struct error *error)
{
    struct cli_json json;
    cli_json_begin(&json);
    json_object_begin(&json.w);
    json_member_int(&json.w, "id", ids[0]);
    json_key(&json.w, S("ids"));
    json_array_begin(&json.w);
    for (int32_t i = 0; i < n; i++)
        json_int(&json.w, ids[i]);
    json_array_end(&json.w);
    json_object_end(&json.w);
    return cli_json_end(&json, error);
}

enum fault
command_slot_add(struct cli *cli, struct error *error)
{
    int32_t days[WEEKDAYS_MAX], n = 0;
    int64_t ids[WEEKDAYS_MAX];
    str every = args_value(cli->args, "every"), queue = args_value(cli->args, "queue");
    struct slot slot = {.workspace = cli->workspace.id, .queue = queue.p ? queue : S("")};
    struct channel channel;
    if (take_days(every.p ? every : S("day"), days, &n, error) ||
        take_hour(cli, args_value(cli->args, "at"), &slot, error) ||
        db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    if (cli_find_channel(cli, cli->args->positional, &slot.channel, error) ||
        channel_get(&cli->propre, cli->workspace.id, slot.channel, cli->keep, &channel,
                    error) ||
        add_slots(cli, &slot, days, n, ids, error) || db_commit(tx, error))
        return error_prefix(error, "adding a slot to %.*s",
                            STR_FMT(str_slice(cli->args->positional, 0, 60)));
    if (cli->json)
        return print_ids(ids, n, error);
    for (int32_t i = 0; i < n; i++)
        cli_say(cli, N_("Slot %1$s of %2$s: %3$s, %4$s"), cli_number(cli, ids[i]), channel.name,
                day_shown(cli, days[i]),
                format_clock(cli->keep, cli->lang, slot.hour, slot.minute));
    cli_say(cli, N_("Fill it: %s"),
            arena_printf(cli->keep, "propre post \"…\" --to \"%.*s\" --queue \"%.*s\"",
                         STR_FMT(channel.name), STR_FMT(slot.queue)));
    return OK;
}

enum fault
command_slot_remove(struct cli *cli, struct error *error)
{
    int64_t id = 0;
    if (cli_id(cli, &id, error) || db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    if (slot_remove(&cli->propre, cli->workspace.id, id, error) || db_commit(tx, error))
        return error->fault;
    cli_say(cli, N_("Slot %s is removed; what was scheduled from it keeps its time."),
            cli_number(cli, id));
    return cli->json ? cli_json_good(error) : OK;
}

/* ---- slot list ---- */

static enum fault
slots_json(const struct slot *slots, ptrdiff_t n, const struct channel *channels,
           ptrdiff_t channels_n, struct error *error)
{
    struct cli_json json;
    cli_json_begin(&json);
    json_array_begin(&json.w);
    for (ptrdiff_t i = 0; i < n; i++) {
        json_object_begin(&json.w);
        json_member_int(&json.w, "id", slots[i].id);
        json_member_str(&json.w, "channel",
                        channel_name(channels, channels_n, slots[i].channel));
        json_member_str(&json.w, "queue", slots[i].queue);
        json_member_int(&json.w, "weekday", slots[i].weekday);
        json_member_int(&json.w, "hour", slots[i].hour);
        json_member_int(&json.w, "minute", slots[i].minute);
        json_member_bool(&json.w, "paused", slots[i].paused);
        json_object_end(&json.w);
    }
    json_array_end(&json.w);
    return cli_json_end(&json, error);
}

static void
slots_table(struct cli *cli, const struct slot *slots, ptrdiff_t n,
            const struct channel *channels, ptrdiff_t channels_n)
{
    enum { COLUMNS = 6 };
    const char *heads[COLUMNS] = {N_("ID"),  N_("Channel"), N_("Queue"),
                                  N_("Day"), N_("Hour"),    N_("State")};
    str *cells = new (cli->keep, str, n * COLUMNS);
    for (ptrdiff_t i = 0; i < n; i++) {
        str *cell = cells + i * COLUMNS;
        cell[0] = cli_number(cli, slots[i].id);
        cell[1] = channel_name(channels, channels_n, slots[i].channel);
        cell[2] = queue_shown(cli, slots[i].queue);
        cell[3] = day_shown(cli, slots[i].weekday);
        cell[4] = format_clock(cli->keep, cli->lang, slots[i].hour, slots[i].minute);
        cell[5] =
            str_of(translate(cli->lang, slots[i].paused ? N_("stands still") : N_("in use")));
    }
    struct table table = {.columns_n = COLUMNS,
                          .cells = cells,
                          .rows_n = n,
                          .cell_graphemes_max = 40,
                          .right = {true}};
    for (int32_t i = 0; i < COLUMNS; i++)
        table.heads[i] = translate(cli->lang, heads[i]);
    table_print(&table, cli->scratch);
}

enum fault
command_slot_list(struct cli *cli, struct error *error)
{
    struct slot *slots = NULL;
    struct channel *channels = NULL;
    ptrdiff_t n = 0, channels_n = 0;
    if (slot_list(&cli->propre, cli->workspace.id, cli->keep, &slots, &n, error) ||
        channel_list(&cli->propre, cli->workspace.id, cli->keep, &channels, &channels_n, error))
        return error->fault;
    if (cli->json)
        return slots_json(slots, n, channels, channels_n, error);
    if (n == 0) {
        cli_say(cli, N_("There is no slot yet. Add one: %s"),
                S("propre slot add \"…\" --every monday --at 09:00"));
        return OK;
    }
    slots_table(cli, slots, n, channels, channels_n);
    return OK;
}

/* ---- queue pause, queue resume ---- */

static enum fault
stand(struct cli *cli, bool still, const char *done, struct error *error)
{
    struct slot *slots = NULL;
    ptrdiff_t n = 0;
    bool has = false;
    str queue = str_trim(cli->args->positional);
    if (db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    if (slot_list(&cli->propre, cli->workspace.id, cli->keep, &slots, &n, error))
        return error->fault;
    for (ptrdiff_t i = 0; i < n; i++)
        has |= str_eq(slots[i].queue, queue);
    if (!has)
        return fail(error, FAULT_ABSENT,
                    "no slot is of a queue \"%.*s\"; `propre slot list` shows them",
                    STR_FMT(str_slice(queue, 0, 60)));
    if (slot_pause(&cli->propre, cli->workspace.id, queue, still, error) ||
        db_commit(tx, error))
        return error->fault;
    cli_say(cli, done, queue_shown(cli, queue),
            arena_printf(cli->keep, "propre queue resume \"%.*s\"", STR_FMT(queue)));
    return cli->json ? cli_json_good(error) : OK;
}

enum fault
command_queue_pause(struct cli *cli, struct error *error)
{
    return stand(
        cli, true,
        N_("The queue %1$s gives no more times; what was scheduled from it keeps its own. "
           "To let it go on: %2$s"),
        error);
}

enum fault
command_queue_resume(struct cli *cli, struct error *error)
{
    return stand(cli, false, N_("The queue %1$s gives times again."), error);
}

/* ---- queue next ---- */

/* One line of what `queue next` answers. */
struct next_free {
    struct appointment at;
    bool found, paused;
};

static bool
was_asked(const struct next_free *all, ptrdiff_t n, const struct slot *slot)
{
    for (ptrdiff_t i = 0; i < n; i++) {
        if (all[i].at.channel == slot->channel && str_eq(all[i].at.queue, slot->queue))
            return true;
    }
    return false;
}

static enum fault
next_json(const struct next_free *all, ptrdiff_t n, struct error *error)
{
    struct cli_json json;
    cli_json_begin(&json);
    json_array_begin(&json.w);
    for (ptrdiff_t i = 0; i < n; i++) {
        json_object_begin(&json.w);
        json_member_str(&json.w, "channel", all[i].at.name);
        json_member_str(&json.w, "queue", all[i].at.queue);
        json_member_maybe_int(&json.w, "free_us",
                              all[i].found ? some_int(all[i].at.at.us) : no_int);
        json_member_bool(&json.w, "paused", all[i].paused);
        json_object_end(&json.w);
    }
    json_array_end(&json.w);
    return cli_json_end(&json, error);
}

static void
next_table(struct cli *cli, const struct next_free *all, ptrdiff_t n)
{
    enum { COLUMNS = 3 };
    const char *heads[COLUMNS] = {N_("Channel"), N_("Queue"), N_("Next free")};
    str *cells = new (cli->keep, str, n * COLUMNS);
    for (ptrdiff_t i = 0; i < n; i++) {
        str *cell = cells + i * COLUMNS;
        cell[0] = all[i].at.name;
        cell[1] = queue_shown(cli, all[i].at.queue);
        cell[2] = all[i].found    ? cli_moment(cli, all[i].at.zone, all[i].at.at.us)
                  : all[i].paused ? str_of(translate(cli->lang, N_("stands still")))
                                  : S("–");
    }
    struct table table = {
        .columns_n = COLUMNS, .cells = cells, .rows_n = n, .cell_graphemes_max = 40};
    for (int32_t i = 0; i < COLUMNS; i++)
        table.heads[i] = translate(cli->lang, heads[i]);
    table_print(&table, cli->scratch);
}

/* Each channel and queue that has a slot, of ${queue} only when it is given. */
static enum fault
gather_next(struct cli *cli, const struct zone *zone, str queue, struct next_free **ret,
            ptrdiff_t *ret_n, struct error *error)
{
    struct slot *slots = NULL;
    struct channel *channels = NULL;
    ptrdiff_t slots_n = 0, channels_n = 0, n = 0;
    if (slot_list(&cli->propre, cli->workspace.id, cli->keep, &slots, &slots_n, error) ||
        channel_list(&cli->propre, cli->workspace.id, cli->keep, &channels, &channels_n, error))
        return error->fault;
    struct next_free *all = new (cli->keep, struct next_free, slots_n + 1);
    for (ptrdiff_t i = 0; i < slots_n; i++) {
        struct error none = {0};
        if ((queue.p && !str_eq(str_trim(queue), slots[i].queue)) ||
            was_asked(all, n, &slots[i]))
            continue;
        struct next_free *one = &all[n++];
        one->at =
            (struct appointment){.channel = slots[i].channel,
                                 .name = channel_name(channels, channels_n, slots[i].channel),
                                 .queue = slots[i].queue,
                                 .zone = zone};
        one->paused = slots[i].paused;
        if (find_free(cli, &one->at, &one->found, &none) && none.fault != FAULT_ABSENT &&
            none.fault != FAULT_CONFLICT) {
            *error = none;
            return error->fault;
        }
    }
    *ret = all;
    *ret_n = n;
    return OK;
}

enum fault
command_queue_next(struct cli *cli, struct error *error)
{
    auto_zone zone = NULL;
    struct next_free *all = NULL;
    ptrdiff_t n = 0;
    str queue = args_value(cli->args, "queue");
    if (zone_open(cli->workspace.zone, &zone, error) ||
        gather_next(cli, zone, queue, &all, &n, error))
        return error->fault;
    if (n == 0 && queue.p)
        return fail(error, FAULT_ABSENT,
                    "no slot is of a queue \"%.*s\"; make one: propre slot add \"…\" --queue "
                    "\"%.*s\" --every monday --at 09:00",
                    STR_FMT(str_slice(queue, 0, 60)), STR_FMT(str_slice(queue, 0, 60)));
    if (cli->json)
        return next_json(all, n, error);
    if (n == 0) {
        cli_say(cli, N_("There is no slot yet. Add one: %s"),
                S("propre slot add \"…\" --every monday --at 09:00"));
        return OK;
    }
    next_table(cli, all, n);
    return OK;
}
