package gaussian

import (
	"errors"
	"fmt"
	"math/big"
	"math/cmplx"

	"github.com/rankproof/rankproof/oracles/dense"
)

// ErrUnstable is wrapped by errors about a system that has no stationary law, because its spectral radius is not below 1.
var ErrUnstable = errors.New("gaussian: not stable")

// ErrUndecided is wrapped by errors that say that even the higher precision was too low to tell a zero from what rounding left of one.
var ErrUndecided = errors.New("gaussian: precision too low")

// stationary returns the V with V = A V Aᵀ + Q, and G with G = A G Aᵀ + I.
//
// A is stable iff G exists and is positive definite. What was computed solves G − A G Aᵀ = I + ρ, and ‖ρ‖ ≤ ½ is checked, so that
// G ≻ 0 proves stability (Lyapunov), and A stable would imply G ⪰ I/2, all of whose pivots are at least ½. Since V ↦ A V Aᵀ
// keeps the order of symmetric matrices, an equation that is solved with a residual of norm r has a solution that is off by at most 2r G.
//
// The error is ErrUndecided if the residuals are too large, and wraps ErrUnstable.
func stationary(a, q *matrix) (v, g *matrix, err error) {
	unit := identity(a.prec, a.rows)
	solved, ok := lyapunov(a, q, unit)
	if !ok {
		return nil, nil, ErrUndecided
	}
	v, g = solved[0], solved[1]
	if g.minus(a.conjugated(g)).minus(unit).normInf().Cmp(big.NewFloat(0.5)) > 0 {
		return nil, nil, ErrUndecided
	}
	for _, pivot := range pivotsInOrder(g) {
		if pivot.Cmp(big.NewFloat(0.25)) < 0 {
			return nil, nil, fmt.Errorf("%w", ErrUnstable)
		}
	}
	residual := v.minus(a.conjugated(v)).minus(q).normInf()
	if residual.Cmp(scaled(roundingScale(a, v, q), 64-int(a.prec))) > 0 {
		return nil, nil, ErrUndecided
	}
	return v, g, nil
}

// roundingScale returns ‖A‖² max|V| + max|Q|, which units in the last place of A V Aᵀ + Q are units of.
func roundingScale(a, v, q *matrix) *big.Float {
	norm := a.normInf()
	scale := new(big.Float).Mul(norm, norm)
	scale.Add(scale, big.NewFloat(1))
	return scale.Mul(scale, v.largest()).Add(scale, q.largest())
}

func scaled(x *big.Float, exponent int) *big.Float {
	return new(big.Float).SetPrec(x.Prec()).SetMantExp(x, exponent)
}

// lyapunov returns for each symmetric right-hand side B the symmetric X with X − A X Aᵀ = B, by elimination on the equations of the
// entries on and below the diagonal; false if it met a pivot of zero.
func lyapunov(a *matrix, sides ...*matrix) ([]*matrix, bool) {
	k := a.rows
	unknown := func(i, j int) int { return max(i, j)*(max(i, j)+1)/2 + min(i, j) }
	n := k * (k + 1) / 2
	equations := newMatrix(a.prec, n, n+len(sides))
	term := new(big.Float).SetPrec(a.prec)
	for i := range k {
		for j := range i + 1 {
			row := unknown(i, j)
			for l := range k {
				for m := range k {
					coefficient := equations.at(row, unknown(l, m))
					coefficient.Sub(coefficient, term.Mul(a.at(i, l), a.at(j, m)))
				}
			}
			own := equations.at(row, row)
			own.Add(own, big.NewFloat(1))
			for s, b := range sides {
				equations.at(row, n+s).Set(b.at(i, j))
			}
		}
	}
	if !solve(equations) {
		return nil, false
	}
	out := make([]*matrix, len(sides))
	for s := range out {
		out[s] = newMatrix(a.prec, k, k)
		for i := range k {
			for j := range k {
				out[s].at(i, j).Set(equations.at(unknown(i, j), n+s))
			}
		}
	}
	return out, true
}

// solve replaces the last columns of [A B], A n×n, by A⁻¹B: elimination with row pivoting, and substitution back. It returns false at
// a pivot of zero.
func solve(m *matrix) bool {
	n := m.rows
	term, difference := new(big.Float).SetPrec(m.prec), new(big.Float).SetPrec(m.prec)
	factor := new(big.Float).SetPrec(m.prec)
	subtract := func(i, from int, columns ...int) { // row i −= factor·row from
		for j := columns[0]; j < columns[1]; j++ {
			if source := m.at(from, j); source.Sign() != 0 {
				at := i*m.cols + j
				difference.Sub(m.data[at], term.Mul(factor, source))
				m.data[at], difference = difference, m.data[at]
			}
		}
	}
	size, most := new(big.Float), new(big.Float)
	for c := range n {
		best := c
		most.Abs(m.at(c, c))
		for i := c + 1; i < n; i++ {
			if size.Abs(m.at(i, c)).Cmp(most) > 0 {
				best = i
				most.Set(size)
			}
		}
		if most.Sign() == 0 {
			return false
		}
		for j := range m.cols {
			m.data[c*m.cols+j], m.data[best*m.cols+j] = m.data[best*m.cols+j], m.data[c*m.cols+j]
		}
		for i := c + 1; i < n; i++ {
			if m.at(i, c).Sign() != 0 {
				factor.Quo(m.at(i, c), m.at(c, c))
				subtract(i, c, c+1, m.cols)
			}
		}
	}
	for c := n - 1; c >= 0; c-- {
		for j := n; j < m.cols; j++ {
			m.at(c, j).Quo(m.at(c, j), m.at(c, c))
		}
		for i := range c {
			factor.Set(m.at(i, c))
			if factor.Sign() != 0 {
				subtract(i, c, n, m.cols)
			}
		}
	}
	return true
}

// pivotsInOrder returns the pivots of a symmetric matrix, rows in their order, up to the first that is not positive.
func pivotsInOrder(m *matrix) []*big.Float {
	s := m.rounded(m.prec)
	var pivots []*big.Float
	factor, term := new(big.Float).SetPrec(m.prec), new(big.Float).SetPrec(m.prec)
	for c := range s.rows {
		pivots = append(pivots, s.at(c, c))
		if s.at(c, c).Sign() <= 0 {
			break
		}
		for i := c + 1; i < s.rows; i++ {
			factor.Quo(s.at(i, c), s.at(c, c))
			for j := c + 1; j <= i; j++ {
				s.at(i, j).Sub(s.at(i, j), term.Mul(factor, s.at(j, c)))
			}
		}
	}
	return pivots
}

// spectralRadius describes the largest modulus of an eigenvalue, where it is cheap to know.
func spectralRadius(a [][]float64) string {
	if len(a) > dense.MaxSpectrum {
		return "spectral radius not below 1"
	}
	values, _, err := dense.Spectrum(a)
	if err != nil {
		return "spectral radius not below 1"
	}
	radius := 0.0
	for _, z := range values {
		radius = max(radius, cmplx.Abs(z))
	}
	return fmt.Sprintf("spectral radius %.17g", radius)
}
