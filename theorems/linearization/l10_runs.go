package linearization

import (
	"math"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/theorems"
)

// judgeRun runs one form, and claims that every state is the one before it,
// stepped by the oracle's tableau. The activity form is driven by ũ unless
// unfiltered, and then ũ is claimed too.
func judgeRun(form model.Form, unfiltered bool) func(theorems.Subject, generators.Run) (theorems.Finding, error) {
	return func(s theorems.Subject, c generators.Run) (f theorems.Finding, err error) {
		if s.Simulate == nil {
			return f, theorems.Missing("Simulate")
		}
		t, err := started(c, s.UnitRoundoff)
		if err != nil {
			return f, err
		}
		run := simulation(c, form, c.Start, c.Filtered, 0, c.Steps)
		filters := form == model.Activity && !unfiltered && c.Inputs() > 0
		if run.Unfiltered = unfiltered; !filters {
			run.Filtered = nil
		}
		got, err := s.Simulate(t.net, run)
		if err != nil {
			return f, err
		}
		f.Demand("steps+1 states", len(got.States) == c.Steps+1)
		f.Demand("the filtered input is part of the state", !filters || len(got.Filtered) == c.Steps+1)
		if f.Verdict == theorems.Fails {
			return f, nil
		}
		t.expectState(&f, "|first state − start|", got.States[0], c.Start, 0, dense.VectorNormInf(c.Start))
		if filters {
			t.expectState(&f, "|first ũ − its start|", got.Filtered[0], c.Filtered, 0, dense.VectorNormInf(c.Filtered))
		}
		for k := 0; k < c.Steps && f.Verdict != theorems.Fails; k++ {
			var filtered []float64
			if filters {
				filtered = got.Filtered[k]
			}
			next, nextFiltered, err := t.oracleStep(c, form, got.States[k], filtered, k)
			if err != nil {
				return f, err
			}
			growth := t.growth(c)
			t.expectState(&f, "|state⁺ − the tableau's|, "+form.String(), got.States[k+1], next, growth, t.runSize(c, form, got.States[k], filtered, k))
			if filters {
				size := dense.VectorNormInf(filtered) + signalSize(c, k)
				t.expectState(&f, "|ũ⁺ − the tableau's|", got.Filtered[k+1], nextFiltered, growth, size)
			}
		}
		return f, nil
	}
}

// started is what oracles know of a run's network.
func started(c generators.Run, u float64) (*truth, error) {
	t, err := observe(c.Network, make([]float64, c.Units()), u)
	if err != nil {
		return nil, err
	}
	t.law.Bias = c.Bias
	t.net, err = c.RNN(c.Bias)
	return t, err
}

// expectState claims a state entry by entry, one step after numbers of a size
// that were added; growth 0: no step.
func (t *truth) expectState(f *theorems.Finding, what string, got, want []float64, growth, size float64) {
	f.Demand(what+": as many entries", len(got) == len(want))
	if f.Verdict == theorems.Fails {
		return
	}
	size *= 1 + growth
	bound := 2*t.u*size + 8*(t.units()+12)*t.u*size*growth*(1+t.net.Nonlinearity().Lipschitz()) + (1+growth)*t.smallest
	for i := range want {
		f.Expect(what, math.Abs(got[i]-want[i]), bound, size+4*(1+growth)*t.smallest)
	}
}

// growth is Σ_{j≤s}(hK)ʲ/j!, h = dt/min τ or the leak: what a tableau of s stages
// makes of an error.
func (t *truth) growth(c generators.Run) float64 {
	h := c.Step
	if c.Method != "leaky-map" {
		h *= c.Tau[0] / t.shortest
	}
	hk := h * (1 + t.net.Nonlinearity().Lipschitz()*t.absRows())
	stages := 1
	if c.Method == "rk4" {
		stages = 4
	}
	sum, term := 1.0, 1.0
	for j := 1; j <= stages; j++ {
		term *= hk / float64(j)
		sum += term
	}
	return sum
}

// runSize bounds the numbers that are added in the rate at a state of a run in
// units of τ: the state, and outputs through W with drives, or outputs of them.
func (t *truth) runSize(c generators.Run, form model.Form, state, filtered []float64, k int) float64 {
	phi, w := t.net.Nonlinearity(), t.absRows()
	size, signal := dense.VectorNormInf(state), signalSize(c, k)+dense.VectorNormInf(filtered)
	drive := 0.0
	for i := range t.n {
		b := math.Abs(c.Bias[i])
		for q := range c.U {
			b += math.Abs(t.b[i][q]) * signal
		}
		drive = max(drive, b)
	}
	atRest := math.Abs(phi.Value(0))
	if form == model.Activation {
		return size + w*(atRest+phi.Lipschitz()*size) + drive
	}
	return size + atRest + phi.Lipschitz()*(w*size+drive)
}

// signalSize bounds |u| in step k, and what the rounding of times in units of
// themselves makes of it.
func signalSize(c generators.Run, k int) float64 {
	time := float64(k + 1)
	if c.Method != "leaky-map" {
		time *= c.Step * c.Tau[0]
	}
	size := 0.0
	for q := range c.U {
		size = max(size, math.Abs(c.U[q])+math.Abs(c.Wave[q])*(1+2*math.Pi*time/c.Period))
	}
	return size
}

// oracleStep is the tableau applied to the oracle's field of a form, from step k
// on: of the state alone, driven by u, or with the filtered input that drives it.
func (t *truth) oracleStep(c generators.Run, form model.Form, state, filtered []float64, k int) (next, nextFiltered []float64, err error) {
	dt, unit := c.Step*c.Tau[0], c.Step*c.Tau[0]
	if c.Method == "leaky-map" { // s⁺ = s + leak·(target − s)
		dt, unit = c.Step, 1
	}
	after, err := tableau(c.Method, dt, append(append([]float64(nil), state...), filtered...), func(offset float64, y []float64) ([]float64, error) {
		u := c.Signal((float64(k) + offset) * unit)
		drive := u
		if len(filtered) > 0 {
			drive = y[t.n:]
		}
		rate, err := t.field(form, y[:t.n], drive)
		if err != nil {
			return nil, err
		}
		perTime := 1 / t.tau[0] // of ũ, where there is one τ
		if c.Method == "leaky-map" {
			perTime = 1
			for i := range rate {
				rate[i] *= t.tau[i]
			}
		}
		for j, x := range y[t.n:] {
			rate = append(rate, (u[j]-x)*perTime)
		}
		return rate, nil
	})
	if err != nil {
		return nil, nil, err
	}
	return after[:t.n], after[t.n:], nil
}

// tableau takes one step of a method, the rate being that at an offset in steps.
func tableau(method string, dt float64, x []float64, rate func(offset float64, y []float64) ([]float64, error)) ([]float64, error) {
	moved := func(by float64, rate []float64) []float64 {
		out := make([]float64, len(x))
		for i := range out {
			out[i] = x[i] + by*rate[i]
		}
		return out
	}
	k1, err := rate(0, x)
	if err != nil {
		return nil, err
	}
	if method != "rk4" {
		return moved(dt, k1), nil
	}
	k2, err := rate(0.5, moved(dt/2, k1))
	if err != nil {
		return nil, err
	}
	k3, err := rate(0.5, moved(dt/2, k2))
	if err != nil {
		return nil, err
	}
	k4, err := rate(1, moved(dt, k3))
	if err != nil {
		return nil, err
	}
	mean := make([]float64, len(x))
	for i := range mean {
		mean[i] = (k1[i] + 2*k2[i] + 2*k3[i] + k4[i]) / 6
	}
	return moved(dt, mean), nil
}

// equalWeights is a subject whose RK4 gives its four rates one weight, where no
// input is filtered.
func equalWeights(s theorems.Subject) theorems.Subject {
	right, field := s.Simulate, s.Field
	s.Simulate = func(net *model.RNN, sim model.Simulation) (*model.Trajectory, error) {
		if sim.Method != model.RK4 || sim.Form == model.Activity && net.Inputs() > 0 && !sim.Unfiltered {
			return right(net, sim)
		}
		out := &model.Trajectory{States: [][]float64{sim.Start}}
		for k := range sim.Steps {
			x := out.States[k]
			next, rate := append([]float64(nil), x...), make([]float64, len(x))
			for _, offset := range []float64{0, 0.5, 0.5, 1} {
				stage, u := make([]float64, len(x)), make([]float64, net.Inputs())
				for i := range stage {
					stage[i] = x[i] + offset*sim.Dt*rate[i]
				}
				if sim.Input != nil {
					sim.Input((float64(k)+offset)*sim.Dt, u)
				}
				var err error
				if rate, err = field(net, sim.Form, stage, u); err != nil {
					return nil, err
				}
				for i := range next {
					next[i] += sim.Dt / 4 * rate[i]
				}
			}
			out.States = append(out.States, next)
		}
		return out, nil
	}
	return s
}
