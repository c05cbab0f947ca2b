package meanfield

import (
	"math"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/theorems"
)

// ExactReduction is M1.
func ExactReduction() theorems.Theorem {
	networks := generators.ReducedOptions{MaxUnits: 6, MaxRank: 3, Nonlinearity: generators.AllNonlinearities}
	piecewise := generators.ReducedOptions{MaxUnits: 3, MaxRank: 2, Nonlinearity: []string{"relu", "hard-tanh", "identity"}}
	return theorems.Theorem{
		Ref: "M1", ID: "meanfield/exact-reduction",
		Statement: "For every N, M, N (N×R), I, φ and u(t), the network ẋ = −x + (1/N) M Nᵀ φ(x) + I u from x(0) = M κ(0) + I v(0) + x_⊥ is x(t) = M κ(t) + I v(t) + e^−t x_⊥, with " +
			"κ̇ = −κ + (1/N) Nᵀ φ(x) and v̇ = −v + u: R equations for N, without a limit. Explicit Runge–Kutta steps of the two agree, step by step, κ, v and e^−t being states of one tableau.",
		Source: "B (arXiv:2007.02062), section 2; x_⊥, u(t) and discretized flows +",
		Given:  []string{"the leak is common to all units", "v is the filtered input", "v and e^−t go through the tableau"},
		Needed: []theorems.Witness{ownLeaksLeaveTheSpan(), unfilteredInputIsAnother(), closedFormsAreAnotherScheme()},
		Why: "Every step is compared with the oracle's N-unit step from the state that the subject was in: rounding of a run does not pile up. A stage adds N + R + 2 numbers of the size S = " +
			"|M||κ| + |I v| + |J|φ|| + |I u|, each rounded; an error grows by G = Σ_{j≤s}(hK)ʲ/j!, K = 1 + Lip(φ)‖|M||N|ᵀ‖_∞/N, on its way through the tableau, and so may S.",
		Claims: []theorems.Check{
			theorems.Deciding(theorems.Claim("steps of the N-unit network", generators.ReducedRuns(networks), judgeReducedSteps), bySteps, decideReducedSteps(nil)).
				Visiting("N = 1", "R > N", "x_⊥ ≠ 0", "time-varying input", "euler", "rk4", "dt = 2", "dependent loadings", "saturated units", "relu"),
			theorems.Deciding(theorems.Claim("M F_N(κ, v) + I(u − v) = F(Mκ + Iv)", generators.Reduceds(networks), judgeReducedField), byField, decideReducedField(withLeak)).
				Visiting("N = 1", "R > N", "no input", "κ = 0", "NᵀM = 0"),
		},
		Exact: []theorems.Check{
			theorems.Decide("Euler and RK4 steps, exactly", generators.ReducedRuns(piecewise), decideReducedSteps(nil)).
				Visiting("x_⊥ ≠ 0", "time-varying input", "rk4", "relu", "hard-tanh"),
		},
		Certificates: []theorems.Certificate{
			// φ enters as a vector of indeterminates a stage: the identity holds whatever φ is.
			certified("X_s = Mκ_s + Iv_s + e_s x_⊥ at four stages of any tableau, any φ(X_s), any scale of J", sizedLoadings(), stagesAgree(0)),
		},
		Twins: []theorems.Twin{
			reductionTwin("leak forgotten", "κ̇ = (1/N)Nᵀφ", reducedFlaw{forgetsLeak: true}),
			reductionTwin("1/N twice", "divided by N again", reducedFlaw{scale: func(n float64) float64 { return 1 / n }}),
			reductionTwin("1/N never", "J = M Nᵀ", reducedFlaw{scale: func(n float64) float64 { return n }}),
			reductionTwin("v held at u", "x = Mκ + I u(t)", reducedFlaw{unfiltered: true}),
			reductionTwin("x_⊥ stays", "e^−t x_⊥ taken for x_⊥", reducedFlaw{stays: true}),
			reductionTwin("v and e^−t in closed form", "the flow of v, the tableau's κ", reducedFlaw{closed: true}),
			reductionTwin("input not heard", "φ(Mκ) for φ(Mκ + Iv)", reducedFlaw{deaf: true}),
			{Name: "x_⊥ forgotten by φ", Mistake: "φ(Mκ + Iv) though x has a part beside them", False: []theorems.Check{
				theorems.Decide("φ(Mκ + Iv)", generators.ReducedRuns(piecewise), decideReducedSteps(func(s *reducedRational) { s.forgetsBeside = true }))}},
			{Name: "a tableau without the leak", Mistake: "κ_s = κ + h Σ a c Nᵀφ", FalseIdentity: &theorems.Certificate{
				Identity: certificate.Identity{Name: "no leak", Build: stagesAgree(1)}, Shapes: []certificate.Shape{{N: 2, R: 1}, {N: 4, R: 2}}}},
		},
		MaxUnknown: 0.05,
	}
}

// reducedRun is the run as model has it, its clock set to step k.
func reducedRun(c generators.ReducedRun) model.ReducedRun {
	run := model.ReducedRun{Kappa: c.Kappa, V: c.V, Beside: c.Beside, Signal: c.Signal, Method: model.Euler, Dt: c.Step, Steps: c.Steps}
	if c.Method == "rk4" {
		run.Method = model.RK4
	}
	if c.Level == 1 && c.Wave == 0 {
		run.Signal = nil
	}
	return run
}

// judgeReducedSteps: the subject's x_{k+1} is the oracle's N-unit step from the
// subject's x_k.
func judgeReducedSteps(s theorems.Subject, c generators.ReducedRun) (f theorems.Finding, err error) {
	if s.ReducedRun == nil {
		return f, theorems.Missing("ReducedRun")
	}
	n, err := newFinite(c.Reduced, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	net, err := c.Model()
	if err != nil {
		return f, err
	}
	states, err := s.ReducedRun(net, reducedRun(c))
	if err != nil {
		return f, err
	}
	f.Demand("steps+1 states of N entries", len(states) == c.Steps+1)
	for _, x := range states {
		f.Demand("steps+1 states of N entries", len(x) == c.Units())
	}
	if f.Verdict == theorems.Fails {
		return f, nil
	}
	stages := 1
	if c.Method == "rk4" {
		stages = 4
	}
	growth := n.growth(c.Step, stages)
	at, size := n.place(c.Kappa, c.V, 1, c.Beside)
	for i := range at {
		f.Expect("|x(0) − (Mκ + Iv + x_⊥)|", math.Abs(states[0][i]-at[i]), n.operations()*n.u*size, size)
	}
	drive := (math.Abs(c.Level) + math.Abs(c.Wave)) * largest(c.I)
	now := whole{kappa: c.Kappa, v: c.V, decay: 1}
	for k := range c.Steps {
		now.x = states[k]
		if now, err = n.step(c.Method, now, float64(k), c.Step, c.Signal); err != nil {
			return f, err
		}
		_, after := n.place(now.kappa, now.v, now.decay, c.Beside)
		bound := 8 * n.operations() * n.u * n.sum(max(size, after), drive) * (1 + n.lipschitz) * growth * growth
		for i := range now.x {
			f.Expect("|x⁺ − the step of N units|", math.Abs(states[k+1][i]-now.x[i]), bound, n.sum(after, drive))
		}
		size = after
	}
	return f, nil
}

func largest(v []float64) float64 {
	most := 0.0
	for _, x := range v {
		most = max(most, math.Abs(x))
	}
	return most
}

// judgeReducedField: M F_N + I(u − v) is the rate of x at Mκ + Iv, and F_N its
// formula.
func judgeReducedField(s theorems.Subject, c generators.Reduced) (f theorems.Finding, err error) {
	if s.ReducedField == nil {
		return f, theorems.Missing("ReducedField")
	}
	n, err := newFinite(c, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	net, err := c.Model()
	if err != nil {
		return f, err
	}
	got, err := s.ReducedField(net, c.Kappa, c.V)
	if err != nil {
		return f, err
	}
	f.Demand("R entries", len(got) == c.Rank())
	if f.Verdict == theorems.Fails {
		return f, nil
	}
	x, size := n.place(c.Kappa, c.V, 0, nil)
	phi, err := n.outputs(x)
	if err != nil {
		return f, err
	}
	read := n.read(phi)
	output := n.atZero + n.lipschitz*size
	for r := range got {
		weight := 0.0
		for i := range c.N {
			weight += math.Abs(c.N[i][r]) / float64(c.Units())
		}
		scale := math.Abs(c.Kappa[r]) + weight*output
		f.Expect("|F_N − (−κ + (1/N)Nᵀφ)|", math.Abs(got[r]-(read[r]-c.Kappa[r])), 2*n.operations()*n.u*scale, scale)
	}
	const u = 0.75 // any input signal
	rate, err := n.rate(whole{x: x, kappa: c.Kappa, v: c.V}, u)
	if err != nil {
		return f, err
	}
	for i := range x {
		moved := c.I[i] * (u - c.V)
		for r := range got {
			moved += c.M[i][r] * got[r]
		}
		scale := n.sum(size, math.Abs(c.I[i]))
		f.Expect("|M F_N + I(u − v) − F(Mκ + Iv)|", math.Abs(moved-rate.x[i]), 4*n.operations()*n.u*scale, scale)
	}
	return f, nil
}

// stagesAgree: the stages X_s = x + h Σ_{j<s} a_sj (−X_j + c M Nᵀφ_j + I u_j) of
// N units are those of κ, v and e, φ_j and u_j being indeterminates. A flaw of 1
// leaves out the leak of κ.
func stagesAgree(flaw int) func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
	return func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
		m, n, in, beside := b.Matrix("M", s.N, s.R), b.Matrix("N", s.N, s.R), b.Matrix("I", s.N, 1), b.Matrix("x_⊥", s.N, 1)
		kappa, v, e, scale := b.Matrix("κ", s.R, 1), b.Scalar("v"), b.Scalar("e"), b.Scalar("c")
		place := func(k, v, e certificate.Expr) certificate.Expr {
			return m.Times(k).Plus(in.Scaled(v)).Plus(beside.Scaled(e))
		}
		start := [4]certificate.Expr{place(kappa, v, e), kappa, v, e}
		var rates [][4]certificate.Expr
		var equations []certificate.Equation
		for stage := range 5 { // the fifth is the step itself
			at := start
			for j, rate := range rates {
				a := b.Scalar("h·a" + string(rune('0'+stage)) + string(rune('0'+j)))
				for k := range at {
					at[k] = at[k].Plus(rate[k].Scaled(a))
				}
			}
			equations = append(equations, at[0].Equals(place(at[1], at[2], at[3])))
			name := string(rune('0' + stage))
			phi, u := b.Matrix("φ"+name, s.N, 1), b.Scalar("u"+name)
			read := n.T().Times(phi).Scaled(scale)
			rate := [4]certificate.Expr{m.Times(read).Plus(in.Scaled(u)).Minus(at[0]), read.Minus(at[1]), u.Minus(at[2]), b.Integer(0).Minus(at[3])}
			if flaw == 1 {
				rate[1] = read
			}
			rates = append(rates, rate)
		}
		return equations
	}
}

// sizedLoadings lists shapes N ≤ 8, R ≤ 4, R > N among them.
func sizedLoadings() []certificate.Shape {
	var shapes []certificate.Shape
	for _, n := range []int{1, 2, 3, 5, 8} {
		for r := 1; r <= 4; r++ {
			shapes = append(shapes, certificate.Shape{N: n, R: r})
		}
	}
	return shapes
}

// certified is a certificate of equations.
func certified(name string, shapes []certificate.Shape, build func(b *certificate.Builder, s certificate.Shape) []certificate.Equation) theorems.Certificate {
	return theorems.Certificate{Identity: certificate.Identity{Name: name, Build: build}, Shapes: shapes}
}
