// Theoremdoc writes THEOREMS.md from the registry, no theorem being run, and
// CONJECTURES.md with the counterexamples that it finds. It is what go generate
// in the root of the module calls.
package main

import (
	"log"
	"os"

	"github.com/rankproof/rankproof/internal/theoremdoc/markdown"
	"github.com/rankproof/rankproof/theorems/conjectures"
	"github.com/rankproof/rankproof/theorems/registry"
)

func main() {
	if err := os.WriteFile("THEOREMS.md", markdown.Theorems(registry.All()), 0o644); err != nil {
		log.Fatal(err)
	}
	page, err := markdown.Conjectures(conjectures.All())
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile("CONJECTURES.md", page, 0o644); err != nil {
		log.Fatal(err)
	}
}
