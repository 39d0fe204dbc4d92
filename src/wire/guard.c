#include "wire/guard.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/number.h"
#include "base/translate.h"
#include "wire/http.h"

/* ---- addresses of sockets ---- */

struct range4 {
    uint32_t net;
    int bits;
    enum guard_class class;
};
#define NET4(a, b, c, d) \
    ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))
/* IANA IPv4 Special-Purpose Address Registry, read 2026-08; and what clouds keep metadata under. */
static const struct range4 special4[] = {
    {NET4(0, 0, 0, 0), 8, GUARD_NEVER},          {NET4(10, 0, 0, 0), 8, GUARD_PRIVATE},
    {NET4(100, 100, 100, 200), 32, GUARD_NEVER}, /* metadata, inside CGNAT */
    {NET4(100, 64, 0, 0), 10, GUARD_PRIVATE},    {NET4(127, 0, 0, 0), 8, GUARD_PRIVATE},
    {NET4(168, 63, 129, 16), 32, GUARD_NEVER}, /* metadata */
    {NET4(169, 254, 0, 0), 16, GUARD_NEVER},     {NET4(172, 16, 0, 0), 12, GUARD_PRIVATE},
    {NET4(192, 0, 0, 0), 24, GUARD_NEVER},       {NET4(192, 0, 2, 0), 24, GUARD_NEVER},
    {NET4(192, 31, 196, 0), 24, GUARD_NEVER},    {NET4(192, 52, 193, 0), 24, GUARD_NEVER},
    {NET4(192, 88, 99, 0), 24, GUARD_NEVER},     {NET4(192, 168, 0, 0), 16, GUARD_PRIVATE},
    {NET4(192, 175, 48, 0), 24, GUARD_NEVER},    {NET4(198, 18, 0, 0), 15, GUARD_NEVER},
    {NET4(198, 51, 100, 0), 24, GUARD_NEVER},    {NET4(203, 0, 113, 0), 24, GUARD_NEVER},
    {NET4(224, 0, 0, 0), 3, GUARD_NEVER}, /* multicast, reserved, broadcast */
};

static enum guard_class
class4(uint32_t address)
{
    for (size_t i = 0; i < sizeof special4 / sizeof special4[0]; i++) {
        uint32_t mask = ~(uint32_t)0 << (32 - special4[i].bits);
        if ((address & mask) == special4[i].net)
            return special4[i].class;
    }
    return GUARD_GLOBAL;
}

struct range6 {
    uint8_t net[8];
    int bits; /* 1 to 64 */
    enum guard_class class;
};
/*
 * Inside global unicast 2000::/3 (IANA IPv6 registries, read 2026-08), what is not a server's: 2001::/23 holds
 * Teredo, benchmarks and ORCHID, 2002::/16 embeds any IPv4 address, 3ffe::/16 was given back.
 */
static const struct range6 special6[] = {
    {{0x20, 0x01, 0x00, 0x00}, 23, GUARD_NEVER},
    {{0x20, 0x01, 0x0d, 0xb8}, 32, GUARD_NEVER},
    {{0x20, 0x02}, 16, GUARD_NEVER},
    {{0x26, 0x20, 0x00, 0x4f, 0x80, 0x00}, 48, GUARD_NEVER},
    {{0x3f, 0xfe}, 16, GUARD_NEVER},
    {{0x3f, 0xff, 0x00, 0x00}, 20, GUARD_NEVER},
    {{0x20}, 3, GUARD_GLOBAL},
    {{0xfc}, 7, GUARD_PRIVATE},
};

static bool
inside6(const uint8_t *address, const struct range6 *range)
{
    int whole = range->bits / 8, bits = range->bits % 8;
    if (memcmp(address, range->net, (size_t)whole) != 0)
        return false;
    return bits == 0 || (address[whole] ^ range->net[whole]) >> (8 - bits) == 0;
}

static enum guard_class
class6(const uint8_t address[16])
{
    static const uint8_t loopback[16] = {[15] = 1};
    /* AWS has its metadata inside fc00::/7 */
    static const uint8_t metadata[16] = {0xfd, 0x00, 0x0e, 0xc2, [14] = 0x02, [15] = 0x54};
    if (memcmp(address, loopback, sizeof loopback) == 0)
        return GUARD_PRIVATE;
    if (memcmp(address, metadata, sizeof metadata) == 0)
        return GUARD_NEVER;
    for (size_t i = 0; i < sizeof special6 / sizeof special6[0]; i++) {
        if (inside6(address, &special6[i]))
            return special6[i].class;
    }
    return GUARD_NEVER; /* mapped, compatible, NAT64, discard, link-local, site-local, multicast, unassigned */
}

enum guard_class
guard_address(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof in);
        return class4(ntohl(in.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, address, sizeof in6);
        return class6(in6.sin6_addr.s6_addr);
    }
    return GUARD_NEVER;
}

enum guard_class
guard_address_text(str text)
{
    char z[INET6_ADDRSTRLEN + 1];
    uint8_t bytes[16];
    if (text.n < 1 || text.n >= (ptrdiff_t)sizeof z)
        return GUARD_NEVER;
    memcpy(z, text.p, (size_t)text.n);
    z[text.n] = '\0';
    uint32_t v4 = 0;
    if (inet_pton(AF_INET, z, &v4) == 1)
        return class4(ntohl(v4));
    return inet_pton(AF_INET6, z, bytes) == 1 ? class6(bytes) : GUARD_NEVER;
}

/* ---- hosts as written ---- */

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool
is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '_';
}

/* Labels of 1 to 63 letters, digits, - and _, parted by single dots. */
static bool
is_name(str host)
{
    ptrdiff_t label = 0;
    for (ptrdiff_t i = 0; i < host.n; i++) {
        if (host.p[i] == '.') {
            if (label == 0)
                return false;
            label = 0;
        } else if (!is_name_char(host.p[i]) || ++label > 63) {
            return false;
        }
    }
    return label > 0 && host.n <= GUARD_HOST_MAX;
}

/* Whether some resolver might take the name for a number: its last label is digits, or 0x… */
static bool
ends_in_number(str host)
{
    ptrdiff_t from = host.n;
    while (from > 0 && host.p[from - 1] != '.')
        from--;
    str last = str_slice(host, from, host.n);
    if (str_starts(last, S("0x")))
        return true;
    for (ptrdiff_t i = 0; i < last.n; i++) {
        if (!is_digit(last.p[i]))
            return false;
    }
    return true;
}

/* inet_pton takes four decimal numbers without leading zeros, and nothing else. */
static bool
is_address(int family, str text)
{
    char z[INET6_ADDRSTRLEN + 1];
    uint8_t bytes[16];
    if (text.n < 1 || text.n >= (ptrdiff_t)sizeof z)
        return false;
    memcpy(z, text.p, (size_t)text.n);
    z[text.n] = '\0';
    return inet_pton(family, z, bytes) == 1;
}

static bool
is_host(str host)
{
    if (host.n > 2 && host.p[0] == '[')
        return host.p[host.n - 1] == ']' &&
               is_address(AF_INET6, str_slice(host, 1, host.n - 1));
    if (!is_name(host))
        return false;
    return !ends_in_number(host) || is_address(AF_INET, host);
}

static str
small_letters(struct arena *arena, str s)
{
    str copy = arena_str(arena, s);
    char *p = new (arena, char, copy.n + 1);
    for (ptrdiff_t i = 0; i < copy.n; i++)
        p[i] = copy.p[i] >= 'A' && copy.p[i] <= 'Z' ? (char)(copy.p[i] + 32) : copy.p[i];
    return (str){p, copy.n};
}

/* "host" or "host:port"; *ret_port 0 when none is written. */
static bool
split_port(str authority, str *ret_host, int32_t *ret_port)
{
    ptrdiff_t colon = -1;
    ptrdiff_t from = str_chr(authority, ']') + 1; /* colons inside brackets are no port's */
    for (ptrdiff_t i = from; i < authority.n; i++) {
        if (authority.p[i] == ':') {
            colon = i;
            break;
        }
    }
    *ret_host = authority;
    *ret_port = 0;
    if (colon < 0)
        return true;
    *ret_host = str_slice(authority, 0, colon);
    str digits = str_slice(authority, colon + 1, authority.n);
    struct error ignored;
    int64_t port = 0;
    if (digits.n < 1 || digits.n > 5 || !is_digit(digits.p[0]) || digits.p[0] == '0' ||
        parse_i64(digits, 1, 65535, &port, &ignored) != OK)
        return false;
    *ret_port = (int32_t)port;
    return true;
}

bool
guard_list_add(struct guard_list *list, str text)
{
    char small[GUARD_HOST_MAX + 16];
    if (list->n >= GUARD_ALLOWED_MAX || text.n < 1 || text.n > (ptrdiff_t)sizeof small)
        return false;
    for (ptrdiff_t i = 0; i < text.n; i++)
        small[i] = text.p[i] >= 'A' && text.p[i] <= 'Z' ? (char)(text.p[i] + 32) : text.p[i];
    str host;
    struct guard_host *entry = &list->hosts[list->n];
    *entry = (struct guard_host){0};
    if (!split_port((str){small, text.n}, &host, &entry->port) || !is_host(host) ||
        host.n >= (ptrdiff_t)sizeof entry->name)
        return false;
    memcpy(entry->name, host.p, (size_t)host.n);
    list->n++;
    return true;
}

/* Whether the owner named the host for this port. */
static bool
is_listed(const struct guard_list *list, str host, int32_t port)
{
    for (int32_t i = 0; i < list->n; i++) {
        const struct guard_host *entry = &list->hosts[i];
        bool port_fits = entry->port ? entry->port == port : port == 80 || port == 443;
        if (port_fits && str_eq(str_of(entry->name), host))
            return true;
    }
    return false;
}

static bool
is_port(const struct guard_list *list, int32_t port)
{
    for (int32_t i = 0; i < list->ports_n; i++) {
        if (list->ports[i] == port)
            return true;
    }
    return port == 443 || port == 80;
}

/* ---- addresses as written ---- */

static const char *
check_characters(str url)
{
    for (ptrdiff_t i = 0; i < url.n; i++) {
        unsigned char c = (unsigned char)url.p[i];
        if (c <= ' ' || c >= 0x7f || c == '\\')
            return N_("The address has a character that no address may have");
    }
    if (url.n > HTTP_URL_MAX)
        return N_("The address is too long");
    return NULL;
}

static const char *
take_scheme(str *url, bool *ret_https)
{
    str scheme;
    const char *why = check_characters(*url);
    if (why)
        return why;
    if (!str_cut(url, ':', &scheme) || !str_starts(*url, S("//")))
        return N_("The address does not begin with https://");
    *ret_https = str_eq_ascii_case(scheme, S("https"));
    if (!*ret_https && !str_eq_ascii_case(scheme, S("http")))
        return N_("The address does not begin with https://");
    *url = str_slice(*url, 2, url->n);
    return NULL;
}

static ptrdiff_t
authority_end(str url)
{
    ptrdiff_t end = 0;
    while (end < url.n && url.p[end] != '/' && url.p[end] != '?' && url.p[end] != '#')
        end++;
    return end;
}

static str
rest_of(str rest, struct arena *keep)
{
    ptrdiff_t fragment = str_chr(rest, '#');
    if (fragment >= 0)
        rest = str_slice(rest, 0, fragment);
    if (rest.n > 0 && rest.p[0] == '/')
        return arena_str(keep, rest);
    return arena_printf(keep, "/%.*s", STR_FMT(rest));
}

const char *
guard_url(const struct guard_list *list, str url, struct arena *keep, struct guard_target *ret)
{
    struct guard_target target = {0};
    const char *why = take_scheme(&url, &target.https);
    if (why)
        return why;
    ptrdiff_t end = authority_end(url);
    str authority = small_letters(keep, str_slice(url, 0, end));
    if (str_chr(authority, '@') >= 0)
        return N_("An address with a user name in it is not called");
    if (!split_port(authority, &target.host, &target.port))
        return N_("The address has a port that does not exist");
    if (!is_host(target.host))
        return N_("The name of the server is not written as one");
    if (target.port == 0)
        target.port = target.https ? 443 : 80;
    target.allowed_private = is_listed(list, target.host, target.port);
    if (!target.allowed_private && !is_port(list, target.port))
        return N_("Only ports 443 and 80 are called, and those of hosts the owner named");
    if (!target.https && !target.allowed_private && !list->plain_http)
        return N_("Without https only hosts the owner named are called");
    target.rest = rest_of(str_slice(url, end, url.n), keep);
    *ret = target;
    return NULL;
}

/* RFC 5321 and 8314; 2525 is what providers offer where 25 is shut. */
static bool
is_mail_port(int32_t port)
{
    return port == 25 || port == 465 || port == 587 || port == 2525;
}

const char *
guard_mail(const struct guard_list *list, str url, bool plain, struct arena *keep,
           struct guard_target *ret)
{
    str scheme;
    struct guard_target target = {.https = !plain, .rest = S("/")};
    const char *why = check_characters(url);
    if (why)
        return why;
    if (!str_cut(&url, ':', &scheme) || !str_starts(url, S("//")) ||
        !(str_eq(scheme, S("smtp")) || str_eq(scheme, S("smtps"))))
        return N_("The address is not one of a mail server");
    str authority = small_letters(keep, str_slice(url, 2, url.n));
    if (!split_port(authority, &target.host, &target.port) || target.port == 0)
        return N_("The address has a port that does not exist");
    if (!is_host(target.host))
        return N_("The name of the server is not written as one");
    for (int32_t i = 0; i < list->n; i++) {
        const struct guard_host *entry = &list->hosts[i];
        target.allowed_private |=
            entry->port == target.port && str_eq(str_of(entry->name), target.host);
    }
    if (!target.allowed_private && !is_mail_port(target.port))
        return N_(
            "Mail is sent to ports 25, 465, 587 and 2525 only, and to those the owner named");
    if (plain && !target.allowed_private)
        return N_("Without TLS mail is sent only to servers the owner named, with their port");
    *ret = target;
    return NULL;
}

str
guard_target_url(const struct guard_target *target, struct arena *keep)
{
    const char *scheme = target->https ? "https" : "http";
    if (target->port == (target->https ? 443 : 80))
        return arena_printf(keep, "%s://%.*s%.*s", scheme, STR_FMT(target->host),
                            STR_FMT(target->rest));
    return arena_printf(keep, "%s://%.*s:%d%.*s", scheme, STR_FMT(target->host), target->port,
                        STR_FMT(target->rest));
}

bool
guard_same_origin(const struct guard_target *a, const struct guard_target *b)
{
    return a->https == b->https && a->port == b->port && str_eq(a->host, b->host);
}
