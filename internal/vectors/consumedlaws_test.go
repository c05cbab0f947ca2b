package vectors_test

import (
	"fmt"
	"slices"

	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/gaussian"
)

// covariance expands a noise of n variables.
func covariance(v any, n int) [][]float64 {
	if list, ok := v.([]any); ok {
		if len(list) == 0 {
			return make([][]float64, 0)
		}
		return matrix(list)
	}
	out := make([][]float64, n)
	o := v.(map[string]any)
	for i := range out {
		out[i] = make([]float64, n)
		if s, ok := o["iso"].(float64); ok {
			out[i][i] = s
			continue
		}
		out[i][i] = numbers(o["diag"])[i]
	}
	if f, ok := o["factor"]; ok && len(f.([]any)) > 0 {
		factor := matrix(f)
		for i := range out {
			for j := range out {
				out[i][j] += dense.Dot(factor[i], factor[j])
			}
		}
	}
	return out
}

// transition is J of an RNN of n units, zero where nothing is given.
func transition(v any, n int) [][]float64 {
	o := v.(map[string]any)
	if j, ok := o["J"]; ok {
		return matrix(j)
	}
	out := make([][]float64, n)
	for i := range out {
		out[i] = make([]float64, n)
	}
	m, w := o["M"].([]any), o["N"].([]any)
	if len(m) == 0 || len(m[0].([]any)) == 0 {
		return out
	}
	return dense.MatMul(matrix(m), dense.Transpose(matrix(w)))
}

// process is an LDS or an RNN as the oracle takes it, of n units.
func process(v any, n int) (*gaussian.Process, error) {
	o := v.(map[string]any)
	var mean []float64
	var cov [][]float64
	state := n
	if a, ok := o["A"]; ok {
		state = len(a.([]any))
	}
	if initial, ok := o["initial"].(map[string]any); ok {
		mean, cov = numbers(initial["mean"]), symmetric(covariance(initial["cov"], state))
	}
	if _, ok := o["A"]; !ok {
		return gaussian.RNN{J: transition(v, n), P: symmetric(covariance(o["P"], n)), Mean: mean, Cov: cov}.Process()
	}
	l := gaussian.LDS{A: matrix(o["A"]), R: symmetric(covariance(o["R"], n)), Mean: mean, Cov: cov}
	if state == 0 {
		l.C = make([][]float64, n)
		return l.Process()
	}
	l.C, l.Q = matrix(o["C"]), symmetric(covariance(o["Q"], state))
	return l.Process()
}

func symmetric(m [][]float64) [][]float64 {
	for i := range m {
		for j := range i {
			x := m[i][j]/2 + m[j][i]/2
			m[i][j], m[j][i] = x, x
		}
	}
	return m
}

func autocovariances(v any, want, tolerance []any) string {
	law, err := process(v, len(want[0].([]any)))
	if err != nil {
		return err.Error()
	}
	for k := range want {
		if problem := entries(plain(law.Autocovariance(k)), want[k], tolerance[k]); problem != "" {
			return fmt.Sprintf("Λ_%d%s", k, problem)
		}
	}
	return ""
}

func moments(v any, want, tolerance map[string]any) string {
	mean := want["mean"].([]any)
	n := 0 // units: those of R
	if o := v.(map[string]any); o["C"] != nil {
		n = len(o["C"].([]any))
	}
	if n == 0 {
		return ""
	}
	law, err := process(v, n)
	if err != nil {
		return err.Error()
	}
	steps := len(mean) / n
	var got []any
	for _, x := range law.Mean(steps) {
		got = append(got, x)
	}
	if problem := entries(got, want["mean"], tolerance["mean"]); problem != "" {
		return "mean" + problem
	}
	return entries(plain(law.Covariance(steps)), want["cov"], tolerance["cov"])
}

func points(result any, got, want, tolerance []any, with map[string]any) string {
	if len(got) != len(want) {
		return fmt.Sprintf("%d points %v, want %d: %v", len(got), got, len(want), want)
	}
	left := make([]int, len(got))
	for i := range left {
		left[i] = i
	}
	for i := range want {
		at := slices.IndexFunc(left, func(k int) bool { return entries(got[k], want[i], tolerance[i]) == "" })
		if at < 0 {
			return fmt.Sprintf("no point is %v ± %v: %v", want[i], tolerance[i], got)
		}
		if values, ok := with["eigenvalues"].([]any); ok {
			beside, _ := member(result, "eigenvalues")
			if problem := spectrum(nil, beside.([]any)[left[at]], values[i], with["tolerance"].([]any)[i], nil); problem != "" {
				return fmt.Sprintf("eigenvalues at %v: %s", want[i], problem)
			}
		}
		left = slices.Delete(left, at, at+1)
	}
	return ""
}
