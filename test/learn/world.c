#include "world.h"

#include <math.h>

#include "learn/num.h"

static double
normal(struct rng *rng)
{
    double z;
    num_normals(rng, 1, &z);
    return z;
}

/* Marsaglia & Tsang (2000). */
double
world_gamma(struct rng *rng, double shape)
{
    if (shape < 1)
        return world_gamma(rng, shape + 1) * pow(rng_uniform(rng), 1 / shape);
    double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        double x = normal(rng), v = 1 + c * x;
        if (v <= 0)
            continue;
        v = v * v * v;
        if (log(rng_uniform(rng)) < 0.5 * x * x + d - d * v + d * log(v))
            return d * v;
    }
}

/* Ahrens & Dieter (1974): large ones are cut by an order statistic. */
int64_t
world_binomial(struct rng *rng, int64_t n, double p)
{
    int64_t count = 0;
    while (n > 20) {
        int64_t a = 1 + n / 2, b = n + 1 - a;
        double x = world_gamma(rng, (double)a), y = x / (x + world_gamma(rng, (double)b));
        if (y >= p) {
            n = a - 1;
            p /= y;
        } else {
            count += a;
            n = b - 1;
            p = (p - y) / (1 - y);
        }
    }
    for (int64_t i = 0; i < n; i++)
        count += rng_uniform(rng) < p;
    return count;
}

int64_t
world_poisson(struct rng *rng, double mu)
{
    int64_t count = 0;
    while (mu > 20) {
        int64_t m = (int64_t)(mu * 7 / 8);
        double x = world_gamma(rng, (double)m);
        if (x > mu)
            return count + world_binomial(rng, m - 1, mu / x);
        count += m;
        mu -= x;
    }
    for (double product = rng_uniform(rng), limit = exp(-mu); product > limit;
         product *= rng_uniform(rng))
        count++;
    return count;
}

struct truth {
    double mu, b[EFFECTS_COVARIATES_MAX], s[EFFECTS_CHANNELS_MAX];
    double h50[EFFECTS_CHANNELS_MAX], g[EFFECTS_CHANNELS_MAX];
    double tau[EFFECTS_FACTORS_MAX + 3];
    double *effect[EFFECTS_FACTORS_MAX + 3];
    int32_t levels[EFFECTS_FACTORS_MAX + 3], factors_n;
};

static void
draw_factor(struct truth *t, int32_t levels, double scale, bool walk, struct rng *rng,
            struct arena *keep)
{
    int32_t k = t->factors_n++;
    t->levels[k] = levels;
    t->tau[k] = fabs(scale * normal(rng));
    t->effect[k] = new (keep, double, levels);
    double at = 0, mean = 0;
    for (int32_t j = 0; j < levels; j++) {
        if (walk)
            at += j > 0 ? t->tau[k] * normal(rng) : 0;
        else
            at = t->tau[k] * normal(rng);
        t->effect[k][j] = at;
        mean += at / levels;
    }
    for (int32_t j = 0; j < levels && walk; j++)
        t->effect[k][j] -= mean;
}

static void
draw_truth(const struct world_design *d, const struct effects_options *o, struct rng *rng,
           struct arena *keep, struct truth *t)
{
    t->mu = o->intercept_mean + o->intercept_sd * normal(rng);
    for (int32_t b = 0; b < d->covariates_n; b++)
        t->b[b] = o->covariate_sd * normal(rng);
    for (int32_t c = 0; c < d->channels_n; c++) {
        do
            t->s[c] = fabs(normal(rng));
        while (t->s[c] <= 0.02);
        t->h50[c] = 12 * exp(0.7 * normal(rng));
        t->g[c] = exp(0.4 * normal(rng));
    }
    for (int32_t k = 0; k < d->factors_n; k++)
        draw_factor(t, d->levels[k], k % 2 ? o->tau_scale_calendar : o->tau_scale, false, rng,
                    keep);
    if (d->channels_n > 1)
        draw_factor(t, d->channels_n, o->tau_scale, false, rng, keep);
    if (d->channels_n > 1 && d->interaction)
        draw_factor(t, d->levels[0] * d->channels_n, o->tau_scale_interaction, false, rng,
                    keep);
    if (d->months_n > 1)
        draw_factor(t, d->months_n, o->tau_scale_trend, true, rng, keep);
}

/* The columns of a chain, in their order; interaction pairs without posts are not among them. */
static void
write_truth(const struct world_design *d, const struct truth *t, const bool *pair_used,
            struct arena *keep, struct world *ret)
{
    double *at = ret->truth = new (keep, double, 2000);
    *at++ = t->mu;
    for (int32_t b = 0; b < d->covariates_n; b++)
        *at++ = t->b[b];
    for (int32_t c = 0; c < d->channels_n; c++)
        *at++ = t->s[c];
    for (int32_t c = 0; c < d->channels_n && d->ages; c++) {
        *at++ = t->h50[c];
        *at++ = t->g[c];
    }
    for (int32_t k = 0; k < t->factors_n; k++)
        *at++ = t->tau[k];
    for (int32_t k = 0; k < t->factors_n; k++) {
        bool pairs = d->interaction && d->channels_n > 1 && k == d->factors_n + 1;
        for (int32_t j = 0; j < t->levels[k]; j++)
            if (!pairs || pair_used[j])
                *at++ = t->effect[k][j];
    }
    ret->columns_n = (int32_t)(at - ret->truth);
}

static double
grown(const struct truth *t, int32_t channel, double age)
{
    return 1 / (1 + pow(t->h50[channel] / age, t->g[channel]));
}

static void
draw_post(const struct world_design *d, const struct truth *t, int32_t i, struct rng *rng,
          struct arena *keep, struct effects_post *p, bool *pair_used)
{
    int32_t *levels = new (keep, int32_t, d->factors_n + 1), k = d->factors_n;
    double *x = new (keep, double, d->covariates_n + 1), eta = t->mu;
    for (int32_t j = 0; j < d->factors_n; j++) {
        /* uneven shares, as in life, and every level at least once */
        double u = rng_uniform(rng);
        levels[j] = i < d->levels[j] ? i : (int32_t)(u * u * d->levels[j]);
        eta += t->effect[j][levels[j]];
    }
    for (int32_t b = 0; b < d->covariates_n; b++) {
        x[b] = b % 2 ? normal(rng) : (double)(rng_uniform(rng) < 0.3);
        eta += t->b[b] * x[b];
    }
    *p = (struct effects_post){.id = i + 1, .levels = levels, .covariates = x};
    p->channel = i < d->channels_n ? i : (int32_t)rng_below(rng, (uint64_t)d->channels_n);
    p->month =
        d->months_n > 1
            ? 24000 + (i < d->months_n ? i : (int32_t)rng_below(rng, (uint64_t)d->months_n))
            : -1;
    if (d->channels_n > 1) {
        eta += t->effect[k++][p->channel];
        if (d->interaction) {
            int32_t pair = levels[0] * d->channels_n + p->channel;
            eta += t->effect[k++][pair];
            pair_used[pair] = true;
        }
    }
    if (d->months_n > 1)
        eta += t->effect[k][p->month - 24000];
    p->age_hours = d->ages ? exp(log(3.0) + 4 * rng_uniform(rng)) : (double)NAN;
    p->exposure[0] = floor(exp(log(300.0) + 1.2 * normal(rng))) + 1;
    p->exposure[1] = p->exposure[2] = (double)NAN;
    double mu = p->exposure[0] * exp(eta) * (d->ages ? grown(t, p->channel, p->age_hours) : 1);
    double phi = 1 / (t->s[p->channel] * t->s[p->channel]);
    p->outcome = world_poisson(rng, mu * world_gamma(rng, phi) / phi);
    if (!d->ages || !d->snapshots || i % 2)
        return;
    struct effects_snapshot *earlier = new (keep, struct effects_snapshot, 2);
    double late = p->age_hours;
    int64_t count = p->outcome;
    for (int32_t j = 1; j >= 0; j--) {
        double age = late * (0.2 + 0.6 * rng_uniform(rng));
        count =
            world_binomial(rng, count, grown(t, p->channel, age) / grown(t, p->channel, late));
        earlier[j] = (struct effects_snapshot){age, count};
        late = age;
    }
    p->earlier = earlier;
    p->earlier_n = 2;
}

static const str *
number_labels(int32_t n, struct arena *keep)
{
    str *labels = new (keep, str, n);
    for (int32_t j = 0; j < n; j++)
        labels[j] = arena_printf(keep, "%d", j + 1);
    return labels;
}

void
world_make(const struct world_design *design, struct rng *rng, struct arena *keep,
           struct world *ret)
{
    struct effects_factor *factors = new (keep, struct effects_factor, design->factors_n + 1);
    struct effects_channel *channels = new (keep, struct effects_channel, design->channels_n);
    struct effects_covariate *covariates =
        new (keep, struct effects_covariate, design->covariates_n + 1);
    struct effects_post *posts = new (keep, struct effects_post, design->posts_n);
    bool *pair_used = new (keep, bool, 4096);
    for (int32_t k = 0; k < design->factors_n; k++)
        factors[k] = (struct effects_factor){.name = arena_printf(keep, "factor%d", k),
                                             .kind = k % 2 ? FACTOR_CALENDAR : FACTOR_PLAIN,
                                             .labels = number_labels(design->levels[k], keep),
                                             .labels_n = design->levels[k]};
    for (int32_t c = 0; c < design->channels_n; c++)
        channels[c] = (struct effects_channel){arena_printf(keep, "c%d", c), (double)NAN};
    for (int32_t b = 0; b < design->covariates_n; b++)
        covariates[b] = (struct effects_covariate){arena_printf(keep, "x%d", b), false};
    *ret = (struct world){.options = effects_defaults()};
    ret->options.intercept_mean = -3.5;
    ret->options.intercept_sd = 1.0;
    ret->options.interaction_factor = design->interaction ? 0 : -1;
    ret->options.trend = design->months_n > 1;
    struct truth truth = {0};
    draw_truth(design, &ret->options, rng, keep, &truth);
    for (int32_t i = 0; i < design->posts_n; i++)
        draw_post(design, &truth, i, rng, keep, &posts[i], pair_used);
    ret->input = (struct effects_input){.posts = posts,
                                        .posts_n = design->posts_n,
                                        .factors = factors,
                                        .factors_n = design->factors_n,
                                        .covariates = covariates,
                                        .covariates_n = design->covariates_n,
                                        .channels = channels,
                                        .channels_n = design->channels_n};
    write_truth(design, &truth, pair_used, keep, ret);
}
