package model

import "math"

// Averages holds ⟨φ⟩, ⟨φ'⟩, ⟨φ”⟩ and ⟨φ”'⟩ over a Gaussian variable of mean μ
// and variance Δ, ⟨f⟩(μ, Δ) = E f(μ + √Δ z), z ~ N(0, 1). They are one function
// and its derivatives: ⟨φ⟩' = ⟨φ'⟩ in μ, ∂⟨φ⟩/∂Δ = ½⟨φ”⟩ (Stein).
type Averages struct {
	Value, Prime, Second, Third float64
	// Error bounds the absolute error of each, the discretization of the
	// quadrature and the rounding; the largest of them.
	Error float64
}

// SquareAverages holds E ψ, E ψ' and E ψ” of ψ = φ² over a Gaussian variable.
// At a kink of ψ its second derivative is that of a distribution.
type SquareAverages struct {
	Value, Prime, Second float64
	Error                float64 // bounds the absolute error of each
}

// gaussianRule says how a nonlinearity is averaged, at Δ > 0. A rule that
// cannot hold a result leaves it infinite or NaN.
type gaussianRule struct {
	averages func(mu, delta float64, orders int) Averages
	squares  func(mu, delta float64) SquareAverages
	third    func(x float64) float64 // φ”', off the kinks
}

// Averages returns ⟨φ⟩ and its derivatives in μ, the first orders (1 to 4) of
// ⟨φ⟩, ⟨φ'⟩, ⟨φ”⟩, ⟨φ”'⟩; the others are 0.
//
// erf, ReLU, hard-tanh and the identity are in closed form; at a kink φ” is a
// Dirac measure, so that ⟨φ”⟩ is a density of the Gaussian. tanh, logistic and
// softplus are mixtures of erf-types or their integrals (Andrews and Mallows 1974;
// see scaleLaw) summed over 34 scales, whatever μ and Δ. Error is an a priori bound:
// the discretization error of the trapezoid rule in a strip, below 1e-15, and
// roundings counted; 2e-14 for tanh, relative to μ and √Δ where φ grows.
//
// At Δ = 0 they are φ(μ), φ'(μ), …; on a kink, orders above 1 do not exist: it is
// ErrInvalid, as is a Δ that is negative or not finite, or a result that exceeds
// float64 (the density at a kink, of a Δ that is almost 0).
func (p Nonlinearity) Averages(mu, delta float64, orders int) (Averages, error) {
	if orders < 1 || orders > 4 {
		return Averages{}, invalidf("orders is %d, not one of 1, 2, 3, 4", orders)
	}
	if err := p.averageable(mu, delta); err != nil {
		return Averages{}, err
	}
	if delta == 0 && orders > 1 && p.onKink(mu) {
		return Averages{}, invalidf("μ = %v with Δ = 0 is a kink of %s: ⟨φ'⟩ does not exist", mu, p.name)
	}
	var a Averages
	if delta == 0 {
		a = p.pointwise(mu, orders)
	} else {
		a = p.gaussian.averages(mu, delta, orders)
	}
	if !finite([]float64{a.Value, a.Prime, a.Second, a.Third, a.Error}) {
		return Averages{}, invalidf("an average of %s at μ = %v, Δ = %v exceeds float64", p.name, mu, delta)
	}
	return a, nil
}

// SquareAverages returns E ψ, E ψ', E ψ” of ψ = φ² at μ + √Δ z, z ~ N(0, 1): with
// ⟨φ⟩ the variance of φ, E ψ − ⟨φ⟩², and what it does when μ and Δ move.
//
// Closed forms for all but erf and softplus, once Averages are known: tanh² = 1 −
// tanh', and so on. The erf-type takes Owen's T function (16 exponentials), the
// softplus a second set of weights. Errors as for Averages.
func (p Nonlinearity) SquareAverages(mu, delta float64) (SquareAverages, error) {
	if err := p.averageable(mu, delta); err != nil {
		return SquareAverages{}, err
	}
	if delta == 0 && p.onKink(mu) {
		return SquareAverages{}, invalidf("μ = %v with Δ = 0 is a kink of %s: the mean of (φ²)” does not exist", mu, p.name)
	}
	var s SquareAverages
	if delta == 0 {
		f, d, dd := p.value(mu), p.first(mu), p.second(mu)
		s = SquareAverages{Value: f * f, Prime: 2 * f * d, Second: 2 * (d*d + f*dd)}
		s.Error = 32 * unitRoundoff * max(f*f, 2*math.Abs(f)*d, 2*(d*d+math.Abs(f*dd)))
	} else {
		s = p.gaussian.squares(mu, delta)
	}
	if !finite([]float64{s.Value, s.Prime, s.Second, s.Error}) {
		return SquareAverages{}, invalidf("an average of %s² at μ = %v, Δ = %v exceeds float64", p.name, mu, delta)
	}
	return s, nil
}

// averageable refuses what no average is taken of.
func (p Nonlinearity) averageable(mu, delta float64) error {
	if p.gaussian.averages == nil {
		return invalidf("the zero value of Nonlinearity has no averages")
	}
	if math.IsNaN(mu) || math.IsInf(mu, 0) {
		return invalidf("μ is %v", mu)
	}
	if !(delta >= 0) || math.IsInf(delta, 1) {
		return invalidf("Δ is %v", delta)
	}
	return nil
}

func (p Nonlinearity) onKink(x float64) bool {
	for _, k := range p.kinks {
		if x == k {
			return true
		}
	}
	return false
}

// pointwise is the average at Δ = 0. The functions are within 12u of φ^(k) (the
// tests of Nonlinearity say so); φ”' is a difference, of terms below 4 sup|φ'|.
func (p Nonlinearity) pointwise(mu float64, orders int) Averages {
	a := Averages{Value: p.value(mu)}
	if orders > 1 {
		a.Prime = p.first(mu)
	}
	if orders > 2 {
		a.Second = p.second(mu)
	}
	if orders > 3 {
		a.Third = p.gaussian.third(mu)
	}
	a.Error = 12 * unitRoundoff * max(math.Abs(a.Value), 4*p.lipschitz)
	return a
}

// standard returns μ/√Δ, cut off at ±40, where the normal density has long
// underflowed, so that powers of it stay finite.
func standard(mu, root float64) float64 { return min(40, max(-40, mu/root)) }

// invSqrt2Pi is 1/√(2π), the normal density at 0.
const invSqrt2Pi = 0.39894228040143267793994605993438

// density is the standard normal density.
func density(a float64) float64 { return invSqrt2Pi * math.Exp(-a*a/2) }

// upperTail is P(z > a) of a standard normal z.
func upperTail(a float64) float64 { return math.Erfc(a/math.Sqrt2) / 2 }
