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
	"github.com/rankproof/rankproof/internal/report"
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

// close ends it: an instance that was given up may be shrunk yet, and must not
// write into the summary.
func (f *finder) close() {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.closed = true
}

func (f *finder) tell(t theorems.Theorem, told report.Told) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.closed {
		return
	}
	f.screen.Clear()
	fmt.Fprintf(f.text, "found: %s, %q %v\n", t.Ref, told.Failure.Check, told.Failure.Outcome.Finding)
	if name := f.keep(told); name != "" {
		fmt.Fprintf(f.text, "  kept as %s\n", name)
	}
}

// keepAll keeps what the records of earlier attempts come to.
func (f *finder) keepAll(failures []report.HuntFailure) error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	for _, failure := range failures {
		f.keep(failure.Told)
	}
	return f.err
}

// keep writes a counterexample into the folder of witnesses, under a name that
// tells of its theorem and its contents: once, however often it is found. It
// returns the name, "" where nothing is kept.
func (f *finder) keep(told report.Told) string {
	if f.dir == "" {
		return ""
	}
	c := told.Counterexample
	sum := sha256.Sum256([]byte(c.Check + string(c.Case)))
	name := filepath.Join(f.dir, witnessFolder, c.Ref+"-"+hex.EncodeToString(sum[:4])+".json")
	line, err := c.JSON()
	if err == nil {
		err = os.MkdirAll(filepath.Dir(name), 0o777)
	}
	if err == nil {
		err = replaceFile(name, []byte(line))
	}
	if err != nil {
		f.err = errors.Join(f.err, err)
		return ""
	}
	return name
}

// replaceFile writes a file in one step: all of it or nothing.
func replaceFile(name string, text []byte) error {
	beside := fmt.Sprintf("%s.%d.new", name, os.Getpid())
	if err := os.WriteFile(beside, text, 0o666); err != nil {
		return err
	}
	return os.Rename(beside, name)
}
