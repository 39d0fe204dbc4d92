/*
 * The protocol of protocol.c in Promela: one delivery, two workers that may die anywhere, a network that takes up
 * requests late, loses answers, and whose list may miss a post once. Checked over all orders of events: it is never
 * live twice, never said to be out or not out when the contrary holds, never live with a text that a person had
 * changed before it left, and nothing ends in the middle.
 *
 * Time is left out but for what the protocol needs of it: the quarantine is longer than any request can still take
 * effect and than the list lags (so after it nothing flies). test/outbox/model.sh runs it, and each of the mutants below,
 * which must fail: NO_QUARANTINE, ONE_LOOK, RETRY_UNKNOWN, CALL_FIRST, CHECK_THEN_SET,
 * OLD_TEXT.
 */
#define TRIES_MAX 3
#define DEATHS_MAX 3
#define LOOKS_MAX 3
#define CRASHES_MAX 4 /* of both; DEATHS_MAX of them while it had this one bring a person */
#ifdef ONE_LOOK
#define LOOKS 1
#else
#define LOOKS 2 /* as many in a row must lack it */
#endif

mtype = { SCHEDULED, CLAIMED, SENDING, DEFERRED, UNKNOWN, PERSON, PUBLISHED, REJECTED, HELD };
mtype = { NOT_YET, FLYING, TAKEN, DROPPED };

mtype state = SCHEDULED;
byte owner = 0;              /* who has the row; 0: nobody */
byte tries = 0, looks = 0, absent = 0, deaths = 0, crashes = 0;
bool dead[3];
mtype request[6] = NOT_YET;  /* what became of each request that left */
byte sent = 0, flying = 0, posts = 0;
bool missed = false;         /* the list has missed it once */
/* The message as a person last had it; what is bound to be sent; what is live. 0: none yet. */
byte message = 1, content = 0, live = 0;
byte carries[6] = 0;         /* the text of each request */

#define ready (state == SCHEDULED || state == DEFERRED)
#define over (state == PERSON || state == PUBLISHED || state == REJECTED || state == HELD)
#ifdef NO_QUARANTINE
#define may_look true
#else
#define may_look (flying == 0)
#endif

inline may_die() {
    if
    :: crashes < CRASHES_MAX -> crashes++; dead[me] = true; goto down
    :: true -> skip
    fi
}

/* protocol: deferred() */
inline becomes_deferred() {
    tries++;
    if
    :: tries >= TRIES_MAX -> state = REJECTED
    :: else -> state = DEFERRED
    fi
}

/* protocol: unknown() */
inline becomes_unknown() {
#ifdef RETRY_UNKNOWN
    becomes_deferred()
#else
    looks = 0; absent = 0;
    state = UNKNOWN
#endif
}

/* protocol: look_again() */
inline look_again() {
    absent = 0; looks++;
    if
    :: looks >= LOOKS_MAX -> state = PERSON
    :: else -> skip
    fi
}

/* A request leaves: from here on it lives by itself. */
inline first_byte() {
    request[sent] = FLYING; carries[sent] = content; flying++; mine = sent; sent++
}

/* lane.c, open_content: what surely is not out goes out as its message is. */
inline bind() {
#ifdef OLD_TEXT
    if
    :: content == 0 -> content = message
    :: else -> skip
    fi
#else
    content = message
#endif
}

/* Whoever comes by takes care of what a dead worker left (orphan.c, protocol_after_death). */
inline adopt() {
    d_step {
        dead[owner] = false;
        if
        :: !over -> deaths++ /* it may have died of this one */
        :: true -> skip      /* it was at another */
        fi;
        if
        :: state == SENDING -> becomes_unknown()
        :: state == CLAIMED -> state = DEFERRED
        :: else -> skip
        fi;
        if
        :: deaths >= DEATHS_MAX && state == DEFERRED -> state = HELD /* surely not sent */
        :: deaths >= DEATHS_MAX && !over -> state = PERSON
        :: else -> skip
        fi;
        owner = 0
    }
}

active [2] proctype worker() {
    byte me = _pid + 1, mine = 0;
    bool saw = false;

idle:
    do
#ifdef CHECK_THEN_SET
    :: owner == 0 && ready -> owner = me; state = CLAIMED; bind(); goto claimed
#else
    :: atomic { owner == 0 && ready -> owner = me; state = CLAIMED; bind() }; goto claimed
#endif
    :: atomic { owner == 0 && state == UNKNOWN && may_look -> owner = me }; goto look
    :: atomic { owner != 0 && dead[owner] -> adopt() }
    :: over && owner == 0 -> goto done
    od;

claimed:
    may_die();
#ifdef CALL_FIRST
    atomic { first_byte() };
    may_die();
    atomic { owner == me -> state = SENDING };
#else
    /* The attempt is written down, if the row is still ours … */
    atomic { owner == me -> state = SENDING };
    may_die();
    if /* … and then the first byte leaves, or cannot */
    :: atomic { becomes_deferred(); owner = 0 }; goto idle
    :: atomic { first_byte() }
    fi;
#endif
    may_die();
    if
    :: atomic { request[mine] == TAKEN -> state = PUBLISHED; owner = 0 }      /* 2xx with an id */
    :: atomic { request[mine] == DROPPED -> state = REJECTED; owner = 0 }     /* a known no */
    :: atomic { request[mine] == DROPPED -> becomes_deferred(); owner = 0 }   /* a known "later" */
    :: atomic { becomes_unknown(); owner = 0 }                                /* anything else, at any time */
    fi;
    goto idle;

look:
    may_die();
    atomic {
        if
        :: posts > 0 && !missed -> missed = true; saw = false
        :: posts > 0 -> saw = true
        :: posts == 0 -> saw = false
        fi;
    }
    may_die();
    atomic {
        if
        :: true -> look_again() /* nobody could tell */
        :: saw -> state = PUBLISHED
        :: !saw ->
            absent++;
            if
            :: absent >= LOOKS -> absent = 0; becomes_deferred()
            :: else -> skip
            fi
        fi;
        owner = 0
    };
    goto idle;

down: /* the process is gone; a new one comes when somebody cared for what it left */
    if
    :: atomic { owner == me && dead[me] -> adopt() }
    :: !dead[me] -> skip
    :: atomic { owner != me && dead[me] -> dead[me] = false }
    fi;
    goto idle;

done:
    skip
}

active proctype network() {
    byte i;
end:
    do
    :: atomic {
        flying > 0 ->
        i = 0;
        do
        :: request[i] == FLYING -> break
        :: request[i] != FLYING -> i++
        od;
        flying--;
        if
        :: request[i] = DROPPED
        :: request[i] = TAKEN; posts++; live = carries[i]; assert(posts <= 1); assert(state != REJECTED && state != HELD)
        fi
    }
    /* Two may overtake each other: the later one first. */
    :: atomic {
        flying > 1 ->
        i = sent - 1;
        do
        :: request[i] == FLYING -> break
        :: request[i] != FLYING -> i--
        od;
        flying--;
        if
        :: request[i] = DROPPED
        :: request[i] = TAKEN; posts++; live = carries[i]; assert(posts <= 1); assert(state != REJECTED && state != HELD)
        fi
    }
    od
}

/* Changes the text once, when that is allowed: nobody has it, and it surely is not out. */
active proctype person() {
end:
    atomic { owner == 0 && ready -> message = 2 }
}

/* Watches the end: what is said is so. */
active proctype witness() {
end:
    atomic {
        over && owner == 0 && flying == 0 ->
        assert(state != PUBLISHED || (posts == 1 && live == message));
        assert((state != REJECTED && state != HELD) || posts == 0)
    }
}
