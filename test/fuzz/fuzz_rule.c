#include "fuzz.h"

#include "base/zone.h"
#include "tactic/when.h"

/* The first two bytes make the day of the first occurrence, the rest is the rule. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > 1000)
        return 0;
    static struct arena_region region;
    static struct zone *zone;
    struct error error;
    struct civil wall,
        anchor =
            instant_to_utc((instant){(20000 + (data[0] << 8 | data[1]) % 8000) * SPAN_DAY.us});
    instant at, before = instant_from_utc(&anchor);
    bool found = false;
    str rule = {(const char *)data + 2, (ptrdiff_t)size - 2};
    if (!region.start)
        (void)arena_reserve(FUZZ_ARENA_BYTES, &region);
    struct arena keep = arena_reset(&region);
    if (!zone)
        assert(zone_open(S("Europe/Paris"), &zone, &error) == OK);
    before.us -= 2 * SPAN_DAY.us;
    str words = rule_text(rule, LANG_FR, &keep);
    assert(words.n >= 0 && words.n < 8192);
    if (rule_check(rule, &error) != OK)
        assert(error.fault == FAULT_INPUT && error.frames_n > 0);
    str said;
    if (rule_read(rule, &keep, &said, &error) != OK)
        assert(error.fault == FAULT_INPUT && error.frames_n > 0);
    else
        assert(rule_check(said, &error) == OK);
    for (int i = 0; i < 3; i++) {
        if (rule_next(rule, &anchor, zone, before, &wall, &at, &found, &error) != OK) {
            assert(error.fault == FAULT_INPUT && error.frames_n > 0);
            return 0;
        }
        if (!found)
            return 0;
        assert(at.us > before.us && civil_valid(&wall));
        assert(instant_from_utc(&wall).us >= instant_from_utc(&anchor).us);
        before = at;
    }
    return 0;
}
