#pragma once
#include <stdatomic.h>
#include <stdint.h>
#include "base/clock.h"
#include "base/instant.h"

/*
 * A network of our own for the fault tests: it speaks Mastodon's API to the real driver, on loopback, and is slower
 * than a worker takes to come back from the dead. What it was sent it does, also when the sender is gone meanwhile.
 */
enum double_kind {
    DOUBLE_HONOURS_KEY, /* the same Idempotency-Key again gives the status there is */
    DOUBLE_LISTS_ONLY,  /* the key is ignored; the account's list is right at once */
    DOUBLE_LISTS_LATE,  /* the same, and the list lags behind */
    DOUBLE_KINDS_N
};

/* Time that runs ${speed} times as fast as the machine's, the same for all processes of a test. */
struct fast_clock {
    int64_t real_us, shown_us, speed;
};
struct clock fast_clock(struct fast_clock *fast);

/*
 * How fast a test goes: first while it kills, then while it only waits for everything to end. In memory that the
 * processes share.
 */
struct double_pace {
    struct fast_clock time[2];
    int64_t slow_us
        [2]; /* most it waits, of real time, before it does what it was sent, and again before it says so */
    atomic_int ending; /* which of them; the test's hand writes it when the second is filled */
    /* Answers that went wrong and were met by a sender: the status made, and nothing made. */
    atomic_int wrong_made, wrong_not_made;
};

struct double_options {
    enum double_kind kind;
    int listener;       /* a socket that listens on loopback */
    const char *record; /* a line "account key text" is appended for each status made */
    uint64_t seed;
    struct double_pace *pace;
    int64_t lag_us; /* of its list, in the time of ${pace} */
    int32_t
        faults_percent; /* of answers lost, cut, or wrong; every second of them with nothing made */
};
/* double_serve(options): until the process is ended. */
_Noreturn void double_serve(const struct double_options *options);
