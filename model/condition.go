package model

import (
	"fmt"
	"math"
	"slices"
)

// conditioning is what the observations y = C x + v tell of x ~ N(·, L Lᵀ). The
// rows [G ĈL; 0 L], of ŷ and of x, were rotated until those of ŷ are lower
// triangular:
//
//	[G ĈL; 0 L] → [S^½ 0; X Y],   S = Var ŷ,  X S^(½ᵀ) = Cov(x, ŷ),  Y Yᵀ = Var(x|y),
//
// so that nothing is subtracted, inverted, or assumed to be regular.
type conditioning struct {
	from   *readout
	rows   array     // those, ŷ scaled by size
	size   []float64 // what each of ŷ is made of, in standard deviations
	pivots []int     // the entries of ŷ that determine the others; S^½ is their rows
	post   array     // Y, of as many columns as it has rank
}

// condition takes a root L (K×·) of the covariance of x. L may have rows of
// more variables than C reads, after those: they are conditioned too.
func (o *readout) condition(root array) *conditioning {
	return o.conditionTo(root, negligible(o.g.cols+root.cols))
}

// conditionAt is condition for data ŷ and a mean of x whose terms are of the
// sizes given: of numbers that say the same, the one is read that rounding of
// those spoils least.
func (o *readout) conditionAt(root array, terms []float64) *conditioning {
	return o.conditionWith(root, negligible(o.g.cols+root.cols), terms)
}

// conditionTo is condition with a tolerance of the caller's: an entry of ŷ of
// which no more is left, or no more than rounding of R, is taken for a function
// of the others.
func (o *readout) conditionTo(root array, tolerance float64) *conditioning {
	return o.conditionWith(root, tolerance, nil)
}

func (o *readout) conditionWith(root array, tolerance float64, terms []float64) *conditioning {
	m, k := o.c.rows, root.rows
	deviation := rowNorms(root)
	read := o.c.mul(array{o.c.cols, root.cols, root.data[:o.c.cols*root.cols]})
	width := o.g.cols + root.cols
	c := &conditioning{from: o, rows: newArray(m+k, width), size: make([]float64, m)}
	for i := range m {
		row := c.rows.row(i)
		copy(row, o.g.row(i))
		copy(row[o.g.cols:], read.row(i))
		size := math.Sqrt(sumSquares(o.g.row(i)))
		for j, x := range o.from.row(i) {
			size += x * deviation[j]
		}
		c.size[i] = size
		for j := range row {
			if size > 0 {
				row[j] /= size
			}
		}
	}
	for i := range k {
		copy(c.rows.row(m + i)[o.g.cols:], root.row(i))
	}
	var preference []float64
	if terms != nil {
		preference = make([]float64, m)
		for i, size := range c.size {
			preference[i] = size / (size + terms[i])
		}
	}
	cuts := make([]float64, m)
	for i, size := range c.size {
		if cuts[i] = tolerance; i >= o.noisy.rank && size > 0 {
			cuts[i] = math.Max(tolerance, o.off/size)
		}
	}
	c.pivots, _ = eliminatePreferring(preference, c.rows, cuts, false)
	rest := newArray(k, width-len(c.pivots))
	for i := range k {
		copy(rest.row(i), c.rows.row(m + i)[len(c.pivots):])
	}
	c.post = compress(rest, deviation)
	return c
}

func (c *conditioning) rank() int { return len(c.pivots) }

// regular says that y has a density.
func (c *conditioning) regular() bool { return c.rank() == len(c.size) && c.from.regular() }

// cross returns X (K×r), X Xᵀ the covariance that y takes away from x.
func (c *conditioning) cross() array {
	m := len(c.size)
	return array{c.rows.rows - m, c.rows.cols, c.rows.data[m*c.rows.cols:]}.columns(0, c.rank())
}

// whiten returns z (r×k) with S^½ z = E, for E (m×k) in the range of S.
func (c *conditioning) whiten(e array) array {
	z := newArray(c.rank(), e.cols)
	for j, p := range c.pivots {
		row, per := c.rows.row(p), 1/c.size[p]
		for col, x := range e.row(p) {
			sum := x * per
			for i := range j {
				sum -= row[i] * z.at(i, col)
			}
			z.set(j, col, sum/row[j])
		}
	}
	return z
}

// condensedGain returns X S^(−½) as a map of ŷ (K×m), zero on entries that are
// functions of the others.
func (c *conditioning) condensedGain() array {
	x := c.cross()
	for j, p := range slices.Backward(c.pivots) {
		for k := range x.rows {
			row := x.row(k)
			row[j] /= c.rows.at(p, j)
			for i := range j {
				row[i] -= row[j] * c.rows.at(p, i)
			}
		}
	}
	full := newArray(x.rows, len(c.size))
	for j, p := range c.pivots {
		for k := range x.rows {
			full.set(k, p, x.at(k, j)/c.size[p])
		}
	}
	return full
}

// gain returns that as a map of y (K×n): x's estimate moves by gain·(y − C x̂).
func (c *conditioning) gain() array { return c.from.expand(c.condensedGain()) }

// coefficients returns ŷ as functions of those of it that are pivots (m×m).
func (c *conditioning) coefficients() array {
	m := len(c.size)
	b := array{m, c.rows.cols, c.rows.data[:m*c.rows.cols]}.columns(0, c.rank()).scaledRows(c.size)
	return b.mul(c.whiten(identityArray(m)))
}

// posterior returns Var(x|y) (K×K).
func (c *conditioning) posterior() array { return c.post.mulT(c.post) }

// logDet returns ln det Var y, where y has a density.
func (c *conditioning) logDet() float64 {
	sum := c.from.logScale
	for j, p := range c.pivots {
		sum += math.Log(math.Abs(c.rows.at(p, j)) * c.size[p])
	}
	return 2 * sum
}

// contradiction is the relative deviation of data from the subspace that a
// singular law allows: √(2u), half of the digits.
const contradiction = 0x1p-26

// update moves the mean of x to that given y, in place, and returns z, the white
// innovation. Terms (K) are what the mean was
// computed from, in absolute values, and go along. Data outside the range of a
// singular law, beyond the rounding of their terms, are ErrInvalid.
func (c *conditioning) update(mean, terms []float64, y reduced) ([]float64, error) {
	o, m := c.from, len(c.size)
	if y.stray > contradiction {
		return nil, invalidf("the law is singular and does not allow the data: what it says is zero is %.3g of the size of the data", y.stray)
	}
	e, scale := newArray(m, 1), o.terms(terms, y)
	for i := range m {
		e.data[i] = y.y[i]
		for k, x := range o.c.row(i) {
			e.data[i] -= x * mean[k]
		}
	}
	z := c.whiten(e).data
	length := math.Sqrt(sumSquares(z))
	if c.rank() < m {
		for i := range m {
			row, expected := c.rows.row(i), 0.0
			for j, x := range z {
				expected += row[j] * x
			}
			off, size := math.Abs(e.data[i]-expected*c.size[i]), scale[i]+c.size[i]*(1+length)
			if !(off <= contradiction*size) {
				return nil, invalidf("the law is singular and does not allow the data: a combination that it determines is off by %.3g, of the size %.3g", off, size)
			}
		}
	}
	for k := range mean {
		for j, x := range c.rows.row(m + k)[:len(z)] {
			mean[k] += x * z[j]
			terms[k] += math.Abs(x * z[j])
		}
	}
	return z, nil
}

// terms returns the sizes of what ŷ − Ĉ x̂ is computed from, given those of what
// x̂ is.
func (o *readout) terms(latent []float64, y reduced) []float64 {
	out := slices.Clone(y.terms)
	for i := range out {
		for k, x := range o.from.row(i) {
			out[i] += x * latent[k]
		}
	}
	return out
}

// logDensity returns ln p(y) of what was reduced, given |z|².
func (c *conditioning) logDensity(y reduced, squared float64) float64 {
	return -(float64(c.from.units)*math.Log(2*math.Pi) + c.logDet() + squared + y.white) / 2
}

// singular is the ErrSingular of y = Y[t] without a density, with the smallest
// eigenvalue of its covariance given the past, scaled to correlations.
func (c *conditioning) singular(t int) error {
	return fmt.Errorf("%w: Y[%d] has no density given the steps before: scaled to correlations, its covariance has an eigenvalue below %.3g",
		ErrSingular, t, math.Pow(negligible(c.rows.cols), 2))
}

func stack(b, c array) array {
	return array{b.rows + c.rows, b.cols, append(append([]float64{}, b.data...), c.data...)}
}

func hasZero(x []float64) bool { return slices.Contains(x, 0) }
