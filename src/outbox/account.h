#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/instant.h"
#include "base/maybe.h"
#include "base/str.h"
#include "channel/driver.h"

struct propre;
struct wire;

/* The connection of a channel (strategy/channel.h) to its network: address, credentials (sealed), health. */
enum account_state {
    ACCOUNT_CONNECTED,
    ACCOUNT_FAILING, /* refused lately; still tried */
    ACCOUNT_DEAD     /* refused three times, spaced: a person must reconnect */
};

struct account {
    int64_t channel, workspace;
    str network; /* the driver's word; none given: the one it has, else the channel's network */
    str server, handle, user_id;
    enum account_state state;
    struct maybe_int token_expires_us, verified_us, failed_us;
    int32_t failures_n;
    str settings, limits;  /* JSON objects or none */
    str class_word, words; /* of the last failure */
    int64_t revision;
};

/*
 * account_connect(propre, account, secrets, secrets_n, error):
 * Keeps server, settings and secrets for the channel (a second time: replaces them; an empty secret and an empty handle keep
 * what is there, or take the channel's handle). What was made for another server, person or credential is forgotten: its
 * tokens would go on to post there. Needs propre->vault and an open write transaction.
 * Faults: INPUT for a required field that is empty (named); ABSENT; DENIED without a vault.
 */
must_use enum fault account_connect(struct propre *propre, const struct account *account,
                                    const struct secret_pair *secrets, int32_t secrets_n,
                                    struct error *error);
/*
 * account_state_word(account): "connected", "not verified" (nobody has seen it work), "failing", "dead" or "by hand":
 * stable, for programs.
 */
str account_state_word(const struct account *account);
/* account_same_server(a, b, scratch): the same address, however it was typed. */
bool account_same_server(str a, str b, struct arena scratch);
must_use enum fault account_get(struct propre *propre, int64_t workspace, int64_t channel,
                                struct arena *keep, struct account *ret, bool *ret_found,
                                struct error *error);
must_use enum fault account_list(struct propre *propre, int64_t workspace, struct arena *keep,
                                 struct account **ret, ptrdiff_t *ret_n, struct error *error);
/* account_disconnect: forgets the secrets; the channel and its history stay. */
must_use enum fault account_disconnect(struct propre *propre, int64_t workspace,
                                       int64_t channel, struct error *error);
/* account_settings(…, settings): JSON object of this account's own defaults. */
must_use enum fault account_settings(struct propre *propre, int64_t workspace, int64_t channel,
                                     str settings, struct error *error);
/*
 * account_open(propre, workspace, channel, keep, ret, error): with its secrets in the clear, for a driver.
 * Faults: ABSENT (not connected), CORRUPT or DENIED (the key file).
 */
must_use enum fault account_open(struct propre *propre, int64_t workspace, int64_t channel,
                                 struct arena *keep, struct channel_account *ret,
                                 const struct driver **ret_driver, struct error *error);

/*
 * account_run(propre, wire, workspace, channel, call, keep, ret, error):
 * One operation that is not publishing (VERIFY, LIMITS, WITHDRAW, EDIT, metrics) from start to end, at once; refreshes the
 * tokens first when they are about to end, saves what VERIFY and LIMITS found. Opens its own transactions: none may be
 * open. ${call}: op, message, remote_id, redirect, callback and memo (NULL: an empty one) are read.
 * Faults: those of account_open; AWAY (not reached), REMOTE with the network's words (ret->error_class says which).
 */
must_use enum fault account_run(struct propre *propre, struct wire *wire, int64_t workspace,
                                int64_t channel, const struct channel_call *call,
                                struct arena *keep, struct step *ret, struct error *error);

/*
 * account_ask(propre, workspace, channel, op, argument, error): a page cannot call out; it asks, and the worker does
 * VERIFY, LIMITS, AUTH_BEGIN, AUTH_FINISH (argument: redirect address, or what came back) with account_run and keeps
 * what came of it, for account_answer. One question an account; a new one replaces it.
 */
must_use enum fault account_ask(struct propre *propre, int64_t workspace, int64_t channel,
                                enum channel_op op, str argument, struct error *error);
struct account_answer {
    enum channel_op op;
    bool asked, done; /* a question was asked; it was answered */
    bool good;
    str visit; /* AUTH_BEGIN */
    str class_word, words;
    int64_t asked_us;
};
must_use enum fault account_answered(struct propre *propre, int64_t workspace, int64_t channel,
                                     struct arena *keep, struct account_answer *ret,
                                     struct error *error);
