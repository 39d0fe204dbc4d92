#pragma once
#include "web/views.h"

/* The composer, and one post that was composed. Rules: web/views.h. */

struct compose_problem_view {
    bool error; /* it keeps the post from going out; else a warning */
    str text;
};
struct compose_channel_view {
    int64_t id;
    str name, network;
    bool ticked;
    str state; /* "Not connected", "Published by hand"; none when there is nothing to say */
    bool state_bad;
    str count; /* "120 of 500 characters"; none when not ticked or not counted */
    bool over;
    const struct compose_problem_view *problems;
    ptrdiff_t problems_n;
    str own; /* other words for this channel */
};
struct compose_picture_view {
    str name, alt, about; /* about: "JPEG, 1.2 MB, 1600 × 900" */
    int64_t media;
    bool shown; /* can be shown as a picture */
    int32_t width, height;
};
struct compose_delivery_view {
    int64_t id;
    str channel, when, state, href; /* href: where it was published; none */
    str edit; /* where its text alone can still be changed, the post being out elsewhere; none */
    enum tone tone;
};
struct compose_draft_view {
    int64_t id;
    str title, changed;
    str chosen; /* "for 24 Nov 2026, 09:00": the time chosen for it; none */
};

struct compose_view {
    struct layout_view layout;
    int64_t id; /* 0: not kept yet */
    int64_t revision;
    str action;       /* where the form goes */
    str draft_action; /* where a draft keeps itself; none when it does not */
    str key;          /* of this form: sending it twice makes one post */
    str heading;      /* of a post that is kept */
    bool may_edit, planned, closed;
    str problem; /* of the whole form */
    str notice;  /* what was done without leaving the page */
    int64_t wrong_n;
    struct field_view title, link, text, tags, warning, topic;
    str channels_error, pictures_error, when_error;
    struct options_view tactics, objectives, intents, formats, visibilities, queues;
    bool more_open; /* the part that is folded away has something in it */
    const struct compose_channel_view *channels;
    ptrdiff_t channels_n;
    bool more_channels;
    const struct compose_picture_view *pictures;
    ptrdiff_t pictures_n;
    bool room_for_pictures;
    str when; /* draft, now, at, queue, keep */
    str day, time, zone, now;
    const struct compose_delivery_view *deliveries;
    ptrdiff_t deliveries_n;
    const struct compose_draft_view *drafts;
    ptrdiff_t drafts_n;
};
