package conjectures

import (
	"fmt"
	"math/big"
	"math/rand/v2"

	"github.com/rankproof/rankproof/theorems"
)

// SampledUnit is a centred population of rank one, its covariance of (m, n)
// being positive definite, and a unit drawn from it: wherever the loadings are,
// they have a positive density.
type SampledUnit struct {
	VarM  float64 `json:"var_m" shrink:"positive"`
	CovNM float64 `json:"cov_nm"`
	VarN  float64 `json:"var_n" shrink:"positive"`
	M     float64 `json:"m"`
	N     float64 `json:"n"`
}

// Admissible reports whether the covariance is positive definite.
func (c SampledUnit) Admissible() bool {
	return c.VarM > 0 && times(theorems.Rational(c.VarM), theorems.Rational(c.VarN)).
		Cmp(times(theorems.Rational(c.CovNM), theorems.Rational(c.CovNM))) > 0
}

// equallyMany is F13.
func equallyMany() theorems.Conjecture {
	return theorems.Conjecture{
		Ref: "F13", ID: "conjectures/as-many-fixed-points",
		Statement: "For every mixture and every N, with probability one a network of N units drawn from the mixture has as many fixed points as its mean field. (φ = tanh, I = 0.)",
		Source:    "taking the mean field for the network (B), whose fixed points it has as N → ∞ only",
		Instead:   "The field of N units is off by a random function of size N^-1/2 at each κ (M3, M15). For bounded φ the indices of the fixed points of either add up to 1, so that both numbers are odd where all are non-degenerate (M11).",
		Levels: []theorems.Level{listing(level(theorems.Size{N: 1, R: 1, P: 1}, drawnBy(drawSampledUnit), decideEquallyMany),
			simplestFirst(func(x []float64) SampledUnit { return SampledUnit{1, x[0], 1, x[1], x[2]} }, copies(3, 0, 1, 2)...))},
		Minimal: "One unit, one pair of loadings and one population are the least there is. In numbers: the covariance is the identity, and m n must exceed 1, as 1·2 does. " +
			"(Without any variance a population is one point, and all its samples are the mean field itself.)",
		ByHand: byHand(func(c SampledUnit) []string {
			sigma, overlap := theorems.Rational(c.CovNM), c.overlap()
			mean := fmt.Sprintf("mean field F(κ) = −κ + E n tanh(mκ) = −κ + g σκ, σ = Cov(n, m) = %s, g = E tanh'(mκ), 0 < g ≤ 1, g = 1 at κ = 0 alone", sigma.RatString())
			if fixedPoints(sigma) == 1 {
				mean += ": gσ = 1 nowhere but at κ = 0, if there; one fixed point, κ = 0"
			} else {
				mean += ", g falls to 0 as |κ| grows: gσ = 1 at one |κ| > 0; three fixed points, 0 and ±κ"
			}
			unit := fmt.Sprintf("a unit with m = %v, n = %v, a density > 0 there: κ̇ = −κ + n tanh(mκ); z = mκ is fixed iff z = %s tanh z", c.M, c.N, overlap.RatString())
			if fixedPoints(overlap) == 1 {
				unit += ", |tanh z| < |z|: one fixed point, κ = 0"
			} else {
				unit += fmt.Sprintf(": right of 0 it has a slope of %s > 1 at 0, is concave, and stays below %s; one z > 0, and −z, and 0: three", overlap.RatString(), overlap.RatString())
			}
			return []string{mean, unit, "the same for all (m, n) near these, so with positive probability"}
		}),
	}
}

func drawSampledUnit(rng *rand.Rand) SampledUnit {
	for {
		v, w := naturals(rng, 2, 4), wholes(rng, 3, 3)
		if c := (SampledUnit{VarM: v[0], CovNM: w[0], VarN: v[1], M: w[1], N: w[2]}); c.Admissible() {
			return c
		}
	}
}

// overlap returns m n.
func (c SampledUnit) overlap() *big.Rat {
	return times(theorems.Rational(c.M), theorems.Rational(c.N))
}

// fixedPoints counts the solutions of κ = λ h(κ), for odd h of slope 1 at 0 and
// h(κ)/κ falling from 1 to 0 on κ > 0: tanh, and κ E tanh'(mκ) for m ~ N(0, v), v > 0.
func fixedPoints(lambda *big.Rat) int {
	if lambda.Cmp(big.NewRat(1, 1)) > 0 {
		return 3
	}
	return 1
}

func decideEquallyMany(c SampledUnit) error {
	if !c.Admissible() {
		return fmt.Errorf("%w: the covariance is not positive definite", theorems.ErrUndecided)
	}
	if c.overlap().Cmp(big.NewRat(1, 1)) == 0 {
		return fmt.Errorf("%w: m n = 1 is of probability 0", theorems.ErrUndecided)
	}
	mean, unit := fixedPoints(theorems.Rational(c.CovNM)), fixedPoints(c.overlap())
	if mean == unit {
		return nil
	}
	return theorems.Violatedf("fixed points: %d of the mean field (σ = %v), %d of the unit (m n = %s); counted by the shape of tanh, no root being computed", mean, c.CovNM, unit, c.overlap().RatString())
}
