/*
 * Figures of acting, for README "Acting". Started by bench/acting.sh; nothing here is asserted, machines differ.
 *   bench_acting speed FOLDER ADDRESS POSTS ACCOUNTS WAIT_MS SPREAD_MS LANES   posts through one worker, real transfers
 *   bench_acting scan FOLDER ADDRESS DUE AT_US                                 looks for what is ready at that moment
 *   bench_acting make FOLDER ADDRESS ACCOUNTS                                  an empty workspace with accounts
 *   bench_acting sqlite FILE SQL                                               runs it, prints the last column of its rows
 *   bench_acting storm FOLDER ADDRESS POSTS CLOSED_S                           429 with Retry-After, in virtual time
 */
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "answering.h"
#include "base/number.h"
#include "base/rng.h"
#include "outbox/account.h"
#include "outbox/delivery.h"
#include "outbox/egress.h"
#include "outbox/queries.h"
#include "outbox/worker.h"
#include "outbox/worker_internal.h"
#include "place/db.h"
#include "place/propre.h"
#include "place/schema.h"
#include "place/secret.h"
#include "place/vault.h"
#include "place/workspace.h"
#include "strategy/channel.h"
#include "tactic/message.h"
#include "wire/curl.h"

enum {
    POSTS_MAX = 20000,
    LATE_SECONDS_MAX = 600, /* then what is not out is counted as missing */
    STORM_LEAP_US =
        60000000, /* at most, of virtual time: something is looked after every minute */
    WARM_UP_S = 3 /* between what is written down and the first that is due */
};

struct bench {
    struct propre propre;
    struct rng rng;
    struct arena_region region;
    struct arena keep;
    int64_t workspace;
    str server;
    int64_t *channels;
    int64_t accounts;
};

static _Noreturn void
broken(const struct error *error)
{
    char text[1024];
    error_text(error, NULL, NULL, text, (ptrdiff_t)sizeof text);
    (void)fprintf(stderr, "bench_acting: %s\n", text);
    exit(1);
}

static void
must(enum fault fault, const struct error *error)
{
    if (fault != OK)
        broken(error);
}

static int64_t
number(const char *text)
{
    int64_t n = 0;
    struct error error = {0};
    must(parse_i64(str_of(text), 0, INT64_MAX, &n, &error), &error);
    return n;
}

static void
bench_open(struct bench *b, const char *folder, const char *address)
{
    struct error error = {0};
    const struct db_options options = {.create = true};
    *b = (struct bench){.propre = {.clock = clock_system()}};
    b->keep = arena_reserve((ptrdiff_t)4 << 30, &b->region);
    rng_seed(&b->rng, secret_u64(), 0);
    b->propre.rng = &b->rng;
    must(db_open(str_of(address), &options, &b->propre.db, &error), &error);
    must(db_migrate(b->propre.db, schema_steps, schema_steps_n, clock_now(&b->propre.clock),
                    &error),
         &error);
    must(vault_open(arena_printf(&b->keep, "%s/key", folder), true, &b->propre.vault, &error),
         &error);
}

static void
bench_close(struct bench *b)
{
    vault_close(b->propre.vault);
    db_close(b->propre.db);
    arena_release(&b->region);
}

/* ---- a workspace ---- */

static void
add_account(struct bench *b, int64_t i, struct error *error)
{
    str name = arena_printf(&b->keep, "@u%lld", (long long)i);
    struct channel c = {.workspace = b->workspace,
                        .network = NETWORK_MASTODON,
                        .handle = name,
                        .name = name,
                        .ownership = RENTED};
    must(channel_insert(&b->propre, &c, &b->channels[i], error), error);
    struct account a = {.channel = b->channels[i],
                        .workspace = b->workspace,
                        .network = S("mastodon"),
                        .server = b->server,
                        .handle = name,
                        .user_id = S("1")};
    const struct secret_pair secret = {S("token"), S("token")};
    must(account_connect(&b->propre, &a, &secret, 1, error), error);
}

static void
furnish(struct bench *b, int64_t accounts)
{
    struct error error = {0};
    struct workspace w = {.name = S("Bench"),
                          .zone = S("Europe/Paris"),
                          .currency = S("EUR"),
                          .first_weekday = 1};
    b->channels = new (&b->keep, int64_t, accounts);
    b->accounts = accounts;
    must(db_begin(b->propre.db, DB_WRITE, &error), &error);
    must(workspace_add(&b->propre, &w, &b->workspace, &error), &error);
    for (int64_t i = 0; i < accounts; i++)
        add_account(b, i, &error);
    must(db_commit(b->propre.db, &error), &error);
}

/* ${posts} messages, one to each account in turn, due evenly within ${spread_us} from ${from_us} on. */
static void
add_posts(struct bench *b, int64_t posts, int64_t from_us, int64_t spread_us)
{
    struct error error = {0};
    must(db_begin(b->propre.db, DB_WRITE, &error), &error);
    for (int64_t i = 0; i < posts; i++) {
        int64_t id = 0, delivery = 0, channel = b->channels[i % b->accounts];
        struct message m = {.workspace = b->workspace,
                            .intent = INTENT_ADHOC,
                            .body =
                                arena_printf(&b->keep, "message number %lld", (long long)i)};
        const struct variant variant = {.channel = channel};
        const struct message_parts parts = {.variants = &variant, .variants_n = 1};
        const struct delivery_plan plan = {.workspace = b->workspace,
                                           .channel = channel,
                                           .due_us = from_us + spread_us * i / posts};
        must(message_save(&b->propre, &m, &parts, &id, &error), &error);
        struct delivery_plan own = plan;
        own.message = id;
        must(delivery_schedule(&b->propre, &own, &delivery, &error), &error);
    }
    must(db_commit(b->propre.db, &error), &error);
}

/* ---- one worker, as `propre worker` drives it ---- */

static _Noreturn void
work(const char *folder, const char *address, int64_t lanes)
{
    struct bench b;
    struct error error = {0};
    struct wire *wire = NULL;
    struct worker *worker = NULL;
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    bench_open(&b, folder, address);
    const struct wire_options way = {.transfers_max = WIRE_TRANSFERS_MAX,
                                     .clock = b.propre.clock};
    const struct worker_options how = {.lanes_max = (int32_t)lanes};
    must(wire_open(&way, &wire, &error), &error);
    must(worker_open(&b.propre, wire, &how, &worker, &error), &error);
    for (;;) {
        str *hosts = NULL;
        ptrdiff_t hosts_n = 0;
        struct arena keep = b.keep;
        instant next;
        must(db_begin(b.propre.db, DB_READ, &error), &error);
        must(egress_list(&b.propre, 1, &keep, &hosts, &hosts_n, &error), &error);
        db_rollback(b.propre.db);
        must(wire_allow(wire, hosts, (int32_t)hosts_n, &error), &error);
        enum fault fault = worker_step(worker, (span){100000}, &next, &error);
        if (fault && fault != FAULT_AWAY && fault != FAULT_CONFLICT)
            broken(&error);
        int64_t nap = fault ? 10000 : next.us - clock_now(&b.propre.clock).us;
        if (nap > 0)
            (void)usleep(nap > 1000000 ? 1000000 : (useconds_t)nap);
    }
}

static int64_t
open_n(struct bench *b)
{
    struct error error = {0};
    int64_t counts[DELIVERY_STATES_N], n = 0;
    must(db_begin(b->propre.db, DB_READ, &error), &error);
    must(delivery_counts(&b->propre, b->workspace, counts, &error), &error);
    db_rollback(b->propre.db);
    for (int state = 0; state < DELIVERY_STATES_N; state++)
        n += delivery_is_final((enum delivery_state)state) ? 0 : counts[state];
    return n;
}

static int
by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* How long after its time each was out; when the first was begun to be due, and the last was out. */
static int64_t
read_lateness(struct bench *b, int64_t *late, int64_t *ret_first, int64_t *ret_last)
{
    struct error error = {0};
    int64_t n = 0;
    *ret_first = INT64_MAX;
    *ret_last = 0;
    must(db_begin(b->propre.db, DB_READ, &error), &error);
    for (int64_t c = 0; c < b->accounts; c++) {
        struct delivery *list = NULL;
        ptrdiff_t list_n = 0;
        const struct delivery_filter filter = {
            .workspace = b->workspace, .channel = b->channels[c], .limit_n = DELIVERY_PAGE_MAX};
        must(delivery_list(&b->propre, &filter, &b->keep, &list, &list_n, &error), &error);
        for (ptrdiff_t i = 0; i < list_n && n < POSTS_MAX; i++) {
            if (!list[i].published_us.has)
                continue;
            int64_t out = list[i].published_us.is;
            late[n++] = out - list[i].due_us;
            *ret_first = list[i].due_us < *ret_first ? list[i].due_us : *ret_first;
            *ret_last = out > *ret_last ? out : *ret_last;
        }
    }
    db_rollback(b->propre.db);
    return n;
}

static int
speed(char **argv)
{
    const char *folder = argv[2], *address = argv[3];
    int64_t posts = number(argv[4]), accounts = number(argv[5]), wait_ms = number(argv[6]);
    int64_t spread_ms = number(argv[7]), lanes = number(argv[8]), first = 0, last = 0;
    struct bench b;
    struct error error = {0};
    uint16_t port = 0;
    pid_t network = answering_start(wait_ms, &port);
    if (network < 0)
        return 1;
    bench_open(&b, folder, address);
    b.server = arena_printf(&b.keep, "http://127.0.0.1:%d", (int)port);
    furnish(&b, accounts);
    must(db_begin(b.propre.db, DB_WRITE, &error), &error);
    must(egress_allow(&b.propre, b.workspace, str_slice(b.server, 7, b.server.n), &error),
         &error);
    must(db_commit(b.propre.db, &error), &error);
    int64_t begun = clock_now(&b.propre.clock).us;
    int64_t due = begun + (WARM_UP_S + posts / 1000) * SPAN_SECOND.us;
    add_posts(&b, posts, due, spread_ms * 1000);
    pid_t worker = fork();
    if (worker == 0)
        work(folder, address, lanes);
    while (open_n(&b) > 0 &&
           clock_now(&b.propre.clock).us < due + LATE_SECONDS_MAX * SPAN_SECOND.us)
        (void)usleep(200000);
    (void)kill(worker, SIGKILL);
    struct rusage usage = {0};
    (void)wait4(worker, NULL, 0, &usage);
    (void)kill(network, SIGKILL);
    (void)waitpid(network, NULL, 0);
    int64_t *late = new (&b.keep, int64_t, POSTS_MAX);
    int64_t n = read_lateness(&b, late, &first, &last);
    if (n == 0)
        return 1;
    qsort(late, (size_t)n, sizeof *late, by_size);
    double cpu = (double)usage.ru_utime.tv_sec + 1e-6 * (double)usage.ru_utime.tv_usec +
                 (double)usage.ru_stime.tv_sec + 1e-6 * (double)usage.ru_stime.tv_usec;
    printf("%lld of %lld posts, %lld accounts, due within %lld ms, answers after %lld ms, %lld "
           "lanes, "
           "%s: %.1f deliveries/s; out after their time p50 %.2f s, p99 %.2f s, last %.2f s; "
           "%.2f ms of CPU each; peak memory %.1f MB\n",
           (long long)n, (long long)posts, (long long)accounts, (long long)spread_ms,
           (long long)wait_ms, (long long)lanes, db_engine(b.propre.db),
           (double)n * 1e6 / (double)(last - first), (double)late[n / 2] / 1e6,
           (double)late[n * 99 / 100] / 1e6, (double)late[n - 1] / 1e6, 1e3 * cpu / (double)n,
           (double)usage.ru_maxrss / 1024);
    bench_close(&b);
    return n == posts ? 0 : 1;
}

/* ---- the scan ---- */

static int
make(char **argv)
{
    struct bench b;
    bench_open(&b, argv[2], argv[3]);
    b.server = S("http://127.0.0.1:9");
    furnish(&b, number(argv[4]));
    bench_close(&b);
    return 0;
}

/* What only a bench does: a statement that is not one of the rooms', by the same library. */
static int
sqlite(char **argv)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_open(argv[2], &db);
    if (code == SQLITE_OK)
        code = sqlite3_prepare_v2(db, argv[3], -1, &statement, NULL);
    while (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        printf("%s\n", sqlite3_column_text(statement, sqlite3_column_count(statement) - 1));
        code = SQLITE_OK;
    }
    if (code != SQLITE_DONE)
        (void)fprintf(stderr, "bench_acting: %s\n", sqlite3_errmsg(db));
    (void)sqlite3_finalize(statement);
    (void)sqlite3_close(db);
    return code == SQLITE_DONE ? 0 : 1;
}

static double
now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

/* Milliseconds of one look for what is ready, at a moment when ${due} are. */
static int
scan(char **argv)
{
    enum { LOOKS = 200 };
    struct bench b;
    struct error error = {0};
    bench_open(&b, argv[2], argv[3]);
    int64_t due = number(argv[4]), at = number(argv[5]);
    ptrdiff_t n = 0;
    double begun = 0, spent = 0;
    for (int i = -1; i < LOOKS; i++) { /* the first prepares and warms, and is not counted */
        struct claim_ready_row *rows;
        struct claim_next_row next;
        struct arena keep = b.keep;
        const struct claim_ready_in in = {at, 60000000, 600000000, 64};
        begun = now_ms();
        must(db_begin(b.propre.db, DB_WRITE, &error), &error);
        must(q_claim_ready(b.propre.db, &in, &keep, &rows, &n, &error), &error);
        must(db_commit(b.propre.db, &error), &error);
        must(db_begin(b.propre.db, DB_READ, &error), &error);
        must(q_claim_next(b.propre.db, &(struct claim_next_in){at}, NULL, &next, &error),
             &error);
        db_rollback(b.propre.db);
        spent += i < 0 ? 0 : now_ms() - begun;
    }
    printf("1 000 000 scheduled, %lld of them due, %s: %.3f ms a look, which finds %td\n",
           (long long)due, db_engine(b.propre.db), spent / LOOKS, n);
    bench_close(&b);
    return 0;
}

/* ---- a storm of refusals, in virtual time ---- */

struct storm {
    struct wire wire;
    instant now, opens;
    int64_t posts_asked, posts_refused, looks, made;
    const char *texts[POSTS_MAX];
    struct {
        int64_t tag;
        bool post;
        str body;
    } waiting[64];
    int waiting_n;
    struct arena keep;
};

static enum fault
storm_start(void *ctx, const struct http_request *request, const struct http_source *source,
            int64_t tag, struct error *error)
{
    struct storm *s = ctx;
    (void)source, (void)error;
    s->waiting[s->waiting_n].tag = tag;
    s->waiting[s->waiting_n].post = request->method == HTTP_POST;
    s->waiting[s->waiting_n++].body = arena_str(&s->keep, request->body);
    return OK;
}

static void
storm_post(struct storm *s, str body, struct arena *keep, struct http_answer *ret)
{
    s->posts_asked++;
    if (s->now.us < s->opens.us) {
        s->posts_refused++;
        ret->status = 429;
        ret->headers_n = 2;
        ret->headers[1] = (struct http_header){
            S("retry-after"),
            arena_printf(keep, "%lld", (long long)((s->opens.us - s->now.us) / 1000000 + 1))};
        ret->body = S("{\"error\":\"Too many requests\"}");
        return;
    }
    s->texts[s->made++] = cstr(&s->keep, body);
    ret->body = arena_printf(keep, "{\"id\":\"%lld\",\"url\":\"https://double.example/%lld\"}",
                             (long long)s->made, (long long)s->made);
}

/* The own list: what was made, newest first; a text is enough to be known by. */
static void
storm_list(struct storm *s, struct arena *keep, struct http_answer *ret)
{
    str list = S("");
    s->looks++;
    for (int64_t i = s->made; i > 0 && i > s->made - 20; i--) {
        const char *text = strstr(s->texts[i - 1], "message number ");
        list = arena_printf(
            keep, "%.*s%s{\"id\":\"%lld\",\"created_at\":\"%.*s\",\"content\":\"%.*s\"}",
            STR_FMT(list), list.n ? "," : "", (long long)i,
            STR_FMT(instant_rfc3339(keep, s->now)), text ? (int)strcspn(text, "\"") : 0,
            text ? text : "");
    }
    ret->body = arena_printf(keep, "[%.*s]", STR_FMT(list));
}

static enum fault
storm_wait(void *ctx, span timeout, struct arena *keep, int64_t *ret_tag,
           struct http_answer *ret, bool *ret_any, struct error *error)
{
    struct storm *s = ctx;
    (void)timeout, (void)error;
    *ret_any = s->waiting_n > 0;
    if (!*ret_any)
        return OK;
    s->waiting_n--;
    *ret_tag = s->waiting[s->waiting_n].tag;
    struct http_header *headers = new (keep, struct http_header, 2);
    headers[0] = (struct http_header){S("content-type"), S("application/json")};
    *ret = (struct http_answer){.end = HTTP_ANSWERED,
                                .status = 200,
                                .headers = headers,
                                .headers_n = 1,
                                .began = s->now,
                                .ended = s->now};
    if (s->waiting[s->waiting_n].post)
        storm_post(s, s->waiting[s->waiting_n].body, keep, ret);
    else
        storm_list(s, keep, ret);
    return OK;
}

static int
storm(char **argv)
{
    static const struct wire_ops ops = {storm_start, storm_wait};
    struct bench b;
    struct error error = {0};
    struct worker *worker = NULL;
    struct storm *s = calloc(1, sizeof *s);
    int64_t posts = number(argv[4]), closed_s = number(argv[5]);
    if (!s)
        return 1;
    bench_open(&b, argv[2], argv[3]);
    b.server = S("https://double.example");
    s->wire = (struct wire){&ops, s};
    s->now = clock_now(&b.propre.clock);
    s->opens.us = s->now.us + closed_s * SPAN_SECOND.us;
    s->keep = b.keep;
    b.keep = arena_reserve((ptrdiff_t)1 << 30, &b.region);
    b.propre.clock = clock_manual(&s->now);
    furnish(&b, 1);
    add_posts(&b, posts, s->now.us, 0);
    const struct worker_options how = {.lanes_max = 64};
    must(worker_open(&b.propre, &s->wire, &how, &worker, &error), &error);
    int64_t begun = s->now.us, end = begun + 72LL * 3600 * SPAN_SECOND.us;
    while (s->now.us < end && open_n(&b) > 0) {
        instant next;
        must(worker_step(worker, (span){0}, &next, &error), &error);
        must(claim_next(worker, s->now, &next, &error), &error);
        if (worker_idle(worker) && next.us > s->now.us)
            s->now.us =
                next.us - s->now.us < STORM_LEAP_US ? next.us : s->now.us + STORM_LEAP_US;
    }
    printf("%lld posts to one account that says 429 Retry-After for %lld s: %lld requests to "
           "post, %lld of "
           "them refused, %lld looks; %lld posts are out, the last after %.0f s\n",
           (long long)posts, (long long)closed_s, (long long)s->posts_asked,
           (long long)s->posts_refused, (long long)s->looks, (long long)s->made,
           (double)(s->now.us - begun) / 1e6);
    worker_close(worker);
    return s->made == posts ? 0 : 1;
}

int
main(int argc, char **argv)
{
    secret_start();
    (void)signal(SIGPIPE, SIG_IGN);
    if (argc == 9 && strcmp(argv[1], "speed") == 0)
        return speed(argv);
    if (argc == 5 && strcmp(argv[1], "make") == 0)
        return make(argv);
    if (argc == 4 && strcmp(argv[1], "sqlite") == 0)
        return sqlite(argv);
    if (argc == 6 && strcmp(argv[1], "scan") == 0)
        return scan(argv);
    if (argc == 6 && strcmp(argv[1], "storm") == 0)
        return storm(argv);
    (void)fprintf(stderr, "bench_acting: see its first lines\n");
    return 2;
}
