#pragma once
#include <stdint.h>

/*
 * A log density up to a constant, with its gradient, over all of R^dims: what a sampler needs to know
 * about a model, and all it may know. Pure: ${data} is read-only, ${work} is scribbled on.
 */
struct density {
    int32_t dims;
    int32_t work_n; /* doubles of ${work} wanted; their content means nothing between calls */
    const void *data;
    /* Returns the value, fills the gradient. A value that is not finite means probability zero. */
    double (*value_and_gradient)(const void *data, const double *q, double *ret_gradient,
                                 double *work);
};
