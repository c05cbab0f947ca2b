package model_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/precise"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/integrate/quad"
)

// Means and variances at which averages are compared.
var (
	averageMeans     = []float64{0, 1e-8, -1e-8, 0.3, -0.3, 1, -1, 5, -5, 20, -20, 1e3, -1e3, 1e6, -1e6}
	averageVariances = []float64{0, 1e-20, 1e-8, 0.01, 0.1, 1, 10, 25, 100, 1e3, 1e4}
)

// derivatives returns φ, φ', φ”, φ”' at x as functions of the test's own, from exponentials; TestReferenceFunctions compares
// them with correctly rounded values.
func derivatives(name string, x float64) [4]float64 {
	switch name {
	case "tanh":
		t, s := math.Tanh(x), sech2(x)
		return [4]float64{t, s, -2 * t * s, s * (4*t*t - 2*s)}
	case "logistic":
		d := derivatives("tanh", x/2)
		p := model.Logistic()
		return [4]float64{p.Value(x), d[1] / 4, d[2] / 8, d[3] / 16}
	case "softplus":
		d := derivatives("logistic", x)
		return [4]float64{model.Softplus().Value(x), d[0], d[1], d[2]}
	case "erf":
		x2 := math.Pi * x * x / 4
		return [4]float64{math.Erf(math.Sqrt(math.Pi) / 2 * x), math.Exp(-x2), -math.Pi / 2 * x * math.Exp(-x2), math.Pi * (x2 - 0.5) * math.Exp(-x2)}
	}
	d, err := model.NonlinearityByName(name)
	if err != nil {
		panic(err)
	}
	return [4]float64{d.Value(x), d.Derivative(x), 0, 0}
}

func sech2(x float64) float64 {
	e := math.Exp(-2 * math.Abs(x))
	return 4 * e / ((1 + e) * (1 + e))
}

func TestReferenceFunctions(t *testing.T) {
	for _, phi := range model.Nonlinearities() {
		for x := -30.0; x <= 30; x += 0.37 {
			got := derivatives(phi.Name(), x)
			for k := range got {
				want, err := precise.Phi(phi.Name(), x, k)
				require.NoError(t, err)
				// A few operations on numbers of up to 4 sup|φ'| (or φ); the erf-type's exponent, s = πx²/4, costs s e^−s ≤ 1/e times 4u.
				require.LessOrEqual(t, math.Abs(got[k]-want), 16*u*max(1, math.Abs(want)), "%s, order %d at %v", phi.Name(), k, x)
			}
		}
	}
}

// compensated is Neumaier's sum, with that of the |terms|.
type compensated struct{ sum, rest, size float64 }

func (c *compensated) add(x float64) {
	s := c.sum + x
	if math.Abs(c.sum) >= math.Abs(x) {
		c.rest += c.sum - s + x
	} else {
		c.rest += x - s + c.sum
	}
	c.sum, c.size = s, c.size+math.Abs(x)
}

func (c *compensated) value() float64 { return c.sum + c.rest }

// reference integrates over z: the slow, plain way. Smooth φ by the trapezoid rule with a step h so small that the poles of
// φ at distance π/2 (over √Δ in z) and the Gaussian leave less than e^−50; kinked φ in panels between the kinks, where they
// are polynomials, by a Gauss–Legendre rule of 20 nodes on a length of 1/2. Averages of derivatives that are measures come by
// Stein's identity from the derivative before: E f' = E z f/√Δ, E f” = E (z² − 1) f/Δ.
//
// It returns ⟨φ⟩ … ⟨φ”'⟩, E ψ, E ψ', E ψ”, and of each the mean of the |terms|.
func reference(phi model.Nonlinearity, mu, delta float64) (value, size [7]float64) {
	root := math.Sqrt(delta)
	var sums [7]compensated
	kinked := len(phi.Kinks()) > 0
	visit := func(z, weight, x float64) {
		w := weight * math.Exp(-z*z/2) / math.Sqrt(2*math.Pi)
		d := derivatives(phi.Name(), x)
		terms := [7]float64{d[0], d[1], d[2], d[3], d[0] * d[0], 2 * d[0] * d[1], 2 * (d[1]*d[1] + d[0]*d[2])}
		if kinked {
			terms[2], terms[3] = z*d[1]/root, (z*z-1)*d[1]/root/root
			if phi.Name() == "hard-tanh" { // ReLU's ψ' has no jump
				terms[6] = 2 * z * d[0] * d[1] / root
			}
		}
		for k, term := range terms {
			sums[k].add(w * term)
		}
	}
	const far = 13 // e^−84
	if !kinked {
		h := min(0.35, math.Pi*math.Pi/60/root) // 2π(π/2)/(h√Δ) ≥ 60, which leaves e^−20 for (2π/h)⁴/3!; 2π²/h² for the Gaussian
		switch phi.Name() {
		case "identity":
			h = 0.35
		case "erf":
			h = min(0.35, 0.3/root) // entire, e^{y²} off the real line: as for a Gaussian
		}
		for j := -math.Ceil(far / h); j*h <= far; j++ {
			visit(j*h, h, mu+root*j*h)
		}
	} else {
		cuts := []float64{-far}
		for _, k := range phi.Kinks() {
			if z := (k - mu) / root; math.Abs(z) < far {
				cuts = append(cuts, z)
			}
		}
		cuts = append(cuts, far)
		nodes, weights := make([]float64, 20), make([]float64, 20)
		for i := range cuts[1:] {
			panels := math.Ceil((cuts[i+1] - cuts[i]) * 2)
			width := (cuts[i+1] - cuts[i]) / panels
			for j := range int(panels) {
				from := cuts[i] + float64(j)*width
				quad.Legendre{}.FixedLocations(nodes, weights, from, from+width)
				for n, z := range nodes {
					visit(z, weights[n], mu+root*z)
				}
			}
		}
	}
	for k := range sums {
		value[k], size[k] = sums[k].value(), sums[k].size
	}
	return value, size
}

// all returns the seven averages of the package, and the largest of their two error bounds for each.
func all(t *testing.T, phi model.Nonlinearity, mu, delta float64) (value, bound [7]float64) {
	t.Helper()
	a, err := phi.Averages(mu, delta, 4)
	require.NoError(t, err, "%s(%v, %v)", phi.Name(), mu, delta)
	s, err := phi.SquareAverages(mu, delta)
	require.NoError(t, err, "%s²(%v, %v)", phi.Name(), mu, delta)
	return [7]float64{a.Value, a.Prime, a.Second, a.Third, s.Value, s.Prime, s.Second},
		[7]float64{a.Error, a.Error, a.Error, a.Error, s.Error, s.Error, s.Error}
}

var averageNames = [7]string{"⟨φ⟩", "⟨φ'⟩", "⟨φ''⟩", "⟨φ'''⟩", "E ψ", "E ψ'", "E ψ''"}

// TestAveragesAgainstReference: within the bound that they state, and within 1e-12 of the size: of 1, of μ and √Δ (squared for
// ψ) where φ grows, of the density 1/√Δ at a kink.
func TestAveragesAgainstReference(t *testing.T) {
	for _, phi := range model.Nonlinearities() {
		t.Run(phi.Name(), func(t *testing.T) {
			var worst, margin [7]float64
			var at [7]string
			for i, mu := range averageMeans {
				for k, delta := range averageVariances {
					if delta == 0 || (i+k)%2 >= times(t, 1) { // by default each variance with every second mean
						continue
					}
					got, bound := all(t, phi, mu, delta)
					want, size := reference(phi, mu, delta)
					for k := range got {
						scale := sizeOf(phi, k, mu, delta)
						// The reference: 16u in φ^(k), 8u in the weight, z²u from its exponent; x = μ + √Δz is rounded by u(|μ| + |z|√Δ), which
						// moves φ^(k) by 2 sup|φ'| that, or 16u of itself where the average is of size μ.
						slack := 64 * u * (scale + size[k])
						if mu != 0 {
							slack += 8 * u * min(math.Abs(mu)+10*math.Sqrt(delta), 50*(1+math.Sqrt(delta))) * scale
						}
						miss := math.Abs(got[k] - want[k])
						require.LessOrEqual(t, miss, bound[k]+slack, "%s at μ = %v, Δ = %v: %v, want %v", averageNames[k], mu, delta, got[k], want[k])
						require.Less(t, bound[k], 1e-12*scaleOfAll(phi, k, mu, delta), "%s at μ = %v, Δ = %v", averageNames[k], mu, delta)
						if miss/scale > worst[k] {
							worst[k], at[k] = miss/scale, fmt.Sprintf("μ = %v, Δ = %v", mu, delta)
						}
						margin[k] = max(margin[k], miss/(bound[k]+slack))
					}
				}
			}
			for k := range worst {
				t.Logf("%-8s worst %.1e of the size (%s), %.2f of the bounds of both", averageNames[k], worst[k], at[k], margin[k])
			}
		})
	}
}

// sizeOf is what an error of average k is measured against.
func sizeOf(phi model.Nonlinearity, k int, mu, delta float64) float64 {
	root, size := math.Sqrt(delta), 1.0
	grows := math.IsInf(phi.Sup(), 1)
	switch {
	case grows && k == 4:
		size = 1 + mu*mu + delta
	case grows && (k == 0 || k == 5):
		size = 1 + math.Abs(mu) + root
	}
	if len(phi.Kinks()) > 0 && root < 1 {
		switch k {
		case 2, 6:
			size /= root
		case 3:
			size /= delta
		}
	}
	return size
}

// scaleOfAll is the largest size among those that share an error bound.
func scaleOfAll(phi model.Nonlinearity, k int, mu, delta float64) float64 {
	first, last := 0, 3
	if k > 3 {
		first, last = 4, 6
	}
	most := 0.0
	for j := first; j <= last; j++ {
		most = max(most, sizeOf(phi, j, mu, delta))
	}
	return most
}
