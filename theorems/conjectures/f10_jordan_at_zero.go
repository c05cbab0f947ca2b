package conjectures

import (
	"fmt"
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
	level := func(n int, name string) theorems.Level {
		return theorems.Level{Size: theorems.Size{N: n}, Check: theorems.Decide(name, drawnBy(func(rng *rand.Rand) Gated {
			c := Gated{W: wholeRows(rng, n, n, 1), D: make([]float64, n)}
			for i := range c.D {
				c.D[i] = float64(rng.IntN(2))
			}
			return c
		}), decideJordanAtZero),
			Every: simplestFirst(func(x []float64) Gated { return Gated{squareOf(x, n), x[n*n:]} }, copies(n*n+n, 0, 1)...)}
	}
	return theorems.Conjecture{
		Ref: "F10", ID: "conjectures/jordan-at-zero",
		Statement: "For every N, every W (N×N) and every diagonal D, WD and DW have the same Jordan blocks at eigenvalue 0: rank (WD)^k = rank (DW)^k for all k ≥ 1.",
		Source:    "reading \"the two forms have the same spectrum\" (P; L2, L9) as \"are similar\"",
		Instead:   "At every μ ≠ 0 the blocks are the same; at 0 block sizes differ by at most one: with c_k the number of blocks of size k or more, c_{k+1}(WD) ≤ c_k(DW) and the reverse (L9). All are the same if D is invertible: DW = D(WD)D⁻¹.",
		Levels:    []theorems.Level{level(1, "ranks, one unit"), level(2, "ranks, two units")},
		Minimal: "One unit: WD = DW, numbers commute. With two, the counterexample has one entry of W and one of D that are not 0; " +
			"with less W = 0 or D = 0, and then WD = DW = 0.",
		ByHand: func(instance any) []string {
			wd, dw, _ := instance.(Gated).products()
			var lines []string
			for k := 1; k <= wd.Rows(); k++ {
				a, b := wd.Pow(k), dw.Pow(k)
				lines = append(lines, fmt.Sprintf("(WD)^%d = %s of rank %d, (DW)^%d = %s of rank %d", k, list(a), a.Rank(), k, list(b), b.Rank()))
			}
			return lines
		},
	}
}

func (c Gated) products() (wd, dw *exact.Matrix, err error) {
	w, err := exact.FromFloat64(c.W)
	if err != nil {
		return nil, nil, err
	}
	d := exact.Diagonal(rats(c.D))
	return w.Mul(d), d.Mul(w), nil
}

func decideJordanAtZero(c Gated) error {
	wd, dw, err := c.products()
	if err != nil {
		return err
	}
	// From k = N on ranks stay as they are.
	a, b := wd.RankSequence(len(c.W))[1:], dw.RankSequence(len(c.W))[1:]
	if slices.Equal(a, b) {
		return nil
	}
	return theorems.Violatedf("ranks of the powers of WD are %v, of DW %v", a, b)
}
