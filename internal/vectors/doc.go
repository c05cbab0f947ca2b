// Package vectors writes test vectors for those who will not run verify: of
// each operation of the wire a JSON file of cases, in the style of Project
// Wycheproof, with what is expected, how it is compared, and the tolerance that
// is justified for every number. docs/vectors.md is the format.
//
// What is expected comes from package oracles: rationals, floating point of
// hundreds of bits, quadrature, the joint Gaussian law entry by entry. Package
// model, which the vectors judge, has no part in it.
//
// A tolerance is what a backward-stable implementation in float64 keeps on
// that very instance. Where an operation is a formula, it is the running error
// of the formula, evaluated once in many digits (number). Where it is a solve,
// an eigenproblem or an average, it is a backward error times a condition
// number, which are the bounds of the theorems.
package vectors
