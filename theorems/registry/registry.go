// Package registry lists every theorem of the project, family by family.
package registry

import (
	"path"
	"slices"
	"strings"

	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/bridges"
	"github.com/rankproof/rankproof/theorems/conversion"
	"github.com/rankproof/rankproof/theorems/linearization"
	"github.com/rankproof/rankproof/theorems/meanfield"
)

// All returns every theorem, in the order of its ref.
func All() []theorems.Theorem {
	return slices.Concat(linearization.Family(), conversion.Family(), meanfield.Family(), bridges.Family())
}

// Matching returns the theorems whose ref or ID matches a shell pattern such
// as L3, L1*, linearization/*; several may be given, separated by commas. A
// ref matches in either case. A pattern that is malformed is an error.
func Matching(patterns string) ([]theorems.Theorem, error) {
	var out []theorems.Theorem
	for _, t := range All() {
		for _, pattern := range strings.Split(patterns, ",") {
			ref, err := path.Match(strings.ToUpper(pattern), strings.ToUpper(t.Ref))
			if err != nil {
				return nil, err
			}
			id, err := path.Match(pattern, t.ID)
			if err != nil {
				return nil, err
			}
			if ref || id {
				out = append(out, t)
				break
			}
		}
	}
	return out, nil
}
