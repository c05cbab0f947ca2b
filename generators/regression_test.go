package generators

import (
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/stretchr/testify/require"
)

// Each test of this file states a tag that once was not true of every instance
// that carried it, and says what it was instead.

// "μ = 0" was the trace of W D, which says so for W of rank one alone: it was
// tagged on permutations, whose eigenvalues have modulus 1.
func TestTagOfMuIsTrue(t *testing.T) {
	seen := draws(Pairs(5), 500, func(p Pair) {
		if has(p.Tags, "μ = 0") {
			d, err := exact.DiagonalFloat64(p.D)
			require.NoError(t, err)
			require.Zero(t, rational(t, p.W).Mul(d).Det().Sign(), "%v: W = %v, D = %v", p.Tags, p.W, p.D)
		}
	})
	require.Positive(t, seen["μ = 0"])
}

// "complex spectrum" was tagged on low-rank networks for how their loadings
// were drawn: with lengths and angles that differ, the pair is often real.
func TestTagOfComplexSpectrumIsTrue(t *testing.T) {
	o := NetworkOptions{MaxUnits: 6, Nonlinearity: []string{"tanh"}, Connectivity: OnlyLowRank}
	draws(Points(o), 300, func(p Point) {
		if has(p.Tags, "complex spectrum") {
			m, n := rational(t, p.M), rational(t, p.N)
			chi := n.T().Mul(m).CharPoly()
			require.Less(t, realRoots(chi), chi.Degree(), "M = %v, N = %v", p.M, p.N)
		}
	})
}

// The plane projector is singular, and has 0 and 1 as repeated eigenvalues, up
// to rounding only: as float64 numbers it is regular, its eigenvalues differ.
func TestTagsOfThePlaneProjectorAreTrue(t *testing.T) {
	eachSample(KindNamed("plane projector"), func(n int, a [][]float64) {
		for _, edge := range KindNamed("plane projector").Edges(n) {
			holds, known := edgeHolds[edge]
			require.True(t, !known || holds(t, a), "n = %d: %q", n, edge)
		}
	})
}

// A tag is there once: TwoContexts tagged both states of a pair, and counts of
// tags went beyond the number of instances.
func TestTagsAreSets(t *testing.T) {
	o := NetworkOptions{MaxUnits: 5, Nonlinearity: AllNonlinearities}
	draws(TwoContexts(o), 200, func(c Contexts) {
		seen := map[string]bool{}
		for _, tag := range c.Tags {
			require.False(t, seen[tag], "%v", c.Tags)
			seen[tag] = true
		}
	})
}

// A low-rank network written by hand without its scale was W = 0·M Nᵀ.
func TestScaleIsNotImplied(t *testing.T) {
	n := Network{Nonlinearity: "tanh", M: [][]float64{{1}}, N: [][]float64{{1}}, Tau: []float64{1}}
	_, err := n.RNN([]float64{0})
	require.ErrorIs(t, err, model.ErrInvalid)
	require.ErrorContains(t, err, "scale")
}
