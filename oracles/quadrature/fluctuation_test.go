package quadrature

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// The mean is TraceCov's, at every N. By counting: n = (±1, ±1) with probability ½ each, φ = x = 1, so Z = ±(1, 1), ‖Z‖² = 2 and
// X = 2(Σ±1)²/N: E X² = 4(3 − 2/N). Two populations of points, labels drawn.
func TestFluctuationByCounting(t *testing.T) {
	zeros := func() [][]float64 { return square(5) }
	points := []Population{{0.5, []float64{1, 0, 1, 1, 0}, zeros()}, {0.5, []float64{1, 0, -1, -1, 0}, zeros()}}
	for _, units := range []int{1, 2, 7, 100} {
		mean, second, err, failure := Fluctuation("identity", points, []float64{1, 0}, units, false)
		require.NoError(t, failure)
		requireWithin(t, 2, mean, err, 8, 2)
		requireWithin(t, 4*(3-2/float64(units)), second, err, 64, 12, units)
		mean, second, err, failure = Fluctuation("identity", points, []float64{1, 0}, 2*units, true)
		require.NoError(t, failure)
		requireWithin(t, 0, mean, err, 8, 2)
		requireWithin(t, 0, second, err, 64, 12, units)
	}
	// x = 1 and n standard normal in two coordinates: X is χ² of two degrees, E X² = 8, at every N.
	normal := Population{1, []float64{1, 0, 0, 0, 0}, zeros()}
	normal.Cov[2][2], normal.Cov[3][3] = 1, 1
	for _, units := range []int{1, 3} {
		for _, sizes := range []bool{false, true} {
			mean, second, err, failure := Fluctuation("identity", []Population{normal}, []float64{1, 0}, units, sizes)
			require.NoError(t, failure)
			requireWithin(t, 2, mean, err, 8, 2)
			requireWithin(t, 8, second, err, 64, 8)
			requireSharp(t, err, 100)
		}
	}
}

// Two drawn units of points n = 1, −2 of weights ¼, ¾, with x = φ = 1: over the four pairs of labels, X = (Z₁ + Z₂)²/2.
func TestFluctuationOfDrawnLabels(t *testing.T) {
	weights, points := []float64{0.25, 0.75}, []float64{1, -2}
	populations := []Population{unitPair(1, 1, 0, 0.25), unitPair(1, -2, 0, 0.75)}
	want, centre := [2]float64{}, 0.25*1-0.75*2
	for i, a := range points {
		for j, b := range points {
			x := math.Pow(a+b-2*centre, 2) / 2
			want[0] += weights[i] * weights[j] * x
			want[1] += weights[i] * weights[j] * x * x
		}
	}
	mean, second, err, failure := Fluctuation("identity", populations, []float64{1}, 2, false)
	require.NoError(t, failure)
	requireWithin(t, want[0], mean, err, 16, 2)
	requireWithin(t, want[1], second, err, 64, 10)
}

// One unit of each of two different populations, by expanding E(|Z₁ + Z₂|⁴)/4 in two of rank one: E Z₁⁴ + 6 C₁C₂ + E Z₂⁴.
func TestFluctuationOfTwoUnits(t *testing.T) {
	rng := rand.New(rand.NewPCG(26, 1))
	for range 10 {
		populations := []Population{random(rng, 1, 3, 0.5), random(rng, 1, 3, 0.5)}
		kappa := []float64{rng.NormFloat64()}
		want, trace := 0.0, [2]float64{}
		for i, p := range populations {
			l, failure := p.along(kappa, []float64{1})
			require.NoError(t, failure)
			mean, cov := [2]float64{l.meanX, l.meanN}, [2][2]float64{{l.a * l.a, l.a * l.b}, {l.a * l.b, l.b*l.b + l.s*l.s}}
			first, _, _ := Expect2(func(x, n float64) float64 { return n * math.Tanh(x) }, mean, cov)
			trace[i], _, _ = Expect2(func(x, n float64) float64 { return math.Pow(n*math.Tanh(x)-first, 2) }, mean, cov)
			fourth, _, _ := Expect2(func(x, n float64) float64 { return math.Pow(n*math.Tanh(x)-first, 4) }, mean, cov)
			want += fourth / 4
		}
		want += 6 * trace[0] * trace[1] / 4
		mean, second, err, failure := Fluctuation("tanh", populations, kappa, 2, true)
		require.NoError(t, failure)
		expected, traceErr, failure := TraceCov("tanh", populations, kappa, true)
		require.NoError(t, failure)
		requireWithin(t, expected, mean, err+traceErr, 64, 1+expected)
		requireWithin(t, want, second, 2*err, 256, 1+want)
		requireSharp(t, err, 1+want)
	}
}

func TestRefusalsOfFluctuation(t *testing.T) {
	p := unitPair(0, 0, 1, 0.5)
	_, _, _, failure := Fluctuation("tanh", []Population{p, p}, []float64{1}, 3, true)
	require.ErrorIs(t, failure, ErrSizes)
	_, _, _, failure = Fluctuation("tanh", []Population{p, p}, []float64{1, 2}, 4, true)
	require.ErrorIs(t, failure, ErrShape)
	_, _, _, failure = Fluctuation("sine", nil, nil, 4, false)
	require.ErrorIs(t, failure, ErrUnknown)
}
