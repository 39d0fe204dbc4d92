#include <math.h>

#include "learn/linear.h"
#include "learn/model_internal.h"
#include "learn/num.h"

/* The bases, centring and shear that suit the posterior's shape at the mode (see model_internal.h). */
struct adapt {
    struct effects_model *model;
    int32_t n;
    double *covariance; /* of the latent part, turned along */
};

/* Rows and columns [at, at + rank) of the covariance turned by ${vectors}. */
static void
turn_covariance(struct adapt *a, int32_t at, int32_t rank, const double *vectors,
                struct arena scratch)
{
    double *old = new (&scratch, double, rank);
    for (int32_t side = 0; side < 2; side++) {
        for (int32_t i = 0; i < a->n; i++) {
            ptrdiff_t start = side == 0 ? (ptrdiff_t)i * a->n + at : (ptrdiff_t)at * a->n + i;
            ptrdiff_t stride = side == 0 ? 1 : a->n;
            for (int32_t r = 0; r < rank; r++)
                old[r] = a->covariance[start + r * stride];
            for (int32_t r = 0; r < rank; r++) {
                double sum = 0;
                for (int32_t q = 0; q < rank; q++)
                    sum += old[q] * vectors[(ptrdiff_t)q * rank + r];
                a->covariance[start + r * stride] = sum;
            }
        }
    }
}

/* The factor's basis turned to the eigenvectors of its contrasts' covariance; the mode with it. */
static void
turn_factor(struct adapt *a, struct model_factor *f, struct arena scratch)
{
    struct effects_model *model = a->model;
    int32_t rank = f->rank, at = model->betas_n + f->first_contrast;
    double *block = new (&scratch, double, (ptrdiff_t)rank *rank + 1);
    double *vectors = new (&scratch, double, (ptrdiff_t)rank *rank + 1);
    double *old = new (&scratch, double, rank + 1);
    for (int32_t i = 0; i < rank; i++)
        for (int32_t j = 0; j < rank; j++)
            block[(ptrdiff_t)i * rank + j] = a->covariance[(ptrdiff_t)(at + i) * a->n + at + j];
    linear_eigen(rank, block, vectors);
    turn_covariance(a, at, rank, vectors, scratch);
    for (int32_t j = -1; j < f->present_n; j++) {
        double *row = j < 0 ? model->latent + at : f->basis + (ptrdiff_t)j * rank;
        for (int32_t r = 0; r < rank; r++)
            old[r] = row[r];
        for (int32_t r = 0; r < rank; r++) {
            row[r] = 0;
            for (int32_t q = 0; q < rank; q++)
                row[r] += old[q] * vectors[(ptrdiff_t)q * rank + r];
        }
    }
}

/* Regression of intercept and covariates on the contrasts, and what is left of their variance. */
static void
fill_shear(struct adapt *a, double *ret_left, struct arena scratch)
{
    struct effects_model *model = a->model;
    int32_t rank = model->contrasts_n, betas = model->betas_n;
    double *block = new (&scratch, double, (ptrdiff_t)rank *rank + 1);
    for (int32_t i = 0; i < rank; i++)
        for (int32_t j = 0; j < rank; j++)
            block[(ptrdiff_t)i * rank + j] =
                a->covariance[(ptrdiff_t)(betas + i) * a->n + betas + j];
    bool sound = linear_cholesky(rank, block);
    for (int32_t b = 0; b < betas; b++) {
        const double *with = a->covariance + (ptrdiff_t)b * a->n + betas;
        double *row = model->shear + (ptrdiff_t)b * rank;
        for (int32_t r = 0; r < rank; r++)
            row[r] = sound ? with[r] : 0.0;
        if (sound)
            linear_solve(rank, block, row);
        ret_left[b] = a->covariance[(ptrdiff_t)b * a->n + b] - num_dot(rank, row, with);
        if (!(ret_left[b] > 1e-12))
            ret_left[b] = 1e-12;
    }
}

static void
turn_precision(struct adapt *a, struct arena scratch)
{
    double *copy = new (&scratch, double, (ptrdiff_t)a->n * a->n);
    memcpy(copy, a->covariance, (size_t)a->n * (size_t)a->n * sizeof(double));
    if (!linear_cholesky(a->n, copy))
        return;
    linear_inverse(a->n, copy, a->model->factor_of_precision, scratch);
    (void)linear_cholesky(a->n,
                          a->model->factor_of_precision); /* inverse of positive: positive */
}

static void
place_hyper(struct effects_model *model)
{
    for (int32_t i = model->at_tau; i < model->at_contrast; i++)
        model->center[i] = model->hyper[i - model->at_tau];
    for (int32_t k = 0; k < model->factors_n; k++)
        model->scale[model->at_tau + k] =
            1.0 / sqrt(1.0 + 2.0 * (double)model->factors[k].rank);
    for (int32_t c = 0; c < model->channels_n; c++)
        model->scale[model->at_s + c] = 1.0 / sqrt(4.0 + (double)model->channels[c].posts_n);
    for (int32_t i = model->at_growth; i < model->at_contrast; i += 2) {
        model->scale[i] = 0.4;
        model->scale[i + 1] = 0.25;
    }
}

/*
 * What data leave of a contrast's prior variance is lambda: 1 where they say nothing. It is the optimal
 * share of non-centring of a normal model (Papaspiliopoulos, Roberts, Sköld 2007).
 */
static void
place_factor(struct adapt *a, int32_t k)
{
    struct effects_model *model = a->model;
    struct model_factor *f = &model->factors[k];
    /*
     * Where tau near 0 is not excluded it is sampled with its sign. Both borders were found by trying
     * (2026-11, 20 to 500 of the Facebook posts): with lower ones some chains diverge in the funnel
     * towards tau = 0, with higher ones steps are shorter than they need be.
     */
    const double signed_from = 0.4;
    const double evidence_least =
        14.0; /* that all contrasts are 0: nearly four standard errors */
    double log_tau = model->hyper[k], tau = num_exp(log_tau), lambda_sum = 0, evidence = 0;
    const double *d = model->latent + model->betas_n;
    for (int32_t r = f->first_contrast; r < f->first_contrast + f->rank; r++) {
        int32_t i = model->betas_n + r;
        double variance = a->covariance[(ptrdiff_t)i * a->n + i];
        double lambda = fmin(variance / (tau * tau), 0.999);
        model->centring[r] = lambda;
        model->told[r] = (1.0 - lambda) / variance; /* the prior's part taken off */
        lambda_sum += lambda;
        /* (estimate / its standard error)² by the data alone: what shrinking took is put back */
        evidence += d[r] * d[r] / ((1.0 - lambda) * variance);
    }
    f->signed_tau =
        f->rank == 0 || evidence < evidence_least || lambda_sum / (double)f->rank > signed_from;
    model->center[model->at_tau + k] = f->signed_tau ? tau : log_tau;
    model->scale[model->at_tau + k] =
        (f->signed_tau ? 0.5 * tau : 1.0) / sqrt(1.0 + 2.0 * (double)f->rank);
    for (int32_t r = f->first_contrast; r < f->first_contrast + f->rank; r++) {
        int32_t i = model->betas_n + r;
        double power = model_power(model, k, r, model->center);
        model->center[model->at_contrast + r] = d[r] / power;
        model->scale[model->at_contrast + r] =
            sqrt(a->covariance[(ptrdiff_t)i * a->n + i]) / power;
    }
}

void
model_adapt(struct effects_model *model, struct arena scratch)
{
    struct adapt a = {.model = model, .n = model->betas_n + model->contrasts_n};
    a.covariance = new (&scratch, double, (ptrdiff_t)a.n *a.n);
    linear_inverse(a.n, model->factor_of_precision, a.covariance, scratch);
    for (int32_t k = 0; k < model->factors_n; k++)
        turn_factor(&a, &model->factors[k], scratch);
    turn_precision(&a, scratch);
    place_hyper(model);
    double *left = new (&scratch, double, model->betas_n);
    fill_shear(&a, left, scratch);
    const double *d = model->latent + model->betas_n;
    for (int32_t b = 0; b < model->betas_n; b++) {
        const double *row = model->shear + (ptrdiff_t)b * model->contrasts_n;
        model->center[b] = model->latent[b] - num_dot(model->contrasts_n, row, d);
        model->scale[b] = sqrt(left[b]);
    }
    for (int32_t k = 0; k < model->factors_n; k++)
        place_factor(&a, k);
}
