#pragma once
#include "web/page.h"

/* What the pages of channels and their connection show. */

enum channel_state {
    CHANNEL_NOT_CONNECTED,
    CHANNEL_BY_HAND, /* a person publishes; nothing to connect */
    CHANNEL_UNCHECKED, /* credentials are kept, or an agreement was begun; nobody saw them work yet */
    CHANNEL_CONNECTED,
    CHANNEL_FAILING, /* refused lately, still tried */
    CHANNEL_DEAD     /* refused three times: somebody must connect it again */
};

/* How an account is, as its line and its page say it. */
struct health_view {
    enum channel_state state;
    str word;       /* "connected" */
    str about;      /* "Checked on 24 Nov 2026, 09:00." or none */
    str token;      /* "Its token holds for 45 more days." or none */
    bool token_low; /* fewer than ten days */
    str failed;     /* when the network last refused, none if it did not */
    str cause;      /* our one line */
    str advice;     /* what to press */
    str words;      /* the network's own; none */
    str found;      /* instead of them, what we saw ourselves; none */
};

struct channel_line {
    int64_t id;
    str name, network, handle, ownership;
    struct health_view health;
};

struct channels_view {
    struct layout_view layout;
    const struct channel_line *lines;
    ptrdiff_t lines_n;
    bool may_edit, may_own;
    const struct channel_line *away; /* those put away; name, network and id alone */
    ptrdiff_t away_n;
    /* the form of a new one */
    struct field_view name, handle;
    struct options_view networks;
    /* private hosts; the owner's alone */
    const str *hosts;
    ptrdiff_t hosts_n;
    struct field_view host;
};

/* One thing asked to connect: named by the driver. */
struct connect_field {
    str name, label, hint, value, error;
    bool secret, required;
    bool kept; /* there is one already: empty keeps it */
};

enum ask_state { ASK_NONE, ASK_WAITING, ASK_GOOD, ASK_BAD };

/* The last question put to the account, and what came of it. */
struct ask_view {
    enum ask_state state;
    bool slow;                /* no worker took it up for a while */
    str sentence;             /* "It works: the account is @lumen." */
    str cause, advice, words; /* when it went wrong */
    str found;                /* instead of the network's words, what we saw ourselves; none */
    str visit;                /* where to agree, on the network's own page */
    str visit_host;           /* whose page that is */
    bool allow;               /* its owner has to allow the host */
    bool check_next;          /* agreed: what is left is to look whose account it is */
};

struct channel_view {
    struct layout_view layout;
    int64_t id;
    str name, network, handle, ownership;
    struct health_view health;
    bool may_edit;
    str way;                  /* the driver's word, sent with the form */
    str way_name;             /* "WordPress" */
    str about;                /* what connecting by it means */
    struct options_view ways; /* links, when there is more than one */
    const str *steps;
    ptrdiff_t steps_n;
    bool folded; /* it works: changing it is behind a click */
    bool by_hand;
    bool account;   /* something is kept: it can be checked and disconnected */
    bool authorize; /* the network can be asked on its own page */
    str authorize_label;
    str redirect; /* our address that the person comes back to */
    const struct connect_field *fields;
    ptrdiff_t fields_n;
    str problem; /* of the whole form */
    struct ask_view ask;
    /* its name, and putting it away */
    bool archived;
    struct field_view rename;
    str rename_revision;
    str waiting;      /* "3 planned posts wait for this channel."; none when nothing does */
    str held;         /* the same of what is on hold; none */
    str away_problem; /* why it could not be put away */
};

/* The page one comes back to: nothing is kept before the button is pressed. */
struct connected_view {
    struct layout_view layout;
    int64_t id;
    str name;
    str back;    /* what came back: a query, sent on as it is */
    str refused; /* the network's word for a no; none: it agreed */
};

/* Class names in app.css; the word stands beside it. */
static inline const char *
channel_state_class(enum channel_state state)
{
    static const char *const names[] = {"unknown", "unknown", "warning",
                                        "ok",      "warning", "error"};
    return names[state];
}
