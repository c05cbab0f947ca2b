package model

import (
	"math"
	"sort"

	"gonum.org/v1/gonum/lapack/lapack64"
)

// noiseCore writes Σ = T (I_⊥ + B S correlation S Bᵀ) T for a structured
// covariance: T = diag(scale) scales the units, B (n×k) has orthonormal columns
// (those of the units with d > 0 apart from the others'), I_⊥ is the identity
// on the units with d > 0 less the span of B (d that is nothing beside F Fᵀ is
// taken for 0), and S = diag(spread) gives I + the
// image of F Fᵀ a unit diagonal, so that small variances do not drown in the
// rounding of large ones. Σ ⪰ 0 iff correlation ⪰ 0.
type noiseCore struct {
	correlation   array
	b             array
	spread, scale []float64
	noisy         []int // units with d > 0
}

// ownShare is how much of a unit's variance its own d must be to be kept apart:
// less is rounding even of its root.
const ownShare = 0x1p-104

func (s Noise) core() noiseCore {
	var bare []int
	c := noiseCore{scale: make([]float64, s.n)}
	z := s.plus.beside(s.minus)
	inverse := make([]float64, s.n)
	for i := range s.n {
		if s.diag[i] > ownShare*sumSquares(s.plus.row(i)) {
			c.noisy, c.scale[i] = append(c.noisy, i), math.Sqrt(s.diag[i])
		} else {
			bare = append(bare, i)
			if c.scale[i] = (array{1, z.cols, z.row(i)}).frobenius(); c.scale[i] == 0 {
				c.scale[i] = 1
			}
		}
		inverse[i] = 1 / c.scale[i]
	}
	z = z.scaledRows(inverse)
	qn, rn := z.selectRows(c.noisy).gradedQR()
	qb, rb := z.selectRows(bare).gradedQR()
	r := array{rn.rows + rb.rows, z.cols, append(append([]float64{}, rn.data...), rb.data...)}
	f, h := r.columns(0, s.plus.cols), r.columns(s.plus.cols, z.cols)
	given := f.mulT(f)
	for j := range rn.rows {
		given.data[j*given.cols+j]++
	}
	c.spread = make([]float64, r.rows)
	unspread := make([]float64, r.rows)
	for j := range c.spread {
		if c.spread[j] = math.Sqrt(given.at(j, j)); c.spread[j] == 0 {
			c.spread[j] = 1
		}
		unspread[j] = 1 / c.spread[j]
	}
	c.correlation = given.minus(h.mulT(h)).scaledRows(unspread).scaledColumns(unspread)
	c.b = newArray(s.n, r.rows)
	for k, i := range c.noisy {
		copy(c.b.row(i), qn.row(k))
	}
	for k, i := range bare {
		copy(c.b.row(i)[rn.rows:], qb.row(k))
	}
	return c
}

// gradedQR is qr for rows of very different size: with the largest first, and
// columns pivoted, each row is decomposed to its own rounding, not to that of
// the largest. R is not triangular. (Cox and Higham 1998, Numerical Analysis
// 1997, Pitman, 57)
func (b array) gradedQR() (q, r array) {
	if b.rows <= b.cols || b.empty() {
		return b.qr()
	}
	size, order := make([]float64, b.rows), make([]int, b.rows)
	for i := range order {
		order[i], size[i] = i, largest(b.row(i))
	}
	sort.SliceStable(order, func(i, j int) bool { return size[order[i]] > size[order[j]] })
	sorted, pivots := b.selectRows(order), make([]int, b.cols)
	for j := range pivots {
		pivots[j] = -1 // free to be moved
	}
	tau, work := make([]float64, b.cols), []float64{0}
	lapack64.Geqp3(sorted.general(), pivots, tau, work, -1)
	work = make([]float64, int(work[0]))
	lapack64.Geqp3(sorted.general(), pivots, tau, work, len(work))
	r = newArray(b.cols, b.cols)
	for i := range b.cols {
		for j := i; j < b.cols; j++ {
			r.set(i, pivots[j], sorted.at(i, j))
		}
	}
	work = []float64{0}
	lapack64.Orgqr(sorted.general(), tau, work, -1)
	work = make([]float64, int(work[0]))
	lapack64.Orgqr(sorted.general(), tau, work, len(work))
	q = newArray(b.rows, b.cols)
	for k, i := range order {
		copy(q.row(i), sorted.row(k))
	}
	return q, r
}
