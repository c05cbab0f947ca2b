package wire

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/rankproof/rankproof/theorems/theoremtest"
	"github.com/stretchr/testify/require"
)

// claimsOf calls see with every claim of some theorems.
func claimsOf(t *testing.T, pattern string, see func(th theorems.Theorem, c theorems.Check)) {
	t.Helper()
	list, err := registry.Matching(pattern)
	require.NoError(t, err)
	for _, th := range list {
		for _, c := range th.Claims {
			see(th, c)
		}
	}
}

// TestFamiliesThroughTheWire: a subject that is served and asked is judged as
// itself, by the same numbers, and asked once more, where that is not costly, by the same
// again.
func TestFamiliesThroughTheWire(t *testing.T) {
	own := theorems.Model()
	s := remote(t, own)
	again := remote(t, s)
	for _, family := range []string{"S*", "M*", "X*"} {
		t.Run(family[:1], func(t *testing.T) {
			t.Parallel()
			claimsOf(t, family, func(th theorems.Theorem, c theorems.Check) {
				for seed := range uint64(theoremtest.Multiplier(t)) {
					instance := c.Draw(2 * seed)
					want, got := c.On(own, instance), c.On(s, instance)
					require.False(t, got.NotTried, "%s %s, seed %d: %v", th.Ref, c.Name, seed, got.Finding)
					require.Equal(t, want.Verdict, got.Verdict, "%s %s, seed %d: %v", th.Ref, c.Name, seed, got.Finding)
					if !heldOtherwise(t, c, instance) {
						require.Equal(t, want, got, "%s %s, seed %d", th.Ref, c.Name, seed)
					}
					if !c.IsCostly() {
						require.Equal(t, got, c.On(again, instance), "%s %s, seed %d", th.Ref, c.Name, seed)
					}
				}
			})
		})
	}
}

// heldOtherwise reports whether an instance is handed over in another form than
// it has: a covariance with a part taken away as a dense one, the field of units
// that is integrated as a mixture or a network.
func heldOtherwise(t *testing.T, c theorems.Check, instance any) bool {
	t.Helper()
	text, err := json.Marshal(instance)
	require.NoError(t, err)
	return bytes.Contains(text, []byte(`"form":"reduced"`)) || c.Name == "(d) Grönwall" || c.Name == "flows stay within the bound"
}
