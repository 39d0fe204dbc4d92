#include "fuzz.h"

#include "base/tzif.h"

/* A file that is taken answers at every moment with an offset a clock can have. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = {0};
    struct tzif *tzif = NULL;
    if (tzif_read((str){(const char *)data, (ptrdiff_t)size}, &tzif, &error) != OK) {
        assert(error.fault == FAULT_CORRUPT && !tzif);
        return 0;
    }
    for (int64_t year = -9999; year < 9999; year += year < 1800 || year > 2200 ? 399 : 1) {
        for (int32_t month = 1; month <= 12; month += 5) {
            instant t = {civil_days(year, month, 27) * SPAN_DAY.us + year * 1234567};
            int32_t offset_s = tzif_offset_s(tzif, t);
            assert(offset_s > -16 * 3600 && offset_s < 16 * 3600);
        }
    }
    (void)tzif_offset_s(tzif, (instant){INT64_MIN / 2}); /* bounds only */
    (void)tzif_offset_s(tzif, (instant){INT64_MAX / 2});
    tzif_free(tzif);
    return 0;
}
