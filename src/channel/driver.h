#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/instant.h"
#include "base/maybe.h"
#include "base/str.h"
#include "wire/http.h"

/*
 * A driver translates: what we want of a network, into requests; its answers, into what they mean. It is data
 * (traits) and one pure function (next): no I/O, no clock, no memory of its own. Whoever drives it (outbox)
 * writes down what it is about to do before doing it, sends the request, and comes back with the answer.
 */

/* What can be asked of a network. Each is a list of steps; traits say which a network has. */
enum channel_op {
    OP_VERIFY,    /* do the credentials work, whose account is it */
    OP_LIMITS,    /* what the server says it accepts */
    OP_PUBLISH,   /* the message, from its media to its permalink */
    OP_READ_BACK, /* is it there? by key, slug, or the account's own list */
    OP_WITHDRAW,  /* take it down */
    OP_EDIT,      /* change its text */
    OP_POST_METRICS,
    OP_ACCOUNT_METRICS,
    OP_REFRESH,     /* new tokens for old */
    OP_AUTH_BEGIN,  /* OAuth: register, then the address to send the person to */
    OP_AUTH_FINISH, /* OAuth: what came back to the redirect address, for tokens */
    CHANNEL_OPS_N
};

/* The nine classes of what can go wrong (closed list). */
enum error_class {
    CLASS_NONE,
    CLASS_AUTH,      /* the credentials are not accepted: reconnect */
    CLASS_SCOPE,     /* accepted, but they may not do this */
    CLASS_RATE,      /* too many requests: wait, see retry_after */
    CLASS_QUOTA,     /* a cap of a day, a month, a plan */
    CLASS_TRANSIENT, /* surely nothing happened; the same again later */
    CLASS_DUPLICATE, /* the network says it has this already: read back */
    CLASS_PERMANENT, /* this content will never be accepted: edit it */
    CLASS_CONFIG,    /* wrong address, HTML instead of JSON, retired version: set up anew */
    CLASS_AMBIGUOUS, /* it may be live: read back before anything else */
    ERROR_CLASSES_N
};
/* error_class_word(class): "auth" … stable, for the data and --json; CLASS_NONE has the empty word. */
str error_class_word(enum error_class error_class);
bool error_class_parse(str word, enum error_class *ret);
/* error_class_cause(class): our one-line cause, key of translation; error_class_advice: what to press. */
const char *error_class_cause(enum error_class error_class);
const char *error_class_advice(enum error_class error_class);

enum counter {
    COUNT_GRAPHEMES, /* Bluesky: extended grapheme clusters; text_bytes_max besides */
    COUNT_MASTODON,  /* characters, each address as url_characters, @user@host as @user */
    COUNT_X,         /* twitter-text v3, weighted */
    COUNT_UTF16, /* UTF-16 units: Telegram, Discord (counts code points; 16 is the stricter) */
    COUNT_NONE   /* no limit worth counting: a blog */
};

/* How an unknown outcome can be cleared up. */
enum read_back {
    BACK_EXACT, /* by a key or slug that we chose: the answer is exact */
    BACK_LIST,  /* by the account's own recent list */
    BACK_NEVER  /* not at all: a person is asked */
};

/* A limit with where it was read and when: networks change them. */
struct limit {
    int64_t is;         /* 0: none known */
    const char *source; /* "channels.md 10"-like: documentation page or observation */
    const char *date;   /* "2026-08" */
};

enum {
    AUTH_FIELDS_MAX = 8, /* what a person is asked to connect an account: four at most today */
    MEDIA_KINDS_MAX = 8, /* types a network takes: six at most today */
    SERVES_MAX = 4,      /* networks of one driver: site, blog, newsletter */
    MEMO_LASTING_MAX = 4 /* what names a draft: two or three pairs */
};

/* One thing a person gives to connect an account. */
struct auth_field {
    const char *name;  /* stable: "server", "user", "password", "token", "webhook" */
    const char *label; /* key of translation */
    const char
        *hint;   /* where to find it: exact app type, permission, menu; key of translation */
    bool secret; /* sealed, never shown again */
    bool required;
};

struct channel_traits {
    const char *network; /* the driver's own word: "mastodon", "wordpress" */
    const char *name;    /* "Mastodon" */
    bool ops[CHANNEL_OPS_N];
    enum read_back read_back;
    enum counter counter;
    struct limit text_max;       /* in the counter's units */
    struct limit text_bytes_max; /* besides */
    struct limit title_max;
    /*
     * The networks of strategy/channel.h it can publish on, by word; none: any. A channel that is a blog may be
     * kept by WordPress, by Ghost or by hand: what an account keeps is this driver's word.
     */
    const char *serves[SERVES_MAX];
    bool
        by_hand; /* OP_PUBLISH asks nothing of a network: a person does it and gives the address */
    bool
        has_card; /* the link travels beside the text; else it is put under it (message_text) */
    bool has_title, has_threads, has_alt, has_polls, has_warning, has_visibility, has_language,
        has_tags, has_categories, needs_media;
    bool names_files; /* a file is named there, with its description; it is not sent */
    bool
        parts_apart; /* each part of a thread is a post of its own there, not a piece of one page */
    struct limit media_max;       /* how many */
    struct limit media_bytes_max; /* each */
    struct limit media_pixels_max;
    struct limit alt_max;
    const char *mimes[MEDIA_KINDS_MAX]; /* accepted as they are */
    span
        longest_flight; /* the longest a request may still take effect after we gave up on it */
    span settle;        /* how long the own list may lag behind */
    int32_t looks; /* how often in a row a list must lack it to be believed; 1 when exact */
    /*
     * Pairs of the memo that outlive a change of the message before it is out: a draft made there, which OP_PUBLISH fills
     * anew. All others (files, terms, mentions) belong to the message as it was; ended by NULL.
     */
    const char *memo_lasting[MEMO_LASTING_MAX];
    struct auth_field fields[AUTH_FIELDS_MAX];
    const char *connect_help; /* the guided text of the connect page, key of translation */
};

/* ---- what is given ---- */

struct secret_pair {
    str name, value; /* "token", "refresh", "password", "key" … */
};

/* A connected account, opened: secrets in the clear, for the time of one call. */
struct channel_account {
    str server;  /* "https://social.example", no slash at the end */
    str handle;  /* as the network writes it */
    str user_id; /* the network's id of the account, a DID … */
    const struct secret_pair *secrets;
    int32_t secrets_n;
    str settings; /* JSON object: what the owner chose for this account */
    /*
     * JSON object: what OP_LIMITS found, or none. The same names for all networks: text_max, url_characters,
     * title_max, alt_max, media_max, media_bytes_max, media_pixels_max, poll_options_max, poll_option_max
     * (numbers) and mimes (list of texts); a driver may add its own.
     */
    str limits;
};
/* account_secret(account, name): none when it has none of that name. */
str account_secret(const struct channel_account *account, str name);

struct channel_media {
    int64_t media; /* number for the source */
    int64_t bytes;
    str mime, file_name, alt;
    int32_t width, height;
};

enum {
    MESSAGE_MEDIA_MAX = 20, /* the most a network takes in one post (LinkedIn, Threads) */
    MESSAGE_PARTS_MAX = 25, /* posts of one thread; longer ones are articles */
    MESSAGE_TERMS_MAX = 60, /* tags and categories: each may cost a blog two requests */
    POLL_OPTIONS_MAX = 12   /* Telegram's, the most of all */
};

/* What shall be said on one channel: the variant, complete. */
struct channel_message {
    const str *parts; /* the text; more than one is a thread */
    int32_t parts_n;
    str title, slug, excerpt;
    str link; /* the address it leads to, if it shall be shown as a card */
    str card_title, card_text;
    const struct channel_media *card_image; /* NULL: none */
    const struct channel_media *media;
    int32_t media_n;
    const str *tags;
    int32_t tags_n;
    const str *categories;
    int32_t categories_n;
    str language;   /* "fr" */
    str visibility; /* "public", "unlisted", "private" … none: the account's own */
    str warning;    /* content warning; none */
    bool sensitive;
    const str *poll_options;
    int32_t poll_options_n;
    span poll_lasts;
    str options; /* JSON object of what only this network knows */
    str key; /* 32 hex digits, one per delivery, the same for all tries: idempotency key, slug, record key */
    instant created; /* chosen once per delivery and kept: sends are byte-identical */
};

/*
 * What a delivery remembers between steps, kept by the outbox with each attempt: remote ids of media, the id of a
 * draft, the parts of a thread already out. Names and values are the driver's own.
 */
enum {
    MEMO_PAIRS_MAX = 128, /* 20 media with their addresses, 60 tags, a dozen others */
    MEMO_ROOM = 16        /* kept free of it for what one step and a look remember */
};
struct memo {
    struct secret_pair pairs[MEMO_PAIRS_MAX];
    int32_t n;
};
/* memo_get(memo, name): none when there is no such pair. */
str memo_get(const struct memo *memo, str name);
/* memo_set(memo, name, value): both must live as long as the memo; value none takes the pair out. There must be room. */
void memo_set(struct memo *memo, str name, str value);

struct channel_call {
    enum channel_op op;
    const struct channel_account *account;
    const struct channel_message *message; /* PUBLISH, READ_BACK, EDIT */
    str remote_id;                         /* WITHDRAW, EDIT, POST_METRICS */
    instant now;
    instant armed; /* READ_BACK: when the unknown step was begun */
    const str
        *taken; /* READ_BACK by list: ids of posts that other deliveries of the account made */
    int32_t taken_n;
    str redirect; /* AUTH_…: our address the person comes back to; none: they paste a code */
    str callback; /* AUTH_FINISH: the query that came back, or the pasted code */
    uint64_t chance; /* a random number for nonces (DPoP, OAuth 1.0a) */
    str seed; /* AUTH_BEGIN: 32 secret random bytes, for keys and verifiers; none: not asked */
    struct memo *memo;
};

/* ---- what comes out ---- */

enum step_kind {
    STEP_REQUEST, /* send this, come back with the answer */
    STEP_WAIT,    /* come back after `wait` without an answer: the network is at work */
    STEP_DONE,
    STEP_FAIL
};

enum { METRIC_VALUES_MAX = 24 /* the widest answer of a network has about twenty */ };
struct metric_value {
    str name; /* the network's own: "favourites_count" */
    double value;
};

enum presence { PRESENCE_UNKNOWN, PRESENCE_FOUND, PRESENCE_ABSENT };

struct step {
    enum step_kind kind;
    str name; /* "media 1", "publish", "alt text": for the ledger */
    /* STEP_REQUEST */
    struct http_request request;
    bool publishes; /* once its first byte left, something may be live */
    bool cosmetic;  /* what fails here cannot make a published post unpublished */
    const char *
        family; /* the network counts such requests apart ("media"); NULL: with the account's others */
    /* STEP_WAIT */
    span wait;
    /* STEP_DONE */
    str remote_id, permalink;
    enum presence
        presence; /* READ_BACK: ABSENT only when a complete look positively lacks it */
    str user_id, handle, display_name; /* VERIFY */
    str visit;                         /* AUTH_BEGIN: where to send the person */
    str limits;                        /* LIMITS: JSON object */
    struct metric_value metrics[METRIC_VALUES_MAX];
    int32_t metrics_n;
    struct secret_pair
        secrets[8]; /* REFRESH, VERIFY, AUTH_…: to be saved before they are used */
    int32_t secrets_n;
    struct maybe_int token_expires_us;
    str note; /* a remark for the person: "alt text is not carried by this network" */
    /* STEP_FAIL */
    enum error_class error_class;
    bool sure;        /* the answer itself says that nothing is live, whatever its status */
    str words;        /* the network's own, at most 500 bytes, without secrets */
    span retry_after; /* the network's hint, 0: none */
};

struct driver {
    struct channel_traits traits;
    /*
     * next(call, answer, keep, ret):
     * ${answer} NULL at the beginning and after a restart: begin, or go on after the last step ${call->memo}
     * knows of; else the answer to the request given last (also when it was not sent or is unknown). Pure: the
     * same in, the same out.
     */
    void (*next)(const struct channel_call *call, const struct http_answer *answer,
                 struct arena *keep, struct step *ret);
};

/* driver_find(network): the driver of that word ("mastodon", "manual"); NULL when there is none. */
const struct driver *driver_find(str network);
/* driver_serves(driver, network): a channel of that network (strategy/channel.h, by word) can be published by it. */
bool driver_serves(const struct driver *driver, str network);
/*
 * driver_usual(network): how a channel of that network (strategy/channel.h, by word) is published as long as no account says
 * otherwise: by its own driver; by hand where none is made for it. NULL: several are (a blog), and one must be chosen.
 */
const struct driver *driver_usual(str network);
/* driver_list(ret_n): all of them, in the order a person should meet them. */
const struct driver *const *driver_list(int32_t *ret_n);

/* ---- checking before sending ---- */

/*
 * message_text(driver, message, part, keep): the text of that part as it is sent: on a network without cards the
 * link stands under the first part, unless a part says it already.
 */
str message_text(const struct driver *driver, const struct channel_message *message,
                 int32_t part, struct arena *keep);

enum severity { PROBLEM_WARNING, PROBLEM_ERROR };
struct message_problem {
    enum severity severity;
    const char *format; /* key of translation with at most two %s */
    str a, b;
};
enum { MESSAGE_PROBLEMS_MAX = 16 /* more than a person mends at once */ };
/*
 * message_check(driver, account, message, keep, ret, ret_n): what would go wrong, by traits and the account's own
 * limits. account NULL: by traits alone. Pure.
 */
void message_check(const struct driver *driver, const struct channel_account *account,
                   const struct channel_message *message, struct arena *keep,
                   struct message_problem ret[MESSAGE_PROBLEMS_MAX], int32_t *ret_n);
/* What an account takes of pictures, by its own limits, else by the traits. */
struct media_limits {
    int64_t bytes_max, pixels_max; /* 0: none known */
    bool jpeg, png, gif;
};
void media_limits(const struct driver *driver, const struct channel_account *account,
                  struct media_limits *ret);
/*
 * message_length(driver, account, message, part): of that part as it is sent, with what the network counts beside the
 * text, in the units of its counter; -1 for COUNT_NONE.
 */
int64_t message_length(const struct driver *driver, const struct channel_account *account,
                       const struct channel_message *message, int32_t part);
/* message_length_max(driver, account): the account's limit, else the traits'; 0: none. */
int64_t message_length_max(const struct driver *driver, const struct channel_account *account);
