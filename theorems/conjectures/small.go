package conjectures

import (
	"fmt"
	"iter"
	"math/big"
	"strings"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
	"pgregory.net/rapid"
)

// entries are what matrices are drawn from: numbers with which one calculates
// by hand, zero more often than others.
var entries = []float64{0, 0, 0, 1, 1, -1, 0.5, 0.5, -0.5, 2, 0.25}

// positives are what variances, slopes and time constants are drawn from.
var positives = []float64{1, 1, 2, 0.5, 0.25}

func vectorOf(t *rapid.T, name string, from []float64, n int) []float64 {
	return rapid.SliceOfN(rapid.SampledFrom(from), n, n).Draw(t, name)
}

func matrixOf(t *rapid.T, name string, from []float64, rows, cols int) [][]float64 {
	return inRows(vectorOf(t, name, from, rows*cols), cols)
}

// inRows cuts numbers into rows.
func inRows(x []float64, cols int) [][]float64 {
	out := make([][]float64, 0, len(x)/cols)
	for len(x) > 0 {
		out, x = append(out, x[:cols:cols]), x[cols:]
	}
	return out
}

// box lists the cases of n numbers, each of the values.
func box[C any](values []float64, n int, of func(x []float64) C) iter.Seq[any] {
	return func(yield func(any) bool) {
		for at := make([]int, n); ; {
			x := make([]float64, n)
			for i := range x {
				x[i] = values[at[i]]
			}
			if !yield(of(x)) {
				return
			}
			i := 0
			for ; i < n; i++ {
				if at[i]++; at[i] < len(values) {
					break
				}
				at[i] = 0
			}
			if i == n {
				return
			}
		}
	}
}

// rational is the matrix of a case, which has no matrix without rows or columns.
func rational(rows [][]float64) *exact.Matrix {
	m, err := exact.FromFloat64(rows)
	if err != nil { // CheckShape has seen the case
		panic(err)
	}
	return m
}

func diagonal(d []float64) *exact.Matrix {
	out := make([]*big.Rat, len(d))
	for i, x := range d {
		out[i] = theorems.Rational(x)
	}
	return exact.Diagonal(out)
}

// allPositive reports whether every number is above 0.
func allPositive(x []float64) bool {
	for _, v := range x {
		if !(v > 0) {
			return false
		}
	}
	return true
}

// inline writes a matrix in a line: a number, (a, b) for a column, or [[a, b], [c, d]].
func inline(m *exact.Matrix) string {
	if m.Rows() == 1 && m.Cols() == 1 {
		return m.At(0, 0).RatString()
	}
	if m.Cols() == 1 {
		return "(" + joined(m.T(), 0) + ")"
	}
	rows := make([]string, m.Rows())
	for i := range rows {
		rows[i] = "[" + joined(m, i) + "]"
	}
	return "[" + strings.Join(rows, ", ") + "]"
}

func joined(m *exact.Matrix, row int) string {
	out := make([]string, m.Cols())
	for j := range out {
		out[j] = m.At(row, j).RatString()
	}
	return strings.Join(out, ", ")
}

// lines collects arithmetic for a reader.
type lines []string

func (l *lines) add(format string, args ...any) { *l = append(*l, fmt.Sprintf(format, args...)) }

// byHand makes the ByHand of a conjecture from that of its case.
func byHand[C any](show func(C) []string) func(any) []string {
	return func(instance any) []string { return show(instance.(C)) }
}

// level is one size of a conjecture, with a check named after it.
func level[C any](s theorems.Size, gen *rapid.Generator[C], decide func(C) error) theorems.Level {
	return theorems.Level{Size: s, Check: theorems.Decide(s.String(), gen, decide)}
}

// listing returns the level with a list that is decided first.
func listing(l theorems.Level, every iter.Seq[any]) theorems.Level {
	l.Every = every
	return l
}
