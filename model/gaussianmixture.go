package model

import "math"

// scaleLaw is a law of variances s, over which a Gaussian smoothing kernel is
// mixed: φ(x) = Σ_i w_i E g(x + √s_i z), z ~ N(0, 1), g a step or a ramp. To
// average over N(μ, Δ) is to add Δ to every s_i.
//
// The logistic density is such a mixture, with the law of Kolmogorov and Smirnov
// (Andrews and Mallows 1974), s = 4λ²:
//
//	σ'(x) = ∫_0^∞ N(x; 0, s) f(s) ds,  f = ϑ',  ϑ(s) = Σ_k (−1)^k e^{−k²s/2} = 2√(2π/s) Σ_{m = 1, 3, …} e^{−m²π²/(2s)}.
//
// So the quadrature is over s, which knows nothing of μ and Δ: the trapezoid rule
// in u = ln s, of step h = 1/5, from j = −11 to 22. The integrand is analytic in
// |Im u| < π/2, as f is for Re s > 0 and so is what it multiplies, bounded
// uniformly in μ and Δ ≥ 0 since there Re 1/(Δ + s) > 0. The rule's error is then
// at most 2K_d/(e^{2πd/h} − 1), K_d the integral of |integrand| along Im u = d < π/2
// (Trefethen and Weideman 2014, theorem 5.1). At d = 1.45 the factor is 3.3e-20.
type scaleLaw struct {
	variance []float64 // s_i, ascending
	weight   []float64 // w_i = h s_i f(s_i)
	bump     []float64 // h s_i g(s_i), of the density of ln(2 cosh(x/2)) σ'(x)
}

const (
	scaleStep             = 0.2
	scaleFirst, scaleLast = -11, 22
	// scaleError bounds the discretization of every average of tanh, logistic and
	// softplus, relatively to the size of the result where that exceeds 1, with
	// the terms left out at both ends. The test integrates K_d.
	scaleError = 1e-15
)

var (
	logisticLaw = newScaleLaw(1)
	tanhLaw     = newScaleLaw(0.25) // tanh x = 2σ(2x) − 1
	erfLaw      = &scaleLaw{variance: []float64{2 / math.Pi}, weight: []float64{1}}
)

// newScaleLaw returns the law of s·scale.
func newScaleLaw(scale float64) *scaleLaw {
	l := &scaleLaw{}
	for j := scaleFirst; j <= scaleLast; j++ {
		s := math.Exp(scaleStep * float64(j))
		l.variance = append(l.variance, scale*s)
		l.weight = append(l.weight, scaleStep*s*kolmogorov(s))
		l.bump = append(l.bump, scaleStep*s*bumpDensity(s))
	}
	return l
}

// kolmogorov returns f(s) = ϑ'(s), from the series that does not cancel.
func kolmogorov(s float64) float64 {
	sum := 0.0
	if s < math.Pi {
		for m := 1.0; m < 12; m += 2 {
			x := m * m * math.Pi * math.Pi / (2 * s)
			sum += (2*x - 1) * math.Exp(-x)
		}
		return math.Sqrt(2*math.Pi) * sum / (s * math.Sqrt(s))
	}
	for k, sign := 1.0, 1.0; k < 8; k, sign = k+1, -sign {
		sum += sign * k * k * math.Exp(-k*k*s/2)
	}
	return sum
}

// bumpDensity returns the signed density g of variances for which
//
//	ln(2 cosh(x/2)) σ'(x) = ∫ N(x; 0, s) g(s) ds.
//
// With q = e^−|x| the left side is (|x|/2 + ln(1 + q)) q/(1 + q)², a series in q^k and
// |x|q^k; e^−k|x| is the mixture with k e^{−k²s/2}, |x|e^−k|x| that with (k²s − 1) e^{−k²s/2}.
// At small s, where the sum is all but 0, its terms stay below 10.
func bumpDensity(s float64) float64 {
	sum, harmonic := 0.0, 0.0 // harmonic is 1 + … + 1/(k−1)
	for k, sign := 1.0, 1.0; k*k*s < 120; k, sign = k+1, -sign {
		sum += sign * (k*(k*k*s-1)/2 - k*(k*harmonic-(k-1))) * math.Exp(-k*k*s/2)
		harmonic += 1 / k
	}
	return sum
}

// steps averages x ↦ Σ w_i E sign(x + √s_i z) over N(μ, Δ): Σ w_i erf(a_i/√2) with
// v_i = Δ + s_i, a_i = μ/√v_i, and its derivatives in μ.
func (l *scaleLaw) steps(mu, delta float64, orders int) Averages {
	var a Averages
	for i, s := range l.variance {
		v, w := delta+s, l.weight[i]
		r := 1 / math.Sqrt(v)
		x := min(40, max(-40, mu*r))
		a.Value += w * math.Erf(x/math.Sqrt2)
		if orders == 1 {
			continue
		}
		p := w * r * math.Exp(-x*x/2)
		q := p * x * r
		a.Prime += p
		a.Second -= q
		a.Third += (x*q - p*r) * r
	}
	a.Prime *= 2 * invSqrt2Pi
	a.Second *= 2 * invSqrt2Pi
	a.Third *= 2 * invSqrt2Pi
	return a.only(orders)
}

// only drops the orders that were not asked for.
func (a Averages) only(orders int) Averages {
	if orders < 4 {
		a.Third = 0
	}
	if orders < 3 {
		a.Second = 0
	}
	if orders < 2 {
		a.Prime = 0
	}
	return a
}

// rounding bounds what the sums over the law lose, relatively to the sum of the
// |terms|: one rounding a term and ten in each (an exponential or erf within 2u,
// x²/2 within 3u on its way into e^{−x²/2}, where it counts x²e^{−x²/2} < e^{−x²/2} + 1).
func (l *scaleLaw) rounding() float64 { return float64(len(l.variance)+16) * unitRoundoff }

// stepError bounds the errors of steps. At Δ = 0 the terms are largest: with
// |1 − x²|e^{−x²/2} ≤ 1 the sum of the |terms| of ⟨φ”'⟩ is below √(2/π) Σ w s^{−3/2} = 2.0
// for tanh, 1.6 for the erf-type, that of ⟨φ⟩ is 1.
func (l *scaleLaw) stepError() float64 { return scaleError + 3*l.rounding() }

func tanhRule() gaussianRule {
	return gaussianRule{
		averages: func(mu, delta float64, orders int) Averages {
			a := tanhLaw.steps(mu, delta, orders)
			a.Error = tanhLaw.stepError()
			return a
		},
		// ψ = 1 − φ'.
		squares: func(mu, delta float64) SquareAverages {
			a := tanhLaw.steps(mu, delta, 4)
			return SquareAverages{Value: max(0, 1-a.Prime), Prime: -a.Second, Second: -a.Third, Error: tanhLaw.stepError() + unitRoundoff}
		},
		third: func(x float64) float64 {
			t, s := math.Tanh(x), sech2(x)
			return s * (4*t*t - 2*s)
		},
	}
}

func logisticRule() gaussianRule {
	averages := func(mu, delta float64, orders int) Averages {
		a := logisticLaw.steps(mu, delta, orders)
		return Averages{Value: 0.5 + a.Value/2, Prime: a.Prime / 2, Second: a.Second / 2, Third: a.Third / 2, Error: logisticLaw.stepError()}
	}
	return gaussianRule{
		averages: averages,
		// ψ = φ − φ'.
		squares: func(mu, delta float64) SquareAverages {
			a := averages(mu, delta, 4)
			return SquareAverages{Value: max(0, a.Value-a.Prime), Prime: a.Prime - a.Second, Second: a.Second - a.Third, Error: 2 * a.Error}
		},
		third: logisticThird,
	}
}

func logisticThird(x float64) float64 {
	t, s := math.Tanh(x/2), sech2(x/2)
	return s * (4*t*t - 2*s) / 16
}

func softplusRule() gaussianRule {
	return gaussianRule{
		averages: softplusAverages,
		squares:  softplusSquares,
		third:    func(x float64) float64 { return -logisticPrime(x) * math.Tanh(x/2) },
	}
}

// softplusAverages mixes ramps, E max(0, μ + √v z) = max(0, μ) + √v (n(a) − |a| P(z > |a|)).
func softplusAverages(mu, delta float64, orders int) Averages {
	l := logisticLaw
	var a Averages
	var tail float64
	for i, s := range l.variance {
		v, w := delta+s, l.weight[i]
		root := math.Sqrt(v)
		r := 1 / root
		x := min(40, max(-40, mu*r))
		p := invSqrt2Pi * w * math.Exp(-x*x/2)
		c := w * math.Erfc(math.Abs(x)/math.Sqrt2) / 2
		tail += c
		a.Value += root * (p - math.Abs(x)*c)
		a.Second += p * r
		a.Third -= p * x * r * r
	}
	a.Value += max(0, mu)
	a.Prime = tail
	if mu > 0 {
		a.Prime = 1 - tail
	}
	// Σ w √v ≤ √(Δ + Σ w s) = √(Δ + π²/3), and |x| P(z > |x|) < n(x).
	a.Error = (scaleError + 2*l.rounding()) * (2 + math.Abs(mu) + math.Sqrt(delta))
	return a.only(orders)
}

// softplusSquares integrates ψ” = 2σ − 2σ' + xσ' + 2 ln(2 cosh(x/2)) σ' twice, term by
// term: ψ = 2∬σ − 2φ − Σ w_i s_i Φ(x/√s_i) + 2 Σ bump_i (ramp of variance s_i), and the
// first is Σ w_i E (x + √s_i z)₊².
func softplusSquares(mu, delta float64) SquareAverages {
	l := logisticLaw
	var out SquareAverages
	for i, s := range l.variance {
		v, w, b := delta+s, l.weight[i], l.bump[i]
		root := math.Sqrt(v)
		x := min(40, max(-40, mu/root))
		y := math.Abs(x)
		n, c := density(x), upperTail(y)
		ramp, square, up := root*(n-y*c), v*((1+y*y)*c-y*n), c
		if mu > 0 {
			ramp, square, up = mu+ramp, mu*mu+v-square, 1-c
		}
		out.Value += w*(square-2*ramp-s*up) + 2*b*ramp
		out.Prime += w*(2*ramp-2*up-s*n/root) + 2*b*up
		out.Second += w*(2*up-2*n/root+s*x*n/v) + 2*b*n/root
	}
	// Σ w s = π²/3 and Σ |bump| < 2: no sum of |terms| exceeds 8 times the size below.
	size := 1 + mu*mu + delta
	out.Error = (scaleError + 8*l.rounding()) * size
	return out
}
