/*
 * The power is cut while a worker publishes: at every change of the data files, with what was not synced lost, torn
 * or reordered. From each such image the program is started again, against the network as it stood at that moment,
 * what was on its way included. Nothing is posted twice, nothing that was accepted is lost, nothing is stuck.
 *
 *     loss [--images N] [--seed N] [--mutant normal|no-wal-sync]      a test (TAP); SQLite only
 */
#include "stage.h"

#include <sqlite3.h>
#include <unistd.h>

#include "base/number.h"
#include "disk.h"
#include "place/backup.h"
#include "place/db_internal.h"
#include "place/schema.h"
#include "place/secret.h"
#include "place/vault.h"

enum {
    SCENE_IMAGES = 2500, /* of one scene, of about as many changes */
    SCENE_DELIVERIES = 8,
    CHECKPOINT_PAGES =
        20, /* the journal is worked in every few commits, not every thousand pages */
    STEPS_MAX = 4000,
    MARK_FLIGHTS_MAX = 64,
    TOLD_MAX = 12 /* of images that went wrong, by name */
};

/* ---- what the world was at a moment ---- */

struct moment {
    instant now;
    struct rng rng;
    int32_t posts_n, requests_n, tokens_n, flights_n, accepted_n;
    struct world_flight *flights;
    struct world_post *posts;
};

struct scene {
    struct testdb t;
    struct stage stage;
    struct world world;
    struct world_client client;
    struct wire wire;
    struct disk disk;
    struct rng rng;
    int64_t ids[SCENE_DELIVERIES];
    char texts[SCENE_DELIVERIES][WORLD_TEXT];
    int32_t accepted_n; /* a person was told that these are scheduled */
    int64_t channels[TELLS_NOTHING + 1];
    bool logs;
};

/* Something happened in the world: it is part of the log. */
static void
remember(struct scene *s)
{
    struct arena *arena = &s->disk.arena;
    if (!s->logs)
        return;
    struct moment *m = new (arena, struct moment, 1);
    *m = (struct moment){.now = s->t.now,
                         .rng = s->world.rng,
                         .posts_n = s->world.posts_n,
                         .requests_n = s->world.requests_n,
                         .tokens_n = s->world.tokens_n,
                         .flights_n = s->world.flights_n,
                         .accepted_n = s->accepted_n,
                         .flights = new (arena, struct world_flight, s->world.flights_n),
                         .posts = new (arena, struct world_post, s->world.posts_n)};
    memcpy(m->flights, s->world.flights, sizeof *m->flights * (size_t)s->world.flights_n);
    memcpy(m->posts, s->world.posts, sizeof *m->posts * (size_t)s->world.posts_n);
    disk_mark(&s->disk, m);
}

/* The world goes on from there; whoever waited for an answer is gone. */
static void
go_back(struct scene *s, const struct moment *m)
{
    s->t.now = m->now;
    world_open(&s->world, &s->t.now, 0);
    s->world.rng = m->rng;
    s->world.posts_n = m->posts_n;
    s->world.requests_n = m->requests_n;
    s->world.tokens_n = m->tokens_n;
    s->world.flights_n = m->flights_n;
    memcpy(s->world.flights, m->flights, sizeof *m->flights * (size_t)m->flights_n);
    memcpy(s->world.posts, m->posts, sizeof *m->posts * (size_t)m->posts_n);
    for (int32_t i = 0; i < m->flights_n; i++)
        s->world.flights[i].client = 0;
}

static enum fault
scene_start(void *ctx, const struct http_request *request, const struct http_source *source,
            int64_t tag, struct error *error)
{
    struct scene *s = ctx;
    enum fault fault = s->client.wire.ops->start(&s->client, request, source, tag, error);
    remember(s);
    return fault;
}

static enum fault
scene_wait(void *ctx, span timeout, struct arena *keep, int64_t *ret_tag,
           struct http_answer *ret, bool *ret_any, struct error *error)
{
    struct scene *s = ctx;
    enum fault fault =
        s->client.wire.ops->wait(&s->client, timeout, keep, ret_tag, ret, ret_any, error);
    if (*ret_any)
        remember(s);
    return fault;
}

static const struct wire_ops scene_ops = {scene_start, scene_wait};

static void
move_time(struct scene *s, instant next)
{
    int64_t event = world_next(&s->world);
    if (event < next.us || next.us <= s->t.now.us)
        next.us = event;
    if (next.us == INT64_MAX || next.us <= s->t.now.us)
        next.us = s->t.now.us + 1000000;
    s->t.now.us = next.us;
    world_run(&s->world);
    remember(s);
}

/* ---- the scene that is cut ---- */

static const char *mutant_asked = "";

static void
accept_one(struct scene *s)
{
    int i = s->accepted_n;
    int64_t due = s->t.now.us + (int64_t)rng_below(&s->rng, 20000000);
    s->ids[i] =
        stage_delivery(&s->stage, s->channels[i % (TELLS_NOTHING + 1)], due, s->texts[i]);
    s->accepted_n++;
    remember(s);
}

/* Whether anything is still to happen by itself; a fault of reading: as if. */
static bool
busy(struct scene *s, struct propre *propre)
{
    int64_t counts[DELIVERY_STATES_N], n = 0;
    struct error error = {0};
    if (db_begin(propre->db, DB_READ, &error))
        return true;
    auto_tx tx = propre->db;
    if (delivery_counts(propre, s->stage.workspace, counts, &error))
        return true;
    for (int i = 0; i < DELIVERY_STATES_N; i++)
        n += stage_over((enum delivery_state)i) ? 0 : counts[i];
    return n > 0;
}

static void
play(struct scene *s)
{
    struct error error = {0};
    struct worker *worker = NULL;
    instant next = s->t.now;
    remember(s);
    accept_one(s);
    accept_one(s);
    assert_ok(stage_worker(&s->stage, &s->t.propre, &s->wire, &worker, &error), &error);
    for (int i = 0; i < STEPS_MAX; i++) {
        assert_ok(worker_step(worker, (span){0}, &next, &error), &error);
        if (s->accepted_n < SCENE_DELIVERIES && rng_below(&s->rng, 6) == 0)
            accept_one(s);
        else if (s->accepted_n == SCENE_DELIVERIES && worker_idle(worker) &&
                 !busy(s, &s->t.propre))
            break;
        move_time(s, stage_next(worker, next));
    }
    worker_close(worker);
    world_forget(&s->client);
}

/* Everything up to here is on the disk; from here on the disk remembers. */
static void
scene_log(struct scene *s, struct disk_state *before)
{
    const struct db_options options = {0};
    struct error error = {0};
    db_close(s->t.propre.db);
    disk_state_read(before, s->t.address);
    s->disk.drops_wal_syncs = strcmp(mutant_asked, "no-wal-sync") == 0;
    disk_watch(&s->disk, s->t.address);
    s->logs = true;
    assert_ok(db_open(str_of(s->t.address), &options, &s->t.propre.db, &error), &error);
    sqlite3 *handle = s->t.propre.db->engine;
    (void)sqlite3_wal_autocheckpoint(handle, CHECKPOINT_PAGES);
    if (strcmp(mutant_asked, "normal") == 0)
        assert_int_equal(SQLITE_OK,
                         sqlite3_exec(handle, "PRAGMA synchronous = NORMAL", NULL, NULL, NULL));
    play(s);
    db_close(s->t.propre.db); /* works the journal in, and removes it */
    s->t.propre.db = NULL;
    s->logs = false;
    disk_leave();
}

/* ---- what comes of an image ---- */

struct tally {
    int64_t images, damaged, duplicates, lost, stuck, published, person, ended, told;
};

__attribute__((format(printf, 2, 3))) static void
tell(struct tally *tally, const char *format, ...)
{
    char text[600];
    va_list args;
    if (mutant_asked[0] || tally->told++ >= TOLD_MAX)
        return;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    print_message("# %s\n", text);
}

static bool
whole(struct db *db, struct arena scratch, struct tally *tally, const char *name)
{
    struct error error = {0};
    str *problems = NULL;
    ptrdiff_t n = 0;
    char text[300];
    if (backup_verify(db, schema_steps, schema_steps_n, &scratch, &problems, &n, &error)) {
        error_text(&error, NULL, NULL, text, (ptrdiff_t)sizeof text);
        tell(tally, "%s: %s", name, text);
        return false;
    }
    if (n > 0)
        tell(tally, "%s: %.*s", name, STR_FMT(problems[0]));
    return n == 0;
}

/* Whether it came to an end. */
static bool
recover(struct scene *s, struct propre *propre)
{
    struct worker *worker = NULL;
    struct error error = {0};
    instant next = s->t.now;
    bool over = false;
    s->t.now.us += (int64_t)rng_below(&s->rng, 20000000); /* faster than any flight */
    world_run(&s->world);
    if (stage_worker(&s->stage, propre, &s->wire, &worker, &error))
        return false;
    for (int i = 0; i < STEPS_MAX && !over; i++) {
        enum fault fault = worker_step(worker, (span){0}, &next, &error);
        if (fault)
            break;
        over = worker_idle(worker) && !busy(s, propre);
        if (!over)
            move_time(s, stage_next(worker, next));
    }
    worker_free(worker);
    world_forget(&s->client);
    s->t.now.us += (int64_t)3600 * 1000000; /* what is still on its way arrives */
    world_run(&s->world);
    return over;
}

static void
judge(struct scene *s, struct propre *propre, int32_t accepted_n, struct tally *tally,
      const char *name)
{
    for (int32_t i = 0; i < s->accepted_n; i++) {
        struct error error = {0};
        struct arena scratch = s->t.scratch;
        struct delivery d = {0};
        int32_t posts = world_count(&s->world, str_of(s->texts[i]));
        bool there = false;
        if (!db_begin(propre->db, DB_READ, &error)) {
            there = !delivery_get(propre, s->stage.workspace, s->ids[i], &scratch, &d, &error);
            db_rollback(propre->db);
        }
        if (!there && i >= accepted_n && posts == 0)
            continue; /* nobody had been told that it is scheduled */
        tally->duplicates += posts > 1;
        tally->lost += !there || (posts <= 1 && !stage_good(&d, posts));
        tally->published += there && d.state == DELIVERY_PUBLISHED;
        tally->person += there && d.state == DELIVERY_PERSON;
        tally->ended += there && delivery_is_final(d.state) && d.state != DELIVERY_PUBLISHED;
        if (!there || !stage_good(&d, posts))
            tell(tally, "%s: %s: %d posts, %s, reason %s", name, s->texts[i], (int)posts,
                 there ? delivery_state_word(d.state).p : "no delivery",
                 there && d.reason ? d.reason : "none");
    }
}

static void
one_image(struct scene *s, const struct disk_state *image, const struct moment *moment,
          struct tally *tally, const char *name)
{
    const struct db_options options = {0};
    struct error error = {0};
    struct propre propre = s->t.propre;
    char path[600];
    propre.db = NULL;
    tally->images++;
    (void)snprintf(path, sizeof path, "%s/image.propre", s->t.dir);
    disk_state_write(image, path);
    if (db_open(str_of(path), &options, &propre.db, &error) ||
        !whole(propre.db, s->t.scratch, tally, name)) {
        tally->damaged++;
        tell(tally, "%s: damaged", name);
        db_close(propre.db);
        return;
    }
    go_back(s, moment);
    if (!recover(s, &propre)) {
        tally->stuck++;
        tell(tally, "%s: it does not come to an end", name);
    }
    judge(s, &propre, moment->accepted_n, tally, name);
    db_close(propre.db);
}

static void
scene_open(struct scene *s, uint64_t seed)
{
    char key[128];
    testdb_open(&s->t);
    rng_seed(&s->rng, seed, 11);
    world_open(&s->world, &s->t.now, seed);
    s->world.trouble = (double)(seed % 3) * 0.15;
    world_connect(&s->world, &s->client, 1);
    s->wire = (struct wire){&scene_ops, s};
    (void)snprintf(key, sizeof key, "%s/key", s->t.dir);
    stage_open(&s->stage, &s->t.propre, key);
    for (int kind = HONOURS_KEY; kind <= TELLS_NOTHING; kind++)
        s->channels[kind] = stage_channel(&s->stage, (enum network_kind)kind);
}

static void
one_scene(uint64_t seed, int64_t images, struct tally *tally, int64_t *changes)
{
    struct scene *s = calloc(1, sizeof *s);
    struct disk_replay replay = {0};
    struct disk_state torn;
    assert_non_null(s);
    scene_open(s, seed);
    disk_state_open(&torn);
    disk_state_open(&replay.safe);
    scene_log(s, &replay.safe);
    replay.disk = &s->disk;
    replay.pending = new (&s->disk.arena, int32_t, s->disk.n);
    *changes += s->disk.n;
    int32_t first = 0; /* what is before the first mark only opened the data */
    while (s->disk.events[first].kind != DISK_MARK)
        first++;
    for (int64_t i = 0; i < images; i++) {
        char name[96];
        enum tear how = (enum tear)rng_below(&s->rng, TEARS_N);
        int64_t at = first + 1 + i * ((int64_t)s->disk.n - first) / images;
        disk_replay_to(&replay, (int32_t)at);
        disk_tear(&replay, how, &s->rng, &torn);
        (void)snprintf(name, sizeof name, "scene %llu, change %d, image %lld (tear %d)",
                       (unsigned long long)seed, (int)replay.at, (long long)i, (int)how);
        one_image(s, &torn, replay.mark, tally, name);
    }
    disk_state_release(&replay.safe);
    disk_state_release(&torn);
    disk_release(&s->disk);
    vault_close(s->t.propre.vault);
    s->t.propre.vault = NULL;
    testdb_close(&s->t);
    free(s);
}

/* ---- the test ---- */

static int64_t images_asked = 600;
static uint64_t seed_asked = 1;

static void
power_can_go_at_any_moment(void **state)
{
    struct tally tally = {0};
    int64_t changes = 0, scenes = 0;
    (void)state;
    while (tally.images < images_asked) {
        int64_t n = images_asked - tally.images;
        one_scene(seed_asked + (uint64_t)scenes++, n < SCENE_IMAGES ? n : SCENE_IMAGES, &tally,
                  &changes);
    }
    print_message(
        "# power lost: %lld images of %lld changes in %lld scenes%s%s: %lld damaged, %lld "
        "duplicates, "
        "%lld lost, %lld stuck (%lld published, %lld for a person, %lld ended otherwise)\n",
        (long long)tally.images, (long long)changes, (long long)scenes,
        mutant_asked[0] ? ", mutant " : "", mutant_asked, (long long)tally.damaged,
        (long long)tally.duplicates, (long long)tally.lost, (long long)tally.stuck,
        (long long)tally.published, (long long)tally.person, (long long)tally.ended);
    assert_true(tally.published > 0);
    if (strcmp(mutant_asked, "normal") == 0) {
        assert_true(tally.duplicates > 0);
        assert_int_equal(tally.damaged, 0);
        return;
    }
    if (mutant_asked[0]) {
        assert_true(tally.duplicates > 0);
        return;
    }
    assert_int_equal(tally.damaged, 0);
    assert_int_equal(tally.duplicates, 0);
    assert_int_equal(tally.lost, 0);
    assert_int_equal(tally.stuck, 0);
}

int
main(int argc, char **argv)
{
    struct error error = {0};
    int64_t number = 0;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--mutant") == 0)
            mutant_asked = argv[i + 1];
        else if (strcmp(argv[i], "--images") == 0 &&
                 !parse_i64(str_of(argv[i + 1]), 1, 10000000, &number, &error))
            images_asked = number;
        else if (strcmp(argv[i], "--seed") == 0 &&
                 !parse_i64(str_of(argv[i + 1]), 0, INT64_MAX, &number, &error))
            seed_asked = (uint64_t)number;
    }
    if (testdb_is_postgres()) {
        (void)printf("1..0 # SKIP the files of PostgreSQL are its own affair\n");
        return 0;
    }
    secret_start();
    (void)setenv("PROPRE_TEST_DIR", "/dev/shm",
                 0); /* the temporary folder when there is none */
    const struct CMUnitTest tests[] = {cmocka_unit_test(power_can_go_at_any_moment)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
