package vectors_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/cmplx"
	"slices"
	"strconv"
	"strings"

	"github.com/rankproof/rankproof/internal/vectors"
	"github.com/rankproof/rankproof/internal/wire"
	"github.com/rankproof/rankproof/oracles/dense"
)

// file is one as a consumer reads it: plain JSON.
type file struct {
	Operation     string
	NumberOfTests int
	Notes         map[string]string
	Tests         []test
}

type test struct {
	TcID     int
	Comment  string
	Flags    []string
	Params   json.RawMessage
	Result   string
	Errors   []string
	Expected []check
}

type check struct {
	Member, Compare        string
	Value, Tolerance, With any
}

// judge tells what is wrong with an answer: "" if nothing is.
func (t test) judge(result json.RawMessage, failure error, call wire.Call) string {
	if failure != nil {
		kind := "no answer"
		if e, ok := failure.(*wire.Error); ok {
			kind = e.Kind
		}
		if t.Result != vectors.Valid && slices.Contains(t.Errors, kind) {
			return ""
		}
		return fmt.Sprintf("error %v, want %s %v", failure, t.Result, t.Errors)
	}
	if t.Result == vectors.Invalid {
		return fmt.Sprintf("a result, want an error of %v", t.Errors)
	}
	var answer any
	if err := json.Unmarshal(result, &answer); err != nil {
		return err.Error()
	}
	for _, c := range t.Expected {
		if problem := c.judge(answer, call); problem != "" {
			return fmt.Sprintf("%s of %q: %s", c.Compare, c.Member, problem)
		}
	}
	return ""
}

// member follows a path.
func member(v any, path string) (any, bool) {
	if path == "" {
		return v, true
	}
	for _, name := range strings.Split(path, ".") {
		switch at := v.(type) {
		case map[string]any:
			next, ok := at[name]
			if !ok {
				return nil, false
			}
			v = next
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i >= len(at) {
				return nil, false
			}
			v = at[i]
		default:
			return nil, false
		}
	}
	return v, true
}

func (c check) judge(result any, call wire.Call) string {
	with, _ := c.With.(map[string]any)
	if unless, ok := with["unless"].(string); ok {
		if said, _ := member(result, unless); said == true {
			return ""
		}
	}
	v, ok := member(result, c.Member)
	if !ok {
		return "is not there"
	}
	switch c.Compare {
	case vectors.Entries:
		return entries(v, c.Value, c.Tolerance)
	case vectors.Equal:
		if v != c.Value {
			return fmt.Sprintf("%v, want %v", v, c.Value)
		}
		return ""
	case vectors.Spectrum:
		return spectrum(result, v, c.Value, c.Tolerance, with)
	case vectors.Eigenvectors:
		return eigenvectors(result, v, numbers(c.Tolerance), matrix(with["matrix"]))
	case vectors.Carried:
		return carried(v, c.Tolerance.(float64), numbers(with["slopes"]))
	case vectors.Covariance:
		return entries(plain(covariance(v, len(c.Value.([]any)))), c.Value, c.Tolerance)
	case vectors.Transition:
		on := matrix(with["on"])
		return entries(plain(dense.MatMul(transition(v, len(on)), on)), c.Value, c.Tolerance)
	case vectors.Autocovariances:
		return autocovariances(v, c.Value.([]any), c.Tolerance.([]any))
	case vectors.Moments:
		return moments(v, c.Value.(map[string]any), c.Tolerance.(map[string]any))
	case vectors.Points:
		return points(result, v.([]any), c.Value.([]any), c.Tolerance.([]any), with)
	case vectors.Distance:
		w := matrix(with["matrix"])
		for i, row := range transition(v, len(w)) {
			for j := range row {
				w[i][j] -= row[j]
			}
		}
		if off := dense.NormTwo(w); !(off <= c.Value.(float64)+c.Tolerance.(float64)) {
			return fmt.Sprintf("at distance %v, want %v", off, c.Value)
		}
		return ""
	case vectors.FieldOf:
		params, err := json.Marshal(map[string]any{"mixture": v, "kappa": with["kappa"]})
		if err != nil {
			return err.Error()
		}
		text, err := call("field", params)
		if err != nil {
			return err.Error()
		}
		var got map[string]any
		if err := json.Unmarshal(text, &got); err != nil {
			return err.Error()
		}
		return entries(got["values"], c.Value, c.Tolerance)
	}
	return "no such comparison"
}

// entries compares numbers, nested alike; one tolerance is for all.
func entries(got, want, tolerance any) string {
	if list, ok := want.([]any); ok {
		other, ok := got.([]any)
		if !ok || len(other) != len(list) {
			return fmt.Sprintf("%v has not the shape of %v", got, want)
		}
		for i := range list {
			off := tolerance
			if each, ok := tolerance.([]any); ok {
				off = each[i]
			}
			if problem := entries(other[i], list[i], off); problem != "" {
				return fmt.Sprintf("[%d]%s", i, problem)
			}
		}
		return ""
	}
	a, ok := got.(float64)
	b, off := want.(float64), tolerance.(float64)
	if !ok || !(math.Abs(a-b) <= off) {
		return fmt.Sprintf(": %v, want %v ± %v: off by %v of it", got, b, off, math.Abs(a-b)/off)
	}
	return ""
}

func numbers(v any) []float64 {
	var out []float64
	for _, x := range v.([]any) {
		out = append(out, x.(float64))
	}
	return out
}

func matrix(v any) [][]float64 {
	var out [][]float64
	for _, row := range v.([]any) {
		out = append(out, numbers(row))
	}
	return out
}

func plain(m [][]float64) any {
	out := []any{}
	for _, row := range m {
		line := []any{}
		for _, x := range row {
			line = append(line, x)
		}
		out = append(out, line)
	}
	return out
}

func complexes(v any) []complex128 {
	var out []complex128
	for _, z := range v.([]any) {
		p := numbers(z)
		out = append(out, complex(p[0], p[1]))
	}
	return out
}

// spectrum matches each value with the nearest answer that is left, those of
// the least tolerance first.
func spectrum(result, got, want, tolerance any, with map[string]any) string {
	have, values, off := complexes(got), complexes(want), numbers(tolerance)
	if name, ok := with["trivial"].(string); ok {
		list, _ := member(result, name)
		for _, t := range list.([]any) {
			for range int(t.(map[string]any)["count"].(float64)) {
				have = append(have, complex(t.(map[string]any)["value"].(float64), 0))
			}
		}
	}
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if off[a] < off[b] {
			return -1
		}
		return 1
	})
	for _, i := range order {
		best := -1
		for k, z := range have {
			if best < 0 || cmplx.Abs(z-values[i]) < cmplx.Abs(have[best]-values[i]) {
				best = k
			}
		}
		if best < 0 || !(cmplx.Abs(have[best]-values[i]) <= off[i]) {
			return fmt.Sprintf("%v ± %v is not among %v", values[i], off[i], have)
		}
		have = slices.Delete(have, best, best+1)
	}
	if extra, ok := with["extra"].(map[string]any); ok {
		near := complexes(extra["values"])
		have = slices.DeleteFunc(have, func(z complex128) bool {
			return slices.ContainsFunc(near, func(v complex128) bool { return cmplx.Abs(z-v) <= extra["tolerance"].(float64) })
		})
	}
	if len(have) > 0 {
		return fmt.Sprintf("%v are none", have)
	}
	return ""
}

// columnsOf returns the columns of a complex matrix.
func columnsOf(v any) [][]complex128 {
	var out [][]complex128
	for _, row := range v.([]any) {
		for k, z := range complexes(row) {
			if k == len(out) {
				out = append(out, nil)
			}
			out[k] = append(out[k], z)
		}
	}
	return out
}

func eigenvectors(result, v any, tolerance []float64, m [][]float64) string {
	values := complexes(result.(map[string]any)["eigenvalues"])
	right, left := columnsOf(v.(map[string]any)["right"]), columnsOf(v.(map[string]any)["left"])
	if len(right) != len(values) || len(left) != len(values) {
		return "a number of vectors that is not that of eigenvalues"
	}
	for k, lambda := range values {
		for side, x := range [][]complex128{right[k], left[k]} {
			a := m
			if side == 1 {
				a = dense.Transpose(m)
			}
			y := dense.MatVecComplex(a, x)
			for i := range y {
				y[i] -= lambda * x[i]
			}
			if off := dense.VectorNorm2(moduli(y)); !(off <= tolerance[side]*dense.VectorNorm2(moduli(x))) {
				return fmt.Sprintf("column %d, side %d: a residual of %v, want %v", k, side, off, tolerance[side])
			}
		}
		size := dense.VectorNorm2(moduli(right[k])) * dense.VectorNorm2(moduli(left[k]))
		if off := cmplx.Abs(dense.Dot(left[k], right[k]) - 1); !(off <= tolerance[2]*size) {
			return fmt.Sprintf("column %d: lᵀv is off 1 by %v", k, off)
		}
	}
	return ""
}

func moduli(v []complex128) []float64 {
	out := make([]float64, len(v))
	for i, z := range v {
		out[i] = cmplx.Abs(z)
	}
	return out
}

func carried(v any, tolerance float64, d []float64) string {
	for _, pair := range [][2]string{{"activation.right", "activity.right"}, {"activity.left", "activation.left"}} {
		from, _ := member(v, pair[0])
		to, _ := member(v, pair[1])
		a, b := columnsOf(from), columnsOf(to)
		for k := range a {
			size := dense.VectorNorm2(moduli(a[k]))
			for i := range a[k] {
				if off := cmplx.Abs(b[k][i] - complex(d[i], 0)*a[k][i]); !(off <= tolerance*size) {
					return fmt.Sprintf("%s, column %d: off by %v", pair[1], k, off)
				}
			}
		}
	}
	return ""
}
