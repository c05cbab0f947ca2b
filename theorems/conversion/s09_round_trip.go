package conversion

import (
	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
)

// RoundTrip is S9.
func RoundTrip() theorems.Theorem {
	return theorems.Theorem{
		Ref: "S9", ID: "conversion/round-trip",
		Statement: "Network → LDS → network returns P, and J on the range of Λ_0. LDS → network → LDS keeps Λ_0 and Λ_1, and has K' = rank [Λ_1, Λ_1ᵀ] ≤ rank C latents.",
		Source:    "+ (S1 after S6, S6 after S1)",
		Given:     []string{"the law is stationary", "J is compared on the range of Λ_0"},
		Needed:    []theorems.Witness{offTheRange()},
		Why:       "The conversion's law is off by the errors of S6, amplified by ‖(V ↦ V − AVAᵀ)⁻¹‖; the match multiplies those by the condition of the correlations of y_t and by ‖J‖.",
		Claims: []theorems.Check{
			aboutNetworks("network → LDS → network", stationaryNetworks(), judgeNetworkRoundTrip).Visiting("P singular", "G singular", "R = N", "NᵀM nilpotent"),
			aboutSystems("LDS → network → LDS", stationarySystems(), judgeSystemRoundTrip).Visiting("K > N", "R_v = 0", "R_v singular"),
		},
		Exact: []theorems.Check{
			onNetworks("P, and J Λ_0", exactNetworks(), decideNetworkRoundTrip).Visiting("P singular", "G singular"),
			onSystems("Λ_0, Λ_1 and K'", exactSystems(), decideSystemRoundTrip).Visiting("K > N", "R_v = 0"),
		},
		Certificates: []theorems.Certificate{
			identity("the match of the converted network: J and P", recurrentShapes(), func(g generic) []certificate.Equation {
				l, s := g.stationaryRecurrent()
				p := g.convertedWhole(l, s)
				_, _, _, j, noise := p.matched()
				return []certificate.Equation{j.Equals(l.j), noise.Equals(l.p)}
			}),
			identity("the conversion of the matched LDS: Λ_0 and Λ_1", injectiveShapes(), func(g generic) []certificate.Equation {
				p := g.stationaryLDS()
				lambda0, gain, _, _, noise := p.matched()
				// J = M Nᵀ with M = C A and N the gain's transpose.
				q := g.convertedWhole(recurrentLeavesOf(p.c.Times(p.a), gain.T(), noise), lambda0)
				return []certificate.Equation{q.lag(0).Equals(lambda0), q.lag(1).Equals(p.lag(1))}
			}),
		},
		Twins: []theorems.Twin{
			fromNetwork("R latents", "K = R: the overlaps, noises taken for independent", func(n numbers) theorems.LatentSystem {
				return n.latents(n.m, nil, times(times(transposed(n.n), n.p), n.n), n.p)
			}),
			fromNetwork("G⁺ dropped", "P N NᵀP in place of P N G⁻ NᵀP", func(n numbers) theorems.LatentSystem {
				pn := times(n.p, n.n)
				return n.converted(pn, times(pn, transposed(pn)))
			}),
			fromSystem("Jᵀ for J", "Λ_1ᵀΛ_0⁺", func(_ *model.LDS, m *theorems.FirstOrderMatch) { m.J = transposed(m.J) }),
			fromSystem("P = Λ_0 − JJᵀ", "Λ_0 left out between J and Jᵀ", func(_ *model.LDS, m *theorems.FirstOrderMatch) {
				m.P = minus(plus(m.P, m.P), times(m.J, transposed(m.J)))
			}),
			{Name: "J everywhere", Mistake: "J taken to come back off the range of Λ_0 too", False: []theorems.Check{
				onNetworks("Λ_1Λ_0⁻ = J", exactNetworks(), func(r *recurrent) error { return equal("Λ_1Λ_0⁻ = J", r.lag(1).Mul(r.s.GeneralizedInverse()), r.j) })}},
			{Name: "K comes back", Mistake: "LDS → network → LDS taken to have K latents again", False: []theorems.Check{
				onSystems("K' = K", exactSystems(), func(l *latent) error {
					if got := exact.HStack(l.lambda1, l.lambda1.T()).Rank(); got != l.a.Rows() {
						return theorems.Violatedf("K' = %d, K = %d", got, l.a.Rows())
					}
					return nil
				})}},
		},
		MaxUnknown: 0.2,
	}
}

func judgeNetworkRoundTrip(f *theorems.Finding, t *network, s theorems.Subject) error {
	if s.LDSFromRNN == nil || s.RNNFromLDS == nil {
		return theorems.Missing("LDSFromRNN, RNNFromLDS")
	}
	converted, err := s.LDSFromRNN(t.net)
	if err != nil {
		return err
	}
	r, err := t.exactly()
	if err != nil {
		return err
	}
	if !wellFormed(f, converted.LatentSystem) {
		return nil
	}
	lds, err := asModel(converted.LatentSystem, t.deviations())
	if err != nil {
		f.Demand("the converted LDS is admissible", false)
		return nil
	}
	back, err := s.RNNFromLDS(lds)
	if err != nil {
		return err
	}
	n := t.Units()
	f.Demand("J and P are N×N", shaped(back.J, n, n) && shaped(back.P, n, n))
	if f.Verdict == theorems.Fails {
		return nil
	}
	cov := r.s.Float64()
	d := deviations(cov)
	kappa := condition(scaledTo(cov, d), r.s.Rank())
	e := t.conversionError(r, converted.LatentSystem, d)
	process, err := gaussianOf(converted.LatentSystem).Process()
	if err != nil {
		f.Demand("the LDS has a law", false)
		return nil
	}
	c, v := dense.NormFro(scaledSides(converted.C, d, ones(len(converted.A)))), dense.NormFro(process.StateCovariance())
	a := dense.NormFro(converted.A)
	amp := process.Amplification()
	law := (c*c*(e.q+2*a*v*e.a+operations(n)*t.u*v*(1+a*a))*(1+amp) + e.r + operations(n)*t.u) * kappa
	j := 1 + dense.NormFro(scaledBoth(t.J, d, d))
	expectClose(f, "|J'Λ_0 − JΛ_0|, scaled", scaledTo(times(back.J, cov), d), scaledTo(r.lag(1).Float64(), d), law*j, 1)
	expectClose(f, "|P' − P|, scaled", scaledTo(back.P, d), scaledTo(t.P, d), law*j*j, 1)
	return nil
}

func judgeSystemRoundTrip(f *theorems.Finding, t *system, s theorems.Subject) error {
	if s.LDSFromRNN == nil || s.RNNFromLDS == nil {
		return theorems.Missing("RNNFromLDS, LDSFromRNN")
	}
	match, l, err := t.match(s)
	if err != nil {
		return err
	}
	t.expectMatch(f, l, match)
	if f.Verdict != theorems.Holds {
		return nil
	}
	noise, err := model.DenseNoise(matrixOf(match.P))
	if err != nil { // by what is rounding, or expectMatch has failed
		noise, err = noiseOf(match.P, deviations(l.lambda0.Float64()))
	}
	if err != nil {
		f.Demand("P is admissible", false)
		return nil
	}
	net, err := model.NewLinearRNN(model.LinearRNNConfig{J: matrixOf(match.J), P: noise})
	if err != nil {
		return err
	}
	back, err := s.LDSFromRNN(net)
	if err != nil {
		return err
	}
	c := t.conditioning(l)
	residual, _ := c.matchError()
	// Rounding of J and P may add to a rank that is not full. It takes away only
	// what is as small.
	lambda := exact.HStack(l.lambda1, l.lambda1.T())
	if want := lambda.Rank(); want > 0 {
		both := scaledTo(l.lambda1.Float64(), c.deviation)
		if s := dense.SingularValues(beside(both, transposed(both))); s[want-1] > clearly*residual*(1+c.j) {
			f.Demand("K' ≥ rank [Λ_1, Λ_1ᵀ]", back.Dimension >= want)
		}
	}
	process, err := gaussianOf(back.LatentSystem).Process()
	if err != nil {
		f.Demand("the LDS has a law", false)
		return nil
	}
	amp := 1 + process.Amplification()*(1+c.j)*(1+c.j)
	bound := (residual*(1+c.j) + c.relative) * amp * c.kappa * 4
	for k := range 2 {
		expectClose(f, "|Λ_k after the round trip − Λ_k|, scaled", scaledTo(process.Autocovariance(k), c.deviation), scaledTo(l.lag(k).Float64(), c.deviation), bound, 1)
	}
	return nil
}

func decideNetworkRoundTrip(r *recurrent) error {
	a, c, q, noise, _, err := r.latentForm()
	if err != nil {
		return err
	}
	l := latent{a: a, c: c, q: q, r: noise}
	if err := l.settle(); err != nil {
		return err
	}
	if err := equal("P after the round trip", l.p, r.p); err != nil {
		return err
	}
	return equal("JΛ_0 after the round trip", l.j.Mul(r.s), r.j.Mul(r.s))
}

func decideSystemRoundTrip(l *latent) error {
	r := recurrent{j: l.j, p: l.p, s: l.lambda0}
	a, c, q, noise, _, err := r.latentForm()
	if err != nil {
		return err
	}
	back := latent{a: a, c: c, q: q, r: noise}
	if err := back.settle(); err != nil {
		return err
	}
	if err := equal("Λ_0 after the round trip", back.lambda0, l.lambda0); err != nil {
		return err
	}
	if err := equal("Λ_1 after the round trip", back.lambda1, l.lambda1); err != nil {
		return err
	}
	if k := r.minimalDimension(); k > l.c.Rank() {
		return theorems.Violatedf("K' = %d > rank C = %d", k, l.c.Rank())
	}
	return nil
}

// offTheRange: P = diag(1, 0), M = e₁/2, N = e₁ + e₂: unit 2 is silent, and J
// reads it for nothing.
func offTheRange() theorems.Witness {
	c := generators.Recurrent{Form: "structured", M: [][]float64{{0.5}, {0}}, N: [][]float64{{1}, {1}}, PDiag: []float64{1, 0}}
	return theorems.Witness{Without: "J is compared on the range of Λ_0", Shows: "unit 2 is silent: what J reads from it is lost", Case: c,
		Check: onNetworks("J comes back", exactNetworks(), func(r *recurrent) error { return equal("Λ_1Λ_0⁻ = J", r.lag(1).Mul(r.s.GeneralizedInverse()), r.j) })}
}
