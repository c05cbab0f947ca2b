package model

import "math"

// MarkovGap returns I(y_{t+1}; y_{t−1} | y_t) in nats, in the stationary law,
//
//	½ ln det Var(y_{t+1} | y_t) − ½ ln det Var(y_{t+1} | y_t, y_{t−1}),
//
// 0 where three neighbours are Markov, and +Inf, which is legitimate, where
// some function of y_{t+1} is determined by both and not by y_t alone. It is
// computed from what the second observation takes away, not as a difference:
// a gap of 1e-10 nats has about ten digits. O(N K²) unless R_v is dense; any
// initial law is left aside. ρ(A) ≥ 1, by computed eigenvalues, is ErrUnstable,
// a stationary law that takes too many doublings ErrNotConverged.
// (arXiv:2110.09804; S2, S4)
func (l *LDS) MarkovGap() (float64, error) {
	d, err := l.newDescent()
	if err != nil {
		return 0, err
	}
	for range 2 {
		if err := d.step(); err != nil {
			return 0, err
		}
	}
	return d.gap.nats, nil
}

// MarkovLoss returns the nats a step that the best Markov model of an order
// p ≥ 0 loses against the whole past, in the stationary law,
//
//	½ ln det Var(y_{t+1} | y_t … y_{t−p+1}) − ½ ln det S_∞,
//
// S_∞ the innovation covariance of SteadyState. It never increases in p. +Inf
// is legitimate: some function of y_{t+1} is determined by its past and not by
// the last p steps. Like MarkovGap it is no difference of logarithms, and is
// relatively accurate where it is small. Where the closed loop of the steady
// state has an eigenvalue on the unit circle, accuracy is 1e-7 or so, relative.
// O(N K² + (p+K) K³) unless R_v is dense. A negative order is ErrInvalid; other
// errors are those of MarkovGap, and ErrNotConverged also where doublings to the
// steady state do not end. (S5)
func (l *LDS) MarkovLoss(order int) (float64, error) {
	if order < 0 {
		return 0, invalidf("order is %d, want ≥ 0", order)
	}
	d, err := l.newDescent()
	if err != nil {
		return 0, err
	}
	for d.order < order {
		if err := d.step(); err != nil {
			return 0, err
		}
	}
	sum := 0.0
	if err := d.settle(func(g *innovationGap) { sum += g.nats }); err != nil {
		return 0, err
	}
	if math.IsInf(sum, 1) {
		return sum, nil
	}
	rest, err := d.toGo()
	if err != nil {
		return 0, err
	}
	_, s, _, err := d.at.whiten(d.o.c.mul(rest)).svd()
	if err != nil {
		return 0, err
	}
	for _, x := range s {
		sum -= math.Log1p(-x*x) / 2
	}
	return sum, nil
}
