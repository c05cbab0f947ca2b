// Package generators draws the instances on which theorems are tested.
//
// An instance satisfies its theorem's hypotheses by construction: a state is
// a fixed point because the bias is computed from it, an eigenvalue is
// repeated because a Jordan block was put there. Nothing is filtered by the
// code under test.
//
// Gaussian matrices alone refute few false statements, so connectivity comes
// from a Zoo of structured kinds. A generator draws a structure (kind, sizes,
// a seed) with rapid, expands it with math/rand/v2, and returns plain numbers:
// the instance, not the recipe, is what is shrunk, kept and replayed. Its tags
// name the kind and the edges of the hypotheses that it visits.
//
// Linear systems and networks hold covariances by their factors and are stable
// because their eigenvalues are on a diagonal or a norm bounds them. Their
// numbers have few bits: Σ = diag(d) + F Fᵀ, M Nᵀ and NᵀM are float64 numbers
// without rounding, so that exact oracles judge the very same instance. Shrink
// keeps the first and, by Admissible, the second.
//
// Mixtures hold the covariance of (m, n, I) of each population by its factor too,
// Σ = L Lᵀ: what covaries with m varies, whatever is taken away from L.
package generators
