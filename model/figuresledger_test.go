package model_test

import (
	"encoding/json"
	"math"
	"math/big"
	"os"
	"slices"
	"testing"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// publishedFigures are reference numbers that others computed, in rationals or with 30 digits and more. They are no part of
// the project.
const publishedFigures = "../../shared/figures.json"

// agreement is what is asked of a number, relative to the norm of the quantity that it is an entry of: the figures have 15
// digits or more, and their systems, of condition below 100, leave a float64 that much of some 64 roundings.
const agreement = 64 * 100 * 0x1p-53

// ledger holds the figures of one case, and which of them were compared: a
// field that is not, or that is not there, fails.
type ledger struct {
	t        *testing.T
	name     string
	fields   map[string]json.RawMessage
	read     map[string]int // numbers that say what the case is
	compared map[string]int
	worst    float64 // of the differences, relative
	where    string
}

func newLedger(t *testing.T, name string, content []byte) *ledger {
	t.Helper()
	l := &ledger{t: t, name: name, read: map[string]int{}, compared: map[string]int{}}
	require.NoError(t, json.Unmarshal(content, &l.fields), name)
	return l
}

// readFigures reads the file; without it nothing is tested, and that is said.
func readFigures(t *testing.T, into any, families ...string) {
	t.Helper()
	content, err := os.ReadFile(publishedFigures)
	if os.IsNotExist(err) {
		t.Skipf("NOT TESTED: the published figures of %v, because %s is absent", families, publishedFigures)
	}
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(content, into))
}

// loadFigures returns the cases of some families.
func loadFigures(t *testing.T, families ...string) map[string][]*ledger {
	t.Helper()
	var file map[string]json.RawMessage
	readFigures(t, &file, families...)
	out := map[string][]*ledger{}
	for _, f := range families {
		var cases []json.RawMessage
		require.NoError(t, json.Unmarshal(file[f], &cases), f)
		for _, c := range cases {
			l := newLedger(t, f, c)
			var name string
			l.decode("name", &name)
			l.name, l.read["name"] = f+"/"+name, 1
			out[f] = append(out[f], l)
		}
	}
	return out
}

func (l *ledger) decode(field string, into any) {
	l.t.Helper()
	require.Contains(l.t, l.fields, field, l.name)
	require.NoError(l.t, json.Unmarshal(l.fields[field], into), "%s: %s", l.name, field)
}

func (l *ledger) has(field string) bool {
	_, ok := l.fields[field]
	return ok
}

// rationals reads a matrix of fractions.
func (l *ledger) rationals(field string) *exact.Matrix {
	l.t.Helper()
	var text [][]string
	l.decode(field, &text)
	rows := make([][]*big.Rat, len(text))
	for i, row := range text {
		for _, s := range row {
			x, ok := new(big.Rat).SetString(s)
			require.True(l.t, ok, "%s: %s has %q", l.name, field, s)
			rows[i] = append(rows[i], x)
		}
	}
	m, err := exact.FromRat(rows)
	require.NoError(l.t, err, "%s: %s", l.name, field)
	return m
}

// given reads a matrix that says what the case is: fractions, whose nearest
// floating-point numbers are to be those beside it.
func (l *ledger) given(field string) (*exact.Matrix, mat.Matrix) {
	l.t.Helper()
	m := l.rationals(field)
	var rows [][]float64
	l.decode(field+"_float", &rows)
	require.Equal(l.t, m.Float64(), rows, "%s: %s", l.name, field)
	l.read[field], l.read[field+"_float"] = m.Rows()*m.Cols(), m.Rows()*m.Cols()
	return m, matrixOf(rows)
}

func (l *ledger) path(field string) [][]float64 {
	l.t.Helper()
	var rows [][]float64
	l.decode(field, &rows)
	l.read[field] = len(rows) * len(rows[0])
	return rows
}

// exactly compares fractions; where the file has null nothing is counted but that.
func (l *ledger) exactly(field string, got *exact.Matrix) {
	l.t.Helper()
	require.Contains(l.t, l.fields, field, l.name)
	if string(l.fields[field]) == "null" {
		l.t.Logf("%s: %s is null, nothing to compare", l.name, field)
		l.read[field] = 1
		return
	}
	want := l.rationals(field)
	require.True(l.t, got.Equal(want), "%s: %s is\n%v\nwant\n%v", l.name, field, got, want)
	l.compared[field] = want.Rows() * want.Cols()
}

// matrix compares in the Frobenius norm, relative to that of the figures.
func (l *ledger) matrix(field string, got mat.Matrix) {
	l.t.Helper()
	var want [][]float64
	l.decode(field, &want)
	l.compared[field] = l.near(field, got, want)
}

func (l *ledger) matrices(field string, got []*mat.Dense) {
	l.t.Helper()
	var want [][][]float64
	l.decode(field, &want)
	require.Len(l.t, got, len(want), "%s: %s", l.name, field)
	l.compared[field] = 0
	for k, w := range want {
		l.compared[field] += l.near(field, got[k], w)
	}
}

// near compares without counting it as a figure of the file, and returns how many numbers it was.
func (l *ledger) near(what string, got mat.Matrix, want [][]float64) int {
	l.t.Helper()
	w := matrix(want...)
	rows, cols := w.Dims()
	r, c := got.Dims()
	require.Equal(l.t, [2]int{rows, cols}, [2]int{r, c}, "%s: %s", l.name, what)
	var difference mat.Dense
	difference.Sub(got, w)
	l.note(what, mat.Norm(&difference, 2)/mat.Norm(w, 2), got, w)
	return rows * cols
}

// number compares relative to the figure.
func (l *ledger) number(field string, got float64) {
	l.t.Helper()
	var want float64
	l.decode(field, &want)
	l.numberOf(field, got, math.Abs(want))
}

// numberOf compares a number that may be zero, as one of a given size: that of
// what it is the difference of.
func (l *ledger) numberOf(field string, got, size float64) {
	l.t.Helper()
	var want float64
	l.decode(field, &want)
	l.note(field, math.Abs(got-want)/size, got, want)
	l.compared[field] = 1
}

// rounding compares a number that is the rounding of whoever computed it: both
// are at most that far apart.
func (l *ledger) rounding(field string, got, bound float64) {
	l.t.Helper()
	var want float64
	l.decode(field, &want)
	require.True(l.t, math.Abs(got-want) <= bound, "%s: %s is %g, want %g within %g", l.name, field, got, want, bound)
	l.compared[field] = 1
}

// numbersOf is numberOf of a list of numbers.
func (l *ledger) numbersOf(field string, got []float64, size float64) {
	l.t.Helper()
	var want []float64
	l.decode(field, &want)
	require.Len(l.t, got, len(want), "%s: %s", l.name, field)
	for k := range want {
		l.note(field, math.Abs(got[k]-want[k])/size, got[k], want[k])
	}
	l.compared[field] = len(want)
}

// eigenvalues compares pairs [Re, Im], in the order of the file: by imaginary
// part, falling.
func (l *ledger) eigenvalues(field string, got []complex128) {
	l.t.Helper()
	slices.SortFunc(got, func(a, b complex128) int {
		if imag(a) > imag(b) {
			return -1
		}
		return 1
	})
	rows := make([][]float64, len(got))
	for i, z := range got {
		rows[i] = []float64{real(z), imag(z)}
	}
	l.matrix(field, matrixOf(rows))
}

func (l *ledger) whole(field string, got ...int) {
	l.t.Helper()
	var want int
	l.decode(field, &want)
	for _, g := range got {
		require.Equal(l.t, want, g, "%s: %s", l.name, field)
	}
	l.compared[field] = 1
}

func (l *ledger) truth(field string, got ...bool) {
	l.t.Helper()
	var want bool
	l.decode(field, &want)
	for _, g := range got {
		require.Equal(l.t, want, g, "%s: %s", l.name, field)
	}
	l.compared[field] = 1
}

// note judges a relative difference; NaN fails.
func (l *ledger) note(what string, difference float64, got, want any) {
	l.t.Helper()
	require.True(l.t, difference <= agreement, "%s: %s is\n%v\nwant\n%v\noff by %.3g", l.name, what, got, want, difference)
	if difference >= l.worst {
		l.worst, l.where = difference, what
	}
}

// within opens a group of fields, which close counts.
func (l *ledger) within(field string) *ledger {
	l.t.Helper()
	require.Contains(l.t, l.fields, field, l.name)
	return newLedger(l.t, l.name+"/"+field, l.fields[field])
}

func (l *ledger) close(field string, group *ledger) {
	l.t.Helper()
	group.everyField()
	l.read[field], l.compared[field] = sum(group.read), sum(group.compared)
	if group.worst >= l.worst {
		l.worst, l.where = group.worst, field+"/"+group.where
	}
}

// everyField fails on a field that nothing was compared with, or not with all its numbers.
func (l *ledger) everyField() {
	l.t.Helper()
	for field, content := range l.fields {
		var value any
		require.NoError(l.t, json.Unmarshal(content, &value))
		require.Equal(l.t, leaves(value), l.read[field]+l.compared[field], "%s: %s has so many numbers, and so many were looked at", l.name, field)
	}
}

// done closes a case, and says what it was.
func (l *ledger) done() {
	l.t.Helper()
	l.everyField()
	require.NotZero(l.t, sum(l.compared), l.name)
	l.t.Logf("%s: %d numbers compared, worst relative difference %.2g (%s)", l.name, sum(l.compared), l.worst, l.where)
}

func sum(counts map[string]int) (total int) {
	for _, n := range counts {
		total += n
	}
	return total
}

func leaves(value any) (n int) {
	switch v := value.(type) {
	case []any:
		for _, x := range v {
			n += leaves(x)
		}
		return n
	case map[string]any:
		for _, x := range v {
			n += leaves(x)
		}
		return n
	}
	return 1
}
