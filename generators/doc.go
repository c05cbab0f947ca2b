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
//
// # Instances of one's own
//
// An instance is a struct of exported fields, whose tags say all that shrinking,
// mutating, keeping and replaying need to know of it (CheckLayout refuses others):
//
//	W     [][]float64 `json:"W" dim:"N,N"`          N rows of N: all that has an N shrinks together
//	Tau   []float64   `dim:"N?"`                    one number, or N
//	A     [][]float64 `dim:"K*,K*"`                 K may be 0; other sizes are at least 1
//	Dt    float64     `shrink:"positive"`           1, not 0, is the simplest
//	G     []float64   `dim:"N" shrink:"nonzero"`    of either sign
//	Phi   string      `shrink:"identity,tanh"`      words, the simplest first
//	Steps int                                       a count
//	Tags  []string    `json:"tags,omitempty"`       kind and edges, of the generator's choice
//
// What numbers a field may be given, beside those that it has, is in a tag too:
//
//	X     []float64   `numbers:"any,nonnegative"`   of any size, or 0; any alone is what no tag says
//	A     [][]float64 `numbers:"few"`               of few bits
//	QDiag []float64   `numbers:"few,nonnegative"`   variances
//	Shear [][]float64 `numbers:"whole"`             small integers: S⁻¹ is one of integers too
//	Dt    float64     `numbers:"time"`              a length of trajectories, which cost
//
// A change leaves the words, the range of sizes and the signs that the generator
// was seen to draw. A hypothesis that none of this says is one that the type
// knows, by a method Admissible() bool, or the check, by theorems.Where.
package generators
