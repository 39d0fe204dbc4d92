#pragma once
#include "base/rng.h"
#include "learn/nuts.h"

/* Position, momentum, gradient of the log density there, and its value. */
struct nuts_point {
    double *q, *p, *gradient;
    double value;
};

/* What is remembered at one depth of the growing trajectory, so that nothing is allocated later. */
struct nuts_level {
    double *sharp_middle_left,
        *sharp_middle_right; /* M^-1 p at the inner ends of the two halves */
    double *p_middle_left, *p_middle_right;
    double *rho_left, *rho_right; /* sums of momenta of the two halves */
    struct nuts_point proposal;
};

struct nuts {
    const struct density *density;
    struct rng *rng;
    int32_t dims, depth_max;
    double *variance; /* the diagonal metric: estimated posterior variances */
    double step;
    double *work;
    double start_energy;
    double accept_sum; /* over the steps of the current transition */
    int64_t steps, gradients;
    bool divergent;
    struct nuts_point at; /* the chain's position */
    struct nuts_point end, left, right, chosen;
    struct nuts_level level[NUTS_DEPTH_MAX + 1];
    double *sharp_left, *sharp_right, *sharp_scratch, *p_scratch, *rho, *rho_scratch, *rho_new;
    double *sharp_inner, *p_inner, *p_left_end, *p_right_end;
};

/* Beyond this loss of energy a trajectory has left what the integrator can follow. */
#define NUTS_ENERGY_MAX 1000.0

void nuts_init(struct nuts *nuts, const struct density *density, struct rng *rng,
               int32_t depth_max, struct arena *keep);
/* nuts_value(nuts, point): the density and gradient at point->q. */
void nuts_value(struct nuts *nuts, struct nuts_point *point);
void nuts_momentum(struct nuts *nuts, struct nuts_point *point);
double nuts_energy(const struct nuts *nuts, const struct nuts_point *point);
void nuts_leapfrog(struct nuts *nuts, struct nuts_point *point, double step);
void nuts_copy(const struct nuts *nuts, struct nuts_point *to, const struct nuts_point *from);

/* One transition from nuts->at, which becomes the next draw. */
struct nuts_transition {
    int32_t depth;
    bool divergent, cut; /* cut: the maximum depth was reached */
    double accept;       /* mean acceptance along the trajectory */
    double energy;
};
struct nuts_transition nuts_transition(struct nuts *nuts);
