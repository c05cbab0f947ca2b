package model

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"
)

// closedFormRounding times the size of the terms bounds the rounding of the
// closed forms: at most 24 operations, exponentials and erf within 2u, and an
// exponent a²/2, where a is within 4u, that costs 4a² e^{−a²/2} u ≤ 3u of the peak.
const closedFormRounding = 40 * unitRoundoff

// legendre16 is the Gauss–Legendre rule of 16 nodes on [−1, 1]. Its error on a
// function that is analytic and below M in the ellipse with foci ±1 and
// semi-axes summing to ρ is at most (64/15) M ρ^−32/(1 − ρ^−2).
var legendre16 = newLegendre(16)

type legendreRule struct{ node, weight []float64 }

func newLegendre(n int) legendreRule {
	r := legendreRule{node: make([]float64, n), weight: make([]float64, n)}
	quad.Legendre{}.FixedLocations(r.node, r.weight, -1, 1)
	return r
}

func identityRule() gaussianRule {
	return gaussianRule{
		averages: func(mu, _ float64, orders int) Averages {
			return Averages{Value: mu, Prime: 1}.only(orders)
		},
		squares: func(mu, delta float64) SquareAverages {
			size := mu*mu + delta
			return SquareAverages{Value: size, Prime: 2 * mu, Second: 2, Error: 2 * unitRoundoff * size}
		},
		third: func(float64) float64 { return 0 },
	}
}

func reluRule() gaussianRule {
	return gaussianRule{averages: reluAverages, squares: reluSquares, third: func(float64) float64 { return 0 }}
}

// reluAverages is, with a = μ/√Δ, n the normal density and Φ its integral,
//
//	⟨φ⟩ = μΦ(a) + √Δ n(a), ⟨φ'⟩ = Φ(a), ⟨φ”⟩ = n(a)/√Δ, ⟨φ”'⟩ = −a n(a)/Δ.
func reluAverages(mu, delta float64, orders int) Averages {
	root := math.Sqrt(delta)
	a := standard(mu, root)
	n, c := density(a), upperTail(math.Abs(a))
	out := Averages{Value: max(0, mu) + root*(n-math.Abs(a)*c), Prime: c}
	if mu > 0 {
		out.Prime = 1 - c
	}
	size := max(1, math.Abs(mu)+root)
	if orders > 2 {
		out.Second = n / root
		size = max(size, kink(a)/root)
	}
	if orders > 3 {
		out.Third = -a * n / root / root
		size = max(size, math.Abs(a)*kink(a)/root/root)
	}
	out.Error = closedFormRounding * size
	return out.only(orders)
}

// kink is the weight with which a density at a kink, a standard deviations off,
// enters an error bound: its relative rounding grows as a².
func kink(a float64) float64 { return (1 + a*a) * density(a) }

// reluSquares is E ψ = (μ² + Δ)Φ + μ√Δ n, E ψ' = 2⟨φ⟩, E ψ” = 2⟨φ'⟩.
func reluSquares(mu, delta float64) SquareAverages {
	root := math.Sqrt(delta)
	a := math.Abs(standard(mu, root))
	n, c := density(a), upperTail(a)
	square := delta * ((1+a*a)*c - a*n)
	if mu > 0 {
		square = mu*mu + delta - square
	}
	first := reluAverages(mu, delta, 2)
	return SquareAverages{Value: square, Prime: 2 * first.Value, Second: 2 * first.Prime,
		Error: closedFormRounding * 2 * max(1, math.Abs(mu)+root, mu*mu+delta)}
}

func hardTanhRule() gaussianRule {
	return gaussianRule{averages: hardTanhAverages, squares: hardTanhSquares, third: func(float64) float64 { return 0 }}
}

// clipped holds what hard-tanh needs of N(μ, Δ) on [−1, 1].
type clipped struct {
	moments      [3]float64 // E x^k over |x| < 1
	above, below float64    // P(x > 1), P(x < −1)
	high, low    float64    // √Δ times the density at 1, at −1
	toHigh       float64    // (1 − μ)/√Δ
	toLow        float64    // (1 + μ)/√Δ
	root         float64    // √Δ
}

// clip integrates by parts where Δ < 1: with [·] the difference between 1 and −1,
// M₀ = [Φ], M₁ = μM₀ − Δ[p], M₂ = μM₁ + ΔM₀ − Δ[xp]. These cancel as Δ grows: for
// Δ ≥ 1 it is a Gauss–Legendre rule, whose integrand is below e^{(Im x)²/(2Δ)}/√(2π):
// with ρ = 8 its error is below 1e-23.
func clip(mu, delta float64) clipped {
	root := math.Sqrt(delta)
	c := clipped{toHigh: standard(1-mu, root), toLow: standard(1+mu, root), root: root}
	c.above, c.below = upperTail(c.toHigh), upperTail(c.toLow)
	c.high, c.low = density(c.toHigh), density(c.toLow)
	if delta >= 1 {
		for i, x := range legendre16.node[:8] { // and −x, so that φ stays odd to the bit
			w := legendre16.weight[i] / root
			right, left := density(standard(x-mu, root)), density(standard(-x-mu, root))
			c.moments[0] += w * (right + left)
			c.moments[1] += w * x * (right - left)
			c.moments[2] += w * x * x * (right + left)
		}
		return c
	}
	switch { // the difference of the smaller ones
	case mu > 1:
		c.moments[0] = upperTail(-c.toHigh) - c.below
	case mu < -1:
		c.moments[0] = upperTail(-c.toLow) - c.above
	default:
		c.moments[0] = 1 - c.above - c.below
	}
	c.moments[1] = mu*c.moments[0] - root*(c.high-c.low)
	c.moments[2] = mu*c.moments[1] + delta*c.moments[0] - root*(c.high+c.low)
	return c
}

// hardTanhAverages is, with p the density of N(μ, Δ),
//
//	⟨φ⟩ = P(x > 1) − P(x < −1) + M₁, ⟨φ'⟩ = M₀, ⟨φ”⟩ = p(−1) − p(1),
//	⟨φ”'⟩ = −((1 + μ)p(−1) + (1 − μ)p(1))/Δ.
func hardTanhAverages(mu, delta float64, orders int) Averages {
	c := clip(mu, delta)
	out := Averages{Value: c.above - c.below + c.moments[1], Prime: c.moments[0]}
	size := 16.0 // the terms of M₁, M₂ where they are not 0: |μ| < 1 + 40√Δ, and P(|x| < 1) falls faster than they grow
	if orders > 2 {
		out.Second = (c.low - c.high) / c.root
		size = max(size, (kink(c.toLow)+kink(c.toHigh))/c.root)
	}
	if orders > 3 {
		out.Third = -(c.toLow*c.low + c.toHigh*c.high) / c.root / c.root
		size = max(size, (math.Abs(c.toLow)*kink(c.toLow)+math.Abs(c.toHigh)*kink(c.toHigh))/c.root/c.root)
	}
	out.Error = closedFormRounding * size
	return out.only(orders)
}

// hardTanhSquares has ψ” = 2 on |x| < 1, and −2 times a Dirac measure at ±1.
func hardTanhSquares(mu, delta float64) SquareAverages {
	c := clip(mu, delta)
	return SquareAverages{
		Value:  c.above + c.below + c.moments[2],
		Prime:  2 * c.moments[1],
		Second: 2*c.moments[0] - 2*(c.high+c.low)/c.root,
		Error:  closedFormRounding * max(32, 2*(kink(c.toLow)+kink(c.toHigh))/c.root),
	}
}

func erfRule() gaussianRule {
	return gaussianRule{
		averages: func(mu, delta float64, orders int) Averages {
			a := erfLaw.steps(mu, delta, orders)
			a.Error = 3 * closedFormRounding
			return a
		},
		squares: erfSquares,
		third: func(x float64) float64 {
			x = min(40, max(-40, x))
			return math.Pi * (math.Pi*x*x/4 - 0.5) * erfPrime(x)
		},
	}
}

// erfSquares: φ(x) = E sign(x + √s z), s = 2/π, so φ² is the mean of a product of two
// signs, and E ψ that of two Gaussians of mean μ, variance v = Δ + s and
// covariance Δ. With a = μ/√v, r² = s/(2Δ + s), and T of Owen (1956),
//
//	E ψ = 1 − 8T(a, r),  T(a, r) = (1/2π) ∫_0^r e^{−a²(1+t²)/2}/(1 + t²) dt.
//
// The integrand is below 1/|1 + t²| for |Im t| ≤ 1, poles at ±i: the rule of 16
// nodes on [0, r], r ≤ 1, has ρ = 4 there, and an error below 1e-17.
func erfSquares(mu, delta float64) SquareAverages {
	const s = 2 / math.Pi
	v := delta + s
	root := math.Sqrt(v)
	a := standard(mu, root)
	r := math.Sqrt(s / 2 / (delta + s/2))
	owen := 0.0
	for i, x := range legendre16.node {
		t := r * (1 + x) / 2
		owen += legendre16.weight[i] * math.Exp(-a*a*(1+t*t)/2) / (1 + t*t)
	}
	owen *= r / 2 / (2 * math.Pi)
	n, e := density(a), math.Erf(a*r/math.Sqrt2)
	return SquareAverages{
		Value:  max(0, 1-8*owen),
		Prime:  4 * n * e / root,
		Second: (8*r*n*density(a*r) - 4*a*n*e) / root / root,
		Error:  3 * closedFormRounding,
	}
}
