package bridges

import (
	"slices"
	"testing"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
	"github.com/stretchr/testify/require"
)

// What the statistical claim of X1 can see: an error of 2 % in DF + 1, and
// nothing where there is none, both at six seeds. R = 1, tanh, loadings of
// mean 1 and a deviation of about ¼: at the false-alarm probability of the claim it takes
// the number of units that is logged.
func TestX1Power(t *testing.T) {
	c := generators.MixturePoint{Kappa: []float64{0.25}}
	c.Mixture = generators.Mixture{Nonlinearity: "tanh", Shares: []float64{1}, MeanM: [][]float64{{1}}, MeanN: [][]float64{{1}}, MeanI: []float64{0},
		FactorM: [][][]float64{{{0.25, 0}}}, FactorN: [][][]float64{{{0.125, 0.25}}}, FactorI: [][]float64{{0, 0.125}}}
	planted := func(factor float64) theorems.Subject {
		s := theorems.Model()
		right := s.MeanFieldJacobian
		s.MeanFieldJacobian = func(m *model.Mixture, kappa []float64) ([][]float64, error) {
			j, err := right(m, kappa)
			j[0][0] = (j[0][0]+1)*factor - 1
			return j, err
		}
		return s
	}
	const most = 800
	found := func(s theorems.Subject, seed uint64) int {
		l, err := newLimit(s, c)
		require.NoError(t, err)
		test, err := l.testMean(limitUnits, falseAlarm)
		require.NoError(t, err)
		for k := range most {
			j, err := l.sampled(limitUnits, seed<<20+uint64(k))
			require.NoError(t, err)
			require.NoError(t, test.Add([]float64{j[0][0]}))
			if test.Rejected() {
				return k + 1
			}
		}
		return 0
	}
	var units []int
	for seed := range uint64(6) {
		require.Zero(t, found(planted(1), seed))
		for _, factor := range []float64{1.02, 0.98} {
			n := found(planted(factor), seed)
			require.NotZero(t, n, "seed %d: DF + 1 times %v", seed, factor)
			units = append(units, n*limitUnits)
		}
	}
	slices.Sort(units)
	t.Logf("2 %% found after %d units in the median, %d at most", units[len(units)/2], units[len(units)-1])
}
