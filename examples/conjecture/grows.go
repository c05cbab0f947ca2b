package conjecture

import (
	"fmt"
	"math/big"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
	"pgregory.net/rapid"
)

// Latents are loadings of N units, of which the last column is that of a latent
// that is added to the others.
type Latents struct {
	G [][]float64 `json:"G" dim:"N,K"`
}

// GrowsWithLatents is Q1, which is false.
func GrowsWithLatents() theorems.Conjecture {
	c := theorems.Conjecture{
		Ref: "Q1", ID: "dimension/grows-with-latents",
		Statement: "One more independent latent never lowers the dimension of what the units share: D([G, g]) ≥ D(G) for all loadings G ≠ 0 and g.",
		Source:    "said of populations: more latents, more dimensions; it is so of rank C",
		Instead:   "Only 1 ≤ D ≤ rank C (P1). A latent that lies along a strong direction makes the spectrum of C less even, and D smaller.",
		Minimal: "With N = 1, C is a number and D = 1. With N = 2 and K = 2, G is one column, D(G) = 1, which no D is below. Here K counts the " +
			"added latent, and K = 1 has no G.",
		ByHand: func(instance any) []string {
			before, after, err := instance.(Latents).exactly()
			if err != nil {
				return nil
			}
			return []string{
				"without the last latent: C = " + inline(before) + ", D = " + arithmetic(before),
				"with it: C = " + inline(after) + ", D = " + arithmetic(after),
			}
		},
	}
	for _, size := range []theorems.Size{{N: 1, K: 2}, {N: 1, K: 3}, {N: 2, K: 2}, {N: 2, K: 3}} {
		c.Levels = append(c.Levels, theorems.Level{Size: size, Check: theorems.Decide(size.String(), latents(size), decideGrows)})
	}
	return c
}

// latents draws entries with which one calculates by hand.
func latents(s theorems.Size) *rapid.Generator[Latents] {
	return rapid.Custom(func(t *rapid.T) Latents {
		row := rapid.SliceOfN(rapid.SampledFrom([]float64{0, 1, -1, 2, 0.5}), s.K, s.K)
		return Latents{G: rapid.SliceOfN(row, s.N, s.N).Draw(t, "G")}
	})
}

// exactly returns C without the last latent and with it.
func (l Latents) exactly() (before, after *exact.Matrix, err error) {
	g, err := exact.FromFloat64(l.G)
	if err != nil {
		return nil, nil, err
	}
	fewer := g.Slice(0, g.Rows(), 0, g.Cols()-1)
	return fewer.Mul(fewer.T()), g.Mul(g.T()), nil
}

func decideGrows(l Latents) error {
	before, after, err := l.exactly()
	if err != nil || before.IsZero() {
		return theorems.ErrUndecided
	}
	if d, more := dimension(before), dimension(after); more.Cmp(d) < 0 {
		return theorems.Violatedf("D([G, g]) = %v < D(G) = %v", more.RatString(), d.RatString())
	}
	return nil
}

func dimension(c *exact.Matrix) *big.Rat { return ratio(c.Trace(), c.Mul(c).Trace()) }

func arithmetic(c *exact.Matrix) string {
	return fmt.Sprintf("(%v)²/%v = %v", c.Trace().RatString(), c.Mul(c).Trace().RatString(), dimension(c).RatString())
}

// inline writes a matrix in a line.
func inline(m *exact.Matrix) string {
	out := "["
	for i := range m.Rows() {
		out += "["
		for j := range m.Cols() {
			out += m.At(i, j).RatString()
			if j+1 < m.Cols() {
				out += " "
			}
		}
		out += "]"
	}
	return out + "]"
}
