#include "fuzz.h"

#include "base/instant.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena_region region;
    struct arena arena =
        region.start ? arena_reset(&region) : arena_reserve(FUZZ_ARENA_BYTES, &region);
    struct error error;
    instant t, back;
    if (instant_parse((str){(const char *)data, (ptrdiff_t)size}, &t, &error) != OK) {
        assert(error.fault == FAULT_INPUT);
        return 0;
    }
    assert(instant_parse(instant_rfc3339(&arena, t), &back, &error) == OK);
    assert(back.us == t.us);
    struct civil civil = instant_to_utc(t);
    assert(civil_valid(&civil) && instant_from_utc(&civil).us == t.us);
    return 0;
}
