package conjectures

import "github.com/rankproof/rankproof/theorems"

// second lists F10 to F17.
func second() []theorems.Conjecture { return nil }
