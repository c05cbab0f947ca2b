package gaussian

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
)

var (
	// ErrIndefinite is wrapped by errors about a law whose covariance is not positive semidefinite, because one given was not.
	ErrIndefinite = errors.New("gaussian: covariance not positive semidefinite")
	// ErrSingular is wrapped by errors about a law without a density, because its covariance is singular.
	ErrSingular = errors.New("gaussian: singular covariance")
	// ErrInconsistent is wrapped by errors about data that a singular law excludes.
	ErrInconsistent = errors.New("gaussian: data that the law excludes")
)

// Contradiction is the ErrInconsistent about data: how far, relatively, a datum is from what the others make it. The terms of that are
// the data and their means, each with as many standard deviations as the others are away from their mean altogether, and one.
type Contradiction struct {
	Number        int // among the coordinates, the one that is furthest off
	Off, Relative float64
}

// Error names the number, and by how much it is off.
func (c *Contradiction) Error() string {
	return fmt.Sprintf("%v: number %d differs by %.3g from what the others make it", ErrInconsistent, c.Number, c.Off)
}

// Unwrap returns ErrInconsistent.
func (c *Contradiction) Unwrap() error { return ErrInconsistent }

// thresholds say which variances are zero, in units of the size of their rounding errors: below 2^zero they are, above 2^certain they are not.
type thresholds struct{ zero, certain int }

// coarseThresholds leave a gap, in which the precision does not decide: rounding errors are amplified by the inverse of the smallest
// pivot, and 2^-prec over 2^certain stays well below 2^zero.
func coarseThresholds(prec uint) thresholds { return thresholds{-2 * int(prec) / 3, -int(prec) / 4} }

// fineThresholds leave none.
func fineThresholds(prec uint) thresholds { return thresholds{-int(prec) / 2, -int(prec) / 2} }

// under returns the thresholds where rounding errors have grown by 2^strain. As much as an eighth of the digits lost, and a third of those
// of the higher precision, leaves room for small variances; with more lost, nothing but zero counts as zero.
func (at thresholds) under(prec uint, strain int) thresholds {
	bearable := int(prec) / 8
	if at.zero == at.certain {
		bearable = int(prec) / 3
	}
	if strain > bearable {
		at.zero = big.MinExp
	}
	return at
}

// elimination is a covariance on its way to a conditional one: S_ij − S_ip S_pp⁻¹ S_pj for every pivot p, on and below the diagonal.
//
// Rows are scaled by powers of two, so that the rounding errors of a variance are small against 1. With data there is a last row, which
// starts as y − E y and ends as y less its mean given the data at the pivots, while its diagonal ends as minus the quadratic form.
type elimination struct {
	thresholds
	prec    uint
	n       int // without the row of data
	s       [][]*big.Float
	scale   []int // row i was multiplied by 2^-scale[i]
	alive   []bool
	size    []float64 // of what went into the data, nil without
	spread  []float64 // standard deviations of what did
	product *big.Float
	steps   []pivotStep
}

// pivotStep keeps the column of a pivot in L of LDLᵀ.
type pivotStep struct {
	pivot       int
	variance    float64
	multipliers []float64
}

// eliminate returns the elimination of the given coordinates of a law, in that order, before its first pivot. The data, if not nil, are
// those of the last len(data) of them; where there are none, the row of data starts as zero.
func (l *law) eliminate(at thresholds, coordinates []int, data []float64) *elimination {
	n := len(coordinates)
	e := &elimination{thresholds: at.under(l.prec, l.strain), prec: l.prec, n: n, scale: make([]int, n), alive: make([]bool, n)}
	e.product = new(big.Float).SetPrec(l.prec).SetInt64(1)
	for i, c := range coordinates {
		e.scale[i], e.alive[i] = l.size[c], true
		row := newVector(l.prec, i+1)
		for j := range row {
			row[j].SetMantExp(l.cov.at(c, coordinates[j]), -l.size[c]-l.size[coordinates[j]])
		}
		e.s = append(e.s, row)
	}
	if data != nil {
		row := newVector(l.prec, n+1)
		e.size, e.spread = make([]float64, n), make([]float64, n)
		for k, y := range data {
			i := n - len(data) + k
			mean, x := scaled(l.mean[coordinates[i]], -e.scale[i]), row[i].SetFloat64(y)
			x.SetMantExp(x, -e.scale[i])
			e.size[i] = math.Abs(approximately(x)) + math.Abs(approximately(mean))
			e.spread[i] = math.Sqrt(math.Max(0, approximately(e.s[i][i])))
			x.Sub(x, mean)
		}
		e.s = append(e.s, row)
	}
	return e
}

func approximately(x *big.Float) float64 {
	v, _ := x.Float64()
	return v
}

// clone returns a copy to go on with, without the steps taken.
func (e *elimination) clone() *elimination {
	c := *e
	c.s, c.steps, c.product = make([][]*big.Float, len(e.s)), nil, new(big.Float).SetPrec(e.prec).SetInt64(1)
	for i, row := range e.s {
		c.s[i] = newVector(e.prec, len(row))
		for j, x := range row {
			c.s[i][j].Set(x)
		}
	}
	c.alive = slices.Clone(e.alive)
	c.size, c.spread = slices.Clone(e.size), slices.Clone(e.spread) // nil stays nil
	return &c
}

func (e *elimination) at(i, j int) *big.Float {
	if i < j {
		i, j = j, i
	}
	return e.s[i][j]
}

// exceeds reports whether |x| ≥ 2^exponent.
func exceeds(x *big.Float, exponent int) bool { return x.Sign() != 0 && x.MantExp(nil) > exponent }

// condition eliminates the given coordinates, the largest variance first, until those left are functions of what was eliminated. It
// returns the pivots in their order, and multiplies product by their variances.
//
// The error wraps ErrUndecided, ErrIndefinite, or ErrInconsistent where the data contradict such a function.
func (e *elimination) condition(on []int) (pivots []int, err error) {
	left := slices.Clone(on)
	for len(left) > 0 {
		best := 0
		for k, i := range left {
			if e.s[i][i].Cmp(e.s[left[best]][left[best]]) > 0 {
				best = k
			}
		}
		p := left[best]
		variance := e.s[p][p]
		if variance.Sign() <= 0 || !exceeds(variance, e.certain) {
			break
		}
		left = append(left[:best], left[best+1:]...)
		pivots = append(pivots, p)
		e.product.Mul(e.product, variance)
		e.subtract(p)
	}
	return pivots, e.drop(left)
}

// subtract eliminates one coordinate.
func (e *elimination) subtract(p int) {
	e.alive[p] = false
	step := pivotStep{p, approximately(e.s[p][p]), make([]float64, e.n)}
	inverse := new(big.Float).SetPrec(e.prec).Quo(big.NewFloat(1), e.s[p][p])
	multiplier, term, difference := new(big.Float).SetPrec(e.prec), new(big.Float).SetPrec(e.prec), new(big.Float).SetPrec(e.prec)
	for i, row := range e.s {
		if i < e.n && !e.alive[i] || e.at(i, p).Sign() == 0 {
			continue
		}
		multiplier.Mul(e.at(i, p), inverse)
		if i < e.n {
			step.multipliers[i] = approximately(multiplier)
			if e.size != nil {
				e.size[i] += math.Abs(step.multipliers[i]) * e.size[p]
				e.spread[i] += math.Abs(step.multipliers[i]) * e.spread[p]
			}
		}
		for j := range row {
			if j < e.n && !e.alive[j] {
				continue
			}
			// The row of data is nobody's column but its own.
			if factor := e.at(j, p); factor.Sign() != 0 {
				difference.Sub(row[j], term.Mul(multiplier, factor))
				row[j], difference = difference, row[j]
			}
		}
	}
	e.steps = append(e.steps, step)
}

// consistent is what a datum may differ from what it must be, relatively to the data that say so, and count as rounded.
const consistent = 0x1p-40

// drop takes out coordinates of variance zero, after a look whether they vary with anything.
func (e *elimination) drop(zero []int) error {
	var worst *Contradiction
	for _, i := range zero {
		if exceeds(e.s[i][i], e.zero) {
			return e.indefinite(e.s[i][i], e.certain)
		}
		for j := range e.n {
			if e.alive[j] && exceeds(e.at(i, j), e.zero/2) {
				return e.indefinite(e.at(i, j), e.certain/2)
			}
		}
		// Beside the data that say so, those eliminated later, of which rounding has left a trace in this one.
		if e.size == nil {
			continue
		}
		off := math.Abs(approximately(e.s[e.n][i]))
		if off <= consistent*e.size[i]+math.Ldexp(slices.Max(e.size), -int(e.prec/2)) {
			continue
		}
		away := math.Sqrt(math.Max(0, -approximately(e.s[e.n][e.n])))
		c := &Contradiction{Number: i, Off: approximately(scaled(e.s[e.n][i], e.scale[i])), Relative: off / (e.size[i] + (1+away)*e.spread[i])}
		if worst == nil || c.Relative > worst.Relative {
			worst = c
		}
	}
	if worst != nil {
		return worst
	}
	for _, i := range zero {
		e.alive[i] = false
	}
	return nil
}

// indefinite returns the error about a number that is no zero, where there would be one in a positive semidefinite matrix.
func (e *elimination) indefinite(x *big.Float, certain int) error {
	if !exceeds(x, certain) {
		return fmt.Errorf("%w: %.3g in units of its terms is left of a covariance", ErrUndecided, x)
	}
	return fmt.Errorf("%w: %.3g, in units of its terms, where nothing is left", ErrIndefinite, x)
}

// conditional returns the covariance of some coordinates given the pivots so far. What is left of a zero is zero.
//
// The error wraps ErrUndecided or ErrIndefinite.
func (e *elimination) conditional(of []int) (*matrix, error) {
	if _, err := e.clone().condition(of); err != nil && !errors.Is(err, ErrInconsistent) {
		return nil, err
	}
	out := newMatrix(e.prec, len(of), len(of))
	for a, i := range of {
		for b, j := range of {
			if exceeds(e.at(i, i), e.zero) && exceeds(e.at(j, j), e.zero) {
				out.at(a, b).SetMantExp(e.at(i, j), e.scale[i]+e.scale[j])
			}
		}
	}
	return out, nil
}

// sequence returns from, from+1, …, to−1.
func sequence(from, to int) []int {
	out := make([]int, to-from)
	for i := range out {
		out[i] = from + i
	}
	return out
}
