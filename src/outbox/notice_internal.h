#pragma once
#include "base/error.h"
#include "base/instant.h"
#include "base/str.h"

struct propre;

/* Incidents (delivery.h), in the caller's write transaction. ${text}: an English sentence, filled. */
must_use enum fault incident_open(struct propre *propre, int64_t workspace, str kind,
                                  str subject, str text, struct error *error);
/* incident_subject(subject, noun, ret): "delivery/12" is of the noun "delivery/", its number 12. */
bool incident_subject(str subject, str noun, int64_t *ret);
must_use enum fault incident_close(struct propre *propre, int64_t workspace, str subject,
                                   struct error *error);
must_use enum fault incident_open_delivery(struct propre *propre, int64_t workspace, str kind,
                                           int64_t delivery, str text, struct error *error);
must_use enum fault incident_close_delivery(struct propre *propre, int64_t workspace,
                                            int64_t delivery, struct error *error);
must_use enum fault incident_open_channel(struct propre *propre, int64_t workspace, str kind,
                                          int64_t channel, str text, struct error *error);
/* account_reconnected: what waited for the account goes on, and its incident is closed. */
must_use enum fault account_reconnected(struct propre *propre, int64_t workspace,
                                        int64_t channel, struct error *error);
/*
 * notice_write(propre, sends, ret_n, error): for each open incident nobody was told of, a notice for each means that is set
 * up; only then it counts as told. Where none is set up, and where this worker does not send, nothing is written.
 */
must_use enum fault notice_write(struct propre *propre, bool sends, int32_t *ret_n,
                                 struct error *error);
/*
 * account_connected: the channel was seen to work, or is published by hand: what waited only for that goes on, as the late
 * policy says.
 */
must_use enum fault account_connected(struct propre *propre, int64_t workspace, int64_t channel,
                                      struct error *error);
/* The reason a delivery waits for its account; account_reconnected looks for it. */
extern const char reason_account[];
