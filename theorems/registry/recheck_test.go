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
func TestRecheckIsSound(t *testing.T) {
	decided := 0
	for _, th := range registry.All() {
		for _, c := range th.Claims {
			for i := range 4 {
				r := th.Recheck(c.Name, c.Draw(theorems.SeedOf(3, th.ID+"/"+c.Name, i)))
				require.NotEqual(t, theorems.Fails, r.Verdict, "%s, %q: %v", th.Ref, c.Name, r)
				if r.Verdict == theorems.Holds {
					decided++
				}
			}
		}
	}
	require.Greater(t, decided, 120) // of about 430
}
