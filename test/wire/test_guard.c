/*
 * Nowhere but to global unicast: every target of a list, in every way a request can be led there, with a
 * listener on the loopback addresses that counts who comes. None may.
 */
#include "peer.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "wire/curl.h"
#include "wire/guard.h"

static struct arena_region region;
static struct arena arena;
static struct error error;
static instant now;

/* Hosts as someone may write them. */
static const char *const hosts[] = {"127.0.0.1",
                                    "127.1",
                                    "0",
                                    "0x7f.1",
                                    "0x7f000001",
                                    "0177.0.0.1",
                                    "2130706433",
                                    "017700000001",
                                    "127.0.1",
                                    "127.0.0.01",
                                    "0.0.0.0",
                                    "127.0.0.1.",
                                    "localhost",
                                    "localhost.",
                                    "LOCALHOST",
                                    "LocalHost",
                                    "ip6-localhost",
                                    "\u2460\u2461\u2466.0.0.1",
                                    "%31%32%37.0.0.1",
                                    "127%2e0.0.1",
                                    "0x7F.0x0.0x0.0x1",
                                    "127.0.0.1%00",
                                    "127.0.0.1%20",
                                    "[::]",
                                    "[::1]",
                                    "[0:0:0:0:0:0:0:1]",
                                    "[::ffff:127.0.0.1]",
                                    "[::ffff:7f00:1]",
                                    "[0:0:0:0:0:ffff:7f00:1]",
                                    "[::7f00:1]",
                                    "[::127.0.0.1]",
                                    "[64:ff9b::7f00:1]",
                                    "[64:ff9b::127.0.0.1]",
                                    "[64:ff9b:1::1]",
                                    "[2002:7f00:1::]",
                                    "[2002:c0a8:101::1]",
                                    "[2001:0:53aa:64c::]",
                                    "[2001:0:7f00:1::]",
                                    "[fe80::1%25lo]",
                                    "[fe80::1%lo]",
                                    "[::1%25lo]",
                                    "[fe80::1]",
                                    "[fe90::1]",
                                    "[febf::1]",
                                    "[fec0::1]",
                                    "[feff::1]",
                                    "[fc00::1]",
                                    "[fd00:ec2::254]",
                                    "[fdff::1]",
                                    "[ff02::1]",
                                    "[ff0e::1]",
                                    "[100::1]",
                                    "[2001:db8::1]",
                                    "[3fff::1]",
                                    "[5f00::1]",
                                    "[::ffff:0:127.0.0.1]",
                                    "[4000::1]",
                                    "[1::1]",
                                    "[2001:2::1]",
                                    "[2001:10::1]",
                                    "[2001:20::1]",
                                    "[3ffe::1]",
                                    "[",
                                    "[::1",
                                    "::1",
                                    "[127.0.0.1]",
                                    "[v1.a]",
                                    "10.0.0.1",
                                    "10.255.255.255",
                                    "172.16.0.1",
                                    "172.31.255.255",
                                    "192.168.0.1",
                                    "192.168.255.255",
                                    "100.64.0.1",
                                    "100.127.255.255",
                                    "100.100.100.200",
                                    "169.254.169.254",
                                    "169.254.0.1",
                                    "168.63.129.16",
                                    "192.0.0.1",
                                    "192.0.0.192",
                                    "192.0.2.1",
                                    "192.88.99.1",
                                    "198.18.0.1",
                                    "198.19.255.255",
                                    "198.51.100.1",
                                    "203.0.113.1",
                                    "224.0.0.1",
                                    "239.255.255.250",
                                    "240.0.0.1",
                                    "255.255.255.255",
                                    "0.1.2.3",
                                    "127.255.255.254",
                                    "127.8.8.8",
                                    "user:pass@127.0.0.1",
                                    "ok@127.0.0.1",
                                    "127.0.0.1#@ok.example",
                                    "127.0.0.1?@ok.example",
                                    "ok.example\\@127.0.0.1",
                                    "127.0.0.1\\@ok.example",
                                    "127.0.0.1:80@127.0.0.1",
                                    "127.0.0.1 ",
                                    "127.0.0.1\t",
                                    "a..b",
                                    ".",
                                    "",
                                    "-",
                                    "a_very.0x7f",
                                    "example.0",
                                    "127.0.0.1/@",
                                    "[::1]@127.0.0.1",
                                    "127.0.0.1\r\nHost: x"};

/* Addresses a name may lead to. */
static const char *const addresses[] = {"127.0.0.1",
                                        "127.0.0.2",
                                        "127.255.255.254",
                                        "0.0.0.0",
                                        "10.0.0.1",
                                        "172.16.0.1",
                                        "192.168.1.1",
                                        "100.64.0.1",
                                        "169.254.169.254",
                                        "192.0.0.192",
                                        "192.0.2.1",
                                        "198.18.0.1",
                                        "198.51.100.1",
                                        "203.0.113.1",
                                        "224.0.0.1",
                                        "240.0.0.1",
                                        "255.255.255.255",
                                        "168.63.129.16",
                                        "::",
                                        "::1",
                                        "::ffff:127.0.0.1",
                                        "::127.0.0.1",
                                        "64:ff9b::127.0.0.1",
                                        "64:ff9b:1::7f00:1",
                                        "2002:7f00:1::",
                                        "2001:0:7f00:1::",
                                        "fe80::1",
                                        "fe90::1",
                                        "fec0::1",
                                        "fc00::1",
                                        "fd00:ec2::254",
                                        "ff02::1",
                                        "100::1",
                                        "2001:db8::1",
                                        "3fff::1",
                                        "5f00::1",
                                        "::ffff:10.0.0.1",
                                        "::ffff:169.254.169.254",
                                        "::ffff:0:127.0.0.1",
                                        "127.0.0.1,::1"};

/* Whole addresses that are none to call. {p} is the canary's port. */
static const char *const urls[] = {
    "file:///etc/passwd",        "gopher://127.0.0.1:{p}/_x", "dict://127.0.0.1:{p}/",
    "ftp://127.0.0.1:{p}/",      "ldap://127.0.0.1:{p}/",     "jar:http://127.0.0.1:{p}/!/",
    "data:text/plain,x",         "javascript:alert(1)",       "unix:/var/run/docker.sock",
    "http+unix://%2Fvar%2Frun/", "//127.0.0.1:{p}/",          "127.0.0.1:{p}",
    "http:/127.0.0.1:{p}/",      "http:127.0.0.1:{p}",        "http:///127.0.0.1:{p}/",
    "http:\\\\127.0.0.1:{p}\\",  " http://127.0.0.1:{p}/",    "http://127.0.0.1:0/",
    "http://127.0.0.1:22/",      "http://127.0.0.1:25/",      "http://127.0.0.1:5432/",
    "http://127.0.0.1:6379/",    "http://127.0.0.1:65536/",   "http://127.0.0.1:-1/",
    "http://127.0.0.1:0x50/",    "http://127.0.0.1:+80/",     "http://127.0.0.1:{p}:80/",
    "http://127.0.0.1: 80/",     "https://127.0.0.1:{p}/",    "HTTP://127.0.0.1:{p}/",
    "http://127.0.0.1:0{p}/"};

static str rebound; /* what rebind.test leads to */
static str
resolve(void *ctx, str host, int32_t port)
{
    (void)ctx;
    (void)port;
    if (str_eq(host, S("rebind.test")))
        return rebound;
    return str_eq(host, S("own.test")) ? S("127.0.0.1") : STR_NONE;
}
static const struct wire_resolver resolver = {resolve, NULL};

static struct peer canary, peer;
static int canary6;
static struct wire *wire;
static int64_t calls;

static int
begin(void **state)
{
    (void)state;
    arena = arena_reserve(1 << 30, &region);
    peer_start(&canary);
    peer_start(&peer);
    /* The same port of ::1; nobody answers there, but who connects waits in its queue and is counted. */
    struct sockaddr_in6 six = {.sin6_family = AF_INET6,
                               .sin6_addr = IN6ADDR_LOOPBACK_INIT,
                               .sin6_port = htons((uint16_t)canary.port)};
    canary6 = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (canary6 < 0 || bind(canary6, (struct sockaddr *)&six, sizeof six) != 0 ||
        listen(canary6, 64) != 0)
        printf("# no canary on ::1 here\n");
    str own = arena_printf(&arena, "own.test:%d", peer.port);
    struct wire_options options = {.private_hosts = &own,
                                   .private_hosts_n = 1,
                                   .plain_http = true,
                                   .ports = &canary.port,
                                   .ports_n = 1,
                                   .timeout = {1000000},
                                   .clock = clock_manual(&now),
                                   .resolver = &resolver};
    assert_ok(wire_open(&options, &wire, &error), &error);
    peer_says(&canary, PEER_CLOSE, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ncame");
    return 0;
}

static int
end(void **state)
{
    (void)state;
    wire_close(wire);
    peer_stop(&peer);
    peer_stop(&canary);
    (void)close(canary6);
    arena_release(&region);
    return 0;
}

static int32_t
visits(void)
{
    int32_t six = 0;
    for (int fd; canary6 >= 0 && (fd = accept(canary6, NULL, NULL)) >= 0; six++)
        (void)close(fd);
    return canary.shared->connections + six;
}

static struct http_answer
call(str url, enum http_method method, bool follows)
{
    struct http_request request = {.method = method, .url = url, .follows = follows};
    if (method == HTTP_POST)
        request.body = S("secret");
    struct http_answer answer;
    assert_ok(wire_call(wire, &request, NULL, &arena, &answer, &error), &error);
    calls++;
    return answer;
}

static void
refused_direct(str url)
{
    for (int method = HTTP_GET; method <= HTTP_POST; method++) {
        struct http_answer answer = call(url, (enum http_method)method, false);
        if (answer.end != HTTP_NOT_SENT || (!answer.forbidden && answer.problem.n == 0))
            fail_msg("%.*s was called", STR_FMT(url));
    }
}

static void
refused_redirected(str url)
{
    static const int codes[] = {301, 302, 303, 307, 308};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        peer_forget(&peer);
        peer_says(&peer, PEER_KEEP,
                  "HTTP/1.1 %d x\r\nContent-Length: 0\r\nLocation: %.*s\r\n\r\n", codes[i],
                  STR_FMT(url));
        struct http_answer answer =
            call(arena_printf(&arena, "http://own.test:%d/", peer.port), HTTP_GET, true);
        if (answer.end == HTTP_ANSWERED && answer.status == 200)
            fail_msg("redirected to %.*s", STR_FMT(url));
        /* A POST with its body never moves. */
        answer = call(arena_printf(&arena, "http://own.test:%d/", peer.port), HTTP_POST, false);
        assert_int_equal(codes[i], answer.status);
    }
}

static str
with_port(const char *text)
{
    str s = str_of(text);
    ptrdiff_t at = str_find(s, S("{p}"));
    if (at < 0)
        return s;
    return arena_printf(&arena, "%.*s%d%.*s", (int)at, s.p, canary.port,
                        STR_FMT(str_slice(s, at + 3, s.n)));
}

static void
test_targets(void **state)
{
    (void)state;
    int32_t targets = 0;
    peer_forget(&canary);
    peer_says(&canary, PEER_CLOSE, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ncame");
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++, targets++) {
        str url = arena_printf(&arena, "http://%s:%d/x", hosts[i], canary.port);
        refused_direct(url);
        refused_redirected(url);
    }
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++, targets++) {
        refused_direct(with_port(urls[i]));
        if (i != 10 &&
            i != 11) /* relative to the redirecting server these are good addresses */
            refused_redirected(with_port(urls[i]));
    }
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++, targets++) {
        rebound = str_of(addresses[i]);
        str url = arena_printf(&arena, "http://rebind.test:%d/", canary.port);
        struct http_answer answer = call(url, HTTP_GET, false);
        if (answer.end != HTTP_NOT_SENT || !answer.forbidden)
            fail_msg("a name leading to %s was called", addresses[i]);
        refused_direct(url);
        refused_redirected(url);
    }
    printf("# %d targets, %lld calls, %d visits to the canary\n", targets, (long long)calls,
           visits());
    assert_true(targets >= 120);
    assert_int_equal(0, visits());
}

/* The canary sings: otherwise its silence proves nothing. */
static void
test_canary(void **state)
{
    (void)state;
    peer_forget(&canary);
    peer_says(&canary, PEER_KEEP, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ncame");
    str named = arena_printf(&arena, "rebind.test:%d", canary.port);
    str url = arena_printf(&arena, "http://rebind.test:%d/", canary.port);
    assert_ok(wire_allow(wire, &named, 1, &error), &error);
    rebound = S("127.0.0.1");
    assert_str("came", call(url, HTTP_GET, false).body);
    assert_int_equal(1, visits());
    /* A host that may be private may still not be anything: no metadata, no mapped address. */
    rebound = S("::ffff:127.0.0.1");
    assert_true(call(url, HTTP_POST, false).forbidden);
    rebound = S("169.254.169.254");
    assert_true(call(url, HTTP_POST, false).forbidden);
    rebound = S("127.0.0.1");
    /* No longer named: the connection that is still open is not used either. */
    assert_ok(wire_allow(wire, NULL, 0, &error), &error);
    struct http_answer answer = call(url, HTTP_GET, false);
    assert_int_equal(HTTP_NOT_SENT, answer.end);
    assert_true(answer.forbidden);
    assert_int_equal(1, canary.shared->requests);
    assert_fault(FAULT_INPUT, wire_allow(wire, &(str){"http://x", 8}, 1, &error), &error,
                 "http://x");
}

static void
test_classes(void **state)
{
    (void)state;
    static const char *const global[] = {
        "1.1.1.1",         "8.8.8.8",        "9.255.255.255",   "11.0.0.0",
        "100.63.255.255",  "100.128.0.0",    "126.255.255.255", "128.0.0.0",
        "169.253.255.255", "172.15.255.255", "172.32.0.0",      "192.0.1.0",
        "192.167.255.255", "192.169.0.0",    "198.17.255.255",  "198.20.0.0",
        "223.255.255.255", "2000::1",        "2001:200::1",     "2001:4860:4860::8888",
        "2606:4700::1",    "2003::1",        "2a00::1",         "3ffd::1"};
    static const char *const private[] = {"10.0.0.0",   "10.255.255.255", "127.0.0.1",
                                          "100.64.0.0", "172.31.255.255", "192.168.0.0",
                                          "::1",        "fc00::1",        "fdff:ffff::1"};
    for (size_t i = 0; i < sizeof global / sizeof global[0]; i++) {
        if (guard_address_text(str_of(global[i])) != GUARD_GLOBAL)
            fail_msg("%s is a public address", global[i]);
    }
    for (size_t i = 0; i < sizeof private / sizeof private[0]; i++) {
        if (guard_address_text(str_of(private[i])) != GUARD_PRIVATE)
            fail_msg("%s is a private address", private[i]);
    }
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++)
        assert_int_not_equal(GUARD_GLOBAL, guard_address_text(str_of(addresses[i])));
    struct sockaddr unix_address = {.sa_family = AF_UNIX};
    assert_int_equal(GUARD_NEVER, guard_address(&unix_address));
}

static void
test_addresses_as_written(void **state)
{
    (void)state;
    struct guard_list list = {0};
    struct guard_target t;
    assert_null(guard_url(&list, S("HTTPS://Social.Example/a?b=%20#c"), &arena, &t));
    assert_str("social.example", t.host);
    assert_str("https://social.example/a?b=%20", guard_target_url(&t, &arena));
    assert_null(guard_url(&list, S("https://social.example?x"), &arena, &t));
    assert_str("https://social.example/?x", guard_target_url(&t, &arena));
    assert_non_null(guard_url(&list, S("http://social.example/"), &arena, &t));
    assert_non_null(guard_url(&list, S("https://social.example:8443/"), &arena, &t));
    char name[300];
    memset(name, 'a', sizeof name);
    for (int i = 60; i < 254; i += 60)
        name[i] = '.';
    assert_null(guard_url(&list, arena_printf(&arena, "https://%.253s/", name), &arena, &t));
    assert_non_null(
        guard_url(&list, arena_printf(&arena, "https://%.254s/", name), &arena, &t));
    assert_true(guard_list_add(&list, S("NAS.lan:8080")));
    assert_true(guard_list_add(&list, S("[fd00::1]:81")));
    assert_false(guard_list_add(&list, S("nas.lan:0")));
    assert_false(guard_list_add(&list, S("*.lan")));
    assert_null(guard_url(&list, S("http://nas.lan:8080/"), &arena, &t));
    assert_true(t.allowed_private);
    assert_null(guard_url(&list, S("https://nas.lan/"), &arena, &t));
    assert_false(t.allowed_private); /* another port is another service */
    assert_null(guard_url(&list, S("http://[fd00::1]:81/"), &arena, &t));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_addresses_as_written),
        cmocka_unit_test(test_targets),
        cmocka_unit_test(test_canary),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
