package model_test

import (
	"math"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/precise"
	"github.com/stretchr/testify/require"
)

// grid holds the places where implementations of φ go wrong: the origin and
// the numbers around the kinks, numbers whose square underflows, where 1 − tanh²
// vanishes (19), where e^x, e^−2x, e^−πx²/4 leave the normal range and then
// float64 (709 and 745, 354 and 373, 30 and 31), beyond all of that; and random
// numbers of every size in between.
func grid() []float64 {
	positive := []float64{0, subnormal, 0x1p-1030, 1e-300, 1e-160, 1e-20, 1e-8, 1e-3, 0.25, 0.5, 1, 2, 5, 7.5,
		18.5, 19.1, 26, 29.9, 30.3, 30.8, 31, 36.7, 40, 41, 100, 353, 355, 371, 373, 374, 699, 700, 708, 710, 744, 746, 1e4, 1e160, 1e300, 1e308}
	rng := random(1)
	for range 150 {
		positive = append(positive, rng.ExpFloat64(), 40*rng.Float64(), 760*rng.Float64(), math.Pow(10, -12*rng.Float64()))
	}
	var x []float64
	for _, p := range positive {
		next := math.Nextafter(p, math.Inf(1))
		x = append(x, p, -p, next, -next)
	}
	return x
}

// TestNonlinearities compares φ, φ' and φ” with correctly rounded values.
//
// The bound is relative, and leaves no room for the condition |x f'/f| of a
// derivative f, which is 700 where it underflows: x is exact, so that this is a
// matter of care. (The theorems would allow it.) Library functions are within
// 1 ulp, which is up to 2u; two of them and four operations make 8u, of φ” a
// product of two such numbers and an operation, 12u in all. Below the normal
// range φ' is one of the neighbouring subnormals, times 4 for 4e^−2|x|; φ” of
// erf is π/2·x times φ', which multiplies that by π/2·40 at most: from x = 40
// on, φ' is 0.
func TestNonlinearities(t *testing.T) {
	for _, phi := range model.Nonlinearities() {
		t.Run(phi.Name(), func(t *testing.T) {
			orders := []struct {
				f           func(float64) float64
				operations  float64
				subnormals  float64
				worst, most float64
			}{
				{f: phi.Value, operations: 8, subnormals: 4},
				{f: phi.Derivative, operations: 8, subnormals: 4},
				{f: phi.Second, operations: 12, subnormals: 4 + math.Pi/2*40},
			}
			for _, x := range grid() {
				for k := range orders {
					o := &orders[k]
					want, err := precise.Phi(phi.Name(), x, k)
					require.NoError(t, err)
					bound := o.operations*u*math.Abs(want) + o.subnormals*subnormal
					miss := math.Abs(o.f(x) - want)
					require.LessOrEqualf(t, miss, bound, "φ^(%d)(%v) = %v, want %v", k, x, o.f(x), want)
					if margin := miss / bound; margin > o.worst {
						o.worst, o.most = margin, x
					}
				}
			}
			for k, o := range orders {
				t.Logf("φ^(%d): worst margin %.2f at x = %v", k, o.worst, o.most)
			}
		})
	}
}

// Lipschitz and SupSecond are the suprema rounded to nearest, or up.
func TestConstantsOfNonlinearities(t *testing.T) {
	for _, phi := range model.Nonlinearities() {
		lipschitz, second, _ := precise.Constants(phi.Name()) // the suprema, rounded up
		require.Equal(t, lipschitz, phi.Lipschitz(), phi.Name())
		if math.IsInf(second, 1) || second == 0 {
			require.Equal(t, second, phi.SupSecond(), phi.Name())
		} else {
			require.GreaterOrEqual(t, phi.SupSecond(), math.Nextafter(second, 0), phi.Name())
			require.LessOrEqual(t, phi.SupSecond(), math.Nextafter(second, 2), phi.Name())
		}
		require.Equal(t, len(phi.Kinks()) > 0, math.IsInf(phi.SupSecond(), 1), "%s: φ'' is bounded iff there is no kink", phi.Name())
		largest := 0.0
		for _, x := range grid() {
			if math.Abs(x) < 1e300 {
				largest = max(largest, math.Abs(phi.Value(x)))
			}
			// φ' itself carries a few roundings.
			require.LessOrEqual(t, phi.Derivative(x), lipschitz*(1+8*u), phi.Name())
			require.GreaterOrEqual(t, phi.Derivative(x), 0.0, phi.Name())
		}
		if math.IsInf(phi.Sup(), 1) {
			require.Greater(t, largest, 1e100, phi.Name())
		} else {
			require.Equal(t, phi.Sup(), largest, "%s: the supremum is reached, in float64", phi.Name())
		}
	}
}

// φ is monotone, and the symmetric ones are exactly so.
func TestSymmetries(t *testing.T) {
	odd := map[string]bool{"tanh": true, "erf": true, "identity": true, "hard-tanh": true}
	for _, phi := range model.Nonlinearities() {
		for _, x := range grid() {
			if odd[phi.Name()] {
				require.Equal(t, -phi.Value(x), phi.Value(-x), "%s at %v", phi.Name(), x)
				require.Equal(t, phi.Derivative(x), phi.Derivative(-x), "%s at %v", phi.Name(), x)
				require.Equal(t, -phi.Second(x), phi.Second(-x), "%s at %v", phi.Name(), x)
			}
		}
	}
	for _, x := range grid() { // logistic is odd about ½, softplus its integral
		require.Equal(t, model.Logistic().Derivative(x), model.Logistic().Derivative(-x))
		require.Equal(t, model.Logistic().Value(x), model.Softplus().Derivative(x))
	}
}

// At a kink φ' is that of the flat side, whichever side one comes from.
func TestKinks(t *testing.T) {
	relu, hard := model.ReLU(), model.HardTanh()
	require.Equal(t, []float64{0}, relu.Kinks())
	require.Equal(t, []float64{-1, 1}, hard.Kinks())
	for _, c := range []struct {
		phi  model.Nonlinearity
		x    float64
		want float64
	}{
		{relu, 0, 0}, {relu, math.Copysign(0, -1), 0}, {relu, subnormal, 1}, {relu, -subnormal, 0},
		{hard, 1, 0}, {hard, -1, 0},
		{hard, math.Nextafter(1, 0), 1}, {hard, math.Nextafter(-1, 0), 1}, {hard, math.Nextafter(1, 2), 0}, {hard, math.Nextafter(-1, -2), 0},
	} {
		require.Equal(t, c.want, c.phi.Derivative(c.x), "%s at %v", c.phi.Name(), c.x)
		require.Equal(t, 0.0, c.phi.Second(c.x))
	}
	require.False(t, math.Signbit(relu.Value(math.Copysign(0, -1))), "no −0 from ReLU")
}
