#include "base/money.h"

#include <string.h>
#include <unicode/ucurr.h>

enum { MONEY_TEXT_MAX = 40 /* 19 digits, a mark, a sign and blanks between groups */ };

int32_t
money_digits(str currency)
{
    UChar code[4] = {0};
    if (currency.n != 3)
        return -1;
    for (int i = 0; i < 3; i++) {
        if (currency.p[i] < 'A' || currency.p[i] > 'Z')
            return -1;
        code[i] = (UChar)currency.p[i];
    }
    UErrorCode status = U_ZERO_ERROR;
    int32_t digits = ucurr_getDefaultFractionDigits(code, &status);
    return U_FAILURE(status) ? 2 : digits;
}

/* The bytes of a blank that groups thousands: space, U+00A0, U+202F; else 0. */
static ptrdiff_t
blank(str s)
{
    static const str blanks[] = {S_CONST(" "), S_CONST("\xc2\xa0"), S_CONST("\xe2\x80\xaf")};
    for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++) {
        if (str_starts(s, blanks[i]))
            return blanks[i].n;
    }
    return 0;
}

/* Reads digits, one mark and grouping blanks into *ret_minor; false when the text is anything
 * else. */
static bool
amount(str s, int32_t decimals, int64_t *ret_minor)
{
    int64_t minor = 0;
    int32_t whole = 0,
            after = -1; /* digits seen before the mark, and after it (-1: no mark yet) */
    while (s.n > 0) {
        char c = s.p[0];
        ptrdiff_t skip = blank(s);
        if (skip > 0) {
            if (whole == 0 || after >= 0)
                return false;
            s = str_slice(s, skip, s.n);
            continue;
        }
        if (c >= '0' && c <= '9') {
            if (__builtin_mul_overflow(minor, 10, &minor) ||
                __builtin_add_overflow(minor, c - '0', &minor))
                return false;
            if (after < 0)
                whole++;
            else
                after++;
        } else if ((c == '.' || c == ',') && after < 0 && whole > 0) {
            after = 0;
        } else {
            return false;
        }
        s = str_slice(s, 1, s.n);
    }
    if (whole == 0 || after == 0 || after > decimals)
        return false;
    for (int32_t i = after < 0 ? 0 : after; i < decimals; i++) {
        if (__builtin_mul_overflow(minor, 10, &minor))
            return false;
    }
    *ret_minor = minor;
    return true;
}

enum fault
money_parse(str text, str currency, money *ret, struct error *error)
{
    int32_t decimals = money_digits(currency);
    if (decimals < 0) {
        return fail(error, FAULT_INPUT,
                    "\"%.*s\" is not a currency; give its three letters, like EUR or CAD",
                    STR_FMT(str_slice(currency, 0, 20)));
    }
    str s = str_trim(text);
    bool negative = str_starts(s, S("-"));
    int64_t minor = 0;
    if (s.n > MONEY_TEXT_MAX ||
        !amount(str_slice(s, negative ? 1 : 0, s.n), decimals, &minor)) {
        return fail(error, FAULT_INPUT,
                    "\"%.*s\" is not an amount in %.*s; write it like 1234.50, with at most %d "
                    "decimals",
                    STR_FMT(str_slice(text, 0, 60)), STR_FMT(currency), decimals);
    }
    *ret = (money){.minor = negative ? -minor : minor};
    memcpy(ret->currency, currency.p, 3);
    return OK;
}
