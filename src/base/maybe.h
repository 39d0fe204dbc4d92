#pragma once
#include <stdbool.h>
#include <stdint.h>

/* A number that may be unknown: a database null, a blank cell. ${is} means nothing unless
 * ${has}. */
struct maybe_int {
    bool has;
    int64_t is;
};
struct maybe_real {
    bool has;
    double is;
};

#define no_int ((struct maybe_int){0})
#define no_real ((struct maybe_real){0})

static inline struct maybe_int
some_int(int64_t is)
{
    return (struct maybe_int){true, is};
}
static inline struct maybe_real
some_real(double is)
{
    return (struct maybe_real){true, is};
}
