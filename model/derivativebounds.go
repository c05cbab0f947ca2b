package model

import "math"

// derivativeBounds returns bounds of |φ^(k)|, k = 1 … 5, +Inf where φ has a
// kink and k > 1.
//
// tanh: sup|tanh”| = 4/√27, sup|tanh”'| = 2 at 0; |tanh^(4)| and |tanh^(5)| as
// polynomials in tanh have sup 4.0859 and 16. The logistic function is (1 +
// tanh(x/2))/2. For the erf-type, φ^(k) is a Hermite function: with y =
// x√(π/2), |φ^(k)| = (π/2)^((k−1)/2) |He_{k−1}(y)| e^(−y²/2).
func (p Nonlinearity) derivativeBounds() [6]float64 {
	tanh := [6]float64{0, 1, 4 / (3 * math.Sqrt(3)), 2, 4.0859, 16}
	logistic := func(k int) float64 { return tanh[k] / math.Pow(2, float64(k+1)) }
	var b [6]float64
	switch p.name {
	case "tanh":
		b = tanh
	case "logistic":
		for k := 1; k < len(b); k++ {
			b[k] = logistic(k)
		}
	case "softplus": // φ' is the logistic function
		b[1] = 1
		for k := 2; k < len(b); k++ {
			b[k] = logistic(k - 1)
		}
	case "erf":
		hermite := [6]float64{0, 1, math.Exp(-0.5), 1, 1.3802, 3}
		for k := 1; k < len(b); k++ {
			b[k] = math.Pow(math.Pi/2, float64(k-1)/2) * hermite[k]
		}
	default:
		b[1] = p.lipschitz
		for k := 2; k < len(b); k++ {
			if len(p.kinks) > 0 {
				b[k] = math.Inf(1)
			}
		}
	}
	for k := range b {
		b[k] *= 1 + 16*unitRoundoff // which these were rounded to
	}
	return b
}

// averageBounds returns bounds of |⟨φ^(k)⟩|, k = 1 … 5, at a variance Δ between
// two numbers and a mean known to within an error: those of φ^(k), and of what is
// left of them in the mean of a wide input,
//
//	∫|φ”| Δ^(−(k−1)/2) sup|He_{k−2}ϕ|,   ∫|φ'| Δ^(−k/2) sup|He_{k−1}ϕ|,
//
// ϕ the normal density, whose derivatives are all that is differentiated. At a
// kink, where φ' jumps by one, ∫|φ”| is 1, and the supremum is over inputs as far
// away as the kink is.
func (p Nonlinearity) averageBounds(mu, muError, least, most float64) [6]float64 {
	b := p.derivativeBounds()
	if len(p.kinks) == 0 {
		bend, rise := p.variation()
		for k := 1; k < len(b) && least > 0; k++ {
			if k > 1 {
				b[k] = min(b[k], times0(bend, hermiteBeyond(k-2, 0)/math.Pow(least, float64(k-1)/2)))
			}
			b[k] = min(b[k], times0(rise, hermiteBeyond(k-1, 0)/math.Pow(least, float64(k)/2)))
		}
		return b
	}
	for k := 2; k < len(b); k++ {
		b[k] = 0
		for _, kink := range p.kinks {
			away := math.Abs(mu-kink) - muError
			switch {
			case least > 0:
				b[k] += times0(hermiteBeyond(k-2, away/math.Sqrt(most)), math.Pow(least, -float64(k-1)/2))
			case !(away > 0):
				b[k] = math.Inf(1)
			case most > 0: // the largest over Δ of (y/away)^(k−1) |He_{k−2}(y)|ϕ(y), y = away/√Δ
				b[k] += times0(anyNarrower(k, away/math.Sqrt(most)), math.Pow(away, -float64(k-1)))
			}
		}
	}
	return b
}

// hermiteBeyond bounds sup|He_j(y)|ϕ(y) over |y| ≥ d, j ≤ 4: beyond the last
// root of He_{j+1} it is attained at d.
func hermiteBeyond(j int, d float64) float64 {
	sup := [5]float64{0.39895, 0.24198, 0.39895, 0.55059, 1.19683}
	last := [5]float64{0, 1, 1.73206, 2.33442, 2.85698}
	if !(d > last[j]) {
		return sup[j]
	}
	before, he := 0.0, 1.0
	for i := range j {
		before, he = he, d*he-float64(i)*before
	}
	return min(sup[j], he*math.Exp(-d*d/2)*0.39895*(1+16*unitRoundoff*(1+d*d))+underflow)
}

// anyNarrower bounds sup y^(k−1)|He_{k−2}(y)|ϕ(y) over y ≥ d, 2 ≤ k ≤ 5: it
// falls from y = 3 on.
func anyNarrower(k int, d float64) float64 {
	sup := [6]float64{0, 0, 0.24198, 0.46255, 1.48160, 6.62330}[k]
	if !(d > 3) {
		return sup
	}
	return min(sup, times0(hermiteBeyond(k-2, d), math.Pow(d, float64(k-1))))
}

// variation returns ∫|φ”| and ∫|φ'| of a smooth φ: φ' is a bell, monotone
// for softplus, constant for the identity.
func (p Nonlinearity) variation() (bend, rise float64) {
	switch p.name {
	case "tanh", "erf":
		return 2, 2
	case "logistic":
		return 0.5, 1
	case "softplus":
		return 1, math.Inf(1)
	}
	return 0, math.Inf(1)
}
