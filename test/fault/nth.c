/*
 * Whatever fails, and whenever: one publish from its claim to its end, with the first, second, third … thing it asks of
 * the data or of the network failing, or its process dying there, until there is none left to fail. Each time it must
 * come to an end by itself, with one post, or with none and a reason.
 */
#include "stage.h"

#include "place/secret.h"
#include "place/vault.h"

enum mode {
    SQL_FAILS,   /* the n-th thing asked of the data */
    SQL_DIES,    /* the same, and the process is dead after it */
    NOT_SENT,    /* the n-th request does not leave */
    UNKNOWN,     /* it is taken up, and nobody hears of it */
    CUT,         /* the answer is cut off */
    DIES_UNSENT, /* the process dies just before the request leaves */
    DIES_SENT,   /* just after */
    DIES_DEAF,   /* at the n-th look for answers */
    DIES_STEP,   /* after the n-th worker_step */
    MODES_N
};
static const char *const mode_words[MODES_N] = {
    "SQL failures",         "deaths in SQL",        "requests not sent",
    "unknown outcomes",     "answers cut",          "deaths before sending",
    "deaths after sending", "deaths while waiting", "deaths between steps"};

enum { STEPS_MAX = 3000, CASES_MAX = 3000 };

/* One case: the wire in front of the world, and what it is to do. */
struct nth {
    enum mode mode;
    int at, starts_n, waits_n, steps_n;
    bool struck, dying;
    int64_t tag; /* whose answer is spoilt */
    struct world *world;
    struct world_client client;
    struct wire wire;
};

static enum fault
nth_start(void *ctx, const struct http_request *request, const struct http_source *source,
          int64_t tag, struct error *error)
{
    struct nth *nth = ctx;
    bool mine = nth->mode >= NOT_SENT && nth->mode <= DIES_SENT && ++nth->starts_n == nth->at;
    if (nth->dying)
        return OK;
    if (mine) {
        nth->struck = true;
        nth->tag = tag;
        nth->dying = nth->mode == DIES_UNSENT || nth->mode == DIES_SENT;
        if (nth->mode == DIES_UNSENT)
            return OK;
        nth->world->down = nth->mode == NOT_SENT;
    }
    enum fault fault = nth->client.wire.ops->start(&nth->client, request, source, tag, error);
    nth->world->down = false;
    return fault;
}

static enum fault
nth_wait(void *ctx, span timeout, struct arena *keep, int64_t *ret_tag, struct http_answer *ret,
         bool *ret_any, struct error *error)
{
    struct nth *nth = ctx;
    if (nth->mode == DIES_DEAF && ++nth->waits_n == nth->at)
        nth->struck = nth->dying = true;
    *ret_any = false;
    if (nth->dying)
        return OK;
    enum fault fault =
        nth->client.wire.ops->wait(&nth->client, timeout, keep, ret_tag, ret, ret_any, error);
    if (fault || !*ret_any || *ret_tag != nth->tag)
        return fault;
    nth->tag = 0;
    if (nth->mode == UNKNOWN) {
        ret->end = HTTP_UNKNOWN;
        ret->status = 0;
        ret->body = STR_NONE;
        ret->problem = S("the line broke");
    } else if (nth->mode == CUT) {
        ret->body = str_slice(ret->body, 0, 4);
    }
    return OK;
}

static const struct wire_ops nth_ops = {nth_start, nth_wait};

struct fixture {
    struct testdb t;
    struct stage stage;
    struct propre eyes; /* a connection of its own: it does not count */
    struct world *world;
};

/* The trap, which stays while a process lives. */
static void
after_step(struct fixture *f, struct nth *nth)
{
    if (nth->mode == DIES_STEP && ++nth->steps_n == nth->at)
        nth->struck = nth->dying = true;
    if ((nth->mode == SQL_FAILS || nth->mode == SQL_DIES) && !nth->struck && testdb_failed()) {
        nth->struck = true;
        nth->dying = nth->mode == SQL_DIES;
        testdb_fail_at(&f->t, 0);
    }
}

static struct delivery
look(struct fixture *f, int64_t id, struct arena *keep)
{
    struct error error = {0};
    struct delivery d;
    assert_ok(db_begin(f->eyes.db, DB_READ, &error), &error);
    assert_ok(delivery_get(&f->eyes, f->stage.workspace, id, keep, &d, &error), &error);
    db_rollback(f->eyes.db);
    return d;
}

static void
move_time(struct fixture *f, int64_t next_us)
{
    int64_t event = world_next(f->world);
    if (event < next_us || next_us <= f->t.now.us)
        next_us = event;
    if (next_us == INT64_MAX || next_us <= f->t.now.us)
        next_us = f->t.now.us + 1000000;
    f->t.now.us = next_us;
    world_run(f->world);
}

/* Steps until it is over; how many workers that took is not limited, how many steps is. */
static void
run_out(struct fixture *f, struct nth *nth, int64_t id)
{
    struct worker *worker = NULL;
    struct arena keep = f->t.keep;
    bool over = false;
    for (int i = 0; i < STEPS_MAX && !over; i++) {
        struct error error = {0};
        struct arena scratch = keep;
        instant next = {0};
        enum fault fault =
            worker ? worker_step(worker, (span){0}, &next, &error)
                   : stage_worker(&f->stage, &f->t.propre, &nth->wire, &worker, &error);
        (void)fault; /* it goes on, or is stuck and counted so */
        after_step(f, nth);
        if (nth->dying) {
            nth->dying = false;
            worker_free(worker);
            worker = NULL;
            world_forget(&nth->client);
        }
        over = stage_over(look(f, id, &scratch).state) && (!worker || worker_idle(worker));
        if (!over)
            move_time(f, next.us);
    }
    testdb_fail_at(&f->t, 0);
    worker_free(worker);
    world_forget(&nth->client);
    f->t.now.us += (int64_t)3600 * 1000000; /* what is still on its way arrives */
    world_run(f->world);
}

/* Whether there was an n-th. */
static bool
one(struct fixture *f, enum network_kind kind, enum mode mode, int at, int64_t ends[2])
{
    struct nth nth = {.mode = mode, .at = at, .world = f->world};
    struct arena keep = f->t.keep;
    char text[WORLD_TEXT];
    world_open(f->world, &f->t.now, (uint64_t)at * 10 + (uint64_t)kind);
    world_connect(f->world, &nth.client, 1);
    nth.wire = (struct wire){&nth_ops, &nth};
    int64_t id = stage_delivery(&f->stage, stage_channel(&f->stage, kind), f->t.now.us, text);
    if (mode == SQL_FAILS || mode == SQL_DIES)
        testdb_fail_at(&f->t, at);
    run_out(f, &nth, id);
    struct delivery d = look(f, id, &keep);
    int32_t posts = world_count(f->world, str_of(text));
    if (!stage_good(&d, posts))
        fail_msg("%s, kind %d, the %d.: %d posts, %.*s, reason %s", mode_words[mode], (int)kind,
                 at, (int)posts, STR_FMT(delivery_state_word(d.state)),
                 d.reason ? d.reason : "none");
    if (!nth.struck && d.state != DELIVERY_PUBLISHED)
        fail_msg("kind %d: nothing failed, and it was not published", (int)kind);
    ends[d.state == DELIVERY_PUBLISHED ? 0 : 1] += nth.struck;
    return nth.struck;
}

static void
nth_failure(void **state)
{
    enum mode mode = *(const enum mode *)*state;
    struct fixture *f = calloc(1, sizeof *f);
    struct error error = {0};
    const struct db_options only_reads = {.read_only = true};
    char key[128];
    int64_t ends[2] = {0};
    assert_non_null(f);
    testdb_open(&f->t);
    f->world = calloc(1, sizeof *f->world);
    assert_non_null(f->world);
    (void)snprintf(key, sizeof key, "%s/key", f->t.dir);
    stage_open(&f->stage, &f->t.propre, key);
    f->eyes = f->t.propre;
    f->eyes.db = NULL;
    assert_ok(db_open(str_of(f->t.address), &only_reads, &f->eyes.db, &error), &error);
    for (int kind = HONOURS_KEY; kind <= TELLS_NOTHING; kind++) {
        int at = 1;
        while (one(f, (enum network_kind)kind, mode, at, ends))
            assert_true(++at < CASES_MAX);
    }
    print_message("# %s, %s: %lld cases, %lld published, %lld ended with a reason, 0 second "
                  "posts, 0 stuck\n",
                  testdb_is_postgres() ? "PostgreSQL" : "SQLite", mode_words[mode],
                  (long long)(ends[0] + ends[1]), (long long)ends[0], (long long)ends[1]);
    assert_true(ends[0] > 0);
    db_close(f->eyes.db);
    vault_close(f->t.propre.vault);
    testdb_close(&f->t);
    free(f->world);
    free(f);
}

int
main(void)
{
    static enum mode modes[MODES_N];
    struct CMUnitTest tests[MODES_N];
    if (testdb_skips())
        return 0;
    secret_start();
    for (int i = 0; i < MODES_N; i++) {
        modes[i] = (enum mode)i;
        tests[i] = (struct CMUnitTest)cmocka_unit_test_prestate(nth_failure, &modes[i]);
        tests[i].name = mode_words[i];
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
