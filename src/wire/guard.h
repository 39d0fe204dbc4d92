#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/str.h"

/*
 * Where requests may go. Pure. Two walls: the address as written (guard_url) before anything happens, and the
 * address of the socket (guard_address) at the moment of connecting, so that no name, redirect or second
 * look-up can lead elsewhere. What is allowed is listed, not what is forbidden: global unicast.
 */

struct sockaddr;

enum guard_class {
    GUARD_GLOBAL, /* anyone may be there */
    GUARD_PRIVATE, /* the owner's own net (loopback, RFC 1918, CGNAT, ULA): only for hosts the owner named */
    GUARD_NEVER /* no server of anyone: link-local, metadata, mapped, translated, multicast, reserved … */
};
/* guard_address(address): by the IANA special-purpose registries (read 2026-08). Not IP: NEVER. */
enum guard_class guard_address(const struct sockaddr *address);
/* guard_address_text(text): the same of "192.0.2.1" or "2001:db8::1"; other texts: NEVER. */
enum guard_class guard_address_text(str text);

enum {
    GUARD_HOST_MAX = 253,   /* characters of a host name, RFC 1035 */
    GUARD_ALLOWED_MAX = 64, /* private hosts an owner names: a handful */
    GUARD_PORTS_MAX = 8     /* 8443 and few others are met */
};

/* A host the owner allows to be private; port 0: 80 and 443. */
struct guard_host {
    char name[GUARD_HOST_MAX + 3]; /* small letters, brackets around IPv6 */
    int32_t port;
};
struct guard_list {
    struct guard_host hosts[GUARD_ALLOWED_MAX];
    int32_t n;
    bool plain_http;                /* http also to hosts not named */
    int32_t ports[GUARD_PORTS_MAX]; /* besides 80 and 443, for every host */
    int32_t ports_n;
};
/* guard_list_add(list, text): "nas.lan", "nas.lan:8080", "192.168.1.4", "[fd00::1]:8080". False: not that, or full. */
bool guard_list_add(struct guard_list *list, str text);

/* An address taken apart. */
struct guard_target {
    bool https;
    bool allowed_private; /* the owner named this host */
    str host;             /* small letters; brackets around IPv6 */
    int32_t port;
    str rest; /* path and query, at least "/"; without the fragment */
};
/*
 * guard_url(list, url, keep, ret):
 * NULL when a request may be sent there as far as its text tells; else why not: an English sentence, a key of
 * translation. Refuses other schemes, user:password@, control characters, blanks, backslashes and bytes beyond
 * ASCII, hosts in odd forms (127.1, 0x7f.1, 2130706433, a dot at the end), other ports than 80, 443 and those of
 * ${list}, http unless ${list} says so.
 */
const char *guard_url(const struct guard_list *list, str url, struct arena *keep,
                      struct guard_target *ret);
/*
 * guard_mail(list, url, plain, keep, ret):
 * The same for "smtp://host:port" and "smtps://host:port" (no path): the ports of mail submission (25, 465, 587, 2525)
 * anywhere, any port of a host the owner named with it; ${plain}, without TLS, only such hosts.
 */
const char *guard_mail(const struct guard_list *list, str url, bool plain, struct arena *keep,
                       struct guard_target *ret);
/* guard_target_url(target, keep): put together again: what is sent is what was checked. */
str guard_target_url(const struct guard_target *target, struct arena *keep);
/* guard_same_origin(a, b): scheme, host and port. */
bool guard_same_origin(const struct guard_target *a, const struct guard_target *b);
