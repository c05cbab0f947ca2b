package wire

import (
	"math"
	"slices"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
)

// runOperations are those that step a network through time.
func runOperations() []operation { return []operation{simulate(), simulateDriven()} }

func canSimulate(s theorems.Subject) bool { return s.Simulate != nil }

// runParams are those of an autonomous run.
type runParams struct {
	Network Network   `json:"network"`
	X0      []float64 `json:"x0"` // x(0) or r(0), as the form says
	Dt      float64   `json:"dt"`
	Steps   int       `json:"steps"`
	Form    string    `json:"form"`
	Method  string    `json:"method"` // euler, rk4
}

type statesResult struct {
	States [][]float64 `json:"states"` // steps+1 × N
}

func simulate() operation {
	return on("simulate", canSimulate,
		func(s theorems.Subject, p runParams) (*statesResult, error) {
			net, err := p.Network.RNN()
			if err != nil {
				return nil, err
			}
			run := model.Simulation{Start: p.X0, Dt: p.Dt, Steps: p.Steps}
			if run.Form, err = model.FormByName(p.Form); err != nil {
				return nil, err
			}
			if run.Method, err = methodNamed(p.Method); err != nil {
				return nil, err
			}
			if run.Method == model.LeakyMap {
				return nil, invalidf("method leaky-map is one of simulate_driven")
			}
			tr, err := s.Simulate(net, run)
			if err != nil {
				return nil, err
			}
			return &statesResult{tr.States}, nil
		}, installSimulate)
}

// drivenParams are those of a run with input, and of the leaky map. Inputs are
// u(0), u(dt/2), u(dt), … (2·steps+1 × q), dt being 1 for the leaky map.
type drivenParams struct {
	Network    Network     `json:"network"`
	Start      []float64   `json:"start"`
	Dt         float64     `json:"dt,omitempty"`
	Leak       float64     `json:"leak,omitempty"`
	Steps      int         `json:"steps"`
	Form       string      `json:"form"`
	Method     string      `json:"method"` // euler, rk4, leaky-map
	Inputs     [][]float64 `json:"inputs"`
	Filtered   []float64   `json:"filtered,omitempty"` // ũ(0); left out: u(0)
	Unfiltered bool        `json:"unfiltered,omitempty"`
}

type drivenResult struct {
	States   [][]float64 `json:"states"`             // steps+1 × N
	Filtered [][]float64 `json:"filtered,omitempty"` // steps+1 × q
}

func simulateDriven() operation {
	return on("simulate_driven", canSimulate,
		func(s theorems.Subject, p drivenParams) (*drivenResult, error) {
			net, err := p.Network.RNN()
			if err != nil {
				return nil, err
			}
			run := model.Simulation{Start: p.Start, Dt: p.Dt, Leak: p.Leak, Steps: p.Steps, Filtered: p.Filtered, Unfiltered: p.Unfiltered}
			if run.Form, err = model.FormByName(p.Form); err != nil {
				return nil, err
			}
			if run.Method, err = methodNamed(p.Method); err != nil {
				return nil, err
			}
			if err := checkShape("inputs", p.Inputs, 2*p.Steps+1, net.Inputs()); err != nil {
				return nil, invalidf("%v", err)
			}
			if net.Inputs() > 0 {
				run.Input = sampledSignal(p.Inputs, halfStep(run))
			}
			tr, err := s.Simulate(net, run)
			if err != nil {
				return nil, err
			}
			return &drivenResult{tr.States, tr.Filtered}, nil
		}, installSimulate)
}

// halfStep returns dt/2, in steps for the leaky map.
func halfStep(s model.Simulation) float64 {
	if s.Method == model.LeakyMap {
		return 0.5
	}
	return s.Dt / 2
}

// sampledSignal returns the signal of the samples at 0, half, 2·half, …, at the
// nearest of these times.
func sampledSignal(samples [][]float64, half float64) model.InputSignal {
	return func(t float64, dst []float64) {
		k := int(math.Round(t / half))
		copy(dst, samples[min(max(k, 0), len(samples)-1)])
	}
}

// samplesOf returns u(0), u(dt/2), …, u(steps·dt) of a run's input (q each).
func samplesOf(s model.Simulation, q int) [][]float64 {
	out := [][]float64{}
	if q == 0 {
		return out
	}
	for k := range 2*s.Steps + 1 {
		u := make([]float64, q)
		if s.Input != nil {
			s.Input(float64(k)/2*(2*halfStep(s)), u)
		}
		out = append(out, u)
	}
	return out
}

// installSimulate sets Simulate: an Euler or RK4 run whose input rests is one
// without input, of the bias b + B u, and asks simulate, if that is offered.
func installSimulate(s *theorems.Subject, c *client) {
	s.Simulate = func(net *model.RNN, run model.Simulation) (*model.Trajectory, error) {
		if run.Steps < 0 {
			return nil, invalidf("steps is %d, want ≥ 0", run.Steps)
		}
		inputs := samplesOf(run, net.Inputs())
		if u, rests := resting(run, inputs); rests && run.Method != model.LeakyMap && (c.offers["simulate"] || !c.offers["simulate_driven"]) {
			r, err := ask[statesResult](c, "simulate", runParams{NetworkOf(net).atInput(u), run.Start, run.Dt, run.Steps, run.Form.String(), run.Method.String()})
			if err != nil {
				return nil, err
			}
			tr := &model.Trajectory{States: r.States}
			if run.Form == model.Activity && len(u) > 0 && !run.Unfiltered {
				tr.Filtered = slices.Repeat([][]float64{u}, run.Steps+1)
			}
			return tr, shaped("simulate", checkShape("states", r.States, run.Steps+1, net.Units()))
		}
		p := drivenParams{Network: NetworkOf(net), Start: run.Start, Steps: run.Steps, Form: run.Form.String(), Method: run.Method.String(),
			Inputs: inputs, Filtered: run.Filtered, Unfiltered: run.Unfiltered, Dt: run.Dt}
		if run.Method == model.LeakyMap {
			p.Dt, p.Leak = 0, run.Leak
		}
		r, err := ask[drivenResult](c, "simulate_driven", p)
		if err != nil {
			return nil, err
		}
		checks := []error{checkShape("states", r.States, run.Steps+1, net.Units())}
		if run.Form == model.Activity && net.Inputs() > 0 && !run.Unfiltered {
			checks = append(checks, checkShape("filtered", r.Filtered, run.Steps+1, net.Inputs()))
		}
		return &model.Trajectory{States: r.States, Filtered: r.Filtered}, shaped("simulate_driven", checks...)
	}
}

// resting returns the input of a run (q) where it is one throughout, the filter
// settled on it.
func resting(s model.Simulation, inputs [][]float64) (u []float64, rests bool) {
	if len(inputs) == 0 {
		return nil, true
	}
	for _, v := range inputs {
		if !slices.Equal(v, inputs[0]) {
			return nil, false
		}
	}
	filtered := s.Form == model.Activity && !s.Unfiltered && s.Filtered != nil
	return inputs[0], !filtered || slices.Equal(s.Filtered, inputs[0])
}

func methodNamed(name string) (model.Method, error) {
	for _, m := range []model.Method{model.Euler, model.RK4, model.LeakyMap} {
		if m.String() == name {
			return m, nil
		}
	}
	return 0, invalidf("method %q is unknown; known: euler, rk4, leaky-map", name)
}

func stabilityNamed(member, name string) (model.Stability, error) {
	for _, s := range []model.Stability{model.Undecided, model.Stable, model.Unstable} {
		if s.String() == name {
			return s, nil
		}
	}
	return 0, invalidf("%s is %q, want stable, unstable or undecided", member, name)
}
