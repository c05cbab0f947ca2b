package model

import (
	"fmt"
	"math"
)

// Integration says what Integrate solves: ẋ = F(x) from Start (n) at Times[0].
type Integration struct {
	Start []float64
	Times []float64 // increasing, at least one
	// RelTol and AbsTol bound the error of a step: of x_i by AbsTol + RelTol·|x_i|
	// in the root mean square. 0 is 1e-10, and RelTol, in this order.
	RelTol, AbsTol float64
	MaxSteps       int // 0: a million
}

// Solution is the state at every time asked for: States[k] (n) at Times[k].
type Solution struct {
	Times           []float64
	States          [][]float64
	Steps, Rejected int // steps accepted, and steps tried in vain
}

// Integrate returns the solution of ẋ = F(x) at the times, by the explicit
// Runge–Kutta pair of Dormand and Prince, order 5(4), with its continuous
// extension of order 4 and steps chosen by a PI controller (Hairer, Nørsett and
// Wanner, Solving Ordinary Differential Equations I, II.4–6), and by how far the
// extension is from the field inside a step, which sees kinks that the pair does not. The error of the
// whole is that of the steps times what the flow makes of them. The pair is explicit: a stiff field, in which
// something decays at a rate λ, takes λ/3 steps a unit of time at least. It is written here
// because no maintained solver with dense output was found to depend on. A state that is no longer
// finite, a step below rounding or more than MaxSteps are ErrNotConverged, with the
// time named; inadmissible input is ErrInvalid.
func Integrate(f VectorField, o Integration) (*Solution, error) {
	if err := o.check(f.Dim()); err != nil {
		return nil, err
	}
	out := &Solution{Times: append([]float64(nil), o.Times...), States: [][]float64{append([]float64(nil), o.Start...)}}
	if len(o.Times) == 1 {
		return out, nil
	}
	s := newStepper(func(x []float64) ([]float64, error) { return fieldAt(f, x) }, o.tolerance())
	if err := s.start(o.Times[0], o.Start); err != nil {
		return nil, err
	}
	for next := 1; next < len(o.Times); {
		if err := s.step(o.Times[len(o.Times)-1]); err != nil {
			return nil, err
		}
		for ; next < len(o.Times) && o.Times[next] <= s.t; next++ {
			state := s.at(o.Times[next])
			if o.Times[next] == s.t {
				state = append([]float64(nil), s.x...)
			}
			out.States = append(out.States, state)
		}
	}
	out.Steps, out.Rejected = s.steps, s.rejected
	return out, nil
}

func (o Integration) check(n int) error {
	if err := finiteVector("start", o.Start, n); err != nil {
		return err
	}
	if len(o.Times) == 0 {
		return invalidf("no times to integrate to, want at least that of the start")
	}
	for k, t := range o.Times {
		if math.IsNaN(t) || math.IsInf(t, 0) || k > 0 && !(t > o.Times[k-1]) {
			return invalidf("times[%d] is %v, want finite and increasing", k, t)
		}
	}
	for _, tol := range []struct {
		name  string
		value float64
		least float64
	}{{"RelTol", o.RelTol, 16 * unitRoundoff}, {"AbsTol", o.AbsTol, 0}} {
		if v := tol.value; v != 0 && !(v >= tol.least) || math.IsInf(v, 0) {
			return invalidf("%s is %v, want 0 or at least %.3g", tol.name, v, tol.least)
		}
	}
	if o.MaxSteps < 0 {
		return invalidf("MaxSteps is %d, want 0 or more", o.MaxSteps)
	}
	return nil
}

// tolerance is what a stepper is held to.
type tolerance struct {
	relative, absolute float64
	maxSteps           int
}

func (o Integration) tolerance() tolerance {
	tol := tolerance{o.RelTol, o.AbsTol, o.MaxSteps}
	if tol.relative == 0 {
		tol.relative = 1e-10
	}
	if tol.absolute == 0 {
		tol.absolute = tol.relative
	}
	if tol.maxSteps == 0 {
		tol.maxSteps = 1_000_000
	}
	return tol
}

// stepper advances a solution by one step of the Dormand–Prince pair at a time.
// After step, x is the state at t, and at gives it within [t−last, t].
type stepper struct {
	f        func(x []float64) ([]float64, error)
	tol      tolerance
	absolute []float64 // tolerances of single coordinates; nil: tol.absolute for all

	t, h     float64
	x        []float64
	k        [7][]float64 // slopes of the last step; k[0] at its start, k[6] at its end
	last     float64      // length of the last step
	dense    [5][]float64 // coefficients of the continuous extension
	gap      []float64
	previous float64 // error of the last accepted step
	steps    int
	rejected int
}

func newStepper(f func(x []float64) ([]float64, error), tol tolerance) *stepper {
	return &stepper{f: f, tol: tol}
}

// start sets state and time, and guesses the first step from the first two
// derivatives (Hairer, Nørsett and Wanner, II.4).
func (s *stepper) start(t float64, x []float64) error {
	s.t, s.x, s.previous = t, append([]float64(nil), x...), 1e-4
	slope, err := s.slope(t, s.x)
	if err != nil {
		return err
	}
	if !finite(slope) {
		return fmt.Errorf("%w: the field is %v at time %v", ErrNotConverged, largest(slope), t)
	}
	s.k[6] = slope
	s.gap = make([]float64, len(x))
	for i := range s.dense {
		s.dense[i] = make([]float64, len(x))
	}
	size, speed := s.norm(s.x, s.x, s.x), s.norm(slope, s.x, s.x)
	h := 1e-6
	if size > 1e-5 && speed > 1e-5 {
		h = 0.01 * size / speed
	}
	ahead, err := s.slope(t+h, axpy(s.x, h, slope))
	if err != nil || !finite(ahead) {
		s.h = h
		return err
	}
	bend := s.norm(axpy(ahead, -1, slope), s.x, s.x) / h
	s.h = min(100*h, max(1e-6, h*1e-3))
	if m := max(bend, speed); m > 1e-15 {
		s.h = min(100*h, math.Pow(0.01/m, 0.2))
	}
	return nil
}

func (s *stepper) slope(t float64, x []float64) ([]float64, error) {
	v, err := s.f(x)
	if err != nil {
		return nil, fmt.Errorf("at time %v: %w", t, err)
	}
	return v, nil
}

// norm returns the root mean square of v, each entry in units of its tolerance.
func (s *stepper) norm(v, x, y []float64) float64 {
	sum, absolute := 0.0, s.tol.absolute
	for i, vi := range v {
		if s.absolute != nil {
			absolute = s.absolute[i]
		}
		e := vi / (absolute + s.tol.relative*max(math.Abs(x[i]), math.Abs(y[i])))
		sum += e * e
	}
	return math.Sqrt(sum / float64(len(v)))
}

// Steps are chosen as by Hairer's DOPRI5: h ← 0.9 h ε^(−0.17) ε_last^0.04 for the
// error ε in units of the tolerance, between a fifth and ten times h.
const (
	stepSafety  = 0.9
	stepMemory  = 0.04
	stepPower   = 0.2 - 0.75*stepMemory
	stepShrinks = 0.2
	stepGrows   = 10.0
)

// step accepts one step, which ends at end at the latest.
func (s *stepper) step(end float64) error {
	grows := stepGrows
	for {
		if s.steps+s.rejected >= s.tol.maxSteps {
			return fmt.Errorf("%w: %d steps end at time %v, the last of them of %.3g, which a stiff field asks of an explicit pair", ErrNotConverged, s.tol.maxSteps, s.t, s.last)
		}
		h, to := s.h, s.t+s.h
		if to >= end || end-to < 0.01*h {
			h, to = end-s.t, end
		}
		if !(h > 8*unitRoundoff*math.Abs(s.t)) || !(s.t+h > s.t) {
			return fmt.Errorf("%w: the step falls to %.3g at time %v, where the largest coordinate is %.3g", ErrNotConverged, h, s.t, largest(s.x))
		}
		next, k, e, err := s.try(h)
		if err == nil && e <= 1 {
			s.extend(h, k, next)
			e, err = s.defect(h, next, e)
		}
		if err != nil {
			return err
		}
		if !(e <= 1) { // NaN too
			s.rejected++
			grows = 1
			if math.IsNaN(e) || math.IsInf(e, 0) {
				s.h = h * stepShrinks
			} else {
				s.h = h * max(stepShrinks, stepSafety*math.Pow(e, -stepPower))
			}
			continue
		}
		s.steps++
		s.k, s.x, s.t, s.last = k, next, to, h
		factor := grows
		if e > 0 {
			factor = min(grows, max(stepShrinks, stepSafety*math.Pow(e, -stepPower)*math.Pow(s.previous, stepMemory)))
		}
		s.previous = max(e, 1e-4)
		if h >= s.h || factor < 1 { // not one cut short by the end
			s.h = h * factor
		}
		return nil
	}
}

// dormandPrince is the tableau: row i has the weights of the slopes before the
// i-th, the last row those of the step of order 5.
var dormandPrince = [7][]float64{
	{},
	{1.0 / 5},
	{3.0 / 40, 9.0 / 40},
	{44.0 / 45, -56.0 / 15, 32.0 / 9},
	{19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
	{9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656},
	{35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84},
}

// dormandPrinceNode are the times of the slopes in a step.
var dormandPrinceNode = [7]float64{0, 1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1, 1}

// dormandPrinceError is order 5 minus order 4; dormandPrinceDense the last term
// of the continuous extension.
var (
	dormandPrinceError = [7]float64{71.0 / 57600, 0, -71.0 / 16695, 71.0 / 1920, -17253.0 / 339200, 22.0 / 525, -1.0 / 40}
	dormandPrinceDense = [7]float64{
		-12715105075.0 / 11282082432, 0, 87487479700.0 / 32700410799, -10690763975.0 / 1880347072,
		701980252875.0 / 199316789632, -1453857185.0 / 822651844, 69997945.0 / 29380423,
	}
)

// try returns the state after h, the slopes, and the error of the pair in units of the tolerance.
func (s *stepper) try(h float64) (next []float64, k [7][]float64, e float64, err error) {
	k[0] = s.k[6]
	next = make([]float64, len(s.x))
	for i := 1; i < 7; i++ {
		copy(next, s.x)
		for j, a := range dormandPrince[i] {
			if a != 0 {
				for l, v := range k[j] {
					next[l] += h * a * v
				}
			}
		}
		if !finite(next) {
			return next, k, math.NaN(), nil
		}
		if k[i], err = s.slope(s.t+dormandPrinceNode[i]*h, next); err != nil {
			return nil, k, 0, err
		}
	}
	if !finite(k[6]) {
		return next, k, math.NaN(), nil
	}
	gap := s.gap
	clear(gap)
	for i, w := range dormandPrinceError {
		if w != 0 {
			for l, v := range k[i] {
				gap[l] += h * w * v
			}
		}
	}
	return next, k, s.norm(gap, s.x, next), nil
}

// Where the slope of F jumps within a step the pair may by chance see nothing,
// whatever the error: a kink then cost up to 10⁵ tolerances. So the continuous extension
// is held to F at one more point, where what F leaves of its slope is on smooth steps about the error of
// the pair: four times that for either one, and a kink costs 13 tolerances at most (measured).
const (
	defectAt    = 0.65
	defectShare = 4.0
)

// defect returns the larger of the pair's error and a share of the extension's
// defect h|u' − F(u)|, after extend.
func (s *stepper) defect(h float64, next []float64, e float64) (float64, error) {
	theta, rest := defectAt, 1-defectAt
	x, gap := make([]float64, len(next)), make([]float64, len(next))
	for l := range x {
		inner := s.dense[3][l] + rest*s.dense[4][l]
		middle := s.dense[2][l] + theta*inner
		outer := s.dense[1][l] + rest*middle
		x[l] = s.dense[0][l] + theta*outer
		gap[l] = outer + theta*(rest*(inner-theta*s.dense[4][l])-middle) // h u'
	}
	if !finite(x) {
		return math.NaN(), nil
	}
	slope, err := s.slope(s.t+theta*h, x)
	if err != nil {
		return 0, err
	}
	for l, v := range slope {
		gap[l] -= h * v
	}
	d := s.norm(gap, s.x, next) / defectShare
	if math.IsNaN(d) {
		return d, nil
	}
	return max(e, d), nil
}

// extend prepares at for the step of length h, of slopes k, that ends in next.
func (s *stepper) extend(h float64, k [7][]float64, next []float64) {
	copy(s.dense[0], s.x)
	clear(s.dense[4])
	for l := range next {
		rise := next[l] - s.x[l]
		bend := h*k[0][l] - rise
		s.dense[1][l] = rise
		s.dense[2][l] = bend
		s.dense[3][l] = rise - h*k[6][l] - bend
		for i, w := range dormandPrinceDense {
			if w != 0 {
				s.dense[4][l] += h * w * k[i][l]
			}
		}
	}
}

// at returns the state at a time within the last step.
func (s *stepper) at(t float64) []float64 {
	theta := 1 - (s.t-t)/s.last
	rest := 1 - theta
	x := make([]float64, len(s.x))
	for l := range x {
		x[l] = s.dense[0][l] + theta*(s.dense[1][l]+rest*(s.dense[2][l]+theta*(s.dense[3][l]+rest*s.dense[4][l])))
	}
	return x
}
