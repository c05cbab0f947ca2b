// Package rankproof is the root of a module of theorems about recurrent
// networks with low-rank connectivity, each with the evidence for it. It has
// no code. Package model is what to import, package theorems the vocabulary,
// theorems/registry the list (THEOREMS.md, in words), theorems/conjectures one of
// what is false (CONJECTURES.md), and the command verify gathers the evidence:
//
//	go run ./cmd/verify
package rankproof

//go:generate go run ./internal/theoremdoc
