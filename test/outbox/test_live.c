#include "fixture.h"

#include "outbox/account.h"
#include "outbox/delivery.h"
#include "outbox/live.h"
#include "outbox/put_away.h"
#include "outbox/repeat.h"
#include "place/db.h"
#include "place/propre.h"
#include "place/vault.h"
#include "strategy/channel.h"
#include "tactic/message.h"
#include "wire/http.h"

/* What is out is changed and taken down; what comes again is left out, stands still, ends: on both engines. */
enum { ASKED_MAX = 8 };

struct bench {
    struct fixture *f;
    struct vault *vault;
    struct wire wire;
    int64_t tag, channel, message, delivery;
    int32_t status;
    str asked[ASKED_MAX]; /* "PUT body" */
    int32_t asked_n;
};

static enum fault
start(void *ctx, const struct http_request *request, const struct http_source *source,
      int64_t tag, struct error *error)
{
    struct bench *b = ctx;
    (void)source;
    (void)error;
    assert_true(b->asked_n < ASKED_MAX);
    b->asked[b->asked_n++] = arena_printf(
        b->f->keep, "%s %.*s", http_method_name(request->method).p, STR_FMT(request->body));
    b->tag = tag;
    return OK;
}

static enum fault
wait_for(void *ctx, span timeout, struct arena *keep, int64_t *ret_tag, struct http_answer *ret,
         bool *ret_any, struct error *error)
{
    struct bench *b = ctx;
    (void)timeout;
    (void)keep;
    (void)error;
    *ret_any = b->tag != 0;
    *ret_tag = b->tag;
    *ret = (struct http_answer){.end = HTTP_ANSWERED,
                                .status = b->status,
                                .body = S("{\"id\":\"42\",\"media_attachments\":[]}")};
    b->tag = 0;
    return OK;
}

static void
begin(struct bench *b, enum db_mode mode)
{
    assert_ok(db_begin(b->f->propre->db, mode, &b->f->error), &b->f->error);
}

static void
commit(struct bench *b)
{
    assert_ok(db_commit(b->f->propre->db, &b->f->error), &b->f->error);
}

/* One post for one channel, tomorrow; in the fixture's transaction. */
static struct bench *
open_bench(void **state)
{
    static const struct wire_ops ops = {start, wait_for};
    struct bench *b = calloc(1, sizeof *b);
    struct error *error = &((struct fixture *)*state)->error;
    b->f = *state;
    b->wire = (struct wire){&ops, b};
    b->status = 200;
    char path[300];
    (void)snprintf(path, sizeof path, "%s/key", b->f->t.dir);
    assert_ok(vault_open(str_of(path), true, &b->vault, error), error);
    b->f->propre->vault = b->vault;
    const struct channel channel = {.workspace = b->f->workspace,
                                    .network = NETWORK_MASTODON,
                                    .name = S("Toots"),
                                    .handle = S("@us")};
    assert_ok(channel_insert(b->f->propre, &channel, &b->channel, error), error);
    const struct account account = {.channel = b->channel,
                                    .workspace = b->f->workspace,
                                    .network = S("mastodon"),
                                    .server = S("https://social.example"),
                                    .handle = S("@us")};
    const struct secret_pair token = {S("token"), S("sesame")};
    assert_ok(account_connect(b->f->propre, &account, &token, 1, error), error);
    const struct message m = {.workspace = b->f->workspace, .body = S("Good morning")};
    const struct variant variant = {.channel = b->channel};
    const struct message_parts parts = {.variants = &variant, .variants_n = 1};
    assert_ok(message_save(b->f->propre, &m, &parts, &b->message, error), error);
    return b;
}

static void
close_bench(struct bench *b)
{
    b->f->propre->vault = NULL;
    vault_close(b->vault);
    free(b);
}

static void
schedule(struct bench *b)
{
    const struct delivery_plan plan = {.workspace = b->f->workspace,
                                       .message = b->message,
                                       .channel = b->channel,
                                       .due_us = b->f->t.now.us + SPAN_DAY.us};
    assert_ok(delivery_schedule(b->f->propre, &plan, &b->delivery, &b->f->error), &b->f->error);
}

static str
body_now(struct bench *b)
{
    struct message_parts parts;
    begin(b, DB_READ);
    assert_ok(message_parts_get(b->f->propre, b->message, b->f->keep, &parts, &b->f->error),
              &b->f->error);
    db_rollback(b->f->propre->db);
    return parts.variants_n == 1 ? parts.variants[0].body : STR_NONE;
}

static void
test_edit_and_withdraw(void **state)
{
    struct bench *b = open_bench(state);
    struct error *error = &b->f->error;
    struct step step;
    struct delivery_event *events;
    ptrdiff_t n = 0;
    schedule(b);
    commit(b);
    const struct live_of of = {b->f->workspace, b->delivery, S("Eve"), LANG_EN};
    const struct live_change change = {.text = S("Good evening")};
    assert_fault(FAULT_CONFLICT,
                 live_edit(b->f->propre, &b->wire, &of, &change, b->f->keep, &step, error),
                 error, "not published");
    begin(b, DB_WRITE);
    const struct fixture_out_in out = {b->delivery, S("42"), S("{}"), b->f->t.now.us};
    assert_ok(q_fixture_out(b->f->propre->db, &out, error), error);
    commit(b);
    /* Refused there, nothing is said to be changed here. */
    b->status = 422;
    assert_int_equal(FAULT_REMOTE,
                     live_edit(b->f->propre, &b->wire, &of, &change, b->f->keep, &step, error));
    assert_false(body_now(b).p != NULL);
    b->status = 200;
    b->asked_n = 0;
    assert_ok(live_edit(b->f->propre, &b->wire, &of, &change, b->f->keep, &step, error), error);
    assert_true(b->asked_n > 0 && str_find(b->asked[b->asked_n - 1], S("Good evening")) > 0);
    assert_str("Good evening", body_now(b));
    b->asked_n = 0;
    assert_ok(live_withdraw(b->f->propre, &b->wire, &of, b->f->keep, &step, error), error);
    assert_true(b->asked_n == 1 && str_starts(b->asked[0], S("DELETE")));
    assert_fault(FAULT_CONFLICT,
                 live_withdraw(b->f->propre, &b->wire, &of, b->f->keep, &step, error), error,
                 "taken down already");
    begin(b, DB_READ);
    assert_ok(delivery_history(b->f->propre, b->f->workspace, b->delivery, b->f->keep, &events,
                               &n, error),
              error);
    db_rollback(b->f->propre->db);
    assert_true(n >= 2);
    assert_str("edit", events[n - 2].act);
    assert_str("withdraw", events[n - 1].act);
    assert_str("Eve", events[n - 1].who);
    close_bench(b);
}

static int64_t
in_state(struct bench *b, enum delivery_state state)
{
    int64_t counts[DELIVERY_STATES_N];
    assert_ok(delivery_counts(b->f->propre, b->f->workspace, counts, &b->f->error),
              &b->f->error);
    return counts[state];
}

static void
test_what_comes_again(void **state)
{
    struct bench *b = open_bench(state);
    struct error *error = &b->f->error;
    struct propre *propre = b->f->propre;
    struct arena_region region;
    struct arena scratch = arena_reserve(32 << 20, &region);
    struct repeat_coming one;
    struct repeat_of of = {b->f->workspace, 0, S("Eve")};
    int64_t n = 0;
    struct recurrence daily = {.workspace = b->f->workspace,
                               .message = b->message,
                               .rule = S("FREQ=DAILY"),
                               .zone = S("Europe/Paris"),
                               .anchor =
                                   instant_to_utc((instant){b->f->t.now.us + SPAN_DAY.us})};
    daily.anchor.second = daily.anchor.microsecond = 0;
    assert_ok(repeat_begin(propre, &daily, no_int, scratch, &of.id, error), error);
    int64_t made = in_state(b, DELIVERY_SCHEDULED);
    assert_true(made >= 12 && made <= 14);
    assert_ok(repeat_skip(propre, &of, no_int, b->f->keep, &one, error), error);
    assert_int_equal(1, in_state(b, DELIVERY_CANCELLED));
    /* It stands still: what is in the queue goes out, or is held when asked. */
    assert_ok(repeat_pause(propre, &of, true, false, b->f->keep, &n, error), error);
    assert_int_equal(made - 1, n);
    assert_int_equal(made - 1, in_state(b, DELIVERY_SCHEDULED));
    assert_ok(repeat_pause(propre, &of, true, true, b->f->keep, &n, error), error);
    assert_int_equal(made - 1, in_state(b, DELIVERY_HELD));
    /* Two days later nothing more was made of it; gone on with, it is. */
    b->f->t.now.us += 2 * SPAN_DAY.us;
    assert_int_equal(made - 1, in_state(b, DELIVERY_HELD));
    assert_ok(repeat_pause(propre, &of, false, false, b->f->keep, &n, error), error);
    assert_true(in_state(b, DELIVERY_SCHEDULED) >= 1);
    assert_ok(repeat_end(propre, &of, false, b->f->keep, &n, error), error);
    assert_int_equal(0, in_state(b, DELIVERY_SCHEDULED));
    assert_fault(FAULT_CONFLICT, repeat_end(propre, &of, false, b->f->keep, &n, error), error,
                 "over already");
    assert_fault(FAULT_CONFLICT, repeat_pause(propre, &of, false, false, b->f->keep, &n, error),
                 error, "over already");
    arena_release(&region);
    close_bench(b);
}

static void
test_putting_a_channel_away(void **state)
{
    struct bench *b = open_bench(state);
    struct error *error = &b->f->error;
    struct propre *propre = b->f->propre;
    int64_t n = 0, w = b->f->workspace;
    schedule(b);
    fixture_commit(b->f);
    assert_fault(FAULT_CONFLICT,
                 put_away_channel(propre, w, b->channel, PUT_AWAY_ASK, S("Eve"), &n, error),
                 error, "1 planned posts wait");
    fixture_rollback(b->f);
    assert_ok(put_away_channel(propre, w, b->channel, PUT_AWAY_HOLD, S("Eve"), &n, error),
              error);
    assert_int_equal(1, n);
    assert_int_equal(1, in_state(b, DELIVERY_HELD));
    assert_ok(channel_archive(propre, w, b->channel, false, error), error);
    assert_ok(put_away_channel(propre, w, b->channel, PUT_AWAY_CANCEL, S("Eve"), &n, error),
              error);
    assert_int_equal(1, in_state(b, DELIVERY_CANCELLED));
    close_bench(b);
}

int
main(void)
{
    if (testdb_skips())
        return 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_edit_and_withdraw, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_what_comes_again, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_putting_a_channel_away, fixture_open,
                                        fixture_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
