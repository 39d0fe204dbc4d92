#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/number.h"
#include "outbox/notice_internal.h"
#include "outbox/queries.h"
#include "outbox/worker_internal.h"
#include "place/db.h"
#include "place/propre.h"
#include "place/secret.h"

/*
 * Who lives. The name of a worker is its process: boot of the machine, name space, number and start. A process of our
 * own boot and name space can be looked for; only of others does the age of the beat decide, and it must be older
 * than any request of theirs can take (longest flight: minutes).
 */
enum { WORKERS_MAX = 200, ORPHANS_MAX = 500, FILE_BYTES = 4096 };
static const int64_t silent_us =
    900000000; /* fifteen minutes: clocks of two machines may differ by five */

static str
file_text(const char *path, char out[FILE_BYTES])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return STR_NONE;
    ssize_t n = read(fd, out, FILE_BYTES - 1);
    (void)close(fd);
    return n > 0 ? str_trim((str){out, n}) : STR_NONE;
}

/* Field 22 of /proc/PID/stat, behind the name in parentheses, which may hold anything. */
static int64_t
process_start(int64_t pid)
{
    enum { START_FIELD = 22, AFTER_NAME = 2 };
    char path[64], text[FILE_BYTES];
    (void)snprintf(path, sizeof path, "/proc/%lld/stat", (long long)pid);
    str s = file_text(path, text), field = STR_NONE;
    ptrdiff_t at = s.n - 1;
    while (at >= 0 && s.p[at] != ')')
        at--;
    if (at < 0)
        return 0;
    s = str_trim(str_slice(s, at + 1, s.n));
    for (int i = AFTER_NAME; i < START_FIELD; i++) {
        if (!str_cut(&s, ' ', &field))
            return 0;
    }
    int64_t ret = 0;
    struct error ignored = {0};
    return parse_i64(field, 0, INT64_MAX, &ret, &ignored) ? 0 : ret;
}

static str
place_name(char out[WORKER_NAME_BYTES])
{
    char boot[FILE_BYTES], ns[64];
    str boot_id = file_text("/proc/sys/kernel/random/boot_id", boot);
    ssize_t n = readlink("/proc/self/ns/pid", ns, sizeof ns - 1);
    str ns_id = n > 0 ? (str){ns, n} : S("?");
    int len =
        snprintf(out, WORKER_NAME_BYTES, "%.*s/%.*s", (int)(boot_id.n > 40 ? 40 : boot_id.n),
                 boot_id.p ? boot_id.p : "", (int)(ns_id.n > 40 ? 40 : ns_id.n), ns_id.p);
    return (str){out, len};
}

str
process_name(char out[WORKER_NAME_BYTES])
{
    char place[WORKER_NAME_BYTES];
    str at = place_name(place);
    int64_t pid = (int64_t)getpid();
    int len = snprintf(out, WORKER_NAME_BYTES, "%.*s/%lld/%lld/%08llx", (int)at.n, at.p,
                       (long long)pid, (long long)process_start(pid),
                       (unsigned long long)(secret_u64() & 0xFFFFFFFF));
    return (str){out, len < WORKER_NAME_BYTES ? len : WORKER_NAME_BYTES - 1};
}

/* A row of the table worker: dead for sure, or silent for too long where it cannot be seen. */
static bool
row_dead(const struct worker *worker, const struct worker_page_row *row, instant now)
{
    char place[WORKER_NAME_BYTES];
    if (str_eq(row->name, worker->name))
        return false;
    if (worker->dead)
        return worker->dead(worker->dead_ctx, row->name);
    if (!str_eq(row->boot, place_name(place)))
        return now.us - row->seen_us > silent_us;
    return process_start(row->pid) != row->process_start;
}

static enum fault
bury(struct worker *worker, struct arena keep, struct error *error)
{
    struct worker_page_row *rows;
    ptrdiff_t n;
    instant now = clock_now(&worker->propre->clock);
    if (q_worker_page(worker->propre->db, &(struct worker_page_in){WORKERS_MAX}, &keep, &rows,
                      &n, error))
        return error->fault;
    for (ptrdiff_t i = 0; i < n; i++) {
        if (row_dead(worker, &rows[i], now) &&
            q_worker_end(worker->propre->db, &(struct worker_end_in){rows[i].name, now.us},
                         error))
            return error->fault;
    }
    return OK;
}

/*
 * Whether its worker may have died of it: of what it was about to begin, else of any that it had. Those that only had a
 * request on its way while another was begun are not blamed.
 */
static bool
suspect(const struct orphan_page_row *rows, ptrdiff_t n, ptrdiff_t at)
{
    str claimed = delivery_state_word(DELIVERY_CLAIMED);
    for (ptrdiff_t i = 0; i < n; i++) {
        if (str_eq(rows[i].worker, rows[at].worker) && str_eq(rows[i].state, claimed))
            return i == at;
    }
    return true;
}

static enum fault
orphan(struct worker *worker, const struct orphan_page_row *row, bool suspected,
       struct error *error)
{
    static const struct channel_traits nothing_known = {.read_back = BACK_NEVER};
    struct attempt_open_of_row attempt;
    struct lane_end_row written;
    bool open = false, found = false;
    enum delivery_state was = DELIVERY_CLAIMED;
    instant now = clock_now(&worker->propre->clock);
    if (delivery_state_of(row->state, &was, error) ||
        q_attempt_open_of(worker->propre->db, &(struct attempt_open_of_in){row->id}, NULL,
                          &attempt, &open, error))
        return error->fault;
    const struct driver *driver =
        worker->find(row->account_network.p ? row->account_network : row->network);
    const struct protocol_state state = {
        .tries_n = (int32_t)row->tries_n,
        .looks_n = (int32_t)row->looks_n,
        .absent_n = (int32_t)row->absent_n,
        .deaths_n = (int32_t)row->deaths_n,
        .waits_n = (int32_t)row->waits_n,
        .live = row->live != 0,
        .use_by_us = row->use_by_us,
    };
    struct protocol_end end = {.requested = open, .end = HTTP_UNKNOWN};
    if (open) {
        end.publishes = attempt.publishes != 0;
        end.cosmetic = attempt.cosmetic != 0;
        end.deadline.us = attempt.deadline_us;
    }
    const struct protocol_death death = {
        .was = was, .open = open ? &end : NULL, .suspect = suspected};
    struct protocol_verdict v = protocol_after_death(
        &worker->rules, driver ? &driver->traits : &nothing_known, &state, &death, now);
    const struct attempt_end_in ended = {
        .id = open ? attempt.id : 0, .ended_us = now.us, .outcome = v.outcome};
    if (open && q_attempt_end(worker->propre->db, &ended, error))
        return error->fault;
    const struct lane_end_in in = {
        .id = row->id,
        .worker = row->worker,
        .state = delivery_state_word(v.state),
        .next_us = v.next_us,
        .tries_n = v.counts.tries_n,
        .looks_n = v.counts.looks_n,
        .absent_n = v.counts.absent_n,
        .deaths_n = v.counts.deaths_n,
        .waits_n = v.counts.waits_n,
        .live = v.counts.live,
        .class = class_store(v.error_class),
        .reason = v.reason ? str_of(v.reason) : STR_NONE,
        .disarms = v.disarms,
        .now = now.us,
    };
    const struct delivery_event_insert_in event = {
        row->id, now.us, STR_NONE, S("worker died"), row->state, in.state, row->worker};
    if (q_lane_end(worker->propre->db, &in, NULL, &written, &found, error) ||
        q_delivery_event_insert(worker->propre->db, &event, error))
        return error->fault;
    if (v.state != DELIVERY_PERSON && v.state != DELIVERY_HELD)
        return OK;
    return incident_open_delivery(worker->propre, row->workspace,
                                  v.state == DELIVERY_HELD ? S("hold") : S("unknown"), row->id,
                                  in.reason, error);
}

static enum fault
adopt(struct worker *worker, struct arena keep, struct error *error)
{
    struct orphan_page_row *rows;
    ptrdiff_t n;
    if (q_orphan_page(worker->propre->db, &(struct orphan_page_in){ORPHANS_MAX}, &keep, &rows,
                      &n, error))
        return error->fault;
    for (ptrdiff_t i = 0; i < n; i++) {
        if (orphan(worker, &rows[i], suspect(rows, n, i), error))
            return error->fault;
    }
    return OK;
}

enum fault
worker_begin(struct worker *worker, struct error *error)
{
    char place[WORKER_NAME_BYTES];
    instant now = clock_now(&worker->propre->clock);
    int64_t pid = (int64_t)getpid();
    if (db_begin(worker->propre->db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = worker->propre->db;
    struct arena keep = arena_reset(&worker->rows_region);
    /* One of the same name before us is not running: we are. */
    const struct worker_begin_in in = {worker->name, place_name(place), pid, process_start(pid),
                                       now.us};
    enum fault fault =
        q_worker_end(worker->propre->db, &(struct worker_end_in){worker->name, now.us}, error);
    if (!fault)
        fault = bury(worker, keep, error);
    if (!fault)
        fault = adopt(worker, keep, error);
    if (!fault)
        fault = q_worker_begin(worker->propre->db, &in, error);
    if (!fault)
        fault = db_commit(worker->propre->db, error);
    return fault;
}

enum fault
worker_upkeep(struct worker *worker, struct error *error)
{
    struct worker_beat_row row;
    bool alive = false;
    if (db_begin(worker->propre->db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = worker->propre->db;
    struct arena keep = arena_reset(&worker->rows_region);
    const struct worker_beat_in in = {worker->name, clock_now(&worker->propre->clock).us};
    enum fault fault = q_worker_beat(worker->propre->db, &in, &keep, &row, &alive, error);
    if (!fault)
        fault = bury(worker, keep, error);
    if (!fault && alive)
        fault = adopt(worker, keep, error);
    int32_t told = 0;
    if (!fault)
        fault = notice_write(worker->propre, worker->mail, &told, error);
    if (!fault)
        fault = db_commit(worker->propre->db, error);
    if (fault || alive)
        return fault;
    /*
     * Somebody took us for dead and has our deliveries: what our transfers say counts no more (the other
     * will look for what they did). Begin again under our name.
     */
    for (int32_t i = 0; i < worker->lanes_n; i++) {
        if (worker->lanes[i].kind != LANE_FREE)
            lane_leave(worker, &worker->lanes[i]);
    }
    return worker_begin(worker, error);
}

enum fault
worker_end(struct worker *worker, struct error *error)
{
    if (db_begin(worker->propre->db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = worker->propre->db;
    const struct worker_end_in in = {worker->name, clock_now(&worker->propre->clock).us};
    if (q_worker_end(worker->propre->db, &in, error))
        return error->fault;
    return db_commit(worker->propre->db, error);
}
