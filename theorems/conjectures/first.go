package conjectures

import "github.com/rankproof/rankproof/theorems"

// first lists F1 to F9.
func first() []theorems.Conjecture { return nil }
