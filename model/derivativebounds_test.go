package model

import (
	"math"
	"testing"

	"github.com/rankproof/rankproof/oracles/precise"
	"github.com/stretchr/testify/require"
)

// TestDerivativeBounds: φ^(k), k ≤ 5, from an oracle, is nowhere above its bound, and somewhere within a thousandth of it: orders
// 4 and 5 are central differences of φ”', off by h²/6 of the next two orders, of which 200 is more than there is.
func TestDerivativeBounds(t *testing.T) {
	const h = 1e-4
	for _, phi := range []Nonlinearity{Tanh(), Logistic(), Softplus(), Erf()} {
		third := func(x float64) float64 {
			v, err := precise.Phi(phi.name, x, 3)
			require.NoError(t, err)
			return v
		}
		var most [6]float64
		for x := -6.0; x <= 6; x += 0.01 {
			for k := 1; k <= 3; k++ {
				v, err := precise.Phi(phi.name, x, k)
				require.NoError(t, err)
				most[k] = max(most[k], math.Abs(v))
			}
			low, middle, high := third(x-h), third(x), third(x+h)
			most[4] = max(most[4], math.Abs(high-low)/(2*h))
			most[5] = max(most[5], math.Abs(high-2*middle+low)/(h*h))
		}
		bounds := phi.derivativeBounds()
		for k := 1; k <= 5; k++ {
			require.LessOrEqual(t, most[k], bounds[k]+200*h*h/6, "%s, order %d", phi.name, k)
			slack := 1e-3
			if k == 1 && phi.name == "softplus" {
				slack = 3e-3 // the logistic function is 0.9975 at 6
			}
			require.GreaterOrEqual(t, most[k], (1-slack)*bounds[k], "%s, order %d", phi.name, k)
		}
	}
	for _, phi := range []Nonlinearity{ReLU(), HardTanh()} {
		require.Equal(t, 1.0, phi.derivativeBounds()[1]/(1+16*unitRoundoff))
		require.True(t, math.IsInf(phi.derivativeBounds()[2], 1))
	}
	require.Zero(t, Identity().derivativeBounds()[2])
}

// TestAverageBoundsOfWideInputs: averages of derivatives over a wide input are below their bounds, and no small part of them.
func TestAverageBoundsOfWideInputs(t *testing.T) {
	for _, phi := range []Nonlinearity{Tanh(), Logistic(), Softplus(), Erf()} {
		for _, delta := range []float64{1, 100, 1e6} {
			var most [4]float64
			for mu := -3 * math.Sqrt(delta); mu <= 3*math.Sqrt(delta); mu += 0.1 * math.Sqrt(delta) {
				a, err := phi.Averages(mu, delta, 4)
				require.NoError(t, err)
				b := phi.averageBounds(mu, 0, delta, delta)
				for k, v := range [4]float64{0, a.Prime, a.Second, a.Third} {
					require.LessOrEqual(t, math.Abs(v), b[k]+a.Error, "%s, order %d, Δ = %v", phi.name, k, delta)
					most[k] = max(most[k], math.Abs(v)/b[k])
				}
			}
			if delta >= 100 {
				for k := 1; k < 4; k++ {
					require.Greater(t, most[k], 0.9, "%s, order %d, Δ = %v", phi.name, k, delta)
				}
			}
		}
	}
	require.Zero(t, Identity().averageBounds(0, 0, 1e6, 1e6)[2])
}

// TestAverageBoundsAtKinks: the derivatives of a normal density at a kink are below their bounds, and reach them somewhere.
func TestAverageBoundsAtKinks(t *testing.T) {
	for _, delta := range []float64{0.01, 1, 100} {
		var most [4]float64
		for mu := -40.0; mu <= 40; mu += 0.03 * math.Sqrt(delta) {
			a, err := ReLU().Averages(mu, delta, 4)
			require.NoError(t, err)
			b := ReLU().averageBounds(mu, 0, delta, delta)
			require.LessOrEqual(t, math.Abs(a.Second), b[2])
			require.LessOrEqual(t, math.Abs(a.Third), b[3])
			most[2], most[3] = max(most[2], math.Abs(a.Second)/b[2]), max(most[3], math.Abs(a.Third)/b[3])
		}
		require.Greater(t, most[2], 0.999)
		require.Greater(t, most[3], 0.999)
	}
	require.True(t, math.IsInf(ReLU().averageBounds(0, 0, 0, 0)[2], 1), "on the kink there is no bound")
	require.Zero(t, ReLU().averageBounds(1, 1e-10, 0, 0)[2])
}
