package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// Format is that of the plans and records that this package writes and reads.
const Format = 1

// PlanFile is the name of the plan in a directory of records.
const PlanFile = "plan.json"

// MostBlocks is the largest number of blocks of a theorem, in a plan with or
// without an end.
const MostBlocks = 1 << 30

// Plan says what a hunt looks at, and decides all that it can find: blocks are
// functions of it. It never changes once records of it exist.
type Plan struct {
	Format      int              `json:"format"`
	Seed        uint64           `json:"seed"`       // root of all seeds
	BlockSize   int              `json:"block_size"` // instances of a block, at most
	Blocks      int              `json:"blocks"`     // of each theorem; 0: without end
	Theorems    []PlannedTheorem `json:"theorems"`
	Starts      string           `json:"starts"`      // digest of corpus and ledger
	Environment string           `json:"environment"` // what decides how numbers are rounded
	Build       string           `json:"build"`
}

// PlannedTheorem is a theorem of a plan.
type PlannedTheorem struct {
	ID      string `json:"id"`
	Ref     string `json:"ref"`
	Version string `json:"version"` // digest of what defines it
}

// DigestOf returns the digest of a text, of the form that plans hold: the first
// 128 bits of SHA-256 in hexadecimal.
func DigestOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// Digest returns the digest of the plan, which every record of it holds. It
// does not depend on how a file is laid out.
func (p Plan) Digest() string {
	if p.Theorems == nil {
		p.Theorems = []PlannedTheorem{}
	}
	text, err := encodeJSON(p)
	if err != nil {
		panic("journal: a plan of strings and integers is no JSON: " + err.Error()) // cannot be
	}
	return DigestOf(text)
}

// Check returns what is wrong with a plan.
func (p Plan) Check() error {
	switch {
	case p.Format != Format:
		return fmt.Errorf("format is %d, and this program knows %d", p.Format, Format)
	case p.BlockSize < 1 || p.BlockSize > MostBlocks:
		return fmt.Errorf("block_size is %d, want 1 to %d", p.BlockSize, MostBlocks)
	case p.Blocks < 0 || p.Blocks > MostBlocks:
		return fmt.Errorf("blocks is %d, want 0, for no end, to %d", p.Blocks, MostBlocks)
	case len(p.Theorems) == 0:
		return errors.New("theorems is empty")
	case !isDigest(p.Starts):
		return fmt.Errorf("starts is %q, no digest", p.Starts)
	case !utf8.ValidString(p.Environment + p.Build):
		return errors.New("environment or build is no text")
	}
	seen := map[string]bool{}
	for i, t := range p.Theorems {
		switch {
		case t.ID == "" || t.Ref == "" || !utf8.ValidString(t.ID+t.Ref):
			return fmt.Errorf("theorem %d has id %q and ref %q", i, t.ID, t.Ref)
		case !isDigest(t.Version):
			return fmt.Errorf("theorem %s has version %q, no digest", t.ID, t.Version)
		case seen[t.ID]:
			return fmt.Errorf("theorem %s is there twice", t.ID)
		}
		seen[t.ID] = true
	}
	return nil
}

// isDigest reports whether a text may be a digest, of 64 to 256 bits.
func isDigest(text string) bool {
	_, err := hex.DecodeString(text)
	return err == nil && len(text) >= 16 && len(text) <= 64 && text == strings.ToLower(text)
}

// ReadPlan reads a plan. What it cannot be refuses, with the file's name.
func ReadPlan(path string) (Plan, error) {
	const most = 16 << 20 // bytes; a theorem takes a hundred
	file, err := os.Open(path)
	if err != nil {
		return Plan{}, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, most+1))
	if err != nil {
		return Plan{}, fmt.Errorf("%s: %w", path, inner(err))
	}
	if len(text) > most {
		return Plan{}, fmt.Errorf("%s: longer than %d MiB, no plan", path, most>>20)
	}
	var p Plan
	if err := decodeJSON(text, &p); err != nil {
		return Plan{}, fmt.Errorf("%s: not a plan: %w", path, err)
	}
	if err := p.Check(); err != nil {
		return Plan{}, fmt.Errorf("%s: %w", path, err)
	}
	return p, nil
}

// WriteFile writes the plan, all of it or nothing. A file that holds this plan
// already is left alone, and one that does not is never overwritten.
func (p Plan) WriteFile(path string) error {
	if err := p.Check(); err != nil {
		return fmt.Errorf("plan for %s: %w", path, err)
	}
	if there, err := p.isIn(path); there || err != nil {
		return err
	}
	text, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	beside, err := writeBeside(path, append(text, '\n'))
	if err != nil {
		return err
	}
	defer os.Remove(beside)
	switch err := os.Link(beside, path); { // unlike a rename, it fails if somebody was faster
	case err == nil:
	case errors.Is(err, fs.ErrExist):
		_, err := p.isIn(path)
		return err
	default: // a file system without links
		if there, err := p.isIn(path); there || err != nil {
			return err
		}
		if err := os.Rename(beside, path); err != nil {
			return err
		}
	}
	return syncFolder(filepath.Dir(path))
}

// isIn reports whether a file holds this plan. One that holds something else is
// an error.
func (p Plan) isIn(path string) (bool, error) {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	there, err := ReadPlan(path)
	if err != nil {
		return false, err
	}
	if there.Digest() != p.Digest() {
		return false, fmt.Errorf("%s: holds another plan, %s, and the one here is %s: %s", path, there.Digest(), p.Digest(), p.difference(there))
	}
	return true, nil
}

// difference says in what another plan is another.
func (p Plan) difference(q Plan) string {
	switch {
	case p.Seed != q.Seed:
		return fmt.Sprintf("seed %d there, %d here", q.Seed, p.Seed)
	case p.BlockSize != q.BlockSize:
		return fmt.Sprintf("block_size %d there, %d here", q.BlockSize, p.BlockSize)
	case p.Blocks != q.Blocks:
		return fmt.Sprintf("blocks %d there, %d here", q.Blocks, p.Blocks)
	case p.Starts != q.Starts:
		return fmt.Sprintf("corpus and ledger %s there, %s here", q.Starts, p.Starts)
	case p.Environment != q.Environment:
		return fmt.Sprintf("environment %q there, %q here", q.Environment, p.Environment)
	case p.Build != q.Build:
		return fmt.Sprintf("build %q there, %q here", q.Build, p.Build)
	case len(p.Theorems) != len(q.Theorems):
		return fmt.Sprintf("%d theorems there, %d here", len(q.Theorems), len(p.Theorems))
	}
	for i, t := range p.Theorems {
		if t != q.Theorems[i] {
			return fmt.Sprintf("theorem %s of version %s there, %s of version %s here", q.Theorems[i].ID, q.Theorems[i].Version, t.ID, t.Version)
		}
	}
	return "they are equal"
}

// encodeJSON returns the canonical JSON of a value: keys in the order of its
// type, no blanks, mathematical letters and brackets as they are.
func encodeJSON(value any) ([]byte, error) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), nil
}

// decodeJSON reads one value, with no key that its type does not have and
// nothing after it.
func decodeJSON(text []byte, value any) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(value); err != nil {
		if errors.Is(err, io.EOF) {
			return errors.New("empty")
		}
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the JSON")
	}
	return nil
}
