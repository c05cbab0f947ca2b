package model

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas/blas64"
)

// A covariance S is kept as a root X, S = X Xᵀ: a row of X is a variable, and
// what S says of variances X says of standard deviations, to the same number of
// digits. So a variance of 1e-20 beside one of 1 is still a number, and zero is
// told from it. All of the filter's algebra is orthogonal maps of rows, and
// none of it is a difference of covariances.

// negligible is the fraction of a standard deviation, in a sum of so many
// terms, that rounding cannot be told from.
func negligible(terms int) float64 { return 16 * unitRoundoff * float64(terms+4) }

// eliminate conditions rows of x on one another: it multiplies x from the right
// by reflections, so that of the first rows, as many as candidates says, those
// in pivots (the one with most left first) become lower triangular and the
// others have nothing left beyond column len(pivots). Rows after the candidates
// go along. A candidate of which no more than tolerance is left is taken for a
// combination of those before it: candidates are of size about 1.
//
// Before a reflection the column where the pivot is largest comes first. So
// columns of very different sizes, little noise beside much signal, keep their
// digits each (Cox and Higham 1998). Where asked for, the steps are kept.
func eliminate(x array, candidates int, tolerance float64, keep bool) (pivots []int, steps []reflection) {
	return eliminatePreferring(nil, x, repeated(tolerance, candidates), keep)
}

// eliminatePreferring is eliminate with a tolerance for each candidate and
// where, of candidates of which there is about as much left, the preferred one
// comes first.
func eliminatePreferring(preference []float64, x array, tolerance []float64, keep bool) (pivots []int, steps []reflection) {
	candidates := len(tolerance)
	pivots = make([]int, 0, min(candidates, x.cols))
	done := make([]bool, x.rows)
	v, left := make([]float64, x.cols), make([]float64, candidates)
	for j := 0; j < min(candidates, x.cols); j++ {
		best, most := -1, 0.0
		for i := range candidates {
			left[i] = 0
			if done[i] {
				continue
			}
			if left[i] = sumSquares(x.row(i)[j:]); !(left[i] > tolerance[i]*tolerance[i]) {
				left[i] = 0
			} else if left[i] > most {
				best, most = i, left[i]
			}
		}
		if best < 0 {
			break
		}
		if preference != nil {
			const about = 1.0 / 256 // of a variance
			enough := about * most
			for i, l := range left {
				if l > enough && preference[i] > preference[best] {
					best, most = i, l
				}
			}
		}
		pivots, done[best] = append(pivots, best), true
		row, first := x.row(best), j
		for c := j + 1; c < x.cols; c++ {
			if math.Abs(row[c]) > math.Abs(row[first]) {
				first = c
			}
		}
		if first != j {
			for i := range x.rows {
				x.row(i)[j], x.row(i)[first] = x.row(i)[first], x.row(i)[j]
			}
		}
		norm := math.Sqrt(most)
		if row[j] > 0 {
			norm = -norm
		}
		// v = (row − norm e_j) scaled to |v|² = 2; the two have opposite signs.
		scale := 1 / math.Sqrt(norm*(norm-row[j]))
		w := v[j:]
		for c, r := range row[j:] {
			w[c] = r * scale
			row[j+c] = 0
		}
		w[0] -= norm * scale
		row[j] = norm
		for i := range x.rows {
			if !done[i] {
				reflect(x.row(i)[j:], w)
			}
		}
		if keep {
			steps = append(steps, reflection{first, slices.Clone(w)})
		}
	}
	return pivots, steps
}

// reflection is the j-th step of an elimination: columns j and first change
// places, then those from j on are multiplied by I − v vᵀ.
type reflection struct {
	first int
	v     []float64
}

// reflections are those of an elimination, together an orthogonal matrix H.
type reflections []reflection

// apply overwrites a row x by x H.
func (h reflections) apply(x []float64) {
	for j, r := range h {
		x[j], x[r.first] = x[r.first], x[j]
		reflect(x[j:], r.v)
	}
}

// undo overwrites a row x by x Hᵀ.
func (h reflections) undo(x []float64) {
	for j, r := range slices.Backward(h) {
		reflect(x[j:], r.v)
		x[j], x[r.first] = x[r.first], x[j]
	}
}

// rows returns X Q for the first rows Q of Hᵀ, as many as X (k×r) has columns
// and as long as n.
func (h reflections) rows(x array, n int) array {
	out := newArray(x.rows, n)
	for k := range x.rows {
		copy(out.row(k), x.row(k))
		h.undo(out.row(k))
	}
	return out
}

// reflect subtracts v (vᵀ row) from a row.
func reflect(row, v []float64) {
	const long = 64
	if len(v) > long {
		a, b := blas64.Vector{N: len(v), Inc: 1, Data: v}, blas64.Vector{N: len(v), Inc: 1, Data: row}
		blas64.Axpy(-blas64.Dot(a, b), a, b)
		return
	}
	dot := 0.0
	for c, x := range v {
		dot += x * row[c]
	}
	for c, x := range v {
		row[c] -= dot * x
	}
}

func sumSquares(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v * v
	}
	return sum
}

// reciprocals returns 1/x, and 0 for x = 0: what has no size is left out.
func reciprocals(x []float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		if v > 0 {
			out[i] = 1 / v
		}
	}
	return out
}

// rowNorms returns the standard deviations that a root has.
func rowNorms(x array) []float64 {
	out := make([]float64, x.rows)
	for i := range out {
		out[i] = array{1, x.cols, x.row(i)}.frobenius()
	}
	return out
}

// reach returns Σ_j |b_ij| size_j: what row i of B is made of, before anything
// in it cancels.
func reach(b array, size []float64) []float64 {
	out := make([]float64, b.rows)
	for i := range out {
		for j, v := range b.row(i) {
			out[i] += math.Abs(v) * size[j]
		}
	}
	return out
}

// compress returns a root of the same covariance with as many columns as its
// rank. What of a row is negligible beside its size, the sum of what the row
// was computed from, is rounding and is dropped. It overwrites x.
func compress(x array, size []float64) array {
	for i := range x.rows {
		scaleRow(x.row(i), size[i])
	}
	cut := negligible(x.rows + x.cols)
	pivots, _ := eliminate(x, x.rows, cut, false)
	out := newArray(x.rows, len(pivots))
	for i := range out.rows {
		row := x.row(i)[:len(pivots)]
		if !(sumSquares(row) <= cut*cut) { // it would pass for a number, there being nothing to compare it with
			for j, v := range row {
				out.set(i, j, v*size[i])
			}
		}
	}
	return out
}

// scaleRow divides by a size, and makes zero what has none.
func scaleRow(row []float64, size float64) {
	if !(size > 0) {
		clear(row)
		return
	}
	for j := range row {
		row[j] /= size // of a subnormal size the reciprocal would be infinite
	}
}

// appended returns a root of X Xᵀ + Y Yᵀ.
func appended(x, y array) array {
	size := rowNorms(x)
	for i, v := range rowNorms(y) {
		size[i] += v
	}
	return compress(x.beside(y), size)
}

// carried returns a root of A X Xᵀ Aᵀ + Y Yᵀ.
func carried(a, x, y array) array {
	size := reach(a, rowNorms(x))
	for i, v := range rowNorms(y) {
		size[i] += v
	}
	return compress(a.mul(x).beside(y), size)
}

// decompose writes Z = Qᵀ R, where Qᵀ (n×r) is the first columns of H, of as
// many as Z (n×k) has rank: a column of Z that others make up adds none, but for
// rounding, which may have left so much of each column beside the range. Columns
// are scaled to what is negligible of them: those known worse come later, and
// are held against a range that others know better.
func (z array) decompose(left []float64) (h reflections, r array) {
	work := z.t()
	cut := negligible(z.cols + int(math.Sqrt(float64(z.rows))))
	size := rowNorms(work)
	for i, x := range size {
		if x > 0 {
			size[i] = math.Max(x, left[i]/cut)
		}
		scaleRow(work.row(i), size[i])
	}
	pivots, h := eliminate(work, work.rows, cut, true)
	return h, work.columns(0, len(pivots)).scaledRows(size).t()
}
