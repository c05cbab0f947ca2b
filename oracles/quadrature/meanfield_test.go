package quadrature

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func dot(a, b []float64) (sum float64) {
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

// random returns a population of the rank with covariance L Lᵀ, L of the given number of columns.
func random(rng *rand.Rand, rank, columns int, weight float64) Population {
	size := 2*rank + 1
	rows := make([][]float64, size)
	p := Population{Weight: weight, Mean: make([]float64, size), Cov: make([][]float64, size)}
	for i := range rows {
		p.Mean[i] = rng.NormFloat64()
		rows[i] = make([]float64, columns)
		for j := range rows[i] {
			rows[i][j] = rng.NormFloat64() / math.Sqrt(float64(size))
		}
	}
	for i := range rows {
		p.Cov[i] = make([]float64, size)
		for j := range rows {
			p.Cov[i][j] = dot(rows[i], rows[j])
		}
	}
	return p
}

// unitPair is R = 1, Σ_mm = Σ_nm = Σ_nn = 1, no input, at the mean (m, n).
func unitPair(m, n, variance, weight float64) Population {
	v := variance
	return Population{weight, []float64{m, n, 0}, [][]float64{{v, v, 0}, {v, v, 0}, {0, 0, 0}}}
}

// By hand: the two points (m, n) = ±(1, 1) have the field −κ + tanh κ, and the law of the same moments −κ + κ⟨φ′⟩(0, κ²), with
// ⟨φ′⟩(0, 1) = 0.6057055096021589 from 30-digit arithmetic: −0.394 and −0.238 at κ = 1, as theory says of M4.
func TestFieldsOfTheoryOnMixtures(t *testing.T) {
	points := []Population{unitPair(1, 1, 0, 0.5), unitPair(-1, -1, 0, 0.5)}
	value, err, failure := Field("tanh", points, []float64{1})
	require.NoError(t, failure)
	requireWithin(t, math.Tanh(1)-1, value[0], err, 2, 1)
	value, err, failure = Field("tanh", []Population{unitPair(0, 0, 1, 1)}, []float64{1})
	require.NoError(t, failure)
	requireWithin(t, 0.6057055096021589-1, value[0], err, 2, 1)
	requireSharp(t, err, 1)
}

// Published fixed points of B: Σ_nm = λ, Σ_mm = 1: F(±ρ(λ)) = 0, with ρ from 30-digit arithmetic, rounded, and |F′| < 2.
func TestFieldVanishesAtFixedPoints(t *testing.T) {
	for lambda, rho := range map[float64]float64{1.05: 0.2289694313913408, 1.2: 0.4862823196969146, 1.6: 0.9481343176061606, 3: 2.2223140699303108, 10: 7.927336225874476} {
		p := Population{1, make([]float64, 3), [][]float64{{1, lambda, 0}, {lambda, 2 * lambda * lambda, 0}, {0, 0, 0}}}
		for _, kappa := range []float64{rho, -rho} {
			value, err, failure := Field("tanh", []Population{p}, []float64{kappa})
			require.NoError(t, failure)
			requireWithin(t, 0, value[0], err, 4, rho)
			requireSharp(t, err, lambda)
		}
	}
}

// Against Stein's lemma with closed averages, for ranks one to three, of full and of deficient covariances, Δ(κ) = 0 included.
func TestFieldAgainstStein(t *testing.T) {
	rng := rand.New(rand.NewPCG(23, 1))
	for trial := range 40 {
		rank := 1 + trial%3
		populations := []Population{random(rng, rank, 2*rank+1, 0.25), random(rng, rank, 1+trial%2, 0.75)}
		kappa := make([]float64, rank)
		for r := range kappa {
			kappa[r] = rng.NormFloat64()
		}
		if trial%4 == 0 { // the input undoes m·κ in the first population: x is constant there
			p, w := populations[0], append(append([]float64{}, kappa...), make([]float64, rank)...)
			for j := range 2 * rank {
				p.Cov[2*rank][j] = -dot(w, p.Cov[j][:2*rank])
				p.Cov[j][2*rank] = p.Cov[2*rank][j]
			}
			p.Cov[2*rank][2*rank] = -dot(w, p.Cov[2*rank][:2*rank])
		}
		value, err, failure := Field("erf", populations, kappa)
		require.NoError(t, failure)
		for r := range kappa {
			want, size := -kappa[r], math.Abs(kappa[r])
			for i, p := range populations {
				l, failure := p.along(kappa, axis(rank, r))
				require.NoError(t, failure)
				delta, c := l.a*l.a, l.a*l.b
				require.False(t, trial%4 == 0 && i == 0 && delta > 1e-12)
				want += p.Weight * (l.meanN*erfAverage(0, l.meanX, delta) + c*erfAverage(1, l.meanX, delta))
				size += math.Abs(l.meanN) + math.Abs(c)
			}
			requireWithin(t, want, value[r], err, 32, size, trial)
		}
		requireSharp(t, err, 10*float64(rank), trial)
	}
}

// Variances of which rounding leaves nothing, beside covariances that it does not touch: x = m/3 + I with I = −m/3 + 1e-9 n¹, so that
// Δ = 1e-18, c = 1e-9, and F = c φ′(0) − κ; and n¹ − n² = 1e-9 m, of variance 1e-18.
func TestVariancesBelowRounding(t *testing.T) {
	const tiny, kappa = 1e-9, 1.0 / 3
	rows := [][]float64{{1, 0}, {0, 1}, {0, 1}, {tiny, 1}, {-kappa, tiny}} // m¹, m², n¹, n², I of two normals
	p := Population{1, make([]float64, 5), square(5)}
	for i := range rows {
		for j := range rows {
			p.Cov[i][j] = dot(rows[i], rows[j])
		}
	}
	value, err, failure := Field("tanh", []Population{p}, []float64{kappa, 0})
	require.NoError(t, failure)
	require.True(t, math.Abs(value[0]+kappa-tiny) <= err+4*unit, "%v", value[0]+kappa)
	requireSharp(t, err, 1e-2)
	for _, direction := range [][]float64{{1, -1}, {-1, 1}} {
		for _, k := range [][]float64{{kappa, 0}, {kappa, 1}, {2, 0}, {0.7, -0.3}} {
			l, failure := p.along(k, direction)
			require.NoError(t, failure, "%v %v", direction, k)
			want := -direction[0] * tiny * (k[0] - kappa) // Cov(m·k + I, d·n)
			require.True(t, math.Abs(l.a*l.b-want) <= 64*unit, "%v, not %v", l.a*l.b, want)
		}
	}
}

// φ = x: E nφ = μ_n μ_x + c and E n²φ² = (μ_n²+s)(μ_x²+Δ) + 4μ_nμ_x c + 2c², by Isserlis. Two populations, both rules.
func TestTraceCovOfTheLinearNetwork(t *testing.T) {
	rng := rand.New(rand.NewPCG(24, 1))
	for trial := range 20 {
		rank := 1 + trial%3
		populations := []Population{random(rng, rank, 2*rank+1, 0.4), random(rng, rank, 1+trial%2, 0.6)}
		kappa := make([]float64, rank)
		for r := range kappa {
			kappa[r] = rng.NormFloat64()
		}
		drawn, fixed, size := 0.0, 0.0, 0.0
		for r := range kappa {
			mean := 0.0
			for _, p := range populations {
				l, failure := p.along(kappa, axis(rank, r))
				require.NoError(t, failure)
				delta, c, s := l.a*l.a, l.a*l.b, l.b*l.b+l.s*l.s
				first := l.meanN*l.meanX + c
				second := (l.meanN*l.meanN+s)*(l.meanX*l.meanX+delta) + 4*l.meanN*l.meanX*c + 2*c*c
				mean += p.Weight * first
				drawn += p.Weight * second
				fixed += p.Weight * (second - first*first)
				size += p.Weight * (second + first*first)
			}
			drawn -= mean * mean
		}
		for sizes, want := range map[bool]float64{false: drawn, true: fixed} {
			got, err, failure := TraceCov("identity", populations, kappa, sizes)
			require.NoError(t, failure)
			requireWithin(t, want, got, err, 64, size, trial, sizes)
			requireSharp(t, err, size, trial, sizes)
		}
	}
	// Two points: no variance within, and between them that of ±tanh 2 and of ±tanh 1 weighed ¼ and ¾.
	points := []Population{unitPair(1, 1, 0, 0.25), unitPair(-2, 1, 0, 0.75)}
	got, err, failure := TraceCov("tanh", points, []float64{1}, true)
	require.NoError(t, failure)
	requireWithin(t, 0, got, err, 4, 1)
	got, err, failure = TraceCov("tanh", points, []float64{1}, false)
	require.NoError(t, failure)
	requireWithin(t, 0.25*0.75*math.Pow(math.Tanh(1)+math.Tanh(2), 2), got, err, 8, 1)
}

// A mistake that the field is to find shows here by more than its error: Σ_nm transposed, Δ without its cross term.
func TestFieldTellsMistakes(t *testing.T) {
	rng := rand.New(rand.NewPCG(25, 1))
	p := random(rng, 2, 5, 1)
	kappa := []float64{0.7, -0.4}
	right, err, failure := Field("tanh", []Population{p}, kappa)
	require.NoError(t, failure)
	for _, pairs := range [][][2]int{{{0, 3}, {1, 2}}, {{0, 4}}} {
		q := random(rand.New(rand.NewPCG(25, 1)), 2, 5, 1)
		for _, ij := range pairs {
			i, j := ij[0], ij[1]
			v := p.Cov[1][2]
			switch {
			case ij == [2]int{1, 2}:
				v = p.Cov[0][3]
			case ij == [2]int{0, 4}:
				v = 0
			}
			q.Cov[i][j], q.Cov[j][i] = v, v
		}
		wrong, wrongErr, failure := Field("tanh", []Population{q}, kappa)
		require.NoError(t, failure)
		require.Greater(t, math.Abs(wrong[0]-right[0]), 1000*(err+wrongErr))
	}
}

func TestAbsMeanAgainstQuadrature(t *testing.T) {
	for _, mu := range []float64{0, -0.3, 2, 40} {
		for _, variance := range []float64{0, 1e-6, 1, 9} {
			p := Population{1, []float64{9, 9, 9, mu, 9}, make([][]float64, 5)}
			for i := range p.Cov {
				p.Cov[i] = make([]float64, 5)
			}
			p.Cov[3][3] = variance
			want, err := Expect1(math.Abs, mu, variance, []float64{0})
			requireWithin(t, want, AbsMean(p, 1), err, 8, math.Abs(mu)+math.Sqrt(variance), mu, variance)
			requireSharp(t, err, math.Abs(mu)+math.Sqrt(variance))
		}
	}
}

func TestRefusalsOfField(t *testing.T) {
	good := unitPair(0, 0, 1, 1)
	short, ragged, large, nan := good, good, good, good
	short.Mean = good.Mean[:2]
	ragged.Cov = [][]float64{{1, 1, 0}, {1, 1}, {0, 0, 0}}
	large.Cov = [][]float64{{1, 1.1, 0}, {1.1, 1, 0}, {0, 0, 0}}
	nan.Mean = []float64{0, math.NaN(), 0}
	for _, c := range []struct {
		phi  string
		p    Population
		want error
	}{{"sine", good, ErrUnknown}, {"tanh", short, ErrShape}, {"tanh", ragged, ErrShape}, {"tanh", large, ErrIndefinite}, {"tanh", nan, ErrNotFinite}} {
		_, _, failure := Field(c.phi, []Population{c.p}, []float64{1})
		require.ErrorIs(t, failure, c.want)
		_, _, failure = TraceCov(c.phi, []Population{c.p}, []float64{1}, false)
		require.ErrorIs(t, failure, c.want)
	}
	_, _, failure := Field("tanh", []Population{good}, []float64{1, 2})
	require.ErrorIs(t, failure, ErrShape)
}
