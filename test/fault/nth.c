/*
 * Whatever fails, and whenever: one publish from its claim to its end, with the first, second, third … thing it asks of
 * the data or of the network failing, or its process dying there, until there is none left to fail. Each time it must
 * come to an end by itself, with one post, or with none and a reason.
 *
 *     nth [--memory N] [--every N] [--beside N] [--only WORDS]      a test (TAP); PROPRE_TEST_DB says on which engine
 */
#include "stage.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/number.h"
#include "base/sanitize.h"
#include "place/secret.h"
#include "place/vault.h"

enum mode {
    SQL_FAILS,    /* the n-th thing asked of the data */
    SQL_DIES,     /* the same, and the process is dead after it */
    NOT_SENT,     /* the n-th request does not leave */
    START_FAULTS, /* the wire will not take it */
    UNKNOWN,      /* it is taken up, and nobody hears of it */
    CUT,          /* the answer is cut off */
    GARBAGE,      /* the answer is bytes of anything */
    DIES_UNSENT,  /* the process dies just before the request leaves */
    DIES_SENT,    /* just after */
    WAIT_FAULTS,  /* the n-th look for answers fails */
    DIES_DEAF,    /* the process dies at it */
    DIES_STEP,    /* after the n-th worker_step */
    NO_MEMORY,    /* a process of its own asks for memory the n-th time, in vain */
    MODES_N
};
static const char *const mode_words[MODES_N] = {
    "SQL failures",           "deaths in SQL",         "requests not sent",
    "requests not taken",     "unknown outcomes",      "answers cut",
    "answers of garbage",     "deaths before sending", "deaths after sending",
    "failures while waiting", "deaths while waiting",  "deaths between steps",
    "times out of memory"};

enum {
    STEPS_MAX = 3000,
    CASES_MAX = 3000,
    CHILD_CPU_S =
        30 /* a case takes a tenth of a second; one that spins is ended, and has failed */
};

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
        if (nth->mode == START_FAULTS)
            return fail(error, FAULT_LIMIT, "too many transfers (as the test wants)");
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
    static const char garbage[] = "\x1f\x8b\xff\xfe{\"id\":\"ok id=\xc3\x28;\0;]";
    struct nth *nth = ctx;
    bool mine =
        (nth->mode == DIES_DEAF || nth->mode == WAIT_FAULTS) && ++nth->waits_n == nth->at;
    if (mine) {
        nth->struck = true;
        nth->dying = nth->mode == DIES_DEAF;
    }
    *ret_any = false;
    if (mine && nth->mode == WAIT_FAULTS)
        return fail(error, FAULT_SYSTEM, "no answer can be waited for (as the test wants)");
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
    } else if (nth->mode == GARBAGE) {
        ret->body = (str){garbage, sizeof garbage - 1};
    }
    return OK;
}

static const struct wire_ops nth_ops = {nth_start, nth_wait};

/*
 * Memory that ends: what our code and every library ask of malloc, the arenas' regions, and every piece of an arena (the
 * machine gives pages when they are touched, and ends who touches too many). It ends for once, or for good. In memory
 * that parent and child share.
 */
struct memory {
    int64_t asked_n, at; /* at 0: it does not end */
    bool for_good;
};
static struct memory *memory;

static bool
memory_ends(void)
{
    if (!memory)
        return false;
    memory->asked_n++;
    bool ends = memory->for_good ? memory->at > 0 && memory->asked_n >= memory->at
                                 : memory->asked_n == memory->at;
    if (ends)
        errno = ENOMEM;
    return ends;
}

#if SANITIZED
/* The sanitizer has malloc; SQLite's own is asked through its table. */

static sqlite3_mem_methods plain_memory;

static void *
counted_malloc(int n)
{
    return memory_ends() ? NULL : plain_memory.xMalloc(n);
}

static void *
counted_realloc(void *p, int n)
{
    return memory_ends() ? NULL : plain_memory.xRealloc(p, n);
}

static void
count_memory(void)
{
    sqlite3_mem_methods counted;
    assert_int_equal(SQLITE_OK, sqlite3_config(SQLITE_CONFIG_GETMALLOC, &plain_memory));
    counted = plain_memory;
    counted.xMalloc = counted_malloc;
    counted.xRealloc = counted_realloc;
    assert_int_equal(SQLITE_OK, sqlite3_config(SQLITE_CONFIG_MALLOC, &counted));
}
#else
/* In the place of the C library's, for every library of the process: its own are under these names. */
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);

void *
malloc(size_t n)
{
    return memory_ends() ? NULL : __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
    return memory_ends() ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
    return memory_ends() ? NULL : __libc_realloc(p, n);
}

static void
count_memory(void)
{
}
#endif

void *__real_mmap(void *at, size_t n, int rights, int flags, int fd, off_t offset);
void *__wrap_mmap(void *at, size_t n, int rights, int flags, int fd, off_t offset);
void *
__wrap_mmap(void *at, size_t n, int rights, int flags, int fd, off_t offset)
{
    return memory_ends() ? MAP_FAILED : __real_mmap(at, n, rights, flags, fd, offset);
}

void *__real_arena_alloc(struct arena *arena, ptrdiff_t size, ptrdiff_t align, ptrdiff_t count);
void *__wrap_arena_alloc(struct arena *arena, ptrdiff_t size, ptrdiff_t align, ptrdiff_t count);
void *
__wrap_arena_alloc(struct arena *arena, ptrdiff_t size, ptrdiff_t align, ptrdiff_t count)
{
    if (memory_ends())
        abort();
    return __real_arena_alloc(arena, size, align, count);
}

/* Shared with the processes of NO_MEMORY: what they did to the world stays done. */
struct fixture {
    struct testdb t;
    struct stage stage;
    struct propre eyes; /* a connection of its own: it does not count */
    char key[128];
    struct memory memory;
    int64_t
        aborted_n; /* processes that ended for want of memory; the others had a fault, or none */
    struct world world_bytes;
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
            move_time(f, stage_next(worker, next).us);
    }
    testdb_fail_at(&f->t, 0);
    worker_free(worker);
    world_forget(&nth->client);
    f->t.now.us += (int64_t)3600 * 1000000; /* what is still on its way arrives */
    world_run(f->world);
}

/* ---- a process that runs out of memory ---- */

static _Noreturn void
child(struct fixture *f, struct nth *nth, int64_t id)
{
    const struct db_options options = {0};
    const struct rlimit no_core = {0}, cpu = {CHILD_CPU_S, CHILD_CPU_S};
    struct propre propre = f->t.propre;
    struct worker *worker = NULL;
    struct error error = {0};
    instant next = {0};
    (void)setrlimit(RLIMIT_CORE, &no_core);
    (void)setrlimit(RLIMIT_CPU, &cpu);
    (void)signal(SIGABRT, SIG_DFL);
    int silent = open("/dev/null", O_WRONLY | O_CLOEXEC);
    (void)dup2(silent, STDERR_FILENO);
    memory = &f->memory;
    if (db_open(str_of(f->t.address), &options, &propre.db, &error) ||
        vault_open(str_of(f->key), false, &propre.vault, &error) ||
        stage_worker(&f->stage, &propre, &nth->wire, &worker, &error))
        _exit(1);
    for (int i = 0; i < STEPS_MAX; i++) {
        int64_t counts[DELIVERY_STATES_N] = {0}, busy = 0;
        enum fault fault = worker_step(worker, (span){0}, &next, &error);
        (void)fault; /* it goes on, or is judged later */
        if (!db_begin(propre.db, DB_READ, &error)) {
            fault = delivery_counts(&propre, f->stage.workspace, counts, &error);
            db_rollback(propre.db);
        }
        for (int k = 0; k < DELIVERY_STATES_N; k++)
            busy += stage_over((enum delivery_state)k) ? 0 : counts[k];
        if (busy == 0 && worker_idle(worker))
            break;
        move_time(f, stage_next(worker, next).us);
    }
    (void)id;
    _exit(0);
}

static void
run_child(struct fixture *f, struct nth *nth, int64_t id)
{
    int status = 0;
    const struct db_options writes = {0};
    f->memory = (struct memory){.at = nth->at, .for_good = nth->at % 2 == 0};
    /* SQLite must not be carried over a fork: its locks would be taken for those of the child. */
    if (f->eyes.db != f->t.propre.db)
        db_close(f->eyes.db);
    db_close(f->t.propre.db);
    (void)malloc_trim(0); /* what is free here is not copied to each process */
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        child(f, nth, id);
    assert_int_equal(pid, waitpid(pid, &status, 0));
    if (WIFSIGNALED(status) && WTERMSIG(status) != SIGABRT)
        fail_msg("without memory at %d it ended by signal %d", nth->at, WTERMSIG(status));
    f->aborted_n += WIFSIGNALED(status);
    f->t.propre.db = testdb_second(&f->t, &writes);
    f->eyes.db =
        f->t.propre.db; /* nothing is counted in it: one connection less to be made ready */
    nth->struck = nth->at > 0 && f->memory.asked_n >= nth->at;
    world_forget(&nth->client);
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
    if (mode == NO_MEMORY)
        run_child(f, &nth, id);
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

/* Cases of each kind of network; more than there are: all; 0: left out. */
static int64_t memory_asked = 0;
/* Of the failures of SQL, and of all beside them, the every so many-th; each round of them begins elsewhere. */
static int64_t every_asked = 1, beside_asked = 1;
static const char *only_asked; /* a mode, by its words */

/* How often memory is asked for is counted first; then it ends at so many of them, from the first to the last. */
static int64_t
memory_cases(struct fixture *f, enum network_kind kind, int64_t ends[2])
{
    int64_t uncounted[2] = {0};
    (void)one(f, kind, NO_MEMORY, 0, uncounted);
    int64_t all = f->memory.asked_n, n = memory_asked < all ? memory_asked : all;
    for (int64_t i = 0; i < n; i++)
        (void)one(f, kind, NO_MEMORY, (int)(1 + i * all / n), ends);
    return all;
}

static void
all_cases(struct fixture *f, enum network_kind kind, enum mode mode, int64_t ends[2])
{
    int step = (int)(mode == SQL_FAILS || mode == SQL_DIES ? every_asked : beside_asked);
    for (int at = 1 + (int)kind % step; one(f, kind, mode, at, ends); at += step)
        assert_true(at < CASES_MAX);
}

static void
nth_failure(void **state)
{
    enum mode mode = *(const enum mode *)*state;
    struct fixture *f =
        mmap(NULL, sizeof *f, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct error error = {0};
    const struct db_options only_reads = {.read_only = true};
    int64_t ends[2] = {0}, asked = 0;
    assert_true(f != MAP_FAILED);
    testdb_open(&f->t);
    f->world = &f->world_bytes;
    (void)snprintf(f->key, sizeof f->key, "%s/key", f->t.dir);
    stage_open(&f->stage, &f->t.propre, f->key);
    f->eyes = f->t.propre;
    f->eyes.db = NULL;
    assert_ok(db_open(str_of(f->t.address), &only_reads, &f->eyes.db, &error), &error);
    for (int kind = HONOURS_KEY; kind <= TELLS_NOTHING; kind++) {
        if (mode == NO_MEMORY)
            asked += memory_cases(f, (enum network_kind)kind, ends);
        else
            all_cases(f, (enum network_kind)kind, mode, ends);
    }
    if (mode == NO_MEMORY)
        print_message(
            "# of %lld pieces of memory asked for; %lld processes ended for want of it\n",
            (long long)asked, (long long)f->aborted_n);
    print_message("# %s, %s: %lld cases, %lld published, %lld ended with a reason, 0 second "
                  "posts, 0 stuck\n",
                  testdb_is_postgres() ? "PostgreSQL" : "SQLite", mode_words[mode],
                  (long long)(ends[0] + ends[1]), (long long)ends[0], (long long)ends[1]);
    assert_true(ends[0] > 0);
    if (f->eyes.db != f->t.propre.db)
        db_close(f->eyes.db);
    vault_close(f->t.propre.vault);
    testdb_close(&f->t);
    (void)munmap(f, sizeof *f);
}

int
main(int argc, char **argv)
{
    struct error error = {0};
    for (int i = 1; i + 1 < argc; i += 2) {
        int64_t *number = strcmp(argv[i], "--memory") == 0   ? &memory_asked
                          : strcmp(argv[i], "--every") == 0  ? &every_asked
                          : strcmp(argv[i], "--beside") == 0 ? &beside_asked
                                                             : NULL;
        if (number && parse_i64(str_of(argv[i + 1]), 1, INT32_MAX, number, &error))
            return 1;
        if (strcmp(argv[i], "--only") == 0)
            only_asked = argv[i + 1];
    }
    count_memory();
    static enum mode modes[MODES_N];
    struct CMUnitTest tests[MODES_N];
    if (testdb_skips())
        return 0;
    secret_start();
    size_t n = 0;
    for (int i = 0; i < MODES_N; i++) {
        if (i == NO_MEMORY && memory_asked == 0)
            continue;
        if (only_asked && strcmp(only_asked, mode_words[i]) != 0)
            continue;
        modes[i] = (enum mode)i;
        tests[n] = (struct CMUnitTest)cmocka_unit_test_prestate(nth_failure, &modes[i]);
        tests[n++].name = mode_words[i];
    }
    return _cmocka_run_group_tests("nth", tests, n, NULL, NULL);
}
