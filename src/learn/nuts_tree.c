#include <assert.h>
#include <math.h>

#include "learn/num.h"
#include "learn/nuts_internal.h"

/* One grown part of a trajectory, seen from the direction of growth: beginning and end. */
struct tree {
    double *sharp_begin, *sharp_end, *p_begin, *p_end, *rho;
    double log_weight;
    struct nuts_point *proposal;
};

void
nuts_init(struct nuts *nuts, const struct density *density, struct rng *rng, int32_t depth_max,
          struct arena *keep)
{
    int32_t d = density->dims;
    assert(depth_max >= 1 && depth_max <= NUTS_DEPTH_MAX);
    *nuts = (struct nuts){.density = density, .rng = rng, .dims = d, .depth_max = depth_max};
    nuts->variance = new (keep, double, d);
    nuts->work = new (keep, double, density->work_n + 1);
    struct nuts_point *points[] = {&nuts->at, &nuts->end, &nuts->left, &nuts->right,
                                   &nuts->chosen};
    for (int32_t i = 0; i < 5; i++)
        *points[i] = (struct nuts_point){new (keep, double, d), new (keep, double, d),
                                         new (keep, double, d), 0.0};
    double **vectors[] = {&nuts->sharp_left, &nuts->sharp_right, &nuts->sharp_scratch,
                          &nuts->p_scratch,  &nuts->rho,         &nuts->rho_scratch,
                          &nuts->rho_new,    &nuts->sharp_inner, &nuts->p_inner,
                          &nuts->p_left_end, &nuts->p_right_end};
    for (int32_t i = 0; i < (int32_t)(sizeof vectors / sizeof *vectors); i++)
        *vectors[i] = new (keep, double, d);
    for (int32_t i = 0; i <= depth_max; i++) {
        struct nuts_level *l = &nuts->level[i];
        double **own[] = {&l->sharp_middle_left, &l->sharp_middle_right, &l->p_middle_left,
                          &l->p_middle_right,    &l->rho_left,           &l->rho_right,
                          &l->proposal.q,        &l->proposal.p,         &l->proposal.gradient};
        for (int32_t j = 0; j < (int32_t)(sizeof own / sizeof *own); j++)
            *own[j] = new (keep, double, d);
    }
}

void
nuts_value(struct nuts *nuts, struct nuts_point *point)
{
    const struct density *density = nuts->density;
    nuts->gradients++;
    point->value =
        density->value_and_gradient(density->data, point->q, point->gradient, nuts->work);
    if (isnan(point->value))
        point->value = -(double)INFINITY;
}

void
nuts_momentum(struct nuts *nuts, struct nuts_point *point)
{
    num_normals(nuts->rng, nuts->dims, point->p);
    for (int32_t i = 0; i < nuts->dims; i++)
        point->p[i] /= sqrt(nuts->variance[i]);
}

double
nuts_energy(const struct nuts *nuts, const struct nuts_point *point)
{
    double kinetic = 0;
    for (int32_t i = 0; i < nuts->dims; i++)
        kinetic += point->p[i] * point->p[i] * nuts->variance[i];
    double energy = 0.5 * kinetic - point->value;
    return isnan(energy) ? (double)INFINITY : energy;
}

void
nuts_leapfrog(struct nuts *nuts, struct nuts_point *point, double step)
{
    for (int32_t i = 0; i < nuts->dims; i++) {
        point->p[i] += 0.5 * step * point->gradient[i];
        point->q[i] += step * nuts->variance[i] * point->p[i];
    }
    nuts_value(nuts, point);
    for (int32_t i = 0; i < nuts->dims; i++)
        point->p[i] += 0.5 * step * point->gradient[i];
}

void
nuts_copy(const struct nuts *nuts, struct nuts_point *to, const struct nuts_point *from)
{
    size_t bytes = (size_t)nuts->dims * sizeof(double);
    memcpy(to->q, from->q, bytes);
    memcpy(to->p, from->p, bytes);
    memcpy(to->gradient, from->gradient, bytes);
    to->value = from->value;
}

static void
copy(const struct nuts *nuts, double *to, const double *from)
{
    memcpy(to, from, (size_t)nuts->dims * sizeof *to);
}

/* Both ends still move apart along the whole path ${rho}. */
static bool
goes_on(const struct nuts *nuts, const double *sharp_a, const double *sharp_b,
        const double *rho)
{
    double a = 0, b = 0;
    for (int32_t i = 0; i < nuts->dims; i++) {
        a += sharp_a[i] * rho[i];
        b += sharp_b[i] * rho[i];
    }
    return a > 0 && b > 0;
}

static bool
goes_on_plus(const struct nuts *nuts, const double *sharp_a, const double *sharp_b,
             const double *rho, const double *p)
{
    double a = 0, b = 0;
    for (int32_t i = 0; i < nuts->dims; i++) {
        double path = rho[i] + p[i];
        a += sharp_a[i] * path;
        b += sharp_b[i] * path;
    }
    return a > 0 && b > 0;
}

/* One leapfrog step from nuts->end: a tree of one point. */
static bool
grow_leaf(struct nuts *nuts, double step, struct tree *tree)
{
    struct nuts_point *z = &nuts->end;
    nuts_leapfrog(nuts, z, step);
    nuts->steps++;
    double energy = nuts_energy(nuts, z), change = nuts->start_energy - energy;
    if (-change > NUTS_ENERGY_MAX)
        nuts->divergent = true;
    tree->log_weight = num_log_sum_exp(tree->log_weight, change);
    nuts->accept_sum += change > 0 ? 1.0 : num_exp(change);
    nuts_copy(nuts, tree->proposal, z);
    for (int32_t i = 0; i < nuts->dims; i++) {
        double sharp = nuts->variance[i] * z->p[i];
        tree->sharp_begin[i] = tree->sharp_end[i] = sharp;
        tree->p_begin[i] = tree->p_end[i] = z->p[i];
        tree->rho[i] += z->p[i];
    }
    return !nuts->divergent;
}

/*
 * A tree of 2^depth points, or false as soon as a part of it turns back or diverges. Recursion is
 * bounded by NUTS_DEPTH_MAX.
 */
static bool
/* NOLINTNEXTLINE(misc-no-recursion): at most NUTS_DEPTH_MAX deep */
grow(struct nuts *nuts, int32_t depth, double step, struct tree *tree)
{
    if (depth == 0)
        return grow_leaf(nuts, step, tree);
    struct nuts_level *l = &nuts->level[depth];
    for (int32_t i = 0; i < nuts->dims; i++)
        l->rho_left[i] = l->rho_right[i] = 0;
    struct tree first = {.sharp_begin = tree->sharp_begin,
                         .sharp_end = l->sharp_middle_left,
                         .p_begin = tree->p_begin,
                         .p_end = l->p_middle_left,
                         .rho = l->rho_left,
                         .log_weight = -(double)INFINITY,
                         .proposal = tree->proposal};
    if (!grow(nuts, depth - 1, step, &first))
        return false;
    struct tree second = {.sharp_begin = l->sharp_middle_right,
                          .sharp_end = tree->sharp_end,
                          .p_begin = l->p_middle_right,
                          .p_end = tree->p_end,
                          .rho = l->rho_right,
                          .log_weight = -(double)INFINITY,
                          .proposal = &l->proposal};
    if (!grow(nuts, depth - 1, step, &second))
        return false;

    double both = num_log_sum_exp(first.log_weight, second.log_weight);
    tree->log_weight = num_log_sum_exp(tree->log_weight, both);
    if (rng_uniform(nuts->rng) < num_exp(second.log_weight - both))
        nuts_copy(nuts, tree->proposal, second.proposal);
    double *path = nuts->rho_scratch;
    for (int32_t i = 0; i < nuts->dims; i++) {
        path[i] = l->rho_left[i] + l->rho_right[i];
        tree->rho[i] += path[i];
    }
    /* The halves may each go on, and the whole, while the seam between them has turned. */
    return goes_on(nuts, tree->sharp_begin, tree->sharp_end, path) &&
           goes_on_plus(nuts, tree->sharp_begin, l->sharp_middle_right, l->rho_left,
                        l->p_middle_right) &&
           goes_on_plus(nuts, l->sharp_middle_left, tree->sharp_end, l->rho_right,
                        l->p_middle_left);
}

/* Doubles the trajectory to one side; false when it is not to be doubled again. */
static bool
double_once(struct nuts *nuts, int32_t depth, double *log_weight)
{
    bool forward = rng_u64(nuts->rng) >> 63;
    struct nuts_point *edge = forward ? &nuts->right : &nuts->left;
    double *sharp_edge = forward ? nuts->sharp_right : nuts->sharp_left;
    double *p_edge = forward ? nuts->p_right_end : nuts->p_left_end;
    const double *sharp_far = forward ? nuts->sharp_left : nuts->sharp_right;

    /* The old end becomes the seam. */
    double *sharp_seam = nuts->sharp_scratch, *p_seam = nuts->p_scratch;
    copy(nuts, sharp_seam, sharp_edge);
    copy(nuts, p_seam, p_edge);
    nuts_copy(nuts, &nuts->end, edge);
    for (int32_t i = 0; i < nuts->dims; i++)
        nuts->rho_new[i] = 0;
    struct tree grown = {.sharp_begin = nuts->sharp_inner,
                         .sharp_end = sharp_edge,
                         .p_begin = nuts->p_inner,
                         .p_end = p_edge,
                         .rho = nuts->rho_new,
                         .log_weight = -(double)INFINITY,
                         .proposal = &nuts->chosen};
    if (!grow(nuts, depth, forward ? nuts->step : -nuts->step, &grown))
        return false;
    nuts_copy(nuts, edge, &nuts->end);

    /* Biased towards the new part: further away is better, and detailed balance still holds. */
    double log_ratio = grown.log_weight - *log_weight;
    if (log_ratio >= 0 || rng_uniform(nuts->rng) < num_exp(log_ratio))
        nuts_copy(nuts, &nuts->at, &nuts->chosen);
    *log_weight = num_log_sum_exp(*log_weight, grown.log_weight);

    bool on = goes_on_plus(nuts, sharp_far, nuts->sharp_inner, nuts->rho, nuts->p_inner) &&
              goes_on_plus(nuts, sharp_seam, sharp_edge, nuts->rho_new, p_seam);
    for (int32_t i = 0; i < nuts->dims; i++)
        nuts->rho[i] += nuts->rho_new[i];
    return on && goes_on(nuts, sharp_far, sharp_edge, nuts->rho);
}

struct nuts_transition
nuts_transition(struct nuts *nuts)
{
    nuts_momentum(nuts, &nuts->at);
    nuts->start_energy = nuts_energy(nuts, &nuts->at);
    nuts->accept_sum = 0;
    nuts->steps = 0;
    nuts->divergent = false;
    nuts_copy(nuts, &nuts->left, &nuts->at);
    nuts_copy(nuts, &nuts->right, &nuts->at);
    for (int32_t i = 0; i < nuts->dims; i++) {
        nuts->rho[i] = nuts->p_left_end[i] = nuts->p_right_end[i] = nuts->at.p[i];
        nuts->sharp_left[i] = nuts->sharp_right[i] = nuts->variance[i] * nuts->at.p[i];
    }
    double log_weight = 0;
    int32_t depth = 0;
    bool on = true;
    while (on && depth < nuts->depth_max) {
        on = double_once(nuts, depth, &log_weight);
        depth++;
    }
    return (struct nuts_transition){
        .depth = depth,
        .divergent = nuts->divergent,
        .cut = on,
        .accept = nuts->accept_sum / (double)nuts->steps,
        .energy = nuts_energy(nuts, &nuts->at),
    };
}
