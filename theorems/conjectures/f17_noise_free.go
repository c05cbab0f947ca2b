package conjectures

import (
	"fmt"
	"math/rand/v2"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/rankproof/rankproof/theorems"
)

// NoiseFree is a stationary LDS, y_t = C x_t without noise.
type NoiseFree struct {
	A [][]float64 `json:"A" dim:"K,K"`
	C [][]float64 `json:"C" dim:"N,K"`
	Q []float64   `json:"Q" dim:"K"` // the diagonal
}

// noiseFreeMarkov is F17.
func noiseFreeMarkov() theorems.Conjecture {
	at := func(k int) theorems.Level {
		return listing(level(theorems.Size{N: 1, K: k}, drawnBy(func(rng *rand.Rand) NoiseFree { return drawNoiseFree(rng, k) }), decideNoiseFree),
			simplestFirst(func(x []float64) NoiseFree { return NoiseFree{inRows(x[:k*k], k), inRows(x[k*k:k*k+k], k), x[k*k+k:]} }, copies(k*k+2*k, 0, 1)...))
	}
	return theorems.Conjecture{
		Ref: "F17", ID: "conjectures/noise-free-is-markov",
		Statement: "For every K and N, every stationary LDS x_{t+1} = A x_t + w_t that is observed without noise, y_t = C x_t (R_v = 0), is Markov of order one: Λ_{k+1} = JΛ_k for every k ≥ 1, J = Λ_1Λ_0⁺.",
		Source:    "S3 with its hypothesis forgotten that C is injective (V)",
		Instead:   "If C is injective y is the Markov process J = C A C⁺, P = C Q Cᵀ (S3). If K > N a part of the state stays hidden, noise or no noise: in general not (S2).",
		Levels:    []theorems.Level{at(1), at(2)},
		Minimal: "K = 1, at every N: C = 0 and y = 0, or C is injective and S3 applies. So two latents, and one unit, are the least. " +
			"With A = 0, C = 0 or Q = 0 the process is white or 0, and Markov. " +
			"Of the systems of zeros and ones, listed from the simplest on, this is the first that refutes it.",
		ByHand: byHand(func(c NoiseFree) []string {
			d, err := c.depart()
			if err != nil {
				return []string{err.Error()}
			}
			lines := []string{fmt.Sprintf("V = A V Aᵀ + Q: V = %s", inline(d.v))}
			for i, l := range d.lambda[:d.k+2] {
				lines = append(lines, fmt.Sprintf("Λ_%d = C A^%d V Cᵀ = %s", i, i, inline(l)))
			}
			return append(lines, fmt.Sprintf("J = Λ_1/Λ_0 = %s; if y were Markov, Λ_%d would be JΛ_%d = %s", inline(d.j), d.k+1, d.k, inline(d.j.Mul(d.lambda[d.k]))))
		}),
	}
}

// drawNoiseFree draws rows of A of halves, or of integers.
func drawNoiseFree(rng *rand.Rand, k int) NoiseFree {
	c := NoiseFree{C: wholeRows(rng, 1, k, 2), Q: naturals(rng, k, 3)}
	for i := range k {
		c.A = append(c.A, halves(rng, k))
		c.Q[i]-- // from 0 on
		if rng.IntN(2) == 0 {
			c.A[i] = wholes(rng, k, 1)
		}
	}
	return c
}

func (c NoiseFree) exact() (s gaussian.ExactLDS, err error) {
	s.A, s.C = rational(c.A), rational(c.C)
	for _, q := range c.Q {
		if q < 0 {
			return s, fmt.Errorf("%w: a variance below 0", theorems.ErrUndecided)
		}
	}
	if s.A.CharPoly().UnitDisc() != exact.Inside {
		return s, fmt.Errorf("%w: not stationary", theorems.ErrUndecided)
	}
	s.Q, s.R = diagonal(c.Q), exact.Zero(len(c.C), len(c.C))
	return s, nil
}

// departure is the least k ≥ 1 with Λ_{k+1} ≠ JΛ_k, 0 if there is none, and
// what that rests on.
type departure struct {
	v, j   *exact.Matrix
	lambda []*exact.Matrix // Λ_0 … Λ_{K+1}
	k      int
}

func (c NoiseFree) depart() (d departure, err error) {
	lds, err := c.exact()
	if err != nil {
		return d, err
	}
	if d.v, err = lds.StateCovariance(); err != nil {
		return d, err
	}
	// The equations for k ≤ rank A imply the others (S2).
	for k := range len(c.A) + 2 {
		lambda, err := lds.Autocovariance(k)
		if err != nil {
			return d, err
		}
		d.lambda = append(d.lambda, lambda)
	}
	d.j = d.lambda[1].Mul(d.lambda[0].GeneralizedInverse())
	for k := len(c.A); k >= 1; k-- {
		if !d.lambda[k+1].Equal(d.j.Mul(d.lambda[k])) {
			d.k = k
		}
	}
	return d, nil
}

func decideNoiseFree(c NoiseFree) error {
	d, err := c.depart()
	if err != nil || d.k == 0 {
		return err
	}
	return theorems.Violatedf("Λ_%d = %s, but JΛ_%d = %s", d.k+1, inline(d.lambda[d.k+1]), d.k, inline(d.j.Mul(d.lambda[d.k])))
}
