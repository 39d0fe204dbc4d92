#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/maybe.h"
#include "base/str.h"

struct propre;
struct wire;

/*
 * Notices: how a person hears of an incident (delivery.h) who does not look at the pages. One for each open incident and
 * each means, written in the transaction that marks the incident as told; those of one minute go out together, by the
 * worker, beside the lanes of the channels.
 *
 * At least once: a notice whose sending ended in doubt is sent again, with the same Message-ID (of a webhook: the same
 * Webhook-Id), so that who receives it can drop the second. What failed is tried again after 1, 5 and 30 minutes and
 * then every two hours, NOTIFY_TRIES_MAX times; then its last words are kept and shown. Closed again before it went
 * out, an incident is not told any more.
 */
enum notify_means { NOTIFY_MAIL, NOTIFY_WEBHOOK, NOTIFY_MEANS_N };
enum notify_tls {
    NOTIFY_STARTTLS,
    NOTIFY_TLS,  /* from the first byte */
    NOTIFY_PLAIN /* only to private hosts the owner allowed with their port (egress_allow) */
};

enum {
    NOTIFY_TRIES_MAX = 8,   /* eight hours and a half */
    NOTIFY_TO_MAX = 20,     /* people told: a team */
    NOTIFY_WORDS_MAX = 500, /* bytes kept of what a server said */
    NOTIFY_SHOWN_MAX = 50   /* of the last notices */
};

/* notify_means_word: "mail", "webhook"; notify_means_parse: and back. */
str notify_means_word(enum notify_means means);
bool notify_means_parse(str word, enum notify_means *ret);
/* notify_tls_word: "starttls", "tls", "none"; notify_tls_parse: and back. */
str notify_tls_word(enum notify_tls tls);
bool notify_tls_parse(str word, enum notify_tls *ret);

/* What both have. */
struct notify_common {
    str lang;  /* "en", "fr"; none: the workspace's */
    str pages; /* where a person reaches our pages, "https://propre.example"; none: not known */
};

struct notify_mail {
    struct notify_common common;
    str server;
    int32_t port; /* 0: 587 with STARTTLS, 465 with TLS, else 25 */
    enum notify_tls tls;
    str user;     /* none: the server asks for none */
    str password; /* empty keeps the one that is there, for the same server, port and user */
    str from;
    str to; /* addresses, parted by commas, blanks or line ends */
};
/*
 * notify_set_mail(propre, workspace, mail, error):
 * Needs an open write transaction, and the vault when there is a password. What waits is tried with the new settings.
 * Faults: INPUT naming the field: a host or an address that is none, a mode without TLS where it is not allowed, a
 *         password that would go to another server; DENIED without a vault.
 */
must_use enum fault notify_set_mail(struct propre *propre, int64_t workspace,
                                    const struct notify_mail *mail, struct error *error);

struct notify_webhook {
    struct notify_common common;
    str url; /* kept like a password: who knows it can send to it */
    str key; /* signs, as that of the webhook driver does; none: not signed; "whsec_…" is base64 */
};
/* notify_set_webhook: an empty url or key keeps the one that is there (a key only with its url). Faults: as above. */
must_use enum fault notify_set_webhook(struct propre *propre, int64_t workspace,
                                       const struct notify_webhook *webhook,
                                       struct error *error);
/*
 * notify_off(propre, workspace, means, error): forgets its settings and secrets, and gives up what waits for it.
 * Faults: ABSENT when it is not on.
 */
must_use enum fault notify_off(struct propre *propre, int64_t workspace,
                               enum notify_means means, struct error *error);

/* One means as it is set, without its secrets. */
struct notify {
    struct notify_common common;
    str server; /* of a webhook: host and port of its address */
    str user, from;
    str to; /* one a line */
    struct maybe_int good_us, failed_us;
    str words; /* the server's, when it last failed; or what it refused of a mail it took */
    struct maybe_int test_us, test_done_us; /* notify_ask_test */
    str test_words;
    enum notify_tls tls;
    int32_t port;
    bool on, test_good;
    bool secret; /* a password; of a webhook a key */
};
must_use enum fault notify_get(struct propre *propre, int64_t workspace, struct arena *keep,
                               struct notify ret[NOTIFY_MEANS_N], struct error *error);

/* One notice, newest first; waiting (next_us), sent, or given up (neither). */
struct notice {
    int64_t id, incident;
    enum notify_means means;
    str kind, subject, text; /* of the incident */
    int64_t created_us;
    struct maybe_int next_us, sent_us;
    int32_t tries_n;
    str words;
};
must_use enum fault notice_list(struct propre *propre, int64_t workspace, struct arena *keep,
                                struct notice **ret, ptrdiff_t *ret_n, struct error *error);

/*
 * notify_test(propre, wire, workspace, means, keep, ret_good, ret_words, error):
 * Sends a test at once, from start to end, through ${wire} that has nothing else under way; *ret_words are the server's
 * (or our sentence why there are none, a key of translation). No transaction may be open.
 * Faults: ABSENT when the means is not on; DENIED, CORRUPT without the key file.
 */
must_use enum fault notify_test(struct propre *propre, struct wire *wire, int64_t workspace,
                                enum notify_means means, struct arena *keep, bool *ret_good,
                                str *ret_words, struct error *error);
/*
 * notify_ask_test(propre, workspace, means, error): a page cannot call out: a worker does it, and notify_get shows what
 * came of it. Needs an open write transaction. Faults: ABSENT.
 */
must_use enum fault notify_ask_test(struct propre *propre, int64_t workspace,
                                    enum notify_means means, struct error *error);
