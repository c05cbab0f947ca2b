package meanfield

import (
	"testing"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
	"github.com/stretchr/testify/require"
)

// F(κ) = −κ + 3 tanh 2κ has 0 and a pair ±κ*. A list of −κ* alone has the index 1: of its image, which is a zero,
// nothing is claimed; that a tenth beside it there were one is refuted.
func TestImagesAreLookedAtBeforeAbstaining(t *testing.T) {
	c := generators.Symmetric{Group: "reflection", MixturePoint: generators.MixturePoint{Kappa: []float64{0},
		Mixture: generators.Mixture{Nonlinearity: "tanh", Shares: []float64{1}, MeanM: [][]float64{{2}}, MeanN: [][]float64{{3}}, MeanI: []float64{0}}}}
	whole, s := c.Whole(), theorems.Model()
	m, err := whole.Model()
	require.NoError(t, err)
	set, err := s.Equilibria(m, model.EquilibriumSearch{})
	require.NoError(t, err)
	require.Len(t, set.Points, 3)
	set.Points, set.IndexSum = set.Points[:1], 1
	s.Equilibria = func(*model.Mixture, model.EquilibriumSearch) (*model.EquilibriumSet, error) { return set, nil }
	f, err := judgeOrbits(s, c)
	require.NoError(t, err)
	require.Equal(t, theorems.Unknown, f.Verdict)
	at, err := plainAt(whole, set.Points[0].Point, s.UnitRoundoff)
	require.NoError(t, err)
	for off, want := range map[float64]theorems.Verdict{0: theorems.Unknown, 0.1: theorems.Fails, -0.1: theorems.Fails, 1e-6: theorems.Fails} {
		f := theorems.Finding{}
		o := orbits{whole: whole, law: numbersOf(whole), set: set, u: s.UnitRoundoff}
		require.NoError(t, o.expectImage(&f, []float64{off - set.Points[0].Point[0]}, set.Points[0], at))
		require.Equal(t, want, f.Verdict, "%v beside the image", off)
	}
}
