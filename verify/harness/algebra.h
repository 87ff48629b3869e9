/* Small dense linear algebra, for what checks compute for themselves: nothing of ref/. Matrices are
 * stored row by row. Sums run from the first index to the last, in binary64. */
#ifndef VF_ALGEBRA_H
#define VF_ALGEBRA_H

#include <stddef.h>

double vf_dot(const double *a, const double *b, size_t n);
double vf_norm(const double *a, size_t n);

void vf_scale(double *a, size_t n, double factor);

/* a += factor b. */
void vf_add(double *a, const double *b, size_t n, double factor);

/* a over its length. */
void vf_normalise(double *a, size_t n);

/* y = A x of the n x n matrix a; y is not x. */
void vf_apply(const double *a, size_t n, const double *x, double *y);

/* C = A B of n x n matrices; c is neither a nor b. */
void vf_multiply(const double *a, const double *b, size_t n, double *c);

/* b = Q A Q with Q = I - u u', the projection off the unit vector u; b may be a. */
void vf_project_off(const double *a, const double *u, size_t n, double *b);

/* Eigenvalues of the symmetric n x n matrix a, in no order, and orthonormal eigenvectors, vector k
 * in row k of vectors; a is destroyed. Jacobi's method: values err by 10 n roundings of 2^-53 of
 * the largest size of an eigenvalue at most, vectors by that over the distance to the next
 * eigenvalue. Returns the index of the largest value (0 for n = 0), or of a NaN if there is one. */
size_t vf_eigen(double *a, size_t n, double *values, double *vectors);

/* Raises *worst to `value` where that is larger. NaN is the worst and stays. */
void vf_raise(double *worst, double value);

/* Puts numbers, none of them a NaN, in ascending order. */
void vf_sort(double *a, size_t n);

/* Largest |a[i]|: the spectral norm, of eigenvalues. 0 for n = 0; NaN where one is. */
double vf_largest_size(const double *a, size_t n);

/* Solves A x = b for `sides` right sides b: m is the n x (n + sides) matrix (A b_1 b_2 ...), whose
 * last columns receive the solutions; its first n columns are destroyed. Gaussian elimination with
 * the largest pivot of each column: x solves a system that differs from the given one by some n
 * roundings of the largest element. 0, or -1 if a pivot is 0 or not finite. */
int vf_solve(double *m, size_t n, size_t sides);

/* Solves T x = b of the tridiagonal T with the rows lower[i], middle[i], upper[i]; b receives x,
 * upper is destroyed. Elimination without pivots, for matrices whose diagonal dominates. lower[0]
 * is not looked at. */
void vf_solve_tridiagonal(const double *lower, const double *middle, double *upper, double *b,
                          size_t n);

#endif
