package gaussian

import "math/big"

// matrix is a rows × cols matrix of floating-point numbers of prec bits, entry (i,j) at data[i*cols+j]. Only its maker writes to it.
type matrix struct {
	rows, cols int
	prec       uint
	data       []*big.Float
}

func newMatrix(prec uint, rows, cols int) *matrix {
	return &matrix{rows, cols, prec, newVector(prec, rows*cols)}
}

func newVector(prec uint, n int) []*big.Float {
	numbers, out := make([]big.Float, n), make([]*big.Float, n)
	for i := range out {
		out[i] = numbers[i].SetPrec(prec)
	}
	return out
}

// fromRows returns the rows × cols matrix of exactly the given values.
func fromRows(prec uint, rows, cols int, values [][]float64) *matrix {
	m := newMatrix(prec, rows, cols)
	for i := range rows {
		for j := range cols {
			m.at(i, j).SetFloat64(values[i][j])
		}
	}
	return m
}

func fromValues(prec uint, values []float64) []*big.Float {
	v := newVector(prec, len(values))
	for i, x := range values {
		v[i].SetFloat64(x)
	}
	return v
}

func identity(prec uint, n int) *matrix {
	m := newMatrix(prec, n, n)
	for i := range n {
		m.at(i, i).SetInt64(1)
	}
	return m
}

func (m *matrix) at(i, j int) *big.Float { return m.data[i*m.cols+j] }

// entries returns the matrix whose entry (i,j) is Σ_k<inner x(i,k) y(k,j).
func entries(prec uint, rows, inner, cols int, x, y func(i, j int) *big.Float) *matrix {
	out := newMatrix(prec, rows, cols)
	term, sum := new(big.Float).SetPrec(prec), new(big.Float).SetPrec(prec)
	for i := range rows {
		for k := range inner {
			factor := x(i, k)
			if factor.Sign() == 0 {
				continue
			}
			for j := range cols {
				// Sums go to another variable: math/big allocates when the result is an operand.
				at := i*cols + j
				sum.Add(out.data[at], term.Mul(factor, y(k, j)))
				out.data[at], sum = sum, out.data[at]
			}
		}
	}
	return out
}

// times returns m b.
func (m *matrix) times(b *matrix) *matrix { return entries(m.prec, m.rows, m.cols, b.cols, m.at, b.at) }

// timesTransposed returns m bᵀ.
func (m *matrix) timesTransposed(b *matrix) *matrix {
	return entries(m.prec, m.rows, m.cols, b.rows, m.at, func(k, j int) *big.Float { return b.at(j, k) })
}

// timesVector returns m v.
func (m *matrix) timesVector(v []*big.Float) []*big.Float {
	return m.times(&matrix{len(v), 1, m.prec, v}).data
}

// plus returns m + b.
func (m *matrix) plus(b *matrix) *matrix {
	out := newMatrix(m.prec, m.rows, m.cols)
	for k := range out.data {
		out.data[k].Add(m.data[k], b.data[k])
	}
	return out
}

// minus returns m − b.
func (m *matrix) minus(b *matrix) *matrix {
	out := newMatrix(m.prec, m.rows, m.cols)
	for k := range out.data {
		out.data[k].Sub(m.data[k], b.data[k])
	}
	return out
}

// symmetrized returns (m + mᵀ)/2: rounding alone makes m differ from it.
func (m *matrix) symmetrized() *matrix {
	out := newMatrix(m.prec, m.rows, m.cols)
	for i := range m.rows {
		for j := range i + 1 {
			half := out.at(i, j)
			half.Add(m.at(i, j), m.at(j, i))
			half.SetMantExp(half, -1)
			out.at(j, i).Set(half)
		}
	}
	return out
}

// conjugated returns m v mᵀ for symmetric v, symmetric.
func (m *matrix) conjugated(v *matrix) *matrix { return m.times(v).timesTransposed(m).symmetrized() }

// rounded returns the matrix at another precision.
func (m *matrix) rounded(prec uint) *matrix {
	out := newMatrix(prec, m.rows, m.cols)
	for k, x := range m.data {
		out.data[k].Set(x)
	}
	return out
}

// largest returns max |m_ij|, zero without entries.
func (m *matrix) largest() *big.Float {
	most, size := new(big.Float).SetPrec(m.prec), new(big.Float)
	for _, x := range m.data {
		if size.Abs(x).Cmp(most) > 0 {
			most.Set(size)
		}
	}
	return most
}

// rowSum returns Σ_j |m_ij|.
func (m *matrix) rowSum(i int) *big.Float {
	sum, size := new(big.Float).SetPrec(m.prec), new(big.Float)
	for j := range m.cols {
		sum.Add(sum, size.Abs(m.at(i, j)))
	}
	return sum
}

// normInf returns the largest of the sums of the absolute values of a row.
func (m *matrix) normInf() *big.Float {
	most := new(big.Float).SetPrec(m.prec)
	for i := range m.rows {
		if sum := m.rowSum(i); sum.Cmp(most) > 0 {
			most = sum
		}
	}
	return most
}

// float64s returns the entries, each rounded to the nearest float64.
func (m *matrix) float64s() [][]float64 {
	out := make([][]float64, m.rows)
	for i := range out {
		out[i] = make([]float64, m.cols)
		for j := range out[i] {
			out[i][j], _ = m.at(i, j).Float64()
		}
	}
	return out
}

func float64s(v []*big.Float) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i], _ = x.Float64()
	}
	return out
}
