// Package dense is the oracle for residuals and norms: linear algebra on plain slices, by the definition where that is enough.
//
// A matrix is a slice of rows; entry (i, j) is A[i][j]. A matrix without rows has no columns either: the shape m×0 can be
// written, 0×n cannot, and the transpose of the first is taken to be the empty matrix. Products, norms and dot products take
// float64 or complex128.
//
// Three things go beyond definitions. Singular values come from one-sided Jacobi rotations. DotDD carries twice the working
// precision and bounds its own error, for residuals that are all cancellation. Spectrum finds the eigenvalues of a small matrix
// with no eigensolver: the exact characteristic polynomial over the integers, its exact squarefree factors, their roots at
// hundreds of bits, and a disc around each that provably holds it.
//
// The package uses the standard library only. It shares no kernel with gonum, which the code under test is built on.
//
// Rows, columns and entries are counted from zero. Functions do not change their arguments and return new slices. They panic
// when shapes do not fit, which the caller can foresee. NaN and infinite entries are propagated: a norm of a matrix that holds
// a NaN is NaN, so that a comparison with it, written as residual ≤ bound, fails.
package dense
