#include "outbox/protocol.h"

#include <assert.h>

#include "base/translate.h"

enum {
    SECOND = 1000000,
    MINUTE = 60 * SECOND,
    STATUS_CONFLICT = 409, /* it is not as we knew it: what made it so may have been ours */
    STATUS_TIMEOUT = 408,  /* the server gave up on us: what it had read may count */
    STATUS_RATE = 429      /* seen with the post live (reliability: F2) */
};

struct protocol_rules
protocol_rules(void)
{
    return (struct protocol_rules){
        .quarantine_min = {(int64_t)60 * SECOND},
        .ladder_first = {(int64_t)30 * SECOND},
        .ladder = {(int64_t)30 * MINUTE},
        .wait_max = {(int64_t)24 * 60 * MINUTE},
        .grace = {(int64_t)15 * MINUTE},
        .late_max = {(int64_t)6 * 60 * MINUTE},
        .spacing = {(int64_t)5 * MINUTE},
        .tries_max = 8,
        .looks_max = 8,
        .deaths_max = 3,
        .waits_max =
            240, /* a video at the slowest network: twenty minutes, asked every five seconds */
    };
}

static int64_t
larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Full jitter: anywhere up to the rung, so that a thousand accounts do not come back in the same second. */
static int64_t
ladder_us(const struct protocol_rules *rules, int32_t try, uint64_t chance)
{
    assert(try >= 1);
    int64_t rung = rules->ladder_first.us;
    for (int32_t i = 1; i < try && rung < rules->ladder.us; i++)
        rung *= 2;
    if (rung > rules->ladder.us)
        rung = rules->ladder.us;
    return (int64_t)(chance % (uint64_t)rung) + SECOND;
}

static struct protocol_verdict
verdict(const struct protocol_state *state, enum delivery_state becomes, str outcome)
{
    return (struct protocol_verdict){
        .go = GO_STOP, .state = becomes, .counts = *state, .outcome = outcome};
}

/* Final, and nothing of it is out; with a part of it out only a person can say what shall be. */
static struct protocol_verdict
refused(const struct protocol_state *state, enum error_class error_class, const char *reason)
{
    struct protocol_verdict v =
        verdict(state, state->live ? DELIVERY_PERSON : DELIVERY_REJECTED, S("refused"));
    v.error_class = error_class;
    v.reason =
        state->live ? N_("A part of it is out, and the network refused the rest.") : reason;
    v.disarms = !state->live;
    return v;
}

/* Surely not done: the same again later, as long as it is of use. */
static struct protocol_verdict
deferred(const struct protocol_rules *rules, const struct protocol_state *state,
         enum error_class error_class, span hint, str outcome, instant now, uint64_t chance)
{
    struct protocol_verdict v = verdict(state, DELIVERY_DEFERRED, outcome);
    v.error_class = error_class;
    v.counts.tries_n++;
    v.disarms = !state->live;
    if (v.counts.tries_n >= rules->tries_max) {
        v.state = state->live ? DELIVERY_PERSON : DELIVERY_REJECTED;
        v.reason = state->live ? N_("A part of it is out, and the rest could not be sent.")
                               : N_("It could not be sent in as many tries as are made.");
        return v;
    }
    int64_t wait = larger(ladder_us(rules, v.counts.tries_n, chance), hint.us);
    if (wait > rules->wait_max.us)
        wait = rules->wait_max.us;
    v.next_us = some_int(now.us + wait);
    v.reason = N_("It was not sent; it is tried again.");
    if (state->use_by_us.has && !state->live && v.next_us.is >= state->use_by_us.is) {
        v.state = DELIVERY_MISSED;
        v.next_us = no_int;
        v.reason = N_("Its time was over before it could be sent.");
    }
    return v;
}

static span
quarantine(const struct protocol_rules *rules, const struct channel_traits *traits)
{
    return (span){
        larger(rules->quarantine_min.us, traits->longest_flight.us + traits->settle.us)};
}

static bool
can_look(const struct channel_traits *traits)
{
    return traits->read_back != BACK_NEVER && traits->ops[OP_READ_BACK];
}

/* It may be live: nothing is sent again before it is known. */
static struct protocol_verdict
unknown(const struct protocol_rules *rules, const struct channel_traits *traits,
        const struct protocol_state *state, enum error_class error_class, instant deadline,
        instant now)
{
    struct protocol_verdict v = verdict(state, DELIVERY_UNKNOWN, S("unknown"));
    v.error_class = error_class == CLASS_NONE ? CLASS_AMBIGUOUS : error_class;
    v.arms = true;
    v.counts.looks_n = 0;
    v.counts.absent_n = 0;
    if (!can_look(traits)) {
        v.state = DELIVERY_PERSON;
        v.reason = N_("It may be live, and this network cannot be asked: look there before "
                      "sending it again.");
        return v;
    }
    int64_t from = larger(deadline.us, now.us) + quarantine(rules, traits).us;
    v.next_us = some_int(rules->mutant_no_quarantine ? now.us : from);
    v.reason = N_("It may be live; it is looked for before anything else is done.");
    return v;
}

bool
protocol_asks_driver(const struct protocol_end *end)
{
    return end->end == HTTP_ANSWERED || (end->requested && end->cosmetic);
}

/* The transfer ended without an answer, in a step that is not cosmetic. */
static struct protocol_verdict
without_answer(const struct protocol_rules *rules, const struct channel_traits *traits,
               const struct protocol_state *state, const struct protocol_end *end, instant now,
               uint64_t chance)
{
    const span none = {0};
    if (end->forbidden)
        return refused(state, CLASS_CONFIG,
                       N_("Its address is not allowed; only the owner can change that."));
    if (end->end == HTTP_NOT_SENT)
        return deferred(rules, state, CLASS_TRANSIENT, none, S("not sent"), now, chance);
    if (end->publishes && !rules->mutant_unknown_retries)
        return unknown(rules, traits, state, CLASS_AMBIGUOUS, end->deadline, now);
    return deferred(rules, state, CLASS_TRANSIENT, none, S("no answer"), now, chance);
}

/* Whether the network definitely did not do it: only an answer of "your fault" says so. */
static bool
definite(const struct protocol_end *end)
{
    if (!end->requested || !end->publishes || (end->step && end->step->sure))
        return true;
    return end->status >= 400 && end->status < 500 && end->status != STATUS_TIMEOUT &&
           end->status != STATUS_RATE;
}

static struct protocol_verdict
failed(const struct protocol_rules *rules, const struct channel_traits *traits,
       const struct protocol_state *state, const struct protocol_end *end, instant now,
       uint64_t chance)
{
    const struct step *step = end->step;
    bool sure = definite(end) || rules->mutant_unknown_retries;
    struct protocol_verdict v;
    /* The post is out; what stands around it cannot take it back. */
    if (end->requested && end->cosmetic && state->live) {
        v = verdict(state, DELIVERY_PUBLISHED, S("published"));
        v.disarms = true;
        return v;
    }
    const enum error_class error_class = sure ? step->error_class : CLASS_AMBIGUOUS;
    switch (error_class) {
    case CLASS_AUTH:
        v = deferred(rules, state, CLASS_AUTH, step->retry_after, S("refused"), now, chance);
        v.go = GO_AUTH;
        return v;
    case CLASS_SCOPE:
        return refused(state, CLASS_SCOPE,
                       N_("The account may not do this; connect it with more rights."));
    case CLASS_PERMANENT:
        return refused(state, CLASS_PERMANENT, N_("The network will not take it as it is."));
    case CLASS_CONFIG:
        return refused(state, CLASS_CONFIG,
                       N_("The account is not set up right; see its settings."));
    case CLASS_RATE:
    case CLASS_QUOTA:
    case CLASS_TRANSIENT:
        return deferred(rules, state, step->error_class, step->retry_after, S("refused"), now,
                        chance);
    case CLASS_AMBIGUOUS:
        if (end->requested && end->publishes)
            return unknown(rules, traits, state, step->error_class, end->deadline, now);
        return deferred(rules, state, CLASS_TRANSIENT, step->retry_after, S("no answer"), now,
                        chance);
    case CLASS_DUPLICATE:
        return unknown(rules, traits, state, CLASS_DUPLICATE, end->deadline, now);
    case CLASS_NONE:
    case ERROR_CLASSES_N:
        break;
    }
    /* A driver that fails without saying why is believed least. */
    if (end->requested && end->publishes)
        return unknown(rules, traits, state, CLASS_AMBIGUOUS, end->deadline, now);
    return refused(state, CLASS_PERMANENT, N_("The network will not take it as it is."));
}

struct protocol_verdict
protocol_after(const struct protocol_rules *rules, const struct channel_traits *traits,
               const struct protocol_state *state, const struct protocol_end *end, instant now,
               uint64_t chance)
{
    assert(end->step || !protocol_asks_driver(end));
    if (!protocol_asks_driver(end) && end->requested)
        return without_answer(rules, traits, state, end, now, chance);
    struct protocol_state after = *state;
    const struct step *step = end->step;
    /* What the driver goes on from is done; a refusal it mends (a nonce, files that are gone) put nothing out. */
    if (end->requested && end->publishes && end->end == HTTP_ANSWERED &&
        (!definite(end) || end->status == STATUS_CONFLICT) && step->kind != STEP_FAIL)
        after.live = true;
    struct protocol_verdict v;
    switch (step->kind) {
    case STEP_REQUEST:
        v = verdict(&after, DELIVERY_SENDING, S("ok"));
        v.go = GO_ON;
        return v;
    case STEP_DONE:
        v = verdict(&after, DELIVERY_PUBLISHED, S("published"));
        v.disarms = true;
        return v;
    case STEP_WAIT:
        v = verdict(&after, DELIVERY_DEFERRED, S("wait"));
        v.disarms = !after.live;
        v.counts.waits_n++;
        if (v.counts.waits_n > rules->waits_max)
            return deferred(rules, &after, CLASS_TRANSIENT, step->wait, S("wait"), now, chance);
        v.next_us = some_int(now.us + larger(SECOND, step->wait.us > rules->wait_max.us
                                                         ? rules->wait_max.us
                                                         : step->wait.us));
        v.reason = N_("The network is still at work on it.");
        return v;
    case STEP_FAIL:
        break;
    }
    return failed(rules, traits, state, end, now, chance);
}

/* Nobody could tell: look again, more and more seldom, then ask. */
static struct protocol_verdict
look_again(const struct protocol_rules *rules, const struct protocol_state *state,
           enum error_class error_class, span hint, str outcome, instant now, uint64_t chance)
{
    struct protocol_verdict v = verdict(state, DELIVERY_UNKNOWN, outcome);
    v.error_class = error_class;
    v.counts.looks_n++;
    v.reason = N_("It may be live; it is looked for before anything else is done.");
    if (v.counts.looks_n >= rules->looks_max) {
        v.state = DELIVERY_PERSON;
        v.reason = N_("It may be live, and looking for it did not tell: look there before "
                      "sending it again.");
        return v;
    }
    int64_t wait = larger(ladder_us(rules, v.counts.looks_n, chance), hint.us);
    v.next_us = some_int(now.us + (wait > rules->wait_max.us ? rules->wait_max.us : wait));
    return v;
}

/* A complete look lacked it. As often as the network's lists ask for: then it may be sent again, with the same key. */
static struct protocol_verdict
absent(const struct protocol_rules *rules, const struct channel_traits *traits,
       const struct protocol_state *state, instant now, uint64_t chance)
{
    struct protocol_state after = *state;
    after.absent_n++;
    int32_t needed = traits->looks > 1 && !rules->mutant_absent_at_once ? traits->looks : 1;
    if (after.absent_n < needed) {
        struct protocol_verdict v = verdict(&after, DELIVERY_UNKNOWN, S("absent"));
        v.next_us = some_int(now.us + larger((int64_t)30 * SECOND, traits->settle.us));
        v.reason = N_("It was not there; one look is not enough.");
        return v;
    }
    struct protocol_verdict v =
        deferred(rules, &after, CLASS_TRANSIENT, (span){0}, S("absent"), now, chance);
    v.counts.absent_n = 0;
    v.disarms = true;
    return v;
}

struct protocol_verdict
protocol_after_look(const struct protocol_rules *rules, const struct channel_traits *traits,
                    const struct protocol_state *state, const struct protocol_end *end,
                    instant now, uint64_t chance)
{
    const struct step *step = end->step;
    struct protocol_state not_absent = *state;
    not_absent.absent_n = 0;
    if (!step || (end->requested && end->end != HTTP_ANSWERED && step->kind != STEP_REQUEST))
        return look_again(rules, &not_absent, CLASS_TRANSIENT, (span){0}, S("no answer"), now,
                          chance);
    struct protocol_verdict v;
    switch (step->kind) {
    case STEP_REQUEST:
        v = verdict(state, DELIVERY_UNKNOWN, S("ok"));
        v.go = GO_ON;
        v.next_us = some_int(now.us);
        return v;
    case STEP_DONE:
        if (step->presence == PRESENCE_FOUND) {
            v = verdict(state, DELIVERY_PUBLISHED, S("found"));
            v.disarms = true;
            return v;
        }
        if (step->presence == PRESENCE_ABSENT)
            return absent(rules, traits, state, now, chance);
        return look_again(rules, &not_absent, CLASS_AMBIGUOUS, (span){0}, S("unknown"), now,
                          chance);
    case STEP_WAIT:
        return look_again(rules, &not_absent, CLASS_TRANSIENT, step->wait, S("wait"), now,
                          chance);
    case STEP_FAIL:
        break;
    }
    v = look_again(rules, &not_absent, step->error_class, step->retry_after, S("no answer"),
                   now, chance);
    if (step->error_class == CLASS_AUTH)
        v.go = GO_AUTH;
    return v;
}

struct protocol_verdict
protocol_put_off(const struct protocol_verdict *after, bool looking, span wait, instant now)
{
    struct protocol_verdict v = *after;
    const struct protocol_state *state = &after->counts;
    v.go = GO_STOP;
    v.state = looking ? DELIVERY_UNKNOWN : DELIVERY_DEFERRED;
    v.next_us = some_int(now.us + larger(SECOND, wait.us));
    v.error_class = CLASS_RATE;
    v.disarms =
        !looking && !state->live; /* what went before was refused, or published nothing */
    v.reason = looking ? N_("It may be live; its network lets no more be asked for now.")
                       : N_("Its network lets no more be sent on this account for now.");
    if (!looking && !state->live && state->use_by_us.has &&
        v.next_us.is >= state->use_by_us.is) {
        v.state = DELIVERY_MISSED;
        v.next_us = no_int;
        v.reason = N_("Its network lets no more be sent before its time is over.");
    }
    return v;
}

/* What kills the process each time is not tried for ever: a person sees to it, and the others go out. */
static void
park(struct protocol_verdict *v, bool may_be_out)
{
    v->state = may_be_out ? DELIVERY_PERSON : DELIVERY_HELD;
    v->next_us = no_int;
    v->reason =
        may_be_out ? N_("The program stopped three times while it was being sent; look whether "
                        "it is live.")
                   : N_("The program stopped three times when it was about to be sent; it was "
                        "not sent, and waits until you release it.");
}

struct protocol_verdict
protocol_after_death(const struct protocol_rules *rules, const struct channel_traits *traits,
                     const struct protocol_state *state, const struct protocol_death *death,
                     instant now)
{
    struct protocol_state after = *state;
    after.deaths_n += death->suspect;
    bool looking = death->was == DELIVERY_UNKNOWN;
    bool publishing = death->open && death->open->publishes && death->was == DELIVERY_SENDING;
    struct protocol_verdict v;
    if (publishing && !rules->mutant_unknown_retries) {
        v = unknown(rules, traits, &after, CLASS_AMBIGUOUS, death->open->deadline, now);
    } else if (looking) {
        v = verdict(&after, DELIVERY_UNKNOWN, S("unknown"));
        v.error_class = CLASS_AMBIGUOUS;
        v.next_us = some_int(now.us);
        v.reason = N_("It may be live; it is looked for before anything else is done.");
    } else {
        v = verdict(&after, DELIVERY_DEFERRED, S("no answer"));
        v.next_us = some_int(now.us);
        v.reason = N_("It was not sent; it is tried again.");
        v.disarms = !state->live;
    }
    if (after.deaths_n >= rules->deaths_max)
        park(&v, publishing || looking || state->live);
    return v;
}

bool
protocol_allows(enum delivery_state state, enum act act, bool live)
{
    enum {
        M = 1 << ACT_MOVE,
        C = 1 << ACT_CANCEL,
        H = 1 << ACT_HOLD,
        R = 1 << ACT_RELEASE,
        L = 1 << ACT_SAY_LIVE,
        A = 1 << ACT_AGAIN,
        D = 1 << ACT_DROP
    };
    static const uint8_t allowed[DELIVERY_STATES_N] = {
        [DELIVERY_DRAFT] = M | C | H | R | L,
        [DELIVERY_HELD] = M | C | R | L,
        [DELIVERY_SCHEDULED] = M | C | H | L,
        [DELIVERY_CLAIMED] = 0,
        [DELIVERY_SENDING] = 0,
        [DELIVERY_DEFERRED] = M | C | H | L,
        [DELIVERY_UNKNOWN] = L,
        [DELIVERY_PERSON] = L | A | D,
        [DELIVERY_PUBLISHED] = 0,
        [DELIVERY_REJECTED] = C | R | L,
        [DELIVERY_MISSED] = M | C | R | L,
        [DELIVERY_CANCELLED] = 0,
    };
    assert(state >= 0 && state < DELIVERY_STATES_N && act >= 0 && act < ACTS_N);
    /* With a part of it out there is no way back to "never was". */
    if (live && (act == ACT_CANCEL || act == ACT_MOVE))
        return false;
    return (allowed[state] >> act) & 1;
}
