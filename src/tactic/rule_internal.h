#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/error.h"
#include "base/instant.h"
#include "base/str.h"

enum {
    RULE_TEXT_MAX = 500,      /* bytes; every value of every list once */
    RULE_LIST_MAX = 31,       /* values of one list: the days of a month */
    RULE_INTERVAL_MAX = 1000, /* every thousand hours is six weeks; years end before */
    RULE_COUNT_MAX = 200000,  /* as RULE_WALK_MAX */
    RULE_WALK_MAX = 200000    /* occurrences counted from the anchor: hourly for 22 years */
};

enum rule_freq {
    RULE_HOURLY,
    RULE_DAILY,
    RULE_WEEKLY,
    RULE_MONTHLY,
    RULE_YEARLY,
    RULE_FREQS_N
};

/* The lists of a rule that libical is given; BYDAY as position * 8 + weekday (Monday 1), position 0: every. */
enum rule_list { BY_DAY, BY_MONTHDAY, BY_MONTH, BY_HOUR, BY_MINUTE, BY_SETPOS, RULE_LISTS_N };

struct rule {
    enum rule_freq freq;
    int32_t interval, count; /* count 0: no end */
    int32_t week_start;      /* 1 to 7 */
    int32_t n[RULE_LISTS_N];
    int32_t list[RULE_LISTS_N][RULE_LIST_MAX];
    bool ends, ends_utc; /* until that wall time, or that moment */
    struct civil until;
};

/* rule_parse(text, ret, error): Faults: INPUT saying which part. Pure. */
must_use enum fault rule_parse(str text, struct rule *ret, struct error *error);

struct zone;
/* The occurrences of a rule one after the other, in wall time, numbered from 1. */
struct rule_walk {
    struct rule rule;
    void *iterator; /* libical's */
    int64_t k;
    int64_t from_k; /* those before it are passed over */
};

/* rule_walk_open(walk, rule, anchor, error): Faults: INPUT. The caller closes it. */
must_use enum fault rule_walk_open(struct rule_walk *walk, str rule, const struct civil *anchor,
                                   struct error *error);
void rule_walk_close(struct rule_walk *walk);
/*
 * rule_walk_next(walk, zone, after, ret_wall, ret, ret_found, error):
 * The next occurrence whose moment is after ${after}; its number is walk->k. Faults: INPUT beyond RULE_WALK_MAX.
 */
must_use enum fault rule_walk_next(struct rule_walk *walk, const struct zone *zone,
                                   instant after, struct civil *ret_wall, instant *ret,
                                   bool *ret_found, struct error *error);

static inline void
rule_walk_cleanup(struct rule_walk *walk)
{
    rule_walk_close(walk);
}
#define auto_walk __attribute__((cleanup(rule_walk_cleanup))) struct rule_walk
