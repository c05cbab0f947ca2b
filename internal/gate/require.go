package gate

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/rankproof/rankproof/internal/wire"
	"github.com/rankproof/rankproof/theorems"
)

// Required is what must be tried: operations, and theorems by pattern.
type Required struct {
	Operations []string
	Theorems   []theorems.Theorem
}

// Require reads a list of operations and of patterns of theorems, separated by
// commas.
func Require(text string, list []theorems.Theorem) (Required, error) {
	var out Required
	for _, pattern := range strings.Split(text, ",") {
		pattern = strings.TrimSpace(pattern)
		found := false
		for _, op := range wire.Operations() {
			ok, err := path.Match(pattern, op)
			if err != nil {
				return out, fmt.Errorf("pattern %q: %w", pattern, err)
			}
			if ok {
				out.Operations, found = append(out.Operations, op), true
			}
		}
		for _, t := range list {
			of, _ := path.Match(strings.ToLower(pattern), strings.ToLower(t.Ref)) // the pattern is well-formed
			id, _ := path.Match(pattern, t.ID)
			if of || id {
				out.Theorems, found = append(out.Theorems, t), true
			}
		}
		if !found {
			return out, fmt.Errorf("%q is no operation, and no theorem that claims something about an implementation", pattern)
		}
	}
	return out, nil
}

// Unmet lists what was required and not tried, or a claim on fewer than half of its
// instances, with the reason.
func (r Required) Unmet(offered []string, results []Result) []string {
	var out []string
	for _, op := range r.Operations {
		if !slices.Contains(offered, op) {
			out = append(out, op+": not implemented")
		}
	}
	for _, t := range r.Theorems {
		i := slices.IndexFunc(results, func(result Result) bool { return result.ID == t.ID })
		if i < 0 {
			out = append(out, t.Ref+": not run")
			continue
		}
		for _, c := range t.Claims {
			if !results[i].Mostly(c.Name) {
				out = append(out, fmt.Sprintf("%s: claim %q was %s%s", t.Ref, c.Name, results[i].Share(c.Name), because(results[i].Report, c.Name)))
			}
		}
	}
	return out
}

// because is the reason that was given for the first instance of a check that was
// not tried.
func because(r theorems.Report, check string) string {
	for _, u := range r.Untried {
		if u.Check == check {
			return ": " + u.Reason
		}
	}
	return ""
}
