package conversion

import (
	"math/big"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/rankproof/rankproof/theorems"
)

// ratioAt returns e^(−2I) of the system with R_v = 4^−j R₀.
func ratioAt(c generators.System, j int) (*big.Rat, error) {
	l, err := newLatent(plain(withNoise(c, j)))
	if err != nil {
		return nil, err
	}
	return l.informationRatio(), nil
}

// informationRatio returns e^(−2 I(y_3; y_1 | y_2)).
func (l *latent) informationRatio() *big.Rat {
	n := l.c.Rows()
	return gaussian.RatioOfDeterminants(l.joint(3), indices(2*n, n), indices(0, n), indices(n, n))
}

func indices(from, count int) []int {
	out := make([]int, count)
	for i := range out {
		out[i] = from + i
	}
	return out
}

// lostAt returns 1 − e^(−2I) at σ² = 2⁻²⁰ and 2⁻²⁴.
func lostAt(c generators.System) (first, second *big.Rat, err error) {
	one := big.NewRat(1, 1)
	a, err := ratioAt(c, 10)
	if err != nil {
		return nil, nil, err
	}
	b, err := ratioAt(c, 12)
	if err != nil {
		return nil, nil, err
	}
	return new(big.Rat).Sub(one, a), new(big.Rat).Sub(one, b), nil
}

// decideVanishing: from σ² = 2⁻²⁰ to 2⁻²⁴, 1 − e^(−2I) falls by 2⁸, to an
// eighth: of order σ⁴, not more.
func decideVanishing(c generators.System) error {
	first, second, err := lostAt(c)
	if err != nil {
		return err
	}
	if first.Sign() == 0 && second.Sign() == 0 {
		return nil
	}
	if second.Sign() <= 0 || new(big.Rat).Quo(first, second).Cmp(big.NewRat(224, 1)) < 0 {
		return theorems.Violatedf("1 − e^(−2I) is %v at σ² = 2⁻²⁰ and %v at 2⁻²⁴", first.FloatString(20), second.FloatString(20))
	}
	return nil
}

// decideDiscontinuity: the distance to the limit falls with σ², by 16 from 2⁻²⁰
// to 2⁻²⁴ to an eighth, and at σ = 0 nothing is lost.
func decideDiscontinuity(c generators.System) error {
	l, err := newLatent(plain(c))
	if err != nil {
		return err
	}
	limit, err := l.limit()
	if err != nil {
		return err
	}
	first, err := ratioAt(c, 10)
	if err != nil {
		return err
	}
	second, err := ratioAt(c, 12)
	if err != nil {
		return err
	}
	far, near := new(big.Rat).Sub(first, limit), new(big.Rat).Sub(second, limit)
	far.Abs(far)
	near.Abs(near)
	if far.Cmp(new(big.Rat).Mul(big.NewRat(14, 1), near)) < 0 {
		return theorems.Violatedf("e^(−2I) is off from det(I − XB⁻¹XᵀD⁻¹) = %v by %v at σ² = 2⁻²⁰ and by %v at 2⁻²⁴", limit.RatString(), far.FloatString(12), near.FloatString(12))
	}
	free := c
	free.RDiag, free.RFactor = make([]float64, c.Units()), nil
	at, err := newLatent(plain(free))
	if err != nil {
		return err
	}
	if yes, lag := at.markov(); !yes {
		return theorems.Violatedf("R_v = 0 and C injective, and Λ_%d ≠ JΛ_%d", lag+1, lag)
	}
	return nil
}

// informationStays: A = [[.8, −.3], [.3, .7]] in eighths, Q = diag(1, 0).
func informationStays() theorems.Witness {
	c := generators.System{Form: "structured", A: [][]float64{{0.75, -0.25}, {0.25, 0.75}}, C: [][]float64{{1, 0}, {0, 1}}, QDiag: []float64{1, 0}, RDiag: []float64{1, 1}}
	return theorems.Witness{Without: "Q ≻ 0, for the information to vanish", Shows: "A = [[¾, −¼], [¼, ¾]], Q = diag(1, 0), C = R₀ = I: about a tenth of a nat stays, however small σ is", Case: c,
		Check: theorems.Decide("1 − e^(−2I) falls with σ⁴", generators.Systems(exactly(singularLimit())), decideVanishing)}
}

// blindDirections: K = 2, N = 1: an AR(2) process seen through little noise.
func blindDirections() theorems.Witness {
	c := generators.System{Form: "structured", A: [][]float64{{0.5, 0.25}, {0.25, 0.5}}, C: [][]float64{{1, 0}}, QDiag: []float64{1, 1}, RDiag: []float64{1}}
	return theorems.Witness{Without: "C is injective", Shows: "K = 2 latents seen by one unit lose nats at any σ", Case: c,
		Check: theorems.Decide("1 − e^(−2I) falls with σ⁴, whatever C", generators.Systems(exactly(vanishingNoise())), decideVanishing)}
}
