// Package conjectures lists statements that people make and that are false,
// each with the sizes at which an exact decision looks for a counterexample:
// at the last of them it finds one, and a proof in words or an enumeration says
// why there is none before.
package conjectures

import (
	"slices"

	"github.com/rankproof/rankproof/theorems"
)

// All returns every conjecture, in the order of its ref.
func All() []theorems.Conjecture { return slices.Concat(first(), second()) }
