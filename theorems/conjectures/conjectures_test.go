package conjectures

import (
	"context"
	"encoding/json"
	"sync"
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/stretchr/testify/require"
)

// TestAll: well formed, seventeen, and none named like a theorem.
func TestAll(t *testing.T) {
	require.NoError(t, theorems.ValidateConjectures(All()))
	require.Len(t, All(), 17)
	for _, th := range registry.All() {
		found, err := Matching(th.Ref)
		require.NoError(t, err)
		require.Empty(t, found, th.Ref)
	}
	_, err := Matching("[")
	require.Error(t, err)
	found, err := Matching("f1*")
	require.NoError(t, err)
	require.Len(t, found, 9)
}

// TestDrawsRefute: at each seed a counterexample is drawn at the size that is
// declared, and none at a smaller one. Lists help with neither.
func TestDrawsRefute(t *testing.T) {
	for _, c := range All() {
		for at, l := range c.Levels {
			last := at == len(c.Levels)-1
			for seed := range 4 {
				counts := map[theorems.Verdict]int{}
				for i := 0; i < 80 && !(last && counts[theorems.Fails] > 0); i++ {
					out := l.Check.On(theorems.Subject{}, l.Check.Draw(theorems.SeedOf(uint64(seed), c.ID, i)))
					require.True(t, out.Exact || out.Verdict == theorems.Unknown, "%s at %v: %s", c.Ref, l.Size, out.Reason)
					counts[out.Verdict]++
				}
				require.Equal(t, last, counts[theorems.Fails] > 0, "%s at %v, seed %d: %v", c.Ref, l.Size, seed, counts)
				require.True(t, last || counts[theorems.Holds] >= 4, "%s at %v, seed %d: %v", c.Ref, l.Size, seed, counts)
			}
		}
	}
}

// refutations holds what refutes each, found once.
var refutations = sync.OnceValue(func() map[string]theorems.Refutation {
	out := map[string]theorems.Refutation{}
	for _, c := range All() {
		out[c.Ref] = c.Refute(context.Background(), theorems.Effort{Seed: 9, ExactChecks: 15})
	}
	return out
})

// TestRefuted: every conjecture is, exactly, at the size that is declared, and
// what it says of the counterexample is so when that is read back. Without its
// list the last level ends at the same size.
func TestRefuted(t *testing.T) {
	for _, c := range All() {
		r := refutations()[c.Ref]
		require.NoError(t, r.Problem, c.Ref)
		require.True(t, r.Refuted && r.Exact, c.Ref)
		require.Equal(t, c.Minimum(), r.Size, c.Ref)
		require.NotEmpty(t, c.ByHand(r.Case), c.Ref)

		w, err := r.Counterexample()
		require.NoError(t, err)
		text, err := json.Marshal(w)
		require.NoError(t, err)
		read, _, check, err := theorems.ParseCounterexample(text, []theorems.Theorem{c.AsTheorem()})
		require.NoError(t, err)
		require.Equal(t, r.Case, read.Instance())
		out := check.On(theorems.Subject{}, read.Instance())
		require.Equal(t, theorems.Fails, out.Verdict, c.Ref)
		require.True(t, out.Exact, c.Ref)

		last := c.Levels[len(c.Levels)-1]
		last.Every, c.Levels = nil, []theorems.Level{last}
		r = c.Refute(context.Background(), theorems.Effort{Seed: 1, ExactChecks: 60})
		require.NoError(t, r.Problem, c.Ref)
		require.True(t, r.Refuted, "%s: not by draws", c.Ref)
		require.Equal(t, last.Size, r.Size)
	}
}
