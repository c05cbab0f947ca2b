package bridges

import (
	"errors"
	"math"
	"math/big"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/rankproof/rankproof/theorems"
)

// PopulationsToLatents is X2.
func PopulationsToLatents() theorems.Theorem {
	anyNetwork := generators.NetworkOptions{MaxUnits: 6, Nonlinearity: generators.AllNonlinearities}
	small := generators.NetworkOptions{MaxUnits: 4, MaxRank: 2, Nonlinearity: generators.AllNonlinearities, ModestEntries: true}
	return theorems.Theorem{
		Ref: "X2", ID: "bridges/populations-to-latents",
		Statement: "A noisy network without leak, x_{t+1} = W φ(x_t) + b + η_t or r_{t+1} = φ(W r_t + b) + ε_t with noise P, is near a fixed point x, off the kinks of φ, the linear network " +
			"y_{t+1} = J y_t + noise P, J = W D or D W, D = diag φ'(x): with one noise their paths differ by O(noise²). For W = M Nᵀ of rank R its loadings are (M, D N) or (D M, N), it is " +
			"stationary iff ρ(J) < 1, and by S6 it has the law of an LDS of at most 2R latents. So has, for small noise, a network sampled from a mixture.",
		Source: "+ (B, P and V joined)",
		Given:  []string{"the spectral radius of J is below 1: a stable flow does not imply it", "no leak"},
		Needed: []theorems.Witness{stableFlowWithoutLaw(), leakNeedsEveryUnit()},
		Why: "J: (R+16)u on |scale||M||N|ᵀD and the allowed error of φ'. Laws: the conversion loses relative ‖J‖/s_min(J) + ‖P‖/λ_min(NᵀPN), and V = AVAᵀ + Q amplifies by ‖(V ↦ V − AVAᵀ)⁻¹‖. " +
			"Paths: e⁺ ≤ |J|e + ½sup|φ''||W|y² (½sup|φ''|(Wy)² in activity form) + rounding, y the deviation itself; no remainder between kinks. " +
			"Simulation: with (J, P) the Λ_1Λ_0⁻¹ of the LDS and what that leaves of Λ_0, each innovation of a piecewise linear network has mean 0 and variance P_ii given the past, unless a path of 50 deviations leaves the " +
			"linear piece: tests of conditional means (Delyon), 10⁻²² an instance. A J off by 2 % is found.",
		Claims: []theorems.Check{
			theorems.Deciding(theorems.Claim("J, noise and rest of both forms", generators.NoisyPoints(generators.NoisyOptions{NetworkOptions: anyNetwork, Kinks: true}), judgeNoisyLinearization), byParabola, decideLinearPart(rationalNetwork.forms)).
				Visiting("N = 1", "low rank", "scale 1/N", "on a kink", "D singular", "D = 0", "saturated units", "inputs", "P singular", "graded rows"),
			theorems.Deciding(theorems.Claim("paths within O(noise²)", generators.NoisyPoints(generators.NoisyOptions{NetworkOptions: small, Regular: true, Steps: 3}), judgePaths), byPaths, decidePaths(big.NewRat(1, 1))).
				Visiting("low rank", "D singular", "inputs"),
			theorems.Deciding(theorems.Claim("law of the LDS at a fixed point", generators.NoisyPoints(generators.NoisyOptions{NetworkOptions: lowRankOnly(small), Regular: true}), judgeLatentLaw), byLaw, decideLatentLawAt(latentsOf)).
				Visiting("N = 1", "R = N", "P singular", "P = 0", "scale 1/N", "dependent loadings").OneRoundIn(3),
			theorems.Deciding(theorems.Claim("from a mixture to the LDS", generators.Pipelines(generators.MixtureOptions{MaxRank: 2, MaxPopulations: 3, Moderate: true, Nonlinearity: generators.BoundedNonlinearities}, 4), judgePipeline), byYielded, decideYielded(latentsOf)).
				Visiting("N = 1", "R = 1", "P = 1", "Σ = 0", "I = 0", "P singular").OneRoundIn(4),
			theorems.Deciding(theorems.Claim("a simulated network has the LDS's law", generators.NoisyRuns(), judgeSimulation), byLaw, func(c generators.NoisyRun) error {
				return decideLatentLawAt(latentsOf)(c.NoisyPoint)
			}).OneRoundIn(100),
		},
		Exact: []theorems.Check{
			theorems.Decide("joint law of y_1 … y_4, at most 2R latents", generators.Recurrents(startedLinearizations()), decideLatentLaw).Visiting("P singular", "N = 1", "R = N"),
			theorems.Decide("a stationary law iff ρ(J) < 1", generators.Recurrents(positiveLinearizations()), decideStationary).Visiting("unstable"),
		},
		Certificates: []theorems.Certificate{
			bridgeIdentity("activity form: J = D M Nᵀ, latents [D M, P N]", func(g leaves) []certificate.Equation {
				return sameJointLaw(g.split(g.d.Times(g.m), g.n, g.p, g.s0), g.recurrent(g.d.Times(g.m), g.n, g.p, g.s0))
			}),
			bridgeIdentity("activation form: J = M NᵀD, latents [M, P D N]", func(g leaves) []certificate.Equation {
				return sameJointLaw(g.split(g.m, g.d.Times(g.n), g.p, g.s0), g.recurrent(g.m, g.d.Times(g.n), g.p, g.s0))
			}),
			bridgeRank("2R latents are needed for generic M, N, D, P", func(g leaves) certificate.Expr {
				return g.b.HStack(g.d.Times(g.m), g.p.Times(g.n))
			}, func(s certificate.Shape) int { return min(2*s.R, s.N) }),
		},
		Twins: append(linearizationTwins(),
			conversionTwin("noises of the latents alone", "R_v forgotten: all of the noise taken to be fed back", func(got *theorems.LatentConversion) {
				for i := range got.R {
					clear(got.R[i])
				}
			}),
			conversionTwin("R latents", "the first R latents of 2R", func(got *theorems.LatentConversion) {
				k := (got.Dimension + 1) / 2
				if k == got.Dimension {
					return
				}
				got.Dimension, got.A, got.Q = k, square(got.A, k), square(got.Q, k)
				for i := range got.C {
					got.C[i] = got.C[i][:k]
				}
			}),
			theorems.Twin{Name: "a stable flow is enough", Mistake: "stationary iff Re μ < 1", False: []theorems.Check{
				theorems.Decide("stationary if the flow is stable", generators.Recurrents(positiveLinearizations()), decideFlow)}},
			theorems.Twin{Name: "D on both sides", Mistake: "J = D M NᵀD", FalseIdentity: twinOf(bridgeIdentity("D M NᵀD", func(g leaves) []certificate.Equation {
				return sameJointLaw(g.split(g.d.Times(g.m), g.d.Times(g.n), g.p, g.s0), g.recurrent(g.d.Times(g.m), g.n, g.p, g.s0))
			}))},
		),
		Sharp: []theorems.Sharp{{Check: "paths within O(noise²)", What: "|state − rest − linear path|", Supremum: 1,
			Why: "one unit at rest where |φ''| is at its supremum, one small shock: the step after it is off by ½ sup|φ''| |W| shock², to order three"}},
		MaxUnknown: 0.05,
	}
}

func lowRankOnly(o generators.NetworkOptions) generators.NetworkOptions {
	o.Connectivity = generators.OnlyLowRank
	return o
}

// judgeNoisyLinearization claims J entry by entry, the noise and the rest as
// they are, an honest residual, and a refusal on a kink.
func judgeNoisyLinearization(s theorems.Subject, c generators.NoisyPoint) (f theorems.Finding, err error) {
	if s.LinearizeNoisy == nil {
		return f, theorems.Missing("LinearizeNoisy")
	}
	t, err := observeNoisy(c, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	on, beside := t.onKink()
	for _, form := range model.Forms {
		got, err := s.LinearizeNoisy(t.net, form, t.x, t.input, t.noise)
		switch {
		case on:
			if err := f.DemandRefusal("a state on a kink is refused", err, model.ErrInvalid); err != nil {
				return f, err
			}
			continue
		case beside && errors.Is(err, model.ErrInvalid):
			f.Abstain("a state beside a kink")
			continue
		case err != nil:
			return f, err
		}
		t.expectLinearization(&f, form, got)
	}
	return f, nil
}

func (t *noisyTruth) expectLinearization(f *theorems.Finding, form model.Form, got *model.NoisyLinearization) {
	j, allowed := t.jacobian(form)
	n := len(t.x)
	f.Demand("a network of N units in that form, of no law of its own", got.Network.Units() == n && got.Form == form && len(got.Rest) == n)
	if f.Verdict == theorems.Fails {
		return
	}
	_, started := got.Network.Initial()
	f.Demand("no initial law", !started)
	have := got.Network.J()
	for i := range n {
		for k := range n {
			f.Expect("|J_ij − "+formula(form)+"|", math.Abs(have.At(i, k)-j[i][k]), allowed[i][k], math.Abs(j[i][k])+math.Abs(t.absW[i][k])+tiny)
			// However it is held: it may have been multiplied out, or factored.
			size := math.Sqrt(t.noise.At(i, i) * t.noise.At(k, k))
			f.Expect("|P_ij − that of the noise given|", math.Abs(got.Network.P().At(i, k)-t.noise.At(i, k)), float64(n+8)*t.u*size, size+tiny)
		}
	}
	rest, off := t.rest(form)
	for i := range n {
		f.Expect("|rest_i|", math.Abs(got.Rest[i]-rest[i]), off[i], math.Abs(rest[i])+1)
	}
	next, nextErr, err := t.next(model.Activation, t.x)
	if err != nil {
		f.Demand("the map at x", false)
		return
	}
	residual, largest := 0.0, 0.0
	for i := range n {
		residual, largest = math.Max(residual, math.Abs(next[i]-t.x[i])), math.Max(largest, nextErr[i]+4*t.u*math.Abs(t.x[i]))
	}
	f.Expect("|residual − that of x|", math.Abs(got.Residual-residual), got.ResidualError, 1+got.Residual)
	f.Demand("the residual's error is one of rounding", got.ResidualError >= 0 && got.ResidualError <= 64*float64(n+t.rank+len(t.input))*largest)
}

func formula(form model.Form) string {
	if form == model.Activity {
		return "D W"
	}
	return "W D"
}

// judgePaths claims that the nonlinear network and the linear one, on the same
// shocks from the rest, stay together to second order.
func judgePaths(s theorems.Subject, c generators.NoisyPoint) (f theorems.Finding, err error) {
	if s.LinearizeNoisy == nil || s.SimulateNoisy == nil {
		return f, theorems.Missing("LinearizeNoisy, SimulateNoisy")
	}
	t, err := observeNoisy(c, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	if _, beside := t.onKink(); beside {
		return f, theorems.ErrUndecided
	}
	for _, form := range model.Forms {
		l, err := s.LinearizeNoisy(t.net, form, t.x, t.input, t.noise)
		if err != nil {
			return f, err
		}
		run, err := s.SimulateNoisy(t.net, model.NoisySimulation{Form: form, Start: l.Rest, Input: t.input, Given: c.Shocks, Steps: len(c.Shocks)}, 1)
		if err != nil {
			return f, err
		}
		f.Demand("T + 1 states of N units", len(run.States) == len(c.Shocks)+1 && len(run.States[len(c.Shocks)]) == len(t.x))
		if f.Verdict == theorems.Fails {
			return f, nil
		}
		if err := t.expectPath(&f, form, theorems.Rows(l.Network.J()), run.States, c.Shocks); err != nil {
			return f, err
		}
	}
	return f, nil
}

// judgeLatentLaw claims the law of the LDS in both forms, or a refusal.
func judgeLatentLaw(s theorems.Subject, c generators.NoisyPoint) (f theorems.Finding, err error) {
	t, err := observeNoisy(c, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	if _, beside := t.onKink(); beside {
		return f, theorems.ErrUndecided
	}
	return f, t.expectLatents(&f, s)
}

// expectLatents linearizes at x and converts, in both forms.
func (t *noisyTruth) expectLatents(f *theorems.Finding, s theorems.Subject) error {
	if s.LinearizeNoisy == nil || s.LDSFromRNN == nil {
		return theorems.Missing("LinearizeNoisy, LDSFromRNN")
	}
	p, err := exact.FromFloat64(t.p)
	if err != nil {
		return err
	}
	for _, form := range model.Forms {
		got, err := s.LinearizeNoisy(t.net, form, t.x, t.input, t.noise)
		if err != nil {
			return err
		}
		truth, err := t.linear(form, p)
		if err != nil {
			return err
		}
		law, err := truth.process()
		if err != nil && !errors.Is(err, gaussian.ErrUnstable) {
			return err
		}
		if _, err := truth.expectLDS(f, s, got.Network, min(2*t.rank, len(t.x)), nil, law); err != nil {
			return err
		}
	}
	return nil
}

// judgePipeline goes from a mixture over a sampled network and its fixed points
// to latents, each stage judged on what the one before gave.
func judgePipeline(s theorems.Subject, c generators.Pipeline) (f theorems.Finding, err error) {
	if s.SampleMixture == nil || s.FixedPoints == nil {
		return f, theorems.Missing("SampleMixture, FixedPoints")
	}
	m, err := c.Model()
	if err != nil {
		return f, err
	}
	sampled, err := s.SampleMixture(m, model.MixtureSampling{Units: c.Units()}, uint64(c.Seed))
	if err != nil {
		return f, err
	}
	net, err := sampled.RNN()
	if err != nil {
		return f, err
	}
	set := &model.FixedPointSet{}
	for _, starts := range []int{6, 600} { // Newton's basin may be a few percent of the box
		if len(set.Points) > 0 {
			break
		}
		if set, err = s.FixedPoints(net, []float64{1}, model.FixedPointSearch{Starts: starts, Seed: 1, Limit: 9}); err != nil {
			return f, err
		}
	}
	f.Demand("a bounded φ has a fixed point (Brouwer)", len(set.Points) > 0)
	for i, point := range set.Points {
		if i == 2 || f.Verdict == theorems.Fails {
			break
		}
		t, err := observeSample(sampled, net, c, point.X, s.UnitRoundoff)
		if err != nil {
			return f, err
		}
		if _, beside := t.onKink(); beside {
			continue
		}
		next, allowed, err := t.next(model.Activation, t.x)
		if err != nil {
			return f, err
		}
		for i, x := range t.x {
			// Newton ends at four times the rounding of R sums, which M passes on.
			passed := 8 * t.units() * t.u * t.reach(sampled, i)
			f.Expect("|W φ(x) + I − x|", math.Abs(next[i]-x), allowed[i]+passed, math.Abs(x)+1)
		}
		if err := t.expectLatents(&f, s); err != nil {
			return f, err
		}
	}
	return f, nil
}

// observeSample is the truth of a sampled network at net inputs x.
func observeSample(sampled *model.SampledNetwork, net *model.RNN, c generators.Pipeline, x []float64, u float64) (*noisyTruth, error) {
	noise, err := c.Noise()
	if err != nil {
		return nil, err
	}
	t := &noisyTruth{net: net, u: u, x: x, input: []float64{1}, p: c.P(), noise: noise}
	if err := t.connectLoadings(theorems.Rows(sampled.M()), theorems.Rows(sampled.N()), 1/float64(c.Units())); err != nil {
		return nil, err
	}
	t.law.W, t.law.Phi, t.law.Bias = t.w, c.Nonlinearity, make([]float64, len(x))
	for _, v := range sampled.Input() {
		t.law.B = append(t.law.B, []float64{v})
	}
	return t, t.measure()
}

// reach bounds what a rounding of the largest of R sums moves x_i by, in units
// of it: |m_i| times |κ| and (1/N)|N|ᵀ(|φ| + |x|).
func (t *noisyTruth) reach(net *model.SampledNetwork, i int) float64 {
	m, n := net.M(), net.N()
	out, worst := 0.0, 1.0
	for r := range net.Rank() {
		out += math.Abs(m.At(i, r))
		sum := 0.0
		for k := range t.x {
			sum += math.Abs(n.At(k, r)) * (1 + math.Abs(t.value[k]) + math.Abs(t.x[k]) + t.drive[k])
		}
		worst = math.Max(worst, sum)
	}
	return out * worst
}

func square(a [][]float64, k int) [][]float64 {
	out := make([][]float64, k)
	for i := range out {
		out[i] = a[i][:k]
	}
	return out
}
