package generators

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// Seeds are instances here too.
func TestMeanFieldSeedsAreInstances(t *testing.T) {
	o := ReducedOptions{MaxUnits: 5, MaxRank: 3, Nonlinearity: AllNonlinearities}
	deterministic(t, "Reduceds", Reduceds(o))
	deterministic(t, "ReducedRuns", ReducedRuns(o))
	deterministic(t, "ReducedGauges", ReducedGauges(o))
	deterministic(t, "Embellisheds", Embellisheds(MixtureOptions{Nonlinearity: AllNonlinearities}))
	deterministic(t, "Symmetrics", Symmetrics(MixtureOptions{Nonlinearity: AllNonlinearities}, false))
	deterministic(t, "Gaugeds", Gaugeds(MixtureOptions{Nonlinearity: AllNonlinearities}))
}

// The groups are groups, of their known orders.
func TestGroupsAreClosed(t *testing.T) {
	orders := map[string]int{"reflection": 2, "half turn": 2, "cyclic 3": 3, "cyclic 4": 4, "cyclic 5": 5, "triangle": 6, "square": 8, "hexagon": 12,
		"sign changes": 8, "permutations": 6, "turns of the tetrahedron": 12, "turns of the cube": 24, "cube and octahedron": 48}
	require.Len(t, groups, len(orders))
	for _, g := range groups {
		e := elementsOf[g.name]
		require.Len(t, e, orders[g.name], g.name)
		for _, a := range e {
			for _, b := range e {
				product := multiply(a, b)
				require.True(t, slices.ContainsFunc(e, func(c [][]float64) bool { return near(c, product) }), g.name)
			}
			for i := range a {
				for j := range a {
					dot := 0.0
					for k := range a {
						dot += a[i][k] * a[j][k]
					}
					require.LessOrEqual(t, math.Abs(dot-identity(len(a))[i][j]), 64*0x1p-53, g.name)
				}
			}
		}
	}
}
