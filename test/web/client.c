#include "client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/number.h"

enum { TURNS_MAX = 3000, QUIET_TURNS = 300, QUIET_TURNS_ANSWERED = 3 };

static void
turn(struct server *server, int32_t wait_ms)
{
    struct error error;
    assert_ok(server_turn(server, wait_ms, &error), &error);
}

void
client_open(struct client *client, struct server *server)
{
    *client = (struct client){.server = server};
    buf_init(&client->in, 64 << 20);
    client->fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(server_port(server)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(0, connect(client->fd, (struct sockaddr *)&address, sizeof address));
    /* Otherwise the kernel holds small pieces back until the server's side acknowledges: 40 ms. */
    int on = 1;
    assert_int_equal(0, setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
    assert_int_equal(0, fcntl(client->fd, F_SETFL, O_NONBLOCK));
}

void
client_close(struct client *client)
{
    (void)close(client->fd);
    buf_release(&client->in);
    for (int i = 0; i < QUIET_TURNS_ANSWERED; i++)
        turn(client->server, 0);
}

static bool
receive(struct client *client)
{
    char bytes[65536];
    bool any = false;
    for (int i = 0; i < TURNS_MAX; i++) {
        ssize_t n = recv(client->fd, bytes, sizeof bytes, 0);
        if (n <= 0) {
            client->ended |= n == 0 || (errno != EAGAIN && errno != EINTR);
            break;
        }
        buf_add(&client->in, (str){bytes, n});
        any = true;
    }
    return any;
}

void
client_send(struct client *client, str bytes)
{
    for (int i = 0; i < TURNS_MAX && bytes.n > 0 && !client->ended; i++) {
        ssize_t n = send(client->fd, bytes.p, (size_t)bytes.n, MSG_NOSIGNAL);
        if (n > 0)
            bytes = str_slice(bytes, n, bytes.n);
        else if (errno != EAGAIN)
            client->ended = true;
        else
            turn(client->server, 0);
    }
}

str
answer_value(str answer, const char *name)
{
    str line;
    if (!str_cut(&answer, '\n', &line))
        return STR_NONE;
    while (str_cut(&answer, '\n', &line) && line.n > 1) {
        str key;
        if (str_cut(&line, ':', &key) && str_eq_ascii_case(key, str_of(name)))
            return str_trim(line);
    }
    return STR_NONE;
}

str
answer_body(str answer)
{
    ptrdiff_t at = str_find(answer, S("\r\n\r\n"));
    return at < 0 ? S("") : str_slice(answer, at + 4, answer.n);
}

int
answer_status(str answer)
{
    struct error error;
    int64_t status = 0;
    if (answer.n < 12)
        return 0;
    assert_ok(parse_i64(str_slice(answer, 9, 12), 100, 599, &status, &error), &error);
    return (int)status;
}

/* The length of the first whole answer; 0 while it is not whole. */
static ptrdiff_t
answer_length(const struct client *client, bool head_only)
{
    str all = buf_str(&client->in);
    ptrdiff_t head = str_find(all, S("\r\n\r\n"));
    if (head < 0)
        return 0;
    str length = answer_value(all, "Content-Length");
    int64_t n = 0;
    struct error error;
    if (length.p && !head_only)
        assert_ok(parse_i64(length, 0, 1 << 30, &n, &error), &error);
    return head + 4 + n <= all.n ? head + 4 + n : 0;
}

void
client_turn(struct client *client)
{
    bool answered = false;
    for (int i = 0, quiet = 0; i < TURNS_MAX && !client->ended; i++) {
        /* What one side of a loopback has written the other can read at once: nothing to wait for after an answer. */
        turn(client->server, answered ? 0 : 1);
        quiet = receive(client) ? 0 : quiet + 1;
        answered = answer_length(client, false) > 0;
        if (quiet >= (answered ? QUIET_TURNS_ANSWERED : QUIET_TURNS))
            break;
    }
}

str
client_answer(struct client *client, struct arena *keep, bool head_only)
{
    ptrdiff_t n = answer_length(client, head_only);
    str all = buf_str(&client->in);
    str answer = arena_str(keep, str_slice(all, 0, n));
    str rest = arena_str(keep, str_slice(all, n, all.n));
    buf_clear(&client->in);
    buf_add(&client->in, rest);
    return answer;
}

str
client_ask(struct server *server, str bytes, struct arena *keep)
{
    struct client client;
    client_open(&client, server);
    client_send(&client, bytes);
    client_turn(&client);
    str answer = arena_str(keep, buf_str(&client.in));
    client_close(&client);
    return answer;
}
