#include "channel/xurl.h"

#include <assert.h>
#include <stdbool.h>
#include <unicode/uidna.h>

#include "base/text.h"
#include "channel/tlds.h"

enum {
    URL_CHARACTERS_MAX = 4096, /* X links nothing longer */
    DOMAIN_MAX = 300,          /* 253 by RFC 1035, and what a text without blanks puts before */
    TCO_SLUG_MAX = 40          /* of X's own short links */
};

/* A text of code points, looked at from outside its ends as 0. */
struct codes {
    const int32_t *at;
    int32_t n;
};

static int32_t
code_at(const struct codes *text, int32_t i)
{
    return i >= 0 && i < text->n ? text->at[i] : 0;
}

static bool
between(int32_t c, int32_t low, int32_t high)
{
    return c >= low && c <= high;
}

static bool
is_ascii_word(int32_t c)
{
    return between(c, '0', '9') || between(c, 'a', 'z') || between(c, 'A', 'Z');
}

static bool
is_one_of(int32_t c, const char *set)
{
    return c > 0 && c < 0x80 && strchr(set, c) != NULL;
}

static bool
is_space(int32_t c)
{
    return between(c, 9, 13) || c == ' ' || c == 0x85 || c == 0xa0 || c == 0x1680 ||
           c == 0x180e || between(c, 0x2000, 0x200a) || c == 0x2028 || c == 0x2029 ||
           c == 0x202f || c == 0x205f || c == 0x3000;
}

static bool
is_direction(int32_t c)
{
    return between(c, 0x202a, 0x202e) || c == 0x61c || c == 0x200e || c == 0x200f ||
           between(c, 0x2066, 0x2069);
}

static bool
is_invalid(int32_t c)
{
    return c < 0 || c == 0xfffe || c == 0xfeff || c == 0xffff;
}

static bool
is_latin_accent(int32_t c)
{
    static const int32_t alone[] = {0x253, 0x254, 0x256, 0x257, 0x259, 0x25b, 0x263,
                                    0x268, 0x26f, 0x272, 0x289, 0x28b, 0x2bb};
    if (between(c, 0xc0, 0x24f))
        return c != 0xd7 && c != 0xf7;
    if (between(c, 0x300, 0x36f) || between(c, 0x1e00, 0x1eff))
        return true;
    for (size_t i = 0; i < sizeof alone / sizeof alone[0]; i++)
        if (c == alone[i])
            return true;
    return false;
}

static bool
is_domain(int32_t c)
{
    return c != 0 && !is_invalid(c) && !is_space(c) && !is_direction(c) &&
           !is_one_of(c, "!'#%&()*+,\\-./:;<=>?@[]^_{|}~$");
}

static bool
is_ascii_domain(int32_t c)
{
    return is_ascii_word(c) || c == '-' || is_latin_accent(c);
}

/* What may stand before an address. */
static bool
may_precede(int32_t c)
{
    if (is_direction(c))
        return true;
    return !is_ascii_word(c) && !is_one_of(c, "@$#") && c != 0xff20 && c != 0xff03 &&
           !is_invalid(c);
}

static bool
is_path(int32_t c)
{
    return is_ascii_word(c) || is_one_of(c, "!*';:=+,.$/%#[]-_~@|&") || c == 0x2013 ||
           between(c, 0x400, 0x4ff) || is_latin_accent(c);
}

static bool
ends_path(int32_t c)
{
    return is_ascii_word(c) || is_one_of(c, "+-=_#/") || between(c, 0x400, 0x4ff) ||
           is_latin_accent(c);
}

static bool
is_query(int32_t c)
{
    return is_ascii_word(c) || is_one_of(c, "!?*'@();:&=+$/%#[]-_.,~|");
}

static bool
ends_query(int32_t c)
{
    return is_ascii_word(c) || is_one_of(c, "-_&=#/");
}

/* Whether ${word} stands at ${i}, whatever its case; how long it is, else 0. */
static int32_t
word_at(const struct codes *text, int32_t i, const char *word)
{
    int32_t n = 0;
    for (; word[n]; n++) {
        int32_t c = code_at(text, i + n);
        if (between(c, 'A', 'Z'))
            c += 'a' - 'A';
        if (c != word[n])
            return 0;
    }
    return n;
}

/* How long the punycode at ${i} is, 0 if none. */
static int32_t
punycode_at(const struct codes *text, int32_t i)
{
    int32_t n = word_at(text, i, "xn--"), start = n;
    while (n > 0 && (is_ascii_word(code_at(text, i + n)) || code_at(text, i + n) == '-'))
        n++;
    return n > start ? n : 0;
}

/* How long the top-level domain at ${i} is; 0 if none stands there. */
static int32_t
tld_at(const struct codes *text, int32_t i)
{
    char name[TLD_CHARACTERS_MAX * 4];
    ptrdiff_t ends[TLD_CHARACTERS_MAX], n = 0;
    int32_t count = 0;
    for (; count < TLD_CHARACTERS_MAX; count++) {
        int32_t c = code_at(text, i + count);
        if (!is_domain(c))
            break;
        if (between(c, 'A', 'Z'))
            c += 'a' - 'A';
        n += utf8_put(name + n, c);
        ends[count] = n;
    }
    for (; count > 0; count--) {
        int32_t behind = code_at(text, i + count);
        if (!is_ascii_word(behind) && !is_one_of(behind, "@+-") &&
            tld_is((str){name, ends[count - 1]}))
            return count;
    }
    return punycode_at(text, i);
}

/* One label from ${i} up to its dot: the index of the dot, or -1. *ret_low: it has a '_' inside. */
static int32_t
label_end(const struct codes *text, int32_t i, bool *ret_low)
{
    if (!is_domain(code_at(text, i)))
        return -1;
    *ret_low = false;
    for (int32_t at = i; at - i < DOMAIN_MAX; at++) {
        int32_t c = code_at(text, at);
        if (c == '.')
            return is_domain(code_at(text, at - 1)) ? at : -1;
        if (c == '_')
            *ret_low = true;
        else if (c != '-' && !is_domain(c))
            return -1;
    }
    return -1;
}

/* The end of the domain at ${i}, as many labels as have a top-level domain behind them; -1 if none. */
static int32_t
domain_end(const struct codes *text, int32_t i)
{
    int32_t best = -1;
    for (int32_t at = i; at - i < DOMAIN_MAX;) {
        bool low;
        int32_t dot = label_end(text, at, &low);
        if (dot < 0)
            return best;
        int32_t tld = low ? 0 : tld_at(text, dot + 1);
        if (tld > 0)
            best = dot + 1 + tld;
        at = dot + 1;
    }
    return best;
}

/* The characters of a path without parentheses, from ${i}. */
static int32_t
plain_end(const struct codes *text, int32_t i)
{
    while (is_path(code_at(text, i)))
        i++;
    return i;
}

/* The end of a pair of parentheses at ${i}, one pair inside at most; -1 if it is not one. */
static int32_t
paren_end(const struct codes *text, int32_t i)
{
    int32_t at = plain_end(text, i + 1);
    if (code_at(text, at) == ')')
        return at > i + 1 ? at + 1 : -1;
    if (code_at(text, at) != '(')
        return -1;
    int32_t inner = plain_end(text, at + 1);
    if (inner == at + 1 || code_at(text, inner) != ')')
        return -1;
    int32_t end = plain_end(text, inner + 1);
    return code_at(text, end) == ')' ? end + 1 : -1;
}

static int32_t
path_end(const struct codes *text, int32_t i)
{
    assert(code_at(text, i) == '/');
    int32_t best = i + 1;
    for (int32_t at = i + 1;;) {
        int32_t c = code_at(text, at);
        if (is_path(c)) {
            at++;
            best = ends_path(c) ? at : best;
            continue;
        }
        int32_t end = c == '(' ? paren_end(text, at) : -1;
        if (end < 0)
            return best;
        best = at = end;
    }
}

static int32_t
query_end(const struct codes *text, int32_t i)
{
    int32_t best = i;
    for (int32_t at = i + 1; is_query(code_at(text, at)); at++)
        if (ends_query(code_at(text, at)))
            best = at + 1;
    return best;
}

/* An address found: what the expression takes, and its pieces. */
struct found {
    int32_t from, domain, domain_end, path,
        end; /* path == end of the port when there is none */
    bool has_path;
};

static bool
find_at(const struct codes *text, int32_t i, struct found *ret)
{
    int32_t protocol = word_at(text, i, "https://");
    if (protocol == 0)
        protocol = word_at(text, i, "http://");
    int32_t domain = domain_end(text, i + protocol);
    if (domain < 0)
        return false;
    int32_t at = domain;
    if (code_at(text, at) == ':' && between(code_at(text, at + 1), '0', '9'))
        for (at++; between(code_at(text, at), '0', '9');)
            at++;
    *ret = (struct found){.from = i, .domain = i + protocol, .domain_end = domain, .path = at};
    if (code_at(text, at) == '/') {
        ret->has_path = true;
        at = path_end(text, at);
    }
    if (code_at(text, at) == '?')
        at = query_end(text, at);
    ret->end = at;
    return true;
}

/* X's own short links end with their slug; false: too long to be one. */
static bool
cut_tco(const struct codes *text, struct found *found)
{
    int32_t slug = word_at(text, found->domain, "t.co/");
    if (slug == 0)
        return true;
    int32_t start = found->domain + slug, at = start;
    while (is_ascii_word(code_at(text, at)))
        at++;
    if (at == start)
        return true;
    if (at - start > TCO_SLUG_MAX)
        return false;
    found->end = code_at(text, at) == '?' ? query_end(text, at) : at;
    return true;
}

/* Whether a name server could be asked for [from, to): what IDNA makes of it is no longer than names are. */
static bool
is_host(const struct codes *text, int32_t from, int32_t to)
{
    char ascii[512], name[DOMAIN_MAX * 8];
    int32_t n = 0;
    if (to - from > DOMAIN_MAX)
        return false;
    for (int32_t i = from; i < to; i++)
        n += (int32_t)utf8_put(name + n, code_at(text, i));
    UErrorCode status = U_ZERO_ERROR;
    UIDNAInfo info = UIDNA_INFO_INITIALIZER;
    UIDNA *idna = uidna_openUTS46(UIDNA_DEFAULT, &status);
    (void)uidna_nameToASCII_UTF8(idna, name, n, ascii, (int32_t)sizeof ascii, &info, &status);
    uidna_close(idna);
    const uint32_t wrong = UIDNA_ERROR_LABEL_TOO_LONG | UIDNA_ERROR_DOMAIN_NAME_TOO_LONG |
                           UIDNA_ERROR_PUNYCODE | UIDNA_ERROR_INVALID_ACE_LABEL;
    return U_SUCCESS(status) && !(info.errors & wrong);
}

/* The end of a domain of Latin letters alone inside ${domain} from ${i}; -1 if none begins there. */
static int32_t
ascii_domain_end(const struct codes *domain, int32_t i)
{
    int32_t best = -1;
    for (int32_t at = i;;) {
        int32_t start = at;
        while (is_ascii_domain(code_at(domain, at)))
            at++;
        if (at == start || code_at(domain, at) != '.')
            return best;
        at++;
        int32_t tld = tld_at(domain, at);
        if (tld > 0)
            best = at + tld;
    }
}

/* Without http://, only the Latin domains in it are links; the last takes the path. Gives how many. */
static int32_t
take_bare(const struct codes *text, const struct found *found, struct code_range *ret,
          int32_t max)
{
    struct codes domain = {text->at, found->domain_end};
    int32_t n = 0;
    for (int32_t i = found->domain; i < domain.n && n < max;) {
        int32_t end = ascii_domain_end(&domain, i);
        if (end < 0) {
            i++;
            continue;
        }
        if (is_host(text, i, end))
            ret[n++] = (struct code_range){i, end};
        i = end;
    }
    if (n > 0 && found->has_path)
        ret[n - 1].to = found->end;
    return n;
}

int32_t
x_urls(const int32_t *code, int32_t n, struct code_range *ret, int32_t max)
{
    struct codes text = {code, n};
    int32_t count = 0;
    for (int32_t i = 0; i < n && count < max;) {
        struct found found;
        bool here = i > 0 ? may_precede(code[i - 1]) : true;
        if (!here || !find_at(&text, i, &found)) {
            i++;
            continue;
        }
        bool bare = found.domain == found.from;
        if (!bare && cut_tco(&text, &found) && found.end - found.from <= URL_CHARACTERS_MAX &&
            is_host(&text, found.domain, found.domain_end))
            ret[count++] = (struct code_range){found.from, found.end};
        else if (bare && (i == 0 || !is_one_of(code[i - 1], "-_./")))
            count += take_bare(&text, &found, ret + count, max - count);
        i = found.end + 1; /* the character before the next one must be behind this one */
    }
    return count;
}
