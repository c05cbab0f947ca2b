package gfp

import (
	"errors"
	"fmt"
)

// ErrSingular says that a matrix has no inverse.
var ErrSingular = errors.New("singular matrix")

// Rank returns the rank of A.
func (m Matrix) Rank() int {
	rank, _ := m.clone().eliminate(m.cols, false)
	return rank
}

// Det returns the determinant of a square A; of the 0×0 matrix it is 1.
func (m Matrix) Det() Element {
	m.square("determinant")
	rank, pivots := m.clone().eliminate(m.cols, false)
	if rank < m.rows {
		return m.field.Zero()
	}
	return pivots
}

// Inverse returns A⁻¹ for a square A, or an error that wraps [ErrSingular] and tells the rank.
func (m Matrix) Inverse() (Matrix, error) {
	m.square("inverse")
	n, f := m.rows, m.field
	both := f.Zeros(n, 2*n) // [A, I], which elimination turns into [I, A⁻¹]
	for i := range n {
		copy(both.entries[2*n*i:], m.entries[n*i:n*(i+1)])
		both.entries[2*n*i+n+i] = f.One()
	}
	if rank, _ := both.eliminate(n, true); rank < n {
		return Matrix{}, fmt.Errorf("gfp: inverse of a %d×%d matrix of rank %d: %w", n, n, rank, ErrSingular)
	}
	inverse := f.Zeros(n, n)
	for i := range n {
		copy(inverse.entries[n*i:n*(i+1)], both.entries[2*n*i+n:])
	}
	return inverse, nil
}

// eliminate brings m, in place, to row echelon form in its first pivotCols columns, and with reduced to the reduced form. It
// returns the rank of those columns, and the product of the pivots with the sign of the row exchanges: the determinant if m is
// square, pivotCols all, and the rank full.
func (m Matrix) eliminate(pivotCols int, reduced bool) (rank int, pivots Element) {
	f := m.field
	pivots = f.One()
	for j := 0; j < pivotCols && rank < m.rows; j++ {
		at := rank
		for at < m.rows && m.At(at, j) == f.Zero() {
			at++
		}
		if at == m.rows {
			continue
		}
		row := m.row(rank)
		if at != rank {
			other := m.row(at)
			for k := range row {
				row[k], other[k] = other[k], row[k]
			}
			pivots = f.Neg(pivots)
		}
		pivots = f.Mul(pivots, row[j])
		inverse := f.Inv(row[j])
		first := rank + 1 // of the rows to clear
		if reduced {
			first = 0
			for k := j; k < m.cols; k++ {
				row[k] = f.Mul(inverse, row[k])
			}
			inverse = f.One()
		}
		for i := first; i < m.rows; i++ {
			other := m.row(i)
			if i == rank || other[j] == f.Zero() {
				continue
			}
			factor := f.Mul(other[j], inverse)
			for k := j; k < m.cols; k++ {
				other[k] = f.Sub(other[k], f.Mul(factor, row[k]))
			}
		}
		rank++
	}
	return rank, pivots
}

func (m Matrix) row(i int) []Element { return m.entries[i*m.cols : (i+1)*m.cols] }
