#pragma once
#include "channel/step.h"

/* Shared by the files of the Bluesky driver: bluesky.c publishes, bluesky_after.c looks after what is out. */

enum {
    BLUESKY_TEXT_MAX = 300,        /* graphemes; lexicon app.bsky.feed.post, read 2026-08 */
    BLUESKY_TEXT_BYTES_MAX = 3000, /* the same */
    BLUESKY_IMAGES_MAX = 4,        /* lexicon app.bsky.embed.images, read 2026-08 */
    BLUESKY_BODY_MAX =
        256 * 1024,           /* bytes of a record: text, 60 facets, 4 descriptions of 10,000 */
    BLUESKY_MENTIONS_MAX = 20 /* looked up for one post; more are left as plain text */
};
#define BLUESKY_COLLECTION "app.bsky.feed.post"

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

/* ---- parts and records: bluesky_record.c ---- */

/* bluesky_text_of(turn, part): the text of a part, and the link where no card can be. */
str bluesky_text_of(const struct turn *turn, int32_t part);
/* bluesky_created(turn, part), bluesky_record_key: the same at every try. */
instant bluesky_created(const struct turn *turn, int32_t part);
str bluesky_record_key(const struct turn *turn, int32_t part);
/* bluesky_part_known(turn, part, ret_key, ret_cid): whether that part is remembered as out. */
bool bluesky_part_known(const struct turn *turn, int32_t part, str *ret_key, str *ret_cid);
/* bluesky_keep_part(turn, part): remembers it as out, by the version the answer names; false when it names none. */
bool bluesky_keep_part(struct turn *turn, int32_t part);
/* bluesky_did_of(turn, handle): empty when nobody has it, none when it was not asked yet. */
str bluesky_did_of(const struct turn *turn, str handle);
int32_t bluesky_images_n(const struct turn *turn);
/* bluesky_is_card(turn): whether the link becomes a card, which it does where no picture is. */
bool bluesky_is_card(const struct turn *turn);
void bluesky_write_text(struct json_writer *writer, const char *name, str value);
void bluesky_write_facets(struct json_writer *writer, const struct turn *turn, str text);
void bluesky_write_record(struct json_writer *writer, const struct turn *turn, int32_t part);
/* bluesky_begin_record(writer, turn, key): all but what differs between making and replacing a record; an open object. */
void bluesky_begin_record(struct json_writer *writer, const struct turn *turn, str key);
/* Each fails the turn, and says why, when it is true. */
bool bluesky_unverified(struct turn *turn);
bool bluesky_too_long(struct turn *turn, str text);
/* bluesky_published(turn): all parts are out: done, with the address of the first. */
void bluesky_published(struct turn *turn);

/* ---- what is out: bluesky_after.c ---- */
extern const struct stage bluesky_at_record, bluesky_at_withdraw, bluesky_at_edit_look,
    bluesky_at_edit, bluesky_at_metrics, bluesky_at_profile;

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
