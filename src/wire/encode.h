#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/str.h"

/* The text forms of bytes that networks ask for. Pure; results in ${arena}. */

/* A name with its value: a field of a form, a parameter of an address, a claim. */
struct pair {
    str name, value;
};

/* base64(arena, bytes): with padding. base64url(arena, bytes): for addresses, without padding. RFC 4648. */
str base64(struct arena *arena, str bytes);
str base64url(struct arena *arena, str bytes);
/*
 * base64_read(arena, text, ret): either alphabet, padding optional but right if there; no blanks. False when it is
 * not base64, also when the unused bits of the last character are not 0 (two texts would mean the same bytes).
 */
bool base64_read(struct arena *arena, str text, str *ret);
/* hex_read(arena, text, ret): either case, an even number of digits. */
bool hex_read(struct arena *arena, str text, str *ret);
/* percent(arena, text): all but A-Z a-z 0-9 - . _ ~ as %XX (RFC 3986, RFC 5849 section 3.6). */
str percent(struct arena *arena, str text);
/* percent_read(arena, text, plus, ret): the bytes; with ${plus}, + is a space. False for a % without two digits. */
bool percent_read(struct arena *arena, str text, bool plus, str *ret);
/* form(arena, pairs, n): name=value&… by percent(), as a query or a body of application/x-www-form-urlencoded. */
str form(struct arena *arena, const struct pair *pairs, int32_t n);
enum { FORM_FIELDS_MAX = 64 /* of one query or body: the widest we know has about twenty */ };
/* form_decode(arena, text, ret, ret_n): the fields of a query or form. False: not one, or more than fit. */
bool form_decode(struct arena *arena, str text, struct pair ret[FORM_FIELDS_MAX],
                 int32_t *ret_n);
/* http_date(arena, t): "Sun, 05 Jul 2026 10:00:00 GMT" (RFC 9110 section 5.6.7), t in seconds since 1970 UTC. */
str http_date(struct arena *arena, int64_t seconds);
/* http_date_read(text, ret_seconds): that form only. */
bool http_date_read(str text, int64_t *ret_seconds);
