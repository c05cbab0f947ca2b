package theorems

import (
	"cmp"
	"fmt"
	"iter"
	"strings"
)

// Conjecture is a plausible statement that is false. It is a value like a
// theorem; what is expected of it is a counterexample.
type Conjecture struct {
	Ref, ID   string // "F2", "conjectures/rank-r-is-r-latents": stable
	Statement string // quantifiers explicit
	Source    string // where one meets it
	Instead   string // what is true, with the theorem's ref
	// Levels are the sizes at which a counterexample is looked for, smallest
	// first. At the last there is one; at those before there is none.
	Levels []Level
	// Minimal says how it is known that nothing smaller refutes it.
	Minimal string
	// ByHand shows, of a counterexample, the arithmetic that refutes the
	// statement, for a person to follow: a line each.
	ByHand func(instance any) []string
}

// Level is one size with instances of that size.
type Level struct {
	Size  Size
	Check Check // of the statement, by exact arithmetic
	// Every, if set, lists instances of the size, all of some box, simplest
	// first: they are decided before any is drawn.
	Every iter.Seq[any]
}

// Size counts units N, pairs of loadings R, latents K and populations P; 0
// where the letter does not apply. Sizes are compared as these letters are
// written, N first.
type Size struct {
	N int `json:"N,omitempty"`
	R int `json:"R,omitempty"`
	K int `json:"K,omitempty"`
	P int `json:"P,omitempty"`
}

// Compare returns -1 if s is smaller than t, 0 if they are the same, and 1
// otherwise.
func (s Size) Compare(t Size) int {
	return cmp.Or(cmp.Compare(s.N, t.N), cmp.Compare(s.R, t.R), cmp.Compare(s.K, t.K), cmp.Compare(s.P, t.P))
}

// String returns the letters that apply, as in "N = 2, R = 1".
func (s Size) String() string {
	var out []string
	for _, l := range s.letters() {
		if l.count > 0 {
			out = append(out, fmt.Sprintf("%s = %d", l.name, l.count))
		}
	}
	return strings.Join(out, ", ")
}

type letter struct {
	name  string
	count int
}

func (s Size) letters() []letter { return []letter{{"N", s.N}, {"R", s.R}, {"K", s.K}, {"P", s.P}} }

// Minimum returns the size at which there is a counterexample.
func (c Conjecture) Minimum() Size {
	if len(c.Levels) == 0 {
		return Size{}
	}
	return c.Levels[len(c.Levels)-1].Size
}

// AsTheorem returns the statement with its levels as exact checks: what a
// reader of counterexamples needs to judge one again.
func (c Conjecture) AsTheorem() Theorem {
	t := Theorem{Ref: c.Ref, ID: c.ID, Statement: c.Statement, Source: c.Source}
	for _, l := range c.Levels {
		t.Exact = append(t.Exact, l.Check)
	}
	return t
}
