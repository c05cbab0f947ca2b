package model

import (
	"fmt"
	"math"
)

// doubling is the map of n steps of the descent from Σ_j,
//
//	Π → h hᵀ + F Π (I − g gᵀ Π)⁻¹ Fᵀ,   h (K×·), g (K×·), F (K×K),
//
// from the loss Π of the prior at the beginning to that at the end. For n = 1
// F is the closed loop at Σ_j, g gᵀ = Cᵀ S_j⁺ C and h = D_j. Composed with
// itself the map keeps its form, so that n doubles, and h hᵀ = Σ_j − Σ_{j+n} is
// a sum of positive terms.
type doubling struct {
	f, g, h array
	n       int64
	// missing is the share of h hᵀ that the last doubling added, and about what
	// is missing: where the closed loop of Σ_∞ has an eigenvalue on the unit
	// circle it halves in a doubling.
	missing float64
	ended   bool // h is at its limit
}

// doubling returns the map of one step.
func (d *descent) doubling() (doubling, error) {
	u, _, _, err := d.root.svd()
	if err != nil {
		return doubling{}, err
	}
	// Beyond the range of Σ_j, where no loss is, F can grow.
	w := d.at.whiten(d.o.c)
	closed := d.a.mul(u.minus(d.at.cross().mul(w.mul(u)))).mulT(u)
	return doubling{f: closed, g: w.t(), h: d.loss, n: 1}, nil
}

// toGo returns a root of Σ_j − Σ_∞.
func (d *descent) toGo() (array, error) {
	l, err := d.doubling()
	for err == nil && !l.ended {
		l, err = l.twice()
	}
	return l.h, err
}

// limit goes on to Σ_∞, and returns about what is missing of its variances,
// latents scaled to unit stationary variance. Σ_j − h hᵀ loses what both have
// in common. Where much of a variance goes the descent is taken up anew on its
// way, so that what is left is known relative to itself, not to V. More lost than
// there is is rounding's, and it is taken up anew from before that, or ends there
// if no variance falls to half: from below Σ_∞ it could stick at another solution,
// with a closed loop that grows.
func (d *descent) limit() (missing float64, err error) {
	const (
		much  = 1.0 / 16 // is left of it
		least = 0x1p-26  // of V: as near as it is known at a zero on the circle
	)
	for {
		l, err := d.doubling()
		if err != nil {
			return 0, err
		}
		before := l
		size := rowNorms(d.root)
		takes := func(h array) (most, tooMuch bool) {
			for i, lost := range rowNorms(h) {
				left := (size[i] - lost) * (size[i] + lost)
				most = most || left > least && left < much*size[i]*size[i]
				tooMuch = tooMuch || -left > math.Max(least, much*size[i]*size[i])
			}
			return most, tooMuch
		}
		most, tooMuch := takes(l.h)
		for !l.ended && !most && !tooMuch {
			before = l
			if l, err = l.twice(); err != nil {
				return 0, err
			}
			most, tooMuch = takes(l.h)
		}
		if before.n > 1 && !l.ended || tooMuch {
			l = before
		}
		loss, err := l.carry(d.loss)
		if err != nil {
			return 0, err
		}
		if d.root, err = reducedRoot(d.root, l.h); err != nil {
			return 0, err
		}
		d.at = d.o.condition(d.root)
		switch {
		case tooMuch && !falls(rowNorms(d.root), size):
			return sumSquares(d.root.data), nil
		case l.ended && !tooMuch:
			return l.missing * sumSquares(l.h.data), nil
		}
		if d.loss = loss.moved; loss.certain {
			d.loss = newArray(d.a.rows, 0)
		}
	}
}

// falls reports whether a variance is half of what it was.
func falls(now, before []float64) bool {
	for i, x := range now {
		if x > 0 && 2*x*x < before[i]*before[i] {
			return true
		}
	}
	return false
}

// carriedLoss is what a prior loss Π = X Xᵀ adds to h hᵀ in n steps, and parts of
// it that the composed map is made of.
type carriedLoss struct {
	moved    array // root of F Π (I − g gᵀ Π)⁻¹ Fᵀ
	u, v     array // gᵀX = u diag(s) vᵀ
	fx       array
	ratio    []float64 // s/(1 − s²)
	inverse  []float64 // (1 − s²)^(−½) − 1
	rounding float64   // u/(1 − s²), the largest
	certain  bool      // s = 1: nothing is left to be lost
}

// carry carries the loss X Xᵀ through n steps.
func (l doubling) carry(x array) (c carriedLoss, err error) {
	u, s, v, err := l.g.tmul(x).svd()
	if err != nil {
		return c, err
	}
	c = carriedLoss{u: u, v: v, fx: l.f.mul(x), rounding: unitRoundoff}
	for _, x := range s {
		left := (1 - x) * (1 + x)
		if !(left > 0) {
			c.certain = true
			return c, nil
		}
		c.inverse, c.ratio = append(c.inverse, 1/math.Sqrt(left)-1), append(c.ratio, x/left)
		c.rounding = math.Max(c.rounding, unitRoundoff/left)
	}
	c.moved = c.fx.plus(c.fx.mul(v).scaledColumns(c.inverse).mulT(v))
	return c, nil
}

// twice returns the map of 2n steps.
func (l doubling) twice() (doubling, error) {
	c, err := l.carry(l.h)
	if err != nil {
		return l, err
	}
	if c.certain {
		l.ended = true
		return l, nil
	}
	ftg := l.f.tmul(l.g)
	moreG := ftg.plus(ftg.mul(c.u).scaledColumns(c.inverse).mulT(c.u))
	next := doubling{
		f: l.f.mul(l.f).plus(c.fx.mul(c.v).scaledColumns(c.ratio).mulT(ftg.mul(c.u))),
		g: appended(l.g, moreG), h: appended(l.h, c.moved), n: 2 * l.n,
	}
	if added := sumSquares(c.moved.data); added > 0 {
		next.missing = 1 / (1 + sumSquares(l.h.data)/added)
	}
	// The rest of a geometric series is better than doublings whose rounding grows
	// with the number of steps.
	if halving := math.Abs(next.missing/l.missing-0.5) < 0x1p-8; halving && next.missing < 0x1p20*c.rounding {
		next.h, next.missing, next.ended = appended(next.h, c.moved), next.missing*next.missing, true
		return next, nil
	}
	next.ended = !(next.missing > c.rounding)
	if !next.ended && next.n >= mostSteps {
		return next, fmt.Errorf("%w: the Riccati equation, the last doubling added %.3g of the whole", ErrNotConverged, next.missing)
	}
	return next, nil
}

// mostSteps is where rounding has taken over long ago.
const mostSteps int64 = 1 << 60
