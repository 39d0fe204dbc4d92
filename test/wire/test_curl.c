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
    /* What the environment says of proxies is not asked: everything below would fail. */
    assert_int_equal(0, setenv("http_proxy", "http://127.0.0.1:1", 1));
    assert_int_equal(0, setenv("ALL_PROXY", "http://127.0.0.1:1", 1));
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
    assert_ok(wire_call(other, &request, NULL, &arena, &answer, &error), &error);
    assert_int_equal(HTTP_NOT_SENT, answer.end);
    assert_int_equal(1, peer.shared->connections);
    assert_int_equal(-1, str_find(peer_heard(&peer), S("POST")));
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
                                   .timeout = {1000000}};
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

/* ---- files ---- */

enum { BIG = 3000000, WINDOW_MAX = 64 * 1024 };

struct film {
    int64_t breaks_at; /* cannot be read from there; 0: whole */
    ptrdiff_t most;    /* asked for at once */
    int32_t reads;
};

static bool
read_film(void *ctx, int64_t media, int64_t offset, void *out, ptrdiff_t max, ptrdiff_t *ret_n)
{
    struct film *film = ctx;
    assert_int_equal(4, media);
    film->reads++;
    if (max > film->most)
        film->most = max;
    if (film->breaks_at && offset >= film->breaks_at)
        return false;
    int64_t left = BIG - offset;
    *ret_n = left < max ? left : max;
    memset(out, 'f', (size_t)*ret_n);
    return true;
}

static void
test_files(void **state)
{
    (void)state;
    struct film film = {0};
    struct http_source source = {read_film, &film};
    peer_forget(&peer);
    peer_says(&peer, PEER_KEEP, OK_HELLO);
    struct http_request request = {
        .method = HTTP_PUT, .url = address("own.test", "/up"), .media = 4, .media_bytes = BIG};
    http_add_header(&request, S("Content-Type"), S("video/mp4"));
    assert_int_equal(200, call(&request, &source).status);
    assert_true(peer.shared->bytes > BIG && peer.shared->bytes < BIG + 1000);
    assert_true(str_find(peer_heard(&peer), S("PUT /up HTTP/1.1")) == 0);
    assert_true(str_find(peer_heard(&peer), S("Content-Length: 3000000\r\n")) > 0);
    assert_int_equal(-1, str_find(peer_heard(&peer), S("Expect")));
    assert_true(film.most <= WINDOW_MAX); /* never much of it in memory */
    /* The same as a part of a form. */
    peer_forget(&peer);
    peer_says(&peer, PEER_KEEP, OK_HELLO);
    struct http_part parts[3] = {
        {.name = S("text"), .value = S("a\r\n--b")},
        {.name = S("json"), .value = S("{}"), .mime = S("application/json")},
        {.name = S("file"),
         .file_name = S("a\"b.mp4"),
         .mime = S("video/mp4"),
         .media = 4,
         .media_bytes = BIG}};
    request = (struct http_request){
        .method = HTTP_POST, .url = address("own.test", "/form"), .parts = parts, .parts_n = 3};
    assert_int_equal(200, call(&request, &source).status);
    assert_true(peer.shared->bytes > BIG && peer.shared->bytes < BIG + 2000);
    assert_true(str_find(peer_heard(&peer), S("multipart/form-data; boundary=")) > 0);
    assert_true(str_find(peer_heard(&peer), S("name=\"text\"\r\n\r\na\r\n--b\r\n")) > 0);
    assert_true(str_find(peer_heard(&peer),
                         S("name=\"json\"\r\nContent-Type: application/json\r\n")) > 0);
    assert_true(str_find(peer_heard(&peer),
                         S("filename=\"a%22b.mp4\"\r\nContent-Type: video/mp4\r\n")) > 0);
    assert_true(film.most <= WINDOW_MAX);
    /* A file that ends too soon: what was begun may have been taken. */
    film.breaks_at = BIG / 2;
    struct http_answer answer = call(&request, &source);
    assert_unknown(answer);
    assert_str("The file could not be read to its end while it was sent", answer.problem);
    /* One that cannot be read at all is known before. The peer has counted what broke when it answers what came after. */
    struct http_request small = {.method = HTTP_GET, .url = address("own.test", "/settled")};
    assert_int_equal(200, call(&small, NULL).status);
    film.breaks_at = 0;
    peer_forget(&peer);
    request.parts[2].media_bytes = -1;
    assert_fault(FAULT_INPUT, wire_start(wire, &request, &source, 1, &error), &error,
                 "cannot be read");
    assert_int_equal(0, peer.shared->connections);
    /* And nothing of it leaves with the next one. */
    peer_says(&peer, PEER_KEEP, OK_HELLO);
    small.url = address("own.test", "/after");
    assert_int_equal(200, call(&small, NULL).status);
    assert_int_equal(1, peer.shared->requests);
    assert_true(str_find(peer_heard(&peer), S("GET /after ")) == 0);
}

static void
test_what_is_no_request(void **state)
{
    (void)state;
    struct http_request good = {.method = HTTP_POST,
                                .url = address("own.test", "/"),
                                .body = S("x")},
                        bad = good;
    peer_forget(&peer);
    http_add_header(&bad, S("X-A"), S("b\r\nX-C: d"));
    assert_fault(FAULT_INPUT, wire_start(wire, &bad, NULL, 1, &error), &error, "X-A");
    static const char *const names[] = {
        "Content-Length", "transfer-encoding",  "Host", "Cookie", "X A", "", "X:",
        "Expect",         "Proxy-Authorization"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        bad = good;
        http_add_header(&bad, str_of(names[i]), S("1"));
        assert_fault(FAULT_INPUT, wire_start(wire, &bad, NULL, 1, &error), &error, names[i]);
    }
    bad = good;
    bad.method = HTTP_GET;
    assert_fault(FAULT_INPUT, wire_start(wire, &bad, NULL, 1, &error), &error, "body");
    bad = good;
    bad.media = 4;
    assert_fault(FAULT_INPUT, wire_start(wire, &bad, NULL, 1, &error), &error, "body");
    bad = good;
    bad.follows = true;
    assert_fault(FAULT_INPUT, wire_start(wire, &bad, NULL, 1, &error), &error, "redirected");
    struct http_part part = {.name = S("a\r\nb"), .value = S("x")};
    bad = good;
    bad.body = STR_NONE;
    bad.parts = &part;
    bad.parts_n = 1;
    assert_fault(FAULT_INPUT, wire_start(wire, &bad, NULL, 1, &error), &error, "part");
    assert_int_equal(0, peer.shared->connections);
}

/* ---- connections that are used again ---- */

static void
test_reuse(void **state)
{
    (void)state;
    peer_forget(&peer);
    peer_says(&peer, PEER_KEEP, OK_HELLO);
    assert_int_equal(200, get("/1").status);
    int32_t before = peer.shared->connections;
    assert_int_equal(200, get("/2").status);
    assert_int_equal(before, peer.shared->connections); /* a GET takes it again */
    assert_int_equal(200, post("/3").status);
    assert_int_equal(before + 1,
                     peer.shared->connections); /* what changes something never does */
    /* A server that hangs up on the second request of a connection: the library would send it again by itself. */
    peer_forget(&peer);
    peer_says(&peer, PEER_KEEP, OK_HELLO);
    peer_says(&peer, PEER_CLOSE, OK_HELLO)->cut = 0;
    assert_int_equal(200, get("/1").status);
    assert_unknown(post("/2"));
    assert_int_equal(2, peer.shared->requests);
}

static void
test_forms_of_answers(void **state)
{
    (void)state;
    peer_forget(&peer);
    peer_says(&peer, PEER_KEEP,
              "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nX-A: early\r\n\r\n"
              "HTTP/1.1 201 Made\r\nTransfer-Encoding: chunked\r\nX-B: b\r\n\r\n"
              "3\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: t\r\n\r\n");
    struct http_answer answer = get("/");
    assert_int_equal(201, answer.status);
    assert_str("abcde", answer.body);
    assert_true(http_header_value(&answer, S("x-a")).p == NULL);
    assert_true(http_header_value(&answer, S("x-trailer")).p == NULL);
    assert_str("b", http_header_value(&answer, S("x-b")));
    static const char *const broken[] = {
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
        "hello",
        "\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        "HTTP/9.9 999 what\r\n",
        "SSH-2.0-x\r\n"};
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        peer_forget(&peer);
        peer_says(&peer, PEER_CLOSE, "%s", broken[i]);
        answer = post("/");
        if (answer.end != HTTP_UNKNOWN)
            fail_msg("%zu: end %d status %d", i, (int)answer.end, answer.status);
    }
    /* 500 and 204 are whole answers; what they mean is not the wire's business. */
    peer_forget(&peer);
    peer_says(&peer, PEER_KEEP, "HTTP/1.1 204 None\r\n\r\n");
    assert_int_equal(204, post("/").status);
}

/* Unpacked only when asked for; the limit is of what comes out. */
static void
test_gzip(void **state)
{
    (void)state;
    /* 31 bytes: gzip of "hello" with a stored block. */
    static const char hello[] =
        "\x1f\x8b\x08\0\0\0\0\0\0\x03\x01\x05\0\xfa\xffhello\x86\xa6\x10\x36\x05\0\0\0";
    enum { HELLO = sizeof hello - 1 };
    for (int asks = 0; asks < 2; asks++) {
        peer_forget(&peer);
        struct peer_answer *says =
            peer_says(&peer, PEER_KEEP,
                      "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n",
                      (int)HELLO);
        memcpy(says->bytes + says->n, hello, HELLO);
        says->n += HELLO;
        struct http_request request = {.method = HTTP_GET, .url = address("own.test", "/")};
        if (asks)
            http_add_header(&request, S("Accept-Encoding"), S("gzip"));
        struct http_answer answer = call(&request, NULL);
        assert_int_equal(HTTP_ANSWERED, answer.end);
        assert_int_equal(asks ? 5 : HELLO, answer.body.n);
        assert_true(str_find(peer_heard(&peer), asks ? S("Accept-Encoding: gzip")
                                                     : S("Accept-Encoding: identity")) > 0);
        request.answer_max = 4; /* of what comes out */
        assert_unknown(call(&request, NULL));
    }
}

/* Many at once: each answer has its own tag, the slow one holds up nobody. */
static void
test_side_by_side(void **state)
{
    (void)state;
    enum { AT_ONCE = 16 };
    peer_forget(&peer);
    peer_says(&peer, PEER_HELD, OK_HELLO);
    peer_says(&peer, PEER_KEEP, OK_HELLO);
    struct http_request request = {.method = HTTP_POST,
                                   .url = address("own.test", "/"),
                                   .body = S("x"),
                                   .timeout = {60000000}};
    bool seen[AT_ONCE + 1] = {0};
    for (int64_t tag = 0; tag < AT_ONCE; tag++)
        assert_ok(wire_start(wire, &request, NULL, tag, &error), &error);
    assert_fault(FAULT_LIMIT, wire_start(wire, &request, NULL, 99, &error), &error, "16");
    struct http_answer answer;
    int64_t tag;
    bool any;
    for (int32_t n = 0; n < AT_ONCE + 1; n++) {
        if (n == AT_ONCE - 1) { /* all but the slow one are there */
            assert_ok(wire_wait(wire, (span){0}, &arena, &tag, &answer, &any, &error), &error);
            assert_false(any);
            request =
                (struct http_request){.method = HTTP_GET, .url = address("own.test", "/go")};
            assert_ok(wire_start(wire, &request, NULL, AT_ONCE, &error), &error);
        }
        assert_ok(wire_wait(wire, (span){60000000}, &arena, &tag, &answer, &any, &error),
                  &error);
        assert_true(any && tag >= 0 && tag <= AT_ONCE && !seen[tag]);
        assert_str("hello", answer.body);
        seen[tag] = true;
    }
    assert_ok(wire_wait(wire, (span){0}, &arena, &tag, &answer, &any, &error), &error);
    assert_false(any);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_not_sent),
        cmocka_unit_test(test_broken_answers),
        cmocka_unit_test(test_reads_at_most),
        cmocka_unit_test(test_redirects),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_what_is_no_request),
        cmocka_unit_test(test_reuse),
        cmocka_unit_test(test_forms_of_answers),
        cmocka_unit_test(test_gzip),
        cmocka_unit_test(test_side_by_side),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
