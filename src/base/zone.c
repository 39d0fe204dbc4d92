#include "base/zone.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/ucal.h>

enum {
    ZONE_NAME_MAX = 64 /* the longest IANA name has 32 characters */
};

#define HOUR_US INT64_C(3600000000)

struct zone {
    UCalendar *calendar;
    char name[ZONE_NAME_MAX + 1];
};

enum fault
zone_open(str iana, struct zone **ret, struct error *error)
{
    UChar id[ZONE_NAME_MAX + 1] = {0};
    UChar canonical[ZONE_NAME_MAX + 1];
    bool good = iana.n > 0 && iana.n <= ZONE_NAME_MAX;
    for (ptrdiff_t i = 0; good && i < iana.n; i++) {
        good = iana.p[i] > ' ' && iana.p[i] < 0x7f;
        id[i] = (UChar)iana.p[i];
    }
    UErrorCode status = U_ZERO_ERROR;
    UCalendar *calendar = NULL;
    if (good) {
        /* ucal_open would silently give UTC for a name it does not know, and take "GMT+3". */
        UBool listed = 0;
        (void)ucal_getCanonicalTimeZoneID(id, (int32_t)iana.n, canonical, ZONE_NAME_MAX,
                                          &listed, &status);
        good = listed && !str_eq(iana, S("Etc/Unknown"));
        if (good && U_SUCCESS(status))
            calendar = ucal_open(id, (int32_t)iana.n, "en", UCAL_GREGORIAN, &status);
    }
    if (status == U_MEMORY_ALLOCATION_ERROR)
        abort();
    if (!good || U_FAILURE(status)) {
        return fail(
            error, FAULT_INPUT,
            "\"%.*s\" is not a time zone; give a name like Europe/Paris or America/Toronto",
            STR_FMT(str_slice(iana, 0, ZONE_NAME_MAX)));
    }
    struct zone *zone = calloc(1, sizeof *zone);
    if (!zone)
        abort();
    zone->calendar = calendar;
    memcpy(zone->name, iana.p, (size_t)iana.n);
    *ret = zone;
    return OK;
}

void
zone_close(struct zone *zone)
{
    if (!zone)
        return;
    ucal_close(zone->calendar);
    free(zone);
}

str
zone_name(const struct zone *zone)
{
    return str_of(zone->name);
}

int32_t
zone_offset_s(const struct zone *zone, instant t)
{
    int64_t ms = t.us / 1000 - (t.us % 1000 < 0);
    UErrorCode status = U_ZERO_ERROR;
    ucal_setMillis(zone->calendar, (UDate)ms, &status);
    int32_t offset_ms = ucal_get(zone->calendar, UCAL_ZONE_OFFSET, &status) +
                        ucal_get(zone->calendar, UCAL_DST_OFFSET, &status);
    assert(U_SUCCESS(status));
    return offset_ms / 1000;
}

static int64_t
offset_us(const struct zone *zone, int64_t t_us)
{
    return (int64_t)zone_offset_s(zone, (instant){t_us}) * 1000000;
}

struct civil
zone_civil(const struct zone *zone, instant t)
{
    return instant_to_utc((instant){t.us + offset_us(zone, t.us)});
}

/* The first moment in (before, after] whose offset is no longer that of ${before}, to the
 * second. */
static int64_t
transition(const struct zone *zone, int64_t before, int64_t after)
{
    int64_t offset = offset_us(zone, before);
    while (after - before > 1000000) {
        int64_t middle = before + (after - before) / 2;
        if (offset_us(zone, middle) == offset)
            before = middle;
        else
            after = middle;
    }
    return after - ((after % 1000000) + 1000000) % 1000000; /* clocks change on whole seconds */
}

enum fault
zone_instant(const struct zone *zone, const struct civil *civil, enum gap_policy gap,
             enum overlap_policy overlap, instant *ret, struct error *error)
{
    if (!civil_valid(civil)) {
        return fail(error, FAULT_INPUT, "%04d-%02d-%02d %02d:%02d does not exist", civil->year,
                    civil->month, civil->day, civil->hour, civil->minute);
    }
    int64_t wall = instant_from_utc(civil).us;
    /* The true moment lies within 14 h before and 12 h after; sample beyond both ends and
     * between. */
    const int64_t samples[] = {wall - 16 * HOUR_US, wall, wall + 16 * HOUR_US};
    int64_t found[3], found_n = 0;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        int64_t t = wall - offset_us(zone, samples[i]);
        bool fresh = found_n == 0 || t != found[found_n - 1];
        if (fresh && t + offset_us(zone, t) == wall)
            found[found_n++] = t;
    }
    if (found_n == 0) {
        if (gap == GAP_REFUSE) {
            return fail(
                error, FAULT_INPUT,
                "%04d-%02d-%02d %02d:%02d does not exist in %s: the clocks jump over it",
                civil->year, civil->month, civil->day, civil->hour, civil->minute, zone->name);
        }
        *ret = (instant){transition(zone, samples[0], samples[2])};
        return OK;
    }
    if (found_n > 1 && overlap == OVERLAP_REFUSE) {
        return fail(error, FAULT_INPUT,
                    "%04d-%02d-%02d %02d:%02d happens twice in %s: the clocks are set back",
                    civil->year, civil->month, civil->day, civil->hour, civil->minute,
                    zone->name);
    }
    int64_t first = found[0], last = found[found_n - 1];
    if (first > last) {
        first = last;
        last = found[0];
    }
    *ret = (instant){overlap == OVERLAP_SECOND ? last : first};
    return OK;
}
