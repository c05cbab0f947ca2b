package model

import (
	"math"
	"slices"
	"sort"

	"gonum.org/v1/gonum/mat"
)

// EquilibriumSearch says where and how hard FindEquilibria looks.
type EquilibriumSearch struct {
	Box    Box
	Starts int    // Newton starts of a round; 0: 64
	Seed   uint64 // of the starts
	Limit  int    // points kept at most; 0: 256
	// ExpectedDegree is what the indices of the zeros in the box add up to if it is
	// known: 1 for a box at whose boundary F points inward. nil is BoundaryDegree
	// in one and two dimensions, and unknown beyond.
	ExpectedDegree *int
}

// Equilibrium is a zero of a vector field.
type Equilibrium struct {
	Point    []float64 // n
	Residual float64   // largest component of F there, as computed
	// Uncertainty estimates the distance to the exact zero, largest component:
	// ‖DF⁻¹‖ times residual and rounding error; at a degenerate zero it is how far F
	// stays zero to rounding along the direction in which DF is singular.
	Uncertainty float64
	// Radius certifies exactly one zero within this distance (largest component), by
	// Newton–Kantorovich with the Curvature of a CurvedField: a proof up to the rounding errors,
	// which are bounded by a RoundedField and measured otherwise. +Inf where that
	// cannot be shown: another field, a degenerate zero.
	Radius float64
	// Isolation certifies that there is no other zero within this distance; 0 where Radius is +Inf.
	Isolation float64
	// Eigenvalues of DF (n), decreasing real parts; nil if the decomposition failed.
	Eigenvalues []complex128
	Stability   Stability // Undecided where an eigenvalue is on the axis to its rounding error
	// Index is the sign of det(−DF), 0 at a zero that is degenerate to working precision:
	// where, within Uncertainty and rounding, DF is singular.
	Index int
	// Means are the searches that came upon it, sorted: "cells", "newton", "flow",
	// "axes", "between", "fold", "deflation", "degree".
	Means []string

	jacobian *mat.Dense
	rounding float64   // of F there, bounded or measured
	basin    float64   // Newton's iteration converges to it from within, as estimated
	null     []float64 // unit vector that DF shrinks most
}

// EquilibriumSet is what a search found, sorted by coordinates.
type EquilibriumSet struct {
	Points   []Equilibrium
	IndexSum int
	// Degree is what the indices add up to if all zeros are non-degenerate, given or
	// found at the boundary; nil: unknown.
	Degree *int
	// Truncated is true when Limit ended the search.
	Truncated bool
	// Continuum is true where zeros are not isolated: degenerate ones lie along a curve.
	Continuum bool
	// Rounds counts how often the box was searched: more than once while the
	// indices do not add up to Degree.
	Rounds int
}

// equilibriumRounds bounds how often FindEquilibria looks again.
const equilibriumRounds = 6

// FindEquilibria returns the zeros of F in the box that several independent
// searches find: all of them in practice, which is not promised. They are
//
//	cells      cells of a grid in which no component of F keeps one sign (n ≤ 3)
//	newton     damped Newton iteration from a low-discrepancy set of points
//	flow       the flow forward and backward in time, by linearly implicit Euler steps that grow
//	axes       Newton from lines through where E x_p², the second moment of the net input of a population
//	           of a Circuit, is least: its principal axes, and eigenvectors of Σ_nm
//	between    Newton from midpoints of pairs found, and their reflections at 0
//	fold       Newton from where the second order puts the partner of a zero found
//	deflation  Newton on F·Π(1 + ‖x − x_k‖⁻²), which has no zeros where F's were found
//	degree     Newton in ever smaller parts around which F turns otherwise than by the
//	           indices of the zeros found inside (n ≤ 2)
//
// While the indices do not add up to the degree it looks again with more
// starts and smaller cells, six times at most. (Index theorem: M11.) A field that fails at the middle
// of the box, one without Jacobians, and inadmissible input, is an error; where it fails elsewhere, a start leads nowhere.
func FindEquilibria(f VectorField, s EquilibriumSearch) (*EquilibriumSet, error) {
	e, err := newEquilibriumFinder(f, s)
	if err != nil {
		return nil, err
	}
	set := &EquilibriumSet{Degree: e.degree()}
	for set.Rounds == 0 || set.Rounds < equilibriumRounds && e.misses(set.Degree) {
		e.round(set.Rounds)
		e.survey(set.Degree)
		set.Rounds++
	}
	for _, z := range e.found {
		slices.Sort(z.Means)
		set.Points = append(set.Points, *z)
		set.IndexSum += z.Index
	}
	sort.Slice(set.Points, func(i, j int) bool { return slices.Compare(set.Points[i].Point, set.Points[j].Point) < 0 })
	set.Truncated, set.Continuum = e.truncated, e.continuum
	return set, nil
}

// equilibriumFinder is a search under way.
type equilibriumFinder struct {
	f         VectorField
	box       Box
	n         int
	starts    int
	limit     int
	expected  *int
	shift     []float64 // of the low-discrepancy sequence, by the seed
	drawn     int       // how many of its points were used
	axial     int       // how many points on axes were
	scale     float64   // the largest component of F seen on the grid
	found     []*Equilibrium
	truncated bool
	continuum bool
}

func newEquilibriumFinder(f VectorField, s EquilibriumSearch) (*equilibriumFinder, error) {
	n := f.Dim()
	if n < 1 {
		return nil, invalidf("the field has dimension %d, want at least 1", n)
	}
	if err := s.Box.check(n); err != nil {
		return nil, err
	}
	if s.Starts < 0 || s.Limit < 0 {
		return nil, invalidf("search has %d starts and limit %d, want 0 or more of each", s.Starts, s.Limit)
	}
	e := &equilibriumFinder{f: f, box: s.Box.clone(), n: n, starts: s.Starts, limit: s.Limit, expected: s.ExpectedDegree, shift: shifts(n, s.Seed)}
	if e.starts == 0 {
		e.starts = 64
	}
	if e.limit == 0 {
		e.limit = 256
	}
	middle := e.box.at(repeated(0.5, n))
	v, err := fieldAt(f, middle)
	if err != nil {
		return nil, err
	}
	if err := finiteVector("field at the middle of the box", v, n); err != nil {
		return nil, err
	}
	e.scale = largest(v)
	return e, e.differentiable()
}

// differentiable refuses a field without Jacobians: at the middle of the box it
// may lack one, on a kink, but not at other places too.
func (e *equilibriumFinder) differentiable() (err error) {
	for _, t := range [3]float64{0.5, 0.381966, 0.7071} {
		if _, err = jacobianAt(e.f, e.box.at(repeated(t, e.n))); err == nil {
			return nil
		}
	}
	return err
}

// degree returns the sum of indices to expect, nil if it is not known.
func (e *equilibriumFinder) degree() *int {
	if e.expected != nil {
		d := *e.expected
		return &d
	}
	if e.n > 2 {
		return nil
	}
	d, err := BoundaryDegree(e.f, e.box)
	if err != nil {
		return nil // a zero at the boundary has no side
	}
	return &d
}

// misses reports whether the indices show that a zero is missing.
func (e *equilibriumFinder) misses(degree *int) bool {
	sum, known := e.indexSum()
	return degree != nil && known && sum != *degree
}

// indexSum adds up the indices of all zeros found; false where one is degenerate,
// and has none, or the list is not complete anyhow.
func (e *equilibriumFinder) indexSum() (sum int, known bool) {
	for _, z := range e.found {
		if z.Index == 0 {
			return 0, false
		}
		sum += z.Index
	}
	return sum, !e.truncated && !e.continuum
}

// round searches by every means once.
func (e *equilibriumFinder) round(k int) {
	e.cells(k)
	e.tryAll("newton", e.spread(e.starts<<min(k, 3)))
	e.flow(4 << min(k, 3))
	e.tryAll("axes", e.axes(e.starts<<min(k, 3)))
	for known, again := 0, 0; again < 4 && known < len(e.found); again++ {
		from := known
		known = len(e.found)
		e.tryAll("between", e.between(from))
		e.folds(from)
		e.deflate(from, k)
	}
}

// tryAll runs Newton from every start.
func (e *equilibriumFinder) tryAll(means string, starts [][]float64) {
	for _, start := range starts {
		e.try(means, start, e.box)
	}
}

// try returns the zero that Newton reaches within or not far from the region,
// known or new; nil if there is none.
func (e *equilibriumFinder) try(means string, start []float64, region Box) *Equilibrium {
	if e.truncated {
		return nil
	}
	z := e.newton(start, region)
	if z == nil {
		return nil
	}
	for _, known := range e.found {
		if known == z || e.same(known, z) {
			if !slices.Contains(known.Means, means) {
				known.Means = append(known.Means, means)
			}
			return known
		}
	}
	if !e.box.holds(z.Point, z.slack()) {
		return nil
	}
	if len(e.found) == e.limit {
		e.truncated = true
		return nil
	}
	z.Means = []string{means}
	e.found = append(e.found, z)
	if z.Index == 0 && !e.continuum {
		e.continuum = e.continues(z)
	}
	return z
}

// slack is how far outside of the box a zero on its boundary may be found.
func (z *Equilibrium) slack() float64 {
	return min(z.Uncertainty, math.Sqrt(unitRoundoff)) + 2*unitRoundoff*largest(z.Point)
}

// same reports whether two zeros are one: within the uncertainty of both, or
// somewhat further apart where F is zero to rounding in between as well. Of a
// degenerate and a regular zero that is asked always: how far F is flat around
// the one is known to a small factor, and the other may be as near as that.
func (e *equilibriumFinder) same(a, b *Equilibrium) bool {
	gap := axpy(b.Point, -1, a.Point)
	rounding := 4 * unitRoundoff * (largest(a.Point) + largest(b.Point))
	near := 4*(a.Uncertainty+b.Uncertainty) + rounding
	d, flat := largest(gap), (a.Index == 0) != (b.Index == 0)
	if d > 64*near || d <= near && !flat || d <= rounding {
		return d <= near
	}
	for _, t := range [2]float64{0.37, 0.71} {
		f, err := fieldAt(e.f, axpy(a.Point, t, gap))
		if err != nil || !(largest(f) <= 2*max(a.rounding, b.rounding)) {
			return false
		}
	}
	return true
}

func repeated(v float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = v
	}
	return out
}
