package exact

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strings"
)

// Matrix is an immutable rational matrix, rows × cols, whose entry (i,j) is num[i*cols+j]/den.
//
// It is made by the functions of this package only. The common denominator is positive and has no factor in common with all
// numerators, so that a matrix has one representation and equality is equality of integers.
type Matrix struct {
	rows, cols int
	num        []big.Int
	den        big.Int
}

var one = big.NewInt(1)

// newMatrix returns a zero matrix that its maker may still write to.
func newMatrix(rows, cols int) *Matrix {
	if rows < 0 || cols < 0 {
		panic(fmt.Sprintf("exact: a matrix cannot be %d×%d", rows, cols))
	}
	m := &Matrix{rows: rows, cols: cols, num: make([]big.Int, rows*cols)}
	m.den.SetInt64(1)
	return m
}

// reduce restores the unique representation after num and den have been written; den may be negative.
func (m *Matrix) reduce() *Matrix {
	if m.den.Sign() < 0 {
		m.den.Neg(&m.den)
		for i := range m.num {
			m.num[i].Neg(&m.num[i])
		}
	}
	if k, is := powerOfTwo(&m.den); is {
		return m.halve(k)
	}
	common := new(big.Int).Set(&m.den)
	for i := range m.num {
		if common.Cmp(one) == 0 {
			return m
		}
		common.GCD(nil, nil, common, &m.num[i])
	}
	m.den.Quo(&m.den, common)
	for i := range m.num {
		m.num[i].Quo(&m.num[i], common)
	}
	return m
}

// powerOfTwo returns k where x is 2^k, as denominators of floating-point numbers are.
func powerOfTwo(x *big.Int) (k uint, is bool) {
	k = x.TrailingZeroBits()
	return k, x.Sign() > 0 && x.BitLen() == int(k)+1
}

// halve divides num and den, which is 2^k, by their greatest common divisor.
func (m *Matrix) halve(k uint) *Matrix {
	for i := range m.num {
		if k == 0 {
			return m
		}
		if m.num[i].Sign() != 0 {
			k = min(k, m.num[i].TrailingZeroBits())
		}
	}
	m.den.Rsh(&m.den, k)
	for i := range m.num {
		m.num[i].Rsh(&m.num[i], k)
	}
	return m
}

// build returns the rows × cols matrix of the integers entry(i,j) over den.
func build(rows, cols int, den *big.Int, entry func(i, j int) *big.Int) *Matrix {
	m := newMatrix(rows, cols)
	m.den.Set(den)
	for i := range rows {
		for j := range cols {
			m.num[i*cols+j].Set(entry(i, j))
		}
	}
	return m.reduce()
}

// fromRats returns the rows × cols matrix of the given entries, row by row; none may be nil.
func fromRats(rows, cols int, entries []*big.Rat) *Matrix {
	den := big.NewInt(1)
	for _, q := range entries {
		lcm(den, q.Denom())
	}
	m := newMatrix(rows, cols)
	m.den.Set(den)
	factor := new(big.Int)
	for k, q := range entries {
		m.num[k].Mul(q.Num(), factor.Quo(den, q.Denom()))
	}
	return m // the least common multiple of reduced denominators leaves no common factor
}

// lcm sets z to the least common multiple of z and d, both positive.
func lcm(z, d *big.Int) {
	if d.Cmp(one) == 0 || z.Cmp(d) == 0 {
		return
	}
	if k, is := powerOfTwo(d); is { // the odd part of z stays
		if j := z.TrailingZeroBits(); j < k {
			z.Lsh(z, k-j)
		}
		return
	}
	common := new(big.Int).GCD(nil, nil, z, d)
	z.Mul(z, common.Quo(d, common))
}

// FromFloat64 returns the matrix of exactly the given values, rows × cols: a float64 is a dyadic rational, nothing is rounded.
//
// The error names the first entry that is NaN or infinite, as in "entry (2,3) is NaN", or the first row whose length is not
// that of row 0. No rows give 0×0; see Zero for 0×n.
func FromFloat64(rows [][]float64) (*Matrix, error) {
	cols, err := commonLength(rows)
	if err != nil {
		return nil, err
	}
	entries := make([]*big.Rat, 0, len(rows)*cols)
	for i, row := range rows {
		for j, v := range row {
			q, err := fromFloat(v)
			if err != nil {
				return nil, fmt.Errorf("exact: entry (%d,%d) %w", i, j, err)
			}
			entries = append(entries, q)
		}
	}
	return fromRats(len(rows), cols, entries), nil
}

func fromFloat(v float64) (*big.Rat, error) {
	switch {
	case math.IsNaN(v):
		return nil, errors.New("is NaN")
	case math.IsInf(v, 0):
		return nil, fmt.Errorf("is %v", v)
	}
	return new(big.Rat).SetFloat64(v), nil
}

func commonLength[T any](rows [][]T) (int, error) {
	if len(rows) == 0 {
		return 0, nil
	}
	for i, row := range rows {
		if len(row) != len(rows[0]) {
			return 0, fmt.Errorf("exact: row %d has %d entries, row 0 has %d", i, len(row), len(rows[0]))
		}
	}
	return len(rows[0]), nil
}

// FromInt64 returns the matrix of the given integers, rows × cols. It panics if the rows differ in length.
func FromInt64(rows [][]int64) *Matrix {
	cols, err := commonLength(rows)
	if err != nil {
		panic(err.Error())
	}
	m := newMatrix(len(rows), cols)
	for i, row := range rows {
		for j, v := range row {
			m.num[i*cols+j].SetInt64(v)
		}
	}
	return m
}

// FromRat returns the matrix of the given rationals, rows × cols.
//
// The error names the first entry that is nil, or the first row whose length is not that of row 0.
func FromRat(rows [][]*big.Rat) (*Matrix, error) {
	cols, err := commonLength(rows)
	if err != nil {
		return nil, err
	}
	entries := make([]*big.Rat, 0, len(rows)*cols)
	for i, row := range rows {
		for j, q := range row {
			if q == nil {
				return nil, fmt.Errorf("exact: entry (%d,%d) is nil", i, j)
			}
			entries = append(entries, q)
		}
	}
	return fromRats(len(rows), cols, entries), nil
}

// Zero returns the r×c matrix of zeros.
func Zero(r, c int) *Matrix { return newMatrix(r, c) }

// Identity returns the n×n identity.
func Identity(n int) *Matrix {
	m := newMatrix(n, n)
	for i := range n {
		m.num[i*n+i].SetInt64(1)
	}
	return m
}

// Diagonal returns the n×n matrix with the n values d on its diagonal. It panics if one is nil.
func Diagonal(d []*big.Rat) *Matrix {
	mustBeRationals("Diagonal", d)
	entries := make([]*big.Rat, len(d)*len(d))
	for i := range entries {
		entries[i] = new(big.Rat)
	}
	for i, q := range d {
		entries[i*len(d)+i] = q
	}
	return fromRats(len(d), len(d), entries)
}

// DiagonalFloat64 returns the n×n matrix with exactly the n values d on its diagonal.
//
// The error names the first entry that is NaN or infinite.
func DiagonalFloat64(d []float64) (*Matrix, error) {
	exactly := make([]*big.Rat, len(d))
	for i, v := range d {
		q, err := fromFloat(v)
		if err != nil {
			return nil, fmt.Errorf("exact: entry (%d,%d) %w", i, i, err)
		}
		exactly[i] = q
	}
	return Diagonal(exactly), nil
}

// Column returns the n×1 matrix of the n values v. It panics if one is nil.
func Column(v []*big.Rat) *Matrix {
	mustBeRationals("Column", v)
	return fromRats(len(v), 1, v)
}

// ColumnFloat64 returns the n×1 matrix of exactly the n values v.
//
// It panics if one is NaN or infinite, which no instance holds.
func ColumnFloat64(v []float64) *Matrix {
	exactly := make([]*big.Rat, len(v))
	for i, x := range v {
		exactly[i] = new(big.Rat).SetFloat64(x)
	}
	return Column(exactly)
}

func mustBeRationals(operation string, v []*big.Rat) {
	for i, q := range v {
		if q == nil {
			panic(fmt.Sprintf("exact: %s: value %d is nil", operation, i))
		}
	}
}

// Rows returns the number of rows.
func (m *Matrix) Rows() int { return m.rows }

// Cols returns the number of columns.
func (m *Matrix) Cols() int { return m.cols }

// at returns the numerator of entry (i,j), to be read only.
func (m *Matrix) at(i, j int) *big.Int { return &m.num[i*m.cols+j] }

// At returns entry (i,j), a new number that the caller may change. It panics outside the matrix.
func (m *Matrix) At(i, j int) *big.Rat {
	if i < 0 || i >= m.rows || j < 0 || j >= m.cols {
		panic(fmt.Sprintf("exact: entry (%d,%d) of a %s matrix", i, j, m.shape()))
	}
	return new(big.Rat).SetFrac(m.at(i, j), &m.den)
}

func (m *Matrix) shape() string { return fmt.Sprintf("%d×%d", m.rows, m.cols) }

// Equal reports whether the two matrices have the same shape and the same entries.
func (m *Matrix) Equal(b *Matrix) bool {
	if m.rows != b.rows || m.cols != b.cols || m.den.Cmp(&b.den) != 0 {
		return false
	}
	for k := range m.num {
		if m.num[k].Cmp(&b.num[k]) != 0 {
			return false
		}
	}
	return true
}

// IsZero reports whether every entry is zero; a matrix without entries is.
func (m *Matrix) IsZero() bool {
	for k := range m.num {
		if m.num[k].Sign() != 0 {
			return false
		}
	}
	return true
}

// Float64 returns the entries rounded to the nearest float64, rows × cols; beyond its range they are ±Inf.
func (m *Matrix) Float64() [][]float64 {
	out := make([][]float64, m.rows)
	for i := range out {
		out[i] = make([]float64, m.cols)
		for j := range out[i] {
			out[i][j], _ = m.At(i, j).Float64()
		}
	}
	return out
}

// String returns the entries as fractions, a line for each row, columns aligned; a matrix without entries gives its shape.
func (m *Matrix) String() string {
	if len(m.num) == 0 {
		return "[" + m.shape() + "]"
	}
	text := make([]string, len(m.num))
	width := make([]int, m.cols)
	for k := range text {
		text[k] = m.At(k/m.cols, k%m.cols).RatString()
		width[k%m.cols] = max(width[k%m.cols], len(text[k]))
	}
	var out strings.Builder
	for i := range m.rows {
		if i > 0 {
			out.WriteByte('\n')
		}
		out.WriteByte('[')
		for j := range m.cols {
			if j > 0 {
				out.WriteString("  ")
			}
			fmt.Fprintf(&out, "%*s", width[j], text[i*m.cols+j])
		}
		out.WriteByte(']')
	}
	return out.String()
}
