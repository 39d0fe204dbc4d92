#include "cli/commands.h"

#include "base/zone.h"
#include "place/db.h"
#include "strategy/channel.h"
#include "tactic/post.h"
#include "tactic/tactic.h"

/* Tactic, objective, intent and effort: what a person may say of a post at any time. */
static enum fault
take_aim(struct cli *cli, struct post *post, struct error *error)
{
    str tactic = args_value(cli->args, "tactic"), intent = args_value(cli->args, "intent");
    int64_t id = 0, objective = 0, effort = -1;
    if (tactic.p) {
        if (cli_find_tactic(cli, tactic, &id, error))
            return error->fault;
        post->tactic = some_int(id);
        post->intent = INTENT_PLANNED;
    }
    if (intent.p && !post_intent_parse(intent, &post->intent))
        return fail(error, FAULT_INPUT, "--intent is planned, explore or adhoc, not \"%.*s\"",
                    STR_FMT(intent));
    if (args_i64(cli->args, "objective", 1, INT64_MAX, 0, &objective, error) ||
        args_i64(cli->args, "effort", 0, POST_EFFORT_MINUTES_MAX, -1, &effort, error))
        return error->fault;
    if (objective)
        post->objective = some_int(objective);
    if (effort >= 0)
        post->effort_minutes = some_int(effort);
    return OK;
}

/* ---- add ---- */

static enum fault
take_post(struct cli *cli, struct post *post, struct error *error)
{
    str channel = args_value(cli->args, "channel"),
        published = args_value(cli->args, "published");
    str format = args_value(cli->args, "format"), link = args_value(cli->args, "link");
    if (!channel.p)
        return fail(error, FAULT_INPUT,
                    "a post needs its --channel; `propre channel list` shows them");
    *post = (struct post){.workspace = cli->workspace.id,
                          .intent = INTENT_ADHOC,
                          .body = cli->args->positional,
                          .format = format,
                          .permalink = link,
                          .creation = S("own")};
    instant t = clock_now(&cli->propre.clock);
    enum fault fault = cli_find_channel(cli, channel, &post->channel, error);
    if (!fault && published.p)
        fault = instant_parse(published, &t, error);
    fault = fault ? fault : cli_maybe_money(cli, "cost", &post->cost_minor, error);
    if (post->cost_minor.has)
        post->currency = cli->workspace.currency;
    post->published_us = some_int(t.us);
    return fault ? fault : take_aim(cli, post, error);
}

enum fault
command_post_add(struct cli *cli, struct error *error)
{
    struct post post;
    uint8_t content[POST_CONTENT_BYTES];
    int64_t id = 0;
    auto_zone zone = NULL;
    if (db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    enum fault fault = zone_open(cli->workspace.zone, &zone, error);
    fault = fault ? fault : take_post(cli, &post, error);
    if (fault)
        return fault;
    post_complete(&post, zone, cli->keep);
    post_content(&post, content);
    post.identity = post_identity(&post, content, 1, cli->keep);
    fault = post_insert(&cli->propre, &post, &id, error);
    fault = fault ? fault : db_commit(tx, error);
    if (fault)
        return error_prefix(error, "recording the post");
    if (!cli->json) {
        cli_say(cli, N_("Post %s recorded"), arena_printf(cli->keep, "%lld", (long long)id));
        return OK;
    }
    struct cli_json json;
    cli_json_begin(&json);
    json_object_begin(&json.w);
    json_member_int(&json.w, "id", id);
    json_object_end(&json.w);
    return cli_json_end(&json, error);
}

enum fault
command_post_set(struct cli *cli, struct error *error)
{
    int64_t id = 0;
    struct post post;
    if (cli_id(cli, &id, error) || db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    enum fault fault = post_get(&cli->propre, cli->workspace.id, id, cli->keep, &post, error);
    fault = fault ? fault : take_aim(cli, &post, error);
    fault = fault ? fault : post_update(&cli->propre, &post, error);
    fault = fault ? fault : db_commit(tx, error);
    if (fault)
        return error_prefix(error, "changing post %lld", (long long)id);
    cli_say(cli, N_("Post %s changed"), arena_printf(cli->keep, "%lld", (long long)id));
    return OK;
}
