package exact

import (
	"fmt"
	"math/big"
)

// Lyapunov returns the one symmetric V with V = A V Aᵀ + Q, from the K(K+1)/2 linear equations of its entries; all are K×K.
//
// If A is stable, which CharPoly().UnitDisc() tells, there is one, and it is the stationary covariance of x⁺ = A x + w, Var w = Q. There
// is one for others too, unless two eigenvalues of A have the product 1 (an eigenvalue with itself, too): then the error wraps ErrSingular. It panics unless A is
// square and Q is symmetric of its shape.
func Lyapunov(a, q *Matrix) (*Matrix, error) {
	a.mustBeSquare("Lyapunov")
	if !q.IsSymmetric() || q.rows != a.rows {
		panic(fmt.Sprintf("exact: Lyapunov with a %s right-hand side that is not symmetric or not of the shape %s", q.shape(), a.shape()))
	}
	k := a.rows
	unknown := func(i, j int) int { return max(i, j)*(max(i, j)+1)/2 + min(i, j) }
	n := k * (k + 1) / 2
	equations, right := newMatrix(n, n), newMatrix(n, 1)
	square := new(big.Int).Mul(&a.den, &a.den)
	equations.den.Set(square)
	right.den.Set(&q.den)
	term := new(big.Int)
	for i := range k {
		for j := range i + 1 {
			row := unknown(i, j)
			for l := range k {
				for m := range k { // V_ij − Σ A_il A_jm V_lm = Q_ij
					coefficient := equations.at(row, unknown(l, m))
					coefficient.Sub(coefficient, term.Mul(a.at(i, l), a.at(j, m)))
				}
			}
			own := equations.at(row, row)
			own.Add(own, square)
			right.num[row].Set(q.at(i, j))
		}
	}
	v, err := equations.reduce().Solve(right.reduce())
	if err != nil {
		return nil, fmt.Errorf("%w: the stationary covariance is not unique", err)
	}
	return build(k, k, &v.den, func(i, j int) *big.Int { return v.at(unknown(i, j), 0) }), nil
}
