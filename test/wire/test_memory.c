/*
 * libcurl runs out of memory: one request, with the first, second, third … piece of memory that it asks for refused, once or
 * from there on. Each time there is an answer or a fault, the wire goes on afterwards, and what reached the other side is
 * never said to be unsent: it would be sent again.
 */
#include "peer.h"

#include <curl/curl.h>

#include "base/clock.h"
#include "base/sanitize.h"
#include "wire/curl.h"

enum {
    CASES_MAX = 5000,
    STRIDE = SANITIZED ? 5 : 1 /* each costs ten times as much there; leaks are looked for */
};

static int64_t asked_n, refused_at;
static bool for_good;

static bool
refused(void)
{
    asked_n++;
    return refused_at > 0 && (asked_n == refused_at || (for_good && asked_n > refused_at));
}

static void *
curl_malloc(size_t n)
{
    return refused() ? NULL : malloc(n);
}

static void *
curl_calloc(size_t n, size_t size)
{
    return refused() ? NULL : calloc(n, size);
}

static void *
curl_realloc(void *p, size_t n)
{
    return refused() ? NULL : realloc(p, n);
}

static char *
curl_strdup(const char *s)
{
    return refused() ? NULL : strdup(s);
}

static str
resolve(void *ctx, str host, int32_t port)
{
    (void)ctx, (void)host, (void)port;
    return S("127.0.0.1");
}

static instant now = {1783245600000000};
static const struct wire_resolver resolver = {resolve, NULL};

static bool
read_dots(void *ctx, int64_t media, int64_t offset, void *out, ptrdiff_t n, ptrdiff_t *ret)
{
    (void)ctx, (void)media, (void)offset;
    *ret = n;
    memset(out, '.', (size_t)n);
    return true;
}

enum kind { TEXT, FILES, FOLLOWED, KINDS_N };
static const char *const kind_words[KINDS_N] = {"a text", "a form with a file", "a redirect"};

/* The answer to one request; false: it could not be asked at all, and it is said why. */
static bool
ask(struct wire *wire, enum kind kind, const struct peer *peer, struct arena arena,
    struct http_answer *ret)
{
    struct error error = {0};
    const struct http_source source = {read_dots, NULL};
    struct http_part parts[2] = {{.name = S("text"), .value = S("hello")},
                                 {.name = S("file"),
                                  .file_name = S("a.png"),
                                  .mime = S("image/png"),
                                  .media = 4,
                                  .media_bytes = 3000}};
    struct http_request request = {
        .method = kind == FOLLOWED ? HTTP_GET : HTTP_POST,
        .url = arena_printf(&arena, "http://own.test:%d/", peer->port),
        .follows = kind == FOLLOWED,
    };
    if (kind == FILES) {
        request.parts = parts;
        request.parts_n = 2;
    } else if (kind == TEXT) {
        request.body = S("text=hello");
        http_add_header(&request, S("Content-Type"), S("application/x-www-form-urlencoded"));
    }
    if (wire_call(wire, &request, &source, &arena, ret, &error) == OK)
        return true;
    assert_true(error.frames_n > 0);
    return false;
}

/* One case; false when there was nothing left to refuse. */
static bool
goes_on_without(struct peer *peer, enum kind kind, int64_t at, struct arena arena)
{
    struct error error = {0};
    struct wire *wire = NULL;
    struct http_answer answer;
    str host = arena_printf(&arena, "own.test:%d", peer->port);
    const struct wire_options options = {.timeout = {2000000},
                                         .private_hosts = &host,
                                         .private_hosts_n = 1,
                                         .clock = clock_manual(&now),
                                         .resolver = &resolver};
    peer_forget(peer);
    if (kind == FOLLOWED)
        peer_says(peer, PEER_KEEP,
                  "HTTP/1.1 302 F\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n");
    peer_says(peer, PEER_KEEP, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    int32_t before = peer->shared->requests;
    asked_n = 0;
    refused_at = at;
    enum fault opened = wire_open(&options, &wire, &error);
    bool asked = !opened && ask(wire, kind, peer, arena, &answer);
    refused_at = 0;
    bool struck = asked_n >= at;
    if (opened) {
        assert_true(error.frames_n > 0);
        wire_close(wire);
        return struck;
    }
    if (asked && answer.end == HTTP_ANSWERED && kind != FOLLOWED)
        assert_int_equal(200, answer.status);
    /* What is sent is sent whole: no header of it was left out. */
    if (asked && answer.end == HTTP_ANSWERED && kind == TEXT) {
        assert_true(str_find(peer_heard(peer), S("x-www-form-urlencoded")) > 0);
        assert_true(str_ends(peer_heard(peer), S("Accept-Encoding: identity\r\n"
                                                 "Content-Length: 10\r\n\r\ntext=hello")));
    }
    if (asked && answer.end != HTTP_ANSWERED)
        assert_true(answer.problem.n > 0);
    bool unsent = !asked || answer.end == HTTP_NOT_SENT;
    assert_true(
        ask(wire, TEXT, peer, arena, &answer)); /* the other side serves one after the other */
    assert_int_equal(HTTP_ANSWERED, answer.end);
    if (unsent && peer->shared->requests != before + 1)
        fail_msg("piece %lld refused%s: said to be unsent, and %d requests arrived",
                 (long long)at, for_good ? " for good" : "",
                 (int)(peer->shared->requests - before - 1));
    wire_close(wire);
    return struck;
}

static void
every_piece_refused(void **state)
{
    (void)state;
    struct peer peer;
    struct arena_region region;
    struct arena arena = arena_reserve(256 << 20, &region);
    assert_int_equal(CURLE_OK, curl_global_init_mem(CURL_GLOBAL_DEFAULT, curl_malloc, free,
                                                    curl_realloc, curl_strdup, curl_calloc));
    peer_start(&peer);
    for (enum kind kind = 0; kind < KINDS_N; kind++) {
        for (int mode = 0; mode < 2; mode++) {
            int64_t at = 1;
            for_good = mode == 1;
            while (at < CASES_MAX && goes_on_without(&peer, kind, at, arena))
                at += STRIDE;
            print_message("# %s, memory refused %s: %lld pieces\n", kind_words[kind],
                          for_good ? "for good" : "once", (long long)at);
            assert_in_range(at, 50, CASES_MAX - 1);
        }
    }
    peer_stop(&peer);
    curl_global_cleanup();
    arena_release(&region);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_piece_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
