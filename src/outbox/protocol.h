#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/instant.h"
#include "base/maybe.h"
#include "channel/driver.h"
#include "outbox/delivery.h"

/*
 * The protocol of a delivery, as pure functions: what is known, what happened, the time and a chance go in; what it
 * becomes, when something is to be done again and why comes out. The engine (engine.c) only carries this out, and
 * outbox.pml is the same in Promela. doc/decisions/0013 has the reasons.
 */

/* The figures of the protocol. Tests pass others to show that each of them is needed. */
struct protocol_rules {
    span quarantine_min; /* before an unknown outcome is looked at, from the deadline on */
    span ladder_first, ladder; /* the first wait between tries; the longest */
    span wait_max;             /* the longest a driver or a network may make us wait */
    span grace, late_max;      /* late by less: sent; by less: sent spaced; by more: a person */
    span spacing;              /* between late ones of one account */
    int32_t tries_max, looks_max, deaths_max, waits_max;
    /* Only tests set these; each is a way to hurt a user. */
    bool mutant_no_quarantine;   /* looks at once */
    bool mutant_absent_at_once;  /* believes the first look that lacks it */
    bool mutant_unknown_retries; /* takes "unknown" for "not sent" */
    bool mutant_call_before_row; /* sends first, writes down after */
    bool mutant_key_per_try;     /* a new key for every try */
    bool mutant_no_take;         /* what leaves is not counted (wire/bucket.h) */
};
/* protocol_rules(): those of the product. */
struct protocol_rules protocol_rules(void);

/* What the data know of a delivery that is being sent or looked for. */
struct protocol_state {
    int32_t tries_n, looks_n, absent_n, deaths_n, waits_n;
    bool live; /* a publishing step was confirmed: a part of it, or all, is out */
    struct maybe_int use_by_us;
};

/* How a request of it ended. */
struct protocol_end {
    bool
        requested; /* false: the driver spoke without a request (it refused the message, or had nothing to do) */
    bool publishes, cosmetic; /* what the request was */
    instant deadline;         /* when it is given up at the latest */
    enum http_end end;
    bool forbidden; /* the address guard refused */
    int32_t status;
    const struct step
        *step; /* what the driver made of the answer; NULL when it was not asked */
};

enum protocol_go {
    GO_ON,   /* send the step's request: state stays "sending" */
    GO_STOP, /* written down; the lane is free */
    GO_AUTH  /* the credentials were not accepted: stop, and count it against the account */
};

/* What becomes of it: the columns to be written. */
struct protocol_verdict {
    enum protocol_go go;
    enum delivery_state state;
    struct maybe_int next_us;
    struct protocol_state counts; /* after this */
    enum error_class error_class;
    const char *reason; /* key of translation; NULL */
    str outcome; /* of the attempt: "ok" "published" "not sent" "refused" "unknown" "wait" "found" "absent" "no answer" */
    bool arms;   /* the quarantine begins: its publishing step may have worked */
    bool disarms; /* surely not out */
};

/* protocol_asks_driver(end): whether the driver is shown the answer; without it, the transfer's end says enough. */
bool protocol_asks_driver(const struct protocol_end *end);
/* protocol_after(rules, traits, state, end, now, chance): after a request of OP_PUBLISH. ${chance}: 64 random bits. */
struct protocol_verdict protocol_after(const struct protocol_rules *rules,
                                       const struct channel_traits *traits,
                                       const struct protocol_state *state,
                                       const struct protocol_end *end, instant now,
                                       uint64_t chance);
/* protocol_after_look: after a request of OP_READ_BACK. */
struct protocol_verdict protocol_after_look(const struct protocol_rules *rules,
                                            const struct channel_traits *traits,
                                            const struct protocol_state *state,
                                            const struct protocol_end *end, instant now,
                                            uint64_t chance);
/*
 * protocol_put_off(after, looking, wait, now): the network lets nothing more be asked before ${now} + ${wait}: no try and no
 * look is counted. ${after}: the verdict that would have gone on. What is of no use any more by then is missed.
 */
struct protocol_verdict protocol_put_off(const struct protocol_verdict *after, bool looking,
                                         span wait, instant now);
/* How a worker left it that is gone. */
struct protocol_death {
    enum delivery_state was;
    const struct protocol_end
        *open;    /* the attempt whose end nobody wrote down; NULL when there is none */
    bool suspect; /* it may be what the worker died of: that is counted */
};
/* protocol_after_death: the worker that had it is gone. */
struct protocol_verdict protocol_after_death(const struct protocol_rules *rules,
                                             const struct channel_traits *traits,
                                             const struct protocol_state *state,
                                             const struct protocol_death *death, instant now);

/* What the late policy says of one that is ready. */
enum late { LATE_SEND, LATE_WAIT, LATE_HOLD, LATE_MISSED };
struct late_question {
    instant due;
    struct maybe_int use_by_us, last_out_us; /* when something last went out on this account */
    bool live;                               /* a part is out: it is brought to its end */
};
enum late late_decide(const struct protocol_rules *rules, const struct late_question *question,
                      instant now, instant *ret_next);
