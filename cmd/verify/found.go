package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/rankproof/rankproof/internal/hunt"
	"github.com/rankproof/rankproof/theorems"
)

// witnessFolder, in a directory of records, holds shrunk failures, each as
// verify replay and --corpus read it.
const witnessFolder = "witnesses"

// finder tells of failures when they are found, and keeps them beside the
// records if there are any.
type finder struct {
	text    io.Writer
	screen  *hunt.Screen // nil, or what is below text on a terminal
	dir     string
	subject theorems.Subject

	mutex  sync.Mutex
	closed bool  // nobody listens any more
	err    error // of writing
}

// close ends it, and returns what could not be kept: an instance that was given
// up may be shrunk yet, and must not write into the summary.
func (f *finder) close() error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.closed = true
	return f.err
}

func (f *finder) tell(t theorems.Theorem, failure theorems.Failure) {
	c, err := theorems.NewCounterexample(t, f.subject, failure) // decides exactly, which may take long
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.closed {
		return
	}
	if err != nil {
		f.err = errors.Join(f.err, err)
		return
	}
	f.screen.Clear()
	fmt.Fprintf(f.text, "found: %s, %q %v\n", t.Ref, failure.Check, failure.Outcome.Finding)
	if f.dir == "" {
		return
	}
	name, err := keepWitness(filepath.Join(f.dir, witnessFolder), c)
	if err != nil {
		f.err = errors.Join(f.err, err)
		return
	}
	fmt.Fprintf(f.text, "  kept as %s\n", name)
}

// keepWitness writes a counterexample into a folder, under a name that tells
// of its theorem and its contents: once, however often it is found.
func keepWitness(folder string, c theorems.Counterexample) (string, error) {
	line, err := c.JSON()
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(c.Check + string(c.Case)))
	name := filepath.Join(folder, c.Ref+"-"+hex.EncodeToString(sum[:4])+".json")
	return name, os.WriteFile(name, []byte(line), 0o666)
}
