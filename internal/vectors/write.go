package vectors

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// ErrForeign is wrapped where a directory holds something else than vectors.
var ErrForeign = errors.New("not a directory of test vectors")

// Write writes the files and their schema into a directory, which it makes: all
// of them or none. One that is there must be empty, or hold vectors and nothing
// else, in whose place these are put.
func Write(dir string, files []File) (err error) {
	there, err := refuseForeign(dir)
	if err != nil {
		return err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return err
	}
	if there { // a link stays one
		if dir, err = filepath.EvalSymlinks(dir); err != nil {
			return err
		}
	}
	beside := fmt.Sprintf("%s.%d.new", dir, os.Getpid())
	if err := os.MkdirAll(filepath.Dir(dir), 0o777); err != nil {
		return err
	}
	if err := os.Mkdir(beside, 0o777); err != nil {
		return err
	}
	defer os.RemoveAll(beside)
	for _, f := range files {
		text, err := f.Text()
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(beside, f.Operation+".json"), text, 0o666); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(beside, SchemaName), Schema, 0o666); err != nil {
		return err
	}
	if !there {
		return os.Rename(beside, dir)
	}
	old := fmt.Sprintf("%s.%d.old", dir, os.Getpid())
	if err := os.Rename(dir, old); err != nil {
		return err
	}
	if err := os.Rename(beside, dir); err != nil {
		return errors.Join(err, os.Rename(old, dir))
	}
	return os.RemoveAll(old)
}

// refuseForeign reports whether a directory is there, and names what is in it
// that is no file of vectors.
func refuseForeign(dir string) (there bool, err error) {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	}
	for _, e := range entries {
		operation, isJSON := strings.CutSuffix(e.Name(), ".json")
		if !e.Type().IsRegular() || !isJSON {
			return true, fmt.Errorf("%s holds %s: %w", dir, e.Name(), ErrForeign)
		}
		if e.Name() == SchemaName {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return true, err
		}
		var head struct{ Operation, GeneratorVersion string }
		if err := json.NewDecoder(bytes.NewReader(text)).Decode(&head); err != nil || head.Operation != operation || head.GeneratorVersion == "" {
			return true, fmt.Errorf("%s holds %s, which is no file of test vectors: %w", dir, e.Name(), ErrForeign)
		}
	}
	return true, nil
}
