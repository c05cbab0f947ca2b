package linearization

import (
	"math"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/theorems"
)

// Trajectories is L10.
func Trajectories() theorems.Theorem {
	networks := generators.NetworkOptions{MaxUnits: 6, Nonlinearity: generators.AllNonlinearities, ModestEntries: true}
	driven := networks
	driven.Inputs = true
	anyTau, drivenAnyTau := networks, driven
	anyTau.UnitWiseTau, drivenAnyTau.UnitWiseTau = true, true
	return theorems.Theorem{
		Ref: "L10", ID: "linearization/trajectories",
		Statement: "For constant u, r ↦ W r + b + B u carries activity trajectories to activation trajectories, for every W. For u(t) the activity form is " +
			"driven by ũ, τũ' = −ũ + u, and x = W r + b + B ũ. Explicit Runge–Kutta steps, and the leaky map x⁺ = (1−α)x + α(Wφ(x) + b + Bu), " +
			"commute with that map, ũ being a state of the same tableau.",
		Source: "P (arXiv:2309.04030), section 2; discretized flows +",
		Given:  []string{"τ is scalar", "the activity form is driven by the filtered input ũ"},
		Needed: []theorems.Witness{unitWiseTauBreaksTrajectories(), unfilteredInputBreaksTrajectories()},
		Why: "One restarted step: every stage is a sum of N + q + 3 terms, 8(N+q+R+20)u times their size S, which grows itself; a stage's error grows by " +
			"G = Σ_{j≤s}(hK)ʲ/j!, K = 1 + Lip(φ)‖W‖, h = dt/τ, on its way through the tableau; a wave's phase is rounded in units of itself. Over a run of k steps, Gᵏ. " +
			"A run by itself is compared step by step with the oracle's tableau, restarted from each of its states.",
		Claims: []theorems.Check{
			recheckedByRun(theorems.Claim("steps", generators.Runs(driven), judgeSteps).Visiting("time-varying input", "euler", "rk4", "leaky-map")),
			recheckedByRun(theorems.Claim("autonomous steps", generators.Runs(networks), judgeSteps).Visiting("N = 1", "W = 0", "W nilpotent", "low rank", "relu")),
			// These ask for runs alone, of one form each, which what is above rests on.
			recheckedByRun(theorems.Claim("resting input, activation form", generators.RestingRuns(anyTau), judgeRun(model.Activation, false)).Visiting("unit-wise tau", "euler", "rk4")),
			recheckedByRun(theorems.Claim("resting input, activity form", generators.RestingRuns(anyTau), judgeRun(model.Activity, true)).Visiting("unit-wise tau", "euler", "rk4")),
			recheckedByRun(theorems.Claim("driven, activation form", generators.Runs(drivenAnyTau), judgeRun(model.Activation, true)).Visiting("unit-wise tau", "euler", "rk4", "leaky-map")),
			recheckedByRun(theorems.Claim("driven by ũ, activity form", generators.Runs(driven), judgeRun(model.Activity, false)).Visiting("euler", "rk4", "leaky-map")),
			recheckedByRun(theorems.Claim("driven by u itself, activity form", generators.Runs(drivenAnyTau), judgeRun(model.Activity, true)).Visiting("unit-wise tau", "euler", "rk4", "leaky-map")),
		},
		Exact: []theorems.Check{
			theorems.Decide("Euler, RK4 and leaky steps, exactly", generators.Runs(exactRuns()), decideSteps).Visiting("time-varying input", "relu", "hard-tanh", "W singular"),
		},
		Certificates: []theorems.Certificate{
			// φ enters as a vector of indeterminates: the identity holds whatever φ is.
			identity("W r⁺ + b + Bũ⁺ = x⁺ for x = W r + b + Bũ, any φ(x), h", squares(), stepEquations),
		},
		Twins: []theorems.Twin{
			simulateTwin("driven by u itself", "ũ = u in activity form", func(_ *model.RNN, s model.Simulation) model.Simulation {
				s.Unfiltered = true
				return s
			}),
			toActivationTwin("bias forgotten", "x = W r + B ũ", func(net *model.RNN, r, u []float64) ([]float64, error) {
				return misread(net, func(c *model.RNNConfig) { c.Bias = nil }, func(n *model.RNN) ([]float64, error) { return n.ToActivation(r, u) })
			}),
			toActivationTwin("filtered input forgotten", "x = W r + b", func(net *model.RNN, r, u []float64) ([]float64, error) {
				return net.ToActivation(r, make([]float64, len(u)))
			}),
			simulateTwin("input held over a step", "u(t_k) at every stage of RK4", func(_ *model.RNN, s model.Simulation) model.Simulation {
				if right := s.Input; right != nil && s.Form == model.Activity && s.Method == model.RK4 {
					s.Input = func(t float64, dst []float64) { right(math.Floor(t/s.Dt+1e-9)*s.Dt, dst) }
				}
				return s
			}),
			simulateTwin("filter with another time constant", "ũ' = (u − ũ(0))/(2τ) at first: a filter that is too slow", func(_ *model.RNN, s model.Simulation) model.Simulation {
				if right := s.Input; right != nil && s.Form == model.Activity {
					s.Input = func(t float64, dst []float64) {
						right(t, dst)
						for j := range dst {
							dst[j] = (dst[j] + s.Filtered[j]) / 2
						}
					}
				}
				return s
			}),
			simulateTwin("filter that stays", "ũ left where it starts", func(_ *model.RNN, s model.Simulation) model.Simulation {
				if s.Input != nil && s.Form == model.Activity && s.Filtered != nil {
					s.Input = model.ConstantInput(s.Filtered)
				}
				return s
			}),
			simulateTwin("τ forgotten", "dt in units of τ in both forms", func(net *model.RNN, s model.Simulation) model.Simulation {
				if right, dt := s.Input, s.Dt; right != nil && s.Method != model.LeakyMap {
					s.Input = func(t float64, dst []float64) { right(t/s.Dt*dt, dst) }
				}
				s.Dt *= net.Tau(0)
				return s
			}),
			{Name: "RK4 with equal weights", Mistake: "(k₁ + k₂ + k₃ + k₄)/4", Break: equalWeights},
			simulateTwin("dt/τ twice", "dt divided by τ before a step that divides by τ", func(net *model.RNN, s model.Simulation) model.Simulation {
				if s.Form == model.Activity {
					s.Dt /= net.Tau(0)
				}
				return s
			}),
		},
		MaxUnknown: 0.05,
	}
}

func simulateTwin(name, mistake string, wrong func(*model.RNN, model.Simulation) model.Simulation) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		right := s.Simulate
		s.Simulate = func(net *model.RNN, sim model.Simulation) (*model.Trajectory, error) {
			return right(net, wrong(net, sim))
		}
		return s
	}}
}

// simulation is the run in one form from given start values, its clock set to
// step k.
func simulation(c generators.Run, form model.Form, start, filtered []float64, k, steps int) model.Simulation {
	s := model.Simulation{Form: form, Start: start, Steps: steps, Dt: c.Step * c.Tau[0], Leak: c.Step}
	unit := s.Dt
	switch c.Method {
	case "euler":
		s.Method = model.Euler
	case "rk4":
		s.Method = model.RK4
	default:
		s.Method, unit = model.LeakyMap, 1
	}
	if c.Inputs() > 0 {
		s.Input = func(t float64, dst []float64) { copy(dst, c.Signal(t+float64(k)*unit)) }
		if form == model.Activity {
			s.Filtered = filtered
		}
	}
	return s
}

func judgeSteps(s theorems.Subject, c generators.Run) (f theorems.Finding, err error) {
	if s.Simulate == nil || s.ToActivation == nil {
		return f, theorems.Missing("Simulate, ToActivation")
	}
	t, err := started(c, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	whole, err := s.Simulate(t.net, simulation(c, model.Activity, c.Start, c.Filtered, 0, c.Steps))
	if err != nil {
		return f, err
	}
	r, filtered := c.Start, c.Filtered
	growth := t.growth(c)
	drift := 0.0
	for k := range c.Steps {
		r, filtered, err = t.expectStep(&f, s, c, r, filtered, k)
		if err != nil || f.Verdict == theorems.Fails {
			return f, err
		}
		size := t.stepSize(c, r, filtered, k) + dense.VectorNormInf(r)
		drift = growth*drift + 16*t.units()*t.u*size*growth
		for i := range r {
			f.Expect("|a run − its steps one by one|", math.Abs(whole.States[k+1][i]-r[i]), drift, size)
		}
	}
	return f, nil
}

// stepSize bounds the numbers that are added in a step from (r, ũ): net
// inputs, outputs through W, drives; they too grow through the tableau.
func (t *truth) stepSize(c generators.Run, r, filtered []float64, k int) float64 {
	phi := t.net.Nonlinearity()
	drive, signal := 0.0, signalSize(c, k)
	for i := range t.n {
		b := math.Abs(c.Bias[i])
		for q := range filtered {
			b += math.Abs(t.b[i][q]) * (math.Abs(filtered[q]) + signal)
		}
		drive = max(drive, b)
	}
	w := t.absRows()
	net := w*dense.VectorNormInf(r) + drive
	return (net + w*(math.Abs(phi.Value(0))+phi.Lipschitz()*net) + drive) * t.growth(c)
}

// expectStep takes one step from (r, ũ) in either form, and in the oracle's,
// and claims that they agree; it returns the state after it.
func (t *truth) expectStep(f *theorems.Finding, s theorems.Subject, c generators.Run, r, filtered []float64, k int) (next, nextFiltered []float64, err error) {
	x, err := t.netInput(r, filtered)
	if err != nil {
		return nil, nil, err
	}
	activity, err := s.Simulate(t.net, simulation(c, model.Activity, r, filtered, k, 1))
	if err != nil {
		return nil, nil, err
	}
	activation, err := s.Simulate(t.net, simulation(c, model.Activation, x, nil, k, 1))
	if err != nil {
		return nil, nil, err
	}
	f.Demand("one step has two states of N entries", len(activity.States) == 2 && len(activity.States[1]) == t.n &&
		len(activation.States) == 2 && len(activation.States[1]) == t.n)
	f.Demand("the filtered input is part of the state", c.Inputs() == 0 || len(activity.Filtered) == 2)
	if f.Verdict == theorems.Fails {
		return r, filtered, nil
	}
	next = activity.States[1]
	if c.Inputs() > 0 {
		nextFiltered = activity.Filtered[1]
	}
	carried, err := s.ToActivation(t.net, next, nextFiltered)
	if err != nil {
		return nil, nil, err
	}
	truth, _, err := t.oracleStep(c, model.Activation, x, nil, k)
	if err != nil {
		return nil, nil, err
	}
	size := t.stepSize(c, r, filtered, k)
	slope := t.net.Nonlinearity().Lipschitz()
	bound := 8 * (t.units() + 12) * t.u * size * t.growth(c) * (1 + slope)
	for i := range x {
		after := activation.States[1][i]
		f.Expect("|W r⁺ + b + Bũ⁺ − x⁺|", math.Abs(carried[i]-after), bound, size+t.smallest)
		f.Expect("|x⁺ − the tableau's|", math.Abs(after-truth[i]), bound, size+t.smallest)
	}
	return next, nextFiltered, nil
}

// stepEquations is one explicit step of size h = dt/τ with φ(x) a vector f of
// indeterminates; x is not one: it is W r + b + Bũ.
func stepEquations(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
	w, in := b.Matrix("W", s.N, s.N), b.Matrix("B", s.N, 2)
	r, f, bias := b.Matrix("r", s.N, 1), b.Matrix("f", s.N, 1), b.Matrix("b", s.N, 1)
	u, filtered := b.Matrix("u", 2, 1), b.Matrix("ũ", 2, 1)
	h := b.Scalar("h")
	step := func(from, target certificate.Expr) certificate.Expr { return from.Plus(target.Minus(from).Scaled(h)) }
	carry := func(r, u certificate.Expr) certificate.Expr { return w.Times(r).Plus(bias).Plus(in.Times(u)) }
	return []certificate.Equation{
		carry(step(r, f), step(filtered, u)).Equals(step(carry(r, filtered), carry(f, u))),
	}
}
