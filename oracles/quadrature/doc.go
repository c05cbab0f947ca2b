// Package quadrature is the oracle for Gaussian averages and for the mean field of a Gaussian mixture: every expectation is an
// adaptive quadrature of what stands in its definition, in one dimension or in two, with an error estimate.
//
// The mean field of theory is written with averages of φ and φ′, by Stein's lemma. There is no such lemma here, no conditional
// mean E[n|x] either, and no closed form but that of E|n|: the field is the expectation of n φ(m·κ + I) over the law of the
// pair (m·κ + I, n), two standard normals z₁ and z₂ through a Cholesky factor,
//
//	x = μ_x + √Δ z₁,  n = μ_n + (c/√Δ) z₁ + √(s_nn − c²/Δ) z₂
//
// an outer quadrature over z₁ and at each of its nodes an inner one over z₂. Singular covariances are legal: Δ = 0, s_nn = 0, a
// correlation of ±1.
//
// # The rule
//
// Gauss–Kronrod of 10 and 21 nodes, on eight panels of [−10, 10] split once more at given points (kinks of φ, and for the
// smooth φ points around 0, so that its knee is seen at every Δ), each panel with the largest difference of the two halved
// until the differences add up to less than 2^-42 of ∫|f|. The error reported is the sum of the differences, which is that of
// the rule of 10 nodes and so generous (values are right to about 1e-15), plus inner errors, 32 roundings of ∫|f|, and the
// tails beyond ±10: at most 2·7.7e-24 of the values at the ends, for functions that grow there no faster than z⁴. Not covered
// is a jump that is not given as a point where panels end: the two rules may agree on it by chance.
//
// # Cost
//
// For tanh at Δ from 0.01 to 1e4: a one-dimensional average takes 200 to 460 evaluations, 5 to 30 µs; a two-dimensional one of a
// product n φ(x) as many of φ and 36 to 79 thousand of n, 0.15 to 0.4 ms; one of any f(x, n) as many of f, 0.5 to 1.5 ms. Times
// are the least of twenty on a core shared with others. Error estimates there are below 2e-13.
//
// The package uses the standard library only. It shares no kernel with package model, which it judges. φ is float64, from
// formulas that do not cancel; tests hold it against package precise, which also has the suprema for bounds on rounding.
//
// Populations, coordinates and units are counted from zero. Arguments are not changed. Where f is NaN, so are value and error:
// a comparison with them, written as difference ≤ bound, fails.
package quadrature
