#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/str.h"

/*
 * Our words for what networks count. A word is shared by networks only where they mean the same thing;
 * the network's own name is kept beside every number (metric_def.native). All are counts so far of one
 * post ("cumulative"), but followers, which is the account's at the time of the post. Rates are computed
 * by us and never stored.
 */
enum metric {
    METRIC_FOLLOWERS,
    METRIC_REACH,        /* people who saw it */
    METRIC_IMPRESSIONS,  /* times it was shown */
    METRIC_INTERACTIONS, /* the network's own total; never rebuilt from parts */
    METRIC_ENGAGED,      /* people who did something with it */
    METRIC_LIKES,
    METRIC_COMMENTS, /* also replies */
    METRIC_SHARES,   /* passed on to others: shares, reposts */
    METRIC_SAVES,    /* also bookmarks */
    METRIC_CLICKS,   /* anywhere in the post */
    METRIC_LINK_CLICKS,
    METRIC_VIDEO_VIEWS,
    METRIC_SLOTS_N, /* those above have a column in sum_post */
    METRIC_REACTIONS = METRIC_SLOTS_N,
    METRIC_CLICKERS,
    METRIC_FAN_IMPRESSIONS,
    METRIC_FAN_REACH,
    METRIC_FAN_ENGAGED,
    METRIC_FOLLOWS,
    METRIC_PROFILE_VISITS,
    METRIC_QUOTES,
    METRIC_SENDS, /* given to the share menu */
    METRIC_DETAIL_EXPANDS,
    METRIC_HASHTAG_CLICKS,
    METRIC_PERMALINK_CLICKS,
    METRIC_MEDIA_VIEWS,
    METRIC_MEDIA_ENGAGEMENTS,
    METRIC_APP_OPENS,
    METRIC_APP_INSTALLS,
    METRIC_EMAILS,
    METRIC_CALLS,
    METRIC_DISLIKES,
    METRIC_HIDES,
    METRICS_N
};

/* metric_word(metric): the stable word ("link_clicks"); metric_name: to be shown, key of translation. */
str metric_word(enum metric metric);
const char *metric_name(enum metric metric);
/* metric_parse(word, ret): false when it is none of the list. */
bool metric_parse(str word, enum metric *ret);
