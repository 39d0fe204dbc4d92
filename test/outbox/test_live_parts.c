#include "fixture.h"

#include "channel/dry.h"
#include "outbox/account.h"
#include "outbox/delivery.h"
#include "outbox/live.h"
#include "place/db.h"
#include "place/propre.h"
#include "place/vault.h"
#include "strategy/channel.h"
#include "tactic/message.h"

/* What is out is changed: here what is refused before anything leaves; test_live.c and test/peers have the rest. */

/* A thread of two that is out on that network; its number. No transaction is open afterwards. */
static int64_t
out_on(struct fixture *f, const char *network)
{
    int64_t channel_id = 0, message = 0, id = 0;
    const struct channel channel = {.workspace = f->workspace,
                                    .handle = str_of(network),
                                    .name = str_of(network),
                                    .network = NETWORK_OTHER};
    const struct message m = {
        .workspace = f->workspace, .title = S("A title"), .body = S("first\n---\nsecond")};
    const struct message_parts none = {0};
    assert_ok(channel_insert(f->propre, &channel, &channel_id, &f->error), &f->error);
    const struct account account = {.channel = channel_id,
                                    .workspace = f->workspace,
                                    .network = str_of(network),
                                    .server = S("https://social.example")};
    const struct secret_pair secrets[] = {
        {S("token"), S("t")}, {S("webhook"), S("https://in.example/")}, {S("key"), S("k")}};
    assert_ok(account_connect(f->propre, &account, secrets, 3, &f->error), &f->error);
    assert_ok(message_save(f->propre, &m, &none, &message, &f->error), &f->error);
    const struct delivery_plan plan = {.workspace = f->workspace,
                                       .message = message,
                                       .channel = channel_id,
                                       .due_us = f->t.now.us + SPAN_DAY.us};
    assert_ok(delivery_schedule(f->propre, &plan, &id, &f->error), &f->error);
    const struct fixture_out_in out = {id, S("11"), S("{}"), f->t.now.us};
    assert_ok(q_fixture_out(f->propre->db, &out, &f->error), &f->error);
    assert_ok(db_commit(f->propre->db, &f->error), &f->error);
    return id;
}

static enum fault
change(struct fixture *f, int64_t id, const char *text)
{
    struct step *steps = new (f->keep, struct step, DRY_STEPS_MAX);
    int32_t n = 0;
    const struct live_of of = {.workspace = f->workspace, .delivery = id, .lang = LANG_EN};
    const struct live_change to = {.text = str_of(text)};
    enum fault fault = live_dry(f->propre, &of, &to, f->keep, steps, &n, &f->error);
    if (!fault)
        assert_true(n > 0 && steps[0].kind == STEP_REQUEST);
    return fault;
}

/* Where each part is a post of its own, none is left over or lost without a word; a page takes any number of them. */
static void
a_thread_keeps_its_number(void **state)
{
    struct fixture *f = *state;
    struct vault *vault;
    char path[300];
    (void)snprintf(path, sizeof path, "%s/key", f->t.dir);
    assert_ok(vault_open(str_of(path), true, &vault, &f->error), &f->error);
    f->propre->vault = vault;
    int64_t thread = out_on(f, "mastodon");
    assert_fault(FAULT_INPUT, change(f, thread, "one alone"), &f->error, "2 posts on Mastodon");
    assert_fault(FAULT_INPUT, change(f, thread, "a\n---\nb\n---\nc"), &f->error, "would be 3");
    assert_ok(change(f, thread, "1st\n---\n2nd"), &f->error);
    assert_ok(db_begin(f->propre->db, DB_WRITE, &f->error), &f->error);
    int64_t page = out_on(f, "webhook");
    assert_ok(change(f, page, "one alone"), &f->error);
    assert_ok(db_begin(f->propre->db, DB_WRITE, &f->error), &f->error);
    f->propre->vault = NULL;
    vault_close(vault);
}

int
main(void)
{
    if (testdb_skips())
        return 0;
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(
        a_thread_keeps_its_number, fixture_open, fixture_close)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
