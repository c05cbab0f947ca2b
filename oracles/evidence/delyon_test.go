package evidence

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// e^(y − y²/6) ≤ 1 + y + y²/3 with equality at 0, from −40 to 40 and as near 0 as the difference y⁴/36 stands out of rounding; and
// the derivative that proves it: (y³/9)/(1 + y + y²/3).
func TestPointwiseInequality(t *testing.T) {
	gap := func(y float64) float64 { return math.Log1p(y+y*y/3) - y + y*y/6 }
	for i := -4000; i <= 4000; i++ {
		y := float64(i) / 100
		bound := 4 * 0x1p-53 * (math.Abs(y) + y*y)
		require.True(t, gap(y) >= -bound, "%v: %v", y, gap(y))
		if math.Abs(y) > 0.02 {
			require.True(t, gap(y) > 0, "%v", y)
		}
		// Central difference, off by h²|g‴|/6 and rounding/h. g‴ is 2Σ(y − r)^−3 over the roots r = (−3 ± i√3)/2, at least √3/2
		// away: below 4·(2/√3)³ = 6.2.
		const h = 1e-4
		want := y * y * y / 9 / (1 + y + y*y/3)
		got := (gap(y+h) - gap(y-h)) / (2 * h)
		require.True(t, math.Abs(got-want) <= h*h*6.2/6+(bound+4*0x1p-53)/h, "%v: %v, not %v", y, got, want)
	}
}

// E exp ≤ 1 for laws of two and of three points with mean 0: the extremes of all laws with given mean and variance are laws
// of few points. σ² is the exact variance, and λ what the mixture uses, and more. The exponent is the one that the test uses.
func TestExpectationIsAtMostOne(t *testing.T) {
	largest := 0.0
	check := func(points, p []float64) {
		mean, variance := 0.0, 0.0
		for i, w := range p {
			mean += w * points[i]
		}
		for i, w := range p {
			variance += w * (points[i] - mean) * (points[i] - mean)
		}
		for k := -8.0; k <= 24; k++ {
			for _, sign := range []float64{1, -1} {
				lambda := sign * math.Pow(2, -k/2) / math.Sqrt(variance)
				e := 0.0
				for i, w := range p {
					d := points[i] - mean
					e += w * math.Exp(exponent(lambda, d, d*d, 1, variance))
				}
				largest = max(largest, e)
				require.True(t, e <= 1+64*0x1p-53, "points %v of weights %v, λσ = %v: E = 1 + %g", points, p, sign*math.Pow(2, -k/2), e-1)
			}
		}
	}
	for _, p := range []float64{1e-9, 1e-6, 1e-4, 0.01, 0.1, 0.3, 0.5, 0.8, 0.99} {
		check([]float64{0, 1}, []float64{1 - p, p})
		for _, far := range []float64{-30, -3, -1, 2, 30} {
			check([]float64{0, 1, far}, []float64{(1 - p) * 0.9, p, (1 - p) * 0.1})
		}
	}
	rng := rand.New(rand.NewPCG(31, 1))
	for range 300 {
		points, p, sum := make([]float64, 4), make([]float64, 4), 0.0
		for i := range p {
			points[i] = rng.NormFloat64() * math.Exp(3*rng.NormFloat64())
			p[i] = math.Exp(3 * rng.NormFloat64())
			sum += p[i]
		}
		for i := range p {
			p[i] /= sum
		}
		check(points, p)
	}
	require.Greater(t, largest, 1-1e-4, "the inequality is met closely: the check has teeth")
}

// The ceiling is above ln E, so that no rejection is missed, and it is not so far above that it would never help.
func TestCeilings(t *testing.T) {
	rng := rand.New(rand.NewPCG(32, 1))
	m, down, b := newMixture(0.2, 2, 1, -1), newMixture(0.2, 2, -1), newBettor(1, 1, 0.5, 0, 1)
	low := 0
	for range 3000 {
		x := 0.2 + rng.NormFloat64()
		m.add(x)
		down.add(x)
		b.add(rng.Float64())
		require.LessOrEqual(t, m.logE(), m.ceiling())
		require.LessOrEqual(t, down.logE(), down.ceiling())
		require.LessOrEqual(t, b.logE(), b.ceiling())
		if m.ceiling() < math.Log(1e6) && b.ceiling() < math.Log(1e6) {
			low++
		}
	}
	require.Greater(t, low, 2900)
}

// E‖ΣZ_i‖⁴/N² of N signs: (3N² − 2N)/N² by counting, below the bound with fourth = 1 and trace = 1.
func TestSecondMomentIsABound(t *testing.T) {
	for _, n := range []int{1, 2, 5, 9} {
		exact := 0.0
		for signs := range 1 << n {
			sum := 0.0
			for i := range n {
				sum += float64(2*(signs>>i&1) - 1)
			}
			exact += math.Pow(sum, 4) / float64(n*n) / float64(int(1)<<n)
		}
		require.True(t, math.Abs(exact-3+2/float64(n)) <= float64(int(4)<<n)*0x1p-53*3, "the formula for equal laws at N = %d: %v", n, exact)
		require.Greater(t, SecondMoment(n, 1, 1), exact)
	}
}
