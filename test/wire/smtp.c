#include "smtp.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct talk {
    struct smtp_shared *shared;
    FILE *in;
    int fd;
};

static void
say(const struct talk *t, const char *reply)
{
    (void)!send(t->fd, reply, strlen(reply), MSG_NOSIGNAL);
    (void)!send(t->fd, "\r\n", 2, MSG_NOSIGNAL);
}

static void
say_or(const struct talk *t, const char *reply, const char *usual)
{
    say(t, reply[0] ? reply : usual);
}

static void
note(struct smtp_shared *shared, const char *line)
{
    size_t n = strlen(line), room = SMTP_TEXT_MAX - 1 - (size_t)shared->commands_n;
    n = n < room ? n : room;
    memcpy(shared->commands + shared->commands_n, line, n);
    shared->commands_n += (int32_t)n;
}

static bool
starts(const char *line, const char *verb)
{
    return strncasecmp(line, verb, strlen(verb)) == 0;
}

/* False: hung up in the middle of the message. */
static bool
take_message(struct talk *t)
{
    static char text[SMTP_TEXT_MAX];
    char line[2048];
    size_t n = 0;
    say(t, "354 go on");
    while (fgets(line, sizeof line, t->in) && strcmp(line, ".\r\n") != 0) {
        size_t more = strlen(line);
        if (n + more < sizeof text) {
            memcpy(text + n, line, more);
            n += more;
        }
        if (t->shared->hang_up == HANG_UP_DATA)
            return false;
    }
    memcpy(t->shared->message, text, n);
    t->shared->message_n = (int32_t)n;
    t->shared->mails++;
    if (t->shared->hang_up == HANG_UP_AFTER)
        return false;
    say_or(t, t->shared->data, "250 2.0.0 taken as 4711");
    return true;
}

static bool
obey(struct talk *t, const char *line)
{
    struct smtp_shared *shared = t->shared;
    note(shared, line);
    if (starts(line, "EHLO")) {
        say(t, shared->no_auth ? "250-double.example\r\n250 8BITMIME"
                               : "250-double.example\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME");
    } else if (starts(line, "AUTH")) {
        if (strchr(line + 5, ' ') == NULL) { /* without its answer in the same line */
            char secret[512];
            say(t, "334 ");
            if (!fgets(secret, sizeof secret, t->in))
                return false;
            note(shared, secret);
        }
        say(t, shared->auth_refused ? "535 5.7.8 wrong password" : "235 2.7.0 come in");
    } else if (starts(line, "MAIL")) {
        say(t, "250 ok");
    } else if (starts(line, "RCPT")) {
        if (shared->hang_up == HANG_UP_RCPT)
            return false;
        if (shared->bad[0] && strstr(line, shared->bad))
            say(t, "550-5.1.1 no such\r\n550 5.1.1 person here");
        else
            say_or(t, shared->rcpt, "250 ok");
    } else if (starts(line, "DATA")) {
        return take_message(t);
    } else if (starts(line, "QUIT")) {
        say(t, "221 bye");
        return false;
    } else {
        say(t, "250 ok");
    }
    return true;
}

static _Noreturn void
serve(struct smtp_shared *shared, int listener)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)signal(SIGPIPE, SIG_IGN);
    for (;;) {
        char line[2048];
        struct talk t = {shared, NULL, accept4(listener, NULL, NULL, SOCK_CLOEXEC)};
        if (t.fd < 0)
            continue;
        shared->connections++;
        t.in = fdopen(t.fd, "r");
        if (shared->hang_up != HANG_UP_GREETING) {
            say(&t, "220 double.example");
            while (fgets(line, sizeof line, t.in) && obey(&t, line))
                continue;
        }
        (void)fclose(t.in);
    }
}

void
smtp_start(struct smtp *smtp)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(0, bind(fd, (struct sockaddr *)&address, size));
    assert_int_equal(0, listen(fd, 16));
    assert_int_equal(0, getsockname(fd, (struct sockaddr *)&address, &size));
    smtp->port = ntohs(address.sin_port);
    void *shared = mmap(NULL, sizeof *smtp->shared, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(shared != MAP_FAILED);
    smtp->shared = shared;
    (void)fflush(stdout);
    smtp->pid = fork();
    assert_true(smtp->pid >= 0);
    if (smtp->pid == 0)
        serve(smtp->shared, fd);
    (void)close(fd);
}

void
smtp_stop(struct smtp *smtp)
{
    assert_int_equal(0, kill(smtp->pid, SIGKILL));
    assert_int_equal(smtp->pid, waitpid(smtp->pid, NULL, 0));
    (void)munmap(smtp->shared, sizeof *smtp->shared);
}

void
smtp_forget(struct smtp *smtp)
{
    memset((void *)smtp->shared, 0, sizeof *smtp->shared);
}

str
smtp_commands(const struct smtp *smtp)
{
    return (str){smtp->shared->commands, smtp->shared->commands_n};
}

str
smtp_message(const struct smtp *smtp)
{
    return (str){smtp->shared->message, smtp->shared->message_n};
}
