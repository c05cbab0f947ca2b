// Theoremdoc writes THEOREMS.md from the registry. No theorem is run. It is
// what go generate in the root of the module calls.
package main

import (
	"log"
	"os"

	"github.com/rankproof/rankproof/internal/theoremdoc/markdown"
	"github.com/rankproof/rankproof/theorems/registry"
)

func main() {
	if err := os.WriteFile("THEOREMS.md", markdown.Theorems(registry.All()), 0o644); err != nil {
		log.Fatal(err)
	}
}
