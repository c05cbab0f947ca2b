package conjectures

import (
	"math/big"
	"slices"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
	"pgregory.net/rapid"
)

// Clocks is a network in activity form, τ_i ṙ_i = −r_i + φ(W r + b)_i, in a
// state r, with b = −W r.
type Clocks struct {
	W   [][]float64 `json:"W" dim:"N,N"`
	Tau []float64   `json:"tau" dim:"N" shrink:"positive"`
	R   []float64   `json:"r" dim:"N"`
}

func clocks(s theorems.Size) *rapid.Generator[Clocks] {
	return rapid.Custom(func(t *rapid.T) Clocks {
		return Clocks{matrixOf(t, "W", entries, s.N, s.N), vectorOf(t, "tau", positives, s.N), vectorOf(t, "r", entries, s.N)}
	})
}

// velocities returns W ṙ and ẋ in the state r.
func (c Clocks) velocities() (mapped, own *exact.Matrix) {
	rate := make([]*big.Rat, len(c.Tau))
	for i, tau := range c.Tau {
		rate[i] = new(big.Rat).Inv(theorems.Rational(tau))
	}
	w, r, rates := rational(c.W), exact.ColumnFloat64(c.R), exact.Diagonal(rate)
	return w.Mul(rates).Mul(r).Scale(big.NewRat(-1, 1)), rates.Mul(w).Mul(r).Scale(big.NewRat(-1, 1))
}

// oneMapForAllClocks is F5.
func oneMapForAllClocks() theorems.Conjecture {
	one, smallest := theorems.Size{N: 1}, theorems.Size{N: 2}
	return theorems.Conjecture{
		Ref: "F5", ID: "conjectures/one-map-for-all-clocks",
		Statement: "For every φ with φ(0) = 0, every W, b and every unit-wise τ_i > 0, r ↦ x = W r + b carries trajectories of τ_i ṙ_i = −r_i + φ(W r + b)_i to trajectories of τ_i ẋ_i = −x_i + (Wφ(x) + b)_i.",
		Source:    "L10 carried over from one time constant to many",
		Instead:   "It does so when all τ_i are the same (L10), or W commutes with diag τ. With others the eigenvalues of the two forms still agree, and eigenvectors map by D (L12).",
		Levels: []theorems.Level{
			listing(level(one, clocks(one), decideOneMap), box([]float64{0.25, 0.5, 1, 2, 3, -1, -2, 0}, 3, func(x []float64) Clocks {
				return Clocks{W: [][]float64{{x[0]}}, Tau: []float64{x[1]}, R: []float64{x[2]}}
			})),
			listing(level(smallest, clocks(smallest), decideOneMap), simplestFirst(func(x []float64) Clocks {
				return Clocks{W: inRows(x[:4], 2), Tau: x[4:6], R: x[6:]}
			}, slices.Concat(copies(4, 0, 1), copies(2, 1, 2), copies(2, 0, 1))...)),
		},
		Minimal: "With one unit there is one time constant, and numbers commute: ẋ = W ṙ = (−W r + Wφ(x))/τ = (−x + Wφ(x) + b)/τ.",
		ByHand: byHand(func(c Clocks) []string {
			w, r := rational(c.W), exact.ColumnFloat64(c.R)
			mapped, own := c.velocities()
			var out lines
			out.add("b = −W r = %s, so that x = W r + b = 0 and φ(x) = 0, whatever φ is", inline(w.Mul(r).Scale(big.NewRat(-1, 1))))
			out.add("ṙ = −r/τ, so that x = W r + b moves with W ṙ = %s", inline(mapped))
			out.add("but where x = 0 the activation form has ẋ = b/τ = %s", inline(own))
			return out
		}),
	}
}

func decideOneMap(c Clocks) error {
	if !allPositive(c.Tau) {
		return theorems.ErrUndecided
	}
	if mapped, own := c.velocities(); !mapped.Equal(own) {
		return theorems.Violatedf("W ṙ = %s, ẋ = %s, in rationals", inline(mapped), inline(own))
	}
	return nil
}
