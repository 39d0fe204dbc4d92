#include "t.h"

#include "outbox/protocol.h"

/*
 * The table of the protocol: every way a request can end, in every kind of step, and what becomes of the delivery. Written
 * from doc/decisions/0013, not from the code.
 */

static const struct channel_traits lists = {.ops = {[OP_READ_BACK] = true},
                                            .read_back = BACK_LIST,
                                            .longest_flight = {100000000},
                                            .settle = {30000000},
                                            .looks = 2};
static const struct channel_traits silent = {.read_back = BACK_NEVER,
                                             .longest_flight = {100000000}};
static const instant now = {1000000000};
static const instant deadline = {1060000000};

static struct protocol_verdict
after(const struct protocol_state *state, const struct protocol_end *end)
{
    const struct protocol_rules rules = protocol_rules();
    return protocol_after(&rules, &lists, state, end, now, 12345678);
}

/* An answer with that status, of which the driver says so. */
static struct protocol_verdict
answered(bool publishes, bool live, int32_t status, const struct step *step)
{
    const struct protocol_state state = {.live = live};
    const struct protocol_end end = {.requested = true,
                                     .publishes = publishes,
                                     .deadline = deadline,
                                     .end = HTTP_ANSWERED,
                                     .status = status,
                                     .step = step};
    return after(&state, &end);
}

static struct protocol_verdict
failed(bool publishes, bool live, int32_t status, enum error_class error_class)
{
    const struct step step = {.kind = STEP_FAIL, .error_class = error_class};
    return answered(publishes, live, status, &step);
}

/* Of a publishing step only a known "no" of status 4xx is a no. Whatever the driver calls it. */
static void
test_after_the_first_byte_of_publishing(void **state)
{
    (void)state;
    static const int32_t statuses[] = {200, 201, 202, 204, 301, 302, 304, 400, 401, 403,
                                       404, 408, 409, 410, 413, 415, 422, 425, 426, 429,
                                       451, 499, 500, 502, 503, 504, 520, 599};
    int checked = 0;
    for (size_t s = 0; s < sizeof statuses / sizeof *statuses; s++) {
        for (int c = CLASS_NONE; c < ERROR_CLASSES_N; c++) {
            int32_t status = statuses[s];
            struct protocol_verdict v = failed(true, false, status, (enum error_class)c);
            bool no = status >= 400 && status < 500 && status != 408 && status != 429;
            bool known = no && (c == CLASS_SCOPE || c == CLASS_PERMANENT || c == CLASS_CONFIG);
            bool later = no && (c == CLASS_AUTH || c == CLASS_RATE || c == CLASS_QUOTA ||
                                c == CLASS_TRANSIENT);
            enum delivery_state expected = known   ? DELIVERY_REJECTED
                                           : later ? DELIVERY_DEFERRED
                                                   : DELIVERY_UNKNOWN;
            if (v.state != expected)
                fail_msg("status %d, class %d: state %d, expected %d", (int)status, c,
                         (int)v.state, (int)expected);
            assert_true(v.reason != NULL);
            if (expected == DELIVERY_UNKNOWN) {
                assert_true(v.arms);
                /* from the deadline on, longer than the longest flight and the lag of the list */
                assert_true(v.next_us.has && v.next_us.is >= deadline.us + 130000000);
            }
            checked++;
        }
    }
    assert_int_equal(checked, 28 * 10);
}

/* An answer that says itself that nothing is live: kept for review, told to wait by the network. */
static void
test_sure_whatever_the_status(void **state)
{
    (void)state;
    const struct step review = {.kind = STEP_FAIL, .error_class = CLASS_SCOPE, .sure = true};
    const struct step slow = {.kind = STEP_FAIL,
                              .error_class = CLASS_RATE,
                              .sure = true,
                              .retry_after = {(int64_t)600 * 1000000}};
    assert_int_equal(DELIVERY_REJECTED, answered(true, false, 200, &review).state);
    assert_int_equal(DELIVERY_PERSON, answered(true, true, 200, &review).state);
    const struct protocol_verdict v = answered(true, false, 429, &slow);
    assert_int_equal(DELIVERY_DEFERRED, v.state);
    assert_true(v.disarms && v.next_us.has && v.next_us.is >= now.us + slow.retry_after.us);
}

/* A driver that goes on after a publishing step: something is out, unless the network said no; a conflict may be our own doing. */
static void
test_going_on_is_out_unless_refused(void **state)
{
    (void)state;
    static const int32_t statuses[] = {200, 201, 202, 204, 302, 400, 401,
                                       404, 408, 409, 422, 429, 500, 503};
    const struct step more = {.kind = STEP_REQUEST, .name = S("more")};
    for (size_t s = 0; s < sizeof statuses / sizeof *statuses; s++) {
        int32_t status = statuses[s];
        bool no =
            status >= 400 && status < 500 && status != 408 && status != 409 && status != 429;
        struct protocol_verdict v = answered(true, false, status, &more);
        assert_int_equal(v.go, GO_ON);
        if (v.counts.live == no)
            fail_msg("after %d it is said to be %s", (int)status, no ? "out" : "not out");
        assert_false(answered(false, false, status, &more).counts.live);
        assert_true(answered(true, true, status, &more).counts.live);
        /* Put off, what surely is not out is bound to nothing: it can be edited. */
        assert_true(protocol_put_off(&v, false, SPAN_SECOND, now).disarms == no);
        assert_false(protocol_put_off(&v, true, SPAN_SECOND, now).disarms);
        const struct step at_work = {.kind = STEP_WAIT, .wait = SPAN_SECOND};
        assert_true(answered(true, false, status, &at_work).disarms == no);
    }
}

static void
test_transfers_without_an_answer(void **state)
{
    (void)state;
    static const enum http_end ends[] = {HTTP_NOT_SENT, HTTP_UNKNOWN};
    for (int e = 0; e < 2; e++) {
        for (int publishes = 0; publishes < 2; publishes++) {
            const struct protocol_state fresh = {0};
            const struct protocol_end end = {.requested = true,
                                             .publishes = publishes,
                                             .deadline = deadline,
                                             .end = ends[e]};
            assert_false(protocol_asks_driver(&end));
            struct protocol_verdict v = after(&fresh, &end);
            bool unknown = publishes && ends[e] == HTTP_UNKNOWN;
            assert_int_equal(v.state, unknown ? DELIVERY_UNKNOWN : DELIVERY_DEFERRED);
            assert_int_equal(v.counts.tries_n, unknown ? 0 : 1);
        }
    }
    /* A network that cannot be asked: a person is. */
    const struct protocol_rules rules = protocol_rules();
    const struct protocol_state fresh = {0};
    const struct protocol_end lost = {
        .requested = true, .publishes = true, .deadline = deadline, .end = HTTP_UNKNOWN};
    struct protocol_verdict v = protocol_after(&rules, &silent, &fresh, &lost, now, 1);
    assert_int_equal(v.state, DELIVERY_PERSON);
    assert_false(v.next_us.has);
    /* An address the guard refuses is not tried eight times. */
    const struct protocol_end forbidden = {
        .requested = true, .publishes = true, .end = HTTP_NOT_SENT, .forbidden = true};
    assert_int_equal(after(&fresh, &forbidden).state, DELIVERY_REJECTED);
}

static void
test_what_stands_around_a_post_cannot_take_it_back(void **state)
{
    (void)state;
    for (int c = CLASS_NONE; c < ERROR_CLASSES_N; c++) {
        const struct protocol_state live = {.live = true};
        const struct step step = {.kind = STEP_FAIL, .error_class = (enum error_class)c};
        const struct protocol_end end = {.requested = true,
                                         .cosmetic = true,
                                         .deadline = deadline,
                                         .end = HTTP_ANSWERED,
                                         .status = 422,
                                         .step = &step};
        assert_int_equal(after(&live, &end).state, DELIVERY_PUBLISHED);
    }
    /* Half a thread is out: whatever happens to the rest, nobody says "refused" or "missed". */
    for (int c = CLASS_NONE; c < ERROR_CLASSES_N; c++) {
        for (int status = 400; status < 600; status += 22) {
            struct protocol_verdict v = failed(true, true, status, (enum error_class)c);
            assert_true(v.state == DELIVERY_PERSON || v.state == DELIVERY_DEFERRED ||
                        v.state == DELIVERY_UNKNOWN);
        }
    }
}

static void
test_going_on_and_done(void **state)
{
    (void)state;
    const struct step next = {.kind = STEP_REQUEST}, done = {.kind = STEP_DONE},
                      wait = {.kind = STEP_WAIT, .wait = {5000000}};
    struct protocol_verdict v = answered(true, false, 201, &next);
    assert_int_equal(v.go, GO_ON);
    assert_true(v.counts.live); /* what the driver goes on from is out */
    v = answered(false, false, 201, &next);
    assert_false(v.counts.live);
    v = answered(true, false, 401,
                 &next); /* a nonce was asked for (DPoP): nothing is out yet */
    assert_int_equal(v.go, GO_ON);
    assert_false(v.counts.live);
    v = answered(true, false, 422, &next); /* files are gone, and sent anew: nothing is out */
    assert_int_equal(v.go, GO_ON);
    assert_false(v.counts.live);
    v = answered(true, false, 409, &next); /* what it collides with may be ours */
    assert_true(v.counts.live);
    v = answered(true, false, 201, &done);
    assert_int_equal(v.state, DELIVERY_PUBLISHED);
    v = answered(false, false, 200, &wait);
    assert_int_equal(v.state, DELIVERY_DEFERRED);
    assert_int_equal(v.next_us.is, now.us + 5000000);
    assert_int_equal(v.counts.tries_n, 0); /* the network is at work: that is no failure */
}

static void
test_ladder(void **state)
{
    (void)state;
    const struct protocol_rules rules = protocol_rules();
    int64_t rung = 30000000;
    for (int32_t n = 0; n < 7; n++) {
        int64_t low = INT64_MAX, high = 0;
        for (uint64_t chance = 1; chance < 4000; chance++) {
            const struct protocol_state before = {.tries_n = n};
            const struct protocol_end end = {.requested = true, .end = HTTP_NOT_SENT};
            struct protocol_verdict v = protocol_after(&rules, &lists, &before, &end, now,
                                                       chance * 0x9E3779B97F4A7C15U);
            assert_int_equal(v.state, DELIVERY_DEFERRED);
            int64_t wait = v.next_us.is - now.us;
            low = wait < low ? wait : low;
            high = wait > high ? wait : high;
        }
        assert_true(high <= rung + 1000000 &&
                    high > rung * 9 / 10); /* full jitter: the whole rung */
        assert_true(low < rung / 10);
        rung = rung * 2 > 1800000000 ? 1800000000 : rung * 2;
    }
    const struct protocol_state last = {.tries_n = 7};
    const struct protocol_end end = {.requested = true, .end = HTTP_NOT_SENT};
    assert_int_equal(after(&last, &end).state, DELIVERY_REJECTED);
    /* The network's own hint is kept to, unless it is nonsense (F13). */
    const struct step hint = {
        .kind = STEP_FAIL, .error_class = CLASS_RATE, .retry_after = {3600000000}};
    assert_true(answered(false, false, 429, &hint).next_us.is >= now.us + 3600000000);
    const struct step absurd = {
        .kind = STEP_FAIL, .error_class = CLASS_RATE, .retry_after = {1000000000000000}};
    assert_true(answered(false, false, 429, &absurd).next_us.is <= now.us + 86400000000);
    /* Never past its use. */
    const struct protocol_state useful = {.use_by_us = some_int(now.us + 1000)};
    struct protocol_verdict v = after(&useful, &end);
    assert_int_equal(v.state, DELIVERY_MISSED);
}

static void
test_looks(void **state)
{
    (void)state;
    const struct protocol_rules rules = protocol_rules();
    const struct step found = {.kind = STEP_DONE, .presence = PRESENCE_FOUND},
                      absent = {.kind = STEP_DONE, .presence = PRESENCE_ABSENT},
                      unclear = {.kind = STEP_DONE, .presence = PRESENCE_UNKNOWN},
                      broken = {.kind = STEP_FAIL, .error_class = CLASS_TRANSIENT};
    struct protocol_state s = {0};
    struct protocol_end end = {.requested = true, .end = HTTP_ANSWERED, .status = 200};
    end.step = &found;
    assert_int_equal(protocol_after_look(&rules, &lists, &s, &end, now, 5).state,
                     DELIVERY_PUBLISHED);
    end.step = &absent;
    struct protocol_verdict v = protocol_after_look(&rules, &lists, &s, &end, now, 5);
    assert_int_equal(v.state, DELIVERY_UNKNOWN); /* one look of a list that lags */
    v = protocol_after_look(&rules, &lists, &v.counts, &end, now, 5);
    assert_int_equal(v.state, DELIVERY_DEFERRED);
    assert_int_equal(v.counts.tries_n, 1); /* and that was one of its tries */
    /* Between the two a look that told nothing: begin counting anew. */
    s = (struct protocol_state){.absent_n = 1};
    end.step = &unclear;
    v = protocol_after_look(&rules, &lists, &s, &end, now, 5);
    assert_int_equal(v.state, DELIVERY_UNKNOWN);
    assert_int_equal(v.counts.absent_n, 0);
    /* Never for ever. */
    end.step = &broken;
    s = (struct protocol_state){0};
    int looks = 0;
    do {
        v = protocol_after_look(&rules, &lists, &s, &end, now, 5);
        s = v.counts;
        looks++;
    } while (v.state == DELIVERY_UNKNOWN && looks < 100);
    assert_int_equal(v.state, DELIVERY_PERSON);
    assert_int_equal(looks, 8);
    /* No answer at all is not absence. */
    end = (struct protocol_end){.requested = true, .end = HTTP_UNKNOWN};
    s = (struct protocol_state){.absent_n = 1};
    v = protocol_after_look(&rules, &lists, &s, &end, now, 5);
    assert_int_equal(v.state, DELIVERY_UNKNOWN);
    assert_int_equal(v.counts.absent_n, 0);
}

static void
test_deaths(void **state)
{
    (void)state;
    const struct protocol_rules rules = protocol_rules();
    const struct protocol_state s = {0};
    const struct protocol_end publishing = {
        .requested = true, .publishes = true, .deadline = deadline};
    const struct protocol_end upload = {.requested = true, .deadline = deadline};
    const struct protocol_state twice = {.deaths_n = 2}, half = {.deaths_n = 2, .live = true};
    const struct {
        const struct channel_traits *traits;
        const struct protocol_state *state;
        struct protocol_death death;
        enum delivery_state expected;
        int32_t deaths_n;
    } table[] = {
        {&lists, &s, {DELIVERY_SENDING, &publishing, true}, DELIVERY_UNKNOWN, 1},
        {&lists, &s, {DELIVERY_SENDING, &publishing, false}, DELIVERY_UNKNOWN, 0},
        {&lists, &s, {DELIVERY_SENDING, &upload, true}, DELIVERY_DEFERRED, 1},
        {&lists, &s, {DELIVERY_CLAIMED, NULL, true}, DELIVERY_DEFERRED, 1},
        {&lists, &s, {DELIVERY_CLAIMED, NULL, false}, DELIVERY_DEFERRED, 0},
        {&silent, &s, {DELIVERY_SENDING, &publishing, true}, DELIVERY_PERSON, 1},
        /* What kills the process is not tried for ever; what surely was not sent may be let go again. */
        {&lists, &twice, {DELIVERY_CLAIMED, NULL, true}, DELIVERY_HELD, 3},
        {&lists, &twice, {DELIVERY_SENDING, &upload, true}, DELIVERY_HELD, 3},
        {&lists, &half, {DELIVERY_CLAIMED, NULL, true}, DELIVERY_PERSON, 3},
        {&lists, &twice, {DELIVERY_SENDING, &publishing, true}, DELIVERY_PERSON, 3},
        {&lists, &twice, {DELIVERY_UNKNOWN, NULL, true}, DELIVERY_PERSON, 3},
        /* Another was begun when it died. */
        {&lists, &twice, {DELIVERY_SENDING, &publishing, false}, DELIVERY_UNKNOWN, 2},
        {&lists, &twice, {DELIVERY_SENDING, &upload, false}, DELIVERY_DEFERRED, 2},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct protocol_verdict v =
            protocol_after_death(&rules, table[i].traits, table[i].state, &table[i].death, now);
        if (v.state != table[i].expected || v.counts.deaths_n != table[i].deaths_n)
            fail_msg("row %d: state %d, %d deaths", (int)i, (int)v.state,
                     (int)v.counts.deaths_n);
        assert_true(v.reason != NULL);
        if (v.state == DELIVERY_UNKNOWN && table[i].death.open)
            assert_true(v.next_us.is >= deadline.us + 130000000);
    }
}

static void
test_late(void **state)
{
    (void)state;
    const struct protocol_rules rules = protocol_rules();
    const int64_t minute = 60000000, due = 1000000000000;
    const struct {
        int64_t now, use_by, last_out;
        bool live;
        enum late expected;
    } table[] = {
        {due - 1, 0, 0, false, LATE_WAIT}, /* the clock went back */
        {due, 0, 0, false, LATE_SEND},
        {due + 15 * minute, 0, due + 15 * minute, false, LATE_SEND},
        {due + 16 * minute, 0, 0, false, LATE_SEND},
        {due + 16 * minute, 0, due + 12 * minute, false, LATE_WAIT},
        {due + 17 * minute, 0, due + 12 * minute, false, LATE_SEND},
        {due + 360 * minute, 0, 0, false, LATE_SEND},
        {due + 360 * minute + 1, 0, 0, false, LATE_HOLD},
        {due + 360 * minute + 1, 0, 0, true, LATE_SEND}, /* half of it is out */
        {due + 5 * minute, due + 5 * minute, 0, false, LATE_MISSED},
        {due + 5 * minute, due + 6 * minute, 0, false, LATE_SEND},
        {due + 5 * minute, due + 5 * minute, 0, true, LATE_SEND},
        {due + 20 * minute, 0, due + 900 * minute, false,
         LATE_SEND}, /* a "last" of the future */
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        instant next;
        const struct late_question q = {{due},
                                        table[i].use_by ? some_int(table[i].use_by) : no_int,
                                        table[i].last_out ? some_int(table[i].last_out)
                                                          : no_int,
                                        table[i].live};
        enum late got = late_decide(&rules, &q, (instant){table[i].now}, &next);
        if (got != table[i].expected)
            fail_msg("row %zu: %d", i, (int)got);
        if (got == LATE_WAIT)
            assert_true(next.us > table[i].now && next.us <= table[i].now + 5 * minute);
    }
}

static void
test_what_a_person_may_do(void **state)
{
    (void)state;
    /* What is on its way or may be live cannot be moved, cancelled or sent again from beside. */
    static const enum delivery_state busy[] = {DELIVERY_CLAIMED, DELIVERY_SENDING,
                                               DELIVERY_PUBLISHED, DELIVERY_CANCELLED};
    for (size_t i = 0; i < 4; i++) {
        for (int act = 0; act < ACTS_N; act++)
            assert_false(protocol_allows(busy[i], (enum act)act, false));
    }
    for (int act = 0; act < ACTS_N; act++) {
        assert_int_equal(protocol_allows(DELIVERY_UNKNOWN, (enum act)act, false),
                         act == ACT_SAY_LIVE);
        bool answer = act == ACT_SAY_LIVE || act == ACT_AGAIN || act == ACT_DROP;
        assert_int_equal(protocol_allows(DELIVERY_PERSON, (enum act)act, false), answer);
    }
    for (int s = 0; s < DELIVERY_STATES_N; s++) {
        /* Only after looking may it be sent again; with a part out it never was not. */
        assert_int_equal(protocol_allows((enum delivery_state)s, ACT_AGAIN, false),
                         s == DELIVERY_PERSON);
        assert_false(protocol_allows((enum delivery_state)s, ACT_CANCEL, true));
    }
    /* Every state has a way out: by itself, or by a person. */
    for (int s = 0; s < DELIVERY_STATES_N; s++) {
        bool by_itself = s == DELIVERY_SCHEDULED || s == DELIVERY_CLAIMED ||
                         s == DELIVERY_SENDING || s == DELIVERY_DEFERRED ||
                         s == DELIVERY_UNKNOWN;
        bool by_hand = false;
        for (int act = 0; act < ACTS_N; act++)
            by_hand = by_hand || protocol_allows((enum delivery_state)s, (enum act)act, false);
        assert_true(by_itself || by_hand || delivery_is_final((enum delivery_state)s));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_after_the_first_byte_of_publishing),
        cmocka_unit_test(test_sure_whatever_the_status),
        cmocka_unit_test(test_going_on_is_out_unless_refused),
        cmocka_unit_test(test_transfers_without_an_answer),
        cmocka_unit_test(test_what_stands_around_a_post_cannot_take_it_back),
        cmocka_unit_test(test_going_on_and_done),
        cmocka_unit_test(test_ladder),
        cmocka_unit_test(test_looks),
        cmocka_unit_test(test_deaths),
        cmocka_unit_test(test_late),
        cmocka_unit_test(test_what_a_person_may_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
