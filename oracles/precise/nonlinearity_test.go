package precise

import (
	"math"
	"math/big"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func smooth() []string { return []string{"tanh", "erf", "logistic", "softplus"} }

func phi(t *testing.T, name string, x float64, order int) float64 {
	t.Helper()
	v, err := Phi(name, x, order)
	require.NoError(t, err)
	return v
}

func phiBig(t *testing.T, name string, x *big.Float, order int) *big.Float {
	t.Helper()
	v, err := PhiBig(name, x, order)
	require.NoError(t, err)
	return v
}

// Values from the definitions by power series at x itself in rationals: e^x for three of them, and for erf the alternating
// Maclaurin series ∫_0^x e^(−πt²/4) dt = Σ (−π/4)^n x^(2n+1)/(n!(2n+1)), not the series with positive terms of the code.
func TestValuesFromPowerSeries(t *testing.T) {
	const digitsPi = "3.141592653589793238462643383279502884197169399375105820974944592307816406286208998628034825342117067"
	minusQuarterPi, _ := new(big.Rat).SetString("-" + digitsPi)
	minusQuarterPi.Mul(minusQuarterPi, big.NewRat(1, 4))
	one := big.NewRat(1, 1)
	for _, eighths := range []int64{-29, -9, -8, -1, 1, 3, 8, 17, 29} {
		x := big.NewRat(eighths, 8)
		e := rationalExp(x)
		square := new(big.Rat).Mul(e, e)
		tanh := new(big.Rat).Quo(new(big.Rat).Sub(square, one), new(big.Rat).Add(square, one))
		requireClose(t, floatOf(tanh, 400), phiBig(t, "tanh", floatOf(x, 256), 0), 255, x)
		logistic := new(big.Rat).Quo(e, new(big.Rat).Add(one, e))
		requireClose(t, floatOf(logistic, 400), phiBig(t, "logistic", floatOf(x, 256), 0), 255, x)
		// softplus, taken back: e^φ − 1 = e^x.
		softplus, _ := phiBig(t, "softplus", floatOf(x, 256), 0).Rat(nil)
		back := tableFor(320).expm1(floatOf(softplus, 256))
		requireClose(t, floatOf(e, 400), back, 250, x)
		// 256 bits are 77 digits; π above has 99.
		sum, term := new(big.Float).SetPrec(500), floatOf(x, 500)
		ratio := floatOf(new(big.Rat).Mul(minusQuarterPi, new(big.Rat).Mul(x, x)), 500)
		for n := int64(0); n < 300; n++ {
			sum.Add(sum, new(big.Float).SetPrec(500).Quo(term, big.NewFloat(float64(2*n+1))))
			term.Mul(term, ratio)
			term.Quo(term, big.NewFloat(float64(n+1)))
		}
		requireClose(t, sum, phiBig(t, "erf", floatOf(x, 256), 0), 255, x)
	}
}

// Digits: from the exponential of Python's decimal module at 100 digits, (e² − 1)/(e² + 1), one minus its square, and e/(1 + e);
// ln 2 as published; erf 1, which is φ at 2/√π, from its Maclaurin series there. The float64 nearest to each is what Go's parser
// makes of the digits.
func TestKnownDigits(t *testing.T) {
	require.Equal(t, 0.76159415595576488811945828260479359041, phi(t, "tanh", 1, 0))
	require.Equal(t, 0.41997434161402606939449673904170144491, phi(t, "tanh", 1, 1)) // sech² 1
	require.Equal(t, 0.69314718055994530941723212145817656807, phi(t, "softplus", 0, 0))
	require.Equal(t, 0.73105857863000487925115924182183627436, phi(t, "logistic", 1, 0)) // e/(1+e)
	requireClose(t, bigOf(t, "0.84270079294971486934122063508260925929606699796630290845993789783471", 200),
		phiBig(t, "erf", twoOverRootPi(t), 0), 190)
}

func twoOverRootPi(t *testing.T) *big.Float {
	t.Helper()
	z := pi(256)
	z.Sqrt(z)
	return z.Quo(big.NewFloat(2).SetPrec(256), z)
}

// By quadrature of the definition at float64: φ(x) = ∫_0^x e^(−πt²/4) dt, Simpson's rule with 2000 panels, whose error is
// below x^5 max|f⁗|/(180·2000⁴) = 5^5·(3π²/4)/(2.9e15) = 8e-12 for x ≤ 5.
func TestErfIsTheIntegralOfItsDerivative(t *testing.T) {
	for _, x := range []float64{0.25, 1, 2, 5} {
		const panels = 2000
		f := func(i int) float64 { u := x * float64(i) / panels; return math.Exp(-math.Pi * u * u / 4) }
		sum := f(0) + f(panels)
		for i := 1; i < panels; i++ {
			sum += f(i) * float64(2+2*(i%2))
		}
		got := phi(t, "erf", x, 0)
		require.Less(t, math.Abs(got-sum*x/(3*panels)), 8e-12)
	}
}

func TestIdentitiesAtHighPrecision(t *testing.T) {
	const prec = 400
	rng := rand.New(rand.NewPCG(1, 2))
	new400 := func() *big.Float { return new(big.Float).SetPrec(prec + 100) }
	one := big.NewFloat(1)
	for range 60 {
		x := new(big.Float).SetPrec(prec).SetFloat64(rng.NormFloat64() * 3)
		minus := new(big.Float).Neg(x)
		tanh := phiBig(t, "tanh", x, 0)
		square := new400().Mul(tanh, tanh)
		// tanh 2x = 2t/(1 + t²); φ′ = 1 − φ², which costs bits here and all of them in float64.
		double := new400().Quo(new400().SetMantExp(tanh, 1), new400().Add(square, one))
		requireClose(t, double, phiBig(t, "tanh", new(big.Float).SetMantExp(x, 1), 0), prec-3, x)
		requireClose(t, phiBig(t, "tanh", x, 1), new400().Sub(one, square), prec-50, x)
		logistic := phiBig(t, "logistic", x, 0)
		requireClose(t, phiBig(t, "logistic", x, 1), new400().Mul(logistic, new400().Sub(one, logistic)), prec-40, x)
		// Symmetries.
		for _, name := range []string{"tanh", "erf"} {
			for order := range MaxOrder + 1 {
				mirrored := phiBig(t, name, minus, order)
				if order%2 == 0 {
					mirrored.Neg(mirrored)
				}
				require.Zero(t, mirrored.Cmp(phiBig(t, name, x, order)))
			}
		}
		requireClose(t, one, new400().Add(logistic, phiBig(t, "logistic", minus, 0)), prec-3, x)
		softplus, mirrored := phiBig(t, "softplus", x, 0), phiBig(t, "softplus", minus, 0)
		requireClose(t, x, new400().Sub(softplus, mirrored), prec-40, x)
		require.Zero(t, logistic.Cmp(phiBig(t, "softplus", x, 1)))
	}
}

// Each order is the derivative of the one before: the central difference with h = 2^-150 at 600 bits, whose error is of the
// order of h² and 2^-600/h.
func TestDerivativesAgainstDifferencesAtHighPrecision(t *testing.T) {
	h := new(big.Float).SetMantExp(big.NewFloat(1), -150)
	for _, name := range smooth() {
		for _, x := range []float64{-7.3, -2, -0.4, 0.01, 0.9, 3.7, 12} {
			for order := 1; order <= MaxOrder; order++ {
				at := new(big.Float).SetPrec(600).SetFloat64(x)
				plus := phiBig(t, name, new(big.Float).Add(at, h), order-1)
				minus := phiBig(t, name, new(big.Float).Sub(at, h), order-1)
				slope := plus.Sub(plus, minus)
				slope.SetMantExp(slope, 149)
				requireClose(t, slope, phiBig(t, name, at, order), 190, name, x, order)
			}
		}
	}
}

// The promised precision is delivered for arguments of every size, near the zeros of φ‴ too.
func TestPrecisionIsDelivered(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	arguments := []float64{0, 5e-324, 1e-300, 1e-17, 0.5, 30, 200, 700,
		0.65847894846240835431252317365, // artanh(1/√3), where tanh‴ vanishes
		1.31695789692481670862504634731, // twice that, logistic‴
		0.79788456080286535587989211987, // √(2/π), erf‴
		3e4}                             // an exponent of 30 bits in erf′
	for range 40 {
		arguments = append(arguments, rng.NormFloat64()*math.Exp2(float64(rng.IntN(60)-50)))
	}
	for _, name := range smooth() {
		for _, x := range arguments {
			for order := range MaxOrder + 1 {
				long := phiBig(t, name, new(big.Float).SetPrec(700).SetFloat64(x), order)
				for _, prec := range []uint{64, 113, 300} {
					short := phiBig(t, name, new(big.Float).SetPrec(prec).SetFloat64(x), order)
					require.Equal(t, prec, short.Prec())
					requireClose(t, long, short, int(prec), name, x, order)
				}
				want, _ := long.Float64()
				require.Equal(t, want, phi(t, name, x, order), "%s %v %d", name, x, order)
			}
		}
	}
}

// Each formula keeps 2^-p for every p, whatever is left of the last word, and for exponents of up to 30 bits.
func TestGuardBitsSuffice(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, name := range smooth() {
		for order := range MaxOrder + 1 {
			f, err := formulaOf(name, order)
			require.NoError(t, err)
			for range 50 {
				x := big.NewFloat(math.Copysign(math.Exp2(rng.Float64()*21-5), rng.Float64()-0.5))
				long := f(x, order, 400)
				for _, p := range []uint{104, 126, 127} { // up to 128 bits but for the exponent, and for the guard
					requireClose(t, long, f(x, order, p), int(p), name, x, order, p)
				}
			}
		}
	}
}

// At the zero of φ‴, rounded to 300 bits, a difference loses all of the 300 bits and the result is as accurate as ever.
func TestNoAccuracyIsLostAtZerosOfTheThirdDerivative(t *testing.T) {
	for name, bracket := range map[string][2]float64{"tanh": {0.5, 0.75}, "logistic": {1, 1.5}, "erf": {0.75, 1}} {
		low, high := big.NewFloat(bracket[0]).SetPrec(300), big.NewFloat(bracket[1]).SetPrec(300)
		sign := phiBig(t, name, low, 3).Sign()
		for range 298 {
			middle := new(big.Float).Add(low, high)
			middle.SetMantExp(middle, -1)
			if phiBig(t, name, middle, 3).Sign() == sign {
				low = middle
			} else {
				high = middle
			}
		}
		long := phiBig(t, name, new(big.Float).SetPrec(900).Set(low), 3)
		require.Less(t, long.MantExp(nil), -290)
		requireClose(t, long, phiBig(t, name, low, 3), 300, name)
	}
}

func TestConcurrentUse(t *testing.T) {
	want := phi(t, "softplus", 1.5, 0)
	var group sync.WaitGroup
	got := make([]*big.Float, 16)
	for i := range got {
		group.Go(func() {
			x := new(big.Float).SetPrec(uint(900 + 64*(i%4))).SetFloat64(1.5)
			got[i], _ = PhiBig("softplus", x, 0)
		})
	}
	group.Wait()
	for _, z := range got {
		v, _ := z.Float64()
		require.Equal(t, want, v)
	}
}

func TestErrors(t *testing.T) {
	_, err := Phi("sine", 1, 0)
	require.ErrorIs(t, err, ErrUnknown)
	_, err = PhiBig("Tanh", big.NewFloat(1), 0)
	require.ErrorIs(t, err, ErrUnknown)
	for _, order := range []int{-1, 4} {
		_, err = Phi("tanh", 1, order)
		require.ErrorIs(t, err, ErrOrder)
		_, err = PhiBig("identity", big.NewFloat(1), order)
		require.ErrorIs(t, err, ErrOrder)
	}
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		_, err = Phi("relu", x, 0)
		require.ErrorIs(t, err, ErrNotFinite)
	}
	_, err = PhiBig("tanh", new(big.Float).SetInf(true), 0)
	require.ErrorIs(t, err, ErrNotFinite)
	_, err = PhiBig("tanh", nil, 0)
	require.ErrorIs(t, err, ErrNotFinite)
}
