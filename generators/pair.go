package generators

import (
	"math/rand/v2"

	"pgregory.net/rapid"
)

// Pair is an instance for exact arithmetic: connectivity W, slopes D (the
// diagonal), inputs B, all small integers or halves, D with exact zeros.
type Pair struct {
	Tags []string    `json:"tags,omitempty"`
	W    [][]float64 `json:"W" dim:"N,N" numbers:"few"`
	D    []float64   `json:"D" dim:"N" numbers:"few"`
	B    [][]float64 `json:"B" dim:"N,q" numbers:"few"`
	Tau  []float64   `json:"tau" dim:"N" shrink:"positive" numbers:"few"` // unit-wise
}

// Pairs draws exact instances of 1 to maxUnits units, of all exact kinds.
func Pairs(maxUnits int) *rapid.Generator[Pair] {
	var kinds []Kind
	for _, k := range Zoo() {
		if k.Exact {
			kinds = append(kinds, k)
		}
	}
	return PairsOf(maxUnits, kinds...)
}

// PairsOf draws exact instances with W of the given kinds.
func PairsOf(maxUnits int, kinds ...Kind) *rapid.Generator[Pair] {
	return rapid.Custom(func(t *rapid.T) Pair {
		n := rapid.IntRange(1, maxUnits).Draw(t, "N")
		kind := kinds[rapid.IntRange(0, len(kinds)-1).Draw(t, "kind")]
		rng := noise(t)
		p := Pair{W: kind.Sample(rng, n)}
		p.tag(kind.Name)
		if kind.Edges != nil {
			p.tag(kind.Edges(n)...)
		}
		if n == 1 {
			p.tag("N = 1")
		}
		p.drawSlopes(t, rng)
		p.B = zeros(n, 1+rng.IntN(2))
		p.Tau = make([]float64, n)
		for i := range p.B {
			p.Tau[i] = float64(1+rng.IntN(3)) / 2
			for j := range p.B[i] {
				p.B[i][j] = integer(rng, 3)
			}
		}
		if kind.Name == "rank one" {
			p.tagOverlap()
		}
		return p
	})
}

func (p *Pair) tag(tags ...string) { p.Tags = union(p.Tags, tags) }

// drawSlopes draws D: all zero, all one, or halves with some zeros.
func (p *Pair) drawSlopes(t *rapid.T, rng *rand.Rand) {
	slopes := rapid.IntRange(0, 4).Draw(t, "slopes")
	p.D = make([]float64, len(p.W))
	zero := 0
	for i := range p.D {
		switch {
		case slopes == 0 || rng.IntN(4) == 0:
			zero++
		case slopes == 1:
			p.D[i] = 1
		default:
			p.D[i] = nonzeroInteger(rng, 4) / 2
		}
	}
	switch zero {
	case 0:
	case len(p.D):
		p.tag("D singular", "D = 0")
	default:
		p.tag("D singular")
	}
}

// tagOverlap marks W D of rank one with trace 0, which is μ = 0.
func (p *Pair) tagOverlap() {
	trace := 0.0 // of small integers and halves: exact
	for i := range p.D {
		trace += p.W[i][i] * p.D[i]
	}
	if trace == 0 {
		p.tag("μ = 0")
	}
}

// NilpotentProducts draws W and D, a projector, for which W D is nilpotent and
// the Jordan structures of WD and DW at 0 may differ: a nilpotent Jordan
// matrix after a relabelling, with some columns switched off by D.
func NilpotentProducts() *rapid.Generator[Pair] {
	return rapid.Custom(func(t *rapid.T) Pair {
		n := rapid.IntRange(2, 7).Draw(t, "N")
		rng := noise(t)
		p := Pair{W: zeros(n, n), D: make([]float64, n), B: zeros(n, 1), Tau: make([]float64, n)}
		p.tag("chains", "WD nilpotent")
		order := rng.Perm(n)
		differ := false
		for i := range n {
			p.B[i][0], p.Tau[i] = 1, 1
			if rng.IntN(3) > 0 {
				p.D[i] = 1
			}
			if i+1 < n && rng.IntN(4) > 0 {
				p.W[order[i]][order[i+1]] = 1
			}
		}
		// A chain link into a unit that D switches off, from one that it does
		// not: a block of DW that WD lacks.
		for i := range n - 1 {
			differ = differ || p.W[order[i]][order[i+1]] == 1 && p.D[order[i]] == 1 && p.D[order[i+1]] == 0
		}
		if differ {
			p.tag("link cut on one side")
		}
		return p
	})
}
