#include "learn/num.h"

#include "learn/num_kernel.h"

/*
 * Each loop is compiled three times, for 2, 4 and 8 doubles a register, and the widest the processor
 * has is taken when called. Not by the compiler's own cloning, which needs the loader to run code
 * before sanitizers are ready.
 */
KERNEL void
logistic_loop(int32_t n, const double *restrict x, double *restrict l, double *restrict s)
{
    for (int32_t i = 0; i < n; i++)
        logistic_kernel(x[i], &l[i], &s[i]);
}

KERNEL void
exp_loop(int32_t n, const double *x, double *ret)
{
    for (int32_t i = 0; i < n; i++) {
        double low = x[i] > 709.0 ? 709.0 : x[i];
        ret[i] = exp_kernel(low < -708.0 ? -708.0 : low);
    }
}

#if defined(__x86_64__)
#if defined(__clang__)
#define WIDEST __attribute__((target("avx512f,avx512dq"), min_vector_width(512)))
#else
#define WIDEST __attribute__((target("avx512f,avx512dq,prefer-vector-width=512")))
#endif

__attribute__((target("avx2"))) static void
logistic_avx2(int32_t n, const double *x, double *l, double *s)
{
    logistic_loop(n, x, l, s);
}

WIDEST static void
logistic_avx512(int32_t n, const double *x, double *l, double *s)
{
    logistic_loop(n, x, l, s);
}
#endif

void
num_logistic_all(int32_t n, const double *x, double *ret_log1pexp, double *ret_sigmoid)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")) {
        logistic_avx512(n, x, ret_log1pexp, ret_sigmoid);
        return;
    }
    if (__builtin_cpu_supports("avx2")) {
        logistic_avx2(n, x, ret_log1pexp, ret_sigmoid);
        return;
    }
#endif
    logistic_loop(n, x, ret_log1pexp, ret_sigmoid);
}

void
num_exp_all(int32_t n, const double *x, double *ret)
{
    exp_loop(n, x, ret);
}

enum { LANES = 8 };

double
num_dot(int32_t n, const double *x, const double *y)
{
    double part[LANES] = {0};
    int32_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int32_t j = 0; j < LANES; j++)
            part[j] += x[i + j] * y[i + j];
    for (int32_t j = 0; i < n; i++, j++)
        part[j] += x[i] * y[i];
    double sum = 0;
    for (int32_t j = 0; j < LANES; j++)
        sum += part[j];
    return sum;
}

double
num_sum(int32_t n, const double *x)
{
    double part[LANES] = {0};
    int32_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int32_t j = 0; j < LANES; j++)
            part[j] += x[i + j];
    for (int32_t j = 0; i < n; i++, j++)
        part[j] += x[i];
    double sum = 0;
    for (int32_t j = 0; j < LANES; j++)
        sum += part[j];
    return sum;
}
