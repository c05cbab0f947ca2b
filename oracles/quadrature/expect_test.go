package quadrature

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// E x^k by its recursion m_k = μ m_{k−1} + (k−1)Δ m_{k−2}, and E e^x = e^(μ+Δ/2), E cos x = e^(−Δ/2) cos μ.
func TestExpect1AgainstMoments(t *testing.T) {
	for _, mu := range []float64{-3, 0, 0.25, 7} {
		for _, delta := range []float64{0, 1e-12, 0.04, 1, 9} {
			moments, sizes := []float64{1, mu}, []float64{1, math.Abs(mu) + math.Sqrt(delta)}
			for k := 2; k <= 8; k++ {
				moments = append(moments, mu*moments[k-1]+float64(k-1)*delta*moments[k-2])
				sizes = append(sizes, math.Abs(mu)*sizes[k-1]+float64(k-1)*delta*sizes[k-2])
			}
			for k, want := range moments {
				got, err := Expect1(func(x float64) float64 { return math.Pow(x, float64(k)) }, mu, delta, nil)
				requireWithin(t, want, got, err, 32, sizes[k], mu, delta, k)
				requireSharp(t, err, sizes[k], mu, delta, k)
			}
			got, err := Expect1(math.Exp, mu, delta, nil)
			want := math.Exp(mu + delta/2)
			requireWithin(t, want, got, err, 8+2*(math.Abs(mu)+delta), want, mu, delta)
			requireSharp(t, err, want)
			got, err = Expect1(math.Cos, mu, delta, nil)
			requireWithin(t, math.Exp(-delta/2)*math.Cos(mu), got, err, 8+2*math.Abs(mu)+delta, 1, mu, delta)
			requireSharp(t, err, 1)
		}
	}
}

// A function that jumps, with the jump given: P(x > b). Without it the last panel's two rules may agree by chance.
func TestBreaks(t *testing.T) {
	for _, b := range []float64{-2, 0.3, 1, 50} {
		got, err := Expect1(func(x float64) float64 { return step(x > b) }, 0.1, 0.5, []float64{7, b})
		requireWithin(t, math.Erfc(b-0.1)/2, got, err, 4, 1, b)
		requireSharp(t, err, 1, b)
	}
}

// What the rule cannot resolve is in the error: E cos(10⁶x) is 0, and whatever comes out differs by no more than the estimate.
func TestUnresolvedIsSaid(t *testing.T) {
	got, err := Expect1(func(x float64) float64 { return math.Cos(1e6 * x) }, 0, 1, nil)
	require.True(t, math.Abs(got) <= err && err > 1e-6, "%v ± %v", got, err)
}

func TestRefusalsOfExpect1(t *testing.T) {
	for _, bad := range [][2]float64{{0, -1}, {0, math.NaN()}, {math.NaN(), 1}, {math.Inf(1), 1}, {0, math.Inf(1)}} {
		value, err := Expect1(math.Tanh, bad[0], bad[1], nil)
		require.True(t, math.IsNaN(value) && math.IsNaN(err), "%v", bad)
	}
	value, err := Expect1(func(x float64) float64 { return math.Sqrt(x) }, 0, 1, nil)
	require.True(t, math.IsNaN(value) && math.IsNaN(err))
}

// Every legal covariance of two, regular and singular: Δ = 0, s_nn = 0, correlations of ±1 and near.
func covariances() [][2][2]float64 {
	out := [][2][2]float64{{{0, 0}, {0, 0}}, {{0, 0}, {0, 2}}, {{3, 0}, {0, 0}}, {{4, 2}, {2, 1}}, {{4, -2}, {-2, 1}}, {{0.01, 0.1}, {0.1, 1}}}
	for _, delta := range []float64{1e-6, 0.3, 5} {
		for _, correlation := range []float64{-1, -1 + 1e-9, -0.4, 0, 0.9, 1} {
			const variance = 0.7
			c := correlation * math.Sqrt(delta*variance)
			out = append(out, [2][2]float64{{delta, c}, {c, variance}})
		}
	}
	return out
}

// E x^i n^j by Isserlis' recursion E x·x^(i−1) n^j = μ_x E x^(i−1)n^j + (i−1)Δ E x^(i−2)n^j + j c E x^(i−1)n^(j−1), and
// E e^(x+n) = e^(μ_x+μ_n+(Δ+2c+s)/2).
func TestExpect2AgainstMoments(t *testing.T) {
	mean := [2]float64{0.4, -1.5}
	for _, cov := range covariances() {
		moment := func(mean [2]float64, cov [2][2]float64) func(i, j int) float64 {
			var m func(i, j int) float64
			m = func(i, j int) float64 {
				switch {
				case i < 0 || j < 0:
					return 0
				case i > 0:
					return mean[0]*m(i-1, j) + float64(i-1)*cov[0][0]*m(i-2, j) + float64(j)*cov[0][1]*m(i-1, j-1)
				case j > 0:
					return mean[1]*m(0, j-1) + float64(j-1)*cov[1][1]*m(0, j-2)
				}
				return 1
			}
			return m
		}
		absolute := cov
		absolute[0][1] = math.Abs(cov[0][1])
		want, size := moment(mean, cov), moment([2]float64{0.4, 1.5}, absolute)
		for i := range 4 {
			for j := range 4 {
				f := func(x, n float64) float64 { return math.Pow(x, float64(i)) * math.Pow(n, float64(j)) }
				got, err, failure := Expect2(f, mean, cov)
				require.NoError(t, failure)
				requireWithin(t, want(i, j), got, err, 64, size(i, j), cov, i, j)
				requireSharp(t, err, size(i, j), cov, i, j)
			}
		}
		got, err, failure := Expect2(func(x, n float64) float64 { return math.Exp(x + n) }, mean, cov)
		require.NoError(t, failure)
		exact := math.Exp(mean[0] + mean[1] + (cov[0][0]+2*cov[0][1]+cov[1][1])/2)
		requireWithin(t, exact, got, err, 64, exact, cov)
		requireSharp(t, err, exact, cov)
	}
}

// The general and the product form, and a function not a product; by symmetry E sign(n)·x needs its refinement in n.
func TestFormsAgree(t *testing.T) {
	mean := [2]float64{0.2, 0.5}
	for _, cov := range covariances() {
		a, aErr, failure := Expect2(func(x, n float64) float64 { return n * math.Tanh(x) }, mean, cov, 0)
		require.NoError(t, failure)
		b, bErr, failure := ExpectProduct(math.Tanh, func(n float64) float64 { return n }, mean, cov, 0)
		require.NoError(t, failure)
		requireWithin(t, a, b, aErr+bErr, 0, 0, cov)
		requireSharp(t, aErr+bErr, 1, cov)
	}
	// E cos(xn) of independent standard normals is E e^(−x²/2) = 1/√2.
	got, err, failure := Expect2(func(x, n float64) float64 { return math.Cos(x * n) }, [2]float64{}, [2][2]float64{{1, 0}, {0, 1}})
	require.NoError(t, failure)
	requireWithin(t, math.Sqrt(0.5), got, err, 2, 1)
	requireSharp(t, err, 1)
	// E |n| of one that is not smooth in n: slower, and the estimate holds.
	got, err, failure = Expect2(func(_, n float64) float64 { return math.Abs(n - 0.1) }, [2]float64{0, 0.1}, [2][2]float64{{1, 0}, {0, 1}})
	require.NoError(t, failure)
	requireWithin(t, math.Sqrt(2/math.Pi), got, err, 4, 1)
}

// Against Stein's lemma, which the package does without: E n φ = μ_n⟨φ⟩ + c⟨φ′⟩, with the closed forms of the erf-type φ and of
// relu.
func TestSteinHolds(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 1))
	for range 60 {
		delta := math.Exp(8*rng.Float64() - 5)
		variance := math.Exp(2 * rng.NormFloat64())
		correlation := 2*rng.Float64() - 1
		if rng.IntN(4) == 0 {
			correlation = math.Copysign(1, correlation)
		}
		c := correlation * math.Sqrt(delta*variance)
		mean, cov := [2]float64{2 * rng.NormFloat64(), rng.NormFloat64()}, [2][2]float64{{delta, c}, {c, variance}}
		n := func(n float64) float64 { return n }
		size := (math.Abs(mean[1]) + math.Sqrt(variance)) * (1 + math.Abs(mean[0]) + math.Sqrt(delta))
		for phi, closed := range map[string]func(order int, mu, delta float64) float64{"erf": erfAverage, "relu": reluAverage} {
			p := nonlinearities[phi]
			got, err, failure := ExpectProduct(p.derivatives[0], n, mean, cov, p.breaks...)
			require.NoError(t, failure)
			want := mean[1]*closed(0, mean[0], delta) + c*closed(1, mean[0], delta)
			requireWithin(t, want, got, err, 32, size, phi, mean, cov)
			requireSharp(t, err, size, phi, mean, cov)
		}
	}
}

func TestRefusalsOfExpect2(t *testing.T) {
	one := func(float64, float64) float64 { return 1 }
	for _, cov := range [][2][2]float64{{{-1, 0}, {0, 1}}, {{1, 0}, {0, -1}}, {{1, 2}, {2, 1}}, {{0, 1e-9}, {1e-9, 1}}, {{1, 1e-9}, {1e-9, 0}},
		{{1, 0.5}, {0.4, 1}}, {{1, 1 + 1e-12}, {1 + 1e-12, 1}}} {
		_, _, failure := Expect2(one, [2]float64{}, cov)
		require.ErrorIs(t, failure, ErrIndefinite, "%v", cov)
	}
	for _, bad := range []float64{math.NaN(), math.Inf(-1)} {
		_, _, failure := Expect2(one, [2]float64{0, bad}, [2][2]float64{{1, 0}, {0, 1}})
		require.ErrorIs(t, failure, ErrNotFinite)
		_, _, failure = ExpectProduct(math.Tanh, math.Tanh, [2]float64{}, [2][2]float64{{bad, 0}, {0, 1}})
		require.ErrorIs(t, failure, ErrNotFinite)
	}
	value, err, failure := Expect2(func(x, n float64) float64 { return math.Log(x * n) }, [2]float64{}, [2][2]float64{{1, 0}, {0, 1}})
	require.NoError(t, failure)
	require.True(t, math.IsNaN(value) && math.IsNaN(err), fmt.Sprint(value, err))
}
