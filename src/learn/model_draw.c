#include <math.h>

#include "base/rng.h"
#include "learn/model_internal.h"
#include "learn/num.h"

bool
model_level_shown(const struct model_factor *f, int32_t level)
{
    return f->kind != FACTOR_INTERACTION || f->posts_of_level[level] > 0;
}

int32_t
model_columns_n(const struct effects_model *model)
{
    int32_t n = model->betas_n + (model->at_contrast - model->at_s) + model->factors_n;
    for (int32_t k = 0; k < model->factors_n; k++)
        for (int32_t j = 0; j < model->factors[k].levels_n; j++)
            n += model_level_shown(&model->factors[k], j);
    return n;
}

/*
 * What was integrated out, drawn from its exact conditional: mu and the averages v_k of the factors
 * given their sum m. Unconditional draws are corrected by each part's share of the variance.
 */
static void
draw_averages(const struct effects_model *model, double m, const double *tau, struct rng *rng,
              double *ret_mu, double *ret_v)
{
    double normal[EFFECTS_FACTORS_MAX + 4], mu_sd = model->options.intercept_sd;
    num_normals(rng, model->factors_n + 1, normal);
    double mu = model->m0 + mu_sd * normal[model->factors_n];
    double sum = mu, variance = mu_sd * mu_sd;
    for (int32_t k = 0; k < model->factors_n; k++) {
        const struct model_factor *f = &model->factors[k];
        bool has = f->exchangeable && f->present_n > 0;
        double sd = has ? tau[k] / sqrt((double)f->present_n) : 0.0;
        ret_v[k] = sd * normal[k];
        sum += ret_v[k];
        variance += sd * sd;
    }
    double correction = (m - sum) / variance;
    *ret_mu = mu + mu_sd * mu_sd * correction;
    for (int32_t k = 0; k < model->factors_n; k++) {
        const struct model_factor *f = &model->factors[k];
        if (f->exchangeable && f->present_n > 0)
            ret_v[k] += tau[k] * tau[k] / (double)f->present_n * correction;
    }
}

void
model_latent_columns(const struct effects_model *model, const double *latent,
                     const double *hyper, struct rng *rng, double *ret)
{
    double tau[EFFECTS_FACTORS_MAX + 3], v[EFFECTS_FACTORS_MAX + 3], mu, *at = ret;
    for (int32_t k = 0; k < model->factors_n; k++)
        tau[k] = num_exp(hyper[k]);
    draw_averages(model, latent[0], tau, rng, &mu, v);
    *at++ = mu;
    for (int32_t b = 1; b < model->betas_n; b++)
        *at++ = latent[b];
    for (int32_t c = 0; c < model->channels_n; c++)
        *at++ = MODEL_S_LEAST + num_exp(hyper[model->at_s - model->at_tau + c]);
    for (int32_t i = model->at_growth; i < model->at_contrast; i++)
        *at++ = num_exp(hyper[i - model->at_tau]);
    for (int32_t k = 0; k < model->factors_n; k++)
        *at++ = tau[k];
    for (int32_t k = 0; k < model->factors_n; k++) {
        const struct model_factor *f = &model->factors[k];
        const double *d = latent + model->betas_n + f->first_contrast;
        for (int32_t j = 0; j < f->levels_n; j++) {
            if (!model_level_shown(f, j))
                continue;
            int32_t present = f->present_of_level[j];
            if (present < 0) { /* no posts: the prior, given the spread between the others */
                double z;
                num_normals(rng, 1, &z);
                *at++ = tau[k] * z;
                continue;
            }
            *at++ = v[k] + num_dot(f->rank, f->basis + (ptrdiff_t)present * f->rank, d);
        }
    }
}

void
model_columns(const struct effects_model *model, const double *q, struct rng *rng,
              struct arena scratch, double *ret)
{
    double *latent = new (&scratch, double, model->betas_n + model->contrasts_n);
    double *hyper = new (&scratch, double, model->at_contrast - model->at_tau);
    for (int32_t i = model->at_s; i < model->at_contrast; i++)
        hyper[i - model->at_tau] = q[i];
    for (int32_t k = 0; k < model->factors_n; k++) {
        const struct model_factor *f = &model->factors[k];
        hyper[k] = num_log(model_tau(model, k, q));
        for (int32_t r = f->first_contrast; r < f->first_contrast + f->rank; r++)
            latent[model->betas_n + r] =
                q[model->at_contrast + r] * model_power(model, k, r, q);
    }
    for (int32_t b = 0; b < model->betas_n; b++)
        latent[b] =
            q[b] + num_dot(model->contrasts_n, model->shear + (ptrdiff_t)b * model->contrasts_n,
                           latent + model->betas_n);
    model_latent_columns(model, latent, hyper, rng, ret);
}
