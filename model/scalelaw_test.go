package model

import (
	"math"
	"math/big"
	"math/cmplx"
	"testing"

	"github.com/rankproof/rankproof/oracles/precise"
	"github.com/stretchr/testify/require"
)

// bigExp is e^x to 300 bits, from the logistic function q/(1 + q).
func bigExp(t *testing.T, x *big.Float) *big.Float {
	t.Helper()
	s, err := precise.PhiBig("logistic", new(big.Float).SetPrec(300).Set(x), 0)
	require.NoError(t, err)
	less := new(big.Float).Sub(big.NewFloat(1).SetPrec(300), s)
	return less.Quo(s, less)
}

// TestScaleWeights compares both densities with their series in e^{−k²s/2} at 300 bits, which alternate and cancel there.
func TestScaleWeights(t *testing.T) {
	number := func(x float64) *big.Float { return big.NewFloat(x).SetPrec(300) }
	var mass, mean, bump compared
	for i, s := range logisticLaw.variance {
		f, g, harmonic := number(0), number(0), number(0)
		for k := 1.0; k*k*s < 300; k++ {
			e := bigExp(t, new(big.Float).Mul(number(-k*k/2), number(s)))
			if math.Mod(k, 2) == 0 {
				e.Neg(e)
			}
			f.Add(f, new(big.Float).Mul(e, number(k*k)))
			square := new(big.Float).Mul(number(k*k), number(s))
			c := square.Mul(square.Sub(square, number(1)), number(k/2))
			c.Sub(c, new(big.Float).Mul(number(k*k), harmonic))
			c.Add(c, number(k*(k-1)))
			g.Add(g, c.Mul(c, e))
			harmonic.Add(harmonic, new(big.Float).Quo(number(1), number(k)))
		}
		wantF, _ := f.Float64()
		wantG, _ := g.Float64()
		// e^{−x}, x = m²π²/(2s) or k²s/2 within 3u, below 50; six operations: relative to the largest term, which is not cancelled.
		require.LessOrEqual(t, math.Abs(kolmogorov(s)-wantF), (6+3*50)*unitRoundoff*wantF, "f(%v)", s)
		// 50 terms below 10, each of them rounded twelve times at the most.
		require.LessOrEqual(t, math.Abs(bumpDensity(s)-wantG), 10*(50+12)*unitRoundoff, "g(%v)", s)
		mass.add(logisticLaw.weight[i])
		mean.add(logisticLaw.weight[i] * s)
		bump.add(math.Abs(logisticLaw.bump[i]))
		require.Equal(t, 0.25*s, tanhLaw.variance[i])
		require.Equal(t, logisticLaw.weight[i], tanhLaw.weight[i])
	}
	// Weights that are relatively within 160u where they matter not; the logistic law has variance π²/3.
	require.Less(t, math.Abs(float64(mass)-1), scaleError+logisticLaw.rounding())
	require.Less(t, math.Abs(float64(mean)-math.Pi*math.Pi/3), 4*(scaleError+logisticLaw.rounding()))
	require.Less(t, float64(bump), 2.0)
}

type compared float64

func (c *compared) add(x float64) { *c += compared(x) }

// TestScaleError integrates what the bound of the trapezoid rule needs, K_d along Im ln s = d, with the bounds that hold of
// the Gaussian factors there, whatever μ and Δ ≥ 0: with v = Δ + s, |v| ≥ |s|, |arg v| ≤ d,
//
//	|erf(μ/√(2v))| ≤ 1/√cos d, |e^{−μ²/(2v)}| ≤ 1, |μ²/v| |e^{−μ²/(2v)}| ≤ 2/(e cos d),
//
// and adds the terms left out at both ends.
func TestScaleError(t *testing.T) {
	const d = 1.45
	factor := 2 / math.Expm1(2*math.Pi*d/scaleStep)
	erf, square := 1/math.Sqrt(math.Cos(d)), 2/(math.E*math.Cos(d))
	normal := (1 + erf) / 2 // of |Φ|
	root := math.Sqrt(square)
	law := func(power float64) float64 {
		return factor*alongRay(d, power, complexKolmogorov) + leftOut(power, kolmogorov)
	}
	bump := func(power float64) float64 {
		return factor*alongRay(d, power, complexBump) + leftOut(power, bumpDensity)
	}
	for name, bound := range map[string]float64{
		"tanh":   erf * law(0),
		"tanh'":  2 * invSqrt2Pi * 2 * law(-0.5), // s/4 in place of s
		"tanh''": 2 * invSqrt2Pi * root * 4 * law(-1),
		// σ and its derivatives, and softplus from the second on, have less.
		"tanh'''": 2 * invSqrt2Pi * (1 + square) * 8 * law(-1.5),
		// μΦ + √v n, |√v| ≤ √Δ + √|s|, relatively to 2 + |μ| + √Δ.
		"softplus":  normal*law(0) + invSqrt2Pi*law(0.5),
		"softplus'": normal * law(0),
		// ((μ² + v)Φ + μ√v n) − 2(μΦ + √v n) − sΦ + 2(ramp), relatively to 1 + μ² + Δ.
		"softplus²": (normal+invSqrt2Pi)*(law(0)+law(1)) + 2*(normal*law(0)+invSqrt2Pi*law(0.5)) + normal*law(1) + 2*(normal*bump(0)+invSqrt2Pi*bump(0.5)),
		// 2 ramp − 2Φ − s n/√v + 2Φ, and its derivative.
		"(softplus²)'":  2*(normal*law(0)+invSqrt2Pi*law(0.5)) + 2*normal*law(0) + invSqrt2Pi*law(0.5) + 2*normal*bump(0),
		"(softplus²)''": 2*normal*law(0) + 2*invSqrt2Pi*law(-0.5) + invSqrt2Pi*root*law(0) + 2*invSqrt2Pi*bump(-0.5),
	} {
		require.Less(t, bound, scaleError, name)
		t.Logf("%-14s discretization below %.1e", name, bound)
	}
	// What stepError says of the sum of |terms| of ⟨φ”'⟩, at Δ = 0.
	third := 0.0
	for i, s := range tanhLaw.variance {
		third += math.Sqrt(2/math.Pi) * tanhLaw.weight[i] * math.Pow(s, -1.5)
	}
	require.Less(t, third, 2.0+1e-3)
	require.Less(t, math.Sqrt(2/math.Pi)*math.Pow(erfLaw.variance[0], -1.5), 1.6)
}

// alongRay integrates |density(s)| |s|^(1 + power) over ln|s| at arg s = d, by the trapezoid rule.
func alongRay(d, power float64, density func(complex128) complex128) float64 {
	const h = 0.02
	sum := 0.0
	for j := -150; j < 350; j++ {
		r := math.Exp(h * float64(j))
		sum += h * cmplx.Abs(density(cmplx.Rect(r, d))) * math.Pow(r, 1+power)
	}
	return sum
}

// leftOut sums the terms beyond the law's ends.
func leftOut(power float64, density func(float64) float64) float64 {
	sum := 0.0
	for j := 1; j < 10; j++ {
		for _, s := range []float64{math.Exp(scaleStep * float64(scaleFirst-j)), math.Exp(scaleStep * float64(scaleLast+j))} {
			if s > 0.1 { // bumpDensity is rounding below; see complexBump
				sum += scaleStep * math.Abs(density(s)) * math.Pow(s, 1+power)
			}
		}
	}
	return sum
}

// complexKolmogorov is ϑ' for complex s, by the series in m or in k.
func complexKolmogorov(s complex128) (sum complex128) {
	if cmplx.Abs(s) < math.Pi {
		for m := 1.0; m < 80; m += 2 {
			x := complex(m*m*math.Pi*math.Pi/2, 0) / s
			sum += (2*x - 1) * cmplx.Exp(-x)
		}
		return complex(math.Sqrt(2*math.Pi), 0) * sum / (s * cmplx.Sqrt(s))
	}
	for k, sign := 1.0, 1.0; k < 40; k, sign = k+1, -sign {
		sum += complex(sign*k*k, 0) * cmplx.Exp(complex(-k*k/2, 0)*s)
	}
	return sum
}

// complexBump sums bumpDensity's series; at small |s| it is what the rounding of terms of size k⁵ leaves, more than what is
// there, and a bound all the same.
func complexBump(s complex128) (sum complex128) {
	harmonic := 0.0
	for k, sign := 1.0, 1.0; k*k*real(s) < 100; k, sign = k+1, -sign {
		k2 := complex(k*k, 0)
		sum += complex(sign, 0) * (complex(k/2, 0)*(k2*s-1) - complex(k*(k*harmonic-(k-1)), 0)) * cmplx.Exp(-k2*s/2)
		harmonic += 1 / k
	}
	return sum
}

// A mixture obeys the heat equation whatever its weights, so that ⟨φ”⟩/2 is the derivative in Δ of what is computed, too; that
// the weights are the right ones is for the halved step to say: it changes nothing.
func TestHalvedStep(t *testing.T) {
	fine := &scaleLaw{}
	for j := 2 * scaleFirst; j <= 2*scaleLast; j++ {
		s := math.Exp(scaleStep / 2 * float64(j))
		fine.variance = append(fine.variance, s/4)
		fine.weight = append(fine.weight, scaleStep/2*s*kolmogorov(s))
	}
	worst := 0.0
	for _, mu := range []float64{0, 0.1, 1, 3, 10, 100} {
		for _, delta := range []float64{1e-12, 0.1, 1, 10, 1000} {
			a, b := tanhLaw.steps(mu, delta, 4), fine.steps(mu, delta, 4)
			for _, miss := range []float64{a.Value - b.Value, a.Prime - b.Prime, a.Second - b.Second, a.Third - b.Third} {
				worst = max(worst, math.Abs(miss))
			}
		}
	}
	require.Less(t, worst, tanhLaw.stepError()+fine.stepError())
	t.Logf("halving the step moves an average by at most %.1e", worst)
}

// TestAveragesInBig sums the trapezoid rule over z in 300 bits, of step 1/16, with φ from the oracle: where √Δ is a power of 2
// all of its nodes are exact. The poles of tanh leave e^{−π²·16/√Δ}, below 1e-19 of (2π·16)³, or less for the other two.
func TestAveragesInBig(t *testing.T) {
	number := func(x float64) *big.Float { return big.NewFloat(x).SetPrec(300) }
	const h = 0x1p-4
	rootTwoPi := new(big.Float).SetPrec(300)
	weights := map[int]*big.Float{}
	for j := -16 * 16; j <= 16*16; j++ {
		z := h * float64(j)
		weights[j] = bigExp(t, number(-z*z/2))
		rootTwoPi.Add(rootTwoPi, weights[j])
	}
	worst := 0.0
	for _, phi := range []Nonlinearity{Tanh(), Logistic(), Softplus(), Erf()} {
		for _, c := range []struct{ mu, root float64 }{{0.375, 1}, {-2, 0.25}, {0, 2}, {5, 0x1p-30}} {
			a, err := phi.Averages(c.mu, c.root*c.root, 4)
			require.NoError(t, err)
			for k, got := range []float64{a.Value, a.Prime, a.Second, a.Third} {
				sum := number(0)
				for j, w := range weights {
					x := new(big.Float).Add(number(c.mu), number(c.root*h*float64(j)))
					f, err := precise.PhiBig(phi.Name(), x.SetPrec(100), k)
					require.NoError(t, err)
					sum.Add(sum, new(big.Float).Mul(w, f))
				}
				want, _ := sum.Quo(sum, rootTwoPi).Float64()
				require.LessOrEqual(t, math.Abs(got-want), a.Error, "%s, order %d, μ = %v, √Δ = %v", phi.Name(), k, c.mu, c.root)
				worst = max(worst, math.Abs(got-want))
			}
		}
	}
	t.Logf("worst difference %.1e", worst)
}
