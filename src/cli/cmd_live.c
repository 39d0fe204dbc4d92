#include "channel/dry.h"
#include "cli/act.h"
#include "cli/commands.h"
#include "cli/way.h"
#include "outbox/delivery.h"
#include "outbox/live.h"
#include "place/db.h"
#include "tactic/message.h"
#include "wire/curl.h"

/* Changing a post that is not out yet, and one that is. */

static struct live_change
change_of(const struct cli *cli)
{
    const struct args *args = cli->args;
    return (struct live_change){.text = args_value(args, "text"),
                                .title = args_value(args, "title"),
                                .link = args_value(args, "link"),
                                .tags = args_value(args, "tags")};
}

/* ---- not out yet ---- */

/* Or a part of it: the rest goes out as it was begun. */
static bool
is_out(const struct delivery *d)
{
    return d->live || d->state == DELIVERY_CLAIMED || d->state == DELIVERY_SENDING ||
           d->state == DELIVERY_UNKNOWN || d->state == DELIVERY_PERSON ||
           d->state == DELIVERY_PUBLISHED;
}

/* Nothing of it may be out: on this channel, or on any when the whole post is changed. */
static enum fault
check_not_out(struct cli *cli, const struct delivery *d, bool only, struct error *error)
{
    struct delivery *list = NULL;
    ptrdiff_t n = 0;
    const struct delivery_filter filter = {.workspace = cli->workspace.id,
                                           .message = d->message};
    if (is_out(d) && d->state != DELIVERY_PUBLISHED)
        return fail(error, FAULT_CONFLICT,
                    "number %lld is being sent, or may be out: see `propre attempts %lld`",
                    (long long)d->id, (long long)d->id);
    if (d->state == DELIVERY_PUBLISHED)
        return fail(error, FAULT_CONFLICT,
                    "number %lld is published; to change it there: propre edit %lld --live",
                    (long long)d->id, (long long)d->id);
    if (only)
        return OK;
    if (delivery_list(&cli->propre, &filter, cli->keep, &list, &n, error))
        return error->fault;
    for (ptrdiff_t i = 0; i < n; i++) {
        if (is_out(&list[i]))
            return fail(
                error, FAULT_CONFLICT,
                "its post is out, or being sent, on %.*s; to change it for this channel "
                "alone add --only",
                STR_FMT(list[i].channel_name));
    }
    return OK;
}

static enum fault
change_variant(struct cli *cli, const struct live_change *change, int64_t channel,
               struct message_parts *parts, struct error *error)
{
    struct variant *own = NULL,
                   *variants = new (cli->keep, struct variant, parts->variants_n + 1);
    if (change->tags.p)
        return fail(error, FAULT_INPUT,
                    "tags are of the whole post: change them without --only");
    for (ptrdiff_t i = 0; i < parts->variants_n; i++) {
        variants[i] = parts->variants[i];
        if (variants[i].channel == channel)
            own = &variants[i];
    }
    if (!own) {
        own = &variants[parts->variants_n++];
        *own = (struct variant){.channel = channel};
    }
    own->body = change->text.p ? change->text : own->body;
    own->title = change->title.p ? change->title : own->title;
    own->link = change->link.p ? change->link : own->link;
    parts->variants = variants;
    return OK;
}

static enum fault
edit_waiting(struct cli *cli, int64_t id, const struct live_change *change, struct error *error)
{
    struct delivery d;
    struct message m;
    struct message_parts parts;
    int64_t message = 0;
    bool only = args_has(cli->args, "only");
    if (delivery_get(&cli->propre, cli->workspace.id, id, cli->keep, &d, error) ||
        check_not_out(cli, &d, only, error) ||
        message_get(&cli->propre, cli->workspace.id, d.message, cli->keep, &m, error) ||
        message_parts_get(&cli->propre, d.message, cli->keep, &parts, error))
        return error->fault;
    if (only && change_variant(cli, change, d.channel, &parts, error))
        return error->fault;
    if (!only) {
        m.body = change->text.p ? change->text : m.body;
        m.title = change->title.p ? change->title : m.title;
        m.link = change->link.p ? change->link : m.link;
        m.tags = change->tags.p ? change->tags : m.tags;
    }
    return message_save(&cli->propre, &m, &parts, &message, error);
}

/* Each channel the changed post waits for must take it. */
static enum fault
check_numbers(struct cli *cli, int64_t id, struct problems *problems, struct error *error)
{
    struct delivery d, *list = NULL;
    ptrdiff_t n = 0;
    struct delivery_filter filter = {.workspace = cli->workspace.id};
    if (delivery_get(&cli->propre, cli->workspace.id, id, cli->keep, &d, error))
        return error->fault;
    filter.message = d.message;
    if (delivery_list(&cli->propre, &filter, cli->keep, &list, &n, error))
        return error->fault;
    for (ptrdiff_t i = 0; i < n; i++) {
        if (!is_out(&list[i]) && list[i].state != DELIVERY_CANCELLED &&
            cli_check_content(cli, d.message, list[i].channel, list[i].channel_name, problems,
                              error))
            return error->fault;
    }
    return OK;
}

static enum fault
edit_and_say(struct cli *cli, int64_t id, const struct live_change *change, struct error *error)
{
    struct problems problems = {0};
    if (db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    if (edit_waiting(cli, id, change, error) || check_numbers(cli, id, &problems, error))
        return error->fault;
    if (problems.errors_n > 0)
        return fail(error, FAULT_INPUT, "number %lld is left as it was: %.*s", (long long)id,
                    STR_FMT(problems.first));
    if (args_has(cli->args, "dry-run")) { /* nothing of it is kept */
        cli_print(cli, str_of(translate(cli->lang,
                                        N_("It would be accepted; nothing was changed."))));
        return cli->json ? cli_json_good(error) : OK;
    }
    if (cli->json && cli_json_delivery(cli, id, error))
        return error->fault;
    if (db_commit(tx, error))
        return error->fault;
    cli_say(cli, N_("Number %1$s is changed. See it: %2$s"), cli_number(cli, id),
            S("propre queue"));
    return OK;
}

/* ---- out ---- */

static enum fault
show_dry(struct cli *cli, const struct live_of *of, const struct live_change *change,
         struct error *error)
{
    struct step *steps = new (cli->keep, struct step, DRY_STEPS_MAX);
    int32_t n = 0;
    if (live_dry(&cli->propre, of, change, cli->keep, steps, &n, error))
        return error->fault;
    struct cli_json json;
    if (cli->json) {
        cli_json_begin(&json);
        json_array_begin(&json.w);
        json_steps(&json.w, STR_NONE, steps, n);
        json_array_end(&json.w);
        return cli_json_end(&json, error);
    }
    cli_print_steps(cli, steps, n);
    return OK;
}

/* ${change} NULL: it is taken down. */
static enum fault
act_live(struct cli *cli, int64_t id, const struct live_change *change, struct error *error)
{
    struct wire *wire = NULL;
    struct step step = {0};
    const struct live_of of = {cli->workspace.id, id, WHO, cli->lang};
    if (cli_vault(cli, false, error))
        return error->fault;
    if (args_has(cli->args, "dry-run"))
        return show_dry(cli, &of, change, error);
    enum fault fault = cli_wire(cli, &wire, error);
    if (!fault)
        fault = change ? live_edit(&cli->propre, wire, &of, change, cli->keep, &step, error)
                       : live_withdraw(&cli->propre, wire, &of, cli->keep, &step, error);
    wire_close(wire);
    if (fault && change)
        return error_prefix(error, "changing number %lld where it is published", (long long)id);
    if (fault)
        return error_prefix(error, "taking down number %lld", (long long)id);
    if (step.note.n > 0)
        cli_print(cli, str_of(translate(cli->lang, cstr(cli->keep, step.note))));
    if (change)
        cli_say(cli, N_("Number %s is changed where it is published."), cli_number(cli, id));
    else
        cli_say(cli, N_("Number %s is taken down; its history stays."), cli_number(cli, id));
    return cli->json ? cli_json_good(error) : OK;
}

enum fault
command_edit(struct cli *cli, struct error *error)
{
    int64_t id = 0;
    struct live_change change = change_of(cli);
    bool live = args_has(cli->args, "live");
    if (!change.text.p && !change.title.p && !change.link.p && !change.tags.p)
        return fail(error, FAULT_INPUT,
                    "say what changes: --text \"…\", --title \"…\", --link ADDRESS or --tags "
                    "TAG,…");
    if (live && args_has(cli->args, "only"))
        return fail(error, FAULT_INPUT, "--live is of one channel already: leave out --only");
    if (cli_id(cli, &id, error))
        return error->fault;
    return live ? act_live(cli, id, &change, error) : edit_and_say(cli, id, &change, error);
}

enum fault
command_withdraw(struct cli *cli, struct error *error)
{
    int64_t id = 0;
    return cli_id(cli, &id, error) ? error->fault : act_live(cli, id, NULL, error);
}
