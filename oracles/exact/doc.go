// Package exact is the oracle in which nothing is rounded: matrices and polynomials over the rationals, with no tolerance anywhere.
//
// Equality is equality, rank is rank, and a spectrum on the boundary of stability is reported as being on it. Every float64 is
// a dyadic rational, so a floating-point instance whose conditioning leaves a verdict unknown can be handed over as it is.
//
// A matrix holds integers over one common denominator. Elimination is Bareiss's: every intermediate number is a minor of the
// input, so all divisions are exact and no fractions arise. Stability is decided from remainder sequences of integer
// polynomials (Sturm, Cauchy index), never from approximate roots.
//
// The package uses the standard library only. It shares no kernel with package model, which it judges.
//
// Rows, columns and entries are counted from zero. Matrices of zero rows or columns are legal everywhere. Methods panic on
// shapes that do not fit and on nil arguments, which the caller can foresee; what depends on the data is an error.
// Values are immutable, hence safe for concurrent use.
package exact
