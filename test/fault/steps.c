/*
 * Every network × step × fault, by the real drivers and the real protocol, without data or wire: a publish (and a
 * look for it) is walked to a step of its written conversation (test/channel/cases), the answer of that step is
 * replaced, and the way goes on as the outbox would go it, until its end. Twice: in a world whose looks tell what the
 * conversation has, and in one whose looks lack the post, so that it is sent again.
 */
#include "../t.h"

#include "base/text.h"
#include "exchange.h"
#include "outbox/protocol.h"

enum trouble {
    NEVER_LEFT,
    TIMED_OUT,
    CUT_OFF, /* in the body */
    TOO_LONG,
    S400,
    S401,
    S403,
    S404,
    S408,
    S409,
    S410,
    S413,
    S422,
    S429,
    S500,
    S502,
    S503,
    EMPTY_200,
    PAGE_200,
    HALF_200,
    HUGE_200,
    BYTES_200, /* its texts are not text */
    TROUBLES_N
};
static const struct {
    int32_t status;
    bool maybe_live; /* a publishing request that ended so may have been done */
} troubles[TROUBLES_N] = {
    [NEVER_LEFT] = {0, false}, [TIMED_OUT] = {0, true},  [CUT_OFF] = {0, true},
    [TOO_LONG] = {0, true},    [S400] = {400, false},    [S401] = {401, false},
    [S403] = {403, false},     [S404] = {404, false},    [S408] = {408, true},
    [S409] = {409, false},     [S410] = {410, false},    [S413] = {413, false},
    [S422] = {422, false},     [S429] = {429, true},     [S500] = {500, true},
    [S502] = {502, true},      [S503] = {503, true},     [EMPTY_200] = {200, true},
    [PAGE_200] = {200, true},  [HALF_200] = {200, true}, [HUGE_200] = {200, true},
    [BYTES_200] = {200, true},
};
enum world_kind { LOOKS_TELL, LOOKS_LACK, WORLDS_N };

enum { ROUNDS_MAX = 600, WORDS_BYTES_MAX = 500, HUGE_BYTES = 1900000 };
static const int64_t LONGEST_WAIT_US =
    (int64_t)26 * 3600 * 1000000; /* a day, and quarantines */

/* One way: from a step, with its answer replaced. */
struct way {
    const struct conversation *conversation;
    const struct exchange *spoilt;
    enum trouble trouble;
    enum world_kind world;
    struct arena *arena;

    struct protocol_rules rules;
    struct protocol_state state;
    enum delivery_state is;
    struct memo memo;
    struct channel_call call;
    struct http_request
        open; /* a publishing request that may have been done, and nobody knows */
    bool is_open, open_lacking; /* the looks lacked it, as often as it takes */
    bool struck;
    int32_t published_n, again_n;
    int32_t asked[ACTS_MAX][EXCHANGES_MAX]; /* how often each exchange was used */
};

#define broken(way, ...)                                                                   \
    do {                                                                                   \
        print_error("%.*s:%d, trouble %d, world %d: ", STR_FMT((way)->conversation->file), \
                    (int)(way)->spoilt->line, (int)(way)->trouble, (int)(way)->world);     \
        fail_msg(__VA_ARGS__);                                                             \
    } while (0)

static struct http_answer
answered(int32_t status, str body, struct arena *arena)
{
    return (struct http_answer){.end = HTTP_ANSWERED,
                                .status = status,
                                .body = body,
                                .headers = new (arena, struct http_header, 2)};
}

/* Each text of that JSON begins with a byte that is no character. */
static str
no_text(str body, struct arena *arena)
{
    str out = S(""), rest = body;
    ptrdiff_t at;
    while ((at = str_find(rest, S("\":\""))) >= 0) {
        out = arena_printf(arena, "%.*s%.*s\":\"\xff", STR_FMT(out), (int)at, rest.p);
        rest = str_slice(rest, at + 3, rest.n);
    }
    return arena_printf(arena, "%.*s%.*s", STR_FMT(out), STR_FMT(rest));
}

static struct http_answer
spoil(const struct way *way)
{
    static char huge[HUGE_BYTES];
    str json = S("{\"error\":\"invalid\",\"message\":\"It does not go\"}");
    str page = S("<html><head><title>Oops</title></head><body>No</body></html>");
    str body = way->spoilt->answer.body;
    struct http_answer answer;
    switch (way->trouble) {
    case NEVER_LEFT:
        return (struct http_answer){.end = HTTP_NOT_SENT, .problem = S("no such host")};
    case TIMED_OUT:
    case CUT_OFF:
    case TOO_LONG:
        return (struct http_answer){.end = HTTP_UNKNOWN, .problem = S("the line broke")};
    case S429:
        answer = answered(429, json, way->arena);
        answer.headers[answer.headers_n++] =
            (struct http_header){S("retry-after"), S("99999999")};
        return answer;
    case S502:
    case S503:
        return answered(troubles[way->trouble].status, page, way->arena);
    case EMPTY_200:
        return answered(200, S(""), way->arena);
    case PAGE_200:
        return answered(200, page, way->arena);
    case HALF_200:
        return answered(200, str_slice(body, 0, body.n / 2), way->arena);
    case HUGE_200:
        memset(huge, '\xC3', sizeof huge); /* not even text */
        return answered(200, (str){huge, sizeof huge}, way->arena);
    case BYTES_200:
        return answered(200, no_text(body, way->arena), way->arena);
    case S400:
    case S401:
    case S403:
    case S404:
    case S408:
    case S409:
    case S410:
    case S413:
    case S422:
    case S500:
        return answered(troubles[way->trouble].status, json, way->arena);
    case TROUBLES_N:
        break;
    }
    abort();
}

/* What the network says: the conversation's answer to that request, each in its turn; else it is overloaded. */
static struct http_answer
reply(struct way *way, const struct http_request *request, bool *ret_spoilt)
{
    const struct conversation *c = way->conversation;
    const struct exchange *found = NULL;
    int32_t *found_asked = NULL;
    for (int32_t a = 0; a < c->acts_n; a++) {
        for (int32_t e = 0; e < c->acts[a].exchanges_n; e++) {
            const struct exchange *x = &c->acts[a].exchanges[e];
            bool same = str_eq(x->method, http_method_name(request->method)) &&
                        str_eq(x->url, request->url);
            if (same && (!found || way->asked[a][e] < *found_asked)) {
                found = x;
                found_asked = &way->asked[a][e];
            }
        }
    }
    *ret_spoilt = found && found == way->spoilt && !way->struck;
    if (!found)
        return answered(503, S(""), way->arena);
    ++*found_asked;
    if (!*ret_spoilt)
        return found->answer;
    way->struck = true;
    return spoil(way);
}

static bool
same_key(const struct http_request *a, const struct http_request *b)
{
    str key_a = S(""), key_b = S("");
    for (int32_t i = 0; i < a->headers_n; i++)
        if (str_eq_ascii_case(a->headers[i].name, S("idempotency-key")))
            key_a = a->headers[i].value;
    for (int32_t i = 0; i < b->headers_n; i++)
        if (str_eq_ascii_case(b->headers[i].name, S("idempotency-key")))
            key_b = b->headers[i].value;
    bool parts = a->parts_n == b->parts_n;
    for (int32_t i = 0; parts && i < a->parts_n; i++)
        parts = str_eq(a->parts[i].name, b->parts[i].name) &&
                str_eq(a->parts[i].value, b->parts[i].value) &&
                a->parts[i].media == b->parts[i].media;
    return a->method == b->method && str_eq(a->url, b->url) && str_eq(key_a, key_b) &&
           str_eq(a->body, b->body) && parts;
}

/* A publishing request is about to leave. */
static void
may_leave(struct way *way, const struct http_request *request)
{
    if (!way->is_open)
        return;
    if (!way->open_lacking)
        broken(way, "it is sent again while it may be live");
    if (!same_key(request, &way->open))
        broken(way, "it is sent again under another key, or otherwise than before");
    way->again_n++;
}

static void
check_words(const struct way *way, const struct step *step)
{
    if (step->words.n > WORDS_BYTES_MAX || !utf8_valid(step->words))
        broken(way, "words of %lld bytes", (long long)step->words.n);
    if (step->remote_id.n > WORDS_BYTES_MAX || !utf8_valid(step->remote_id))
        broken(way, "an id of %lld bytes", (long long)step->remote_id.n);
    if (!utf8_valid(step->permalink))
        broken(way, "a permalink that is no text");
    for (int32_t i = 0; i < way->memo.n; i++)
        if (!utf8_valid(way->memo.pairs[i].value))
            broken(way, "it remembers what is no text");
    if (step->note.n > WORDS_BYTES_MAX || !utf8_valid(step->note))
        broken(way, "a note of %lld bytes", (long long)step->note.n);
}

/* What a verdict must say, whatever it is about. */
static void
check_verdict(const struct way *way, const struct protocol_verdict *v, instant now)
{
    if (v->error_class < CLASS_NONE || v->error_class >= ERROR_CLASSES_N)
        broken(way, "class %d", (int)v->error_class);
    if (v->go == GO_ON)
        return;
    bool waits = v->state == DELIVERY_DEFERRED || v->state == DELIVERY_UNKNOWN;
    bool over = delivery_is_final(v->state) || v->state == DELIVERY_PERSON;
    if (!waits && !over)
        broken(way, "left in state %.*s", STR_FMT(delivery_state_word(v->state)));
    if (waits != v->next_us.has ||
        (waits && (v->next_us.is < now.us || v->next_us.is - now.us > LONGEST_WAIT_US)))
        broken(way, "%.*s, and no good next time", STR_FMT(delivery_state_word(v->state)));
    if (v->state != DELIVERY_PUBLISHED && (!v->reason || !v->reason[0]))
        broken(way, "%.*s without a reason", STR_FMT(delivery_state_word(v->state)));
    bool failed = v->state == DELIVERY_REJECTED || v->state == DELIVERY_PERSON;
    if (failed && v->error_class == CLASS_NONE)
        broken(way, "%.*s without a class", STR_FMT(delivery_state_word(v->state)));
}

/* What the world knows and the verdict must not deny. */
static void
check_truth(struct way *way, const struct protocol_verdict *v, const struct protocol_end *end,
            const struct http_request *request, bool spoilt)
{
    bool may = spoilt ? troubles[way->trouble].maybe_live : end->status == 503;
    if (!end->requested || !end->publishes)
        return;
    bool confirmed = end->step && end->end == HTTP_ANSWERED && end->step->kind != STEP_FAIL;
    if (spoilt && confirmed && end->step->kind == STEP_DONE && end->step->remote_id.n == 0)
        broken(way, "done without an id");
    if (confirmed) {
        way->is_open = false;
        return;
    }
    if (may && v->state != DELIVERY_UNKNOWN && v->state != DELIVERY_PERSON)
        broken(way, "may be live, and is said to be %.*s",
               STR_FMT(delivery_state_word(v->state)));
    if (!may)
        return;
    way->is_open = true;
    way->open_lacking = false;
    way->open = *request;
}

/* A request of a publish, and what it led to. False: the lane is free. */
static bool
publish_step(struct way *way, struct step *step, instant *now, int64_t *ret_next)
{
    struct http_request request = step->request;
    struct protocol_end end = {.requested = step->kind == STEP_REQUEST,
                               .publishes = step->publishes,
                               .cosmetic = step->cosmetic,
                               .end = HTTP_ANSWERED,
                               .step = step};
    bool spoilt = false;
    if (end.requested) {
        if (end.publishes)
            may_leave(way, &request);
        struct http_answer answer = reply(way, &request, &spoilt);
        now->us += 1000000;
        way->call.now = *now;
        end.deadline = (instant){now->us + 59000000};
        end.end = answer.end;
        end.status = answer.status;
        end.step = NULL;
        if (protocol_asks_driver(&end)) {
            way->conversation->driver->next(&way->call, &answer, way->arena, step);
            end.step = step;
            check_words(way, step);
        }
    }
    struct protocol_verdict v = protocol_after(&way->rules, &way->conversation->driver->traits,
                                               &way->state, &end, *now, 0x9E3779B97F4A7C15U);
    check_verdict(way, &v, *now);
    check_truth(way, &v, &end, &request, spoilt);
    way->state = v.counts;
    way->is = v.state;
    *ret_next = v.next_us.has ? v.next_us.is : 0;
    return v.go == GO_ON;
}

static bool
look_step(struct way *way, struct step *step, instant *now, int64_t *ret_next)
{
    int32_t known_n = way->memo.n;
    struct protocol_end end = {
        .requested = step->kind == STEP_REQUEST, .end = HTTP_ANSWERED, .step = step};
    if (way->world == LOOKS_LACK && way->struck) {
        end.requested = false;
        *step = (struct step){.kind = STEP_DONE, .presence = PRESENCE_ABSENT};
    } else if (end.requested) {
        bool spoilt = false;
        struct http_answer answer = reply(way, &step->request, &spoilt);
        end.end = answer.end;
        end.status = answer.status;
        end.step = NULL;
        if (answer.end == HTTP_ANSWERED) {
            way->conversation->driver->next(&way->call, &answer, way->arena, step);
            end.step = step;
            check_words(way, step);
            spoilt &= !str_eq(answer.body, way->spoilt->answer.body);
            if (spoilt && step->kind == STEP_DONE && step->presence == PRESENCE_FOUND)
                broken(way, "found in a bad answer");
            if (spoilt && step->kind == STEP_DONE && step->presence == PRESENCE_ABSENT &&
                way->trouble != S404 && way->trouble != S410 && way->trouble != S400)
                broken(way, "absent by a bad answer");
        }
    }
    struct protocol_verdict v =
        protocol_after_look(&way->rules, &way->conversation->driver->traits, &way->state, &end,
                            *now, 0x9E3779B97F4A7C15U);
    check_verdict(way, &v, *now);
    if (str_eq(v.outcome, S("absent")) && v.state != DELIVERY_UNKNOWN)
        way->open_lacking = true;
    if (v.state == DELIVERY_PUBLISHED || way->memo.n > known_n)
        way->is_open = false; /* found: all of it, or that part of a thread */
    way->state = v.counts;
    way->is = v.state;
    *ret_next = v.next_us.has ? v.next_us.is : 0;
    return v.go == GO_ON;
}

/* The lane, taken and worked until it is free again. */
static void
one_lane(struct way *way, instant *now, int32_t *rounds, int64_t *ret_next)
{
    struct step step = {0};
    bool on = true;
    way->call.op = way->is == DELIVERY_UNKNOWN ? OP_READ_BACK : OP_PUBLISH;
    way->call.memo = &way->memo;
    way->call.now = *now;
    way->conversation->driver->next(&way->call, NULL, way->arena, &step);
    check_words(way, &step);
    /* The driver's first word, if it is no request, is judged as one: nothing was asked. */
    while (on) {
        if (++*rounds > ROUNDS_MAX)
            broken(way, "never ends");
        if (way->call.op == OP_READ_BACK)
            on = look_step(way, &step, now, ret_next);
        else
            on = publish_step(way, &step, now, ret_next);
    }
}

/* ${is}: the state it begins in; the memo is of what the conversation did before. */
static void
go(struct way *way, enum delivery_state is)
{
    instant now = way->call.now;
    int32_t rounds = 0;
    way->is = is;
    while (!delivery_is_final(way->is) && way->is != DELIVERY_PERSON) {
        int64_t next = 0;
        one_lane(way, &now, &rounds, &next);
        if (next > now.us)
            now.us = next;
    }
    if (way->is_open && !way->open_lacking && way->is == DELIVERY_REJECTED)
        broken(way, "said not to be out, and may be live");
}

static struct way
way_of(const struct conversation *c, int32_t act, int32_t exchange, enum trouble trouble,
       enum world_kind world, struct arena *arena)
{
    struct way way = {.conversation = c,
                      .spoilt = &c->acts[act].exchanges[exchange],
                      .trouble = trouble,
                      .world = world,
                      .arena = arena,
                      .rules = protocol_rules(),
                      .memo = c->memo,
                      .call = c->acts[act].call};
    /* What came before, as it is written. */
    for (int32_t a = 0; a < act; a++) {
        struct step step;
        struct channel_call call = c->acts[a].call;
        call.memo = &way.memo;
        c->driver->next(&call, NULL, arena, &step);
        for (int32_t e = 0; e < c->acts[a].exchanges_n; e++) {
            way.state.live |=
                step.publishes && c->acts[a].exchanges[e].answer.status / 100 == 2;
            c->driver->next(&call, &c->acts[a].exchanges[e].answer, arena, &step);
            way.asked[a][e]++;
        }
    }
    return way;
}

struct sums {
    int64_t networks, steps, ways, struck, again, published, rejected, person, missed;
};

static void
one_way(const struct conversation *c, int32_t act, int32_t exchange, enum trouble trouble,
        enum world_kind world, struct sums *sums, struct arena arena)
{
    struct way way = way_of(c, act, exchange, trouble, world, &arena);
    go(&way, c->acts[act].call.op == OP_READ_BACK ? DELIVERY_UNKNOWN : DELIVERY_SCHEDULED);
    sums->ways++;
    sums->struck += way.struck;
    sums->again += way.again_n;
    sums->published += way.is == DELIVERY_PUBLISHED;
    sums->rejected += way.is == DELIVERY_REJECTED;
    sums->person += way.is == DELIVERY_PERSON;
    sums->missed += way.is == DELIVERY_MISSED;
}

static void
one_conversation(const struct conversation *c, struct sums *sums, struct arena arena)
{
    for (int32_t a = 0; a < c->acts_n; a++) {
        enum channel_op op = c->acts[a].call.op;
        if (op != OP_PUBLISH && op != OP_READ_BACK)
            continue;
        for (int32_t e = 0; e < c->acts[a].exchanges_n; e++) {
            sums->steps++;
            for (int t = 0; t < TROUBLES_N; t++)
                for (int w = 0; w < WORLDS_N; w++)
                    one_way(c, a, e, (enum trouble)t, (enum world_kind)w, sums, arena);
        }
    }
}

static void
whatever_is_answered(void **state)
{
    (void)state;
    struct arena_region region;
    struct arena arena = arena_reserve((ptrdiff_t)2 << 30, &region);
    struct sums sums = {0};
    int32_t drivers_n = 0;
    const struct driver *const *drivers = driver_list(&drivers_n);
    for (int32_t d = 0; d < drivers_n; d++) {
        int32_t n = 0;
        int64_t before = sums.steps;
        assert_ptr_equal(drivers[d], driver_find(str_of(drivers[d]->traits.network)));
        const char **files = conversation_files(drivers[d]->traits.network, &arena, &n);
        for (int32_t f = 0; f < n; f++) {
            struct arena scratch = arena;
            one_conversation(conversation_read(files[f], &scratch), &sums, scratch);
        }
        if (sums.steps == before && !drivers[d]->traits.by_hand)
            fail_msg("no conversation publishes on %s", drivers[d]->traits.network);
        sums.networks += sums.steps > before;
    }
    print_message("# %lld networks, %lld steps, %d faults, %d worlds: %lld combinations (%lld "
                  "met, %lld sent "
                  "again after it was looked for): %lld published, %lld refused, %lld for a "
                  "person, %lld missed\n",
                  (long long)sums.networks, (long long)sums.steps, (int)TROUBLES_N,
                  (int)WORLDS_N, (long long)sums.ways, (long long)sums.struck,
                  (long long)sums.again, (long long)sums.published, (long long)sums.rejected,
                  (long long)sums.person, (long long)sums.missed);
    assert_true(sums.struck > sums.ways * 9 / 10);
    assert_true(sums.again > 0);
    arena_release(&region);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(whatever_is_answered)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
