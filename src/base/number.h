#pragma once
#include <stdint.h>
#include "base/error.h"
#include "base/str.h"

/*
 * parse_i64(text, min, max, ret, error):
 * A whole decimal number, optional leading '-', no blanks, no separators.
 * Faults: INPUT, quoting the text and the range.
 */
must_use enum fault parse_i64(str text, int64_t min, int64_t max, int64_t *ret,
                              struct error *error);
/*
 * parse_double(text, ret, error):
 * A decimal number with '.' whatever the locale, optional exponent; no hexadecimal, infinity or NaN.
 */
must_use enum fault parse_double(str text, double *ret, struct error *error);
