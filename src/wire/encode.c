#include "wire/encode.h"

#include "base/instant.h"

static const char base64_letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64url_letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static str
base64_by(struct arena *arena, str bytes, const char *letters, bool pads)
{
    char *out = new (arena, char, (bytes.n + 2) / 3 * 4 + 1);
    ptrdiff_t n = 0;
    for (ptrdiff_t i = 0; i < bytes.n; i += 3) {
        ptrdiff_t left = bytes.n - i < 3 ? bytes.n - i : 3;
        uint32_t three = 0;
        for (ptrdiff_t k = 0; k < 3; k++)
            three = three << 8 | (k < left ? (unsigned char)bytes.p[i + k] : 0u);
        for (ptrdiff_t k = 0; k <= left; k++)
            out[n++] = letters[three >> (18 - 6 * k) & 63];
        for (ptrdiff_t k = left; pads && k < 3; k++)
            out[n++] = '=';
    }
    return (str){out, n};
}

str
base64(struct arena *arena, str bytes)
{
    return base64_by(arena, bytes, base64_letters, true);
}

str
base64url(struct arena *arena, str bytes)
{
    return base64_by(arena, bytes, base64url_letters, false);
}

static int32_t
base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+' || c == '-')
        return 62;
    return c == '/' || c == '_' ? 63 : -1;
}

bool
base64_read(struct arena *arena, str text, str *ret)
{
    ptrdiff_t padding = 0;
    while (text.n > 0 && padding < 2 && text.p[text.n - 1] == '=') {
        padding++;
        text.n--;
    }
    ptrdiff_t odd = text.n % 4;
    if (odd == 1 || (padding > 0 && (odd == 0 || padding != 4 - odd)))
        return false;
    char *out = new (arena, char, text.n / 4 * 3 + 3);
    ptrdiff_t n = 0;
    uint32_t bits = 0;
    for (ptrdiff_t i = 0; i < text.n; i++) {
        int32_t value = base64_value(text.p[i]);
        if (value < 0)
            return false;
        bits = bits << 6 | (uint32_t)value;
        if (i % 4 > 0)
            out[n++] = (char)(bits >> (6 - 2 * (i % 4)) & 255);
    }
    if ((odd == 2 && bits & 15) || (odd == 3 && bits & 3))
        return false;
    *ret = (str){out, n};
    return true;
}

static int32_t
hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool
hex_read(struct arena *arena, str text, str *ret)
{
    if (text.n % 2 != 0)
        return false;
    char *out = new (arena, char, text.n / 2 + 1);
    for (ptrdiff_t i = 0; i < text.n; i += 2) {
        int32_t high = hex_value(text.p[i]), low = hex_value(text.p[i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i / 2] = (char)(high << 4 | low);
    }
    *ret = (str){out, text.n / 2};
    return true;
}

static bool
is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '-' || c == '.' || c == '_' || c == '~';
}

str
percent(struct arena *arena, str text)
{
    static const char digits[] = "0123456789ABCDEF";
    char *out = new (arena, char, 3 * text.n + 1);
    ptrdiff_t n = 0;
    for (ptrdiff_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (is_unreserved(text.p[i])) {
            out[n++] = text.p[i];
        } else {
            out[n++] = '%';
            out[n++] = digits[c >> 4];
            out[n++] = digits[c & 15];
        }
    }
    return (str){out, n};
}

bool
percent_read(struct arena *arena, str text, bool plus, str *ret)
{
    char *out = new (arena, char, text.n + 1);
    ptrdiff_t n = 0;
    for (ptrdiff_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '%') {
            bool both = i + 2 < text.n;
            int32_t high = both ? hex_value(text.p[i + 1]) : -1;
            int32_t low = both ? hex_value(text.p[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = (char)(high << 4 | low);
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        out[n++] = c;
    }
    *ret = (str){out, n};
    return true;
}

str
form(struct arena *arena, const struct pair *pairs, int32_t n)
{
    ptrdiff_t size = 1;
    for (int32_t i = 0; i < n; i++)
        size += 3 * (pairs[i].name.n + pairs[i].value.n) + 2;
    char *out = new (arena, char, size);
    ptrdiff_t at = 0;
    for (int32_t i = 0; i < n; i++) {
        if (i > 0)
            out[at++] = '&';
        str name = percent(arena, pairs[i].name), value = percent(arena, pairs[i].value);
        memcpy(out + at, name.p, (size_t)name.n);
        at += name.n;
        out[at++] = '=';
        memcpy(out + at, value.p, (size_t)value.n);
        at += value.n;
    }
    return (str){out, at};
}

bool
form_decode(struct arena *arena, str text, struct pair ret[FORM_FIELDS_MAX], int32_t *ret_n)
{
    int32_t n = 0;
    while (text.n > 0) {
        str field, name;
        (void)str_cut(&text, '&', &field); /* the last one has no & */
        if (field.n == 0)
            continue;
        if (n == FORM_FIELDS_MAX)
            return false;
        (void)str_cut(&field, '=', &name); /* without =, the value is empty */
        if (!percent_read(arena, name, true, &ret[n].name) ||
            !percent_read(arena, field, true, &ret[n].value))
            return false;
        n++;
    }
    *ret_n = n;
    return true;
}

static const char day_names[] = "MonTueWedThuFriSatSun";
static const char month_names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

str
http_date(struct arena *arena, int64_t seconds)
{
    struct civil c = instant_to_utc((instant){seconds * 1000000});
    return arena_printf(arena, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
                        day_names + (ptrdiff_t)3 * (civil_weekday(&c) - 1), c.day,
                        month_names + (ptrdiff_t)3 * (c.month - 1), c.year, c.hour, c.minute,
                        c.second);
}

static int32_t
digits_at(str text, ptrdiff_t at, ptrdiff_t n)
{
    int32_t value = 0;
    for (ptrdiff_t i = at; i < at + n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return -1;
        value = value * 10 + (text.p[i] - '0');
    }
    return value;
}

bool
http_date_read(str text, int64_t *ret_seconds)
{
    if (text.n != 29 || !str_ends(text, S(" GMT")) || text.p[3] != ',' || text.p[4] != ' ' ||
        text.p[7] != ' ' || text.p[11] != ' ' || text.p[16] != ' ' || text.p[19] != ':' ||
        text.p[22] != ':')
        return false;
    struct civil c = {.year = digits_at(text, 12, 4),
                      .day = digits_at(text, 5, 2),
                      .hour = digits_at(text, 17, 2),
                      .minute = digits_at(text, 20, 2),
                      .second = digits_at(text, 23, 2)};
    for (int32_t month = 1; month <= 12; month++) {
        if (memcmp(text.p + 8, month_names + (ptrdiff_t)3 * (month - 1), 3) == 0)
            c.month = month;
    }
    if (c.month == 0 || c.year < 1970 || !civil_valid(&c) ||
        memcmp(text.p, day_names + (ptrdiff_t)3 * (civil_weekday(&c) - 1), 3) != 0)
        return false;
    *ret_seconds = instant_from_utc(&c).us / 1000000;
    return true;
}
