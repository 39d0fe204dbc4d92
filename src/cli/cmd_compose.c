#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/format.h"
#include "base/zone.h"
#include "channel/dry.h"
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
    int64_t id;
    int32_t errors_n;
};

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
        if (cli_find_channel(cli, name, &v->channel, error))
            return error->fault;
        c->names[c->variants_n++] = name;
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

static str
wall_text(struct cli *cli, const struct civil *w)
{
    return arena_printf(cli->keep, "%04d-%02d-%02dT%02d:%02d", (int)w->year, (int)w->month,
                        (int)w->day, (int)w->hour, (int)w->minute);
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
    if (at.p && when_parse(at, c->zone, now, &wall, &t, error))
        return error->fault;
    c->plan = (struct delivery_plan){
        .workspace = cli->workspace.id, .due_us = t.us, .draft = c->draft};
    if (at.p) {
        c->plan.wall = wall_text(cli, &wall);
        c->plan.zone = cli->workspace.zone;
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
    struct slot *slots = NULL;
    instant *taken = NULL, now = clock_now(&cli->propre.clock), at;
    struct civil wall;
    struct slots all = {0};
    if (slot_list(&cli->propre, cli->workspace.id, cli->keep, &slots, &all.n, error) ||
        delivery_taken(&cli->propre, c->variants[i].channel, now, cli->keep, &taken,
                       &all.taken_n, error))
        return error->fault;
    all.at = slots;
    all.taken = taken;
    if (!slot_next_free(&all, c->variants[i].channel, c->queue, c->zone, now, &wall, &at))
        return fail(error, FAULT_ABSENT,
                    "the queue \"%.*s\" has no free slot for %.*s; `propre slot add` makes one",
                    STR_FMT(c->queue), STR_FMT(c->names[i]));
    c->plan.due_us = at.us;
    c->plan.wall = wall_text(cli, &wall);
    c->plan.zone = cli->workspace.zone;
    c->plan.queue = c->queue;
    return OK;
}

/* What would go wrong, said for each channel. */
static enum fault
check_channel(struct cli *cli, struct compose *c, ptrdiff_t i, struct error *error)
{
    struct message_problem problems[MESSAGE_PROBLEMS_MAX];
    const struct content_of of = {cli->workspace.id, c->id, c->variants[i].channel};
    int32_t n = 0;
    if (content_check(&cli->propre, &of, cli->keep, problems, &n, error))
        return error->fault;
    for (int32_t k = 0; k < n; k++) {
        bool bad = problems[k].severity == PROBLEM_ERROR;
        str text = SAY(cli->keep, cli->lang, problems[k].format, problems[k].a, problems[k].b);
        c->errors_n += bad;
        if (bad)
            cli_say(cli, N_("%1$s: this must change: %2$s"), c->names[i], text);
        else
            cli_say(cli, N_("%1$s: note: %2$s"), c->names[i], text);
    }
    return OK;
}

static enum fault
schedule(struct cli *cli, struct compose *c, struct error *error)
{
    for (ptrdiff_t i = 0; i < c->variants_n; i++) {
        int64_t delivery = 0;
        c->plan.message = c->id;
        c->plan.channel = c->variants[i].channel;
        c->plan.draft = c->draft || c->errors_n > 0;
        if (c->queue.p && next_free(cli, c, i, error))
            return error->fault;
        if (delivery_schedule(&cli->propre, &c->plan, &delivery, error))
            return error_prefix(error, "scheduling it for %.*s", STR_FMT(c->names[i]));
        if (!c->plan.draft)
            cli_say(cli, N_("%1$s: %2$s, number %3$s in the queue"), c->names[i],
                    format_instant(cli->keep, cli->lang, c->zone, (instant){c->plan.due_us},
                                   FORMAT_DATE_TIME),
                    arena_printf(cli->keep, "%lld", (long long)delivery));
    }
    return OK;
}

static enum fault
show_dry(struct cli *cli, struct compose *c, struct error *error)
{
    struct step *steps = new (cli->keep, struct step, DRY_STEPS_MAX);
    for (ptrdiff_t i = 0; i < c->variants_n; i++) {
        const struct content_of of = {cli->workspace.id, c->id, c->variants[i].channel};
        int32_t n = 0;
        cli_print(cli, arena_printf(cli->keep, "# %.*s", STR_FMT(c->names[i])));
        if (content_dry(&cli->propre, &of, cli->keep, steps, &n, error))
            return error_prefix(error, "%.*s", STR_FMT(c->names[i]));
        for (int32_t k = 0; k < n; k++) {
            const struct http_request *r = &steps[k].request;
            cli_print(cli, arena_printf(cli->keep, "%.*s %.*s",
                                        STR_FMT(http_method_name(r->method)), STR_FMT(r->url)));
            if (r->body.n > 0)
                cli_print(cli, str_slice(r->body, 0, 2000));
        }
    }
    return OK;
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
    const struct message_parts parts = {c->variants, c->variants_n, c->files, c->files_n};
    if (message_save(&cli->propre, &c->message, &parts, &c->id, error))
        return error->fault;
    for (ptrdiff_t i = 0; i < c->variants_n; i++) {
        if (check_channel(cli, c, i, error))
            return error->fault;
    }
    if (dry) /* nothing of it is kept: the transaction is undone */
        return show_dry(cli, c, error);
    if (schedule(cli, c, error))
        return error->fault;
    return db_commit(tx, error);
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
    if (c->errors_n > 0)
        return fail(error, FAULT_INPUT,
                    "post %lld is kept as a draft: it would not be accepted as it is",
                    (long long)c->id);
    if (cli->json)
        return cli_json_id(c->id, error);
    if (c->draft)
        cli_say(cli, N_("Post %s is kept as a draft."),
                arena_printf(cli->keep, "%lld", (long long)c->id));
    return OK;
}
