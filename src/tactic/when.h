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
 * when_parse(text, zone, now, ret_wall, ret, error):
 * "now", "today 18:00", "tomorrow 9 pm", "demain 9 h", "mardi 9h30", "friday 9:30", "in 2 hours", "dans 3 jours",
 * "2026-12-01 09:00", "18:00" (today), RFC 3339. French and English words whatever the reader's language.
 * Wall times are of ${zone}; *ret_wall is the wall time asked for and *ret its moment: one in a gap becomes the first
 * moment after it, one that comes twice its first. Hours and minutes of "in" pass as on a stop watch; its days and weeks
 * keep the wall time.
 * Nothing is guessed: "12/11", "9", "12 am", a day without an hour, and the name of today's weekday while the hour is
 * still to come are INPUT that says so.
 * Faults: INPUT quoting the text and the forms understood; a moment that is over (saying which it would have been) or
 * more than ten years away is INPUT too. Pure.
 */
must_use enum fault when_parse(str text, const struct zone *zone, instant now,
                               struct civil *ret_wall, instant *ret, struct error *error);

/*
 * recurrence: RRULE of RFC 5545 (by libical), in wall time. "FREQ=WEEKLY;BYDAY=TU,TH", "FREQ=MONTHLY;BYMONTHDAY=31".
 * FREQ from HOURLY to YEARLY, INTERVAL, COUNT, UNTIL, BYDAY, BYMONTHDAY, BYMONTH, BYHOUR, BYMINUTE (one), BYSETPOS, WKST.
 * rule_next(rule, anchor, zone, after, ret_wall, ret, ret_found, error):
 * The first occurrence after ${after}: f(rule, anchor), never "previous + interval". *ret_found false: it has ended.
 * An ${anchor} that the rule does not match is not itself an occurrence. Months without that day have no occurrence.
 * Gaps and overlaps as in when_parse. Work is bounded: 200,000 occurrences from the anchor, then INPUT.
 * Faults: INPUT for a rule that cannot be read or has no FREQ, or that repeats more often than hourly.
 */
must_use enum fault rule_next(str rule, const struct civil *anchor, const struct zone *zone,
                              instant after, struct civil *ret_wall, instant *ret,
                              bool *ret_found, struct error *error);
/* rule_at(rule, anchor, zone, k, …): the ${k}-th occurrence, from 1. Otherwise as rule_next. */
must_use enum fault rule_at(str rule, const struct civil *anchor, const struct zone *zone,
                            int64_t k, struct civil *ret_wall, instant *ret, bool *ret_found,
                            struct error *error);
/* rule_check(rule, error): whether it can be used. Faults: INPUT saying which part is not understood. */
must_use enum fault rule_check(str rule, struct error *error);
/*
 * rule_text(text, lang, keep): it in words ("every Tuesday and Thursday"); what has no words here (BYSETPOS and the
 * like), or cannot be read, is given back as it is written.
 */
str rule_text(str text, enum lang lang, struct arena *keep);
/*
 * rule_read(text, keep, ret, error):
 * A rule as a person says it, as an RRULE: "daily", "weekly on monday", "every 2 weeks on tuesday and friday", "every
 * weekday", "monthly on the 15th", "the last friday of the month"; "tous les lundis", "toutes les 2 semaines le mardi", "le
 * 15 de chaque mois". English and French whatever the reader's language. What has a "=" is an RRULE already.
 * Faults: INPUT quoting the text and the forms understood; what has two readings too. Pure.
 */
must_use enum fault rule_read(str text, struct arena *keep, str *ret, struct error *error);
