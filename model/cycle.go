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

// FindCycle returns the limit cycle near the orbit of Start after Transient. The orbit's
// returns to the section through its start, across the flow, are guesses at a point
// and the period: forward in time, and without a transient backward too, the nearer
// first. Newton's method on point and period (shooting, with the derivative of the flow
// from the variational equations Φ' = DF Φ) does the rest, so that unstable cycles
// are found from close by. An orbit that comes to rest, returns nowhere near, or lies among
// periodic ones without end (a centre) is ErrNotConverged, with the number that
// decided; inadmissible input is ErrInvalid.
func FindCycle(f VectorField, s CycleSearch) (*LimitCycle, error) {
	c, err := newCycleFinder(f, s)
	if err != nil {
		return nil, err
	}
	last := fmt.Errorf("%w: the orbit comes nowhere near its start again within %.6g", ErrNotConverged, c.most)
	// Where the flow across the cycle is fast the section at the start may miss it: later, none does.
	for attempt, lead := range [3]float64{s.Transient, c.most / 16, c.most / 4} {
		if err := c.flow(lead); err != nil {
			return nil, err
		}
		guesses, err := c.returns(1)
		if err != nil {
			last = err
		}
		if lead == 0 { // what repels is where the orbit came from
			before, _ := c.returns(-1)
			if len(guesses) == 0 || len(before) > 0 && before[0].miss < guesses[0].miss {
				before, guesses = guesses, before
			}
			guesses = append(guesses, before...)
		}
		for _, g := range guesses {
			cycle, err := c.shoot(g)
			if err == nil {
				return cycle, nil
			}
			last = err
		}
		if attempt == 0 && len(guesses) > 0 {
			return nil, last
		}
	}
	return nil, last
}

// flow lets the start follow the flow.
func (c *cycleFinder) flow(time float64) error {
	if time == 0 {
		return nil
	}
	run, err := Integrate(c.f, Integration{Start: c.start, Times: []float64{0, time}, RelTol: max(c.tol.relative, 1e-9)})
	if err == nil {
		c.start = run.States[1]
	}
	return err
}

// cycleFinder is a search under way.
type cycleFinder struct {
	f     VectorField
	n     int
	tol   tolerance
	most  float64
	start []float64
	size  float64 // extent of the orbit that the guess at hand comes from, largest coordinate
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

// orbitReturn is a guess at a cycle: where and when the orbit is back at the section
// through its start, by how much it misses the start, in units of its extent, and that.
type orbitReturn struct {
	point        []float64
	period       float64
	miss, extent float64
}

// cycleReturns is how many returns are looked at, cycleMiss how far they may be.
const (
	cycleReturns = 4
	cycleMiss    = 0.75
)

// returns follows the orbit from the start, forward (1) or backward (−1) in
// time, and gives its returns to the section through the start, across the flow.
func (c *cycleFinder) returns(direction float64) ([]orbitReturn, error) {
	field := c.directed(direction)
	normal, err := field(c.start)
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
	loose.relative = max(loose.relative, 1e-9)
	loose.absolute = loose.relative
	s := newStepper(field, loose)
	if err := s.start(0, c.start); err != nil {
		return nil, err
	}
	low, high := slices.Clone(c.start), slices.Clone(c.start)
	extent, left, found := 0.0, false, 0
	var out []orbitReturn
	for s.t < c.most && found < cycleReturns {
		before := above(s.x)
		if err := s.step(c.most); err != nil {
			return out, err
		}
		for i, v := range s.x {
			low[i], high[i] = min(low[i], v), max(high[i], v)
		}
		extent = largest(axpy(high, -1, low))
		left = left || before < 0
		if !left || before >= 0 || above(s.x) < 0 {
			continue
		}
		found++
		t := crossing(func(t float64) float64 { return above(s.at(t)) }, s.t-s.last, s.t)
		x := s.at(t)
		if miss := largest(axpy(x, -1, c.start)) / extent; miss <= cycleMiss {
			out = append(out, orbitReturn{x, t, miss, extent})
		}
	}
	if !(extent > math.Sqrt(unitRoundoff)*(1+largest(c.start))) {
		return nil, fmt.Errorf("%w: the orbit stays within %.3g of %v: a fixed point, or nearly", ErrNotConverged, extent, c.start)
	}
	return out, nil
}

// directed returns the field, or for −1 the one with time reversed.
func (c *cycleFinder) directed(direction float64) func(x []float64) ([]float64, error) {
	return func(x []float64) ([]float64, error) {
		v, err := fieldAt(c.f, x)
		for i := range v {
			v[i] *= direction
		}
		return v, err
	}
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
