package gfp

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"
	"strings"
)

// Matrix is a matrix over one [Field], stored row by row. Either dimension may be zero. No method changes its receiver or
// argument but Set. Matrices of different fields, or of shapes that do not fit, are misuse: methods panic.
type Matrix struct {
	field      Field
	rows, cols int
	entries    []Element
}

// Zeros returns the zero matrix (rows×cols).
func (f Field) Zeros(rows, cols int) Matrix {
	return Matrix{f, rows, cols, make([]Element, rows*cols)}
}

// Identity returns the identity matrix (n×n).
func (f Field) Identity(n int) Matrix {
	m := f.Zeros(n, n)
	for i := range n {
		m.Set(i, i, f.One())
	}
	return m
}

// RandomMatrix returns a matrix (rows×cols) of independent uniform elements.
func (f Field) RandomMatrix(rng *rand.Rand, rows, cols int) Matrix {
	m := f.Zeros(rows, cols)
	for i := range m.entries {
		m.entries[i] = f.Random(rng)
	}
	return m
}

// Integers returns the matrix whose entries are those of rows mod p. It panics on rows of different lengths.
func (f Field) Integers(rows [][]int64) Matrix {
	if len(rows) == 0 {
		return f.Zeros(0, 0)
	}
	m := f.Zeros(len(rows), len(rows[0]))
	for i, row := range rows {
		if len(row) != m.cols {
			panic(fmt.Sprintf("gfp: row %d has %d entries, row 0 has %d", i, len(row), m.cols))
		}
		for j, k := range row {
			m.Set(i, j, f.Integer(k))
		}
	}
	return m
}

// Field returns the field of the entries.
func (m Matrix) Field() Field { return m.field }

// Dims returns the numbers of rows and columns.
func (m Matrix) Dims() (rows, cols int) { return m.rows, m.cols }

// At returns the entry in row i and column j, from 0.
func (m Matrix) At(i, j int) Element { return m.entries[m.index(i, j)] }

// Set changes the entry in row i and column j, from 0.
func (m Matrix) Set(i, j int, x Element) { m.entries[m.index(i, j)] = x }

func (m Matrix) index(i, j int) int {
	if uint(i) >= uint(m.rows) || uint(j) >= uint(m.cols) {
		panic(fmt.Sprintf("gfp: entry (%d, %d) of a %d×%d matrix", i, j, m.rows, m.cols))
	}
	return i*m.cols + j
}

// Equal reports whether a and b have the same field, shape and entries.
func (m Matrix) Equal(b Matrix) bool {
	return m.field == b.field && m.rows == b.rows && m.cols == b.cols && slices.Equal(m.entries, b.entries)
}

// String writes the representatives in [0, p), as in [1 2; 3 4].
func (m Matrix) String() string {
	var s strings.Builder
	s.WriteByte('[')
	for i := range m.rows {
		if i > 0 {
			s.WriteString("; ")
		}
		for j := range m.cols {
			if j > 0 {
				s.WriteByte(' ')
			}
			fmt.Fprint(&s, m.field.Uint64(m.At(i, j)))
		}
	}
	s.WriteByte(']')
	return s.String()
}

func (m Matrix) clone() Matrix {
	m.entries = slices.Clone(m.entries)
	return m
}

func (m Matrix) sameField(b Matrix) {
	if m.field != b.field {
		panic(fmt.Sprintf("gfp: a matrix over %v with one over %v", m.field, b.field))
	}
}

// entrywise returns the matrix of op(aᵢⱼ, bᵢⱼ).
func (m Matrix) entrywise(b Matrix, op func(x, y Element) Element) Matrix {
	m.sameField(b)
	if m.rows != b.rows || m.cols != b.cols {
		panic(fmt.Sprintf("gfp: sum of %d×%d and %d×%d", m.rows, m.cols, b.rows, b.cols))
	}
	result := m.field.Zeros(m.rows, m.cols)
	for i, x := range m.entries {
		result.entries[i] = op(x, b.entries[i])
	}
	return result
}

// Add returns A + B.
func (m Matrix) Add(b Matrix) Matrix { return m.entrywise(b, m.field.Add) }

// Sub returns A − B.
func (m Matrix) Sub(b Matrix) Matrix { return m.entrywise(b, m.field.Sub) }

// Scale returns c·A.
func (m Matrix) Scale(c Element) Matrix {
	result := m.field.Zeros(m.rows, m.cols)
	for i, x := range m.entries {
		result.entries[i] = m.field.Mul(c, x)
	}
	return result
}

// Transpose returns Aᵀ.
func (m Matrix) Transpose() Matrix {
	result := m.field.Zeros(m.cols, m.rows)
	for i := range m.rows {
		for j := range m.cols {
			result.entries[j*m.rows+i] = m.entries[i*m.cols+j]
		}
	}
	return result
}

// Mul returns the product A·B, of shape (r×c) for A (r×n) and B (n×c).
func (m Matrix) Mul(b Matrix) Matrix {
	m.sameField(b)
	if m.cols != b.rows {
		panic(fmt.Sprintf("gfp: product of %d×%d and %d×%d", m.rows, m.cols, b.rows, b.cols))
	}
	result := m.field.Zeros(m.rows, b.cols)
	if m.cols == 0 {
		return result
	}
	for i := range m.rows {
		row := m.entries[i*m.cols : (i+1)*m.cols]
		for j := range b.cols {
			result.entries[i*b.cols+j] = m.field.dot(row, b.entries[j:], b.cols)
		}
	}
	return result
}

// lazyTerms is the number of products of residues that 128 bits can hold: each is below 2^122.
const lazyTerms = 64

// dot returns Σ_k x[k]·y[k·stride], reducing once in lazyTerms products.
func (f Field) dot(x, y []Element, stride int) Element {
	var total Element
	for len(x) > 0 {
		n := min(len(x), lazyTerms)
		var hi, lo, carry uint64
		for k := range n {
			h, l := bits.Mul64(x[k].residue, y[k*stride].residue)
			lo, carry = bits.Add64(lo, l, 0)
			hi, _ = bits.Add64(hi, h, carry)
		}
		// reduce wants hi < p; multiples of p·2^64 may go.
		total = f.Add(total, Element{f.reduce(hi%f.p, lo)})
		if x = x[n:]; len(x) > 0 {
			y = y[n*stride:]
		}
	}
	return total
}

// Pow returns A^k for square A and k ≥ 0, with A^0 = I.
func (m Matrix) Pow(k int) Matrix {
	m.square("power")
	if k < 0 {
		panic(fmt.Sprintf("gfp: power %d", k))
	}
	power := m.field.Identity(m.rows)
	for ; k > 0; k >>= 1 {
		if k&1 == 1 {
			power = power.Mul(m)
		}
		if k > 1 {
			m = m.Mul(m)
		}
	}
	return power
}

func (m Matrix) square(what string) {
	if m.rows != m.cols {
		panic(fmt.Sprintf("gfp: %s of a %d×%d matrix", what, m.rows, m.cols))
	}
}
