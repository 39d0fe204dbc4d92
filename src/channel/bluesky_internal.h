#pragma once
#include "channel/step.h"

/* Shared by the files of the Bluesky driver. */

/* ---- texts and keys: bluesky_text.c ---- */

enum facet_kind { FACET_LINK, FACET_TAG, FACET_MENTION };
struct facet {
    enum facet_kind kind;
    int32_t from, to; /* bytes of the text, with the # or @ */
};
enum { BLUESKY_FACETS_MAX = 60 /* of one text: 3,000 bytes hold no more worth marking */ };
/* bluesky_facets(text, ret, max): links, #tags and @handles in order; gives how many. Offsets are UTF-8 bytes. */
int32_t bluesky_facets(str text, struct facet *ret, int32_t max);
/* bluesky_tid(keep, us, clock_id): a record key of 13 characters. Source: atproto specification, TID. */
str bluesky_tid(struct arena *keep, int64_t us, int32_t clock_id);
/* bluesky_copy(writer, value): writes a value that was read; false (and nothing) when it is nested deeper than ours. */
bool bluesky_copy(struct json_writer *writer, const struct json *value);

/* ---- requests: bluesky_session.c ---- */

/* bluesky_pds(turn): where the account's data live. */
str bluesky_pds(const struct turn *turn);
/* bluesky_xrpc(turn, base, method, pairs, n): the address of a method, with its query. */
str bluesky_xrpc(const struct turn *turn, str base, const char *method,
                 const struct pair *pairs, int32_t n);
/* bluesky_sign(turn): adds the account's credentials to the request of this step. */
void bluesky_sign(struct turn *turn);
/* bluesky_prove(turn, key, token, nonce): adds a DPoP proof; token and nonce may be none. False: the key is bad. */
bool bluesky_prove(struct turn *turn, str key, str token, str nonce);
/* bluesky_again(turn): in refuse: the server gave a nonce for its proofs, and the stage is asked again with it. */
bool bluesky_again(struct turn *turn);
/* bluesky_refuse(turn): the refuse of stages that know nothing better. */
void bluesky_refuse(struct turn *turn);
/* bluesky_note(call, answer, keep): keeps the nonce of any answer, for the server it came from. */
void bluesky_note(const struct channel_call *call, const struct http_answer *answer,
                  struct arena *keep);
/* bluesky_handle(account): the handle without its @. */
str bluesky_handle(const struct channel_account *account);
/* bluesky_secret(turn, name, value): one more secret to be kept. */
void bluesky_secret(struct turn *turn, str name, str value);
/* bluesky_endpoint(document): the PDS a DID document names, none when it names none. */
str bluesky_endpoint(const struct json *document);
/* bluesky_made_json(turn, pairs, n): an object of texts. */
str bluesky_made_json(struct turn *turn, const struct pair *pairs, int32_t n);
/* bluesky_kept_json(turn, secret): the object a secret holds; NULL when there is none. */
const struct json *bluesky_kept_json(const struct turn *turn, str secret);

extern const struct stage bluesky_at_session, bluesky_at_login, bluesky_at_refresh;

/* ---- OAuth: bluesky_oauth.c ---- */
extern const struct stage bluesky_at_did, bluesky_at_document, bluesky_at_resource,
    bluesky_at_issuer, bluesky_at_par, bluesky_at_token, bluesky_at_oauth_refresh;
