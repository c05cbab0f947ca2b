package model

import (
	"math"
	"slices"
)

// readout is y = C x + v, v ~ N(0, R), condensed once so that conditioning on y
// costs what the latents do: what y says of x lies in m ≤ 2(K + p + h) numbers
//
//	ŷ = Ĉ x + v̂,   v̂ ~ N(0, G Gᵀ),
//
// and the rest of y is white noise, or zero. Units with a d of their own in R =
// diag(d) + F Fᵀ − H Hᵀ, scaled by it, are white outside the range of [C F H];
// those without are in that range. R may be singular: it is never inverted.
type readout struct {
	c, g array // Ĉ (m×K), G (m×·)
	from array // m×K, what each entry of Ĉ is the sum of, in absolute values
	// What rounding of a dense, singular R may leave, in an entry of ŷ after the
	// noisy ones, of a combination that has no noise; 0 of any other R.
	off float64

	units       int
	rotation    *array // n×n, of a dense R: to units whose noises are independent
	noisy, bare share  // (rotated) units with a d > 0, scaled by √d, and the others, by their size
	logScale    float64
}

// share is some of the units, condensed to as many numbers as span them if
// those are fewer: the first of H applied to what the units say, scaled.
type share struct {
	units     []int
	per       []float64 // 1/scale, 0 where nothing reads or moves the unit
	condensed bool
	h         reflections
	rank      int // numbers that are kept
}

// newReadout costs O(n (K+p+h)²), or O(n³) for a dense R.
func newReadout(c array, r Noise) (*readout, error) {
	o := &readout{units: r.Dim()}
	d, f, h, from := r.diag, r.plus, r.minus, c.abs()
	var off []float64 // of the columns of F, see covarianceRootTo
	if r.Kind() == DenseNoiseKind {
		var err error
		if o.units <= fewUnits {
			d = make([]float64, o.units)
			if f, off, err = covarianceRootTo(r.full); len(off) > 0 {
				o.off = off[0]
			}
		} else if d, err = o.rotate(r.full); err == nil {
			c, from = o.rotation.mul(c), o.rotation.abs().mul(from)
		}
		if err != nil {
			return nil, err
		}
	}
	for i, x := range d {
		if x > 0 {
			o.noisy.units = append(o.noisy.units, i)
			o.noisy.per = append(o.noisy.per, 1/math.Sqrt(x))
		} else {
			o.bare.units = append(o.bare.units, i)
		}
	}
	all := c.beside(f).beside(h)
	o.bare.per = reciprocals(rowNorms(from.beside(f).beside(h).selectRows(o.bare.units)))
	k, p := c.cols, f.cols
	left := make([]float64, all.cols)
	copy(left[k:], off)
	noisy, noisyFrom := o.noisy.condense(all, from, left)
	bare, bareFrom := o.bare.condense(all, from, left)
	if o.bare.condensed { // its rows, of size 1 at most, are mixed
		o.off *= math.Sqrt(float64(len(o.bare.units)))
	}
	for _, per := range [][]float64{o.noisy.per, o.bare.per} {
		for _, x := range per {
			if x > 0 {
				o.logScale -= math.Log(x)
			}
		}
	}

	rows := stack(noisy, bare)
	o.c, o.from = rows.columns(0, k), stack(noisyFrom, bareFrom)
	x := identityArray(rows.rows).columns(0, noisy.rows).beside(rows.columns(k, k+p))
	if x.cols > x.rows {
		x = compress(x, rowNorms(x))
	}
	var err error
	o.g, err = reducedRoot(x, rows.columns(k+p, rows.cols))
	return o, err
}

// condense returns what the units say, scaled, in as few numbers as span it, but
// for what rounding may have left in columns.
func (s *share) condense(all, from array, left []float64) (rows, rowsFrom array) {
	z, from := all.selectRows(s.units).scaledRows(s.per), from.selectRows(s.units).scaledRows(s.per)
	s.condensed, s.rank = z.rows > z.cols, z.rows
	if !s.condensed {
		return z, from
	}
	s.h, rows = z.decompose(left)
	s.rank = rows.rows
	return rows, s.h.rows(identityArray(s.rank), z.rows).abs().mul(from)
}

// take returns what the units say of y, and the size of that: rank numbers, and
// the rest, which is not condensed away.
func (s *share) take(y, terms []float64) (kept, size, rest []float64) {
	kept, size = make([]float64, len(s.units)), make([]float64, len(s.units))
	for k, i := range s.units {
		kept[k], size[k] = y[i]*s.per[k], math.Abs(terms[i])*s.per[k]
	}
	if s.condensed {
		length := math.Sqrt(sumSquares(size))
		for k := range s.rank {
			size[k] = length
		}
		s.h.apply(kept)
	}
	return kept[:s.rank], size, kept[s.rank:]
}

// spread writes a map X of the numbers kept (k×rank) as one of the units, into
// the columns of those.
func (s *share) spread(x, into array) {
	if s.condensed {
		x = s.h.rows(x, len(s.units))
	}
	for i := range x.rows {
		for k, unit := range s.units {
			into.set(i, unit, x.at(i, k)*s.per[k])
		}
	}
}

// fewUnits of a dense R are not rotated: it would mix units of much noise with
// units of hardly any, and cost digits of what these say.
const fewUnits = 32

// rotate diagonalizes a dense R, scaled to correlations, and returns the
// variances in those coordinates: of eigenvectors, or, where that is no worse,
// of L⁻¹y for R = L Lᵀ.
func (o *readout) rotate(full array) ([]float64, error) {
	n := full.rows
	deviation := make([]float64, n)
	for i := range n {
		deviation[i] = 1
		if v := full.at(i, i); v > 0 {
			deviation[i] = math.Sqrt(v)
		}
		o.logScale += math.Log(deviation[i])
	}
	per := reciprocals(deviation)
	if l, ok := wellConditionedRoot(full.scaledRows(per).scaledColumns(per)); ok {
		for i := range n {
			o.logScale += math.Log(l.at(i, i))
		}
		t := l.inverseLower().scaledColumns(per)
		o.rotation = &t
		return ones(n), nil
	}
	values, vectors, err := full.scaledRows(per).scaledColumns(per).eigenSym()
	if err != nil {
		return nil, err
	}
	cut := 16 * unitRoundoff * float64(n)
	for i, x := range slices.Backward(values) { // ascending
		if x > cut { // as covarianceRoot
			continue
		}
		if values[i] = 0; i+1 < n && o.off == 0 {
			o.off = cut / values[i+1] // what is read by an eigenvector, see covarianceRootTo
		}
	}
	t := vectors.t().scaledColumns(per)
	o.rotation = &t
	return values, nil
}

// reduced is ŷ, and what is left of y beside it.
type reduced struct {
	y     []float64 // ŷ (m)
	terms []float64 // size of what its entries were computed from
	white float64   // squared length of the part that is white noise
	stray float64   // largest |entry| of the part that should be zero, relative to the terms in it
}

func (o *readout) reduce(y []float64) reduced {
	terms := y
	if o.rotation != nil {
		size := make([]float64, len(y))
		for i, x := range y {
			size[i] = math.Abs(x)
		}
		y, terms = o.rotation.timesVector(y), reach(*o.rotation, size)
	}
	noisy, noisySize, white := o.noisy.take(y, terms)
	bare, bareSize, zero := o.bare.take(y, terms)
	out := reduced{y: append(noisy[:len(noisy):len(noisy)], bare...), terms: append(noisySize[:len(noisy):len(noisy)], bareSize[:len(bare)]...)}
	out.white = sumSquares(white)
	if len(zero) > 0 && bareSize[0] > 0 {
		for _, x := range zero {
			out.stray = math.Max(out.stray, math.Abs(x)/bareSize[0])
		}
	}
	for k, i := range o.bare.units {
		if o.bare.per[k] == 0 && y[i] != 0 {
			out.stray = math.Max(out.stray, math.Abs(y[i]/terms[i]))
		}
	}
	return out
}

// expand returns X Ŷ (k×n) for X (k×m): a map of ŷ as a map of y.
func (o *readout) expand(x array) array {
	out := newArray(x.rows, o.units)
	o.noisy.spread(x.columns(0, o.noisy.rank), out)
	o.bare.spread(x.columns(o.noisy.rank, x.cols), out)
	if o.rotation != nil {
		out = out.mul(*o.rotation)
	}
	return out
}

// regular says that y has no part that is zero for certain, whatever x.
func (o *readout) regular() bool { return !o.bare.condensed && !hasZero(o.bare.per) }
