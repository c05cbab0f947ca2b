package meanfield

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/evidence"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/theoremtest"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// planted is a mixture of two populations at R = 2 with all blocks, and a κ.
func planted() generators.MixturePoint {
	return generators.MixturePoint{Mixture: generators.Mixture{Nonlinearity: "tanh", Shares: []float64{3, 1},
		MeanM: [][]float64{{1, -0.5}, {0.5, 1}}, MeanN: [][]float64{{1, 0.5}, {-1.5, 1}}, MeanI: []float64{0.25, -0.5},
		FactorM: [][][]float64{{{1, 0, 0, 0.5, 0}, {0.5, 1, 0, 0, 0}}, {{0.5, 0, 0, 0, 0}, {0.25, 1, 0, 0, 0}}},
		FactorN: [][][]float64{{{1.5, 0.5, 0, 1, 0}, {-0.5, 1, 0.5, 0, 1}}, {{1, -1, 0, 0.5, 0}, {0, 2, 0.5, 0, 0.5}}},
		FactorI: [][]float64{{0.5, 0, 0.75, 0, 0}, {0, 0.25, 0.5, 0, 0}}}, Kappa: []float64{1, -0.75}}
}

// TestPower measures how many samples it takes to find an error of a coefficient:
// unit by unit, and network by network, at the false-alarm probability of a claim.
// The means of F and of FieldVariance move by (1 + e) times what a population's
// Σ_nm, or the whole variance, puts into them.
func TestPower(t *testing.T) {
	c := planted()
	tr, err := observe(c, 0x1p-53)
	require.NoError(t, err)
	want := tr.fluctuations()
	trace, fourth, mean := want.trace(false), want.fourth(false), want.mean
	phi := activations[tr.phi].value
	units := newUnitSampler(rand.New(rand.NewPCG(1, 2)), c.Mixture)
	// unit draws n φ − E n φ of a unit.
	unit := func() (z [2]float64) {
		u := units.next()
		activity := phi(netInputAt(u, c.Kappa))
		for r := range z {
			z[r] = u[2+r]*activity - mean[r]
		}
		return z
	}
	// count returns after how many samples a test is in doubt and has rejected.
	count := func(test *evidence.Test, sample func() float64, most int) (doubted, rejected int) {
		for range most {
			require.NoError(t, test.Add(sample()))
			if doubted == 0 && (test.InDoubt() || test.Rejected()) {
				doubted = test.Samples()
			}
			if test.Rejected() {
				return doubted, test.RejectedAt()
			}
		}
		return doubted, -1
	}
	square := func() float64 { z := unit(); return z[0]*z[0] + z[1]*z[1] }
	for _, e := range []float64{1, 0.2, 0.05, 0.02}[:min(4, 3*theoremtest.Multiplier(t))] { // 2 % takes most units, deeper
		test, err := evidence.NewMeanSquare(trace*(1+e), fourth*(1+e)*(1+e), evidence.Level)
		require.NoError(t, err)
		doubted, found := count(test, square, 4_000_000)
		require.Positive(t, found, "an error of %v of the variance, unit by unit", e)
		t.Logf("tr Cov(n φ) %3.0f %% too large: in doubt after %d units, refuted after %d, one by one", 100*e, doubted, found)
	}
	test, err := evidence.NewMeanSquare(trace, fourth, evidence.Level)
	require.NoError(t, err)
	doubted, found := count(test, square, min(1_000_000, 400_000*theoremtest.Multiplier(t)))
	require.Negative(t, found, "the truth is not accused")
	require.Zero(t, doubted, "nor doubted")
	// The field, off by 2 % of what Σ_nm puts into it.
	overlap := 0.0
	for _, in := range tr.at {
		overlap += in.weight * in.c[0] * 0.5 // ⟨φ'⟩ is about a half
	}
	for _, e := range []float64{0.2, 0.05, 0.02}[:min(3, 2*theoremtest.Multiplier(t))] {
		test, err := evidence.NewVariance(e*overlap, trace, evidence.Level)
		require.NoError(t, err)
		doubted, found := count(test, func() float64 { return unit()[0] }, 8_000_000)
		require.Positive(t, found, "an error of %v of Σ_nm", e)
		t.Logf("Σ_nm %3.0f %% too large: F_0 in doubt after %d units, refuted after %d", 100*e, doubted, found)
	}
	mixture, err := c.Model()
	require.NoError(t, err)
	for _, n := range []int{8, 64} {
		for _, factor := range []float64{0.5, 2, 4} {
			rng := rand.New(rand.NewPCG(3, uint64(n)))
			test, err := evidence.NewMeanSquare(trace*factor, evidence.SecondMoment(n, trace*max(1, factor), fourth*max(1, factor*factor)), evidence.Level)
			require.NoError(t, err)
			doubted, found := count(test, func() float64 {
				net, err := mixture.Sample(rng, model.MixtureSampling{Units: n})
				require.NoError(t, err)
				f, err := net.FieldAt(c.Kappa, 1)
				require.NoError(t, err)
				return float64(n) * (math.Pow(f[0]+c.Kappa[0]-mean[0], 2) + math.Pow(f[1]+c.Kappa[1]-mean[1], 2))
			}, 8000)
			require.Positive(t, found)
			if factor == 4 {
				require.LessOrEqual(t, doubted, networksDrawn)
				require.LessOrEqual(t, found, mostDrawn)
			}
			t.Logf("variance %v times what it is: in doubt after %d networks of %d units, refuted after %d", factor, doubted, n, found)
		}
	}
}

// TestPowerOnLoadings: a sampler with 2 % too much of all variances is found by one
// network, an honest one is not accused.
func TestPowerOnLoadings(t *testing.T) {
	for _, e := range []struct {
		factor, units float64
		found         bool
	}{{1, 400_000, false}, {1.02, 400_000, true}, {1.05, 65536, true}, {1.25, unitsDrawn, true}} {
		s := theorems.Model()
		right := s.SampleMixture
		s.SampleMixture = func(m *model.Mixture, o model.MixtureSampling, seed uint64) (*model.SampledNetwork, error) {
			populations := make([]model.Population, m.Populations())
			for p := range populations {
				populations[p] = m.Population(p)
				cov := mat.NewSymDense(len(populations[p].Mean), nil)
				cov.ScaleSym(e.factor, populations[p].Cov)
				populations[p].Cov = cov
			}
			wider, err := model.NewMixture(m.Nonlinearity(), populations)
			require.NoError(t, err)
			return right(wider, o, seed)
		}
		f, err := judgeLoadingsOf(s, planted(), e.units)
		require.NoError(t, err)
		require.Equal(t, e.found, f.Verdict == theorems.Fails, "variances times %v, %v units", e.factor, e.units)
	}
}
