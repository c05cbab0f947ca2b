package conjectures

import (
	"math/rand/v2"
	"slices"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
)

// Gated is connectivity with the slopes of units at a fixed point: 0 or 1 for
// ReLU.
type Gated struct {
	W [][]float64 `json:"W" dim:"N,N"`
	D []float64   `json:"D" dim:"N"` // the diagonal
}

// jordanAtZero is F10.
func jordanAtZero() theorems.Conjecture {
	at := func(n int) theorems.Level {
		return listing(level(theorems.Size{N: n}, drawnBy(func(rng *rand.Rand) Gated {
			c := Gated{W: wholeRows(rng, n, n, 1), D: make([]float64, n)}
			for i := range c.D {
				c.D[i] = float64(rng.IntN(2))
			}
			return c
		}), decideJordanAtZero), simplestFirst(func(x []float64) Gated { return Gated{inRows(x[:n*n], n), x[n*n:]} }, copies(n*n+n, 0, 1)...))
	}
	return theorems.Conjecture{
		Ref: "F10", ID: "conjectures/jordan-at-zero",
		Statement: "For every N, every W (N×N) and every diagonal D, WD and DW have the same Jordan blocks at eigenvalue 0: rank (WD)^k = rank (DW)^k for all k ≥ 1.",
		Source:    "reading \"the two forms have the same spectrum\" (P; L2, L9) as \"are similar\"",
		Instead:   "At every μ ≠ 0 the blocks are the same; at 0 block sizes differ by at most one: with c_k the number of blocks of size k or more, c_{k+1}(WD) ≤ c_k(DW) and the reverse (L9). All are the same if D is invertible: DW = D(WD)D⁻¹.",
		Levels:    []theorems.Level{at(1), at(2)},
		Minimal: "One unit: WD = DW, numbers commute. With two, the counterexample has one entry of W and one of D that are not 0; " +
			"with less W = 0 or D = 0, and then WD = DW = 0.",
		ByHand: byHand(func(c Gated) []string {
			var out lines
			wd, dw := c.products()
			for k := 1; k <= wd.Rows(); k++ {
				a, b := wd.Pow(k), dw.Pow(k)
				out.add("(WD)^%d = %s of rank %d, (DW)^%d = %s of rank %d", k, inline(a), a.Rank(), k, inline(b), b.Rank())
			}
			return out
		}),
	}
}

func (c Gated) products() (wd, dw *exact.Matrix) {
	w, d := rational(c.W), diagonal(c.D)
	return w.Mul(d), d.Mul(w)
}

func decideJordanAtZero(c Gated) error {
	wd, dw := c.products()
	// From k = N on ranks stay as they are.
	a, b := wd.RankSequence(len(c.W))[1:], dw.RankSequence(len(c.W))[1:]
	if slices.Equal(a, b) {
		return nil
	}
	return theorems.Violatedf("ranks of the powers of WD are %v, of DW %v", a, b)
}
