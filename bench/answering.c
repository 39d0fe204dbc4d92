#include "answering.h"

#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    CONNECTIONS_MAX = 512, /* more than a worker has lanes */
    REQUEST_MAX = 64 * 1024
};

struct connection {
    int fd;            /* -1: free */
    int64_t answer_us; /* when its answer is due; 0: none is */
    size_t n;
    char request[REQUEST_MAX];
};

static int64_t
now_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Whether all of the request is here: its head, and as much behind it as the head says. */
static bool
whole(struct connection *c)
{
    c->request[c->n] = '\0';
    const char *end = strstr(c->request, "\r\n\r\n");
    const char *length = strcasestr(c->request, "\r\ncontent-length:");
    if (!end)
        return false;
    size_t body = length && length < end ? (size_t)strtoul(length + 17, NULL, 10) : 0;
    return c->n >= (size_t)(end + 4 - c->request) + body;
}

static void
answer(struct connection *c)
{
    static long long made;
    char body[256], head[256];
    made++;
    int body_n =
        snprintf(body, sizeof body,
                 "{\"id\":\"%lld\",\"url\":\"http://127.0.0.1/@u/%lld\",\"visibility\":"
                 "\"public\",\"content\":\"\",\"media_attachments\":[]}",
                 made, made);
    int head_n = snprintf(head, sizeof head,
                          "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
                          "content-length: %d\r\n\r\n",
                          body_n);
    bool sent = write(c->fd, head, (size_t)head_n) == head_n &&
                write(c->fd, body, (size_t)body_n) == body_n;
    if (!sent) {
        (void)close(c->fd);
        c->fd = -1;
    }
    c->n = 0;
    c->answer_us = 0;
}

static void
receive(struct connection *c, int64_t wait_us)
{
    ssize_t n = read(c->fd, c->request + c->n, REQUEST_MAX - 1 - c->n);
    if (n <= 0) {
        (void)close(c->fd);
        c->fd = -1;
        return;
    }
    c->n += (size_t)n;
    if (c->answer_us == 0 && whole(c))
        c->answer_us = now_us() + wait_us;
}

static void
welcome(int listener, struct connection *all)
{
    int fd = accept(listener, NULL, NULL);
    for (int i = 0; fd >= 0 && i < CONNECTIONS_MAX; i++) {
        if (all[i].fd < 0) {
            all[i].fd = fd;
            all[i].n = 0;
            all[i].answer_us = 0;
            return;
        }
    }
    if (fd >= 0)
        (void)close(fd);
}

/* Answers what is due; how long until the next is, in milliseconds. */
static int
answer_due(struct connection *all)
{
    int64_t now = now_us(), next = now + 1000000;
    for (int i = 0; i < CONNECTIONS_MAX; i++) {
        if (all[i].fd < 0 || all[i].answer_us == 0)
            continue;
        if (all[i].answer_us <= now)
            answer(&all[i]);
        else if (all[i].answer_us < next)
            next = all[i].answer_us;
    }
    return (int)((next - now + 999) / 1000);
}

static _Noreturn void
serve(int listener, int64_t wait_us)
{
    struct connection *all = calloc(CONNECTIONS_MAX, sizeof *all);
    if (!all)
        _exit(1);
    for (int i = 0; i < CONNECTIONS_MAX; i++)
        all[i].fd = -1;
    for (;;) {
        struct pollfd fds[CONNECTIONS_MAX + 1] = {{listener, POLLIN, 0}};
        int of[CONNECTIONS_MAX + 1], n = 1, patience = answer_due(all);
        for (int i = 0; i < CONNECTIONS_MAX; i++) {
            if (all[i].fd >= 0) {
                of[n] = i;
                fds[n++] = (struct pollfd){all[i].fd, POLLIN, 0};
            }
        }
        if (poll(fds, (nfds_t)n, patience) < 0)
            _exit(1);
        if (fds[0].revents)
            welcome(listener, all);
        for (int i = 1; i < n; i++) {
            if (fds[i].revents)
                receive(&all[of[i]], wait_us);
        }
    }
}

pid_t
answering_start(int64_t wait_ms, uint16_t *ret_port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof at;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&at, sizeof at) != 0 ||
        listen(listener, CONNECTIONS_MAX) != 0 ||
        getsockname(listener, (struct sockaddr *)&at, &n) != 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)signal(SIGPIPE, SIG_IGN);
        serve(listener, wait_ms * 1000);
    }
    (void)close(listener);
    *ret_port = ntohs(at.sin_port);
    return pid;
}
