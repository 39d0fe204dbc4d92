#pragma once
/* The posteriors of posteriordb that the sampler is tried on, written from their definitions. */
#include "base/json.h"
#include "learn/density.h"

struct target {
    const char *name; /* of the reference files: NAME.mean_value.json */
    const char *data; /* data_DATA.json.zip */
    /* Builds the density from the data, and says how many numbers are reported. */
    void (*build)(const struct json *data, struct arena *keep, struct density *ret,
                  int32_t *ret_reported);
    /* From coordinates to the numbers of the reference, in its order. */
    void (*report)(const void *data, const double *q, double *ret);
    /* Starting points are drawn within ±2 of it. 1 as Stan does, but for ARMA: a chain that starts where
       |theta| > 1 finds the mode of the series read backwards in time and stays there. */
    double start_scale;
};
extern const struct target targets[];
extern const int32_t targets_n;
