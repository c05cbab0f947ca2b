package conjectures

import (
	"fmt"
	"math/big"
	"math/rand/v2"

	"github.com/rankproof/rankproof/theorems"
)

// TwoContexts is a tanh network W = m nᵀ with one input channel, and its
// outputs r* = tanh x* at fixed points of two contexts. Any numbers between −1
// and 1 are the outputs at a fixed point, of the bias x* − W r*.
type TwoContexts struct {
	M      []float64 `json:"m" dim:"N"`
	N      []float64 `json:"n" dim:"N"`
	Input  []float64 `json:"input" dim:"N"` // β₀
	First  []float64 `json:"first" dim:"N"`
	Second []float64 `json:"second" dim:"N"`
}

// directInput is F11.
func directInput() theorems.Conjecture {
	const n = 1
	return theorems.Conjecture{
		Ref: "F11", ID: "conjectures/no-direct-input-modulation",
		Statement: "For every network, every input β₀ and every two contexts (fixed points with slopes D₁, D₂) with corresponding modes of eigenvalue μ ≠ 0, the direct-input term l̄ᵀΔβ = ½(l₁+l₂)ᵀ(D₂−D₁)β₀ " +
			"of the change of the input gain vanishes in activity form too, left eigenvectors being scaled in one way in both contexts.",
		Source: "carrying over from activation form, where β = β₀ is the same in every context (P; L7)",
		Instead: "It vanishes in activation form, where β = β₀ in every context; the totals of both forms agree, with corresponding scales, and their split into selection and direct input differs (L7). " +
			"With one pair of loadings and l_r = n the selection term of activity form vanishes and all is direct input (L8).",
		Levels: []theorems.Level{listing(level(theorems.Size{N: n, R: 1}, drawnBy(func(rng *rand.Rand) TwoContexts {
			return TwoContexts{M: wholes(rng, n, 2), N: wholes(rng, n, 2), Input: wholes(rng, n, 2), First: halves(rng, n), Second: halves(rng, n)}
		}), decideDirectInput), simplestFirst(func(x []float64) TwoContexts { return TwoContexts{x[:1], x[1:2], x[2:3], x[3:4], x[4:]} },
			append(copies(3, 0, 1), copies(2, 0, 0.5)...)...))},
		Minimal: "There is no network of less than one unit. Of its five numbers m, n and β₀ must not be 0, and r₁, r₂ must differ in size, or there is no mode, no input or no change: " +
			"ones, 0 and a half are the simplest that do.",
		ByHand: byHand(func(c TwoContexts) []string {
			g, _ := c.gains()
			return []string{
				fmt.Sprintf("slopes 1 − r²: D₁ = %s, D₂ = %s; eigenvalues of DW: μ₁ = nᵀD₁m = %s, μ₂ = %s", row(g.d1), row(g.d2), g.mu1.RatString(), g.mu2.RatString()),
				fmt.Sprintf("activity form, l = n in both contexts (nᵀ D W = μ nᵀ): gains nᵀDβ₀ = %s and %s; selection (Δl)ᵀβ̄ = 0, direct input nᵀ(D₂−D₁)β₀ = %s",
					g.first.RatString(), g.second.RatString(), g.direct.RatString()),
				fmt.Sprintf("activation form, l = Dn: direct input (β₀ − β₀) = 0, selection nᵀ(D₂−D₁)β₀ = %s: one total", g.direct.RatString()),
				fmt.Sprintf("scaled to lᵀv = 1 at v = m, l = n/μ: direct input ½(1/μ₁ + 1/μ₂)·(%s) = %s", g.direct.RatString(), g.scaled.RatString()),
			}
		}),
	}
}

type gains struct {
	d1, d2         []*big.Rat
	mu1, mu2       *big.Rat
	first, second  *big.Rat // nᵀDβ₀
	direct, scaled *big.Rat // direct-input term at l = n, and at l = n/μ
}

func (c TwoContexts) gains() (g gains, ok bool) {
	var ok1, ok2 bool
	g.d1, ok1 = tanhSlopes(c.First)
	g.d2, ok2 = tanhSlopes(c.Second)
	if !ok1 || !ok2 {
		return g, false
	}
	m, n, input := rats(c.M), rats(c.N), rats(c.Input)
	g.mu1, g.mu2 = dot(n, g.d1, m), dot(n, g.d2, m)
	if g.mu1.Sign() == 0 || g.mu2.Sign() == 0 {
		return g, false
	}
	g.first, g.second = dot(n, g.d1, input), dot(n, g.d2, input)
	g.direct = minus(g.second, g.first)
	g.scaled = times(g.direct, times(big.NewRat(1, 2), plus(new(big.Rat).Inv(g.mu1), new(big.Rat).Inv(g.mu2))))
	return g, true
}

func decideDirectInput(c TwoContexts) error {
	g, ok := c.gains()
	switch {
	case !ok:
		return fmt.Errorf("%w: an output that tanh does not have, or no mode of eigenvalue other than 0", theorems.ErrUndecided)
	case g.direct.Sign() == 0 || g.scaled.Sign() == 0:
		return nil
	}
	return theorems.Violatedf("the direct-input term of activity form is %s (l = n), %s (l = n/μ)", g.direct.RatString(), g.scaled.RatString())
}

// row writes the diagonal of a matrix.
func row(v []*big.Rat) string {
	text := "diag("
	for i, x := range v {
		if i > 0 {
			text += ", "
		}
		text += x.RatString()
	}
	return text + ")"
}
