#include "peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 32, BUFFER_MAX = 128 * 1024, TLS_HANDSHAKE = 0x16 };

struct connection {
    int fd; /* -1: free */
    bool silent, body_known;
    const struct peer_answer *held; /* what it still waits for */
    ptrdiff_t n, body_left;
    int64_t came; /* bytes of this request */
    bool chunked;
    char bytes[BUFFER_MAX];
};

static struct connection connections[CONNECTIONS_MAX];

static void
hang_up(struct connection *c, bool reset)
{
    if (reset) {
        struct linger linger = {.l_onoff = 1, .l_linger = 0};
        (void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    }
    (void)close(c->fd);
    c->fd = -1;
}

static bool
send_all(int fd, const char *p, ptrdiff_t n)
{
    while (n > 0) {
        ssize_t sent = send(fd, p, (size_t)n, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        p += sent;
        n -= sent;
    }
    return true;
}

static void
say(struct connection *c, const struct peer_answer *answer)
{
    /* Read before anything is sent: when all of it is there the test goes on and tells other things. */
    enum peer_then then = answer->then;
    int32_t repeat = answer->repeat;
    ptrdiff_t n = answer->cut >= 0 && answer->cut < answer->n ? answer->cut : answer->n;
    bool sent = send_all(c->fd, answer->bytes, n);
    for (int32_t k = 0; sent && k < repeat; k++)
        sent = send_all(c->fd, answer->bytes, n);
    c->held = NULL;
    c->silent = then == PEER_SILENT;
    if (!sent || then == PEER_CLOSE || then == PEER_RESET)
        hang_up(c, then == PEER_RESET);
}

static void
reply(struct peer_shared *shared, struct connection *c)
{
    ptrdiff_t heard = c->n < PEER_HEARD_MAX ? c->n : PEER_HEARD_MAX;
    memcpy(shared->heard, c->bytes, (size_t)heard);
    shared->heard_n = (int32_t)heard;
    shared->bytes += c->came;
    c->n = c->came = 0;
    c->body_known = false;
    int32_t i = shared->requests++, last = shared->answers_n - 1;
    if (last < 0) {
        hang_up(c, false);
        return;
    }
    const struct peer_answer *answer = &shared->answers[i < last ? i : last];
    if (answer->then == PEER_HELD) {
        c->held = answer;
        return;
    }
    bool go = memcmp(c->bytes, "GET /go ", 8) == 0;
    for (int k = 0; go && k < CONNECTIONS_MAX; k++) {
        if (connections[k].fd >= 0 && connections[k].held)
            say(&connections[k], connections[k].held);
    }
    say(c, answer);
}

/*
 * Whether the request is all there; its body is counted, only its beginning is kept. Who begins with
 * TLS is answered like any other, so that it need not wait.
 */
static bool
is_whole(struct connection *c, ptrdiff_t arrived)
{
    if (c->n > 0 && c->bytes[0] == TLS_HANDSHAKE)
        return true;
    if (!c->body_known) {
        char *end = memmem(c->bytes, (size_t)c->n, "\r\n\r\n", 4);
        if (!end)
            return false;
        c->bytes[c->n < BUFFER_MAX ? c->n : BUFFER_MAX - 1] = '\0';
        const char *length = strcasestr(c->bytes, "\r\nContent-Length: ");
        c->chunked = strcasestr(c->bytes, "\r\nTransfer-Encoding: chunked") != NULL;
        long long body = length && length < end ? strtoll(length + 18, NULL, 10) : 0;
        c->body_left = (ptrdiff_t)body - (c->n - (end + 4 - c->bytes));
        c->body_known = true;
    } else {
        c->body_left -= arrived;
    }
    if (c->chunked)
        return c->n >= 5 && memcmp(c->bytes + c->n - 5, "0\r\n\r\n", 5) == 0;
    return c->body_left <= 0;
}

static void
hear(struct peer_shared *shared, struct connection *c)
{
    static char rest[BUFFER_MAX];
    ptrdiff_t room = BUFFER_MAX - 1 - c->n;
    ssize_t got = recv(c->fd, room > 0 ? c->bytes + c->n : rest,
                       (size_t)(room > 0 ? room : BUFFER_MAX), 0);
    if (got <= 0) {
        hang_up(c, false);
        return;
    }
    if (c->silent)
        return;
    if (room > 0)
        c->n += got;
    c->came += got;
    if (is_whole(c, got))
        reply(shared, c);
}

static void
take_in(struct peer_shared *shared, int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        return;
    shared->connections++;
    for (int i = 0; i < CONNECTIONS_MAX; i++) {
        if (connections[i].fd < 0) {
            connections[i].fd = fd;
            connections[i].n = connections[i].came = 0;
            connections[i].silent = connections[i].body_known = false;
            connections[i].held = NULL;
            return;
        }
    }
    (void)close(fd);
}

static _Noreturn void
serve(struct peer_shared *shared, int listener)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)signal(SIGPIPE, SIG_IGN);
    for (int i = 0; i < CONNECTIONS_MAX; i++)
        connections[i].fd = -1;
    for (;;) {
        struct pollfd fds[CONNECTIONS_MAX + 1] = {{listener, POLLIN, 0}};
        for (int i = 0; i < CONNECTIONS_MAX; i++)
            fds[i + 1] = (struct pollfd){connections[i].fd, POLLIN, 0};
        if (poll(fds, CONNECTIONS_MAX + 1, 60000) < 0 && errno != EINTR)
            _exit(1);
        if (fds[0].revents)
            take_in(shared, listener);
        for (int i = 0; i < CONNECTIONS_MAX; i++) {
            if (fds[i + 1].fd >= 0 && fds[i + 1].revents)
                hear(shared, &connections[i]);
        }
    }
}

void
peer_start(struct peer *peer)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(0, bind(fd, (struct sockaddr *)&address, size));
    assert_int_equal(0, listen(fd, 64));
    assert_int_equal(0, getsockname(fd, (struct sockaddr *)&address, &size));
    peer->port = ntohs(address.sin_port);
    void *shared = mmap(NULL, sizeof *peer->shared, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(shared != MAP_FAILED);
    peer->shared = shared;
    (void)fflush(stdout);
    peer->pid = fork();
    assert_true(peer->pid >= 0);
    if (peer->pid == 0)
        serve(peer->shared, fd);
    (void)close(fd);
}

void
peer_stop(struct peer *peer)
{
    assert_int_equal(0, kill(peer->pid, SIGKILL));
    assert_int_equal(peer->pid, waitpid(peer->pid, NULL, 0));
    (void)munmap(peer->shared, sizeof *peer->shared);
}

void
peer_forget(struct peer *peer)
{
    peer->shared->answers_n = 0;
    peer->shared->connections = peer->shared->requests = peer->shared->heard_n = 0;
    peer->shared->bytes = 0;
}

struct peer_answer *
peer_says(struct peer *peer, enum peer_then then, const char *format, ...)
{
    assert_true(peer->shared->answers_n < PEER_ANSWERS_MAX);
    struct peer_answer *answer = &peer->shared->answers[peer->shared->answers_n];
    va_list args;
    va_start(args, format);
    answer->n = vsnprintf(answer->bytes, sizeof answer->bytes, format, args);
    va_end(args);
    assert_true(answer->n < PEER_ANSWER_MAX);
    answer->cut = -1;
    answer->repeat = 0;
    answer->then = then;
    peer->shared->answers_n++;
    return answer;
}

str
peer_heard(const struct peer *peer)
{
    return (str){peer->shared->heard, peer->shared->heard_n};
}
