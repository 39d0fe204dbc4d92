#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/instant.h"
#include "base/str.h"

/*
 * Mail as the house sends it: one plain text to a few persons, through a server of the owner's (SMTP). It goes the same
 * way out as everything else: a request with an envelope (wire/http.h) and an address "smtp://host:port" (with STARTTLS,
 * unless ${plain}) or "smtps://host:port" (TLS from the first byte). Its body is the whole message.
 *
 * The answer: HTTP_ANSWERED with the server's reply (status 250: it has taken the mail; 4xx, 5xx: it has refused it;
 * the body is its words); HTTP_NOT_SENT: no byte of the message left; HTTP_UNKNOWN: the message left and no word came
 * back, so it may have been taken. Where some of several recipients were refused and the mail was taken for the others,
 * the header "refused" has the first refusal.
 */

enum {
    MAIL_TO_MAX = 20,       /* people told of incidents: a team, not a mailing list */
    MAIL_ADDRESS_MAX = 254, /* bytes; RFC 5321 section 4.5.3.1, with its erratum 1690 */
    MAIL_TEXT_MAX =
        512 * 1024,        /* bytes of a message: fifty incidents of 3 KB, each byte as three */
    MAIL_SUBJECT_MAX = 150 /* characters: more is not shown by mail programs */
};

struct mail_envelope {
    bool plain;         /* without TLS: only to hosts the owner named */
    str user, password; /* none: the server asks for none */
    str from;
    const str *to;
    int32_t to_n;
};

/* mail_address_fits(address): "name@host.example" in ASCII, nothing that could end a line or a pair of brackets. */
bool mail_address_fits(str address);
/* mail_host(address): what stands behind its @. */
str mail_host(str address);

struct mail {
    str from, from_name; /* name: none, or shown beside the address */
    const str *to;
    int32_t to_n;
    str subject, text; /* UTF-8 */
    str id;            /* "left@right": the same again is the same mail to who receives it */
    instant date;
};
/*
 * mail_write(mail, keep, ret, error):
 * The message as it goes out: RFC 5322 with CRLF, subject and name as RFC 2047 has them, the text quoted-printable, marked
 * as sent by a program (RFC 3834). Control characters of subject and name become blanks.
 * Faults: INPUT for an address or id that cannot stand in a head; LIMIT when the text is too long.
 */
must_use enum fault mail_write(const struct mail *mail, struct arena *keep, str *ret,
                               struct error *error);
