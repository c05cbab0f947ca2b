package registry

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sync"

	"github.com/rankproof/rankproof/theorems"
)

//go:embed corpus/*.json ledger.json
var embedded embed.FS

// Kept is a counterexample that was kept: its file's name, and its text.
type Kept struct {
	Name string
	Text []byte
}

// Corpus returns the counterexamples that once broke a bound or the model, in
// the order of their names: what was mended stays mended.
func Corpus() []Kept {
	folder, err := fs.Sub(embedded, "corpus")
	if err != nil {
		panic(err) // no valid path, in this very line
	}
	kept, err := ReadCorpus(folder)
	if err != nil {
		panic(err) // what is embedded can be read
	}
	return kept
}

// ReadCorpus reads all *.json of a folder, in the order of their names.
func ReadCorpus(folder fs.FS) ([]Kept, error) {
	names, err := fs.Glob(folder, "*.json")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var out []Kept
	for _, name := range names {
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, err
		}
		out = append(out, Kept{path.Base(name), text})
	}
	return out, nil
}

// Ledger returns a copy of the largest margins ever seen, as they are committed
// with this package.
func Ledger() *theorems.Ledger {
	return &theorems.Ledger{Extremes: slices.Clone(ledger().Extremes)}
}

var ledger = sync.OnceValue(func() *theorems.Ledger {
	text, err := embedded.ReadFile("ledger.json")
	if err != nil {
		panic(err) // it is embedded
	}
	l, err := theorems.ReadLedger(bytes.NewReader(text))
	if err != nil {
		panic(fmt.Sprintf("ledger.json: %v", err)) // a test reads it before it is committed
	}
	return l
})
