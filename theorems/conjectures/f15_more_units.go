package conjectures

import (
	"fmt"
	"math/big"
	"math/rand/v2"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/rankproof/rankproof/theorems"
)

// Observed is a stationary LDS with uncorrelated noises; units are observed
// from the first on.
type Observed struct {
	A [][]float64 `json:"A" dim:"K,K"`
	C [][]float64 `json:"C" dim:"N,K"`
	Q []float64   `json:"Q" dim:"K" shrink:"positive"`   // the diagonal
	R []float64   `json:"R_v" dim:"N" shrink:"positive"` // the diagonal
}

// lessWithMoreUnits is F15.
func lessWithMoreUnits() theorems.Conjecture {
	at := func(n int) theorems.Level {
		return listing(level(theorems.Size{N: n, K: 1}, drawnBy(func(rng *rand.Rand) Observed {
			return Observed{A: inRows(halves(rng, 1), 1), C: inRows(naturals(rng, n, 2), 1), Q: naturals(rng, 1, 3), R: naturals(rng, n, 6)}
		}), decideMoreUnits), simplestFirst(func(x []float64) Observed {
			return Observed{A: inRows(x[:1], 1), C: inRows(x[1:1+n], 1), Q: x[1+n : 2+n], R: x[2+n:]}
		}, append([][]float64{{0, 0.5}}, copies(2*n+1, 1, 2, 3)...)...))
	}
	return theorems.Conjecture{
		Ref: "F15", ID: "conjectures/more-units-lose-less",
		Statement: "For every stationary LDS with R_v ≻ 0, each of whose units reads the latents, the nats I(y_{t+1}; y_{t−1} | y_t) that the first-order match of the observed units loses never increase when one is observed more, from one on.",
		Source:    "S4: the loss vanishes as N → ∞ (Q ≻ 0), hence, one thinks, monotonically (V)",
		Instead: "As N → ∞ with K fixed, Q ≻ 0 and i.i.d. rows of C the loss is O(1/N²) (S4). For one latent all units together are one of noise-to-signal ratio s = 1/(V Σ c²/r): the loss is −½ ln(1 − ρ²), " +
			"ρ = a²s/((1+s)² − a²), rises with s up to s = √(1−a²) and falls after it: it grows with N as long as units are noisy. More of the past never loses more (S5).",
		Levels: []theorems.Level{at(1), at(2)},
		Minimal: "With one unit in all there is no number from one on to compare it with, and without latents nothing is lost. So two units and one latent are the least; " +
			"and what makes it fail, a first unit with s > √(1−a²), needs a noise of more than 1 where the other numbers are 1: A² < 1 alone makes s = 1 − A² < √(1−A²). " +
			"Of the systems with A of 0, ½ and others of 1, 2, 3, listed from the simplest on, this is the first that refutes it.",
		ByHand: byHand(func(c Observed) []string {
			a, q, one := theorems.Rational(c.A[0][0]), theorems.Rational(c.Q[0]), big.NewRat(1, 1)
			a2 := times(a, a)
			v := over(q, minus(one, a2))
			lines := []string{fmt.Sprintf("latent variance V = Q/(1 − A²) = %s", v.RatString())}
			precision := new(big.Rat)
			for n, r := range rats(c.R) {
				read := theorems.Rational(c.C[n][0])
				precision.Add(precision, over(times(read, read), r))
				s := over(one, times(v, precision))
				rho := correlation(a2, s)
				lines = append(lines, fmt.Sprintf("%d observed: s = 1/(V Σ C²/R_v) = %s; given y_t, y_{t±1} have the (canonical) correlation ρ = A²s/((1+s)² − A²) = %s, and e^(−2I) = 1 − ρ² = %s",
					n+1, s.RatString(), rho.RatString(), minus(one, times(rho, rho)).RatString()))
			}
			return append(lines, "the smaller number is the larger loss")
		}),
	}
}

// correlation returns ρ = a²s/((1+s)² − a²), the correlation of z_{t+1} and
// z_{t−1} given z_t, where z is an AR(1) process of variance 1 and
// coefficient a in white noise of variance s.
func correlation(a2, s *big.Rat) *big.Rat {
	sum := plus(big.NewRat(1, 1), s)
	return over(times(a2, s), minus(times(sum, sum), a2))
}

func decideMoreUnits(c Observed) error {
	lds, err := c.exact()
	if err != nil {
		return err
	}
	// Ratios are of determinants, e^(−2I): rational, and compared as such.
	joint, err := lds.Joint(3)
	if err != nil {
		return err
	}
	n := len(c.C)
	var last *big.Rat
	for p := 1; p <= n; p++ {
		ratio := gaussian.RatioOfDeterminants(joint, block(2, n, p), block(0, n, p), block(1, n, p))
		if last != nil && ratio.Cmp(last) < 0 {
			return theorems.Violatedf("e^(−2I) is %s with %d observed and %s with %d: the loss grows", last.RatString(), p-1, ratio.RatString(), p)
		}
		last = ratio
	}
	return nil
}

// block lists the coordinates of the first p of n units at a time from 0 on.
func block(time, n, p int) []int {
	out := make([]int, p)
	for i := range out {
		out[i] = time*n + i
	}
	return out
}

func (c Observed) exact() (s gaussian.ExactLDS, err error) {
	if !allPositive(c.Q) || !allPositive(c.R) {
		return s, fmt.Errorf("%w: a noise without variance", theorems.ErrUndecided)
	}
	s.A, s.C = rational(c.A), rational(c.C)
	for i := range c.C {
		if s.C.Slice(i, i+1, 0, s.C.Cols()).IsZero() {
			return s, fmt.Errorf("%w: unit %d reads no latent", theorems.ErrUndecided, i)
		}
	}
	if s.A.CharPoly().UnitDisc() != exact.Inside {
		return s, fmt.Errorf("%w: not stationary", theorems.ErrUndecided)
	}
	s.Q, s.R = diagonal(c.Q), diagonal(c.R)
	return s, nil
}
