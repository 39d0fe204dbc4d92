#include "double.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/number.h"
#include "base/rng.h"

enum {
    CONNECTIONS_MAX = 256,
    REQUEST_MAX = 16 * 1024,
    STATUSES_MAX = 20000,
    ACCOUNTS_MAX = 64,
    LIST_MAX = 40
};

static int64_t
real_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static instant
fast_now(void *ctx)
{
    const struct fast_clock *fast = ctx;
    return (instant){fast->shown_us + (real_us() - fast->real_us) * fast->speed};
}

struct clock
fast_clock(struct fast_clock *fast)
{
    return (struct clock){fast_now, fast};
}

struct status {
    int32_t account;
    int64_t made_us;
    char key[64];
    char text[128]; /* blanks for line ends */
    char link[64];  /* at its end; empty: none */
};

enum stage { READING, BEFORE, AFTER, FREE };
struct connection {
    enum stage stage;
    int fd;        /* -1: the sender is gone */
    int64_t at_us; /* when the stage ends, of real time */
    int32_t account, status;
    int32_t fault; /* of the answer: FAULT_… */
    ptrdiff_t n;
    char request[REQUEST_MAX];
};

/* What goes wrong with an answer. From FAULT_CUT_BEFORE on nothing is made before. */
enum {
    FAULT_NONE,
    FAULT_CUT,
    FAULT_BROKE,
    FAULT_TOO_MANY,
    FAULT_PROXY,
    FAULT_GATEWAY,
    FAULT_CUT_BEFORE,
    FAULT_AWAY_BEFORE,
    FAULT_NO_JSON,
    FAULTS_MADE_N = FAULT_GATEWAY, /* by chance one of them */
    FAULTS_BEFORE_N = FAULT_AWAY_BEFORE - FAULT_GATEWAY
};

struct net {
    const struct double_options *options;
    int32_t faults_n;
    struct rng rng;
    int record;
    int32_t statuses_n;
    struct status *statuses;
    struct connection *connections;
    struct arena_region region;
};

static int64_t
net_now_us(const struct net *net)
{
    struct double_pace *pace = net->options->pace;
    return fast_now(&pace->time[atomic_load(&pace->ending)]).us;
}

/* When what is begun now is done. */
static int64_t
some_time(struct net *net)
{
    struct double_pace *pace = net->options->pace;
    int64_t most = pace->slow_us[atomic_load(&pace->ending)];
    return real_us() + (int64_t)rng_below(&net->rng, (uint64_t)most + 1);
}

static void
hang_up(struct connection *c)
{
    if (c->fd >= 0)
        (void)close(c->fd);
    c->fd = -1;
    c->stage = FREE;
}

static void
say(struct connection *c, int status, const char *more, str body)
{
    if (c->fd >= 0) {
        (void)dprintf(c->fd,
                      "HTTP/1.1 %d x\r\ncontent-type: application/json\r\nconnection: "
                      "close\r\n%scontent-length: "
                      "%td\r\n\r\n%.*s",
                      status, more, body.n, STR_FMT(body));
    }
    hang_up(c);
}

/* The value of a header of that request; none when absent. */
static str
header(const struct connection *c, const char *name)
{
    str rest = {c->request, c->n}, line;
    while (str_cut(&rest, '\n', &line) && str_trim(line).n > 0) {
        str key;
        if (str_cut(&line, ':', &key) && str_eq_ascii_case(key, str_of(name)))
            return str_trim(line);
    }
    return STR_NONE;
}

static str
body(const struct connection *c)
{
    ptrdiff_t at = str_find((str){c->request, c->n}, S("\r\n\r\n"));
    return at < 0 ? STR_NONE : (str){c->request + at + 4, c->n - at - 4};
}

static bool
whole(const struct connection *c)
{
    str b = body(c), length = header(c, "content-length");
    int64_t n = 0;
    struct error error = {0};
    if (!b.p)
        return false;
    return !length.p || (!parse_i64(length, 0, REQUEST_MAX, &n, &error) && b.n >= n);
}

static str
status_json(struct net *net, int32_t i, struct arena *keep)
{
    const struct status *s = &net->statuses[i];
    str made = instant_rfc3339(keep, (instant){s->made_us / 1000 * 1000});
    str link = s->link[0]
                   ? arena_printf(keep, "<p><a href=\\\"%s\\\">%s</a></p>", s->link, s->link)
                   : S("");
    return arena_printf(keep,
                        "{\"id\":\"%d\",\"created_at\":\"%.*s\",\"content\":\"<p>%s</"
                        "p>%.*s\",\"visibility\":\"public\","
                        "\"url\":\"http://127.0.0.1/@u%d/"
                        "%d\",\"account\":{\"id\":\"%d\"},\"media_attachments\":[]}",
                        i + 1, STR_FMT(made), s->text, STR_FMT(link), (int)s->account, i + 1,
                        (int)s->account);
}

/* ---- making a status ---- */

static void
begin_status(struct net *net, struct connection *c)
{
    c->stage = BEFORE;
    c->at_us = some_time(net);
    c->fault = FAULT_NONE;
    if ((int32_t)rng_below(&net->rng, 100) >= net->options->faults_percent)
        return;
    /* Made and not made take turns: a sender cannot tell them apart, and must be right about both. */
    c->fault = net->faults_n++ % 2
                   ? FAULT_CUT_BEFORE + (int32_t)rng_below(&net->rng, FAULTS_BEFORE_N)
                   : FAULT_CUT + (int32_t)rng_below(&net->rng, FAULTS_MADE_N);
}

/* A text as it is kept: one line, and its link apart. */
static void
take_text(struct status *s, str text)
{
    ptrdiff_t at = str_find(text, S("https://"));
    (void)snprintf(s->link, sizeof s->link, "%.*s",
                   STR_FMT(str_trim(at < 0 ? S("") : str_slice(text, at, text.n))));
    (void)snprintf(s->text, sizeof s->text, "%.*s",
                   STR_FMT(str_trim(at < 0 ? text : str_slice(text, 0, at))));
    for (char *c = s->text; *c; c++)
        *c = *c == '\n' ? ' ' : *c;
}

static void
make_status(struct net *net, struct connection *c)
{
    struct arena_region region;
    struct arena keep = arena_reserve(1 << 20, &region);
    struct json *json = NULL;
    struct error error = {0};
    str key = header(c, "idempotency-key");
    c->status = -1;
    bool makes = c->fault < FAULT_CUT_BEFORE;
    if (json_parse(&keep, body(c), &json, &error)) {
        c->fault = FAULT_NO_JSON;
    } else if (makes && net->options->kind == DOUBLE_HONOURS_KEY) {
        for (int32_t i = 0; i < net->statuses_n && c->status < 0; i++) {
            if (net->statuses[i].account == c->account &&
                str_eq(str_of(net->statuses[i].key), key))
                c->status = i;
        }
    }
    if (makes && c->fault != FAULT_NO_JSON && c->status < 0 && net->statuses_n < STATUSES_MAX) {
        struct status *s = &net->statuses[net->statuses_n];
        *s = (struct status){.account = c->account, .made_us = net_now_us(net)};
        (void)snprintf(s->key, sizeof s->key, "%.*s", STR_FMT(key));
        take_text(s, json_text(json_get(json, S("status"))));
        c->status = net->statuses_n++;
        (void)dprintf(net->record, "%d %s %s\n", (int)s->account, s->key, s->text);
    }
    arena_release(&region);
    c->stage = AFTER;
    c->at_us = some_time(net);
}

static void
answer_status(struct net *net, struct connection *c)
{
    struct arena_region region;
    struct arena keep = arena_reserve(1 << 20, &region);
    if (c->fd >= 0 && c->fault != FAULT_NONE && c->fault != FAULT_NO_JSON)
        (void)atomic_fetch_add(c->fault < FAULT_CUT_BEFORE
                                   ? &net->options->pace->wrong_made
                                   : &net->options->pace->wrong_not_made,
                               1);
    switch (c->fault) {
    case FAULT_CUT:
    case FAULT_CUT_BEFORE:
        hang_up(c);
        break;
    case FAULT_AWAY_BEFORE:
        say(c, 503, "", S("{\"error\":\"not now, and nothing was done\"}"));
        break;
    case FAULT_BROKE:
        say(c, 500, "", S("{\"error\":\"something broke, after it was done\"}"));
        break;
    case FAULT_TOO_MANY:
        say(c, 429, "retry-after: 30\r\n", S("{\"error\":\"too many, and yet it was done\"}"));
        break;
    case FAULT_PROXY:
        say(c, 200, "", S("<html>a proxy's word</html>"));
        break;
    case FAULT_GATEWAY:
        say(c, 502, "", S(""));
        break;
    case FAULT_NO_JSON:
        say(c, 422, "", S("{\"error\":\"no JSON\"}"));
        break;
    default:
        say(c, 200, "", status_json(net, c->status, &keep));
    }
    arena_release(&region);
}

/* ---- everything else ---- */

static void
list(struct net *net, struct connection *c)
{
    struct arena_region region;
    struct arena keep = arena_reserve(1 << 20, &region);
    int64_t until =
        net_now_us(net) - (net->options->kind == DOUBLE_LISTS_LATE ? net->options->lag_us : 0);
    /* The next page: what is older than the last one seen. */
    str request = {c->request, c->n}, line;
    int64_t before = net->statuses_n + 1;
    struct error error = {0};
    (void)str_cut(&request, '\n', &line);
    ptrdiff_t at = str_find(line, S("max_id="));
    str max_id = at < 0 ? S("") : str_slice(line, at + 7, line.n);
    ptrdiff_t end = str_chr(max_id, ' ');
    if (at >= 0 && parse_i64(str_slice(max_id, 0, end < 0 ? max_id.n : end), 1, STATUSES_MAX,
                             &before, &error))
        before = 1;
    auto_buf out;
    buf_init(&out, 1 << 20);
    buf_add(&out, S("["));
    int32_t n = 0;
    for (int32_t i = (int32_t)before - 2; i >= 0 && n < LIST_MAX; i--) {
        if (net->statuses[i].account != c->account || net->statuses[i].made_us > until)
            continue;
        if (n++ > 0)
            buf_add(&out, S(","));
        buf_add(&out, status_json(net, i, &keep));
    }
    buf_add(&out, S("]"));
    say(c, 200, "", buf_str(&out));
    arena_release(&region);
}

static void
answer(struct net *net, struct connection *c)
{
    str request = {c->request, c->n}, bearer = header(c, "authorization");
    int64_t account = 0;
    struct error error = {0};
    char text[256];
    if (!str_starts(bearer, S("Bearer tok")) ||
        parse_i64(str_slice(bearer, 10, bearer.n), 0, ACCOUNTS_MAX, &account, &error)) {
        say(c, 401, "", S("{\"error\":\"who are you\"}"));
        return;
    }
    c->account = (int32_t)account;
    if (str_starts(request, S("POST /api/v1/statuses "))) {
        begin_status(net, c);
    } else if (str_starts(request, S("GET /api/v1/accounts/verify_credentials"))) {
        (void)snprintf(text, sizeof text,
                       "{\"id\":\"%d\",\"username\":\"u%d\",\"acct\":\"u%d\"}", (int)account,
                       (int)account, (int)account);
        say(c, 200, "", str_of(text));
    } else if (str_starts(request, S("GET /api/v1/accounts/"))) {
        list(net, c);
    } else {
        say(c, 404, "", S("{\"error\":\"not here\"}"));
    }
}

static void
receive(struct net *net, struct connection *c)
{
    ssize_t n = read(c->fd, c->request + c->n, (size_t)(REQUEST_MAX - 1 - c->n));
    if (n < 0 && errno == EAGAIN)
        return;
    if (c->stage != READING) {
        if (n <= 0) { /* the sender died; what it asked for goes on */
            (void)close(c->fd);
            c->fd = -1;
        }
        return;
    }
    if (n <= 0) {
        hang_up(c);
        return;
    }
    c->n += n;
    if (whole(c))
        answer(net, c);
}

static void
welcome(struct net *net)
{
    int fd = accept4(net->options->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    for (int32_t i = 0; fd >= 0 && i < CONNECTIONS_MAX; i++) {
        struct connection *c = &net->connections[i];
        if (c->stage == FREE) {
            c->stage = READING;
            c->fd = fd;
            c->n = 0;
            return;
        }
    }
    if (fd >= 0)
        (void)close(fd);
}

static void
go_on(struct net *net)
{
    int64_t now = real_us();
    for (int32_t i = 0; i < CONNECTIONS_MAX; i++) {
        struct connection *c = &net->connections[i];
        if (c->stage == BEFORE && c->at_us <= now)
            make_status(net, c);
        else if (c->stage == AFTER && c->at_us <= now)
            answer_status(net, c);
    }
}

_Noreturn void
double_serve(const struct double_options *options)
{
    struct net net = {.options = options};
    struct arena arena = arena_reserve(128 << 20, &net.region);
    net.statuses = new (&arena, struct status, STATUSES_MAX);
    net.connections = new (&arena, struct connection, CONNECTIONS_MAX);
    for (int32_t i = 0; i < CONNECTIONS_MAX; i++)
        net.connections[i] = (struct connection){.stage = FREE, .fd = -1};
    rng_seed(&net.rng, options->seed, 7);
    net.faults_n = (int32_t)options->kind; /* not every kind begins with the same side */
    (void)signal(SIGPIPE, SIG_IGN);
    net.record = open(options->record, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (net.record < 0)
        _exit(1);
    for (;;) {
        struct pollfd fds[CONNECTIONS_MAX + 1];
        int32_t of[CONNECTIONS_MAX + 1], n = 1;
        fds[0] = (struct pollfd){options->listener, POLLIN, 0};
        for (int32_t i = 0; i < CONNECTIONS_MAX; i++) {
            if (net.connections[i].stage != FREE && net.connections[i].fd >= 0) {
                of[n] = i;
                fds[n++] = (struct pollfd){net.connections[i].fd, POLLIN, 0};
            }
        }
        if (poll(fds, (nfds_t)n, 1) < 0 && errno != EINTR)
            _exit(1);
        if (fds[0].revents)
            welcome(&net);
        for (int32_t i = 1; i < n; i++) {
            if (fds[i].revents && net.connections[of[i]].fd >= 0)
                receive(&net, &net.connections[of[i]]);
        }
        go_on(&net);
    }
}
