#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/instant.h"
#include "base/lang.h"
#include "base/str.h"
#include "base/zone.h"

/*
 * when_parse(text, zone, now, lang, ret_wall, ret, error):
 * "now", "tomorrow 09:00", "demain 9 h", "mardi 9h30", "tuesday 9:30", "2026-12-01 09:00", "in 2 hours", RFC 3339.
 * Wall times are of ${zone}; *ret_wall is the wall time asked for and *ret its moment: one in a gap becomes the first
 * moment after it, one that comes twice its first. French and English words whatever ${lang}.
 * Faults: INPUT quoting the text and the forms understood; a moment that is over is INPUT too. Pure.
 */
must_use enum fault when_parse(str text, const struct zone *zone, instant now,
                               struct civil *ret_wall, instant *ret, struct error *error);

/*
 * recurrence: RRULE of RFC 5545 (by libical), in wall time. "FREQ=WEEKLY;BYDAY=TU,TH", "FREQ=MONTHLY;BYMONTHDAY=31".
 * rule_next(rule, anchor, zone, after, keep, ret_wall, ret, ret_found, error):
 * The first occurrence after ${after}: f(rule, anchor), never "previous + interval". *ret_found false: it has ended.
 * Months without that day have no occurrence. Gaps and overlaps as in when_parse.
 * Faults: INPUT for a rule that cannot be read or has no FREQ, or that repeats more often than hourly.
 */
must_use enum fault rule_next(str rule, const struct civil *anchor, const struct zone *zone,
                              instant after, struct civil *ret_wall, instant *ret,
                              bool *ret_found, struct error *error);
/* rule_check(rule, error): whether it can be used. rule_text: it in words ("every Tuesday and Thursday"). */
must_use enum fault rule_check(str rule, struct error *error);
str rule_text(str rule, enum lang lang, struct arena *keep);
