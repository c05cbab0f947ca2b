package wire

import (
	"encoding/json"
	"fmt"

	"github.com/rankproof/rankproof/model"
	"gonum.org/v1/gonum/mat"
)

// Complex is [re, im].
type Complex [2]float64

// UnmarshalJSON refuses other than two numbers.
func (c *Complex) UnmarshalJSON(text []byte) error {
	var parts []float64
	if err := json.Unmarshal(text, &parts); err != nil {
		return err
	}
	if len(parts) != 2 {
		return fmt.Errorf("a complex number of %d parts, want [re, im]", len(parts))
	}
	*c = Complex{parts[0], parts[1]}
	return refuseNull(text, "complex number")
}

func complexOf(z complex128) Complex { return Complex{real(z), imag(z)} }

func (c Complex) value() complex128 { return complex(c[0], c[1]) }

func complexesOf(v []complex128) []Complex {
	out := make([]Complex, len(v))
	for i, z := range v {
		out[i] = complexOf(z)
	}
	return out
}

func values(v []Complex) []complex128 {
	out := make([]complex128, len(v))
	for i, c := range v {
		out[i] = c.value()
	}
	return out
}

// columnsOf returns k vectors of N numbers as a matrix, N×k; values of it are
// the vectors again.
func columnsOf(vectors [][]complex128) [][]Complex {
	if len(vectors) == 0 {
		return [][]Complex{}
	}
	out := make([][]Complex, len(vectors[0]))
	for i := range out {
		out[i] = make([]Complex, len(vectors))
		for k, v := range vectors {
			out[i][k] = complexOf(v[i])
		}
	}
	return out
}

func vectorsOf(columns [][]Complex, k int) [][]complex128 {
	out := make([][]complex128, k)
	for j := range out {
		out[j] = make([]complex128, len(columns))
		for i, row := range columns {
			out[j][i] = row[j].value()
		}
	}
	return out
}

// matrix returns the rows of a matrix as they are written: [] where it has none,
// or no columns.
func matrix[T any](rows [][]T) [][]T {
	if len(rows) == 0 || len(rows[0]) == 0 {
		return [][]T{}
	}
	return rows
}

// rowsOf returns a matrix as rows, [] for nil.
func rowsOf(m mat.Matrix) [][]float64 {
	switch p := m.(type) {
	case *mat.Dense:
		if p == nil {
			return [][]float64{}
		}
	case *mat.SymDense:
		if p == nil {
			return [][]float64{}
		}
	case nil:
		return [][]float64{}
	}
	n, k := m.Dims()
	out := make([][]float64, n)
	for i := range out {
		out[i] = make([]float64, k)
		for j := range out[i] {
			out[i][j] = m.At(i, j)
		}
	}
	return out
}

// denseOf returns rows as a matrix, nil where there are no entries. Rows of
// different lengths are model.ErrInvalid.
func denseOf(name string, rows [][]float64) (*mat.Dense, error) {
	if len(matrix(rows)) == 0 {
		for i, row := range rows {
			if len(row) > 0 {
				return nil, invalidf("row %d of %s has %d entries, row 0 has none", i, name, len(row))
			}
		}
		return nil, nil
	}
	m := mat.NewDense(len(rows), len(rows[0]), nil)
	for i, row := range rows {
		if len(row) != len(rows[0]) {
			return nil, invalidf("row %d of %s has %d entries, row 0 has %d", i, name, len(row), len(rows[0]))
		}
		m.SetRow(i, row)
	}
	return m, nil
}

func invalidf(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{model.ErrInvalid}, args...)...)
}

// given is m without the type of a nil pointer.
func given(m *mat.Dense) mat.Matrix {
	if m == nil {
		return nil
	}
	return m
}
