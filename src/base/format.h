#pragma once
#include <stdint.h>
#include "base/arena.h"
#include "base/instant.h"
#include "base/lang.h"
#include "base/money.h"
#include "base/str.h"

/*
 * Numbers, dates and times as a reader of the language writes them. French groups thousands
 * with U+202F and puts U+00A0 before % and units; English uses the comma. All results live in
 * ${arena}.
 */

struct zone;

enum format_style {
    FORMAT_DATE,      /* 24 Nov 2026          24 nov. 2026 */
    FORMAT_DATE_TIME, /* 24 Nov 2026, 09:05   24 nov. 2026, 9 h 05 */
    FORMAT_LONG_DATE  /* Tuesday, 24 November 2026   mardi 24 novembre 2026 */
};

/* format_integer(arena, lang, n): "1,234" / "1 234". */
str format_integer(struct arena *arena, enum lang lang, int64_t n);
/*
 * format_real(arena, lang, x, decimals): ${decimals} 0 to 9; NaN shows as "–", infinity as "∞". Halves of whole
 * numbers go away from zero.
 */
str format_real(struct arena *arena, enum lang lang, double x, int32_t decimals);
/* format_share(arena, lang, share, decimals): 0.42 as "42%" / "42 %". */
str format_share(struct arena *arena, enum lang lang, double share, int32_t decimals);
/*
 * format_times(arena, lang, ratio):
 * "× 2.1" / "× 2,1": two decimals below 2, one below 10, none above, so that a ratio near one
 * can still be told from one.
 */
str format_times(struct arena *arena, enum lang lang, double ratio);
/* format_money(arena, lang, amount): "€12.50" / "12,50 €", in the currency's own digits.
 * Source: CLDR. */
str format_money(struct arena *arena, enum lang lang, money amount);
/* format_instant(arena, lang, zone, t, style): the wall time ${zone} shows at ${t}; NULL means
 * UTC. */
str format_instant(struct arena *arena, enum lang lang, const struct zone *zone, instant t,
                   enum format_style style);
/* format_civil(arena, lang, civil, style): the same for a date and time without a zone. */
str format_civil(struct arena *arena, enum lang lang, const struct civil *civil,
                 enum format_style style);
/* format_clock(arena, lang, hour, minute): "09:05" / "9 h 05". */
str format_clock(struct arena *arena, enum lang lang, int32_t hour, int32_t minute);
/* format_weekday(lang, weekday): 1 = "Monday" / "lundi". Static. */
str format_weekday(enum lang lang, int32_t weekday);
/* format_month(lang, month): 1 = "January" / "janvier". Static. */
str format_month(enum lang lang, int32_t month);
/* format_bytes(arena, lang, bytes): "1.5 MB" / "1,5 Mo"; powers of 1000. */
str format_bytes(struct arena *arena, enum lang lang, int64_t bytes);
