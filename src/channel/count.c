#include "channel/count.h"

#include <assert.h>
#include <stdlib.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "base/arena.h"
#include "base/text.h"
#include "channel/xurl.h"

enum {
    X_URLS_MAX = 1024 /* in one text; 280 characters hold 12, the longest posts of X 1,000 */
};

const struct count_x_rules count_x_v2 = {100, 200, 100, URL_CHARACTERS_USUAL, false};
const struct count_x_rules count_x_v3 = {100, 200, 100, URL_CHARACTERS_USUAL, true};

int64_t
count_graphemes(str text)
{
    return text_graphemes(text);
}

int64_t
count_utf16(str text)
{
    int64_t n = 0;
    while (text.n > 0) {
        int32_t code;
        utf8_take(&text, &code);
        n += code > 0xffff ? 2 : 1;
    }
    return n;
}

/* ---- X ---- */

/* The code points of the text after NFC, in ${arena}; ill-formed ones are U+FFFD. */
static int32_t *
normalized(str text, struct arena *arena, int32_t *ret_n)
{
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);
    int32_t room = (int32_t)text.n + 1, n = 0, normal_n, count = 0;
    UChar *units = new (arena, UChar, room);
    while (text.n > 0) {
        int32_t code;
        utf8_take(&text, &code);
        UBool bad = false;
        U16_APPEND(units, n, room, code < 0 ? 0xfffd : code, bad);
        assert(!bad);
    }
    /* Source: UAX #15, the longest growth of NFC in UTF-16 is three times */
    UChar *normal = new (arena, UChar, n * 3 + 1);
    normal_n = unorm2_normalize(nfc, units, n, normal, n * 3 + 1, &status);
    if (U_FAILURE(status))
        abort(); /* for want of ICU's data, which the program cannot do without */
    int32_t *codes = new (arena, int32_t, normal_n + 1);
    for (int32_t i = 0; i < normal_n; i++) {
        int32_t unit = normal[i]; /* surrogates stand in pairs: they were put there so */
        bool pair = unit >= 0xd800 && unit <= 0xdbff;
        codes[count++] =
            pair ? 0x10000 + ((unit - 0xd800) << 10) + (normal[++i] - 0xdc00) : unit;
    }
    *ret_n = count;
    return codes;
}

static bool
is_flag(int32_t c)
{
    return c >= 0x1f1e6 && c <= 0x1f1ff;
}

enum { KEYCAP = 0x20e3, VARIATION = 0xfe0f, TEXT_STYLE = 0xfe0e, JOINER = 0x200d };

/* One emoji without joiners at ${i}: its end, or ${i}. Source: UTS #51, ED-14 to ED-16. */
static int32_t
emoji_element(const int32_t *code, int32_t n, int32_t i)
{
    int32_t c = code[i], next = i + 1 < n ? code[i + 1] : 0;
    if (is_flag(c))
        return is_flag(next) ? i + 2 : i;
    if ((c >= '0' && c <= '9') || c == '#' || c == '*') {
        int32_t cap = i + (next == VARIATION ? 2 : 1);
        return cap < n && code[cap] == KEYCAP ? cap + 1 : i;
    }
    if (!u_hasBinaryProperty(c, UCHAR_EMOJI) || next == TEXT_STYLE)
        return i;
    i++;
    if (next == VARIATION || u_hasBinaryProperty(next, UCHAR_EMOJI_MODIFIER))
        i++;
    int32_t tags = i;
    while (tags < n && code[tags] >= 0xe0020 && code[tags] <= 0xe007e)
        tags++;
    return tags > i && tags < n && code[tags] == 0xe007f ? tags + 1 : i;
}

/* A whole emoji at ${i}: its end, or ${i} when none stands there. */
static int32_t
emoji_end(const int32_t *code, int32_t n, int32_t i)
{
    int32_t end = emoji_element(code, n, i);
    while (end > i && end + 1 < n && code[end] == JOINER) {
        int32_t more = emoji_element(code, n, end + 1);
        if (more == end + 1)
            break;
        end = more;
    }
    return end;
}

static bool
is_light(int32_t c)
{
    return c <= 4351 || (c >= 8192 && c <= 8205) || (c >= 8208 && c <= 8223) ||
           (c >= 8242 && c <= 8247);
}

int64_t
count_x(str text, const struct count_x_rules *rules)
{
    assert(text.n <= INT32_MAX / 8); /* ICU's index; inputs are bounded far below */
    struct arena_region region;
    struct arena arena = arena_reserve(text.n * 24 + 65536, &region);
    int32_t n, url = 0;
    const int32_t *code = normalized(text, &arena, &n);
    struct code_range *urls = new (&arena, struct code_range, X_URLS_MAX);
    int32_t urls_n = x_urls(code, n, urls, X_URLS_MAX);
    int64_t weight = 0;
    for (int32_t i = 0; i < n;) {
        if (url < urls_n && urls[url].from == i) {
            weight += (int64_t)rules->url_characters * rules->scale;
            i = urls[url++].to;
            continue;
        }
        int32_t end = rules->whole_emoji ? emoji_end(code, n, i) : i;
        bool light = end == i && is_light(code[i]);
        weight += light ? rules->weight_light : rules->weight_heavy;
        i = end > i ? end : i + 1;
    }
    arena_release(&region);
    return weight / rules->scale;
}

/* ---- Mastodon ---- */

static bool
is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static int64_t
url_end(str text, int64_t from)
{
    int64_t to = from, depth = 0;
    while (to < text.n && !is_blank(text.p[to]) && !strchr("<>\"", text.p[to])) {
        depth += text.p[to] == '(' ? 1 : text.p[to] == ')' ? -1 : 0;
        to++;
    }
    while (to > from) {
        char c = text.p[to - 1];
        bool unpaired = c == ')' && depth < 0;
        if (!strchr(".,;:!?'", c) && !unpaired)
            break;
        depth += unpaired ? 1 : 0;
        to--;
    }
    return to;
}

/* The length of http:// or https:// at ${i}, else 0. */
static int64_t
scheme_at(str text, int64_t i)
{
    str rest = str_slice(text, i, i + 8);
    if (str_eq_ascii_case(rest, S("https://")))
        return 8;
    return str_eq_ascii_case(str_slice(rest, 0, 7), S("http://")) ? 7 : 0;
}

int32_t
web_urls(str text, struct text_range *ret, int32_t max)
{
    int32_t n = 0;
    for (int64_t i = 0; i < text.n && n < max;) {
        int64_t scheme = text.p[i] == 'h' || text.p[i] == 'H' ? scheme_at(text, i) : 0;
        bool word = i > 0 && is_word(text.p[i - 1]);
        int64_t to = scheme > 0 && !word ? url_end(text, i) : i;
        if (to <= i + scheme) {
            i++;
            continue;
        }
        ret[n++] = (struct text_range){i, to};
        i = to;
    }
    return n;
}

static bool
is_name(char c)
{
    return is_word(c) || c == '_' || c == '-' || c == '.';
}

/* Of @user@host at ${i}: where the host begins and ends; false when none stands there. */
static bool
remote_mention(str text, int64_t i, struct text_range *ret_host)
{
    if (text.p[i] != '@' || (i > 0 && (is_name(text.p[i - 1]) || text.p[i - 1] == '/')))
        return false;
    int64_t at = i + 1;
    while (at < text.n && is_name(text.p[at]))
        at++;
    if (at == i + 1 || at >= text.n || text.p[at] != '@')
        return false;
    int64_t end = at + 1;
    while (end < text.n && is_name(text.p[end]))
        end++;
    while (end > at + 1 && !is_word(text.p[end - 1]))
        end--;
    *ret_host = (struct text_range){at, end};
    return end > at + 1;
}

int64_t
count_mastodon(str text, int64_t url_characters)
{
    struct text_range url;
    int64_t count = 0, plain = 0; /* where the text not yet counted begins */
    for (int64_t i = 0; i < text.n;) {
        struct text_range host = {i, i};
        bool is_url = scheme_at(text, i) > 0 && !(i > 0 && is_word(text.p[i - 1])) &&
                      web_urls(str_slice(text, i, text.n), &url, 1) == 1 && url.from == 0;
        if (!is_url && !remote_mention(text, i, &host)) {
            i++;
            continue;
        }
        if (is_url)
            host = (struct text_range){i, i + url.to};
        count += text_graphemes(str_slice(text, plain, host.from));
        count += is_url ? url_characters : 0;
        i = plain = host.to;
    }
    return count + text_graphemes(str_slice(text, plain, text.n));
}
