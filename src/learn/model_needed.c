#include <math.h>

#include "base/rng.h"
#include "learn/model_internal.h"
#include "learn/num.h"

/*
 * How many posts would tell. What is believed of the contrast now is about N(mean, sd²). Each new post
 * says ${information} about the logarithm of its level's rate (Fisher's information of the negative
 * binomial, mu phi / (mu + phi)), so n more of both kinds measure the contrast with variance
 * 2 / (n information). Many futures are drawn: a true contrast from what is believed, a measurement
 * of it after n posts, and the verdict that the two together then give.
 */
enum {
    FUTURES = 400, /* even odds are then known to ± 2.5 % */
};

static double
clear_share(double mean, double sd, double variance_new, double rope, const double *truth,
            const double *noise)
{
    double border = num_log1p(rope), precision = 1.0 / (sd * sd) + 1.0 / variance_new;
    double later_sd = 1.0 / sqrt(precision), z95 = 1.6448536269514722;
    int32_t clear = 0;
    for (int32_t i = 0; i < FUTURES; i++) {
        double seen = mean + sd * truth[i] + sqrt(variance_new) * noise[i];
        double later = (mean / (sd * sd) + seen / variance_new) / precision;
        clear += later - z95 * later_sd > border || later + z95 * later_sd < -border;
    }
    return (double)clear / FUTURES;
}

int32_t
model_posts_needed(double mean, double sd, double information, double rope, struct rng *rng,
                   bool *ret_over)
{
    double truth[FUTURES], noise[FUTURES];
    num_normals(rng, FUTURES, truth);
    num_normals(rng, FUTURES, noise);
    *ret_over = true;
    if (!(information > 0) || !(sd > 0))
        return EFFECTS_POSTS_NEEDED_MAX;
    int32_t low = 0, high = EFFECTS_POSTS_NEEDED_MAX;
    if (clear_share(mean, sd, 2.0 / (information * high), rope, truth, noise) < 0.5)
        return high;
    *ret_over = false;
    while (high - low > 1) { /* low does not do, high does */
        int32_t middle = low + (high - low) / 2;
        if (clear_share(mean, sd, 2.0 / (information * middle), rope, truth, noise) < 0.5)
            low = middle;
        else
            high = middle;
    }
    return high;
}

enum effects_verdict
model_verdict(double greater_share, double low90, double high90, double rope)
{
    double border = num_log1p(rope), direction = fmax(greater_share, 1.0 - greater_share);
    if (direction >= 0.95 && (low90 > border || high90 < -border))
        return VERDICT_CLEAR;
    return direction >= 0.8 ? VERDICT_LEANING : VERDICT_CANNOT_TELL;
}
