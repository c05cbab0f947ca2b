package gate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/rankproof/rankproof/theorems"
)

// Known is a finding that is expected.
type Known struct {
	ID     string `json:"id"`
	Reason string `json:"reason"`

	theorem, check string // ref and name; empty for a fault that belongs to no theorem
}

// ParseKnown reads a list of known failures, each of a claim of some theorem of a
// list. Its errors name the entry.
func ParseKnown(text []byte, list []theorems.Theorem) ([]Known, error) {
	var out []Known
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&out); err != nil {
		return nil, fmt.Errorf(`want a list of {"id", "reason"}: %w`, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the list")
	}
	for i := range out {
		k := &out[i]
		if strings.TrimSpace(k.Reason) == "" {
			return nil, fmt.Errorf("entry %d, %q: no reason is given", i+1, k.ID)
		}
		if slices.ContainsFunc(out[:i], func(other Known) bool { return other.ID == k.ID }) {
			return nil, fmt.Errorf("entry %d, %q: it is there twice", i+1, k.ID)
		}
		if err := k.locate(list); err != nil {
			return nil, fmt.Errorf("entry %d, %q: %w", i+1, k.ID, err)
		}
	}
	return out, nil
}

// locate finds the claim that an ID is about.
func (k *Known) locate(list []theorems.Theorem) error {
	ref, rest, _ := strings.Cut(k.ID, "/")
	if ref == "gate" {
		return nil
	}
	for _, t := range list {
		if t.Ref != ref {
			continue
		}
		var names []string
		for _, c := range t.Claims {
			// A name may have a slash, and one may begin with another.
			if strings.HasPrefix(rest, c.Name+"/") && len(c.Name) > len(k.check) {
				k.theorem, k.check = t.Ref, c.Name
			}
			names = append(names, c.Name)
		}
		if k.check != "" {
			return nil
		}
		return fmt.Errorf("an ID is REF/CLAIM/WAY, and %s has the claims %q", t.Ref, names)
	}
	return fmt.Errorf("no theorem is called %q", ref)
}

// Expectations are what became of known failures.
type Expectations struct {
	Passing  []Known // judged, and not found any more
	NotTried []Known // or not on enough instances to tell
}

// Expect marks the findings that are known, and tells of what is known and was
// not found.
func Expect(known []Known, results []Result, faults []Finding) Expectations {
	seen := map[string]bool{}
	mark := func(list []Finding) {
		for i := range list {
			for _, k := range known {
				if k.ID == list[i].ID {
					list[i].Known, seen[k.ID] = k.Reason, true
				}
			}
		}
	}
	for i := range results {
		mark(results[i].Findings)
	}
	mark(faults)
	var out Expectations
	for _, k := range known {
		if seen[k.ID] {
			continue
		}
		i := slices.IndexFunc(results, func(r Result) bool { return r.Ref == k.theorem })
		// A fault that does not repeat itself may come again.
		if k.theorem == "" || i < 0 || !results[i].tells(k.check) {
			out.NotTried = append(out.NotTried, k)
		} else {
			out.Passing = append(out.Passing, k)
		}
	}
	return out
}
