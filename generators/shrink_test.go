package generators

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// A failure that needs one entry of W shrinks to that entry.
func TestShrinkFindsTheEntryThatMatters(t *testing.T) {
	gen := Points(NetworkOptions{MaxUnits: 8, Nonlinearity: AllNonlinearities, Connectivity: OnlyDense})
	shrunk := 0
	for seed := range 80 {
		p := gen.Example(seed)
		fails := func(p Point) bool {
			for i := range p.W {
				for j := range p.W[i] {
					if i != j && math.Abs(p.W[i][j]) > 0.7 {
						return true
					}
				}
			}
			return false
		}
		if !fails(p) {
			continue
		}
		before := copyAs(p)
		small := simplest(p, fails)
		require.Equal(t, before, p, "the instance that was given is left alone")
		require.Len(t, small.W, 2)
		require.True(t, fails(small))
		nonzero := 0
		for _, row := range small.W {
			for _, w := range row {
				if w != 0 {
					require.Equal(t, 1.0, math.Abs(w))
					nonzero++
				}
			}
		}
		require.Equal(t, 1, nonzero)
		require.Equal(t, "identity", small.Nonlinearity)
		require.NoError(t, CheckShape(small))
		shrunk++
	}
	require.Greater(t, shrunk, 20)
}

func TestShrinkKeepsPositiveFieldsPositive(t *testing.T) {
	gen := Runs(NetworkOptions{MaxUnits: 4, Nonlinearity: AllNonlinearities})
	for seed := range 15 {
		small := simplest(gen.Example(seed), func(Run) bool { return true })
		require.NoError(t, CheckShape(small))
		require.Equal(t, []float64{1}, small.Tau)
		require.Equal(t, 1.0, small.Step)
		require.Equal(t, 1, small.Steps)
	}
}

func TestCheckShapeNamesTheOffender(t *testing.T) {
	p := Point{Network: Network{Nonlinearity: "tanh", W: [][]float64{{1, 2}, {3, 4}}, Tau: []float64{1}}, X: []float64{1, 2}}
	require.NoError(t, CheckShape(p))
	p.X = []float64{1}
	require.ErrorContains(t, CheckShape(p), "x has 1 entries, want N = 2")
	p.X = []float64{1, math.NaN()}
	require.ErrorContains(t, CheckShape(p), "x[1] is NaN")
	p.X = []float64{1, 2}
	p.W[1] = []float64{1}
	require.ErrorContains(t, CheckShape(p), "W[1] has 1 entries, want N = 2")
}
