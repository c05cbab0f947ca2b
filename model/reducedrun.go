package model

import (
	"fmt"
	"math"
)

// ReducedRun says what ReducedNetwork.Run integrates: from x(0) = M κ(0) +
// I v(0) + x_⊥(0), with the input signal u(t).
type ReducedRun struct {
	Kappa  []float64 // κ(0) (R); nil is 0
	V      float64   // v(0), the input as it has been filtered so far
	Beside []float64 // x_⊥(0) (N), which decays as e^−t; nil is 0
	// Signal is u(t) in dv/dt = −v + u; nil is 1, an input that has been on.
	Signal func(t float64) float64
	Method Method  // Euler or RK4
	Dt     float64 // in units of τ
	Steps  int
}

// ReducedTrajectory is a run: Kappa[k] (R), V[k] and Decay[k] at time k·dt,
// behind which is x = M κ + I v + Decay·x_⊥(0).
type ReducedTrajectory struct {
	Kappa    [][]float64
	V, Decay []float64
}

// Run returns the Steps+1 states of the reduced system. κ, v and the decay
// e^−t are states of one Runge–Kutta tableau, so that they reproduce each step
// of the N-unit network to rounding (M1); with the closed forms of v and e^−t
// they would do so to the order of the tableau alone. A step costs O(N R).
// States that overflow are ErrNotConverged; inadmissible input is ErrInvalid.
func (net *ReducedNetwork) Run(run ReducedRun) (*ReducedTrajectory, error) {
	state, err := net.startOf(run)
	if err != nil {
		return nil, err
	}
	if run.Signal == nil {
		run.Signal = func(float64) float64 { return 1 }
	}
	rank := net.Rank()
	rate := func(t float64, s []float64) []float64 {
		kappa, v, decay := s[:rank], s[rank], s[rank+1]
		var beside func(int) float64
		if run.Beside != nil {
			beside = func(i int) float64 { return decay * run.Beside[i] }
		}
		return append(net.field(kappa, v, beside), -v+run.Signal(t), -decay)
	}
	out := &ReducedTrajectory{}
	for k := 0; ; k++ {
		out.Kappa = append(out.Kappa, append([]float64(nil), state[:rank]...))
		out.V, out.Decay = append(out.V, state[rank]), append(out.Decay, state[rank+1])
		if k == run.Steps {
			return out, nil
		}
		state = rungeKutta(run.Method, float64(k), run.Dt, state, rate)
		for i, x := range state {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return nil, fmt.Errorf("%w: state %d is %v after step %d", ErrNotConverged, i, x, k+1)
			}
		}
	}
}

// startOf validates a run and returns its state (κ, v, decay).
func (net *ReducedNetwork) startOf(run ReducedRun) ([]float64, error) {
	if run.Kappa == nil {
		run.Kappa = make([]float64, net.Rank())
	}
	if err := net.check(run.Kappa, run.V); err != nil {
		return nil, err
	}
	if run.Beside != nil {
		if err := finiteVector("x beside the loadings", run.Beside, net.Units()); err != nil {
			return nil, err
		}
	}
	if !(run.Dt > 0) || math.IsInf(run.Dt, 0) {
		return nil, invalidf("dt is %v, want > 0", run.Dt)
	}
	if run.Steps < 0 {
		return nil, invalidf("steps is %d, want ≥ 0", run.Steps)
	}
	if run.Method != Euler && run.Method != RK4 {
		return nil, invalidf("method is %v, want euler or rk4", run.Method)
	}
	return append(append([]float64(nil), run.Kappa...), run.V, 1), nil
}

// rungeKutta advances a state by an explicit step from time k·h.
func rungeKutta(method Method, k, h float64, s []float64, rate func(t float64, s []float64) []float64) []float64 {
	k1 := rate(k*h, s)
	if method == Euler {
		return axpy(s, h, k1)
	}
	k2 := rate((k+0.5)*h, axpy(s, h/2, k1))
	k3 := rate((k+0.5)*h, axpy(s, h/2, k2))
	k4 := rate((k+1)*h, axpy(s, h, k3))
	next := make([]float64, len(s))
	for i := range s {
		next[i] = s[i] + h/6*(k1[i]+2*k2[i]+2*k3[i]+k4[i])
	}
	return next
}

// States returns x = M κ + I v + Decay·x_⊥(0) (N) at each time of a run that
// began with this x_⊥(0), nil for 0.
func (net *ReducedNetwork) States(tr *ReducedTrajectory, beside []float64) ([][]float64, error) {
	if tr == nil {
		return nil, invalidf("no trajectory is given")
	}
	if len(tr.V) != len(tr.Kappa) || len(tr.Decay) != len(tr.Kappa) {
		return nil, invalidf("the trajectory has %d states, %d values of v and %d of the decay, want one of each a time", len(tr.Kappa), len(tr.V), len(tr.Decay))
	}
	if beside != nil {
		if err := finiteVector("x beside the loadings", beside, net.Units()); err != nil {
			return nil, err
		}
	}
	out := make([][]float64, len(tr.Kappa))
	for k, kappa := range tr.Kappa {
		x, err := net.State(kappa, tr.V[k])
		if err != nil {
			return nil, err
		}
		for i, b := range beside {
			x[i] += tr.Decay[k] * b
		}
		out[k] = x
	}
	return out, nil
}
