package model

import (
	"fmt"
	"math/rand/v2"
)

// NoisySimulation says what SimulateNoisy runs.
type NoisySimulation struct {
	Form  Form
	Start []float64 // x_0 or r_0 (N)
	Input []float64 // u (q), constant
	Noise Noise     // of η or ε (N×N); unused where shocks are given
	// Given are shocks η_t or ε_t (steps×N) in place of drawn ones, as when two
	// forms are to be run on the same noise.
	Given [][]float64
	Steps int
}

// NoisyTrajectory is a run: States (steps+1 × N), and the shocks that were
// added (steps×N), States[t+1] holding Shocks[t].
type NoisyTrajectory struct{ States, Shocks [][]float64 }

// SimulateNoisy runs the network in discrete time, without a leak and with τ
// unused: in activation form x_{t+1} = W φ(x_t) + b + B u + η_t, in activity
// form r_{t+1} = φ(W r_t + b + B u) + ε_t. With ε given and η = W ε, x_t = W r_t
// + b + B u at every t, for every φ (X3).
//
// A step costs O(N R) for low-rank W and structured noise. Shapes that do not
// fit, or no rng where noise is drawn, are ErrInvalid; a state that is not
// finite is ErrNotConverged, with the step named.
func (net *RNN) SimulateNoisy(rng *rand.Rand, s NoisySimulation) (*NoisyTrajectory, error) {
	draw, err := net.shocks(rng, s)
	if err != nil {
		return nil, err
	}
	drive := make([]float64, net.Units())
	net.drive(drive, s.Input)
	state := append([]float64(nil), s.Start...)
	run := &NoisyTrajectory{States: [][]float64{state}}
	for t := range s.Steps {
		shock, next := draw(t), make([]float64, len(state))
		if s.Form == Activation {
			net.w.Apply(next, net.phiOf(state))
		} else {
			net.w.Apply(next, state)
		}
		for i := range next {
			next[i] += drive[i]
			if s.Form == Activity {
				next[i] = net.phi.value(next[i])
			}
			next[i] += shock[i]
		}
		if !finite(next) {
			return nil, fmt.Errorf("%w: the state is not finite after step %d", ErrNotConverged, t+1)
		}
		run.States, run.Shocks = append(run.States, next), append(run.Shocks, shock)
		state = next
	}
	return run, nil
}

// shocks returns what is added at step t.
func (net *RNN) shocks(rng *rand.Rand, s NoisySimulation) (func(t int) []float64, error) {
	if err := s.Form.check(); err != nil {
		return nil, err
	}
	if err := net.checkState("start", s.Start, s.Input); err != nil {
		return nil, err
	}
	if s.Steps < 0 {
		return nil, invalidf("steps is %d, want 0 or more", s.Steps)
	}
	if s.Given != nil {
		if len(s.Given) != s.Steps {
			return nil, invalidf("%d shocks are given for %d steps", len(s.Given), s.Steps)
		}
		for t, shock := range s.Given {
			if err := finiteVector(fmt.Sprintf("shock %d", t), shock, net.Units()); err != nil {
				return nil, err
			}
		}
		return func(t int) []float64 { return append([]float64(nil), s.Given[t]...) }, nil
	}
	if err := net.checkNoise(s.Noise); err != nil {
		return nil, err
	}
	if rng == nil {
		return nil, invalidf("no rng is given")
	}
	sample, err := s.Noise.sampler()
	if err != nil {
		return nil, err
	}
	return func(int) []float64 { return sample(rng) }, nil
}
