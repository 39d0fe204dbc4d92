#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/zone.h"
#include "channel/dry.h"
#include "cli/act.h"
#include "cli/commands.h"
#include "outbox/content.h"
#include "outbox/delivery.h"
#include "place/db.h"
#include "place/media.h"
#include "strategy/channel.h"
#include "tactic/message.h"
#include "tactic/slot.h"
#include "tactic/when.h"

/* `propre post "TEXT" --to …`: composed, checked for each channel, and given a time. */

struct compose {
    struct message message;
    struct variant variants[VARIANTS_MAX];
    str names[VARIANTS_MAX];
    struct message_file files[MESSAGE_FILES_MAX];
    ptrdiff_t variants_n, files_n;
    struct zone *zone;
    struct delivery_plan plan; /* when; of an exact moment the same for all channels */
    bool draft;
    str queue;
    struct repeating repeating;
    struct civil anchor; /* of what repeats */
    int64_t id, repeat;
    int64_t deliveries[VARIANTS_MAX];
    struct problems problems;
};

static enum fault
take_channel(struct cli *cli, str name, struct variant *v, str *ret_name, struct error *error)
{
    struct channel channel;
    if (cli_find_channel(cli, name, &v->channel, error) ||
        channel_get(&cli->propre, cli->workspace.id, v->channel, cli->keep, &channel, error) ||
        cli_poll_options(cli, &channel, &v->options, error))
        return error->fault;
    *ret_name = channel.name;
    return OK;
}

static enum fault
take_channels(struct cli *cli, struct compose *c, struct error *error)
{
    str rest = args_value(cli->args, "to"), name;
    if (!rest.p)
        return fail(error, FAULT_INPUT,
                    "a post needs its channels: --to blog,mastodon; `propre channel list` "
                    "shows them");
    while (rest.n > 0) {
        if (!str_cut(&rest, ',', &name))
            rest = S("");
        name = str_trim(name);
        if (name.n == 0)
            continue;
        if (c->variants_n == VARIANTS_MAX)
            return fail(error, FAULT_LIMIT, "a post goes to at most %d channels", VARIANTS_MAX);
        struct variant *v = &c->variants[c->variants_n];
        *v = (struct variant){.slug = args_value(cli->args, "slug")};
        if (take_channel(cli, name, v, &c->names[c->variants_n], error))
            return error->fault;
        c->variants_n++;
    }
    return OK;
}

static bool
read_file(void *ctx, void *out, ptrdiff_t max, ptrdiff_t *ret_n)
{
    ssize_t n;
    do {
        n = read(*(int *)ctx, out, (size_t)max);
    } while (n < 0 && errno == EINTR);
    *ret_n = n > 0 ? n : 0;
    return n >= 0;
}

/* "FILE" or "FILE=what it shows". */
static enum fault
take_image(struct cli *cli, str value, struct compose *c, struct error *error)
{
    str alt = value, path;
    if (!str_cut(&alt, '=', &path)) {
        path = value;
        alt = S("");
    }
    str rest = path, name;
    while (str_cut(&rest, '/', &name)) { /* what stands behind the last "/" */
    }
    if (c->files_n == MESSAGE_FILES_MAX)
        return fail(error, FAULT_LIMIT, "a post has at most %d pictures", MESSAGE_FILES_MAX);
    int fd = open(cstr(cli->keep, path), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail(error, FAULT_ABSENT, "the picture %.*s cannot be read", STR_FMT(path));
    const struct media media = {.workspace = cli->workspace.id, .name = name, .alt = alt};
    const struct media_reader reader = {read_file, &fd};
    struct message_file *file = &c->files[c->files_n];
    enum fault fault = media_add(&cli->propre, &media, &reader, &file->media, error);
    (void)close(fd);
    if (fault)
        return error_prefix(error, "taking in the picture %.*s", STR_FMT(path));
    file->alt = alt;
    c->files_n++;
    return OK;
}

static enum fault
take_images(struct cli *cli, struct compose *c, struct error *error)
{
    for (int32_t i = 0; i < cli->args->given_n; i++) {
        if (str_eq(str_of(cli->args->given[i].option->name), S("image")) &&
            take_image(cli, cli->args->given[i].value, c, error))
            return error->fault;
    }
    return OK;
}

static enum fault
take_message(struct cli *cli, struct compose *c, struct error *error)
{
    const struct args *args = cli->args;
    str tactic = args_value(args, "tactic"), intent = args_value(args, "intent");
    int64_t id = 0, objective = 0;
    c->message = (struct message){.workspace = cli->workspace.id,
                                  .title = args_value(args, "title"),
                                  .body = args->positional,
                                  .link = args_value(args, "link"),
                                  .intent = INTENT_ADHOC,
                                  .creation = S("own"),
                                  .language = args_value(args, "language"),
                                  .warning = args_value(args, "warning"),
                                  .visibility = args_value(args, "visibility"),
                                  .tags = args_value(args, "tags"),
                                  .categories = args_value(args, "categories"),
                                  .queue = args_value(args, "queue")};
    if (tactic.p) {
        if (cli_find_tactic(cli, tactic, &id, error))
            return error->fault;
        c->message.tactic = some_int(id);
        c->message.intent = INTENT_PLANNED;
    }
    if (intent.p && !post_intent_parse(intent, &c->message.intent))
        return fail(error, FAULT_INPUT, "--intent is planned, explore or adhoc, not \"%.*s\"",
                    STR_FMT(intent));
    if (args_i64(args, "objective", 1, INT64_MAX, 0, &objective, error))
        return error->fault;
    if (objective)
        c->message.objective = some_int(objective);
    return OK;
}

static enum fault
take_when(struct cli *cli, struct compose *c, struct error *error)
{
    const struct args *args = cli->args;
    str at = args_value(args, "at"), use_by = args_value(args, "use-by");
    instant now = clock_now(&cli->propre.clock), t = now;
    struct civil wall = {0};
    c->draft = args_has(args, "draft");
    c->queue = args_value(args, "queue");
    if ((at.p != NULL) + args_has(args, "now") + c->draft + (c->queue.p != NULL) != 1)
        return fail(error, FAULT_INPUT,
                    "say when, once: --at \"tomorrow 09:00\", --queue NAME, --now or --draft");
    if (cli_repeat_read(cli, c->zone, &c->repeating, error))
        return error->fault;
    if (c->repeating.rule.p && !at.p)
        return fail(error, FAULT_INPUT,
                    "what repeats needs the time of its first: --at \"monday 09:00\"");
    if (at.p && when_parse(at, c->zone, now, &wall, &t, error))
        return error->fault;
    c->plan = (struct delivery_plan){
        .workspace = cli->workspace.id, .due_us = t.us, .draft = c->draft};
    if (at.p) {
        c->plan.wall = civil_minute(cli->keep, &wall);
        c->plan.zone = cli->workspace.zone;
        c->anchor = wall;
        c->anchor.second = c->anchor.microsecond = 0;
    }
    if (use_by.p) {
        if (when_parse(use_by, c->zone, now, &wall, &t, error))
            return error_prefix(error, "--use-by");
        c->plan.use_by_us = c->message.use_by_us = some_int(t.us);
    }
    return OK;
}

/* The next free appointment of the channel in that queue. */
static enum fault
next_free(struct cli *cli, struct compose *c, ptrdiff_t i, struct error *error)
{
    struct appointment a = {.channel = c->variants[i].channel,
                            .name = c->names[i],
                            .queue = c->queue,
                            .zone = c->zone};
    if (cli_next_free(cli, &a, error))
        return error->fault;
    c->plan.due_us = a.at.us;
    c->plan.wall = civil_minute(cli->keep, &a.wall);
    c->plan.zone = cli->workspace.zone;
    c->plan.queue = a.queue;
    return OK;
}

static enum fault
schedule(struct cli *cli, struct compose *c, struct error *error)
{
    for (ptrdiff_t i = 0; i < c->variants_n; i++) {
        int64_t delivery = 0;
        c->plan.message = c->id;
        c->plan.channel = c->variants[i].channel;
        c->plan.draft = c->draft || c->problems.errors_n > 0;
        if (c->queue.p && next_free(cli, c, i, error))
            return error->fault;
        if (delivery_schedule(&cli->propre, &c->plan, &delivery, error))
            return error_prefix(error, "scheduling it for %.*s", STR_FMT(c->names[i]));
        c->deliveries[i] = delivery;
        if (!c->plan.draft)
            cli_say(cli, N_("%1$s: %2$s, number %3$s in the queue"), c->names[i],
                    cli_moment(cli, c->zone, c->plan.due_us), cli_number(cli, delivery));
    }
    return OK;
}

static enum fault
show_dry(struct cli *cli, struct compose *c, struct error *error)
{
    struct step *steps = new (cli->keep, struct step, DRY_STEPS_MAX);
    struct cli_json json;
    if (cli->json) {
        cli_json_begin(&json);
        json_array_begin(&json.w);
    }
    for (ptrdiff_t i = 0; i < c->variants_n; i++) {
        const struct content_of of = {cli->workspace.id, c->id, c->variants[i].channel};
        int32_t n = 0;
        cli_print(cli, arena_printf(cli->keep, "# %.*s", STR_FMT(c->names[i])));
        if (content_dry(&cli->propre, &of, cli->keep, steps, &n, error)) {
            if (cli->json)
                buf_release(&json.text);
            return error_prefix(error, "%.*s", STR_FMT(c->names[i]));
        }
        if (cli->json)
            json_steps(&json.w, c->names[i], steps, n);
        else
            cli_print_steps(cli, steps, n);
    }
    if (!cli->json)
        return OK;
    json_array_end(&json.w);
    return cli_json_end(&json, error);
}

/* The pattern of what repeats goes out itself nowhere: its occurrences do. */
static enum fault
repeat(struct cli *cli, struct compose *c, struct error *error)
{
    const struct repeat_from of = {.message = c->id, .anchor = c->anchor, .zone = c->zone};
    if (c->problems.errors_n > 0)
        return fail(error, FAULT_INPUT, "nothing is kept of it: it would not be accepted: %.*s",
                    STR_FMT(c->problems.first));
    return cli_repeat_make(cli, &c->repeating, &of, &c->repeat, error);
}

static enum fault
compose(struct cli *cli, struct compose *c, bool dry, struct error *error)
{
    if (db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    if (take_channels(cli, c, error) || take_message(cli, c, error) ||
        take_when(cli, c, error) || take_images(cli, c, error))
        return error->fault;
    const struct message_parts parts = {.variants = c->variants,
                                        .variants_n = c->variants_n,
                                        .files = c->files,
                                        .files_n = c->files_n};
    if (message_save(&cli->propre, &c->message, &parts, &c->id, error))
        return error->fault;
    for (ptrdiff_t i = 0; i < c->variants_n; i++) {
        if (cli_check_content(cli, c->id, c->variants[i].channel, c->names[i], &c->problems,
                              error))
            return error->fault;
    }
    if (dry) /* nothing of it is kept: the transaction is undone */
        return show_dry(cli, c, error);
    if (c->repeating.rule.p ? repeat(cli, c, error) : schedule(cli, c, error))
        return error->fault;
    return db_commit(tx, error);
}

static enum fault
print_made(const struct compose *c, struct error *error)
{
    struct cli_json json;
    cli_json_begin(&json);
    json_object_begin(&json.w);
    json_member_int(&json.w, "id", c->id);
    if (c->repeat)
        json_member_int(&json.w, "repeat", c->repeat);
    json_key(&json.w, S("numbers"));
    json_array_begin(&json.w);
    for (ptrdiff_t i = 0; i < c->variants_n && !c->repeat; i++)
        json_int(&json.w, c->deliveries[i]);
    json_array_end(&json.w);
    json_object_end(&json.w);
    return cli_json_end(&json, error);
}

enum fault
command_post_compose(struct cli *cli, struct error *error)
{
    struct compose *c = new (cli->keep, struct compose, 1);
    bool dry = args_has(cli->args, "dry-run");
    if ((dry && cli_vault(cli, false, error)) ||
        zone_open(cli->workspace.zone, &c->zone, error))
        return error->fault;
    enum fault fault = compose(cli, c, dry, error);
    zone_close(c->zone);
    if (fault || dry)
        return fault;
    if (c->problems.errors_n > 0)
        return fail(error, FAULT_INPUT,
                    "post %lld is kept as a draft: it would not be accepted as it is (%.*s); "
                    "change it with `propre edit %lld`, then `propre release %lld%s`",
                    (long long)c->id, STR_FMT(c->problems.first), (long long)c->deliveries[0],
                    (long long)c->deliveries[0], c->plan.wall.n > 0 ? "" : " --now");
    if (cli->json)
        return print_made(c, error);
    if (c->draft)
        cli_say(cli, N_("Post %1$s is kept as a draft. To let it out: %2$s"),
                cli_number(cli, c->id),
                arena_printf(cli->keep, "propre release %lld --at \"tomorrow 09:00\"",
                             (long long)c->deliveries[0]));
    return OK;
}
