#include "cli/cli.h"

#include <stdio.h>

#include "base/format.h"
#include "base/money.h"
#include "base/number.h"
#include "base/zone.h"
#include "cli/commands.h"

enum {
    JSON_BYTES_MAX = 256 * 1024 * 1024 /* a list of the largest page of posts is about 1 MB */
};

void
cli_print(const struct cli *cli, str line)
{
    if (cli->json)
        return;
    (void)fwrite(line.p, 1, (size_t)line.n,
                 stdout); /* main checks the stream once, at the end */
    if (!str_ends(line, S("\n")))
        (void)putchar('\n');
}

str
cli_counted(struct cli *cli, const char *sentence, int64_t n)
{
    return SAY(cli->keep, cli->lang, sentence, format_integer(cli->keep, cli->lang, n));
}

void
cli_json_begin(struct cli_json *json)
{
    buf_init(&json->text, JSON_BYTES_MAX);
    json_writer_init(&json->w, &json->text);
}

enum fault
cli_json_end(struct cli_json *json, struct error *error)
{
    enum fault fault = buf_check(&json->text, "the output", error);
    if (!fault) {
        str text = buf_str(&json->text);
        (void)fwrite(text.p, 1, (size_t)text.n, stdout); /* as in cli_print */
        (void)putchar('\n');
    }
    buf_release(&json->text);
    return fault;
}

enum fault
cli_json_id(int64_t id, struct error *error)
{
    struct cli_json json;
    cli_json_begin(&json);
    json_object_begin(&json.w);
    json_member_int(&json.w, "id", id);
    json_object_end(&json.w);
    return cli_json_end(&json, error);
}

void
json_member_str(struct json_writer *w, const char *key, str value)
{
    json_key(w, str_of(key));
    json_str(w, value);
}

void
json_member_int(struct json_writer *w, const char *key, int64_t value)
{
    json_key(w, str_of(key));
    json_int(w, value);
}

void
json_member_maybe_int(struct json_writer *w, const char *key, struct maybe_int value)
{
    json_key(w, str_of(key));
    json_maybe_int(w, value);
}

void
json_member_maybe_real(struct json_writer *w, const char *key, struct maybe_real value)
{
    json_key(w, str_of(key));
    json_maybe_real(w, value);
}

void
json_member_bool(struct json_writer *w, const char *key, bool value)
{
    json_key(w, str_of(key));
    json_bool(w, value);
}

enum fault
cli_id(struct cli *cli, int64_t *ret, struct error *error)
{
    const struct command *command = cli->args->command;
    enum fault fault = parse_i64(cli->args->positional, 1, INT64_MAX, ret, error);
    if (!fault)
        return OK;
    /* What has no verb, and what makes a post of the queue come again, takes a number of the queue. */
    bool queue = !*command->verb || command->run == command_repeat_add;
    return error_prefix(error, "reading the number (ID) that `propre %s%s` shows",
                        queue ? "queue" : command->noun, queue ? "" : " list");
}

enum fault
cli_maybe_real(struct cli *cli, const char *option, struct maybe_real *ret, struct error *error)
{
    str text = args_value(cli->args, option);
    if (!text.p) {
        *ret = no_real;
        return OK;
    }
    double x = 0;
    str plain = text;
    ptrdiff_t comma = str_find(text, S(","));
    if (cli->lang == LANG_FR && comma >= 0) /* the decimal sign of who writes French */
        plain = arena_printf(cli->keep, "%.*s.%.*s", STR_FMT(str_slice(text, 0, comma)),
                             STR_FMT(str_slice(text, comma + 1, text.n)));
    if (parse_double(plain, &x, error))
        return error_prefix(error, "--%s", option);
    *ret = some_real(x);
    return OK;
}

enum fault
cli_maybe_money(struct cli *cli, const char *option, struct maybe_int *ret_minor,
                struct error *error)
{
    str text = args_value(cli->args, option);
    if (!text.p) {
        *ret_minor = no_int;
        return OK;
    }
    money amount;
    if (money_parse(text, cli->workspace.currency, &amount, error))
        return error_prefix(error, "--%s", option);
    *ret_minor = some_int(amount.minor);
    return OK;
}

static int64_t
today(const struct cli *cli, const struct zone *zone)
{
    struct civil c = zone_civil(zone, clock_now(&cli->propre.clock));
    return civil_days(c.year, c.month, c.day);
}

/* "2026-12-31" */
static bool
parse_day(str text, int64_t *ret)
{
    struct error ignored = {0};
    str year, month, rest = text;
    int64_t y = 0, m = 0, d = 0;
    if (!str_cut(&rest, '-', &year) || !str_cut(&rest, '-', &month) || year.n != 4 ||
        month.n != 2 || rest.n != 2 || parse_i64(year, 1, 9999, &y, &ignored) ||
        parse_i64(month, 1, 12, &m, &ignored) || parse_i64(rest, 1, 31, &d, &ignored))
        return false;
    struct civil civil = {.year = (int32_t)y, .month = (int32_t)m, .day = (int32_t)d};
    *ret = civil_days(y, civil.month, civil.day);
    return civil_valid(&civil);
}

enum fault
cli_local_day(struct cli *cli, str text, int64_t *ret_day, struct error *error)
{
    auto_zone zone = NULL;
    enum fault fault = zone_open(cli->workspace.zone, &zone, error);
    if (fault)
        return fault;
    if (str_eq(text, S("today")) || str_eq(text, S("aujourd'hui")) ||
        str_eq(text, S("aujourd’hui"))) {
        *ret_day = today(cli, zone);
    } else if (str_eq(text, S("tomorrow")) || str_eq(text, S("demain"))) {
        *ret_day = today(cli, zone) + 1;
    } else if (!parse_day(text, ret_day)) {
        return fail(error, FAULT_INPUT,
                    "\"%.*s\" is not a day that exists; write it like 2026-12-31, or today, or "
                    "tomorrow",
                    STR_FMT(str_slice(text, 0, 60)));
    }
    return OK;
}

str
cli_day_text(struct cli *cli, struct maybe_int day)
{
    if (!day.has)
        return S("–");
    struct civil c = instant_to_utc((instant){day.is * SPAN_DAY.us});
    return arena_printf(cli->keep, "%04d-%02d-%02d", c.year, c.month, c.day);
}
