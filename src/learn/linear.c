#include "learn/linear.h"

#include <math.h>

#include "learn/num.h"

bool
linear_cholesky(int32_t n, double *a)
{
    for (int32_t i = 0; i < n; i++) {
        double *row = a + (ptrdiff_t)i * n;
        for (int32_t j = 0; j <= i; j++) {
            const double *other = a + (ptrdiff_t)j * n;
            double rest = row[j] - num_dot(j, row, other);
            if (j < i) {
                row[j] = rest / other[j];
            } else {
                if (!(rest > 0))
                    return false;
                row[i] = sqrt(rest);
            }
        }
    }
    return true;
}

void
linear_solve_upper(int32_t n, const double *l, double *x)
{
    for (int32_t i = n - 1; i >= 0; i--) {
        const double *row = l + (ptrdiff_t)i * n;
        x[i] /= row[i];
        for (int32_t j = 0; j < i; j++)
            x[j] -= row[j] * x[i];
    }
}

void
linear_solve(int32_t n, const double *l, double *x)
{
    for (int32_t i = 0; i < n; i++) {
        const double *row = l + (ptrdiff_t)i * n;
        x[i] = (x[i] - num_dot(i, row, x)) / row[i];
    }
    linear_solve_upper(n, l, x);
}

void
linear_inverse(int32_t n, const double *l, double *ret, struct arena scratch)
{
    double *column = new (&scratch, double, n + 1);
    for (int32_t j = 0; j < n; j++) {
        for (int32_t i = 0; i < n; i++)
            column[i] = i == j ? 1.0 : 0.0;
        linear_solve(n, l, column);
        for (int32_t i = 0; i < n; i++)
            ret[(ptrdiff_t)i * n + j] = column[i];
    }
}

double
linear_log_det(int32_t n, const double *l)
{
    double sum = 0;
    for (int32_t i = 0; i < n; i++)
        sum += num_log(l[(ptrdiff_t)i * n + i]);
    return 2.0 * sum;
}

/* One plane rotation that makes a[p][q] zero, carried into the vectors. */
static void
rotate(int32_t n, double *a, double *v, int32_t p, int32_t q)
{
    double apq = a[(ptrdiff_t)p * n + q];
    double theta = (a[(ptrdiff_t)q * n + q] - a[(ptrdiff_t)p * n + p]) / (2.0 * apq);
    double t = (theta >= 0 ? 1.0 : -1.0) / (fabs(theta) + sqrt(theta * theta + 1.0));
    double c = 1.0 / sqrt(t * t + 1.0), s = t * c;
    for (int32_t k = 0; k < n; k++) {
        double *row = a + (ptrdiff_t)k * n, akp = row[p], akq = row[q];
        row[p] = c * akp - s * akq;
        row[q] = s * akp + c * akq;
    }
    double *rp = a + (ptrdiff_t)p * n, *rq = a + (ptrdiff_t)q * n;
    for (int32_t k = 0; k < n; k++) {
        double apk = rp[k], aqk = rq[k];
        rp[k] = c * apk - s * aqk;
        rq[k] = s * apk + c * aqk;
    }
    for (int32_t k = 0; k < n; k++) {
        double *row = v + (ptrdiff_t)k * n, vkp = row[p], vkq = row[q];
        row[p] = c * vkp - s * vkq;
        row[q] = s * vkp + c * vkq;
    }
}

void
linear_eigen(int32_t n, double *a, double *ret_vectors)
{
    enum { SWEEPS_MAX = 40 }; /* converges quadratically: 6 to 10 in practice */
    for (int32_t i = 0; i < n; i++)
        for (int32_t j = 0; j < n; j++)
            ret_vectors[(ptrdiff_t)i * n + j] = i == j ? 1.0 : 0.0;
    for (int32_t sweep = 0; sweep < SWEEPS_MAX; sweep++) {
        bool moved = false;
        for (int32_t p = 0; p < n; p++) {
            for (int32_t q = p + 1; q < n; q++) {
                double off = fabs(a[(ptrdiff_t)p * n + q]);
                double size = sqrt(fabs(a[(ptrdiff_t)p * n + p] * a[(ptrdiff_t)q * n + q]));
                if (off > 1e-15 * size && off > 1e-300) {
                    rotate(n, a, ret_vectors, p, q);
                    moved = true;
                }
            }
        }
        if (!moved)
            break;
    }
}
