#pragma once
#include "base/instant.h"
#include "base/lang.h"
#include "outbox/notify.h"
#include "wire/http.h"
#include "wire/mail.h"

struct worker;

/* ---- notify.c ---- */

/* A means with its secrets in the clear, for one sending. */
struct notify_open {
    enum notify_means means;
    struct notify shown;
    str url, secret; /* of mail the password */
};
/* notify_open_means: Faults: ABSENT when it is not on; DENIED, CORRUPT (the key file). */
must_use enum fault notify_open_means(struct propre *propre, int64_t workspace,
                                      enum notify_means means, struct arena *keep,
                                      struct notify_open *ret, struct error *error);

/* ---- notice_text.c ---- */

/* One incident as it is told. */
struct notice_item {
    int64_t incident;
    str kind, subject, text;
    int64_t first_us;
};
struct notice_text {
    str subject, text;
    str workspace; /* its name */
    str id;        /* the same for every try; set by who sends */
};
/*
 * notice_text_make(propre, workspace, open, items, n, keep, ret, error): in the reader's language, with the words of the
 * network and what to press. Reads the data.
 */
must_use enum fault notice_text_make(struct propre *propre, int64_t workspace,
                                     const struct notify_common *common,
                                     const struct notice_item *items, ptrdiff_t n,
                                     struct arena *keep, struct notice_text *ret,
                                     struct error *error);
/* notice_text_test: that of a test. */
must_use enum fault notice_text_test(struct propre *propre, const struct notify_common *common,
                                     struct arena *keep, struct notice_text *ret,
                                     struct error *error);
/* notice_address(common, subject, keep): of the page of "delivery/12"; its path alone when it is not known where. */
str notice_address(const struct notify_common *common, str subject, struct arena *keep);

/* ---- notice_request.c ---- */

/*
 * notice_request(open, text, items, n, now, keep, ret, error): what is sent.
 * Pure. Faults: INPUT for addresses that are none.
 */
must_use enum fault notice_request(const struct notify_open *open,
                                   const struct notice_text *text,
                                   const struct notice_item *items, ptrdiff_t n, instant now,
                                   struct arena *keep, struct http_request *ret,
                                   struct error *error);
/* notice_outcome(means, answer, keep, ret_good): the words to be kept; none when there is nothing to say. */
str notice_outcome(enum notify_means means, const struct http_answer *answer,
                   struct arena *keep, bool *ret_good);
/* notice_wait(tries): how long after the ${tries}th try the next one comes. */
span notice_wait(int32_t tries);

/* ---- notice_send.c: beside the lanes, one sending at a time ---- */

struct notice_flight;
struct notice_flight *notice_flight_new(struct arena *arena);
void notice_flight_free(struct notice_flight *flight);
/* notice_flying: an answer is awaited; notice_idle: nor is there one that is not yet written down. */
bool notice_flying(const struct worker *worker);
bool notice_idle(const struct worker *worker);
/* notice_go: begins the next sending if none is under way, or writes down how the last one ended. */
must_use enum fault notice_go(struct worker *worker, struct error *error);
/* notice_heard(worker, tag, answer): false when it is not an answer to ours. */
bool notice_heard(struct worker *worker, int64_t tag, const struct http_answer *answer);
