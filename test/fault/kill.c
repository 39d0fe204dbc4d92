/*
 * Nothing is posted twice and nothing is lost, whatever is killed: real workers, with the real driver and the real way
 * out, are killed at random moments and start again, on networks of three kinds that are slower than that. Time runs
 * fast (double.h), so that a quarantine of minutes passes in seconds; nothing else of the product is changed.
 *
 *     kill [--kills N] [--seed N] [--mutant NAME,NAME]    a test (TAP); PROPRE_TEST_DB says on which engine
 */
#include "testdb.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/number.h"
#include "channel/driver.h"
#include "double.h"
#include "outbox/account.h"
#include "outbox/delivery.h"
#include "outbox/worker.h"
#include "outbox/worker_internal.h"
#include "place/secret.h"
#include "place/vault.h"
#include "place/workspace.h"
#include "strategy/channel.h"
#include "tactic/message.h"
#include "wire/curl.h"

enum {
    SPEED = 100, /* a quarantine of two and a half minutes takes a second and a half */
    /* When nobody is killed any more there is only waiting to do, of ladders up to half an hour. */
    END_SPEED = 300,
    WORKERS = 2,
    CHANNELS = 12,
    OPEN_MIN = 36,         /* deliveries that are always under way, so that each kill hurts */
    KILL_AFTER_US = 90000, /* at most, of real time, after a start */
    SLOW_US =
        70000, /* at most, twice a status: a worker is back within 30 ms, its request ends in 600 */
    END_SLOW_US = 5000,
    /*
     * Of a list that is late, in fast time: longer than a request may take (60 s), so that who looks as soon as that is
     * over looks too early. That the quarantine is long enough for the lag the driver allows for (30 s after a flight of
     * 60), outbox/sim shows: here the network would have to keep to tenths of a real second, which no machine promises.
     */
    LAG_US = 75000000,
    FAULTS_PERCENT = 20,
    LINK_SHARED_BY =
        48, /* posts that follow each other and lead to the same address: four on each account */
    /* How many are killed three times, and so wait for a person, is the machine's pace; of the others nearly all are out. */
    PUBLISHED_PERCENT_MIN = 40,
    ELSE_PERCENT_MAX = 2,
    END_SECONDS_MAX = 60, /* of real time, five hours of fast time: then it is stuck */
    NAME_BYTES = 96
};

/* ---- what the processes share ---- */

struct run {
    struct testdb *t;
    enum double_kind kind;
    struct double_pace *pace;
    struct fast_clock time;
    struct clock clock;
    struct rng rng;
    struct arena keep;
    int64_t workspace, channels[CHANNELS], messages_n;
    char record[NAME_BYTES], key[NAME_BYTES], server[NAME_BYTES];
    uint16_t port;
    const char *mutant;
    pid_t network, workers[WORKERS];
    int workers_n;
    int32_t kills;
    int64_t begun_us;
};

static const char *const kind_words[DOUBLE_KINDS_N] = {"honours the key", "lists only",
                                                       "lists late"};

static struct protocol_rules
rules_of(const char *mutant)
{
    struct protocol_rules rules = protocol_rules();
    if (!mutant)
        return rules;
    rules.mutant_no_quarantine = strstr(mutant, "no-quarantine") != NULL;
    rules.mutant_unknown_retries = strstr(mutant, "unknown-retries") != NULL;
    rules.mutant_absent_at_once = strstr(mutant, "absent-at-once") != NULL;
    rules.mutant_call_before_row = strstr(mutant, "call-before-row") != NULL;
    rules.mutant_key_per_try = strstr(mutant, "key-per-try") != NULL;
    return rules;
}

/* ---- a worker ---- */

/* kill worker ADDRESS KEY PORT REAL SHOWN SPEED MUTANT */
static int
worker_main(char **argv)
{
    struct error error = {0};
    const struct db_options options = {0};
    int64_t real = 0, shown = 0, speed = 0;
    struct rng rng;
    struct worker *worker = NULL;
    struct wire *wire = NULL;
    if (parse_i64(str_of(argv[5]), 0, INT64_MAX, &real, &error) ||
        parse_i64(str_of(argv[6]), 0, INT64_MAX, &shown, &error) ||
        parse_i64(str_of(argv[7]), 1, 1000, &speed, &error))
        return 1;
    struct fast_clock fast = {real, shown, speed};
    char host[NAME_BYTES];
    (void)snprintf(host, sizeof host, "127.0.0.1:%s", argv[4]);
    str hosts[1] = {str_of(host)};
    secret_start();
    rng_seed(&rng, secret_u64(), 0);
    struct propre propre = {.clock = fast_clock(&fast), .rng = &rng};
    const struct wire_options way = {.clock = propre.clock,
                                     .private_hosts = hosts,
                                     .private_hosts_n = 1,
                                     .transfers_max = 32};
    const struct worker_trial trial = {.rules = rules_of(argv[8][0] ? argv[8] : NULL),
                                       .find = driver_find};
    const struct worker_options how = {.trial = &trial, .lanes_max = 16};
    if (db_open(str_of(argv[2]), &options, &propre.db, &error) ||
        vault_open(str_of(argv[3]), false, &propre.vault, &error) ||
        wire_open(&way, &wire, &error) || worker_open(&propre, wire, &how, &worker, &error)) {
        char text[1024];
        error_text(&error, NULL, NULL, text, (ptrdiff_t)sizeof text);
        (void)fprintf(stderr, "worker: %s\n", text);
        return 1;
    }
    for (;;) {
        instant next;
        error = (struct error){0};
        if (worker_step(worker, (span){5000}, &next, &error) && error.fault != FAULT_AWAY &&
            error.fault != FAULT_CONFLICT) {
            char text[1024];
            error_text(&error, NULL, NULL, text, (ptrdiff_t)sizeof text);
            (void)fprintf(stderr, "worker: %s\n", text);
        }
        if (next.us > clock_now(&propre.clock).us)
            (void)poll(NULL, 0, 2);
    }
}

static void
spawn_worker(struct run *run, int i)
{
    char port[16], real[32], shown[32], speed[16];
    (void)snprintf(port, sizeof port, "%d", run->port);
    (void)snprintf(real, sizeof real, "%lld", (long long)run->time.real_us);
    (void)snprintf(shown, sizeof shown, "%lld", (long long)run->time.shown_us);
    (void)snprintf(speed, sizeof speed, "%lld", (long long)run->time.speed);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)execl("/proc/self/exe", "kill", "worker", run->t->address, run->key, port, real,
                    shown, speed, run->mutant ? run->mutant : "", (char *)NULL);
        _exit(127);
    }
    run->workers[i] = pid;
}

/* ---- the network ---- */

static void
spawn_network(struct run *run, uint64_t seed)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof at;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_true(listener >= 0 && bind(listener, (struct sockaddr *)&at, sizeof at) == 0 &&
                listen(listener, 128) == 0 &&
                getsockname(listener, (struct sockaddr *)&at, &n) == 0);
    run->port = ntohs(at.sin_port);
    (void)snprintf(run->server, sizeof run->server, "http://127.0.0.1:%d", run->port);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        double_serve(&(struct double_options){.kind = run->kind,
                                              .listener = listener,
                                              .record = run->record,
                                              .seed = seed,
                                              .pace = run->pace,
                                              .lag_us = LAG_US,
                                              .faults_percent = FAULTS_PERCENT});
    }
    (void)close(listener);
    run->network = pid;
}

/* ---- the workspace ---- */

static void
furnish(struct run *run)
{
    struct error error = {0};
    struct propre *propre = &run->t->propre;
    struct workspace w = {
        .name = S("Kill"), .zone = S("Europe/Paris"), .currency = S("EUR"), .first_weekday = 1};
    assert_ok(vault_open(str_of(run->key), true, &propre->vault, &error), &error);
    assert_ok(db_begin(propre->db, DB_WRITE, &error), &error);
    assert_ok(workspace_add(propre, &w, &run->workspace, &error), &error);
    for (int i = 0; i < CHANNELS; i++) {
        str name = arena_printf(&run->keep, "@u%d", i),
            token = arena_printf(&run->keep, "tok%d", i);
        struct channel c = {.workspace = run->workspace,
                            .network = NETWORK_MASTODON,
                            .handle = name,
                            .name = name,
                            .ownership = RENTED};
        assert_ok(channel_insert(propre, &c, &run->channels[i], &error), &error);
        struct account a = {.channel = run->channels[i],
                            .workspace = run->workspace,
                            .network = S("mastodon"),
                            .server = str_of(run->server),
                            .handle = name,
                            .user_id = arena_printf(&run->keep, "%d", i)};
        const struct secret_pair secret = {S("token"), token};
        assert_ok(account_connect(propre, &a, &secret, 1, &error), &error);
    }
    assert_ok(db_commit(propre->db, &error), &error);
}

/* A fault of two who write at once: another time. */
static bool
at_once(enum fault fault, struct error *error)
{
    if (fault != OK && fault != FAULT_CONFLICT && fault != FAULT_AWAY)
        assert_ok(fault, error);
    return fault != OK;
}

static enum fault
add_message(struct run *run, struct error *error)
{
    struct propre *propre = &run->t->propre;
    int64_t id = 0, number = ++run->messages_n;
    int64_t a = run->channels[number % CHANNELS],
            b = run->channels[(number * 5 + 3) % CHANNELS];
    struct message m = {.workspace = run->workspace,
                        .intent = INTENT_ADHOC,
                        .body =
                            arena_printf(&run->keep, "message number %lld", (long long)number)};
    const struct variant variants[2] = {{.channel = a}, {.channel = b}};
    /* Every second post has a link that others have too: it says of none of them that it is out. */
    int64_t offer = number / LINK_SHARED_BY;
    if (number % 2)
        m.link = arena_printf(&run->keep, "https://shop.example/offer/%lld", (long long)offer);
    struct message_parts parts = {.variants = variants, .variants_n = a == b ? 1 : 2};
    enum fault fault = message_save(propre, &m, &parts, &id, error);
    for (int32_t k = 0; !fault && k < parts.variants_n; k++) {
        int64_t delivery = 0;
        struct delivery_plan plan = {.workspace = run->workspace,
                                     .message = id,
                                     .channel = variants[k].channel,
                                     .due_us = clock_now(&run->clock).us};
        fault = delivery_schedule(propre, &plan, &delivery, error);
    }
    return fault;
}

/* Some more messages, each to two channels, due now. */
static void
add_messages(struct run *run, int32_t n)
{
    struct error error = {0};
    if (at_once(db_begin(run->t->propre.db, DB_WRITE, &error), &error))
        return;
    auto_tx tx = run->t->propre.db;
    for (int32_t i = 0; i < n; i++) {
        if (at_once(add_message(run, &error), &error))
            return;
    }
    (void)at_once(db_commit(tx, &error), &error);
}

/* How many are under way; -1 when that could not be read now. */
static int64_t
open_n(struct run *run, int64_t counts[DELIVERY_STATES_N])
{
    struct error error = {0};
    if (db_begin(run->t->propre.db, DB_READ, &error))
        return -1;
    auto_tx tx = run->t->propre.db;
    if (delivery_counts(run->t->propre.db ? &run->t->propre : NULL, run->workspace, counts,
                        &error))
        return -1;
    int64_t n = 0;
    for (int state = 0; state < DELIVERY_STATES_N; state++)
        n += delivery_is_final((enum delivery_state)state) || state == DELIVERY_PERSON
                 ? 0
                 : counts[state];
    return n;
}

static void
wait_us(int64_t us)
{
    struct timespec t = {us / 1000000, us % 1000000 * 1000};
    (void)nanosleep(&t, NULL);
}

static void
kill_one(struct run *run)
{
    int i = (int)rng_below(&run->rng, (uint64_t)run->workers_n);
    wait_us((int64_t)rng_below(&run->rng, KILL_AFTER_US) + 2000);
    (void)kill(run->workers[i], SIGKILL);
    (void)waitpid(run->workers[i], NULL, 0);
    run->kills++;
    spawn_worker(run, i);
}

static void
kill_workers(struct run *run)
{
    for (int i = 0; i < run->workers_n; i++) {
        (void)kill(run->workers[i], SIGKILL);
        (void)waitpid(run->workers[i], NULL, 0);
    }
}

/* The last kill: from now on time runs faster still, from the same moment on. */
static void
hurry(struct run *run)
{
    struct clock real = clock_system();
    kill_workers(run);
    int64_t real_us = clock_now(&real).us;
    int64_t shown_us = run->time.shown_us + (real_us - run->time.real_us) * run->time.speed;
    run->time = (struct fast_clock){real_us, shown_us, END_SPEED};
    run->pace->time[1] = run->time;
    run->pace->slow_us[1] = END_SLOW_US;
    atomic_store(&run->pace->ending, 1);
    for (int i = 0; i < run->workers_n; i++)
        spawn_worker(run, i);
}

static void
end_all(struct run *run)
{
    kill_workers(run);
    (void)kill(run->network, SIGKILL);
    (void)waitpid(run->network, NULL, 0);
}

/* ---- what the network has, against what we believe ---- */

struct made {
    int32_t account, n;
    int64_t number;
};
static const char killed_reason[] = "The program stopped three times"; /* outbox/protocol.c */
struct tally {
    int64_t posts, duplicates, lost, stuck, published, person, other;
    int64_t killed;                     /* of those for a person: three times */
    int64_t again;                      /* looked for, not there, sent again, and out */
    int64_t wrong_made, wrong_not_made; /* answers that went wrong (double.h) */
    double kill_s, end_s;               /* of real time: killing, and coming to an end */
};

static int64_t
made_of(const struct made *made, ptrdiff_t made_n, int32_t account, int64_t number)
{
    for (ptrdiff_t i = 0; i < made_n; i++) {
        if (made[i].account == account && made[i].number == number)
            return made[i].n;
    }
    return 0;
}

static ptrdiff_t
read_record(struct run *run, struct made *made, ptrdiff_t max)
{
    FILE *file = fopen(run->record, "r");
    char line[512], key[64];
    ptrdiff_t n = 0;
    while (file && fgets(line, sizeof line, file)) {
        int account = 0;
        long long number = 0;
        if (sscanf(line, "%d %63s message number %lld", &account, key, &number) != 3)
            continue;
        ptrdiff_t i = 0;
        while (i < n && (made[i].account != account || made[i].number != number))
            i++;
        assert_true(i < max);
        if (i == n)
            made[n++] = (struct made){account, 0, number};
        made[i].n++;
    }
    if (file)
        (void)fclose(file);
    return n;
}

/* Whether a look did not find it, and it went out after that. */
static bool
was_sent_again(struct run *run, const struct delivery *d)
{
    struct error error = {0};
    struct attempt *all = NULL;
    ptrdiff_t n = 0;
    bool absent = false;
    if (d->state != DELIVERY_PUBLISHED || d->attempts_n < 3)
        return false;
    assert_ok(
        attempt_list(&run->t->propre, run->workspace, d->id, &run->keep, &all, &n, &error),
        &error);
    for (ptrdiff_t i = 0; i < n; i++) {
        absent |= str_eq(all[i].outcome, S("absent"));
        if (absent && str_eq(all[i].outcome, S("published")))
            return true;
    }
    return false;
}

static void
judge(struct run *run, struct tally *tally)
{
    enum { MADE_MAX = 200000 };
    struct error error = {0};
    struct made *made = new (&run->keep, struct made, MADE_MAX);
    ptrdiff_t made_n = read_record(run, made, MADE_MAX);
    int64_t after = 0;
    for (ptrdiff_t i = 0; i < made_n; i++)
        tally->duplicates += made[i].n - 1;
    assert_ok(db_begin(run->t->propre.db, DB_READ, &error), &error);
    for (int c = 0; c < CHANNELS; c++) {
        after = 0;
        for (;;) {
            struct delivery_filter filter = {.workspace = run->workspace,
                                             .channel = run->channels[c],
                                             .after_id = after,
                                             .limit_n = DELIVERY_PAGE_MAX};
            struct delivery *list = NULL;
            ptrdiff_t n = 0;
            assert_ok(delivery_list(&run->t->propre, &filter, &run->keep, &list, &n, &error),
                      &error);
            for (ptrdiff_t i = 0; i < n; i++) {
                long long number = 0;
                char text[64];
                (void)snprintf(text, sizeof text, "%.*s",
                               STR_FMT(str_slice(list[i].excerpt, 0, 60)));
                if (sscanf(text, "message number %lld", &number) != 1)
                    fail_msg("a delivery without its message: %s", text);
                int64_t there = made_of(made, made_n, c, number);
                /* Parked after three deaths, it surely was not sent; a person lets it go. */
                bool held = list[i].state == DELIVERY_HELD;
                bool final = delivery_is_final(list[i].state) ||
                             list[i].state == DELIVERY_PERSON || held;
                tally->posts++;
                tally->again += was_sent_again(run, &list[i]);
                tally->stuck += !final;
                tally->published += list[i].state == DELIVERY_PUBLISHED;
                tally->person += list[i].state == DELIVERY_PERSON || held;
                tally->killed += held || (list[i].state == DELIVERY_PERSON && list[i].reason &&
                                          strstr(list[i].reason, killed_reason));
                tally->other += final && list[i].state != DELIVERY_PUBLISHED &&
                                list[i].state != DELIVERY_PERSON && !held;
                /* Said to be out and is not; said not to be out and is; or over without a word why. */
                if (final && ((list[i].state == DELIVERY_PUBLISHED && there == 0) ||
                              ((list[i].state == DELIVERY_REJECTED || held) && there > 0) ||
                              (list[i].state != DELIVERY_PUBLISHED && !list[i].reason))) {
                    tally->lost++;
                    print_message("# delivery %lld: %.*s, %lld there, reason %s\n",
                                  (long long)list[i].id,
                                  STR_FMT(delivery_state_word(list[i].state)), (long long)there,
                                  list[i].reason ? list[i].reason : "none");
                }
            }
            if (n < DELIVERY_PAGE_MAX)
                break;
            after = list[n - 1].id;
        }
    }
    db_rollback(run->t->propre.db);
}

/* ---- the run ---- */

static int32_t kills_asked = 60;
static uint64_t seed_asked = 1;
static const char *mutant_asked;
static int64_t hurt;     /* duplicates, losses and what is stuck, on all networks so far */
static struct tally met; /* what was met at all, on all networks so far */

static void
run_kind(enum double_kind kind, struct tally *tally, int32_t *ret_kills)
{
    struct testdb t;
    struct arena_region region;
    struct run *run = calloc(1, sizeof *run);
    assert_non_null(run);
    testdb_open(&t);
    run->t = &t;
    run->kind = kind;
    run->mutant = mutant_asked;
    run->workers_n = testdb_one_writer() ? 1 : WORKERS;
    run->keep = arena_reserve((ptrdiff_t)2 << 30, &region);
    rng_seed(&run->rng, seed_asked, (uint64_t)kind);
    struct clock real = clock_system();
    run->time = (struct fast_clock){clock_now(&real).us, clock_now(&real).us, SPEED};
    run->clock = fast_clock(&run->time);
    run->begun_us = run->time.real_us;
    run->pace = mmap(NULL, sizeof *run->pace, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(run->pace != MAP_FAILED);
    run->pace->time[0] = run->time;
    run->pace->slow_us[0] = SLOW_US;
    t.propre.clock = run->clock;
    (void)snprintf(run->record, sizeof run->record, "%s/record", t.dir);
    (void)snprintf(run->key, sizeof run->key, "%s/key", t.dir);
    spawn_network(run, seed_asked + (uint64_t)kind);
    furnish(run);
    for (int i = 0; i < run->workers_n; i++)
        spawn_worker(run, i);
    int64_t counts[DELIVERY_STATES_N], open = 0;
    while (run->kills < kills_asked) {
        open = open_n(run, counts);
        if (open >= 0 && open < OPEN_MIN)
            add_messages(run, 6);
        kill_one(run);
    }
    /* Nobody is killed any more: everything must come to its end. */
    hurry(run);
    instant begun = clock_now(&real);
    while ((open = open_n(run, counts)) != 0 &&
           clock_now(&real).us - begun.us < (int64_t)END_SECONDS_MAX * 1000000)
        wait_us(50000);
    tally->kill_s = (double)(begun.us - run->begun_us) / 1e6;
    tally->end_s = (double)(clock_now(&real).us - begun.us) / 1e6;
    end_all(run);
    tally->wrong_made = atomic_load(&run->pace->wrong_made);
    tally->wrong_not_made = atomic_load(&run->pace->wrong_not_made);
    judge(run, tally);
    *ret_kills = run->kills;
    vault_close(t.propre.vault);
    t.propre.vault = NULL;
    testdb_close(&t);
    arena_release(&region);
    (void)munmap(run->pace, sizeof *run->pace);
    free(run);
}

/* A mutant is caught when it hurts somebody, on whatever kind of network. */
static void
mutant_is_caught(void **state)
{
    (void)state;
    assert_true(!mutant_asked || hurt > 0);
}

static void
posts_once(void **state)
{
    enum double_kind kind = *(const enum double_kind *)*state;
    struct tally tally = {0};
    int32_t kills = 0;
    if (mutant_asked && hurt > 0)
        return; /* caught on the network before */
    run_kind(kind, &tally, &kills);
    print_message(
        "# %s, %s: %d kills, %lld posts, %lld duplicates, %lld lost, %lld stuck "
        "(%lld published, %lld for a person, %lld ended otherwise; %.1f s of killing, "
        "%.1f s to the end)\n",
        kind_words[kind], testdb_is_postgres() ? "PostgreSQL" : "SQLite", (int)kills,
        (long long)tally.posts, (long long)tally.duplicates, (long long)tally.lost,
        (long long)tally.stuck, (long long)tally.published, (long long)tally.person,
        (long long)tally.other, tally.kill_s, tally.end_s);
    hurt += tally.duplicates + tally.lost + tally.stuck;
    if (mutant_asked)
        return; /* judged over all kinds of network */
    assert_int_equal(tally.duplicates, 0);
    assert_int_equal(tally.lost, 0);
    assert_int_equal(tally.stuck, 0);
    /* It is safe to do nothing, and of no use: most are out, and hardly one asks a person that was not killed. */
    assert_true(tally.published * 100 >= tally.posts * PUBLISHED_PERCENT_MIN);
    assert_true((tally.posts - tally.published - tally.killed) * 100 <=
                tally.posts * ELSE_PERCENT_MAX);
    met.again += tally.again;
    met.wrong_made += tally.wrong_made;
    met.wrong_not_made += tally.wrong_not_made;
}

/* What goes wrong went wrong on both sides of the making, and the way from "it is not there" to "sent again" was gone. */
static void
both_sides_were_met(void **state)
{
    (void)state;
    if (mutant_asked)
        return;
    print_message(
        "# wrong answers: %lld with the status made, %lld with nothing made; %lld sent "
        "again after a look\n",
        (long long)met.wrong_made, (long long)met.wrong_not_made, (long long)met.again);
    assert_true(met.wrong_made > 0);
    assert_true(met.wrong_not_made > 0);
    assert_true(met.again > 0);
}

int
main(int argc, char **argv)
{
    static enum double_kind kinds[DOUBLE_KINDS_N] = {DOUBLE_HONOURS_KEY, DOUBLE_LISTS_ONLY,
                                                     DOUBLE_LISTS_LATE};
    struct error error = {0};
    int64_t number = 0;
    if (argc == 9 && strcmp(argv[1], "worker") == 0)
        return worker_main(argv);
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--mutant") == 0)
            mutant_asked = argv[i + 1];
        else if (strcmp(argv[i], "--kills") == 0 &&
                 !parse_i64(str_of(argv[i + 1]), 1, 1000000, &number, &error))
            kills_asked = (int32_t)number;
        else if (strcmp(argv[i], "--seed") == 0 &&
                 !parse_i64(str_of(argv[i + 1]), 0, INT64_MAX, &number, &error))
            seed_asked = (uint64_t)number;
    }
    if (testdb_skips())
        return 0;
    secret_start();
    (void)setenv("PROPRE_TEST_DIR", "/dev/shm",
                 0); /* a killed process loses no file: the disk's part is loss.c */
    (void)signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(posts_once, &kinds[0]),
        cmocka_unit_test_prestate(posts_once, &kinds[1]),
        cmocka_unit_test_prestate(posts_once, &kinds[2]),
        cmocka_unit_test(both_sides_were_met),
        cmocka_unit_test(mutant_is_caught),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
