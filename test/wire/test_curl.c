/* What a request becomes on the wire, and what an answer becomes of it. */
#include "peer.h"

#include "base/clock.h"
#include "wire/curl.h"

static struct peer peer;
static struct arena_region region;
static struct arena arena;
static struct wire *wire;
static instant now = {1783245600000000};
static struct error error;

/* Names of the test all lead to the loopback address, like a rebinding name server would do. */
static str
resolve(void *ctx, str host, int32_t port)
{
    (void)ctx;
    (void)port;
    return str_ends(host, S(".test")) ? S("127.0.0.1") : STR_NONE;
}
static const struct wire_resolver resolver = {resolve, NULL};

static int
begin(void **state)
{
    (void)state;
    arena = arena_reserve(256 << 20, &region);
    peer_start(&peer);
    str hosts[2] = {arena_printf(&arena, "own.test:%d", peer.port),
                    arena_printf(&arena, "other.test:%d", peer.port)};
    struct wire_options options = {.user_agent = S("Propre/test"),
                                   .timeout = {2000000},
                                   .private_hosts = hosts,
                                   .private_hosts_n = 2,
                                   .clock = clock_manual(&now),
                                   .resolver = &resolver};
    assert_ok(wire_open(&options, &wire, &error), &error);
    return 0;
}

static int
end(void **state)
{
    (void)state;
    wire_close(wire);
    peer_stop(&peer);
    arena_release(&region);
    return 0;
}

static str
address(const char *host, const char *path)
{
    return arena_printf(&arena, "http://%s:%d%s", host, peer.port, path);
}

static struct http_answer
call(const struct http_request *request, const struct http_source *source)
{
    struct http_answer answer;
    assert_ok(wire_call(wire, request, source, &arena, &answer, &error), &error);
    return answer;
}

static struct http_answer
get(const char *path)
{
    struct http_request request = {.method = HTTP_GET, .url = address("own.test", path)};
    return call(&request, NULL);
}

static struct http_answer
post(const char *path)
{
    struct http_request request = {
        .method = HTTP_POST, .url = address("own.test", path), .body = S("text=hello")};
    return call(&request, NULL);
}

static void
assert_unknown(struct http_answer answer)
{
    if (answer.end != HTTP_UNKNOWN || answer.problem.n == 0)
        fail_msg("end %d, status %d, problem %.*s", (int)answer.end, answer.status,
                 STR_FMT(answer.problem));
}

#define OK_HELLO "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Two:  b \r\n\r\nhello"

static void
test_plain(void **state)
{
    (void)state;
    peer_forget(&peer);
    peer_says(&peer, PEER_KEEP, OK_HELLO);
    struct http_request request = {
        .method = HTTP_POST, .url = address("own.test", "/a?b=c#d"), .body = S("{}")};
    http_add_header(&request, S("Content-Type"), S("application/json"));
    http_add_header(&request, S("X-Empty"), S(""));
    struct http_answer answer = call(&request, NULL);
    assert_int_equal(HTTP_ANSWERED, answer.end);
    assert_int_equal(200, answer.status);
    assert_str("hello", answer.body);
    assert_str("b", http_header_value(&answer, S("x-two")));
    char expected[512];
    (void)snprintf(expected, sizeof expected,
                   "POST /a?b=c HTTP/1.1\r\nHost: own.test:%d\r\nUser-Agent: Propre/test\r\n"
                   "Accept: */*\r\nContent-Type: application/json\r\nX-Empty:\r\n"
                   "Accept-Encoding: identity\r\nContent-Length: 2\r\n\r\n{}",
                   peer.port);
    assert_str(expected, peer_heard(&peer));
}

static void
test_not_sent(void **state)
{
    (void)state;
    struct http_request request = {.method = HTTP_POST, .body = S("x")};
    request.url = S("http://127.0.0.1:1/"); /* not named */
    struct http_answer answer = call(&request, NULL);
    assert_int_equal(HTTP_NOT_SENT, answer.end);
    assert_true(answer.forbidden);
    str hosts[2] = {S("127.0.0.1:1"), arena_printf(&arena, "own.test:%d", peer.port)};
    struct wire_options options = {.private_hosts = hosts,
                                   .private_hosts_n = 2,
                                   .clock = clock_manual(&now),
                                   .resolver = &resolver};
    struct wire *other;
    assert_ok(wire_open(&options, &other, &error), &error);
    assert_ok(wire_call(other, &request, NULL, &arena, &answer, &error), &error);
    assert_int_equal(HTTP_NOT_SENT, answer.end); /* nobody listens there */
    assert_false(answer.forbidden);
    assert_str("This server cannot be reached", answer.problem);
    /* Who speaks no TLS never got the request. */
    peer_forget(&peer);
    request.url = arena_printf(&arena, "https://own.test:%d/", peer.port);
    peer_says(&peer, PEER_CLOSE, "HTTP/1.1 400 no\r\n\r\n");
    request.timeout = (span){300000};
    assert_ok(wire_call(other, &request, NULL, &arena, &answer, &error), &error);
    assert_int_equal(HTTP_NOT_SENT, answer.end);
    assert_true(peer.shared->connections > 0);
    wire_close(other);
}

static void
test_broken_answers(void **state)
{
    (void)state;
    int32_t whole = (int32_t)strlen(OK_HELLO);
    for (int then = PEER_CLOSE; then <= PEER_RESET; then++) {
        for (int32_t cut = 0; cut <= whole; cut++) {
            peer_forget(&peer);
            peer_says(&peer, (enum peer_then)then, OK_HELLO)->cut = cut;
            struct http_answer answer = post("/");
            if (cut < whole)
                assert_unknown(answer);
            else if (answer.end != HTTP_UNKNOWN) /* the reset may overtake the last byte */
                assert_str("hello", answer.body);
            assert_int_equal(1, peer.shared->requests); /* never again by itself */
        }
    }
    peer_forget(&peer);
    peer_says(&peer, PEER_SILENT, "HTTP/1.1 200 OK\r\n");
    struct http_request request = {.method = HTTP_POST,
                                   .url = address("own.test", "/"),
                                   .body = S("x"),
                                   .timeout = {100000}};
    struct http_answer answer = call(&request, NULL);
    assert_unknown(answer);
    assert_str("The server did not answer in time", answer.problem);
}

static void
test_reads_at_most(void **state)
{
    (void)state;
    peer_forget(&peer);
    peer_says(&peer, PEER_CLOSE, "HTTP/1.1 200 OK\r\n\r\n0123456789")->repeat = 1;
    struct http_request request = {
        .method = HTTP_GET, .url = address("own.test", "/"), .answer_max = 10};
    struct http_answer answer = call(&request, NULL);
    assert_unknown(answer);
    assert_str("The answer is longer than what is read", answer.problem);
    peer_forget(&peer);
    peer_says(&peer, PEER_KEEP, "HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n");
    assert_str("The answer is longer than what is read", get("/").problem);
    peer_forget(&peer);
    peer_says(&peer, PEER_KEEP, "X: %01000d\r\n", 0)->repeat = 80;
    memcpy(peer.shared->answers[0].bytes, "HTTP/1.1 200 OK\r\n", 17);
    assert_unknown(get("/"));
    peer_forget(&peer); /* a thousand interim answers are a head too long, too */
    peer_says(&peer, PEER_KEEP, "HTTP/1.1 100 Continue\r\nX: %0100d\r\n\r\n", 0)->repeat = 1000;
    assert_unknown(get("/"));
}

static void
test_redirects(void **state)
{
    (void)state;
    peer_forget(&peer);
    peer_says(&peer, PEER_CLOSE,
              "HTTP/1.1 302 Found\r\nLocation: /b?c#d\r\n"
              "Content-Length: 0\r\n\r\n");
    peer_says(&peer, PEER_CLOSE,
              "HTTP/1.1 301 Found\r\nLocation: http://other.test:%d/c\r\n"
              "Content-Length: 0\r\n\r\n",
              peer.port);
    peer_says(&peer, PEER_KEEP, OK_HELLO);
    struct http_request request = {
        .method = HTTP_GET, .url = address("own.test", "/a"), .follows = true};
    http_add_header(&request, S("Authorization"), S("Bearer secret"));
    http_add_header(&request, S("X-Api-Token"), S("secret"));
    http_add_header(&request, S("Accept"), S("text/html"));
    struct http_answer answer = call(&request, NULL);
    assert_int_equal(HTTP_ANSWERED, answer.end);
    assert_str("hello", answer.body);
    assert_str(cstr(&arena, address("other.test", "/c")), answer.url);
    assert_int_equal(-1, str_find(peer_heard(&peer), S("secret")));
    assert_true(str_find(peer_heard(&peer), S("Accept: text/html")) > 0);
    /* To the same origin they go along. */
    peer_forget(&peer);
    peer_says(&peer, PEER_KEEP, "HTTP/1.1 307 x\r\nLocation: b\r\nContent-Length: 0\r\n\r\n");
    peer_says(&peer, PEER_KEEP, OK_HELLO);
    answer = call(&request, NULL);
    assert_int_equal(200, answer.status);
    assert_true(str_find(peer_heard(&peer), S("GET /b HTTP")) == 0);
    assert_true(str_find(peer_heard(&peer), S("Bearer secret")) > 0);
    /* A loop ends. */
    peer_forget(&peer);
    peer_says(&peer, PEER_KEEP, "HTTP/1.1 302 x\r\nLocation: /\r\nContent-Length: 0\r\n\r\n");
    assert_unknown(call(&request, NULL));
    assert_int_equal(1 + HTTP_REDIRECTS_MAX, peer.shared->requests);
    /* Who did not ask to follow sees the redirect; and what changes something is never redirected. */
    peer_forget(&peer);
    peer_says(&peer, PEER_KEEP, "HTTP/1.1 307 x\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n");
    assert_int_equal(307, get("/").status);
    assert_int_equal(307, post("/").status);
    assert_int_equal(2, peer.shared->requests);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),          cmocka_unit_test(test_not_sent),
        cmocka_unit_test(test_broken_answers), cmocka_unit_test(test_reads_at_most),
        cmocka_unit_test(test_redirects),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
