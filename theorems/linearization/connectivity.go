package linearization

import (
	"math"

	"github.com/rankproof/rankproof/oracles/dense"
)

// connectivity is W as oracles apply it: by its entries, or by its loadings
// where N×N numbers would be too many. It shares no kernel with model's.
type connectivity interface {
	// apply returns W v, or Wᵀ v.
	apply(v []float64, transpose bool) []float64
	// magnitude returns |W| v, or |W|ᵀ v; of loadings, scale·|M||N|ᵀ: what
	// the rounding of W v scales with.
	magnitude(v []float64, transpose bool) []float64
	// frobenius returns ‖diag(rows) |W| diag(cols)‖_F of those magnitudes.
	frobenius(rows, cols []float64) float64
	// norms returns upper bounds of ‖W‖ in the p-norms 1, 2, ∞.
	norms() (one, two, inf float64)
}

// jacobiUnits is the size up to which the oracle's singular values are quick.
const jacobiUnits = 32

// entries is W by its N² numbers, with magnitudes.
type entries struct{ w, abs [][]float64 }

func (e entries) apply(v []float64, transpose bool) []float64 {
	return multiply(e.w, v, transpose)
}

func (e entries) magnitude(v []float64, transpose bool) []float64 {
	return multiply(e.abs, v, transpose)
}

func multiply(a [][]float64, v []float64, transpose bool) []float64 {
	if !transpose {
		return dense.MatVec(a, v)
	}
	out := make([]float64, len(a))
	for i, row := range a {
		for j, x := range row {
			out[j] += x * v[i]
		}
	}
	return out
}

func (e entries) frobenius(rows, cols []float64) float64 {
	sum := 0.0
	for i := range e.abs {
		for j := range e.abs[i] {
			x := rows[i] * e.abs[i][j] * cols[j]
			sum += x * x
		}
	}
	return math.Sqrt(sum)
}

func (e entries) norms() (one, two, inf float64) {
	one, inf = dense.Norm1(e.abs), dense.NormInf(e.abs)
	two = min(dense.NormFro(e.abs), math.Sqrt(one)*math.Sqrt(inf))
	if len(e.w) <= jacobiUnits {
		two = min(two, dense.NormTwo(e.w))
	}
	return one, two, inf
}

// loadings is W = scale·M Nᵀ by rows of M and N (N×R each).
type loadings struct {
	m, n  [][]float64
	scale float64
}

func (l loadings) apply(v []float64, transpose bool) []float64 {
	m, n := l.m, l.n
	if transpose {
		m, n = n, m
	}
	kappa := make([]float64, len(n[0]))
	column := make([]float64, len(n))
	for r := range kappa {
		for i := range n {
			column[i] = n[i][r]
		}
		kappa[r], _ = dense.DotDD(column, v)
		kappa[r] *= l.scale
	}
	out := make([]float64, len(m))
	for i := range m {
		out[i], _ = dense.DotDD(m[i], kappa)
	}
	return out
}

func (l loadings) magnitude(v []float64, transpose bool) []float64 {
	m, n := l.m, l.n
	if transpose {
		m, n = n, m
	}
	kappa := make([]float64, len(n[0]))
	for i := range n {
		for r := range kappa {
			kappa[r] += math.Abs(l.scale * n[i][r] * v[i])
		}
	}
	out := make([]float64, len(m))
	for i := range m {
		for r := range kappa {
			out[i] += math.Abs(m[i][r]) * kappa[r]
		}
	}
	return out
}

// frobenius is the square root of tr(|M|ᵀrows²|M| · |N|ᵀcols²|N|).
func (l loadings) frobenius(rows, cols []float64) float64 {
	gram := func(a [][]float64, weights []float64, r, s int) float64 {
		sum := 0.0
		for i := range a {
			sum += math.Abs(a[i][r]*a[i][s]) * weights[i] * weights[i]
		}
		return sum
	}
	total := 0.0
	for r := range l.m[0] {
		for s := range l.m[0] {
			total += gram(l.m, rows, r, s) * gram(l.n, cols, s, r)
		}
	}
	return math.Abs(l.scale) * math.Sqrt(total)
}

// overlap returns scale·NᵀDM (R×R) and its sum of absolute values.
func (l loadings) overlap(d []float64) (a, abs [][]float64) {
	rank := len(l.m[0])
	a, abs = make([][]float64, rank), make([][]float64, rank)
	left, right := make([]float64, len(d)), make([]float64, len(d))
	for r := range a {
		a[r], abs[r] = make([]float64, rank), make([]float64, rank)
		for s := range rank {
			for i := range d {
				left[i], right[i] = l.n[i][r]*d[i], l.m[i][s]
				abs[r][s] += math.Abs(l.scale * left[i] * right[i])
			}
			a[r][s], _ = dense.DotDD(left, right)
			a[r][s] *= l.scale
		}
	}
	return a, abs
}

func (l loadings) norms() (one, two, inf float64) {
	ones := make([]float64, len(l.m))
	for i := range ones {
		ones[i] = 1
	}
	return dense.VectorNormInf(l.magnitude(ones, true)), l.frobenius(ones, ones), dense.VectorNormInf(l.magnitude(ones, false))
}
