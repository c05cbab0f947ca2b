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
// Markov process, which then is FirstOrderMatch: iff Λ_{k+1} = J Λ_k for k = 1
// … K. One k is not enough. With L and Σ of FirstOrderMatch,
//
//	Λ_{k+1} − J Λ_k = C A (I − L C) A^k V Cᵀ = C A Σ V⁺ A^k V Cᵀ,
//
// where the latents, scaled to unit covariance, leave only products of
// contractions (K×K): O(N K²). "Markov" means that the violation is no more than
// 1/64 of Bound, "not Markov" that it is eight times Bound or more: of errors
// that add up Bound counts the worst, and what is rounding is far below it. With
// nats lost (MarkovGap) above Bound there is no "Markov", and with a Bound above
// 2⁻²⁰ only for a violation of zero, as where y_t determines x_t. An unstable
// system is ErrUnstable, a tolerance that is none ErrInvalid. (S2)
func (l *LDS) Markov(tol RankTolerance) (MarkovDecision, error) {
	s, err := l.stationaryMatching(tol)
	if err != nil {
		return MarkovDecision{}, err
	}
	return s.markov()
}

// whitened are the latents in coordinates where their covariance is the
// identity: x = X u.
type whitened struct {
	a, q, posterior array   // of u: A, a root of Q, and one of Σ; all of norm at most 1
	condition       float64 // of X with rows scaled to length 1: what u loses
}

func (s *matching) whiten() (*whitened, error) {
	deviation := rowNorms(s.prior)
	per := reciprocals(deviation)
	left, size, right, err := s.prior.scaledRows(per).svd()
	if err != nil || len(size) == 0 {
		return nil, err
	}
	inverse := right.scaledColumns(reciprocals(size)).mulT(left).scaledColumns(per) // X⁺ on the range of X
	return &whitened{
		a: inverse.mul(s.l.a.mul(s.prior)), q: inverse.mul(s.noise), posterior: inverse.mul(s.given.post),
		condition: size[0] / size[len(size)-1],
	}, nil
}

func (s *matching) markov() (MarkovDecision, error) {
	w, err := s.whiten()
	if err != nil {
		return MarkovDecision{}, err
	}
	read := s.l.c.mul(s.prior) // of u, in units of unit variance
	for i, terms := range reach(s.l.c, rowNorms(s.prior)) {
		if row := read.row(i); math.Sqrt(sumSquares(row)) <= negligible(read.cols)*terms {
			clear(row) // a unit that reads nothing does not read rounding
		}
	}
	if w == nil || read.maxAbs() == 0 {
		return MarkovDecision{Verdict: Markov}, nil
	}
	variance := s.l.r.variances()
	for i, x := range rowNorms(read) {
		variance[i] = math.Hypot(x, math.Sqrt(variance[i]))
	}
	_, r := read.scaledRows(reciprocals(variance)).qr()

	var d MarkovDecision
	ahead := r.mul(w.a).mul(w.posterior).mulT(w.posterior)
	for k := 1; k <= w.a.rows; k++ {
		ahead = ahead.mul(w.a)
		_, size, _, err := ahead.mulT(r).svd()
		if err != nil {
			return d, err
		}
		if !(size[0] <= d.Violation) {
			d.Lag, d.Violation = k, size[0]
		}
	}
	size := r.frobenius()
	off, err := s.rounding(w)
	if err != nil {
		return d, err
	}
	d.Bound = size * size * off
	switch {
	case d.Violation >= 8*d.Bound && d.Violation > 0:
		d.Verdict = NotMarkov
	case d.Violation == 0 || d.Violation <= d.Bound/64 && d.Bound <= 0x1p-20:
		d.Verdict = Markov
	}
	if d.Verdict == Markov {
		// A violation hidden by rounding can still be worth many nats, where what
		// is left of y_{t+1} given y_t is as small.
		if nats, err := s.l.MarkovGap(); err != nil || !(nats <= d.Bound) {
			d.Verdict = MarkovUndecided
		}
	}
	return d, nil
}

// rounding estimates by how much C̃ Ã Σ̃ Ã^k C̃ᵀ of whitened latents is off, for
// the worst k and C̃ of norm 1. All factors have norm at most 1, so errors add
// up: those of Ã and C̃, each rounding magnified by the condition of X; that of
// Σ̃, magnified by what is left of the best known observation given the
// others; and that of V = X (I + E) Xᵀ, which each factor sees once or twice,
// with ‖E‖ at most α‖I − ÃÃᵀ − Q̃‖, α = ‖ΣÃ^kÃ^kᵀ‖.
func (s *matching) rounding(w *whitened) (float64, error) {
	k := w.a.rows
	eps := negligible(k + len(s.given.size))
	residual := identityArray(k).minus(w.a.mulT(w.a)).minus(w.q.mulT(w.q)).frobenius()
	stationary, err := solveLyapunov(w.a, identityArray(k))
	if err != nil {
		return math.Inf(1), nil // nearer to 1 than Ã is known: nothing is decided
	}
	own := eps * w.condition
	least := 1.0
	for _, x := range s.decision.Singular {
		least = math.Min(least, x)
	}
	e := stationary.amplification * (residual + own)
	return float64(k+1)*own + eps/least + float64(k+6)*e, nil
}
