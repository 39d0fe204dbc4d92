#pragma once
#include "web/views.h"
#include "web/views_compose.h"

/* What the pages of what goes out show; the rules are those of web/views.h. */

/* What presses a button: a path to POST to, or the page of a link. */
struct press_view {
    str action; /* none: there is nothing to press */
    str label;
};

/* One delivery as a line of a day. */
struct queue_row {
    str href;
    str time; /* "09:00" in the workspace's zone */
    str text; /* the first words of it */
    str channel_name, network;
    str queue; /* none: not from a queue */
    str state;
    const char *state_class;
    str note; /* "again at 14:05"; none */
};
struct queue_day {
    str label; /* "Today, Tuesday 24 November" */
    const struct queue_row *rows;
    ptrdiff_t rows_n;
};

/* One that waits for somebody, with what to press. */
struct need_view {
    str href, text, channel_name, network;
    str when; /* "24 Nov 2026, 09:00" */
    str state;
    const char *state_class;
    str cause;  /* our one line */
    str words;  /* the network's; none */
    str found;  /* instead of them, what we saw ourselves; none */
    str advice; /* what helps; none */
    struct press_view press;
    struct press_view fix; /* a link to where its cause is put right; none */
    str look_label;        /* the link to its page */
};

enum queue_which { QUEUE_OPEN, QUEUE_NEEDS, QUEUE_DRAFTS, QUEUE_FINISHED };
struct queue_view {
    struct layout_view layout;
    bool may_edit;
    enum queue_which which;
    str zone; /* of every time on the page */
    int64_t all_n, open_n, needs_n, drafts_n, finished_n;
    struct options_view tabs;     /* links: label with its number, value = href */
    struct options_view channels; /* the first is "all" */
    bool filtered;                /* by a channel */
    str which_word;               /* kept by the channel filter's form */
    str back;                     /* of this page: where its buttons come back to */
    bool held;                    /* the whole workspace */
    str held_reason, held_since;
    const struct need_view *needs;
    ptrdiff_t needs_n_shown;
    str needs_href; /* the rest of them; none when all are shown */
    const struct queue_day *days;
    ptrdiff_t days_n;
    str first_href, next_href;                /* of the pages of rows; none at the ends */
    const struct compose_draft_view *written; /* drafts that are for no channel's queue yet */
    ptrdiff_t written_n;
};

/* ---- one delivery ---- */

/* One request that was made for it. */
struct ledger_line {
    int64_t n;
    str step, began, ended;
    str outcome;
    const char *outcome_class;
    str status;       /* "201"; none */
    str words, found; /* what the network said, or what we saw ourselves */
    str key, hash, hash_short;
};
struct history_line {
    str when, who, what, state;
};
struct delivery_view {
    struct layout_view layout;
    bool may_edit;
    int64_t id;
    str heading; /* the first words of it */
    str channel_name, network;
    str state;
    const char *state_class;
    str sentence; /* what becomes of it: "It goes out on …" */
    str cause, words, found, advice;
    str conflict;          /* what was asked is not possible any more; none */
    struct press_view fix; /* a link to where its cause is put right; none */
    str permalink, result_href, channel_href, zone;
    /* where its text is changed: none when it cannot be any more */
    str edit_href;
    bool edits_alone; /* for this channel, on this page: its post is out elsewhere */
    struct field_view text;
    int64_t revision; /* of the post it is typed over */
    str edit_command,
        withdraw_command; /* what is typed to change or take down what is out; none */
    /* as it goes out, or went */
    bool frozen, text_missing;
    str title, link, warning;
    const str *parts;
    ptrdiff_t parts_n;
    const str *pictures; /* what each shows */
    ptrdiff_t pictures_n;
    const struct fact_view *facts;
    ptrdiff_t facts_n;
    /* what may be pressed */
    bool by_hand; /* a person publishes it: nothing of ours is looked for or sent again */
    bool can_move, can_hold, can_cancel, can_say_live, can_again, can_drop;
    struct press_view release; /* "Let it go out", "Send it again" */
    bool no_time;              /* a draft that was never given one */
    bool can_plan_again;       /* it was cancelled: the way back */
    bool maybe_out;            /* with a warning, because an earlier try may have worked */
    str cancel_label;
    struct field_view at, address;
    const struct ledger_line *ledger;
    ptrdiff_t ledger_n;
    const struct history_line *history;
    ptrdiff_t history_n;
};

/* ---- standing appointments ---- */

struct slot_time {
    int64_t id;
    str time;   /* "09:00" */
    str where;  /* "Tuesday, 09:00, Mastodon": names the button that removes it */
    bool daily; /* it stands on every day, and is removed there */
};
struct slot_day {
    str label;
    const struct slot_time *times;
    ptrdiff_t times_n;
};
enum { SLOT_DAYS = 7 };
struct slot_channel {
    str channel_name, network;
    struct slot_day days[SLOT_DAYS]; /* from the workspace's first weekday on */
    str free;                        /* "Tue 24 Nov, 09:00 · …"; none when it stands still */
};
struct slot_queue {
    str name; /* as stored; "" is the channels' own */
    str label;
    bool paused;
    const struct slot_channel *channels;
    ptrdiff_t channels_n;
};
struct slots_view {
    struct layout_view layout;
    bool may_edit;
    str zone;
    int64_t slots_n;
    const struct slot_queue *queues;
    ptrdiff_t queues_n;
    struct options_view weekdays, channels; /* of the form; chosen as sent */
    struct field_view days, time, queue, channel;
};

/* ---- what comes again ---- */

struct coming_view {
    str label; /* "Tue 24 Nov 2026, 09:00" */
    str href;  /* of its text, when it is made already; none */
};
struct repeat_row {
    int64_t id;
    str heading; /* its first words */
    str rule;    /* "every Monday" */
    str where;   /* "Atelier, Blog" */
    str state;
    const char *state_class;
    const struct coming_view *coming;
    ptrdiff_t coming_n;
    str ends; /* "until 3 Mar 2027"; none: it does not */
    str rest; /* no same text within so many days; none */
    bool paused, over;
    int64_t waiting_n; /* made already, and in the queue */
};
/* "Let it come again": of one delivery. */
struct repeat_form {
    int64_t delivery; /* 0: no form */
    str heading, where;
    struct options_view rules; /* value = RRULE */
    struct field_view words, at, until, times, cooldown;
};
struct repeats_view {
    struct layout_view layout;
    bool may_edit;
    str zone;
    const struct repeat_row *rows;
    ptrdiff_t rows_n;
    str previous_href, next_href;
    struct repeat_form form;
};

/* ---- on Today ---- */

struct today_need {
    str text; /* what is the matter */
    str of;   /* the post or the channel */
    str href;
};
struct today_queue_view {
    bool held;
    str held_reason;
    str worker_away; /* a sentence; none while one is at work or nothing is due */
    const struct today_need *needs;
    ptrdiff_t needs_n, needs_more_n;
    const struct queue_row *next;
    ptrdiff_t next_n;
};
