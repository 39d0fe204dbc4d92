#pragma once
#include "base/error.h"
#include "base/instant.h"
#include "base/str.h"

/* A time zone by its IANA name, with its whole history of offsets. Not to be shared by two
 * processes. */
struct zone;

/* What a wall time that the clocks jump over becomes. */
enum gap_policy {
    GAP_NEXT_VALID, /* the first moment after the jump: 02:30 becomes 03:00 */
    GAP_REFUSE
};
/* What a wall time that the clocks show twice becomes. */
enum overlap_policy { OVERLAP_FIRST, OVERLAP_SECOND, OVERLAP_REFUSE };

/*
 * zone_open(iana, ret, error):
 * Faults: INPUT when no zone has this name ("Europe/Paris"; abbreviations like "CET" that ICU
 * knows pass); CORRUPT or SYSTEM when the system has a file for it that cannot be read.
 * Memory: the caller closes it, or declares it auto_zone.
 * Source: the IANA time zone data of the system, /usr/share/zoneinfo or the folder that TZDIR
 * names; those inside ICU, which may be years older, where the system has none of that name.
 */
must_use enum fault zone_open(str iana, struct zone **ret, struct error *error);
/* zone_close(zone): gives its memory back; NULL is fine. */
void zone_close(struct zone *zone);

/* zone_name(zone): the name it was opened with; lives as long as the zone. */
str zone_name(const struct zone *zone);
/* zone_offset_s(zone, t): seconds to add to UTC for the wall clock at ${t}, daylight saving
 * included. */
int32_t zone_offset_s(const struct zone *zone, instant t);
/* zone_civil(zone, t): what the wall clock shows at ${t}. */
struct civil zone_civil(const struct zone *zone, instant t);

/*
 * zone_instant(zone, civil, gap, overlap, ret, error):
 * The moment when the wall clock shows ${civil}. Gaps and overlaps are found by the round trip:
 * a moment counts if the clock shows ${civil} at it, so whole skipped days (Apia, 2011-12-30)
 * are gaps too. Faults: INPUT when the date does not exist, or the policy refuses.
 */
must_use enum fault zone_instant(const struct zone *zone, const struct civil *civil,
                                 enum gap_policy gap, enum overlap_policy overlap, instant *ret,
                                 struct error *error);

static inline void
zone_cleanup(struct zone **zone)
{
    zone_close(*zone);
}
#define auto_zone __attribute__((cleanup(zone_cleanup))) struct zone *
