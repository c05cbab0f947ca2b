package model_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/exact"
	oracle "github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// requireSameLaw compares the joint law of five observations with the
// oracle's, entry by entry, and what must hold of any conversion: Nᵀ R_v = 0
// where loadings are fed back, and covariances that are semidefinite.
func requireSameLaw(t *testing.T, net *model.LinearRNN, l *model.LDS) {
	t.Helper()
	const steps = 5
	want := lawOfRNN(t, net)
	gap, bound := lawGap(want, lawOfLDS(t, l), steps), lawBound(t, net, want, steps)
	t.Logf("law: %.2g of the bound %.2g", gap/bound, bound)
	require.LessOrEqual(t, gap, bound)
	require.Less(t, bound, 0x1p-20, "the bound says nothing")
	semidefinite(t, "R", l.R())
	semidefinite(t, "Q", l.Q())
	if g, ok := l.Initial(); ok {
		semidefinite(t, "initial", g.Cov)
	}
}

// semidefinite asks the constructors, which scale to correlations first.
func semidefinite(t *testing.T, name string, s model.Noise) {
	t.Helper()
	if s.Dim() == 0 {
		return
	}
	d, f, h, structured := s.Structure()
	var err error
	if structured {
		var plus, minus mat.Matrix
		if f != nil {
			plus = f
		}
		if h != nil {
			minus = h
		}
		_, err = model.ReducedNoise(d, plus, minus)
	} else {
		_, err = model.DenseNoise(s.Dense())
	}
	require.NoError(t, err, name)
}

func row(v ...float64) []float64 { return v }

func TestToLDS(t *testing.T) {
	e1, e2 := column(1, 0), column(0, 1)
	start := func(mean []float64, cov model.Noise) *model.Gaussian { return &model.Gaussian{Mean: mean, Cov: cov} }
	for _, c := range []struct {
		name   string
		net    model.LinearRNNConfig
		latent int
	}{
		{"generic, R = 1", model.LinearRNNConfig{M: column(1, 0.5), N: column(0.5, 0.25), P: diagonal(t, 1, 2)}, 2},
		{"isotropic noise and symmetric J: R latents do", model.LinearRNNConfig{M: column(0.5, 0.25, 0.5), N: column(0.5, 0.25, 0.5), P: isotropic(t, 3, 2)}, 1},
		{"NᵀM = 0", model.LinearRNNConfig{M: e1, N: e2, P: isotropic(t, 2, 1)}, 2},
		{"NᵀM = 0, two loadings", model.LinearRNNConfig{
			M: matrix(row(1, 0), row(0, 1), row(0, 0), row(0, 0)), N: matrix(row(0, 0), row(0, 0), row(1, 0), row(0, 1)), P: isotropic(t, 4, 1)}, 4},
		{"N = 1", model.LinearRNNConfig{M: column(0.5), N: column(1), P: isotropic(t, 1, 3)}, 1},
		{"N = 1, two loadings", model.LinearRNNConfig{M: matrix(row(0.5, 1)), N: matrix(row(1, -0.25)), P: isotropic(t, 1, 3)}, 1},
		{"R = N", model.LinearRNNConfig{M: matrix(row(0.5, 0.25), row(-0.5, 0.5)), N: matrix(row(1, 0), row(0, 1)), P: isotropic(t, 2, 1)}, 2},
		{"dense J", model.LinearRNNConfig{J: matrix(row(0.5, 0.25), row(-0.5, 0.5)), P: isotropic(t, 2, 1)}, 2},
		{"dense J of rank one", model.LinearRNNConfig{J: matrix(row(0.5, 0.25, 0), row(0.5, 0.25, 0), row(-0.5, -0.25, 0)), P: diagonal(t, 1, 1, 2)}, 2},
		{"rank-deficient M", model.LinearRNNConfig{M: matrix(row(1, 2), row(0.5, 1), row(0, 0)), N: matrix(row(0.25, 0), row(0, 0.125), row(0.5, 1)), P: isotropic(t, 3, 1)}, 2},
		{"M twice, N with opposite signs: J = 0", model.LinearRNNConfig{M: matrix(row(1, 1), row(2, 2)), N: matrix(row(3, -3), row(1, -1)), P: isotropic(t, 2, 1)}, 0},
		{"J = 0", model.LinearRNNConfig{P: diagonal(t, 1, 2)}, 0},
		{"J = 0, dense", model.LinearRNNConfig{J: mat.NewDense(2, 2, nil), P: denseNoise(t, matrix(row(2, 1), row(1, 1)))}, 0},
		{"J = 0 and a law of y_0", model.LinearRNNConfig{P: diagonal(t, 1, 2), Initial: start(row(1, 2), isotropic(t, 2, 1))}, 0},
		{"PN = 0 is white", model.LinearRNNConfig{M: e1, N: e2, P: diagonal(t, 1, 0)}, 0},
		{"PN = 0 with a law of y_0", model.LinearRNNConfig{M: e1, N: e2, P: diagonal(t, 1, 0), Initial: start(row(0, 1), diagonal(t, 0, 4))}, 1},
		{"PN = 0 by cancellation", model.LinearRNNConfig{M: column(0.5, 0, 1), N: column(1, -1, 0), P: factored(t, row(0, 0, 1), column(1, 1, 0.5))}, 0},
		{"P = 0", model.LinearRNNConfig{M: column(1, 1), N: column(0.25, 0.5), P: model.ZeroNoise(2)}, 0},
		{"P = 0 with a law of y_0", model.LinearRNNConfig{M: column(1, 1), N: column(0.25, 0.5), P: model.ZeroNoise(2), Initial: start(row(1, 1), isotropic(t, 2, 1))}, 1},
		{"P zero on some units", model.LinearRNNConfig{M: column(1, 0.5, 0.25), N: column(0.25, 0.5, 0.5), P: diagonal(t, 1, 0, 0)}, 2},
		{"G singular", model.LinearRNNConfig{M: matrix(row(1, 0), row(0, 1), row(0.5, 0)), N: matrix(row(0.5, 0), row(0, 0.5), row(0, 0)), P: diagonal(t, 1, 0, 1)}, 2},
		{"G singular, the other latent reached through J", model.LinearRNNConfig{
			M: matrix(row(0.5, 0), row(0.5, 0.5), row(0.5, 1)), N: matrix(row(1, 0), row(0, 0.5), row(0, 0)), P: diagonal(t, 1, 0, 1)}, 3},
		{"a latent that noise never reaches", model.LinearRNNConfig{
			M: matrix(row(0.5, 1), row(0, 0.5), row(1, 0)), N: matrix(row(1, 0), row(0, 1), row(0, 0)), P: diagonal(t, 1, 0, 1)}, 2},
		{"the same with a law of y_0", model.LinearRNNConfig{
			M: matrix(row(0.5, 1), row(0, 0.5), row(1, 0)), N: matrix(row(1, 0), row(0, 1), row(0, 0)), P: diagonal(t, 1, 0, 1), Initial: start(row(0, 1, 0), model.ZeroNoise(3))}, 3},
		{"unstable with a law of y_0", model.LinearRNNConfig{M: column(2, 1), N: column(1, 0.5), P: diagonal(t, 1, 2), Initial: start(row(1, -1), isotropic(t, 2, 1))}, 2},
		{"P dense and singular", model.LinearRNNConfig{M: column(0.5, 0.5), N: column(0.5, 0.25), P: denseNoise(t, matrix(row(4, 2), row(2, 1)))}, 2},
		{"low rank plus diagonal", model.LinearRNNConfig{M: column(0.5, 0.5, 1, 0), N: column(0.5, 0.25, 0, 1), P: factored(t, row(1, 0, 2, 0), matrix(row(1, 0), row(0, 1), row(1, 1), row(2, 1)))}, 2},
		{"graded units", model.LinearRNNConfig{ // y_i of size 2^±27
			M: column(0x1p27, 0x1p-1, 0x1p-27), N: column(0x1p-28, 0x1p-2, 0x1p25), P: diagonal(t, 0x1p54, 1, 0x1p-54)}, 2},
		{"graded P, the noise of the small units drowned in what they read", model.LinearRNNConfig{
			M: column(0.5, 0.5, 1), N: column(0.5, 0.25, 0.25), P: diagonal(t, 0x1p-27, 1, 0x1p27)}, 2},
		{"columns of very different size", model.LinearRNNConfig{
			M: matrix(row(0x1p300, 0), row(0, 0x1p-300), row(0x1p300, 0)), N: matrix(row(0x1p-301, 0), row(0, 0x1p299), row(0, 0x1p299)), P: isotropic(t, 3, 1)}, 3},
		{"columns beyond the range of their squares", model.LinearRNNConfig{
			M: matrix(row(0x1p600, 0), row(0, 0x1p-600), row(0x1p600, 0)), N: matrix(row(0x1p-601, 0), row(0, 0x1p599), row(0, 0x1p599)), P: isotropic(t, 3, 1)}, 3},
		{"a chain from the one unit that has noise", model.LinearRNNConfig{J: matrix(
			row(0, 0, 0, 0), row(0.5, 0, 0, 0), row(0, 0.5, 0, 0), row(0, 0, 0.5, 0)), P: diagonal(t, 1, 0, 0, 0)}, 4},
		{"a chain that gets weaker", model.LinearRNNConfig{J: matrix(
			row(0, 0, 0, 0, 0), row(0.5, 0, 0, 0, 0), row(0, 0x1p-60, 0, 0, 0), row(0, 0, 0.5, 0, 0), row(0, 0, 0, 0x1p-60, 0)), P: diagonal(t, 1, 0, 0, 0, 0)}, 5},
		{"P N nearly in range M", model.LinearRNNConfig{M: column(0.5, 0.25, 0.625), N: column(0.5+0x1p-27, 0.25-0x1p-27, 0.625), P: isotropic(t, 3, 1)}, 2},
		{"P N nearly in range M, twice", model.LinearRNNConfig{
			M: matrix(row(0.5, 0.25), row(0.25, -0.5), row(0.625, 0.125), row(0.25, 0.125)),
			N: matrix(row(0.5+0x1p-27, 0.25), row(0.25-0x1p-27, -0.5), row(0.625, 0.125+0x1p-12), row(0.25, 0.125)), P: isotropic(t, 4, 1)}, 4},
		{"J = 0 by cancellation, with a law of y_0", model.LinearRNNConfig{M: matrix(row(1./3, 1./3), row(0.7, 0.7)), N: matrix(row(0.3, -0.3), row(0.1, -0.1)),
			P: isotropic(t, 2, 1), Initial: start(row(1, 1), isotropic(t, 2, 1))}, 0},
		{"dense J of rank two, weakly so", model.LinearRNNConfig{J: matrix(
			row(0.21875, -0.19140625, 0.095703125, -0.19140625), row(-0.21875, 0.1953125, -0.103515625, 0.18359375),
			row(0.109375, -0.103515625, 0.0634765625, -0.080078125), row(-0.21875, 0.18359375, -0.080078125, 0.20703125)), P: diagonal(t, 1, 0.25, 0.25, 0.25)}, 3},
		{"loadings that cancel all but a little", model.LinearRNNConfig{
			M: matrix(row(2, 2), row(0, 0)), N: matrix(row(128-0x1p-6, -128), row(0, 0)), P: isotropic(t, 2, 1)}, 1},
		{"loadings that cancel, of units of very different size", model.LinearRNNConfig{
			M: matrix(row(0.75, -0.75), row(0, 0)), N: matrix(row(1, 0), row(1, 1)), P: diagonal(t, 0x1p-46, 4)}, 1},
		{"loadings that cancel, R = N", model.LinearRNNConfig{M: matrix(row(1, 2), row(-2, -1)), N: matrix(row(-1, 2), row(1, -1)),
			P: model.ZeroNoise(2), Initial: start(row(0, -1), model.ZeroNoise(2))}, 2},
		{"a silent unit that reads itself, weakly", model.LinearRNNConfig{M: matrix(row(0, 0.125), row(0, 0), row(-1, 0)), N: matrix(row(0, 1), row(1, 0), row(-0.5, 0)),
			P: diagonal(t, 0, 1, 0)}, 2},
		{"loadings that cancel, and a unit without noise that follows", model.LinearRNNConfig{
			M: matrix(row(-24, 24), row(2, -2)), N: matrix(row(256, 256-0x1p-6), row(0, 0x1p-6)), P: diagonal(t, 1, 0)}, 2},
		{"a silent unit before weak directions of J", model.LinearRNNConfig{M: matrix(row(0, 0), row(-1, 0), row(0, 1)),
			N: matrix(row(0, 0), row(1, 2), row(0, -1)), P: model.ZeroNoise(3), Initial: start(row(1, 1, 1), model.ZeroNoise(3))}, 2},
		{"J = 0 but for how its loadings were rounded", model.LinearRNNConfig{M: matrix(row(0.1, 0.2, 0.3), row(0.7, 0.1, 0.8)),
			N: matrix(row(0.3, 0.3, -0.3), row(0.1, 0.1, -0.1)), P: isotropic(t, 2, 1), Initial: start(row(1, 1), isotropic(t, 2, 1))}, 0},
		{"a unit that reads what cancels in the noise", model.LinearRNNConfig{
			M: matrix(row(0, 0), row(0, 0), row(0, 0), row(0, 0), row(1, 0), row(0, 0.5)),
			N: matrix(row(0.1, 0), row(0.3, 0), row(-0.1, 0), row(-0.3, 0), row(0, 0), row(0, 1)), // 0.1 + 0.3 − 0.1 − 0.3 is 5.6e-17 in a float64
			P: factored(t, row(0, 0, 0, 0, 0, 1), column(1, 1, 1, 1, 0, 0))}, 1},
		{"a silent unit among units that share noise", model.LinearRNNConfig{M: column(0, 0.5, 0.25, 0.125), N: column(1, 0.5, 0.5, 0.25),
			P: factored(t, row(0, 0, 0, 1), matrix(row(0, 0), row(1, 0.5), row(0.375, 0.25), row(1, 1)))}, 2},
		{"spectral radius 1 − 2⁻²⁰", model.LinearRNNConfig{M: column(1-0x1p-20, 0.5), N: column(1, 0), P: isotropic(t, 2, 1)}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			net := linearNetwork(t, c.net)
			got := converted(t, net)
			for _, d := range got.Decisions {
				t.Logf("%+v", d)
			}
			require.Equal(t, c.latent, got.Dimension)
			requireSameLaw(t, net, got.LDS)
		})
	}
}

// TestToLDSAtTheEdgeOfRounding: N is orthogonal to P's factor until both are
// turned; what rounding feeds back must not cost what it does not.
func TestToLDSAtTheEdgeOfRounding(t *testing.T) {
	net := linearNetwork(t, model.LinearRNNConfig{
		M: matrix(row(0, 0), row(0, 0.013427734375), row(4, -4.0078125)), N: matrix(row(64, 64), row(64.125, 64), row(-31.9375, -32)),
		P: factored(t, row(0, 0, 0), column(2, -1, 2))})
	for k := range 40 {
		c, s := math.Cos(float64(k)), math.Sin(float64(k))
		turned, err := net.Rotate(matrix(row(c, s, 0), row(-s, c, 0), row(0, 0, 1)))
		require.NoError(t, err)
		requireSameLaw(t, turned, converted(t, turned).LDS)
	}
}

// noiseKinds are ways to say a covariance, with units that have none.
func noiseKinds(t testing.TB, rng *rand.Rand, n int) map[string]model.Noise {
	d := make([]float64, n)
	for i := range d {
		d[i] = float64(rng.IntN(4)) / 4
	}
	f := eighths(rng, n, 2)
	var full mat.Dense
	full.Mul(f, f.T())
	return map[string]model.Noise{
		"isotropic": isotropic(t, n, 0.5), "diagonal": diagonal(t, d...), "factored": factored(t, d, f),
		"factor alone": factored(t, make([]float64, n), f), "dense": denseNoise(t, &full), "zero": model.ZeroNoise(n),
	}
}

// TestToLDSOnRandomNetworks compares laws with the oracle's, and dimensions
// with the rank of [Λ_1, Λ_1ᵀ] that the oracle's Λ_1 has.
func TestToLDSOnRandomNetworks(t *testing.T) {
	rng := random(3)
	for trial := range times(t, 8) {
		n, r := 1+rng.IntN(5), 1+rng.IntN(3)
		m, nn := eighths(rng, n, r), eighths(rng, n, r)
		kinds := noiseKinds(t, rng, n)
		for _, kind := range sortedKinds(kinds) { // what is drawn below depends on the order
			p := kinds[kind]
			c := model.LinearRNNConfig{M: m, N: nn, P: p}
			free := linearNetwork(t, c)
			if trial%4 == 3 {
				c = model.LinearRNNConfig{J: free.J(), P: p}
			}
			rho, err := free.SpectralRadius()
			require.NoError(t, err)
			if stationary := rho < 0.9; !stationary || trial%2 == 1 {
				c.Initial = &model.Gaussian{Mean: smallVector(rng, n), Cov: noiseKinds(t, rng, n)["factored"]}
			}
			t.Run(fmt.Sprintf("%d %s", trial, kind), func(t *testing.T) {
				net := linearNetwork(t, c)
				got := converted(t, net)
				requireSameLaw(t, net, got.LDS)
				if c.Initial == nil {
					require.Equal(t, neighbourRank(t, net), got.Dimension, "%+v", got.Decisions)
				}
			})
		}
	}
}

func smallVector(rng *rand.Rand, n int) []float64 { return eighths(rng, 1, n).RawRowView(0) }

// neighbourRank is rank [Λ_1, Λ_1ᵀ], in rationals.
func neighbourRank(t *testing.T, net *model.LinearRNN) int {
	t.Helper()
	n := net.Units()
	law := oracle.ExactRNN{J: exactOf(t, rowsOf(net.J()), n, n), P: exactOf(t, plainCovariance(net.P()), n, n)}
	lambda, err := law.Autocovariance(1)
	require.NoError(t, err)
	return exact.HStack(lambda, lambda.T()).Rank()
}

func TestToLDSRefuses(t *testing.T) {
	unstable := linearNetwork(t, model.LinearRNNConfig{M: column(1, 0), N: column(1.5, 1), P: isotropic(t, 2, 1)})
	_, err := unstable.ToLDS(0)
	require.ErrorIs(t, err, model.ErrUnstable)
	require.ErrorContains(t, err, "1.5")
	stable := linearNetwork(t, model.LinearRNNConfig{M: column(1, 0), N: column(0.5, 1), P: isotropic(t, 2, 1)})
	for _, tol := range []model.RankTolerance{-1e-9, 1, model.RankTolerance(math.NaN()), model.RankTolerance(math.Inf(1))} {
		_, err := stable.ToLDS(tol)
		require.ErrorIs(t, err, model.ErrInvalid, "%v", tol)
	}
}

// TestRankTolerance: what is small counts unless the caller says otherwise.
func TestRankTolerance(t *testing.T) {
	net := linearNetwork(t, model.LinearRNNConfig{
		M: matrix(row(1, 0), row(0, 0x1p-20), row(0, 0)), N: matrix(row(0.5, 0), row(0, 0), row(0, 1)), P: isotropic(t, 3, 1),
		Initial: &model.Gaussian{Mean: row(0, 0, 0), Cov: isotropic(t, 3, 1)}})
	require.Equal(t, 3, converted(t, net).Dimension)
	for tol, rank := range map[model.RankTolerance]int{0x1p-21: 2, 0x1p-19: 1} {
		got, err := net.ToLDS(tol)
		require.NoError(t, err)
		require.Equal(t, rank, got.Decisions[0].Rank)
		require.Len(t, got.Decisions[0].Singular, 2)
		require.Greater(t, got.Decisions[0].Singular[rank-1], got.Decisions[0].Cut)
	}
}

// TestUnreadNoise: what is left as observation noise is never fed back, however
// weakly the network feeds back some of it.
func TestUnreadNoise(t *testing.T) {
	rng, left := random(5), 0
	for trial := range 40 {
		const n, r = 5, 2
		m, nn := eighths(rng, n, r), eighths(rng, n, r)
		if trial%2 == 1 {
			for i := range n {
				m.Set(i, 1, math.Ldexp(m.At(i, 1), -40))
			}
		}
		kinds := noiseKinds(t, rng, n)
		for _, kind := range sortedKinds(kinds) {
			p := kinds[kind]
			net := linearNetwork(t, model.LinearRNNConfig{M: m, N: nn, P: p, Initial: &model.Gaussian{Mean: make([]float64, n), Cov: p}})
			got := converted(t, net)
			if got.Decisions[1].Rank < r {
				continue // J lost a column of N, or does not feed it back
			}
			var fed mat.Dense
			fed.Mul(got.LDS.R().Dense(), nn)
			// Entries of N are at most 1, and those of P 3; its root's product with N is as ill-conditioned as the decision says.
			bound := 64 * u * n * 3 * conditionOfColumns(t, nn)
			require.LessOrEqual(t, largest(&fed), bound, kind)
			if largest(got.LDS.R().Dense()) > 0 {
				left++
			}
		}
	}
	require.Greater(t, left, 100)
}

func conditionOfColumns(t *testing.T, a *mat.Dense) float64 {
	t.Helper()
	var svd mat.SVD
	require.True(t, svd.Factorize(a, mat.SVDNone))
	s := svd.Values(nil)
	return s[0] / s[len(s)-1]
}

// TestReadoutIsOrthonormal, up to the powers of two that scale units, even
// where a latent is but the remainder of what others hold.
func TestReadoutIsOrthonormal(t *testing.T) {
	m := matrix(row(0.5, 0.25), row(0.25, -0.5), row(0.625, 0.125), row(0.25, 0.125))
	n := mat.DenseCopyOf(m)
	n.Set(0, 0, 0.5+0x1p-27)
	n.Set(2, 1, 0.125+0x1p-8)
	c := converted(t, linearNetwork(t, model.LinearRNNConfig{M: scaledBy(0x1p-10, m), N: n, P: isotropic(t, 4, 1.5)})).LDS.C() // units of size 1.2…
	var gram mat.Dense
	gram.Mul(c.T(), c)
	for i := range 4 {
		for j := range 4 {
			want := 0.0
			if i == j {
				want = 4 // … to the next power of two, squared
			}
			require.LessOrEqual(t, math.Abs(gram.At(i, j)-want), 64*u)
		}
	}
}

// TestFedWhole: units whose noise is fed back whole have no observation noise,
// to the last bit.
func TestFedWhole(t *testing.T) {
	n := matrix(row(0.3, 0.7), row(-0.7, 0.1), row(0, 0))
	f := matrix(row(0.3, 0.1), row(0.7, 0.9), row(0, 0))
	var shared mat.Dense
	shared.Mul(f, f.T())
	for name, p := range map[string]model.Noise{
		"diagonal": diagonal(t, 0.7, 0.3, 1), "dense": denseNoise(t, &shared), "factor": factored(t, row(0, 0, 0), f),
		"dense and diagonal": denseNoise(t, matrix(row(0.7, 0, 0), row(0, 0.3, 0), row(0, 0, 1))),
	} {
		net := linearNetwork(t, model.LinearRNNConfig{M: matrix(row(0.1, 0.2), row(0.3, 0.1), row(0.1, -0.3)), N: n, P: p})
		r := converted(t, net).LDS.R()
		for i := range 2 {
			for j := range 3 {
				require.Zero(t, r.At(i, j), "%s: R_v[%d,%d]", name, i, j)
			}
		}
	}
}

// largest is the size of the largest entry, NaN if there is one: mat.Max does not see it.
func largest(m mat.Matrix) (most float64) {
	rows, cols := m.Dims()
	for i := range rows {
		for j := range cols {
			most = max(most, math.Abs(m.At(i, j)))
		}
	}
	return most
}

// TestToLDSOfManyUnits compares autocovariances, units scaled to unit variance,
// with those that the network's own overlap gives.
func TestToLDSOfManyUnits(t *testing.T) {
	const units, lags = 300, 3
	net := manyUnits(t, random(4), units, 3)
	want, err := net.Autocovariances(lags)
	require.NoError(t, err)
	got, err := converted(t, net).LDS.Autocovariances(lags)
	require.NoError(t, err)
	stationary, err := net.StationaryCovariance()
	require.NoError(t, err)
	bound := 64 * u * units * stationary.Amplification
	require.Less(t, bound, 1e-10)
	for k := range want {
		for i := range units {
			for j := range units {
				size := math.Sqrt(want[0].At(i, i) * want[0].At(j, j))
				if !(math.Abs(want[k].At(i, j)-got[k].At(i, j)) <= bound*size) {
					t.Fatalf("Λ_%d at (%d,%d) is %v, want %v to %g", k, i, j, got[k].At(i, j), want[k].At(i, j), bound*size)
				}
			}
		}
	}
}
