package meanfield

import (
	"math/big"
	"testing"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems/theoremtest"
)

// TestDecisionsOfFailuresCanFail: what decides the failures of a claim refutes what is
// false.
func TestDecisionsOfFailuresCanFail(t *testing.T) {
	frozen := func(mu, delta *big.Rat) [4]*big.Rat { return cubicRule(mu, new(big.Rat)) }
	nine, half, one, threeQuarters := big.NewRat(9, 10), big.NewRat(1, 2), big.NewRat(1, 1), big.NewRat(3, 4)
	theoremtest.CanFail(t, ExactReduction(), "steps of the N-unit network", "x_⊥ forgotten by φ", decideReducedSteps(func(s *reducedRational) { s.forgetsBeside = true }))
	theoremtest.CanFail(t, ExactReduction(), "M F_N(κ, v) + I(u − v) = F(Mκ + Iv)", "leak forgotten", decideReducedField(func(read, _ *exact.Matrix) *exact.Matrix { return read }))
	theoremtest.CanFail(t, MeanField(), "field, by two-dimensional quadrature", "averages at Δ = 0", decideMoments(frozen))
	theoremtest.CanFail(t, MeanField(), "gains and Jacobian", "spread held fixed: no ⟨φ''⟩∇Δ", decideMoments(func(mu, delta *big.Rat) [4]*big.Rat {
		a := cubicRule(mu, delta)
		a[3].SetInt64(0)
		return a
	}))
	theoremtest.CanFail(t, MeanField(), "gains", "averages at Δ = 0", decideMoments(frozen))
	theoremtest.CanFail(t, MeanField(), "field, by sampling", "averages at Δ = 0", decideMoments(frozen))
	theoremtest.CanFail(t, FiniteSize(), "variance, n given x", "a_n·c ⟨(φ²)'⟩ once", decideFluctuation(1))
	theoremtest.CanFail(t, FiniteSize(), "variance, by two-dimensional quadrature", "a_n·c ⟨(φ²)'⟩ once", decideFluctuation(1))
	theoremtest.CanFail(t, FiniteSize(), "variance of sampled networks, labels drawn", "a_n·c ⟨(φ²)'⟩ once", decideFluctuation(1))
	theoremtest.CanFail(t, FiniteSize(), "variance of sampled networks, sizes fixed", "a_n·c ⟨(φ²)'⟩ once", decideFluctuation(1))
	theoremtest.CanFail(t, WhatMatters(), "Σ_nn, and Σ_mm across κ", "one Gaussian of the pooled moments", decideKept((*rationalLaw).pooled))
	theoremtest.CanFail(t, WhatMatters(), "F + κ = Σ α_p (F_p + κ)", "equal weights", decideApart(func(_ *big.Rat, populations int) *big.Rat {
		return big.NewRat(1, int64(populations))
	}))
	theoremtest.CanFail(t, Gauge(), "moments of the changed mixture", "N → N G", decideGauge(wrongGauge))
	theoremtest.CanFail(t, Gauge(), "G F'(G⁻¹κ) = F(κ)", "N → N G", decideGauge(wrongGauge))
	theoremtest.CanFail(t, Gauge(), "one J, one x, N units", "N → N G", decideGaugedUnits(func(g, _ *exact.Matrix) (m, n *exact.Matrix) { return g, g }))
	theoremtest.CanFail(t, Gauge(), "one J, one Mκ", "M left as it is", decideGaugedUnits(func(g, inverse *exact.Matrix) (m, n *exact.Matrix) {
		return exact.Identity(g.Rows()), inverse.T()
	}))
	theoremtest.CanFail(t, Trapping(), "faces of the box", "twice as fast", decideBox(one, half))
	theoremtest.CanFail(t, Trapping(), "faces of the box, m along n", "nine tenths", decideBox(nine, threeQuarters))
	theoremtest.CanFail(t, Trapping(), "networks", "twice as fast", decideBox(one, half))
	theoremtest.CanFail(t, Trapping(), "networks", "a quarter of the box", decideBox(big.NewRat(1, 4), threeQuarters))
	theoremtest.CanFail(t, Trapping(), "trajectories", "twice as fast", decideBox(one, half))
	theoremtest.CanFail(t, RankOne(), "networks", "any step", decideOneWay(true))
	theoremtest.CanFail(t, RankOne(), "mean field", "any step", decideOneWay(true))
	theoremtest.CanFail(t, Index(), "F points inward at the box that the degree is taken on", "a quarter of the box", decideInward(big.NewRat(1, 4)))
	theoremtest.CanFail(t, Symmetry(), "F(Qκ) = Q F(κ)", "a_n not carried along", decideImages(stillImage))
	theoremtest.CanFail(t, Symmetry(), "DF(Qκ) = Q DF(κ) Qᵀ", "a_n not carried along", decideImages(stillImage))
	theoremtest.CanFail(t, Symmetry(), "fixed points come in orbits", "a_n not carried along", decideImages(stillImage))
	theoremtest.CanFail(t, Completion(), "Σ_nn = Σ_na Σ_aa⁺ Σ_an, the rest kept", "twice the least", decideCompleted(func(b blocks) *exact.Matrix {
		return minimalCompletion(b).Scale(big.NewRat(2, 1))
	}))
	theoremtest.CanFail(t, Completion(), "no completion where n covaries with what does not vary", "always one", decideNoCompletion(func(_, _ *exact.Matrix) bool { return true }))
	theoremtest.CanFail(t, Completion(), "one F, the least fluctuation", "overlaps halved", func(c generators.Embellished) error { return decideLeast(halved)(c.MixturePoint) })
	theoremtest.CanFail(t, Completion(), "one F, the least fluctuation", "Σ_nn + 1", func(c generators.Embellished) error { return decideLeast(inflated)(c.MixturePoint) })
	theoremtest.CanFail(t, FromUnitsToField(), "completions", "overlaps halved", func(c Targeted) error { return decideLeast(halved)(c.MixturePoint) })
	theoremtest.CanFail(t, FromUnitsToField(), "completions", "Σ_nn + 1", func(c Targeted) error { return decideLeast(inflated)(c.MixturePoint) })
	theoremtest.CanFail(t, FromUnitsToField(), "sampled networks against a target", "the sampling error twice", decideTarget(2))
	theoremtest.CanFail(t, Index(), "indices add up to 1", "sign det DF", ofMeans(decideSignSum))
	theoremtest.CanFail(t, Index(), "indices add up to 1 in three dimensions", "sign det DF", ofMeans(decideSignSum))
	theoremtest.CanFail(t, Approximation(), "(a) a field of its own populations", "columns scaled by 1/P", ofUnits(risesWith(scaledObjective)))
	theoremtest.CanFail(t, Approximation(), "(b) nested features", "columns scaled by 1/P", ofUnits(risesWith(scaledObjective)))
	theoremtest.CanFail(t, Approximation(), "ridge, against rationals", "columns scaled by 1/P", ofUnits(risesWith(scaledObjective)))
	theoremtest.CanFail(t, Truncation(), "‖W − W_R‖₂ = s_{R+1}", "nothing nearer by one rank", decideRival(1))
	theoremtest.CanFail(t, Truncation(), "flows stay within the bound", "nothing nearer by one rank", decideRival(1))
	theoremtest.CanFail(t, Centred(), "DF at a zero", "complex pairs do not count", realAlone)
	theoremtest.CanFail(t, Centred(), "all zeros, their index and stability", "complex pairs do not count", realAlone)
	theoremtest.CanFail(t, Centred(), "an eigenspace of zeros", "stable where λ is largest, ties or not", noTies)
	theoremtest.CanFail(t, Centred(), "all zeros in three dimensions", "complex pairs do not count", realAlone)
	theoremtest.CanFail(t, Centred(), "a search sees a continuum", "stable where λ is largest, ties or not", noTies)
}

// halved is the mixture of half the deviations of n.
func halved(l *rationalLaw) *rationalLaw {
	half := exact.Identity(l.rank).Scale(big.NewRat(1, 2))
	out := l.transformed(acting(exact.Identity(l.rank), half))
	for p := range out.pops {
		out.pops[p].mean = l.pops[p].mean
	}
	return out
}

// inflated is the mixture with a part of n beside.
func inflated(l *rationalLaw) *rationalLaw {
	out, r := &rationalLaw{rank: l.rank}, l.rank
	for _, p := range l.pops {
		p.factor = exact.HStack(p.factor, exact.VStack(exact.Zero(r, r), exact.Identity(r), exact.Zero(1, r)))
		p.cov = p.factor.Mul(p.factor.T())
		out.pops = append(out.pops, p)
	}
	return out
}

// realAlone is a rule of stability that does not look at complex pairs.
func realAlone(c generators.Centred) error {
	return decideCentredZeros(c, func(lambda float64, others []complex128) exact.Side {
		var real []complex128
		for _, z := range others {
			if imag(z) == 0 {
				real = append(real, z)
			}
		}
		return stabilityRule(lambda, real)
	})
}

// noTies takes a λ of several dimensions for a simple one.
func noTies(c generators.Centred) error {
	return decideCentredZeros(c, func(lambda float64, others []complex128) exact.Side {
		if side := stabilityRule(lambda, others); side != exact.On {
			return side
		}
		return exact.Inside
	})
}

func wrongGauge(l *rationalLaw, g, _ *exact.Matrix) *rationalLaw {
	return l.transformed(acting(g.T(), g.T()))
}

func stillImage(q, _ *exact.Matrix, _ int) (m, n *exact.Matrix) { return q, exact.Identity(q.Rows()) }
