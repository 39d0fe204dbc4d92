/*
 * first_byte PROGRAM ARG...: starts a server that prints its address, asks it for /healthz, and prints the
 * milliseconds from exec to the first byte of the answer and the server's memory after two idle seconds.
 * The server is ended afterwards. Measured from outside, with nothing of the program linked in.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { OUTPUT_MAX = 65536, IDLE_SECONDS = 2, PATIENCE_MS = 20000 };

static double
now_ms(void)
{
    struct timespec ts;
    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

/* The port in the first "http://127.0.0.1:PORT" of what the server printed; 0 when there is none yet. */
static uint16_t
port_in(const char *text)
{
    const char *at = strstr(text, "http://127.0.0.1:");
    if (!at)
        return 0;
    char *end = NULL;
    unsigned long port = strtoul(at + strlen("http://127.0.0.1:"), &end, 10);
    return end && *end == '/' && port < 65536 ? (uint16_t)port : 0;
}

static bool
ask(uint16_t port)
{
    static const char request[] =
        "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    char byte;
    bool answered = fd >= 0 && connect(fd, (const struct sockaddr *)&to, sizeof to) == 0 &&
                    write(fd, request, sizeof request - 1) == (ssize_t)sizeof request - 1 &&
                    read(fd, &byte, 1) == 1;
    if (fd >= 0)
        (void)close(fd);
    return answered;
}

static long
memory_kib(pid_t pid)
{
    char path[64], line[256];
    long rss = -1;
    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file)) {
        if (strncmp(line, "VmRSS:", 6) == 0)
            rss = strtol(line + 6, NULL, 10);
    }
    if (file)
        (void)fclose(file);
    return rss;
}

int
main(int argc, char **argv)
{
    int out[2];
    if (argc < 2 || pipe(out) != 0)
        return 2;
    double start = now_ms();
    pid_t pid = fork();
    if (pid == 0) {
        (void)dup2(out[1], STDOUT_FILENO);
        (void)dup2(out[1], STDERR_FILENO);
        (void)close(out[0]);
        (void)execvp(argv[1], argv + 1);
        _exit(127);
    }
    (void)close(out[1]);
    static char text[OUTPUT_MAX];
    size_t n = 0;
    uint16_t port = 0;
    while (!port && n < sizeof text - 1 && now_ms() - start < PATIENCE_MS) {
        ssize_t got = read(out[0], text + n, sizeof text - 1 - n);
        if (got <= 0)
            break;
        n += (size_t)got;
        text[n] = '\0';
        port = port_in(text);
    }
    bool answered = port && ask(port);
    double took = now_ms() - start;
    if (answered) {
        (void)sleep(IDLE_SECONDS);
        printf("start to first byte: %.1f ms\nidle memory: %.1f MB\n", took,
               (double)memory_kib(pid) / 1024);
    } else {
        fprintf(stderr, "the server did not answer; it printed:\n%s\n", text);
    }
    (void)kill(pid, SIGTERM);
    (void)waitpid(pid, NULL, 0);
    return answered ? 0 : 1;
}
