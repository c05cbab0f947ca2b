package theorems

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
}

// Size counts units N, pairs of loadings R, latents K and populations P; 0
// where the letter does not apply.
type Size struct {
	N int `json:"N,omitempty"`
	R int `json:"R,omitempty"`
	K int `json:"K,omitempty"`
	P int `json:"P,omitempty"`
}
