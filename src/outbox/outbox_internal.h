#pragma once
#include "channel/driver.h"
#include "outbox/account.h"
#include "outbox/delivery.h"

/* What the files of this room share. */
struct propre;
struct zone;

enum error_class class_stored(str word);
/* class_store(class): its word, or none for CLASS_NONE. */
str class_store(enum error_class error_class);
must_use enum fault delivery_state_of(str word, enum delivery_state *ret, struct error *error);
must_use enum fault delivery_plan_check(const struct delivery_plan *plan, instant now,
                                        struct error *error);
/*
 * delivery_add(propre, plan, ret_id, error): delivery_schedule without a look at the content: of an occurrence nobody is there
 * to be told; preflight tells before it is due.
 */
must_use enum fault delivery_add(struct propre *propre, const struct delivery_plan *plan,
                                 int64_t *ret_id, struct error *error);
enum fault delivery_absent(int64_t id, struct error *error);

/* Where drivers are found: driver_find; tests have their own. */
typedef const struct driver *driver_finder(str network);

/* account_open, with the finder, and the revision of the secrets it opened. */
struct account_of {
    int64_t workspace, channel;
};
must_use enum fault account_open_with(struct propre *propre, driver_finder *find,
                                      const struct account_of *of, struct arena *keep,
                                      struct channel_account *ret,
                                      const struct driver **ret_driver, struct account *ret_row,
                                      struct error *error);
/*
 * account_keep(propre, row, op, step, ret_kept, error): what a good VERIFY, LIMITS, REFRESH or AUTH_FINISH found, in the
 * caller's write transaction. New secrets replace those of the same name; an empty one replaces nothing.
 * *ret_kept is false, and nothing is written, when the account was connected anew, renewed or disconnected since ${row} was
 * read: what was found is of other secrets then.
 */
must_use enum fault account_keep(struct propre *propre, const struct account *row,
                                 enum channel_op op, const struct step *step, bool *ret_kept,
                                 struct error *error);
/*
 * account_failed(propre, row, error_class, words, ret_dead, error): the credentials were not accepted. Counted only when
 * the last count was a while ago; the third makes it dead. Nothing is counted when somebody renewed the secrets since
 * ${row} was read.
 */
must_use enum fault account_failed(struct propre *propre, const struct account *row,
                                   enum error_class error_class, str words, bool *ret_dead,
                                   struct error *error);
/* account_works(propre, row, error): it was accepted; earlier failures are forgotten. */
must_use enum fault account_works(struct propre *propre, const struct account *row,
                                  struct error *error);
/* account_lease(propre, channel, worker, until, ret_got, error): the one refresh an account may have under way. */
must_use enum fault account_lease(struct propre *propre, int64_t channel, str worker,
                                  instant until, bool *ret_got, struct error *error);
must_use enum fault account_lease_end(struct propre *propre, int64_t channel, str worker,
                                      struct error *error);
/* account_expire(propre, row, error): its token was refused, and ends now: what comes next begins with a fresh one. */
must_use enum fault account_expire(struct propre *propre, const struct account *row,
                                   struct error *error);
/* account_can_refresh(account, driver): the network gives new tokens, and there is what to ask them with. */
bool account_can_refresh(const struct channel_account *account, const struct driver *driver);
/* account_token_over(row, now): its token has ended, as far as anybody knows. */
bool account_token_over(const struct account *row, instant now);
/* account_needs_refresh(row, driver, now): its token is about to end, and the network gives new ones. */
bool account_needs_refresh(const struct account *row, const struct driver *driver, instant now);
str channel_op_word(enum channel_op op);
bool channel_op_parse(str word, enum channel_op *ret);

/* A memo (channel/driver.h) as JSON, and back; texts of the result are in ${keep}. */
str memo_json(const struct memo *memo, struct arena *keep);
must_use enum fault memo_read(str json, struct arena *keep, struct memo *ret,
                              struct error *error);
void memo_copy(const struct memo *memo, struct arena *keep, struct memo *ret);
