#include "measure/metric.h"

#include <assert.h>

#include "base/translate.h"

static const struct {
    const char *word, *name;
} metrics[METRICS_N] = {
    [METRIC_FOLLOWERS] = {"followers", N_("Followers")},
    [METRIC_REACH] = {"reach", N_("Reach")},
    [METRIC_IMPRESSIONS] = {"impressions", N_("Impressions")},
    [METRIC_INTERACTIONS] = {"interactions", N_("Interactions")},
    [METRIC_ENGAGED] = {"engaged", N_("People engaged")},
    [METRIC_LIKES] = {"likes", N_("Likes")},
    [METRIC_COMMENTS] = {"comments", N_("Comments")},
    [METRIC_SHARES] = {"shares", N_("Shares")},
    [METRIC_SAVES] = {"saves", N_("Saves")},
    [METRIC_CLICKS] = {"clicks", N_("Clicks")},
    [METRIC_LINK_CLICKS] = {"link_clicks", N_("Link clicks")},
    [METRIC_VIDEO_VIEWS] = {"video_views", N_("Video views")},
    [METRIC_REACTIONS] = {"reactions", N_("Reactions")},
    [METRIC_CLICKERS] = {"clickers", N_("People who clicked")},
    [METRIC_FAN_IMPRESSIONS] = {"fan_impressions", N_("Impressions among followers")},
    [METRIC_FAN_REACH] = {"fan_reach", N_("Reach among followers")},
    [METRIC_FAN_ENGAGED] = {"fan_engaged", N_("Followers engaged")},
    [METRIC_FOLLOWS] = {"follows", N_("New followers")},
    [METRIC_PROFILE_VISITS] = {"profile_visits", N_("Profile visits")},
    [METRIC_QUOTES] = {"quotes", N_("Quotes")},
    [METRIC_SENDS] = {"sends", N_("Sends")},
    [METRIC_DETAIL_EXPANDS] = {"detail_expands", N_("Detail expands")},
    [METRIC_HASHTAG_CLICKS] = {"hashtag_clicks", N_("Hashtag clicks")},
    [METRIC_PERMALINK_CLICKS] = {"permalink_clicks", N_("Permalink clicks")},
    [METRIC_MEDIA_VIEWS] = {"media_views", N_("Media views")},
    [METRIC_MEDIA_ENGAGEMENTS] = {"media_engagements", N_("Media engagements")},
    [METRIC_APP_OPENS] = {"app_opens", N_("App opens")},
    [METRIC_APP_INSTALLS] = {"app_installs", N_("App installs")},
    [METRIC_EMAILS] = {"emails", N_("Sent by e-mail")},
    [METRIC_CALLS] = {"calls", N_("Calls")},
    [METRIC_DISLIKES] = {"dislikes", N_("Dislikes")},
    [METRIC_HIDES] = {"hides", N_("Hidden by readers")},
};

str
metric_word(enum metric metric)
{
    assert((size_t)metric < METRICS_N);
    return str_of(metrics[metric].word);
}

const char *
metric_name(enum metric metric)
{
    assert((size_t)metric < METRICS_N);
    return metrics[metric].name;
}

bool
metric_parse(str word, enum metric *ret)
{
    for (int i = 0; i < METRICS_N; i++) {
        if (str_eq(word, str_of(metrics[i].word))) {
            *ret = (enum metric)i;
            return true;
        }
    }
    return false;
}
