#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"

/* Small dense symmetric systems, row after row (a[i * n + j]). A few hundred rows at most. */

/* linear_cholesky(n, a): a = L L' in place (the upper part is left alone); false if not positive. */
bool linear_cholesky(int32_t n, double *a);
/* linear_solve(n, l, x): x becomes the solution of L L' x = x. */
void linear_solve(int32_t n, const double *l, double *x);
/* linear_solve_upper(n, l, x): of L' x = x: from independent normals to covariance (L L')^-1. */
void linear_solve_upper(int32_t n, const double *l, double *x);
/* linear_inverse(n, l, ret): (L L')^-1, whole. */
void linear_inverse(int32_t n, const double *l, double *ret, struct arena scratch);
/* linear_log_det(n, l): log determinant of L L'. */
double linear_log_det(int32_t n, const double *l);
/*
 * linear_eigen(n, a, ret_vectors): Jacobi's method. ${a} becomes diagonal with the eigenvalues;
 * column j of ${ret_vectors} belongs to a[j * n + j]. Slow (n³ × sweeps) and exact to the last digits.
 */
void linear_eigen(int32_t n, double *a, double *ret_vectors);
