package generators

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestNoisyPointsAreWhatTheirTagsSay: kinks to the bit, ranks in integers.
func TestNoisyPointsAreWhatTheirTagsSay(t *testing.T) {
	o := NoisyOptions{NetworkOptions: NetworkOptions{MaxUnits: 5, Nonlinearity: AllNonlinearities}, Kinks: true, Steps: 3}
	seen := map[string]bool{}
	for seed := range 400 {
		o.Regular = seed%2 == 0
		p := NoisyPoints(o).Example(seed)
		require.NoError(t, CheckShape(p))
		kinks := map[string][]float64{"relu": {0}, "hard-tanh": {-1, 1}}[p.Nonlinearity]
		on := false
		for _, x := range p.X {
			for _, k := range kinks {
				on = on || x == k
			}
		}
		require.Equal(t, on, has(p.Tags, "on a kink"))
		directions := p.noise().directions()
		require.Equal(t, directions.rank() == 0, has(p.Tags, "P = 0"))
		require.Equal(t, directions.rank() < p.Units(), has(p.Tags, "P singular"))
		_, err := p.Noise()
		require.NoError(t, err)
		require.Len(t, p.Shocks, o.Steps)
		for _, tag := range p.Tags {
			seen[tag] = true
		}
	}
	for _, tag := range []string{"on a kink", "P = 0", "P singular"} {
		require.True(t, seen[tag], tag)
	}
}

// TestNoisyRunsStayWhereTheyAreLinear: the one eigenvalue of W is ±63/64, to
// rounding, and a kink is 50 stationary deviations away.
func TestNoisyRunsStayWhereTheyAreLinear(t *testing.T) {
	for seed := range 200 {
		r := NoisyRuns().Example(seed)
		overlap, loud := 0.0, 0.0
		for i := range r.M {
			overlap += r.M[i][0] * r.N[i][0]
			loud += r.N[i][0] * r.N[i][0] * r.PDiag[i]
		}
		const rounding = 8 * 0x1p-53 * 16 // eight operations on numbers below 16
		require.LessOrEqual(t, math.Abs(math.Abs(overlap)-63.0/64), rounding)
		for i, x := range r.X {
			deviation := math.Sqrt(r.PDiag[i] + r.M[i][0]*r.M[i][0]*loud/(1-63.0*63/64/64))
			distance := map[string]float64{"relu": x, "hard-tanh": 1 - math.Abs(x), "identity": math.Inf(1)}[r.Nonlinearity]
			require.Greater(t, distance, 50*deviation)
		}
		require.True(t, r.Admissible())
		net, err := r.RNN(make([]float64, r.Units()))
		require.NoError(t, err)
		require.Equal(t, 2, net.Units())
	}
}

// TestPipelinesHaveAModel: a mixture and noise that model takes.
func TestPipelinesHaveAModel(t *testing.T) {
	o := MixtureOptions{MaxRank: 2, Moderate: true, Nonlinearity: BoundedNonlinearities}
	for seed := range 100 {
		p := Pipelines(o, 4).Example(seed)
		require.NoError(t, CheckShape(p))
		m, err := p.Model()
		require.NoError(t, err)
		require.Equal(t, p.Rank(), m.Rank())
		noise, err := p.Noise()
		require.NoError(t, err)
		require.Equal(t, p.Units(), noise.Dim())
		require.Equal(t, p.Units() == 1, has(p.Tags, "N = 1"))
	}
}
