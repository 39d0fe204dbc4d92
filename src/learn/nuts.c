#include "learn/nuts.h"

#include <assert.h>
#include <math.h>

#include "learn/num.h"
#include "learn/nuts_internal.h"

/* Dual averaging of log step towards the wanted acceptance; constants of Hoffman & Gelman (2014). */
struct averaging {
    double mu, log_step_mean, error_mean;
    int32_t count;
};

static void
averaging_start(struct averaging *a, double step)
{
    *a = (struct averaging){.mu = num_log(10.0 * step)};
}

static double
averaging_step(struct averaging *a, double wanted, double accept)
{
    const double gamma = 0.05, t0 = 10.0, kappa = 0.75;
    double count = (double)++a->count;
    double weight = 1.0 / (count + t0);
    a->error_mean = (1.0 - weight) * a->error_mean + weight * (wanted - accept);
    double log_step = a->mu - a->error_mean * sqrt(count) / gamma;
    double share = num_pow(count, -kappa);
    a->log_step_mean = share * log_step + (1.0 - share) * a->log_step_mean;
    return num_exp(log_step);
}

/* Running variances of the positions of a window (Welford). */
struct spread {
    double *mean, *squares;
    int32_t count;
};

static void
spread_add(struct spread *s, int32_t dims, const double *q)
{
    s->count++;
    for (int32_t i = 0; i < dims; i++) {
        double from_old = q[i] - s->mean[i];
        s->mean[i] += from_old / (double)s->count;
        s->squares[i] += from_old * (q[i] - s->mean[i]);
    }
}

/*
 * The metric from a window, drawn a little towards what it was (as if a quarter of one more draw had
 * said so): a window in which the chain did not move must not make it zero. The window starts anew.
 */
static void
spread_take(struct spread *s, int32_t dims, double *variance)
{
    const double old_weight = 0.25;
    double n = (double)s->count;
    for (int32_t i = 0; i < dims; i++) {
        variance[i] =
            (s->squares[i] / (n - 1.0) * n + old_weight * variance[i]) / (n + old_weight);
        s->mean[i] = s->squares[i] = 0;
    }
    s->count = 0;
}

struct nuts_options
nuts_defaults(void)
{
    return (struct nuts_options){
        .warmup = 1000, .draws = 1000, .accept = 0.95, .depth_max = NUTS_DEPTH_MAX};
}

/* A step at which one leapfrog loses about a fifth of the probability: within a factor of two. */
static void
find_step(struct nuts *nuts)
{
    enum { DOUBLINGS_MAX = 60 }; /* 2^60: past any step that could be meant */
    struct nuts_point *z = &nuts->end;
    int32_t direction = 0;
    for (int32_t i = 0; i < DOUBLINGS_MAX; i++) {
        nuts_copy(nuts, z, &nuts->at);
        nuts_momentum(nuts, z);
        double before = nuts_energy(nuts, z);
        nuts_leapfrog(nuts, z, nuts->step);
        double change = before - nuts_energy(nuts, z);
        int32_t way = change > -0.2231435513142097 ? 1 : -1; /* log 0.8 */
        if (direction != 0 && way != direction)
            return;
        direction = way;
        nuts->step *= way > 0 ? 2.0 : 0.5;
    }
}

static enum fault
find_start(struct nuts *nuts, const struct nuts_options *options, struct error *error)
{
    enum { TRIES_MAX = 100 }; /* as Stan: a density that is finite nowhere near is wrong */
    for (int32_t try = 0; try < TRIES_MAX; try++) {
        for (int32_t i = 0; i < nuts->dims; i++) {
            double center = options->center ? options->center[i] : 0.0;
            double scale = options->scale ? options->scale[i] : 1.0;
            nuts->at.q[i] = center + scale * (4.0 * rng_uniform(nuts->rng) - 2.0);
        }
        nuts_value(nuts, &nuts->at);
        bool finite = isfinite(nuts->at.value);
        for (int32_t i = 0; i < nuts->dims; i++)
            finite = finite && isfinite(nuts->at.gradient[i]);
        if (finite)
            return OK;
    }
    return fail(error, FAULT_CORRUPT,
                "no starting point of the computation had a finite probability: "
                "check the data for values that cannot be");
}

/*
 * The warm-up: a twelfth to find the bulk, three windows that learn the metric (each twice as long
 * as the one before), and a twelfth for the step alone.
 */
struct plan {
    int32_t first, ends[3];
};

static struct plan
plan_warmup(int32_t warmup)
{
    int32_t edge = warmup / 12, inner = warmup - 2 * edge;
    return (struct plan){edge,
                         {edge + inner / 7, edge + inner / 7 + inner * 2 / 7, edge + inner}};
}

static bool
ends_window(const struct plan *plan, int32_t iteration)
{
    for (int32_t i = 0; i < 3; i++)
        if (iteration + 1 == plan->ends[i])
            return true;
    return false;
}

static bool
asked_to_stop(const struct nuts_options *options, int32_t done)
{
    const int32_t every = 10;
    int32_t total = options->warmup + options->draws;
    if (!options->progress || (done % every != 0 && done != total))
        return false;
    return !options->progress(options->ctx, done, total);
}

static enum fault
stopped(struct error *error)
{
    return fail(error, FAULT_CONFLICT, "the computation was stopped before it had finished");
}

static enum fault
warm_up(struct nuts *nuts, const struct nuts_options *options, struct arena scratch,
        struct error *error)
{
    struct averaging averaging;
    struct spread spread = {new (&scratch, double, nuts->dims),
                            new (&scratch, double, nuts->dims), 0};
    struct plan plan = plan_warmup(options->warmup);
    find_step(nuts);
    averaging_start(&averaging, nuts->step);
    for (int32_t i = 0; i < options->warmup; i++) {
        if (asked_to_stop(options, i))
            return stopped(error);
        struct nuts_transition t = nuts_transition(nuts);
        nuts->step = averaging_step(&averaging, options->accept, t.accept);
        if (i >= plan.first && i < plan.ends[2])
            spread_add(&spread, nuts->dims, nuts->at.q);
        if (ends_window(&plan, i) && spread.count > 1) {
            spread_take(&spread, nuts->dims, nuts->variance);
            find_step(nuts);
            averaging_start(&averaging, nuts->step);
        }
    }
    if (averaging.count > 0)
        nuts->step = num_exp(averaging.log_step_mean);
    return OK;
}

static enum fault
draw_all(struct nuts *nuts, const struct nuts_options *options, struct nuts_chain *chain,
         struct error *error)
{
    double accept_sum = 0;
    for (int32_t i = 0; i < options->draws; i++) {
        if (asked_to_stop(options, options->warmup + i))
            return stopped(error);
        struct nuts_transition t = nuts_transition(nuts);
        memcpy(chain->draws + (ptrdiff_t)i * nuts->dims, nuts->at.q,
               (size_t)nuts->dims * sizeof(double));
        chain->energy[i] = t.energy;
        chain->divergent += t.divergent;
        chain->depth_hits += t.cut;
        accept_sum += t.accept;
    }
    chain->accept_mean = options->draws > 0 ? accept_sum / (double)options->draws : 0.0;
    return asked_to_stop(options, options->warmup + options->draws) ? stopped(error) : OK;
}

enum fault
nuts_run(const struct density *density, const struct nuts_options *options, struct rng *rng,
         struct arena *keep, struct arena scratch, struct nuts_chain *ret, struct error *error)
{
    assert(density->dims >= 1 && density->dims <= NUTS_DIMS_MAX);
    assert(options->warmup >= 0 && options->warmup <= NUTS_ITERATIONS_MAX);
    assert(options->draws >= 0 && options->draws <= NUTS_ITERATIONS_MAX);
    assert(options->accept > 0 && options->accept < 1);

    struct nuts nuts;
    nuts_init(&nuts, density, rng, options->depth_max, &scratch);
    for (int32_t i = 0; i < nuts.dims; i++)
        nuts.variance[i] = options->scale ? options->scale[i] * options->scale[i] : 1.0;
    nuts.step = 1.0;
    struct nuts_chain chain = {.draws_n = options->draws, .dims = nuts.dims};
    chain.draws = new (keep, double, (ptrdiff_t)options->draws *nuts.dims);
    chain.energy = new (keep, double, options->draws);
    chain.scale = new (keep, double, nuts.dims);

    enum fault fault = find_start(&nuts, options, error);
    if (fault != OK)
        return fault;
    fault = warm_up(&nuts, options, scratch, error);
    if (fault != OK)
        return fault;
    int64_t before = nuts.gradients;
    fault = draw_all(&nuts, options, &chain, error);
    if (fault != OK)
        return fault;
    chain.gradients = nuts.gradients;
    chain.gradients_kept = nuts.gradients - before;
    chain.step = nuts.step;
    for (int32_t i = 0; i < nuts.dims; i++)
        chain.scale[i] = sqrt(nuts.variance[i]);
    *ret = chain;
    return OK;
}
