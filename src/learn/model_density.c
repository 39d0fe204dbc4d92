#include <math.h>

#include "learn/model_internal.h"
#include "learn/num.h"

int32_t
model_work_size(const struct effects_model *model)
{
    return 2 * model->factors_n + 3 * model->contrasts_n + 2 * model->betas_n +
           2 * model->presents_n + model->rows_n + 6 * model->posts_n + 64;
}

struct model_work
model_work_at(const struct effects_model *model, double *work)
{
    struct model_work w;
    double *at = work;
    struct {
        double **part;
        int32_t n;
    } parts[] = {
        {&w.tau, model->factors_n},        {&w.power, model->contrasts_n},
        {&w.d, model->contrasts_n},        {&w.d_slope, model->contrasts_n},
        {&w.beta, model->betas_n},         {&w.beta_slope, model->betas_n},
        {&w.effect, model->presents_n},    {&w.effect_slope, model->presents_n},
        {&w.row_eta, model->rows_n},       {&w.x, model->posts_n},
        {&w.log1pexp, model->posts_n},     {&w.share, model->posts_n},
        {&w.slope, model->posts_n},        {&w.growth_log, model->posts_n},
        {&w.growth_share, model->posts_n},
    };
    for (int32_t i = 0; i < (int32_t)(sizeof parts / sizeof *parts); i++) {
        *parts[i].part = at;
        at += parts[i].n;
    }
    return w;
}

double
model_tau(const struct effects_model *model, int32_t k, const double *q)
{
    double x = q[model->at_tau + k];
    return model->factors[k].signed_tau ? fabs(x) : num_exp(x);
}

/* Of a tau with its sign: how much wider the prior is than what the data leave, 1 + p tau². */
static double
widening(const struct effects_model *model, int32_t r, double tau)
{
    return 1.0 + model->told[r] * tau * tau;
}

double
model_power(const struct effects_model *model, int32_t k, int32_t r, const double *q)
{
    double at = q[model->at_tau + k];
    return model->factors[k].signed_tau ? at / sqrt(widening(model, r, at))
                                        : num_exp(model->centring[r] * at);
}

/* tau (with its sign, if it has one) and what turns coordinates to contrasts. */
static void
unfold_taus(const struct effects_model *model, const double *q, struct model_work *w)
{
    const double *at = q + model->at_tau;
    for (int32_t k = 0; k < model->factors_n; k++) {
        const struct model_factor *f = &model->factors[k];
        w->tau[k] = f->signed_tau ? at[k] : num_exp(at[k]);
        for (int32_t r = f->first_contrast; r < f->first_contrast + f->rank; r++)
            w->power[r] = f->signed_tau ? 0.0 : model->centring[r] * at[k];
    }
    num_exp_all(model->contrasts_n, w->power, w->power);
    for (int32_t k = 0; k < model->factors_n; k++) {
        const struct model_factor *f = &model->factors[k];
        for (int32_t r = f->first_contrast; f->signed_tau && r < f->first_contrast + f->rank;
             r++)
            w->power[r] = model_power(model, k, r, q);
    }
}

/* Contrasts and level effects from the coordinates; the prior of the contrasts. */
static double
unfold_factors(const struct effects_model *model, const double *q, struct model_work *w)
{
    double value = 0;
    unfold_taus(model, q, w);
    for (int32_t k = 0; k < model->factors_n; k++) {
        const struct model_factor *f = &model->factors[k];
        double over_tau = 1.0 / w->tau[k], log_tau = q[model->at_tau + k];
        for (int32_t r = f->first_contrast; r < f->first_contrast + f->rank; r++) {
            double x = q[model->at_contrast + r];
            w->d[r] = x * w->power[r];
            if (f->signed_tau) { /* x ~ N(0, 1 + p tau²) */
                double wide = widening(model, r, w->tau[k]);
                value -= 0.5 * x * x / wide + 0.5 * num_log(wide);
            } else { /* x ~ N(0, tau^(2 (1 - lambda))) */
                double z = w->d[r] * over_tau;
                value -= 0.5 * z * z + (1.0 - model->centring[r]) * log_tau;
            }
        }
        for (int32_t j = 0; j < f->present_n; j++) {
            const double *row = f->basis + (ptrdiff_t)j * f->rank;
            double sum = 0;
            for (int32_t r = 0; r < f->rank; r++)
                sum += row[r] * w->d[f->first_contrast + r];
            w->effect[f->first_present + j] = sum;
        }
    }
    for (int32_t b = 0; b < model->betas_n; b++) {
        const double *row = model->shear + (ptrdiff_t)b * model->contrasts_n;
        w->beta[b] = q[b] + num_dot(model->contrasts_n, row, w->d);
    }
    return value;
}

/* Hyper-priors, intercept and covariates; adds to gradients of log tau and beta. */
static double
value_of_priors(const struct effects_model *model, const double *q, const struct model_work *w,
                double *gradient)
{
    const struct effects_options *o = &model->options;
    double value = 0, variance = o->intercept_sd * o->intercept_sd;
    for (int32_t k = 0; k < model->factors_n; k++) {
        const struct model_factor *f = &model->factors[k];
        if (f->exchangeable && f->present_n > 0)
            variance += w->tau[k] * w->tau[k] / (double)f->present_n;
    }
    double off = w->beta[0] - model->m0;
    value -= 0.5 * off * off / variance + 0.5 * num_log(variance);
    w->beta_slope[0] -= off / variance;
    double by_variance = 0.5 * (off * off / variance - 1.0) / variance;
    for (int32_t k = 0; k < model->factors_n; k++) {
        const struct model_factor *f = &model->factors[k];
        double tau = w->tau[k], over = 1.0 / (f->tau_scale * f->tau_scale);
        value -= 0.5 * tau * tau * over;
        double by_tau = -tau * over;
        if (f->exchangeable && f->present_n > 0)
            by_tau += by_variance * 2.0 * tau / (double)f->present_n;
        if (f->signed_tau) {
            gradient[model->at_tau + k] += by_tau;
        } else {
            value += q[model->at_tau + k]; /* d tau / d log tau */
            gradient[model->at_tau + k] += by_tau * tau + 1.0;
        }
    }
    for (int32_t b = 1; b < model->betas_n; b++) {
        double z = w->beta[b] / o->covariate_sd;
        value -= 0.5 * z * z;
        w->beta_slope[b] -= z / o->covariate_sd;
    }
    return value;
}

/* log F of every post of a channel that matures, and 1 - F. */
static void
grow_posts(const struct effects_model *model, const struct model_channel *c,
           const double *growth, struct model_work *w)
{
    double slope = num_exp(growth[1]), log_h50 = growth[0];
    double *minus_v = w->x + c->first_post; /* not yet used for x */
    const double *log_age = model->log_age + c->first_post;
    for (int32_t i = 0; i < c->posts_n; i++)
        minus_v[i] = slope * (log_h50 - log_age[i]);
    num_logistic_all(c->posts_n, minus_v, w->growth_log + c->first_post,
                     w->growth_share + c->first_post);
}

/* The thinning terms of a channel and the priors of its curve; fills d/d log h50, d/d log g. */
static double
value_of_growth(const struct effects_model *model, const struct model_channel *c,
                const double *growth, const struct model_work *w, double *ret_slopes)
{
    double slope = num_exp(growth[1]), value = 0, by_v_sum = 0, by_vv_sum = 0;
    for (int32_t i = c->first_post; i < c->first_post + c->posts_n; i++) {
        double v = slope * (model->log_age[i] - growth[0]);
        double by_v = w->slope[i] * w->growth_share[i];
        by_v_sum += by_v;
        by_vv_sum += by_v * v;
    }
    for (int32_t i = c->first_pair; i < c->first_pair + c->pairs_n; i++) {
        const struct model_pair *p = &model->pairs[i];
        double v1 = slope * (p->log_age_early - growth[0]);
        double v2 = slope * (p->log_age_late - growth[0]);
        double share1 = num_sigmoid(v1), share2 = num_sigmoid(v2);
        double apart = v2 - v1, opening = 1.0 / (num_exp(apart) - 1.0);
        if (apart < 1e-8)
            opening = 1.0 / apart;
        /* share F1/F2 was there already, the rest came between */
        value += p->early * (num_log1pexp(-v2) - num_log1pexp(-v1)) +
                 p->between * (num_log1mexp(apart) - num_log1pexp(v1));
        double by_v1 = p->early * (1.0 - share1) - p->between * (opening + share1);
        double by_v2 = p->between * opening - p->early * (1.0 - share2);
        by_v_sum += by_v1 + by_v2;
        by_vv_sum += by_v1 * v1 + by_v2 * v2;
    }
    double z_h50 = (growth[0] - c->log_h50_prior) / 0.7, z_g = growth[1] / 0.4;
    ret_slopes[0] = -slope * by_v_sum - z_h50 / 0.7;
    ret_slopes[1] = by_vv_sum - z_g / 0.4;
    return value - 0.5 * z_h50 * z_h50 - 0.5 * z_g * z_g;
}

/* The likelihood of one channel's posts, given x = log(mu / phi) and its batch functions. */
static double
value_of_channel(const struct effects_model *model, const struct model_channel *c, double theta,
                 const struct model_work *w, double *ret_slope)
{
    double above = num_exp(theta), s = MODEL_S_LEAST + above, log_s = num_log(s);
    double phi = 1.0 / (s * s), by_log_s, log_phi = -2.0 * log_s;
    double value = rise_table_at(&c->rise, log_s, &by_log_s);
    const double *y = model->y + c->first_post, *l = w->log1pexp + c->first_post;
    const double *share = w->share + c->first_post, *x = w->x + c->first_post;
    double *slope = w->slope + c->first_post;
    double part[4] = {0}; /* interleaved, so that the sums do not wait for each other */
    double taken[4] = {0}, spread[4] = {0};
    for (int32_t i = 0; i < c->posts_n; i++) {
        double weight = y[i] + phi, expected = weight * share[i];
        slope[i] = y[i] - expected;
        part[i & 3] += y[i] * x[i] - weight * l[i];
        taken[i & 3] += expected;
        spread[i & 3] += l[i];
    }
    value += (part[0] + part[1]) + (part[2] + part[3]) + c->counted * log_phi;
    double by_phi = ((taken[0] + taken[1]) + (taken[2] + taken[3])) / phi -
                    ((spread[0] + spread[1]) + (spread[2] + spread[3]));
    /* d phi / d log s = -2 phi, d log s / d theta = above / s; half-normal prior, Jacobian */
    *ret_slope = (by_log_s - 2.0 * phi * by_phi) * above / s - s * above + 1.0;
    return value - 0.5 * s * s + theta;
}

/* x = log(mu / phi) of all posts, row by row. */
static void
fill_x(const struct effects_model *model, const double *q, struct model_work *w)
{
    int32_t k_n = model->factors_n, b_n = model->covariates_n;
    for (int32_t c = 0, growth = 0; c < model->channels_n; c++) {
        if (model->channels[c].matures)
            grow_posts(model, &model->channels[c],
                       q + model->at_growth + (ptrdiff_t)2 * growth++, w);
    }
    int32_t channel = -1;
    double log_phi = 0;
    for (int32_t r = 0; r < model->rows_n; r++) {
        if (model->row_channel[r] != channel) {
            channel = model->row_channel[r];
            log_phi = -2.0 * num_log(MODEL_S_LEAST + num_exp(q[model->at_s + channel]));
        }
        const int32_t *level = model->row_level + (ptrdiff_t)r * k_n;
        const double *covariate = model->row_x + (ptrdiff_t)r * b_n;
        double eta = w->beta[0] - log_phi;
        for (int32_t b = 0; b < b_n; b++)
            eta += covariate[b] * w->beta[b + 1];
        for (int32_t k = 0; k < k_n; k++)
            eta += level[k] < 0 ? 0.0 : w->effect[level[k]];
        int32_t end = model->row_start[r + 1];
        if (model->channels[channel].matures) {
            for (int32_t i = model->row_start[r]; i < end; i++)
                w->x[i] = eta + model->offset[i] - w->growth_log[i];
        } else {
            for (int32_t i = model->row_start[r]; i < end; i++)
                w->x[i] = eta + model->offset[i];
        }
    }
}

/* Slopes by post, summed to rows, then to levels, intercept and covariates. */
static void
gather_slopes(const struct effects_model *model, struct model_work *w)
{
    int32_t k_n = model->factors_n, b_n = model->covariates_n;
    for (int32_t j = 0; j < model->presents_n; j++)
        w->effect_slope[j] = 0;
    for (int32_t b = 0; b < model->betas_n; b++)
        w->beta_slope[b] = 0;
    for (int32_t r = 0; r < model->rows_n; r++) {
        double sum = 0;
        for (int32_t i = model->row_start[r]; i < model->row_start[r + 1]; i++)
            sum += w->slope[i];
        const int32_t *level = model->row_level + (ptrdiff_t)r * k_n;
        const double *covariate = model->row_x + (ptrdiff_t)r * b_n;
        w->beta_slope[0] += sum;
        for (int32_t b = 0; b < b_n; b++)
            w->beta_slope[b + 1] += sum * covariate[b];
        for (int32_t k = 0; k < k_n; k++)
            if (level[k] >= 0)
                w->effect_slope[level[k]] += sum;
    }
}

/* From slopes by effect and beta back to those by coordinate. */
static void
fold_slopes(const struct effects_model *model, const double *q, const struct model_work *w,
            double *gradient)
{
    for (int32_t b = 0; b < model->betas_n; b++)
        gradient[b] = w->beta_slope[b];
    for (int32_t k = 0; k < model->factors_n; k++) {
        const struct model_factor *f = &model->factors[k];
        double *d_slope = w->d_slope + f->first_contrast, by_tau = 0;
        for (int32_t r = 0; r < f->rank; r++)
            d_slope[r] = 0;
        for (int32_t j = 0; j < f->present_n; j++) {
            const double *row = f->basis + (ptrdiff_t)j * f->rank;
            double slope = w->effect_slope[f->first_present + j];
            for (int32_t r = 0; r < f->rank; r++)
                d_slope[r] += row[r] * slope;
        }
        for (int32_t b = 0; b < model->betas_n; b++) {
            const double *row =
                model->shear + (ptrdiff_t)b * model->contrasts_n + f->first_contrast;
            for (int32_t r = 0; r < f->rank; r++)
                d_slope[r] += row[r] * w->beta_slope[b];
        }
        double over_tau_2 = 1.0 / (w->tau[k] * w->tau[k]);
        for (int32_t i = 0; i < f->rank; i++) {
            int32_t r = f->first_contrast + i;
            double x = q[model->at_contrast + r], d = w->d[r];
            if (f->signed_tau) {
                double wide = widening(model, r, w->tau[k]), over = 1.0 / wide;
                gradient[model->at_contrast + r] = w->power[r] * d_slope[i] - x * over;
                by_tau += x * d_slope[i] * over / sqrt(wide) +
                          model->told[r] * w->tau[k] * over * (x * x * over - 1.0);
                continue;
            }
            gradient[model->at_contrast + r] = w->power[r] * (d_slope[i] - d * over_tau_2);
            by_tau += model->centring[r] * d * d_slope[i] +
                      (1.0 - model->centring[r]) * (d * d * over_tau_2 - 1.0);
        }
        gradient[model->at_tau + k] += by_tau;
    }
}

double
model_value(const void *data, const double *q, double *ret_gradient, double *work)
{
    const struct effects_model *model = data;
    struct model_work w = model_work_at(model, work);
    for (int32_t i = model->at_tau; i < model->at_contrast; i++) {
        ret_gradient[i] = 0;
        if (fabs(q[i]) > 300.0) /* tau or s of e^300: no use to go on, and overflow ahead */
            return -(double)INFINITY;
    }
    double value = unfold_factors(model, q, &w) + model->constant;
    fill_x(model, q, &w);
    num_logistic_all(model->posts_n, w.x, w.log1pexp, w.share);
    for (int32_t c = 0, growth = 0; c < model->channels_n; c++) {
        const struct model_channel *channel = &model->channels[c];
        value += value_of_channel(model, channel, q[model->at_s + c], &w,
                                  &ret_gradient[model->at_s + c]);
        if (channel->matures) {
            int32_t at = model->at_growth + 2 * growth++;
            value += value_of_growth(model, channel, q + at, &w, ret_gradient + at);
        }
    }
    gather_slopes(model, &w);
    value += value_of_priors(model, q, &w, ret_gradient);
    fold_slopes(model, q, &w, ret_gradient);
    return value;
}

struct density
model_density(const struct effects_model *model)
{
    return (struct density){.dims = model->dims,
                            .work_n = model_work_size(model),
                            .data = model,
                            .value_and_gradient = model_value};
}
