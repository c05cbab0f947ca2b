package registry_test

import (
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/stretchr/testify/require"
)

// TestRecheckIsSound: an exact check that is asked about the instances of a
// claim knows its hypotheses by itself. Some that took them from their
// generators, and are AsDrawn now, called true statements violated.
//
// Of every claim some instances are decided, or why none can be is told.
func TestRecheckIsSound(t *testing.T) {
	for _, th := range registry.All() {
		for _, c := range th.Claims {
			decided, why := 0, ""
			for i := range 8 {
				r := th.Recheck(c.Name, c.Draw(theorems.SeedOf(3, th.ID+"/"+c.Name, i)))
				require.NotEqual(t, theorems.Fails, r.Verdict, "%s, %q: %v", th.Ref, c.Name, r)
				require.NotContains(t, r.Reason, "panic", "%s, %q", th.Ref, c.Name)
				if r.Verdict == theorems.Holds {
					decided++
				} else if r.Reason != "" {
					why = r.Reason
				}
			}
			if decided == 0 && why == "" {
				t.Errorf("%s, %q: no instance is decided exactly, and why is not told", th.Ref, c.Name)
			}
		}
	}
}
