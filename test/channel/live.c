#include "../t.h"

#include <time.h>

#include "base/clock.h"
#include "channel/driver.h"
#include "wire/curl.h"

/*
 * live NETWORK SERVER HOST:PORT NAME=SECRET…: a driver against a real server of one's own, by hand: verify,
 * publish with a picture, the publishing answer thrown away and read back, publish again, edit, numbers, withdraw.
 * Not part of the checks: they need no network. What it prints is what the server made of us.
 */

/* A white pixel. */
static const unsigned char pixel[] = {
    0x89, 'P',  'N',  'G',  0x0d, 0x0a, 0x1a, 0x0a, 0,    0,    0,    13,   'I',  'H',
    'D',  'R',  0,    0,    0,    1,    0,    0,    0,    1,    8,    2,    0,    0,
    0,    0x90, 0x77, 0x53, 0xde, 0,    0,    0,    12,   'I',  'D',  'A',  'T',  0x08,
    0xd7, 0x63, 0xf8, 0xff, 0xff, 0x3f, 0,    0x05, 0xfe, 0x02, 0xfe, 0xdc, 0xcc, 0x59,
    0xe7, 0,    0,    0,    0,    'I',  'E',  'N',  'D',  0xae, 0x42, 0x60, 0x82};

static bool
read_pixel(void *ctx, int64_t media, int64_t offset, void *out, ptrdiff_t max, ptrdiff_t *ret_n)
{
    (void)ctx;
    (void)media;
    ptrdiff_t left = (ptrdiff_t)sizeof pixel - offset;
    *ret_n = left < max ? left : max;
    memcpy(out, pixel + offset, (size_t)*ret_n);
    return true;
}

static const char *const kinds[] = {"request", "wait", "done", "fail"};

static void
run(struct wire *wire, const struct driver *driver, struct channel_call *call, bool lose,
    struct arena *arena, struct step *step)
{
    struct http_source source = {.read = read_pixel};
    struct http_answer answer;
    struct error error;
    driver->next(call, NULL, arena, step);
    while (step->kind == STEP_REQUEST) {
        call->now.us = (int64_t)time(NULL) * 1000000;
        str method = http_method_name(step->request.method);
        assert_ok(wire_call(wire, &step->request, &source, arena, &answer, &error), &error);
        printf("  %.*s: %.*s %.*s -> %d %d\n", STR_FMT(step->name), STR_FMT(method),
               STR_FMT(step->request.url), (int)answer.end, (int)answer.status);
        if (lose && step->publishes)
            answer = (struct http_answer){.end = HTTP_UNKNOWN, .problem = S("lost on purpose")};
        driver->next(call, &answer, arena, step);
    }
    printf("%s id=%.*s url=%.*s presence=%d class=%.*s words=%.*s limits=%.*s\n",
           kinds[step->kind], STR_FMT(step->remote_id), STR_FMT(step->permalink),
           (int)step->presence, STR_FMT(error_class_word(step->error_class)),
           STR_FMT(step->words), STR_FMT(step->limits));
    for (int32_t i = 0; i < step->metrics_n; i++)
        printf("  %.*s=%g\n", STR_FMT(step->metrics[i].name), step->metrics[i].value);
}

int
main(int argc, char **argv)
{
    if (argc < 5)
        return 2;
    struct arena_region region;
    struct arena arena = arena_reserve(256 << 20, &region);
    const struct driver *driver = driver_find(str_of(argv[1]));
    struct secret_pair secrets[8];
    struct channel_account account = {.server = str_of(argv[2]), .secrets = secrets};
    for (int i = 4; i < argc && account.secrets_n < 8; i++) {
        str value = str_of(argv[i]), name;
        if (str_cut(&value, '=', &name))
            secrets[account.secrets_n++] = (struct secret_pair){name, value};
    }
    str host = str_of(argv[3]);
    struct wire_options options = {
        .user_agent = S("Propre/0.1"), .private_hosts = &host, .private_hosts_n = 1};
    options.clock = clock_system();
    struct wire *wire;
    struct error error;
    assert_ok(wire_open(&options, &wire, &error), &error);
    str parts[] = {S("Hello *there* & <b>you</b>")}, tags[] = {S("bread & more"), S("Été")};
    struct channel_media media = {.media = 1,
                                  .bytes = sizeof pixel,
                                  .mime = S("image/png"),
                                  .file_name = S("pixel.png"),
                                  .alt = S("A white pixel"),
                                  .width = 1,
                                  .height = 1};
    struct channel_message message = {.parts = parts,
                                      .parts_n = 1,
                                      .title = S("From the \"live\" test"),
                                      .tags = tags,
                                      .tags_n = 2,
                                      .categories = tags,
                                      .categories_n = 1,
                                      .media = &media,
                                      .media_n = 1};
    char key[33];
    (void)snprintf(key, sizeof key, "%032llx", (unsigned long long)time(NULL));
    message.key = str_of(key);
    struct memo memo = {0};
    struct step step;
    struct channel_call call = {.account = &account, .message = &message, .memo = &memo};
    call.now.us = (int64_t)time(NULL) * 1000000;
    const enum channel_op ops[] = {OP_VERIFY,    OP_READ_BACK, OP_PUBLISH,      OP_READ_BACK,
                                   OP_PUBLISH,   OP_EDIT,      OP_POST_METRICS, OP_WITHDRAW,
                                   OP_READ_BACK, OP_WITHDRAW};
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
        call.op = ops[i];
        if (!driver->traits.ops[ops[i]])
            continue;
        printf("op %d\n", (int)ops[i]);
        run(wire, driver, &call, i == 2, &arena, &step);
        if (step.limits.n > 0)
            account.limits = step.limits;
        if (step.remote_id.n > 0)
            call.remote_id = step.remote_id;
    }
    wire_close(wire);
    arena_release(&region);
    return 0;
}
