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

/* Takes a run of digits into *minor; their number, or -1 when the amount grows too large. */
static int32_t
take_digits(str *s, int64_t *minor)
{
    int32_t n = 0;
    for (; s->n > 0 && s->p[0] >= '0' && s->p[0] <= '9'; n++) {
        if (__builtin_mul_overflow(*minor, 10, minor) ||
            __builtin_add_overflow(*minor, s->p[0] - '0', minor))
            return -1;
        *s = str_slice(*s, 1, s->n);
    }
    return n;
}

/* Reads digits, blanks that group them, one mark and its digits; false when the text is anything else. */
static bool
amount(str s, int32_t decimals, int64_t *ret_minor)
{
    int64_t minor = 0;
    int32_t after = 0;
    if (take_digits(&s, &minor) <= 0)
        return false;
    for (ptrdiff_t skip; (skip = blank(s)) > 0;) {
        s = str_slice(s, skip, s.n);
        if (take_digits(&s, &minor) <= 0)
            return false;
    }
    if (str_starts(s, S(".")) || str_starts(s, S(","))) {
        s = str_slice(s, 1, s.n);
        after = take_digits(&s, &minor);
        if (after <= 0 || after > decimals)
            return false;
    }
    for (int32_t i = after; i < decimals; i++) {
        if (__builtin_mul_overflow(minor, 10, &minor))
            return false;
    }
    *ret_minor = minor;
    return s.n == 0;
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
