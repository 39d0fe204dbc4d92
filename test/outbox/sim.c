#include "sim.h"

#include "outbox/queries.h"
#include "strategy/channel.h"
#include "tactic/message.h"

static struct sim_slot *
slot_of(struct sim *sim, int32_t client)
{
    for (int i = 0; i < sim->slots_n; i++) {
        if (sim->slots[i].client.number == client)
            return &sim->slots[i];
    }
    return NULL;
}

/* The process dies here and now: nothing it does from now on reaches the data. */
static void
crash(void *ctx, int32_t client)
{
    struct sim *sim = ctx;
    struct sim_slot *slot = slot_of(sim, client);
    slot->crashed = true;
    slot->propre.db = sim->dead_db;
}

static bool
is_dead(void *ctx, str name)
{
    struct sim *sim = ctx;
    for (int i = 0; i < sim->slots_n; i++) {
        if (sim->slots[i].worker && str_eq(str_of(sim->slots[i].name), name))
            return false;
    }
    return true;
}

static void
start(struct sim *sim, int i)
{
    struct error error = {0};
    struct sim_slot *slot = &sim->slots[i];
    slot->propre = *sim->f->propre;
    slot->propre.db = slot->own ? slot->own : sim->f->propre->db;
    world_connect(&sim->world, &slot->client, ++sim->clients_n);
    (void)snprintf(slot->name, sizeof slot->name, "worker%d.%d", i, (int)sim->clients_n);
    slot->crashed = false;
    const struct worker_options options = {
        .name = str_of(slot->name), .lanes_max = 16, .trial = &sim->trial};
    if (worker_open(&slot->propre, &slot->client.wire, &options, &slot->worker, &error)) {
        slot->worker = NULL;
        slot->restart_at.us = sim->f->t.now.us + 1000000;
    }
}

static void
drop(struct sim *sim, struct sim_slot *slot)
{
    db_rollback(slot->own ? slot->own : sim->f->propre->db);
    world_forget(&slot->client);
    worker_free(slot->worker);
    slot->worker = NULL;
    slot->restart_at.us =
        sim->f->t.now.us + (int64_t)rng_below(&sim->rng, 20000000); /* faster than any flight */
    sim->crashes_n++;
}

void
sim_open(struct sim *sim, struct fixture *f, int32_t workers)
{
    memset(sim, 0, sizeof *sim);
    db_rollback(f->propre->db); /* the fixture's open transaction: workers have their own */
    sim->f = f;
    sim->slots_n = testdb_one_writer() ? 1 : workers;
    const struct db_options writes = {0}, reads = {.read_only = true};
    sim->dead_db = testdb_second(&f->t, &reads);
    if (sim->slots_n > 1)
        sim->slots[1].own = testdb_second(&f->t, &writes);
    sim->trial = (struct worker_trial){protocol_rules(), world_driver, is_dead, sim};
}

static void
stop_all(struct sim *sim)
{
    for (int i = 0; i < sim->slots_n; i++) {
        if (sim->slots[i].worker)
            worker_close(sim->slots[i].worker);
        sim->slots[i].worker = NULL;
    }
}

void
sim_close(struct sim *sim)
{
    stop_all(sim);
    db_close(sim->dead_db);
    db_close(sim->slots[1].own);
}

void
sim_begin(struct sim *sim, uint64_t seed)
{
    stop_all(sim);
    world_open(&sim->world, &sim->f->t.now, seed);
    sim->world.crash = crash;
    sim->world.crash_ctx = sim;
    rng_seed(&sim->rng, seed, 3);
    sim->deliveries_n = 0;
    sim->stuck = false;
    for (int i = 0; i < sim->slots_n; i++)
        sim->slots[i].restart_at = sim->f->t.now;
}

int64_t
sim_channel(struct sim *sim, enum network_kind kind)
{
    struct fixture *f = sim->f;
    int64_t id = 0;
    static int handles;
    char handle[32], server[32];
    char network[] = "double0";
    network[6] = (char)('0' + kind);
    (void)snprintf(handle, sizeof handle, "@me%d", ++handles);
    const struct channel channel = {.workspace = f->workspace,
                                    .network = NETWORK_OTHER,
                                    .handle = str_of(handle),
                                    .name = str_of(handle),
                                    .ownership = RENTED};
    assert_ok(db_begin(f->propre->db, DB_WRITE, &f->error), &f->error);
    assert_ok(channel_insert(f->propre, &channel, &id, &f->error), &f->error);
    (void)snprintf(server, sizeof server, "k%d/a%lld", (int)kind, (long long)id);
    const struct account account = {.channel = id,
                                    .workspace = f->workspace,
                                    .network = str_of(network),
                                    .server = str_of(server)};
    assert_ok(account_connect(f->propre, &account, NULL, 0, &f->error), &f->error);
    assert_ok(db_commit(f->propre->db, &f->error), &f->error);
    return id;
}

int64_t
sim_schedule(struct sim *sim, int64_t channel, instant due, struct maybe_int use_by)
{
    struct fixture *f = sim->f;
    static int texts;
    int64_t message = 0, id = 0;
    char text[WORLD_TEXT];
    (void)snprintf(text, sizeof text, "text %d", ++texts);
    if (sim->text)
        (void)snprintf(text, sizeof text, "%s", sim->text);
    const struct message m = {.workspace = f->workspace, .body = str_of(text)};
    const struct message_parts none = {0};
    assert_ok(db_begin(f->propre->db, DB_WRITE, &f->error), &f->error);
    assert_ok(message_save(f->propre, &m, &none, &message, &f->error), &f->error);
    const struct delivery_plan plan = {.workspace = f->workspace,
                                       .message = message,
                                       .channel = channel,
                                       .due_us = due.us,
                                       .use_by_us = use_by};
    assert_ok(delivery_schedule(f->propre, &plan, &id, &f->error), &f->error);
    assert_ok(db_commit(f->propre->db, &f->error), &f->error);
    assert_true(sim->deliveries_n < SIM_DELIVERIES_MAX);
    sim->deliveries[sim->deliveries_n++] = id;
    return id;
}

static int64_t
earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Lets every process do what it can at this moment; gives whether all are up and have nothing under way. */
static bool
step_all(struct sim *sim)
{
    bool quiet = true;
    for (int i = 0; i < sim->slots_n; i++) {
        struct sim_slot *slot = &sim->slots[i];
        struct error error = {0};
        instant next;
        if (!slot->worker) {
            if (slot->restart_at.us <= sim->f->t.now.us)
                start(sim, i);
            quiet = false;
            continue;
        }
        enum fault fault = worker_step(slot->worker, (span){0}, &next, &error);
        if (slot->crashed || (sim->crash > 0 && rng_uniform(&sim->rng) < sim->crash)) {
            drop(sim, slot);
            quiet = false;
        } else if (fault || !worker_idle(slot->worker)) {
            quiet = false;
        }
    }
    return quiet;
}

static int64_t
next_moment(struct sim *sim, int64_t planned)
{
    int64_t now = sim->f->t.now.us, next = INT64_MAX;
    int64_t world = world_next(&sim->world);
    if (planned > now)
        next = planned;
    if (world > now)
        next = earlier(next, world);
    for (int i = 0; i < sim->slots_n; i++) {
        if (!sim->slots[i].worker && sim->slots[i].restart_at.us > now)
            next = earlier(next, sim->slots[i].restart_at.us);
    }
    return next == INT64_MAX ? now + 1000000 : next;
}

void
sim_run_until(struct sim *sim, instant at)
{
    enum { MOMENTS_MAX = 60000 };
    struct error error = {0};
    for (int i = 0; i < MOMENTS_MAX; i++) {
        struct claim_next_row row = {0};
        world_run(&sim->world);
        bool quiet = step_all(sim);
        if (db_begin(sim->dead_db, DB_READ, &error) ||
            q_claim_next(sim->dead_db, &(struct claim_next_in){INT64_MIN}, NULL, &row, &error))
            fail_msg("the data cannot be read");
        db_rollback(sim->dead_db);
        if (quiet && !row.next_us.has && world_next(&sim->world) == INT64_MAX)
            return;
        int64_t next = next_moment(sim, row.next_us.has ? row.next_us.is : INT64_MAX);
        if (next > at.us) {
            sim->f->t.now = at;
            return;
        }
        sim->f->t.now.us = next;
    }
    sim->stuck = true;
}

void
sim_run(struct sim *sim)
{
    sim_run_until(sim, (instant){INT64_MAX});
}

struct delivery
sim_get(struct sim *sim, int64_t id)
{
    struct fixture *f = sim->f;
    struct delivery d;
    assert_ok(db_begin(sim->dead_db, DB_READ, &f->error), &f->error);
    struct propre propre = *f->propre;
    propre.db = sim->dead_db;
    assert_ok(delivery_get(&propre, f->workspace, id, f->keep, &d, &f->error), &f->error);
    db_rollback(sim->dead_db);
    return d;
}

int32_t
sim_count(struct sim *sim, int64_t id)
{
    return world_count(&sim->world, sim_get(sim, id).excerpt);
}

const char *
sim_broken(struct sim *sim)
{
    if (sim->stuck)
        return "stuck: something goes on for ever";
    for (int i = 0; i < sim->deliveries_n; i++) {
        struct arena before = *sim->f->keep;
        struct delivery d = sim_get(sim, sim->deliveries[i]);
        int32_t live = world_count(&sim->world, d.excerpt);
        bool published = d.state == DELIVERY_PUBLISHED;
        bool person = d.state == DELIVERY_PERSON || d.state == DELIVERY_HELD;
        bool reason = d.reason != NULL, post = d.post.has;
        *sim->f->keep = before;
        if (live > 1)
            return "duplicate: it is live twice";
        if (published && live == 0)
            return "lie: said to be published, and is not";
        if (!published && !person && live > 0)
            return "lie: said not to be out, and is live";
        if (!delivery_is_final(d.state) && !person)
            return "stuck: neither final nor before a person";
        if (!published && !reason)
            return "unexplained: no reason";
        if (published && !post)
            return "lost to learning: no post was written down";
    }
    for (int i = 0; i < sim->world.posts_n; i++) {
        if (sim->world.posts[i].at.us > sim->f->t.now.us)
            return "early";
    }
    return NULL;
}
