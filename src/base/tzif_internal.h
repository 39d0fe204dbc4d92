#pragma once
#include "base/instant.h"
#include "base/str.h"

enum {
    TZIF_OFFSET_MAX_S =
        16 * 3600 - 1 /* zone_instant looks 16 h to either side; the largest of the
                                       * data is Manila's of 1844, 15:56:08 */
};

/* The day of a year on which the clocks change, and when. */
struct tzif_day {
    enum {
        TZIF_WEEKDAY,    /* M: the week-th (5: last) of that weekday (0: Sunday) of a month */
        TZIF_DAY_NO_29,  /* J: 1 to 365, the 29th of February never counted */
        TZIF_DAY_COUNTED /* 0 to 365, the 29th of February counted */
    } kind;
    int32_t month, week, day;
    int32_t time_s; /* after midnight of the wall clock before the change; may be days away */
};

/* A POSIX TZ string: what holds after the last change of the file. */
struct tzif_rule {
    bool changes; /* the clocks change, on ${start} to ${summer_s} and on ${end} back */
    int32_t standard_s, summer_s;
    struct tzif_day start, end;
};

/* tzif_rule_parse(text, ret): false when it is not such a rule, or says no dates. */
bool tzif_rule_parse(str text, struct tzif_rule *ret);
int32_t tzif_rule_offset_s(const struct tzif_rule *rule, instant t);
