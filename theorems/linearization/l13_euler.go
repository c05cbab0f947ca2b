package linearization

import (
	"math"
	"math/big"
	"math/cmplx"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
)

// Euler is L13.
func Euler() theorems.Theorem {
	networks := spectrumNetworks()
	networks.MaxUnits = 4 // exact characteristic polynomials of 53-bit numbers
	for _, onTheBoundary := range []string{"zero", "permutation", "permutation", "scaled identity"} {
		networks.Kinds = append(networks.Kinds, generators.KindNamed(onTheBoundary))
	}
	networks.Nonlinearity = append(networks.Nonlinearity, "identity", "identity", "identity")
	unitWise := networks
	unitWise.UnitWiseTau = true
	return theorems.Theorem{
		Ref: "L13", ID: "linearization/euler-map",
		Statement: "A fixed point of the flow is one of every explicit Euler map of step dt, α = dt/τ; it is linearly stable for the map iff " +
			"|1 + dt·λ| < 1 for every λ, |1 − α + αμ| < 1 for a scalar τ (equal to 1: undecided). A stable map implies a stable flow; a stable flow can have an unstable map.",
		Source: "+",
		Given:  []string{"dt > 0"},
		Needed: []theorems.Witness{stableFlowUnstableMap()},
		Why: "The truth is exact: roots of the characteristic polynomial of M_x, in rationals, against half-plane and disc. Stable and Unstable must be true; " +
			"Undecided is allowed within twice Elsner's bound (2‖A‖+‖E‖)^(1−1/N)‖E‖^(1/N) of the boundary, E the solver's backward error: once for the true eigenvalue, once for the computed.",
		Claims: []theorems.Check{
			recheckedStability(theorems.Claim("fixed points stay, verdicts are true", generators.EulerSteps(networks), judgeEuler).
				Visiting("N = 1", "W = 0", "W singular", "dt = 2 tau", "D singular", "W defective", "low rank", "complex spectrum")),
			recheckedStability(theorems.Claim("the same, unit-wise τ", generators.EulerSteps(unitWise), judgeEuler).Visiting("unit-wise tau")),
			// These ask for no step: what an implementation has that cannot simulate.
			recheckedStability(theorems.Claim("verdicts, abscissa and radius", generators.EulerSteps(networks), judgeVerdicts).Visiting("N = 1", "dt = 2 tau", "complex spectrum")),
			recheckedStability(theorems.Claim("verdicts, abscissa and radius, unit-wise τ", generators.EulerSteps(unitWise), judgeVerdicts).Visiting("unit-wise tau")),
		},
		Exact: []theorems.Check{onPairs("a stable map has a stable flow", decideStableMap)},
		Certificates: []theorems.Certificate{
			identity("det((1−α+αt)I − (I+dt·M_x)) = αᴺdet(tI−WD)", squares(), func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
				w, d := b.Matrix("W", s.N, s.N), b.Diagonal("D", s.N)
				alpha, t, one := b.Scalar("α"), b.Scalar("t"), b.Integer(1)
				id := b.Identity(s.N)
				euler := id.Plus(w.Times(d).Minus(id).Scaled(alpha))
				z := one.Minus(alpha).Plus(alpha.Times(t))
				return []certificate.Equation{
					id.Scaled(z).Minus(euler).Det().Equals(alpha.Pow(s.N).Times(id.Scaled(t).Minus(w.Times(d)).Det())),
				}
			}),
		},
		Twins: []theorems.Twin{
			{Name: "a stable flow at its own step", Mistake: "the map taken to be stable because the flow is", False: []theorems.Check{
				theorems.Decide("a stable flow has a stable map", generators.EulerSteps(networks), func(c generators.EulerStep) error {
					return exactly(c.Network, c.X, func(p *pair) error {
						return stableMapAt(p, theorems.Rational(c.Dt), func(flow, euler exact.Side) bool { return flow != exact.Inside || euler == exact.Inside })
					})
				})}},
			verdictTwin("flow for map", "a stable flow taken for a stable map (F16)", func(net *model.RNN, s *model.Spectrum, dt float64, v *model.EulerStability) {
				v.Map = v.Flow
			}),
			verdictTwin("real parts alone", "|1 + dt·Re λ| < 1", func(net *model.RNN, s *model.Spectrum, dt float64, v *model.EulerStability) {
				rejudge(v, s, func(lambda complex128) float64 { return math.Abs(1 + dt*real(lambda)) })
			}),
			verdictTwin("dt for α", "|1 − dt + dt·μ| < 1: τ forgotten", func(net *model.RNN, s *model.Spectrum, dt float64, v *model.EulerStability) {
				rejudge(v, s, func(lambda complex128) float64 { return cmplx.Abs(1 + complex(dt*net.Tau(0), 0)*lambda) })
			}),
			verdictTwin("λ for μ", "|1 − α + αλ| < 1", func(net *model.RNN, s *model.Spectrum, dt float64, v *model.EulerStability) {
				alpha := complex(dt/net.Tau(0), 0)
				rejudge(v, s, func(lambda complex128) float64 { return cmplx.Abs(1 - alpha + alpha*lambda) })
			}),
			verdictTwin("≤ for <", "the boundary counted as stable", func(net *model.RNN, s *model.Spectrum, dt float64, v *model.EulerStability) {
				if v.Map == model.Undecided {
					v.Map = model.Stable
				}
				if v.Flow == model.Undecided {
					v.Flow = model.Stable
				}
			}),
			verdictTwin("abscissa in units of τ", "max Re λτ", func(net *model.RNN, s *model.Spectrum, dt float64, v *model.EulerStability) {
				v.Abscissa *= net.Tau(0)
			}),
			{Name: "a stable flow has a stable map", Mistake: "the converse (F16)", False: []theorems.Check{
				onPairs("a stable flow has a stable map", decideStableFlow)}},
		},
		MaxUnknown: 0.02,
	}
}

func verdictTwin(name, mistake string, wrong func(net *model.RNN, s *model.Spectrum, dt float64, v *model.EulerStability)) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		right, spectrum := s.EulerStability, s.Spectrum
		s.EulerStability = func(net *model.RNN, x []float64, dt float64) (model.EulerStability, error) {
			v, err := right(net, x, dt)
			if err != nil {
				return v, err
			}
			sp, err := spectrum(net, x)
			if err != nil {
				return v, err
			}
			wrong(net, sp, dt, &v)
			return v, nil
		}
		return s
	}}
}

// rejudge gives a verdict on the map by another radius.
func rejudge(v *model.EulerStability, s *model.Spectrum, radius func(lambda complex128) float64) {
	v.Radius = 0
	for _, lambda := range s.Values {
		v.Radius = max(v.Radius, radius(lambda))
	}
	for _, t := range s.Trivial {
		v.Radius = max(v.Radius, radius(complex(t.Value, 0)))
	}
	v.Map = model.Stable
	if v.Radius >= 1 {
		v.Map = model.Unstable
	}
}

// judgeEuler takes a step from the fixed point, and compares the subject's
// verdicts with the roots of the exact characteristic polynomial.
func judgeEuler(s theorems.Subject, c generators.EulerStep) (f theorems.Finding, err error) {
	t, err := observe(c.Network, c.X, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	return f, t.expectEuler(&f, s, c.Dt)
}

// expectEuler claims that a step stays, and that both verdicts are true.
func (t *truth) expectEuler(f *theorems.Finding, s theorems.Subject, dt float64) error {
	if s.EulerStability == nil || s.Simulate == nil {
		return theorems.Missing("EulerStability, Simulate")
	}
	if err := t.expectStays(f, s, dt); err != nil {
		return err
	}
	return t.expectVerdicts(f, s, dt)
}

// judgeVerdicts compares the subject's verdicts, abscissa and radius with the
// roots of the exact characteristic polynomial.
func judgeVerdicts(s theorems.Subject, c generators.EulerStep) (f theorems.Finding, err error) {
	if s.EulerStability == nil {
		return f, theorems.Missing("EulerStability")
	}
	t, err := observe(c.Network, c.X, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	return f, t.expectVerdicts(&f, s, c.Dt)
}

// expectVerdicts claims that abscissa and radius, and both verdicts, are true.
func (t *truth) expectVerdicts(f *theorems.Finding, s theorems.Subject, dt float64) error {
	got, err := s.EulerStability(t.net, t.x, dt)
	if err != nil {
		return err
	}
	a := t.allowance()
	slack := t.elsner(a) + slopeError(t)/t.shortest
	slackMap := dt*slack + 8*t.u*(1+dt*a.size)
	flow, euler, exactly, err := t.exactStability(dt)
	if err != nil {
		return err
	}
	if !exactly { // too large for rationals: the implication alone
		f.Demand("a stable map has a stable flow", got.Map != model.Stable || got.Flow == model.Stable)
		return nil
	}
	if !finite(slack) {
		f.Abstain("the loadings of a group of equal τ are dependent")
		return nil
	}
	// max Re λ is A iff M − (A ± slack)I has its roots left of the axis, and not;
	// max |1+dt·λ| is r iff those of the map over r ± slack are in the disc.
	inHalfPlane := func(shift float64) bool { return flow(shift) == exact.Inside }
	inDisc := func(radius float64) bool { return radius > 0 && euler(radius) == exact.Inside }
	f.Demand("abscissa is max Re λ", finite(got.Abscissa) && inHalfPlane(got.Abscissa+2*slack) && !inHalfPlane(got.Abscissa-2*slack))
	f.Demand("radius is max |1+dt·λ|", finite(got.Radius) && inDisc(got.Radius+2*slackMap) && !inDisc(got.Radius-2*slackMap))
	if f.Verdict == theorems.Fails {
		return nil
	}
	expectVerdict(f, "flow", got.Flow, flow(0), got.Abscissa, 2*slack, a.size)
	expectVerdict(f, "map", got.Map, euler(1), got.Radius-1, 2*slackMap, 1+dt*a.size)
	return nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// exactStability returns exact decisions on M − shift·I against the half-plane,
// and on the Euler map over a radius against the disc: from the N×N matrix or,
// by loadings and a scalar τ, from the R×R overlap and −1/τ; up to eight rows.
func (t *truth) exactStability(dt float64) (flow, euler func(float64) exact.Side, decided bool, err error) {
	if l, ok := t.connectivity.(loadings); ok {
		a, _ := l.overlap(t.d)
		if len(a) > 8 || t.condGroups > 1 {
			return nil, nil, false, nil
		}
		small, err := exact.FromFloat64(a)
		if err != nil {
			return nil, nil, false, err
		}
		rate := new(big.Rat).Inv(theorems.Rational(t.tau[0]))
		blocks := []*exact.Matrix{small.Sub(exact.Identity(len(a))).Scale(rate)}
		if t.n > len(a) {
			blocks = append(blocks, exact.Identity(1).Scale(new(big.Rat).Neg(rate)))
		}
		flow, euler = sides(dt, blocks...)
		return flow, euler, true, nil
	}
	if t.n > 8 {
		return nil, nil, false, nil
	}
	p, err := newPair(generators.Pair{W: t.w, D: t.d, B: ones(t.n), Tau: t.tau})
	if err != nil {
		return nil, nil, false, err
	}
	flow, euler = sides(dt, p.minusLeak(p.wd))
	return flow, euler, true, nil
}

// sides decides for a matrix given by its diagonal blocks.
func sides(dt float64, blocks ...*exact.Matrix) (flow, euler func(float64) exact.Side) {
	step := theorems.Rational(dt)
	flow = func(shift float64) exact.Side {
		worst := exact.Inside
		for _, m := range blocks {
			moved := m.Sub(exact.Identity(m.Rows()).Scale(theorems.Rational(shift)))
			worst = max(worst, moved.CharPoly().HalfPlane())
		}
		return worst
	}
	euler = func(radius float64) exact.Side {
		worst := exact.Inside
		for _, m := range blocks {
			scaled := exact.Identity(m.Rows()).Add(m.Scale(step)).Scale(new(big.Rat).Inv(theorems.Rational(radius)))
			worst = max(worst, scaled.CharPoly().UnitDisc())
		}
		return worst
	}
	return flow, euler
}

func ones(n int) [][]float64 {
	out := make([][]float64, n)
	for i := range out {
		out[i] = []float64{1}
	}
	return out
}

// expectVerdict: a decided verdict must be the true one; an undecided one must
// be near the boundary, within what abscissa and radius were allowed to be off by.
func expectVerdict(f *theorems.Finding, what string, got model.Stability, truth exact.Side, distance, slack, scale float64) {
	distance = math.Abs(distance)
	if got == model.Undecided {
		f.Expect("distance of an undecided "+what+" from the boundary", distance, slack, max(scale, 4*slack))
		return
	}
	agrees := got == model.Stable && truth == exact.Inside || got == model.Unstable && truth == exact.Outside
	f.Demand("the verdict on the "+what+" is true", agrees)
}

// expectStays claims that one Euler step from the fixed point ends there.
func (t *truth) expectStays(f *theorems.Finding, s theorems.Subject, dt float64) error {
	run, err := s.Simulate(t.net, model.Simulation{Form: model.Activation, Method: model.Euler, Start: t.x,
		Input: model.ConstantInput(t.input), Dt: dt, Steps: 1})
	if err != nil {
		return err
	}
	f.Demand("one step has two states of N entries", len(run.States) == 2 && len(run.States[1]) == t.n)
	if f.Verdict == theorems.Fails {
		return nil
	}
	out, outErr := make([]float64, t.n), make([]float64, t.n)
	for i, x := range t.x {
		if out[i], outErr[i], err = t.phiErr(x); err != nil {
			return err
		}
	}
	size, passed, drive := t.abs(absolute(out)), t.abs(outErr), t.drive(t.input)
	for i, x := range run.States[1] {
		alpha := dt / t.tau[i]
		size[i] += math.Abs(t.x[i]) + drive[i]
		bound := alpha*(t.units()*t.u*size[i]+passed[i]) + 4*t.u*math.Abs(t.x[i])
		f.Expect("|x + dt·F(x) − x|", math.Abs(x-t.x[i]), bound, (1+alpha)*size[i]+t.smallest)
	}
	return nil
}

// decideStableMap: in rationals, for α in {1/8, 1, 2}, roots of I + α(−I+WD)
// inside the disc imply roots of −I + WD in the half-plane.
func decideStableMap(p *pair) error {
	return stabilityFollows(p, func(flow, euler exact.Side) bool { return euler != exact.Inside || flow == exact.Inside })
}

func decideStableFlow(p *pair) error {
	return stabilityFollows(p, func(flow, euler exact.Side) bool { return flow != exact.Inside || euler == exact.Inside })
}

func stabilityFollows(p *pair, follows func(flow, euler exact.Side) bool) error {
	mx := p.wd.Sub(exact.Identity(p.n))
	flow := mx.CharPoly().HalfPlane()
	for _, alpha := range []*big.Rat{big.NewRat(1, 8), big.NewRat(1, 1), big.NewRat(2, 1)} {
		euler := exact.Identity(p.n).Add(mx.Scale(alpha)).CharPoly().UnitDisc()
		if !follows(flow, euler) {
			return theorems.Violatedf("flow %v, Euler map with α = %v %v", flow, alpha.RatString(), euler)
		}
	}
	return nil
}

// stableFlowUnstableMap: N = 1, W = −2, D = 1: λτ = −3, stable; at α = 1 the
// Euler map is x ↦ −2x.
func stableFlowUnstableMap() theorems.Witness {
	c := generators.Pair{W: [][]float64{{-2}}, D: []float64{1}, B: [][]float64{{1}}, Tau: []float64{1}}
	return witness("the map, not the flow, is stable", "N = 1, W = −2: λτ = −3, and at α = 1 the map is x ↦ −2x",
		"a stable flow has a stable map, at every α", c, decideStableFlow)
}
