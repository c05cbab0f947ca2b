package meanfield

import (
	"errors"
	"math/big"
	"testing"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
	"github.com/stretchr/testify/require"
)

// flawed is a decision with a mistake in it, and the claim whose instances show it.
type flawed struct {
	theorem theorems.Theorem
	claim   string
	mistake string
	decide  func(instance any) error
}

func flaw[C any](theorem theorems.Theorem, claim, mistake string, decide func(C) error) flawed {
	return flawed{theorem, claim, mistake, func(instance any) error { return decide(instance.(C)) }}
}

// TestDecisionsOfFailuresCanFail: what decides the instances of a claim calls a
// false statement violated at one of a few, and the true one at none of them, nor
// where they are changed.
func TestDecisionsOfFailuresCanFail(t *testing.T) {
	for _, c := range flaws() {
		claim, ok := c.theorem.CheckNamed(c.claim)
		require.True(t, ok, "%s, %q", c.theorem.Ref, c.claim)
		var violation *theorems.Violation
		found, decided := false, 0
		for i := 0; i < 60 && !found; i++ {
			instance := claim.Draw(theorems.SeedOf(11, c.mistake, i))
			if i%3 == 2 {
				instance = claim.Mutate(instance, []byte{byte(i), byte(5 * i), 7, byte(3 * i), 1, byte(11 * i), 2, 3})
			}
			found = errors.As(c.decide(instance), &violation)
			right := c.theorem.Recheck(c.claim, instance)
			require.NotEqual(t, theorems.Fails, right.Verdict, "%s, %q: %v", c.theorem.Ref, c.claim, right)
			if right.Verdict == theorems.Holds {
				decided++
			}
		}
		require.True(t, found, "%s, %q: %s is not refuted", c.theorem.Ref, c.claim, c.mistake)
		require.Positive(t, decided, "%s, %q", c.theorem.Ref, c.claim)
	}
}

func flaws() []flawed {
	frozen := func(mu, delta *big.Rat) [4]*big.Rat { return cubicRule(mu, new(big.Rat)) }
	nine, half, one, threeQuarters := big.NewRat(9, 10), big.NewRat(1, 2), big.NewRat(1, 1), big.NewRat(3, 4)
	return []flawed{
		flaw(ExactReduction(), "steps of the N-unit network", "x_⊥ forgotten by φ", decideReducedSteps(func(s *reducedRational) { s.forgetsBeside = true })),
		flaw(ExactReduction(), "M F_N(κ, v) + I(u − v) = F(Mκ + Iv)", "leak forgotten", decideReducedField(func(read, _ *exact.Matrix) *exact.Matrix { return read })),
		flaw(MeanField(), "field, by two-dimensional quadrature", "averages at Δ = 0", decideMoments(frozen)),
		flaw(MeanField(), "gains and Jacobian", "spread held fixed: no ⟨φ''⟩∇Δ", decideMoments(func(mu, delta *big.Rat) [4]*big.Rat {
			a := cubicRule(mu, delta)
			a[3].SetInt64(0)
			return a
		})),
		flaw(MeanField(), "gains", "averages at Δ = 0", decideMoments(frozen)),
		flaw(MeanField(), "field, by sampling", "averages at Δ = 0", decideMoments(frozen)),
		flaw(FiniteSize(), "variance, n given x", "a_n·c ⟨(φ²)'⟩ once", decideFluctuation(1)),
		flaw(FiniteSize(), "variance, by two-dimensional quadrature", "a_n·c ⟨(φ²)'⟩ once", decideFluctuation(1)),
		flaw(FiniteSize(), "variance of sampled networks, labels drawn", "a_n·c ⟨(φ²)'⟩ once", decideFluctuation(1)),
		flaw(FiniteSize(), "variance of sampled networks, sizes fixed", "a_n·c ⟨(φ²)'⟩ once", decideFluctuation(1)),
		flaw(WhatMatters(), "Σ_nn, and Σ_mm across κ", "one Gaussian of the pooled moments", decideKept((*rationalLaw).pooled)),
		flaw(WhatMatters(), "F + κ = Σ α_p (F_p + κ)", "equal weights", decideApart(func(_ *big.Rat, populations int) *big.Rat {
			return big.NewRat(1, int64(populations))
		})),
		flaw(Gauge(), "moments of the changed mixture", "N → N G", decideGauge(wrongGauge)),
		flaw(Gauge(), "G F'(G⁻¹κ) = F(κ)", "N → N G", decideGauge(wrongGauge)),
		flaw(Gauge(), "one J, one x, N units", "N → N G", decideGaugedUnits(func(g, _ *exact.Matrix) (m, n *exact.Matrix) { return g, g })),
		flaw(Gauge(), "one J, one Mκ", "M left as it is", decideGaugedUnits(func(g, inverse *exact.Matrix) (m, n *exact.Matrix) {
			return exact.Identity(g.Rows()), inverse.T()
		})),
		flaw(Trapping(), "faces of the box", "twice as fast", decideBox(one, half)),
		flaw(Trapping(), "faces of the box, m along n", "nine tenths", decideBox(nine, threeQuarters)),
		flaw(Trapping(), "networks", "twice as fast", decideBox(one, half)),
		flaw(Trapping(), "networks", "a quarter of the box", decideBox(big.NewRat(1, 4), threeQuarters)),
		flaw(Trapping(), "trajectories", "twice as fast", decideBox(one, half)),
		flaw(RankOne(), "networks", "any step", decideOneWay(true)),
		flaw(RankOne(), "mean field", "any step", decideOneWay(true)),
		flaw(Index(), "F points inward at the box that the degree is taken on", "a quarter of the box", decideInward(big.NewRat(1, 4))),
		flaw(Symmetry(), "F(Qκ) = Q F(κ)", "a_n not carried along", decideImages(stillImage)),
		flaw(Symmetry(), "DF(Qκ) = Q DF(κ) Qᵀ", "a_n not carried along", decideImages(stillImage)),
		flaw(Symmetry(), "fixed points come in orbits", "a_n not carried along", decideImages(stillImage)),
		flaw(Completion(), "Σ_nn = Σ_na Σ_aa⁺ Σ_an, the rest kept", "twice the least", decideCompleted(func(b blocks) *exact.Matrix {
			return minimalCompletion(b).Scale(big.NewRat(2, 1))
		})),
		flaw(Completion(), "no completion where n covaries with what does not vary", "always one", decideNoCompletion(func(_, _ *exact.Matrix) bool { return true })),
		flaw(Completion(), "one F, the least fluctuation", "overlaps halved", func(c generators.Embellished) error { return decideLeast(halved)(c.MixturePoint) }),
		flaw(Completion(), "one F, the least fluctuation", "Σ_nn + 1", func(c generators.Embellished) error { return decideLeast(inflated)(c.MixturePoint) }),
		flaw(FromUnitsToField(), "completions", "overlaps halved", func(c Targeted) error { return decideLeast(halved)(c.MixturePoint) }),
		flaw(FromUnitsToField(), "completions", "Σ_nn + 1", func(c Targeted) error { return decideLeast(inflated)(c.MixturePoint) }),
		flaw(FromUnitsToField(), "sampled networks against a target", "the sampling error twice", decideTarget(2)),
		flaw(Index(), "indices add up to 1", "sign det DF", ofMeans(decideSignSum)),
		flaw(Index(), "indices add up to 1 in three dimensions", "sign det DF", ofMeans(decideSignSum)),
		flaw(Approximation(), "(a) a field of its own populations", "columns scaled by 1/P", ofUnits(risesWith(scaledObjective))),
		flaw(Approximation(), "(b) nested features", "columns scaled by 1/P", ofUnits(risesWith(scaledObjective))),
		flaw(Approximation(), "ridge, against rationals", "columns scaled by 1/P", ofUnits(risesWith(scaledObjective))),
		flaw(Centred(), "DF at a zero", "complex pairs do not count", realAlone),
		flaw(Centred(), "all zeros, their index and stability", "complex pairs do not count", realAlone),
		flaw(Centred(), "an eigenspace of zeros", "stable where λ is largest, ties or not", noTies),
		flaw(Centred(), "all zeros in three dimensions", "complex pairs do not count", realAlone),
		flaw(Centred(), "a search sees a continuum", "stable where λ is largest, ties or not", noTies),
	}
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

var _ = generators.Mixture{}
