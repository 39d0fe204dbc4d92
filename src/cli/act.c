#include "cli/act.h"

#include "base/format.h"
#include "base/zone.h"
#include "channel/driver.h"
#include "outbox/account.h"
#include "outbox/content.h"
#include "outbox/delivery.h"
#include "strategy/channel.h"

str
cli_number(struct cli *cli, int64_t n)
{
    return arena_printf(cli->keep, "%lld", (long long)n);
}

str
cli_moment(struct cli *cli, const struct zone *zone, int64_t us)
{
    return format_instant(cli->keep, cli->lang, zone, (instant){us}, FORMAT_DATE_TIME);
}

str
cli_due(struct cli *cli, const struct zone *zone, const struct delivery *d)
{
    return delivery_has_time(d) ? cli_moment(cli, zone, d->due_us)
                                : str_of(translate(cli->lang, N_("no time yet")));
}

enum fault
cli_day_from(const struct zone *zone, int64_t day, instant *ret, struct error *error)
{
    struct civil midnight = instant_to_utc((instant){day * SPAN_DAY.us});
    return zone_instant(zone, &midnight, GAP_NEXT_VALID, OVERLAP_FIRST, ret, error);
}

void
json_delivery(struct json_writer *w, const struct delivery *d)
{
    json_object_begin(w);
    json_member_int(w, "id", d->id);
    json_member_int(w, "post", d->message);
    json_member_str(w, "channel", d->channel_name);
    json_member_str(w, "network", d->network);
    json_member_str(w, "state", delivery_state_word(d->state));
    json_member_maybe_int(w, "due_us", delivery_has_time(d) ? some_int(d->due_us) : no_int);
    json_member_str(w, "wall", d->wall);
    json_member_str(w, "queue", d->queue);
    json_member_str(w, "title", d->title);
    json_member_str(w, "text", d->excerpt);
    json_member_str(w, "permalink", d->permalink);
    json_member_str(w, "reason", d->reason ? str_of(d->reason) : STR_NONE);
    json_member_str(w, "words", d->words);
    json_member_int(w, "attempts", d->attempts_n);
    json_object_end(w);
}

enum fault
cli_json_delivery(struct cli *cli, int64_t id, struct error *error)
{
    struct delivery d;
    struct cli_json json;
    if (delivery_get(&cli->propre, cli->workspace.id, id, cli->keep, &d, error))
        return error->fault;
    cli_json_begin(&json);
    json_delivery(&json.w, &d);
    return cli_json_end(&json, error);
}

enum fault
cli_json_good(struct error *error)
{
    struct cli_json json;
    cli_json_begin(&json);
    json_object_begin(&json.w);
    json_member_bool(&json.w, "ok", true);
    json_object_end(&json.w);
    return cli_json_end(&json, error);
}

/* ---- before it goes out ---- */

enum fault
cli_check_content(struct cli *cli, int64_t message, int64_t channel, str name,
                  struct problems *problems, struct error *error)
{
    struct message_problem found[MESSAGE_PROBLEMS_MAX];
    const struct content_of of = {cli->workspace.id, message, channel};
    int32_t n = 0;
    if (content_check(&cli->propre, &of, cli->keep, found, &n, error))
        return error->fault;
    for (int32_t i = 0; i < n; i++) {
        bool bad = found[i].severity == PROBLEM_ERROR;
        str text = SAY(cli->keep, cli->lang, found[i].format, found[i].a, found[i].b);
        if (bad && problems->errors_n++ == 0)
            problems->first =
                arena_printf(cli->keep, "%.*s: %.*s", STR_FMT(name), STR_FMT(text));
        if (bad)
            cli_say(cli, N_("%1$s: this must change: %2$s"), name, text);
        else
            cli_say(cli, N_("%1$s: note: %2$s"), name, text);
    }
    return OK;
}

/* ---- polls ---- */

enum {
    POLL_BYTES_MAX = 8192,    /* twelve answers of a few lines each; networks take far less */
    POLL_HOURS_MAX = 24 * 30, /* the longest any network keeps one open: Mastodon, Telegram */
    POLL_HOURS_USUAL = 24
};

static enum fault
write_poll(str rest, int64_t hours, struct buf *out, struct error *error)
{
    struct json_writer w;
    str option;
    int32_t n = 0;
    json_writer_init(&w, out);
    json_object_begin(&w);
    json_key(&w, S("poll_options"));
    json_array_begin(&w);
    for (bool more = true; more;) {
        more = str_cut(&rest, '|', &option);
        option = str_trim(option);
        if (option.n == 0)
            continue;
        json_str(&w, option);
        n++;
    }
    json_array_end(&w);
    json_member_int(&w, "poll_hours", hours);
    json_object_end(&w);
    if (n < 2 || n > POLL_OPTIONS_MAX)
        return fail(error, FAULT_INPUT,
                    "a poll has 2 to %d answers, with | between: --poll \"Yes|No\"",
                    POLL_OPTIONS_MAX);
    return buf_check(out, "the answers of a poll", error);
}

enum fault
cli_poll_options(struct cli *cli, const struct channel *channel, str *ret, struct error *error)
{
    struct account account;
    bool connected = false;
    int64_t hours = POLL_HOURS_USUAL;
    str poll = args_value(cli->args, "poll");
    if (!poll.p && args_has(cli->args, "poll-hours"))
        return fail(error, FAULT_INPUT, "--poll-hours is of a poll: add --poll \"Yes|No\"");
    *ret = STR_NONE;
    if (!poll.p)
        return OK;
    if (args_i64(cli->args, "poll-hours", 1, POLL_HOURS_MAX, hours, &hours, error) ||
        account_get(&cli->propre, cli->workspace.id, channel->id, cli->keep, &account,
                    &connected, error))
        return error->fault;
    const struct driver *driver = connected && account.network.n > 0
                                      ? driver_find(account.network)
                                      : driver_usual(network_word(channel->network));
    if (!driver || !driver->traits.has_polls)
        return fail(error, FAULT_INPUT,
                    "%.*s has no polls: leave it out of --to, or send it without --poll",
                    STR_FMT(channel->name));
    auto_buf out;
    buf_init(&out, POLL_BYTES_MAX);
    if (write_poll(poll, hours, &out, error))
        return error->fault;
    *ret = arena_str(cli->keep, buf_str(&out));
    return OK;
}

/* ---- what would be asked ---- */

void
cli_print_steps(struct cli *cli, const struct step *steps, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        const struct http_request *r = &steps[i].request;
        cli_print(cli, arena_printf(cli->keep, "%.*s %.*s",
                                    STR_FMT(http_method_name(r->method)), STR_FMT(r->url)));
        if (r->body.n > 0)
            cli_print(cli, str_slice(r->body, 0, 2000));
    }
}

void
json_steps(struct json_writer *w, str channel, const struct step *steps, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        const struct http_request *r = &steps[i].request;
        json_object_begin(w);
        if (channel.p)
            json_member_str(w, "channel", channel);
        json_member_str(w, "step", steps[i].name);
        json_member_str(w, "method", http_method_name(r->method));
        json_member_str(w, "address", r->url);
        json_member_str(w, "body", r->body);
        json_object_end(w);
    }
}
