package gaussian

import (
	"errors"
	"fmt"
	"math"
	"math/big"
)

func isUndecidedOrIndefinite(err error) bool {
	return errors.Is(err, ErrUndecided) || errors.Is(err, ErrIndefinite)
}

// MarkovGap returns I(y_3; y_1 | y_2) in nats: 0 iff three neighbours are Markov. It is MarkovGapAt(2).
func (p *Process) MarkovGap() float64 { return p.MarkovGapAt(2) }

// MarkovGapAt returns I(y_{t+1}; y_{t−1} | y_t) in nats, for t ≥ 2; every t gives the same where the process is stationary.
//
// Covariances may be singular: it is +Inf where a function of y_{t+1} is determined by (y_{t−1}, y_t) and not by y_t alone. NaN where
// there is no such law.
func (p *Process) MarkovGapAt(t int) float64 {
	if t < 2 {
		panic(fmt.Sprintf("gaussian: y_%d has no past", t))
	}
	n := p.units
	return p.information(t-1, 3, sequence(2*n, 3*n), sequence(0, n), sequence(n, 2*n))
}

// OrderLoss returns ½ ln det Var(y_{m+1} | y_{m−p+1} … y_m) − ½ ln det Var(y_{m+1} | y_1 … y_m), with m = higher ≥ p = order ≥ 0, in nats: what the
// best Markov model of the one order loses a step against the best of the other, if the process is stationary.
//
// Covariances may be singular: it is +Inf where a function of y_{m+1} is determined by all of the past and not by the recent one.
// NaN where there is no such law.
func (p *Process) OrderLoss(order, higher int) float64 {
	if order < 0 || higher < order {
		panic(fmt.Sprintf("gaussian: the loss of order %d against order %d", order, higher))
	}
	n := p.units
	return p.information(1, higher+1, sequence(higher*n, higher*n+n), sequence(0, (higher-order)*n), sequence((higher-order)*n, higher*n))
}

// information returns I(a; b | given) for coordinates of the joint law of the steps from a time on.
func (p *Process) information(start, steps int, a, b, given []int) (nats float64) {
	err := p.decided(func(c *chain, at thresholds) (err error) {
		l := c.from(start).joint(steps)
		nats, err = l.eliminate(at, sequence(0, l.cov.rows), nil).information(a, b, given)
		return err
	})
	if err != nil {
		return math.NaN()
	}
	return nats
}

// information returns I(a; b | given) = ½ ln (det Var(a | given) / det Var(a | b, given)), the determinants those of coordinates of a that
// are independent given `given`, of which the others are functions, the same ones given b too.
func (e *elimination) information(a, b, given []int) (float64, error) {
	if _, err := e.condition(given); err != nil {
		return 0, err
	}
	without := e.clone()
	independent, err := without.condition(a)
	if err != nil {
		return 0, err
	}
	if _, err := e.condition(b); err != nil {
		return 0, err
	}
	e.product.SetInt64(1)
	left, err := e.condition(independent)
	switch {
	case err != nil:
		return 0, err
	case len(left) < len(independent):
		return math.Inf(1), nil
	}
	return halfLog(without.product, e.product), nil
}

// halfLog returns ½ ln(x/y) for x ≥ y > 0, which rounding may have left the other way round.
func halfLog(x, y *big.Float) float64 {
	if x.Cmp(y) <= 0 {
		return 0
	}
	return approximately(scaled(ln(new(big.Float).Quo(x, y)), -1))
}

// PredictionCovariance returns Var(y_{m+1} | y_1 … y_m) for m = past ≥ 0, N×N. Covariances may be singular; what is zero is zero exactly.
// NaN throughout where there is no such law.
func (p *Process) PredictionCovariance(past int) [][]float64 {
	mustBeSteps(past)
	n := p.units
	var out *matrix
	err := p.decided(func(c *chain, at thresholds) error {
		l := c.joint(past + 1)
		e := l.eliminate(at, sequence(0, l.cov.rows), nil)
		_, err := e.condition(sequence(0, past*n))
		if err == nil {
			out, err = e.conditional(sequence(past*n, past*n+n))
		}
		return err
	})
	if err == nil {
		return out.float64s()
	}
	nan := make([][]float64, n)
	for i := range nan {
		nan[i] = make([]float64, n)
		for j := range nan[i] {
			nan[i][j] = math.NaN()
		}
	}
	return nan
}
