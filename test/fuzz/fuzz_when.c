#include "fuzz.h"

#include "base/zone.h"
#include "tactic/when.h"

static const char *const kinds[] = {"Europe/Paris", "Australia/Lord_Howe", "Pacific/Apia",
                                    "Asia/Kathmandu"};

/* The first byte picks a zone and the hours that passed since, the rest is what somebody wrote. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > 1000)
        return 0;
    struct error error;
    auto_zone zone = NULL;
    struct civil wall;
    instant at, again, now = {INT64_C(1795510800000000) + (data[0] >> 2) * INT64_C(3600000000)};
    str text = {(const char *)data + 1, (ptrdiff_t)size - 1};
    assert(zone_open(str_of(kinds[data[0] & 3]), &zone, &error) == OK);
    if (when_parse(text, zone, now, &wall, &at, &error) != OK) {
        assert(error.fault == FAULT_INPUT && error.frames_n > 0);
        return 0;
    }
    /* never over, never beyond ten years, and the wall time is one that means that moment */
    assert(at.us >= now.us && at.us - now.us <= 3661 * SPAN_DAY.us);
    assert(civil_valid(&wall));
    assert(zone_instant(zone, &wall, GAP_NEXT_VALID, OVERLAP_FIRST, &again, &error) == OK);
    if (again.us != at.us)
        assert(zone_instant(zone, &wall, GAP_NEXT_VALID, OVERLAP_SECOND, &again, &error) == OK);
    assert(again.us == at.us);
    return 0;
}
