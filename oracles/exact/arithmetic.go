package exact

import (
	"fmt"
	"math/big"
)

// Add returns A + B. It panics unless the shapes are the same.
func (m *Matrix) Add(b *Matrix) *Matrix {
	mustMatch("Add", m, b)
	return combine(m, b, (*big.Int).Add)
}

// Sub returns A − B. It panics unless the shapes are the same.
func (m *Matrix) Sub(b *Matrix) *Matrix {
	mustMatch("Sub", m, b)
	return combine(m, b, (*big.Int).Sub)
}

func mustMatch(operation string, a, b *Matrix) {
	if a.rows != b.rows || a.cols != b.cols {
		panic(fmt.Sprintf("exact: %s of a %s and a %s matrix", operation, a.shape(), b.shape()))
	}
}

func combine(a, b *Matrix, op func(z, x, y *big.Int) *big.Int) *Matrix {
	den := commonDenominator(a, b)
	fa, fb := a.factorTo(den), b.factorTo(den)
	x, y := new(big.Int), new(big.Int)
	return build(a.rows, a.cols, den, func(i, j int) *big.Int {
		return op(x, x.Mul(a.at(i, j), fa), y.Mul(b.at(i, j), fb))
	})
}

func commonDenominator(ms ...*Matrix) *big.Int {
	den := big.NewInt(1)
	for _, m := range ms {
		lcm(den, &m.den)
	}
	return den
}

// factorTo returns what the numerators must be multiplied by when den, a multiple of m.den, becomes the denominator.
func (m *Matrix) factorTo(den *big.Int) *big.Int { return new(big.Int).Quo(den, &m.den) }

// Mul returns A B, of shape A.Rows × B.Cols. It panics unless A.Cols = B.Rows; over an inner dimension of 0 the product is zero.
func (m *Matrix) Mul(b *Matrix) *Matrix {
	if m.cols != b.rows {
		panic(fmt.Sprintf("exact: Mul of a %s and a %s matrix", m.shape(), b.shape()))
	}
	sum, term := new(big.Int), new(big.Int)
	return build(m.rows, b.cols, term.Mul(&m.den, &b.den), func(i, j int) *big.Int {
		sum.SetInt64(0)
		for k := range m.cols {
			if x, y := m.at(i, k), b.at(k, j); x.Sign() != 0 && y.Sign() != 0 {
				sum.Add(sum, term.Mul(x, y))
			}
		}
		return sum
	})
}

// Scale returns c A. It panics if c is nil.
func (m *Matrix) Scale(c *big.Rat) *Matrix {
	mustBeRationals("Scale", []*big.Rat{c})
	den, num := new(big.Int).Mul(&m.den, c.Denom()), new(big.Int)
	return build(m.rows, m.cols, den, func(i, j int) *big.Int { return num.Mul(m.at(i, j), c.Num()) })
}

// T returns the transpose, of shape Cols × Rows.
func (m *Matrix) T() *Matrix {
	t := newMatrix(m.cols, m.rows)
	t.den.Set(&m.den)
	for i := range t.rows {
		for j := range t.cols {
			t.num[i*t.cols+j].Set(m.at(j, i))
		}
	}
	return t // the same entries have the same common factor
}

// Pow returns A^k, with A^0 = I. It panics unless A is square and k ≥ 0.
func (m *Matrix) Pow(k int) *Matrix {
	m.mustBeSquare("Pow")
	mustNotBeNegative("Pow", k)
	power := Identity(m.rows)
	for square := m; k > 0; k >>= 1 {
		if k&1 == 1 {
			power = power.Mul(square)
		}
		if k > 1 {
			square = square.Mul(square)
		}
	}
	return power
}

func (m *Matrix) mustBeSquare(operation string) {
	if m.rows != m.cols {
		panic(fmt.Sprintf("exact: %s of a %s matrix, which is not square", operation, m.shape()))
	}
}

func mustNotBeNegative(operation string, k int) {
	if k < 0 {
		panic(fmt.Sprintf("exact: %s with the negative exponent %d", operation, k))
	}
}

// Slice returns the block of rows r0 ≤ i < r1 and columns c0 ≤ j < c1. It panics unless the block lies within the matrix.
func (m *Matrix) Slice(r0, r1, c0, c1 int) *Matrix {
	if r0 < 0 || r1 < r0 || r1 > m.rows || c0 < 0 || c1 < c0 || c1 > m.cols {
		panic(fmt.Sprintf("exact: Slice of rows %d to %d, columns %d to %d of a %s matrix", r0, r1, c0, c1, m.shape()))
	}
	return build(r1-r0, c1-c0, &m.den, func(i, j int) *big.Int { return m.at(r0+i, c0+j) })
}

// Columns returns the matrix of the columns idx, in that order, of shape Rows × len(idx). It panics outside the matrix.
func (m *Matrix) Columns(idx ...int) *Matrix {
	for _, j := range idx {
		if j < 0 || j >= m.cols {
			panic(fmt.Sprintf("exact: column %d of a %s matrix", j, m.shape()))
		}
	}
	return build(m.rows, len(idx), &m.den, func(i, j int) *big.Int { return m.at(i, idx[j]) })
}

// HStack returns [A B …], the matrices side by side; none give 0×0. It panics unless all have the same number of rows.
func HStack(ms ...*Matrix) *Matrix {
	transposed := make([]*Matrix, len(ms))
	for i, m := range ms {
		if m.rows != ms[0].rows {
			panic(fmt.Sprintf("exact: HStack of a %s and a %s matrix", ms[0].shape(), m.shape()))
		}
		transposed[i] = m.T()
	}
	return VStack(transposed...).T()
}

// VStack returns the matrices on top of one another; none give 0×0. It panics unless all have the same number of columns.
func VStack(ms ...*Matrix) *Matrix {
	rows, cols := 0, 0
	for _, m := range ms {
		if m.cols != ms[0].cols {
			panic(fmt.Sprintf("exact: VStack of a %s and a %s matrix", ms[0].shape(), m.shape()))
		}
		rows, cols = rows+m.rows, m.cols
	}
	out := newMatrix(rows, cols)
	out.den.Set(commonDenominator(ms...))
	k := 0
	for _, m := range ms {
		factor := m.factorTo(&out.den)
		for i := range m.num {
			out.num[k].Mul(&m.num[i], factor)
			k++
		}
	}
	return out.reduce()
}

// Trace returns the sum of the diagonal, 0 for 0×0. It panics unless A is square.
func (m *Matrix) Trace() *big.Rat {
	m.mustBeSquare("Trace")
	sum := new(big.Int)
	for i := range m.rows {
		sum.Add(sum, m.at(i, i))
	}
	return new(big.Rat).SetFrac(sum, &m.den)
}

// Norm1 returns max_j Σ_i |A_ij|, the operator norm of ‖·‖₁; 0 without entries.
func (m *Matrix) Norm1() *big.Rat { return m.T().NormInf() }

// NormInf returns max_i Σ_j |A_ij|, the operator norm of ‖·‖_∞; 0 without entries.
func (m *Matrix) NormInf() *big.Rat {
	largest, sum, abs := new(big.Int), new(big.Int), new(big.Int)
	for i := range m.rows {
		sum.SetInt64(0)
		for j := range m.cols {
			sum.Add(sum, abs.Abs(m.at(i, j)))
		}
		if sum.Cmp(largest) > 0 {
			largest.Set(sum)
		}
	}
	return new(big.Rat).SetFrac(largest, &m.den)
}
