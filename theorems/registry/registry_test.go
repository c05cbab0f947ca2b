package registry_test

import (
	"os"
	"runtime/debug"
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/rankproof/rankproof/theorems/theoremtest"
	"github.com/stretchr/testify/require"
)

// TestMain trades memory, of which little is used, for a fifth of the time.
func TestMain(m *testing.M) {
	debug.SetGCPercent(800)
	os.Exit(m.Run())
}

func TestRegistryIsValid(t *testing.T) {
	require.NoError(t, theorems.Validate(registry.All()))
}

// TestTheorems is the mathematical regression: every theorem about our model, and
// an entry of the ledger for each inequality that it judges.
func TestTheorems(t *testing.T) {
	for _, found := range theoremtest.Run(t, theorems.Model(), registry.All()...) {
		for _, m := range notIn(registry.Ledger(), found) {
			t.Errorf("the ledger has no entry of %s, %q, %s: %s", found.Ref, m.Check, m.Residual.What, mendLedger)
		}
	}
}

// TestTeeth refutes every twin at several seeds, and prints how fast.
func TestTeeth(t *testing.T) {
	theoremtest.Teeth(t, theorems.Model(), registry.All()...)
}

// TestHypothesesAreNeeded shows every declared hypothesis to be needed.
func TestHypothesesAreNeeded(t *testing.T) {
	theoremtest.Needed(t, theorems.Model(), registry.All()...)
}

func TestMatching(t *testing.T) {
	for pattern, want := range map[string]int{"L3": 1, "l3": 1, "L1*": 5, "linearization/*": 13, "L2,L3": 2, "X9": 0} {
		got, err := registry.Matching(pattern)
		require.NoError(t, err)
		require.Len(t, got, want, pattern)
	}
	_, err := registry.Matching("L[")
	require.Error(t, err)
}

// TestCorpus replays instances that once broke a bound or the model: what was
// mended stays mended. One takes longer than all others together, and is left to
// verify, which judges the corpus first, and to a RANKPROOF_EFFORT of more than 1.
func TestCorpus(t *testing.T) {
	const slowest = "m8-start-far-from-the-orbit.json"
	met := false
	for _, kept := range registry.Corpus() {
		if kept.Name == slowest {
			met = true
			if theoremtest.Multiplier(t) == 1 {
				continue
			}
		}
		t.Run(kept.Name, func(t *testing.T) {
			w, _, check, err := theorems.ParseCounterexample(kept.Text, registry.All())
			require.NoError(t, err)
			out := check.On(theorems.Model(), w.Instance())
			require.NotEqual(t, theorems.Fails, out.Verdict, "%v", out.Finding)
		})
	}
	require.True(t, met, slowest)
}
