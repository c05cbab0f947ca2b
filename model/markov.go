package model

import (
	"fmt"
	"math"
)

// MarkovVerdict says whether a stationary process is Markov.
type MarkovVerdict int

// A violation is rounding, is well above it, or cannot be told from it.
const (
	MarkovUndecided MarkovVerdict = iota
	Markov
	NotMarkov
)

// String returns "undecided", "Markov" or "not Markov".
func (v MarkovVerdict) String() string { return [...]string{"undecided", "Markov", "not Markov"}[v] }

// MarkovDecision tells whether Λ_{k+1} = J Λ_k for the lags that decide.
type MarkovDecision struct {
	Verdict   MarkovVerdict
	Lag       int     // k of Violation, 0 if none was looked at
	Violation float64 // largest ‖Λ_{k+1} − J Λ_k‖₂ of units scaled to unit variance
	Bound     float64 // estimate of what rounding makes of none
}

// String returns, for example, "not Markov: ‖Λ_3 − JΛ_2‖ = 0.1, rounding 2e-15".
func (d MarkovDecision) String() string {
	return fmt.Sprintf("%v: ‖Λ_%d − JΛ_%d‖ = %.1g, rounding %.0g", d.Verdict, d.Lag+1, d.Lag, d.Violation, d.Bound)
}

// Markov decides whether the stationary law of the observations is that of a
// Markov process, which then is FirstOrderMatch: iff, for k = 1 … K,
//
//	0 = Λ_{k+1} − J Λ_k = Cov(y_{t+1}, y_{t−k} | y_t) = C A Cov(x_t, x_{t−k} | y_t) Cᵀ.
//
// One k is not enough. It takes O(N K² + K⁴) time unless R_v is dense, and no
// difference of covariances. "Markov" means that the violation is no more than
// 1/16 of Bound, "not Markov" that it is eight times Bound or more: of errors
// that add up Bound counts the worst, and what is rounding is far below it. With
// nats lost (MarkovGap) above Bound there is no "Markov", and with a Bound above
// 2⁻²⁰ only where y_t determines all that is read of x_{t+1}. A system that is not
// certified stable is ErrUnstable, a tolerance that is none ErrInvalid; any law
// of x_1 is left aside. (S2)
func (l *LDS) Markov(tol RankTolerance) (MarkovDecision, error) {
	s, err := l.stationaryMatching(tol)
	if err != nil {
		return MarkovDecision{}, err
	}
	return s.markov()
}

func (s *matching) markov() (MarkovDecision, error) {
	d := MarkovDecision{Verdict: Markov}
	a, latents, deviation := s.l.a, s.l.Latents(), rowNorms(s.prior)
	read := s.l.c.scaledRows(reciprocals(s.unitDeviations()))
	_, r := read.qr()
	if latents == 0 || r.mul(s.prior).maxAbs() == 0 {
		return d, nil
	}
	ahead := r.mul(a)
	if ahead.mul(s.given.post).maxAbs() == 0 { // y_t determines what is read of x_{t+1}
		return d, nil
	}
	law, known := s.lawRounding(deviation)
	if !known {
		d.Bound = math.Inf(1)
	}
	// what A^k of x_{t−k}, and the noise since, make of x_t
	now, noise, power := s.prior, newArray(latents, 0), identityArray(latents)
	for k := 1; k <= latents; k++ {
		now, noise, power = a.mul(now), carried(a, noise, s.noise), a.mul(power)
		given := s.given.from.conditionTo(stack(now.beside(noise), s.prior.beside(newArray(latents, noise.cols))), s.decision.Cut)
		both := array{latents, given.post.cols, given.post.data[:latents*given.post.cols]}
		past := array{latents, given.post.cols, given.post.data[latents*given.post.cols:]}
		_, size, _, err := ahead.mul(both.mulT(past)).mulT(r).svd()
		if err != nil {
			return d, err
		}
		if !(size[0] <= d.Violation) || d.Lag == 0 {
			d.Lag, d.Violation = k, size[0]
		}
		if known {
			d.Bound = math.Max(d.Bound, s.rounding(given, r, power, deviation, law))
		}
	}
	switch {
	case d.Violation <= d.Bound/16 && d.Bound <= 0x1p-20:
		// A violation hidden by rounding can still be worth many nats, where what
		// is left of y_{t+1} given y_t is as small.
		if nats, err := s.l.MarkovGap(); err != nil || !(nats <= d.Bound) {
			d.Verdict = MarkovUndecided
		}
	case d.Violation >= 8*d.Bound:
		d.Verdict = NotMarkov
	default:
		d.Verdict = MarkovUndecided
	}
	return d, nil
}

// unitDeviations returns the standard deviations of y.
func (s *matching) unitDeviations() []float64 {
	out := roots(s.l.r.variances())
	for i, x := range rowNorms(s.l.c.mul(s.prior)) {
		out[i] = math.Hypot(out[i], x)
	}
	return out
}

// lawRounding returns a root X of a bound of what V is off by, −X Xᵀ ⪯ δV ⪯ X Xᵀ.
// δV solves the equation of V with the residual that V leaves, at most a fraction
// ρ of tᵢtⱼ, the sizes of the terms: the solution with ρK diag(tᵢ²) is X Xᵀ.
func (s *matching) lawRounding(deviation []float64) (root array, known bool) {
	per := reciprocals(deviation)
	b := s.l.a.scaledRows(per).scaledColumns(deviation)
	x, q := s.prior.scaledRows(per), s.noise.scaledRows(per)
	moved := b.mul(x)
	residual := x.mulT(x).minus(moved.mulT(moved)).minus(q.mulT(q))
	latents, noise := rowNorms(x), rowNorms(q)
	terms := reach(b, latents)
	for i := range terms {
		terms[i] += latents[i] + noise[i]
	}
	one := reciprocals(terms)
	fraction := residual.scaledRows(one).scaledColumns(one).maxAbs() + negligible(b.rows)
	for i := range terms {
		terms[i] *= math.Sqrt(fraction * float64(b.rows))
	}
	root, err := stationaryRoot(b, diagonalArray(terms))
	if err != nil { // nearer to 1 than B is known
		return array{}, false
	}
	return root.scaledRows(deviation), true
}

// rounding estimates by how much R A Cov(x_t, x_{t−k} | y_t) Rᵀ is off, given
// power = A^k and a root X of what V is: rounding of R A, whatever cancels in it;
// and of y_t, magnified by what is least left of an observation given the others,
// from which what is predicted of R x_{t+1} has no more variance than that; and,
// L_t and L_{t−k} being the gains of y_t,
//
//	R A (I − L_t C) (A^k δV − δV CᵀL_{t−k}ᵀ) Rᵀ.
//
// What A^k x_{t−k} and the noise since are off by has the residual of V for its
// variance, and u for a fraction of its deviation.
func (s *matching) rounding(given *conditioning, r, power array, deviation []float64, law array) float64 {
	least := 1.0
	for _, x := range s.decision.Singular {
		least = math.Min(least, x)
	}
	latents := len(deviation)
	explains := given.cross().mul(given.whiten(given.from.c))
	now := array{latents, latents, explains.data[:latents*latents]}
	before := array{latents, latents, explains.data[latents*latents:]}
	ahead, read := r.mul(s.l.a), norm(reach(r, deviation))
	left := ahead.minus(ahead.mul(now))
	return 2*negligible(given.rows.cols)*(norm(reach(r, reach(s.l.a, deviation)))+read/least)*read +
		left.mul(power).mul(law).frobenius()*r.mul(law).frobenius() +
		left.mul(law).frobenius()*(r.mul(before).mul(law).frobenius()+math.Sqrt(unitRoundoff)*read)
}

func norm(x []float64) float64 { return (array{1, len(x), x}).frobenius() }
