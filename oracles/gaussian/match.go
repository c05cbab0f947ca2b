package gaussian

import (
	"errors"
	"fmt"
	"math"
	"math/big"
)

// CrossEntropy returns −E ln q(y_2 | y_1) = ½ (N ln 2π + ln det P + tr P⁻¹ E(y_2 − J y_1)(y_2 − J y_1)ᵀ) in nats, for the Markov model
// y_2 = J y_1 + ε, ε ~ N(0, P), J and P both N×N: its cross-entropy a step on this process, if that is stationary.
//
// The error names what has the wrong shape, or wraps ErrSingular where P is singular, or ErrIndefinite.
func (p *Process) CrossEntropy(j, noise [][]float64) (nats float64, err error) {
	err = p.matched(j, noise, func(m *match) error {
		if rank := len(m.pivots); rank < p.units {
			return fmt.Errorf("%w: P is of rank %d, not %d", ErrSingular, rank, p.units)
		}
		total := new(big.Float).SetPrec(m.c.prec).Mul(lnTwoPi(), big.NewFloat(float64(p.units)))
		total.Add(total, m.noise.logDet(m.pivots)).Add(total, m.trace())
		nats = approximately(scaled(total, -1))
		return nil
	})
	return nats, err
}

// MatchLoss returns the nats a step that the Markov model y_2 = J y_1 + ε, ε ~ N(0, P), loses against the best one of order one, if the
// process is stationary: E KL(law of y_2 given y_1 ‖ N(J y_1, P)) = ½ (ln det P/P₁ + tr P⁻¹ E(y_2 − J y_1)(y_2 − J y_1)ᵀ − N), P₁ = Var(y_2 | y_1).
//
// It is 0 for the first-order match. Covariances may be singular: it is taken on the range of P, and is +Inf where y_2 − J y_1
// leaves that, or has fewer dimensions given y_1. NaN where there is no such law, or J and P have the wrong shape.
func (p *Process) MatchLoss(j, noise [][]float64) (nats float64) {
	err := p.matched(j, noise, func(m *match) (err error) {
		nats, err = m.loss()
		return err
	})
	if err != nil {
		return math.NaN()
	}
	return nats
}

// match is a model of order one beside the process.
type match struct {
	c      *chain
	at     thresholds
	p      *matrix
	noise  *elimination // of P, all of it
	pivots []int        // units with independent noise
	second *matrix      // E(y_2 − J y_1)(y_2 − J y_1)ᵀ
	size   []int        // of the rounding errors in that
}

func (p *Process) matched(j, noise [][]float64, f func(*match) error) error {
	n := p.units
	if err := errors.Join(checkShape("J", j, n, n), checkCovariance("P", noise, n)); err != nil {
		return err
	}
	return p.decided(func(c *chain, at thresholds) error {
		m := &match{c: c, at: at, p: fromRows(c.prec, n, n, noise)}
		size := make([]int, n)
		for i := range size {
			size[i] = halfExponent(m.p.at(i, i))
		}
		m.noise = (&law{prec: c.prec, cov: m.p, size: size}).eliminate(at, sequence(0, n), nil)
		var err error
		if m.pivots, err = m.noise.condition(sequence(0, n)); err != nil {
			return err
		}
		m.residual(fromRows(c.prec, n, n, j))
		return f(m)
	})
}

// residual computes the second moment of y_2 − J y_1 = [−J I] y from that of y = (y_1, y_2), covariance and mean.
func (m *match) residual(j *matrix) {
	n := m.c.units
	l := m.c.joint(2)
	map12 := newMatrix(m.c.prec, n, 2*n)
	for i := range n {
		map12.at(i, n+i).SetInt64(1)
		for k := range n {
			map12.at(i, k).Neg(j.at(i, k))
		}
	}
	mean := &matrix{n, 1, m.c.prec, map12.timesVector(l.mean)}
	m.second = map12.conjugated(l.cov).plus(mean.timesTransposed(mean))
	for i := range n {
		size := new(big.Float).SetPrec(spreadPrecision)
		for k := range 2 * n { // Σ|map|·deviation, and the mean
			term := new(big.Float).SetMantExp(big.NewFloat(1), l.size[k])
			term.Add(term, new(big.Float).Abs(l.mean[k]))
			size.Add(size, term.Mul(term, new(big.Float).Abs(map12.at(i, k))))
		}
		m.size = append(m.size, halfExponent(size.Mul(size, size)))
	}
}

// trace returns tr P⁻¹ E(y_2 − J y_1)(y_2 − J y_1)ᵀ over the pivots.
func (m *match) trace() *big.Float {
	r := len(m.pivots)
	equations := newMatrix(m.c.prec, r, 2*r)
	for a, i := range m.pivots {
		for b, k := range m.pivots {
			equations.at(a, b).Set(m.p.at(i, k))
			equations.at(a, r+b).Set(m.second.at(i, k))
		}
	}
	trace := new(big.Float).SetPrec(m.c.prec)
	if !solve(equations) {
		panic("gaussian: independent pivots of a singular matrix") // excluded by the elimination that found them
	}
	for a := range r {
		trace.Add(trace, equations.at(a, r+a))
	}
	return trace
}

func (m *match) loss() (float64, error) {
	n := m.c.units
	if outside, err := m.leavesRange(); outside || err != nil {
		return math.Inf(1), err
	}
	e := m.c.joint(2).eliminate(m.at, sequence(0, 2*n), nil)
	if _, err := e.condition(sequence(0, n)); err != nil {
		return 0, err
	}
	e.product.SetInt64(1)
	units := make([]int, len(m.pivots))
	for k, i := range m.pivots {
		units[k] = n + i
	}
	best, err := e.condition(units)
	switch {
	case err != nil:
		return 0, err
	case len(best) < len(units):
		return math.Inf(1), nil
	}
	total := m.noise.logDet(m.pivots)
	total.Sub(total, e.logDet(units)).Add(total, m.trace()).Sub(total, big.NewFloat(float64(len(units))))
	if total.Sign() < 0 || !exceeds(total, -int(m.c.prec)/2) {
		return 0, nil
	}
	return approximately(scaled(total, -1)), nil
}

// leavesRange reports whether y_2 − J y_1 is not a function of its pivots as ε is: for a unit i that is not one, ε_i = Σ_p m_p ε_p, and
// the second moment of what the residual differs by from that must be zero.
func (m *match) leavesRange() (bool, error) {
	n := m.c.units
	isPivot := make([]bool, n)
	r := len(m.pivots)
	equations := newMatrix(m.c.prec, r, r+n)
	for a, i := range m.pivots {
		isPivot[i] = true
		for b, k := range m.pivots {
			equations.at(a, b).Set(m.p.at(i, k))
		}
		for k := range n {
			equations.at(a, r+k).Set(m.p.at(i, k))
		}
	}
	if !solve(equations) {
		panic("gaussian: independent pivots of a singular matrix") // excluded by the elimination that found them
	}
	for i := range n {
		if isPivot[i] {
			continue
		}
		combination := newMatrix(m.c.prec, 1, n)
		combination.at(0, i).SetInt64(1)
		size := new(big.Float).SetMantExp(big.NewFloat(1), m.size[i])
		for a, k := range m.pivots {
			combination.at(0, k).Neg(equations.at(a, r+i))
			term := new(big.Float).SetMantExp(big.NewFloat(1), m.size[k])
			size.Add(size, term.Mul(term, new(big.Float).Abs(combination.at(0, k))))
		}
		left := combination.conjugated(m.second).at(0, 0)
		left = scaled(left, -2*halfExponent(size.Mul(size, size)))
		switch {
		case !exceeds(left, m.at.zero):
			continue
		case !exceeds(left, m.at.certain):
			return false, ErrUndecided
		}
		return true, nil
	}
	return false, nil
}
