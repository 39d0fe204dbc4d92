/* What may be seen of what passes: never a secret. */
#include "t.h"

#include "base/buf.h"
#include "wire/trace.h"

static struct arena_region region;
static struct arena arena;

static int
begin(void **state)
{
    (void)state;
    arena = arena_reserve(64 << 20, &region);
    return 0;
}

static int
end(void **state)
{
    (void)state;
    arena_release(&region);
    return 0;
}

static void
test_redact(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"Authorization: Bearer abc.DEF\r\nHost: a", "Authorization: ***\r\nHost: a"},
        {"authorization:OAuth oauth_token=\"CANARY\"\nX: y", "authorization:***\nX: y"},
        {"DPoP: CANARY", "DPoP: ***"},
        {"https://graph.example/me?fields=id&access_token=CANARY&limit=5",
         "https://graph.example/me?fields=id&access_token=***&limit=5"},
        {"grant_type=refresh_token&refresh_token=CANARY&client_secret=CANARY",
         "grant_type=refresh_token&refresh_token=***&client_secret=***"},
        {"/callback?code=CANARY&state=CANARY#x", "/callback?code=***&state=***#x"},
        {"{\"accessJwt\" : \"CANARY\\\"CANARY\",\"handle\":\"a.b\"}",
         "{\"accessJwt\" : \"***\",\"handle\":\"a.b\"}"},
        {"{\"error\":{\"code\":\"bad_token\",\"token\":\"CANARY\"}}",
         "{\"error\":{\"code\":\"bad_token\",\"token\":\"***\"}}"},
        {"{\"expires_in\":5,\"token\":null,\"code\":190}",
         "{\"expires_in\":5,\"token\":null,\"code\":190}"},
        {"got eyJhbGciOiJIUzI1NiJ9.eyJpYXQiOjE3.RUiGWQj2 there", "got *** there"},
        {"sent Bearer CANARYCANARY twice", "sent Bearer *** twice"},
        {"https://discord.com/api/webhooks/123/CANARY?wait=true",
         "https://discord.com/api/webhooks/123/***?wait=true"},
        {"https://hooks.example/services/T0/B0/CANARY", "https://hooks.example/services/***"},
        {"https://api.telegram.org/bot123:CANARY/sendMessage",
         "https://api.telegram.org/bot***/sendMessage"},
        {"hub.mode=subscribe&hub.secret=CANARY", "hub.mode=subscribe&hub.secret=***"},
        {"token: the word alone; a token too many", "token: ***"},
        {"the bearer of this; basic idea; /bottle; a token",
         "the bearer of this; basic idea; /bottle; a token"},
        {"{\"password\":\"CANARY", "{\"password\":\"***"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        assert_str(pairs[i][1], redact(&arena, str_of(pairs[i][0])));
}

/* A wire of the test: answers at once. */
static enum fault
start(void *ctx, const struct http_request *request, const struct http_source *source,
      int64_t tag, struct error *error)
{
    (void)request;
    (void)source;
    (void)tag;
    (void)error;
    (*(int *)ctx)++;
    return OK;
}

static struct http_header answer_headers[] = {
    {S_CONST("set-cookie"), S_CONST("s=CANARY")},
    {S_CONST("content-type"), S_CONST("application/json")}};

static enum fault
wait_for(void *ctx, span timeout, struct arena *keep, int64_t *ret_tag, struct http_answer *ret,
         bool *ret_any, struct error *error)
{
    (void)ctx;
    (void)timeout;
    (void)keep;
    (void)error;
    *ret_tag = 7;
    *ret_any = true;
    *ret = (struct http_answer){.end = HTTP_ANSWERED,
                                .status = 201,
                                .headers = answer_headers,
                                .headers_n = 2,
                                .body = S("{\"refresh_token\":\"CANARY\",\"id\":\"5\"}")};
    return OK;
}

static void
note(void *ctx, str text)
{
    buf_add(ctx, text);
}

static void
test_trace(void **state)
{
    (void)state;
    static const struct wire_ops ops = {start, wait_for};
    int starts = 0;
    struct wire inner = {&ops, &starts};
    struct trace trace;
    struct error error;
    auto_buf seen;
    buf_init(&seen, 1 << 20);
    trace_init(&trace, &inner, note, &seen);
    struct http_part parts[2] = {{.name = S("token"), .value = S("CANARY")},
                                 {.name = S("photo"), .media = 1, .media_bytes = 99}};
    struct http_request request = {.method = HTTP_POST,
                                   .url = S("https://a.example/x?access_token=CANARY"),
                                   .parts = parts,
                                   .parts_n = 2};
    http_add_header(&request, S("Authorization"), S("Bearer CANARY"));
    assert_ok(wire_start(&trace.wire, &request, NULL, 7, &error), &error);
    struct http_answer answer;
    bool any = false;
    int64_t tag = 0;
    assert_ok(wire_wait(&trace.wire, SPAN_SECOND, &arena, &tag, &answer, &any, &error), &error);
    assert_true(any && tag == 7 && starts == 1);
    assert_int_equal(201, answer.status);
    assert_str("{\"refresh_token\":\"CANARY\",\"id\":\"5\"}",
               answer.body); /* the caller sees all of it */
    assert_int_equal(-1, str_find(buf_str(&seen), S("CANARY")));
    assert_str(
        "> 7 POST https://a.example/x?access_token=***\nAuthorization: ***\n\ntoken=***\n"
        "photo=(99 bytes)\n< 7 201\nset-cookie: ***\ncontent-type: application/json\n\n"
        "{\"refresh_token\":\"***\",\"id\":\"5\"}\n",
        buf_str(&seen));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_redact),
                                       cmocka_unit_test(test_trace)};
    return cmocka_run_group_tests(tests, begin, end);
}
