package model

import (
	"fmt"
	"math"
)

// Method is a rule that advances the dynamics by one step.
type Method int

const (
	// Euler is the explicit Euler step s + dt·F(s).
	Euler Method = iota
	// RK4 is the classical Runge–Kutta step of order four.
	RK4
	// LeakyMap is the discrete-time network
	// x⁺ = (1−α) x + α (W φ(x) + b + B u), r⁺ = (1−α) r + α φ(W r + b + B ũ),
	// with one leak α = dt/τ for all units, the network's own τ unused.
	LeakyMap
)

// String returns "euler", "rk4" or "leaky-map".
func (m Method) String() string {
	switch m {
	case Euler:
		return "euler"
	case RK4:
		return "rk4"
	case LeakyMap:
		return "leaky-map"
	}
	return fmt.Sprintf("Method(%d)", int(m))
}

// InputSignal sets dst = u(t), the q input channels at time t.
type InputSignal func(t float64, dst []float64)

// ConstantInput returns the signal u(t) = u, for a network of len(u) inputs; on
// another it panics.
func ConstantInput(u []float64) InputSignal {
	u = append([]float64(nil), u...)
	return func(_ float64, dst []float64) {
		if len(dst) != len(u) {
			panic(fmt.Sprintf("model: a constant input of %d channels for a network of %d", len(u), len(dst)))
		}
		copy(dst, u)
	}
}

// Simulation says what Simulate integrates.
type Simulation struct {
	Form   Form
	Method Method
	Start  []float64 // x(0) or r(0) (N)
	// Input is u(t); nil is no input. In activity form the network is driven
	// by the filtered input ũ, τ ũ' = −ũ + u, which is what makes the two
	// forms one system (L10); τ must then be scalar.
	Input InputSignal
	// Unfiltered drives the activity form by u itself: a legitimate network,
	// for any τ, but another one than the activation form with that input.
	Unfiltered bool
	// Filtered is ũ(0) (q), used in activity form; nil is u(0), which is a
	// filter that has settled.
	Filtered []float64
	Dt       float64 // step, in the unit of τ; unused by LeakyMap
	Leak     float64 // α in (0, 1], used by LeakyMap alone
	Steps    int
}

// Trajectory is a simulated run: States[k] (N) at time k·dt, and in activity
// form with input Filtered[k] (q), the filtered input at that time.
type Trajectory struct {
	States   [][]float64
	Filtered [][]float64
}

// Simulate returns the Steps+1 states of the network from Start. The filtered
// input is a state of the same tableau, so that the discretized flows of the
// two forms agree to rounding (L10). States that overflow are
// ErrNotConverged, with the step named; inadmissible input is ErrInvalid.
func (net *RNN) Simulate(s Simulation) (*Trajectory, error) {
	run, err := net.newRun(s)
	if err != nil {
		return nil, err
	}
	tr := &Trajectory{}
	state, err := run.start()
	if err != nil {
		return nil, err
	}
	for k := 0; ; k++ {
		tr.States = append(tr.States, append([]float64(nil), state[:run.n]...))
		if run.filters {
			tr.Filtered = append(tr.Filtered, append([]float64(nil), state[run.n:]...))
		}
		if k == s.Steps {
			return tr, nil
		}
		state = run.step(float64(k), state)
		for i, x := range state {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return nil, fmt.Errorf("%w: state %d is %v after step %d", ErrNotConverged, i, x, k+1)
			}
		}
	}
}

// run integrates the state (x), or (r, ũ) where the input is filtered.
type run struct {
	net     *RNN
	sim     Simulation
	n       int
	filters bool
}

func (net *RNN) newRun(s Simulation) (*run, error) {
	if err := finiteVector("start", s.Start, net.Units()); err != nil {
		return nil, err
	}
	if s.Steps < 0 {
		return nil, invalidf("steps is %d, want ≥ 0", s.Steps)
	}
	if err := s.Form.check(); err != nil {
		return nil, err
	}
	switch s.Method {
	case Euler, RK4:
		if !(s.Dt > 0) || math.IsInf(s.Dt, 0) {
			return nil, invalidf("dt is %v, want > 0", s.Dt)
		}
	case LeakyMap:
		if !(s.Leak > 0 && s.Leak <= 1) {
			return nil, invalidf("leak is %v, want in (0, 1]", s.Leak)
		}
	default:
		return nil, invalidf("method is %v", s.Method)
	}
	if s.Input == nil {
		s.Input = func(_ float64, dst []float64) { clear(dst) }
	}
	r := &run{net: net, sim: s, n: net.Units(), filters: s.Form == Activity && net.q > 0 && !s.Unfiltered}
	if !r.filters {
		return r, nil
	}
	if _, scalar := net.ScalarTau(); !scalar && s.Method != LeakyMap {
		return nil, invalidf("tau differs between units: no filtered input of q channels makes the two forms one system; set Unfiltered")
	}
	if s.Filtered != nil {
		return r, finiteVector("filtered", s.Filtered, net.q)
	}
	return r, nil
}

func (r *run) start() ([]float64, error) {
	state := append([]float64(nil), r.sim.Start...)
	if !r.filters {
		return state, nil
	}
	if r.sim.Filtered != nil {
		return append(state, r.sim.Filtered...), nil
	}
	u := make([]float64, r.net.q)
	r.sim.Input(0, u)
	return append(state, u...), finiteVector("u(0)", u, r.net.q)
}

// step advances the state from time index k (in steps) to k+1.
func (r *run) step(k float64, s []float64) []float64 {
	switch r.sim.Method {
	case LeakyMap:
		return r.leakyStep(k, s)
	default:
		return rungeKutta(r.sim.Method, k, r.sim.Dt, s, r.rate)
	}
}

// rate returns the time derivative of the run's state at time t.
func (r *run) rate(t float64, s []float64) []float64 {
	u := make([]float64, r.net.q)
	r.sim.Input(t, u)
	out := make([]float64, len(s))
	drive := make([]float64, r.n)
	if !r.filters {
		r.net.drive(drive, u)
		r.net.field(r.sim.Form, out, s, drive)
		return out
	}
	filtered := s[r.n:]
	r.net.drive(drive, filtered)
	r.net.field(Activity, out[:r.n], s[:r.n], drive)
	tau := r.net.tau[0]
	for j := range filtered {
		out[r.n+j] = (-filtered[j] + u[j]) / tau
	}
	return out
}

func (r *run) leakyStep(k float64, s []float64) []float64 {
	a := r.sim.Leak
	u := make([]float64, r.net.q)
	r.sim.Input(k, u)
	drive := make([]float64, r.n)
	target := make([]float64, len(s))
	switch {
	case r.sim.Form == Activation:
		r.net.drive(drive, u)
		r.net.w.Apply(target, r.net.phiOf(s))
		for i := range drive {
			target[i] += drive[i]
		}
	default:
		driving := u
		if r.filters {
			driving = s[r.n:]
		}
		r.net.drive(drive, driving)
		r.net.w.Apply(target[:r.n], s[:r.n])
		for i := range drive {
			target[i] = r.net.phi.value(target[i] + drive[i])
		}
		copy(target[r.n:], u) // empty unless the input is filtered
	}
	next := make([]float64, len(s))
	for i := range s {
		next[i] = (1-a)*s[i] + a*target[i]
	}
	return next
}

func axpy(x []float64, a float64, y []float64) []float64 {
	out := make([]float64, len(x))
	for i := range x {
		out[i] = x[i] + a*y[i]
	}
	return out
}
