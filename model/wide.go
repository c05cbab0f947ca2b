package model

import (
	"math"
	"slices"
)

// wide is a matrix of unevaluated sums hi + lo of two float64, about 106 bits: what is near the edge of stability is decided
// by digits that sums of N products lose.
type wide struct{ hi, lo array }

func newWide(rows, cols int) wide { return wide{newArray(rows, cols), newArray(rows, cols)} }

func widen(b array) wide { return wide{b.clone(), newArray(b.rows, b.cols)} }

// pair is hi + lo, |lo| ≤ u|hi|.
type pair struct{ hi, lo float64 }

// wideRoundoff is u²; a sum of n products of pairs is off by (3n + 8)u² of the sum of their sizes at most, for an addition
// errs by 3u² and a product by less than 8u² (Joldes, Muller and Popescu 2017, ACM TOMS 44, 15res).
const wideRoundoff = 0x1p-106

func twoSum(a, b float64) pair {
	s := a + b
	t := s - a
	return pair{s, (a - (s - t)) + (b - t)}
}

// fastTwoSum is twoSum for |a| ≥ |b|.
func fastTwoSum(a, b float64) pair {
	s := a + b
	return pair{s, b - (s - a)}
}

func (x pair) plus(y pair) pair {
	s, t := twoSum(x.hi, y.hi), twoSum(x.lo, y.lo)
	v := fastTwoSum(s.hi, s.lo+t.hi)
	return fastTwoSum(v.hi, t.lo+v.lo)
}

func (x pair) times(y pair) pair {
	p := float64(x.hi * y.hi) // the conversion forbids fusing it into the sum below
	return fastTwoSum(p, math.FMA(x.hi, y.hi, -p)+(x.hi*y.lo+x.lo*y.hi))
}

func (w wide) at(i, j int) pair {
	k := i*w.hi.cols + j
	return pair{w.hi.data[k], w.lo.data[k]}
}

func (w wide) set(i, j int, x pair) {
	k := i*w.hi.cols + j
	w.hi.data[k], w.lo.data[k] = x.hi, x.lo
}

// dotRows returns the product of row i of w and row j of v.
func (w wide) dotRows(i int, v wide, j int) pair {
	var sum pair
	for k := range w.hi.cols {
		sum = sum.plus(w.at(i, k).times(v.at(j, k)))
	}
	return sum
}

// mulT returns W Vᵀ.
func (w wide) mulT(v wide) wide {
	out := newWide(w.hi.rows, v.hi.rows)
	for i := range w.hi.rows {
		for j := range v.hi.rows {
			out.set(i, j, w.dotRows(i, v, j))
		}
	}
	return out
}

// plusSymmetric returns W + x B Cᵀ, W and B Cᵀ being symmetric.
func (w wide) plusSymmetric(x float64, b, c wide) wide {
	out := newWide(w.hi.rows, w.hi.rows)
	for i := range w.hi.rows {
		for j := i; j < w.hi.rows; j++ {
			s := b.dotRows(i, c, j)
			s = w.at(i, j).plus(pair{x * s.hi, x * s.lo})
			out.set(i, j, s)
			out.set(j, i, s)
		}
	}
	return out
}

// plus returns W + V.
func (w wide) plus(v wide) wide {
	out := newWide(w.hi.rows, w.hi.cols)
	for k := range w.hi.data {
		s := pair{w.hi.data[k], w.lo.data[k]}.plus(pair{v.hi.data[k], v.lo.data[k]})
		out.hi.data[k], out.lo.data[k] = s.hi, s.lo
	}
	return out
}

func (w wide) negated() wide { return wide{w.hi.scaled(-1), w.lo.scaled(-1)} }

// ldexp returns 2^e W.
func (w wide) ldexp(e int) wide {
	out := newWide(w.hi.rows, w.hi.cols)
	for k := range w.hi.data {
		out.hi.data[k], out.lo.data[k] = math.Ldexp(w.hi.data[k], e), math.Ldexp(w.lo.data[k], e)
	}
	return out
}

// wideTMul returns Bᵀ C for C = hi + lo with many rows, and a bound of the error of each entry.
func wideTMul(b array, c wide) (product wide, off array) {
	product = newWide(b.cols, c.hi.cols)
	for i := range b.rows {
		for j, x := range b.row(i) {
			for k := range c.hi.cols {
				product.set(j, k, product.at(j, k).plus(pair{x, 0}.times(c.at(i, k))))
			}
		}
	}
	return product, b.abs().tmul(c.hi.abs()).scaled(float64(4*b.rows+16) * wideRoundoff)
}

// abs returns |B|, entry by entry.
func (b array) abs() array {
	out := array{b.rows, b.cols, slices.Clone(b.data)}
	for i, x := range out.data {
		out.data[i] = math.Abs(x)
	}
	return out
}

// congruence returns Nᵀ Σ N (k×k) for N (n×k), and a bound of the error of each entry, in O(n·k·(k+p+h)) unless Σ is dense.
func (s Noise) congruence(n array) (g wide, off array) {
	if s.Kind() == DenseNoiseKind {
		sn := newWide(n.rows, n.cols)
		nt, full := widen(n.t()), wide{s.full, newArray(s.n, s.n)}
		for i := range n.rows {
			for j := range n.cols {
				sn.set(i, j, full.dotRows(i, nt, j))
			}
		}
		g, off = wideTMul(n, sn)
		inner := s.full.abs().mul(n.abs())
		return g.mirrored(), off.plus(n.abs().tmul(inner).scaled(float64(4*s.n+16) * wideRoundoff))
	}
	dn := newWide(n.rows, n.cols)
	for i, d := range s.diag {
		for j, x := range n.row(i) {
			dn.set(i, j, pair{d, 0}.times(pair{x, 0}))
		}
	}
	g, off = wideTMul(n, dn)
	for _, factor := range []struct {
		sign float64
		f    array
	}{{1, s.plus}, {-1, s.minus}} {
		if factor.f.cols == 0 {
			continue
		}
		nf, nfOff := wideTMul(n, wide{factor.f, newArray(factor.f.rows, factor.f.cols)})
		g = g.plusSymmetric(factor.sign, nf, nf)
		size := n.abs().tmul(factor.f.abs())
		off = off.plus(nfOff.mulT(size)).plus(size.mulT(nfOff)).plus(size.mulT(size).scaled(float64(4*s.plus.cols+4*s.minus.cols+32) * wideRoundoff))
	}
	return g.mirrored(), off.plus(g.hi.abs().scaled(8 * wideRoundoff))
}

// mirrored returns W with its upper triangle for the lower one too.
func (w wide) mirrored() wide {
	out := wide{w.hi.clone(), w.lo.clone()}
	for i := range w.hi.rows {
		for j := range i {
			out.set(i, j, w.at(j, i))
		}
	}
	return out
}
