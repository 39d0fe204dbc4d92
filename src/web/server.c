#include "web/server.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "web/server_internal.h"

enum {
    SWEEP_US = 1000000, /* how often slow connections are looked for */
    CLOSING_TURNS = 50, /* of 10 ms: how long answers may still flow at the end */
    TURN_MAX_MS = 60000
};

int64_t
server_now_us(void)
{
    struct timespec t;
    int failed = clock_gettime(CLOCK_MONOTONIC, &t);
    assert(!failed);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* ---------- connections ---------- */

static void
on_connection(void *ctx, struct MHD_Connection *connection, void **socket_context,
              enum MHD_ConnectionNotificationCode code)
{
    struct server *server = ctx;
    struct link *link = *socket_context;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        link = server->free_links;
        if (link)
            server->free_links = link->next;
        else
            server->links[server->links_made++] = link = new (&server->arena, struct link, 1);
        assert(info &&
               server->links_made <= SERVER_CONNECTIONS_MAX); /* as the library was told */
        *link =
            (struct link){.fd = info->connect_fd, .open = true, .since_us = server_now_us()};
        *socket_context = link;
        server->links_n++;
    } else if (link) {
        link->open = false;
        link->next = server->free_links;
        server->free_links = link;
        server->links_n--;
        *socket_context = NULL;
    }
}

/* Ends connections that dribble a head, or only wait, for too long: the library's own limit is on silence. */
static void
sweep(struct server *server)
{
    int64_t now = server_now_us();
    if (now - server->swept_us < SWEEP_US)
        return;
    server->swept_us = now;
    for (int32_t i = 0; i < server->links_made; i++) {
        struct link *link = server->links[i];
        if (link->open && !link->busy &&
            now - link->since_us > (int64_t)SERVER_HEAD_S * 1000000)
            (void)shutdown(link->fd, SHUT_RDWR); /* the library sees the end and closes */
    }
}

/* ---------- opening and closing ---------- */

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static bool
address_read(str text, uint16_t port, struct arena scratch, union address *ret, bool *ret_local)
{
    const char *z = cstr(&scratch, text);
    *ret = (union address){0};
    if (inet_pton(AF_INET, z, &ret->v4.sin_addr) == 1) {
        ret->v4.sin_family = AF_INET;
        ret->v4.sin_port = htons(port);
        *ret_local = (ntohl(ret->v4.sin_addr.s_addr) >> 24) == 127;
        return true;
    }
    if (inet_pton(AF_INET6, z, &ret->v6.sin6_addr) != 1)
        return false;
    ret->v6.sin6_family = AF_INET6;
    ret->v6.sin6_port = htons(port);
    *ret_local = IN6_IS_ADDR_LOOPBACK(&ret->v6.sin6_addr);
    return true;
}

/*
 * No thread of the library's: its epoll descriptor stands in ours. Level 1 refuses what RFC 9110 requires
 * servers to refuse; the rest is in web/head.c. Behind this machine's own address stands a proxy or a
 * person: no limit per address there.
 */
static struct MHD_Daemon *
daemon_start(struct server *server, const union address *address, bool local)
{
    unsigned flags = MHD_USE_EPOLL;
    if (address->any.sa_family == AF_INET6)
        flags |= MHD_USE_IPv6;
    int32_t idle_s = server->options.idle_s > 0 ? server->options.idle_s : SERVER_IDLE_S;
    return MHD_start_daemon(
        flags, 0, NULL, NULL, server_on_request, server, MHD_OPTION_SOCK_ADDR, &address->any,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)SERVER_CONNECTIONS_MAX, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        local ? 0U : (unsigned)SERVER_PER_ADDRESS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)SERVER_CONNECTION_BYTES, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)idle_s,
        MHD_OPTION_URI_LOG_CALLBACK, server_on_uri, server, MHD_OPTION_NOTIFY_COMPLETED,
        server_on_done, server, MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
        MHD_OPTION_END);
}

static enum fault
loop_init(struct server *server, struct error *error)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    server->epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN};
    if (!info || server->epoll < 0 ||
        epoll_ctl(server->epoll, EPOLL_CTL_ADD, info->epoll_fd, &event) < 0)
        return fail(error, FAULT_SYSTEM, "waiting for connections");
    return OK;
}

enum fault
server_open(const struct server_options *options, struct server **ret, struct error *error)
{
    struct arena_region region;
    struct arena arena = arena_reserve(SERVER_BYTES, &region);
    struct server *server = new (&arena, struct server, 1);
    union address address;
    bool local = false;
    *server = (struct server){.options = *options, .region = region, .epoll = -1};
    (void)arena_reserve(SERVER_KEEP_BYTES,
                        &server->keep_region); /* handed out at each request */
    (void)arena_reserve(SERVER_SCRATCH_BYTES, &server->scratch_region);
    enum fault fault = OK;
    server->links = new (&arena, struct link *, SERVER_CONNECTIONS_MAX);
    server->arena = arena;
    if (!address_read(options->address, options->port, server->arena, &address, &local)) {
        fault = fail(error, FAULT_INPUT,
                     "%.*s is not an address to listen on; write one like 127.0.0.1 or ::1",
                     STR_FMT(options->address));
    } else {
        errno = 0;
        server->daemon = daemon_start(server, &address, local);
        if (!server->daemon && errno == EADDRINUSE)
            fault = fail(error, FAULT_CONFLICT,
                         "port %d is taken by another program; choose another with --port",
                         (int)options->port);
        else if (!server->daemon)
            fault = fail(error, FAULT_SYSTEM, "listening on %.*s, port %d",
                         STR_FMT(options->address), (int)options->port);
        else
            fault = loop_init(server, error);
    }
    if (fault)
        server_close(server);
    else
        *ret = server;
    return fault;
}

void
server_close(struct server *server)
{
    if (!server)
        return;
    if (server->daemon)
        MHD_stop_daemon(server->daemon);
    if (server->epoll >= 0)
        (void)close(server->epoll); /* only watched other descriptors */
    arena_release(&server->keep_region);
    arena_release(&server->scratch_region);
    struct arena_region region = server->region; /* the server itself lies in it */
    arena_release(&region);
}

uint16_t
server_port(const struct server *server)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info ? info->port : 0;
}

int32_t
server_connections(const struct server *server)
{
    return server->links_n;
}

int32_t
server_requests(const struct server *server)
{
    return server->slots_n;
}

/* ---------- the loop ---------- */

/* Waits; *ret_stop when ${stop_fd} can be read. */
static enum fault
wait(struct server *server, int32_t wait_ms, int stop_fd, bool *ret_stop, struct error *error)
{
    MHD_UNSIGNED_LONG_LONG library_ms = 0;
    assert(wait_ms >= 0);
    wait_ms = server->between_ms < wait_ms ? server->between_ms : wait_ms;
    if (MHD_get_timeout(server->daemon, &library_ms) == MHD_YES &&
        library_ms < (MHD_UNSIGNED_LONG_LONG)wait_ms)
        wait_ms = (int32_t)library_ms;
    struct epoll_event events[2];
    int n = epoll_wait(server->epoll, events, 2, wait_ms);
    if (n < 0 && errno != EINTR)
        return fail(error, FAULT_SYSTEM, "waiting for connections");
    *ret_stop = false;
    for (int i = 0; i < n; i++)
        *ret_stop |= stop_fd >= 0 && events[i].data.fd == stop_fd;
    return OK;
}

static enum fault
turn(struct server *server, int32_t wait_ms, int stop_fd, bool *ret_stop, struct error *error)
{
    enum fault fault = wait(server, wait_ms, stop_fd, ret_stop, error);
    if (fault)
        return fault;
    if (MHD_run(server->daemon) != MHD_YES)
        return fail(error, FAULT_SYSTEM, "serving connections");
    sweep(server);
    const struct server_app *app = &server->options.app;
    server->between_ms = app->between ? app->between(app->ctx) : TURN_MAX_MS;
    assert(server->between_ms >= 0);
    return OK;
}

enum fault
server_turn(struct server *server, int32_t wait_ms, struct error *error)
{
    bool stop;
    return turn(server, wait_ms, -1, &stop, error);
}

enum fault
server_run(struct server *server, int stop_fd, struct error *error)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = stop_fd};
    if (epoll_ctl(server->epoll, EPOLL_CTL_ADD, stop_fd, &event) < 0)
        return fail(error, FAULT_SYSTEM, "waiting for the signal to stop");
    bool stop = false;
    enum fault fault = OK;
    while (!stop && !fault)
        fault = turn(server, TURN_MAX_MS, stop_fd, &stop, error);
    (void)epoll_ctl(server->epoll, EPOLL_CTL_DEL, stop_fd, NULL); /* it was added above */
    for (int i = 0; i < CLOSING_TURNS && !fault && server->slots_n > 0; i++)
        fault = turn(server, 10, -1, &stop, error);
    return fault;
}
