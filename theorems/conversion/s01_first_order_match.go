package conversion

import (
	"math"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
)

// FirstOrderMatch is S1.
func FirstOrderMatch() theorems.Theorem {
	return theorems.Theorem{
		Ref: "S1", ID: "conversion/first-order-match",
		Statement: "For every stationary LDS, J = Λ_1Λ_0⁺ and P = Λ_0 − J Λ_0 Jᵀ = R_v + C (Q + A Σ Aᵀ) Cᵀ ⪰ 0 are a linear network of rank ≤ K with the same Λ_0 and Λ_1, " +
			"Σ = V − V CᵀΛ_0⁺C V; any generalized inverse does, as range Λ_1ᵀ ⊆ range Λ_0. " +
			"For an LDS that starts from a law of x_1 so do J_t = Cov(y_{t+1}, y_t) Cov(y_t)⁺ and P_t = Cov(y_{t+1}) − J_t Cov(y_t) J_tᵀ, t = 1, 2, …, step by step. " +
			"Of all Markov models of order one it is the nearest: for any other J' the errors of prediction are larger by (J'−J)Λ_0(J'−J)ᵀ ⪰ 0.",
		Source: "V (arXiv:2110.09804), from LDS to RNN; singular Λ_0, non-stationary and optimality +",
		Given:  []string{"the LDS is stationary, or has a law of x_1"},
		Why: "V is known to ‖(V ↦ V − AVAᵀ)⁻¹‖ times the rounding of AVAᵀ + Q; conditioning on y_t multiplies errors by the condition of its correlations on their range; " +
			"J multiplies those of Λ_0. Step by step Λ_{t+1} is C(A X_tAᵀ + Q)Cᵀ + R_v, terms that may cancel. Units are scaled to unit variance, so that graded ones count alike.",
		Claims: []theorems.Check{
			aboutSystems("Λ_0 and Λ_1 kept", stationarySystems(), judgeMatch).
				Visiting("R_v singular", "R_v = 0", "Q singular", "Q = 0", "K > N", "N = 1", "A defective", "A nilpotent", "A = 0", "spectral radius 1−2⁻²⁷",
					"unobservable latent", "uncontrollable latent", "graded covariance"),
			theorems.Deciding(aboutSystems("step by step from a given start", startedSystems(), judgeSteps).Visiting("initial law", "unstable", "R_v singular", "K > N"),
				"J_t, P_t, step by step", decideMatchSteps),
			aboutSystems("autocovariances", withLatents(), judgeLDSAutocovariances).Visiting("R_v = 0", "A nilpotent", "K > N", "spectral radius 1−2⁻²⁷"),
		},
		Exact: []theorems.Check{
			onSystems("Λ_0, Λ_1, rank and semidefinite P", exactSystems(), decideMatch).Visiting("R_v singular", "R_v = 0", "K > N", "Q = 0"),
		},
		Certificates: []theorems.Certificate{
			identity("JΛ_0 = Λ_1, P = R_v + C(Q + AΣAᵀ)Cᵀ", latentShapes(), func(g generic) []certificate.Equation {
				p := g.stationaryLDS()
				lambda0, _, sigma, j, noise := p.matched()
				return []certificate.Equation{
					j.Times(lambda0).Equals(p.lag(1)),
					noise.Equals(p.r.Plus(p.c.Times(p.q.Plus(p.a.Times(sigma).Times(p.a.T()))).Times(p.c.T()))),
				}
			}),
			identity("J_t, P_t, t ≤ 4: Cov y_t and Cov(y_{t+1}, y_t) of the chain, P_t = R_v + C(Q + AΣ_tAᵀ)Cᵀ", latentShapes(), func(g generic) []certificate.Equation {
				p := g.startedLDS()
				chain := p.lag(0)
				var equations []certificate.Equation
				for range horizon {
					_, _, sigma, j, noise := p.matched()
					equations = append(equations, j.Times(chain).Equals(p.lag(1)),
						noise.Equals(p.r.Plus(p.c.Times(p.q.Plus(p.a.Times(sigma).Times(p.a.T()))).Times(p.c.T()))))
					chain = j.Times(chain).Times(j.T()).Plus(noise)
					p = p.next()
					equations = append(equations, chain.Equals(p.lag(0)))
				}
				return equations
			}),
			identity("E(y_2−J'y_1)(y_2−J'y_1)ᵀ = P + (J'−J)Λ_0(J'−J)ᵀ", latentShapes(), func(g generic) []certificate.Equation {
				p := g.stationaryLDS()
				lambda0, _, _, j, noise := p.matched()
				other := g.b.Matrix("J'", g.s.N, g.s.N)
				errors := lambda0.Minus(other.Times(p.lag(1).T())).Minus(p.lag(1).Times(other.T())).Plus(other.Times(lambda0).Times(other.T()))
				off := other.Minus(j)
				return []certificate.Equation{errors.Equals(noise.Plus(off.Times(lambda0).Times(off.T())))}
			}),
		},
		Twins: []theorems.Twin{
			{Name: "Λ_t for its inverse", Mistake: "J_t = Cov(y_{t+1}, y_t) Λ_t", False: []theorems.Check{
				theorems.Decide("J_tΛ_t, step by step", generators.Systems(startedSystems()), func(c generators.System) error {
					return matchSteps(c, func(m *exact.Matrix) *exact.Matrix { return m })
				})}},
			fromSystem("J = C A C⁺", "the noise-free formula used where R_v ≠ 0", func(l *model.LDS, m *theorems.FirstOrderMatch) {
				c := theorems.Rows(l.C())
				m.J = orZeros(times(times(c, theorems.Rows(l.A())), pseudoInverse(c)), len(m.P))
			}),
			fromSystem("P = C Q Cᵀ + R_v", "what is not known of x_t left out of the noise", func(l *model.LDS, m *theorems.FirstOrderMatch) {
				c := theorems.Rows(l.C())
				m.P = plus(rows(l.R()), orZeros(times(times(c, rows(l.Q())), transposed(c)), len(m.P)))
			}),
			autocovarianceTwin("Λ_0 = C V Cᵀ", "R_v left out of Λ_0", func(l *model.LDS, lags [][][]float64) { lags[0] = minus(lags[0], rows(l.R())) }),
			autocovarianceTwin("Λ_k transposed", "Cov(y_t, y_{t+k}) for Cov(y_{t+k}, y_t)", func(_ *model.LDS, lags [][][]float64) {
				for k := range lags {
					lags[k] = transposed(lags[k])
				}
			}),
			autocovarianceTwin("V from the other Lyapunov equation", "V = AᵀVA + Q", func(l *model.LDS, lags [][][]float64) {
				copy(lags, otherLyapunov(l, len(lags)))
			}),
			stepsTwin("the stationary match at every step", "J and P for J_t and P_t", func(steps []theorems.RecurrentStep) {
				for t := range steps {
					steps[t].J, steps[t].P = steps[len(steps)-1].J, steps[len(steps)-1].P
				}
			}),
			{Name: "J Λ_1 = Λ_2", Mistake: "the match taken to hold at lag two as well (F7)", False: []theorems.Check{
				onSystems("Λ_2 = JΛ_1", exactSystems(), func(l *latent) error { return equal("Λ_2 = JΛ_1", l.lag(2), l.j.Mul(l.lag(1))) })}},
		},
		MaxUnknown: 0.1,
	}
}

func stationarySystems() generators.SystemOptions {
	return generators.SystemOptions{MaxUnits: 4, MaxLatents: 3, Initial: generators.Stationary}
}

// withLatents have a Λ_1 to get wrong.
func withLatents() generators.SystemOptions {
	o := stationarySystems()
	o.MinLatents = 2
	return o
}

func startedSystems() generators.SystemOptions {
	return generators.SystemOptions{MaxUnits: 4, MaxLatents: 3, Initial: generators.WithInitial, Radius: generators.StableOrNot}
}

func exactSystems() generators.SystemOptions {
	return generators.SystemOptions{MaxUnits: 3, MaxLatents: 3, Initial: generators.Stationary, Exact: true}
}

func orZeros(m [][]float64, n int) [][]float64 {
	if m == nil {
		return times(diagonal(make([]float64, n)), diagonal(ones(n)))
	}
	return m
}

func judgeMatch(f *theorems.Finding, t *system, s theorems.Subject) error {
	got, l, err := t.match(s)
	if err != nil {
		return err
	}
	t.expectMatch(f, l, got)
	return nil
}

// match is what the subject makes of an LDS, and the exact truth.
func (t *system) match(s theorems.Subject) (*theorems.FirstOrderMatch, *latent, error) {
	if s.RNNFromLDS == nil {
		return nil, nil, theorems.Missing("RNNFromLDS")
	}
	got, err := s.RNNFromLDS(t.lds)
	if err != nil {
		return nil, nil, err
	}
	l, err := newLatent(t.LatentSystem)
	return got, l, err
}

// expectMatch claims JΛ_0 = Λ_1, P and Σ, units scaled to unit variance.
func (t *system) expectMatch(f *theorems.Finding, l *latent, got *theorems.FirstOrderMatch) {
	n, k := t.Units(), t.Latents()
	told := got.Posterior != nil // it need not be handed out
	f.Demand("J and P are N×N, Σ is K×K, finite", shaped(got.J, n, n) && shaped(got.P, n, n) && (!told || shaped(got.Posterior, k, k)))
	if f.Verdict == theorems.Fails {
		return
	}
	c := t.conditioning(l)
	residual, noise := c.matchError()
	d := c.deviation
	expectClose(f, "|JΛ_0 − Λ_1|, scaled", scaledTo(times(got.J, l.lambda0.Float64()), d), scaledTo(l.lambda1.Float64(), d), residual, 1)
	expectClose(f, "|P − (Λ_0 − JΛ_0Jᵀ)|, scaled", scaledTo(got.P, d), scaledTo(l.p.Float64(), d), noise, 1)
	expectSemidefinite(f, "λ_min(P) < 0, scaled", scaledTo(got.P, d), noise)
	if !told {
		return
	}
	v := dense.NormFro(l.v.Float64())
	sigma := l.posterior.Float64()
	expectClose(f, "|Σ − (V − VCᵀΛ_0⁺CV)|", got.Posterior, sigma, (t.stationaryError()+c.relative*v)*(1+c.readout*math.Sqrt(v))*(1+c.readout*math.Sqrt(v)), v+smallest)
}

func judgeSteps(f *theorems.Finding, t *system, s theorems.Subject) error {
	if s.MatchSteps == nil {
		return theorems.Missing("MatchSteps")
	}
	const steps = 3
	got, err := s.MatchSteps(t.lds, steps)
	if err != nil {
		return err
	}
	f.Demand("as many steps as were asked for", len(got) == steps)
	if err := t.expectRefusal(f, s); err != nil {
		return err
	}
	if f.Verdict == theorems.Fails {
		return nil
	}
	n := t.Units()
	cov, mean := t.law.Covariance(steps+1), t.law.Mean(steps+1)
	a, c := dense.NormFro(t.A), 0.0
	x := dense.NormFro(t.Cov) // of the state at t, and after it
	for i, step := range got {
		after := a*a*x + dense.NormFro(t.Q)
		f.Demand("J_t and P_t are N×N, means N", shaped(step.J, n, n) && shaped(step.P, n, n) && len(step.Mean) == n && len(step.Next) == n)
		if f.Verdict == theorems.Fails {
			return nil
		}
		now, cross, next := slice(cov, i*n, i*n, n), slice(cov, (i+1)*n, i*n, n), slice(cov, (i+1)*n, (i+1)*n, n)
		d, e := deviations(now), deviations(next)
		c = math.Max(c, scaledNorm(t.C, d))
		c = math.Max(c, scaledNorm(t.C, e))
		rank, err := t.rankAt(i + 1)
		if err != nil {
			return err
		}
		kappa := condition(scaledTo(now, d), rank)
		j := dense.NormFro(scaledBoth(step.J, e, d))
		relative := operations(n+t.Latents()) * t.u * (kappa + c*c*x) * (1 + j)
		expectClose(f, "|J_tΛ_t − Cov(y_{t+1}, y_t)|, scaled", scaledSides(times(step.J, now), e, d), scaledSides(cross, e, d), relative*float64(n), 1)
		chain := plus(times(times(step.J, now), transposed(step.J)), step.P)
		expectClose(f, "|J_tΛ_tJ_tᵀ + P_t − Λ_{t+1}|, scaled", scaledTo(chain, e), scaledTo(next, e), (relative*(1+j)+operations(n+t.Latents())*t.u*c*c*after)*float64(n), 1)
		for u := range n {
			size := dense.VectorNormInf(mean) + a + 1
			f.Expect("|mean of y_t|", math.Abs(step.Mean[u]-mean[i*n+u]), operations(n)*t.u*size*(1+c*a), size)
			f.Expect("|mean of y_{t+1}|", math.Abs(step.Next[u]-mean[(i+1)*n+u]), operations(n)*t.u*size*(1+c*a), size)
		}
		x = after
	}
	return nil
}

// expectRefusal: without its initial law an unstable system has none, and is
// refused as such.
func (t *system) expectRefusal(f *theorems.Finding, s theorems.Subject) error {
	if t.Latents() == 0 || s.RNNFromLDS == nil {
		return nil
	}
	a, err := rational(t.A, t.Latents(), t.Latents())
	if err != nil || a.CharPoly().UnitDisc() == exact.Inside {
		return err
	}
	bare, err := model.NewLDS(model.LDSConfig{A: t.lds.A(), C: t.lds.C(), Q: t.lds.Q(), R: t.lds.R()})
	if err != nil {
		return err
	}
	_, err = s.RNNFromLDS(bare)
	return f.DemandRefusal("an unstable system without an initial law is refused as unstable", err, model.ErrUnstable)
}

func judgeLDSAutocovariances(f *theorems.Finding, t *system, s theorems.Subject) error {
	if s.LDSAutocovariances == nil {
		return theorems.Missing("LDSAutocovariances")
	}
	const lags = 4
	got, err := s.LDSAutocovariances(t.lds, lags)
	if err != nil {
		return err
	}
	c := dense.NormFro(t.C)
	v := dense.NormFro(t.law.StateCovariance())
	powers, _ := powerNorms(t.A, lags, 0)
	f.Demand("Λ_0 … Λ_4", len(got) == lags+1)
	for k := 0; k < len(got) && f.Verdict != theorems.Fails; k++ {
		bound := c * c * (powers[k]*t.stationaryError() + operations(t.Latents())*t.u*v*absolutePower(t.A, k))
		size := largest(t.law.Autocovariance(0))
		if k == 0 {
			bound += 4 * t.u * size
		}
		expectClose(f, "|Λ_k − C A^k V Cᵀ|", got[k], t.law.Autocovariance(k), bound, size+smallest)
	}
	return nil
}

func judgeRNNAutocovariances(f *theorems.Finding, t *network, s theorems.Subject) error {
	if s.RNNAutocovariances == nil {
		return theorems.Missing("RNNAutocovariances")
	}
	const lags = 4
	got, err := s.RNNAutocovariances(t.net, lags)
	if err != nil {
		return err
	}
	m, n := dense.NormFro(t.M), dense.NormFro(t.N)
	cov := t.law.StateCovariance()
	size := dense.NormFro(cov)
	// In the overlaps z = Nᵀy or in y: errors of either Lyapunov equation.
	dS := operations(t.Units()) * t.u * t.law.Amplification() * (1 + m*m*n*n) * (1 + m*m*n*n) * (size + dense.NormFro(t.P))
	powers, _ := powerNorms(t.J, lags, 0)
	f.Demand("Λ_0 … Λ_4", len(got) == lags+1)
	for k := 0; k < len(got) && f.Verdict != theorems.Fails; k++ {
		bound := powers[k]*dS + operations(t.Units())*t.u*size*(1+math.Pow(m*n, float64(k)))
		expectClose(f, "|Λ_k − J^k S|", got[k], t.law.Autocovariance(k), bound, largest(cov)+smallest)
	}
	return nil
}

func decideMatch(l *latent) error {
	if err := equal("JΛ_0 = Λ_1", l.j.Mul(l.lambda0), l.lambda1); err != nil {
		return err
	}
	if err := semidefinite("P", l.p); err != nil {
		return err
	}
	if l.j.Rank() > l.a.Rows() {
		return theorems.Violatedf("rank J = %d > K = %d", l.j.Rank(), l.a.Rows())
	}
	return equal("P = R_v + C(Q + AΣAᵀ)Cᵀ", l.p, l.r.Add(l.c.Mul(l.q.Add(l.a.Mul(l.posterior).Mul(l.a.T()))).Mul(l.c.T())))
}

// autocovarianceTwin changes the autocovariances of an LDS.
func autocovarianceTwin(name, mistake string, wrong func(l *model.LDS, lags [][][]float64)) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		right := s.LDSAutocovariances
		s.LDSAutocovariances = func(l *model.LDS, lags int) ([][][]float64, error) {
			got, err := right(l, lags)
			if err == nil {
				wrong(l, got)
			}
			return got, err
		}
		return s
	}}
}

// stepsTwin changes the matches of the steps.
func stepsTwin(name, mistake string, wrong func([]theorems.RecurrentStep)) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		right := s.MatchSteps
		s.MatchSteps = func(l *model.LDS, steps int) ([]theorems.RecurrentStep, error) {
			got, err := right(l, steps)
			if err == nil {
				wrong(got)
			}
			return got, err
		}
		return s
	}}
}
