#include "fuzz.h"

#include <math.h>
#include <stdio.h>

#include "base/format.h"
#include "base/money.h"
#include "base/number.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena_region region;
    struct arena arena =
        region.start ? arena_reset(&region) : arena_reserve(FUZZ_ARENA_BYTES, &region);
    struct error error;
    str text = {(const char *)data, (ptrdiff_t)size};
    int64_t n, back;
    double x;
    money m;
    if (parse_i64(text, INT64_MIN, INT64_MAX, &n, &error) == OK) {
        str plain = arena_printf(&arena, "%lld", (long long)n);
        assert(parse_i64(plain, n, n, &back, &error) == OK && back == n);
        (void)format_integer(&arena, LANG_FR, n);
        assert(format_bytes(&arena, LANG_EN, n).n > 0);
    }
    if (parse_double(text, &x, &error) == OK) {
        assert(isfinite(x));
        assert(format_real(&arena, LANG_FR, x, 2).n > 0 &&
               format_times(&arena, LANG_EN, x).n > 0);
    }
    if (money_parse(text, S("EUR"), &m, &error) == OK) {
        assert(strcmp(m.currency, "EUR") == 0);
        assert(format_money(&arena, LANG_FR, m).n > 0);
    }
    return 0;
}
