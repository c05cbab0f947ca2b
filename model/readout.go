package model

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// readout is y = C x + v, v ~ N(0, R), condensed once so that conditioning on y
// costs what the latents do: what y says of x lies in m ≤ 2(K + p + h) numbers
//
//	ŷ = Ĉ x + v̂,   v̂ ~ N(0, G Gᵀ),
//
// and the rest of y is white noise, or zero. Units with a d of their own in R =
// diag(d) + F Fᵀ − H Hᵀ, scaled by it, are white outside the range of [C F H];
// those without are in that range; where units are few all are so. R may be singular: it is never inverted.
type readout struct {
	c, g array // Ĉ (m×K), G (m×·)
	from array // m×K, what each entry of Ĉ is the sum of, in absolute values

	units    int
	rotation *array    // n×n, of a dense R: to units whose noises are independent
	noisy    []int     // (rotated) units with a d > 0
	per      []float64 // 1/√d of those
	noisyQ   array     // orthonormal rows, over those
	bare     []int     // the others
	barePer  []float64 // 1/size of those, 0 where nothing reads or moves the unit
	bareQ    array     // orthonormal rows, over those; none stand for the units themselves
	condense bool      // bareQ is used
	logScale float64   // ln of the volume that the scaling took away
}

// newReadout costs O(n (K+p+h)²), or O(n³) for a dense R. Latents are of
// comparable sizes.
func newReadout(c array, r Noise) (*readout, error) {
	one := make([]float64, c.cols)
	for i := range one {
		one[i] = 1
	}
	return newScaledReadout(c, r, one)
}

// newScaledReadout is newReadout of latents whose sizes are given, 0 for one
// that is always 0. Sizes matter where units without noise outnumber the
// latents: numbers of different sizes would not keep their digits in a mixture.
func newScaledReadout(c array, r Noise, size []float64) (*readout, error) {
	c = c.scaledColumns(size)
	o, err := newUnscaledReadout(c, r)
	if err != nil {
		return nil, err
	}
	per := reciprocals(size)
	o.c, o.from = o.c.scaledColumns(per), o.from.scaledColumns(per)
	return o, nil
}

func newUnscaledReadout(c array, r Noise) (*readout, error) {
	o := &readout{units: r.Dim()}
	d, f, h, from := r.diag, r.plus, r.minus, absolute(c)
	switch {
	case o.units <= fewUnits:
		var err error
		if d, f, err = unscaled(r); err != nil {
			return nil, err
		}
	case r.Kind() == DenseNoiseKind:
		var err error
		if d, err = o.rotate(r.full); err != nil {
			return nil, err
		}
		c, from = o.rotation.mul(c), absolute(*o.rotation).mul(from)
	}
	for i, x := range d {
		if x > 0 {
			o.noisy, o.per = append(o.noisy, i), append(o.per, 1/math.Sqrt(x))
			o.logScale += math.Log(x) / 2
		} else {
			o.bare = append(o.bare, i)
		}
	}
	all, k, p := c.beside(f).beside(h), c.cols, f.cols
	q, noisy := basis(all.selectRows(o.noisy).scaledRows(o.per))
	o.noisyQ = q
	bare, bareFrom := o.condenseBare(all.selectRows(o.bare), from.selectRows(o.bare))

	rows := stack(noisy, bare)
	o.c = rows.columns(0, k)
	o.from = stack(absolute(q).mul(from.selectRows(o.noisy).scaledRows(o.per)), bareFrom)
	white := newArray(rows.rows, noisy.rows)
	for i := range noisy.rows {
		white.set(i, i, 1)
	}
	x := white.beside(rows.columns(k, k+p))
	if x.cols > x.rows {
		x = compress(x, rowNorms(x))
	}
	var err error
	o.g, err = reducedRoot(x, rows.columns(k+p, rows.cols))
	return o, err
}

// fewUnits have nothing to gain from being condensed. Then noise is not scaled
// to one, which costs digits of what is read off a unit of hardly any noise.
const fewUnits = 32

// unscaled returns R as diag(d) + F Fᵀ with d = 0.
func unscaled(r Noise) (d []float64, f array, err error) {
	d = make([]float64, r.n)
	if r.Kind() == DenseNoiseKind {
		f, err = covarianceRoot(r.full)
		return d, f, err
	}
	var own []int
	for i, x := range r.diag {
		if x > 0 {
			own = append(own, i)
		}
	}
	f = newArray(r.n, len(own))
	for j, i := range own {
		f.set(i, j, math.Sqrt(r.diag[i]))
	}
	return d, f.beside(r.plus), nil
}

// rotate diagonalizes a dense R, scaled to correlations, and returns the
// variances in those coordinates.
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
	values, vectors, err := full.scaledRows(per).scaledColumns(per).eigenSym()
	if err != nil {
		return nil, err
	}
	for i, x := range values {
		if !(x > 16*unitRoundoff*float64(n)) { // as covarianceRoot
			values[i] = 0
		}
	}
	t := vectors.t().scaledColumns(per)
	o.rotation = &t
	return values, nil
}

// condenseBare scales units without a noise of their own, and writes them by as
// few numbers as they have degrees of freedom, if those are fewer.
func (o *readout) condenseBare(z, from array) (condensed, condensedFrom array) {
	size := rowNorms(from.beside(z.columns(from.cols, z.cols)))
	o.barePer = reciprocals(size)
	for _, x := range size {
		if x > 0 {
			o.logScale += math.Log(x)
		}
	}
	z, from = z.scaledRows(o.barePer), from.scaledRows(o.barePer)
	o.condense = z.rows > z.cols
	if !o.condense {
		return z, from
	}
	q, r := basis(z)
	o.bareQ = q
	return r, absolute(q).mul(from)
}

// reduced is ŷ, and what is left of y beside it.
type reduced struct {
	y     []float64 // ŷ (m)
	terms []float64 // size of what its entries were computed from
	white float64   // squared length of the part that is white noise, of len(noisy) − rows of noisyQ numbers
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
	scaled := make([]float64, len(o.noisy))
	for k, i := range o.noisy {
		scaled[k] = y[i] * o.per[k]
	}
	out := reduced{y: make([]float64, o.noisyQ.rows, o.c.rows), terms: make([]float64, o.noisyQ.rows, o.c.rows)}
	project(o.noisyQ, blas.NoTrans, 1, scaled, out.y)
	length := math.Sqrt(sumSquares(scaled))
	if o.noisyQ.rows < len(o.noisy) {
		project(o.noisyQ, blas.Trans, -1, out.y, scaled)
		out.white = sumSquares(scaled)
	}
	for j := range out.terms {
		out.terms[j] = length
	}

	bare, size := make([]float64, len(o.bare)), make([]float64, len(o.bare))
	for k, i := range o.bare {
		bare[k], size[k] = y[i]*o.barePer[k], math.Abs(terms[i])*o.barePer[k]
		if o.barePer[k] == 0 && y[i] != 0 {
			out.stray = math.Max(out.stray, math.Abs(y[i]/terms[i]))
		}
	}
	if !o.condense {
		out.y, out.terms = append(out.y, bare...), append(out.terms, size...)
		return out
	}
	inside := o.bareQ.timesVector(bare)
	length = math.Sqrt(sumSquares(size))
	out.y = append(out.y, inside...)
	for j, x := range inside {
		out.terms = append(out.terms, length)
		for k, q := range o.bareQ.row(j) {
			bare[k] -= x * q
		}
	}
	for _, x := range bare {
		if x != 0 {
			out.stray = math.Max(out.stray, math.Abs(x)/length)
		}
	}
	return out
}

// project adds α Q x, or α Qᵀ x, to y.
func project(q array, t blas.Transpose, alpha float64, x, y []float64) {
	if !q.empty() {
		blas64.Gemv(t, alpha, q.general(), blas64.Vector{N: len(x), Inc: 1, Data: x}, 1, blas64.Vector{N: len(y), Inc: 1, Data: y})
	}
}

// expand returns X Ŷ (k×n) for X (k×m): a map of ŷ as a map of y.
func (o *readout) expand(x array) array {
	out := newArray(x.rows, o.units)
	add := func(units []int, per []float64, part array) {
		for i := range part.rows {
			for k, unit := range units {
				out.set(i, unit, part.at(i, k)*per[k])
			}
		}
	}
	add(o.noisy, o.per, x.columns(0, o.noisyQ.rows).mul(o.noisyQ))
	rest := x.columns(o.noisyQ.rows, x.cols)
	if o.condense {
		rest = rest.mul(o.bareQ)
	}
	add(o.bare, o.barePer, rest)
	if o.rotation != nil {
		out = out.mul(*o.rotation)
	}
	return out
}

// regular says that y has no part that is zero for certain, whatever x.
func (o *readout) regular() bool {
	return !o.condense && !hasZero(o.barePer)
}
