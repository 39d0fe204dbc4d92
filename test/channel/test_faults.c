#include "../t.h"

#include "base/text.h"
#include "channel/dry.h"
#include "exchange.h"

/*
 * Every step of every written conversation, with every way an answer can be bad. What must hold: nothing is called
 * published without an id; nothing that may be live is ever said to be surely not; nothing is called absent on a
 * bad answer; nothing of a cosmetic step makes a published post unpublished.
 */

enum fault_kind {
    LOST,
    UNSENT,
    BROKEN,      /* 500 with JSON */
    BROKEN_BARE, /* 500 without */
    PROXY,       /* 502 with a page */
    SLOW,        /* 429 */
    REFUSED,     /* 401, saying our secrets back */
    FORBIDDEN,   /* 403 with a page */
    MOVED,       /* 301 */
    PAGE,        /* 200 with a page */
    CUT,         /* half of the JSON */
    KINDS,       /* JSON of other types */
    NULLS,
    NUMBER,
    LONG_ID,
    EMPTY, /* 200 without a body */
    FAULTS_N
};

static str
long_ids(str body, struct arena *arena)
{
    static char id[10 * 1024];
    memset(id, 'a', sizeof id);
    str out = S(""), rest = body;
    ptrdiff_t at;
    while ((at = str_find(rest, S("\"id\":"))) >= 0) {
        ptrdiff_t end = at + 5;
        while (end < rest.n && rest.p[end] != ',' && rest.p[end] != '}')
            end++;
        out = arena_printf(arena, "%.*s%.*s\"id\":\"%.*s\"", STR_FMT(out), (int)at, rest.p,
                           (int)sizeof id, id);
        rest = str_slice(rest, end, rest.n);
    }
    return arena_printf(arena, "%.*s%.*s", STR_FMT(out), STR_FMT(rest));
}

static str
all_secrets(const struct channel_account *account, struct arena *arena)
{
    str out = S("");
    for (int32_t i = 0; i < account->secrets_n; i++)
        out =
            arena_printf(arena, "%.*s %.*s", STR_FMT(out), STR_FMT(account->secrets[i].value));
    return out;
}

static struct http_answer
answered(int32_t status, str body, struct arena *arena)
{
    return (struct http_answer){.end = HTTP_ANSWERED,
                                .status = status,
                                .body = body,
                                .headers = new (arena, struct http_header, 4)};
}

static struct http_answer
spoiled(const struct conversation *c, const struct exchange *e, enum fault_kind fault,
        struct arena *arena)
{
    str page = S("<html><head><title>Oops</title></head><body>No</body></html>");
    str body = e->answer.body;
    int32_t status = e->answer.status ? e->answer.status : 200;
    struct http_answer slow;
    switch (fault) {
    case LOST:
        return (struct http_answer){.end = HTTP_UNKNOWN, .problem = S("time-out")};
    case UNSENT:
        return (struct http_answer){.end = HTTP_NOT_SENT, .problem = S("no such host")};
    case BROKEN:
        return answered(
            500, S("{\"error\":\"internal\",\"errors\":[{\"type\":7}],\"code\":{}}"), arena);
    case BROKEN_BARE:
        return answered(500, S(""), arena);
    case PROXY:
        return answered(502, page, arena);
    case SLOW:
        slow = answered(429, S("{}"), arena);
        slow.headers[slow.headers_n++] = (struct http_header){S("retry-after"), S("30")};
        return slow;
    case REFUSED:
        return answered(401,
                        arena_printf(arena, "{\"message\":\"%.*s\",\"error\":\"%.*s\"}",
                                     STR_FMT(all_secrets(&c->account, arena)),
                                     STR_FMT(all_secrets(&c->account, arena))),
                        arena);
    case FORBIDDEN:
        return answered(403, page, arena);
    case MOVED:
        return answered(301, S(""), arena);
    case PAGE:
        return answered(200, page, arena);
    case CUT:
        return answered(status, str_slice(body, 0, body.n / 2), arena);
    case KINDS:
        return answered(status,
                        S("{\"id\":{\"a\":[]},\"posts\":{\"id\":1},\"images\":7,\"url\":[],"
                          "\"link\":true,\"status\":9,\"data\":[],\"result\":[{}],\"uri\":{},"
                          "\"namespaces\":{},\"errors\":true,\"cid\":0.5}"),
                        arena);
    case NULLS:
        return answered(status, S("null"), arena);
    case NUMBER:
        return answered(status, S("-1e308"), arena);
    case LONG_ID:
        return answered(status, long_ids(body, arena), arena);
    case EMPTY:
        return answered(status, S(""), arena);
    case FAULTS_N:
        break;
    }
    abort();
}

struct trial {
    struct conversation *conversation;
    const struct exchange *exchange;
    enum fault_kind fault;
    bool success; /* the spoiled answer has a status of success */
};

#define broken(trial, ...)                                                       \
    do {                                                                         \
        print_error("%.*s:%d, fault %d: ", STR_FMT((trial)->conversation->file), \
                    (int)(trial)->exchange->line, (int)(trial)->fault);          \
        fail_msg(__VA_ARGS__);                                                   \
    } while (0)

static void
check_words(const struct trial *trial, const struct step *step)
{
    const struct channel_account *account = &trial->conversation->account;
    if (step->words.n > 500 || !utf8_valid(step->words))
        broken(trial, "words of %lld bytes", (long long)step->words.n);
    for (int32_t i = 0; i < account->secrets_n; i++)
        if (account->secrets[i].value.n >= 4 &&
            str_find(step->words, account->secrets[i].value) >= 0)
            broken(trial, "tells a secret: %.*s", STR_FMT(step->words));
}

/* What holds of any step, whatever came before. */
static void
check_step(const struct trial *trial, const struct channel_call *call, const struct step *step)
{
    check_words(trial, step);
    if (step->kind == STEP_DONE && call->op == OP_PUBLISH &&
        (step->remote_id.n < 1 || step->remote_id.n > 512))
        broken(trial, "done without an id, or with one of %lld bytes",
               (long long)step->remote_id.n);
    if (step->kind == STEP_FAIL && step->error_class == CLASS_NONE)
        broken(trial, "fails without a class");
    if (step->kind == STEP_REQUEST && !str_starts(step->request.url, S("http")))
        broken(trial, "asks %.*s", STR_FMT(step->request.url));
    for (int32_t i = 0; i < step->request.headers_n; i++)
        for (ptrdiff_t j = 0; j < step->request.headers[i].value.n; j++)
            if ((unsigned char)step->request.headers[i].value.p[j] < ' ')
                broken(trial, "a header with a control character");
}

/* What holds of the step right behind the bad answer. */
static void
check_after(const struct trial *trial, const struct channel_call *call,
            const struct step *asked, const struct step *step)
{
    enum fault_kind fault = trial->fault;
    bool failed = step->kind == STEP_FAIL;
    enum error_class is = step->error_class;
    bool open = fault == LOST || fault == BROKEN || fault == BROKEN_BARE || fault == PROXY ||
                (trial->success && (fault >= CUT || fault == PAGE));
    if (asked->publishes && open && failed && is != CLASS_AMBIGUOUS)
        broken(trial, "may be live, but is said to be %.*s", STR_FMT(error_class_word(is)));
    if (asked->publishes && failed && is == CLASS_TRANSIENT && fault != UNSENT)
        broken(trial, "transient, though it left");
    if (fault == UNSENT && failed && is != CLASS_TRANSIENT)
        broken(trial, "not sent, but is said to be %.*s", STR_FMT(error_class_word(is)));
    if (asked->cosmetic && failed && call->op == OP_PUBLISH)
        broken(trial, "a cosmetic step fails the post");
    if (call->op == OP_READ_BACK && step->kind == STEP_DONE && fault != LONG_ID &&
        step->presence != PRESENCE_UNKNOWN)
        broken(trial, "presence %d on a bad answer", (int)step->presence);
}

/* Goes on with nothing but broken answers: it must come to an end. */
static void
run_out(const struct trial *trial, const struct channel_call *call, struct step *step,
        struct arena *arena)
{
    for (int32_t i = 0; step->kind == STEP_REQUEST; i++) {
        if (i == 64)
            broken(trial, "never ends");
        struct http_answer answer = answered(500, S("{}"), arena);
        bool publishes = step->publishes;
        trial->conversation->driver->next(call, &answer, arena, step);
        check_step(trial, call, step);
        if (publishes && step->kind == STEP_FAIL && step->error_class == CLASS_TRANSIENT)
            broken(trial, "transient, though it left, at the end");
    }
}

static void
try_one(struct conversation *c, int32_t act_i, int32_t exchange_i, enum fault_kind fault,
        struct arena arena)
{
    struct memo memo = c->memo;
    struct step step;
    const struct driver *driver = c->driver;
    for (int32_t a = 0; a <= act_i; a++) {
        struct conversation_act *act = &c->acts[a];
        int32_t n = a == act_i ? exchange_i : act->exchanges_n;
        act->call.memo = &memo;
        driver->next(&act->call, NULL, &arena, &step);
        for (int32_t i = 0; i < n; i++)
            driver->next(&act->call, &act->exchanges[i].answer, &arena, &step);
    }
    const struct channel_call *call = &c->acts[act_i].call;
    struct trial trial = {
        .conversation = c, .exchange = &c->acts[act_i].exchanges[exchange_i], .fault = fault};
    struct step asked = step;
    assert_int_equal(STEP_REQUEST, asked.kind);
    struct http_answer answer = spoiled(c, trial.exchange, fault, &arena);
    trial.success = answer.end == HTTP_ANSWERED && answer.status >= 200 && answer.status < 300;
    driver->next(call, &answer, &arena, &step);
    check_step(&trial, call, &step);
    check_after(&trial, call, &asked, &step);
    run_out(&trial, call, &step, &arena);
    /* and after a restart it can be taken up again */
    if (call->op == OP_PUBLISH) {
        driver->next(call, NULL, &arena, &step);
        check_step(&trial, call, &step);
    }
}

static void
no_bad_answer_is_believed(void **state)
{
    (void)state;
    struct arena_region region;
    struct arena arena = arena_reserve(512 << 20, &region);
    int32_t n, tried = 0;
    const char **files = conversation_files(NULL, &arena, &n);
    for (int32_t f = 0; f < n; f++) {
        struct arena scratch = arena;
        struct conversation *c = conversation_read(files[f], &scratch);
        for (int32_t a = 0; a < c->acts_n; a++)
            for (int32_t e = 0; e < c->acts[a].exchanges_n; e++)
                for (enum fault_kind k = LOST; k < FAULTS_N; k++, tried++)
                    try_one(c, a, e, k, scratch);
    }
    print_message("# %d combinations of step and fault\n", tried);
    assert_true(tried > 500);
    arena_release(&region);
}

static bool
tells(const struct http_request *request, str secret)
{
    bool found = str_find(request->url, secret) >= 0 || str_find(request->body, secret) >= 0;
    for (int32_t i = 0; i < request->headers_n; i++)
        found |= str_find(request->headers[i].value, secret) >= 0;
    return found;
}

/* A dry run shows the whole way to the publishing request, and no credential. */
static void
a_dry_run_tells_all_but_secrets(void **state)
{
    (void)state;
    struct arena_region region;
    struct arena arena = arena_reserve(512 << 20, &region);
    int32_t n, requests = 0;
    const char **files = conversation_files(NULL, &arena, &n);
    for (int32_t f = 0; f < n; f++) {
        struct arena scratch = arena;
        struct conversation *c = conversation_read(files[f], &scratch);
        struct channel_call *call = &c->acts[0].call;
        struct memo memo = c->memo;
        struct step *steps = new (&scratch, struct step, DRY_STEPS_MAX), last;
        int32_t steps_n;
        call->memo = &memo;
        driver_dry(c->driver, call, &scratch, steps, &steps_n, &last);
        assert_int_equal(c->memo.n, memo.n);
        bool published = false;
        for (int32_t i = 0; i < steps_n; i++, requests++) {
            published |= steps[i].publishes;
            for (int32_t j = 0; j < c->account.secrets_n; j++)
                assert_false(tells(&steps[i].request, c->account.secrets[j].value));
        }
        if (steps_n > 0 && call->op == OP_PUBLISH && (!published || last.kind != STEP_DONE))
            fail_msg("%s: no way to the end, %.*s", files[f], STR_FMT(last.words));
    }
    print_message("# %d requests of dry runs\n", requests);
    arena_release(&region);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(no_bad_answer_is_believed),
                                       cmocka_unit_test(a_dry_run_tells_all_but_secrets)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
