package model_test

import (
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/exact"
	oracle "github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/stretchr/testify/require"
)

// notMarkov is the example of S2: Λ_2 = J Λ_1, and Λ_3 − J Λ_2 = 5/11.
func notMarkov(t testing.TB) *model.LDS {
	return newLDS(t, model.LDSConfig{
		A: matrix(row(0.5, 0), row(0, -0.5)), C: matrix(row(1, 1)),
		Q: denseNoise(t, matrix(row(9, -2.5), row(-2.5, 0.75))), R: isotropic(t, 1, 40.0/9)})
}

func TestMarkov(t *testing.T) {
	rotation := matrix(row(0.75, -0.25), row(0.25, 0.75))
	read := matrix(row(1, 0), row(0.5, 1), row(0, -1))
	q := denseNoise(t, matrix(row(2, 0.5), row(0.5, 1)))
	for _, c := range []struct {
		name string
		lds  model.LDSConfig
		want model.MarkovVerdict
		lag  int // of the violation, where it is known
	}{
		{"S2: equal Λ_2, unequal Λ_3", model.LDSConfig{A: matrix(row(0.5, 0), row(0, -0.5)), C: matrix(row(1, 1)),
			Q: denseNoise(t, matrix(row(9, -2.5), row(-2.5, 0.75))), R: isotropic(t, 1, 40.0/9)}, model.NotMarkov, 2},
		{"generic", model.LDSConfig{A: rotation, C: read, Q: q, R: isotropic(t, 3, 1)}, model.NotMarkov, 0},
		{"no noise, C injective", model.LDSConfig{A: rotation, C: read, Q: q, R: model.ZeroNoise(3)}, model.Markov, 0},
		{"no noise, K > N", model.LDSConfig{A: rotation, C: matrix(row(1, 0.5)), Q: q, R: model.ZeroNoise(1)}, model.NotMarkov, 0},
		{"noise orthogonal to what reads the latents", model.LDSConfig{A: rotation, C: read, Q: q,
			R: diagonal(t, 0, 0, 3)}, model.Markov, 0},
		{"the same noise of low rank", model.LDSConfig{A: rotation, C: read, Q: q,
			R: factored(t, row(0, 0, 0), column(0, 0, 1))}, model.Markov, 0},
		{"C V = 0", model.LDSConfig{A: matrix(row(0.5, 0), row(0, 0.25)), C: matrix(row(0, 1)), Q: diagonal(t, 1, 0), R: isotropic(t, 1, 1)}, model.Markov, 0},
		{"C = 0", model.LDSConfig{A: rotation, C: matrix(row(0, 0)), Q: q, R: isotropic(t, 1, 1)}, model.Markov, 0},
		{"A = 0", model.LDSConfig{A: matrix(row(0, 0), row(0, 0)), C: matrix(row(1, 2)), Q: q, R: isotropic(t, 1, 1)}, model.Markov, 0},
		{"K = 0", model.LDSConfig{R: isotropic(t, 1, 1)}, model.Markov, 0},
		{"everything is zero", model.LDSConfig{A: rotation, C: read, Q: model.ZeroNoise(2), R: model.ZeroNoise(3)}, model.Markov, 0},
		{"a delay of two", model.LDSConfig{A: matrix(row(0, 0.25), row(1, 0)), C: matrix(row(1, 0)), Q: diagonal(t, 1, 0), R: model.ZeroNoise(1)}, model.NotMarkov, 0},
		{"MA(1) at the edge", model.LDSConfig{A: matrix(row(0, 0), row(1, 0)), C: matrix(row(1, 1)), Q: diagonal(t, 1, 0), R: model.ZeroNoise(1)}, model.NotMarkov, 0},
		{"graded units and latents", model.LDSConfig{A: matrix(row(0.5, 0x1p27), row(0, -0.5)), C: matrix(row(1, 0), row(0, 0x1p30)),
			Q: diagonal(t, 0x1p54, 1), R: diagonal(t, 0x1p54, 0x1p60)}, model.NotMarkov, 0},
		{"graded, without noise", model.LDSConfig{A: matrix(row(0.5, 0x1p27), row(0, -0.5)), C: matrix(row(1, 0), row(0, 0x1p30)),
			Q: diagonal(t, 0x1p54, 1), R: model.ZeroNoise(2)}, model.Markov, 0},
		{"units that are nearly the same, without noise", model.LDSConfig{A: rotation, C: matrix(row(0.3, 0.7), row(0.3, 0.7+0x1p-30)),
			Q: q, R: model.ZeroNoise(2)}, model.Markov, 0},
		{"a latent that is hardly apart from another, and not read", model.LDSConfig{A: matrix(row(0, 0, 0), row(0, 0, -1), row(0, -0x1p-40, 0)),
			C: matrix(row(0, -1, 0)), Q: factored(t, row(0, 0, 0), column(-1, 1, 1)), R: model.ZeroNoise(1)}, model.NotMarkov, 0},
		{"nearly Markov", model.LDSConfig{A: matrix(row(-0.75, 0), row(1, -0.75)), C: matrix(row(0, 1)),
			Q: factored(t, row(0, 0), column(0x1p-12, -7)), R: model.ZeroNoise(1)}, model.NotMarkov, 0},
		{"a latent that is what hardly differs in two others", model.LDSConfig{A: matrix(row(0, 0, 0), row(0, 0x1p-12, 0), row(-0x1.c8p-5, 0x1.c8p-5, 0)),
			C: matrix(row(0, 1, 1)), Q: factored(t, row(0, 0, 0), column(1, 1, 0)), R: model.ZeroNoise(1)}, model.NotMarkov, 0},
		{"C A = 0, but for rounding of what spans C", model.LDSConfig{A: matrix(row(0x1p-6, 0x1p-5), row(-3*0x1p-6, -3*0x1p-5)),
			C: matrix(row(3, 1), row(6, 2), row(9, 3)), Q: diagonal(t, 1, 2), R: diagonal(t, 1, 2, 3)}, model.Markov, 0},
		{"a latent below the rounding of what reads it, without noise", model.LDSConfig{A: matrix(row(0, 0), row(-0x1.4p-55, 0x1p-12)),
			C: matrix(row(1, 0), row(1, 1)), Q: diagonal(t, 1, 0), R: model.ZeroNoise(2)}, model.Markov, 0},
		{"units that are nearly the same, one with noise", model.LDSConfig{A: rotation, C: matrix(row(0.3, 0.7), row(0.3, 0.7+0x1p-30), row(0.1, 0.2)),
			Q: q, R: diagonal(t, 0, 0, 1)}, model.Markov, 0},
		{"a violation of 2⁻³⁴, far above rounding", model.LDSConfig{A: matrix(row(0.5)), C: matrix(row(1)), Q: isotropic(t, 1, 1), R: isotropic(t, 1, 0x1p-34)}, model.NotMarkov, 1},
		{"spectral radius 1 − 2⁻²⁰", model.LDSConfig{A: matrix(row(1 - 0x1p-20)), C: column(1, 1), Q: isotropic(t, 1, 1), R: isotropic(t, 2, 1)}, model.NotMarkov, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLDS(t, c.lds)
			d, err := l.Markov(0)
			require.NoError(t, err)
			t.Log(d)
			require.Equal(t, c.want, d.Verdict, "%v", d)
			if c.lag > 0 {
				require.Equal(t, c.lag, d.Lag)
			}
			m, err := l.FirstOrderMatch(0)
			require.NoError(t, err)
			require.Equal(t, d, m.Markov)
		})
	}
}

// TestMarkovOnRandomSystems decides in rationals whether K steps more of the
// past tell anything.
func TestMarkovOnRandomSystems(t *testing.T) {
	count := map[model.MarkovVerdict]int{}
	everyLDS(t, 11, times(t, 4), false, func(t *testing.T, l *model.LDS) {
		k, n := l.Latents(), l.Units()
		law, err := oracle.ExactLDS{A: exactOf(t, plain(l.A(), k), k, k), C: exactOf(t, plain(l.C(), n), n, k),
			Q: exactOf(t, plainCovariance(l.Q()), k, k), R: exactOf(t, plainCovariance(l.R()), n, n)}.Joint(k + 2)
		require.NoError(t, err)
		steps := func(from, to int) (entries []int) {
			for i := from * n; i < to*n; i++ {
				entries = append(entries, i)
			}
			return entries
		}
		want := model.NotMarkov
		if oracle.ConditionalInformationIsZero(law, steps(k+1, k+2), steps(0, k), steps(k, k+1)) {
			want = model.Markov
		}
		d, err := l.Markov(0)
		require.NoError(t, err)
		count[d.Verdict]++
		require.Equal(t, want, d.Verdict, "%v", d)
	})
	t.Log(count)
	require.Positive(t, count[model.Markov])
	require.Positive(t, count[model.NotMarkov])
}

// exactOf returns the rationals that floating-point numbers are.
func exactOf(t *testing.T, rows [][]float64, r, c int) *exact.Matrix {
	t.Helper()
	if r == 0 || c == 0 {
		return exact.Zero(r, c)
	}
	m, err := exact.FromFloat64(rows)
	require.NoError(t, err)
	return m
}

func TestConvertedNetworksAreMarkov(t *testing.T) {
	rng := random(13)
	for range 20 {
		n, r := 1+rng.IntN(4), 1+rng.IntN(2)
		m, nn := eighths(rng, n, r), eighths(rng, n, r)
		m.Scale(0.25, m)
		kinds := noiseKinds(t, rng, n)
		nearly := gaussian(rng, n, 2, 1)
		for i := range n {
			nearly.Set(i, 1, nearly.At(i, 0)+0x1p-20*nearly.At(i, 1))
		}
		kinds["nearly of rank one"] = factored(t, make([]float64, n), nearly)
		for _, kind := range sortedKinds(kinds) {
			d, err := converted(t, linearNetwork(t, model.LinearRNNConfig{M: m, N: nn, P: kinds[kind]})).LDS.Markov(0)
			require.NoError(t, err)
			if kind == "nearly of rank one" { // where y_{t+1} is nearly known, rounding may be worth nats
				require.NotEqual(t, model.NotMarkov, d.Verdict, "%s: %v", kind, d)
				continue
			}
			require.Equal(t, model.Markov, d.Verdict, "%s: %v", kind, d)
		}
	}
}
