#include <math.h>

#include "learn/linear.h"
#include "learn/model_internal.h"
#include "learn/num.h"

/*
 * The mode. Given the spreads (tau, s, growth: "hyper") the log density of the latent part (intercept,
 * covariates, contrasts) is concave: Newton's method. The spreads are then moved to where the
 * expected log density over the latent's normal approximation is highest: for tau in closed form, for
 * the others by a parabola. Repeated until nothing moves. It is an EM algorithm with Laplace's
 * approximation in its E step; its fixed point understates how unsure the spreads are.
 */
struct search {
    struct effects_model *model;
    int32_t latent_n;
    double *q, *gradient,
        *work;          /* at the model's coordinates: all centred, nothing sheared yet */
    double *precision;  /* latent_n², becomes its Cholesky factor */
    double *levels;     /* (betas_n + presents_n)²: curvature by levels */
    double *covariance; /* latent_n² */
    double *step;
    double *row_weight, *eta_variance;
    double value;
};

enum {
    NEWTON_MAX = 50,  /* quadratic convergence: 4 or 5 in practice, 1 when warm */
    ROUNDS_MAX = 300, /* EM is slow where a tau is near 0; the answer moves little there */
};

static int32_t
at_latent(const struct effects_model *model, int32_t i)
{
    return i < model->betas_n ? i : model->at_contrast + (i - model->betas_n);
}

/* Curvature of the likelihood by row, -d²/d eta². */
static void
weigh_rows(struct search *s)
{
    const struct effects_model *model = s->model;
    struct model_work w = model_work_at(model, s->work);
    for (int32_t r = 0; r < model->rows_n; r++) {
        double sd = MODEL_S_LEAST + num_exp(s->q[model->at_s + model->row_channel[r]]);
        double phi = 1.0 / (sd * sd);
        s->row_weight[r] = 0;
        for (int32_t i = model->row_start[r]; i < model->row_start[r + 1]; i++)
            s->row_weight[r] += (model->y[i] + phi) * w.share[i] * (1.0 - w.share[i]);
    }
}

/* Indices and values of a row's design by (intercept, covariates, levels). */
static int32_t
row_design(const struct effects_model *model, int32_t r, int32_t *index, double *value)
{
    int32_t n = 0;
    index[n] = 0;
    value[n++] = 1.0;
    for (int32_t b = 0; b < model->covariates_n; b++) {
        index[n] = b + 1;
        value[n++] = model->row_x[(ptrdiff_t)r * model->covariates_n + b];
    }
    for (int32_t k = 0; k < model->factors_n; k++) {
        int32_t level = model->row_level[(ptrdiff_t)r * model->factors_n + k];
        if (level < 0)
            continue;
        index[n] = model->betas_n + level;
        value[n++] = 1.0;
    }
    return n;
}

/* the intercept, each covariate, each named factor, and the three made here */
enum { DESIGN_MAX = 1 + EFFECTS_COVARIATES_MAX + EFFECTS_FACTORS_MAX + 3 };

static void
curvature_by_levels(struct search *s)
{
    const struct effects_model *model = s->model;
    int32_t n = model->betas_n + model->presents_n;
    memset(s->levels, 0, (size_t)n * (size_t)n * sizeof(double));
    for (int32_t r = 0; r < model->rows_n; r++) {
        int32_t index[DESIGN_MAX];
        double value[DESIGN_MAX];
        int32_t used = row_design(model, r, index, value);
        for (int32_t a = 0; a < used; a++) {
            double scaled = s->row_weight[r] * value[a];
            double *row = s->levels + (ptrdiff_t)index[a] * n;
            for (int32_t b = 0; b <= a; b++) /* indices ascend: the lower half */
                row[index[b]] += scaled * value[b];
        }
    }
}

/* One block of levels (or betas, whose basis is the identity) turned to contrasts. */
struct block {
    int32_t from, n;     /* among levels */
    int32_t to, rank;    /* among latent */
    const double *basis; /* NULL: identity */
};

static struct block
block_of(const struct effects_model *model, int32_t k)
{
    if (k < 0)
        return (struct block){0, model->betas_n, 0, model->betas_n, NULL};
    const struct model_factor *f = &model->factors[k];
    return (struct block){model->betas_n + f->first_present, f->present_n,
                          model->betas_n + f->first_contrast, f->rank, f->basis};
}

/* precision[to_a, to_b] = basis_a' levels[a, b] basis_b */
static void
turn_block(struct search *s, struct block a, struct block b, struct arena scratch)
{
    int32_t n = s->model->betas_n + s->model->presents_n;
    double *half = new (&scratch, double, (ptrdiff_t)a.n *b.rank + 1);
    for (int32_t i = 0; i < a.n; i++) {
        const double *row = s->levels + (ptrdiff_t)(a.from + i) * n + b.from;
        const double *column = s->levels + (ptrdiff_t)b.from * n + a.from + i;
        for (int32_t j = 0; j < b.n; j++) {
            /* only the lower half is filled: within the diagonal block look at the other side */
            double x = a.from + i >= b.from + j ? row[j] : column[(ptrdiff_t)j * n];
            if (!b.basis) {
                half[i * b.rank + j] += x;
                continue;
            }
            for (int32_t r = 0; r < b.rank; r++)
                half[i * b.rank + r] += x * b.basis[(ptrdiff_t)j * b.rank + r];
        }
    }
    for (int32_t i = 0; i < a.n; i++) {
        for (int32_t q = 0; q < a.rank; q++) {
            double x = a.basis ? a.basis[(ptrdiff_t)i * a.rank + q] : (i == q ? 1.0 : 0.0);
            double *to = s->precision + (ptrdiff_t)(a.to + q) * s->latent_n + b.to;
            for (int32_t r = 0; r < b.rank; r++)
                to[r] += x * half[i * b.rank + r];
        }
    }
}

static void
fill_precision(struct search *s, struct arena scratch)
{
    const struct effects_model *model = s->model;
    const struct effects_options *o = &model->options;
    struct model_work w = model_work_at(model, s->work);
    weigh_rows(s);
    curvature_by_levels(s);
    memset(s->precision, 0, (size_t)s->latent_n * (size_t)s->latent_n * sizeof(double));
    for (int32_t k = -1; k < model->factors_n; k++)
        for (int32_t l = -1; l <= k; l++)
            turn_block(s, block_of(model, k), block_of(model, l), scratch);
    double variance = o->intercept_sd * o->intercept_sd;
    for (int32_t k = 0; k < model->factors_n; k++) {
        const struct model_factor *f = &model->factors[k];
        double tau_2 = w.tau[k] * w.tau[k];
        if (f->exchangeable && f->present_n > 0)
            variance += tau_2 / (double)f->present_n;
        for (int32_t r = 0; r < f->rank; r++) {
            int32_t at = model->betas_n + f->first_contrast + r;
            s->precision[(ptrdiff_t)at * s->latent_n + at] += 1.0 / tau_2;
        }
    }
    s->precision[0] += 1.0 / variance;
    for (int32_t b = 1; b < model->betas_n; b++)
        s->precision[(ptrdiff_t)b * s->latent_n + b] +=
            1.0 / (o->covariate_sd * o->covariate_sd);
}

/* To the mode of the latent at the present spreads; leaves the Cholesky factor there. */
static void
newton(struct search *s, struct arena scratch)
{
    struct effects_model *model = s->model;
    s->value = model_value(model, s->q, s->gradient, s->work);
    for (int32_t round = 0; round < NEWTON_MAX; round++) {
        fill_precision(s, scratch);
        if (!linear_cholesky(s->latent_n, s->precision))
            return; /* only rounding can do it: the mode so far is what there is */
        for (int32_t i = 0; i < s->latent_n; i++)
            s->step[i] = s->gradient[at_latent(model, i)];
        double gain = 0;
        linear_solve(s->latent_n, s->precision, s->step);
        for (int32_t i = 0; i < s->latent_n; i++)
            gain += s->step[i] * s->gradient[at_latent(model, i)];
        model->newton_steps++;
        if (gain < 1e-10)
            return;
        double before = s->value, length = 1.0, moved = 0;
        for (int32_t halving = 0; halving < 30; halving++, length *= 0.5) {
            for (int32_t i = 0; i < s->latent_n; i++)
                s->q[at_latent(model, i)] += (length - moved) * s->step[i];
            moved = length;
            s->value = model_value(model, s->q, s->gradient, s->work);
            if (s->value >= before - 1e-9)
                break;
        }
    }
}

/* tau² where the expected derivative by log tau is zero; returns how far log tau went. */
static double
move_taus(struct search *s)
{
    const struct effects_model *model = s->model;
    double far = 0;
    for (int32_t k = 0; k < model->factors_n; k++) {
        const struct model_factor *f = &model->factors[k];
        double squares = 0, scale_2 = f->tau_scale * f->tau_scale;
        for (int32_t r = 0; r < f->rank; r++) {
            int32_t at = model->betas_n + f->first_contrast + r;
            double d = s->q[model->at_contrast + f->first_contrast + r];
            squares += d * d + s->covariance[(ptrdiff_t)at * s->latent_n + at];
        }
        double b = (double)f->rank - 1.0;
        double tau_2 = 0.5 * scale_2 * (sqrt(b * b + 4.0 * squares / scale_2) - b);
        double to = 0.5 * num_log(tau_2 > 1e-12 ? tau_2 : 1e-12),
               *at = &s->q[model->at_tau + k];
        far = fmax(far, fabs(to - *at));
        *at = to;
    }
    return far;
}

/* Variance of the linear predictor of every row under the normal approximation. */
static void
spread_of_rows(struct search *s)
{
    const struct effects_model *model = s->model;
    /* to levels: covariance of all (beta, effects), reusing the place of the curvature */
    int32_t n = model->betas_n + model->presents_n;
    for (int32_t k = -1; k < model->factors_n; k++) {
        struct block a = block_of(model, k);
        for (int32_t i = 0; i < a.n; i++) {
            for (int32_t l = -1; l <= k; l++) {
                struct block b = block_of(model, l);
                for (int32_t j = 0; j < b.n; j++) {
                    double sum = 0;
                    for (int32_t q = 0; q < a.rank; q++) {
                        double x =
                            a.basis ? a.basis[(ptrdiff_t)i * a.rank + q] : (double)(i == q);
                        const double *row =
                            s->covariance + (ptrdiff_t)(a.to + q) * s->latent_n + b.to;
                        double inner =
                            b.basis ? num_dot(b.rank, row, b.basis + (ptrdiff_t)j * b.rank)
                                    : row[j];
                        sum += x * inner;
                    }
                    s->levels[(ptrdiff_t)(a.from + i) * n + b.from + j] = sum;
                    s->levels[(ptrdiff_t)(b.from + j) * n + a.from + i] = sum;
                }
            }
        }
    }
    for (int32_t r = 0; r < model->rows_n; r++) {
        int32_t index[DESIGN_MAX];
        double value[DESIGN_MAX], sum = 0;
        int32_t used = row_design(model, r, index, value);
        for (int32_t a = 0; a < used; a++)
            for (int32_t b = 0; b < used; b++)
                sum += value[a] * value[b] * s->levels[(ptrdiff_t)index[a] * n + index[b]];
        s->eta_variance[r] = sum;
    }
}

/* The expected log density to second order: at the mode, less half the curvature's share. */
static double
expected(struct search *s, const double *q)
{
    const struct effects_model *model = s->model;
    double value = model_value(model, q, s->gradient, s->work);
    struct model_work w = model_work_at(model, s->work);
    for (int32_t r = 0; r < model->rows_n; r++) {
        double sd = MODEL_S_LEAST + num_exp(q[model->at_s + model->row_channel[r]]);
        double phi = 1.0 / (sd * sd), weight = 0;
        for (int32_t i = model->row_start[r]; i < model->row_start[r + 1]; i++)
            weight += (model->y[i] + phi) * w.share[i] * (1.0 - w.share[i]);
        value -= 0.5 * weight * s->eta_variance[r];
    }
    return value;
}

/* One coordinate towards the top of the parabola through three points; never far. */
static double
move_by_parabola(struct search *s, int32_t at)
{
    const double h = 0.02,
                 far_max =
                     0.7; /* a step and a reach of the spreads that stay in double precision */
    double here = s->q[at], middle = expected(s, s->q);
    s->q[at] = here + h;
    double above = expected(s, s->q);
    s->q[at] = here - h;
    double below = expected(s, s->q);
    double slope = (above - below) / (2.0 * h),
           curve = (above - 2.0 * middle + below) / (h * h);
    double step = curve < -1e-3 ? -slope / curve : (slope > 0 ? far_max : -far_max);
    step = step > far_max ? far_max : (step < -far_max ? -far_max : step);
    s->q[at] = here + step;
    return fabs(step);
}

static void
search_start(struct search *s, struct effects_model *model, struct arena *scratch)
{
    int32_t n = model->betas_n + model->contrasts_n,
            levels = model->betas_n + model->presents_n;
    *s = (struct search){.model = model, .latent_n = n};
    s->q = new (scratch, double, model->dims);
    s->gradient = new (scratch, double, model->dims);
    s->work = new (scratch, double, model_work_size(model));
    s->precision = new (scratch, double, (ptrdiff_t)n *n);
    s->covariance = new (scratch, double, (ptrdiff_t)n *n);
    s->levels = new (scratch, double, (ptrdiff_t)levels *levels);
    s->step = new (scratch, double, n);
    s->row_weight = new (scratch, double, model->rows_n + 1);
    s->eta_variance = new (scratch, double, model->rows_n + 1);
    s->q[0] = model->m0;
    for (int32_t k = 0; k < model->factors_n; k++)
        s->q[model->at_tau + k] = num_log(0.6 * model->factors[k].tau_scale);
    for (int32_t c = 0, growth = model->at_growth; c < model->channels_n; c++) {
        s->q[model->at_s + c] = num_log(0.6);
        if (model->channels[c].matures) {
            s->q[growth] = model->channels[c].log_h50_prior;
            growth += 2;
        }
    }
}

void
model_laplace(struct effects_model *model, struct arena *keep, struct arena scratch)
{
    struct search s;
    search_start(&s, model, &scratch);
    /* Many levels make a round dear (n³): the mode is then less exact, which only a preview sees. */
    int32_t rounds_max = s.latent_n > 150 ? ROUNDS_MAX / 10 : ROUNDS_MAX;
    for (int32_t round = 0; round < rounds_max; round++) {
        newton(&s, scratch);
        linear_inverse(s.latent_n, s.precision, s.covariance, scratch);
        double far = 0;
        if (round < 20 ||
            round % 10 == 0) { /* s settles in a few rounds, tau is what takes long */
            spread_of_rows(&s);
            for (int32_t at = model->at_s; at < model->at_contrast; at++)
                far = fmax(far, move_by_parabola(&s, at));
        }
        far = fmax(far, move_taus(&s));
        if (far < 2e-4)
            break;
    }
    newton(&s, scratch);
    model->factor_of_precision = new (keep, double, (ptrdiff_t)s.latent_n *s.latent_n);
    memcpy(model->factor_of_precision, s.precision,
           (size_t)s.latent_n * (size_t)s.latent_n * sizeof(double));
    for (int32_t i = 0; i < s.latent_n; i++)
        model->latent[i] = s.q[at_latent(model, i)];
    for (int32_t i = model->at_tau; i < model->at_contrast; i++)
        model->hyper[i - model->at_tau] = s.q[i];
}
