#include "stage.h"

#include "outbox/account.h"
#include "place/vault.h"
#include "place/workspace.h"
#include "strategy/channel.h"
#include "tactic/message.h"

static bool
dead(void *ctx, str name)
{
    const struct stage *stage = ctx;
    return !str_eq(name, str_of(stage->worker));
}

void
stage_open(struct stage *stage, struct propre *propre, const char *key)
{
    struct error error = {0};
    struct workspace w = {.name = S("Stage"),
                          .zone = S("Europe/Paris"),
                          .currency = S("EUR"),
                          .first_weekday = 1};
    *stage = (struct stage){.propre = propre};
    stage->trial = (struct worker_trial){protocol_rules(), world_driver, dead, stage};
    assert_ok(vault_open(str_of(key), true, &propre->vault, &error), &error);
    assert_ok(db_begin(propre->db, DB_WRITE, &error), &error);
    assert_ok(workspace_add(propre, &w, &stage->workspace, &error), &error);
    assert_ok(db_commit(propre->db, &error), &error);
}

int64_t
stage_channel(struct stage *stage, enum network_kind kind)
{
    struct error error = {0};
    char name[32], server[32], network[] = "double0"; /* of test/outbox/world.c */
    int64_t id = 0;
    int n = ++stage->channels_n;
    network[6] = (char)('0' + kind);
    (void)snprintf(name, sizeof name, "@u%d", n);
    (void)snprintf(server, sizeof server, "k%d/a%d", (int)kind, n);
    struct channel c = {.workspace = stage->workspace,
                        .network = NETWORK_OTHER,
                        .handle = str_of(name),
                        .name = str_of(name),
                        .ownership = RENTED};
    const struct secret_pair secrets[] = {{S("token"), str_of(name)},
                                          {S("user"), str_of(name)}};
    assert_ok(db_begin(stage->propre->db, DB_WRITE, &error), &error);
    assert_ok(channel_insert(stage->propre, &c, &id, &error), &error);
    struct account a = {.channel = id,
                        .workspace = stage->workspace,
                        .network = str_of(network),
                        .server = str_of(server),
                        .handle = str_of(name),
                        .user_id = str_of(name)};
    assert_ok(account_connect(stage->propre, &a, secrets, 2, &error), &error);
    assert_ok(db_commit(stage->propre->db, &error), &error);
    return id;
}

int64_t
stage_delivery(struct stage *stage, int64_t channel, int64_t due_us, char text[WORLD_TEXT])
{
    struct error error = {0};
    int64_t message = 0, delivery = 0;
    (void)snprintf(text, WORLD_TEXT, "message number %d", (int)++stage->messages_n);
    struct message m = {
        .workspace = stage->workspace, .intent = INTENT_ADHOC, .body = str_of(text)};
    const struct variant variants[1] = {{.channel = channel}};
    struct message_parts parts = {.variants = variants, .variants_n = 1};
    assert_ok(db_begin(stage->propre->db, DB_WRITE, &error), &error);
    assert_ok(message_save(stage->propre, &m, &parts, &message, &error), &error);
    const struct delivery_plan plan = {.workspace = stage->workspace,
                                       .message = message,
                                       .channel = channel,
                                       .due_us = due_us};
    assert_ok(delivery_schedule(stage->propre, &plan, &delivery, &error), &error);
    assert_ok(db_commit(stage->propre->db, &error), &error);
    return delivery;
}

enum fault
stage_worker(struct stage *stage, struct propre *propre, struct wire *wire, struct worker **ret,
             struct error *error)
{
    (void)snprintf(stage->worker, sizeof stage->worker, "worker%d", (int)++stage->workers_n);
    const struct worker_options how = {
        .name = str_of(stage->worker), .lanes_max = 8, .trial = &stage->trial};
    return worker_open(propre, wire, &how, ret, error);
}

instant
stage_next(struct worker *worker, instant next)
{
    struct error error = {0};
    instant planned;
    if (!worker || !worker_idle(worker) ||
        claim_next(worker, (instant){INT64_MIN}, &planned, &error))
        return next;
    return planned;
}

bool
stage_over(enum delivery_state state)
{
    return delivery_is_final(state) || state == DELIVERY_PERSON;
}

bool
stage_good(const struct delivery *delivery, int32_t posts_n)
{
    if (posts_n > 1 || !stage_over(delivery->state))
        return false;
    if (delivery->state == DELIVERY_PUBLISHED)
        return posts_n == 1;
    return delivery->reason && (posts_n == 0 || delivery->state == DELIVERY_PERSON);
}
