#pragma once
#include <stdint.h>
#include "base/error.h"
#include "base/str.h"

/* An amount in the smallest unit of its currency (cents), and the ISO 4217 code, upper case. */
typedef struct {
    int64_t minor;
    char currency[4];
} money;

/*
 * money_digits(currency): digits after the decimal mark (EUR 2, JPY 0, TND 3); -1 when the code
 * is not three letters. Unknown codes have 2. Source: CLDR through ICU.
 */
int32_t money_digits(str currency);

/*
 * money_parse(text, currency, ret, error):
 * An amount as people write it: "1234.5", "1 234,50", "-3". The mark may be '.' or ','; blanks
 * (also non-breaking ones) may group thousands; a comma may not, because "1,234" reads two
 * ways. Units:  ret->minor in the smallest unit of ${currency}. Faults: INPUT, quoting the text
 * and the form expected, or naming a code that is not a currency's.
 */
must_use enum fault money_parse(str text, str currency, money *ret, struct error *error);
