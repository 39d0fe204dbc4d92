#include "golden.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static FILE *
open_reference(const char *name)
{
    char path[512];
    const char *folder = getenv("PROPRE_TEST_LEARN");
    snprintf(path, sizeof path, "%s/reference/%s", folder ? folder : "test/learn", name);
    return fopen(path, "r");
}

static const str types[] = {S_CONST("link"), S_CONST("photo"), S_CONST("status"),
                            S_CONST("video")};
static const str categories[] = {S_CONST("1"), S_CONST("2"), S_CONST("3")};
static const str weekdays[] = {S_CONST("1"), S_CONST("2"), S_CONST("3"), S_CONST("4"),
                               S_CONST("5"), S_CONST("6"), S_CONST("7")};
static const str hours[] = {S_CONST("0"),  S_CONST("4"),  S_CONST("8"),
                            S_CONST("12"), S_CONST("16"), S_CONST("20")};
static const struct effects_factor factors[] = {
    {S_CONST("format"), FACTOR_PLAIN, types, 4},
    {S_CONST("category"), FACTOR_PLAIN, categories, 3},
    {S_CONST("weekday"), FACTOR_CALENDAR, weekdays, 7},
    {S_CONST("hour"), FACTOR_CALENDAR, hours, 6},
};
static const struct effects_covariate covariates[] = {{S_CONST("paid"), false}};
static const struct effects_channel channels[] = {{S_CONST("page"), (double)NAN}};

bool
golden_read(struct arena *keep, int32_t last, struct golden_posts *ret)
{
    FILE *f = open_reference("fb_crossed_nb_input.txt");
    if (!f)
        return false;
    struct effects_post *posts = new (keep, struct effects_post, 500);
    int32_t n = 0;
    for (; n < 500; n++) {
        double y, log_reach, paid;
        int level[4];
        if (fscanf(f, "%lf %lf %lf %d %d %d %d", &y, &log_reach, &paid, &level[0], &level[1],
                   &level[2], &level[3]) != 7)
            break;
        int32_t *levels = new (keep, int32_t, 4);
        double *x = new (keep, double, 1);
        for (int32_t k = 0; k < 4; k++)
            levels[k] = level[k];
        x[0] = paid;
        posts[n] = (struct effects_post){.id = n + 1,
                                         .levels = levels,
                                         .covariates = x,
                                         .outcome = (int64_t)y,
                                         .exposure = {exp(log_reach), NAN, NAN},
                                         .age_hours = NAN,
                                         .month = -1};
    }
    fclose(f);
    if (n != 500)
        return false;
    ret->input = (struct effects_input){.posts = posts + (500 - last),
                                        .posts_n = last,
                                        .factors = factors,
                                        .factors_n = 4,
                                        .covariates = covariates,
                                        .covariates_n = 1,
                                        .channels = channels,
                                        .channels_n = 1};
    ret->options = effects_defaults();
    ret->options.tau_scale_calendar = 0.5; /* the reference was made with one scale for all */
    return true;
}

bool
golden_stan(struct golden_row rows[GOLDEN_ROWS])
{
    FILE *f = open_reference("fb_crossed_nb_stan.csv");
    char line[256];
    if (!f)
        return false;
    int32_t n = 0;
    if (fgets(line, sizeof line, f)) /* the header */
        while (n < GOLDEN_ROWS && fgets(line, sizeof line, f)) {
            struct golden_row *r = &rows[n];
            n += sscanf(line, "\"%15[^\"]\",%lf,%lf,%lf,%lf,%lf", r->name, &r->mean, &r->sd,
                        &r->ess, &r->rhat, &r->se) == 6;
        }
    fclose(f);
    return n == GOLDEN_ROWS;
}

const struct effects_summary *
golden_summary(const struct effects_result *result, int32_t row)
{
    if (row < 2)
        return &result->scalars[row].is;
    if (row < 6)
        return &result->factors[row - 2].tau;
    if (row == 6)
        return &result->scalars[2].is;
    row -= 7;
    for (int32_t k = 0; k < result->factors_n; k++) {
        if (row < result->factors[k].levels_n)
            return &result->factors[k].levels[row].effect;
        row -= result->factors[k].levels_n;
    }
    return NULL;
}
