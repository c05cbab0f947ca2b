package bridges

import (
	"slices"
	"testing"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/theoremtest"
	"github.com/stretchr/testify/require"
)

// What the statistical claim of X1 can see: an error of 2 % in DF + 1, and
// nothing where there is none, both at six seeds. R = 1, tanh, loadings of
// mean 1 and a deviation of about ¼: at the false-alarm probability of the claim it takes
// the number of units that is logged until a test is in doubt, and until it rejects.
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
	const most = 3000
	found := func(s theorems.Subject, seed uint64) (doubted, rejected int) {
		l, err := newLimit(s, c)
		require.NoError(t, err)
		test, err := l.testMean(limitUnits)
		require.NoError(t, err)
		for k := range most {
			j, err := l.sampled(limitUnits, seed<<20+uint64(k))
			require.NoError(t, err)
			require.NoError(t, test.Add([]float64{j[0][0]}))
			if doubted == 0 && (test.InDoubt() || test.Rejected()) {
				doubted = k + 1
			}
			if test.Rejected() {
				return doubted, k + 1
			}
		}
		return doubted, 0
	}
	var doubts, units []int
	for seed := range uint64(2 * theoremtest.Multiplier(t)) {
		doubted, _ := found(planted(1), seed)
		require.Zero(t, doubted)
		for _, factor := range []float64{1.02, 0.98} {
			doubted, rejected := found(planted(factor), seed)
			require.NotZero(t, rejected, "seed %d: DF + 1 times %v", seed, factor)
			doubts, units = append(doubts, doubted*limitUnits), append(units, rejected*limitUnits)
		}
	}
	slices.Sort(doubts)
	slices.Sort(units)
	t.Logf("2 %%: in doubt after %d units in the median, refuted after %d, %d at most", doubts[len(doubts)/2], units[len(units)/2], units[len(units)-1])
}
