package model

import (
	"fmt"
	"math"
	"math/cmplx"
)

// Stability is a three-valued verdict on a fixed point.
type Stability int

const (
	// Undecided is a leading eigenvalue on the boundary, or nearer to it than
	// its rounding error.
	Undecided Stability = iota
	// Stable is linear (exponential) stability.
	Stable
	// Unstable is a direction of exponential growth.
	Unstable
)

// String returns "undecided", "stable" or "unstable".
func (s Stability) String() string {
	switch s {
	case Stable:
		return "stable"
	case Unstable:
		return "unstable"
	}
	return "undecided"
}

// EulerStability compares the flow at a fixed point with its explicit Euler
// map x ↦ x + dt·F(x), the network that is simulated.
type EulerStability struct {
	Flow     Stability
	Map      Stability
	Abscissa float64 // max Re λ, in 1/time
	Radius   float64 // max |1 + dt·λ|
}

// EulerStability returns the verdicts for a step dt > 0, in the unit of τ:
// the flow is stable iff Re λ < 0 for every eigenvalue λ, the map iff
// |1 + dt·λ| < 1, which for a scalar τ is |1 − α + αμ| with α = dt/τ. A stable
// map implies a stable flow; the reverse fails. (L13)
func (s *Spectrum) EulerStability(dt float64) (EulerStability, error) {
	if !(dt > 0) || math.IsInf(dt, 0) {
		return EulerStability{}, fmt.Errorf("%w: dt is %v, want > 0", ErrInvalid, dt)
	}
	flow, euler := newJudge(0), newJudge(1)
	judge := func(lambda complex128, uncertainty float64) {
		flow.see(real(lambda), uncertainty)
		size := 1 + dt*cmplx.Abs(lambda)
		euler.see(cmplx.Abs(1+complex(dt, 0)*lambda), dt*uncertainty+4*unitRoundoff*size)
	}
	for i, lambda := range s.Values {
		judge(lambda, s.Uncertainty[i])
	}
	for _, t := range s.Trivial {
		judge(complex(t.Value, 0), unitRoundoff*math.Abs(t.Value))
	}
	return EulerStability{
		Flow: flow.verdict(), Map: euler.verdict(),
		Abscissa: flow.largest, Radius: euler.largest,
	}, nil
}

// judge compares numbers with a boundary, each known up to an uncertainty.
type judge struct {
	boundary, largest  float64
	surelyOut, maybeOn bool
}

func newJudge(boundary float64) *judge {
	return &judge{boundary: boundary, largest: math.Inf(-1)}
}

func (j *judge) see(x, uncertainty float64) {
	j.largest = max(j.largest, x)
	switch {
	case x-uncertainty > j.boundary:
		j.surelyOut = true
	case !(x+uncertainty < j.boundary):
		j.maybeOn = true
	}
}

func (j *judge) verdict() Stability {
	switch {
	case j.surelyOut:
		return Unstable
	case j.maybeOn:
		return Undecided
	}
	return Stable
}
