package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/rankproof/rankproof/internal/gate"
	"github.com/rankproof/rankproof/internal/report"
)

// writableFolder makes a folder if it is not there, and reports why no file can be
// written in it.
func writableFolder(folder string) error {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	f, err := os.CreateTemp(folder, ".writable-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// saveFindings writes each finding to a file of its own in a folder, which is made
// if it is not there, and returns the files by the findings' IDs: with an error,
// those that could be written.
func saveFindings(folder string, findings []gate.Finding) (files map[string]string, err error) {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return nil, err
	}
	files, taken := map[string]string{}, map[string]bool{}
	for _, f := range findings {
		name := fileName(f.ID)
		for i := 2; taken[name]; i++ {
			name = fmt.Sprintf("%s-%d", fileName(f.ID), i)
		}
		taken[name] = true
		file := filepath.Join(folder, name+".json")
		if one := writeFile(file, func(w io.Writer) error { return report.WriteJSON(w, f.Saved) }); one != nil {
			err = errors.Join(err, one)
			continue
		}
		files[f.ID] = file
	}
	return files, err
}

// fileName is an ID without what a file's name should not have.
func fileName(id string) string {
	const longest = 60
	words := strings.FieldsFunc(id, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	name := strings.Join(words, "-")
	return strings.TrimRight(name[:min(len(name), longest)], "-")
}

// writeFile writes a file as a whole.
func writeFile(name string, write func(io.Writer) error) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		f.Close()
		return fmt.Errorf("%s: %w", name, err)
	}
	return f.Close()
}
