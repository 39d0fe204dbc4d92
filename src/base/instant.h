#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

/* A moment, microseconds since 1970-01-01 UTC; and a length of time. Structs, so mixing does not compile. */
typedef struct {
    int64_t us;
} instant;
typedef struct {
    int64_t us;
} span;

/* A date and wall time without a zone (base/zone.h relates it to an instant). */
struct civil {
    int32_t year, month, day;     /* month and day from 1 */
    int32_t hour, minute, second; /* 0–23, 0–59, 0–59: leap seconds are not represented */
    int32_t microsecond;
};

#define SPAN_SECOND ((span){1000000})
#define SPAN_DAY ((span){86400000000})

static inline instant
instant_add(instant t, span d)
{
    return (instant){t.us + d.us};
}
static inline span
instant_since(instant later, instant earlier)
{
    return (span){later.us - earlier.us};
}

/* civil_days(year, month, day): days since 1970-01-01 in the proleptic Gregorian calendar. */
int64_t civil_days(int64_t year, int32_t month, int32_t day);
/* civil_valid(civil): whether that date and time exist (31 April does not). Years 1 to 9999. */
bool civil_valid(const struct civil *civil);
/* civil_weekday(civil): 1 = Monday … 7 = Sunday (ISO 8601). */
int32_t civil_weekday(const struct civil *civil);
/* instant_from_utc(civil): the moment when UTC clocks show ${civil}, which must be valid. */
instant instant_from_utc(const struct civil *civil);
struct civil instant_to_utc(instant t);
/*
 * instant_parse(text, ret, error): RFC 3339 ("2026-11-24T09:00:00Z", offset required).
 * Faults: INPUT with the text and the form expected.
 */
must_use enum fault instant_parse(str text, instant *ret, struct error *error);
/* instant_rfc3339(arena, t): "2026-11-24T09:00:00Z", with microseconds only when there are any. */
str instant_rfc3339(struct arena *arena, instant t);
/* civil_minute(arena, civil): "2026-12-01T09:00", as deliveries keep a wall time and forms send it. */
str civil_minute(struct arena *arena, const struct civil *civil);
