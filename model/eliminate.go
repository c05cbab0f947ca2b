package model

import (
	"cmp"
	"math"
	"slices"
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
// reflectors are v with H = I − v vᵀ, for those who ask for them.
func eliminate(x array, candidates int, tolerance float64, keep bool) (pivots []int, reflectors [][]float64) {
	pivots = make([]int, 0, min(candidates, x.cols))
	done := make([]bool, x.rows)
	v := make([]float64, x.cols)
	for j := 0; j < min(candidates, x.cols); j++ {
		best, most := -1, tolerance*tolerance
		for i := range candidates {
			if done[i] {
				continue
			}
			if left := sumSquares(x.row(i)[j:]); left > most {
				best, most = i, left
			}
		}
		if best < 0 {
			break
		}
		pivots, done[best] = append(pivots, best), true
		norm, row := math.Sqrt(most), x.row(best)
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
			reflectors = append(reflectors, slices.Clone(w))
		}
	}
	return pivots, reflectors
}

// reflect subtracts v (vᵀ row) from a row.
func reflect(row, v []float64) {
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

func absolute(b array) array {
	out := b.clone()
	for i, x := range out.data {
		out.data[i] = math.Abs(x)
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
	per := 0.0
	if size > 0 {
		per = 1 / size
	}
	for j := range row {
		row[j] *= per
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

// basis writes Z = Qᵀ R for an orthonormal Q (r×n), of as many rows as Z (n×k)
// has rank: a column of Z that others make up but for rounding adds none. Rows
// are taken largest first, which together with pivoting keeps the small rows of
// a graded Z as accurate as the large ones (Cox and Higham 1998).
func basis(z array) (q, r array) {
	order := largestFirst(rowNorms(z))
	if order != nil {
		z = z.selectRows(order)
	}
	work := z.t()
	size := rowNorms(work)
	for i, x := range size {
		scaleRow(work.row(i), x)
	}
	pivots, reflectors := eliminate(work, work.rows, negligible(z.cols+int(math.Sqrt(float64(z.rows)))), true)
	rank := len(pivots)
	q = newArray(rank, z.rows)
	for k := range rank {
		row := q.row(k)
		row[k] = 1
		for j := k; j >= 0; j-- {
			reflect(row[j:], reflectors[j])
		}
	}
	if order != nil {
		sorted := q
		q = newArray(rank, z.rows)
		for k := range rank {
			for s, i := range order {
				q.set(k, i, sorted.at(k, s))
			}
		}
	}
	return q, work.columns(0, rank).scaledRows(size).t()
}

// largestFirst returns the order of falling norms, nil where they differ by so
// little that order does not matter.
func largestFirst(norms []float64) []int {
	const little = 1 << 10
	least, most := math.Inf(1), 0.0
	for _, x := range norms {
		if x > 0 {
			least, most = math.Min(least, x), math.Max(most, x)
		}
	}
	if most <= little*least {
		return nil
	}
	order := make([]int, len(norms))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(norms[j], norms[i]) })
	return order
}
