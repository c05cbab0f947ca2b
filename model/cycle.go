package model

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// CycleSearch says where FindCycle looks.
type CycleSearch struct {
	Start     []float64 // n
	Transient float64   // time that is left to the flow before it looks; 0 for an unstable cycle, from a start near it
	RelTol    float64   // of the integration; 0: 1e-12
	MaxPeriod float64   // in which the orbit must return; 0: 100
}

// LimitCycle is an isolated periodic orbit, x(t + Period) = x(t).
type LimitCycle struct {
	Point  []float64 // n, on the orbit
	Period float64
	// PeriodError is by how much the period differs at a tolerance ten times as
	// large: an estimate, from above, of its error.
	PeriodError float64
	// Amplitude is half the range of every coordinate along the orbit (n).
	Amplitude []float64
	// Multipliers are the eigenvalues of the flow's derivative after a period, without the
	// trivial 1 along the orbit (n−1), largest size first; Exponents, in the same
	// order, are log(multiplier)/Period. For n = 2 it is the mean of div F along
	// the orbit, however strong; for n > 2 a multiplier below the rounding of the
	// derivative, u times its size, has no digits.
	Multipliers, Exponents []complex128
	// Stable is true where all multipliers are less than 1 in size, by more than their error.
	Stable bool
	// Residual is ‖x(Period) − x(0)‖, largest component.
	Residual float64
	// Orbit are 256 points at equal times from Point on.
	Orbit [][]float64
}

// orbitPoints is how many points of a cycle are kept.
const orbitPoints = 256

// FindCycle returns the limit cycle near the orbit of Start after Transient. The
// orbit's returns to the section through a point of it, across the flow, are guesses at
// the period; Newton's method on point and period (shooting, with the derivative of
// the flow from the variational equations Φ' = DF Φ) does the rest, so that unstable
// cycles are found as well, from close by. An orbit that comes to rest, returns nowhere near, or
// lies among periodic ones without end (a centre) is ErrNotConverged.
func FindCycle(f VectorField, s CycleSearch) (*LimitCycle, error) {
	c, err := newCycleFinder(f, s)
	if err != nil {
		return nil, err
	}
	if s.Transient > 0 {
		o := Integration{Start: s.Start, Times: []float64{0, s.Transient}, RelTol: math.Max(c.tol.relative, 1e-9)}
		run, err := Integrate(f, o)
		if err != nil {
			return nil, err
		}
		c.start = run.States[1]
	}
	returns, err := c.returns(s.Transient > 0)
	if err != nil {
		return nil, err
	}
	last := fmt.Errorf("%w: the orbit comes nowhere near its start again within %.6g", ErrNotConverged, c.most)
	for _, r := range returns {
		cycle, err := c.shoot(r)
		if err == nil {
			return cycle, nil
		}
		last = err
	}
	return nil, last
}

// cycleFinder is a search under way.
type cycleFinder struct {
	f     VectorField
	n     int
	tol   tolerance
	most  float64
	start []float64
	size  float64 // extent of the orbit, largest coordinate
}

func newCycleFinder(f VectorField, s CycleSearch) (*cycleFinder, error) {
	n := f.Dim()
	if n < 2 {
		return nil, invalidf("the field has dimension %d: no orbit returns in fewer than 2", n)
	}
	o := Integration{Start: s.Start, Times: []float64{0}, RelTol: cmp.Or(s.RelTol, 1e-12)}
	if err := o.check(n); err != nil {
		return nil, err
	}
	for _, t := range []struct {
		name  string
		value float64
	}{{"Transient", s.Transient}, {"MaxPeriod", s.MaxPeriod}} {
		if !(t.value >= 0) || math.IsInf(t.value, 0) {
			return nil, invalidf("%s is %v, want 0 or more", t.name, t.value)
		}
	}
	c := &cycleFinder{f: f, n: n, tol: o.tolerance(), most: cmp.Or(s.MaxPeriod, 100)}
	c.start = append([]float64(nil), s.Start...)
	return c, nil
}

// orbitReturn is a guess at a cycle: a point of the section, where the orbit
// returned to it or started, and the time from one to the other.
type orbitReturn struct {
	point  []float64
	period float64
}

// cycleReturns is how many returns are tried.
const cycleReturns = 8

// returns follows the orbit from the start and gives its returns to the
// section through the start, across the flow and in its direction, that come
// nearer than three quarters of the orbit's extent.
func (c *cycleFinder) returns(settled bool) ([]orbitReturn, error) {
	normal, err := fieldAt(c.f, c.start)
	if err != nil {
		return nil, err
	}
	if !(largest(normal) > 0) {
		return nil, fmt.Errorf("%w: the flow rests at %v, a fixed point", ErrNotConverged, c.start)
	}
	above := func(x []float64) float64 {
		sum := 0.0
		for i, v := range normal {
			sum += v / largest(normal) * (x[i] - c.start[i])
		}
		return sum
	}
	loose := c.tol
	loose.relative = math.Max(loose.relative, 1e-9)
	loose.absolute = loose.relative
	s := newStepper(func(x []float64) ([]float64, error) { return fieldAt(c.f, x) }, loose)
	if err := s.start(0, c.start); err != nil {
		return nil, err
	}
	low, high := slices.Clone(c.start), slices.Clone(c.start)
	var out []orbitReturn
	for left := false; s.t < c.most && len(out) < cycleReturns; {
		before := above(s.x)
		if err := s.step(c.most); err != nil {
			return nil, err
		}
		for i, v := range s.x {
			low[i], high[i] = min(low[i], v), max(high[i], v)
		}
		c.size = largest(axpy(high, -1, low))
		left = left || before < 0
		if !left || before >= 0 || above(s.x) < 0 {
			continue
		}
		t := crossing(func(t float64) float64 { return above(s.at(t)) }, s.t-s.last, s.t)
		if x := s.at(t); largest(axpy(x, -1, c.start)) <= 3*c.size/4 {
			guesses := []orbitReturn{{x, t}, {c.start, t}} // the flow leads to a stable cycle, and away from an unstable one
			if !settled {
				slices.Reverse(guesses)
			}
			out = append(out, guesses...)
		}
	}
	if !(c.size > math.Sqrt(unitRoundoff)*(1+largest(c.start))) {
		return nil, fmt.Errorf("%w: the orbit stays within %.3g of %v: a fixed point, or nearly", ErrNotConverged, c.size, c.start)
	}
	return out, nil
}

// crossing returns where g rises through 0 between a and b, by bisection.
func crossing(g func(t float64) float64, a, b float64) float64 {
	for range 60 {
		m := a/2 + b/2
		if m <= a || m >= b {
			break
		}
		if g(m) < 0 {
			a = m
		} else {
			b = m
		}
	}
	return b
}
