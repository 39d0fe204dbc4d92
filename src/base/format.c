#include "base/format.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/unum.h>
#include <unicode/ustring.h>

#include "base/zone.h"

#define NBSP "\xc2\xa0"
#define NARROW_NBSP "\xe2\x80\xaf"

enum {
    DECIMALS_MAX = 9,   /* more digits than any figure of ours means */
    REAL_TEXT_MAX = 400 /* 309 digits before the point, DECIMALS_MAX behind */
};

/* Groups the whole digits of a C-locale decimal ("-1234.5") and sets the language's mark. */
static str
localized(struct arena *arena, enum lang lang, const char *plain)
{
    char out[REAL_TEXT_MAX * 2];
    ptrdiff_t n = 0;
    str group = lang == LANG_FR ? S(NARROW_NBSP) : S(",");
    if (*plain == '-')
        out[n++] = *plain++;
    ptrdiff_t whole = (ptrdiff_t)strcspn(plain, ".");
    for (ptrdiff_t i = 0; plain[i]; i++) {
        if (i > 0 && i < whole && (whole - i) % 3 == 0) {
            memcpy(out + n, group.p, (size_t)group.n);
            n += group.n;
        }
        out[n++] = (char)(plain[i] == '.' && lang == LANG_FR ? ',' : plain[i]);
    }
    assert(n < (ptrdiff_t)sizeof out);
    return arena_str(arena, (str){out, n});
}

str
format_integer(struct arena *arena, enum lang lang, int64_t n)
{
    char plain[32];
    (void)snprintf(plain, sizeof plain, "%lld", (long long)n); /* at most 20 characters */
    return localized(arena, lang, plain);
}

/* A half goes away from zero, as in the pictures a browser draws; medians of counts often are one. */
static double
half_away(double x)
{
    enum { WHOLE_MAX = 1000000000 /* beyond it nobody sees a half */ };
    if (!(fabs(x) < WHOLE_MAX))
        return x;
    double part = x - (double)(int64_t)x;
    return part >= 0.5 ? x + 0.25 : part <= -0.5 ? x - 0.25 : x;
}

str
format_real(struct arena *arena, enum lang lang, double x, int32_t decimals)
{
    assert(decimals >= 0 && decimals <= DECIMALS_MAX);
    if (isnan(x))
        return arena_str(arena, S("\xe2\x80\x93"));
    if (isinf(x))
        return arena_str(arena, x > 0 ? S("\xe2\x88\x9e") : S("-\xe2\x88\x9e"));
    char plain[REAL_TEXT_MAX];
    int n = snprintf(plain, sizeof plain, "%.*f", (int)decimals, decimals ? x : half_away(x));
    assert(n > 0 && n < (int)sizeof plain);
    bool zero = strspn(plain, "-0.") == (size_t)n; /* what rounds to zero carries no sign */
    return localized(arena, lang, zero && plain[0] == '-' ? plain + 1 : plain);
}

str
format_share(struct arena *arena, enum lang lang, double share, int32_t decimals)
{
    str number = format_real(arena, lang, share * 100, decimals);
    return arena_printf(arena, "%.*s%s", STR_FMT(number), lang == LANG_FR ? NBSP "%" : "%");
}

str
format_times(struct arena *arena, enum lang lang, double ratio)
{
    double size = fabs(ratio);
    int32_t decimals = size < 1.995  ? 2
                       : size < 9.95 ? 1
                                     : 0; /* as it will be read once rounded */
    str number = format_real(arena, lang, ratio, decimals);
    return arena_printf(arena, "\xc3\x97" NBSP "%.*s", STR_FMT(number));
}

str
format_money(struct arena *arena, enum lang lang, money amount)
{
    int32_t digits = money_digits(str_of(amount.currency));
    assert(digits >= 0 && digits <= DECIMALS_MAX);
    char plain[64];
    uint64_t size = amount.minor < 0 ? 0 - (uint64_t)amount.minor : (uint64_t)amount.minor;
    int n = snprintf(plain, sizeof plain, "%s%llue-%d", amount.minor < 0 ? "-" : "",
                     (unsigned long long)size, digits);
    UChar code[4] = {0}, wide[128];
    for (int i = 0; i < 3; i++)
        code[i] = (UChar)amount.currency[i];
    UErrorCode status = U_ZERO_ERROR;
    UNumberFormat *format = unum_open(UNUM_CURRENCY, NULL, 0, lang_code(lang), NULL, &status);
    unum_setTextAttribute(format, UNUM_CURRENCY_CODE, code, 3, &status);
    int32_t wide_n = unum_formatDecimal(format, plain, n, wide,
                                        (int32_t)(sizeof wide / sizeof *wide), NULL, &status);
    unum_close(format);
    char text[384];
    int32_t text_n = 0;
    (void)u_strToUTF8(text, (int32_t)sizeof text, &text_n, wide, wide_n,
                      &status); /* gives text */
    if (U_FAILURE(status)) /* want of memory or of ICU's own data only: all inputs are ours */
        abort();
    return arena_str(arena, (str){text, text_n});
}

/* Source: CLDR 42 for the words; 24-hour clock and day first in both languages by our choice.
 */
static const char *const weekdays[][7] = {
    [LANG_EN] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"},
    [LANG_FR] = {"lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"},
};
static const char *const months[][12] = {
    [LANG_EN] = {"January", "February", "March", "April", "May", "June", "July", "August",
                 "September", "October", "November", "December"},
    [LANG_FR] = {"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août",
                 "septembre", "octobre", "novembre", "décembre"},
};
static const char *const short_months[][12] = {
    [LANG_EN] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
                 "Dec"},
    [LANG_FR] = {"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.",
                 "oct.", "nov.", "déc."},
};

str
format_weekday(enum lang lang, int32_t weekday)
{
    assert(weekday >= 1 && weekday <= 7);
    return str_of(weekdays[lang][weekday - 1]);
}

str
format_month(enum lang lang, int32_t month)
{
    assert(month >= 1 && month <= 12);
    return str_of(months[lang][month - 1]);
}

str
format_clock(struct arena *arena, enum lang lang, int32_t hour, int32_t minute)
{
    return lang == LANG_FR ? arena_printf(arena, "%d" NBSP "h" NBSP "%02d", hour, minute)
                           : arena_printf(arena, "%02d:%02d", hour, minute);
}

str
format_civil(struct arena *arena, enum lang lang, const struct civil *civil,
             enum format_style style)
{
    assert(civil_valid(civil));
    const char *ordinal = lang == LANG_FR && civil->day == 1 ? "er" : "";
    if (style == FORMAT_LONG_DATE) {
        return arena_printf(arena, "%s%s %d%s %s %d", weekdays[lang][civil_weekday(civil) - 1],
                            lang == LANG_EN ? "," : "", civil->day, ordinal,
                            months[lang][civil->month - 1], civil->year);
    }
    str date = arena_printf(arena, "%d%s %s %d", civil->day, ordinal,
                            short_months[lang][civil->month - 1], civil->year);
    if (style == FORMAT_DATE)
        return date;
    str time = format_clock(arena, lang, civil->hour, civil->minute);
    return arena_printf(arena, "%.*s, %.*s", STR_FMT(date), STR_FMT(time));
}

str
format_instant(struct arena *arena, enum lang lang, const struct zone *zone, instant t,
               enum format_style style)
{
    struct civil civil = zone ? zone_civil(zone, t) : instant_to_utc(t);
    return format_civil(arena, lang, &civil, style);
}

str
format_bytes(struct arena *arena, enum lang lang, int64_t bytes)
{
    static const char *const units[][5] = {
        [LANG_EN] = {"bytes", "kB", "MB", "GB", "TB"},
        [LANG_FR] = {"octets", "ko", "Mo", "Go", "To"},
    };
    double size = (double)bytes;
    int unit = 0;
    while (fabs(size) >= 999.5 && unit < 4) {
        size /= 1000;
        unit++;
    }
    str number = format_real(arena, lang, size, unit > 0 && fabs(size) < 9.95 ? 1 : 0);
    bool single = unit == 0 && bytes <= 1 && (lang == LANG_FR || bytes == 1);
    const char *one = lang == LANG_FR ? "octet" : "byte";
    return arena_printf(arena, "%.*s" NBSP "%s", STR_FMT(number),
                        single ? one : units[lang][unit]);
}
