package exact

import (
	"errors"
	"fmt"
	"math/big"
)

// ErrSingular is wrapped by errors about a matrix whose columns are linearly dependent; the text has the rank.
var ErrSingular = errors.New("singular matrix")

// ErrInconsistent is wrapped by errors about linear equations that have no solution.
var ErrInconsistent = errors.New("inconsistent equations")

// echelon is what Bareiss elimination leaves of an integer matrix.
type echelon struct {
	rows   [][]big.Int
	pivots []int    // pivots[r] is the column of the pivot in row r
	minor  *big.Int // the last pivot: up to sign the minor of the pivot rows and columns; 1 if there is none
	odd    bool     // whether the rows were permuted oddly
}

// numerators copies the numerators of the matrices, side by side, for elimination to work on. The common denominators are left
// out: they scale a block, which changes neither its rank nor its null space, and the callers account for the rest.
func numerators(ms ...*Matrix) [][]big.Int {
	rows := make([][]big.Int, ms[0].rows)
	cols := 0
	for _, m := range ms {
		cols += m.cols
	}
	for i := range rows {
		rows[i] = make([]big.Int, cols)
		k := 0
		for _, m := range ms {
			for j := range m.cols {
				rows[i][k].Set(m.at(i, j))
				k++
			}
		}
	}
	return rows
}

// eliminate brings rows to echelon form, looking for pivots in the first `within` columns only.
//
// The step is (p a_ij − a_ic a_rj)/p′ with p = a_rc the pivot and p′ the one before. By Sylvester's identity every number that
// occurs is a minor of the input, so that the division is exact. With reduced, the rows above the pivot are eliminated too
// (Gauss–Jordan): then every pivot equals echelon.minor in the end, and the pivot columns are otherwise zero.
func eliminate(rows [][]big.Int, within int, reduced bool) echelon {
	e := echelon{rows: rows, minor: big.NewInt(1)}
	product, other, quotient, remainder := new(big.Int), new(big.Int), new(big.Int), new(big.Int)
	for c := 0; c < within && len(e.pivots) < len(rows); c++ {
		r := len(e.pivots)
		found := r
		for found < len(rows) && rows[found][c].Sign() == 0 {
			found++
		}
		if found == len(rows) {
			continue
		}
		if found != r {
			rows[r], rows[found] = rows[found], rows[r]
			e.odd = !e.odd
		}
		e.pivots = append(e.pivots, c)
		pivot := &rows[r][c]
		first := r + 1
		if reduced {
			first = 0
		}
		for i := first; i < len(rows); i++ {
			if i == r {
				continue
			}
			// Columns left of c hold only zeros in row r, or are pivots that scale; without reduced, nobody reads them again.
			start := c + 1
			if reduced {
				start = 0
			}
			factor := new(big.Int).Set(&rows[i][c])
			for j := start; j < len(rows[i]); j++ {
				product.Mul(pivot, &rows[i][j])
				product.Sub(product, other.Mul(factor, &rows[r][j]))
				quotient.QuoRem(product, e.minor, remainder)
				rows[i][j].Set(quotient)
			}
			if !reduced {
				rows[i][c].SetInt64(0)
			}
		}
		e.minor = new(big.Int).Set(pivot)
	}
	return e
}

// Rank returns the dimension of the range.
func (m *Matrix) Rank() int { return len(eliminate(numerators(m), m.cols, false).pivots) }

// Det returns the determinant, 1 for 0×0. It panics unless A is square.
func (m *Matrix) Det() *big.Rat {
	m.mustBeSquare("Det")
	e := eliminate(numerators(m), m.cols, false)
	if len(e.pivots) < m.rows {
		return new(big.Rat)
	}
	if e.odd {
		e.minor.Neg(e.minor)
	}
	den := new(big.Int).Exp(&m.den, big.NewInt(int64(m.rows)), nil)
	return new(big.Rat).SetFrac(e.minor, den)
}

// Inverse returns A⁻¹, n×n. The error wraps ErrSingular when there is none. It panics unless A is square.
func (m *Matrix) Inverse() (*Matrix, error) {
	m.mustBeSquare("Inverse")
	return m.Solve(Identity(m.rows))
}

// Solve returns the one X with A X = B, of shape A.Cols × B.Cols.
//
// A need not be square. The error wraps ErrSingular when the columns of A are dependent, so that X is not unique, and otherwise
// ErrInconsistent when the range of B is not within that of A. It panics unless A.Rows = B.Rows.
func (m *Matrix) Solve(b *Matrix) (*Matrix, error) {
	if m.rows != b.rows {
		panic(fmt.Sprintf("exact: Solve with a %s matrix and a %s right-hand side", m.shape(), b.shape()))
	}
	e := eliminate(numerators(m, b), m.cols, true)
	if rank := len(e.pivots); rank < m.cols {
		return nil, fmt.Errorf("exact: %w: %s of rank %d", ErrSingular, m.shape(), rank)
	}
	for _, row := range e.rows[m.cols:] {
		for j := range b.cols {
			if row[m.cols+j].Sign() != 0 {
				return nil, fmt.Errorf("exact: %w: column %d of the right-hand side is not in the range", ErrInconsistent, j)
			}
		}
	}
	// With A = M/a and B = N/b, elimination of [M N] leaves [minor·I Y], and X = (a/b)·Y/minor.
	den := new(big.Int).Mul(e.minor, &b.den)
	num := new(big.Int)
	return build(m.cols, b.cols, den, func(i, j int) *big.Int { return num.Mul(&e.rows[i][m.cols+j], &m.den) }), nil
}

// NullSpace returns a basis of {x : A x = 0} as columns, of shape Cols × (Cols − Rank). All entries are integers.
func (m *Matrix) NullSpace() *Matrix {
	e := eliminate(numerators(m), m.cols, true)
	basis := newMatrix(m.cols, m.cols-len(e.pivots))
	free, next := 0, 0
	for j := range m.cols {
		if next < len(e.pivots) && e.pivots[next] == j {
			next++
			continue
		}
		// Row r of the reduced form says minor·x_{pivot r} + Σ_free a_rj x_j = 0.
		basis.num[j*basis.cols+free].Set(e.minor)
		for r, c := range e.pivots {
			basis.num[c*basis.cols+free].Neg(&e.rows[r][j])
		}
		free++
	}
	return basis
}

// RangeBasis returns a basis of the range of A: its pivot columns, of shape Rows × Rank.
func (m *Matrix) RangeBasis() *Matrix {
	return m.Columns(eliminate(numerators(m), m.cols, false).pivots...)
}
