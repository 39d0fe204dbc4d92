#include "base/number.h"

#include <assert.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    NUMBER_TEXT_MAX =
        400 /* the longest exact decimal of a double is 309 digits before the point */
};

enum fault
parse_i64(str text, int64_t min, int64_t max, int64_t *ret, struct error *error)
{
    assert(min <= max);
    bool negative = text.n > 0 && text.p[0] == '-';
    ptrdiff_t i = negative ? 1 : 0;
    bool good = text.n > i && text.n - i <= 19;
    uint64_t value = 0;
    for (; good && i < text.n; i++) {
        good = text.p[i] >= '0' && text.p[i] <= '9';
        value = value * 10 + (uint64_t)(text.p[i] - '0');
    }
    if (good && value <= (uint64_t)INT64_MAX + (negative ? 1 : 0)) {
        int64_t number = negative ? (int64_t)(0 - value) : (int64_t)value;
        if (number >= min && number <= max) {
            *ret = number;
            return OK;
        }
    }
    return fail(error, FAULT_INPUT, "\"%.*s\" is not a whole number from %lld to %lld",
                STR_FMT(str_slice(text, 0, 60)), (long long)min, (long long)max);
}

enum fault
parse_double(str text, double *ret, struct error *error)
{
    char z[NUMBER_TEXT_MAX + 1];
    bool good = text.n > 0 && text.n <= NUMBER_TEXT_MAX;
    for (ptrdiff_t i = 0; good && i < text.n; i++)
        good = text.p[i] != '\0' && strchr("0123456789+-.eE", text.p[i]) != NULL;
    if (good) {
        memcpy(z, text.p, (size_t)text.n);
        z[text.n] = '\0';
        /* strtod follows LC_NUMERIC; an explicit "C" locale makes it deaf to the environment. */
        static locale_t plain;
        if (!plain)
            plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
        char *end = NULL;
        double value = strtod_l(z, &end, plain);
        if (end == z + text.n && isfinite(value)) {
            *ret = value;
            return OK;
        }
    }
    return fail(error, FAULT_INPUT, "\"%.*s\" is not a number",
                STR_FMT(str_slice(text, 0, 60)));
}
