#include "fuzz.h"

#include "base/zone.h"

/* Zones of every kind: whole and part hours, both hemispheres, skipped days, many rules, none. */
static const char *const kinds[] = {
    "Europe/Paris",      "America/Toronto",   "Australia/Lord_Howe", "Pacific/Apia",
    "Pacific/Kwajalein", "Africa/Casablanca", "Asia/Kathmandu",      "America/St_Johns",
    "Asia/Gaza",         "Antarctica/Troll",  "Europe/Dublin",       "America/Caracas",
    "Asia/Manila",       "America/Juneau",    "Asia/Pyongyang",      "UTC",
};

/* The first 9 bytes make a wall time; the tenth picks a zone, or the rest names one. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 10)
        return 0;
    struct error error;
    auto_zone zone = NULL;
    str name = size == 10 ? str_of(kinds[data[9] % (sizeof kinds / sizeof *kinds)])
                          : (str){(const char *)data + 9, (ptrdiff_t)size - 9};
    if (zone_open(name, &zone, &error) != OK) {
        assert(error.fault == FAULT_INPUT);
        return 0;
    }
    struct civil c = {.year = 1800 + data[0] * 2 + data[8] % 2,
                      .month = data[1] % 12 + 1,
                      .day = data[2] % 31 + 1,
                      .hour = data[3] % 24,
                      .minute = data[4] % 60,
                      .second = data[5] % 60,
                      .microsecond = (data[6] << 8 | data[7]) * 15};
    instant first, second;
    if (zone_instant(zone, &c, GAP_NEXT_VALID, OVERLAP_FIRST, &first, &error) != OK) {
        assert(!civil_valid(&c));
        return 0;
    }
    assert(zone_instant(zone, &c, GAP_NEXT_VALID, OVERLAP_SECOND, &second, &error) == OK);
    assert(first.us <= second.us);
    struct civil shown = zone_civil(zone, first);
    if (zone_instant(zone, &c, GAP_REFUSE, OVERLAP_FIRST, &first, &error) == OK) {
        shown = zone_civil(zone, second);
        assert(instant_from_utc(&shown).us == instant_from_utc(&c).us);
    } else { /* a gap: the clock shows something later, and nothing at all just before */
        assert(instant_from_utc(&shown).us > instant_from_utc(&c).us);
        struct civil before = zone_civil(zone, (instant){second.us - 1});
        assert(instant_from_utc(&before).us < instant_from_utc(&c).us);
    }
    return 0;
}
