package generators

import (
	"math/rand/v2"
	"slices"

	"pgregory.net/rapid"
)

// EvenSlopes are the φ of M7: bounded, with φ' even and falling from the centre.
var EvenSlopes = []string{"tanh", "erf", "hard-tanh", "logistic"}

// CentredOptions say what a theorem's hypotheses ask of a centred population.
type CentredOptions struct {
	MaxRank      int // 0 stands for 3
	Nonlinearity []string
	Kinds        []string // nil: all of CentredKinds
}

// CentredKinds are spectra, by what is said of λ > 1.
var CentredKinds = []string{"distinct", "distinct", "distinct", "distinct", "all below 1", "complex pair", "pair and λ > 1", "defective", "repeated below 1", "Σ_mm singular"}

// Centreds draws centred populations.
func Centreds(o CentredOptions) *rapid.Generator[Centred] {
	return rapid.Custom(func(t *rapid.T) Centred {
		rng := noise(t)
		maxRank, kinds := o.MaxRank, o.Kinds
		if maxRank == 0 {
			maxRank = 3
		}
		if kinds == nil {
			kinds = CentredKinds
		}
		kind := kinds[rng.IntN(len(kinds))]
		r := between(rng, 1, maxRank)
		if slices.Contains([]string{"complex pair", "defective", "repeated below 1", "repeated", "Σ_mm singular", "rotation above 1", "rotation below 1"}, kind) {
			r = between(rng, 2, maxRank)
		}
		if kind == "distinct" && r == 1 { // seldom
			r = between(rng, 1, maxRank)
		}
		if kind == "pair and λ > 1" {
			r = maxRank
		}
		c := Centred{Nonlinearity: o.Nonlinearity[rng.IntN(len(o.Nonlinearity))], Lambda: make([]float64, r), Above: zeros(r, r),
			Lower: zeros(r, r), Upper: zeros(r, r), Factor: zeros(r, r), Start: quarters(rng, 1, r)[0], Horizon: float64(between(rng, 2, 8)) / 4}
		c.tag(kind)
		c.Start[rng.IntN(r)] += 0.125 // not 0
		for i, k := range rng.Perm(12)[:r] {
			c.Lambda[i] = float64(k-4)/4 + 0.09375 // distinct, from −0.9 to 1.84, and from sixteenths
		}
		c.spectrum(rng, kind)
		normal := rng.IntN(4) == 0
		for i := range r {
			for j := range i {
				if !normal {
					c.Lower[i][j], c.Upper[j][i] = integer(rng, 1), integer(rng, 2)
				}
				c.Factor[i][j] = integer(rng, 4) / 4
			}
			c.Factor[i][i] = float64(between(rng, 2, 8)) / 4
		}
		if kind == "Σ_mm singular" {
			c.Factor[r-1][r-1], c.Lambda[r-1] = 0, 0
		}
		c.tagEdges(normal)
		return c
	})
}

func (c *Centred) spectrum(rng *rand.Rand, kind string) {
	r := c.Rank()
	switch kind {
	case "distinct", "Σ_mm singular":
		c.Lambda[0] = 1 + float64(between(rng, 1, 16))/16
		if rng.IntN(2) == 0 { // non-normal in any basis
			for i := range r - 1 {
				c.Above[i][r-1] = integer(rng, 2)
			}
		}
		if kind == "Σ_mm singular" {
			for i := range r - 1 {
				c.Above[i][r-1] = 0
			}
		}
		if r > 1 && kind == "distinct" && rng.IntN(4) > 0 {
			c.Lambda[1] = 1 + float64(between(rng, 1, 16))/16
		}
		for i := 1; i < r; i++ {
			if c.Lambda[i] == c.Lambda[0] {
				c.Lambda[i] -= 4
			}
		}
	case "all below 1":
		for i := range c.Lambda {
			c.Lambda[i] = min(c.Lambda[i], 0.75-float64(i)/8)
		}
	case "complex pair":
		c.Turn = float64(between(rng, 1, 8)) / 4
	case "pair and λ > 1":
		c.Turn = float64(between(rng, 1, 8)) / 4
		c.Lambda[r-1] = 1 + float64(between(rng, 1, 16))/16
	case "defective": // a chain at λ > 1
		c.Lambda[0] = 1 + float64(between(rng, 2, 8))/8
		c.Lambda[1], c.Above[0][1] = c.Lambda[0], nonzeroInteger(rng, 2)
		for i := 2; i < r; i++ {
			c.Lambda[i] = 0.25
		}
	case "repeated below 1":
		c.Lambda[0] = 0.5
		c.Lambda[1], c.Above[0][1] = 0.5, integer(rng, 1)
	case "repeated": // an eigenspace of dimension ≥ 2 at λ > 1
		c.Lambda[0] = 1 + float64(between(rng, 2, 8))/8
		c.Lambda[1] = c.Lambda[0]
		if r > 2 && rng.IntN(3) == 0 {
			c.Lambda[2] = c.Lambda[0]
		}
	case "rotation above 1":
		c.Lambda[0], c.Turn = 1+float64(between(rng, 2, 12))/16, float64(between(rng, 6, 16))/8
	case "rotation below 1":
		c.Lambda[0], c.Turn = float64(between(rng, -8, 14))/16, float64(between(rng, 6, 16))/8
	}
}

func (c *Centred) tagEdges(normal bool) {
	above := 0
	for i, x := range c.Lambda {
		if x > 1 && !(c.Turns() && i < 2) {
			above++
		}
	}
	for _, edge := range []struct {
		tag  string
		here bool
	}{
		{"R = 1", c.Rank() == 1}, {"R = 3", c.Rank() == 3}, {"V = 1", normal}, {"several λ > 1", above > 1}, {"no real λ > 1", above == 0},
	} {
		if edge.here {
			c.tag(edge.tag)
		}
	}
}
