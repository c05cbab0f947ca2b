// Package conjectures lists statements that people make and that are false,
// each with the sizes at which an exact decision looks for a counterexample:
// at the last of them it finds one, and a proof in words or an enumeration says
// why there is none before.
package conjectures

import (
	"path"
	"slices"
	"strings"

	"github.com/rankproof/rankproof/theorems"
)

// All returns every conjecture, in the order of its ref.
func All() []theorems.Conjecture { return slices.Concat(first(), second()) }

// Matching returns the conjectures whose ref, in either case, or ID matches a
// shell pattern such as F2, F1*. One that is malformed is an error.
func Matching(pattern string) ([]theorems.Conjecture, error) {
	var out []theorems.Conjecture
	for _, c := range All() {
		ref, err := path.Match(strings.ToUpper(pattern), c.Ref)
		if err != nil {
			return nil, err
		}
		if id, _ := path.Match(pattern, c.ID); ref || id {
			out = append(out, c)
		}
	}
	return out, nil
}
