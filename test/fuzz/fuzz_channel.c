#include "fuzz.h"

#include "channel/count.h"
#include "channel/driver.h"

/*
 * Any driver, any operation, any answers: a byte each for driver, operation and what is known of the account; then answers: a
 * byte for how it ended, two for the length of the body, the body.
 */

static const struct {
    enum http_end end;
    int32_t status;
} ends[] = {{HTTP_ANSWERED, 200}, {HTTP_ANSWERED, 201}, {HTTP_ANSWERED, 204},
            {HTTP_ANSWERED, 301}, {HTTP_ANSWERED, 400}, {HTTP_ANSWERED, 401},
            {HTTP_ANSWERED, 403}, {HTTP_ANSWERED, 404}, {HTTP_ANSWERED, 409},
            {HTTP_ANSWERED, 422}, {HTTP_ANSWERED, 429}, {HTTP_ANSWERED, 500},
            {HTTP_ANSWERED, 503}, {HTTP_UNKNOWN, 0},    {HTTP_NOT_SENT, 0}};

struct input {
    const uint8_t *p;
    size_t n;
};

static uint8_t
take(struct input *input)
{
    if (input->n == 0)
        return 0;
    input->n--;
    return *input->p++;
}

static struct http_answer
take_answer(struct input *input, struct http_header *headers)
{
    size_t which = take(input) % (sizeof ends / sizeof ends[0]);
    size_t n = take(input);
    n |= (size_t)take(input) << 8;
    n = n < input->n ? n : input->n;
    str body = {(const char *)input->p, (ptrdiff_t)n};
    input->p += n;
    input->n -= n;
    headers[0] = (struct http_header){S("retry-after"), str_slice(body, 0, 20)};
    headers[2] = (struct http_header){S("dpop-nonce"), str_slice(body, 0, 12)};
    headers[1] = (struct http_header){S("x-wp-total"), str_slice(body, 0, 3)};
    return (struct http_answer){.end = ends[which].end,
                                .status = ends[which].status,
                                .body = body,
                                .problem = S("none"),
                                .headers = headers,
                                .headers_n = 3};
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena_region region; /* kept between inputs: reserving is the slow part */
    struct arena arena =
        region.start ? arena_reset(&region) : arena_reserve(4 * FUZZ_ARENA_BYTES, &region);
    struct input input = {data, size};
    int32_t n;
    const struct driver *const *list = driver_list(&n);
    const struct driver *driver = list[take(&input) % n];
    const struct secret_pair secrets[] = {
        {S("user"), S("anna")},
        {S("password"), S("abcd efgh")},
        {S("token"), S("t0ken")},
        {S("webhook"), S("https://hook.example/webhooks/1/2")},
        {S("access"), S("acc3ss")},
        {S("refresh"), S("refr3sh")},
        {S("oauth"), S("{\"state\":\"2\",\"issuer\":\"https://i.example\",\"key\":"
                       "\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\",\"did\":\"did:plc:u\","
                       "\"token_endpoint\":\"https://i.example/t\"}")},
        {S("session"), S("{\"token_endpoint\":\"https://i.example/t\"}")},
        {S("key"), S("5f0c1e2d3b4a59687766554f:00112233445566778899aabbccddeeff"
                     "00112233445566778899aabbccddeeff")},
        /* the last: only where an account came by OAuth */
        {S("dpop_key"), S("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")}};
    struct channel_account account = {.server = S("https://a.example"),
                                      .handle = S("@us"),
                                      .user_id = S("1"),
                                      .secrets = secrets,
                                      .secrets_n = sizeof secrets / sizeof secrets[0] - 1};
    const str parts[] = {S("One https://a.example #tag @b@c.example"), S("Two")};
    const str words[] = {S("news")};
    const struct channel_media media[] = {{.media = 1,
                                           .bytes = 10,
                                           .mime = S("image/png"),
                                           .file_name = S("a.png"),
                                           .alt = S("A")}};
    struct channel_message message = {.parts = parts,
                                      .parts_n = 2,
                                      .title = S("T"),
                                      .tags = words,
                                      .tags_n = 1,
                                      .categories = words,
                                      .categories_n = 1,
                                      .media = media,
                                      .media_n = 1,
                                      .key = S("0123456789abcdef0123456789abcdef"),
                                      .created = {1795600800000000}};
    struct memo memo = {0};
    struct channel_call call = {.account = &account,
                                .message = &message,
                                .remote_id = S("1"),
                                .now = {1795600800000000},
                                .redirect = S("http://127.0.0.1:8080/back"),
                                .callback = S("code=1&state=2&iss=https%3A%2F%2Fi.example"),
                                .seed = S("0123456789abcdef0123456789abcdef"),
                                .memo = &memo};
    call.op = (enum channel_op)(take(&input) % CHANNEL_OPS_N);
    uint8_t known = take(&input);
    account.secrets_n += (known & 2) != 0;
    if (known & 4)
        call.remote_id = S("at://did:plc:u/app.bsky.feed.post/3n34vlxje22up");
    if (known & 1)
        account.limits = S("{\"api\":\"https://a.example/wp-json\"}");
    struct step step;
    struct http_header headers[3];
    driver->next(&call, NULL, &arena, &step);
    for (int32_t i = 0; i < 40 && step.kind == STEP_REQUEST; i++) {
        struct http_answer answer = take_answer(&input, headers);
        bool publishes = step.publishes;
        driver->next(&call, &answer, &arena, &step);
        assert(step.words.n <= 500);
        assert(step.kind != STEP_DONE || call.op != OP_PUBLISH || step.remote_id.n > 0);
        assert(step.kind != STEP_FAIL || step.error_class != CLASS_NONE);
        assert(step.kind != STEP_FAIL || !publishes || answer.end == HTTP_NOT_SENT ||
               step.error_class != CLASS_TRANSIENT);
    }
    str text = {(const char *)data, (ptrdiff_t)(size < 2000 ? size : 2000)};
    assert(count_x(text, &count_x_v3) >= 0 && count_mastodon(text, 23) >= 0);
    assert(count_utf16(text) >= 0);
    return 0;
}
