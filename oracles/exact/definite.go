package exact

import (
	"fmt"
	"math/big"
)

// IsSymmetric reports whether A = Aᵀ; a matrix that is not square is not.
func (m *Matrix) IsSymmetric() bool {
	if m.rows != m.cols {
		return false
	}
	for i := range m.rows {
		for j := range i {
			if m.at(i, j).Cmp(m.at(j, i)) != 0 {
				return false
			}
		}
	}
	return true
}

// Definiteness reports whether xᵀ A x ≥ 0 for every x, and whether it is > 0 for every x ≠ 0. It panics unless A is symmetric.
//
// A is taken to A = L D Lᵀ, rows in an order in which no pivot is zero before nothing but zeros is left: if a diagonal entry is
// negative then xᵀ A x is, for some x, and if all those left are zero and another entry is not, then it has both signs.
func (m *Matrix) Definiteness() (positiveSemidefinite, positiveDefinite bool) {
	if !m.IsSymmetric() {
		panic(fmt.Sprintf("exact: Definiteness of a %s matrix that is not symmetric", m.shape()))
	}
	rows := numerators(m)
	left := make([]int, m.rows)
	for i := range left {
		left[i] = i
	}
	previous := big.NewInt(1)
	product, other, remainder := new(big.Int), new(big.Int), new(big.Int)
	for len(left) > 0 {
		found := -1
		for k, i := range left {
			switch rows[i][i].Sign() {
			case -1:
				return false, false
			case 1:
				found = k
			}
		}
		if found < 0 {
			for _, i := range left {
				for _, j := range left {
					if rows[i][j].Sign() != 0 {
						return false, false
					}
				}
			}
			return true, false
		}
		p := left[found]
		left = append(left[:found], left[found+1:]...)
		for _, i := range left { // Bareiss's step: all numbers are minors, and the pivots are positive ones
			for _, j := range left {
				if j > i {
					continue
				}
				product.Mul(&rows[p][p], &rows[i][j])
				product.Sub(product, other.Mul(&rows[i][p], &rows[j][p]))
				rows[i][j].QuoRem(product, previous, remainder)
			}
		}
		for _, i := range left {
			for _, j := range left {
				if j < i {
					rows[j][i].Set(&rows[i][j])
				}
			}
		}
		previous.Set(&rows[p][p])
	}
	return true, true
}

// GeneralizedInverse returns a G with A G A = A, Cols × Rows: the inverse of a largest non-singular block of A, and zeros elsewhere.
//
// It is symmetric if A is. It is not the Moore–Penrose inverse, but X G Y is the same for all G when the rows of X are in the row
// space of A and the columns of Y in its range.
func (m *Matrix) GeneralizedInverse() *Matrix {
	transposed := m.T()
	columns := eliminate(numerators(m), m.cols, false).pivots
	rows := eliminate(numerators(transposed), m.rows, false).pivots
	// Independent rows and independent columns, as many as the rank, cross in a block that is not singular.
	block := m.Columns(columns...).T().Columns(rows...).T()
	inverse, err := block.Inverse()
	if err != nil {
		panic(fmt.Sprintf("exact: %v, in a block of full rank", err)) // excluded by the line above
	}
	g := newMatrix(m.cols, m.rows)
	g.den.Set(&inverse.den)
	for a, j := range columns {
		for b, i := range rows {
			g.num[j*g.cols+i].Set(inverse.at(a, b))
		}
	}
	return g
}
